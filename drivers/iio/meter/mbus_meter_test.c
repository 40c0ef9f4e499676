// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of mbus_meter: what becomes of records. The telegrams are composed by
 * hand after EN 13757-3:2018.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/iio/iio.h>
#include <linux/mm.h>

#include "mbus_meter_test.h"

/**
 * struct shown - a channel that is expected
 * @place: its index
 * @type: its type
 * @label: its label
 * @value: its value
 * @error: or why it has none
 * @scale: form of its scale, or 0 if it needs none
 * @val: its scale
 * @val2: its scale
 */
struct shown {
	unsigned int place;
	enum iio_chan_type type;
	const char *label;
	s64 value;
	int error;
	int scale;
	int val;
	int val2;
};

static void free_reading(void *reading)
{
	kvfree(reading);
}

static struct meterbus_readout *new_readout(struct kunit *test)
{
	struct meterbus_readout *readout = kunit_kzalloc(test, sizeof(*readout), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, readout);
	return readout;
}

/* The caller frees it. */
static struct mbus_meter_reading *read_raw(struct kunit *test, const u8 *data, size_t len)
{
	struct meterbus_readout *readout = new_readout(test);
	struct mbus_meter_reading *reading;

	test_add_telegram(readout, data, len);
	reading = mbus_meter_reading(readout);
	KUNIT_ASSERT_FALSE(test, IS_ERR(reading));
	return reading;
}

static struct mbus_meter_reading *read(struct kunit *test, const u8 *data, size_t len)
{
	struct mbus_meter_reading *reading = read_raw(test, data, len);

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_reading, reading), 0);
	return reading;
}

static void expect_entry(struct kunit *test, const struct mbus_meter_entry *entry,
			 const struct shown *shown)
{
	char label[MBUS_METER_LABEL_SIZE];
	int val = 0, val2 = 0;

	mbus_meter_label(&entry->key, label, sizeof(label));
	KUNIT_EXPECT_STREQ(test, label, shown->label);
	KUNIT_EXPECT_EQ_MSG(test, entry->place, shown->place, "%s", label);
	KUNIT_EXPECT_EQ_MSG(test, entry->key.sort->type, shown->type, "%s", label);
	KUNIT_EXPECT_EQ_MSG(test, entry->error, shown->error, "%s", label);
	if (!shown->error)
		KUNIT_EXPECT_EQ_MSG(test, entry->value, shown->value, "%s", label);
	if (!shown->scale)
		return;
	KUNIT_EXPECT_EQ_MSG(test, mbus_meter_scale(&entry->key, &val, &val2), shown->scale,
			    "%s", label);
	KUNIT_EXPECT_EQ_MSG(test, val, shown->val, "%s", label);
	if (shown->scale != IIO_VAL_INT)
		KUNIT_EXPECT_EQ_MSG(test, val2, shown->val2, "%s", label);
}

static void expect_shown(struct kunit *test, const struct mbus_meter_reading *reading,
			 const struct shown *shown, unsigned int nr)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, reading->nr, nr);
	for (i = 0; i < nr; i++)
		expect_entry(test, &reading->entries[i], &shown[i]);
}

/* Table 10: 04 is 10 Wh, 28 + n 10^(n - 3) W. Table 12: 48 is 10^-1 V, 59 10^-3 A. */
static void electricity_meter_test(struct kunit *test)
{
	static const u8 telegram[] = { ELECTRICITY,
		0x0c, 0x04, 0x78, 0x56, 0x34, 0x12,
		0x8c, 0x10, 0x04, 0x11, 0x22, 0x33, 0x44,
		0x04, 0x6d, 0x1e, 0x0a, 0x75, 0x3b,
		0x2f, 0x2f,
		0x02, 0xfd, 0x48, 0xfc, 0x08,
		0x42, 0xfd, 0x59, 0x24, 0xfa,
		0x04, 0x2b, 0xdc, 0x05, 0x00, 0x00,
		0x94, 0x80, 0x40, 0x2a, 0xff, 0xff, 0xff, 0xff,
		0x02, 0xfb, 0x2d, 0x89, 0x13,
		0x02, 0xfd, 0xba, 0x73, 0x13, 0xff,
		0x04, 0xfb, 0x82, 0x75, 0x01, 0x00, 0x00, 0x00,
		0x0f, 0x01, 0x02, 0x03,
	};
	static const struct shown shown[] = {
		{ 0, IIO_ENERGY, "energy", 12345678, 0, IIO_VAL_INT, 36000 },
		{ 1, IIO_ENERGY, "energy, tariff 1", 44332211, 0, IIO_VAL_INT, 36000 },
		{ 3, IIO_VOLTAGE, "voltage", 2300, 0, IIO_VAL_INT, 100 },
		{ 4, IIO_CURRENT, "current, storage 1", -1500, 0, IIO_VAL_INT, 1 },
		{ 5, IIO_POWER, "power", 1500, 0, IIO_VAL_INT, 1000 },
		{ 6, IIO_POWER, "maximum power, subunit 2", -1, 0, IIO_VAL_INT, 100 },
		{ 7, IIO_ALTVOLTAGE, "frequency", 50010000000 },
		{ 8, IIO_POWER, "power factor", -237000000 },
		{ 9, IIO_ENERGY, "reactive energy", 1, 0, IIO_VAL_INT, 360000 },
	};
	struct mbus_meter_reading *reading = read(test, telegram, sizeof(telegram));

	expect_shown(test, reading, shown, ARRAY_SIZE(shown));
	KUNIT_EXPECT_TRUE(test, reading->identity.known);
	KUNIT_EXPECT_EQ(test, reading->identity.id, 0x12345678);
	KUNIT_EXPECT_EQ(test, reading->identity.manufacturer, 0x5274);
	KUNIT_EXPECT_EQ(test, reading->identity.version, 7);
	KUNIT_EXPECT_EQ(test, reading->identity.medium, 2);
	KUNIT_EXPECT_TRUE(test, reading->has_status);
	KUNIT_EXPECT_EQ(test, reading->access, 0x2a);
	KUNIT_EXPECT_EQ(test, reading->status, 0x10);
}

