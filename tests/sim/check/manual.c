// SPDX-License-Identifier: GPL-2.0-only
/* The manual's worked examples and the checks that a meter makes of a write. */
#include <stdio.h>
#include <string.h>

#include "peer.h"

/*
 * The write commands of v2.18, A3.2, byte for byte. A reply to function 06
 * repeats the request, one to function 10 its first six bytes (Modbus
 * application protocol, 6.6 and 6.12).
 */
static const struct example {
	const char *what;
	unsigned int addr;
	unsigned int after;	/* register content, first word */
	struct frame request;
} examples[] = {
	{ "new S0: 10", 0x400d, 0x4120,
	  { 11, { 0x01, 0x10, 0x40, 0x0d, 0, 2, 4, 0x41, 0x20, 0, 0 } } },
	{ "new code: 11", 0x400f, 11,
	  { 6, { 0x01, 0x06, 0x40, 0x0f, 0x00, 0x0b } } },
	{ "new time: 25 sec.", 0x4010, 0x25,
	  { 6, { 0x01, 0x06, 0x40, 0x10, 0x00, 0x25 } } },
	{ "power down counter", 0x4016, 0,
	  { 6, { 0x01, 0x06, 0x40, 0x16, 0x00, 0x00 } } },
	{ "new tariff: 2", 0x6048, 2,
	  { 6, { 0x01, 0x06, 0x60, 0x48, 0x00, 0x02 } } },
	{ "reset day counter", 0x6049, 0,
	  { 11, { 0x01, 0x10, 0x60, 0x49, 0, 2, 4, 0, 0, 0, 0 } } },
	{ "new baud rate: 9600", 0x4004, 9600,
	  { 6, { 0x01, 0x06, 0x40, 0x04, 0x25, 0x80 } } },
	{ "new parity: none", 0x4011, 2,
	  { 6, { 0x01, 0x06, 0x40, 0x11, 0x00, 0x02 } } },
};

static void run_example(struct peer *p, const struct example *e)
{
	struct frame reply = ask(p, e->request);
	struct frame expected = e->request;

	expected.len = 6;
	frame_seal(p, &expected);
	check(frame_equal(&reply, &expected), "reply to: %s", e->what);
	check(reg_of(p, 1, e->addr) == e->after, "register after: %s", e->what);
}

static void check_examples(struct peer *p)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++)
		run_example(p, &examples[i]);
	must(p, "set 1 4011 1");
}

/* The vendor's published exchange with the old map: serial number 15060001. */
static void check_old_map(struct peer *p)
{
	struct frame expected = FRAME(0x01, 0x03, 0x04, 0x15, 0x06, 0x00, 0x01,
				      0xdf, 0xfe);
	struct frame reply = ask(p, read_request(1, 0x1000, 2));

	check(frame_equal(&reply, &expected), "old serial number, whole frame");
	reply = ask(p, read_request(1, 0x1000, 3));
	check(reply.len == 5 && reply.bytes[2] == 2,
	      "old values are not joined");
	reply = ask(p, read_request(5, 0x4002, 1));
	check(reply.len == 5 && reply.bytes[1] == 0x83 && reply.bytes[2] == 2,
	      "a meter with the old map only refuses 0x4002");
	reply = ask(p, read_request(5, 0x1010, 1));
	check(reply.len == 7 && reply.bytes[3] == 0x01 && reply.bytes[4] == 0x02,
	      "and tells its code at 0x1010");
}

/* The new address answers from the next request on, the reply has the old. */
static void check_address(struct peer *p)
{
	struct frame request = FRAME(0x01, 0x06, 0x40, 0x03, 0x00, 0x0a);
	struct frame reply = ask(p, request);
	struct frame expected = request;

	frame_seal(p, &expected);
	check(frame_equal(&reply, &expected), "new ID: 10, answered as 1");
	reply = ask(p, read_request(1, 0x4003, 1));
	check(!reply.len, "silent at the old address");
	reply = ask(p, read_request(10, 0x4003, 1));
	check(reply.len == 7 && reply.bytes[4] == 10, "answers as 10");
	must(p, "set 10 4003 1");
}

struct write_check {
	unsigned int addr;
	const char *what;
	const int *legal;
	size_t legal_count;
};

static bool is_legal(const struct write_check *w, int value)
{
	size_t i;

	for (i = 0; i < w->legal_count; i++)
		if (w->legal[i] == value)
			return true;
	return false;
}

/* Legal values are accepted and kept, all others are exception 3, no change. */
static bool write_is_right(struct peer *p, const struct write_check *w, int value)
{
	unsigned int before = reg_of(p, 3, w->addr);
	int unit = 3;
	int done;

	modbus_set_slave(p->modbus, unit);
	done = modbus_write_register(p->modbus, w->addr, value);
	if (is_legal(w, value))
		return done == 1;
	return done == -1 && reg_of(p, 3, w->addr) == before;
}

static void check_writes(struct peer *p, const struct write_check *w)
{
	static const int probes[] = { 255, 256, 299, 300, 301, 600, 1200, 2400,
		4800, 9599, 9600, 9601, 19200, 32767, 32768, 0xff01, 65535 };
	bool right = true;
	int value;
	size_t i;

	for (value = 0; value < 70; value++)
		right &= write_is_right(p, w, value);
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		right &= write_is_right(p, w, probes[i]);
	check(right, "%s: accepts what the manual lists and nothing else",
	      w->what);
}

