/* SPDX-License-Identifier: GPL-2.0-only */
/* Meters that are found, and those that the kernel has */
#ifndef METERCTL_KNOWN_H
#define METERCTL_KNOWN_H

#include "scan.h"
#include "sysfs.h"

/* Addresses up to @last of the bus's devices that are online: they are not to be asked. */
void known_skip(const struct device_list *devices, const struct bus *bus, bool *skip,
		unsigned int last);
/* Marks those that the kernel has, whose settings are @own if their devices name none. */
void known_mark(const struct device_list *devices, const struct bus *bus, const struct line *own,
		struct meter_list *list);
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
