// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read-outs and writes.
 *
 * A read-out is one telegram, or several as long as a telegram announces more. It is
 * one conversation: nobody else talks to that device meanwhile. A device with a
 * primary address lets others have the line between two telegrams; one that is
 * selected keeps it, since to select another one would end the conversation. Where
 * userspace gets in between and talks with the same device, the read-out begins anew.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "internal.h"

/* "The M-Bus: A Documentation", rev. 4.8, 6.6: report of an application error, and a code */
#define TRANSFER_CI_ERROR	0x70
#define TRANSFER_ERROR_BUSY	8

/**
 * meterbus_readout_telegram() - one telegram of a read-out
 * @readout: the read-out
 * @n: which of its telegrams, from 0
 * @len: result: its length
 *
 * Return: the telegram from its CI field on, as meterbus_telegram_parse() takes it; it
 * lives as long as @readout.
 */
const u8 *meterbus_readout_telegram(const struct meterbus_readout *readout, unsigned int n,
				    size_t *len)
{
	return meterbus_frame_data(readout->frame[n], readout->len[n], len);
}
EXPORT_SYMBOL_GPL(meterbus_readout_telegram);

/**
 * meterbus_readout_address() - who has sent a read-out
 * @readout: the read-out, of at least one telegram
 *
 * Return: the A field of the first telegram: the device's primary address, also when it
 * was read by its secondary address.
 */
u8 meterbus_readout_address(const struct meterbus_readout *readout)
{
	return meterbus_frame_address(readout->frame[0]);
}
EXPORT_SYMBOL_GPL(meterbus_readout_address);

/* Asks for one telegram; the port is claimed. */
static int transfer_telegram(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	static const struct meterbus_request request = { .read = true };
	unsigned int n = readout->nr_telegrams;
	struct serial_xfer_msg msg = {
		.rx = readout->frame[n],
		.rx_size = sizeof(readout->frame[n]),
	};
	int ret;

	ret = meterbus_link_exchange(priv, &request, &msg);
	if (ret)
		return ret;
	readout->len[n] = msg.rx_len;
	readout->stamp = msg.stamp;
	return 0;
}

/*
 * Does the telegram that has come announce another one? Returns 1, 0, or an error if it
 * cannot be read, and so does not tell.
 */
static int transfer_more(const struct meterbus_readout *readout)
{
	struct meterbus_telegram telegram;
	const u8 *data;
	size_t len;

	data = meterbus_readout_telegram(readout, readout->nr_telegrams, &len);
	return meterbus_telegram_parse(&telegram, data, len) ?: meterbus_telegram_more(&telegram);
}

/*
 * The first telegram of a read-out. Each has an access number of its own: one that
 * equals the last of the read-out before is a repetition by a device that has counted
 * otherwise, and the next one is not. If that is the same again, a reset tells whether
 * it is the end of a read-out that must be begun anew, or the device does not number
 * its telegrams. One that counts, but was taken for plain since it was busy once, repeats
 * its last telegram as long as it is asked with the same count. The first of several
 * telegrams, after a reset or a selection, is no repetition: what would come next is the
 * second.
 */
static int transfer_first(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	struct meterbus_link *link = &priv->link;
	bool is_new;
	int ret;

	if (link->midway || link->late)
		meterbus_link_lose(priv);
	is_new = !meterbus_link_is_ready(priv);
	ret = transfer_telegram(priv, readout);
	if (ret || !link->again || link->steady || (is_new && transfer_more(readout) > 0))
		return ret;
	ret = transfer_telegram(priv, readout);
	if (ret || !link->again)
		return ret;
	meterbus_link_lose(priv);
	link->plain = false;
	ret = transfer_telegram(priv, readout);
	link->steady = !ret && link->again;
	return ret;
}

/* The device has answered, but not with what it was asked for. */
static int transfer_refused(struct meterbus_device_priv *priv, const u8 *data, size_t len)
{
	serial_xfer_count(&priv->client, SERIAL_XFER_REFUSALS);
	return len > 1 && data[1] == TRANSFER_ERROR_BUSY ? -EBUSY : -EIO;
}

/*
 * Does the telegram that has come follow those before? A device that is asked without
 * counts cannot know that the next one is wanted, and repeats the last; perhaps it does
 * count, and was taken for plain since it was busy once.
 */
