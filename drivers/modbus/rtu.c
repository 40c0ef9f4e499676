// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modbus RTU framing; pure code.
 *
 * References are to the Modbus Application Protocol V1.1b3 (PDUs) and to Modbus
 * over Serial Line V1.02 (ADUs).
 */
#include <linux/crc16.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

/* Modbus over Serial Line 6.2.2: polynomial 0xa001, start value 0xffff. */
#define MODBUS_CRC_INIT		0xffff

/* Unit address, function code, exception code, CRC. */
#define MODBUS_EXCEPTION_ADU	5

/**
 * modbus_rtu_encode() - build an ADU
 * @adu: where it goes, room for @len + MODBUS_RTU_OVERHEAD bytes
 * @unit: unit address
 * @pdu: function code and data
 * @len: length of @pdu
 *
 * Return: the ADU's length.
 */
size_t modbus_rtu_encode(u8 *adu, u8 unit, const u8 *pdu, size_t len)
{
	adu[0] = unit;
	memcpy(adu + 1, pdu, len);
	put_unaligned_le16(crc16(MODBUS_CRC_INIT, adu, len + 1), adu + len + 1);
	return len + MODBUS_RTU_OVERHEAD;
}

static bool rtu_crc_ok(const u8 *adu, size_t len)
{
	return !crc16(MODBUS_CRC_INIT, adu, len);
}

/* 6.21, Read Device Identification: the objects' lengths add up. */
static size_t rtu_identification_len(const u8 *adu, size_t len)
{
	size_t end = 8;
	unsigned int objects;

	if (len < end)
		return end;
	for (objects = adu[7]; objects; objects--) {
		if (len < end + 2)
			return end + 2;
		end += 2 + adu[end + 1];
	}
	return end + 2;
}

/*
 * Length of a reply by its own head: exact once it is not more than @len, a lower
 * bound before; 0 if the function is not known.
 */
static size_t rtu_frame_len(const u8 *adu, size_t len)
{
	switch (adu[1]) {
	case MODBUS_READ_EXCEPTION_STATUS:
		return 5;
	case MODBUS_WRITE_COIL:
	case MODBUS_WRITE_REGISTER:
	case MODBUS_GET_COMM_COUNTER:
	case MODBUS_WRITE_COILS:
	case MODBUS_WRITE_REGISTERS:
		return 8;
	case MODBUS_MASK_WRITE:
		return 10;
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETE_INPUTS:
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
	case MODBUS_GET_COMM_LOG:
	case MODBUS_REPORT_SERVER_ID:
	case MODBUS_READ_FILE:
	case MODBUS_WRITE_FILE:
	case MODBUS_READ_WRITE:
		return len < 3 ? 3 : 5 + adu[2];
	case MODBUS_READ_FIFO:
		return len < 4 ? 4 : 6 + get_unaligned_be16(adu + 2);
	case MODBUS_ENCAPSULATED:
		return rtu_identification_len(adu, len);
	default:
		return adu[1] & MODBUS_EXCEPTION ? MODBUS_EXCEPTION_ADU : 0;
	}
}

/**
 * modbus_rtu_reply_len() - how long the reply to a request is
 * @req: request PDU
 * @len: its length, at least 1
 *
 * Return: length of the reply's ADU; 0 if the reply itself tells it; -EINVAL if the
 * request is too short; -EOPNOTSUPP if the function is not known.
 */
