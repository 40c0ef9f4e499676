// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for devices on a Modbus line: every address at every setting is asked for the
 * registers that a PRO380 has; a device of another kind refuses them, which is an answer
 * as well.
 *
 * Nearly all time goes into waiting for nobody, so the time limit is short and follows
 * what answered so far. A reply that comes too late is heard in the next exchange and
 * tells by its address whose it is: then everybody gets more time, and the scan goes back.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "modbus_identify.h"
#include "scan.h"

#define TRIES		3
/* The reply of one that was asked so many addresses ago may still come. */
#define LATE_REACH	8
/* As long as anybody is ever waited for; so many times the first limit is doubled at most. */
#define LATE_LIMIT_MS	2000
#define MOST_RETURNS	4
/* The raw devices wait no longer: MODBUS_XFER_MAX_TIMEOUT_MS */
#define TIMEOUT_MAX_MS	10000
/* Unit, function, register, count, CRC */
#define REQUEST_BYTES	8

struct run {
	struct scan *scan;
	const struct modbus_plan *plan;
	const struct line *line;
	struct scan_progress progress;
	bool asked[MODBUS_UNIT_MAX + 1];
	bool silent[MODBUS_UNIT_MAX + 1];
	unsigned char gone_back[MODBUS_UNIT_MAX + 1];
	unsigned int next;
};

/* Registers of the PRO380; of the manual's first version; of most other devices */
static const struct {
	unsigned int first;
	unsigned int count;
} questions[] = {
	{ PRO380_SERIAL_REG, PRO380_SERIAL_COUNT },
	{ 0x1010, 1 },
	{ 0x0000, 1 },
};

static unsigned int nr_questions(const struct scan *scan)
{
	return scan->thorough ? ARRAY_SIZE(questions) : 1;
}

/* Whose reply is it that was heard at somebody else's turn? 0: nobody's */
static unsigned int late_unit(const struct run *run, const struct exchange *x)
{
	unsigned int unit = x->reply[0];

	if (x->reply_len < 5 || unit >= x->request[0] || unit + LATE_REACH < x->request[0])
		return 0;
	if ((x->reply[1] & 0x7f) != x->request[1])
		return 0;
	return run->silent[unit] && run->gone_back[unit] < MOST_RETURNS ? unit : 0;
}

/* Returns true if the scan has to go back. */
static bool was_late(struct run *run, const struct exchange *x)
{
	unsigned int unit = late_unit(run, x);

	if (!unit)
		return false;
	run->scan->counts.late++;
	run->gone_back[unit]++;
	run->next = unit;
	timing_was_late(&run->scan->timing, LATE_LIMIT_MS);
	return true;
}

static int identify(struct run *run, const struct exchange *x)
{
	struct meter meter;
	int ret = modbus_identify(run->scan, x, &meter);

	run->silent[meter.address] = false;
	return ret ? ret : scan_found(run->scan, &meter);
}

static int report_bad(struct run *run, unsigned int unit)
{
	struct meter meter;

	meter_init(&meter, BUS_MODBUS, run->line);
	meter.state = METER_BAD;
	meter.address = unit;
	snprintf(meter.note, sizeof(meter.note),
		 "only damaged answers: two devices at one address, or another speed or parity?");
	run->silent[unit] = false;
	return scan_found(run->scan, &meter);
}

/*
 * Sets x->outcome to what came of the tries. Each try asks for another number of
 * registers, so that a late reply to the one before is not taken for its own.
 */
static int ask_question(struct run *run, unsigned int unit, unsigned int n, struct exchange *x)
{
	unsigned int damaged = 0, try;
	int ret;

	for (try = 0; try < TRIES; try++) {
		modbus_ask_registers(x, run->line, unit, questions[n].first,
				     questions[n].count + try);
		ret = scan_exchange(run->scan, x);
		if (ret || x->outcome == OUTCOME_REPLY || was_late(run, x))
			return ret;
		if (x->outcome == OUTCOME_SILENT && !damaged)
			return 0;
		if (x->outcome != OUTCOME_SILENT) {
			damaged++;
			scan_noise(run->scan);
		}
	}
	x->outcome = damaged == TRIES ? OUTCOME_DAMAGED : OUTCOME_SILENT;
	return 0;
}