/* Those that change how the meter is reached are tried last, in their order. */
static void check_all_writes(struct peer *p)
{
	static const int seconds[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
		0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
		0x18, 0x19, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
		0x28, 0x29, 0x30 };
	static const int zero[] = { 0 };
	static const int tariffs[] = { 1, 2, 11, 12 };
	const struct write_check table[] = {
		{ 0x4010, "LCD cycle time", seconds, ARRAY_SIZE(seconds) },
		{ 0x4016, "power down counter", zero, 1 },
		{ 0x6048, "tariff", tariffs, 4 },
		{ 0x4002, "meter code (read only)", NULL, 0 },
		{ 0x400d, "S0 rate, one register", NULL, 0 },
		{ 0x5002, "voltage (read only)", NULL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		check_writes(p, &table[i]);
}

static int exception_of(struct peer *p, struct frame request)
{
	struct frame reply = ask(p, request);
	struct frame sealed = reply;

	if (reply.len != 5 || reply.bytes[1] != (request.bytes[1] | 0x80))
		return reply.len ? 0 : -1;
	sealed.len = 3;
	frame_seal(p, &sealed);
	return frame_equal(&reply, &sealed) ? reply.bytes[2] : -2;
}

static struct frame write_one(unsigned int addr, unsigned int value)
{
	return FRAME(0x01, 0x06, addr >> 8, addr & 0xff, value >> 8,
		     value & 0xff);
}

static struct frame write_two(unsigned int addr, uint32_t value)
{
	return FRAME(0x01, 0x10, addr >> 8, addr & 0xff, 0, 2, 4, value >> 24,
		     value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff);
}

static void check_combination(struct peer *p)
{
	static const unsigned int bad[] = { 0, 2, 3, 7, 8, 12, 0x10, 0x11 };
	static const unsigned int good[] = { 1, 4, 5, 6, 9, 11 };
	bool right = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		right &= exception_of(p, write_one(0x400f, bad[i])) == 3;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		right &= exception_of(p, write_one(0x400f, good[i])) == 0;
	check(right, "combination codes of the manual, and no other");
	check(!exception_of(p, write_one(0x400f, 10)), "code 10 can be set");
	check(exception_of(p, write_one(0x400f, 11)) == 3 &&
	      exception_of(p, write_one(0x400f, 1)) == 3 &&
	      reg_of(p, 1, 0x400f) == 10, "and never be undone");
	must(p, "set 1 400f 5");
}

/* The eight rates as IEEE 754 single precision. */
static void check_s0_rates(struct peer *p)
{
	static const uint32_t good[] = { 0x461c4000, 0x44fa0000, 0x447a0000,
		0x42c80000, 0x41200000, 0x3f800000, 0x3dcccccd, 0x3c23d70a };
	static const uint32_t bad[] = { 0, 0x461c4001, 0x40000000, 0xbf800000,
		0x7f800000, 0x7fc00000 };
	bool right = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		right &= !exception_of(p, write_two(0x400d, good[i])) &&
			 reg_of(p, 1, 0x400d) == good[i] >> 16 &&
			 reg_of(p, 1, 0x400e) == (good[i] & 0xffff);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		right &= exception_of(p, write_two(0x400d, bad[i])) == 3;
	check(right, "S0 rates of the manual, and no other");
	check(exception_of(p, write_two(0x6049, 0x3f800000)) == 3,
	      "day counter takes 0 only");
}

static void check_refusals(struct peer *p)
{
	check(exception_of(p, write_one(0x4003, 0)) == 3 &&
	      exception_of(p, write_one(0x4003, 248)) == 3, "ID is 1..247");
	check(exception_of(p, write_one(0x4004, 1000)) == 3 &&
	      exception_of(p, write_one(0x4004, 19200)) == 3,
	      "other speeds are refused");
	check(exception_of(p, write_one(0x4011, 0)) == 3 &&
	      exception_of(p, write_one(0x4011, 4)) == 3, "parity is 1..3");
	check(exception_of(p, write_one(0x4000, 1)) == 2 &&
	      exception_of(p, write_two(0x6000, 0)) == 2,
	      "read-only registers are exception 2");
	check(exception_of(p, write_one(0x7000, 1)) == 2, "unknown register");
	check(exception_of(p, FRAME(1, 4, 0x40, 0, 0, 1)) == 1,
	      "function 04 is exception 1");
	check(exception_of(p, FRAME(1, 0x2b, 0x0e, 1, 0)) == 1,
	      "function 2B is exception 1");
	check(exception_of(p, read_request(1, 0x4000, 33)) == 2 &&
	      exception_of(p, read_request(1, 0x3fff, 2)) == 2 &&
	      exception_of(p, read_request(1, 0x604a, 2)) == 2,
	      "reads beyond the map are exception 2");
	check(exception_of(p, read_request(1, 0x4000, 0)) == 3 &&
	      exception_of(p, read_request(1, 0x6000, 126)) == 3,
	      "reads of 0 and of 126 registers are exception 3");
}

/* Facts seen on real meters: blocks of 32, 50 and 75 registers are answered. */
static void check_blocks(struct peer *p)
{
	struct frame id = ask(p, read_request(1, 0x4000, 32));
	struct frame measure = ask(p, read_request(1, 0x5000, 50));
	struct frame energy = ask(p, read_request(1, 0x6000, 75));

	check(id.len == 5 + 64 && measure.len == 5 + 100 &&
	      energy.len == 5 + 150, "the three blocks in one read each");
	check(!memcmp(id.bytes + 3 + 2 * 0x12, "1F2R3F", 6),
	      "directions are two characters a phase");
}

int main(int argc, char **argv)
{
	struct peer p;

	if (argc != 3)
		return 2;
	setlinebuf(stdout);
	peer_open(&p, argv[1], argv[2], 9600);
	check_old_map(&p);
	check_blocks(&p);
	check_examples(&p);
	check_address(&p);
	check_combination(&p);
	check_s0_rates(&p);
	check_refusals(&p);
	check_all_writes(&p);
	peer_close(&p);
	return check_result();
}
