/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wired M-Bus: what meters say (EN 13757-3).
 */
#ifndef _LINUX_METERBUS_RECORD_H
#define _LINUX_METERBUS_RECORD_H

#include <linux/types.h>

/* EN 13757-3:2018, 6.3.3 and 6.4.2: at most ten DIFEs, ten VIFEs */
#define METERBUS_MAX_DIFE	10
#define METERBUS_MAX_VIFE	10

/**
 * enum meterbus_function - function field of a DIF, EN 13757-3:2018, 6.3.2
 * @METERBUS_INSTANTANEOUS: instantaneous value
 * @METERBUS_MAXIMUM: maximum value
 * @METERBUS_MINIMUM: minimum value
 * @METERBUS_ERROR_VALUE: value during error state
 */
enum meterbus_function {
	METERBUS_INSTANTANEOUS,
	METERBUS_MAXIMUM,
	METERBUS_MINIMUM,
	METERBUS_ERROR_VALUE,
};

/*
 * What a record tells, EN 13757-3:2018, Tables 10 to 14
 *
 * METERBUS_UNKNOWN is a code that the tables reserve, METERBUS_PLAIN_TEXT is told by
 * the record's own unit text.
 */
enum meterbus_quantity {
	METERBUS_UNKNOWN,
	METERBUS_MANUFACTURER_SPECIFIC,
	METERBUS_PLAIN_TEXT,
	METERBUS_ANY,
	METERBUS_ENERGY,
	METERBUS_REACTIVE_ENERGY,
	METERBUS_APPARENT_ENERGY,
	METERBUS_VOLUME,
	METERBUS_MASS,
	METERBUS_ON_TIME,
	METERBUS_OPERATING_TIME,
	METERBUS_POWER,
	METERBUS_REACTIVE_POWER,
	METERBUS_APPARENT_POWER,
	METERBUS_VOLUME_FLOW,
	METERBUS_MASS_FLOW,
	METERBUS_FLOW_TEMPERATURE,
	METERBUS_RETURN_TEMPERATURE,
	METERBUS_TEMPERATURE_DIFFERENCE,
	METERBUS_EXTERNAL_TEMPERATURE,
	METERBUS_TEMPERATURE,
	METERBUS_TEMPERATURE_LIMIT,
	METERBUS_PRESSURE,
	METERBUS_RELATIVE_HUMIDITY,
	METERBUS_VOLTAGE,
	METERBUS_CURRENT,
	METERBUS_FREQUENCY,
	METERBUS_PHASE_VOLTAGES,
	METERBUS_PHASE_VOLTAGE_CURRENT,
	METERBUS_CUMULATED_MAX_POWER,
	METERBUS_HCA_UNITS,
	METERBUS_DIMENSIONLESS,
	METERBUS_CREDIT,
	METERBUS_DEBIT,
	METERBUS_TIME_POINT,
	METERBUS_TIME_POINT_SECOND,
	METERBUS_AVERAGING_DURATION,
	METERBUS_ACTUALITY_DURATION,
	METERBUS_STORAGE_INTERVAL,
	METERBUS_SINCE_READOUT,
	METERBUS_SINCE_CUMULATION,
	METERBUS_TARIFF_START,
	METERBUS_TARIFF_DURATION,
	METERBUS_TARIFF_PERIOD,
	METERBUS_TRANSMISSION_PERIOD,
	METERBUS_BATTERY_TIME,
	METERBUS_BATTERY_CHANGE,
	METERBUS_BATTERY_LEFT,
	METERBUS_DAY_OF_WEEK,
	METERBUS_WEEK_NUMBER,
	METERBUS_DAY_CHANGE,
	METERBUS_DAYLIGHT_SAVING,
	METERBUS_FABRICATION_NUMBER,
	METERBUS_IDENTIFICATION,
	METERBUS_ADDRESS,
	METERBUS_MESSAGE_IDENTIFICATION,
	METERBUS_DEVICE_TYPE,
	METERBUS_MANUFACTURER,
	METERBUS_PARAMETER_SET,
	METERBUS_MODEL,
	METERBUS_HARDWARE_VERSION,
	METERBUS_FIRMWARE_VERSION,
	METERBUS_SOFTWARE_VERSION,
	METERBUS_CUSTOMER_LOCATION,
	METERBUS_CUSTOMER,
	METERBUS_ACCESS_CODE,
	METERBUS_PASSWORD,
	METERBUS_SECURITY_KEY,
	METERBUS_ERROR_FLAGS,
	METERBUS_ERROR_MASK,
	METERBUS_DIGITAL_OUTPUT,
	METERBUS_DIGITAL_INPUT,
	METERBUS_BAUD_RATE,
	METERBUS_RESPONSE_DELAY,
	METERBUS_RETRY,
	METERBUS_REMOTE_CONTROL,
	METERBUS_STORAGE_NUMBER,
	METERBUS_STORAGE_BLOCK_SIZE,
	METERBUS_TARIFF_DESCRIPTOR,
	METERBUS_OPERATOR_DATA,
	METERBUS_SUPPLIER_INFORMATION,
	METERBUS_PARAMETER_ACTIVATION,
	METERBUS_RESET_COUNTER,
	METERBUS_CUMULATION_COUNTER,
	METERBUS_STOP_COUNTER,
	METERBUS_CONTROL_SIGNAL,
	METERBUS_RF_LEVEL,
	METERBUS_LISTENING_WINDOW,
	METERBUS_CONTAINER,
	METERBUS_NR_QUANTITIES,
};

