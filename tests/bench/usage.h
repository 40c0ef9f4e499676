/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

/*
 * What a piece of work took, of the machine as a whole.
 *
 * Busy is the time in which no CPU was idle, from the idle column of /proc/stat.
 * On a tickless kernel that column is kept by the clock at each entry to and
 * exit from idle, interrupts count as not idle, and so kernel threads, softirqs
 * and interrupts of a driver are in it just as the system calls of a program,
 * where tick sampled columns and getrusage() would miss or misplace them.
 */
struct usage {
	double wall;
	double busy;
	double self;		/* this process, by getrusage() */
};

struct usage usage_now(void);
void usage_report(const char *name, struct usage began, long values,
		  long exchanges, long errors);

#endif
