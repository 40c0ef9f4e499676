// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of pro380_core: channels, texts, snapshot, writes.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/iio/types.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include <dt-bindings/iio/inepro,pro380.h>

#include "pro380_core.h"

/* The ABI's indices, of all layouts, in scan order */
static const struct {
	enum iio_chan_type type;
	int bits;
	int index[40];
} abi[] = {
	{ IIO_VOLTAGE, 32, { 0, 1, 2, 3, -1 } },
	{ IIO_CURRENT, 32, { 0, 1, 2, 3, -1 } },
	{ IIO_POWER, 32, { 0, 1, 2, 3, 100, 101, 102, 103, 200, 201, 202, 203, -1 } },
	{ IIO_ENERGY, 64, { 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25,
			    30, 100, 101, 102, 103, 104, 105, 110, 111, 112, 113, 114, 115,
			    120, 121, 122, 123, 124, 125, -1 } },
};

static bool has_index(enum pro380_layout layout, enum iio_chan_type type, int index)
{
	int part = index % 10;

	if (layout == PRO380_ONE_PHASE)
		return part != 2 && part != 3;
	if (layout == PRO380_TARIFFS)
		return type == IIO_ENERGY && index <= 30 && (part < 1 || part > 3);

	return part || (type != IIO_VOLTAGE && type != IIO_CURRENT);
}

static const struct iio_chan_spec *find(const struct pro380_channels *channels,
					enum iio_chan_type type, int index)
{
	unsigned int i;

	for (i = 0; i < channels->nr; i++)
		if (channels->spec[i].type == type && channels->spec[i].channel == index)
			return &channels->spec[i];

	return NULL;
}

static void check_channel(struct kunit *test, const struct iio_chan_spec *chan, int bits,
			  int *scan_index)
{
	KUNIT_EXPECT_TRUE(test, chan->indexed);
	KUNIT_EXPECT_FALSE(test, chan->modified);
	KUNIT_EXPECT_NULL(test, chan->extend_name);
	KUNIT_EXPECT_EQ(test, chan->scan_type.sign, 's');
	KUNIT_EXPECT_EQ(test, chan->scan_type.realbits, bits);
	KUNIT_EXPECT_EQ(test, chan->scan_type.storagebits, bits);
	KUNIT_EXPECT_EQ(test, chan->scan_type.shift, 0);
	KUNIT_EXPECT_EQ(test, chan->scan_type.endianness, IIO_CPU);
	KUNIT_EXPECT_GT(test, chan->scan_index, *scan_index);
	*scan_index = chan->scan_index;
}

static void check_layout(struct kunit *test, enum pro380_layout layout)
{
	struct pro380_channels channels = pro380_channels(layout);
	const struct iio_chan_spec *chan;
	unsigned int i, nr = 0;
	int scan_index = -1;
	const int *index;

	for (i = 0; i < ARRAY_SIZE(abi); i++) {
		for (index = abi[i].index; *index >= 0; index++) {
			chan = find(&channels, abi[i].type, *index);
			KUNIT_EXPECT_EQ_MSG(test, !!chan,
					    has_index(layout, abi[i].type, *index),
					    "type %d index %d", abi[i].type, *index);
			if (!chan)
				continue;
			check_channel(test, chan, abi[i].bits, &scan_index);
			nr++;
		}
	}

	/* And a timestamp behind them all */
	KUNIT_EXPECT_EQ(test, channels.nr, nr + 1);
	for (i = 0; i < channels.nr; i++)
		if (channels.spec[i].type == IIO_TIMESTAMP)
			break;
	KUNIT_ASSERT_LT(test, i, channels.nr);
	KUNIT_EXPECT_GT(test, channels.spec[i].scan_index, scan_index);
}

static void channels_of_three_phases(struct kunit *test)
{
	check_layout(test, PRO380_THREE_PHASE);
	KUNIT_EXPECT_EQ(test, pro380_channels(PRO380_THREE_PHASE).nr, 3 + 3 + 12 + 37 + 1);
}

static void channels_of_one_phase(struct kunit *test)
{
	check_layout(test, PRO380_ONE_PHASE);
}

/* Index 30 is not a scan element, and check_layout() knows scan elements only */
static void channels_of_tariffs(struct kunit *test)
{
	static const int indices[] = { 0, 4, 5, 10, 14, 15, 20, 24, 25, 30 };
	struct pro380_channels channels = pro380_channels(PRO380_TARIFFS);
	const struct iio_chan_spec *chan;
	int i, scan_index = -1;

	KUNIT_EXPECT_EQ(test, channels.nr, ARRAY_SIZE(indices) + 1);
	for (i = 0; i < ARRAY_SIZE(indices); i++) {
		chan = find(&channels, IIO_ENERGY, indices[i]);
		KUNIT_ASSERT_NOT_NULL(test, chan);
		if (indices[i] == 30)
			KUNIT_EXPECT_EQ(test, chan->scan_index, -1);
		else
			check_channel(test, chan, 64, &scan_index);
	}
}

