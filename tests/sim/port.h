/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIM_PORT_H
#define SIM_PORT_H

#include "settings.h"

int port_listen(const char *path);
int port_accept(int listen_fd);
int port_wait(int listen_fd);
int port_open_pty(const char *link, int *held_fd);
struct settings port_pty_settings(int fd);

#endif
