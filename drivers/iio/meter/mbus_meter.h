/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Meters on a wired M-Bus that tell themselves what they measure.
 */
#ifndef _MBUS_METER_H
#define _MBUS_METER_H

#include <linux/iio/iio.h>
#include <linux/ktime.h>
#include <linux/meterbus.h>
#include <linux/mutex.h>
#include <linux/types.h>

#define MBUS_METER_DEFAULT_UPDATE_MS	1000
#define MBUS_METER_MAX_QUALIFIERS	6
#define MBUS_METER_LABEL_SIZE		224
#define MBUS_METER_SERIAL_DIGITS	8

/**
 * enum mbus_meter_form - how the value of a record is shown
 * @MBUS_METER_RAW: a number of 32 bits, and its scale
 * @MBUS_METER_RAW_64: a number of 64 bits, and its scale
 * @MBUS_METER_FREQUENCY: hertz
 * @MBUS_METER_POWERFACTOR: power factor
 */
enum mbus_meter_form {
	MBUS_METER_RAW,
	MBUS_METER_RAW_64,
	MBUS_METER_FREQUENCY,
	MBUS_METER_POWERFACTOR,
};

/**
 * struct mbus_meter_sort - a sort of records, and the channels that they become
 * @quantity: what they tell
 * @unit: in this unit
 * @type: type of the channel
 * @form: how it is shown
 * @any_medium: not of electricity meters only
 * @factor: @unit is this, times 10^@power, in the unit that IIO has for @type
 * @power: see there
 * @real_exponent: a single-precision number is counted in 10 to this power, after it
 *	was multiplied by @factor
 */
struct mbus_meter_sort {
	enum meterbus_quantity quantity;
	enum meterbus_unit unit;
	enum iio_chan_type type;
	enum mbus_meter_form form;
	bool any_medium;
	u8 factor;
	s8 power;
	s8 real_exponent;
};

/**
 * struct mbus_meter_key - what tells a record from others, read-out after read-out
 * @sort: quantity and unit
 * @function: see struct meterbus_record, like all that follows but @real
 * @storage: storage number
 * @tariff: tariff
 * @subunit: subunit
 * @exponent: power of ten
 * @qualifiers: what else is said of the quantity
 * @nr_qualifiers: how many
 * @real: a single-precision number, not an integer
 */
struct mbus_meter_key {
	const struct mbus_meter_sort *sort;
	enum meterbus_function function;
	u64 storage;
	u32 tariff;
	u16 subunit;
	int exponent;
	u16 qualifiers[MBUS_METER_MAX_QUALIFIERS];
	unsigned int nr_qualifiers;
	bool real;
};

/**
 * struct mbus_meter_identity - who a meter says it is
 * @known: it says so
 * @fixed: by a fixed data structure, which has neither @manufacturer nor @version
 * @id: identification number, one digit each four bits
 * @manufacturer: manufacturer
 * @version: version
 * @medium: medium
 */
struct mbus_meter_identity {
	bool known;
	bool fixed;
	u32 id;
	u16 manufacturer;
	u8 version;
	u8 medium;
};

/**
 * struct mbus_meter_entry - a record that can be shown
 * @key: what it is
 * @place: its place among all records of the read-out, from 0
 * @nth: how many records with the same key stand before it
 * @alike: how many records have that key
 * @value: its value, if @error is 0
 * @error: why it has none
 */
struct mbus_meter_entry {
	struct mbus_meter_key key;
	unsigned int place;
	unsigned int nth;
	unsigned int alike;
	s64 value;
	int error;
};

/**
 * struct mbus_meter_reading - what a read-out says
 * @identity: of the meter
 * @has_status: @access and @status are given
 * @access: access number
 * @status: status
 * @nr: number of @entries
 * @entries: the records that can be shown; their keys, in order, are the shape
 */
struct mbus_meter_reading {
	struct mbus_meter_identity identity;
	bool has_status;
	u8 access;
	u8 status;
	unsigned int nr;
	struct mbus_meter_entry entries[];
};

