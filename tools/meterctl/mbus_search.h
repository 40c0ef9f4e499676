/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_MBUS_SEARCH_H
#define METERCTL_MBUS_SEARCH_H

#include "mbus_link.h"

/* That nobody is there at all is worth a second question. */
#define MBUS_SEARCH_STEPS	2

/*
 * All meters that can be selected; 0 or an error. @progress: its total has the first steps
 * already.
 */
int mbus_search(struct mbus_link *link, struct scan_progress *progress);

#endif
