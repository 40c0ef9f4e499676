/* SPDX-License-Identifier: GPL-2.0-only */
/* Binding meters to their drivers: new_device and delete_device */
#ifndef METERCTL_BIND_H
#define METERCTL_BIND_H

#include "sysfs.h"

#define BIND_ADDRESS	20

/* How a meter is addressed in new_device and in the names of devices */
void bind_address(const struct meter *meter, bool secondary, char *address);
/* Binds it and puts the new device's name into it; 0 or a negative errno */
int bind_meter(const struct bus *bus, struct meter *meter, bool secondary);
int unbind_device(const struct device *device);

#endif
