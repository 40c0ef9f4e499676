// SPDX-License-Identifier: GPL-2.0-only
/* The scan of a Modbus line, on devices in memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../array.h"
#include "../scan.h"
#include "tap.h"

#define UNITS			(MODBUS_UNIT_MAX + 1)
#define IMPOSSIBLE_SPEED	12345

enum manner {
	ABSENT,
	PRO380,
	REFUSES,	/* exception 2 to all registers, no identification */
	NAMES_ITSELF,	/* function 43/14 */
	GARBLES,
	SLOW,		/* answers 400 ms after it was asked */
	LAX,		/* a PRO380 that hears any parity, and answers with its own */
};

static const struct line line_9600 = { 9600, PARITY_EVEN };

static struct {
	struct transport transport;
	struct scan scan;
	struct meter_list list;
	enum manner manner[UNITS];
	struct line line[UNITS];
	unsigned int asked[UNITS];
	unsigned int late;		/* its reply is still to come */
	unsigned int deaf;		/* it does not hear its first request */
	unsigned int exchanges;
	unsigned int noise_every;
	uint64_t time_ms;
	struct scan_progress last;
	unsigned int nr_steps;
	struct {
		double done;
		double ms;
	} steps[1000];
} t;

static void reply(struct exchange *x, const uint8_t *bytes, size_t len)
{
	x->outcome = OUTCOME_REPLY;
	memcpy(x->reply, bytes, len);
	x->reply_len = len;
	x->latency_us = 15000;
}

static void refuse(struct exchange *x)
{
	const uint8_t bytes[] = { x->request[0], x->request[1] | 0x80, 2 };

	reply(x, bytes, sizeof(bytes));
}

/* Serial number 220910xx, meter code 0102; software version 2.18 = 400B851F */
static void pro380(struct exchange *x)
{
	uint8_t regs[64] = { 0x22, 0x09, 0x10, 0, 0x01, 0x02 };
	static const uint8_t versions[] = { 0x3f, 0x80, 0, 0, 0x40, 0x0b, 0x85, 0x1f, 0x40, 0, 0,
		0 };
	uint8_t bytes[67] = { x->request[0], 3, 2 * x->request[5] };

	regs[3] = (x->request[0] / 10 % 10) << 4 | x->request[0] % 10;
	if (x->request[1] != 3 || x->request[2] != 0x40) {
		refuse(x);
		return;
	}
	memcpy(bytes + 3, x->request[3] == 5 ? versions : regs, 2 * x->request[5]);
	reply(x, bytes, 3 + 2 * x->request[5]);
}

static void names_itself(struct exchange *x)
{
	static const uint8_t id[] = { 9, 0x2b, 0x0e, 1, 1, 0, 0, 3, 0, 4, 'A', 'c', 'm', 'e',
		1, 5, 'X', '1', '\x1b', '[', '0', 2, 3, '1', '.', '7' };

	if (x->request[1] != 0x2b) {
		refuse(x);
		return;
	}
	reply(x, id, sizeof(id));
	x->reply[0] = x->request[0];
}

static void garble(struct exchange *x)
{
	x->outcome = OUTCOME_DAMAGED;
	x->reply_len = 7;
	memset(x->reply, 0x55, 7);
}

/* The reply of one who was asked before comes while another one is waited for. */
static bool is_disturbed(struct exchange *x)
{
	if (!t.late || t.late == x->request[0])
		return false;
	garble(x);
	x->reply[0] = t.late;
	x->reply[1] = 3;
	t.late = 0;
	return true;
}

static void slow(struct exchange *x)
{
	if (x->timeout_ms < 400) {
		t.late = x->request[0];
		return;
	}
	pro380(x);
	x->latency_us = 400000;
}

static void answer(struct exchange *x)
{
	switch (t.manner[x->request[0]]) {
	case ABSENT:
		return;
	case PRO380:
	case LAX:
		pro380(x);
		return;
	case REFUSES:
		refuse(x);
		return;
	case NAMES_ITSELF:
		names_itself(x);
		return;
	case GARBLES:
		garble(x);
		return;
	case SLOW:
		slow(x);
	}
}

static int fake_exchange(struct transport *transport, struct exchange *x)
{
	const struct line *line = &t.line[x->request[0]];

	(void)transport;
	if (x->line.speed == IMPOSSIBLE_SPEED)
		return -EINVAL;
	x->outcome = OUTCOME_SILENT;
	x->reply_len = 0;
	t.asked[x->request[0]]++;
	t.time_ms += x->timeout_ms + (x->request_len + 2) * 11 * 1000 / x->line.speed;
	if (is_disturbed(x))
		return 0;
	if (t.deaf == x->request[0]) {
		t.deaf = 0;
		return 0;
	}
	if (line->speed == x->line.speed && line->parity == x->line.parity)
		answer(x);
	else if (line->speed == x->line.speed && t.manner[x->request[0]] == LAX)
		garble(x);
	if (t.noise_every && ++t.exchanges % t.noise_every == 0)
		garble(x);
	return 0;
}

