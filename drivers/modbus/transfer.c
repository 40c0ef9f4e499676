// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to devices: retries, exceptions, late replies.
 *
 * A reply to function 03 does not say which registers it holds. So once a request
 * has been given up, its reply may come at any time and look like the answer to a
 * later one. The rule here: the next request to that unit expects a reply that
 * none of the abandoned ones can be, by its function code or by its number of
 * registers; a read of the driver's identification registers, of a length not yet
 * used, if the request itself does not. A device answers in order: when that reply
 * has come, those of the abandoned requests will not come any more.
 *
 * An exception carries only the function code, so it is not believed as long as a
 * request with the same function is abandoned.
 *
 * The same identification read tells a device that is away from one that merely
 * does not answer a certain request.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

/* The weight of the past in the running average of answering times: 7 of 8. */
#define MODBUS_LATENCY_SHIFT	3

/* No device, and no adapter, answers that long after its request was given up. */
#define MODBUS_LATE_MS		1000

/* Modbus Application Protocol V1.1b3, chapter 7. */
static int modbus_exception_error(u8 code)
{
	switch (code) {
	case 1: /* illegal function */
		return -EOPNOTSUPP;
	case 2: /* illegal data address */
		return -ENXIO;
	case 3: /* illegal data value */
		return -EINVAL;
	case 4: /* server device failure */
		return -EIO;
	case 5: /* acknowledge: it takes long */
	case 6: /* server device busy */
		return -EBUSY;
	default:
		return -EPROTO;
	}
}

/* Asking twice does no harm. */
static bool modbus_idempotent(u8 function)
{
	switch (function) {
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETE_INPUTS:
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
	case MODBUS_REPORT_SERVER_ID:
	case MODBUS_READ_FILE:
	case MODBUS_ENCAPSULATED:
		return true;
	default:
		return false;
	}
}

/* The device repeats the whole request. */
static bool modbus_mirrors(u8 function)
{
	return function == MODBUS_WRITE_COIL || function == MODBUS_WRITE_REGISTER ||
	       function == MODBUS_DIAGNOSTICS || function == MODBUS_MASK_WRITE;
}

static bool modbus_unanswered(int error)
{
	return error == -ETIMEDOUT || error == -EBADMSG;
}

static unsigned int modbus_request_count(const u8 *req)
{
	return req[0] == MODBUS_READ_HOLDING ? get_unaligned_be16(req + 3) : 0;
}

static void modbus_abandon(struct modbus_abandoned *gone, const u8 *req)
{
	unsigned int count = modbus_request_count(req);

	__set_bit(req[0], gone->functions);
	if (count)
		__set_bit(count, gone->counts);
	gone->last = ktime_get();
}

/* Could the reply to an abandoned request be taken for the reply to @req? */
static bool modbus_ambiguous(const struct modbus_abandoned *gone, const u8 *req)
{
	unsigned int count = modbus_request_count(req);

	return test_bit(req[0], gone->functions) && (!count || test_bit(count, gone->counts));
}

static void modbus_note_latency(struct modbus_device_priv *priv, unsigned int latency_us)
{
	unsigned int old = priv->latency_us;

	if (old)
		latency_us = old - (old >> MODBUS_LATENCY_SHIFT) +
			     (latency_us >> MODBUS_LATENCY_SHIFT);
	WRITE_ONCE(priv->latency_us, max(latency_us, 1U));
}

/* The response's PDU, or the error that an exception stands for. */
static int modbus_take_response(struct modbus_device_priv *priv, const u8 *adu, size_t len,
				struct modbus_request *request)
{
	size_t pdu_len = len - MODBUS_RTU_OVERHEAD;

	if (adu[1] & MODBUS_EXCEPTION) {
		serial_xfer_count(&priv->client, SERIAL_XFER_REFUSALS);
		return modbus_exception_error(adu[2]);
	}
	if (pdu_len > request->rsp_size)
		return -EMSGSIZE;
	memcpy(request->rsp, adu + 1, pdu_len);
	request->rsp_len = pdu_len;
	return 0;
}

