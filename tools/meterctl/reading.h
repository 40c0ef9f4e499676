/* SPDX-License-Identifier: GPL-2.0-only */
/* Readings of channels, in engineering units, under the names that labels give them */
#ifndef METERCTL_READING_H
#define METERCTL_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysfs.h"

/*
 * @divisor: from what IIO has (mV, mA, mW, J ...) to @unit
 * @metric: name for Prometheus, in units without prefixes: @base is what IIO's value is to
 *	be divided by for that
 */
struct quantity {
	const char *type;
	const char *word;	/* what the label has in it; NULL: anything else */
	const char *unit;
	double divisor;
	int decimals;
	const char *metric;
	double base;
	const char *help;
};

struct reading {
	char label[72];
	char name[48];			/* as in sysfs: voltage1, power0_powerfactor */
	const struct quantity *quantity;
	bool has_raw;
	int64_t raw;
	double scale;
	double value;			/* in the quantity's unit */
	int error;			/* a positive errno: there is no value */
};

struct reading_list {
	struct reading *readings;
	size_t count;
};

/* @type: voltage, current, ..., or frequency, powerfactor; NULL if it is not known */
const struct quantity *quantity_of(const char *type, const char *label);
/* @number: as IIO has it, that is, raw times scale */
void reading_set(struct reading *reading, double number);
void reading_print(const struct reading *reading, char *text, size_t size);
double reading_base(const struct reading *reading);
/* "L1 power factor" of "L1 active power" */
void reading_factor_label(const char *power, char *label, size_t size);
bool reading_is_wanted(const struct reading *reading, const char *filter);

void readings_sort(struct reading_list *list);

/* iio.c: through libiio */
struct iio_context;
struct iio_context *readings_open(void);
/* The same, and says why it is NULL */
struct iio_context *readings_open_or_complain(void);
void readings_close(struct iio_context *context);
/* 0; -ENODEV: the meter has no channels (any more), or @context is NULL */
int readings_take(struct iio_context *context, const struct device *device, const char *filter,
		  struct reading_list *list);
void readings_free(struct reading_list *list);

#endif
