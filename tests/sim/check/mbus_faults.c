// SPDX-License-Identifier: GPL-2.0-only
/* Every kind of fault of an M-Bus line, held against the sound reply. */
#include <stdio.h>
#include <string.h>

#include "mbus_line.h"

/* Without a valid FCB each request is new, so that nothing but @access differs. */
static struct frame read_out(struct line *l)
{
	must(&l->control, "mb 1 access 6");
	return line_ask(l, short_frame(0x4b, 1));
}

static struct frame sound;

static struct frame with_fault(struct line *l, const char *fault)
{
	struct frame reply;

	must(&l->control, "fault 1 %s", fault);
	reply = read_out(l);
	must(&l->control, "clear");
	return reply;
}

static size_t different_bytes(const struct frame *f)
{
	size_t i, n = 0;

	if (f->len != sound.len)
		return ~0UL;
	for (i = 0; i < f->len; i++)
		n += f->bytes[i] != sound.bytes[i];
	return n;
}

/* L, checksum and 16 hold. */
static bool is_sealed(const struct frame *f)
{
	struct frame user = { .len = f->bytes[1] };
	struct frame again;

	if (f->len < 9 || f->len != f->bytes[1] + 6u)
		return false;
	memcpy(user.bytes, f->bytes + 4, user.len);
	again = long_frame(user);
	return frame_equal(f, &again);
}

static void check_length_faults(struct line *l)
{
	struct frame f = with_fault(l, "silent");

	check(!f.len, "silent");
	f = with_fault(l, "cut=5");
	check(f.len == 5 && !memcmp(f.bytes, sound.bytes, 5), "cut=5");
	f = with_fault(l, "insert=3");
	check(f.len == sound.len + 3, "insert=3");
	f = with_fault(l, "drop=2");
	check(f.len == sound.len - 2, "drop=2");
	f = with_fault(l, "noise=4");
	check(f.len == sound.len + 4 && !memcmp(f.bytes + 4, sound.bytes, sound.len), "noise=4");
	f = with_fault(l, "twice");
	check(f.len == 2 * sound.len && !memcmp(f.bytes + sound.len, sound.bytes, sound.len),
	      "twice");
	f = with_fault(l, "echo");
	check(f.len == sound.len + 5 && f.bytes[0] == 0x10 &&
	      !memcmp(f.bytes + 5, sound.bytes, sound.len), "echo");
}

static void check_content_faults(struct line *l)
{
	struct frame f = with_fault(l, "byte=21");

	check(different_bytes(&f) == 1 && f.bytes[21] != sound.bytes[21], "byte=21");
	f = with_fault(l, "flip=1");
	check(different_bytes(&f) == 1, "flip=1");
	f = with_fault(l, "burst=8");
	check(different_bytes(&f) >= 1 && different_bytes(&f) <= 2, "burst=8");
	f = with_fault(l, "foreign");
	check(is_sealed(&f) && f.bytes[5] == 2 && different_bytes(&f) == 2, "foreign");
	f = with_fault(l, "identity");
	check(is_sealed(&f) && f.bytes[5] == 1 && f.bytes[7] != sound.bytes[7] &&
	      different_bytes(&f) == 2, "identity");
	f = with_fault(l, "wrongfunc");
	check(is_sealed(&f) && f.bytes[4] != 0x08 && different_bytes(&f) == 2, "wrongfunc");
	f = with_fault(l, "busy");
	check(is_sealed(&f) && f.len == 10 && f.bytes[6] == 0x70 && f.bytes[7] == 0x08, "busy");
}

/* At FD the address says nothing, so a foreign reply has another identity. */
static void check_foreign_selected(struct line *l)
{
	struct frame f;

	line_ask(l, selection("01 10 09 22 FF FF FF FF"));
	must(&l->control, "fault 1 foreign count=1");
	f = line_ask(l, short_frame(0x4b, 0xfd));
	check(is_sealed(&f) && f.bytes[5] == 1 && f.bytes[7] != 0x01, "foreign, selected");
	must(&l->control, "clear");
}