/* As long as nothing is known of the line, the reply to a write may have been its echo. */
static bool modbus_is_answered(const struct modbus_controller *ctrl,
			       const struct serial_xfer_msg *msg)
{
	return !msg->mirrored || serial_xfer_port_echo(ctrl->port) != SERIAL_XFER_ECHO_UNKNOWN;
}

/*
 * The device has answered, and in order: abandoned requests will not be answered
 * any more.
 */
static void modbus_note_answer(struct modbus_device_priv *priv, u8 unit,
			       const struct serial_xfer_msg *msg)
{
	if (modbus_is_answered(priv->ctrl, msg))
		memset(&priv->ctrl->abandoned[unit], 0, sizeof(struct modbus_abandoned));
	modbus_note_latency(priv, msg->latency_us);
	serial_xfer_life_heard(&priv->life);
}

/*
 * One exchange; the port is claimed, the message's line and time limit are set. An
 * exception is an answer, too.
 */
static int modbus_exec(struct serial_xfer_client *client, const struct modbus_expect *expect,
		       size_t len, struct modbus_abandoned *gone, struct serial_xfer_msg *msg)
{
	const u8 *req = expect->req;
	u8 tx[MODBUS_RTU_MAX_ADU];
	int ret;

	msg->tx = tx;
	msg->tx_len = modbus_rtu_encode(tx, expect->unit, req, len);
	msg->parse = modbus_rtu_parse;
	msg->context = expect;
	msg->mirrored = modbus_mirrors(req[0]);

	ret = serial_xfer_exec(client, msg);
	/* Whatever went wrong, the device may have heard the request. */
	if (ret)
		modbus_abandon(gone, req);
	return ret;
}

static int modbus_send(struct modbus_device_priv *priv, u8 unit, const u8 *req, size_t len,
		       struct serial_xfer_msg *msg)
{
	struct modbus_abandoned *gone = &priv->ctrl->abandoned[unit];
	struct modbus_expect expect = {
		.unit = unit,
		.req = req,
		.len = modbus_rtu_reply_len(req, len),
		.distrust = test_bit(req[0], gone->functions),
	};
	int ret;

	msg->line = modbus_device_line(&priv->mdev);
	msg->timeout_ms = READ_ONCE(priv->ctrl->response_timeout_ms);
	ret = modbus_exec(&priv->client, &expect, len, gone, msg);
	if (!ret)
		modbus_note_answer(priv, unit, msg);
	return ret;
}

/**
 * modbus_raw_exec() - one exchange with a unit, whether or not it has a driver
 * @ctrl: the controller
 * @client: who has claimed the port
 * @unit: unit address
 * @req: request PDU, checked by modbus_request_check()
 * @len: its length
 * @msg: line, time limit and room for an ADU; and the result
 * @doubtful: result: the reply may answer an earlier request, so it says nothing about
 *	those that were abandoned
 *
 * Context: may sleep.
 * Return: 0, also for an exception; or an error of serial_xfer_exec().
 */
int modbus_raw_exec(struct modbus_controller *ctrl, struct serial_xfer_client *client, u8 unit,
		    const u8 *req, size_t len, struct serial_xfer_msg *msg, bool *doubtful)
{
	struct modbus_abandoned *gone = &ctrl->abandoned[unit];
	struct modbus_expect expect = {
		.unit = unit,
		.req = req,
		.len = modbus_rtu_reply_len(req, len),
	};
	bool ambiguous = modbus_ambiguous(gone, req);
	bool distrust = test_bit(req[0], gone->functions);
	int ret;

	ret = modbus_exec(client, &expect, len, gone, msg);
	if (ret)
		return ret;
	if (msg->rx[1] & MODBUS_EXCEPTION) {
		serial_xfer_count(client, SERIAL_XFER_REFUSALS);
		ambiguous |= distrust;
	}
	*doubtful = ambiguous;
	if (!ambiguous && modbus_is_answered(ctrl, msg))
		memset(gone, 0, sizeof(*gone));
	return 0;
}

