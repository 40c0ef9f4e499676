// SPDX-License-Identifier: GPL-2.0-only
/* Read-outs: records and what is around them (EN 13757-3, mode 1). */
#include <stdlib.h>
#include <string.h>

#include "mbus.h"

#define DIF_FIELD	0x0f
#define DIF_MORE	0x1f
#define HEADER_LEN	12

uint32_t bcd_of(uint32_t number)
{
	uint32_t bcd = 0;
	int shift;

	for (shift = 0; shift < 32; shift += 4, number /= 10)
		bcd |= number % 10 << shift;
	return bcd;
}

bool bcd_valid(uint32_t bcd, int digits)
{
	for (; digits; digits--, bcd >>= 4)
		if ((bcd & 15) > 9)
			return false;
	return true;
}

uint32_t bcd_number(uint32_t bcd)
{
	uint32_t number = 0;
	int shift;

	for (shift = 28; shift >= 0; shift -= 4)
		number = 10 * number + (bcd >> shift & 15);
	return number;
}

static void put_number(uint64_t number, size_t bytes, uint8_t *to)
{
	for (; bytes; bytes--, number >>= 8)
		*to++ = number & 0xff;
}

/* Type A: a negative number has F in the place of its first digit. */
static void put_bcd(int64_t number, size_t bytes, uint8_t *to)
{
	uint64_t left = number < 0 ? -number : number;
	uint8_t *end = to + bytes;
	uint8_t *at;

	for (at = to; at < end; at++, left /= 100)
		*at = left % 10 | (left / 10 % 10) << 4;
	if (number < 0)
		end[-1] |= 0xf0;
}

static void put_real(float real, uint8_t *to)
{
	uint32_t bits;

	memcpy(&bits, &real, sizeof(bits));
	put_number(bits, sizeof(bits), to);
}

/* LVAR, then the characters from the last to the first. */
static size_t put_text(const char *text, uint8_t *to)
{
	size_t len = strlen(text);
	size_t i;

	*to++ = len;
	for (i = 0; i < len; i++)
		*to++ = text[len - 1 - i];
	return 1 + len;
}

/* Data field codes of the DIF: how many bytes, of what sort. */
static size_t put_data(const struct mbus_record *r, uint8_t *to)
{
	static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6, 0 };
	uint8_t field = r->head[0] & DIF_FIELD;
	size_t size = sizes[field];

	if (field == 0x0d)
		return put_text(r->text, to);
	if (field == 0x05)
		put_real(r->real, to);
	else if (field > 0x08)
		put_bcd(r->value, size, to);
	else
		put_number(r->value, size, to);
	return size;
}

size_t mbus_record_put(const struct mbus_record *r, uint8_t *to)
{
	memcpy(to, r->head, r->head_len);
	return r->head_len + put_data(r, to + r->head_len);
}

static size_t put_records(const struct mbus_meter *m, uint8_t telegram, uint8_t *to)
{
	uint8_t bytes[MBUS_HEAD_MAX + MBUS_TEXT_MAX + 8];
	size_t room = MBUS_USER_MAX - 1 - HEADER_LEN - m->model->tail_len - 1;
	size_t at = 0, len;
	unsigned int i;

	for (i = 0; i < m->count; i++) {
		if (m->records[i].hidden || m->records[i].telegram != telegram)
			continue;
		len = mbus_record_put(&m->records[i], bytes);
		if (at + len > room)
			abort();
		memcpy(to + at, bytes, len);
		at += len;
	}
	return at;
}

static size_t put_tail(const struct mbus_meter *m, uint8_t *to)
{
	if (m->model->tail)
		memcpy(to, m->model->tail, m->model->tail_len);
	return m->model->tail_len;
}

/* Variable data structure: the fixed header, the records of one telegram. */
static size_t put_variable(struct mbus_meter *m, uint8_t *user)
{
	uint8_t telegram = m->telegram;
	size_t len = 1 + HEADER_LEN;

	user[0] = CI_VARIABLE;
	put_number(m->identification, 4, user + 1);
	put_number(m->manufacturer, 2, user + 5);
	user[7] = m->version;
	user[8] = m->medium;
	user[9] = m->access;
	user[10] = m->status;
	user[11] = 0;
	user[12] = 0;
	len += put_records(m, telegram, user + len);
	if (telegram + 1 < m->model->telegrams)
		user[len++] = DIF_MORE;
	else
		len += put_tail(m, user + len);
	m->telegram = (telegram + 1) % m->model->telegrams;
	return len;
}

/*
 * Fixed data structure. Its two unit bytes carry the medium in their upper
 * bits, the low half first: E9 7E is water, litres, and litres at a fixed date.
 */
static size_t put_fixed(const struct mbus_meter *m, uint8_t *user)
{
	user[0] = CI_FIXED;
	put_number(m->identification, 4, user + 1);
	user[5] = m->access;
	user[6] = m->status;
	user[7] = (m->medium & 3) << 6 | 0x29;
	user[8] = (m->medium >> 2 & 3) << 6 | 0x3e;
	put_bcd(m->records[0].value, 4, user + 9);
	put_bcd(m->records[1].value, 4, user + 13);
	return 17;
}

size_t mbus_readout(struct mbus_meter *m, uint8_t *user)
{
	if (m->raw_len) {
		memcpy(user, m->raw, m->raw_len);
		return m->raw_len;
	}
	return m->model->fixed ? put_fixed(m, user) : put_variable(m, user);
}
