// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: buffered capture.
 *
 * Each trigger asks the meter anew for what is enabled. The handler takes
 * pro380.io, no lock of IIO's: the core holds mlock while it waits for the
 * handler's end.
 */
#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/iio/buffer.h>
#include <linux/iio/trigger.h>
#include <linux/iio/trigger_consumer.h>
#include <linux/iio/triggered_buffer.h>
#include <linux/timekeeping.h>

#include "pro380_core.h"

static size_t pro380_scan_put(u8 *scan, size_t offset, enum pro380_item item, s64 value)
{
	if (item < PRO380_ITEM_ACTIVE_TOTAL) {
		*(s32 *)(scan + offset) = value;
		return offset + sizeof(s32);
	}

	offset = ALIGN(offset, sizeof(s64));
	*(s64 *)(scan + offset) = value;
	return offset + sizeof(s64);
}

/*
 * Puts what the meter said since @begin into pro380.scan, in the order of the
 * scan indices. Returns when the last of it arrived, or 0 if something is missing.
 */
static ktime_t pro380_scan_fill(struct pro380 *pro, const unsigned long *wanted,
				ktime_t begin)
{
	struct pro380_entry entry;
	ktime_t stamp = begin;
	size_t offset = 0;
	unsigned int item;

	for_each_set_bit(item, wanted, PRO380_NR_SCAN_ITEMS) {
		if (!pro380_entry_get(pro, item, begin, &entry) || entry.error)
			return 0;

		offset = pro380_scan_put(pro->scan, offset, item, entry.value);
		stamp = max(stamp, entry.stamp);
	}

	return stamp;
}

/* Moments pass since @stamp; the device's clock may be another one */
static s64 pro380_scan_time(struct iio_dev *indio_dev, ktime_t stamp)
{
	return iio_get_time_ns(indio_dev) -
	       ktime_to_ns(ktime_sub(ktime_get_boottime(), stamp));
}

static void pro380_scan(struct pro380 *pro)
{
	struct iio_dev *indio_dev = pro->indio_dev;
	DECLARE_BITMAP(wanted, PRO380_NR_ITEMS) = { };
	ktime_t begin, stamp;

	guard(mutex)(&pro->io);

	bitmap_copy(wanted, indio_dev->active_scan_mask, PRO380_NR_SCAN_ITEMS);
	begin = ktime_get_boottime();
	pro->desc.ops->fetch(pro->desc.priv, wanted, pro);

	stamp = pro380_scan_fill(pro, wanted, begin);
	if (stamp)
		iio_push_to_buffers_with_timestamp(indio_dev, pro->scan,
						   pro380_scan_time(indio_dev, stamp));
	else
		atomic64_inc(&pro->dropped_scans);
}

static irqreturn_t pro380_trigger_handler(int irq, void *p)
{
	struct iio_poll_func *pf = p;
	struct iio_dev *indio_dev = pf->indio_dev;

	pro380_scan(iio_priv(indio_dev));
	iio_trigger_notify_done(indio_dev->trig);

	return IRQ_HANDLED;
}

static void pro380_first_scan(struct work_struct *work)
{
	pro380_scan(container_of(work, struct pro380, first_scan));
}

/*
 * The core's enable succeeds without an interrupt to attach to, and then nothing
 * comes. Two devices that enable at the same moment can both get past this.
 */
static bool pro380_trigger_is_full(struct iio_trigger *trig)
{
	guard(mutex)(&trig->pool_lock);

	return bitmap_full(trig->pool, CONFIG_IIO_CONSUMERS_PER_TRIGGER);
}

static int pro380_preenable(struct iio_dev *indio_dev)
{
	struct pro380 *pro = iio_priv(indio_dev);

	if (pro380_trigger_is_full(indio_dev->trig))
		return -EBUSY;
	if (mutex_lock_killable(&pro->io))
		return -EINTR;

	pro->capturing = true;

	mutex_unlock(&pro->io);
	return 0;
}

static int pro380_postenable(struct iio_dev *indio_dev)
{
	struct pro380 *pro = iio_priv(indio_dev);

	schedule_work(&pro->first_scan);
	return 0;
}

static int pro380_predisable(struct iio_dev *indio_dev)
{
	struct pro380 *pro = iio_priv(indio_dev);

	cancel_work_sync(&pro->first_scan);
	return 0;
}

static int pro380_postdisable(struct iio_dev *indio_dev)
{
	struct pro380 *pro = iio_priv(indio_dev);

	guard(mutex)(&pro->io);

	pro->capturing = false;
	return 0;
}

static const struct iio_buffer_setup_ops pro380_buffer_setup_ops = {
	.preenable = pro380_preenable,
	.postenable = pro380_postenable,
	.predisable = pro380_predisable,
	.postdisable = pro380_postdisable,
};

/**
 * pro380_buffer_setup() - give the IIO device a triggered buffer
 * @dev: whose life it shares
 * @pro: the meter
 *
 * Return: 0 or an error.
 */
int pro380_buffer_setup(struct device *dev, struct pro380 *pro)
{
	INIT_WORK(&pro->first_scan, pro380_first_scan);

	return devm_iio_triggered_buffer_setup(dev, pro->indio_dev, NULL,
					       pro380_trigger_handler,
					       &pro380_buffer_setup_ops);
}
