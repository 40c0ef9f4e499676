// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the life of devices: searching, outages, another device in the same
 * place, another address, and how all that ends.
 */
#include <linux/property.h>
#include <linux/string.h>

#include "modbus_test.h"

#define SOON_MS		1500

static int read_some(struct modbus_device_priv *priv)
{
	__be16 regs[4];

	return modbus_read_holding(&priv->mdev, TEST_BLOCK, 4, regs, NULL);
}

/* Lets a device go offline. */
static void lose(struct kunit *test, struct modbus_device_priv *priv)
{
	struct modbus_test *ctx = test->priv;

	ctx->slaves[0].silent = TEST_ALWAYS;
	KUNIT_ASSERT_EQ(test, -ETIMEDOUT, read_some(priv));
	KUNIT_ASSERT_EQ(test, SERIAL_XFER_OFFLINE, serial_xfer_life_presence(&priv->life));
}

static void online_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	KUNIT_EXPECT_STREQ(test, "online\n", modbus_test_show(test, &priv->mdev.dev, "state"));
	KUNIT_EXPECT_EQ(test, 1, ctx->probes);
	KUNIT_EXPECT_EQ(test, 0, ctx->released);
	KUNIT_EXPECT_EQ(test, 0, read_some(priv));
}

/* One request for each try, after pauses of one and two seconds. */
static void searching_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv;
	struct test_line_write *write = ctx->line->writes;

	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 500);
	ctx->slaves[0].silent = 2;
	modbus_test_use_driver(ctx);
	priv = modbus_test_device(ctx, 1);
	KUNIT_ASSERT_TRUE(test, test_line_wait(ctx->slaves[0].requests == 2));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_SEARCHING, serial_xfer_life_presence(&priv->life));
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 3, ctx->probes);
	KUNIT_EXPECT_EQ(test, 2, ctx->released);
	KUNIT_EXPECT_EQ(test, 0, modbus_test_count(priv, SERIAL_XFER_RETRIES));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), write[0].at), 3000);
}

/* While the device is away its users are told so at once. */
static void offline_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	unsigned int writes;

	lose(test, priv);
	KUNIT_EXPECT_STREQ(test, "offline\n", modbus_test_show(test, &priv->mdev.dev, "state"));
	cancel_delayed_work_sync(&priv->life.work);
	ctx->verifies = 0;
	writes = ctx->line->nr_writes;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_some(priv));
	KUNIT_EXPECT_EQ(test, writes, ctx->line->nr_writes);

	/* Nobody there yet, then somebody. */
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, test_line_wait(ctx->verifies == 1));
	flush_delayed_work(&priv->life.work);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_OFFLINE, serial_xfer_life_presence(&priv->life));
	ctx->slaves[0].silent = 0;
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 0, read_some(priv));
	KUNIT_EXPECT_EQ(test, 1, ctx->probes);
	KUNIT_EXPECT_EQ(test, 0, ctx->removes);
	KUNIT_EXPECT_EQ(test, 0, ctx->released);
}

/* It takes as many unanswered reads of its identification as a request is tried. */
static void disturbed_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	ctx->slaves[0].silent = 3;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_some(priv));
	KUNIT_EXPECT_EQ(test, 0, ctx->slaves[0].silent);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	ctx->slaves[0].silent = 4;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_some(priv));
	KUNIT_EXPECT_EQ(test, 0, ctx->slaves[0].silent);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_OFFLINE, serial_xfer_life_presence(&priv->life));
}

/* The bus looks for it by itself. */
static void back_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	lose(test, priv);
	ctx->slaves[0].silent = 0;
	KUNIT_EXPECT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 1, ctx->verifies);
	lose(test, priv);
	ctx->slaves[0].silent = 0;
	KUNIT_EXPECT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 2, ctx->verifies);
}

static void another_device_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	u32 serial = ctx->serial;

	lose(test, priv);
	ctx->slaves[0].regs[1]++;
	ctx->slaves[0].silent = 0;
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 1, ctx->verifies);
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, 1, ctx->released);
	KUNIT_EXPECT_EQ(test, 2, ctx->probes);
	KUNIT_EXPECT_EQ(test, serial + 1, ctx->serial);
}

