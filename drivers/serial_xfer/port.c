// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports and the queue of those who share one.
 *
 * A port is claimed, used for any number of exchanges and released. Claims are
 * granted in turn over the clients, and in order of arrival among the callers of
 * one client: a client that never stops asking gets one turn in a round. A claim
 * is handed from owner to owner under the port's lock, so nobody can slip in
 * between a release and the next turn.
 *
 * A port lives as long as its back end or a client holds a reference. After
 * serial_xfer_port_stop() it does nothing but return -ENODEV.
 */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "internal.h"

struct serial_xfer_waiter {
	struct list_head node;
	const void *who;
	struct completion done;
	int status;
};

static void port_free(struct kref *ref)
{
	kfree(container_of(ref, struct serial_xfer_port, ref));
}

/**
 * serial_xfer_port_create() - make a port
 * @dev: the device behind it; must outlive serial_xfer_port_stop()
 * @ops: back end
 * @priv: handed to @ops
 *
 * Context: may sleep.
 * Return: the port with one reference, or an ERR_PTR().
 */
struct serial_xfer_port *serial_xfer_port_create(struct device *dev,
						 const struct serial_xfer_ops *ops,
						 void *priv)
{
	struct serial_xfer_port *port;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);

	port->dev = dev;
	port->ops = ops;
	port->priv = priv;
	kref_init(&port->ref);
	spin_lock_init(&port->lock);
	INIT_LIST_HEAD(&port->turns);
	init_waitqueue_head(&port->idle);
	init_completion(&port->wake);
	port->unsettled = true;
	port->last_rx = ktime_get();
	port->pm.port = port;
	INIT_LIST_HEAD(&port->pm.waiters);
	INIT_LIST_HEAD(&port->pm.node);
	return port;
}
EXPORT_SYMBOL_GPL(serial_xfer_port_create);

/**
 * serial_xfer_port_get() - take a reference
 * @port: the port
 *
 * Context: any.
 */
void serial_xfer_port_get(struct serial_xfer_port *port)
{
	kref_get(&port->ref);
}
EXPORT_SYMBOL_GPL(serial_xfer_port_get);

/**
 * serial_xfer_port_put() - give up a reference
 * @port: the port
 *
 * Context: any.
 */
void serial_xfer_port_put(struct serial_xfer_port *port)
{
	kref_put(&port->ref, port_free);
}
EXPORT_SYMBOL_GPL(serial_xfer_port_put);

static void waiter_grant(struct serial_xfer_waiter *waiter, int status)
{
	list_del_init(&waiter->node);
	waiter->status = status;
	complete(&waiter->done);
}

static void client_unqueue(struct serial_xfer_client *client)
{
	if (list_empty(&client->waiters))
		list_del_init(&client->node);
}

static void port_give(struct serial_xfer_port *port, struct serial_xfer_client *client,
		      const void *who)
{
	port->busy = true;
	port->owner = client;
	port->caller = who;
	port->cancelled = false;
}

static void port_next_turn(struct serial_xfer_port *port)
{
	struct serial_xfer_client *client;
	struct serial_xfer_waiter *waiter;

	lockdep_assert_held(&port->lock);
	client = list_first_entry_or_null(&port->turns, struct serial_xfer_client, node);
	if (!client) {
		port->busy = false;
		port->owner = NULL;
		wake_up_all(&port->idle);
		return;
	}
	waiter = list_first_entry(&client->waiters, struct serial_xfer_waiter, node);
	port_give(port, client, waiter->who);
	waiter_grant(waiter, 0);
	list_move_tail(&client->node, &port->turns);
	client_unqueue(client);
}

/* @who: NULL for all waiters */
static void client_refuse(struct serial_xfer_client *client, const void *who, int status)
{
	struct serial_xfer_waiter *waiter, *tmp;

	list_for_each_entry_safe(waiter, tmp, &client->waiters, node)
		if (!who || waiter->who == who)
			waiter_grant(waiter, status);
	client_unqueue(client);
}

static void port_refuse_all(struct serial_xfer_port *port)
{
	struct serial_xfer_client *client, *tmp;

	lockdep_assert_held(&port->lock);
	list_for_each_entry_safe(client, tmp, &port->turns, node)
		client_refuse(client, NULL, -ENODEV);
}

