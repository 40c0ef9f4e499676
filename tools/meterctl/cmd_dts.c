// SPDX-License-Identifier: GPL-2.0-only
/* An overlay that describes the meters that are bound, for a product's device tree */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "sysfs.h"

struct writer {
	const struct options *options;
	struct bus_list buses;
	struct device_list devices;
	unsigned int unknown;		/* buses whose UART the kernel does not know */
	unsigned int meters;
	unsigned int left_out;
};

static bool is_of(const struct device *device, const struct bus *bus)
{
	return device->kind == bus->kind && device->bus == bus->number;
}

static void put_string(const char *name, const char *text)
{
	printf("\t\t\t%s = \"", name);
	for (; *text; text++)
		printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	puts("\";");
}

/* What the kernel would match: of a node that is there, or of a driver that is known */
static bool compatible_of(const struct device *device, char *compatible, size_t size)
{
	char dir[PATH_MAX];

	if (device->firmware[0] && snprintf(dir, sizeof(dir), "%s/of_node", device->path) <
	    (int)sizeof(dir) && !sysfs_read(dir, "compatible", compatible, size) &&
	    compatible[0])
		return true;
	if (!strcmp(device->driver, "pro380"))
		snprintf(compatible, size, "inepro,pro380");
	else if (!strcmp(device->driver, "mbus-meter"))
		snprintf(compatible, size, "mbus-meter");
	else
		return false;
	return true;
}

/* Without the bus's own word, what the meter says of itself */
static struct line line_of(const struct device *device, const struct bus *bus)
{
	struct line line = device->line;
	char dir[PATH_MAX], text[16];

	if (line.speed || !sysfs_iio_dir(device, dir, sizeof(dir)))
		return line.speed ? line : bus->line;
	if (sysfs_read(dir, "baud_rate", text, sizeof(text)) ||
	    !parse_number(text, UINT_MAX, &line.speed))
		return bus->line;
	if (!sysfs_read(dir, "parity", text, sizeof(text)))
		parse_parity(text, &line.parity);
	return line;
}

static void put_line(const struct device *device, const struct bus *bus)
{
	struct line line = line_of(device, bus);

	if (!line.speed)
		return;
	if (line.speed != bus->line.speed)
		printf("\t\t\tcurrent-speed = <%u>;\n", line.speed);
	if (device->kind == BUS_MODBUS && line.parity != bus->line.parity)
		put_string("parity", parity_name(line.parity));
}

/* The name of a node that is there already: another one would be a second meter or bus. */
static const char *node_name(const char *firmware)
{
	const char *last = strrchr(firmware, '/');

	return last && last[1] ? last + 1 : NULL;
}

static void put_address(const struct device *device)
{
	const char *node = node_name(device->firmware);
	char digits[17] = "";

	for (size_t i = 0; device->secondary[i]; i++)
		digits[i] = device->secondary[i] >= 'A' && device->secondary[i] <= 'F' ?
			    device->secondary[i] - 'A' + 'a' : device->secondary[i];
	if (node)
		printf("\t\t%s {\n", node);
	else if (digits[0])
		printf("\t\tmeter@%s {\n", digits);
	else
		printf("\t\tmeter@%x {\n", device->address);
}

/* Cells of a secondary address are eight digits each. */
static void put_reg(const struct device *device)
{
	if (device->secondary[0])
		printf("\t\t\treg = <0x%.8s 0x%s>;\n", device->secondary, device->secondary + 8);
	else if (device->kind == BUS_MBUS)
		printf("\t\t\treg = <0 %d>;\n", device->address);
	else
		printf("\t\t\treg = <%d>;\n", device->address);
}

