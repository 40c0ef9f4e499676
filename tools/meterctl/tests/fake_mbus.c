// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "fake_mbus.h"

#define TELEGRAM_MAX	(15 + FAKE_DATA + 1)

static unsigned int nibble(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'A' + 10;
}

static void number_to_wire(const char *number, uint8_t *wire)
{
	for (int i = 0; i < 4; i++)
		wire[i] = nibble(number[6 - 2 * i]) << 4 | nibble(number[7 - 2 * i]);
}

static bool nibbles_match(uint8_t pattern, uint8_t byte)
{
	return ((pattern & 0xf0) == 0xf0 || (pattern & 0xf0) == (byte & 0xf0)) &&
	       ((pattern & 0x0f) == 0x0f || (pattern & 0x0f) == (byte & 0x0f));
}

static bool is_meant(const struct fake_meter *m, const uint8_t *selection)
{
	const uint8_t rest[4] = { m->maker[0], m->maker[1], m->version, m->medium };
	uint8_t wire[4];

	number_to_wire(m->number, wire);
	for (int i = 0; i < 4; i++) {
		if (!nibbles_match(selection[i], wire[i]))
			return false;
		if (selection[4 + i] != 0xff && selection[4 + i] != rest[i])
			return false;
	}
	return true;
}

static bool hears(const struct fake_meter *m, const struct exchange *x)
{
	return !m->dead && (!m->speed || m->speed == x->line.speed);
}

/* Else its answer falls into the next exchange. */
static bool is_in_time(struct fake_mbus *bus, const struct fake_meter *m, struct exchange *x)
{
	if (bus->exchanges >= m->away_from && bus->exchanges < m->away_to)
		return false;
	if (m->slow_ms > x->timeout_ms) {
		bus->late = true;
		return false;
	}
	if (m->slow_ms)
		x->latency_us = 1000 * m->slow_ms;
	return true;
}

static unsigned int select_meters(struct fake_mbus *bus, struct exchange *x)
{
	unsigned int meant = 0;

	for (size_t i = 0; i < bus->count; i++) {
		struct fake_meter *m = &bus->meters[i];

		m->is_selected = hears(m, x) && (m->greedy || is_meant(m, x->selection));
		meant += m->is_selected && is_in_time(bus, m, x);
	}
	return meant;
}

static bool takes(const struct fake_meter *m, const struct exchange *x)
{
	bool counting = x->request[0] & 0x20;

	if (x->request[1] == 0xfd ? !m->is_selected : x->request[1] != m->primary)
		return false;
	if (!hears(m, x))
		return false;
	if (x->request[0] == 0x40)
		return true;
	return m->fcb == FAKE_ANY || m->fcb == (counting ? FAKE_COUNTING : FAKE_PLAIN);
}

static size_t telegram(struct fake_meter *m, uint8_t *buf)
{
	uint8_t sum = 0;
	size_t len = 15;

	memset(buf, 0, TELEGRAM_MAX);
	buf[0] = 0x08;
	buf[1] = m->primary;
	buf[2] = 0x72;
	number_to_wire(m->number, buf + 3);
	memcpy(buf + 7, m->maker, 2);
	buf[9] = m->version;
	buf[10] = m->medium;
	buf[11] = m->access++;
	memcpy(buf + len, m->data, m->data_len);
	len += m->data_len;
	for (size_t i = 0; i < len; i++)
		sum += buf[i];
	buf[len] = sum + m->garbles;
	return len + 1;
}

/* Bit for bit in step: the AND; its checksum decides. */
static void collide(struct fake_mbus *bus, struct exchange *x, unsigned int *speakers)
{
	uint8_t sum[TELEGRAM_MAX], one[TELEGRAM_MAX], check = 0;
	size_t len = 0, own;

	*speakers = 0;
	memset(sum, 0xff, sizeof(sum));
	for (size_t i = 0; i < bus->count; i++) {
		if (!takes(&bus->meters[i], x) || !is_in_time(bus, &bus->meters[i], x))
			continue;
		(*speakers)++;
		own = telegram(&bus->meters[i], one);
		len = own > len ? own : len;
		for (size_t n = 0; n < own; n++)
			sum[n] &= one[n];
	}
	if (!*speakers)
		return;
	x->reply_len = len - 1;
	memcpy(x->reply, sum, x->reply_len);
	for (size_t i = 0; i < x->reply_len; i++)
		check += sum[i];
	x->outcome = check == sum[len - 1] ? OUTCOME_REPLY : OUTCOME_DAMAGED;
	if (*speakers > 1 && bus->out_of_step)
		x->outcome = OUTCOME_COLLISION;
}

