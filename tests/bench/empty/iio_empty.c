// SPDX-License-Identifier: GPL-2.0-only
/*
 * IIO devices that do nothing, with the channels of an IIO device that there is:
 * what the IIO core itself needs for each, to be held against the real one.
 * The source must outlive this module.
 */
#include <linux/device.h>
#include <linux/iio/buffer.h>
#include <linux/iio/iio.h>
#include <linux/iio/trigger_consumer.h>
#include <linux/iio/triggered_buffer.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static char *source = "iio:device0";
module_param(source, charp, 0444);
MODULE_PARM_DESC(source, "the IIO device whose channels are taken");

static unsigned int count = 1;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how many devices");

static struct platform_device *parent;

static int iio_empty_read_raw(struct iio_dev *indio_dev, const struct iio_chan_spec *chan,
			      int *val, int *val2, long mask)
{
	return -EOPNOTSUPP;
}

static const struct iio_info iio_empty_info = {
	.read_raw = iio_empty_read_raw,
};

static irqreturn_t iio_empty_trigger(int irq, void *p)
{
	struct iio_poll_func *pf = p;

	iio_trigger_notify_done(pf->indio_dev->trig);
	return IRQ_HANDLED;
}

static int iio_empty_add(struct device *dev, const struct iio_dev *model)
{
	struct iio_dev *indio_dev;
	int ret;

	indio_dev = devm_iio_device_alloc(dev, 0);
	if (!indio_dev)
		return -ENOMEM;
	indio_dev->name = "empty";
	indio_dev->info = &iio_empty_info;
	indio_dev->channels = model->channels;
	indio_dev->num_channels = model->num_channels;
	indio_dev->modes = INDIO_DIRECT_MODE;
	ret = devm_iio_triggered_buffer_setup(dev, indio_dev, iio_pollfunc_store_time,
					      iio_empty_trigger, NULL);
	if (ret)
		return ret;

	return devm_iio_device_register(dev, indio_dev);
}

static int iio_empty_add_all(struct device *dev)
{
	struct device *model = bus_find_device_by_name(&iio_bus_type, NULL, source);
	unsigned int i;
	int ret = 0;

	if (!model)
		return -ENODEV;
	for (i = 0; i < count && !ret; i++)
		ret = iio_empty_add(dev, dev_to_iio_dev(model));
	put_device(model);
	return ret;
}

static int iio_empty_probe(struct platform_device *pdev)
{
	return iio_empty_add_all(&pdev->dev);
}

static struct platform_driver iio_empty_driver = {
	.driver = { .name = "iio_empty" },
	.probe = iio_empty_probe,
};

static int __init iio_empty_init(void)
{
	int ret = platform_driver_register(&iio_empty_driver);

	if (ret)
		return ret;
	parent = platform_device_register_simple("iio_empty", PLATFORM_DEVID_NONE, NULL, 0);
	if (!IS_ERR(parent))
		return 0;
	platform_driver_unregister(&iio_empty_driver);
	return PTR_ERR(parent);
}
module_init(iio_empty_init);

static void __exit iio_empty_exit(void)
{
	platform_device_unregister(parent);
	platform_driver_unregister(&iio_empty_driver);
}
module_exit(iio_empty_exit);

MODULE_DESCRIPTION("IIO devices that do nothing");
MODULE_LICENSE("GPL");
