// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares pro380_float.c with the processor's own arithmetic.
 *
 * A single has 24 significant bits and no scale more than 22, so their product is
 * exact in double precision (53 bits), and rint() of it is the correctly rounded
 * integer. The quotient of two integers below 2^24 is correctly rounded by the
 * division of two singles.
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pro380_float.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * Of energies, currents, voltages, powers, millionths, versions; and one that gets
 * to the least of the integers.
 */
static const u32 scales[] = { 3600000, 10000, 1000, 100000, 1000000, 100, 1 };

static unsigned int passed, failed;

static void verdict(int ok, const char *what, u32 scale)
{
	printf("%s - %s, %u\n", ok ? "ok" : "not ok", what, scale);
	if (ok)
		passed++;
	else
		failed++;
}

static float float_of(u32 bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

static u32 bits_of(float f)
{
	u32 bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

static int expect(u32 bits, u32 scale, s64 *value)
{
	double product = (double)float_of(bits) * scale;

	if (!isfinite(product))
		return -ENODATA;

	product = rint(product);
	if (product >= 0x1p63 || product < -0x1p63)
		return -ERANGE;

	*value = product;
	return 0;
}

static int agrees(u32 bits, u32 scale)
{
	s64 want = 0, got = 0;
	int want_ret = expect(bits, scale, &want);
	int got_ret = pro380_float_to_scaled(bits, scale, &got);

	if (got_ret == want_ret && got == want)
		return 1;

	printf("# %08x * %u: got %lld (%d), want %lld (%d)\n", bits, scale, got, got_ret,
	       want, want_ret);
	return 0;
}

static void every_pattern(u32 scale)
{
	u32 bits = 0;
	int ok = 1;

	do {
		ok = agrees(bits, scale);
	} while (ok && ++bits);

	verdict(ok, "each of 2^32 patterns", scale);
}

/* All signs and exponents, with fractions whose bits change near either end */
static void edges(u32 scale)
{
	u32 head, shift, fraction;
	int ok = 1;

	for (head = 0; head < 1 << 9; head++) {
		for (shift = 0; shift <= 23; shift++) {
			fraction = 1u << shift;
			ok &= agrees(head << 23 | (fraction & 0x7fffff), scale);
			ok &= agrees(head << 23 | (fraction - 1), scale);
			ok &= agrees(head << 23 | (0x7fffff & ~(fraction - 1)), scale);
		}
	}

	verdict(ok, "every exponent", scale);
}

/* The patterns around what lies half-way between two integers */
static void around_ties(u32 scale)
{
	u32 n, bits;
	int ok = 1, i;

	for (n = 0; n < 1000000; n++) {
		bits = bits_of((n + 0.5) / scale);
		for (i = -3; i <= 3; i++) {
			ok &= agrees(bits + i, scale);
			ok &= agrees((bits + i) | 0x80000000, scale);
		}
	}

	verdict(ok, "around ties", scale);
}

/* Every numerator that there may be */
static void ratios(u32 denominator)
{
	u32 n;
	int ok = 1;

	for (n = 0; ok && n < 1 << 24; n++)
		ok = pro380_float_from_ratio(n, denominator) ==
		     bits_of((float)n / (float)denominator);

	verdict(ok, "each of 2^24 numbers over", denominator);
}

int main(void)
{
	static const u32 denominators[] = { 1, 3, 100, 1000, 3600000, 16777215 };
	size_t i;

	fesetround(FE_TONEAREST);

	for (i = 0; i < ARRAY_SIZE(scales); i++) {
		edges(scales[i]);
		around_ties(scales[i]);
	}
	for (i = 0; i < ARRAY_SIZE(denominators); i++)
		ratios(denominators[i]);
	every_pattern(scales[0]);

	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
