// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the master hears when several meters speak at once. A meter sends a
 * space (0) by drawing current and a mark (1) by drawing none, so a space of
 * any of them wins (EN 13757-2, physical layer). Done bit by bit and read back
 * as a UART would, so that meters which begin at different moments garble each
 * other, and those which begin together give the AND of their bytes.
 */
#include <string.h>

#include "mbus.h"

#define CHAR_BITS	11	/* start, 8 data, even parity, stop */
#define SKEW_MAX	1000
#define WAVE_BITS	(ANSWER_MAX * CHAR_BITS + SKEW_MAX)

struct wave {
	bool space[WAVE_BITS];
	size_t len;
};

static void add_char(struct wave *w, size_t at, uint8_t byte)
{
	bool parity = __builtin_parity(byte);
	int bit;

	w->space[at] = true;
	for (bit = 0; bit < 8; bit++)
		w->space[at + 1 + bit] |= !(byte >> bit & 1);
	w->space[at + 9] |= !parity;
	if (w->len < at + CHAR_BITS)
		w->len = at + CHAR_BITS;
}

static void add_voice(struct wave *w, const struct mbus_voice *v)
{
	size_t skew = v->skew < SKEW_MAX ? v->skew : SKEW_MAX;
	size_t i;

	for (i = 0; i < v->answer.len; i++)
		add_char(w, skew + i * CHAR_BITS, v->answer.bytes[i]);
}

/* serdev's clients learn of no parity or framing error: the byte is kept. */
static void read_back(const struct wave *w, struct answer *a)
{
	size_t at = 0;
	int bit;

	a->len = 0;
	while (at + CHAR_BITS <= w->len && a->len < ANSWER_MAX) {
		if (!w->space[at]) {
			at++;
			continue;
		}
		a->bytes[a->len] = 0;
		for (bit = 0; bit < 8; bit++)
			a->bytes[a->len] |= !w->space[at + 1 + bit] << bit;
		a->len++;
		at += w->space[at + 10] ? CHAR_BITS - 1 : CHAR_BITS;
	}
}

void mbus_collide(const struct mbus_voice *voices, size_t n, struct answer *sum)
{
	static struct wave wave;
	size_t i;

	memset(&wave, 0, sizeof(wave));
	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < n; i++)
		add_voice(&wave, &voices[i]);
	read_back(&wave, sum);
}
