// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "port.h"
#include "relay.h"
#include "sim.h"

void control_init(struct control *c)
{
	int i;

	c->listen_fd = -1;
	for (i = 0; i < CONTROL_CLIENTS; i++)
		c->clients[i].fd = -1;
}

bool control_open(struct control *c, const char *where)
{
	if (strncmp(where, "unix:", 5))
		return false;
	c->listen_fd = port_listen(where + 5);
	return c->listen_fd >= 0;
}

static void drop_client(struct control_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->len = 0;
}

void control_close(struct control *c)
{
	int i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		drop_client(&c->clients[i]);
	if (c->listen_fd >= 0)
		close(c->listen_fd);
}

void control_accept(struct control *c)
{
	int fd = port_accept(c->listen_fd);
	int i;

	for (i = 0; i < CONTROL_CLIENTS && fd >= 0; i++) {
		if (c->clients[i].fd >= 0)
			continue;
		c->clients[i].fd = fd;
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void answer(struct sim *s, struct control_client *client)
{
	struct command_result r = { .len = 0 };

	client->line[client->len] = '\0';
	client->len = 0;
	if (client->line[0] == '@')
		relay_run(client->line, &r);
	else
		command_run(s, client->line, &r);
	if (r.len && write(client->fd, r.text, r.len) != (ssize_t)r.len)
		drop_client(client);
}

static void take(struct sim *s, struct control_client *client, char c)
{
	if (c == '\r')
		return;
	if (c == '\n')
		answer(s, client);
	else if (client->len < CONTROL_LINE - 1)
		client->line[client->len++] = c;
}

void control_receive(struct sim *s, struct control_client *client)
{
	char buf[256];
	ssize_t n = read(client->fd, buf, sizeof(buf));
	ssize_t i;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop_client(client);
		return;
	}
	for (i = 0; i < n && client->fd >= 0; i++)
		take(s, client, buf[i]);
}
