// SPDX-License-Identifier: GPL-2.0-only
/* Appendix 2 of the manual (v2.18) byte for byte, and a meter's own checks. */
#include <stdio.h>
#include <string.h>

#include "mbus_line.h"

static bool answers_with(struct line *l, struct frame request, const char *hex)
{
	struct frame reply = line_ask(l, request);
	struct frame expected = from_hex(hex);

	return frame_equal(&reply, &expected);
}

/* The reply as printed: 00000000, INM, access number 02, checksum 7C. */
static void check_readout(struct line *l)
{
	must(&l->control, "mb 0 access 1");
	check(answers_with(l, from_hex("10 5B 00 5B 16"),
			   "68 4B 4B 68 08 00 72 00 00 00 00 CD 25 01 02 02 00 00 00"
			   "0C 04 14 48 60 01  8C 10 04 23 80 35 00  8C 20 04 91 67 24 01"
			   "1C 04 46 13 69 00  9C 10 04 56 34 12 00  9C 20 04 90 78 56 00"
			   "2C 04 68 34 91 00  AC 10 04 67 45 23 00  AC 20 04 01 89 67 00"
			   "7C 16"), "the read-out of A2.2, whole frame");
	must(&l->control, "mb 0 status 2");
	check(line_ask(l, short_frame(0x40, 0x00)).len == 1 &&
	      line_ask(l, short_frame(0x7b, 0x00)).bytes[16] == 2, "status 02 is an error");
	must(&l->control, "mb 0 status 0");
}

/* "Command part 1, address, command part 2, new value" of the write table. */
static const struct example {
	const char *frame;
	const char *what;
	unsigned long before;
	unsigned long after;
} examples[] = {
	{ "68 08 08 68 53 01 51 09 7C 01 54 02 81 16", "tariff", 1, 2 },
	{ "68 07 07 68 53 01 51 09 FD 3A 11 F6 16", "code", 5, 11 },
	{ "68 07 07 68 53 01 51 09 FD 3A 05 EA 16", "code", 11, 5 },
	{ "68 0A 0A 68 53 01 51 0C FD 3A 00 00 01 00 E9 16", "s0", 100000, 10000 },
	{ "68 09 09 68 53 01 51 0C 04 00 00 00 00 B5 16", "day", 50002, 0 },
	{ "68 08 08 68 53 01 51 0A FD 60 00 00 0C 16", "powerdowns", 4, 0 },
	{ "68 06 06 68 53 01 51 01 7A 05 25 16", "address", 1, 5 },
	{ "68 06 06 68 53 05 51 01 7A 01 25 16", "address", 5, 1 },
	{ "68 03 03 68 53 01 BB 0F 16", "speed", 2400, 2400 },
};

static void check_examples(struct line *l)
{
	const struct example *e;
	bool right;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		e = &examples[i];
		right = number_of(l, "m", e->what) == e->before;
		right &= answers_with(l, from_hex(e->frame), "E5");
		check(right && number_of(l, "m", e->what) == e->after,
		      "write: %s %lu", e->what, e->after);
	}
}

/* 4 bytes, "same as read": the least significant first. */
static void check_identification(struct line *l)
{
	char reply[REPLY_MAX];
	struct frame f;

	check(answers_with(l, from_hex("68 09 09 68 53 01 51 0C 79 45 23 01 15 A8 16"), "E5"),
	      "write: secondary address 15012345");
	command(&l->control, reply, "mb m serial");
	f = line_ask(l, short_frame(0x5b, 1));
	check(!strcmp(reply, "ok 15012345") && !memcmp(f.bytes + 7, "\x45\x23\x01\x15", 4),
	      "and it is read so: %s", reply);
	line_ask(l, USER(0x53, 1, 0x51, 0x0c, 0x79, 0x4a, 0x23, 0x01, 0x15));
	command(&l->control, reply, "mb m serial");
	check(!strcmp(reply, "ok 15012345"), "digits above 9 are refused");
	must(&l->control, "mb m serial 22091002");
}

struct range {
	const char *what;
	struct frame head;
	unsigned long (*meaning)(unsigned int byte);	/* ~0: refused */
};

static unsigned long mean_tariff(unsigned int byte)
{
	return byte == 0x01 ? 1 : byte == 0x02 ? 2 : ~0UL;
}

/* 01, 04, 05, 06, 09, 11 as two digits; 10 has a check of its own. */
static unsigned long mean_code(unsigned int byte)
{
	static const unsigned long codes[][2] = {
		{ 0x01, 1 }, { 0x04, 4 }, { 0x05, 5 }, { 0x06, 6 }, { 0x09, 9 }, { 0x11, 11 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i][0] == byte)
			return codes[i][1];
	return ~0UL;
}

/* All bytes but @skip: E5 each time, and the meter keeps what it takes. */
static void check_bytes(struct line *l, const struct range *r, unsigned int skip)
{
	unsigned long kept = number_of(l, "m", r->what);
	struct frame user = r->head;
	bool right = true;
	unsigned int byte;

	user.len++;
	for (byte = 0; byte < 256; byte++) {
		if (byte == skip)
			continue;
		user.bytes[user.len - 1] = byte;
		right &= takes(l, long_frame(user));
		if (r->meaning(byte) != ~0UL)
			kept = r->meaning(byte);
		right &= number_of(l, "m", r->what) == kept;
	}
	check(right, "%s: takes what the manual lists, acknowledges all", r->what);
}

