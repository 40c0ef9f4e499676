/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Requests on a Modbus line from userspace: /dev/modbusN.
 *
 * Documentation/userspace-api/modbus.rst tells how to use this.
 */
#ifndef _UAPI_LINUX_MODBUS_H
#define _UAPI_LINUX_MODBUS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Layout of struct modbus_xfer; a later one gets another number. */
#define MODBUS_XFER_VERSION		1

/* Longest request or response PDU: Modbus Application Protocol V1.1b3, chapter 4.1 */
#define MODBUS_XFER_MAX_PDU		253

/* Longest time limit, and lowest speed, that can be asked for: others wait as well */
#define MODBUS_XFER_MAX_TIMEOUT_MS	10000
#define MODBUS_XFER_MIN_SPEED		300

/* &modbus_xfer.flags */
#define MODBUS_XFER_FORCE		(1U << 0)

/* &modbus_xfer.status */
#define MODBUS_XFER_DOUBTFUL		(1U << 0)

/* &modbus_xfer.parity */
#define MODBUS_XFER_PARITY_BUS		0
#define MODBUS_XFER_PARITY_NONE		1
#define MODBUS_XFER_PARITY_EVEN		2
#define MODBUS_XFER_PARITY_ODD		3

/**
 * struct modbus_xfer - one request and its response
 * @version: MODBUS_XFER_VERSION
 * @flags: MODBUS_XFER_FORCE: write even if a driver is bound to the unit; the driver
 *	asks for everything anew. Other bits must be 0
 * @speed: bits per second, MODBUS_XFER_MIN_SPEED at least; 0: the bus's own. On return
 *	the speed that was used
 * @timeout_ms: how long to wait for a response to begin, from the last bit of the
 *	request; 0: the bus's own. MODBUS_XFER_MAX_TIMEOUT_MS at most. On return the
 *	limit that was used
 * @parity: MODBUS_XFER_PARITY_*. On return the parity that was used
 * @unit: unit address, 1 to 247; 0 is a broadcast, which nobody answers
 * @req_len: length of @req, 1 to MODBUS_XFER_MAX_PDU
 * @result: on return 0 if there is a response (or was a broadcast), -ETIMEDOUT if
 *	nothing was heard, -EBADMSG if only bytes that are no response
 * @status: on return MODBUS_XFER_DOUBTFUL if the response may be a late one to an
 *	earlier request of the same kind that had not been answered in time
 * @rsp_len: on return the length of @rsp
 * @heard: on return how many bytes were received, other than an echo
 * @flawed: on return how many of them had a wrong parity or stop bit; 0 on lines
 *	that cannot tell
 * @reserved0: must be 0
 * @latency_us: on return the time from the request's last bit to the response's end,
 *	less the time that its bytes take on the wire
 * @sent_ns: on return when the request's last bit left, nanoseconds of the boot-time
 *	clock
 * @received_ns: on return when the response's last byte arrived, same clock; 0 without
 *	a response
 * @reserved: must be 0
 * @req: request PDU: function code and data
 * @rsp: on return the response PDU, which may be an exception (function code + 0x80);
 *	after -EBADMSG what was heard instead, from its first byte on
 *
 * The structure has the same layout on 32-bit and 64-bit machines. What is said to be
 * there "on return" is ignored on entry, and is left alone if the ioctl fails.
 */
struct modbus_xfer {
	__u32 version;
	__u32 flags;
	__u32 speed;
	__u32 timeout_ms;
	__u8 parity;
	__u8 unit;
	__u16 req_len;
	__s32 result;
	__u32 status;
	__u16 rsp_len;
	__u16 heard;
	__u16 flawed;
	__u16 reserved0;
	__u32 latency_us;
	__u64 sent_ns;
	__u64 received_ns;
	__u32 reserved[6];
	__u8 req[256];
	__u8 rsp[264];
};

/*
 * One request. Fails with EINVAL (a field has a value that it must not have, or the
 * line cannot have these settings), EOPNOTSUPP (a function whose response has no known
 * length), EACCES (the file is not open for reading, for functions 1 2 3 4 7 11 12 17
 * 20 24 and 43/14; or for writing, for all others), EPERM (a write without
 * CAP_SYS_RAWIO), EBUSY (a write to a unit that has a driver, without
 * MODBUS_XFER_FORCE), EBADMSG (the line does not fall silent), EIO (the port takes no
 * bytes), EINTR, ECANCELED (the file was closed meanwhile), ENODEV (the bus has gone).
 */
#define MODBUS_IOC_XFER		_IOWR(0xB9, 0x00, struct modbus_xfer)

#endif
