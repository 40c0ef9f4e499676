// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that know what an M-Bus reply means, and random damage of replies.
 *
 * The light sort is what a reader who checks L twice, both 68, the checksum,
 * the 16, the C and the A field (or, where FD or FE was asked, the identity)
 * detects by construction:
 * - a change within one byte: the sum of the others is what it was, so this
 *   one shows in the checksum; in the frame's own bytes the form is broken;
 * - a burst of up to eight bits, which touches at most two neighbouring bytes:
 *   the one's change is a multiple of a power of two that the other's, not
 *   being 0, stays below, so they cannot cancel; neither can L change twice to
 *   the same value, as no bit position is hit in both;
 * - lost bytes: what L promises does not come;
 * - late, echoed, noise before: the reply itself is sound, or there is none;
 * - another meter's reply: another A field, or another identity.
 * Inserted bytes move the checksum and the 16 away, so that only chance could
 * put others in their place: as in rtu_damage.c it is checked here that
 * nothing in the damaged bytes, wherever a reader may begin, is a sound reply
 * other than the true one. The heavy sort is arbitrary, and what of it passes
 * all checks is counted.
 */
#include <string.h>

#include "mbus.h"

#define TRIES		64
#define A_FIELD		5
#define C_FIELD		4
#define IDENTITY	7
#define IDENTITY_LEN	4
#define RECORDS		19	/* behind the header of a variable structure */

static void other_address(struct answer *a)
{
	a->bytes[A_FIELD] = (a->bytes[A_FIELD] + 1) % (ADDRESS_LAST + 1);
	mbus_reseal(a->bytes);
}

/* The last digit of the identification becomes the next one. */
static void other_identity(struct answer *a)
{
	uint8_t *digits = &a->bytes[IDENTITY];

	*digits = (*digits & 0xf0) | ((*digits & 0x0f) + 1) % 10;
	mbus_reseal(a->bytes);
}

static bool asks_by_address(const struct request *q)
{
	uint8_t a = q->bytes[0] == MBUS_SHORT ? q->bytes[2] : q->bytes[A_FIELD];

	return a <= ADDRESS_LAST;
}

/* An E5 says nothing of its sender, so there is no foreign one. */
static void foreign(const struct request *q, struct answer *a)
{
	if (!mbus_is_long(a->bytes, a->len))
		a->len = 0;
	else if (asks_by_address(q))
		other_address(a);
	else
		other_identity(a);
}

void mbus_fault_change(enum fault_kind kind, long arg, const struct request *q,
		       struct answer *a)
{
	bool is_long = mbus_is_long(a->bytes, a->len);

	switch (kind) {
	case FAULT_FOREIGN:
		foreign(q, a);
		break;
	case FAULT_IDENTITY:
		if (is_long)
			other_identity(a);
		break;
	case FAULT_WRONGFUNC:
		a->bytes[is_long ? C_FIELD : 0] ^= 0x07;
		if (is_long)
			mbus_reseal(a->bytes);
		break;
	default:
		fault_change(kind, arg, q, a);
	}
}

/* Of a reply to FD or FE the sender is known by its identity alone. */
static bool is_from(const struct request *q, const struct answer *truth,
		    const struct mbus_frame *f)
{
	if (asks_by_address(q))
		return f->a == truth->bytes[A_FIELD];
	return f->len < IDENTITY_LEN ||
	       !memcmp(f->data, truth->bytes + IDENTITY, IDENTITY_LEN);
}

static bool is_sound(const struct request *q, const struct answer *truth,
		     const uint8_t *bytes, size_t len)
{
	struct mbus_frame f;

	if (bytes[0] != MBUS_LONG || mbus_parse(bytes, len, &f) != MBUS_SOUND)
		return false;
	return (f.c & 0x4f) == C_RSP_UD && is_from(q, truth, &f);
}

/* True if a reader could take the damaged bytes for another reply. */
static bool misleads(const struct request *q, const struct answer *truth,
		     const struct answer *damaged)
{
	size_t at, left;

	for (at = 0; at < damaged->len && truth->len > 1; at++) {
		left = damaged->len - at;
		if (!is_sound(q, truth, damaged->bytes + at, left))
			continue;
		if (left < truth->len || memcmp(damaged->bytes + at, truth->bytes, truth->len))
			return true;
	}
	return false;
}

static void change_one_byte(struct answer *a)
{
	mbus_fault_change(FAULT_BYTE, random_below(a->len), NULL, a);
}

static void echo_alone(const struct request *q, struct answer *a)
{
	a->len = 0;
	fault_change(FAULT_ECHO, 0, q, a);
}

static void be_late(const struct damage *d, struct answer *a)
{
	fault_change(FAULT_LATE, d->late_ms / 2 + random_below(d->late_ms + 1), NULL, a);
}

static void damage_light(const struct damage *d, const struct request *q, struct answer *a)
{
	switch (random_below(12)) {
	case 0:
		a->len = 0;
		break;
	case 1:
	case 2:
	case 3:
		change_one_byte(a);
		break;
	case 4:
		fault_change(FAULT_BURST, 1 + random_below(8), q, a);
		break;
	case 5:
		fault_change(FAULT_CUT, random_below(a->len), q, a);
		break;
	case 6:
		fault_change(FAULT_DROP, 1 + random_below(4), q, a);
		break;
	case 7:
		fault_change(FAULT_INSERT, 1 + random_below(4), q, a);
		break;
	case 8:
		mbus_fault_change(FAULT_FOREIGN, 0, q, a);
		break;
	case 9:
		be_late(d, a);
		break;
	case 10:
		fault_change(FAULT_ECHO, 0, q, a);
		break;
	default:
		echo_alone(q, a);
	}
}

/*
 * All bytes, or the frame's form is kept and all records are random, or some
 * bytes of the records. The latter two pass an 8-bit sum once in 256 times.
 */
static void damage_heavy(struct answer *a)
{
	size_t i, n, first = a->len > RECORDS + 2 ? RECORDS : 0;
	size_t span = a->len - 1 - first;

	switch (random_below(3)) {
	case 0:
		for (i = 0; i < a->len; i++)
			a->bytes[i] = random_below(256);
		break;
	case 1:
		for (i = first; i < a->len - 1; i++)
			a->bytes[i] = random_below(256);
		break;
	default:
		for (n = 2 + random_below(15); span && n; n--)
			a->bytes[first + random_below(span)] = random_below(256);
	}
}

void mbus_damage_apply(struct damage *d, const struct request *q, struct answer *a)
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
