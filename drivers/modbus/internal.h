/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _MODBUS_INTERNAL_H
#define _MODBUS_INTERNAL_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/modbus.h>
#include <linux/mutex.h>
#include <linux/serial_xfer.h>
#include <linux/serial_xfer_bus.h>
#include <linux/serial_xfer_cdev.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/* Modbus over Serial Line V1.02, 2.5.1: an ADU is a unit address, the PDU and a CRC */
#define MODBUS_RTU_MAX_ADU	256
#define MODBUS_RTU_OVERHEAD	3

/* Function codes of the Modbus Application Protocol V1.1b3, chapter 6 */
#define MODBUS_READ_COILS		0x01
#define MODBUS_READ_DISCRETE_INPUTS	0x02
#define MODBUS_READ_HOLDING		0x03
#define MODBUS_READ_INPUT		0x04
#define MODBUS_WRITE_COIL		0x05
#define MODBUS_WRITE_REGISTER		0x06
#define MODBUS_READ_EXCEPTION_STATUS	0x07
#define MODBUS_DIAGNOSTICS		0x08
#define MODBUS_GET_COMM_COUNTER		0x0b
#define MODBUS_GET_COMM_LOG		0x0c
#define MODBUS_WRITE_COILS		0x0f
#define MODBUS_WRITE_REGISTERS		0x10
#define MODBUS_REPORT_SERVER_ID		0x11
#define MODBUS_READ_FILE		0x14
#define MODBUS_WRITE_FILE		0x15
#define MODBUS_MASK_WRITE		0x16
#define MODBUS_READ_WRITE		0x17
#define MODBUS_READ_FIFO		0x18
#define MODBUS_ENCAPSULATED		0x2b
/* Modbus Application Protocol V1.1b3, chapter 6.21: the one that reads the identification */
#define MODBUS_MEI_IDENTIFICATION	0x0e
#define MODBUS_FUNCTION_MAX		0x7f
#define MODBUS_EXCEPTION		0x80

/**
 * struct modbus_expect - what the reply to a request must look like
 * @unit: unit address
 * @req: request PDU
 * @len: length of the reply's ADU; 0 if the request does not tell
 * @distrust: an exception may answer an earlier request
 */
struct modbus_expect {
	u8 unit;
	const u8 *req;
	size_t len;
	bool distrust;
};

/**
 * struct modbus_abandoned - requests to a unit that were given up
 * @functions: their function codes
 * @counts: numbers of registers that those with function 03 asked for
 * @last: when the last of them was given up, monotonic clock
 *
 * Their replies may still come. Empty once the unit has answered a request that
 * none of them can be taken for.
 */
struct modbus_abandoned {
	DECLARE_BITMAP(functions, MODBUS_FUNCTION_MAX + 1);
	DECLARE_BITMAP(counts, MODBUS_MAX_READ + 1);
	ktime_t last;
};

/**
 * struct modbus_controller - a Modbus line
 * @dev: the controller's device, child of the one that has the line
 * @id: bus number
 * @port: the line; a reference is held
 * @cdev: /dev/modbusN
 * @raw: client for requests that belong to no device
 * @wq: runs the life of the devices; one item a device at a time
 * @line: settings for devices that do not say otherwise; constant
 * @response_timeout_ms: time limit of a reply; READ_ONCE/WRITE_ONCE
 * @retries: repeated requests at most; READ_ONCE/WRITE_ONCE
 * @turnaround_ms: pause after a broadcast; READ_ONCE/WRITE_ONCE
 * @lock: protects @devices, @taken and @closing; taken in process context, held
 *	while a device is added, never while one is unregistered or asked
 * @devices: devices by unit address
 * @taken: unit addresses that are in use or reserved
 * @closing: no more devices
 * @deleting: how many devices have been taken out of @devices and are being
 *	unregistered
 * @abandoned: by unit address; belongs to whoever has claimed @port
 */
struct modbus_controller {
	struct device dev;
	int id;
	struct serial_xfer_port *port;
	struct serial_xfer_cdev cdev;
	struct serial_xfer_client raw;
	struct workqueue_struct *wq;
	struct serial_xfer_line line;
	unsigned int response_timeout_ms;
	unsigned int retries;
	unsigned int turnaround_ms;

	struct mutex lock; /* devices, taken, closing */
	struct modbus_device_priv *devices[MODBUS_UNIT_MAX + 1];
	DECLARE_BITMAP(taken, MODBUS_UNIT_MAX + 1);
	bool closing;
	atomic_t deleting;

	struct modbus_abandoned abandoned[MODBUS_UNIT_MAX + 1];
};

