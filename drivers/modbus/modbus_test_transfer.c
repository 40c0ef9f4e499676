// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of requests: functions, retries, exceptions, late replies, register maps.
 */
#include <linux/regmap.h>
#include <linux/string.h>

#include "modbus_test.h"

static int read_block(struct modbus_device_priv *priv, u16 addr, u16 count, __be16 *regs)
{
	memset(regs, 0, 2 * count);
	return modbus_read_holding(&priv->mdev, addr, count, regs, NULL);
}

/* Are these the registers that the slave has from @addr on? */
static bool right(const struct test_slave *slave, u16 addr, u16 count, const __be16 *regs)
{
	u16 i;

	for (i = 0; i < count; i++)
		if (be16_to_cpu(regs[i]) != slave->regs[addr + i])
			return false;
	return true;
}

static void read_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	ktime_t before = ktime_get_boottime(), stamp = 0;
	__be16 regs[MODBUS_MAX_READ];

	KUNIT_EXPECT_EQ(test, 0, modbus_read_holding(&priv->mdev, 10, 3, regs, &stamp));
	KUNIT_EXPECT_TRUE(test, right(slave, 10, 3, regs));
	KUNIT_EXPECT_TRUE(test, ktime_after(stamp, before));
	KUNIT_EXPECT_FALSE(test, ktime_after(stamp, ktime_get_boottime()));
	KUNIT_EXPECT_EQ(test, 0, modbus_read_holding(&priv->mdev, 20, 125, regs, NULL));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 125, regs));
	KUNIT_EXPECT_EQ(test, 0, modbus_read_input(&priv->mdev, 30, 2, regs, NULL));
	KUNIT_EXPECT_TRUE(test, right(slave, 30, 2, regs));
	KUNIT_EXPECT_EQ(test, MODBUS_READ_INPUT,
			ctx->line->writes[ctx->line->nr_writes - 1].data[1]);
	KUNIT_EXPECT_GT(test, modbus_device_latency_us(&priv->mdev), 0);
}

/* Random registers, among which there is a frame of somebody else. */
static void fill_block(struct test_slave *slave, struct rnd_state *random, u16 count)
{
	static const u8 refusal[] = { 0x83, 0x02 };
	u8 bytes[2 * MODBUS_MAX_READ];
	size_t at = prandom_u32_state(random) % (2 * count - 5);
	u16 i;

	prandom_bytes_state(random, bytes, sizeof(bytes));
	modbus_rtu_encode(bytes + at, 2 + prandom_u32_state(random) % 3, refusal,
			  sizeof(refusal));
	for (i = 0; i < count; i++)
		slave->regs[TEST_BLOCK + i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
}

static void pieces_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[MODBUS_MAX_READ];
	struct rnd_state random;
	int i;

	prandom_seed_state(&random, 380);
	slave->pieces = &random;
	WRITE_ONCE(ctx->ctrl->retries, 0);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 1000);
	for (i = 0; i < 100; i++) {
		fill_block(slave, &random, 75);
		KUNIT_ASSERT_EQ(test, 0, read_block(priv, TEST_BLOCK, 75, regs));
		KUNIT_ASSERT_TRUE(test, right(slave, TEST_BLOCK, 75, regs));
	}
	KUNIT_EXPECT_EQ(test, 0, modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
}

static void write_test(struct kunit *test)
{
	static const u8 one[] = { 0x01, 0x06, 0x00, 0x0a, 0x12, 0x34, 0xa4, 0xbf };
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	const __be16 values[] = { cpu_to_be16(0x1111), cpu_to_be16(0x2222) };
	u16 *regs = ctx->slaves[0].regs;

	KUNIT_EXPECT_EQ(test, 0, modbus_write_register(&priv->mdev, 10, 0x1234));
	KUNIT_EXPECT_EQ(test, 0x1234, regs[10]);
	KUNIT_EXPECT_MEMEQ(test, ctx->line->writes[ctx->line->nr_writes - 1].data, one, 8);
	KUNIT_EXPECT_EQ(test, 0, modbus_write_registers(&priv->mdev, 20, 2, values));
	KUNIT_EXPECT_EQ(test, 0x1111, regs[20]);
	KUNIT_EXPECT_EQ(test, 0x2222, regs[21]);
}

