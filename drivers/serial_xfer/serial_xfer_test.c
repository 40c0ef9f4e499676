// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the exchange engine on a simulated line.
 *
 * The protocol of these tests: a frame is an address (1 to 127), the number of
 * data bytes, the data, and the sum of all bytes before. Requests begin with the
 * address plus 128, so that they are no frames, unless a test wants them to be.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "serial_xfer_test_line.h"

#define UNIT		0x01
#define SLOW_MS		3000	/* a time limit that no test may need */
#define SOON_MS		1000	/* much less than that */
#define SHORT_MS	200	/* a time limit that shall pass */
#define FAST		115200

/* How long the engine lets a line settle at 115200 8E1: 16 characters and 20 ms. */
#define SETTLE_US	(20000 + 16 * 11 * 1000000 / FAST)

#define BYTES(...)	(const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ })

#define REQUEST		BYTES(0x81, 0x02, 0x10)
#define REPLY		BYTES(UNIT, 2, 0x11, 0x22, 0x36)
#define OTHER_REPLY	BYTES(UNIT, 2, 0x33, 0x44, 0x7a)
#define LONG_REPLY	BYTES(UNIT, 4, 1, 2, 3, 4, 0x0f)
#define DAMAGED_REPLY	BYTES(UNIT, 2, 0x11, 0x23, 0x36)
#define FOREIGN_REPLY	BYTES(0x07, 2, 0x11, 0x22, 0x3c)

/* What the slave says to a request: steps up to one without bytes. */
struct step {
	unsigned int delay_us;
	const u8 *data;
	size_t len;
	const u8 *flags;
};

#define SILENCE		{ 0 }

struct expect {
	u8 unit;
	u8 count;
};

struct context {
	struct test_line *line;
	struct serial_xfer_client client;
	const struct step *steps;
	u8 rx[SERIAL_XFER_MAX_FRAME];
};

/* An exchange of a test_task. */
struct call {
	struct context *ctx;
	struct serial_xfer_client *client;
	struct serial_xfer_msg msg;
	u8 rx[16];
	bool claimed;
};

static struct serial_xfer_span test_parse(const struct serial_xfer_msg *msg, const u8 *buf,
					  size_t len)
{
	const struct expect *expect = msg->context;
	struct serial_xfer_span span = { SERIAL_XFER_NONE, 0 };
	bool ours = buf[0] == expect->unit;
	u8 sum = 0;
	size_t i;

	if (!buf[0] || buf[0] > 0x7f)
		return span;
	span.len = len < 2 ? 2 : buf[1] + 3;
	span.verdict = SERIAL_XFER_MORE;
	if (span.len > len)
		return span;
	for (i = 0; i < span.len - 1; i++)
		sum += buf[i];
	if (sum != buf[i])
		span.verdict = ours && buf[1] == expect->count ?
			       SERIAL_XFER_DAMAGED : SERIAL_XFER_NONE;
	else if (ours)
		span.verdict = buf[1] == expect->count ? SERIAL_XFER_WHOLE : SERIAL_XFER_STALE;
	else
		span.verdict = SERIAL_XFER_FOREIGN;
	return span;
}

static const struct expect expect_two = { UNIT, 2 };
static const struct expect expect_four = { UNIT, 4 };
static const struct expect expect_nine = { UNIT, 9 };

static void play(struct test_line *line, const u8 *buf, size_t len)
{
	struct context *ctx = line->slave_data;

	if (!ctx->steps)
		return;
	for (; ctx->steps->len; ctx->steps++)
		test_line_say_flagged(line, ctx->steps->delay_us, ctx->steps->data,
				      ctx->steps->flags, ctx->steps->len);
	ctx->steps++;
}

static void client_exit(void *client)
{
	serial_xfer_client_exit(client);
}

static void client_init(struct kunit *test, struct serial_xfer_client *client)
{
	struct context *ctx = test->priv;

	serial_xfer_client_init(client, ctx->line->port);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, client_exit, client));
}

static int xfer_init(struct kunit *test)
{
	struct context *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->line = test_line_create(test);
	ctx->line->slave = play;
	ctx->line->slave_data = ctx;
	test->priv = ctx;
	client_init(test, &ctx->client);
	return 0;
}

static struct serial_xfer_msg request_for(struct context *ctx, const struct expect *expect,
					  unsigned int timeout_ms)
{
	static const u8 request[] = { 0x81, 0x02, 0x10 };

	return (struct serial_xfer_msg) {
		.tx = request,
		.tx_len = sizeof(request),
		.rx = ctx->rx,
		.rx_size = sizeof(ctx->rx),
		.line = { FAST, SERIAL_XFER_PARITY_EVEN },
		.timeout_ms = timeout_ms,
		.parse = test_parse,
		.context = expect,
	};
}

static int exec(struct context *ctx, struct serial_xfer_msg *msg)
{
	int ret = serial_xfer_claim(&ctx->client);

	if (ret)
		return ret;
	ret = serial_xfer_exec(&ctx->client, msg);
	serial_xfer_release(&ctx->client);
	return ret;
}

/* Plays @steps and asks for two bytes. */
static int ask(struct context *ctx, const struct step *steps, unsigned int timeout_ms)
{
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, timeout_ms);

	ctx->steps = steps;
	return exec(ctx, &msg);
}

static s64 count_of(struct context *ctx, enum serial_xfer_stat stat)
{
	return atomic64_read(&ctx->client.stats.count[stat]);
}

static s64 port_count_of(struct context *ctx, enum serial_xfer_stat stat)
{
	return atomic64_read(&serial_xfer_port_stats(ctx->line->port)->count[stat]);
}

static const struct step good[] = { { 1000, REPLY }, SILENCE };

static void expect_received(struct kunit *test, const u8 *reply, size_t len)
{
	struct context *ctx = test->priv;

	KUNIT_EXPECT_MEMEQ(test, ctx->rx, reply, len);
}

static void expect_good(struct kunit *test, const u8 *reply, size_t len)
{
	const struct step steps[] = { { 500, reply, len }, SILENCE };
	struct context *ctx = test->priv;

	memset(ctx->rx, 0, sizeof(ctx->rx));
	KUNIT_EXPECT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	expect_received(test, reply, len);
}

static void bad_message_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);

	msg.tx_len = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, exec(ctx, &msg));
	msg.tx_len = SERIAL_XFER_MAX_FRAME + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, exec(ctx, &msg));
	msg.tx_len = 3;
	msg.line.speed = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
}

static void reply_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	ktime_t before = ktime_get_boottime();

	ctx->steps = (const struct step[]) { { 30000, REPLY }, SILENCE };
	KUNIT_ASSERT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 5, msg.rx_len);
	KUNIT_EXPECT_EQ(test, 5, msg.heard);
	expect_received(test, REPLY);
	KUNIT_EXPECT_EQ(test, 1, ctx->line->nr_writes);
	KUNIT_EXPECT_MEMEQ(test, ctx->line->writes[0].data, msg.tx, msg.tx_len);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(msg.stamp, before), 30);
	KUNIT_EXPECT_FALSE(test, ktime_after(msg.stamp, ktime_get_boottime()));
}

