// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meters on a wired M-Bus: the IIO device.
 */
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/iio/sysfs.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>
#include <linux/xarray.h>

#include "mbus_meter.h"

static const struct mbus_meter_key *meter_key(const struct mbus_meter *meter,
					      const struct iio_chan_spec *chan)
{
	return &meter->first->entries[chan->address].key;
}

static int meter_read_number(struct mbus_meter *meter, const struct iio_chan_spec *chan,
			     int *val, int *val2)
{
	s64 value;
	int ret;

	ret = mbus_meter_get(meter, chan->address, &value);
	if (ret)
		return ret;

	*val = lower_32_bits(value);
	if (meter_key(meter, chan)->sort->form == MBUS_METER_RAW)
		return IIO_VAL_INT;

	*val2 = upper_32_bits(value);
	return IIO_VAL_INT_64;
}

static int meter_read_nano(struct mbus_meter *meter, const struct iio_chan_spec *chan,
			   int *val, int *val2)
{
	s64 value;
	int ret;

	ret = mbus_meter_get(meter, chan->address, &value);
	if (ret)
		return ret;

	mbus_meter_split_nano(value, val, val2);
	return IIO_VAL_INT_PLUS_NANO;
}

static int meter_read_raw(struct iio_dev *indio_dev, const struct iio_chan_spec *chan,
			  int *val, int *val2, long mask)
{
	struct mbus_meter *meter = iio_priv(indio_dev);

	switch (mask) {
	case IIO_CHAN_INFO_RAW:
		return meter_read_number(meter, chan, val, val2);
	case IIO_CHAN_INFO_SCALE:
		return mbus_meter_scale(meter_key(meter, chan), val, val2);
	case IIO_CHAN_INFO_FREQUENCY:
#ifndef COMPAT_NO_IIO_POWERFACTOR
	case IIO_CHAN_INFO_POWERFACTOR:
#endif
		return meter_read_nano(meter, chan, val, val2);
	default:
		return -EINVAL;
	}
}

static int meter_read_label(struct iio_dev *indio_dev, const struct iio_chan_spec *chan,
			    char *buf)
{
	char label[MBUS_METER_LABEL_SIZE];

	mbus_meter_label(meter_key(iio_priv(indio_dev), chan), label, sizeof(label));
	return sysfs_emit(buf, "%s\n", label);
}

#ifdef COMPAT_NO_IIO_POWERFACTOR
static ssize_t meter_powerfactor_read(struct iio_dev *indio_dev, uintptr_t private,
				      const struct iio_chan_spec *chan, char *buf)
{
	int vals[2];
	int ret;

	ret = meter_read_nano(iio_priv(indio_dev), chan, &vals[0], &vals[1]);
	return ret < 0 ? ret : iio_format_value(buf, ret, ARRAY_SIZE(vals), vals);
}

static const struct iio_chan_spec_ext_info meter_powerfactor[] = {
	{ .name = "powerfactor", .shared = IIO_SEPARATE, .read = meter_powerfactor_read },
	{ }
};

static void meter_set_powerfactor(struct iio_chan_spec *chan)
{
	chan->ext_info = meter_powerfactor;
}
#else
static void meter_set_powerfactor(struct iio_chan_spec *chan)
{
	chan->info_mask_separate = BIT(IIO_CHAN_INFO_POWERFACTOR);
}
#endif

static void meter_set_channel(struct iio_chan_spec *chan, const struct mbus_meter_entry *entry,
			      unsigned int i)
{
	chan->type = entry->key.sort->type;
	chan->indexed = 1;
	chan->channel = entry->place;
	chan->address = i;
	chan->scan_index = -1;

	switch (entry->key.sort->form) {
	case MBUS_METER_FREQUENCY:
		chan->info_mask_separate = BIT(IIO_CHAN_INFO_FREQUENCY);
		break;
	case MBUS_METER_POWERFACTOR:
		meter_set_powerfactor(chan);
		break;
	default:
		chan->info_mask_separate = BIT(IIO_CHAN_INFO_RAW) | BIT(IIO_CHAN_INFO_SCALE);
	}
}

static int meter_add_channels(struct device *dev, struct iio_dev *indio_dev)
{
	const struct mbus_meter *meter = iio_priv(indio_dev);
	struct iio_chan_spec *chan;
	unsigned int i;

	chan = devm_kcalloc(dev, meter->first->nr, sizeof(*chan), GFP_KERNEL);
	if (!chan)
		return -ENOMEM;
	for (i = 0; i < meter->first->nr; i++)
		meter_set_channel(&chan[i], &meter->first->entries[i], i);

	indio_dev->channels = chan;
	indio_dev->num_channels = meter->first->nr;
	return 0;
}

static struct mbus_meter *meter_of_dev(struct device *dev)
{
	return iio_priv(dev_to_iio_dev(dev));
}

static const struct mbus_meter_identity *identity_of_dev(struct device *dev)
{
	return &meter_of_dev(dev)->first->identity;
}

static ssize_t manufacturer_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	char name[4];

	meterbus_manufacturer_name(identity_of_dev(dev)->manufacturer, name);
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t serial_number_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", meter_of_dev(dev)->serial);
}

static ssize_t version_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", identity_of_dev(dev)->version);
}

