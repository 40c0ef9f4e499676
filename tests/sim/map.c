// SPDX-License-Identifier: GPL-2.0-only
/* The register map of manual v2.18, A3.2, and what a new meter holds in it. */
#include <stdio.h>

#include "array.h"
#include "meter.h"

static const struct entry {
	uint16_t addr;
	uint16_t count;
	const char *name;
} map[] = {
	{ 0x4000, 2, "Serial number" },
	{ 0x4002, 1, "Meter code" },
	{ 0x4003, 1, "Modbus ID" },
	{ 0x4004, 1, "Baud rate" },
	{ 0x4005, 2, "Protocol version" },
	{ 0x4007, 2, "Software version" },
	{ 0x4009, 2, "Hardware version" },
	{ 0x400b, 1, "Meter amps" },
	{ 0x400c, 1, "CT ratio" },
	{ 0x400d, 2, "S0 output rate" },
	{ 0x400f, 1, "Combination code" },
	{ 0x4010, 1, "LCD cycle time" },
	{ 0x4011, 1, "Parity setting" },
	{ 0x4012, 1, "Current direction" },
	{ 0x4013, 1, "L2 Current direction" },
	{ 0x4014, 1, "L3 Current direction" },
	{ 0x4015, 1, "Error code" },
	{ 0x4016, 1, "Power down counter" },
	{ 0x4017, 1, "Present quadrant" },
	{ 0x4018, 1, "L1 Quadrant" },
	{ 0x4019, 1, "L2 Quadrant" },
	{ 0x401a, 1, "L3 Quadrant" },
	{ 0x401b, 2, "Checksum" },
	{ 0x401d, 2, "Active status word" },
	{ 0x401f, 1, "CT mode" },
	{ 0x5000, 2, "Voltage" },
	{ 0x5002, 2, "L1 Voltage" },
	{ 0x5004, 2, "L2 Voltage" },
	{ 0x5006, 2, "L3 Voltage" },
	{ 0x5008, 2, "Grid frequency" },
	{ 0x500a, 2, "Current" },
	{ 0x500c, 2, "L1 Current" },
	{ 0x500e, 2, "L2 Current" },
	{ 0x5010, 2, "L3 Current" },
	{ 0x5012, 2, "Total active power" },
	{ 0x5014, 2, "L1 Active power" },
	{ 0x5016, 2, "L2 Active power" },
	{ 0x5018, 2, "L3 Active power" },
	{ 0x501a, 2, "Total reactive power" },
	{ 0x501c, 2, "L1 Reactive power" },
	{ 0x501e, 2, "L2 Reactive power" },
	{ 0x5020, 2, "L3 Reactive power" },
	{ 0x5022, 2, "Total apparent power" },
	{ 0x5024, 2, "L1 Apparent power" },
	{ 0x5026, 2, "L2 Apparent Power" },
	{ 0x5028, 2, "L3 Apparent Power" },
	{ 0x502a, 2, "Power factor" },
	{ 0x502c, 2, "L1 Power factor" },
	{ 0x502e, 2, "L2 Power factor" },
	{ 0x5030, 2, "L3 Power factor" },
	{ 0x6000, 2, "Total active energy" },
	{ 0x6002, 2, "T1 Total active energy" },
	{ 0x6004, 2, "T2 Total active energy" },
	{ 0x6006, 2, "L1 Total active energy" },
	{ 0x6008, 2, "L2 Total active energy" },
	{ 0x600a, 2, "L3 Total active energy" },
	{ 0x600c, 2, "Forward active energy" },
	{ 0x600e, 2, "T1 Forward active energy" },
	{ 0x6010, 2, "T2 Forward active energy" },
	{ 0x6012, 2, "L1 Forward active energy" },
	{ 0x6014, 2, "L2 Forward active energy" },
	{ 0x6016, 2, "L3 Forward active energy" },
	{ 0x6018, 2, "Reverse active energy" },
	{ 0x601a, 2, "T1 Reverse active energy" },
	{ 0x601c, 2, "T2 Reverse Active Energy" },
	{ 0x601e, 2, "L1 Reverse active energy" },
	{ 0x6020, 2, "L2 Reverse active energy" },
	{ 0x6022, 2, "L3 Reverse active energy" },
	{ 0x6024, 2, "Total reactive energy" },
	{ 0x6026, 2, "T1 Total reactive energy" },
	{ 0x6028, 2, "T2 Total reactive energy" },
	{ 0x602a, 2, "L1 Total reactive energy" },
	{ 0x602c, 2, "L2 Total reactive energy" },
	{ 0x602e, 2, "L3 Total reactive energy" },
	{ 0x6030, 2, "Forward reactive energy" },
	{ 0x6032, 2, "T1 Forward reactive energy" },
	{ 0x6034, 2, "T2 Forward reactive energy" },
	{ 0x6036, 2, "L1 Forward reactive energy" },
	{ 0x6038, 2, "L2 Forward reactive energy" },
	{ 0x603a, 2, "L3 Forward reactive energy" },
	{ 0x603c, 2, "Reverse reactive energy" },
	{ 0x603e, 2, "T1 Reverse reactive energy" },
	{ 0x6040, 2, "T2 Reverse reactive energy" },
	{ 0x6042, 2, "L1 Reverse reactive energy" },
	{ 0x6044, 2, "L2 Reverse reactive energy" },
	{ 0x6046, 2, "L3 Reverse reactive energy" },
	{ 0x6048, 1, "Tariff" },
	{ 0x6049, 2, "Resettable day counter" },
};

