// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mbusN: requests from userspace.
 *
 * A selection and what follows it are one turn on the line, since the kernel selects
 * devices of its own. What userspace does to a device that the kernel talks with puts
 * the kernel's link with it out of step, see meterbus_link_disturb().
 */
#include <linux/err.h>
#include <linux/math.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <uapi/linux/meterbus.h>

#include "internal.h"

static_assert(METERBUS_MAX_DATA + 1 == METERBUS_XFER_MAX_DATA);
static_assert(sizeof_field(struct meterbus_xfer, req) >= METERBUS_XFER_MAX_DATA);
static_assert(sizeof_field(struct meterbus_xfer, rsp) >= METERBUS_MAX_FRAME);
static_assert(sizeof(struct meterbus_xfer) == 608);
static_assert(METERBUS_XFER_SND_NKE == METERBUS_C_SND_NKE);
static_assert(METERBUS_XFER_SND_UD == METERBUS_C_SND_UD);
static_assert(METERBUS_XFER_REQ_UD2 == METERBUS_C_REQ_UD2);
static_assert(METERBUS_XFER_FCB == METERBUS_C_FCB);

/**
 * meterbus_xfer_reads() - does a request change nothing?
 * @xfer: the request
 *
 * Return: true for SND_NKE, REQ_UD2, and a selection alone.
 */
bool meterbus_xfer_reads(const struct meterbus_xfer *xfer)
{
	return !xfer->c || xfer->c == METERBUS_C_SND_NKE ||
	       (xfer->c & ~METERBUS_C_FCB) == METERBUS_C_REQ_UD2;
}

static bool xfer_selects(const struct meterbus_xfer *xfer)
{
	return xfer->flags & METERBUS_XFER_SELECT;
}

static bool xfer_wants_data(const struct meterbus_xfer *xfer)
{
	u8 c = xfer->c & ~METERBUS_C_FCB;

	return c == METERBUS_XFER_REQ_UD1 || c == METERBUS_C_REQ_UD2;
}

static int xfer_check_head(const struct meterbus_xfer *xfer)
{
	if (xfer->version != METERBUS_XFER_VERSION ||
	    xfer->flags & ~(METERBUS_XFER_FORCE | METERBUS_XFER_SELECT) ||
	    xfer->timeout_ms > METERBUS_XFER_MAX_TIMEOUT_MS || xfer->reserved0 ||
	    memchr_inv(xfer->reserved, 0, sizeof(xfer->reserved)))
		return -EINVAL;
	return xfer->id && !xfer_selects(xfer) ? -EINVAL : 0;
}

static int xfer_check_length(const struct meterbus_xfer *xfer)
{
	if ((xfer->c & ~METERBUS_C_FCB) != METERBUS_C_SND_UD)
		return xfer->req_len ? -EINVAL : 0;
	return !xfer->req_len || xfer->req_len > METERBUS_XFER_MAX_DATA ? -EINVAL : 0;
}

static int xfer_check_c(const struct meterbus_xfer *xfer)
{
	switch (xfer->c) {
	case 0:
		return xfer_selects(xfer) ? 0 : -EINVAL;
	case METERBUS_C_SND_NKE:
	case METERBUS_C_SND_UD:
	case METERBUS_C_SND_UD | METERBUS_C_FCB:
	case METERBUS_XFER_REQ_UD1:
	case METERBUS_XFER_REQ_UD1 | METERBUS_C_FCB:
	case METERBUS_C_REQ_UD2:
	case METERBUS_C_REQ_UD2 | METERBUS_C_FCB:
		return 0;
	default:
		return -EINVAL;
	}
}

/* Who is selected without a selection is not known: the kernel may have done it. */
static int xfer_check_a(const struct meterbus_xfer *xfer)
{
	switch (xfer->a) {
	case METERBUS_A_SELECTED:
		return xfer_selects(xfer) || xfer->c == METERBUS_C_SND_NKE ? 0 : -EINVAL;
	case METERBUS_A_BROADCAST:
		return xfer_selects(xfer) || xfer_wants_data(xfer) ? -EINVAL : 0;
	case METERBUS_A_TEST:
		return xfer_selects(xfer) ? -EINVAL : 0;
	default:
		return xfer_selects(xfer) || xfer->a > METERBUS_ADDRESS_MAX ? -EINVAL : 0;
	}
}

/**
 * meterbus_xfer_check() - does a request from userspace make sense?
 * @xfer: the request
 *
 * Return: 0 or -EINVAL.
 */
int meterbus_xfer_check(const struct meterbus_xfer *xfer)
{
	int ret;

	ret = xfer_check_head(xfer);
	if (!ret)
		ret = xfer_check_c(xfer);
	if (!ret)
		ret = xfer_check_a(xfer);
	return ret ? ret : xfer_check_length(xfer);
}