/* The VIFE FC announces one of Table 16: 01 to 03 phases, 05 between phases */
static void labels_test(struct kunit *test)
{
	static const u8 telegram[] = { ELECTRICITY,
		0x02, 0xfd, 0xc8, 0xfc, 0x01, 0x00, 0x00,
		0x02, 0xfd, 0xc8, 0xfc, 0x07, 0x00, 0x00,
		0x82, 0x40, 0xfd, 0xd9, 0xfc, 0x02, 0x00, 0x00,
		0x02, 0x83, 0x3b, 0x00, 0x00,
		0x02, 0x83, 0x3c, 0x00, 0x00,
		0x02, 0xfb, 0x82, 0x75, 0x00, 0x00,
		0x22, 0xab, 0x12, 0x00, 0x00,
		0x02, 0x83, 0xfc, 0x8b, 0x3b, 0x00, 0x00,
		0xc2, 0xb1, 0x01, 0x03, 0x00, 0x00,
		0x02, 0xfb, 0x04, 0x00, 0x00,
		0x02, 0xfb, 0x14, 0x00, 0x00,
		0x02, 0xfb, 0x34, 0x00, 0x00,
		0x02, 0x67, 0x00, 0x00,
		0x02, 0xfd, 0xc9, 0xff, 0x01, 0x00, 0x00,
		0x82, 0x40, 0xa9, 0xff, 0x81, 0x00, 0x00, 0x00,
		0x02, 0x83, 0xbb, 0x7f, 0x00, 0x00,
	};
	static const struct shown shown[] = {
		{ 0, IIO_VOLTAGE, "L1 voltage" },
		{ 1, IIO_VOLTAGE, "L3-L1 voltage" },
		{ 2, IIO_CURRENT, "L2 current, subunit 1" },
		{ 3, IIO_ENERGY, "forward energy" },
		{ 4, IIO_ENERGY, "reverse energy" },
		{ 5, IIO_ENERGY, "reactive energy" },
		{ 6, IIO_POWER, "minimum average power" },
		{ 7, IIO_ENERGY, "quadrant 4 forward energy" },
		{ 8, IIO_ENERGY, "energy, storage 35, tariff 3" },
		{ 9, IIO_ENERGY, "apparent energy" },
		{ 10, IIO_POWER, "reactive power" },
		{ 11, IIO_POWER, "apparent power" },
		{ 12, IIO_TEMP, "external temperature" },
		{ 13, IIO_VOLTAGE, "voltage, manufacturer's code 01" },
		{ 14, IIO_POWER, "power, subunit 1, manufacturer's code 01 00" },
		{ 15, IIO_ENERGY, "forward energy, manufacturer's code" },
	};

	expect_shown(test, read(test, telegram, sizeof(telegram)), shown, ARRAY_SIZE(shown));
}

/* The longest label there can be: 41 bits of storage, 20 of tariff, 10 of subunit */
static void label_room_test(struct kunit *test)
{
	struct mbus_meter_reading *reading = read(test, BYTES(ELECTRICITY,
		0xd2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
		0xfb, 0x84, 0xfc, 0x8c, 0xfc, 0x8c, 0xfc, 0x8c, 0xfc, 0x8c, 0xff, 0x7f,
		0x00, 0x00));
	char label[MBUS_METER_LABEL_SIZE];

	KUNIT_ASSERT_EQ(test, reading->nr, 1);
	mbus_meter_label(&reading->entries[0].key, label, sizeof(label));
	KUNIT_EXPECT_STREQ(test, label,
			   "maximum import less export import less export import less export import less export apparent energy, storage 2199023255551, tariff 1048575, subunit 1023, manufacturer's code 7f");
}

