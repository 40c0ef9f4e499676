// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of /dev/mbusN: who may ask for what, what goes over the line, and what the
 * kernel's own devices notice of it. The line follows a script of frames.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/meterbus.h>

#include "../serial_xfer/serial_xfer_test_line.h"
#include "internal.h"

#define TEST_SPEED	38400
#define TEST_LIMIT_MS	80
#define TEST_LONG_MS	10000
#define TEST_REPLY_US	500
#define TEST_ID		0x22091039cd250102ULL

#define BYTES(...)	(const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ })

#define ACK		BYTES(0xe5)
#define NOTHING		NULL, 0
#define NKE		BYTES(0x10, 0x40, 0x05, 0x45, 0x16)
#define DESELECT	BYTES(0x10, 0x40, 0xfd, 0x3d, 0x16)
#define REQ		BYTES(0x10, 0x7b, 0x05, 0x80, 0x16)
#define REQ_NEXT	BYTES(0x10, 0x5b, 0x05, 0x60, 0x16)
#define REQ_SELECTED	BYTES(0x10, 0x7b, 0xfd, 0x78, 0x16)
#define SELECT		BYTES(0x68, 0x0b, 0x0b, 0x68, 0x53, 0xfd, 0x52, 0x39, 0x10, 0x09, 0x22, \
			      0xcd, 0x25, 0x01, 0x02, 0x0b, 0x16)
/* 2209103F and wildcards */
#define SELECT_MANY	BYTES(0x68, 0x0b, 0x0b, 0x68, 0x53, 0xfd, 0x52, 0x3f, 0x10, 0x09, 0x22, \
			      0xff, 0xff, 0xff, 0xff, 0x18, 0x16)
#define SND_UD		BYTES(0x68, 0x04, 0x04, 0x68, 0x73, 0x05, 0x51, 0xaa, 0x73, 0x16)
#define SND_UD_SELECTED	BYTES(0x68, 0x04, 0x04, 0x68, 0x73, 0xfd, 0x51, 0xaa, 0x6b, 0x16)
#define SND_UD_ALL	BYTES(0x68, 0x04, 0x04, 0x68, 0x73, 0xff, 0x51, 0xaa, 0x6d, 0x16)
/* The head alone, access number 7 */
#define TELEGRAM	BYTES(0x68, 0x0f, 0x0f, 0x68, 0x08, 0x05, 0x72, 0x39, 0x10, 0x09, 0x22, \
			      0xcd, 0x25, 0x01, 0x02, 0x07, 0x00, 0x00, 0x00, 0xef, 0x16)
/* Access numbers 8 and 9, and the sign that more follow */
#define TELEGRAM_MORE	BYTES(0x68, 0x10, 0x10, 0x68, 0x08, 0x05, 0x72, 0x39, 0x10, 0x09, 0x22, \
			      0xcd, 0x25, 0x01, 0x02, 0x08, 0x00, 0x00, 0x00, 0x1f, 0x0f, 0x16)
#define TELEGRAM_AGAIN	BYTES(0x68, 0x10, 0x10, 0x68, 0x08, 0x05, 0x72, 0x39, 0x10, 0x09, 0x22, \
			      0xcd, 0x25, 0x01, 0x02, 0x09, 0x00, 0x00, 0x00, 0x1f, 0x10, 0x16)
/* Several meters at once */
#define COLLISION	BYTES(0x68, 0x0b, 0x03, 0x48, 0x08, 0x01, 0x52, 0x31, 0x10, 0x01, 0x22, \
			      0x40, 0x25, 0x00, 0x02)

/* What must be sent next, and what is heard then. */
struct step {
	const u8 *request;
	size_t request_len;
	const u8 *reply;
	size_t reply_len;
};

struct cdev_test {
	struct kunit *test;
	struct test_line *line;
	struct meterbus_controller *ctrl;
	struct meterbus_driver driver;
	const struct step *script;
	size_t nr_steps;
	size_t step;
};

static void follow_script(struct test_line *line, const u8 *buf, size_t len)
{
	struct cdev_test *ctx = line->slave_data;
	const struct step *step = ctx->script + ctx->step;

	if (ctx->step == ctx->nr_steps) {
		KUNIT_FAIL(ctx->test, "not in the script: %*ph", (int)len, buf);
		return;
	}
	KUNIT_EXPECT_EQ(ctx->test, step->request_len, len);
	if (step->request_len == len)
		KUNIT_EXPECT_MEMEQ(ctx->test, buf, step->request, len);
	if (step->reply)
		test_line_say(line, TEST_REPLY_US, step->reply, step->reply_len);
	ctx->step++;
}