static int ask_unit(struct run *run, unsigned int unit)
{
	struct exchange x;
	unsigned int n;
	int ret;

	run->next = unit + 1;
	run->silent[unit] = true;
	for (n = 0; n < nr_questions(run->scan); n++) {
		ret = ask_question(run, unit, n, &x);
		if (ret || run->next <= unit)
			return ret;
		if (x.outcome == OUTCOME_REPLY)
			return identify(run, &x);
		if (x.outcome != OUTCOME_SILENT)
			return report_bad(run, unit);
	}
	return 0;
}

static int ask_first(struct run *run, unsigned int unit)
{
	int ret = ask_unit(run, unit);

	if (!ret && !run->asked[unit])
		scan_step(run->scan, &run->progress);
	run->asked[unit] = true;
	return ret;
}

static int first_pass(struct run *run)
{
	unsigned int unit = run->plan->first;
	int ret = 0;

	while (unit <= run->plan->last && !ret) {
		run->next = unit + 1;
		if (!run->plan->skip[unit])
			ret = ask_first(run, unit);
		unit = run->next;
	}
	return ret;
}

/* Noise may have hidden some; those that were silent are asked once more. */
static int second_pass(struct run *run)
{
	unsigned int unit = run->plan->first;
	int ret = 0;

	while (unit <= run->plan->last && !ret) {
		run->next = unit + 1;
		if (run->silent[unit])
			ret = ask_unit(run, unit);
		unit = run->next;
	}
	return ret;
}

static void start_timing(const struct scan *scan, const struct line *line, struct timing *timing)
{
	unsigned int bus_ms = scan->bus_timeout_ms;

	if (scan->timeout_ms)
		timing_fix(timing, scan->timeout_ms);
	else if (scan->thorough && bus_ms)
		timing_fix(timing, bus_ms < TIMEOUT_MAX_MS ? bus_ms : TIMEOUT_MAX_MS);
	else
		timing_modbus(timing, line->speed, bus_ms);
}

static unsigned int step_ms(const struct scan *scan, const struct line *line)
{
	struct timing timing;

	start_timing(scan, line, &timing);
	return nr_questions(scan) * timing_silence_ms(&timing, REQUEST_BYTES, line->speed);
}

static unsigned int line_ms(const struct run *run, const struct line *line)
{
	unsigned int unit, units = 0;

	for (unit = run->plan->first; unit <= run->plan->last; unit++)
		units += !run->plan->skip[unit];
	return units * step_ms(run->scan, line);
}

static int scan_line(struct run *run)
{
	int ret;

	memset(run->asked, 0, sizeof(run->asked));
	memset(run->silent, 0, sizeof(run->silent));
	memset(run->gone_back, 0, sizeof(run->gone_back));
	run->progress.line = run->line;
	run->progress.step = step_ms(run->scan, run->line);
	run->scan->noisy = false;
	start_timing(run->scan, run->line, &run->scan->timing);
	ret = first_pass(run);
	if (!ret && run->scan->noisy)
		ret = second_pass(run);
	return ret;
}

int modbus_scan(struct scan *scan, const struct modbus_plan *plan)
{
	struct run run = { .scan = scan, .plan = plan };
	unsigned int begun = 0;
	size_t i;
	int ret = 0;

	if (plan->first < 1 || plan->last > MODBUS_UNIT_MAX || plan->first > plan->last)
		return -EINVAL;
	for (i = 0; i < plan->nr_lines; i++)
		run.progress.total += line_ms(&run, &plan->lines[i]);
	for (i = 0; i < plan->nr_lines && !ret; i++) {
		run.line = &plan->lines[i];
		run.progress.done = begun;
		begun += line_ms(&run, run.line);
		ret = scan_line_done(scan, scan_line(&run));
	}
	return ret;
}
