/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which registers to read together.
 */
#ifndef _PRO380_PLAN_H
#define _PRO380_PLAN_H

#include <linux/types.h>

/* Most values that a plan can be made for */
#define PRO380_PLAN_MAX		112

/* Most blocks that are remembered as refused */
#define PRO380_PLAN_REFUSED	16

/**
 * struct pro380_span - registers next to each other
 * @addr: the first
 * @count: how many
 */
struct pro380_span {
	u16 addr;
	u16 count;
};

/**
 * struct pro380_cost - what reads cost, in any unit in which a plan's price fits
 * @read: of time, for a read, apart from its registers
 * @reg: for each register
 */
struct pro380_cost {
	u32 read;
	u32 reg;
};

/**
 * struct pro380_rules - what reads are allowed
 * @maps: a read must lie within one of these
 * @nr_maps: how many
 * @max_count: most registers of a read
 * @refused: a read may not contain one of these, other than as the whole of a
 *	single value
 * @nr_refused: how many
 */
struct pro380_rules {
	const struct pro380_span *maps;
	unsigned int nr_maps;
	unsigned int max_count;
	struct pro380_span refused[PRO380_PLAN_REFUSED];
	unsigned int nr_refused;
};

bool pro380_span_contains(const struct pro380_span *outer, const struct pro380_span *inner);
unsigned int pro380_plan(const struct pro380_rules *rules, const struct pro380_cost *cost,
			 const struct pro380_span *want, unsigned int nr,
			 struct pro380_span *reads);
void pro380_rules_refuse(struct pro380_rules *rules, const struct pro380_span *span);
struct pro380_cost pro380_cost(unsigned int speed, bool parity, unsigned int latency_us);

#endif
