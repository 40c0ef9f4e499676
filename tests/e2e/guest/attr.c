// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes from the shell, with the error's name where there is one:
 *   attr get FILE...          content, or -ENAME, a line each
 *   attr put FILE VALUE       "ok" or -ENAME
 *   attr poll FILE SECONDS    content after the next change; fails at the deadline
 *   attr hammer COUNT         reads files until COUNT reads had a result; lines
 *                             "FILE VALUE" on stdin. Prints what came of it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ATTR_SIZE 4096
#define TARGETS_MAX 128

struct target {
	char path[256];
	char wanted[64];
};

struct tally {
	unsigned long reads;
	unsigned long right;
	unsigned long wrong;
	unsigned long damaged;
	unsigned long silent;
	unsigned long others;
};

/* The file's content without its final newline; a negative errno otherwise. */
static int attr_read(const char *path, char *text)
{
	ssize_t len;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -errno;
	len = read(fd, text, ATTR_SIZE - 1);
	if (len < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	close(fd);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return 0;
}

static int attr_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int get(int count, char **paths)
{
	char text[ATTR_SIZE];
	int failed = 0;

	for (int i = 0; i < count; i++) {
		int err = attr_read(paths[i], text);

		if (err)
			failed = 1;
		if (err)
			printf("-%s\n", strerrorname_np(-err));
		else
			printf("%s\n", text);
	}
	return failed;
}

static int put(const char *path, const char *value)
{
	int err = attr_write(path, value);

	if (err)
		printf("-%s\n", strerrorname_np(-err));
	else
		puts("ok");
	return err ? 1 : 0;
}

static int poll_change(const char *path, int seconds)
{
	struct pollfd pfd = { .events = POLLPRI | POLLERR };
	char text[ATTR_SIZE];

	pfd.fd = open(path, O_RDONLY);
	if (pfd.fd < 0 || read(pfd.fd, text, sizeof(text)) < 0)
		return 1;
	if (poll(&pfd, 1, seconds * 1000) <= 0)
		return 1;
	close(pfd.fd);
	return get(1, (char **)&path);
}

static int read_targets(struct target *targets)
{
	int count = 0;

	while (count < TARGETS_MAX &&
	       scanf("%255s %63s", targets[count].path, targets[count].wanted) == 2)
		count++;
	return count;
}

/* An offline device answers at once: do not spin on it. */
static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

static void count_one(const struct target *target, struct tally *tally)
{
	char text[ATTR_SIZE];
	int err = attr_read(target->path, text);

	tally->reads++;
	if (!err && !strcmp(text, target->wanted)) {
		tally->right++;
		return;
	}
	if (!err) {
		tally->wrong++;
		printf("wrong: %s: got %s, wanted %s\n", target->path, text, target->wanted);
	} else if (err == -EBADMSG) {
		tally->damaged++;
	} else if (err == -ETIMEDOUT) {
		tally->silent++;
		rest();
	} else {
		tally->others++;
		printf("error: %s: %s\n", target->path, strerrorname_np(-err));
	}
}

static int hammer(unsigned long count)
{
	static struct target targets[TARGETS_MAX];
	struct tally tally = { 0 };
	int have = read_targets(targets);

	if (!have)
		return 1;
	srandom(1);
	while (tally.reads - tally.silent < count)
		count_one(&targets[random() % have], &tally);
	printf("reads=%lu right=%lu wrong=%lu damaged=%lu silent=%lu others=%lu\n",
	       tally.reads, tally.right, tally.wrong, tally.damaged, tally.silent, tally.others);
	return tally.wrong || tally.others;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "get"))
		return get(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "put"))
		return put(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "poll"))
		return poll_change(argv[2], atoi(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "hammer"))
		return hammer(strtoul(argv[2], NULL, 10));
	fputs("usage: attr get FILE... | put FILE VALUE | poll FILE SECONDS | hammer COUNT\n", stderr);
	return 2;
}
