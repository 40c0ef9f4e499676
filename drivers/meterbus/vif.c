// SPDX-License-Identifier: GPL-2.0-only
/*
 * Value information: VIF tables and VIFEs (EN 13757-3:2018, 6.4); pure code.
 *
 * What EN 13757-3:2004 had and the 2018 edition reserves is kept where its meaning
 * is not given to anything else.
 */
#include <linux/kernel.h>

#include "protocol.h"

/* What grows along the codes of a row. */
enum vif_step {
	VIF_CONSTANT,
	VIF_TEN,	/* the power of ten */
	VIF_TIME,	/* the unit of time */
};

struct vif_row {
	u8 first;
	u8 last;
	u8 quantity;
	u8 unit;
	s8 exponent;
	s8 prefix;
	u8 step;
	u8 format;
};

#define ROW(_first, _last, _quantity, _unit, _exponent, _prefix, _step, _format) {	\
	.first = (_first),				\
	.last = (_last),				\
	.quantity = METERBUS_##_quantity,		\
	.unit = METERBUS_##_unit,			\
	.exponent = (_exponent),			\
	.prefix = (_prefix),				\
	.step = VIF_##_step,				\
	.format = METERBUS_FORMAT_##_format,		\
}

#define SCALED(first, last, quantity, unit, exponent)			\
	ROW(first, last, quantity, unit, exponent, 0, TEN, NUMBER)
#define PREFIXED(first, last, quantity, unit, exponent, prefix)		\
	ROW(first, last, quantity, unit, exponent, prefix, TEN, NUMBER)
#define TIMES(first, last, quantity, unit)				\
	ROW(first, last, quantity, unit, 0, 0, TIME, NUMBER)
#define PLAIN(first, last, quantity, unit)				\
	ROW(first, last, quantity, unit, 0, 0, CONSTANT, NUMBER)
#define UNSIGNED(first, last, quantity, unit, exponent, prefix, step)	\
	ROW(first, last, quantity, unit, exponent, prefix, step, UNSIGNED)
#define CODED(first, last, quantity, format)				\
	ROW(first, last, quantity, NO_UNIT, 0, 0, CONSTANT, format)

/* Table 10: primary VIF codes */
static const struct vif_row vif_primary[] = {
	SCALED(0x00, 0x07, ENERGY, WH, -3),
	SCALED(0x08, 0x0f, ENERGY, JOULE, 0),
	SCALED(0x10, 0x17, VOLUME, M3, -6),
	SCALED(0x18, 0x1f, MASS, KG, -3),
	TIMES(0x20, 0x23, ON_TIME, SECOND),
	TIMES(0x24, 0x27, OPERATING_TIME, SECOND),
	SCALED(0x28, 0x2f, POWER, WATT, -3),
	SCALED(0x30, 0x37, POWER, J_PER_H, 0),
	SCALED(0x38, 0x3f, VOLUME_FLOW, M3_PER_H, -6),
	SCALED(0x40, 0x47, VOLUME_FLOW, M3_PER_MIN, -7),
	SCALED(0x48, 0x4f, VOLUME_FLOW, M3_PER_S, -9),
	SCALED(0x50, 0x57, MASS_FLOW, KG_PER_H, -3),
	SCALED(0x58, 0x5b, FLOW_TEMPERATURE, CELSIUS, -3),
	SCALED(0x5c, 0x5f, RETURN_TEMPERATURE, CELSIUS, -3),
	SCALED(0x60, 0x63, TEMPERATURE_DIFFERENCE, KELVIN, -3),
	SCALED(0x64, 0x67, EXTERNAL_TEMPERATURE, CELSIUS, -3),
	SCALED(0x68, 0x6b, PRESSURE, BAR, -3),
	CODED(0x6c, 0x6d, TIME_POINT, DATE),
	PLAIN(0x6e, 0x6e, HCA_UNITS, NO_UNIT),
	TIMES(0x70, 0x73, AVERAGING_DURATION, SECOND),
	TIMES(0x74, 0x77, ACTUALITY_DURATION, SECOND),
	CODED(0x78, 0x78, FABRICATION_NUMBER, UNSIGNED),
	CODED(0x79, 0x79, IDENTIFICATION, UNSIGNED),
	CODED(0x7a, 0x7a, ADDRESS, UNSIGNED),
	PLAIN(0x7c, 0x7c, PLAIN_TEXT, NO_UNIT),
	PLAIN(0x7e, 0x7e, ANY, NO_UNIT),
	PLAIN(0x7f, 0x7f, MANUFACTURER_SPECIFIC, NO_UNIT),
};

