/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#define SPEED_UNKNOWN		0
#define SPEED_UNUSABLE		1
#define PARITY_UNKNOWN		0

/*
 * How one end of the line is set. The eight data bits are taken for granted;
 * a UART with another width has SPEED_UNUSABLE. What is unknown matches all.
 */
struct settings {
	unsigned int speed;
	char parity;		/* 'E', 'O', 'N' or PARITY_UNKNOWN */
};

bool settings_match(struct settings wire, struct settings meter);
int64_t settings_char_ns(struct settings s);
bool settings_parse(const char *speed, const char *parity, struct settings *s);
char parity_from_name(const char *name);

#endif
