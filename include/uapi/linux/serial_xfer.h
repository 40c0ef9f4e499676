/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Buses on any tty: the line discipline "serial_xfer", N_DEVELOPMENT (29).
 *
 * Documentation/userspace-api/serial_xfer.rst tells how to use this.
 */
#ifndef _UAPI_LINUX_SERIAL_XFER_H
#define _UAPI_LINUX_SERIAL_XFER_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Layout of struct serial_xfer_attach; a later one gets another number. */
#define SERIAL_XFER_ATTACH_VERSION	1

#define SERIAL_XFER_PROTOCOL_SIZE	16

/* &serial_xfer_attach.parity */
#define SERIAL_XFER_ATTACH_DEFAULT	0
#define SERIAL_XFER_ATTACH_NONE		1
#define SERIAL_XFER_ATTACH_EVEN		2
#define SERIAL_XFER_ATTACH_ODD		3

/**
 * struct serial_xfer_attach - make a tty a bus
 * @version: SERIAL_XFER_ATTACH_VERSION
 * @flags: must be 0
 * @protocol: "modbus" or "mbus", and zeros
 * @speed: bits per second of devices that do not say otherwise; 0: the protocol's own
 * @parity: SERIAL_XFER_ATTACH_*, likewise
 * @reserved0: must be 0
 * @id: on return the number N of the bus: modbus-N, /dev/modbusN
 * @reserved: must be 0
 *
 * The structure has the same layout on 32-bit and 64-bit machines.
 */
struct serial_xfer_attach {
	__u32 version;
	__u32 flags;
	char protocol[SERIAL_XFER_PROTOCOL_SIZE];
	__u32 speed;
	__u8 parity;
	__u8 reserved0[3];
	__u32 id;
	__u32 reserved[7];
};

/*
 * Of a tty that has the line discipline. The bus lasts as long as the tty keeps it:
 * until another one is set, the last descriptor is closed, or the port hangs up. Fails
 * with EPERM (no CAP_SYS_RAWIO), EINVAL, EBUSY (the tty is a bus already),
 * EPROTONOSUPPORT (no such protocol, or its module cannot be loaded) or what the bus
 * says.
 */
#define SERIAL_XFER_IOC_ATTACH	_IOWR(0xB9, 0x20, struct serial_xfer_attach)

#endif
