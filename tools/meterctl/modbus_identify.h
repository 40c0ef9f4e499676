/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_MODBUS_IDENTIFY_H
#define METERCTL_MODBUS_IDENTIFY_H

#include "scan.h"

/* The first question to every unit: serial number and meter code of a PRO380 */
#define PRO380_SERIAL_REG	0x4000
#define PRO380_SERIAL_COUNT	3	/* or more */

void modbus_ask_registers(struct exchange *x, const struct line *line, unsigned int unit,
			  unsigned int first, unsigned int count);
/* What a meter code stands for; NULL if it is none of these meters */
const char *modbus_model_of(unsigned int code);
/* @x: the answer to the first question, whatever it says */
int modbus_identify(struct scan *scan, const struct exchange *x, struct meter *meter);

#endif
