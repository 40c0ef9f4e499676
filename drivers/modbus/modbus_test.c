// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bus with devices and a driver for KUnit tests.
 */
#include <kunit/device.h>
#include <kunit/resource.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/unaligned.h>

#include "modbus_test.h"

#define TEST_REPLY_US	500
#define TEST_PIECE_US	50

static bool take_one(unsigned int *left)
{
	if (!*left)
		return false;
	if (*left != TEST_ALWAYS)
		--*left;
	return true;
}

static bool slave_hears(struct modbus_test *ctx, const struct test_slave *slave, const u8 *adu)
{
	const struct serial_xfer_line *now = &ctx->line->settings;

	if (!slave->unit || adu[0] != slave->unit)
		return false;
	return !slave->line.speed ||
	       (slave->line.speed == now->speed && slave->line.parity == now->parity);
}

static void slave_say(struct test_line *line, struct test_slave *slave, const u8 *adu,
		      size_t len)
{
	unsigned int delay_us = TEST_REPLY_US;
	size_t part = len;

	for (; len; adu += part, len -= part) {
		if (slave->pieces)
			part = min(len, 1 + prandom_u32_state(slave->pieces) % 16);
		test_line_say(line, delay_us, adu, part);
		delay_us = TEST_PIECE_US;
	}
}

/* Sends what was held back, and the new reply. */
static void slave_send(struct test_line *line, struct test_slave *slave, const u8 *adu,
		       size_t len)
{
	unsigned int i;

	for (i = 0; i < slave->nr_held; i++)
		test_line_say(line, TEST_REPLY_US, slave->held[i], slave->held_len[i]);
	slave->nr_held = 0;
	slave_say(line, slave, adu, len);
}

static void slave_reply(struct test_line *line, struct test_slave *slave, const u8 *pdu,
			size_t len, bool damaged)
{
	u8 adu[MODBUS_RTU_MAX_ADU];

	len = modbus_rtu_encode(adu, slave->unit, pdu, len);
	if (damaged)
		adu[len - 3] ^= 0x10;
	if (take_one(&slave->hold) && slave->nr_held < TEST_HELD) {
		memcpy(slave->held[slave->nr_held], adu, len);
		slave->held_len[slave->nr_held++] = len;
		return;
	}
	slave_send(line, slave, adu, len);
}

static size_t slave_refuse(const u8 *pdu, u8 *rsp, u8 exception)
{
	rsp[0] = pdu[0] | MODBUS_EXCEPTION;
	rsp[1] = exception;
	return 2;
}

/* Returns the length of the response PDU. */
static size_t slave_serve(struct test_slave *slave, const u8 *pdu, u8 *rsp)
{
	u16 addr = get_unaligned_be16(pdu + 1), count = get_unaligned_be16(pdu + 3), i;

	memcpy(rsp, pdu, 5);
	switch (pdu[0]) {
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
		rsp[1] = 2 * count;
		for (i = 0; i < count; i++)
			put_unaligned_be16(slave->regs[(addr + i) % TEST_REGS], rsp + 2 + 2 * i);
		return 2 + 2 * count;
	case MODBUS_WRITE_REGISTER:
		slave->regs[addr % TEST_REGS] = count;
		return 5;
	case MODBUS_WRITE_REGISTERS:
		for (i = 0; i < count; i++)
			slave->regs[(addr + i) % TEST_REGS] = get_unaligned_be16(pdu + 6 + 2 * i);
		return 5;
	default:
		return slave_refuse(pdu, rsp, 1);
	}
}

static void slave_answer(struct test_line *line, struct test_slave *slave, const u8 *pdu)
{
	static const u8 garbage[] = { 0xff, 0x00, 0x55 };
	bool block = get_unaligned_be16(pdu + 1) >= TEST_BLOCK;
	u8 rsp[MODBUS_MAX_PDU];
	size_t len;

	slave->requests++;
	slave->block_requests += block;
	if (take_one(&slave->silent) || (block && take_one(&slave->silent_block)))
		return;
	if (take_one(&slave->garbage)) {
		test_line_say(line, TEST_REPLY_US, garbage, sizeof(garbage));
		if (!slave->hold)
			return;
	}
	if (slave->refuse)
		len = slave_refuse(pdu, rsp, slave->refuse);
	else if (block && slave->refuse_block)
		len = slave_refuse(pdu, rsp, slave->refuse_block);
	else
		len = slave_serve(slave, pdu, rsp);
	slave_reply(line, slave, rsp, len, block && take_one(&slave->damage_block));
}

static void line_heard(struct test_line *line, const u8 *buf, size_t len)
{
	struct modbus_test *ctx = line->slave_data;
	int i;

	for (i = 0; i < TEST_SLAVES; i++)
		if (slave_hears(ctx, &ctx->slaves[i], buf))
			slave_answer(line, &ctx->slaves[i], buf + 1);
}