/* "ADDR WORD [WORD] # name", in hexadecimal: what mbslave serves. */
void meter_dump(struct meter *m)
{
	const struct entry *e = map;
	size_t i, n = ARRAY_SIZE(map);
	int word;

	for (i = 0; i < n; i++, e++) {
		printf("%04x", e->addr);
		for (word = 0; word < e->count; word++)
			printf(" %04x", meter_get(m, e->addr + word));
		printf(" # %s\n", e->name);
	}
}

static void set_direction(struct meter *m, int phase, char direction)
{
	meter_set(m, REG_DIRECTION + phase, ('1' + phase) << 8 | direction);
}

static void default_identity(struct meter *m)
{
	meter_set_float(m, REG_PROTOCOL_VERSION, 1.5f);
	meter_set_float(m, REG_SOFTWARE_VERSION, 2.18f);
	meter_set_float(m, REG_HARDWARE_VERSION, 1.03f);
	meter_set_long(m, REG_CHECKSUM, 0x0d010556);
	meter_set_long(m, REG_STATUS, m->kind == KIND_ONE_PHASE ?
					      0x00110100 : 0x00110111);
	meter_set(m, REG_CT_RATIO, m->kind == KIND_CT ? 0x0250 : 0x0005);
	meter_set(m, REG_CT_MODE, m->kind == KIND_CT ? 1 : 5);
}

static void default_settings(struct meter *m)
{
	meter_set_float(m, REG_S0_RATE, 1000);
	meter_set(m, REG_COMBINATION, 5);
	meter_set(m, REG_LCD_CYCLE, 0x0010);
	meter_set(m, REG_PARITY, 1);
	meter_set(m, REG_SPEED, 9600);
	meter_set(m, REG_ERROR_CODE, 0);
	meter_set(m, REG_POWER_DOWNS, 4);
	meter_set(m, REG_TARIFF, 1);
	m->stored_tariff = 1;
}

/*
 * L1 imports in quadrant 1, L2 exports in quadrant 3, L3 imports in quadrant 4
 * and so does the sum: directions and quadrants are told apart by each phase.
 */
static void default_flow(struct meter *m)
{
	static const uint16_t quadrants[] = { 4, 1, 3, 4 };
	int i;

	for (i = 0; i < 4; i++)
		meter_set(m, REG_QUADRANT + i, quadrants[i]);
	set_direction(m, 0, 'F');
	set_direction(m, 1, 'R');
	set_direction(m, 2, 'F');
}

