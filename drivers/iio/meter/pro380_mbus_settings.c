// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: writing over M-Bus, and following a meter to the
 * speed or the address that it was given.
 *
 * A write is acknowledged with a single byte that tells no more than that it came.
 * What the head of the next reply tells, the addresses, is proved by that; the speed
 * by the meter's answering at it; the rest cannot be read.
 */
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/property.h>
#include <linux/swab.h>

#include "pro380_mbus.h"

#define PRO380_FOLLOW_TRIES	3
#define PRO380_FOLLOW_PAUSE_MS	200

/* CI fields: data for the meter, least significant byte first; or a speed */
#define PRO380_CI_DATA		0x51
#define PRO380_CI_300_BAUD	0xb8

/**
 * enum pro380_mbus_type - how a value is written
 * @PRO380_MBUS_BINARY: as it is
 * @PRO380_MBUS_BCD: in decimal digits
 * @PRO380_MBUS_NUMBER: identification number, the upper half of the value
 */
enum pro380_mbus_type {
	PRO380_MBUS_BINARY,
	PRO380_MBUS_BCD,
	PRO380_MBUS_NUMBER,
};

/**
 * struct pro380_mbus_setting - how an item is written
 * @item: the item
 * @type: how the value is written
 * @head: DIF, VIF and their extensions
 * @head_len: length of @head
 * @len: length of the value
 */
struct pro380_mbus_setting {
	enum pro380_item item;
	enum pro380_mbus_type type;
	u8 head[4];
	u8 head_len;
	u8 len;
};

/* Manual v2.18, A2.2 "Write" */
static const struct pro380_mbus_setting pro380_mbus_settings[] = {
	{ PRO380_ITEM_ADDRESS, PRO380_MBUS_BINARY, { 0x01, 0x7a }, 2, 1 },
	{ PRO380_ITEM_SECONDARY_ADDRESS, PRO380_MBUS_NUMBER, { 0x0c, 0x79 }, 2, 4 },
	{ PRO380_ITEM_TARIFF, PRO380_MBUS_BCD, { 0x09, 0x7c, 0x01, 0x54 }, 4, 1 },
	{ PRO380_ITEM_COMBINATION_CODE, PRO380_MBUS_BCD, { 0x09, 0xfd, 0x3a }, 3, 1 },
	{ PRO380_ITEM_S0_RATE, PRO380_MBUS_BCD, { 0x0c, 0xfd, 0x3a }, 3, 4 },
	{ PRO380_ITEM_RESETTABLE, PRO380_MBUS_BCD, { 0x0c, 0x04 }, 2, 4 },
	{ PRO380_ITEM_POWER_DOWN_COUNTER, PRO380_MBUS_BCD, { 0x0a, 0xfd, 0x60 }, 3, 2 },
};

/* One CI field each */
static const unsigned int pro380_mbus_speeds[] = { 300, 600, 1200, 2400, 4800, 9600 };

static u32 pro380_mbus_bcd(u32 value)
{
	unsigned int shift;
	u32 digits = 0;

	for (shift = 0; value; shift += 4, value /= 10)
		digits |= value % 10 << shift;

	return digits;
}

static u32 pro380_mbus_bits(enum pro380_mbus_type type, s64 value)
{
	switch (type) {
	case PRO380_MBUS_BCD:
		return pro380_mbus_bcd(value);
	case PRO380_MBUS_NUMBER:
		return upper_32_bits(value);
	default:
		return value;
	}
}

static void pro380_mbus_encode_speed(s64 speed, struct pro380_mbus_message *msg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pro380_mbus_speeds); i++)
		if (pro380_mbus_speeds[i] == speed)
			msg->ci = PRO380_CI_300_BAUD + i;
}

static void pro380_mbus_encode_setting(const struct pro380_mbus_setting *setting, s64 value,
				       struct pro380_mbus_message *msg)
{
	u32 bits = pro380_mbus_bits(setting->type, value);
	unsigned int i;

	msg->ci = PRO380_CI_DATA;
	for (i = 0; i < setting->head_len; i++)
		msg->data[msg->len++] = setting->head[i];
	for (i = 0; i < setting->len; i++, bits >>= 8)
		msg->data[msg->len++] = bits;
}

/**
 * pro380_mbus_encode() - how to say something to a meter
 * @item: one that can be written
 * @value: what to write, in the item's unit
 * @msg: result
 */
void pro380_mbus_encode(enum pro380_item item, s64 value, struct pro380_mbus_message *msg)
{
	unsigned int i;

	*msg = (struct pro380_mbus_message){ };
	if (item == PRO380_ITEM_BAUD_RATE)
		pro380_mbus_encode_speed(value, msg);

	for (i = 0; i < ARRAY_SIZE(pro380_mbus_settings); i++)
		if (pro380_mbus_settings[i].item == item)
			pro380_mbus_encode_setting(&pro380_mbus_settings[i], value, msg);
}

