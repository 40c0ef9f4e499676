// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modbus devices: made from firmware nodes and by userspace.
 */
#include <linux/acpi.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include "internal.h"

static void modbus_device_free(struct device *dev)
{
	struct modbus_device_priv *priv = dev_to_modbus_priv(dev);

	fwnode_handle_put(dev_fwnode(dev));
	serial_xfer_client_exit(&priv->client);
	put_device(&priv->ctrl->dev);
	kfree(dev->platform_data);
	kfree(priv->keep);
	kfree(priv);
}

const struct device_type modbus_device_type = {
	.name = "modbus-device",
	.groups = modbus_device_groups,
	.release = modbus_device_free,
};

static struct modbus_device_priv *modbus_device_alloc(struct modbus_controller *ctrl,
						      const struct modbus_board_info *info)
{
	struct modbus_device_priv *priv;

	priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	if (!priv)
		return NULL;

	strscpy(priv->mdev.name, info->name, sizeof(priv->mdev.name));
	priv->ctrl = ctrl;
	priv->unit = info->unit;
	priv->old_unit = info->unit;
	priv->line = info->line;
	priv->from_user = info->from_user;
	get_device(&ctrl->dev);
	serial_xfer_client_init(&priv->client, ctrl->port);
	spin_lock_init(&priv->lock);
	serial_xfer_life_init(&priv->life, &priv->mdev.dev, ctrl->wq, &modbus_life_ops);
	INIT_WORK(&priv->renumber, modbus_renumber_work);

	device_initialize(&priv->mdev.dev);
	priv->mdev.dev.parent = &ctrl->dev;
	priv->mdev.dev.bus = &modbus_bus_type;
	priv->mdev.dev.type = &modbus_device_type;
	device_set_node(&priv->mdev.dev, fwnode_handle_get(info->fwnode));
	return priv;
}

static int modbus_device_prepare(struct modbus_device_priv *priv,
				 const struct modbus_board_info *info)
{
	struct device *dev = &priv->mdev.dev;

	if (info->keep) {
		dev->platform_data = kmemdup(info->keep, info->keep_len, GFP_KERNEL);
		if (!dev->platform_data)
			return -ENOMEM;
	}
	return dev_set_name(dev, "%d-%02x", priv->ctrl->id, info->unit);
}

static int modbus_device_add(struct modbus_device_priv *priv, bool reserved)
{
	struct modbus_controller *ctrl = priv->ctrl;
	int ret;

	guard(mutex)(&ctrl->lock);
	if (ctrl->closing)
		return -ENODEV;
	if (!reserved && test_bit(priv->old_unit, ctrl->taken))
		return -EBUSY;
	ret = device_add(&priv->mdev.dev);
	if (ret)
		return ret;
	__set_bit(priv->old_unit, ctrl->taken);
	ctrl->devices[priv->old_unit] = priv;
	return 0;
}

/**
 * modbus_device_create() - make a device
 * @ctrl: its controller
 * @info: what is known of it
 * @stats: counters to begin with, or NULL
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if its address is taken; -ENODEV if the bus is going; or
 * another error.
 */
int modbus_device_create(struct modbus_controller *ctrl, const struct modbus_board_info *info,
			 const struct serial_xfer_stats *stats)
{
	struct modbus_device_priv *priv;
	int i, ret;

	priv = modbus_device_alloc(ctrl, info);
	if (!priv)
		return -ENOMEM;
	for (i = 0; stats && i < SERIAL_XFER_NR_STATS; i++)
		atomic64_set(&priv->client.stats.count[i], atomic64_read(&stats->count[i]));

	ret = modbus_device_prepare(priv, info);
	if (!ret)
		ret = modbus_device_add(priv, info->reserved);
	if (ret)
		put_device(&priv->mdev.dev);
	return ret;
}

/**
 * modbus_device_take() - take a device out of its controller's list
 * @ctrl: the controller
 * @unit: the device's address
 * @from_user: only if userspace made it
 *
 * Whoever takes a device unregisters it, with modbus_device_delete().
 *
 * Context: may sleep.
 * Return: the device, or NULL.
 */
