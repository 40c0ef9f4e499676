// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the bus: the data link layer, selection, read-outs, and devices on a
 * simulated line.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
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

/*
 * For late replies: a time limit of a second and 330 bits, one that comes after the
 * request has been repeated, and one that comes while the next one is awaited. All of
 * them leave room for a busy machine.
 */
#define LATE_LIMIT_MS	1000
#define LATE_US		1400000
#define LATE_AGAIN_US	300000

/**
 * struct test_meter - a meter on the line
 * @present: it is there
 * @a: its primary address
 * @id: its secondary address
 * @plain: it understands only frames whose count bit is clear
 * @early: after a reset it takes a request whose count bit is clear as well
 * @busy: so many requests to read are not answered
 * @steady: it does not number its telegrams
 * @telegrams: how many a read-out has; with none it acknowledges
 * @silent: so many requests are not answered
 * @lose: so many replies are lost
 * @lax: it takes every request for a new one
 * @deaf: it does not hear what is written to it
 * @mute: it only acknowledges that it is selected or reset
 * @stuck: it stays selected, or not, whatever is selected
 * @ends: once a read-out has ended it repeats the last telegram until it is reset
 * @delays: how long the next replies take, up to one of 0
 * @sender: A field of its replies if not @a
 * @refusal: it reports this error, if not 0
 * @refuse_after: in the place of the telegram behind so many
 * @alike: its telegrams are alike, but for the sign that more follow
 * @illegible: they end with a record of unknown length
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
	bool early;
	unsigned int busy;
	bool steady;
	unsigned int telegrams;
	unsigned int silent;
	unsigned int lose;
	bool lax;
	bool deaf;
	bool mute;
	bool stuck;
	bool ends;
	const unsigned int *delays;
	u8 sender;
	u8 refusal;
	unsigned int refuse_after;
	bool alike;
	bool illegible;
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
	bool wait_gone;
	struct completion gone;
};

static bool take_one(unsigned int *left)
{
	if (!*left)
		return false;
	if (*left != TEST_ALWAYS)
		--*left;
	return true;
}

static unsigned int meter_delay_us(struct test_meter *meter)
{
	return meter->delays && *meter->delays ? *meter->delays++ : TEST_REPLY_US;
}

static void meter_say_in_pieces(struct test_line *line, struct test_meter *meter)
{
	unsigned int delay_us = meter_delay_us(meter);
	const u8 *reply = meter->reply;
	size_t len = meter->reply_len, piece;

	for (; len; reply += piece, len -= piece) {
		piece = min_t(size_t, len, 8);
		test_line_say(line, delay_us, reply, piece);
		delay_us = TEST_REPLY_US;
	}
}

static void meter_say(struct test_line *line, struct test_meter *meter)
{
	if (take_one(&meter->lose))
		return;
	if (meter->ack && meter->reply_len == 1)
		test_line_say(line, TEST_REPLY_US, meter->ack, meter->ack_len);
	else
		meter_say_in_pieces(line, meter);
}

static void meter_ack(struct test_line *line, struct test_meter *meter)
{
	meter->reply[0] = METERBUS_ACK;
	meter->reply_len = 1;
	meter_say(line, meter);
}

static void meter_refuse(struct test_line *line, struct test_meter *meter)
{
	meter->reply_len = meterbus_frame_long(meter->reply, METERBUS_C_RSP_UD, meter->a, 0x70,
					       &meter->refusal, 1);
	meter_say(line, meter);
}

/* A head, the number of the telegram and E5, and the sign that more follow. */
static void meter_telegram(struct test_line *line, struct test_meter *meter)
{
	u8 data[18] = {};
	size_t len = 16;

	put_unaligned_le32(meter->id >> 32, data);
	put_unaligned_be32(meter->id, data + 4);
	data[8] = meter->steady ? 0 : meter->access++;
	data[12] = 0x02;
	data[13] = 0x16;
	data[14] = meter->alike ? 1 : meter->next + 1;
	data[15] = METERBUS_ACK;
	if (meter->illegible)
		data[len++] = 0x3f;
	if (++meter->next < meter->telegrams)
		data[len++] = 0x1f;
	else
		meter->next -= meter->ends ? 1 : meter->telegrams;
	meter->reply_len = meterbus_frame_long(meter->reply, METERBUS_C_RSP_UD,
					       meter->sender ?: meter->a, 0x72, data, len);
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

	if (meter->stuck)
		return;
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

	if (meter->mute || (meter->plain && fcb))
		return;
	if (meter->deaf && frame[0] == METERBUS_LONG_START)
		return;
	if (frame[0] == METERBUS_SHORT_START && take_one(&meter->busy))
		return;
	if (!meter->plain && !meter->lax && fcb == meter->last_fcb) {
		meter->repeated++;
		meter_say(line, meter);
		return;
	}
	if (!meter->plain && !meter->early && meter->last_fcb < 0 && !fcb)
		return;
	meter->last_fcb = fcb;
	meter->fresh++;
	if (frame[0] == METERBUS_SHORT_START && meter->refusal &&
	    meter->next == meter->refuse_after) {
		meter_refuse(line, meter);
		return;
	}
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
	struct meterbus_test *ctx = driver_test(mdev);

	ctx->removes++;
	if (ctx->wait_gone)
		wait_for_completion(&ctx->gone);
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
	init_completion(&ctx->gone);
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

/* One that counts was busy when it was first asked, and so is taken for one that does not. */
static void busy_at_first_test(struct kunit *test)
{
	static const u8 setting[] = { 0x29 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	struct test_meter *meter = &ctx->meters[0];
	int i;

	meter->early = true;
	meter->busy = priv->ctrl->retries + 1;
	meter->telegrams = 1;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_TRUE(test, priv->link.plain);
	KUNIT_EXPECT_EQ(test, meterbus_write(&priv->mdev, 0x51, setting, sizeof(setting)), 0);
	KUNIT_EXPECT_EQ(test, meter->written, setting[0]);
	KUNIT_EXPECT_EQ(test, meter->repeated, 0);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
		KUNIT_EXPECT_EQ(test, ctx->readout.frame[0][15], (u8)(meter->access - 1));
	}
	KUNIT_EXPECT_FALSE(test, priv->link.plain);
	KUNIT_EXPECT_TRUE(test, priv->link.counts);
}

/* Whoever is asked for by his primary address may be the one that is selected. */
static void probe_selected_test(struct kunit *test)
{
	static const u8 setting[] = { 0x29 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "22091039CD250102");
	const struct meterbus_address primary = { .primary = ctx->meters[0].a };

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&priv->mdev, &primary), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, meterbus_write(&priv->mdev, 0x51, setting, sizeof(setting)), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, setting[0]);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].repeated, 0);
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
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 6);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 7);
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