static int modbus_transact(struct modbus_device_priv *priv, u8 unit,
			   struct modbus_request *request)
{
	u8 rx[MODBUS_RTU_MAX_ADU];
	struct serial_xfer_msg msg = { .rx = rx, .rx_size = sizeof(rx) };
	int ret;

	ret = modbus_send(priv, unit, request->req, request->req_len, &msg);
	if (ret)
		return ret;
	request->stamp = msg.stamp;
	return modbus_take_response(priv, rx, msg.rx_len, request);
}

/*
 * A number of identification registers that no abandoned request asked for. When all are
 * used up, no reply may come any more before they are used again.
 */
static int modbus_unused_count(const struct modbus_ident *ident, struct modbus_abandoned *gone)
{
	unsigned int count = find_next_zero_bit(gone->counts, ident->max + 1, ident->min);
	int ret;

	if (count <= ident->max)
		return count;
	ret = serial_xfer_sleep_until(ktime_add_ms(gone->last, MODBUS_LATE_MS));
	if (ret)
		return ret;
	memset(gone, 0, sizeof(*gone));
	return ident->min;
}

/* Reads identification registers of @unit; the port is claimed. */
static int modbus_ask_ident(struct modbus_device_priv *priv, u8 unit, size_t *heard)
{
	const struct modbus_ident *ident = &to_modbus_driver(priv->mdev.dev.driver)->ident;
	u8 req[5] = { MODBUS_READ_HOLDING }, rx[MODBUS_RTU_MAX_ADU];
	struct serial_xfer_msg msg = { .rx = rx, .rx_size = sizeof(rx) };
	int ret;

	if (heard)
		*heard = 0;
	ret = modbus_unused_count(ident, &priv->ctrl->abandoned[unit]);
	if (ret < 0)
		return ret;
	put_unaligned_be16(ident->addr, req + 1);
	put_unaligned_be16(ret, req + 3);
	ret = modbus_send(priv, unit, req, sizeof(req), &msg);
	if (heard)
		*heard = msg.heard;
	return ret;
}

/**
 * modbus_identify() - is there a device at a unit address?
 * @priv: the device whose line settings and driver's identification registers are
 *	used
 * @unit: the address
 * @heard: result: bytes received, damaged ones as well; or NULL
 *
 * Context: may sleep.
 * Return: 0 if there is, even if it answers with an exception; or an error as
 * modbus_exchange() returns it.
 */
int modbus_identify(struct modbus_device_priv *priv, u8 unit, size_t *heard)
{
	int ret;

	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;
	ret = modbus_ask_ident(priv, unit, heard);
	serial_xfer_release(&priv->client);
	return ret;
}

/**
 * modbus_try() - one try at a request
 * @priv: the device
 * @request: the request
 * @misses: reads of its identification in a row that the device did not answer
 *
 * Return: as modbus_exchange().
 */
static int modbus_try(struct modbus_device_priv *priv, struct modbus_request *request,
		      unsigned int *misses)
{
	u8 unit;
	int ret;

	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;

	unit = READ_ONCE(priv->unit);
	if (modbus_ambiguous(&priv->ctrl->abandoned[unit], request->req)) {
		ret = modbus_ask_ident(priv, unit, NULL);
		*misses = modbus_unanswered(ret) ? *misses + 1 : 0;
	}
	if (!ret)
		ret = modbus_transact(priv, unit, request);
	serial_xfer_release(&priv->client);
	return ret;
}

static int modbus_try_hard(struct modbus_device_priv *priv, struct modbus_request *request,
			   unsigned int *misses)
{
	unsigned int left = READ_ONCE(priv->ctrl->retries);
	int ret;

	if (!modbus_idempotent(request->req[0]))
		left = 0;
	for (;;) {
		if (READ_ONCE(priv->life.leaving))
			return -ENODEV;
		if (!serial_xfer_life_may_talk(&priv->life))
			return -ETIMEDOUT;
		ret = modbus_try(priv, request, misses);
		if (!modbus_unanswered(ret) || !left-- || serial_xfer_life_first_try(&priv->life))
			return ret;
		serial_xfer_count(&priv->client, SERIAL_XFER_RETRIES);
	}
}

/*
 * A request has failed. The device is away if it answers none of as many reads of
 * its identification in a row as a request is tried.
 */
