// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "settings.h"

#define DEFAULT_SPEED	9600

/* A receiver samples ten or eleven bits: 3 % off is still understood. */
static bool speed_matches(unsigned int a, unsigned int b)
{
	unsigned int difference = a > b ? a - b : b - a;

	return a == SPEED_UNKNOWN || difference * 100 <= b * 3;
}

bool settings_match(struct settings wire, struct settings meter)
{
	return speed_matches(wire.speed, meter.speed) &&
	       (wire.parity == PARITY_UNKNOWN || wire.parity == meter.parity);
}

int64_t settings_char_ns(struct settings s)
{
	unsigned int speed = s.speed > SPEED_UNUSABLE ? s.speed : DEFAULT_SPEED;
	unsigned int bits = s.parity == 'N' ? 10 : 11;

	return bits * NS_PER_S / speed;
}

char parity_from_name(const char *name)
{
	if (!strcmp(name, "even"))
		return 'E';
	if (!strcmp(name, "odd"))
		return 'O';
	if (!strcmp(name, "none"))
		return 'N';
	return PARITY_UNKNOWN;
}

bool settings_parse(const char *speed, const char *parity, struct settings *s)
{
	s->speed = strtoul(speed, NULL, 10);
	s->parity = parity_from_name(parity);
	return s->speed > SPEED_UNUSABLE && s->parity != PARITY_UNKNOWN;
}
