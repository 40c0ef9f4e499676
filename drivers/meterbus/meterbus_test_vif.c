// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the tables of units: every code of every row.
 *
 * What is expected is from "The M-Bus: A Documentation", rev. 4.8 (chapters 6.2 and 8.4),
 * and what came later, data types among it, from decoders that others wrote after
 * EN 13757-3:2018: Lexicality/libmburs and, where it has the code, tudborg/exmbus.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "protocol.h"

#define VIF_EXTENSION		0x80
#define FB			0xfb
#define FD			0xfd

/* A date that is a number, too, and what each type takes for something else. */
#define VALUE			0x22a1
#define ALL_ONES		0xffff

/* Types of binary data; OPEN: left open, the driver differs or the sources do not tell. */
enum range_type {
	TYPE_OPEN,
	TYPE_B,
	TYPE_C,
	TYPE_D,
	TYPE_DATE,
	TYPE_BYTES,
};

/*
 * Codes after the VIF @table, or primary ones. @last_unit is told if it is another; the
 * power of ten @prefix belongs to the name of the unit: 6 for MWh.
 */
struct vif_range {
	u8 table;
	u8 first;
	u8 last;
	enum meterbus_quantity quantity;
	enum meterbus_unit unit;
	enum meterbus_unit last_unit;
	int exponent;
	int last_exponent;
	int prefix;
	enum range_type type;
};

#define RANGE(_table, _first, _last, _quantity, _unit, _last_unit, _exponent, _last_exponent, \
	      _prefix, _type) {			\
	.table = (_table),			\
	.first = (_first),			\
	.last = (_last),			\
	.quantity = METERBUS_##_quantity,	\
	.unit = METERBUS_##_unit,		\
	.last_unit = METERBUS_##_last_unit,	\
	.exponent = (_exponent),		\
	.last_exponent = (_last_exponent),	\
	.prefix = (_prefix),			\
	.type = TYPE_##_type,			\
}

#define TENS(table, first, last, quantity, unit, exponent, last_exponent, prefix, type) \
	RANGE(table, first, last, quantity, unit, NO_UNIT, exponent, last_exponent, prefix, type)
#define TIMES(table, first, last, quantity, unit, last_unit, type) \
	RANGE(table, first, last, quantity, unit, last_unit, 0, 0, 0, type)
#define CODES(table, first, last, quantity, type) \
	RANGE(table, first, last, quantity, NO_UNIT, NO_UNIT, 0, 0, 0, type)

