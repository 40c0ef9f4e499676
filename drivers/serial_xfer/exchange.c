// SPDX-License-Identifier: GPL-2.0-only
/*
 * One exchange: silence, request, reply.
 *
 * The owner of the port's claim runs the exchange in his own context: he waits
 * for the line to be silent, sets it up, attaches his message to the port, writes
 * the request and sleeps. The receive path collects bytes, asks the message's
 * parser what begins at each place, and detaches the message when the reply is
 * whole: that alone wakes the owner. When his deadline passes the owner detaches
 * the message himself. Both do it under the port's lock, so a message is answered
 * at most once and is never touched after its owner has returned.
 *
 * Bytes are looked at from every place, so noise before a reply costs nothing; a
 * reply of somebody else, or to an earlier request, is passed over as a whole, unless
 * it may lie inside the awaited one: one read of 75 registers in a thousand contains
 * five bytes that pass for somebody's exception, and would do so at every retry.
 *
 * After anything other than a clean reply the line is unsettled: the next request
 * waits until it has been silent for long enough that no UART holds back a rest.
 *
 * Times on the line are kept in nanoseconds of the monotonic clock. Arrival is
 * when the UART's driver delivers bytes, up to four characters after the fact.
 */
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "internal.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* How long adapters may hold received bytes back; the default of USB bridges is 16 ms. */
#define SERIAL_XFER_BATCH_NS	(20 * NSEC_PER_MSEC)
/* A UART's FIFO may hold that many characters until its own time-out. */
#define SERIAL_XFER_FIFO_CHARS	16
/* A line that does not fall silent within this time is broken. */
#define SERIAL_XFER_BABBLE_NS	(2 * (u64)NSEC_PER_SEC)
/* Who waits for silence looks so often whether he still may. */
#define SERIAL_XFER_NAP_MS	20
/* So many bytes out of turn are a late reply, not a glitch of the line's drivers. */
#define SERIAL_XFER_LATE_MIN	4

/* Start, eight data bits, parity if any, stop. */
static u64 line_chars_ns(const struct serial_xfer_line *line, size_t chars)
{
	unsigned int bits = line->parity == SERIAL_XFER_PARITY_NONE ? 10 : 11;

	return div_u64((u64)chars * bits * NSEC_PER_SEC, line->speed);
}

/* t3.5 of the Modbus over Serial Line specification V1.02, chapter 2.5.1.1. */
static u64 line_gap_ns(const struct serial_xfer_line *line)
{
	if (line->speed > 19200)
		return 1750 * NSEC_PER_USEC;
	return line_chars_ns(line, 7) / 2;
}

static u64 line_quiet_ns(const struct serial_xfer_line *line)
{
	return line_chars_ns(line, SERIAL_XFER_FIFO_CHARS) + SERIAL_XFER_BATCH_NS;
}

static bool line_equal(const struct serial_xfer_line *a, const struct serial_xfer_line *b)
{
	return a->speed == b->speed && a->parity == b->parity;
}

/**
 * serial_xfer_sleep_until() - wait for a time
 * @when: monotonic clock
 *
 * Context: may sleep.
 * Return: 0, or -EINTR if the caller was killed.
 */
int serial_xfer_sleep_until(ktime_t when)
{
	bool expired;

	do {
		set_current_state(TASK_KILLABLE);
		expired = !schedule_hrtimeout(&when, HRTIMER_MODE_ABS);
		if (fatal_signal_pending(current))
			return -EINTR;
	} while (!expired);
	return 0;
}
EXPORT_SYMBOL_GPL(serial_xfer_sleep_until);

/*
 * A device at a low speed takes what others exchange at a high one for noise, so
 * silence is measured at the slower of the last and the next settings.
 */
static ktime_t port_silent_at(struct serial_xfer_port *port, const struct serial_xfer_msg *msg)
{
	bool gapless = msg->gapless && line_equal(&port->line, &msg->line);
	ktime_t last = max(port->last_rx, port->tx_end);
	u64 gap = gapless ? 0 : line_gap_ns(&msg->line);
	u64 quiet = line_quiet_ns(&msg->line);

	lockdep_assert_held(&port->lock);
	if (port->line.speed && !gapless) {
		gap = max(gap, line_gap_ns(&port->line));
		quiet = max(quiet, line_quiet_ns(&port->line));
	}
	return ktime_add_ns(last, port->unsettled ? quiet : gap);
}

