// SPDX-License-Identifier: GPL-2.0-only
/*
 * The head of a telegram (EN 13757-3:2018, chapter 5; fixed data structure:
 * EN 1434-3:1997, 6.2); pure code.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/swab.h>

#include "protocol.h"

/* CI fields of replies, EN 13757-3:2018, Table 2; mode 2 (+ 4): EN 1434-3:1997, 4.1 */
#define CI_LONG			0x72
#define CI_FIXED		0x73
#define CI_LONG_MSB		0x76
#define CI_FIXED_MSB		0x77
#define CI_NO_HEAD		0x78
#define CI_SHORT		0x7a

#define LONG_HEAD		12
#define SHORT_HEAD		4
#define FIXED_HEAD		8
#define FIXED_COUNTERS		8

/* EN 13757-7:2018, 7.5.2: security mode in the high byte of the configuration */
#define SIGNATURE_MODE		GENMASK(12, 8)
/* In the place of a configuration: of meters that are older than it */
#define SIGNATURE_NONE		0xffff

/* Secondary address, EN 13757-7:2018, 8.3: any digit, any manufacturer, version, medium */
#define WILD_DIGIT		0xf
#define WILD_BYTE		0xff
#define WILD_MANUFACTURER	0xffff

static u32 telegram_number(const u8 *buf, size_t len, bool msb_first)
{
	struct meterbus_bytes bytes = { buf, len, msb_first };
	u32 number = 0;

	while (len--)
		number = number << 8 | meterbus_byte(&bytes, len);
	return number;
}

/* Access number, status, signature; they end the long head, too. */
static void telegram_take_short(struct meterbus_telegram *telegram, const u8 *buf)
{
	telegram->has_status = true;
	telegram->access = buf[0];
	telegram->status = buf[1];
	telegram->signature = telegram_number(buf + 2, 2, telegram->msb_first);
}

static void telegram_take_long(struct meterbus_telegram *telegram, const u8 *buf)
{
	telegram->has_id = true;
	telegram->id = telegram_number(buf, 4, telegram->msb_first);
	telegram->manufacturer = telegram_number(buf + 4, 2, telegram->msb_first);
	telegram->version = buf[6];
	telegram->medium = buf[7];
	telegram_take_short(telegram, buf + 8);
}

/*
 * Medium and units are two bytes of which the lower one comes first in either mode:
 * two bits of the medium and six of a unit each. The media 10 to 14 are those of 3
 * (gas), 4 (heat), 6 (hot water), 7 (water) and 8 (heat cost allocator) in mode 2.
 */
static void telegram_take_fixed(struct meterbus_telegram *telegram, const u8 *buf)
{
	static const u8 mode_2_media[] = { 3, 4, 6, 7, 8 };
	unsigned int medium = buf[6] >> 6 | buf[7] >> 6 << 2;

	telegram->fixed = true;
	telegram->has_id = true;
	telegram->has_status = true;
	telegram->id = telegram_number(buf, 4, telegram->msb_first);
	telegram->access = buf[4];
	telegram->status = buf[5];
	if (medium >= 10 && medium < 10 + ARRAY_SIZE(mode_2_media))
		medium = mode_2_media[medium - 10];
	telegram->medium = medium;
	telegram->units[0] = buf[6] & GENMASK(5, 0);
	telegram->units[1] = buf[7] & GENMASK(5, 0);
}

/* Returns the head's length, or a negative error. */
static int telegram_head_len(u8 ci)
{
	switch (ci) {
	case CI_LONG:
	case CI_LONG_MSB:
		return LONG_HEAD;
	case CI_SHORT:
		return SHORT_HEAD;
	case CI_FIXED:
	case CI_FIXED_MSB:
		return FIXED_HEAD;
	case CI_NO_HEAD:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static void telegram_take_head(struct meterbus_telegram *telegram, const u8 *buf)
{
	switch (telegram->ci) {
	case CI_LONG:
	case CI_LONG_MSB:
		telegram_take_long(telegram, buf);
		break;
	case CI_SHORT:
		telegram_take_short(telegram, buf);
		break;
	case CI_FIXED:
	case CI_FIXED_MSB:
		telegram_take_fixed(telegram, buf);
		break;
	}
}

/**
 * meterbus_telegram_parse() - read the head of a telegram
 * @telegram: result; it refers to @buf
 * @buf: the telegram from its CI field on
 * @len: its length
 *
 * An encrypted telegram has a head, but no records that could be read.
 *
 * Return: 0; -EBADMSG: too short; -EOPNOTSUPP: a CI field of another kind of
 * telegram, or an encrypted one, whose head is in @telegram nevertheless.
 */
int meterbus_telegram_parse(struct meterbus_telegram *telegram, const u8 *buf, size_t len)
{
	int head;

	memset(telegram, 0, sizeof(*telegram));
	if (!len)
		return -EBADMSG;
	head = telegram_head_len(buf[0]);
	if (head < 0)
		return head;
	if (len < 1 + (size_t)head)
		return -EBADMSG;

	telegram->ci = buf[0];
	telegram->msb_first = telegram->ci == CI_LONG_MSB || telegram->ci == CI_FIXED_MSB;
	telegram_take_head(telegram, buf + 1);
	if (telegram->fixed && len - 1 < FIXED_HEAD + FIXED_COUNTERS)
		return -EBADMSG;
	if (telegram->signature & SIGNATURE_MODE && telegram->signature != SIGNATURE_NONE)
		return -EOPNOTSUPP;

	telegram->records.buf = buf + 1 + head;
	telegram->records.len = len - 1 - head;
	return 0;
}
EXPORT_SYMBOL_GPL(meterbus_telegram_parse);

static bool telegram_number_is(u32 wanted, u32 number)
{
	for (; wanted; wanted >>= 4, number >>= 4)
		if ((wanted & 0xf) != WILD_DIGIT && (wanted ^ number) & 0xf)
			return false;
	return !number;
}

static bool telegram_byte_is(u8 wanted, u8 byte)
{
	return wanted == WILD_BYTE || wanted == byte;
}

/* As it goes to the wire in mode 1, low byte first. */
static bool telegram_manufacturer_is(u16 wanted, u16 manufacturer)
{
	return wanted == WILD_MANUFACTURER || wanted == swab16(manufacturer);
}

/**
 * meterbus_telegram_is_from() - has the device that was selected sent this?
 * @telegram: what meterbus_telegram_parse() has read
 * @id: secondary address, as in struct meterbus_address
 *
 * Return: false if its identity does not match; a telegram without identity does not
 * tell.
 */
bool meterbus_telegram_is_from(const struct meterbus_telegram *telegram, u64 id)
{
	if (!telegram->has_id)
		return true;
	if (!telegram_number_is(id >> 32, telegram->id))
		return false;
	if (telegram->fixed)
		return true;
	return telegram_manufacturer_is(id >> 16, telegram->manufacturer) &&
	       telegram_byte_is(id >> 8, telegram->version) &&
	       telegram_byte_is(id, telegram->medium);
}
