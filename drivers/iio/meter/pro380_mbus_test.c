// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of pro380_mbus: telegrams, writes, following a meter.
 */
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/unaligned.h>

#include "pro380_core.h"
#include "pro380_mbus.h"

#define SERIAL		0x22091039cd250102
#define OTHER_SERIAL	0x13070001cd250102
#define OTHER_SWAPPED	0x01000713cd250102

/* Manual v2.18, A2.2, with the access number 02 that its checksum is made of */
#define HEAD_LEN	19
static const u8 manual[] = {
	0x68, 0x4b, 0x4b, 0x68, 0x08, 0x00, 0x72,
	0x00, 0x00, 0x00, 0x00, 0xcd, 0x25, 0x01, 0x02, 0x02, 0x00, 0x00, 0x00,
	0x0c, 0x04, 0x14, 0x48, 0x60, 0x01,
	0x8c, 0x10, 0x04, 0x23, 0x80, 0x35, 0x00,
	0x8c, 0x20, 0x04, 0x91, 0x67, 0x24, 0x01,
	0x1c, 0x04, 0x46, 0x13, 0x69, 0x00,
	0x9c, 0x10, 0x04, 0x56, 0x34, 0x12, 0x00,
	0x9c, 0x20, 0x04, 0x90, 0x78, 0x56, 0x00,
	0x2c, 0x04, 0x68, 0x34, 0x91, 0x00,
	0xac, 0x10, 0x04, 0x67, 0x45, 0x23, 0x00,
	0xac, 0x20, 0x04, 0x01, 0x89, 0x67, 0x00,
	0x7c, 0x16,
};

/* Its energies: what the manual gives in kWh, times 3600000 */
static const struct {
	enum pro380_item item;
	s64 joules;
} energies[] = {
	{ PRO380_ITEM_ACTIVE_TOTAL + PRO380_PART_SUM, 57773304000 },	/* 16048.14 */
	{ PRO380_ITEM_ACTIVE_TOTAL + PRO380_PART_T1, 12888828000 },	/* 3580.23 */
	{ PRO380_ITEM_ACTIVE_TOTAL + PRO380_PART_T2, 44884476000 },	/* 12467.91 */
	{ PRO380_ITEM_ACTIVE_FORWARD + PRO380_PART_SUM, 24888456000 },	/* 6913.46 */
	{ PRO380_ITEM_ACTIVE_FORWARD + PRO380_PART_T1, 4444416000 },	/* 1234.56 */
	{ PRO380_ITEM_ACTIVE_FORWARD + PRO380_PART_T2, 20444040000 },	/* 5678.90 */
	{ PRO380_ITEM_ACTIVE_REVERSE + PRO380_PART_SUM, 32884848000 },	/* 9134.68 */
	{ PRO380_ITEM_ACTIVE_REVERSE + PRO380_PART_T1, 8444412000 },	/* 2345.67 */
	{ PRO380_ITEM_ACTIVE_REVERSE + PRO380_PART_T2, 24440436000 },	/* 6789.01 */
};

/* As the manual prints it, with @records in the place of its own */
static void say(struct meterbus_readout *readout, const u8 *records, size_t len)
{
	unsigned int n = readout->nr_telegrams++;
	u8 *frame = readout->frame[n];

	memcpy(frame, manual, HEAD_LEN);
	memcpy(frame + HEAD_LEN, records, len);
	frame[1] = HEAD_LEN - 4 + len;
	frame[2] = frame[1];
	frame[HEAD_LEN + len + 1] = 0x16;
	readout->len[n] = HEAD_LEN + len + 2;
}

static void say_manual(struct meterbus_readout *readout)
{
	readout->nr_telegrams = 1;
	readout->len[0] = sizeof(manual);
	memcpy(readout->frame[0], manual, sizeof(manual));
}

static struct meterbus_readout *make_readout(struct kunit *test)
{
	struct meterbus_readout *readout = kunit_kzalloc(test, sizeof(*readout), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, readout);
	return readout;
}

static int index_of(enum pro380_item item)
{
	int i;

	for (i = 0; i < PRO380_MBUS_NR_ENERGIES; i++)
		if (pro380_mbus_energies[i].item == item)
			return i;

	return -1;
}

static void expect_energy(struct kunit *test, const struct pro380_mbus_report *report,
			  enum pro380_item item, s64 joules)
{
	int i = index_of(item);

	KUNIT_ASSERT_GE(test, i, 0);
	KUNIT_EXPECT_EQ_MSG(test, report->error[i], 0, "item %d", item);
	KUNIT_EXPECT_EQ_MSG(test, report->value[i], joules, "item %d", item);
}

