// SPDX-License-Identifier: GPL-2.0-only
/* The writes of manual v2.18, A3.2, each with the check that a meter makes. */
#include <string.h>

#include "array.h"
#include "meter.h"

#define CODE_FOR_EVER	10

static bool is_one_of(uint16_t value, const uint16_t *set, size_t n)
{
	while (n--)
		if (set[n] == value)
			return true;
	return false;
}

static int write_unit(struct meter *m, uint16_t value)
{
	if (value < 1 || value > 247)
		return EX_VALUE;
	meter_set(m, REG_UNIT, value);
	return EX_NONE;
}

static int write_speed(struct meter *m, uint16_t value)
{
	static const uint16_t speeds[] = { 300, 600, 1200, 2400, 4800, 9600 };

	if (!is_one_of(value, speeds, 6))
		return EX_VALUE;
	meter_set(m, REG_SPEED, value);
	m->overspeed = 0;
	return EX_NONE;
}

static int write_combination(struct meter *m, uint16_t value)
{
	static const uint16_t codes[] = { 1, 4, 5, 6, 9, 10, 11 };

	if (!is_one_of(value, codes, 7))
		return EX_VALUE;
	if (meter_get(m, REG_COMBINATION) == CODE_FOR_EVER &&
	    value != CODE_FOR_EVER)
		return EX_VALUE;
	meter_set(m, REG_COMBINATION, value);
	meter_combine(m);
	return EX_NONE;
}

/* Two BCD digits, 01 to 30 seconds. */
static int write_lcd_cycle(struct meter *m, uint16_t value)
{
	if ((value & 0x0f) > 9 || value < 0x01 || value > 0x30)
		return EX_VALUE;
	meter_set(m, REG_LCD_CYCLE, value);
	return EX_NONE;
}

static int write_parity(struct meter *m, uint16_t value)
{
	if (value < 1 || value > 3)
		return EX_VALUE;
	meter_set(m, REG_PARITY, value);
	return EX_NONE;
}

static int write_power_downs(struct meter *m, uint16_t value)
{
	if (value)
		return EX_VALUE;
	meter_set(m, REG_POWER_DOWNS, 0);
	return EX_NONE;
}

static int write_tariff(struct meter *m, uint16_t value)
{
	static const uint16_t tariffs[] = { 1, 2, 11, 12 };

	if (!is_one_of(value, tariffs, 4))
		return EX_VALUE;
	meter_set(m, REG_TARIFF, value % 10);
	if (value < 10)
		m->stored_tariff = value;
	return EX_NONE;
}

int meter_write_one(struct meter *m, uint16_t addr, uint16_t value)
{
	if (m->old_map_only)
		return EX_ADDRESS;
	switch (addr) {
	case REG_UNIT:
		return write_unit(m, value);
	case REG_SPEED:
		return write_speed(m, value);
	case REG_COMBINATION:
		return write_combination(m, value);
	case REG_LCD_CYCLE:
		return write_lcd_cycle(m, value);
	case REG_PARITY:
		return write_parity(m, value);
	case REG_POWER_DOWNS:
		return write_power_downs(m, value);
	case REG_TARIFF:
		return write_tariff(m, value);
	default:
		return EX_ADDRESS;
	}
}

static int write_s0_rate(struct meter *m, uint32_t bits)
{
	static const float rates[] = {
		10000, 2000, 1000, 100, 10, 1, 0.1f, 0.01f
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		if (memcmp(&rates[i], &bits, sizeof(bits)))
			continue;
		meter_set_float(m, REG_S0_RATE, rates[i]);
		return EX_NONE;
	}
	return EX_VALUE;
}

static int write_day_counter(struct meter *m, uint32_t bits)
{
	if (bits)
		return EX_VALUE;
	meter_set_long(m, REG_DAY_COUNTER, 0);
	return EX_NONE;
}

int meter_write_many(struct meter *m, uint16_t addr, uint16_t count,
		     const uint16_t *words)
{
	uint32_t bits;

	if (m->old_map_only || count != 2)
		return EX_ADDRESS;
	bits = (uint32_t)words[0] << 16 | words[1];
	if (addr == REG_S0_RATE)
		return write_s0_rate(m, bits);
	if (addr == REG_DAY_COUNTER)
		return write_day_counter(m, bits);
	return EX_ADDRESS;
}