static void modbus_look_after(struct modbus_device_priv *priv, unsigned int misses)
{
	unsigned int limit = READ_ONCE(priv->ctrl->retries) + 1;

	for (; misses < limit; misses++) {
		if (READ_ONCE(priv->life.leaving) || !serial_xfer_life_is_online(&priv->life))
			return;
		if (!modbus_unanswered(modbus_identify(priv, READ_ONCE(priv->unit), NULL)))
			return;
	}
	serial_xfer_life_silent(&priv->life);
}

/**
 * modbus_request_check() - can a request be sent, and its reply be known?
 * @req: request PDU
 * @req_len: its length
 *
 * Return: 0; -EINVAL; -EOPNOTSUPP: a function whose reply has no known length.
 */
int modbus_request_check(const u8 *req, size_t req_len)
{
	ssize_t len;

	if (!req_len || req_len > MODBUS_MAX_PDU || req[0] > MODBUS_FUNCTION_MAX)
		return -EINVAL;
	len = modbus_rtu_reply_len(req, req_len);
	if (len < 0)
		return len;
	return len > MODBUS_RTU_MAX_ADU ? -EINVAL : 0;
}

/**
 * modbus_exchange() - send a request to a device and wait for its response
 * @mdev: the device
 * @request: the request
 *
 * Requests that only read (functions 01, 02, 03, 04, 17, 20, 43) are repeated, as
 * often as the controller's attribute "retries" says, when no undamaged reply
 * comes. All others are sent once, since a lost reply does not mean that the
 * request was lost.
 *
 * Where the line may echo, the echo of a write looks like its reply: only reading
 * back proves a write.
 *
 * Context: may sleep; a fatal signal ends the wait.
 * Return: 0; -ETIMEDOUT: no answer, at once while the device is offline;
 * -EBADMSG: only damaged answers; an exception: 1 -EOPNOTSUPP, 2 -ENXIO,
 * 3 -EINVAL, 4 -EIO, 5 and 6 -EBUSY, others -EPROTO; -EINVAL: bad request;
 * -EOPNOTSUPP: a function whose reply has no known length; -EMSGSIZE: the
 * response does not fit; -EINTR: killed; -ENODEV: the device or its bus has gone.
 */
int modbus_exchange(struct modbus_device *mdev, struct modbus_request *request)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);
	unsigned int misses = 0;
	int ret;

	ret = modbus_request_check(request->req, request->req_len);
	if (ret)
		return ret;

	ret = modbus_try_hard(priv, request, &misses);
	if (modbus_unanswered(ret))
		modbus_look_after(priv, misses);
	return ret;
}
EXPORT_SYMBOL_GPL(modbus_exchange);

static int modbus_read(struct modbus_device *mdev, u8 function, u16 addr, u16 count,
		       __be16 *regs, ktime_t *stamp)
{
	u8 req[5] = { function }, rsp[2 + 2 * MODBUS_MAX_READ];
	struct modbus_request request = {
		.req = req,
		.req_len = sizeof(req),
		.rsp = rsp,
		.rsp_size = sizeof(rsp),
	};
	int ret;

	if (!count || count > MODBUS_MAX_READ)
		return -EINVAL;

	put_unaligned_be16(addr, req + 1);
	put_unaligned_be16(count, req + 3);
	ret = modbus_exchange(mdev, &request);
	if (ret)
		return ret;
	memcpy(regs, rsp + 2, 2 * count);
	if (stamp)
		*stamp = request.stamp;
	return 0;
}

/**
 * modbus_read_holding() - read holding registers (function 03)
 * @mdev: the device
 * @addr: address of the first
 * @count: how many, 1 to MODBUS_MAX_READ
 * @regs: where they go, as they come from the wire
 * @stamp: where the time of arrival goes, boot-time clock; or NULL
 *
 * Context: may sleep.
 * Return: as modbus_exchange().
 */
int modbus_read_holding(struct modbus_device *mdev, u16 addr, u16 count, __be16 *regs,
			ktime_t *stamp)
{
	return modbus_read(mdev, MODBUS_READ_HOLDING, addr, count, regs, stamp);
}
EXPORT_SYMBOL_GPL(modbus_read_holding);

