/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Half-duplex exchanges on a serial line: one request, one reply.
 */
#ifndef _LINUX_SERIAL_XFER_H
#define _LINUX_SERIAL_XFER_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/types.h>

struct dev_pm_ops;
struct device;
struct serdev_device;
struct serial_xfer_msg;
struct serial_xfer_port;

/**
 * SERIAL_XFER_MAX_FRAME - longest request or reply, in bytes
 *
 * A Modbus RTU ADU has 256 at most (Modbus over Serial Line V1.02, 2.5.1), an
 * M-Bus long frame 261 (EN 13757-2, 5.4).
 */
#define SERIAL_XFER_MAX_FRAME	261

/**
 * enum serial_xfer_parity - parity of a line
 * @SERIAL_XFER_PARITY_NONE: none, 10 bits a character
 * @SERIAL_XFER_PARITY_EVEN: even, 11 bits a character
 * @SERIAL_XFER_PARITY_ODD: odd, 11 bits a character
 */
enum serial_xfer_parity {
	SERIAL_XFER_PARITY_NONE,
	SERIAL_XFER_PARITY_EVEN,
	SERIAL_XFER_PARITY_ODD,
};

/**
 * struct serial_xfer_line - line settings; always 8 data bits, 1 stop bit
 * @speed: bits per second
 * @parity: parity
 */
struct serial_xfer_line {
	unsigned int speed;
	enum serial_xfer_parity parity;
};

/**
 * enum serial_xfer_echo - does the line return what the port sends?
 * @SERIAL_XFER_ECHO_UNKNOWN: not learned yet
 * @SERIAL_XFER_ECHO_NO: it does not
 * @SERIAL_XFER_ECHO_YES: it does
 */
enum serial_xfer_echo {
	SERIAL_XFER_ECHO_UNKNOWN,
	SERIAL_XFER_ECHO_NO,
	SERIAL_XFER_ECHO_YES,
};

/**
 * enum serial_xfer_verdict - what a parser says of the bytes at some place
 * @SERIAL_XFER_NONE: no frame begins here
 * @SERIAL_XFER_MORE: a frame may begin here, it needs more bytes
 * @SERIAL_XFER_WHOLE: the awaited reply, whole and undamaged
 * @SERIAL_XFER_DAMAGED: the awaited reply by its head and length, but its check
 *	is wrong
 * @SERIAL_XFER_STALE: an undamaged frame that answers an earlier request
 * @SERIAL_XFER_FOREIGN: an undamaged frame of somebody else
 */
enum serial_xfer_verdict {
	SERIAL_XFER_NONE,
	SERIAL_XFER_MORE,
	SERIAL_XFER_WHOLE,
	SERIAL_XFER_DAMAGED,
	SERIAL_XFER_STALE,
	SERIAL_XFER_FOREIGN,
};

/**
 * struct serial_xfer_span - a parser's result
 * @verdict: what begins at the given bytes
 * @len: length of the whole frame (@verdict other than SERIAL_XFER_NONE); with
 *	SERIAL_XFER_MORE as far as known, and more than there are bytes
 */
struct serial_xfer_span {
	enum serial_xfer_verdict verdict;
	size_t len;
};

/**
 * typedef serial_xfer_parse_t - look for the reply to a request
 * @msg: the exchange, for its request and its context
 * @buf: received bytes
 * @len: how many, at least 1
 *
 * Must be pure. Called with a spinlock held, for every place at which a frame
 * might begin, each time bytes have come.
 *
 * Return: what begins at @buf.
 */
typedef struct serial_xfer_span (*serial_xfer_parse_t)(const struct serial_xfer_msg *msg,
						       const u8 *buf, size_t len);

/**
 * struct serial_xfer_msg - one exchange
 * @tx: the request
 * @tx_len: its length, 1 to SERIAL_XFER_MAX_FRAME
 * @rx: where the reply goes
 * @rx_size: room there; a longer reply fails with -EMSGSIZE
 * @line: line settings that the exchange needs
 * @timeout_ms: how long to wait for the reply, from the last bit of the request;
 *	a reply that has begun is waited for to its end. 0: no reply is expected
 * @turnaround_ms: without a reply, how long the line is kept from others, from
 *	the last bit of the request
 * @parse: finds the reply; NULL if none is expected
 * @context: for @parse
 * @mirrored: the reply may be the same bytes as the request
 * @gapless: frames tell their own ends, so no silence is needed before the request,
 *	unless it is sent with other line settings than what was on the line before
 * @rx_len: result: length of the reply; with -EBADMSG of what is in @rx instead: what
 *	was heard, from its first byte on
 * @heard: result: bytes received other than the echo, also of a failed exchange
 * @flawed: result: how many of these the line has called flawed
 * @sent: result: when the request's last bit left, boot-time clock; 0 if it was not sent
 * @stamp: result: arrival of the reply's last byte, boot-time clock
 * @latency_us: result: from the request's last bit to the reply's end, less the
 *	time that the reply's bytes take on the wire
 */
