/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_ARRAY_H
#define METERCTL_ARRAY_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif
