// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: configuration and identity, as attributes of
 * the IIO device.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "pro380_core.h"

/**
 * struct pro380_setting - an attribute that shows, and perhaps sets, an item
 * @attr: the attribute
 * @item: what it shows, if the meter tells it
 * @print: value to text
 * @parse: text to value; NULL if nobody may set it, or if that takes more than the
 *	text. Returns an error for what must not be sent to a meter
 */
struct pro380_setting {
	struct device_attribute attr;
	enum pro380_item item;
	int (*print)(char *buf, s64 value);
	int (*parse)(const char *buf, s64 *value);
};

static const struct pro380_setting *to_pro380_setting(const struct device_attribute *attr)
{
	return container_of(attr, struct pro380_setting, attr);
}

static struct pro380 *pro380_of_dev(struct device *dev)
{
	return iio_priv(dev_to_iio_dev(dev));
}

static ssize_t pro380_setting_show(struct device *dev, struct device_attribute *attr,
				   char *buf)
{
	const struct pro380_setting *setting = to_pro380_setting(attr);
	s64 value;
	int ret;

	ret = pro380_read(pro380_of_dev(dev), setting->item, &value);
	return ret ?: setting->print(buf, value);
}

static ssize_t pro380_setting_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t len)
{
	const struct pro380_setting *setting = to_pro380_setting(attr);
	s64 value;
	int ret;

	ret = setting->parse(buf, &value);
	if (ret)
		return ret;

	return pro380_write(pro380_of_dev(dev), setting->item, value) ?: len;
}

static ssize_t pro380_tariff_store(struct device *dev, struct device_attribute *attr,
				   const char *buf, size_t len)
{
	s64 value;

	if (pro380_parse_tariff_volatile(buf, &value))
		return pro380_setting_store(dev, attr, buf, len);

	return pro380_write(pro380_of_dev(dev), PRO380_ITEM_TARIFF_VOLATILE, value) ?: len;
}

static ssize_t pro380_address_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t len)
{
	struct pro380 *pro = pro380_of_dev(dev);
	s64 value;
	int ret;

	ret = pro380_parse_address(buf, pro->desc.min_address, pro->desc.max_address, &value);
	if (ret)
		return ret;

	return pro380_move(pro, PRO380_ITEM_ADDRESS, value) ?: len;
}

static ssize_t pro380_secondary_address_store(struct device *dev,
					      struct device_attribute *attr,
					      const char *buf, size_t len)
{
	struct pro380 *pro = pro380_of_dev(dev);
	s64 present, value;
	int ret;

	ret = pro380_read(pro, PRO380_ITEM_SECONDARY_ADDRESS, &present);
	if (ret)
		return ret;

	ret = pro380_parse_secondary_address(buf, present, &value);
	if (ret)
		return ret;

	return pro380_move(pro, PRO380_ITEM_SECONDARY_ADDRESS, value) ?: len;
}

#define PRO380_SETTING(_name, _item, _print, _store, _parse)				\
	static struct pro380_setting pro380_setting_##_name = {				\
		.attr = __ATTR(_name, 0644, pro380_setting_show, _store),		\
		.item = _item,								\
		.print = _print,							\
		.parse = _parse,							\
	}

#define PRO380_SHOWN(_name, _item, _print)						\
	static struct pro380_setting pro380_setting_##_name = {				\
		.attr = __ATTR(_name, 0444, pro380_setting_show, NULL),			\
		.item = _item,								\
		.print = _print,							\
	}

PRO380_SHOWN(serial_number, PRO380_ITEM_SERIAL_NUMBER, pro380_print_digits);
PRO380_SHOWN(meter_code, PRO380_ITEM_METER_CODE, pro380_print_code);
PRO380_SHOWN(protocol_version, PRO380_ITEM_PROTOCOL_VERSION, pro380_print_hundredths);
PRO380_SHOWN(software_version, PRO380_ITEM_SOFTWARE_VERSION, pro380_print_hundredths);
PRO380_SHOWN(hardware_version, PRO380_ITEM_HARDWARE_VERSION, pro380_print_hundredths);
PRO380_SHOWN(firmware_checksum, PRO380_ITEM_CHECKSUM, pro380_print_digits);
PRO380_SHOWN(meter_amps, PRO380_ITEM_METER_AMPS, pro380_print_decimal);
PRO380_SHOWN(ct_ratio, PRO380_ITEM_CT_RATIO, pro380_print_decimal);
PRO380_SHOWN(ct_mode, PRO380_ITEM_CT_MODE, pro380_print_decimal);
PRO380_SHOWN(error_code, PRO380_ITEM_ERROR_CODE, pro380_print_decimal);
PRO380_SHOWN(status_word, PRO380_ITEM_STATUS_WORD, pro380_print_digits);
PRO380_SHOWN(program_ok, PRO380_ITEM_STATUS_WORD, pro380_print_program_ok);
PRO380_SHOWN(eeprom_ok, PRO380_ITEM_STATUS_WORD, pro380_print_eeprom_ok);
PRO380_SHOWN(phase_present, PRO380_ITEM_STATUS_WORD, pro380_print_phase_present);