/* Table 12: main VIFE code extension table, after VIF FD */
static const struct vif_row vif_fd[] = {
	SCALED(0x00, 0x03, CREDIT, CURRENCY, -3),
	SCALED(0x04, 0x07, DEBIT, CURRENCY, -3),
	CODED(0x08, 0x08, MESSAGE_IDENTIFICATION, UNSIGNED),
	CODED(0x09, 0x09, DEVICE_TYPE, UNSIGNED),
	CODED(0x0a, 0x0a, MANUFACTURER, UNSIGNED),
	CODED(0x0b, 0x0b, PARAMETER_SET, UNSIGNED),
	CODED(0x0c, 0x0c, MODEL, UNSIGNED),
	CODED(0x0d, 0x0d, HARDWARE_VERSION, UNSIGNED),
	CODED(0x0e, 0x0e, FIRMWARE_VERSION, UNSIGNED),
	CODED(0x0f, 0x0f, SOFTWARE_VERSION, UNSIGNED),
	CODED(0x10, 0x10, CUSTOMER_LOCATION, UNSIGNED),
	CODED(0x11, 0x11, CUSTOMER, UNSIGNED),
	CODED(0x12, 0x15, ACCESS_CODE, UNSIGNED),
	CODED(0x16, 0x16, PASSWORD, UNSIGNED),
	CODED(0x17, 0x17, ERROR_FLAGS, BITS),
	CODED(0x18, 0x18, ERROR_MASK, BITS),
	CODED(0x19, 0x19, SECURITY_KEY, BYTES),
	CODED(0x1a, 0x1a, DIGITAL_OUTPUT, BITS),
	CODED(0x1b, 0x1b, DIGITAL_INPUT, BITS),
	UNSIGNED(0x1c, 0x1c, BAUD_RATE, BAUD, 0, 0, CONSTANT),
	UNSIGNED(0x1d, 0x1d, RESPONSE_DELAY, BIT_TIMES, 0, 0, CONSTANT),
	CODED(0x1e, 0x1e, RETRY, UNSIGNED),
	CODED(0x1f, 0x1f, REMOTE_CONTROL, BITS),
	CODED(0x20, 0x21, STORAGE_NUMBER, UNSIGNED),
	CODED(0x22, 0x22, STORAGE_BLOCK_SIZE, UNSIGNED),
	CODED(0x23, 0x23, TARIFF_DESCRIPTOR, BYTES),
	TIMES(0x24, 0x29, STORAGE_INTERVAL, SECOND),
	CODED(0x2a, 0x2a, OPERATOR_DATA, BYTES),
	UNSIGNED(0x2b, 0x2b, TIME_POINT_SECOND, SECOND, 0, 0, CONSTANT),
	UNSIGNED(0x2c, 0x2f, SINCE_READOUT, SECOND, 0, 0, TIME),
	CODED(0x30, 0x30, TARIFF_START, DATE),
	TIMES(0x31, 0x33, TARIFF_DURATION, MINUTE),
	TIMES(0x34, 0x39, TARIFF_PERIOD, SECOND),
	PLAIN(0x3a, 0x3a, DIMENSIONLESS, NO_UNIT),
	CODED(0x3b, 0x3b, CONTAINER, BYTES),
	UNSIGNED(0x3c, 0x3f, TRANSMISSION_PERIOD, SECOND, 0, 0, TIME),
	SCALED(0x40, 0x4f, VOLTAGE, VOLT, -9),
	SCALED(0x50, 0x5f, CURRENT, AMPERE, -12),
	CODED(0x60, 0x60, RESET_COUNTER, UNSIGNED),
	CODED(0x61, 0x61, CUMULATION_COUNTER, UNSIGNED),
	CODED(0x62, 0x62, CONTROL_SIGNAL, UNSIGNED),
	CODED(0x63, 0x63, DAY_OF_WEEK, UNSIGNED),
	CODED(0x64, 0x64, WEEK_NUMBER, UNSIGNED),
	CODED(0x65, 0x65, DAY_CHANGE, UNSIGNED),
	CODED(0x66, 0x66, PARAMETER_ACTIVATION, UNSIGNED),
	CODED(0x67, 0x67, SUPPLIER_INFORMATION, UNSIGNED),
	TIMES(0x68, 0x6b, SINCE_CUMULATION, HOUR),
	TIMES(0x6c, 0x6f, BATTERY_TIME, HOUR),
	CODED(0x70, 0x70, BATTERY_CHANGE, DATE),
	PLAIN(0x71, 0x71, RF_LEVEL, DBM),
	CODED(0x72, 0x72, DAYLIGHT_SAVING, BYTES),
	CODED(0x73, 0x73, LISTENING_WINDOW, BYTES),
	UNSIGNED(0x74, 0x74, BATTERY_LEFT, DAY, 0, 0, CONSTANT),
	CODED(0x75, 0x75, STOP_COUNTER, UNSIGNED),
	CODED(0x76, 0x76, CONTAINER, BYTES),
};

