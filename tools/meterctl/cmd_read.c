// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "reading.h"
#include "select.h"

struct reader {
	const struct options *options;
	struct iio_context *context;
	struct json_object *meters;
	unsigned int answered;		/* meters that have channels */
	unsigned int values;
	unsigned int failed;		/* readings */
	unsigned int missing;		/* meters */
	unsigned int printed;
};

static void put_json(struct json_object *array, const struct reading *reading, bool raw)
{
	struct json_object *object = json_object_new_object();

	json_text(object, "label", reading->label);
	json_text(object, "channel", reading->name);
	json_text(object, "unit", reading->quantity->unit);
	if (reading->error)
		json_put(object, "value", NULL);
	else
		json_real(object, "value", reading->value, reading->quantity->decimals);
	if (raw && reading->has_raw) {
		json_known(object, "raw", reading->raw, !reading->error);
		json_put(object, "scale", reading->error ? NULL :
			 json_object_new_double(reading->scale));
	}
	if (reading->error)
		json_text(object, "error", strerror(reading->error));
	json_object_array_add(array, object);
}

static void print_json(struct reader *reader, const struct device *device,
		       const struct reading_list *list)
{
	struct json_object *object = json_object_new_object();
	struct json_object *channels = json_object_new_array();

	json_device(object, device);
	json_put(object, "channels", channels);
	for (size_t i = 0; i < list->count; i++)
		put_json(channels, &list->readings[i], reader->options->raw);
	json_object_array_add(reader->meters, object);
}

static void put_row(struct table *table, const struct reading *reading, bool raw)
{
	char number[32] = "-", value[40], scale[32] = "";

	if (!reading->error && raw && reading->has_raw)
		snprintf(number, sizeof(number), "%lld", (long long)reading->raw);
	else if (!reading->error)
		reading_print(reading, number, sizeof(number));
	snprintf(value, sizeof(value), "%12s", number);
	if (!reading->error && raw && reading->has_raw)
		snprintf(scale, sizeof(scale), "x %.10g", reading->scale);
	table_row(table, 3, (const char *[]){ raw ? reading->name : reading->label, value,
		  reading->error ? strerror(reading->error) :
		  raw ? scale : reading->quantity->unit });
}

static void print_text(struct reader *reader, const struct device *device,
		       const struct reading_list *list)
{
	struct table table = { };

	if (reader->printed++)
		putchar('\n');
	printf("%s-%u %s %s %s%s%s\n", sysfs_bus_type(device->kind), device->bus, device->name,
	       text_or_dash(device->model), device->serial,
	       strcmp(device->label, device->serial) ? " " : "",
	       strcmp(device->label, device->serial) ? device->label : "");
	for (size_t i = 0; i < list->count; i++)
		put_row(&table, &list->readings[i], reader->options->raw);
	table_print(&table);
}

static void count(struct reader *reader, const struct device *device,
		  const struct reading_list *list)
{
	unsigned int missing = 0;
	int error = 0;

	for (size_t i = 0; i < list->count; i++) {
		missing += list->readings[i].error != 0;
		error = list->readings[i].error ? list->readings[i].error : error;
	}
	reader->values += list->count - missing;
	reader->failed += missing;
	if (missing)
		complain_errno(device->name, error);
}

static int read_meter(struct reader *reader, const struct device *device)
{
	struct reading_list list;
	int ret = readings_take(reader->context, device, reader->options->channel, &list);

	if (ret == -ENODEV) {
		reader->missing++;
		complain("%s: no readings, it is %s", device->name, device->state);
	}
	if (!ret) {
		reader->answered++;
		count(reader, device, &list);
	}
	if (reader->options->json)
		print_json(reader, device, &list);
	else if (list.count)
		print_text(reader, device, &list);
	readings_free(&list);
	return ret == -ENODEV ? 0 : ret;
}

static int read_all(struct reader *reader, const struct selection *selection)
{
	struct json_object *all = NULL;
	int ret = 0;

	if (reader->options->json)
		all = json_begin("meters", &reader->meters);
	for (size_t i = 0; i < selection->count && !ret; i++)
		ret = read_meter(reader, selection->devices[i]);
	if (all)
		json_print(all);
	if (ret)
		complain_errno("reading", -ret);
	return ret;
}

static int status_of(const struct reader *reader)
{
	if (reader->values)
		return reader->missing || reader->failed ? EXIT_PARTIAL : EXIT_OK;
	if (reader->failed || (reader->missing && !reader->answered))
		return EXIT_FAILED;
	if (reader->options->channel)
		complain("no channel has \"%s\" in its label or name", reader->options->channel);
	else
		complain("no meter has channels");
	return EXIT_NOTHING;
}

int cmd_read(const struct options *options, int argc, char **argv)
{
	struct reader reader = { .options = options };
	struct selection selection;
	int status = select_devices(&selection, argc, argv);

	if (status == EXIT_OK) {
		reader.context = readings_open_or_complain();
		status = EXIT_FAILED;
		reader.missing = selection.missing;
		if (reader.context && !read_all(&reader, &selection))
			status = status_of(&reader);
		readings_close(reader.context);
	}
	select_free(&selection);
	return status;
}
