/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SERIAL_XFER_INTERNAL_H
#define _SERIAL_XFER_INTERNAL_H

#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/minmax.h>
#include <linux/serial_xfer.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/*
 * An echo, a reply and as much noise again. What does not fit pushes the oldest
 * bytes out.
 */
#define SERIAL_XFER_RX_SIZE	(4 * SERIAL_XFER_MAX_FRAME)

/**
 * struct serial_xfer_rx - reception during one exchange
 * @msg: the exchange that waits for a reply; NULL when nobody waits. What it
 *	points to belongs to the sleeping caller, who takes it away under the lock
 *	before he returns
 * @client: whose exchange it is
 * @status: result, valid once @msg is NULL
 * @buf: received bytes
 * @flaws: which of them the line has called flawed: a wrong parity or stop bit, or
 *	others lost beside them
 * @len: how many
 * @start: bytes before this are done with
 * @heard: bytes received in this exchange, other than the echo
 * @flawed: how many of these were flawed
 * @junk: bytes passed over that belong to no frame
 * @open: a frame that needs more bytes may have begun before the place that is
 *	looked at
 * @partial: what was looked at last may be the beginning of an echo
 * @echoed: the request came back and was dropped
 * @echo_at: where in @buf, of either
 * @damaged: a reply with a wrong check has been seen
 * @copy_at: arrival of the request's copy while it is open whether that is the
 *	echo or the reply; 0 otherwise
 */
struct serial_xfer_rx {
	struct serial_xfer_msg *msg;
	struct serial_xfer_client *client;
	int status;
	u8 buf[SERIAL_XFER_RX_SIZE];
	DECLARE_BITMAP(flaws, SERIAL_XFER_RX_SIZE);
	size_t len;
	size_t start;
	size_t heard;
	size_t flawed;
	size_t junk;
	bool open;
	bool partial;
	bool echoed;
	bool damaged;
	size_t echo_at;
	ktime_t copy_at;
};

/**
 * struct serial_xfer_port - a serial line
 * @dev: the device behind it, for messages and traces
 * @ref: one reference for the back end, one for each client
 * @ops: back end
 * @priv: for @ops
 * @stats: counters, lock-free
 * @lock: protects all that follows up to @line. Taken by callers (process
 *	context) and by the receive path; nothing is taken inside
 * @busy: somebody has claimed the port
 * @owner: who, while @busy
 * @caller: for whom, see serial_xfer_claim_as(); compared, never followed
 * @cancelled: what @owner does with this claim is to end
 * @stopped: no more exchanges
 * @turns: clients with waiters, the next to be served first
 * @idle: wakes serial_xfer_port_stop() when nobody has claimed the port any more
 * @rx: reception
 * @echo: what was learned about the line
 * @last_rx: arrival of the last batch of bytes, monotonic clock
 * @tx_end: when the last request's last bit has left, monotonic clock
 * @unsettled: bytes may still be on their way: wait for a longer silence
 * @late: whose exchange was given up without a byte, so that bytes which come
 *	while nobody waits are its reply
 * @late_len: how many such bytes
 * @line: settings in force, speed 0 if unknown. Whoever has claimed the port may
 *	use it
 * @wake: wakes the owner, when the exchange has ended or its deadline has moved
 * @pm: claims the port while the system sleeps
 */
struct serial_xfer_port {
	struct device *dev;
	struct kref ref;
	const struct serial_xfer_ops *ops;
	void *priv;
	struct serial_xfer_stats stats;

	spinlock_t lock; /* all that follows, up to line */
	bool busy;
	struct serial_xfer_client *owner;
	const void *caller;
	bool cancelled;
	bool stopped;
	struct list_head turns;
	wait_queue_head_t idle;
	struct serial_xfer_rx rx;
	enum serial_xfer_echo echo;
	ktime_t last_rx;
	ktime_t tx_end;
	bool unsettled;
	struct serial_xfer_client *late;
	size_t late_len;

	struct serial_xfer_line line;
	struct completion wake;
	struct serial_xfer_client pm;
};

/* exchange.c */
void serial_xfer_rx_end(struct serial_xfer_port *port, int status);

/* The longest frame at the lowest speed, 300 baud */
#define SERIAL_XFER_DRAIN_MS		10000

/* A receiver samples the tenth bit of a character right up to about 5 % error. */
#define SERIAL_XFER_SPEED_TOLERANCE	3 /* percent, leaves the rest to the device */

static inline bool serial_xfer_speed_is_close(unsigned int wanted, unsigned int speed)
{
	unsigned int error = max(wanted, speed) - min(wanted, speed);

	return error <= wanted / 100 * SERIAL_XFER_SPEED_TOLERANCE;
}

static inline void serial_xfer_add(struct serial_xfer_port *port,
				   struct serial_xfer_client *client,
				   enum serial_xfer_stat stat, size_t n)
{
	atomic64_add(n, &port->stats.count[stat]);
	if (client)
		atomic64_add(n, &client->stats.count[stat]);
}

#endif
