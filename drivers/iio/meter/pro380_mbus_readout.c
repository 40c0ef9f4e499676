// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: what they say on M-Bus, manual v2.18, A2.2.
 *
 * A meter has one answer to every question: who it is, and nine energies. Each
 * record is known by what its head says of it, not by its place.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/swab.h>

#include "pro380_mbus.h"

/* INM, as the bytes CD 25 go to the wire, and electricity */
#define PRO380_MBUS_MANUFACTURER	0x25cd
#define PRO380_MBUS_MEDIUM		0x02

#define PRO380_MBUS_ALL_ENERGIES	GENMASK(PRO380_MBUS_NR_ENERGIES - 1, 0)

#define JOULES_PER_WH			3600

#define ENERGY(_item, _part, _function, _tariff)			\
	{ .item = PRO380_ITEM_##_item + PRO380_PART_##_part,		\
	  .function = METERBUS_##_function, .tariff = _tariff }

/* Forward and reverse are told as a maximum and a minimum */
const struct pro380_mbus_energy pro380_mbus_energies[PRO380_MBUS_NR_ENERGIES] = {
	ENERGY(ACTIVE_TOTAL, SUM, INSTANTANEOUS, 0),
	ENERGY(ACTIVE_TOTAL, T1, INSTANTANEOUS, 1),
	ENERGY(ACTIVE_TOTAL, T2, INSTANTANEOUS, 2),
	ENERGY(ACTIVE_FORWARD, SUM, MAXIMUM, 0),
	ENERGY(ACTIVE_FORWARD, T1, MAXIMUM, 1),
	ENERGY(ACTIVE_FORWARD, T2, MAXIMUM, 2),
	ENERGY(ACTIVE_REVERSE, SUM, MINIMUM, 0),
	ENERGY(ACTIVE_REVERSE, T1, MINIMUM, 1),
	ENERGY(ACTIVE_REVERSE, T2, MINIMUM, 2),
};

static bool pro380_mbus_is_energy(const struct meterbus_record *record)
{
	return record->quantity == METERBUS_ENERGY && record->unit == METERBUS_WH &&
	       !record->storage && !record->subunit && !record->nr_qualifiers;
}

/* Of two records of the same energy neither can be believed */
static void pro380_mbus_take_record(struct pro380_mbus_report *report,
				    const struct meterbus_record *record)
{
	const struct pro380_mbus_energy *energy;
	unsigned int i;

	if (!pro380_mbus_is_energy(record))
		return;

	for (i = 0; i < PRO380_MBUS_NR_ENERGIES; i++) {
		energy = &pro380_mbus_energies[i];
		if (energy->function != record->function || energy->tariff != record->tariff)
			continue;

		if (report->present & BIT(i))
			report->error[i] = -ENODATA;
		else
			report->error[i] = meterbus_record_scale(record, JOULES_PER_WH, 0,
								 &report->value[i]);
		report->present |= BIT(i);
	}
}

static u64 pro380_mbus_id(const struct meterbus_telegram *telegram)
{
	return (u64)telegram->id << 32 | (u32)swab16(telegram->manufacturer) << 16 |
	       telegram->version << 8 | telegram->medium;
}

static int pro380_mbus_take_head(struct pro380_mbus_report *report,
				 const struct meterbus_telegram *telegram)
{
	u64 id = pro380_mbus_id(telegram);

	if (report->id && report->id != id)
		return -EBADMSG;

	report->id = id;
	report->access = telegram->access;
	report->status = telegram->status;
	if (!telegram->has_id || !telegram->has_status || telegram->fixed)
		return -EOPNOTSUPP;

	return 0;
}

static int pro380_mbus_take_telegram(struct pro380_mbus_report *report, const u8 *buf,
				     size_t len)
{
	struct meterbus_telegram telegram;
	struct meterbus_record record;
	size_t pos = 0;
	int ret, ret2;

	ret = meterbus_telegram_parse(&telegram, buf, len);
	if (ret == -EBADMSG)
		return ret;

	/* Even one that cannot be read may tell whose it is */
	ret2 = pro380_mbus_take_head(report, &telegram);
	if (ret || ret2)
		return ret2 ?: ret;

	while (!meterbus_record_next(&telegram, &pos, &record))
		pro380_mbus_take_record(report, &record);

	return 0;
}

/**
 * pro380_mbus_decode() - what a read-out says
 * @readout: the read-out
 * @report: result
 *
 * Return: 0, also if energies are missing; -EOPNOTSUPP: telegrams of another kind, but
 * if they have an identity it is in @report; -EBADMSG: they contradict themselves.
 */
int pro380_mbus_decode(const struct meterbus_readout *readout,
		       struct pro380_mbus_report *report)
{
	const u8 *buf;
	unsigned int i;
	size_t len;
	int ret;

	*report = (struct pro380_mbus_report){ };
	for (i = 0; i < PRO380_MBUS_NR_ENERGIES; i++)
		report->error[i] = -ENODATA;

	report->address = meterbus_readout_address(readout);
	for (i = 0; i < readout->nr_telegrams; i++) {
		buf = meterbus_readout_telegram(readout, i, &len);
		ret = pro380_mbus_take_telegram(report, buf, len);
		if (ret)
			return ret;
	}

	return 0;
}

/**
 * pro380_mbus_is_pro380() - does a PRO380 speak like that?
 * @report: what a meter has said
 *
 * Return: whether it is of that manufacturer and medium, and has all nine energies.
 */
bool pro380_mbus_is_pro380(const struct pro380_mbus_report *report)
{
	return swab16(report->id >> 16) == PRO380_MBUS_MANUFACTURER &&
	       (u8)report->id == PRO380_MBUS_MEDIUM &&
	       report->present == PRO380_MBUS_ALL_ENERGIES;
}

static void pro380_mbus_deliver(const struct pro380_mbus_report *report, ktime_t stamp,
				struct pro380 *pro)
{
	const struct {
		enum pro380_item item;
		s64 value;
	} heads[] = {
		{ PRO380_ITEM_SERIAL_NUMBER, report->id >> 32 },
		{ PRO380_ITEM_SECONDARY_ADDRESS, report->id },
		{ PRO380_ITEM_MANUFACTURER, swab16(report->id >> 16) },
		{ PRO380_ITEM_VERSION, (u8)(report->id >> 8) },
		{ PRO380_ITEM_MEDIUM, (u8)report->id },
		{ PRO380_ITEM_ADDRESS, report->address },
		{ PRO380_ITEM_ACCESS_NUMBER, report->access },
		{ PRO380_ITEM_STATUS, report->status },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(heads); i++)
		pro380_deliver(pro, heads[i].item, heads[i].value, 0, stamp);
	for (i = 0; i < PRO380_MBUS_NR_ENERGIES; i++)
		pro380_deliver(pro, pro380_mbus_energies[i].item, report->value[i],
			       report->error[i], stamp);
}

/**
 * pro380_mbus_fetch() - the fetch operation, see struct pro380_ops
 * @priv: the meter
 * @wanted: ignored: the meter always says all that it has to say
 * @pro: who gets it
 *
 * Every read-out tells who has answered. If it is another meter, what it says is of
 * no use, and the bus is to see to that.
 *
 * Return: 0; -ENODATA: another meter has answered; or another error.
 */
int pro380_mbus_fetch(void *priv, const unsigned long *wanted, struct pro380 *pro)
{
	struct pro380_mbus *pm = priv;
	struct pro380_mbus_report report;
	int ret;

	ret = pm->bus->read(pm->mdev, &pm->readout);
	if (ret)
		return ret;

	meterbus_telegram_file_set(pm->telegram, &pm->readout);
	ret = pro380_mbus_decode(&pm->readout, &report);
	if (ret == -EOPNOTSUPP || (!ret && report.id != pm->id)) {
		pm->bus->recheck(pm->mdev);
		return -ENODATA;
	}
	if (ret)
		return ret;

	pro380_mbus_deliver(&report, pm->readout.stamp, pro);
	return 0;
}
