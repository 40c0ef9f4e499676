// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the bus: controllers, devices made by userspace and by firmware,
 * matching, attributes.
 */
#include <linux/kobject.h>
#include <linux/property.h>
#include <linux/string.h>

#include "modbus_test.h"

struct good_case {
	const char *text;
	u8 unit;
	struct serial_xfer_line line;
	const char *name;
};

static const struct good_case good_cases[] = {
	{ "kunit-meter 1", 1, { TEST_SPEED, SERIAL_XFER_PARITY_EVEN }, "kunit-meter" },
	{ "kunit-meter 0xf7\n", 247, { TEST_SPEED, SERIAL_XFER_PARITY_EVEN }, "kunit-meter" },
	{ "kunit-meter 0x10 19200", 16, { 19200, SERIAL_XFER_PARITY_EVEN }, "kunit-meter" },
	{ "kunit-meter 9 300 none\n", 9, { 300, SERIAL_XFER_PARITY_NONE }, "kunit-meter" },
	{ "kunit-meter 9 4000000 odd", 9, { 4000000, SERIAL_XFER_PARITY_ODD }, "kunit-meter" },
	{ "  p   12   50   even  ", 12, { 50, SERIAL_XFER_PARITY_EVEN }, "p" },
	{ "a-name-of-thirty-one-characters 3", 3, { TEST_SPEED, SERIAL_XFER_PARITY_EVEN },
	  "a-name-of-thirty-one-characters" },
};

static void good_case_desc(const struct good_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "unit 0x%02x at %u", c->unit, c->line.speed);
}

KUNIT_ARRAY_PARAM(good, good_cases, good_case_desc);

static void new_device_test(struct kunit *test)
{
	const struct good_case *c = test->param_value;
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv;
	struct serial_xfer_line line;
	char name[16];

	KUNIT_ASSERT_EQ(test, strlen(c->text),
			modbus_test_store(&ctx->ctrl->dev, "new_device", c->text));
	priv = ctx->ctrl->devices[c->unit];
	KUNIT_ASSERT_NOT_NULL(test, priv);
	line = modbus_device_line(&priv->mdev);
	snprintf(name, sizeof(name), "%d-%02x", ctx->ctrl->id, c->unit);
	KUNIT_EXPECT_STREQ(test, name, dev_name(&priv->mdev.dev));
	KUNIT_EXPECT_STREQ(test, c->name, priv->mdev.name);
	KUNIT_EXPECT_EQ(test, c->unit, modbus_device_unit(&priv->mdev));
	KUNIT_EXPECT_EQ(test, c->line.speed, line.speed);
	KUNIT_EXPECT_EQ(test, c->line.parity, line.parity);
	KUNIT_EXPECT_PTR_EQ(test, ctx->ctrl, modbus_device_controller(&priv->mdev));
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_SEARCHING, serial_xfer_life_presence(&priv->life));
}

static const char * const bad_texts[] = {
	"", " ", "\n", "x", "x 0", "x 248", "x 256", "x 1000000000000", "x -1", "x 1x", "x 0x",
	"x one", "1 x", "x 1 0", "x 1 49", "x 1 4000001", "x 1 0x2580", "x 1 -9600", "x 1 9600x",
	"x 1 even", "x 1 9600 mark", "x 1 9600 EVEN", "x 1 9600 e", "x 1 9600 even more",
	"a-name-of-thirty-two-characters-- 1",
};

static void bad_new_device_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_texts); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    modbus_test_store(&ctx->ctrl->dev, "new_device", bad_texts[i]),
				    "\"%s\"", bad_texts[i]);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(ctx->ctrl->taken, MODBUS_UNIT_MAX + 1));
	for (i = 0; i <= MODBUS_UNIT_MAX; i++)
		KUNIT_EXPECT_NULL(test, ctx->ctrl->devices[i]);
}

static void delete_device_test(struct kunit *test)
{
	static const char * const bad[] = { "", "0", "248", "x", "1 2", "0x0000001", "-1" };
	struct modbus_test *ctx = test->priv;
	struct device *dev = &ctx->ctrl->dev;
	size_t i;

	modbus_test_device(ctx, 1);
	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_test_store(dev, "new_device", "other 1"));
	KUNIT_EXPECT_EQ(test, -ENOENT, modbus_test_store(dev, "delete_device", "2"));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL, modbus_test_store(dev, "delete_device", bad[i]),
				    "\"%s\"", bad[i]);
	KUNIT_EXPECT_NOT_NULL(test, ctx->ctrl->devices[1]);

	KUNIT_EXPECT_EQ(test, 5, modbus_test_store(dev, "delete_device", "0x01\n"));
	KUNIT_EXPECT_NULL(test, ctx->ctrl->devices[1]);
	KUNIT_EXPECT_EQ(test, -ENOENT, modbus_test_store(dev, "delete_device", "1"));
	modbus_test_device(ctx, 1);
}