/* A VIF, with 32 bit data, and the scale to J, mW, mV, mA or thousandths of a degree */
static const struct {
	u8 vif[4];
	size_t len;
	int form;
	u32 val;
	u32 val2;
} scales[] = {
	{ { 0x00 }, 1, IIO_VAL_INT_PLUS_NANO, 3, 600000000 },		/* 10^-3 Wh */
	{ { 0x01 }, 1, IIO_VAL_INT, 36 },				/* 10^-2 Wh */
	{ { 0x04 }, 1, IIO_VAL_INT, 36000 },				/* 10 Wh */
	{ { 0x06 }, 1, IIO_VAL_INT, 3600000 },				/* 1 kWh */
	{ { 0x07 }, 1, IIO_VAL_INT, 36000000 },				/* 10 kWh */
	{ { 0xfb, 0x00 }, 2, IIO_VAL_INT, 360000000 },			/* 0.1 MWh */
	{ { 0xfb, 0x01 }, 2, IIO_VAL_INT_64, 0xd693a400, 0 },	/* 1 MWh */
	{ { 0xfb, 0x81, 0x7d }, 3, IIO_VAL_INT_64, 0x30b8a000, 838 },	/* 1000 MWh */
	{ { 0x08 }, 1, IIO_VAL_INT, 1 },				/* 1 J */
	{ { 0x0f }, 1, IIO_VAL_INT, 10000000 },				/* 10 MJ */
	{ { 0xfb, 0x08 }, 2, IIO_VAL_INT, 100000000 },			/* 0.1 GJ */
	{ { 0xfb, 0x09 }, 2, IIO_VAL_INT, 1000000000 },			/* 1 GJ */
	{ { 0x28 }, 1, IIO_VAL_INT, 1 },				/* 10^-3 W */
	{ { 0x2f }, 1, IIO_VAL_INT, 10000000 },				/* 10^4 W */
	{ { 0xfb, 0x28 }, 2, IIO_VAL_INT, 100000000 },			/* 0.1 MW */
	{ { 0xfb, 0x17 }, 2, IIO_VAL_INT, 1000000 },			/* 1 kvar */
	{ { 0xfb, 0x97, 0x72 }, 3, IIO_VAL_INT, 100 },			/* 0.1 var */
	{ { 0xfb, 0xb7, 0x72 }, 3, IIO_VAL_INT, 100 },			/* 0.1 VA */
	{ { 0xfd, 0x40 }, 2, IIO_VAL_INT_PLUS_NANO, 0, 1000 },		/* 10^-9 V */
	{ { 0xfd, 0x45 }, 2, IIO_VAL_INT_PLUS_NANO, 0, 100000000 },	/* 10^-4 V */
	{ { 0xfd, 0x46 }, 2, IIO_VAL_INT, 1 },				/* 1 mV */
	{ { 0xfd, 0x4f }, 2, IIO_VAL_INT, 1000000000 },			/* 10^6 V */
	{ { 0xfd, 0x50 }, 2, IIO_VAL_INT_PLUS_NANO, 0, 1 },		/* 10^-12 A */
	{ { 0xfd, 0x5c }, 2, IIO_VAL_INT, 1000 },			/* 1 A */
	{ { 0x58 }, 1, IIO_VAL_INT, 1 },				/* 10^-3 degC */
	{ { 0x5f }, 1, IIO_VAL_INT, 1000 },				/* 1 degC */
	{ { 0x65 }, 1, IIO_VAL_INT, 10 },				/* 10^-2 degC */
};

static void scales_test(struct kunit *test)
{
	u8 telegram[32] = { ELECTRICITY, 0x04 };
	struct mbus_meter_reading *reading;
	struct shown shown = { };
	char label[MBUS_METER_LABEL_SIZE];
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(scales); i++) {
		memcpy(telegram + 14, scales[i].vif, scales[i].len);
		memcpy(telegram + 14 + scales[i].len, "\x15\xcd\x5b\x07", 4);
		len = 14 + scales[i].len + 4;
		reading = read(test, telegram, len);
		KUNIT_ASSERT_EQ_MSG(test, reading->nr, 1, "row %u", i);

		mbus_meter_label(&reading->entries[0].key, label, sizeof(label));
		shown.type = reading->entries[0].key.sort->type;
		shown.label = label;
		shown.value = 123456789;
		shown.scale = scales[i].form;
		shown.val = scales[i].val;
		shown.val2 = scales[i].val2;
		expect_entry(test, &reading->entries[0], &shown);
	}
}