static void expect_telegrams(struct meterbus_test *ctx, struct meterbus_device_priv *priv,
			     unsigned int nr)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(ctx->test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(ctx->test, ctx->readout.nr_telegrams, nr);
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(ctx->test, ctx->readout.frame[i][21], i + 1);
}

/* One that counts is taken for one that does not: its first telegram is not all. */
static void busy_telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	struct test_meter *meter = &ctx->meters[0];

	meter->early = true;
	meter->busy = priv->ctrl->retries + 1;
	meter->telegrams = 3;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EBADMSG);
	expect_telegrams(ctx, priv, 3);
	KUNIT_EXPECT_FALSE(test, priv->link.plain);
	expect_telegrams(ctx, priv, 3);
}

/* Without counts it repeats its first telegram for ever: the others cannot be had. */
static void stuck_telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	struct test_meter *meter = &ctx->meters[0];

	meter->plain = true;
	meter->steady = true;
	meter->alike = true;
	meter->telegrams = 3;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EBADMSG);
	meter->alike = false;
	expect_telegrams(ctx, priv, 3);
}

/* With counts what is the same is a telegram of its own. */
static void alike_telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].steady = true;
	ctx->meters[0].alike = true;
	ctx->meters[0].telegrams = 4;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->readout.nr_telegrams, 4);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->readout.nr_telegrams, 4);
}

