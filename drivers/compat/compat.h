/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack, in the form that newer ones have. Included ahead of
 * every source file in out-of-tree builds; drivers/Kbuild finds out what is needed
 * and defines the COMPAT_ macros.
 */
#ifndef _COMPAT_H
#define _COMPAT_H

#include <linux/device.h>
#include <linux/kconfig.h>

#ifdef COMPAT_SERDEV_RECEIVE_INT
#include <linux/serdev.h>

/* Until 6.8 receive_buf() returned an int. One set of client ops a source file. */
struct compat_serdev_device_ops {
	size_t (*receive_buf)(struct serdev_device *serdev, const u8 *buf, size_t len);
	void (*write_wakeup)(struct serdev_device *serdev);
};

static const struct compat_serdev_device_ops *compat_serdev_ops __maybe_unused;

static inline int compat_serdev_receive(struct serdev_device *serdev,
					const unsigned char *buf, size_t len)
{
	return compat_serdev_ops->receive_buf(serdev, buf, len);
}

static inline void
compat_serdev_set_client_ops(struct serdev_device *serdev,
			     const struct compat_serdev_device_ops *ops)
{
	static struct serdev_device_ops client_ops = {
		.receive_buf = compat_serdev_receive,
	};

	compat_serdev_ops = ops;
	client_ops.write_wakeup = ops->write_wakeup;
	serdev_device_set_client_ops(serdev, &client_ops);
}

#define serdev_device_ops compat_serdev_device_ops
#define serdev_device_set_client_ops compat_serdev_set_client_ops
#endif

#ifdef COMPAT_LDISC_RECEIVE_INT
/* Until 6.6 a line discipline got characters, and an int of them. */
#define ldisc_receive_buf(tty_decl, cp_decl, fp_decl, count_decl) \
	ldisc_receive_buf(struct tty_struct *tty, const unsigned char *cp, const char *fp, \
			  int count)
#endif

#ifdef COMPAT_BUS_NOT_CONST
/*
 * Until 6.3 and 6.11 a bus's callbacks took pointers to objects that they may not
 * change anyway. A macro with arguments replaces the definitions, not the uses.
 */
#define modbus_bus_match(dev_decl, driver_decl) \
	modbus_bus_match(struct device *dev, struct device_driver *driver)
#define modbus_bus_uevent(dev_decl, env_decl) \
	modbus_bus_uevent(struct device *dev, struct kobj_uevent_env *env)
#define meterbus_bus_match(dev_decl, driver_decl) \
	meterbus_bus_match(struct device *dev, struct device_driver *driver)
#define meterbus_bus_uevent(dev_decl, env_decl) \
	meterbus_bus_uevent(struct device *dev, struct kobj_uevent_env *env)
#endif

#endif
