/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Requests on a wired M-Bus from userspace: /dev/mbusN.
 *
 * Documentation/userspace-api/meterbus.rst tells how to use this.
 */
#ifndef _UAPI_LINUX_METERBUS_H
#define _UAPI_LINUX_METERBUS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Layout of struct meterbus_xfer; a later one gets another number. */
#define METERBUS_XFER_VERSION		1

/* CI field and data of a long frame, EN 13757-2:2018, 5.4 */
#define METERBUS_XFER_MAX_DATA		253

/* Longest time limit that can be asked for: others wait as well */
#define METERBUS_XFER_MAX_TIMEOUT_MS	10000

/* &meterbus_xfer.flags */
#define METERBUS_XFER_FORCE		(1U << 0)
#define METERBUS_XFER_SELECT		(1U << 1)

/* &meterbus_xfer.status */
#define METERBUS_XFER_SELECTED		(1U << 0)

/* &meterbus_xfer.parity */
#define METERBUS_XFER_PARITY_BUS	0
#define METERBUS_XFER_PARITY_NONE	1
#define METERBUS_XFER_PARITY_EVEN	2
#define METERBUS_XFER_PARITY_ODD	3

/* &meterbus_xfer.c, EN 13757-2:2018, 5.5 */
#define METERBUS_XFER_SND_NKE		0x40
#define METERBUS_XFER_SND_UD		0x53
#define METERBUS_XFER_REQ_UD1		0x5a
#define METERBUS_XFER_REQ_UD2		0x5b
/* The frame count bit, of all but SND_NKE */
#define METERBUS_XFER_FCB		0x20

/* &meterbus_xfer.a besides primary addresses, EN 13757-2:2018, 5.6 */
#define METERBUS_XFER_A_SELECTED	0xfd
#define METERBUS_XFER_A_TEST		0xfe
#define METERBUS_XFER_A_BROADCAST	0xff

/**
 * struct meterbus_xfer - one request and its reply, perhaps with a selection before
 * @version: METERBUS_XFER_VERSION
 * @flags: METERBUS_XFER_FORCE: write even if a driver is bound to the meter; the driver
 *	asks for everything anew. METERBUS_XFER_SELECT: select @id first; nobody else
 *	has the line between that and the request. Other bits must be 0
 * @speed: bits per second, 300 to 38400; 0: the bus's own. On return the speed that was
 *	used
 * @timeout_ms: how long to wait for each reply to begin, from the last bit of what was
 *	sent; 0: the bus's own, which is 330 bit times and its "response_timeout_ms".
 *	METERBUS_XFER_MAX_TIMEOUT_MS at most. On return the limit that was used
 * @parity: METERBUS_XFER_PARITY_*. On return the parity that was used
 * @c: C field: METERBUS_XFER_SND_NKE, or METERBUS_XFER_SND_UD, _REQ_UD1 or _REQ_UD2,
 *	each perhaps with METERBUS_XFER_FCB; 0 to do nothing after a selection
 * @a: A field: a primary address, 0 to 250; METERBUS_XFER_A_TEST;
 *	METERBUS_XFER_A_BROADCAST, which nobody answers; or METERBUS_XFER_A_SELECTED,
 *	which goes with METERBUS_XFER_SELECT and only with it, but for SND_NKE, which
 *	deselects
 * @reserved0: must be 0
 * @id: what to select: sixteen digits as a secondary address is written
 *	(identification number, then manufacturer, version and medium as they go to
 *	the wire), any of which may be the wildcard F. 0 without METERBUS_XFER_SELECT
 * @req_len: length of @req: 1 to METERBUS_XFER_MAX_DATA with SND_UD, else 0
 * @rsp_len: on return the length of @rsp
 * @result: on return 0 if there is a reply (or was a broadcast); -ETIMEDOUT if nothing
 *	was heard; -EBADMSG if only bytes that are no reply: noise, or a damaged one;
 *	-ENOTUNIQ if several meters seem to have answered at once; -ENODATA if the
 *	meter has nothing to say, and acknowledges instead
 * @status: on return METERBUS_XFER_SELECTED if the selection was acknowledged, so that
 *	the rest is about what came after it; else it is about the selection
 * @heard: on return how many bytes were received, other than an echo
 * @flawed: on return how many of them had a wrong parity or stop bit; 0 on lines
 *	that cannot tell
 * @latency_us: on return the time from the request's last bit to the reply's end, less
 *	the time that its bytes take on the wire
 * @sent_ns: on return when the request's last bit left, nanoseconds of the boot-time
 *	clock
 * @received_ns: on return when the reply's last byte arrived, same clock; 0 without a
 *	reply
 * @reserved: must be 0
 * @req: CI field and data
 * @rsp: on return the reply: a whole frame from 68 to 16, its checksum right, or E5;
 *	after another result what was heard instead, from its first byte on
 *
 * The structure has the same layout on 32-bit and 64-bit machines. What is said to be
 * there "on return" is ignored on entry, and is left alone if the ioctl fails.
 */
struct meterbus_xfer {
	__u32 version;
	__u32 flags;
	__u32 speed;
	__u32 timeout_ms;
	__u8 parity;
	__u8 c;
	__u8 a;
	__u8 reserved0;
	__u16 req_len;
	__u16 rsp_len;
	__u64 id;
	__s32 result;
	__u32 status;
	__u16 heard;
	__u16 flawed;
	__u32 latency_us;
	__u64 sent_ns;
	__u64 received_ns;
	__u32 reserved[6];
	__u8 req[256];
	__u8 rsp[264];
};

/*
 * One request. Fails with EINVAL (a field has a value that it must not have, or the
 * line cannot have these settings), EACCES (the file is not open for reading, for
 * SND_NKE, REQ_UD2 and selection; or for writing, for all others), EPERM (a write
 * without CAP_SYS_RAWIO), EBUSY (a write to a meter that has a driver, without
 * METERBUS_XFER_FORCE), EBADMSG (the line does not fall silent), EIO (the port takes no
 * bytes), EINTR, ECANCELED (the file was closed meanwhile), ENODEV (the bus has gone).
 */
#define METERBUS_IOC_XFER	_IOWR(0xB9, 0x10, struct meterbus_xfer)

#endif
