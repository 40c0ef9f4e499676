// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data link layer (EN 13757-2:2018, chapter 5, and selection by secondary
 * address, EN 13757-7:2018, 8.3).
 *
 * A request that a device must not take twice has a frame count bit, which changes
 * from one request to the next. A request whose reply is lost is repeated with the
 * same bit, and the device repeats its reply. After SND_NKE, or after it has been
 * selected, a device expects the bit set. So each device has a link: it is in step
 * (synced), or it must be reset (primary address) or selected (secondary address)
 * before the next request. What a device has made of a request that was given up is
 * not known, so that puts the link out of step, and so do requests of userspace. On a
 * clean line nothing else does: there is one reset, or one selection, in the life of a
 * link.
 *
 * At one speed the line has one device selected at most; selecting another one
 * deselects it. A selection that was not answered may have reached the device that was
 * meant, and deselected the one before: nobody is known to be selected then.
 *
 * Some meters, by their manuals, know only requests whose bit is clear. One that
 * answers a reset or a selection but no request with a count is asked that way, and
 * if it answers so, from then on. The other way round likewise: it may be another
 * meter by now.
 *
 * Replies that come too late. The engine waits for the line to be silent before a
 * request, for 16 characters and 20 ms after one that failed: that covers the rest of
 * a frame, but no meter, or adapter, that takes its time. What comes later is known by
 * its contents or by the order in which a device answers:
 *
 *   - user data while an acknowledgment is awaited answer an earlier request. A link
 *     that is out of step begins with a request that is acknowledged, and when that has
 *     happened no user data of before will come any more;
 *   - a request that was repeated may be answered twice. Within a read-out the second
 *     answer equals the first, and is dropped while the next telegram is awaited. A
 *     meter that knows no counts would answer anew, and be one answer behind from then
 *     on: so the next read-out begins with a reset or a selection;
 *   - user data of others have another A field, or in the place of a device that was
 *     selected another identity;
 *   - an acknowledgment does not say who sends it, or why. In the place of user data it
 *     is dropped. In the place of another acknowledgment it would be taken for that. For
 *     a reset or a selection this does no harm, since the replies to what follows are
 *     looked at; only where it is to show that no user data of before will come, it
 *     must not be another device's, which is waited for. But a write must not seem to
 *     be acknowledged, or reach a meter that is still selected: so it is sent only to a
 *     device that is sure, that is which has sent user data since it was selected and
 *     since any request to it failed; and only when no request to anybody has failed
 *     for LINK_LATE_MS.
 *
 * All functions are called with the device's talk lock held and the port claimed,
 * unless they say otherwise. The latter is enough to take note of what userspace does.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/math.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/unaligned.h>

#include "internal.h"

/* EN 13757-2:2018, 5.7.3.1 */
#define LINK_RESPONSE_BITS	330

/* EN 13757-3:2018, Table 2: selection of a device */
#define LINK_CI_SELECT		0x52
#define LINK_SELECT_LEN		8

/* No meter, and no adapter, answers that long after the time limit. */
#define LINK_LATE_MS		1000

static_assert(METERBUS_MAX_L + METERBUS_LONG_OVERHEAD == METERBUS_MAX_FRAME);

static u8 link_a_field(const struct meterbus_device_priv *priv)
{
	return priv->address.secondary ? METERBUS_A_SELECTED : priv->address.primary;
}

static bool link_unanswered(int error)
{
	return error == -ETIMEDOUT || error == -EBADMSG || error == -ENOTUNIQ ||
	       error == -ENODATA;
}

/* What a reply that could not be read says all the same. */
static int link_explain(const struct meterbus_expect *expect, const struct serial_xfer_msg *msg)
{
	if (expect->data && msg->heard == 1 && !msg->flawed && msg->rx[0] == METERBUS_ACK)
		return -ENODATA;
	if (meterbus_frame_collided(expect, msg->rx, msg->rx_len))
		return -ENOTUNIQ;
	return -EBADMSG;
}

static void link_note_data(struct meterbus_link *link, const struct serial_xfer_msg *msg)
{
	link->again = msg->rx_len == link->last_len && !memcmp(msg->rx, link->last, msg->rx_len);
	link->last_len = msg->rx_len;
	memcpy(link->last, msg->rx, msg->rx_len);
	link->sure = true;
}

static void link_note_failure(struct meterbus_device_priv *priv, bool data)
{
	struct meterbus_controller *ctrl = priv->ctrl;
	ktime_t now = ktime_get();

	priv->link.late |= data;
	priv->link.sure = false;
	ctrl->late_until = ktime_add_ms(now, LINK_LATE_MS);
	if (data)
		return;
	if (ctrl->late_ack != priv && ktime_before(now, ctrl->late_ack_until))
		ctrl->late_ack = NULL;
	else
		ctrl->late_ack = priv;
	ctrl->late_ack_until = ctrl->late_until;
}

