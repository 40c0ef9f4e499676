// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two counters of the fixed data structure (EN 1434-3:1997, 6.2); pure code.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "protocol.h"

#define FIXED_COUNTER_LEN	4
#define FIXED_NR_COUNTERS	2

/* Status */
#define FIXED_BINARY		BIT(0)
#define FIXED_STORED		BIT(1)

/* Units: what is not in the table below */
#define FIXED_HISTORIC		0x3e

/* Each unit runs through nine powers of ten, from where its row begins. */
struct fixed_row {
	u8 first;
	u8 last;
	u8 quantity;
	u8 unit;
	s8 exponent;
};

static const struct fixed_row fixed_rows[] = {
	{ 0x02, 0x0a, METERBUS_ENERGY, METERBUS_WH, 0 },
	{ 0x0b, 0x13, METERBUS_ENERGY, METERBUS_JOULE, 3 },
	{ 0x14, 0x1c, METERBUS_POWER, METERBUS_WATT, 0 },
	{ 0x1d, 0x25, METERBUS_POWER, METERBUS_J_PER_H, 3 },
	{ 0x26, 0x2e, METERBUS_VOLUME, METERBUS_M3, -6 },
	{ 0x2f, 0x37, METERBUS_VOLUME_FLOW, METERBUS_M3_PER_H, -6 },
	{ 0x38, 0x38, METERBUS_TEMPERATURE, METERBUS_CELSIUS, -3 },
	{ 0x39, 0x39, METERBUS_HCA_UNITS, METERBUS_NO_UNIT, 0 },
	{ 0x3f, 0x3f, METERBUS_DIMENSIONLESS, METERBUS_NO_UNIT, 0 },
};

static void fixed_take_unit(struct meterbus_record *record, u8 code)
{
	const struct fixed_row *row;

	for (row = fixed_rows; row < fixed_rows + ARRAY_SIZE(fixed_rows); row++) {
		if (code < row->first || code > row->last)
			continue;
		record->quantity = row->quantity;
		record->unit = row->unit;
		record->exponent = row->exponent + code - row->first;
	}
}

/**
 * meterbus_fixed_next() - the next counter of a telegram of fixed structure
 * @telegram: the telegram, whose records hold both counters
 * @pos: where to look, moved on by this function
 * @record: result; zeroed by the caller
 *
 * Units 00 and 01, a time and a date of a coding that is not told, are
 * METERBUS_UNKNOWN.
 *
 * Return: 0; -ENODATA: there are no more.
 */
int meterbus_fixed_next(const struct meterbus_telegram *telegram, size_t *pos,
			struct meterbus_record *record)
{
	size_t counter = *pos / FIXED_COUNTER_LEN;
	u8 unit;

	if (counter >= FIXED_NR_COUNTERS) {
		*pos = telegram->records.len;
		return -ENODATA;
	}
	unit = telegram->units[counter];
	record->offset = *pos;
	record->len = FIXED_COUNTER_LEN;
	record->storage = !!(telegram->status & FIXED_STORED);
	if (counter && unit == FIXED_HISTORIC) {
		unit = telegram->units[0];
		record->storage = 1;
	}
	fixed_take_unit(record, unit);

	record->data.buf = telegram->records.buf + *pos;
	record->data.len = FIXED_COUNTER_LEN;
	record->data.msb_first = telegram->msb_first;
	if (telegram->status & FIXED_BINARY)
		meterbus_value_binary(record, METERBUS_FORMAT_NUMBER);
	else
		meterbus_value_bcd(record, false);
	*pos += FIXED_COUNTER_LEN;
	return 0;
}