static const struct vif_range ranges[] = {
	/* 8.4.3 */
	TENS(0, 0x00, 0x07, ENERGY, WH, -3, 4, 0, B),
	TENS(0, 0x08, 0x0f, ENERGY, JOULE, 0, 7, 0, B),
	TENS(0, 0x10, 0x17, VOLUME, M3, -6, 1, 0, B),
	TENS(0, 0x18, 0x1f, MASS, KG, -3, 4, 0, B),
	TIMES(0, 0x20, 0x23, ON_TIME, SECOND, DAY, B),
	TIMES(0, 0x24, 0x27, OPERATING_TIME, SECOND, DAY, B),
	TENS(0, 0x28, 0x2f, POWER, WATT, -3, 4, 0, B),
	TENS(0, 0x30, 0x37, POWER, J_PER_H, 0, 7, 0, B),
	TENS(0, 0x38, 0x3f, VOLUME_FLOW, M3_PER_H, -6, 1, 0, B),
	TENS(0, 0x40, 0x47, VOLUME_FLOW, M3_PER_MIN, -7, 0, 0, B),
	TENS(0, 0x48, 0x4f, VOLUME_FLOW, M3_PER_S, -9, -2, 0, B),
	TENS(0, 0x50, 0x57, MASS_FLOW, KG_PER_H, -3, 4, 0, B),
	TENS(0, 0x58, 0x5b, FLOW_TEMPERATURE, CELSIUS, -3, 0, 0, B),
	TENS(0, 0x5c, 0x5f, RETURN_TEMPERATURE, CELSIUS, -3, 0, 0, B),
	TENS(0, 0x60, 0x63, TEMPERATURE_DIFFERENCE, KELVIN, -3, 0, 0, B),
	TENS(0, 0x64, 0x67, EXTERNAL_TEMPERATURE, CELSIUS, -3, 0, 0, B),
	TENS(0, 0x68, 0x6b, PRESSURE, BAR, -3, 0, 0, B),
	CODES(0, 0x6c, 0x6c, TIME_POINT, DATE),
	CODES(0, 0x6d, 0x6d, TIME_POINT, OPEN),
	CODES(0, 0x6e, 0x6e, HCA_UNITS, B),
	CODES(0, 0x6f, 0x6f, UNKNOWN, OPEN),
	TIMES(0, 0x70, 0x73, AVERAGING_DURATION, SECOND, DAY, B),
	TIMES(0, 0x74, 0x77, ACTUALITY_DURATION, SECOND, DAY, B),
	CODES(0, 0x78, 0x78, FABRICATION_NUMBER, OPEN),
	CODES(0, 0x79, 0x79, IDENTIFICATION, OPEN),
	CODES(0, 0x7a, 0x7a, ADDRESS, C),
	CODES(0, 0x7b, 0x7b, UNKNOWN, OPEN),
	CODES(0, 0x7c, 0x7c, PLAIN_TEXT, OPEN),
	CODES(0, 0x7d, 0x7d, UNKNOWN, OPEN),
	CODES(0, 0x7e, 0x7e, ANY, OPEN),
	CODES(0, 0x7f, 0x7f, MANUFACTURER_SPECIFIC, OPEN),
	/* 8.4.4.1; 19, 1F, 23, 2A, 2B, 3B to 3F, 71 to 76 and the types: Table 12 of 2018 */
	TENS(FD, 0x00, 0x03, CREDIT, CURRENCY, -3, 0, 0, B),
	TENS(FD, 0x04, 0x07, DEBIT, CURRENCY, -3, 0, 0, B),
	CODES(FD, 0x08, 0x08, MESSAGE_IDENTIFICATION, C),
	CODES(FD, 0x09, 0x09, DEVICE_TYPE, C),
	CODES(FD, 0x0a, 0x0a, MANUFACTURER, C),
	CODES(FD, 0x0b, 0x0b, PARAMETER_SET, C),
	CODES(FD, 0x0c, 0x0c, MODEL, C),
	CODES(FD, 0x0d, 0x0d, HARDWARE_VERSION, C),
	CODES(FD, 0x0e, 0x0e, FIRMWARE_VERSION, C),
	CODES(FD, 0x0f, 0x0f, SOFTWARE_VERSION, C),
	CODES(FD, 0x10, 0x10, CUSTOMER_LOCATION, C),
	CODES(FD, 0x11, 0x11, CUSTOMER, C),
	CODES(FD, 0x12, 0x15, ACCESS_CODE, C),
	CODES(FD, 0x16, 0x16, PASSWORD, C),
	CODES(FD, 0x17, 0x17, ERROR_FLAGS, D),
	CODES(FD, 0x18, 0x18, ERROR_MASK, OPEN),
	CODES(FD, 0x19, 0x19, SECURITY_KEY, OPEN),
	CODES(FD, 0x1a, 0x1a, DIGITAL_OUTPUT, D),
	CODES(FD, 0x1b, 0x1b, DIGITAL_INPUT, D),
	TENS(FD, 0x1c, 0x1c, BAUD_RATE, BAUD, 0, 0, 0, C),
	TENS(FD, 0x1d, 0x1d, RESPONSE_DELAY, BIT_TIMES, 0, 0, 0, C),
	CODES(FD, 0x1e, 0x1e, RETRY, OPEN),
	CODES(FD, 0x1f, 0x1f, REMOTE_CONTROL, D),
	CODES(FD, 0x20, 0x21, STORAGE_NUMBER, C),
	CODES(FD, 0x22, 0x22, STORAGE_BLOCK_SIZE, C),
	CODES(FD, 0x23, 0x23, TARIFF_DESCRIPTOR, OPEN),
	TIMES(FD, 0x24, 0x29, STORAGE_INTERVAL, SECOND, YEAR, B),
	CODES(FD, 0x2a, 0x2a, OPERATOR_DATA, OPEN),
	TENS(FD, 0x2b, 0x2b, TIME_POINT_SECOND, SECOND, 0, 0, 0, C),
	TIMES(FD, 0x2c, 0x2f, SINCE_READOUT, SECOND, DAY, C),
	CODES(FD, 0x30, 0x30, TARIFF_START, DATE),
	TIMES(FD, 0x31, 0x33, TARIFF_DURATION, MINUTE, DAY, OPEN),
	TIMES(FD, 0x34, 0x39, TARIFF_PERIOD, SECOND, YEAR, OPEN),
	CODES(FD, 0x3a, 0x3a, DIMENSIONLESS, B),
	CODES(FD, 0x3b, 0x3b, CONTAINER, BYTES),
	TIMES(FD, 0x3c, 0x3f, TRANSMISSION_PERIOD, SECOND, DAY, C),
	TENS(FD, 0x40, 0x4f, VOLTAGE, VOLT, -9, 6, 0, B),
	TENS(FD, 0x50, 0x5f, CURRENT, AMPERE, -12, 3, 0, B),
	CODES(FD, 0x60, 0x60, RESET_COUNTER, OPEN),
	CODES(FD, 0x61, 0x61, CUMULATION_COUNTER, OPEN),
	CODES(FD, 0x62, 0x62, CONTROL_SIGNAL, OPEN),
	CODES(FD, 0x63, 0x63, DAY_OF_WEEK, C),
	CODES(FD, 0x64, 0x64, WEEK_NUMBER, C),
	CODES(FD, 0x65, 0x65, DAY_CHANGE, OPEN),
	CODES(FD, 0x66, 0x66, PARAMETER_ACTIVATION, C),
	CODES(FD, 0x67, 0x67, SUPPLIER_INFORMATION, C),
	TIMES(FD, 0x68, 0x6b, SINCE_CUMULATION, HOUR, YEAR, OPEN),
	TIMES(FD, 0x6c, 0x6f, BATTERY_TIME, HOUR, YEAR, B),
	CODES(FD, 0x70, 0x70, BATTERY_CHANGE, DATE),
	TENS(FD, 0x71, 0x71, RF_LEVEL, DBM, 0, 0, 0, B),
	CODES(FD, 0x72, 0x72, DAYLIGHT_SAVING, BYTES),
	CODES(FD, 0x73, 0x73, LISTENING_WINDOW, BYTES),
	TENS(FD, 0x74, 0x74, BATTERY_LEFT, DAY, 0, 0, 0, C),
	CODES(FD, 0x75, 0x75, STOP_COUNTER, C),
	CODES(FD, 0x76, 0x76, CONTAINER, BYTES),
	CODES(FD, 0x77, 0x7f, UNKNOWN, OPEN),
	/*
	 * 8.4.4.2; 02 to 05, 0C to 0F, 14 to 17, 1A to 20, 2A to 2F, 34 to 37: Table 14 of
	 * 2018, whose factors of heat cost allocators, 68 to 6E, this driver does not know
	 */
	TENS(FB, 0x00, 0x01, ENERGY, WH, 5, 6, 6, B),
	TENS(FB, 0x02, 0x03, REACTIVE_ENERGY, VARH, 3, 4, 3, B),
	TENS(FB, 0x04, 0x05, APPARENT_ENERGY, VAH, 3, 4, 3, B),
	CODES(FB, 0x06, 0x07, UNKNOWN, OPEN),
	TENS(FB, 0x08, 0x09, ENERGY, JOULE, 8, 9, 9, B),
	CODES(FB, 0x0a, 0x0b, UNKNOWN, OPEN),
	TENS(FB, 0x0c, 0x0f, ENERGY, CAL, 5, 8, 6, B),
	TENS(FB, 0x10, 0x11, VOLUME, M3, 2, 3, 0, B),
	CODES(FB, 0x12, 0x13, UNKNOWN, OPEN),
	TENS(FB, 0x14, 0x17, REACTIVE_POWER, VAR, 0, 3, 3, B),
	TENS(FB, 0x18, 0x19, MASS, KG, 5, 6, 3, OPEN),
	TENS(FB, 0x1a, 0x1b, RELATIVE_HUMIDITY, PERCENT, -1, 0, 0, C),
	CODES(FB, 0x1c, 0x1f, UNKNOWN, OPEN),
	TENS(FB, 0x20, 0x20, VOLUME, FEET3, 0, 0, 0, B),
	TENS(FB, 0x21, 0x21, VOLUME, FEET3, -1, -1, 0, B),
	TENS(FB, 0x22, 0x23, VOLUME, GALLON, -1, 0, 0, B),
	TENS(FB, 0x24, 0x24, VOLUME_FLOW, GALLON_PER_MIN, -3, -3, 0, B),
	TENS(FB, 0x25, 0x25, VOLUME_FLOW, GALLON_PER_MIN, 0, 0, 0, B),
	TENS(FB, 0x26, 0x26, VOLUME_FLOW, GALLON_PER_H, 0, 0, 0, B),
	CODES(FB, 0x27, 0x27, UNKNOWN, OPEN),
	TENS(FB, 0x28, 0x29, POWER, WATT, 5, 6, 6, B),
	TENS(FB, 0x2a, 0x2a, PHASE_VOLTAGES, DEGREE, -1, -1, 0, B),
	TENS(FB, 0x2b, 0x2b, PHASE_VOLTAGE_CURRENT, DEGREE, -1, -1, 0, B),
	TENS(FB, 0x2c, 0x2f, FREQUENCY, HERTZ, -3, 0, 0, B),
	TENS(FB, 0x30, 0x31, POWER, J_PER_H, 8, 9, 9, B),
	CODES(FB, 0x32, 0x33, UNKNOWN, OPEN),
	TENS(FB, 0x34, 0x37, APPARENT_POWER, VA, 0, 3, 3, B),
	CODES(FB, 0x38, 0x57, UNKNOWN, OPEN),
	TENS(FB, 0x58, 0x5b, FLOW_TEMPERATURE, FAHRENHEIT, -3, 0, 0, B),
	TENS(FB, 0x5c, 0x5f, RETURN_TEMPERATURE, FAHRENHEIT, -3, 0, 0, B),
	TENS(FB, 0x60, 0x63, TEMPERATURE_DIFFERENCE, FAHRENHEIT, -3, 0, 0, B),
	TENS(FB, 0x64, 0x67, EXTERNAL_TEMPERATURE, FAHRENHEIT, -3, 0, 0, B),
	CODES(FB, 0x68, 0x6f, UNKNOWN, OPEN),
	TENS(FB, 0x70, 0x73, TEMPERATURE_LIMIT, FAHRENHEIT, -3, 0, 0, B),
	TENS(FB, 0x74, 0x77, TEMPERATURE_LIMIT, CELSIUS, -3, 0, 0, B),
	TENS(FB, 0x78, 0x7f, CUMULATED_MAX_POWER, WATT, -3, 4, 0, B),
};

