// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as what is heard on the line. The first byte chooses what is expected,
 * the rest arrives one by one.
 */
#include "../../drivers/meterbus/protocol.h"
#include "check.h"

#define ID	0x22091039ffff0102ULL

static const u8 old[] = { 0x68, 0x03, 0x03, 0x68, 0x08, 0x00, 0x78, 0x80, 0x16 };

static const struct meterbus_expect expectations[] = {
	{ .address = 0, .data = true },
	{ .address = 0, .data = false },
	{ .address = METERBUS_A_SELECTED, .data = true },
	{ .address = METERBUS_A_TEST, .data = false },
	{ .address = METERBUS_A_SELECTED, .data = true, .secondary = true, .id = ID },
	{ .address = 0, .data = true, .old = old, .old_len = sizeof(old) },
};

/* What is accepted has the identity that was asked for, or none. */
static void check_identity(const struct meterbus_expect *expect, const u8 *data, size_t len)
{
	struct meterbus_telegram telegram;

	meterbus_telegram_parse(&telegram, data, len);
	if (!expect->secondary || !telegram.has_id)
		return;
	CHECK(telegram.id == 0x22091039);
	CHECK(telegram.fixed || (telegram.version == 1 && telegram.medium == 2));
}

/* A frame that is accepted is the one that would be built of its own fields. */
static void check_frame(const struct meterbus_expect *expect, const u8 *frame, size_t len)
{
	u8 again[SERIAL_XFER_MAX_FRAME];
	const u8 *data;
	size_t data_len, built;

	if (frame[0] == METERBUS_ACK) {
		CHECK(len == 1 && !meterbus_frame_data(frame, len, &data_len));
		return;
	}
	data = meterbus_frame_data(frame, len, &data_len);
	CHECK(data && data_len);
	check_identity(expect, data, data_len);
	CHECK(!expect->old || len != expect->old_len || memcmp(frame, expect->old, len));
	built = meterbus_frame_long(again, frame[4], frame[5], data[0], data + 1, data_len - 1);
	CHECK(built == len && !memcmp(again, frame, len));
}

/* More bytes never change what was said of fewer. */
static void check_span(const struct serial_xfer_span *before,
		       const struct serial_xfer_span *span, size_t len)
{
	switch (span->verdict) {
	case SERIAL_XFER_MORE:
		CHECK(span->len > len && span->len <= SERIAL_XFER_MAX_FRAME);
		break;
	case SERIAL_XFER_NONE:
		break;
	default:
		CHECK(span->len && span->len <= len);
	}
	if (len == 1)
		return;
	if (before->verdict == SERIAL_XFER_MORE)
		CHECK(span->verdict == SERIAL_XFER_NONE || span->len >= before->len);
	else
		CHECK(span->verdict == before->verdict && span->len == before->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct serial_xfer_span span = {}, before;
	struct serial_xfer_msg msg = {};
	size_t len;

	if (size < 2 || size > SERIAL_XFER_MAX_FRAME)
		return 0;
	msg.context = &expectations[*data++ % ARRAY_SIZE(expectations)];
	size--;
	for (len = 1; len <= size; len++) {
		before = span;
		span = meterbus_frame_parse(&msg, data, len);
		check_span(&before, &span, len);
		meterbus_frame_collided(msg.context, data, len);
	}
	if (span.verdict == SERIAL_XFER_WHOLE)
		check_frame(msg.context, data, span.len);
	return 0;
}