#define PLAY(_ctx, ...) play(_ctx, (const struct step[]){ __VA_ARGS__ },	\
			     ARRAY_SIZE(((const struct step[]){ __VA_ARGS__ })))

static void play(struct cdev_test *ctx, const struct step *script, size_t nr_steps)
{
	ctx->script = script;
	ctx->nr_steps = nr_steps;
	ctx->step = 0;
}

static void expect_played(struct cdev_test *ctx)
{
	KUNIT_EXPECT_EQ(ctx->test, ctx->nr_steps, ctx->step);
}

static void controller_gone(void *data)
{
	struct cdev_test *ctx = data;

	/* Its last device may have to be deselected. */
	ctx->line->slave = NULL;
	if (ctx->ctrl)
		meterbus_controller_unregister(ctx->ctrl);
}

static int cdev_init(struct kunit *test)
{
	static const struct serial_xfer_line settings = { TEST_SPEED, SERIAL_XFER_PARITY_EVEN };
	struct cdev_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	test->priv = ctx;
	ctx->test = test;
	ctx->line = test_line_create(test);
	ctx->line->slave = follow_script;
	ctx->line->slave_data = ctx;
	ctx->ctrl = meterbus_controller_attach(ctx->line->dev, ctx->line->port, &settings);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->ctrl);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, controller_gone, ctx));
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, TEST_LIMIT_MS);
	return 0;
}

static int driver_probe(struct meterbus_device *mdev)
{
	return meterbus_reset(mdev);
}

static const struct meterbus_device_id driver_ids[] = {
	{ "kunit-cdev-meter" },
	{ }
};

static void driver_gone(void *data)
{
	meterbus_driver_unregister(data);
}

static void use_driver(struct cdev_test *ctx)
{
	ctx->driver.driver.name = "kunit-cdev-meter";
	ctx->driver.id_table = driver_ids;
	ctx->driver.probe = driver_probe;
	KUNIT_ASSERT_EQ(ctx->test, 0, meterbus_driver_register(&ctx->driver));
	KUNIT_ASSERT_EQ(ctx->test, 0,
			kunit_add_action_or_reset(ctx->test, driver_gone, &ctx->driver));
}

/* A device of the kernel's, which the script must let come online. */
static struct meterbus_device_priv *new_device(struct cdev_test *ctx,
					       const struct meterbus_address *address)
{
	struct meterbus_board_info info = {
		.name = "kunit-cdev-meter",
		.address = *address,
		.line = ctx->ctrl->line,
		.from_user = true,
	};
	struct meterbus_device_priv *priv;

	use_driver(ctx);
	KUNIT_ASSERT_EQ(ctx->test, 0, meterbus_device_create(ctx->ctrl, &info, NULL));
	priv = list_first_entry(&ctx->ctrl->devices, struct meterbus_device_priv, node);
	KUNIT_ASSERT_TRUE(ctx->test,
			  test_line_wait(serial_xfer_life_is_online(&priv->life)));
	return priv;
}

static struct meterbus_device_priv *new_primary(struct cdev_test *ctx)
{
	static const struct meterbus_address address = { .primary = 5 };

	PLAY(ctx, { NKE, ACK });
	return new_device(ctx, &address);
}

static struct meterbus_device_priv *new_secondary(struct cdev_test *ctx)
{
	static const struct meterbus_address address = { .secondary = true, .id = TEST_ID };

	PLAY(ctx, { DESELECT, ACK });
	return new_device(ctx, &address);
}

static void file_gone(void *data)
{
	struct serial_xfer_file *file = data;

	serial_xfer_client_exit(&file->client);
	put_device(file->dev);
}

