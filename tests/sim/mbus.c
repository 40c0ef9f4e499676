// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "mbus.h"

/* As in rtu.c: QEMU hands over a frame in pieces, silence ends a damaged one. */
#define IDLE_NS		(25 * NS_PER_MS)

/* EN 13757-2 allows 11 to 330 bit times, and 50 ms more. */
#define ANSWER_BITS	33
#define CHAR_BITS	11

#define VOICES_MAX	255

void mbus_add(struct mbus *b, struct mbus_meter *m)
{
	struct mbus_meter **at = &b->meters;

	while (*at)
		at = &(*at)->next;
	*at = m;
}

bool mbus_remove(struct mbus *b, struct mbus_meter *m)
{
	struct mbus_meter **at = &b->meters;

	if (!m)
		return false;
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	free(m);
	return true;
}

static struct mbus_meter *find_number(struct mbus *b, const char *word)
{
	bool is_identification = strlen(word) == 8 && strspn(word, "0123456789ABCDEF") == 8;
	unsigned long number = strtoul(word, NULL, is_identification ? 16 : 0);
	struct mbus_meter *m;

	if (!strchr("0123456789", word[0]))
		return NULL;
	for (m = b->meters; m; m = m->next)
		if (number == (is_identification ? m->identification : m->address))
			return m;
	return NULL;
}

/* By name, by eight digits of identification, or by primary address. */
struct mbus_meter *mbus_find(struct mbus *b, const char *word)
{
	struct mbus_meter *m;

	for (m = b->meters; m; m = m->next)
		if (m->name[0] && !strcmp(m->name, word))
			return m;
	return find_number(b, word);
}

static void remember(struct mbus *b)
{
	unsigned int at = b->seen++ % MBUS_HISTORY;

	memcpy(b->history[at].bytes, b->frame, b->len);
	b->history[at].len = b->len;
}

static void count(struct mbus *b, const struct mbus_frame *f)
{
	uint8_t function = f->c & ~C_FCB;

	b->stats.requests++;
	b->stats.nke += f->c == C_SND_NKE;
	b->stats.reads += function == C_REQ_UD2;
	b->stats.broadcasts += f->a == ADDRESS_ALL;
	if (function != C_SND_UD)
		return;
	if (f->ci == CI_SELECT)
		b->stats.selects++;
	else
		b->stats.writes++;
}

/* A meter deaf to this frame does not act on it either. */
static bool hears(struct mbus *b, struct mbus_meter *m, const struct mbus_frame *f,
		  const struct request *q)
{
	struct settings own = { m->speed, 'E' };

	if (!m->powered || !mbus_addressed(m, f))
		return false;
	if (!settings_match(b->wire->settings, own)) {
		b->stats.wrong_settings += f->a <= ADDRESS_LAST;
		return false;
	}
	m->stats.requests++;
	return !fault_find(m->faults, FAULT_SILENT, q);
}

/* A general application error: busy (EN 13757-3). */
static void refuse(struct mbus_meter *m, struct answer *a)
{
	static const uint8_t busy = 0x08;

	a->bytes[4] = C_RSP_UD;
	a->bytes[5] = m->address;
	a->bytes[6] = CI_ERROR;
	a->bytes[7] = busy;
	a->len = mbus_seal(a->bytes, 4);
}

static void ask(struct mbus *b, struct mbus_meter *m, const struct mbus_frame *f,
		const struct request *q, struct answer *a)
{
	uint64_t repeats = m->stats.repeats;

	memset(a, 0, sizeof(*a));
	a->len = mbus_answer(m, f, a->bytes);
	b->stats.repeats += m->stats.repeats - repeats;
	if (a->len > 1 && fault_find(m->faults, FAULT_BUSY, q))
		refuse(m, a);
	if (a->len == 1 && fault_find(m->faults, FAULT_NOACK, q))
		a->len = 0;
	if (a->len)
		fault_apply(m->faults, q, a, mbus_fault_change);
	m->stats.replies += !!a->len;
}

static int64_t answering_time(const struct mbus *b)
{
	if (b->wire->answer_ns != WIRE_ANSWER_DEFAULT)
		return b->wire->answer_ns;
	if (!b->wire->paced)
		return 0;
	return settings_char_ns(b->wire->settings) * ANSWER_BITS / CHAR_BITS;
}

/* A meter answers its requests in their order, also when it is late. */
static void send(struct mbus *b, struct mbus_meter *m, const struct answer *a)
{
	int64_t start = b->wire->rx_end + answering_time(b) + a->delay;

	if (m && start < m->last_reply)
		start = m->last_reply;
	if (m)
		m->last_reply = start;
	wire_log(b->wire, a->len ? "<" : "< silence", a->bytes, a->len);
	if (!a->len)
		return;
	b->stats.replies++;
	wire_send(b->wire, a->bytes, a->len, start);
}

static void collide(struct mbus *b, const struct mbus_voice *voices, size_t n)
{
	struct answer sum;

	mbus_collide(voices, n, &sum);
	b->stats.collisions++;
	send(b, NULL, &sum);
}

/*
 * Who is late on purpose speaks alone; all others at once. Random damage is of
 * the reply of one meter.
 */
static void serve(struct mbus *b, const struct mbus_frame *f, const struct request *q)
{
	static struct mbus_voice voices[VOICES_MAX];
	struct mbus_meter *speaker = NULL;
	struct mbus_meter *m;
	size_t n = 0;

	for (m = b->meters; m && n < VOICES_MAX; m = m->next) {
		if (!hears(b, m, f, q))
			continue;
		ask(b, m, f, q, &voices[n].answer);
		if (voices[n].answer.delay)
			send(b, m, &voices[n].answer);
		if (voices[n].answer.delay || !voices[n].answer.len)
			continue;
		voices[n++].skew = m->skew;
		speaker = m;
	}
	if (n > 1)
		collide(b, voices, n);
	if (n != 1)
		return;
	mbus_damage_apply(&b->damage, q, &voices[0].answer);
	send(b, speaker, &voices[0].answer);
}

static void lose_step(struct mbus *b)
{
	wire_log(b->wire, "> damaged", b->frame, b->len);
	b->stats.bad_checksum++;
	b->len = 0;
	b->lost = true;
}

static void mbus_receive(void *context, uint8_t byte)
{
	struct mbus *b = context;
	struct request q = { b->frame, 0 };
	enum mbus_verdict verdict;
	struct mbus_frame f;

	b->last_byte = clock_ns();
	if (b->lost)
		return;
	b->frame[b->len++] = byte;
	verdict = mbus_parse(b->frame, b->len, &f);
	if (verdict == MBUS_SOUND) {
		wire_log(b->wire, ">", b->frame, b->len);
		q.len = b->len;
		remember(b);
		count(b, &f);
		b->len = 0;
		serve(b, &f, &q);
	} else if (verdict != MBUS_PARTIAL) {
		lose_step(b);
	}
}

static int64_t mbus_idle_deadline(void *context)
{
	struct mbus *b = context;

	return b->len || b->lost ? b->last_byte + IDLE_NS : INT64_MAX;
}

static void mbus_idle(void *context)
{
	struct mbus *b = context;

	if (b->len)
		lose_step(b);
	b->lost = false;
}

const struct wire_protocol mbus_protocol = {
	.receive = mbus_receive,
	.idle_deadline = mbus_idle_deadline,
	.idle = mbus_idle,
};
