// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of the data link layer (EN 13757-2:2018, chapter 5); pure code.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "protocol.h"

static u8 frame_checksum(const u8 *buf, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *buf++;
	return sum;
}

/**
 * meterbus_frame_short() - build a short frame
 * @frame: where it goes, room for METERBUS_SHORT_LEN bytes
 * @c: C field
 * @a: A field
 *
 * Return: the frame's length.
 */
size_t meterbus_frame_short(u8 *frame, u8 c, u8 a)
{
	frame[0] = METERBUS_SHORT_START;
	frame[1] = c;
	frame[2] = a;
	frame[3] = frame_checksum(frame + 1, 2);
	frame[4] = METERBUS_STOP;
	return METERBUS_SHORT_LEN;
}

/**
 * meterbus_frame_long() - build a long frame, or without data a control frame
 * @frame: where it goes, room for SERIAL_XFER_MAX_FRAME bytes
 * @c: C field
 * @a: A field
 * @ci: CI field
 * @data: what follows it
 * @len: length of @data, at most METERBUS_MAX_DATA
 *
 * Return: the frame's length.
 */
size_t meterbus_frame_long(u8 *frame, u8 c, u8 a, u8 ci, const u8 *data, size_t len)
{
	size_t l = METERBUS_CONTROL_L + len;

	frame[0] = METERBUS_LONG_START;
	frame[1] = l;
	frame[2] = l;
	frame[3] = METERBUS_LONG_START;
	frame[4] = c;
	frame[5] = a;
	frame[6] = ci;
	if (len)
		memcpy(frame + 7, data, len);
	frame[4 + l] = frame_checksum(frame + 4, l);
	frame[5 + l] = METERBUS_STOP;
	return l + METERBUS_LONG_OVERHEAD;
}

/**
 * meterbus_frame_data() - user data of a long frame
 * @frame: the frame, as meterbus_frame_parse() accepts it
 * @len: its length
 * @data_len: result: length of the user data, CI field included
 *
 * Return: the user data; NULL if the frame is an acknowledgment.
 */
const u8 *meterbus_frame_data(const u8 *frame, size_t len, size_t *data_len)
{
	if (len < METERBUS_LONG_OVERHEAD + METERBUS_CONTROL_L)
		return NULL;
	*data_len = len - METERBUS_LONG_OVERHEAD - 2;
	return frame + 6;
}

/**
 * meterbus_frame_address() - sender of a long frame
 * @frame: the frame, as meterbus_frame_parse() accepts it
 *
 * Return: the A field.
 */
u8 meterbus_frame_address(const u8 *frame)
{
	return frame[5];
}

/*
 * Length of the frame whose first bytes are given: exact once it is not more than
 * @len, a lower bound before; 0 if no frame of a meter begins so. Meters send no
 * short frames.
 */
static size_t frame_len(const u8 *buf, size_t len)
{
	if (buf[0] == METERBUS_ACK)
		return 1;
	if (buf[0] != METERBUS_LONG_START)
		return 0;
	if (len >= 2 && buf[1] < METERBUS_CONTROL_L)
		return 0;
	if (len >= 3 && buf[2] != buf[1])
		return 0;
	if (len >= 4 && buf[3] != METERBUS_LONG_START)
		return 0;
	return METERBUS_LONG_OVERHEAD + (len < 2 ? METERBUS_CONTROL_L : buf[1]);
}

/* The checksum covers what lies between the head and itself. */
static bool frame_intact(const u8 *buf, size_t len)
{
	return buf[len - 1] == METERBUS_STOP &&
	       buf[len - 2] == frame_checksum(buf + 4, len - METERBUS_LONG_OVERHEAD);
}

/* A meter puts its primary address into a reply, even if it was selected otherwise. */
static bool frame_is_from(const struct meterbus_expect *expect, const u8 *buf)
{
	return expect->address == METERBUS_A_SELECTED || expect->address == METERBUS_A_TEST ||
	       meterbus_frame_address(buf) == expect->address;
}

/* One that was selected tells its identity, and others may answer in its place. */
static bool frame_is_of_device(const struct meterbus_expect *expect, const u8 *buf, size_t len)
{
	struct meterbus_telegram telegram;
	const u8 *data;
	size_t data_len;

	if (!expect->secondary)
		return true;
	data = meterbus_frame_data(buf, len, &data_len);
	meterbus_telegram_parse(&telegram, data, data_len);
	return meterbus_telegram_is_from(&telegram, expect->id);
}

