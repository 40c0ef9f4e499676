/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_MBUS_H
#define SIM_MBUS_H

#include "fault.h"
#include "mbus_meter.h"
#include "wire.h"

#define MBUS_FRAME_MAX	261	/* 68 L L 68, 255 bytes, checksum, 16 */
#define MBUS_HISTORY	64

/* EN 13757-2: characters that frame, C fields, addresses with a meaning. */
enum {
	MBUS_ACK = 0xe5,
	MBUS_SHORT = 0x10,
	MBUS_LONG = 0x68,
	MBUS_STOP = 0x16,

	C_SND_NKE = 0x40,
	C_SND_UD = 0x53,
	C_REQ_UD1 = 0x5a,
	C_REQ_UD2 = 0x5b,
	C_RSP_UD = 0x08,
	C_FCB = 0x20,
	C_FCV = 0x10,

	ADDRESS_LAST = 250,
	ADDRESS_SELECTED = 0xfd,
	ADDRESS_ANY = 0xfe,
	ADDRESS_ALL = 0xff,

	CI_RESET = 0x50,
	CI_SEND = 0x51,
	CI_SELECT = 0x52,
	CI_ERROR = 0x70,
	CI_VARIABLE = 0x72,
	CI_FIXED = 0x73,
	CI_SPEED_FIRST = 0xb8,	/* 300 */
	CI_SPEED_LAST = 0xbd,	/* 9600 */
};

/* A sound frame of the master. A short one has no CI field. */
struct mbus_frame {
	uint8_t c;
	uint8_t a;
	bool has_ci;
	uint8_t ci;
	const uint8_t *data;	/* behind the CI field */
	size_t len;
};

enum mbus_verdict { MBUS_SOUND, MBUS_PARTIAL, MBUS_BAD_SUM, MBUS_BAD_FORM };

struct mbus_stats {
	uint64_t requests;
	uint64_t replies;
	uint64_t reads;
	uint64_t nke;
	uint64_t selects;
	uint64_t writes;
	uint64_t repeats;
	uint64_t broadcasts;
	uint64_t bad_checksum;
	uint64_t wrong_settings;
	uint64_t collisions;
};

/* The meters on one line, and the frame that is arriving. */
struct mbus {
	struct wire *wire;
	struct mbus_meter *meters;
	struct damage damage;
	struct mbus_stats stats;
	struct {
		uint8_t bytes[MBUS_FRAME_MAX];
		size_t len;
	} history[MBUS_HISTORY];
	unsigned int seen;
	uint8_t frame[MBUS_FRAME_MAX];
	size_t len;
	bool lost;		/* out of step until the line is idle */
	int64_t last_byte;
};

extern const struct wire_protocol mbus_protocol;

uint8_t mbus_sum(const uint8_t *bytes, size_t len);
size_t mbus_seal(uint8_t *bytes, size_t user_len);
void mbus_reseal(uint8_t *bytes);
enum mbus_verdict mbus_parse(const uint8_t *bytes, size_t len, struct mbus_frame *f);
bool mbus_is_long(const uint8_t *bytes, size_t len);

void mbus_add(struct mbus *b, struct mbus_meter *m);
bool mbus_remove(struct mbus *b, struct mbus_meter *m);
struct mbus_meter *mbus_find(struct mbus *b, const char *word);

bool mbus_addressed(const struct mbus_meter *m, const struct mbus_frame *f);
size_t mbus_answer(struct mbus_meter *m, const struct mbus_frame *f, uint8_t *reply);

/* One of several meters that speak at once. */
struct mbus_voice {
	struct answer answer;
	unsigned int skew;	/* bit times */
};

void mbus_collide(const struct mbus_voice *voices, size_t n, struct answer *sum);

void mbus_fault_change(enum fault_kind kind, long arg, const struct request *q,
		       struct answer *a);
void mbus_damage_apply(struct damage *d, const struct request *q, struct answer *a);

#endif
