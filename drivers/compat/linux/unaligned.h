/* SPDX-License-Identifier: GPL-2.0-only */
/* In the search path only where the kernel has no such header yet. */
#include <asm/unaligned.h>
