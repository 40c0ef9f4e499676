/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to wait for an answer: from the line's speed, and from how fast those were
 * that have answered so far.
 */
#ifndef METERCTL_TIMING_H
#define METERCTL_TIMING_H

#include "transport.h"

struct timing {
	unsigned int first_ms;		/* as long as nobody has answered; more is for who is late */
	unsigned int least_ms;
	unsigned int most_ms;		/* when something is heard after silence */
	unsigned int worst_us;		/* slowest answer so far */
	unsigned int answers;
	bool fixed;			/* the user has set it */
};

void timing_modbus(struct timing *timing, unsigned int speed, unsigned int bus_ms);
void timing_mbus(struct timing *timing, unsigned int speed);
/* Nobody gets less than @ms, nor less than the standard says, however fast others are. */
void timing_patient(struct timing *timing, unsigned int ms);
void timing_fix(struct timing *timing, unsigned int ms);
void timing_answered(struct timing *timing, unsigned int latency_us);
void timing_was_late(struct timing *timing, unsigned int limit_ms);
unsigned int timing_ms(const struct timing *timing);
/* What a request of so many bytes costs that nobody answers */
unsigned int timing_silence_ms(const struct timing *timing, unsigned int bytes,
			       unsigned int speed);

#endif
