// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meters on a wired M-Bus: the values of the last read-out, and how they are kept
 * fresh.
 *
 * Ownership and locking: the values belong to mbus_meter.lock, which is held for
 * moments only. The meter belongs to mbus_meter.io, which is held for as long as a
 * read-out takes. Whoever wants a value that is stale takes mbus_meter.io and looks
 * again: a read-out that arrived since he began is as good as the one that he would
 * ask for, and an error that ended one since then is his, too. So however many wait,
 * the meter is asked once.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "mbus_meter.h"

static bool cache_arrived_since(struct mbus_meter *meter, ktime_t since)
{
	guard(mutex)(&meter->lock);

	return ktime_compare(meter->stamp, since) >= 0;
}

/* What was read before somebody else wrote to the meter is not fresh. */
static bool cache_is_fresh(struct mbus_meter *meter, ktime_t now)
{
	ktime_t written = meter->written_at(meter->mdev);

	guard(mutex)(&meter->lock);

	return meter->update_interval && ktime_compare(meter->stamp, written) >= 0 &&
	       ktime_compare(meter->stamp, ktime_sub_ms(now, meter->update_interval)) >= 0;
}

static int cache_failed_since(struct mbus_meter *meter, ktime_t since)
{
	guard(mutex)(&meter->lock);

	return ktime_after(meter->failed, since) ? meter->error : 0;
}

static void cache_note_failure(struct mbus_meter *meter, int error)
{
	guard(mutex)(&meter->lock);

	meter->failed = ktime_get_boottime();
	meter->error = error;
}

static void cache_publish(struct mbus_meter *meter, const struct mbus_meter_reading *reading)
{
	const struct mbus_meter_entry *entry;
	unsigned int i;

	guard(mutex)(&meter->lock);

	for (i = 0; i < meter->first->nr; i++) {
		entry = mbus_meter_find(reading, &meter->first->entries[i], i);
		meter->values[i].value = entry ? entry->value : 0;
		meter->values[i].error = entry ? entry->error : -ENODATA;
	}
	meter->has_status = reading->has_status;
	meter->access = reading->access;
	meter->status = reading->status;
	meter->stamp = meter->readout.stamp;
}

/* Asks the meter. -ESTALE: it is another one that answers, or that cannot be known. */
static int cache_ask(struct mbus_meter *meter)
{
	struct mbus_meter_reading *reading;
	int ret;

	lockdep_assert_held(&meter->io);

	ret = meter->read(meter->mdev, &meter->readout);
	if (ret)
		return ret;
	meterbus_telegram_file_set(meter->telegram, &meter->readout);
	reading = mbus_meter_reading(&meter->readout);
	if (IS_ERR(reading))
		return PTR_ERR(reading);
	if (meter->first->identity.known &&
	    !mbus_meter_identity_equal(&meter->first->identity, &reading->identity)) {
		kvfree(reading);
		return -ESTALE;
	}

	cache_publish(meter, reading);
	meter->anew = mbus_meter_watch_see(&meter->watch, meter->first, reading,
					   ktime_get_boottime());
	return 0;
}

/* For a reader, another meter's values are none. The bus finds out which one it is. */
static int cache_ask_for_reader(struct mbus_meter *meter)
{
	int ret = cache_ask(meter);

	if (ret == -ESTALE || (!ret && meter->anew))
		meter->recheck(meter->mdev);
	if (ret == -ESTALE)
		ret = -ENODATA;
	/* That the task was killed is nobody else's error */
	if (ret && ret != -EINTR)
		cache_note_failure(meter, ret);
	return ret;
}

/**
 * mbus_meter_refresh() - make sure that the values are fresh
 * @meter: the meter
 *
 * Return: 0 or an error.
 */
int mbus_meter_refresh(struct mbus_meter *meter)
{
	ktime_t begin = ktime_get_boottime();
	int ret = 0;

	if (cache_is_fresh(meter, begin))
		return 0;
	if (mutex_lock_killable(&meter->io))
		return -EINTR;

	if (!cache_arrived_since(meter, begin))
		ret = cache_failed_since(meter, begin) ?: cache_ask_for_reader(meter);

	mutex_unlock(&meter->io);
	return ret;
}

/**
 * mbus_meter_get() - value of a channel
 * @meter: the meter
 * @channel: which one
 * @value: result, as mbus_meter_value() returns it
 *
 * Return: 0; -ENODATA: the last read-out did not have it; or another error.
 */
int mbus_meter_get(struct mbus_meter *meter, unsigned int channel, s64 *value)
{
	int ret;

	ret = mbus_meter_refresh(meter);
	if (ret)
		return ret;

	guard(mutex)(&meter->lock);

	*value = meter->values[channel].value;
	return meter->values[channel].error;
}

/**
 * mbus_meter_verify() - the meter was away: is it the same, and of the same shape?
 * @meter: the meter
 *
 * Return: 0; -ENODEV: no, or it does not say who it is; or another error.
 */
int mbus_meter_verify(struct mbus_meter *meter)
{
	int ret;

	guard(mutex)(&meter->io);

	if (meter->anew || !meter->first->identity.known)
		return -ENODEV;
	ret = cache_ask(meter);
	return ret == -ESTALE || (!ret && meter->anew) ? -ENODEV : ret;
}

static void cache_free(void *data)
{
	struct mbus_meter *meter = data;

	mbus_meter_watch_see(&meter->watch, meter->first, NULL, 0);
	kvfree(meter->first);
}

/**
 * mbus_meter_cache_init() - read a meter out for the first time
 * @meter: the meter; @mdev, @read, @recheck, @written_at, @telegram and @update_interval
 *	are set
 * @dev: whose resources the cache's memory belongs to
 *
 * Return: 0; -ENODATA: what it says is not understood; or another error.
 */
int mbus_meter_cache_init(struct mbus_meter *meter, struct device *dev)
{
	int ret;

	mutex_init(&meter->io);
	mutex_init(&meter->lock);
	ret = meter->read(meter->mdev, &meter->readout);
	if (ret)
		return ret;
	meter->first = mbus_meter_reading(&meter->readout);
	if (IS_ERR(meter->first))
		return PTR_ERR(meter->first);
	ret = devm_add_action_or_reset(dev, cache_free, meter);
	if (ret)
		return ret;

	meter->values = devm_kcalloc(dev, meter->first->nr, sizeof(*meter->values), GFP_KERNEL);
	if (!meter->values)
		return -ENOMEM;
	cache_publish(meter, meter->first);
	meterbus_telegram_file_set(meter->telegram, &meter->readout);
	meter->watch.registered = ktime_get_boottime();
	return 0;
}
