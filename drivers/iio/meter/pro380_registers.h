/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inepro PRO380 electricity meters: Modbus registers.
 */
#ifndef _PRO380_REGISTERS_H
#define _PRO380_REGISTERS_H

#include <linux/types.h>

#include "pro380.h"
#include "pro380_plan.h"

/* Manual v2.18, A3.2 */
#define PRO380_REG_SERIAL_NUMBER	0x4000
#define PRO380_REG_METER_CODE		0x4002
#define PRO380_REG_ADDRESS		0x4003
#define PRO380_REG_BAUD_RATE		0x4004
#define PRO380_REG_PARITY		0x4011

/* Manual v1.01, appendix 5 */
#define PRO380_OLD_REG_METER_CODE	0x1010

/**
 * enum pro380_type - how registers hold a value
 * @PRO380_FLOAT: IEEE 754 single, high word first, scaled; must fit in 32 bits
 * @PRO380_WIDE_FLOAT: the same, must fit in 64 bits
 * @PRO380_SIGNED: 16-bit integer
 * @PRO380_HEX: 16 bits
 * @PRO380_HEX8: eight digits, high word first
 * @PRO380_BCD: four decimal digits
 * @PRO380_PARITY: parity setting
 * @PRO380_TARIFF: tariff, 11 and 12 if not stored
 * @PRO380_DIRECTION: two characters, the second is F or R
 * @PRO380_QUADRANT: 1 to 4
 */
enum pro380_type {
	PRO380_FLOAT,
	PRO380_WIDE_FLOAT,
	PRO380_SIGNED,
	PRO380_HEX,
	PRO380_HEX8,
	PRO380_BCD,
	PRO380_PARITY,
	PRO380_TARIFF,
	PRO380_DIRECTION,
	PRO380_QUADRANT,
};

/**
 * enum pro380_models - which models have a register
 * @PRO380_EVERY: all
 * @PRO380_POLYPHASE: those of three phases
 * @PRO380_SINGLE: those of one phase
 */
enum pro380_models {
	PRO380_EVERY,
	PRO380_POLYPHASE,
	PRO380_SINGLE,
};

/**
 * struct pro380_register - where an item is
 * @addr: its first register
 * @item: the item
 * @type: how it is held there
 * @models: who has it
 * @writable: it may be written
 * @scale: of a float, to the item's unit
 */
struct pro380_register {
	u16 addr;
	u8 item;
	u8 type;
	u8 models;
	bool writable;
	u32 scale;
};

extern const struct pro380_register pro380_registers[];
extern const unsigned int pro380_nr_registers;
extern const struct pro380_span pro380_maps[3];

unsigned int pro380_register_count(const struct pro380_register *reg);
const struct pro380_register *pro380_register_of(enum pro380_item item);
int pro380_register_decode(const struct pro380_register *reg, const __be16 *words,
			   s64 *value);
unsigned int pro380_register_encode(const struct pro380_register *reg, s64 value,
				    __be16 *words);

#endif
