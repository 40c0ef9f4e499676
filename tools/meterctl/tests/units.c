// SPDX-License-Identifier: GPL-2.0-only
/* The small parts */
#include <stdio.h>
#include <string.h>

#include "../array.h"
#include "../history.h"
#include "../known.h"
#include "../mbus_address.h"
#include "../progress.h"
#include "../reading.h"
#include "../text.h"
#include "../timing.h"
#include "tap.h"

/* Manual, Appendix 2: 13070001 goes to the wire as 01 00 07 13, then CD 25 01 02 */
static void test_address(void)
{
	static const uint8_t wire[] = { 0x01, 0x00, 0x07, 0x13, 0xcd, 0x25, 0x01, 0x02 };
	struct mbus_address any, address = { { 1, 3, 0, 7, 0, 0, 0, 1 }, { 0xcd, 0x25 }, 1, 2 };
	uint8_t got[8];
	char text[17];

	mbus_address_to_wire(&address, got);
	ok(!memcmp(got, wire, 8), "an address on the wire");
	mbus_address_print(&address, text);
	ok(!strcmp(text, "13070001CD250102"), "and in print");
	mbus_address_any(&any);
	ok(mbus_address_matches(&any, &address), "wildcards match all");
	any.digit[7] = 2;
	ok(!mbus_address_matches(&any, &address), "but for what is fixed");
	any.digit[7] = 1;
	any.medium = 7;
	ok(!mbus_address_matches(&any, &address), "another medium");
}

static void test_identity(void)
{
	static const uint8_t variable[] = { 0x08, 0x07, 0x72, 0x39, 0x10, 0x09, 0x22, 0xcd, 0x25,
		0x01, 0x02, 0x55, 0x00, 0x00, 0x00, 0x0c, 0x04, 0x00, 0x00, 0x00, 0xff };
	static const uint8_t fixed[] = { 0x08, 0x03, 0x73, 0x44, 0x33, 0x22, 0x11, 0x0a, 0x00,
		0xe9, 0x7e, 0x01, 0x00, 0x00, 0x00, 0x35, 0x01, 0x00, 0x00 };
	struct mbus_identity identity;
	char text[17];

	ok(mbus_identity_parse(variable, sizeof(variable), &identity), "a variable telegram");
	mbus_address_print(&identity.address, text);
	ok(!strcmp(text, "22091039CD250102") && identity.primary == 7 &&
	   identity.access == 0x55, "says who it is");
	ok(mbus_reply_weight(variable, sizeof(variable)) == 8, "eight ones in its value");
	ok(mbus_identity_parse(fixed, sizeof(fixed), &identity), "a fixed one");
	mbus_address_print(&identity.address, text);
	ok(!strcmp(text, "11223344FFFFFFFF"), "says its number alone");
	for (size_t len = 0; len < 15; len++)
		if (mbus_identity_parse(variable, len, &identity))
			ok(false, "%zu bytes are too short", len);
	ok(!mbus_identity_parse(fixed, sizeof(fixed) - 1, &identity), "a fixed one cut short");
}

/* EN 13757-2: 330 bits at 2400 are 137.5 ms, and 50 ms */
static void test_timing(void)
{
	struct timing timing;

	timing_mbus(&timing, 2400);
	ok(timing_ms(&timing) >= 188 && timing_ms(&timing) < 250, "M-Bus at 2400: %u ms",
	   timing_ms(&timing));
	ok(timing_silence_ms(&timing, 5, 2400) == timing_ms(&timing) + 23, "and a short frame");
	timing_patient(&timing, 100);
	timing_answered(&timing, 5000);
	timing_answered(&timing, 5000);
	ok(timing_ms(&timing) >= 188, "patience is no less than the standard: %u ms",
	   timing_ms(&timing));
	timing_patient(&timing, 1000);
	ok(timing_ms(&timing) == 1000, "and what the owner allows, however fast some are");
	timing_modbus(&timing, 9600, 500);
	ok(timing_ms(&timing) >= 100 && timing_ms(&timing) < 200, "Modbus at 9600: %u ms",
	   timing_ms(&timing));
	timing_answered(&timing, 5000);
	timing_answered(&timing, 5000);
	ok(timing_ms(&timing) > 15 && timing_ms(&timing) < 80, "fast ones: %u ms",
	   timing_ms(&timing));
	timing_answered(&timing, 40000);
	ok(timing_ms(&timing) >= 120, "one slower one: %u ms", timing_ms(&timing));
	timing_was_late(&timing, 2000);
	ok(timing_ms(&timing) >= 240, "one too late: %u ms", timing_ms(&timing));
	timing_modbus(&timing, 9600, 50);
	ok(timing_ms(&timing) == 50, "never more than the bus allows");
	timing_modbus(&timing, 0, 500);
	ok(timing_ms(&timing) >= 100, "a bus that does not tell its speed");
	timing_fix(&timing, 77);
	timing_answered(&timing, 1000);
	timing_answered(&timing, 1000);
	timing_was_late(&timing, 2000);
	ok(timing_ms(&timing) == 77, "what the user says holds");
}

