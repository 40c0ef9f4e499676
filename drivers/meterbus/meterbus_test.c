// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of framing and of the decoding of telegrams.
 *
 * Telegrams are those that the PRO380's user manual v2.18 (A2.2) and "The M-Bus: A
 * Documentation", rev. 4.8 (6.2, 6.3) print; records are coded after EN 13757-3:2018.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "protocol.h"

#define BYTES(...)	(const u8 []){ __VA_ARGS__ }, sizeof((const u8 []){ __VA_ARGS__ })

/* A2.2: L = 4B, and with the access number 02 the checksum is 7C. */
static const u8 manual_frame[] = {
	0x68, 0x4b, 0x4b, 0x68, 0x08, 0x00, 0x72,
	0x00, 0x00, 0x00, 0x00, 0xcd, 0x25, 0x01, 0x02, 0x02, 0x00, 0x00, 0x00,
	0x0c, 0x04, 0x14, 0x48, 0x60, 0x01,
	0x8c, 0x10, 0x04, 0x23, 0x80, 0x35, 0x00,
	0x8c, 0x20, 0x04, 0x91, 0x67, 0x24, 0x01,
	0x1c, 0x04, 0x46, 0x13, 0x69, 0x00,
	0x9c, 0x10, 0x04, 0x56, 0x34, 0x12, 0x00,
	0x9c, 0x20, 0x04, 0x90, 0x78, 0x56, 0x00,
	0x2c, 0x04, 0x68, 0x34, 0x91, 0x00,
	0xac, 0x10, 0x04, 0x67, 0x45, 0x23, 0x00,
	0xac, 0x20, 0x04, 0x01, 0x89, 0x67, 0x00,
	0x7c, 0x16,
};

/* 6.3: a water and heat meter, variable structure */
static const u8 variable_frame[] = {
	0x68, 0x1f, 0x1f, 0x68, 0x08, 0x02, 0x72,
	0x78, 0x56, 0x34, 0x12, 0x24, 0x40, 0x01, 0x07, 0x55, 0x00, 0x00, 0x00,
	0x03, 0x13, 0x15, 0x31, 0x00,
	0xda, 0x02, 0x3b, 0x13, 0x01,
	0x8b, 0x60, 0x04, 0x37, 0x18, 0x02,
	0x18, 0x16,
};

/* 6.2: a water meter, fixed structure */
static const u8 fixed_frame[] = {
	0x68, 0x13, 0x13, 0x68, 0x08, 0x05, 0x73,
	0x78, 0x56, 0x34, 0x12, 0x0a, 0x00, 0xe9, 0x7e,
	0x01, 0x00, 0x00, 0x00, 0x35, 0x01, 0x00, 0x00,
	0x3c, 0x16,
};

static struct serial_xfer_span parse(u8 address, bool data, const u8 *buf, size_t len)
{
	struct meterbus_expect expect = { .address = address, .data = data };
	struct serial_xfer_msg msg = { .context = &expect };

	return meterbus_frame_parse(&msg, buf, len);
}

static void expect_span(struct kunit *test, struct serial_xfer_span span,
			enum serial_xfer_verdict verdict, size_t len)
{
	KUNIT_EXPECT_EQ(test, span.verdict, verdict);
	if (verdict != SERIAL_XFER_NONE)
		KUNIT_EXPECT_EQ(test, span.len, len);
}

static void expect_bytes(struct kunit *test, const u8 *got, size_t len, const u8 *want,
			 size_t want_len)
{
	KUNIT_ASSERT_EQ(test, len, want_len);
	KUNIT_EXPECT_EQ(test, memcmp(got, want, len), 0);
}

/* What A2.2 prints for reading, selecting and writing. */
static void frame_encode_test(struct kunit *test)
{
	static const u8 id[] = { 0x01, 0x00, 0x07, 0x13, 0xcd, 0x25, 0x01, 0x02 };
	static const u8 request[] = { 0x10, 0x5b, 0x00, 0x5b, 0x16 };
	static const u8 select[] = { 0x68, 0x0b, 0x0b, 0x68, 0x53, 0xfd, 0x52, 0x01, 0x00, 0x07,
				     0x13, 0xcd, 0x25, 0x01, 0x02, 0xb2, 0x16 };
	static const u8 speed[] = { 0x68, 0x03, 0x03, 0x68, 0x53, 0x01, 0xbb, 0x0f, 0x16 };
	u8 frame[SERIAL_XFER_MAX_FRAME];
	size_t len;

	len = meterbus_frame_short(frame, METERBUS_C_REQ_UD2, 0);
	expect_bytes(test, frame, len, request, sizeof(request));
	len = meterbus_frame_long(frame, METERBUS_C_SND_UD, METERBUS_A_SELECTED, 0x52, id,
				  sizeof(id));
	expect_bytes(test, frame, len, select, sizeof(select));
	len = meterbus_frame_long(frame, METERBUS_C_SND_UD, 1, 0xbb, NULL, 0);
	expect_bytes(test, frame, len, speed, sizeof(speed));
	len = meterbus_frame_long(frame, METERBUS_C_RSP_UD, 0, 0x72, manual_frame + 7, 0x48);
	expect_bytes(test, frame, len, manual_frame, sizeof(manual_frame));
}

static void frame_parse_test(struct kunit *test)
{
	size_t len = sizeof(manual_frame), i, data_len;
	u8 frame[sizeof(manual_frame)];

	memcpy(frame, manual_frame, len);
	expect_span(test, parse(0, true, frame, 1), SERIAL_XFER_MORE, 9);
	for (i = 2; i < len; i++)
		expect_span(test, parse(0, true, frame, i), SERIAL_XFER_MORE, len);
	expect_span(test, parse(0, true, frame, len), SERIAL_XFER_WHOLE, len);
	expect_span(test, parse(METERBUS_A_SELECTED, true, frame, len), SERIAL_XFER_WHOLE, len);
	expect_span(test, parse(METERBUS_A_TEST, true, frame, len), SERIAL_XFER_WHOLE, len);
	expect_span(test, parse(1, true, frame, len), SERIAL_XFER_FOREIGN, len);
	expect_span(test, parse(0, false, frame, len), SERIAL_XFER_STALE, len);
	KUNIT_EXPECT_PTR_EQ(test, meterbus_frame_data(frame, len, &data_len),
			    (const u8 *)frame + 6);
	KUNIT_EXPECT_EQ(test, data_len, 0x49);

	frame[4] = 0x38; /* access demand, no more data for now */
	frame[len - 2] += 0x30;
	expect_span(test, parse(0, true, frame, len), SERIAL_XFER_WHOLE, len);
}

/* Every change within one byte is found, by the sum or by the frame's marks. */
static void frame_damage_test(struct kunit *test)
{
	size_t len = sizeof(manual_frame), i;
	u8 frame[sizeof(manual_frame)];
	unsigned int change;

	memcpy(frame, manual_frame, len);
	for (i = 0; i < len; i++) {
		for (change = 1; change < 256; change++) {
			frame[i] ^= change;
			KUNIT_EXPECT_NE(test, parse(0, true, frame, len).verdict,
					SERIAL_XFER_WHOLE);
			frame[i] ^= change;
		}
	}
	frame[20] ^= 1;
	expect_span(test, parse(0, true, frame, len), SERIAL_XFER_DAMAGED, len);
	expect_span(test, parse(1, true, frame, len), SERIAL_XFER_NONE, 0);
	expect_span(test, parse(0, false, frame, len), SERIAL_XFER_NONE, 0);
}

