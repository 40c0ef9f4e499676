// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: the snapshot of a meter's items, and how it
 * is kept fresh.
 *
 * Ownership and locking: the snapshot belongs to pro380.lock, which is held for
 * moments only. The meter belongs to pro380.io, which is held for as long as it
 * takes to answer. Whoever wants an item that is stale takes pro380.io and looks
 * again: what arrived since he began is as good as what he would ask for, and an
 * error that the meter gave since then is his too. So however many wait, the
 * meter is asked once.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "pro380_core.h"

/* A setting is written anew this often if the line ate the request or its reply */
#define PRO380_WRITE_TRIES	3

/**
 * pro380_item_block() - the block that an item is refreshed with
 * @item: the item
 *
 * Return: the block.
 */
enum pro380_block pro380_item_block(enum pro380_item item)
{
	if (item < PRO380_ITEM_ACTIVE_TOTAL)
		return PRO380_BLOCK_MEASUREMENTS;
	if (item < PRO380_NR_SCAN_ITEMS || item == PRO380_ITEM_TARIFF)
		return PRO380_BLOCK_ENERGIES;
	if (item <= PRO380_ITEM_FREQUENCY)
		return PRO380_BLOCK_MEASUREMENTS;
	if (item <= PRO380_ITEM_MEDIUM)
		return PRO380_BLOCK_IDENT;

	return PRO380_BLOCK_SETTINGS;
}

/**
 * pro380_deliver() - a transport hands over what the meter said
 * @pro: the meter
 * @item: of this item
 * @value: its value, if @error is 0
 * @error: why there is none: -ENODATA for an invalid value, -ERANGE for one that
 *	does not fit, or how the meter refused
 * @stamp: when it said so, boot-time clock
 */
void pro380_deliver(struct pro380 *pro, enum pro380_item item, s64 value, int error,
		    ktime_t stamp)
{
	guard(mutex)(&pro->lock);

	pro->entries[item] = (struct pro380_entry){
		.value = value,
		.stamp = stamp,
		.error = error,
	};
}
EXPORT_SYMBOL_GPL(pro380_deliver);

/**
 * pro380_entry_get() - look into the snapshot
 * @pro: the meter
 * @item: what for
 * @since: boot-time clock
 * @entry: result
 *
 * Return: whether the meter spoke of @item at @since or later.
 */
bool pro380_entry_get(struct pro380 *pro, enum pro380_item item, ktime_t since,
		      struct pro380_entry *entry)
{
	guard(mutex)(&pro->lock);

	*entry = pro->entries[item];
	return entry->stamp && ktime_compare(entry->stamp, since) >= 0;
}

static unsigned int pro380_update_interval(struct pro380 *pro)
{
	guard(mutex)(&pro->lock);

	return pro->update_interval;
}

/* From when on a reading of @item that is asked for at @now is good enough */
static ktime_t pro380_horizon(struct pro380 *pro, enum pro380_item item, ktime_t now)
{
	unsigned int interval = pro380_update_interval(pro);
	ktime_t written = pro->desc.ops->written_at(pro->desc.priv);

	if (pro380_item_block(item) == PRO380_BLOCK_IDENT)
		return written;

	return interval ? max(written, ktime_sub_ms(now, interval)) : KTIME_MAX;
}

static bool pro380_failed_since(struct pro380 *pro, enum pro380_block block,
				ktime_t since, int *error)
{
	guard(mutex)(&pro->lock);

	*error = pro->failures[block].error;
	return *error && ktime_after(pro->failures[block].time, since);
}

static void pro380_note_failure(struct pro380 *pro, enum pro380_block block, int error)
{
	guard(mutex)(&pro->lock);

	pro->failures[block].time = ktime_get_boottime();
	pro->failures[block].error = error;
}

