/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULTS_PER_METER	8
#define ANSWER_MAX		600

enum fault_kind {
	FAULT_NONE,
	FAULT_SILENT,		/* the request is not even carried out */
	FAULT_REFUSE,		/* silent for reads that touch a block */
	FAULT_REFUSEX,		/* exception 2 for them */
	FAULT_EXCEPTION,	/* instead of carrying it out */
	FAULT_BUSY,		/* the same on M-Bus */
	FAULT_NOACK,		/* carried out, not acknowledged */
	FAULT_LATE,
	FAULT_CUT,
	FAULT_FLIP,
	FAULT_BURST,
	FAULT_BYTE,
	FAULT_INSERT,
	FAULT_DROP,
	FAULT_FOREIGN,
	FAULT_IDENTITY,
	FAULT_NOISE,
	FAULT_TWICE,
	FAULT_WRONGFUNC,
	FAULT_ECHO,
};

#define FAULT_ON_RTU	1
#define FAULT_ON_MBUS	2

struct fault {
	enum fault_kind kind;
	long arg;
	long span;		/* registers of a refused block */
	long left;		/* negative: no end */
	long every;
	long seen;
};

struct request {
	const uint8_t *bytes;
	size_t len;
};

/* What a meter is about to put on the wire. */
struct answer {
	uint8_t bytes[ANSWER_MAX];
	size_t len;
	int64_t delay;		/* ns, besides the usual answering time */
};

/* Random damage of all replies on the line, independent of the meters. */
struct damage {
	unsigned long rate;	/* one reply in so many; 0: none */
	bool heavy;
	long late_ms;
	uint64_t done;
	uint64_t passed;	/* whose checks hold although the content differs */
};

bool fault_parse(const char *text, unsigned int bus, struct fault *f);
struct fault *fault_find(struct fault *faults, enum fault_kind kind,
			 const struct request *q);
void fault_apply(struct fault *faults, const struct request *q, struct answer *a,
		 void (*change)(enum fault_kind kind, long arg, const struct request *q,
				struct answer *a));
void fault_change(enum fault_kind kind, long arg, const struct request *q,
		  struct answer *a);

void random_seed(uint64_t seed);
uint32_t random_below(uint32_t n);

#endif