static void put_meter(struct writer *writer, const struct device *device, const struct bus *bus)
{
	char compatible[64];

	if (!compatible_of(device, compatible, sizeof(compatible))) {
		complain("%s: nobody knows the compatible of a \"%s\": left out", device->name,
			 device->driver);
		writer->left_out++;
		return;
	}
	writer->meters++;
	putchar('\n');
	put_address(device);
	put_string("compatible", compatible);
	put_reg(device);
	put_line(device, bus);
	if (device->label[0] && strcmp(device->label, device->serial))
		put_string("label", device->label);
	if (!strcmp(compatible, "inepro,pro380"))
		puts("\t\t\t#io-channel-cells = <1>;");
	puts("\t\t};");
}

/* The UART: by its path if it has one, else by the label that it will have */
static void put_target(struct writer *writer, const struct bus *bus)
{
	const char *last = strrchr(bus->firmware, '/');

	printf("\n/* %s, at %s */\n", bus->name, bus->port[0] ? bus->port : "an unknown port");
	if (last && last != bus->firmware)
		printf("&{%.*s} {\n", (int)(last - bus->firmware), bus->firmware);
	else if (writer->options->uart && !writer->unknown++)
		printf("&%s {\n", writer->options->uart);
	else
		printf("&uart%u {\t/* put in the label of the UART */\n", writer->unknown++);
}

static void put_bus(struct writer *writer, const struct bus *bus)
{
	const char *node = node_name(bus->firmware);
	bool modbus = bus->kind == BUS_MODBUS;

	put_target(writer, bus);
	printf("\t%s {\n\t\tcompatible = \"%s\";\n", node ? node : sysfs_bus_type(bus->kind),
	       modbus ? "modbus-rtu" : "mbus-uart");
	if (bus->line.speed)
		printf("\t\tcurrent-speed = <%u>;\n", bus->line.speed);
	if (bus->line.speed && modbus)
		printf("\t\tparity = \"%s\";\n", parity_name(bus->line.parity));
	printf("\t\t#address-cells = <%d>;\n\t\t#size-cells = <0>;\n", modbus ? 1 : 2);
	for (size_t i = 0; i < writer->devices.count; i++)
		if (is_of(&writer->devices.devices[i], bus))
			put_meter(writer, &writer->devices.devices[i], bus);
	puts("\t};\n};");
}

static bool has_meters(const struct writer *writer, const struct bus *bus)
{
	for (size_t i = 0; i < writer->devices.count; i++)
		if (is_of(&writer->devices.devices[i], bus))
			return true;
	return false;
}

static int write_all(struct writer *writer, int argc, char **argv)
{
	const struct bus *bus;

	for (int i = 0; i < argc; i++)
		if (!find_bus(&writer->buses, argv[i]))
			return EXIT_NOTHING;
	if (!argc && !writer->devices.count) {
		complain("no meters: \"meterctl scan BUS --add\" finds and binds them");
		return EXIT_NOTHING;
	}
	puts("// Meters that meterctl has found\n/dts-v1/;\n/plugin/;");
	for (int i = 0; i < argc; i++)
		put_bus(writer, find_bus(&writer->buses, argv[i]));
	for (size_t i = 0; i < writer->buses.count && !argc; i++) {
		bus = &writer->buses.buses[i];
		if (has_meters(writer, bus))
			put_bus(writer, bus);
	}
	return writer->left_out ? EXIT_PARTIAL : EXIT_OK;
}

/* As the devicetree specification has it, chapter 6 */
static bool is_label(const char *text)
{
	static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz_"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (text[0] && !strchr("0123456789", text[0]) && !text[strspn(text, characters)])
		return true;
	complain("%s: no label of a node", text);
	return false;
}

int cmd_dts(const struct options *options, int argc, char **argv)
{
	struct writer writer = { .options = options };
	int status = EXIT_FAILED;
	int ret;

	if (options->uart && !is_label(options->uart))
		return EXIT_USAGE;
	ret = sysfs_buses(&writer.buses);
	if (!ret)
		ret = sysfs_devices(&writer.devices);
	if (ret)
		complain_errno("/sys/bus", -ret);
	else
		status = write_all(&writer, argc, argv);
	sysfs_free_devices(&writer.devices);
	sysfs_free_buses(&writer.buses);
	return status;
}
