// SPDX-License-Identifier: GPL-2.0-only
/*
 * Example of a driver for a device on a Modbus line: a thermometer with two limits.
 * Documentation/driver-api/modbus.rst goes through it.
 *
 * Holding registers, temperatures as signed tenths of a degree Celsius:
 *
 *	0x1000	model, 0x5448
 *	0x1001	temperature
 *	0x1002	lower limit, can be written
 *	0x1003	upper limit, can be written
 */
#include <linux/err.h>
#include <linux/hwmon.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mod_devicetable.h>
#include <linux/modbus.h>
#include <linux/module.h>
#include <linux/regmap.h>

#define THERMO_REG_MODEL	0x1000
#define THERMO_REG_TEMP		0x1001
#define THERMO_REG_MIN		0x1002
#define THERMO_REG_MAX		0x1003
#define THERMO_NR_REGS		4

#define THERMO_MODEL		0x5448
#define THERMO_MILLI		100

static const unsigned int thermo_regs[] = {
	[hwmon_temp_input] = THERMO_REG_TEMP,
	[hwmon_temp_min] = THERMO_REG_MIN,
	[hwmon_temp_max] = THERMO_REG_MAX,
};

static umode_t thermo_is_visible(const void *data, enum hwmon_sensor_types type, u32 attr,
				 int channel)
{
	return attr == hwmon_temp_input ? 0444 : 0644;
}

static int thermo_read(struct device *dev, enum hwmon_sensor_types type, u32 attr,
		       int channel, long *val)
{
	struct regmap *map = dev_get_drvdata(dev);
	unsigned int tenths;
	int ret;

	ret = regmap_read(map, thermo_regs[attr], &tenths);
	if (ret)
		return ret;

	*val = (s16)tenths * THERMO_MILLI;
	return 0;
}

/* The line may echo what is written: only reading it back proves it. */
static int thermo_write(struct device *dev, enum hwmon_sensor_types type, u32 attr,
			int channel, long val)
{
	struct regmap *map = dev_get_drvdata(dev);
	unsigned int tenths, now;
	int ret;

	val = clamp_val(val, S16_MIN * THERMO_MILLI, S16_MAX * THERMO_MILLI);
	tenths = (u16)DIV_ROUND_CLOSEST(val, THERMO_MILLI);

	ret = regmap_write(map, thermo_regs[attr], tenths);
	if (!ret)
		ret = regmap_read(map, thermo_regs[attr], &now);
	if (ret)
		return ret;

	return now == tenths ? 0 : -EIO;
}

static const struct hwmon_ops thermo_hwmon_ops = {
	.is_visible = thermo_is_visible,
	.read = thermo_read,
	.write = thermo_write,
};

static const struct hwmon_channel_info *thermo_hwmon_info[] = {
	HWMON_CHANNEL_INFO(temp, HWMON_T_INPUT | HWMON_T_MIN | HWMON_T_MAX),
	NULL
};

static const struct hwmon_chip_info thermo_chip_info = {
	.ops = &thermo_hwmon_ops,
	.info = thermo_hwmon_info,
};

static const struct regmap_config thermo_regmap_config = {
	.reg_bits = 16,
	.val_bits = 16,
	.max_register = THERMO_REG_MAX,
};

static int thermo_identify(struct modbus_device *mdev)
{
	__be16 model;
	int ret;

	ret = modbus_read_holding(mdev, THERMO_REG_MODEL, 1, &model, NULL);
	if (ret)
		return ret;

	return be16_to_cpu(model) == THERMO_MODEL ? 0 : -ENODEV;
}

static int thermo_probe(struct modbus_device *mdev)
{
	struct device *hwmon;
	struct regmap *map;
	int ret;

	ret = thermo_identify(mdev);
	if (ret)
		return ret;

	map = devm_regmap_init_modbus(mdev, &thermo_regmap_config);
	if (IS_ERR(map))
		return PTR_ERR(map);

	hwmon = devm_hwmon_device_register_with_info(&mdev->dev, "thermometer", map,
						     &thermo_chip_info, NULL);
	return PTR_ERR_OR_ZERO(hwmon);
}

static const struct modbus_device_id thermo_ids[] = {
	{ "thermometer" },
	{ }
};

static const struct of_device_id thermo_of_match[] = {
	{ .compatible = "example,thermometer" },
	{ }
};
MODULE_DEVICE_TABLE(of, thermo_of_match);

static struct modbus_driver thermo_driver = {
	.driver = {
		.name = "modbus-thermometer",
		.of_match_table = thermo_of_match,
	},
	.id_table = thermo_ids,
	.ident = { .addr = THERMO_REG_MODEL, .min = 1, .max = THERMO_NR_REGS },
	.probe = thermo_probe,
	.verify = thermo_identify,
};
module_modbus_driver(thermo_driver);

MODULE_ALIAS("modbus:thermometer");
MODULE_DESCRIPTION("Example of a driver for a Modbus device");
MODULE_LICENSE("GPL");
