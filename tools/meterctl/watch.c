// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "watch.h"

bool watch_init(struct watch *watch)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->wake, &attr);
	pthread_condattr_destroy(&attr);
	watch->meters = calloc(watch->selection->count, sizeof(*watch->meters));
	for (size_t i = 0; watch->meters && i < watch->selection->count; i++)
		watch->meters[i] = *watch->selection->devices[i];
	return watch->meters;
}

void watch_free(struct watch *watch)
{
	free(watch->rows);
	free(watch->meters);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
}

/* The rows of a meter stand together, in the order in which its channels came. */
static struct watch_row *insert(struct watch *watch, size_t meter)
{
	struct watch_row *more;
	size_t at = watch->count;

	more = realloc(watch->rows, (watch->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	watch->rows = more;
	while (at && more[at - 1].meter > meter)
		at--;
	memmove(&more[at + 1], &more[at], (watch->count - at) * sizeof(*more));
	memset(&more[at], 0, sizeof(*more));
	more[at].meter = meter;
	watch->count++;
	return &more[at];
}

static struct watch_row *row_of(struct watch *watch, size_t meter, const char *name)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->rows[i].meter == meter &&
		    !strcmp(watch->rows[i].reading.name, name))
			return &watch->rows[i];
	return insert(watch, meter);
}

/* A meter that is away leaves gaps. */
static void miss(struct watch *watch, size_t meter)
{
	for (size_t i = 0; i < watch->count; i++) {
		if (watch->rows[i].meter != meter)
			continue;
		watch->rows[i].reading.error = ENODEV;
		history_put(&watch->rows[i].history, false, 0);
	}
}

static void take(struct watch *watch, size_t meter, const struct device *device,
		 const struct reading_list *list)
{
	struct watch_row *row;

	pthread_mutex_lock(&watch->lock);
	watch->meters[meter] = *device;
	if (!list->count)
		miss(watch, meter);
	for (size_t i = 0; i < list->count; i++) {
		row = row_of(watch, meter, list->readings[i].name);
		if (!row)
			break;
		row->reading = list->readings[i];
		history_put(&row->history, !row->reading.error, row->reading.value);
	}
	watch->version++;
	pthread_mutex_unlock(&watch->lock);
}

/* False: no more */
static bool wait_until(struct watch *watch, const struct timespec *when)
{
	bool ended;

	pthread_mutex_lock(&watch->lock);
	while (!watch->ended &&
	       pthread_cond_timedwait(&watch->wake, &watch->lock, when) != ETIMEDOUT)
		;
	ended = watch->ended;
	pthread_mutex_unlock(&watch->lock);
	return !ended;
}

static void step(struct timespec *when, unsigned int ms)
{
	struct timespec now;

	when->tv_sec += ms / 1000;
	when->tv_nsec += ms % 1000 * 1000000L;
	if (when->tv_nsec >= 1000000000L) {
		when->tv_nsec -= 1000000000L;
		when->tv_sec++;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (when->tv_sec < now.tv_sec)
		*when = now;
}

static bool is_ended(struct watch *watch)
{
	bool ended;

	pthread_mutex_lock(&watch->lock);
	ended = watch->ended;
	pthread_mutex_unlock(&watch->lock);
	return ended;
}

/*
 * A meter that came back has a new IIO device, perhaps under the number of another meter's
 * old one. Only a new context knows it; it is cheap enough to be made each time.
 */
static void read_once(struct watch *watch)
{
	struct iio_context *context = readings_open();
	struct reading_list list;
	struct device device;

	for (size_t i = 0; i < watch->selection->count && !is_ended(watch); i++) {
		device = watch->meters[i];
		sysfs_refresh(&device);
		readings_take(context, &device, watch->filter, &list);
		take(watch, i, &device, &list);
		readings_free(&list);
	}
	readings_close(context);
}

void *watch_read(void *data)
{
	struct watch *watch = data;
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	do {
		read_once(watch);
		step(&when, watch->interval_ms);
	} while (wait_until(watch, &when));
	return NULL;
}
