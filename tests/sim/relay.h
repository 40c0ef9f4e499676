/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_RELAY_H
#define SIM_RELAY_H

#include <stdbool.h>

struct command_result;

bool relay_add(const char *where);
void relay_run(const char *line, struct command_result *r);

#endif