/* Every unit address at once. */
static void full_bus_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	int unit;

	for (unit = MODBUS_UNIT_MIN; unit <= MODBUS_UNIT_MAX; unit++)
		modbus_test_device(ctx, unit);
	KUNIT_EXPECT_EQ(test, MODBUS_UNIT_MAX,
			bitmap_weight(ctx->ctrl->taken, MODBUS_UNIT_MAX + 1));
}

struct tunable_case {
	const char *name;
	const char *text;
	ssize_t result;
	const char *shown;
};

static const struct tunable_case tunable_cases[] = {
	{ "response_timeout_ms", "1\n", 2, "1\n" },
	{ "response_timeout_ms", "60000", 5, "60000\n" },
	{ "response_timeout_ms", "0", -EINVAL, "150\n" },
	{ "response_timeout_ms", "60001", -EINVAL, "150\n" },
	{ "response_timeout_ms", "-1", -EINVAL, "150\n" },
	{ "response_timeout_ms", "fast", -EINVAL, "150\n" },
	{ "response_timeout_ms", "4294967297", -ERANGE, "150\n" },
	{ "retries", "0", 1, "0\n" },
	{ "retries", "10", 2, "10\n" },
	{ "retries", "11", -EINVAL, "2\n" },
	{ "turnaround_ms", "0", 1, "0\n" },
	{ "turnaround_ms", "10000", 5, "10000\n" },
	{ "turnaround_ms", "10001", -EINVAL, "100\n" },
	{ "echo", "yes", -ENXIO, "unknown\n" },
};

static void tunable_case_desc(const struct tunable_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s %.8s", c->name, c->text);
}

KUNIT_ARRAY_PARAM(tunable, tunable_cases, tunable_case_desc);

static void tunable_test(struct kunit *test)
{
	const struct tunable_case *c = test->param_value;
	struct modbus_test *ctx = test->priv;
	struct device *dev = &ctx->ctrl->dev;

	KUNIT_EXPECT_EQ(test, c->result, modbus_test_store(dev, c->name, c->text));
	KUNIT_EXPECT_STREQ(test, c->shown, modbus_test_show(test, dev, c->name));
}

static void device_files_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct device *dev = &modbus_test_device(ctx, 1)->mdev.dev;

	KUNIT_EXPECT_STREQ(test, "kunit-meter\n", modbus_test_show(test, dev, "name"));
	KUNIT_EXPECT_STREQ(test, "modbus:kunit-meter\n", modbus_test_show(test, dev, "modalias"));
	KUNIT_EXPECT_STREQ(test, "searching\n", modbus_test_show(test, dev, "state"));
}

/* Each counter has its own file, at the device and at the controller. */
static void statistics_test(struct kunit *test)
{
	static const char * const names[] = {
		[SERIAL_XFER_EXCHANGES] = "statistics/exchanges",
		[SERIAL_XFER_TIMEOUTS] = "statistics/timeouts",
		[SERIAL_XFER_CHECK_ERRORS] = "statistics/crc_errors",
		[SERIAL_XFER_FRAME_ERRORS] = "statistics/frame_errors",
		[SERIAL_XFER_REFUSALS] = "statistics/exceptions",
		[SERIAL_XFER_RETRIES] = "statistics/retries",
		[SERIAL_XFER_STALE_REPLIES] = "statistics/stale_replies",
		[SERIAL_XFER_ECHOES] = "statistics/echoes",
		[SERIAL_XFER_TX_BYTES] = "statistics/tx_bytes",
		[SERIAL_XFER_RX_BYTES] = "statistics/rx_bytes",
	};
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_device(ctx, 1);
	char text[16];
	int i, j;

	for (i = 0; i < SERIAL_XFER_NR_STATS; i++)
		for (j = 0; j <= i; j++)
			serial_xfer_count(&priv->client, i);
	serial_xfer_count(&ctx->ctrl->raw, SERIAL_XFER_RETRIES);
	for (i = 0; i < SERIAL_XFER_NR_STATS; i++) {
		snprintf(text, sizeof(text), "%d\n", i + 1);
		KUNIT_EXPECT_STREQ(test, text, modbus_test_show(test, &priv->mdev.dev, names[i]));
		snprintf(text, sizeof(text), "%d\n", i + 1 + (i == SERIAL_XFER_RETRIES));
		KUNIT_EXPECT_STREQ(test, text, modbus_test_show(test, &ctx->ctrl->dev, names[i]));
	}
}

