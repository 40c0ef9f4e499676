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
/* One that runs already, with its sockets "line" and "control" in @dir */
bool sim_connect(struct sim_line *sim, enum bus_kind kind, const char *dir);
void sim_close(struct sim_line *sim);
/* A frame as on the wire of what it guards; its length. @frame: room for 264 */
size_t sim_mbus_frame(const uint8_t *request, size_t len, uint8_t *frame);
/* One command, one answer; false if it is not "ok" */
__attribute__((format(printf, 4, 5)))
bool sim_command(struct sim_line *sim, char *answer, size_t size, const char *format, ...);
unsigned long sim_stat(struct sim_line *sim, const char *name);

#endif
