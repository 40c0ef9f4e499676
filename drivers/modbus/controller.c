// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modbus controllers: one for each line.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include "internal.h"

/* Modbus over Serial Line V1.02, 2.4.1: a response may take one second, a turnaround 0.1 s. */
#define MODBUS_RESPONSE_TIMEOUT_MS	500
#define MODBUS_RETRIES			2
#define MODBUS_TURNAROUND_MS		100

/* The PRO380's default, manual v2.18 chapter A3.1; Modbus itself says 19200. */
#define MODBUS_DEFAULT_SPEED		9600

const struct serial_xfer_line modbus_default_line = {
	.speed = MODBUS_DEFAULT_SPEED,
	.parity = SERIAL_XFER_PARITY_EVEN,
};

#define MODBUS_SPEED_MIN		50
#define MODBUS_SPEED_MAX		4000000

static DEFINE_IDA(modbus_ida);

static void modbus_controller_free(struct device *dev)
{
	struct modbus_controller *ctrl = to_modbus_controller(dev);

	mutex_destroy(&ctrl->lock);
	serial_xfer_client_exit(&ctrl->raw);
	serial_xfer_port_put(ctrl->port);
	kfree(ctrl);
}

const struct device_type modbus_controller_type = {
	.name = "modbus-controller",
	.groups = modbus_controller_groups,
	.release = modbus_controller_free,
};

static const char * const modbus_parity_names[] = {
	[SERIAL_XFER_PARITY_NONE] = "none",
	[SERIAL_XFER_PARITY_EVEN] = "even",
	[SERIAL_XFER_PARITY_ODD] = "odd",
};

/**
 * modbus_parity_name() - name of a parity
 * @parity: the parity
 *
 * Return: "even", "odd" or "none".
 */
const char *modbus_parity_name(enum serial_xfer_parity parity)
{
	return modbus_parity_names[parity];
}

/**
 * modbus_parse_parity() - parity by name
 * @name: "even", "odd" or "none"
 * @parity: result
 *
 * Return: 0 or -EINVAL.
 */
int modbus_parse_parity(const char *name, enum serial_xfer_parity *parity)
{
	int i = match_string(modbus_parity_names, ARRAY_SIZE(modbus_parity_names), name);

	if (i < 0)
		return -EINVAL;
	*parity = i;
	return 0;
}

/**
 * modbus_check_speed() - is it a speed that a line may have?
 * @speed: bits per second
 *
 * Return: 0 or -EINVAL.
 */
int modbus_check_speed(unsigned int speed)
{
	return speed < MODBUS_SPEED_MIN || speed > MODBUS_SPEED_MAX ? -EINVAL : 0;
}

/**
 * modbus_read_line() - line settings from a firmware node
 * @fwnode: the node of a controller or a device
 * @line: settings; what the node does not say is left alone
 *
 * Return: 0 or -EINVAL.
 */
int modbus_read_line(struct fwnode_handle *fwnode, struct serial_xfer_line *line)
{
	const char *parity;
	u32 speed;

	if (!fwnode_property_read_u32(fwnode, "current-speed", &speed)) {
		if (modbus_check_speed(speed))
			return -EINVAL;
		line->speed = speed;
	}
	if (!fwnode_property_read_string(fwnode, "parity", &parity))
		return modbus_parse_parity(parity, &line->parity);
	return 0;
}

/* The number that an alias fixes, or the next one above all aliases. */
static int modbus_controller_id(const struct device *dev)
{
	int id = of_alias_get_id(dev->of_node, "modbus");

	if (id >= 0)
		return ida_alloc_range(&modbus_ida, id, id, GFP_KERNEL);
	id = of_alias_get_highest_id("modbus");
	return ida_alloc_min(&modbus_ida, max(id + 1, 0), GFP_KERNEL);
}

static struct modbus_controller *modbus_controller_alloc(struct device *parent,
							 struct serial_xfer_port *port,
							 const struct serial_xfer_line *line,
							 struct fwnode_handle *fwnode)
{
	struct modbus_controller *ctrl;

	ctrl = kzalloc(sizeof(*ctrl), GFP_KERNEL);
	if (!ctrl)
		return NULL;

	ctrl->port = port;
	ctrl->response_timeout_ms = MODBUS_RESPONSE_TIMEOUT_MS;
	ctrl->retries = MODBUS_RETRIES;
	ctrl->turnaround_ms = MODBUS_TURNAROUND_MS;
	ctrl->line = *line;
	mutex_init(&ctrl->lock);
	serial_xfer_client_init(&ctrl->raw, port);
	serial_xfer_port_get(port);
	device_initialize(&ctrl->dev);
	ctrl->dev.parent = parent;
	ctrl->dev.bus = &modbus_bus_type;
	ctrl->dev.type = &modbus_controller_type;
	device_set_node(&ctrl->dev, fwnode);
	return ctrl;
}

