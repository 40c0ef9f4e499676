// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of mbus_meter: how read-outs are shared, and what becomes of a meter
 * that is another one, or has another shape.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>

#include "mbus_meter_test.h"

#define NR_READERS	4

/**
 * struct bench - a meter without a bus
 * @meter: the meter
 * @mdev: its device
 * @next: what it says next
 * @error: or how it fails
 * @reads: how often it was asked
 * @rechecks: how often the bus was told to look at it
 * @written_at: when somebody else has written to it
 * @slow: it answers when it is told
 * @asked: it was asked
 * @answer: it may answer
 */
struct bench {
	struct mbus_meter meter;
	struct meterbus_device mdev;
	struct meterbus_readout next;
	int error;
	int reads;
	int rechecks;
	ktime_t written_at;
	bool slow;
	struct completion asked;
	struct completion answer;
};

static int bench_read(struct meterbus_device *mdev, struct meterbus_readout *readout)
{
	struct bench *bench = container_of(mdev, struct bench, mdev);

	bench->reads++;
	if (bench->slow) {
		complete(&bench->asked);
		wait_for_completion(&bench->answer);
	}
	if (bench->error)
		return bench->error;

	*readout = bench->next;
	readout->stamp = ktime_get_boottime();
	return 0;
}

static void bench_recheck(struct meterbus_device *mdev)
{
	container_of(mdev, struct bench, mdev)->rechecks++;
}

static ktime_t bench_written_at(const struct meterbus_device *mdev)
{
	return container_of(mdev, struct bench, mdev)->written_at;
}

static void bench_say(struct bench *bench, const u8 *data, size_t len)
{
	bench->next.nr_telegrams = 0;
	test_add_telegram(&bench->next, data, len);
}

/* Channel 0 is an energy of @energy Wh, channel 1 a power of 5 W. */
#define SAY(_energy)	BYTES(ELECTRICITY, 0x01, 0x03, (_energy), 0x01, 0x2b, 0x05)
#define SAY_ENERGY(_energy) BYTES(ELECTRICITY, 0x01, 0x03, (_energy))

static int bench_init(struct kunit *test)
{
	struct bench *bench = kunit_kzalloc(test, sizeof(*bench), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, "mbus-meter-test");

	KUNIT_ASSERT_NOT_NULL(test, bench);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));
	init_completion(&bench->asked);
	init_completion(&bench->answer);
	bench->meter.mdev = &bench->mdev;
	bench->meter.read = bench_read;
	bench->meter.recheck = bench_recheck;
	bench->meter.written_at = bench_written_at;
	/* Tests make readings older than the machine's uptime. */
	bench->written_at = S64_MIN;
	bench->meter.update_interval = 60 * MSEC_PER_SEC;
	bench->meter.telegram = devm_meterbus_telegram_file(dev);
	KUNIT_ASSERT_NOT_NULL(test, bench->meter.telegram);

	bench_say(bench, SAY(1));
	KUNIT_ASSERT_EQ(test, mbus_meter_cache_init(&bench->meter, dev), 0);
	KUNIT_ASSERT_EQ(test, bench->meter.first->nr, 2);
	bench->reads = 0;
	test->priv = bench;
	return 0;
}

/* As if the last read-out had come so long ago */
static void bench_age(struct bench *bench, unsigned int ms)
{
	bench->meter.stamp = ktime_sub_ms(ktime_get_boottime(), ms);
}

static void expect_value(struct kunit *test, unsigned int channel, s64 expected, int reads)
{
	struct bench *bench = test->priv;
	s64 value = -1;

	bench->reads = 0;
	KUNIT_EXPECT_EQ(test, mbus_meter_get(&bench->meter, channel, &value), 0);
	KUNIT_EXPECT_EQ(test, value, expected);
	KUNIT_EXPECT_EQ(test, bench->reads, reads);
}

