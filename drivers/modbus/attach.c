// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modbus controllers on ports that userspace gives to them.
 */
#include <linux/err.h>
#include <linux/module.h>

#include "internal.h"

static void *modbus_protocol_attach(struct device *parent, struct serial_xfer_port *port,
				    const struct serial_xfer_line *line)
{
	int ret = modbus_check_speed(line->speed);

	return ret ? ERR_PTR(ret) : modbus_controller_attach(parent, port, line);
}

static void modbus_protocol_detach(void *bus)
{
	modbus_controller_unregister(bus);
}

static struct device *modbus_protocol_device(void *bus)
{
	struct modbus_controller *ctrl = bus;

	return &ctrl->dev;
}

static unsigned int modbus_protocol_id(void *bus)
{
	const struct modbus_controller *ctrl = bus;

	return ctrl->id;
}

static struct serial_xfer_protocol modbus_protocol = {
	.name = "modbus",
	.owner = THIS_MODULE,
	.attach = modbus_protocol_attach,
	.detach = modbus_protocol_detach,
	.device = modbus_protocol_device,
	.id = modbus_protocol_id,
};
MODULE_ALIAS("serial_xfer-modbus");

/**
 * modbus_protocol_register() - let userspace make buses
 */
void modbus_protocol_register(void)
{
	modbus_protocol.line = modbus_default_line;
	serial_xfer_protocol_register(&modbus_protocol);
}

/**
 * modbus_protocol_unregister() - undo modbus_protocol_register()
 */
void modbus_protocol_unregister(void)
{
	serial_xfer_protocol_unregister(&modbus_protocol);
}
