// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meters on a wired M-Bus: what a read-out says, and whether it still has the shape
 * of the one that the channels were made from; pure code.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "mbus_meter.h"

/* EN 13757-7:2018, Table 13; fixed data structure: EN 1434-3:1997, 6.2 */
#define MEDIUM_ELECTRICITY	0x02

/* So many successive read-outs make a shape */
#define WATCH_AGREE		3
#define WATCH_PAUSE_MS		60000

/**
 * mbus_meter_identity_equal() - is it the same meter?
 * @a: who a meter says it is
 * @b: who another says it is
 *
 * Return: false if it is not, or if it cannot be known.
 */
bool mbus_meter_identity_equal(const struct mbus_meter_identity *a,
			       const struct mbus_meter_identity *b)
{
	return a->known && b->known && a->fixed == b->fixed && a->id == b->id &&
	       a->manufacturer == b->manufacturer && a->version == b->version &&
	       a->medium == b->medium;
}

static bool reading_parse(struct meterbus_telegram *telegram,
			  const struct meterbus_readout *readout, unsigned int n)
{
	const u8 *data;
	size_t len;
	int ret;

	data = meterbus_readout_telegram(readout, n, &len);
	ret = meterbus_telegram_parse(telegram, data, len);
	/* An encrypted telegram has a head, but no records that could be read. */
	return !ret || (ret == -EOPNOTSUPP && telegram->has_status);
}

/* All telegrams that tell who sent them must tell the same. */
static int reading_take_head(struct mbus_meter_reading *head,
			     const struct meterbus_telegram *telegram)
{
	struct mbus_meter_identity identity = {
		.known = telegram->has_id,
		.fixed = telegram->fixed,
		.id = telegram->id,
		.manufacturer = telegram->manufacturer,
		.version = telegram->version,
		.medium = telegram->medium,
	};

	if (telegram->has_status) {
		head->has_status = true;
		head->access = telegram->access;
		head->status = telegram->status;
	}
	if (!identity.known)
		return 0;
	if (head->identity.known && !mbus_meter_identity_equal(&head->identity, &identity))
		return -EBADMSG;
	head->identity = identity;
	return 0;
}

static int reading_head(struct mbus_meter_reading *head, const struct meterbus_readout *readout)
{
	struct meterbus_telegram telegram;
	bool any = false;
	unsigned int n;
	int ret;

	for (n = 0; n < readout->nr_telegrams; n++) {
		if (!reading_parse(&telegram, readout, n))
			continue;
		any = true;
		ret = reading_take_head(head, &telegram);
		if (ret)
			return ret;
	}
	return any ? 0 : -ENODATA;
}

/*
 * Puts the records of one telegram behind those that are there; without @entries
 * only counts. Returns how many there are then.
 */
static unsigned int reading_records(const struct meterbus_telegram *telegram, bool electricity,
				    struct mbus_meter_entry *entries, unsigned int nr,
				    unsigned int *place)
{
	struct meterbus_record record;
	struct mbus_meter_key key;
	size_t pos = 0;

	for (; !meterbus_record_next(telegram, &pos, &record); (*place)++) {
		if (!mbus_meter_key(&key, telegram, &record, electricity))
			continue;
		if (entries) {
			entries[nr].key = key;
			entries[nr].place = *place;
			entries[nr].error = mbus_meter_value(&key, &record, &entries[nr].value);
		}
		nr++;
	}
	return nr;
}

static unsigned int reading_entries(const struct meterbus_readout *readout, bool electricity,
				    struct mbus_meter_entry *entries)
{
	struct meterbus_telegram telegram;
	unsigned int n, nr = 0, place = 0;

	for (n = 0; n < readout->nr_telegrams; n++)
		if (reading_parse(&telegram, readout, n))
			nr = reading_records(&telegram, electricity, entries, nr, &place);
	return nr;
}

