// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of Modbus RTU framing.
 *
 * The PDUs are the examples of the Modbus Application Protocol V1.1b3, named by
 * their chapters, and the commands of the PRO380's manual v2.18; their CRCs were
 * computed by other means than the kernel's crc16().
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "internal.h"

struct frame_case {
	const char *name;
	u8 request[24];
	size_t request_len;
	u8 reply[64];
	size_t reply_len;
	bool self_described;
};

static const struct frame_case frame_cases[] = {
	{
		.name = "read coils, 6.1",
		.request = { 0x01, 0x01, 0x00, 0x13, 0x00, 0x13, 0x8c, 0x02 },
		.request_len = 8,
		.reply = { 0x01, 0x01, 0x03, 0xcd, 0x6b, 0x05, 0x42, 0x82 },
		.reply_len = 8,
	},
	{
		.name = "read discrete inputs, 6.2",
		.request = { 0x01, 0x02, 0x00, 0xc4, 0x00, 0x16, 0xb8, 0x39 },
		.request_len = 8,
		.reply = { 0x01, 0x02, 0x03, 0xac, 0xdb, 0x35, 0x22, 0x88 },
		.reply_len = 8,
	},
	{
		.name = "read holding registers, 6.3",
		.request = { 0x11, 0x03, 0x00, 0x6b, 0x00, 0x03, 0x76, 0x87 },
		.request_len = 8,
		.reply = { 0x11, 0x03, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0xc8, 0xba },
		.reply_len = 11,
	},
	{
		.name = "read input registers, 6.4",
		.request = { 0x01, 0x04, 0x00, 0x08, 0x00, 0x01, 0xb0, 0x08 },
		.request_len = 8,
		.reply = { 0x01, 0x04, 0x02, 0x00, 0x0a, 0x39, 0x37 },
		.reply_len = 7,
	},
	{
		.name = "write coil, 6.5",
		.request = { 0x01, 0x05, 0x00, 0xac, 0xff, 0x00, 0x4c, 0x1b },
		.request_len = 8,
		.reply = { 0x01, 0x05, 0x00, 0xac, 0xff, 0x00, 0x4c, 0x1b },
		.reply_len = 8,
	},
	{
		.name = "write register, 6.6",
		.request = { 0xf7, 0x06, 0x00, 0x01, 0x00, 0x03, 0x8c, 0x9d },
		.request_len = 8,
		.reply = { 0xf7, 0x06, 0x00, 0x01, 0x00, 0x03, 0x8c, 0x9d },
		.reply_len = 8,
	},
	{
		.name = "read exception status, 6.7",
		.request = { 0x01, 0x07, 0x41, 0xe2 },
		.request_len = 4,
		.reply = { 0x01, 0x07, 0x6d, 0xe3, 0xdd },
		.reply_len = 5,
	},
	{
		.name = "diagnostics, 6.8",
		.request = { 0x01, 0x08, 0x00, 0x00, 0xa5, 0x37, 0xda, 0x8d },
		.request_len = 8,
		.reply = { 0x01, 0x08, 0x00, 0x00, 0xa5, 0x37, 0xda, 0x8d },
		.reply_len = 8,
	},
	{
		.name = "get comm counter, 6.9",
		.request = { 0x01, 0x0b, 0x41, 0xe7 },
		.request_len = 4,
		.reply = { 0x01, 0x0b, 0xff, 0xff, 0x01, 0x08, 0xa4, 0x79 },
		.reply_len = 8,
	},
	{
		.name = "get comm log, 6.10",
		.request = { 0x01, 0x0c, 0x00, 0x25 },
		.request_len = 4,
		.reply = { 0x01, 0x0c, 0x08, 0x00, 0x00, 0x01, 0x08, 0x01, 0x21, 0x20, 0x00, 0x0d,
			   0xc1 },
		.reply_len = 13,
		.self_described = true,
	},
	{
		.name = "write coils, 6.11",
		.request = { 0x01, 0x0f, 0x00, 0x13, 0x00, 0x0a, 0x02, 0xcd, 0x01, 0x72, 0xcb },
		.request_len = 11,
		.reply = { 0x01, 0x0f, 0x00, 0x13, 0x00, 0x0a, 0x24, 0x09 },
		.reply_len = 8,
	},
	{
		.name = "write registers, 6.12",
		.request = { 0x01, 0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0a, 0x01, 0x02, 0x92,
			 0x30 },
		.request_len = 13,
		.reply = { 0x01, 0x10, 0x00, 0x01, 0x00, 0x02, 0x10, 0x08 },
		.reply_len = 8,
	},
	{
		.name = "read file record, 6.14",
		.request = { 0x01, 0x14, 0x0e, 0x06, 0x00, 0x04, 0x00, 0x01, 0x00, 0x02, 0x06, 0x00,
			 0x03, 0x00, 0x09, 0x00, 0x02, 0xf4, 0xfd },
		.request_len = 19,
		.reply = { 0x01, 0x14, 0x0c, 0x05, 0x06, 0x0d, 0xfe, 0x00, 0x20, 0x05, 0x06, 0x33,
			   0xcd, 0x00, 0x40, 0x79, 0xa1 },
		.reply_len = 17,
		.self_described = true,
	},
	{
		.name = "write file record, 6.15",
		.request = { 0x01, 0x15, 0x0d, 0x06, 0x00, 0x04, 0x00, 0x07, 0x00, 0x03, 0x06, 0xaf,
			 0x04, 0xbe, 0x10, 0x0d, 0xd6, 0x0b },
		.request_len = 18,
		.reply = { 0x01, 0x15, 0x0d, 0x06, 0x00, 0x04, 0x00, 0x07, 0x00, 0x03, 0x06, 0xaf,
			   0x04, 0xbe, 0x10, 0x0d, 0xd6, 0x0b },
		.reply_len = 18,
		.self_described = true,
	},
	{
		.name = "mask write, 6.16",
		.request = { 0x01, 0x16, 0x00, 0x04, 0x00, 0xf2, 0x00, 0x25, 0x67, 0xee },
		.request_len = 10,
		.reply = { 0x01, 0x16, 0x00, 0x04, 0x00, 0xf2, 0x00, 0x25, 0x67, 0xee },
		.reply_len = 10,
	},
	{
		.name = "read and write, 6.17",
		.request = { 0x01, 0x17, 0x00, 0x03, 0x00, 0x06, 0x00, 0x0e, 0x00, 0x03, 0x06, 0x00,
			 0xff, 0x00, 0xff, 0x00, 0xff, 0x46, 0x91 },
		.request_len = 19,
		.reply = { 0x01, 0x17, 0x0c, 0x00, 0xfe, 0x0a, 0xcd, 0x00, 0x01, 0x00, 0x03, 0x00,
			   0x0d, 0x00, 0xff, 0x1d, 0x79 },
		.reply_len = 17,
	},
	{
		.name = "read fifo, 6.18",
		.request = { 0x01, 0x18, 0x04, 0xde, 0x03, 0x47 },
		.request_len = 6,
		.reply = { 0x01, 0x18, 0x00, 0x06, 0x00, 0x02, 0x01, 0xb8, 0x12, 0x84, 0x19, 0x18 },
		.reply_len = 12,
		.self_described = true,
	},
	{
		.name = "read identification, 6.21",
		.request = { 0x01, 0x2b, 0x0e, 0x01, 0x00, 0x70, 0x77 },
		.request_len = 7,
		.reply = { 0x01, 0x2b, 0x0e, 0x01, 0x01, 0x00, 0x00, 0x03, 0x00, 0x16, 0x43, 0x6f,
			   0x6d, 0x70, 0x61, 0x6e, 0x79, 0x20, 0x69, 0x64, 0x65, 0x6e, 0x74, 0x69,
			   0x66, 0x69, 0x63, 0x61, 0x74, 0x69, 0x6f, 0x6e, 0x01, 0x0e, 0x50, 0x72,
			   0x6f, 0x64, 0x75, 0x63, 0x74, 0x20, 0x63, 0x6f, 0x64, 0x65, 0x20, 0x58,
			   0x02, 0x05, 0x56, 0x32, 0x2e, 0x31, 0x31, 0x35, 0x88 },
		.reply_len = 57,
		.self_described = true,
	},
	{
		.name = "PRO380: read meter code",
		.request = { 0x01, 0x03, 0x10, 0x10, 0x00, 0x02, 0xc1, 0x0e },
		.request_len = 8,
		.reply = { 0x01, 0x03, 0x04, 0x15, 0x06, 0x00, 0x01, 0xdf, 0xfe },
		.reply_len = 9,
	},
	{
		.name = "PRO380: set address",
		.request = { 0x01, 0x06, 0x40, 0x03, 0x00, 0x0a, 0xec, 0x0d },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x40, 0x03, 0x00, 0x0a, 0xec, 0x0d },
		.reply_len = 8,
	},
	{
		.name = "PRO380: set speed",
		.request = { 0x01, 0x06, 0x40, 0x04, 0x25, 0x80, 0xc6, 0xfb },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x40, 0x04, 0x25, 0x80, 0xc6, 0xfb },
		.reply_len = 8,
	},
	{
		.name = "PRO380: set S0 rate",
		.request = { 0x01, 0x10, 0x40, 0x0d, 0x00, 0x02, 0x04, 0x41, 0x20, 0x00, 0x00, 0x16,
			 0x03 },
		.request_len = 13,
		.reply = { 0x01, 0x10, 0x40, 0x0d, 0x00, 0x02, 0xc5, 0xcb },
		.reply_len = 8,
	},
	{
		.name = "PRO380: set combination code",
		.request = { 0x01, 0x06, 0x40, 0x0f, 0x00, 0x0a, 0x2c, 0x0e },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x40, 0x0f, 0x00, 0x0a, 0x2c, 0x0e },
		.reply_len = 8,
	},
	{
		.name = "PRO380: set LCD cycle",
		.request = { 0x01, 0x06, 0x40, 0x10, 0x00, 0x25, 0x5c, 0x14 },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x40, 0x10, 0x00, 0x25, 0x5c, 0x14 },
		.reply_len = 8,
	},
	{
		.name = "PRO380: set parity",
		.request = { 0x01, 0x06, 0x40, 0x11, 0x00, 0x02, 0x4d, 0xce },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x40, 0x11, 0x00, 0x02, 0x4d, 0xce },
		.reply_len = 8,
	},
	{
		.name = "PRO380: reset power-down counter",
		.request = { 0x01, 0x06, 0x40, 0x16, 0x00, 0x00, 0x7d, 0xce },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x40, 0x16, 0x00, 0x00, 0x7d, 0xce },
		.reply_len = 8,
	},
	{
		.name = "PRO380: set tariff",
		.request = { 0x01, 0x06, 0x60, 0x48, 0x00, 0x02, 0x96, 0x1d },
		.request_len = 8,
		.reply = { 0x01, 0x06, 0x60, 0x48, 0x00, 0x02, 0x96, 0x1d },
		.reply_len = 8,
	},
	{
		.name = "PRO380: reset day counter",
		.request = { 0x01, 0x10, 0x60, 0x49, 0x00, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00, 0x9f,
			 0xf7 },
		.request_len = 13,
		.reply = { 0x01, 0x10, 0x60, 0x49, 0x00, 0x02, 0x8e, 0x1e },
		.reply_len = 8,
	},
};

