/* SPDX-License-Identifier: GPL-2.0-only */
/* Buses and meters as the kernel shows them: Documentation/ABI/testing/sysfs-bus-*. */
#ifndef METERCTL_SYSFS_H
#define METERCTL_SYSFS_H

#include <limits.h>

#include "meter.h"

struct bus {
	enum bus_kind kind;
	unsigned int number;
	char name[24];			/* modbus-0 */
	char path[PATH_MAX];
	char node[PATH_MAX];		/* /dev/modbus0; empty if there is none */
	char port[64];			/* the tty, or what the bus hangs on */
	char firmware[PATH_MAX];	/* its device-tree node */
	struct line line;		/* speed 0: not known */
	unsigned int timeout_ms;	/* 0: not known */
};

struct device {
	enum bus_kind kind;
	unsigned int bus;		/* its number */
	char name[32];			/* 0-01 */
	char path[PATH_MAX];
	char driver[32];		/* the name by which it was made */
	char state[16];
	char iio[24];			/* iio:device0, or empty */
	char model[32];			/* name of the IIO device */
	char label[256];
	char serial[24];
	char firmware[PATH_MAX];
	int address;
	char secondary[17];
	struct line line;		/* speed 0: the bus's, or not known */
};

struct bus_list {
	struct bus *buses;
	size_t count;
};

struct device_list {
	struct device *devices;
	size_t count;
};

/* All return 0 or a negative errno; no bus at all is an empty list. */
int sysfs_buses(struct bus_list *list);
int sysfs_devices(struct device_list *list);
void sysfs_free_buses(struct bus_list *list);
void sysfs_free_devices(struct device_list *list);

/* What changes when a meter comes and goes: its state and its IIO device, with names */
void sysfs_refresh(struct device *device);

const char *sysfs_bus_type(enum bus_kind kind);
int sysfs_read(const char *dir, const char *name, char *text, size_t size);
int sysfs_write(const char *dir, const char *name, const char *text);
bool sysfs_iio_dir(const struct device *device, char *dir, size_t size);

/* Complain, and return NULL, if there is none or more than one. */
const struct bus *find_bus(const struct bus_list *list, const char *name);
const struct device *find_device(const struct device_list *list, const char *name);

#endif