/*
 * Unit of a record's value, before its power of ten
 *
 * The units of time stand in the order in which VIFs count them.
 */
enum meterbus_unit {
	METERBUS_NO_UNIT,
	METERBUS_WH,
	METERBUS_VARH,
	METERBUS_VAH,
	METERBUS_JOULE,
	METERBUS_CAL,
	METERBUS_M3,
	METERBUS_FEET3,
	METERBUS_GALLON,
	METERBUS_KG,
	METERBUS_WATT,
	METERBUS_VAR,
	METERBUS_VA,
	METERBUS_J_PER_H,
	METERBUS_M3_PER_H,
	METERBUS_M3_PER_MIN,
	METERBUS_M3_PER_S,
	METERBUS_GALLON_PER_MIN,
	METERBUS_GALLON_PER_H,
	METERBUS_KG_PER_H,
	METERBUS_CELSIUS,
	METERBUS_KELVIN,
	METERBUS_FAHRENHEIT,
	METERBUS_BAR,
	METERBUS_PERCENT,
	METERBUS_VOLT,
	METERBUS_AMPERE,
	METERBUS_HERTZ,
	METERBUS_DEGREE,
	METERBUS_CURRENCY,
	METERBUS_DBM,
	METERBUS_BAUD,
	METERBUS_BIT_TIMES,
	METERBUS_SECOND,
	METERBUS_MINUTE,
	METERBUS_HOUR,
	METERBUS_DAY,
	METERBUS_MONTH,
	METERBUS_YEAR,
	METERBUS_NR_UNITS,
};

/**
 * enum meterbus_kind - how a record's value is given
 * @METERBUS_NO_DATA: not at all
 * @METERBUS_SELECTION: a selection for readout
 * @METERBUS_INTEGER: &meterbus_record.integer × 10^&meterbus_record.exponent
 * @METERBUS_REAL: &meterbus_record.real, as IEEE 754 binary32, × 10^exponent; a
 *	number
 * @METERBUS_DATE: &meterbus_record.date
 * @METERBUS_TEXT: see meterbus_record_text()
 * @METERBUS_BYTES: &meterbus_record.data, of a meaning that is not told here
 * @METERBUS_INVALID: the meter has no value, or its coding is against the rules
 */
enum meterbus_kind {
	METERBUS_NO_DATA,
	METERBUS_SELECTION,
	METERBUS_INTEGER,
	METERBUS_REAL,
	METERBUS_DATE,
	METERBUS_TEXT,
	METERBUS_BYTES,
	METERBUS_INVALID,
};

/*
 * VIFEs that make a record another than its quantity says
 *
 * The codes of EN 13757-3:2018, Table 15; those of Table 16, which a VIFE FC
 * announces, have METERBUS_QUALIFIER_FC set. Only those are named that readers of
 * electricity meters care for. What stands behind METERBUS_SPECIFIC are codes of the
 * manufacturer, with METERBUS_QUALIFIER_SPECIFIC set. By the standard the data are his,
 * too; meters that say so mean the quantity all the same, of a phase for example.
 */
enum meterbus_qualifier {
	METERBUS_AVERAGE = 0x12,
	METERBUS_POSITIVE_ONLY = 0x3b,
	METERBUS_NEGATIVE_ONLY = 0x3c,
	METERBUS_FUTURE = 0x7e,
	METERBUS_SPECIFIC = 0x7f,
	METERBUS_QUALIFIER_FC = 0x100,
	METERBUS_PHASE_L1 = 0x101,
	METERBUS_PHASE_L2 = 0x102,
	METERBUS_PHASE_L3 = 0x103,
	METERBUS_NEUTRAL = 0x104,
	METERBUS_L1_L2 = 0x105,
	METERBUS_L2_L3 = 0x106,
	METERBUS_L3_L1 = 0x107,
	METERBUS_QUADRANT_1 = 0x108,
	METERBUS_QUADRANT_2 = 0x109,
	METERBUS_QUADRANT_3 = 0x10a,
	METERBUS_QUADRANT_4 = 0x10b,
	METERBUS_IMPORT_LESS_EXPORT = 0x10c,
	METERBUS_ABSOLUTE = 0x110,
	METERBUS_QUALIFIER_SPECIFIC = 0x200,
};

