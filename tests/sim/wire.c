// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "port.h"
#include "wire.h"

bool wire_open(struct wire *w, const char *line)
{
	w->listen_fd = -1;
	w->fd = -1;
	w->held_fd = -1;
	if (!strncmp(line, "unix:", 5))
		w->listen_fd = port_listen(line + 5);
	else if (!strncmp(line, "pty:", 4))
		w->fd = port_open_pty(line + 4, &w->held_fd);
	return w->listen_fd >= 0 || w->fd >= 0;
}

static void queue_drop(struct wire *w)
{
	struct burst *b;

	while ((b = w->queue)) {
		w->queue = b->next;
		free(b);
	}
}

static void hang_up(struct wire *w)
{
	close(w->fd);
	w->fd = -1;
	queue_drop(w);
}

void wire_close(struct wire *w)
{
	queue_drop(w);
	if (w->listen_fd >= 0)
		close(w->listen_fd);
	if (w->fd >= 0)
		close(w->fd);
	if (w->held_fd >= 0)
		close(w->held_fd);
}

/* The latest caller has the line: QEMU connects anew after a reboot. */
void wire_accept(struct wire *w)
{
	int fd = port_accept(w->listen_fd);

	if (fd < 0)
		return;
	if (w->fd >= 0)
		hang_up(w);
	w->fd = fd;
}

struct settings wire_settings(struct wire *w)
{
	if (w->pinned)
		return w->settings;
	if (w->trace) {
		uart_trace_poll(w->trace);
		w->settings = w->trace->settings;
	} else if (w->held_fd >= 0) {
		w->settings = port_pty_settings(w->held_fd);
	}
	return w->settings;
}

/* t3.5, fixed above 19200 baud (Modbus over serial line, 2.5.1.1). */
int64_t wire_silence_ns(struct settings s)
{
	if (s.speed > 19200)
		return 1750 * NS_PER_US;
	return settings_char_ns(s) * 7 / 2;
}

/* A longer gap is a pause of the master. */
#define GAP_MAX_NS	(50 * NS_PER_MS)

static void count_gap(struct wire *w, int64_t now)
{
	int64_t gap = now - w->tx_end;

	if (!w->tx_last)
		return;
	w->tx_last = false;
	w->short_gaps += gap < wire_silence_ns(w->settings);
	if (gap > GAP_MAX_NS)
		return;
	w->gaps++;
	w->gap_ns += gap;
}

static void receive_byte(struct wire *w, uint8_t byte, int64_t now)
{
	int64_t begin = w->rx_end > now ? w->rx_end : now;

	w->bytes++;
	if (w->echo)
		wire_send(w, &byte, 1, w->paced ? begin : now);
	w->rx_end = w->paced ? begin + settings_char_ns(w->settings) : now;
	w->protocol->receive(w->context, byte);
}

void wire_receive(struct wire *w)
{
	int64_t now = clock_ns();
	uint8_t buf[512];
	ssize_t n, i;

	n = read(w->fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(w);
		return;
	}
	wire_settings(w);
	count_gap(w, now);
	for (i = 0; i < n; i++)
		receive_byte(w, buf[i], now);
}

/* Bursts are kept in the order of their start; equal ones in that of calls. */
void wire_send(struct wire *w, const uint8_t *bytes, size_t len, int64_t start)
{
	struct burst **at = &w->queue;
	struct burst *b;

	if (!len || len > WIRE_BURST_MAX)
		return;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->start = start;
	b->len = len;
	memcpy(b->bytes, bytes, len);
	while (*at && ((*at)->sent || (*at)->start <= start))
		at = &(*at)->next;
	b->next = *at;
	*at = b;
}

static int64_t byte_due(const struct wire *w, const struct burst *b)
{
	int64_t start = b->start > w->tx_end ? b->start : w->tx_end;

	return w->paced ? start + settings_char_ns(w->settings) : start;
}

static size_t due_bytes(struct wire *w, struct burst *b, int64_t now)
{
	size_t n = 0;

	for (; b->sent + n < b->len && byte_due(w, b) <= now; n++)
		w->tx_end = byte_due(w, b);
	return n;
}

static void put_bytes(struct wire *w, const struct burst *b, size_t n)
{
	ssize_t done;

	if (w->fd < 0)
		return;
	done = write(w->fd, b->bytes + b->sent, n);
	if (done == (ssize_t)n)
		w->bytes += n;
	w->tx_last = true;
}

/* Writes what has passed over the wire by now. */
void wire_run(struct wire *w)
{
	int64_t now = clock_ns();
	struct burst *b;
	size_t n;

	while ((b = w->queue)) {
		n = due_bytes(w, b, now);
		if (!n)
			return;
		put_bytes(w, b, n);
		b->sent += n;
		if (b->sent < b->len)
			return;
		w->bursts++;
		w->lag_ns += now - w->tx_end;
		w->queue = b->next;
		free(b);
	}
}

void wire_log(const struct wire *w, const char *what, const uint8_t *bytes, size_t len)
{
	int64_t now = clock_ns();

	if (!w->logging)
		return;
	fprintf(stderr, "%lld.%06lld %s", (long long)(now / NS_PER_S),
		(long long)(now % NS_PER_S / NS_PER_US), what);
	while (len--)
		fprintf(stderr, " %02x", *bytes++);
	fputc('\n', stderr);
}

int64_t wire_deadline(const struct wire *w)
{
	return w->queue ? byte_due(w, w->queue) : INT64_MAX;
}