static void uevent_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = modbus_test_device(ctx, 1);
	struct kobj_uevent_env *env = kunit_kzalloc(test, sizeof(*env), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, env);
	KUNIT_EXPECT_EQ(test, 0, modbus_bus_type.uevent(&ctx->ctrl->dev, env));
	KUNIT_EXPECT_EQ(test, 0, env->envp_idx);
	KUNIT_EXPECT_EQ(test, 0, modbus_bus_type.uevent(&priv->mdev.dev, env));
	KUNIT_ASSERT_EQ(test, 1, env->envp_idx);
	KUNIT_EXPECT_STREQ(test, "MODALIAS=modbus:kunit-meter", env->envp[0]);
}

/* Two controllers have two numbers; one that has gone leaves its own to the next. */
static void controller_id_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_controller *other;
	int id = ctx->ctrl->id, other_id;

	KUNIT_EXPECT_GE(test, id, 0);
	other = modbus_controller_register(ctx->line->dev, ctx->line->port);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	other_id = other->id;
	modbus_controller_unregister(other);
	KUNIT_EXPECT_NE(test, id, other_id);
	modbus_test_drop_controller(ctx);
	ctx->ctrl = modbus_controller_register(ctx->line->dev, ctx->line->port);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->ctrl);
	KUNIT_EXPECT_EQ(test, id, ctx->ctrl->id);
}

static void match_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv;

	modbus_test_use_driver(ctx);
	KUNIT_EXPECT_EQ(test, 7, modbus_test_store(&ctx->ctrl->dev, "new_device", "meter 2"));
	KUNIT_EXPECT_NULL(test, ctx->ctrl->devices[2]->mdev.dev.driver);
	KUNIT_EXPECT_NULL(test, ctx->ctrl->dev.driver);
	priv = modbus_test_device(ctx, 1);
	KUNIT_EXPECT_PTR_EQ(test, &ctx->driver.driver, priv->mdev.dev.driver);
	KUNIT_EXPECT_EQ(test, 42, modbus_device_get_id(&priv->mdev)->driver_data);
}

static void bad_driver_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_driver good = ctx->driver;

	ctx->driver.probe = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_driver_register(&ctx->driver));
	ctx->driver = good;
	ctx->driver.ident.min = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_driver_register(&ctx->driver));
	ctx->driver = good;
	ctx->driver.ident.max = good.ident.min;
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_driver_register(&ctx->driver));
	ctx->driver = good;
	ctx->driver.ident.max = MODBUS_MAX_READ + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, modbus_driver_register(&ctx->driver));
}

static const struct property_entry bus_properties[] = {
	PROPERTY_ENTRY_U32("current-speed", 19200),
	PROPERTY_ENTRY_STRING("parity", "odd"),
	{ }
};

static const struct software_node fw_bus = { "kunit-bus", NULL, bus_properties };

#define NODE(_name, ...)							\
	static const struct property_entry _name##_properties[] = {		\
		__VA_ARGS__, { }						\
	};									\
	static const struct software_node _name = {				\
		#_name, &fw_bus, _name##_properties				\
	}

NODE(plain, PROPERTY_ENTRY_U32("reg", 1), PROPERTY_ENTRY_STRING("compatible", "example,a-meter"));
NODE(own_line, PROPERTY_ENTRY_U32("reg", 2), PROPERTY_ENTRY_STRING("compatible", "b-meter"),
     PROPERTY_ENTRY_U32("current-speed", 2400), PROPERTY_ENTRY_STRING("parity", "none"));
NODE(matched, PROPERTY_ENTRY_U32("reg", 3),
     PROPERTY_ENTRY_STRING("compatible", "example,kunit-counter"));
NODE(no_reg, PROPERTY_ENTRY_STRING("compatible", "example,a-meter"));
NODE(no_compatible, PROPERTY_ENTRY_U32("reg", 4));
NODE(reg_zero, PROPERTY_ENTRY_U32("reg", 0), PROPERTY_ENTRY_STRING("compatible", "e,f"));
NODE(reg_large, PROPERTY_ENTRY_U32("reg", 248), PROPERTY_ENTRY_STRING("compatible", "e,f"));
NODE(reg_wraps, PROPERTY_ENTRY_U32("reg", 261), PROPERTY_ENTRY_STRING("compatible", "e,f"));
NODE(bad_speed, PROPERTY_ENTRY_U32("reg", 6), PROPERTY_ENTRY_STRING("compatible", "e,f"),
     PROPERTY_ENTRY_U32("current-speed", 0));
NODE(bad_parity, PROPERTY_ENTRY_U32("reg", 7), PROPERTY_ENTRY_STRING("compatible", "e,f"),
     PROPERTY_ENTRY_STRING("parity", "mark"));