static void channels_by_cell(struct kunit *test)
{
	static const struct {
		u64 cell;
		enum iio_chan_type type;
		int index;
	} cells[] = {
		{ PRO380_VOLTAGE(PRO380_L1), IIO_VOLTAGE, 1 },
		{ PRO380_CURRENT(PRO380_L3), IIO_CURRENT, 3 },
		{ PRO380_POWER(PRO380_ACTIVE, PRO380_SUM), IIO_POWER, 0 },
		{ PRO380_POWER(PRO380_APPARENT, PRO380_L2), IIO_POWER, 202 },
		{ PRO380_ENERGY(PRO380_ACTIVE, PRO380_FORWARD, PRO380_L2), IIO_ENERGY, 12 },
		{ PRO380_ENERGY(PRO380_REACTIVE, PRO380_REVERSE, PRO380_T2), IIO_ENERGY, 125 },
		{ PRO380_ENERGY(PRO380_ACTIVE, PRO380_RESETTABLE, PRO380_SUM), IIO_ENERGY, 30 },
	};
	static const u64 none[] = { 0, 4, 999, 1000, 2004, 2300, 3006, 4000, 1ULL << 32 | 1 };
	struct pro380_channels channels = pro380_channels(PRO380_THREE_PHASE);
	struct iio_dev *indio_dev;
	int i, place;

	indio_dev = kunit_kzalloc(test, sizeof(*indio_dev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, indio_dev);
	indio_dev->channels = channels.spec;
	indio_dev->num_channels = channels.nr;

	for (i = 0; i < ARRAY_SIZE(cells); i++) {
		place = pro380_channel_of_cell(indio_dev, cells[i].cell);
		KUNIT_ASSERT_GE(test, place, 0);
		KUNIT_EXPECT_EQ(test, channels.spec[place].type, cells[i].type);
		KUNIT_EXPECT_EQ(test, channels.spec[place].channel, cells[i].index);
	}
	for (i = 0; i < ARRAY_SIZE(none); i++)
		KUNIT_EXPECT_EQ(test, -EINVAL, pro380_channel_of_cell(indio_dev, none[i]));
}

static void channels_in_words(struct kunit *test)
{
	static const struct {
		enum iio_chan_type type;
		int index;
		const char *label;
	} labels[] = {
		{ IIO_VOLTAGE, 1, "L1 voltage" },
		{ IIO_CURRENT, 3, "L3 current" },
		{ IIO_POWER, 0, "total active power" },
		{ IIO_POWER, 102, "L2 reactive power" },
		{ IIO_POWER, 203, "L3 apparent power" },
		{ IIO_ENERGY, 0, "total active energy" },
		{ IIO_ENERGY, 12, "L2 forward active energy" },
		{ IIO_ENERGY, 24, "T1 reverse active energy" },
		{ IIO_ENERGY, 30, "resettable active energy" },
		{ IIO_ENERGY, 101, "L1 total reactive energy" },
		{ IIO_ENERGY, 125, "T2 reverse reactive energy" },
	};
	struct pro380_channels channels = pro380_channels(PRO380_THREE_PHASE);
	const struct iio_chan_spec *chan;
	char label[PRO380_LABEL_SIZE];
	int i;

	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		chan = find(&channels, labels[i].type, labels[i].index);
		KUNIT_ASSERT_NOT_NULL(test, chan);
		KUNIT_EXPECT_GT(test, pro380_channel_label(chan, label), 0);
		KUNIT_EXPECT_STREQ(test, label, labels[i].label);
	}
}

static void channels_have_different_labels(struct kunit *test)
{
	struct pro380_channels channels = pro380_channels(PRO380_THREE_PHASE);
	char a[PRO380_LABEL_SIZE], b[PRO380_LABEL_SIZE];
	unsigned int i, j;

	for (i = 0; i < channels.nr; i++) {
		if (pro380_channel_label(&channels.spec[i], a) < 0)
			continue;
		for (j = 0; j < i; j++)
			if (pro380_channel_label(&channels.spec[j], b) > 0)
				KUNIT_EXPECT_STRNEQ(test, a, b);
	}
}

static void micro_is_split(struct kunit *test)
{
	static const struct {
		s64 value;
		int val;
		int val2;
	} cases[] = {
		{ 0, 0, 0 }, { 50012345, 50, 12345 }, { -990000, 0, -990000 },
		{ -1500000, -1, -500000 }, { 1000000, 1, 0 },
	};
	int i, val, val2;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		pro380_split_micro(cases[i].value, &val, &val2);
		KUNIT_EXPECT_EQ(test, val, cases[i].val);
		KUNIT_EXPECT_EQ(test, val2, cases[i].val2);
	}
}

