// SPDX-License-Identifier: GPL-2.0-only
/* Every kind of fault, seen on the line and held against the sound reply. */
#include <stdio.h>
#include <string.h>

#include "peer.h"

static struct frame sound;	/* the reply without faults */
static struct frame request;

static struct frame with_fault(struct peer *p, const char *fault)
{
	struct frame reply;

	must(p, "fault 1 %s", fault);
	reply = ask(p, request);
	must(p, "clear");
	return reply;
}

static bool is_sealed(struct peer *p, const struct frame *f)
{
	struct frame again = *f;

	if (f->len < 4)
		return false;
	again.len -= 2;
	frame_seal(p, &again);
	return frame_equal(f, &again);
}

static int bit_differs(const struct frame *f, size_t bit)
{
	return (f->bytes[bit / 8] ^ sound.bytes[bit / 8]) >> bit % 8 & 1;
}

static int wrong_bits(const struct frame *f)
{
	size_t bit;
	int n = 0;

	if (f->len != sound.len)
		return -1;
	for (bit = 0; bit < f->len * 8; bit++)
		n += bit_differs(f, bit);
	return n;
}

/* From the first to the last wrong bit, in the order of the line. */
static int burst_length(const struct frame *f)
{
	int bit, first = -1, last = -1;

	if (f->len != sound.len)
		return -1;
	for (bit = 0; bit < (int)f->len * 8; bit++) {
		if (!bit_differs(f, bit))
			continue;
		if (first < 0)
			first = bit;
		last = bit;
	}
	return first < 0 ? 0 : last - first + 1;
}

/* True if @longer is @shorter with bytes put in at one place. */
static bool has_insertion(const struct frame *longer,
			  const struct frame *shorter, size_t n)
{
	size_t at = 0;

	if (longer->len != shorter->len + n)
		return false;
	while (at < shorter->len && longer->bytes[at] == shorter->bytes[at])
		at++;
	for (;; at--) {
		if (!memcmp(longer->bytes + at + n, shorter->bytes + at,
			    shorter->len - at))
			return true;
		if (!at)
			return false;
	}
}

static void check_length_faults(struct peer *p)
{
	struct frame f = with_fault(p, "silent");

	check(!f.len, "silent");
	f = with_fault(p, "cut=5");
	check(f.len == 5 && !memcmp(f.bytes, sound.bytes, 5), "cut=5");
	f = with_fault(p, "insert=3");
	check(has_insertion(&f, &sound, 3), "insert=3");
	f = with_fault(p, "drop=2");
	check(has_insertion(&sound, &f, 2), "drop=2");
	f = with_fault(p, "noise=4");
	check(f.len == sound.len + 4 &&
	      !memcmp(f.bytes + 4, sound.bytes, sound.len), "noise=4");
	f = with_fault(p, "twice");
	check(f.len == 2 * sound.len &&
	      !memcmp(f.bytes, sound.bytes, sound.len) &&
	      !memcmp(f.bytes + sound.len, sound.bytes, sound.len), "twice");
}

static void check_bit_faults(struct peer *p)
{
	bool right = true;
	char text[32];
	struct frame f;
	int n;

	for (n = 1; n <= 3; n++) {
		snprintf(text, sizeof(text), "flip=%d", n);
		f = with_fault(p, text);
		right &= wrong_bits(&f) == n;
	}
	check(right, "flip=1 to 3: as many wrong bits");
	for (right = true, n = 1; n <= 16; n++) {
		snprintf(text, sizeof(text), "burst=%d", n);
		f = with_fault(p, text);
		right &= burst_length(&f) == n;
	}
	check(right, "burst=1 to 16: as long");
}

static void check_frame_faults(struct peer *p)
{
	struct frame f = with_fault(p, "foreign");

	check(is_sealed(p, &f) && f.bytes[0] == 2 &&
	      !memcmp(f.bytes + 1, sound.bytes + 1, sound.len - 3), "foreign");
	f = with_fault(p, "exception=4");
	check(is_sealed(p, &f) && f.len == 5 && f.bytes[1] == 0x83 &&
	      f.bytes[2] == 4, "exception=4");
	f = with_fault(p, "wrongfunc");
	check(is_sealed(p, &f) && f.len == sound.len && f.bytes[1] != 0x03,
	      "wrongfunc");
}

static void check_late(struct peer *p)
{
	struct frame sent = request;
	struct frame first, late;
	double start = seconds();

	must(p, "fault 1 late=500");
	modbus_flush(p->modbus);
	modbus_send_raw_request(p->modbus, sent.bytes, sent.len);
	frame_listen(p, &first, 200);
	frame_listen(p, &late, 1000);
	check(!first.len && frame_equal(&late, &sound) &&
	      seconds() - start > 0.5, "late=500");
	must(p, "clear");
}

