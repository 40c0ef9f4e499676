/* SPDX-License-Identifier: GPL-2.0-only */
/* The meters that a command is to work on: those that are named, or all */
#ifndef METERCTL_SELECT_H
#define METERCTL_SELECT_H

#include "sysfs.h"

struct selection {
	struct device_list all;
	const struct device **devices;	/* each once */
	size_t count;
	unsigned int missing;		/* names of which there is none, or more than one */
};

/* An exit status: EXIT_NOTHING, none; what is wrong has been told. select_free() either way. */
int select_devices(struct selection *selection, int argc, char **argv);
void select_free(struct selection *selection);

#endif