/* A field of a date that has no value, or every value. */
#define METERBUS_EVERY	(-1)

/**
 * struct meterbus_date - types F, G, I and J of EN 13757-3:2018, Annex A
 * @has_date: @year, @month and @day are given
 * @has_time: @hour and @minute are given
 * @has_second: @second is given
 * @summer: the time is summer time
 * @year: 1981 to 2299, or METERBUS_EVERY
 * @month: 1 to 12, or METERBUS_EVERY
 * @day: 1 to 31, or METERBUS_EVERY
 * @hour: 0 to 23, or METERBUS_EVERY
 * @minute: 0 to 59, or METERBUS_EVERY
 * @second: 0 to 59, or METERBUS_EVERY
 */
struct meterbus_date {
	bool has_date;
	bool has_time;
	bool has_second;
	bool summer;
	s16 year;
	s8 month;
	s8 day;
	s8 hour;
	s8 minute;
	s8 second;
};

/**
 * struct meterbus_bytes - a part of a telegram
 * @buf: the bytes, as they came
 * @len: how many
 * @msb_first: the most significant byte, or the first character, came first
 */
struct meterbus_bytes {
	const u8 *buf;
	size_t len;
	bool msb_first;
};

/**
 * struct meterbus_record - one record of a telegram
 * @offset: where it begins in the telegram's records
 * @len: its length there
 * @function: function field
 * @storage: storage number
 * @tariff: tariff
 * @subunit: subunit
 * @quantity: what it tells
 * @unit: unit
 * @exponent: power of ten by which the value is multiplied, corrections included
 * @unit_text: with METERBUS_PLAIN_TEXT the quantity or unit
 * @qualifiers: enum meterbus_qualifier; the record is what @quantity says only if
 *	there are none
 * @nr_qualifiers: how many
 * @error: record error, EN 13757-3:2018, Table 18; 0 if none
 * @more: more records follow in the next telegram
 * @data: the value's bytes; they live as long as the telegram
 * @kind: which of the following is valid
 * @integer: an exact integer
 * @real: IEEE 754 binary32, neither infinite nor NaN
 * @date: a date, a time, or both
 */
struct meterbus_record {
	size_t offset;
	size_t len;
	enum meterbus_function function;
	u64 storage;
	u32 tariff;
	u16 subunit;

	enum meterbus_quantity quantity;
	enum meterbus_unit unit;
	int exponent;
	struct meterbus_bytes unit_text;
	u16 qualifiers[METERBUS_MAX_VIFE];
	unsigned int nr_qualifiers;
	u8 error;

	bool more;
	struct meterbus_bytes data;
	enum meterbus_kind kind;
	union {
		s64 integer;
		u32 real;
		struct meterbus_date date;
	};
};

/**
 * struct meterbus_telegram - a telegram that a meter sent
 * @ci: CI field
 * @msb_first: mode 2, the most significant byte comes first
 * @fixed: fixed data structure: two counters without DIF and VIF
 * @has_id: @id is given; if it is and the structure is not fixed, @manufacturer and
 *	@version are, too
 * @has_status: @access and @status are given
 * @id: identification number, one digit each four bits
 * @manufacturer: manufacturer
 * @version: version, or generation
 * @medium: medium, or device type
 * @access: access number
 * @status: status
 * @signature: signature, or configuration
 * @units: units of the counters of the fixed structure
 * @records: the records
 */
struct meterbus_telegram {
	u8 ci;
	bool msb_first;
	bool fixed;
	bool has_id;
	bool has_status;
	u32 id;
	u16 manufacturer;
	u8 version;
	u8 medium;
	u8 access;
	u8 status;
	u16 signature;
	u8 units[2];
	struct meterbus_bytes records;
};

int meterbus_telegram_parse(struct meterbus_telegram *telegram, const u8 *buf, size_t len);
int meterbus_telegram_more(const struct meterbus_telegram *telegram);
int meterbus_record_next(const struct meterbus_telegram *telegram, size_t *pos,
			 struct meterbus_record *record);
int meterbus_record_scale(const struct meterbus_record *record, u32 factor, int exponent,
			  s64 *value);
int meterbus_record_text(const struct meterbus_record *record, char *buf, size_t size);
int meterbus_record_unit(const struct meterbus_record *record, char *buf, size_t size);
const char *meterbus_quantity_name(enum meterbus_quantity quantity);
const char *meterbus_unit_name(enum meterbus_unit unit);
void meterbus_manufacturer_name(u16 manufacturer, char name[4]);

#endif
