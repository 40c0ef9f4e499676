// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mbus.h"

#define EXTRA_MAX	4
#define REAL_STEP	64.0f

/* Places of the nine energies of a PRO380-Mb. */
enum { TOTAL = 0, FORWARD = 3, REVERSE = 6 };

/* Three letters of five bits each, A being 1 (EN 13757-3). */
uint16_t mbus_manufacturer(const char *letters)
{
	return (letters[0] - 64) << 10 | (letters[1] - 64) << 5 | (letters[2] - 64);
}

static void parse_head(struct mbus_record *r, const char *hex)
{
	unsigned int byte;

	for (r->head_len = 0; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		r->head[r->head_len++] = byte;
}

static void make_record(struct mbus_record *r, const struct mbus_plan *p, int number)
{
	memset(r, 0, sizeof(*r));
	parse_head(r, p->head);
	r->value = p->base + (int64_t)p->step * number;
	r->real = r->value / REAL_STEP;
	r->telegram = p->telegram;
	r->counts = p->counts;
	if (p->text)
		snprintf(r->text, sizeof(r->text), "%s", p->text);
}

/* @number tells the meter's values from those of others. */
void mbus_meter_records(struct mbus_meter *m, unsigned int number)
{
	unsigned int i;

	m->count = m->model->plan_count;
	for (i = 0; i < m->count; i++)
		make_record(&m->records[i], &m->model->plans[i], number);
	m->extra = 0;
	mbus_meter_combine(m);
}

/* The table of chapter 7.11, with what flows backwards counted positive. */
static int64_t combined(unsigned int code, int64_t forward, int64_t reverse)
{
	switch (code) {
	case 1:
		return forward;
	case 4:
		return -reverse;
	case 5:
		return forward + reverse;
	case 6:
		return -reverse - forward;
	default:
		return forward - reverse;
	}
}

void mbus_meter_combine(struct mbus_meter *m)
{
	struct mbus_record *r = m->records + m->extra;
	int i;

	if (!m->model->is_pro380)
		return;
	r[FORWARD].value = r[FORWARD + 1].value + r[FORWARD + 2].value;
	r[REVERSE].value = r[REVERSE + 1].value + r[REVERSE + 2].value;
	for (i = 0; i < 3; i++)
		r[TOTAL + i].value = combined(m->code, r[FORWARD + i].value,
					      r[REVERSE + i].value);
}

/* A PRO380-Mb counts forward energy in the tariff that is active. */
void mbus_meter_run(struct mbus_meter *m, unsigned int steps)
{
	unsigned int i;

	for (i = 0; i < m->count; i++)
		if (m->records[i].counts)
			m->records[i].value += steps;
	if (!m->model->is_pro380)
		return;
	m->records[m->extra + FORWARD + (m->tariff == 2 ? 2 : 1)].value += steps;
	m->day_counter += steps;
	mbus_meter_combine(m);
}

/* What a meter keeps of its link is lost with the power. */
void mbus_meter_forget(struct mbus_meter *m)
{
	m->selected = false;
	m->telegram = 0;
	m->primary = (struct mbus_memory){ .known = false };
	m->secondary = (struct mbus_memory){ .known = false };
}

void mbus_meter_power(struct mbus_meter *m, bool on)
{
	if (on && !m->powered) {
		m->power_downs++;
		mbus_meter_forget(m);
	}
	m->powered = on;
}

/* Another shape: so many records of power in front of the others. */
bool mbus_meter_shape(struct mbus_meter *m, unsigned int extra)
{
	static const struct mbus_plan plan = { "022B", 4321, 1, 0, false, NULL };
	unsigned int own = m->count - m->extra;
	unsigned int i;

	if (extra > EXTRA_MAX || own + extra > MBUS_RECORDS_MAX || m->model->fixed)
		return false;
	memmove(m->records + extra, m->records + m->extra, own * sizeof(*m->records));
	for (i = 0; i < extra; i++)
		make_record(&m->records[i], &plan, i);
	m->extra = extra;
	m->count = own + extra;
	return true;
}

static bool parse_number(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	*value = strtoul(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
	return *text && !*end && *value <= max;
}

bool mbus_fcb_parse(const char *text, enum mbus_fcb *fcb)
{
	if (!strcmp(text, "strict"))
		*fcb = FCB_STRICT;
	else if (!strcmp(text, "lax"))
		*fcb = FCB_LAX;
	else if (!strcmp(text, "any"))
		*fcb = FCB_ANY;
	else
		return false;
	return true;
}

static bool parse_key(struct mbus_meter *m, const char *key, const char *value,
		      unsigned long *serial)
{
	unsigned long number;

	if (!strcmp(key, "name"))
		return snprintf(m->name, sizeof(m->name), "%s", value) < (int)sizeof(m->name);
	if (!strcmp(key, "fcb"))
		return mbus_fcb_parse(value, &m->fcb);
	if (!strcmp(key, "serial"))
		return parse_number(value, 99999999, serial);
	if (!parse_number(value, 1000000, &number))
		return false;
	if (!strcmp(key, "unit"))
		m->address = number;
	else if (!strcmp(key, "speed"))
		m->speed = number;
	else if (!strcmp(key, "skew"))
		m->skew = number;
	else if (!strcmp(key, "maxunit"))
		m->last_address = number;
	else
		return false;
	return m->address <= ADDRESS_LAST;
}

#define NO_SERIAL	(~0UL)

/* "model:key=value,key=value" */
static bool parse_spec(struct mbus_meter *m, char *text, unsigned long *serial)
{
	char *save, *value;
	char *word = strtok_r(text, ":", &save);

	m->model = mbus_model_find(word);
	if (!m->model)
		return false;
	while ((word = strtok_r(NULL, ",", &save))) {
		value = strchr(word, '=');
		if (!value)
			return false;
		*value++ = '\0';
		if (!parse_key(m, word, value, serial))
			return false;
	}
	return true;
}

static void set_up(struct mbus_meter *m, unsigned long serial)
{
	if (serial == NO_SERIAL)
		serial = 22091000 + m->address;
	m->powered = true;
	m->identification = bcd_of(serial);
	m->manufacturer = mbus_manufacturer(m->model->manufacturer);
	m->version = m->model->version;
	m->medium = m->model->medium;
	m->tariff = 1;
	m->code = 5;
	m->s0_rate = 100000;
	m->day_counter = 50000 + serial % 1000;
	m->power_downs = 4;
	mbus_meter_records(m, serial % 1000);
}

struct mbus_meter *mbus_meter_from_spec(const char *spec)
{
	struct mbus_meter *m = calloc(1, sizeof(*m));
	unsigned long serial = NO_SERIAL;
	char *copy = strdup(spec);

	if (!m || !copy)
		abort();
	m->last_address = ADDRESS_LAST;
	m->speed = 2400;
	if (parse_spec(m, copy, &serial)) {
		set_up(m, serial);
	} else {
		free(m);
		m = NULL;
	}
	free(copy);
	return m;
}
