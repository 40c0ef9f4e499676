// SPDX-License-Identifier: GPL-2.0-only
/*
 * libmbus's words, and where it and the decoder here are known to differ: each rule
 * makes of what libmbus says what is said here, and tells why.
 */
#include <math.h>
#include <stdio.h>

#include <mbus/mbus.h>

#include "peer.h"

static const struct {
	const char *name;
	enum meterbus_quantity quantity;
} quantities[] = {
	{ "Reserved", METERBUS_UNKNOWN },
	{ "Unknown", METERBUS_UNKNOWN },
	{ "Manufacturer specific", METERBUS_MANUFACTURER_SPECIFIC },
	{ "Any VIF", METERBUS_ANY },
	{ "Energy", METERBUS_ENERGY },
	{ "Volume", METERBUS_VOLUME },
	{ "Mass", METERBUS_MASS },
	{ "On time", METERBUS_ON_TIME },
	{ "Operating time", METERBUS_OPERATING_TIME },
	{ "Power", METERBUS_POWER },
	{ "Volume flow", METERBUS_VOLUME_FLOW },
	{ "Mass flow", METERBUS_MASS_FLOW },
	{ "Flow temperature", METERBUS_FLOW_TEMPERATURE },
	{ "Return temperature", METERBUS_RETURN_TEMPERATURE },
	{ "Temperature difference", METERBUS_TEMPERATURE_DIFFERENCE },
	{ "External temperature", METERBUS_EXTERNAL_TEMPERATURE },
	{ "Cold / Warm Temperature Limit", METERBUS_TEMPERATURE_LIMIT },
	{ "Pressure", METERBUS_PRESSURE },
	{ "Voltage", METERBUS_VOLTAGE },
	{ "Current", METERBUS_CURRENT },
	{ "Cumul count max power", METERBUS_CUMULATED_MAX_POWER },
	{ "H.C.A.", METERBUS_HCA_UNITS },
	{ "Dimensionless", METERBUS_DIMENSIONLESS },
	{ "Credit", METERBUS_CREDIT },
	{ "Debit", METERBUS_DEBIT },
	{ "Time point (date)", METERBUS_TIME_POINT },
	{ "Time point (date & time)", METERBUS_TIME_POINT },
	{ "Averaging Duration", METERBUS_AVERAGING_DURATION },
	{ "Actuality Duration", METERBUS_ACTUALITY_DURATION },
	{ "Storage interval", METERBUS_STORAGE_INTERVAL },
	{ "Duration since last readout", METERBUS_SINCE_READOUT },
	{ "Duration since last cumulation", METERBUS_SINCE_CUMULATION },
	{ "Duration of tariff", METERBUS_TARIFF_DURATION },
	{ "Period of tariff", METERBUS_TARIFF_PERIOD },
	{ "Operating time battery", METERBUS_BATTERY_TIME },
	{ "Date and time of battery change", METERBUS_BATTERY_CHANGE },
	{ "Day of week", METERBUS_DAY_OF_WEEK },
	{ "Week number", METERBUS_WEEK_NUMBER },
	{ "Time point of day change", METERBUS_DAY_CHANGE },
	{ "Fabrication No", METERBUS_FABRICATION_NUMBER },
	{ "(Enhanced) Identification", METERBUS_IDENTIFICATION },
	{ "Bus Address", METERBUS_ADDRESS },
	{ "Access Number (transmission count)", METERBUS_MESSAGE_IDENTIFICATION },
	{ "Medium", METERBUS_DEVICE_TYPE },
	{ "Manufacturer", METERBUS_MANUFACTURER },
	{ "Parameter set identification", METERBUS_PARAMETER_SET },
	{ "Model / Version", METERBUS_MODEL },
	{ "Hardware version", METERBUS_HARDWARE_VERSION },
	{ "Firmware version", METERBUS_FIRMWARE_VERSION },
	{ "Software version", METERBUS_SOFTWARE_VERSION },
	{ "Customer location", METERBUS_CUSTOMER_LOCATION },
	{ "Customer", METERBUS_CUSTOMER },
	{ "Access Code User", METERBUS_ACCESS_CODE },
	{ "Access Code Operator", METERBUS_ACCESS_CODE },
	{ "Access Code System Operator", METERBUS_ACCESS_CODE },
	{ "Access Code Developer", METERBUS_ACCESS_CODE },
	{ "Password", METERBUS_PASSWORD },
	{ "Error flags", METERBUS_ERROR_FLAGS },
	{ "Error mask", METERBUS_ERROR_MASK },
	{ "Digital Output", METERBUS_DIGITAL_OUTPUT },
	{ "Digital Input", METERBUS_DIGITAL_INPUT },
	{ "Baudrate", METERBUS_BAUD_RATE },
	{ "Response delay time", METERBUS_RESPONSE_DELAY },
	{ "Retry", METERBUS_RETRY },
	{ "First storage # for cyclic storage", METERBUS_STORAGE_NUMBER },
	{ "Last storage # for cyclic storage", METERBUS_STORAGE_NUMBER },
	{ "Size of storage block", METERBUS_STORAGE_BLOCK_SIZE },
	{ "Reset counter", METERBUS_RESET_COUNTER },
	{ "Cumulation counter", METERBUS_CUMULATION_COUNTER },
	{ "Control signal", METERBUS_CONTROL_SIGNAL },
	{ "State of parameter activation", METERBUS_PARAMETER_ACTIVATION },
	{ "Special supplier information", METERBUS_SUPPLIER_INFORMATION },
	{ "historic", METERBUS_UNKNOWN },
	{ "No units", METERBUS_DIMENSIONLESS },
};

