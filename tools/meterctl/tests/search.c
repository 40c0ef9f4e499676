// SPDX-License-Identifier: GPL-2.0-only
/* The search by secondary address, on meters in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../array.h"
#include "../mbus_address.h"
#include "../scan.h"
#include "fake_mbus.h"
#include "tap.h"

static const struct line line_2400 = { 2400, PARITY_EVEN };

static struct {
	struct fake_mbus bus;
	struct scan scan;
	struct meter_list list;
	bool beyond;		/* more steps than were announced */
	unsigned int nr_steps;
	struct {
		double done;
		double ms;
	} steps[1000];
} t;

static void watch_progress(struct scan *scan, const struct scan_progress *progress)
{
	(void)scan;
	t.beyond |= progress->done > progress->total;
	if (t.nr_steps == ARRAY_SIZE(t.steps))
		return;
	t.steps[t.nr_steps].done = (double)progress->done / progress->total;
	t.steps[t.nr_steps++].ms = t.bus.time_ms;
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
	fake_mbus_init(&t.bus);
	t.scan = (struct scan){ .transport = &t.bus.transport, .list = &t.list,
		.progress = watch_progress, .stopped = never };
}

static int search(bool primary)
{
	struct mbus_plan plan = { .lines = &line_2400, .nr_lines = 1, .secondary = true,
		.primary = primary, .last = MBUS_ADDRESS_MAX };

	return mbus_scan(&t.scan, &plan);
}

static const struct meter *found(const char *number)
{
	for (size_t i = 0; i < t.list.count; i++)
		if (!strcmp(t.list.meters[i].serial, number))
			return &t.list.meters[i];
	return NULL;
}

static bool is_there(const char *number)
{
	for (size_t i = 0; i < t.bus.count; i++)
		if (!strcmp(t.bus.meters[i].number, number))
			return true;
	return false;
}

/* Every living meter once, and nothing else */
static bool all_found(void)
{
	size_t alive = 0;

	for (size_t i = 0; i < t.bus.count; i++) {
		if (t.bus.meters[i].dead)
			continue;
		alive++;
		if (!found(t.bus.meters[i].number)) {
			note("%s was not found", t.bus.meters[i].number);
			return false;
		}
	}
	if (t.list.count != alive)
		note("%zu meters, %zu found", alive, t.list.count);
	for (size_t i = 0; i < t.list.count && t.list.count != alive; i++)
		if (t.list.meters[i].state == METER_BAD)
			note("%s: %s", t.list.meters[i].secondary, t.list.meters[i].note);
	return t.list.count == alive && !t.beyond;
}

static unsigned int with_same_end(size_t depth, size_t i)
{
	const char *end = t.bus.meters[i].number + MBUS_DIGITS - depth;
	unsigned int same = 0;

	for (size_t n = 0; n < t.bus.count; n++)
		same += !strcmp(t.bus.meters[n].number + MBUS_DIGITS - depth, end);
	return same;
}

static bool is_first_with_end(size_t depth, size_t i)
{
	const char *end = t.bus.meters[i].number + MBUS_DIGITS - depth;

	for (size_t n = 0; n < i; n++)
		if (!strcmp(t.bus.meters[n].number + MBUS_DIGITS - depth, end))
			return false;
	return true;
}

/* How many values of the digit before these last ones do several meters share? */
static unsigned int shared_values(size_t depth, size_t i)
{
	const char *end = t.bus.meters[i].number + MBUS_DIGITS - depth;
	unsigned int shared = 0;

	for (size_t n = 0; n < t.bus.count; n++)
		shared += !strcmp(t.bus.meters[n].number + MBUS_DIGITS - depth, end) &&
			  with_same_end(depth + 1, n) > 1 && is_first_with_end(depth + 1, n);
	return shared;
}

