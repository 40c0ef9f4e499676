// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of a telegram (EN 13757-3:2018, chapter 6); pure code.
 *
 * A record is a data information block (DIF, DIFEs), a value information block
 * (VIF, VIFEs, perhaps a text) and data. Every length is checked against the
 * telegram before a byte is looked at. What a record says can be wrong, unknown or
 * too long without harm to the others, as long as it tells how long it is; where
 * that cannot be told, the rest of the telegram is given up.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "protocol.h"

/* DIF, 6.3.2 and Table 4 */
#define DIF_EXTENSION		BIT(7)
#define DIF_STORAGE		BIT(6)
#define DIF_FUNCTION		GENMASK(5, 4)
#define DIF_DATA		GENMASK(3, 0)
#define DIF_DATA_REAL		0x5
#define DIF_DATA_SELECTION	0x8
#define DIF_DATA_BCD		0x9
#define DIF_DATA_VARIABLE	0xd
#define DIF_DATA_SPECIAL	0xf

/* Special DIFs, Table 6 */
#define DIF_MANUFACTURER	0x0f
#define DIF_MORE_FOLLOW		0x1f
#define DIF_IDLE		0x2f

/* DIFE, 6.3.3 */
#define DIFE_EXTENSION		BIT(7)
#define DIFE_SUBUNIT		BIT(6)
#define DIFE_TARIFF		GENMASK(5, 4)
#define DIFE_STORAGE		GENMASK(3, 0)

/* VIF, 6.4 */
#define VIF_EXTENSION		BIT(7)
#define VIF_FB			0xfb
#define VIF_FD			0xfd
#define VIF_THIRD		0xef
#define VIF_PLAIN_TEXT		0x7c
#define VIF_MANUFACTURER	0x7f
/* In Table 12: the next VIFE is of Table 13, second level */
#define VIFE_SECOND_LEVEL	0x7d

/* Record errors, Table 18 */
#define RECORD_TOO_MANY_DIFES	0x01
#define RECORD_TOO_MANY_VIFES	0x0b

/* Length of the data by data field, Table 4 */
static const u8 record_data_len[] = { 0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6 };

/**
 * struct record_reader - what is left of a telegram's records
 * @pos: next byte
 * @left: how many there are
 * @msb_first: order of the bytes of a value
 */
struct record_reader {
	const u8 *pos;
	size_t left;
	bool msb_first;
};

static bool reader_byte(struct record_reader *reader, u8 *byte)
{
	if (!reader->left)
		return false;
	*byte = *reader->pos++;
	reader->left--;
	return true;
}

static bool reader_bytes(struct record_reader *reader, size_t len, struct meterbus_bytes *bytes)
{
	if (reader->left < len)
		return false;
	bytes->buf = reader->pos;
	bytes->len = len;
	bytes->msb_first = reader->msb_first;
	reader->pos += len;
	reader->left -= len;
	return true;
}

static void dife_apply(struct meterbus_record *record, unsigned int n, u8 dife)
{
	if (n >= METERBUS_MAX_DIFE) {
		record->error = RECORD_TOO_MANY_DIFES;
		return;
	}
	record->storage |= (u64)FIELD_GET(DIFE_STORAGE, dife) << (1 + 4 * n);
	record->tariff |= FIELD_GET(DIFE_TARIFF, dife) << (2 * n);
	record->subunit |= FIELD_GET(DIFE_SUBUNIT, dife) << n;
}

/* Reads DIFEs, after the DIF. */
static bool record_read_dib(struct record_reader *reader, u8 dif, struct meterbus_record *record)
{
	unsigned int n;
	u8 byte = dif;

	record->function = FIELD_GET(DIF_FUNCTION, dif);
	record->storage = FIELD_GET(DIF_STORAGE, dif);
	for (n = 0; byte & DIFE_EXTENSION; n++) {
		if (!reader_byte(reader, &byte))
			return false;
		dife_apply(record, n, byte);
	}
	return true;
}

/* A text whose first byte is the length. */
static bool record_read_unit_text(struct record_reader *reader, struct meterbus_bytes *text)
{
	u8 len;

	return reader_byte(reader, &len) && reader_bytes(reader, len, text);
}

/* Reads VIFEs, where @byte is what stands before them. */
static bool record_read_vifes(struct record_reader *reader, u8 byte, struct meterbus_vib *vib)
{
	unsigned int n;

	for (n = 0; byte & VIF_EXTENSION; n++) {
		if (!reader_byte(reader, &byte))
			return false;
		if (n < METERBUS_MAX_VIFE)
			meterbus_vife_apply(vib, byte & ~VIF_EXTENSION);
		else
			vib->record->error = RECORD_TOO_MANY_VIFES;
	}
	return true;
}

static bool text_is_printable(const struct meterbus_bytes *text)
{
	size_t i;

	for (i = 0; i < text->len; i++)
		if (text->buf[i] < ' ' || (text->buf[i] > '~' && text->buf[i] < 0xa0))
			return false;
	return true;
}

