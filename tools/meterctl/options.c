// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "command.h"
#include "meter.h"

#define SPEED_MAX	4000000
#define ADDRESS_MAX	255
#define TIMEOUT_MAX_MS	10000
#define INTERVAL_MAX_MS	3600000

/* Of long options without a letter, and as val of those with one, the letter. */
enum {
	LONG_THOROUGH = 256,
	LONG_PRIMARY,
	LONG_SECONDARY,
	LONG_UART,
	LONG_ADD,
	LONG_RS485,
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "raw", no_argument, NULL, 'r' },
	{ "speed", required_argument, NULL, 's' },
	{ "parity", required_argument, NULL, 'p' },
	{ "address", required_argument, NULL, 'a' },
	{ "all", no_argument, NULL, 'A' },
	{ "add", no_argument, NULL, LONG_ADD },
	{ "thorough", no_argument, NULL, LONG_THOROUGH },
	{ "primary", no_argument, NULL, LONG_PRIMARY },
	{ "secondary", no_argument, NULL, LONG_SECONDARY },
	{ "timeout", required_argument, NULL, 't' },
	{ "force", no_argument, NULL, 'f' },
	{ "interval", required_argument, NULL, 'i' },
	{ "foreground", no_argument, NULL, 'F' },
	{ "rs485", no_argument, NULL, LONG_RS485 },
	{ "output", required_argument, NULL, 'o' },
	{ "uart", required_argument, NULL, LONG_UART },
	{ "channel", required_argument, NULL, 'c' },
	{ }
};

static const char short_options[] = "hjrs:p:a:At:fi:Fo:c:";

static const struct {
	unsigned int bit;
	const char *text;
} option_help[] = {
	{ OPT_JSON, "  -j, --json            print JSON, see meterctl(1)\n" },
	{ OPT_RAW, "  -r, --raw             raw values and scales instead of units\n" },
	{ OPT_CHANNEL, "  -c, --channel TEXT    only channels whose label or name contains TEXT\n" },
	{ OPT_SPEED, "  -s, --speed SPEED     bits per second; scan takes several: 9600,2400\n" },
	{ OPT_PARITY, "  -p, --parity PARITY   even, odd or none; scan takes several\n" },
	{ OPT_ADDRESS, "  -a, --address A[-B]   only these addresses\n" },
	{ OPT_SCAN, "  -A, --all             every speed and parity\n"
		"      --add             bind the meters that are found\n"
		"      --primary         M-Bus: only by primary address\n"
		"      --secondary       M-Bus: only by secondary address\n"
		"      --thorough        slower: rule out what a quick scan takes for granted\n" },
	{ OPT_TIMEOUT, "  -t, --timeout MS      how long to wait for an answer\n" },
	{ OPT_FORCE, "  -f, --force           write even to a meter that the kernel uses\n" },
	{ OPT_INTERVAL, "  -i, --interval S      seconds between two readings\n" },
	{ OPT_FOREGROUND, "  -F, --foreground      stay in the foreground\n" },
	{ OPT_RS485, "      --rs485           let the port switch the direction of RS-485 (RTS)\n" },
	{ OPT_OUTPUT, "  -o, --output FILE     write FILE, replaced as a whole\n" },
	{ OPT_UART, "      --uart LABEL      the UART's label, where the kernel does not know it\n" },
};

void complain(const char *format, ...)
{
	va_list args;

	fputs("meterctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void complain_errno(const char *what, int error)
{
	if (error == EACCES || error == EPERM)
		complain("%s: not permitted: become root, or join the group of the file (dialout)",
			 what);
	else if (error == ENOENT || error == ENODEV)
		complain("%s: it is not there (any more): see \"meterctl buses\" and \"meterctl list\"",
			 what);
	else if (error == ETIMEDOUT)
		complain("%s: the meter does not answer: see its state in \"meterctl list\"", what);
	else
		complain("%s: %s", what, strerror(error));
}

void complain_write_errno(const char *what, int error)
{
	if (error == EACCES || error == EPERM)
		complain("%s: not permitted: this needs root", what);
	else
		complain_errno(what, error);
}

void command_usage(const struct command *command)
{
	printf("Usage: meterctl %s%s%s%s\n%s.\n", command->name,
	       command->options ? " [OPTION...]" : "", command->args[0] ? " " : "",
	       command->args, command->summary);
	if (command->help)
		printf("\n%s", command->help);
	puts("\nOptions:");
	for (size_t i = 0; i < ARRAY_SIZE(option_help); i++)
		if (command->options & option_help[i].bit)
			fputs(option_help[i].text, stdout);
	puts("  -h, --help            this text");
}

int end_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	complain("cannot write the output");
	return EXIT_FAILED;
}

bool parse_number(const char *text, unsigned int most, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, strncasecmp(text, "0x", 2) ? 10 : 16);
	if (errno || *end || value > most)
		return false;
	*number = value;
	return true;
}

bool parse_parity(const char *text, enum parity *parity)
{
	for (enum parity p = PARITY_NONE; p <= PARITY_ODD; p++) {
		if (strcmp(text, parity_name(p)))
			continue;
		*parity = p;
		return true;
	}
	return false;
}

