// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers (EN 13757-3:2018, Annex A), without floating point; pure code.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/overflow.h>

#include "protocol.h"

/* So many decimal digits always fit. */
#define VALUE_MAX_DIGITS	18
/* 5^27 is the largest power of five in 64 bits. */
#define VALUE_MAX_FIVES		27
/* Table A.1: a sign in the place of the first digit */
#define VALUE_BCD_MINUS		0xf

/* IEEE 754-2008, 3.4: binary32 (Table A.7) */
#define REAL_SIGN		BIT(31)
#define REAL_FRACTION_BITS	23
#define REAL_FRACTION		GENMASK(22, 0)
#define REAL_HIDDEN		BIT(23)
#define REAL_EXPONENT_MAX	0xff
#define REAL_BIAS		127

static unsigned int bcd_digit(const struct meterbus_bytes *data, size_t i)
{
	u8 byte = meterbus_byte(data, i / 2);

	return i & 1 ? byte >> 4 : byte & 0xf;
}

static void value_set(struct meterbus_record *record, u64 magnitude, bool negative)
{
	record->kind = METERBUS_INTEGER;
	record->integer = negative ? -magnitude : magnitude;
}

/**
 * meterbus_value_bcd() - decode a decimal number, type A
 * @record: the record
 * @negative: the number is negative, by its LVAR
 *
 * In the first place F is a minus sign; other digits above 9 make the value
 * invalid. A number that is too long for 64 bits is left as bytes.
 */
void meterbus_value_bcd(struct meterbus_record *record, bool negative)
{
	size_t digits = 2 * record->data.len;
	u64 magnitude = 0;

	if (digits && !negative && bcd_digit(&record->data, digits - 1) == VALUE_BCD_MINUS) {
		negative = true;
		digits--;
	}
	if (!digits || digits > VALUE_MAX_DIGITS) {
		record->kind = digits ? METERBUS_BYTES : METERBUS_NO_DATA;
		return;
	}
	while (digits--) {
		unsigned int digit = bcd_digit(&record->data, digits);

		if (digit > 9) {
			record->kind = METERBUS_INVALID;
			return;
		}
		magnitude = 10 * magnitude + digit;
	}
	value_set(record, magnitude, negative);
}

/**
 * meterbus_value_binary() - decode an integer, type B or C, or bits, type D
 * @record: the record
 * @format: METERBUS_FORMAT_NUMBER for type B, _UNSIGNED for C, _BITS for D
 *
 * The lowest number of type B and the highest of type C stand for "invalid"
 * (Tables A.2 and A.3). A number that is too long for 64 bits is left as bytes.
 */
void meterbus_value_binary(struct meterbus_record *record, enum meterbus_format format)
{
	bool is_signed = format == METERBUS_FORMAT_NUMBER;
	size_t len = record->data.len, i = len;
	u64 bits = 0, sign, all;

	if (!len || len > sizeof(bits)) {
		record->kind = len ? METERBUS_BYTES : METERBUS_NO_DATA;
		return;
	}
	while (i--)
		bits = bits << 8 | meterbus_byte(&record->data, i);
	sign = BIT_ULL(8 * len - 1);
	all = sign | (sign - 1);

	if (bits == (is_signed ? sign : all) && format != METERBUS_FORMAT_BITS)
		record->kind = METERBUS_INVALID;
	else if (is_signed)
		value_set(record, bits & sign ? all - bits + 1 : bits, bits & sign);
	else if (bits > S64_MAX)
		record->kind = METERBUS_BYTES;
	else
		value_set(record, bits, false);
}

/**
 * meterbus_value_real() - take a 32 bit real, type H
 * @record: the record
 */
void meterbus_value_real(struct meterbus_record *record)
{
	size_t i = record->data.len;
	u32 bits = 0;

	while (i--)
		bits = bits << 8 | meterbus_byte(&record->data, i);
	if (((bits >> REAL_FRACTION_BITS) & REAL_EXPONENT_MAX) == REAL_EXPONENT_MAX) {
		record->kind = METERBUS_INVALID;
		return;
	}
	record->kind = METERBUS_REAL;
	record->real = bits;
}

/* 10^n or, with a base of 5, 5^n; 0 if that does not fit. */
static u64 value_power(unsigned int base, unsigned int n)
{
	u64 power = 1;

	while (n--)
		if (check_mul_overflow(power, (u64)base, &power))
			return 0;
	return power;
}

/**
 * meterbus_value_offset() - add the constant of an additive correction
 * @record: the record
 * @offset: the constant is 10 to this power
 *
 * The value stays exact, which takes the smaller of both powers of ten. A real, or
 * what does not fit, becomes invalid.
 */
void meterbus_value_offset(struct meterbus_record *record, int offset)
{
	int digits = record->exponent - offset;
	u64 power = value_power(10, abs(digits));
	s64 value = record->integer;

	if (record->kind != METERBUS_INTEGER && record->kind != METERBUS_REAL)
		return;
	if (record->kind == METERBUS_REAL || !power || power > S64_MAX ||
	    (digits > 0 && check_mul_overflow(value, (s64)power, &value)) ||
	    check_add_overflow(value, digits > 0 ? 1LL : (s64)power, &value)) {
		record->kind = METERBUS_INVALID;
		return;
	}
	record->integer = value;
	record->exponent = min(record->exponent, offset);
}

