// SPDX-License-Identifier: GPL-2.0-only
/*
 * M-Bus controllers on ports that userspace gives to them.
 */
#include <linux/err.h>
#include <linux/module.h>

#include "internal.h"

/* EN 13757-2:2018, 5.2: parity is even. */
static void *meterbus_protocol_attach(struct device *parent, struct serial_xfer_port *port,
				      const struct serial_xfer_line *line)
{
	int ret = meterbus_check_speed(line->speed);

	if (line->parity != SERIAL_XFER_PARITY_EVEN)
		ret = -EINVAL;
	return ret ? ERR_PTR(ret) : meterbus_controller_attach(parent, port, line);
}

static void meterbus_protocol_detach(void *bus)
{
	meterbus_controller_unregister(bus);
}

static struct device *meterbus_protocol_device(void *bus)
{
	struct meterbus_controller *ctrl = bus;

	return &ctrl->dev;
}

static unsigned int meterbus_protocol_id(void *bus)
{
	const struct meterbus_controller *ctrl = bus;

	return ctrl->id;
}

static struct serial_xfer_protocol meterbus_protocol = {
	.name = "mbus",
	.owner = THIS_MODULE,
	.attach = meterbus_protocol_attach,
	.detach = meterbus_protocol_detach,
	.device = meterbus_protocol_device,
	.id = meterbus_protocol_id,
};
MODULE_ALIAS("serial_xfer-mbus");

/**
 * meterbus_protocol_register() - let userspace make buses
 */
void meterbus_protocol_register(void)
{
	meterbus_protocol.line = meterbus_default_line;
	serial_xfer_protocol_register(&meterbus_protocol);
}

/**
 * meterbus_protocol_unregister() - undo meterbus_protocol_register()
 */
void meterbus_protocol_unregister(void)
{
	serial_xfer_protocol_unregister(&meterbus_protocol);
}