static void frame_ack_test(struct kunit *test)
{
	static const u8 ack[] = { METERBUS_ACK, 0x16 };
	static const u8 request[] = { 0x10, 0x5b, 0x00, 0x5b, 0x16 };
	static const u8 no_length[] = { 0x68, 0x02, 0x02, 0x68 };
	static const u8 lengths_differ[] = { 0x68, 0x05, 0x06 };
	size_t len;

	expect_span(test, parse(0, false, ack, 1), SERIAL_XFER_WHOLE, 1);
	expect_span(test, parse(0, true, ack, 1), SERIAL_XFER_NONE, 0);
	expect_span(test, parse(0, false, ack + 1, 1), SERIAL_XFER_NONE, 0);
	expect_span(test, parse(0, true, request, sizeof(request)), SERIAL_XFER_NONE, 0);
	expect_span(test, parse(0, true, no_length, sizeof(no_length)), SERIAL_XFER_NONE, 0);
	expect_span(test, parse(0, true, lengths_differ, 3), SERIAL_XFER_NONE, 0);
	KUNIT_EXPECT_NULL(test, meterbus_frame_data(ack, 1, &len));
}

struct collision {
	const char *name;
	bool data;
	const u8 *bytes;
	size_t len;
	bool collided;
};

static const struct collision collisions[] = {
	/* E5 and E5, one bit later; two bits later; a byte later */
	{ "ack, one bit apart", false, BYTES(0xc0, 0xff), true },
	{ "ack, two bits apart", false, BYTES(0x81), true },
	{ "ack, one after the other", false, BYTES(0xe5, 0xe5), true },
	{ "ack and noise", false, BYTES(0xff), false },
	{ "glitch", false, BYTES(0x00), false },
	{ "ack alone", false, BYTES(0xe5), false },
	/* 68 0B 0B 68 ... and 68 0D 0D 68 ... in step */
	{ "lengths", true, BYTES(0x68, 0x09, 0x09, 0x68, 0x08, 0x00, 0x72, 0x00, 0x40, 0x00,
				 0x00, 0x04, 0x00, 0x01, 0x02, 0x00, 0x10, 0x7c, 0x16), true },
	{ "shifted", true, BYTES(0x40, 0x83, 0x16, 0x40, 0x10, 0x00, 0x52, 0x00, 0x00, 0x12),
	  true },
	{ "other start", true, BYTES(0x7c, 0x83, 0x16, 0x40, 0x10, 0x00, 0x52, 0x00, 0x00), false },
	{ "short", true, BYTES(0x68, 0x00, 0x00), false },
	/* One byte of a whole reply is wrong, or its end is missing */
	{ "start damaged", true, BYTES(0x60, 0x03, 0x03, 0x68, 0x08, 0x05, 0x70, 0x7d, 0x16),
	  false },
	{ "length damaged", true, BYTES(0x68, 0x03, 0x13, 0x68, 0x08, 0x05, 0x70, 0x7d, 0x16),
	  false },
	{ "cut", true, BYTES(0x68, 0x0b, 0x0b, 0x68, 0x08, 0x05, 0x72, 0x78, 0x56, 0x34), false },
};

static void collision_desc(const struct collision *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(collision, collisions, collision_desc);

static void frame_collided_test(struct kunit *test)
{
	const struct collision *c = test->param_value;
	struct meterbus_expect expect = { .data = c->data };

	KUNIT_EXPECT_EQ(test, meterbus_frame_collided(&expect, c->bytes, c->len), c->collided);
}

static void telegram_of(struct kunit *test, struct meterbus_telegram *telegram,
			const u8 *frame, size_t len)
{
	const u8 *data;
	size_t data_len;

	KUNIT_ASSERT_EQ(test, parse(frame[5], true, frame, len).verdict, SERIAL_XFER_WHOLE);
	data = meterbus_frame_data(frame, len, &data_len);
	KUNIT_ASSERT_EQ(test, meterbus_telegram_parse(telegram, data, data_len), 0);
}

static void next_of(struct kunit *test, const struct meterbus_telegram *telegram, size_t *pos,
		    struct meterbus_record *record)
{
	KUNIT_ASSERT_EQ(test, meterbus_record_next(telegram, pos, record), 0);
}

static void expect_number(struct kunit *test, const struct meterbus_record *record,
			  enum meterbus_quantity quantity, enum meterbus_unit unit,
			  int exponent, s64 value)
{
	KUNIT_EXPECT_EQ(test, record->kind, METERBUS_INTEGER);
	KUNIT_EXPECT_EQ(test, record->quantity, quantity);
	KUNIT_EXPECT_EQ(test, record->unit, unit);
	KUNIT_EXPECT_EQ(test, record->exponent, exponent);
	KUNIT_EXPECT_EQ(test, record->integer, value);
	KUNIT_EXPECT_EQ(test, record->nr_qualifiers, 0);
}

/* The remarks beside the telegram say what its values are. */
static void manual_telegram_test(struct kunit *test)
{
	static const struct {
		enum meterbus_function function;
		u32 tariff;
		s64 value; /* 10 Wh */
	} energies[] = {
		{ METERBUS_INSTANTANEOUS, 0, 1604814 },
		{ METERBUS_INSTANTANEOUS, 1, 358023 },
		{ METERBUS_INSTANTANEOUS, 2, 1246791 },
		{ METERBUS_MAXIMUM, 0, 691346 },
		{ METERBUS_MAXIMUM, 1, 123456 },
		{ METERBUS_MAXIMUM, 2, 567890 },
		{ METERBUS_MINIMUM, 0, 913468 },
		{ METERBUS_MINIMUM, 1, 234567 },
		{ METERBUS_MINIMUM, 2, 678901 },
	};
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	size_t i, pos = 0;
	char name[4];

	telegram_of(test, &telegram, manual_frame, sizeof(manual_frame));
	KUNIT_EXPECT_EQ(test, telegram.id, 0);
	meterbus_manufacturer_name(telegram.manufacturer, name);
	KUNIT_EXPECT_STREQ(test, name, "INM");
	KUNIT_EXPECT_EQ(test, telegram.version, 1);
	KUNIT_EXPECT_EQ(test, telegram.medium, 2);
	KUNIT_EXPECT_EQ(test, telegram.access, 2);
	KUNIT_EXPECT_EQ(test, telegram.status, 0);
	KUNIT_EXPECT_EQ(test, telegram.signature, 0);
	for (i = 0; i < ARRAY_SIZE(energies); i++) {
		next_of(test, &telegram, &pos, &record);
		expect_number(test, &record, METERBUS_ENERGY, METERBUS_WH, 1, energies[i].value);
		KUNIT_EXPECT_EQ(test, record.function, energies[i].function);
		KUNIT_EXPECT_EQ(test, record.tariff, energies[i].tariff);
		KUNIT_EXPECT_EQ(test, record.storage, 0);
		KUNIT_EXPECT_EQ(test, record.subunit, 0);
	}
	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -ENODATA);
	KUNIT_EXPECT_FALSE(test, meterbus_telegram_more(&telegram));
}

static void variable_telegram_test(struct kunit *test)
{
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	size_t pos = 0;
	char name[4];

	telegram_of(test, &telegram, variable_frame, sizeof(variable_frame));
	KUNIT_EXPECT_EQ(test, telegram.id, 0x12345678);
	meterbus_manufacturer_name(telegram.manufacturer, name);
	KUNIT_EXPECT_STREQ(test, name, "PAD");
	KUNIT_EXPECT_EQ(test, telegram.medium, 7);
	KUNIT_EXPECT_EQ(test, telegram.access, 0x55);

	next_of(test, &telegram, &pos, &record);	/* volume: 12565 l */
	expect_number(test, &record, METERBUS_VOLUME, METERBUS_M3, -3, 12565);
	next_of(test, &telegram, &pos, &record);	/* storage 5, maximum: 113 l/h */
	expect_number(test, &record, METERBUS_VOLUME_FLOW, METERBUS_M3_PER_H, -3, 113);
	KUNIT_EXPECT_EQ(test, record.storage, 5);
	KUNIT_EXPECT_EQ(test, record.function, METERBUS_MAXIMUM);
	next_of(test, &telegram, &pos, &record);	/* subunit 1, tariff 2: 218.37 kWh */
	expect_number(test, &record, METERBUS_ENERGY, METERBUS_WH, 1, 21837);
	KUNIT_EXPECT_EQ(test, record.subunit, 1);
	KUNIT_EXPECT_EQ(test, record.tariff, 2);
	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -ENODATA);
}

