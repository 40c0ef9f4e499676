// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "settings.h"
#include "sysfs.h"

/* The one reading that can be set */
#define DAY_COUNTER	"in_energy30_raw"

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), own = strlen(end);

	return len >= own && !strcmp(name + len - own, end);
}

/* What the IIO core and the driver core put there is no setting of the meter. */
bool settings_is_name(const char *name)
{
	static const char *const others[] = { "dev", "name", "label", "uevent", "telegram",
		"current_timestamp_clock", "waiting_for_supplier" };

	if (!strcmp(name, DAY_COUNTER))
		return true;
	if (!*name || strchr(name, '/') || name[0] == '.' || !strncmp(name, "in_", 3) ||
	    ends_with(name, "_available"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(name, others[i]))
			return false;
	return true;
}

static bool file_mode(const char *dir, const char *name, mode_t *mode)
{
	char path[PATH_MAX];
	struct stat info;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= PATH_MAX || stat(path, &info) ||
	    !S_ISREG(info.st_mode))
		return false;
	*mode = info.st_mode;
	return true;
}

bool settings_read(const char *dir, const char *name, struct setting *setting)
{
	char available[sizeof(setting->name) + 16];
	mode_t mode;

	memset(setting, 0, sizeof(*setting));
	if (!settings_is_name(name) || !file_mode(dir, name, &mode))
		return false;
	snprintf(setting->name, sizeof(setting->name), "%s", name);
	setting->writable = mode & 0222;
	setting->write_only = !(mode & 0444);
	snprintf(available, sizeof(available), "%s_available", setting->name);
	sysfs_read(dir, available, setting->available, sizeof(setting->available));
	if (setting->write_only)
		setting->error = EOPNOTSUPP;
	else
		setting->error = -sysfs_read(dir, name, setting->value, sizeof(setting->value));
	/* On M-Bus the day counter can only be reset. */
	setting->write_only |= setting->error == EOPNOTSUPP && setting->writable;
	return true;
}

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

static int add_name(struct setting_list *list, const char *name)
{
	void *more = realloc(list->names, (list->count + 1) * sizeof(*list->names));

	if (!more)
		return -ENOMEM;
	list->names = more;
	snprintf(list->names[list->count++], sizeof(*list->names), "%.47s", name);
	return 0;
}

int settings_list(const char *dir, struct setting_list *list)
{
	struct dirent *entry;
	DIR *entries = opendir(dir);
	mode_t mode;
	int ret = 0;

	memset(list, 0, sizeof(*list));
	if (!entries)
		return -errno;
	while (!ret && (entry = readdir(entries)))
		if (settings_is_name(entry->d_name) && file_mode(dir, entry->d_name, &mode) &&
		    strlen(entry->d_name) < sizeof(*list->names))
			ret = add_name(list, entry->d_name);
	closedir(entries);
	if (list->count)
		qsort(list->names, list->count, sizeof(*list->names), compare);
	return ret;
}

void settings_free(struct setting_list *list)
{
	free(list->names);
}