static bool transfer_follows(struct meterbus_device_priv *priv,
			     const struct meterbus_readout *readout)
{
	unsigned int n = readout->nr_telegrams;

	if (!n)
		return true;
	if (priv->link.plain && priv->link.again) {
		priv->link.plain = false;
		return false;
	}
	return meterbus_frame_address(readout->frame[n]) == meterbus_readout_address(readout);
}

/*
 * Takes the telegram that has come. Returns 1 if more follow, 0 if not, or an error.
 * After a report of an error, and of what cannot be read, it is not known whether that
 * was the end.
 */
static int transfer_take(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	struct meterbus_link *link = &priv->link;
	const u8 *data;
	size_t len;
	int more;

	data = meterbus_readout_telegram(readout, readout->nr_telegrams, &len);
	if (data[0] == TRANSFER_CI_ERROR)
		return transfer_refused(priv, data, len);
	more = transfer_more(readout);
	link->midway |= more;
	if (more == -EBADMSG || !transfer_follows(priv, readout))
		return -EBADMSG;
	link->midway = more;
	readout->nr_telegrams++;
	return more > 0;
}

/* What is left midway, here or by an error, is begun anew next time. */
static int transfer_step(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	int ret;

	if (readout->nr_telegrams == METERBUS_MAX_TELEGRAMS)
		return -EMSGSIZE;
	if (readout->nr_telegrams)
		ret = transfer_telegram(priv, readout);
	else
		ret = transfer_first(priv, readout);
	return ret ? ret : transfer_take(priv, readout);
}

/*
 * Lets others have their turn, unless the read-out is to be @alone on the line. If one
 * of them has talked with the device it is begun anew, and then alone.
 */
static int transfer_yield(struct meterbus_device_priv *priv, struct meterbus_readout *readout,
			  bool *alone)
{
	int ret;

	if (*alone)
		return 0;
	serial_xfer_release(&priv->client);
	ret = serial_xfer_claim(&priv->client);
	if (!ret && !meterbus_link_is_ready(priv)) {
		readout->nr_telegrams = 0;
		*alone = true;
	}
	return ret;
}

static int transfer_collect(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	bool alone = priv->address.secondary;
	int ret;

	readout->nr_telegrams = 0;
	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;
	while ((ret = transfer_step(priv, readout)) > 0) {
		ret = transfer_yield(priv, readout, &alone);
		if (ret)
			return ret;
	}
	serial_xfer_release(&priv->client);
	return ret;
}

/* Hears a telegram of a device that is to be written to, unless that is superfluous. */
static int transfer_make_sure(struct meterbus_device_priv *priv)
{
	struct meterbus_readout *readout;
	int ret;

	if (meterbus_link_is_sure(priv))
		return 0;
	readout = kmalloc(sizeof(*readout), GFP_KERNEL);
	if (!readout)
		return -ENOMEM;
	readout->nr_telegrams = 0;
	ret = transfer_step(priv, readout);
	kfree(readout);
	return ret == -ENODATA || meterbus_link_is_sure(priv) ? 0 : min(ret, 0);
}

/* Writes; the port is claimed. */
static int transfer_write(struct meterbus_device_priv *priv,
			  const struct meterbus_request *request)
{
	u8 rx[METERBUS_MAX_FRAME];
	struct serial_xfer_msg msg = { .rx = rx, .rx_size = sizeof(rx) };
	int ret;

	ret = transfer_make_sure(priv);
	if (ret)
		return ret;
	ret = meterbus_link_wait_late(priv->ctrl);
	if (ret)
		return ret;
	return meterbus_link_exchange(priv, request, &msg);
}

static int transfer_send(struct meterbus_device_priv *priv,
			 const struct meterbus_request *request)
{
	int ret;

	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;
	ret = transfer_write(priv, request);
	serial_xfer_release(&priv->client);
	return ret;
}

static bool transfer_failed(int error)
{
	return error == -ETIMEDOUT || error == -EBADMSG || error == -ENOTUNIQ;
}

static int transfer_ask(struct meterbus_device_priv *priv)
{
	int ret;

	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;
	ret = meterbus_link_ask(priv);
	serial_xfer_release(&priv->client);
	return ret;
}

/*
 * A request has failed. Is the device there? It is away if it answers nothing that
 * brings its link in step, as often in a row as a request is tried. If it does, it may
 * have been replaced by one that counts otherwise.
 */
