// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380-Mb electricity meters on a wired M-Bus.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "pro380_mbus.h"

static ktime_t pro380_mbus_written_at(void *priv)
{
	const struct pro380_mbus *pm = priv;

	return meterbus_device_written_at(pm->mdev);
}

static const struct pro380_ops pro380_mbus_ops = {
	.fetch = pro380_mbus_fetch,
	.write = pro380_mbus_write,
	.move = pro380_mbus_move,
	.written_at = pro380_mbus_written_at,
};

static const struct pro380_mbus_bus pro380_mbus_bus = {
	.read = meterbus_read,
	.write = meterbus_write,
	.recheck = meterbus_device_recheck,
	.is_online = meterbus_device_is_online,
	.line = meterbus_device_line,
	.set_speed = meterbus_device_set_speed,
	.address = meterbus_device_address,
	.probe = meterbus_address_probe,
	.reserve = meterbus_address_reserve,
	.use = meterbus_address_use,
	.cancel = meterbus_address_cancel,
	.commit = meterbus_address_commit,
};

static const enum pro380_item pro380_mbus_readable[] = {
	PRO380_ITEM_SERIAL_NUMBER,
	PRO380_ITEM_SECONDARY_ADDRESS,
	PRO380_ITEM_MANUFACTURER,
	PRO380_ITEM_VERSION,
	PRO380_ITEM_MEDIUM,
	PRO380_ITEM_ADDRESS,
	PRO380_ITEM_ACCESS_NUMBER,
	PRO380_ITEM_STATUS,
};

static const enum pro380_item pro380_mbus_writable[] = {
	PRO380_ITEM_SECONDARY_ADDRESS,
	PRO380_ITEM_ADDRESS,
	PRO380_ITEM_BAUD_RATE,
	PRO380_ITEM_TARIFF,
	PRO380_ITEM_COMBINATION_CODE,
	PRO380_ITEM_S0_RATE,
	PRO380_ITEM_POWER_DOWN_COUNTER,
	PRO380_ITEM_RESETTABLE,
};

/**
 * pro380_mbus_identify() - read a meter out, to see who it is
 * @pm: the meter
 * @report: result
 *
 * Return: 0 or an error of meterbus_read() or pro380_mbus_decode().
 */
int pro380_mbus_identify(struct pro380_mbus *pm, struct pro380_mbus_report *report)
{
	struct meterbus_readout *readout __free(kfree) = kzalloc(sizeof(*readout), GFP_KERNEL);
	int ret;

	if (!readout)
		return -ENOMEM;

	ret = pm->bus->read(pm->mdev, readout);
	return ret ?: pro380_mbus_decode(readout, report);
}

/**
 * pro380_mbus_same() - is it still the same meter that answers?
 * @pm: the meter; its lock is held
 *
 * Return: 0 if it is, -ENODEV if it is another one, or an error.
 */
int pro380_mbus_same(struct pro380_mbus *pm)
{
	struct pro380_mbus_report report;
	int ret;

	lockdep_assert_held(&pm->lock);

	ret = pro380_mbus_identify(pm, &report);
	if (ret == -EOPNOTSUPP)
		return -ENODEV;
	if (ret)
		return ret;

	return report.id == pm->id ? 0 : -ENODEV;
}

/* The bus asks a refused meter again from time to time: say it once */
static int pro380_mbus_refuse(struct meterbus_device *mdev,
			      const struct pro380_mbus_report *report)
{
	void *refused = xa_mk_value(1);

	if (dev_get_drvdata(&mdev->dev) != refused) {
		dev_err(&mdev->dev, "not a PRO380: %016llX answers\n", report->id);
		dev_set_drvdata(&mdev->dev, refused);
	}

	return -ENODEV;
}

