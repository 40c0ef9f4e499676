/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CHECK_H
#define _CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition) do {						\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
		abort();						\
	}								\
} while (0)

#endif