static int port_is_closed(struct serial_xfer_port *port)
{
	lockdep_assert_held(&port->lock);
	if (port->stopped)
		return -ENODEV;
	return port->cancelled ? -ECANCELED : 0;
}

static int port_settle(struct serial_xfer_port *port, const struct serial_xfer_msg *msg)
{
	ktime_t silent, nap, limit = 0;
	int ret;

	for (;;) {
		scoped_guard(spinlock_irqsave, &port->lock) {
			ret = port_is_closed(port);
			if (ret)
				return ret;
			silent = port_silent_at(port, msg);
			if (ktime_compare(ktime_get(), silent) >= 0) {
				port->unsettled = false;
				return 0;
			}
		}
		if (!limit)
			limit = ktime_add_ns(silent, SERIAL_XFER_BABBLE_NS);
		if (ktime_after(silent, limit))
			return -EBADMSG;
		nap = ktime_add_ms(ktime_get(), SERIAL_XFER_NAP_MS);
		ret = serial_xfer_sleep_until(min(silent, nap));
		if (ret)
			return ret;
	}
}

static int port_set_line(struct serial_xfer_port *port, const struct serial_xfer_line *line)
{
	int ret;

	if (line_equal(&port->line, line))
		return 0;

	port->ops->drain(port->priv);
	port->line.speed = 0;
	ret = port->ops->set_line(port->priv, line);
	if (!ret)
		port->line = *line;
	return ret;
}

static int port_attach(struct serial_xfer_port *port, struct serial_xfer_client *client,
		       struct serial_xfer_msg *msg)
{
	struct serial_xfer_rx *rx = &port->rx;
	int ret;

	guard(spinlock_irqsave)(&port->lock);
	ret = port_is_closed(port);
	if (ret)
		return ret;
	rx->msg = msg;
	rx->client = client;
	rx->len = 0;
	rx->start = 0;
	rx->heard = 0;
	rx->flawed = 0;
	rx->junk = 0;
	rx->partial = false;
	rx->echoed = false;
	rx->damaged = false;
	rx->copy_at = 0;
	reinit_completion(&port->wake);
	port->late = NULL;
	port->tx_end = ktime_add_ns(ktime_get(), line_chars_ns(&port->line, msg->tx_len));
	msg->sent = ktime_mono_to_any(port->tx_end, TK_OFFS_BOOT);
	return 0;
}

/* Ends the exchange; the message's owner may return from now on. */
static void rx_detach(struct serial_xfer_port *port, int status)
{
	struct serial_xfer_rx *rx = &port->rx;

	lockdep_assert_held(&port->lock);
	if (rx->echoed)
		serial_xfer_add(port, rx->client, SERIAL_XFER_ECHOES, 1);
	rx->msg->heard = rx->heard;
	rx->msg->flawed = rx->flawed;
	rx->msg = NULL;
	rx->status = status;
	complete(&port->wake);
}

/**
 * serial_xfer_rx_end() - end the exchange in flight from outside
 * @port: the port, locked
 * @status: result
 */
void serial_xfer_rx_end(struct serial_xfer_port *port, int status)
{
	port->unsettled = true;
	rx_detach(port, status);
}

static unsigned int rx_latency_us(struct serial_xfer_port *port, ktime_t now, size_t len)
{
	s64 ns = ktime_to_ns(ktime_sub(now, port->tx_end)) - line_chars_ns(&port->line, len);

	return clamp_t(s64, div_s64(ns, NSEC_PER_USEC), 0, UINT_MAX);
}

static void rx_learn_echo(struct serial_xfer_port *port, const u8 *frame, size_t len)
{
	const struct serial_xfer_msg *msg = port->rx.msg;

	/* Two copies of the request may be a device that answers twice. */
	if (len == msg->tx_len && !memcmp(frame, msg->tx, len))
		return;
	WRITE_ONCE(port->echo, port->rx.echoed ? SERIAL_XFER_ECHO_YES : SERIAL_XFER_ECHO_NO);
}

