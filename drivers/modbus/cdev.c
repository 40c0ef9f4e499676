// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/modbusN: requests from userspace.
 *
 * They share the line and the rules about late replies with the kernel's own devices,
 * see transfer.c: a request of userspace that was given up is kept in mind as well. But
 * to an address without a driver nothing can be sent that tells late replies apart, so
 * userspace is told when a response is in doubt, and can ask for something else.
 */
#include <linux/err.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <uapi/linux/modbus.h>

#include "internal.h"

static_assert(MODBUS_XFER_MAX_PDU == MODBUS_MAX_PDU);
static_assert(sizeof_field(struct modbus_xfer, req) >= MODBUS_MAX_PDU);
static_assert(sizeof_field(struct modbus_xfer, rsp) >= SERIAL_XFER_MAX_FRAME);
static_assert(sizeof(struct modbus_xfer) == 600);

/**
 * modbus_request_reads() - does a request change nothing?
 * @req: request PDU
 * @len: its length, at least 1
 *
 * Return: true if reading is all that it does.
 */
bool modbus_request_reads(const u8 *req, size_t len)
{
	switch (req[0]) {
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETE_INPUTS:
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
	case MODBUS_READ_EXCEPTION_STATUS:
	case MODBUS_GET_COMM_COUNTER:
	case MODBUS_GET_COMM_LOG:
	case MODBUS_REPORT_SERVER_ID:
	case MODBUS_READ_FILE:
	case MODBUS_READ_FIFO:
		return true;
	case MODBUS_ENCAPSULATED:
		return len > 1 && req[1] == MODBUS_MEI_IDENTIFICATION;
	default:
		return false;
	}
}

static int xfer_line(const struct modbus_controller *ctrl, const struct modbus_xfer *xfer,
		     struct serial_xfer_line *line)
{
	*line = ctrl->line;
	if (xfer->speed) {
		if (xfer->speed < MODBUS_XFER_MIN_SPEED)
			return -EINVAL;
		line->speed = xfer->speed;
	}
	switch (xfer->parity) {
	case MODBUS_XFER_PARITY_BUS:
		break;
	case MODBUS_XFER_PARITY_NONE:
		line->parity = SERIAL_XFER_PARITY_NONE;
		break;
	case MODBUS_XFER_PARITY_EVEN:
		line->parity = SERIAL_XFER_PARITY_EVEN;
		break;
	case MODBUS_XFER_PARITY_ODD:
		line->parity = SERIAL_XFER_PARITY_ODD;
		break;
	default:
		return -EINVAL;
	}
	return modbus_check_speed(line->speed);
}

static u8 xfer_parity(enum serial_xfer_parity parity)
{
	switch (parity) {
	case SERIAL_XFER_PARITY_EVEN:
		return MODBUS_XFER_PARITY_EVEN;
	case SERIAL_XFER_PARITY_ODD:
		return MODBUS_XFER_PARITY_ODD;
	default:
		return MODBUS_XFER_PARITY_NONE;
	}
}

/**
 * modbus_xfer_check() - does a request from userspace make sense?
 * @xfer: the request
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP.
 */
int modbus_xfer_check(const struct modbus_xfer *xfer)
{
	if (xfer->version != MODBUS_XFER_VERSION || xfer->flags & ~MODBUS_XFER_FORCE ||
	    xfer->timeout_ms > MODBUS_XFER_MAX_TIMEOUT_MS || xfer->unit > MODBUS_UNIT_MAX ||
	    xfer->reserved0 || memchr_inv(xfer->reserved, 0, sizeof(xfer->reserved)))
		return -EINVAL;
	if (!xfer->req_len || xfer->req_len > MODBUS_MAX_PDU)
		return -EINVAL;
	/* Nobody would answer. */
	if (xfer->unit == MODBUS_UNIT_BROADCAST && modbus_request_reads(xfer->req, xfer->req_len))
		return -EINVAL;
	return modbus_request_check(xfer->req, xfer->req_len);
}

/* What userspace is told that it has not said itself. */
static void xfer_begin(struct modbus_xfer *xfer, const struct serial_xfer_msg *msg)
{
	xfer->speed = msg->line.speed;
	xfer->parity = xfer_parity(msg->line.parity);
	xfer->timeout_ms = msg->timeout_ms;
	xfer->result = 0;
	xfer->status = 0;
	xfer->rsp_len = 0;
	xfer->received_ns = 0;
	xfer->latency_us = 0;
	memset(xfer->rsp, 0, sizeof(xfer->rsp));
}

static void xfer_take_response(struct modbus_xfer *xfer, const struct serial_xfer_msg *msg)
{
	const u8 *pdu = msg->rx + 1;

	xfer->rsp_len = msg->rx_len - MODBUS_RTU_OVERHEAD;
	memcpy(xfer->rsp, pdu, xfer->rsp_len);
	xfer->received_ns = ktime_to_ns(msg->stamp);
	xfer->latency_us = msg->latency_us;
}