/* What is broken off, by whomever, is begun anew. */
static void refused_midway_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	struct test_meter *meter = &ctx->meters[0];

	meter->telegrams = 3;
	meter->refusal = 8;
	meter->refuse_after = 1;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EBUSY);
	meter->refusal = 0;
	expect_telegrams(ctx, priv, 3);
}

/* A meter that does not number its telegrams, as if only its first one had come. */
static void broken_off_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].telegrams = 3;
	ctx->meters[0].steady = true;
	expect_telegrams(ctx, priv, 3);
	priv->link.midway = true;
	priv->link.last_len = ctx->readout.len[0];
	memcpy(priv->link.last, ctx->readout.frame[0], ctx->readout.len[0]);
	expect_telegrams(ctx, priv, 3);
}

/* Whether more follow cannot be seen: the next read-out has the first telegram all the same. */
static void illegible_telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].telegrams = 2;
	ctx->meters[0].illegible = true;
	expect_telegrams(ctx, priv, 1);
	expect_telegrams(ctx, priv, 1);
}

/* 330 bits are more than a second here. */
static void slow_test(struct kunit *test)
{
	static const unsigned int delays[] = { 1000000, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1 300");

	ctx->meters[0].delays = delays;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 2);
}

/* After the end of a read-out some meters must be reset to begin anew. */
static void end_of_telegrams_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	unsigned int i;

	ctx->meters[0].telegrams = 2;
	ctx->meters[0].ends = true;
	ctx->meters[0].steady = true;
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
		KUNIT_ASSERT_EQ(test, ctx->readout.nr_telegrams, 2);
		KUNIT_EXPECT_EQ(test, ctx->readout.frame[0][21], 1);
		KUNIT_EXPECT_EQ(test, ctx->readout.frame[1][21], 2);
	}
}

/* Telegrams that do not end. */
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

static s64 count(struct meterbus_device_priv *priv, enum serial_xfer_stat stat)
{
	return atomic64_read(&priv->client.stats.count[stat]);
}

static int write_byte(struct meterbus_device_priv *priv, u8 value)
{
	return meterbus_write(&priv->mdev, 0x51, &value, 1);
}

static u8 access_number(const struct meterbus_test *ctx)
{
	return ctx->readout.frame[0][15];
}

/* What was read is the last telegram that the meter has made. */
static void expect_newest(const struct meterbus_test *ctx)
{
	KUNIT_EXPECT_EQ(ctx->test, access_number(ctx), (u8)(ctx->meters[0].access - 1));
}

/* Both replies to a request that was repeated come; the second is not the next one's. */
static void late_twice_test(struct kunit *test)
{
	static const unsigned int delays[] = { LATE_US, LATE_AGAIN_US, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	WRITE_ONCE(ctx->ctrl->response_timeout_ms, LATE_LIMIT_MS);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].delays = delays;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	expect_newest(ctx);
}

/* A meter without counts does not fall behind, one reply for ever. */
static void late_lax_test(struct kunit *test)
{
	static const unsigned int delays[] = { LATE_US, LATE_AGAIN_US, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	WRITE_ONCE(ctx->ctrl->response_timeout_ms, LATE_LIMIT_MS);
	ctx->meters[0].lax = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].delays = delays;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	expect_newest(ctx);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	expect_newest(ctx);
}

/* Nor is it the next telegram of the same read-out. */
static void late_telegram_test(struct kunit *test)
{
	static const unsigned int delays[] = { LATE_US, LATE_AGAIN_US, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");
	unsigned int i;

	WRITE_ONCE(ctx->ctrl->response_timeout_ms, LATE_LIMIT_MS);
	ctx->meters[0].telegrams = 3;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	ctx->meters[0].delays = delays;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, ctx->readout.nr_telegrams, 3);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, ctx->readout.frame[i][21], i + 1);
}

/* The reply to a request that was given up comes while a reset is to be acknowledged. */
static void late_data_test(struct kunit *test)
{
	static const unsigned int delays[] = { LATE_US, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, LATE_LIMIT_MS);
	WRITE_ONCE(ctx->ctrl->retries, 0);
	ctx->meters[0].delays = delays;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	WRITE_ONCE(ctx->ctrl->retries, 2);
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, access_number(ctx), 2);
}