static void unknown_device_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	u16 known = ctx->slaves[0].regs[0];

	lose(test, priv);
	ctx->slaves[0].regs[0] = TEST_UNKNOWN;
	ctx->slaves[0].silent = 0;
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_UNSUPPORTED));
	KUNIT_EXPECT_STREQ(test, "unsupported\n",
			   modbus_test_show(test, &priv->mdev.dev, "state"));
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, 2, ctx->released);

	ctx->slaves[0].regs[0] = known;
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
}

static void without_verify_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv;

	ctx->driver.verify = NULL;
	priv = modbus_test_online(ctx, 1);
	lose(test, priv);
	ctx->slaves[0].silent = 0;
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, 2, ctx->probes);
}

/* A driver that reaches the device in another way gives it another chance. */
static void revive_test(struct kunit *test)
{
	const struct serial_xfer_line other = { 57600, SERIAL_XFER_PARITY_NONE };
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	lose(test, priv);
	ctx->slaves[0].silent = 0;
	ctx->slaves[0].line = other;
	modbus_device_set_line(&priv->mdev, &other);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	KUNIT_EXPECT_EQ(test, 0, read_some(priv));
	flush_delayed_work(&priv->life.work);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	KUNIT_EXPECT_EQ(test, 0, ctx->verifies);
}

/* Who is away cannot be moved: what answers in his place may be another. */
static void reserve_offline_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	unsigned int writes;

	lose(test, priv);
	writes = ctx->line->nr_writes;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, modbus_unit_reserve(&priv->mdev, 5));
	KUNIT_EXPECT_EQ(test, writes, ctx->line->nr_writes);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_OFFLINE, serial_xfer_life_presence(&priv->life));
}

/* Another one answers: it is not online before verify has had a look. */
static void recheck_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	modbus_device_recheck(&priv->mdev);
	flush_delayed_work(&priv->life.work);
	KUNIT_EXPECT_EQ(test, 1, ctx->verifies);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
}

static void unbind_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	unsigned int writes;

	device_release_driver(&priv->mdev.dev);
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, 1, ctx->released);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_SEARCHING, serial_xfer_life_presence(&priv->life));
	writes = ctx->line->nr_writes;
	KUNIT_EXPECT_EQ(test, -ENODEV, read_some(priv));
	KUNIT_EXPECT_EQ(test, writes, ctx->line->nr_writes);

	KUNIT_EXPECT_EQ(test, 1, device_attach(&priv->mdev.dev));
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 0, read_some(priv));
	KUNIT_EXPECT_EQ(test, 2, ctx->probes);
}

/* A probe that is waiting for the device does not hold up the unbind by its retries. */
static void unbind_probing_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv;
	ktime_t begun;

	ctx->probe_block = 4;
	ctx->slaves[0].silent_block = TEST_ALWAYS;
	WRITE_ONCE(ctx->ctrl->retries, 10);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 400);
	modbus_test_use_driver(ctx);
	priv = modbus_test_device(ctx, 1);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->slaves[0].block_requests)));
	begun = ktime_get();
	device_release_driver(&priv->mdev.dev);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), begun), SOON_MS);
	KUNIT_EXPECT_EQ(test, 1, ctx->probes);
	KUNIT_EXPECT_LT(test, ctx->probe_error, 0);
	KUNIT_EXPECT_EQ(test, 0, ctx->removes);
	KUNIT_EXPECT_EQ(test, 1, ctx->released);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&priv->life.work));
}

static void delete_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct device *dev = &ctx->ctrl->dev;
	struct modbus_device_priv *priv;

	priv = modbus_test_online(ctx, 1);
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(dev, "delete_device", "1"));
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);

	priv = modbus_test_online(ctx, 1);
	lose(test, priv);
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(dev, "delete_device", "1"));
	KUNIT_EXPECT_EQ(test, 2, ctx->removes);

	priv = modbus_test_device(ctx, 1);
	KUNIT_ASSERT_TRUE(test, test_line_wait(ctx->probes == 3));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(dev, "delete_device", "1"));
	KUNIT_EXPECT_EQ(test, 2, ctx->removes);
	KUNIT_EXPECT_EQ(test, 3, ctx->released);
}

