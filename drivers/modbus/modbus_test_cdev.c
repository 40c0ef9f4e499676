// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of /dev/modbusN: who may ask for what, and what comes back.
 */
#include <kunit/resource.h>
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <uapi/linux/modbus.h>

#include "modbus_test.h"

#define TEST_LIMIT_MS		100
#define TEST_LONG_MS		10000

/* The functions that issue 4 lists as reading, besides 43/14. */
static const u8 reading[] = { 1, 2, 3, 4, 7, 11, 12, 17, 20, 24 };

static void reads_test(struct kunit *test)
{
	u8 req[2] = {};
	unsigned int function;

	for (function = 0; function < 256; function++) {
		req[0] = function;
		KUNIT_EXPECT_EQ_MSG(test, !!memchr(reading, function, sizeof(reading)),
				    modbus_request_reads(req, sizeof(req)), "%u", function);
	}
	req[0] = 43;
	req[1] = 13;
	KUNIT_EXPECT_FALSE(test, modbus_request_reads(req, 2));
	req[1] = 14;
	KUNIT_EXPECT_TRUE(test, modbus_request_reads(req, 2));
	KUNIT_EXPECT_FALSE(test, modbus_request_reads(req, 1));
}

/* What makes a good request bad: one field. */
struct bad_case {
	const char *name;
	size_t offset;
	size_t size;
	u32 value;
	int ret;
};

#define BAD(_field, _value, _ret) {					\
	.name = #_field " " #_value,					\
	.offset = offsetof(struct modbus_xfer, _field),			\
	.size = sizeof_field(struct modbus_xfer, _field),		\
	.value = (_value),						\
	.ret = (_ret),							\
}

static const struct bad_case bad_cases[] = {
	BAD(version, 0, -EINVAL),
	BAD(version, 2, -EINVAL),
	BAD(flags, 2, -EINVAL),
	BAD(timeout_ms, 10001, -EINVAL),
	BAD(parity, 4, -EINVAL),
	BAD(speed, 299, -EINVAL),
	BAD(speed, 4000001, -EINVAL),
	BAD(unit, 248, -EINVAL),
	BAD(unit, 0, -EINVAL),
	BAD(req_len, 0, -EINVAL),
	BAD(req_len, 4, -EINVAL),
	BAD(req_len, 254, -EINVAL),
	BAD(reserved0, 1, -EINVAL),
	BAD(reserved[0], 1, -EINVAL),
	BAD(reserved[5], 1, -EINVAL),
	BAD(req[0], 0x83, -EINVAL),
	BAD(req[0], 0x41, -EOPNOTSUPP),
	BAD(req[4], 126, -EINVAL),
};

static void bad_case_desc(const struct bad_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad, bad_cases, bad_case_desc);

static const u8 read_two[] = { 0x03, 0, 10, 0, 2 };
static const u8 read_three[] = { 0x03, 0, 10, 0, 3 };
static const u8 read_block[] = { 0x03, 0, TEST_BLOCK, 0, 2 };
static const u8 write_one[] = { 0x06, 0, 10, 0x12, 0x34 };

static struct modbus_xfer *new_xfer(struct kunit *test, u8 unit, const u8 *req, size_t len)
{
	struct modbus_xfer *xfer = kunit_kzalloc(test, sizeof(*xfer), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xfer);
	xfer->version = MODBUS_XFER_VERSION;
	xfer->speed = TEST_SPEED;
	xfer->timeout_ms = TEST_LIMIT_MS;
	xfer->unit = unit;
	xfer->req_len = len;
	memcpy(xfer->req, req, len);
	/* What userspace has there is nobody's business. */
	memset(xfer->rsp, 0xaa, sizeof(xfer->rsp));
	xfer->result = 0xaa;
	xfer->status = 0xaa;
	return xfer;
}

static void file_gone(void *data)
{
	struct serial_xfer_file *file = data;

	serial_xfer_client_exit(&file->client);
	put_device(file->dev);
}

