// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380-Mod electricity meters on a Modbus line.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "pro380_modbus.h"

/**
 * struct pro380_model - a model of meter
 * @code: its meter code
 * @layout: which channels it has
 * @name: of its IIO device
 */
struct pro380_model {
	u16 code;
	enum pro380_layout layout;
	const char *name;
};

/*
 * The codes are those that the vendor's own software knows; the manual has none.
 * 0x2007 and up are meters of another brand. Other families of the vendor's hold
 * other things at the same addresses, so a code that is not here must be refused.
 */
static const struct pro380_model pro380_models[] = {
	{ 0x0101, PRO380_ONE_PHASE, "pro1" },		/* PRO1, PRO2 */
	{ 0x0102, PRO380_THREE_PHASE, "pro380" },	/* PRO380 */
	{ 0x0103, PRO380_THREE_PHASE, "pro380" },	/* PRO380-CT */
	{ 0x2007, PRO380_THREE_PHASE, "pro380" },	/* PRO380 */
	{ 0x2008, PRO380_THREE_PHASE, "pro380" },	/* PRO380-CT */
	{ 0x2009, PRO380_ONE_PHASE, "pro1" },		/* PRO1 */
	{ 0x2010, PRO380_ONE_PHASE, "pro1" },		/* PRO2 */
};

static ktime_t pro380_modbus_written_at(void *priv)
{
	const struct pro380_modbus *pm = priv;

	return modbus_device_written_at(pm->mdev);
}

static const struct pro380_ops pro380_modbus_ops = {
	.fetch = pro380_modbus_fetch,
	.write = pro380_modbus_write,
	.move = pro380_modbus_move,
	.written_at = pro380_modbus_written_at,
};

/**
 * pro380_modbus_identify() - ask a meter who it is
 * @mdev: the device on the bus
 * @serial: result: serial number, 8 digits
 * @code: result: meter code
 *
 * Return: 0 or an error.
 */
int pro380_modbus_identify(struct modbus_device *mdev, u32 *serial, u16 *code)
{
	__be16 words[3];
	int ret;

	ret = modbus_read_holding(mdev, PRO380_REG_SERIAL_NUMBER, ARRAY_SIZE(words), words,
				  NULL);
	if (ret)
		return ret;

	*serial = (u32)be16_to_cpu(words[0]) << 16 | be16_to_cpu(words[1]);
	*code = be16_to_cpu(words[2]);
	return 0;
}

/**
 * pro380_modbus_same() - is it still the same meter that answers?
 * @pm: the meter
 *
 * No PRO380 answers with an exception that it has no such registers.
 *
 * Return: 0 if it is, -ENODEV if it is another one, or an error.
 */
int pro380_modbus_same(struct pro380_modbus *pm)
{
	u32 serial;
	u16 code;
	int ret;

	ret = pro380_modbus_identify(pm->mdev, &serial, &code);
	if (ret == -EOPNOTSUPP || ret == -ENXIO || ret == -EINVAL)
		return -ENODEV;
	if (ret)
		return ret;

	return serial == pm->serial && code == pm->code ? 0 : -ENODEV;
}

static const struct pro380_model *pro380_model_of(u16 code)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pro380_models); i++)
		if (pro380_models[i].code == code)
			return &pro380_models[i];

	return NULL;
}

/*
 * The driver data of a device that is not driven: the meter code of the last
 * complaint, or above all codes the number of attempts at which nobody answered.
 */
#define PRO380_SILENT_ATTEMPTS	0x10000

/* The bus asks a refused meter again from time to time: say it once */
static int pro380_refuse(struct modbus_device *mdev, const char *why, u16 code)
{
	if (dev_get_drvdata(&mdev->dev) != xa_mk_value(code)) {
		dev_err(&mdev->dev, "%s (meter code 0x%04x)\n", why, code);
		dev_set_drvdata(&mdev->dev, xa_mk_value(code));
	}

	return -ENODEV;
}

/* Each request to a dead meter takes time from the others: ask ever more rarely */
static bool pro380_old_map_is_due(struct modbus_device *mdev)
{
	void *data = dev_get_drvdata(&mdev->dev);
	unsigned long attempts = PRO380_SILENT_ATTEMPTS;

	if (xa_is_value(data))
		attempts = xa_to_value(data);
	if (attempts < PRO380_SILENT_ATTEMPTS)
		return true;

	attempts++;
	dev_set_drvdata(&mdev->dev, xa_mk_value(attempts));
	return is_power_of_2(attempts - PRO380_SILENT_ATTEMPTS);
}

/* A meter without the registers of manual v2.18 may have those of v1.01 */
static int pro380_refuse_old(struct modbus_device *mdev, int error)
{
	__be16 code;
	int ret;

	if (error != -ETIMEDOUT && error != -ENXIO && error != -EINVAL &&
	    error != -EOPNOTSUPP)
		return error;
	if (error == -ETIMEDOUT && !pro380_old_map_is_due(mdev))
		return error;

	ret = modbus_read_holding(mdev, PRO380_OLD_REG_METER_CODE, 1, &code, NULL);
	if (!ret)
		return pro380_refuse(mdev, "only the old register map", be16_to_cpu(code));
	if (error != -ETIMEDOUT)
		return pro380_refuse(mdev, "no meter code", 0);

	return error;
}