/* By the combination code the meter makes one energy of others (manual v2.18, 7.11) */
static void pro380_forget_written(struct pro380 *pro, enum pro380_item item)
{
	unsigned int i;

	guard(mutex)(&pro->lock);

	pro->entries[item].stamp = 0;
	if (item != PRO380_ITEM_COMBINATION_CODE)
		return;

	for (i = 0; i < PRO380_NR_ITEMS; i++)
		if (pro380_item_block(i) == PRO380_BLOCK_ENERGIES)
			pro->entries[i].stamp = 0;
}

static void pro380_wanted(struct pro380 *pro, enum pro380_item item, bool whole_block,
			  unsigned long *wanted)
{
	enum pro380_block block = pro380_item_block(item);
	unsigned int i;

	bitmap_zero(wanted, PRO380_NR_ITEMS);
	__set_bit(item, wanted);
	if (!whole_block)
		return;

	for_each_set_bit(i, pro->desc.readable, PRO380_NR_ITEMS)
		if (pro380_item_block(i) == block)
			__set_bit(i, wanted);
}

/* Asks the meter; the caller holds pro380.io */
static int pro380_refresh(struct pro380 *pro, enum pro380_item item, bool whole_block,
			  struct pro380_entry *entry)
{
	DECLARE_BITMAP(wanted, PRO380_NR_ITEMS);
	ktime_t begin = ktime_get_boottime();
	int ret;

	lockdep_assert_held(&pro->io);

	pro380_wanted(pro, item, whole_block, wanted);
	ret = pro->desc.ops->fetch(pro->desc.priv, wanted, pro);

	if (pro380_entry_get(pro, item, begin, entry))
		return entry->error;
	/* That the task was killed is nobody else's error */
	if (whole_block && ret && ret != -EINTR)
		pro380_note_failure(pro, pro380_item_block(item), ret);

	return ret ?: -ENODATA;
}

static int pro380_read_stale(struct pro380 *pro, enum pro380_item item, ktime_t begin,
			     struct pro380_entry *entry)
{
	bool whole_block;
	int ret;

	if (mutex_lock_killable(&pro->io))
		return -EINTR;

	whole_block = pro380_update_interval(pro) ||
		      pro380_item_block(item) == PRO380_BLOCK_IDENT;

	if (whole_block && pro380_entry_get(pro, item, begin, entry))
		ret = entry->error;
	else if (!whole_block ||
		 !pro380_failed_since(pro, pro380_item_block(item), begin, &ret))
		ret = pro380_refresh(pro, item, whole_block, entry);

	mutex_unlock(&pro->io);
	return ret;
}

/**
 * pro380_read() - read an item, from the snapshot or from the meter
 * @pro: the meter
 * @item: the item
 * @value: result
 *
 * Return: 0 or an error.
 */
int pro380_read(struct pro380 *pro, enum pro380_item item, s64 *value)
{
	ktime_t begin = ktime_get_boottime();
	struct pro380_entry entry;
	int ret;

	if (!test_bit(item, pro->desc.readable))
		return -EOPNOTSUPP;

	if (pro380_entry_get(pro, item, pro380_horizon(pro, item, begin), &entry))
		ret = entry.error;
	else
		ret = pro380_read_stale(pro, item, begin, &entry);

	if (!ret)
		*value = entry.value;
	return ret;
}

/* The item by which a write of @item can be proved */
static enum pro380_item pro380_proof_item(enum pro380_item item)
{
	return item == PRO380_ITEM_TARIFF_VOLATILE ? PRO380_ITEM_TARIFF : item;
}

/*
 * The day counter goes on counting: it was set back if it shows less than
 * before, or nothing, or if there was nothing to set back.
 */
static bool pro380_proved(enum pro380_item item, s64 before, s64 wanted, s64 after)
{
	if (item == PRO380_ITEM_RESETTABLE)
		return !before || !after || after < before;

	return after == wanted;
}

/*
 * Returns what became of a write that ended with @ret. Without a reply only the
 * read-back tells; with one too, where the line may echo.
 */