static void range_desc(const struct vif_range *range, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%02x %02x to %02x", range->table, range->first,
		 range->last);
}

KUNIT_ARRAY_PARAM(range, ranges, range_desc);

static unsigned int range_unit(const struct vif_range *range, u8 code)
{
	return range->unit + (range->last_unit ? code - range->first : 0);
}

static int range_exponent(const struct vif_range *range, u8 code)
{
	bool tens = range->last_exponent != range->exponent;

	return range->exponent + (tens ? code - range->first : 0);
}

/* Reads a record of @dif, @vib and @value; what follows is another. */
static void read_value(struct kunit *test, u8 dif, const u8 *vib, size_t len, u16 value,
		       struct meterbus_record *record)
{
	u8 bytes[8] = { dif };
	struct meterbus_telegram telegram = { .records = { bytes, sizeof(bytes), false } };
	size_t pos = 0;

	KUNIT_ASSERT_LE(test, 1 + len + sizeof(value), sizeof(bytes));
	memcpy(bytes + 1, vib, len);
	bytes[1 + len] = value & 0xff;
	bytes[2 + len] = value >> 8;
	KUNIT_ASSERT_EQ(test, meterbus_record_next(&telegram, &pos, record), 0);
}

/* The same with a VIF, which @vife follows, unless that is 0. */
static void read_code(struct kunit *test, u8 dif, const struct vif_range *range, u8 code, u8 vife,
		      u16 value, struct meterbus_record *record)
{
	u8 vib[3];
	size_t len = 0;

	if (range->table)
		vib[len++] = range->table;
	vib[len++] = vife ? code | VIF_EXTENSION : code;
	if (vife)
		vib[len++] = vife;
	read_value(test, dif, vib, len, value, record);
}

