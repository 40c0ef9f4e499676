// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Modbus bus type and its drivers.
 */
#include <linux/export.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/property.h>
#include <linux/string.h>

#include "internal.h"

static const struct modbus_device_id *modbus_match_id(const struct modbus_device_id *id,
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
static bool modbus_match_compatible(const struct of_device_id *id, const struct device *dev)
{
	const struct fwnode_handle *fwnode = dev_fwnode(dev);

	for (; fwnode && id && id->compatible[0]; id++)
		if (fwnode_property_match_string(fwnode, "compatible", id->compatible) >= 0)
			return true;
	return false;
}

static int modbus_bus_match(struct device *dev, const struct device_driver *driver)
{
	const struct modbus_driver *drv = to_modbus_driver(driver);

	if (dev->type != &modbus_device_type)
		return 0;
	return modbus_match_compatible(driver->of_match_table, dev) ||
	       modbus_match_id(drv->id_table, to_modbus_device(dev)->name);
}

static int modbus_bus_uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	if (dev->type != &modbus_device_type)
		return 0;
	return add_uevent_var(env, "MODALIAS=modbus:%s", to_modbus_device(dev)->name);
}

static int modbus_bus_probe(struct device *dev)
{
	serial_xfer_life_start(&dev_to_modbus_priv(dev)->life);
	return 0;
}

static void modbus_bus_remove(struct device *dev)
{
	serial_xfer_life_stop(&dev_to_modbus_priv(dev)->life);
}

struct bus_type modbus_bus_type = {
	.name = "modbus",
	.match = modbus_bus_match,
	.uevent = modbus_bus_uevent,
	.probe = modbus_bus_probe,
	.remove = modbus_bus_remove,
};

static int modbus_life_probe(struct device *dev)
{
	return to_modbus_driver(dev->driver)->probe(to_modbus_device(dev));
}

static int modbus_life_verify(struct device *dev)
{
	const struct modbus_driver *drv = to_modbus_driver(dev->driver);

	return drv->verify ? drv->verify(to_modbus_device(dev)) : -ENODEV;
}

static void modbus_life_remove(struct device *dev)
{
	const struct modbus_driver *drv = to_modbus_driver(dev->driver);

	if (drv->remove)
		drv->remove(to_modbus_device(dev));
}

const struct serial_xfer_life_ops modbus_life_ops = {
	.probe = modbus_life_probe,
	.verify = modbus_life_verify,
	.remove = modbus_life_remove,
};

/**
 * __modbus_driver_register() - register a driver
 * @drv: the driver
 * @owner: its module
 *
 * Use modbus_driver_register() or module_modbus_driver().
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if @drv lacks its probe or its identification registers, of
 * which there must be two different lengths at least; or another error.
 */
int __modbus_driver_register(struct modbus_driver *drv, struct module *owner)
{
	const struct modbus_ident *ident = &drv->ident;

	if (!drv->probe || !ident->min || ident->min >= ident->max ||
	    ident->max > MODBUS_MAX_READ)
		return -EINVAL;

	drv->driver.bus = &modbus_bus_type;
	drv->driver.owner = owner;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL_GPL(__modbus_driver_register);

/**
 * modbus_driver_unregister() - unregister a driver
 * @drv: the driver
 *
 * Context: may sleep.
 */
void modbus_driver_unregister(struct modbus_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(modbus_driver_unregister);

/**
 * modbus_device_get_id() - the entry of a driver's id table that matches a device
 * @mdev: a device that is bound to a driver
 *
 * Context: any.
 * Return: the entry, or NULL.
 */
const struct modbus_device_id *modbus_device_get_id(const struct modbus_device *mdev)
{
	return modbus_match_id(to_modbus_driver(mdev->dev.driver)->id_table, mdev->name);
}
EXPORT_SYMBOL_GPL(modbus_device_get_id);

static int __init modbus_init(void)
{
	int ret;

	ret = bus_register(&modbus_bus_type);
	if (ret)
		return ret;
	ret = modbus_serdev_register();
	if (ret) {
		bus_unregister(&modbus_bus_type);
		return ret;
	}
	modbus_protocol_register();
	return 0;
}
subsys_initcall(modbus_init);

static void __exit modbus_exit(void)
{
	modbus_protocol_unregister();
	modbus_serdev_unregister();
	bus_unregister(&modbus_bus_type);
}
module_exit(modbus_exit);

MODULE_DESCRIPTION("Modbus RTU bus");
MODULE_LICENSE("GPL");