static uint64_t fake_now(struct transport *transport)
{
	(void)transport;
	return t.time_ms;
}

static void keep_progress(struct scan *scan, const struct scan_progress *progress)
{
	(void)scan;
	t.last = *progress;
	if (t.nr_steps == ARRAY_SIZE(t.steps))
		return;
	t.steps[t.nr_steps].done = (double)progress->done / progress->total;
	t.steps[t.nr_steps++].ms = t.time_ms;
}

static bool never(struct scan *scan)
{
	(void)scan;
	return false;
}

static void begin(void)
{
	meter_free(&t.list);
	memset(&t, 0, sizeof(t));
	t.transport.exchange = fake_exchange;
	t.transport.now_ms = fake_now;
	t.scan = (struct scan){ .transport = &t.transport, .list = &t.list,
		.progress = keep_progress, .stopped = never,
		.bus_timeout_ms = 500 };
	for (unsigned int unit = 0; unit < UNITS; unit++)
		t.line[unit] = line_9600;
}

static int scan_all(const struct line *lines, size_t nr_lines)
{
	struct modbus_plan plan = { .lines = lines, .nr_lines = nr_lines, .first = 1,
		.last = MODBUS_UNIT_MAX };

	return modbus_scan(&t.scan, &plan);
}

static const struct meter *at(int address)
{
	for (size_t i = 0; i < t.list.count; i++)
		if (t.list.meters[i].address == address)
			return &t.list.meters[i];
	return NULL;
}

static void test_nobody(void)
{
	begin();
	ok(!scan_all(&line_9600, 1) && !t.list.count, "nobody: nobody found");
	ok(t.nr_steps == 247 && t.last.done == t.last.total, "progress: 247 steps to the end");
	ok(t.time_ms < 247 * 200, "in less than 200 ms each (%u)", (unsigned int)t.time_ms / 247);
}

/* A question at 300 baud takes about six times as long as one at 9600. */
static void test_progress(void)
{
	static const struct line lines[] = {
		{ 9600, PARITY_EVEN }, { 300, PARITY_EVEN }, { 2400, PARITY_EVEN },
	};
	double error, worst = 0;

	begin();
	scan_all(lines, 3);
	for (unsigned int i = 0; i < t.nr_steps; i++) {
		error = t.steps[i].done - t.steps[i].ms / t.time_ms;
		worst = error > worst ? error : -error > worst ? -error : worst;
	}
	ok(t.nr_steps == 3 * 247 && worst < 0.01, "progress is time: at most %.1f %% off",
	   100 * worst);
}

static void test_ends(void)
{
	const struct meter *m;

	begin();
	t.manner[1] = PRO380;
	t.manner[247] = PRO380;
	ok(!scan_all(&line_9600, 1) && t.list.count == 2, "the first address and the last");
	m = at(1);
	ok(m && !strcmp(m->model, "PRO380") && !strcmp(m->serial, "22091001") &&
	   !strcmp(m->firmware, "2.18"), "model, serial number and firmware");
	ok(m && m->line.speed == 9600 && m->line.parity == PARITY_EVEN, "speed and parity");
	ok(m && !strcmp(m->driver, "pro380"), "driver");
	ok(t.asked[100] == 1, "who is silent is asked once");
}

static void test_others(void)
{
	begin();
	t.manner[5] = REFUSES;
	t.manner[6] = NAMES_ITSELF;
	ok(!scan_all(&line_9600, 1) && t.list.count == 2, "devices that are no PRO380");
	ok(at(5) && at(5)->note[0] && !at(5)->driver[0], "one that says nothing of itself");
	ok(at(6) && !strcmp(at(6)->model, "X1[0") && !strcmp(at(6)->manufacturer, "Acme") &&
	   !strcmp(at(6)->firmware, "1.7"), "one that does, without control characters");
}

static void test_garbling(void)
{
	begin();
	t.manner[5] = GARBLES;
	t.manner[6] = PRO380;
	ok(!scan_all(&line_9600, 1) && t.list.count == 2, "one that answers badly");
	ok(at(5) && at(5)->state == METER_BAD, "is told");
	ok(at(6) && at(6)->state == METER_FREE, "and its neighbour found");
}