/**
 * struct mbus_meter_watch - has the meter another shape than when it was registered?
 * @registered: when that was, boot-time clock
 * @other: the last read-out that had another shape, or NULL
 * @agreed: how many successive read-outs had that shape
 */
struct mbus_meter_watch {
	ktime_t registered;
	struct mbus_meter_reading *other;
	unsigned int agreed;
};

/**
 * struct mbus_meter_value - what a channel last had
 * @value: its value, if @error is 0
 * @error: why it has none
 */
struct mbus_meter_value {
	s64 value;
	int error;
};

/**
 * struct mbus_meter - a meter; the private data of a struct iio_dev
 * @mdev: its device on the bus
 * @read: meterbus_read(), or a test's own
 * @recheck: meterbus_device_recheck(), or a test's own
 * @written_at: meterbus_device_written_at(), or a test's own
 * @telegram: shows the last read-out as it came
 * @first: what the channels were made from; constant
 * @serial: serial number as text, the label of a meter that has no other
 * @io: one read-out at a time; protects @readout, @watch and @values, killable where
 *	a task waits for it
 * @readout: the last read-out
 * @watch: looks for another shape
 * @anew: another shape was found; set under @io
 * @lock: protects the fields that follow; taken inside @io, held for moments only
 * @values: of the channels
 * @has_status: @access and @status were in the last read-out
 * @access: access number
 * @status: status
 * @stamp: arrival of the last read-out, boot-time clock
 * @failed: end of the last read-out that failed, boot-time clock
 * @error: why it did
 * @update_interval: how old a reading may be, in milliseconds
 */
struct mbus_meter {
	struct meterbus_device *mdev;
	int (*read)(struct meterbus_device *mdev, struct meterbus_readout *readout);
	void (*recheck)(struct meterbus_device *mdev);
	ktime_t (*written_at)(const struct meterbus_device *mdev);
	struct meterbus_telegram_file *telegram;
	struct mbus_meter_reading *first;
	char serial[MBUS_METER_SERIAL_DIGITS + 1];

	struct mutex io;
	struct meterbus_readout readout;
	struct mbus_meter_watch watch;
	bool anew;

	struct mutex lock;
	struct mbus_meter_value *values;
	bool has_status;
	u8 access;
	u8 status;
	ktime_t stamp;
	ktime_t failed;
	int error;
	unsigned int update_interval;
};

/* mbus_meter_key.c */
bool mbus_meter_key(struct mbus_meter_key *key, const struct meterbus_telegram *telegram,
		    const struct meterbus_record *record, bool electricity);
bool mbus_meter_key_equal(const struct mbus_meter_key *a, const struct mbus_meter_key *b);
int mbus_meter_value(const struct mbus_meter_key *key, const struct meterbus_record *record,
		     s64 *value);
int mbus_meter_scale(const struct mbus_meter_key *key, int *val, int *val2);
int mbus_meter_label(const struct mbus_meter_key *key, char *buf, size_t size);
void mbus_meter_split_nano(s64 value, int *val, int *val2);

/* mbus_meter_reading.c */
struct mbus_meter_reading *mbus_meter_reading(const struct meterbus_readout *readout);
const struct mbus_meter_entry *mbus_meter_find(const struct mbus_meter_reading *reading,
					       const struct mbus_meter_entry *wanted,
					       unsigned int hint);
bool mbus_meter_identity_equal(const struct mbus_meter_identity *a,
			       const struct mbus_meter_identity *b);
bool mbus_meter_watch_see(struct mbus_meter_watch *watch,
			  const struct mbus_meter_reading *first,
			  struct mbus_meter_reading *reading, ktime_t now);

/* mbus_meter_cache.c */
int mbus_meter_cache_init(struct mbus_meter *meter, struct device *dev);
int mbus_meter_verify(struct mbus_meter *meter);
int mbus_meter_refresh(struct mbus_meter *meter);
int mbus_meter_get(struct mbus_meter *meter, unsigned int channel, s64 *value);

/* mbus_meter_iio.c */
int mbus_meter_register(struct meterbus_device *mdev);

#endif
