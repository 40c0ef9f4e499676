/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_SCAN_JOB_H
#define METERCTL_SCAN_JOB_H

#include "command.h"
#include "progress.h"
#include "scan.h"
#include "transport_ioctl.h"

#define LINES_MAX	(SPEEDS_MAX * PARITIES_MAX)

/* One run of the command; @scan comes first, so that its callbacks find the rest. */
struct scan_job {
	struct scan scan;
	const struct options *options;
	const struct bus *bus;
	struct device_list devices;
	struct meter_list list;
	struct ioctl_transport transport;
	struct progress progress;
	struct line own;
	struct line lines[LINES_MAX];
	size_t nr_lines;
	int ret;			/* of the scan: 0, or why there may be more */
	unsigned int refused;		/* meters that could not be bound */
	uint64_t seconds;
};

/* scan_print.c: the result, and on standard error what is to be said about it */
void scan_print(const struct scan_job *job);
unsigned int scan_count_state(const struct scan_job *job, enum meter_state state);

#endif