/* 30 ms less request (3 characters) and reply (5) at 11 bits each. */
static void latency_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	msg.line.speed = 9600;
	ctx->steps = (const struct step[]) { { 30000, REPLY }, SILENCE };
	KUNIT_ASSERT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_GE(test, msg.latency_us, 30000 - 8 * 11 * 1000000 / 9600 - 1);
	KUNIT_EXPECT_LT(test, msg.latency_us, SOON_MS * 1000);
}

static void pieces_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 5000, BYTES(UNIT) }, { 5000, BYTES(2) }, { 5000, BYTES(0x11) },
		{ 5000, BYTES(0x22) }, { 5000, BYTES(0x36) }, SILENCE
	};
	struct context *ctx = test->priv;
	unsigned long sleeps;

	expect_good(test, OTHER_REPLY);
	sleeps = current->nvcsw;
	KUNIT_ASSERT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	/* Once for the silence before the request, once for the reply. */
	KUNIT_EXPECT_LE(test, current->nvcsw - sleeps, 3);
	expect_received(test, REPLY);
	KUNIT_EXPECT_EQ(test, 5 + 5, count_of(ctx, SERIAL_XFER_RX_BYTES));
}

static void timeout_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);

	msg.line.speed = 1200;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, exec(ctx, &msg));
	/* The request of 3 characters takes 27 ms by itself. */
	KUNIT_EXPECT_GE(test, ktime_us_delta(ktime_get(), ctx->line->writes[0].at),
			SHORT_MS * 1000 + 3 * 11 * 1000000 / 1200);
	KUNIT_EXPECT_EQ(test, 0, msg.heard);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_TIMEOUTS));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
	expect_good(test, REPLY);
}

/* A reply that has begun within the time limit is waited for to its end. */
static void slow_reply_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 60000, BYTES(UNIT, 2) }, { 60000, BYTES(0x11, 0x22) }, { 60000, BYTES(0x36) },
		SILENCE
	};
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);

	msg.line.speed = 1200;
	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_TIMEOUTS));
}

/* A reply that comes while nobody waits. */
static void late_reply_test(struct kunit *test)
{
	const struct step steps[] = { { (SHORT_MS + 150) * 1000, OTHER_REPLY }, SILENCE };
	struct context *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, -ETIMEDOUT, ask(ctx, steps, SHORT_MS));
	KUNIT_ASSERT_TRUE(test, test_line_wait(test_line_is_quiet(ctx->line)));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
	KUNIT_EXPECT_EQ(test, 1, port_count_of(ctx, SERIAL_XFER_STALE_REPLIES));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_RX_BYTES));
	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
}

/* A reply that comes while the next one is awaited, of another length. */
static void late_reply_next_test(struct kunit *test)
{
	const struct step steps[] = {
		SILENCE, { 5000, REPLY }, { 5000, LONG_REPLY }, SILENCE
	};
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_four, SLOW_MS);

	KUNIT_ASSERT_EQ(test, -ETIMEDOUT, ask(ctx, steps, SHORT_MS));
	KUNIT_ASSERT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 7, msg.rx_len);
	expect_received(test, LONG_REPLY);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
}

/* Bytes that nobody has asked for are not the answer to what is asked later. */
static void unasked_reply_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	expect_good(test, REPLY);
	test_line_say(ctx->line, 0, OTHER_REPLY);
	KUNIT_ASSERT_TRUE(test, test_line_wait(test_line_is_quiet(ctx->line)));
	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
	KUNIT_EXPECT_EQ(test, 15, port_count_of(ctx, SERIAL_XFER_RX_BYTES));
	KUNIT_EXPECT_EQ(test, 10, count_of(ctx, SERIAL_XFER_RX_BYTES));
	KUNIT_EXPECT_GE(test, ktime_us_delta(ctx->line->writes[1].at,
					     ctx->line->writes[1].heard_at), SETTLE_US);
}

static void stale_and_foreign_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, FOREIGN_REPLY }, { 0, LONG_REPLY }, { 0, FOREIGN_REPLY }, { 0, REPLY },
		SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	expect_received(test, REPLY);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
}

/* What somebody else's frame contains is not looked at. */
static void frame_in_frame_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, BYTES(0x07, 5, UNIT, 2, 0x11, 0x22, 0x36, 0x78) },
		{ 5000, OTHER_REPLY }, SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	expect_received(test, OTHER_REPLY);
}

/*
 * What the awaited reply contains may look like a frame of somebody else, or a stale
 * one, while the rest is still on its way.
 */
static void frame_in_reply_test(struct kunit *test)
{
	const struct step foreign[] = {
		{ 1000, BYTES(UNIT, 9, 0x07, 2, 0x11, 0x22, 0x3c) },
		{ 1000, BYTES(1, 2, 3, 4, 0x8c) }, SILENCE
	};
	const struct step stale[] = {
		{ 1000, BYTES(UNIT, 9, UNIT, 4, 1, 2, 3, 4, 0x0f) },
		{ 1000, BYTES(5, 6) }, { 1000, BYTES(0x33) }, SILENCE
	};
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_nine, SLOW_MS);

	ctx->steps = foreign;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	expect_received(test, BYTES(UNIT, 9, 0x07, 2, 0x11, 0x22, 0x3c, 1, 2, 3, 4, 0x8c));
	ctx->steps = stale;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	expect_received(test, BYTES(UNIT, 9, UNIT, 4, 1, 2, 3, 4, 0x0f, 5, 6, 0x33));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
}

/* What looks like the head of a frame does not hide what follows. */
static void foreign_in_noise_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, BYTES(UNIT, 0x40) }, { 1000, FOREIGN_REPLY }, { 1000, REPLY }, SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	expect_received(test, REPLY);
}

/* Only foreign frames: nobody has answered. */
static void foreign_only_test(struct kunit *test)
{
	const struct step steps[] = { { 1000, FOREIGN_REPLY }, SILENCE };
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask(ctx, steps, SHORT_MS));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_TIMEOUTS));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
}

static void noise_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, BYTES(0xff, 0x00, 0xf3) }, { 1000, REPLY }, SILENCE,
		/* the head of a long frame, of which the reply would be the data */
		{ 1000, BYTES(UNIT, 0x40) }, { 1000, REPLY }, SILENCE,
		/* the reply's own head, twice */
		{ 1000, BYTES(UNIT, 2, UNIT) }, { 1000, REPLY }, SILENCE,
		{ 1000, BYTES(UNIT) }, { 1000, REPLY }, SILENCE
	};
	struct context *ctx = test->priv;
	int i;

	ctx->steps = steps;
	for (i = 0; i < 4; i++) {
		memset(ctx->rx, 0, sizeof(ctx->rx));
		KUNIT_EXPECT_EQ(test, 0, ask(ctx, ctx->steps, SLOW_MS));
		expect_received(test, REPLY);
	}
	KUNIT_EXPECT_EQ(test, 4, count_of(ctx, SERIAL_XFER_EXCHANGES));
}

