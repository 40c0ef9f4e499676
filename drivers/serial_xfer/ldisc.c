// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports on any tty: a line discipline.
 *
 * Userspace sets the line discipline, then chooses a protocol (see
 * include/uapi/linux/serial_xfer.h). From then on the tty is a bus, until it gets
 * another line discipline, is closed or hangs up: a USB adapter may be pulled out in
 * the middle of an exchange, which ends with -ENODEV.
 *
 * The tty layer does not call ldisc_close() while another of our functions runs, and
 * none afterwards. The engine calls the back end from tasks of its own, without a
 * reference to the line discipline: ldisc_close() stops the port before it returns, so
 * the tty is there for as long as the back end may be called. But at the last close the
 * tty's driver has been shut down by then: it flushes the line discipline before that,
 * and ldisc_flush_buffer() stops the port.
 */
#include <linux/array_size.h>
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/serial_xfer_bus.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_ldisc.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <uapi/linux/serial_xfer.h>

#include "internal.h"

static_assert(sizeof(struct serial_xfer_attach) == 64);

/* A port that has not taken a request in that time is broken. */
#define LDISC_STUCK_MS		1000

/* In the bus's folder, to the tty */
#define LDISC_LINK		"tty"

#define LDISC_PARITY		(PARENB | PARODD | CMSPAR)

/**
 * struct ldisc - a tty that is a port
 * @tty: the tty
 * @dev: parent of the bus; a reference is held
 * @port: the port
 * @writable: wakes the back end when the tty takes bytes again
 * @lock: protects @protocol and @bus
 * @protocol: protocol, NULL until one has been chosen
 * @bus: what it has made of @port
 */
struct ldisc {
	struct tty_struct *tty;
	struct device *dev;
	struct serial_xfer_port *port;
	wait_queue_head_t writable;

	struct mutex lock; /* protocol, bus */
	const struct serial_xfer_protocol *protocol;
	void *bus;
};

/* Parent of buses on ttys that have no device, such as ptys. */
static struct device *ldisc_root;

/* A tty may take a part of the bytes, and tell when it takes more. */
static int ldisc_port_write(void *priv, const u8 *buf, size_t len)
{
	struct ldisc *ldisc = priv;
	struct tty_struct *tty = ldisc->tty;
	unsigned long end = jiffies + msecs_to_jiffies(LDISC_STUCK_MS);
	ssize_t done = 0;

	while (len && time_before(jiffies, end)) {
		set_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
		done = tty->ops->write(tty, buf, len);
		if (done < 0)
			break;
		buf += done;
		len -= done;
		/* Room is no promise: a pty may have some, and no memory. */
		if (len && !done)
			schedule_timeout_uninterruptible(1);
		else if (len)
			wait_event_timeout(ldisc->writable, tty_write_room(tty),
					   msecs_to_jiffies(LDISC_STUCK_MS));
	}
	clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	if (done < 0)
		return done;
	return len ? -EIO : 0;
}

static void ldisc_set_parity(struct ktermios *termios, enum serial_xfer_parity parity)
{
	termios->c_cflag &= ~LDISC_PARITY;
	if (parity != SERIAL_XFER_PARITY_NONE)
		termios->c_cflag |= PARENB;
	if (parity == SERIAL_XFER_PARITY_ODD)
		termios->c_cflag |= PARODD;
}

static struct ktermios ldisc_termios(struct tty_struct *tty)
{
	struct ktermios termios;

	down_read(&tty->termios_rwsem);
	termios = tty->termios;
	up_read(&tty->termios_rwsem);
	return termios;
}

/* Has the tty taken the settings? There are no characters on a pty, so it has no parity. */
static int ldisc_check_line(struct tty_struct *tty, const struct serial_xfer_line *line,
			    const struct ktermios *wanted)
{
	struct ktermios termios = ldisc_termios(tty);

	if (!serial_xfer_speed_is_close(line->speed, termios.c_ospeed))
		return -EINVAL;
	if (tty->driver->type == TTY_DRIVER_TYPE_PTY)
		return 0;
	return (termios.c_cflag ^ wanted->c_cflag) & LDISC_PARITY ? -EINVAL : 0;
}

static int ldisc_port_set_line(void *priv, const struct serial_xfer_line *line)
{
	struct ldisc *ldisc = priv;
	struct ktermios termios = ldisc_termios(ldisc->tty);

	tty_termios_encode_baud_rate(&termios, line->speed, line->speed);
	ldisc_set_parity(&termios, line->parity);
	tty_set_termios(ldisc->tty, &termios);
	return ldisc_check_line(ldisc->tty, line, &termios);
}

