// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <langinfo.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "array.h"
#include "watch.h"

#define KEY_WAIT_MS	100
#define LABEL_WIDTH	28
#define VALUE_WIDTH	14
#define UNIT_WIDTH	6
#define FIXED_WIDTH	(LABEL_WIDTH + VALUE_WIDTH + UNIT_WIDTH + 2)

struct screen {
	struct watch *watch;
	size_t top;		/* the first line that is seen */
	size_t lines;		/* all that there are: a row each, and one above each meter */
	unsigned int version;
	bool utf8;
};

static volatile sig_atomic_t stopped;

static void put_graph(const struct screen *screen, const struct history *history, int width)
{
	static const char *const blocks[] = { " ", "\u2581", "\u2582", "\u2583", "\u2584",
		"\u2585", "\u2586", "\u2587", "\u2588" };
	static const char marks[] = " _.-~=+*#";
	unsigned char levels[HISTORY_MAX];

	if (width <= 0)
		return;
	if (width > HISTORY_MAX)
		width = HISTORY_MAX;
	history_graph(history, width, levels);
	for (int i = 0; i < width; i++) {
		if (screen->utf8)
			addstr(blocks[levels[i]]);
		else
			addch(marks[levels[i]]);
	}
}

/* Characters of what the locale has, else bytes */
static void put_text(const char *text, int columns)
{
	wchar_t wide[512];

	if (columns <= 0)
		return;
	if (mbstowcs(wide, text, ARRAY_SIZE(wide)) == (size_t)-1)
		addnstr(text, columns);
	else
		addnwstr(wide, columns);
}

/* A value is seen as a whole or not at all: the label gives way to it, and the graph. */
static void put_row(const struct screen *screen, const struct watch_row *row)
{
	const struct reading *reading = &row->reading;
	int label = COLS > FIXED_WIDTH ? LABEL_WIDTH : COLS - 1 - VALUE_WIDTH - UNIT_WIDTH - 2;
	char value[32] = "-";
	int line = getcury(stdscr);

	if (label < 0) {
		put_text(reading->label, COLS - 1);
		return;
	}
	if (!reading->error)
		reading_print(reading, value, sizeof(value));
	put_text(reading->label, label);
	mvprintw(line, label, "%*s %s", VALUE_WIDTH, value, reading->quantity->unit);
	move(line, FIXED_WIDTH);
	put_graph(screen, &row->history, COLS - FIXED_WIDTH - 1);
}

static void put_meter(const struct screen *screen, size_t meter)
{
	const struct device *device = &screen->watch->meters[meter];
	char line[512];

	snprintf(line, sizeof(line), "%s-%u %s %s %s: %s", sysfs_bus_type(device->kind),
		 device->bus, device->name, device->model,
		 device->label[0] ? device->label : device->serial,
		 device->state);
	attron(A_BOLD);
	put_text(line, COLS - 1);
	attroff(A_BOLD);
}

static bool is_seen(const struct screen *screen, size_t line)
{
	return line >= screen->top && line < screen->top + (LINES > 1 ? LINES - 1 : 0);
}

/* Puts the cursor there if that line is seen */
static bool begin_line(struct screen *screen)
{
	size_t line = screen->lines++;

	return is_seen(screen, line) && move(line - screen->top, 0) != ERR;
}

static void draw_meter(struct screen *screen, size_t meter)
{
	const struct watch *watch = screen->watch;

	if (begin_line(screen))
		put_meter(screen, meter);
	for (size_t i = 0; i < watch->count; i++)
		if (watch->rows[i].meter == meter && begin_line(screen))
			put_row(screen, &watch->rows[i]);
}

static void draw(struct screen *screen)
{
	erase();
	screen->lines = 0;
	pthread_mutex_lock(&screen->watch->lock);
	for (size_t i = 0; i < screen->watch->selection->count; i++)
		draw_meter(screen, i);
	screen->version = screen->watch->version;
	pthread_mutex_unlock(&screen->watch->lock);
	attron(A_REVERSE);
	mvaddnstr(LINES - 1, 0, " q quit   arrows, page up/down scroll ", COLS - 1);
	attroff(A_REVERSE);
	refresh();
}

static bool is_old(struct screen *screen)
{
	bool old;

	pthread_mutex_lock(&screen->watch->lock);
	old = screen->version != screen->watch->version;
	pthread_mutex_unlock(&screen->watch->lock);
	return old;
}

static void scroll_by(struct screen *screen, long lines)
{
	long room = LINES > 1 ? LINES - 1 : 1;
	long most = (long)screen->lines > room ? (long)screen->lines - room : 0;
	long top = (long)screen->top + lines;

	screen->top = top < 0 ? 0 : top > most ? most : top;
}

/* False: quit */
static bool handle_key(struct screen *screen, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case KEY_UP:
		scroll_by(screen, -1);
		break;
	case KEY_DOWN:
		scroll_by(screen, 1);
		break;
	case KEY_PPAGE:
		scroll_by(screen, 1 - LINES);
		break;
	case KEY_NPAGE:
		scroll_by(screen, LINES - 1);
		break;
	case KEY_RESIZE:
		scroll_by(screen, 0);
		break;
	}
	return true;
}

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

/* Before ncurses, whose own handlers end the program as if it had failed */
static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGQUIT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

void watch_screen(struct watch *watch)
{
	struct screen screen = { .watch = watch };
	int key = ERR;

	screen.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	catch_signals();
	initscr();
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	timeout(KEY_WAIT_MS);
	do {
		if (key != ERR || is_old(&screen))
			draw(&screen);
		key = getch();
	} while (!stopped && handle_key(&screen, key));
	endwin();
}
