// SPDX-License-Identifier: GPL-2.0-only
/* The link by the standard: frame count bit, selection, collisions, telegrams. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mbus_line.h"

static struct frame reads(struct line *l, unsigned int c, unsigned int a)
{
	return line_ask(l, short_frame(c, a));
}

static unsigned int access_of(struct frame f)
{
	return f.len > 15 ? f.bytes[15] : ~0U;
}

/* Strict: the same FCB again is a repetition, SND_NKE makes 1 the next one. */
static void check_strict(struct line *l)
{
	struct frame first, again, next;

	check(is_ack(reads(l, 0x40, 1)), "SND_NKE is acknowledged");
	first = reads(l, 0x7b, 1);
	again = reads(l, 0x7b, 1);
	next = reads(l, 0x5b, 1);
	check(first.len > 20 && frame_equal(&first, &again), "the same FCB repeats the reply");
	check(access_of(next) == access_of(first) + 1, "the other FCB is a new read-out");
	again = reads(l, 0x5b, 1);
	check(frame_equal(&next, &again), "5B again repeats it");
	reads(l, 0x40, 1);
	next = reads(l, 0x7b, 1);
	again = reads(l, 0x7b, 1);
	check(access_of(next) == access_of(first) + 2 && frame_equal(&next, &again),
	      "after SND_NKE 7B is new");
	check(stat_of(&l->control, "1", "repeats") == 3 &&
	      stat_of(&l->control, "", "nke") == 2, "repetitions and SND_NKE are counted");
}

/* A repeated write is acknowledged, not done again. */
static void check_strict_writes(struct line *l)
{
	struct frame tariff = USER(0x73, 1, 0x51, 0x09, 0x7c, 0x01, 0x54, 0x02);

	reads(l, 0x40, 1);
	check(is_ack(line_ask(l, tariff)) && number_of(l, "1", "tariff") == 2, "73 writes");
	must(&l->control, "mb 1 tariff 1");
	check(is_ack(line_ask(l, tariff)) && number_of(l, "1", "tariff") == 1,
	      "73 again is acknowledged and not carried out");
	check(is_ack(line_ask(l, USER(0x53, 1, 0x51, 0x09, 0x7c, 0x01, 0x54, 0x02))) &&
	      number_of(l, "1", "tariff") == 2, "53 is");
}

static void check_lax(struct line *l)
{
	struct frame first, next;

	check(!reads(l, 0x7b, 2).len && !reads(l, 0x7a, 2).len &&
	      !line_ask(l, USER(0x73, 2, 0xbb)).len, "a lax meter is silent on 73 and 7B");
	first = reads(l, 0x5b, 2);
	next = reads(l, 0x5b, 2);
	check(access_of(next) == access_of(first) + 1, "each 5B is new to it");
	must(&l->control, "mb 2 fcb any");
	first = reads(l, 0x7b, 2);
	next = reads(l, 0x7b, 2);
	check(access_of(next) == access_of(first) + 1, "to one that takes any, each 7B is");
	must(&l->control, "mb 2 fcb lax");
}

/* Three telegrams; their number is told by their first record, 1F by the last byte. */
static bool is_telegram(struct frame f, int n)
{
	static const uint8_t heads[][2] = { { 0x0c, 0x04 }, { 0x0b, 0x2b }, { 0x8a, 0x40 } };

	return f.len > 25 && !memcmp(f.bytes + 19, heads[n - 1], 2) &&
	       (f.bytes[f.len - 3] == 0x1f) == (n < 3);
}

static void check_telegrams(struct line *l)
{
	struct frame one, two, three;

	reads(l, 0x40, 3);
	one = reads(l, 0x7b, 3);
	two = reads(l, 0x5b, 3);
	check(is_telegram(one, 1) && is_telegram(two, 2), "a toggled FCB gives the next telegram");
	three = reads(l, 0x5b, 3);
	check(frame_equal(&two, &three), "a lost one is repeated");
	three = reads(l, 0x7b, 3);
	one = reads(l, 0x5b, 3);
	check(is_telegram(three, 3) && is_telegram(one, 1), "the last one, then the first");
	reads(l, 0x40, 3);
	check(is_telegram(reads(l, 0x7b, 3), 1), "SND_NKE begins anew");
	check(is_ack(line_ask(l, USER(0x53, 3, 0x50))) && is_telegram(reads(l, 0x7b, 3), 1),
	      "so does the application reset");
}

