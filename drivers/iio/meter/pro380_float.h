/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IEEE 754 single precision numbers and scaled integers, without floating point.
 */
#ifndef _PRO380_FLOAT_H
#define _PRO380_FLOAT_H

#include <linux/types.h>

int pro380_float_to_scaled(u32 bits, u32 scale, s64 *value);
u32 pro380_float_from_ratio(u32 numerator, u32 denominator);

#endif