static struct serial_xfer_file *new_file(struct cdev_test *ctx, fmode_t mode)
{
	struct serial_xfer_file *file = kunit_kzalloc(ctx->test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(ctx->test, file);
	file->dev = get_device(&ctx->ctrl->dev);
	file->mode = mode;
	serial_xfer_client_init(&file->client, ctx->ctrl->port);
	KUNIT_ASSERT_EQ(ctx->test, 0, kunit_add_action_or_reset(ctx->test, file_gone, file));
	return file;
}

static struct meterbus_xfer *new_xfer(struct kunit *test, u8 c, u8 a)
{
	struct meterbus_xfer *xfer = kunit_kzalloc(test, sizeof(*xfer), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xfer);
	xfer->version = METERBUS_XFER_VERSION;
	xfer->timeout_ms = TEST_LIMIT_MS;
	xfer->c = c;
	xfer->a = a;
	/* What userspace has there is nobody's business. */
	memset(xfer->rsp, 0xaa, sizeof(xfer->rsp));
	xfer->result = 0xaa;
	xfer->status = 0xaa;
	return xfer;
}

static struct meterbus_xfer *new_select(struct kunit *test, u8 c, u64 id)
{
	struct meterbus_xfer *xfer = new_xfer(test, c, METERBUS_XFER_A_SELECTED);

	xfer->flags = METERBUS_XFER_SELECT;
	xfer->id = id;
	return xfer;
}

static struct meterbus_xfer *add_data(struct meterbus_xfer *xfer)
{
	xfer->req[0] = 0x51;
	xfer->req[1] = 0xaa;
	xfer->req_len = 2;
	return xfer;
}

static int request(struct cdev_test *ctx, struct meterbus_xfer *xfer)
{
	return meterbus_cdev_request(new_file(ctx, FMODE_READ | FMODE_WRITE), xfer);
}

static void reads_test(struct kunit *test)
{
	struct meterbus_xfer *xfer = new_xfer(test, 0, 5);
	unsigned int c;
	bool reads;

	for (c = 0; c < 256; c++) {
		xfer->c = c;
		reads = c == 0 || c == 0x40 || c == 0x5b || c == 0x7b;
		KUNIT_EXPECT_EQ_MSG(test, reads, meterbus_xfer_reads(xfer), "%#x", c);
	}
}

struct check_case {
	const char *name;
	u8 c;
	u8 a;
	bool select;
	u16 req_len;
	int ret;
};

static const struct check_case check_cases[] = {
	{ "NKE", 0x40, 5, false, 0, 0 },
	{ "NKE 250", 0x40, 250, false, 0, 0 },
	{ "NKE 251", 0x40, 251, false, 0, -EINVAL },
	{ "NKE 252", 0x40, 252, false, 0, -EINVAL },
	{ "NKE deselect", 0x40, 0xfd, false, 0, 0 },
	{ "NKE test", 0x40, 0xfe, false, 0, 0 },
	{ "NKE broadcast", 0x40, 0xff, false, 0, 0 },
	{ "NKE with count bit", 0x60, 5, false, 0, -EINVAL },
	{ "NKE with data", 0x40, 5, false, 1, -EINVAL },
	{ "REQ_UD2", 0x5b, 5, false, 0, 0 },
	{ "REQ_UD2 count bit", 0x7b, 0, false, 0, 0 },
	{ "REQ_UD2 test", 0x7b, 0xfe, false, 0, 0 },
	{ "REQ_UD2 broadcast", 0x7b, 0xff, false, 0, -EINVAL },
	{ "REQ_UD2 unselected", 0x7b, 0xfd, false, 0, -EINVAL },
	{ "REQ_UD2 selected", 0x7b, 0xfd, true, 0, 0 },
	{ "REQ_UD2 select and primary", 0x7b, 5, true, 0, -EINVAL },
	{ "REQ_UD2 select and test", 0x7b, 0xfe, true, 0, -EINVAL },
	{ "REQ_UD2 with data", 0x7b, 5, false, 1, -EINVAL },
	{ "REQ_UD1", 0x5a, 5, false, 0, 0 },
	{ "SND_UD", 0x53, 5, false, 1, 0 },
	{ "SND_UD longest", 0x73, 5, false, 253, 0 },
	{ "SND_UD too long", 0x73, 5, false, 254, -EINVAL },
	{ "SND_UD empty", 0x73, 5, false, 0, -EINVAL },
	{ "SND_UD broadcast", 0x73, 0xff, false, 1, 0 },
	{ "SND_UD unselected", 0x73, 0xfd, false, 1, -EINVAL },
	{ "SND_UD selected", 0x73, 0xfd, true, 1, 0 },
	{ "selection", 0, 0xfd, true, 0, 0 },
	{ "selection with data", 0, 0xfd, true, 1, -EINVAL },
	{ "nothing", 0, 0xfd, false, 0, -EINVAL },
	{ "reply", 0x08, 5, false, 0, -EINVAL },
	{ "SND_UD2", 0x43, 5, false, 1, -EINVAL },
};

static void check_case_desc(const struct check_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(check, check_cases, check_case_desc);

static void check_test(struct kunit *test)
{
	const struct check_case *c = test->param_value;
	struct meterbus_xfer *xfer = new_xfer(test, c->c, c->a);

	xfer->req_len = c->req_len;
	if (c->select) {
		xfer->flags = METERBUS_XFER_SELECT;
		xfer->id = TEST_ID;
	}
	KUNIT_EXPECT_EQ(test, c->ret, meterbus_xfer_check(xfer));
}

static void expect_bad(struct kunit *test, struct meterbus_xfer *xfer)
{
	struct cdev_test *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -EINVAL, request(ctx, xfer));
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
}

static void bad_head_test(struct kunit *test)
{
	struct meterbus_xfer *xfer = new_xfer(test, 0x40, 5);

	xfer->version = 2;
	expect_bad(test, xfer);
	xfer->version = 1;
	xfer->flags = 4;
	expect_bad(test, xfer);
	xfer->flags = 0;
	xfer->id = TEST_ID;
	expect_bad(test, xfer);
	xfer->id = 0;
	xfer->timeout_ms = 10001;
	expect_bad(test, xfer);
	xfer->timeout_ms = TEST_LIMIT_MS;
	xfer->parity = 4;
	expect_bad(test, xfer);
	xfer->parity = 0;
	xfer->speed = 299;
	expect_bad(test, xfer);
	xfer->speed = 0;
	xfer->reserved0 = 1;
	expect_bad(test, xfer);
	xfer->reserved0 = 0;
	xfer->reserved[5] = 1;
	expect_bad(test, xfer);
}

static void nke_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_xfer *xfer = new_xfer(test, 0x40, 5);
	u64 before = ktime_get_boottime();

