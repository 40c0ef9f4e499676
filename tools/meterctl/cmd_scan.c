// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "bind.h"
#include "command.h"
#include "known.h"
#include "output.h"
#include "progress.h"
#include "transport_ioctl.h"

#define LINES_MAX	(SPEEDS_MAX * PARITIES_MAX)

/* One run of the command; @scan comes first, so that its callbacks find the rest. */
struct job {
	struct scan scan;
	const struct options *options;
	const struct bus *bus;
	struct device_list devices;
	struct meter_list list;
	struct ioctl_transport transport;
	struct progress progress;
	struct line own;
	struct line lines[LINES_MAX];
	size_t nr_lines;
	bool interrupted;
	unsigned int refused;		/* meters that could not be bound */
	uint64_t seconds;
};

static volatile sig_atomic_t interrupts;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupts++;
}

/* The second Ctrl-C ends the program as ever. */
static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static bool stopped(struct scan *scan)
{
	(void)scan;
	return interrupts;
}

static struct job *to_job(struct scan *scan)
{
	return (struct job *)scan;
}

static uint64_t now_ms(struct job *job)
{
	return job->transport.transport.now_ms(&job->transport.transport);
}

static void found(struct scan *scan, const struct meter *meter)
{
	(void)scan;
	(void)meter;
}

static void progress(struct scan *scan, const struct scan_progress *at)
{
	struct job *job = to_job(scan);

	progress_draw(&job->progress, at, job->list.count, now_ms(job));
}

static void add_line(struct job *job, unsigned int speed, enum parity parity)
{
	for (size_t i = 0; i < job->nr_lines; i++)
		if (job->lines[i].speed == speed && job->lines[i].parity == parity)
			return;
	if (job->nr_lines < LINES_MAX)
		job->lines[job->nr_lines++] = (struct line){ speed, parity };
}

/* The likely ones first. An M-Bus is always even. */
static void plan_all_lines(struct job *job)
{
	static const unsigned int modbus[] = { 9600, 19200, 4800, 2400, 38400, 1200, 115200,
		57600, 600, 300 };
	static const unsigned int mbus[] = { 2400, 9600, 300, 4800, 1200, 600, 19200, 38400 };
	static const enum parity parities[] = { PARITY_EVEN, PARITY_NONE, PARITY_ODD };
	size_t i, n;

	if (job->bus->kind == BUS_MBUS) {
		for (i = 0; i < ARRAY_SIZE(mbus); i++)
			add_line(job, mbus[i], PARITY_EVEN);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(modbus); i++)
		for (n = 0; n < PARITIES_MAX; n++)
			add_line(job, modbus[i], parities[n]);
}

static void plan_lines(struct job *job)
{
	const struct options *options = job->options;
	size_t nr_speeds = options->nr_speeds ? options->nr_speeds : 1;
	bool has_parities = options->nr_parities && job->bus->kind == BUS_MODBUS;
	size_t nr_parities = has_parities ? options->nr_parities : 1;

	if (options->all && !options->nr_speeds && !options->nr_parities) {
		add_line(job, job->own.speed, job->own.parity);
		plan_all_lines(job);
		return;
	}
	for (size_t i = 0; i < nr_speeds; i++)
		for (size_t n = 0; n < nr_parities; n++)
			add_line(job, options->nr_speeds ? options->speeds[i] : job->own.speed,
				 has_parities ? options->parities[n] : job->own.parity);
}

static bool is_own(const struct job *job)
{
	return job->lines[0].speed == job->own.speed && job->lines[0].parity == job->own.parity;
}

static int add_known(struct job *job)
{
	const struct known_range range = { job->options->first, job->options->last };

	return known_add(&job->devices, job->bus, &job->own,
			 job->options->has_range ? &range : NULL, &job->list);
}

static int scan_modbus(struct job *job)
{
	struct modbus_plan plan = { .lines = job->lines, .nr_lines = job->nr_lines, .first = 1,
		.last = MODBUS_UNIT_MAX };

	if (job->options->has_range) {
		plan.first = job->options->first;
		plan.last = job->options->last;
	}
	if (is_own(job))
		known_skip(&job->devices, job->bus, plan.skip);
	if (add_known(job))
		return -ENOMEM;
	return modbus_scan(&job->scan, &plan);
}

static int scan_mbus(struct job *job)
{
	const struct options *options = job->options;
	bool both = options->primary == options->secondary;
	struct mbus_plan plan = { .lines = job->lines, .nr_lines = job->nr_lines,
		.last = MBUS_ADDRESS_MAX };

	plan.primary = both || options->primary;
	plan.secondary = (both && !options->has_range) || options->secondary;
	if (options->has_range) {
		plan.first = options->first;
		plan.last = options->last;
	}
	if (is_own(job))
		known_skip(&job->devices, job->bus, plan.skip);
	return mbus_scan(&job->scan, &plan);
}

