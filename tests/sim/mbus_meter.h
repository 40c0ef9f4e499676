/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_MBUS_METER_H
#define SIM_MBUS_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define MBUS_RECORDS_MAX	48
#define MBUS_HEAD_MAX		16
#define MBUS_TEXT_MAX		32
#define MBUS_USER_MAX		253	/* CI and what follows it */

/*
 * One record: DIF to the end of the VIF as they are sent, and the number
 * behind them. How the number is coded is told by the DIF.
 */
struct mbus_record {
	uint8_t head[MBUS_HEAD_MAX];
	size_t head_len;
	int64_t value;
	float real;
	char text[MBUS_TEXT_MAX];	/* variable length */
	uint8_t telegram;		/* which one it belongs to */
	bool counts;			/* up, while the meter runs */
	bool hidden;
};

#define MBUS_TELEGRAMS_MAX	4

/* Frames of one read-out, one behind the other. */
struct mbus_sent {
	uint8_t bytes[MBUS_TELEGRAMS_MAX * 261];
	size_t len;
};

enum mbus_fcb { FCB_STRICT, FCB_LAX, FCB_ANY };

/* The frame count bit of the latest frame, and what it was answered with. */
struct mbus_memory {
	bool known;
	bool fcb;
	uint8_t reply[261];
	size_t len;
};

struct mbus_meter_stats {
	uint64_t requests;
	uint64_t replies;
	uint64_t reads;
	uint64_t nke;
	uint64_t selects;
	uint64_t writes;
	uint64_t repeats;
};

struct mbus_model;

struct mbus_meter {
	struct mbus_meter *next;
	const struct mbus_model *model;
	char name[16];
	bool powered;

	uint32_t identification;	/* eight BCD digits, 0x22091039 */
	uint16_t manufacturer;		/* as a number; low byte first on the wire */
	uint32_t version;
	uint32_t medium;
	uint32_t status;
	uint32_t access;

	uint32_t address;
	uint32_t last_address;		/* highest it takes */
	uint32_t speed;
	enum mbus_fcb fcb;
	uint32_t skew;			/* bit times later than others */
	uint32_t selected;
	uint8_t telegram;		/* the next one of a read-out */
	struct mbus_memory primary;
	struct mbus_memory secondary;

	uint32_t tariff;
	uint32_t code;
	uint32_t s0_rate;		/* 0.01 imp/kWh */
	uint32_t day_counter;		/* 10 Wh */
	uint32_t power_downs;

	struct mbus_record records[MBUS_RECORDS_MAX];
	unsigned int count;
	unsigned int extra;		/* records of another shape, in front */
	uint8_t raw[MBUS_USER_MAX];	/* user data given by hand */
	size_t raw_len;
	struct mbus_sent begun;		/* a read-out on its way */
	struct mbus_sent complete;	/* the latest that came to its end */

	int64_t last_reply;		/* start of the latest, for their order */
	struct fault faults[FAULTS_PER_METER];
	struct mbus_meter_stats stats;
};

/* What a maker sells. */
struct mbus_model {
	const char *name;
	const char *manufacturer;
	uint8_t version;
	uint8_t medium;
	uint8_t telegrams;
	bool fixed;			/* fixed data structure, CI 73 */
	bool is_pro380;
	const struct mbus_plan *plans;
	size_t plan_count;
	const uint8_t *tail;		/* manufacturer's own data, from DIF 0F */
	size_t tail_len;
};

/* A record of a model: its number is @base + @step x (number of the meter). */
struct mbus_plan {
	const char *head;		/* hexadecimal */
	int64_t base;
	int step;
	uint8_t telegram;
	bool counts;
	const char *text;
};

const struct mbus_model *mbus_model_find(const char *name);
struct mbus_meter *mbus_meter_from_spec(const char *spec);
bool mbus_fcb_parse(const char *text, enum mbus_fcb *fcb);
uint16_t mbus_manufacturer(const char *letters);
void mbus_meter_records(struct mbus_meter *m, unsigned int number);
void mbus_meter_combine(struct mbus_meter *m);
void mbus_meter_run(struct mbus_meter *m, unsigned int steps);
void mbus_meter_power(struct mbus_meter *m, bool on);
void mbus_meter_forget(struct mbus_meter *m);
bool mbus_meter_shape(struct mbus_meter *m, unsigned int extra);

uint32_t bcd_of(uint32_t number);
bool bcd_valid(uint32_t bcd, int digits);
uint32_t bcd_number(uint32_t bcd);

size_t mbus_record_put(const struct mbus_record *r, uint8_t *to);
size_t mbus_readout(struct mbus_meter *m, uint8_t *user);

void mbus_write(struct mbus_meter *m, uint8_t ci, const uint8_t *data, size_t len);

#endif
