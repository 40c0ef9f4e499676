// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "meter.h"

void meter_init(struct meter *meter, enum bus_kind kind, const struct line *line)
{
	memset(meter, 0, sizeof(*meter));
	meter->kind = kind;
	meter->address = NO_ADDRESS;
	meter->version = NO_ADDRESS;
	meter->medium = NO_ADDRESS;
	meter->line = *line;
}

/* Returns the list's own copy, or NULL if there is no memory left. */
struct meter *meter_add(struct meter_list *list, const struct meter *meter)
{
	size_t room = list->room ? 2 * list->room : 16;
	struct meter *more;

	if (list->count == list->room) {
		more = realloc(list->meters, room * sizeof(*more));
		if (!more)
			return NULL;
		list->meters = more;
		list->room = room;
	}
	list->meters[list->count] = *meter;
	return &list->meters[list->count++];
}

void meter_remove(struct meter_list *list, size_t i)
{
	list->count--;
	memmove(&list->meters[i], &list->meters[i + 1],
		(list->count - i) * sizeof(*list->meters));
}

static bool same_meter(const struct meter *a, const struct meter *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->secondary[0] && b->secondary[0])
		return !strcmp(a->secondary, b->secondary);
	if (a->kind == BUS_MBUS || a->address != b->address)
		return false;
	if (a->serial[0] && b->serial[0])
		return !strcmp(a->serial, b->serial);
	return a->line.speed == b->line.speed && a->line.parity == b->line.parity;
}

/* Do both answer at one place, whatever the settings? */
bool meter_same_place(const struct meter *a, const struct meter *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->secondary[0] && b->secondary[0])
		return !strcmp(a->secondary, b->secondary);
	return a->address != NO_ADDRESS && a->address == b->address;
}

/*
 * A meter that is not particular about parity answers at several settings; on Modbus it
 * is then known by address and serial number, on M-Bus by its secondary address.
 */
struct meter *meter_find_same(const struct meter_list *list, const struct meter *meter)
{
	for (size_t i = 0; i < list->count; i++)
		if (same_meter(&list->meters[i], meter))
			return &list->meters[i];
	return NULL;
}

static int compare(const void *left, const void *right)
{
	const struct meter *a = left, *b = right;

	if (a->kind == BUS_MODBUS && a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (strcmp(a->secondary, b->secondary))
		return strcmp(a->secondary, b->secondary);
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return (a->line.speed > b->line.speed) - (a->line.speed < b->line.speed);
}

void meter_sort(struct meter_list *list)
{
	if (list->count)
		qsort(list->meters, list->count, sizeof(*list->meters), compare);
}

void meter_free(struct meter_list *list)
{
	free(list->meters);
	memset(list, 0, sizeof(*list));
}

const char *parity_name(enum parity parity)
{
	static const char *const names[] = {
		[PARITY_NONE] = "none", [PARITY_EVEN] = "even", [PARITY_ODD] = "odd",
	};

	return names[parity];
}

/* EN 13757-3:2018, Table 13; those that are met on a wired M-Bus */
const char *medium_name(int medium)
{
	static const char *const names[] = {
		[0x00] = "other", [0x01] = "oil", [0x02] = "electricity", [0x03] = "gas",
		[0x04] = "heat", [0x05] = "steam", [0x06] = "warm water", [0x07] = "water",
		[0x08] = "heat cost allocator", [0x09] = "compressed air",
		[0x0a] = "cooling", [0x0b] = "cooling", [0x0c] = "heat", [0x0d] = "heat/cooling",
		[0x15] = "hot water", [0x16] = "cold water", [0x18] = "pressure",
		[0x19] = "A/D converter",
	};

	if (medium < 0 || medium >= (int)(ARRAY_SIZE(names)))
		return "";
	return names[medium] ? names[medium] : "";
}
