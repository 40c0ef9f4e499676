/* SPDX-License-Identifier: GPL-2.0-only */
/* How far a scan is: a line on standard error, if that is a terminal. */
#ifndef METERCTL_PROGRESS_H
#define METERCTL_PROGRESS_H

#include "scan.h"

struct progress {
	bool shown;
	unsigned int width;
	uint64_t start_ms;
	uint64_t drawn_ms;
};

void progress_begin(struct progress *progress, uint64_t now_ms);
void progress_draw(struct progress *progress, const struct scan_progress *at, size_t found,
		   uint64_t now_ms);
void progress_end(struct progress *progress);

/* For its tests: @text has room for @width characters and one more. */
void progress_line(char *text, unsigned int width, const struct scan_progress *at, size_t found,
		   uint64_t elapsed_ms);

#endif
