// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <stdio.h>
#include <term.h>
#include <unistd.h>

#include "command.h"
#include "watch.h"

#define INTERVAL_MS	2000

/* initscr() would end the program. */
static bool is_known_terminal(void)
{
	int error;

	if (setupterm(NULL, STDOUT_FILENO, &error) == ERR)
		return false;
	del_curterm(cur_term);
	return true;
}

static int run(struct watch *watch)
{
	pthread_t reader;

	if (!watch_init(watch) || pthread_create(&reader, NULL, watch_read, watch)) {
		complain("no memory");
		return EXIT_FAILED;
	}
	watch_screen(watch);
	pthread_mutex_lock(&watch->lock);
	watch->ended = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(reader, NULL);
	watch_free(watch);
	return EXIT_OK;
}

int cmd_watch(const struct options *options, int argc, char **argv)
{
	struct selection selection;
	struct watch watch = { .selection = &selection, .filter = options->channel };
	int status;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		complain("watch needs a terminal: \"meterctl read\" is for everything else");
		return EXIT_USAGE;
	}
	if (!is_known_terminal()) {
		complain("watch cannot use this terminal: see the variable TERM");
		return EXIT_FAILED;
	}
	watch.interval_ms = options->interval_ms ? options->interval_ms : INTERVAL_MS;
	status = select_devices(&selection, argc, argv);
	if (selection.missing)
		status = EXIT_NOTHING;
	if (status == EXIT_OK)
		status = run(&watch);
	select_free(&selection);
	return status;
}