/**
 * meterbus_link_timeout_ms() - how long a device may take to answer
 * @ctrl: the controller
 * @speed: at that speed
 *
 * Return: time limit in milliseconds.
 */
unsigned int meterbus_link_timeout_ms(const struct meterbus_controller *ctrl,
				      unsigned int speed)
{
	return READ_ONCE(ctrl->response_timeout_ms) +
	       DIV_ROUND_UP(LINK_RESPONSE_BITS * MSEC_PER_SEC, speed);
}

/**
 * meterbus_link_transact() - one exchange, with whomever
 * @ctrl: the controller
 * @client: who has claimed the port
 * @expect: what the reply must look like
 * @msg: the request, room for the reply, and the result
 *
 * A lone byte has no check, so an acknowledgment among other bytes is not believed.
 *
 * Return: 0; -ETIMEDOUT; -EBADMSG: damaged; -ENOTUNIQ: a collision; -ENODATA: an
 * acknowledgment in the place of data; or an error of serial_xfer_exec().
 */
int meterbus_link_transact(const struct meterbus_controller *ctrl,
			   struct serial_xfer_client *client,
			   const struct meterbus_expect *expect, struct serial_xfer_msg *msg)
{
	int ret;

	msg->parse = meterbus_frame_parse;
	msg->context = expect;
	/* What comes late may still be coming while a byte of it is taken for the reply. */
	msg->gapless = !ktime_before(ktime_get(), ctrl->late_until);

	ret = serial_xfer_exec(client, msg);
	if (!ret && msg->rx_len == 1 && msg->heard != 1)
		return -EBADMSG;
	return ret == -EBADMSG ? link_explain(expect, msg) : ret;
}

static int link_exec(struct meterbus_device_priv *priv, struct meterbus_expect *expect,
		     struct serial_xfer_msg *msg)
{
	int ret;

	msg->line = meterbus_device_line(&priv->mdev);
	msg->timeout_ms = meterbus_link_timeout_ms(priv->ctrl, msg->line.speed);
	ret = meterbus_link_transact(priv->ctrl, &priv->client, expect, msg);
	if (!ret || ret == -ENODATA)
		serial_xfer_life_heard(&priv->life);
	if (ret)
		link_note_failure(priv, expect->data);
	else if (expect->data)
		link_note_data(&priv->link, msg);
	return ret;
}

/* Sends what is acknowledged and has no count. */
static int link_send(struct meterbus_device_priv *priv, u8 a, const u8 *tx, size_t len,
		     size_t *heard)
{
	struct meterbus_expect expect = { .address = a };
	u8 rx[METERBUS_MAX_FRAME];
	struct serial_xfer_msg msg = {
		.tx = tx,
		.tx_len = len,
		.rx = rx,
		.rx_size = sizeof(rx),
	};
	int ret = link_exec(priv, &expect, &msg);

	if (heard)
		*heard = msg.heard;
	return ret;
}

static void link_in_step(struct meterbus_device_priv *priv)
{
	priv->link.synced = true;
	priv->link.fcb = true;
	priv->link.midway = false;
	priv->link.late = false;
	if (!priv->address.secondary)
		__clear_bit(priv->address.primary, priv->ctrl->strange);
}

static int link_nke(struct meterbus_device_priv *priv, u8 a, size_t *heard)
{
	u8 tx[METERBUS_SHORT_LEN];
	size_t len = meterbus_frame_short(tx, METERBUS_C_SND_NKE, a);

	return link_send(priv, a, tx, len, heard);
}

/**
 * meterbus_link_build_select() - build a selection
 * @frame: where it goes
 * @id: secondary address, as in struct meterbus_address
 *
 * Return: the frame's length.
 */
size_t meterbus_link_build_select(u8 *frame, u64 id)
{
	u8 data[LINK_SELECT_LEN];

	/* The identification number goes with its last digits first, the rest as written. */
	put_unaligned_le32(id >> 32, data);
	put_unaligned_be32(id, data + 4);
	return meterbus_frame_long(frame, METERBUS_C_SND_UD, METERBUS_A_SELECTED,
				   LINK_CI_SELECT, data, sizeof(data));
}

static int link_select(struct meterbus_device_priv *priv, u64 id, size_t *heard)
{
	u8 tx[METERBUS_MAX_FRAME];
	size_t len = meterbus_link_build_select(tx, id);

	priv->ctrl->selected = NULL;
	return link_send(priv, METERBUS_A_SELECTED, tx, len, heard);
}