/* Is there a text behind the VIFEs of a VIF? */
static bool record_has_text_behind(struct record_reader reader, u8 vif)
{
	struct meterbus_bytes text;

	while (vif & VIF_EXTENSION)
		if (!reader_byte(&reader, &vif))
			return false;
	return record_read_unit_text(&reader, &text) && text_is_printable(&text);
}

/*
 * The text stands behind the VIFEs since 2013 (C.2), and right behind the VIF in many
 * meters. Taken for the other, the length of a text, or its first character, is a length
 * or a character that makes no sense.
 */
static bool record_read_plain_text(struct record_reader *reader, u8 vif,
				   struct meterbus_vib *vib)
{
	struct meterbus_bytes *text = &vib->record->unit_text;

	if (record_has_text_behind(*reader, vif))
		return record_read_vifes(reader, vif, vib) && record_read_unit_text(reader, text);
	return record_read_unit_text(reader, text) && record_read_vifes(reader, vif, vib);
}

/* The true VIF, of an extension table. */
static bool record_read_extended(struct record_reader *reader, u8 *vif, struct meterbus_vib *vib)
{
	enum meterbus_vif_table table = *vif == VIF_FD ? METERBUS_VIF_FD : METERBUS_VIF_FB;
	bool known = *vif != VIF_THIRD;

	if (!reader_byte(reader, vif))
		return false;
	if (table == METERBUS_VIF_FD && *vif == (VIFE_SECOND_LEVEL | VIF_EXTENSION)) {
		known = false;
		if (!reader_byte(reader, vif))
			return false;
	}
	if (known)
		meterbus_vif_find(table, *vif & ~VIF_EXTENSION, &vib->vif);
	return true;
}

static bool record_read_vib(struct record_reader *reader, struct meterbus_vib *vib)
{
	u8 vif;

	if (!reader_byte(reader, &vif))
		return false;
	if (vif == VIF_FB || vif == VIF_FD || vif == VIF_THIRD) {
		if (!record_read_extended(reader, &vif, vib))
			return false;
	} else {
		meterbus_vif_find(METERBUS_VIF_PRIMARY, vif & ~VIF_EXTENSION, &vib->vif);
		vib->specific = (vif & ~VIF_EXTENSION) == VIF_MANUFACTURER;
		if ((vif & ~VIF_EXTENSION) == VIF_PLAIN_TEXT)
			return record_read_plain_text(reader, vif, vib);
	}
	return record_read_vifes(reader, vif, vib);
}

static void record_take_vib(struct meterbus_record *record, const struct meterbus_vib *vib)
{
	record->quantity = vib->specific ? METERBUS_MANUFACTURER_SPECIFIC : vib->vif.quantity;
	record->unit = vib->specific ? METERBUS_NO_UNIT : vib->vif.unit;
	record->exponent = vib->specific ? 0 : vib->vif.exponent;
}

/* Dates and times are binary. */
static void record_decode_date(struct meterbus_record *record, unsigned int field)
{
	if (field < DIF_DATA_BCD && field != DIF_DATA_REAL)
		meterbus_value_date(record);
	else
		record->kind = METERBUS_INVALID;
}

/* A number as its data field says, unless the VIF gives the bytes another meaning. */
static void record_decode(struct meterbus_record *record, unsigned int field,
			  const struct meterbus_vib *vib)
{
	if (field == 0)
		record->kind = METERBUS_NO_DATA;
	else if (field == DIF_DATA_SELECTION)
		record->kind = METERBUS_SELECTION;
	else if (vib->vif.format == METERBUS_FORMAT_BYTES)
		record->kind = METERBUS_BYTES;
	else if (vib->vif.format == METERBUS_FORMAT_DATE)
		record_decode_date(record, field);
	else if (field == DIF_DATA_REAL)
		meterbus_value_real(record);
	else if (field < DIF_DATA_BCD)
		meterbus_value_binary(record, vib->vif.format);
	else
		meterbus_value_bcd(record, false);
}

/* Variable length, Table 5. Returns false for a length that is not defined. */
static bool record_lvar_len(u8 lvar, size_t *len)
{
	switch (lvar) {
	case 0x00 ... 0xbf: /* text, ISO/IEC 8859-1 */
		*len = lvar;
		return true;
	case 0xc0 ... 0xcf: /* positive BCD; up to C9 since 2013 */
	case 0xd0 ... 0xdf: /* negative BCD; up to D9 since 2013 */
	case 0xe0 ... 0xef: /* binary */
		*len = lvar & 0xf;
		return true;
	case 0xf0 ... 0xf4: /* long binary */
		*len = 4 * (lvar - 0xec);
		return true;
	case 0xf5:
		*len = 48;
		return true;
	case 0xf6:
		*len = 64;
		return true;
	default:
		return false;
	}
}

