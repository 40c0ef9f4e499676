/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An M-Bus in memory: meters that are selected and read, collisions as on the wire (a
 * zero of any meter wins), noise on demand. Its own account of selections is what the
 * tests compare with.
 */
#ifndef METERCTL_TESTS_FAKE_MBUS_H
#define METERCTL_TESTS_FAKE_MBUS_H

#include "../transport.h"

#define FAKE_METERS	128
#define FAKE_DATA	64

enum fake_fcb {
	FAKE_ANY,		/* takes 5B and 7B */
	FAKE_PLAIN,		/* 5B only */
	FAKE_COUNTING,		/* 7B only, after a selection */
	FAKE_NEVER,		/* no request at all */
};

struct fake_meter {
	char number[9];
	uint8_t maker[2];
	uint8_t version;
	uint8_t medium;
	uint8_t primary;
	unsigned int speed;	/* 0: any */
	unsigned int slow_ms;	/* it begins to answer so late */
	enum fake_fcb fcb;
	bool dead;
	bool garbles;		/* its telegrams are always damaged */
	bool greedy;		/* feels meant by every selection */
	unsigned int away_from;	/* it answers to none of these exchanges */
	unsigned int away_to;
	uint8_t data[FAKE_DATA];
	size_t data_len;
	uint8_t access;
	bool is_selected;
};

struct fake_mbus {
	struct transport transport;
	struct fake_meter meters[FAKE_METERS];
	size_t count;
	bool out_of_step;	/* collisions look like collisions, not like damage */
	unsigned int noise_every;	/* each so many exchanges are damaged; 0: none */
	unsigned int noisy_selections;	/* so many of a hundred, in a fixed disorder */
	unsigned int seed;
	unsigned int damaged_at;	/* this one's reply is; 0: none */
	unsigned int deaf_at;		/* this exchange is not heard by anybody; 0: none */
	bool late;			/* a slow one's answer is still to come */
	unsigned int exchanges;
	unsigned int selections;
	uint64_t time_ms;
};

void fake_mbus_init(struct fake_mbus *bus);
struct fake_meter *fake_mbus_add(struct fake_mbus *bus, const char *number, uint8_t primary);

#endif