PRO380_SHOWN(manufacturer, PRO380_ITEM_MANUFACTURER, pro380_print_manufacturer);
PRO380_SHOWN(version, PRO380_ITEM_VERSION, pro380_print_decimal);
PRO380_SHOWN(medium, PRO380_ITEM_MEDIUM, pro380_print_decimal);
PRO380_SHOWN(access_number, PRO380_ITEM_ACCESS_NUMBER, pro380_print_decimal);
PRO380_SHOWN(status, PRO380_ITEM_STATUS, pro380_print_decimal);

PRO380_SETTING(address, PRO380_ITEM_ADDRESS, pro380_print_decimal, pro380_address_store,
	       NULL);
PRO380_SETTING(secondary_address, PRO380_ITEM_SECONDARY_ADDRESS,
	       pro380_print_secondary_address, pro380_secondary_address_store, NULL);
PRO380_SETTING(baud_rate, PRO380_ITEM_BAUD_RATE, pro380_print_decimal,
	       pro380_setting_store, pro380_parse_baud_rate);
PRO380_SETTING(parity, PRO380_ITEM_PARITY, pro380_print_parity, pro380_setting_store,
	       pro380_parse_parity);
PRO380_SETTING(s0_output_rate, PRO380_ITEM_S0_RATE, pro380_print_hundredths,
	       pro380_setting_store, pro380_parse_s0_rate);
PRO380_SETTING(combination_code, PRO380_ITEM_COMBINATION_CODE, pro380_print_decimal,
	       pro380_setting_store, pro380_parse_combination_code);
PRO380_SETTING(lcd_cycle_time, PRO380_ITEM_LCD_CYCLE_TIME, pro380_print_decimal,
	       pro380_setting_store, pro380_parse_lcd_cycle_time);
PRO380_SETTING(tariff, PRO380_ITEM_TARIFF, pro380_print_decimal, pro380_tariff_store,
	       pro380_parse_tariff);
PRO380_SETTING(power_down_counter, PRO380_ITEM_POWER_DOWN_COUNTER, pro380_print_decimal,
	       pro380_setting_store, pro380_parse_zero);

/**
 * struct pro380_available - an attribute that tells what a setting can be
 * @attr: the attribute
 * @item: the setting
 * @text: what it can be
 */
struct pro380_available {
	struct device_attribute attr;
	enum pro380_item item;
	const char *text;
};

static const struct pro380_available *
to_pro380_available(const struct device_attribute *attr)
{
	return container_of(attr, struct pro380_available, attr);
}

static ssize_t pro380_available_show(struct device *dev, struct device_attribute *attr,
				     char *buf)
{
	return sysfs_emit(buf, "%s\n", to_pro380_available(attr)->text);
}

static ssize_t pro380_address_available_show(struct device *dev,
					     struct device_attribute *attr, char *buf)
{
	const struct pro380_desc *desc = &pro380_of_dev(dev)->desc;

	return sysfs_emit(buf, "[%u 1 %u]\n", desc->min_address, desc->max_address);
}

#define PRO380_AVAILABLE(_name, _item, _text)						\
	static struct pro380_available pro380_##_name = {				\
		.attr = __ATTR(_name, 0444, pro380_available_show, NULL),		\
		.item = _item,								\
		.text = _text,								\
	}

PRO380_AVAILABLE(baud_rate_available, PRO380_ITEM_BAUD_RATE, "300 600 1200 2400 4800 9600");
PRO380_AVAILABLE(parity_available, PRO380_ITEM_PARITY, "even none odd");
PRO380_AVAILABLE(s0_output_rate_available, PRO380_ITEM_S0_RATE,
		 "10000 2000 1000 100 10 1 0.1 0.01");
PRO380_AVAILABLE(combination_code_available, PRO380_ITEM_COMBINATION_CODE, "1 4 5 6 9 10 11");
PRO380_AVAILABLE(lcd_cycle_time_available, PRO380_ITEM_LCD_CYCLE_TIME, "[1 1 30]");
PRO380_AVAILABLE(tariff_available, PRO380_ITEM_TARIFF, "1 2");
PRO380_AVAILABLE(power_down_counter_available, PRO380_ITEM_POWER_DOWN_COUNTER, "0");