static void ldisc_port_drain(void *priv)
{
	struct ldisc *ldisc = priv;

	tty_wait_until_sent(ldisc->tty, msecs_to_jiffies(SERIAL_XFER_DRAIN_MS));
}

static const struct serial_xfer_ops ldisc_port_ops = {
	.write = ldisc_port_write,
	.set_line = ldisc_port_set_line,
	.drain = ldisc_port_drain,
};

/* Eight data bits, one stop bit, nothing that stops or changes bytes; flaws are told. */
static void ldisc_make_raw(struct tty_struct *tty)
{
	struct ktermios termios = ldisc_termios(tty);

	termios.c_iflag = INPCK | BRKINT;
	termios.c_oflag = 0;
	termios.c_lflag = 0;
	termios.c_cflag &= ~(CSIZE | CSTOPB | CRTSCTS | HUPCL);
	termios.c_cflag |= CS8 | CREAD | CLOCAL;
	tty_set_termios(tty, &termios);
}

/*
 * Some drivers delete the tty's device before they hang up, and all that lies below it in
 * sysfs with it. So the bus is the child of what has the tty.
 */
static struct device *ldisc_parent(struct tty_struct *tty)
{
	if (!tty->dev)
		return get_device(ldisc_root);
	return get_device(tty->dev->parent ?: tty->dev);
}

static int ldisc_open(struct tty_struct *tty)
{
	struct ldisc *ldisc;
	int ret;

	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (!tty->ops->write || !tty->ops->set_termios)
		return -EOPNOTSUPP;
	/* A port without hardware can be opened, to be set up. */
	if (tty_io_error(tty))
		return -EIO;

	ldisc = kzalloc(sizeof(*ldisc), GFP_KERNEL);
	if (!ldisc)
		return -ENOMEM;
	ldisc->tty = tty;
	ldisc->dev = ldisc_parent(tty);
	init_waitqueue_head(&ldisc->writable);
	mutex_init(&ldisc->lock);
	ldisc->port = serial_xfer_port_create(ldisc->dev, &ldisc_port_ops, ldisc);
	if (IS_ERR(ldisc->port)) {
		ret = PTR_ERR(ldisc->port);
		put_device(ldisc->dev);
		kfree(ldisc);
		return ret;
	}
	/* A half-duplex line needs no flow control. */
	tty->receive_room = 65536;
	tty->disc_data = ldisc;
	ldisc_make_raw(tty);
	/* The discipline before may have stopped either direction. */
	start_tty(tty);
	tty_unthrottle(tty);
	return 0;
}

static void ldisc_detach(struct ldisc *ldisc)
{
	guard(mutex)(&ldisc->lock);
	if (!ldisc->protocol)
		return;
	sysfs_remove_link(&ldisc->protocol->device(ldisc->bus)->kobj, LDISC_LINK);
	ldisc->protocol->detach(ldisc->bus);
	serial_xfer_protocol_put(ldisc->protocol);
	ldisc->protocol = NULL;
}

/* Another line discipline is set, or the tty is closed or hung up. */
static void ldisc_close(struct tty_struct *tty)
{
	struct ldisc *ldisc = tty->disc_data;

	ldisc_detach(ldisc);
	serial_xfer_port_stop(ldisc->port);
	tty->disc_data = NULL;
	/* Whoever keeps the bus by keeping the tty wants to know of a hangup. */
	wake_up_interruptible_poll(&tty->read_wait, EPOLLHUP);
	serial_xfer_port_put(ldisc->port);
	put_device(ldisc->dev);
	mutex_destroy(&ldisc->lock);
	kfree(ldisc);
}

/* tty_port_close_start() calls it, with @tty->closing, before the hardware is shut down. */
static void ldisc_flush_buffer(struct tty_struct *tty)
{
	struct ldisc *ldisc = tty->disc_data;

	if (tty->closing)
		serial_xfer_port_stop(ldisc->port);
}

static int ldisc_check_attach(const struct serial_xfer_attach *attach)
{
	size_t len = strnlen(attach->protocol, sizeof(attach->protocol));

	if (attach->version != SERIAL_XFER_ATTACH_VERSION || attach->flags ||
	    attach->parity > SERIAL_XFER_ATTACH_ODD ||
	    memchr_inv(attach->reserved0, 0, sizeof(attach->reserved0)) ||
	    memchr_inv(attach->reserved, 0, sizeof(attach->reserved)))
		return -EINVAL;
	if (!len || len == sizeof(attach->protocol) ||
	    memchr_inv(attach->protocol + len, 0, sizeof(attach->protocol) - len))
		return -EINVAL;
	/* It becomes part of a module's alias. */
	return attach->protocol[strspn(attach->protocol, "abcdefghijklmnopqrstuvwxyz")] ?
	       -EINVAL : 0;
}