static void record_decode_lvar(struct meterbus_record *record, u8 lvar,
			       const struct meterbus_vib *vib)
{
	if (vib->vif.format == METERBUS_FORMAT_BYTES || vib->vif.format == METERBUS_FORMAT_DATE)
		record->kind = METERBUS_BYTES;
	else if (lvar < 0xc0)
		record->kind = METERBUS_TEXT;
	else if (lvar < 0xe0)
		meterbus_value_bcd(record, lvar >= 0xd0);
	else
		meterbus_value_binary(record, vib->vif.format);
}

static bool record_read_data(struct record_reader *reader, unsigned int field,
			     const struct meterbus_vib *vib)
{
	struct meterbus_record *record = vib->record;
	size_t len;
	u8 lvar;

	if (field != DIF_DATA_VARIABLE) {
		if (!reader_bytes(reader, record_data_len[field], &record->data))
			return false;
		record_decode(record, field, vib);
		return true;
	}
	if (!reader_byte(reader, &lvar) || !record_lvar_len(lvar, &len) ||
	    !reader_bytes(reader, len, &record->data))
		return false;
	record_decode_lvar(record, lvar, vib);
	return true;
}

static void record_finish(struct meterbus_record *record, const struct meterbus_vib *vib)
{
	if (vib->has_offset && !vib->specific)
		meterbus_value_offset(record, vib->offset + vib->vif.prefix);
	if (record->error)
		record->kind = METERBUS_INVALID;
}

static bool record_read(struct record_reader *reader, u8 dif, struct meterbus_record *record)
{
	struct meterbus_vib vib = { .record = record };

	if (!record_read_dib(reader, dif, record) || !record_read_vib(reader, &vib))
		return false;
	record_take_vib(record, &vib);
	if (!record_read_data(reader, dif & DIF_DATA, &vib))
		return false;
	record_finish(record, &vib);
	return true;
}

/* All that is left belongs to the manufacturer, 6.5. */
static bool record_read_special(struct record_reader *reader, u8 dif,
				struct meterbus_record *record)
{
	if (dif != DIF_MANUFACTURER && dif != DIF_MORE_FOLLOW)
		return false;
	record->quantity = METERBUS_MANUFACTURER_SPECIFIC;
	record->kind = METERBUS_BYTES;
	record->more = dif == DIF_MORE_FOLLOW;
	return reader_bytes(reader, reader->left, &record->data);
}

static bool record_skip_idle(struct record_reader *reader, u8 *dif)
{
	do {
		if (!reader_byte(reader, dif))
			return false;
	} while (*dif == DIF_IDLE);
	return true;
}

static int record_variable_next(const struct meterbus_telegram *telegram, size_t *pos,
				struct meterbus_record *record)
{
	const struct meterbus_bytes *all = &telegram->records;
	struct record_reader reader = {
		.pos = all->buf + *pos,
		.left = all->len - *pos,
		.msb_first = telegram->msb_first,
	};
	bool ok;
	u8 dif;

	*pos = all->len;
	if (!record_skip_idle(&reader, &dif))
		return -ENODATA;

	record->offset = reader.pos - 1 - all->buf;
	if ((dif & DIF_DATA) == DIF_DATA_SPECIAL)
		ok = record_read_special(&reader, dif, record);
	else
		ok = record_read(&reader, dif, record);
	if (!ok)
		return -EBADMSG;

	*pos = reader.pos - all->buf;
	record->len = *pos - record->offset;
	return 0;
}

/**
 * meterbus_record_next() - the next record of a telegram
 * @telegram: the telegram
 * @pos: where to look; 0 for the first record, moved on by this function
 * @record: result
 *
 * Idle fillers are passed over. A record whose value is wrong or unknown is a
 * record all the same.
 *
 * Return: 0; -ENODATA: there are no more; -EBADMSG: the rest cannot be read, since
 * a record does not end within the telegram or does not tell where.
 */
int meterbus_record_next(const struct meterbus_telegram *telegram, size_t *pos,
			 struct meterbus_record *record)
{
	memset(record, 0, sizeof(*record));
	if (*pos >= telegram->records.len)
		return -ENODATA;
	if (telegram->fixed)
		return meterbus_fixed_next(telegram, pos, record);
	return record_variable_next(telegram, pos, record);
}
EXPORT_SYMBOL_GPL(meterbus_record_next);

/**
 * meterbus_telegram_more() - do more records follow in another telegram?
 * @telegram: the telegram
 *
 * Return: 1 if the telegram says so (DIF 1F); 0 if not; -ENODATA: it cannot be read to
 * its end, where it would say so.
 */
int meterbus_telegram_more(const struct meterbus_telegram *telegram)
{
	struct meterbus_record record;
	size_t pos = 0;
	int ret;

	while (!(ret = meterbus_record_next(telegram, &pos, &record)))
		if (record.more)
			return 1;
	return ret == -ENODATA ? 0 : -ENODATA;
}
EXPORT_SYMBOL_GPL(meterbus_telegram_more);