/**
 * modbus_read_input() - read input registers (function 04)
 * @mdev: the device
 * @addr: address of the first
 * @count: how many, 1 to MODBUS_MAX_READ
 * @regs: where they go, as they come from the wire
 * @stamp: where the time of arrival goes, boot-time clock; or NULL
 *
 * Context: may sleep.
 * Return: as modbus_exchange().
 */
int modbus_read_input(struct modbus_device *mdev, u16 addr, u16 count, __be16 *regs,
		      ktime_t *stamp)
{
	return modbus_read(mdev, MODBUS_READ_INPUT, addr, count, regs, stamp);
}
EXPORT_SYMBOL_GPL(modbus_read_input);

/**
 * modbus_write_register() - write one register (function 06)
 * @mdev: the device
 * @addr: its address
 * @value: its new value
 *
 * Sent once, never repeated. The reply equals the request: read back where the
 * line may echo.
 *
 * Context: may sleep.
 * Return: as modbus_exchange().
 */
int modbus_write_register(struct modbus_device *mdev, u16 addr, u16 value)
{
	u8 req[5] = { MODBUS_WRITE_REGISTER }, rsp[5];
	struct modbus_request request = {
		.req = req,
		.req_len = sizeof(req),
		.rsp = rsp,
		.rsp_size = sizeof(rsp),
	};

	put_unaligned_be16(addr, req + 1);
	put_unaligned_be16(value, req + 3);
	return modbus_exchange(mdev, &request);
}
EXPORT_SYMBOL_GPL(modbus_write_register);

/**
 * modbus_write_registers() - write registers (function 16)
 * @mdev: the device
 * @addr: address of the first
 * @count: how many, 1 to MODBUS_MAX_WRITE
 * @regs: their new values, as they go to the wire
 *
 * Sent once, never repeated.
 *
 * Context: may sleep.
 * Return: as modbus_exchange().
 */
int modbus_write_registers(struct modbus_device *mdev, u16 addr, u16 count,
			   const __be16 *regs)
{
	u8 req[6 + 2 * MODBUS_MAX_WRITE] = { MODBUS_WRITE_REGISTERS }, rsp[5];
	struct modbus_request request = {
		.req = req,
		.req_len = 6 + 2 * count,
		.rsp = rsp,
		.rsp_size = sizeof(rsp),
	};

	if (!count || count > MODBUS_MAX_WRITE)
		return -EINVAL;

	put_unaligned_be16(addr, req + 1);
	put_unaligned_be16(count, req + 3);
	req[5] = 2 * count;
	memcpy(req + 6, regs, 2 * count);
	return modbus_exchange(mdev, &request);
}
EXPORT_SYMBOL_GPL(modbus_write_registers);

/**
 * modbus_broadcast() - send a request to all devices of a line
 * @ctrl: the controller
 * @req: request PDU
 * @req_len: its length, 1 to MODBUS_MAX_PDU
 *
 * Nobody answers. The line is kept free for the controller's "turnaround_ms"
 * after it. A device that answers all the same is not listened to.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -EINTR or -ENODEV.
 */
int modbus_broadcast(struct modbus_controller *ctrl, const u8 *req, size_t req_len)
{
	u8 tx[MODBUS_RTU_MAX_ADU];
	struct serial_xfer_msg msg = {
		.tx = tx,
		.line = ctrl->line,
		.turnaround_ms = READ_ONCE(ctrl->turnaround_ms),
	};
	int ret;

	if (!req_len || req_len > MODBUS_MAX_PDU)
		return -EINVAL;

	msg.tx_len = modbus_rtu_encode(tx, MODBUS_UNIT_BROADCAST, req, req_len);
	ret = serial_xfer_claim(&ctrl->raw);
	if (ret)
		return ret;
	ret = serial_xfer_exec(&ctrl->raw, &msg);
	serial_xfer_release(&ctrl->raw);
	return ret;
}
EXPORT_SYMBOL_GPL(modbus_broadcast);