static struct serial_xfer_file *new_file(struct modbus_test *ctx, fmode_t mode)
{
	struct serial_xfer_file *file = kunit_kzalloc(ctx->test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(ctx->test, file);
	file->dev = get_device(&ctx->ctrl->dev);
	file->mode = mode;
	serial_xfer_client_init(&file->client, ctx->ctrl->port);
	KUNIT_ASSERT_EQ(ctx->test, 0, kunit_add_action_or_reset(ctx->test, file_gone, file));
	return file;
}

static void set_field(void *field, size_t size, u32 value)
{
	if (size == sizeof(u8))
		*(u8 *)field = value;
	else if (size == sizeof(u16))
		*(u16 *)field = value;
	else
		*(u32 *)field = value;
}

static void bad_test(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ | FMODE_WRITE);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));

	set_field((u8 *)xfer + c->offset, c->size, c->value);
	KUNIT_EXPECT_EQ(test, c->ret, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
}

static void response_test(struct kunit *test)
{
	static const u8 response[] = { 0x03, 4, 0x10, 0x0a, 0x10, 0x0b };
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));
	u64 before = ktime_get_boottime();

	xfer->parity = MODBUS_XFER_PARITY_ODD;
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, xfer->status);
	KUNIT_EXPECT_EQ(test, sizeof(response), xfer->rsp_len);
	KUNIT_EXPECT_MEMEQ(test, xfer->rsp, response, sizeof(response));
	KUNIT_EXPECT_NULL(test, memchr_inv(xfer->rsp + sizeof(response), 0,
					   sizeof(xfer->rsp) - sizeof(response)));
	KUNIT_EXPECT_EQ(test, 9, xfer->heard);
	KUNIT_EXPECT_GT(test, xfer->sent_ns, before);
	KUNIT_EXPECT_GT(test, xfer->received_ns, xfer->sent_ns);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_PARITY_ODD, ctx->line->settings.parity);
	KUNIT_EXPECT_EQ(test, TEST_SPEED, ctx->line->settings.speed);
}

/* The bus's own settings and time limit, which come back. */
static void defaults_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));

	xfer->speed = 0;
	xfer->timeout_ms = 0;
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, ctx->ctrl->line.speed, xfer->speed);
	KUNIT_EXPECT_EQ(test, MODBUS_XFER_PARITY_EVEN, xfer->parity);
	KUNIT_EXPECT_EQ(test, ctx->ctrl->response_timeout_ms, xfer->timeout_ms);
}

static void exception_test(struct kunit *test)
{
	static const u8 response[] = { 0x83, 0x02 };
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));

	ctx->slaves[0].refuse = 2;
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_EQ(test, 2, xfer->rsp_len);
	KUNIT_EXPECT_MEMEQ(test, xfer->rsp, response, 2);
}

static void silence_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 9, read_two, sizeof(read_two));

	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, xfer->rsp_len);
	KUNIT_EXPECT_EQ(test, 0, xfer->heard);
	KUNIT_EXPECT_EQ(test, 0, xfer->received_ns);
	KUNIT_EXPECT_NULL(test, memchr_inv(xfer->rsp, 0, sizeof(xfer->rsp)));
	KUNIT_EXPECT_EQ(test, 1, ctx->line->nr_writes);
}

static void garbage_test(struct kunit *test)
{
	static const u8 garbage[] = { 0xff, 0x00, 0x55 };
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));

	ctx->slaves[0].garbage = 1;
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, -EBADMSG, xfer->result);
	KUNIT_EXPECT_EQ(test, 3, xfer->heard);
	KUNIT_EXPECT_EQ(test, 3, xfer->rsp_len);
	KUNIT_EXPECT_MEMEQ(test, xfer->rsp, garbage, 3);
}

/* The same request again may be answered by the late reply; another one cannot. */
static void doubtful_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));
	struct modbus_xfer *again = new_xfer(test, 1, read_two, sizeof(read_two));
	struct modbus_xfer *other = new_xfer(test, 1, read_three, sizeof(read_three));

	ctx->slaves[0].silent = 1;
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, xfer->result);
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, again));
	KUNIT_EXPECT_EQ(test, 0, again->result);
	KUNIT_EXPECT_EQ(test, MODBUS_XFER_DOUBTFUL, again->status);
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, other));
	KUNIT_EXPECT_EQ(test, 0, other->status);
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, again));
	KUNIT_EXPECT_EQ(test, 0, again->status);
}