static int pro380_prove(struct pro380 *pro, enum pro380_item item, s64 before, s64 value,
			int ret)
{
	enum pro380_item proof = pro380_proof_item(item);
	struct pro380_entry entry;
	int err;

	pro380_forget_written(pro, proof);
	if (!test_bit(proof, pro->desc.readable))
		return ret;
	if (ret && ret != -ETIMEDOUT && ret != -EBADMSG)
		return ret;

	err = pro380_refresh(pro, proof, false, &entry);
	if (err)
		return ret ?: err;
	if (pro380_proved(item, before, value, entry.value))
		return 0;

	return ret ?: -EIO;
}

/* What the day counter shows; any number is less than one that is none */
static int pro380_day_counter(struct pro380 *pro, s64 *value)
{
	struct pro380_entry entry;
	int ret;

	ret = pro380_refresh(pro, PRO380_ITEM_RESETTABLE, false, &entry);
	if (ret && ret != -ENODATA && ret != -ERANGE)
		return ret;

	*value = ret ? S64_MAX : entry.value;
	return 0;
}

static int pro380_write_proved(struct pro380 *pro, enum pro380_item item, s64 value)
{
	int tries = PRO380_WRITE_TRIES;
	s64 before = 0;
	int ret;

	if (item == PRO380_ITEM_RESETTABLE && test_bit(item, pro->desc.readable)) {
		ret = pro380_day_counter(pro, &before);
		if (ret)
			return ret;
	}

	do {
		ret = pro->desc.ops->write(pro->desc.priv, item, value);
		ret = pro380_prove(pro, item, before, value, ret);
	} while ((ret == -ETIMEDOUT || ret == -EBADMSG) && --tries);

	return ret;
}

/**
 * pro380_write() - write an item to the meter and prove it
 * @pro: the meter
 * @item: the item
 * @value: its new value, which must be one that the meter may take
 *
 * Return: 0 if the meter took it, or an error.
 */
int pro380_write(struct pro380 *pro, enum pro380_item item, s64 value)
{
	int ret;

	if (!test_bit(item, pro->desc.writable))
		return -EINVAL;
	if (mutex_lock_killable(&pro->io))
		return -EINTR;

	ret = pro380_write_proved(pro, item, value);

	mutex_unlock(&pro->io);
	return ret;
}

/* The label of a meter that has no other goes with its serial number */
static void pro380_rename(struct pro380 *pro, const char *serial)
{
	struct iio_dev *indio_dev = pro->indio_dev;
	char *next = pro->serial == pro->serials[0] ? pro->serials[1] : pro->serials[0];

	strscpy(next, serial, sizeof(pro->serials[0]));
	if (indio_dev->label == pro->serial)
		WRITE_ONCE(indio_dev->label, next);
	pro->serial = next;
}

static int pro380_move_locked(struct pro380 *pro, enum pro380_item item, s64 address)
{
	struct pro380_keep keep = {
		.update_interval = pro380_update_interval(pro),
		.dropped_scans = atomic64_read(&pro->dropped_scans),
	};
	int ret;

	lockdep_assert_held(&pro->io);

	strscpy(keep.serial, pro->serial, sizeof(keep.serial));
	ret = pro->desc.ops->move(pro->desc.priv, item, address, &keep);

	pro380_forget_written(pro, item);
	if (strcmp(keep.serial, pro->serial)) {
		pro380_forget_written(pro, PRO380_ITEM_SERIAL_NUMBER);
		pro380_rename(pro, keep.serial);
	}

	return ret;
}

/**
 * pro380_move() - give the meter another address
 * @pro: the meter
 * @item: of this kind, PRO380_ITEM_ADDRESS or PRO380_ITEM_SECONDARY_ADDRESS
 * @address: the new one
 *
 * Return: 0 if the meter has it, -EBUSY during a capture, or an error.
 */
int pro380_move(struct pro380 *pro, enum pro380_item item, s64 address)
{
	int ret = -EBUSY;

	if (!test_bit(item, pro->desc.writable))
		return -EINVAL;
	if (mutex_lock_killable(&pro->io))
		return -EINTR;

	if (!pro->capturing)
		ret = pro380_move_locked(pro, item, address);

	mutex_unlock(&pro->io);
	return ret;
}