static void text_is_printed(struct kunit *test)
{
	static const struct {
		int (*print)(char *buf, s64 value);
		s64 value;
		const char *text;
	} cases[] = {
		{ pro380_print_decimal, 9600, "9600\n" },
		{ pro380_print_decimal, -3, "-3\n" },
		{ pro380_print_hundredths, 218, "2.18\n" },
		{ pro380_print_hundredths, 220, "2.2\n" },
		{ pro380_print_hundredths, 100, "1\n" },
		{ pro380_print_hundredths, 1, "0.01\n" },
		{ pro380_print_hundredths, 10, "0.1\n" },
		{ pro380_print_hundredths, 1000000, "10000\n" },
		{ pro380_print_hundredths, -105, "-1.05\n" },
		{ pro380_print_digits, 0x22091039, "22091039\n" },
		{ pro380_print_digits, 0x0d010556, "0d010556\n" },
		{ pro380_print_digits, 0x00110111, "00110111\n" },
		{ pro380_print_code, 0x0102, "0x0102\n" },
		{ pro380_print_parity, PRO380_PARITY_EVEN, "even\n" },
		{ pro380_print_parity, PRO380_PARITY_NONE, "none\n" },
		{ pro380_print_parity, PRO380_PARITY_ODD, "odd\n" },
		{ pro380_print_program_ok, 0x00110111, "1\n" },
		{ pro380_print_program_ok, 0x00010111, "0\n" },
		{ pro380_print_eeprom_ok, 0x00110111, "1\n" },
		{ pro380_print_eeprom_ok, 0x00100111, "0\n" },
		{ pro380_print_phase_present, 0x00110110, "110\n" },
		{ pro380_print_phase_present, 0x00110011, "011\n" },
		{ pro380_print_secondary_address, 0x22091039cd250102, "22091039CD250102\n" },
		{ pro380_print_secondary_address, 0x99999999cd250102, "99999999CD250102\n" },
		{ pro380_print_secondary_address, 0x00000001cd250102, "00000001CD250102\n" },
		{ pro380_print_manufacturer, 0x25cd, "INM\n" },
		{ pro380_print_manufacturer, 0x0421, "AAA\n" },
		{ pro380_print_manufacturer, 0x6b5a, "ZZZ\n" },
	};
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ(test, (int)strlen(cases[i].text),
				cases[i].print(page, cases[i].value));
		KUNIT_EXPECT_STREQ(test, page, cases[i].text);
	}
	free_page((unsigned long)page);
}

static int parse_modbus_address(const char *buf, s64 *value)
{
	return pro380_parse_address(buf, 1, 247, value);
}

static int parse_mbus_address(const char *buf, s64 *value)
{
	return pro380_parse_address(buf, 0, 250, value);
}

static int parse_secondary_address(const char *buf, s64 *value)
{
	return pro380_parse_secondary_address(buf, 0x22091039cd250102, value);
}

static void text_is_parsed(struct kunit *test)
{
	static const struct {
		int (*parse)(const char *buf, s64 *value);
		const char *text;
		s64 value;
	} cases[] = {
		{ parse_modbus_address, "1\n", 1 },
		{ parse_modbus_address, "247", 247 },
		{ parse_modbus_address, "010\n", 10 },
		{ parse_mbus_address, "0\n", 0 },
		{ parse_mbus_address, "250\n", 250 },
		{ parse_secondary_address, "13070001\n", 0x13070001cd250102 },
		{ parse_secondary_address, "00000000", 0x00000000cd250102 },
		{ parse_secondary_address, "13070001CD250102\n", 0x13070001cd250102 },
		{ parse_secondary_address, "99999999cd250102", 0x99999999cd250102 },
		{ pro380_parse_baud_rate, "300\n", 300 },
		{ pro380_parse_baud_rate, "600\n", 600 },
		{ pro380_parse_baud_rate, "1200\n", 1200 },
		{ pro380_parse_baud_rate, "2400\n", 2400 },
		{ pro380_parse_baud_rate, "4800\n", 4800 },
		{ pro380_parse_baud_rate, "9600\n", 9600 },
		{ pro380_parse_parity, "even\n", PRO380_PARITY_EVEN },
		{ pro380_parse_parity, "none\n", PRO380_PARITY_NONE },
		{ pro380_parse_parity, "odd\n", PRO380_PARITY_ODD },
		{ pro380_parse_s0_rate, "10000\n", 1000000 },
		{ pro380_parse_s0_rate, "2000\n", 200000 },
		{ pro380_parse_s0_rate, "1000\n", 100000 },
		{ pro380_parse_s0_rate, "100\n", 10000 },
		{ pro380_parse_s0_rate, "10\n", 1000 },
		{ pro380_parse_s0_rate, "1\n", 100 },
		{ pro380_parse_s0_rate, "0.1\n", 10 },
		{ pro380_parse_s0_rate, "0.01\n", 1 },
		{ pro380_parse_combination_code, "1\n", 1 },
		{ pro380_parse_combination_code, "4\n", 4 },
		{ pro380_parse_combination_code, "5\n", 5 },
		{ pro380_parse_combination_code, "6\n", 6 },
		{ pro380_parse_combination_code, "9\n", 9 },
		{ pro380_parse_combination_code, "10 permanent\n", 10 },
		{ pro380_parse_combination_code, "11\n", 11 },
		{ pro380_parse_lcd_cycle_time, "1\n", 1 },
		{ pro380_parse_lcd_cycle_time, "30\n", 30 },
		{ pro380_parse_tariff, "1\n", 1 },
		{ pro380_parse_tariff, "2\n", 2 },
		{ pro380_parse_tariff_volatile, "1 volatile\n", 1 },
		{ pro380_parse_tariff_volatile, "2 volatile\n", 2 },
		{ pro380_parse_zero, "0\n", 0 },
	};
	s64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		value = -1;
		KUNIT_EXPECT_EQ_MSG(test, 0, cases[i].parse(cases[i].text, &value), "%s",
				    cases[i].text);
		KUNIT_EXPECT_EQ_MSG(test, value, cases[i].value, "%s", cases[i].text);
	}
}