static struct modbus_test *driver_test(struct modbus_device *mdev)
{
	return container_of(to_modbus_driver(mdev->dev.driver), struct modbus_test, driver);
}

static void meter_release(void *data)
{
	struct modbus_test *ctx = data;

	ctx->released++;
}

static int meter_serial(struct modbus_device *mdev, u32 *serial)
{
	__be16 regs[2];
	int ret = modbus_read_holding(mdev, 0, 2, regs, NULL);

	if (ret)
		return ret;
	*serial = be16_to_cpu(regs[0]) << 16 | be16_to_cpu(regs[1]);
	return be16_to_cpu(regs[0]) == TEST_UNKNOWN ? -ENODEV : 0;
}

static int meter_do_probe(struct modbus_device *mdev)
{
	struct modbus_test *ctx = driver_test(mdev);
	__be16 regs[MODBUS_MAX_READ];
	u32 serial;
	int ret;

	ret = devm_add_action_or_reset(&mdev->dev, meter_release, ctx);
	if (!ret)
		ret = meter_serial(mdev, &serial);
	if (!ret && ctx->probe_block)
		ret = modbus_read_holding(mdev, TEST_BLOCK, ctx->probe_block, regs, NULL);
	if (ret)
		return ret;
	ctx->serial = serial;
	strscpy(ctx->kept, dev_get_platdata(&mdev->dev) ?: "", sizeof(ctx->kept));
	return 0;
}

static int meter_probe(struct modbus_device *mdev)
{
	struct modbus_test *ctx = driver_test(mdev);

	ctx->probes++;
	ctx->probe_error = meter_do_probe(mdev);
	return ctx->probe_error;
}

static int meter_verify(struct modbus_device *mdev)
{
	struct modbus_test *ctx = driver_test(mdev);
	u32 serial;
	int ret;

	ctx->verifies++;
	ret = meter_serial(mdev, &serial);
	if (ret)
		return ret;
	return serial == ctx->serial ? 0 : -ENODEV;
}

static void meter_remove(struct modbus_device *mdev)
{
	struct modbus_test *ctx = driver_test(mdev);

	ctx->removes++;
	if (ctx->wait_gone)
		wait_for_completion(&ctx->gone);
}

static const struct modbus_device_id meter_ids[] = {
	{ "kunit-relay", 7 },
	{ "kunit-meter", 42 },
	{ }
};

static const struct of_device_id meter_of_match[] = {
	{ .compatible = "example,kunit-counter" },
	{ }
};

static void driver_gone(void *data)
{
	modbus_driver_unregister(data);
}

/**
 * modbus_test_use_driver() - register the driver for kunit-meter until the test ends
 * @ctx: the test
 */
void modbus_test_use_driver(struct modbus_test *ctx)
{
	KUNIT_ASSERT_EQ(ctx->test, 0, modbus_driver_register(&ctx->driver));
	KUNIT_ASSERT_EQ(ctx->test, 0,
			kunit_add_action_or_reset(ctx->test, driver_gone, &ctx->driver));
}

/**
 * modbus_test_drop_controller() - unregister the controller, if it has not been yet
 * @ctx: the test
 */
void modbus_test_drop_controller(struct modbus_test *ctx)
{
	struct modbus_controller *ctrl = ctx->ctrl;

	ctx->ctrl = NULL;
	if (ctrl)
		modbus_controller_unregister(ctrl);
}

static void controller_gone(void *ctx)
{
	modbus_test_drop_controller(ctx);
}

static void nodes_gone(void *nodes)
{
	software_node_unregister_node_group(nodes);
}

static void node_gone(void *dev)
{
	device_remove_software_node(dev);
}

static void add_nodes(struct modbus_test *ctx, const struct software_node **nodes)
{
	struct kunit *test = ctx->test;

	KUNIT_ASSERT_EQ(test, 0, software_node_register_node_group(nodes));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, nodes_gone, nodes));
	KUNIT_ASSERT_EQ(test, 0, device_add_software_node(ctx->line->dev, nodes[0]));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, node_gone, ctx->line->dev));
}

static void prepare_driver(struct modbus_driver *driver)
{
	driver->driver.name = "kunit-meter";
	driver->driver.of_match_table = meter_of_match;
	driver->id_table = meter_ids;
	driver->ident.addr = 0;
	driver->ident.min = 2;
	driver->ident.max = 8;
	driver->probe = meter_probe;
	driver->verify = meter_verify;
	driver->remove = meter_remove;
}

static void prepare_slaves(struct modbus_test *ctx)
{
	int i, reg;

	for (i = 0; i < TEST_SLAVES; i++)
		for (reg = 0; reg < TEST_REGS; reg++)
			ctx->slaves[i].regs[reg] = (i + 1) << 12 | reg;
	ctx->slaves[0].unit = 1;
}

