/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_CLIENTS		4
#define CONTROL_LINE		1024

struct sim;

/* The command socket: host programs and a guest's UART may hold it at once. */
struct control {
	int listen_fd;
	struct control_client {
		int fd;
		size_t len;
		char line[CONTROL_LINE];
	} clients[CONTROL_CLIENTS];
};

void control_init(struct control *c);
bool control_open(struct control *c, const char *where);
void control_close(struct control *c);
void control_accept(struct control *c);
void control_receive(struct sim *s, struct control_client *client);

#endif