ssize_t modbus_rtu_reply_len(const u8 *req, size_t len)
{
	switch (req[0]) {
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETE_INPUTS:
		return len < 5 ? -EINVAL : 5 + DIV_ROUND_UP(get_unaligned_be16(req + 3), 8);
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
	case MODBUS_READ_WRITE:
		return len < 5 ? -EINVAL : 5 + 2 * get_unaligned_be16(req + 3);
	case MODBUS_WRITE_COIL:
	case MODBUS_WRITE_REGISTER:
	case MODBUS_WRITE_COILS:
	case MODBUS_WRITE_REGISTERS:
		return len < 5 ? -EINVAL : 8;
	case MODBUS_MASK_WRITE:
		return len < 7 ? -EINVAL : 10;
	case MODBUS_DIAGNOSTICS:
		return len + MODBUS_RTU_OVERHEAD;
	case MODBUS_READ_EXCEPTION_STATUS:
		return 5;
	case MODBUS_GET_COMM_COUNTER:
		return 8;
	case MODBUS_GET_COMM_LOG:
	case MODBUS_REPORT_SERVER_ID:
	case MODBUS_READ_FILE:
	case MODBUS_WRITE_FILE:
	case MODBUS_READ_FIFO:
		return 0;
	case MODBUS_ENCAPSULATED:
		if (len < 2)
			return -EINVAL;
		return req[1] == MODBUS_MEI_IDENTIFICATION ? 0 : -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

/* How much of the request a write's reply repeats: 6.5, 6.6, 6.11, 6.12, 6.16. */
static size_t rtu_repeated(u8 function)
{
	switch (function) {
	case MODBUS_WRITE_COIL:
	case MODBUS_WRITE_REGISTER:
	case MODBUS_WRITE_COILS:
	case MODBUS_WRITE_REGISTERS:
		return 5;
	case MODBUS_MASK_WRITE:
		return 7;
	default:
		return 1;
	}
}

static bool rtu_answers(const struct modbus_expect *expect, const u8 *adu, size_t len)
{
	if (adu[0] != expect->unit)
		return false;
	if (adu[1] == (expect->req[0] | MODBUS_EXCEPTION))
		return !expect->distrust;
	return (!expect->len || len == expect->len) &&
	       !memcmp(adu + 1, expect->req, rtu_repeated(expect->req[0]));
}

/* A frame of the awaited kind and length that has a wrong CRC. */
static bool rtu_resembles(const struct modbus_expect *expect, const u8 *adu, size_t len)
{
	return adu[0] == expect->unit && adu[1] == expect->req[0] &&
	       (!expect->len || len == expect->len);
}

static size_t rtu_len(const struct modbus_expect *expect, const u8 *adu, size_t len)
{
	if (expect->req[0] == MODBUS_DIAGNOSTICS && adu[1] == MODBUS_DIAGNOSTICS)
		return expect->len;
	return rtu_frame_len(adu, len);
}

/**
 * modbus_rtu_parse() - find the reply to a request
 * @msg: the exchange; its context is a struct modbus_expect
 * @buf: received bytes
 * @len: how many, at least 1
 *
 * A reply must come from the unit that was asked, carry the function code and
 * have the length that the request implies; the reply to a write must repeat what
 * was written. What has a right CRC but answers another request of this unit is
 * stale.
 *
 * Return: what begins at @buf.
 */
struct serial_xfer_span modbus_rtu_parse(const struct serial_xfer_msg *msg,
					 const u8 *buf, size_t len)
{
	const struct modbus_expect *expect = msg->context;
	struct serial_xfer_span span = { SERIAL_XFER_NONE, 0 };
	bool ours = buf[0] == expect->unit;

	if (buf[0] > MODBUS_UNIT_MAX)
		return span;
	span.len = len < 2 ? 2 : rtu_len(expect, buf, len);
	if (!span.len || span.len > MODBUS_RTU_MAX_ADU)
		return span;

	if (span.len > len)
		span.verdict = SERIAL_XFER_MORE;
	else if (!rtu_crc_ok(buf, span.len))
		span.verdict = rtu_resembles(expect, buf, span.len) ?
			       SERIAL_XFER_DAMAGED : SERIAL_XFER_NONE;
	else if (rtu_answers(expect, buf, span.len))
		span.verdict = SERIAL_XFER_WHOLE;
	else
		span.verdict = ours ? SERIAL_XFER_STALE : SERIAL_XFER_FOREIGN;
	return span;
}