/* Table 14: alternate VIFE code extension table, after VIF FB */
static const struct vif_row vif_fb[] = {
	PREFIXED(0x00, 0x01, ENERGY, WH, 5, 6),
	PREFIXED(0x02, 0x03, REACTIVE_ENERGY, VARH, 3, 3),
	PREFIXED(0x04, 0x05, APPARENT_ENERGY, VAH, 3, 3),
	PREFIXED(0x08, 0x09, ENERGY, JOULE, 8, 9),
	PREFIXED(0x0c, 0x0f, ENERGY, CAL, 5, 6),
	SCALED(0x10, 0x11, VOLUME, M3, 2),
	PREFIXED(0x14, 0x17, REACTIVE_POWER, VAR, 0, 3),
	UNSIGNED(0x18, 0x19, MASS, KG, 5, 3, TEN),
	UNSIGNED(0x1a, 0x1b, RELATIVE_HUMIDITY, PERCENT, -1, 0, TEN),
	SCALED(0x20, 0x20, VOLUME, FEET3, 0),
	SCALED(0x21, 0x21, VOLUME, FEET3, -1),
	SCALED(0x22, 0x23, VOLUME, GALLON, -1),			/* 2004 */
	SCALED(0x24, 0x24, VOLUME_FLOW, GALLON_PER_MIN, -3),	/* 2004 */
	SCALED(0x25, 0x25, VOLUME_FLOW, GALLON_PER_MIN, 0),	/* 2004 */
	SCALED(0x26, 0x26, VOLUME_FLOW, GALLON_PER_H, 0),	/* 2004 */
	PREFIXED(0x28, 0x29, POWER, WATT, 5, 6),
	SCALED(0x2a, 0x2a, PHASE_VOLTAGES, DEGREE, -1),
	SCALED(0x2b, 0x2b, PHASE_VOLTAGE_CURRENT, DEGREE, -1),
	SCALED(0x2c, 0x2f, FREQUENCY, HERTZ, -3),
	PREFIXED(0x30, 0x31, POWER, J_PER_H, 8, 9),
	PREFIXED(0x34, 0x37, APPARENT_POWER, VA, 0, 3),
	SCALED(0x58, 0x5b, FLOW_TEMPERATURE, FAHRENHEIT, -3),	/* 2004 */
	SCALED(0x5c, 0x5f, RETURN_TEMPERATURE, FAHRENHEIT, -3),	/* 2004 */
	SCALED(0x60, 0x63, TEMPERATURE_DIFFERENCE, FAHRENHEIT, -3), /* 2004 */
	SCALED(0x64, 0x67, EXTERNAL_TEMPERATURE, FAHRENHEIT, -3), /* 2004 */
	SCALED(0x70, 0x73, TEMPERATURE_LIMIT, FAHRENHEIT, -3),	/* 2004 */
	SCALED(0x74, 0x77, TEMPERATURE_LIMIT, CELSIUS, -3),
	SCALED(0x78, 0x7f, CUMULATED_MAX_POWER, WATT, -3),
};

static const struct {
	const struct vif_row *rows;
	size_t count;
} vif_tables[] = {
	[METERBUS_VIF_PRIMARY] = { vif_primary, ARRAY_SIZE(vif_primary) },
	[METERBUS_VIF_FD] = { vif_fd, ARRAY_SIZE(vif_fd) },
	[METERBUS_VIF_FB] = { vif_fb, ARRAY_SIZE(vif_fb) },
};

static void vif_take(const struct vif_row *row, unsigned int n, struct meterbus_vif *vif)
{
	vif->quantity = row->quantity;
	vif->unit = row->unit + (row->step == VIF_TIME ? n : 0);
	vif->exponent = row->exponent + (row->step == VIF_TEN ? n : 0);
	vif->prefix = row->prefix;
	vif->format = row->format;
}

/**
 * meterbus_vif_find() - look a VIF up
 * @table: where
 * @code: the code, without extension bit
 * @vif: result; METERBUS_UNKNOWN if the table reserves the code
 */
void meterbus_vif_find(enum meterbus_vif_table table, u8 code, struct meterbus_vif *vif)
{
	const struct vif_row *row = vif_tables[table].rows;
	const struct vif_row *end = row + vif_tables[table].count;

	*vif = (struct meterbus_vif){ .quantity = METERBUS_UNKNOWN };
	for (; row < end; row++)
		if (code >= row->first && code <= row->last)
			vif_take(row, code - row->first, vif);
}

