/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PEER_H
#define PEER_H

#include <modbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../array.h"

#define __printf(a, b)	__attribute__((__format__(printf, a, b)))

#define FRAME_MAX	600
#define REPLY_MAX	4096	/* of a command */
#define PATIENCE_MS	250	/* for the first byte of a reply */
#define GAP_MS		40	/* silence that ends it */

/* Bytes as they were on the line. */
struct frame {
	size_t len;
	uint8_t bytes[FRAME_MAX];
};

#define FRAME(...)							\
	((struct frame){ sizeof((uint8_t[]){ __VA_ARGS__ }), { __VA_ARGS__ } })

/* One line to a simulator: libmodbus on the pty, and its control socket. */
struct peer {
	modbus_t *modbus;
	int control;
	modbus_t *crc_source;	/* libmodbus that writes to crc_sink */
	int crc_sink;
};

void check(bool ok, const char *format, ...)
	__printf(2, 3);
int check_result(void);

void peer_open(struct peer *p, const char *tty, const char *socket, int speed);
void peer_control(struct peer *p, const char *socket);
void peer_close(struct peer *p);
void peer_speed(struct peer *p, const char *tty, int speed);

void command(struct peer *p, char *reply, const char *format, ...)
	__printf(3, 4);
void must(struct peer *p, const char *format, ...)
	__printf(2, 3);
unsigned long stat_of(struct peer *p, const char *which, const char *name);
unsigned int reg_of(struct peer *p, int unit, unsigned int addr);

void frame_seal(struct peer *p, struct frame *f);
void frame_listen(struct peer *p, struct frame *f, int patience_ms);
struct frame ask(struct peer *p, struct frame request);
struct frame read_request(int unit, unsigned int addr, unsigned int count);
bool frame_equal(const struct frame *a, const struct frame *b);
double seconds(void);

#endif
