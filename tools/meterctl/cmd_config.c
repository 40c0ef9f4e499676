// SPDX-License-Identifier: GPL-2.0-only
/* Settings: the attributes of a meter's IIO device that are no readings. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "output.h"
#include "settings.h"

struct changer {
	const struct device *device;
	char dir[PATH_MAX];
	struct json_object *array;
	struct table table;
	unsigned int done;
	unsigned int failed;
	unsigned int unknown;		/* of those that failed */
};

static void show_json(struct changer *changer, const struct setting *setting)
{
	struct json_object *object = json_object_new_object();

	json_text(object, "name", setting->name);
	json_text(object, "value", setting->error ? "" : setting->value);
	json_text(object, "available", setting->available);
	json_put(object, "writable", json_object_new_boolean(setting->writable));
	if (setting->error && !setting->write_only)
		json_text(object, "error", strerror(setting->error));
	json_object_array_add(changer->array, object);
}

static void show_row(struct changer *changer, const struct setting *setting)
{
	const char *value = setting->value;

	if (setting->error)
		value = setting->write_only ? "(write only)" : strerror(setting->error);
	table_row(&changer->table, 3, (const char *[]){ setting->name, value,
		  setting->available });
}

static void show(struct changer *changer, const struct setting *setting)
{
	if (setting->error && !setting->write_only)
		changer->failed++;
	else
		changer->done++;
	if (changer->array)
		show_json(changer, setting);
	else
		show_row(changer, setting);
}

/* A change that was not made */
static void put_failure(struct changer *changer, const char *name, const char *error)
{
	struct json_object *object;

	changer->failed++;
	if (!changer->array)
		return;
	object = json_object_new_object();
	json_text(object, "name", name);
	json_put(object, "value", NULL);
	json_text(object, "error", error);
	json_object_array_add(changer->array, object);
}

static void miss(struct changer *changer, const char *name)
{
	complain("%s: no such setting of %s: see \"meterctl config %s\"", name,
		 changer->device->name, changer->device->name);
	put_failure(changer, name, "no such setting");
	changer->unknown++;
}

static void show_one(struct changer *changer, const char *name)
{
	struct setting setting;

	if (settings_read(changer->dir, name, &setting))
		show(changer, &setting);
	else
		miss(changer, name);
}

static int show_all(struct changer *changer)
{
	struct setting_list list;
	int ret = settings_list(changer->dir, &list);

	if (ret)
		return ret;
	for (size_t i = 0; i < list.count; i++)
		show_one(changer, list.names[i]);
	settings_free(&list);
	return 0;
}

static void explain(struct changer *changer, const char *name, const char *value, int error)
{
	struct setting setting;

	put_failure(changer, name, strerror(error));
	if (error == EPERM && !strcmp(name, "combination_code")) {
		complain("combination_code %s can never be undone: \"combination_code=%s permanent\" does it",
			 value, value);
		return;
	}
	if (error == EINVAL && settings_read(changer->dir, name, &setting) &&
	    setting.available[0])
		complain("%s=%s: not possible, it can be: %s", name, value, setting.available);
	else if (error == EACCES && settings_read(changer->dir, name, &setting) &&
		 !setting.writable)
		complain("%s: the meter tells it, and nobody can change it", name);
	else if (error == EADDRINUSE)
		complain("%s=%s: that address is taken", name, value);
	else if (error == EBUSY)
		complain("%s=%s: not while a capture of this meter runs", name, value);
	else
		complain_write_errno(name, error);
}

/* NAME=VALUE */
static void change(struct changer *changer, char *text)
{
	char *value = strchr(text, '=');
	int ret;

	*value++ = '\0';
	if (!settings_is_name(text))
		ret = -ENOENT;
	else
		ret = sysfs_write(changer->dir, text, value);
	if (!ret && changer->array)
		show_one(changer, text);
	else if (!ret)
		changer->done++;
	else if (ret == -ENOENT)
		miss(changer, text);
	else
		explain(changer, text, value, -ret);
}

/* An empty value would not even be written. */
static bool have_values(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');

		if (!equals || equals[1])
			continue;
		complain("%s: there is no value", argv[i]);
		return false;
	}
	return true;
}

static int run(struct changer *changer, int argc, char **argv)
{
	if (!argc)
		return show_all(changer);
	for (int i = 0; i < argc; i++) {
		if (strchr(argv[i], '='))
			change(changer, argv[i]);
		else
			show_one(changer, argv[i]);
	}
	return 0;
}

static int status_of(const struct changer *changer)
{
	if (!changer->failed)
		return EXIT_OK;
	if (changer->done)
		return EXIT_PARTIAL;
	return changer->unknown == changer->failed ? EXIT_NOTHING : EXIT_FAILED;
}

static int config(const struct options *options, struct changer *changer, int argc, char **argv)
{
	struct json_object *all = NULL;
	int ret;

	if (!sysfs_iio_dir(changer->device, changer->dir, sizeof(changer->dir))) {
		complain("%s: no settings, it is %s", changer->device->name,
			 changer->device->state);
		return EXIT_FAILED;
	}
	if (options->json)
		all = json_begin("settings", &changer->array);
	ret = run(changer, argc, argv);
	if (all) {
		json_device(all, changer->device);
		json_print(all);
	} else {
		table_print(&changer->table);
	}
	if (!ret)
		return status_of(changer);
	complain_errno(changer->dir, -ret);
	return EXIT_FAILED;
}

int cmd_config(const struct options *options, int argc, char **argv)
{
	struct changer changer = { };
	struct device_list list;
	int status = EXIT_NOTHING;
	int ret;

	if (!have_values(argc - 1, argv + 1))
		return EXIT_USAGE;
	ret = sysfs_devices(&list);
	if (ret) {
		complain_errno("/sys/bus", -ret);
		return EXIT_FAILED;
	}
	changer.device = find_device(&list, argv[0]);
	if (changer.device)
		status = config(options, &changer, argc - 1, argv + 1);
	sysfs_free_devices(&list);
	return status;
}
