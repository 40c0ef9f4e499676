// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a telegram. What holds for all of them: records lie one behind the
 * other within the telegram, each reads the same alone, and their values are what
 * exact arithmetic says.
 */
#include <linux/meterbus_record.h>
#include <stdio.h>

#include "check.h"

/* Enough for the product of 64 and 32 bits. */
typedef __int128 wide;

static wide wide_divide(wide value, wide divisor)
{
	wide magnitude = value < 0 ? -value : value;
	wide quotient = magnitude / divisor, twice = 2 * (magnitude % divisor);

	if (twice > divisor || (twice == divisor && (quotient & 1)))
		quotient++;
	return value < 0 ? -quotient : quotient;
}

static wide wide_power(int n)
{
	wide power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

/* -ERANGE may also come of a product on the way to a result that fits. */
static void check_integer(const struct meterbus_record *record, u32 factor, int exponent)
{
	int digits = record->exponent - exponent;
	wide exact = (wide)record->integer * factor;
	s64 value;
	int ret;

	ret = meterbus_record_scale(record, factor, exponent, &value);
	if (abs(digits) > 18) {
		return;
	} else if (digits < 0) {
		exact = wide_divide(exact, wide_power(-digits));
	} else if (__builtin_mul_overflow(exact, wide_power(digits), &exact)) {
		CHECK(ret == -ERANGE);
		return;
	}
	if (exact > S64_MAX || exact < -(wide)S64_MAX - 1)
		CHECK(ret == -ERANGE);
	else if (!ret)
		CHECK(value == exact);
	else
		CHECK(ret == -ERANGE && digits < 0);
}

static long double real_scaled(const struct meterbus_record *record, u32 factor, int exponent)
{
	long double exact;
	float real;
	int i;

	memcpy(&real, &record->real, sizeof(real));
	exact = (long double)real * factor;
	for (i = record->exponent; i < exponent; i++)
		exact /= 10;
	for (i = record->exponent; i > exponent; i--)
		exact *= 10;
	return exact;
}

static long double distance(long double a, long double b)
{
	return a > b ? a - b : b - a;
}

/* A long double has 64 bits, and each of the up to 27 steps may lose half of the last. */
static void check_real(const struct meterbus_record *record, u32 factor, int exponent)
{
	long double exact = real_scaled(record, factor, exponent);
	int digits = record->exponent - exponent;
	s64 value;
	int ret;

	if (abs(digits) > 27)
		return;
	ret = meterbus_record_scale(record, factor, exponent, &value);
	if (ret)
		CHECK(ret == -ERANGE && distance(digits < 0 ?
		      real_scaled(record, factor, record->exponent) : exact, 0) > 9.2e18L);
	else
		CHECK(distance(exact, value) <= 0.5L + 3e-18L * distance(value, 0));
}

static void check_value(const struct meterbus_record *record)
{
	static const u32 factors[] = { 1, 36, 3600, 0xffffffff };
	unsigned int i;
	int exponent;
	s64 value;

	CHECK(record->kind <= METERBUS_INVALID);
	if (record->kind != METERBUS_INTEGER && record->kind != METERBUS_REAL) {
		CHECK(meterbus_record_scale(record, 1, 0, &value) == -ENODATA);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(factors); i++)
		for (exponent = -9; exponent <= 9; exponent += 3)
			if (record->kind == METERBUS_INTEGER)
				check_integer(record, factors[i], exponent);
			else
				check_real(record, factors[i], exponent);
}

static void check_texts(const struct meterbus_record *record)
{
	char buf[2 * 256], tiny[3];
	int len;

	CHECK(meterbus_quantity_name(record->quantity));
	CHECK(meterbus_unit_name(record->unit));
	len = meterbus_record_text(record, buf, sizeof(buf));
	CHECK((len == -ENODATA) == (record->kind != METERBUS_TEXT));
	CHECK(len < 0 || (size_t)len == strlen(buf));
	len = meterbus_record_text(record, tiny, sizeof(tiny));
	CHECK(len < (int)sizeof(tiny));
	len = meterbus_record_unit(record, buf, sizeof(buf));
	CHECK((len == -ENODATA) == (record->quantity != METERBUS_PLAIN_TEXT));
}

static void check_bounds(const struct meterbus_telegram *telegram, size_t from,
			 const struct meterbus_record *record)
{
	const struct meterbus_bytes *all = &telegram->records;

	CHECK(record->offset >= from && record->len);
	CHECK(record->offset + record->len <= all->len);
	CHECK(record->nr_qualifiers <= METERBUS_MAX_VIFE);
	if (record->data.buf)
		CHECK(record->data.buf >= all->buf + record->offset &&
		      record->data.buf + record->data.len ==
		      all->buf + record->offset + record->len);
}

/* What stands before and behind a record must not matter. */
static void check_alone(const struct meterbus_telegram *telegram,
			const struct meterbus_record *record)
{
	struct meterbus_telegram part = *telegram;
	struct meterbus_record again;
	size_t pos = 0;

	if (telegram->fixed)
		return;
	part.records.buf += record->offset;
	part.records.len = record->len;
	CHECK(!meterbus_record_next(&part, &pos, &again));
	CHECK(pos == record->len);
	again.offset = record->offset;
	CHECK(!memcmp(&again, record, sizeof(again)));
}

static void check_telegram(const struct meterbus_telegram *telegram)
{
	struct meterbus_record record;
	size_t pos = 0, from;
	bool more = false;
	int ret;

	for (;;) {
		from = pos;
		ret = meterbus_record_next(telegram, &pos, &record);
		if (ret)
			break;
		check_bounds(telegram, from, &record);
		check_alone(telegram, &record);
		check_value(&record);
		check_texts(&record);
		more |= record.more;
	}
	CHECK(ret == -ENODATA || ret == -EBADMSG);
	CHECK(pos == telegram->records.len);
	CHECK(meterbus_telegram_more(telegram) == (more ? 1 : ret == -ENODATA ? 0 : -ENODATA));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct meterbus_telegram telegram;
	int ret;

	ret = meterbus_telegram_parse(&telegram, data, size);
	if (!ret)
		check_telegram(&telegram);
	else
		CHECK(ret == -EBADMSG || ret == -EOPNOTSUPP);
	return 0;
}