/*
 * The least number of selections of a tree that fixes the last digit first: its root, and
 * the fifteen values of a digit wherever two meters have the same last digits, with an
 * address that nobody has where most values are shared. Then each meter is selected by
 * its whole address, unless the tree has led to just that, and once more for those that
 * were not asked in their way.
 */
static unsigned int least_selections(void)
{
	unsigned int nodes = 0, controls = 0, confirmed = 0;

	for (size_t i = 0; i < t.bus.count; i++) {
		for (size_t depth = 0; depth < MBUS_DIGITS; depth++) {
			if (with_same_end(depth, i) == 1 || !is_first_with_end(depth, i))
				continue;
			nodes++;
			controls += shared_values(depth, i) > 7;
		}
		confirmed += with_same_end(MBUS_DIGITS - 1, i) == 1;
	}
	return 1 + 15 * nodes + controls + 2 * confirmed;
}

static void test_none(void)
{
	begin();
	ok(!search(false) && !t.list.count, "no meter: none found");
	ok(t.bus.selections == 2, "no meter: asked twice, and no more (%u)", t.bus.selections);
}

static void test_one(void)
{
	begin();
	fake_mbus_add(&t.bus, "22091039", 7);
	ok(!search(false) && all_found(), "one meter is found");
	ok(t.bus.selections == 3, "one meter: three selections (%u)", t.bus.selections);
	ok(t.list.meters[0].address == 7, "with its primary address");
	ok(!strcmp(t.list.meters[0].secondary, "22091039CD250102"), "and its secondary one");
	ok(!strcmp(t.list.meters[0].model, "PRO380-Mb"), "and its model");
	ok(!strcmp(t.list.meters[0].manufacturer, "INM"), "and its manufacturer");
	ok(!strcmp(t.list.meters[0].driver, "pro380"), "and its driver");
}

/* FB and more are no addresses (EN 13757-2, 5.7.5). */
static void test_no_address(void)
{
	begin();
	fake_mbus_add(&t.bus, "22091039", 250);
	fake_mbus_add(&t.bus, "22091040", 251);
	fake_mbus_add(&t.bus, "22091041", 0xfd);
	ok(!search(false) && all_found() && found("22091039")->address == 250,
	   "the last primary address");
	ok(found("22091040")->address == NO_ADDRESS && found("22091041")->address == NO_ADDRESS,
	   "what is told beyond it is none");
}