static int read_fn(void *arg)
{
	struct modbus_device_priv *priv = arg;
	struct modbus_test *ctx = container_of(to_modbus_driver(priv->mdev.dev.driver),
					       struct modbus_test, driver);
	int ret = read_some(priv);

	complete(&ctx->gone);
	return ret;
}

/* Starts a read that nobody answers; the driver's remove waits for its end. */
static struct test_task *start_read(struct kunit *test, struct modbus_device_priv *priv)
{
	struct modbus_test *ctx = test->priv;
	struct test_task *task;

	ctx->slaves[0].silent = TEST_ALWAYS;
	ctx->wait_gone = true;
	task = test_task_start(ctx->line, read_fn, priv);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->slaves[0].block_requests)));
	return task;
}

/* Users who are in the middle of a request do not hold up the end of the device. */
static void delete_in_flight_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_task *task;
	ktime_t begun;

	WRITE_ONCE(ctx->ctrl->retries, 10);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 400);
	task = start_read(test, priv);
	begun = ktime_get();
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(&ctx->ctrl->dev, "delete_device", "1"));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), begun), SOON_MS);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_LT(test, task->ret, 0);
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
}

static void unregister_in_flight_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_task *task;
	ktime_t begun;

	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 60000);
	task = start_read(test, priv);
	begun = ktime_get();
	modbus_test_drop_controller(ctx);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), begun), SOON_MS);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -ENODEV, task->ret);
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, 1, ctx->released);
}

static void unregister_probing_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	ktime_t begun;

	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 60000);
	ctx->slaves[0].silent = TEST_ALWAYS;
	modbus_test_use_driver(ctx);
	modbus_test_device(ctx, 1);
	KUNIT_ASSERT_TRUE(test, test_line_wait(ctx->line->nr_writes));
	begun = ktime_get();
	modbus_test_drop_controller(ctx);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), begun), SOON_MS);
	KUNIT_EXPECT_EQ(test, 0, ctx->removes);
	KUNIT_EXPECT_EQ(test, ctx->probes, ctx->released);
}

/* Nobody there: the port is gone, so there is nothing more to be made. */
static void closing_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_controller *ctrl = ctx->ctrl;

	get_device(&ctrl->dev);
	modbus_test_drop_controller(ctx);
	KUNIT_EXPECT_EQ(test, -ENODEV, modbus_test_store(&ctrl->dev, "new_device", "x 1"));
	KUNIT_EXPECT_EQ(test, -ENODEV, modbus_broadcast(ctrl, (const u8[]){ 0x07 }, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, modbus_test_store(&ctrl->dev, "delete_device", "3"));
	put_device(&ctrl->dev);
}

static void reserve_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct modbus_device *mdev = &priv->mdev;
	unsigned int writes = ctx->line->nr_writes;

	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 3"));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_unit_reserve(mdev, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_unit_reserve(mdev, 248));
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, modbus_unit_reserve(mdev, 1));
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, modbus_unit_reserve(mdev, 3));
	KUNIT_EXPECT_EQ(test, writes, ctx->line->nr_writes);

	/* Somebody whom the kernel does not know. */
	ctx->slaves[1].unit = 5;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, modbus_unit_reserve(mdev, 5));
	ctx->slaves[1].garbage = TEST_ALWAYS;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, modbus_unit_reserve(mdev, 5));
	/* One lost reply does not make the address free. */
	ctx->slaves[1].silent = 1;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, modbus_unit_reserve(mdev, 5));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(&ctx->ctrl->dev, "delete_device", "1"));
	/* What was not reserved can be used. */
	modbus_test_device(ctx, 5);
}

