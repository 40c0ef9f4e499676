/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transport to metersim of tests/sim: frames as they are on the wire, over a socket.
 * The frames are made here from the standards, since in the tool the kernel does that.
 */
#ifndef METERCTL_TESTS_SIM_LINE_H
#define METERCTL_TESTS_SIM_LINE_H

#include <sys/types.h>

#include "../meter.h"
#include "../transport.h"

#define SIM_SPECS	80

struct sim_line {
	struct transport transport;
	enum bus_kind kind;
	int fd;
	int control;
	pid_t pid;
	char dir[64];
	struct line line;		/* what the simulator was told last */
};

/* @specs: of meters, ends with NULL. False if there is no simulator */
bool sim_open(struct sim_line *sim, enum bus_kind kind, char *const *specs);
void sim_close(struct sim_line *sim);
/* One command, one answer; false if it is not "ok" */
__attribute__((format(printf, 4, 5)))
bool sim_command(struct sim_line *sim, char *answer, size_t size, const char *format, ...);
unsigned long sim_stat(struct sim_line *sim, const char *name);

#endif