static void noise_only_test(struct kunit *test)
{
	const struct step steps[] = { { 1000, BYTES(0xff, 0x00, 0xf3) }, SILENCE };
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);

	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 3, msg.heard);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_TIMEOUTS));
}

/* What was heard instead of a reply is handed over, without the echo, as far as it fits. */
static void junk_test(struct kunit *test)
{
	const struct step noise[] = { { 1000, BYTES(0xff, 0x00, 0xf3) }, SILENCE };
	const struct step damage[] = { { 1000, BYTES(0xff) }, { 100, DAMAGED_REPLY }, SILENCE };
	const struct step glitch[] = {
		{ 1000, BYTES(0xff) }, { 100, REQUEST }, { 1000, BYTES(0x00) }, SILENCE
	};
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);

	ctx->line->echo = true;
	ctx->steps = noise;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_ASSERT_EQ(test, 3, msg.rx_len);
	expect_received(test, BYTES(0xff, 0x00, 0xf3));

	ctx->steps = damage;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_ASSERT_EQ(test, 6, msg.rx_len);
	expect_received(test, BYTES(0xff, UNIT, 2, 0x11, 0x23, 0x36));

	ctx->line->echo = false;
	ctx->steps = glitch;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_ASSERT_EQ(test, 2, msg.rx_len);
	expect_received(test, BYTES(0xff, 0x00));

	memset(ctx->rx, 0, sizeof(ctx->rx));
	ctx->line->echo = true;
	msg.rx_size = 2;
	ctx->steps = noise;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_ASSERT_EQ(test, 2, msg.rx_len);
	expect_received(test, BYTES(0xff, 0x00, 0x00));
}

static void damaged_test(struct kunit *test)
{
	const struct step steps[] = { { 1000, DAMAGED_REPLY }, SILENCE };
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), ctx->line->writes[0].at), SOON_MS);
	KUNIT_EXPECT_EQ(test, 5, msg.heard);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_CHECK_ERRORS));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
	expect_good(test, REPLY);
	KUNIT_EXPECT_GE(test, ktime_us_delta(ctx->line->writes[1].at,
					     ctx->line->writes[1].heard_at), SETTLE_US);
}

/* Its sum is right, but the line says that a byte is not. */
static void flawed_test(struct kunit *test)
{
	static const u8 flags[] = { 0, 0, 0, 1, 0 };
	const struct step steps[] = { { 1000, REPLY, flags }, SILENCE };
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);

	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 5, msg.heard);
	KUNIT_EXPECT_EQ(test, 1, msg.flawed);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_CHECK_ERRORS));
	expect_good(test, REPLY);
}

/* A frame of others, but for a flaw, is not passed over: the reply may lie in it. */
static void flawed_foreign_test(struct kunit *test)
{
	static const u8 flags[] = { 0, 1, 0, 0, 0 };
	const struct step steps[] = { { 1000, FOREIGN_REPLY, flags }, SILENCE };
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -EBADMSG, ask(ctx, steps, SHORT_MS));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
}

/* Flaws that belong to no reply: in noise before it, in the echo. */
static void flawed_noise_test(struct kunit *test)
{
	static const u8 flags[] = { 1, 1, 0, 0, 0, 0, 0 };
	static const u8 echo_flags[] = { 0, 0, 1, 1, 0, 0, 0, 0, 0 };
	const struct step steps[] = {
		{ 1000, BYTES(0, 0xff, UNIT, 2, 0x11, 0x22, 0x36), flags }, SILENCE,
		{ 1000, BYTES(0x81, 0x02, 0x10, 0, UNIT, 2, 0x11, 0x22, 0x36), echo_flags },
		SILENCE
	};
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 2, msg.flawed);
	expect_received(test, REPLY);
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 6, msg.heard);
	KUNIT_EXPECT_EQ(test, 1, msg.flawed);
	expect_received(test, REPLY);
}

/* Where flaws lie is kept while old bytes are pushed out. */
static void flawed_flood_test(struct kunit *test)
{
	static const u8 noise[100] = { [0 ... 99] = 0xf5 };
	static const u8 flags[100] = { [99] = 1 };
	static const u8 reply_flags[] = { 0, 0, 0, 0, 0, 0 };
	struct step steps[13] = { };
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	int i;

	for (i = 0; i < 11; i++)
		steps[i] = (struct step){ 100, noise, sizeof(noise), flags };
	steps[i] = (struct step){ 100, BYTES(0xf5, UNIT, 2, 0x11, 0x22, 0x36), reply_flags };
	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 11, msg.flawed);
	expect_received(test, REPLY);
}

/* A USB adapter flags a packet for the glitch at its beginning; the reply is good. */
static void flawed_packet_test(struct kunit *test)
{
	static const u8 flags[] = { 1, 1, 1, 1 }, own[] = { 1, 1, 0, 1, 0, 0 };
	const struct step good_head[] = {
		{ 1000, BYTES(0, UNIT, 2, 0x11), flags }, { 1000, BYTES(0x22, 0x36) }, SILENCE
	};
	const struct step bad_rest[] = {
		{ 1000, BYTES(0, UNIT, 2, 0x11, 0x22, 0x36), own }, SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, ask(ctx, good_head, SLOW_MS));
	KUNIT_EXPECT_EQ(test, -EBADMSG, ask(ctx, bad_rest, SHORT_MS));
}

/* A damaged reply, and at once the same undamaged. */
static void damaged_then_good_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, DAMAGED_REPLY }, { 1000, REPLY }, SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	expect_received(test, REPLY);
	expect_good(test, OTHER_REPLY);
}

/* A damaged reply on a line that never falls silent ends all the same. */
static void damaged_then_noise_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct step *steps = kunit_kcalloc(test, 202, sizeof(*steps), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, steps);
	steps[0] = (struct step){ 1000, DAMAGED_REPLY };
	for (i = 1; i <= 200; i++)
		steps[i] = (struct step){ 3000, BYTES(0xff) };
	KUNIT_EXPECT_EQ(test, -EBADMSG, ask(ctx, steps, SHORT_MS));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), ctx->line->writes[0].at), 500);
}

static void cut_test(struct kunit *test)
{
	const struct step steps[] = { { 1000, BYTES(UNIT, 2, 0x11) }, SILENCE };
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -EBADMSG, ask(ctx, steps, SHORT_MS));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), ctx->line->writes[0].at), SHORT_MS);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_TIMEOUTS));
	expect_good(test, REPLY);
}

/* The rest of a cut reply is not put before the next one. */
static void cut_rest_late_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, BYTES(UNIT, 2, 0x11) }, SILENCE,
		{ 1000, BYTES(0x22, 0x36) }, { 1000, OTHER_REPLY }, SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -EBADMSG, ask(ctx, steps, SHORT_MS));
	KUNIT_EXPECT_EQ(test, 0, ask(ctx, ctx->steps, SLOW_MS));
	expect_received(test, OTHER_REPLY);
}

static void too_long_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	memset(ctx->rx, 0xee, sizeof(ctx->rx));
	msg.rx_size = 4;
	ctx->steps = good;
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 0xee, ctx->rx[4]);
	KUNIT_EXPECT_EQ(test, 0, msg.rx_len);
	msg.rx_size = 5;
	ctx->steps = good;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
}