static void reserved_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	KUNIT_ASSERT_EQ(test, 0, modbus_unit_reserve(&priv->mdev, 6));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	KUNIT_EXPECT_EQ(test, 1, modbus_device_unit(&priv->mdev));
	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_unit_reserve(&priv->mdev, 7));
	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 6"));

	modbus_unit_use(&priv->mdev, 6);
	KUNIT_EXPECT_EQ(test, 6, modbus_device_unit(&priv->mdev));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_some(priv));
	modbus_unit_cancel(&priv->mdev);
	KUNIT_EXPECT_EQ(test, 1, modbus_device_unit(&priv->mdev));
	KUNIT_EXPECT_EQ(test, 0, read_some(priv));
	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 6"));
}

/* Moves a device to another address and commits to it. */
static void move(struct kunit *test, struct modbus_device_priv *priv, u8 unit)
{
	struct modbus_test *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, 0, modbus_unit_reserve(&priv->mdev, unit));
	ctx->slaves[0].unit = unit;
	modbus_unit_use(&priv->mdev, unit);
	KUNIT_ASSERT_EQ(test, 0, read_some(priv));
	KUNIT_ASSERT_EQ(test, 0, modbus_unit_commit(&priv->mdev, "kept", 5));
}

static void commit_test(struct kunit *test)
{
	const struct serial_xfer_line other = { 57600, SERIAL_XFER_PARITY_ODD };
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct modbus_device_priv **devices = ctx->ctrl->devices;
	char name[16];
	s64 exchanges;

	modbus_device_set_line(&priv->mdev, &other);
	exchanges = modbus_test_count(priv, SERIAL_XFER_EXCHANGES);
	move(test, priv, 6);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(devices[6])));
	priv = devices[6];
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_NULL(test, devices[1]);
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, 2, ctx->probes);
	snprintf(name, sizeof(name), "%d-06", ctx->ctrl->id);
	KUNIT_EXPECT_STREQ(test, name, dev_name(&priv->mdev.dev));
	KUNIT_EXPECT_STREQ(test, "kunit-meter", priv->mdev.name);
	KUNIT_EXPECT_STREQ(test, "kept", ctx->kept);
	KUNIT_EXPECT_EQ(test, other.speed, modbus_device_line(&priv->mdev).speed);
	KUNIT_EXPECT_GT(test, modbus_test_count(priv, SERIAL_XFER_EXCHANGES), exchanges + 3);

	/* What was kept is for the first who is found there. */
	lose(test, priv);
	ctx->slaves[0].regs[1]++;
	ctx->slaves[0].silent = 0;
	modbus_test_hurry(priv);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, 3, ctx->probes);
	KUNIT_EXPECT_STREQ(test, "", ctx->kept);

	/* The old address is free, the new one taken, and userspace may delete it. */
	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 1"));
	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 6"));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(&ctx->ctrl->dev, "delete_device", "6"));
	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 6"));
}

/* The device is deleted before the work item has come to move it. */
static void commit_delete_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	get_device(&priv->mdev.dev);
	KUNIT_ASSERT_EQ(test, 0, modbus_unit_reserve(&priv->mdev, 6));
	KUNIT_ASSERT_PTR_EQ(test, priv, modbus_device_take(ctx->ctrl, 1, true));
	KUNIT_ASSERT_EQ(test, 0, modbus_unit_commit(&priv->mdev, "kept", 5));
	flush_work(&priv->renumber);
	modbus_device_delete(priv);
	put_device(&priv->mdev.dev);
	KUNIT_EXPECT_NULL(test, ctx->ctrl->devices[6]);
	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 6"));
	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 1"));
}

static void commit_unregister_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);

	move(test, priv, 6);
	modbus_test_drop_controller(ctx);
	KUNIT_EXPECT_EQ(test, 1, ctx->removes);
	KUNIT_EXPECT_EQ(test, ctx->probes, ctx->released);
}

static int delete_fn(void *arg)
{
	modbus_device_delete(arg);
	return 0;
}

static int unregister_fn(void *arg)
{
	modbus_test_drop_controller(arg);
	return 0;
}

