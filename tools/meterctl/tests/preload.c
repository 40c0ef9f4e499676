// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's raw devices for meterctl's tests, preloaded: requests to the files
 * $METERCTL_DEV/modbus0 and mbus1 go to the metersim whose sockets are in $SIM_DIR, as
 * include/uapi/linux says. And a line discipline for any tty, which tells in the file
 * $ATTACH_LOG what it is asked for.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/meterbus.h>
#include <linux/modbus.h>
#include <linux/serial_xfer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim_line.h"

static struct sim_line sim;
static bool connected;

static bool has_zeros(const void *bytes, size_t len)
{
	for (const char *at = bytes; len--; at++)
		if (*at)
			return false;
	return true;
}

/* What the kernel takes for its own: 9600 even, 2400 even, half a second */
static bool prepare(struct exchange *x, enum bus_kind kind, uint32_t speed, uint8_t parity,
		    uint32_t timeout_ms)
{
	const char *dir = getenv("SIM_DIR");

	if (!connected && (!dir || !sim_connect(&sim, kind, dir)))
		return false;
	connected = true;
	memset(x, 0, sizeof(*x));
	x->line.speed = speed ? speed : kind == BUS_MODBUS ? 9600 : 2400;
	x->line.parity = parity ? (enum parity)(parity - 1) : PARITY_EVEN;
	x->timeout_ms = timeout_ms ? timeout_ms : 500;
	return true;
}

/* With SIM_WAIT silence takes its time, as it does on a line. */
static void wait_for_nobody(const struct exchange *x)
{
	if (x->outcome == OUTCOME_SILENT && getenv("SIM_WAIT"))
		usleep(x->timeout_ms * 1000);
}

