// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of pro380_modbus: conversion, register map, planner, fetches.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "pro380_core.h"
#include "pro380_float.h"
#include "pro380_modbus.h"

/* Expected values: exact fractions in Python, rounded there, ties to even */
static const struct {
	u32 bits;
	u32 scale;
	s64 value;
} conversions[] = {
	{ 0x00000000, 1000, 0 },	/* zero */
	{ 0x80000000, 1000, 0 },	/* negative zero */
	{ 0x3f800000, 1000, 1000 },	/* 1 V */
	{ 0x43663d71, 1000, 230240 },	/* 230.24 V */
	{ 0x43c80000, 1000, 400000 },	/* 400 V */
	{ 0xc0b00000, 10000, -55000 },	/* -5.5 A */
	{ 0x3dcccccd, 10000, 1000 },	/* 0.1 A */
	{ 0x40490fdb, 100000, 314159 },	/* 3.1415927 kW */
	{ 0x467ac147, 3600000, 57773949609LL },	/* 16048.32 kWh */
	{ 0xc1400000, 3600000, -43200000 },	/* -12 kWh */
	{ 0x4b189680, 3600000, 36000000000000LL },	/* 1e7 kWh */
	{ 0x3a83126f, 1, 0 },	/* 0.001 */
	{ 0x3f000000, 1, 0 },	/* half to even 0 */
	{ 0x3fc00000, 1, 2 },	/* 1.5 to 2 */
	{ 0x40200000, 1, 2 },	/* 2.5 to 2 */
	{ 0x40600000, 1, 4 },	/* 3.5 to 4 */
	{ 0xbf000000, 1, 0 },	/* -0.5 to 0 */
	{ 0xbfc00000, 1, -2 },	/* -1.5 to -2 */
	{ 0xc0200000, 1, -2 },	/* -2.5 to -2 */
	{ 0x3f000001, 1, 1 },	/* just above half */
	{ 0x3effffff, 1, 0 },	/* just below half */
	{ 0x3a000000, 1000, 0 },	/* 1000/2048 */
	{ 0x3c000000, 100, 1 },	/* 100/128 */
	{ 0x3ba00000, 100, 0 },	/* 0.48828125 */
	{ 0x3d000000, 10000, 312 },	/* 312.5 down to even */
	{ 0x3dc00000, 10000, 938 },	/* 937.5 up to even */
	{ 0x00000001, 3600000, 0 },	/* smallest subnormal */
	{ 0x007fffff, 3600000, 0 },	/* largest subnormal */
	{ 0x00800000, 3600000, 0 },	/* smallest normal */
	{ 0x4b800000, 1, 16777216 },	/* 2^24 */
	{ 0x4b7fffff, 1, 16777215 },	/* 2^24-1 */
	{ 0x5effffff, 1, 9223371487098961920LL },	/* largest below 2^63 */
	{ 0xdf000000, 1, S64_MIN },	/* -2^63 */
	{ 0x53151200, 3600000, 2304907621171200000LL },	/* largest energy magnitude region */
	{ 0x42480000, 1000000, 50000000 },	/* 50 Hz */
	{ 0x3f7d70a4, 1000000, 990000 },	/* 0.99 */
	{ 0x400b851f, 100, 218 },	/* 2.18 */
};

static void float_values(struct kunit *test)
{
	s64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(conversions); i++) {
		value = -1;
		KUNIT_EXPECT_EQ(test, 0, pro380_float_to_scaled(conversions[i].bits,
								conversions[i].scale,
								&value));
		KUNIT_EXPECT_EQ_MSG(test, value, conversions[i].value, "%08x * %u",
				    conversions[i].bits, conversions[i].scale);
	}
}

static void float_errors(struct kunit *test)
{
	static const struct {
		u32 bits;
		u32 scale;
		int error;
	} errors[] = {
		{ 0x7f800000, 1, -ENODATA },		/* infinity */
		{ 0xff800000, 1, -ENODATA },
		{ 0x7fc00000, 1, -ENODATA },		/* not a number */
		{ 0xffffffff, 1, -ENODATA },
		{ 0x7f800001, 1, -ENODATA },
		{ 0x5f000000, 1, -ERANGE },		/* 2^63 */
		{ 0xdf000001, 1, -ERANGE },
		{ 0x5415217d, 3600000, -ERANGE },	/* the first energy too large */
		{ 0x7f7fffff, 3600000, -ERANGE },
		{ 0xff7fffff, 1, -ERANGE },
	};
	s64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		KUNIT_EXPECT_EQ(test, errors[i].error,
				pro380_float_to_scaled(errors[i].bits, errors[i].scale,
						       &value));

	KUNIT_EXPECT_EQ(test, 0, pro380_float_to_scaled(0x5415217c, 3600000, &value));
	KUNIT_EXPECT_EQ(test, value, 9223371384422400000LL);
}

/* Manual v2.18, 7.10.1: the S0 rates, as IEEE 754 single */
static void float_s0_rates(struct kunit *test)
{
	static const struct {
		u32 hundredths;
		u32 bits;
	} rates[] = {
		{ 1000000, 0x461c4000 }, { 200000, 0x44fa0000 }, { 100000, 0x447a0000 },
		{ 10000, 0x42c80000 }, { 1000, 0x41200000 }, { 100, 0x3f800000 },
		{ 10, 0x3dcccccd }, { 1, 0x3c23d70a }, { 0, 0 },
	};
	s64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		KUNIT_EXPECT_EQ(test, rates[i].bits,
				pro380_float_from_ratio(rates[i].hundredths, 100));
		KUNIT_EXPECT_EQ(test, 0, pro380_float_to_scaled(rates[i].bits, 100, &value));
		KUNIT_EXPECT_EQ(test, value, rates[i].hundredths);
	}
}