/* How many meters have this one's primary address? */
static unsigned int sharers(const struct job *job, const struct meter *meter)
{
	unsigned int count = 0;

	for (size_t i = 0; i < job->list.count; i++)
		count += job->list.meters[i].address == meter->address;
	return count;
}

static void note_sharing(struct job *job)
{
	for (size_t i = 0; i < job->list.count; i++) {
		struct meter *meter = &job->list.meters[i];

		if (meter->kind == BUS_MBUS && meter->address != NO_ADDRESS && !meter->note[0] &&
		    sharers(job, meter) > 1)
			snprintf(meter->note, sizeof(meter->note),
				 "shares its primary address with %u other%s",
				 sharers(job, meter) - 1, sharers(job, meter) > 2 ? "s" : "");
	}
}

/* Primary address 0 is that of meters that were never given one. */
static void bind_found(struct job *job)
{
	for (size_t i = 0; i < job->list.count; i++) {
		struct meter *meter = &job->list.meters[i];
		bool secondary = meter->kind == BUS_MBUS && meter->secondary[0] &&
				 (meter->address < 1 || sharers(job, meter) > 1);
		int ret;

		if (meter->state != METER_FREE || !meter->driver[0])
			continue;
		ret = bind_meter(job->bus, meter, secondary);
		if (!ret)
			continue;
		job->refused++;
		complain_errno(job->bus->name, -ret);
	}
}

static int finish(struct job *job)
{
	for (size_t i = 0; i < job->list.count; i++)
		if (job->list.meters[i].state == METER_FREE)
			known_mark(&job->devices, job->bus, &job->list.meters[i]);
	if (add_known(job))
		return -ENOMEM;
	note_sharing(job);
	if (job->options->add)
		bind_found(job);
	meter_sort(&job->list);
	return 0;
}

static const char *state_name(const struct meter *meter)
{
	static const char *const names[] = {
		[METER_FREE] = "free", [METER_BOUND] = "bound", [METER_BAD] = "bad",
	};

	return names[meter->state];
}

static void put_meter(struct json_object *array, const struct meter *meter)
{
	struct json_object *object = json_object_new_object();

	json_known(object, "address", meter->address, meter->address != NO_ADDRESS);
	json_text(object, "secondary_address", meter->secondary);
	json_text(object, "state", state_name(meter));
	json_text(object, "model", meter->model);
	json_text(object, "manufacturer", meter->manufacturer);
	json_text(object, "serial_number", meter->serial);
	json_text(object, "firmware", meter->firmware);
	json_known(object, "version", meter->version, meter->version != NO_ADDRESS);
	json_known(object, "medium", meter->medium, meter->medium != NO_ADDRESS);
	json_known(object, "speed", meter->line.speed, meter->line.speed);
	json_text(object, "parity", meter->line.speed ? parity_name(meter->line.parity) : "");
	json_text(object, "driver", meter->driver);
	json_text(object, "device", meter->device);
	json_text(object, "label", meter->label);
	json_text(object, "note", meter->note);
	json_object_array_add(array, object);
}

static void print_json(const struct job *job)
{
	const struct scan_counts *counts = &job->scan.counts;
	struct json_object *array, *all = json_begin("meters", &array);

	for (size_t i = 0; i < job->list.count; i++)
		put_meter(array, &job->list.meters[i]);
	json_text(all, "bus", job->bus->name);
	json_put(all, "complete", json_object_new_boolean(!job->interrupted));
	json_number(all, "seconds", job->seconds);
	json_number(all, "exchanges", counts->exchanges);
	json_number(all, "silent", counts->silent);
	json_number(all, "noise", counts->damaged);
	json_number(all, "late", counts->late);
	json_number(all, "selections", counts->selections);
	json_number(all, "read_outs", counts->readouts);
	json_number(all, "collisions", counts->collisions);
	json_print(all);
}

static void put_row(struct table *table, const struct meter *meter)
{
	char address[8] = "-", speed[16] = "-", state[TABLE_CELL];

	if (meter->address != NO_ADDRESS)
		snprintf(address, sizeof(address), "%d", meter->address);
	if (meter->line.speed)
		snprintf(speed, sizeof(speed), "%u", meter->line.speed);
	snprintf(state, sizeof(state), "%s%s%.31s", state_name(meter), meter->device[0] ? " " : "",
		 meter->device);
	if (meter->kind == BUS_MODBUS)
		table_row(table, 8, (const char *[]){ address, text_or_dash(meter->model),
			  text_or_dash(meter->serial), text_or_dash(meter->firmware), speed,
			  parity_name(meter->line.parity), state, meter->note });
	else
		table_row(table, 6, (const char *[]){ address, text_or_dash(meter->secondary),
			  text_or_dash(meter->model), speed, state, meter->note });
}