/* Acknowledgments of a device's earlier requests are not that of a write. */
static void late_ack_test(struct kunit *test)
{
	static const unsigned int delays[] = { LATE_US, LATE_AGAIN_US, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, LATE_LIMIT_MS);
	WRITE_ONCE(ctx->ctrl->retries, 0);
	ctx->meters[0].delays = delays;
	KUNIT_EXPECT_EQ(test, write_byte(priv, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 1);
	ctx->meters[0].deaf = true;
	KUNIT_EXPECT_EQ(test, write_byte(priv, 2), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 1);
	ctx->meters[0].deaf = false;
	KUNIT_EXPECT_EQ(test, write_byte(priv, 3), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 3);
}

/* Nor is that of another device. */
static void foreign_ack_test(struct kunit *test)
{
	static const unsigned int delays[] = { LATE_US, 0 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1"), *other = device(ctx, "2");

	ctx->meters[1].present = true;
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_ASSERT_EQ(test, read_out(ctx, other), 0);
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, LATE_LIMIT_MS);
	WRITE_ONCE(ctx->ctrl->retries, 0);
	ctx->meters[1].delays = delays;
	KUNIT_EXPECT_EQ(test, write_byte(other, 1), -ETIMEDOUT);
	ctx->meters[0].deaf = true;
	KUNIT_EXPECT_EQ(test, write_byte(priv, 2), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 0);
}

static void foreign_sender_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].sender = 2;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	ctx->meters[0].sender = 0;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, meterbus_readout_address(&ctx->readout), 1);
}

/*
 * A meter that was selected before does not hear that another one is, and answers in
 * its place. It is neither read nor written to.
 */
static void stuck_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *a = device(ctx, "22091039CD250102");
	struct meterbus_device_priv *b = device(ctx, "22091049CD250102");

	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	ctx->meters[1].present = true;
	ctx->meters[1].mute = true;
	ctx->meters[0].stuck = true;
	KUNIT_EXPECT_EQ(test, read_out(ctx, b), -ETIMEDOUT);
	KUNIT_EXPECT_GT(test, ctx->meters[0].fresh, 1);
	KUNIT_EXPECT_EQ(test, write_byte(b, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 0);

	ctx->meters[0].stuck = false;
	ctx->meters[1].mute = false;
	KUNIT_EXPECT_EQ(test, write_byte(b, 1), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[1].written, 1);
}

/* After a selection that was not answered nobody is known to be selected. */
static void lost_selection_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *a = device(ctx, "22091039CD250102");
	struct meterbus_device_priv *b = device(ctx, "22091049CD250102");

	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	KUNIT_EXPECT_EQ(test, read_out(ctx, b), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 5);
	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	expect_sent(ctx, 5, select_0, sizeof(select_0));
	expect_short(ctx, 6, 0x7b, 0xfd);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 7);
}

static bool reaches(struct meterbus_device_priv *priv, enum serial_xfer_presence presence)
{
	return test_line_wait(serial_xfer_life_presence(&priv->life) == presence);
}

/* A device with a driver that has found it, and which has been read once. */
static struct meterbus_device_priv *online(struct meterbus_test *ctx, const char *address)
{
	struct kunit *test = ctx->test;
	struct meterbus_device_priv *priv;

	KUNIT_ASSERT_EQ(test, meterbus_driver_register(&ctx->driver), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, driver_gone, &ctx->driver), 0);
	priv = device(ctx, address);
	KUNIT_ASSERT_TRUE(test, reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	return priv;
}

static void life_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = online(ctx, "1");
	unsigned int writes = ctx->line->nr_writes, i;

	ctx->meters[0].silent = TEST_ALWAYS;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, serial_xfer_life_presence(&priv->life), SERIAL_XFER_OFFLINE);
	/* As many resets as requests */
	for (i = 3; i < 6; i++)
		expect_short(ctx, writes + i, 0x40, 1);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, writes + 6);
	writes = ctx->line->nr_writes;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, writes);

	ctx->meters[0].silent = 0;
	mod_delayed_work(ctx->ctrl->wq, &priv->life.work, 0);
	KUNIT_ASSERT_TRUE(test, reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, ctx->removes, 1);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

