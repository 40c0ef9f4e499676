// SPDX-License-Identifier: GPL-2.0-only
/* The commands of a Modbus line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "sim.h"

static struct meter *unit_of(struct sim *s, const char *word)
{
	return rtu_find(&s->rtu, strtoul(word, NULL, 0));
}

static const char *cmd_reg(struct sim *s, int argc, char **argv,
			   struct command_result *r)
{
	struct meter *m = unit_of(s, argv[0]);
	unsigned long addr = strtoul(argv[1], NULL, 16);
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	unsigned long i;

	if (!m)
		return "no such unit";
	for (i = 0; i < count; i++)
		if (addr + i > UINT16_MAX || !meter_register(m, addr + i))
			return "no such register";
	for (i = 0; i < count; i++)
		say(r, " %04x", meter_get(m, addr + i));
	return NULL;
}

static const char *cmd_set(struct sim *s, int argc, char **argv,
			   struct command_result *r)
{
	struct meter *m = unit_of(s, argv[0]);
	unsigned long addr = strtoul(argv[1], NULL, 16);
	int i;

	(void)r;
	if (!m)
		return "no such unit";
	for (i = 0; i < argc - 2; i++)
		if (addr + i > UINT16_MAX || !meter_register(m, addr + i))
			return "no such register";
	for (i = 0; i < argc - 2; i++)
		meter_set(m, addr + i, strtoul(argv[2 + i], NULL, 16));
	return NULL;
}

static const char *cmd_float(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m = unit_of(s, argv[0]);
	unsigned long addr = strtoul(argv[1], NULL, 16);
	char *end;
	float value = strtof(argv[2], &end);

	(void)argc;
	(void)r;
	if (!m)
		return "no such unit";
	if (end == argv[2] || *end)
		return "not a number";
	if (addr >= UINT16_MAX || !meter_register(m, addr) ||
	    !meter_register(m, addr + 1))
		return "no such register";
	meter_set_float(m, addr, value);
	return NULL;
}

static const char *cmd_fault(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m = unit_of(s, argv[0]);

	(void)r;
	if (!m)
		return "no such unit";
	return command_fault(m->faults, FAULT_ON_RTU, argc - 1, argv + 1);
}

static const char *cmd_damage(struct sim *s, int argc, char **argv,
			      struct command_result *r)
{
	(void)r;
	return command_damage(&s->rtu.damage, argc, argv);
}

static const char *cmd_clear(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m;

	(void)argc;
	(void)argv;
	(void)r;
	s->rtu.damage.rate = 0;
	for (m = s->rtu.meters; m; m = m->next)
		memset(m->faults, 0, sizeof(m->faults));
	return NULL;
}

static void say_totals(struct sim *s, struct command_result *r)
{
	const struct rtu_stats *t = &s->rtu.stats;

	say(r, " requests=%" PRIu64 " replies=%" PRIu64 " writes=%" PRIu64
	    " bad_crc=%" PRIu64 " wrong_settings=%" PRIu64 " broadcasts=%"
	    PRIu64, t->requests, t->replies, t->writes, t->bad_crc,
	    t->wrong_settings, t->broadcasts);
	say_line(s, &s->rtu.damage, r);
}

static const char *cmd_stats(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m;

	if (!argc) {
		say_totals(s, r);
		return NULL;
	}
	m = unit_of(s, argv[0]);
	if (!m)
		return "no such unit";
	say(r, " requests=%" PRIu64 " replies=%" PRIu64 " writes=%" PRIu64
	    " registers=%" PRIu64, m->stats.requests, m->stats.replies,
	    m->stats.writes, m->stats.registers);
	return NULL;
}

/* The latest requests, oldest first: UNIT:FUNCTION:ADDR:COUNT. */
static const char *cmd_history(struct sim *s, int argc, char **argv,
			       struct command_result *r)
{
	unsigned int n = argc ? strtoul(argv[0], NULL, 10) : RTU_HISTORY;
	const struct rtu_seen *seen;

	if (n > RTU_HISTORY)
		n = RTU_HISTORY;
	if (n > s->rtu.seen)
		n = s->rtu.seen;
	for (; n; n--) {
		seen = &s->rtu.history[(s->rtu.seen - n) % RTU_HISTORY];
		say(r, " %u:%02x:%04x:%u", seen->unit, seen->function,
		    seen->addr, seen->count);
	}
	return NULL;
}

/* Another meter of the same settings in the place of this one. */
static const char *swap(struct sim *s, int argc, char **argv)
{
	struct meter *m = unit_of(s, argv[0]);
	unsigned int value;
	int i;

	if (!m)
		return "no such unit";
	for (i = 1; i < argc; i++) {
		if (sscanf(argv[i], "serial=%u", &value) == 1)
			meter_set_serial(m, value);
		else if (sscanf(argv[i], "code=%x", &value) == 1)
			meter_set(m, REG_METER_CODE, value);
		else
			return "neither serial= nor code=";
	}
	return NULL;
}

static const char *cmd_meter(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m;

	(void)r;
	if (!strcmp(argv[0], "swap"))
		return swap(s, argc - 1, argv + 1);
	if (!strcmp(argv[0], "remove"))
		return rtu_remove(&s->rtu, strtoul(argv[1], NULL, 0)) ?
		       NULL : "no such unit";
	if (strcmp(argv[0], "add"))
		return "none of add, remove, swap";
	m = meter_from_spec(argv[1]);
	if (!m)
		return "bad meter";
	rtu_add(&s->rtu, m);
	return NULL;
}

static const char *cmd_power(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m = unit_of(s, argv[0]);
	const char *wrong;
	bool on;

	(void)argc;
	(void)r;
	if (!m)
		return "no such unit";
	wrong = on_off(argv[1], &on);
	if (!wrong)
		meter_power(m, on);
	return wrong;
}

static const struct command commands[] = {
	{ "reg", 2, cmd_reg },
	{ "set", 3, cmd_set },
	{ "float", 3, cmd_float },
	{ "fault", 2, cmd_fault },
	{ "damage", 1, cmd_damage },
	{ "clear", 0, cmd_clear },
	{ "stats", 0, cmd_stats },
	{ "history", 0, cmd_history },
	{ "meter", 2, cmd_meter },
	{ "power", 2, cmd_power },
	{ NULL, 0, NULL },
};

static bool add(struct sim *s, const char *spec)
{
	struct meter *m = meter_from_spec(spec);

	if (m)
		rtu_add(&s->rtu, m);
	return m;
}

static void run(struct sim *s, unsigned int steps)
{
	struct meter *m;

	for (m = s->rtu.meters; m; m = m->next)
		meter_run(m, steps);
}

static void attach(struct sim *s)
{
	s->rtu.wire = &s->wire;
	s->wire.protocol = &rtu_protocol;
	s->wire.context = &s->rtu;
}

static void remove_all(struct sim *s)
{
	while (s->rtu.meters)
		rtu_remove(&s->rtu, meter_unit(s->rtu.meters));
}

const struct bus rtu_bus = {
	.commands = commands,
	.add = add,
	.attach = attach,
	.run = run,
	.remove_all = remove_all,
};