static float with_sign(struct meter *m, int slot, int kind, float value)
{
	uint16_t quadrant = meter_get(m, REG_QUADRANT + slot);

	if (kind == 0 && (quadrant == 2 || quadrant == 3))
		return -value;
	if (kind == 1 && quadrant >= 3)
		return -value;
	return value;
}

/*
 * Each value differs from every other of its kind, in this meter and in any
 * other unit, and is exact in single precision and in the decimal places that
 * a reader may show; only the power factor (steps of 0.0005) is rounded.
 */
static void default_measurements(struct meter *m)
{
	uint8_t unit = meter_unit(m);
	int slot, kind, n;
	float value;

	meter_set_float(m, REG_FREQUENCY, 45 + unit / 32.0f);
	for (slot = 0; slot < 4; slot++) {
		n = 4 * unit + slot;
		value = with_sign(m, slot, 0, 1 + n / 16.0f);
		meter_set_float(m, REG_VOLTAGE + 2 * slot, 200 + n / 8.0f);
		meter_set_float(m, REG_CURRENT + 2 * slot, value);
		meter_set_float(m, REG_POWER_FACTOR + 2 * slot,
				(1000 + n) / 2000.0);
		for (kind = 0; kind < 3; kind++) {
			n = 12 * unit + 4 * kind + slot;
			value = with_sign(m, slot, kind, 2 + n / 32.0f);
			meter_set_float(m, REG_POWER + 8 * kind + 2 * slot,
					value);
		}
	}
}

static void default_energies(struct meter *m)
{
	static const uint16_t groups[] = {
		REG_FORWARD_ACTIVE, REG_REVERSE_ACTIVE,
		REG_FORWARD_REACTIVE, REG_REVERSE_REACTIVE,
	};
	uint8_t unit = meter_unit(m);
	int i, n;

	for (i = 0; i < 4 * ENERGY_GROUP; i++) {
		n = i / ENERGY_GROUP;
		meter_set_float(m, groups[n] + 2 * (i % ENERGY_GROUP),
				1000 * (i + 1) + (32 * unit + i) / 64.0f);
	}
	meter_set_float(m, REG_DAY_COUNTER, 500 + (32 * unit + i) / 64.0f);
	meter_combine(m);
}

static void clear_floats(struct meter *m, uint16_t first, int count)
{
	while (count--)
		meter_set_long(m, first + 2 * count, 0);
}

/* 0x5000 and 0x500A exist in a PRO1 only; a PRO1 has no L2 and no L3. */
static void clear_absent(struct meter *m)
{
	static const uint16_t per_phase[] = {
		0x5002, 0x500c, 0x5014, 0x501c, 0x5024, 0x502c, 0x6006, 0x6012,
		0x601e, 0x602a, 0x6036, 0x6042,
	};
	size_t i;

	if (m->kind != KIND_ONE_PHASE) {
		clear_floats(m, REG_VOLTAGE, 1);
		clear_floats(m, REG_CURRENT, 1);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(per_phase); i++)
		clear_floats(m, per_phase[i] + 2, 2);
}

/* The GROW family: the same addresses, INT32 where the PRO380 has floats. */
static void foreign_energies(struct meter *m)
{
	uint16_t addr;

	for (addr = ENERGY_BASE; addr < REG_TARIFF; addr += 2)
		meter_set_long(m, addr, (uint32_t)meter_get_float(m, addr));
}

/* Needs the kind and the unit number; leaves code, serial and unit alone. */
void meter_defaults(struct meter *m)
{
	m->powered = true;
	default_identity(m);
	default_settings(m);
	default_flow(m);
	default_measurements(m);
	default_energies(m);
	clear_absent(m);
	if (m->kind == KIND_FOREIGN)
		foreign_energies(m);
}
