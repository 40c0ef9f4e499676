// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "watch.h"

#define INTERVAL_MS	2000

static int run(struct watch *watch)
{
	pthread_t reader;
	bool shown;

	if (!watch_init(watch) || pthread_create(&reader, NULL, watch_read, watch)) {
		complain("no memory");
		return EXIT_FAILED;
	}
	shown = watch_screen(watch);
	pthread_mutex_lock(&watch->lock);
	watch->ended = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(reader, NULL);
	watch_free(watch);
	if (shown)
		return EXIT_OK;
	complain("watch cannot use this terminal: see the variable TERM");
	return EXIT_FAILED;
}

int cmd_watch(const struct options *options, int argc, char **argv)
{
	struct selection selection;
	struct watch watch = { .selection = &selection, .filter = options->channel };
	int status;

	if (!isatty(STDOUT_FILENO)) {
		complain("watch needs a terminal: \"meterctl read\" is for everything else");
		return EXIT_USAGE;
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
