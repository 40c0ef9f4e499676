// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array.h"
#include "reading.h"

#define KWH	3.6e6	/* joules */

/* The first that fits holds. */
static const struct quantity quantities[] = {
	{ "voltage", NULL, "V", 1e3, 3, "voltage_volts", 1e3, "Voltage" },
	{ "altvoltage", NULL, "V", 1e3, 3, "voltage_volts", 1e3, "Voltage" },
	{ "current", NULL, "A", 1e3, 4, "current_amperes", 1e3, "Current" },
	{ "power", "reactive", "var", 1e3, 2, "reactive_power_vars", 1e3, "Reactive power" },
	{ "power", "apparent", "VA", 1e3, 2, "apparent_power_voltamperes", 1e3,
	  "Apparent power" },
	{ "power", NULL, "W", 1e3, 2, "power_watts", 1e3, "Active power" },
	{ "energy", "reactive", "kvarh", KWH, 3, "reactive_energy_varseconds", 1,
	  "Reactive energy; it can fall" },
	{ "energy", "apparent", "kVAh", KWH, 3, "apparent_energy_voltampereseconds", 1,
	  "Apparent energy; it can fall" },
	{ "energy", NULL, "kWh", KWH, 3, "energy_joules", 1, "Active energy; it can fall" },
	{ "temp", NULL, "\u00b0C", 1e3, 2, "temperature_celsius", 1e3, "Temperature" },
	{ "frequency", NULL, "Hz", 1, 3, "frequency_hertz", 1, "Frequency" },
	{ "powerfactor", NULL, "", 1, 3, "power_factor", 1, "Power factor" },
};

const struct quantity *quantity_of(const char *type, const char *label)
{
	for (size_t i = 0; i < ARRAY_SIZE(quantities); i++) {
		if (strcmp(quantities[i].type, type))
			continue;
		if (!quantities[i].word || strstr(label, quantities[i].word))
			return &quantities[i];
	}
	return NULL;
}

void reading_set(struct reading *reading, double number)
{
	reading->value = number / reading->quantity->divisor;
}

double reading_base(const struct reading *reading)
{
	return reading->value * reading->quantity->divisor / reading->quantity->base;
}

void reading_print(const struct reading *reading, char *text, size_t size)
{
	snprintf(text, size, "%.*f", reading->quantity->decimals, reading->value);
}

static unsigned int number_of(const char *name)
{
	name += strcspn(name, "0123456789");
	return strtoul(name, NULL, 10);
}

/* Voltages, then currents and so on, each by its number */
static int compare(const void *left, const void *right)
{
	const struct reading *a = left, *b = right;
	int type = strcmp(a->quantity->type, b->quantity->type);

	if (type)
		return a->quantity < b->quantity ? -1 : 1;
	if (number_of(a->name) != number_of(b->name))
		return number_of(a->name) < number_of(b->name) ? -1 : 1;
	return strcmp(a->name, b->name);
}

void readings_sort(struct reading_list *list)
{
	if (list->count)
		qsort(list->readings, list->count, sizeof(*list->readings), compare);
}

void reading_factor_label(const char *power, char *label, size_t size)
{
	const char *word = strstr(power, "active power");

	if (word)
		snprintf(label, size, "%.*spower factor", (int)(word - power), power);
	else
		snprintf(label, size, "%s, power factor", power);
}

bool reading_is_wanted(const struct reading *reading, const char *filter)
{
	return !filter || strcasestr(reading->label, filter) || strcasestr(reading->name, filter);
}