static void check_acknowledgments(struct line *l)
{
	struct frame tariff = USER(0x43, 1, 0x51, 0x09, 0x7c, 0x01, 0x54, 0x02);

	must(&l->control, "mb 1 tariff 1");
	must(&l->control, "fault 1 noack");
	check(!line_ask(l, tariff).len && number_of(l, "1", "tariff") == 2,
	      "noack: carried out, not acknowledged");
	must(&l->control, "clear");
	must(&l->control, "mb 1 tariff 1");
	must(&l->control, "fault 1 silent");
	check(!line_ask(l, tariff).len && number_of(l, "1", "tariff") == 1,
	      "silent: not carried out");
	must(&l->control, "clear");
	must(&l->control, "fault 1 flip=1");
	check(!is_ack(line_ask(l, tariff)) && number_of(l, "1", "tariff") == 2,
	      "flip=1 of an E5");
	must(&l->control, "clear");
}

static void check_late(struct line *l)
{
	double start = seconds();
	struct frame first, late;

	must(&l->control, "mb 1 access 6");
	must(&l->control, "fault 1 late=500");
	line_send(l, short_frame(0x4b, 1));
	first = line_listen(l, 200);
	late = line_listen(l, 1000);
	check(!first.len && frame_equal(&late, &sound) && seconds() - start > 0.5, "late=500");
	must(&l->control, "clear");
}

static void check_limits(struct line *l)
{
	bool right = true;
	int i;

	must(&l->control, "fault 1 silent count=2");
	for (i = 0; i < 4; i++)
		right &= !read_out(l).len == (i < 2);
	must(&l->control, "clear");
	check(right, "count=2 strikes twice");
	must(&l->control, "fault 1 cut=3 every=3");
	for (right = true, i = 1; i <= 6; i++)
		right &= (read_out(l).len == 3) == (i % 3 == 0);
	must(&l->control, "clear");
	check(right, "every=3 strikes each third time");
}

/* What a reader finds who begins at each 68 in turn. */
static bool is_misled(const struct frame *f)
{
	struct frame part;
	size_t at;

	for (at = 0; at + 9 <= f->len; at++) {
		part.len = f->bytes[at + 1] + 6u;
		if (f->bytes[at] != 0x68 || at + part.len > f->len)
			continue;
		memcpy(part.bytes, f->bytes + at, part.len);
		if (is_sealed(&part) && part.bytes[5] == 1 && (part.bytes[4] & 0x4f) == 0x08 &&
		    !frame_equal(&part, &sound))
			return true;
	}
	return false;
}

static void check_damage(struct line *l)
{
	int i, misled = 0, right = 0;
	struct frame f;

	must(&l->control, "damage 2 7 late=60");
	for (i = 0; i < 300; i++) {
		f = read_out(l);
		right += frame_equal(&f, &sound);
		misled += is_misled(&f);
	}
	must(&l->control, "clear");
	check(!misled && right > 100 && right < 220, "damage 2: %d of 300 are right, %d mislead",
	      right, misled);
	check(stat_of(&l->control, "", "damaged") > 100 && !stat_of(&l->control, "", "passed"),
	      "damage is counted");
}

int main(int argc, char **argv)
{
	struct line l;
	struct frame f;

	if (argc != 3)
		return 2;
	setlinebuf(stdout);
	line_open(&l, argv[1], argv[2], 2400);
	sound = read_out(&l);
	check(is_sealed(&sound) && sound.len == 81, "the sound reply");
	check_length_faults(&l);
	check_content_faults(&l);
	check_foreign_selected(&l);
	check_acknowledgments(&l);
	check_late(&l);
	check_limits(&l);
	check_damage(&l);
	line_listen(&l, 300);
	f = read_out(&l);
	check(frame_equal(&f, &sound), "sound again after all faults");
	line_close(&l);
	return check_result();
}