/* Many bytes that might all begin a frame, more than the port's buffer holds. */
static void flood_test(struct kunit *test)
{
	static const u8 head[] = { UNIT, 0xf0 };
	struct context *ctx = test->priv;
	u8 *flood = kunit_kzalloc(test, 5000, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, flood);
	for (i = 0; i < 5000; i++)
		flood[i] = head[i % 2];
	KUNIT_EXPECT_EQ(test, 0, ask(ctx, (const struct step[]) {
		{ 1000, flood, 5000 }, { 1000, flood, 301 }, { 1000, REPLY }, SILENCE
	}, SLOW_MS));
	expect_received(test, REPLY);
	KUNIT_EXPECT_EQ(test, 5306, count_of(ctx, SERIAL_XFER_RX_BYTES));

	KUNIT_EXPECT_EQ(test, -EBADMSG, ask(ctx, (const struct step[]) {
		{ 1000, flood, 5000 }, SILENCE
	}, SHORT_MS));
	expect_good(test, REPLY);
}

/* The reply's end in the batch that does not fit any more. */
static void full_buffer_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	u8 batch[SERIAL_XFER_MAX_FRAME];
	const size_t len = sizeof(batch) - 1;
	const struct step steps[] = {
		{ 1000, batch, len }, { 0, batch, len }, { 0, batch, len }, { 0, batch, len },
		{ 1000, BYTES(UNIT, 2, 0x11) }, { 1000, BYTES(0x22, 0x36) }, SILENCE
	};

	memset(batch, 0xff, sizeof(batch));
	KUNIT_EXPECT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	expect_received(test, REPLY);
}

static void echo_yes_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	ctx->line->echo = true;
	ctx->steps = good;
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_UNKNOWN, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 5, msg.heard);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_YES, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_ECHOES));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask(ctx, NULL, SHORT_MS));
	KUNIT_EXPECT_EQ(test, 2, count_of(ctx, SERIAL_XFER_ECHOES));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_TIMEOUTS));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
}

static void echo_no_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask(ctx, NULL, SHORT_MS));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_UNKNOWN, serial_xfer_port_echo(ctx->line->port));
	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_NO, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_ECHOES));
}

/* An echo that comes in pieces, after noise, and once only. */
static void echo_pieces_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, BYTES(0xff, 0x81) }, { 1000, BYTES(0x02) },
		{ 1000, BYTES(0x10, UNIT, 2) }, { 1000, BYTES(0x11, 0x22, 0x36) }, SILENCE
	};
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_YES, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_ECHOES));
}

/* Asks with a request that is its own reply. */
static int ask_mirror(struct context *ctx, unsigned int copies, unsigned int timeout_ms)
{
	static const u8 mirror[] = { UNIT, 2, 0x11, 0x22, 0x36 };
	const struct step one[] = { { 2000, REPLY }, SILENCE };
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, timeout_ms);

	msg.tx = mirror;
	msg.tx_len = sizeof(mirror);
	msg.mirrored = true;
	memset(ctx->rx, 0, sizeof(ctx->rx));
	ctx->line->echo = copies > 1;
	ctx->steps = copies ? one : NULL;
	return exec(ctx, &msg) ?: memcmp(ctx->rx, mirror, sizeof(mirror));
}

static void mirrored_without_echo_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 0, ask_mirror(ctx, 1, SLOW_MS));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), ctx->line->writes[1].at), SOON_MS);
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_ECHOES));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask_mirror(ctx, 0, SHORT_MS));
}

static void mirrored_with_echo_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	ctx->line->echo = true;
	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 0, ask_mirror(ctx, 2, SLOW_MS));
	KUNIT_EXPECT_EQ(test, 2, count_of(ctx, SERIAL_XFER_ECHOES));
	/* One copy on a line that echoes is no reply. */
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask_mirror(ctx, 1, SHORT_MS));
}

/* Nothing is known: one copy is taken for the reply, after the time limit. */
static void mirrored_unknown_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, ask_mirror(ctx, 1, SHORT_MS));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), ctx->line->writes[0].at), SHORT_MS);
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_ECHOES));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_TIMEOUTS));
	KUNIT_EXPECT_EQ(test, 0, ask_mirror(ctx, 2, SLOW_MS));
	/* A device may answer twice: that teaches nothing. */
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_UNKNOWN, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask_mirror(ctx, 0, SHORT_MS));
}

/* Asks with a request that begins with its reply. */
static int ask_prefixed(struct context *ctx, unsigned int timeout_ms)
{
	static const u8 request[] = { UNIT, 2, 0x11, 0x22, 0x36, 0x99 };
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, timeout_ms);

	msg.tx = request;
	msg.tx_len = sizeof(request);
	memset(ctx->rx, 0, sizeof(ctx->rx));
	ctx->steps = good;
	return exec(ctx, &msg) ?: memcmp(ctx->rx, request, 5);
}

static void prefixed_without_echo_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 0, ask_prefixed(ctx, SLOW_MS));
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), ctx->line->writes[1].at), SOON_MS);
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_ECHOES));
}

static void prefixed_with_echo_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	ctx->line->echo = true;
	KUNIT_EXPECT_EQ(test, 0, ask_prefixed(ctx, SLOW_MS));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_YES, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_ECHOES));
	/* On such a line it is an echo without its end. */
	ctx->line->echo = false;
	KUNIT_EXPECT_EQ(test, -EBADMSG, ask_prefixed(ctx, SHORT_MS));
}

/* Nothing is known: it is taken for the reply once no more has come. */
static void prefixed_unknown_test(struct kunit *test)
{
	struct context *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, 0, ask_prefixed(ctx, SHORT_MS));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), ctx->line->writes[0].at), SHORT_MS);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_ECHO_NO, serial_xfer_port_echo(ctx->line->port));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_FRAME_ERRORS));
}

static void line_settings_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	int i;

	for (i = 0; i < 5; i++) {
		if (i == 2)
			msg.line.speed = 57600;
		if (i == 4)
			msg.line.parity = SERIAL_XFER_PARITY_ODD;
		ctx->steps = good;
		KUNIT_ASSERT_EQ(test, 0, exec(ctx, &msg));
		KUNIT_EXPECT_EQ(test, 1 + i / 2, ctx->line->nr_set_line);
		KUNIT_EXPECT_EQ(test, msg.line.speed, ctx->line->writes[i].line.speed);
		KUNIT_EXPECT_EQ(test, msg.line.parity, ctx->line->writes[i].line.parity);
	}
	/* Draining is no part of an exchange that changes nothing. */
	KUNIT_EXPECT_LE(test, ctx->line->nr_drain, 3);
}

static void line_settings_error_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	expect_good(test, REPLY);
	ctx->line->set_line_error = -ENXIO;
	msg.line.speed = 57600;
	KUNIT_EXPECT_EQ(test, -ENXIO, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 1, ctx->line->nr_writes);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_EXCHANGES));

	/* What is in force is unknown now, so the old settings are applied anew. */
	ctx->line->set_line_error = 0;
	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 3, ctx->line->nr_set_line);
	KUNIT_EXPECT_EQ(test, FAST, ctx->line->writes[1].line.speed);
}