/* Parity alone cannot be told to the kernel: it goes with the bus's own speed. */
bool options_line(const struct options *options, const struct line *own, struct line *line)
{
	line->parity = options->nr_parities ? options->parities[0] : own->parity;
	line->speed = options->nr_speeds ? options->speeds[0] : 0;
	if (line->speed || !options->nr_parities)
		return true;
	line->speed = own->speed;
	if (!line->speed)
		complain("--parity needs --speed here");
	return line->speed;
}

static bool parse_speeds(struct options *options, char *list)
{
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (options->nr_speeds == SPEEDS_MAX ||
		    !parse_number(word, SPEED_MAX, &options->speeds[options->nr_speeds]) ||
		    !options->speeds[options->nr_speeds])
			return false;
		options->nr_speeds++;
	}
	return options->nr_speeds;
}

static bool parse_parities(struct options *options, char *list)
{
	char *rest = NULL;

	for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (options->nr_parities == PARITIES_MAX ||
		    !parse_parity(word, &options->parities[options->nr_parities]))
			return false;
		options->nr_parities++;
	}
	return options->nr_parities;
}

static bool parse_range(struct options *options, char *text)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash++ = '\0';
	options->has_range = true;
	return parse_number(text, ADDRESS_MAX, &options->first) &&
	       parse_number(dash ? dash : text, ADDRESS_MAX, &options->last) &&
	       options->first <= options->last;
}

static bool parse_interval(struct options *options, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0.1) || seconds * 1000 > INTERVAL_MAX_MS)
		return false;
	options->interval_ms = seconds * 1000;
	return true;
}

/* Options that are there or not */
static bool *flag_of(struct options *options, int letter)
{
	switch (letter) {
	case 'j':
		return &options->json;
	case 'r':
		return &options->raw;
	case 'A':
		return &options->all;
	case LONG_ADD:
		return &options->add;
	case LONG_THOROUGH:
		return &options->thorough;
	case LONG_PRIMARY:
		return &options->primary;
	case LONG_SECONDARY:
		return &options->secondary;
	case 'f':
		return &options->force;
	case 'F':
		return &options->foreground;
	case LONG_RS485:
		return &options->rs485;
	default:
		return NULL;
	}
}

static const char **text_of(struct options *options, int letter)
{
	switch (letter) {
	case 'o':
		return &options->output;
	case 'c':
		return &options->channel;
	case LONG_UART:
		return &options->uart;
	default:
		return NULL;
	}
}

static bool parse_value(struct options *options, int letter, char *value)
{
	switch (letter) {
	case 's':
		return parse_speeds(options, value);
	case 'p':
		return parse_parities(options, value);
	case 'a':
		return parse_range(options, value);
	case 't':
		return parse_number(value, TIMEOUT_MAX_MS, &options->timeout_ms) &&
		       options->timeout_ms;
	default:
		return parse_interval(options, value);
	}
}

/* Sets one option; false: its value is wrong */
static bool set_option(struct options *options, int letter, char *value)
{
	bool *flag = flag_of(options, letter);
	const char **text = text_of(options, letter);

	if (flag)
		*flag = true;
	else if (text)
		*text = value;
	else
		return parse_value(options, letter, strdupa(value));
	return true;
}

static unsigned int bit_of(int letter)
{
	static const struct {
		int letter;
		unsigned int bit;
	} bits[] = {
		{ 'j', OPT_JSON }, { 'r', OPT_RAW }, { 's', OPT_SPEED }, { 'p', OPT_PARITY },
		{ 'a', OPT_ADDRESS }, { 't', OPT_TIMEOUT }, { 'f', OPT_FORCE },
		{ 'i', OPT_INTERVAL }, { 'F', OPT_FOREGROUND }, { 'o', OPT_OUTPUT },
		{ 'c', OPT_CHANNEL }, { LONG_UART, OPT_UART }, { LONG_RS485, OPT_RS485 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (bits[i].letter == letter)
			return bits[i].bit;
	return OPT_SCAN;
}

static bool usage_error(const struct command *command, const char *what, const char *which)
{
	complain("%s%s%s: see \"meterctl %s --help\"", what, which ? ": " : "",
		 which ? which : "", command->name);
	return false;
}

static bool check(const struct options *options, const struct command *command, int argc,
		  char **argv)
{
	if (!(command->options & OPT_SCAN) &&
	    (options->nr_speeds > 1 || options->nr_parities > 1))
		return usage_error(command, "one speed and one parity, no more", NULL);
	if (argc < command->min_args)
		return usage_error(command, "something is missing", command->args);
	if (command->max_args >= 0 && argc > command->max_args)
		return usage_error(command, "too much", argv[command->max_args]);
	return true;
}

/* argv[0] is the command's name; on return argv is what is left. */
bool options_parse(struct options *options, const struct command *command, int *argc,
		   char ***argv)
{
	int letter;

	memset(options, 0, sizeof(*options));
	while ((letter = getopt_long(*argc, *argv, short_options, long_options, NULL)) != -1) {
		if (letter == 'h') {
			command_usage(command);
			exit(end_output(EXIT_OK));
		}
		if (letter == '?')
			return usage_error(command, "unknown option", NULL);
		if (!(command->options & bit_of(letter)))
			return usage_error(command, "not an option of", command->name);
		if (!set_option(options, letter, optarg))
			return usage_error(command, "wrong value", optarg);
	}
	*argc -= optind;
	*argv += optind;
	return check(options, command, *argc, *argv);
}