static ssize_t medium_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", identity_of_dev(dev)->medium);
}

static ssize_t meter_show_status(struct mbus_meter *meter, const u8 *field, char *buf)
{
	int ret;

	ret = mbus_meter_refresh(meter);
	if (ret)
		return ret;

	guard(mutex)(&meter->lock);

	return meter->has_status ? sysfs_emit(buf, "%u\n", *field) : -ENODATA;
}

static ssize_t access_number_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mbus_meter *meter = meter_of_dev(dev);

	return meter_show_status(meter, &meter->access, buf);
}

static ssize_t status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct mbus_meter *meter = meter_of_dev(dev);

	return meter_show_status(meter, &meter->status, buf);
}

static ssize_t update_interval_show(struct device *dev, struct device_attribute *attr,
				    char *buf)
{
	struct mbus_meter *meter = meter_of_dev(dev);

	guard(mutex)(&meter->lock);

	return sysfs_emit(buf, "%u\n", meter->update_interval);
}

static ssize_t update_interval_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t len)
{
	struct mbus_meter *meter = meter_of_dev(dev);
	int interval, ret;

	ret = kstrtoint(buf, 10, &interval);
	if (ret)
		return ret;
	if (interval < 0)
		return -EINVAL;

	guard(mutex)(&meter->lock);

	meter->update_interval = interval;
	return len;
}

static DEVICE_ATTR_RO(manufacturer);
static DEVICE_ATTR_RO(serial_number);
static DEVICE_ATTR_RO(version);
static DEVICE_ATTR_RO(medium);
static DEVICE_ATTR_RO(access_number);
static DEVICE_ATTR_RO(status);
static DEVICE_ATTR_RW(update_interval);

static struct attribute *meter_attrs[] = {
	&dev_attr_manufacturer.attr,
	&dev_attr_serial_number.attr,
	&dev_attr_version.attr,
	&dev_attr_medium.attr,
	&dev_attr_access_number.attr,
	&dev_attr_status.attr,
	&dev_attr_update_interval.attr,
	NULL
};

/* What the meter does not say is not shown. The core asks for its own attributes, too. */
static umode_t meter_is_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	const struct mbus_meter *meter = meter_of_dev(kobj_to_dev(kobj));
	const struct mbus_meter_identity *identity = &meter->first->identity;
	bool visible = true;

	if (attr == &dev_attr_manufacturer.attr || attr == &dev_attr_version.attr)
		visible = identity->known && !identity->fixed;
	else if (attr == &dev_attr_serial_number.attr || attr == &dev_attr_medium.attr)
		visible = identity->known;
	else if (attr == &dev_attr_access_number.attr || attr == &dev_attr_status.attr)
		visible = meter->first->has_status;

	return visible ? attr->mode : 0;
}

static const struct attribute_group meter_group = {
	.attrs = meter_attrs,
	.is_visible = meter_is_visible,
};

static const struct iio_info meter_info = {
	.attrs = &meter_group,
	.read_raw = meter_read_raw,
	.read_label = meter_read_label,
};

/* What the IIO device that this one replaces has left, see mbus_meter_remove() */
static unsigned int meter_inherited_interval(struct meterbus_device *mdev)
{
	void *data = dev_get_drvdata(&mdev->dev);

	return xa_is_value(data) ? xa_to_value(data) : MBUS_METER_DEFAULT_UPDATE_MS;
}

static void meter_describe(struct iio_dev *indio_dev)
{
	struct mbus_meter *meter = iio_priv(indio_dev);

	indio_dev->name = "mbus-meter";
	indio_dev->info = &meter_info;
	indio_dev->modes = INDIO_DIRECT_MODE;
	if (!meter->first->identity.known)
		return;
	snprintf(meter->serial, sizeof(meter->serial), "%08x", meter->first->identity.id);
	indio_dev->label = meter->serial;
}

/**
 * mbus_meter_register() - read a meter out and register it as an IIO device
 * @mdev: its device on the bus; its driver data are the meter afterwards
 *
 * Return: 0; -ENODATA: what the meter says is not understood; or another error.
 */
int mbus_meter_register(struct meterbus_device *mdev)
{
	struct device *dev = &mdev->dev;
	struct iio_dev *indio_dev;
	struct mbus_meter *meter;
	int ret;

	indio_dev = devm_iio_device_alloc(dev, sizeof(*meter));
	if (!indio_dev)
		return -ENOMEM;

	meter = iio_priv(indio_dev);
	meter->mdev = mdev;
	meter->read = meterbus_read;
	meter->recheck = meterbus_device_recheck;
	meter->written_at = meterbus_device_written_at;
	meter->update_interval = meter_inherited_interval(mdev);
	meter->telegram = devm_meterbus_telegram_file(dev);
	if (!meter->telegram)
		return -ENOMEM;

	ret = mbus_meter_cache_init(meter, dev);
	if (ret)
		return ret;
	ret = meter_add_channels(dev, indio_dev);
	if (ret)
		return ret;

	meter_describe(indio_dev);
	ret = devm_iio_device_register(dev, indio_dev);
	if (ret)
		return ret;
	ret = devm_meterbus_telegram_file_add(dev, meter->telegram, &indio_dev->dev.kobj);
	if (!ret)
		dev_set_drvdata(dev, meter);
	return ret;
}
