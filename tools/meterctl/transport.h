/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One exchange on a bus, whatever carries it: the kernel's raw device in the tool, a
 * socket or a simulation in its tests. The scan engines know nothing else of the world.
 */
#ifndef METERCTL_TRANSPORT_H
#define METERCTL_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Modbus unit and PDU have 254 bytes at most, an M-Bus long frame 261. */
#define EXCHANGE_MAX	264

enum parity {
	PARITY_NONE,
	PARITY_EVEN,
	PARITY_ODD,
};

/* 8 data bits, 1 stop bit; speed 0 is the bus's own speed and parity */
struct line {
	unsigned int speed;
	enum parity parity;
};

enum outcome {
	OUTCOME_SILENT,		/* nothing heard */
	OUTCOME_REPLY,		/* a whole reply */
	OUTCOME_DAMAGED,	/* bytes, but no reply */
	OUTCOME_COLLISION,	/* bytes as of several meters at once (M-Bus) */
};

/*
 * The request is what the check bytes guard, without them and without frame marks:
 * Modbus: unit, PDU; M-Bus: C, A and perhaps CI and data. So is a reply; an M-Bus
 * acknowledgment is the one byte E5.
 */
struct exchange {
	struct line line;
	uint8_t request[EXCHANGE_MAX];
	size_t request_len;
	/*
	 * M-Bus: first select this secondary address, in the same turn; as on the wire. An
	 * empty request leaves it at that, and is acknowledged if the selection is.
	 */
	bool select;
	uint8_t selection[8];
	unsigned int timeout_ms;	/* to the reply's first byte; 0: the bus's own */
	bool force;			/* write even to a meter that the kernel uses */

	enum outcome outcome;
	bool selected;			/* it was acknowledged: the rest is the request's */
	uint8_t reply[EXCHANGE_MAX];	/* of a damaged one: what was heard */
	size_t reply_len;
	unsigned int latency_us;	/* of a reply: from the request's end to its beginning */
};

struct transport {
	/* 0 and an outcome, or a negative errno: there is no sense in going on. */
	int (*exchange)(struct transport *transport, struct exchange *x);
	uint64_t (*now_ms)(struct transport *transport);
};

#endif