static void fixed_telegram_test(struct kunit *test)
{
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	size_t pos = 0;

	telegram_of(test, &telegram, fixed_frame, sizeof(fixed_frame));
	KUNIT_EXPECT_EQ(test, telegram.id, 0x12345678);
	KUNIT_EXPECT_EQ(test, telegram.access, 10);
	KUNIT_EXPECT_EQ(test, telegram.medium, 7);

	next_of(test, &telegram, &pos, &record);	/* actual: 1 l */
	expect_number(test, &record, METERBUS_VOLUME, METERBUS_M3, -3, 1);
	KUNIT_EXPECT_EQ(test, record.storage, 0);
	next_of(test, &telegram, &pos, &record);	/* the same unit, historic: 135 l */
	expect_number(test, &record, METERBUS_VOLUME, METERBUS_M3, -3, 135);
	KUNIT_EXPECT_EQ(test, record.storage, 1);
	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -ENODATA);
}

/* Mode 2 (CI 77, 76): the same values, most significant byte first. */
static void mode_2_test(struct kunit *test)
{
	static const u8 fixed[] = { 0x77, 0x12, 0x34, 0x56, 0x78, 0x0a, 0x01, 0x05, 0x14,
				    0x00, 0x00, 0x01, 0x02, 0xff, 0xff, 0xff, 0xfe };
	static const u8 variable[] = { 0x76, 0x12, 0x34, 0x56, 0x78, 0x25, 0xcd, 0x01, 0x02,
				       0x02, 0x00, 0x00, 0x00,
				       0x0c, 0x04, 0x01, 0x60, 0x48, 0x14,
				       0x02, 0x6c, 0x23, 0xa1 };
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	size_t pos = 0;

	KUNIT_ASSERT_EQ(test, meterbus_telegram_parse(&telegram, fixed, sizeof(fixed)), 0);
	KUNIT_EXPECT_EQ(test, telegram.id, 0x12345678);
	next_of(test, &telegram, &pos, &record);
	expect_number(test, &record, METERBUS_ENERGY, METERBUS_WH, 3, 258);
	next_of(test, &telegram, &pos, &record);
	expect_number(test, &record, METERBUS_POWER, METERBUS_WATT, 0, -2);

	pos = 0;
	KUNIT_ASSERT_EQ(test, meterbus_telegram_parse(&telegram, variable, sizeof(variable)), 0);
	KUNIT_EXPECT_EQ(test, telegram.id, 0x12345678);
	KUNIT_EXPECT_EQ(test, telegram.manufacturer, 0x25cd);
	next_of(test, &telegram, &pos, &record);
	expect_number(test, &record, METERBUS_ENERGY, METERBUS_WH, 1, 1604814);
	next_of(test, &telegram, &pos, &record);
	KUNIT_ASSERT_EQ(test, record.kind, METERBUS_DATE);
	KUNIT_EXPECT_EQ(test, record.date.month, 3);
}

static void head_test(struct kunit *test)
{
	static const u8 bare[] = { 0x78, 0x01, 0x13, 0x05 };
	static const u8 short_head[] = { 0x7a, 0x09, 0x02, 0x00, 0x00, 0x01, 0x13, 0x05 };
	static const u8 encrypted[] = { 0x7a, 0x09, 0x02, 0x10, 0x05, 0x01, 0x13, 0x05 };
	static const u8 old[] = { 0x7a, 0x09, 0x02, 0xff, 0xff, 0x01, 0x13, 0x05 };
	static const u8 error[] = { 0x70, 0x08 };
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	size_t pos = 0;

	KUNIT_ASSERT_EQ(test, meterbus_telegram_parse(&telegram, bare, sizeof(bare)), 0);
	KUNIT_EXPECT_FALSE(test, telegram.has_id);
	next_of(test, &telegram, &pos, &record);
	expect_number(test, &record, METERBUS_VOLUME, METERBUS_M3, -3, 5);

	KUNIT_ASSERT_EQ(test, meterbus_telegram_parse(&telegram, short_head, 8), 0);
	KUNIT_EXPECT_FALSE(test, telegram.has_id);
	KUNIT_EXPECT_TRUE(test, telegram.has_status);
	KUNIT_EXPECT_EQ(test, telegram.status, 2);
	KUNIT_EXPECT_EQ(test, telegram.records.len, 3);

	KUNIT_EXPECT_EQ(test, meterbus_telegram_parse(&telegram, encrypted, 8), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, telegram.access, 9);
	KUNIT_EXPECT_EQ(test, telegram.records.len, 0);
	KUNIT_EXPECT_EQ(test, meterbus_telegram_parse(&telegram, old, 8), 0);
	KUNIT_EXPECT_EQ(test, telegram.records.len, 3);
	KUNIT_EXPECT_EQ(test, meterbus_telegram_parse(&telegram, error, 2), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, meterbus_telegram_parse(&telegram, short_head, 4), -EBADMSG);
	KUNIT_EXPECT_EQ(test, meterbus_telegram_parse(&telegram, fixed_frame + 6, 16), -EBADMSG);
	KUNIT_EXPECT_EQ(test, meterbus_telegram_parse(&telegram, bare, 0), -EBADMSG);
}

/* Reads the only record of a telegram without head. */
static int read_one(const u8 *bytes, size_t len, struct meterbus_record *record)
{
	struct meterbus_telegram telegram = { .records = { bytes, len, false } };
	size_t pos = 0;

	return meterbus_record_next(&telegram, &pos, record);
}

struct number {
	const char *name;
	const u8 *bytes;
	size_t len;
	enum meterbus_quantity quantity;
	enum meterbus_unit unit;
	int exponent;
	s64 value;
};

