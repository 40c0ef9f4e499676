/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scan engines: pure code over a transport, which take no part in what is printed.
 */
#ifndef METERCTL_SCAN_H
#define METERCTL_SCAN_H

#include "meter.h"
#include "timing.h"
#include "transport.h"

#define MODBUS_UNIT_MAX		247
#define MBUS_ADDRESS_MAX	250

struct scan_counts {
	unsigned int exchanges;
	unsigned int silent;
	unsigned int selections;	/* M-Bus */
	unsigned int readouts;		/* M-Bus */
	unsigned int collisions;	/* M-Bus */
	unsigned int damaged;		/* what only noise explains */
	unsigned int late;
	unsigned int refused;		/* settings that the port cannot have */
};

/* In ms of silence: all settings together, of a tree the part that is known of */
struct scan_progress {
	const struct line *line;
	unsigned int step;		/* one more question */
	unsigned int done;
	unsigned int total;
};

/*
 * Filled in by who starts a scan, all but the last part. @list: what is known already is
 * not reported again.
 */
struct scan {
	struct transport *transport;
	struct meter_list *list;
	void (*progress)(struct scan *scan, const struct scan_progress *progress);
	bool (*stopped)(struct scan *scan);
	unsigned int timeout_ms;	/* fixed by the user, or 0 */
	unsigned int bus_timeout_ms;	/* the bus's own, or 0 */
	bool thorough;

	struct timing timing;
	struct scan_counts counts;
	bool silent;			/* the last exchange was */
	bool after_silence;		/* and the one before it */
	bool noisy;			/* noise was heard: what is silent is asked twice */
	bool given_up;			/* M-Bus: the search by secondary address led nowhere */
};

/*
 * @lines: settings to try, in this order
 * @skip: addresses not to be asked: the kernel hears from them
 */
struct modbus_plan {
	const struct line *lines;
	size_t nr_lines;
	unsigned int first;
	unsigned int last;
	bool skip[MODBUS_UNIT_MAX + 1];
};

struct mbus_plan {
	const struct line *lines;
	size_t nr_lines;
	bool primary;
	bool secondary;
	unsigned int first;
	unsigned int last;
	bool skip[MBUS_ADDRESS_MAX + 1];
};

/* All return 0, -EINTR when stopped, or the transport's error. */
int modbus_scan(struct scan *scan, const struct modbus_plan *plan);
int mbus_scan(struct scan *scan, const struct mbus_plan *plan);

/* scan.c: what both engines share */
int scan_exchange(struct scan *scan, struct exchange *x);
int scan_found(struct scan *scan, const struct meter *meter);
int scan_line_done(struct scan *scan, int ret);
void scan_step(struct scan *scan, struct scan_progress *progress);
void scan_noise(struct scan *scan);

#endif