/* It answers the last reset that it is asked for, and is read out once more. */
static void disturbed_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = online(ctx, "1");

	ctx->meters[0].silent = 5;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, access_number(ctx), 1);
	KUNIT_EXPECT_EQ(test, serial_xfer_life_presence(&priv->life), SERIAL_XFER_ONLINE);
	/* A write is not sent once more. */
	ctx->meters[0].silent = 3;
	KUNIT_EXPECT_EQ(test, write_byte(priv, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].written, 0);
	KUNIT_EXPECT_EQ(test, serial_xfer_life_presence(&priv->life), SERIAL_XFER_ONLINE);
}

/* It has been without power, and expects the count bit set. */
static void lost_count_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = online(ctx, "1");

	ctx->meters[0].last_fcb = -1;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, ctx->meters[0].fresh, 2);
}

/* Another meter, which knows no counts, comes to the same address; then the first. */
static void other_counts_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = online(ctx, "1");

	ctx->meters[0].plain = true;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_TRUE(test, priv->link.plain);
	ctx->meters[0].plain = false;
	ctx->meters[0].last_fcb = -1;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_FALSE(test, priv->link.plain);
}

static int delete_fn(void *arg)
{
	meterbus_device_delete(arg);
	return 0;
}

static int unregister_fn(void *arg)
{
	struct meterbus_test *ctx = arg;

	kunit_release_action(ctx->test, controller_gone, ctx->ctrl);
	return 0;
}

/* A controller waits for somebody else who has begun to delete a device of it. */
static void delete_unregister_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_controller *ctrl = ctx->ctrl;
	struct meterbus_device_priv *priv = online(ctx, "1");
	struct test_task *deletion, *unregistration;

	ctx->wait_gone = true;
	KUNIT_ASSERT_PTR_EQ(test, meterbus_device_take(ctrl, &priv->known), priv);
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

static void recheck_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = online(ctx, "1");

	KUNIT_EXPECT_EQ(test, ctx->removes, 0);
	meterbus_device_recheck(&priv->mdev);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->probes) == 2));
	KUNIT_ASSERT_TRUE(test, reaches(priv, SERIAL_XFER_ONLINE));
	KUNIT_EXPECT_EQ(test, ctx->removes, 1);
	/* Nothing to be looked at */
	ctx->meters[0].silent = TEST_ALWAYS;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -ETIMEDOUT);
	cancel_delayed_work_sync(&priv->life.work);
	meterbus_device_recheck(&priv->mdev);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&priv->life.work));
}

static void names_test(struct kunit *test)
{
	static const char * const bad[] = {
		"kunit-meter", "kunit-meter 251", "kunit-meter x", "kunit-meter 1 299",
		"kunit-meter 1 2400 even", "kunit-meter 22091039CD25010", "kunit-meter -1",
		"kunit-meter 0x22091039CD250102", "kunit-meter 2209103GCD250102",
		"kunit-meter 22091039CD2501022",
	};
	struct meterbus_test *ctx = test->priv;
	char name[32];
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, store(ctx, "new_device", bad[i]), -EINVAL, "%s", bad[i]);
	snprintf(name, sizeof(name), "%d-22091039CD250102", ctx->ctrl->id);
	KUNIT_EXPECT_STREQ(test, dev_name(&device(ctx, "22091039cd250102")->mdev.dev), name);
	snprintf(name, sizeof(name), "%d-2209103ACD250102", ctx->ctrl->id);
	KUNIT_EXPECT_STREQ(test, dev_name(&device(ctx, "2209103acd250102")->mdev.dev), name);
	snprintf(name, sizeof(name), "%d-fa", ctx->ctrl->id);
	KUNIT_EXPECT_STREQ(test, dev_name(&device(ctx, "250 300")->mdev.dev), name);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "other 0xfa"), -EBUSY);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "1"), -ENOENT);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "250\n"), 4);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "22091039CD250102"), 16);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "2209103ACD250102"), 16);
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

