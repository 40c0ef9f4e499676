// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is it that answers on a Modbus line? A PRO380 by its registers (manual v2.18,
 * A3.2), anything else by what the Modbus Application Protocol V1.1b3 has for that:
 * function 43/14 (6.21), then function 17 (6.13).
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "modbus_identify.h"

#define FUNCTION_READ		0x03
#define FUNCTION_REPORT_ID	0x11
#define FUNCTION_MEI		0x2b
#define MEI_DEVICE_ID		0x0e

#define PRO380_VERSIONS_REG	0x4005
#define PRO380_VERSIONS_COUNT	6

static const struct {
	uint16_t code;
	const char *model;
} pro380_models[] = {
	{ 0x0101, "PRO1/PRO2" },
	{ 0x0102, "PRO380" },
	{ 0x0103, "PRO380-CT" },
	{ 0x2007, "PRO380" },
	{ 0x2008, "PRO380-CT" },
	{ 0x2009, "PRO1" },
	{ 0x2010, "PRO2" },
};

static void ask(struct exchange *x, const struct line *line, const uint8_t *request, size_t len)
{
	memset(x, 0, sizeof(*x));
	x->line = *line;
	memcpy(x->request, request, len);
	x->request_len = len;
}

void modbus_ask_registers(struct exchange *x, const struct line *line, unsigned int unit,
			  unsigned int first, unsigned int count)
{
	uint8_t request[] = { unit, FUNCTION_READ, first >> 8, first, count >> 8, count };

	ask(x, line, request, sizeof(request));
}

/* The bytes of the registers that were asked for, or NULL if that is not what came. */
static const uint8_t *registers(const struct exchange *x)
{
	const uint8_t *reply = x->reply;
	unsigned int count = x->request[5];

	if (x->outcome != OUTCOME_REPLY || x->reply_len != 3 + 2 * count)
		return NULL;
	if (reply[0] != x->request[0] || reply[1] != FUNCTION_READ || reply[2] != 2 * count)
		return NULL;
	return reply + 3;
}

static double real(const uint8_t *bytes)
{
	uint32_t bits = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Versions have at most two decimals, see Documentation/ABI/testing/sysfs-bus-iio-pro380. */
static void put_version(char *text, size_t size, double version)
{
	size_t len;

	if (!isfinite(version) || version < 0 || version > 1e6)
		return;
	snprintf(text, size, "%.2f", version);
	len = strlen(text);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[len - 1] = '\0';
}

static int read_versions(struct scan *scan, struct meter *meter)
{
	const uint8_t *bytes;
	struct exchange x;
	int ret;

	modbus_ask_registers(&x, &meter->line, meter->address, PRO380_VERSIONS_REG,
			     PRO380_VERSIONS_COUNT);
	ret = scan_exchange(scan, &x);
	if (ret)
		return ret;
	bytes = registers(&x);
	if (bytes)
		put_version(meter->firmware, sizeof(meter->firmware), real(bytes + 4));
	else
		snprintf(meter->note, sizeof(meter->note), "did not tell its firmware");
	return 0;
}

const char *modbus_model_of(unsigned int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(pro380_models); i++)
		if (pro380_models[i].code == code)
			return pro380_models[i].model;
	return NULL;
}

static bool take_pro380(const uint8_t *bytes, struct meter *meter)
{
	const char *model = modbus_model_of(bytes[4] << 8 | bytes[5]);

	if (!model)
		return false;
	snprintf(meter->model, sizeof(meter->model), "%s", model);
	snprintf(meter->serial, sizeof(meter->serial), "%02X%02X%02X%02X", bytes[0], bytes[1],
		 bytes[2], bytes[3]);
	snprintf(meter->manufacturer, sizeof(meter->manufacturer), "inepro");
	snprintf(meter->driver, sizeof(meter->driver), "pro380");
	return true;
}

/* What a device says of itself goes to a terminal. */
static void put_text(char *text, size_t size, const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; i++)
		if (bytes[i] < 0x80 && isprint(bytes[i]))
			text[n++] = bytes[i];
	text[n] = '\0';
}

/* Objects of the basic category: 0 vendor, 1 product code, 2 revision */
static void take_objects(const struct exchange *x, struct meter *meter)
{
	const uint8_t *at = x->reply + 8, *end = x->reply + x->reply_len;

	while (end - at >= 2 && end - at >= 2 + at[1]) {
		if (at[0] == 0)
			put_text(meter->manufacturer, sizeof(meter->manufacturer), at + 2, at[1]);
		else if (at[0] == 1)
			put_text(meter->model, sizeof(meter->model), at + 2, at[1]);
		else if (at[0] == 2)
			put_text(meter->firmware, sizeof(meter->firmware), at + 2, at[1]);
		at += 2 + at[1];
	}
}

static int ask_device_id(struct scan *scan, struct meter *meter, bool *known)
{
	const uint8_t request[] = { meter->address, FUNCTION_MEI, MEI_DEVICE_ID, 1, 0 };
	struct exchange x;
	int ret;

	ask(&x, &meter->line, request, sizeof(request));
	ret = scan_exchange(scan, &x);
	if (ret || x.outcome != OUTCOME_REPLY || x.reply_len < 8 || x.reply[1] != FUNCTION_MEI)
		return ret;
	take_objects(&x, meter);
	*known = meter->model[0];
	return 0;
}

static int ask_report_id(struct scan *scan, struct meter *meter)
{
	const uint8_t request[] = { meter->address, FUNCTION_REPORT_ID };
	struct exchange x;
	int ret;

	ask(&x, &meter->line, request, sizeof(request));
	ret = scan_exchange(scan, &x);
	if (ret || x.outcome != OUTCOME_REPLY || x.reply_len < 4 ||
	    x.reply[1] != FUNCTION_REPORT_ID || x.reply[2] > x.reply_len - 3)
		return ret;
	put_text(meter->model, sizeof(meter->model), x.reply + 3, x.reply[2]);
	return 0;
}

static int identify_other(struct scan *scan, struct meter *meter)
{
	bool known = false;
	int ret;

	ret = ask_device_id(scan, meter, &known);
	if (!ret && !known)
		ret = ask_report_id(scan, meter);
	if (!ret && !meter->model[0])
		snprintf(meter->note, sizeof(meter->note), "a Modbus device that does not say what it is");
	return ret;
}

static bool asks_pro380(const struct exchange *x)
{
	return x->request[2] == PRO380_SERIAL_REG >> 8 &&
	       x->request[3] == (PRO380_SERIAL_REG & 0xff) &&
	       x->request[5] >= PRO380_SERIAL_COUNT;
}

int modbus_identify(struct scan *scan, const struct exchange *x, struct meter *meter)
{
	const uint8_t *bytes = registers(x);

	meter_init(meter, BUS_MODBUS, &x->line);
	meter->address = x->request[0];
	if (bytes && asks_pro380(x) && take_pro380(bytes, meter))
		return read_versions(scan, meter);
	return identify_other(scan, meter);
}
