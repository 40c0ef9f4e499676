// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which registers to read together.
 *
 * A read costs a fixed time (its request, the frame around its reply, the silence
 * before it, the meter's thinking) and a time for each register. So it pays to
 * read over a hole of registers that nobody wants, up to a length that follows
 * from these two. Pure code: no I/O, no locks, no state.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "pro380_plan.h"

/* Function 03: the request's frame, and the reply's without its registers */
#define PLAN_REQUEST_CHARS	8
#define PLAN_REPLY_CHARS	5
#define PLAN_REGISTER_CHARS	2

/* Modbus over Serial Line V1.02, 2.5.1.1: 3.5 characters, above 19200 baud 1.75 ms */
#define PLAN_SILENCE_US		1750
#define PLAN_SILENCE_SPEED	19200

static u32 pro380_chars_us(unsigned int half_chars, unsigned int bits, unsigned int speed)
{
	return DIV_ROUND_UP(half_chars * bits * (USEC_PER_SEC / 2), speed);
}

/**
 * pro380_cost() - what reads cost on a serial line, in microseconds
 * @speed: the line's, bits per second, at least 300
 * @parity: whether characters have a parity bit
 * @latency_us: how long the meter thinks
 *
 * Return: the costs.
 */
struct pro380_cost pro380_cost(unsigned int speed, bool parity, unsigned int latency_us)
{
	unsigned int bits = parity ? 11 : 10;
	u32 silence = PLAN_SILENCE_US;

	if (speed <= PLAN_SILENCE_SPEED)
		silence = pro380_chars_us(7, bits, speed);

	return (struct pro380_cost){
		.read = pro380_chars_us(2 * (PLAN_REQUEST_CHARS + PLAN_REPLY_CHARS), bits,
					speed) + silence + latency_us,
		.reg = pro380_chars_us(2 * PLAN_REGISTER_CHARS, bits, speed),
	};
}

static unsigned int pro380_span_end(const struct pro380_span *span)
{
	return span->addr + span->count;
}

/**
 * pro380_span_contains() - is one span part of another, or the same?
 * @outer: the other
 * @inner: the one
 *
 * Return: whether it is.
 */
bool pro380_span_contains(const struct pro380_span *outer, const struct pro380_span *inner)
{
	return outer->addr <= inner->addr && pro380_span_end(inner) <= pro380_span_end(outer);
}

static bool pro380_in_one_map(const struct pro380_rules *rules,
			      const struct pro380_span *read)
{
	unsigned int i;

	for (i = 0; i < rules->nr_maps; i++)
		if (pro380_span_contains(&rules->maps[i], read))
			return true;

	return false;
}

static bool pro380_is_refused(const struct pro380_rules *rules,
			      const struct pro380_span *read)
{
	unsigned int i;

	for (i = 0; i < rules->nr_refused; i++)
		if (pro380_span_contains(read, &rules->refused[i]))
			return true;

	return false;
}

/*
 * Is the read too long, so that one which begins earlier is too long as well?
 * Refusals have the same property.
 */
static bool pro380_is_forbidden(const struct pro380_rules *rules,
				const struct pro380_span *read)
{
	return read->count > rules->max_count || !pro380_in_one_map(rules, read) ||
	       pro380_is_refused(rules, read);
}

/**
 * pro380_plan() - find the cheapest reads that get all wanted values
 * @rules: what reads are allowed; a single value always is
 * @cost: what they cost
 * @want: the values, sorted by address, none overlapping another
 * @nr: how many, at most PRO380_PLAN_MAX
 * @reads: result, with room for @nr
 *
 * The cheapest way to get the first n values ends with a read of the last few of
 * them, and gets those before in the cheapest way. Among plans of one price the
 * one with longer reads at the end is taken.
 *
 * Return: the number of reads.
 */
unsigned int pro380_plan(const struct pro380_rules *rules, const struct pro380_cost *cost,
			 const struct pro380_span *want, unsigned int nr,
			 struct pro380_span *reads)
{
	u32 price[PRO380_PLAN_MAX + 1] = { };
	u8 first[PRO380_PLAN_MAX];
	unsigned int n, i, count = 0;
	struct pro380_span read;

	for (n = 0; n < nr; n++) {
		price[n + 1] = U32_MAX;
		for (i = n + 1; i-- > 0;) {
			u32 sum;

			read.addr = want[i].addr;
			read.count = pro380_span_end(&want[n]) - want[i].addr;
			if (i < n && pro380_is_forbidden(rules, &read))
				break;

			sum = price[i] + cost->read + cost->reg * read.count;
			if (sum <= price[n + 1]) {
				price[n + 1] = sum;
				first[n] = i;
			}
		}
	}

	for (n = nr; n; n = first[n - 1])
		count++;

	for (n = nr, i = count; n; n = first[n - 1]) {
		i--;
		reads[i].addr = want[first[n - 1]].addr;
		reads[i].count = pro380_span_end(&want[n - 1]) - reads[i].addr;
	}

	return count;
}

static void pro380_rules_drop(struct pro380_rules *rules, unsigned int i)
{
	rules->nr_refused--;
	memmove(&rules->refused[i], &rules->refused[i + 1],
		(rules->nr_refused - i) * sizeof(rules->refused[0]));
}

/**
 * pro380_rules_refuse() - remember that a meter refused a read
 * @rules: where
 * @span: what was read
 *
 * The smaller refusal explains the larger ones that contain it. The oldest is
 * forgotten when there is no room.
 */
void pro380_rules_refuse(struct pro380_rules *rules, const struct pro380_span *span)
{
	unsigned int i = 0;

	if (pro380_is_refused(rules, span))
		return;

	while (i < rules->nr_refused) {
		if (pro380_span_contains(&rules->refused[i], span))
			pro380_rules_drop(rules, i);
		else
			i++;
	}

	if (rules->nr_refused == PRO380_PLAN_REFUSED)
		pro380_rules_drop(rules, 0);

	rules->refused[rules->nr_refused++] = *span;
}