static void rx_deliver(struct serial_xfer_port *port, const u8 *frame, size_t len, ktime_t at)
{
	struct serial_xfer_msg *msg = port->rx.msg;

	if (len > msg->rx_size) {
		rx_detach(port, -EMSGSIZE);
		return;
	}
	memcpy(msg->rx, frame, len);
	msg->rx_len = len;
	msg->stamp = ktime_mono_to_any(at, TK_OFFS_BOOT);
	msg->latency_us = rx_latency_us(port, at, len);
	rx_learn_echo(port, frame, len);
	rx_detach(port, 0);
}

static bool rx_echo_possible(struct serial_xfer_port *port)
{
	return !port->rx.echoed &&
	       (!port->rx.msg->mirrored || port->echo != SERIAL_XFER_ECHO_NO);
}

/* Everything up to and including a frame that was recognised is done with. */
static void rx_pass(struct serial_xfer_port *port, size_t at, size_t len)
{
	port->rx.junk += at - port->rx.start;
	port->rx.start = at + len;
}

static void rx_pass_frame(struct serial_xfer_port *port, size_t at,
			  const struct serial_xfer_span *span)
{
	if (span->verdict == SERIAL_XFER_STALE)
		serial_xfer_add(port, port->rx.client, SERIAL_XFER_STALE_REPLIES, 1);
	rx_pass(port, at, span->len);
}

static size_t rx_count_flaws(const struct serial_xfer_rx *rx, size_t at, size_t len)
{
	size_t count = 0, end = at + len;

	for (at = find_next_bit(rx->flaws, end, at); at < end;
	     at = find_next_bit(rx->flaws, end, at + 1))
		count++;
	return count;
}

static void rx_drop_echo(struct serial_xfer_port *port, size_t at)
{
	struct serial_xfer_rx *rx = &port->rx;
	size_t len = rx->msg->tx_len;

	rx_pass(port, at, len);
	rx->heard -= min(rx->heard, len);
	rx->flawed -= rx_count_flaws(rx, at, len);
	rx->echoed = true;
	rx->echo_at = at;
	if (rx->msg->mirrored && port->echo == SERIAL_XFER_ECHO_UNKNOWN)
		rx->copy_at = port->last_rx;
}

static void rx_note_damage(struct serial_xfer_port *port)
{
	if (port->rx.damaged)
		return;
	port->rx.damaged = true;
	complete(&port->wake);
}

/*
 * A frame is not better than the bytes that it is made of, even if its check is right. But
 * USB adapters flag all bytes of a packet for one that was bad: flaws that reach in from
 * before the frame, such as those of a glitch when the line was turned around, are not its
 * own. A lone byte has no check that would tell.
 */
static bool rx_is_flawed(const struct serial_xfer_rx *rx, size_t at, size_t len)
{
	size_t end = at + len;

	if (len > 1 && at && test_bit(at - 1, rx->flaws))
		at = find_next_zero_bit(rx->flaws, end, at);
	return find_next_bit(rx->flaws, end, at) < end;
}

static struct serial_xfer_span rx_parse(const struct serial_xfer_rx *rx, size_t at)
{
	struct serial_xfer_span span = rx->msg->parse(rx->msg, rx->buf + at, rx->len - at);

	if (span.verdict == SERIAL_XFER_NONE || span.verdict == SERIAL_XFER_MORE ||
	    !rx_is_flawed(rx, at, span.len))
		return span;
	if (span.verdict == SERIAL_XFER_WHOLE)
		span.verdict = SERIAL_XFER_DAMAGED;
	else if (span.verdict != SERIAL_XFER_DAMAGED)
		span.verdict = SERIAL_XFER_NONE;
	return span;
}

/*
 * What may be the beginning of an echo is waited for, and never a frame; but it may be a
 * whole reply as well: the one to a Modbus write of 0x6c34 to register 0x0810 is its request's
 * first eight bytes. On a line that does not echo it is that.
 */
static bool rx_is_echo(struct serial_xfer_port *port, size_t at)
{
	struct serial_xfer_rx *rx = &port->rx;
	const struct serial_xfer_msg *msg = rx->msg;
	size_t left = rx->len - at;

	if (!rx_echo_possible(port) || memcmp(rx->buf + at, msg->tx, min(left, msg->tx_len)))
		return false;
	if (left >= msg->tx_len)
		return true;
	if (port->echo == SERIAL_XFER_ECHO_NO && msg->parse &&
	    rx_parse(rx, at).verdict == SERIAL_XFER_WHOLE)
		return false;
	rx->partial = true;
	rx->echo_at = at;
	return true;
}

