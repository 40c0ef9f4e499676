// SPDX-License-Identifier: GPL-2.0-only
/*
 * Millions of damaged replies, looked through by a reader of its own: none may
 * hold, wherever one begins, a sound reply to the request other than the true
 * one. Damaged without regard to that, with this seed one of them would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../rtu.h"

#define ROUNDS	4000000

/* The vendor's published exchange with a meter. */
static const uint8_t request[] = { 0x01, 0x03, 0x10, 0x00, 0x00, 0x02, 0xc0, 0xcb };
static const uint8_t truth[] = { 0x01, 0x03, 0x04, 0x15, 0x06, 0x00, 0x01, 0xdf, 0xfe };

/* By division of polynomials with the bits of each byte mirrored. */
static bool has_crc(const uint8_t *bytes, size_t len)
{
	uint32_t rest = 0xffff;
	size_t i;
	int bit;

	for (i = 0; i < len; i++)
		for (bit = 0; bit < 8; bit++) {
			uint32_t top = rest >> 15 ^ (bytes[i] >> bit & 1);

			rest = (rest << 1 & 0xffff) ^ (top ? 0x8005 : 0);
		}
	return rest == 0;
}

static bool is_other_reply(const uint8_t *bytes, size_t left)
{
	if (left >= 5 && bytes[0] == 0x01 && bytes[1] == 0x83)
		return has_crc(bytes, 5);
	if (left < sizeof(truth) || memcmp(bytes, truth, 3))
		return false;
	return memcmp(bytes, truth, sizeof(truth)) &&
	       has_crc(bytes, sizeof(truth));
}

static bool misleads(const struct answer *a)
{
	size_t at;

	for (at = 0; at < a->len; at++)
		if (is_other_reply(a->bytes + at, a->len - at))
			return true;
	return false;
}

int main(void)
{
	const struct request q = { request, sizeof(request) };
	struct damage d = { .rate = 1, .late_ms = 100 };
	long i, misleading = 0, same = 0;
	struct answer a;

	if (!has_crc(request, sizeof(request)) || !has_crc(truth, sizeof(truth)))
		puts("not ok - the reader's CRC");
	random_seed(1);
	for (i = 0; i < ROUNDS; i++) {
		a.len = sizeof(truth);
		a.delay = 0;
		memcpy(a.bytes, truth, sizeof(truth));
		damage_apply(&d, &q, &a);
		misleading += misleads(&a);
		same += a.len == sizeof(truth) && !a.delay &&
			!memcmp(a.bytes, truth, sizeof(truth));
	}
	printf("%s - %d damaged replies: %ld mislead, %ld are as they were\n",
	       misleading || same ? "not ok" : "ok", ROUNDS, misleading, same);
	puts("# 1 checks done");
	return misleading || same ? 1 : 0;
}
