// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: writing over Modbus, and following a meter to
 * the line settings or the address that it was given.
 *
 * A meter answers a change of these with the old ones. What it does in the moment
 * after is not documented: so it is looked for at the new ones, then at the old
 * ones, a few times.
 */
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/property.h>

#include "pro380_modbus.h"

#define PRO380_FOLLOW_TRIES	3
#define PRO380_FOLLOW_PAUSE_MS	200

#define PRO380_TARIFF_VOLATILE	10

static int pro380_modbus_send(struct pro380_modbus *pm, enum pro380_item item, s64 value)
{
	const struct pro380_register *reg = pro380_register_of(item);
	__be16 words[2];

	if (item == PRO380_ITEM_TARIFF_VOLATILE)
		value += PRO380_TARIFF_VOLATILE;

	if (pro380_register_encode(reg, value, words) == 1)
		return modbus_write_register(pm->mdev, reg->addr, be16_to_cpu(words[0]));

	return modbus_write_registers(pm->mdev, reg->addr, ARRAY_SIZE(words), words);
}

/*
 * Without a reply, with a damaged one, or if the task was killed while it waited, the
 * meter may have done it all the same.
 */
static bool pro380_is_undecided(int ret)
{
	return !ret || ret == -ETIMEDOUT || ret == -EBADMSG || ret == -EINTR;
}

/* Whoever described the meter should know that the description does not hold now */
static void pro380_note_outdated(struct pro380_modbus *pm, const char *property)
{
	struct device *dev = &pm->mdev->dev;

	if (dev_fwnode(dev))
		dev_notice(dev, "the firmware's property %s is out of date\n", property);
}

static struct serial_xfer_line pro380_new_line(struct serial_xfer_line line,
					       enum pro380_item item, s64 value)
{
	static const enum serial_xfer_parity parities[] = {
		[PRO380_PARITY_EVEN] = SERIAL_XFER_PARITY_EVEN,
		[PRO380_PARITY_NONE] = SERIAL_XFER_PARITY_NONE,
		[PRO380_PARITY_ODD] = SERIAL_XFER_PARITY_ODD,
	};

	if (item == PRO380_ITEM_BAUD_RATE)
		line.speed = value;
	else
		line.parity = parities[value];

	return line;
}

static bool pro380_line_equal(const struct serial_xfer_line *a,
			      const struct serial_xfer_line *b)
{
	return a->speed == b->speed && a->parity == b->parity;
}

static bool pro380_answers_at(struct pro380_modbus *pm, const struct serial_xfer_line *line)
{
	modbus_device_set_line(pm->mdev, line);

	return !pro380_modbus_same(pm);
}

/* Leaves the device at the line settings where the meter answers */
static int pro380_follow_line(struct pro380_modbus *pm, const struct serial_xfer_line *from,
			      const struct serial_xfer_line *to)
{
	int tries;

	guard(mutex)(&pm->line_lock);

	pm->other_line = *to;
	pm->has_other_line = false;

	for (tries = 0; tries < PRO380_FOLLOW_TRIES; tries++) {
		if (pro380_answers_at(pm, to) || pro380_answers_at(pm, from))
			return 0;

		msleep(PRO380_FOLLOW_PAUSE_MS);
	}

	pm->has_other_line = true;
	modbus_device_recheck(pm->mdev);
	return -ETIMEDOUT;
}

static int pro380_modbus_set_line(struct pro380_modbus *pm, enum pro380_item item, s64 value)
{
	struct serial_xfer_line from = modbus_device_line(pm->mdev);
	struct serial_xfer_line to = pro380_new_line(from, item, value);
	struct serial_xfer_line now;
	int ret;

	/* What is not sent need not be followed */
	if (!modbus_device_is_online(pm->mdev))
		return -ETIMEDOUT;

	ret = pro380_modbus_send(pm, item, value);
	if (!pro380_is_undecided(ret) || pro380_line_equal(&from, &to))
		return ret;

	if (pro380_follow_line(pm, &from, &to))
		return -ETIMEDOUT;

	now = modbus_device_line(pm->mdev);
	if (pro380_line_equal(&now, &from))
		return ret;

	pro380_note_outdated(pm, item == PRO380_ITEM_BAUD_RATE ? "current-speed" : "parity");
	return 0;
}

/**
 * pro380_modbus_write() - the write operation, see struct pro380_ops
 * @priv: the meter
 * @item: what to write
 * @value: what it shall be
 *
 * Return: 0 if the meter acknowledged it, or an error.
 */
int pro380_modbus_write(void *priv, enum pro380_item item, s64 value)
{
	struct pro380_modbus *pm = priv;
	int ret;

	if (item == PRO380_ITEM_BAUD_RATE || item == PRO380_ITEM_PARITY)
		return pro380_modbus_set_line(pm, item, value);

	/* What cannot be undone is done to nobody else */
	if (item == PRO380_ITEM_COMBINATION_CODE && value == PRO380_CODE_PERMANENT) {
		ret = pro380_modbus_same(pm);
		if (ret == -ENODEV)
			modbus_device_recheck(pm->mdev);
		if (ret)
			return ret;
	}

	return pro380_modbus_send(pm, item, value);
}

/* The reservation is given back unless the meter answers at its new address */
static int pro380_follow_move(struct pro380_modbus *pm, u8 address)
{
	int tries, ret;

	guard(mutex)(&pm->line_lock);

	for (tries = 0; tries < PRO380_FOLLOW_TRIES; tries++) {
		if (tries)
			msleep(PRO380_FOLLOW_PAUSE_MS);

		/* Each time: who does not answer is offline, and not asked by others */
		modbus_unit_use(pm->mdev, address);
		ret = pro380_modbus_same(pm);
		if (!ret)
			return 0;
	}

	modbus_unit_cancel(pm->mdev);
	return ret;
}

/**
 * pro380_modbus_move() - the move operation, see struct pro380_ops
 * @priv: the meter
 * @item: PRO380_ITEM_ADDRESS
 * @address: its new unit address
 * @keep: for the device that is registered there
 *
 * Return: 0 if the meter answers there, or an error.
 */
int pro380_modbus_move(void *priv, enum pro380_item item, s64 address,
		       struct pro380_keep *keep)
{
	struct pro380_modbus *pm = priv;
	int ret, ret2;

	ret = modbus_unit_reserve(pm->mdev, address);
	if (ret)
		return ret;

	ret = modbus_write_register(pm->mdev, PRO380_REG_ADDRESS, address);
	if (!pro380_is_undecided(ret)) {
		modbus_unit_cancel(pm->mdev);
		return ret;
	}

	/* If it is where it was, it did not want to move */
	ret2 = pro380_follow_move(pm, address);
	if (ret2 && pro380_modbus_same(pm)) {
		modbus_device_recheck(pm->mdev);
		return ret2;
	}
	if (ret2)
		return ret ?: -EIO;

	return modbus_unit_commit(pm->mdev, keep, sizeof(*keep));
}