static void check_single_telegram(struct line *l)
{
	struct frame f = reads(l, 0x7b, 1);

	check(f.len > 20 && f.bytes[f.len - 3] != 0x1f, "one telegram has no 1F");
	check(is_ack(reads(l, 0x5a, 1)), "no alarm data: E5");
	check(!reads(l, 0x49, 1).len, "an unknown function is not answered");
}

static bool selects(struct line *l, const char *address)
{
	return is_ack(line_ask(l, selection(address)));
}

/* Meter 1 is 22091001, CD 25, 01, 02; meter 3 is 22091003, B4 4C, 20, 02. */
static void check_selection(struct line *l)
{
	struct frame f;

	check(!reads(l, 0x5b, 0xfd).len, "nobody is selected at first");
	check(selects(l, "01 10 09 22 CD 25 01 02"), "selection by all eight bytes");
	f = reads(l, 0x5b, 0xfd);
	check(f.len > 20 && f.bytes[5] == 1 && f.bytes[7] == 0x01, "FD is meter 1");
	check(selects(l, "03 10 09 22 FF FF FF FF") && reads(l, 0x5b, 0xfd).bytes[5] == 3 &&
	      !number_of(l, "1", "selected"), "another selection ends the first");
	check(!selects(l, "99 10 09 22 FF FF FF FF") && !reads(l, 0x7b, 0xfd).len,
	      "one that matches nobody ends all");
	check(selects(l, "F1 FF FF FF FF FF FF FF") && number_of(l, "1", "selected"),
	      "wildcards digit by digit");
	check(!selects(l, "F9 FF FF FF FF FF FF FF"), "a digit that nobody has");
	check(!selects(l, "01 10 09 22 25 CD 01 02") && !selects(l, "01 10 09 22 CF 2F FF FF") &&
	      !selects(l, "01 10 09 22 CD 25 0F 02") && !selects(l, "01 10 09 22 CD 25 01 0F"),
	      "manufacturer, version and medium know no half wildcards");
	check(selects(l, "01 10 09 22 FF 25 FF 02") && selects(l, "01 10 09 22 CD FF 01 FF"),
	      "but whole ones, byte by byte");
	check(is_ack(reads(l, 0x40, 0xfd)) && !number_of(l, "1", "selected") &&
	      !reads(l, 0x5b, 0xfd).len, "SND_NKE to FD ends a selection");
}

/* FD has a frame count of its own. */
static void check_selected_fcb(struct line *l)
{
	struct frame first, next;

	reads(l, 0x40, 1);
	reads(l, 0x7b, 1);
	selects(l, "01 10 09 22 FF FF FF FF");
	first = reads(l, 0x7b, 0xfd);
	next = reads(l, 0x7b, 0xfd);
	check(first.len > 20 && frame_equal(&first, &next), "a repetition at FD");
	selects(l, "01 10 09 22 FF FF FF FF");
	next = reads(l, 0x7b, 0xfd);
	check(access_of(next) == access_of(first) + 1, "a selection begins anew");
	check(is_ack(line_ask(l, USER(0x53, 0xfd, 0x51, 0x01, 0x7a, 0x09))) &&
	      number_of(l, "22091001", "address") == 9, "a write to the selected meter");
	must(&l->control, "mb 22091001 address 1");
}

static void check_broadcast(struct line *l)
{
	check(!line_ask(l, USER(0x53, 0xff, 0x50)).len && !reads(l, 0x40, 0xff).len &&
	      !reads(l, 0x7b, 0xff).len, "FF is answered by none");
	must(&l->control, "power 2 off");
	must(&l->control, "power 3 off");
	check(is_ack(reads(l, 0x40, 0xfe)) && reads(l, 0x7b, 0xfe).bytes[5] == 1,
	      "FE is answered by the only meter, with its address");
	check(!line_ask(l, USER(0x53, 0xfe, 0x51, 0x01, 0x7a, 0x09)).len &&
	      number_of(l, "22091001", "address") == 1, "a PRO380-Mb has FE \"only for read\"");
	must(&l->control, "power 2 on");
	must(&l->control, "power 3 on");
}

