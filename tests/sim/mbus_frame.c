// SPDX-License-Identifier: GPL-2.0-only
/* M-Bus framing (EN 13757-2, frame format class FT 1.2). */
#include "mbus.h"

#define HEAD_LEN	4	/* 68 L L 68 */
#define SHORT_LEN	5

uint8_t mbus_sum(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum += *bytes++;
	return sum;
}

/* A long frame around @user_len bytes that lie behind room for its head. */
size_t mbus_seal(uint8_t *bytes, size_t user_len)
{
	bytes[0] = MBUS_LONG;
	bytes[1] = user_len;
	bytes[2] = user_len;
	bytes[3] = MBUS_LONG;
	bytes[HEAD_LEN + user_len] = mbus_sum(bytes + HEAD_LEN, user_len);
	bytes[HEAD_LEN + user_len + 1] = MBUS_STOP;
	return HEAD_LEN + user_len + 2;
}

/* The checksum of a long frame anew, after a change of its content. */
void mbus_reseal(uint8_t *bytes)
{
	bytes[HEAD_LEN + bytes[1]] = mbus_sum(bytes + HEAD_LEN, bytes[1]);
}

static enum mbus_verdict parse_short(const uint8_t *bytes, size_t len,
				     struct mbus_frame *f)
{
	if (len < SHORT_LEN)
		return MBUS_PARTIAL;
	*f = (struct mbus_frame){ .c = bytes[1], .a = bytes[2] };
	if (bytes[4] != MBUS_STOP)
		return MBUS_BAD_FORM;
	return bytes[3] == mbus_sum(bytes + 1, 2) ? MBUS_SOUND : MBUS_BAD_SUM;
}

static enum mbus_verdict parse_long(const uint8_t *bytes, size_t len,
				    struct mbus_frame *f)
{
	size_t user = len > 1 ? bytes[1] : 0;

	if ((len > 1 && user < 3) || (len > 2 && bytes[2] != bytes[1]) ||
	    (len > 3 && bytes[3] != MBUS_LONG))
		return MBUS_BAD_FORM;
	if (len < HEAD_LEN || len < HEAD_LEN + user + 2)
		return MBUS_PARTIAL;
	*f = (struct mbus_frame){
		.c = bytes[4],
		.a = bytes[5],
		.has_ci = true,
		.ci = bytes[6],
		.data = bytes + 7,
		.len = user - 3,
	};
	if (bytes[HEAD_LEN + user + 1] != MBUS_STOP)
		return MBUS_BAD_FORM;
	return bytes[HEAD_LEN + user] == mbus_sum(bytes + HEAD_LEN, user) ?
	       MBUS_SOUND : MBUS_BAD_SUM;
}

enum mbus_verdict mbus_parse(const uint8_t *bytes, size_t len, struct mbus_frame *f)
{
	if (!len)
		return MBUS_PARTIAL;
	if (bytes[0] == MBUS_SHORT)
		return parse_short(bytes, len, f);
	if (bytes[0] == MBUS_LONG)
		return parse_long(bytes, len, f);
	return MBUS_BAD_FORM;
}

bool mbus_is_long(const uint8_t *bytes, size_t len)
{
	struct mbus_frame f;

	return len && bytes[0] == MBUS_LONG && mbus_parse(bytes, len, &f) == MBUS_SOUND;
}
