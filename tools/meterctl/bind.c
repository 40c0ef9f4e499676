// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"

void bind_address(const struct meter *meter, bool secondary, char *address)
{
	if (secondary)
		snprintf(address, BIND_ADDRESS, "%s", meter->secondary);
	else
		snprintf(address, BIND_ADDRESS, "0x%02x", meter->address);
}

/* NAME ADDRESS [SPEED [PARITY]]: see Documentation/ABI/testing/sysfs-bus-modbus. */
static void new_device_text(const struct meter *meter, bool secondary, char *text, size_t size)
{
	char address[BIND_ADDRESS];
	int len;

	bind_address(meter, secondary, address);
	len = snprintf(text, size, "%s %s", meter->driver, address);
	if (!meter->line.speed)
		return;
	len += snprintf(text + len, size - len, " %u", meter->line.speed);
	if (meter->kind == BUS_MODBUS)
		snprintf(text + len, size - len, " %s", parity_name(meter->line.parity));
}

int bind_meter(const struct bus *bus, struct meter *meter, bool secondary)
{
	char text[96];
	int ret;

	new_device_text(meter, secondary, text, sizeof(text));
	ret = sysfs_write(bus->path, "new_device", text);
	if (ret)
		return ret;
	meter->state = METER_BOUND;
	if (secondary)
		snprintf(meter->device, sizeof(meter->device), "%u-%s", bus->number,
			 meter->secondary);
	else
		snprintf(meter->device, sizeof(meter->device), "%u-%02x", bus->number,
			 meter->address);
	return 0;
}

static bool is_of(const struct bus *bus, const struct device *device)
{
	return bus->kind == device->kind && bus->number == device->bus;
}

int unbind_device(const struct device *device)
{
	struct meter meter = { .address = device->address };
	char address[BIND_ADDRESS];
	struct bus_list buses;
	int ret = sysfs_buses(&buses);

	if (ret)
		return ret;
	ret = -ENODEV;
	snprintf(meter.secondary, sizeof(meter.secondary), "%s", device->secondary);
	bind_address(&meter, device->secondary[0], address);
	for (size_t i = 0; i < buses.count; i++)
		if (is_of(&buses.buses[i], device))
			ret = sysfs_write(buses.buses[i].path, "delete_device", address);
	sysfs_free_buses(&buses);
	return ret;
}
