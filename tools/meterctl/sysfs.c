// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "sysfs.h"
#include "text.h"

/* Tests have a /sys of their own. */
static const char *root(void)
{
	const char *dir = getenv("METERCTL_SYSFS");

	return dir ? dir : "/sys";
}

const char *sysfs_bus_type(enum bus_kind kind)
{
	return kind == BUS_MODBUS ? "modbus" : "mbus";
}

static bool join(char *path, const char *dir, const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX;
}

/* Reads an attribute, without the newline at its end. */
int sysfs_read(const char *dir, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	text[0] = '\0';
	if (!join(path, dir, name))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	text[len] = '\0';
	if (len == (ssize_t)size - 1)
		text_cut(text);
	text[strcspn(text, "\n")] = '\0';
	text_clean(text);
	return 0;
}

int sysfs_write(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	ssize_t len = strlen(text);
	ssize_t done;
	int fd, ret = 0;

	if (!join(path, dir, name))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, text, len);
	if (done != len)
		ret = done < 0 ? -errno : -EIO;
	close(fd);
	return ret;
}

static void read_line(const char *dir, struct line *line)
{
	char text[16];

	if (!sysfs_read(dir, "speed", text, sizeof(text)))
		parse_number(text, UINT_MAX, &line->speed);
	if (!sysfs_read(dir, "parity", text, sizeof(text)))
		parse_parity(text, &line->parity);
}

static bool parse_bus(enum bus_kind kind, const char *entry, unsigned int *number)
{
	size_t len = strlen(sysfs_bus_type(kind));

	return !strncmp(entry, sysfs_bus_type(kind), len) && entry[len] == '-' &&
	       parse_number(entry + len + 1, UINT_MAX, number);
}

/* Cuts off the last part of a path; NULL if there is none. */
static const char *cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* The tty that is a bus, or what its parent is called: a device of serdev's */
static void name_port(struct bus *bus)
{
	char path[PATH_MAX], real[PATH_MAX];
	const char *name = NULL;

	if (join(path, bus->path, "tty") && realpath(path, real))
		name = cut_last(real);
	else if (realpath(bus->path, real) && cut_last(real))
		name = cut_last(real);
	snprintf(bus->port, sizeof(bus->port), "%.60s", name ? name : "");
}

/* Where the device tree has it, from the tree's root on */
static void read_firmware(const char *dir, char *node)
{
	char path[PATH_MAX], real[PATH_MAX];
	const char *base;

	node[0] = '\0';
	if (!join(path, dir, "of_node") || !realpath(path, real))
		return;
	base = strstr(real, "/devicetree/base");
	if (base)
		strcpy(node, base + strlen("/devicetree/base"));
}

static void name_node(struct bus *bus)
{
	const char *dev = getenv("METERCTL_DEV");

	if (snprintf(bus->node, PATH_MAX, "%s/%s%u", dev ? dev : "/dev",
		     sysfs_bus_type(bus->kind), bus->number) >= PATH_MAX ||
	    access(bus->node, F_OK))
		bus->node[0] = '\0';
}

static void read_bus(struct bus *bus, enum bus_kind kind, unsigned int number, const char *dir,
		     const char *entry)
{
	char text[16];

	memset(bus, 0, sizeof(*bus));
	bus->kind = kind;
	bus->number = number;
	snprintf(bus->name, sizeof(bus->name), "%s-%u", sysfs_bus_type(kind), number);
	if (!join(bus->path, dir, entry))
		return;
	name_node(bus);
	name_port(bus);
	read_firmware(bus->path, bus->firmware);
	bus->line.parity = PARITY_EVEN;
	read_line(bus->path, &bus->line);
	if (!sysfs_read(bus->path, "response_timeout_ms", text, sizeof(text)))
		parse_number(text, UINT_MAX, &bus->timeout_ms);
}

static bool is_hex(const char *text)
{
	return *text && !text[strspn(text, "0123456789abcdefABCDEF")];
}

/* BUS-ADDRESS: two digits, or on M-Bus also sixteen */
static bool parse_device(enum bus_kind kind, const char *entry, struct device *device)
{
	char *dash;
	size_t len;

	device->bus = strtoul(entry, &dash, 10);
	if (dash == entry || *dash != '-' || !is_hex(dash + 1))
		return false;
	len = strlen(dash + 1);
	device->address = NO_ADDRESS;
	if (len == 2)
		device->address = strtoul(dash + 1, NULL, 16);
	else if (len == 16 && kind == BUS_MBUS)
		strcpy(device->secondary, dash + 1);
	return len == 2 || device->secondary[0];
}

static void find_iio(struct device *device)
{
	DIR *dir = opendir(device->path);
	struct dirent *entry;

	device->iio[0] = '\0';
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "iio:device", 10))
			snprintf(device->iio, sizeof(device->iio), "%.23s", entry->d_name);
	closedir(dir);
}