static void pro380_mbus_describe(struct pro380_mbus *pm, struct pro380_desc *desc)
{
	unsigned int i;

	desc->name = "pro380";
	desc->layout = PRO380_TARIFFS;
	desc->min_address = 0;
	desc->max_address = METERBUS_ADDRESS_MAX;
	desc->ops = &pro380_mbus_ops;
	desc->priv = pm;
	desc->keep = dev_get_platdata(&pm->mdev->dev);

	for (i = 0; i < ARRAY_SIZE(pro380_mbus_readable); i++)
		__set_bit(pro380_mbus_readable[i], desc->readable);
	for (i = 0; i < ARRAY_SIZE(pro380_mbus_energies); i++)
		__set_bit(pro380_mbus_energies[i].item, desc->readable);
	for (i = 0; i < ARRAY_SIZE(pro380_mbus_writable); i++)
		__set_bit(pro380_mbus_writable[i], desc->writable);
}

static int pro380_mbus_register(struct pro380_mbus *pm)
{
	struct device *dev = &pm->mdev->dev;
	struct pro380_desc desc = { };
	struct iio_dev *indio_dev;
	int ret;

	pm->telegram = devm_meterbus_telegram_file(dev);
	if (!pm->telegram)
		return -ENOMEM;

	pro380_mbus_describe(pm, &desc);
	indio_dev = devm_pro380_register(dev, &desc);
	if (IS_ERR(indio_dev))
		return PTR_ERR(indio_dev);

	ret = devm_meterbus_telegram_file_add(dev, pm->telegram, &indio_dev->dev.kobj);
	if (ret)
		return ret;

	dev_set_drvdata(dev, pm);
	return 0;
}

static int pro380_mbus_probe(struct meterbus_device *mdev)
{
	struct pro380_mbus_report report;
	struct pro380_mbus *pm;
	int ret;

	pm = devm_kzalloc(&mdev->dev, sizeof(*pm), GFP_KERNEL);
	if (!pm)
		return -ENOMEM;

	mutex_init(&pm->lock);
	pm->mdev = mdev;
	pm->bus = &pro380_mbus_bus;
	ret = pro380_mbus_identify(pm, &report);
	if (ret == -EOPNOTSUPP || (!ret && !pro380_mbus_is_pro380(&report)))
		return pro380_mbus_refuse(mdev, &report);
	if (ret)
		return ret;

	pm->id = report.id;
	return pro380_mbus_register(pm);
}

/* Perhaps the meter has the speed that was last written to it after all */
static int pro380_mbus_try_other_speed(struct pro380_mbus *pm)
{
	unsigned int speed = pm->bus->line(pm->mdev).speed;

	if (!pm->other_speed)
		return -ETIMEDOUT;

	pm->bus->set_speed(pm->mdev, pm->other_speed);
	pm->other_speed = speed;

	return pro380_mbus_same(pm);
}

static int pro380_mbus_verify(struct meterbus_device *mdev)
{
	struct pro380_mbus *pm = dev_get_drvdata(&mdev->dev);
	int ret;

	/* A change of speed or address is under way: it looks for the meter itself */
	if (!mutex_trylock(&pm->lock))
		return -ETIMEDOUT;

	ret = pro380_mbus_same(pm);
	if (ret == -ETIMEDOUT)
		ret = pro380_mbus_try_other_speed(pm);
	if (!ret)
		pm->other_speed = 0;

	mutex_unlock(&pm->lock);
	return ret;
}

static const struct of_device_id pro380_mbus_of_match[] = {
	{ .compatible = "inepro,pro380" },
	{ }
};
MODULE_DEVICE_TABLE(of, pro380_mbus_of_match);

static const struct meterbus_device_id pro380_mbus_ids[] = {
	{ .name = "pro380" },
	{ }
};

static struct meterbus_driver pro380_mbus_driver = {
	.driver = {
		.name = "pro380_mbus",
		.of_match_table = pro380_mbus_of_match,
	},
	.id_table = pro380_mbus_ids,
	.probe = pro380_mbus_probe,
	.verify = pro380_mbus_verify,
};
module_meterbus_driver(pro380_mbus_driver);

MODULE_ALIAS("mbus:pro380");
MODULE_DESCRIPTION("inepro PRO380 electricity meters on M-Bus");
MODULE_LICENSE("GPL");