struct gap_case {
	const char *name;
	struct serial_xfer_line first;
	struct serial_xfer_line second;
	unsigned int gap_us;
	unsigned int second_gap_us;
};

#define LINE(_speed, _parity)	{ _speed, SERIAL_XFER_PARITY_##_parity }

/* t3.5: 3.5 characters of 10 or 11 bits; 1.75 ms above 19200 bits per second. */
static const struct gap_case gap_cases[] = {
	{ "9600 8E1", LINE(9600, EVEN), LINE(9600, EVEN), 4010, 4010 },
	{ "9600 8N1", LINE(9600, NONE), LINE(9600, NONE), 3645, 3645 },
	{ "1200 8O1", LINE(1200, ODD), LINE(1200, ODD), 32083, 32083 },
	{ "19200 8E1", LINE(19200, EVEN), LINE(19200, EVEN), 2005, 2005 },
	{ "115200 8E1", LINE(115200, EVEN), LINE(115200, EVEN), 1750, 1750 },
	{ "from 600 to 115200", LINE(600, EVEN), LINE(115200, EVEN), 64166, 1750 },
	{ "from 115200 to 600", LINE(115200, EVEN), LINE(600, EVEN), 64166, 64166 },
};

static void gap_case_desc(const struct gap_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(gap, gap_cases, gap_case_desc);

static void gap_test(struct kunit *test)
{
	const struct gap_case *c = test->param_value;
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	struct test_line_write *write = ctx->line->writes;
	struct step reply[] = { { 0, REPLY }, SILENCE };
	s64 gap, least = S64_MAX;
	int i;

	for (i = 0; i < 10; i++) {
		msg.line = i ? c->second : c->first;
		/* A reply comes after the 3 characters of the request. */
		reply[0].delay_us = 1000 + 3 * 11 * 1000000 / msg.line.speed;
		ctx->steps = reply;
		KUNIT_ASSERT_EQ(test, 0, exec(ctx, &msg));
		if (i == 1)
			KUNIT_EXPECT_GE(test, ktime_us_delta(write[1].at, write[1].heard_at),
					c->gap_us);
		gap = ktime_us_delta(write[i].at, write[i].heard_at);
		if (i > 1)
			least = min(least, gap);
	}
	KUNIT_EXPECT_GE(test, least, c->second_gap_us);
	/* After a clean reply the line need not settle. */
	KUNIT_EXPECT_LT(test, least, 20000 + 16 * 10 * 1000000 / c->second.speed);
}

/* t3.5 at 600 bits per second is 64166 microseconds; then the settings change. */
static void gapless_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	struct test_line_write *write = ctx->line->writes;
	struct step reply[] = { { 56000, REPLY }, SILENCE };
	s64 gap, least = S64_MAX;
	int i;

	msg.gapless = true;
	for (i = 0; i < 5; i++) {
		msg.line = (struct serial_xfer_line)LINE(i < 4 ? 600 : 9600, EVEN);
		ctx->steps = reply;
		KUNIT_ASSERT_EQ(test, 0, exec(ctx, &msg));
		gap = ktime_us_delta(write[i].at, write[i].heard_at);
		if (i && i < 4)
			least = min(least, gap);
	}
	KUNIT_EXPECT_LT(test, least, 64166);
	KUNIT_EXPECT_GE(test, gap, 64166);
}

/* After a time-out the request must have left, and the line be silent for longer. */
static void gap_after_timeout_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, 1);
	struct test_line_write *write = ctx->line->writes;

	msg.line.speed = 1200;
	KUNIT_ASSERT_EQ(test, -ETIMEDOUT, exec(ctx, &msg));
	KUNIT_ASSERT_EQ(test, -ETIMEDOUT, exec(ctx, &msg));
	/* 3 characters of the request and 16 of silence, 11 bits each, and 20 ms. */
	KUNIT_EXPECT_GE(test, ktime_us_delta(write[1].at, write[0].at),
			(3 + 16) * 11 * 1000000 / 1200 + 20000);
}

/* While late bytes keep trickling in, no request is sent. */
static void trickle_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, 1);
	struct test_line_write *write = ctx->line->writes;
	const unsigned int settle_us = 16 * 11 * 1000000 / 1200 + 20000;
	int i;

	msg.line.speed = 1200;
	KUNIT_ASSERT_EQ(test, -ETIMEDOUT, exec(ctx, &msg));
	for (i = 0; i < 15; i++)
		test_line_say(ctx->line, 12000, BYTES(0x01));
	expect_good(test, REPLY);
	KUNIT_EXPECT_GE(test, ktime_us_delta(write[1].at, write[0].at), 15 * 12000 + settle_us);
	KUNIT_EXPECT_GE(test, ktime_us_delta(write[1].at, write[1].heard_at), settle_us);
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_STALE_REPLIES));
}

static void babble_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SHORT_MS);
	int i;

	for (i = 0; i < 400; i++)
		test_line_say(ctx->line, 10000, BYTES(0x55));
	msg.line.speed = 300;
	KUNIT_EXPECT_EQ(test, -EBADMSG, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
	KUNIT_EXPECT_FALSE(test, test_line_is_quiet(ctx->line));
}

static struct serial_xfer_msg broadcast_for(struct context *ctx, unsigned int turnaround_ms)
{
	struct serial_xfer_msg msg = request_for(ctx, NULL, 0);

	msg.parse = NULL;
	msg.turnaround_ms = turnaround_ms;
	return msg;
}

static void no_reply_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = broadcast_for(ctx, 400);
	struct test_line_write *write = ctx->line->writes;

	msg.line.speed = 1200;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 0, msg.rx_len);
	expect_good(test, REPLY);
	/* From the last of the request's 3 characters on. */
	KUNIT_EXPECT_GE(test, ktime_us_delta(write[1].at, write[0].at),
			400000 + 3 * 11 * 1000000 / 1200);
	KUNIT_EXPECT_EQ(test, 2, count_of(ctx, SERIAL_XFER_EXCHANGES));
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_TIMEOUTS));
}

/* What an earlier exchange has left does not cut the pause short. */
static void no_reply_after_damage_test(struct kunit *test)
{
	const struct step steps[] = {
		{ 1000, BYTES(UNIT, 2, 0x11, 0x23, 0x36, UNIT, 2, 0x11, 0x22, 0x36) }, SILENCE,
		SILENCE
	};
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = broadcast_for(ctx, 200);

	KUNIT_EXPECT_EQ(test, 0, ask(ctx, steps, SLOW_MS));
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), ctx->line->writes[1].at), 200);
}

/* An answer to such a request does not get into the next exchange. */
static void no_reply_answered_test(struct kunit *test)
{
	const struct step steps[] = { { 1000, REPLY }, SILENCE };
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = broadcast_for(ctx, 10);

	ctx->line->echo = true;
	ctx->steps = steps;
	KUNIT_EXPECT_EQ(test, 0, exec(ctx, &msg));
	KUNIT_EXPECT_EQ(test, 1, count_of(ctx, SERIAL_XFER_ECHOES));
	expect_good(test, OTHER_REPLY);
}