/* Sixty meters at scattered addresses and three settings */
static void test_sixty(unsigned int noise_every)
{
	static const struct line lines[] = {
		{ 9600, PARITY_EVEN }, { 4800, PARITY_ODD }, { 2400, PARITY_NONE },
	};
	bool all = true;

	begin();
	t.noise_every = noise_every;
	for (unsigned int i = 0; i < 60; i++) {
		t.manner[3 + 4 * i] = PRO380;
		t.line[3 + 4 * i] = lines[i % 3];
	}
	ok(!scan_all(lines, 3), "sixty meters of three settings, noise every %u", noise_every);
	ok(t.list.count == 60, "%zu are found", t.list.count);
	for (unsigned int i = 0; i < 60; i++)
		all &= at(3 + 4 * i) && at(3 + 4 * i)->state == METER_FREE &&
		       at(3 + 4 * i)->line.speed == lines[i % 3].speed;
	ok(all, "each at its own");
	ok(t.last.done == t.last.total, "progress ends at its end");
}

/* Damaged answers before the good one, and after it */
static void test_lax_parity(void)
{
	static const struct line lines[] = {
		{ 9600, PARITY_EVEN }, { 9600, PARITY_NONE }, { 9600, PARITY_ODD },
	};

	begin();
	t.manner[5] = LAX;
	t.line[5] = lines[1];
	t.manner[6] = GARBLES;
	ok(!scan_all(lines, 3) && t.list.count == 2, "who hears any parity is found once (%zu)",
	   t.list.count - 1);
	ok(at(5) && at(5)->state == METER_FREE && at(5)->line.parity == PARITY_NONE,
	   "at its own");
	ok(at(6) && at(6)->state == METER_BAD, "and who answers badly is told");
}

/* A request that a meter did not hear, on a line where there is noise elsewhere */
static void test_unheard(void)
{
	begin();
	t.manner[50] = PRO380;
	t.manner[60] = GARBLES;
	t.deaf = 50;
	ok(!scan_all(&line_9600, 1) && at(50), "on a noisy line silence is not believed at once");
}

static void test_late(void)
{
	begin();
	t.manner[10] = SLOW;
	t.manner[11] = PRO380;
	t.manner[30] = SLOW;
	ok(!scan_all(&line_9600, 1) && t.list.count == 3, "slow ones are found");
	ok(t.scan.counts.late > 0, "and counted as late");
	ok(at(11) && !strcmp(at(11)->serial, "22091011"), "their neighbour keeps its name");
}

static void test_adapts(void)
{
	uint64_t idle;

	begin();
	scan_all(&line_9600, 1);
	idle = t.time_ms;
	begin();
	t.manner[1] = PRO380;
	t.manner[2] = PRO380;
	scan_all(&line_9600, 1);
	ok(t.time_ms < idle * 2 / 3, "fast answers make the scan fast (%u ms instead of %u)",
	   (unsigned int)t.time_ms, (unsigned int)idle);
}

static void test_skip(void)
{
	static const struct line lines[] = { { 9600, PARITY_EVEN }, { 4800, PARITY_EVEN } };
	struct modbus_plan plan = { .lines = &line_9600, .nr_lines = 1, .first = 4, .last = 6 };

	begin();
	t.manner[5] = PRO380;
	plan.skip[5] = true;
	ok(!modbus_scan(&t.scan, &plan) && !t.asked[5], "who is bound is left alone");
	plan.lines = lines;
	plan.nr_lines = 2;
	ok(!modbus_scan(&t.scan, &plan) && !t.asked[5], "at any settings");
	ok(t.asked[4] == 3 && t.asked[6] == 3 && !t.asked[3] && !t.asked[7], "a range");
	plan.first = 0;
	ok(modbus_scan(&t.scan, &plan) != 0, "a wrong range");
}

static void test_thorough(void)
{
	begin();
	t.scan.thorough = true;
	t.manner[10] = SLOW;
	ok(!scan_all(&line_9600, 1) && t.list.count == 1 && !t.scan.counts.late,
	   "thorough: all the time that the bus has");
	ok(t.asked[100] == 3, "and more questions");
}

static void test_impossible(void)
{
	static const struct line lines[] = {
		{ IMPOSSIBLE_SPEED, PARITY_EVEN }, { 9600, PARITY_EVEN },
	};

	begin();
	t.manner[5] = PRO380;
	ok(!scan_all(lines, 2) && t.list.count == 1, "settings that the port cannot have");
	ok(t.scan.counts.refused == 1 && t.last.done == t.last.total, "are left out");
}

int main(void)
{
	test_impossible();
	test_nobody();
	test_progress();
	test_ends();
	test_others();
	test_garbling();
	test_sixty(0);
	test_sixty(50);
	test_sixty(11);
	test_lax_parity();
	test_unheard();
	test_late();
	test_adapts();
	test_skip();
	test_thorough();
	meter_free(&t.list);
	return done();
}
