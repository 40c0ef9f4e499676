/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modbus RTU bus: controllers, devices, drivers.
 */
#ifndef _LINUX_MODBUS_H
#define _LINUX_MODBUS_H

#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/serial_xfer.h>
#include <linux/types.h>

struct lock_class_key;
struct modbus_controller;
struct regmap;
struct regmap_config;

/* Limits of the Modbus Application Protocol V1.1b3, chapters 4.1, 6.3 and 6.12 */
#define MODBUS_MAX_PDU		253
#define MODBUS_MAX_READ		125
#define MODBUS_MAX_WRITE	123

/* Unit addresses of the Modbus over Serial Line specification V1.02, 2.2 */
#define MODBUS_UNIT_BROADCAST	0
#define MODBUS_UNIT_MIN		1
#define MODBUS_UNIT_MAX		247

#define MODBUS_NAME_SIZE	32

/**
 * struct modbus_device_id - a device that a driver supports
 * @name: the compatible without its vendor, or the name given to new_device
 * @driver_data: for the driver
 */
struct modbus_device_id {
	char name[MODBUS_NAME_SIZE];
	kernel_ulong_t driver_data;
};

/**
 * struct modbus_ident - registers that a device lets read at any time
 * @addr: first register; read with function 03
 * @min: smallest number of registers that can be read from @addr on
 * @max: largest number
 *
 * Reads of these, each time of another length, tell late replies from those that
 * are awaited, and find out whether a device is there at all.
 */
struct modbus_ident {
	u16 addr;
	u8 min;
	u8 max;
};

/**
 * struct modbus_device - a device on a Modbus line
 * @dev: the driver model's device; its driver data belong to the driver
 * @name: as in struct modbus_device_id
 *
 * The rest is the bus's own: see drivers/modbus/internal.h.
 */
struct modbus_device {
	struct device dev;
	char name[MODBUS_NAME_SIZE];
};

/**
 * struct modbus_driver - driver of a kind of device
 * @driver: name and of_match_table (matched against the compatible property of
 *	device tree and ACPI nodes alike)
 * @id_table: names, for devices made with new_device; ends with an empty name
 * @ident: registers by which the bus asks whether the device is there; mandatory
 * @probe: the device may be there: identify and register it. Called from a work
 *	item of the bus after the driver was bound, again with growing pauses while
 *	it fails. -ENODEV: something else answers. What was allocated with devm_*
 *	lives until @remove or until @probe fails
 * @verify: optional. The device was away and may be back: is it still the same?
 *	0: yes; -ENODEV: no, @remove and then @probe are called; any other error:
 *	not there yet. Nobody but this function reaches the device meanwhile.
 *	Without it, @remove and @probe are called
 * @remove: optional. The device is to be unregistered; only after a @probe that
 *	succeeded
 *
 * All three may sleep and never run at the same time. @probe and @verify may use the
 * device; in @remove it may be out of reach.
 */
struct modbus_driver {
	struct device_driver driver;
	const struct modbus_device_id *id_table;
	struct modbus_ident ident;
	int (*probe)(struct modbus_device *mdev);
	int (*verify)(struct modbus_device *mdev);
	void (*remove)(struct modbus_device *mdev);
};

/**
 * struct modbus_request - a raw request to a device
 * @req: request PDU: function code and data
 * @req_len: its length, 1 to MODBUS_MAX_PDU
 * @rsp: where the response PDU goes
 * @rsp_size: room there
 * @rsp_len: result: its length
 * @stamp: result: arrival of its last byte, boot-time clock
 */
struct modbus_request {
	const u8 *req;
	size_t req_len;
	u8 *rsp;
	size_t rsp_size;
	size_t rsp_len;
	ktime_t stamp;
};

#define to_modbus_device(d)	container_of_const(d, struct modbus_device, dev)
#define to_modbus_driver(d)	container_of_const(d, struct modbus_driver, driver)

int __modbus_driver_register(struct modbus_driver *drv, struct module *owner);
void modbus_driver_unregister(struct modbus_driver *drv);

#define modbus_driver_register(drv) __modbus_driver_register(drv, THIS_MODULE)
#define module_modbus_driver(drv) \
	module_driver(drv, modbus_driver_register, modbus_driver_unregister)

const struct modbus_device_id *modbus_device_get_id(const struct modbus_device *mdev);

int modbus_exchange(struct modbus_device *mdev, struct modbus_request *request);
int modbus_read_holding(struct modbus_device *mdev, u16 addr, u16 count, __be16 *regs,
			ktime_t *stamp);
int modbus_read_input(struct modbus_device *mdev, u16 addr, u16 count, __be16 *regs,
		      ktime_t *stamp);
int modbus_write_register(struct modbus_device *mdev, u16 addr, u16 value);
int modbus_write_registers(struct modbus_device *mdev, u16 addr, u16 count,
			   const __be16 *regs);
int modbus_broadcast(struct modbus_controller *ctrl, const u8 *req, size_t req_len);

struct modbus_controller *modbus_device_controller(const struct modbus_device *mdev);
u8 modbus_device_unit(const struct modbus_device *mdev);
ktime_t modbus_device_written_at(const struct modbus_device *mdev);
unsigned int modbus_device_latency_us(const struct modbus_device *mdev);
bool modbus_device_is_online(struct modbus_device *mdev);
struct serial_xfer_line modbus_device_line(struct modbus_device *mdev);
void modbus_device_set_line(struct modbus_device *mdev, const struct serial_xfer_line *line);
void modbus_device_recheck(struct modbus_device *mdev);

int modbus_unit_reserve(struct modbus_device *mdev, u8 unit);
void modbus_unit_use(struct modbus_device *mdev, u8 unit);
void modbus_unit_cancel(struct modbus_device *mdev);
int modbus_unit_commit(struct modbus_device *mdev, const void *keep, size_t len);

struct regmap *__devm_regmap_init_modbus(struct modbus_device *mdev,
					 const struct regmap_config *config,
					 struct lock_class_key *lock_key,
					 const char *lock_name);

/**
 * devm_regmap_init_modbus() - register map of a device's holding registers
 * @mdev: the device
 * @config: configuration; reg_bits and val_bits are 16
 *
 * To be used with <linux/regmap.h>. Reads use function 03, writes function 06 for
 * one register and 16 for more. Blocks are read in one request only where nothing
 * is cached (REGCACHE_NONE, or volatile registers).
 *
 * Context: may sleep.
 * Return: the map, or an ERR_PTR(); it is freed with the device's resources.
 */
#define devm_regmap_init_modbus(mdev, config)				\
	__regmap_lockdep_wrapper(__devm_regmap_init_modbus, #config,	\
				 mdev, config)

#endif
