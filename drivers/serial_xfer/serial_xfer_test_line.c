// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated line for KUnit tests.
 *
 * Bytes that come from the line are handed to the port by a thread, as a UART's
 * driver does it, at the times that the test has asked for.
 */
#include <kunit/device.h>
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "serial_xfer_test_line.h"

struct test_piece {
	struct list_head node;
	ktime_t due;
	const u8 *flags;
	size_t len;
	u8 data[];
};

/**
 * test_line_say_flagged() - let bytes come from the line, some of them flawed
 * @line: the line
 * @delay_us: how long after those that are on their way, or after now
 * @data: the bytes
 * @flags: for each byte 0 if it is good, until all have been delivered; NULL if all are
 * @len: how many
 */
void test_line_say_flagged(struct test_line *line, unsigned int delay_us, const u8 *data,
			   const u8 *flags, size_t len)
{
	struct test_piece *piece = kmalloc(struct_size(piece, data, len), GFP_KERNEL);

	if (!piece) {
		KUNIT_FAIL(line->test, "no memory");
		return;
	}
	memcpy(piece->data, data, len);
	piece->flags = flags;
	piece->len = len;
	scoped_guard(spinlock, &line->lock) {
		line->last_due = ktime_add_us(max(ktime_get(), line->last_due), delay_us);
		piece->due = line->last_due;
		list_add_tail(&piece->node, &line->pieces);
	}
	wake_up(&line->wake);
}
EXPORT_SYMBOL_GPL(test_line_say_flagged);

/**
 * test_line_say() - let bytes come from the line
 * @line: the line
 * @delay_us: how long after those that are on their way, or after now
 * @data: the bytes
 * @len: how many
 */
void test_line_say(struct test_line *line, unsigned int delay_us, const u8 *data, size_t len)
{
	test_line_say_flagged(line, delay_us, data, NULL, len);
}
EXPORT_SYMBOL_GPL(test_line_say);

static struct test_piece *test_line_first(struct test_line *line)
{
	guard(spinlock)(&line->lock);
	return list_first_entry_or_null(&line->pieces, struct test_piece, node);
}

/**
 * test_line_is_quiet() - have all bytes been delivered?
 * @line: the line
 *
 * Return: true if none are on their way.
 */
bool test_line_is_quiet(struct test_line *line)
{
	return !test_line_first(line);
}
EXPORT_SYMBOL_GPL(test_line_is_quiet);

/* The piece leaves the list last: a line that is quiet has delivered everything. */
static void test_line_deliver(struct test_line *line, struct test_piece *piece)
{
	line->heard_at = ktime_get();
	serial_xfer_receive_flagged(line->port, piece->data, piece->flags, piece->len);
	scoped_guard(spinlock, &line->lock)
		list_del(&piece->node);
	kfree(piece);
}

/* A timer must not be given a time that has passed: it would take it for eternity. */
static void test_line_serve(struct test_line *line, struct test_piece *piece)
{
	ktime_t left = ktime_sub(piece->due, ktime_get());

	if (left > 0)
		wait_event_hrtimeout(line->wake, kthread_should_stop(), left);
	else
		test_line_deliver(line, piece);
}

static int test_line_thread(void *data)
{
	struct test_line *line = data;
	struct test_piece *piece;

	while (!kthread_should_stop()) {
		piece = test_line_first(line);
		if (piece)
			test_line_serve(line, piece);
		else
			wait_event_idle(line->wake, kthread_should_stop() ||
					!test_line_is_quiet(line));
	}
	return 0;
}

static void test_line_enter(struct test_line *line)
{
	if (atomic_inc_return(&line->in_ops) > 1)
		line->overlaps++;
}

static void test_line_leave(struct test_line *line)
{
	atomic_dec(&line->in_ops);
}

static void test_line_log(struct test_line *line, const u8 *buf, size_t len)
{
	struct test_line_write *write;

	if (line->nr_writes < TEST_LINE_WRITES) {
		write = &line->writes[line->nr_writes];
		write->at = ktime_get();
		write->line = line->settings;
		write->heard_at = line->heard_at;
		write->len = len;
		memcpy(write->data, buf, len);
	}
	line->nr_writes++;
}

