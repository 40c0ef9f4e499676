// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meters on a wired M-Bus that tell themselves what they measure: electricity meters,
 * and what others have in common with them.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/xarray.h>

#include "mbus_meter.h"

static int mbus_meter_probe(struct meterbus_device *mdev)
{
	int ret = mbus_meter_register(mdev);

	return ret == -ENODATA ? -ENODEV : ret;
}

static int mbus_meter_bus_verify(struct meterbus_device *mdev)
{
	return mbus_meter_verify(dev_get_drvdata(&mdev->dev));
}

/* A meter that is registered anew because of its shape goes on as it was. */
static void mbus_meter_remove(struct meterbus_device *mdev)
{
	struct mbus_meter *meter = dev_get_drvdata(&mdev->dev);
	void *keep = NULL;

	guard(mutex)(&meter->io);

	if (meter->anew) {
		guard(mutex)(&meter->lock);

		keep = xa_mk_value(meter->update_interval);
	}
	dev_set_drvdata(&mdev->dev, keep);
}

static const struct of_device_id mbus_meter_of_match[] = {
	{ .compatible = "mbus-meter" },
	{ }
};
MODULE_DEVICE_TABLE(of, mbus_meter_of_match);

static const struct meterbus_device_id mbus_meter_ids[] = {
	{ .name = "mbus-meter" },
	{ }
};

static struct meterbus_driver mbus_meter_driver = {
	.driver = {
		.name = "mbus_meter",
		.of_match_table = mbus_meter_of_match,
	},
	.id_table = mbus_meter_ids,
	.probe = mbus_meter_probe,
	.verify = mbus_meter_bus_verify,
	.remove = mbus_meter_remove,
};
module_meterbus_driver(mbus_meter_driver);

MODULE_ALIAS("mbus:mbus-meter");
MODULE_DESCRIPTION("Meters on a wired M-Bus");
MODULE_LICENSE("GPL");