static int xfer_line(const struct meterbus_controller *ctrl, const struct meterbus_xfer *xfer,
		     struct serial_xfer_line *line)
{
	*line = ctrl->line;
	if (xfer->speed)
		line->speed = xfer->speed;
	switch (xfer->parity) {
	case METERBUS_XFER_PARITY_BUS:
		break;
	case METERBUS_XFER_PARITY_NONE:
		line->parity = SERIAL_XFER_PARITY_NONE;
		break;
	case METERBUS_XFER_PARITY_EVEN:
		line->parity = SERIAL_XFER_PARITY_EVEN;
		break;
	case METERBUS_XFER_PARITY_ODD:
		line->parity = SERIAL_XFER_PARITY_ODD;
		break;
	default:
		return -EINVAL;
	}
	return meterbus_check_speed(line->speed);
}

static u8 xfer_parity(enum serial_xfer_parity parity)
{
	switch (parity) {
	case SERIAL_XFER_PARITY_EVEN:
		return METERBUS_XFER_PARITY_EVEN;
	case SERIAL_XFER_PARITY_ODD:
		return METERBUS_XFER_PARITY_ODD;
	default:
		return METERBUS_XFER_PARITY_NONE;
	}
}

static void xfer_begin(struct meterbus_xfer *xfer, const struct serial_xfer_msg *msg)
{
	xfer->speed = msg->line.speed;
	xfer->parity = xfer_parity(msg->line.parity);
	xfer->timeout_ms = msg->timeout_ms;
	xfer->status = 0;
	memset(xfer->rsp, 0, sizeof(xfer->rsp));
}

/* An error of the exchange is a result, one that kept it from being made is an error. */
static int xfer_end(struct meterbus_xfer *xfer, const struct serial_xfer_msg *msg, int ret)
{
	if (ret && (!msg->sent || (ret != -ETIMEDOUT && ret != -EBADMSG && ret != -ENOTUNIQ &&
				   ret != -ENODATA)))
		return ret;
	xfer->result = ret;
	xfer->rsp_len = msg->rx_len;
	xfer->heard = min_t(size_t, msg->heard, U16_MAX);
	xfer->flawed = min_t(size_t, msg->flawed, U16_MAX);
	xfer->latency_us = ret ? 0 : msg->latency_us;
	xfer->sent_ns = ktime_to_ns(msg->sent);
	xfer->received_ns = ret ? 0 : ktime_to_ns(msg->stamp);
	return 0;
}

static int raw_select(const struct meterbus_controller *ctrl, struct serial_xfer_client *client,
		      u64 id, struct serial_xfer_msg *msg)
{
	struct meterbus_expect expect = { .address = METERBUS_A_SELECTED };
	u8 tx[METERBUS_MAX_FRAME];

	msg->tx = tx;
	msg->tx_len = meterbus_link_build_select(tx, id);
	return meterbus_link_transact(ctrl, client, &expect, msg);
}

static size_t raw_build(const struct meterbus_xfer *xfer, u8 *tx)
{
	if (!xfer->req_len)
		return meterbus_frame_short(tx, xfer->c, xfer->a);
	return meterbus_frame_long(tx, xfer->c, xfer->a, xfer->req[0], xfer->req + 1,
				   xfer->req_len - 1);
}

static int raw_send(const struct meterbus_controller *ctrl, struct serial_xfer_client *client,
		    const struct meterbus_xfer *xfer, struct serial_xfer_msg *msg)
{
	struct meterbus_expect expect = {
		.address = xfer->a,
		.data = xfer_wants_data(xfer),
		.secondary = xfer_selects(xfer),
		.id = xfer->id,
	};
	u8 tx[METERBUS_MAX_FRAME];

	msg->tx = tx;
	msg->tx_len = raw_build(xfer, tx);
	if (xfer->a != METERBUS_A_BROADCAST)
		return meterbus_link_transact(ctrl, client, &expect, msg);
	msg->parse = NULL;
	msg->turnaround_ms = msg->timeout_ms;
	return serial_xfer_exec(client, msg);
}

static int raw_select_and_send(const struct meterbus_controller *ctrl,
			       struct serial_xfer_client *client, struct meterbus_xfer *xfer,
			       struct serial_xfer_msg *msg)
{
	int ret;

	if (xfer_selects(xfer)) {
		ret = raw_select(ctrl, client, xfer->id, msg);
		if (ret)
			return ret;
		xfer->status |= METERBUS_XFER_SELECTED;
		if (!xfer->c)
			return 0;
	}
	return raw_send(ctrl, client, xfer, msg);
}

