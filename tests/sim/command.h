/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include <stddef.h>

#define COMMAND_TEXT	4096

struct sim;

/* The text behind "ok" or "err". */
struct command_result {
	char text[COMMAND_TEXT];
	size_t len;
};

void command_run(struct sim *s, char *line, struct command_result *r);

#endif