/* Manual v2.18, A3.2; the last column is what a single of 1.5 comes to, or 0 */
static const struct {
	u16 addr;
	u16 count;
	u8 item;
	s64 value;
} manual[] = {
	{ 0x4000, 2, PRO380_ITEM_SERIAL_NUMBER, 0 },
	{ 0x4002, 1, PRO380_ITEM_METER_CODE, 0 },
	{ 0x4003, 1, PRO380_ITEM_ADDRESS, 0 },
	{ 0x4004, 1, PRO380_ITEM_BAUD_RATE, 0 },
	{ 0x4005, 2, PRO380_ITEM_PROTOCOL_VERSION, 150 },
	{ 0x4007, 2, PRO380_ITEM_SOFTWARE_VERSION, 150 },
	{ 0x4009, 2, PRO380_ITEM_HARDWARE_VERSION, 150 },
	{ 0x400b, 1, PRO380_ITEM_METER_AMPS, 0 },
	{ 0x400c, 1, PRO380_ITEM_CT_RATIO, 0 },
	{ 0x400d, 2, PRO380_ITEM_S0_RATE, 150 },
	{ 0x400f, 1, PRO380_ITEM_COMBINATION_CODE, 0 },
	{ 0x4010, 1, PRO380_ITEM_LCD_CYCLE_TIME, 0 },
	{ 0x4011, 1, PRO380_ITEM_PARITY, 0 },
	{ 0x4012, 1, PRO380_ITEM_DIRECTION + 1, 0 },
	{ 0x4013, 1, PRO380_ITEM_DIRECTION + 2, 0 },
	{ 0x4014, 1, PRO380_ITEM_DIRECTION + 3, 0 },
	{ 0x4015, 1, PRO380_ITEM_ERROR_CODE, 0 },
	{ 0x4016, 1, PRO380_ITEM_POWER_DOWN_COUNTER, 0 },
	{ 0x4017, 1, PRO380_ITEM_QUADRANT, 0 },
	{ 0x4018, 1, PRO380_ITEM_QUADRANT + 1, 0 },
	{ 0x4019, 1, PRO380_ITEM_QUADRANT + 2, 0 },
	{ 0x401a, 1, PRO380_ITEM_QUADRANT + 3, 0 },
	{ 0x401b, 2, PRO380_ITEM_CHECKSUM, 0 },
	{ 0x401d, 2, PRO380_ITEM_STATUS_WORD, 0 },
	{ 0x401f, 1, PRO380_ITEM_CT_MODE, 0 },
	{ 0x5000, 2, PRO380_ITEM_VOLTAGE, 1500 },
	{ 0x5002, 2, PRO380_ITEM_VOLTAGE + 1, 1500 },
	{ 0x5004, 2, PRO380_ITEM_VOLTAGE + 2, 1500 },
	{ 0x5006, 2, PRO380_ITEM_VOLTAGE + 3, 1500 },
	{ 0x5008, 2, PRO380_ITEM_FREQUENCY, 1500000 },
	{ 0x500a, 2, PRO380_ITEM_CURRENT, 15000 },
	{ 0x500c, 2, PRO380_ITEM_CURRENT + 1, 15000 },
	{ 0x500e, 2, PRO380_ITEM_CURRENT + 2, 15000 },
	{ 0x5010, 2, PRO380_ITEM_CURRENT + 3, 15000 },
	{ 0x5012, 2, PRO380_ITEM_ACTIVE_POWER, 150000 },
	{ 0x5014, 2, PRO380_ITEM_ACTIVE_POWER + 1, 150000 },
	{ 0x5016, 2, PRO380_ITEM_ACTIVE_POWER + 2, 150000 },
	{ 0x5018, 2, PRO380_ITEM_ACTIVE_POWER + 3, 150000 },
	{ 0x501a, 2, PRO380_ITEM_REACTIVE_POWER, 150000 },
	{ 0x501c, 2, PRO380_ITEM_REACTIVE_POWER + 1, 150000 },
	{ 0x501e, 2, PRO380_ITEM_REACTIVE_POWER + 2, 150000 },
	{ 0x5020, 2, PRO380_ITEM_REACTIVE_POWER + 3, 150000 },
	{ 0x5022, 2, PRO380_ITEM_APPARENT_POWER, 150000 },
	{ 0x5024, 2, PRO380_ITEM_APPARENT_POWER + 1, 150000 },
	{ 0x5026, 2, PRO380_ITEM_APPARENT_POWER + 2, 150000 },
	{ 0x5028, 2, PRO380_ITEM_APPARENT_POWER + 3, 150000 },
	{ 0x502a, 2, PRO380_ITEM_POWERFACTOR, 1500000 },
	{ 0x502c, 2, PRO380_ITEM_POWERFACTOR + 1, 1500000 },
	{ 0x502e, 2, PRO380_ITEM_POWERFACTOR + 2, 1500000 },
	{ 0x5030, 2, PRO380_ITEM_POWERFACTOR + 3, 1500000 },
	{ 0x6000, 2, PRO380_ITEM_ACTIVE_TOTAL, 5400000 },
	{ 0x6002, 2, PRO380_ITEM_ACTIVE_TOTAL + 4, 5400000 },
	{ 0x6004, 2, PRO380_ITEM_ACTIVE_TOTAL + 5, 5400000 },
	{ 0x6006, 2, PRO380_ITEM_ACTIVE_TOTAL + 1, 5400000 },
	{ 0x6008, 2, PRO380_ITEM_ACTIVE_TOTAL + 2, 5400000 },
	{ 0x600a, 2, PRO380_ITEM_ACTIVE_TOTAL + 3, 5400000 },
	{ 0x600c, 2, PRO380_ITEM_ACTIVE_FORWARD, 5400000 },
	{ 0x600e, 2, PRO380_ITEM_ACTIVE_FORWARD + 4, 5400000 },
	{ 0x6010, 2, PRO380_ITEM_ACTIVE_FORWARD + 5, 5400000 },
	{ 0x6012, 2, PRO380_ITEM_ACTIVE_FORWARD + 1, 5400000 },
	{ 0x6014, 2, PRO380_ITEM_ACTIVE_FORWARD + 2, 5400000 },
	{ 0x6016, 2, PRO380_ITEM_ACTIVE_FORWARD + 3, 5400000 },
	{ 0x6018, 2, PRO380_ITEM_ACTIVE_REVERSE, 5400000 },
	{ 0x601a, 2, PRO380_ITEM_ACTIVE_REVERSE + 4, 5400000 },
	{ 0x601c, 2, PRO380_ITEM_ACTIVE_REVERSE + 5, 5400000 },
	{ 0x601e, 2, PRO380_ITEM_ACTIVE_REVERSE + 1, 5400000 },
	{ 0x6020, 2, PRO380_ITEM_ACTIVE_REVERSE + 2, 5400000 },
	{ 0x6022, 2, PRO380_ITEM_ACTIVE_REVERSE + 3, 5400000 },
	{ 0x6024, 2, PRO380_ITEM_REACTIVE_TOTAL, 5400000 },
	{ 0x6026, 2, PRO380_ITEM_REACTIVE_TOTAL + 4, 5400000 },
	{ 0x6028, 2, PRO380_ITEM_REACTIVE_TOTAL + 5, 5400000 },
	{ 0x602a, 2, PRO380_ITEM_REACTIVE_TOTAL + 1, 5400000 },
	{ 0x602c, 2, PRO380_ITEM_REACTIVE_TOTAL + 2, 5400000 },
	{ 0x602e, 2, PRO380_ITEM_REACTIVE_TOTAL + 3, 5400000 },
	{ 0x6030, 2, PRO380_ITEM_REACTIVE_FORWARD, 5400000 },
	{ 0x6032, 2, PRO380_ITEM_REACTIVE_FORWARD + 4, 5400000 },
	{ 0x6034, 2, PRO380_ITEM_REACTIVE_FORWARD + 5, 5400000 },
	{ 0x6036, 2, PRO380_ITEM_REACTIVE_FORWARD + 1, 5400000 },
	{ 0x6038, 2, PRO380_ITEM_REACTIVE_FORWARD + 2, 5400000 },
	{ 0x603a, 2, PRO380_ITEM_REACTIVE_FORWARD + 3, 5400000 },
	{ 0x603c, 2, PRO380_ITEM_REACTIVE_REVERSE, 5400000 },
	{ 0x603e, 2, PRO380_ITEM_REACTIVE_REVERSE + 4, 5400000 },
	{ 0x6040, 2, PRO380_ITEM_REACTIVE_REVERSE + 5, 5400000 },
	{ 0x6042, 2, PRO380_ITEM_REACTIVE_REVERSE + 1, 5400000 },
	{ 0x6044, 2, PRO380_ITEM_REACTIVE_REVERSE + 2, 5400000 },
	{ 0x6046, 2, PRO380_ITEM_REACTIVE_REVERSE + 3, 5400000 },
	{ 0x6048, 1, PRO380_ITEM_TARIFF, 0 },
	{ 0x6049, 2, PRO380_ITEM_RESETTABLE, 5400000 },
};

