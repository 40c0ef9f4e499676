/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON and tables. The form of all JSON is documented in meterctl(1). */
#ifndef METERCTL_OUTPUT_H
#define METERCTL_OUTPUT_H

#include <json-c/json.h>
#include <stdbool.h>

#include "meter.h"
#include "sysfs.h"

#define JSON_FORMAT	1	/* of everything that is printed; another one if it changes */
#define TABLE_COLUMNS	12
#define TABLE_CELL	272

/* An object with its format, and one array in it */
struct json_object *json_begin(const char *name, struct json_object **array);
void json_put(struct json_object *object, const char *key, struct json_object *value);
void json_text(struct json_object *object, const char *key, const char *text);
void json_number(struct json_object *object, const char *key, int64_t number);
void json_known(struct json_object *object, const char *key, int64_t number, bool known);
void json_real(struct json_object *object, const char *key, double value, int decimals);
void json_hex(struct json_object *object, const char *key, const uint8_t *bytes, size_t len);
void json_print(struct json_object *object);
void json_device(struct json_object *object, const struct device *device);

/* Cells are collected, then printed in columns of their width. */
struct table {
	char (*cells)[TABLE_COLUMNS][TABLE_CELL];
	size_t columns;
	size_t rows;
};

void table_row(struct table *table, size_t columns, const char *const *cells);
void table_print(struct table *table);

const char *text_or_dash(const char *text);

#endif
