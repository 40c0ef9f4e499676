/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Character devices of buses on serial lines: requests from userspace.
 */
#ifndef _LINUX_SERIAL_XFER_CDEV_H
#define _LINUX_SERIAL_XFER_CDEV_H

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/serial_xfer.h>

struct serial_xfer_file;

/* A bus type and a number of ten digits */
#define SERIAL_XFER_CDEV_NAME_SIZE	20

/**
 * struct serial_xfer_cdev_ops - what a protocol makes of an ioctl
 * @cmd: the ioctl; its argument is a structure that is read and written
 * @request: do what the structure asks for, and put the result there. Its fields are
 *	not checked yet
 */
struct serial_xfer_cdev_ops {
	unsigned int cmd;
	int (*request)(struct serial_xfer_file *file, void *data);
};

/**
 * struct serial_xfer_cdev - a bus's character device
 * @misc: how it is registered
 * @name: in /dev
 * @dev: the bus's controller; open files hold references
 * @port: the line
 * @ops: protocol
 */
struct serial_xfer_cdev {
	struct miscdevice misc;
	char name[SERIAL_XFER_CDEV_NAME_SIZE];
	struct device *dev;
	struct serial_xfer_port *port;
	const struct serial_xfer_cdev_ops *ops;
};

/**
 * struct serial_xfer_file - an open character device
 * @dev: the bus's controller; a reference is held
 * @ops: protocol
 * @client: its turns on the line
 * @mode: how it was opened
 */
struct serial_xfer_file {
	struct device *dev;
	const struct serial_xfer_cdev_ops *ops;
	struct serial_xfer_client client;
	fmode_t mode;
};

int serial_xfer_cdev_register(struct serial_xfer_cdev *cdev, const struct file_operations *fops);
void serial_xfer_cdev_unregister(struct serial_xfer_cdev *cdev);

int serial_xfer_cdev_open(struct inode *inode, struct file *filp);
int serial_xfer_cdev_flush(struct file *filp, fl_owner_t id);
int serial_xfer_cdev_release(struct inode *inode, struct file *filp);
long serial_xfer_cdev_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);

int serial_xfer_file_claim(struct serial_xfer_file *file);
int serial_xfer_file_may(const struct serial_xfer_file *file, bool reading);

/**
 * SERIAL_XFER_CDEV_FOPS - file operations of a protocol's character devices
 * @_name: their name
 */
#define SERIAL_XFER_CDEV_FOPS(_name)						\
	static const struct file_operations _name = {				\
		.owner = THIS_MODULE,						\
		.open = serial_xfer_cdev_open,					\
		.flush = serial_xfer_cdev_flush,				\
		.release = serial_xfer_cdev_release,				\
		.unlocked_ioctl = serial_xfer_cdev_ioctl,			\
		.compat_ioctl = compat_ptr_ioctl,				\
		.llseek = noop_llseek,						\
	}

#endif
