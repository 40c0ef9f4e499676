// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim_line.h"
#include "tap.h"

#define FRAME_MAX	600
/* What is asked before a command has been answered so many commands later. */
#define SETTLE_COMMANDS	3
/* Some answers are made to come a little later. */
#define DELAY_MS	3
/* A Modbus request of a kind that the simulator does not know ends with a pause. */
#define PAUSE_MS	60
#define START_MS	10000

static uint64_t now_ms(struct transport *transport)
{
	struct timespec now;

	(void)transport;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Modbus over Serial Line V1.02, 6.2.2 */
static uint16_t crc16(const uint8_t *bytes, size_t len)
{
	uint16_t crc = 0xffff;

	while (len--) {
		crc ^= *bytes++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
	}
	return crc;
}

static uint8_t sum(const uint8_t *bytes, size_t len)
{
	uint8_t all = 0;

	while (len--)
		all += *bytes++;
	return all;
}

static size_t modbus_frame(const uint8_t *request, size_t len, uint8_t *frame)
{
	uint16_t crc = crc16(request, len);

	memcpy(frame, request, len);
	frame[len] = crc;
	frame[len + 1] = crc >> 8;
	return len + 2;
}

/* EN 13757-2, 5.4: a short frame is C and A, a long one has CI and data as well */
size_t sim_mbus_frame(const uint8_t *request, size_t len, uint8_t *frame)
{
	size_t head = len == 2 ? 1 : 4;

	frame[0] = len == 2 ? 0x10 : 0x68;
	frame[1] = len;
	frame[2] = len;
	frame[3] = 0x68;
	memcpy(frame + head, request, len);
	frame[head + len] = sum(request, len);
	frame[head + len + 1] = 0x16;
	return head + len + 2;
}

static void settle(struct sim_line *sim)
{
	char answer[2048];

	for (int i = 0; i < SETTLE_COMMANDS; i++)
		sim_command(sim, answer, sizeof(answer), "stats");
}

/*
 * Nothing is paced, so what does not answer at once does not answer. Commands tell when
 * the simulator has seen to the line, however busy the machine is.
 */
static size_t listen_line(struct sim_line *sim, uint8_t *frame)
{
	struct pollfd polled = { sim->fd, POLLIN, 0 };
	size_t len = 0;
	ssize_t n;

	settle(sim);
	if (!poll(&polled, 1, DELAY_MS))
		settle(sim);
	while (len < FRAME_MAX && poll(&polled, 1, 0) > 0) {
		n = read(sim->fd, frame + len, FRAME_MAX - len);
		if (n <= 0)
			break;
		len += n;
	}
	return len;
}

static void take(struct exchange *x, enum outcome outcome, const uint8_t *bytes, size_t len)
{
	x->outcome = outcome;
	x->reply_len = len < EXCHANGE_MAX ? len : EXCHANGE_MAX;
	memcpy(x->reply, bytes, x->reply_len);
}

static void judge_modbus(struct exchange *x, const uint8_t *frame, size_t len)
{
	if (!len)
		x->outcome = OUTCOME_SILENT;
	else if (len >= 5 && !crc16(frame, len) && frame[0] == x->request[0])
		take(x, OUTCOME_REPLY, frame, len - 2);
	else
		take(x, OUTCOME_DAMAGED, frame, len);
}

/* How many of the bytes that tell a long frame of this length are right? */
static int marks(const uint8_t *frame, size_t len)
{
	return (frame[0] == 0x68) + (frame[1] == len - 6) + (frame[2] == len - 6) +
	       (frame[3] == 0x68) + (frame[len - 1] == 0x16);
}

static void judge_data(struct exchange *x, const uint8_t *frame, size_t len)
{
	if (len == 1 && frame[0] == 0xe5)
		take(x, OUTCOME_REPLY, frame, 1);
	else if (len >= 9 && marks(frame, len) == 5 && sum(frame + 4, len - 6) == frame[len - 2])
		take(x, OUTCOME_REPLY, frame + 4, len - 6);
	else
		take(x, len < 9 || frame[0] & ~0x68 || marks(frame, len) > 3 ? OUTCOME_DAMAGED :
		     OUTCOME_COLLISION, frame, len);
}

/* The kernel's rule: a meter's zeros hide another one's ones, noise adds ones. */
static void judge_ack(struct exchange *x, const uint8_t *frame, size_t len)
{
	if (len == 1 && frame[0] == 0xe5)
		take(x, OUTCOME_REPLY, frame, 1);
	else
		take(x, frame[0] & ~0xe5 || (len == 1 && !frame[0]) ? OUTCOME_DAMAGED :
		     OUTCOME_COLLISION, frame, len);
}

static int ask_mbus(struct sim_line *sim, struct exchange *x, const uint8_t *request, size_t len,
		    bool data)
{
	uint8_t frame[FRAME_MAX];

	len = sim_mbus_frame(request, len, frame);
	if (write(sim->fd, frame, len) != (ssize_t)len)
		return -EIO;
	len = listen_line(sim, frame);
	if (!len)
		x->outcome = OUTCOME_SILENT;
	else if (data)
		judge_data(x, frame, len);
	else
		judge_ack(x, frame, len);
	return 0;
}

static int exchange_mbus(struct sim_line *sim, struct exchange *x)
{
	uint8_t select[11] = { 0x53, 0xfd, 0x52 };
	int ret;

	x->selected = false;
	if (x->select) {
		memcpy(select + 3, x->selection, 8);
		ret = ask_mbus(sim, x, select, sizeof(select), false);
		x->selected = !ret && x->outcome == OUTCOME_REPLY;
		if (!x->selected || !x->request_len)
			return ret;
	}
	return ask_mbus(sim, x, x->request, x->request_len, x->request[0] != 0x40);
}

static int exchange_modbus(struct sim_line *sim, struct exchange *x)
{
	uint8_t frame[FRAME_MAX];
	size_t len = modbus_frame(x->request, x->request_len, frame);

	if (write(sim->fd, frame, len) != (ssize_t)len)
		return -EIO;
	if (x->request[1] != 3)
		usleep(PAUSE_MS * 1000);
	len = listen_line(sim, frame);
	judge_modbus(x, frame, len);
	return 0;
}

static int sim_exchange(struct transport *transport, struct exchange *x)
{
	struct sim_line *sim = (struct sim_line *)transport;
	uint64_t start;
	char answer[128];
	int ret;

	if (sim->line.speed != x->line.speed || sim->line.parity != x->line.parity) {
		if (!sim_command(sim, answer, sizeof(answer), "line %u %s", x->line.speed,
				 parity_name(x->line.parity)))
			return -EPROTO;
		sim->line = x->line;
	}
	start = now_ms(transport);
	ret = sim->kind == BUS_MODBUS ? exchange_modbus(sim, x) : exchange_mbus(sim, x);
	x->latency_us = (now_ms(transport) - start) * 1000;
	return ret;
}

static bool connect_to(struct sim_line *sim, const char *name, int *fd)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const struct timespec step = { 0, 10000000 };

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%s", sim->dir, name);
	for (int waited = 0; waited < START_MS; waited += 10) {
		*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (*fd < 0)
			return false;
		if (!connect(*fd, (struct sockaddr *)&addr, sizeof(addr)))
			return true;
		close(*fd);
		nanosleep(&step, NULL);
	}
	*fd = -1;
	return false;
}

