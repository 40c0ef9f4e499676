// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"

#define REDRAW_MS	100
#define BAR_MAX		30
#define WIDTH_MAX	200
/* A tree grows while it is searched, and time limits change: nothing is said too early. */
#define ESTIMATE_AFTER_MS	1000

static unsigned int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

void progress_begin(struct progress *progress, uint64_t now_ms)
{
	memset(progress, 0, sizeof(*progress));
	progress->shown = isatty(STDERR_FILENO);
	progress->start_ms = now_ms;
}

/* "about 1:05 left" */
static void put_estimate(char *text, size_t size, const struct scan_progress *at,
			 uint64_t elapsed_ms)
{
	uint64_t seconds;

	text[0] = '\0';
	if (elapsed_ms < ESTIMATE_AFTER_MS || !at->done)
		return;
	seconds = elapsed_ms * (at->total - at->done) / at->done / 1000;
	snprintf(text, size, "  about %u:%02u left", (unsigned int)(seconds / 60),
		 (unsigned int)(seconds % 60));
}

static void put_bar(char *bar, unsigned int length, unsigned int percent)
{
	unsigned int full = length * percent / 100;

	memset(bar, '#', full);
	memset(bar + full, '.', length - full);
	bar[length] = '\0';
}

void progress_line(char *text, unsigned int width, const struct scan_progress *at, size_t found,
		   uint64_t elapsed_ms)
{
	unsigned int percent = at->total ? 100ULL * at->done / at->total : 0;
	char bar[BAR_MAX + 1], left[32], rest[96];
	int room;

	put_estimate(left, sizeof(left), at, elapsed_ms);
	snprintf(rest, sizeof(rest), " %3u%%  %u %s  %zu found%s", percent, at->line->speed,
		 parity_name(at->line->parity), found, left);
	room = (int)width - (int)strlen(rest) - 3;
	if (room > BAR_MAX)
		room = BAR_MAX;
	if (room < 5) {
		snprintf(text, width, "%s", rest);
		return;
	}
	put_bar(bar, room, percent);
	snprintf(text, width, "[%s]%s", bar, rest);
}

void progress_draw(struct progress *progress, const struct scan_progress *at, size_t found,
		   uint64_t now_ms)
{
	char text[WIDTH_MAX + 1];

	if (!progress->shown || now_ms - progress->drawn_ms < REDRAW_MS)
		return;
	progress->drawn_ms = now_ms;
	progress_line(text, terminal_width(), at, found, now_ms - progress->start_ms);
	fprintf(stderr, "\r%s\033[K", text);
}

void progress_end(struct progress *progress)
{
	if (progress->shown && progress->drawn_ms)
		fputs("\r\033[K", stderr);
}