/**
 * meterbus_link_probe() - is there a device at an address?
 * @priv: the device whose speed is used
 * @address: the address
 * @heard: result: bytes received, damaged ones as well
 *
 * Return: 0 if there is, or an error.
 */
int meterbus_link_probe(struct meterbus_device_priv *priv,
			const struct meterbus_address *address, size_t *heard)
{
	if (address->secondary)
		return link_select(priv, address->id, heard);
	/* Whoever is there may be the one that is selected: it counts anew. */
	if (priv->address.secondary || address->primary != priv->address.primary)
		priv->ctrl->selected = NULL;
	return link_nke(priv, address->primary, heard);
}

/**
 * meterbus_link_ask() - bring a link in step: select a device, or reset it
 * @priv: the device
 *
 * Sends one frame, which tells whether the device is there.
 *
 * Return: 0 or an error.
 */
int meterbus_link_ask(struct meterbus_device_priv *priv)
{
	const struct meterbus_controller *ctrl = priv->ctrl;
	int ret;

	/* If user data may come too late, the acknowledgment must be the device's own. */
	if (priv->link.late && ctrl->late_ack != priv) {
		ret = serial_xfer_sleep_until(ctrl->late_ack_until);
		if (ret)
			return ret;
	}
	ret = meterbus_link_probe(priv, &priv->address, NULL);
	if (ret)
		return ret;
	link_in_step(priv);
	if (priv->address.secondary) {
		priv->ctrl->selected = priv;
		priv->link.sure = false;
	}
	return 0;
}

/**
 * meterbus_link_lose() - a link is out of step
 * @priv: the device
 */
void meterbus_link_lose(struct meterbus_device_priv *priv)
{
	priv->link.synced = false;
	if (priv->ctrl->selected == priv)
		priv->ctrl->selected = NULL;
}

/**
 * meterbus_link_reset() - reset a device's data link layer; deselects all
 * @priv: the device
 *
 * Return: 0 or an error.
 */
int meterbus_link_reset(struct meterbus_device_priv *priv)
{
	int ret = link_nke(priv, link_a_field(priv), NULL);

	meterbus_link_lose(priv);
	if (priv->address.secondary)
		priv->ctrl->selected = NULL;
	else if (!ret)
		link_in_step(priv);
	return ret;
}

/**
 * meterbus_link_forget() - a device is going
 * @priv: the device; nothing is held
 *
 * If it is selected, it is deselected, so that it does not answer in the place of
 * others.
 */
void meterbus_link_forget(struct meterbus_device_priv *priv)
{
	if (!priv->address.secondary || serial_xfer_claim(&priv->client))
		return;
	if (priv->ctrl->selected == priv)
		meterbus_link_reset(priv);
	serial_xfer_release(&priv->client);
}

/**
 * meterbus_link_disturb() - somebody else has talked with devices
 * @ctrl: the controller; its port is claimed
 * @a: A field of the requests; by another one than a primary address anybody may have
 *	been reached
 *
 * Whoever is reached may have counted on.
 *
 * Context: any; no device's talk lock is needed.
 */
void meterbus_link_disturb(struct meterbus_controller *ctrl, u8 a)
{
	if (a <= METERBUS_ADDRESS_MAX)
		__set_bit(a, ctrl->strange);
	else
		bitmap_fill(ctrl->strange, METERBUS_ADDRESS_MAX + 1);
}

/* Of a device with a secondary address it is not known whether @a is its own. */
static void link_expect_data(struct meterbus_controller *ctrl, u8 a)
{
	struct meterbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	list_for_each_entry(priv, &ctrl->devices, node)
		if (a > METERBUS_ADDRESS_MAX || priv->known.secondary ||
		    priv->known.primary == a)
			priv->link.late = true;
}

/**
 * meterbus_link_expect_late() - a request of somebody else has failed
 * @ctrl: the controller; its port is claimed
 * @a: its A field
 * @data: it was to be answered by user data, not acknowledged
 *
 * What answers it may still come, and be taken for an answer to a device's request.
 *
 * Context: may sleep; no device's talk lock is needed.
 */
void meterbus_link_expect_late(struct meterbus_controller *ctrl, u8 a, bool data)
{
	ctrl->late_until = ktime_add_ms(ktime_get(), LINK_LATE_MS);
	if (data) {
		link_expect_data(ctrl, a);
		return;
	}
	ctrl->late_ack = NULL;
	ctrl->late_ack_until = ctrl->late_until;
}

/**
 * meterbus_link_is_ready() - is a link in step?
 * @priv: the device
 *
 * Return: true if the next request needs no reset or selection before it.
 */