static const struct pro380_register *register_at(u16 addr)
{
	unsigned int i;

	for (i = 0; i < pro380_nr_registers; i++)
		if (pro380_registers[i].addr == addr)
			return &pro380_registers[i];

	return NULL;
}

static void map_is_complete(struct kunit *test)
{
	const __be16 one_and_a_half[] = { cpu_to_be16(0x3fc0), 0 };
	const struct pro380_register *reg;
	s64 value;
	int i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(manual), pro380_nr_registers);
	for (i = 0; i < ARRAY_SIZE(manual); i++) {
		reg = register_at(manual[i].addr);
		KUNIT_ASSERT_NOT_NULL_MSG(test, reg, "%04x", manual[i].addr);
		KUNIT_EXPECT_EQ_MSG(test, pro380_register_count(reg), manual[i].count, "%04x",
				    manual[i].addr);
		KUNIT_EXPECT_EQ_MSG(test, reg->item, manual[i].item, "%04x", manual[i].addr);
		if (!manual[i].value)
			continue;

		KUNIT_EXPECT_EQ(test, 0, pro380_register_decode(reg, one_and_a_half, &value));
		KUNIT_EXPECT_EQ_MSG(test, value, manual[i].value, "%04x", manual[i].addr);
	}
}

static void map_is_sorted(struct kunit *test)
{
	const struct pro380_register *reg = pro380_registers;
	unsigned int i;

	KUNIT_EXPECT_LE(test, pro380_nr_registers, PRO380_PLAN_MAX);
	for (i = 1; i < pro380_nr_registers; i++)
		KUNIT_EXPECT_LE(test, reg[i - 1].addr + pro380_register_count(&reg[i - 1]),
				reg[i].addr);
}