/* DIF 00: no data */
static void expect_unit(struct kunit *test, const struct vif_range *range, u8 code)
{
	struct meterbus_record record;

	read_code(test, 0x00, range, code, 0, 0, &record);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_NO_DATA);
	KUNIT_EXPECT_EQ(test, record.quantity, range->quantity);
	KUNIT_EXPECT_EQ(test, record.unit, range_unit(range, code));
	KUNIT_EXPECT_EQ(test, record.exponent, range_exponent(range, code));
}

static const struct {
	enum meterbus_kind of_value;
	enum meterbus_kind of_ones;
	s64 ones;
} types[] = {
	[TYPE_B] = { METERBUS_INTEGER, METERBUS_INTEGER, -1 },
	[TYPE_C] = { METERBUS_INTEGER, METERBUS_INVALID },
	[TYPE_D] = { METERBUS_INTEGER, METERBUS_INTEGER, ALL_ONES },
	[TYPE_DATE] = { METERBUS_DATE, METERBUS_INVALID },
	[TYPE_BYTES] = { METERBUS_BYTES, METERBUS_BYTES },
};

static void expect_type(struct kunit *test, const struct vif_range *range, u8 code)
{
	struct meterbus_record record;

	if (range->type == TYPE_OPEN)
		return;
	read_code(test, 0x02, range, code, 0, VALUE, &record);
	KUNIT_EXPECT_EQ(test, record.kind, types[range->type].of_value);
	if (record.kind == METERBUS_INTEGER)
		KUNIT_EXPECT_EQ(test, record.integer, VALUE);
	read_code(test, 0x02, range, code, 0, ALL_ONES, &record);
	KUNIT_EXPECT_EQ(test, record.kind, types[range->type].of_ones);
	if (record.kind == METERBUS_INTEGER)
		KUNIT_EXPECT_EQ(test, record.integer, types[range->type].ones);
}

