/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inepro PRO380 electricity meters: internals of pro380_core.
 */
#ifndef _PRO380_CORE_H
#define _PRO380_CORE_H

#include <linux/atomic.h>

#include "pro380.h"

#define PRO380_DEFAULT_UPDATE_MS	1000

/**
 * enum pro380_block - items that are refreshed together
 * @PRO380_BLOCK_MEASUREMENTS: momentary values
 * @PRO380_BLOCK_ENERGIES: energies, and the tariff that they are counted in
 * @PRO380_BLOCK_SETTINGS: settings and states
 * @PRO380_BLOCK_IDENT: what stays as it is as long as it is the same meter
 * @PRO380_NR_BLOCKS: number of blocks
 */
enum pro380_block {
	PRO380_BLOCK_MEASUREMENTS,
	PRO380_BLOCK_ENERGIES,
	PRO380_BLOCK_SETTINGS,
	PRO380_BLOCK_IDENT,
	PRO380_NR_BLOCKS,
};

/**
 * struct pro380_entry - what is known of an item
 * @value: its value, if @error is 0
 * @stamp: when it arrived, boot-time clock; 0: nothing is known
 * @error: why there is no value
 */
struct pro380_entry {
	s64 value;
	ktime_t stamp;
	int error;
};

/**
 * struct pro380_failure - the last refresh of a block that the meter did not answer
 * @time: when it ended, boot-time clock
 * @error: how
 */
struct pro380_failure {
	ktime_t time;
	int error;
};

/**
 * struct pro380_trigger - a device's own trigger
 * @trig: the IIO trigger; other meters may hold it longer than this structure lives
 * @work: ticks
 * @irq: takes a tick to hard interrupt context, where IIO wants it
 * @due: time of the next tick, boot-time clock; while running only @work's
 * @period_ns: time between ticks; written under the triggers' mutex
 * @frequency_uhz: the same as a frequency, under the triggers' mutex
 * @running: some device uses it; under the triggers' mutex
 */
struct pro380_trigger {
	struct iio_trigger *trig;
	struct delayed_work work;
	struct irq_work irq;
	ktime_t due;
	u64 period_ns;
	u32 frequency_uhz;
	bool running;
};

/**
 * struct pro380 - an IIO device; the private data of a struct iio_dev
 * @indio_dev: the IIO device
 * @desc: the transport's description
 * @announce: tells consumers of the channels that they are there
 * @serials: serial number as text, the label of a meter that has no other. Somebody
 *	may be reading the label when the number changes: two take turns
 * @serial: which of them holds; under @io
 * @io: one fetch, or one write with all that proves it, at a time. Taken under
 *	IIO's mlock when a buffer is enabled, so nobody who holds it may take
 *	mlock, and killable where a task waits for it
 * @capturing: a buffer is enabled; under @io
 * @dropped_scans: scans not pushed for want of a value
 * @scan: a scan on its way to the buffers; under @io
 * @first_scan: takes the first scan of a capture
 * @lock: protects the fields that follow; taken inside @io
 * @entries: the snapshot
 * @failures: what to tell those who waited for a refresh that failed
 * @update_interval: how old a reading may be, in milliseconds
 * @trigger: the device's own trigger, see there
 */
struct pro380 {
	struct iio_dev *indio_dev;
	struct pro380_desc desc;
	struct work_struct announce;
	char serials[2][PRO380_SERIAL_DIGITS + 1];
	char *serial;

	struct mutex io;
	bool capturing;
	u8 scan[(PRO380_NR_SCAN_ITEMS + 1) * sizeof(s64)] __aligned(8);
	struct work_struct first_scan;
	atomic64_t dropped_scans;

	struct mutex lock;
	struct pro380_entry entries[PRO380_NR_ITEMS];
	struct pro380_failure failures[PRO380_NR_BLOCKS];
	unsigned int update_interval;

	struct pro380_trigger trigger;
};

/* pro380_channels.c */
#define PRO380_LABEL_SIZE	40

struct pro380_channels {
	const struct iio_chan_spec *spec;
	unsigned int nr;
};

struct pro380_channels pro380_channels(enum pro380_layout layout);
int pro380_channel_label(const struct iio_chan_spec *chan, char *label);
int pro380_channel_of_cell(const struct iio_dev *indio_dev, u64 cell);
void pro380_split_micro(s64 value, int *val, int *val2);

/* pro380_cache.c */
enum pro380_block pro380_item_block(enum pro380_item item);
int pro380_read(struct pro380 *pro, enum pro380_item item, s64 *value);
int pro380_write(struct pro380 *pro, enum pro380_item item, s64 value);
int pro380_move(struct pro380 *pro, enum pro380_item item, s64 address);
bool pro380_entry_get(struct pro380 *pro, enum pro380_item item, ktime_t since,
		      struct pro380_entry *entry);

/* pro380_buffer.c */
int pro380_buffer_setup(struct device *dev, struct pro380 *pro);

/* pro380_trigger.c */
int pro380_trigger_setup(struct device *dev, struct pro380 *pro);

/* pro380_config.c */
extern const struct attribute_group pro380_config_group;
extern const struct attribute_group pro380_statistics_group;

/* pro380_text.c */
int pro380_print_decimal(char *buf, s64 value);
int pro380_print_hundredths(char *buf, s64 value);
int pro380_print_digits(char *buf, s64 value);
int pro380_print_code(char *buf, s64 value);
int pro380_print_parity(char *buf, s64 value);
int pro380_print_secondary_address(char *buf, s64 value);
int pro380_print_manufacturer(char *buf, s64 value);
int pro380_print_program_ok(char *buf, s64 value);
int pro380_print_eeprom_ok(char *buf, s64 value);
int pro380_print_phase_present(char *buf, s64 value);
int pro380_parse_address(const char *buf, unsigned int min, unsigned int max, s64 *value);
int pro380_parse_secondary_address(const char *buf, s64 present, s64 *value);
int pro380_parse_baud_rate(const char *buf, s64 *value);
int pro380_parse_parity(const char *buf, s64 *value);
int pro380_parse_s0_rate(const char *buf, s64 *value);
int pro380_parse_combination_code(const char *buf, s64 *value);
int pro380_parse_lcd_cycle_time(const char *buf, s64 *value);
int pro380_parse_tariff(const char *buf, s64 *value);
int pro380_parse_tariff_volatile(const char *buf, s64 *value);
int pro380_parse_zero(const char *buf, s64 *value);

#endif