/* Manual v2.18, A3.2 "*PRO1 only", and phases that PRO1 has not */
static void map_of_models(struct kunit *test)
{
	static const u16 single[] = { 0x5000, 0x500a };
	static const u16 polyphase[] = {
		0x4013, 0x4014, 0x4019, 0x401a, 0x5004, 0x5006, 0x500e, 0x5010, 0x5016,
		0x5018, 0x501e, 0x5020, 0x5026, 0x5028, 0x502e, 0x5030, 0x6008, 0x600a,
		0x6014, 0x6016, 0x6020, 0x6022, 0x602c, 0x602e, 0x6038, 0x603a, 0x6044,
		0x6046,
	};
	unsigned int i, every = 0;

	for (i = 0; i < ARRAY_SIZE(single); i++)
		KUNIT_EXPECT_EQ(test, register_at(single[i])->models, PRO380_SINGLE);
	for (i = 0; i < ARRAY_SIZE(polyphase); i++)
		KUNIT_EXPECT_EQ(test, register_at(polyphase[i])->models, PRO380_POLYPHASE);
	for (i = 0; i < pro380_nr_registers; i++)
		every += pro380_registers[i].models == PRO380_EVERY;

	KUNIT_EXPECT_EQ(test, every + ARRAY_SIZE(single) + ARRAY_SIZE(polyphase),
			pro380_nr_registers);
}

static void map_decodes(struct kunit *test)
{
	static const struct {
		u16 addr;
		u16 words[2];
		int error;
		s64 value;
	} cases[] = {
		{ 0x4000, { 0x2209, 0x1039 }, 0, 0x22091039 },
		{ 0x4002, { 0x2007 }, 0, 0x2007 },
		{ 0x4003, { 247 }, 0, 247 },
		{ 0x4004, { 0x2580 }, 0, 9600 },
		{ 0x400c, { 0x7500 }, 0, 7500 },
		{ 0x400c, { 0x00a5 }, -ENODATA },
		{ 0x400f, { 0x000a }, 0, 10 },
		{ 0x4010, { 0x0025 }, 0, 25 },
		{ 0x4011, { 1 }, 0, PRO380_PARITY_EVEN },
		{ 0x4011, { 2 }, 0, PRO380_PARITY_NONE },
		{ 0x4011, { 3 }, 0, PRO380_PARITY_ODD },
		{ 0x4011, { 0 }, -ENODATA },
		{ 0x4011, { 4 }, -ENODATA },
		{ 0x4012, { 0x3146 }, 0, 0 },
		{ 0x4013, { 0x3252 }, 0, 1 },
		{ 0x4014, { 0x3358 }, -ENODATA },
		{ 0x4015, { 0xffff }, 0, -1 },
		{ 0x4017, { 4 }, 0, 4 },
		{ 0x4017, { 0 }, -ENODATA },
		{ 0x401a, { 5 }, -ENODATA },
		{ 0x401b, { 0x0d01, 0x0556 }, 0, 0x0d010556 },
		{ 0x401d, { 0x0011, 0x0111 }, 0, 0x00110111 },
		{ 0x5002, { 0x4366, 0x3d71 }, 0, 230240 },
		{ 0x5002, { 0x4f00, 0x0000 }, -ERANGE },	/* 2^31 V */
		{ 0x5002, { 0x7fc0, 0x0000 }, -ENODATA },
		{ 0x500c, { 0xc0b0, 0x0000 }, 0, -55000 },
		{ 0x6000, { 0x4b18, 0x9680 }, 0, 36000000000000LL },
		{ 0x6048, { 2 }, 0, 2 },
		{ 0x6048, { 11 }, 0, 1 },
		{ 0x6048, { 12 }, 0, 2 },
		{ 0x6048, { 0 }, -ENODATA },
		{ 0x6048, { 13 }, -ENODATA },
	};
	__be16 words[2];
	s64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		words[0] = cpu_to_be16(cases[i].words[0]);
		words[1] = cpu_to_be16(cases[i].words[1]);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].error,
				    pro380_register_decode(register_at(cases[i].addr), words,
							   &value),
				    "%04x %04x", cases[i].addr, cases[i].words[0]);
		if (!cases[i].error)
			KUNIT_EXPECT_EQ_MSG(test, value, cases[i].value, "%04x",
					    cases[i].addr);
	}
}