static void write_error_test(struct kunit *test)
{
	const struct step steps[] = { { 1000, OTHER_REPLY }, SILENCE };
	struct context *ctx = test->priv;

	ctx->line->write_error = -EPERM;
	KUNIT_EXPECT_EQ(test, -EIO, ask(ctx, steps, SLOW_MS));
	ctx->line->write_error = -ENODEV;
	KUNIT_EXPECT_EQ(test, -ENODEV, ask(ctx, steps, SLOW_MS));
	ctx->line->write_error = 0;
	expect_good(test, REPLY);
	KUNIT_EXPECT_EQ(test, 0, count_of(ctx, SERIAL_XFER_TIMEOUTS));
}

static int call_fn(void *arg)
{
	struct call *call = arg;
	int ret = serial_xfer_claim(call->client);

	if (ret)
		return ret;
	call->claimed = true;
	ret = serial_xfer_exec(call->client, &call->msg);
	serial_xfer_release(call->client);
	return ret;
}

static struct call *call_new(struct kunit *test, struct serial_xfer_client *client,
			     unsigned int timeout_ms)
{
	struct call *call = kunit_kzalloc(test, sizeof(*call), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, call);
	call->ctx = test->priv;
	call->client = client;
	call->msg = request_for(call->ctx, &expect_two, timeout_ms);
	call->msg.rx = call->rx;
	call->msg.rx_size = sizeof(call->rx);
	return call;
}

/* Starts an exchange that gets no answer, and waits until it is in flight. */
static struct test_task *start_silent(struct kunit *test)
{
	struct context *ctx = test->priv;
	unsigned int writes = ctx->line->nr_writes;
	struct call *call = call_new(test, &ctx->client, TEST_LINE_LIMIT_MS * 6);
	struct test_task *task;

	ctx->steps = NULL;
	task = test_task_start(ctx->line, call_fn, call);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->line->nr_writes) > writes));
	return task;
}

static size_t waiters(struct serial_xfer_client *client)
{
	return list_count_nodes(&client->waiters);
}

/* Starts an exchange that must wait, and waits until it does. */
static struct test_task *start_waiting(struct kunit *test, struct serial_xfer_client *client)
{
	struct context *ctx = test->priv;
	struct call *call = call_new(test, client, SLOW_MS);
	size_t before = waiters(client);
	struct test_task *task = test_task_start(ctx->line, call_fn, call);

	KUNIT_ASSERT_TRUE(test, test_line_wait(waiters(client) == before + 1));
	return task;
}

static int stop_fn(void *port)
{
	serial_xfer_port_stop(port);
	return 0;
}

static void stop_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_client *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct test_task *tasks[4], *stop;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, other);
	client_init(test, other);
	tasks[0] = start_silent(test);
	tasks[1] = start_waiting(test, &ctx->client);
	tasks[2] = start_waiting(test, other);
	tasks[3] = start_waiting(test, other);

	stop = test_task_start(ctx->line, stop_fn, ctx->line->port);
	KUNIT_ASSERT_TRUE(test, test_task_wait(stop));
	for (i = 0; i < 4; i++) {
		KUNIT_ASSERT_TRUE(test, test_task_wait(tasks[i]));
		KUNIT_EXPECT_EQ(test, -ENODEV, tasks[i]->ret);
	}
	KUNIT_EXPECT_EQ(test, 1, ctx->line->nr_writes);
	serial_xfer_port_stop(ctx->line->port);
	KUNIT_EXPECT_EQ(test, -ENODEV, serial_xfer_claim(other));
	test_line_say(ctx->line, 0, REPLY);
	KUNIT_EXPECT_TRUE(test, test_line_wait(test_line_is_quiet(ctx->line)));
}

/* Whoever has claimed the port when it stops gets errors until he lets go. */
static void stop_claimed_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	struct test_task *stop, *waiter;

	KUNIT_ASSERT_EQ(test, 0, serial_xfer_claim(&ctx->client));
	waiter = start_waiting(test, &ctx->client);
	stop = test_task_start(ctx->line, stop_fn, ctx->line->port);
	KUNIT_EXPECT_TRUE(test, test_task_wait(waiter));
	KUNIT_EXPECT_EQ(test, -ENODEV, waiter->ret);
	KUNIT_EXPECT_EQ(test, -ENODEV, serial_xfer_exec(&ctx->client, &msg));
	KUNIT_EXPECT_FALSE(test, completion_done(&stop->done));
	serial_xfer_release(&ctx->client);
	KUNIT_EXPECT_TRUE(test, test_task_wait(stop));
}

/* The pause after a request without a reply does not hold up the end either. */
static void stop_turnaround_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct call *call = call_new(test, &ctx->client, 0);
	struct test_task *task;
	ktime_t begun;

	call->msg.parse = NULL;
	call->msg.turnaround_ms = SLOW_MS;
	task = test_task_start(ctx->line, call_fn, call);
	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(ctx->line->nr_writes)));
	begun = ktime_get();
	serial_xfer_port_stop(ctx->line->port);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), begun), SOON_MS);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -ENODEV, task->ret);
}

static void killed_waiter_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct test_task *first, *second;

	KUNIT_ASSERT_EQ(test, 0, serial_xfer_claim(&ctx->client));
	first = start_waiting(test, &ctx->client);
	second = start_waiting(test, &ctx->client);
	test_task_kill(first);
	KUNIT_ASSERT_TRUE(test, test_task_wait(first));
	KUNIT_EXPECT_EQ(test, -EINTR, first->ret);
	KUNIT_EXPECT_EQ(test, 1, waiters(&ctx->client));

	ctx->steps = good;
	serial_xfer_release(&ctx->client);
	KUNIT_ASSERT_TRUE(test, test_task_wait(second));
	KUNIT_EXPECT_EQ(test, 0, second->ret);
}

/* The last waiter of a client leaves the round with it. */
static void killed_last_waiter_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_client *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct test_task *task;

	KUNIT_ASSERT_NOT_NULL(test, other);
	client_init(test, other);
	KUNIT_ASSERT_EQ(test, 0, serial_xfer_claim(&ctx->client));
	task = start_waiting(test, other);
	test_task_kill(task);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, -EINTR, task->ret);
	serial_xfer_release(&ctx->client);
	expect_good(test, REPLY);
}

static void killed_owner_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct test_task *owner = start_silent(test);
	struct test_task *waiter = start_waiting(test, &ctx->client);

	ctx->steps = good;
	test_task_kill(owner);
	KUNIT_ASSERT_TRUE(test, test_task_wait(owner));
	KUNIT_EXPECT_EQ(test, -EINTR, owner->ret);
	KUNIT_ASSERT_TRUE(test, test_task_wait(waiter));
	KUNIT_EXPECT_EQ(test, 0, waiter->ret);
	KUNIT_EXPECT_GE(test, ktime_us_delta(ctx->line->writes[1].at, ctx->line->writes[0].at),
			SETTLE_US);
}

