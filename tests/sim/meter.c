// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "meter.h"

/* The old map (manual v1.01, appendix 5): what identifies a meter. */
static const struct old_entry {
	uint16_t addr;
	uint16_t count;
	uint16_t source;
} old_entries[] = {
	{ 0x1000, 2, REG_SERIAL },
	{ 0x1010, 1, REG_METER_CODE },
	{ 0x1018, 1, REG_UNIT },
	{ 0x1020, 1, REG_SPEED },
};

uint16_t *meter_register(struct meter *m, uint16_t addr)
{
	if (addr >= ID_BASE && addr < ID_BASE + ID_COUNT)
		return &m->id[addr - ID_BASE];
	if (addr >= MEASURE_BASE && addr < MEASURE_BASE + MEASURE_COUNT)
		return &m->measure[addr - MEASURE_BASE];
	if (addr >= ENERGY_BASE && addr < ENERGY_BASE + ENERGY_COUNT)
		return &m->energy[addr - ENERGY_BASE];
	return NULL;
}

uint16_t meter_get(struct meter *m, uint16_t addr)
{
	return *meter_register(m, addr);
}

void meter_set(struct meter *m, uint16_t addr, uint16_t value)
{
	*meter_register(m, addr) = value;
}

/* "ABCD": the high word comes first, each word with its high byte first. */
void meter_set_long(struct meter *m, uint16_t addr, uint32_t value)
{
	meter_set(m, addr, value >> 16);
	meter_set(m, addr + 1, value & 0xffff);
}

void meter_set_float(struct meter *m, uint16_t addr, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	meter_set_long(m, addr, bits);
}

float meter_get_float(struct meter *m, uint16_t addr)
{
	uint32_t bits = (uint32_t)meter_get(m, addr) << 16 |
			meter_get(m, addr + 1);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

uint8_t meter_unit(struct meter *m)
{
	return meter_get(m, REG_UNIT);
}

struct settings meter_settings(struct meter *m)
{
	static const char parities[] = { PARITY_UNKNOWN, 'E', 'N', 'O' };

	return (struct settings){
		.speed = m->overspeed ? m->overspeed : meter_get(m, REG_SPEED),
		.parity = parities[meter_get(m, REG_PARITY) & 3],
	};
}

/* Eight digits as printed: 22091039 is stored as 0x2209 0x1039. */
void meter_set_serial(struct meter *m, uint32_t digits)
{
	uint32_t bcd = 0;
	int shift;

	for (shift = 0; shift < 32; shift += 4, digits /= 10)
		bcd |= digits % 10 << shift;
	meter_set_long(m, REG_SERIAL, bcd);
}

/* A tariff that was not stored is lost with the power. */
void meter_power(struct meter *m, bool on)
{
	if (on && !m->powered) {
		meter_set(m, REG_POWER_DOWNS, meter_get(m, REG_POWER_DOWNS) + 1);
		meter_set(m, REG_TARIFF, m->stored_tariff);
	}
	m->powered = on;
}

/* The table of chapter 7.11, with what flows backwards counted positive. */
static float combined(uint16_t code, float forward, float reverse)
{
	switch (code) {
	case 1:
		return forward;
	case 4:
		return -reverse;
	case 5:
		return forward + reverse;
	case 6:
		return -reverse - forward;
	default:
		return forward - reverse;
	}
}

static void combine_one(struct meter *m, uint16_t total, uint16_t forward,
			uint16_t reverse)
{
	uint16_t code = meter_get(m, REG_COMBINATION);

	meter_set_float(m, total, combined(code, meter_get_float(m, forward),
					   meter_get_float(m, reverse)));
}

void meter_combine(struct meter *m)
{
	int i;

	for (i = 0; i < 2 * ENERGY_GROUP; i += 2) {
		combine_one(m, REG_TOTAL_ACTIVE + i, REG_FORWARD_ACTIVE + i,
			    REG_REVERSE_ACTIVE + i);
		combine_one(m, REG_TOTAL_REACTIVE + i, REG_FORWARD_REACTIVE + i,
			    REG_REVERSE_REACTIVE + i);
	}
}

/* Each step is 1/64 kWh forward on L1, in the tariff that is active. */
void meter_run(struct meter *m, unsigned int steps)
{
	const uint16_t counters[] = {
		REG_FORWARD_ACTIVE,
		REG_FORWARD_ACTIVE + 2 * meter_get(m, REG_TARIFF),
		REG_FORWARD_ACTIVE + 6,
		REG_DAY_COUNTER,
	};
	float energy = steps / 64.0f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		meter_set_float(m, counters[i],
				meter_get_float(m, counters[i]) + energy);
	meter_combine(m);
}

/* Old addresses count bytes, reads count registers: one value, one read. */
static int read_old(struct meter *m, uint16_t addr, uint16_t count,
		    uint16_t *words)
{
	const struct old_entry *e = old_entries;
	size_t i, n = ARRAY_SIZE(old_entries);

	for (i = 0; i < n; i++, e++) {
		if (e->addr != addr || e->count != count)
			continue;
		memcpy(words, meter_register(m, e->source),
		       count * sizeof(*words));
		return EX_NONE;
	}
	return EX_ADDRESS;
}

int meter_read(struct meter *m, uint16_t addr, uint16_t count, uint16_t *words)
{
	uint16_t *first = meter_register(m, addr);
	uint16_t *last = meter_register(m, addr + count - 1);

	if (!first || m->old_map_only)
		return read_old(m, addr, count, words);
	if (!last || last != first + count - 1)
		return EX_ADDRESS;
	memcpy(words, first, count * sizeof(*words));
	m->stats.registers += count;
	return EX_NONE;
}
