/* SPDX-License-Identifier: GPL-2.0-only */
/* Meters that were found, and the list of them. */
#ifndef METERCTL_METER_H
#define METERCTL_METER_H

#include "transport.h"

enum bus_kind {
	BUS_MODBUS,
	BUS_MBUS,
};

enum meter_state {
	METER_FREE,	/* nobody uses it */
	METER_BOUND,	/* the kernel has it */
	METER_BAD,	/* something answers, but not so that it could be identified */
};

#define NO_ADDRESS	(-1)

struct meter {
	enum bus_kind kind;
	enum meter_state state;
	int address;			/* Modbus unit or primary address, or NO_ADDRESS */
	char secondary[17];		/* M-Bus, as in names of bus devices; empty if unknown */
	struct line line;
	char model[48];
	char serial[24];
	char firmware[24];
	char manufacturer[48];
	int version;			/* M-Bus, as medium; NO_ADDRESS if unknown */
	int medium;
	char driver[32];		/* name for new_device; empty if no driver is known */
	char device[32];		/* bus device, of a bound one */
	char label[256];
	char note[96];			/* what is to be said about it */
};

struct meter_list {
	struct meter *meters;
	size_t count;
	size_t room;
};

void meter_init(struct meter *meter, enum bus_kind kind, const struct line *line);
struct meter *meter_add(struct meter_list *list, const struct meter *meter);
void meter_remove(struct meter_list *list, size_t i);
bool meter_same_place(const struct meter *a, const struct meter *b);
struct meter *meter_find_same(const struct meter_list *list, const struct meter *meter);
void meter_sort(struct meter_list *list);
void meter_free(struct meter_list *list);
const char *parity_name(enum parity parity);
const char *medium_name(int medium);

#endif