/* A request of userspace that was given up is not answered to the kernel's device. */
static void late_for_kernel_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_block, sizeof(read_block));
	__be16 regs[2] = {};

	ctx->slaves[0].hold = 1;
	KUNIT_ASSERT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, modbus_read_holding(&priv->mdev, 20, 2, regs, NULL));
	KUNIT_EXPECT_EQ(test, ctx->slaves[0].regs[20], be16_to_cpu(regs[0]));
	KUNIT_EXPECT_EQ(test, ctx->slaves[0].regs[21], be16_to_cpu(regs[1]));
}

static void mode_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_xfer *read = new_xfer(test, 1, read_two, sizeof(read_two));
	struct modbus_xfer *write = new_xfer(test, 1, write_one, sizeof(write_one));
	struct serial_xfer_file *reader = new_file(ctx, FMODE_READ);
	struct serial_xfer_file *writer = new_file(ctx, FMODE_WRITE);

	KUNIT_EXPECT_EQ(test, -EACCES, modbus_cdev_request(reader, write));
	KUNIT_EXPECT_EQ(test, -EACCES, modbus_cdev_request(writer, read));
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(reader, read));
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(writer, write));
	KUNIT_EXPECT_EQ(test, 0x1234, ctx->slaves[0].regs[10]);
}

/* Whoever has write permission alone may not write. */
static void capability_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ | FMODE_WRITE);
	struct modbus_xfer *read = new_xfer(test, 1, read_two, sizeof(read_two));
	struct modbus_xfer *write = new_xfer(test, 1, write_one, sizeof(write_one));
	struct cred *cred = prepare_creds();
	const struct cred *old;

	KUNIT_ASSERT_NOT_NULL(test, cred);
	cap_lower(cred->cap_effective, CAP_SYS_RAWIO);
	old = override_creds(cred);
	KUNIT_EXPECT_EQ(test, -EPERM, modbus_cdev_request(file, write));
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(file, read));
	revert_creds(old);
	put_cred(cred);
	KUNIT_EXPECT_EQ(test, 1, ctx->line->nr_writes);
}

static void busy_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ | FMODE_WRITE);
	struct modbus_xfer *read = new_xfer(test, 1, read_two, sizeof(read_two));
	struct modbus_xfer *write = new_xfer(test, 1, write_one, sizeof(write_one));
	ktime_t before = ktime_get_boottime();

	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(file, read));
	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_cdev_request(file, write));
	KUNIT_EXPECT_NE(test, 0x1234, ctx->slaves[0].regs[10]);
	KUNIT_EXPECT_EQ(test, 0, modbus_device_written_at(&priv->mdev));

	write->flags = MODBUS_XFER_FORCE;
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(file, write));
	KUNIT_EXPECT_EQ(test, 0x1234, ctx->slaves[0].regs[10]);
	KUNIT_EXPECT_TRUE(test, ktime_after(modbus_device_written_at(&priv->mdev), before));
}

/* A device that nobody drives is anybody's. */
static void no_driver_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ | FMODE_WRITE);
	struct modbus_xfer *write = new_xfer(test, 1, write_one, sizeof(write_one));

	KUNIT_ASSERT_GT(test, modbus_test_store(&ctx->ctrl->dev, "new_device", "stranger 1"), 0);
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(file, write));
	KUNIT_EXPECT_EQ(test, 0, write->result);
}

/* It reaches all, so each that has a driver is in its way. */
static void broadcast_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_online(ctx, 1);
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ | FMODE_WRITE);
	struct modbus_xfer *write = new_xfer(test, 0, write_one, sizeof(write_one));

	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_cdev_request(file, write));
	write->flags = MODBUS_XFER_FORCE;
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(file, write));
	KUNIT_EXPECT_EQ(test, 0, write->result);
	KUNIT_EXPECT_EQ(test, 0, write->rsp_len);
	KUNIT_EXPECT_EQ(test, 0, ctx->line->writes[ctx->line->nr_writes - 1].data[0]);
	KUNIT_EXPECT_NE(test, 0, modbus_device_written_at(&priv->mdev));
}