/* All that one client does ends, and nothing that others do. */
static void cancel_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_client *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct test_task *owner, *waiter, *bystander;

	KUNIT_ASSERT_NOT_NULL(test, other);
	client_init(test, other);
	owner = start_silent(test);
	waiter = start_waiting(test, &ctx->client);
	bystander = start_waiting(test, other);
	ctx->steps = good;
	serial_xfer_cancel(&ctx->client, NULL);
	KUNIT_ASSERT_TRUE(test, test_task_wait(owner));
	KUNIT_EXPECT_EQ(test, -ECANCELED, owner->ret);
	KUNIT_ASSERT_TRUE(test, test_task_wait(waiter));
	KUNIT_EXPECT_EQ(test, -ECANCELED, waiter->ret);
	KUNIT_ASSERT_TRUE(test, test_task_wait(bystander));
	KUNIT_EXPECT_EQ(test, 0, bystander->ret);
	KUNIT_EXPECT_GE(test, ktime_us_delta(ctx->line->writes[1].at, ctx->line->writes[0].at),
			SETTLE_US);
	expect_good(test, REPLY);
}

/* Whoever has the port may not use it any more, until he asks for it anew. */
static void cancel_claimed_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);

	KUNIT_ASSERT_EQ(test, 0, serial_xfer_claim(&ctx->client));
	serial_xfer_cancel(&ctx->client, NULL);
	KUNIT_EXPECT_EQ(test, -ECANCELED, serial_xfer_exec(&ctx->client, &msg));
	KUNIT_EXPECT_EQ(test, -ECANCELED, serial_xfer_exec(&ctx->client, &msg));
	serial_xfer_release(&ctx->client);
	KUNIT_EXPECT_EQ(test, 0, ctx->line->nr_writes);
	expect_good(test, REPLY);
}

struct claimant {
	struct serial_xfer_client *client;
	const void *who;
};

static int claim_as_fn(void *arg)
{
	struct claimant *claimant = arg;
	int ret = serial_xfer_claim_as(claimant->client, claimant->who);

	if (!ret)
		serial_xfer_release(claimant->client);
	return ret;
}

static struct test_task *start_claimant(struct kunit *test, struct claimant *claimant)
{
	struct context *ctx = test->priv;
	struct list_head *last = READ_ONCE(claimant->client->waiters.prev);
	struct test_task *task = test_task_start(ctx->line, claim_as_fn, claimant);

	KUNIT_ASSERT_TRUE(test, test_line_wait(READ_ONCE(claimant->client->waiters.prev) != last));
	return task;
}

/* What is done on behalf of one ends, and nothing that the same client does for others. */
static void cancel_as_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct serial_xfer_msg msg = request_for(ctx, &expect_two, SLOW_MS);
	struct claimant mine = { &ctx->client, ctx }, theirs = { &ctx->client, test };
	struct test_task *me, *them;

	KUNIT_ASSERT_EQ(test, 0, serial_xfer_claim_as(&ctx->client, test));
	me = start_claimant(test, &mine);
	them = start_claimant(test, &theirs);
	serial_xfer_cancel(&ctx->client, ctx);
	KUNIT_ASSERT_TRUE(test, test_task_wait(me));
	KUNIT_EXPECT_EQ(test, -ECANCELED, me->ret);
	ctx->steps = good;
	KUNIT_EXPECT_EQ(test, 0, serial_xfer_exec(&ctx->client, &msg));
	KUNIT_EXPECT_FALSE(test, completion_done(&them->done));
	serial_xfer_cancel(&ctx->client, test);
	KUNIT_ASSERT_TRUE(test, test_task_wait(them));
	KUNIT_EXPECT_EQ(test, -ECANCELED, them->ret);
	KUNIT_EXPECT_EQ(test, -ECANCELED, serial_xfer_exec(&ctx->client, &msg));
	serial_xfer_release(&ctx->client);
	expect_good(test, REPLY);
}

struct turn {
	struct serial_xfer_client *client;
	unsigned int *next;
	unsigned int place;
};

static int turn_fn(void *arg)
{
	struct turn *turn = arg;
	int ret = serial_xfer_claim(turn->client);

	if (ret)
		return ret;
	turn->place = ++*turn->next;
	serial_xfer_release(turn->client);
	return 0;
}

/* Six callers of three clients come in this order, and are served in that one. */
static void fairness_test(struct kunit *test)
{
	static const unsigned int whose[] = { 0, 0, 0, 1, 2, 1 };
	static const unsigned int places[] = { 1, 4, 6, 2, 3, 5 };
	struct context *ctx = test->priv;
	struct serial_xfer_client *clients;
	struct test_task *tasks[6];
	struct turn *turns;
	unsigned int next = 0;
	size_t before;
	int i;

	clients = kunit_kcalloc(test, 3, sizeof(*clients), GFP_KERNEL);
	turns = kunit_kcalloc(test, 6, sizeof(*turns), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clients);
	KUNIT_ASSERT_NOT_NULL(test, turns);
	for (i = 0; i < 3; i++)
		client_init(test, &clients[i]);

	KUNIT_ASSERT_EQ(test, 0, serial_xfer_claim(&ctx->client));
	for (i = 0; i < 6; i++) {
		turns[i].client = &clients[whose[i]];
		turns[i].next = &next;
		before = waiters(turns[i].client);
		tasks[i] = test_task_start(ctx->line, turn_fn, &turns[i]);
		KUNIT_ASSERT_TRUE(test, test_line_wait(waiters(turns[i].client) > before));
	}
	serial_xfer_release(&ctx->client);
	for (i = 0; i < 6; i++) {
		KUNIT_ASSERT_TRUE(test, test_task_wait(tasks[i]));
		KUNIT_EXPECT_EQ_MSG(test, places[i], turns[i].place, "caller %d", i);
	}
}

/* Many callers at once: the back end is used by one at a time, and none is lost. */
static void crowd_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct test_task *tasks[8];
	const struct step steps[] = {
		{ 500, REPLY }, SILENCE, { 500, REPLY }, SILENCE, { 500, REPLY }, SILENCE,
		{ 500, REPLY }, SILENCE, { 500, REPLY }, SILENCE, { 500, REPLY }, SILENCE,
		{ 500, REPLY }, SILENCE, { 500, REPLY }, SILENCE
	};
	int i;

	ctx->steps = steps;
	for (i = 0; i < 8; i++)
		tasks[i] = test_task_start(ctx->line, call_fn,
					   call_new(test, &ctx->client, SLOW_MS));
	for (i = 0; i < 8; i++) {
		KUNIT_ASSERT_TRUE(test, test_task_wait(tasks[i]));
		KUNIT_EXPECT_EQ(test, 0, tasks[i]->ret);
	}
	KUNIT_EXPECT_EQ(test, 0, ctx->line->overlaps);
	KUNIT_EXPECT_EQ(test, 8, ctx->line->nr_writes);
}

