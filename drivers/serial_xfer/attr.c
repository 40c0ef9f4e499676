// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files in sysfs, and names from firmware, that the buses on serial lines have in common.
 */
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/property.h>
#include <linux/serial_xfer_bus.h>
#include <linux/string.h>
#include <linux/sysfs.h>

/**
 * serial_xfer_stat_show() - show a counter
 * @dev: device that has counters
 * @attr: of a struct serial_xfer_stat_attribute
 * @buf: page
 *
 * Return: length.
 */
ssize_t serial_xfer_stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct serial_xfer_stat_attribute *stat =
		container_of(attr, struct serial_xfer_stat_attribute, attr);

	return sysfs_emit(buf, "%lld\n", atomic64_read(&stat->stats(dev)->count[stat->stat]));
}
EXPORT_SYMBOL_GPL(serial_xfer_stat_show);

static unsigned int *tunable_of(struct device *dev,
				const struct serial_xfer_tunable_attribute *tunable)
{
	return (void *)dev + tunable->offset;
}

/**
 * serial_xfer_tunable_show() - show a number
 * @dev: device that has it
 * @attr: of a struct serial_xfer_tunable_attribute
 * @buf: page
 *
 * Return: length.
 */
ssize_t serial_xfer_tunable_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct serial_xfer_tunable_attribute *tunable =
		container_of(attr, struct serial_xfer_tunable_attribute, attr);

	return sysfs_emit(buf, "%u\n", READ_ONCE(*tunable_of(dev, tunable)));
}
EXPORT_SYMBOL_GPL(serial_xfer_tunable_show);

/**
 * serial_xfer_tunable_store() - set a number
 * @dev: device that has it
 * @attr: of a struct serial_xfer_tunable_attribute
 * @buf: the number
 * @count: length
 *
 * Return: @count or -EINVAL.
 */
ssize_t serial_xfer_tunable_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	struct serial_xfer_tunable_attribute *tunable =
		container_of(attr, struct serial_xfer_tunable_attribute, attr);
	unsigned int value;
	int ret;

	ret = kstrtouint(buf, 0, &value);
	if (ret)
		return ret;
	if (value < tunable->min || value > tunable->max)
		return -EINVAL;
	WRITE_ONCE(*tunable_of(dev, tunable), value);
	return count;
}
EXPORT_SYMBOL_GPL(serial_xfer_tunable_store);

/**
 * serial_xfer_echo_emit() - write what is known of a port's echo
 * @port: the port
 * @buf: page
 *
 * Return: length.
 */
ssize_t serial_xfer_echo_emit(struct serial_xfer_port *port, char *buf)
{
	static const char * const names[] = {
		[SERIAL_XFER_ECHO_UNKNOWN] = "unknown",
		[SERIAL_XFER_ECHO_NO] = "no",
		[SERIAL_XFER_ECHO_YES] = "yes",
	};

	return sysfs_emit(buf, "%s\n", names[serial_xfer_port_echo(port)]);
}
EXPORT_SYMBOL_GPL(serial_xfer_echo_emit);

/**
 * serial_xfer_fw_name() - name of a device that firmware describes
 * @fwnode: its node
 * @name: result: the first compatible without its vendor
 * @size: room there
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: too long; or the error that reading the property gave.
 */
int serial_xfer_fw_name(const struct fwnode_handle *fwnode, char *name, size_t size)
{
	const char *compatible, *comma;
	int ret;

	ret = fwnode_property_read_string(fwnode, "compatible", &compatible);
	if (ret)
		return ret;
	comma = strchr(compatible, ',');
	return strscpy(name, comma ? comma + 1 : compatible, size) < 0 ? -EINVAL : 0;
}
EXPORT_SYMBOL_GPL(serial_xfer_fw_name);
