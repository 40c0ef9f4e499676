/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_UART_H
#define SIM_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings.h"

/*
 * Follows how a guest programs one of its UARTs, from the file that QEMU
 * writes with "-trace memory_region_ops_write,file=F". The event
 * serial_update_parameters would be shorter but does not say which UART it
 * speaks of, and the PL011 has nothing like it; register writes carry the
 * absolute address. QEMU writes a line before it acts on the register, so
 * whoever reads the file after a byte has arrived knows the byte's settings.
 */
struct uart_trace {
	const char *path;
	unsigned int uart;
	int fd;
	char line[256];
	size_t line_len;
	uint32_t lcr;
	uint32_t divisor;		/* as latched in the divisor registers */
	struct settings settings;
	bool rts_high;			/* PL011: the pin's level; sends on RS-485 */
	uint64_t driven;		/* bytes written while it was, and was not */
	uint64_t undriven;
};

void uart_trace_init(struct uart_trace *t, const char *path, unsigned int uart);
void uart_trace_poll(struct uart_trace *t);

#endif
