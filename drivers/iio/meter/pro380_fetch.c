// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: getting items over Modbus.
 *
 * A block that the meter refuses with an exception, or that it leaves unanswered
 * while it answers others, is halved until the parts are answered, and remembered:
 * plans avoid blocks that contain it. An exception is certain; silence may have
 * been a disturbed line, so it takes two in a row.
 */
#include <linux/kernel.h>
#include <linux/timekeeping.h>

#include "pro380_modbus.h"

#define PRO380_STRIKES		2
#define PRO380_SILENT_MS	(60 * MSEC_PER_SEC)

/**
 * struct pro380_fetch - a fetch under way
 * @pm: the meter
 * @pro: who gets the items
 * @wanted: which
 * @nr: number of values in @pm->want
 * @answered: number of reads that the meter has answered so far
 * @blamed: reads that the meter left unanswered
 * @nr_blamed: how many
 */
struct pro380_fetch {
	struct pro380_modbus *pm;
	struct pro380 *pro;
	const unsigned long *wanted;
	unsigned int nr;
	unsigned int answered;
	struct pro380_span blamed[PRO380_NR_SUSPECTS];
	unsigned int nr_blamed;
};

static int pro380_read_span(struct pro380_fetch *fetch, const struct pro380_span *span);

/* Exceptions 2 and 3: the address, or the number of registers */
static bool pro380_is_exception(int error)
{
	return error == -ENXIO || error == -EINVAL;
}

static struct pro380_suspect *pro380_suspect_find(struct pro380_modbus *pm,
						  const struct pro380_span *span)
{
	struct pro380_suspect *suspect;

	for (suspect = pm->suspects; suspect < pm->suspects + PRO380_NR_SUSPECTS; suspect++)
		if (suspect->strikes && suspect->span.addr == span->addr &&
		    suspect->span.count == span->count)
			return suspect;

	return NULL;
}

static void pro380_suspect_strike(struct pro380_modbus *pm, const struct pro380_span *span)
{
	struct pro380_suspect *suspect = pro380_suspect_find(pm, span);

	if (!suspect) {
		suspect = &pm->suspects[pm->next_suspect];
		pm->next_suspect = (pm->next_suspect + 1) % PRO380_NR_SUSPECTS;
		suspect->span = *span;
		suspect->strikes = 0;
		suspect->retry = 0;
	}

	if (++suspect->strikes < PRO380_STRIKES)
		return;

	suspect->strikes = PRO380_STRIKES;
	suspect->retry = ktime_add_ms(ktime_get_boottime(), PRO380_SILENT_MS);
	pro380_rules_refuse(&pm->rules, span);
}

/* What was answered as part of a block is above suspicion */
static void pro380_suspect_clear(struct pro380_modbus *pm, const struct pro380_span *span)
{
	struct pro380_suspect *suspect;

	for (suspect = pm->suspects; suspect < pm->suspects + PRO380_NR_SUSPECTS; suspect++)
		if (suspect->strikes && pro380_span_contains(span, &suspect->span))
			suspect->strikes = 0;
}

static bool pro380_is_silent(struct pro380_modbus *pm, const struct pro380_span *span)
{
	struct pro380_suspect *suspect = pro380_suspect_find(pm, span);

	return suspect && suspect->strikes == PRO380_STRIKES &&
	       ktime_before(ktime_get_boottime(), suspect->retry);
}

/* Hands over the items in @span: their values in pm->words, or an error */
static void pro380_deliver_span(struct pro380_fetch *fetch, const struct pro380_span *span,
				int error, ktime_t stamp)
{
	const struct pro380_register *reg;
	struct pro380_span value;
	unsigned int i;
	s64 number;
	int ret;

	for (i = 0; i < pro380_nr_registers; i++) {
		reg = &pro380_registers[i];
		value.addr = reg->addr;
		value.count = pro380_register_count(reg);
		if (!test_bit(reg->item, fetch->wanted) ||
		    !pro380_span_contains(span, &value))
			continue;

		number = 0;
		ret = error ?: pro380_register_decode(reg, fetch->pm->words + reg->addr -
						      span->addr, &number);
		pro380_deliver(fetch->pro, reg->item, number, ret, stamp);
	}
}

/*
 * Cuts @span between two of its values, near the middle. Returns false if it holds
 * one value only.
 */
static bool pro380_halve(const struct pro380_fetch *fetch, const struct pro380_span *span,
			 struct pro380_span *left, struct pro380_span *right)
{
	const struct pro380_span *want = fetch->pm->want;
	const struct pro380_span *mid;
	unsigned int first = 0, last;

	while (want[first].addr < span->addr)
		first++;
	for (last = first; last + 1 < fetch->nr; last++)
		if (!pro380_span_contains(span, &want[last + 1]))
			break;
	if (first == last)
		return false;

