// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meters on a wired M-Bus: which records become channels, and what they show; pure
 * code.
 *
 * A record becomes a channel only if all that it says of itself is understood.
 */
#include <linux/errno.h>
#include <linux/iio/iio.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "mbus_meter.h"

/* EN 13757-3:2018, 6.3.2 and Table 4: data field of a DIF, 32 bit real */
#define DIF_DATA		0xf
#define DIF_DATA_REAL		0x5

/*
 * EN 13757-3:2018, Table 18: record errors from here on are about the data. Those
 * below say that the record's own description is wrong or incomplete.
 */
#define RECORD_DATA_ERRORS	0x10

/* A power of ten that a scale can have: nine decimals, 64 bits */
#define SCALE_MIN_POWER		(-9)

#define NANO_PER_ONE		1000000000

/* A dimensionless number is a power factor if it is counted in so small parts */
#define POWERFACTOR_MIN_POWER	(-4)
#define POWERFACTOR_MAX_POWER	(-2)

#define SORT(_quantity, _unit, _type, _form, _any, _factor, _power, _real) {		\
	.quantity = METERBUS_##_quantity,						\
	.unit = METERBUS_##_unit,							\
	.type = IIO_##_type,								\
	.form = MBUS_METER_##_form,							\
	.any_medium = _any,								\
	.factor = _factor,								\
	.power = _power,								\
	.real_exponent = _real,								\
}

/*
 * IIO counts energy in J, power in mW, voltage in mV, current in mA, temperature in
 * thousandths of a degree Celsius. A watt-hour is 36 times 10^2 J.
 */
static const struct mbus_meter_sort mbus_meter_sorts[] = {
	SORT(ENERGY, WH, ENERGY, RAW_64, true, 36, 2, -2),
	SORT(ENERGY, JOULE, ENERGY, RAW_64, true, 1, 0, 0),
	SORT(REACTIVE_ENERGY, VARH, ENERGY, RAW_64, true, 36, 2, -2),
	SORT(APPARENT_ENERGY, VAH, ENERGY, RAW_64, true, 36, 2, -2),
	SORT(FLOW_TEMPERATURE, CELSIUS, TEMP, RAW, true, 1, 3, -3),
	SORT(RETURN_TEMPERATURE, CELSIUS, TEMP, RAW, true, 1, 3, -3),
	SORT(EXTERNAL_TEMPERATURE, CELSIUS, TEMP, RAW, true, 1, 3, -3),
	SORT(TEMPERATURE, CELSIUS, TEMP, RAW, true, 1, 3, -3),
	SORT(POWER, WATT, POWER, RAW, false, 1, 3, -2),
	SORT(REACTIVE_POWER, VAR, POWER, RAW, false, 1, 3, -2),
	SORT(APPARENT_POWER, VA, POWER, RAW, false, 1, 3, -2),
	SORT(VOLTAGE, VOLT, VOLTAGE, RAW, false, 1, 3, -3),
	SORT(CURRENT, AMPERE, CURRENT, RAW, false, 1, 3, -4),
	SORT(FREQUENCY, HERTZ, ALTVOLTAGE, FREQUENCY, false, 1, 0, -9),
	SORT(DIMENSIONLESS, NO_UNIT, POWER, POWERFACTOR, false, 1, 0, -9),
};

static const struct mbus_meter_sort *key_sort(const struct meterbus_record *record,
					      bool electricity)
{
	const struct mbus_meter_sort *sort = mbus_meter_sorts;

	for (; sort < mbus_meter_sorts + ARRAY_SIZE(mbus_meter_sorts); sort++)
		if (sort->quantity == record->quantity && sort->unit == record->unit)
			return electricity || sort->any_medium ? sort : NULL;

	return NULL;
}

/* What a VIFE adds to the name of a quantity; NULL if it makes it something else. */
static const char *key_qualifier_name(u16 qualifier)
{
	switch (qualifier) {
	case METERBUS_AVERAGE:
		return "average";
	case METERBUS_POSITIVE_ONLY:
		return "forward";
	case METERBUS_NEGATIVE_ONLY:
		return "reverse";
	case METERBUS_ABSOLUTE:
		return "absolute";
	case METERBUS_IMPORT_LESS_EXPORT:
		return "import less export";
	case METERBUS_PHASE_L1:
		return "L1";
	case METERBUS_PHASE_L2:
		return "L2";
	case METERBUS_PHASE_L3:
		return "L3";
	case METERBUS_NEUTRAL:
		return "neutral";
	case METERBUS_L1_L2:
		return "L1-L2";
	case METERBUS_L2_L3:
		return "L2-L3";
	case METERBUS_L3_L1:
		return "L3-L1";
	case METERBUS_QUADRANT_1:
		return "quadrant 1";
	case METERBUS_QUADRANT_2:
		return "quadrant 2";
	case METERBUS_QUADRANT_3:
		return "quadrant 3";
	case METERBUS_QUADRANT_4:
		return "quadrant 4";
	default:
		return NULL;
	}
}

