/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_TESTS_TAP_H
#define METERCTL_TESTS_TAP_H

#include <stdbool.h>

__attribute__((format(printf, 2, 3))) void ok(bool good, const char *format, ...);
__attribute__((format(printf, 1, 2))) void note(const char *format, ...);
/* The exit status */
int done(void);

#endif
