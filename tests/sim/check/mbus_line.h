/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MBUS_LINE_H
#define MBUS_LINE_H

#include "peer.h"

/* A simulator's M-Bus on a pty, and its control socket. */
struct line {
	struct peer control;
	int fd;
};

void line_open(struct line *l, const char *tty, const char *socket, int speed);
void line_close(struct line *l);
void line_speed(struct line *l, int speed);

struct frame line_ask(struct line *l, struct frame request);
void line_send(struct line *l, struct frame request);
struct frame line_listen(struct line *l, int patience_ms);

struct frame short_frame(unsigned int c, unsigned int a);
struct frame long_frame(struct frame user);
struct frame selection(const char *address);
bool is_ack(struct frame f);
bool takes(struct line *l, struct frame request);
struct frame from_hex(const char *hex);
unsigned long number_of(struct line *l, const char *unit, const char *what);

#define USER(...)	long_frame(FRAME(__VA_ARGS__))

#endif