static void text_is_refused(struct kunit *test)
{
	static const struct {
		int (*parse)(const char *buf, s64 *value);
		const char *text;
		int error;
	} cases[] = {
		{ parse_modbus_address, "0\n", -EINVAL },
		{ parse_modbus_address, "248\n", -EINVAL },
		{ parse_modbus_address, "-1\n", -EINVAL },
		{ parse_modbus_address, "4294967297\n", -EINVAL },
		{ parse_modbus_address, "\n", -EINVAL },
		{ parse_modbus_address, "", -EINVAL },
		{ parse_modbus_address, "5 6\n", -EINVAL },
		{ parse_mbus_address, "251\n", -EINVAL },
		{ parse_mbus_address, "-1\n", -EINVAL },
		{ parse_secondary_address, "1307000\n", -EINVAL },
		{ parse_secondary_address, "130700011\n", -EINVAL },
		{ parse_secondary_address, "1307000A\n", -EINVAL },
		{ parse_secondary_address, "13070001CD250202\n", -EINVAL },
		{ parse_secondary_address, "1307000FCD250102\n", -EINVAL },
		{ parse_secondary_address, "13070001CD2501020\n", -EINVAL },
		{ parse_secondary_address, "13070001 ", -EINVAL },
		{ parse_secondary_address, "0x130700\n", -EINVAL },
		{ parse_secondary_address, "+1307000\n", -EINVAL },
		{ parse_secondary_address, "\n", -EINVAL },
		{ pro380_parse_baud_rate, "19200\n", -EINVAL },
		{ pro380_parse_baud_rate, "9600 8E1\n", -EINVAL },
		{ pro380_parse_baud_rate, "0\n", -EINVAL },
		{ pro380_parse_parity, "mark\n", -EINVAL },
		{ pro380_parse_parity, "Even\n", -EINVAL },
		{ pro380_parse_s0_rate, "5000\n", -EINVAL },
		{ pro380_parse_s0_rate, "0.001\n", -EINVAL },
		{ pro380_parse_s0_rate, "nan\n", -EINVAL },
		{ pro380_parse_combination_code, "10\n", -EPERM },
		{ pro380_parse_combination_code, "2\n", -EINVAL },
		{ pro380_parse_combination_code, "9 permanent\n", -EINVAL },
		{ pro380_parse_combination_code, "10 perm\n", -EINVAL },
		{ pro380_parse_lcd_cycle_time, "0\n", -EINVAL },
		{ pro380_parse_lcd_cycle_time, "31\n", -EINVAL },
		{ pro380_parse_tariff, "3\n", -EINVAL },
		{ pro380_parse_tariff, "11\n", -EINVAL },
		{ pro380_parse_tariff_volatile, "3 volatile\n", -EINVAL },
		{ pro380_parse_tariff_volatile, "1\n", -EINVAL },
		{ pro380_parse_zero, "1\n", -EINVAL },
		{ pro380_parse_zero, "0.0\n", -EINVAL },
	};
	s64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].error,
				    cases[i].parse(cases[i].text, &value), "%s",
				    cases[i].text);
}

/* The word at @text, without what follows it; returns where the next one is */
static const char *next_word(const char *text, char *word, size_t size)
{
	size_t len = strcspn(text, "\n ");

	strscpy(word, text, min(len + 1, size));
	return text + len + strspn(text + len, "\n ");
}

static struct device_attribute *config_attr(const char *name)
{
	struct attribute **attr;

	for (attr = pro380_config_group.attrs; *attr; attr++)
		if (!strcmp((*attr)->name, name))
			return container_of(*attr, struct device_attribute, attr);

	return NULL;
}

/* Whatever is said to be available is accepted; code 10 with its affix */
static void text_available_is_parsed(struct kunit *test)
{
	static const struct {
		const char *name;
		int (*parse)(const char *buf, s64 *value);
		int nr;
	} cases[] = {
		{ "baud_rate_available", pro380_parse_baud_rate, 6 },
		{ "parity_available", pro380_parse_parity, 3 },
		{ "s0_output_rate_available", pro380_parse_s0_rate, 8 },
		{ "combination_code_available", pro380_parse_combination_code, 7 },
		{ "tariff_available", pro380_parse_tariff, 2 },
		{ "power_down_counter_available", pro380_parse_zero, 1 },
	};
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	struct device_attribute *attr;
	const char *text;
	char word[16];
	int i, nr, wanted;
	s64 value;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		attr = config_attr(cases[i].name);
		KUNIT_ASSERT_NOT_NULL(test, attr);
		attr->show(NULL, attr, page);
		for (nr = 0, text = page; *text; nr++) {
			text = next_word(text, word, sizeof(word));
			wanted = 0;
			if (cases[i].parse == pro380_parse_combination_code &&
			    !strcmp(word, "10"))
				wanted = -EPERM;
			KUNIT_EXPECT_EQ_MSG(test, wanted, cases[i].parse(word, &value), "%s",
					    word);
		}
		KUNIT_EXPECT_EQ(test, nr, cases[i].nr);
	}
	free_page((unsigned long)page);
}