/* The write commands that the manual prints, v2.18, A3.2 */
static void map_encodes(struct kunit *test)
{
	static const struct {
		enum pro380_item item;
		s64 value;
		u16 addr;
		unsigned int count;
		u16 words[2];
	} cases[] = {
		{ PRO380_ITEM_ADDRESS, 10, 0x4003, 1, { 0x000a } },
		{ PRO380_ITEM_BAUD_RATE, 9600, 0x4004, 1, { 0x2580 } },
		{ PRO380_ITEM_S0_RATE, 1000, 0x400d, 2, { 0x4120, 0x0000 } },
		{ PRO380_ITEM_COMBINATION_CODE, 10, 0x400f, 1, { 0x000a } },
		{ PRO380_ITEM_LCD_CYCLE_TIME, 25, 0x4010, 1, { 0x0025 } },
		{ PRO380_ITEM_PARITY, PRO380_PARITY_NONE, 0x4011, 1, { 0x0002 } },
		{ PRO380_ITEM_POWER_DOWN_COUNTER, 0, 0x4016, 1, { 0x0000 } },
		{ PRO380_ITEM_TARIFF, 2, 0x6048, 1, { 0x0002 } },
		{ PRO380_ITEM_RESETTABLE, 0, 0x6049, 2, { 0x0000, 0x0000 } },
	};
	const struct pro380_register *reg;
	__be16 words[2];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		reg = pro380_register_of(cases[i].item);
		KUNIT_ASSERT_NOT_NULL(test, reg);
		KUNIT_EXPECT_TRUE(test, reg->writable);
		KUNIT_EXPECT_EQ(test, reg->addr, cases[i].addr);
		KUNIT_ASSERT_EQ(test, cases[i].count,
				pro380_register_encode(reg, cases[i].value, words));
		KUNIT_EXPECT_EQ(test, be16_to_cpu(words[0]), cases[i].words[0]);
		if (cases[i].count == 2)
			KUNIT_EXPECT_EQ(test, be16_to_cpu(words[1]), cases[i].words[1]);
	}
}

/* 9600 8E1: 11 bits a character; 26 half characters and 7 of silence; 2 a register */
static void plan_cost(struct kunit *test)
{
	struct pro380_cost cost;

	cost = pro380_cost(9600, true, 20000);
	KUNIT_EXPECT_EQ(test, cost.read, 14896 + 4011 + 20000);
	KUNIT_EXPECT_EQ(test, cost.reg, 2292);

	/* Above 19200 baud the silence is 1.75 ms */
	cost = pro380_cost(115200, false, 0);
	KUNIT_EXPECT_EQ(test, cost.read, 1129 + 1750);
	KUNIT_EXPECT_EQ(test, cost.reg, 174);
}

static const struct pro380_span small_map = { 0x100, 60 };

static bool may_read(const struct pro380_rules *rules, u16 from, u16 to, bool single)
{
	unsigned int i;

	if (single)
		return true;
	if (to - from > rules->max_count)
		return false;
	if (from < small_map.addr || to > small_map.addr + small_map.count)
		return false;
	for (i = 0; i < rules->nr_refused; i++)
		if (from <= rules->refused[i].addr &&
		    to >= rules->refused[i].addr + rules->refused[i].count)
			return false;

	return true;
}

/* The price of the plan in which bit n of @cuts begins a new read at value n + 1 */
static u64 cut_price(const struct pro380_rules *rules, const struct pro380_cost *cost,
		     const struct pro380_span *want, unsigned int nr, unsigned int cuts)
{
	unsigned int first = 0, n;
	u64 price = 0;
	u16 from, to;

	for (n = 0; n < nr; n++) {
		if (n + 1 < nr && !(cuts & BIT(n)))
			continue;

		from = want[first].addr;
		to = want[n].addr + want[n].count;
		if (!may_read(rules, from, to, first == n))
			return U64_MAX;

		price += cost->read + (u64)cost->reg * (to - from);
		first = n + 1;
	}

	return price;
}

static u64 brute_force(const struct pro380_rules *rules, const struct pro380_cost *cost,
		       const struct pro380_span *want, unsigned int nr)
{
	unsigned int cuts;
	u64 best = U64_MAX;

	for (cuts = 0; cuts < BIT(nr - 1); cuts++)
		best = min(best, cut_price(rules, cost, want, nr, cuts));

	return best;
}

static unsigned int random_want(struct rnd_state *rnd, struct pro380_span *want)
{
	unsigned int nr = 1 + prandom_u32_state(rnd) % 9;
	u16 addr = small_map.addr;
	unsigned int n;

	for (n = 0; n < nr; n++) {
		addr += prandom_u32_state(rnd) % 5;
		want[n].addr = addr;
		want[n].count = 1 + prandom_u32_state(rnd) % 2;
		addr += want[n].count;
	}

	return nr;
}

static void random_refusals(struct rnd_state *rnd, struct pro380_rules *rules)
{
	struct pro380_span span;

	rules->nr_refused = 0;
	while (prandom_u32_state(rnd) % 3) {
		span.addr = small_map.addr + prandom_u32_state(rnd) % 40;
		span.count = 1 + prandom_u32_state(rnd) % 8;
		pro380_rules_refuse(rules, &span);
	}
}

