/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_ARRAY_H
#define SIM_ARRAY_H

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