/* Spaces win: where both speak, the AND; where one does, that one. */
static bool is_and(struct frame both, struct frame a, struct frame b)
{
	size_t i;

	if (both.len != (a.len > b.len ? a.len : b.len))
		return false;
	for (i = 0; i < both.len; i++)
		if (both.bytes[i] != ((i < a.len ? a.bytes[i] : 0xff) &
				      (i < b.len ? b.bytes[i] : 0xff)))
			return false;
	return true;
}

static struct frame next_reply(struct line *l, const char *name, const struct frame *f)
{
	struct frame reply = *f;

	must(&l->control, "mb %s access %u", name, access_of(*f) - 1);
	return reply;
}

static void check_collisions(struct line *l)
{
	struct frame a, b, both;

	must(&l->control, "meter add pro380mb:unit=20,serial=11111111,name=a");
	must(&l->control, "meter add heat:unit=20,serial=99999999,name=b");
	must(&l->control, "mb a address 21");
	a = reads(l, 0x4b, 21);
	b = reads(l, 0x4b, 20);
	must(&l->control, "mb a address 20");
	a.bytes[5] = 20;
	a.bytes[a.len - 2] -= 1;
	a = next_reply(l, "a", &a);
	b = next_reply(l, "b", &b);
	both = reads(l, 0x4b, 20);
	check(a.len != b.len && is_and(both, a, b), "two read-outs at once: their bits combine");
	check(is_ack(reads(l, 0x40, 20)), "two E5 at once are one");
	check(stat_of(&l->control, "", "collisions") == 2, "collisions are counted");
	check(selects(l, "FF FF FF FF FF FF FF 04") && reads(l, 0x4b, 0xfd).bytes[7] == 0x99,
	      "the medium tells them apart");
	must(&l->control, "mb b skew 3");
	both = reads(l, 0x40, 20);
	check(both.len && both.bytes[0] != 0xe5, "with some bit times between them, none is");
	must(&l->control, "meter remove a");
	must(&l->control, "meter remove b");
}

/* Whatever is no sound frame is not answered, and the next one is. */
static void check_damaged_requests(struct line *l)
{
	static const char * const bad[] = {
		"10 5B 01 5D 16", "10 5B 01 5C 17", "11", "68 03 04 68 53 01 BB 0F 16",
		"68 03 03 67 53 01 BB 0F 16", "68 03 03 68 53 01 BB 10 16",
		"68 03 03 68 53 01 BB 0F 15", "68 02 02 68 53 01 54 16", "E5", "10 5B 01",
	};
	unsigned long before = stat_of(&l->control, "", "bad_checksum");
	bool right = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		right &= !line_ask(l, from_hex(bad[i])).len;
		right &= is_ack(reads(l, 0x40, 1));
	}
	check(right, "damaged requests are not answered");
	check(stat_of(&l->control, "", "bad_checksum") == before + ARRAY_SIZE(bad),
	      "and each is counted");
}

static void check_many(struct line *l)
{
	double start;
	int unit, found = 0;

	for (unit = 100; unit < 164; unit++)
		must(&l->control, "meter add pro380mb:unit=%d", unit);
	start = seconds();
	for (unit = 100; unit < 164; unit++) {
		takes(l, short_frame(0x40, unit));
		found += reads(l, 0x7b, unit).bytes[7] == (unit % 10 + unit / 10 % 10 * 16);
	}
	check(found == 64 && seconds() - start < 10, "64 meters in %.0f ms",
	      (seconds() - start) * 1e3);
	for (unit = 100; unit < 164; unit++)
		must(&l->control, "meter remove %d", unit);
}

