// SPDX-License-Identifier: GPL-2.0-only
/* M-Bus frames by hand, on a pty. Nothing here uses the simulator's code. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "mbus_line.h"

static speed_t code_of(int speed)
{
	switch (speed) {
	case 300:
		return B300;
	case 600:
		return B600;
	case 1200:
		return B1200;
	case 4800:
		return B4800;
	case 9600:
		return B9600;
	default:
		return B2400;
	}
}

void line_speed(struct line *l, int speed)
{
	struct termios raw;

	cfmakeraw(memset(&raw, 0, sizeof(raw)));
	raw.c_cflag |= CLOCAL | CREAD | PARENB;
	cfsetspeed(&raw, code_of(speed));
	tcsetattr(l->fd, TCSANOW, &raw);
}

void line_open(struct line *l, const char *tty, const char *socket, int speed)
{
	memset(l, 0, sizeof(*l));
	peer_control(&l->control, socket);
	l->fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (l->fd < 0) {
		printf("not ok - %s: %s\n", tty, strerror(errno));
		exit(2);
	}
	line_speed(l, speed);
}

void line_close(struct line *l)
{
	close(l->fd);
	close(l->control.control);
}

struct frame line_listen(struct line *l, int patience_ms)
{
	struct pollfd p = { l->fd, POLLIN, 0 };
	struct frame f = { .len = 0 };
	ssize_t n;

	while (f.len < FRAME_MAX && poll(&p, 1, patience_ms) > 0) {
		n = read(l->fd, f.bytes + f.len, FRAME_MAX - f.len);
		if (n <= 0)
			break;
		f.len += n;
		patience_ms = GAP_MS;
	}
	return f;
}

void line_send(struct line *l, struct frame request)
{
	tcflush(l->fd, TCIFLUSH);
	if (write(l->fd, request.bytes, request.len) != (ssize_t)request.len)
		check(false, "write: %s", strerror(errno));
}

struct frame line_ask(struct line *l, struct frame request)
{
	line_send(l, request);
	return line_listen(l, PATIENCE_MS);
}

static uint8_t sum_of(const uint8_t *bytes, size_t len)
{
	unsigned int sum = 0;

	while (len--)
		sum += *bytes++;
	return sum % 256;
}

struct frame short_frame(unsigned int c, unsigned int a)
{
	return FRAME(0x10, c, a, (c + a) % 256, 0x16);
}

struct frame long_frame(struct frame user)
{
	struct frame f = { .len = user.len + 6 };

	f.bytes[0] = 0x68;
	f.bytes[1] = user.len;
	f.bytes[2] = user.len;
	f.bytes[3] = 0x68;
	memcpy(f.bytes + 4, user.bytes, user.len);
	f.bytes[user.len + 4] = sum_of(user.bytes, user.len);
	f.bytes[user.len + 5] = 0x16;
	return f;
}

struct frame from_hex(const char *hex)
{
	struct frame f = { .len = 0 };
	unsigned int byte;

	for (; *hex; hex += 2) {
		while (*hex == ' ')
			hex++;
		if (sscanf(hex, "%2x", &byte) != 1)
			break;
		f.bytes[f.len++] = byte;
	}
	return f;
}

/* The eight bytes of a selection in the order of the wire. */
struct frame selection(const char *address)
{
	struct frame user = from_hex(address);

	memmove(user.bytes + 3, user.bytes, user.len);
	user.len += 3;
	user.bytes[0] = 0x53;
	user.bytes[1] = 0xfd;
	user.bytes[2] = 0x52;
	return long_frame(user);
}

bool is_ack(struct frame f)
{
	return f.len == 1 && f.bytes[0] == 0xe5;
}

/* Acknowledged; what may come behind the E5 is not waited for. */
bool takes(struct line *l, struct frame request)
{
	struct pollfd p = { l->fd, POLLIN, 0 };
	uint8_t byte;

	line_send(l, request);
	return poll(&p, 1, PATIENCE_MS) > 0 && read(l->fd, &byte, 1) == 1 && byte == 0xe5;
}

unsigned long number_of(struct line *l, const char *unit, const char *what)
{
	char reply[REPLY_MAX];
	unsigned long value;

	command(&l->control, reply, "mb %s %s", unit, what);
	return sscanf(reply, "ok %lu", &value) == 1 ? value : ~0UL;
}
