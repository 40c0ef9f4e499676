/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PEER_H
#define _PEER_H

#include <linux/meterbus_record.h>

#define PLAIN_TEXT	0x7c	/* VIF */
#define VARIABLE	0xd	/* data field */
#define FIELD(s)	((s)->dif & 0xf)

/* Tables of codes */
#define PRIMARY		0
#define FIXED		0x73	/* units of the fixed structure, not VIFs */
#define FB		0xfb
#define FD		0xfd

/*
 * What is asked of both. A counter of the fixed structure has the data field and the
 * storage number that its status stands for in @dif, and in @dife[0] which one it is.
 */
struct sample {
	u8 dif;
	u8 dife[METERBUS_MAX_DIFE];
	size_t nr_dife;
	u8 table;
	u8 code;
	u8 vife;
	size_t nr_vife;
	u8 lvar;
	u8 data[255];
	size_t len;
};

enum kind { REFUSED, NOTHING, SELECTION, INVALID, NUMBER, DATE, TEXT, BYTES };
enum date_field { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, NR_DATE_FIELDS };

/* What one of them says of a sample. */
struct reading {
	bool found;		/* a record, and it ends where it should */
	enum kind kind;
	double number;		/* with its power of ten, times in seconds */
	double raw;		/* without */
	int date[NR_DATE_FIELDS];
	char text[256];
	enum meterbus_quantity quantity;
	enum meterbus_unit unit;
	char words[160];	/* METERBUS_PLAIN_TEXT */
	enum meterbus_function function;
	long long storage;
	long tariff;
	int subunit;
};

/* libmbus's words */
enum meterbus_quantity quantity_by_name(const char *name);
enum meterbus_unit unit_by_name(const char *name);
bool is_time(enum meterbus_unit unit);
double seconds_of(enum meterbus_unit unit);
double binary_of(const struct sample *s);

void take_fixed(const struct sample *s, u8 status, struct reading *theirs);
bool is_compared(const struct sample *s);
void rules_apply(const struct sample *s, struct reading *theirs);
void rules_report(void (*result)(bool ok, const char *format, ...));

#endif
