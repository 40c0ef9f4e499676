// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register maps of holding registers.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/regmap.h>
#include <linux/unaligned.h>

#include "internal.h"

#define MODBUS_REG_BYTES	2

static int modbus_regmap_read(void *context, const void *reg_buf, size_t reg_size,
			      void *val_buf, size_t val_size)
{
	if (reg_size != MODBUS_REG_BYTES || val_size % MODBUS_REG_BYTES)
		return -EINVAL;
	return modbus_read_holding(context, get_unaligned_be16(reg_buf),
				   val_size / MODBUS_REG_BYTES, val_buf, NULL);
}

static int modbus_regmap_gather_write(void *context, const void *reg_buf, size_t reg_size,
				      const void *val_buf, size_t val_size)
{
	if (reg_size != MODBUS_REG_BYTES || !val_size || val_size % MODBUS_REG_BYTES)
		return -EINVAL;
	if (val_size == MODBUS_REG_BYTES)
		return modbus_write_register(context, get_unaligned_be16(reg_buf),
					     get_unaligned_be16(val_buf));
	return modbus_write_registers(context, get_unaligned_be16(reg_buf),
				      val_size / MODBUS_REG_BYTES, val_buf);
}

static int modbus_regmap_write(void *context, const void *data, size_t count)
{
	if (count <= MODBUS_REG_BYTES)
		return -EINVAL;
	return modbus_regmap_gather_write(context, data, MODBUS_REG_BYTES,
					  data + MODBUS_REG_BYTES, count - MODBUS_REG_BYTES);
}

static const struct regmap_bus modbus_regmap_bus = {
	.read = modbus_regmap_read,
	.write = modbus_regmap_write,
	.gather_write = modbus_regmap_gather_write,
	.max_raw_read = MODBUS_MAX_READ * MODBUS_REG_BYTES,
	.max_raw_write = MODBUS_MAX_WRITE * MODBUS_REG_BYTES,
	.reg_format_endian_default = REGMAP_ENDIAN_BIG,
	.val_format_endian_default = REGMAP_ENDIAN_BIG,
};

/* See devm_regmap_init_modbus(). */
struct regmap *__devm_regmap_init_modbus(struct modbus_device *mdev,
					 const struct regmap_config *config,
					 struct lock_class_key *lock_key,
					 const char *lock_name)
{
	if (config->reg_bits != 16 || config->val_bits != 16)
		return ERR_PTR(-EINVAL);

	return __devm_regmap_init(&mdev->dev, &modbus_regmap_bus, mdev, config,
				  lock_key, lock_name);
}
EXPORT_SYMBOL_GPL(__devm_regmap_init_modbus);
