// SPDX-License-Identifier: GPL-2.0-only
/*
 * M-Bus controllers on UARTs that firmware gives to them.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/serdev.h>

#include "internal.h"

static void meterbus_serdev_close(void *ctrl)
{
	meterbus_controller_unregister(ctrl);
}

static int meterbus_serdev_probe(struct serdev_device *serdev)
{
	struct meterbus_controller *ctrl;
	struct serial_xfer_port *port;

	port = devm_serial_xfer_serdev_open(serdev);
	if (IS_ERR(port))
		return dev_err_probe(&serdev->dev, PTR_ERR(port), "cannot open the port\n");

	ctrl = meterbus_controller_register(&serdev->dev, port);
	if (IS_ERR(ctrl))
		return dev_err_probe(&serdev->dev, PTR_ERR(ctrl), "cannot register the bus\n");

	return devm_add_action_or_reset(&serdev->dev, meterbus_serdev_close, ctrl);
}

static const struct of_device_id meterbus_serdev_match[] = {
	{ .compatible = "mbus-uart" },
	{ }
};
MODULE_DEVICE_TABLE(of, meterbus_serdev_match);

static struct serdev_device_driver meterbus_serdev_driver = {
	.driver = {
		.name = "mbus-uart",
		.of_match_table = meterbus_serdev_match,
		.pm = pm_sleep_ptr(&serial_xfer_serdev_pm_ops),
	},
	.probe = meterbus_serdev_probe,
};

/**
 * meterbus_serdev_register() - register the driver for UARTs
 *
 * Return: 0 or an error.
 */
int meterbus_serdev_register(void)
{
	return serdev_device_driver_register(&meterbus_serdev_driver);
}

/**
 * meterbus_serdev_unregister() - undo meterbus_serdev_register()
 */
void meterbus_serdev_unregister(void)
{
	serdev_device_driver_unregister(&meterbus_serdev_driver);
}