/* Looks at one place. Returns how many bytes further the next one is. */
static size_t rx_look(struct serial_xfer_port *port, size_t at)
{
	struct serial_xfer_rx *rx = &port->rx;
	const struct serial_xfer_msg *msg = rx->msg;
	const u8 *buf = rx->buf + at;
	size_t left = rx->len - at;
	struct serial_xfer_span span;

	if (rx_is_echo(port, at)) {
		if (rx->partial)
			return left;
		rx_drop_echo(port, at);
		return msg->tx_len;
	}
	if (!msg->parse)
		return 1;

	span = rx_parse(rx, at);
	switch (span.verdict) {
	case SERIAL_XFER_WHOLE:
		port->unsettled = left > span.len;
		rx_deliver(port, buf, span.len, port->last_rx);
		return left;
	case SERIAL_XFER_STALE:
	case SERIAL_XFER_FOREIGN:
		if (!rx->open)
			rx_pass_frame(port, at, &span);
		return span.len;
	case SERIAL_XFER_DAMAGED:
		rx_note_damage(port);
		return 1;
	case SERIAL_XFER_NONE:
		if (at == rx->start)
			rx_pass(port, at + 1, 0);
		return 1;
	default:
		rx->open = true;
		return 1;
	}
}

static void rx_scan(struct serial_xfer_port *port)
{
	struct serial_xfer_rx *rx = &port->rx;
	size_t at = rx->start;

	rx->open = false;
	rx->partial = false;
	while (rx->msg && at < rx->len)
		at += rx_look(port, at);
}

static void rx_make_room(struct serial_xfer_rx *rx, size_t len)
{
	size_t drop;

	if (rx->len + len <= sizeof(rx->buf))
		return;
	drop = rx->len + len - sizeof(rx->buf);
	drop = min(max(drop, rx->start), rx->len);
	rx->junk += drop - min(drop, rx->start);
	rx->start -= min(drop, rx->start);
	rx->echo_at -= min(drop, rx->echo_at);
	rx->len -= drop;
	memmove(rx->buf, rx->buf + drop, rx->len);
	bitmap_shift_right(rx->flaws, rx->flaws, drop, SERIAL_XFER_RX_SIZE);
}

/* Bytes while nobody waits: a late reply, the rest of a damaged one, or noise. */
static void rx_out_of_turn(struct serial_xfer_port *port, size_t len)
{
	port->unsettled = true;
	if (!port->late)
		return;
	port->late_len += len;
	if (port->late_len < SERIAL_XFER_LATE_MIN)
		return;
	serial_xfer_add(port, port->late, SERIAL_XFER_STALE_REPLIES, 1);
	port->late = NULL;
}

/* @flags may be NULL: all bytes are good as far as the line can tell. */
static void rx_append(struct serial_xfer_rx *rx, const u8 *buf, const u8 *flags, size_t len)
{
	size_t i;

	rx_make_room(rx, len);
	for (i = 0; i < len; i++) {
		__assign_bit(rx->len + i, rx->flaws, flags && flags[i]);
		rx->flawed += flags && flags[i];
	}
	memcpy(rx->buf + rx->len, buf, len);
	rx->len += len;
	rx->heard += len;
}

static void rx_take(struct serial_xfer_port *port, const u8 *buf, const u8 *flags, size_t len)
{
	struct serial_xfer_rx *rx = &port->rx;

	port->last_rx = ktime_get();
	serial_xfer_add(port, rx->msg ? rx->client : NULL, SERIAL_XFER_RX_BYTES, len);
	if (!rx->msg) {
		rx_out_of_turn(port, len);
		return;
	}
	rx_append(rx, buf, flags, len);
	rx_scan(port);
}

/**
 * serial_xfer_receive_flagged() - bytes have come, some of them perhaps flawed
 * @port: the port
 * @buf: the bytes
 * @flags: for each byte 0 if it is good; NULL if all are
 * @len: how many
 *
 * A byte that stands for a break, or for others that were lost, is flawed, too. No
 * reply is taken that has one.
 *
 * Context: any, for the back end to call; one call at a time.
 */