/* VIFE 7B adds one of the unit (8.4.5), as it is named: one MWh. */
static void expect_added(struct kunit *test, const struct vif_range *range, u8 code)
{
	struct meterbus_record record;
	s64 value = 0;

	if (range->type >= TYPE_DATE ||
	    (range->type == TYPE_OPEN && range->unit == METERBUS_NO_UNIT))
		return;
	read_code(test, 0x02, range, code, 0x7b, 0, &record);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INTEGER);
	KUNIT_EXPECT_EQ(test, meterbus_record_scale(&record, 1000, range->prefix, &value), 0);
	KUNIT_EXPECT_EQ(test, value, 1000);
}

static void range_test(struct kunit *test)
{
	const struct vif_range *range = test->param_value;
	unsigned int code;

	for (code = range->first; code <= range->last; code++) {
		expect_unit(test, range, code);
		expect_type(test, range, code);
		expect_added(test, range, code);
	}
	KUNIT_EXPECT_EQ(test, range_unit(range, range->last),
			range->last_unit ?: range->unit);
	KUNIT_EXPECT_EQ(test, range_exponent(range, range->last), range->last_exponent);
}

/* What VIFEs make of 0x22a1 × 100 W */
struct vife {
	struct vif_range range;
	enum meterbus_kind kind;
	bool qualifies;
};

#define VIFE(first, last, unit, last_unit, exponent, last_exponent, _kind, _qualifies) {	\
	.range = RANGE(0, first, last, POWER, unit, last_unit, exponent, last_exponent, 0, OPEN), \
	.kind = METERBUS_##_kind,	\
	.qualifies = (_qualifies),	\
}

#define QUALIFIES(first, last, kind)	VIFE(first, last, WATT, NO_UNIT, 2, 2, kind, true)
#define ERRORS(first, last)		VIFE(first, last, WATT, NO_UNIT, 2, 2, INVALID, false)
#define FACTORS(first, last, power, last_power)	\
	VIFE(first, last, WATT, NO_UNIT, 2 + (power), 2 + (last_power), INTEGER, false)
#define COUNTS(first, last)		VIFE(first, last, NO_UNIT, NO_UNIT, 0, 0, INTEGER, true)
#define DATES(first, last)		VIFE(first, last, NO_UNIT, NO_UNIT, 0, 0, DATE, true)
#define DURATIONS(first, last)		VIFE(first, last, SECOND, DAY, 0, 0, INTEGER, true)