/* Forty in a row, as bought together; twenty at random; four that differ in one hex digit */
static void sixty_four(void)
{
	static const char *const odd[] = {
		"00000000", "99999999", "13070001", "1307000A", "1307000B", "1307000E",
		"A0000000", "0A000000", "00A00000", "EEEEEEEE", "12345678", "87654321",
		"22091A39", "22091B39", "22091C39", "55555555", "AAAAAAAA", "31415926",
		"27182818", "16180339", "ABCDE012", "ABCDE013", "ABCDE01A", "0000000E",
	};
	char number[9];

	for (unsigned int i = 0; i < 40; i++) {
		snprintf(number, sizeof(number), "%08u", 22091030 + i);
		fake_mbus_add(&t.bus, number, i < 20 ? 0 : i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		fake_mbus_add(&t.bus, odd[i], 100 + i);
}

static void test_sixty_four(bool out_of_step)
{
	const char *how = out_of_step ? "out of step" : "in step";
	unsigned int least;

	begin();
	t.bus.out_of_step = out_of_step;
	sixty_four();
	ok(t.bus.count == 64, "sixty-four meters");
	ok(!search(false) && all_found(), "64 meters %s: each is found once", how);
	least = least_selections();
	ok(out_of_step ? t.bus.selections == least : t.bus.selections < least + least / 10,
	   "64 meters %s: %u selections, at least %u", how, t.bus.selections, least);
}

static void test_last_digit(void)
{
	static const char digits[] = "0123456789ABCDE";
	char number[9] = "22091030";

	begin();
	for (int i = 0; i < 15; i++) {
		number[7] = digits[i];
		fake_mbus_add(&t.bus, number, 1);
	}
	ok(!search(false) && all_found(), "fifteen that differ in the last digit");
	ok(t.bus.selections == 1 + 15 + 2 * 15, "and 46 selections (%u)", t.bus.selections);
}

static void test_both_ways(void)
{
	begin();
	sixty_four();
	ok(!search(true) && all_found(),
	   "primary and secondary: each once, those of one primary address too");
}

static void test_shared_primary_only(void)
{
	struct mbus_plan plan = { .lines = &line_2400, .nr_lines = 1, .primary = true,
		.last = MBUS_ADDRESS_MAX };

	begin();
	fake_mbus_add(&t.bus, "22091039", 5);
	fake_mbus_add(&t.bus, "22091046", 5);
	fake_mbus_add(&t.bus, "22091040", 6);
	ok(!mbus_scan(&t.scan, &plan) && t.list.count == 2, "primary only: two entries");
	ok(found("22091040"), "the meter that is alone is found");
	meter_sort(&t.list);
	ok(t.list.meters[0].state == METER_BAD && t.list.meters[0].address == 5,
	   "the shared address is told");
}

static void test_dead(void)
{
	begin();
	sixty_four();
	t.bus.meters[3].dead = true;
	t.bus.meters[50].dead = true;
	ok(!search(true) && all_found(), "two dead ones: the others are found");
}

static void test_noise(unsigned int every)
{
	begin();
	sixty_four();
	t.bus.noise_every = every;
	ok(!search(false) && all_found(), "noise in one of %u exchanges: each is found once",
	   every);
	ok(t.scan.counts.damaged > 0, "and noise is told (%u)", t.scan.counts.damaged);
}

/* A request that nobody heard looks like an address that nobody has, until there is noise. */
static void test_unheard(void)
{
	unsigned int missed = 0;

	for (unsigned int at = 1; at <= 46; at++) {
		begin();
		fake_mbus_add(&t.bus, "22091031", 1);
		fake_mbus_add(&t.bus, "22091032", 2);
		fake_mbus_add(&t.bus, "22091042", 3);
		t.bus.deaf_at = at;
		t.bus.noise_every = 20;
		missed += search(false) || !all_found();
	}
	ok(!missed, "requests that get lost on a noisy line hide nobody (%u of 46 do)", missed);
	begin();
	fake_mbus_add(&t.bus, "22091031", 1);
	t.bus.deaf_at = 1;
	ok(!search(false) && all_found(), "nor does the very first one, on any line");
}

/*
 * A damaged reply makes two of one meter, while the other one that is really there is away.
 * Noise before the tree has begun, at 312, so that it is searched but once.
 */
static void test_mistaken(void)
{
	unsigned int missed = 0;

	for (unsigned int at = 312; at < 512; at++) {
		begin();
		fake_mbus_add(&t.bus, "22091069", 1);
		fake_mbus_add(&t.bus, "18008269", 1)->away_from = at + 1;
		t.bus.meters[1].away_to = at + 6;
		t.bus.noise_every = 200;
		t.bus.damaged_at = at;
		missed += search(true) || !all_found();
	}
	ok(!missed, "noise that looks like two hides nobody (%u of 200 do)", missed);
}

static void test_noise_alone(void)
{
	begin();
	t.bus.noise_every = 3;
	ok(!search(true) && !t.list.count, "noise alone is no meter");
	ok(t.bus.selections < 10, "nor is the tree searched for it (%u)", t.bus.selections);
}

static void test_garbling(void)
{
	const struct meter *bad;

	begin();
	fake_mbus_add(&t.bus, "22091030", 1);
	fake_mbus_add(&t.bus, "22091031", 2)->garbles = true;
	fake_mbus_add(&t.bus, "22091032", 3);
	ok(!search(false) && all_found(), "a meter that answers badly does not hide the others");
	bad = found("22091031");
	ok(bad && bad->state == METER_BAD && bad->note[0], "and is told with its number");
}

static void test_digit_f(void)
{
	begin();
	fake_mbus_add(&t.bus, "22091F30", 1);
	fake_mbus_add(&t.bus, "22091F31", 2);
	ok(!search(false) && all_found(), "a digit F that two share");
	begin();
	fake_mbus_add(&t.bus, "2209103F", 1);
	fake_mbus_add(&t.bus, "22091030", 2);
	ok(!search(false) && all_found(), "a digit F that one has");
	begin();
	fake_mbus_add(&t.bus, "2209104F", 1);
	fake_mbus_add(&t.bus, "22091030", 2);
	fake_mbus_add(&t.bus, "22091031", 3);
	t.scan.thorough = true;
	ok(!search(false) && all_found(), "a digit F beside two others, thoroughly");
	begin();
	fake_mbus_add(&t.bus, "F4E784DA", 1);
	fake_mbus_add(&t.bus, "F4E784D2", 2);
	t.scan.thorough = true;
	ok(!search(false) && all_found(), "two that share a first digit F, thoroughly");
	begin();
	fake_mbus_add(&t.bus, "FFFFFFFF", 1);
	ok(!search(false) && all_found(), "nothing but F");
}

static void test_thorough(void)
{
	begin();
	sixty_four();
	fake_mbus_add(&t.bus, "22F91031", 1);
	t.scan.thorough = true;
	ok(!search(false) && all_found(), "65 meters, one with a digit F, thoroughly");
	ok(t.bus.selections < 20 * least_selections(), "in %u selections", t.bus.selections);
}

static void test_one_number(void)
{
	struct fake_meter *water;

	begin();
	fake_mbus_add(&t.bus, "22091039", 1);
	water = fake_mbus_add(&t.bus, "22091039", 2);
	water->medium = 7;
	ok(!search(false) && t.list.count == 2, "one number, two media: both are found");
	begin();
	fake_mbus_add(&t.bus, "22091039", 1);
	fake_mbus_add(&t.bus, "22091039", 2);
	ok(!search(false) && t.list.count == 1 && t.list.meters[0].state == METER_BAD,
	   "one whole address, two meters: told as that");
}

/* New meters: nothing counted yet, so one's reply is the AND of both. */
static void test_hidden(void)
{
	static const char *const numbers[] = { "22091001", "22091003", "22091011", "22091031" };
	struct fake_meter *m;

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		m = fake_mbus_add(&t.bus, numbers[i], 1);
		memset(m->data, 0, sizeof(m->data));
		for (size_t at = 0; at < m->data_len; at += 6)
			memcpy(m->data + at, "\x0c\x04", 2);
	}
	ok(!search(false) && all_found(), "new meters that hide each other");
}

static void test_frame_count_bit(void)
{
	begin();
	sixty_four();
	for (size_t i = 0; i < t.bus.count; i++)
		t.bus.meters[i].fcb = FAKE_PLAIN;
	ok(!search(false) && all_found(), "meters that know no frame count bit");
	begin();
	sixty_four();
	for (size_t i = 0; i < t.bus.count; i++)
		t.bus.meters[i].fcb = i % 3;
	ok(!search(true) && all_found(), "meters of all kinds on one line");
}

/* Few meters of random kinds: often the first that is heard is not of its neighbour's kind. */
static void test_random_kinds(void)
{
	unsigned int seed = 1, missed = 0;
	char number[9];

	for (unsigned int line = 0; line < 500; line++) {
		begin();
		for (unsigned int i = 0; i < 2 + line % 5; i++) {
			snprintf(number, sizeof(number), "2209%04u", rand_r(&seed) % 10000);
			if (!is_there(number))
				fake_mbus_add(&t.bus, number, i)->fcb = rand_r(&seed) % 3;
		}
		missed += search(false) || !all_found();
	}
	ok(!missed, "500 lines of mixed kinds: none misses a meter (%u do)", missed);
}

static void two_healthy(void)
{
	begin();
	fake_mbus_add(&t.bus, "22091039", 1);
	fake_mbus_add(&t.bus, "22091046", 2);
}

/* The two of the primary addresses, and one line that says why there may be more */
static bool gave_up(void)
{
	unsigned int reasons = 0, phantoms = 0;

	for (size_t i = 0; i < t.list.count; i++) {
		const struct meter *m = &t.list.meters[i];

		phantoms += m->state == METER_BAD && m->secondary[0];
		reasons += m->state == METER_BAD && m->address == NO_ADDRESS && m->note[0];
	}
	if (phantoms || reasons != 1)
		note("%zu rows, %u phantoms, %u reasons", t.list.count, phantoms, reasons);
	return !phantoms && reasons == 1 && t.scan.given_up && found("22091039") &&
	       found("22091046");
}

static void test_greedy(enum fake_fcb fcb, const char *how)
{
	struct fake_meter *greedy;

	two_healthy();
	greedy = fake_mbus_add(&t.bus, "11111111", 3);
	greedy->greedy = true;
	greedy->fcb = fcb;
	ok(!search(true) && gave_up() && t.list.count < 5,
	   "one that acknowledges every selection, and %s", how);
	ok(t.bus.selections < 100, "is soon found out (%u selections)", t.bus.selections);
}

static void test_endless_noise(void)
{
	two_healthy();
	t.bus.noisy_selections = 100;
	ok(!search(true) && gave_up() && t.list.count == 3, "noise at every selection");
	ok(t.bus.selections < 100, "is soon found out (%u selections)", t.bus.selections);
	two_healthy();
	t.bus.noisy_selections = 35;
	ok(!search(true) && gave_up(), "noise at a third of them");
	ok(t.bus.selections < 10000, "is not searched for ever (%u selections)", t.bus.selections);
}

static void test_speeds(void)
{
	static const struct line lines[] = { { 2400, PARITY_EVEN }, { 9600, PARITY_EVEN } };
	struct mbus_plan plan = { .lines = lines, .nr_lines = 2, .secondary = true,
		.primary = true, .last = MBUS_ADDRESS_MAX };

	begin();
	fake_mbus_add(&t.bus, "22091030", 1);
	fake_mbus_add(&t.bus, "22091031", 1)->speed = 9600;
	ok(!mbus_scan(&t.scan, &plan) && all_found(), "two speeds");
	ok(found("22091031")->line.speed == 9600, "each with its own");
}

/* They answer at each speed, and at each the shared address is unclear. */
static void test_any_speed(void)
{
	static const struct line lines[] = { { 2400, PARITY_EVEN }, { 9600, PARITY_EVEN } };
	struct mbus_plan plan = { .lines = lines, .nr_lines = 2, .secondary = true,
		.primary = true, .last = MBUS_ADDRESS_MAX };

	begin();
	fake_mbus_add(&t.bus, "22091030", 5)->speed = 0;
	fake_mbus_add(&t.bus, "22091031", 5)->speed = 0;
	ok(!mbus_scan(&t.scan, &plan) && all_found(), "two at one address that take any speed");
	plan.secondary = false;
	begin();
	fake_mbus_add(&t.bus, "22091030", 5)->speed = 0;
	fake_mbus_add(&t.bus, "22091031", 5)->speed = 0;
	ok(!mbus_scan(&t.scan, &plan) && t.list.count == 1, "are told once by primary address");
}

/* The AND of two telegrams has the right checksum now and then. */
static void test_phantoms(void)
{
	struct mbus_plan plan = { .lines = &line_2400, .nr_lines = 1, .primary = true,
		.first = 5, .last = 5 };
	unsigned int seed = 1, phantoms = 0, line;
	char number[9];

	for (line = 0; line < 4000; line++) {
		begin();
		for (unsigned int i = 0; i < 2; i++) {
			snprintf(number, sizeof(number), "%08u", rand_r(&seed) % 100000000);
			fake_mbus_add(&t.bus, number, 5)->access = rand_r(&seed);
		}
		if (mbus_scan(&t.scan, &plan) || t.list.count != 1)
			break;
		phantoms += t.list.meters[0].state != METER_BAD &&
			    !is_there(t.list.meters[0].serial);
	}
	ok(line == 4000 && !phantoms, "4000 pairs at one address: %u phantoms", phantoms);
}

/* With nobody there it is known from the beginning how long all will take. */
static void test_progress(void)
{
	static const struct line lines[] = {
		{ 9600, PARITY_EVEN }, { 300, PARITY_EVEN }, { 2400, PARITY_EVEN },
	};
	struct mbus_plan plan = { .lines = lines, .nr_lines = 3, .secondary = true,
		.primary = true, .last = MBUS_ADDRESS_MAX };
	double error, worst = 0;

	begin();
	ok(!mbus_scan(&t.scan, &plan) && t.nr_steps > 700, "three speeds, nobody there");
	for (unsigned int i = 0; i < t.nr_steps; i++) {
		error = t.steps[i].done - t.steps[i].ms / t.bus.time_ms;
		worst = error > worst ? error : -error > worst ? -error : worst;
	}
	ok(worst < 0.01, "progress is time: at most %.1f %% off", 100 * worst);
	ok(t.steps[t.nr_steps - 1].done == 1, "and 100 %% is the end");
}

static void one_slow_one(void)
{
	begin();
	fake_mbus_add(&t.bus, "22091030", 1);
	fake_mbus_add(&t.bus, "22091031", 2);
	fake_mbus_add(&t.bus, "22091032", 3);
	fake_mbus_add(&t.bus, "22091043", 4)->slow_ms = 600;
}

static void test_slow(void)
{
	one_slow_one();
	t.scan.bus_timeout_ms = 1000;
	ok(!search(true) && all_found(), "a slow one, on a bus whose owner allows for that");
	one_slow_one();
	t.scan.bus_timeout_ms = 1000;
	t.scan.thorough = true;
	ok(!search(true) && all_found(), "and thoroughly");
	begin();
	t.scan.bus_timeout_ms = 200;
	search(true);
	ok(t.bus.time_ms < 255 * 300, "what is usual makes no scan slow (%u ms)",
	   (unsigned int)t.bus.time_ms);
}

/* Slower than the standard allows: it is heard when nobody is expected any more. */
static void test_late(void)
{
	begin();
	fake_mbus_add(&t.bus, "22091030", 1)->slow_ms = 300;
	ok(!search(false) && all_found(), "noise after silence was somebody who was late");
}

static bool after_fifty(struct scan *scan)
{
	return scan->counts.exchanges >= 50;
}

static void test_stop(void)
{
	begin();
	sixty_four();
	t.scan.stopped = after_fifty;
	ok(search(false) == -4, "stopped");
	ok(t.list.count > 0 && t.list.count < 64, "and what was found is there (%zu)",
	   t.list.count);
}

int main(void)
{
	test_none();
	test_one();
	test_no_address();
	test_sixty_four(true);
	test_sixty_four(false);
	test_last_digit();
	test_both_ways();
	test_shared_primary_only();
	test_dead();
	test_noise(50);
	test_noise(7);
	test_unheard();
	test_mistaken();
	test_noise_alone();
	test_garbling();
	test_digit_f();
	test_thorough();
	test_one_number();
	test_hidden();
	test_frame_count_bit();
	test_random_kinds();
	test_greedy(FAKE_ANY, "answers");
	test_greedy(FAKE_NEVER, "says nothing");
	test_endless_noise();
	test_speeds();
	test_any_speed();
	test_progress();
	test_slow();
	test_late();
	test_phantoms();
	test_stop();
	meter_free(&t.list);
	return done();
}
