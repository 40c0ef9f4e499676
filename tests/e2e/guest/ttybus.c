// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buses on ptys, at whose other ends there is a device of ours, and requests from
 * userspace. Prints "ok NAME" or "bad NAME: WHY" for each check, and "end":
 *   ttybus ROUNDS
 * of attaching and detaching while others use the bus.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <linux/modbus.h>
#include <linux/serial_xfer.h>
#include <linux/tty.h>

#ifndef N_DEVELOPMENT
#define N_DEVELOPMENT 29
#endif

#define LIMIT_MS	300	/* for a device that answers, or does not */
#define LONG_MS		10000	/* for what is to end earlier */
#define SOON_MS		3000
#define STEP_US		2000

/* A pty whose one end is a bus, and a thread that is a device at the other end. */
struct tty_bus {
	int master;
	int slave;
	char name[32];
	unsigned int id;
	pthread_t device;
	bool has_device;
	volatile bool mute;
	volatile bool leave;
};

struct call {
	int fd;
	int error;
	struct modbus_xfer xfer;
	pthread_t thread;
};

static const unsigned char read_two[] = { 0x03, 0, 0, 0, 2 };
static const unsigned char write_one[] = { 0x06, 0, 0, 0, 1 };

static void check(bool good, const char *why, const char *name, ...)
{
	va_list args;

	fputs(good ? "ok " : "bad ", stdout);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	if (!good)
		printf(": %s", why);
	putchar('\n');
	fflush(stdout);
}

/* Did a call fail, and with this error? */
static void fails(int ret, int wanted, const char *name)
{
	const char *why = ret < 0 ? strerror(errno) : "it succeeded";

	check(ret < 0 && errno == wanted, why, "%s: %s", name, strerrorname_np(wanted));
}