static void frame_case_desc(const struct frame_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(frame, frame_cases, frame_case_desc);

/* Parses @len bytes as the reply to @request, an ADU. */
static struct serial_xfer_span parse(const u8 *request, size_t request_len, const u8 *buf,
				     size_t len, bool distrust)
{
	const struct modbus_expect expect = {
		.unit = request[0],
		.req = request + 1,
		.len = modbus_rtu_reply_len(request + 1, request_len - MODBUS_RTU_OVERHEAD),
		.distrust = distrust,
	};
	const struct serial_xfer_msg msg = { .context = &expect };

	return modbus_rtu_parse(&msg, buf, len);
}

static struct serial_xfer_span parse_case(const struct frame_case *c, const u8 *buf, size_t len)
{
	return parse(c->request, c->request_len, buf, len, false);
}

/* The reply to a read of three registers from unit 17, and what is made of it. */
static const u8 read_request[] = { 0x11, 0x03, 0x00, 0x6b, 0x00, 0x03, 0x76, 0x87 };

static void encode_test(struct kunit *test)
{
	const struct frame_case *c = test->param_value;
	size_t len = c->request_len - MODBUS_RTU_OVERHEAD;
	u8 adu[sizeof(c->request)];

	KUNIT_EXPECT_EQ(test, c->request_len,
			modbus_rtu_encode(adu, c->request[0], c->request + 1, len));
	KUNIT_EXPECT_MEMEQ(test, adu, c->request, c->request_len);
}

/* Modbus over Serial Line V1.02, 6.2.2: the CRC of 02 07 is 0x1241. */
static void crc_example_test(struct kunit *test)
{
	static const u8 expected[] = { 0x02, 0x07, 0x41, 0x12 };
	u8 adu[4];

	KUNIT_EXPECT_EQ(test, 4, modbus_rtu_encode(adu, 0x02, expected + 1, 1));
	KUNIT_EXPECT_MEMEQ(test, adu, expected, 4);
}

static void reply_len_test(struct kunit *test)
{
	const struct frame_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->self_described ? 0 : c->reply_len,
			modbus_rtu_reply_len(c->request + 1,
					     c->request_len - MODBUS_RTU_OVERHEAD));
}