static const struct {
	const char *name;
	enum meterbus_unit unit;
} units[] = {
	{ "Wh", METERBUS_WH },
	{ "J", METERBUS_JOULE },
	{ "m^3", METERBUS_M3 },
	{ "feet^3", METERBUS_FEET3 },
	{ "American gallon", METERBUS_GALLON },
	{ "kg", METERBUS_KG },
	{ "W", METERBUS_WATT },
	{ "J/h", METERBUS_J_PER_H },
	{ "m^3/h", METERBUS_M3_PER_H },
	{ "m^3/min", METERBUS_M3_PER_MIN },
	{ "m^3/s", METERBUS_M3_PER_S },
	{ "American gallon/min", METERBUS_GALLON_PER_MIN },
	{ "American gallon/h", METERBUS_GALLON_PER_H },
	{ "kg/h", METERBUS_KG_PER_H },
	{ "\u00b0C", METERBUS_CELSIUS },
	{ "K", METERBUS_KELVIN },
	{ "\u00b0F", METERBUS_FAHRENHEIT },
	{ "bar", METERBUS_BAR },
	{ "V", METERBUS_VOLT },
	{ "A", METERBUS_AMPERE },
	{ "Currency units", METERBUS_CURRENCY },
	{ "Baud", METERBUS_BAUD },
	{ "Bittimes", METERBUS_BIT_TIMES },
	{ "s", METERBUS_SECOND },
};

enum meterbus_quantity quantity_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quantities); i++)
		if (!strcmp(quantities[i].name, name))
			return quantities[i].quantity;
	return METERBUS_PLAIN_TEXT;
}

enum meterbus_unit unit_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(units[i].name, name))
			return units[i].unit;
	return METERBUS_NO_UNIT;
}

bool is_time(enum meterbus_unit unit)
{
	return unit >= METERBUS_SECOND && unit <= METERBUS_YEAR;
}

double seconds_of(enum meterbus_unit unit)
{
	static const double seconds[] = { 1, 60, 3600, 86400, 2629743.83, 31556926 };

	return is_time(unit) ? seconds[unit - METERBUS_SECOND] : 1;
}

double binary_of(const struct sample *s)
{
	long long value = 0;

	mbus_data_long_long_decode((u8 *)s->data, s->len, &value);
	return value;
}

static bool is_binary(const struct sample *s)
{
	return FIELD(s) && FIELD(s) < 8 && FIELD(s) != 5;
}

static bool is_one_of(u8 code, const u8 *codes, size_t count)
{
	return memchr(codes, code, count);
}