/* Single-precision numbers: 230.125, 0.12345, 1234.567, 1.5, -0.5, 10^9 */
static void reals_test(struct kunit *test)
{
	static const u8 telegram[] = { ELECTRICITY,
		0x05, 0xfd, 0x49, 0x00, 0x20, 0x66, 0x43,
		0x05, 0xfd, 0x5c, 0x5b, 0xd3, 0xfc, 0x3d,
		0x05, 0x2b, 0x25, 0x52, 0x9a, 0x44,
		0x05, 0x2e, 0x25, 0x52, 0x9a, 0x44,
		0x05, 0x03, 0x00, 0x00, 0xc0, 0x3f,
		0x05, 0x06, 0x00, 0x00, 0xc0, 0x3f,
		0x05, 0x0b, 0x00, 0x00, 0x00, 0xbf,
		0x05, 0x5b, 0x00, 0x00, 0x00, 0xbf,
		0x05, 0xfb, 0x2f, 0x00, 0x00, 0xc0, 0x3f,
		0x05, 0xfd, 0x49, 0x28, 0x6b, 0x6e, 0x4e,
		0x05, 0xfd, 0x49, 0x00, 0x00, 0xc0, 0x7f,
	};
	static const struct shown shown[] = {
		{ 0, IIO_VOLTAGE, "voltage", 230125, 0, IIO_VAL_INT, 1 },
		{ 1, IIO_CURRENT, "current", 1235, 0, IIO_VAL_INT_PLUS_NANO, 0, 100000000 },
		{ 2, IIO_POWER, "power", 123457, 0, IIO_VAL_INT, 10 },
		{ 3, IIO_POWER, "power", 123456702, 0, IIO_VAL_INT, 10 },
		{ 4, IIO_ENERGY, "energy", 5400, 0, IIO_VAL_INT, 1 },
		{ 5, IIO_ENERGY, "energy", 5400000, 0, IIO_VAL_INT, 1 },
		{ 6, IIO_ENERGY, "energy", -500, 0, IIO_VAL_INT, 1 },
		{ 7, IIO_TEMP, "flow temperature", -500, 0, IIO_VAL_INT, 1 },
		{ 8, IIO_ALTVOLTAGE, "frequency", 1500000000 },
		{ 9, IIO_VOLTAGE, "voltage", 0, -ERANGE, IIO_VAL_INT, 1 },
		{ 10, IIO_VOLTAGE, "voltage", 0, -ENODATA, IIO_VAL_INT, 1 },
	};

	expect_shown(test, read(test, telegram, sizeof(telegram)), shown, ARRAY_SIZE(shown));
}

/* Values that cannot be right, or do not fit, keep their channel. */
static void bad_values_test(struct kunit *test)
{
	static const u8 telegram[] = { ELECTRICITY,
		0x0c, 0x04, 0xff, 0xff, 0xff, 0xff,		/* no digits */
		0x04, 0x2b, 0x00, 0x00, 0x00, 0x80,		/* no value */
		0x04, 0xab, 0x15, 0x01, 0x00, 0x00, 0x00,	/* no data available */
		0x04, 0xab, 0x18, 0x01, 0x00, 0x00, 0x00,	/* data error */
		0x06, 0x2a, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00,	/* 2^31 */
		0x06, 0x2a, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x00,	/* 2^31 - 1 */
		0x02, 0xfd, 0xba, 0x73, 0xe9, 0x03,		/* 1.001 */
		0x02, 0xfd, 0xba, 0x73, 0xe8, 0x03,		/* 1.000 */
		0x07, 0x03, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
		0x07, 0xfb, 0x2f, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00,
	};
	static const struct shown shown[] = {
		{ 0, IIO_ENERGY, "energy", 0, -ENODATA },
		{ 1, IIO_POWER, "power", 0, -ENODATA },
		{ 2, IIO_POWER, "power", 0, -ENODATA },
		{ 3, IIO_POWER, "power", 0, -ENODATA },
		{ 4, IIO_POWER, "power", 0, -ERANGE },
		{ 5, IIO_POWER, "power", 0x7fffffff },
		{ 6, IIO_POWER, "power factor", 0, -ENODATA },
		{ 7, IIO_POWER, "power factor", 1000000000 },
		{ 8, IIO_ENERGY, "energy", S64_MAX },
		{ 9, IIO_ALTVOLTAGE, "frequency", 0, -ERANGE },
	};

	expect_shown(test, read(test, telegram, sizeof(telegram)), shown, ARRAY_SIZE(shown));
}