	PLAY(ctx, { NKE, ACK });
	xfer->timeout_ms = 0;
	KUNIT_ASSERT_EQ(test, 0, request(ctx, xfer));
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, xfer->status);
	KUNIT_EXPECT_EQ(test, 1, xfer->rsp_len);
	KUNIT_EXPECT_EQ(test, 0xe5, xfer->rsp[0]);
	KUNIT_EXPECT_NULL(test, memchr_inv(xfer->rsp + 1, 0, sizeof(xfer->rsp) - 1));
	KUNIT_EXPECT_EQ(test, TEST_SPEED, xfer->speed);
	KUNIT_EXPECT_EQ(test, METERBUS_XFER_PARITY_EVEN, xfer->parity);
	/* 330 bits of 38400 a second are 8.6 ms. */
	KUNIT_EXPECT_EQ(test, TEST_LIMIT_MS + 9, xfer->timeout_ms);
	KUNIT_EXPECT_GT(test, xfer->sent_ns, before);
	KUNIT_EXPECT_GT(test, xfer->received_ns, xfer->sent_ns);
}

static void read_selected_test(struct kunit *test)
{
	static const u8 telegram[] = {
		0x68, 0x0f, 0x0f, 0x68, 0x08, 0x05, 0x72, 0x39, 0x10, 0x09, 0x22,
		0xcd, 0x25, 0x01, 0x02, 0x07, 0x00, 0x00, 0x00, 0xef, 0x16
	};
	struct cdev_test *ctx = test->priv;
	struct meterbus_xfer *xfer = new_select(test, 0x7b, TEST_ID);

	PLAY(ctx, { SELECT, ACK }, { REQ_SELECTED, TELEGRAM });
	KUNIT_ASSERT_EQ(test, 0, request(ctx, xfer));
	expect_played(ctx);
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_EQ(test, METERBUS_XFER_SELECTED, xfer->status);
	KUNIT_EXPECT_EQ(test, sizeof(telegram), xfer->rsp_len);
	KUNIT_EXPECT_MEMEQ(test, xfer->rsp, telegram, sizeof(telegram));
}

