// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modbus controllers on UARTs that firmware gives to them.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/serdev.h>

#include "internal.h"

static void modbus_serdev_close(void *ctrl)
{
	modbus_controller_unregister(ctrl);
}

static int modbus_serdev_probe(struct serdev_device *serdev)
{
	struct modbus_controller *ctrl;
	struct serial_xfer_port *port;

	port = devm_serial_xfer_serdev_open(serdev);
	if (IS_ERR(port))
		return dev_err_probe(&serdev->dev, PTR_ERR(port), "cannot open the port\n");

	ctrl = modbus_controller_register(&serdev->dev, port);
	if (IS_ERR(ctrl))
		return dev_err_probe(&serdev->dev, PTR_ERR(ctrl), "cannot register the bus\n");

	return devm_add_action_or_reset(&serdev->dev, modbus_serdev_close, ctrl);
}

static const struct of_device_id modbus_serdev_match[] = {
	{ .compatible = "modbus-rtu" },
	{ }
};
MODULE_DEVICE_TABLE(of, modbus_serdev_match);

static struct serdev_device_driver modbus_serdev_driver = {
	.driver = {
		.name = "modbus-rtu",
		.of_match_table = modbus_serdev_match,
		.pm = pm_sleep_ptr(&serial_xfer_serdev_pm_ops),
	},
	.probe = modbus_serdev_probe,
};

/**
 * modbus_serdev_register() - register the driver for UARTs
 *
 * Return: 0 or an error.
 */
int modbus_serdev_register(void)
{
	return serdev_device_driver_register(&modbus_serdev_driver);
}

/**
 * modbus_serdev_unregister() - undo modbus_serdev_register()
 */
void modbus_serdev_unregister(void)
{
	serdev_device_driver_unregister(&modbus_serdev_driver);
}