/* Each telegram has one record, and nothing that could be shown. */
static const struct {
	const u8 *bytes;
	size_t len;
} hidden[] = {
	{ BYTES(ELECTRICITY, 0x32, 0x2b, 0x00, 0x00) },		/* during error state */
	{ BYTES(ELECTRICITY, 0x00, 0x03) },			/* no data */
	{ BYTES(ELECTRICITY, 0x08, 0x03) },			/* selection for readout */
	{ BYTES(ELECTRICITY, 0x0d, 0x03, 0x02, '1', '2') },	/* a text */
	{ BYTES(ELECTRICITY, 0x02, 0x7f, 0x00, 0x00) },		/* manufacturer specific */
	{ BYTES(ELECTRICITY, 0x02, 0xff, 0x01, 0x00, 0x00) },
	{ BYTES(ELECTRICITY, 0x02, 0xfd, 0xba, 0xf3, 0x7f, 0x00, 0x00) },	/* 10^-3 of what? */
	{ BYTES(ELECTRICITY, 0x02, 0x7c, 0x01, 'V', 0x00, 0x00) },	/* plain text */
	{ BYTES(ELECTRICITY, 0x02, 0x6c, 0x1f, 0x01) },		/* date */
	{ BYTES(ELECTRICITY, 0x02, 0x13, 0x00, 0x00) },		/* volume */
	{ BYTES(ELECTRICITY, 0x02, 0x61, 0x00, 0x00) },		/* temperature difference */
	{ BYTES(ELECTRICITY, 0x02, 0x30, 0x00, 0x00) },		/* J/h */
	{ BYTES(ELECTRICITY, 0x02, 0xfb, 0x0c, 0x00, 0x00) },	/* cal */
	{ BYTES(ELECTRICITY, 0x02, 0xfb, 0x5a, 0x00, 0x00) },	/* degrees Fahrenheit */
	{ BYTES(ELECTRICITY, 0x02, 0xfb, 0x74, 0x00, 0x00) },	/* temperature limit */
	{ BYTES(ELECTRICITY, 0x02, 0xfb, 0x78, 0x00, 0x00) },	/* cumulated maximum power */
	{ BYTES(ELECTRICITY, 0x02, 0xfd, 0x3a, 0x00, 0x00) },	/* dimensionless, whole */
	{ BYTES(ELECTRICITY, 0x02, 0xfd, 0xba, 0x75, 0x00, 0x00) },	/* 10^-1 */
	{ BYTES(ELECTRICITY, 0x02, 0xfd, 0xba, 0x71, 0x00, 0x00) },	/* 10^-5 */
	{ BYTES(ELECTRICITY, 0x05, 0xfd, 0xba, 0x73, 0x00, 0x00, 0x00, 0x3f) },
	{ BYTES(ELECTRICITY, 0x02, 0xfd, 0xc0, 0x71, 0x00, 0x00) },	/* 10^-14 V */
	{ BYTES(ELECTRICITY, 0x02, 0xab, 0x7e, 0x00, 0x00) },	/* future value */
	{ BYTES(ELECTRICITY, 0x02, 0xab, 0x14, 0x00, 0x00) },	/* relative deviation */
	{ BYTES(ELECTRICITY, 0x02, 0xab, 0x22, 0x00, 0x00) },	/* per hour */
	{ BYTES(ELECTRICITY, 0x02, 0xab, 0x40, 0x00, 0x00) },	/* lower limit */
	{ BYTES(ELECTRICITY, 0x02, 0xab, 0x41, 0x00, 0x00) },	/* how often below it */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0x39, 0x00, 0x00) },	/* start date of */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0xfc, 0x7f, 0x00, 0x00) },	/* reserved */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0x01, 0x00, 0x00) },	/* too many DIFEs */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0x0c, 0x00, 0x00) },	/* illegal VIF */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0xbb, 0x3b, 0x00, 0x00) },
	{ BYTES(HEAT, 0x02, 0x2b, 0x00, 0x00) },		/* power, of a heat meter */
	{ BYTES(HEAT, 0x02, 0xfd, 0x48, 0x00, 0x00) },		/* voltage */
	{ BYTES(HEAT, 0x02, 0xfd, 0xba, 0x73, 0x00, 0x00) },
	{ BYTES(HEAD(0x07), 0x0c, 0x13, 0x00, 0x00, 0x00, 0x00) },	/* water */
};

static void hidden_test(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		KUNIT_EXPECT_EQ_MSG(test, read(test, hidden[i].bytes, hidden[i].len)->nr, 0,
				    "row %u", i);
}

