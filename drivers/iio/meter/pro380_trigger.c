// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: the trigger that each of them brings.
 *
 * Other devices may use the trigger too, and hold it after its meter is gone. So
 * the trigger's driver data are the way to struct pro380_trigger, they and what
 * they point to are protected by one mutex, and they are NULL after the meter.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/iio/sysfs.h>
#include <linux/iio/trigger.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "pro380_core.h"

#define PRO380_UHZ_PER_HZ		1000000
#define PRO380_MIN_FREQUENCY_UHZ	1000
#define PRO380_MAX_FREQUENCY_UHZ	(10 * PRO380_UHZ_PER_HZ)
/* Before the point; more are no frequency either */
#define PRO380_FREQUENCY_DIGITS		4
#define PRO380_DEFAULT_FREQUENCY_UHZ	(2 * PRO380_UHZ_PER_HZ)

/* Protects the driver data of all triggers; taken under mlock and sysfs' own locks */
static DEFINE_MUTEX(pro380_triggers_lock);

static void pro380_trigger_set_frequency(struct pro380_trigger *trigger, u32 uhz)
{
	trigger->frequency_uhz = uhz;
	WRITE_ONCE(trigger->period_ns,
		   div_u64((u64)NSEC_PER_SEC * PRO380_UHZ_PER_HZ, uhz));
}

/* Ticks that were missed, in a suspend for instance, are not made up for */
static void pro380_trigger_schedule(struct pro380_trigger *trigger, ktime_t now)
{
	u64 period = READ_ONCE(trigger->period_ns);

	trigger->due = ktime_add_ns(trigger->due, period);
	if (ktime_before(trigger->due, now))
		trigger->due = ktime_add_ns(now, period);

	schedule_delayed_work(&trigger->work,
			      nsecs_to_jiffies(ktime_sub(trigger->due, now)));
}

static void pro380_trigger_tick(struct work_struct *work)
{
	struct pro380_trigger *trigger = container_of(to_delayed_work(work),
						      struct pro380_trigger, work);

	irq_work_queue(&trigger->irq);
	pro380_trigger_schedule(trigger, ktime_get_boottime());
}

static void pro380_trigger_poll(struct irq_work *irq)
{
	iio_trigger_poll(container_of(irq, struct pro380_trigger, irq)->trig);
}

static void pro380_trigger_start(struct pro380_trigger *trigger)
{
	ktime_t now = ktime_get_boottime();

	trigger->running = true;
	trigger->due = now;
	pro380_trigger_schedule(trigger, now);
}

static void pro380_trigger_stop(struct pro380_trigger *trigger)
{
	trigger->running = false;
	cancel_delayed_work_sync(&trigger->work);
	irq_work_sync(&trigger->irq);
}

static int pro380_trigger_set_state(struct iio_trigger *trig, bool state)
{
	struct pro380_trigger *trigger;

	guard(mutex)(&pro380_triggers_lock);

	trigger = iio_trigger_get_drvdata(trig);
	if (!trigger)
		return state ? -ENODEV : 0;

	if (state)
		pro380_trigger_start(trigger);
	else
		pro380_trigger_stop(trigger);

	return 0;
}

static const struct iio_trigger_ops pro380_trigger_ops = {
	.set_trigger_state = pro380_trigger_set_state,
};

static ssize_t sampling_frequency_show(struct device *dev, struct device_attribute *attr,
				       char *buf)
{
	struct pro380_trigger *trigger;
	int vals[2];

	guard(mutex)(&pro380_triggers_lock);

	trigger = iio_trigger_get_drvdata(to_iio_trigger(dev));
	if (!trigger)
		return -ENODEV;

	pro380_split_micro(trigger->frequency_uhz, &vals[0], &vals[1]);
	return iio_format_value(buf, IIO_VAL_INT_PLUS_MICRO, ARRAY_SIZE(vals), vals);
}

