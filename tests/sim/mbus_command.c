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

#define NUMBER(name, field)	{ name, offsetof(struct mbus_meter, field) }

/* A number of the meter by name, or NULL. */
static uint32_t *number_of(struct mbus_meter *m, const char *what)
{
	static const struct {
		const char *name;
		size_t offset;
	} all[] = {
		NUMBER("address", address), NUMBER("speed", speed),
		NUMBER("version", version), NUMBER("medium", medium),
		NUMBER("status", status), NUMBER("access", access),
		NUMBER("tariff", tariff), NUMBER("code", code),
		NUMBER("s0", s0_rate), NUMBER("day", day_counter),
		NUMBER("powerdowns", power_downs), NUMBER("selected", selected),
		NUMBER("skew", skew),
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(all[i].name, what))
			return (uint32_t *)((char *)m + all[i].offset);
	return NULL;
}

static const char *mb_serial(struct mbus_meter *m, const char *value,
			     struct command_result *r)
{
	if (!value)
		say(r, " %08x", m->identification);
	else if (strlen(value) != 8 || strspn(value, "0123456789ABCDEF") != 8)
		return "eight digits, 0 to 9 and A to F";
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

	if (value)
		return mbus_fcb_parse(value, &m->fcb) ? NULL : "none of strict, lax, any";
	say(r, " %s", names[m->fcb]);
	return NULL;
}

static const char *cmd_mb(struct sim *s, int argc, char **argv, struct command_result *r)
{
	struct mbus_meter *m = unit_of(s, argv[0]);
	const char *value = argc > 2 ? argv[2] : NULL;
	uint32_t *number;

	if (!m)
		return "no such unit";
	if (!strcmp(argv[1], "serial"))
		return mb_serial(m, value, r);
	if (!strcmp(argv[1], "manufacturer"))
		return mb_manufacturer(m, value, r);
	if (!strcmp(argv[1], "fcb"))
		return mb_fcb(m, value, r);
	number = number_of(m, argv[1]);
	if (!number)
		return "no such thing";
	if (!value)
		say(r, " %" PRIu32, *number);
	else
		*number = strtoul(value, NULL, 0);
	if (value && number == &m->code)
		mbus_meter_combine(m);
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
