// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dates and times (EN 13757-3:2018, Annex A); pure code.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "protocol.h"

/* Tables A.5 (F), A.8 (I) and A.9 (J): bits of the bytes, least significant first */
#define DATE_SECOND		GENMASK(5, 0)
#define DATE_MINUTE		GENMASK(5, 0)
#define DATE_INVALID		BIT(7)		/* F and I, with the minute */
#define DATE_HOUR		GENMASK(4, 0)
#define DATE_CENTURY		GENMASK(6, 5)	/* F, with the hour */
#define DATE_F_SUMMER		BIT(7)		/* F, with the hour */
#define DATE_I_SUMMER		BIT(6)		/* I, with the second */

/* Table A.6 (G): two bytes, which F and I have as well */
#define DATE_DAY		GENMASK(4, 0)
#define DATE_YEAR_LOW		GENMASK(7, 5)
#define DATE_MONTH		GENMASK(3, 0)
#define DATE_YEAR_HIGH		GENMASK(7, 4)
#define DATE_G_INVALID		0xffff

/* What stands for every one, or in type I for one that is not told */
#define DATE_EVERY_SECOND	63
#define DATE_EVERY_HOUR		31
#define DATE_EVERY_DAY		0
#define DATE_EVERY_MONTH	15
#define DATE_NO_MONTH		0
#define DATE_EVERY_YEAR		127

#define DATE_LEN_G		2
#define DATE_LEN_J		3
#define DATE_LEN_F		4
#define DATE_LEN_I		6

static bool date_take(s8 *field, unsigned int value, unsigned int every, unsigned int max)
{
	*field = value == every ? METERBUS_EVERY : value;
	return value == every || value <= max;
}

/*
 * Two digits of the year are told, and with type F the century. A century of 0 may
 * come from a meter that knows none: then years up to 80 are those of 2000 (Table
 * A.5).
 */
static bool date_take_year(struct meterbus_date *date, unsigned int year, unsigned int century)
{
	if (year == DATE_EVERY_YEAR) {
		date->year = METERBUS_EVERY;
		return true;
	}
	if (!century && year <= 80)
		century = 1;
	date->year = 1900 + 100 * century + year;
	return year < 100;
}

static bool date_take_day(struct meterbus_date *date, u8 low, u8 high, unsigned int century,
			  unsigned int every_month)
{
	unsigned int month = FIELD_GET(DATE_MONTH, high);

	date->has_date = true;
	if (!month && month != every_month)
		return false;
	return date_take(&date->day, FIELD_GET(DATE_DAY, low), DATE_EVERY_DAY, 31) &&
	       date_take(&date->month, month, every_month, 12) &&
	       date_take_year(date, FIELD_GET(DATE_YEAR_HIGH, high) << 3 |
			      FIELD_GET(DATE_YEAR_LOW, low), century);
}

static bool date_take_minute(struct meterbus_date *date, u8 minute, u8 hour)
{
	date->has_time = true;
	return date_take(&date->minute, minute, DATE_EVERY_SECOND, 59) &&
	       date_take(&date->hour, hour, DATE_EVERY_HOUR, 23);
}

static bool date_take_second(struct meterbus_date *date, u8 second)
{
	date->has_second = true;
	return date_take(&date->second, second, DATE_EVERY_SECOND, 59);
}

static bool date_decode_f(struct meterbus_date *date, const u8 *b)
{
	date->summer = b[1] & DATE_F_SUMMER;
	return !(b[0] & DATE_INVALID) &&
	       date_take_minute(date, FIELD_GET(DATE_MINUTE, b[0]), FIELD_GET(DATE_HOUR, b[1])) &&
	       date_take_day(date, b[2], b[3], FIELD_GET(DATE_CENTURY, b[1]), DATE_EVERY_MONTH);
}

static bool date_decode_g(struct meterbus_date *date, const u8 *b)
{
	return (b[0] | b[1] << 8) != DATE_G_INVALID &&
	       date_take_day(date, b[0], b[1], 0, DATE_EVERY_MONTH);
}

static bool date_decode_i(struct meterbus_date *date, const u8 *b)
{
	date->summer = b[0] & DATE_I_SUMMER;
	return !(b[1] & DATE_INVALID) &&
	       date_take_second(date, FIELD_GET(DATE_SECOND, b[0])) &&
	       date_take_minute(date, FIELD_GET(DATE_MINUTE, b[1]), FIELD_GET(DATE_HOUR, b[2])) &&
	       date_take_day(date, b[3], b[4], 0, DATE_NO_MONTH);
}

/* Unused bits must be 0, so all ones, "invalid", is no time either. */
static bool date_decode_j(struct meterbus_date *date, const u8 *b)
{
	return date_take_second(date, b[0]) && date_take_minute(date, b[1], b[2]);
}

static bool date_decode(struct meterbus_date *date, const u8 *b, size_t len)
{
	switch (len) {
	case DATE_LEN_F:
		return date_decode_f(date, b);
	case DATE_LEN_G:
		return date_decode_g(date, b);
	case DATE_LEN_I:
		return date_decode_i(date, b);
	case DATE_LEN_J:
		return date_decode_j(date, b);
	default:
		return false;
	}
}

/**
 * meterbus_value_date() - decode a date, a time, or both
 * @record: the record, whose data are of type F, G, I or J by their length
 */
void meterbus_value_date(struct meterbus_record *record)
{
	struct meterbus_date date = {};
	u8 b[DATE_LEN_I];
	size_t i;

	for (i = 0; i < record->data.len && i < sizeof(b); i++)
		b[i] = meterbus_byte(&record->data, i);
	if (!date_decode(&date, b, record->data.len)) {
		record->kind = METERBUS_INVALID;
		return;
	}
	record->kind = METERBUS_DATE;
	record->date = date;
}