/**
 * struct modbus_device_priv - a device on the bus
 * @mdev: what its driver sees
 * @ctrl: its controller; a reference is held
 * @client: its turns on the line, and its counters
 * @from_user: made with new_device
 * @unit: unit address; READ_ONCE/WRITE_ONCE, changed by modbus_unit_use()
 * @old_unit: address under which @ctrl knows the device; constant
 * @new_unit: address reserved for it, 0 if none; changed by the driver, under
 *	@ctrl->lock, until it has committed to it; may be read without after that
 * @latency_us: running average of the answering time; written by the owner of the
 *	port's claim
 * @written_at: when somebody else has last written to the device, boot-time clock
 * @lock: protects @line; nothing is taken inside
 * @line: line settings
 * @life: looks for the device while it is not there
 * @renumber: registers the device anew at @new_unit
 * @keep: what the driver wants to find again then
 * @keep_len: its length
 */
struct modbus_device_priv {
	struct modbus_device mdev;
	struct modbus_controller *ctrl;
	struct serial_xfer_client client;
	bool from_user;
	u8 unit;
	u8 old_unit;
	u8 new_unit;
	unsigned int latency_us;
	atomic64_t written_at;

	spinlock_t lock; /* line */
	struct serial_xfer_line line;
	struct serial_xfer_life life;

	struct work_struct renumber;
	void *keep;
	size_t keep_len;
};

#define to_modbus_controller(d)	container_of_const(d, struct modbus_controller, dev)
#define to_modbus_priv(m)	container_of_const(m, struct modbus_device_priv, mdev)
#define dev_to_modbus_priv(d)	to_modbus_priv(to_modbus_device(d))

/**
 * struct modbus_board_info - what is known of a device before it is made
 * @name: its name
 * @unit: its address
 * @reserved: the address has been reserved for it
 * @line: its line settings
 * @fwnode: its firmware node, or NULL
 * @from_user: made with new_device
 * @keep: data that its driver finds in dev_get_platdata(), or NULL
 * @keep_len: their length
 */
struct modbus_board_info {
	char name[MODBUS_NAME_SIZE];
	u8 unit;
	bool reserved;
	struct serial_xfer_line line;
	struct fwnode_handle *fwnode;
	bool from_user;
	const void *keep;
	size_t keep_len;
};

extern struct bus_type modbus_bus_type;
extern const struct device_type modbus_controller_type;
extern const struct device_type modbus_device_type;
extern const struct attribute_group *modbus_controller_groups[];
extern const struct attribute_group *modbus_device_groups[];
extern const struct serial_xfer_life_ops modbus_life_ops;
extern const struct serial_xfer_line modbus_default_line;

/* rtu.c */
size_t modbus_rtu_encode(u8 *adu, u8 unit, const u8 *pdu, size_t len);
ssize_t modbus_rtu_reply_len(const u8 *req, size_t len);
struct serial_xfer_span modbus_rtu_parse(const struct serial_xfer_msg *msg,
					 const u8 *buf, size_t len);

/* cdev.c */
struct modbus_xfer;
bool modbus_request_reads(const u8 *req, size_t len);
int modbus_xfer_check(const struct modbus_xfer *xfer);
int modbus_cdev_request(struct serial_xfer_file *file, void *data);
int modbus_cdev_register(struct modbus_controller *ctrl);

/* transfer.c */
int modbus_request_check(const u8 *req, size_t req_len);
int modbus_raw_exec(struct modbus_controller *ctrl, struct serial_xfer_client *client, u8 unit,
		    const u8 *req, size_t len, struct serial_xfer_msg *msg, bool *doubtful);
int modbus_identify(struct modbus_device_priv *priv, u8 unit, size_t *heard);

/* controller.c */
struct modbus_controller *modbus_controller_register(struct device *parent,
						     struct serial_xfer_port *port);
struct modbus_controller *modbus_controller_attach(struct device *parent,
						   struct serial_xfer_port *port,
						   const struct serial_xfer_line *line);
void modbus_controller_unregister(struct modbus_controller *ctrl);
const char *modbus_parity_name(enum serial_xfer_parity parity);
int modbus_parse_parity(const char *name, enum serial_xfer_parity *parity);
int modbus_check_speed(unsigned int speed);
int modbus_read_line(struct fwnode_handle *fwnode, struct serial_xfer_line *line);

/* device.c */
int modbus_device_create(struct modbus_controller *ctrl, const struct modbus_board_info *info,
			 const struct serial_xfer_stats *stats);
struct modbus_device_priv *modbus_device_take(struct modbus_controller *ctrl, u8 unit,
					      bool from_user);
void modbus_device_delete(struct modbus_device_priv *priv);
bool modbus_unit_has_driver(struct modbus_controller *ctrl, u8 unit);
void modbus_unit_written(struct modbus_controller *ctrl, u8 unit);
void modbus_add_fw_devices(struct modbus_controller *ctrl);

/* unit.c */
void modbus_unit_free(struct modbus_controller *ctrl, u8 unit);
void modbus_renumber_work(struct work_struct *work);

/* attach.c */
void modbus_protocol_register(void);
void modbus_protocol_unregister(void);

/* serdev.c */
int modbus_serdev_register(void);
void modbus_serdev_unregister(void);

#endif