static void check_code_for_ever(struct line *l)
{
	struct frame user = FRAME(0x53, 1, 0x51, 0x09, 0xfd, 0x3a, 0x10);

	line_ask(l, long_frame(user));
	check(number_of(l, "m", "code") == 10, "code 10 can be set");
	user.bytes[6] = 0x05;
	check(is_ack(line_ask(l, long_frame(user))) && number_of(l, "m", "code") == 10,
	      "and never be undone");
	must(&l->control, "mb m code 5");
}

static void check_s0_rates(struct line *l)
{
	static const struct {
		const char *bytes;
		unsigned long rate;
	} good[] = {
		{ "00 00 00 01", 1000000 }, { "00 00 20 00", 200000 },
		{ "00 00 10 00", 100000 }, { "00 00 01 00", 10000 },
		{ "00 10 00 00", 1000 }, { "00 01 00 00", 100 },
		{ "10 00 00 00", 10 }, { "01 00 00 00", 1 },
	};
	static const char * const bad[] = {
		"00 00 00 00", "00 00 00 10", "02 00 00 00", "00 00 40 00",
		"0A 00 00 00", "01 00 00 00 00", "01 00 00",
	};
	bool right = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good) + ARRAY_SIZE(bad); i++) {
		char hex[64];

		snprintf(hex, sizeof(hex), "53 01 51 0C FD 3A %s",
			 i < ARRAY_SIZE(good) ? good[i].bytes : bad[i - ARRAY_SIZE(good)]);
		right &= takes(l, long_frame(from_hex(hex)));
		right &= number_of(l, "m", "s0") ==
			 (i < ARRAY_SIZE(good) ? good[i].rate : good[ARRAY_SIZE(good) - 1].rate);
	}
	check(right, "S0 rates of the manual, and no other");
}

static void check_addresses(struct line *l)
{
	unsigned int new;
	bool right = true;
	struct frame f;

	for (new = 251; new < 256; new++) {
		f = line_ask(l, USER(0x53, 1, 0x51, 0x01, 0x7a, new));
		right &= is_ack(f) && number_of(l, "m", "address") == 1;
	}
	check(right, "addresses above 250 are refused");
	f = line_ask(l, USER(0x53, 1, 0x51, 0x01, 0x7a, 250));
	check(is_ack(f) && number_of(l, "m", "address") == 250 &&
	      line_ask(l, short_frame(0x5b, 250)).bytes[5] == 250, "address 250");
	line_ask(l, USER(0x53, 250, 0x51, 0x01, 0x7a, 1));
	must(&l->control, "meter add pro380mb:unit=30,maxunit=247");
	line_ask(l, USER(0x53, 30, 0x51, 0x01, 0x7a, 248));
	check(number_of(l, "30", "address") == 30, "one that takes 247 at most refuses 248");
	must(&l->control, "meter remove 30");
}

/* Each speed is acknowledged at the one before it. */
static void check_speeds(struct line *l)
{
	static const unsigned int speeds[] = { 300, 600, 1200, 2400, 4800, 9600, 2400 };
	static const unsigned int ci[] = { 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbb };
	bool right = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(speeds); i++) {
		right &= is_ack(line_ask(l, USER(0x53, 1, ci[i])));
		right &= number_of(l, "m", "speed") == speeds[i];
		line_speed(l, speeds[i] == 300 ? 600 : 300);
		right &= !line_ask(l, short_frame(0x40, 1)).len;
		line_speed(l, speeds[i]);
		right &= is_ack(line_ask(l, short_frame(0x40, 1)));
	}
	check(right, "CI B8 to BD: 300 to 9600, heard at the new speed only");
	line_ask(l, USER(0x53, 1, 0xbe));
	line_ask(l, USER(0x53, 1, 0xb7));
	check(number_of(l, "m", "speed") == 2400, "other speeds are refused");
	check(stat_of(&l->control, "", "wrong_settings") >= 7, "wrong speeds are counted");
}

static bool total_is(struct line *l, const char *bytes)
{
	struct frame f = line_ask(l, short_frame(0x40, 0));
	struct frame expected = from_hex(bytes);

	f = line_ask(l, short_frame(0x7b, 0));
	return f.len > 25 && !memcmp(f.bytes + 21, expected.bytes, 4);
}

/* 6913.46 forward, 9134.68 reverse; a negative number begins with F. */
static void check_combinations(struct line *l)
{
	static const struct {
		unsigned int code;
		const char *bytes;
	} sums[] = {
		{ 1, "46 13 69 00" }, { 4, "68 34 91 F0" }, { 5, "14 48 60 01" },
		{ 6, "14 48 60 F1" }, { 9, "22 21 22 F0" }, { 11, "22 21 22 F0" },
	};
	bool right = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sums); i++) {
		must(&l->control, "mb 0 code %u", sums[i].code);
		right &= total_is(l, sums[i].bytes);
	}
	check(right, "totals by the combination code (7.11)");
	must(&l->control, "mb 0 code 5");
}

int main(int argc, char **argv)
{
	const struct range tariff = {
		"tariff", FRAME(0x53, 1, 0x51, 0x09, 0x7c, 0x01, 0x54), mean_tariff,
	};
	const struct range code = {
		"code", FRAME(0x53, 1, 0x51, 0x09, 0xfd, 0x3a), mean_code,
	};
	struct line l;

	if (argc != 3)
		return 2;
	setlinebuf(stdout);
	line_open(&l, argv[1], argv[2], 2400);
	check_readout(&l);
	check_examples(&l);
	check_identification(&l);
	check_bytes(&l, &tariff, 256);
	check_bytes(&l, &code, 0x10);
	check_code_for_ever(&l);
	check_s0_rates(&l);
	check_addresses(&l);
	check_speeds(&l);
	check_combinations(&l);
	line_close(&l);
	return check_result();
}