static int result_of(const struct exchange *x)
{
	static const int results[] = {
		[OUTCOME_SILENT] = -ETIMEDOUT, [OUTCOME_REPLY] = 0,
		[OUTCOME_DAMAGED] = -EBADMSG, [OUTCOME_COLLISION] = -ENOTUNIQ,
	};

	return results[x->outcome];
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static bool is_read(const struct modbus_xfer *xfer)
{
	static const uint8_t functions[] = { 1, 2, 3, 4, 7, 11, 12, 17, 20, 24, 43 };

	return memchr(functions, xfer->req[0], sizeof(functions));
}

/* A port of which 300 is the lowest speed */
#define LEAST_SPEED	300

/* Nobody answers. */
static int broadcast(struct modbus_xfer *xfer)
{
	xfer->speed = xfer->speed ? xfer->speed : 9600;
	xfer->parity = xfer->parity ? xfer->parity : MODBUS_XFER_PARITY_EVEN;
	xfer->result = 0;
	xfer->rsp_len = 0;
	return 0;
}

static int modbus(struct modbus_xfer *xfer)
{
	struct exchange x;

	if (xfer->version != MODBUS_XFER_VERSION || xfer->flags & ~MODBUS_XFER_FORCE ||
	    xfer->reserved0 || !has_zeros(xfer->reserved, sizeof(xfer->reserved)) ||
	    !xfer->req_len || xfer->req_len > MODBUS_XFER_MAX_PDU || xfer->unit > 247 ||
	    (xfer->speed && xfer->speed < LEAST_SPEED))
		return fail(EINVAL);
	if (!xfer->unit)
		return broadcast(xfer);
	if (!is_read(xfer))
		return fail(EPERM);
	if (!prepare(&x, BUS_MODBUS, xfer->speed, xfer->parity, xfer->timeout_ms))
		return fail(ENODEV);
	x.request[0] = xfer->unit;
	memcpy(x.request + 1, xfer->req, xfer->req_len);
	x.request_len = 1 + xfer->req_len;
	if (sim.transport.exchange(&sim.transport, &x))
		return fail(ENODEV);
	wait_for_nobody(&x);
	xfer->result = result_of(&x);
	xfer->speed = x.line.speed;
	xfer->parity = x.line.parity + 1;
	xfer->latency_us = x.latency_us;
	xfer->status = 0;
	xfer->rsp_len = x.outcome == OUTCOME_SILENT ? 0 : x.reply_len - !xfer->result;
	memcpy(xfer->rsp, x.reply + !xfer->result, xfer->rsp_len);
	return 0;
}

static bool is_valid(const struct meterbus_xfer *xfer)
{
	bool select = xfer->flags & METERBUS_XFER_SELECT;

	if (xfer->version != METERBUS_XFER_VERSION || xfer->reserved0 ||
	    !has_zeros(xfer->reserved, sizeof(xfer->reserved)) || (xfer->id && !select))
		return false;
	if (xfer->a == METERBUS_XFER_A_SELECTED && xfer->c != METERBUS_XFER_SND_NKE && !select)
		return false;
	return xfer->a <= 250 || xfer->a >= METERBUS_XFER_A_SELECTED;
}

static void fill_mbus(struct exchange *x, const struct meterbus_xfer *xfer)
{
	x->select = xfer->flags & METERBUS_XFER_SELECT;
	for (int i = 0; i < 4; i++) {
		x->selection[i] = xfer->id >> (32 + 8 * i);
		x->selection[4 + i] = xfer->id >> (24 - 8 * i);
	}
	if (!xfer->c)
		return;
	x->request[0] = xfer->c;
	x->request[1] = xfer->a;
	memcpy(x->request + 2, xfer->req, xfer->req_len);
	x->request_len = 2 + xfer->req_len;
}

static int mbus(struct meterbus_xfer *xfer)
{
	struct exchange x;

	if (!is_valid(xfer))
		return fail(EINVAL);
	if (xfer->c && xfer->c != METERBUS_XFER_SND_NKE &&
	    (xfer->c & ~METERBUS_XFER_FCB) != METERBUS_XFER_REQ_UD2)
		return fail(EPERM);
	if (!prepare(&x, BUS_MBUS, xfer->speed, xfer->parity, xfer->timeout_ms))
		return fail(ENODEV);
	fill_mbus(&x, xfer);
	if (sim.transport.exchange(&sim.transport, &x))
		return fail(ENODEV);
	wait_for_nobody(&x);
	xfer->result = result_of(&x);
	xfer->status = x.selected ? METERBUS_XFER_SELECTED : 0;
	xfer->speed = x.line.speed;
	xfer->parity = x.line.parity + 1;
	xfer->latency_us = x.latency_us;
	xfer->rsp_len = x.outcome == OUTCOME_SILENT ? 0 : x.reply_len;
	memcpy(xfer->rsp, x.reply, xfer->rsp_len);
	if (!xfer->result && x.reply_len > 1)
		xfer->rsp_len = sim_mbus_frame(x.reply, x.reply_len, xfer->rsp);
	return 0;
}

static int attach_log(const char *format, const char *text, unsigned int a, unsigned int b)
{
	const char *path = getenv("ATTACH_LOG");
	FILE *log = path ? fopen(path, "a") : NULL;

	if (!log)
		return fail(EINVAL);
	fprintf(log, format, text, a, b);
	fclose(log);
	return 0;
}

static int attach(struct serial_xfer_attach *attach)
{
	if (attach->version != SERIAL_XFER_ATTACH_VERSION || attach->flags ||
	    !has_zeros(attach->reserved0, sizeof(attach->reserved0)) ||
	    !has_zeros(attach->reserved, sizeof(attach->reserved)))
		return fail(EINVAL);
	attach->id = 7;
	return attach_log("attach %s %u %u\n", attach->protocol, attach->speed, attach->parity);
}

/* As if who held the lock had removed its file just now */
int flock(int fd, int operation)
{
	int (*next)(int fd, int operation) = dlsym(RTLD_NEXT, "flock");
	const char *removed = getenv("FLOCK_REMOVES");

	if (removed) {
		unlink(removed);
		unsetenv("FLOCK_REMOVES");
	}
	return next(fd, operation);
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int fd, unsigned long request, ...) = dlsym(RTLD_NEXT, "ioctl");
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == MODBUS_IOC_XFER)
		return modbus(arg);
	if (request == METERBUS_IOC_XFER)
		return mbus(arg);
	if (request == SERIAL_XFER_IOC_ATTACH)
		return attach(arg);
	if (request == TIOCEXCL || request == TIOCNXCL)
		return attach_log("%s\n", request == TIOCEXCL ? "exclusive" : "shared", 0, 0);
	if (request == TIOCSETD)
		return attach_log("%s %u\n", "discipline", *(int *)arg, 0);
	return next(fd, request, arg);
}