/**
 * struct meter - a meter that needs no bus
 * @pro: the IIO side of it
 * @value: of each item
 * @error: of the next fetches
 * @fetches: how often it was asked
 * @items: for how many items the last time
 * @writes: how often it was written to
 * @reply: what writes return
 * @deaf: writes change nothing
 * @bad: an item without a valid value until it is written, 0 for none
 * @counts_on: what is written is counted on by one before it is read
 * @slow: fetches wait for @answer
 * @asked: a slow fetch has begun
 * @answer: it may end
 * @written_at: when somebody else has written to it
 */
struct meter {
	struct pro380 pro;
	s64 value[PRO380_NR_ITEMS];
	int error;
	int fetches;
	int items;
	int writes;
	int reply;
	bool deaf;
	enum pro380_item bad;
	bool counts_on;
	bool slow;
	struct completion asked;
	struct completion answer;
	ktime_t written_at;
};

static int meter_fetch(void *priv, const unsigned long *wanted, struct pro380 *pro)
{
	struct meter *meter = priv;
	unsigned int item;

	meter->fetches++;
	meter->items = bitmap_weight(wanted, PRO380_NR_ITEMS);
	if (meter->slow) {
		complete(&meter->asked);
		wait_for_completion(&meter->answer);
	}
	if (meter->error)
		return meter->error;

	for_each_set_bit(item, wanted, PRO380_NR_ITEMS)
		pro380_deliver(pro, item, meter->value[item],
			       meter->bad && item == meter->bad ? -ENODATA : 0,
			       ktime_get_boottime());
	return 0;
}

static int meter_write(void *priv, enum pro380_item item, s64 value)
{
	struct meter *meter = priv;

	meter->writes++;
	if (!meter->deaf)
		meter->value[item == PRO380_ITEM_TARIFF_VOLATILE ?
			     PRO380_ITEM_TARIFF : item] = value + meter->counts_on;
	if (item == meter->bad)
		meter->bad = 0;

	return meter->reply;
}

/* A new secondary address is a new serial number */
static int meter_move(void *priv, enum pro380_item item, s64 address,
		      struct pro380_keep *keep)
{
	struct meter *meter = priv;

	meter->writes++;
	meter->value[item] = address;
	if (item == PRO380_ITEM_SECONDARY_ADDRESS) {
		meter->value[PRO380_ITEM_SERIAL_NUMBER] = address >> 32;
		snprintf(keep->serial, sizeof(keep->serial), "%08llx", address >> 32);
	}

	return keep->update_interval == meter->pro.update_interval ? 0 : -EINVAL;
}

static ktime_t meter_written_at(void *priv)
{
	const struct meter *meter = priv;

	return meter->written_at;
}

static const struct pro380_ops meter_ops = {
	.fetch = meter_fetch,
	.write = meter_write,
	.move = meter_move,
	.written_at = meter_written_at,
};

static int meter_init(struct kunit *test)
{
	struct meter *meter = kunit_kzalloc(test, sizeof(*meter), GFP_KERNEL);
	unsigned int item;

	KUNIT_ASSERT_NOT_NULL(test, meter);
	mutex_init(&meter->pro.io);
	mutex_init(&meter->pro.lock);
	init_completion(&meter->asked);
	init_completion(&meter->answer);
	meter->pro.indio_dev = kunit_kzalloc(test, sizeof(*meter->pro.indio_dev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, meter->pro.indio_dev);
	meter->pro.serial = meter->pro.serials[0];
	meter->pro.indio_dev->label = meter->pro.serial;
	meter->pro.desc.ops = &meter_ops;
	meter->pro.desc.priv = meter;
	meter->pro.update_interval = 60 * MSEC_PER_SEC;
	bitmap_fill(meter->pro.desc.readable, PRO380_NR_ITEMS);
	__clear_bit(PRO380_ITEM_TARIFF_VOLATILE, meter->pro.desc.readable);
	bitmap_fill(meter->pro.desc.writable, PRO380_NR_ITEMS);
	for (item = 0; item < PRO380_NR_ITEMS; item++)
		meter->value[item] = 1000 + item;

	test->priv = meter;
	return 0;
}

static void expect_read(struct kunit *test, enum pro380_item item, int fetches)
{
	struct meter *meter = test->priv;
	s64 value = 0;

	meter->fetches = 0;
	KUNIT_EXPECT_EQ(test, 0, pro380_read(&meter->pro, item, &value));
	KUNIT_EXPECT_EQ(test, value, meter->value[item]);
	KUNIT_EXPECT_EQ(test, meter->fetches, fetches);
}

static void cache_refreshes_blocks(struct kunit *test)
{
	struct meter *meter = test->priv;

	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 1);
	expect_read(test, PRO380_ITEM_FREQUENCY, 0);
	expect_read(test, PRO380_ITEM_POWERFACTOR, 0);
	expect_read(test, PRO380_ITEM_APPARENT_POWER + 3, 0);

	expect_read(test, PRO380_ITEM_ACTIVE_TOTAL, 1);
	expect_read(test, PRO380_ITEM_REACTIVE_REVERSE + 5, 0);
	expect_read(test, PRO380_ITEM_RESETTABLE, 0);
	expect_read(test, PRO380_ITEM_TARIFF, 0);

	expect_read(test, PRO380_ITEM_ADDRESS, 1);
	expect_read(test, PRO380_ITEM_QUADRANT + 3, 0);
	expect_read(test, PRO380_ITEM_CT_MODE, 0);

	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 1);
	KUNIT_EXPECT_EQ(test, meter->items, 9);
	expect_read(test, PRO380_ITEM_HARDWARE_VERSION, 0);
}