static void expect_none(struct kunit *test, const struct pro380_mbus_report *report,
			enum pro380_item item)
{
	KUNIT_EXPECT_EQ_MSG(test, report->error[index_of(item)], -ENODATA, "item %d", item);
}

static void decode_of_the_manual(struct kunit *test)
{
	struct meterbus_readout *readout = make_readout(test);
	struct pro380_mbus_report report;
	int i;

	say_manual(readout);
	KUNIT_ASSERT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	for (i = 0; i < ARRAY_SIZE(energies); i++)
		expect_energy(test, &report, energies[i].item, energies[i].joules);

	KUNIT_EXPECT_EQ(test, report.id, 0x00000000cd250102);
	KUNIT_EXPECT_EQ(test, report.address, 0);
	KUNIT_EXPECT_EQ(test, report.access, 2);
	KUNIT_EXPECT_EQ(test, report.status, 0);
	KUNIT_EXPECT_TRUE(test, pro380_mbus_is_pro380(&report));
}

static void decode_of_the_head(struct kunit *test)
{
	static const u8 head[] = { 0x39, 0x10, 0x09, 0x22, 0xcd, 0x25, 0x03, 0x02, 0xff, 0x02 };
	struct meterbus_readout *readout = make_readout(test);
	struct pro380_mbus_report report;

	say_manual(readout);
	readout->frame[0][5] = 250;
	memcpy(&readout->frame[0][7], head, sizeof(head));
	KUNIT_ASSERT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	KUNIT_EXPECT_EQ(test, report.id, 0x22091039cd250302);
	KUNIT_EXPECT_EQ(test, report.address, 250);
	KUNIT_EXPECT_EQ(test, report.access, 255);

	/* The meter has an error, its values are what they are */
	KUNIT_EXPECT_EQ(test, report.status, 2);
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_TOTAL, 57773304000);
}

/* Other storage, other subunits, other quantities, qualified ones and fillers */
static void decode_by_head_not_place(struct kunit *test)
{
	static const u8 records[] = {
		0x4c, 0x04, 0x11, 0x11, 0x11, 0x11,
		0xcc, 0x40, 0x04, 0x22, 0x22, 0x22, 0x22,
		0x0c, 0x2b, 0x33, 0x33, 0x33, 0x33,
		0x0c, 0x84, 0x3b, 0x44, 0x44, 0x44, 0x44,
		0x3c, 0x04, 0x55, 0x55, 0x55, 0x55,
		0x2f, 0x2f,
		0xac, 0x10, 0x04, 0x67, 0x45, 0x23, 0x00,
		0x9c, 0x20, 0x04, 0x90, 0x78, 0x56, 0x00,
		0x04, 0x03, 0x40, 0xe2, 0x01, 0x00,
	};
	struct meterbus_readout *readout = make_readout(test);
	struct pro380_mbus_report report;

	say(readout, records, sizeof(records));
	KUNIT_ASSERT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_REVERSE + PRO380_PART_T1, 8444412000);
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_FORWARD + PRO380_PART_T2, 20444040000);
	/* 123456 Wh, in binary */
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_TOTAL, 444441600);
	expect_none(test, &report, PRO380_ITEM_ACTIVE_FORWARD);
	KUNIT_EXPECT_FALSE(test, pro380_mbus_is_pro380(&report));
}

static void decode_of_bad_values(struct kunit *test)
{
	static const u8 records[] = {
		/* A digit that is none; then one in the place of the sign */
		0x0c, 0x04, 0x14, 0x4a, 0x60, 0x01,
		0x8c, 0x10, 0x04, 0x23, 0x80, 0x35, 0xf0,
		/* "No data available" */
		0x8c, 0x20, 0x84, 0x15, 0x91, 0x67, 0x24, 0x01,
		/* Twice, and not the same */
		0x1c, 0x04, 0x46, 0x13, 0x69, 0x00,
		0x1c, 0x04, 0x46, 0x13, 0x69, 0x01,
		/* All ones */
		0x9c, 0x10, 0x04, 0xff, 0xff, 0xff, 0xff,
		/* Cut */
		0x2c, 0x04, 0x68, 0x34,
	};
	struct meterbus_readout *readout = make_readout(test);
	struct pro380_mbus_report report;

	say(readout, records, sizeof(records));
	KUNIT_ASSERT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	expect_none(test, &report, PRO380_ITEM_ACTIVE_TOTAL);
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_TOTAL + PRO380_PART_T1, -12888828000);
	expect_none(test, &report, PRO380_ITEM_ACTIVE_TOTAL + PRO380_PART_T2);
	expect_none(test, &report, PRO380_ITEM_ACTIVE_FORWARD);
	expect_none(test, &report, PRO380_ITEM_ACTIVE_FORWARD + PRO380_PART_T1);
	expect_none(test, &report, PRO380_ITEM_ACTIVE_REVERSE);
}