static void heat_meter_test(struct kunit *test)
{
	static const u8 telegram[] = { HEAT,
		0x0c, 0x06, 0x78, 0x56, 0x34, 0x12,
		0x0c, 0x13, 0x00, 0x00, 0x00, 0x00,
		0x0b, 0x2d, 0x00, 0x00, 0x00,
		0x0a, 0x5a, 0x34, 0x05,
		0x0a, 0x5e, 0x21, 0x03,
		0x0a, 0x62, 0x13, 0x02,
		0x4c, 0x0e, 0x01, 0x00, 0x00, 0x00,
	};
	static const struct shown shown[] = {
		{ 0, IIO_ENERGY, "energy", 12345678, 0, IIO_VAL_INT, 3600000 },
		{ 3, IIO_TEMP, "flow temperature", 534, 0, IIO_VAL_INT, 100 },
		{ 4, IIO_TEMP, "return temperature", 321, 0, IIO_VAL_INT, 100 },
		{ 6, IIO_ENERGY, "energy, storage 1", 1, 0, IIO_VAL_INT, 1000000 },
	};

	expect_shown(test, read(test, telegram, sizeof(telegram)), shown, ARRAY_SIZE(shown));
}

/* EN 1434-3:1997, 6.2: unit 05 is kWh, 3E the same, of a date before */
static void fixed_structure_test(struct kunit *test)
{
	static const struct shown shown[] = {
		{ 0, IIO_ENERGY, "energy", 123456, 0, IIO_VAL_INT, 3600000 },
		{ 1, IIO_ENERGY, "energy, storage 1", 120000, 0, IIO_VAL_INT, 3600000 },
	};
	struct mbus_meter_reading *reading = read(test,
		BYTES(0x73, 0x78, 0x56, 0x34, 0x12, 0x0a, 0x00, 0x85, 0x3e,
		      0x56, 0x34, 0x12, 0x00, 0x00, 0x00, 0x12, 0x00));

	expect_shown(test, reading, shown, ARRAY_SIZE(shown));
	KUNIT_EXPECT_TRUE(test, reading->identity.known);
	KUNIT_EXPECT_TRUE(test, reading->identity.fixed);
	KUNIT_EXPECT_EQ(test, reading->identity.id, 0x12345678);
	KUNIT_EXPECT_EQ(test, reading->identity.medium, 2);
	KUNIT_EXPECT_EQ(test, reading->access, 0x0a);
}

/* A head without identity, and none at all: nobody knows that it is electricity. */
static void no_identity_test(struct kunit *test)
{
	static const struct shown shown = { 0, IIO_ENERGY, "energy", 1, 0, IIO_VAL_INT, 3600 };
	struct mbus_meter_reading *reading;

	reading = read(test, BYTES(0x7a, 0x2a, 0x00, 0x00, 0x00,
				   0x02, 0x03, 0x01, 0x00, 0x02, 0xfd, 0x48, 0x01, 0x00));
	expect_shown(test, reading, &shown, 1);
	KUNIT_EXPECT_FALSE(test, reading->identity.known);
	KUNIT_EXPECT_TRUE(test, reading->has_status);

	reading = read(test, BYTES(0x78, 0x02, 0x03, 0x01, 0x00, 0x02, 0x2b, 0x01, 0x00));
	expect_shown(test, reading, &shown, 1);
	KUNIT_EXPECT_FALSE(test, reading->has_status);
	KUNIT_EXPECT_FALSE(test, mbus_meter_identity_equal(&reading->identity,
							   &reading->identity));
}

/* Mode 5 in the configuration. */
static void encrypted_test(struct kunit *test)
{
	struct mbus_meter_reading *reading = read(test,
		BYTES(0x72, 0x78, 0x56, 0x34, 0x12, 0x74, 0x52, 0x07, 0x02,
		      0x2a, 0x00, 0x10, 0x05, 0x0c, 0x04, 0x78, 0x56, 0x34, 0x12));

	KUNIT_EXPECT_EQ(test, reading->nr, 0);
	KUNIT_EXPECT_EQ(test, reading->identity.id, 0x12345678);
}

static void other_ci_test(struct kunit *test)
{
	struct meterbus_readout *readout = new_readout(test);

	test_add_telegram(readout, BYTES(0x70, 0x03));
	KUNIT_EXPECT_EQ(test, PTR_ERR(mbus_meter_reading(readout)), -ENODATA);
}

/* Places go on counting from one telegram to the next. */
static void many_telegrams_test(struct kunit *test)
{
	static const struct shown shown[] = {
		{ 0, IIO_ENERGY, "energy", 1 },
		{ 2, IIO_VOLTAGE, "voltage", 2300 },
	};
	struct meterbus_readout *readout = new_readout(test);
	struct mbus_meter_reading *reading;

	test_add_telegram(readout, BYTES(ELECTRICITY, 0x02, 0x03, 0x01, 0x00, 0x1f));
	test_add_telegram(readout, BYTES(ELECTRICITY, 0x02, 0xfd, 0x48, 0xfc, 0x08));
	reading = mbus_meter_reading(readout);
	KUNIT_ASSERT_FALSE(test, IS_ERR(reading));
	expect_shown(test, reading, shown, ARRAY_SIZE(shown));
	kvfree(reading);

	/* Another meter's */
	readout->frame[1][7]++;
	KUNIT_EXPECT_EQ(test, PTR_ERR(mbus_meter_reading(readout)), -EBADMSG);
}

