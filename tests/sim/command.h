/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

#define COMMAND_TEXT	4096

struct sim;

/* The text behind "ok" or "err". */
struct command_result {
	char text[COMMAND_TEXT];
	size_t len;
};

struct command {
	const char *name;
	int min_args;
	/* NULL, or what is wrong with the command */
	const char *(*run)(struct sim *s, int argc, char **argv,
			   struct command_result *r);
};

void say(struct command_result *r, const char *format, ...)
	__attribute__((__format__(printf, 2, 3)));
void say_line(struct sim *s, const struct damage *d, struct command_result *r);
const char *on_off(const char *word, bool *value);
const char *command_fault(struct fault *faults, unsigned int bus, int argc,
			  char **argv);
const char *command_damage(struct damage *damage, int argc, char **argv);
void command_run(struct sim *s, char *line, struct command_result *r);

#endif