/* 8.4.5 and 8.4.6; 12 to 14, 1D to 1F, 3D to 3F, 68 to 6D, 7E: Table 15 of 2018 */
static const struct vife vifes[] = {
	FACTORS(0x00, 0x00, 0, 0),
	ERRORS(0x01, 0x07),
	ERRORS(0x0b, 0x0f),
	QUALIFIES(0x12, 0x12, INTEGER),
	QUALIFIES(0x13, 0x13, BYTES),
	QUALIFIES(0x14, 0x14, INTEGER),
	ERRORS(0x15, 0x18),
	ERRORS(0x1c, 0x1c),
	QUALIFIES(0x1d, 0x1d, INTEGER),
	QUALIFIES(0x1e, 0x1f, BYTES),
	QUALIFIES(0x20, 0x38, INTEGER),
	DATES(0x39, 0x39),
	QUALIFIES(0x3a, 0x3f, INTEGER),
	QUALIFIES(0x40, 0x40, INTEGER),
	COUNTS(0x41, 0x41),
	DATES(0x42, 0x43),
	DATES(0x46, 0x47),
	QUALIFIES(0x48, 0x48, INTEGER),
	COUNTS(0x49, 0x49),
	DATES(0x4a, 0x4b),
	DATES(0x4e, 0x4f),
	DURATIONS(0x50, 0x53),
	DURATIONS(0x54, 0x57),
	DURATIONS(0x58, 0x5b),
	DURATIONS(0x5c, 0x5f),
	DURATIONS(0x60, 0x63),
	DURATIONS(0x64, 0x67),
	QUALIFIES(0x68, 0x69, INTEGER),
	DATES(0x6a, 0x6b),
	QUALIFIES(0x6c, 0x6d, INTEGER),
	DATES(0x6e, 0x6f),
	FACTORS(0x70, 0x77, -6, 1),
	FACTORS(0x7d, 0x7d, 3, 3),
	QUALIFIES(0x7e, 0x7e, INTEGER),
};

static void vife_desc(const struct vife *vife, char *desc)
{
	range_desc(&vife->range, desc);
}

KUNIT_ARRAY_PARAM(vife, vifes, vife_desc);

static void expect_vife(struct kunit *test, const struct vife *vife, u8 code)
{
	const u8 vib[] = { 0x2d | VIF_EXTENSION, code };
	struct meterbus_record record;

	read_value(test, 0x02, vib, sizeof(vib), VALUE, &record);
	KUNIT_EXPECT_EQ(test, record.kind, vife->kind);
	KUNIT_EXPECT_EQ(test, record.quantity, vife->range.quantity);
	KUNIT_EXPECT_EQ(test, record.unit, range_unit(&vife->range, code));
	KUNIT_EXPECT_EQ(test, record.exponent, range_exponent(&vife->range, code));
	KUNIT_EXPECT_EQ(test, record.error, vife->kind == METERBUS_INVALID ? code : 0);
	KUNIT_ASSERT_EQ(test, record.nr_qualifiers, vife->qualifies);
	if (vife->qualifies)
		KUNIT_EXPECT_EQ(test, record.qualifiers[0], code);
	if (vife->kind == METERBUS_INTEGER)
		KUNIT_EXPECT_EQ(test, record.integer, VALUE);
}

static void vife_test(struct kunit *test)
{
	const struct vife *vife = test->param_value;
	const struct vif_range *range = &vife->range;
	unsigned int code;

	for (code = range->first; code <= range->last; code++)
		expect_vife(test, vife, code);
	KUNIT_EXPECT_EQ(test, range_unit(range, range->last),
			range->last_unit ?: range->unit);
	KUNIT_EXPECT_EQ(test, range_exponent(range, range->last), range->last_exponent);
}

