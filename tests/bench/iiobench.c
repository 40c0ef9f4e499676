// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a PRO380 through our driver:
 *	iiobench NAME exchange FILE COUNT PAUSE_US
 *	iiobench NAME files FOLDER ROUNDS FILE...
 *	iiobench NAME buffer FOLDER DEVICE SCANS
 *	iiobench NAME idle SECONDS
 * "exchange" reads one file whose value is stale each time, so that each read
 * is one exchange; the pause, shorter than the silence that follows a Modbus
 * reply in any case, lets the value grow stale. An update_interval of 0 needs none.
 * "files" reads every file once a round, "buffer" whole scans of what is enabled
 * in FOLDER.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usage.h"

#define FILES_MAX	128
#define TEXT_MAX	128
#define PATH_LEN	512

static int open_or_die(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static bool read_value(int fd)
{
	char text[TEXT_MAX];

	return pread(fd, text, sizeof(text), 0) > 0;
}

static long run_exchange(const char *name, char **argv)
{
	int fd = open_or_die(argv[0]);
	long count = atol(argv[1]);
	unsigned int pause = atoi(argv[2]);
	struct usage began = usage_now();
	long i, errors = 0;

	for (i = 0; i < count; i++) {
		errors += !read_value(fd);
		usleep(pause);
	}
	usage_report(name, began, count, count, errors);
	close(fd);
	return errors;
}

static long run_files(const char *name, int argc, char **argv)
{
	int fds[FILES_MAX], n = argc - 2;
	long i, rounds = atol(argv[1]), errors = 0;
	struct usage began;

	if (n > FILES_MAX || chdir(argv[0])) {
		perror(argv[0]);
		exit(1);
	}
	for (i = 0; i < n; i++)
		fds[i] = open_or_die(argv[2 + i]);
	began = usage_now();
	for (i = 0; i < rounds * n; i++)
		errors += !read_value(fds[i % n]);
	usage_report(name, began, rounds * n, 0, errors);
	return errors;
}

static bool read_text(const char *folder, const char *name, const char *suffix,
		      char *text)
{
	char path[PATH_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "%s/scan_elements/%s%s", folder, name,
		 suffix);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(text, TEXT_MAX, f))
		text[0] = '\0';
	fclose(f);
	return true;
}

/* Bytes of an enabled element as it is stored, 0 if it is not enabled. */
static int element_size(const char *folder, const char *name)
{
	char text[TEXT_MAX];
	int real, stored;

	if (!read_text(folder, name, "_en", text) || text[0] != '1')
		return 0;
	if (!read_text(folder, name, "_type", text) ||
	    sscanf(text, "%*[^:]:%*c%d/%d", &real, &stored) != 2)
		return 0;
	return stored / 8;
}

struct layout {
	int words;		/* elements of 4 bytes */
	int longs;		/* elements of 8 bytes, the timestamp too */
};

static struct layout read_layout(const char *folder)
{
	struct layout l = { 0, 0 };
	char path[PATH_LEN];
	struct dirent *e;
	DIR *dir;
	int size;

	snprintf(path, sizeof(path), "%s/scan_elements", folder);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len < 3 || strcmp(e->d_name + len - 3, "_en"))
			continue;
		e->d_name[len - 3] = '\0';
		size = element_size(folder, e->d_name);
		l.words += size == 4;
		l.longs += size == 8;
	}
	if (dir)
		closedir(dir);
	return l;
}

/* 32-bit elements come before 64-bit ones, which are aligned to their size. */
static size_t scan_size(struct layout l)
{
	return (l.words + 1) / 2 * 8 + l.longs * 8;
}

static long run_buffer(const char *name, char **argv)
{
	struct layout l = read_layout(argv[0]);
	long left = atol(argv[2]), scans = left;
	size_t size = scan_size(l);
	int fd = open_or_die(argv[1]);
	char *scan = malloc(size);
	struct usage began;

	if (!scan || read(fd, scan, size) != (ssize_t)size) {
		fprintf(stderr, "iiobench: no scan of %zu bytes\n", size);
		exit(1);
	}
	began = usage_now();
	while (left > 0 && read(fd, scan, size) == (ssize_t)size)
		left--;
	/* the timestamp is no value of the meter */
	usage_report(name, began, (scans - left) * (l.words + l.longs - 1), 0, left);
	free(scan);
	return left;
}

static long run_idle(const char *name, char **argv)
{
	struct usage began = usage_now();

	sleep(atoi(argv[0]));
	usage_report(name, began, 0, 0, 0);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argv[1], *what = argc > 3 ? argv[2] : "";
	long errors = 1;

	if (!strcmp(what, "exchange") && argc == 6)
		errors = run_exchange(name, argv + 3);
	else if (!strcmp(what, "files") && argc > 5)
		errors = run_files(name, argc - 3, argv + 3);
	else if (!strcmp(what, "buffer") && argc == 6)
		errors = run_buffer(name, argv + 3);
	else if (!strcmp(what, "idle") && argc == 4)
		errors = run_idle(name, argv + 3);
	else
		fputs("iiobench NAME exchange|files|buffer|idle ...\n", stderr);
	return errors ? 1 : 0;
}
