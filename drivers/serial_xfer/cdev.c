// SPDX-License-Identifier: GPL-2.0-only
/*
 * Character devices of buses: requests from userspace.
 *
 * Each open file is a client of the line, so that it gets its turn as each device does.
 * It may stay open when the bus has gone: its port returns -ENODEV from then on, and
 * the controller lives until the last file is closed.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/ioctl.h>
#include <linux/sched.h>
#include <linux/serial_xfer_cdev.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/**
 * serial_xfer_cdev_register() - make a bus's character device
 * @cdev: all but its @misc is set; lives as long as @cdev->dev
 * @fops: made with SERIAL_XFER_CDEV_FOPS()
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int serial_xfer_cdev_register(struct serial_xfer_cdev *cdev, const struct file_operations *fops)
{
	cdev->misc.minor = MISC_DYNAMIC_MINOR;
	cdev->misc.name = cdev->name;
	cdev->misc.fops = fops;
	cdev->misc.parent = cdev->dev;
	return misc_register(&cdev->misc);
}
EXPORT_SYMBOL_GPL(serial_xfer_cdev_register);

/**
 * serial_xfer_cdev_unregister() - undo serial_xfer_cdev_register()
 * @cdev: the device
 *
 * Files that are open stay so.
 *
 * Context: may sleep.
 */
void serial_xfer_cdev_unregister(struct serial_xfer_cdev *cdev)
{
	misc_deregister(&cdev->misc);
}
EXPORT_SYMBOL_GPL(serial_xfer_cdev_unregister);

/**
 * serial_xfer_cdev_open() - open a bus
 * @inode: unused
 * @filp: the file
 *
 * Context: may sleep; the device cannot be unregistered meanwhile.
 * Return: 0 or -ENOMEM.
 */
int serial_xfer_cdev_open(struct inode *inode, struct file *filp)
{
	struct serial_xfer_cdev *cdev = container_of(filp->private_data,
						     struct serial_xfer_cdev, misc);
	struct serial_xfer_file *file;

	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;

	file->dev = get_device(cdev->dev);
	file->ops = cdev->ops;
	file->mode = filp->f_mode;
	serial_xfer_client_init(&file->client, cdev->port);
	filp->private_data = file;
	return 0;
}
EXPORT_SYMBOL_GPL(serial_xfer_cdev_open);

/**
 * serial_xfer_cdev_flush() - a descriptor is closed
 * @filp: its file, which may have others
 * @id: who closes it
 *
 * What a process waits for ends when another of its threads closes the file. The
 * requests of others who have the file as well go on.
 *
 * Context: may sleep.
 * Return: 0.
 */
int serial_xfer_cdev_flush(struct file *filp, fl_owner_t id)
{
	struct serial_xfer_file *file = filp->private_data;

	if (id)
		serial_xfer_cancel(&file->client, id);
	return 0;
}
EXPORT_SYMBOL_GPL(serial_xfer_cdev_flush);

/**
 * serial_xfer_cdev_release() - the last descriptor of a file has been closed
 * @inode: unused
 * @filp: the file
 *
 * Context: may sleep.
 * Return: 0.
 */
int serial_xfer_cdev_release(struct inode *inode, struct file *filp)
{
	struct serial_xfer_file *file = filp->private_data;

	serial_xfer_client_exit(&file->client);
	put_device(file->dev);
	kfree(file);
	return 0;
}
EXPORT_SYMBOL_GPL(serial_xfer_cdev_release);

/**
 * serial_xfer_cdev_ioctl() - a request
 * @filp: the file
 * @cmd: the ioctl
 * @arg: where userspace has the structure
 *
 * The protocol works on a copy of the structure, and all of the copy goes back:
 * whatever is in it came from there, or is a result.
 *
 * Context: may sleep; a signal ends the wait for one's turn, a fatal one all waits.
 * Return: 0 or an error.
 */
long serial_xfer_cdev_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct serial_xfer_file *file = filp->private_data;
	size_t size = _IOC_SIZE(cmd);
	void *data;
	int ret;

	if (cmd != file->ops->cmd)
		return -ENOTTY;
	data = memdup_user((void __user *)arg, size);
	if (IS_ERR(data))
		return PTR_ERR(data);

	ret = file->ops->request(file, data);
	if (!ret && copy_to_user((void __user *)arg, data, size))
		ret = -EFAULT;
	kfree(data);
	return ret;
}
EXPORT_SYMBOL_GPL(serial_xfer_cdev_ioctl);

/**
 * serial_xfer_file_claim() - wait for a file's turn
 * @file: the file
 *
 * Context: process; may sleep.
 * Return: 0, and serial_xfer_release() of its client must follow; or an error of
 * serial_xfer_claim_as().
 */
int serial_xfer_file_claim(struct serial_xfer_file *file)
{
	return serial_xfer_claim_as(&file->client, current->files);
}
EXPORT_SYMBOL_GPL(serial_xfer_file_claim);

/**
 * serial_xfer_file_may() - may a request be made?
 * @file: by whom
 * @reading: the request changes nothing
 *
 * Context: process.
 * Return: 0; -EACCES: the file is not open for that; -EPERM: the caller must not write
 * to hardware.
 */
int serial_xfer_file_may(const struct serial_xfer_file *file, bool reading)
{
	if (reading)
		return file->mode & FMODE_READ ? 0 : -EACCES;
	if (!(file->mode & FMODE_WRITE))
		return -EACCES;
	return capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
}
EXPORT_SYMBOL_GPL(serial_xfer_file_may);