static void start(struct sim_line *sim, char *const *specs)
{
	char line[96], control[96];
	char *args[8 + 2 * SIM_SPECS] = { getenv("METERSIM"), "--line", line, "--control",
		control };
	int n = 5;

	snprintf(line, sizeof(line), "unix:%s/line", sim->dir);
	snprintf(control, sizeof(control), "unix:%s/control", sim->dir);
	for (; *specs; specs++) {
		args[n++] = "--meter";
		args[n++] = *specs;
	}
	sim->pid = fork();
	if (sim->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execv(args[0], args);
	_exit(127);
}

static void init(struct sim_line *sim, enum bus_kind kind, const char *dir)
{
	memset(sim, 0, sizeof(*sim));
	sim->transport.exchange = sim_exchange;
	sim->transport.now_ms = now_ms;
	sim->kind = kind;
	sim->fd = -1;
	sim->control = -1;
	snprintf(sim->dir, sizeof(sim->dir), "%s", dir);
}

static bool connect_both(struct sim_line *sim)
{
	return connect_to(sim, "line", &sim->fd) && connect_to(sim, "control", &sim->control);
}

bool sim_connect(struct sim_line *sim, enum bus_kind kind, const char *dir)
{
	init(sim, kind, dir);
	return connect_both(sim);
}

bool sim_open(struct sim_line *sim, enum bus_kind kind, char *const *specs)
{
	init(sim, kind, "/tmp/meterctl-sim-XXXXXX");
	if (!getenv("METERSIM") || !mkdtemp(sim->dir))
		return false;
	start(sim, specs);
	return sim->pid > 0 && connect_both(sim);
}

void sim_close(struct sim_line *sim)
{
	char path[96];

	close(sim->fd);
	close(sim->control);
	if (sim->pid > 0) {
		kill(sim->pid, SIGTERM);
		waitpid(sim->pid, NULL, 0);
	}
	snprintf(path, sizeof(path), "%s/line", sim->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/control", sim->dir);
	unlink(path);
	rmdir(sim->dir);
}

static bool read_answer(struct sim_line *sim, char *answer, size_t size)
{
	size_t len = 0;

	while (len + 1 < size && read(sim->control, answer + len, 1) == 1)
		if (answer[len++] == '\n')
			break;
	answer[len ? len - 1 : 0] = '\0';
	return !strncmp(answer, "ok", 2);
}

bool sim_command(struct sim_line *sim, char *answer, size_t size, const char *format, ...)
{
	char line[256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	line[len++] = '\n';
	if (write(sim->control, line, len) != len || !read_answer(sim, answer, size)) {
		note("%.*s: %s", len - 1, line, answer);
		return false;
	}
	return true;
}

unsigned long sim_stat(struct sim_line *sim, const char *name)
{
	char answer[2048], key[32];
	const char *at;

	snprintf(key, sizeof(key), " %s=", name);
	if (!sim_command(sim, answer, sizeof(answer), "stats"))
		return 0;
	at = strstr(answer, key);
	return at ? strtoul(at + strlen(key), NULL, 10) : 0;
}
