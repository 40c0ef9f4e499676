// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "usage.h"

static double seconds(struct timeval t)
{
	return t.tv_sec + t.tv_usec / 1e6;
}

static double idle_time(void)
{
	unsigned long long user, nice, system, idle, iowait;
	FILE *f = fopen("/proc/stat", "r");
	int n = 0;

	if (f) {
		n = fscanf(f, "cpu %llu %llu %llu %llu %llu", &user, &nice,
			   &system, &idle, &iowait);
		fclose(f);
	}
	return n == 5 ? (double)(idle + iowait) / sysconf(_SC_CLK_TCK) : 0;
}

/* Busy counts from an origin of no meaning: only differences are of use. */
struct usage usage_now(void)
{
	struct timespec now;
	struct rusage self;
	struct usage u;

	clock_gettime(CLOCK_MONOTONIC, &now);
	getrusage(RUSAGE_SELF, &self);
	u.wall = now.tv_sec + now.tv_nsec / 1e9;
	u.busy = u.wall * sysconf(_SC_NPROCESSORS_ONLN) - idle_time();
	u.self = seconds(self.ru_utime) + seconds(self.ru_stime);
	return u;
}

void usage_report(const char *name, struct usage began, long values,
		  long exchanges, long errors)
{
	struct usage now = usage_now();

	printf("bench %s wall=%.4f busy=%.4f self=%.4f values=%ld exchanges=%ld errors=%ld\n",
	       name, now.wall - began.wall, now.busy - began.busy,
	       now.self - began.self, values, exchanges, errors);
}
