// SPDX-License-Identifier: GPL-2.0-only
/* The commands of an M-Bus line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "command.h"
#include "sim.h"

static struct mbus_meter *unit_of(struct sim *s, const char *word)
{
	return mbus_find(&s->mbus, word);
}

static void say_letters(uint16_t code, struct command_result *r)
{
	say(r, " %c%c%c", 64 + (code >> 10 & 31), 64 + (code >> 5 & 31), 64 + (code & 31));
}

static bool is_three_letters(const char *word)
{
	return strlen(word) == 3 && strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

/* A number of the meter by name; false if there is none. */
static bool get_number(const struct mbus_meter *m, const char *what, unsigned long *value)
{
	const struct {
		const char *name;
		unsigned long value;
	} all[] = {
		{ "address", m->address }, { "speed", m->speed },
		{ "version", m->version }, { "medium", m->medium },
		{ "status", m->status }, { "access", m->access },
		{ "tariff", m->tariff }, { "code", m->code }, { "s0", m->s0_rate },
		{ "day", m->day_counter }, { "powerdowns", m->power_downs },
		{ "selected", m->selected }, { "skew", m->skew },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (strcmp(all[i].name, what))
			continue;
		*value = all[i].value;
		return true;
	}
	return false;
}

static void set_number(struct mbus_meter *m, const char *what, unsigned long value)
{
	if (!strcmp(what, "address"))
		m->address = value;
	else if (!strcmp(what, "speed"))
		m->speed = value;
	else if (!strcmp(what, "version"))
		m->version = value;
	else if (!strcmp(what, "medium"))
		m->medium = value;
	else if (!strcmp(what, "status"))
		m->status = value;
	else if (!strcmp(what, "access"))
		m->access = value;
	else if (!strcmp(what, "tariff"))
		m->tariff = value == 2 ? 2 : 1;
	else if (!strcmp(what, "code"))
		m->code = value;
	else if (!strcmp(what, "s0"))
		m->s0_rate = value;
	else if (!strcmp(what, "day"))
		m->day_counter = value;
	else if (!strcmp(what, "powerdowns"))
		m->power_downs = value;
	else if (!strcmp(what, "selected"))
		m->selected = value;
	else if (!strcmp(what, "skew"))
		m->skew = value;
	mbus_meter_combine(m);
}

static const char *mb_serial(struct mbus_meter *m, const char *value,
			     struct command_result *r)
{
	if (!value)
		say(r, " %08x", m->identification);
	else if (strlen(value) != 8 || strspn(value, "0123456789") != 8)
		return "eight digits";
	else
		m->identification = strtoul(value, NULL, 16);
	return NULL;
}

static const char *mb_manufacturer(struct mbus_meter *m, const char *value,
				   struct command_result *r)
{
	if (!value)
		say_letters(m->manufacturer, r);
	else if (!is_three_letters(value))
		return "three capital letters";
	else
		m->manufacturer = mbus_manufacturer(value);
	return NULL;
}

static const char *mb_fcb(struct mbus_meter *m, const char *value, struct command_result *r)
{
	static const char * const names[] = { "strict", "lax", "any" };

	if (!value)
		say(r, " %s", names[m->fcb]);
	for (size_t i = 0; value && i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], value))
			continue;
		m->fcb = i;
		return NULL;
	}
	return value ? "none of strict, lax, any" : NULL;
}

static const char *cmd_mb(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	const char *value = argc > 2 ? argv[2] : NULL;
	unsigned long number;

	if (!m)
		return "no such unit";
	if (!strcmp(argv[1], "serial"))
		return mb_serial(m, value, r);
	if (!strcmp(argv[1], "manufacturer"))
		return mb_manufacturer(m, value, r);
	if (!strcmp(argv[1], "fcb"))
		return mb_fcb(m, value, r);
	if (!get_number(m, argv[1], &number))
		return "no such thing";
	if (value)
		set_number(m, argv[1], strtoul(value, NULL, 0));
	else
		say(r, " %lu", number);
	return NULL;
}

static struct mbus_record *record_of(struct mbus_meter *m, const char *word)
{
	unsigned long n = strtoul(word, NULL, 10);

	return m && n < m->count ? &m->records[n] : NULL;
}

