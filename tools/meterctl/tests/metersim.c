// SPDX-License-Identifier: GPL-2.0-only
/* The scans on simulated meters of tests/sim, which are written from the manuals. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../array.h"
#include "../scan.h"
#include "sim_line.h"
#include "tap.h"

static struct {
	struct sim_line sim;
	struct scan scan;
	struct meter_list list;
	char texts[SIM_SPECS][64];
	char *specs[SIM_SPECS + 1];
	size_t count;
} t;

static void no_progress(struct scan *scan, const struct scan_progress *progress)
{
	(void)scan;
	(void)progress;
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
	t.scan = (struct scan){ .transport = &t.sim.transport, .list = &t.list,
		.progress = no_progress, .stopped = never };
}

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t.texts[t.count], sizeof(t.texts[0]), format, args);
	va_end(args);
	t.specs[t.count] = t.texts[t.count];
	t.count++;
}

static bool start(enum bus_kind kind)
{
	if (sim_open(&t.sim, kind, t.specs))
		return true;
	ok(false, "the simulator starts");
	return false;
}

static void must(const char *command)
{
	char answer[256];

	if (!sim_command(&t.sim, answer, sizeof(answer), "%s", command))
		ok(false, "simulator: %s: %s", command, answer);
}

static const struct meter *by_serial(const char *serial)
{
	for (size_t i = 0; i < t.list.count; i++)
		if (!strcmp(t.list.meters[i].serial, serial))
			return &t.list.meters[i];
	return NULL;
}

static const struct line modbus_lines[] = {
	{ 9600, PARITY_EVEN }, { 4800, PARITY_ODD }, { 2400, PARITY_NONE },
};

static int scan_modbus(size_t nr_lines)
{
	struct modbus_plan plan = { .lines = modbus_lines, .nr_lines = nr_lines, .first = 1,
		.last = MODBUS_UNIT_MAX };

	return modbus_scan(&t.scan, &plan);
}

static unsigned int nr_at_own_line(void)
{
	unsigned int right = 0;

	for (size_t i = 0; i < t.list.count; i++) {
		const struct meter *m = &t.list.meters[i];
		const struct line *own = &modbus_lines[m->address / 4 % 3];

		right += m->state == METER_FREE && m->line.speed == own->speed &&
			 m->line.parity == own->parity && m->address % 4 == 3;
	}
	return right;
}

static void test_modbus(const char *damage)
{
	begin();
	for (unsigned int i = 0; i < 60; i++)
		add("pro380:unit=%u,speed=%u,parity=%s", 3 + 4 * i, modbus_lines[i % 3].speed,
		    parity_name(modbus_lines[i % 3].parity));
	if (!start(BUS_MODBUS))
		return;
	if (damage)
		must(damage);
	ok(!scan_modbus(3), "Modbus, %s: scanned", damage ? damage : "clean");
	ok(t.list.count == 60, "60 meters found (%zu)", t.list.count);
	ok(nr_at_own_line() == 60, "each at its own settings (%u)", nr_at_own_line());
	note("%u exchanges, %u damaged", t.scan.counts.exchanges, t.scan.counts.damaged);
	sim_close(&t.sim);
}

static void test_modbus_models(void)
{
	const struct meter *m;

	begin();
	add("pro380:unit=1,serial=22091039");
	add("pro1:unit=2,serial=11111111");
	add("pro380ct:unit=3,serial=33333333");
	add("grow:unit=4,serial=44444444");
	if (!start(BUS_MODBUS))
		return;
	ok(!scan_modbus(1) && t.list.count == 4, "four models");
	m = by_serial("22091039");
	ok(m && !strcmp(m->model, "PRO380") && m->firmware[0], "PRO380, firmware %s",
	   m ? m->firmware : "");
	m = by_serial("11111111");
	ok(m && !strcmp(m->model, "PRO1/PRO2"), "PRO1");
	m = by_serial("33333333");
	ok(m && !strcmp(m->model, "PRO380-CT"), "PRO380-CT");
	ok(!by_serial("44444444"), "another family is not taken for one of these");
	sim_close(&t.sim);
}

static const struct line mbus_lines[] = {
	{ 2400, PARITY_EVEN }, { 9600, PARITY_EVEN },
};

static int scan_mbus(size_t nr_lines, bool primary, bool secondary)
{
	struct mbus_plan plan = { .lines = mbus_lines, .nr_lines = nr_lines,
		.primary = primary, .secondary = secondary, .last = MBUS_ADDRESS_MAX };

	return mbus_scan(&t.scan, &plan);
}

enum sixty_four {
	IN_STEP,
	OUT_OF_STEP,
	LAX,		/* no frame count bit */
	MIXED,		/* of all kinds */
};

