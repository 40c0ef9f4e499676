// SPDX-License-Identifier: GPL-2.0-only
/*
 * M-Bus controllers: one for each line.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "internal.h"

/*
 * EN 13757-2:2018, 5.7.3.1: a meter begins to answer within 330 bit times and 50 ms;
 * adapters between the kernel and the line take their time as well.
 */
#define METERBUS_RESPONSE_TIMEOUT_MS	200
/* EN 13757-2:2018, 5.7.3.4 */
#define METERBUS_RETRIES		2

/* EN 13757-2:2018, 4.2 and 5.2: speeds, of which 2400 is the one that all must know */
#define METERBUS_DEFAULT_SPEED		2400
#define METERBUS_SPEED_MIN		300
#define METERBUS_SPEED_MAX		38400

const struct serial_xfer_line meterbus_default_line = {
	.speed = METERBUS_DEFAULT_SPEED,
	.parity = SERIAL_XFER_PARITY_EVEN,
};

static DEFINE_IDA(meterbus_ida);

static void meterbus_controller_free(struct device *dev)
{
	struct meterbus_controller *ctrl = to_meterbus_controller(dev);

	mutex_destroy(&ctrl->lock);
	serial_xfer_client_exit(&ctrl->raw);
	serial_xfer_port_put(ctrl->port);
	kfree(ctrl);
}

const struct device_type meterbus_controller_type = {
	.name = "meterbus-controller",
	.groups = meterbus_controller_groups,
	.release = meterbus_controller_free,
};

/**
 * meterbus_check_speed() - is it a speed that an M-Bus may have?
 * @speed: bits per second
 *
 * Return: 0 or -EINVAL.
 */
int meterbus_check_speed(unsigned int speed)
{
	return speed < METERBUS_SPEED_MIN || speed > METERBUS_SPEED_MAX ? -EINVAL : 0;
}

/**
 * meterbus_read_speed() - speed from a firmware node
 * @fwnode: the node of a controller or a device
 * @speed: left alone if the node does not tell
 *
 * Return: 0 or -EINVAL.
 */
int meterbus_read_speed(struct fwnode_handle *fwnode, unsigned int *speed)
{
	u32 value;

	if (fwnode_property_read_u32(fwnode, "current-speed", &value))
		return 0;
	*speed = value;
	return meterbus_check_speed(value);
}

/* The number that an alias fixes, or the next one above all aliases. */
static int meterbus_controller_id(const struct device *dev)
{
	int id = of_alias_get_id(dev->of_node, "mbus");

	if (id >= 0)
		return ida_alloc_range(&meterbus_ida, id, id, GFP_KERNEL);
	id = of_alias_get_highest_id("mbus");
	return ida_alloc_min(&meterbus_ida, max(id + 1, 0), GFP_KERNEL);
}

static struct meterbus_controller *
meterbus_controller_alloc(struct device *parent, struct serial_xfer_port *port,
			  const struct serial_xfer_line *line, struct fwnode_handle *fwnode)
{
	struct meterbus_controller *ctrl;

	ctrl = kzalloc(sizeof(*ctrl), GFP_KERNEL);
	if (!ctrl)
		return NULL;

	ctrl->port = port;
	ctrl->response_timeout_ms = METERBUS_RESPONSE_TIMEOUT_MS;
	ctrl->retries = METERBUS_RETRIES;
	ctrl->line = *line;
	mutex_init(&ctrl->lock);
	INIT_LIST_HEAD(&ctrl->devices);
	serial_xfer_client_init(&ctrl->raw, port);
	serial_xfer_port_get(port);
	device_initialize(&ctrl->dev);
	ctrl->dev.parent = parent;
	ctrl->dev.bus = &meterbus_bus_type;
	ctrl->dev.type = &meterbus_controller_type;
	device_set_node(&ctrl->dev, fwnode);
	return ctrl;
}

