// SPDX-License-Identifier: GPL-2.0-only
/* Channels are read through libiio. */
#include <errno.h>
#include <iio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "reading.h"
#include "text.h"

#define TEXT_MAX	256

struct iio_context *readings_open(void)
{
	return iio_create_local_context();
}

struct iio_context *readings_open_or_complain(void)
{
	struct iio_context *context = readings_open();

	if (!context)
		complain("libiio finds no devices: %s", strerror(errno));
	return context;
}

void readings_close(struct iio_context *context)
{
	if (context)
		iio_context_destroy(context);
}

void readings_free(struct reading_list *list)
{
	free(list->readings);
	memset(list, 0, sizeof(*list));
}

static struct reading *append(struct reading_list *list)
{
	struct reading *more;

	more = realloc(list->readings, (list->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	list->readings = more;
	memset(&more[list->count], 0, sizeof(*more));
	return &more[list->count++];
}

/* "voltage" of "voltage12" */
static void type_of(const char *id, char *type, size_t size)
{
	size_t len = strcspn(id, "0123456789_");

	snprintf(type, size, "%.*s", (int)len, id);
}

static int read_text(struct iio_channel *channel, const char *attr, char *text)
{
	ssize_t len = iio_channel_attr_read(channel, attr, text, TEXT_MAX);

	if (len < 0)
		return -len;
	text[strcspn(text, "\n")] = '\0';
	text_clean(text);
	return 0;
}

static int read_double(struct iio_channel *channel, const char *attr, double *number)
{
	char text[TEXT_MAX], *end;
	int error = read_text(channel, attr, text);

	if (error)
		return error;
	*number = strtod(text, &end);
	return end == text || *end || !isfinite(*number) ? EPROTO : 0;
}

static int read_raw(struct iio_channel *channel, struct reading *reading)
{
	char text[TEXT_MAX], *end;
	int error = read_text(channel, "raw", text);

	if (error)
		return error;
	errno = 0;
	reading->raw = strtoll(text, &end, 10);
	if (end == text || *end || errno)
		return EPROTO;
	reading->scale = 1;
	error = read_double(channel, "scale", &reading->scale);
	return error == ENOENT ? 0 : error;
}

static bool has(struct iio_channel *channel, const char *attr)
{
	return iio_channel_find_attr(channel, attr);
}

static void label_of(struct iio_channel *channel, char *label, size_t size)
{
	char text[TEXT_MAX];

	if (!has(channel, "label") || read_text(channel, "label", text))
		snprintf(text, sizeof(text), "%s", iio_channel_get_id(channel));
	snprintf(label, size, "%.71s", text);
	text_cut(label);
}

/* Takes back the last reading if it is not wanted. */
static bool keep(struct reading_list *list, const char *filter)
{
	if (reading_is_wanted(&list->readings[list->count - 1], filter))
		return true;
	list->count--;
	return false;
}

static void describe(struct iio_channel *channel, struct reading *reading)
{
	const char *id = iio_channel_get_id(channel);
	char type[32];

	type_of(id, type, sizeof(type));
	label_of(channel, reading->label, sizeof(reading->label));
	snprintf(reading->name, sizeof(reading->name), "%.47s", id);
	reading->has_raw = true;
	reading->quantity = quantity_of(type, reading->label);
}

static int take_raw(struct iio_channel *channel, const char *filter, struct reading_list *list)
{
	struct reading *reading;

	if (!has(channel, "raw"))
		return 0;
	reading = append(list);
	if (!reading)
		return -ENOMEM;
	describe(channel, reading);
	if (!reading->quantity) {
		list->count--;
		return 0;
	}
	if (!keep(list, filter))
		return 0;
	reading->error = read_raw(channel, reading);
	if (!reading->error)
		reading_set(reading, reading->raw * reading->scale);
	/* A day counter that can be reset, but not read */
	if (reading->error == EOPNOTSUPP)
		list->count--;
	return 0;
}

static bool is_listed(const struct reading_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->readings[i].name, name))
			return true;
	return false;
}

/* "voltage_frequency" of in_voltage_frequency: one for all channels of the type */
static void extra_name(struct iio_channel *channel, const char *attr, char *name, size_t size)
{
	const char *file = iio_channel_attr_get_filename(channel, attr);

	snprintf(name, size, "%.47s", file && !strncmp(file, "in_", 3) ? file + 3 : attr);
}

static void extra_label(struct iio_channel *channel, const char *attr, struct reading *reading)
{
	char own[sizeof(reading->label)];

	label_of(channel, own, sizeof(own));
	if (!has(channel, "raw"))
		strcpy(reading->label, own);
	else if (!strcmp(attr, "powerfactor"))
		reading_factor_label(own, reading->label, sizeof(reading->label));
	else
		strcpy(reading->label, attr);
}

/* Frequency and power factor: attributes of channels, or all that a channel has */
static int take_extra(struct iio_channel *channel, const char *attr, const char *filter,
		      struct reading_list *list)
{
	struct reading *reading;
	double number;
	char name[48];

	if (!has(channel, attr))
		return 0;
	extra_name(channel, attr, name, sizeof(name));
	if (is_listed(list, name))
		return 0;
	reading = append(list);
	if (!reading)
		return -ENOMEM;
	strcpy(reading->name, name);
	extra_label(channel, attr, reading);
	reading->quantity = quantity_of(attr, reading->label);
	if (!keep(list, filter))
		return 0;
	reading->error = read_double(channel, attr, &number);
	if (!reading->error)
		reading_set(reading, number);
	return 0;
}

int readings_take(struct iio_context *context, const struct device *device, const char *filter,
		  struct reading_list *list)
{
	struct iio_device *iio = NULL;
	struct iio_channel *channel;
	unsigned int i;
	int ret = 0;

	memset(list, 0, sizeof(*list));
	if (context && device->iio[0])
		iio = iio_context_find_device(context, device->iio);
	if (!iio)
		return -ENODEV;
	for (i = 0; i < iio_device_get_channels_count(iio) && !ret; i++) {
		channel = iio_device_get_channel(iio, i);
		if (iio_channel_is_output(channel))
			continue;
		ret = take_raw(channel, filter, list);
		if (!ret)
			ret = take_extra(channel, "frequency", filter, list);
		if (!ret)
			ret = take_extra(channel, "powerfactor", filter, list);
	}
	readings_sort(list);
	return ret;
}