/* Requests that cannot be sent. */
static void limits_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct modbus_device *mdev = &priv->mdev;
	unsigned int writes = ctx->line->nr_writes;
	__be16 regs[MODBUS_MAX_READ + 1] = {};

	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_read_holding(mdev, 0, 0, regs, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_read_holding(mdev, 0, 126, regs, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_read_input(mdev, 0, 126, regs, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_write_registers(mdev, 0, 0, regs));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_write_registers(mdev, 0, 124, regs));
	KUNIT_EXPECT_EQ(test, writes, ctx->line->nr_writes);
	KUNIT_EXPECT_EQ(test, 0, modbus_write_registers(mdev, 0, 123, regs));
}

struct raw_case {
	const char *name;
	u8 req[8];
	size_t req_len;
	size_t rsp_size;
	int ret;
	bool sent;
};

static const struct raw_case raw_cases[] = {
	{ "nothing", { 0 }, 0, 16, -EINVAL },
	{ "too long", { 0x10 }, MODBUS_MAX_PDU + 1, 16, -EINVAL },
	{ "function 0x83", { 0x83, 0, 0, 0, 1 }, 5, 16, -EINVAL },
	{ "function 0x41", { 0x41, 0, 0, 0, 1 }, 5, 16, -EOPNOTSUPP },
	{ "cut", { 0x03, 0, 0, 0 }, 4, 16, -EINVAL },
	{ "126 registers", { 0x03, 0, 0, 0, 126 }, 5, 253, -EINVAL },
	{ "65535 registers", { 0x03, 0, 0, 0xff, 0xff }, 5, 253, -EINVAL },
	{ "no room", { 0x03, 0, 10, 0, 4 }, 5, 9, -EMSGSIZE, true },
	{ "room", { 0x03, 0, 10, 0, 4 }, 5, 10, 0, true },
	{ "refused", { 0x2b, 0x0e, 1, 0 }, 4, 16, -EOPNOTSUPP, true },
};

static void raw_case_desc(const struct raw_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(raw, raw_cases, raw_case_desc);

static void raw_test(struct kunit *test)
{
	const struct raw_case *c = test->param_value;
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	unsigned int writes = ctx->line->nr_writes;
	u8 rsp[MODBUS_MAX_PDU] = { 0 };
	struct modbus_request request = {
		.req = c->req,
		.req_len = c->req_len,
		.rsp = rsp,
		.rsp_size = c->rsp_size,
	};

	KUNIT_EXPECT_EQ(test, c->ret, modbus_exchange(&priv->mdev, &request));
	KUNIT_EXPECT_EQ(test, writes + c->sent, ctx->line->nr_writes);
	if (!c->ret)
		KUNIT_EXPECT_EQ(test, c->rsp_size, request.rsp_len);
}

static void retry_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	slave->silent_block = 1;
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 2, slave->block_requests);
	KUNIT_EXPECT_EQ(test, 1, modbus_test_count(priv, SERIAL_XFER_RETRIES));

	slave->damage_block = 2;
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 3, modbus_test_count(priv, SERIAL_XFER_RETRIES));
	KUNIT_EXPECT_EQ(test, 2, modbus_test_count(priv, SERIAL_XFER_CHECK_ERRORS));
}

/* A block that is never answered, of a device that is there. */
static void silent_block_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	slave->silent_block = TEST_ALWAYS;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 3, slave->block_requests);
	KUNIT_EXPECT_EQ(test, 2, modbus_test_count(priv, SERIAL_XFER_RETRIES));
	KUNIT_EXPECT_EQ(test, 3, modbus_test_count(priv, SERIAL_XFER_TIMEOUTS));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 10, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 10, 4, regs));
}

static void damaged_block_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	__be16 regs[4];

	ctx->slaves[0].damage_block = TEST_ALWAYS;
	WRITE_ONCE(ctx->ctrl->retries, 1);
	KUNIT_EXPECT_EQ(test, -EBADMSG, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 2, ctx->slaves[0].block_requests);
	KUNIT_EXPECT_EQ(test, 2, modbus_test_count(priv, SERIAL_XFER_CHECK_ERRORS));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
}

/* A write may have been done although its reply was lost. */
static void write_once_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	const __be16 value = cpu_to_be16(7);

	slave->silent_block = 1;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, modbus_write_register(&priv->mdev, TEST_BLOCK, 5));
	KUNIT_EXPECT_EQ(test, 1, slave->block_requests);
	slave->damage_block = 1;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			modbus_write_registers(&priv->mdev, TEST_BLOCK, 1, &value));
	KUNIT_EXPECT_EQ(test, 2, slave->block_requests);
	KUNIT_EXPECT_EQ(test, 0, modbus_test_count(priv, SERIAL_XFER_RETRIES));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	KUNIT_EXPECT_EQ(test, 0, modbus_write_register(&priv->mdev, TEST_BLOCK, 6));
}

