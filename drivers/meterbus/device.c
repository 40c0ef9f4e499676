// SPDX-License-Identifier: GPL-2.0-only
/*
 * M-Bus devices: made from firmware nodes and by userspace.
 */
#include <linux/acpi.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include "internal.h"

/* A secondary address as it is written: so many hexadecimal digits */
#define METERBUS_ID_DIGITS	16

static void meterbus_device_free(struct device *dev)
{
	struct meterbus_device_priv *priv = dev_to_meterbus_priv(dev);

	fwnode_handle_put(dev_fwnode(dev));
	mutex_destroy(&priv->talk);
	serial_xfer_client_exit(&priv->client);
	put_device(&priv->ctrl->dev);
	kfree(dev->platform_data);
	kfree(priv->keep);
	kfree(priv);
}

const struct device_type meterbus_device_type = {
	.name = "meterbus-device",
	.groups = meterbus_device_groups,
	.release = meterbus_device_free,
};

static bool address_equal(const struct meterbus_address *a, const struct meterbus_address *b)
{
	if (a->secondary != b->secondary)
		return false;
	return a->secondary ? a->id == b->id : a->primary == b->primary;
}

/**
 * meterbus_parse_address() - address by what a person writes
 * @word: a number up to METERBUS_ADDRESS_MAX, or exactly sixteen hexadecimal digits
 *	without prefix. An identification number should have decimal digits, but there
 *	are meters that do not know that
 * @address: result
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int meterbus_parse_address(const char *word, struct meterbus_address *address)
{
	size_t digits;

	memset(address, 0, sizeof(*address));
	for (digits = 0; isxdigit(word[digits]); digits++)
		;
	if (digits == METERBUS_ID_DIGITS && !word[digits]) {
		address->secondary = true;
		return kstrtou64(word, 16, &address->id);
	}
	if (kstrtou8(word, 0, &address->primary))
		return -EINVAL;
	return address->primary > METERBUS_ADDRESS_MAX ? -EINVAL : 0;
}

static struct meterbus_device_priv *meterbus_device_alloc(struct meterbus_controller *ctrl,
							  const struct meterbus_board_info *info)
{
	struct meterbus_device_priv *priv;

	priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	if (!priv)
		return NULL;

	strscpy(priv->mdev.name, info->name, sizeof(priv->mdev.name));
	priv->ctrl = ctrl;
	priv->address = info->address;
	priv->known = info->address;
	priv->line = info->line;
	priv->from_user = info->from_user;
	INIT_LIST_HEAD(&priv->node);
	spin_lock_init(&priv->lock);
	mutex_init(&priv->talk);
	INIT_WORK(&priv->renumber, meterbus_renumber_work);
	get_device(&ctrl->dev);
	serial_xfer_client_init(&priv->client, ctrl->port);
	serial_xfer_life_init(&priv->life, &priv->mdev.dev, ctrl->wq, &meterbus_life_ops);

	device_initialize(&priv->mdev.dev);
	priv->mdev.dev.parent = &ctrl->dev;
	priv->mdev.dev.bus = &meterbus_bus_type;
	priv->mdev.dev.type = &meterbus_device_type;
	device_set_node(&priv->mdev.dev, fwnode_handle_get(info->fwnode));
	return priv;
}

static int meterbus_device_prepare(struct meterbus_device_priv *priv,
				   const struct meterbus_board_info *info)
{
	struct device *dev = &priv->mdev.dev;

	if (info->keep) {
		dev->platform_data = kmemdup(info->keep, info->keep_len, GFP_KERNEL);
		if (!dev->platform_data)
			return -ENOMEM;
	}
	if (priv->address.secondary)
		return dev_set_name(dev, "%d-%016llX", priv->ctrl->id, priv->address.id);
	return dev_set_name(dev, "%d-%02x", priv->ctrl->id, priv->address.primary);
}

/**
 * meterbus_device_find() - the device that has an address, or is about to
 * @ctrl: its controller, locked
 * @address: the address
 *
 * Return: the device, or NULL.
 */
struct meterbus_device_priv *meterbus_device_find(struct meterbus_controller *ctrl,
						  const struct meterbus_address *address)
{
	struct meterbus_device_priv *priv;

	lockdep_assert_held(&ctrl->lock);
	list_for_each_entry(priv, &ctrl->devices, node)
		if (address_equal(&priv->known, address) ||
		    (priv->reserving && address_equal(&priv->wanted, address)))
			return priv;
	return NULL;
}

/**
 * meterbus_ids_overlap() - could a device have both secondary addresses?
 * @a: one, which may have wildcards
 * @b: another, likewise
 *
 * Return: true if no digit of theirs tells them apart.
 */
bool meterbus_ids_overlap(u64 a, u64 b)
{
	u64 digit = 0xf;

	for (; digit; digit <<= 4)
		if ((a ^ b) & digit && (a & digit) != digit && (b & digit) != digit)
			return false;
	return true;
}