static void decode_of_several_telegrams(struct kunit *test)
{
	static const u8 first[] = { 0x0c, 0x04, 0x14, 0x48, 0x60, 0x01, 0x1f };
	static const u8 second[] = { 0x1c, 0x04, 0x46, 0x13, 0x69, 0x00 };
	struct meterbus_readout *readout = make_readout(test);
	struct pro380_mbus_report report;

	say(readout, first, sizeof(first));
	say(readout, second, sizeof(second));
	KUNIT_ASSERT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_TOTAL, 57773304000);
	expect_energy(test, &report, PRO380_ITEM_ACTIVE_FORWARD, 24888456000);

	/* The second one is another meter's */
	readout->frame[1][7] = 0x01;
	KUNIT_EXPECT_EQ(test, -EBADMSG, pro380_mbus_decode(readout, &report));
}

static void decode_of_other_meters(struct kunit *test)
{
	struct meterbus_readout *readout = make_readout(test);
	struct pro380_mbus_report report;

	/* Another manufacturer, another medium, eight energies */
	say_manual(readout);
	readout->frame[0][11] = 0xce;
	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	KUNIT_EXPECT_FALSE(test, pro380_mbus_is_pro380(&report));

	say_manual(readout);
	readout->frame[0][14] = 0x07;
	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	KUNIT_EXPECT_FALSE(test, pro380_mbus_is_pro380(&report));

	readout->nr_telegrams = 0;
	say(readout, manual + HEAD_LEN, sizeof(manual) - HEAD_LEN - 2 - 7);
	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_decode(readout, &report));
	KUNIT_EXPECT_FALSE(test, pro380_mbus_is_pro380(&report));

	/* A short head tells nobody's name, a secret is not readable */
	say_manual(readout);
	readout->frame[0][6] = 0x7a;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, pro380_mbus_decode(readout, &report));

	say_manual(readout);
	readout->frame[0][18] = 0x05;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, pro380_mbus_decode(readout, &report));
	KUNIT_EXPECT_EQ(test, report.id, 0x00000000cd250102);
}

/* What follows C and A in the manual's table, A2.2 "Write" */
static void writes_of_the_manual(struct kunit *test)
{
	static const struct {
		enum pro380_item item;
		s64 value;
		int len;
		u8 bytes[9];
	} writes[] = {
		{ PRO380_ITEM_BAUD_RATE, 300, 1, { 0xb8 } },
		{ PRO380_ITEM_BAUD_RATE, 600, 1, { 0xb9 } },
		{ PRO380_ITEM_BAUD_RATE, 1200, 1, { 0xba } },
		{ PRO380_ITEM_BAUD_RATE, 2400, 1, { 0xbb } },
		{ PRO380_ITEM_BAUD_RATE, 4800, 1, { 0xbc } },
		{ PRO380_ITEM_BAUD_RATE, 9600, 1, { 0xbd } },
		{ PRO380_ITEM_ADDRESS, 1, 4, { 0x51, 0x01, 0x7a, 0x01 } },
		{ PRO380_ITEM_ADDRESS, 250, 4, { 0x51, 0x01, 0x7a, 0xfa } },
		/* Least significant byte first, unlike the table, like the reply */
		{ PRO380_ITEM_SECONDARY_ADDRESS, 0x15012345cd250102, 7,
		  { 0x51, 0x0c, 0x79, 0x45, 0x23, 0x01, 0x15 } },
		{ PRO380_ITEM_TARIFF, 1, 6, { 0x51, 0x09, 0x7c, 0x01, 0x54, 0x01 } },
		{ PRO380_ITEM_TARIFF, 2, 6, { 0x51, 0x09, 0x7c, 0x01, 0x54, 0x02 } },
		{ PRO380_ITEM_COMBINATION_CODE, 5, 5, { 0x51, 0x09, 0xfd, 0x3a, 0x05 } },
		{ PRO380_ITEM_COMBINATION_CODE, 10, 5, { 0x51, 0x09, 0xfd, 0x3a, 0x10 } },
		{ PRO380_ITEM_COMBINATION_CODE, 11, 5, { 0x51, 0x09, 0xfd, 0x3a, 0x11 } },
		{ PRO380_ITEM_S0_RATE, 1000000, 8,
		  { 0x51, 0x0c, 0xfd, 0x3a, 0x00, 0x00, 0x00, 0x01 } },
		{ PRO380_ITEM_S0_RATE, 200000, 8,
		  { 0x51, 0x0c, 0xfd, 0x3a, 0x00, 0x00, 0x20, 0x00 } },
		{ PRO380_ITEM_S0_RATE, 10000, 8,
		  { 0x51, 0x0c, 0xfd, 0x3a, 0x00, 0x00, 0x01, 0x00 } },
		{ PRO380_ITEM_S0_RATE, 10, 8,
		  { 0x51, 0x0c, 0xfd, 0x3a, 0x10, 0x00, 0x00, 0x00 } },
		{ PRO380_ITEM_S0_RATE, 1, 8,
		  { 0x51, 0x0c, 0xfd, 0x3a, 0x01, 0x00, 0x00, 0x00 } },
		{ PRO380_ITEM_RESETTABLE, 0, 7, { 0x51, 0x0c, 0x04, 0x00, 0x00, 0x00, 0x00 } },
		{ PRO380_ITEM_POWER_DOWN_COUNTER, 0, 6,
		  { 0x51, 0x0a, 0xfd, 0x60, 0x00, 0x00 } },
	};
	struct pro380_mbus_message msg;
	int i;

	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		pro380_mbus_encode(writes[i].item, writes[i].value, &msg);
		KUNIT_EXPECT_EQ_MSG(test, writes[i].len, 1 + msg.len, "write %d", i);
		KUNIT_EXPECT_EQ_MSG(test, writes[i].bytes[0], msg.ci, "write %d", i);
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    memcmp(&writes[i].bytes[1], msg.data, writes[i].len - 1),
				    "write %d", i);
	}
}