static const char *cmd_value(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_record *record = record_of(unit_of(s, argv[0]), argv[1]);
	bool real;

	if (!record)
		return "no such unit or record";
	real = (record->head[0] & 15) == 5;
	if (argc > 2 && real)
		record->real = strtof(argv[2], NULL);
	else if (argc > 2)
		record->value = strtoll(argv[2], NULL, 0);
	else if (real)
		say(r, " %.9g", record->real);
	else
		say(r, " %" PRId64, record->value);
	return NULL;
}

static const char *cmd_records(struct sim *s, int argc, char **argv,
			       struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	uint8_t bytes[MBUS_USER_MAX];
	unsigned int i;
	size_t at, len;

	(void)argc;
	if (!m)
		return "no such unit";
	for (i = 0; i < m->count; i++) {
		len = mbus_record_put(&m->records[i], bytes);
		say(r, " %u:%s", i, m->records[i].hidden ? "-" : "");
		for (at = 0; at < len; at++)
			say(r, "%02x", bytes[at]);
	}
	return NULL;
}

static const char *cmd_hide(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_record *record = record_of(unit_of(s, argv[0]), argv[1]);

	(void)argc;
	(void)r;
	if (!record)
		return "no such unit or record";
	record->hidden = true;
	return NULL;
}

static const char *cmd_show(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	struct mbus_record *record = record_of(m, argv[1]);
	unsigned int i;

	(void)argc;
	(void)r;
	if (!record)
		return "no such unit or record";
	record->hidden = false;
	for (i = 0; i < m->count && !strcmp(argv[1], "all"); i++)
		m->records[i].hidden = false;
	return NULL;
}

static const char *cmd_shape(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);

	(void)argc;
	(void)r;
	if (!m)
		return "no such unit";
	return mbus_meter_shape(m, strtoul(argv[1], NULL, 10)) ? NULL : "no such shape";
}

static const char *cmd_raw(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	unsigned int byte;
	const char *hex;
	int i;

	(void)r;
	if (!m)
		return "no such unit";
	m->raw_len = 0;
	if (!strcmp(argv[1], "off"))
		return NULL;
	for (i = 1; i < argc; i++)
		for (hex = argv[i]; *hex; hex += 2) {
			if (m->raw_len == MBUS_USER_MAX || strlen(hex) < 2 ||
			    sscanf(hex, "%2x", &byte) != 1)
				return "no more than 253 bytes, two digits each";
			m->raw[m->raw_len++] = byte;
		}
	return NULL;
}

/* The frames of the latest complete read-out, as they were before any fault. */
static const char *cmd_sent(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	size_t i;

	(void)argc;
	if (!m)
		return "no such unit";
	say(r, " ");
	for (i = 0; i < m->complete.len; i++)
		say(r, "%02x", m->complete.bytes[i]);
	return NULL;
}

static const char *cmd_fault(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);

	(void)r;
	if (!m)
		return "no such unit";
	return command_fault(m->faults, FAULT_ON_MBUS, argc - 1, argv + 1);
}

static const char *cmd_damage(struct sim *s, int argc, char **argv, struct command_result *r)
{
	(void)r;
	return command_damage(&s->mbus.damage, argc, argv);
}

static const char *cmd_clear(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m;

	(void)argc;
	(void)argv;
	(void)r;
	s->mbus.damage.rate = 0;
	for (m = s->mbus.meters; m; m = m->next)
		memset(m->faults, 0, sizeof(m->faults));
	return NULL;
}

static void say_totals(struct sim *s, struct command_result *r)
{
	const struct mbus_stats *t = &s->mbus.stats;

	say(r, " requests=%" PRIu64 " replies=%" PRIu64 " reads=%" PRIu64 " nke=%" PRIu64
	    " selects=%" PRIu64 " writes=%" PRIu64, t->requests, t->replies, t->reads,
	    t->nke, t->selects, t->writes);
	say(r, " repeats=%" PRIu64 " broadcasts=%" PRIu64 " bad_checksum=%" PRIu64
	    " wrong_settings=%" PRIu64 " collisions=%" PRIu64, t->repeats,
	    t->broadcasts, t->bad_checksum, t->wrong_settings, t->collisions);
	say_line(s, &s->mbus.damage, r);
}