static bool key_is_specific(u16 qualifier)
{
	return qualifier == METERBUS_SPECIFIC || qualifier & METERBUS_QUALIFIER_SPECIFIC;
}

static bool key_has_specific(const struct mbus_meter_key *key)
{
	unsigned int i;

	for (i = 0; i < key->nr_qualifiers; i++)
		if (key_is_specific(key->qualifiers[i]))
			return true;
	return false;
}

static bool key_take_qualifiers(struct mbus_meter_key *key, const struct meterbus_record *record)
{
	unsigned int i;

	if (record->nr_qualifiers > MBUS_METER_MAX_QUALIFIERS)
		return false;
	for (i = 0; i < record->nr_qualifiers; i++) {
		if (!key_qualifier_name(record->qualifiers[i]) &&
		    !key_is_specific(record->qualifiers[i]))
			return false;
		key->qualifiers[i] = record->qualifiers[i];
	}
	key->nr_qualifiers = record->nr_qualifiers;
	return true;
}

/* A value that is missing or damaged for now does not make it another record. */
static bool key_has_number(const struct meterbus_record *record)
{
	switch (record->kind) {
	case METERBUS_INTEGER:
	case METERBUS_REAL:
		return true;
	case METERBUS_INVALID:
		return !record->error || record->error >= RECORD_DATA_ERRORS;
	default:
		return false;
	}
}

static bool key_is_real(const struct meterbus_telegram *telegram,
			const struct meterbus_record *record)
{
	return !telegram->fixed &&
	       (telegram->records.buf[record->offset] & DIF_DATA) == DIF_DATA_REAL;
}

/*
 * The standard has no code for a power factor. Meters send a dimensionless number
 * with decimals; one with a code of the manufacturer may be anything.
 */
static bool key_is_powerfactor(const struct mbus_meter_key *key)
{
	return !key->real && !key_has_specific(key) && key->exponent >= POWERFACTOR_MIN_POWER &&
	       key->exponent <= POWERFACTOR_MAX_POWER;
}

static bool key_can_be_shown(const struct mbus_meter_key *key)
{
	int val, val2;

	switch (key->sort->form) {
	case MBUS_METER_FREQUENCY:
		return true;
	case MBUS_METER_POWERFACTOR:
		return key_is_powerfactor(key);
	default:
		return mbus_meter_scale(key, &val, &val2) >= 0;
	}
}

/**
 * mbus_meter_key() - what a record is
 * @key: result
 * @telegram: the telegram that the record is in
 * @record: the record
 * @electricity: it is of an electricity meter
 *
 * Return: false if the record cannot be shown.
 */
bool mbus_meter_key(struct mbus_meter_key *key, const struct meterbus_telegram *telegram,
		    const struct meterbus_record *record, bool electricity)
{
	memset(key, 0, sizeof(*key));
	key->sort = key_sort(record, electricity);
	if (!key->sort || !key_has_number(record) ||
	    record->function == METERBUS_ERROR_VALUE || !key_take_qualifiers(key, record))
		return false;

	key->function = record->function;
	key->storage = record->storage;
	key->tariff = record->tariff;
	key->subunit = record->subunit;
	key->exponent = record->exponent;
	key->real = key_is_real(telegram, record);
	return key_can_be_shown(key);
}

/**
 * mbus_meter_key_equal() - is it the same record?
 * @a: what a record is
 * @b: what another is
 *
 * Return: whether they are told apart by their order only, if at all.
 */
bool mbus_meter_key_equal(const struct mbus_meter_key *a, const struct mbus_meter_key *b)
{
	return a->sort == b->sort && a->function == b->function && a->storage == b->storage &&
	       a->tariff == b->tariff && a->subunit == b->subunit &&
	       a->exponent == b->exponent && a->real == b->real &&
	       a->nr_qualifiers == b->nr_qualifiers &&
	       !memcmp(a->qualifiers, b->qualifiers,
		       a->nr_qualifiers * sizeof(a->qualifiers[0]));
}

static bool value_is_within(s64 value, s64 limit)
{
	return value >= -limit && value <= limit;
}

static int value_check(enum mbus_meter_form form, s64 value)
{
	switch (form) {
	case MBUS_METER_RAW:
		return value == (s32)value ? 0 : -ERANGE;
	case MBUS_METER_FREQUENCY:
		return value_is_within(value, (s64)INT_MAX * NANO_PER_ONE) ? 0 : -ERANGE;
	case MBUS_METER_POWERFACTOR:
		return value_is_within(value, NANO_PER_ONE) ? 0 : -ENODATA;
	default:
		return 0;
	}
}