static int pro380_mbus_send(struct pro380_mbus *pm, enum pro380_item item, s64 value)
{
	struct pro380_mbus_message msg;

	pro380_mbus_encode(item, value, &msg);
	return pm->bus->write(pm->mdev, msg.ci, msg.data, msg.len);
}

/*
 * Without a reply, with a damaged one, or if the task was killed while it waited, the
 * meter may have done it all the same.
 */
static bool pro380_mbus_is_undecided(int ret)
{
	return !ret || ret == -ETIMEDOUT || ret == -EBADMSG || ret == -ENOTUNIQ ||
	       ret == -EINTR;
}

static bool pro380_mbus_answers_at_speed(struct pro380_mbus *pm, unsigned int speed)
{
	pm->bus->set_speed(pm->mdev, speed);

	return !pro380_mbus_same(pm);
}

/* Leaves the device at the speed where the meter answers */
static int pro380_mbus_follow_speed(struct pro380_mbus *pm, unsigned int from,
				    unsigned int to)
{
	int tries;

	guard(mutex)(&pm->lock);

	pm->other_speed = 0;
	for (tries = 0; tries < PRO380_FOLLOW_TRIES; tries++) {
		if (pro380_mbus_answers_at_speed(pm, to) ||
		    pro380_mbus_answers_at_speed(pm, from))
			return 0;

		msleep(PRO380_FOLLOW_PAUSE_MS);
	}

	pm->other_speed = to;
	pm->bus->recheck(pm->mdev);
	return -ETIMEDOUT;
}

static int pro380_mbus_set_speed(struct pro380_mbus *pm, unsigned int to)
{
	unsigned int from = pm->bus->line(pm->mdev).speed;
	struct device *dev = &pm->mdev->dev;
	int ret;

	/* What is not sent need not be followed */
	if (!pm->bus->is_online(pm->mdev))
		return -ETIMEDOUT;

	ret = pro380_mbus_send(pm, PRO380_ITEM_BAUD_RATE, to);
	if (!pro380_mbus_is_undecided(ret) || from == to)
		return ret;

	if (pro380_mbus_follow_speed(pm, from, to))
		return -ETIMEDOUT;
	if (pm->bus->line(pm->mdev).speed == from)
		return ret ?: -EIO;

	if (dev_fwnode(dev))
		dev_notice(dev, "the firmware's property current-speed is out of date\n");
	return 0;
}

/**
 * pro380_mbus_write() - the write operation, see struct pro380_ops
 * @priv: the meter
 * @item: what to write
 * @value: what it shall be
 *
 * Return: 0 if the meter acknowledged it, or an error.
 */
int pro380_mbus_write(void *priv, enum pro380_item item, s64 value)
{
	struct pro380_mbus *pm = priv;
	int ret;

	if (item == PRO380_ITEM_BAUD_RATE)
		return pro380_mbus_set_speed(pm, value);

	/* What cannot be undone is done to nobody else */
	if (item == PRO380_ITEM_COMBINATION_CODE && value == PRO380_CODE_PERMANENT) {
		scoped_guard(mutex, &pm->lock)
			ret = pro380_mbus_same(pm);
		if (ret == -ENODEV)
			pm->bus->recheck(pm->mdev);
		if (ret)
			return ret;
	}

	return pro380_mbus_send(pm, item, value);
}

/**
 * struct pro380_mbus_place - where a meter may be after a change of its address
 * @address: how it would be reached
 * @id: the secondary address that it would have
 */
struct pro380_mbus_place {
	struct meterbus_address address;
	u64 id;
};

enum {
	PRO380_PLACE_NEW,
	PRO380_PLACE_OLD,
	PRO380_PLACE_SWAPPED,
	PRO380_NR_PLACES,
};

/*
 * The manual shows a new identification number the other way round than the one that
 * is read, "same as read". It is written as it is read; what a meter takes it for is
 * seen afterwards.
 */
static u64 pro380_mbus_swapped(u64 id)
{
	return (u64)swab32(id >> 32) << 32 | lower_32_bits(id);
}

/* Digits that the present address leaves open are left open */
static struct meterbus_address pro380_mbus_secondary(struct meterbus_address address, u64 id)
{
	address.id = id >> 32 << 32 | lower_32_bits(address.id);
	return address;
}

/* Returns how many places there are */
static int pro380_mbus_places(const struct pro380_mbus *pm, enum pro380_item item, s64 value,
			      struct pro380_mbus_place *places)
{
	struct meterbus_address old = pm->bus->address(pm->mdev);
	u64 swapped = pro380_mbus_swapped(value);

