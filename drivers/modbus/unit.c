// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices whose unit address is changed.
 *
 * The driver reserves the new address, tells the device, uses the new address to
 * see that the device has followed, and commits. Then a work item unregisters the
 * device and registers it anew: the driver's own sysfs files, from which all this
 * is started, can neither unregister their device nor wait for it.
 */
#include <linux/export.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "internal.h"

/* One lost reply must not make an address look free. */
#define MODBUS_RESERVE_TRIES	2

static int unit_take(struct modbus_device_priv *priv, u8 unit)
{
	struct modbus_controller *ctrl = priv->ctrl;

	guard(mutex)(&ctrl->lock);
	if (priv->new_unit)
		return -EBUSY;
	if (test_bit(unit, ctrl->taken))
		return -EADDRINUSE;
	__set_bit(unit, ctrl->taken);
	priv->new_unit = unit;
	return 0;
}

static int unit_is_silent(struct modbus_device_priv *priv, u8 unit)
{
	size_t heard;
	int try, ret;

	for (try = 0; try < MODBUS_RESERVE_TRIES; try++) {
		heard = 0;
		ret = modbus_identify(priv, unit, &heard);
		if (heard)
			return -EADDRINUSE;
		if (ret != -ETIMEDOUT)
			return ret;
	}
	return 0;
}

/**
 * modbus_unit_reserve() - reserve another address for a device
 * @mdev: the device
 * @unit: the new address
 *
 * Nothing is sent if the kernel knows a device there. Otherwise the address is
 * asked with the device's line settings: two devices at one address could never
 * be told apart again.
 *
 * Context: may sleep.
 * Return: 0, and modbus_unit_commit() or modbus_unit_cancel() must follow;
 * -EADDRINUSE if the address is taken or anything at all answers there; -EBUSY if
 * the device has a reservation; -EINVAL; or an error of modbus_exchange().
 */
int modbus_unit_reserve(struct modbus_device *mdev, u8 unit)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);
	int ret;

	if (unit < MODBUS_UNIT_MIN || unit > MODBUS_UNIT_MAX)
		return -EINVAL;
	if (!serial_xfer_life_may_talk(&priv->life))
		return -ETIMEDOUT;
	ret = unit_take(priv, unit);
	if (ret)
		return ret;
	ret = unit_is_silent(priv, unit);
	if (ret)
		modbus_unit_cancel(mdev);
	return ret;
}
EXPORT_SYMBOL_GPL(modbus_unit_reserve);

/**
 * modbus_unit_use() - reach a device at another address
 * @mdev: the device
 * @unit: its own address or the reserved one
 *
 * A device that went offline is asked anew.
 *
 * Context: process.
 */
void modbus_unit_use(struct modbus_device *mdev, u8 unit)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);

	WRITE_ONCE(priv->unit, unit);
	serial_xfer_life_revive(&priv->life);
}
EXPORT_SYMBOL_GPL(modbus_unit_use);

/**
 * modbus_unit_cancel() - the device keeps its address
 * @mdev: the device
 *
 * Context: may sleep.
 */
void modbus_unit_cancel(struct modbus_device *mdev)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);

	modbus_unit_use(mdev, priv->old_unit);
	guard(mutex)(&priv->ctrl->lock);
	__clear_bit(priv->new_unit, priv->ctrl->taken);
	priv->new_unit = 0;
}
EXPORT_SYMBOL_GPL(modbus_unit_cancel);

/**
 * modbus_unit_commit() - the device has taken the reserved address
 * @mdev: the device
 * @keep: what the driver finds in dev_get_platdata() of the new device, until its
 *	probe has succeeded
 * @len: length of @keep
 *
 * Soon after, the device is unregistered and registered anew, with the same
 * firmware node, line settings and counters.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, in which case the device goes on as it is until its driver
 * is bound anew.
 */
int modbus_unit_commit(struct modbus_device *mdev, const void *keep, size_t len)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);

	priv->keep = kmemdup(keep, len, GFP_KERNEL);
	if (!priv->keep)
		return -ENOMEM;
	priv->keep_len = len;
	if (dev_fwnode(&mdev->dev))
		dev_notice(&priv->ctrl->dev,
			   "%pfwP: its address (reg) is out of date, the device is at 0x%02x now\n",
			   dev_fwnode(&mdev->dev), priv->new_unit);
	get_device(&mdev->dev);
	queue_work(priv->ctrl->wq, &priv->renumber);
	return 0;
}
EXPORT_SYMBOL_GPL(modbus_unit_commit);

/**
 * modbus_device_unit() - address of a device
 * @mdev: the device
 *
 * Context: any.
 * Return: the address at which it is reached now.
 */
u8 modbus_device_unit(const struct modbus_device *mdev)
{
	return READ_ONCE(to_modbus_priv(mdev)->unit);
}
EXPORT_SYMBOL_GPL(modbus_device_unit);

/**
 * modbus_unit_free() - let others have an address
 * @ctrl: the controller
 * @unit: the address
 *
 * Context: may sleep.
 */
void modbus_unit_free(struct modbus_controller *ctrl, u8 unit)
{
	guard(mutex)(&ctrl->lock);
	__clear_bit(unit, ctrl->taken);
}

static void unit_renumber(struct modbus_device_priv *priv)
{
	struct modbus_controller *ctrl = priv->ctrl;
	struct modbus_board_info info = {
		.unit = priv->new_unit,
		.reserved = true,
		.line = modbus_device_line(&priv->mdev),
		.fwnode = dev_fwnode(&priv->mdev.dev),
		.from_user = priv->from_user,
		.keep = priv->keep,
		.keep_len = priv->keep_len,
	};
	int ret;

	strscpy(info.name, priv->mdev.name, sizeof(info.name));
	modbus_device_delete(priv);
	ret = modbus_device_create(ctrl, &info, &priv->client.stats);
	if (!ret)
		return;
	modbus_unit_free(ctrl, info.unit);
	if (ret != -ENODEV)
		dev_err(&ctrl->dev, "cannot register 0x%02x anew: %pe\n", info.unit,
			ERR_PTR(ret));
}

/* False if somebody else has begun to unregister the device. */
static bool unit_take_device(struct modbus_device_priv *priv)
{
	struct modbus_controller *ctrl = priv->ctrl;

	guard(mutex)(&ctrl->lock);
	if (ctrl->devices[priv->old_unit] != priv)
		return false;
	ctrl->devices[priv->old_unit] = NULL;
	atomic_inc(&ctrl->deleting);
	return true;
}

/**
 * modbus_renumber_work() - register a device at its new address
 * @work: of a device that has committed to one; its reference is dropped
 *
 * Context: may sleep.
 */
void modbus_renumber_work(struct work_struct *work)
{
	struct modbus_device_priv *priv = container_of(work, struct modbus_device_priv, renumber);

	if (unit_take_device(priv))
		unit_renumber(priv);
	else
		modbus_unit_free(priv->ctrl, priv->new_unit);
	put_device(&priv->mdev.dev);
}
