// SPDX-License-Identifier: GPL-2.0-only
/* Faults that a test asks for, one meter at a time. */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "clock.h"
#include "fault.h"

static uint64_t random_state = 1;

void random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15 + 1;
}

/* xorshift64*; the bias of the remainder does not matter here. */
uint32_t random_below(uint32_t n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1d >> 33) % n;
}

#define ON_ALL	(FAULT_ON_RTU | FAULT_ON_MBUS)

static const struct {
	const char *name;
	enum fault_kind kind;
	bool needs_arg;
	unsigned int buses;
} kinds[] = {
	{ "silent", FAULT_SILENT, false, ON_ALL },
	{ "refuse", FAULT_REFUSE, true, FAULT_ON_RTU },
	{ "refusex", FAULT_REFUSEX, true, FAULT_ON_RTU },
	{ "late", FAULT_LATE, true, ON_ALL },
	{ "cut", FAULT_CUT, true, ON_ALL },
	{ "flip", FAULT_FLIP, true, ON_ALL },
	{ "burst", FAULT_BURST, true, ON_ALL },
	{ "byte", FAULT_BYTE, true, FAULT_ON_MBUS },
	{ "insert", FAULT_INSERT, true, ON_ALL },
	{ "drop", FAULT_DROP, true, ON_ALL },
	{ "foreign", FAULT_FOREIGN, false, ON_ALL },
	{ "identity", FAULT_IDENTITY, false, FAULT_ON_MBUS },
	{ "exception", FAULT_EXCEPTION, true, FAULT_ON_RTU },
	{ "busy", FAULT_BUSY, false, FAULT_ON_MBUS },
	{ "noack", FAULT_NOACK, false, FAULT_ON_MBUS },
	{ "noise", FAULT_NOISE, true, ON_ALL },
	{ "twice", FAULT_TWICE, false, ON_ALL },
	{ "wrongfunc", FAULT_WRONGFUNC, false, ON_ALL },
	{ "echo", FAULT_ECHO, false, ON_ALL },
};

static bool parse_arg(const char *text, struct fault *f)
{
	bool block = f->kind == FAULT_REFUSE || f->kind == FAULT_REFUSEX;
	char *end;

	f->arg = strtol(text, &end, block ? 16 : 10);
	if (block && *end == ':')
		f->span = strtol(end + 1, &end, 10);
	return end != text && !*end && f->arg >= 0 && block == (f->span > 0);
}

/* "kind", "kind=N" or, for a block, "kind=ADDR:COUNT" with ADDR in hex. */
bool fault_parse(const char *text, unsigned int bus, struct fault *f)
{
	size_t len = strcspn(text, "=");
	bool has_arg = text[len] == '=';
	size_t i;

	*f = (struct fault){ .left = -1, .every = 1 };
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i].name) != len || !(kinds[i].buses & bus) ||
		    strncmp(kinds[i].name, text, len))
			continue;
		f->kind = kinds[i].kind;
		if (has_arg != kinds[i].needs_arg)
			return false;
		return !has_arg || parse_arg(text + len + 1, f);
	}
	return false;
}

/* Blocks are of registers, on Modbus only. */
#define MODBUS_READ	0x03

static bool touches(const struct fault *f, const struct request *q)
{
	long addr, count;

	if (!f->span)
		return true;
	if (q->bytes[1] != MODBUS_READ)
		return false;
	addr = q->bytes[2] << 8 | q->bytes[3];
	count = q->bytes[4] << 8 | q->bytes[5];
	return addr < f->arg + f->span && f->arg < addr + count;
}

/* Counts the request; true if the fault strikes this time. */
static bool strikes(struct fault *f, const struct request *q)
{
	if (!f->left || !touches(f, q))
		return false;
	if (++f->seen % f->every)
		return false;
	if (f->left > 0)
		f->left--;
	return true;
}

