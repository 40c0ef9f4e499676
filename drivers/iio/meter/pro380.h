/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inepro PRO380 electricity meters: between the IIO device and its transports.
 *
 * pro380_core makes the IIO device out of items: numbers in the units of its
 * ABI. It knows neither a bus nor a register. A transport knows how to fetch
 * items from a meter and how to write some of them.
 */
#ifndef _PRO380_H
#define _PRO380_H

#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/iio/iio.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct device;
struct iio_trigger;
struct pro380;

/* Parts of a quantity, as in the indices of the IIO channels */
enum pro380_part {
	PRO380_PART_SUM,
	PRO380_PART_L1,
	PRO380_PART_L2,
	PRO380_PART_L3,
	PRO380_PART_T1,
	PRO380_PART_T2,
	PRO380_NR_PARTS,
	PRO380_NR_PHASE_PARTS = PRO380_PART_T1,
};

/*
 * What can be known of a meter.
 *
 * The first PRO380_NR_SCAN_ITEMS are the raw values of the channels, in the
 * order of their scan indices; an item there is one of these plus a part.
 * Units: 1 mV, 0.1 mA, 10 mW (var, VA), 1 J (varsecond), 1e-6 for power factors
 * and the frequency, 0.01 for versions and the S0 rate, one second, baud. The
 * serial number, the checksum and the status word are eight digits in the
 * nibbles of the value, most significant first; a secondary address is sixteen.
 * The manufacturer is three letters of five bits each.
 */
enum pro380_item {
	PRO380_ITEM_VOLTAGE,
	PRO380_ITEM_CURRENT = PRO380_ITEM_VOLTAGE + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_ACTIVE_POWER = PRO380_ITEM_CURRENT + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_REACTIVE_POWER = PRO380_ITEM_ACTIVE_POWER + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_APPARENT_POWER = PRO380_ITEM_REACTIVE_POWER + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_ACTIVE_TOTAL = PRO380_ITEM_APPARENT_POWER + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_ACTIVE_FORWARD = PRO380_ITEM_ACTIVE_TOTAL + PRO380_NR_PARTS,
	PRO380_ITEM_ACTIVE_REVERSE = PRO380_ITEM_ACTIVE_FORWARD + PRO380_NR_PARTS,
	PRO380_ITEM_RESETTABLE = PRO380_ITEM_ACTIVE_REVERSE + PRO380_NR_PARTS,
	PRO380_ITEM_REACTIVE_TOTAL,
	PRO380_ITEM_REACTIVE_FORWARD = PRO380_ITEM_REACTIVE_TOTAL + PRO380_NR_PARTS,
	PRO380_ITEM_REACTIVE_REVERSE = PRO380_ITEM_REACTIVE_FORWARD + PRO380_NR_PARTS,
	PRO380_NR_SCAN_ITEMS = PRO380_ITEM_REACTIVE_REVERSE + PRO380_NR_PARTS,

	PRO380_ITEM_POWERFACTOR = PRO380_NR_SCAN_ITEMS,
	PRO380_ITEM_FREQUENCY = PRO380_ITEM_POWERFACTOR + PRO380_NR_PHASE_PARTS,

	PRO380_ITEM_SERIAL_NUMBER,
	PRO380_ITEM_METER_CODE,
	PRO380_ITEM_PROTOCOL_VERSION,
	PRO380_ITEM_SOFTWARE_VERSION,
	PRO380_ITEM_HARDWARE_VERSION,
	PRO380_ITEM_SECONDARY_ADDRESS,
	PRO380_ITEM_MANUFACTURER,
	PRO380_ITEM_VERSION,
	PRO380_ITEM_MEDIUM,

	PRO380_ITEM_ADDRESS,
	PRO380_ITEM_BAUD_RATE,
	PRO380_ITEM_METER_AMPS,
	PRO380_ITEM_CT_RATIO,
	PRO380_ITEM_S0_RATE,
	PRO380_ITEM_COMBINATION_CODE,
	PRO380_ITEM_LCD_CYCLE_TIME,
	PRO380_ITEM_PARITY,
	PRO380_ITEM_DIRECTION,
	PRO380_ITEM_ERROR_CODE = PRO380_ITEM_DIRECTION + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_POWER_DOWN_COUNTER,
	PRO380_ITEM_QUADRANT,
	PRO380_ITEM_CHECKSUM = PRO380_ITEM_QUADRANT + PRO380_NR_PHASE_PARTS,
	PRO380_ITEM_STATUS_WORD,
	PRO380_ITEM_CT_MODE,
	PRO380_ITEM_ACCESS_NUMBER,
	PRO380_ITEM_STATUS,
	PRO380_ITEM_TARIFF,