/* Every value is in exactly one read, whole, and nothing is read that need not be */
static void check_reads(struct kunit *test, const struct pro380_rules *rules,
			const struct pro380_span *want, unsigned int nr,
			const struct pro380_span *reads, unsigned int nr_reads)
{
	unsigned int n = 0, i, first;

	for (i = 0; i < nr_reads; i++) {
		first = n;
		KUNIT_ASSERT_LT(test, n, nr);
		KUNIT_EXPECT_EQ(test, reads[i].addr, want[n].addr);
		while (n < nr && pro380_span_contains(&reads[i], &want[n]))
			n++;
		KUNIT_ASSERT_GT(test, n, first);
		KUNIT_EXPECT_EQ(test, reads[i].addr + reads[i].count,
				want[n - 1].addr + want[n - 1].count);
		KUNIT_EXPECT_TRUE(test, may_read(rules, reads[i].addr,
						 reads[i].addr + reads[i].count,
						 n == first + 1));
	}

	KUNIT_EXPECT_EQ(test, n, nr);
}

static void plan_is_cheapest(struct kunit *test)
{
	struct pro380_rules rules = { .maps = &small_map, .nr_maps = 1 };
	struct pro380_span want[10], reads[10];
	unsigned int round, nr, nr_reads, i;
	struct pro380_cost cost;
	struct rnd_state rnd;
	u64 price;

	prandom_seed_state(&rnd, 380);
	for (round = 0; round < 3000; round++) {
		nr = random_want(&rnd, want);
		random_refusals(&rnd, &rules);
		rules.max_count = 2 + prandom_u32_state(&rnd) % 30;
		cost.read = 1 + prandom_u32_state(&rnd) % 20;
		cost.reg = prandom_u32_state(&rnd) % 4;

		nr_reads = pro380_plan(&rules, &cost, want, nr, reads);
		check_reads(test, &rules, want, nr, reads, nr_reads);
		for (price = 0, i = 0; i < nr_reads; i++)
			price += cost.read + (u64)cost.reg * reads[i].count;

		KUNIT_ASSERT_EQ(test, price, brute_force(&rules, &cost, want, nr));
	}
}

static unsigned int plan_items(const struct pro380_cost *cost, const unsigned long *wanted,
			       struct pro380_span *reads)
{
	struct pro380_rules rules = {
		.maps = pro380_maps, .nr_maps = ARRAY_SIZE(pro380_maps),
		.max_count = PRO380_MAX_BLOCK,
	};
	struct pro380_span want[PRO380_PLAN_MAX];
	unsigned int i, nr = 0;

	for (i = 0; i < pro380_nr_registers; i++) {
		if (!test_bit(pro380_registers[i].item, wanted))
			continue;
		want[nr].addr = pro380_registers[i].addr;
		want[nr++].count = pro380_register_count(&pro380_registers[i]);
	}

	return pro380_plan(&rules, cost, want, nr, reads);
}

/* All there is takes three reads, and never more registers than meters answer */
static void plan_of_everything(struct kunit *test)
{
	struct pro380_span *reads = kunit_kcalloc(test, PRO380_PLAN_MAX, sizeof(*reads),
						  GFP_KERNEL);
	struct pro380_cost cost = pro380_cost(9600, true, 0);
	DECLARE_BITMAP(wanted, PRO380_NR_ITEMS);

	KUNIT_ASSERT_NOT_NULL(test, reads);
	bitmap_fill(wanted, PRO380_NR_ITEMS);

	KUNIT_ASSERT_EQ(test, 3, plan_items(&cost, wanted, reads));
	KUNIT_EXPECT_EQ(test, reads[0].addr, 0x4000);
	KUNIT_EXPECT_EQ(test, reads[0].count, 32);
	KUNIT_EXPECT_EQ(test, reads[1].addr, 0x5000);
	KUNIT_EXPECT_EQ(test, reads[1].count, 50);
	KUNIT_EXPECT_EQ(test, reads[2].addr, 0x6000);
	KUNIT_EXPECT_EQ(test, reads[2].count, 75);
}

/* Without latency a read costs as much as 8.25 registers: over 8 it reads, not over 10 */
static void plan_of_holes(struct kunit *test)
{
	struct pro380_cost cost = pro380_cost(9600, true, 0);
	DECLARE_BITMAP(wanted, PRO380_NR_ITEMS) = { };
	struct pro380_span reads[2];

	__set_bit(PRO380_ITEM_ACTIVE_POWER, wanted);		/* 0x5012 */
	__set_bit(PRO380_ITEM_REACTIVE_POWER + 1, wanted);	/* 0x501c */
	KUNIT_EXPECT_EQ(test, 1, plan_items(&cost, wanted, reads));
	KUNIT_EXPECT_EQ(test, reads[0].count, 12);

	__clear_bit(PRO380_ITEM_REACTIVE_POWER + 1, wanted);
	__set_bit(PRO380_ITEM_REACTIVE_POWER + 2, wanted);	/* 0x501e */
	KUNIT_EXPECT_EQ(test, 2, plan_items(&cost, wanted, reads));
}

static void plan_remembers_the_smallest(struct kunit *test)
{
	const struct pro380_span large = { 0x110, 8 }, small = { 0x112, 2 };
	const struct pro380_span other = { 0x120, 2 };
	struct pro380_rules rules = { };
	struct pro380_span span;
	unsigned int i;

	pro380_rules_refuse(&rules, &large);
	pro380_rules_refuse(&rules, &other);
	pro380_rules_refuse(&rules, &small);
	pro380_rules_refuse(&rules, &large);
	KUNIT_ASSERT_EQ(test, rules.nr_refused, 2);
	KUNIT_EXPECT_EQ(test, rules.refused[0].addr, other.addr);
	KUNIT_EXPECT_EQ(test, rules.refused[1].addr, small.addr);

	for (i = 0; i < 2 * PRO380_PLAN_REFUSED; i++) {
		span.addr = 0x200 + i;
		span.count = 1;
		pro380_rules_refuse(&rules, &span);
	}
	KUNIT_EXPECT_EQ(test, rules.nr_refused, PRO380_PLAN_REFUSED);
}