struct exception_case {
	u8 code;
	int error;
};

static const struct exception_case exception_cases[] = {
	{ 1, -EOPNOTSUPP }, { 2, -ENXIO }, { 3, -EINVAL }, { 4, -EIO }, { 5, -EBUSY },
	{ 6, -EBUSY }, { 7, -EPROTO }, { 8, -EPROTO }, { 10, -EPROTO }, { 11, -EPROTO },
	{ 255, -EPROTO },
};

static void exception_case_desc(const struct exception_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "exception %u", c->code);
}

KUNIT_ARRAY_PARAM(exception, exception_cases, exception_case_desc);

static void exception_test(struct kunit *test)
{
	const struct exception_case *c = test->param_value;
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	__be16 regs[4];

	ctx->slaves[0].refuse_block = c->code;
	KUNIT_EXPECT_EQ(test, c->error, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_count(priv, SERIAL_XFER_REFUSALS));
	KUNIT_EXPECT_EQ(test, 0, modbus_test_count(priv, SERIAL_XFER_RETRIES));
	KUNIT_EXPECT_EQ(test, 1, ctx->slaves[0].block_requests);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
}

/* The reply comes after its time-out, while the bus asks whether the device is there. */
static void late_reply_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	WRITE_ONCE(ctx->ctrl->retries, 0);
	slave->hold = 1;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
}

/* A retry does not take the reply to the first try, which may be older than it looks. */
static void late_reply_retry_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	slave->hold = 1;
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 2, slave->block_requests);
	KUNIT_EXPECT_EQ(test, 1, modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
}

/* Several late replies, the first as long as the one that is awaited then. */
static void late_replies_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];
	u16 count;

	WRITE_ONCE(ctx->ctrl->retries, 0);
	for (count = 2; count <= 4; count++) {
		/* Neither the read nor the one of the identification is answered in time. */
		slave->hold = 2;
		KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(priv, TEST_BLOCK, count, regs));
		KUNIT_EXPECT_EQ(test, SERIAL_XFER_OFFLINE, serial_xfer_life_presence(&priv->life));
		modbus_unit_use(&priv->mdev, 1);
		KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, count, regs));
		KUNIT_EXPECT_TRUE(test, right(slave, 20, count, regs));
		KUNIT_EXPECT_EQ(test, 2 * (count - 1),
				modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
	}
}

/* Noise in time, the reply to the same request late. */
static void late_after_noise_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	WRITE_ONCE(ctx->ctrl->retries, 0);
	slave->garbage = 1;
	slave->hold = 2;
	KUNIT_EXPECT_EQ(test, -EBADMSG, read_block(priv, TEST_BLOCK, 4, regs));
	modbus_unit_use(&priv->mdev, 1);
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
}

/* What another unit answers says nothing of the late replies of this one. */
static void late_reply_other_unit_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *first, *second;
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	ctx->slaves[1].unit = 2;
	first = modbus_test_online(ctx, 1);
	second = modbus_test_online(ctx, 2);
	WRITE_ONCE(ctx->ctrl->retries, 0);
	slave->hold = 2;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(first, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, 0, read_block(second, TEST_BLOCK, 4, regs));
	modbus_unit_use(&first->mdev, 1);
	KUNIT_EXPECT_EQ(test, 0, read_block(first, 20, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
}

/* A late reply to function 04, which no number of registers tells apart. */
static void late_input_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	WRITE_ONCE(ctx->ctrl->retries, 0);
	slave->hold = 2;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT,
			modbus_read_input(&priv->mdev, TEST_BLOCK, 4, regs, NULL));
	modbus_unit_use(&priv->mdev, 1);
	KUNIT_EXPECT_EQ(test, 0, modbus_read_input(&priv->mdev, 20, 4, regs, NULL));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
	KUNIT_EXPECT_EQ(test, 2, modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
}