static struct device_attribute pro380_address_available =
	__ATTR(address_available, 0444, pro380_address_available_show, NULL);

static ssize_t update_interval_show(struct device *dev, struct device_attribute *attr,
				    char *buf)
{
	struct pro380 *pro = pro380_of_dev(dev);

	guard(mutex)(&pro->lock);

	return sysfs_emit(buf, "%u\n", pro->update_interval);
}

static ssize_t update_interval_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t len)
{
	struct pro380 *pro = pro380_of_dev(dev);
	unsigned int interval;
	int ret;

	ret = kstrtouint(buf, 10, &interval);
	if (ret)
		return ret;

	guard(mutex)(&pro->lock);

	pro->update_interval = interval;
	return len;
}

static DEVICE_ATTR_RW(update_interval);

static struct attribute *pro380_config_attrs[] = {
	&pro380_setting_serial_number.attr.attr,
	&pro380_setting_meter_code.attr.attr,
	&pro380_setting_protocol_version.attr.attr,
	&pro380_setting_software_version.attr.attr,
	&pro380_setting_hardware_version.attr.attr,
	&pro380_setting_firmware_checksum.attr.attr,
	&pro380_setting_meter_amps.attr.attr,
	&pro380_setting_ct_ratio.attr.attr,
	&pro380_setting_ct_mode.attr.attr,
	&pro380_setting_error_code.attr.attr,
	&pro380_setting_status_word.attr.attr,
	&pro380_setting_program_ok.attr.attr,
	&pro380_setting_eeprom_ok.attr.attr,
	&pro380_setting_phase_present.attr.attr,
	&pro380_setting_manufacturer.attr.attr,
	&pro380_setting_version.attr.attr,
	&pro380_setting_medium.attr.attr,
	&pro380_setting_access_number.attr.attr,
	&pro380_setting_status.attr.attr,
	&pro380_setting_address.attr.attr,
	&pro380_setting_secondary_address.attr.attr,
	&pro380_setting_baud_rate.attr.attr,
	&pro380_setting_parity.attr.attr,
	&pro380_setting_s0_output_rate.attr.attr,
	&pro380_setting_combination_code.attr.attr,
	&pro380_setting_lcd_cycle_time.attr.attr,
	&pro380_setting_tariff.attr.attr,
	&pro380_setting_power_down_counter.attr.attr,
	&pro380_address_available.attr,
	&pro380_baud_rate_available.attr.attr,
	&pro380_parity_available.attr.attr,
	&pro380_s0_output_rate_available.attr.attr,
	&pro380_combination_code_available.attr.attr,
	&pro380_lcd_cycle_time_available.attr.attr,
	&pro380_tariff_available.attr.attr,
	&pro380_power_down_counter_available.attr.attr,
	&dev_attr_update_interval.attr,
	NULL
};

/* The IIO core asks for its own attributes as well */
static umode_t pro380_config_is_visible(struct kobject *kobj, struct attribute *attr,
					int n)
{
	struct device_attribute *dev_attr = container_of(attr, struct device_attribute, attr);
	struct pro380 *pro = pro380_of_dev(kobj_to_dev(kobj));
	const struct pro380_setting *setting;
	umode_t mode = 0;

	if (dev_attr->show == pro380_available_show)
		return test_bit(to_pro380_available(dev_attr)->item, pro->desc.writable) ?
		       attr->mode : 0;
	if (dev_attr->show != pro380_setting_show)
		return attr->mode;

	setting = to_pro380_setting(dev_attr);
	if (test_bit(setting->item, pro->desc.readable))
		mode |= 0444;
	if (dev_attr->store && test_bit(setting->item, pro->desc.writable))
		mode |= 0200;

	return mode;
}

const struct attribute_group pro380_config_group = {
	.attrs = pro380_config_attrs,
	.is_visible = pro380_config_is_visible,
};

static ssize_t dropped_scans_show(struct device *dev, struct device_attribute *attr,
				  char *buf)
{
	return sysfs_emit(buf, "%lld\n",
			  (s64)atomic64_read(&pro380_of_dev(dev)->dropped_scans));
}

static DEVICE_ATTR_RO(dropped_scans);

static struct attribute *pro380_statistics_attrs[] = {
	&dev_attr_dropped_scans.attr,
	NULL
};

const struct attribute_group pro380_statistics_group = {
	.name = "statistics",
	.attrs = pro380_statistics_attrs,
};
