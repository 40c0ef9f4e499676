// SPDX-License-Identifier: GPL-2.0-only
/* The control language: one command a line, one line "ok ..." or "err ...". */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "sim.h"

#define WORDS_MAX	160
#define LATE_MS		150

void say(struct command_result *r, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(r->text + r->len, COMMAND_TEXT - r->len, format, args);
	va_end(args);
	if (n > 0 && r->len + n < COMMAND_TEXT)
		r->len += n;
}

const char *on_off(const char *word, bool *value)
{
	*value = !strcmp(word, "on");
	return *value || !strcmp(word, "off") ? NULL : "neither on nor off";
}

static bool parse_limit(const char *word, struct fault *f)
{
	return sscanf(word, "count=%ld", &f->left) == 1 ||
	       (sscanf(word, "every=%ld", &f->every) == 1 && f->every > 0);
}

const char *command_fault(struct fault *faults, unsigned int bus, int argc,
			  char **argv)
{
	struct fault f;
	int i;

	if (!fault_parse(argv[0], bus, &f))
		return "no such fault";
	for (i = 1; i < argc; i++)
		if (!parse_limit(argv[i], &f))
			return "neither count=N nor every=N";
	for (i = 0; i < FAULTS_PER_METER; i++) {
		if (faults[i].kind != FAULT_NONE && faults[i].left)
			continue;
		faults[i] = f;
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

const char *command_damage(struct damage *damage, int argc, char **argv)
{
	struct damage d = { .late_ms = LATE_MS };
	int i;

	d.rate = strtoul(argv[0], NULL, 10);
	for (i = 1; i < argc; i++)
		if (!parse_damage(argv[i], &d))
			return "damage RATE [SEED] [heavy] [late=MS]";
	*damage = d;
	return NULL;
}

/* What the line itself counts. */
void say_line(struct sim *s, const struct damage *d, struct command_result *r)
{
	struct wire *w = &s->wire;

	wire_settings(w);
	say(r, " bytes=%" PRIu64 " short_gaps=%" PRIu64 " damaged=%" PRIu64
	    " passed=%" PRIu64 " speed=%u parity=%c", w->bytes, w->short_gaps,
	    d->done, d->passed, w->settings.speed,
	    w->settings.parity ? w->settings.parity : '?');
	say(r, " gaps=%" PRIu64 " gap_us=%" PRId64 " bursts=%" PRIu64
	    " lag_us=%" PRId64, w->gaps, w->gap_ns / NS_PER_US, w->bursts,
	    w->lag_ns / NS_PER_US);
	if (w->trace)
		say(r, " rts=%d driven=%" PRIu64 " undriven=%" PRIu64, w->trace->rts_high,
		    w->trace->driven, w->trace->undriven);
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
	return on_off(argv[0], &s->wire.logging);
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
	s->wire.answer_ns = strtol(argv[0], NULL, 10) * NS_PER_US;
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

static const struct command common[] = {
	{ "echo", 1, cmd_echo },
	{ "pace", 1, cmd_pace },
	{ "answer-us", 1, cmd_answer },
	{ "line", 1, cmd_line },
	{ "run", 1, cmd_run },
	{ "log", 1, cmd_log },
	{ NULL, 0, NULL },
};

static const struct command *find(const struct command *c, const char *name)
{
	for (; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static const char *dispatch(struct sim *s, int argc, char **argv,
			    struct command_result *r)
{
	const struct command *c = find(common, argv[0]);

	if (!c)
		c = find(s->bus->commands, argv[0]);
	if (!c)
		return "no such command";
	if (argc - 1 < c->min_args)
		return "too few words";
	return c->run(s, argc - 1, argv + 1, r);
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