static bool frame_is_old(const struct meterbus_expect *expect, const u8 *buf, size_t len)
{
	return expect->old && expect->old_len == len && !memcmp(expect->old, buf, len);
}

static bool frame_is_user_data(const u8 *buf)
{
	return (buf[4] & ~METERBUS_C_ACD_DFC) == METERBUS_C_RSP_UD;
}

static enum serial_xfer_verdict frame_judge(const struct meterbus_expect *expect,
					    const u8 *buf, size_t len)
{
	bool ours;

	if (buf[0] == METERBUS_ACK)
		return expect->data ? SERIAL_XFER_NONE : SERIAL_XFER_WHOLE;
	ours = frame_is_user_data(buf) && frame_is_from(expect, buf);
	if (!frame_intact(buf, len))
		return ours && expect->data ? SERIAL_XFER_DAMAGED : SERIAL_XFER_NONE;
	if (!ours || !frame_is_of_device(expect, buf, len))
		return SERIAL_XFER_FOREIGN;
	if (!expect->data || frame_is_old(expect, buf, len))
		return SERIAL_XFER_STALE;
	return SERIAL_XFER_WHOLE;
}

/**
 * meterbus_frame_parse() - find the reply to a request
 * @msg: the exchange; its context is a struct meterbus_expect
 * @buf: received bytes
 * @len: how many, at least 1
 *
 * A single byte carries no check: an acknowledgment must only be believed if nothing
 * else was heard, &serial_xfer_msg.heard. The reply to REQ_UD2 may be one, too, from
 * a meter that has no data; but any byte of a reply that is still coming may look so,
 * so it is nothing here, and can be found among what was heard when time is up.
 *
 * User data that come while an acknowledgment is awaited answer an earlier request.
 *
 * Return: what begins at @buf.
 */
struct serial_xfer_span meterbus_frame_parse(const struct serial_xfer_msg *msg,
					     const u8 *buf, size_t len)
{
	struct serial_xfer_span span = { SERIAL_XFER_NONE, 0 };

	span.len = frame_len(buf, len);
	if (!span.len)
		return span;
	if (span.len > len)
		span.verdict = SERIAL_XFER_MORE;
	else
		span.verdict = frame_judge(msg->context, buf, span.len);
	return span;
}

/* How many of the five bytes that tell a long frame of this length are right? */
static unsigned int frame_marks(const u8 *buf, size_t len)
{
	size_t l = len - METERBUS_LONG_OVERHEAD;

	return (buf[0] == METERBUS_LONG_START) + (buf[1] == l) + (buf[2] == l) +
	       (buf[3] == METERBUS_LONG_START) + (buf[len - 1] == METERBUS_STOP);
}

/**
 * meterbus_frame_collided() - have several meters answered at once?
 * @expect: what the reply had to be
 * @buf: what was heard instead, from its first byte
 * @len: how many bytes
 *
 * A meter sends a 0 as current, a 1 as rest (EN 13757-2:2018, 4.4), so of several
 * meters at once each 0 is seen and a 1 only where all send it. The first byte
 * heard is then what each of them sends first, less some bits that another one's
 * zeros hide, and it is followed by as many bytes as a reply has at least. Noise
 * adds bits, or is shorter. Of one reply that is damaged, most marks of its frame
 * are still in their places.
 *
 * Meters that answer in step, bit for bit, cannot be told from one; a lone byte of
 * zeros can be anything.
 *
 * Return: true for a collision; false for noise, or for a damaged reply.
 */
bool meterbus_frame_collided(const struct meterbus_expect *expect, const u8 *buf, size_t len)
{
	u8 first = expect->data ? METERBUS_LONG_START : METERBUS_ACK;
	size_t min = expect->data ? METERBUS_LONG_OVERHEAD + METERBUS_CONTROL_L : 1;

	if (len < min || buf[0] & ~first)
		return false;
	if (!expect->data)
		return len > 1 || (buf[0] && buf[0] != METERBUS_ACK);
	return frame_len(buf, len) <= len && frame_marks(buf, len) < 4;
}
