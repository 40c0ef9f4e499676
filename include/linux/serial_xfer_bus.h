/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What buses on serial lines have in common: devices that come and go, and files in
 * sysfs.
 */
#ifndef _LINUX_SERIAL_XFER_BUS_H
#define _LINUX_SERIAL_XFER_BUS_H

#include <linux/device.h>
#include <linux/serial_xfer.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/**
 * enum serial_xfer_presence - is a device there?
 * @SERIAL_XFER_SEARCHING: it has not answered yet
 * @SERIAL_XFER_ONLINE: it answers
 * @SERIAL_XFER_OFFLINE: it has answered, and does not any more
 * @SERIAL_XFER_UNSUPPORTED: something answers that the driver does not know
 */
enum serial_xfer_presence {
	SERIAL_XFER_SEARCHING,
	SERIAL_XFER_ONLINE,
	SERIAL_XFER_OFFLINE,
	SERIAL_XFER_UNSUPPORTED,
};

/**
 * struct serial_xfer_life_ops - a device's driver, as its bus calls it
 * @probe: identify and register the device; -ENODEV: something else answers. When it
 *	has succeeded, what dev_get_platdata() returns is freed: a bus puts there what a
 *	device has kept over a change of its address
 * @verify: is it still the same? -ENODEV: no
 * @remove: undo @probe
 */
struct serial_xfer_life_ops {
	int (*probe)(struct device *dev);
	int (*verify)(struct device *dev);
	void (*remove)(struct device *dev);
};

/**
 * struct serial_xfer_life - life of a device
 * @dev: the device, which has an attribute "state"
 * @ops: its driver
 * @wq: runs @work
 * @lock: protects @presence; nothing is taken inside
 * @presence: is it there?
 * @work: asks for the device while it is not there
 * @pause_ms: pause before @work runs again; used by @work alone
 * @attached: the driver's probe has succeeded; used by @work, and by
 *	serial_xfer_life_stop() after @work has been cancelled
 * @prober: the task that runs @work, which may reach an offline device
 * @heard: the device has answered since @work began to run
 * @leaving: the driver is being unbound, no more exchanges
 */
struct serial_xfer_life {
	struct device *dev;
	const struct serial_xfer_life_ops *ops;
	struct workqueue_struct *wq;

	spinlock_t lock; /* presence */
	enum serial_xfer_presence presence;

	struct delayed_work work;
	unsigned int pause_ms;
	bool attached;
	struct task_struct *prober;
	bool heard;
	bool leaving;
};

void serial_xfer_life_init(struct serial_xfer_life *life, struct device *dev,
			   struct workqueue_struct *wq, const struct serial_xfer_life_ops *ops);
void serial_xfer_life_start(struct serial_xfer_life *life);
void serial_xfer_life_stop(struct serial_xfer_life *life);
void serial_xfer_life_revive(struct serial_xfer_life *life);
void serial_xfer_life_silent(struct serial_xfer_life *life);
void serial_xfer_life_recheck(struct serial_xfer_life *life);
void serial_xfer_life_heard(struct serial_xfer_life *life);
bool serial_xfer_life_first_try(struct serial_xfer_life *life);
bool serial_xfer_life_may_talk(struct serial_xfer_life *life);
bool serial_xfer_life_is_online(struct serial_xfer_life *life);
enum serial_xfer_presence serial_xfer_life_presence(struct serial_xfer_life *life);
ssize_t serial_xfer_life_emit(struct serial_xfer_life *life, char *buf);

/**
 * struct serial_xfer_stat_attribute - a counter in sysfs
 * @attr: the attribute
 * @stat: which counter
 * @stats: finds the counters of a device
 */
struct serial_xfer_stat_attribute {
	struct device_attribute attr;
	enum serial_xfer_stat stat;
	struct serial_xfer_stats *(*stats)(struct device *dev);
};

ssize_t serial_xfer_stat_show(struct device *dev, struct device_attribute *attr, char *buf);

#define SERIAL_XFER_STAT_ATTR(_bus, _name, _stat, _stats)				\
	static struct serial_xfer_stat_attribute _bus##_stat_##_name = {		\
		.attr = __ATTR(_name, 0444, serial_xfer_stat_show, NULL),		\
		.stat = (_stat),							\
		.stats = (_stats),							\
	}

/**
 * struct serial_xfer_tunable_attribute - an unsigned int in sysfs, between limits
 * @attr: the attribute
 * @offset: where it is, from the struct device on; READ_ONCE/WRITE_ONCE
 * @min: smallest value
 * @max: largest value
 */
struct serial_xfer_tunable_attribute {
	struct device_attribute attr;
	ptrdiff_t offset;
	unsigned int min;
	unsigned int max;
};

ssize_t serial_xfer_tunable_show(struct device *dev, struct device_attribute *attr, char *buf);
ssize_t serial_xfer_tunable_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count);

#define SERIAL_XFER_TUNABLE_ATTR(_bus, _type, _field, _min, _max)			\
	static struct serial_xfer_tunable_attribute _bus##_##_field = {		\
		.attr = __ATTR(_field, 0644, serial_xfer_tunable_show,			\
			       serial_xfer_tunable_store),				\
		.offset = (ptrdiff_t)offsetof(_type, _field) -				\
			  (ptrdiff_t)offsetof(_type, dev),				\
		.min = (_min),								\
		.max = (_max),								\
	}

/**
 * struct serial_xfer_protocol - what makes a bus of a port
 * @name: its name
 * @owner: its module
 * @line: line settings of a bus, if nobody asks for others
 * @attach: make a bus of @port, with these settings; @parent is the device that has the
 *	port. Returns the bus, or an ERR_PTR()
 * @detach: undo that; what is in flight ends with -ENODEV. May sleep
 * @device: the controller of a bus
 * @id: its number
 * @node: among all protocols; private
 */
struct serial_xfer_protocol {
	const char *name;
	struct module *owner;
	struct serial_xfer_line line;
	void *(*attach)(struct device *parent, struct serial_xfer_port *port,
			const struct serial_xfer_line *line);
	void (*detach)(void *bus);
	struct device *(*device)(void *bus);
	unsigned int (*id)(void *bus);
	struct list_head node;
};

void serial_xfer_protocol_register(struct serial_xfer_protocol *protocol);
void serial_xfer_protocol_unregister(struct serial_xfer_protocol *protocol);
const struct serial_xfer_protocol *serial_xfer_protocol_get(const char *name);
void serial_xfer_protocol_put(const struct serial_xfer_protocol *protocol);

ssize_t serial_xfer_echo_emit(struct serial_xfer_port *port, char *buf);
int serial_xfer_fw_name(const struct fwnode_handle *fwnode, char *name, size_t size);

#endif
