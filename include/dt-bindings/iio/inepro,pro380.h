/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments of io-channels specifiers that point to an inepro PRO380, PRO1 or
 * one of their siblings.
 *
 * The number names the quantity, not the place of a channel in some table, and
 * it is the one that sysfs shows: PRO380_ENERGY(PRO380_ACTIVE, PRO380_FORWARD,
 * PRO380_L2) is 3012, the device's in_energy12.
 */

#ifndef _DT_BINDINGS_IIO_INEPRO_PRO380_H
#define _DT_BINDINGS_IIO_INEPRO_PRO380_H

/* Part: the sum of the phases, one phase, or one tariff */
#define PRO380_SUM		0
#define PRO380_L1		1
#define PRO380_L2		2
#define PRO380_L3		3
#define PRO380_T1		4
#define PRO380_T2		5

/* Direction of the flow of energy */
#define PRO380_TOTAL		0
#define PRO380_FORWARD		10
#define PRO380_REVERSE		20
#define PRO380_RESETTABLE	30

/* Kind of power or energy */
#define PRO380_ACTIVE		0
#define PRO380_REACTIVE		100
#define PRO380_APPARENT		200

#define PRO380_VOLTAGE(part)			(0 + (part))
#define PRO380_CURRENT(part)			(1000 + (part))
#define PRO380_POWER(kind, part)		(2000 + (kind) + (part))
#define PRO380_ENERGY(kind, direction, part)	(3000 + (kind) + (direction) + (part))

#endif