/**
 * struct fake - a meter and the bus between it and the driver
 * @mdev: the driver's device
 * @pm: the driver
 * @pro: who gets what the meter says
 * @dev: stands for the device that managed memory belongs to
 * @speed: the meter's speed
 * @primary: its primary address
 * @id: its secondary address
 * @deaf: it acknowledges writes, and does nothing
 * @swaps: it takes an identification number the other way round
 * @mute: it does what is written, but says nothing for so many requests
 * @refuses: writes end with this error, and do nothing
 * @offline: nothing is sent to it
 * @taken: something else is at every other address
 * @reached_at: the device's address
 * @known: the address under which the bus knows it
 * @dev_speed: the device's speed
 * @reserved: between reserve and cancel or commit
 * @committed: registered anew
 * @kept: with this
 * @writes: how many there were
 * @rechecks: how often the driver asked for a check
 */
struct fake {
	struct meterbus_device mdev;
	struct pro380_mbus pm;
	struct pro380 pro;
	struct device *dev;

	unsigned int speed;
	u8 primary;
	u64 id;
	bool deaf;
	bool swaps;
	unsigned int mute;
	int refuses;

	bool offline;
	bool taken;
	struct meterbus_address reached_at;
	struct meterbus_address known;
	unsigned int dev_speed;
	bool reserved;
	bool committed;
	struct pro380_keep kept;
	unsigned int writes;
	unsigned int rechecks;
};

static struct fake *fake_of(struct meterbus_device *mdev)
{
	return container_of(mdev, struct fake, mdev);
}

/* F is any digit */
static bool fake_is_selected(const struct fake *fake)
{
	unsigned int shift, digit;

	for (shift = 0; shift < 64; shift += 4) {
		digit = fake->reached_at.id >> shift & 0xf;
		if (digit != 0xf && digit != (fake->id >> shift & 0xf))
			return false;
	}

	return true;
}

static bool fake_is_reached(const struct fake *fake)
{
	if (fake->dev_speed != fake->speed)
		return false;
	if (fake->reached_at.secondary)
		return fake_is_selected(fake);

	return fake->reached_at.primary == fake->primary;
}

static bool fake_is_mute(struct fake *fake)
{
	if (!fake->mute)
		return false;

	fake->mute--;
	return true;
}

static int fake_read(struct meterbus_device *mdev, struct meterbus_readout *readout)
{
	struct fake *fake = fake_of(mdev);

	if (!fake_is_reached(fake) || fake_is_mute(fake))
		return -ETIMEDOUT;

	say_manual(readout);
	readout->frame[0][5] = fake->primary;
	put_unaligned_le32(fake->id >> 32, &readout->frame[0][7]);
	put_unaligned_be32(fake->id, &readout->frame[0][11]);
	readout->stamp = ktime_get_boottime();
	return 0;
}

