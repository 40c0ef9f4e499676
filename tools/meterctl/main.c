// SPDX-License-Identifier: GPL-2.0-only
/* meterctl: energy meters on Modbus and M-Bus, from the command line. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "command.h"

static const struct command commands[] = {
	{ "buses", cmd_buses, OPT_JSON, 0, 0, "", "Lists the buses", NULL, false },
	{ "list", cmd_list, OPT_JSON, 0, 0, "", "Lists the meters that the kernel has", NULL,
	  false },
	{ "scan", cmd_scan, OPT_JSON | OPT_SPEED | OPT_PARITY | OPT_ADDRESS | OPT_SCAN |
	  OPT_TIMEOUT, 1, 1, "BUS", "Looks for meters on a bus",
	  "Without options, all addresses at the bus's own speed and parity. Ctrl-C ends it\n"
	  "and prints what was found.\n", false },
	{ "read", cmd_read, OPT_JSON | OPT_RAW | OPT_CHANNEL, 0, -1, "[METER...]",
	  "Reads meters, or all of them",
	  "METER is a serial number, a label, or a bus device such as 0-01 or mbus:0-01.\n",
	  false },
	{ "watch", cmd_watch, OPT_INTERVAL | OPT_CHANNEL, 0, -1, "[METER...]",
	  "Shows readings as they change", "Keys: q quits, arrows and page keys scroll.\n",
	  false },
	{ "config", cmd_config, OPT_JSON, 1, -1, "METER [NAME[=VALUE]...]",
	  "Shows or changes the settings of a meter", NULL, false },
	{ "add", cmd_add, OPT_JSON | OPT_SPEED | OPT_PARITY | OPT_TIMEOUT, 2, 3,
	  "BUS ADDRESS [DRIVER]", "Binds a meter",
	  "ADDRESS is a Modbus or primary address, or the sixteen digits of a secondary one.\n"
	  "DRIVER is pro380 unless given; other M-Bus meters are mbus-meter.\n", false },
	{ "remove", cmd_remove, 0, 1, -1, "METER...", "Removes meters that add has bound", NULL,
	  false },
	{ "attach", cmd_attach, OPT_JSON | OPT_SPEED | OPT_PARITY | OPT_FOREGROUND | OPT_RS485,
	  2, 2,
	  "TTY PROTOCOL", "Makes a serial port a bus; PROTOCOL is modbus or mbus", NULL, false },
	{ "detach", cmd_detach, 0, 1, 1, "TTY", "Makes a bus a serial port again", NULL, false },
	{ "dts", cmd_dts, OPT_UART, 0, -1, "[BUS...]",
	  "Prints a device-tree overlay of the meters that are bound", NULL, false },
	{ "raw", cmd_raw, OPT_JSON | OPT_SPEED | OPT_PARITY | OPT_TIMEOUT | OPT_FORCE, 2, -1,
	  "BUS BYTE...", "Sends a request and prints the answer",
	  "BYTEs are hexadecimal, without frame marks and check bytes. Modbus: unit, function,\n"
	  "data. M-Bus: C, A and perhaps CI and data; or \"select\" and the sixteen digits of a\n"
	  "secondary address, then perhaps C, FD and so on.\n", false },
	{ "export", cmd_export, OPT_OUTPUT, 0, -1, "[METER...]",
	  "Prints readings for Prometheus (node_exporter's text file)", NULL, false },
	{ "complete", cmd_complete, 0, 1, -1, "WHAT [METER [NAME]]", "For bash completion", NULL,
	  true },
};

#define NR_COMMANDS	(ARRAY_SIZE(commands))

static void usage(FILE *out)
{
	fputs("Usage: meterctl COMMAND [OPTION...] [ARGUMENT...]\n"
	      "Energy meters on Modbus and M-Bus lines.\n\n", out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!commands[i].hidden)
			fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"meterctl COMMAND --help\" tells about a command; meterctl(1) about all.\n", out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct options options;

	if (!options_parse(&options, command, &argc, &argv))
		return EXIT_USAGE;
	return end_output(command->run(&options, argc, argv));
}

/* Lest a file that is opened later is taken for one of these. To use them fails as before. */
static void fill_standard_files(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	const struct command *command;

	fill_standard_files();
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		command = argc > 2 ? find_command(argv[2]) : NULL;
		if (command)
			command_usage(command);
		else
			usage(stdout);
		return end_output(EXIT_OK);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("meterctl " VERSION);
		return end_output(EXIT_OK);
	}
	command = find_command(argv[1]);
	if (!command) {
		complain("%s: no such command: see \"meterctl --help\"", argv[1]);
		return EXIT_USAGE;
	}
	return run(command, argc - 1, argv + 1);
}