static const char *cmd_stats(struct sim *s, int argc, char **argv, struct command_result *r)
{
	const struct mbus_meter_stats *t;
	struct mbus_meter *m;

	if (!argc) {
		say_totals(s, r);
		return NULL;
	}
	m = unit_of(s, argv[0]);
	if (!m)
		return "no such unit";
	t = &m->stats;
	say(r, " requests=%" PRIu64 " replies=%" PRIu64 " reads=%" PRIu64 " nke=%" PRIu64
	    " selects=%" PRIu64 " writes=%" PRIu64 " repeats=%" PRIu64, t->requests,
	    t->replies, t->reads, t->nke, t->selects, t->writes, t->repeats);
	return NULL;
}

static void say_frame(const uint8_t *bytes, size_t len, struct command_result *r)
{
	size_t i;

	if (bytes[0] == MBUS_SHORT) {
		say(r, " %02x:%02x", bytes[2], bytes[1]);
		return;
	}
	say(r, " %02x:%02x:%02x:", bytes[5], bytes[4], bytes[6]);
	for (i = 7; i < len - 2; i++)
		say(r, "%02x", bytes[i]);
}

/* The latest frames, oldest first. */
static const char *cmd_history(struct sim *s, int argc, char **argv,
			       struct command_result *r)
{
	unsigned int n = argc ? strtoul(argv[0], NULL, 10) : MBUS_HISTORY;
	unsigned int at;

	if (n > MBUS_HISTORY)
		n = MBUS_HISTORY;
	if (n > s->mbus.seen)
		n = s->mbus.seen;
	for (; n; n--) {
		at = (s->mbus.seen - n) % MBUS_HISTORY;
		say_frame(s->mbus.history[at].bytes, s->mbus.history[at].len, r);
	}
	return NULL;
}

/* Another meter of the same kind and settings in the place of this one. */
static const char *swap(struct sim *s, int argc, char **argv)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	unsigned int number;

	if (!m)
		return "no such unit";
	if (argc < 2 || sscanf(argv[1], "serial=%u", &number) != 1)
		return "no serial=";
	m->identification = bcd_of(number);
	mbus_meter_records(m, number % 1000);
	mbus_meter_forget(m);
	return NULL;
}

static bool add(struct sim *s, const char *spec)
{
	struct mbus_meter *m = mbus_meter_from_spec(spec);

	if (m)
		mbus_add(&s->mbus, m);
	return m;
}

static const char *cmd_meter(struct sim *s, int argc, char **argv, struct command_result *r)
{
	(void)r;
	if (!strcmp(argv[0], "swap"))
		return swap(s, argc - 1, argv + 1);
	if (!strcmp(argv[0], "remove"))
		return mbus_remove(&s->mbus, unit_of(s, argv[1])) ? NULL : "no such unit";
	if (strcmp(argv[0], "add"))
		return "none of add, remove, swap";
	return add(s, argv[1]) ? NULL : "bad meter";
}

static const char *cmd_power(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	const char *wrong;
	bool on;

	(void)argc;
	(void)r;
	if (!m)
		return "no such unit";
	wrong = on_off(argv[1], &on);
	if (!wrong)
		mbus_meter_power(m, on);
	return wrong;
}

static const struct command commands[] = {
	{ "mb", 2, cmd_mb },
	{ "value", 2, cmd_value },
	{ "records", 1, cmd_records },
	{ "hide", 2, cmd_hide },
	{ "show", 2, cmd_show },
	{ "shape", 2, cmd_shape },
	{ "raw", 2, cmd_raw },
	{ "sent", 1, cmd_sent },
	{ "fault", 2, cmd_fault },
	{ "damage", 1, cmd_damage },
	{ "clear", 0, cmd_clear },
	{ "stats", 0, cmd_stats },
	{ "history", 0, cmd_history },
	{ "meter", 2, cmd_meter },
	{ "power", 2, cmd_power },
	{ NULL, 0, NULL },
};

static void run(struct sim *s, unsigned int steps)
{
	struct mbus_meter *m;

	for (m = s->mbus.meters; m; m = m->next)
		mbus_meter_run(m, steps);
}

static void attach(struct sim *s)
{
	s->mbus.wire = &s->wire;
	s->wire.protocol = &mbus_protocol;
	s->wire.context = &s->mbus;
}

static void remove_all(struct sim *s)
{
	while (s->mbus.meters)
		mbus_remove(&s->mbus, s->mbus.meters);
}

const struct bus mbus_bus = {
	.commands = commands,
	.add = add,
	.attach = attach,
	.run = run,
	.remove_all = remove_all,
};
