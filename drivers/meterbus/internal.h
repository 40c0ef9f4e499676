/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _METERBUS_INTERNAL_H
#define _METERBUS_INTERNAL_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/meterbus.h>
#include <linux/mutex.h>
#include <linux/serial_xfer.h>
#include <linux/serial_xfer_bus.h>
#include <linux/serial_xfer_cdev.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "protocol.h"

struct meterbus_xfer;

/**
 * struct meterbus_controller - an M-Bus
 * @dev: the controller's device, child of the one that has the line
 * @id: bus number
 * @port: the line; a reference is held
 * @cdev: /dev/mbusN
 * @raw: client for requests that belong to no device
 * @wq: runs the life of the devices; one item a device at a time
 * @line: settings for devices that do not say otherwise; constant
 * @response_timeout_ms: time limit of a reply besides 330 bit times;
 *	READ_ONCE/WRITE_ONCE
 * @retries: repeated requests at most; READ_ONCE/WRITE_ONCE
 * @lock: protects @devices and @closing; taken in process context, held while a
 *	device is added, never while one is unregistered or asked
 * @devices: the devices, also those that are being unregistered
 * @closing: no more devices
 * @selected: the device that is selected by its secondary address; belongs to
 *	whoever has claimed @port; compared, never followed
 * @strange: primary addresses of devices that userspace has talked with, so that their
 *	links are out of step; belongs to whoever has claimed @port
 * @late_until: an acknowledgment may come too late until then, monotonic clock;
 *	belongs to whoever has claimed @port
 * @late_ack: whose it is if a request that is always acknowledged has failed; NULL for
 *	those of several; likewise
 * @late_ack_until: until when that may come; likewise
 */
struct meterbus_controller {
	struct device dev;
	int id;
	struct serial_xfer_port *port;
	struct serial_xfer_cdev cdev;
	struct serial_xfer_client raw;
	struct workqueue_struct *wq;
	struct serial_xfer_line line;
	unsigned int response_timeout_ms;
	unsigned int retries;

	struct mutex lock; /* devices, closing */
	struct list_head devices;
	bool closing;

	const struct meterbus_device_priv *selected;
	DECLARE_BITMAP(strange, METERBUS_ADDRESS_MAX + 1);
	ktime_t late_until;
	const struct meterbus_device_priv *late_ack;
	ktime_t late_ack_until;
};

/**
 * struct meterbus_link - where the data link layer stands with a device
 * @synced: the device expects @fcb; if not, it must be reset or selected first
 * @fcb: frame count bit of the next request that is not a repetition
 * @counts: the device has answered a frame whose count bit was set
 * @plain: the device answers only frames whose count bit is clear
 * @steady: the device's replies are alike even if they are new
 * @midway: the last telegram announced another one, or did not tell
 * @sure: a telegram has come since the device was selected, and since a request failed
 * @late: a request for a telegram has failed since the link was brought in step: what
 *	answers it may still come
 * @again: @last equals the telegram before
 * @last: the last telegram's frame
 * @last_len: its length
 */
struct meterbus_link {
	bool synced;
	bool fcb;
	bool counts;
	bool plain;
	bool steady;
	bool midway;
	bool sure;
	bool late;
	bool again;
	u8 last[METERBUS_MAX_FRAME];
	size_t last_len;
};

/**
 * struct meterbus_device_priv - a device on the bus
 * @mdev: what its driver sees
 * @ctrl: its controller; a reference is held
 * @client: its turns on the line, and its counters
 * @node: in @ctrl->devices, under @ctrl->lock
 * @going: somebody is unregistering it; under @ctrl->lock
 * @from_user: made with new_device
 * @address: how it is addressed; changed by meterbus_address_use() under @talk
 * @known: address under which @ctrl knows it; constant
 * @reserving: @wanted is reserved for it; under @ctrl->lock
 * @wanted: another address; under @ctrl->lock
 * @lock: protects @line; nothing is taken inside
 * @line: line settings
 * @life: looks for the device while it is not there
 * @talk: protects @link and @address; held for a whole read-out, the port is claimed inside
 * @link: where the data link layer stands; what it has of the last telegram, @sure and
 *	@late belong to whoever has claimed the port instead
 * @written_at: when somebody else has last written to the device, boot-time clock
 * @renumber: registers the device anew at @wanted
 * @keep: what the driver wants to find again then
 * @keep_len: its length
 */
struct meterbus_device_priv {
	struct meterbus_device mdev;
	struct meterbus_controller *ctrl;
	struct serial_xfer_client client;
	struct list_head node;
	bool going;
	bool from_user;
	struct meterbus_address address;
	struct meterbus_address known;
	bool reserving;
	struct meterbus_address wanted;

	spinlock_t lock; /* line */
	struct serial_xfer_line line;
	struct serial_xfer_life life;

	struct mutex talk; /* link, address */
	struct meterbus_link link;

	atomic64_t written_at;

	struct work_struct renumber;
	void *keep;
	size_t keep_len;
};

#define to_meterbus_controller(d)	container_of_const(d, struct meterbus_controller, dev)
#define to_meterbus_priv(m)		container_of_const(m, struct meterbus_device_priv, mdev)
#define dev_to_meterbus_priv(d)		to_meterbus_priv(to_meterbus_device(d))