/* Application errors: busy; too many read-outs */
static void refusal_test(struct kunit *test)
{
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	ctx->meters[0].refusal = 8;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EBUSY);
	ctx->meters[0].refusal = 9;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), -EIO);
	KUNIT_EXPECT_EQ(test, count(priv, SERIAL_XFER_REFUSALS), 2);
	KUNIT_EXPECT_EQ(test, write_byte(priv, 1), 0);
	ctx->meters[0].refusal = 0;
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
}

static struct meterbus_device_priv *only_device(struct meterbus_test *ctx)
{
	guard(mutex)(&ctx->ctrl->lock);
	return list_first_entry_or_null(&ctx->ctrl->devices, struct meterbus_device_priv, node);
}

static struct meterbus_device_priv *last_device(struct meterbus_test *ctx)
{
	guard(mutex)(&ctx->ctrl->lock);
	return list_last_entry(&ctx->ctrl->devices, struct meterbus_device_priv, node);
}

static bool has_moved(struct meterbus_test *ctx, u8 a)
{
	return last_device(ctx)->known.primary == a && list_count_nodes(&ctx->ctrl->devices) == 2;
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
	exchanges = count(priv, SERIAL_XFER_EXCHANGES);
	KUNIT_ASSERT_EQ(test, meterbus_address_commit(&priv->mdev, "kept", 5), 0);
	KUNIT_ASSERT_TRUE(test, test_line_wait(is_at(ctx, 9)));
	priv = only_device(ctx);
	KUNIT_EXPECT_STREQ(test, dev_get_platdata(&priv->mdev.dev), "kept");
	KUNIT_EXPECT_EQ(test, count(priv, SERIAL_XFER_EXCHANGES), exchanges);
	KUNIT_EXPECT_EQ(test, read_out(ctx, priv), 0);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 9"), -EBUSY);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 1"), 13);
}

/* Addresses that are asked for, and one that was not reserved */
static void probe_test(struct kunit *test)
{
	struct meterbus_address primary = { .primary = 2 }, free = { .primary = 9 };
	struct meterbus_address id = { .secondary = true, .id = 0x22091049cd250102ULL };
	struct meterbus_address free_id = { .secondary = true, .id = 0x22091099ffffffffULL };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *a = device(ctx, "22091039CD250102"), *priv;

	KUNIT_ASSERT_EQ(test, read_out(ctx, a), 0);
	ctx->meters[1].present = true;
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &primary), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &id), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &free), 0);
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &free_id), 0);
	KUNIT_EXPECT_EQ(test, read_out(ctx, a), 0);

	/* One that wildcards of another device match */
	device(ctx, "22091077FFFFFFFF");
	id.id = 0x22091077cd250102ULL;
	ctx->line->nr_writes = 0;
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &id), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, meterbus_address_reserve(&a->mdev, &id), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 0);
	KUNIT_EXPECT_EQ(test, store(ctx, "delete_device", "22091077FFFFFFFF"), 16);

	priv = device(ctx, "3");
	primary.primary = 3;
	ctx->line->nr_writes = 0;
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &primary), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, meterbus_address_probe(&a->mdev, &a->known), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, ctx->line->nr_writes, 0);
	meterbus_address_use(&a->mdev, &a->known);
	meterbus_address_use(&priv->mdev, &free);
	KUNIT_ASSERT_EQ(test, meterbus_address_commit(&priv->mdev, "kept", 5), 0);
	KUNIT_ASSERT_TRUE(test, test_line_wait(has_moved(ctx, 9)));
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 3"), 13);
	meterbus_address_use(&last_device(ctx)->mdev, &free);
	KUNIT_EXPECT_EQ(test, meterbus_address_commit(&last_device(ctx)->mdev, "kept", 5),
			-EADDRINUSE);
}

