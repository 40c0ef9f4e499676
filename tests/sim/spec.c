// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "meter.h"

/* For benchmarks a meter may be on a line that is faster than any PRO380. */
#define FASTEST		9600

/*
 * Meter codes as the vendor's public software knows them. That of the GROW
 * family stands for any code that a PRO380's driver does not know.
 */
static const struct model {
	const char *name;
	uint16_t code;
	enum meter_kind kind;
	uint16_t amps;
} models[] = {
	{ "pro380", 0x0102, KIND_THREE_PHASE, 80 },
	{ "pro380ct", 0x0103, KIND_CT, 6 },
	{ "pro1", 0x0101, KIND_ONE_PHASE, 45 },
	{ "pro2", 0x0101, KIND_ONE_PHASE, 100 },
	{ "brand380", 0x2007, KIND_THREE_PHASE, 80 },
	{ "brand380ct", 0x2008, KIND_CT, 6 },
	{ "brand1", 0x2009, KIND_ONE_PHASE, 45 },
	{ "brand2", 0x2010, KIND_ONE_PHASE, 100 },
	{ "grow", 0x0201, KIND_FOREIGN, 80 },
};

struct spec {
	const struct model *model;
	unsigned long unit;
	unsigned long serial;
	unsigned long speed;
	unsigned long code;
	char parity;
	bool old_map;
	bool answers_broadcast;
};

static const struct model *find_model(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].name, name))
			return &models[i];
	return NULL;
}

static bool parse_number(const char *text, unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
	return *text && !*end && !errno;
}

static bool parse_key(struct spec *s, const char *key, const char *value)
{
	unsigned long flag;

	if (!strcmp(key, "unit"))
		return parse_number(value, &s->unit);
	if (!strcmp(key, "serial"))
		return parse_number(value, &s->serial);
	if (!strcmp(key, "speed"))
		return parse_number(value, &s->speed);
	if (!strcmp(key, "code"))
		return parse_number(value, &s->code);
	if (!strcmp(key, "parity")) {
		s->parity = parity_from_name(value);
		return s->parity != PARITY_UNKNOWN;
	}
	if (!parse_number(value, &flag))
		return false;
	if (!strcmp(key, "oldmap"))
		s->old_map = flag;
	else if (!strcmp(key, "answer0"))
		s->answers_broadcast = flag;
	else
		return false;
	return true;
}

/* "model:key=value,key=value"; a key alone means 1. */
static bool parse_spec(char *text, struct spec *s)
{
	char *save, *value;
	char *word = strtok_r(text, ":", &save);

	s->model = find_model(word);
	if (!s->model)
		return false;
	s->code = s->model->code;
	while ((word = strtok_r(NULL, ",", &save))) {
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (!parse_key(s, word, value ? value : "1"))
			return false;
	}
	return s->unit >= 1 && s->unit <= 247 && s->serial <= 99999999 &&
	       s->code <= UINT16_MAX;
}

static uint16_t parity_code(char parity)
{
	if (parity == 'N')
		return 2;
	return parity == 'O' ? 3 : 1;
}

static struct meter *build(const struct spec *s)
{
	struct meter *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->kind = s->model->kind;
	m->old_map_only = s->old_map;
	m->answers_broadcast = s->answers_broadcast;
	meter_set(m, REG_UNIT, s->unit);
	meter_defaults(m);
	meter_set(m, REG_METER_CODE, s->code);
	meter_set(m, REG_AMPS, s->model->amps);
	if (s->speed > FASTEST)
		m->overspeed = s->speed;
	else
		meter_set(m, REG_SPEED, s->speed);
	meter_set(m, REG_PARITY, parity_code(s->parity));
	meter_set_serial(m, s->serial ? s->serial : 22091000 + s->unit);
	return m;
}

struct meter *meter_from_spec(const char *spec)
{
	struct spec s = { .unit = 1, .speed = 9600, .parity = 'E' };
	char *copy = strdup(spec);
	struct meter *m = NULL;

	if (copy && parse_spec(copy, &s))
		m = build(&s);
	free(copy);
	return m;
}