/**
 * struct meterbus_request - a request to a device
 * @read: REQ_UD2, answered with a telegram; else SND_UD, acknowledged
 * @ci: CI field
 * @data: what follows it
 * @len: length of @data
 */
struct meterbus_request {
	bool read;
	u8 ci;
	const u8 *data;
	size_t len;
};

/**
 * struct meterbus_target - who is reached by a request of userspace
 * @a: A field
 * @id: what has been selected before, if @a is METERBUS_A_SELECTED
 */
struct meterbus_target {
	u8 a;
	u64 id;
};

/**
 * struct meterbus_board_info - what is known of a device before it is made
 * @name: its name
 * @address: its address
 * @line: its line settings
 * @fwnode: its firmware node, or NULL
 * @from_user: made with new_device
 * @old: the device that it replaces, which has reserved @address; or NULL
 * @keep: data that its driver finds in dev_get_platdata(), or NULL
 * @keep_len: their length
 */
struct meterbus_board_info {
	char name[METERBUS_NAME_SIZE];
	struct meterbus_address address;
	struct serial_xfer_line line;
	struct fwnode_handle *fwnode;
	bool from_user;
	const struct meterbus_device_priv *old;
	const void *keep;
	size_t keep_len;
};

extern struct bus_type meterbus_bus_type;
extern const struct device_type meterbus_controller_type;
extern const struct device_type meterbus_device_type;
extern const struct attribute_group *meterbus_controller_groups[];
extern const struct attribute_group *meterbus_device_groups[];
extern const struct serial_xfer_life_ops meterbus_life_ops;
extern const struct serial_xfer_line meterbus_default_line;

/* controller.c */
struct meterbus_controller *meterbus_controller_register(struct device *parent,
							 struct serial_xfer_port *port);
struct meterbus_controller *meterbus_controller_attach(struct device *parent,
						       struct serial_xfer_port *port,
						       const struct serial_xfer_line *line);
void meterbus_controller_unregister(struct meterbus_controller *ctrl);
int meterbus_check_speed(unsigned int speed);
int meterbus_read_speed(struct fwnode_handle *fwnode, unsigned int *speed);

/* device.c */
int meterbus_parse_address(const char *word, struct meterbus_address *address);
int meterbus_device_create(struct meterbus_controller *ctrl,
			   const struct meterbus_board_info *info,
			   const struct serial_xfer_stats *stats);
struct meterbus_device_priv *meterbus_device_find(struct meterbus_controller *ctrl,
						  const struct meterbus_address *address);
bool meterbus_ids_overlap(u64 a, u64 b);
bool meterbus_device_clash(const struct meterbus_device_priv *priv,
			   const struct meterbus_address *address);
struct meterbus_device_priv *meterbus_device_take(struct meterbus_controller *ctrl,
						  const struct meterbus_address *address);
struct meterbus_device_priv *meterbus_device_take_first(struct meterbus_controller *ctrl);
void meterbus_device_delete(struct meterbus_device_priv *priv);
void meterbus_device_withdraw(struct meterbus_device_priv *priv);
void meterbus_device_drop(struct meterbus_device_priv *priv);
void meterbus_add_fw_devices(struct meterbus_controller *ctrl);

/* target.c */
bool meterbus_target_has_driver(struct meterbus_controller *ctrl,
				const struct meterbus_target *target);
void meterbus_target_disturb(struct meterbus_controller *ctrl,
			     const struct meterbus_target *target);
void meterbus_target_written(struct meterbus_controller *ctrl,
			     const struct meterbus_target *target);

/* cdev.c */
bool meterbus_xfer_reads(const struct meterbus_xfer *xfer);
int meterbus_xfer_check(const struct meterbus_xfer *xfer);
int meterbus_cdev_request(struct serial_xfer_file *file, void *data);
int meterbus_cdev_register(struct meterbus_controller *ctrl);

/* attach.c */
void meterbus_protocol_register(void);
void meterbus_protocol_unregister(void);

/* link.c */
unsigned int meterbus_link_timeout_ms(const struct meterbus_controller *ctrl,
				      unsigned int speed);
int meterbus_link_transact(const struct meterbus_controller *ctrl,
			   struct serial_xfer_client *client,
			   const struct meterbus_expect *expect, struct serial_xfer_msg *msg);
size_t meterbus_link_build_select(u8 *frame, u64 id);
void meterbus_link_disturb(struct meterbus_controller *ctrl, u8 a);
void meterbus_link_expect_late(struct meterbus_controller *ctrl, u8 a, bool data);
bool meterbus_link_is_ready(const struct meterbus_device_priv *priv);
int meterbus_link_exchange(struct meterbus_device_priv *priv,
			   const struct meterbus_request *request, struct serial_xfer_msg *msg);
int meterbus_link_ask(struct meterbus_device_priv *priv);
int meterbus_link_probe(struct meterbus_device_priv *priv,
			const struct meterbus_address *address, size_t *heard);
int meterbus_link_reset(struct meterbus_device_priv *priv);
void meterbus_link_lose(struct meterbus_device_priv *priv);
bool meterbus_link_is_sure(const struct meterbus_device_priv *priv);
int meterbus_link_wait_late(const struct meterbus_controller *ctrl);
void meterbus_link_forget(struct meterbus_device_priv *priv);

/* address.c */
void meterbus_renumber_work(struct work_struct *work);

/* serdev.c */
int meterbus_serdev_register(void);
void meterbus_serdev_unregister(void);

#endif
