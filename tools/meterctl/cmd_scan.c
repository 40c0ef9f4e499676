// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "bind.h"
#include "command.h"
#include "known.h"
#include "scan_job.h"

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

static struct scan_job *to_job(struct scan *scan)
{
	return (struct scan_job *)scan;
}

static uint64_t now_ms(struct scan_job *job)
{
	return job->transport.transport.now_ms(&job->transport.transport);
}

static void progress(struct scan *scan, const struct scan_progress *at)
{
	struct scan_job *job = to_job(scan);

	progress_draw(&job->progress, at, job->list.count, now_ms(job));
}

static void add_line(struct scan_job *job, unsigned int speed, enum parity parity)
{
	for (size_t i = 0; i < job->nr_lines; i++)
		if (job->lines[i].speed == speed && job->lines[i].parity == parity)
			return;
	if (job->nr_lines < LINES_MAX)
		job->lines[job->nr_lines++] = (struct line){ speed, parity };
}

/* An M-Bus is always even. */
static void add_speed(struct scan_job *job, unsigned int speed)
{
	static const enum parity all[] = { PARITY_EVEN, PARITY_NONE, PARITY_ODD };
	const struct options *options = job->options;
	const enum parity *parities = &job->own.parity;
	size_t count = 1;

	if (job->bus->kind == BUS_MODBUS && options->nr_parities) {
		parities = options->parities;
		count = options->nr_parities;
	} else if (job->bus->kind == BUS_MODBUS && options->all) {
		parities = all;
		count = ARRAY_SIZE(all);
	}
	for (size_t i = 0; i < count; i++)
		add_line(job, speed, parities[i]);
}

/* The likely ones first */
static void add_usual_speeds(struct scan_job *job)
{
	static const unsigned int modbus[] = { 9600, 19200, 4800, 2400, 38400, 1200, 115200,
		57600, 600, 300 };
	static const unsigned int mbus[] = { 2400, 9600, 300, 4800, 1200, 600, 19200, 38400 };
	bool is_mbus = job->bus->kind == BUS_MBUS;
	size_t count = is_mbus ? ARRAY_SIZE(mbus) : ARRAY_SIZE(modbus);

	for (size_t i = 0; i < count; i++)
		add_speed(job, is_mbus ? mbus[i] : modbus[i]);
}

/* --all stands for whichever list was not given. */
static void plan_lines(struct scan_job *job)
{
	const struct options *options = job->options;

	if (!options->nr_speeds && !options->nr_parities)
		add_line(job, job->own.speed, job->own.parity);
	for (size_t i = 0; i < options->nr_speeds; i++)
		add_speed(job, options->speeds[i]);
	if (!options->nr_speeds)
		add_speed(job, job->own.speed);
	if (!options->nr_speeds && options->all)
		add_usual_speeds(job);
}

static int scan_modbus(struct scan_job *job)
{
	struct modbus_plan plan = { .lines = job->lines, .nr_lines = job->nr_lines, .first = 1,
		.last = MODBUS_UNIT_MAX };

	if (job->options->has_range) {
		plan.first = job->options->first;
		plan.last = job->options->last;
	}
	known_skip(&job->devices, job->bus, plan.skip, MODBUS_UNIT_MAX);
	return modbus_scan(&job->scan, &plan);
}

static int scan_mbus(struct scan_job *job)
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
	known_skip(&job->devices, job->bus, plan.skip, MBUS_ADDRESS_MAX);
	return mbus_scan(&job->scan, &plan);
}

/* How many meters have this one's primary address? */
static unsigned int sharers(const struct scan_job *job, const struct meter *meter)
{
	unsigned int count = 0;

	for (size_t i = 0; i < job->list.count; i++)
		count += job->list.meters[i].address == meter->address;
	return count;
}