/* What stands before a record whose end cannot be told is not lost. */
static void damaged_end_test(struct kunit *test)
{
	static const struct shown shown = { 0, IIO_ENERGY, "energy", 1 };

	expect_shown(test, read(test, BYTES(ELECTRICITY, 0x02, 0x03, 0x01, 0x00,
					    0x04, 0x2b, 0x01)), &shown, 1);
}

static void expect_found(struct kunit *test, const struct mbus_meter_reading *first,
			 unsigned int i, const struct mbus_meter_reading *now, int place)
{
	const struct mbus_meter_entry *entry;

	entry = mbus_meter_find(now, &first->entries[i], i);
	KUNIT_EXPECT_EQ(test, entry ? (int)entry->place : -1, place);
}

/* Found by what they are, wherever they are. */
static void find_test(struct kunit *test)
{
	const struct mbus_meter_reading *first, *now;

	first = read(test, BYTES(ELECTRICITY, 0x02, 0x03, 0x01, 0x00, 0x02, 0x2b, 0x01, 0x00,
				 0x42, 0x03, 0x01, 0x00));
	KUNIT_ASSERT_EQ(test, first->nr, 3);
	now = read(test, BYTES(ELECTRICITY, 0x02, 0x6c, 0x1f, 0x01, 0x42, 0x03, 0x02, 0x00,
			       0x02, 0x03, 0x01, 0x00));
	expect_found(test, first, 0, now, 2);
	expect_found(test, first, 1, now, -1);
	expect_found(test, first, 2, now, 1);

	/* Another length is the same record, another exponent or kind of number is not. */
	now = read(test, BYTES(ELECTRICITY, 0x04, 0x03, 0x01, 0x00, 0x00, 0x00,
			       0x02, 0x2c, 0x01, 0x00, 0x45, 0x03, 0x00, 0x00, 0x00, 0x00));
	expect_found(test, first, 0, now, 0);
	expect_found(test, first, 1, now, -1);
	expect_found(test, first, 2, now, -1);
}

/* Of an energy in Wh, 16 bits, all but one thing */
static const struct {
	const u8 *bytes;
	size_t len;
} other_keys[] = {
	{ BYTES(ELECTRICITY, 0x12, 0x03, 0x01, 0x00) },		/* maximum */
	{ BYTES(ELECTRICITY, 0x42, 0x03, 0x01, 0x00) },		/* storage */
	{ BYTES(ELECTRICITY, 0x82, 0x10, 0x03, 0x01, 0x00) },	/* tariff */
	{ BYTES(ELECTRICITY, 0x82, 0x40, 0x03, 0x01, 0x00) },	/* subunit */
	{ BYTES(ELECTRICITY, 0x02, 0x04, 0x01, 0x00) },		/* 10 Wh */
	{ BYTES(ELECTRICITY, 0x02, 0x08, 0x01, 0x00) },		/* J */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0x3b, 0x01, 0x00) },	/* forward */
	{ BYTES(ELECTRICITY, 0x02, 0x83, 0xfc, 0x01, 0x01, 0x00) },	/* L1 */
	{ BYTES(ELECTRICITY, 0x05, 0x03, 0x00, 0x00, 0x00, 0x00) },	/* real */
};

/* Every part of a key tells records apart. */
static void keys_test(struct kunit *test)
{
	const struct mbus_meter_reading *first, *now;
	unsigned int i;

	first = read(test, BYTES(ELECTRICITY, 0x02, 0x03, 0x01, 0x00));
	KUNIT_ASSERT_EQ(test, first->nr, 1);
	for (i = 0; i < ARRAY_SIZE(other_keys); i++) {
		now = read(test, other_keys[i].bytes, other_keys[i].len);
		KUNIT_ASSERT_EQ_MSG(test, now->nr, 1, "row %u", i);
		KUNIT_EXPECT_NULL_MSG(test, mbus_meter_find(now, &first->entries[0], 0),
				      "row %u", i);
		KUNIT_EXPECT_NULL_MSG(test, mbus_meter_find(first, &now->entries[0], 0),
				      "row %u", i);
	}
}