/* An error of the exchange is a result, one that kept it from being made is an error. */
static int xfer_end(struct modbus_xfer *xfer, const struct serial_xfer_msg *msg, int ret)
{
	if (ret && (!msg->sent || (ret != -ETIMEDOUT && ret != -EBADMSG)))
		return ret;
	xfer->result = ret;
	xfer->heard = min_t(size_t, msg->heard, U16_MAX);
	xfer->flawed = min_t(size_t, msg->flawed, U16_MAX);
	xfer->sent_ns = ktime_to_ns(msg->sent);
	if (!ret && msg->parse) {
		xfer_take_response(xfer, msg);
	} else {
		xfer->rsp_len = msg->rx_len;
		memcpy(xfer->rsp, msg->rx, msg->rx_len);
	}
	return 0;
}

static int raw_broadcast(struct modbus_controller *ctrl, struct serial_xfer_client *client,
			 const struct modbus_xfer *xfer, struct serial_xfer_msg *msg)
{
	u8 tx[MODBUS_RTU_MAX_ADU];

	msg->tx = tx;
	msg->tx_len = modbus_rtu_encode(tx, MODBUS_UNIT_BROADCAST, xfer->req, xfer->req_len);
	msg->turnaround_ms = READ_ONCE(ctrl->turnaround_ms);
	return serial_xfer_exec(client, msg);
}

/* One exchange; the port is claimed, the message's line is set. */
static int raw_exec(struct modbus_controller *ctrl, struct serial_xfer_client *client,
		    struct modbus_xfer *xfer, struct serial_xfer_msg *msg)
{
	u8 rx[MODBUS_RTU_MAX_ADU];
	bool doubtful = false;
	int ret;

	msg->rx = rx;
	msg->rx_size = sizeof(rx);
	msg->timeout_ms = xfer->timeout_ms ?: READ_ONCE(ctrl->response_timeout_ms);
	xfer_begin(xfer, msg);
	if (xfer->unit == MODBUS_UNIT_BROADCAST)
		ret = raw_broadcast(ctrl, client, xfer, msg);
	else
		ret = modbus_raw_exec(ctrl, client, xfer->unit, xfer->req, xfer->req_len, msg,
				      &doubtful);
	if (doubtful)
		xfer->status = MODBUS_XFER_DOUBTFUL;
	return xfer_end(xfer, msg, ret);
}

static int raw_request(struct modbus_controller *ctrl, struct serial_xfer_file *file,
		       struct modbus_xfer *xfer, struct serial_xfer_msg *msg)
{
	struct serial_xfer_client *client = &file->client;
	bool reads = modbus_request_reads(xfer->req, xfer->req_len);
	u8 unit = xfer->unit;
	int ret;

	ret = serial_xfer_file_claim(file);
	if (ret)
		return ret;
	if (!reads && !(xfer->flags & MODBUS_XFER_FORCE) && modbus_unit_has_driver(ctrl, unit)) {
		serial_xfer_release(client);
		return -EBUSY;
	}
	ret = raw_exec(ctrl, client, xfer, msg);
	/* Whatever the result is, the device may have done what was asked. */
	if (!reads)
		modbus_unit_written(ctrl, unit);
	serial_xfer_release(client);
	return ret;
}

/**
 * modbus_cdev_request() - a request from userspace
 * @file: by whom
 * @data: a struct modbus_xfer; its req_len and so on are not checked yet
 *
 * Context: may sleep.
 * Return: 0 or an error, see include/uapi/linux/modbus.h.
 */
int modbus_cdev_request(struct serial_xfer_file *file, void *data)
{
	struct modbus_controller *ctrl = to_modbus_controller(file->dev);
	struct modbus_xfer *xfer = data;
	struct serial_xfer_msg msg = {};
	int ret;

	ret = modbus_xfer_check(xfer);
	if (ret)
		return ret;
	ret = xfer_line(ctrl, xfer, &msg.line);
	if (ret)
		return ret;
	ret = serial_xfer_file_may(file, modbus_request_reads(xfer->req, xfer->req_len));
	if (ret)
		return ret;
	return raw_request(ctrl, file, xfer, &msg);
}

static const struct serial_xfer_cdev_ops modbus_cdev_ops = {
	.cmd = MODBUS_IOC_XFER,
	.request = modbus_cdev_request,
};

SERIAL_XFER_CDEV_FOPS(modbus_cdev_fops);

/**
 * modbus_cdev_register() - make a controller's character device
 * @ctrl: the controller
 *
 * Return: 0 or an error.
 */
int modbus_cdev_register(struct modbus_controller *ctrl)
{
	struct serial_xfer_cdev *cdev = &ctrl->cdev;

	snprintf(cdev->name, sizeof(cdev->name), "modbus%d", ctrl->id);
	cdev->dev = &ctrl->dev;
	cdev->port = ctrl->port;
	cdev->ops = &modbus_cdev_ops;
	return serial_xfer_cdev_register(cdev, &modbus_cdev_fops);
}