static void note_sharing(struct scan_job *job)
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
static void bind_one(struct scan_job *job, struct meter *meter)
{
	bool secondary = meter->kind == BUS_MBUS && meter->secondary[0] &&
			 (meter->address < 1 || sharers(job, meter) > 1);
	int ret = bind_meter(job->bus, meter, secondary);
	char address[BIND_ADDRESS], what[128];

	if (!ret)
		return;
	job->refused++;
	bind_address(meter, secondary, address);
	snprintf(what, sizeof(what), "%s: %s %s at %s", job->bus->name, meter->model,
		 meter->serial, address);
	complain_write_errno(what, -ret);
}

static void bind_found(struct scan_job *job)
{
	for (size_t i = 0; i < job->list.count; i++)
		if (job->list.meters[i].state == METER_FREE && job->list.meters[i].driver[0])
			bind_one(job, &job->list.meters[i]);
}

static int add_known(struct scan_job *job)
{
	const struct known_range range = { job->options->first, job->options->last };

	return known_add(&job->devices, job->bus, &job->own,
			 job->options->has_range ? &range : NULL, &job->list);
}

static int finish(struct scan_job *job)
{
	known_mark(&job->devices, job->bus, &job->own, &job->list);
	if (add_known(job))
		return -ENOMEM;
	note_sharing(job);
	meter_sort(&job->list);
	if (job->options->add)
		bind_found(job);
	return 0;
}

static int status_of(const struct scan_job *job)
{
	const struct scan_counts *counts = &job->scan.counts;

	if (counts->refused && !counts->exchanges)
		return EXIT_FAILED;
	if (job->ret || job->refused || counts->refused || scan_count_state(job, METER_BAD))
		return EXIT_PARTIAL;
	return job->list.count ? EXIT_OK : EXIT_NOTHING;
}

static int run(struct scan_job *job)
{
	uint64_t start = now_ms(job);
	bool failed;

	catch_interrupts();
	progress_begin(&job->progress, start);
	job->ret = job->bus->kind == BUS_MODBUS ? scan_modbus(job) : scan_mbus(job);
	progress_end(&job->progress);
	job->seconds = (now_ms(job) - start + 500) / 1000;
	failed = job->ret && job->ret != -EINTR;
	if (failed)
		complain_errno(job->bus->node, -job->ret);
	if (finish(job))
		return EXIT_FAILED;
	scan_print(job);
	return failed ? EXIT_FAILED : status_of(job);
}

/* Nobody waits for a scan whose result can not be used. */
static bool can_add(const struct scan_job *job)
{
	char path[PATH_MAX];

	if (!job->options->add)
		return true;
	if (snprintf(path, sizeof(path), "%s/new_device", job->bus->path) >= PATH_MAX)
		return false;
	if (!access(path, W_OK))
		return true;
	complain_write_errno(path, errno);
	return false;
}

static bool range_is_possible(const struct scan_job *job)
{
	unsigned int least = job->bus->kind == BUS_MODBUS ? 1 : 0;
	unsigned int most = job->bus->kind == BUS_MODBUS ? MODBUS_UNIT_MAX : MBUS_ADDRESS_MAX;

	if (!job->options->has_range ||
	    (job->options->first >= least && job->options->last <= most))
		return true;
	complain("addresses are %u to %u there", least, most);
	return false;
}

static int scan_bus(struct scan_job *job)
{
	const struct options *options = job->options;
	int status;

	if (!range_is_possible(job))
		return EXIT_USAGE;
	if (!can_add(job) || ioctl_transport_open(&job->transport, job->bus, false))
		return EXIT_FAILED;
	job->own = job->bus->line;
	job->scan = (struct scan){ .transport = &job->transport.transport, .list = &job->list,
		.progress = progress, .stopped = stopped,
		.timeout_ms = options->timeout_ms, .bus_timeout_ms = job->bus->timeout_ms,
		.thorough = options->thorough };
	plan_lines(job);
	status = run(job);
	ioctl_transport_close(&job->transport);
	return status;
}

int cmd_scan(const struct options *options, int argc, char **argv)
{
	static struct scan_job job;
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