static const char *kind_of(enum sixty_four how, unsigned int i)
{
	static const char *const fcb[] = { ",fcb=strict", ",fcb=lax", ",fcb=any" };
	static char text[16];

	if (how == MIXED)
		return fcb[i % 3];
	if (how == LAX)
		return fcb[1];
	if (how == IN_STEP)
		return "";
	snprintf(text, sizeof(text), ",skew=%u", 7 * i % 40);
	return text;
}

/* Fifty in a row, twenty of them at one primary address; fourteen others, most by others */
static void sixty_four(enum sixty_four how)
{
	static const char *const models[] = { "pro380mb", "emeter", "heat", "etelegrams" };

	for (unsigned int i = 0; i < 50; i++)
		add("pro380mb:unit=%u,serial=%u%s", i < 20 ? 5 : i, 22091030 + i,
		    kind_of(how, i));
	for (unsigned int i = 0; i < 14; i++)
		add("%s:unit=%u,serial=%u%s", models[i % 4], 100 + i, 13070001 + 1234567 * i,
		    kind_of(how, i));
}

/* Serial numbers with digits A to E; returns how many could be set */
static unsigned int give_hex_digits(void)
{
	static const char *const digits[] = { "1307000A", "1307000B", "A307000B", "ABCDE012" };
	char answer[128];
	unsigned int set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(digits); i++)
		set += sim_command(&t.sim, answer, sizeof(answer), "mb %zu serial %s", 100 + i,
				   digits[i]);
	return set;
}

static unsigned int nr_free(void)
{
	unsigned int count = 0;

	for (size_t i = 0; i < t.list.count; i++)
		count += t.list.meters[i].state == METER_FREE;
	return count;
}

static void expect_sixty_four(const char *what)
{
	ok(t.list.count == 64 && nr_free() == 64,
	   "%s: 64 meters, each once (%zu)", what, t.list.count);
	note("%u selections, %u read-outs, %u collisions, %u damaged", t.scan.counts.selections,
	     t.scan.counts.readouts, t.scan.counts.collisions, t.scan.counts.damaged);
	for (size_t i = 0; i < t.list.count; i++)
		if (t.list.meters[i].state != METER_FREE)
			note("%s: %s", t.list.meters[i].secondary, t.list.meters[i].note);
}

static void test_mbus(const char *what, enum sixty_four how, const char *command, bool primary)
{
	begin();
	sixty_four(how);
	if (!start(BUS_MBUS))
		return;
	ok(give_hex_digits() == 4, "%s: hexadecimal digits", what);
	if (command)
		must(command);
	ok(!scan_mbus(1, primary, true), "%s: scanned", what);
	expect_sixty_four(what);
	ok(by_serial("ABCDE012") && by_serial("1307000A"), "%s: those with hex digits", what);
	sim_close(&t.sim);
}

static void test_mbus_dead(void)
{
	begin();
	sixty_four(IN_STEP);
	if (!start(BUS_MBUS))
		return;
	must("power 22091033 off");
	ok(!scan_mbus(1, false, true) && nr_free() == 63 && !by_serial("22091033"),
	   "M-Bus: a dead meter hides nobody");
	sim_close(&t.sim);
}

static void test_mbus_models(void)
{
	const struct meter *m;

	begin();
	add("pro380mb:unit=1,serial=22091039");
	add("heat:unit=2,serial=55667788");
	add("water:unit=3,serial=11223344");
	add("pro380mb:unit=4,serial=22091046,speed=9600");
	if (!start(BUS_MBUS))
		return;
	ok(!scan_mbus(2, true, true) && t.list.count == 4, "M-Bus: four meters, two speeds");
	m = by_serial("22091039");
	ok(m && !strcmp(m->secondary, "22091039CD250102") && m->address == 1 &&
	   !strcmp(m->model, "PRO380-Mb") && !strcmp(m->driver, "pro380"), "PRO380-Mb");
	m = by_serial("55667788");
	ok(m && !strcmp(m->manufacturer, "SHT") && m->medium == 4 &&
	   !strcmp(m->driver, "mbus-meter"), "a heat meter of another maker");
	ok(by_serial("11223344"), "one with the fixed data structure");
	m = by_serial("22091046");
	ok(m && m->line.speed == 9600, "one at 9600");
	sim_close(&t.sim);
}

int main(void)
{
	if (!getenv("METERSIM")) {
		puts("skip - metersim: not built");
		return 0;
	}
	test_modbus(NULL);
	test_modbus("damage 7 1");
	test_modbus_models();
	test_mbus_models();
	test_mbus("in step", IN_STEP, NULL, false);
	test_mbus("both ways", IN_STEP, NULL, true);
	test_mbus("out of step", OUT_OF_STEP, NULL, false);
	test_mbus("noise", IN_STEP, "damage 9 1", false);
	test_mbus("no frame count bit", LAX, NULL, false);
	test_mbus("of all kinds", MIXED, NULL, true);
	test_mbus_dead();
	meter_free(&t.list);
	return done();
}