static void bad_request_test(struct kunit *test)
{
	static const u8 functions[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0f, 0x10, 0x17 };
	static const u8 unknown[] = { 0x00, 0x09, 0x0a, 0x0d, 0x12, 0x19, 0x41, 0x64, 0x7f };
	u8 pdu[8] = { 0 };
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		pdu[0] = functions[i];
		for (len = 1; len < 5; len++)
			KUNIT_EXPECT_EQ(test, -EINVAL, modbus_rtu_reply_len(pdu, len));
	}
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		pdu[0] = unknown[i];
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, modbus_rtu_reply_len(pdu, 8));
	}
	pdu[0] = 0x16;
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_rtu_reply_len(pdu, 6));
	pdu[0] = 0x2b;
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_rtu_reply_len(pdu, 1));
	pdu[1] = 0x0d;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, modbus_rtu_reply_len(pdu, 4));
	pdu[1] = 0x0e;
	KUNIT_EXPECT_EQ(test, 0, modbus_rtu_reply_len(pdu, 4));
}

static void whole_test(struct kunit *test)
{
	const struct frame_case *c = test->param_value;
	struct serial_xfer_span span = parse_case(c, c->reply, c->reply_len);
	u8 more[sizeof(c->reply) + 4];

	KUNIT_EXPECT_EQ(test, SERIAL_XFER_WHOLE, span.verdict);
	KUNIT_EXPECT_EQ(test, c->reply_len, span.len);

	memset(more, 0x5a, sizeof(more));
	memcpy(more, c->reply, c->reply_len);
	span = parse_case(c, more, c->reply_len + 4);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_WHOLE, span.verdict);
	KUNIT_EXPECT_EQ(test, c->reply_len, span.len);
}