/* Nobody is selected, or several meters are. */
static void search_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_xfer *xfer = new_select(test, 0x7b, 0x2209103fffffffffULL);

	PLAY(ctx, { SELECT_MANY, NOTHING }, { SELECT_MANY, ACK }, { REQ_SELECTED, COLLISION });
	KUNIT_ASSERT_EQ(test, 0, request(ctx, xfer));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, xfer->status);
	KUNIT_ASSERT_EQ(test, 0, request(ctx, xfer));
	expect_played(ctx);
	KUNIT_EXPECT_EQ(test, -ENOTUNIQ, xfer->result);
	KUNIT_EXPECT_EQ(test, METERBUS_XFER_SELECTED, xfer->status);
	KUNIT_EXPECT_EQ(test, 15, xfer->rsp_len);
	KUNIT_EXPECT_EQ(test, 15, xfer->heard);
	KUNIT_EXPECT_EQ(test, 0x68, xfer->rsp[0]);
	KUNIT_EXPECT_EQ(test, 0, xfer->received_ns);
}

/* A meter that acknowledges in the place of data. */
static void no_data_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_xfer *xfer = new_xfer(test, 0x7b, 5);

	PLAY(ctx, { REQ, ACK });
	KUNIT_ASSERT_EQ(test, 0, request(ctx, xfer));
	KUNIT_EXPECT_EQ(test, -ENODATA, xfer->result);
	KUNIT_EXPECT_EQ(test, 1, xfer->rsp_len);
	KUNIT_EXPECT_EQ(test, 0xe5, xfer->rsp[0]);
}

static void mode_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct serial_xfer_file *reader = new_file(ctx, FMODE_READ);
	struct serial_xfer_file *writer = new_file(ctx, FMODE_WRITE);
	struct meterbus_xfer *write = add_data(new_xfer(test, 0x73, 5));

	PLAY(ctx, { NKE, ACK }, { SELECT, ACK }, { SND_UD, ACK });
	KUNIT_EXPECT_EQ(test, -EACCES, meterbus_cdev_request(writer, new_xfer(test, 0x40, 5)));
	KUNIT_EXPECT_EQ(test, -EACCES, meterbus_cdev_request(reader, write));
	KUNIT_EXPECT_EQ(test, -EACCES, meterbus_cdev_request(reader, new_xfer(test, 0x7a, 5)));
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
	KUNIT_EXPECT_EQ(test, 0, meterbus_cdev_request(reader, new_xfer(test, 0x40, 5)));
	KUNIT_EXPECT_EQ(test, 0, meterbus_cdev_request(reader, new_select(test, 0, TEST_ID)));
	KUNIT_EXPECT_EQ(test, 0, meterbus_cdev_request(writer, write));
	KUNIT_EXPECT_EQ(test, 0, write->result);
	expect_played(ctx);
}

/* Whoever has write permission alone may not write. */
static void capability_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct cred *cred = prepare_creds();
	const struct cred *old;

	KUNIT_ASSERT_NOT_NULL(test, cred);
	PLAY(ctx, { NKE, ACK });
	cap_lower(cred->cap_effective, CAP_SYS_RAWIO);
	old = override_creds(cred);
	KUNIT_EXPECT_EQ(test, -EPERM, request(ctx, add_data(new_xfer(test, 0x73, 5))));
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_xfer(test, 0x40, 5)));
	revert_creds(old);
	put_cred(cred);
	expect_played(ctx);
}

/* By whichever address a meter that has a driver is written to. */
static void expect_busy(struct cdev_test *ctx, struct meterbus_xfer *xfer)
{
	unsigned int writes = ctx->line->nr_writes;

	KUNIT_EXPECT_EQ(ctx->test, -EBUSY, request(ctx, add_data(xfer)));
	KUNIT_EXPECT_EQ(ctx->test, writes, ctx->line->nr_writes);
}

static int read_out(struct kunit *test, struct meterbus_device_priv *priv)
{
	struct meterbus_readout *readout = kunit_kzalloc(test, sizeof(*readout), GFP_KERNEL);

	return readout ? meterbus_read(&priv->mdev, readout) : -ENOMEM;
}

static void busy_primary_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_primary(ctx);

	expect_busy(ctx, new_xfer(test, 0x73, 5));
	expect_busy(ctx, new_xfer(test, 0x73, 0xfe));
	expect_busy(ctx, new_xfer(test, 0x73, 0xff));
	PLAY(ctx, { REQ, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	/* Its secondary address is known by now. */
	expect_busy(ctx, new_select(test, 0x73, TEST_ID));
	expect_busy(ctx, new_select(test, 0x73, 0x2209103fffffffffULL));
	PLAY(ctx, { SELECT_MANY, NOTHING });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_select(test, 0, 0x2209103fffffffffULL)));
	KUNIT_EXPECT_EQ(test, 0, meterbus_device_written_at(&priv->mdev));
}

