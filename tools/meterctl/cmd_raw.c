// SPDX-License-Identifier: GPL-2.0-only
/* Requests as they are, for experts */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "output.h"
#include "transport_ioctl.h"

static int hex_digit(char digit)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, tolower(digit));

	return digit && at ? at - digits : -1;
}

/* "010340000003", or "01 03 40 00 00 03", or parts of both */
static bool take_bytes(const char *text, uint8_t *bytes, size_t *len, size_t most)
{
	int high, low;

	for (; *text; text += 2) {
		high = hex_digit(text[0]);
		low = hex_digit(text[1]);
		if (high < 0 || low < 0 || *len == most)
			return false;
		bytes[(*len)++] = high << 4 | low;
	}
	return true;
}

/* Sixteen digits as they are printed; the wire has the identification number's last first. */
static bool take_selection(const char *text, struct exchange *x)
{
	uint8_t bytes[8] = { 0 };
	size_t len = 0;

	if (strlen(text) != 16 || !take_bytes(text, bytes, &len, sizeof(bytes)))
		return false;
	for (int i = 0; i < 4; i++)
		x->selection[i] = bytes[3 - i];
	memcpy(x->selection + 4, bytes + 4, 4);
	return x->select = true;
}

static bool build(const struct options *options, const struct bus *bus, int argc, char **argv,
		  struct exchange *x)
{
	int i = 0;

	memset(x, 0, sizeof(*x));
	if (bus->kind == BUS_MBUS && argc > 1 && !strcmp(argv[0], "select")) {
		if (!take_selection(argv[1], x))
			return false;
		i = 2;
	}
	for (; i < argc; i++)
		if (!take_bytes(argv[i], x->request, &x->request_len, EXCHANGE_MAX))
			return false;
	x->force = options->force;
	x->timeout_ms = options->timeout_ms;
	return x->request_len || x->select;
}

/* A broadcast, to which nobody answers */
static bool is_sent(const struct exchange *x)
{
	return x->outcome == OUTCOME_REPLY && !x->reply_len;
}

static const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_SILENT] = "silent", [OUTCOME_REPLY] = "reply",
		[OUTCOME_DAMAGED] = "damaged", [OUTCOME_COLLISION] = "collision",
	};

	return names[outcome];
}

static void print_json(const struct bus *bus, const struct exchange *x, bool doubtful)
{
	struct json_object *array, *object, *all = json_begin("replies", &array);

	object = json_object_new_object();
	json_text(object, "bus", bus->name);
	json_hex(object, "request", x->request, x->request_len);
	json_text(object, "outcome", is_sent(x) ? "sent" : outcome_name(x->outcome));
	json_hex(object, "reply", x->reply, x->outcome == OUTCOME_SILENT ? 0 : x->reply_len);
	json_put(object, "selected", json_object_new_boolean(x->selected));
	json_put(object, "doubtful", json_object_new_boolean(doubtful));
	json_number(object, "speed", x->line.speed);
	json_text(object, "parity", parity_name(x->line.parity));
	json_known(object, "latency_us", x->latency_us,
		   x->outcome == OUTCOME_REPLY && !is_sent(x));
	json_object_array_add(array, object);
	json_print(all);
}

static void print_text(const struct exchange *x, bool doubtful)
{
	for (size_t i = 0; i < x->reply_len && x->outcome != OUTCOME_SILENT; i++)
		printf("%s%02x", i ? " " : "", x->reply[i]);
	if (x->reply_len && x->outcome != OUTCOME_SILENT)
		putchar('\n');
	if (x->outcome != OUTCOME_REPLY)
		complain("%s", x->outcome == OUTCOME_SILENT ? "no answer" :
			 x->outcome == OUTCOME_COLLISION ? "several meters answer at once" :
			 "what came is no reply, or a damaged one");
	if (is_sent(x))
		complain("sent; nobody answers to that");
	if (doubtful)
		complain("this may be a late reply to an earlier request of the same kind");
}

static void explain(const struct bus *bus, int error)
{
	if (error == EPERM)
		complain("this request writes: that needs root (CAP_SYS_RAWIO)");
	else if (error == EACCES)
		complain("this request writes: no permission to write to %s", bus->node);
	else if (error == EBUSY)
		complain("a driver uses that meter: \"meterctl config\" changes its settings, --force does it all the same");
	else if (error == EINVAL)
		complain("that is no request that can be sent here");
	else if (error == EOPNOTSUPP)
		complain("nobody knows how long the answer to that function is");
	else
		complain_errno(bus->node, error);
}

static int send_request(const struct options *options, const struct bus *bus, struct exchange *x)
{
	struct ioctl_transport transport;
	int ret;

	/* What only reads can be done without permission to write. */
	if (ioctl_transport_open(&transport, bus, !access(bus->node, W_OK)))
		return EXIT_FAILED;
	ret = transport.transport.exchange(&transport.transport, x);
	ioctl_transport_close(&transport);
	if (ret) {
		explain(bus, -ret);
		return EXIT_FAILED;
	}
	if (options->json)
		print_json(bus, x, transport.doubtful);
	else
		print_text(x, transport.doubtful);
	if (x->outcome == OUTCOME_REPLY)
		return EXIT_OK;
	return x->outcome == OUTCOME_SILENT ? EXIT_NOTHING : EXIT_PARTIAL;
}

static int raw(const struct options *options, const struct bus *bus, int argc, char **argv)
{
	struct exchange x;

	if (!build(options, bus, argc, argv, &x)) {
		complain("bytes are two hexadecimal digits each: see \"meterctl raw --help\"");
		return EXIT_USAGE;
	}
	if (!options_line(options, &bus->line, &x.line))
		return EXIT_USAGE;
	return send_request(options, bus, &x);
}

int cmd_raw(const struct options *options, int argc, char **argv)
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
		status = raw(options, bus, argc - 1, argv + 1);
	sysfs_free_buses(&buses);
	return status;
}