/**
 * struct fake - a meter for fetches
 * @bad: registers that it does not like to be asked for
 * @whole: it minds only requests that contain all of @bad, not those that touch it
 * @error: how it says so
 * @reads: how often it was asked
 * @longest: the longest request that it answered
 */
static struct fake {
	struct pro380_span bad;
	bool whole;
	int error;
	unsigned int reads;
	unsigned int longest;
} fake;

static bool fake_minds(u16 addr, u16 count)
{
	const struct pro380_span read = { addr, count };

	if (!fake.bad.count)
		return false;
	if (fake.whole)
		return pro380_span_contains(&read, &fake.bad);

	return addr < fake.bad.addr + fake.bad.count && fake.bad.addr < addr + count;
}

/* Each register holds a number of its own; two of them make a small single */
static u16 fake_word(u16 addr)
{
	return addr - 0x2000;
}

static int fake_read(struct modbus_device *mdev, u16 addr, u16 count, __be16 *regs,
		     ktime_t *stamp)
{
	u16 i;

	fake.reads++;
	if (fake_minds(addr, count))
		return fake.error;

	fake.longest = max_t(unsigned int, fake.longest, count);
	for (i = 0; i < count; i++)
		regs[i] = cpu_to_be16(fake_word(addr + i));
	*stamp = ktime_get_boottime();
	return 0;
}

struct fetch_test {
	struct pro380 *pro;
	struct pro380_modbus *pm;
	struct pro380_cost cost;
	DECLARE_BITMAP(wanted, PRO380_NR_ITEMS);
};

static int fetch_init(struct kunit *test)
{
	struct fetch_test *ft = kunit_kzalloc(test, sizeof(*ft), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ft);
	ft->pro = kunit_kzalloc(test, sizeof(*ft->pro), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ft->pro);
	ft->pm = kunit_kzalloc(test, sizeof(*ft->pm), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ft->pm);

	mutex_init(&ft->pro->lock);
	ft->pm->read = fake_read;
	ft->pm->rules.maps = pro380_maps;
	ft->pm->rules.nr_maps = ARRAY_SIZE(pro380_maps);
	ft->pm->rules.max_count = PRO380_MAX_BLOCK;
	ft->cost = pro380_cost(9600, true, 0);
	bitmap_set(ft->wanted, PRO380_ITEM_ACTIVE_TOTAL,
		   PRO380_NR_SCAN_ITEMS - PRO380_ITEM_ACTIVE_TOTAL);
	memset(&fake, 0, sizeof(fake));

	test->priv = ft;
	return 0;
}

static int fetch(struct fetch_test *ft)
{
	fake.reads = 0;
	fake.longest = 0;
	memset(ft->pro->entries, 0, sizeof(ft->pro->entries));

	return pro380_fetch_planned(ft->pm, &ft->cost, ft->wanted, ft->pro);
}

/* Wanted energies whose entry is @error; for 0 their values are checked as well */
static unsigned int fetched(struct kunit *test, int error)
{
	struct fetch_test *ft = test->priv;
	const struct pro380_entry *entry;
	unsigned int i, count = 0;
	u16 addr;
	s64 value;

	for (i = 0; i < pro380_nr_registers; i++) {
		entry = &ft->pro->entries[pro380_registers[i].item];
		if (!test_bit(pro380_registers[i].item, ft->wanted) || !entry->stamp ||
		    entry->error != error)
			continue;

		count++;
		addr = pro380_registers[i].addr;
		if (error)
			continue;
		pro380_float_to_scaled((u32)fake_word(addr) << 16 | fake_word(addr + 1),
				       3600000, &value);
		KUNIT_EXPECT_EQ_MSG(test, entry->value, value, "%04x", addr);
	}

	return count;
}

static void fetch_in_one(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, fetch(test->priv));
	KUNIT_EXPECT_EQ(test, 1, fake.reads);
	KUNIT_EXPECT_EQ(test, 37, fetched(test, 0));
}

/* One register that gets an exception: found in one fetch, then read around */
static void fetch_around_exception(struct kunit *test)
{
	fake.bad = (struct pro380_span){ 0x6024, 1 };
	fake.error = -ENXIO;

	KUNIT_EXPECT_EQ(test, 0, fetch(test->priv));
	KUNIT_EXPECT_EQ(test, 36, fetched(test, 0));
	KUNIT_EXPECT_EQ(test, 1, fetched(test, -ENXIO));

	KUNIT_EXPECT_EQ(test, 0, fetch(test->priv));
	KUNIT_EXPECT_EQ(test, 36, fetched(test, 0));
	KUNIT_EXPECT_EQ(test, 1, fetched(test, -ENXIO));
	KUNIT_EXPECT_EQ(test, 3, fake.reads);
}