/* A controller waits for somebody else who has begun to delete a device of it. */
static void delete_unregister_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_controller *ctrl = ctx->ctrl;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_task *deletion, *unregistration;

	ctx->wait_gone = true;
	KUNIT_ASSERT_PTR_EQ(test, priv, modbus_device_take(ctrl, 1, true));
	deletion = test_task_start(ctx->line, delete_fn, priv);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->removes)));
	get_device(&ctrl->dev);
	unregistration = test_task_start(ctx->line, unregister_fn, ctx);
	KUNIT_EXPECT_TRUE(test, test_line_wait(READ_ONCE(ctrl->closing)));
	put_device(&ctrl->dev);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, completion_done(&unregistration->done));
	complete(&ctx->gone);
	KUNIT_EXPECT_TRUE(test, test_task_wait(deletion));
	KUNIT_EXPECT_TRUE(test, test_task_wait(unregistration));
}

static const struct property_entry bus_properties[] = {
	PROPERTY_ENTRY_U32("current-speed", TEST_SPEED),
	{ }
};

static const struct property_entry meter_properties[] = {
	PROPERTY_ENTRY_U32("reg", 3),
	PROPERTY_ENTRY_STRING("compatible", "example,kunit-counter"),
	{ }
};

static const struct software_node bus_node = { "kunit-bus", NULL, bus_properties };
static const struct software_node meter_node = { "kunit-meter", &bus_node, meter_properties };
static const struct software_node *nodes[] = { &bus_node, &meter_node, NULL };

static int firmware_init(struct kunit *test)
{
	test->priv = modbus_test_create(test, nodes);
	return 0;
}

/* A device that firmware describes keeps its node, and cannot be deleted after all. */
static void commit_firmware_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv **devices = ctx->ctrl->devices;
	struct fwnode_handle *fwnode = dev_fwnode(&devices[3]->mdev.dev);

	ctx->slaves[0].unit = 3;
	modbus_test_use_driver(ctx);
	KUNIT_ASSERT_TRUE(test, modbus_test_reaches(devices[3], SERIAL_XFER_ONLINE));
	move(test, devices[3], 6);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(devices[6])));
	KUNIT_EXPECT_TRUE(test, modbus_test_reaches(devices[6], SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_PTR_EQ(test, fwnode, dev_fwnode(&devices[6]->mdev.dev));
	KUNIT_EXPECT_EQ(test, -ENOENT, modbus_test_store(&ctx->ctrl->dev, "delete_device", "6"));
}

static struct kunit_case life_cases[] = {
	KUNIT_CASE(online_test),
	KUNIT_CASE_SLOW(searching_test),
	KUNIT_CASE(offline_test),
	KUNIT_CASE(disturbed_test),
	KUNIT_CASE(back_test),
	KUNIT_CASE(another_device_test),
	KUNIT_CASE(unknown_device_test),
	KUNIT_CASE(without_verify_test),
	KUNIT_CASE(revive_test),
	KUNIT_CASE(reserve_offline_test),
	KUNIT_CASE(recheck_test),
	KUNIT_CASE(unbind_test),
	KUNIT_CASE(unbind_probing_test),
	KUNIT_CASE(delete_test),
	KUNIT_CASE(delete_in_flight_test),
	KUNIT_CASE(unregister_in_flight_test),
	KUNIT_CASE(unregister_probing_test),
	KUNIT_CASE(closing_test),
	KUNIT_CASE(reserve_test),
	KUNIT_CASE(reserved_test),
	KUNIT_CASE(commit_test),
	KUNIT_CASE(commit_delete_test),
	KUNIT_CASE(commit_unregister_test),
	KUNIT_CASE(delete_unregister_test),
	{ }
};

static struct kunit_suite life_suite = {
	.name = "modbus_life",
	.init = modbus_test_init,
	.test_cases = life_cases,
};

static struct kunit_case firmware_cases[] = {
	KUNIT_CASE(commit_firmware_test),
	{ }
};

static struct kunit_suite firmware_suite = {
	.name = "modbus_life_firmware",
	.init = firmware_init,
	.test_cases = firmware_cases,
};

kunit_test_suites(&life_suite, &firmware_suite);
