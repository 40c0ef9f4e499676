// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the bus: the data link layer, selection, read-outs, and devices on a
 * simulated line.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../serial_xfer/serial_xfer_test_line.h"
#include "internal.h"

#define TEST_METERS	3
#define TEST_SPEED	38400
#define TEST_TIMEOUT_MS	50
#define TEST_REPLY_US	500
#define TEST_ALWAYS	UINT_MAX

/**
 * struct test_meter - a meter on the line
 * @present: it is there
 * @a: its primary address
 * @id: its secondary address
 * @plain: it understands only frames whose count bit is clear
 * @steady: it does not number its telegrams
 * @telegrams: how many a read-out has; with none it acknowledges
 * @silent: so many requests are not answered
 * @lose: so many replies are lost
 * @ack: what is heard instead of its acknowledgments, or NULL
 * @ack_len: length of @ack
 * @selected: it has been selected
 * @last_fcb: count bit of the last request; -1 after a reset
 * @next: next telegram of the read-out
 * @access: access number
 * @reply: last reply
 * @reply_len: its length
 * @fresh: requests taken for new
 * @repeated: requests taken for repetitions
 * @written: the last data written
 */
struct test_meter {
	bool present;
	u8 a;
	u64 id;
	bool plain;
	bool steady;
	unsigned int telegrams;
	unsigned int silent;
	unsigned int lose;
	const u8 *ack;
	size_t ack_len;

	bool selected;
	int last_fcb;
	unsigned int next;
	u8 access;
	u8 reply[METERBUS_MAX_FRAME];
	size_t reply_len;
	unsigned int fresh;
	unsigned int repeated;
	u8 written;
};

struct meterbus_test {
	struct kunit *test;
	struct test_line *line;
	struct meterbus_controller *ctrl;
	struct test_meter meters[TEST_METERS];
	struct meterbus_driver driver;
	struct meterbus_readout readout;
	unsigned int probes;
	unsigned int removes;
};

static bool take_one(unsigned int *left)
{
	if (!*left)
		return false;
	if (*left != TEST_ALWAYS)
		--*left;
	return true;
}

static void meter_say_in_pieces(struct test_line *line, const u8 *reply, size_t len)
{
	size_t piece;

	for (; len; reply += piece, len -= piece) {
		piece = min_t(size_t, len, 8);
		test_line_say(line, TEST_REPLY_US, reply, piece);
	}
}

static void meter_say(struct test_line *line, struct test_meter *meter)
{
	if (take_one(&meter->lose))
		return;
	if (meter->ack && meter->reply_len == 1)
		test_line_say(line, TEST_REPLY_US, meter->ack, meter->ack_len);
	else
		meter_say_in_pieces(line, meter->reply, meter->reply_len);
}

static void meter_ack(struct test_line *line, struct test_meter *meter)
{
	meter->reply[0] = METERBUS_ACK;
	meter->reply_len = 1;
	meter_say(line, meter);
}

/* A head, the number of the telegram and E5, and the sign that more follow. */
static void meter_telegram(struct test_line *line, struct test_meter *meter)
{
	u8 data[17] = {};
	size_t len = 16;

	put_unaligned_le32(meter->id >> 32, data);
	put_unaligned_be32(meter->id, data + 4);
	data[8] = meter->steady ? 0 : meter->access++;
	data[12] = 0x02;
	data[13] = 0x16;
	data[14] = meter->next + 1;
	data[15] = METERBUS_ACK;
	if (++meter->next < meter->telegrams)
		data[len++] = 0x1f;
	else
		meter->next = 0;
	meter->reply_len = meterbus_frame_long(meter->reply, METERBUS_C_RSP_UD, meter->a, 0x72,
					       data, len);
	meter_say(line, meter);
}

static bool select_matches(u64 wanted, u64 id)
{
	int i;

	for (i = 0; i < 64; i += 4)
		if ((wanted >> i & 0xf) != 0xf && (wanted >> i & 0xf) != (id >> i & 0xf))
			return false;
	return true;
}

static void meter_select(struct test_line *line, struct test_meter *meter, const u8 *data)
{
	u64 wanted = (u64)get_unaligned_le32(data) << 32 | get_unaligned_be32(data + 4);

	meter->selected = select_matches(wanted, meter->id);
	if (!meter->selected)
		return;
	meter->last_fcb = -1;
	meter->next = 0;
	meter_ack(line, meter);
}