/* 33 bit times, then 5 + 81 characters of 11 bits at 2400: 408 ms. */
static void check_time(struct line *l)
{
	double start, took;
	struct frame f;

	must(&l->control, "pace on");
	line_send(l, short_frame(0x4b, 1));
	start = seconds();
	f = line_listen(l, 1000);
	took = seconds() - start - GAP_MS / 1e3;
	check(f.len == 81 && took > 0.407 && took < 0.7, "paced: %.1f ms", took * 1e3);
	must(&l->control, "pace off");
	must(&l->control, "answer-us 60000");
	start = seconds();
	check(takes(l, short_frame(0x40, 1)) && seconds() - start > 0.06, "answering time");
	must(&l->control, "answer-us 0");
	must(&l->control, "echo on");
	f = reads(l, 0x40, 1);
	check(f.len == 6 && f.bytes[0] == 0x10 && f.bytes[5] == 0xe5, "echo");
	must(&l->control, "echo off");
}

/* What a table's reader changes on purpose. */
static void check_records(struct line *l)
{
	char reply[REPLY_MAX], text[REPLY_MAX];
	struct frame f, shaped;
	size_t i, at = 3;

	f = reads(l, 0x4b, 1);
	must(&l->control, "hide 1 4");
	shaped = reads(l, 0x4b, 1);
	check(shaped.len == f.len - 7 && !memcmp(shaped.bytes + 45, f.bytes + 52, 20),
	      "a record is missing");
	must(&l->control, "show 1 all");
	must(&l->control, "shape 1 2");
	shaped = reads(l, 0x4b, 1);
	check(shaped.len == f.len + 8 && !memcmp(shaped.bytes + 27, f.bytes + 19, 58),
	      "two records more");
	must(&l->control, "shape 1 0");
	must(&l->control, "value 1 4 7654321");
	shaped = reads(l, 0x4b, 1);
	check(shaped.len == f.len && !memcmp(shaped.bytes + 45, "\x9c\x10\x04\x21\x43\x65\x07", 7),
	      "a value given by hand");
	command(&l->control, reply, "sent 1");
	for (i = 0; i < shaped.len; i++)
		at += snprintf(text + at, sizeof(text) - at, "%02x", shaped.bytes[i]);
	check(!strncmp(reply, "ok ", 3) && !strcmp(reply + 3, text + 3), "sent tells it");
	must(&l->control, "raw 1 72 11223344");
	check(reads(l, 0x4b, 1).len == 6 + 2 + 5, "user data given by hand");
	must(&l->control, "raw 1 off");
}

static void check_running(struct line *l)
{
	unsigned long before = number_of(l, "1", "day");
	double deadline = seconds() + 10;

	must(&l->control, "run on");
	while (number_of(l, "1", "day") == before && seconds() < deadline)
		usleep(20000);
	must(&l->control, "run off");
	check(number_of(l, "1", "day") > before, "energies run");
}

static void check_swap(struct line *l)
{
	unsigned long downs = number_of(l, "3", "powerdowns");

	must(&l->control, "meter swap 3 serial=87654321");
	check(!memcmp(reads(l, 0x4b, 3).bytes + 7, "\x21\x43\x65\x87", 4), "another meter");
	must(&l->control, "power 3 off");
	check(!reads(l, 0x40, 3).len, "no power, no answer");
	must(&l->control, "power 3 on");
	check(is_ack(reads(l, 0x40, 3)) && number_of(l, "3", "powerdowns") == downs + 1,
	      "the power down counter counts");
}

int main(int argc, char **argv)
{
	struct line l;

	if (argc != 3)
		return 2;
	setlinebuf(stdout);
	line_open(&l, argv[1], argv[2], 2400);
	check_strict(&l);
	check_strict_writes(&l);
	check_lax(&l);
	check_telegrams(&l);
	check_single_telegram(&l);
	check_selection(&l);
	check_selected_fcb(&l);
	check_broadcast(&l);
	check_collisions(&l);
	check_damaged_requests(&l);
	check_many(&l);
	check_time(&l);
	check_records(&l);
	check_running(&l);
	check_swap(&l);
	line_close(&l);
	return check_result();
}
