/* SPDX-License-Identifier: GPL-2.0-only */
/* What all commands share: the table of them, their options, their exit status. */
#ifndef METERCTL_COMMAND_H
#define METERCTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "transport.h"

/* Exit status, documented in meterctl(1) */
enum {
	EXIT_OK = 0,
	EXIT_PARTIAL = 1,	/* done, but not all of it */
	EXIT_USAGE = 2,
	EXIT_NOTHING = 3,	/* nothing found, no such meter or bus */
	EXIT_FAILED = 4,
};

#define SPEEDS_MAX	16
#define PARITIES_MAX	3

/* Options that a command can have; each is a bit. */
enum option_bit {
	OPT_JSON	= 1 << 0,
	OPT_RAW		= 1 << 1,
	OPT_SPEED	= 1 << 2,	/* a list for scan, one for others */
	OPT_PARITY	= 1 << 3,
	OPT_ADDRESS	= 1 << 4,
	OPT_SCAN	= 1 << 5,	/* --all --add --thorough --primary --secondary */
	OPT_TIMEOUT	= 1 << 6,
	OPT_FORCE	= 1 << 7,
	OPT_INTERVAL	= 1 << 8,
	OPT_FOREGROUND	= 1 << 9,
	OPT_OUTPUT	= 1 << 10,
	OPT_UART	= 1 << 11,
	OPT_CHANNEL	= 1 << 12,
	OPT_RS485	= 1 << 13,
};

struct options {
	bool json;
	bool raw;
	bool all;
	bool add;
	bool thorough;
	bool primary;
	bool secondary;
	bool force;
	bool foreground;
	bool rs485;
	bool has_range;
	unsigned int speeds[SPEEDS_MAX];
	size_t nr_speeds;
	enum parity parities[PARITIES_MAX];
	size_t nr_parities;
	unsigned int first;
	unsigned int last;
	unsigned int timeout_ms;
	unsigned int interval_ms;
	const char *output;
	const char *uart;
	const char *channel;
};

struct command {
	const char *name;
	int (*run)(const struct options *options, int argc, char **argv);
	unsigned int options;		/* enum option_bit */
	int min_args;
	int max_args;
	const char *args;
	const char *summary;
	const char *help;
	bool hidden;
};

int cmd_buses(const struct options *options, int argc, char **argv);
int cmd_list(const struct options *options, int argc, char **argv);
int cmd_scan(const struct options *options, int argc, char **argv);
int cmd_read(const struct options *options, int argc, char **argv);
int cmd_watch(const struct options *options, int argc, char **argv);
int cmd_config(const struct options *options, int argc, char **argv);
int cmd_add(const struct options *options, int argc, char **argv);
int cmd_remove(const struct options *options, int argc, char **argv);
int cmd_attach(const struct options *options, int argc, char **argv);
int cmd_detach(const struct options *options, int argc, char **argv);
int cmd_dts(const struct options *options, int argc, char **argv);
int cmd_raw(const struct options *options, int argc, char **argv);
int cmd_export(const struct options *options, int argc, char **argv);
int cmd_complete(const struct options *options, int argc, char **argv);

/* options.c: prints what is wrong and returns false, or exits for --help */
bool options_parse(struct options *options, const struct command *command, int *argc,
		   char ***argv);
void command_usage(const struct command *command);
/* The speed and parity asked for; @own: the bus's. Speed 0 stands for all its own. */
bool options_line(const struct options *options, const struct line *own, struct line *line);
/* Decimal, or hexadecimal after 0x */
bool parse_number(const char *text, unsigned int most, unsigned int *number);
bool parse_parity(const char *text, enum parity *parity);

/* @status, or EXIT_FAILED if not all of the output could be written */
int end_output(int status);

/* "meterctl: ", the text, and a line's end, on standard error */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
/* The same for a file that could not be used: what to do about it */
void complain_errno(const char *what, int error);
/* For files that only root may write: those in /sys and /run */
void complain_write_errno(const char *what, int error);

#endif