static void acknowledge(struct fake_mbus *bus, struct exchange *x, unsigned int speakers)
{
	if (!speakers)
		return;
	x->outcome = speakers > 1 && bus->out_of_step ? OUTCOME_COLLISION : OUTCOME_REPLY;
	x->reply[0] = 0xe5;
	x->reply_len = 1;
}

static void answer(struct fake_mbus *bus, struct exchange *x)
{
	unsigned int speakers = 0;

	if (x->request[0] != 0x40) {
		collide(bus, x, &speakers);
		return;
	}
	for (size_t i = 0; i < bus->count; i++)
		speakers += takes(&bus->meters[i], x) && is_in_time(bus, &bus->meters[i], x);
	acknowledge(bus, x, speakers);
}

/* As if nobody answered: a selection has 17 bytes, a short frame five. */
static unsigned int silence_ms(const struct exchange *x)
{
	return x->timeout_ms + (x->select ? 17 : 5) * 11 * 1000 / x->line.speed;
}

static int fake_exchange(struct transport *transport, struct exchange *x)
{
	struct fake_mbus *bus = (struct fake_mbus *)transport;
	bool noise = (++bus->exchanges && bus->noise_every &&
		      bus->exchanges % bus->noise_every == 0) || bus->late;

	bus->late = false;
	bus->time_ms += silence_ms(x);
	x->outcome = OUTCOME_SILENT;
	x->selected = false;
	x->reply_len = 0;
	x->latency_us = 20000;
	bus->selections += x->select;
	if (bus->exchanges == bus->deaf_at)
		return 0;
	if (x->select) {
		acknowledge(bus, x, select_meters(bus, x));
		if (noise && x->outcome == OUTCOME_SILENT)
			x->outcome = OUTCOME_DAMAGED;
		if (rand_r(&bus->seed) % 100 < (int)bus->noisy_selections)
			x->outcome = OUTCOME_DAMAGED;
		x->selected = x->outcome == OUTCOME_REPLY;
		if (!x->selected || !x->request_len)
			return 0;
		x->outcome = OUTCOME_SILENT;
	}
	answer(bus, x);
	if (noise || bus->exchanges == bus->damaged_at)
		x->outcome = OUTCOME_DAMAGED;
	return 0;
}

static uint64_t fake_now(struct transport *transport)
{
	return ((struct fake_mbus *)transport)->time_ms;
}

void fake_mbus_init(struct fake_mbus *bus)
{
	memset(bus, 0, sizeof(*bus));
	bus->transport.exchange = fake_exchange;
	bus->transport.now_ms = fake_now;
}

/* A PRO380-Mb with energies of its own: 0C 04 and eight digits, of its total energy */
struct fake_meter *fake_mbus_add(struct fake_mbus *bus, const char *number, uint8_t primary)
{
	struct fake_meter *m = &bus->meters[bus->count++];
	unsigned int seed = bus->count;

	strcpy(m->number, number);
	m->maker[0] = 0xcd;
	m->maker[1] = 0x25;
	m->version = 1;
	m->medium = 2;
	m->primary = primary;
	m->speed = 2400;
	for (m->data_len = 0; m->data_len + 6 <= 54; m->data_len += 6) {
		m->data[m->data_len] = 0x0c;
		m->data[m->data_len + 1] = 0x04;
		for (int i = 2; i < 6; i++)
			m->data[m->data_len + i] = rand_r(&seed) % 10 << 4 | rand_r(&seed) % 10;
	}
	return m;
}
