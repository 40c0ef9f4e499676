/* SPDX-License-Identifier: GPL-2.0-only */
/* The last values of a channel, and a small graph of them */
#ifndef METERCTL_HISTORY_H
#define METERCTL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_MAX	256
#define HISTORY_LEVELS	8
#define HISTORY_GAP	0	/* in a graph: no value; else 1 to HISTORY_LEVELS */

struct history {
	double values[HISTORY_MAX];
	bool known[HISTORY_MAX];
	size_t count;		/* of all that were ever put; the last HISTORY_MAX are kept */
};

void history_put(struct history *history, bool known, double value);
/* The last @width of them as levels, the lowest to the highest of what is shown */
void history_graph(const struct history *history, size_t width, unsigned char *levels);

#endif