/* Was anything sent besides a selection? */
static bool xfer_is_past_selection(const struct meterbus_xfer *xfer)
{
	return !xfer_selects(xfer) || xfer->status & METERBUS_XFER_SELECTED;
}

static struct meterbus_target xfer_target(const struct meterbus_xfer *xfer)
{
	return (struct meterbus_target){
		.a = xfer->a,
		.id = xfer->id,
	};
}

/* Was user data the last thing that was asked for? */
static bool xfer_has_asked(const struct meterbus_xfer *xfer)
{
	return xfer_wants_data(xfer) && xfer_is_past_selection(xfer);
}

/* Was anybody heard, or was what was sent no selection? */
static bool xfer_has_reached(const struct meterbus_xfer *xfer, const struct serial_xfer_msg *msg)
{
	return xfer_is_past_selection(xfer) || msg->heard;
}

/* One exchange, or two; the port is claimed, the message's line is set. */
static int raw_exec(struct meterbus_controller *ctrl, struct serial_xfer_client *client,
		    struct meterbus_xfer *xfer, struct serial_xfer_msg *msg)
{
	struct meterbus_target target = xfer_target(xfer);
	int ret;

	msg->rx = xfer->rsp;
	msg->rx_size = METERBUS_MAX_FRAME;
	msg->timeout_ms = xfer->timeout_ms ?: meterbus_link_timeout_ms(ctrl, msg->line.speed);
	/* A late acknowledgment would be taken for that of a write. */
	if (!meterbus_xfer_reads(xfer)) {
		ret = meterbus_link_wait_late(ctrl);
		if (ret)
			return ret;
	}
	xfer_begin(xfer, msg);
	/* Whoever is selected may not be any more. */
	ctrl->selected = NULL;
	ret = raw_select_and_send(ctrl, client, xfer, msg);
	if (xfer_has_reached(xfer, msg))
		meterbus_link_disturb(ctrl, xfer->a);
	else if (msg->sent)
		meterbus_target_disturb(ctrl, &target);
	if (ret)
		meterbus_link_expect_late(ctrl, xfer->a, xfer_has_asked(xfer));
	return xfer_end(xfer, msg, ret);
}

static int raw_request(struct meterbus_controller *ctrl, struct serial_xfer_file *file,
		       struct meterbus_xfer *xfer, struct serial_xfer_msg *msg)
{
	struct serial_xfer_client *client = &file->client;
	struct meterbus_target target = xfer_target(xfer);
	bool reads = meterbus_xfer_reads(xfer);
	int ret;

	ret = serial_xfer_file_claim(file);
	if (ret)
		return ret;
	if (!reads && !(xfer->flags & METERBUS_XFER_FORCE) &&
	    meterbus_target_has_driver(ctrl, &target)) {
		serial_xfer_release(client);
		return -EBUSY;
	}
	ret = raw_exec(ctrl, client, xfer, msg);
	/* Whatever the result is, the device may have done what was asked. */
	if (!reads)
		meterbus_target_written(ctrl, &target);
	serial_xfer_release(client);
	return ret;
}

/**
 * meterbus_cdev_request() - a request from userspace
 * @file: by whom
 * @data: a struct meterbus_xfer, not checked yet
 *
 * Context: may sleep.
 * Return: 0 or an error, see include/uapi/linux/meterbus.h.
 */
int meterbus_cdev_request(struct serial_xfer_file *file, void *data)
{
	struct meterbus_controller *ctrl = to_meterbus_controller(file->dev);
	struct meterbus_xfer *xfer = data;
	struct serial_xfer_msg msg = {};
	int ret;

	ret = meterbus_xfer_check(xfer);
	if (ret)
		return ret;
	ret = xfer_line(ctrl, xfer, &msg.line);
	if (ret)
		return ret;
	ret = serial_xfer_file_may(file, meterbus_xfer_reads(xfer));
	if (ret)
		return ret;
	return raw_request(ctrl, file, xfer, &msg);
}

static const struct serial_xfer_cdev_ops meterbus_cdev_ops = {
	.cmd = METERBUS_IOC_XFER,
	.request = meterbus_cdev_request,
};

SERIAL_XFER_CDEV_FOPS(meterbus_cdev_fops);

/**
 * meterbus_cdev_register() - make a controller's character device
 * @ctrl: the controller
 *
 * Return: 0 or an error.
 */
int meterbus_cdev_register(struct meterbus_controller *ctrl)
{
	struct serial_xfer_cdev *cdev = &ctrl->cdev;

	snprintf(cdev->name, sizeof(cdev->name), "mbus%d", ctrl->id);
	cdev->dev = &ctrl->dev;
	cdev->port = ctrl->port;
	cdev->ops = &meterbus_cdev_ops;
	return serial_xfer_cdev_register(cdev, &meterbus_cdev_fops);
}
