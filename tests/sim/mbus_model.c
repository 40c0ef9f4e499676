// SPDX-License-Identifier: GPL-2.0-only
/*
 * What meters there are, and their records. Numbers differ between all records
 * of a meter and between meters; those of reals are in 1/64. The PRO380-Mb's
 * are those of the manual's example (v2.18, A2.2) for a meter of number 0;
 * mbus_meter_combine() makes its sums.
 */
#include <string.h>

#include "array.h"
#include "mbus_meter.h"

/* 2026-11-21 10:30 as type F, 2025-12-31 as type G (EN 13757-3, annex A). */
#define A_TIME	0x3b550a1e
#define A_DATE	0x3c3f

static const struct mbus_plan pro380mb[] = {
	{ "0C04", 0, 0, 0, false, NULL },	/* total active energy */
	{ "8C1004", 0, 0, 0, false, NULL },	/* T1 */
	{ "8C2004", 0, 0, 0, false, NULL },	/* T2 */
	{ "1C04", 0, 0, 0, false, NULL },	/* forward */
	{ "9C1004", 123456, 1, 0, false, NULL },
	{ "9C2004", 567890, 2, 0, false, NULL },
	{ "2C04", 0, 0, 0, false, NULL },	/* reverse */
	{ "AC1004", 234567, 3, 0, false, NULL },
	{ "AC2004", 678901, 5, 0, false, NULL },
};

static const struct mbus_plan emeter[] = {
	{ "0E03", 120034567890, 1000, 0, true, NULL },	/* 12 digits, Wh */
	{ "841003", 70010000, 11, 0, true, NULL },	/* T1 */
	{ "842003", 50020000, 13, 0, false, NULL },	/* T2 */
	{ "4403", 119000000, 17, 0, false, NULL },	/* storage 1 */
	{ "C41103", 68000000, 19, 0, false, NULL },	/* storage 3, T1 */
	{ "142A", 453210, 7, 0, false, NULL },		/* maximum, 0.1 W */
	{ "022B", -1234, -1, 0, false, NULL },		/* W */
	{ "84402A", 101230, 3, 0, false, NULL },	/* subunits 1, 2, 3 */
	{ "8480402A", 202340, 3, 0, false, NULL },
	{ "84C0402A", 303450, 3, 0, false, NULL },
	{ "8240FD48", 2001, 1, 0, false, NULL },	/* 0.1 V */
	{ "858040FD49", 12864, 1, 0, false, NULL },	/* real, V */
	{ "8AC040FD49", 203, 1, 0, false, NULL },	/* V */
	{ "8340FD59", 5123, 1, 0, false, NULL },	/* 24 bits, mA */
	{ "8A8040FD5A", 612, 1, 0, false, NULL },	/* 10 mA */
	{ "8BC040FD59", -7345, -1, 0, false, NULL },	/* mA, sign nibble */
	{ "02FDBA73", 0, 1, 0, false, NULL },		/* dimensionless, 0.001 */
	{ "0AFB2D", 4500, 1, 0, false, NULL },		/* 0.01 Hz */
	{ "0B2B", 345678, 1, 0, false, NULL },		/* 6 digits, W */
	{ "052B", 96000, 1, 0, false, NULL },		/* real, W */
	{ "0C2B", -2345678, -1, 0, false, NULL },	/* sign nibble, W */
	{ "0702", 987654321098, 7, 0, true, NULL },	/* 64 bits, 0.1 Wh */
	{ "047C03684156", 4567890, 1, 0, false, NULL },	/* plain text, VAh */
	{ "046D", A_TIME, 0, 0, false, NULL },
	{ "0DFD11", 0, 0, 0, false, "SIM-EMETER" },	/* customer, text */
	{ "01FD17", 0, 0, 0, false, NULL },		/* error flags */
	{ "342B", 0, 0, 0, false, NULL },		/* value during error */
	{ "0C833C", 31020000, 23, 0, false, NULL },	/* reverse energy */
	{ "02FDD9FC01", 8123, 1, 0, false, NULL },	/* mA, at phase L1 */
	{ "02FDC9FF01", 231, 1, 0, false, NULL },	/* V, of what the maker calls 01 */
	{ "2F", 0, 0, 0, false, NULL },			/* idle filler */
};

static const uint8_t emeter_tail[] = { 0x0f, 0x01, 0x02, 0x0c, 0x04, 0x05, 0xaa, 0x55 };

static const struct mbus_plan etelegrams[] = {
	{ "0C04", 3456789, 1, 0, true, NULL },
	{ "8C1004", 2356789, 2, 0, true, NULL },
	{ "8C2004", 1100123, 3, 0, false, NULL },
	{ "4C04", 3300456, 5, 0, false, NULL },
	{ "0B2B", 123456, 1, 1, false, NULL },
	{ "8B402B", 41234, 1, 1, false, NULL },
	{ "8B80402B", 52345, 1, 1, false, NULL },
	{ "8BC0402B", 63456, 1, 1, false, NULL },
	{ "8A40FD48", 2105, 1, 2, false, NULL },
	{ "8A8040FD48", 3207, 1, 2, false, NULL },
	{ "8AC040FD48", 4309, 1, 2, false, NULL },
	{ "8B40FD59", 11234, 1, 2, false, NULL },
	{ "0AFB2D", 4550, 1, 2, false, NULL },
};

static const struct mbus_plan heat[] = {
	{ "0C06", 54321, 1, 0, true, NULL },		/* kWh */
	{ "0C14", 765432, 3, 0, true, NULL },		/* 0.01 m3 */
	{ "0B2D", 1234, 1, 0, false, NULL },		/* 100 W */
	{ "0B3B", 2345, 1, 0, false, NULL },		/* l/h */
	{ "0A5A", 701, 1, 0, false, NULL },		/* flow, 0.1 degree C */
	{ "0A5E", 401, 1, 0, false, NULL },		/* return */
	{ "0B61", 30012, 1, 0, false, NULL },		/* difference, 0.01 K */
	{ "4C06", 43210, 5, 0, false, NULL },
	{ "4C14", 654321, 7, 0, false, NULL },
	{ "426C", A_DATE, 0, 0, false, NULL },
	{ "046D", A_TIME, 0, 0, false, NULL },
	{ "0227", 1234, 1, 0, false, NULL },		/* days in operation */
};

/* The two counters of the fixed structure, in litres. */
static const struct mbus_plan water[] = {
	{ "0C13", 135792, 1, 0, true, NULL },
	{ "4C13", 124680, 2, 0, false, NULL },
};

static const struct mbus_model models[] = {
	{ "pro380mb", "INM", 0x01, 0x02, 1, false, true, pro380mb, ARRAY_SIZE(pro380mb), NULL, 0 },
	{ "emeter", "SEM", 0x10, 0x02, 1, false, false, emeter, ARRAY_SIZE(emeter),
	  emeter_tail, sizeof(emeter_tail) },
	{ "etelegrams", "SET", 0x20, 0x02, 3, false, false, etelegrams, ARRAY_SIZE(etelegrams),
	  NULL, 0 },
	{ "heat", "SHT", 0x30, 0x04, 1, false, false, heat, ARRAY_SIZE(heat), NULL, 0 },
	{ "water", "SWT", 0x40, 0x07, 1, true, false, water, ARRAY_SIZE(water), NULL, 0 },
};

const struct mbus_model *mbus_model_find(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].name, name))
			return &models[i];
	return NULL;
}