void serial_xfer_receive_flagged(struct serial_xfer_port *port, const u8 *buf,
				 const u8 *flags, size_t len)
{
	size_t at, part;

	for (at = 0; at < len; at += part) {
		part = min_t(size_t, len - at, SERIAL_XFER_MAX_FRAME);
		guard(spinlock_irqsave)(&port->lock);
		rx_take(port, buf + at, flags ? flags + at : NULL, part);
	}
}
EXPORT_SYMBOL_GPL(serial_xfer_receive_flagged);

/**
 * serial_xfer_receive() - bytes have come
 * @port: the port
 * @buf: the bytes
 * @len: how many
 *
 * Context: any, for the back end to call; one call at a time.
 */
void serial_xfer_receive(struct serial_xfer_port *port, const u8 *buf, size_t len)
{
	serial_xfer_receive_flagged(port, buf, NULL, len);
}
EXPORT_SYMBOL_GPL(serial_xfer_receive);

/*
 * A reply must begin before the time limit. One that has begun is waited for while
 * its bytes keep coming, up to the longest that a frame can take. One that is
 * known to be damaged is not waited for: the line only has to fall silent.
 */
static ktime_t rx_deadline(struct serial_xfer_port *port)
{
	const struct serial_xfer_rx *rx = &port->rx;
	ktime_t limit = ktime_add_ms(port->tx_end, rx->msg->timeout_ms);
	ktime_t last, quiet;

	lockdep_assert_held(&port->lock);
	if (rx->len == rx->start && !rx->damaged)
		return limit;

	quiet = ktime_add_ns(port->last_rx, line_quiet_ns(&port->line));
	last = ktime_add_ns(limit, line_chars_ns(&port->line, 2 * SERIAL_XFER_MAX_FRAME));
	if (!rx->damaged)
		quiet = max(quiet, limit);
	return min(quiet, last);
}

/* What was heard instead of a reply may tell why there was none. */
static void rx_keep_junk(struct serial_xfer_rx *rx)
{
	struct serial_xfer_msg *msg = rx->msg;
	size_t before = rx->echoed ? min(rx->echo_at, msg->rx_size) : 0;
	size_t echo_end = rx->echoed ? min(rx->echo_at + msg->tx_len, rx->len) : 0;
	size_t after = min(rx->len - echo_end, msg->rx_size - before);

	memcpy(msg->rx, rx->buf, before);
	memcpy(msg->rx + before, rx->buf + echo_end, after);
	msg->rx_len = before + after;
}

/* The rest of what looked like an echo has not come: unless the line echoes it is a reply. */
static bool rx_take_partial(struct serial_xfer_port *port)
{
	struct serial_xfer_rx *rx = &port->rx;
	struct serial_xfer_span span;

	if (!rx->partial || port->echo == SERIAL_XFER_ECHO_YES)
		return false;
	span = rx_parse(rx, rx->echo_at);
	if (span.verdict != SERIAL_XFER_WHOLE)
		return false;
	rx_deliver(port, rx->buf + rx->echo_at, span.len, port->last_rx);
	return true;
}

/* The deadline has passed without a reply. */
static void rx_give_up(struct serial_xfer_port *port)
{
	struct serial_xfer_rx *rx = &port->rx;
	size_t junk = rx->junk + rx->len - rx->start;

	port->unsettled = true;
	if (rx_take_partial(port))
		return;
	rx_keep_junk(rx);
	if (rx->copy_at && !junk) {
		rx->echoed = false;
		rx_deliver(port, rx->msg->tx, rx->msg->tx_len, rx->copy_at);
	} else if (rx->damaged) {
		serial_xfer_add(port, rx->client, SERIAL_XFER_CHECK_ERRORS, 1);
		rx_detach(port, -EBADMSG);
	} else if (junk) {
		serial_xfer_add(port, rx->client, SERIAL_XFER_FRAME_ERRORS, 1);
		rx_detach(port, -EBADMSG);
	} else {
		serial_xfer_add(port, rx->client, SERIAL_XFER_TIMEOUTS, 1);
		port->late = rx->client;
		port->late_len = 0;
		rx_detach(port, -ETIMEDOUT);
	}
}

