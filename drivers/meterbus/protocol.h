/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames, telegrams and records; pure code.
 */
#ifndef _METERBUS_PROTOCOL_H
#define _METERBUS_PROTOCOL_H

#include <linux/meterbus_record.h>
#include <linux/serial_xfer.h>

/* EN 13757-2:2018, 5.4 (IEC 60870-5-2, format class FT1.2) */
#define METERBUS_ACK		0xe5
#define METERBUS_SHORT_START	0x10
#define METERBUS_LONG_START	0x68
#define METERBUS_STOP		0x16
#define METERBUS_SHORT_LEN	5
/* What surrounds the L bytes of a long frame: start, L, L, start; checksum, stop. */
#define METERBUS_LONG_OVERHEAD	6
/* C, A and CI: a control frame is a long frame with nothing else. */
#define METERBUS_CONTROL_L	3
#define METERBUS_MAX_L		255
#define METERBUS_MAX_DATA	(METERBUS_MAX_L - METERBUS_CONTROL_L)

/* C fields, EN 13757-2:2018, 5.5 */
#define METERBUS_C_SND_NKE	0x40
#define METERBUS_C_SND_UD	0x53
#define METERBUS_C_REQ_UD2	0x5b
#define METERBUS_C_FCB		0x20
#define METERBUS_C_RSP_UD	0x08
/* Access demand and data flow control may be set in a reply. */
#define METERBUS_C_ACD_DFC	0x30

/* A fields, EN 13757-2:2018, 5.6 */
#define METERBUS_A_SELECTED	0xfd
#define METERBUS_A_TEST		0xfe
#define METERBUS_A_BROADCAST	0xff

/**
 * struct meterbus_expect - what the reply to a request must look like
 * @address: A field of the request
 * @data: user data are expected (REQ_UD2), not an acknowledgment
 * @secondary: of the device with the secondary address @id
 * @id: as in struct meterbus_address
 * @old: a reply that may come once more, because its request was repeated; or NULL
 * @old_len: its length
 */
struct meterbus_expect {
	u8 address;
	bool data;
	bool secondary;
	u64 id;
	const u8 *old;
	size_t old_len;
};

/**
 * struct meterbus_vif - what a VIF says
 * @quantity: quantity
 * @unit: unit
 * @exponent: power of ten
 * @prefix: power of ten in the unit's name: 3 for kvarh; an additive correction is
 *	counted in that
 * @format: how the value is coded
 */
struct meterbus_vif {
	enum meterbus_quantity quantity;
	enum meterbus_unit unit;
	int exponent;
	int prefix;
	enum meterbus_format {
		METERBUS_FORMAT_NUMBER,		/* types A, B, H */
		METERBUS_FORMAT_UNSIGNED,	/* type C instead of B */
		METERBUS_FORMAT_BITS,		/* type D */
		METERBUS_FORMAT_DATE,		/* types F, G, I, J */
		METERBUS_FORMAT_BYTES,		/* anything else */
	} format;
};

/**
 * enum meterbus_vif_table - tables of EN 13757-3:2018
 * @METERBUS_VIF_PRIMARY: Table 10
 * @METERBUS_VIF_FD: Table 12, after a VIF FD
 * @METERBUS_VIF_FB: Table 14, after a VIF FB
 */
enum meterbus_vif_table {
	METERBUS_VIF_PRIMARY,
	METERBUS_VIF_FD,
	METERBUS_VIF_FB,
};

/**
 * struct meterbus_vib - state while a value information block is read
 * @record: what it says goes there
 * @vif: what the VIF said, changed by VIFEs
 * @second_table: the next VIFE is of Table 16
 * @specific: all of it is manufacturer specific
 * @specific_vifes: the VIFEs that are left are
 * @has_offset: a constant is to be added
 * @offset: 10 to this power is the constant
 */
struct meterbus_vib {
	struct meterbus_record *record;
	struct meterbus_vif vif;
	bool second_table;
	bool specific;
	bool specific_vifes;
	bool has_offset;
	int offset;
};

/* The byte of weight 256^@i, or the @i-th character from the end. */
static inline u8 meterbus_byte(const struct meterbus_bytes *bytes, size_t i)
{
	return bytes->buf[bytes->msb_first ? bytes->len - 1 - i : i];
}

/* frame.c */
size_t meterbus_frame_short(u8 *frame, u8 c, u8 a);
size_t meterbus_frame_long(u8 *frame, u8 c, u8 a, u8 ci, const u8 *data, size_t len);
const u8 *meterbus_frame_data(const u8 *frame, size_t len, size_t *data_len);
u8 meterbus_frame_address(const u8 *frame);
struct serial_xfer_span meterbus_frame_parse(const struct serial_xfer_msg *msg,
					     const u8 *buf, size_t len);
bool meterbus_frame_collided(const struct meterbus_expect *expect, const u8 *buf, size_t len);

/* telegram.c */
bool meterbus_telegram_is_from(const struct meterbus_telegram *telegram, u64 id);

/* vif.c */
void meterbus_vif_find(enum meterbus_vif_table table, u8 code, struct meterbus_vif *vif);
void meterbus_vife_apply(struct meterbus_vib *vib, u8 code);

/* fixed.c */
int meterbus_fixed_next(const struct meterbus_telegram *telegram, size_t *pos,
			struct meterbus_record *record);

/* value.c */
void meterbus_value_bcd(struct meterbus_record *record, bool negative);
void meterbus_value_binary(struct meterbus_record *record, enum meterbus_format format);
void meterbus_value_real(struct meterbus_record *record);
void meterbus_value_offset(struct meterbus_record *record, int offset);

/* date.c */
void meterbus_value_date(struct meterbus_record *record);

#endif
