/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "command.h"
#include "control.h"
#include "mbus.h"
#include "rtu.h"
#include "uart.h"
#include "wire.h"

struct sim;

/* What a line can be: Modbus RTU or M-Bus. */
struct bus {
	const struct command *commands;
	bool (*add)(struct sim *s, const char *spec);	/* a meter; false: bad */
	void (*attach)(struct sim *s);
	void (*run)(struct sim *s, unsigned int steps);
	void (*remove_all)(struct sim *s);
};

extern const struct bus rtu_bus;
extern const struct bus mbus_bus;

/* One line with its stations, and those who command it. */
struct sim {
	struct wire wire;
	struct uart_trace trace;
	const struct bus *bus;
	struct rtu rtu;
	struct mbus mbus;
	struct control control;
	int stop_fd;			/* SIGINT and SIGTERM */
	bool running;			/* energies count up */
	int64_t run_since;
};

#endif