/* VIFEs after one that changes the unit, and after one of the second table */
static void vifes_test(struct kunit *test)
{
	static const u8 longer[] = { FB, 0xa9, 0xd1, 0x7b };
	static const u8 hundredth[] = { 0xab, 0x79 };
	static const u8 phase[] = { 0xab, 0xfc, 0x81, 0x22 };
	struct meterbus_record record;

	read_value(test, 0x02, longer, sizeof(longer), 3, &record);
	KUNIT_EXPECT_EQ(test, record.unit, METERBUS_MINUTE);
	KUNIT_EXPECT_EQ(test, record.exponent, 0);
	KUNIT_EXPECT_EQ(test, record.integer, 4);
	read_value(test, 0x02, hundredth, sizeof(hundredth), 3, &record);
	KUNIT_EXPECT_EQ(test, record.exponent, -2);
	KUNIT_EXPECT_EQ(test, record.integer, 301);
	read_value(test, 0x02, phase, sizeof(phase), 3, &record);
	KUNIT_ASSERT_EQ(test, record.nr_qualifiers, 2);
	KUNIT_EXPECT_EQ(test, record.qualifiers[0], METERBUS_PHASE_L1);
	KUNIT_EXPECT_EQ(test, record.qualifiers[1], 0x22);
}

#define FIXED_HISTORIC		0x3e

/* 8.4.2 */
static const struct vif_range fixed_ranges[] = {
	CODES(0, 0x00, 0x01, UNKNOWN, OPEN),
	TENS(0, 0x02, 0x0a, ENERGY, WH, 0, 8, 0, OPEN),
	TENS(0, 0x0b, 0x13, ENERGY, JOULE, 3, 11, 0, OPEN),
	TENS(0, 0x14, 0x1c, POWER, WATT, 0, 8, 0, OPEN),
	TENS(0, 0x1d, 0x25, POWER, J_PER_H, 3, 11, 0, OPEN),
	TENS(0, 0x26, 0x2e, VOLUME, M3, -6, 2, 0, OPEN),
	TENS(0, 0x2f, 0x37, VOLUME_FLOW, M3_PER_H, -6, 2, 0, OPEN),
	TENS(0, 0x38, 0x38, TEMPERATURE, CELSIUS, -3, -3, 0, OPEN),
	CODES(0, 0x39, 0x39, HCA_UNITS, OPEN),
	CODES(0, 0x3a, 0x3e, UNKNOWN, OPEN),
	CODES(0, 0x3f, 0x3f, DIMENSIONLESS, OPEN),
};

KUNIT_ARRAY_PARAM(fixed, fixed_ranges, range_desc);

/* Medium and units: 6.2; the counters are 12 and 34, four bytes follow them. */
static void parse_fixed(struct kunit *test, u8 status, u8 medium, u8 unit,
			struct meterbus_telegram *telegram)
{
	static u8 bytes[] = { 0x77, 0x12, 0x34, 0x56, 0x78, 1, 0, 0, 0,
			      0, 0, 0, 0x12, 0, 0, 0, 0x34, 0, 0, 0, 0x56 };

	bytes[6] = status;
	bytes[7] = medium << 6 | unit;
	bytes[8] = medium >> 2 << 6 | FIXED_HISTORIC;
	KUNIT_ASSERT_EQ(test, meterbus_telegram_parse(telegram, bytes, sizeof(bytes)), 0);
}

static void expect_counter(struct kunit *test, const struct meterbus_telegram *telegram,
			   size_t *pos, const struct vif_range *range, u8 code, s64 value)
{
	struct meterbus_record record;

	KUNIT_ASSERT_EQ(test, meterbus_record_next(telegram, pos, &record), 0);
	KUNIT_EXPECT_EQ(test, record.kind, METERBUS_INTEGER);
	KUNIT_EXPECT_EQ(test, record.quantity, range->quantity);
	KUNIT_EXPECT_EQ(test, record.unit, range->unit);
	KUNIT_EXPECT_EQ(test, record.exponent, range_exponent(range, code));
	KUNIT_EXPECT_EQ(test, record.integer, value);
}

static void fixed_test(struct kunit *test)
{
	const struct vif_range *range = test->param_value;
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	unsigned int code;
	size_t pos;

	for (code = range->first; code <= range->last; code++) {
		parse_fixed(test, 0, 0, code, &telegram);
		pos = 0;
		expect_counter(test, &telegram, &pos, range, code, 12);
		expect_counter(test, &telegram, &pos, range, code, 34);
		KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -ENODATA);
	}
	KUNIT_EXPECT_EQ(test, range_exponent(range, range->last), range->last_exponent);
}