static void test_progress(void)
{
	const struct line line = { 9600, PARITY_EVEN };
	struct scan_progress at = { &line, 1, 50, 200 };
	char text[201];

	progress_line(text, 80, &at, 3, 10000);
	ok(!strcmp(text, "[#######.......................]"
		   "  25%  9600 even  3 found  about 0:30 left"), "%s", text);
	progress_line(text, 80, &at, 3, 500);
	ok(!strstr(text, "left"), "no estimate too early");
	progress_line(text, 40, &at, 3, 10000);
	ok(strlen(text) < 40, "a narrow terminal: %s", text);
	at.total = 0;
	at.done = 0;
	progress_line(text, 80, &at, 0, 10000);
	ok(strstr(text, "  0%"), "nothing to do yet");
}

static void test_history(void)
{
	struct history history = { };
	unsigned char levels[10];

	for (int i = 0; i < 8; i++)
		history_put(&history, true, i);
	history_put(&history, false, 1000);
	history_graph(&history, 10, levels);
	ok(!memcmp(levels, "\0\1\2\3\4\5\6\7\10\0", 10), "a rising line, and a gap");
	for (int i = 0; i < HISTORY_MAX; i++)
		history_put(&history, true, 5);
	history_graph(&history, 10, levels);
	ok(!memcmp(levels, "\4\4\4\4\4\4\4\4\4\4", 10), "a flat one in the middle");
}

static void test_quantities(void)
{
	struct reading reading = { .label = "L2 forward active energy", .name = "energy12" };
	char text[32];

	reading.quantity = quantity_of("energy", reading.label);
	reading_set(&reading, 18002025000.0);
	reading_print(&reading, text, sizeof(text));
	ok(!strcmp(text, "5000.562") && !strcmp(reading.quantity->unit, "kWh"), "%s kWh", text);
	ok(reading_base(&reading) == 18002025000.0, "and in joules");
	ok(!strcmp(quantity_of("power", "L1 reactive power")->unit, "var"), "var");
	ok(!strcmp(quantity_of("power", "apparent power")->unit, "VA"), "VA");
	ok(!strcmp(quantity_of("energy", "reactive energy")->unit, "kvarh"), "kvarh");
	ok(!quantity_of("humidityrelative", ""), "others are not known");
	reading_factor_label("L1 active power", text, sizeof(text));
	ok(!strcmp(text, "L1 power factor"), "%s", text);
	ok(reading_is_wanted(&reading, "FORWARD") && !reading_is_wanted(&reading, "L1"),
	   "a filter");
}

static struct device devices[] = {
	{ .kind = BUS_MODBUS, .bus = 0, .name = "0-05", .address = 5, .serial = "22091039",
	  .state = "online" },
	{ .kind = BUS_MODBUS, .bus = 0, .name = "0-06", .address = 6, .state = "searching",
	  .line = { 4800, PARITY_EVEN } },
	{ .kind = BUS_MBUS, .bus = 0, .name = "0-22091064FFFFFFFF", .address = NO_ADDRESS,
	  .secondary = "22091064FFFFFFFF", .state = "searching", .line = { 2400, PARITY_EVEN } },
	{ .kind = BUS_MBUS, .bus = 0, .name = "0-07", .address = 7, .serial = "22091063",
	  .state = "online" },
	{ .kind = BUS_MBUS, .bus = 0, .name = "0-08", .address = 8, .state = "offline" },
	{ .kind = BUS_MBUS, .bus = 0, .name = "0-ff", .address = 0xff, .state = "online" },
};
static const struct device_list device_list = { devices, ARRAY_SIZE(devices) };

