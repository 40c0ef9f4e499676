/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "control.h"
#include "rtu.h"
#include "uart.h"
#include "wire.h"

/* One line with its stations, and those who command it. */
struct sim {
	struct wire wire;
	struct uart_trace trace;
	struct rtu rtu;
	struct control control;
	int stop_fd;			/* SIGINT and SIGTERM */
	bool running;			/* energies count up */
	int64_t run_since;
};

#endif
