/* SPDX-License-Identifier: GPL-2.0-only */
/* Exchanges through the kernel's raw devices, /dev/modbusN and /dev/mbusN */
#ifndef METERCTL_TRANSPORT_IOCTL_H
#define METERCTL_TRANSPORT_IOCTL_H

#include "sysfs.h"
#include "transport.h"

struct ioctl_transport {
	struct transport transport;
	int fd;
	bool doubtful;		/* the last reply may be one to an earlier request */
};

/* Complains, and returns a negative errno, if that bus can not be used. */
int ioctl_transport_open(struct ioctl_transport *transport, const struct bus *bus, bool write);
void ioctl_transport_close(struct ioctl_transport *transport);

#endif
