// SPDX-License-Identifier: GPL-2.0-only
/*
 * IEEE 754 single precision numbers and scaled integers, without floating point.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/math64.h>

#include "pro380_float.h"

/* IEEE 754-2008, 3.4: binary32 */
#define FLOAT_SIGN		BIT(31)
#define FLOAT_FRACTION_BITS	23
#define FLOAT_FRACTION		GENMASK(22, 0)
#define FLOAT_HIDDEN		BIT(23)
#define FLOAT_EXPONENT_MAX	0xff
#define FLOAT_BIAS		127

/* @magnitude / 2^@shift, rounded to nearest, ties to even */
static u64 pro380_shift_right(u64 magnitude, unsigned int shift)
{
	u64 rest, half, quotient;

	if (shift > 63)
		return 0;

	quotient = magnitude >> shift;
	rest = magnitude - (quotient << shift);
	half = 1ULL << (shift - 1);

	return quotient + (rest > half || (rest == half && (quotient & 1)));
}

/**
 * pro380_float_to_scaled() - scale a number and round it to an integer
 * @bits: the number, IEEE 754 binary32
 * @scale: what to multiply it by
 * @value: result: @bits * @scale, rounded to nearest, ties to even
 *
 * Return: 0; -ENODATA for an infinity or not a number; -ERANGE if the result does
 * not fit.
 */
int pro380_float_to_scaled(u32 bits, u32 scale, s64 *value)
{
	bool negative = bits & FLOAT_SIGN;
	int exponent = (bits >> FLOAT_FRACTION_BITS) & FLOAT_EXPONENT_MAX;
	u64 magnitude = bits & FLOAT_FRACTION;

	if (exponent == FLOAT_EXPONENT_MAX)
		return -ENODATA;
	if (exponent)
		magnitude |= FLOAT_HIDDEN;
	else
		exponent = 1;

	/* 24 and 32 bits: at most 56 */
	magnitude *= scale;
	exponent -= FLOAT_BIAS + FLOAT_FRACTION_BITS;

	if (exponent < 0)
		magnitude = pro380_shift_right(magnitude, -exponent);
	else if (magnitude && fls64(magnitude) + exponent > 64)
		return -ERANGE;
	else if (magnitude)
		magnitude <<= exponent;

	if (magnitude > (u64)S64_MAX + negative)
		return -ERANGE;

	*value = negative ? -magnitude : magnitude;
	return 0;
}

/**
 * pro380_float_from_ratio() - the single precision number nearest to a ratio
 * @numerator: less than 2^24
 * @denominator: less than 2^24, not 0
 *
 * Return: @numerator / @denominator as IEEE 754 binary32.
 */
u32 pro380_float_from_ratio(u32 numerator, u32 denominator)
{
	int shift = FLOAT_FRACTION_BITS + fls(denominator) - fls(numerator);
	u64 quotient;
	u32 rest;

	if (!numerator)
		return 0;

	/* The quotient has 24 bits or 25: let it have 24 */
	if ((u64)numerator << shift >= (u64)denominator << (FLOAT_FRACTION_BITS + 1))
		shift--;
	else if ((u64)numerator << shift < (u64)denominator << FLOAT_FRACTION_BITS)
		shift++;

	/* No ties: a quotient of 25 bits would need a longer numerator */
	quotient = div_u64_rem((u64)numerator << shift, denominator, &rest);
	quotient += 2 * rest > denominator;

	/* A quotient that was rounded up to 2^24 carries into the exponent */
	return quotient - FLOAT_HIDDEN +
	       ((u32)(FLOAT_BIAS + FLOAT_FRACTION_BITS - shift) << FLOAT_FRACTION_BITS);
}
