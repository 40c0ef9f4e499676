// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: the IIO device.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/iio/iio.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "pro380_core.h"

static int pro380_read_number(struct pro380 *pro, const struct iio_chan_spec *chan,
			      int *val, int *val2)
{
	s64 value;
	int ret;

	ret = pro380_read(pro, chan->address, &value);
	if (ret)
		return ret;

	*val = lower_32_bits(value);
	if (chan->scan_type.realbits == 32)
		return IIO_VAL_INT;

	*val2 = upper_32_bits(value);
	return IIO_VAL_INT_64;
}

static int pro380_read_micro(struct pro380 *pro, enum pro380_item item, int *val, int *val2)
{
	s64 value;
	int ret;

	ret = pro380_read(pro, item, &value);
	if (ret)
		return ret;

	pro380_split_micro(value, val, val2);
	return IIO_VAL_INT_PLUS_MICRO;
}

static int pro380_scale(enum iio_chan_type type, int *val, int *val2)
{
	switch (type) {
	case IIO_CURRENT:
		*val = 0;
		*val2 = 100000;
		return IIO_VAL_INT_PLUS_MICRO;
	case IIO_POWER:
		*val = 10;
		return IIO_VAL_INT;
	default:
		*val = 1;
		return IIO_VAL_INT;
	}
}

static int pro380_read_raw(struct iio_dev *indio_dev, const struct iio_chan_spec *chan,
			   int *val, int *val2, long mask)
{
	struct pro380 *pro = iio_priv(indio_dev);

	switch (mask) {
	case IIO_CHAN_INFO_RAW:
		return pro380_read_number(pro, chan, val, val2);
	case IIO_CHAN_INFO_SCALE:
		return pro380_scale(chan->type, val, val2);
	case IIO_CHAN_INFO_FREQUENCY:
		return pro380_read_micro(pro, PRO380_ITEM_FREQUENCY, val, val2);
#ifndef COMPAT_NO_IIO_POWERFACTOR
	case IIO_CHAN_INFO_POWERFACTOR:
		return pro380_read_micro(pro, PRO380_ITEM_POWERFACTOR + chan->channel,
					 val, val2);
#endif
	default:
		return -EINVAL;
	}
}

static int pro380_write_raw(struct iio_dev *indio_dev, const struct iio_chan_spec *chan,
			    int val, int val2, long mask)
{
	if (mask != IIO_CHAN_INFO_RAW || chan->address != PRO380_ITEM_RESETTABLE)
		return -EINVAL;
	if (val || val2)
		return -EINVAL;

	return pro380_write(iio_priv(indio_dev), PRO380_ITEM_RESETTABLE, 0);
}

/* Nothing but 0 may be written: no fractions to parse */
static int pro380_write_raw_get_fmt(struct iio_dev *indio_dev,
				    const struct iio_chan_spec *chan, long mask)
{
	return IIO_VAL_INT;
}

static int pro380_read_label(struct iio_dev *indio_dev, const struct iio_chan_spec *chan,
			     char *buf)
{
	char label[PRO380_LABEL_SIZE];
	int ret;

	ret = pro380_channel_label(chan, label);
	return ret < 0 ? ret : sysfs_emit(buf, "%s\n", label);
}

static int pro380_fwnode_xlate(struct iio_dev *indio_dev,
			       const struct fwnode_reference_args *iiospec)
{
	if (!iiospec->nargs)
		return -EINVAL;

	return pro380_channel_of_cell(indio_dev, iiospec->args[0]);
}

static const struct iio_info pro380_info = {
	.attrs = &pro380_config_group,
	.read_raw = pro380_read_raw,
	.write_raw = pro380_write_raw,
	.write_raw_get_fmt = pro380_write_raw_get_fmt,
	.read_label = pro380_read_label,
	.fwnode_xlate = pro380_fwnode_xlate,
};

static bool pro380_is_consumer(struct device *dev, const struct fwnode_handle *meter)
{
	struct fwnode_reference_args args;
	unsigned int i;

	for (i = 0; !fwnode_property_get_reference_args(dev_fwnode(dev), "io-channels",
							"#io-channel-cells", 0, i, &args);
	     i++) {
		fwnode_handle_put(args.fwnode);
		if (args.fwnode == meter)
			return true;
	}

	return false;
}

static int pro380_reprobe_consumer(struct device *dev, void *meter)
{
	if (dev_fwnode(dev) && pro380_is_consumer(dev, meter) && device_reprobe(dev))
		dev_dbg(dev, "not probed again\n");

	return 0;
}

