// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel has: "buses" and "list". */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"

struct meter_counts {
	unsigned int all;
	unsigned int online;
};

static struct meter_counts count_meters(const struct device_list *devices, const struct bus *bus)
{
	struct meter_counts counts = { };

	for (size_t i = 0; i < devices->count; i++) {
		if (devices->devices[i].kind != bus->kind ||
		    devices->devices[i].bus != bus->number)
			continue;
		counts.all++;
		counts.online += !strcmp(devices->devices[i].state, "online");
	}
	return counts;
}

static void buses_json(const struct bus_list *buses, const struct device_list *devices)
{
	struct json_object *array, *object, *all = json_begin("buses", &array);

	for (size_t i = 0; i < buses->count; i++) {
		const struct bus *bus = &buses->buses[i];
		struct meter_counts counts = count_meters(devices, bus);

		object = json_object_new_object();
		json_text(object, "bus", bus->name);
		json_text(object, "protocol", sysfs_bus_type(bus->kind));
		json_text(object, "node", bus->node);
		json_text(object, "port", bus->port);
		json_text(object, "firmware_node", bus->firmware);
		json_known(object, "speed", bus->line.speed, bus->line.speed);
		json_text(object, "parity", bus->line.speed ? parity_name(bus->line.parity) : "");
		json_number(object, "meters", counts.all);
		json_number(object, "online", counts.online);
		json_object_array_add(array, object);
	}
	json_print(all);
}

/* Speed and parity in a table: "9600", "even", or dashes */
static void line_cells(const struct line *line, char *speed, size_t size, const char **parity)
{
	snprintf(speed, size, "-");
	*parity = "-";
	if (!line->speed)
		return;
	snprintf(speed, size, "%u", line->speed);
	*parity = parity_name(line->parity);
}

static void buses_text(const struct bus_list *buses, const struct device_list *devices)
{
	static const char *const head[] = { "BUS", "NODE", "PORT", "SPEED", "PARITY", "METERS",
		"ONLINE" };
	struct table table = { };

	table_row(&table, 7, head);
	for (size_t i = 0; i < buses->count; i++) {
		const struct bus *bus = &buses->buses[i];
		struct meter_counts counts = count_meters(devices, bus);
		char speed[16], all[16], online[16];
		const char *parity;

		line_cells(&bus->line, speed, sizeof(speed), &parity);
		snprintf(all, sizeof(all), "%u", counts.all);
		snprintf(online, sizeof(online), "%u", counts.online);
		table_row(&table, 7, (const char *[]){ bus->name, text_or_dash(bus->node),
			  text_or_dash(bus->port), speed, parity, all, online });
	}
	table_print(&table);
}

int cmd_buses(const struct options *options, int argc, char **argv)
{
	struct device_list devices;
	struct bus_list buses;
	int status, ret;

	(void)argc;
	(void)argv;
	ret = sysfs_buses(&buses);
	if (!ret)
		ret = sysfs_devices(&devices);
	if (ret) {
		complain_errno("/sys/bus", -ret);
		return EXIT_FAILED;
	}
	if (options->json)
		buses_json(&buses, &devices);
	else if (buses.count)
		buses_text(&buses, &devices);
	else
		complain("no bus: is the module modbus or meterbus loaded, and a UART described by the firmware? \"meterctl attach\" makes any serial port a bus");
	status = buses.count ? EXIT_OK : EXIT_NOTHING;
	sysfs_free_devices(&devices);
	sysfs_free_buses(&buses);
	return status;
}

static void list_json(const struct device_list *list)
{
	struct json_object *array, *object, *all = json_begin("meters", &array);

	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->devices[i];

		object = json_object_new_object();
		json_device(object, device);
		json_known(object, "address", device->address, device->address != NO_ADDRESS);
		json_text(object, "secondary_address", device->secondary);
		json_known(object, "speed", device->line.speed, device->line.speed);
		json_text(object, "parity", device->line.speed ?
			  parity_name(device->line.parity) : "");
		json_object_array_add(array, object);
	}
	json_print(all);
}

static void list_text(const struct device_list *list)
{
	static const char *const head[] = { "DEVICE", "BUS", "STATE", "MODEL", "SERIAL", "LABEL",
		"SPEED", "PARITY" };
	struct table table = { };

	table_row(&table, 8, head);
	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->devices[i];
		char bus[32], speed[16];
		const char *parity;

		snprintf(bus, sizeof(bus), "%s-%u", sysfs_bus_type(device->kind), device->bus);
		line_cells(&device->line, speed, sizeof(speed), &parity);
		table_row(&table, 8, (const char *[]){ device->name, bus, device->state,
			  text_or_dash(device->model[0] ? device->model : device->driver),
			  text_or_dash(device->serial), text_or_dash(device->label), speed,
			  parity });
	}
	table_print(&table);
}

int cmd_list(const struct options *options, int argc, char **argv)
{
	struct device_list list;
	int status, ret;

	(void)argc;
	(void)argv;
	ret = sysfs_devices(&list);
	if (ret) {
		complain_errno("/sys/bus", -ret);
		return EXIT_FAILED;
	}
	if (options->json)
		list_json(&list);
	else if (list.count)
		list_text(&list);
	else
		complain("no meters: \"meterctl scan BUS\" looks for them, \"meterctl add\" binds them");
	status = list.count ? EXIT_OK : EXIT_NOTHING;
	sysfs_free_devices(&list);
	return status;
}
