// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buses on any tty. The bus lasts as long as somebody keeps the tty open: a process that
 * does nothing else, in the background unless asked otherwise. It holds a lock on a file
 * in /run/meterctl with its number, by which "detach" finds it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <linux/serial_xfer.h>
#include <linux/tty.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "output.h"

#define DISCIPLINE	29	/* N_DEVELOPMENT, which old headers do not have */
#define DETACH_MS	5000
#define DETACH_STEP_MS	20

struct port {
	const char *path;
	char lock_path[PATH_MAX];
	int lock;
	int fd;
};

static const char *run_dir(void)
{
	const char *dir = getenv("METERCTL_RUN");

	return dir ? dir : "/run/meterctl";
}

/* "ttyUSB0.pid"; a link in /dev/serial/by-id is the tty that it leads to. */
static bool lock_path(struct port *port)
{
	char real[PATH_MAX], *c;

	if (!realpath(port->path, real))
		return false;
	for (c = real + 1; *c; c++)
		if (*c == '/')
			*c = '-';
	return snprintf(port->lock_path, PATH_MAX, "%s/%s.pid", run_dir(),
			strncmp(real, "/dev-", 5) ? real + 1 : real + 5) < PATH_MAX;
}

/* The file that is locked may have been removed meanwhile by who held the port before. */
static bool is_locked(const struct port *port)
{
	struct stat locked, named;

	return !fstat(port->lock, &locked) && !stat(port->lock_path, &named) &&
	       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

static int take_lock(struct port *port)
{
	if (mkdir(run_dir(), 0755) && errno != EEXIST)
		return -errno;
	do {
		close(port->lock);
		port->lock = open(port->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (port->lock < 0)
			return -errno;
		if (flock(port->lock, LOCK_EX | LOCK_NB))
			return -EBUSY;
	} while (!is_locked(port));
	return 0;
}

static void write_pid(const struct port *port, pid_t pid)
{
	if (ftruncate(port->lock, 0) || dprintf(port->lock, "%d\n", (int)pid) < 0)
		complain_errno(port->lock_path, errno);
}

static int open_tty(struct port *port)
{
	struct termios settings;
	int discipline;

	port->fd = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (port->fd < 0)
		return -errno;
	if (!ioctl(port->fd, TIOCGETD, &discipline) && discipline == DISCIPLINE)
		return -EBUSY;
	if (tcgetattr(port->fd, &settings))
		return -errno;
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	settings.c_cflag &= ~(CRTSCTS | CSTOPB);
	return tcsetattr(port->fd, TCSANOW, &settings) ? -errno : 0;
}

/* What the port was told already, by firmware, stays. */
static int enable_rs485(const struct port *port)
{
	struct serial_rs485 rs485;
	bool failed = ioctl(port->fd, TIOCGRS485, &rs485);

	if (!failed && rs485.flags & SER_RS485_ENABLED)
		return 0;
	if (!failed) {
		rs485.flags |= SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
		rs485.flags &= ~SER_RS485_RTS_AFTER_SEND;
		failed = ioctl(port->fd, TIOCSRS485, &rs485);
	}
	if (!failed)
		return 0;
	return errno == ENOTTY ? -EOPNOTSUPP : -errno;
}

static bool fill(const struct options *options, const char *protocol,
		 struct serial_xfer_attach *attach)
{
	static const uint8_t parities[] = {
		[PARITY_NONE] = SERIAL_XFER_ATTACH_NONE,
		[PARITY_EVEN] = SERIAL_XFER_ATTACH_EVEN,
		[PARITY_ODD] = SERIAL_XFER_ATTACH_ODD,
	};

	memset(attach, 0, sizeof(*attach));
	attach->version = SERIAL_XFER_ATTACH_VERSION;
	if (strcmp(protocol, "modbus") && strcmp(protocol, "mbus"))
		return false;
	strcpy(attach->protocol, protocol);
	attach->speed = options->nr_speeds ? options->speeds[0] : 0;
	if (options->nr_parities)
		attach->parity = parities[options->parities[0]];
	return true;
}

static int end_bus(const struct port *port)
{
	int none = N_TTY;

	if (ioctl(port->fd, TIOCSETD, &none))
		return -errno;
	ioctl(port->fd, TIOCNXCL);
	return 0;
}

/* Nobody else of the port's group is to open it and set another line discipline. */
static int make_bus(const struct port *port, struct serial_xfer_attach *attach)
{
	int discipline = DISCIPLINE, error;

	if (ioctl(port->fd, TIOCEXCL))
		return -errno;
	if (!ioctl(port->fd, TIOCSETD, &discipline) &&
	    !ioctl(port->fd, SERIAL_XFER_IOC_ATTACH, attach))
		return 0;
	error = errno;
	end_bus(port);
	return -error;
}

static void explain(const char *path, int error)
{
	if (error == EPERM)
		complain("%s: to make it a bus needs root (CAP_SYS_RAWIO)", path);
	else if (error == EBUSY)
		complain("%s: it is a bus already: \"meterctl detach %s\" ends that", path, path);
	else if (error == EPROTONOSUPPORT)
		complain("%s: the kernel has no such bus: is its module installed?", path);
	else if (error == EOPNOTSUPP)
		complain("%s: its driver does not switch RS-485; an adapter that does so itself needs no --rs485",
			 path);
	else if (error == EINVAL)
		complain("%s: the module serial_xfer_ldisc is missing, or the port cannot have these settings",
			 path);
	else
		complain_errno(path, error);
}

static void report(const struct options *options, const struct port *port,
		   const struct serial_xfer_attach *attach)
{
	struct json_object *array, *object, *all;
	char name[48];

	snprintf(name, sizeof(name), "%s-%u", attach->protocol, attach->id);
	if (!options->json) {
		puts(name);
		fflush(stdout);
		return;
	}
	all = json_begin("buses", &array);
	object = json_object_new_object();
	json_text(object, "bus", name);
	json_text(object, "tty", port->path);
	json_object_array_add(array, object);
	json_print(all);
	fflush(stdout);
}

/* Signals come as bytes, so that none is missed between two looks. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until told to end, or the port is gone */
static void hold(const struct port *port, int signals)
{
	struct pollfd polled[] = { { port->fd, 0, 0 }, { signals, POLLIN, 0 } };

	while (poll(polled, 2, -1) >= 0 || errno == EINTR)
		if (polled[0].revents || polled[1].revents)
			break;
	if (!polled[0].revents)
		end_bus(port);
	unlink(port->lock_path);
}

/* Whoever started this may wait for the others to be closed. */
static void close_others(const struct port *port, int signals)
{
	int last = signals;

	if (port->fd > last)
		last = port->fd;
	if (port->lock > last)
		last = port->lock;
	for (int fd = STDERR_FILENO + 1; fd < last; fd++)
		if (fd != signals && fd != port->fd && fd != port->lock)
			close(fd);
	close_range(last + 1, ~0U, 0);
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (chdir("/") || null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

/*
 * The lock belongs to the open file, which both processes have. Who reads the bus's name can
 * end it: "detach" goes by the number in the file.
 */
static int keep(const struct options *options, const struct port *port,
		const struct serial_xfer_attach *attach)
{
	int signals = catch_signals();
	pid_t child = options->foreground ? 0 : fork();

	if (child < 0) {
		complain_errno("fork", errno);
		unlink(port->lock_path);
		return EXIT_FAILED;
	}
	if (child || options->foreground) {
		write_pid(port, child ? child : getpid());
		report(options, port, attach);
	}
	if (child)
		return EXIT_OK;
	if (!options->foreground) {
		leave_terminal();
		close_others(port, signals);
	}
	hold(port, signals);
	return EXIT_OK;
}

/* With the lock */
static int use_tty(const struct options *options, struct port *port,
		   struct serial_xfer_attach *attach)
{
	int ret = open_tty(port);

	if (!ret && options->rs485)
		ret = enable_rs485(port);
	if (!ret)
		ret = make_bus(port, attach);
	if (ret)
		unlink(port->lock_path);
	return ret;
}

static int attach_port(const struct options *options, struct port *port,
		       struct serial_xfer_attach *attach)
{
	int ret = take_lock(port);

	if (ret == -EACCES || ret == -EPERM) {
		complain_write_errno(run_dir(), -ret);
		return EXIT_FAILED;
	}
	if (ret && ret != -EBUSY) {
		complain("%s: %s", port->lock_path, strerror(-ret));
		return EXIT_FAILED;
	}
	if (!ret)
		ret = use_tty(options, port, attach);
	if (ret) {
		explain(port->path, -ret);
		return EXIT_FAILED;
	}
	return keep(options, port, attach);
}

int cmd_attach(const struct options *options, int argc, char **argv)
{
	struct port port = { .path = argv[0], .lock = -1, .fd = -1 };
	struct serial_xfer_attach attach;
	int status;

	(void)argc;
	if (!fill(options, argv[1], &attach)) {
		complain("%s: a bus is modbus or mbus", argv[1]);
		return EXIT_USAGE;
	}
	if (!lock_path(&port)) {
		complain_errno(argv[0], errno);
		return EXIT_NOTHING;
	}
	status = attach_port(options, &port, &attach);
	close(port.fd);
	close(port.lock);
	return status;
}

static pid_t read_pid(const struct port *port)
{
	char text[16];
	ssize_t len = pread(port->lock, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return atoi(text);
}

/* Who holds the lock lives, and so his number is his. */
static int end_holder(struct port *port)
{
	const struct timespec step = { 0, DETACH_STEP_MS * 1000000 };
	int waited;
	pid_t pid;

	port->lock = open(port->lock_path, O_RDWR | O_CLOEXEC);
	if (port->lock < 0 && errno == EACCES)
		return -EACCES;
	if (port->lock < 0 || !flock(port->lock, LOCK_EX | LOCK_NB))
		return -ESRCH;
	pid = read_pid(port);
	if (pid <= 1 || kill(pid, SIGTERM))
		return pid <= 1 ? -ESRCH : -errno;
	for (waited = 0; waited < DETACH_MS; waited += DETACH_STEP_MS) {
		if (!flock(port->lock, LOCK_EX | LOCK_NB))
			return 0;
		nanosleep(&step, NULL);
	}
	return -ETIMEDOUT;
}

/* A bus that another program has made */
static int end_foreign(struct port *port)
{
	int discipline = 0;

	port->fd = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (port->fd < 0)
		return -errno;
	if (ioctl(port->fd, TIOCGETD, &discipline) || discipline != DISCIPLINE)
		return -ENOTTY;
	return end_bus(port);
}

/* The port is open for nobody but root while it is a bus: EBUSY */
static int explain_detach(const char *path, int error)
{
	if (error == ENOTTY || error == ENOENT) {
		complain("%s is no bus: see \"meterctl buses\"", path);
		return EXIT_NOTHING;
	}
	if (error == EACCES || error == EPERM || error == EBUSY)
		complain("%s: to end a bus needs root", path);
	else if (error == ETIMEDOUT)
		complain("%s: the process that holds it does not end", path);
	else
		complain_errno(path, error);
	return EXIT_FAILED;
}

int cmd_detach(const struct options *options, int argc, char **argv)
{
	struct port port = { .path = argv[0], .lock = -1, .fd = -1 };
	int ret = -ESRCH;

	(void)options;
	(void)argc;
	if (lock_path(&port))
		ret = end_holder(&port);
	if (ret == -ESRCH)
		ret = end_foreign(&port);
	close(port.fd);
	close(port.lock);
	return ret ? explain_detach(argv[0], -ret) : EXIT_OK;
}
