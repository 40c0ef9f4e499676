// SPDX-License-Identifier: GPL-2.0-only
/* The control language: one command a line, one line "ok ..." or "err ...". */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "clock.h"
#include "command.h"
#include "sim.h"

#define WORDS_MAX	160
#define LATE_MS		150

struct command {
	const char *name;
	int min_args;
	/* NULL, or what is wrong with the command */
	const char *(*run)(struct sim *s, int argc, char **argv,
			   struct command_result *r);
};

static void say(struct command_result *r, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(r->text + r->len, COMMAND_TEXT - r->len, format, args);
	va_end(args);
	if (n > 0 && r->len + n < COMMAND_TEXT)
		r->len += n;
}

static struct meter *unit_of(struct sim *s, const char *word)
{
	return rtu_find(&s->rtu, strtoul(word, NULL, 0));
}

static const char *on_off(const char *word, bool *value)
{
	*value = !strcmp(word, "on");
	return *value || !strcmp(word, "off") ? NULL : "neither on nor off";
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

static bool parse_limit(const char *word, struct fault *f)
{
	return sscanf(word, "count=%ld", &f->left) == 1 ||
	       (sscanf(word, "every=%ld", &f->every) == 1 && f->every > 0);
}

static const char *cmd_fault(struct sim *s, int argc, char **argv,
			     struct command_result *r)
{
	struct meter *m = unit_of(s, argv[0]);
	struct fault f;
	int i;

	(void)r;
	if (!m)
		return "no such unit";
	if (!fault_parse(argv[1], &f))
		return "no such fault";
	for (i = 2; i < argc; i++)
		if (!parse_limit(argv[i], &f))
			return "neither count=N nor every=N";
	for (i = 0; i < FAULTS_PER_METER; i++) {
		if (m->faults[i].kind != FAULT_NONE && m->faults[i].left)
			continue;
		m->faults[i] = f;
		return NULL;
	}
	return "too many faults";
}

static bool parse_damage(const char *word, struct damage *d)
{
	unsigned long seed;
	char *end;

	if (!strcmp(word, "heavy")) {
		d->heavy = true;
		return true;
	}
	if (sscanf(word, "late=%ld", &d->late_ms) == 1)
		return true;
	seed = strtoul(word, &end, 10);
	if (*end)
		return false;
	random_seed(seed);
	return true;
}

static const char *cmd_damage(struct sim *s, int argc, char **argv,
			      struct command_result *r)
{
	struct damage d = { .late_ms = LATE_MS };
	int i;

	(void)r;
	d.rate = strtoul(argv[0], NULL, 10);
	for (i = 1; i < argc; i++)
		if (!parse_damage(argv[i], &d))
			return "damage RATE [SEED] [heavy] [late=MS]";
	s->rtu.damage = d;
	return NULL;
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

static const char *cmd_echo(struct sim *s, int argc, char **argv,
			    struct command_result *r)
{
	(void)argc;
	(void)r;
	return on_off(argv[0], &s->wire.echo);
}

static const char *cmd_pace(struct sim *s, int argc, char **argv,
			    struct command_result *r)
{
	(void)argc;
	(void)r;
	return on_off(argv[0], &s->wire.paced);
}

static const char *cmd_log(struct sim *s, int argc, char **argv,
			   struct command_result *r)
{
	(void)argc;
	(void)r;
	return on_off(argv[0], &s->rtu.logging);
}

static const char *cmd_run(struct sim *s, int argc, char **argv,
			   struct command_result *r)
{
	(void)argc;
	(void)r;
	s->run_since = clock_ns();
	return on_off(argv[0], &s->running);
}

static const char *cmd_answer(struct sim *s, int argc, char **argv,
			      struct command_result *r)
{
	(void)argc;
	(void)r;
	s->rtu.answer_ns = strtol(argv[0], NULL, 10) * NS_PER_US;
	return NULL;
}

/* "line SPEED PARITY" pins the master's settings, "line auto" frees them. */
static const char *cmd_line(struct sim *s, int argc, char **argv,
			    struct command_result *r)
{
	(void)r;
	s->wire.pinned = strcmp(argv[0], "auto");
	s->wire.settings = (struct settings){ SPEED_UNKNOWN, PARITY_UNKNOWN };
	if (s->wire.pinned &&
	    (argc < 2 || !settings_parse(argv[0], argv[1], &s->wire.settings)))
		return "line SPEED even|odd|none, or line auto";
	return NULL;
}

static void say_totals(struct sim *s, struct command_result *r)
{
	const struct rtu_stats *t = &s->rtu.stats;

	say(r, " requests=%" PRIu64 " replies=%" PRIu64 " writes=%" PRIu64
	    " bad_crc=%" PRIu64 " wrong_settings=%" PRIu64 " broadcasts=%"
	    PRIu64 " bytes=%" PRIu64, t->requests, t->replies, t->writes,
	    t->bad_crc, t->wrong_settings, t->broadcasts, s->wire.bytes);
	say(r, " short_gaps=%" PRIu64 " damaged=%" PRIu64 " passed=%" PRIu64
	    " speed=%u parity=%c", s->wire.short_gaps, s->rtu.damage.done,
	    s->rtu.damage.passed, s->wire.settings.speed,
	    s->wire.settings.parity ? s->wire.settings.parity : '?');
	say(r, " gaps=%" PRIu64 " gap_us=%" PRId64 " bursts=%" PRIu64
	    " lag_us=%" PRId64, s->wire.gaps, s->wire.gap_ns / NS_PER_US,
	    s->wire.bursts, s->wire.lag_ns / NS_PER_US);
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
	{ "echo", 1, cmd_echo },
	{ "pace", 1, cmd_pace },
	{ "answer-us", 1, cmd_answer },
	{ "line", 1, cmd_line },
	{ "stats", 0, cmd_stats },
	{ "history", 0, cmd_history },
	{ "meter", 2, cmd_meter },
	{ "power", 2, cmd_power },
	{ "run", 1, cmd_run },
	{ "log", 1, cmd_log },
};

static const char *dispatch(struct sim *s, int argc, char **argv,
			    struct command_result *r)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, argv[0]))
			continue;
		if (argc - 1 < commands[i].min_args)
			return "too few words";
		return commands[i].run(s, argc - 1, argv + 1, r);
	}
	return "no such command";
}

void command_run(struct sim *s, char *line, struct command_result *r)
{
	char *argv[WORDS_MAX + 1];
	const char *wrong;
	char *save;
	int argc = 0;

	argv[0] = strtok_r(line, " \t", &save);
	if (!argv[0])
		return;
	while (argv[argc] && argc < WORDS_MAX)
		argv[++argc] = strtok_r(NULL, " \t", &save);
	say(r, "ok");
	wrong = dispatch(s, argc, argv, r);
	if (wrong) {
		r->len = 0;
		say(r, "err %s", wrong);
	}
	say(r, "\n");
}