/* A late reply comes before that to a later request, as one meter gives them. */
static void check_late_order(struct peer *p)
{
	struct frame other = read_request(1, 0x4000, 2);
	struct frame both;

	must(p, "fault 1 late=100 count=1");
	modbus_flush(p->modbus);
	modbus_send_raw_request(p->modbus, request.bytes, request.len);
	modbus_send_raw_request(p->modbus, other.bytes, other.len);
	frame_listen(p, &both, 1000);
	check(both.len == sound.len + 9 &&
	      !memcmp(both.bytes, sound.bytes, sound.len),
	      "a late reply keeps its turn");
	must(p, "clear");
}

static void check_blocks(struct peer *p)
{
	struct frame f;

	must(p, "fault 1 refuse=5004:2");
	f = ask(p, read_request(1, 0x5000, 5));
	check(!f.len, "refuse: a block that touches it is not answered");
	f = ask(p, read_request(1, 0x5000, 4));
	check(f.len == 13, "refuse: one beside it is");
	must(p, "clear");
	must(p, "fault 1 refusex=5004:2");
	f = ask(p, read_request(1, 0x5005, 4));
	check(is_sealed(p, &f) && f.len == 5 && f.bytes[2] == 2,
	      "refusex: exception 2");
	f = ask(p, read_request(1, 0x5006, 4));
	check(f.len == 13, "refusex: one beside it is answered");
	must(p, "clear");
}

static void check_limits(struct peer *p)
{
	bool right = true;
	struct frame f;
	int i;

	must(p, "fault 1 silent count=2");
	for (i = 0; i < 4; i++) {
		f = ask(p, request);
		right &= !f.len == (i < 2);
	}
	check(right, "count=2 strikes twice");
	must(p, "clear");
	must(p, "fault 1 cut=3 every=3");
	for (right = true, i = 1; i <= 6; i++) {
		f = ask(p, request);
		right &= (f.len == 3) == (i % 3 == 0);
	}
	check(right, "every=3 strikes each third time");
	must(p, "clear");
}

static void check_echo(struct peer *p)
{
	struct frame echoed = request;
	struct frame f;

	frame_seal(p, &echoed);
	must(p, "echo on");
	f = ask(p, request);
	check(f.len == echoed.len + sound.len &&
	      !memcmp(f.bytes, echoed.bytes, echoed.len) &&
	      !memcmp(f.bytes + echoed.len, sound.bytes, sound.len),
	      "echo on: the request, then the reply");
	must(p, "echo off");
	f = ask(p, request);
	check(frame_equal(&f, &sound), "echo off");
}

/*
 * Under random damage a master that checks CRC, unit, function and length, as
 * libmodbus does, reads right values or none.
 */
static void check_damage(struct peer *p)
{
	int i, got, good = 0, wrong = 0;
	uint16_t words[32];

	modbus_set_slave(p->modbus, 1);
	must(p, "damage 2 7 late=60");
	modbus_set_response_timeout(p->modbus, 0, 20000);
	modbus_set_byte_timeout(p->modbus, 0, 5000);
	for (i = 0; i < 300; i++) {
		modbus_flush(p->modbus);
		got = modbus_read_registers(p->modbus, 0x4000, 32, words);
		if (got < 0)
			continue;
		good++;
		wrong += words[0] != 0x1506 || words[2] != 0x0102 ||
			 words[0x1f] != 5;
	}
	must(p, "clear");
	modbus_set_response_timeout(p->modbus, 0, PATIENCE_MS * 1000);
	check(!wrong && good > 100 && good < 290,
	      "damage 2: %d of 300 reads right, %d wrong", good, wrong);
	check(stat_of(p, "", "damaged") > 100 && !stat_of(p, "", "passed"),
	      "damage is counted");
}

static void check_heavy_damage(struct peer *p)
{
	int i, same = 0;
	struct frame f;

	must(p, "damage 1 9 heavy");
	for (i = 0; i < 20; i++) {
		f = ask(p, request);
		same += frame_equal(&f, &sound);
	}
	must(p, "clear");
	check(!same, "heavy damage leaves no reply alone");
}

int main(int argc, char **argv)
{
	struct frame f;
	struct peer p;

	if (argc != 3)
		return 2;
	setlinebuf(stdout);
	peer_open(&p, argv[1], argv[2], 9600);
	request = read_request(1, 0x4000, 32);
	sound = ask(&p, request);
	check(is_sealed(&p, &sound) && sound.len == 69, "the sound reply");
	check_length_faults(&p);
	check_bit_faults(&p);
	check_frame_faults(&p);
	check_late(&p);
	check_late_order(&p);
	check_blocks(&p);
	check_limits(&p);
	check_echo(&p);
	check_damage(&p);
	check_heavy_damage(&p);
	frame_listen(&p, &f, 300);
	f = ask(&p, request);
	check(frame_equal(&f, &sound), "sound again after all faults");
	peer_close(&p);
	return check_result();
}