/* The device turns up where another one is known: it has no reservation any more. */
static void readdress_clash_test(struct kunit *test)
{
	struct meterbus_address wanted = { .primary = 9 }, taken = { .primary = 2 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	KUNIT_ASSERT_EQ(test, read_out(ctx, priv), 0);
	device(ctx, "2");
	KUNIT_ASSERT_EQ(test, meterbus_address_reserve(&priv->mdev, &wanted), 0);
	meterbus_address_use(&priv->mdev, &taken);
	KUNIT_EXPECT_EQ(test, meterbus_address_commit(&priv->mdev, "kept", 5), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 9"), 13);
	wanted.primary = 11;
	KUNIT_EXPECT_EQ(test, meterbus_address_reserve(&priv->mdev, &wanted), 0);
}

/* The device is deleted before the work item has come to move it. */
static void readdress_delete_test(struct kunit *test)
{
	struct meterbus_address new = { .primary = 9 };
	struct meterbus_test *ctx = test->priv;
	struct meterbus_device_priv *priv = device(ctx, "1");

	get_device(&priv->mdev.dev);
	KUNIT_ASSERT_EQ(test, meterbus_address_reserve(&priv->mdev, &new), 0);
	meterbus_address_use(&priv->mdev, &new);
	KUNIT_ASSERT_PTR_EQ(test, meterbus_device_take(ctx->ctrl, &priv->known), priv);
	KUNIT_EXPECT_NULL(test, meterbus_device_take(ctx->ctrl, &priv->known));
	KUNIT_ASSERT_EQ(test, meterbus_address_commit(&priv->mdev, "kept", 5), 0);
	flush_work(&priv->renumber);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 1"), -EBUSY);
	meterbus_device_delete(priv);
	put_device(&priv->mdev.dev);
	KUNIT_EXPECT_TRUE(test, list_empty(&ctx->ctrl->devices));
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 9"), 13);
	KUNIT_EXPECT_EQ(test, store(ctx, "new_device", "kunit-meter 1"), 13);
}

static struct kunit_case bus_cases[] = {
	KUNIT_CASE(count_test),
	KUNIT_CASE(lost_reply_test),
	KUNIT_CASE(given_up_test),
	KUNIT_CASE(plain_test),
	KUNIT_CASE(busy_at_first_test),
	KUNIT_CASE(probe_selected_test),
	KUNIT_CASE(repetition_test),
	KUNIT_CASE(select_test),
	KUNIT_CASE(wrong_meter_test),
	KUNIT_CASE(telegrams_test),
	KUNIT_CASE(busy_telegrams_test),
	KUNIT_CASE(stuck_telegrams_test),
	KUNIT_CASE(alike_telegrams_test),
	KUNIT_CASE(refused_midway_test),
	KUNIT_CASE(broken_off_test),
	KUNIT_CASE(illegible_telegrams_test),
	KUNIT_CASE(slow_test),
	KUNIT_CASE(end_of_telegrams_test),
	KUNIT_CASE_SLOW(late_twice_test),
	KUNIT_CASE_SLOW(late_lax_test),
	KUNIT_CASE_SLOW(late_telegram_test),
	KUNIT_CASE_SLOW(late_data_test),
	KUNIT_CASE_SLOW(late_ack_test),
	KUNIT_CASE_SLOW(foreign_ack_test),
	KUNIT_CASE(foreign_sender_test),
	KUNIT_CASE_SLOW(stuck_test),
	KUNIT_CASE(lost_selection_test),
	KUNIT_CASE(plain_telegrams_test),
	KUNIT_CASE(collision_test),
	KUNIT_CASE(noisy_ack_test),
	KUNIT_CASE(echo_test),
	KUNIT_CASE(write_test),
	KUNIT_CASE(no_data_test),
	KUNIT_CASE(refusal_test),
	KUNIT_CASE(life_test),
	KUNIT_CASE_SLOW(disturbed_test),
	KUNIT_CASE(lost_count_test),
	KUNIT_CASE(other_counts_test),
	KUNIT_CASE(recheck_test),
	KUNIT_CASE(delete_unregister_test),
	KUNIT_CASE(readdress_test),
	KUNIT_CASE(readdress_clash_test),
	KUNIT_CASE(readdress_delete_test),
	KUNIT_CASE(probe_test),
	KUNIT_CASE(names_test),
	{}
};

static struct kunit_suite bus_suite = {
	.name = "meterbus_bus",
	.init = bus_init,
	.test_cases = bus_cases,
};

kunit_test_suite(bus_suite);
