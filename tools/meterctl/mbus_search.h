/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_MBUS_SEARCH_H
#define METERCTL_MBUS_SEARCH_H

#include "mbus_link.h"

/* All meters that can be selected; 0 or an error. */
int mbus_search(struct mbus_link *link, struct scan_progress *progress);

#endif
