// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal [-r] [-k KEYS] WORD PROGRAM...: runs a program on a terminal of its own and
 * prints what it writes there. When WORD has come, -r makes the terminal smaller and waits
 * for WORD again; then KEYS are pressed. The exit status is the program's.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S	20
#define OUTPUT_MAX	(1 << 20)

static const struct winsize large = { .ws_row = 24, .ws_col = 80 };
static const struct winsize small = { .ws_row = 12, .ws_col = 60 };

static char output[OUTPUT_MAX];
static size_t length;

static int remaining_ms(time_t end)
{
	time_t now = time(NULL);

	return now < end ? (end - now) * 1000 : 0;
}

/* False at the end of the output, or of patience */
static bool read_more(int fd, time_t end)
{
	struct pollfd polled = { fd, POLLIN, 0 };
	ssize_t len;

	if (poll(&polled, 1, remaining_ms(end)) <= 0 || length + 1 >= OUTPUT_MAX)
		return false;
	len = read(fd, output + length, OUTPUT_MAX - 1 - length);
	if (len <= 0)
		return false;
	fwrite(output + length, 1, len, stdout);
	length += len;
	return true;
}

static bool wait_for(int fd, const char *word, time_t end)
{
	size_t from = length;

	while (!memmem(output + from, length - from, word, strlen(word)))
		if (!read_more(fd, end))
			return false;
	return true;
}

static int drive(int fd, pid_t pid, const char *word, bool resize, const char *keys)
{
	time_t end = time(NULL) + PATIENCE_S;
	bool seen = wait_for(fd, word, end);
	int status;

	if (seen && resize) {
		ioctl(fd, TIOCSWINSZ, &small);
		seen = wait_for(fd, word, end);
	}
	if (write(fd, keys, strlen(keys)) < 0)
		seen = false;
	while (read_more(fd, end))
		;
	if (!remaining_ms(end))
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!seen)
		fprintf(stderr, "terminal: no \"%s\"\n", word);
	return seen && WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

int main(int argc, char **argv)
{
	const char *keys = "";
	bool resize = false;
	int option, fd;
	pid_t pid;

	while ((option = getopt(argc, argv, "+rk:")) != -1) {
		if (option == 'r')
			resize = true;
		else
			keys = optarg;
	}
	if (argc - optind < 2)
		return 125;
	pid = forkpty(&fd, NULL, NULL, &large);
	if (pid < 0)
		return 125;
	if (!pid) {
		execvp(argv[optind + 1], argv + optind + 1);
		_exit(127);
	}
	return drive(fd, pid, argv[optind], resize, keys);
}
