// SPDX-License-Identifier: GPL-2.0-only
/* What one meter makes of one sound request that is addressed to it. */
#include "rtu.h"

#define READ_MAX	125
#define WRITE_MAX	123

static uint16_t word_at(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static int answer_read(struct meter *m, const struct request *q, uint8_t *reply,
		       size_t *len)
{
	uint16_t count = word_at(q->bytes + 4);
	uint16_t words[READ_MAX];
	int i, ex;

	if (!count || count > READ_MAX)
		return EX_VALUE;
	ex = meter_read(m, word_at(q->bytes + 2), count, words);
	if (ex)
		return ex;
	reply[2] = 2 * count;
	for (i = 0; i < count; i++) {
		reply[3 + 2 * i] = words[i] >> 8;
		reply[4 + 2 * i] = words[i] & 0xff;
	}
	*len = 3 + 2 * count;
	return EX_NONE;
}

static void copy_four(const struct request *q, uint8_t *reply, size_t *len)
{
	int i;

	for (i = 2; i < 6; i++)
		reply[i] = q->bytes[i];
	*len = 6;
}

static int answer_write_one(struct meter *m, const struct request *q,
			    uint8_t *reply, size_t *len)
{
	int ex = meter_write_one(m, word_at(q->bytes + 2),
				 word_at(q->bytes + 4));

	m->stats.writes++;
	copy_four(q, reply, len);
	return ex;
}

static int answer_write_many(struct meter *m, const struct request *q,
			     uint8_t *reply, size_t *len)
{
	uint16_t count = word_at(q->bytes + 4);
	uint16_t words[WRITE_MAX];
	int i;

	m->stats.writes++;
	if (!count || count > WRITE_MAX || q->bytes[6] != 2 * count)
		return EX_VALUE;
	for (i = 0; i < count; i++)
		words[i] = word_at(q->bytes + 7 + 2 * i);
	copy_four(q, reply, len);
	return meter_write_many(m, word_at(q->bytes + 2), count, words);
}

static int dispatch(struct meter *m, const struct request *q, uint8_t *reply,
		    size_t *len)
{
	switch (q->bytes[1]) {
	case FN_READ:
		return answer_read(m, q, reply, len);
	case FN_WRITE_ONE:
		return answer_write_one(m, q, reply, len);
	case FN_WRITE_MANY:
		return answer_write_many(m, q, reply, len);
	default:
		return EX_FUNCTION;
	}
}

/*
 * The reply carries the address that the meter had when it was asked, also
 * where the request changes it.
 */
size_t station_answer(struct meter *m, const struct request *q, uint8_t *reply)
{
	size_t len = 0;
	int ex;

	reply[0] = meter_unit(m);
	reply[1] = q->bytes[1];
	ex = dispatch(m, q, reply, &len);
	if (!ex)
		return rtu_seal(reply, len);
	reply[1] |= FN_EXCEPTION;
	reply[2] = ex;
	return rtu_seal(reply, 3);
}
