// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which devices of the kernel does a request of userspace reach?
 *
 * A device that is known by one kind of address may be written to by the other. What it
 * has sent last tells both. All this is done with the port claimed, which protects that.
 */
#include <linux/export.h>
#include <linux/string.h>

#include "internal.h"

/* By what the device has sent last; returns false if nothing tells. */
static bool target_is_heard(const struct meterbus_device_priv *priv,
			    const struct meterbus_target *target, bool *is_target)
{
	const struct meterbus_link *link = &priv->link;
	struct meterbus_telegram telegram;
	const u8 *data;
	size_t len;

	if (!link->last_len)
		return false;
	if (target->a != METERBUS_A_SELECTED) {
		*is_target = meterbus_frame_address(link->last) == target->a;
		return true;
	}
	data = meterbus_frame_data(link->last, link->last_len, &len);
	meterbus_telegram_parse(&telegram, data, len);
	*is_target = meterbus_telegram_is_from(&telegram, target->id);
	return telegram.has_id;
}

/* A device that is between two addresses has none for the moment. */
static bool target_has_driver(const struct meterbus_device_priv *priv)
{
	return READ_ONCE(priv->mdev.dev.driver) || (priv->going && priv->reserving);
}

static bool target_is(const struct meterbus_device_priv *priv,
		      const struct meterbus_target *target)
{
	const struct meterbus_address *known = &priv->known;
	bool is_target;

	if (target->a == METERBUS_A_TEST || target->a == METERBUS_A_BROADCAST)
		return true;
	if (!known->secondary && target->a == known->primary)
		return true;
	/* It is about to move there, or has moved already. */
	if (priv->reserving && !priv->wanted.secondary && target->a == priv->wanted.primary)
		return true;
	if (target_is_heard(priv, target, &is_target))
		return is_target;
	return known->secondary && target->a == METERBUS_A_SELECTED &&
	       meterbus_ids_overlap(known->id, target->id);
}

/**
 * meterbus_target_has_driver() - must others leave a device's settings alone?
 * @ctrl: the controller; its port is claimed
 * @target: who is reached
 *
 * Context: may sleep.
 * Return: true if any device that may be reached has a driver.
 */
bool meterbus_target_has_driver(struct meterbus_controller *ctrl,
				const struct meterbus_target *target)
{
	const struct meterbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	list_for_each_entry(priv, &ctrl->devices, node)
		if (target_has_driver(priv) && target_is(priv, target))
			return true;
	return false;
}

/**
 * meterbus_target_disturb() - somebody else may have selected a device
 * @ctrl: the controller; its port is claimed
 * @target: who would have been reached
 *
 * Nobody has acknowledged it in the time that he was given. Whoever was selected all the
 * same may expect another count.
 *
 * Context: may sleep.
 */
void meterbus_target_disturb(struct meterbus_controller *ctrl,
			     const struct meterbus_target *target)
{
	const struct meterbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	list_for_each_entry(priv, &ctrl->devices, node) {
		if (!target_is(priv, target))
			continue;
		if (!priv->known.secondary)
			__set_bit(priv->known.primary, ctrl->strange);
		if (priv->reserving && !priv->wanted.secondary)
			__set_bit(priv->wanted.primary, ctrl->strange);
	}
}

/**
 * meterbus_target_written() - somebody else has written
 * @ctrl: the controller; its port is claimed
 * @target: who was reached
 *
 * Context: may sleep.
 */
void meterbus_target_written(struct meterbus_controller *ctrl,
			     const struct meterbus_target *target)
{
	s64 now = ktime_get_boottime();
	struct meterbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	list_for_each_entry(priv, &ctrl->devices, node)
		if (target_is(priv, target))
			atomic64_set(&priv->written_at, now);
}

/**
 * meterbus_device_written_at() - when has somebody else written to a device?
 * @mdev: the device
 *
 * Userspace can write to a device past its driver. What the driver has read before then
 * may not be true any more.
 *
 * Context: any.
 * Return: the last time, boot-time clock; 0: never.
 */
ktime_t meterbus_device_written_at(const struct meterbus_device *mdev)
{
	return atomic64_read(&to_meterbus_priv(mdev)->written_at);
}
EXPORT_SYMBOL_GPL(meterbus_device_written_at);
