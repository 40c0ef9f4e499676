// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random damage of replies. The light sort is of the kinds that a CRC-16
 * detects by construction (up to three wrong bits, a burst of up to 16 bits) or
 * that change the length, and is checked here: nothing in the damaged bytes,
 * wherever a reader may begin, is a sound reply other than the true one. The
 * heavy sort is arbitrary and only counted.
 */
#include <string.h>

#include "rtu.h"

#define TRIES		64
#define NO_SUCH_FRAME	0

/* How long a sound reply to @q would be that begins like these bytes. */
static size_t reply_len(const struct request *q, const uint8_t *bytes,
			size_t len)
{
	if (len < 5 || bytes[0] != q->bytes[0])
		return NO_SUCH_FRAME;
	if (bytes[1] == (q->bytes[1] | FN_EXCEPTION))
		return 5;
	if (bytes[1] != q->bytes[1])
		return NO_SUCH_FRAME;
	if (bytes[1] != FN_READ)
		return 8;
	if (bytes[2] != 2 * q->bytes[5])
		return NO_SUCH_FRAME;
	return 5 + bytes[2];
}

static bool is_sound(const struct request *q, const uint8_t *bytes, size_t len)
{
	size_t whole = reply_len(q, bytes, len);

	return whole && whole <= len && rtu_crc_ok(bytes, whole);
}

/* True if a reader could take the damaged bytes for another reply. */
static bool misleads(const struct request *q, const struct answer *truth,
		     const struct answer *damaged)
{
	size_t at;

	for (at = 0; at < damaged->len; at++) {
		const uint8_t *bytes = damaged->bytes + at;
		size_t left = damaged->len - at;

		if (!is_sound(q, bytes, left))
			continue;
		if (left < truth->len || memcmp(bytes, truth->bytes, truth->len))
			return true;
	}
	return false;
}

/*
 * An echo in place of a reply misleads by nature where the reply to a write
 * equals it, so for those the line keeps the reply too.
 */
static void echo_alone(const struct request *q, struct answer *a)
{
	if (q->bytes[1] == FN_READ)
		a->len = 0;
	rtu_fault_change(FAULT_ECHO, 0, q, a);
}

static void damage_light(const struct damage *d, const struct request *q,
			 struct answer *a)
{
	switch (random_below(11)) {
	case 0:
		a->len = 0;
		break;
	case 1:
		rtu_fault_change(FAULT_FLIP, 1 + random_below(3), q, a);
		break;
	case 2:
	case 3:
		rtu_fault_change(FAULT_BURST, 1 + random_below(16), q, a);
		break;
	case 4:
		rtu_fault_change(FAULT_CUT, random_below(a->len), q, a);
		break;
	case 5:
		rtu_fault_change(FAULT_DROP, 1 + random_below(4), q, a);
		break;
	case 6:
		rtu_fault_change(FAULT_INSERT, 1 + random_below(4), q, a);
		break;
	case 7:
		rtu_fault_change(FAULT_FOREIGN, 0, q, a);
		break;
	case 8:
		rtu_fault_change(FAULT_LATE, d->late_ms / 2 +
				 random_below(d->late_ms + 1), q, a);
		break;
	case 9:
		rtu_fault_change(FAULT_ECHO, 0, q, a);
		break;
	default:
		echo_alone(q, a);
	}
}

/* The header survives in half of the cases, so that the CRC is put to work. */
static void damage_heavy(struct answer *a)
{
	size_t i = random_below(2) ? 3 : 0;

	for (; i < a->len; i++)
		a->bytes[i] = random_below(256);
}

void damage_apply(struct damage *d, const struct request *q, struct answer *a)
{
	const struct answer truth = *a;
	int tries;

	if (!d->rate || !a->len || random_below(d->rate))
		return;
	d->done++;
	if (d->heavy) {
		damage_heavy(a);
		d->passed += misleads(q, &truth, a);
		return;
	}
	for (tries = 0; tries < TRIES; tries++) {
		*a = truth;
		damage_light(d, q, a);
		if (!misleads(q, &truth, a))
			return;
	}
	a->len = 0;
}
