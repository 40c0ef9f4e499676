/* SPDX-License-Identifier: GPL-2.0-only */
/* Meters that are found, and those that the kernel has */
#ifndef METERCTL_KNOWN_H
#define METERCTL_KNOWN_H

#include "scan.h"
#include "sysfs.h"

/* Addresses of the bus's devices, which are not to be asked */
void known_skip(const struct device_list *devices, const struct bus *bus, bool *skip);
/* Is it one of them? Then it is marked as that. */
void known_mark(const struct device_list *devices, const struct bus *bus, struct meter *meter);
/* Addresses that were asked for */
struct known_range {
	unsigned int first;
	unsigned int last;
};

/*
 * Adds those that are not listed yet, at settings @own if they name none; @range: only
 * those, NULL for all. 0 or -ENOMEM
 */
int known_add(const struct device_list *devices, const struct bus *bus, const struct line *own,
	      const struct known_range *range, struct meter_list *list);

#endif