static bool transfer_find(struct meterbus_device_priv *priv)
{
	unsigned int left = READ_ONCE(priv->ctrl->retries) + 1;
	int ret;

	for (; left; left--) {
		if (READ_ONCE(priv->life.leaving) || !serial_xfer_life_is_online(&priv->life))
			return false;
		ret = transfer_ask(priv);
		if (!ret)
			priv->link.counts = false;
		if (!transfer_failed(ret))
			return !ret;
	}
	serial_xfer_life_silent(&priv->life);
	return false;
}

static int transfer_begin(struct meterbus_device_priv *priv)
{
	int ret;

	if (READ_ONCE(priv->life.leaving))
		return -ENODEV;
	ret = mutex_lock_killable(&priv->talk);
	if (ret)
		return ret;
	if (serial_xfer_life_may_talk(&priv->life))
		return 0;
	mutex_unlock(&priv->talk);
	return -ETIMEDOUT;
}

/**
 * meterbus_read() - read a device out
 * @mdev: the device
 * @readout: result
 *
 * A request is repeated, as often as the controller's attribute "retries" says, when
 * no undamaged reply comes. A device that does not answer then, but does answer a reset
 * or a selection, may have lost count: it is read out once more.
 *
 * A reply is the device's own: its A field is the device's primary address, or the
 * identity in it matches the secondary one. What comes too late for an earlier request
 * is not taken for the reply.
 *
 * Context: may sleep; a fatal signal ends the wait.
 * Return: 0; -ETIMEDOUT: no answer, at once while the device is offline; -EBADMSG:
 * only damaged answers, or telegrams that do not follow each other; -ENOTUNIQ: several
 * devices answer at once; -ENODATA: the device has nothing to say; -EBUSY: it is busy, by
 * what it says; -EIO: it reports another error; -EMSGSIZE: its telegrams do not end;
 * -EINTR: killed; -ENODEV: the device or its bus has gone.
 */
int meterbus_read(struct meterbus_device *mdev, struct meterbus_readout *readout)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);
	int ret;

	ret = transfer_begin(priv);
	if (ret)
		return ret;
	ret = transfer_collect(priv, readout);
	if (transfer_failed(ret) && transfer_find(priv))
		ret = transfer_collect(priv, readout);
	mutex_unlock(&priv->talk);
	return ret;
}
EXPORT_SYMBOL_GPL(meterbus_read);

/**
 * meterbus_write() - send data to a device (SND_UD)
 * @mdev: the device
 * @ci: CI field
 * @data: what follows it; may be NULL if @len is 0
 * @len: length of @data
 *
 * The device acknowledges that it has received the data, not that it has accepted
 * them. A repetition has the same frame count bit, so that the device does not take
 * it for another request, unless it knows no counts.
 *
 * Before the data a telegram is asked for, unless one has come since the device was
 * selected and since a request to it failed; and if any request on the line has been
 * given up within the last second, the rest of that is waited for. So neither a late
 * acknowledgment is taken for this one, nor does another device get the data.
 *
 * Context: may sleep; a fatal signal ends the wait.
 * Return: 0; -EINVAL: too long; or an error as meterbus_read() returns it.
 */
int meterbus_write(struct meterbus_device *mdev, u8 ci, const u8 *data, size_t len)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);
	struct meterbus_request request = { .ci = ci, .data = data, .len = len };
	int ret;

	if (len > METERBUS_MAX_DATA)
		return -EINVAL;
	ret = transfer_begin(priv);
	if (ret)
		return ret;
	ret = transfer_send(priv, &request);
	if (transfer_failed(ret))
		transfer_find(priv);
	mutex_unlock(&priv->talk);
	return ret;
}
EXPORT_SYMBOL_GPL(meterbus_write);

/**
 * meterbus_reset() - reset a device's data link layer (SND_NKE)
 * @mdev: the device
 *
 * Context: may sleep; a fatal signal ends the wait.
 * Return: 0 or an error as meterbus_read() returns it.
 */
int meterbus_reset(struct meterbus_device *mdev)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);
	int ret;

	ret = transfer_begin(priv);
	if (ret)
		return ret;
	ret = serial_xfer_claim(&priv->client);
	if (!ret) {
		ret = meterbus_link_reset(priv);
		serial_xfer_release(&priv->client);
	}
	if (transfer_failed(ret))
		transfer_find(priv);
	mutex_unlock(&priv->talk);
	return ret;
}
EXPORT_SYMBOL_GPL(meterbus_reset);
