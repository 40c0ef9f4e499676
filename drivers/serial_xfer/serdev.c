// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports on serial device bus controllers.
 *
 * serdev's ttyport turns RTS/CTS on when it opens, cannot set stop bits (there is
 * always one), hides error flags, and returns the speed that it was asked for even if the
 * UART cannot have it and keeps the one before. Direction control of RS-485 is the UART
 * driver's business.
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/pm.h>
#include <linux/serdev.h>
#include <linux/serial_xfer.h>

#include "internal.h"

static int serdev_port_write(void *priv, const u8 *buf, size_t len)
{
	struct serdev_device *serdev = priv;
	ssize_t done;

	done = serdev_device_write(serdev, buf, len, msecs_to_jiffies(1000));
	if (done < 0)
		return done;
	return done == len ? 0 : -EIO;
}

static int serdev_port_set_line(void *priv, const struct serial_xfer_line *line)
{
	static const enum serdev_parity parities[] = {
		[SERIAL_XFER_PARITY_NONE] = SERDEV_PARITY_NONE,
		[SERIAL_XFER_PARITY_EVEN] = SERDEV_PARITY_EVEN,
		[SERIAL_XFER_PARITY_ODD] = SERDEV_PARITY_ODD,
	};
	struct serdev_device *serdev = priv;
	unsigned int speed;

	if (line->parity >= ARRAY_SIZE(parities))
		return -EINVAL;
	speed = serdev_device_set_baudrate(serdev, line->speed);
	if (!serial_xfer_speed_is_close(line->speed, speed))
		return -EINVAL;
	return serdev_device_set_parity(serdev, parities[line->parity]);
}

static void serdev_port_drain(void *priv)
{
	serdev_device_wait_until_sent(priv, msecs_to_jiffies(SERIAL_XFER_DRAIN_MS));
}

static const struct serial_xfer_ops serdev_port_ops = {
	.write = serdev_port_write,
	.set_line = serdev_port_set_line,
	.drain = serdev_port_drain,
};

static size_t serdev_port_receive(struct serdev_device *serdev, const u8 *buf, size_t len)
{
	serial_xfer_receive(serdev_device_get_drvdata(serdev), buf, len);
	return len;
}

static const struct serdev_device_ops serdev_client_ops = {
	.receive_buf = serdev_port_receive,
	.write_wakeup = serdev_device_write_wakeup,
};

static void serdev_port_close(void *priv)
{
	struct serdev_device *serdev = priv;
	struct serial_xfer_port *port = serdev_device_get_drvdata(serdev);

	serial_xfer_port_stop(port);
	serdev_device_close(serdev);
	serial_xfer_port_put(port);
}

/**
 * devm_serial_xfer_serdev_open() - make a port of a serial device
 * @serdev: the device; its driver data become the port
 *
 * The port is stopped and the device closed when the device's driver is unbound.
 *
 * Context: may sleep.
 * Return: the port, or an ERR_PTR().
 */
struct serial_xfer_port *devm_serial_xfer_serdev_open(struct serdev_device *serdev)
{
	struct serial_xfer_port *port;
	int ret;

	port = serial_xfer_port_create(&serdev->dev, &serdev_port_ops, serdev);
	if (IS_ERR(port))
		return port;

	serdev_device_set_drvdata(serdev, port);
	serdev_device_set_client_ops(serdev, &serdev_client_ops);
	ret = serdev_device_open(serdev);
	if (ret) {
		serial_xfer_port_put(port);
		return ERR_PTR(ret);
	}
	serdev_device_set_flow_control(serdev, false);
	ret = devm_add_action_or_reset(&serdev->dev, serdev_port_close, serdev);
	return ret ? ERR_PTR(ret) : port;
}
EXPORT_SYMBOL_GPL(devm_serial_xfer_serdev_open);

static int serdev_port_suspend(struct device *dev)
{
	return serial_xfer_port_suspend(dev_get_drvdata(dev));
}

static int serdev_port_resume(struct device *dev)
{
	serial_xfer_port_resume(dev_get_drvdata(dev));
	return 0;
}

/* For the serdev drivers whose port devm_serial_xfer_serdev_open() has made. */
const struct dev_pm_ops serial_xfer_serdev_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(serdev_port_suspend, serdev_port_resume)
};
EXPORT_SYMBOL_GPL(serial_xfer_serdev_pm_ops);
