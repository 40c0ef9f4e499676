/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wired M-Bus: controllers, devices, drivers (EN 13757-2).
 */
#ifndef _LINUX_METERBUS_H
#define _LINUX_METERBUS_H

#include <linux/device.h>
#include <linux/meterbus_record.h>
#include <linux/mod_devicetable.h>
#include <linux/serial_xfer.h>
#include <linux/types.h>

struct kobject;
struct meterbus_controller;
struct meterbus_telegram_file;

#define METERBUS_NAME_SIZE	32
/* Primary addresses, EN 13757-2:2018, 5.6 */
#define METERBUS_ADDRESS_MAX	250
/* A long frame: L may be 255, and six bytes are around what it counts; EN 13757-2:2018, 5.4 */
#define METERBUS_MAX_FRAME	261
/* A meter that announces more telegrams than that does not end. */
#define METERBUS_MAX_TELEGRAMS	16

/**
 * struct meterbus_address - how a meter is addressed
 * @secondary: by @id, not by @primary
 * @primary: primary address, 0 to METERBUS_ADDRESS_MAX
 * @id: secondary address, sixteen digits as they are written: identification number,
 *	then manufacturer, version and medium as they go to the wire; F is any digit
 */
struct meterbus_address {
	bool secondary;
	u8 primary;
	u64 id;
};

/**
 * struct meterbus_device_id - a device that a driver supports
 * @name: the compatible without its vendor, or the name given to new_device
 * @driver_data: for the driver
 */
struct meterbus_device_id {
	char name[METERBUS_NAME_SIZE];
	kernel_ulong_t driver_data;
};

/**
 * struct meterbus_device - a meter on an M-Bus
 * @dev: the driver model's device; its driver data belong to the driver
 * @name: as in struct meterbus_device_id
 *
 * The rest is the bus's own: see drivers/meterbus/internal.h.
 */
struct meterbus_device {
	struct device dev;
	char name[METERBUS_NAME_SIZE];
};

/**
 * struct meterbus_driver - driver of a kind of meter
 * @driver: name and of_match_table (matched against the compatible property of
 *	device tree and ACPI nodes alike)
 * @id_table: names, for devices made with new_device; ends with an empty name
 * @probe: the meter may be there: identify and register it. Called from a work item
 *	of the bus after the driver was bound, again with growing pauses while it
 *	fails. -ENODEV: something else answers. What was allocated with devm_* lives
 *	until @remove or until @probe fails
 * @verify: optional. The meter was away and may be back: is it still the same? 0:
 *	yes; -ENODEV: no, @remove and then @probe are called; any other error: not
 *	there yet. Without it, @remove and @probe are called
 * @remove: optional. The meter is to be unregistered; only after a @probe that
 *	succeeded
 *
 * All three may sleep and never run at the same time. @probe and @verify may use the
 * meter; in @remove it may be out of reach.
 */
struct meterbus_driver {
	struct device_driver driver;
	const struct meterbus_device_id *id_table;
	int (*probe)(struct meterbus_device *mdev);
	int (*verify)(struct meterbus_device *mdev);
	void (*remove)(struct meterbus_device *mdev);
};

/**
 * struct meterbus_readout - all telegrams of one read-out
 * @nr_telegrams: how many there are
 * @len: the lengths of their frames
 * @frame: the long frames in which they came, each from its start byte 68 to its stop
 *	byte 16; whole, and their checksums are right
 * @stamp: arrival of the last byte of the last of them, boot-time clock
 *
 * More than 4 kB: not for the stack.
 */
struct meterbus_readout {
	unsigned int nr_telegrams;
	u16 len[METERBUS_MAX_TELEGRAMS];
	u8 frame[METERBUS_MAX_TELEGRAMS][METERBUS_MAX_FRAME];
	ktime_t stamp;
};

#define to_meterbus_device(d)	container_of_const(d, struct meterbus_device, dev)
#define to_meterbus_driver(d)	container_of_const(d, struct meterbus_driver, driver)

int __meterbus_driver_register(struct meterbus_driver *drv, struct module *owner);
void meterbus_driver_unregister(struct meterbus_driver *drv);

#define meterbus_driver_register(drv) __meterbus_driver_register(drv, THIS_MODULE)
#define module_meterbus_driver(drv) \
	module_driver(drv, meterbus_driver_register, meterbus_driver_unregister)

const struct meterbus_device_id *meterbus_device_get_id(const struct meterbus_device *mdev);
struct meterbus_address meterbus_device_address(struct meterbus_device *mdev);
bool meterbus_device_is_online(struct meterbus_device *mdev);
struct serial_xfer_line meterbus_device_line(struct meterbus_device *mdev);
void meterbus_device_set_speed(struct meterbus_device *mdev, unsigned int speed);
ktime_t meterbus_device_written_at(const struct meterbus_device *mdev);
void meterbus_device_recheck(struct meterbus_device *mdev);

const u8 *meterbus_readout_telegram(const struct meterbus_readout *readout, unsigned int n,
				    size_t *len);
u8 meterbus_readout_address(const struct meterbus_readout *readout);

int meterbus_read(struct meterbus_device *mdev, struct meterbus_readout *readout);
int meterbus_write(struct meterbus_device *mdev, u8 ci, const u8 *data, size_t len);
int meterbus_reset(struct meterbus_device *mdev);

int meterbus_address_probe(struct meterbus_device *mdev, const struct meterbus_address *address);
int meterbus_address_reserve(struct meterbus_device *mdev,
			     const struct meterbus_address *address);
void meterbus_address_use(struct meterbus_device *mdev, const struct meterbus_address *address);
void meterbus_address_cancel(struct meterbus_device *mdev);
int meterbus_address_commit(struct meterbus_device *mdev, const void *keep, size_t len);

struct meterbus_telegram_file *devm_meterbus_telegram_file(struct device *dev);
void meterbus_telegram_file_set(struct meterbus_telegram_file *file,
				const struct meterbus_readout *readout);
int devm_meterbus_telegram_file_add(struct device *dev, struct meterbus_telegram_file *file,
				    struct kobject *kobj);

#endif
