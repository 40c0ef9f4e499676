// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of controllers and devices: Documentation/ABI/testing/sysfs-bus-mbus.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "internal.h"

static struct serial_xfer_stats *meterbus_stats(struct device *dev)
{
	if (dev->type == &meterbus_controller_type)
		return serial_xfer_port_stats(to_meterbus_controller(dev)->port);
	return &dev_to_meterbus_priv(dev)->client.stats;
}

#define METERBUS_STAT(_name, _stat) \
	SERIAL_XFER_STAT_ATTR(meterbus, _name, _stat, meterbus_stats)

METERBUS_STAT(exchanges, SERIAL_XFER_EXCHANGES);
METERBUS_STAT(timeouts, SERIAL_XFER_TIMEOUTS);
METERBUS_STAT(checksum_errors, SERIAL_XFER_CHECK_ERRORS);
METERBUS_STAT(frame_errors, SERIAL_XFER_FRAME_ERRORS);
METERBUS_STAT(exceptions, SERIAL_XFER_REFUSALS);
METERBUS_STAT(retries, SERIAL_XFER_RETRIES);
METERBUS_STAT(stale_replies, SERIAL_XFER_STALE_REPLIES);
METERBUS_STAT(echoes, SERIAL_XFER_ECHOES);
METERBUS_STAT(tx_bytes, SERIAL_XFER_TX_BYTES);
METERBUS_STAT(rx_bytes, SERIAL_XFER_RX_BYTES);

static struct attribute *meterbus_stat_attrs[] = {
	&meterbus_stat_exchanges.attr.attr,
	&meterbus_stat_timeouts.attr.attr,
	&meterbus_stat_checksum_errors.attr.attr,
	&meterbus_stat_frame_errors.attr.attr,
	&meterbus_stat_exceptions.attr.attr,
	&meterbus_stat_retries.attr.attr,
	&meterbus_stat_stale_replies.attr.attr,
	&meterbus_stat_echoes.attr.attr,
	&meterbus_stat_tx_bytes.attr.attr,
	&meterbus_stat_rx_bytes.attr.attr,
	NULL
};

static const struct attribute_group meterbus_stat_group = {
	.name = "statistics",
	.attrs = meterbus_stat_attrs,
};

SERIAL_XFER_TUNABLE_ATTR(meterbus, struct meterbus_controller, response_timeout_ms, 50, 60000);
SERIAL_XFER_TUNABLE_ATTR(meterbus, struct meterbus_controller, retries, 0, 10);

static ssize_t speed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	unsigned int speed;

	if (dev->type == &meterbus_controller_type)
		speed = to_meterbus_controller(dev)->line.speed;
	else
		speed = meterbus_device_line(to_meterbus_device(dev)).speed;
	return sysfs_emit(buf, "%u\n", speed);
}
static DEVICE_ATTR_RO(speed);

static ssize_t echo_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return serial_xfer_echo_emit(to_meterbus_controller(dev)->port, buf);
}
static DEVICE_ATTR_RO(echo);

static int meterbus_parse_speed(const char *word, unsigned int *speed)
{
	int ret = kstrtouint(word, 10, speed);

	return ret ? ret : meterbus_check_speed(*speed);
}

/* NAME ADDRESS [SPEED] */
static int meterbus_parse_new(int argc, char **argv, struct meterbus_board_info *info)
{
	int ret;

	if (argc < 2 || argc > 3)
		return -EINVAL;
	if (strscpy(info->name, argv[0], sizeof(info->name)) < 0)
		return -EINVAL;
	ret = meterbus_parse_address(argv[1], &info->address);
	if (!ret && argc > 2)
		ret = meterbus_parse_speed(argv[2], &info->line.speed);
	return ret;
}

static ssize_t new_device_store(struct device *dev, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct meterbus_controller *ctrl = to_meterbus_controller(dev);
	struct meterbus_board_info info = { .line = ctrl->line, .from_user = true };
	char **argv;
	int argc, ret;

	argv = argv_split(GFP_KERNEL, buf, &argc);
	if (!argv)
		return -ENOMEM;
	ret = meterbus_parse_new(argc, argv, &info);
	argv_free(argv);
	if (!ret)
		ret = meterbus_device_create(ctrl, &info, NULL);
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(new_device);

static ssize_t delete_device_store(struct device *dev, struct device_attribute *attr,
				   const char *buf, size_t count)
{
	struct meterbus_device_priv *priv;
	struct meterbus_address address;
	char word[24];
	int ret;

	if (strscpy(word, buf, sizeof(word)) < 0)
		return -EINVAL;
	ret = meterbus_parse_address(strim(word), &address);
	if (ret)
		return ret;
	priv = meterbus_device_take(to_meterbus_controller(dev), &address);
	if (!priv)
		return -ENOENT;
	meterbus_device_delete(priv);
	return count;
}
static DEVICE_ATTR_IGNORE_LOCKDEP(delete_device, 0200, NULL, delete_device_store);

static struct attribute *meterbus_controller_attrs[] = {
	&meterbus_response_timeout_ms.attr.attr,
	&meterbus_retries.attr.attr,
	&dev_attr_speed.attr,
	&dev_attr_echo.attr,
	&dev_attr_new_device.attr,
	&dev_attr_delete_device.attr,
	NULL
};

static const struct attribute_group meterbus_controller_group = {
	.attrs = meterbus_controller_attrs,
};

const struct attribute_group *meterbus_controller_groups[] = {
	&meterbus_controller_group,
	&meterbus_stat_group,
	NULL
};

static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_meterbus_device(dev)->name);
}
static DEVICE_ATTR_RO(name);

static ssize_t modalias_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "mbus:%s\n", to_meterbus_device(dev)->name);
}
static DEVICE_ATTR_RO(modalias);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return serial_xfer_life_emit(&dev_to_meterbus_priv(dev)->life, buf);
}
static DEVICE_ATTR_RO(state);

static struct attribute *meterbus_device_attrs[] = {
	&dev_attr_name.attr,
	&dev_attr_modalias.attr,
	&dev_attr_speed.attr,
	&dev_attr_state.attr,
	NULL
};

static const struct attribute_group meterbus_device_group = {
	.attrs = meterbus_device_attrs,
};

const struct attribute_group *meterbus_device_groups[] = {
	&meterbus_device_group,
	&meterbus_stat_group,
	NULL
};
