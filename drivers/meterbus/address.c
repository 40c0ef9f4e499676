// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices whose address is changed.
 *
 * The driver reserves the new address, tells the device, uses the new address to see
 * that the device has followed, and commits. Then a work item unregisters the device
 * and registers it anew: the driver's own sysfs files, from which all this is
 * started, can neither unregister their device nor wait for it.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* One lost reply must not make an address look free. */
#define METERBUS_RESERVE_TRIES	2

/* Nobody may have the address, not even the device itself. */
static bool address_is_known(const struct meterbus_device_priv *priv,
			     const struct meterbus_address *address)
{
	return meterbus_device_find(priv->ctrl, address) || meterbus_device_clash(priv, address);
}

static int address_take(struct meterbus_device_priv *priv,
			const struct meterbus_address *address)
{
	struct meterbus_controller *ctrl = priv->ctrl;

	guard(mutex)(&ctrl->lock);
	if (priv->reserving)
		return -EBUSY;
	if (address_is_known(priv, address))
		return -EADDRINUSE;
	priv->wanted = *address;
	priv->reserving = true;
	return 0;
}

static int address_ask(struct meterbus_device_priv *priv, const struct meterbus_address *address,
		       size_t *heard)
{
	int ret;

	ret = mutex_lock_killable(&priv->talk);
	if (ret)
		return ret;
	ret = serial_xfer_claim(&priv->client);
	if (!ret) {
		ret = meterbus_link_probe(priv, address, heard);
		serial_xfer_release(&priv->client);
	}
	mutex_unlock(&priv->talk);
	return ret;
}

static int address_is_silent(struct meterbus_device_priv *priv,
			     const struct meterbus_address *address)
{
	size_t heard;
	int try, ret;

	for (try = 0; try < METERBUS_RESERVE_TRIES; try++) {
		heard = 0;
		ret = address_ask(priv, address, &heard);
		if (heard)
			return -EADDRINUSE;
		if (ret != -ETIMEDOUT)
			return ret;
	}
	return 0;
}

/**
 * meterbus_address_probe() - is an address free?
 * @mdev: the device whose speed is used
 * @address: the address, of either kind
 *
 * Nothing is sent if the kernel knows a device there. It is not reserved.
 *
 * Context: may sleep.
 * Return: 0 if it is; -EADDRINUSE if the address is taken or anything at all answers
 * there; -EINVAL; or an error of meterbus_read().
 */
int meterbus_address_probe(struct meterbus_device *mdev, const struct meterbus_address *address)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);

	if (!address->secondary && address->primary > METERBUS_ADDRESS_MAX)
		return -EINVAL;
	if (!serial_xfer_life_may_talk(&priv->life))
		return -ETIMEDOUT;
	scoped_guard(mutex, &priv->ctrl->lock)
		if (address_is_known(priv, address))
			return -EADDRINUSE;
	return address_is_silent(priv, address);
}
EXPORT_SYMBOL_GPL(meterbus_address_probe);

/**
 * meterbus_address_reserve() - reserve another address for a device
 * @mdev: the device
 * @address: the new address, of the same kind as the device's
 *
 * Nothing is sent if the kernel knows a device there. Otherwise the address is asked
 * at the device's speed: two devices at one address could never be told apart again.
 *
 * Context: may sleep.
 * Return: 0, and meterbus_address_commit() or meterbus_address_cancel() must follow;
 * -EADDRINUSE if the address is taken or anything at all answers there; -EBUSY if
 * the device has a reservation; -EINVAL; or an error of meterbus_read().
 */
int meterbus_address_reserve(struct meterbus_device *mdev,
			     const struct meterbus_address *address)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);
	int ret;

	if (address->secondary != priv->known.secondary ||
	    (!address->secondary && address->primary > METERBUS_ADDRESS_MAX))
		return -EINVAL;
	if (!serial_xfer_life_may_talk(&priv->life))
		return -ETIMEDOUT;
	ret = address_take(priv, address);
	if (ret)
		return ret;
	ret = address_is_silent(priv, address);
	if (ret)
		meterbus_address_cancel(mdev);
	return ret;
}
EXPORT_SYMBOL_GPL(meterbus_address_reserve);

