// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "known.h"
#include "modbus_identify.h"

static bool is_on(const struct device *device, const struct bus *bus)
{
	return device->kind == bus->kind && device->bus == bus->number;
}

static bool is_online(const struct device *device)
{
	return !strcmp(device->state, "online");
}

void known_skip(const struct device_list *devices, const struct bus *bus, bool *skip,
		unsigned int last)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct device *device = &devices->devices[i];

		if (is_on(device, bus) && is_online(device) && device->address >= 0 &&
		    device->address <= (int)last)
			skip[device->address] = true;
	}
}

/* Sixteen digits, of which F in the device's address is any digit */
static bool digits_match(const char *pattern, const char *digits)
{
	for (; *pattern && *digits; pattern++, digits++)
		if (*pattern != 'F' && *pattern != 'f' && *pattern != *digits)
			return false;
	return !*pattern && !*digits;
}

/*
 * A device that is not online has told no serial number: then its address must do. At one
 * primary address there may be several meters.
 */
static bool is_device(const struct device *device, const struct meter *meter)
{
	if (device->secondary[0])
		return digits_match(device->secondary, meter->secondary);
	if (device->address != meter->address)
		return false;
	return !device->serial[0] || !meter->serial[0] || !strcmp(device->serial, meter->serial);
}

static const struct line *line_of(const struct device *device, const struct line *own)
{
	return device->line.speed ? &device->line : own;
}

static bool is_at(const struct meter *meter, const struct line *line)
{
	return meter->line.speed == line->speed && meter->line.parity == line->parity;
}

static void mark(const struct device *device, struct meter *meter)
{
	meter->state = METER_BOUND;
	snprintf(meter->device, sizeof(meter->device), "%s", device->name);
	snprintf(meter->label, sizeof(meter->label), "%s", device->label);
}

/* One that is online may take other settings as well, and has been asked at the first. */
static void note_line(const struct device *device, const struct line *line, struct meter *meter)
{
	if (!is_online(device) && line->speed && !is_at(meter, line))
		snprintf(meter->note, sizeof(meter->note), "bound as %u %s, answers at %u %s",
			 line->speed, parity_name(line->parity), meter->line.speed,
			 parity_name(meter->line.parity));
}

/* At the address of a device that has told no serial number: best one at its settings */
static struct meter *find_meter(const struct device *device, const struct line *line,
				struct meter_list *list)
{
	struct meter *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		struct meter *meter = &list->meters[i];

		if (meter->kind != device->kind || meter->state != METER_FREE ||
		    !is_device(device, meter))
			continue;
		if (!found || (is_at(meter, line) && !is_at(found, line)))
			found = meter;
	}
	return found;
}

void known_mark(const struct device_list *devices, const struct bus *bus, const struct line *own,
		struct meter_list *list)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct device *device = &devices->devices[i];
		const struct line *line = line_of(device, own);
		struct meter *meter = is_on(device, bus) ? find_meter(device, line, list) : NULL;

		if (!meter)
			continue;
		mark(device, meter);
		note_line(device, line, meter);
	}
}

static bool is_listed(const struct meter_list *list, const struct device *device)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->meters[i].device, device->name))
			return true;
	return false;
}

/* What does not change while it is the same meter: the driver does not ask for it again. */
static void read_identity(const struct device *device, struct meter *meter)
{
	char dir[PATH_MAX], text[16];
	const char *model;
	unsigned int code;

	if (!sysfs_iio_dir(device, dir, sizeof(dir)))
		return;
	sysfs_read(dir, "software_version", meter->firmware, sizeof(meter->firmware));
	if (sysfs_read(dir, "meter_code", text, sizeof(text)) || sscanf(text, "%x", &code) != 1)
		return;
	model = modbus_model_of(code);
	if (model)
		snprintf(meter->model, sizeof(meter->model), "%s", model);
}

static void describe(const struct device *device, const struct line *own, struct meter *meter)
{
	meter_init(meter, device->kind, line_of(device, own));
	meter->address = device->address;
	snprintf(meter->secondary, sizeof(meter->secondary), "%s", device->secondary);
	snprintf(meter->model, sizeof(meter->model), "%s",
		 device->model[0] ? device->model : device->driver);
	snprintf(meter->serial, sizeof(meter->serial), "%s", device->serial);
	snprintf(meter->driver, sizeof(meter->driver), "%s", device->driver);
	read_identity(device, meter);
	if (!is_online(device))
		snprintf(meter->note, sizeof(meter->note), "%s", device->state);
	mark(device, meter);
}

static bool is_within(const struct known_range *range, const struct device *device)
{
	return !range || (device->address >= (int)range->first &&
			  device->address <= (int)range->last);
}

int known_add(const struct device_list *devices, const struct bus *bus, const struct line *own,
	      const struct known_range *range, struct meter_list *list)
{
	struct meter meter;

	for (size_t i = 0; i < devices->count; i++) {
		if (!is_on(&devices->devices[i], bus) ||
		    !is_within(range, &devices->devices[i]) ||
		    is_listed(list, &devices->devices[i]))
			continue;
		describe(&devices->devices[i], own, &meter);
		if (!meter_add(list, &meter))
			return -ENOMEM;
	}
	return 0;
}