static void print_table(const struct job *job)
{
	static const char *const modbus[] = { "ADDRESS", "MODEL", "SERIAL", "FIRMWARE", "SPEED",
		"PARITY", "STATE", "" };
	static const char *const mbus[] = { "ADDRESS", "SECONDARY", "MODEL", "SPEED", "STATE",
		"" };
	struct table table = { };

	if (job->bus->kind == BUS_MODBUS)
		table_row(&table, 8, modbus);
	else
		table_row(&table, 6, mbus);
	for (size_t i = 0; i < job->list.count; i++)
		put_row(&table, &job->list.meters[i]);
	table_print(&table);
}

static unsigned int count_state(const struct job *job, enum meter_state state)
{
	unsigned int count = 0;

	for (size_t i = 0; i < job->list.count; i++)
		count += job->list.meters[i].state == state;
	return count;
}

static void summarize(const struct job *job)
{
	if (job->list.count && !job->options->json)
		print_table(job);
	if (!job->list.count)
		complain("%s: no meters found in %u s%s", job->bus->name,
			 (unsigned int)job->seconds,
			 job->options->all ? ": are wires, termination and supply all right?" :
			 ": --all tries every speed and parity");
	if (job->scan.counts.damaged)
		complain("%s: noise on the line, %u times; what it may have hidden was asked again",
			 job->bus->name, job->scan.counts.damaged);
	if (count_state(job, METER_BAD))
		complain("%s: %u answered so that they could not be identified", job->bus->name,
			 count_state(job, METER_BAD));
	if (job->interrupted)
		complain("%s: interrupted: there may be more", job->bus->name);
}

static int status_of(const struct job *job)
{
	if (job->interrupted || job->refused || count_state(job, METER_BAD))
		return EXIT_PARTIAL;
	return job->list.count ? EXIT_OK : EXIT_NOTHING;
}

static int run(struct job *job)
{
	uint64_t start = now_ms(job);
	int ret;

	catch_interrupts();
	progress_begin(&job->progress, start);
	ret = job->bus->kind == BUS_MODBUS ? scan_modbus(job) : scan_mbus(job);
	progress_end(&job->progress);
	job->seconds = (now_ms(job) - start + 500) / 1000;
	job->interrupted = ret == -EINTR;
	if (ret && !job->interrupted)
		complain_errno(job->bus->node, -ret);
	if (finish(job))
		return EXIT_FAILED;
	if (job->options->json)
		print_json(job);
	summarize(job);
	return ret && !job->interrupted ? EXIT_FAILED : status_of(job);
}

static bool range_is_possible(const struct job *job)
{
	unsigned int least = job->bus->kind == BUS_MODBUS ? 1 : 0;
	unsigned int most = job->bus->kind == BUS_MODBUS ? MODBUS_UNIT_MAX : MBUS_ADDRESS_MAX;

	if (!job->options->has_range ||
	    (job->options->first >= least && job->options->last <= most))
		return true;
	complain("addresses are %u to %u there", least, most);
	return false;
}

static int scan_bus(struct job *job)
{
	int status = EXIT_FAILED;

	if (!range_is_possible(job))
		return EXIT_USAGE;
	if (ioctl_transport_open(&job->transport, job->bus, false))
		return EXIT_FAILED;
	if (!ioctl_transport_learn(&job->transport, job->bus, &job->own)) {
		job->scan = (struct scan){ .transport = &job->transport.transport,
			.list = &job->list, .found = found, .progress = progress,
			.stopped = stopped, .timeout_ms = job->options->timeout_ms,
			.bus_timeout_ms = job->bus->timeout_ms,
			.thorough = job->options->thorough };
		plan_lines(job);
		status = run(job);
	} else {
		complain("%s: its speed can not be learnt", job->bus->name);
	}
	ioctl_transport_close(&job->transport);
	return status;
}

int cmd_scan(const struct options *options, int argc, char **argv)
{
	static struct job job;
	struct bus_list buses;
	int status = EXIT_FAILED, ret;

	(void)argc;
	job.options = options;
	ret = sysfs_buses(&buses);
	if (!ret)
		ret = sysfs_devices(&job.devices);
	if (ret)
		complain_errno("/sys/bus", -ret);
	else
		status = (job.bus = find_bus(&buses, argv[0])) ? scan_bus(&job) : EXIT_NOTHING;
	meter_free(&job.list);
	sysfs_free_devices(&job.devices);
	sysfs_free_buses(&buses);
	return status;
}
