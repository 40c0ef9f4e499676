/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM serial_xfer

#if !defined(_SERIAL_XFER_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SERIAL_XFER_TRACE_H

#include <linux/device.h>
#include <linux/serial_xfer.h>
#include <linux/tracepoint.h>

#define SERIAL_XFER_TRACE_NAME	32

TRACE_EVENT(serial_xfer_request,
	TP_PROTO(struct device *dev, const struct serial_xfer_msg *msg),
	TP_ARGS(dev, msg),
	TP_STRUCT__entry(
		__array(char, port, SERIAL_XFER_TRACE_NAME)
		__field(unsigned int, speed)
		__field(int, parity)
		__field(unsigned int, timeout_ms)
		__dynamic_array(u8, data, msg->tx_len)
	),
	TP_fast_assign(
		strscpy(__entry->port, dev_name(dev), SERIAL_XFER_TRACE_NAME);
		__entry->speed = msg->line.speed;
		__entry->parity = msg->line.parity;
		__entry->timeout_ms = msg->timeout_ms;
		memcpy(__get_dynamic_array(data), msg->tx, msg->tx_len);
	),
	TP_printk("%s %u%s timeout=%ums: %s", __entry->port, __entry->speed,
		  __print_symbolic(__entry->parity,
				   { SERIAL_XFER_PARITY_NONE, "n" },
				   { SERIAL_XFER_PARITY_EVEN, "e" },
				   { SERIAL_XFER_PARITY_ODD, "o" }),
		  __entry->timeout_ms,
		  __print_hex(__get_dynamic_array(data), __get_dynamic_array_len(data)))
);

TRACE_EVENT(serial_xfer_reply,
	TP_PROTO(struct device *dev, const struct serial_xfer_msg *msg),
	TP_ARGS(dev, msg),
	TP_STRUCT__entry(
		__array(char, port, SERIAL_XFER_TRACE_NAME)
		__field(unsigned int, latency_us)
		__field(s64, stamp)
		__dynamic_array(u8, data, msg->rx_len)
	),
	TP_fast_assign(
		strscpy(__entry->port, dev_name(dev), SERIAL_XFER_TRACE_NAME);
		__entry->latency_us = msg->latency_us;
		__entry->stamp = ktime_to_ns(msg->stamp);
		memcpy(__get_dynamic_array(data), msg->rx, msg->rx_len);
	),
	TP_printk("%s latency=%uus stamp=%lld: %s", __entry->port,
		  __entry->latency_us, __entry->stamp,
		  __print_hex(__get_dynamic_array(data), __get_dynamic_array_len(data)))
);

TRACE_EVENT(serial_xfer_error,
	TP_PROTO(struct device *dev, const struct serial_xfer_msg *msg, int error),
	TP_ARGS(dev, msg, error),
	TP_STRUCT__entry(
		__array(char, port, SERIAL_XFER_TRACE_NAME)
		__field(int, error)
		__field(size_t, heard)
	),
	TP_fast_assign(
		strscpy(__entry->port, dev_name(dev), SERIAL_XFER_TRACE_NAME);
		__entry->error = error;
		__entry->heard = msg->heard;
	),
	TP_printk("%s error=%d heard=%zu", __entry->port, __entry->error, __entry->heard)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
