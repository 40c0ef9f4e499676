/* SPDX-License-Identifier: GPL-2.0-only */
/* What pro380_float.c needs of the kernel's headers, for userspace. */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include <stdbool.h>

typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

#endif
