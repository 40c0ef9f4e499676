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
 * A device goes offline when it answers neither a request nor, after that, what its
 * bus asks to find out whether it is there. Until it is back, its users get -ETIMEDOUT
 * without any traffic; only the work item reaches it.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/serial_xfer_bus.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#define LIFE_PAUSE_MIN_MS	1000
#define LIFE_PAUSE_MAX_MS	60000

/**
 * serial_xfer_life_presence() - is the device there?
 * @life: the device
 *
 * Context: process.
 * Return: its state.
 */
enum serial_xfer_presence serial_xfer_life_presence(struct serial_xfer_life *life)
{
	guard(spinlock)(&life->lock);
	return life->presence;
}
EXPORT_SYMBOL_GPL(serial_xfer_life_presence);

static void life_set_presence(struct serial_xfer_life *life, enum serial_xfer_presence presence)
{
	scoped_guard(spinlock, &life->lock) {
		if (life->presence == presence)
			return;
		life->presence = presence;
	}
	sysfs_notify(&life->dev->kobj, NULL, "state");
}

/**
 * serial_xfer_life_is_online() - is the device known to be there?
 * @life: the device
 *
 * Context: process.
 * Return: true if it is.
 */
bool serial_xfer_life_is_online(struct serial_xfer_life *life)
{
	return serial_xfer_life_presence(life) == SERIAL_XFER_ONLINE;
}
EXPORT_SYMBOL_GPL(serial_xfer_life_is_online);

/**
 * serial_xfer_life_may_talk() - may the caller send requests to the device?
 * @life: the device
 *
 * Context: process.
 * Return: false if the device is offline, but true for the one who looks for it.
 */
bool serial_xfer_life_may_talk(struct serial_xfer_life *life)
{
	return READ_ONCE(life->prober) == current ||
	       serial_xfer_life_presence(life) != SERIAL_XFER_OFFLINE;
}
EXPORT_SYMBOL_GPL(serial_xfer_life_may_talk);

/**
 * serial_xfer_life_first_try() - is this the first sign of life that is asked for?
 * @life: the device
 *
 * One request is enough to see that a device is still away.
 *
 * Context: process.
 * Return: true if the caller looks for the device and has not heard of it yet.
 */
bool serial_xfer_life_first_try(struct serial_xfer_life *life)
{
	return READ_ONCE(life->prober) == current && !life->heard;
}
EXPORT_SYMBOL_GPL(serial_xfer_life_first_try);

/**
 * serial_xfer_life_heard() - the device has answered
 * @life: the device
 *
 * Context: process.
 */
void serial_xfer_life_heard(struct serial_xfer_life *life)
{
	if (READ_ONCE(life->prober) == current)
		life->heard = true;
}
EXPORT_SYMBOL_GPL(serial_xfer_life_heard);

static void life_lose(struct serial_xfer_life *life, unsigned int pause_ms)
{
	scoped_guard(spinlock, &life->lock) {
		if (life->presence != SERIAL_XFER_ONLINE)
			return;
		life->presence = SERIAL_XFER_OFFLINE;
	}
	sysfs_notify(&life->dev->kobj, NULL, "state");
	if (!READ_ONCE(life->leaving))
		mod_delayed_work(life->wq, &life->work, msecs_to_jiffies(pause_ms));
}

/**
 * serial_xfer_life_silent() - the device does not answer any more
 * @life: the device
 *
 * Context: process.
 */
void serial_xfer_life_silent(struct serial_xfer_life *life)
{
	life_lose(life, LIFE_PAUSE_MIN_MS);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_silent);

/**
 * serial_xfer_life_recheck() - what answers may be another device
 * @life: the device
 *
 * It is offline until its driver's verify has had a look, which is now.
 *
 * Context: process.
 */
void serial_xfer_life_recheck(struct serial_xfer_life *life)
{
	life_lose(life, 0);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_recheck);

/**
 * serial_xfer_life_revive() - the driver reaches the device in another way from now on
 * @life: the device
 *
 * If it has just been found offline that says nothing any more. Whoever looks for it
 * tells when he has found it.
 *
 * Context: process.
 */
void serial_xfer_life_revive(struct serial_xfer_life *life)
{
	if (READ_ONCE(life->prober) == current)
		return;
	if (serial_xfer_life_presence(life) == SERIAL_XFER_OFFLINE)
		life_set_presence(life, SERIAL_XFER_ONLINE);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_revive);

