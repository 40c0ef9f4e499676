// SPDX-License-Identifier: GPL-2.0-only
/* Commands for other simulators: "@NAME COMMAND" goes to that one's socket. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "relay.h"

#define RELAYS_MAX	3
#define PATIENCE_MS	2000

static struct relay {
	char name[16];
	struct sockaddr_un addr;
} relays[RELAYS_MAX];

/* "NAME=unix:PATH" */
bool relay_add(const char *where)
{
	struct relay *r = relays;

	while (r < relays + RELAYS_MAX && r->name[0])
		r++;
	if (r == relays + RELAYS_MAX)
		return false;
	r->addr.sun_family = AF_UNIX;
	return sscanf(where, "%15[^=]=unix:%107s", r->name, r->addr.sun_path) == 2;
}

static const struct relay *find(const char *name, size_t len)
{
	const struct relay *r;

	for (r = relays; r < relays + RELAYS_MAX; r++)
		if (len && strlen(r->name) == len && !strncmp(r->name, name, len))
			return r;
	return NULL;
}

static bool send_line(int fd, const char *line)
{
	size_t len = strlen(line);

	return write(fd, line, len) == (ssize_t)len && write(fd, "\n", 1) == 1;
}

static bool read_line(int fd, struct command_result *r)
{
	struct pollfd p = { fd, POLLIN, 0 };
	ssize_t n;

	do {
		if (r->len == COMMAND_TEXT || poll(&p, 1, PATIENCE_MS) <= 0)
			return false;
		n = read(fd, r->text + r->len, COMMAND_TEXT - r->len);
		if (n <= 0)
			return false;
		r->len += n;
	} while (r->text[r->len - 1] != '\n');
	return true;
}

static bool converse(const struct relay *relay, const char *line, struct command_result *r)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool done;

	if (fd < 0)
		return false;
	done = !connect(fd, (const struct sockaddr *)&relay->addr, sizeof(relay->addr)) &&
	       send_line(fd, line) && read_line(fd, r);
	close(fd);
	return done;
}

/* @line begins with the "@". */
void relay_run(const char *line, struct command_result *r)
{
	size_t len = strcspn(line + 1, " ");
	const struct relay *relay = find(line + 1, len);

	line += 1 + len;
	line += strspn(line, " ");
	if (relay && converse(relay, line, r))
		return;
	r->len = 0;
	say(r, "err %s\n", relay ? "it does not answer" : "no such relay");
}