static int meterbus_controller_publish(struct meterbus_controller *ctrl)
{
	struct device *dev = &ctrl->dev;
	int ret;

	ret = dev_set_name(dev, "mbus-%d", ctrl->id);
	if (ret)
		return ret;
	ctrl->wq = alloc_workqueue("%s", WQ_UNBOUND | WQ_FREEZABLE, 0, dev_name(dev));
	if (!ctrl->wq)
		return -ENOMEM;
	ret = device_add(dev);
	if (ret)
		goto err_wq;
	ret = meterbus_cdev_register(ctrl);
	if (ret)
		goto err_dev;
	return 0;

err_dev:
	device_del(dev);
err_wq:
	destroy_workqueue(ctrl->wq);
	return ret;
}

static int meterbus_controller_add(struct meterbus_controller *ctrl)
{
	struct device *dev = &ctrl->dev;
	int ret;

	ret = meterbus_read_speed(dev_fwnode(dev), &ctrl->line.speed);
	if (ret)
		return dev_err_probe(dev->parent, ret, "bad current-speed\n");
	ctrl->id = meterbus_controller_id(dev);
	if (ctrl->id < 0)
		return ctrl->id;
	ret = meterbus_controller_publish(ctrl);
	if (ret)
		ida_free(&meterbus_ida, ctrl->id);
	return ret;
}

static struct meterbus_controller *
meterbus_controller_create(struct device *parent, struct serial_xfer_port *port,
			   const struct serial_xfer_line *line, struct fwnode_handle *fwnode)
{
	struct meterbus_controller *ctrl;
	int ret;

	ctrl = meterbus_controller_alloc(parent, port, line, fwnode);
	if (!ctrl)
		return ERR_PTR(-ENOMEM);
	ret = meterbus_controller_add(ctrl);
	if (ret) {
		put_device(&ctrl->dev);
		return ERR_PTR(ret);
	}
	meterbus_add_fw_devices(ctrl);
	return ctrl;
}

/**
 * meterbus_controller_attach() - make a bus of a port that userspace has chosen
 * @parent: the device that has the port; its firmware node is not the bus's
 * @port: the port; a reference is taken
 * @line: settings
 *
 * Context: may sleep.
 * Return: the controller, or an ERR_PTR().
 */
struct meterbus_controller *meterbus_controller_attach(struct device *parent,
						       struct serial_xfer_port *port,
						       const struct serial_xfer_line *line)
{
	return meterbus_controller_create(parent, port, line, NULL);
}

/**
 * meterbus_controller_register() - make a bus of a port
 * @parent: the device that has the port; its firmware node describes the bus
 * @port: the port; a reference is taken
 *
 * With the settings that all meters know, unless the node tells others. Registers
 * the devices that the firmware describes as well.
 *
 * Context: may sleep.
 * Return: the controller, or an ERR_PTR().
 */
struct meterbus_controller *meterbus_controller_register(struct device *parent,
							 struct serial_xfer_port *port)
{
	return meterbus_controller_create(parent, port, &meterbus_default_line, dev_fwnode(parent));
}

/**
 * meterbus_controller_unregister() - undo meterbus_controller_register()
 * @ctrl: the controller
 *
 * What is in flight ends with -ENODEV; all devices are unregistered.
 *
 * Context: may sleep.
 */
void meterbus_controller_unregister(struct meterbus_controller *ctrl)
{
	struct meterbus_device_priv *priv;

	scoped_guard(mutex, &ctrl->lock)
		ctrl->closing = true;
	serial_xfer_port_stop(ctrl->port);
	serial_xfer_cdev_unregister(&ctrl->cdev);
	while ((priv = meterbus_device_take_first(ctrl)))
		meterbus_device_delete(priv);
	/* What others have begun to delete uses the workqueue as well. */
	wait_var_event(&ctrl->devices, list_empty_careful(&ctrl->devices));
	destroy_workqueue(ctrl->wq);
	device_del(&ctrl->dev);
	/* The number is free for the next one, though somebody may still hold this one. */
	ida_free(&meterbus_ida, ctrl->id);
	put_device(&ctrl->dev);
}
