// SPDX-License-Identifier: GPL-2.0-only
/*
 * A slave by libmodbus with the registers of a PRO380: framing, CRC and timing
 * of another hand than ours. The registers come from a text file, as
 * "metersim --dump" prints it.
 *
 *	metersim --dump --meter pro380:unit=1 >image
 *	mbslave --line unix:PATH|pty:LINK --unit 1 --image image
 *
 * With unix:PATH it listens for QEMU's "-chardev socket,path=PATH" as metersim
 * does. It neither knows nor checks the guest's speed and parity.
 */
#include <errno.h>
#include <getopt.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../port.h"

#define FIRST_REGISTER	0x1000
#define REGISTER_COUNT	(0x604b - FIRST_REGISTER)

static void die(const char *what)
{
	fprintf(stderr, "mbslave: %s: %s\n", what, modbus_strerror(errno));
	exit(1);
}

static void load_line(modbus_mapping_t *map, char *line)
{
	char *save, *word = strtok_r(line, " \n", &save);
	unsigned long addr;

	if (!word || *word == '#')
		return;
	addr = strtoul(word, NULL, 16);
	while ((word = strtok_r(NULL, " \n", &save)) && *word != '#') {
		if (addr < FIRST_REGISTER ||
		    addr >= FIRST_REGISTER + REGISTER_COUNT) {
			fprintf(stderr, "mbslave: no register %lx\n", addr);
			exit(1);
		}
		map->tab_registers[addr++ - FIRST_REGISTER] =
			strtoul(word, NULL, 16);
	}
}

static modbus_mapping_t *load(const char *image)
{
	modbus_mapping_t *map = modbus_mapping_new_start_address(0, 0, 0, 0,
			FIRST_REGISTER, REGISTER_COUNT, 0, 0);
	FILE *f = fopen(image, "r");
	char line[256];

	if (!map || !f)
		die(image);
	while (fgets(line, sizeof(line), f))
		load_line(map, line);
	fclose(f);
	return map;
}

/* Answers until the master hangs up. */
static void serve(modbus_t *modbus, modbus_mapping_t *map)
{
	uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
	int len;

	for (;;) {
		len = modbus_receive(modbus, query);
		if (len > 0)
			modbus_reply(modbus, query, len, map);
		else if (len < 0 && (errno == ECONNRESET || errno == EBADF))
			return;
	}
}

/* libmodbus waits for bytes with select(): the descriptor must block. */
static void serve_socket(modbus_t *modbus, modbus_mapping_t *map, int listener)
{
	int fd;

	for (;;) {
		fd = port_wait(listener);
		if (fd < 0)
			die("accept");
		modbus_set_socket(modbus, fd);
		serve(modbus, map);
		close(fd);
	}
}

static void serve_line(modbus_t *modbus, modbus_mapping_t *map, const char *line)
{
	int fd, held;

	if (!strncmp(line, "unix:", 5)) {
		fd = port_listen(line + 5);
		if (fd >= 0)
			serve_socket(modbus, map, fd);
	} else if (!strncmp(line, "pty:", 4)) {
		fd = port_open_pty(line + 4, &held);
		if (fd < 0)
			exit(1);
		modbus_set_socket(modbus, fd);
		serve(modbus, map);
	}
	exit(1);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "line", required_argument, NULL, 'l' },
		{ "unit", required_argument, NULL, 'u' },
		{ "image", required_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	const char *line = NULL, *image = NULL;
	int option, unit = 1;
	modbus_t *modbus;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'l')
			line = optarg;
		else if (option == 'u')
			unit = atoi(optarg);
		else if (option == 'i')
			image = optarg;
	}
	if (!line || !image) {
		fputs("mbslave --line unix:PATH|pty:LINK --image FILE [--unit N]\n",
		      stderr);
		return 2;
	}
	/* The descriptor is ours; libmodbus needs a name all the same. */
	modbus = modbus_new_rtu("/dev/null", 9600, 'E', 8, 1);
	if (!modbus || modbus_set_slave(modbus, unit))
		die("modbus_new_rtu");
	serve_line(modbus, load(image), line);
	return 0;
}
