// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "history.h"

struct span {
	double least;
	double most;
	bool any;
};

void history_put(struct history *history, bool known, double value)
{
	size_t at = history->count++ % HISTORY_MAX;

	history->values[at] = value;
	history->known[at] = known;
}

static struct span span_of(const struct history *history, size_t first)
{
	struct span span = { };

	for (size_t i = first; i < history->count; i++) {
		double value = history->values[i % HISTORY_MAX];

		if (!history->known[i % HISTORY_MAX])
			continue;
		if (!span.any || value < span.least)
			span.least = value;
		if (!span.any || value > span.most)
			span.most = value;
		span.any = true;
	}
	return span;
}

/* A value that does not change is a line in the middle. */
static unsigned char level_of(const struct span *span, double value)
{
	if (span->most <= span->least)
		return HISTORY_LEVELS / 2;
	return 1.5 + (value - span->least) / (span->most - span->least) * (HISTORY_LEVELS - 1);
}

void history_graph(const struct history *history, size_t width, unsigned char *levels)
{
	size_t kept = history->count < HISTORY_MAX ? history->count : HISTORY_MAX;
	size_t shown = kept < width ? kept : width;
	size_t first = history->count - shown;
	struct span span = span_of(history, first);

	memset(levels, HISTORY_GAP, width);
	for (size_t i = 0; i < shown; i++) {
		size_t at = (first + i) % HISTORY_MAX;

		if (history->known[at])
			levels[width - shown + i] = level_of(&span, history->values[at]);
	}
}
