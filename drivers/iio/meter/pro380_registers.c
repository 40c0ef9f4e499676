// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: Modbus registers, manual v2.18, A3.2.
 */
#include <linux/bcd.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "pro380_float.h"
#include "pro380_registers.h"

/* From the meter's units (V, A, kW, kWh, Hz) to those of enum pro380_item */
#define SCALE_VOLTAGE	1000
#define SCALE_CURRENT	10000
#define SCALE_POWER	100000
#define SCALE_ENERGY	3600000
#define SCALE_MICRO	1000000
#define SCALE_HUNDREDTH	100

#define REG(_addr, _item, _type, _models) \
	{ .addr = _addr, .item = PRO380_ITEM_##_item, .type = _type, .models = _models }

#define REG_RW(_addr, _item, _type) \
	{ .addr = _addr, .item = PRO380_ITEM_##_item, .type = _type, .writable = true }

#define REG_FLOAT(_addr, _item, _part, _scale, _models)				\
	{ .addr = _addr, .item = PRO380_ITEM_##_item + PRO380_PART_##_part,	\
	  .type = PRO380_FLOAT, .models = _models, .scale = _scale }

#define REG_ENERGY(_addr, _item, _part, _models)				\
	{ .addr = _addr, .item = PRO380_ITEM_##_item + PRO380_PART_##_part,	\
	  .type = PRO380_WIDE_FLOAT, .models = _models, .scale = SCALE_ENERGY }

/* Total, L1 to L3 */
#define REG_PHASES(_addr, _item, _scale)					\
	REG_FLOAT(_addr, _item, SUM, _scale, PRO380_EVERY),			\
	REG_FLOAT((_addr) + 2, _item, L1, _scale, PRO380_EVERY),		\
	REG_FLOAT((_addr) + 4, _item, L2, _scale, PRO380_POLYPHASE),		\
	REG_FLOAT((_addr) + 6, _item, L3, _scale, PRO380_POLYPHASE)

/* Voltages and currents: only PRO1 has the first */
#define REG_RMS(_addr, _item, _scale)						\
	REG_FLOAT(_addr, _item, SUM, _scale, PRO380_SINGLE),			\
	REG_FLOAT((_addr) + 2, _item, L1, _scale, PRO380_EVERY),		\
	REG_FLOAT((_addr) + 4, _item, L2, _scale, PRO380_POLYPHASE),		\
	REG_FLOAT((_addr) + 6, _item, L3, _scale, PRO380_POLYPHASE)

/* Total, T1, T2, L1 to L3 */
#define REG_ENERGIES(_addr, _item)						\
	REG_ENERGY(_addr, _item, SUM, PRO380_EVERY),				\
	REG_ENERGY((_addr) + 2, _item, T1, PRO380_EVERY),			\
	REG_ENERGY((_addr) + 4, _item, T2, PRO380_EVERY),			\
	REG_ENERGY((_addr) + 6, _item, L1, PRO380_EVERY),			\
	REG_ENERGY((_addr) + 8, _item, L2, PRO380_POLYPHASE),			\
	REG_ENERGY((_addr) + 10, _item, L3, PRO380_POLYPHASE)

/* Sorted by address */
const struct pro380_register pro380_registers[] = {
	REG(PRO380_REG_SERIAL_NUMBER, SERIAL_NUMBER, PRO380_HEX8, PRO380_EVERY),
	REG(PRO380_REG_METER_CODE, METER_CODE, PRO380_HEX, PRO380_EVERY),
	REG_RW(PRO380_REG_ADDRESS, ADDRESS, PRO380_SIGNED),
	REG_RW(PRO380_REG_BAUD_RATE, BAUD_RATE, PRO380_SIGNED),
	REG_FLOAT(0x4005, PROTOCOL_VERSION, SUM, SCALE_HUNDREDTH, PRO380_EVERY),
	REG_FLOAT(0x4007, SOFTWARE_VERSION, SUM, SCALE_HUNDREDTH, PRO380_EVERY),
	REG_FLOAT(0x4009, HARDWARE_VERSION, SUM, SCALE_HUNDREDTH, PRO380_EVERY),
	REG(0x400b, METER_AMPS, PRO380_SIGNED, PRO380_EVERY),
	REG(0x400c, CT_RATIO, PRO380_BCD, PRO380_EVERY),
	{ .addr = 0x400d, .item = PRO380_ITEM_S0_RATE, .type = PRO380_FLOAT,
	  .writable = true, .scale = SCALE_HUNDREDTH },
	REG_RW(0x400f, COMBINATION_CODE, PRO380_SIGNED),
	REG_RW(0x4010, LCD_CYCLE_TIME, PRO380_BCD),
	REG_RW(PRO380_REG_PARITY, PARITY, PRO380_PARITY),
	REG(0x4012, DIRECTION + PRO380_PART_L1, PRO380_DIRECTION, PRO380_EVERY),
	REG(0x4013, DIRECTION + PRO380_PART_L2, PRO380_DIRECTION, PRO380_POLYPHASE),
	REG(0x4014, DIRECTION + PRO380_PART_L3, PRO380_DIRECTION, PRO380_POLYPHASE),
	REG(0x4015, ERROR_CODE, PRO380_SIGNED, PRO380_EVERY),
	REG_RW(0x4016, POWER_DOWN_COUNTER, PRO380_SIGNED),
	REG(0x4017, QUADRANT + PRO380_PART_SUM, PRO380_QUADRANT, PRO380_EVERY),
	REG(0x4018, QUADRANT + PRO380_PART_L1, PRO380_QUADRANT, PRO380_EVERY),
	REG(0x4019, QUADRANT + PRO380_PART_L2, PRO380_QUADRANT, PRO380_POLYPHASE),
	REG(0x401a, QUADRANT + PRO380_PART_L3, PRO380_QUADRANT, PRO380_POLYPHASE),
	REG(0x401b, CHECKSUM, PRO380_HEX8, PRO380_EVERY),
	REG(0x401d, STATUS_WORD, PRO380_HEX8, PRO380_EVERY),
	REG(0x401f, CT_MODE, PRO380_SIGNED, PRO380_EVERY),

	REG_RMS(0x5000, VOLTAGE, SCALE_VOLTAGE),
	REG_FLOAT(0x5008, FREQUENCY, SUM, SCALE_MICRO, PRO380_EVERY),
	REG_RMS(0x500a, CURRENT, SCALE_CURRENT),
	REG_PHASES(0x5012, ACTIVE_POWER, SCALE_POWER),
	REG_PHASES(0x501a, REACTIVE_POWER, SCALE_POWER),
	REG_PHASES(0x5022, APPARENT_POWER, SCALE_POWER),
	REG_PHASES(0x502a, POWERFACTOR, SCALE_MICRO),

	REG_ENERGIES(0x6000, ACTIVE_TOTAL),
	REG_ENERGIES(0x600c, ACTIVE_FORWARD),
	REG_ENERGIES(0x6018, ACTIVE_REVERSE),
	REG_ENERGIES(0x6024, REACTIVE_TOTAL),
	REG_ENERGIES(0x6030, REACTIVE_FORWARD),
	REG_ENERGIES(0x603c, REACTIVE_REVERSE),
	REG_RW(0x6048, TARIFF, PRO380_TARIFF),
	{ .addr = 0x6049, .item = PRO380_ITEM_RESETTABLE, .type = PRO380_WIDE_FLOAT,
	  .writable = true, .scale = SCALE_ENERGY },
};

const unsigned int pro380_nr_registers = ARRAY_SIZE(pro380_registers);

/* Each of them is known to be answered as one block by real meters */
const struct pro380_span pro380_maps[3] = {
	{ 0x4000, 32 }, { 0x5000, 50 }, { 0x6000, 75 },
};

/* How the register of the parity setting names them */
static const u8 pro380_parity_codes[] = {
	[PRO380_PARITY_EVEN] = 1,
	[PRO380_PARITY_NONE] = 2,
	[PRO380_PARITY_ODD] = 3,
};

/* Added to a tariff that is not to be stored */
#define TARIFF_VOLATILE		10

/**
 * pro380_register_count() - the length of a value
 * @reg: the value
 *
 * Return: the number of its registers.
 */
unsigned int pro380_register_count(const struct pro380_register *reg)
{
	switch (reg->type) {
	case PRO380_FLOAT:
	case PRO380_WIDE_FLOAT:
	case PRO380_HEX8:
		return 2;
	default:
		return 1;
	}
}

/**
 * pro380_register_of() - where an item is
 * @item: the item
 *
 * Return: its register, or NULL.
 */
const struct pro380_register *pro380_register_of(enum pro380_item item)
{
	unsigned int i;

	if (item == PRO380_ITEM_TARIFF_VOLATILE)
		item = PRO380_ITEM_TARIFF;

	for (i = 0; i < pro380_nr_registers; i++)
		if (pro380_registers[i].item == item)
			return &pro380_registers[i];

	return NULL;
}

static u32 pro380_words_to_u32(const __be16 *words)
{
	return (u32)be16_to_cpu(words[0]) << 16 | be16_to_cpu(words[1]);
}

static int pro380_decode_float(const struct pro380_register *reg, const __be16 *words,
			       s64 *value)
{
	int ret;

	ret = pro380_float_to_scaled(pro380_words_to_u32(words), reg->scale, value);
	if (ret)
		return ret;
	if (reg->type == PRO380_FLOAT && *value != (s32)*value)
		return -ERANGE;

	return 0;
}

static int pro380_decode_bcd(u16 word, s64 *value)
{
	unsigned int shift, digit;

	*value = 0;
	for (shift = 16; shift; shift -= 4) {
		digit = (word >> (shift - 4)) & 0xf;
		if (digit > 9)
			return -ENODATA;
		*value = *value * 10 + digit;
	}

	return 0;
}

static int pro380_decode_parity(u16 word, s64 *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pro380_parity_codes); i++) {
		if (pro380_parity_codes[i] == word) {
			*value = i;
			return 0;
		}
	}

	return -ENODATA;
}