/* A late exception does not refuse what was asked later with the same function. */
static void late_exception_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	WRITE_ONCE(ctx->ctrl->retries, 0);
	slave->refuse_block = 2;
	slave->hold = 2;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(priv, TEST_BLOCK, 4, regs));
	modbus_unit_use(&priv->mdev, 1);
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 3, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 3, regs));
	KUNIT_EXPECT_EQ(test, 0, modbus_test_count(priv, SERIAL_XFER_REFUSALS));
	KUNIT_EXPECT_EQ(test, 2, modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
	/* Now nothing is outstanding, and an exception is what it says. */
	KUNIT_EXPECT_EQ(test, -ENXIO, read_block(priv, TEST_BLOCK, 4, regs));
}

/* A request that the back end has not sent for sure may be answered all the same. */
static void late_after_write_error_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	slave->hold = 1;
	ctx->line->write_error = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, read_block(priv, TEST_BLOCK, 4, regs));
	ctx->line->write_error = 0;
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
}

/* More abandoned reads than there are lengths to tell their replies apart. */
static void many_abandoned_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];
	int i;

	WRITE_ONCE(ctx->ctrl->retries, 10);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, 5);
	slave->silent = TEST_ALWAYS;
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(priv, TEST_BLOCK, 4, regs));
		modbus_unit_use(&priv->mdev, 1);
	}
	slave->silent = 0;
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, TEST_TIMEOUT_MS);
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
}

/* A device that refuses to be identified: in the end its exceptions are believed. */
static void refused_ident_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	__be16 regs[4];

	WRITE_ONCE(ctx->ctrl->retries, 10);
	slave->refuse = 2;
	slave->silent = 1;
	KUNIT_EXPECT_EQ(test, -ENXIO, read_block(priv, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ONLINE, serial_xfer_life_presence(&priv->life));
}

struct read_call {
	struct modbus_device_priv *priv;
	__be16 regs[4];
};

static int read_fn(void *arg)
{
	struct read_call *call = arg;

	return read_block(call->priv, TEST_BLOCK, 4, call->regs);
}

/* The reply to a killed reader's request is nobody else's. */
static void killed_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	struct read_call *call = kunit_kzalloc(test, sizeof(*call), GFP_KERNEL);
	struct test_task *task;
	__be16 regs[4];

	KUNIT_ASSERT_NOT_NULL(test, call);
	call->priv = priv;
	slave->hold = 1;
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, TEST_LINE_LIMIT_MS * 6);
	task = test_task_start(ctx->line, read_fn, call);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(slave->block_requests)));
	test_task_kill(task);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -EINTR, task->ret);
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(slave, 20, 4, regs));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_count(priv, SERIAL_XFER_STALE_REPLIES));
}

/* What one device owes does not hinder the others. */
static void two_devices_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *first, *second;
	unsigned int requests;
	__be16 regs[4];

	ctx->slaves[1].unit = 2;
	first = modbus_test_online(ctx, 1);
	second = modbus_test_online(ctx, 2);
	ctx->slaves[0].silent = TEST_ALWAYS;
	WRITE_ONCE(ctx->ctrl->retries, 0);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, read_block(first, TEST_BLOCK, 4, regs));
	requests = ctx->slaves[1].requests;
	KUNIT_EXPECT_EQ(test, 0, read_block(second, TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_TRUE(test, right(&ctx->slaves[1], TEST_BLOCK, 4, regs));
	KUNIT_EXPECT_EQ(test, requests + 1, ctx->slaves[1].requests);
	KUNIT_EXPECT_EQ(test, 0, modbus_test_count(second, SERIAL_XFER_TIMEOUTS));
}

static void line_settings_test(struct kunit *test)
{
	const struct serial_xfer_line other = { 57600, SERIAL_XFER_PARITY_ODD };
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct serial_xfer_line line;
	__be16 regs[4];

	ctx->slaves[0].line = other;
	modbus_device_set_line(&priv->mdev, &other);
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 4, regs));
	line = modbus_device_line(&priv->mdev);
	KUNIT_EXPECT_EQ(test, other.speed, line.speed);
	KUNIT_EXPECT_EQ(test, other.parity, line.parity);
}