static bool port_is_idle(struct serial_xfer_port *port)
{
	guard(spinlock_irqsave)(&port->lock);
	return !port->busy;
}

/**
 * serial_xfer_port_stop() - end all exchanges
 * @port: the port
 *
 * What is in flight and what waits ends with -ENODEV, and so does all that comes later.
 * On return nobody uses the back end: a call that has begun, to write or to drain, is
 * waited for. Stopping twice is allowed.
 *
 * Context: may sleep.
 */
void serial_xfer_port_stop(struct serial_xfer_port *port)
{
	scoped_guard(spinlock_irqsave, &port->lock) {
		port->stopped = true;
		port_refuse_all(port);
		if (port->rx.msg) {
			port->rx.msg = NULL;
			port->rx.status = -ENODEV;
		}
		complete(&port->wake);
	}
	wait_event(port->idle, port_is_idle(port));
}
EXPORT_SYMBOL_GPL(serial_xfer_port_stop);

/**
 * serial_xfer_port_echo() - does the line return what is sent?
 * @port: the port
 *
 * Context: any.
 * Return: what has been learned so far.
 */
enum serial_xfer_echo serial_xfer_port_echo(struct serial_xfer_port *port)
{
	return READ_ONCE(port->echo);
}
EXPORT_SYMBOL_GPL(serial_xfer_port_echo);

/**
 * serial_xfer_port_stats() - counters of a port
 * @port: the port
 *
 * Context: any.
 * Return: the counters; valid as long as the port.
 */
struct serial_xfer_stats *serial_xfer_port_stats(struct serial_xfer_port *port)
{
	return &port->stats;
}
EXPORT_SYMBOL_GPL(serial_xfer_port_stats);

/**
 * serial_xfer_client_init() - become one of those who share a port
 * @client: the client
 * @port: the port; a reference is taken
 *
 * Context: any.
 */
void serial_xfer_client_init(struct serial_xfer_client *client, struct serial_xfer_port *port)
{
	memset(client, 0, sizeof(*client));
	client->port = port;
	INIT_LIST_HEAD(&client->waiters);
	INIT_LIST_HEAD(&client->node);
	kref_get(&port->ref);
}
EXPORT_SYMBOL_GPL(serial_xfer_client_init);

/**
 * serial_xfer_client_exit() - undo serial_xfer_client_init()
 * @client: the client; nobody may wait or have claimed the port through it
 *
 * Context: any.
 */
void serial_xfer_client_exit(struct serial_xfer_client *client)
{
	struct serial_xfer_port *port = client->port;

	scoped_guard(spinlock_irqsave, &port->lock) {
		WARN_ON(!list_empty(&client->waiters));
		if (port->late == client)
			port->late = NULL;
	}
	serial_xfer_port_put(port);
}
EXPORT_SYMBOL_GPL(serial_xfer_client_exit);

/* Returns 1 if the port was free, 0 if @waiter has been queued. */
static int port_enqueue(struct serial_xfer_client *client, struct serial_xfer_waiter *waiter)
{
	struct serial_xfer_port *port = client->port;

	guard(spinlock_irqsave)(&port->lock);
	if (port->stopped)
		return -ENODEV;
	if (!port->busy) {
		port_give(port, client, waiter->who);
		return 1;
	}
	if (list_empty(&client->node))
		list_add_tail(&client->node, &port->turns);
	list_add_tail(&waiter->node, &client->waiters);
	return 0;
}

static void port_abandon(struct serial_xfer_client *client, struct serial_xfer_waiter *waiter)
{
	struct serial_xfer_port *port = client->port;

	guard(spinlock_irqsave)(&port->lock);
	if (!list_empty(&waiter->node)) {
		list_del_init(&waiter->node);
		client_unqueue(client);
	} else if (!waiter->status) {
		port_next_turn(port);
	}
}

/* On behalf of somebody any signal ends the wait. */
static int client_claim(struct serial_xfer_client *client, const void *who)
{
	struct serial_xfer_waiter waiter = { .who = who };
	int ret;

	init_completion(&waiter.done);
	INIT_LIST_HEAD(&waiter.node);
	ret = port_enqueue(client, &waiter);
	if (ret)
		return min(ret, 0);

	if (who)
		ret = wait_for_completion_interruptible(&waiter.done);
	else
		ret = wait_for_completion_killable(&waiter.done);
	if (!ret)
		return waiter.status;

	port_abandon(client, &waiter);
	return who ? ret : -EINTR;
}