/*
 * Consumers of io-channels, iio-hwmon for one, defer their probe until the IIO
 * device is there, and are tried again whenever a driver is bound. A meter's
 * driver was bound long before its meter answered, so that has to be asked for.
 * And who holds channels of an IIO device that this one replaces has to get new
 * ones. In a work item, since the caller may hold locks of other devices.
 */
static void pro380_announce(struct work_struct *work)
{
	struct pro380 *pro = container_of(work, struct pro380, announce);
	struct fwnode_handle *meter = dev_fwnode(&pro->indio_dev->dev);

	if (meter)
		bus_for_each_dev(&platform_bus_type, NULL, meter, pro380_reprobe_consumer);
}

static void pro380_cancel_announce(void *data)
{
	struct pro380 *pro = data;

	cancel_work_sync(&pro->announce);
}

static int pro380_read_serial(struct pro380 *pro)
{
	s64 serial;
	int ret;

	ret = pro380_read(pro, PRO380_ITEM_SERIAL_NUMBER, &serial);
	if (ret)
		return ret;

	snprintf(pro->serial, sizeof(pro->serials[0]), "%08llx", serial);
	return 0;
}

/* At a new address the meter goes on as it was, another meter does not */
static void pro380_inherit(struct pro380 *pro, const struct pro380_keep *keep)
{
	if (!keep || strcmp(keep->serial, pro->serial))
		return;

	pro->update_interval = keep->update_interval;
	atomic64_set(&pro->dropped_scans, keep->dropped_scans);
}

static void pro380_remove_statistics(void *data)
{
	struct iio_dev *indio_dev = data;

	sysfs_remove_group(&indio_dev->dev.kobj, &pro380_statistics_group);
}

static int pro380_add_statistics(struct device *dev, struct iio_dev *indio_dev)
{
	int ret;

	ret = sysfs_create_group(&indio_dev->dev.kobj, &pro380_statistics_group);
	if (ret)
		return ret;

	return devm_add_action_or_reset(dev, pro380_remove_statistics, indio_dev);
}

static void pro380_init(struct pro380 *pro, struct iio_dev *indio_dev,
			const struct pro380_desc *desc)
{
	struct pro380_channels channels = pro380_channels(desc->layout);

	mutex_init(&pro->io);
	mutex_init(&pro->lock);
	INIT_WORK(&pro->announce, pro380_announce);
	pro->indio_dev = indio_dev;
	pro->desc = *desc;
	pro->desc.keep = NULL;
	pro->serial = pro->serials[0];
	pro->update_interval = PRO380_DEFAULT_UPDATE_MS;

	indio_dev->name = desc->name;
	indio_dev->label = pro->serial;
	indio_dev->info = &pro380_info;
	indio_dev->modes = INDIO_DIRECT_MODE;
	indio_dev->channels = channels.spec;
	indio_dev->num_channels = channels.nr;
}

static int pro380_publish(struct device *dev, struct pro380 *pro)
{
	int ret;

	ret = pro380_trigger_setup(dev, pro);
	if (ret)
		return ret;

	ret = pro380_buffer_setup(dev, pro);
	if (ret)
		return ret;

	ret = devm_iio_device_register(dev, pro->indio_dev);
	if (ret)
		return ret;

	ret = pro380_add_statistics(dev, pro->indio_dev);
	if (ret)
		return ret;

	schedule_work(&pro->announce);
	return devm_add_action_or_reset(dev, pro380_cancel_announce, pro);
}

/**
 * devm_pro380_register() - register a meter as an IIO device
 * @dev: the transport's device, whose life the IIO device shares
 * @desc: the meter; copied
 *
 * The meter is asked for its serial number, so the transport must be ready.
 *
 * Return: the IIO device, or an ERR_PTR().
 */
struct iio_dev *devm_pro380_register(struct device *dev, const struct pro380_desc *desc)
{
	struct iio_dev *indio_dev;
	struct pro380 *pro;
	int ret;

	indio_dev = devm_iio_device_alloc(dev, sizeof(*pro));
	if (!indio_dev)
		return ERR_PTR(-ENOMEM);

	pro = iio_priv(indio_dev);
	pro380_init(pro, indio_dev, desc);
	ret = pro380_read_serial(pro);
	if (ret)
		return ERR_PTR(ret);

	pro380_inherit(pro, desc->keep);
	ret = pro380_publish(dev, pro);
	return ret ? ERR_PTR(ret) : indio_dev;
}
EXPORT_SYMBOL_GPL(devm_pro380_register);

MODULE_DESCRIPTION("inepro PRO380 electricity meters");
MODULE_LICENSE("GPL");
