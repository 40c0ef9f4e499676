// SPDX-License-Identifier: GPL-2.0-only
/* The text format of Prometheus: one series a channel. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "reading.h"
#include "select.h"

struct export {
	const struct selection *selection;
	struct reading_list *readings;	/* of each meter */
	unsigned int missing;
};

/* Label values are quoted, so that they can hold anything. */
static void put_quoted(FILE *out, const char *key, const char *text)
{
	fprintf(out, "%s=\"", key);
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* All that meter_up has: a meter that has not answered yet has neither a number nor a label. */
static void put_place(FILE *out, const struct device *device)
{
	char bus[32];

	snprintf(bus, sizeof(bus), "%s-%u", sysfs_bus_type(device->kind), device->bus);
	put_quoted(out, "{bus", bus);
	put_quoted(out, ",device", device->name);
}

static void put_labels(FILE *out, const struct device *device, const struct reading *reading)
{
	put_place(out, device);
	put_quoted(out, ",serial", device->serial);
	put_quoted(out, ",meter", device->label);
	put_quoted(out, ",channel", reading->name);
	put_quoted(out, ",label", reading->label);
	fputc('}', out);
}

static void put_up(FILE *out, const struct selection *selection)
{
	fputs("# HELP meter_up Whether the meter answers\n# TYPE meter_up gauge\n", out);
	for (size_t i = 0; i < selection->count; i++) {
		fputs("meter_up", out);
		put_place(out, selection->devices[i]);
		fprintf(out, "} %d\n", !strcmp(selection->devices[i]->state, "online"));
	}
}

static void put_series(FILE *out, struct export *export, const struct quantity *quantity)
{
	for (size_t m = 0; m < export->selection->count; m++)
		for (size_t i = 0; i < export->readings[m].count; i++) {
			const struct reading *reading = &export->readings[m].readings[i];

			if (strcmp(reading->quantity->metric, quantity->metric) || reading->error)
				continue;
			fprintf(out, "meter_%s", quantity->metric);
			put_labels(out, export->selection->devices[m], reading);
			fprintf(out, " %.12g\n", reading_base(reading));
		}
}

/* All series of one metric stand together, below its type. */
static void put_metric(FILE *out, struct export *export, const struct quantity *quantity)
{
	fprintf(out, "# HELP meter_%s %s\n# TYPE meter_%s gauge\n", quantity->metric,
		quantity->help, quantity->metric);
	put_series(out, export, quantity);
}

static bool is_first(const struct export *export, size_t meter, size_t index)
{
	const char *metric = export->readings[meter].readings[index].quantity->metric;

	for (size_t m = 0; m <= meter; m++)
		for (size_t i = 0; i < export->readings[m].count; i++) {
			if (m == meter && i == index)
				return true;
			if (!strcmp(export->readings[m].readings[i].quantity->metric, metric))
				return false;
		}
	return true;
}

static void put_all(FILE *out, struct export *export)
{
	put_up(out, export->selection);
	for (size_t m = 0; m < export->selection->count; m++)
		for (size_t i = 0; i < export->readings[m].count; i++)
			if (is_first(export, m, i))
				put_metric(out, export, export->readings[m].readings[i].quantity);
}

static int take_all(struct export *export, struct iio_context *context)
{
	int ret;

	for (size_t m = 0; m < export->selection->count; m++) {
		ret = readings_take(context, export->selection->devices[m], NULL,
				    &export->readings[m]);
		if (ret && ret != -ENODEV)
			return ret;
		export->missing += ret != 0;
		for (size_t i = 0; i < export->readings[m].count; i++)
			export->missing += export->readings[m].readings[i].error != 0;
	}
	return 0;
}

static int fill_file(int fd, struct export *export)
{
	FILE *out = fdopen(fd, "w");
	int error = 0;

	if (!out) {
		error = errno;
		close(fd);
		return -error;
	}
	errno = 0;
	put_all(out, export);
	if (fchmod(fd, 0644) || fflush(out) || ferror(out) || fsync(fd))
		error = errno ? errno : EIO;
	if (fclose(out) && !error)
		error = errno;
	return -error;
}

/* node_exporter may read at any moment: the file is there as a whole, or the old one. */
static int write_file(const char *path, struct export *export)
{
	char temporary[PATH_MAX];
	int fd, ret;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	fd = mkstemp(temporary);
	if (fd < 0)
		return -errno;
	ret = fill_file(fd, export);
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		unlink(temporary);
	return ret;
}

static int deliver(const struct options *options, struct export *export)
{
	int ret = 0;

	if (options->output)
		ret = write_file(options->output, export);
	else
		put_all(stdout, export);
	if (ret) {
		complain("%s: %s", options->output, strerror(-ret));
		return EXIT_FAILED;
	}
	if (export->missing)
		complain("%u readings are missing", export->missing);
	return export->missing || !export->selection->count ? EXIT_PARTIAL : EXIT_OK;
}

static int export_selection(const struct options *options, struct export *export)
{
	struct iio_context *context = readings_open_or_complain();
	int status = EXIT_FAILED;

	export->readings = calloc(export->selection->count + 1, sizeof(*export->readings));
	if (export->readings && !take_all(export, context))
		status = deliver(options, export);
	else
		complain("no memory");
	for (size_t m = 0; export->readings && m < export->selection->count; m++)
		readings_free(&export->readings[m]);
	free(export->readings);
	readings_close(context);
	return status;
}

/* A file is written even without meters, lest an old one goes on telling of them. */
int cmd_export(const struct options *options, int argc, char **argv)
{
	struct selection selection;
	struct export export = { .selection = &selection };
	int status = select_devices(&selection, argc, argv);

	export.missing = selection.missing;
	if (status != EXIT_FAILED)
		status = export_selection(options, &export);
	select_free(&selection);
	return status;
}
