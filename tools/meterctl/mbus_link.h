/* SPDX-License-Identifier: GPL-2.0-only */
/* What a scan says on an M-Bus, and what the answers mean (EN 13757-2, EN 13757-7). */
#ifndef METERCTL_MBUS_LINK_H
#define METERCTL_MBUS_LINK_H

#include "mbus_address.h"
#include "scan.h"

#define MBUS_C_SND_NKE		0x40
#define MBUS_C_REQ_UD2		0x5b
#define MBUS_C_FCB		0x20
#define MBUS_A_SELECTED		0xfd

/* Answers are worth this many tries. */
#define MBUS_TRIES		3

enum mbus_answer {
	MBUS_NOBODY,
	MBUS_TELEGRAM,		/* of one meter */
	MBUS_SEVERAL,		/* or one whose reply was damaged */
	MBUS_MUTE,		/* acknowledged, but said nothing more */
	MBUS_NOISE,
};

/*
 * Some meters know only requests whose frame count bit is clear; such a one stays unheard
 * when it is asked together with others by requests with the bit.
 */
struct mbus_link {
	struct scan *scan;
	const struct line *line;
	bool saw_counting;
	bool saw_plain;
	struct mbus_identity identity;	/* of a telegram */
	bool counting;			/* how it was asked for */
	unsigned int weight;		/* its ones, see mbus_reply_weight() */
};

/* All return 0 or an error of scan_exchange(). */
int mbus_link_read(struct mbus_link *link, unsigned int primary, enum mbus_answer *answer);
int mbus_link_read_selected(struct mbus_link *link, const struct mbus_address *pattern,
			    enum mbus_answer *answer);
int mbus_link_read_others(struct mbus_link *link, const struct mbus_address *pattern,
			  enum mbus_answer *answer);
int mbus_link_reset(struct mbus_link *link, unsigned int primary, enum outcome *outcome);
int mbus_link_select(struct mbus_link *link, const struct mbus_address *pattern,
		     enum outcome *outcome);

void mbus_meter_fill(const struct mbus_link *link, struct meter *meter);

#endif
