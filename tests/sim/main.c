// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#include "clock.h"
#include "relay.h"
#include "sim.h"

#define POLL_MAX		(4 + CONTROL_CLIENTS)
#define HEARTBEAT_NS		(200 * NS_PER_MS)

static void usage(void)
{
	fputs("metersim --line unix:PATH|pty:LINK --meter SPEC [--meter SPEC]...\n"
	      "  --params FILE   QEMU's trace of memory_region_ops_write\n"
	      "  --uart N        which UART of the guest this line is (1)\n"
	      "  --pace          bytes take their time as on copper\n"
	      "  --echo          the master hears its own bytes\n"
	      "  --answer-us N   answering time\n"
	      "  --control unix:PATH\n"
	      "  --seed N        of random faults\n"
	      "  --log           frames on standard error\n"
	      "  --dump          print the meters' registers and leave\n"
	      "  --mbus          an M-Bus, also without a meter\n"
	      "  --relay NAME=unix:PATH  commands of another metersim, \"@NAME COMMAND\"\n"
	      "SPEC: MODEL[:unit=N,serial=N,speed=N,parity=P,code=0xN,oldmap,answer0]\n"
	      "MODEL: pro380 pro380ct pro1 pro2 brand380 brand380ct brand1 brand2 grow\n"
	      "or, on M-Bus,\n"
	      "SPEC: MODEL[:unit=N,serial=N,speed=N,name=S,fcb=strict|lax|any,skew=BITS,\n"
	      "      maxunit=N]\n"
	      "MODEL: pro380mb emeter etelegrams heat water\n",
	      stderr);
	exit(2);
}

enum { OPT_LINE = 256, OPT_PARAMS, OPT_UART, OPT_PACE, OPT_ECHO, OPT_ANSWER,
	OPT_CONTROL, OPT_SEED, OPT_METER, OPT_LOG, OPT_DUMP,
	OPT_MBUS, OPT_RELAY };

static const struct option options[] = {
	{ "line", required_argument, NULL, OPT_LINE },
	{ "params", required_argument, NULL, OPT_PARAMS },
	{ "uart", required_argument, NULL, OPT_UART },
	{ "pace", no_argument, NULL, OPT_PACE },
	{ "echo", no_argument, NULL, OPT_ECHO },
	{ "answer-us", required_argument, NULL, OPT_ANSWER },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "meter", required_argument, NULL, OPT_METER },
	{ "log", no_argument, NULL, OPT_LOG },
	{ "dump", no_argument, NULL, OPT_DUMP },
	{ "mbus", no_argument, NULL, OPT_MBUS },
	{ "relay", required_argument, NULL, OPT_RELAY },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	const char *line;
	const char *params;
	const char *control;
	unsigned long uart;
	bool dump;
};

static bool take_meter(struct sim *s, const struct bus *bus, const char *spec)
{
	if ((s->bus && s->bus != bus) || !bus->add(s, spec))
		return false;
	s->bus = bus;
	return true;
}

/* The first meter says which bus this is. */
static void add_meter(struct sim *s, const char *spec)
{
	if (take_meter(s, &rtu_bus, spec) || take_meter(s, &mbus_bus, spec))
		return;
	fprintf(stderr, "bad meter: %s\n", spec);
	exit(2);
}

static void take_option(struct sim *s, struct arguments *a, int option)
{
	switch (option) {
	case OPT_LINE:
		a->line = optarg;
		break;
	case OPT_PARAMS:
		a->params = optarg;
		break;
	case OPT_UART:
		a->uart = strtoul(optarg, NULL, 10);
		break;
	case OPT_PACE:
		s->wire.paced = true;
		break;
	case OPT_ECHO:
		s->wire.echo = true;
		break;
	case OPT_ANSWER:
		s->wire.answer_ns = strtol(optarg, NULL, 10) * NS_PER_US;
		break;
	case OPT_CONTROL:
		a->control = optarg;
		break;
	case OPT_SEED:
		random_seed(strtoull(optarg, NULL, 10));
		break;
	case OPT_METER:
		add_meter(s, optarg);
		break;
	case OPT_LOG:
		s->wire.logging = true;
		break;
	case OPT_MBUS:
		s->bus = &mbus_bus;
		break;
	case OPT_RELAY:
		if (!relay_add(optarg))
			usage();
		break;
	case OPT_DUMP:
		a->dump = true;
		break;
	default:
		usage();
	}
}