static void fake_take(struct fake *fake, u8 ci, const u8 *data)
{
	static const unsigned int speeds[] = { 300, 600, 1200, 2400, 4800, 9600 };
	u32 number;

	if (ci >= 0xb8 && ci <= 0xbd) {
		fake->speed = speeds[ci - 0xb8];
	} else if (data[0] == 0x01 && data[1] == 0x7a) {
		fake->primary = data[2];
	} else if (data[0] == 0x0c && data[1] == 0x79) {
		number = fake->swaps ? get_unaligned_be32(data + 2) :
				       get_unaligned_le32(data + 2);
		fake->id = (u64)number << 32 | lower_32_bits(fake->id);
	}
}

static int fake_write(struct meterbus_device *mdev, u8 ci, const u8 *data, size_t len)
{
	struct fake *fake = fake_of(mdev);

	fake->writes++;
	if (fake->refuses)
		return fake->refuses;
	if (!fake_is_reached(fake))
		return -ETIMEDOUT;
	if (!fake->deaf)
		fake_take(fake, ci, data);

	return fake_is_mute(fake) ? -ETIMEDOUT : 0;
}

static void fake_recheck(struct meterbus_device *mdev)
{
	fake_of(mdev)->rechecks++;
}

static bool fake_is_online(struct meterbus_device *mdev)
{
	return !fake_of(mdev)->offline;
}

static struct serial_xfer_line fake_line(struct meterbus_device *mdev)
{
	return (struct serial_xfer_line){ .speed = fake_of(mdev)->dev_speed };
}

static void fake_set_speed(struct meterbus_device *mdev, unsigned int speed)
{
	fake_of(mdev)->dev_speed = speed;
}

static struct meterbus_address fake_address(struct meterbus_device *mdev)
{
	return fake_of(mdev)->reached_at;
}

static int fake_probe(struct meterbus_device *mdev, const struct meterbus_address *address)
{
	return fake_of(mdev)->taken ? -EADDRINUSE : 0;
}

static int fake_reserve(struct meterbus_device *mdev, const struct meterbus_address *address)
{
	if (fake_of(mdev)->taken)
		return -EADDRINUSE;

	fake_of(mdev)->reserved = true;
	return 0;
}

static void fake_use(struct meterbus_device *mdev, const struct meterbus_address *address)
{
	fake_of(mdev)->reached_at = *address;
}

static void fake_cancel(struct meterbus_device *mdev)
{
	fake_of(mdev)->reserved = false;
	fake_of(mdev)->reached_at = fake_of(mdev)->known;
}

static int fake_commit(struct meterbus_device *mdev, const void *keep, size_t len)
{
	struct fake *fake = fake_of(mdev);

	if (len != sizeof(fake->kept))
		return -EINVAL;

	memcpy(&fake->kept, keep, len);
	fake->reserved = false;
	fake->committed = true;
	return 0;
}

static const struct pro380_mbus_bus fake_bus = {
	.read = fake_read,
	.write = fake_write,
	.recheck = fake_recheck,
	.is_online = fake_is_online,
	.line = fake_line,
	.set_speed = fake_set_speed,
	.address = fake_address,
	.probe = fake_probe,
	.reserve = fake_reserve,
	.use = fake_use,
	.cancel = fake_cancel,
	.commit = fake_commit,
};

static int follow_init(struct kunit *test)
{
	struct fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	test->priv = fake;
	mutex_init(&fake->pro.lock);
	mutex_init(&fake->pm.lock);
	fake->dev = root_device_register("pro380-mbus-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(fake->dev));

	fake->pm.mdev = &fake->mdev;
	fake->pm.bus = &fake_bus;
	fake->pm.id = SERIAL;
	fake->pm.telegram = devm_meterbus_telegram_file(fake->dev);
	KUNIT_ASSERT_NOT_NULL(test, fake->pm.telegram);

	fake->speed = 2400;
	fake->dev_speed = 2400;
	fake->primary = 7;
	fake->id = SERIAL;
	fake->reached_at.primary = 7;
	fake->known = fake->reached_at;
	return 0;
}

static void follow_exit(struct kunit *test)
{
	struct fake *fake = test->priv;

	if (fake && !IS_ERR_OR_NULL(fake->dev))
		root_device_unregister(fake->dev);
}

static void reach_by_secondary_address(struct fake *fake)
{
	fake->reached_at = (struct meterbus_address){ .secondary = true, .id = SERIAL };
	fake->known = fake->reached_at;
}

static void fetch_delivers_all(struct kunit *test)
{
	struct fake *fake = test->priv;
	const struct pro380_entry *entries = fake->pro.entries;
	int i;

	KUNIT_ASSERT_EQ(test, 0, pro380_mbus_fetch(&fake->pm, NULL, &fake->pro));
	for (i = 0; i < ARRAY_SIZE(energies); i++) {
		KUNIT_EXPECT_EQ(test, entries[energies[i].item].error, 0);
		KUNIT_EXPECT_EQ(test, entries[energies[i].item].value, energies[i].joules);
		KUNIT_EXPECT_EQ(test, entries[energies[i].item].stamp,
				fake->pm.readout.stamp);
	}

	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_SERIAL_NUMBER].value, 0x22091039);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_SECONDARY_ADDRESS].value, SERIAL);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_MANUFACTURER].value, 0x25cd);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_VERSION].value, 1);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_MEDIUM].value, 2);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_ADDRESS].value, 7);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_ACCESS_NUMBER].value, 2);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_STATUS].value, 0);
	KUNIT_EXPECT_EQ(test, entries[PRO380_ITEM_STATUS].stamp, fake->pm.readout.stamp);
	KUNIT_EXPECT_EQ(test, fake->rechecks, 0);
}