/**
 * mbus_meter_value() - the value that a record's channel shows
 * @key: what the record is
 * @record: the record
 * @value: result; raw, or billionths of hertz and of power factors
 *
 * Return: 0; -ENODATA: it has none, or none that could be right; -ERANGE: it does not
 * fit.
 */
int mbus_meter_value(const struct mbus_meter_key *key, const struct meterbus_record *record,
		     s64 *value)
{
	const struct mbus_meter_sort *sort = key->sort;
	int exponent = key->real ? sort->real_exponent : record->exponent;
	int ret;

	if (sort->form == MBUS_METER_FREQUENCY || sort->form == MBUS_METER_POWERFACTOR)
		exponent = sort->real_exponent;
	ret = meterbus_record_scale(record, key->real ? sort->factor : 1, exponent, value);
	return ret ?: value_check(sort->form, *value);
}

static bool scale_power(int power, u64 *value)
{
	while (power--)
		if (check_mul_overflow(*value, 10ULL, value))
			return false;

	return *value <= S64_MAX;
}

/**
 * mbus_meter_scale() - what a raw value is to be multiplied by
 * @key: what the record is
 * @val: result
 * @val2: result
 *
 * The scale is exact.
 *
 * Return: the form of the result as IIO wants it, or -ERANGE if there is none.
 */
int mbus_meter_scale(const struct mbus_meter_key *key, int *val, int *val2)
{
	const struct mbus_meter_sort *sort = key->sort;
	int power = sort->power + (key->real ? sort->real_exponent : key->exponent);
	u64 scale = key->real ? 1 : sort->factor;

	if (power < SCALE_MIN_POWER)
		return -ERANGE;
	if (!scale_power(power < 0 ? power - SCALE_MIN_POWER : power, &scale))
		return -ERANGE;
	if (power < 0) {
		mbus_meter_split_nano(scale, val, val2);
		return IIO_VAL_INT_PLUS_NANO;
	}

	*val = lower_32_bits(scale);
	*val2 = upper_32_bits(scale);
	return scale <= INT_MAX ? IIO_VAL_INT : IIO_VAL_INT_64;
}

/**
 * mbus_meter_split_nano() - split a number of billionths as IIO wants it
 * @value: billionths, at most INT_MAX whole ones
 * @val: result: integer part
 * @val2: result: the rest, of the same sign
 */
void mbus_meter_split_nano(s64 value, int *val, int *val2)
{
	s32 rest;

	*val = div_s64_rem(value, NANO_PER_ONE, &rest);
	*val2 = rest;
}

static const char *label_quantity(const struct mbus_meter_sort *sort)
{
	if (sort->form == MBUS_METER_POWERFACTOR)
		return "power factor";

	return meterbus_quantity_name(sort->quantity);
}

/* Names of qualifiers stand before the quantity. */
static int label_qualifiers(const struct mbus_meter_key *key, char *buf, size_t size)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < key->nr_qualifiers; i++)
		if (!key_is_specific(key->qualifiers[i]))
			len += scnprintf(buf + len, size - len, "%s ",
					 key_qualifier_name(key->qualifiers[i]));
	return len;
}

/* What only the manufacturer could name stands behind all the rest. */
static int label_specific(const struct mbus_meter_key *key, char *buf, size_t size)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < key->nr_qualifiers; i++)
		if (key->qualifiers[i] == METERBUS_SPECIFIC)
			len += scnprintf(buf + len, size - len, ", manufacturer's code");
		else if (key_is_specific(key->qualifiers[i]))
			len += scnprintf(buf + len, size - len, " %02x",
					 key->qualifiers[i] & ~METERBUS_QUALIFIER_SPECIFIC);
	return len;
}

/**
 * mbus_meter_label() - describe a record in words
 * @key: what the record is
 * @buf: result
 * @size: room there, MBUS_METER_LABEL_SIZE is enough
 *
 * Return: the label's length.
 */
int mbus_meter_label(const struct mbus_meter_key *key, char *buf, size_t size)
{
	static const char * const functions[] = {
		[METERBUS_INSTANTANEOUS] = "",
		[METERBUS_MAXIMUM] = "maximum ",
		[METERBUS_MINIMUM] = "minimum ",
		[METERBUS_ERROR_VALUE] = "",
	};
	int len;

	len = scnprintf(buf, size, "%s", functions[key->function]);
	len += label_qualifiers(key, buf + len, size - len);
	len += scnprintf(buf + len, size - len, "%s", label_quantity(key->sort));
	if (key->storage)
		len += scnprintf(buf + len, size - len, ", storage %llu", key->storage);
	if (key->tariff)
		len += scnprintf(buf + len, size - len, ", tariff %u", key->tariff);
	if (key->subunit)
		len += scnprintf(buf + len, size - len, ", subunit %u", key->subunit);
	len += label_specific(key, buf + len, size - len);
	return len;
}