static void busy_secondary_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_secondary(ctx);

	expect_busy(ctx, new_select(test, 0x73, TEST_ID));
	expect_busy(ctx, new_select(test, 0x73, 0xffffff39ffffffffULL));
	PLAY(ctx, { SELECT, ACK }, { REQ_SELECTED, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	/* Its primary address is known by now. */
	expect_busy(ctx, new_xfer(test, 0x73, 5));
}

static void force_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_primary(ctx);
	struct meterbus_xfer *xfer = add_data(new_xfer(test, 0x73, 5));
	ktime_t before = ktime_get_boottime();

	PLAY(ctx, { SND_UD, ACK });
	xfer->flags = METERBUS_XFER_FORCE;
	KUNIT_EXPECT_EQ(test, 0, request(ctx, xfer));
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_TRUE(test, ktime_after(meterbus_device_written_at(&priv->mdev), before));
}

/* Others may be written to. */
static void other_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_xfer *xfer = add_data(new_select(test, 0x73, 0x22091038ffffffffULL));
	struct meterbus_device_priv *priv = new_secondary(ctx);

	PLAY(ctx, { BYTES(0x68, 0x0b, 0x0b, 0x68, 0x53, 0xfd, 0x52, 0x38, 0x10, 0x09, 0x22,
			  0xff, 0xff, 0xff, 0xff, 0x11, 0x16), ACK }, { SND_UD_SELECTED, ACK });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, xfer));
	expect_played(ctx);
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, meterbus_device_written_at(&priv->mdev));
}

static void broadcast_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_xfer *xfer = add_data(new_xfer(test, 0x73, 0xff));

	PLAY(ctx, { SND_UD_ALL, NOTHING });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, xfer));
	KUNIT_EXPECT_EQ(test, 0, xfer->result);
	KUNIT_EXPECT_EQ(test, 0, xfer->rsp_len);
}