/**
 * meterbus_address_use() - reach a device at another address
 * @mdev: the device
 * @address: its own address, the reserved one, or another one of the same kind
 *
 * A device that went offline is asked anew.
 *
 * Context: may sleep.
 */
void meterbus_address_use(struct meterbus_device *mdev, const struct meterbus_address *address)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);

	scoped_guard(mutex, &priv->talk) {
		priv->address = *address;
		priv->link.synced = false;
	}
	serial_xfer_life_revive(&priv->life);
}
EXPORT_SYMBOL_GPL(meterbus_address_use);

/**
 * meterbus_address_cancel() - the device keeps its address
 * @mdev: the device
 *
 * Context: may sleep.
 */
void meterbus_address_cancel(struct meterbus_device *mdev)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);

	meterbus_address_use(mdev, &priv->known);
	guard(mutex)(&priv->ctrl->lock);
	priv->reserving = false;
}
EXPORT_SYMBOL_GPL(meterbus_address_cancel);

/* The device has taken the address by which it is reached now. */
static int address_settle(struct meterbus_device_priv *priv)
{
	struct meterbus_address address = meterbus_device_address(&priv->mdev);

	guard(mutex)(&priv->ctrl->lock);
	priv->reserving = !meterbus_device_clash(priv, &address);
	if (!priv->reserving)
		return -EADDRINUSE;
	priv->wanted = address;
	return 0;
}

/**
 * meterbus_address_commit() - the device has taken another address
 * @mdev: the device, which is reached by that address now
 * @keep: what the driver finds in dev_get_platdata() of the new device, until its
 *	probe has succeeded
 * @len: length of @keep
 *
 * Soon after, the device is unregistered and registered anew, with the same firmware
 * node, speed and counters.
 *
 * Context: may sleep.
 * Return: 0; -EADDRINUSE if another device is known there, or -ENOMEM, in which cases
 * the device goes on as it is until its driver is bound anew. -EADDRINUSE ends the
 * reservation.
 */
int meterbus_address_commit(struct meterbus_device *mdev, const void *keep, size_t len)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);
	int ret;

	ret = address_settle(priv);
	if (ret)
		return ret;
	priv->keep = kmemdup(keep, len, GFP_KERNEL);
	if (!priv->keep)
		return -ENOMEM;
	priv->keep_len = len;
	if (dev_fwnode(&mdev->dev))
		dev_notice(&priv->ctrl->dev, "%pfwP: its address (reg) is out of date\n",
			   dev_fwnode(&mdev->dev));
	get_device(&mdev->dev);
	queue_work(priv->ctrl->wq, &priv->renumber);
	return 0;
}
EXPORT_SYMBOL_GPL(meterbus_address_commit);

static void address_renumber(struct meterbus_device_priv *priv)
{
	struct meterbus_controller *ctrl = priv->ctrl;
	struct meterbus_board_info info = {
		.address = priv->wanted,
		.line = meterbus_device_line(&priv->mdev),
		.fwnode = dev_fwnode(&priv->mdev.dev),
		.from_user = priv->from_user,
		.old = priv,
		.keep = priv->keep,
		.keep_len = priv->keep_len,
	};
	int ret;

	strscpy(info.name, priv->mdev.name, sizeof(info.name));
	meterbus_device_withdraw(priv);
	ret = meterbus_device_create(ctrl, &info, &priv->client.stats);
	meterbus_device_drop(priv);
	if (ret && ret != -ENODEV)
		dev_err(&ctrl->dev, "cannot register a device at its new address: %pe\n",
			ERR_PTR(ret));
}

/* False if somebody else has begun to unregister the device. */
static bool address_take_device(struct meterbus_device_priv *priv)
{
	guard(mutex)(&priv->ctrl->lock);
	if (priv->going)
		return false;
	priv->going = true;
	return true;
}

/**
 * meterbus_renumber_work() - register a device at its new address
 * @work: of a device that has committed to one; its reference is dropped
 *
 * Context: may sleep.
 */
void meterbus_renumber_work(struct work_struct *work)
{
	struct meterbus_device_priv *priv = container_of(work, struct meterbus_device_priv,
							 renumber);

	if (address_take_device(priv))
		address_renumber(priv);
	put_device(&priv->mdev.dev);
}