static void vife_qualify(struct meterbus_vib *vib, u16 qualifier)
{
	struct meterbus_record *record = vib->record;

	if (record->nr_qualifiers < METERBUS_MAX_VIFE)
		record->qualifiers[record->nr_qualifiers++] = qualifier;
}

/* Table 16, after VIFE FC: how the data are coded, or a qualifier */
static void vife_apply_second(struct meterbus_vib *vib, u8 code)
{
	switch (code) {
	case 0x11: /* data type C */
		vib->vif.format = METERBUS_FORMAT_UNSIGNED;
		break;
	case 0x12: /* data type D */
		vib->vif.format = METERBUS_FORMAT_BITS;
		break;
	default:
		vife_qualify(vib, METERBUS_QUALIFIER_FC | code);
	}
}

/*
 * Codes below 20: record errors (Table 18, the gaps are reserved for more of them),
 * among them what Table 15 defines in the same range.
 */
static void vife_apply_low(struct meterbus_vib *vib, u8 code)
{
	switch (code) {
	case 0x00: /* no error */
		break;
	case 0x13: /* inverse compact profile */
	case 0x1e: /* compact profile with registers */
	case 0x1f: /* compact profile */
		vib->vif.format = METERBUS_FORMAT_BYTES;
		vife_qualify(vib, code);
		break;
	case 0x12: /* average value */
	case 0x14: /* relative deviation */
	case 0x1d: /* standard conform data content */
		vife_qualify(vib, code);
		break;
	default:
		vib->record->error = code;
	}
}

/* Codes 40 to 6f: about limits that were exceeded; what is told is not the quantity. */
static void vife_apply_limit(struct meterbus_vib *vib, u8 code)
{
	struct meterbus_vif *vif = &vib->vif;

	vife_qualify(vib, code);
	if (code >= 0x50 && code <= 0x67) {			/* duration */
		vif->unit = METERBUS_SECOND + (code & 3);
		vif->format = METERBUS_FORMAT_NUMBER;
	} else if (code == 0x41 || code == 0x49) {		/* how often */
		vif->unit = METERBUS_NO_UNIT;
		vif->format = METERBUS_FORMAT_NUMBER;
	} else if (code & 2) {					/* date of begin, end */
		vif->unit = METERBUS_NO_UNIT;
		vif->format = METERBUS_FORMAT_DATE;
	} else {						/* limit, value */
		return;
	}
	vif->exponent = 0;
	vif->prefix = 0;
}

static void vife_apply_date(struct meterbus_vib *vib, u8 code)
{
	vife_qualify(vib, code);
	vib->vif.unit = METERBUS_NO_UNIT;
	vib->vif.exponent = 0;
	vib->vif.prefix = 0;
	vib->vif.format = METERBUS_FORMAT_DATE;
}

/* Codes 70 to 7f */
static void vife_apply_high(struct meterbus_vib *vib, u8 code)
{
	switch (code) {
	case 0x70 ... 0x77: /* multiplicative correction, 10^(nnn - 6) */
		vib->vif.exponent += (code & 7) - 6;
		break;
	case 0x78 ... 0x7b: /* additive correction, 10^(nn - 3) of the unit */
		vib->has_offset = true;
		vib->offset = (code & 3) - 3;
		break;
	case 0x7c:
		vib->second_table = true;
		break;
	case 0x7d: /* multiplicative correction, 10^3 */
		vib->vif.exponent += 3;
		break;
	case METERBUS_SPECIFIC:
		vib->specific_vifes = true;
		fallthrough;
	default:
		vife_qualify(vib, code);
	}
}

/**
 * meterbus_vife_apply() - what a combinable VIFE changes (Table 15)
 * @vib: the value information so far
 * @code: the VIFE, without extension bit
 */
void meterbus_vife_apply(struct meterbus_vib *vib, u8 code)
{
	if (vib->specific)
		return;
	if (vib->specific_vifes) {
		vife_qualify(vib, METERBUS_QUALIFIER_SPECIFIC | code);
	} else if (vib->second_table) {
		vib->second_table = false;
		vife_apply_second(vib, code);
	} else if (code < 0x20) {
		vife_apply_low(vib, code);
	} else if (code == 0x39) { /* start date of */
		vife_apply_date(vib, code);
	} else if (code < 0x40) {
		vife_qualify(vib, code);
	} else if (code < 0x70) {
		vife_apply_limit(vib, code);
	} else {
		vife_apply_high(vib, code);
	}
}