	mid = &want[(first + last) / 2];
	left->addr = span->addr;
	left->count = mid->addr + mid->count - span->addr;
	right->addr = mid[1].addr;
	right->count = span->addr + span->count - right->addr;
	return true;
}

static void pro380_blame(struct pro380_fetch *fetch, const struct pro380_span *span)
{
	if (fetch->nr_blamed < PRO380_NR_SUSPECTS)
		fetch->blamed[fetch->nr_blamed++] = *span;
}

/*
 * Reads in two parts what could not be read at once. Silence is blamed on a single
 * value, or on the whole when both parts are answered.
 */
static int pro380_read_halves(struct pro380_fetch *fetch, const struct pro380_span *span,
			      int error)
{
	struct pro380_span left, right;
	int ret, ret2;

	if (!pro380_halve(fetch, span, &left, &right)) {
		pro380_blame(fetch, span);
		return error;
	}

	ret = pro380_read_span(fetch, &left);
	ret2 = pro380_read_span(fetch, &right);
	if (error == -ETIMEDOUT && !ret && !ret2)
		pro380_blame(fetch, span);

	return ret ?: ret2;
}

static int pro380_read_span(struct pro380_fetch *fetch, const struct pro380_span *span)
{
	struct pro380_modbus *pm = fetch->pm;
	struct pro380_span left, right;
	ktime_t stamp;
	int ret;

	if (pro380_is_silent(pm, span)) {
		pro380_deliver_span(fetch, span, -ETIMEDOUT, ktime_get_boottime());
		return 0;
	}

	ret = pm->read(pm->mdev, span->addr, span->count, pm->words, &stamp);
	if (!ret) {
		fetch->answered++;
		pro380_suspect_clear(pm, span);
		pro380_deliver_span(fetch, span, 0, stamp);
		return 0;
	}
	if (ret == -ETIMEDOUT)
		return pro380_read_halves(fetch, span, ret);
	if (!pro380_is_exception(ret))
		return ret;

	fetch->answered++;
	pro380_rules_refuse(&pm->rules, span);
	if (pro380_halve(fetch, span, &left, &right))
		return pro380_read_halves(fetch, span, ret);

	pro380_deliver_span(fetch, span, ret, ktime_get_boottime());
	return 0;
}

static void pro380_fetch_want(struct pro380_fetch *fetch)
{
	struct pro380_modbus *pm = fetch->pm;
	unsigned int i;

	for (i = 0; i < pro380_nr_registers; i++) {
		if (!test_bit(pro380_registers[i].item, fetch->wanted))
			continue;

		pm->want[fetch->nr].addr = pro380_registers[i].addr;
		pm->want[fetch->nr].count = pro380_register_count(&pro380_registers[i]);
		fetch->nr++;
	}
}

static void pro380_fetch_welcome_back(struct pro380_modbus *pm)
{
	if (!READ_ONCE(pm->was_away))
		return;

	WRITE_ONCE(pm->was_away, false);
	pm->rules.nr_refused = 0;
	memset(pm->suspects, 0, sizeof(pm->suspects));
}

/**
 * pro380_fetch_planned() - get items in the cheapest way
 * @pm: the meter
 * @cost: what reads cost
 * @wanted: items
 * @pro: who gets them
 *
 * Return: 0 if the meter answered for each item, or an error.
 */
int pro380_fetch_planned(struct pro380_modbus *pm, const struct pro380_cost *cost,
			 const unsigned long *wanted, struct pro380 *pro)
{
	struct pro380_fetch fetch = { .pm = pm, .pro = pro, .wanted = wanted };
	unsigned int i, nr;
	int ret = 0;

	pro380_fetch_welcome_back(pm);
	pro380_fetch_want(&fetch);
	nr = pro380_plan(&pm->rules, cost, pm->want, fetch.nr, pm->reads);

	for (i = 0; i < nr && !ret; i++)
		ret = pro380_read_span(&fetch, &pm->reads[i]);

	/* If it answered nothing it was not there */
	for (i = 0; i < fetch.nr_blamed && fetch.answered; i++)
		pro380_suspect_strike(pm, &fetch.blamed[i]);

	return ret;
}

/**
 * pro380_modbus_fetch() - the fetch operation, see struct pro380_ops
 * @priv: the meter
 * @wanted: items
 * @pro: who gets them
 *
 * Return: 0 if the meter answered for each item, or an error.
 */
int pro380_modbus_fetch(void *priv, const unsigned long *wanted, struct pro380 *pro)
{
	struct pro380_modbus *pm = priv;
	struct serial_xfer_line line = modbus_device_line(pm->mdev);
	struct pro380_cost cost;

	cost = pro380_cost(line.speed, line.parity != SERIAL_XFER_PARITY_NONE,
			   modbus_device_latency_us(pm->mdev));

	return pro380_fetch_planned(pm, &cost, wanted, pro);
}