struct test_request {
	struct serial_xfer_file *file;
	struct modbus_xfer *xfer;
};

static int run_request(void *arg)
{
	struct test_request *request = arg;

	return modbus_cdev_request(request->file, request->xfer);
}

/* Starts a request that nobody answers, and waits until it is on the line. */
static struct test_task *start_request(struct modbus_test *ctx, struct test_request *request)
{
	struct test_task *task;

	if (!request->file)
		request->file = new_file(ctx, FMODE_READ);
	request->xfer = new_xfer(ctx->test, 9, read_two, sizeof(read_two));
	request->xfer->timeout_ms = TEST_LONG_MS;
	task = test_task_start(ctx->line, run_request, request);
	KUNIT_ASSERT_TRUE(ctx->test, test_line_wait(ctx->line->nr_writes == 1));
	return task;
}

/* The bus goes in the middle of an exchange. */
static void unplug_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct test_request request = {};
	struct test_task *task = start_request(ctx, &request);

	modbus_test_drop_controller(ctx);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -ENODEV, task->ret);
	KUNIT_EXPECT_EQ(test, -ENODEV, run_request(&request));
}

static void close_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct serial_xfer_file *file = new_file(ctx, FMODE_READ);
	struct modbus_xfer *xfer = new_xfer(test, 1, read_two, sizeof(read_two));
	struct test_request request = {};
	struct test_task *task = start_request(ctx, &request);

	serial_xfer_cancel(&request.file->client, NULL);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -ECANCELED, task->ret);
	KUNIT_EXPECT_EQ(test, 0, modbus_cdev_request(file, xfer));
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
}

/* A process ends what it does itself, not what others do with the same file. */
static void flush_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct file *filp = kunit_kzalloc(test, sizeof(*filp), GFP_KERNEL);
	struct test_request request = {};
	struct test_task *task;

	KUNIT_ASSERT_NOT_NULL(test, filp);
	filp->private_data = &ctx->ctrl->cdev.misc;
	filp->f_mode = FMODE_READ;
	KUNIT_ASSERT_EQ(test, 0, serial_xfer_cdev_open(NULL, filp));
	request.file = filp->private_data;
	task = start_request(ctx, &request);

	KUNIT_EXPECT_EQ(test, 0, serial_xfer_cdev_flush(filp, ctx));
	KUNIT_EXPECT_FALSE(test, completion_done(&task->done));
	KUNIT_EXPECT_EQ(test, 0, serial_xfer_cdev_flush(filp, current->files));
	KUNIT_EXPECT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -ECANCELED, task->ret);

	/* The controller lives until then. */
	modbus_test_drop_controller(ctx);
	KUNIT_EXPECT_EQ(test, -ENODEV, run_request(&request));
	KUNIT_EXPECT_EQ(test, 0, serial_xfer_cdev_release(NULL, filp));
}

static void kill_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct test_request request = {};
	struct test_task *task = start_request(ctx, &request);

	test_task_kill(task);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -EINTR, task->ret);
}

static struct kunit_case modbus_cdev_cases[] = {
	KUNIT_CASE(reads_test),
	KUNIT_CASE_PARAM(bad_test, bad_gen_params),
	KUNIT_CASE(response_test),
	KUNIT_CASE(defaults_test),
	KUNIT_CASE(exception_test),
	KUNIT_CASE(silence_test),
	KUNIT_CASE(garbage_test),
	KUNIT_CASE(doubtful_test),
	KUNIT_CASE(late_for_kernel_test),
	KUNIT_CASE(mode_test),
	KUNIT_CASE(capability_test),
	KUNIT_CASE(busy_test),
	KUNIT_CASE(no_driver_test),
	KUNIT_CASE(broadcast_test),
	KUNIT_CASE(unplug_test),
	KUNIT_CASE(close_test),
	KUNIT_CASE(flush_test),
	KUNIT_CASE(kill_test),
	{ }
};

static struct kunit_suite modbus_cdev_suite = {
	.name = "modbus_cdev",
	.init = modbus_test_init,
	.test_cases = modbus_cdev_cases,
};

kunit_test_suite(modbus_cdev_suite);