static void truncated_test(struct kunit *test)
{
	const struct frame_case *c = test->param_value;
	struct serial_xfer_span span;
	size_t len;

	for (len = 1; len < c->reply_len; len++) {
		span = parse_case(c, c->reply, len);
		KUNIT_EXPECT_EQ_MSG(test, SERIAL_XFER_MORE, span.verdict, "%zu bytes", len);
		KUNIT_EXPECT_GT_MSG(test, span.len, len, "%zu bytes", len);
		KUNIT_EXPECT_LE_MSG(test, span.len, c->reply_len, "%zu bytes", len);
	}
}

static void flip(u8 *buf, unsigned int bit)
{
	buf[bit / 8] ^= BIT(bit % 8);
}

static void bit_flip_test(struct kunit *test)
{
	const struct frame_case *c = test->param_value;
	u8 buf[sizeof(c->reply)];
	unsigned int bit;

	memcpy(buf, c->reply, c->reply_len);
	for (bit = 0; bit < 8 * c->reply_len; bit++) {
		flip(buf, bit);
		KUNIT_EXPECT_NE_MSG(test, SERIAL_XFER_WHOLE,
				    parse_case(c, buf, c->reply_len).verdict, "bit %u", bit);
		flip(buf, bit);
	}
}

static const struct frame_case *case_named(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(frame_cases); i++)
		if (!strcmp(frame_cases[i].name, name))
			return &frame_cases[i];
	return NULL;
}

/*
 * How many ways to flip one, two or three bits of a reply are not noticed. The two
 * bits behind its end belong to nothing.
 */