	PRO380_ITEM_TARIFF_VOLATILE,	/* write only: a tariff that is not stored */
	PRO380_NR_ITEMS,
};

/* Of PRO380_ITEM_COMBINATION_CODE, the one that cannot be undone (manual v2.18, 7.11) */
#define PRO380_CODE_PERMANENT	10

/* Values of PRO380_ITEM_PARITY; PRO380_ITEM_DIRECTION is 0 forward, 1 reverse */
enum pro380_parity {
	PRO380_PARITY_EVEN,
	PRO380_PARITY_NONE,
	PRO380_PARITY_ODD,
};

/**
 * enum pro380_layout - which channels a meter has
 * @PRO380_THREE_PHASE: PRO380: L1 to L3, and sums of powers and energies
 * @PRO380_ONE_PHASE: PRO1: L1 and sums, of voltage and current too
 * @PRO380_TARIFFS: PRO380 on M-Bus: active energies, sums and T1, T2
 */
enum pro380_layout {
	PRO380_THREE_PHASE,
	PRO380_ONE_PHASE,
	PRO380_TARIFFS,
};

#define PRO380_SERIAL_DIGITS	8

/**
 * struct pro380_keep - what an IIO device hands to its successor
 * @serial: serial number of the meter, as text; another meter does not inherit
 * @update_interval: see struct pro380
 * @dropped_scans: see struct pro380
 */
struct pro380_keep {
	char serial[PRO380_SERIAL_DIGITS + 1];
	unsigned int update_interval;
	u64 dropped_scans;
};

/**
 * struct pro380_ops - what a transport can do
 * @fetch: ask the meter for the items whose bits are set in @wanted and hand
 *	each over with pro380_deliver(), also those which the meter refused or
 *	whose value is invalid. Returns 0 if the meter answered for all of them,
 *	else an error
 * @write: send an item to the meter. Returns 0 if it was acknowledged; the core
 *	reads it back where that is possible. What changes the settings of the
 *	line returns when the meter answers at the new ones, or after the old
 *	ones are back in use
 * @move: give the meter another address, of the kind that @item is. Returns 0
 *	after the meter was seen to have it. If the meter is reached by that kind, it
 *	was scheduled to be registered anew with a copy of @keep. If its serial number
 *	went with the address, @keep->serial tells the new one, also after an error.
 *	-EADDRINUSE: something else is there
 * @written_at: when has somebody else last written to the meter, boot-time clock; 0:
 *	never. What was fetched before then is not to be shown any more
 *
 * The core calls one of them at a time, but for @written_at, which it calls at any
 * time. All others may sleep.
 */
struct pro380_ops {
	int (*fetch)(void *priv, const unsigned long *wanted, struct pro380 *pro);
	int (*write)(void *priv, enum pro380_item item, s64 value);
	int (*move)(void *priv, enum pro380_item item, s64 address, struct pro380_keep *keep);
	ktime_t (*written_at)(void *priv);
};

/**
 * struct pro380_desc - a meter, described by its transport
 * @name: of the IIO device
 * @layout: its channels
 * @readable: items that can be fetched
 * @writable: items that can be written
 * @min_address: smallest PRO380_ITEM_ADDRESS
 * @max_address: largest one
 * @ops: how
 * @priv: for @ops
 * @keep: of the IIO device that this one replaces, or NULL; used only until this
 *	one is registered
 */
struct pro380_desc {
	const char *name;
	enum pro380_layout layout;
	DECLARE_BITMAP(readable, PRO380_NR_ITEMS);
	DECLARE_BITMAP(writable, PRO380_NR_ITEMS);
	unsigned int min_address;
	unsigned int max_address;
	const struct pro380_ops *ops;
	void *priv;
	const struct pro380_keep *keep;
};

struct iio_dev *devm_pro380_register(struct device *dev, const struct pro380_desc *desc);
void pro380_deliver(struct pro380 *pro, enum pro380_item item, s64 value, int error,
		    ktime_t stamp);

#endif