struct modbus_device_priv *modbus_device_take(struct modbus_controller *ctrl, u8 unit,
					      bool from_user)
{
	struct modbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	priv = ctrl->devices[unit];
	if (!priv || (from_user && !priv->from_user))
		return NULL;
	ctrl->devices[unit] = NULL;
	atomic_inc(&ctrl->deleting);
	return priv;
}

/**
 * modbus_device_delete() - unregister a device that modbus_device_take() returned
 * @priv: the device; gone afterwards unless the caller has a reference
 *
 * Context: may sleep.
 */
void modbus_device_delete(struct modbus_device_priv *priv)
{
	struct modbus_controller *ctrl = priv->ctrl;

	device_del(&priv->mdev.dev);
	scoped_guard(mutex, &ctrl->lock) {
		__clear_bit(priv->old_unit, ctrl->taken);
		/* It has moved, and nothing registers it anew. */
		if (priv->new_unit && !priv->keep)
			__clear_bit(priv->new_unit, ctrl->taken);
	}
	if (atomic_dec_and_test(&ctrl->deleting))
		wake_up_var(&ctrl->deleting);
	put_device(&priv->mdev.dev);
}

static bool unit_has_driver(const struct modbus_controller *ctrl, u8 unit)
{
	const struct modbus_device_priv *priv = ctrl->devices[unit];

	if (priv)
		return READ_ONCE(priv->mdev.dev.driver);
	/* Reserved for a device that is about to take this address. */
	return test_bit(unit, ctrl->taken);
}

/**
 * modbus_unit_has_driver() - must others leave a unit's settings alone?
 * @ctrl: the controller
 * @unit: unit address, or MODBUS_UNIT_BROADCAST for any
 *
 * Context: may sleep.
 * Return: true if a driver has it.
 */
bool modbus_unit_has_driver(struct modbus_controller *ctrl, u8 unit)
{
	guard(mutex)(&ctrl->lock);
	if (unit != MODBUS_UNIT_BROADCAST)
		return unit_has_driver(ctrl, unit);
	for (unit = MODBUS_UNIT_MIN; unit <= MODBUS_UNIT_MAX; unit++)
		if (unit_has_driver(ctrl, unit))
			return true;
	return false;
}

/**
 * modbus_unit_written() - somebody else has written to a unit
 * @ctrl: the controller
 * @unit: unit address, or MODBUS_UNIT_BROADCAST for all
 *
 * Context: may sleep; the caller has claimed the port.
 */
void modbus_unit_written(struct modbus_controller *ctrl, u8 unit)
{
	s64 now = ktime_get_boottime();
	struct modbus_device_priv *priv;
	int i;

	guard(mutex)(&ctrl->lock);
	for (i = MODBUS_UNIT_MIN; i <= MODBUS_UNIT_MAX; i++) {
		priv = ctrl->devices[i];
		if (priv && (unit == MODBUS_UNIT_BROADCAST || unit == READ_ONCE(priv->unit)))
			atomic64_set(&priv->written_at, now);
	}
}

/**
 * modbus_device_written_at() - when has somebody else written to a device?
 * @mdev: the device
 *
 * Userspace can write to a device past its driver. What the driver has read before then
 * may not be true any more.
 *
 * Context: any.
 * Return: the last time, boot-time clock; 0: never.
 */
ktime_t modbus_device_written_at(const struct modbus_device *mdev)
{
	return atomic64_read(&to_modbus_priv(mdev)->written_at);
}
EXPORT_SYMBOL_GPL(modbus_device_written_at);

static int modbus_fw_unit(struct fwnode_handle *fwnode, u32 *unit)
{
	if (is_acpi_device_node(fwnode))
		return acpi_get_local_address(ACPI_HANDLE_FWNODE(fwnode), unit);
	return fwnode_property_read_u32(fwnode, "reg", unit);
}