static void dump(struct sim *s)
{
	struct meter *m;

	for (m = s->rtu.meters; m; m = m->next)
		meter_dump(m);
}

static bool open_all(struct sim *s, const struct arguments *a)
{
	if (!wire_open(&s->wire, a->line))
		return false;
	if (a->params) {
		uart_trace_init(&s->trace, a->params, a->uart);
		s->wire.trace = &s->trace;
	}
	return !a->control || control_open(&s->control, a->control);
}

/* A write to a master that hung up must not end the simulation. */
static bool handle_signals(struct sim *s)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->stop_fd = signalfd(-1, &set, SFD_CLOEXEC);
	return s->stop_fd >= 0;
}

static int gather(struct sim *s, struct pollfd *p)
{
	int i;

	p[0] = (struct pollfd){ s->wire.fd, POLLIN, 0 };
	p[1] = (struct pollfd){ s->wire.listen_fd, POLLIN, 0 };
	p[2] = (struct pollfd){ s->control.listen_fd, POLLIN, 0 };
	p[3] = (struct pollfd){ s->stop_fd, POLLIN, 0 };
	for (i = 0; i < CONTROL_CLIENTS; i++)
		p[4 + i] = (struct pollfd){ s->control.clients[i].fd, POLLIN, 0 };
	return POLL_MAX;
}

static struct timespec time_left(struct sim *s)
{
	int64_t now = clock_ns();
	int64_t idle = s->wire.protocol->idle_deadline(s->wire.context);
	int64_t due = wire_deadline(&s->wire);

	if (idle < due)
		due = idle;
	due -= now;
	if (due > HEARTBEAT_NS)
		due = HEARTBEAT_NS;
	if (due < 0)
		due = 0;
	return (struct timespec){ due / NS_PER_S, due % NS_PER_S };
}

static void run_energies(struct sim *s)
{
	unsigned int steps;

	if (!s->running)
		return;
	steps = (clock_ns() - s->run_since) / NS_PER_S;
	s->run_since += steps * NS_PER_S;
	if (steps)
		s->bus->run(s, steps);
}

static void serve_descriptors(struct sim *s, const struct pollfd *p)
{
	int i;

	if (p[1].revents)
		wire_accept(&s->wire);
	else if (p[0].revents)
		wire_receive(&s->wire);
	if (p[2].revents)
		control_accept(&s->control);
	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (p[4 + i].revents)
			control_receive(s, &s->control.clients[i]);
}

/* False when it is time to leave. */
static bool turn(struct sim *s)
{
	struct pollfd p[POLL_MAX];
	struct timespec left = time_left(s);

	if (ppoll(p, gather(s, p), &left, NULL) > 0)
		serve_descriptors(s, p);
	if (p[3].revents)
		return false;
	if (s->wire.protocol->idle_deadline(s->wire.context) <= clock_ns())
		s->wire.protocol->idle(s->wire.context);
	wire_settings(&s->wire);
	run_energies(s);
	wire_run(&s->wire);
	return true;
}

int main(int argc, char **argv)
{
	static struct sim s;
	struct arguments a = { .uart = 1 };
	int option;

	s.wire.answer_ns = WIRE_ANSWER_DEFAULT;
	control_init(&s.control);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(&s, &a, option);
	if (a.dump) {
		dump(&s);
		return 0;
	}
	if (!a.line || optind < argc || a.uart > 3)
		usage();
	if (!s.bus)
		s.bus = &rtu_bus;
	s.bus->attach(&s);
	if (!handle_signals(&s) || !open_all(&s, &a))
		return 1;
	prctl(PR_SET_TIMERSLACK, 1000);
	while (turn(&s))
		continue;
	s.bus->remove_all(&s);
	control_close(&s.control);
	wire_close(&s.wire);
	return 0;
}