static void fetch_from_another_meter(struct kunit *test)
{
	struct fake *fake = test->priv;
	int i;

	fake->id = OTHER_SERIAL;
	KUNIT_EXPECT_EQ(test, -ENODATA, pro380_mbus_fetch(&fake->pm, NULL, &fake->pro));
	KUNIT_EXPECT_EQ(test, fake->rechecks, 1);
	for (i = 0; i < PRO380_NR_ITEMS; i++)
		KUNIT_EXPECT_EQ(test, fake->pro.entries[i].stamp, 0);
}

static void fetch_from_nobody(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake->mute = 1;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, pro380_mbus_fetch(&fake->pm, NULL, &fake->pro));
	KUNIT_EXPECT_EQ(test, fake->rechecks, 0);
}

static void speed_is_followed(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_write(&fake->pm, PRO380_ITEM_BAUD_RATE, 9600));
	KUNIT_EXPECT_EQ(test, fake->speed, 9600);
	KUNIT_EXPECT_EQ(test, fake->dev_speed, 9600);

	/* Done, but the acknowledgment was lost */
	fake->mute = 1;
	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_write(&fake->pm, PRO380_ITEM_BAUD_RATE, 300));
	KUNIT_EXPECT_EQ(test, fake->dev_speed, 300);
}

static void speed_is_not_taken(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake->deaf = true;
	KUNIT_EXPECT_EQ(test, -EIO,
			pro380_mbus_write(&fake->pm, PRO380_ITEM_BAUD_RATE, 9600));
	KUNIT_EXPECT_EQ(test, fake->dev_speed, 2400);

	fake->refuses = -ENODEV;
	KUNIT_EXPECT_EQ(test, -ENODEV,
			pro380_mbus_write(&fake->pm, PRO380_ITEM_BAUD_RATE, 9600));
	KUNIT_EXPECT_EQ(test, fake->dev_speed, 2400);
}

static void speed_is_remembered(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake->mute = 100;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT,
			pro380_mbus_write(&fake->pm, PRO380_ITEM_BAUD_RATE, 9600));
	KUNIT_EXPECT_EQ(test, fake->dev_speed, 2400);
	KUNIT_EXPECT_EQ(test, fake->pm.other_speed, 9600);
	KUNIT_EXPECT_EQ(test, fake->rechecks, 1);
}

static void speed_of_a_meter_that_is_away(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake->offline = true;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT,
			pro380_mbus_write(&fake->pm, PRO380_ITEM_BAUD_RATE, 9600));
	KUNIT_EXPECT_EQ(test, fake->dev_speed, 2400);
	KUNIT_EXPECT_EQ(test, fake->pm.other_speed, 0);
	KUNIT_EXPECT_EQ(test, fake->writes, 0);
}

/* What cannot be undone is not done to another meter, nor to one that does not say who it is */
static void permanent_code_of_another_meter(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_write(&fake->pm, PRO380_ITEM_COMBINATION_CODE, 10));
	KUNIT_EXPECT_EQ(test, fake->writes, 1);
	fake->mute = 1;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT,
			pro380_mbus_write(&fake->pm, PRO380_ITEM_COMBINATION_CODE, 10));
	fake->id = OTHER_SERIAL;
	KUNIT_EXPECT_EQ(test, -ENODEV,
			pro380_mbus_write(&fake->pm, PRO380_ITEM_COMBINATION_CODE, 10));
	KUNIT_EXPECT_EQ(test, fake->writes, 1);
	KUNIT_EXPECT_EQ(test, fake->rechecks, 1);
}

static int move(struct fake *fake, enum pro380_item item, u64 address, struct pro380_keep *keep)
{
	*keep = (struct pro380_keep){ .serial = "22091039", .update_interval = 5000 };
	return pro380_mbus_move(&fake->pm, item, address, keep);
}

