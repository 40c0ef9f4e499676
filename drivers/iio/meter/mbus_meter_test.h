/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MBUS_METER_TEST_H
#define _MBUS_METER_TEST_H

#include <linux/string.h>

#include "mbus_meter.h"

#define BYTES(...)	(const u8 []){ __VA_ARGS__ }, sizeof((const u8 []){ __VA_ARGS__ })

/* The long head of a meter 12345678 of the manufacturer TST, version 7 */
#define HEAD(_medium)	0x72, 0x78, 0x56, 0x34, 0x12, 0x74, 0x52, 0x07, (_medium), \
			0x2a, 0x10, 0x00, 0x00
#define ELECTRICITY	HEAD(0x02)
#define HEAT		HEAD(0x04)

/* Puts a telegram, from its CI field on, behind those that are there. */
static inline void test_add_telegram(struct meterbus_readout *readout, const u8 *data, size_t len)
{
	u8 *frame = readout->frame[readout->nr_telegrams];

	frame[0] = 0x68;
	frame[1] = len + 2;
	frame[2] = len + 2;
	frame[3] = 0x68;
	frame[4] = 0x08;
	frame[5] = 0x01;
	memcpy(frame + 6, data, len);
	frame[6 + len] = 0; /* nobody looks at the checksum any more */
	frame[7 + len] = 0x16;
	readout->len[readout->nr_telegrams++] = len + 8;
}

#endif