/**
 * modbus_test_create() - a bus with one slave, at unit address 1
 * @test: the test
 * @nodes: firmware nodes: the bus's, its devices', NULL
 *
 * Return: the bus, until the end of the test.
 */
struct modbus_test *modbus_test_create(struct kunit *test, const struct software_node **nodes)
{
	struct modbus_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->test = test;
	init_completion(&ctx->gone);
	prepare_driver(&ctx->driver);
	prepare_slaves(ctx);
	ctx->line = test_line_create(test);
	ctx->line->slave = line_heard;
	ctx->line->slave_data = ctx;
	add_nodes(ctx, nodes);

	ctx->ctrl = modbus_controller_register(ctx->line->dev, ctx->line->port);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->ctrl);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, controller_gone, ctx));
	WRITE_ONCE(ctx->ctrl->response_timeout_ms, TEST_TIMEOUT_MS);
	return ctx;
}

/**
 * modbus_test_init() - a bus without firmware devices
 * @test: the test; its private data become the bus
 *
 * Return: 0.
 */
int modbus_test_init(struct kunit *test)
{
	static const struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("current-speed", TEST_SPEED),
		{ }
	};
	static const struct software_node bus = { .properties = properties };
	static const struct software_node *nodes[] = { &bus, NULL };

	test->priv = modbus_test_create(test, nodes);
	return 0;
}

/**
 * modbus_test_device() - a device, made like those that userspace makes
 * @ctx: the test
 * @unit: its unit address
 *
 * Return: the device.
 */
struct modbus_device_priv *modbus_test_device(struct modbus_test *ctx, u8 unit)
{
	char text[32];

	snprintf(text, sizeof(text), "kunit-meter %u", unit);
	KUNIT_ASSERT_EQ(ctx->test, strlen(text),
			modbus_test_store(&ctx->ctrl->dev, "new_device", text));
	KUNIT_ASSERT_NOT_NULL(ctx->test, ctx->ctrl->devices[unit]);
	return ctx->ctrl->devices[unit];
}

/**
 * modbus_test_online() - a device that the driver has found
 * @ctx: the test
 * @unit: its unit address
 *
 * Return: the device.
 */
struct modbus_device_priv *modbus_test_online(struct modbus_test *ctx, u8 unit)
{
	struct modbus_device_priv *priv;

	if (!ctx->driver.driver.bus)
		modbus_test_use_driver(ctx);
	priv = modbus_test_device(ctx, unit);
	KUNIT_ASSERT_TRUE(ctx->test, modbus_test_reaches(priv, SERIAL_XFER_ONLINE));
	return priv;
}

/**
 * modbus_test_reaches() - wait until a device is in some state
 * @priv: the device
 * @state: the state
 *
 * Return: true if it is, false if that takes too long.
 */
bool modbus_test_reaches(struct modbus_device_priv *priv, enum serial_xfer_presence state)
{
	return test_line_wait(serial_xfer_life_presence(&priv->life) == state);
}

/**
 * modbus_test_hurry() - look for a device at once instead of after its pause
 * @priv: the device
 */
void modbus_test_hurry(struct modbus_device_priv *priv)
{
	mod_delayed_work(priv->ctrl->wq, &priv->life.work, 0);
}

static struct device_attribute *find_in_group(const struct attribute_group *group,
					      const char *name)
{
	size_t dir = group->name ? strlen(group->name) : 0;
	struct attribute **attr;

	if (dir && (strncmp(name, group->name, dir) || name[dir++] != '/'))
		return NULL;
	for (attr = group->attrs; *attr; attr++)
		if (!strcmp((*attr)->name, name + dir))
			return container_of(*attr, struct device_attribute, attr);
	return NULL;
}

static struct device_attribute *find_attribute(struct device *dev, const char *name)
{
	const struct attribute_group **group;
	struct device_attribute *attr = NULL;

	for (group = dev->type->groups; *group && !attr; group++)
		attr = find_in_group(*group, name);
	return attr;
}

/**
 * modbus_test_store() - write a file of a device
 * @dev: the device
 * @name: the file, with its folder if it is in one
 * @text: what to write
 *
 * Return: as write(): how much, or an error; -ENXIO if there is no such file.
 */
ssize_t modbus_test_store(struct device *dev, const char *name, const char *text)
{
	struct device_attribute *attr = find_attribute(dev, name);

	if (!attr || !attr->store)
		return -ENXIO;
	return attr->store(dev, attr, text, strlen(text));
}

/**
 * modbus_test_show() - read a file of a device
 * @test: the test
 * @dev: the device
 * @name: the file, with its folder if it is in one
 *
 * Return: its text, until the end of the test.
 */
const char *modbus_test_show(struct kunit *test, struct device *dev, const char *name)
{
	struct device_attribute *attr = find_attribute(dev, name);
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_GT(test, attr->show(dev, attr, page), 0);
	return page;
}