static void primary_is_moved(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	KUNIT_EXPECT_EQ(test, 0, move(fake, PRO380_ITEM_ADDRESS, 8, &keep));
	KUNIT_EXPECT_TRUE(test, fake->committed);
	KUNIT_EXPECT_EQ(test, fake->reached_at.primary, 8);
	KUNIT_EXPECT_EQ(test, fake->kept.update_interval, 5000);
	KUNIT_EXPECT_STREQ(test, fake->kept.serial, "22091039");
}

static void primary_is_moved_without_reply(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	fake->mute = 1;
	KUNIT_EXPECT_EQ(test, 0, move(fake, PRO380_ITEM_ADDRESS, 8, &keep));
	KUNIT_EXPECT_TRUE(test, fake->committed);
	KUNIT_EXPECT_EQ(test, fake->reached_at.primary, 8);
}

static void expect_not_moved(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_FALSE(test, fake->committed);
	KUNIT_EXPECT_FALSE(test, fake->reserved);
	KUNIT_EXPECT_EQ(test, fake->reached_at.secondary, fake->known.secondary);
	KUNIT_EXPECT_EQ(test, fake->reached_at.primary, fake->known.primary);
	KUNIT_EXPECT_EQ(test, fake->reached_at.id, fake->known.id);
	KUNIT_EXPECT_EQ(test, fake->pm.id, SERIAL);
}

static void primary_is_not_moved(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	fake->taken = true;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, move(fake, PRO380_ITEM_ADDRESS, 8, &keep));
	KUNIT_EXPECT_EQ(test, fake->writes, 0);
	expect_not_moved(test);

	fake->taken = false;
	fake->deaf = true;
	KUNIT_EXPECT_EQ(test, -EIO, move(fake, PRO380_ITEM_ADDRESS, 8, &keep));
	expect_not_moved(test);

	fake->refuses = -ENODEV;
	KUNIT_EXPECT_EQ(test, -ENODEV, move(fake, PRO380_ITEM_ADDRESS, 8, &keep));
	expect_not_moved(test);

	fake->refuses = 0;
	fake->mute = 100;
	KUNIT_EXPECT_EQ(test, fake->rechecks, 0);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, move(fake, PRO380_ITEM_ADDRESS, 8, &keep));
	expect_not_moved(test);
	KUNIT_EXPECT_EQ(test, fake->rechecks, 1);
}

static void secondary_is_moved(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	reach_by_secondary_address(fake);
	KUNIT_EXPECT_EQ(test, 0,
			move(fake, PRO380_ITEM_SECONDARY_ADDRESS, OTHER_SERIAL, &keep));
	KUNIT_EXPECT_EQ(test, fake->id, OTHER_SERIAL);
	KUNIT_EXPECT_TRUE(test, fake->committed);
	KUNIT_EXPECT_EQ(test, fake->reached_at.id, OTHER_SERIAL);
	KUNIT_EXPECT_EQ(test, fake->pm.id, OTHER_SERIAL);
	KUNIT_EXPECT_STREQ(test, fake->kept.serial, "13070001");
}

/* It is an error, and the device is where the meter is */
static void secondary_is_moved_elsewhere(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	reach_by_secondary_address(fake);
	fake->swaps = true;
	KUNIT_EXPECT_EQ(test, -EIO,
			move(fake, PRO380_ITEM_SECONDARY_ADDRESS, OTHER_SERIAL, &keep));
	KUNIT_EXPECT_TRUE(test, fake->committed);
	KUNIT_EXPECT_EQ(test, fake->reached_at.id, OTHER_SWAPPED);
	KUNIT_EXPECT_EQ(test, fake->pm.id, OTHER_SWAPPED);
	KUNIT_EXPECT_STREQ(test, fake->kept.serial, "01000713");
}

static void secondary_is_not_moved(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	reach_by_secondary_address(fake);
	fake->deaf = true;
	KUNIT_EXPECT_EQ(test, -EIO,
			move(fake, PRO380_ITEM_SECONDARY_ADDRESS, OTHER_SERIAL, &keep));
	expect_not_moved(test);
	KUNIT_EXPECT_STREQ(test, keep.serial, "22091039");
}

/* Digits of the device's address that are left open stay open */
static void secondary_is_moved_with_wildcards(struct kunit *test)
{
	struct meterbus_address open = { .secondary = true, .id = 0x220910ffffffff02 };
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	fake->reached_at = open;
	fake->known = open;
	KUNIT_EXPECT_EQ(test, 0,
			move(fake, PRO380_ITEM_SECONDARY_ADDRESS, OTHER_SERIAL, &keep));
	KUNIT_EXPECT_EQ(test, fake->reached_at.id, 0x13070001ffffff02);
	KUNIT_EXPECT_EQ(test, fake->pm.id, OTHER_SERIAL);
}