/* What the driver allocates in its probe is in a group of its own, with this as its key. */
static int life_attach(struct serial_xfer_life *life)
{
	struct device *dev = life->dev;
	int ret;

	if (!devres_open_group(dev, life, GFP_KERNEL))
		return -ENOMEM;
	ret = life->ops->probe(dev);
	if (ret) {
		devres_release_group(dev, life);
		return ret;
	}
	devres_close_group(dev, life);
	/* What a device left to its successor at another address is not for a third one. */
	kfree(dev->platform_data);
	dev->platform_data = NULL;
	life->attached = true;
	return 0;
}

static void life_detach(struct serial_xfer_life *life)
{
	if (!life->attached)
		return;
	life->ops->remove(life->dev);
	devres_release_group(life->dev, life);
	life->attached = false;
}

static int life_verify(struct serial_xfer_life *life)
{
	int ret = life->ops->verify(life->dev);

	if (ret != -ENODEV || READ_ONCE(life->leaving))
		return ret;
	life_detach(life);
	life_set_presence(life, SERIAL_XFER_SEARCHING);
	return life_attach(life);
}

static void life_result(struct serial_xfer_life *life, int ret)
{
	if (!ret)
		life_set_presence(life, SERIAL_XFER_ONLINE);
	else if (ret == -ENODEV && !life->attached)
		life_set_presence(life, SERIAL_XFER_UNSUPPORTED);
	else if (!life->attached)
		life_set_presence(life, SERIAL_XFER_SEARCHING);
}

static void life_work(struct work_struct *work)
{
	struct serial_xfer_life *life = container_of(to_delayed_work(work),
						     struct serial_xfer_life, work);
	int ret;

	if (READ_ONCE(life->leaving))
		return;
	if (serial_xfer_life_is_online(life))
		return;

	life->heard = false;
	WRITE_ONCE(life->prober, current);
	ret = life->attached ? life_verify(life) : life_attach(life);
	WRITE_ONCE(life->prober, NULL);
	if (READ_ONCE(life->leaving))
		return;

	life_result(life, ret);
	if (!ret) {
		life->pause_ms = LIFE_PAUSE_MIN_MS;
		return;
	}
	queue_delayed_work(life->wq, &life->work, msecs_to_jiffies(life->pause_ms));
	life->pause_ms = min(2 * life->pause_ms, LIFE_PAUSE_MAX_MS);
}

/**
 * serial_xfer_life_init() - prepare a new device
 * @life: its life
 * @dev: the device
 * @wq: where it is looked for; may sleep for as long as an exchange takes
 * @ops: how its driver is called
 *
 * Context: any.
 */
void serial_xfer_life_init(struct serial_xfer_life *life, struct device *dev,
			   struct workqueue_struct *wq, const struct serial_xfer_life_ops *ops)
{
	life->dev = dev;
	life->wq = wq;
	life->ops = ops;
	spin_lock_init(&life->lock);
	INIT_DELAYED_WORK(&life->work, life_work);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_init);

/**
 * serial_xfer_life_start() - a driver has been bound, look for the device
 * @life: the device
 *
 * Context: may sleep.
 */
void serial_xfer_life_start(struct serial_xfer_life *life)
{
	WRITE_ONCE(life->leaving, false);
	life->pause_ms = LIFE_PAUSE_MIN_MS;
	life_set_presence(life, SERIAL_XFER_SEARCHING);
	queue_delayed_work(life->wq, &life->work, 0);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_start);

/**
 * serial_xfer_life_stop() - the driver is being unbound
 * @life: the device
 *
 * Calls the driver's remove if its probe had succeeded.
 *
 * Context: may sleep.
 */
void serial_xfer_life_stop(struct serial_xfer_life *life)
{
	WRITE_ONCE(life->leaving, true);
	cancel_delayed_work_sync(&life->work);
	life_detach(life);
	/* An exchange of the driver's users may have queued it until they were gone. */
	cancel_delayed_work_sync(&life->work);
	life_set_presence(life, SERIAL_XFER_SEARCHING);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_stop);

/**
 * serial_xfer_life_emit() - write the device's state
 * @life: the device
 * @buf: page
 *
 * Context: process.
 * Return: length.
 */
ssize_t serial_xfer_life_emit(struct serial_xfer_life *life, char *buf)
{
	static const char * const names[] = {
		[SERIAL_XFER_SEARCHING] = "searching",
		[SERIAL_XFER_ONLINE] = "online",
		[SERIAL_XFER_OFFLINE] = "offline",
		[SERIAL_XFER_UNSUPPORTED] = "unsupported",
	};

	return sysfs_emit(buf, "%s\n", names[serial_xfer_life_presence(life)]);
}
EXPORT_SYMBOL_GPL(serial_xfer_life_emit);