/* Returns true when the exchange has ended, else how long to sleep. */
static bool port_ended(struct serial_xfer_port *port, unsigned long *left)
{
	s64 ns;

	guard(spinlock_irqsave)(&port->lock);
	if (!port->rx.msg)
		return true;
	ns = ktime_to_ns(ktime_sub(rx_deadline(port), ktime_get()));
	if (ns > 0) {
		*left = nsecs_to_jiffies(ns) + 1;
		return false;
	}
	rx_give_up(port);
	return true;
}

/* Takes the message back from the receive path, whatever its state. */
static void port_detach(struct serial_xfer_port *port, int status)
{
	guard(spinlock_irqsave)(&port->lock);
	port->unsettled = true;
	if (port->rx.msg)
		rx_detach(port, status);
}

static int port_wait(struct serial_xfer_port *port)
{
	unsigned long left;

	while (!port_ended(port, &left))
		if (wait_for_completion_killable_timeout(&port->wake, left) < 0)
			port_detach(port, -EINTR);
	return port->rx.status;
}

/* Nobody answers: keep the line until the devices have done what was asked. */
static int port_linger(struct serial_xfer_port *port, unsigned int turnaround_ms)
{
	s64 ns = ktime_to_ns(ktime_sub(ktime_add_ms(port->tx_end, turnaround_ms), ktime_get()));
	unsigned long left = nsecs_to_jiffies(max(ns, 0)) + 1;
	bool killed;

	/* Only serial_xfer_port_stop() and serial_xfer_cancel() end this earlier. */
	killed = wait_for_completion_killable_timeout(&port->wake, left) < 0;
	port_detach(port, killed ? -EINTR : 0);
	return port->rx.status;
}

static int port_transact(struct serial_xfer_port *port, struct serial_xfer_client *client,
			 struct serial_xfer_msg *msg)
{
	int ret;

	ret = port_settle(port, msg);
	if (ret)
		return ret;
	ret = port_set_line(port, &msg->line);
	if (ret)
		return ret;
	ret = port_attach(port, client, msg);
	if (ret)
		return ret;

	trace_serial_xfer_request(port->dev, msg);
	serial_xfer_add(port, client, SERIAL_XFER_EXCHANGES, 1);
	serial_xfer_add(port, client, SERIAL_XFER_TX_BYTES, msg->tx_len);
	ret = port->ops->write(port->priv, msg->tx, msg->tx_len);
	if (ret) {
		/* Unless the exchange has been ended from outside, which is why it failed. */
		port_detach(port, ret == -ENODEV ? ret : -EIO);
		return port->rx.status;
	}
	return msg->parse ? port_wait(port) : port_linger(port, msg->turnaround_ms);
}

/**
 * serial_xfer_exec() - one exchange
 * @client: the client that has claimed the port
 * @msg: request, room for the reply, limits
 *
 * Waits for the silence that must precede a request, applies the line settings if
 * they differ from those in force, sends the request and waits for the reply.
 *
 * Context: may sleep.
 * Return: 0; -ETIMEDOUT: no reply; -EBADMSG: only damaged bytes, or a line that
 * does not fall silent; -EMSGSIZE: the reply is longer than @msg->rx_size;
 * -EINTR: the caller was killed; -ECANCELED: see serial_xfer_cancel(); -ENODEV: the
 * port has been stopped; -EINVAL: bad @msg, or the line cannot have those settings; -EIO:
 * the back end does not take the request.
 */
int serial_xfer_exec(struct serial_xfer_client *client, struct serial_xfer_msg *msg)
{
	struct serial_xfer_port *port = client->port;
	int ret;

	if (!msg->tx_len || msg->tx_len > SERIAL_XFER_MAX_FRAME || !msg->line.speed)
		return -EINVAL;

	msg->rx_len = 0;
	msg->heard = 0;
	msg->flawed = 0;
	msg->sent = 0;
	msg->stamp = 0;
	ret = port_transact(port, client, msg);
	if (ret)
		trace_serial_xfer_error(port->dev, msg, ret);
	else
		trace_serial_xfer_reply(port->dev, msg);
	return ret;
}
EXPORT_SYMBOL_GPL(serial_xfer_exec);