/**
 * serial_xfer_claim() - wait for one's turn
 * @client: the client
 *
 * Context: may sleep.
 * Return: 0, and serial_xfer_release() must follow; -EINTR if the caller was
 * killed while he waited; -ECANCELED: see serial_xfer_cancel(); -ENODEV if the port has
 * been stopped.
 */
int serial_xfer_claim(struct serial_xfer_client *client)
{
	return client_claim(client, NULL);
}
EXPORT_SYMBOL_GPL(serial_xfer_claim);

/**
 * serial_xfer_claim_as() - wait for one's turn on behalf of somebody
 * @client: the client
 * @who: of whom, for serial_xfer_cancel(); compared, never followed; not NULL
 *
 * Nothing has been sent yet: any signal ends the wait, also the one by which the
 * system's suspend asks for a halt.
 *
 * Context: may sleep.
 * Return: 0, and serial_xfer_release() must follow; -ERESTARTSYS after a signal;
 * -ECANCELED: see serial_xfer_cancel(); -ENODEV if the port has been stopped.
 */
int serial_xfer_claim_as(struct serial_xfer_client *client, const void *who)
{
	return client_claim(client, who);
}
EXPORT_SYMBOL_GPL(serial_xfer_claim_as);

/**
 * serial_xfer_release() - let the next one have the port
 * @client: the client that has claimed it
 *
 * Context: any.
 */
void serial_xfer_release(struct serial_xfer_client *client)
{
	struct serial_xfer_port *port = client->port;

	guard(spinlock_irqsave)(&port->lock);
	port_next_turn(port);
}
EXPORT_SYMBOL_GPL(serial_xfer_release);

/**
 * serial_xfer_cancel() - end what a client does
 * @client: the client
 * @who: only what it does on behalf of this one, see serial_xfer_claim_as(); NULL: all
 *
 * Those of its callers who wait for their turn, and the one who has it, get
 * -ECANCELED, the latter from serial_xfer_exec() until he releases the port. What comes
 * later is not affected.
 *
 * Context: any.
 */
void serial_xfer_cancel(struct serial_xfer_client *client, const void *who)
{
	struct serial_xfer_port *port = client->port;

	guard(spinlock_irqsave)(&port->lock);
	client_refuse(client, who, -ECANCELED);
	if (port->owner != client || (who && port->caller != who))
		return;
	port->cancelled = true;
	if (port->rx.msg)
		serial_xfer_rx_end(port, -ECANCELED);
}
EXPORT_SYMBOL_GPL(serial_xfer_cancel);

/**
 * serial_xfer_count() - count an event that only the protocol can see
 * @client: the client that it happened to
 * @stat: the counter; the port's is counted as well
 *
 * Context: any.
 */
void serial_xfer_count(struct serial_xfer_client *client, enum serial_xfer_stat stat)
{
	serial_xfer_add(client->port, client, stat, 1);
}
EXPORT_SYMBOL_GPL(serial_xfer_count);

/**
 * serial_xfer_port_suspend() - let the exchange in flight end and hold the others
 * @port: the port
 *
 * Context: may sleep.
 * Return: 0, and serial_xfer_port_resume() must follow; or an error.
 */
int serial_xfer_port_suspend(struct serial_xfer_port *port)
{
	return serial_xfer_claim(&port->pm);
}
EXPORT_SYMBOL_GPL(serial_xfer_port_suspend);

/**
 * serial_xfer_port_resume() - undo serial_xfer_port_suspend()
 * @port: the port
 *
 * The line settings are applied anew and the line must be silent before the next
 * request.
 *
 * Context: any.
 */
void serial_xfer_port_resume(struct serial_xfer_port *port)
{
	port->line.speed = 0;
	scoped_guard(spinlock_irqsave, &port->lock)
		port->unsettled = true;
	serial_xfer_release(&port->pm);
}
EXPORT_SYMBOL_GPL(serial_xfer_port_resume);

MODULE_DESCRIPTION("Half-duplex exchanges on serial lines");
MODULE_LICENSE("GPL");