/* A device that others have talked with may have counted on: it is reset first. */
static void disturbed_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_primary(ctx);

	PLAY(ctx, { REQ, TELEGRAM }, { NKE, ACK }, { REQ, TELEGRAM_MORE },
	     { REQ_NEXT, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_xfer(test, 0x7b, 5)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);

	PLAY(ctx, { BYTES(0x10, 0x40, 0x06, 0x46, 0x16), NOTHING }, { REQ, TELEGRAM_MORE },
	     { REQ_NEXT, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_xfer(test, 0x40, 6)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);
}

/* A search disturbs only those whom it finds. */
static void searched_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_primary(ctx);

	PLAY(ctx, { SELECT_MANY, NOTHING }, { REQ, TELEGRAM_MORE }, { REQ_NEXT, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_select(test, 0x7b, 0x2209103fffffffffULL)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);

	PLAY(ctx, { SELECT_MANY, ACK }, { NKE, ACK }, { REQ, TELEGRAM_MORE },
	     { REQ_NEXT, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_select(test, 0, 0x2209103fffffffffULL)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);
}

/* One that was heard by nobody may have reached those who have such a number. */
static void searched_in_vain_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_primary(ctx);

	PLAY(ctx, { REQ, TELEGRAM_MORE }, { REQ_NEXT, TELEGRAM },
	     { SELECT_MANY, NOTHING }, { NKE, ACK }, { REQ, TELEGRAM_MORE },
	     { REQ_NEXT, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_select(test, 0, 0x2209103fffffffffULL)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);

	PLAY(ctx, { BYTES(0x68, 0x0b, 0x0b, 0x68, 0x53, 0xfd, 0x52, 0x4f, 0x10, 0x09, 0x22,
			  0xff, 0xff, 0xff, 0xff, 0x28, 0x16), NOTHING },
	     { REQ, TELEGRAM_MORE }, { REQ_NEXT, TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_select(test, 0, 0x2209104fffffffffULL)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);
}

static void reselected_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct meterbus_device_priv *priv = new_secondary(ctx);

	PLAY(ctx, { SELECT, ACK }, { REQ_SELECTED, TELEGRAM }, { SELECT_MANY, ACK },
	     { SELECT, ACK }, { REQ_SELECTED, TELEGRAM_MORE },
	     { BYTES(0x10, 0x5b, 0xfd, 0x58, 0x16), TELEGRAM });
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	KUNIT_EXPECT_EQ(test, 0, request(ctx, new_select(test, 0, 0x2209103fffffffffULL)));
	KUNIT_EXPECT_EQ(test, 0, read_out(test, priv));
	expect_played(ctx);
}

struct test_call {
	struct meterbus_device_priv *priv;
	struct meterbus_readout *readout;
	struct serial_xfer_file *file;
	struct meterbus_xfer *xfer;
};

static int run_read(void *arg)
{
	struct test_call *call = arg;

	return meterbus_read(&call->priv->mdev, call->readout);
}

static int run_request(void *arg)
{
	struct test_call *call = arg;

	return meterbus_cdev_request(call->file, call->xfer);
}

/* A request comes between two telegrams of a read-out. */
static void between_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct test_call call = {
		.priv = new_primary(ctx),
		.readout = kunit_kzalloc(test, sizeof(*call.readout), GFP_KERNEL),
		.file = new_file(ctx, FMODE_READ),
		.xfer = new_xfer(test, 0x40, 5),
	};
	struct test_task *read, *raw;

	KUNIT_ASSERT_NOT_NULL(test, call.readout);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, TEST_LONG_MS);
	PLAY(ctx, { REQ, NOTHING }, { NKE, ACK }, { NKE, ACK }, { REQ, TELEGRAM_AGAIN },
	     { REQ_NEXT, TELEGRAM });
	read = test_task_start(ctx->line, run_read, &call);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->step) == 1));
	raw = test_task_start(ctx->line, run_request, &call);
	KUNIT_ASSERT_TRUE(test, test_line_wait(!list_empty(&call.file->client.waiters)));
	test_line_say(ctx->line, 0, TELEGRAM_MORE);
	KUNIT_ASSERT_TRUE(test, test_task_wait(raw));
	KUNIT_EXPECT_EQ(test, 0, raw->ret);
	KUNIT_ASSERT_TRUE(test, test_task_wait(read));
	KUNIT_EXPECT_EQ(test, 0, read->ret);
	expect_played(ctx);
	KUNIT_EXPECT_EQ(test, 2, call.readout->nr_telegrams);
	KUNIT_EXPECT_EQ(test, 9, call.readout->frame[0][15]);
	KUNIT_EXPECT_EQ(test, 7, call.readout->frame[1][15]);
}

/* The bus goes in the middle of a selection. */
static void unplug_test(struct kunit *test)
{
	struct cdev_test *ctx = test->priv;
	struct test_call call = {
		.file = new_file(ctx, FMODE_READ),
		.xfer = new_select(test, 0x7b, TEST_ID),
	};
	struct test_task *task;

	call.xfer->timeout_ms = TEST_LONG_MS;
	PLAY(ctx, { SELECT, NOTHING });
	task = test_task_start(ctx->line, run_request, &call);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->step) == 1));
	meterbus_controller_unregister(ctx->ctrl);
	ctx->ctrl = NULL;
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -ENODEV, task->ret);
	KUNIT_EXPECT_EQ(test, -ENODEV, run_request(&call));
}

static struct kunit_case meterbus_cdev_cases[] = {
	KUNIT_CASE(reads_test),
	KUNIT_CASE_PARAM(check_test, check_gen_params),
	KUNIT_CASE(bad_head_test),
	KUNIT_CASE(nke_test),
	KUNIT_CASE(read_selected_test),
	KUNIT_CASE(search_test),
	KUNIT_CASE(no_data_test),
	KUNIT_CASE(mode_test),
	KUNIT_CASE(capability_test),
	KUNIT_CASE(busy_primary_test),
	KUNIT_CASE(busy_secondary_test),
	KUNIT_CASE(force_test),
	KUNIT_CASE(other_test),
	KUNIT_CASE(broadcast_test),
	KUNIT_CASE(disturbed_test),
	KUNIT_CASE(searched_test),
	KUNIT_CASE(searched_in_vain_test),
	KUNIT_CASE(reselected_test),
	KUNIT_CASE(between_test),
	KUNIT_CASE(unplug_test),
	{ }
};

static struct kunit_suite meterbus_cdev_suite = {
	.name = "meterbus_cdev",
	.init = cdev_init,
	.test_cases = meterbus_cdev_cases,
};

kunit_test_suite(meterbus_cdev_suite);
