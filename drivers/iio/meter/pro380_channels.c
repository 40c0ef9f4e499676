// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: the channels of the IIO device.
 *
 * index = 100 * kind + 10 * direction + part, for every kind of channel.
 * Quantities are told apart by this index and by a label, not by modifiers:
 * userspace libraries refuse a whole machine's devices over two scan elements
 * that differ in a modifier that they do not know.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/iio/types.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "pro380_core.h"

#define PRO380_INDEX_REACTIVE	100
#define PRO380_INDEX_APPARENT	200
#define PRO380_INDEX_FORWARD	10
#define PRO380_INDEX_REVERSE	20
#define PRO380_INDEX_RESETTABLE	30

/* io-channels cell: 1000 * type + index, see dt-bindings/iio/inepro,pro380.h */
#define PRO380_CELL_TYPE	1000

/**
 * pro380_split_micro() - split a number of millionths as IIO wants it
 * @value: millionths, at most INT_MAX whole ones
 * @val: result: integer part
 * @val2: result: the rest, of the same sign
 */
void pro380_split_micro(s64 value, int *val, int *val2)
{
	s32 rest;

	*val = div_s64_rem(value, 1000000, &rest);
	*val2 = rest;
}

static ssize_t pro380_quadrant_read(struct iio_dev *indio_dev, uintptr_t private,
				    const struct iio_chan_spec *chan, char *buf)
{
	s64 value;
	int ret;

	ret = pro380_read(iio_priv(indio_dev), PRO380_ITEM_QUADRANT + chan->channel,
			  &value);
	return ret ?: sysfs_emit(buf, "%lld\n", value);
}

static ssize_t pro380_direction_read(struct iio_dev *indio_dev, uintptr_t private,
				     const struct iio_chan_spec *chan, char *buf)
{
	s64 value;
	int ret;

	ret = pro380_read(iio_priv(indio_dev), PRO380_ITEM_DIRECTION + chan->channel,
			  &value);
	return ret ?: sysfs_emit(buf, "%s\n", value ? "reverse" : "forward");
}

#ifdef COMPAT_NO_IIO_POWERFACTOR
static ssize_t pro380_powerfactor_read(struct iio_dev *indio_dev, uintptr_t private,
				       const struct iio_chan_spec *chan, char *buf)
{
	int vals[2];
	s64 value;
	int ret;

	ret = pro380_read(iio_priv(indio_dev), PRO380_ITEM_POWERFACTOR + chan->channel,
			  &value);
	if (ret)
		return ret;

	pro380_split_micro(value, &vals[0], &vals[1]);
	return iio_format_value(buf, IIO_VAL_INT_PLUS_MICRO, ARRAY_SIZE(vals), vals);
}

#define PRO380_POWERFACTOR_EXT_INFO \
	{ .name = "powerfactor", .shared = IIO_SEPARATE, .read = pro380_powerfactor_read },
#define PRO380_POWERFACTOR_INFO	0
#else
#define PRO380_POWERFACTOR_EXT_INFO
#define PRO380_POWERFACTOR_INFO	BIT(IIO_CHAN_INFO_POWERFACTOR)
#endif

static const struct iio_chan_spec_ext_info pro380_sum_ext_info[] = {
	PRO380_POWERFACTOR_EXT_INFO
	{ .name = "quadrant", .shared = IIO_SEPARATE, .read = pro380_quadrant_read },
	{ }
};

static const struct iio_chan_spec_ext_info pro380_phase_ext_info[] = {
	PRO380_POWERFACTOR_EXT_INFO
	{ .name = "quadrant", .shared = IIO_SEPARATE, .read = pro380_quadrant_read },
	{ .name = "direction", .shared = IIO_SEPARATE, .read = pro380_direction_read },
	{ }
};

#define PRO380_CHANNEL(_type, _index, _item, _bits, _separate, _by_type, _ext) {	\
	.type = _type,									\
	.indexed = 1,									\
	.channel = _index,								\
	.address = _item,								\
	.scan_index = _item,								\
	.scan_type = {									\
		.sign = 's',								\
		.realbits = _bits,							\
		.storagebits = _bits,							\
		.endianness = IIO_CPU,							\
	},										\
	.info_mask_separate = BIT(IIO_CHAN_INFO_RAW) | (_separate),			\
	.info_mask_shared_by_type = BIT(IIO_CHAN_INFO_SCALE) | (_by_type),		\
	.ext_info = _ext,								\
}

#define PRO380_VOLTAGE_CHANNEL(_part)							\
	PRO380_CHANNEL(IIO_VOLTAGE, _part, PRO380_ITEM_VOLTAGE + (_part), 32, 0,	\
		       BIT(IIO_CHAN_INFO_FREQUENCY), NULL)

