// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of controllers and devices: Documentation/ABI/testing/sysfs-bus-modbus.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "internal.h"

static struct serial_xfer_stats *modbus_stats(struct device *dev)
{
	if (dev->type == &modbus_controller_type)
		return serial_xfer_port_stats(to_modbus_controller(dev)->port);
	return &dev_to_modbus_priv(dev)->client.stats;
}

#define MODBUS_STAT(_name, _stat) \
	SERIAL_XFER_STAT_ATTR(modbus, _name, _stat, modbus_stats)

MODBUS_STAT(exchanges, SERIAL_XFER_EXCHANGES);
MODBUS_STAT(timeouts, SERIAL_XFER_TIMEOUTS);
MODBUS_STAT(crc_errors, SERIAL_XFER_CHECK_ERRORS);
MODBUS_STAT(frame_errors, SERIAL_XFER_FRAME_ERRORS);
MODBUS_STAT(exceptions, SERIAL_XFER_REFUSALS);
MODBUS_STAT(retries, SERIAL_XFER_RETRIES);
MODBUS_STAT(stale_replies, SERIAL_XFER_STALE_REPLIES);
MODBUS_STAT(echoes, SERIAL_XFER_ECHOES);
MODBUS_STAT(tx_bytes, SERIAL_XFER_TX_BYTES);
MODBUS_STAT(rx_bytes, SERIAL_XFER_RX_BYTES);

static struct attribute *modbus_stat_attrs[] = {
	&modbus_stat_exchanges.attr.attr,
	&modbus_stat_timeouts.attr.attr,
	&modbus_stat_crc_errors.attr.attr,
	&modbus_stat_frame_errors.attr.attr,
	&modbus_stat_exceptions.attr.attr,
	&modbus_stat_retries.attr.attr,
	&modbus_stat_stale_replies.attr.attr,
	&modbus_stat_echoes.attr.attr,
	&modbus_stat_tx_bytes.attr.attr,
	&modbus_stat_rx_bytes.attr.attr,
	NULL
};

static const struct attribute_group modbus_stat_group = {
	.name = "statistics",
	.attrs = modbus_stat_attrs,
};

SERIAL_XFER_TUNABLE_ATTR(modbus, struct modbus_controller, response_timeout_ms, 1, 60000);
SERIAL_XFER_TUNABLE_ATTR(modbus, struct modbus_controller, retries, 0, 10);
SERIAL_XFER_TUNABLE_ATTR(modbus, struct modbus_controller, turnaround_ms, 0, 10000);

static struct serial_xfer_line modbus_line(struct device *dev)
{
	if (dev->type == &modbus_controller_type)
		return to_modbus_controller(dev)->line;
	return modbus_device_line(to_modbus_device(dev));
}

static ssize_t speed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", modbus_line(dev).speed);
}
static DEVICE_ATTR_RO(speed);

static ssize_t parity_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", modbus_parity_name(modbus_line(dev).parity));
}
static DEVICE_ATTR_RO(parity);

static ssize_t echo_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return serial_xfer_echo_emit(to_modbus_controller(dev)->port, buf);
}
static DEVICE_ATTR_RO(echo);

static int modbus_parse_unit(const char *word, u8 *unit)
{
	if (kstrtou8(word, 0, unit))
		return -EINVAL;
	return *unit < MODBUS_UNIT_MIN || *unit > MODBUS_UNIT_MAX ? -EINVAL : 0;
}

static int modbus_parse_speed(const char *word, unsigned int *speed)
{
	if (kstrtouint(word, 10, speed))
		return -EINVAL;
	return modbus_check_speed(*speed);
}

/* NAME ADDRESS [SPEED [PARITY]] */
static int modbus_parse_new(int argc, char **argv, struct modbus_board_info *info)
{
	int ret;

	if (argc < 2 || argc > 4)
		return -EINVAL;
	if (strscpy(info->name, argv[0], sizeof(info->name)) < 0)
		return -EINVAL;
	ret = modbus_parse_unit(argv[1], &info->unit);
	if (!ret && argc > 2)
		ret = modbus_parse_speed(argv[2], &info->line.speed);
	if (!ret && argc > 3)
		ret = modbus_parse_parity(argv[3], &info->line.parity);
	return ret;
}

static ssize_t new_device_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct modbus_controller *ctrl = to_modbus_controller(dev);
	struct modbus_board_info info = { .line = ctrl->line, .from_user = true };
	char **argv;
	int argc, ret;

	argv = argv_split(GFP_KERNEL, buf, &argc);
	if (!argv)
		return -ENOMEM;
	ret = modbus_parse_new(argc, argv, &info);
	argv_free(argv);
	if (!ret)
		ret = modbus_device_create(ctrl, &info, NULL);
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(new_device);

static ssize_t delete_device_store(struct device *dev, struct device_attribute *attr,
				   const char *buf, size_t count)
{
	struct modbus_device_priv *priv;
	char word[8];
	u8 unit;
	int ret;

	if (strscpy(word, buf, sizeof(word)) < 0)
		return -EINVAL;
	ret = modbus_parse_unit(strim(word), &unit);
	if (ret)
		return ret;
	priv = modbus_device_take(to_modbus_controller(dev), unit, true);
	if (!priv)
		return -ENOENT;
	modbus_device_delete(priv);
	return count;
}
static DEVICE_ATTR_IGNORE_LOCKDEP(delete_device, 0200, NULL, delete_device_store);

static struct attribute *modbus_controller_attrs[] = {
	&modbus_response_timeout_ms.attr.attr,
	&modbus_retries.attr.attr,
	&modbus_turnaround_ms.attr.attr,
	&dev_attr_speed.attr,
	&dev_attr_parity.attr,
	&dev_attr_echo.attr,
	&dev_attr_new_device.attr,
	&dev_attr_delete_device.attr,
	NULL
};

static const struct attribute_group modbus_controller_group = {
	.attrs = modbus_controller_attrs,
};

const struct attribute_group *modbus_controller_groups[] = {
	&modbus_controller_group,
	&modbus_stat_group,
	NULL
};

static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_modbus_device(dev)->name);
}
static DEVICE_ATTR_RO(name);

static ssize_t modalias_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "modbus:%s\n", to_modbus_device(dev)->name);
}
static DEVICE_ATTR_RO(modalias);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return serial_xfer_life_emit(&dev_to_modbus_priv(dev)->life, buf);
}
static DEVICE_ATTR_RO(state);

static struct attribute *modbus_device_attrs[] = {
	&dev_attr_name.attr,
	&dev_attr_modalias.attr,
	&dev_attr_speed.attr,
	&dev_attr_parity.attr,
	&dev_attr_state.attr,
	NULL
};

static const struct attribute_group modbus_device_group = {
	.attrs = modbus_device_attrs,
};

const struct attribute_group *modbus_device_groups[] = {
	&modbus_device_group,
	&modbus_stat_group,
	NULL
};
