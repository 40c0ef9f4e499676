/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure code of drivers/meterbus takes from the kernel, for userspace. The
 * Makefile makes an empty header for each that the code includes.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int8_t s8;
typedef int16_t s16;
typedef long long s64;
typedef unsigned long long u64;
typedef s64 ktime_t;
typedef struct { s64 counter; } atomic64_t;

struct list_head {
	struct list_head *next, *prev;
};

#define S64_MAX			((s64)(~0ULL >> 1))
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(high, low)	((~0UL << (low)) & (~0UL >> (63 - (high))))
#define FIELD_GET(mask, value)	(((value) & (mask)) >> __builtin_ctzl(mask))
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)
#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)
#define fls64(x)		(64 - __builtin_clzll(x))
#define __ffs64(x)		__builtin_ctzll(x)
#define div64_u64(a, b)		((a) / (b))
#define mul_u64_u64_shr(a, b, n)	((u64)((unsigned __int128)(a) * (b) >> (n)))
#define swab16(n)		__builtin_bswap16(n)
#define fallthrough		__attribute__((__fallthrough__))
#define EXPORT_SYMBOL_GPL(symbol)

#endif
