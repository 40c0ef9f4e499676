// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "scan_job.h"

unsigned int scan_count_state(const struct scan_job *job, enum meter_state state)
{
	unsigned int count = 0;

	for (size_t i = 0; i < job->list.count; i++)
		count += job->list.meters[i].state == state;
	return count;
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

static void print_json(const struct scan_job *job)
{
	const struct scan_counts *counts = &job->scan.counts;
	struct json_object *array, *all = json_begin("meters", &array);

	for (size_t i = 0; i < job->list.count; i++)
		put_meter(array, &job->list.meters[i]);
	json_text(all, "bus", job->bus->name);
	json_put(all, "complete", json_object_new_boolean(!job->ret && !job->scan.given_up &&
								     !counts->refused));
	json_number(all, "seconds", job->seconds);
	json_number(all, "exchanges", counts->exchanges);
	json_number(all, "silent", counts->silent);
	json_number(all, "noise", counts->damaged);
	json_number(all, "late", counts->late);
	json_number(all, "refused_settings", counts->refused);
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

static void print_table(const struct scan_job *job)
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

static void summarize(const struct scan_job *job)
{
	if (!job->list.count && !job->ret && job->scan.counts.exchanges)
		complain("%s: no meters found in %u s%s", job->bus->name,
			 (unsigned int)job->seconds,
			 job->options->all ? ": are wires, termination and supply all right?" :
			 ": --all tries every speed and parity");
	if (job->scan.counts.damaged)
		complain("%s: noise on the line, %u times; what it may have hidden was asked again",
			 job->bus->name, job->scan.counts.damaged);
	if (job->scan.counts.refused)
		complain("%s: the port cannot have %u of these settings; they are left out",
			 job->bus->name, job->scan.counts.refused);
	if (scan_count_state(job, METER_BAD))
		complain("%s: %u answered so that they could not be identified", job->bus->name,
			 scan_count_state(job, METER_BAD));
	if (job->ret == -EINTR)
		complain("%s: interrupted: there may be more", job->bus->name);
}

void scan_print(const struct scan_job *job)
{
	if (job->options->json)
		print_json(job);
	else if (job->list.count)
		print_table(job);
	summarize(job);
}
