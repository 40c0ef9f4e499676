// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "select.h"

static bool is_selected(const struct selection *selection, const struct device *device)
{
	for (size_t i = 0; i < selection->count; i++)
		if (selection->devices[i] == device)
			return true;
	return false;
}

static int select_named(struct selection *selection, int argc, char **argv)
{
	const struct device *device;

	for (int i = 0; i < argc; i++) {
		device = find_device(&selection->all, argv[i]);
		if (!device)
			selection->missing++;
		else if (!is_selected(selection, device))
			selection->devices[selection->count++] = device;
	}
	return selection->count ? EXIT_OK : EXIT_NOTHING;
}

static int select_all(struct selection *selection)
{
	for (size_t i = 0; i < selection->all.count; i++)
		selection->devices[selection->count++] = &selection->all.devices[i];
	if (selection->count)
		return EXIT_OK;
	complain("no meters: \"meterctl scan BUS --add\" finds and binds them");
	return EXIT_NOTHING;
}

int select_devices(struct selection *selection, int argc, char **argv)
{
	int ret;

	memset(selection, 0, sizeof(*selection));
	ret = sysfs_devices(&selection->all);
	if (ret) {
		complain_errno("/sys/bus", -ret);
		return EXIT_FAILED;
	}
	selection->devices = calloc(argc + selection->all.count + 1, sizeof(*selection->devices));
	if (!selection->devices)
		return EXIT_FAILED;
	return argc ? select_named(selection, argc, argv) : select_all(selection);
}

void select_free(struct selection *selection)
{
	free(selection->devices);
	sysfs_free_devices(&selection->all);
}