static int pro380_decode_tariff(u16 word, s64 *value)
{
	*value = word > TARIFF_VOLATILE ? word - TARIFF_VOLATILE : word;

	return *value == 1 || *value == 2 ? 0 : -ENODATA;
}

/* Two characters, seen as "1F", "2R": the phase and the direction */
static int pro380_decode_direction(u16 word, s64 *value)
{
	switch (word & 0xff) {
	case 'F':
		*value = 0;
		return 0;
	case 'R':
		*value = 1;
		return 0;
	default:
		return -ENODATA;
	}
}

/**
 * pro380_register_decode() - what a meter's registers say
 * @reg: of this value
 * @words: its registers
 * @value: result, in the item's unit
 *
 * Return: 0; -ENODATA if they hold no valid value, -ERANGE if it does not fit.
 */
int pro380_register_decode(const struct pro380_register *reg, const __be16 *words,
			   s64 *value)
{
	u16 word = be16_to_cpu(*words);

	switch (reg->type) {
	case PRO380_FLOAT:
	case PRO380_WIDE_FLOAT:
		return pro380_decode_float(reg, words, value);
	case PRO380_HEX8:
		*value = pro380_words_to_u32(words);
		return 0;
	case PRO380_HEX:
		*value = word;
		return 0;
	case PRO380_BCD:
		return pro380_decode_bcd(word, value);
	case PRO380_PARITY:
		return pro380_decode_parity(word, value);
	case PRO380_TARIFF:
		return pro380_decode_tariff(word, value);
	case PRO380_DIRECTION:
		return pro380_decode_direction(word, value);
	case PRO380_QUADRANT:
		*value = word;
		return word >= 1 && word <= 4 ? 0 : -ENODATA;
	default:
		*value = (s16)word;
		return 0;
	}
}

/**
 * pro380_register_encode() - how to say something to a meter
 * @reg: the value to be written, one that is writable
 * @value: what to write, in the item's unit
 * @words: result, room for two
 *
 * Return: the number of registers.
 */
unsigned int pro380_register_encode(const struct pro380_register *reg, s64 value,
				    __be16 *words)
{
	u32 bits;

	switch (reg->type) {
	case PRO380_FLOAT:
	case PRO380_WIDE_FLOAT:
		bits = pro380_float_from_ratio(value, reg->scale);
		words[0] = cpu_to_be16(bits >> 16);
		words[1] = cpu_to_be16(bits);
		return 2;
	case PRO380_BCD:
		words[0] = cpu_to_be16(bin2bcd(value));
		return 1;
	case PRO380_PARITY:
		words[0] = cpu_to_be16(pro380_parity_codes[value]);
		return 1;
	default:
		words[0] = cpu_to_be16(value);
		return 1;
	}
}