static unsigned int unnoticed_flips(const struct frame_case *c)
{
	unsigned int bits = 8 * c->reply_len, unnoticed = 0, i, j, k;
	u8 buf[sizeof(c->reply)];

	for (i = 0; i < bits; i++)
		for (j = i + 1; j < bits + 1; j++)
			for (k = j + 1; k < bits + 2; k++) {
				memcpy(buf, c->reply, sizeof(buf));
				flip(buf, i);
				flip(buf, j);
				flip(buf, k);
				unnoticed += parse_case(c, buf, c->reply_len).verdict ==
					     SERIAL_XFER_WHOLE;
			}
	return unnoticed;
}

static void three_flips_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, unnoticed_flips(case_named("read input registers, 6.4")));
	KUNIT_EXPECT_EQ(test, 0, unnoticed_flips(case_named("write register, 6.6")));
}

static void xor_bits(u8 *buf, size_t len, unsigned int at, u32 pattern)
{
	for (; pattern; pattern >>= 1, at++)
		if ((pattern & 1) && at < 8 * len)
			flip(buf, at);
}

/*
 * How many bursts, of up to 16 bits in the order of the wire, are not noticed. One
 * that makes the head of an exception whose CRC happens to follow does not count: it
 * is an error, no wrong value, and nothing but the silence after it could tell.
 */
static unsigned int unnoticed_bursts(const struct frame_case *c)
{
	unsigned int at, pattern, unnoticed = 0;
	struct serial_xfer_span span;
	u8 buf[sizeof(c->reply)];

	for (at = 0; at < 8 * c->reply_len; at++)
		for (pattern = 1; pattern < 0x10000; pattern += 2) {
			memcpy(buf, c->reply, c->reply_len);
			xor_bits(buf, c->reply_len, at, pattern);
			span = parse_case(c, buf, c->reply_len);
			unnoticed += span.verdict == SERIAL_XFER_WHOLE &&
				     !(buf[1] & MODBUS_EXCEPTION);
		}
	return unnoticed;
}

static void burst_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, unnoticed_bursts(case_named("read holding registers, 6.3")));
	KUNIT_EXPECT_EQ(test, 0, unnoticed_bursts(case_named("write registers, 6.12")));
}

struct verdict_case {
	const char *name;
	enum serial_xfer_verdict verdict;
	u8 buf[12];
	size_t len;
};

/* What is made of some bytes as the reply to read_request. */
static const struct verdict_case verdict_cases[] = {
	{
		"the reply", SERIAL_XFER_WHOLE,
		{ 0x11, 0x03, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0xc8, 0xba }, 11
	},
	{
		"a wrong check", SERIAL_XFER_DAMAGED,
		{ 0x11, 0x03, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0xc8, 0xbb }, 11
	},
	{
		"another unit", SERIAL_XFER_FOREIGN,
		{ 0x01, 0x03, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0x05, 0x7a }, 11
	},
	{
		"another length", SERIAL_XFER_STALE,
		{ 0x11, 0x03, 0x04, 0x02, 0x2b, 0x00, 0x00, 0x9a, 0x42 }, 9
	},
	{
		"another length and a wrong check", SERIAL_XFER_NONE,
		{ 0x11, 0x03, 0x04, 0x02, 0x2b, 0x00, 0x00, 0x9a, 0x43 }, 9
	},
	{
		"another function", SERIAL_XFER_STALE,
		{ 0x11, 0x04, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0x89, 0x5c }, 11
	},
	{
		"another function and a wrong check", SERIAL_XFER_NONE,
		{ 0x11, 0x04, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0x89, 0x5d }, 11
	},
	{
		"another unit and a wrong check", SERIAL_XFER_NONE,
		{ 0x01, 0x03, 0x06, 0x02, 0x2b, 0x00, 0x00, 0x00, 0x64, 0x05, 0x7b }, 11
	},
	{
		"no unit address", SERIAL_XFER_NONE,
		{ 0xf8, 0x03, 0x06 }, 3
	},
	{
		"no function", SERIAL_XFER_NONE,
		{ 0x11, 0x41, 0x06 }, 3
	},
	{
		"longer than any frame", SERIAL_XFER_NONE,
		{ 0x11, 0x03, 0xfc }, 3
	},
	{
		"the longest frame", SERIAL_XFER_MORE,
		{ 0x11, 0x03, 0xfb }, 3
	},
	{
		"one byte", SERIAL_XFER_MORE,
		{ 0x11 }, 1
	},
	{
		"one byte of another unit", SERIAL_XFER_MORE,
		{ 0xf7 }, 1
	},
};