bool sysfs_iio_dir(const struct device *device, char *dir, size_t size)
{
	if (!device->iio[0])
		return false;
	return snprintf(dir, size, "%s/%s", device->path, device->iio) < (int)size;
}

void sysfs_refresh(struct device *device)
{
	char iio[PATH_MAX];

	sysfs_read(device->path, "state", device->state, sizeof(device->state));
	find_iio(device);
	if (!sysfs_iio_dir(device, iio, sizeof(iio)))
		return;
	sysfs_read(iio, "name", device->model, sizeof(device->model));
	sysfs_read(iio, "label", device->label, sizeof(device->label));
	sysfs_read(iio, "serial_number", device->serial, sizeof(device->serial));
}

static void read_device(struct device *device, const char *dir, const char *entry)
{
	snprintf(device->name, sizeof(device->name), "%.31s", entry);
	if (!join(device->path, dir, entry))
		return;
	sysfs_read(device->path, "name", device->driver, sizeof(device->driver));
	read_firmware(device->path, device->firmware);
	device->line.parity = PARITY_EVEN;
	read_line(device->path, &device->line);
	sysfs_refresh(device);
}

static int devices_dir(enum bus_kind kind, char *path, DIR **dir)
{
	int len = snprintf(path, PATH_MAX, "%s/bus/%s/devices", root(), sysfs_bus_type(kind));

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	*dir = opendir(path);
	return *dir || errno == ENOENT ? 0 : -errno;
}

static int buses_of(enum bus_kind kind, struct bus_list *list)
{
	struct dirent *entry;
	char path[PATH_MAX];
	unsigned int number;
	struct bus *more;
	DIR *dir;
	int ret = devices_dir(kind, path, &dir);

	if (ret || !dir)
		return ret;
	while (!ret && (entry = readdir(dir))) {
		if (!parse_bus(kind, entry->d_name, &number))
			continue;
		more = realloc(list->buses, (list->count + 1) * sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		list->buses = more;
		read_bus(&list->buses[list->count++], kind, number, path, entry->d_name);
	}
	closedir(dir);
	return ret;
}

static int devices_of(enum bus_kind kind, struct device_list *list)
{
	struct device device, *more;
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;
	int ret = devices_dir(kind, path, &dir);

	if (ret || !dir)
		return ret;
	while (!ret && (entry = readdir(dir))) {
		memset(&device, 0, sizeof(device));
		device.kind = kind;
		if (!parse_device(kind, entry->d_name, &device))
			continue;
		more = realloc(list->devices, (list->count + 1) * sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		list->devices = more;
		read_device(&device, path, entry->d_name);
		list->devices[list->count++] = device;
	}
	closedir(dir);
	return ret;
}

static int compare_buses(const void *left, const void *right)
{
	const struct bus *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static int compare_devices(const void *left, const void *right)
{
	const struct device *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus < b->bus ? -1 : 1;
	return strcmp(a->name, b->name);
}

int sysfs_buses(struct bus_list *list)
{
	int ret;

	memset(list, 0, sizeof(*list));
	ret = buses_of(BUS_MODBUS, list);
	if (!ret)
		ret = buses_of(BUS_MBUS, list);
	if (list->count)
		qsort(list->buses, list->count, sizeof(*list->buses), compare_buses);
	return ret;
}

int sysfs_devices(struct device_list *list)
{
	int ret;

	memset(list, 0, sizeof(*list));
	ret = devices_of(BUS_MODBUS, list);
	if (!ret)
		ret = devices_of(BUS_MBUS, list);
	if (list->count)
		qsort(list->devices, list->count, sizeof(*list->devices), compare_devices);
	return ret;
}

void sysfs_free_buses(struct bus_list *list)
{
	free(list->buses);
}

void sysfs_free_devices(struct device_list *list)
{
	free(list->devices);
}

/* modbus-0, or its node */
const struct bus *find_bus(const struct bus_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->buses[i].name, name) ||
		    (list->buses[i].node[0] && !strcmp(list->buses[i].node, name)))
			return &list->buses[i];
	complain("%s: no such bus: see \"meterctl buses\"", name);
	return NULL;
}

static bool is_called(const struct device *device, const char *name)
{
	const char *type = sysfs_bus_type(device->kind);
	size_t len = strlen(type);

	if (!strncmp(name, type, len) && name[len] == ':')
		name += len + 1;
	if (!*name)
		return false;
	return !strcasecmp(device->name, name) || !strcmp(device->iio, name) ||
	       !strcmp(device->serial, name) || !strcmp(device->label, name);
}

const struct device *find_device(const struct device_list *list, const char *name)
{
	const struct device *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (!is_called(&list->devices[i], name))
			continue;
		if (found) {
			complain("%s: can be %s:%s and %s:%s", name, sysfs_bus_type(found->kind),
				 found->name, sysfs_bus_type(list->devices[i].kind),
				 list->devices[i].name);
			return NULL;
		}
		found = &list->devices[i];
	}
	if (!found)
		complain("%s: no such meter: see \"meterctl list\"", name);
	return found;
}