/* A frame count bit that has not changed asks for the last reply once more. */
static void meter_request(struct test_line *line, struct test_meter *meter, const u8 *frame,
			  u8 c)
{
	int fcb = !!(c & METERBUS_C_FCB);

	if (meter->plain && fcb)
		return;
	if (!meter->plain && fcb == meter->last_fcb) {
		meter->repeated++;
		meter_say(line, meter);
		return;
	}
	if (!meter->plain && meter->last_fcb < 0 && !fcb)
		return;
	meter->last_fcb = fcb;
	meter->fresh++;
	if (frame[0] == METERBUS_SHORT_START && meter->telegrams) {
		meter_telegram(line, meter);
		return;
	}
	if (frame[0] == METERBUS_LONG_START)
		meter->written = frame[7];
	meter_ack(line, meter);
}

static void meter_hears(struct test_line *line, struct test_meter *meter, const u8 *frame)
{
	size_t at = frame[0] == METERBUS_SHORT_START ? 1 : 4;
	u8 c = frame[at], a = frame[at + 1];

	if (!meter->present)
		return;
	if (a == METERBUS_A_SELECTED && at == 4 && frame[6] == 0x52) {
		if (!take_one(&meter->silent))
			meter_select(line, meter, frame + 7);
		return;
	}
	if (a != meter->a && (a != METERBUS_A_SELECTED || !meter->selected))
		return;
	if (take_one(&meter->silent))
		return;
	if (c != METERBUS_C_SND_NKE) {
		meter_request(line, meter, frame, c);
		return;
	}
	meter->last_fcb = -1;
	meter->next = 0;
	meter_ack(line, meter);
	if (a == METERBUS_A_SELECTED)
		meter->selected = false;
}

static void line_heard(struct test_line *line, const u8 *frame, size_t len)
{
	struct meterbus_test *ctx = line->slave_data;
	int i;

	for (i = 0; i < TEST_METERS; i++)
		meter_hears(line, &ctx->meters[i], frame);
}

static struct meterbus_test *driver_test(struct meterbus_device *mdev)
{
	return container_of(to_meterbus_driver(mdev->dev.driver), struct meterbus_test, driver);
}

static int driver_probe(struct meterbus_device *mdev)
{
	struct meterbus_test *ctx = driver_test(mdev);

	ctx->probes++;
	return meterbus_reset(mdev);
}

static void driver_remove(struct meterbus_device *mdev)
{
	driver_test(mdev)->removes++;
}

static const struct meterbus_device_id driver_ids[] = {
	{ "kunit-meter" },
	{ }
};

static void driver_gone(void *data)
{
	meterbus_driver_unregister(data);
}

static void controller_gone(void *data)
{
	meterbus_controller_unregister(data);
}

static void nodes_gone(void *nodes)
{
	software_node_unregister_node_group(nodes);
}

static void node_gone(void *dev)
{
	device_remove_software_node(dev);
}

static void add_nodes(struct meterbus_test *ctx)
{
	static const struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("current-speed", TEST_SPEED),
		{ }
	};
	static const struct software_node bus = { .properties = properties };
	static const struct software_node *nodes[] = { &bus, NULL };
	struct kunit *test = ctx->test;

	KUNIT_ASSERT_EQ(test, 0, software_node_register_node_group(nodes));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, nodes_gone, nodes));
	KUNIT_ASSERT_EQ(test, 0, device_add_software_node(ctx->line->dev, nodes[0]));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, node_gone, ctx->line->dev));
}

static void prepare_meters(struct meterbus_test *ctx)
{
	int i;

	for (i = 0; i < TEST_METERS; i++) {
		ctx->meters[i].a = i + 1;
		ctx->meters[i].id = 0x22091039cd250102ULL + ((u64)i << 36);
		ctx->meters[i].telegrams = 1;
		ctx->meters[i].last_fcb = 1;
	}
	ctx->meters[0].present = true;
}

