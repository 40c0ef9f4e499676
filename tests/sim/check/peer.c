// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the checks share. Frames are sent by libmodbus, which computes their
 * CRC; where a check needs the CRC of a reply, libmodbus is made to send it to
 * a pty of our own. Nothing here uses the simulator's code.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

static int passed, failed;

void check(bool ok, const char *format, ...)
{
	va_list args;

	printf("%s - ", ok ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (ok)
		passed++;
	else
		failed++;
}

int check_result(void)
{
	printf("# %d checks done\n", passed + failed);
	return failed ? 1 : 0;
}

static void die(const char *what)
{
	printf("not ok - %s: %s\n", what, strerror(errno));
	exit(2);
}

double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static modbus_t *open_modbus(const char *tty, int speed)
{
	modbus_t *m = modbus_new_rtu(tty, speed, 'E', 8, 1);

	if (!m || modbus_connect(m))
		die(tty);
	modbus_set_slave(m, 1);
	modbus_set_response_timeout(m, 0, PATIENCE_MS * 1000);
	return m;
}

static int open_control(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die(path);
	return fd;
}

static void open_crc_source(struct peer *p)
{
	char name[64];
	int slave;

	if (openpty(&p->crc_sink, &slave, name, NULL, NULL))
		die("openpty");
	p->crc_source = open_modbus(name, 9600);
	close(slave);
}

void peer_open(struct peer *p, const char *tty, const char *socket, int speed)
{
	p->modbus = open_modbus(tty, speed);
	p->control = open_control(socket);
	open_crc_source(p);
}

/* For lines that are not Modbus: the control socket alone. */
void peer_control(struct peer *p, const char *socket)
{
	p->control = open_control(socket);
}

void peer_close(struct peer *p)
{
	modbus_close(p->modbus);
	modbus_free(p->modbus);
	modbus_close(p->crc_source);
	modbus_free(p->crc_source);
	close(p->crc_sink);
	close(p->control);
}

void peer_speed(struct peer *p, const char *tty, int speed)
{
	modbus_close(p->modbus);
	modbus_free(p->modbus);
	p->modbus = open_modbus(tty, speed);
}

static void send_command(struct peer *p, const char *format, va_list args)
{
	char line[512];
	int n = vsnprintf(line, sizeof(line) - 1, format, args);

	line[n++] = '\n';
	if (write(p->control, line, n) != n)
		die("control");
}

static void read_reply(struct peer *p, char *reply)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(p->control, reply + len, REPLY_MAX - 1 - len);
		if (n <= 0)
			die("control");
		len += n;
	} while (reply[len - 1] != '\n');
	reply[len - 1] = '\0';
}

void command(struct peer *p, char *reply, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	send_command(p, format, args);
	va_end(args);
	read_reply(p, reply);
}

void must(struct peer *p, const char *format, ...)
{
	char reply[REPLY_MAX];
	va_list args;

	va_start(args, format);
	send_command(p, format, args);
	va_end(args);
	read_reply(p, reply);
	if (strncmp(reply, "ok", 2))
		check(false, "control: %s: %s", format, reply);
}

unsigned long stat_of(struct peer *p, const char *which, const char *name)
{
	char reply[REPLY_MAX], key[64];
	const char *at;

	command(p, reply, "stats %s", which);
	snprintf(key, sizeof(key), " %s=", name);
	at = strstr(reply, key);
	return at ? strtoul(at + strlen(key), NULL, 10) : ~0UL;
}

unsigned int reg_of(struct peer *p, int unit, unsigned int addr)
{
	char reply[REPLY_MAX];
	unsigned int value;

	command(p, reply, "reg %d %04x", unit, addr);
	return sscanf(reply, "ok %x", &value) == 1 ? value : ~0U;
}

static void listen_fd(int fd, struct frame *f, int patience_ms)
{
	struct pollfd pfd = { fd, POLLIN, 0 };
	ssize_t n;

	f->len = 0;
	while (f->len < FRAME_MAX && poll(&pfd, 1, patience_ms) > 0) {
		n = read(fd, f->bytes + f->len, FRAME_MAX - f->len);
		if (n <= 0)
			return;
		f->len += n;
		patience_ms = GAP_MS;
	}
}

void frame_listen(struct peer *p, struct frame *f, int patience_ms)
{
	listen_fd(modbus_get_socket(p->modbus), f, patience_ms);
}

/* Appends libmodbus' CRC. */
void frame_seal(struct peer *p, struct frame *f)
{
	if (modbus_send_raw_request(p->crc_source, f->bytes, f->len) < 0)
		die("modbus_send_raw_request");
	listen_fd(p->crc_sink, f, 20);
}

struct frame ask(struct peer *p, struct frame request)
{
	struct frame reply;

	modbus_flush(p->modbus);
	if (modbus_send_raw_request(p->modbus, request.bytes, request.len) < 0)
		die("modbus_send_raw_request");
	frame_listen(p, &reply, PATIENCE_MS);
	return reply;
}

struct frame read_request(int unit, unsigned int addr, unsigned int count)
{
	return FRAME(unit, 0x03, addr >> 8, addr & 0xff, count >> 8,
		     count & 0xff);
}

bool frame_equal(const struct frame *a, const struct frame *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}