/*
 * (@quotient + something) / 2^@shift, to nearest, ties to even; something is less
 * than 1 and not 0 if @sticky.
 */
static u64 value_round(u64 quotient, unsigned int shift, bool sticky)
{
	u64 rest, half, result;

	if (!shift)
		return quotient;
	if (shift > 64)
		return 0;
	half = BIT_ULL(shift - 1);
	result = shift < 64 ? quotient >> shift : 0;
	rest = shift < 64 ? quotient - (result << shift) : quotient;
	return result + (rest > half || (rest == half && (sticky || result & 1)));
}

/* @magnitude / @divisor, to nearest, ties to even */
static u64 value_divide(u64 magnitude, u64 divisor)
{
	u64 quotient = div64_u64(magnitude, divisor);
	u64 rest = magnitude - quotient * divisor;

	return quotient + (rest > divisor - rest || (rest == divisor - rest && (quotient & 1)));
}

static int scale_integer(u64 *magnitude, u32 factor, int digits)
{
	u64 power = value_power(10, abs(digits));

	if (check_mul_overflow(*magnitude, (u64)factor, magnitude))
		return -ERANGE;
	if (digits < 0)
		*magnitude = power ? value_divide(*magnitude, power) : 0;
	else if (*magnitude && (!power || check_mul_overflow(*magnitude, power, magnitude)))
		return -ERANGE;
	return 0;
}

static bool value_shift_left(u64 *magnitude, unsigned int shift)
{
	if (*magnitude && fls64(*magnitude) + shift > 64)
		return false;
	if (*magnitude)
		*magnitude <<= shift;
	return true;
}

/* @a × @b / 2^@shift, to nearest, ties to even; both factors are odd */
static int value_multiply_shift(u64 *a, u64 b, unsigned int shift)
{
	u64 half;

	if (fls64(*a) + fls64(b) - 64 > (int)shift)
		return -ERANGE;
	if (shift > 127) {
		*a = 0;
		return 0;
	}
	half = mul_u64_u64_shr(*a, b, shift - 1) & 1;
	*a = mul_u64_u64_shr(*a, b, shift);
	/* The product is odd: only half of a bit is a tie */
	*a += half && (shift > 1 || *a & 1);
	return 0;
}

/* @magnitude, which is odd, × 10^@digits × 2^@shift, where 10 is 5 × 2 */
static int scale_up(u64 *magnitude, unsigned int digits, int shift)
{
	u64 fives = value_power(5, digits);

	shift += digits;
	if (shift < 0)
		return value_multiply_shift(magnitude, fives, -shift);
	if (check_mul_overflow(*magnitude, fives, magnitude) ||
	    !value_shift_left(magnitude, shift))
		return -ERANGE;
	return 0;
}

/* @magnitude / 10^@digits × 2^@shift */
static int scale_down(u64 *magnitude, unsigned int digits, int shift)
{
	u64 fives = value_power(5, digits), quotient;

	shift -= digits;
	if (shift >= 0) {
		if (!value_shift_left(magnitude, shift))
			return -ERANGE;
		*magnitude = value_divide(*magnitude, fives);
		return 0;
	}
	quotient = div64_u64(*magnitude, fives);
	*magnitude = value_round(quotient, -shift, *magnitude != quotient * fives);
	return 0;
}

static int scale_real(u64 *magnitude, u32 bits, u32 factor, int digits)
{
	int exponent = (bits >> REAL_FRACTION_BITS) & REAL_EXPONENT_MAX;
	u64 fraction = bits & REAL_FRACTION;
	unsigned int zeros;

	if (exponent)
		fraction |= REAL_HIDDEN;
	else
		exponent = 1;
	*magnitude = 0;
	if (!fraction || !factor)
		return 0;

	/* 24 and 32 bits: at most 56 */
	fraction *= factor;
	zeros = __ffs64(fraction);
	*magnitude = fraction >> zeros;
	exponent += zeros - REAL_BIAS - REAL_FRACTION_BITS;
	if (abs(digits) > VALUE_MAX_FIVES)
		return -ERANGE;
	return digits < 0 ? scale_down(magnitude, -digits, exponent) :
			    scale_up(magnitude, digits, exponent);
}

/**
 * meterbus_record_scale() - a record's value as an integer
 * @record: the record
 * @factor: what to multiply it by
 * @exponent: the result is counted in 10 to this power
 * @value: result: the value × @factor / 10^@exponent, rounded to nearest, ties to
 *	even
 *
 * Return: 0; -ENODATA: the record has no number; -ERANGE: the result or the product
 * on the way to it does not fit.
 */
int meterbus_record_scale(const struct meterbus_record *record, u32 factor, int exponent,
			  s64 *value)
{
	int digits = record->exponent - exponent;
	bool negative;
	u64 magnitude;
	int ret;

	if (record->kind == METERBUS_INTEGER) {
		negative = record->integer < 0;
		magnitude = negative ? -(u64)record->integer : record->integer;
		ret = scale_integer(&magnitude, factor, digits);
	} else if (record->kind == METERBUS_REAL) {
		negative = record->real & REAL_SIGN;
		ret = scale_real(&magnitude, record->real, factor, digits);
	} else {
		return -ENODATA;
	}
	if (ret)
		return ret;
	if (magnitude > (u64)S64_MAX + negative)
		return -ERANGE;
	*value = negative ? -magnitude : magnitude;
	return 0;
}
EXPORT_SYMBOL_GPL(meterbus_record_scale);