#define NUMBER(_name, _quantity, _unit, _exponent, _value, ...)		\
	{ _name, BYTES(__VA_ARGS__), METERBUS_##_quantity, METERBUS_##_unit, _exponent, _value }

static const struct number numbers[] = {
	/* Data fields, Table 4; types A and B, Tables A.1 and A.2 */
	NUMBER("8 bit", VOLUME, M3, 0, 127, 0x01, 0x16, 0x7f),
	NUMBER("8 bit, negative", VOLUME, M3, 0, -127, 0x01, 0x16, 0x81),
	NUMBER("16 bit", VOLUME, M3, 0, -2, 0x02, 0x16, 0xfe, 0xff),
	NUMBER("24 bit", VOLUME, M3, 0, 0x030201, 0x03, 0x16, 0x01, 0x02, 0x03),
	NUMBER("24 bit, negative", VOLUME, M3, 0, -1, 0x03, 0x16, 0xff, 0xff, 0xff),
	NUMBER("32 bit", VOLUME, M3, 0, S32_MAX, 0x04, 0x16, 0xff, 0xff, 0xff, 0x7f),
	NUMBER("48 bit", VOLUME, M3, 0, 0x060504030201, 0x06, 0x16, 1, 2, 3, 4, 5, 6),
	NUMBER("64 bit", VOLUME, M3, 0, S64_MAX,
	       0x07, 0x16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
	NUMBER("64 bit, lowest", VOLUME, M3, 0, -S64_MAX, 0x07, 0x16, 1, 0, 0, 0, 0, 0, 0, 0x80),
	NUMBER("2 digits", VOLUME, M3, 0, 42, 0x09, 0x16, 0x42),
	NUMBER("2 digits, negative", VOLUME, M3, 0, -4, 0x09, 0x16, 0xf4),
	NUMBER("4 digits", VOLUME, M3, 0, 1234, 0x0a, 0x16, 0x34, 0x12),
	NUMBER("4 digits, negative", VOLUME, M3, 0, -123, 0x0a, 0x16, 0x23, 0xf1),
	NUMBER("6 digits", VOLUME, M3, 0, 123456, 0x0b, 0x16, 0x56, 0x34, 0x12),
	NUMBER("8 digits, negative", VOLUME, M3, 0, -2345678, 0x0c, 0x16, 0x78, 0x56, 0x34, 0xf2),
	NUMBER("12 digits", VOLUME, M3, 0, 123456789012LL,
	       0x0e, 0x16, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12),
	/* Variable length, Table 5 */
	NUMBER("LVAR C2", VOLUME, M3, 0, 1234, 0x0d, 0x16, 0xc2, 0x34, 0x12),
	NUMBER("LVAR C9", VOLUME, M3, 0, 123456789012345678LL, 0x0d, 0x16, 0xc9,
	       0x78, 0x56, 0x34, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12),
	NUMBER("LVAR D2", VOLUME, M3, 0, -1234, 0x0d, 0x16, 0xd2, 0x34, 0x12),
	NUMBER("LVAR E3", VOLUME, M3, 0, -2, 0x0d, 0x16, 0xe3, 0xfe, 0xff, 0xff),
	/* Primary VIFs, Table 10: the ends of the ranges */
	NUMBER("mWh", ENERGY, WH, -3, 1, 0x01, 0x00, 1),
	NUMBER("10 kWh", ENERGY, WH, 4, 1, 0x01, 0x07, 1),
	NUMBER("J", ENERGY, JOULE, 0, 1, 0x01, 0x08, 1),
	NUMBER("10 MJ", ENERGY, JOULE, 7, 1, 0x01, 0x0f, 1),
	NUMBER("ml", VOLUME, M3, -6, 1, 0x01, 0x10, 1),
	NUMBER("10 t", MASS, KG, 4, 1, 0x01, 0x1f, 1),
	NUMBER("on time", ON_TIME, DAY, 0, 1, 0x01, 0x23, 1),
	NUMBER("operating time", OPERATING_TIME, SECOND, 0, 1, 0x01, 0x24, 1),
	NUMBER("mW", POWER, WATT, -3, 1, 0x01, 0x28, 1),
	NUMBER("10 MJ/h", POWER, J_PER_H, 7, 1, 0x01, 0x37, 1),
	NUMBER("m3/h", VOLUME_FLOW, M3_PER_H, 0, 1, 0x01, 0x3e, 1),
	NUMBER("m3/min", VOLUME_FLOW, M3_PER_MIN, -7, 1, 0x01, 0x40, 1),
	NUMBER("m3/s", VOLUME_FLOW, M3_PER_S, -9, 1, 0x01, 0x48, 1),
	NUMBER("kg/h", MASS_FLOW, KG_PER_H, 4, 1, 0x01, 0x57, 1),
	NUMBER("flow temperature", FLOW_TEMPERATURE, CELSIUS, 0, 1, 0x01, 0x5b, 1),
	NUMBER("return temperature", RETURN_TEMPERATURE, CELSIUS, -3, 1, 0x01, 0x5c, 1),
	NUMBER("temperature difference", TEMPERATURE_DIFFERENCE, KELVIN, -3, 1, 0x01, 0x60, 1),
	NUMBER("external temperature", EXTERNAL_TEMPERATURE, CELSIUS, -1, 1, 0x01, 0x66, 1),
	NUMBER("pressure", PRESSURE, BAR, 0, 1, 0x01, 0x6b, 1),
	NUMBER("averaging duration", AVERAGING_DURATION, MINUTE, 0, 1, 0x01, 0x71, 1),
	NUMBER("actuality duration", ACTUALITY_DURATION, HOUR, 0, 1, 0x01, 0x76, 1),
	NUMBER("fabrication number", FABRICATION_NUMBER, NO_UNIT, 0, 0xfffffffe,
	       0x04, 0x78, 0xfe, 0xff, 0xff, 0xff),
	NUMBER("address", ADDRESS, NO_UNIT, 0, 250, 0x01, 0x7a, 250),
	/* Extension tables 12 (FD) and 14 (FB) */
	NUMBER("nV", VOLTAGE, VOLT, -9, 1, 0x01, 0xfd, 0x40, 1),
	NUMBER("0.1 V", VOLTAGE, VOLT, -1, 2295, 0x02, 0xfd, 0x48, 0xf7, 0x08),
	NUMBER("mA", CURRENT, AMPERE, -3, 1, 0x01, 0xfd, 0x59, 1),
	NUMBER("credit", CREDIT, CURRENCY, -3, 1, 0x01, 0xfd, 0x00, 1),
	NUMBER("error flags", ERROR_FLAGS, NO_UNIT, 0, 0x8000, 0x02, 0xfd, 0x17, 0x00, 0x80),
	NUMBER("error mask", ERROR_MASK, NO_UNIT, 0, 0x8000, 0x02, 0xfd, 0x18, 0x00, 0x80),
	NUMBER("storage interval", STORAGE_INTERVAL, MONTH, 0, 1, 0x01, 0xfd, 0x28, 1),
	NUMBER("duration of tariff", TARIFF_DURATION, MINUTE, 0, 1, 0x01, 0xfd, 0x31, 1),
	NUMBER("dimensionless", DIMENSIONLESS, NO_UNIT, 0, 10, 0x09, 0xfd, 0x3a, 0x10),
	NUMBER("reset counter", RESET_COUNTER, NO_UNIT, 0, 5, 0x02, 0xfd, 0x60, 5, 0),
	NUMBER("battery", BATTERY_TIME, YEAR, 0, 1, 0x01, 0xfd, 0x6f, 1),
	NUMBER("radio", RF_LEVEL, DBM, 0, -80, 0x01, 0xfd, 0x71, 0xb0),
	NUMBER("0.1 MWh", ENERGY, WH, 5, 1, 0x01, 0xfb, 0x00, 1),
	NUMBER("kvarh", REACTIVE_ENERGY, VARH, 3, 1, 0x01, 0xfb, 0x02, 1),
	NUMBER("10 kVAh", APPARENT_ENERGY, VAH, 4, 1, 0x01, 0xfb, 0x05, 1),
	NUMBER("GJ", ENERGY, JOULE, 9, 1, 0x01, 0xfb, 0x09, 1),
	NUMBER("0.1 Mcal", ENERGY, CAL, 5, 1, 0x01, 0xfb, 0x0c, 1),
	NUMBER("kvar", REACTIVE_POWER, VAR, 3, 1, 0x01, 0xfb, 0x17, 1),
	NUMBER("100 t", MASS, KG, 5, 1, 0x01, 0xfb, 0x18, 1),
	NUMBER("MW", POWER, WATT, 6, 1, 0x01, 0xfb, 0x29, 1),
	NUMBER("phase", PHASE_VOLTAGE_CURRENT, DEGREE, -1, 1, 0x01, 0xfb, 0x2b, 1),
	NUMBER("0.1 Hz", FREQUENCY, HERTZ, -1, 500, 0x02, 0xfb, 0x2e, 0xf4, 0x01),
	NUMBER("VA", APPARENT_POWER, VA, 0, 1, 0x01, 0xfb, 0x34, 1),
	NUMBER("maximum power", CUMULATED_MAX_POWER, WATT, 4, 1, 0x01, 0xfb, 0x7f, 1),
	/* Reserved codes: a number of something */
	NUMBER("primary 6F", UNKNOWN, NO_UNIT, 0, 1, 0x01, 0x6f, 1),
	NUMBER("FD 7F", UNKNOWN, NO_UNIT, 0, 1, 0x01, 0xfd, 0x7f, 1),
	NUMBER("third table", UNKNOWN, NO_UNIT, 0, 1, 0x01, 0xef, 0x01, 1),
	NUMBER("second level", UNKNOWN, NO_UNIT, 0, 1, 0x01, 0xfd, 0xfd, 0x01, 1),
	/* Combinable VIFEs that correct the value, Table 15 */
	NUMBER("× 10^-6", ENERGY, WH, -6, 1, 0x01, 0x83, 0x70, 1),
	NUMBER("× 10", ENERGY, WH, 1, 1, 0x01, 0x83, 0x77, 1),
	NUMBER("× 10^3", ENERGY, WH, 4, 1, 0x01, 0x84, 0x7d, 1),
	NUMBER("+ 1 Wh", ENERGY, WH, 0, 3001, 0x01, 0x86, 0x7b, 3),
	NUMBER("+ 1 mWh", ENERGY, WH, -3, 2001, 0x01, 0x83, 0x78, 2),
	NUMBER("+ 0.1 Wh", ENERGY, WH, -3, 102, 0x01, 0x80, 0x7a, 2),
	NUMBER("+ 1 kvar", REACTIVE_POWER, VAR, 0, 1002, 0x01, 0xfb, 0x94, 0x7b, 2),
	NUMBER("eight inputs", DIGITAL_INPUT, NO_UNIT, 0, 255, 0x01, 0xfd, 0x1b, 0xff),
	NUMBER("type D", ENERGY, WH, 0, 255, 0x01, 0x83, 0xfc, 0x12, 0xff),
	NUMBER("type C", ENERGY, WH, 0, 128, 0x01, 0x83, 0xfc, 0x11, 0x80),
	/* Data type C by the remarks of Tables 12 and 14 */
	NUMBER("38400 baud", BAUD_RATE, BAUD, 0, 38400, 0x02, 0xfd, 0x1c, 0x00, 0x96),
	NUMBER("200 bit times", RESPONSE_DELAY, BIT_TIMES, 0, 200, 0x01, 0xfd, 0x1d, 0xc8),
	NUMBER("200 s", TIME_POINT_SECOND, SECOND, 0, 200, 0x01, 0xfd, 0x2b, 0xc8),
	NUMBER("200 min since readout", SINCE_READOUT, MINUTE, 0, 200, 0x01, 0xfd, 0x2d, 0xc8),
	NUMBER("every 200 h", TRANSMISSION_PERIOD, HOUR, 0, 200, 0x01, 0xfd, 0x3e, 0xc8),
	NUMBER("200 days left", BATTERY_LEFT, DAY, 0, 200, 0x01, 0xfd, 0x74, 0xc8),
	NUMBER("200 x 100 t", MASS, KG, 5, 200, 0x01, 0xfb, 0x18, 0xc8),
	NUMBER("20.0 %", RELATIVE_HUMIDITY, PERCENT, -1, 200, 0x01, 0xfb, 0x1a, 0xc8),
	/* Manufacturer specific VIF */
	NUMBER("VIF FF", MANUFACTURER_SPECIFIC, NO_UNIT, 0, 1, 0x01, 0xff, 0xfc, 0x15, 1),
	NUMBER("VIF 7F", MANUFACTURER_SPECIFIC, NO_UNIT, 0, 1, 0x01, 0x7f, 1),
};

static void number_desc(const struct number *number, char *desc)
{
	strscpy(desc, number->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(number, numbers, number_desc);

static void number_test(struct kunit *test)
{
	const struct number *number = test->param_value;
	struct meterbus_record record;

	KUNIT_ASSERT_EQ(test, read_one(number->bytes, number->len, &record), 0);
	KUNIT_EXPECT_EQ(test, record.len, number->len);
	expect_number(test, &record, number->quantity, number->unit, number->exponent,
		      number->value);
}

struct kind {
	const char *name;
	enum meterbus_kind kind;
	const u8 *bytes;
	size_t len;
};

#define KIND(_name, _kind, ...)	{ _name, METERBUS_##_kind, BYTES(__VA_ARGS__) }

static const struct kind kinds[] = {
	KIND("no data", NO_DATA, 0x00, 0x13),
	KIND("selection", SELECTION, 0x08, 0x13),
	KIND("text", TEXT, 0x0d, 0x79, 2, 'b', 'a'),
	KIND("empty text", TEXT, 0x0d, 0x79, 0),
	KIND("no digits", NO_DATA, 0x0d, 0x13, 0xc0),
	KIND("long BCD", BYTES, 0x0d, 0x13, 0xca, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x10),
	KIND("long binary", BYTES, 0x0d, 0x13, 0xe9, 1, 2, 3, 4, 5, 6, 7, 8, 9),
	KIND("16 bytes", BYTES, 0x0d, 0x13, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8,
	     9, 10, 11, 12, 13, 14, 15, 16),
	KIND("container", BYTES, 0x0d, 0xfd, 0x3b, 2, 1, 2),
	KIND("compact profile", BYTES, 0x0d, 0x83, 0x1f, 2, 1, 2),
	KIND("daylight saving", BYTES, 0x04, 0xfd, 0x72, 1, 2, 3, 4),
	KIND("real", REAL, 0x05, 0x2b, 0x00, 0x00, 0x80, 0x3f),
	/* Annex A: what stands for an invalid value */
	KIND("8 bit", INVALID, 0x01, 0x13, 0x80),
	KIND("32 bit", INVALID, 0x04, 0x13, 0x00, 0x00, 0x00, 0x80),
	KIND("unsigned", INVALID, 0x02, 0xfd, 0x0c, 0xff, 0xff),
	KIND("not a number", INVALID, 0x05, 0x2b, 0x00, 0x00, 0xc0, 0x7f),
	KIND("infinity", INVALID, 0x05, 0x2b, 0x00, 0x00, 0x80, 0xff),
	KIND("digit A", INVALID, 0x09, 0x13, 0x1a),
	KIND("first digit E", INVALID, 0x0a, 0x13, 0x34, 0xe2),
	KIND("second digit F", INVALID, 0x0a, 0x13, 0x34, 0x1f),
	KIND("two signs", INVALID, 0x0a, 0x13, 0x34, 0xff),
	KIND("sign twice", INVALID, 0x0d, 0x13, 0xd2, 0x34, 0xf2),
	KIND("date", INVALID, 0x02, 0x6c, 0xff, 0xff),
	KIND("date in BCD", INVALID, 0x0c, 0x6d, 0x0a, 0x14, 0xa1, 0x22),
	KIND("date as real", INVALID, 0x05, 0x6d, 0x0a, 0x14, 0xa1, 0x22),
	KIND("date of eight bytes", INVALID, 0x07, 0x6d, 0x0a, 0x14, 0xa1, 0x22, 1, 2, 3, 4),
	KIND("date of variable length", BYTES, 0x0d, 0x6d, 0xe4, 0x0a, 0x14, 0xa1, 0x22),
	KIND("time", INVALID, 0x04, 0x6d, 0xaf, 0x0d, 0xa1, 0x23),
	KIND("hour 24", INVALID, 0x04, 0x6d, 0x2f, 0x18, 0xa1, 0x23),
	KIND("month 13", INVALID, 0x02, 0x6c, 0xa1, 0x2d),
	KIND("month 0", INVALID, 0x02, 0x6c, 0xa1, 0x20),
	KIND("year 100", INVALID, 0x02, 0x6c, 0x81, 0xc3),
	KIND("date of one byte", INVALID, 0x01, 0x6c, 0x01),
	/* Table 18 */
	KIND("record error", INVALID, 0x04, 0x83, 0x15, 0, 0, 0, 0),
	KIND("offset to real", INVALID, 0x05, 0xab, 0x7b, 0x00, 0x00, 0x80, 0x3f),
	KIND("offset too large", INVALID, 0x07, 0x86, 0x78, 0, 0, 0, 0, 0, 0, 0, 0x40),
};

static void kind_desc(const struct kind *kind, char *desc)
{
	strscpy(desc, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kind, kinds, kind_desc);

static void kind_test(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct meterbus_record record;
	s64 value;

	KUNIT_ASSERT_EQ(test, read_one(kind->bytes, kind->len, &record), 0);
	KUNIT_EXPECT_EQ(test, record.len, kind->len);
	KUNIT_EXPECT_EQ(test, record.kind, kind->kind);
	if (kind->kind != METERBUS_REAL)
		KUNIT_EXPECT_EQ(test, meterbus_record_scale(&record, 1, 0, &value), -ENODATA);
}

struct moment {
	const char *name;
	struct meterbus_date date;
	const u8 *bytes;
	size_t len;
};

#define DAY(_year, _month, _day)	\
	.has_date = true, .year = (_year), .month = (_month), .day = (_day)
#define TIME(_hour, _minute)		.has_time = true, .hour = (_hour), .minute = (_minute)
#define SECONDS(_second)		.has_second = true, .second = (_second)
#define EVERY				METERBUS_EVERY

static const struct moment moments[] = {
	{ "G", { DAY(2021, 2, 1) }, BYTES(0x02, 0x6c, 0xa1, 0x22) },
	{ "G, year 80", { DAY(2080, 12, 31) }, BYTES(0x02, 0x6c, 0x1f, 0xac) },
	{ "G, year 81", { DAY(1981, 12, 31) }, BYTES(0x02, 0x6c, 0x3f, 0xac) },
	{ "G, every day", { DAY(2021, 2, EVERY) }, BYTES(0x02, 0x6c, 0xa0, 0x22) },
	{ "G, every month", { DAY(2021, EVERY, 1) }, BYTES(0x02, 0x6c, 0xa1, 0x2f) },
	{ "G, every year", { DAY(EVERY, 1, 1) }, BYTES(0x02, 0x6c, 0xe1, 0xf1) },
	{ "F", { DAY(2021, 2, 1), TIME(20, 10) }, BYTES(0x04, 0x6d, 0x0a, 0x14, 0xa1, 0x22) },
	{ "F, century", { DAY(2121, 2, 1), TIME(20, 10) },
	  BYTES(0x04, 0x6d, 0x0a, 0x54, 0xa1, 0x22) },
	{ "F, summer", { DAY(2021, 7, 1), TIME(20, 10), .summer = true },
	  BYTES(0x04, 0x6d, 0x0a, 0xb4, 0xa1, 0x27) },
	{ "F, every hour", { DAY(2021, 2, 1), TIME(EVERY, EVERY) },
	  BYTES(0x04, 0x6d, 0x3f, 0x1f, 0xa1, 0x22) },
	{ "I", { DAY(2021, 7, 1), TIME(11, 48), SECONDS(59), .summer = true },
	  BYTES(0x06, 0x6d, 0x7b, 0x30, 0x8b, 0xa1, 0x27, 0x1a) },
	{ "I, no date", { DAY(EVERY, EVERY, EVERY), TIME(11, 48), SECONDS(59) },
	  BYTES(0x06, 0x6d, 0x3b, 0x30, 0x0b, 0xe0, 0xf0, 0x00) },
	{ "J", { TIME(11, 48), SECONDS(59) }, BYTES(0x03, 0x6d, 0x3b, 0x30, 0x0b) },
	/* Dates by VIFE: start of, begin of the first lower limit exceed */
	{ "VIFE 39", { DAY(2021, 2, 1) }, BYTES(0x02, 0x83, 0x39, 0xa1, 0x22) },
	{ "VIFE 42", { DAY(2021, 2, 1) }, BYTES(0x02, 0x83, 0x42, 0xa1, 0x22) },
	{ "start of tariff", { DAY(2021, 2, 1) }, BYTES(0x02, 0xfd, 0x30, 0xa1, 0x22) },
};

static void moment_desc(const struct moment *moment, char *desc)
{
	strscpy(desc, moment->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(moment, moments, moment_desc);

static void date_test(struct kunit *test)
{
	const struct moment *moment = test->param_value;
	const struct meterbus_date *want = &moment->date, *got;
	struct meterbus_record record;

	KUNIT_ASSERT_EQ(test, read_one(moment->bytes, moment->len, &record), 0);
	KUNIT_ASSERT_EQ(test, record.kind, METERBUS_DATE);
	got = &record.date;
	KUNIT_EXPECT_EQ(test, got->has_date, want->has_date);
	KUNIT_EXPECT_EQ(test, got->has_time, want->has_time);
	KUNIT_EXPECT_EQ(test, got->has_second, want->has_second);
	KUNIT_EXPECT_EQ(test, got->summer, want->summer);
	KUNIT_EXPECT_EQ(test, got->year, want->year);
	KUNIT_EXPECT_EQ(test, got->month, want->month);
	KUNIT_EXPECT_EQ(test, got->day, want->day);
	KUNIT_EXPECT_EQ(test, got->hour, want->hour);
	KUNIT_EXPECT_EQ(test, got->minute, want->minute);
	KUNIT_EXPECT_EQ(test, got->second, want->second);
}

/* DIFE chains, 6.3.3: 41 bits of storage number, 20 of tariff, 10 of subunit. */
static void dife_test(struct kunit *test)
{
	static const u8 all[] = { 0xc1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				  0x7f, 0x13, 1 };
	static const u8 eleven[] = { 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
				     0x80, 0x01, 0x13, 1 };
	static const u8 mixed[] = { 0x81, 0x91, 0x62, 0x13, 1 };
	struct meterbus_record record;

	KUNIT_ASSERT_EQ(test, read_one(all, sizeof(all), &record), 0);
	KUNIT_EXPECT_EQ(test, record.storage, (1ULL << 41) - 1);
	KUNIT_EXPECT_EQ(test, record.tariff, 0xfffff);
	KUNIT_EXPECT_EQ(test, record.subunit, 0x3ff);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INTEGER);
	KUNIT_ASSERT_EQ(test, read_one(mixed, sizeof(mixed), &record), 0);
	KUNIT_EXPECT_EQ(test, record.storage, (1 << 1) + (2 << 5));
	KUNIT_EXPECT_EQ(test, record.tariff, 1 + (2 << 2));
	KUNIT_EXPECT_EQ(test, record.subunit, 1 << 1);
	KUNIT_ASSERT_EQ(test, read_one(eleven, sizeof(eleven), &record), 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INVALID);
	KUNIT_EXPECT_EQ(test, record.len, sizeof(eleven));
}

static void vife_test(struct kunit *test)
{
	static const u8 phase[] = { 0x02, 0xfd, 0xc8, 0xfc, 0x01, 0xf7, 0x08 };
	static const u8 import[] = { 0x01, 0x83, 0xbb, 0x22, 1 };
	static const u8 duration[] = { 0x01, 0xab, 0x5d, 1 };
	static const u8 exceeds[] = { 0x01, 0xab, 0x49, 1 };
	static const u8 late[] = { 0x01, 0xec, 0x49, 1 };
	static const u8 how_late[] = { 0x01, 0xec, 0x5a, 1 };
	static const u8 eleven[] = { 0x01, 0x83, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
				     0xaa, 0xaa, 0x2a, 1 };
	struct meterbus_record record;

	KUNIT_ASSERT_EQ(test, read_one(phase, sizeof(phase), &record), 0);
	KUNIT_EXPECT_EQ(test, record.quantity, METERBUS_VOLTAGE);
	KUNIT_ASSERT_EQ(test, record.nr_qualifiers, 1);
	KUNIT_EXPECT_EQ(test, record.qualifiers[0], METERBUS_PHASE_L1);
	KUNIT_EXPECT_EQ(test, record.integer, 2295);
	KUNIT_ASSERT_EQ(test, read_one(import, sizeof(import), &record), 0);
	KUNIT_ASSERT_EQ(test, record.nr_qualifiers, 2);
	KUNIT_EXPECT_EQ(test, record.qualifiers[0], METERBUS_POSITIVE_ONLY);
	KUNIT_EXPECT_EQ(test, record.qualifiers[1], 0x22);
	KUNIT_ASSERT_EQ(test, read_one(duration, sizeof(duration), &record), 0);
	KUNIT_EXPECT_EQ(test, record.unit, METERBUS_MINUTE);
	KUNIT_EXPECT_EQ(test, record.exponent, 0);
	KUNIT_ASSERT_EQ(test, read_one(exceeds, sizeof(exceeds), &record), 0);
	KUNIT_EXPECT_EQ(test, record.unit, METERBUS_NO_UNIT);
	KUNIT_ASSERT_EQ(test, read_one(late, sizeof(late), &record), 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INTEGER);
	KUNIT_ASSERT_EQ(test, read_one(how_late, sizeof(how_late), &record), 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INTEGER);
	KUNIT_EXPECT_EQ(test, record.unit, METERBUS_HOUR);
	KUNIT_ASSERT_EQ(test, read_one(eleven, sizeof(eleven), &record), 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INVALID);
	KUNIT_EXPECT_EQ(test, record.len, sizeof(eleven));
}

/* The quantity, and codes that only the manufacturer knows; FC is not what it is elsewhere. */
static void specific_vife_test(struct kunit *test)
{
	static const u8 phase[] = { 0x02, 0xfd, 0xc9, 0xff, 0xfc, 0x15, 0xdf, 0x00 };
	static const u8 date[] = { 0x02, 0xec, 0x7f, 0xa1, 0x22 };
	struct meterbus_record record;

	KUNIT_ASSERT_EQ(test, read_one(phase, sizeof(phase), &record), 0);
	KUNIT_EXPECT_EQ(test, record.quantity, METERBUS_VOLTAGE);
	KUNIT_EXPECT_EQ(test, record.unit, METERBUS_VOLT);
	KUNIT_EXPECT_EQ(test, record.exponent, 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INTEGER);
	KUNIT_EXPECT_EQ(test, record.integer, 223);
	KUNIT_ASSERT_EQ(test, record.nr_qualifiers, 3);
	KUNIT_EXPECT_EQ(test, record.qualifiers[0], METERBUS_SPECIFIC);
	KUNIT_EXPECT_EQ(test, record.qualifiers[1], METERBUS_QUALIFIER_SPECIFIC | 0x7c);
	KUNIT_EXPECT_EQ(test, record.qualifiers[2], METERBUS_QUALIFIER_SPECIFIC | 0x15);
	KUNIT_ASSERT_EQ(test, read_one(date, sizeof(date), &record), 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_DATE);
	KUNIT_EXPECT_EQ(test, record.nr_qualifiers, 1);
}

static void expect_unit_text(struct kunit *test, const u8 *bytes, size_t len, const char *text,
			     int exponent, s64 value)
{
	struct meterbus_record record;
	char buf[8];

	KUNIT_ASSERT_EQ(test, read_one(bytes, len, &record), 0);
	KUNIT_EXPECT_EQ(test, record.len, len);
	KUNIT_EXPECT_EQ(test, record.quantity, METERBUS_PLAIN_TEXT);
	KUNIT_EXPECT_EQ(test, record.exponent, exponent);
	KUNIT_EXPECT_EQ(test, record.integer, value);
	KUNIT_EXPECT_GE(test, meterbus_record_unit(&record, buf, sizeof(buf)), 0);
	KUNIT_EXPECT_STREQ(test, buf, text);
}

/* Right behind the VIF, and behind the VIFEs: ABC of libmbus's example, %RH of Elvaco's meters */
static void unit_text_test(struct kunit *test)
{
	static const u8 elvaco[] = { 0x02, 0xfc, 0x03, 0x48, 0x52, 0x25, 0x74, 0xd4, 0x11 };
	static const u8 abc[] = { 0x03, 0xfc, 0x20, 0x03, 0x43, 0x42, 0x41, 0x15, 0x31, 0x00 };
	static const u8 scaled[] = { 0x01, 0xfc, 0xa0, 0x75, 0x01, 'x', 9 };
	static const u8 none[] = { 0x01, 0x7c, 0x00, 9 };

	expect_unit_text(test, elvaco, sizeof(elvaco), "%RH", -2, 0x11d4);
	expect_unit_text(test, abc, sizeof(abc), "ABC", 0, 12565);
	expect_unit_text(test, scaled, sizeof(scaled), "x", -1, 9);
	expect_unit_text(test, none, sizeof(none), "", 0, 9);
}

static void text_test(struct kunit *test)
{
	static const u8 text[] = { 0x0d, 0x79, 5, 'o', 0xfc, 'l', 7, 'h' };
	static const u8 unit[] = { 0x02, 0xfc, 3, 'h', '/', '%', 0x75, 0x05, 0x00 };
	struct meterbus_record record;
	char buf[8];

	KUNIT_ASSERT_EQ(test, read_one(text, sizeof(text), &record), 0);
	KUNIT_EXPECT_EQ(test, meterbus_record_text(&record, buf, sizeof(buf)), 6);
	KUNIT_EXPECT_STREQ(test, buf, "h?l\u00fco");
	KUNIT_EXPECT_EQ(test, meterbus_record_text(&record, buf, 5), 3);
	KUNIT_EXPECT_STREQ(test, buf, "h?l");
	KUNIT_EXPECT_EQ(test, meterbus_record_unit(&record, buf, sizeof(buf)), -ENODATA);

	KUNIT_ASSERT_EQ(test, read_one(unit, sizeof(unit), &record), 0);
	expect_number(test, &record, METERBUS_PLAIN_TEXT, METERBUS_NO_UNIT, -1, 5);
	KUNIT_EXPECT_EQ(test, meterbus_record_unit(&record, buf, sizeof(buf)), 3);
	KUNIT_EXPECT_STREQ(test, buf, "%/h");
	KUNIT_EXPECT_EQ(test, meterbus_record_text(&record, buf, sizeof(buf)), -ENODATA);
}

/* One bad or unknown record among good ones, and fillers. */
static void neighbours_test(struct kunit *test)
{
	static const u8 bytes[] = {
		0x2f, 0x01, 0x13, 1,
		0x0c, 0x04, 0xee, 0xee, 0xee, 0xee,
		0x01, 0x6f, 9, 0x2f,
		0x01, 0x13, 2,
		0x1f, 0xaa, 0xbb,
	};
	struct meterbus_telegram telegram = { .records = { bytes, sizeof(bytes), false } };
	struct meterbus_record record;
	size_t pos = 0;

	next_of(test, &telegram, &pos, &record);
	KUNIT_EXPECT_EQ(test, record.offset, 1);
	expect_number(test, &record, METERBUS_VOLUME, METERBUS_M3, -3, 1);
	next_of(test, &telegram, &pos, &record);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INVALID);
	next_of(test, &telegram, &pos, &record);
	KUNIT_EXPECT_EQ(test, record.quantity, METERBUS_UNKNOWN);
	next_of(test, &telegram, &pos, &record);
	expect_number(test, &record, METERBUS_VOLUME, METERBUS_M3, -3, 2);
	next_of(test, &telegram, &pos, &record);
	KUNIT_EXPECT_EQ(test, record.quantity, METERBUS_MANUFACTURER_SPECIFIC);
	KUNIT_EXPECT_TRUE(test, record.more);
	KUNIT_EXPECT_EQ(test, record.data.len, 2);
	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -ENODATA);
	KUNIT_EXPECT_TRUE(test, meterbus_telegram_more(&telegram));
}

/* Lengths that reach beyond the telegram, or are not defined, end it. */
static const struct kind ends[] = {
	KIND("DIF alone", NO_DATA, 0x01),
	KIND("DIFE missing", NO_DATA, 0x81),
	KIND("VIFE missing", NO_DATA, 0x01, 0x83),
	KIND("table missing", NO_DATA, 0x01, 0xfd),
	KIND("second level missing", NO_DATA, 0x01, 0xfd, 0xfd),
	KIND("data cut", NO_DATA, 0x04, 0x13, 1, 2, 3),
	KIND("LVAR missing", NO_DATA, 0x0d, 0x13),
	KIND("text cut", NO_DATA, 0x0d, 0x13, 2, 'a'),
	KIND("LVAR F7", NO_DATA, 0x0d, 0x13, 0xf7, 1, 2, 3),
	KIND("LVAR FF", NO_DATA, 0x0d, 0x13, 0xff, 1, 2, 3),
	KIND("unit text cut", NO_DATA, 0x01, 0x7c, 5, 'a', 'b', 1),
	KIND("unit text missing", NO_DATA, 0x01, 0x7c),
	KIND("DIF 3F", NO_DATA, 0x3f, 0x13, 1),
	KIND("DIF 7F", NO_DATA, 0x7f),
	KIND("DIF 8F", NO_DATA, 0x8f, 0x01, 0x13, 1),
};

KUNIT_ARRAY_PARAM(end, ends, kind_desc);

static void end_test(struct kunit *test)
{
	const struct kind *end = test->param_value;
	struct meterbus_telegram telegram = { .records = { end->bytes, end->len, false } };
	struct meterbus_record record;
	size_t pos = 0;

	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -EBADMSG);
	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -ENODATA);
	KUNIT_EXPECT_EQ(test, meterbus_telegram_more(&telegram), -ENODATA);
}

struct scaling {
	const char *name;
	enum meterbus_kind kind;
	int exponent;
	s64 raw;	/* the integer, or the bits of the real */
	u32 factor;
	int unit;
	int ret;
	s64 value;
};

static const struct scaling scalings[] = {
	{ "manual: 16048.14 kWh in J", METERBUS_INTEGER, 1, 1604814, 3600, 0, 0, 57773304000LL },
	{ "finer", METERBUS_INTEGER, -1, -2295, 1, -3, 0, -229500 },
	{ "tie to even, down", METERBUS_INTEGER, 0, 25, 1, 1, 0, 2 },
	{ "tie to even, up", METERBUS_INTEGER, 0, 35, 1, 1, 0, 4 },
	{ "above the tie", METERBUS_INTEGER, 0, -26, 1, 1, 0, -3 },
	{ "to nothing", METERBUS_INTEGER, 0, S64_MAX, 1, 40, 0, 0 },
	{ "largest", METERBUS_INTEGER, 0, S64_MAX, 1, 0, 0, S64_MAX },
	{ "too large", METERBUS_INTEGER, 0, S64_MAX, 2, 0, -ERANGE, 0 },
	{ "too large by ten", METERBUS_INTEGER, 19, 1, 1, 0, -ERANGE, 0 },
	{ "zero in any unit", METERBUS_INTEGER, 40, 0, 1, -9, 0, 0 },
	{ "no number", METERBUS_INVALID, 0, 0, 1, 0, -ENODATA, 0 },
	/* IEEE 754: 1, 230.5, -0.1 (13421773 × 2^-27), 2^-149, 2^100 */
	{ "1", METERBUS_REAL, 0, 0x3f800000, 1, -3, 0, 1000 },
	{ "230.5", METERBUS_REAL, 0, 0x43668000, 1, -3, 0, 230500 },
	{ "230.5 in tens", METERBUS_REAL, 0, 0x43668000, 1, 1, 0, 23 },
	{ "-0.1 in 10^-9", METERBUS_REAL, 0, 0xbdcccccd, 1, -9, 0, -100000001 },
	{ "-0.1 in 10^-18", METERBUS_REAL, 0, 0xbdcccccd, 1, -18, 0, -100000001490116119LL },
	{ "0.5", METERBUS_REAL, 0, 0x3f000000, 1, 0, 0, 0 },
	{ "1.5", METERBUS_REAL, 0, 0x3fc00000, 1, 0, 0, 2 },
	{ "2.5", METERBUS_REAL, 0, 0x40200000, 1, 0, 0, 2 },
	{ "-3.5", METERBUS_REAL, 0, 0xc0600000, 1, 0, 0, -4 },
	{ "25 in tens", METERBUS_REAL, 0, 0x41c80000, 1, 1, 0, 2 },
	{ "-35 in tens", METERBUS_REAL, 0, 0xc20c0000, 1, 1, 0, -4 },
	{ "65 in tens", METERBUS_REAL, 0, 0x42820000, 1, 1, 0, 6 },
	{ "25 + 2^-19 in tens", METERBUS_REAL, 0, 0x41c80001, 1, 1, 0, 3 },
	{ "25 - 2^-19 in tens", METERBUS_REAL, 0, 0x41c7ffff, 1, 1, 0, 2 },
	{ "26 in tens", METERBUS_REAL, 0, 0x41d00000, 1, 1, 0, 3 },
	{ "1 in tens", METERBUS_REAL, 0, 0x3f800000, 1, 1, 0, 0 },
	{ "2^-100 in tens", METERBUS_REAL, 0, 0x0d800000, 1, 1, 0, 0 },
	/* 2^40 / 10^3 = 1099511627.776; 2^90 / 10^27 = 1.24 */
	{ "2^40 in thousands", METERBUS_REAL, 0, 0x53800000, 1, 3, 0, 1099511628 },
	{ "2^90 in 10^27", METERBUS_REAL, 0, 0x6c800000, 1, 27, 0, 1 },
	{ "2^90 in 10^28", METERBUS_REAL, 0, 0x6c800000, 1, 28, -ERANGE, 0 },
	{ "2^62", METERBUS_REAL, 0, 0x5e800000, 1, 0, 0, 1LL << 62 },
	{ "-2^63", METERBUS_REAL, 0, 0xdf000000, 1, 0, 0, S64_MIN },
	{ "2^63", METERBUS_REAL, 0, 0x5f000000, 1, 0, -ERANGE, 0 },
	{ "1.5 kWh in J", METERBUS_REAL, 3, 0x3fc00000, 3600, 0, 0, 5400000 },
	{ "smallest", METERBUS_REAL, 0, 0x00000001, 1, -18, 0, 0 },
	{ "2^100", METERBUS_REAL, 0, 0x71800000, 1, 0, -ERANGE, 0 },
	{ "minus zero", METERBUS_REAL, 0, 0x80000000LL, 1, 0, 0, 0 },
};

static void scaling_desc(const struct scaling *scaling, char *desc)
{
	strscpy(desc, scaling->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(scaling, scalings, scaling_desc);

static void scale_test(struct kunit *test)
{
	const struct scaling *s = test->param_value;
	struct meterbus_record record = { .kind = s->kind, .exponent = s->exponent };
	s64 value = 0;

	if (s->kind == METERBUS_REAL)
		record.real = s->raw;
	else
		record.integer = s->raw;
	KUNIT_EXPECT_EQ(test, meterbus_record_scale(&record, s->factor, s->unit, &value), s->ret);
	KUNIT_EXPECT_EQ(test, value, s->value);
}

static void names_test(struct kunit *test)
{
	int i;

	for (i = 0; i < METERBUS_NR_QUANTITIES; i++)
		KUNIT_EXPECT_NOT_NULL(test, meterbus_quantity_name(i));
	for (i = 0; i < METERBUS_NR_UNITS; i++)
		KUNIT_EXPECT_NOT_NULL(test, meterbus_unit_name(i));
	KUNIT_EXPECT_STREQ(test, meterbus_quantity_name(METERBUS_REACTIVE_ENERGY),
			   "reactive energy");
	KUNIT_EXPECT_STREQ(test, meterbus_unit_name(METERBUS_VARH), "varh");
}

static struct kunit_case meterbus_cases[] = {
	KUNIT_CASE(frame_encode_test),
	KUNIT_CASE(frame_parse_test),
	KUNIT_CASE(frame_damage_test),
	KUNIT_CASE(frame_ack_test),
	KUNIT_CASE_PARAM(frame_collided_test, collision_gen_params),
	KUNIT_CASE(manual_telegram_test),
	KUNIT_CASE(variable_telegram_test),
	KUNIT_CASE(fixed_telegram_test),
	KUNIT_CASE(mode_2_test),
	KUNIT_CASE(head_test),
	KUNIT_CASE_PARAM(number_test, number_gen_params),
	KUNIT_CASE_PARAM(kind_test, kind_gen_params),
	KUNIT_CASE_PARAM(date_test, moment_gen_params),
	KUNIT_CASE(dife_test),
	KUNIT_CASE(vife_test),
	KUNIT_CASE(specific_vife_test),
	KUNIT_CASE(unit_text_test),
	KUNIT_CASE(text_test),
	KUNIT_CASE(neighbours_test),
	KUNIT_CASE_PARAM(end_test, end_gen_params),
	KUNIT_CASE_PARAM(scale_test, scaling_gen_params),
	KUNIT_CASE(names_test),
	{}
};

static struct kunit_suite meterbus_suite = {
	.name = "meterbus",
	.test_cases = meterbus_cases,
};

kunit_test_suite(meterbus_suite);