#define IS_ONE_OF(code, ...)	\
	is_one_of(code, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static bool is_specific(const struct sample *s)
{
	return s->table == PRIMARY && s->code == 0x7f;
}

static bool has_vife(const struct sample *s, u8 first, u8 last)
{
	return s->nr_vife && s->vife >= first && s->vife <= last && !is_specific(s);
}

static bool is_code(const struct sample *s, u8 table, u8 first, u8 last)
{
	return s->table == table && s->code >= first && s->code <= last;
}

static bool has_date_vife(const struct sample *s)
{
	return has_vife(s, 0x39, 0x39) || (has_vife(s, 0x40, 0x4f) && s->vife & 2) ||
	       (has_vife(s, 0x68, 0x6f) && s->vife & 2);
}

static bool is_date_code(const struct sample *s)
{
	return is_code(s, PRIMARY, 0x6c, 0x6d) || (s->table == FD && IS_ONE_OF(s->code, 0x30, 0x70));
}

static bool is_bytes_code(const struct sample *s)
{
	return s->table == FD && IS_ONE_OF(s->code, 0x19, 0x23, 0x2a, 0x3b, 0x72, 0x73, 0x76);
}

/*
 * How long or how often a limit was exceeded by what is no number means nothing, and
 * neither do corrections of it. Reserved codes are the same with any VIFE, and FD 7D
 * leads to Table 13, which nobody here has.
 */
bool is_compared(const struct sample *s)
{
	bool is_coded = is_date_code(s) || is_bytes_code(s);

	if ((s->table == PRIMARY && IS_ONE_OF(s->code, 0x6f, 0x7b, 0x7d)) ||
	    is_code(s, FD, 0x7d, 0x7d))
		return !s->nr_vife;
	return !is_coded || !has_vife(s, 0x40, 0x7d) || has_date_vife(s);
}

static bool set_number(struct reading *r, double number)
{
	bool changed = r->number != number;

	r->number = number;
	return changed;
}

static bool set_kind(struct reading *r, enum kind kind)
{
	bool changed = r->kind != kind;

	r->kind = kind;
	return changed;
}

static bool fix_storage(const struct sample *s, struct reading *r)
{
	long long storage = s->dif >> 6 & 1;
	size_t i;

	for (i = 0; i < s->nr_dife; i++)
		storage |= (long long)(s->dife[i] & 0xf) << (1 + 4 * i);
	if (s->nr_dife < 8 || r->storage == storage)
		return false;
	r->storage = storage;
	return true;
}

static bool fix_selection(const struct sample *s, struct reading *r)
{
	return FIELD(s) == 8 && set_kind(r, SELECTION);
}

static void take_bare(const struct sample *s, double value, struct reading *r)
{
	char *unit = NULL, *quantity = NULL;

	r->raw = value;
	mbus_vif_unit_normalize(s->code, value, &unit, &r->number, &quantity);
	r->unit = unit_by_name(unit);
	r->quantity = quantity_by_name(quantity);
	free(unit);
	free(quantity);
}

static bool fix_lvar(const struct sample *s, struct reading *r)
{
	bool is_bcd = s->lvar < 0xe0;
	size_t most = is_bcd ? 9 : 8;
	double value;

	if (FIELD(s) != VARIABLE || s->lvar < 0xc0 || s->lvar > 0xf6)
		return false;
	value = is_bcd ? mbus_data_bcd_decode((u8 *)s->data, s->len) : binary_of(s);
	take_bare(s, is_bcd && s->lvar >= 0xd0 ? -value : value, r);
	r->found = true;
	r->kind = !s->len ? NOTHING : s->len > most ? BYTES : NUMBER;
	return true;
}

static bool fix_reserved(const struct sample *s, struct reading *r)
{
	return (is_code(s, PRIMARY, 0x6f, 0x6f) || is_code(s, PRIMARY, 0x7b, 0x7d) ||
		is_code(s, FIXED, 0x3a, 0x3d)) && r->quantity == METERBUS_UNKNOWN &&
	       set_number(r, r->raw);
}

/* Read from tables of 2013 and 2018, not from vif.c. */
static const struct later {
	u8 table;
	u8 first;
	u8 last;
	enum meterbus_quantity quantity;
	enum meterbus_unit unit;	/* times: from that one on */
	int exponent;			/* others: from that on */
} later[] = {
	{ FB, 0x02, 0x03, METERBUS_REACTIVE_ENERGY, METERBUS_VARH, 3 },
	{ FB, 0x04, 0x05, METERBUS_APPARENT_ENERGY, METERBUS_VAH, 3 },
	{ FB, 0x0c, 0x0f, METERBUS_ENERGY, METERBUS_CAL, 5 },
	{ FB, 0x14, 0x17, METERBUS_REACTIVE_POWER, METERBUS_VAR, 0 },
	{ FB, 0x1a, 0x1b, METERBUS_RELATIVE_HUMIDITY, METERBUS_PERCENT, -1 },
	{ FB, 0x20, 0x20, METERBUS_VOLUME, METERBUS_FEET3, 0 },
	{ FB, 0x2a, 0x2a, METERBUS_PHASE_VOLTAGES, METERBUS_DEGREE, -1 },
	{ FB, 0x2b, 0x2b, METERBUS_PHASE_VOLTAGE_CURRENT, METERBUS_DEGREE, -1 },
	{ FB, 0x2c, 0x2f, METERBUS_FREQUENCY, METERBUS_HERTZ, -3 },
	{ FB, 0x34, 0x37, METERBUS_APPARENT_POWER, METERBUS_VA, 0 },
	{ FD, 0x19, 0x19, METERBUS_SECURITY_KEY, METERBUS_NO_UNIT, 0 },
	{ FD, 0x1f, 0x1f, METERBUS_REMOTE_CONTROL, METERBUS_NO_UNIT, 0 },
	{ FD, 0x23, 0x23, METERBUS_TARIFF_DESCRIPTOR, METERBUS_NO_UNIT, 0 },
	{ FD, 0x2a, 0x2a, METERBUS_OPERATOR_DATA, METERBUS_NO_UNIT, 0 },
	{ FD, 0x2b, 0x2b, METERBUS_TIME_POINT_SECOND, METERBUS_SECOND, 0 },
	{ FD, 0x30, 0x30, METERBUS_TARIFF_START, METERBUS_NO_UNIT, 0 },
	{ FD, 0x3b, 0x3b, METERBUS_CONTAINER, METERBUS_NO_UNIT, 0 },
	{ FD, 0x3c, 0x3f, METERBUS_TRANSMISSION_PERIOD, METERBUS_SECOND, 0 },
	{ FD, 0x71, 0x71, METERBUS_RF_LEVEL, METERBUS_DBM, 0 },
	{ FD, 0x72, 0x72, METERBUS_DAYLIGHT_SAVING, METERBUS_NO_UNIT, 0 },
	{ FD, 0x73, 0x73, METERBUS_LISTENING_WINDOW, METERBUS_NO_UNIT, 0 },
	{ FD, 0x74, 0x74, METERBUS_BATTERY_LEFT, METERBUS_DAY, 0 },
	{ FD, 0x75, 0x75, METERBUS_STOP_COUNTER, METERBUS_NO_UNIT, 0 },
	{ FD, 0x76, 0x76, METERBUS_CONTAINER, METERBUS_NO_UNIT, 0 },
};

static const struct later *later_find(const struct sample *s)
{
	const struct later *row;

	for (row = later; row < later + ARRAY_SIZE(later); row++)
		if (is_code(s, row->table, row->first, row->last))
			return row;
	return NULL;
}

static bool fix_later(const struct sample *s, struct reading *r)
{
	const struct later *row = later_find(s);
	int step = row ? s->code - row->first : 0;

	if (!row)
		return false;
	r->quantity = row->quantity;
	r->unit = is_time(row->unit) ? METERBUS_SECOND : row->unit;
	r->number *= is_time(row->unit) ? seconds_of(row->unit + step) :
					  pow(10, row->exponent + step);
	return true;
}

static bool fix_unit(const struct sample *s, struct reading *r)
{
	if (is_code(s, FB, 0x08, 0x09))
		r->unit = METERBUS_JOULE;
	else if (is_code(s, FB, 0x30, 0x31))
		r->unit = METERBUS_J_PER_H;
	else
		return false;
	return true;
}

static bool fix_max_power(const struct sample *s, struct reading *r)
{
	return is_code(s, FB, 0x79, 0x79) && set_number(r, 10 * r->number);
}

static bool fix_bytes(const struct sample *s, struct reading *r)
{
	return is_bytes_code(s) && !is_specific(s) && !has_date_vife(s) && r->kind == NUMBER &&
	       set_kind(r, BYTES);
}

/* The unit that Table 14 counts in: MWh, kvarh and so on. */
static double prefix_of(const struct sample *s)
{
	if (s->table != FB)
		return 1;
	if (IS_ONE_OF(s->code, 0x08, 0x09, 0x30, 0x31))
		return 1e9;
	if (IS_ONE_OF(s->code, 0x00, 0x01, 0x0c, 0x0d, 0x0e, 0x0f, 0x28, 0x29))
		return 1e6;
	return IS_ONE_OF(s->code, 0x02, 0x03, 0x04, 0x05, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
			 0x34, 0x35, 0x36, 0x37) ? 1e3 : 1;
}

static bool fix_extended(const struct sample *s, struct reading *r)
{
	if ((s->table != FB && s->table != FD) || r->kind != NUMBER)
		return false;
	if (has_vife(s, 0x70, 0x77))
		return set_number(r, r->number * pow(10, (s->vife & 7) - 6));
	if (has_vife(s, 0x7d, 0x7d))
		return set_number(r, r->number * 1e3);
	return has_vife(s, 0x78, 0x7b) && !is_time(r->unit) &&
	       set_number(r, r->number + pow(10, (s->vife & 3) - 3) * prefix_of(s));
}

/* Not in seconds, but in the unit of the VIF, which is told by what it made of the value. */
static bool fix_offset(const struct sample *s, struct reading *r)
{
	double offset = pow(10, (s->vife & 3) - 3);
	double value = s->table == PRIMARY ? r->number - offset : r->number;

	if (!has_vife(s, 0x78, 0x7b) || !is_time(r->unit) || r->kind != NUMBER)
		return false;
	return set_number(r, (r->raw + offset) * rint(100 * value / r->raw) / 100);
}

static bool fix_count(const struct sample *s, struct reading *r)
{
	if (!has_vife(s, 0x41, 0x41) && !has_vife(s, 0x49, 0x49))
		return false;
	r->number = r->raw;
	r->unit = METERBUS_NO_UNIT;
	return true;
}

static bool fix_duration(const struct sample *s, struct reading *r)
{
	if (!has_vife(s, 0x50, 0x67))
		return false;
	r->number = r->raw * seconds_of(METERBUS_SECOND + (s->vife & 3));
	r->unit = METERBUS_SECOND;
	return true;
}

static bool fix_date_vife(const struct sample *s, struct reading *r)
{
	if (!has_date_vife(s))
		return false;
	r->unit = METERBUS_NO_UNIT;
	return true;
}

static void take_date(const struct sample *s, int *date)
{
	struct tm tm;

	mbus_data_tm_decode(&tm, (u8 *)s->data, s->len);
	date[YEAR] = 1900 + tm.tm_year;
	date[MONTH] = 1 + tm.tm_mon;
	date[DAY] = tm.tm_mday;
	date[HOUR] = tm.tm_hour;
	date[MINUTE] = tm.tm_min;
	date[SECOND] = tm.tm_sec;
}

static void take_time(const struct sample *s, int *date)
{
	date[HOUR] = s->data[2];
	date[MINUTE] = s->data[1];
	date[SECOND] = s->data[0];
}

static bool set_date(const struct sample *s, struct reading *r)
{
	r->kind = is_binary(s) && IS_ONE_OF(s->len, 2, 3, 4, 6) ? DATE : INVALID;
	if (r->kind == DATE && s->len == 3)
		take_time(s, r->date);
	else if (r->kind == DATE)
		take_date(s, r->date);
	return true;
}

static bool is_lenient(const struct sample *s)
{
	if (!is_binary(s))
		return false;
	return (is_code(s, PRIMARY, 0x6c, 0x6c) && IS_ONE_OF(s->len, 3, 4, 6)) ||
	       (is_code(s, PRIMARY, 0x6d, 0x6d) && s->len == 2);
}

static bool fix_date(const struct sample *s, struct reading *r)
{
	return r->kind == NUMBER && !is_specific(s) && (is_date_code(s) || has_date_vife(s)) &&
	       !is_lenient(s) && set_date(s, r);
}

static bool fix_lenient(const struct sample *s, struct reading *r)
{
	return r->kind == NUMBER && !is_specific(s) && is_lenient(s) && set_date(s, r);
}

static bool is_every(const struct sample *s, const int *date, enum date_field field)
{
	static const int every[] = { 2127, 15, 0, 31, 63, 63 };

	if (s->len == 3 && field <= DAY)
		return false;
	if (field == MONTH && s->len == 6)
		return date[MONTH] == 0;
	return date[field] == every[field];
}

static bool fix_every(const struct sample *s, struct reading *r)
{
	enum date_field field;
	bool changed = false;

	for (field = YEAR; field <= SECOND && r->kind == DATE; field++)
		if (is_every(s, r->date, field)) {
			r->date[field] = METERBUS_EVERY;
			changed = true;
		}
	return changed;
}

static bool has_time(const struct sample *s)
{
	return !((s->len == 4 && s->data[0] & 0x80) || (s->len == 6 && s->data[1] & 0x80) ||
		 (s->len == 2 && s->data[0] == 0xff && s->data[1] == 0xff));
}

static bool fix_no_date(const struct sample *s, struct reading *r)
{
	const int *date = r->date;

	if (r->kind != DATE)
		return false;
	return (!has_time(s) || date[YEAR] > 2099 || date[MONTH] > 12 || date[HOUR] > 23 ||
		date[MINUTE] > 59 || date[SECOND] > 59 || (!date[MONTH] && s->len != 3)) &&
	       set_kind(r, INVALID);
}

static bool fix_century(const struct sample *s, struct reading *r)
{
	int century = s->len == 4 ? s->data[1] >> 5 & 3 : 0, year = r->date[YEAR] - 2000;

	if (r->kind != DATE || s->len == 3 || r->date[YEAR] == METERBUS_EVERY)
		return false;
	if (!century && year <= 80)
		century = 1;
	r->date[YEAR] = 1900 + 100 * century + year;
	return century != 1;
}

static bool fix_specific(const struct sample *s, struct reading *r)
{
	if (!s->nr_vife || !is_specific(s))
		return false;
	if (r->kind == DATE)
		r->kind = NUMBER;
	r->number = r->raw;
	r->quantity = METERBUS_MANUFACTURER_SPECIFIC;
	r->unit = METERBUS_NO_UNIT;
	r->words[0] = '\0';
	return true;
}

static bool fix_error(const struct sample *s, struct reading *r)
{
	return has_vife(s, 0x01, 0x1c) && !IS_ONE_OF(s->vife, 0x12, 0x13, 0x14) &&
	       set_kind(r, INVALID);
}

static bool fix_profile(const struct sample *s, struct reading *r)
{
	return s->nr_vife && !is_specific(s) && IS_ONE_OF(s->vife, 0x13, 0x1e, 0x1f) &&
	       set_kind(r, BYTES);
}

static bool fix_real(const struct sample *s, struct reading *r)
{
	return FIELD(s) == 5 && r->kind == NUMBER && !isfinite(r->number) && set_kind(r, INVALID);
}

static bool is_bcd(const struct sample *s)
{
	return FIELD(s) >= 9 && FIELD(s) != VARIABLE;
}

/* In the first place F is a sign. */
static bool fix_digit(const struct sample *s, struct reading *r)
{
	size_t i;

	for (i = 0; i < s->len && is_bcd(s) && r->kind == NUMBER; i++)
		if ((s->data[i] & 0xf) > 9 || (s->data[i] >> 4 > 9 &&
		    (i + 1 < s->len || s->data[i] >> 4 != 0xf)))
			return set_kind(r, INVALID);
	return false;
}

static bool is_bits(const struct sample *s)
{
	return s->table == FD && IS_ONE_OF(s->code, 0x17, 0x18, 0x1a, 0x1b, 0x1f);
}

static bool is_unsigned(const struct sample *s)
{
	if (is_specific(s))
		return false;
	if (s->table != FD)
		return is_code(s, PRIMARY, 0x78, 0x7a) || is_code(s, FB, 0x18, 0x1b);
	return is_bits(s) || is_code(s, FD, 0x08, 0x16) || is_code(s, FD, 0x1c, 0x22) ||
	       is_code(s, FD, 0x2b, 0x2f) || is_code(s, FD, 0x3c, 0x3f) ||
	       is_code(s, FD, 0x60, 0x67) || is_code(s, FD, 0x74, 0x75);
}

static bool fix_lowest(const struct sample *s, struct reading *r)
{
	static const u8 lowest[8] = { 0, 0, 0, 0, 0, 0, 0, 0x80 };

	return is_binary(s) && !is_unsigned(s) && r->kind == NUMBER &&
	       !memcmp(s->data, lowest + sizeof(lowest) - s->len, s->len) && set_kind(r, INVALID);
}

static bool fix_bits(const struct sample *s, struct reading *r)
{
	if (!is_binary(s) || !is_bits(s) || is_specific(s) || r->kind != NUMBER || r->raw >= 0)
		return false;
	r->kind = s->len < 8 ? NUMBER : BYTES;
	return set_number(r, r->number + pow(2, 8 * s->len));
}

static bool fix_unsigned(const struct sample *s, struct reading *r)
{
	if (!is_binary(s) || !is_unsigned(s) || is_bits(s) || r->kind != NUMBER || r->raw >= 0)
		return false;
	r->kind = r->raw == -1 ? INVALID : s->len < 8 ? NUMBER : BYTES;
	return set_number(r, r->number / r->raw * (r->raw + pow(2, 8 * s->len)));
}

void take_fixed(const struct sample *s, u8 status, struct reading *r)
{
	mbus_record *record = mbus_parse_fixed_record(status, s->code, (u8 *)s->data);

	r->raw = FIELD(s) == 4 ? binary_of(s) : mbus_data_bcd_decode((u8 *)s->data, s->len);
	r->storage = !!strstr(mbus_data_fixed_function(status), "Stored");
	r->found = record;
	if (!record)
		return;
	r->kind = NUMBER;
	r->number = record->value.real_val;
	r->unit = unit_by_name(record->unit);
	r->quantity = quantity_by_name(record->quantity);
	mbus_record_free(record);
}

static bool fix_fixed_status(const struct sample *s, struct reading *r)
{
	bool is_stored = s->dif & 0x40;

	if (s->table != FIXED || (is_bcd(s) && !is_stored))
		return false;
	take_fixed(s, (is_bcd(s) ? 0 : 0x80) | (is_stored ? 0x40 : 0), r);
	return true;
}

static bool fix_fixed_power(const struct sample *s, struct reading *r)
{
	return is_code(s, FIXED, 0x14, 0x1c) &&
	       set_number(r, r->number * pow(10, s->code - 0x14));
}

static bool fix_fixed_flow(const struct sample *s, struct reading *r)
{
	if (!is_code(s, FIXED, 0x2f, 0x30))
		return false;
	r->found = true;
	r->kind = NUMBER;
	r->number = r->raw * (s->code == 0x2f ? 1e-6 : 1e-5);
	r->quantity = METERBUS_VOLUME_FLOW;
	r->unit = METERBUS_M3_PER_H;
	return true;
}

static bool fix_fixed_name(const struct sample *s, struct reading *r)
{
	r->words[0] = s->table == FIXED ? '\0' : r->words[0];
	if (is_code(s, FIXED, 0x1d, 0x25))
		r->quantity = METERBUS_POWER;
	else if (is_code(s, FIXED, 0x38, 0x38))
		r->quantity = METERBUS_TEMPERATURE;
	else
		return false;
	return true;
}

/* The other counter's unit is the cubic metre. */
static bool fix_historic(const struct sample *s, struct reading *r)
{
	if (!is_code(s, FIXED, 0x3e, 0x3e) || !s->dife[0])
		return false;
	r->quantity = METERBUS_VOLUME;
	r->unit = METERBUS_M3;
	r->storage = 1;
	return true;
}

static const struct rule {
	bool (*fix)(const struct sample *s, struct reading *theirs);
	const char *why;
} rules[] = {
	{ fix_fixed_status, "libmbus looks for binary and stored in bits 7 and 6 of the status, "
			    "not 0 and 1" },
	{ fix_fixed_power, "libmbus has the same power of ten for all of W to GW" },
	{ fix_fixed_flow, "libmbus has 10^-5 m3/h for ml/h and nothing for ten of them" },
	{ fix_fixed_name, "libmbus calls J/h energy, and has no name for a temperature" },
	{ fix_historic, "libmbus does not take the unit of the counter that it is history of" },
	{ fix_storage, "libmbus shifts storage numbers of more than 29 bits out of an int" },
	{ fix_selection, "libmbus has no value for a selection" },
	{ fix_lvar, "libmbus takes two bytes for each byte of a BCD LVAR, 0 to 6 for F0 to F6, "
		    "and any binary one for a text (Table 5)" },
	{ fix_reserved, "libmbus says 0 for codes that are reserved" },
	{ fix_later, "libmbus has Tables 12 and 14 as of 1997" },
	{ fix_unit, "libmbus has no unit for GJ, and J for GJ/h (FB 08, FB 30)" },
	{ fix_max_power, "libmbus has 10^-3 instead of 10^-2 W (FB 79)" },
	{ fix_bytes, "libmbus makes numbers of keys, containers and types K and L" },
	{ fix_extended, "libmbus leaves out corrections behind FB and FD" },
	{ fix_offset, "libmbus adds seconds to times, not what the VIF counts (Table 15)" },
	{ fix_count, "libmbus says how often a limit was exceeded in the VIF's unit" },
	{ fix_duration, "libmbus says how long a limit was exceeded in the VIF's unit" },
	{ fix_date_vife, "libmbus says when in the VIF's unit (VIFE 39 and others)" },
	{ fix_date, "libmbus has dates in 6C by 2 and in 6D by 4 and 6 bytes only, none of "
		    "type J or by a VIFE" },
	{ fix_lenient, "6C by 3, 4 and 6 bytes and 6D by 2 are dates here; Table 10 has them "
		       "invalid" },
	{ fix_every, "libmbus counts what stands for every year, month, day, hour" },
	{ fix_no_date, "libmbus prints dates that are none (Tables A.5, A.6 and A.8)" },
	{ fix_century, "libmbus has no century but 2000 (Table A.5)" },
	{ fix_specific, "libmbus takes VIFEs behind VIF FF for the standard's (Table 10)" },
	{ fix_error, "libmbus ignores record errors (Table 18)" },
	{ fix_profile, "libmbus makes numbers of profiles" },
	{ fix_real, "libmbus passes on reals that are no numbers" },
	{ fix_digit, "libmbus counts BCD digits above 9 (Table A.1)" },
	{ fix_lowest, "libmbus counts the number that stands for invalid (Table A.2)" },
	{ fix_bits, "libmbus reads bits, type D, as signed" },
	{ fix_unsigned, "libmbus reads identifications, counters and others as signed (remarks "
			"k of Table 12, d of Table 14; open for 78 to 7A, FD 1E, FD 60 to 67)" },
};

static unsigned long used[ARRAY_SIZE(rules)];

void rules_apply(const struct sample *s, struct reading *theirs)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		used[i] += rules[i].fix(s, theirs);
}

void rules_report(void (*result)(bool ok, const char *format, ...))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		result(used[i], "%s: %lu records", rules[i].why, used[i]);
}