static int suspend_fn(void *port)
{
	return serial_xfer_port_suspend(port);
}

static void suspend_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct test_task *task;

	expect_good(test, REPLY);
	KUNIT_ASSERT_EQ(test, 0, serial_xfer_port_suspend(ctx->line->port));
	task = start_waiting(test, &ctx->client);
	KUNIT_EXPECT_EQ(test, 1, ctx->line->nr_writes);
	ctx->steps = good;
	serial_xfer_port_resume(ctx->line->port);
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, 0, task->ret);
	KUNIT_EXPECT_EQ(test, 2, ctx->line->nr_set_line);
	KUNIT_EXPECT_EQ(test, 2, ctx->line->nr_writes);
}

/* What is in flight ends first. */
static void suspend_in_flight_test(struct kunit *test)
{
	struct context *ctx = test->priv;
	struct test_task *task = start_silent(test), *suspend;

	suspend = test_task_start(ctx->line, suspend_fn, ctx->line->port);
	test_line_say(ctx->line, 50000, REPLY);
	KUNIT_ASSERT_TRUE(test, test_task_wait(suspend));
	KUNIT_EXPECT_EQ(test, 0, suspend->ret);
	KUNIT_EXPECT_TRUE(test, test_line_is_quiet(ctx->line));
	KUNIT_ASSERT_TRUE(test, test_task_wait(task));
	KUNIT_EXPECT_EQ(test, 0, task->ret);
	serial_xfer_port_resume(ctx->line->port);
	expect_good(test, REPLY);
}

static void statistics_test(struct kunit *test)
{
	static const s64 expected[] = {
		[SERIAL_XFER_EXCHANGES] = 5,
		[SERIAL_XFER_TIMEOUTS] = 1,
		[SERIAL_XFER_CHECK_ERRORS] = 1,
		[SERIAL_XFER_FRAME_ERRORS] = 1,
		[SERIAL_XFER_REFUSALS] = 2,
		[SERIAL_XFER_RETRIES] = 1,
		[SERIAL_XFER_STALE_REPLIES] = 1,
		[SERIAL_XFER_ECHOES] = 5,
		[SERIAL_XFER_TX_BYTES] = 15,
		[SERIAL_XFER_RX_BYTES] = 5 * 3 + 5 + 5 + 3 + 7 + 5,
	};
	const struct step steps[] = {
		{ 1000, REPLY }, SILENCE, { 1000, DAMAGED_REPLY }, SILENCE,
		{ 1000, BYTES(UNIT, 2, 0x11) }, SILENCE, SILENCE,
		{ 1000, LONG_REPLY }, { 0, REPLY }, SILENCE
	};
	struct context *ctx = test->priv;
	int i;

	ctx->line->echo = true;
	ctx->steps = steps;
	for (i = 0; i < 5; i++)
		ask(ctx, ctx->steps, i == 2 || i == 3 ? SHORT_MS : SLOW_MS);
	serial_xfer_count(&ctx->client, SERIAL_XFER_REFUSALS);
	serial_xfer_count(&ctx->client, SERIAL_XFER_REFUSALS);
	serial_xfer_count(&ctx->client, SERIAL_XFER_RETRIES);
	for (i = 0; i < SERIAL_XFER_NR_STATS; i++) {
		KUNIT_EXPECT_EQ_MSG(test, expected[i], count_of(ctx, i), "counter %d", i);
		KUNIT_EXPECT_EQ_MSG(test, expected[i], port_count_of(ctx, i), "counter %d", i);
	}
}

static struct kunit_case xfer_cases[] = {
	KUNIT_CASE(bad_message_test),
	KUNIT_CASE(reply_test),
	KUNIT_CASE(latency_test),
	KUNIT_CASE(pieces_test),
	KUNIT_CASE(timeout_test),
	KUNIT_CASE(slow_reply_test),
	KUNIT_CASE(late_reply_test),
	KUNIT_CASE(late_reply_next_test),
	KUNIT_CASE(unasked_reply_test),
	KUNIT_CASE(stale_and_foreign_test),
	KUNIT_CASE(frame_in_frame_test),
	KUNIT_CASE(frame_in_reply_test),
	KUNIT_CASE(foreign_in_noise_test),
	KUNIT_CASE(foreign_only_test),
	KUNIT_CASE(noise_test),
	KUNIT_CASE(noise_only_test),
	KUNIT_CASE(junk_test),
	KUNIT_CASE(damaged_test),
	KUNIT_CASE(flawed_test),
	KUNIT_CASE(flawed_foreign_test),
	KUNIT_CASE(flawed_noise_test),
	KUNIT_CASE(flawed_flood_test),
	KUNIT_CASE(flawed_packet_test),
	KUNIT_CASE(damaged_then_good_test),
	KUNIT_CASE(damaged_then_noise_test),
	KUNIT_CASE(cut_test),
	KUNIT_CASE(cut_rest_late_test),
	KUNIT_CASE(too_long_test),
	KUNIT_CASE(flood_test),
	KUNIT_CASE(full_buffer_test),
	KUNIT_CASE(echo_yes_test),
	KUNIT_CASE(echo_no_test),
	KUNIT_CASE(echo_pieces_test),
	KUNIT_CASE(mirrored_without_echo_test),
	KUNIT_CASE(mirrored_with_echo_test),
	KUNIT_CASE(mirrored_unknown_test),
	KUNIT_CASE(prefixed_without_echo_test),
	KUNIT_CASE(prefixed_with_echo_test),
	KUNIT_CASE(prefixed_unknown_test),
	KUNIT_CASE(line_settings_test),
	KUNIT_CASE(line_settings_error_test),
	KUNIT_CASE_PARAM(gap_test, gap_gen_params),
	KUNIT_CASE(gapless_test),
	KUNIT_CASE(gap_after_timeout_test),
	KUNIT_CASE(trickle_test),
	KUNIT_CASE(babble_test),
	KUNIT_CASE(no_reply_test),
	KUNIT_CASE(no_reply_after_damage_test),
	KUNIT_CASE(no_reply_answered_test),
	KUNIT_CASE(write_error_test),
	KUNIT_CASE(stop_test),
	KUNIT_CASE(stop_claimed_test),
	KUNIT_CASE(stop_turnaround_test),
	KUNIT_CASE(killed_waiter_test),
	KUNIT_CASE(killed_last_waiter_test),
	KUNIT_CASE(killed_owner_test),
	KUNIT_CASE(cancel_test),
	KUNIT_CASE(cancel_claimed_test),
	KUNIT_CASE(cancel_as_test),
	KUNIT_CASE(fairness_test),
	KUNIT_CASE(crowd_test),
	KUNIT_CASE(suspend_test),
	KUNIT_CASE(suspend_in_flight_test),
	KUNIT_CASE(statistics_test),
	{ }
};

static struct kunit_suite xfer_suite = {
	.name = "serial_xfer",
	.init = xfer_init,
	.test_cases = xfer_cases,
};

kunit_test_suite(xfer_suite);

MODULE_DESCRIPTION("KUnit tests of the serial exchange engine");
MODULE_LICENSE("GPL");