	places[PRO380_PLACE_OLD] = (struct pro380_mbus_place){ old, pm->id };
	places[PRO380_PLACE_NEW] = places[PRO380_PLACE_OLD];
	if (item == PRO380_ITEM_ADDRESS) {
		places[PRO380_PLACE_NEW].address.primary = value;
		return PRO380_PLACE_SWAPPED;
	}

	places[PRO380_PLACE_NEW].address = pro380_mbus_secondary(old, value);
	places[PRO380_PLACE_NEW].id = value;
	places[PRO380_PLACE_SWAPPED].address = pro380_mbus_secondary(old, swapped);
	places[PRO380_PLACE_SWAPPED].id = swapped;
	return PRO380_NR_PLACES;
}

/* Returns the place where the meter is, and leaves the device there */
static int pro380_mbus_find(struct pro380_mbus *pm, const struct pro380_mbus_place *places,
			    int nr)
{
	struct pro380_mbus_report report;
	int tries, i;

	for (tries = 0; tries < PRO380_FOLLOW_TRIES; tries++) {
		if (tries)
			msleep(PRO380_FOLLOW_PAUSE_MS);

		for (i = 0; i < nr; i++) {
			pm->bus->use(pm->mdev, &places[i].address);
			if (!pro380_mbus_identify(pm, &report) && report.id == places[i].id)
				return i;
		}
	}

	return -ETIMEDOUT;
}

static void pro380_mbus_adopt(struct pro380_mbus *pm, u64 id, struct pro380_keep *keep)
{
	pm->id = id;
	snprintf(keep->serial, sizeof(keep->serial), "%08x", upper_32_bits(id));
}

/* A change of the address by which the meter is reached: it is registered anew */
static int pro380_mbus_move_away(struct pro380_mbus *pm, enum pro380_item item, s64 value,
				 struct pro380_keep *keep)
{
	struct pro380_mbus_place places[PRO380_NR_PLACES];
	int nr, place, ret, ret2;

	nr = pro380_mbus_places(pm, item, value, places);
	ret = pm->bus->reserve(pm->mdev, &places[PRO380_PLACE_NEW].address);
	if (ret)
		return ret;

	ret = pro380_mbus_send(pm, item, value);
	if (!pro380_mbus_is_undecided(ret)) {
		pm->bus->cancel(pm->mdev);
		return ret;
	}

	place = pro380_mbus_find(pm, places, nr);
	if (place < 0 || place == PRO380_PLACE_OLD) {
		pm->bus->cancel(pm->mdev);
		if (place >= 0)
			return ret ?: -EIO;
		pm->bus->recheck(pm->mdev);
		return place;
	}

	pro380_mbus_adopt(pm, places[place].id, keep);
	ret2 = pm->bus->commit(pm->mdev, keep, sizeof(*keep));
	return ret2 ?: place == PRO380_PLACE_NEW ? 0 : -EIO;
}

/* A change of the other address: its next reply tells what the meter has made of it */
static int pro380_mbus_move_aside(struct pro380_mbus *pm, enum pro380_item item, s64 value,
				  struct pro380_keep *keep)
{
	struct meterbus_address address = {
		.secondary = item == PRO380_ITEM_SECONDARY_ADDRESS,
	};
	struct pro380_mbus_report report;
	int ret, ret2;

	if (address.secondary)
		address.id = value;
	else
		address.primary = value;
	ret = pm->bus->probe(pm->mdev, &address);
	if (ret)
		return ret;

	ret = pro380_mbus_send(pm, item, value);
	if (!pro380_mbus_is_undecided(ret))
		return ret;

	ret2 = pro380_mbus_identify(pm, &report);
	if (ret2)
		return ret2;

	if (address.secondary && (report.id == value ||
				  report.id == pro380_mbus_swapped(value)))
		pro380_mbus_adopt(pm, report.id, keep);
	if (address.secondary ? report.id == value : report.address == value)
		return 0;

	return ret ?: -EIO;
}

/**
 * pro380_mbus_move() - the move operation, see struct pro380_ops
 * @priv: the meter
 * @item: PRO380_ITEM_ADDRESS or PRO380_ITEM_SECONDARY_ADDRESS
 * @address: the new one
 * @keep: for the device that is registered there
 *
 * Return: 0 if the meter has it, or an error.
 */
int pro380_mbus_move(void *priv, enum pro380_item item, s64 address,
		     struct pro380_keep *keep)
{
	bool secondary = item == PRO380_ITEM_SECONDARY_ADDRESS;
	struct pro380_mbus *pm = priv;

	guard(mutex)(&pm->lock);

	if (pm->bus->address(pm->mdev).secondary == secondary)
		return pro380_mbus_move_away(pm, item, address, keep);

	return pro380_mbus_move_aside(pm, item, address, keep);
}
