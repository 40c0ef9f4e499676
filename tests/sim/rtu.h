/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_RTU_H
#define SIM_RTU_H

#include "fault.h"
#include "meter.h"
#include "wire.h"

#define RTU_FRAME_MAX	256
#define RTU_HISTORY	64

enum {
	FN_READ = 0x03,
	FN_WRITE_ONE = 0x06,
	FN_WRITE_MANY = 0x10,
	FN_EXCEPTION = 0x80,
};

struct rtu_stats {
	uint64_t requests;
	uint64_t replies;
	uint64_t writes;
	uint64_t bad_crc;
	uint64_t wrong_settings;
	uint64_t broadcasts;
};

/* A request as seen on the line, whoever it was for. */
struct rtu_seen {
	uint8_t unit;
	uint8_t function;
	uint16_t addr;
	uint16_t count;		/* function 06: the value */
};

/* The meters on one line, and the request that is arriving. */
struct rtu {
	struct wire *wire;
	struct meter *meters;
	struct damage damage;
	struct rtu_stats stats;
	struct rtu_seen history[RTU_HISTORY];
	unsigned int seen;
	uint8_t frame[RTU_FRAME_MAX];
	size_t len;
	bool lost;		/* out of step until the line is idle */
	int64_t last_byte;
};

extern const struct wire_protocol rtu_protocol;

uint16_t rtu_crc(const uint8_t *bytes, size_t len);
bool rtu_crc_ok(const uint8_t *bytes, size_t len);
size_t rtu_seal(uint8_t *bytes, size_t len);
size_t rtu_request_len(const uint8_t *frame, size_t len);

void rtu_add(struct rtu *r, struct meter *m);
bool rtu_remove(struct rtu *r, uint8_t unit);
struct meter *rtu_find(struct rtu *r, uint8_t unit);

void rtu_fault_change(enum fault_kind kind, long arg, const struct request *q,
		      struct answer *a);
void damage_apply(struct damage *d, const struct request *q, struct answer *a);
size_t station_answer(struct meter *m, const struct request *q, uint8_t *reply);

#endif
