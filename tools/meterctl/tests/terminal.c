// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal [-n] [-r] [-c COMMAND] [-w NEXT] [-k KEYS] WORD PROGRAM...: runs a program on a
 * terminal of its own, narrow with -n, and prints what it writes there. When WORD has come, -r makes the
 * terminal smaller and waits for WORD again; COMMAND is done, with the program's number in
 * $PID, and NEXT waited for; then KEYS are pressed. The exit status is the program's.
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
static const struct winsize narrow = { .ws_row = 24, .ws_col = 36 };
static const struct winsize small = { .ws_row = 12, .ws_col = 60 };

struct script {
	const char *word;
	bool narrow;
	bool resize;
	const char *command;
	const char *next;
	const char *keys;
};

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

/* The word that did not come, or NULL */
static const char *play(int fd, const struct script *script, time_t end)
{
	if (!wait_for(fd, script->word, end))
		return script->word;
	if (script->resize) {
		ioctl(fd, TIOCSWINSZ, &small);
		if (!wait_for(fd, script->word, end))
			return script->word;
	}
	if (script->command && system(script->command))
		return script->command;
	if (script->next && !wait_for(fd, script->next, end))
		return script->next;
	return NULL;
}

static int drive(int fd, pid_t pid, const struct script *script)
{
	time_t end = time(NULL) + PATIENCE_S;
	const char *missed;
	char number[16];
	int status;

	snprintf(number, sizeof(number), "%d", (int)pid);
	setenv("PID", number, 1);
	missed = play(fd, script, end);
	if (write(fd, script->keys, strlen(script->keys)) < 0)
		missed = script->keys;
	while (read_more(fd, end))
		;
	if (!remaining_ms(end))
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (missed)
		fprintf(stderr, "terminal: no \"%s\"\n", missed);
	return !missed && WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

static bool take_options(struct script *script, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+nrc:w:k:")) != -1) {
		if (option == 'n')
			script->narrow = true;
		else if (option == 'r')
			script->resize = true;
		else if (option == 'c')
			script->command = optarg;
		else if (option == 'w')
			script->next = optarg;
		else
			script->keys = optarg;
	}
	script->word = argv[optind];
	return argc - optind >= 2;
}

int main(int argc, char **argv)
{
	struct script script = { .keys = "" };
	pid_t pid;
	int fd;

	if (!take_options(&script, argc, argv))
		return 125;
	pid = forkpty(&fd, NULL, NULL, script.narrow ? &narrow : &large);
	if (pid < 0)
		return 125;
	if (!pid) {
		execvp(argv[optind + 1], argv + optind + 1);
		_exit(127);
	}
	return drive(fd, pid, &script);
}