static void reading_count_alike(struct mbus_meter_reading *reading)
{
	struct mbus_meter_entry *a, *b, *end = reading->entries + reading->nr;

	for (a = reading->entries; a < end; a++) {
		a->alike++;
		for (b = a + 1; b < end; b++) {
			if (!mbus_meter_key_equal(&a->key, &b->key))
				continue;
			a->alike++;
			b->alike++;
			b->nth++;
		}
	}
}

/**
 * mbus_meter_reading() - what a read-out says
 * @readout: the read-out
 *
 * Return: the reading, to be given to kvfree(); -ENODATA: it has no telegram that is
 * understood; -EBADMSG: its telegrams are of different meters; -ENOMEM.
 */
struct mbus_meter_reading *mbus_meter_reading(const struct meterbus_readout *readout)
{
	struct mbus_meter_reading head = { };
	struct mbus_meter_reading *reading;
	bool electricity;
	int ret;

	ret = reading_head(&head, readout);
	if (ret)
		return ERR_PTR(ret);

	electricity = head.identity.known && head.identity.medium == MEDIUM_ELECTRICITY;
	head.nr = reading_entries(readout, electricity, NULL);
	reading = kvzalloc(struct_size(reading, entries, head.nr), GFP_KERNEL);
	if (!reading)
		return ERR_PTR(-ENOMEM);

	*reading = head;
	reading_entries(readout, electricity, reading->entries);
	reading_count_alike(reading);
	return reading;
}

static bool entry_is(const struct mbus_meter_entry *entry, const struct mbus_meter_entry *wanted)
{
	return entry->nth == wanted->nth && entry->alike == wanted->alike &&
	       mbus_meter_key_equal(&entry->key, &wanted->key);
}

/**
 * mbus_meter_find() - find a record of an earlier read-out again
 * @reading: where to look
 * @wanted: the record
 * @hint: where it probably is
 *
 * Records with the same key are told apart by their order, which says nothing any
 * more once there are fewer or more of them.
 *
 * Return: the record, or NULL.
 */
const struct mbus_meter_entry *mbus_meter_find(const struct mbus_meter_reading *reading,
					       const struct mbus_meter_entry *wanted,
					       unsigned int hint)
{
	unsigned int i;

	if (hint < reading->nr && entry_is(&reading->entries[hint], wanted))
		return &reading->entries[hint];
	for (i = 0; i < reading->nr; i++)
		if (entry_is(&reading->entries[i], wanted))
			return &reading->entries[i];

	return NULL;
}

static bool shape_equal(const struct mbus_meter_reading *a, const struct mbus_meter_reading *b)
{
	unsigned int i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (!mbus_meter_key_equal(&a->entries[i].key, &b->entries[i].key))
			return false;

	return true;
}

static void watch_forget(struct mbus_meter_watch *watch)
{
	kvfree(watch->other);
	watch->other = NULL;
	watch->agreed = 0;
}

/**
 * mbus_meter_watch_see() - look at the shape of a read-out
 * @watch: what was seen before
 * @first: what the meter was registered with
 * @reading: the read-out, which now belongs to @watch; NULL to forget all
 * @now: time, boot-time clock
 *
 * Return: true if the meter should be registered anew: three successive read-outs have
 * the same shape that is not that of @first, and a minute has passed since it was
 * registered.
 */
bool mbus_meter_watch_see(struct mbus_meter_watch *watch,
			  const struct mbus_meter_reading *first,
			  struct mbus_meter_reading *reading, ktime_t now)
{
	if (!reading || shape_equal(first, reading)) {
		watch_forget(watch);
		kvfree(reading);
		return false;
	}

	if (watch->other && !shape_equal(watch->other, reading))
		watch_forget(watch);
	kvfree(watch->other);
	watch->other = reading;
	if (watch->agreed < WATCH_AGREE)
		watch->agreed++;
	return watch->agreed == WATCH_AGREE &&
	       ktime_ms_delta(now, watch->registered) >= WATCH_PAUSE_MS;
}
