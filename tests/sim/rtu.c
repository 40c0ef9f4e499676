// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "rtu.h"

/*
 * QEMU hands over a request in pieces, as fast as its guest fills the UART, so
 * t1.5 means nothing here: requests are framed by their length, and this much
 * silence ends what has no known length or was damaged.
 */
#define IDLE_NS		(25 * NS_PER_MS)

void rtu_add(struct rtu *r, struct meter *m)
{
	struct meter **at = &r->meters;

	while (*at)
		at = &(*at)->next;
	*at = m;
}

struct meter *rtu_find(struct rtu *r, uint8_t unit)
{
	struct meter *m;

	for (m = r->meters; m; m = m->next)
		if (meter_unit(m) == unit)
			return m;
	return NULL;
}

bool rtu_remove(struct rtu *r, uint8_t unit)
{
	struct meter *m = rtu_find(r, unit);
	struct meter **at = &r->meters;

	if (!m)
		return false;
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	free(m);
	return true;
}

static void remember(struct rtu *r, const struct request *q)
{
	struct rtu_seen *s = &r->history[r->seen++ % RTU_HISTORY];

	*s = (struct rtu_seen){ q->bytes[0], q->bytes[1], 0, 0 };
	if (q->len < 8)
		return;
	s->addr = q->bytes[2] << 8 | q->bytes[3];
	s->count = q->bytes[4] << 8 | q->bytes[5];
}

/* Two meters that drive an RS-485 pair at once: the dominant level is low. */
static void collide(struct answer *sum, const struct answer *a)
{
	size_t i;

	for (i = 0; i < a->len; i++)
		sum->bytes[i] = i < sum->len ? sum->bytes[i] & a->bytes[i] :
					       a->bytes[i];
	if (a->len > sum->len)
		sum->len = a->len;
	if (a->delay > sum->delay)
		sum->delay = a->delay;
}

/* A meter deaf to this request does not act on it either. */
static bool hears(struct meter *m, struct rtu *r, const struct request *q)
{
	if (!m->powered)
		return false;
	if (q->bytes[0] && q->bytes[0] != meter_unit(m))
		return false;
	if (!settings_match(r->wire->settings, meter_settings(m))) {
		r->stats.wrong_settings++;
		return false;
	}
	m->stats.requests++;
	return !fault_find(m->faults, FAULT_SILENT, q) &&
	       !fault_find(m->faults, FAULT_REFUSE, q);
}

static void refuse(struct answer *a, const struct request *q, uint8_t code)
{
	a->bytes[0] = q->bytes[0];
	a->bytes[1] = q->bytes[1] | FN_EXCEPTION;
	a->bytes[2] = code;
	a->len = rtu_seal(a->bytes, 3);
}

static void ask(struct meter *m, const struct request *q, struct answer *a)
{
	const struct fault *exception = fault_find(m->faults, FAULT_EXCEPTION, q);

	memset(a, 0, sizeof(*a));
	if (exception)
		refuse(a, q, exception->arg);
	else if (fault_find(m->faults, FAULT_REFUSEX, q))
		refuse(a, q, EX_ADDRESS);
	else
		a->len = station_answer(m, q, a->bytes);
	if (!q->bytes[0] && (!m->answers_broadcast || q->bytes[1] != FN_READ))
		a->len = 0;
	if (a->len)
		fault_apply(m->faults, q, a, rtu_fault_change);
}

/* A meter answers its requests in their order, also when it is late. */
static int64_t reply_start(struct rtu *r, struct meter *m,
			   const struct answer *a)
{
	int64_t start = r->wire->rx_end + a->delay;

	if (r->wire->answer_ns != WIRE_ANSWER_DEFAULT)
		start += r->wire->answer_ns;
	if (start < m->last_reply)
		start = m->last_reply;
	m->last_reply = start;
	return start;
}

static void reply(struct rtu *r, struct meter *m, const struct request *q,
		  struct answer *a)
{
	damage_apply(&r->damage, q, a);
	wire_log(r->wire, a->len ? "<" : "< silence", a->bytes, a->len);
	if (!a->len)
		return;
	m->stats.replies++;
	r->stats.replies++;
	wire_send(r->wire, a->bytes, a->len, reply_start(r, m, a));
}

static void serve(struct rtu *r, const struct request *q)
{
	struct answer sum = { .len = 0 };
	struct answer one;
	struct meter *speaker = NULL;
	struct meter *m;

	for (m = r->meters; m; m = m->next) {
		if (!hears(m, r, q))
			continue;
		ask(m, q, &one);
		if (!one.len)
			continue;
		collide(&sum, &one);
		speaker = m;
	}
	if (speaker)
		reply(r, speaker, q, &sum);
}

static void request(struct rtu *r)
{
	const struct request q = { r->frame, r->len };

	wire_log(r->wire, ">", q.bytes, q.len);
	remember(r, &q);
	r->stats.requests++;
	if (q.bytes[1] == FN_WRITE_ONE || q.bytes[1] == FN_WRITE_MANY)
		r->stats.writes++;
	if (!q.bytes[0])
		r->stats.broadcasts++;
	serve(r, &q);
	r->len = 0;
}

static void lose_step(struct rtu *r)
{
	wire_log(r->wire, "> damaged", r->frame, r->len);
	r->stats.bad_crc++;
	r->len = 0;
	r->lost = true;
}

static void rtu_receive(void *context, uint8_t byte)
{
	struct rtu *r = context;

	r->last_byte = clock_ns();
	if (r->lost)
		return;
	r->frame[r->len++] = byte;
	if (r->len == rtu_request_len(r->frame, r->len)) {
		if (rtu_crc_ok(r->frame, r->len))
			request(r);
		else
			lose_step(r);
	} else if (r->len == RTU_FRAME_MAX) {
		lose_step(r);
	}
}

static int64_t rtu_idle_deadline(void *context)
{
	struct rtu *r = context;

	return r->len || r->lost ? r->last_byte + IDLE_NS : INT64_MAX;
}

static void rtu_idle(void *context)
{
	struct rtu *r = context;

	if (r->len && rtu_crc_ok(r->frame, r->len))
		request(r);
	else if (r->len)
		lose_step(r);
	r->lost = false;
}

const struct wire_protocol rtu_protocol = {
	.receive = rtu_receive,
	.idle_deadline = rtu_idle_deadline,
	.idle = rtu_idle,
};