static void expect_error(struct kunit *test, unsigned int channel, int expected, int reads)
{
	struct bench *bench = test->priv;
	s64 value;

	bench->reads = 0;
	KUNIT_EXPECT_EQ(test, mbus_meter_get(&bench->meter, channel, &value), expected);
	KUNIT_EXPECT_EQ(test, bench->reads, reads);
}

static void cache_ages_test(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench_say(bench, SAY(2));
	expect_value(test, 0, 1, 0);
	bench_age(bench, 59000);
	expect_value(test, 0, 1, 0);
	bench_age(bench, 60001);
	expect_value(test, 0, 2, 1);
	expect_value(test, 1, 5, 0);

	bench->meter.update_interval = 0;
	bench_say(bench, SAY(3));
	expect_value(test, 0, 3, 1);
	expect_value(test, 0, 3, 1);
}

static void cache_forgets_test(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench_age(bench, 5);
	bench->written_at = ktime_sub_ms(ktime_get_boottime(), 10);
	bench_say(bench, SAY(2));
	expect_value(test, 0, 1, 0);
	bench->written_at = ktime_get_boottime();
	expect_value(test, 0, 2, 1);
	expect_value(test, 0, 2, 0);
}

static void cache_missing_test(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench_say(bench, SAY_ENERGY(2));
	bench_age(bench, 60001);
	expect_value(test, 0, 2, 1);
	expect_error(test, 1, -ENODATA, 0);

	bench_say(bench, SAY(3));
	bench_age(bench, 60001);
	expect_value(test, 1, 5, 1);
}

/* An old value is not shown in the place of an error. */
static void cache_errors_test(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench_age(bench, 60001);
	bench->error = -ETIMEDOUT;
	expect_error(test, 0, -ETIMEDOUT, 1);
	expect_error(test, 0, -ETIMEDOUT, 1);
	bench->error = 0;
	bench_say(bench, BYTES(0x70, 0x03));
	expect_error(test, 0, -ENODATA, 1);
	bench_say(bench, SAY(2));
	expect_value(test, 0, 2, 1);
	KUNIT_EXPECT_EQ(test, bench->rechecks, 0);
}

static void cache_other_meter_test(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench_say(bench, SAY(9));
	bench->next.frame[0][7]++;
	bench_age(bench, 60001);
	expect_error(test, 0, -ENODATA, 1);
	KUNIT_EXPECT_EQ(test, bench->rechecks, 1);
	KUNIT_EXPECT_EQ(test, mbus_meter_verify(&bench->meter), -ENODEV);

	bench->next.frame[0][7]--;
	KUNIT_EXPECT_EQ(test, mbus_meter_verify(&bench->meter), 0);
	expect_value(test, 0, 9, 0);
	bench->error = -ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, mbus_meter_verify(&bench->meter), -ETIMEDOUT);
}

/* Who does not say who he is may be anybody. */
static void cache_unknown_meter_test(struct kunit *test)
{
	struct bench *bench = test->priv;

	bench_say(bench, BYTES(0x78, 0x01, 0x03, 0x09));
	bench_age(bench, 60001);
	expect_error(test, 0, -ENODATA, 1);
	KUNIT_EXPECT_EQ(test, bench->rechecks, 1);

	bench->meter.first->identity.known = false;
	expect_value(test, 0, 9, 1);
	KUNIT_EXPECT_EQ(test, bench->rechecks, 1);
	KUNIT_EXPECT_EQ(test, mbus_meter_verify(&bench->meter), -ENODEV);
}