static void ldisc_choose_line(const struct serial_xfer_attach *attach,
			      struct serial_xfer_line *line)
{
	static const enum serial_xfer_parity parities[] = {
		[SERIAL_XFER_ATTACH_NONE] = SERIAL_XFER_PARITY_NONE,
		[SERIAL_XFER_ATTACH_EVEN] = SERIAL_XFER_PARITY_EVEN,
		[SERIAL_XFER_ATTACH_ODD] = SERIAL_XFER_PARITY_ODD,
	};

	if (attach->speed)
		line->speed = attach->speed;
	if (attach->parity != SERIAL_XFER_ATTACH_DEFAULT)
		line->parity = parities[attach->parity];
}

/* For people only; a bus does without. */
static void ldisc_link(struct ldisc *ldisc)
{
	struct device *dev = ldisc->protocol->device(ldisc->bus);

	if (ldisc->tty->dev &&
	    sysfs_create_link(&dev->kobj, &ldisc->tty->dev->kobj, LDISC_LINK))
		dev_warn(dev, "no link to its tty\n");
}

static int ldisc_attach(struct ldisc *ldisc, struct serial_xfer_attach *attach)
{
	const struct serial_xfer_protocol *protocol;
	struct serial_xfer_line line;
	void *bus;

	guard(mutex)(&ldisc->lock);
	if (ldisc->protocol)
		return -EBUSY;
	protocol = serial_xfer_protocol_get(attach->protocol);
	if (!protocol)
		return -EPROTONOSUPPORT;
	line = protocol->line;
	ldisc_choose_line(attach, &line);
	bus = protocol->attach(ldisc->dev, ldisc->port, &line);
	if (IS_ERR(bus)) {
		serial_xfer_protocol_put(protocol);
		return PTR_ERR(bus);
	}
	attach->id = protocol->id(bus);
	ldisc->protocol = protocol;
	ldisc->bus = bus;
	ldisc_link(ldisc);
	return 0;
}

static int ldisc_ioctl_attach(struct tty_struct *tty, void __user *arg)
{
	struct serial_xfer_attach attach;
	int ret;

	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (copy_from_user(&attach, arg, sizeof(attach)))
		return -EFAULT;
	ret = ldisc_check_attach(&attach);
	if (!ret)
		ret = ldisc_attach(tty->disc_data, &attach);
	if (ret)
		return ret;
	return copy_to_user(arg, &attach, sizeof(attach)) ? -EFAULT : 0;
}

/* The line settings are the bus's: others may look at them, not change them. */
static int ldisc_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case SERIAL_XFER_IOC_ATTACH:
		return ldisc_ioctl_attach(tty, (void __user *)arg);
	case TCGETS:
#ifdef TCGETS2
	case TCGETS2:
#endif
		return tty_mode_ioctl(tty, cmd, arg);
	default:
		return -ENOIOCTLCMD;
	}
}

static __poll_t ldisc_poll(struct tty_struct *tty, struct file *file, poll_table *wait)
{
	poll_wait(file, &tty->read_wait, wait);
	return tty_hung_up_p(file) ? EPOLLHUP : 0;
}

static void ldisc_receive_buf(struct tty_struct *tty, const u8 *cp, const u8 *fp, size_t count)
{
	struct ldisc *ldisc = tty->disc_data;

	serial_xfer_receive_flagged(ldisc->port, cp, fp, count);
}

static void ldisc_write_wakeup(struct tty_struct *tty)
{
	struct ldisc *ldisc = tty->disc_data;

	wake_up(&ldisc->writable);
}

static struct tty_ldisc_ops ldisc_ops = {
	.owner = THIS_MODULE,
	.num = N_DEVELOPMENT,
	.name = "serial_xfer",
	.open = ldisc_open,
	.close = ldisc_close,
	.ioctl = ldisc_ioctl,
	.poll = ldisc_poll,
	.flush_buffer = ldisc_flush_buffer,
	.receive_buf = ldisc_receive_buf,
	.write_wakeup = ldisc_write_wakeup,
};

static int __init ldisc_init(void)
{
	int ret;

	ldisc_root = root_device_register("serial_xfer");
	if (IS_ERR(ldisc_root))
		return PTR_ERR(ldisc_root);
	ret = tty_register_ldisc(&ldisc_ops);
	if (ret)
		root_device_unregister(ldisc_root);
	return ret;
}
module_init(ldisc_init);

static void __exit ldisc_exit(void)
{
	tty_unregister_ldisc(&ldisc_ops);
	root_device_unregister(ldisc_root);
}
module_exit(ldisc_exit);

MODULE_ALIAS_LDISC(N_DEVELOPMENT);
MODULE_DESCRIPTION("Buses on any tty");
MODULE_LICENSE("GPL");
