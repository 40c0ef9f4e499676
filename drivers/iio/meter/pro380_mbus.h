/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inepro PRO380 electricity meters: internals of pro380_mbus.
 */
#ifndef _PRO380_MBUS_H
#define _PRO380_MBUS_H

#include <linux/meterbus.h>
#include <linux/mutex.h>

#include "pro380.h"

#define PRO380_MBUS_NR_ENERGIES	9

/* DIF, VIF and their extensions, then at most four bytes of a value */
#define PRO380_MBUS_MAX_WRITE	8

/**
 * struct pro380_mbus_energy - an energy of a meter on M-Bus
 * @item: what it is
 * @function: function field of its record, which tells the direction
 * @tariff: tariff of its record
 */
struct pro380_mbus_energy {
	enum pro380_item item;
	enum meterbus_function function;
	u32 tariff;
};

/**
 * struct pro380_mbus_report - what a read-out says
 * @id: sixteen digits of the secondary address, see struct meterbus_address
 * @address: primary address
 * @access: access number
 * @status: status
 * @present: which energies the meter has a record of, one bit each
 * @value: energies, in joules, where @error is 0
 * @error: -ENODATA: no valid value; -ERANGE: it does not fit
 */
struct pro380_mbus_report {
	u64 id;
	u8 address;
	u8 access;
	u8 status;
	unsigned int present;
	s64 value[PRO380_MBUS_NR_ENERGIES];
	int error[PRO380_MBUS_NR_ENERGIES];
};

/**
 * struct pro380_mbus_message - a write, as it goes to the meter
 * @ci: CI field
 * @len: length of @data
 * @data: what follows
 */
struct pro380_mbus_message {
	u8 ci;
	u8 len;
	u8 data[PRO380_MBUS_MAX_WRITE];
};

/**
 * struct pro380_mbus_bus - the bus, or what takes its place in tests
 * @read: meterbus_read()
 * @write: meterbus_write()
 * @recheck: meterbus_device_recheck()
 * @is_online: meterbus_device_is_online()
 * @line: meterbus_device_line()
 * @set_speed: meterbus_device_set_speed()
 * @address: meterbus_device_address()
 * @probe: meterbus_address_probe()
 * @reserve: meterbus_address_reserve()
 * @use: meterbus_address_use()
 * @cancel: meterbus_address_cancel()
 * @commit: meterbus_address_commit()
 */
struct pro380_mbus_bus {
	int (*read)(struct meterbus_device *mdev, struct meterbus_readout *readout);
	int (*write)(struct meterbus_device *mdev, u8 ci, const u8 *data, size_t len);
	void (*recheck)(struct meterbus_device *mdev);
	bool (*is_online)(struct meterbus_device *mdev);
	struct serial_xfer_line (*line)(struct meterbus_device *mdev);
	void (*set_speed)(struct meterbus_device *mdev, unsigned int speed);
	struct meterbus_address (*address)(struct meterbus_device *mdev);
	int (*probe)(struct meterbus_device *mdev, const struct meterbus_address *address);
	int (*reserve)(struct meterbus_device *mdev, const struct meterbus_address *address);
	void (*use)(struct meterbus_device *mdev, const struct meterbus_address *address);
	void (*cancel)(struct meterbus_device *mdev);
	int (*commit)(struct meterbus_device *mdev, const void *keep, size_t len);
};

/**
 * struct pro380_mbus - a meter on an M-Bus
 * @mdev: the device on the bus
 * @bus: how it is reached
 * @telegram: shows the last read-out as it came
 * @readout: the last read-out; the core fetches one at a time
 * @lock: protects @id and @other_speed, and who tries out speeds and addresses; taken
 *	inside the core's lock, and by the bus's calls of verify. @id is read under
 *	either of these locks
 * @id: secondary address, sixteen digits: which meter it is
 * @other_speed: speed which the meter may have instead of that of @mdev, since a
 *	change ended without an answer; 0 if there is none
 */
struct pro380_mbus {
	struct meterbus_device *mdev;
	const struct pro380_mbus_bus *bus;
	struct meterbus_telegram_file *telegram;
	struct meterbus_readout readout;

	struct mutex lock; /* id, other_speed */
	u64 id;
	unsigned int other_speed;
};

/* pro380_mbus_main.c */
int pro380_mbus_identify(struct pro380_mbus *pm, struct pro380_mbus_report *report);
int pro380_mbus_same(struct pro380_mbus *pm);

/* pro380_mbus_readout.c */
extern const struct pro380_mbus_energy pro380_mbus_energies[PRO380_MBUS_NR_ENERGIES];

int pro380_mbus_decode(const struct meterbus_readout *readout,
		       struct pro380_mbus_report *report);
bool pro380_mbus_is_pro380(const struct pro380_mbus_report *report);
int pro380_mbus_fetch(void *priv, const unsigned long *wanted, struct pro380 *pro);

/* pro380_mbus_settings.c */
void pro380_mbus_encode(enum pro380_item item, s64 value, struct pro380_mbus_message *msg);
int pro380_mbus_write(void *priv, enum pro380_item item, s64 value);
int pro380_mbus_move(void *priv, enum pro380_item item, s64 address,
		     struct pro380_keep *keep);

#endif