NODE(long_name, PROPERTY_ENTRY_U32("reg", 8),
     PROPERTY_ENTRY_STRING("compatible", "example,a-name-of-thirty-two-characters--"));
NODE(twice, PROPERTY_ENTRY_U32("reg", 1), PROPERTY_ENTRY_STRING("compatible", "example,twice"));

static const struct software_node *fw_nodes[] = {
	&fw_bus, &plain, &own_line, &matched, &no_reg, &no_compatible, &reg_zero, &reg_large,
	&reg_wraps, &bad_speed, &bad_parity, &long_name, &twice, NULL
};

static int fw_init(struct kunit *test)
{
	test->priv = modbus_test_create(test, fw_nodes);
	return 0;
}

static void fw_devices_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv **devices = ctx->ctrl->devices;
	struct serial_xfer_line line;

	KUNIT_EXPECT_EQ(test, 19200, ctx->ctrl->line.speed);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_PARITY_ODD, ctx->ctrl->line.parity);
	/* Units 1, 2 and 3, nothing else. */
	KUNIT_EXPECT_EQ(test, 0xe, ctx->ctrl->taken[0]);
	KUNIT_EXPECT_EQ(test, 3, bitmap_weight(ctx->ctrl->taken, MODBUS_UNIT_MAX + 1));
	KUNIT_ASSERT_NOT_NULL(test, devices[1]);
	KUNIT_ASSERT_NOT_NULL(test, devices[2]);

	KUNIT_EXPECT_STREQ(test, "a-meter", devices[1]->mdev.name);
	line = modbus_device_line(&devices[1]->mdev);
	KUNIT_EXPECT_EQ(test, 19200, line.speed);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_PARITY_ODD, line.parity);
	KUNIT_EXPECT_TRUE(test, device_property_present(&devices[1]->mdev.dev, "reg"));

	KUNIT_EXPECT_STREQ(test, "b-meter", devices[2]->mdev.name);
	line = modbus_device_line(&devices[2]->mdev);
	KUNIT_EXPECT_EQ(test, 2400, line.speed);
	KUNIT_EXPECT_EQ(test, SERIAL_XFER_PARITY_NONE, line.parity);
}

static void fw_delete_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, -ENOENT, modbus_test_store(&ctx->ctrl->dev, "delete_device", "1"));
	KUNIT_EXPECT_EQ(test, -EBUSY, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 1"));
	KUNIT_EXPECT_NOT_NULL(test, ctx->ctrl->devices[1]);
	KUNIT_EXPECT_EQ(test, 3, modbus_test_store(&ctx->ctrl->dev, "new_device", "x 4"));
	KUNIT_EXPECT_EQ(test, 1, modbus_test_store(&ctx->ctrl->dev, "delete_device", "4"));
}

/* By the compatible, where no id has the name. */
static void fw_match_test(struct kunit *test)
{
	struct modbus_test *ctx = test->priv;
	struct modbus_device_priv *priv = ctx->ctrl->devices[3];

	KUNIT_ASSERT_NOT_NULL(test, priv);
	modbus_test_use_driver(ctx);
	KUNIT_EXPECT_PTR_EQ(test, &ctx->driver.driver, priv->mdev.dev.driver);
	KUNIT_EXPECT_NULL(test, modbus_device_get_id(&priv->mdev));
	KUNIT_EXPECT_NULL(test, ctx->ctrl->devices[1]->mdev.dev.driver);
}

static struct kunit_case bus_cases[] = {
	KUNIT_CASE_PARAM(new_device_test, good_gen_params),
	KUNIT_CASE(bad_new_device_test),
	KUNIT_CASE(delete_device_test),
	KUNIT_CASE(full_bus_test),
	KUNIT_CASE_PARAM(tunable_test, tunable_gen_params),
	KUNIT_CASE(device_files_test),
	KUNIT_CASE(statistics_test),
	KUNIT_CASE(uevent_test),
	KUNIT_CASE(controller_id_test),
	KUNIT_CASE(match_test),
	KUNIT_CASE(bad_driver_test),
	{ }
};

static struct kunit_suite bus_suite = {
	.name = "modbus_bus",
	.init = modbus_test_init,
	.test_cases = bus_cases,
};

static struct kunit_case fw_cases[] = {
	KUNIT_CASE(fw_devices_test),
	KUNIT_CASE(fw_delete_test),
	KUNIT_CASE(fw_match_test),
	{ }
};

static struct kunit_suite fw_suite = {
	.name = "modbus_firmware",
	.init = fw_init,
	.test_cases = fw_cases,
};

kunit_test_suites(&bus_suite, &fw_suite);