bool meterbus_link_is_ready(const struct meterbus_device_priv *priv)
{
	if (priv->address.secondary)
		return priv->link.synced && priv->ctrl->selected == priv;
	return priv->link.synced && !test_bit(priv->address.primary, priv->ctrl->strange);
}

/**
 * meterbus_link_is_sure() - may a device be written to?
 * @priv: the device
 *
 * Return: true if it is reached, and no late acknowledgment of its own can come.
 */
bool meterbus_link_is_sure(const struct meterbus_device_priv *priv)
{
	return meterbus_link_is_ready(priv) && priv->link.sure;
}

/**
 * meterbus_link_wait_late() - wait until no late acknowledgment of others can come
 * @ctrl: the controller
 *
 * Return: 0, or -EINTR if the caller was killed.
 */
int meterbus_link_wait_late(const struct meterbus_controller *ctrl)
{
	return serial_xfer_sleep_until(ctrl->late_until);
}

static size_t link_build(const struct meterbus_device_priv *priv,
			 const struct meterbus_request *request, u8 *tx)
{
	u8 c = request->read ? METERBUS_C_REQ_UD2 : METERBUS_C_SND_UD;
	u8 a = link_a_field(priv);

	if (priv->link.fcb && !priv->link.plain)
		c |= METERBUS_C_FCB;
	if (request->read)
		return meterbus_frame_short(tx, c, a);
	return meterbus_frame_long(tx, c, a, request->ci, request->data, request->len);
}

/* Sends what has a count. */
static int link_request(struct meterbus_device_priv *priv,
			const struct meterbus_request *request, struct serial_xfer_msg *msg)
{
	const struct meterbus_link *link = &priv->link;
	u8 tx[METERBUS_MAX_FRAME];
	struct meterbus_expect expect = {
		.address = link_a_field(priv),
		.data = request->read,
		.secondary = priv->address.secondary,
		.id = priv->address.id,
		.old = link->late ? link->last : NULL,
		.old_len = link->last_len,
	};

	msg->tx = tx;
	msg->tx_len = link_build(priv, request, tx);
	return link_exec(priv, &expect, msg);
}

static int link_try(struct meterbus_device_priv *priv, const struct meterbus_request *request,
		    struct serial_xfer_msg *msg)
{
	int ret;

	if (!meterbus_link_is_ready(priv)) {
		ret = meterbus_link_ask(priv);
		if (ret)
			return ret;
	}
	return link_request(priv, request, msg);
}

static int link_try_hard(struct meterbus_device_priv *priv,
			 const struct meterbus_request *request, struct serial_xfer_msg *msg)
{
	unsigned int left = READ_ONCE(priv->ctrl->retries);
	int ret;

	for (;;) {
		if (READ_ONCE(priv->life.leaving))
			return -ENODEV;
		ret = link_try(priv, request, msg);
		if (!link_unanswered(ret) || !left-- || serial_xfer_life_first_try(&priv->life))
			return ret;
		serial_xfer_count(&priv->client, SERIAL_XFER_RETRIES);
	}
}

/*
 * The device is there, but does not answer. Does it know only frames whose count bit is
 * clear, or has one that did been replaced?
 */
static int link_try_other(struct meterbus_device_priv *priv,
			  const struct meterbus_request *request, struct serial_xfer_msg *msg)
{
	struct meterbus_link *link = &priv->link;
	int ret;

	meterbus_link_lose(priv);
	link->plain = !link->plain;
	ret = link_try(priv, request, msg);
	if (ret)
		link->plain = !link->plain;
	return ret;
}

/**
 * meterbus_link_exchange() - send a request to a device and wait for its reply
 * @priv: the device
 * @request: the request
 * @msg: room for the reply, and the result
 *
 * A failure puts the link out of step.
 *
 * Return: 0; -ETIMEDOUT: no answer; -EBADMSG: only damaged answers; -ENOTUNIQ:
 * several devices answer at once; -ENODATA: the device has nothing to say; or an
 * error of serial_xfer_exec().
 */
int meterbus_link_exchange(struct meterbus_device_priv *priv,
			   const struct meterbus_request *request, struct serial_xfer_msg *msg)
{
	struct meterbus_link *link = &priv->link;
	/* If it counts after all, it takes for a repetition what comes before or after. */
	bool apart = link->plain && !request->read;
	int ret;

	if (apart)
		meterbus_link_lose(priv);
	ret = link_try_hard(priv, request, msg);
	if (ret == -ETIMEDOUT && request->read && meterbus_link_is_ready(priv) && !link->counts)
		ret = link_try_other(priv, request, msg);
	if (ret || apart)
		meterbus_link_lose(priv);
	if (ret)
		return ret;
	if (link->fcb && !link->plain)
		link->counts = true;
	link->fcb = !link->fcb;
	return 0;
}