static int bus_init(struct kunit *test)
{
	struct meterbus_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	test->priv = ctx;
	ctx->test = test;
	prepare_meters(ctx);
	ctx->line = test_line_create(test);
	ctx->line->slave = line_heard;
	ctx->line->slave_data = ctx;
	add_nodes(ctx);
	ctx->ctrl = meterbus_controller_register(ctx->line->dev, ctx->line->port);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->ctrl);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, controller_gone, ctx->ctrl));
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, TEST_TIMEOUT_MS);

	ctx->driver.driver.name = "kunit-mbus-meter";
	ctx->driver.id_table = driver_ids;
	ctx->driver.probe = driver_probe;
	ctx->driver.remove = driver_remove;
	return 0;
}

static ssize_t store(struct meterbus_test *ctx, const char *name, const char *text)
{
	struct attribute **attr;

	for (attr = meterbus_controller_groups[0]->attrs; *attr; attr++) {
		struct device_attribute *file = container_of(*attr, struct device_attribute, attr);

		if (!strcmp((*attr)->name, name))
			return file->store(&ctx->ctrl->dev, file, text, strlen(text));
	}
	return -ENOENT;
}

/* The device that was made last. */
static struct meterbus_device_priv *device(struct meterbus_test *ctx, const char *address)
{
	char text[48];

	snprintf(text, sizeof(text), "kunit-meter %s\n", address);
	KUNIT_ASSERT_EQ(ctx->test, store(ctx, "new_device", text), (ssize_t)strlen(text));
	return list_last_entry(&ctx->ctrl->devices, struct meterbus_device_priv, node);
}

static int read_out(struct meterbus_test *ctx, struct meterbus_device_priv *priv)
{
	return meterbus_read(&priv->mdev, &ctx->readout);
}

static void expect_sent(struct meterbus_test *ctx, unsigned int n, const u8 *frame, size_t len)
{
	KUNIT_ASSERT_GT(ctx->test, ctx->line->nr_writes, n);
	KUNIT_ASSERT_EQ(ctx->test, ctx->line->writes[n].len, len);
	KUNIT_EXPECT_EQ(ctx->test, memcmp(ctx->line->writes[n].data, frame, len), 0);
}

static void expect_short(struct meterbus_test *ctx, unsigned int n, u8 c, u8 a)
{
	u8 frame[] = { 0x10, c, a, c + a, 0x16 };

	expect_sent(ctx, n, frame, sizeof(frame));
}

static const u8 select_0[] = {
	0x68, 0x0b, 0x0b, 0x68, 0x53, 0xfd, 0x52,
	0x39, 0x10, 0x09, 0x22, 0xcd, 0x25, 0x01, 0x02, 0x0b, 0x16,
};

/* The count bit is set after the reset, and changes from then on; no second reset. */
static void count_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	expect_short(ctx, 0, 0x40, 1);
	expect_short(ctx, 1, 0x7b, 1);
	expect_short(ctx, 2, 0x5b, 1);
	expect_short(ctx, 3, 0x7b, 1);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 4);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 3);
	KUNIT_EXPECT_EQ(test, ctx->readout.nr_telegrams, 1);
	KUNIT_EXPECT_EQ(test, ctx->line->settings.speed, TEST_SPEED);
	KUNIT_EXPECT_EQ(test, ctx->line->settings.parity, SERIAL_XFER_PARITY_EVEN);
}

static void lost_reply_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].lose = 1;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	expect_short(ctx, 2, 0x5b, 1);
	expect_short(ctx, 3, 0x5b, 1);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 2);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].repeated, 1);
}

/* A lost request cannot be told from a lost reply: the next read-out must be new. */
static void given_up_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].lose = 3;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->readout.frame[0][15], 2);
	expect_short(ctx, 5, 0x40, 1);
	expect_short(ctx, 6, 0x7b, 1);
}

static void plain_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	unsigned int writes;

	ctx->meters[0].plain = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_TRUE(test, priv->link.plain);
	writes = ctx->line->nr_writes;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	expect_short(ctx, writes, 0x5b, 1);
	expect_short(ctx, writes + 1, 0x5b, 1);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, writes + 2);
}

/* A meter that has missed the reset repeats its last reply; one that does not number. */
static void repetition_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	priv->link.fcb = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].repeated, 1);
	KUNIT_EXPECT_EQ(test, ctx->readout.frame[0][15], 1);

	ctx->meters[0].steady = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 5);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 6);
}

