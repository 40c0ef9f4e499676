// SPDX-License-Identifier: GPL-2.0-only
/* Words for bash completion; what cannot be told is no words. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "settings.h"
#include "sysfs.h"

static void print_buses(void)
{
	struct bus_list list;

	if (!sysfs_buses(&list))
		for (size_t i = 0; i < list.count; i++)
			puts(list.buses[i].name);
	sysfs_free_buses(&list);
}

static bool is_ambiguous(const struct device_list *list, size_t index)
{
	for (size_t i = 0; i < list->count; i++)
		if (i != index && !strcmp(list->devices[i].name, list->devices[index].name))
			return true;
	return false;
}

/* What the shell takes for something else than a part of a word */
#define SPECIAL	" \t\"'\\$`&;|<>()[]{}*?#~!"

/* Devices, and serial numbers and labels that are one word */
static void print_meters(const struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct device *device = &list->devices[i];

		if (is_ambiguous(list, i))
			printf("%s:", sysfs_bus_type(device->kind));
		puts(device->name);
		if (device->serial[0])
			puts(device->serial);
		if (device->label[0] && strcmp(device->label, device->serial) &&
		    !strpbrk(device->label, SPECIAL))
			puts(device->label);
	}
}

static void print_settings(const char *dir)
{
	struct setting_list list;

	if (settings_list(dir, &list))
		return;
	for (size_t i = 0; i < list.count; i++)
		puts(list.names[i]);
	settings_free(&list);
}

/* Of a range, [LEAST STEP MOST], there is nothing to complete. */
static void print_values(const char *dir, const char *name)
{
	char available[64], values[256];
	char *rest = NULL, *word;

	if (!settings_is_name(name) ||
	    snprintf(available, sizeof(available), "%s_available", name) >=
	    (int)sizeof(available) ||
	    sysfs_read(dir, available, values, sizeof(values)) || values[0] == '[')
		return;
	for (word = strtok_r(values, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		puts(word);
}

static int complete_meters(int argc, char **argv)
{
	const struct device *device;
	struct device_list list;
	char dir[PATH_MAX];

	if (sysfs_devices(&list))
		return EXIT_FAILED;
	if (argc == 1) {
		print_meters(&list);
	} else {
		device = find_device(&list, argv[1]);
		if (device && sysfs_iio_dir(device, dir, sizeof(dir))) {
			if (argc == 2)
				print_settings(dir);
			else
				print_values(dir, argv[2]);
		}
	}
	sysfs_free_devices(&list);
	return EXIT_OK;
}

int cmd_complete(const struct options *options, int argc, char **argv)
{
	(void)options;
	if (!strcmp(argv[0], "meters"))
		return complete_meters(argc, argv);
	if (strcmp(argv[0], "buses"))
		return EXIT_USAGE;
	print_buses();
	return EXIT_OK;
}
