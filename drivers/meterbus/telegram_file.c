// SPDX-License-Identifier: GPL-2.0-only
/*
 * The binary attribute "telegram" that drivers give to what they register: the last
 * read-out, as it came.
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "internal.h"

/**
 * struct meterbus_telegram_file - an attribute "telegram"
 * @attr: the attribute
 * @kobj: what it belongs to
 * @lock: protects @len and @data
 * @len: length of the last read-out
 * @data: its frames, one after the other
 */
struct meterbus_telegram_file {
	struct bin_attribute attr;
	struct kobject *kobj;

	struct mutex lock; /* len, data */
	size_t len;
	u8 data[METERBUS_MAX_TELEGRAMS * METERBUS_MAX_FRAME];
};

/* Older kernels do not promise to leave the attribute as it is. */
#ifdef COMPAT_BIN_ATTR_NOT_CONST
#define TELEGRAM_FILE_CONST
#else
#define TELEGRAM_FILE_CONST	const
#endif

static ssize_t telegram_file_read(struct file *filp, struct kobject *kobj,
				  TELEGRAM_FILE_CONST struct bin_attribute *attr, char *buf,
				  loff_t pos, size_t count)
{
	struct meterbus_telegram_file *file = attr->private;

	guard(mutex)(&file->lock);
	return memory_read_from_buffer(buf, count, &pos, file->data, file->len);
}

/**
 * devm_meterbus_telegram_file() - prepare an attribute "telegram"
 * @dev: whose life it shares
 *
 * Context: may sleep.
 * Return: the attribute, still empty, or NULL.
 */
struct meterbus_telegram_file *devm_meterbus_telegram_file(struct device *dev)
{
	struct meterbus_telegram_file *file;

	file = devm_kzalloc(dev, sizeof(*file), GFP_KERNEL);
	if (!file)
		return NULL;

	mutex_init(&file->lock);
	sysfs_bin_attr_init(&file->attr);
	file->attr.attr.name = "telegram";
	file->attr.attr.mode = 0444;
	file->attr.private = file;
	file->attr.read = telegram_file_read;
	return file;
}
EXPORT_SYMBOL_GPL(devm_meterbus_telegram_file);

/**
 * meterbus_telegram_file_set() - there has been another read-out
 * @file: the attribute
 * @readout: the read-out, complete
 *
 * Context: may sleep.
 */
void meterbus_telegram_file_set(struct meterbus_telegram_file *file,
				const struct meterbus_readout *readout)
{
	unsigned int i;

	guard(mutex)(&file->lock);
	file->len = 0;
	for (i = 0; i < readout->nr_telegrams; i++) {
		memcpy(file->data + file->len, readout->frame[i], readout->len[i]);
		file->len += readout->len[i];
	}
}
EXPORT_SYMBOL_GPL(meterbus_telegram_file_set);

static void telegram_file_remove(void *data)
{
	struct meterbus_telegram_file *file = data;

	sysfs_remove_bin_file(file->kobj, &file->attr);
}

/**
 * devm_meterbus_telegram_file_add() - show an attribute "telegram"
 * @dev: whose life it shares
 * @file: the attribute
 * @kobj: what it belongs to; removed from there before @dev's driver is gone
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int devm_meterbus_telegram_file_add(struct device *dev, struct meterbus_telegram_file *file,
				    struct kobject *kobj)
{
	int ret;

	file->kobj = kobj;
	ret = sysfs_create_bin_file(kobj, &file->attr);
	if (ret)
		return ret;
	return devm_add_action_or_reset(dev, telegram_file_remove, file);
}
EXPORT_SYMBOL_GPL(devm_meterbus_telegram_file_add);