/* Selected once, and again only after another one was. */
static void select_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *a = device(ctx, "22091039CD250102");
	struct meterbus_device_priv *b = device(ctx, "22091049ffffff02");
	struct meterbus_device_priv *c = device(ctx, "0x03");

	KUNIT_EXPECT_EQ(test, b->address.id, 0x22091049ffffff02ULL);
	ctx->meters[1].present = true;
	ctx->meters[2].present = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, c), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	expect_sent(ctx, 0, select_0, sizeof(select_0));
	expect_short(ctx, 1, 0x7b, 0xfd);
	expect_short(ctx, 2, 0x5b, 0xfd);
	expect_short(ctx, 3, 0x40, 3);
	expect_short(ctx, 4, 0x7b, 3);
	expect_short(ctx, 5, 0x7b, 0xfd);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 6);

	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "22091039CD250102"), 16);
	expect_short(ctx, 6, 0x40, 0xfd);
	KUNIT_EXPECT_FALSE(test, ctx->meters[0].selected);
}

/* Another meter answers to the selection: its values are not those that were wanted. */
static void wrong_meter_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "22091039CD250102");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].id += 1ULL << 36;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 2);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, ctx->meters[0].selected);
	ctx->meters[0].id -= 1ULL << 36;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

static void telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	unsigned int i;

	ctx->meters[0].telegrams = 3;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, ctx->readout.nr_telegrams, 3);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, ctx->readout.frame[i][21], i + 1);
	ctx->meters[0].lose = 1;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, ctx->readout.nr_telegrams, 3);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, ctx->readout.frame[i][21], i + 1);

	ctx->meters[0].telegrams = 1000;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EMSGSIZE);
	ctx->meters[0].telegrams = 2;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->readout.frame[0][21], 1);
}

/* Without counts a meter repeats the first of several telegrams for ever. */
static void plain_telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].plain = true;
	ctx->meters[0].steady = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].telegrams = UINT_MAX;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EMSGSIZE);
}

/* Two meters at one address, one bit apart. */
static void collision_test(struct kunit *test)
{
	static const u8 torn[] = { 0xc0, 0xff };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].ack = torn;
	ctx->meters[0].ack_len = sizeof(torn);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ENOTUNIQ);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 3);
}

/* An acknowledgment that does not come alone may be part of anything. */
static void noisy_ack_test(struct kunit *test)
{
	static const u8 noisy[] = { 0x7f, METERBUS_ACK };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].ack = noisy;
	ctx->meters[0].ack_len = sizeof(noisy);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EBADMSG);
	ctx->meters[0].ack = NULL;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

static void echo_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->line->echo = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 3);
}

static void write_test(struct kunit *test)
{
	static const u8 tariff[] = { 0x01, 0x09, 0x7c, 0x01, 0x54, 0x02 };
	static const u8 frame[] = { 0x68, 0x09, 0x09, 0x68, 0x53, 0x01, 0x51,
				    0x01, 0x09, 0x7c, 0x01, 0x54, 0x02, 0x82, 0x16 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].lose = 1;
	KUNIT_ASSERT_EQ(test, meterbus_write(&priv->mdev, 0x51, tariff, sizeof(tariff)), 0);
	expect_sent(ctx, 2, frame, sizeof(frame));
	expect_sent(ctx, 3, frame, sizeof(frame));
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 4);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 1);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 2);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].repeated, 1);
	KUNIT_EXPECT_EQ(test, meterbus_write(&priv->mdev, 0x51, tariff, METERBUS_MAX_DATA + 1),
			-EINVAL);
}

static bool reaches(struct meterbus_device_priv *priv, enum serial_xfer_presence presence)
{
	return test_line_wait(serial_xfer_life_presence(&priv->life) == presence);
}

static void life_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv;
	unsigned int writes;

	KUNIT_ASSERT_EQ(test, meterbus_driver_register(&ctx->driver), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, driver_gone, &ctx->driver), 0);
	priv = device(ctx, "1");
	KUNIT_ASSERT_TRUE(test, reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);

	ctx->meters[0].silent = TEST_ALWAYS;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, serial_xfer_life_presence(&priv->life), SERIAL_XFER_OFFLINE);
	writes = ctx->line->nr_writes;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, writes);

	ctx->meters[0].silent = 0;
	mod_delayed_work(ctx->ctrl->wq, &priv->life.work, 0);
	KUNIT_ASSERT_TRUE(test, reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, ctx->removes, 1);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

