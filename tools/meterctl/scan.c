// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "scan.h"

int scan_exchange(struct scan *scan, struct exchange *x)
{
	int ret;

	if (scan->stopped(scan))
		return -EINTR;
	x->timeout_ms = timing_ms(&scan->timing);
	ret = scan->transport->exchange(scan->transport, x);
	if (ret)
		return ret;
	scan->counts.exchanges++;
	if (x->outcome == OUTCOME_REPLY)
		timing_answered(&scan->timing, x->latency_us);
	scan->after_silence = scan->silent;
	scan->silent = x->outcome == OUTCOME_SILENT;
	scan->counts.silent += scan->silent;
	return 0;
}

static bool is_placed(const struct meter_list *list, const struct meter *meter)
{
	for (size_t i = 0; i < list->count; i++)
		if (meter_same_place(&list->meters[i], meter))
			return true;
	return false;
}

static void drop_bad(struct meter_list *list, const struct meter *meter)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->meters[i].state == METER_BAD &&
		    meter_same_place(&list->meters[i], meter))
			meter_remove(list, i);
}

/*
 * Each meter once: what is known keeps what was known of it. At other settings than its
 * own a meter answers badly; that tells nothing beside a good answer.
 */
int scan_found(struct scan *scan, const struct meter *meter)
{
	if (meter->state == METER_BAD ? is_placed(scan->list, meter) :
					meter_find_same(scan->list, meter) != NULL)
		return 0;
	drop_bad(scan->list, meter);
	return meter_add(scan->list, meter) ? 0 : -ENOMEM;
}

/* What came of a whole line: settings that the port cannot have are left out. */
int scan_line_done(struct scan *scan, int ret)
{
	if (ret != -EINVAL)
		return ret;
	scan->counts.refused++;
	return 0;
}

void scan_step(struct scan *scan, struct scan_progress *progress)
{
	progress->done += progress->step;
	scan->progress(scan, progress);
}

/*
 * It may have hidden an answer: nobody is hurried any more. After silence it may have been
 * a late one.
 */
void scan_noise(struct scan *scan)
{
	struct timing *timing = &scan->timing;

	scan->counts.damaged++;
	scan->noisy = true;
	timing_was_late(timing, scan->after_silence ? timing->most_ms : timing->first_ms);
}