#define PRO380_CURRENT_CHANNEL(_part)							\
	PRO380_CHANNEL(IIO_CURRENT, _part, PRO380_ITEM_CURRENT + (_part), 32, 0, 0, NULL)

#define PRO380_ACTIVE_CHANNEL(_part, _ext)						\
	PRO380_CHANNEL(IIO_POWER, _part, PRO380_ITEM_ACTIVE_POWER + (_part), 32,	\
		       PRO380_POWERFACTOR_INFO, 0, _ext)

#define PRO380_REACTIVE_CHANNEL(_part)							\
	PRO380_CHANNEL(IIO_POWER, PRO380_INDEX_REACTIVE + (_part),			\
		       PRO380_ITEM_REACTIVE_POWER + (_part), 32, 0, 0, NULL)

#define PRO380_APPARENT_CHANNEL(_part)							\
	PRO380_CHANNEL(IIO_POWER, PRO380_INDEX_APPARENT + (_part),			\
		       PRO380_ITEM_APPARENT_POWER + (_part), 32, 0, 0, NULL)

#define PRO380_ENERGY_CHANNEL(_index, _item)						\
	PRO380_CHANNEL(IIO_ENERGY, _index, _item, 64, 0, 0, NULL)

/* All that there is of a phase, or, for powers and energies, of their sum */
#define PRO380_POWER_CHANNELS(_part, _ext)						\
	PRO380_ACTIVE_CHANNEL(_part, _ext),						\
	PRO380_REACTIVE_CHANNEL(_part),							\
	PRO380_APPARENT_CHANNEL(_part)

#define PRO380_ACTIVE_ENERGY_CHANNELS(_part)						\
	PRO380_ENERGY_CHANNEL(_part, PRO380_ITEM_ACTIVE_TOTAL + (_part)),		\
	PRO380_ENERGY_CHANNEL(PRO380_INDEX_FORWARD + (_part),				\
			      PRO380_ITEM_ACTIVE_FORWARD + (_part)),			\
	PRO380_ENERGY_CHANNEL(PRO380_INDEX_REVERSE + (_part),				\
			      PRO380_ITEM_ACTIVE_REVERSE + (_part))

#define PRO380_ENERGY_CHANNELS(_part)							\
	PRO380_ACTIVE_ENERGY_CHANNELS(_part),						\
	PRO380_ENERGY_CHANNEL(PRO380_INDEX_REACTIVE + (_part),				\
			      PRO380_ITEM_REACTIVE_TOTAL + (_part)),			\
	PRO380_ENERGY_CHANNEL(PRO380_INDEX_REACTIVE + PRO380_INDEX_FORWARD + (_part),	\
			      PRO380_ITEM_REACTIVE_FORWARD + (_part)),			\
	PRO380_ENERGY_CHANNEL(PRO380_INDEX_REACTIVE + PRO380_INDEX_REVERSE + (_part),	\
			      PRO380_ITEM_REACTIVE_REVERSE + (_part))

#define PRO380_PHASE_CHANNELS(_part)							\
	PRO380_VOLTAGE_CHANNEL(_part),							\
	PRO380_CURRENT_CHANNEL(_part),							\
	PRO380_POWER_CHANNELS(_part, pro380_phase_ext_info),				\
	PRO380_ENERGY_CHANNELS(_part)

/* What meters of every layout have */
#define PRO380_COMMON_CHANNELS								\
	PRO380_PHASE_CHANNELS(PRO380_PART_L1),						\
	PRO380_POWER_CHANNELS(PRO380_PART_SUM, pro380_sum_ext_info),			\
	PRO380_ENERGY_CHANNELS(PRO380_PART_SUM),					\
	PRO380_ENERGY_CHANNELS(PRO380_PART_T1),						\
	PRO380_ENERGY_CHANNELS(PRO380_PART_T2),						\
	PRO380_ENERGY_CHANNEL(PRO380_INDEX_RESETTABLE, PRO380_ITEM_RESETTABLE),		\
	IIO_CHAN_SOFT_TIMESTAMP(PRO380_NR_SCAN_ITEMS)

static const struct iio_chan_spec pro380_three_phase_channels[] = {
	PRO380_COMMON_CHANNELS,
	PRO380_PHASE_CHANNELS(PRO380_PART_L2),
	PRO380_PHASE_CHANNELS(PRO380_PART_L3),
};

static const struct iio_chan_spec pro380_one_phase_channels[] = {
	PRO380_COMMON_CHANNELS,
	PRO380_VOLTAGE_CHANNEL(PRO380_PART_SUM),
	PRO380_CURRENT_CHANNEL(PRO380_PART_SUM),
};

