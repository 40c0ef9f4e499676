// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a device: searching, online, offline, unsupported.
 *
 * A driver is bound at once, whether the device answers or not. From then on a
 * work item looks for the device: it calls the driver's probe until that succeeds
 * (searching, or unsupported while something unknown answers), and after an
 * outage the driver's verify (offline). Pauses grow from one second to a minute.
 * While the device is online the work item rests.
 *
 * A device goes offline when it answers neither a request nor, after that, reads of its
 * identification registers. Until it is back, its users get -ETIMEDOUT without any
 * traffic; only the work item reaches it.
 */
#include <linux/sysfs.h>

#include "internal.h"

#define MODBUS_PAUSE_MIN_MS	1000
#define MODBUS_PAUSE_MAX_MS	60000

/**
 * modbus_life_state() - is the device there?
 * @priv: the device
 *
 * Context: process.
 * Return: its state.
 */
enum modbus_state modbus_life_state(struct modbus_device_priv *priv)
{
	guard(spinlock)(&priv->lock);
	return priv->state;
}

static void life_set_state(struct modbus_device_priv *priv, enum modbus_state state)
{
	scoped_guard(spinlock, &priv->lock) {
		if (priv->state == state)
			return;
		priv->state = state;
	}
	sysfs_notify(&priv->mdev.dev.kobj, NULL, "state");
}

/**
 * modbus_life_is_online() - is the device known to be there?
 * @priv: the device
 *
 * Context: any.
 * Return: true if it is.
 */
bool modbus_life_is_online(struct modbus_device_priv *priv)
{
	return modbus_life_state(priv) == MODBUS_ONLINE;
}

/**
 * modbus_life_may_talk() - may the caller send requests to the device?
 * @priv: the device
 *
 * Context: process.
 * Return: false if the device is offline, but true for the one who looks for it.
 */
bool modbus_life_may_talk(struct modbus_device_priv *priv)
{
	return READ_ONCE(priv->prober) == current || modbus_life_state(priv) != MODBUS_OFFLINE;
}

/**
 * modbus_life_first_try() - is this the first sign of life that is asked for?
 * @priv: the device
 *
 * One request is enough to see that a device is still away.
 *
 * Context: process.
 * Return: true if the caller looks for the device and has not heard of it yet.
 */
bool modbus_life_first_try(struct modbus_device_priv *priv)
{
	return READ_ONCE(priv->prober) == current && !priv->heard;
}

/**
 * modbus_life_heard() - the device has answered
 * @priv: the device
 *
 * Context: process.
 */
void modbus_life_heard(struct modbus_device_priv *priv)
{
	if (READ_ONCE(priv->prober) == current)
		priv->heard = true;
}

/**
 * modbus_life_silent() - the device does not answer any more
 * @priv: the device
 *
 * Context: process.
 */
void modbus_life_silent(struct modbus_device_priv *priv)
{
	scoped_guard(spinlock, &priv->lock) {
		if (priv->state != MODBUS_ONLINE)
			return;
		priv->state = MODBUS_OFFLINE;
	}
	sysfs_notify(&priv->mdev.dev.kobj, NULL, "state");
	if (!READ_ONCE(priv->leaving))
		queue_delayed_work(priv->ctrl->wq, &priv->life,
				   msecs_to_jiffies(MODBUS_PAUSE_MIN_MS));
}

/**
 * modbus_life_revive() - the driver reaches the device in another way from now on
 * @priv: the device
 *
 * If it has just been found offline that says nothing any more.
 *
 * Context: process.
 */
void modbus_life_revive(struct modbus_device_priv *priv)
{
	if (modbus_life_state(priv) == MODBUS_OFFLINE)
		life_set_state(priv, MODBUS_ONLINE);
}