static bool pro380_has_register(const struct pro380_model *model,
				const struct pro380_register *reg)
{
	switch (reg->models) {
	case PRO380_POLYPHASE:
		return model->layout == PRO380_THREE_PHASE;
	case PRO380_SINGLE:
		return model->layout == PRO380_ONE_PHASE;
	default:
		return true;
	}
}

static void pro380_describe(struct pro380_modbus *pm, const struct pro380_model *model,
			    struct pro380_desc *desc)
{
	const struct pro380_register *reg;
	unsigned int i;

	desc->name = model->name;
	desc->layout = model->layout;
	desc->min_address = MODBUS_UNIT_MIN;
	desc->max_address = MODBUS_UNIT_MAX;
	desc->ops = &pro380_modbus_ops;
	desc->priv = pm;
	desc->keep = dev_get_platdata(&pm->mdev->dev);

	__set_bit(PRO380_ITEM_TARIFF_VOLATILE, desc->writable);
	for (i = 0; i < pro380_nr_registers; i++) {
		reg = &pro380_registers[i];
		if (!pro380_has_register(model, reg))
			continue;

		__set_bit(reg->item, desc->readable);
		if (reg->writable)
			__set_bit(reg->item, desc->writable);
	}
}

static int pro380_modbus_register(struct modbus_device *mdev,
				  const struct pro380_model *model, u32 serial)
{
	struct pro380_desc desc = { };
	struct pro380_modbus *pm;
	struct iio_dev *indio_dev;

	pm = devm_kzalloc(&mdev->dev, sizeof(*pm), GFP_KERNEL);
	if (!pm)
		return -ENOMEM;

	mutex_init(&pm->line_lock);
	pm->mdev = mdev;
	pm->read = modbus_read_holding;
	pm->serial = serial;
	pm->code = model->code;
	pm->rules.maps = pro380_maps;
	pm->rules.nr_maps = ARRAY_SIZE(pro380_maps);
	pm->rules.max_count = PRO380_MAX_BLOCK;

	pro380_describe(pm, model, &desc);
	indio_dev = devm_pro380_register(&mdev->dev, &desc);
	if (IS_ERR(indio_dev))
		return PTR_ERR(indio_dev);

	dev_set_drvdata(&mdev->dev, pm);
	return 0;
}

static int pro380_modbus_probe(struct modbus_device *mdev)
{
	const struct pro380_model *model;
	u32 serial;
	u16 code;
	int ret;

	ret = pro380_modbus_identify(mdev, &serial, &code);
	if (ret)
		return pro380_refuse_old(mdev, ret);

	model = pro380_model_of(code);
	if (!model)
		return pro380_refuse(mdev, "unknown meter", code);

	return pro380_modbus_register(mdev, model, serial);
}

/* Perhaps the meter has the line settings that were last written to it after all */
static int pro380_try_other_line(struct pro380_modbus *pm)
{
	struct serial_xfer_line line = modbus_device_line(pm->mdev);

	if (!pm->has_other_line)
		return -ETIMEDOUT;

	modbus_device_set_line(pm->mdev, &pm->other_line);
	pm->other_line = line;

	return pro380_modbus_same(pm);
}

static int pro380_modbus_verify(struct modbus_device *mdev)
{
	struct pro380_modbus *pm = dev_get_drvdata(&mdev->dev);
	int ret;

	/* A change of the line settings or the address is under way: it looks itself */
	if (!mutex_trylock(&pm->line_lock))
		return -ETIMEDOUT;

	ret = pro380_modbus_same(pm);
	if (ret == -ETIMEDOUT)
		ret = pro380_try_other_line(pm);
	if (!ret) {
		pm->has_other_line = false;
		WRITE_ONCE(pm->was_away, true);
	}

	mutex_unlock(&pm->line_lock);
	return ret;
}

static const struct of_device_id pro380_modbus_of_match[] = {
	{ .compatible = "inepro,pro380" },
	{ }
};
MODULE_DEVICE_TABLE(of, pro380_modbus_of_match);

static const struct modbus_device_id pro380_modbus_ids[] = {
	{ .name = "pro380" },
	{ }
};

static struct modbus_driver pro380_modbus_driver = {
	.driver = {
		.name = "pro380_modbus",
		.of_match_table = pro380_modbus_of_match,
	},
	.id_table = pro380_modbus_ids,
	.ident = {
		.addr = PRO380_REG_SERIAL_NUMBER,
		.min = 2,
		.max = 32,
	},
	.probe = pro380_modbus_probe,
	.verify = pro380_modbus_verify,
};
module_modbus_driver(pro380_modbus_driver);

MODULE_ALIAS("modbus:pro380");
MODULE_DESCRIPTION("inepro PRO380 electricity meters on Modbus");
MODULE_LICENSE("GPL");
