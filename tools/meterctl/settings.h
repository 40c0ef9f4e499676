/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METERCTL_SETTINGS_H
#define METERCTL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct setting {
	char name[48];
	char value[96];
	char available[256];	/* what it can be; empty if that is no finite set */
	bool writable;
	bool write_only;
	int error;		/* a positive errno: there is no value */
};

struct setting_list {
	char (*names)[48];
	size_t count;
};

/* @dir: of an IIO device. False if it has no such setting */
bool settings_read(const char *dir, const char *name, struct setting *setting);
bool settings_is_name(const char *name);
/* 0 or a negative errno */
int settings_list(const char *dir, struct setting_list *list);
void settings_free(struct setting_list *list);

#endif
