/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_METER_H
#define SIM_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "settings.h"

#define ID_BASE			0x4000
#define ID_COUNT		0x20
#define MEASURE_BASE		0x5000
#define MEASURE_COUNT		0x32
#define ENERGY_BASE		0x6000
#define ENERGY_COUNT		0x4b

#define REG_SERIAL		0x4000
#define REG_METER_CODE		0x4002
#define REG_UNIT		0x4003
#define REG_SPEED		0x4004
#define REG_PROTOCOL_VERSION	0x4005
#define REG_SOFTWARE_VERSION	0x4007
#define REG_HARDWARE_VERSION	0x4009
#define REG_AMPS		0x400b
#define REG_CT_RATIO		0x400c
#define REG_S0_RATE		0x400d
#define REG_COMBINATION		0x400f
#define REG_LCD_CYCLE		0x4010
#define REG_PARITY		0x4011
#define REG_DIRECTION		0x4012
#define REG_ERROR_CODE		0x4015
#define REG_POWER_DOWNS		0x4016
#define REG_QUADRANT		0x4017
#define REG_CHECKSUM		0x401b
#define REG_STATUS		0x401d
#define REG_CT_MODE		0x401f
#define REG_VOLTAGE		0x5000
#define REG_FREQUENCY		0x5008
#define REG_CURRENT		0x500a
#define REG_POWER		0x5012
#define REG_POWER_FACTOR	0x502a
#define REG_TOTAL_ACTIVE	0x6000
#define REG_FORWARD_ACTIVE	0x600c
#define REG_REVERSE_ACTIVE	0x6018
#define REG_TOTAL_REACTIVE	0x6024
#define REG_FORWARD_REACTIVE	0x6030
#define REG_REVERSE_REACTIVE	0x603c
#define REG_TARIFF		0x6048
#define REG_DAY_COUNTER		0x6049
#define ENERGY_GROUP		6	/* sum, T1, T2, L1, L2, L3 */

/* Modbus exception codes; 0 means that there is none. */
enum {
	EX_NONE = 0,
	EX_FUNCTION = 1,
	EX_ADDRESS = 2,
	EX_VALUE = 3,
};

enum meter_kind { KIND_THREE_PHASE, KIND_CT, KIND_ONE_PHASE, KIND_FOREIGN };

struct meter_stats {
	uint64_t requests;
	uint64_t replies;
	uint64_t writes;
	uint64_t registers;
};

/*
 * One PRO380. The register image is the only place where the meter's address,
 * speed and parity live, so what is poked there acts as at the meter's buttons.
 */
struct meter {
	struct meter *next;
	enum meter_kind kind;
	bool powered;
	bool old_map_only;
	bool answers_broadcast;
	uint16_t stored_tariff;
	unsigned int overspeed;		/* beyond what a PRO380 has, or 0 */
	uint16_t id[ID_COUNT];
	uint16_t measure[MEASURE_COUNT];
	uint16_t energy[ENERGY_COUNT];
	int64_t last_reply;		/* start of the latest, for their order */
	struct fault faults[FAULTS_PER_METER];
	struct meter_stats stats;
};

struct meter *meter_from_spec(const char *spec);
void meter_defaults(struct meter *m);

uint16_t *meter_register(struct meter *m, uint16_t addr);
uint16_t meter_get(struct meter *m, uint16_t addr);
void meter_set(struct meter *m, uint16_t addr, uint16_t value);
float meter_get_float(struct meter *m, uint16_t addr);
void meter_set_float(struct meter *m, uint16_t addr, float value);
void meter_set_long(struct meter *m, uint16_t addr, uint32_t value);

uint8_t meter_unit(struct meter *m);
struct settings meter_settings(struct meter *m);
void meter_set_serial(struct meter *m, uint32_t digits);
void meter_power(struct meter *m, bool on);
void meter_combine(struct meter *m);
void meter_run(struct meter *m, unsigned int steps);

int meter_read(struct meter *m, uint16_t addr, uint16_t count, uint16_t *words);
int meter_write_one(struct meter *m, uint16_t addr, uint16_t value);
int meter_write_many(struct meter *m, uint16_t addr, uint16_t count,
		     const uint16_t *words);

void meter_dump(struct meter *m);

#endif