struct serial_xfer_msg {
	const u8 *tx;
	size_t tx_len;
	u8 *rx;
	size_t rx_size;
	struct serial_xfer_line line;
	unsigned int timeout_ms;
	unsigned int turnaround_ms;
	serial_xfer_parse_t parse;
	const void *context;
	bool mirrored;
	bool gapless;

	size_t rx_len;
	size_t heard;
	size_t flawed;
	ktime_t sent;
	ktime_t stamp;
	unsigned int latency_us;
};

/**
 * struct serial_xfer_ops - a port's back end
 * @write: queue @len bytes for transmission; may sleep. Returns 0 or an error
 * @set_line: apply line settings; may sleep. Returns 0 or an error, in which
 *	case the settings are unknown
 * @drain: wait until everything written has left the wire; may sleep
 *
 * Received bytes are handed to serial_xfer_receive() or, if the line tells which of
 * them are flawed, to serial_xfer_receive_flagged(). The engine calls one op at a time.
 */
struct serial_xfer_ops {
	int (*write)(void *priv, const u8 *buf, size_t len);
	int (*set_line)(void *priv, const struct serial_xfer_line *line);
	void (*drain)(void *priv);
};

/**
 * enum serial_xfer_stat - counters of a port and of each client
 * @SERIAL_XFER_EXCHANGES: requests sent
 * @SERIAL_XFER_TIMEOUTS: exchanges that ended without a byte of a reply
 * @SERIAL_XFER_CHECK_ERRORS: replies whose check (CRC, checksum) was wrong
 * @SERIAL_XFER_FRAME_ERRORS: exchanges that ended with bytes that are no reply
 * @SERIAL_XFER_REFUSALS: error replies of the device, counted by the protocol
 * @SERIAL_XFER_RETRIES: repeated requests, counted by the protocol
 * @SERIAL_XFER_STALE_REPLIES: late replies to earlier requests, dropped
 * @SERIAL_XFER_ECHOES: echoes dropped
 * @SERIAL_XFER_TX_BYTES: bytes sent
 * @SERIAL_XFER_RX_BYTES: bytes received
 * @SERIAL_XFER_NR_STATS: number of counters
 */
enum serial_xfer_stat {
	SERIAL_XFER_EXCHANGES,
	SERIAL_XFER_TIMEOUTS,
	SERIAL_XFER_CHECK_ERRORS,
	SERIAL_XFER_FRAME_ERRORS,
	SERIAL_XFER_REFUSALS,
	SERIAL_XFER_RETRIES,
	SERIAL_XFER_STALE_REPLIES,
	SERIAL_XFER_ECHOES,
	SERIAL_XFER_TX_BYTES,
	SERIAL_XFER_RX_BYTES,
	SERIAL_XFER_NR_STATS,
};

/**
 * struct serial_xfer_stats - counters; lock-free, any context
 * @count: by enum serial_xfer_stat
 */
struct serial_xfer_stats {
	atomic64_t count[SERIAL_XFER_NR_STATS];
};

/**
 * struct serial_xfer_client - one of those who share a port
 * @port: the port; a reference is held
 * @stats: what this client's exchanges did
 * @waiters: private to the engine, under the port's lock
 * @node: private to the engine, under the port's lock
 *
 * Clients are served in turn; callers of one client first come, first served.
 */
struct serial_xfer_client {
	struct serial_xfer_port *port;
	struct serial_xfer_stats stats;
	struct list_head waiters;
	struct list_head node;
};

struct serial_xfer_port *serial_xfer_port_create(struct device *dev,
						 const struct serial_xfer_ops *ops,
						 void *priv);
void serial_xfer_port_stop(struct serial_xfer_port *port);
void serial_xfer_port_get(struct serial_xfer_port *port);
void serial_xfer_port_put(struct serial_xfer_port *port);
int serial_xfer_port_suspend(struct serial_xfer_port *port);
void serial_xfer_port_resume(struct serial_xfer_port *port);
enum serial_xfer_echo serial_xfer_port_echo(struct serial_xfer_port *port);
struct serial_xfer_stats *serial_xfer_port_stats(struct serial_xfer_port *port);
void serial_xfer_receive(struct serial_xfer_port *port, const u8 *buf, size_t len);
void serial_xfer_receive_flagged(struct serial_xfer_port *port, const u8 *buf,
				 const u8 *flags, size_t len);

struct serial_xfer_port *devm_serial_xfer_serdev_open(struct serdev_device *serdev);
extern const struct dev_pm_ops serial_xfer_serdev_pm_ops;

void serial_xfer_client_init(struct serial_xfer_client *client, struct serial_xfer_port *port);
void serial_xfer_client_exit(struct serial_xfer_client *client);
int serial_xfer_claim(struct serial_xfer_client *client);
int serial_xfer_claim_as(struct serial_xfer_client *client, const void *who);
void serial_xfer_release(struct serial_xfer_client *client);
void serial_xfer_cancel(struct serial_xfer_client *client, const void *who);
int serial_xfer_exec(struct serial_xfer_client *client, struct serial_xfer_msg *msg);
void serial_xfer_count(struct serial_xfer_client *client, enum serial_xfer_stat stat);
int serial_xfer_sleep_until(ktime_t when);

#endif