/* What the driver allocates in its probe is in a group of its own, with this as its key. */
static int life_attach(struct modbus_device_priv *priv)
{
	struct modbus_driver *drv = to_modbus_driver(priv->mdev.dev.driver);
	struct device *dev = &priv->mdev.dev;
	int ret;

	if (!devres_open_group(dev, priv, GFP_KERNEL))
		return -ENOMEM;
	ret = drv->probe(&priv->mdev);
	if (ret) {
		devres_release_group(dev, priv);
		return ret;
	}
	devres_close_group(dev, priv);
	priv->attached = true;
	return 0;
}

static void life_detach(struct modbus_device_priv *priv)
{
	struct modbus_driver *drv = to_modbus_driver(priv->mdev.dev.driver);

	if (!priv->attached)
		return;
	if (drv->remove)
		drv->remove(&priv->mdev);
	devres_release_group(&priv->mdev.dev, priv);
	priv->attached = false;
}

static int life_verify(struct modbus_device_priv *priv)
{
	struct modbus_driver *drv = to_modbus_driver(priv->mdev.dev.driver);
	int ret = drv->verify ? drv->verify(&priv->mdev) : -ENODEV;

	if (ret != -ENODEV || READ_ONCE(priv->leaving))
		return ret;
	life_detach(priv);
	life_set_state(priv, MODBUS_SEARCHING);
	return life_attach(priv);
}

static void life_result(struct modbus_device_priv *priv, int ret)
{
	if (!ret)
		life_set_state(priv, MODBUS_ONLINE);
	else if (ret == -ENODEV && !priv->attached)
		life_set_state(priv, MODBUS_UNSUPPORTED);
	else if (!priv->attached)
		life_set_state(priv, MODBUS_SEARCHING);
}

static void life_work(struct work_struct *work)
{
	struct modbus_device_priv *priv = container_of(to_delayed_work(work),
						       struct modbus_device_priv, life);
	int ret;

	if (READ_ONCE(priv->leaving))
		return;
	if (modbus_life_is_online(priv))
		return;

	priv->heard = false;
	WRITE_ONCE(priv->prober, current);
	ret = priv->attached ? life_verify(priv) : life_attach(priv);
	WRITE_ONCE(priv->prober, NULL);
	if (READ_ONCE(priv->leaving))
		return;

	life_result(priv, ret);
	if (!ret) {
		priv->pause_ms = MODBUS_PAUSE_MIN_MS;
		return;
	}
	queue_delayed_work(priv->ctrl->wq, &priv->life, msecs_to_jiffies(priv->pause_ms));
	priv->pause_ms = min(2 * priv->pause_ms, MODBUS_PAUSE_MAX_MS);
}

/**
 * modbus_life_init() - prepare a new device
 * @priv: the device
 *
 * Context: any.
 */
void modbus_life_init(struct modbus_device_priv *priv)
{
	spin_lock_init(&priv->lock);
	INIT_DELAYED_WORK(&priv->life, life_work);
}

/**
 * modbus_life_start() - a driver has been bound, look for the device
 * @priv: the device
 *
 * Context: may sleep.
 */
void modbus_life_start(struct modbus_device_priv *priv)
{
	WRITE_ONCE(priv->leaving, false);
	priv->pause_ms = MODBUS_PAUSE_MIN_MS;
	life_set_state(priv, MODBUS_SEARCHING);
	queue_delayed_work(priv->ctrl->wq, &priv->life, 0);
}

/**
 * modbus_life_stop() - the driver is being unbound
 * @priv: the device
 *
 * Calls the driver's remove if its probe had succeeded.
 *
 * Context: may sleep.
 */
void modbus_life_stop(struct modbus_device_priv *priv)
{
	WRITE_ONCE(priv->leaving, true);
	cancel_delayed_work_sync(&priv->life);
	life_detach(priv);
	/* An exchange of the driver's users may have queued it until they were gone. */
	cancel_delayed_work_sync(&priv->life);
	life_set_state(priv, MODBUS_SEARCHING);
}