struct fault *fault_find(struct fault *faults, enum fault_kind kind,
			 const struct request *q)
{
	int i;

	for (i = 0; i < FAULTS_PER_METER; i++)
		if (faults[i].kind == kind && strikes(&faults[i], q))
			return &faults[i];
	return NULL;
}

static void flip_bit(struct answer *a, size_t bit)
{
	a->bytes[bit / 8] ^= 1 << bit % 8;
}

/* Distinct bits: two flips of one bit would be none. */
static void flip(struct answer *a, long n)
{
	bool flipped[ANSWER_MAX * 8] = { false };
	size_t bit;

	if ((size_t)n > a->len * 8)
		return;
	while (n > 0) {
		bit = random_below(a->len * 8);
		if (flipped[bit])
			continue;
		flipped[bit] = true;
		flip_bit(a, bit);
		n--;
	}
}

/*
 * The first and the last bit of a burst are wrong, those between at random.
 * Bits follow each other as a UART sends them, the least significant first.
 */
static void burst(struct answer *a, long n)
{
	size_t bits = a->len * 8;
	size_t first;
	long i;

	if (n < 1 || (size_t)n > bits)
		return;
	first = random_below(bits - n + 1);
	flip_bit(a, first);
	for (i = 1; i < n - 1; i++)
		if (random_below(2))
			flip_bit(a, first + i);
	if (n > 1)
		flip_bit(a, first + n - 1);
}

static void insert_at(struct answer *a, size_t at, long n)
{
	if (n < 0 || a->len + n > ANSWER_MAX)
		return;
	memmove(a->bytes + at + n, a->bytes + at, a->len - at);
	a->len += n;
	while (n--)
		a->bytes[at + n] = random_below(256);
}

static void drop(struct answer *a, long n)
{
	size_t at;

	if ((size_t)n >= a->len) {
		a->len = 0;
		return;
	}
	at = random_below(a->len - n + 1);
	memmove(a->bytes + at, a->bytes + at + n, a->len - at - n);
	a->len -= n;
}

static void put_before(struct answer *a, const uint8_t *bytes, size_t len)
{
	if (a->len + len > ANSWER_MAX)
		return;
	memmove(a->bytes + len, a->bytes, a->len);
	memcpy(a->bytes, bytes, len);
	a->len += len;
}

static void twice(struct answer *a)
{
	struct answer copy = *a;

	put_before(a, copy.bytes, copy.len);
}

/* The kinds that need to know nothing of what the bytes mean. */
void fault_change(enum fault_kind kind, long arg, const struct request *q,
		  struct answer *a)
{
	switch (kind) {
	case FAULT_LATE:
		a->delay += arg * NS_PER_MS;
		break;
	case FAULT_CUT:
		if ((size_t)arg < a->len)
			a->len = arg;
		break;
	case FAULT_FLIP:
		flip(a, arg);
		break;
	case FAULT_BURST:
		burst(a, arg);
		break;
	case FAULT_BYTE:
		if ((size_t)arg < a->len)
			a->bytes[arg] ^= 1 + random_below(255);
		break;
	case FAULT_INSERT:
		insert_at(a, random_below(a->len + 1), arg);
		break;
	case FAULT_DROP:
		drop(a, arg);
		break;
	case FAULT_NOISE:
		insert_at(a, 0, arg);
		break;
	case FAULT_TWICE:
		twice(a);
		break;
	case FAULT_ECHO:
		put_before(a, q->bytes, q->len);
		break;
	default:
		break;
	}
}

void fault_apply(struct fault *faults, const struct request *q, struct answer *a,
		 void (*change)(enum fault_kind kind, long arg, const struct request *q,
				struct answer *a))
{
	int i;

	for (i = 0; i < FAULTS_PER_METER; i++)
		if (faults[i].kind >= FAULT_LATE && a->len &&
		    strikes(&faults[i], q))
			change(faults[i].kind, faults[i].arg, q, a);
}
