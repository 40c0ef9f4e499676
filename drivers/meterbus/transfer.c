// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read-outs and writes.
 *
 * A read-out is one telegram, or several as long as a telegram announces more. It is
 * one conversation: nobody else talks to that device meanwhile. A device with a
 * primary address lets others have the line between two telegrams; one that is
 * selected keeps it, since to select another one would end the conversation.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "internal.h"

/* Secondary address, EN 13757-7:2018, 8.3: any digit, any manufacturer, version, medium */
#define WILD_DIGIT		0xf
#define WILD_BYTE		0xff
#define WILD_MANUFACTURER	0xffff

static bool number_matches(u32 wanted, u32 number)
{
	for (; wanted; wanted >>= 4, number >>= 4)
		if ((wanted & 0xf) != WILD_DIGIT && (wanted ^ number) & 0xf)
			return false;
	return !number;
}

static bool byte_matches(u8 wanted, u8 byte)
{
	return wanted == WILD_BYTE || wanted == byte;
}

/* Did the device that was selected send this? A head without identity does not tell. */
static bool telegram_is_from(const struct meterbus_address *address,
			     const struct meterbus_telegram *telegram)
{
	u16 manufacturer = swab16(address->id >> 16);

	if (!address->secondary || !telegram->has_id)
		return true;
	if (!number_matches(address->id >> 32, telegram->id))
		return false;
	if (telegram->fixed)
		return true;
	return (manufacturer == WILD_MANUFACTURER || manufacturer == telegram->manufacturer) &&
	       byte_matches(address->id >> 8, telegram->version) &&
	       byte_matches(address->id, telegram->medium);
}

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

static bool transfer_is_last(const struct meterbus_device_priv *priv,
			     const struct meterbus_readout *readout)
{
	return readout->len[0] == priv->link.last_len &&
	       !memcmp(readout->frame[0], priv->link.last, readout->len[0]);
}

/*
 * The first telegram of a read-out. Each has an access number of its own; one that
 * equals that of the read-out before is a repetition by a device that has counted
 * otherwise, and the next one is not. Some devices do not number their telegrams.
 */
static int transfer_first(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	struct meterbus_link *link = &priv->link;
	int ret;

	ret = transfer_telegram(priv, readout);
	if (!ret && !link->steady && transfer_is_last(priv, readout)) {
		ret = transfer_telegram(priv, readout);
		link->steady = !ret && transfer_is_last(priv, readout);
	}
	if (ret)
		return ret;
	link->last_len = readout->len[0];
	memcpy(link->last, readout->frame[0], link->last_len);
	return 0;
}

/*
 * Takes the telegram that has come. Returns 1 if more follow, 0 if not, or an error.
 * Without counts a device cannot know that it is asked for the next one.
 */
static int transfer_take(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	unsigned int n = readout->nr_telegrams;
	struct meterbus_telegram telegram;
	const u8 *data;
	size_t len;
	int ret;

	data = meterbus_readout_telegram(readout, n, &len);
	ret = meterbus_telegram_parse(&telegram, data, len);
	if (ret == -EBADMSG)
		return ret;
	if (!telegram_is_from(&priv->address, &telegram)) {
		meterbus_link_reset(priv);
		return -EBADMSG;
	}
	if (n && readout->len[n] == readout->len[n - 1] &&
	    !memcmp(readout->frame[n], readout->frame[n - 1], readout->len[n]))
		return 0;
	readout->nr_telegrams++;
	return !ret && meterbus_telegram_more(&telegram);
}

/* The limit is reached: the device must begin anew next time. */
static int transfer_endless(struct meterbus_device_priv *priv)
{
	meterbus_link_lose(priv);
	return -EMSGSIZE;
}

static int transfer_step(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	int ret;

	if (readout->nr_telegrams == METERBUS_MAX_TELEGRAMS)
		return transfer_endless(priv);
	if (readout->nr_telegrams)
		ret = transfer_telegram(priv, readout);
	else
		ret = transfer_first(priv, readout);
	return ret ? ret : transfer_take(priv, readout);
}

/* Lets others have their turn. */
static int transfer_yield(struct meterbus_device_priv *priv)
{
	if (priv->address.secondary)
		return 0;
	serial_xfer_release(&priv->client);
	return serial_xfer_claim(&priv->client);
}

static int transfer_collect(struct meterbus_device_priv *priv, struct meterbus_readout *readout)
{
	int ret;

	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;
	while ((ret = transfer_step(priv, readout)) > 0) {
		ret = transfer_yield(priv);
		if (ret)
			return ret;
	}
	serial_xfer_release(&priv->client);
	return ret;
}

static int transfer_send(struct meterbus_device_priv *priv,
			 const struct meterbus_request *request)
{
	u8 rx[METERBUS_MAX_FRAME];
	struct serial_xfer_msg msg = { .rx = rx, .rx_size = sizeof(rx) };
	int ret;

	ret = serial_xfer_claim(&priv->client);
	if (ret)
		return ret;
	ret = meterbus_link_exchange(priv, request, &msg);
	serial_xfer_release(&priv->client);
	return ret;
}

static bool transfer_failed(int error)
{
	return error == -ETIMEDOUT || error == -EBADMSG || error == -ENOTUNIQ;
}

/* Is it only this request that the device does not answer? */
static void transfer_check_life(struct meterbus_device_priv *priv)
{
	int ret;

	if (!serial_xfer_life_is_online(&priv->life) || serial_xfer_claim(&priv->client))
		return;
	ret = meterbus_link_ask(priv);
	serial_xfer_release(&priv->client);
	if (transfer_failed(ret))
		serial_xfer_life_silent(&priv->life);
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

static int transfer_end(struct meterbus_device_priv *priv, int ret)
{
	if (transfer_failed(ret))
		transfer_check_life(priv);
	mutex_unlock(&priv->talk);
	return ret;
}

/**
 * meterbus_read() - read a device out
 * @mdev: the device
 * @readout: result
 *
 * A request is repeated, as often as the controller's attribute "retries" says, when
 * no undamaged reply comes.
 *
 * Context: may sleep; a fatal signal ends the wait.
 * Return: 0; -ETIMEDOUT: no answer, at once while the device is offline; -EBADMSG:
 * only damaged answers, or those of another device; -ENOTUNIQ: several devices answer
 * at once; -ENODATA: the device has nothing to say; -EMSGSIZE: its telegrams do not
 * end; -EINTR: killed; -ENODEV: the device or its bus has gone.
 */
int meterbus_read(struct meterbus_device *mdev, struct meterbus_readout *readout)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);
	int ret;

	readout->nr_telegrams = 0;
	ret = transfer_begin(priv);
	if (ret)
		return ret;
	return transfer_end(priv, transfer_collect(priv, readout));
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
	return transfer_end(priv, transfer_send(priv, &request));
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
	return transfer_end(priv, ret);
}
EXPORT_SYMBOL_GPL(meterbus_reset);