static int modbus_add_fw_device(struct modbus_controller *ctrl, struct fwnode_handle *fwnode)
{
	struct modbus_board_info info = { .line = ctrl->line, .fwnode = fwnode };
	u32 unit;
	int ret;

	ret = modbus_fw_unit(fwnode, &unit);
	if (ret)
		return ret;
	if (unit < MODBUS_UNIT_MIN || unit > MODBUS_UNIT_MAX)
		return -EINVAL;
	info.unit = unit;
	ret = serial_xfer_fw_name(fwnode, info.name, sizeof(info.name));
	if (ret)
		return ret;
	ret = modbus_read_line(fwnode, &info.line);
	if (ret)
		return ret;
	return modbus_device_create(ctrl, &info, NULL);
}

/**
 * modbus_add_fw_devices() - register the devices that firmware describes
 * @ctrl: their controller
 *
 * A node that makes no sense is named in the log and left out.
 *
 * Context: may sleep.
 */
void modbus_add_fw_devices(struct modbus_controller *ctrl)
{
	struct fwnode_handle *child;
	int ret;

	device_for_each_child_node(&ctrl->dev, child) {
		ret = modbus_add_fw_device(ctrl, child);
		if (ret)
			dev_err(&ctrl->dev, "%pfwP: cannot register: %pe\n", child, ERR_PTR(ret));
	}
}

/**
 * modbus_device_controller() - the controller of a device
 * @mdev: the device
 *
 * Context: any.
 * Return: the controller; it lives at least as long as @mdev.
 */
struct modbus_controller *modbus_device_controller(const struct modbus_device *mdev)
{
	return to_modbus_priv(mdev)->ctrl;
}
EXPORT_SYMBOL_GPL(modbus_device_controller);

/**
 * modbus_device_latency_us() - how long a device takes to answer
 * @mdev: the device
 *
 * Context: any.
 * Return: running average in microseconds, without the time on the wire; 0 as
 * long as it is not known.
 */
unsigned int modbus_device_latency_us(const struct modbus_device *mdev)
{
	return READ_ONCE(to_modbus_priv(mdev)->latency_us);
}
EXPORT_SYMBOL_GPL(modbus_device_latency_us);

/**
 * modbus_device_line() - line settings of a device
 * @mdev: the device
 *
 * Context: process.
 * Return: speed and parity.
 */
struct serial_xfer_line modbus_device_line(struct modbus_device *mdev)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);

	guard(spinlock)(&priv->lock);
	return priv->line;
}
EXPORT_SYMBOL_GPL(modbus_device_line);

/**
 * modbus_device_is_online() - is a device known to be there?
 * @mdev: the device
 *
 * Context: process.
 * Return: false if a request would end at once, with nothing sent.
 */
bool modbus_device_is_online(struct modbus_device *mdev)
{
	return serial_xfer_life_is_online(&to_modbus_priv(mdev)->life);
}
EXPORT_SYMBOL_GPL(modbus_device_is_online);

/**
 * modbus_device_set_line() - follow a device to other line settings
 * @mdev: the device
 * @line: speed and parity for all later exchanges with it
 *
 * A device that went offline is asked anew.
 *
 * Context: process.
 */
void modbus_device_set_line(struct modbus_device *mdev, const struct serial_xfer_line *line)
{
	struct modbus_device_priv *priv = to_modbus_priv(mdev);

	scoped_guard(spinlock, &priv->lock)
		priv->line = *line;
	serial_xfer_life_revive(&priv->life);
}
EXPORT_SYMBOL_GPL(modbus_device_set_line);

/**
 * modbus_device_recheck() - what answers may be another device
 * @mdev: the device
 *
 * The device goes offline, and its driver's verify is called at once, from a work item.
 * Nothing happens unless it is online.
 *
 * Context: process.
 */
void modbus_device_recheck(struct modbus_device *mdev)
{
	serial_xfer_life_recheck(&to_modbus_priv(mdev)->life);
}
EXPORT_SYMBOL_GPL(modbus_device_recheck);