static bool address_overlaps(const struct meterbus_address *a, const struct meterbus_address *b)
{
	if (a->secondary && b->secondary)
		return meterbus_ids_overlap(a->id, b->id);
	return address_equal(a, b);
}

/**
 * meterbus_device_clash() - would a device be reached by another one's address, too?
 * @priv: the device; its controller is locked
 * @address: the address that it is to have
 *
 * Return: true if @address is that of a device, or matches one with wildcards of
 * another device.
 */
bool meterbus_device_clash(const struct meterbus_device_priv *priv,
			   const struct meterbus_address *address)
{
	const struct meterbus_device_priv *other;

	lockdep_assert_held(&priv->ctrl->lock);
	list_for_each_entry(other, &priv->ctrl->devices, node)
		if (other != priv && (address_overlaps(&other->known, address) ||
				      (other->reserving &&
				       address_overlaps(&other->wanted, address))))
			return true;
	return false;
}

static int meterbus_device_add(struct meterbus_device_priv *priv,
			       const struct meterbus_device_priv *old)
{
	struct meterbus_controller *ctrl = priv->ctrl;
	const struct meterbus_device_priv *taken;
	int ret;

	guard(mutex)(&ctrl->lock);
	if (ctrl->closing)
		return -ENODEV;
	taken = meterbus_device_find(ctrl, &priv->known);
	if (taken && taken != old)
		return -EBUSY;
	ret = device_add(&priv->mdev.dev);
	if (!ret)
		list_add_tail(&priv->node, &ctrl->devices);
	return ret;
}

/**
 * meterbus_device_create() - make a device
 * @ctrl: its controller
 * @info: what is known of it
 * @stats: counters to begin with, or NULL
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if its address is taken; -ENODEV if the bus is going; or
 * another error.
 */
int meterbus_device_create(struct meterbus_controller *ctrl,
			   const struct meterbus_board_info *info,
			   const struct serial_xfer_stats *stats)
{
	struct meterbus_device_priv *priv;
	int i, ret;

	priv = meterbus_device_alloc(ctrl, info);
	if (!priv)
		return -ENOMEM;
	for (i = 0; stats && i < SERIAL_XFER_NR_STATS; i++)
		atomic64_set(&priv->client.stats.count[i], atomic64_read(&stats->count[i]));

	ret = meterbus_device_prepare(priv, info);
	if (!ret)
		ret = meterbus_device_add(priv, info->old);
	if (ret)
		put_device(&priv->mdev.dev);
	return ret;
}

/**
 * meterbus_device_take() - take a device that userspace made from others
 * @ctrl: its controller
 * @address: its address
 *
 * Whoever takes a device unregisters it, with meterbus_device_delete().
 *
 * Context: may sleep.
 * Return: the device, or NULL.
 */
struct meterbus_device_priv *meterbus_device_take(struct meterbus_controller *ctrl,
						  const struct meterbus_address *address)
{
	struct meterbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	priv = meterbus_device_find(ctrl, address);
	if (!priv || !priv->from_user || priv->going || !address_equal(&priv->known, address))
		return NULL;
	priv->going = true;
	return priv;
}

/**
 * meterbus_device_take_first() - take any device from others
 * @ctrl: its controller
 *
 * Context: may sleep.
 * Return: the device, or NULL if there are none.
 */
struct meterbus_device_priv *meterbus_device_take_first(struct meterbus_controller *ctrl)
{
	struct meterbus_device_priv *priv;

	guard(mutex)(&ctrl->lock);
	list_for_each_entry(priv, &ctrl->devices, node) {
		if (priv->going)
			continue;
		priv->going = true;
		return priv;
	}
	return NULL;
}

/**
 * meterbus_device_withdraw() - unregister a device, whose addresses remain taken
 * @priv: the device
 *
 * Context: may sleep.
 */
void meterbus_device_withdraw(struct meterbus_device_priv *priv)
{
	device_del(&priv->mdev.dev);
	meterbus_link_forget(priv);
}

/**
 * meterbus_device_drop() - let others have the addresses of a device
 * @priv: the device; gone afterwards unless the caller has a reference
 *
 * Context: may sleep.
 */
void meterbus_device_drop(struct meterbus_device_priv *priv)
{
	struct meterbus_controller *ctrl = priv->ctrl;

	scoped_guard(mutex, &ctrl->lock)
		list_del_init(&priv->node);
	smp_mb(); /* wait_var_event() sees the list, or we see it waiting */
	wake_up_var(&ctrl->devices);
	put_device(&priv->mdev.dev);
}

/**
 * meterbus_device_delete() - unregister a device that was taken
 * @priv: the device; gone afterwards unless the caller has a reference
 *
 * Context: may sleep.
 */
void meterbus_device_delete(struct meterbus_device_priv *priv)
{
	meterbus_device_withdraw(priv);
	meterbus_device_drop(priv);
}