static void names_test(struct kunit *test)
{
	static const char * const bad[] = {
		"kunit-meter", "kunit-meter 251", "kunit-meter x", "kunit-meter 1 299",
		"kunit-meter 1 2400 even", "kunit-meter 22091039CD25010", "kunit-meter -1",
		"kunit-meter 0x22091039CD250102", "kunit-meter 2209103ACD250102",
		"kunit-meter 22091039CD2501022",
	};
	struct meterbus_test *ctx = test->priv;
	char name[32];
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, store(ctx, "new_device", bad[i]), -EINVAL, "%s", bad[i]);
	snprintf(name, sizeof(name), "%d-22091039CD250102", ctx->ctrl->id);
	KUNIT_EXPECT_STREQ(test, dev_name(&device(ctx, "22091039cd250102")->mdev.dev), name);
	snprintf(name, sizeof(name), "%d-fa", ctx->ctrl->id);
	KUNIT_EXPECT_STREQ(test, dev_name(&device(ctx, "250 300")->mdev.dev), name);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "other 0xfa"), -EBUSY);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "1"), -ENOENT);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "250\n"), 4);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "22091039CD250102"), 16);
	KUNIT_EXPECT_TRUE(test, list_empty(&ctx->ctrl->devices));
}

/* A meter that has nothing to say acknowledges instead. */
static void no_data_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].telegrams = 0;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ENODATA);
	ctx->meters[0].telegrams = 1;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

static struct meterbus_device_priv *only_device(struct meterbus_test *ctx)
{
	guard(mutex)(&ctx->ctrl->lock);
	return list_first_entry_or_null(&ctx->ctrl->devices, struct meterbus_device_priv, node);
}

static bool is_at(struct meterbus_test *ctx, u8 a)
{
	struct meterbus_device_priv *priv = only_device(ctx);

	return priv && priv->known.primary == a;
}

static void readdress_test(struct kunit *test)
{
	struct meterbus_address other = { .primary = 2 }, new = { .primary = 9 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	s64 exchanges;

	ctx->meters[1].present = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, meterbus_address_reserve(&priv->mdev, &other), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 3);
	KUNIT_ASSERT_EQ(test, meterbus_address_reserve(&priv->mdev, &new), 0);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 9"), -EBUSY);
	KUNIT_EXPECT_EQ(test, meterbus_address_reserve(&priv->mdev, &new), -EBUSY);
	meterbus_address_cancel(&priv->mdev);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);

	KUNIT_ASSERT_EQ(test, meterbus_address_reserve(&priv->mdev, &new), 0);
	ctx->meters[0].a = 9;
	meterbus_address_use(&priv->mdev, &new);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	exchanges = atomic64_read(&priv->client.stats.count[SERIAL_XFER_EXCHANGES]);
	KUNIT_ASSERT_EQ(test, meterbus_address_commit(&priv->mdev, "kept", 5), 0);
	KUNIT_ASSERT_TRUE(test, test_line_wait(is_at(ctx, 9)));
	priv = only_device(ctx);
	KUNIT_EXPECT_STREQ(test, dev_get_platdata(&priv->mdev.dev), "kept");
	KUNIT_EXPECT_EQ(test, atomic64_read(&priv->client.stats.count[SERIAL_XFER_EXCHANGES]),
			exchanges);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

static struct kunit_case bus_cases[] = {
	KUNIT_CASE(count_test),
	KUNIT_CASE(lost_reply_test),
	KUNIT_CASE(given_up_test),
	KUNIT_CASE(plain_test),
	KUNIT_CASE(repetition_test),
	KUNIT_CASE(select_test),
	KUNIT_CASE(wrong_meter_test),
	KUNIT_CASE(telegrams_test),
	KUNIT_CASE(plain_telegrams_test),
	KUNIT_CASE(collision_test),
	KUNIT_CASE(noisy_ack_test),
	KUNIT_CASE(echo_test),
	KUNIT_CASE(write_test),
	KUNIT_CASE(no_data_test),
	KUNIT_CASE(life_test),
	KUNIT_CASE(readdress_test),
	KUNIT_CASE(names_test),
	{}
};

static struct kunit_suite bus_suite = {
	.name = "meterbus_bus",
	.init = bus_init,
	.test_cases = bus_cases,
};

kunit_test_suite(bus_suite);
