/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings.h"
#include "uart.h"

#define WIRE_BURST_MAX		768
#define WIRE_ANSWER_DEFAULT	-1

/* Bytes that somebody puts on the wire, from a given moment on. */
struct burst {
	struct burst *next;
	int64_t start;
	size_t len;
	size_t sent;
	uint8_t bytes[WIRE_BURST_MAX];
};

/* What the wire carries: bytes of the master and silence go to the protocol. */
struct wire_protocol {
	void (*receive)(void *context, uint8_t byte);
	int64_t (*idle_deadline)(void *context);	/* INT64_MAX: none */
	void (*idle)(void *context);
};

/*
 * One half-duplex line. Simulated stations do not see each other's bytes, only
 * the master's. When paced, each byte takes its time as on copper, in both
 * directions: the master's bytes arrive here at once and are dated forward.
 */
struct wire {
	int listen_fd;			/* unix socket line, or -1 */
	int fd;				/* the master's end, or -1 */
	int held_fd;			/* pty line: slave, held open */
	bool paced;
	bool echo;
	bool logging;
	bool pinned;			/* settings given by hand */
	int64_t answer_ns;		/* WIRE_ANSWER_DEFAULT: the protocol's */
	struct settings settings;
	struct uart_trace *trace;	/* source of settings, or NULL */
	int64_t rx_end;			/* the master's last byte has passed */
	int64_t tx_end;			/* our last byte has passed */
	bool tx_last;			/* ours was the last byte on the wire */
	uint64_t short_gaps;
	uint64_t gaps;			/* from a reply to a request soon after */
	int64_t gap_ns;			/* and their sum */
	uint64_t bursts;		/* sent to their end */
	int64_t lag_ns;			/* sum of how late that was, by our fault */
	uint64_t bytes;
	struct burst *queue;
	const struct wire_protocol *protocol;
	void *context;
};

bool wire_open(struct wire *w, const char *line);
void wire_close(struct wire *w);
void wire_accept(struct wire *w);
void wire_receive(struct wire *w);
void wire_send(struct wire *w, const uint8_t *bytes, size_t len, int64_t start);
void wire_run(struct wire *w);
int64_t wire_deadline(const struct wire *w);
struct settings wire_settings(struct wire *w);
int64_t wire_silence_ns(struct settings s);
void wire_log(const struct wire *w, const char *what, const uint8_t *bytes, size_t len);

#endif