static void primary_is_changed_aside(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	reach_by_secondary_address(fake);
	KUNIT_EXPECT_EQ(test, 0, move(fake, PRO380_ITEM_ADDRESS, 0, &keep));
	KUNIT_EXPECT_EQ(test, fake->primary, 0);
	expect_not_moved(test);

	fake->deaf = true;
	KUNIT_EXPECT_EQ(test, -EIO, move(fake, PRO380_ITEM_ADDRESS, 5, &keep));
	expect_not_moved(test);

	fake->writes = 0;
	fake->taken = true;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE, move(fake, PRO380_ITEM_ADDRESS, 5, &keep));
	KUNIT_EXPECT_EQ(test, fake->writes, 0);
}

static void secondary_is_changed_aside(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	KUNIT_EXPECT_EQ(test, 0,
			move(fake, PRO380_ITEM_SECONDARY_ADDRESS, OTHER_SERIAL, &keep));
	KUNIT_EXPECT_FALSE(test, fake->committed);
	KUNIT_EXPECT_EQ(test, fake->reached_at.primary, 7);
	KUNIT_EXPECT_EQ(test, fake->pm.id, OTHER_SERIAL);
	KUNIT_EXPECT_STREQ(test, keep.serial, "13070001");
	KUNIT_EXPECT_EQ(test, 0, pro380_mbus_fetch(&fake->pm, NULL, &fake->pro));

	/* Written as 22091039, taken as 39100922 */
	fake->swaps = true;
	KUNIT_EXPECT_EQ(test, -EIO, move(fake, PRO380_ITEM_SECONDARY_ADDRESS, SERIAL, &keep));
	KUNIT_EXPECT_EQ(test, fake->pm.id, 0x39100922cd250102);
	KUNIT_EXPECT_STREQ(test, keep.serial, "39100922");
}

/* Something else answers after the write: the known meter has not become that */
static void secondary_of_another_meter(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct pro380_keep keep;

	fake->deaf = true;
	fake->id = 0x44444444cd250102;
	KUNIT_EXPECT_EQ(test, -EIO,
			move(fake, PRO380_ITEM_SECONDARY_ADDRESS, OTHER_SERIAL, &keep));
	KUNIT_EXPECT_EQ(test, fake->pm.id, SERIAL);
	KUNIT_EXPECT_STREQ(test, keep.serial, "22091039");
}

static struct kunit_case telegram_cases[] = {
	KUNIT_CASE(decode_of_the_manual),
	KUNIT_CASE(decode_of_the_head),
	KUNIT_CASE(decode_by_head_not_place),
	KUNIT_CASE(decode_of_bad_values),
	KUNIT_CASE(decode_of_several_telegrams),
	KUNIT_CASE(decode_of_other_meters),
	KUNIT_CASE(writes_of_the_manual),
	{ }
};

static struct kunit_suite telegram_suite = {
	.name = "pro380_mbus_telegrams",
	.test_cases = telegram_cases,
};

static struct kunit_case follow_cases[] = {
	KUNIT_CASE(fetch_delivers_all),
	KUNIT_CASE(fetch_from_another_meter),
	KUNIT_CASE(fetch_from_nobody),
	KUNIT_CASE(speed_is_followed),
	KUNIT_CASE(speed_is_not_taken),
	KUNIT_CASE(speed_is_remembered),
	KUNIT_CASE(speed_of_a_meter_that_is_away),
	KUNIT_CASE(permanent_code_of_another_meter),
	KUNIT_CASE(primary_is_moved),
	KUNIT_CASE(primary_is_moved_without_reply),
	KUNIT_CASE(primary_is_not_moved),
	KUNIT_CASE(secondary_is_moved),
	KUNIT_CASE(secondary_is_moved_elsewhere),
	KUNIT_CASE(secondary_is_not_moved),
	KUNIT_CASE(secondary_is_moved_with_wildcards),
	KUNIT_CASE(primary_is_changed_aside),
	KUNIT_CASE(secondary_is_changed_aside),
	KUNIT_CASE(secondary_of_another_meter),
	{ }
};

static struct kunit_suite follow_suite = {
	.name = "pro380_mbus_follow",
	.init = follow_init,
	.exit = follow_exit,
	.test_cases = follow_cases,
};

kunit_test_suites(&telegram_suite, &follow_suite);