static int pro380_trigger_parse(const char *buf, u32 *uhz)
{
	int integer, micro;
	int ret;

	/* The parser does not notice when the integer part overflows */
	if (strcspn(buf, ".\n") > PRO380_FREQUENCY_DIGITS)
		return -EINVAL;
	ret = iio_str_to_fixpoint(buf, PRO380_UHZ_PER_HZ / 10, &integer, &micro);
	if (ret)
		return ret;
	if (integer < 0 || integer > PRO380_MAX_FREQUENCY_UHZ / PRO380_UHZ_PER_HZ)
		return -EINVAL;

	*uhz = integer * PRO380_UHZ_PER_HZ + micro;
	if (micro < 0 || *uhz < PRO380_MIN_FREQUENCY_UHZ || *uhz > PRO380_MAX_FREQUENCY_UHZ)
		return -EINVAL;

	return 0;
}

static ssize_t sampling_frequency_store(struct device *dev, struct device_attribute *attr,
					const char *buf, size_t len)
{
	struct pro380_trigger *trigger;
	u32 uhz;
	int ret;

	ret = pro380_trigger_parse(buf, &uhz);
	if (ret)
		return ret;

	guard(mutex)(&pro380_triggers_lock);

	trigger = iio_trigger_get_drvdata(to_iio_trigger(dev));
	if (!trigger)
		return -ENODEV;

	pro380_trigger_set_frequency(trigger, uhz);
	if (trigger->running) {
		pro380_trigger_stop(trigger);
		pro380_trigger_start(trigger);
	}

	return len;
}

static DEVICE_ATTR_RW(sampling_frequency);

static IIO_CONST_ATTR(sampling_frequency_available, "[0.001000 0.000001 10.000000]");

static struct attribute *pro380_trigger_attrs[] = {
	&dev_attr_sampling_frequency.attr,
	&iio_const_attr_sampling_frequency_available.dev_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(pro380_trigger);

static void pro380_trigger_orphan(void *data)
{
	struct pro380_trigger *trigger = data;

	guard(mutex)(&pro380_triggers_lock);

	pro380_trigger_stop(trigger);
	iio_trigger_set_drvdata(trigger->trig, NULL);
}

/*
 * The IIO core gives up a trigger's number before its name (iio_trigger_unregister(), in
 * 7.2 still): another one that is registered just then gets the number and finds the name
 * in use. Meters of two buses come and go independently.
 */
static DEFINE_MUTEX(pro380_trigger_numbers_lock);

static void pro380_trigger_unregister(void *trig)
{
	guard(mutex)(&pro380_trigger_numbers_lock);

	iio_trigger_unregister(trig);
}

static int pro380_trigger_register(struct device *dev, struct iio_trigger *trig)
{
	int ret;

	scoped_guard(mutex, &pro380_trigger_numbers_lock)
		ret = iio_trigger_register(trig);

	return ret ?: devm_add_action_or_reset(dev, pro380_trigger_unregister, trig);
}

/**
 * pro380_trigger_setup() - make a device's own trigger, and let the device use it
 * @dev: whose life it shares
 * @pro: the meter
 *
 * Return: 0 or an error.
 */
int pro380_trigger_setup(struct device *dev, struct pro380 *pro)
{
	struct pro380_trigger *trigger = &pro->trigger;
	int ret;

	trigger->trig = devm_iio_trigger_alloc(dev, "pro380-dev%d",
					       iio_device_id(pro->indio_dev));
	if (!trigger->trig)
		return -ENOMEM;

	INIT_DELAYED_WORK(&trigger->work, pro380_trigger_tick);
	trigger->irq = IRQ_WORK_INIT_HARD(pro380_trigger_poll);
	pro380_trigger_set_frequency(trigger, PRO380_DEFAULT_FREQUENCY_UHZ);

	trigger->trig->ops = &pro380_trigger_ops;
	trigger->trig->dev.groups = pro380_trigger_groups;
	iio_trigger_set_drvdata(trigger->trig, trigger);
	ret = devm_add_action_or_reset(dev, pro380_trigger_orphan, trigger);
	if (ret)
		return ret;

	ret = pro380_trigger_register(dev, trigger->trig);
	if (ret)
		return ret;

	pro->indio_dev->trig = iio_trigger_get(trigger->trig);
	return 0;
}