static void test_known_skip(void)
{
	const struct bus bus = { .kind = BUS_MBUS, .number = 0 };
	bool skip[0x100] = { false };

	known_skip(&device_list, &bus, skip, MBUS_ADDRESS_MAX);
	ok(skip[7] && !skip[5], "addresses of this bus are skipped, not of others");
	ok(!skip[8], "nor of one that is not online");
	ok(!skip[0xff], "nor beyond the last");
}

static void test_known(void)
{
	const struct bus bus = { .kind = BUS_MBUS, .number = 0 };
	const struct line line = { 2400, PARITY_EVEN };
	struct meter_list found = { };
	struct meter meter;

	meter_init(&meter, BUS_MBUS, &line);
	meter.address = 7;
	strcpy(meter.secondary, "22091064CD250102");
	strcpy(meter.serial, "22091064");
	meter_add(&found, &meter);
	known_mark(&device_list, &bus, &line, &found);
	ok(found.meters[0].state == METER_BOUND && !found.meters[0].note[0] &&
	   !strcmp(found.meters[0].device, "0-22091064FFFFFFFF"),
	   "a meter is known by its secondary address, not by a shared primary one");
	ok(!known_add(&device_list, &bus, &line, NULL, &found) && found.count == 4 &&
	   !strcmp(found.meters[1].device, "0-07"), "and those that were not found are added");
	meter_free(&found);
}

/* Address 6 is bound at 4800, but has not answered yet. */
static void test_known_line(void)
{
	static const struct line lines[] = { { 9600, PARITY_ODD }, { 4800, PARITY_EVEN } };
	const struct bus bus = { .kind = BUS_MODBUS, .number = 0 };
	struct meter_list found = { };
	struct meter meter;

	meter_init(&meter, BUS_MODBUS, &lines[0]);
	meter.address = 6;
	meter_add(&found, &meter);
	known_mark(&device_list, &bus, &lines[0], &found);
	ok(found.meters[0].state == METER_BOUND && !strcmp(found.meters[0].note,
	   "bound as 4800 even, answers at 9600 odd"), "%s", found.meters[0].note);
	meter_add(&found, &meter);
	meter.line = lines[1];
	meter_add(&found, &meter);
	meter_remove(&found, 0);
	known_mark(&device_list, &bus, &lines[0], &found);
	ok(found.meters[0].state == METER_FREE && found.meters[1].state == METER_BOUND &&
	   !found.meters[1].note[0], "of two the one at its own settings");
	meter_free(&found);
}

static void test_text(void)
{
	static const char *const texts[][2] = {
		{ "K\u00fcche \u20ac \U0001f50c", "K\u00fcche \u20ac \U0001f50c" },
		{ "K\xfc" "che", "K?che" },
		{ "\xc0\xaf", "??" },			/* too long a form */
		{ "\xed\xa0\x80", "???" },		/* a surrogate */
		{ "\xf4\x90\x80\x80", "????" },	/* past the last character */
		{ "a\xe2\x82", "a??" },
		{ "\033[2J\t\177", "?[2J??" },
	};
	char text[32];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		strcpy(text, texts[i][0]);
		text_clean(text);
		ok(!strcmp(text, texts[i][1]), "%s", text);
	}
	strcpy(text, "ab\xe2\x82");
	text_cut(text);
	ok(!strcmp(text, "ab"), "cut inside a character");
	strcpy(text, "ab\u20ac");
	text_cut(text);
	ok(!strcmp(text, "ab\u20ac"), "cut behind one");
}

int main(void)
{
	test_text();
	test_address();
	test_identity();
	test_timing();
	test_progress();
	test_history();
	test_quantities();
	test_known_skip();
	test_known();
	test_known_line();
	return done();
}
