// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/meterbus.h>
#include <linux/modbus.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "transport_ioctl.h"

/* What surrounds C, A and the rest in a long frame: 68 L L 68, checksum 16 */
#define LONG_HEAD	4
#define LONG_TAIL	2
#define ACKNOWLEDGED	0xe5

static struct ioctl_transport *to_ioctl(struct transport *transport)
{
	return (struct ioctl_transport *)transport;
}

/* Numbers 1 to 3 of both headers; 0 is the bus's own. */
static uint8_t parity_code(const struct line *line)
{
	static const uint8_t codes[] = {
		[PARITY_NONE] = MODBUS_XFER_PARITY_NONE,
		[PARITY_EVEN] = MODBUS_XFER_PARITY_EVEN,
		[PARITY_ODD] = MODBUS_XFER_PARITY_ODD,
	};

	return line->speed ? codes[line->parity] : MODBUS_XFER_PARITY_BUS;
}

static void take_line(struct line *line, unsigned int speed, uint8_t parity)
{
	line->speed = speed;
	if (parity >= MODBUS_XFER_PARITY_NONE && parity <= MODBUS_XFER_PARITY_ODD)
		line->parity = parity - MODBUS_XFER_PARITY_NONE;
}

/* To the kernel, a frame of somebody else is silence; here it tells of one who is late. */
static enum outcome outcome_of(int result, size_t heard)
{
	switch (result) {
	case 0:
		return OUTCOME_REPLY;
	case -ETIMEDOUT:
		return heard ? OUTCOME_DAMAGED : OUTCOME_SILENT;
	case -ENOTUNIQ:
		return OUTCOME_COLLISION;
	default:
		return OUTCOME_DAMAGED;
	}
}

static void take_reply(struct exchange *x, const uint8_t *bytes, size_t len)
{
	x->reply_len = len < EXCHANGE_MAX ? len : EXCHANGE_MAX;
	memcpy(x->reply, bytes, x->reply_len);
}

/* The line does not fall silent: that is noise as well, and no reason to give up. */
static int ioctl_failed(struct exchange *x)
{
	if (errno != EBADMSG)
		return -errno;
	x->outcome = OUTCOME_DAMAGED;
	x->selected = false;
	x->reply_len = 0;
	return 0;
}

/*
 * A response PDU does not say whose it is; what was heard instead is taken as it is. To a
 * broadcast there is no response.
 */
static void take_modbus(struct exchange *x, const struct modbus_xfer *xfer)
{
	x->outcome = outcome_of(xfer->result, xfer->rsp_len);
	x->latency_us = xfer->latency_us;
	if (xfer->result) {
		take_reply(x, xfer->rsp, xfer->rsp_len);
		return;
	}
	if (!xfer->rsp_len)
		return;
	x->reply[0] = xfer->unit;
	x->reply_len = 1 + xfer->rsp_len;
	memcpy(x->reply + 1, xfer->rsp, xfer->rsp_len);
}

static int modbus_exchange(struct transport *transport, struct exchange *x)
{
	struct modbus_xfer xfer = {
		.version = MODBUS_XFER_VERSION,
		.flags = x->force ? MODBUS_XFER_FORCE : 0,
		.speed = x->line.speed,
		.parity = parity_code(&x->line),
		.timeout_ms = x->timeout_ms,
		.unit = x->request[0],
	};

	if (x->request_len < 2 || x->request_len > 1 + MODBUS_XFER_MAX_PDU)
		return -EINVAL;
	xfer.req_len = x->request_len - 1;
	memcpy(xfer.req, x->request + 1, xfer.req_len);
	if (ioctl(to_ioctl(transport)->fd, MODBUS_IOC_XFER, &xfer))
		return ioctl_failed(x);
	to_ioctl(transport)->doubtful = xfer.status & MODBUS_XFER_DOUBTFUL;
	take_line(&x->line, xfer.speed, xfer.parity);
	if (xfer.rsp_len > MODBUS_XFER_MAX_PDU && !xfer.result)
		return -EPROTO;
	take_modbus(x, &xfer);
	return 0;
}

/* Sixteen digits as a number: the identification number's last bytes go first on the wire */
static uint64_t id_of(const uint8_t *selection)
{
	uint64_t id = 0;

	for (int i = 3; i >= 0; i--)
		id = id << 8 | selection[i];
	for (int i = 4; i < 8; i++)
		id = id << 8 | selection[i];
	return id;
}

static bool fill_mbus(const struct exchange *x, struct meterbus_xfer *xfer)
{
	memset(xfer, 0, sizeof(*xfer));
	xfer->version = METERBUS_XFER_VERSION;
	xfer->flags = (x->force ? METERBUS_XFER_FORCE : 0) |
		      (x->select ? METERBUS_XFER_SELECT : 0);
	xfer->speed = x->line.speed;
	xfer->parity = parity_code(&x->line);
	xfer->timeout_ms = x->timeout_ms;
	xfer->id = x->select ? id_of(x->selection) : 0;
	xfer->a = METERBUS_XFER_A_SELECTED;
	if (!x->request_len)
		return x->select;
	if (x->request_len < 2 || x->request_len > 2 + METERBUS_XFER_MAX_DATA)
		return false;
	xfer->c = x->request[0];
	xfer->a = x->request[1];
	xfer->req_len = x->request_len - 2;
	memcpy(xfer->req, x->request + 2, xfer->req_len);
	return true;
}

static void take_mbus(struct exchange *x, const struct meterbus_xfer *xfer)
{
	size_t len = xfer->rsp_len < sizeof(xfer->rsp) ? xfer->rsp_len : sizeof(xfer->rsp);

	x->outcome = outcome_of(xfer->result, xfer->rsp_len);
	x->selected = xfer->status & METERBUS_XFER_SELECTED;
	x->latency_us = xfer->latency_us;
	if (xfer->result == -ENODATA) {
		x->outcome = OUTCOME_REPLY;
		x->reply[0] = ACKNOWLEDGED;
		x->reply_len = 1;
	} else if (!xfer->result && len > LONG_HEAD + LONG_TAIL) {
		take_reply(x, xfer->rsp + LONG_HEAD, len - LONG_HEAD - LONG_TAIL);
	} else {
		take_reply(x, xfer->rsp, len);
	}
}

static int mbus_exchange(struct transport *transport, struct exchange *x)
{
	struct meterbus_xfer xfer;

	if (!fill_mbus(x, &xfer))
		return -EINVAL;
	if (ioctl(to_ioctl(transport)->fd, METERBUS_IOC_XFER, &xfer))
		return ioctl_failed(x);
	take_line(&x->line, xfer.speed, xfer.parity);
	take_mbus(x, &xfer);
	return 0;
}

static uint64_t now_ms(struct transport *transport)
{
	struct timespec now;

	(void)transport;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int ioctl_transport_open(struct ioctl_transport *transport, const struct bus *bus, bool write)
{
	int error;

	memset(transport, 0, sizeof(*transport));
	transport->transport.exchange = bus->kind == BUS_MODBUS ? modbus_exchange : mbus_exchange;
	transport->transport.now_ms = now_ms;
	if (!bus->node[0]) {
		complain("%s has no file in /dev: are the modules of this version loaded?",
			 bus->name);
		return -ENOENT;
	}
	transport->fd = open(bus->node, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (transport->fd >= 0)
		return 0;
	error = errno;
	complain_errno(bus->node, error);
	return -error;
}

void ioctl_transport_close(struct ioctl_transport *transport)
{
	close(transport->fd);
}
