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

/* The likely ones first. An M-Bus is always even. */
static void plan_all_lines(struct scan_job *job)
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

static void plan_lines(struct scan_job *job)
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
static void bind_found(struct scan_job *job)
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
	if (job->interrupted || job->refused || scan_count_state(job, METER_BAD))
		return EXIT_PARTIAL;
	return job->list.count ? EXIT_OK : EXIT_NOTHING;
}

static int run(struct scan_job *job)
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
	scan_print(job);
	return ret && !job->interrupted ? EXIT_FAILED : status_of(job);
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
	if (ioctl_transport_open(&job->transport, job->bus, false))
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
