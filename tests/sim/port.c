// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "array.h"
#include "port.h"

int port_listen(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		fprintf(stderr, "%s: path too long for a socket\n", path);
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 4)) {
		perror(path);
		return -1;
	}
	return fd;
}

int port_accept(int listen_fd)
{
	return accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Waits for a caller; his end blocks. */
int port_wait(int listen_fd)
{
	struct pollfd p = { listen_fd, POLLIN, 0 };

	if (poll(&p, 1, -1) < 0)
		return -1;
	return accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
}

/*
 * The slave is held open, so that the line outlives its users and the master
 * never reads EIO between two of them.
 */
int port_open_pty(const char *link, int *held_fd)
{
	struct termios raw;
	char name[64];
	int fd;

	cfmakeraw(memset(&raw, 0, sizeof(raw)));
	if (openpty(&fd, held_fd, name, &raw, NULL)) {
		perror("openpty");
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	unlink(link);
	if (symlink(name, link)) {
		perror(link);
		return -1;
	}
	return fd;
}

static unsigned int speed_of(speed_t code)
{
	static const struct {
		speed_t code;
		unsigned int speed;
	} speeds[] = {
		{ B300, 300 }, { B600, 600 }, { B1200, 1200 }, { B2400, 2400 },
		{ B4800, 4800 }, { B9600, 9600 }, { B19200, 19200 },
		{ B38400, 38400 }, { B57600, 57600 }, { B115200, 115200 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(speeds); i++)
		if (speeds[i].code == code)
			return speeds[i].speed;
	return SPEED_UNUSABLE;
}

/* A pty keeps the speed that its user sets, and drops the parity. */
struct settings port_pty_settings(int fd)
{
	struct settings s = { SPEED_UNUSABLE, PARITY_UNKNOWN };
	struct termios tio;

	if (!tcgetattr(fd, &tio))
		s.speed = speed_of(cfgetospeed(&tio));
	return s;
}