static void cache_ages(struct kunit *test)
{
	struct meter *meter = test->priv;

	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 1);
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 1);
	meter->pro.update_interval = 1;
	msleep(20);
	meter->value[PRO380_ITEM_VOLTAGE + 1]++;
	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 1);
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 0);
}

/* What was known before somebody else wrote is asked for anew, even what never changes. */
static void cache_forgets(struct kunit *test)
{
	struct meter *meter = test->priv;

	expect_read(test, PRO380_ITEM_ADDRESS, 1);
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 1);
	usleep_range(10, 20);
	meter->written_at = ktime_get_boottime();
	meter->value[PRO380_ITEM_ADDRESS]++;
	meter->value[PRO380_ITEM_SERIAL_NUMBER]++;
	expect_read(test, PRO380_ITEM_ADDRESS, 1);
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 1);
	expect_read(test, PRO380_ITEM_ADDRESS, 0);
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 0);
}

static void cache_of_no_interval(struct kunit *test)
{
	struct meter *meter = test->priv;

	meter->pro.update_interval = 0;
	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 1);
	KUNIT_EXPECT_EQ(test, meter->items, 1);
	meter->value[PRO380_ITEM_VOLTAGE + 1]++;
	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 1);
	expect_read(test, PRO380_ITEM_VOLTAGE + 2, 1);
	KUNIT_EXPECT_EQ(test, meter->items, 1);
}

static void cache_of_errors(struct kunit *test)
{
	struct meter *meter = test->priv;
	s64 value;

	meter->error = -ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, pro380_read(&meter->pro, PRO380_ITEM_CURRENT + 1,
						      &value));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, pro380_read(&meter->pro, PRO380_ITEM_CURRENT + 1,
						      &value));
	KUNIT_EXPECT_EQ(test, meter->fetches, 2);

	meter->error = 0;
	expect_read(test, PRO380_ITEM_CURRENT + 1, 1);

	/* What the meter said of one item is kept like a value */
	pro380_deliver(&meter->pro, PRO380_ITEM_CURRENT + 1, 0, -ENODATA,
		       ktime_get_boottime());
	KUNIT_EXPECT_EQ(test, -ENODATA, pro380_read(&meter->pro, PRO380_ITEM_CURRENT + 1,
						    &value));
	expect_read(test, PRO380_ITEM_CURRENT + 2, 0);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, pro380_read(&meter->pro,
						       PRO380_ITEM_TARIFF_VOLATILE, &value));
}

#define NR_READERS	3

/**
 * struct reader - a thread that reads an item
 * @meter: of this meter
 * @done: it has read
 * @task: the thread
 * @value: what it read
 * @ret: what it was told
 */
struct reader {
	struct meter *meter;
	struct completion done;
	struct task_struct *task;
	s64 value;
	int ret;
};

static int reader_thread(void *data)
{
	struct reader *reader = data;

	reader->ret = pro380_read(&reader->meter->pro, PRO380_ITEM_CURRENT + 1,
				  &reader->value);
	kthread_complete_and_exit(&reader->done, 0);
}

static void reader_start(struct kunit *test, struct reader *reader)
{
	reader->meter = test->priv;
	init_completion(&reader->done);
	reader->task = kthread_create(reader_thread, reader, "pro380-reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(reader->task));
	get_task_struct(reader->task);
	wake_up_process(reader->task);
}

/* A reader that sleeps can only be waiting for the one who asks the meter */
static void reader_waits(struct kunit *test, const struct reader *reader)
{
	unsigned long deadline = jiffies + 5 * HZ;

	while (!(READ_ONCE(reader->task->__state) & TASK_UNINTERRUPTIBLE)) {
		if (time_after(jiffies, deadline))
			break;
		schedule_timeout_uninterruptible(1);
	}
	KUNIT_EXPECT_TRUE(test, time_before_eq(jiffies, deadline));
}

/* However many want what is stale, the meter is asked once, and all hear its answer */
static void ask_once(struct kunit *test, int error)
{
	struct meter *meter = test->priv;
	struct reader readers[NR_READERS];
	int i;

	meter->slow = true;
	meter->error = error;
	meter->pro.update_interval = 1;

	reader_start(test, &readers[0]);
	wait_for_completion(&meter->asked);
	for (i = 1; i < NR_READERS; i++) {
		reader_start(test, &readers[i]);
		reader_waits(test, &readers[i]);
	}

	/* Whoever asked again would not be held up, but counted */
	complete_all(&meter->answer);
	for (i = 0; i < NR_READERS; i++) {
		wait_for_completion(&readers[i].done);
		put_task_struct(readers[i].task);
		KUNIT_EXPECT_EQ(test, readers[i].ret, error);
		if (!error)
			KUNIT_EXPECT_EQ(test, readers[i].value,
					meter->value[PRO380_ITEM_CURRENT + 1]);
	}
	KUNIT_EXPECT_EQ(test, meter->fetches, 1);
}

static void cache_asks_once_for_all(struct kunit *test)
{
	ask_once(test, 0);
}

static void cache_fails_once_for_all(struct kunit *test)
{
	ask_once(test, -ETIMEDOUT);
}

static void write_is_read_back(struct kunit *test)
{
	struct meter *meter = test->priv;

	expect_read(test, PRO380_ITEM_LCD_CYCLE_TIME, 1);
	meter->fetches = 0;
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_LCD_CYCLE_TIME, 25));
	KUNIT_EXPECT_EQ(test, meter->writes, 1);
	KUNIT_EXPECT_EQ(test, meter->fetches, 1);
	KUNIT_EXPECT_EQ(test, meter->items, 1);
	expect_read(test, PRO380_ITEM_LCD_CYCLE_TIME, 0);

	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_TARIFF_VOLATILE, 2));
	KUNIT_EXPECT_EQ(test, meter->value[PRO380_ITEM_TARIFF], 2);
}