static int test_line_write(void *priv, const u8 *buf, size_t len)
{
	struct test_line *line = priv;

	test_line_enter(line);
	test_line_log(line, buf, len);
	if (line->echo)
		test_line_say(line, 0, buf, len);
	if (line->slave)
		line->slave(line, buf, len);
	test_line_leave(line);
	return line->write_error;
}

static int test_line_set_line(void *priv, const struct serial_xfer_line *settings)
{
	struct test_line *line = priv;

	test_line_enter(line);
	line->settings = *settings;
	line->nr_set_line++;
	test_line_leave(line);
	return line->set_line_error;
}

static void test_line_drain(void *priv)
{
	struct test_line *line = priv;

	test_line_enter(line);
	line->nr_drain++;
	test_line_leave(line);
}

static const struct serial_xfer_ops test_line_ops = {
	.write = test_line_write,
	.set_line = test_line_set_line,
	.drain = test_line_drain,
};

static void test_line_remove(void *data)
{
	struct test_line *line = data;
	struct test_piece *piece, *tmp;

	serial_xfer_port_stop(line->port);
	kthread_stop(line->task);
	list_for_each_entry_safe(piece, tmp, &line->pieces, node)
		kfree(piece);
	serial_xfer_port_put(line->port);
}

/**
 * test_line_create() - make a line
 * @test: the test, which ends if that fails
 *
 * Return: the line, until the end of the test.
 */
struct test_line *test_line_create(struct kunit *test)
{
	struct test_line *line = kunit_kzalloc(test, sizeof(*line), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, line);
	line->test = test;
	spin_lock_init(&line->lock);
	INIT_LIST_HEAD(&line->pieces);
	init_waitqueue_head(&line->wake);
	line->dev = kunit_device_register(test, "test-line");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, line->dev);
	line->port = serial_xfer_port_create(line->dev, &test_line_ops, line);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, line->port);
	line->task = kthread_run(test_line_thread, line, "test-line");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, line->task);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, test_line_remove, line));
	return line;
}
EXPORT_SYMBOL_GPL(test_line_create);

static int test_task_thread(void *data)
{
	struct test_task *task = data;

	allow_signal(SIGKILL);
	task->ret = task->fn(task->arg);
	task->ended = ktime_get();
	flush_signals(current);
	complete_all(&task->done);
	return 0;
}

static void test_task_remove(void *data)
{
	struct test_task *task = data;

	serial_xfer_port_stop(task->line->port);
	wait_for_completion(&task->done);
	put_task_struct(task->task);
}

/**
 * test_task_start() - let somebody else do something
 * @line: the line that he uses
 * @fn: what to do; must end when the line's port is stopped
 * @arg: for @fn
 *
 * Return: he; gone at the end of the test.
 */
struct test_task *test_task_start(struct test_line *line, int (*fn)(void *arg), void *arg)
{
	struct kunit *test = line->test;
	struct test_task *task = kunit_kzalloc(test, sizeof(*task), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, task);
	task->line = line;
	task->fn = fn;
	task->arg = arg;
	init_completion(&task->done);
	task->task = kthread_create(test_task_thread, task, "test-task");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task->task);
	get_task_struct(task->task);
	wake_up_process(task->task);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, test_task_remove, task));
	return task;
}
EXPORT_SYMBOL_GPL(test_task_start);

/**
 * test_task_wait() - wait until somebody else has finished
 * @task: he
 *
 * Return: true if he has, false after TEST_LINE_LIMIT_MS.
 */
bool test_task_wait(struct test_task *task)
{
	return wait_for_completion_timeout(&task->done, msecs_to_jiffies(TEST_LINE_LIMIT_MS));
}
EXPORT_SYMBOL_GPL(test_task_wait);

/**
 * test_task_kill() - send somebody else a fatal signal
 * @task: he
 */
void test_task_kill(struct test_task *task)
{
	send_sig(SIGKILL, task->task, 1);
}
EXPORT_SYMBOL_GPL(test_task_kill);

MODULE_DESCRIPTION("Simulated line for KUnit tests");
MODULE_LICENSE("GPL");
