/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inepro PRO380 electricity meters: internals of pro380_modbus.
 */
#ifndef _PRO380_MODBUS_H
#define _PRO380_MODBUS_H

#include <linux/ktime.h>
#include <linux/modbus.h>
#include <linux/mutex.h>

#include "pro380_plan.h"
#include "pro380_registers.h"

/* Longest of pro380_maps */
#define PRO380_MAX_BLOCK	75

#define PRO380_NR_SUSPECTS	8

/**
 * struct pro380_suspect - a read that failed although the meter was there
 * @span: what was read
 * @retry: if it was not answered: when to ask again for a single value
 * @strikes: how often in a row it failed, up to the number that counts
 */
struct pro380_suspect {
	struct pro380_span span;
	ktime_t retry;
	u8 strikes;
};

/**
 * struct pro380_modbus - a meter on a Modbus line
 * @mdev: the device on the bus
 * @read: modbus_read_holding(), or what takes its place in tests
 * @serial: the meter's serial number, 8 digits; constant
 * @code: its meter code; constant
 * @line_lock: protects @other_line and @has_other_line, and who tries out line
 *	settings; taken inside the core's lock, and by the bus's calls of verify
 * @other_line: line settings which the meter may have instead of those of @mdev,
 *	since a change of them ended without an answer
 * @has_other_line: whether there are any
 * @was_away: the meter was away, what is known of its refusals may be outdated
 *
 * The core calls one operation at a time, and so protects:
 *
 * @rules: which reads the meter has answered
 * @suspects: which it has not, so far
 * @next_suspect: where to note another
 * @want: values wanted by the current fetch
 * @reads: how it gets them
 * @words: registers of the current read
 */
struct pro380_modbus {
	struct modbus_device *mdev;
	int (*read)(struct modbus_device *mdev, u16 addr, u16 count, __be16 *regs,
		    ktime_t *stamp);
	u32 serial;
	u16 code;

	struct mutex line_lock;
	struct serial_xfer_line other_line;
	bool has_other_line;
	bool was_away;

	struct pro380_rules rules;
	struct pro380_suspect suspects[PRO380_NR_SUSPECTS];
	unsigned int next_suspect;
	struct pro380_span want[PRO380_PLAN_MAX];
	struct pro380_span reads[PRO380_PLAN_MAX];
	__be16 words[PRO380_MAX_BLOCK];
};

/* pro380_modbus_main.c */
int pro380_modbus_identify(struct modbus_device *mdev, u32 *serial, u16 *code);
int pro380_modbus_same(struct pro380_modbus *pm);

/* pro380_fetch.c */
int pro380_modbus_fetch(void *priv, const unsigned long *wanted, struct pro380 *pro);
int pro380_fetch_planned(struct pro380_modbus *pm, const struct pro380_cost *cost,
			 const unsigned long *wanted, struct pro380 *pro);

/* pro380_settings.c */
int pro380_modbus_write(void *priv, enum pro380_item item, s64 value);
int pro380_modbus_move(void *priv, enum pro380_item item, s64 address,
		       struct pro380_keep *keep);

#endif
