/* SPDX-License-Identifier: GPL-2.0-only */
/* What "watch" shows; taken in by a thread that reads, drawn by the one that has the keys */
#ifndef METERCTL_WATCH_H
#define METERCTL_WATCH_H

#include <pthread.h>

#include "history.h"
#include "reading.h"
#include "select.h"

struct watch_row {
	size_t meter;
	struct reading reading;
	struct history history;
};

struct watch {
	const struct selection *selection;
	const char *filter;
	unsigned int interval_ms;

	pthread_mutex_t lock;		/* all below */
	pthread_cond_t wake;		/* when @ended is set */
	struct watch_row *rows;
	size_t count;
	struct device *meters;		/* as they are now */
	unsigned int version;		/* changes with the rows */
	bool ended;
};

bool watch_init(struct watch *watch);
void watch_free(struct watch *watch);
/* For pthread_create() */
void *watch_read(void *watch);
/* watch_screen.c: until the user quits, or a signal that ends programs comes */
void watch_screen(struct watch *watch);

#endif