/* The day counter can be set back, but not read: it is no scan element */
static const struct iio_chan_spec pro380_tariff_channels[] = {
	PRO380_ACTIVE_ENERGY_CHANNELS(PRO380_PART_SUM),
	PRO380_ACTIVE_ENERGY_CHANNELS(PRO380_PART_T1),
	PRO380_ACTIVE_ENERGY_CHANNELS(PRO380_PART_T2),
	{
		.type = IIO_ENERGY,
		.indexed = 1,
		.channel = PRO380_INDEX_RESETTABLE,
		.address = PRO380_ITEM_RESETTABLE,
		.scan_index = -1,
		.info_mask_separate = BIT(IIO_CHAN_INFO_RAW),
		.info_mask_shared_by_type = BIT(IIO_CHAN_INFO_SCALE),
	},
	IIO_CHAN_SOFT_TIMESTAMP(PRO380_NR_SCAN_ITEMS),
};

/**
 * pro380_channels() - the channels of a meter
 * @layout: which kind of meter
 *
 * Return: its channels.
 */
struct pro380_channels pro380_channels(enum pro380_layout layout)
{
	static const struct pro380_channels channels[] = {
		[PRO380_THREE_PHASE] = { pro380_three_phase_channels,
					 ARRAY_SIZE(pro380_three_phase_channels) },
		[PRO380_ONE_PHASE] = { pro380_one_phase_channels,
				       ARRAY_SIZE(pro380_one_phase_channels) },
		[PRO380_TARIFFS] = { pro380_tariff_channels,
				     ARRAY_SIZE(pro380_tariff_channels) },
	};

	return channels[layout];
}

static const char *pro380_quantity(const struct iio_chan_spec *chan)
{
	unsigned int kind = chan->channel / PRO380_INDEX_REACTIVE;

	static const char * const powers[] = {
		"active power", "reactive power", "apparent power",
	};
	static const char * const energies[] = { "active energy", "reactive energy" };

	switch (chan->type) {
	case IIO_VOLTAGE:
		return "voltage";
	case IIO_CURRENT:
		return "current";
	case IIO_POWER:
		return powers[kind];
	case IIO_ENERGY:
		return energies[kind];
	default:
		return NULL;
	}
}

/* Only energies have a direction; a sum of powers is called total as well */
static const char *pro380_direction(const struct iio_chan_spec *chan)
{
	static const char * const directions[] = { "total ", "forward ", "reverse " };

	if (chan->type == IIO_ENERGY)
		return directions[chan->channel / 10 % 10];
	if (chan->type == IIO_POWER && chan->channel % 10 == PRO380_PART_SUM)
		return directions[0];

	return "";
}

/**
 * pro380_channel_label() - describe a channel in words
 * @chan: the channel
 * @label: result, of PRO380_LABEL_SIZE
 *
 * Return: the label's length, or -EINVAL for a channel that has none.
 */
int pro380_channel_label(const struct iio_chan_spec *chan, char *label)
{
	static const char * const parts[] = { "", "L1 ", "L2 ", "L3 ", "T1 ", "T2 " };
	const char *quantity = pro380_quantity(chan);

	if (!quantity)
		return -EINVAL;
	if (chan->type == IIO_ENERGY && chan->channel == PRO380_INDEX_RESETTABLE)
		return strscpy(label, "resettable active energy", PRO380_LABEL_SIZE);

	return scnprintf(label, PRO380_LABEL_SIZE, "%s%s%s", parts[chan->channel % 10],
			 pro380_direction(chan), quantity);
}

/**
 * pro380_channel_of_cell() - the channel that an io-channels argument names
 * @indio_dev: the IIO device
 * @cell: the argument
 *
 * Return: its place in the device's channels, or -EINVAL.
 */
int pro380_channel_of_cell(const struct iio_dev *indio_dev, u64 cell)
{
	static const enum iio_chan_type types[] = {
		IIO_VOLTAGE, IIO_CURRENT, IIO_POWER, IIO_ENERGY,
	};
	unsigned int type, index;
	int i;

	if (cell >= ARRAY_SIZE(types) * PRO380_CELL_TYPE)
		return -EINVAL;

	type = (unsigned int)cell / PRO380_CELL_TYPE;
	index = (unsigned int)cell % PRO380_CELL_TYPE;

	for (i = 0; i < indio_dev->num_channels; i++)
		if (indio_dev->channels[i].type == types[type] &&
		    indio_dev->channels[i].channel == index)
			return i;

	return -EINVAL;
}