static int modbus_controller_publish(struct modbus_controller *ctrl)
{
	struct device *dev = &ctrl->dev;
	int ret;

	ret = dev_set_name(dev, "modbus-%d", ctrl->id);
	if (ret)
		return ret;
	ctrl->wq = alloc_workqueue("%s", WQ_UNBOUND | WQ_FREEZABLE, 0, dev_name(dev));
	if (!ctrl->wq)
		return -ENOMEM;
	ret = device_add(dev);
	if (ret)
		goto err_wq;
	ret = modbus_cdev_register(ctrl);
	if (ret)
		goto err_dev;
	return 0;

err_dev:
	device_del(dev);
err_wq:
	destroy_workqueue(ctrl->wq);
	return ret;
}

static int modbus_controller_add(struct modbus_controller *ctrl)
{
	struct device *dev = &ctrl->dev;
	int ret;

	ret = modbus_read_line(dev_fwnode(dev), &ctrl->line);
	if (ret)
		return dev_err_probe(dev->parent, ret, "bad current-speed or parity\n");
	ctrl->id = modbus_controller_id(dev);
	if (ctrl->id < 0)
		return ctrl->id;
	ret = modbus_controller_publish(ctrl);
	if (ret)
		ida_free(&modbus_ida, ctrl->id);
	return ret;
}

static struct modbus_controller *
modbus_controller_create(struct device *parent, struct serial_xfer_port *port,
			 const struct serial_xfer_line *line, struct fwnode_handle *fwnode)
{
	struct modbus_controller *ctrl;
	int ret;

	ctrl = modbus_controller_alloc(parent, port, line, fwnode);
	if (!ctrl)
		return ERR_PTR(-ENOMEM);
	ret = modbus_controller_add(ctrl);
	if (ret) {
		put_device(&ctrl->dev);
		return ERR_PTR(ret);
	}
	modbus_add_fw_devices(ctrl);
	return ctrl;
}

/**
 * modbus_controller_attach() - make a bus of a port that userspace has chosen
 * @parent: the device that has the port; its firmware node is not the bus's
 * @port: the port; a reference is taken
 * @line: settings
 *
 * Context: may sleep.
 * Return: the controller, or an ERR_PTR().
 */
struct modbus_controller *modbus_controller_attach(struct device *parent,
						   struct serial_xfer_port *port,
						   const struct serial_xfer_line *line)
{
	return modbus_controller_create(parent, port, line, NULL);
}

/**
 * modbus_controller_register() - make a bus of a port
 * @parent: the device that has the port; its firmware node describes the bus
 * @port: the port; a reference is taken
 *
 * With Modbus's own settings, unless the node tells others. Registers
 * the devices that the firmware describes as well.
 *
 * Context: may sleep.
 * Return: the controller, or an ERR_PTR().
 */
struct modbus_controller *modbus_controller_register(struct device *parent,
						     struct serial_xfer_port *port)
{
	return modbus_controller_create(parent, port, &modbus_default_line, dev_fwnode(parent));
}

/**
 * modbus_controller_unregister() - undo modbus_controller_register()
 * @ctrl: the controller
 *
 * What is in flight ends with -ENODEV; all devices are unregistered.
 *
 * Context: may sleep.
 */
void modbus_controller_unregister(struct modbus_controller *ctrl)
{
	struct modbus_device_priv *priv;
	u8 unit;

	scoped_guard(mutex, &ctrl->lock)
		ctrl->closing = true;
	serial_xfer_port_stop(ctrl->port);
	serial_xfer_cdev_unregister(&ctrl->cdev);
	for (unit = MODBUS_UNIT_MIN; unit <= MODBUS_UNIT_MAX; unit++) {
		priv = modbus_device_take(ctrl, unit, false);
		if (priv)
			modbus_device_delete(priv);
	}
	/* What others have begun to delete uses the workqueue as well. */
	wait_var_event(&ctrl->deleting, !atomic_read(&ctrl->deleting));
	/* Devices that were being renumbered: their work finds the bus closing. */
	destroy_workqueue(ctrl->wq);
	device_del(&ctrl->dev);
	/* The number is free for the next one, though somebody may still hold this one. */
	ida_free(&modbus_ida, ctrl->id);
	put_device(&ctrl->dev);
}