/* 6.2: status bit 1 tells actual from stored values. */
static void fixed_stored_test(struct kunit *test)
{
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	unsigned int stored;
	size_t pos;

	for (stored = 0; stored < 2; stored++) {
		parse_fixed(test, stored << 1, 0, 0x02, &telegram);
		pos = 0;
		KUNIT_ASSERT_EQ(test, meterbus_record_next(&telegram, &pos, &record), 0);
		KUNIT_EXPECT_EQ(test, record.storage, stored);
		KUNIT_ASSERT_EQ(test, meterbus_record_next(&telegram, &pos, &record), 0);
		KUNIT_EXPECT_EQ(test, record.storage, 1);
	}
}

/* 8.4.1, fixed structure: 0A to 0E are gas, heat, hot water, water, HCA in mode 2. */
static void fixed_medium_test(struct kunit *test)
{
	static const u8 media[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 4, 6, 7, 8, 15 };
	struct meterbus_telegram telegram;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(media); i++) {
		parse_fixed(test, 0, i, 0x3f, &telegram);
		KUNIT_EXPECT_EQ(test, telegram.medium, media[i]);
		KUNIT_EXPECT_EQ(test, telegram.units[0], 0x3f);
		KUNIT_EXPECT_EQ(test, telegram.units[1], FIXED_HISTORIC);
		KUNIT_EXPECT_TRUE(test, telegram.has_id);
		KUNIT_EXPECT_TRUE(test, telegram.has_status);
	}
}

struct lvar {
	u8 lvar;
	u8 len;
	enum meterbus_kind kind;
	bool negative;
};

/* EN 13757-3:2018, Table 5 */
static const struct lvar lvars[] = {
	{ 0x00, 0, METERBUS_TEXT },
	{ 0xbf, 191, METERBUS_TEXT },
	{ 0xc0, 0, METERBUS_NO_DATA },
	{ 0xc9, 9, METERBUS_INTEGER },
	{ 0xd0, 0, METERBUS_NO_DATA },
	{ 0xd1, 1, METERBUS_INTEGER, true },
	{ 0xd9, 9, METERBUS_INTEGER, true },
	{ 0xe0, 0, METERBUS_NO_DATA },
	{ 0xe1, 1, METERBUS_INTEGER },
	{ 0xef, 15, METERBUS_BYTES },
	{ 0xf0, 16, METERBUS_BYTES },
	{ 0xf4, 32, METERBUS_BYTES },
	{ 0xf5, 48, METERBUS_BYTES },
	{ 0xf6, 64, METERBUS_BYTES },
};

static void lvar_desc(const struct lvar *lvar, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%02x", lvar->lvar);
}

KUNIT_ARRAY_PARAM(lvar, lvars, lvar_desc);

static void lvar_test(struct kunit *test)
{
	static u8 bytes[3 + 191] = { 0x0d, 0x16 };
	const struct lvar *lvar = test->param_value;
	struct meterbus_telegram telegram = { .records = { bytes, 3 + lvar->len, false } };
	struct meterbus_record record;
	size_t pos = 0;

	bytes[2] = lvar->lvar;
	memset(bytes + 3, 0x11, sizeof(bytes) - 3);
	KUNIT_ASSERT_EQ(test, meterbus_record_next(&telegram, &pos, &record), 0);
	KUNIT_EXPECT_EQ(test, record.len, 3 + lvar->len);
	KUNIT_EXPECT_EQ(test, record.data.len, lvar->len);
	KUNIT_EXPECT_EQ(test, record.kind, lvar->kind);
	if (record.kind == METERBUS_INTEGER)
		KUNIT_EXPECT_EQ(test, record.integer < 0, lvar->negative);
	telegram.records.len--;
	pos = 0;
	KUNIT_EXPECT_EQ(test, meterbus_record_next(&telegram, &pos, &record), -EBADMSG);
}

static struct kunit_case meterbus_vif_cases[] = {
	KUNIT_CASE_PARAM(range_test, range_gen_params),
	KUNIT_CASE_PARAM(vife_test, vife_gen_params),
	KUNIT_CASE(vifes_test),
	KUNIT_CASE_PARAM(fixed_test, fixed_gen_params),
	KUNIT_CASE(fixed_stored_test),
	KUNIT_CASE(fixed_medium_test),
	KUNIT_CASE_PARAM(lvar_test, lvar_gen_params),
	{}
};

static struct kunit_suite meterbus_vif_suite = {
	.name = "meterbus_vif",
	.test_cases = meterbus_vif_cases,
};

kunit_test_suite(meterbus_vif_suite);