#ifdef CONFIG_ACPI
static int meterbus_acpi_address(struct fwnode_handle *fwnode, u64 *adr)
{
	acpi_status status = acpi_evaluate_integer(ACPI_HANDLE_FWNODE(fwnode), METHOD_NAME__ADR,
						   NULL, adr);

	return ACPI_FAILURE(status) ? -ENODATA : 0;
}
#else
static int meterbus_acpi_address(struct fwnode_handle *fwnode, u64 *adr)
{
	return -ENODATA;
}
#endif

/*
 * Two cells, or in ACPI _ADR: a small number is a primary address. ACPI's integers have
 * only 32 bits where the DSDT is of revision 1: a secondary address needs the cells there.
 */
static int meterbus_fw_address(struct fwnode_handle *fwnode, struct meterbus_address *address)
{
	u32 cells[2];
	u64 adr;
	int ret;

	ret = fwnode_property_read_u32_array(fwnode, "reg", cells, ARRAY_SIZE(cells));
	if (!ret)
		adr = (u64)cells[0] << 32 | cells[1];
	else if (is_acpi_device_node(fwnode))
		ret = meterbus_acpi_address(fwnode, &adr);
	if (ret)
		return ret;
	if (adr <= METERBUS_ADDRESS_MAX) {
		*address = (struct meterbus_address){ .primary = adr };
		return 0;
	}
	*address = (struct meterbus_address){ .secondary = true, .id = adr };
	return adr >> 32 ? 0 : -EINVAL;
}

static int meterbus_add_fw_device(struct meterbus_controller *ctrl,
				  struct fwnode_handle *fwnode)
{
	struct meterbus_board_info info = { .line = ctrl->line, .fwnode = fwnode };
	int ret;

	ret = meterbus_fw_address(fwnode, &info.address);
	if (ret)
		return ret;
	ret = serial_xfer_fw_name(fwnode, info.name, sizeof(info.name));
	if (ret)
		return ret;
	ret = meterbus_read_speed(fwnode, &info.line.speed);
	if (ret)
		return ret;
	return meterbus_device_create(ctrl, &info, NULL);
}

/**
 * meterbus_add_fw_devices() - register the devices that firmware describes
 * @ctrl: their controller
 *
 * A node that makes no sense is named in the log and left out.
 *
 * Context: may sleep.
 */
void meterbus_add_fw_devices(struct meterbus_controller *ctrl)
{
	struct fwnode_handle *child;
	int ret;

	device_for_each_child_node(&ctrl->dev, child) {
		ret = meterbus_add_fw_device(ctrl, child);
		if (ret)
			dev_err(&ctrl->dev, "%pfwP: cannot register: %pe\n", child, ERR_PTR(ret));
	}
}

/**
 * meterbus_device_address() - address of a device
 * @mdev: the device
 *
 * Context: may sleep.
 * Return: the address at which it is reached now.
 */
struct meterbus_address meterbus_device_address(struct meterbus_device *mdev)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);

	guard(mutex)(&priv->talk);
	return priv->address;
}
EXPORT_SYMBOL_GPL(meterbus_device_address);

/**
 * meterbus_device_line() - line settings of a device
 * @mdev: the device
 *
 * Context: process.
 * Return: speed and parity.
 */
struct serial_xfer_line meterbus_device_line(struct meterbus_device *mdev)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);

	guard(spinlock)(&priv->lock);
	return priv->line;
}
EXPORT_SYMBOL_GPL(meterbus_device_line);

/**
 * meterbus_device_is_online() - is a device known to be there?
 * @mdev: the device
 *
 * Context: process.
 * Return: false if a request would end at once, with nothing sent.
 */
bool meterbus_device_is_online(struct meterbus_device *mdev)
{
	return serial_xfer_life_is_online(&to_meterbus_priv(mdev)->life);
}
EXPORT_SYMBOL_GPL(meterbus_device_is_online);

/**
 * meterbus_device_set_speed() - follow a device to another speed
 * @mdev: the device
 * @speed: bits per second, for all later exchanges with it
 *
 * A device that went offline is asked anew.
 *
 * Context: process.
 */
void meterbus_device_set_speed(struct meterbus_device *mdev, unsigned int speed)
{
	struct meterbus_device_priv *priv = to_meterbus_priv(mdev);

	scoped_guard(spinlock, &priv->lock)
		priv->line.speed = speed;
	scoped_guard(mutex, &priv->talk)
		priv->link.synced = false;
	serial_xfer_life_revive(&priv->life);
}
EXPORT_SYMBOL_GPL(meterbus_device_set_speed);

/**
 * meterbus_device_recheck() - what answers may be another meter
 * @mdev: the device
 *
 * For drivers that see another identity in a read-out. The device goes offline, and its
 * driver's verify is called at once, from a work item. Nothing happens unless it is
 * online.
 *
 * Context: process.
 */
void meterbus_device_recheck(struct meterbus_device *mdev)
{
	serial_xfer_life_recheck(&to_meterbus_priv(mdev)->life);
}
EXPORT_SYMBOL_GPL(meterbus_device_recheck);