/* A block that is refused although its parts are not: never asked for again */
static void fetch_in_parts(struct kunit *test)
{
	unsigned int i;

	fake.bad = (struct pro380_span){ 0x602a, 8 };
	fake.whole = true;
	fake.error = -EINVAL;

	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, 0, fetch(test->priv));
		KUNIT_EXPECT_EQ(test, 37, fetched(test, 0));
	}
	KUNIT_EXPECT_EQ(test, 2, fake.reads);
}

/* Silence may be chance: the second time it is remembered, the register left alone */
static void fetch_around_silence(struct kunit *test)
{
	fake.bad = (struct pro380_span){ 0x6024, 2 };
	fake.error = -ETIMEDOUT;

	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, fetch(test->priv));
	KUNIT_EXPECT_EQ(test, 36, fetched(test, 0));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, fetch(test->priv));
	KUNIT_EXPECT_EQ(test, 36, fetched(test, 0));

	KUNIT_EXPECT_EQ(test, 0, fetch(test->priv));
	KUNIT_EXPECT_EQ(test, 36, fetched(test, 0));
	KUNIT_EXPECT_EQ(test, 1, fetched(test, -ETIMEDOUT));
	KUNIT_EXPECT_EQ(test, 2, fake.reads);
}

static void fetch_forgives_one_silence(struct kunit *test)
{
	struct fetch_test *ft = test->priv;

	fake.bad = (struct pro380_span){ 0x6024, 2 };
	fake.error = -ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, fetch(ft));

	fake.bad.count = 0;
	KUNIT_EXPECT_EQ(test, 0, fetch(ft));
	KUNIT_EXPECT_EQ(test, 1, fake.reads);

	fake.bad.count = 2;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, fetch(ft));
	KUNIT_EXPECT_EQ(test, 0, ft->pm->rules.nr_refused);
}

/* Nothing is concluded from a meter that is gone */
static void fetch_from_nobody(struct kunit *test)
{
	struct fetch_test *ft = test->priv;
	unsigned int i;

	fake.bad = (struct pro380_span){ 0, 0xffff };
	fake.error = -ETIMEDOUT;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, -ETIMEDOUT, fetch(ft));

	KUNIT_EXPECT_EQ(test, 0, ft->pm->rules.nr_refused);
	fake.bad.count = 0;
	KUNIT_EXPECT_EQ(test, 0, fetch(ft));
	KUNIT_EXPECT_EQ(test, 1, fake.reads);
}

static void fetch_forgets_after_outage(struct kunit *test)
{
	struct fetch_test *ft = test->priv;

	fake.bad = (struct pro380_span){ 0x6024, 1 };
	fake.error = -ENXIO;
	KUNIT_EXPECT_EQ(test, 0, fetch(ft));
	KUNIT_EXPECT_GT(test, ft->pm->rules.nr_refused, 0);

	fake.bad.count = 0;
	ft->pm->was_away = true;
	KUNIT_EXPECT_EQ(test, 0, fetch(ft));
	KUNIT_EXPECT_EQ(test, 1, fake.reads);
}

/* Damage is the line's fault: nothing is split */
static void fetch_damaged(struct kunit *test)
{
	struct fetch_test *ft = test->priv;

	fake.bad = (struct pro380_span){ 0x6024, 1 };
	fake.error = -EBADMSG;
	KUNIT_EXPECT_EQ(test, -EBADMSG, fetch(ft));
	KUNIT_EXPECT_EQ(test, 1, fake.reads);
	KUNIT_EXPECT_EQ(test, 0, ft->pm->rules.nr_refused);
}

static struct kunit_case float_cases[] = {
	KUNIT_CASE(float_values),
	KUNIT_CASE(float_errors),
	KUNIT_CASE(float_s0_rates),
	{ }
};

static struct kunit_suite float_suite = {
	.name = "pro380_float",
	.test_cases = float_cases,
};

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_is_complete),
	KUNIT_CASE(map_is_sorted),
	KUNIT_CASE(map_of_models),
	KUNIT_CASE(map_decodes),
	KUNIT_CASE(map_encodes),
	{ }
};

static struct kunit_suite map_suite = {
	.name = "pro380_registers",
	.test_cases = map_cases,
};

static struct kunit_case plan_cases[] = {
	KUNIT_CASE(plan_cost),
	KUNIT_CASE(plan_is_cheapest),
	KUNIT_CASE(plan_of_everything),
	KUNIT_CASE(plan_of_holes),
	KUNIT_CASE(plan_remembers_the_smallest),
	{ }
};

static struct kunit_suite plan_suite = {
	.name = "pro380_plan",
	.test_cases = plan_cases,
};

static struct kunit_case fetch_cases[] = {
	KUNIT_CASE(fetch_in_one),
	KUNIT_CASE(fetch_around_exception),
	KUNIT_CASE(fetch_in_parts),
	KUNIT_CASE(fetch_around_silence),
	KUNIT_CASE(fetch_forgives_one_silence),
	KUNIT_CASE(fetch_from_nobody),
	KUNIT_CASE(fetch_forgets_after_outage),
	KUNIT_CASE(fetch_damaged),
	{ }
};

static struct kunit_suite fetch_suite = {
	.name = "pro380_fetch",
	.init = fetch_init,
	.test_cases = fetch_cases,
};

kunit_test_suites(&float_suite, &map_suite, &plan_suite, &fetch_suite);
