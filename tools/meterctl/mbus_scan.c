// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for meters on an M-Bus: at each primary address, then by secondary address, which
 * also finds those that share a primary one. The replies tell both addresses, so that a
 * meter found in both ways is one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mbus_search.h"

/* What the kernel gives a bus that nobody has set */
#define BUS_USUAL_MS	200
/* The raw devices wait no longer: METERBUS_XFER_MAX_TIMEOUT_MS */
#define TIMEOUT_MAX_MS	10000
/* A short frame; a long one with an address */
#define RESET_BYTES	5
#define SELECTION_BYTES	17

struct run {
	struct scan *scan;
	const struct mbus_plan *plan;
	struct mbus_link link;
	struct scan_progress progress;
	bool unclear[MBUS_ADDRESS_MAX + 1];
};

/* Is anybody there? Silence is believed the second time where there is noise. */
static int reset(struct run *run, unsigned int address, bool *there)
{
	enum outcome outcome = OUTCOME_SILENT;
	bool heard = false;
	unsigned int try;
	int ret;

	*there = false;
	for (try = 0; try < MBUS_TRIES && !*there; try++) {
		ret = mbus_link_reset(&run->link, address, &outcome);
		if (ret)
			return ret;
		*there = outcome == OUTCOME_REPLY || outcome == OUTCOME_COLLISION;
		if (outcome == OUTCOME_SILENT && !heard && (try || !run->scan->noisy))
			return 0;
		if (outcome == OUTCOME_DAMAGED) {
			heard = true;
			scan_noise(run->scan);
		}
	}
	*there |= outcome == OUTCOME_DAMAGED;
	return 0;
}

/*
 * Several that answer in step give the AND of their telegrams, whose checksum is right by
 * chance now and then: nobody has the address that it tells.
 */
static int confirm(struct run *run, bool *confirmed)
{
	const struct mbus_address address = run->link.identity.address;
	enum outcome outcome = OUTCOME_SILENT;
	unsigned int try;
	int ret;

	for (try = 0; try < MBUS_TRIES && outcome != OUTCOME_REPLY; try++) {
		ret = mbus_link_select(&run->link, &address, &outcome);
		if (ret)
			return ret;
		if (outcome == OUTCOME_SILENT && try)
			break;
	}
	*confirmed = outcome != OUTCOME_SILENT;
	return 0;
}

static int read_head(struct run *run, unsigned int address, bool *read)
{
	enum mbus_answer answer = MBUS_NOISE;
	unsigned int try;
	int ret;

	for (try = 0; try < MBUS_TRIES && answer != MBUS_TELEGRAM; try++) {
		ret = mbus_link_read(&run->link, address, &answer);
		if (ret)
			return ret;
	}
	*read = answer == MBUS_TELEGRAM;
	return 0;
}

static int identify(struct run *run, unsigned int address)
{
	struct meter meter;
	bool good = false;
	int ret = read_head(run, address, &good);

	if (!ret && good)
		ret = confirm(run, &good);
	if (ret)
		return ret;
	run->unclear[address] = !good;
	if (!good)
		return 0;
	mbus_meter_fill(&run->link, &meter);
	return scan_found(run->scan, &meter);
}

static int scan_primary(struct run *run)
{
	const struct mbus_plan *plan = run->plan;
	unsigned int address;
	bool there;
	int ret = 0;

	for (address = plan->first; address <= plan->last && !ret; address++) {
		if (plan->skip[address])
			continue;
		ret = reset(run, address, &there);
		if (!ret && there)
			ret = identify(run, address);
		if (!ret)
			scan_step(run->scan, &run->progress);
	}
	return ret;
}

static int report_unclear(struct run *run)
{
	unsigned int address;
	struct meter meter;
	int ret = 0;

	for (address = run->plan->first; address <= run->plan->last && !ret; address++) {
		if (!run->unclear[address])
			continue;
		meter_init(&meter, BUS_MBUS, run->link.line);
		meter.state = METER_BAD;
		meter.address = address;
		snprintf(meter.note, sizeof(meter.note), "several meters at one primary address, or one that answers badly or to no selection");
		ret = scan_found(run->scan, &meter);
	}
	return ret;
}

/* A bus whose owner allows more than is usual has a meter that needs it. */
static void start_timing(const struct scan *scan, const struct line *line, struct timing *timing)
{
	unsigned int bus_ms = scan->bus_timeout_ms;

	if (scan->timeout_ms) {
		timing_fix(timing, scan->timeout_ms);
		return;
	}
	timing_mbus(timing, line->speed);
	if (scan->thorough || bus_ms > BUS_USUAL_MS)
		timing_patient(timing, bus_ms < TIMEOUT_MAX_MS ? bus_ms : TIMEOUT_MAX_MS);
}

static unsigned int step_ms(const struct scan *scan, const struct line *line, unsigned int bytes)
{
	struct timing timing;

	start_timing(scan, line, &timing);
	return timing_silence_ms(&timing, bytes, line->speed);
}

/* Of a search its two first questions */
static unsigned int line_ms(const struct run *run, const struct line *line)
{
	const struct mbus_plan *plan = run->plan;
	unsigned int address, addresses = 0, ms = 0;

	for (address = plan->first; address <= plan->last; address++)
		addresses += !plan->skip[address];
	if (plan->primary)
		ms += addresses * step_ms(run->scan, line, RESET_BYTES);
	if (plan->secondary)
		ms += MBUS_SEARCH_STEPS * step_ms(run->scan, line, SELECTION_BYTES);
	return ms;
}

static int scan_line(struct run *run, const struct line *line)
{
	struct scan *scan = run->scan;
	int ret = 0;

	run->link = (struct mbus_link){ .scan = scan, .line = line };
	run->progress.line = line;
	memset(run->unclear, 0, sizeof(run->unclear));
	scan->noisy = false;
	start_timing(scan, line, &scan->timing);
	run->progress.step = step_ms(scan, line, RESET_BYTES);
	if (run->plan->primary)
		ret = scan_primary(run);
	run->progress.step = step_ms(scan, line, SELECTION_BYTES);
	if (!ret && run->plan->secondary)
		ret = mbus_search(&run->link, &run->progress);
	return ret ? ret : report_unclear(run);
}

int mbus_scan(struct scan *scan, const struct mbus_plan *plan)
{
	struct run run = { .scan = scan, .plan = plan };
	unsigned int left = 0;
	size_t i;
	int ret = 0;

	if (plan->last > MBUS_ADDRESS_MAX || plan->first > plan->last)
		return -EINVAL;
	for (i = 0; i < plan->nr_lines; i++)
		left += line_ms(&run, &plan->lines[i]);
	run.progress.total = left;
	for (i = 0; i < plan->nr_lines && !ret; i++) {
		run.progress.done = run.progress.total - left;
		left -= line_ms(&run, &plan->lines[i]);
		ret = scan_line_done(scan, scan_line(&run, &plan->lines[i]));
	}
	return ret;
}