/* An echo looks like a reply: only what the meter holds afterwards counts */
static void write_that_was_not_taken(struct kunit *test)
{
	struct meter *meter = test->priv;

	meter->deaf = true;
	KUNIT_EXPECT_EQ(test, -EIO, pro380_write(&meter->pro, PRO380_ITEM_COMBINATION_CODE,
						 5));
	KUNIT_EXPECT_EQ(test, meter->writes, 1);
	expect_read(test, PRO380_ITEM_COMBINATION_CODE, 0);
}

static void write_without_reply(struct kunit *test)
{
	struct meter *meter = test->priv;

	meter->reply = -ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_COMBINATION_CODE, 5));
	KUNIT_EXPECT_EQ(test, meter->writes, 1);

	meter->deaf = true;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT,
			pro380_write(&meter->pro, PRO380_ITEM_COMBINATION_CODE, 6));
	KUNIT_EXPECT_EQ(test, meter->writes, 1 + 3);
	expect_read(test, PRO380_ITEM_COMBINATION_CODE, 0);
}

static void write_that_is_refused(struct kunit *test)
{
	struct meter *meter = test->priv;

	expect_read(test, PRO380_ITEM_COMBINATION_CODE, 1);
	meter->deaf = true;
	meter->reply = -EINVAL;
	meter->fetches = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			pro380_write(&meter->pro, PRO380_ITEM_COMBINATION_CODE, 11));
	KUNIT_EXPECT_EQ(test, meter->writes, 1);
	KUNIT_EXPECT_EQ(test, meter->fetches, 0);
	expect_read(test, PRO380_ITEM_COMBINATION_CODE, 1);

	__clear_bit(PRO380_ITEM_COMBINATION_CODE, meter->pro.desc.writable);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			pro380_write(&meter->pro, PRO380_ITEM_COMBINATION_CODE, 1));
	KUNIT_EXPECT_EQ(test, meter->writes, 1);
}

/* A combination code makes other sums of the same energies. */
static void write_changes_energies(struct kunit *test)
{
	struct meter *meter = test->priv;

	expect_read(test, PRO380_ITEM_ACTIVE_TOTAL, 1);
	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 1);
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_COMBINATION_CODE, 6));
	meter->value[PRO380_ITEM_ACTIVE_TOTAL]++;
	expect_read(test, PRO380_ITEM_ACTIVE_TOTAL, 1);
	expect_read(test, PRO380_ITEM_VOLTAGE + 1, 0);
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_LCD_CYCLE_TIME, 6));
	expect_read(test, PRO380_ITEM_ACTIVE_TOTAL, 0);
}

static void write_only(struct kunit *test)
{
	struct meter *meter = test->priv;

	__clear_bit(PRO380_ITEM_S0_RATE, meter->pro.desc.readable);
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_S0_RATE, 100));
	KUNIT_EXPECT_EQ(test, meter->fetches, 0);
}

static void write_resets_the_day_counter(struct kunit *test)
{
	struct meter *meter = test->priv;

	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_RESETTABLE, 0));
	expect_read(test, PRO380_ITEM_RESETTABLE, 0);

	/* It counted on before it was read back */
	meter->deaf = true;
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_RESETTABLE, 0));
	meter->value[PRO380_ITEM_RESETTABLE] = 36000;
	KUNIT_EXPECT_EQ(test, -EIO, pro380_write(&meter->pro, PRO380_ITEM_RESETTABLE, 0));
}

/* What it showed before may be no number: then any number is one that it was set to. */
static void write_resets_a_bad_day_counter(struct kunit *test)
{
	struct meter *meter = test->priv;

	meter->bad = PRO380_ITEM_RESETTABLE;
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_RESETTABLE, 0));
	KUNIT_EXPECT_EQ(test, meter->writes, 1);
	expect_read(test, PRO380_ITEM_RESETTABLE, 0);
}

