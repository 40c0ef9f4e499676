// SPDX-License-Identifier: GPL-2.0-only
/*
 * The M-Bus type and its drivers.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/property.h>
#include <linux/string.h>

#include "internal.h"

static const struct meterbus_device_id *meterbus_match_id(const struct meterbus_device_id *id,
							  const char *name)
{
	for (; id && id->name[0]; id++)
		if (!strcmp(id->name, name))
			return id;
	return NULL;
}

/*
 * Matches device tree and ACPI nodes alike: a meter's ACPI node has an address and
 * no hardware id, so the usual helpers find nothing there.
 */
static bool meterbus_match_compatible(const struct of_device_id *id, const struct device *dev)
{
	const struct fwnode_handle *fwnode = dev_fwnode(dev);

	for (; fwnode && id && id->compatible[0]; id++)
		if (fwnode_property_match_string(fwnode, "compatible", id->compatible) >= 0)
			return true;
	return false;
}

static int meterbus_bus_match(struct device *dev, const struct device_driver *driver)
{
	const struct meterbus_driver *drv = to_meterbus_driver(driver);

	if (dev->type != &meterbus_device_type)
		return 0;
	return meterbus_match_compatible(driver->of_match_table, dev) ||
	       meterbus_match_id(drv->id_table, to_meterbus_device(dev)->name);
}

static int meterbus_bus_uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	if (dev->type != &meterbus_device_type)
		return 0;
	return add_uevent_var(env, "MODALIAS=mbus:%s", to_meterbus_device(dev)->name);
}

static int meterbus_bus_probe(struct device *dev)
{
	serial_xfer_life_start(&dev_to_meterbus_priv(dev)->life);
	return 0;
}

static void meterbus_bus_remove(struct device *dev)
{
	serial_xfer_life_stop(&dev_to_meterbus_priv(dev)->life);
}

struct bus_type meterbus_bus_type = {
	.name = "mbus",
	.match = meterbus_bus_match,
	.uevent = meterbus_bus_uevent,
	.probe = meterbus_bus_probe,
	.remove = meterbus_bus_remove,
};

static int meterbus_life_probe(struct device *dev)
{
	return to_meterbus_driver(dev->driver)->probe(to_meterbus_device(dev));
}

static int meterbus_life_verify(struct device *dev)
{
	const struct meterbus_driver *drv = to_meterbus_driver(dev->driver);

	return drv->verify ? drv->verify(to_meterbus_device(dev)) : -ENODEV;
}

static void meterbus_life_remove(struct device *dev)
{
	const struct meterbus_driver *drv = to_meterbus_driver(dev->driver);

	if (drv->remove)
		drv->remove(to_meterbus_device(dev));
}

const struct serial_xfer_life_ops meterbus_life_ops = {
	.probe = meterbus_life_probe,
	.verify = meterbus_life_verify,
	.remove = meterbus_life_remove,
};

/**
 * __meterbus_driver_register() - register a driver
 * @drv: the driver
 * @owner: its module
 *
 * Use meterbus_driver_register() or module_meterbus_driver().
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if @drv lacks its probe; or another error.
 */
int __meterbus_driver_register(struct meterbus_driver *drv, struct module *owner)
{
	if (!drv->probe)
		return -EINVAL;

	drv->driver.bus = &meterbus_bus_type;
	drv->driver.owner = owner;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL_GPL(__meterbus_driver_register);

/**
 * meterbus_driver_unregister() - unregister a driver
 * @drv: the driver
 *
 * Context: may sleep.
 */
void meterbus_driver_unregister(struct meterbus_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(meterbus_driver_unregister);

/**
 * meterbus_device_get_id() - the entry of a driver's id table that matches a device
 * @mdev: a device that is bound to a driver
 *
 * Context: any.
 * Return: the entry, or NULL.
 */
const struct meterbus_device_id *meterbus_device_get_id(const struct meterbus_device *mdev)
{
	return meterbus_match_id(to_meterbus_driver(mdev->dev.driver)->id_table, mdev->name);
}
EXPORT_SYMBOL_GPL(meterbus_device_get_id);

static int __init meterbus_init(void)
{
	int ret;

	ret = bus_register(&meterbus_bus_type);
	if (ret)
		return ret;
	ret = meterbus_serdev_register();
	if (ret) {
		bus_unregister(&meterbus_bus_type);
		return ret;
	}
	meterbus_protocol_register();
	return 0;
}
subsys_initcall(meterbus_init);

static void __exit meterbus_exit(void)
{
	meterbus_protocol_unregister();
	meterbus_serdev_unregister();
	bus_unregister(&meterbus_bus_type);
}
module_exit(meterbus_exit);

MODULE_DESCRIPTION("Wired M-Bus");
MODULE_LICENSE("GPL");