static void cache_other_shape_test(struct kunit *test)
{
	struct bench *bench = test->priv;
	int i;

	bench->meter.update_interval = 0;
	bench_say(bench, SAY_ENERGY(2));
	for (i = 0; i < 5; i++)
		expect_value(test, 0, 2, 1);
	KUNIT_EXPECT_EQ(test, bench->rechecks, 0);
	KUNIT_EXPECT_EQ(test, mbus_meter_verify(&bench->meter), 0);

	bench->meter.watch.registered = ktime_sub_ms(ktime_get_boottime(), 60000);
	expect_value(test, 0, 2, 1);
	KUNIT_EXPECT_EQ(test, bench->rechecks, 1);
	KUNIT_EXPECT_TRUE(test, bench->meter.anew);
	bench->reads = 0;
	KUNIT_EXPECT_EQ(test, mbus_meter_verify(&bench->meter), -ENODEV);
	KUNIT_EXPECT_EQ(test, bench->reads, 0);
}

/**
 * struct reader - somebody who wants a value
 * @bench: of this meter
 * @done: it has it
 * @task: the thread
 * @value: what it read
 * @ret: what it was told
 */
struct reader {
	struct bench *bench;
	struct completion done;
	struct task_struct *task;
	s64 value;
	int ret;
};

static int reader_thread(void *data)
{
	struct reader *reader = data;

	reader->ret = mbus_meter_get(&reader->bench->meter, 0, &reader->value);
	kthread_complete_and_exit(&reader->done, 0);
}

static void reader_start(struct kunit *test, struct reader *reader)
{
	reader->bench = test->priv;
	init_completion(&reader->done);
	reader->task = kthread_create(reader_thread, reader, "mbus-meter-reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(reader->task));
	get_task_struct(reader->task);
	wake_up_process(reader->task);
}

/* A reader that sleeps can only be waiting for the one who asks the meter. */
static void reader_waits(struct kunit *test, const struct reader *reader)
{
	unsigned long deadline = jiffies + 5 * HZ;

	while (!(READ_ONCE(reader->task->__state) & TASK_UNINTERRUPTIBLE)) {
		if (time_after(jiffies, deadline))
			break;
		schedule_timeout_uninterruptible(1);
	}
	KUNIT_EXPECT_TRUE(test, time_before_eq(jiffies, deadline));
}

/* However many want what is stale, the meter is asked once, and all hear its answer. */
static void ask_once(struct kunit *test, int error)
{
	struct bench *bench = test->priv;
	struct reader readers[NR_READERS];
	int i;

	bench->slow = true;
	bench->error = error;
	bench->meter.update_interval = 0;
	bench_say(bench, SAY(7));

	reader_start(test, &readers[0]);
	wait_for_completion(&bench->asked);
	for (i = 1; i < NR_READERS; i++) {
		reader_start(test, &readers[i]);
		reader_waits(test, &readers[i]);
	}

	/* Whoever asked again would not be held up, but counted. */
	complete_all(&bench->answer);
	for (i = 0; i < NR_READERS; i++) {
		wait_for_completion(&readers[i].done);
		put_task_struct(readers[i].task);
		KUNIT_EXPECT_EQ(test, readers[i].ret, error);
		if (!error)
			KUNIT_EXPECT_EQ(test, readers[i].value, 7);
	}
	KUNIT_EXPECT_EQ(test, bench->reads, 1);
}

static void cache_asks_once_for_all_test(struct kunit *test)
{
	ask_once(test, 0);
}

static void cache_fails_once_for_all_test(struct kunit *test)
{
	ask_once(test, -ETIMEDOUT);
}

static struct kunit_case cache_cases[] = {
	KUNIT_CASE(cache_ages_test),
	KUNIT_CASE(cache_forgets_test),
	KUNIT_CASE(cache_missing_test),
	KUNIT_CASE(cache_errors_test),
	KUNIT_CASE(cache_other_meter_test),
	KUNIT_CASE(cache_unknown_meter_test),
	KUNIT_CASE(cache_other_shape_test),
	KUNIT_CASE(cache_asks_once_for_all_test),
	KUNIT_CASE(cache_fails_once_for_all_test),
	{ }
};

static struct kunit_suite cache_suite = {
	.name = "mbus_meter_cache",
	.init = bench_init,
	.test_cases = cache_cases,
};

kunit_test_suites(&cache_suite);
