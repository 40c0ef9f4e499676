// SPDX-License-Identifier: GPL-2.0-only
/* "add" and "remove" */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bind.h"
#include "command.h"
#include "output.h"

/* A meter answers in less; one that is not there is looked for for ever, but not here. */
#define WAIT_MS		5000

static bool is_secondary(const struct bus *bus, const char *address)
{
	return bus->kind == BUS_MBUS && strlen(address) == 16 &&
	       strspn(address, "0123456789abcdefABCDEF") == 16;
}

static bool take_address(const struct bus *bus, const char *text, struct meter *meter)
{
	unsigned int most = bus->kind == BUS_MODBUS ? 247 : 250, address;

	if (is_secondary(bus, text)) {
		for (size_t i = 0; i < 16; i++)
			meter->secondary[i] = text[i] >= 'a' ? text[i] - 'a' + 'A' : text[i];
		return true;
	}
	if (!parse_number(text, most, &address) || (bus->kind == BUS_MODBUS && !address)) {
		complain("%s: an address is a number up to %u%s", text, most,
			 bus->kind == BUS_MBUS ? ", or sixteen hexadecimal digits" : "");
		return false;
	}
	meter->address = address;
	return true;
}

static bool take_driver(const char *name, struct meter *meter)
{
	size_t len = strlen(name);

	if (!len || len >= sizeof(meter->driver) || strpbrk(name, " \t\n")) {
		complain("%s: no name of a driver", name);
		return false;
	}
	strcpy(meter->driver, name);
	return true;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False as well if the meter is gone, which poll() would tell again and again */
static bool is_searching(int fd, char *state, size_t size)
{
	ssize_t len = pread(fd, state, size - 1, 0);

	state[len > 0 ? len : 0] = '\0';
	state[strcspn(state, "\n")] = '\0';
	return !strcmp(state, "searching");
}

/* The bus tells changes of a meter's state by POLLPRI. */
static void wait_state(const struct bus *bus, const char *device, unsigned int wait_ms,
		       char *state, size_t size)
{
	uint64_t end = now_ms() + wait_ms, now;
	char path[PATH_MAX + 64];
	struct pollfd poller = { .events = POLLPRI | POLLERR };

	snprintf(path, sizeof(path), "%s/%s/state", bus->path, device);
	poller.fd = open(path, O_RDONLY | O_CLOEXEC);
	state[0] = '\0';
	if (poller.fd < 0)
		return;
	while (is_searching(poller.fd, state, size) && (now = now_ms()) < end)
		poll(&poller, 1, end - now);
	close(poller.fd);
}

static void report(const struct options *options, const struct bus *bus,
		   const struct meter *meter, const char *state)
{
	struct json_object *array, *object, *all;

	if (!options->json) {
		printf("%s %s %s\n", bus->name, meter->device, state);
		return;
	}
	all = json_begin("meters", &array);
	object = json_object_new_object();
	json_text(object, "bus", bus->name);
	json_text(object, "device", meter->device);
	json_text(object, "state", state);
	json_object_array_add(array, object);
	json_print(all);
}

static int explain(const struct bus *bus, const struct meter *meter, const char *address, int error)
{
	if (error == EBUSY)
		complain("%s: address %s is taken: see \"meterctl list\"", bus->name, address);
	else if (error == EINVAL)
		complain("%s: %s at %s is refused: see the driver's name and the speed",
			 bus->name, meter->driver, address);
	else
		complain_write_errno(bus->name, error);
	return EXIT_FAILED;
}

static int add(const struct options *options, const struct bus *bus, int argc, char **argv)
{
	struct meter meter;
	char state[16];
	int ret;

	meter_init(&meter, bus->kind, &(struct line){ });
	if (!take_driver(argc > 2 ? argv[2] : "pro380", &meter) ||
	    !take_address(bus, argv[1], &meter) ||
	    !options_line(options, &bus->line, &meter.line))
		return EXIT_USAGE;
	ret = bind_meter(bus, &meter, meter.secondary[0]);
	if (ret)
		return explain(bus, &meter, argv[1], -ret);
	wait_state(bus, meter.device, options->timeout_ms ? options->timeout_ms : WAIT_MS, state,
		   sizeof(state));
	report(options, bus, &meter, state);
	if (!strcmp(state, "online"))
		return EXIT_OK;
	complain("%s does not answer yet; the bus keeps asking", meter.device);
	return EXIT_PARTIAL;
}

int cmd_add(const struct options *options, int argc, char **argv)
{
	const struct bus *bus;
	struct bus_list buses;
	int status = EXIT_NOTHING;
	int ret = sysfs_buses(&buses);

	if (ret) {
		complain_errno("/sys/bus", -ret);
		return EXIT_FAILED;
	}
	bus = find_bus(&buses, argv[0]);
	if (bus)
		status = add(options, bus, argc, argv);
	sysfs_free_buses(&buses);
	return status;
}

static bool remove_one(const struct device_list *list, const char *name, bool *known)
{
	const struct device *device = find_device(list, name);
	int ret;

	if (!device)
		return false;
	*known = true;
	ret = unbind_device(device);
	if (ret == -ENOENT)
		complain("%s is described by the firmware and stays", device->name);
	else if (ret)
		complain_write_errno(device->name, -ret);
	return !ret;
}

int cmd_remove(const struct options *options, int argc, char **argv)
{
	struct device_list list;
	bool known = false;
	int removed = 0;
	int ret = sysfs_devices(&list);

	(void)options;
	if (ret) {
		complain_errno("/sys/bus", -ret);
		return EXIT_FAILED;
	}
	for (int i = 0; i < argc; i++)
		removed += remove_one(&list, argv[i], &known);
	sysfs_free_devices(&list);
	if (removed == argc)
		return EXIT_OK;
	if (removed)
		return EXIT_PARTIAL;
	return known ? EXIT_FAILED : EXIT_NOTHING;
}
