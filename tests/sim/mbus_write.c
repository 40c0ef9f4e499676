// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writes of manual v2.18, A2.2, each with the check that a meter makes.
 * The acknowledgment is of the receipt only: what is refused changes nothing.
 */
#include <string.h>

#include "array.h"
#include "mbus.h"

#define CODE_FOR_EVER	10

static uint32_t little(const uint8_t *bytes, size_t len)
{
	uint32_t number = 0;

	while (len--)
		number = number << 8 | bytes[len];
	return number;
}

static bool is_one_of(uint32_t value, const uint32_t *set, size_t n)
{
	while (n--)
		if (set[n] == value)
			return true;
	return false;
}

static void write_speed(struct mbus_meter *m, uint8_t ci)
{
	static const unsigned int speeds[] = { 300, 600, 1200, 2400, 4800, 9600 };

	m->speed = speeds[ci - CI_SPEED_FIRST];
}

static void write_address(struct mbus_meter *m, const uint8_t *value)
{
	if (value[0] <= m->last_address)
		m->address = value[0];
}

static void write_identification(struct mbus_meter *m, const uint8_t *value)
{
	uint32_t bcd = little(value, 4);

	if (bcd_valid(bcd, 8))
		m->identification = bcd;
}

/* All of the secondary address, as meters of other makers take it. */
static void write_identity(struct mbus_meter *m, const uint8_t *value)
{
	if (!bcd_valid(little(value, 4), 8))
		return;
	m->identification = little(value, 4);
	m->manufacturer = little(value + 4, 2);
	m->version = value[6];
	m->medium = value[7];
}

static void write_tariff(struct mbus_meter *m, const uint8_t *value)
{
	if (value[0] == 1 || value[0] == 2)
		m->tariff = value[0];
}

static void write_code(struct mbus_meter *m, const uint8_t *value)
{
	static const uint32_t codes[] = { 1, 4, 5, 6, 9, 10, 11 };
	uint32_t code = bcd_number(value[0]);

	if (!bcd_valid(value[0], 2) || !is_one_of(code, codes, ARRAY_SIZE(codes)))
		return;
	if (m->code == CODE_FOR_EVER)
		return;
	m->code = code;
	mbus_meter_combine(m);
}

/* In 0.01 imp/kWh. */
static void write_s0_rate(struct mbus_meter *m, const uint8_t *value)
{
	static const uint32_t rates[] = {
		1000000, 200000, 100000, 10000, 1000, 100, 10, 1
	};
	uint32_t bcd = little(value, 4);

	if (bcd_valid(bcd, 8) && is_one_of(bcd_number(bcd), rates, ARRAY_SIZE(rates)))
		m->s0_rate = bcd_number(bcd);
}

/* "Value is ignored, always set to 0". */
static void write_day_counter(struct mbus_meter *m, const uint8_t *value)
{
	(void)value;
	m->day_counter = 0;
}

static void write_power_downs(struct mbus_meter *m, const uint8_t *value)
{
	(void)value;
	m->power_downs = 0;
}

/* "Command part 2" of the manual's table, and the length of the new value. */
static const struct write {
	uint8_t head[4];
	size_t head_len;
	size_t len;
	bool pro380_only;
	bool others_only;
	void (*run)(struct mbus_meter *m, const uint8_t *value);
} writes[] = {
	{ { 0x01, 0x7a }, 2, 1, false, false, write_address },
	{ { 0x0c, 0x79 }, 2, 4, false, false, write_identification },
	{ { 0x07, 0x79 }, 2, 8, false, true, write_identity },
	{ { 0x09, 0x7c, 0x01, 0x54 }, 4, 1, true, false, write_tariff },
	{ { 0x09, 0xfd, 0x3a }, 3, 1, true, false, write_code },
	{ { 0x0c, 0xfd, 0x3a }, 3, 4, true, false, write_s0_rate },
	{ { 0x0c, 0x04 }, 2, 4, true, false, write_day_counter },
	{ { 0x0a, 0xfd, 0x60 }, 3, 2, true, false, write_power_downs },
};

static bool is_for(const struct write *w, const struct mbus_meter *m,
		   const uint8_t *data, size_t len)
{
	if (m->model->is_pro380 ? w->others_only : w->pro380_only)
		return false;
	return len == w->head_len + w->len && !memcmp(data, w->head, w->head_len);
}

void mbus_write(struct mbus_meter *m, uint8_t ci, const uint8_t *data, size_t len)
{
	size_t i;

	if (ci >= CI_SPEED_FIRST && ci <= CI_SPEED_LAST && !len)
		write_speed(m, ci);
	if (ci != CI_SEND)
		return;
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		if (is_for(&writes[i], m, data, len))
			writes[i].run(m, data + writes[i].head_len);
}