static void broadcast_test(struct kunit *test)
{
	static const u8 pdu[] = { 0x06, 0x00, 0x01, 0x00, 0x05 };
	static const u8 adu[] = { 0x00, 0x06, 0x00, 0x01, 0x00, 0x05, 0x19, 0xd8 };
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_line_write *write = &ctx->line->writes[ctx->line->nr_writes];
	__be16 regs[2];

	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_broadcast(ctx->ctrl, pdu, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_broadcast(ctx->ctrl, pdu, MODBUS_MAX_PDU + 1));
	WRITE_ONCE(ctx->ctrl->turnaround_ms, 200);
	KUNIT_EXPECT_EQ(test, 0, modbus_broadcast(ctx->ctrl, pdu, sizeof(pdu)));
	KUNIT_EXPECT_EQ(test, 0, read_block(priv, 20, 2, regs));
	KUNIT_EXPECT_EQ(test, sizeof(adu), write[0].len);
	KUNIT_EXPECT_MEMEQ(test, write[0].data, adu, sizeof(adu));
	KUNIT_EXPECT_EQ(test, TEST_SPEED, write[0].line.speed);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(write[1].at, write[0].at), 200);
}

static const struct regmap_config regmap_16 = { .reg_bits = 16, .val_bits = 16 };

static void regmap_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct test_slave *slave = &ctx->slaves[0];
	struct regmap *map = devm_regmap_init_modbus(&priv->mdev, &regmap_16);
	u16 values[3] = { 0x1111, 0x2222, 0x3333 };
	unsigned int value, requests;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, map);
	KUNIT_EXPECT_EQ(test, 0, regmap_read(map, 30, &value));
	KUNIT_EXPECT_EQ(test, slave->regs[30], value);
	KUNIT_EXPECT_EQ(test, 0, regmap_write(map, 31, 0xabcd));
	KUNIT_EXPECT_EQ(test, 0xabcd, slave->regs[31]);
	KUNIT_EXPECT_EQ(test, MODBUS_WRITE_REGISTER,
			ctx->line->writes[ctx->line->nr_writes - 1].data[1]);

	requests = slave->requests;
	KUNIT_EXPECT_EQ(test, 0, regmap_bulk_write(map, 40, values, 3));
	KUNIT_EXPECT_MEMEQ(test, &slave->regs[40], values, sizeof(values));
	KUNIT_EXPECT_EQ(test, 0, regmap_bulk_read(map, 50, values, 3));
	KUNIT_EXPECT_MEMEQ(test, &slave->regs[50], values, sizeof(values));
	KUNIT_EXPECT_EQ(test, requests + 2, slave->requests);

	slave->refuse_block = 2;
	KUNIT_EXPECT_EQ(test, -ENXIO, regmap_read(map, TEST_BLOCK, &value));
}

static void regmap_config_test(struct kunit *test)
{
	static const struct regmap_config wide = { .reg_bits = 16, .val_bits = 32 };
	static const struct regmap_config narrow = { .reg_bits = 8, .val_bits = 16 };
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_device(ctx, 1);

	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(devm_regmap_init_modbus(&priv->mdev, &wide)));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(devm_regmap_init_modbus(&priv->mdev, &narrow)));
}

static struct kunit_case transfer_cases[] = {
	KUNIT_CASE(read_test),
	KUNIT_CASE(pieces_test),
	KUNIT_CASE(write_test),
	KUNIT_CASE(limits_test),
	KUNIT_CASE_PARAM(raw_test, raw_gen_params),
	KUNIT_CASE(retry_test),
	KUNIT_CASE(silent_block_test),
	KUNIT_CASE(damaged_block_test),
	KUNIT_CASE(write_once_test),
	KUNIT_CASE_PARAM(exception_test, exception_gen_params),
	KUNIT_CASE(late_reply_test),
	KUNIT_CASE(late_reply_retry_test),
	KUNIT_CASE(late_replies_test),
	KUNIT_CASE(late_after_noise_test),
	KUNIT_CASE(late_reply_other_unit_test),
	KUNIT_CASE(late_input_test),
	KUNIT_CASE(late_exception_test),
	KUNIT_CASE(late_after_write_error_test),
	KUNIT_CASE(many_abandoned_test),
	KUNIT_CASE(refused_ident_test),
	KUNIT_CASE(killed_test),
	KUNIT_CASE(two_devices_test),
	KUNIT_CASE(line_settings_test),
	KUNIT_CASE(broadcast_test),
	KUNIT_CASE(regmap_test),
	KUNIT_CASE(regmap_config_test),
	{ }
};

static struct kunit_suite transfer_suite = {
	.name = "modbus_transfer",
	.init = modbus_test_init,
	.test_cases = transfer_cases,
};

kunit_test_suite(transfer_suite);
