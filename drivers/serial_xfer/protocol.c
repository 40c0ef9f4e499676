// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protocols by name, for ports whose bus is chosen by userspace.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/kmod.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/serial_xfer_bus.h>
#include <linux/string.h>

static DEFINE_MUTEX(protocols_lock); /* protocols */
static LIST_HEAD(protocols);

/**
 * serial_xfer_protocol_register() - let ports have a protocol
 * @protocol: the protocol; its module has an alias "serial_xfer-NAME"
 *
 * Context: may sleep.
 */
void serial_xfer_protocol_register(struct serial_xfer_protocol *protocol)
{
	guard(mutex)(&protocols_lock);
	list_add_tail(&protocol->node, &protocols);
}
EXPORT_SYMBOL_GPL(serial_xfer_protocol_register);

/**
 * serial_xfer_protocol_unregister() - undo serial_xfer_protocol_register()
 * @protocol: the protocol; no port has it
 *
 * Context: may sleep.
 */
void serial_xfer_protocol_unregister(struct serial_xfer_protocol *protocol)
{
	guard(mutex)(&protocols_lock);
	list_del(&protocol->node);
}
EXPORT_SYMBOL_GPL(serial_xfer_protocol_unregister);

static const struct serial_xfer_protocol *protocol_find(const char *name)
{
	struct serial_xfer_protocol *protocol;

	guard(mutex)(&protocols_lock);
	list_for_each_entry(protocol, &protocols, node)
		if (!strcmp(protocol->name, name) && try_module_get(protocol->owner))
			return protocol;
	return NULL;
}

/**
 * serial_xfer_protocol_get() - find a protocol
 * @name: its name
 *
 * Loads its module if need be.
 *
 * Context: may sleep.
 * Return: the protocol, its module held until serial_xfer_protocol_put(); or NULL.
 */
const struct serial_xfer_protocol *serial_xfer_protocol_get(const char *name)
{
	const struct serial_xfer_protocol *protocol = protocol_find(name);

	if (!protocol && !request_module("serial_xfer-%s", name))
		protocol = protocol_find(name);
	return protocol;
}
EXPORT_SYMBOL_GPL(serial_xfer_protocol_get);

/**
 * serial_xfer_protocol_put() - undo serial_xfer_protocol_get()
 * @protocol: the protocol
 *
 * Context: any.
 */
void serial_xfer_protocol_put(const struct serial_xfer_protocol *protocol)
{
	module_put(protocol->owner);
}
EXPORT_SYMBOL_GPL(serial_xfer_protocol_put);
