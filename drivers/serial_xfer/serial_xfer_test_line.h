/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated line for KUnit tests: a port's back end, and what answers behind it.
 */
#ifndef _SERIAL_XFER_TEST_LINE_H
#define _SERIAL_XFER_TEST_LINE_H

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/serial_xfer.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct kunit;
struct task_struct;

#define TEST_LINE_WRITES	96

/* What every test may take before it has failed. */
#define TEST_LINE_LIMIT_MS	10000

/**
 * test_line_wait() - wait until something has happened
 * @cond: true once it has
 *
 * Return: @cond; false after TEST_LINE_LIMIT_MS.
 */
#define test_line_wait(cond) ({							\
	ktime_t __limit = ktime_add_ms(ktime_get(), TEST_LINE_LIMIT_MS);	\
	bool __happened;							\
										\
	for (;;) {								\
		__happened = (cond);						\
		if (__happened || ktime_after(ktime_get(), __limit))		\
			break;							\
		usleep_range(500, 1000);					\
	}									\
	__happened;								\
})

/**
 * struct test_line_write - a request that the port has sent
 * @at: when, monotonic clock
 * @line: settings at that time
 * @heard_at: when the last bytes before it were delivered
 * @len: length
 * @data: its bytes
 */
struct test_line_write {
	ktime_t at;
	struct serial_xfer_line line;
	ktime_t heard_at;
	size_t len;
	u8 data[SERIAL_XFER_MAX_FRAME];
};

/**
 * struct test_line - a simulated line
 * @test: the test that uses it
 * @dev: the device behind the port
 * @port: the port
 * @slave: called with each request, may call test_line_say()
 * @slave_data: for @slave
 * @echo: the line returns what is sent
 * @write_error: what the next writes return; the slave hears them all the same
 * @set_line_error: what the next changes of settings return
 * @settings: settings in force
 * @nr_set_line: how often they were applied
 * @nr_drain: how often the port was drained
 * @in_ops: how many calls of the back end are running
 * @overlaps: calls of the back end that ran at the same time as others
 * @nr_writes: how many requests were sent
 * @writes: the first TEST_LINE_WRITES of them
 * @heard_at: when the last bytes were delivered, monotonic clock
 * @lock: protects @pieces and @last_due
 * @pieces: bytes on their way to the port
 * @last_due: when the last of them arrives
 * @wake: wakes @task
 * @task: delivers the pieces
 */
struct test_line {
	struct kunit *test;
	struct device *dev;
	struct serial_xfer_port *port;
	void (*slave)(struct test_line *line, const u8 *buf, size_t len);
	void *slave_data;
	bool echo;
	int write_error;
	int set_line_error;

	struct serial_xfer_line settings;
	unsigned int nr_set_line;
	unsigned int nr_drain;
	atomic_t in_ops;
	unsigned int overlaps;
	unsigned int nr_writes;
	struct test_line_write writes[TEST_LINE_WRITES];
	ktime_t heard_at;

	spinlock_t lock; /* pieces, last_due */
	struct list_head pieces;
	ktime_t last_due;
	wait_queue_head_t wake;
	struct task_struct *task;
};

/**
 * struct test_task - somebody else who uses the line
 * @line: the line
 * @fn: what he does
 * @arg: for @fn
 * @ret: what @fn returned, once @done is complete
 * @done: @fn has returned
 * @ended: when, monotonic clock
 * @task: his thread
 */
struct test_task {
	struct test_line *line;
	int (*fn)(void *arg);
	void *arg;
	int ret;
	struct completion done;
	ktime_t ended;
	struct task_struct *task;
};

struct test_line *test_line_create(struct kunit *test);
void test_line_say_flagged(struct test_line *line, unsigned int delay_us, const u8 *data,
			   const u8 *flags, size_t len);
void test_line_say(struct test_line *line, unsigned int delay_us, const u8 *data, size_t len);
bool test_line_is_quiet(struct test_line *line);

struct test_task *test_task_start(struct test_line *line, int (*fn)(void *arg), void *arg);
bool test_task_wait(struct test_task *task);
void test_task_kill(struct test_task *task);

#endif