static void works(int ret, const char *name)
{
	check(ret >= 0, strerror(errno), "%s", name);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* Waits until a file is there, or is not. */
static bool becomes(const char *path, bool there)
{
	long end = now_ms() + SOON_MS;

	while (exists(path) != there && now_ms() < end)
		usleep(STEP_US);
	return exists(path) == there;
}

static unsigned short crc16(const unsigned char *buf, size_t len)
{
	unsigned short crc = 0xffff;
	int bit;

	while (len--) {
		crc ^= *buf++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
	}
	return crc;
}

/* Unit 1 has 1234 5678 in whatever two registers are read. */
static void answer(int fd, const unsigned char *request)
{
	unsigned char adu[9] = { 1, 3, 4, 0x12, 0x34, 0x56, 0x78 };
	unsigned short crc = crc16(adu, 7);

	if (request[0] != 1 || request[1] != 3)
		return;
	adu[7] = crc;
	adu[8] = crc >> 8;
	if (write(fd, adu, 4) == 4 && write(fd, adu + 4, 5) == 5)
		return;
}

/* A request is what comes without a pause. */
static void *be_device(void *arg)
{
	struct tty_bus *bus = arg;
	struct pollfd wait = { .fd = bus->master, .events = POLLIN };
	unsigned char buf[256];
	size_t len = 0;
	ssize_t more;

	while (!bus->leave) {
		if (poll(&wait, 1, 20) <= 0) {
			len = 0;
			continue;
		}
		more = read(bus->master, buf + len, sizeof(buf) - len);
		if (more <= 0)
			break;
		len += more;
		if (len < 8)
			continue;
		if (!bus->mute)
			answer(bus->master, buf);
		len = 0;
	}
	return NULL;
}

static void open_pair(struct tty_bus *bus)
{
	memset(bus, 0, sizeof(*bus));
	bus->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (bus->master < 0 || grantpt(bus->master) || unlockpt(bus->master) ||
	    ptsname_r(bus->master, bus->name, sizeof(bus->name)))
		exit(1);
	bus->slave = open(bus->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (bus->slave < 0)
		exit(1);
}

static int set_ldisc(int fd, int ldisc)
{
	return ioctl(fd, TIOCSETD, &ldisc);
}

static struct serial_xfer_attach attach_as(const char *protocol)
{
	struct serial_xfer_attach attach = { .version = SERIAL_XFER_ATTACH_VERSION };

	strncpy(attach.protocol, protocol, sizeof(attach.protocol) - 1);
	return attach;
}

static int attach(struct tty_bus *bus, const char *protocol)
{
	struct serial_xfer_attach request = attach_as(protocol);

	if (set_ldisc(bus->slave, N_DEVELOPMENT) ||
	    ioctl(bus->slave, SERIAL_XFER_IOC_ATTACH, &request))
		return -1;
	bus->id = request.id;
	return 0;
}

static void start_device(struct tty_bus *bus)
{
	bus->leave = false;
	bus->has_device = !pthread_create(&bus->device, NULL, be_device, bus);
}

/* The device's end of the pty is closed. */
static void hang_up(struct tty_bus *bus)
{
	bus->leave = true;
	if (bus->has_device)
		pthread_join(bus->device, NULL);
	bus->has_device = false;
	if (bus->master >= 0)
		close(bus->master);
	bus->master = -1;
}

static void close_pair(struct tty_bus *bus)
{
	hang_up(bus);
	close(bus->slave);
}

static const char *node(const struct tty_bus *bus)
{
	static char path[32];

	snprintf(path, sizeof(path), "/dev/modbus%u", bus->id);
	return path;
}

static struct modbus_xfer request_of(int unit, const unsigned char *req, unsigned int limit_ms)
{
	struct modbus_xfer xfer = {
		.version = MODBUS_XFER_VERSION,
		.unit = unit,
		.timeout_ms = limit_ms,
		.req_len = sizeof(read_two),
	};

	memcpy(xfer.req, req, xfer.req_len);
	return xfer;
}

static int transfer(int fd, struct modbus_xfer *xfer)
{
	return ioctl(fd, MODBUS_IOC_XFER, xfer);
}

static void *run_call(void *arg)
{
	struct call *call = arg;

	call->error = transfer(call->fd, &call->xfer) ? errno : 0;
	return NULL;
}

/* A request that nobody answers, and which is on the line when this returns. */
static void start_call(struct call *call, struct tty_bus *bus)
{
	char sent;

	call->fd = open(node(bus), O_RDONLY | O_CLOEXEC);
	call->xfer = request_of(9, read_two, LONG_MS);
	pthread_create(&call->thread, NULL, run_call, call);
	if (read(bus->master, &sent, 1) != 1)
		exit(1);
}

static void end_call(struct call *call, long began, int wanted, const char *name)
{
	pthread_join(call->thread, NULL);
	check(call->error == wanted, strerror(call->error), "%s: %s", name,
	      strerrorname_np(wanted));
	check(now_ms() - began < SOON_MS, "it took too long", "%s: at once", name);
}

static void refuse(struct tty_bus *bus, struct serial_xfer_attach request, int wanted,
		   const char *name)
{
	fails(ioctl(bus->slave, SERIAL_XFER_IOC_ATTACH, &request), wanted, name);
}

static void check_attach(struct tty_bus *bus)
{
	struct serial_xfer_attach request = attach_as("modbus");
	struct termios settings;

	open_pair(bus);
	refuse(bus, request, ENOTTY, "attach without the line discipline");
	works(set_ldisc(bus->slave, N_DEVELOPMENT), "set the line discipline");
	refuse(bus, attach_as("nothing"), EPROTONOSUPPORT, "attach to an unknown protocol");
	refuse(bus, attach_as("../modbus"), EINVAL, "attach to what is no name");
	refuse(bus, attach_as(""), EINVAL, "attach to nothing");
	request.protocol[sizeof(request.protocol) - 1] = 'x';
	refuse(bus, request, EINVAL, "attach with something behind the name");
	request.protocol[sizeof(request.protocol) - 1] = '\0';
	request.version++;
	refuse(bus, request, EINVAL, "attach by another version");
	request.version--;
	request.flags = 1;
	refuse(bus, request, EINVAL, "attach with a flag");
	request.flags = 0;
	request.speed = 1;
	refuse(bus, request, EINVAL, "attach at 1 bit a second");
	request.speed = 19200;
	request.parity = SERIAL_XFER_ATTACH_ODD;
	works(ioctl(bus->slave, SERIAL_XFER_IOC_ATTACH, &request), "attach");
	bus->id = request.id;
	refuse(bus, request, EBUSY, "attach twice");
	works(tcgetattr(bus->slave, &settings), "look at the settings");
	fails(tcsetattr(bus->slave, TCSANOW, &settings), ENOTTY, "set them");
	fails(write(bus->slave, "x", 1), EIO, "write to the tty");
}

static void check_exchange(struct tty_bus *bus)
{
	static const unsigned char wanted[] = { 3, 4, 0x12, 0x34, 0x56, 0x78 };
	struct modbus_xfer xfer = request_of(1, read_two, LIMIT_MS);
	int fd = open(node(bus), O_RDONLY);

	works(fd, "open the bus");
	start_device(bus);
	works(transfer(fd, &xfer), "an exchange");
	check(!xfer.result && xfer.rsp_len == sizeof(wanted) &&
	      !memcmp(xfer.rsp, wanted, sizeof(wanted)), "it is another", "its response");
	check(xfer.speed == 19200 && xfer.parity == MODBUS_XFER_PARITY_ODD, "they are others",
	      "the bus's line settings");
	xfer = request_of(2, read_two, LIMIT_MS);
	works(transfer(fd, &xfer), "a request to nobody");
	check(xfer.result == -ETIMEDOUT, "it is another", "its result");
	xfer = request_of(1, write_one, LIMIT_MS);
	fails(transfer(fd, &xfer), EACCES, "a write by a reader");
	xfer = request_of(1, read_two, LIMIT_MS);
	xfer.reserved[5] = 1;
	fails(transfer(fd, &xfer), EINVAL, "a reserved field");
	fails(ioctl(fd, MODBUS_IOC_XFER, NULL), EFAULT, "no structure");
	fails(ioctl(fd, TCGETS, &xfer), ENOTTY, "another ioctl");
	close(fd);
	hang_up(bus);
}

/* The bus of check_attach() has lost its peer by now. */
static void check_gone(struct tty_bus *bus)
{
	struct pollfd wait = { .fd = bus->slave, .events = POLLIN };

	check(becomes(node(bus), false), "it is there", "no node after a hang-up");
	check(poll(&wait, 1, SOON_MS) == 1 && wait.revents & POLLHUP, "it says nothing",
	      "poll tells of a hang-up");
	close_pair(bus);
}

static void check_close(void)
{
	struct tty_bus bus;
	struct call call;
	long began;

	open_pair(&bus);
	works(attach(&bus, "modbus"), "a second bus");
	start_call(&call, &bus);
	began = now_ms();
	close(call.fd);
	end_call(&call, began, ECANCELED, "closed by another thread");
	close_pair(&bus);
}

static void check_hang_up(void)
{
	struct tty_bus bus;
	struct call call;
	long began;

	open_pair(&bus);
	works(attach(&bus, "modbus"), "a third bus");
	start_call(&call, &bus);
	began = now_ms();
	hang_up(&bus);
	end_call(&call, began, ENODEV, "hung up in an exchange");
	fails(transfer(call.fd, &call.xfer), ENODEV, "an exchange afterwards");
	close(call.fd);
	close_pair(&bus);
}

static void check_detach(void)
{
	struct tty_bus bus;
	struct call call;
	long began;
	int other;

	open_pair(&bus);
	works(attach(&bus, "modbus"), "a fourth bus");
	start_call(&call, &bus);
	began = now_ms();
	other = open(bus.name, O_RDWR | O_NOCTTY);
	works(set_ldisc(other, N_TTY), "detach by another descriptor");
	end_call(&call, began, ENODEV, "detached in an exchange");
	close(other);
	close(call.fd);
	works(attach(&bus, "mbus"), "the same tty as another bus");
	works(set_ldisc(bus.slave, N_TTY), "detach that, too");
	close_pair(&bus);
}

static int new_device(const struct tty_bus *bus, const char *text)
{
	char path[80];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/modbus/devices/modbus-%u/new_device", bus->id);
	fd = open(path, O_WRONLY);
	done = fd < 0 ? -1 : write(fd, text, strlen(text));
	close(fd);
	return done < 0 ? -1 : 0;
}

static void check_devices(void)
{
	struct modbus_xfer xfer = request_of(1, write_one, LIMIT_MS);
	char device[64], driver[80];
	struct tty_bus bus;
	int fd;

	open_pair(&bus);
	works(attach(&bus, "modbus"), "a fifth bus");
	works(new_device(&bus, "pro380 1"), "a device on it");
	snprintf(device, sizeof(device), "/sys/bus/modbus/devices/%u-01", bus.id);
	snprintf(driver, sizeof(driver), "%s/driver", device);
	check(becomes(driver, true), "it has none", "its driver");
	fd = open(node(&bus), O_RDWR);
	fails(transfer(fd, &xfer), EBUSY, "a write to it");
	xfer.flags = MODBUS_XFER_FORCE;
	works(transfer(fd, &xfer), "a forced write");
	close(fd);
	hang_up(&bus);
	check(becomes(device, false), "it is there", "gone with the bus");
	close_pair(&bus);
}

static void hold_bus(void)
{
	struct tty_bus bus;

	open_pair(&bus);
	if (!attach(&bus, "modbus"))
		pause();
	_exit(1);
}

/* Another one than those of the firmware: the highest number */
static void check_killed(const char *path)
{
	pid_t holder = fork();

	if (!holder)
		hold_bus();
	check(becomes(path, true), "there is none", "a bus of another process");
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	check(becomes(path, false), "it is there", "gone with the process");
}

static volatile bool stop_users;

static void *use_buses(void *arg)
{
	struct tty_bus bus = { .id = (unsigned long)arg };
	struct modbus_xfer xfer;
	int fd;

	while (!stop_users) {
		fd = open(node(&bus), O_RDWR | O_CLOEXEC);
		if (fd >= 0) {
			xfer = request_of(1 + (rand() & 1), read_two, 20);
			transfer(fd, &xfer);
			close(fd);
		}
		usleep(STEP_US);
	}
	return NULL;
}

static void end_round(struct tty_bus *bus, int how)
{
	if (how % 3 == 0)
		hang_up(bus);
	else if (how % 3 == 1)
		set_ldisc(bus->slave, N_TTY);
	close(bus->slave);
	hang_up(bus);
}

static void check_storm(int rounds, unsigned int id)
{
	struct tty_bus bus;
	pthread_t user;
	int i;

	pthread_create(&user, NULL, use_buses, (void *)(unsigned long)id);
	for (i = 0; i < rounds; i++) {
		open_pair(&bus);
		if (attach(&bus, "modbus"))
			break;
		start_device(&bus);
		new_device(&bus, "pro380 1");
		usleep(rand() % 40000);
		end_round(&bus, i);
	}
	stop_users = true;
	pthread_join(user, NULL);
	check(i == rounds, strerror(errno), "%d rounds of attaching and detaching in use", rounds);
}

int main(int argc, char **argv)
{
	static struct tty_bus first;
	unsigned int id;
	char path[32];

	check_attach(&first);
	id = first.id;
	snprintf(path, sizeof(path), "%s", node(&first));
	check_exchange(&first);
	check_gone(&first);
	check_close();
	check_hang_up();
	check_detach();
	check_devices();
	check_killed(path);
	check_storm(argc > 1 ? atoi(argv[1]) : 10, id);
	puts("end");
	return 0;
}
