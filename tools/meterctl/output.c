// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("meterctl: no memory\n", stderr);
	exit(4);
}

void json_put(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		must(NULL);
}

struct json_object *json_begin(const char *name, struct json_object **array)
{
	struct json_object *object = must(json_object_new_object());

	json_number(object, "format", JSON_FORMAT);
	*array = must(json_object_new_array());
	json_put(object, name, *array);
	return object;
}

/* What is not known is null. */
void json_text(struct json_object *object, const char *key, const char *text)
{
	json_put(object, key, text && text[0] ? must(json_object_new_string(text)) : NULL);
}

void json_number(struct json_object *object, const char *key, int64_t number)
{
	json_put(object, key, must(json_object_new_int64(number)));
}

void json_known(struct json_object *object, const char *key, int64_t number, bool known)
{
	json_put(object, key, known ? must(json_object_new_int64(number)) : NULL);
}

void json_real(struct json_object *object, const char *key, double value, int decimals)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*f", decimals, value);
	json_put(object, key, must(json_object_new_double_s(value, text)));
}

void json_hex(struct json_object *object, const char *key, const uint8_t *bytes, size_t len)
{
	char text[2 * EXCHANGE_MAX + 1] = "";

	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	json_text(object, key, text);
}

void json_print(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

/* What every command says of a meter that the kernel has */
void json_device(struct json_object *object, const struct device *device)
{
	char bus[32];

	snprintf(bus, sizeof(bus), "%s-%u", sysfs_bus_type(device->kind), device->bus);
	json_text(object, "bus", bus);
	json_text(object, "device", device->name);
	json_text(object, "state", device->state);
	json_text(object, "driver", device->driver);
	json_text(object, "model", device->model);
	json_text(object, "serial_number", device->serial);
	json_text(object, "label", device->label);
	json_text(object, "iio", device->iio);
}

const char *text_or_dash(const char *text)
{
	return text[0] ? text : "-";
}

void table_row(struct table *table, size_t columns, const char *const *cells)
{
	table->cells = must(realloc(table->cells, (table->rows + 1) * sizeof(*table->cells)));
	table->columns = columns;
	for (size_t i = 0; i < columns; i++)
		snprintf(table->cells[table->rows][i], TABLE_CELL, "%s", cells[i]);
	table->rows++;
}

/* Characters, not bytes: labels are anybody's. */
static size_t width(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t most = 0, own;

	for (size_t row = 0; row < table->rows; row++) {
		own = width(table->cells[row][column]);
		most = own > most ? own : most;
	}
	return most;
}

/* The last cell of a row has nothing after it, not even blanks. */
static void print_row(const struct table *table, const char (*cells)[TABLE_CELL])
{
	size_t last = table->columns;

	while (last && !cells[last - 1][0])
		last--;
	for (size_t i = 0; i < last; i++) {
		fputs(cells[i], stdout);
		if (i + 1 < last)
			printf("%*s  ", (int)(column_width(table, i) - width(cells[i])), "");
	}
	putchar('\n');
}

void table_print(struct table *table)
{
	for (size_t row = 0; row < table->rows; row++)
		print_row(table, table->cells[row]);
	free(table->cells);
	memset(table, 0, sizeof(*table));
}