/* Records that say the same of themselves are told apart by their order, if it is whole. */
static void alike_test(struct kunit *test)
{
	const struct mbus_meter_reading *first, *now;

	first = read(test, BYTES(ELECTRICITY, 0x02, 0xfd, 0x48, 0x01, 0x00,
				 0x02, 0xfd, 0x48, 0x02, 0x00, 0x02, 0x2b, 0x03, 0x00));
	KUNIT_ASSERT_EQ(test, first->nr, 3);
	now = read(test, BYTES(ELECTRICITY, 0x02, 0x2b, 0x03, 0x00, 0x02, 0xfd, 0x48, 0x01, 0x00,
			       0x02, 0xfd, 0x48, 0x02, 0x00));
	expect_found(test, first, 0, now, 1);
	expect_found(test, first, 1, now, 2);
	expect_found(test, first, 2, now, 0);

	now = read(test, BYTES(ELECTRICITY, 0x02, 0xfd, 0x48, 0x02, 0x00, 0x02, 0x2b, 0x03, 0x00));
	expect_found(test, first, 0, now, -1);
	expect_found(test, first, 1, now, -1);
	expect_found(test, first, 2, now, 1);

	now = read(test, BYTES(ELECTRICITY, 0x02, 0xfd, 0x48, 0x00, 0x00,
			       0x02, 0xfd, 0x48, 0x01, 0x00, 0x02, 0xfd, 0x48, 0x02, 0x00));
	expect_found(test, first, 0, now, -1);
	expect_found(test, first, 1, now, -1);
}

/* Shapes, and the access number as what may change */
#define SHAPE_A	BYTES(ELECTRICITY, 0x02, 0x03, 0x01, 0x00)
#define SHAPE_B	BYTES(ELECTRICITY, 0x02, 0x03, 0x01, 0x00, 0x02, 0x2b, 0x01, 0x00)
#define SHAPE_C	BYTES(ELECTRICITY, 0x02, 0x2b, 0x01, 0x00, 0x02, 0x03, 0x01, 0x00)
/* What is not shown does not make a shape */
#define SHAPE_A_AND_DATE BYTES(ELECTRICITY, 0x02, 0x6c, 0x1f, 0x01, 0x02, 0x03, 0x07, 0x00)

static bool see(struct kunit *test, struct mbus_meter_watch *watch,
		const struct mbus_meter_reading *first, s64 seconds, const u8 *data, size_t len)
{
	return mbus_meter_watch_see(watch, first, read_raw(test, data, len),
				    ms_to_ktime(1000 * seconds));
}

static void watch_agrees_test(struct kunit *test)
{
	const struct mbus_meter_reading *first = read(test, SHAPE_A);
	struct mbus_meter_watch watch = { };

	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 100, SHAPE_A));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 101, SHAPE_A_AND_DATE));
	KUNIT_EXPECT_EQ(test, watch.agreed, 0);

	/* Interrupted by the first shape, and by a third one */
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 102, SHAPE_B));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 103, SHAPE_B));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 104, SHAPE_A));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 105, SHAPE_B));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 106, SHAPE_B));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 107, SHAPE_C));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 108, SHAPE_C));
	KUNIT_EXPECT_TRUE(test, see(test, &watch, first, 109, SHAPE_C));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 110, SHAPE_A));
	KUNIT_EXPECT_NULL(test, watch.other);
}

static void watch_pauses_test(struct kunit *test)
{
	const struct mbus_meter_reading *first = read(test, SHAPE_A);
	struct mbus_meter_watch watch = { .registered = ms_to_ktime(1000 * 1000) };
	int i;

	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 1001 + i, SHAPE_B));
	KUNIT_EXPECT_FALSE(test, see(test, &watch, first, 1059, SHAPE_B));
	KUNIT_EXPECT_TRUE(test, see(test, &watch, first, 1060, SHAPE_B));
	KUNIT_EXPECT_TRUE(test, see(test, &watch, first, 1061, SHAPE_B));

	KUNIT_EXPECT_FALSE(test, mbus_meter_watch_see(&watch, first, NULL, 0));
	KUNIT_EXPECT_NULL(test, watch.other);
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(electricity_meter_test),
	KUNIT_CASE(labels_test),
	KUNIT_CASE(label_room_test),
	KUNIT_CASE(scales_test),
	KUNIT_CASE(reals_test),
	KUNIT_CASE(bad_values_test),
	KUNIT_CASE(hidden_test),
	KUNIT_CASE(heat_meter_test),
	KUNIT_CASE(fixed_structure_test),
	KUNIT_CASE(no_identity_test),
	KUNIT_CASE(encrypted_test),
	KUNIT_CASE(other_ci_test),
	KUNIT_CASE(many_telegrams_test),
	KUNIT_CASE(damaged_end_test),
	{ }
};

static struct kunit_suite record_suite = {
	.name = "mbus_meter_records",
	.test_cases = record_cases,
};

static struct kunit_case shape_cases[] = {
	KUNIT_CASE(find_test),
	KUNIT_CASE(keys_test),
	KUNIT_CASE(alike_test),
	KUNIT_CASE(watch_agrees_test),
	KUNIT_CASE(watch_pauses_test),
	{ }
};

static struct kunit_suite shape_suite = {
	.name = "mbus_meter_shape",
	.test_cases = shape_cases,
};

kunit_test_suites(&record_suite, &shape_suite);