static void verdict_case_desc(const struct verdict_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(verdict, verdict_cases, verdict_case_desc);

static void verdict_test(struct kunit *test)
{
	const struct verdict_case *c = test->param_value;
	struct serial_xfer_span span = parse(read_request, sizeof(read_request), c->buf, c->len,
					     false);

	KUNIT_EXPECT_EQ(test, c->verdict, span.verdict);
	if (span.verdict == SERIAL_XFER_STALE || span.verdict == SERIAL_XFER_FOREIGN)
		KUNIT_EXPECT_EQ(test, c->len, span.len);
}

/* The reply to a write repeats what was written. */
static void write_reply_test(struct kunit *test)
{
	static const u8 request[] = { 0x01, 0x06, 0x40, 0x0f, 0x00, 0x0a, 0x2c, 0x0e };
	static const u8 other_value[] = { 0x01, 0x06, 0x40, 0x0f, 0x00, 0x0b, 0xed, 0xce };
	static const u8 other_register[] = { 0x01, 0x06, 0x40, 0x10, 0x00, 0x0a, 0x1d, 0xc8 };

	KUNIT_EXPECT_EQ(test, SERIAL_XFER_WHOLE,
			parse(request, 8, request, 8, false).verdict);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_STALE,
			parse(request, 8, other_value, 8, false).verdict);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_STALE,
			parse(request, 8, other_register, 8, false).verdict);
}

static void exception_test(struct kunit *test)
{
	static const u8 ours[] = { 0x11, 0x83, 0x02, 0xc1, 0x34 };
	static const u8 other_function[] = { 0x11, 0x84, 0x02, 0xc3, 0x04 };
	static const u8 other_unit[] = { 0x01, 0x83, 0x02, 0xc0, 0xf1 };
	struct serial_xfer_span span;

	span = parse(read_request, 8, ours, 5, false);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_WHOLE, span.verdict);
	KUNIT_EXPECT_EQ(test, 5, span.len);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_MORE, parse(read_request, 8, ours, 4, false).verdict);
	/* It may answer an abandoned request with that function. */
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_STALE, parse(read_request, 8, ours, 5, true).verdict);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_STALE,
			parse(read_request, 8, other_function, 5, false).verdict);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_FOREIGN,
			parse(read_request, 8, other_unit, 5, false).verdict);
}

/* As long as an ADU can be, and what would be longer. */
static void longest_test(struct kunit *test)
{
	static const u8 request[] = { 0x01, 0x03, 0x00, 0x00, 0x00, 0x7d, 0x00, 0x00 };
	u8 pdu[2 + 250] = { 0x03, 250 }, adu[MODBUS_RTU_MAX_ADU];
	size_t len = modbus_rtu_encode(adu, 0x01, pdu, sizeof(pdu));

	KUNIT_EXPECT_EQ(test, 255, len);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_WHOLE, parse(request, 8, adu, len, false).verdict);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_MORE, parse(request, 8, adu, len - 1, false).verdict);
}

static struct kunit_case rtu_cases[] = {
	KUNIT_CASE(crc_example_test),
	KUNIT_CASE_PARAM(encode_test, frame_gen_params),
	KUNIT_CASE_PARAM(reply_len_test, frame_gen_params),
	KUNIT_CASE(bad_request_test),
	KUNIT_CASE_PARAM(whole_test, frame_gen_params),
	KUNIT_CASE_PARAM(truncated_test, frame_gen_params),
	KUNIT_CASE_PARAM(bit_flip_test, frame_gen_params),
	KUNIT_CASE(three_flips_test),
	KUNIT_CASE_SLOW(burst_test),
	KUNIT_CASE_PARAM(verdict_test, verdict_gen_params),
	KUNIT_CASE(write_reply_test),
	KUNIT_CASE(exception_test),
	KUNIT_CASE(longest_test),
	{ }
};

static struct kunit_suite rtu_suite = {
	.name = "modbus_rtu",
	.test_cases = rtu_cases,
};

kunit_test_suite(rtu_suite);