/* It began to count between the write and the read-back. */
static void write_resets_an_empty_day_counter(struct kunit *test)
{
	struct meter *meter = test->priv;

	meter->value[PRO380_ITEM_RESETTABLE] = 0;
	meter->counts_on = true;
	KUNIT_EXPECT_EQ(test, 0, pro380_write(&meter->pro, PRO380_ITEM_RESETTABLE, 0));
	expect_read(test, PRO380_ITEM_RESETTABLE, 0);
}

static void move_keeps(struct kunit *test)
{
	struct meter *meter = test->priv;

	KUNIT_EXPECT_EQ(test, 0, pro380_move(&meter->pro, PRO380_ITEM_ADDRESS, 2));
	expect_read(test, PRO380_ITEM_ADDRESS, 1);

	meter->pro.capturing = true;
	meter->writes = 0;
	KUNIT_EXPECT_EQ(test, -EBUSY, pro380_move(&meter->pro, PRO380_ITEM_ADDRESS, 3));
	KUNIT_EXPECT_EQ(test, meter->writes, 0);
}

static void move_renames(struct kunit *test)
{
	struct meter *meter = test->priv;
	const char *before = meter->pro.indio_dev->label;

	strscpy(meter->pro.serials[0], "22091039", sizeof(meter->pro.serials[0]));
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 1);
	KUNIT_EXPECT_EQ(test, 0, pro380_move(&meter->pro, PRO380_ITEM_SECONDARY_ADDRESS,
					     0x13070001cd250102));
	expect_read(test, PRO380_ITEM_SERIAL_NUMBER, 1);
	expect_read(test, PRO380_ITEM_SECONDARY_ADDRESS, 0);
	KUNIT_EXPECT_STREQ(test, meter->pro.indio_dev->label, "13070001");

	/* Who was reading the label has what it was */
	KUNIT_EXPECT_STREQ(test, before, "22091039");
}

static void move_leaves_a_given_label(struct kunit *test)
{
	struct meter *meter = test->priv;

	meter->pro.indio_dev->label = "feeder-7";
	KUNIT_EXPECT_EQ(test, 0, pro380_move(&meter->pro, PRO380_ITEM_SECONDARY_ADDRESS,
					     0x13070001cd250102));
	KUNIT_EXPECT_STREQ(test, meter->pro.indio_dev->label, "feeder-7");
	KUNIT_EXPECT_STREQ(test, meter->pro.serial, "13070001");
}

static void move_where_there_is_none(struct kunit *test)
{
	struct meter *meter = test->priv;

	__clear_bit(PRO380_ITEM_SECONDARY_ADDRESS, meter->pro.desc.writable);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			pro380_move(&meter->pro, PRO380_ITEM_SECONDARY_ADDRESS, 1));
	KUNIT_EXPECT_EQ(test, meter->writes, 0);
}

static struct kunit_case channel_cases[] = {
	KUNIT_CASE(channels_of_three_phases),
	KUNIT_CASE(channels_of_one_phase),
	KUNIT_CASE(channels_of_tariffs),
	KUNIT_CASE(channels_by_cell),
	KUNIT_CASE(channels_in_words),
	KUNIT_CASE(channels_have_different_labels),
	KUNIT_CASE(micro_is_split),
	{ }
};

static struct kunit_suite channel_suite = {
	.name = "pro380_channels",
	.test_cases = channel_cases,
};

static struct kunit_case text_cases[] = {
	KUNIT_CASE(text_is_printed),
	KUNIT_CASE(text_is_parsed),
	KUNIT_CASE(text_is_refused),
	KUNIT_CASE(text_available_is_parsed),
	{ }
};

static struct kunit_suite text_suite = {
	.name = "pro380_text",
	.test_cases = text_cases,
};

static struct kunit_case cache_cases[] = {
	KUNIT_CASE(cache_refreshes_blocks),
	KUNIT_CASE(cache_ages),
	KUNIT_CASE(cache_forgets),
	KUNIT_CASE(cache_of_no_interval),
	KUNIT_CASE(cache_of_errors),
	KUNIT_CASE(cache_asks_once_for_all),
	KUNIT_CASE(cache_fails_once_for_all),
	KUNIT_CASE(write_is_read_back),
	KUNIT_CASE(write_that_was_not_taken),
	KUNIT_CASE(write_without_reply),
	KUNIT_CASE(write_that_is_refused),
	KUNIT_CASE(write_changes_energies),
	KUNIT_CASE(write_only),
	KUNIT_CASE(write_resets_the_day_counter),
	KUNIT_CASE(write_resets_a_bad_day_counter),
	KUNIT_CASE(write_resets_an_empty_day_counter),
	KUNIT_CASE(move_keeps),
	KUNIT_CASE(move_renames),
	KUNIT_CASE(move_leaves_a_given_label),
	KUNIT_CASE(move_where_there_is_none),
	{ }
};

static struct kunit_suite cache_suite = {
	.name = "pro380_cache",
	.init = meter_init,
	.test_cases = cache_cases,
};

kunit_test_suites(&channel_suite, &text_suite, &cache_suite);
