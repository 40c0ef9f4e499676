// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts of records, and names for people; pure code.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "protocol.h"

static const char * const quantity_names[METERBUS_NR_QUANTITIES] = {
	[METERBUS_UNKNOWN] = "unknown",
	[METERBUS_MANUFACTURER_SPECIFIC] = "manufacturer specific",
	[METERBUS_PLAIN_TEXT] = "plain text",
	[METERBUS_ANY] = "any",
	[METERBUS_ENERGY] = "energy",
	[METERBUS_REACTIVE_ENERGY] = "reactive energy",
	[METERBUS_APPARENT_ENERGY] = "apparent energy",
	[METERBUS_VOLUME] = "volume",
	[METERBUS_MASS] = "mass",
	[METERBUS_ON_TIME] = "on time",
	[METERBUS_OPERATING_TIME] = "operating time",
	[METERBUS_POWER] = "power",
	[METERBUS_REACTIVE_POWER] = "reactive power",
	[METERBUS_APPARENT_POWER] = "apparent power",
	[METERBUS_VOLUME_FLOW] = "volume flow",
	[METERBUS_MASS_FLOW] = "mass flow",
	[METERBUS_FLOW_TEMPERATURE] = "flow temperature",
	[METERBUS_RETURN_TEMPERATURE] = "return temperature",
	[METERBUS_TEMPERATURE_DIFFERENCE] = "temperature difference",
	[METERBUS_EXTERNAL_TEMPERATURE] = "external temperature",
	[METERBUS_TEMPERATURE] = "temperature",
	[METERBUS_TEMPERATURE_LIMIT] = "temperature limit",
	[METERBUS_PRESSURE] = "pressure",
	[METERBUS_RELATIVE_HUMIDITY] = "relative humidity",
	[METERBUS_VOLTAGE] = "voltage",
	[METERBUS_CURRENT] = "current",
	[METERBUS_FREQUENCY] = "frequency",
	[METERBUS_PHASE_VOLTAGES] = "phase of voltages",
	[METERBUS_PHASE_VOLTAGE_CURRENT] = "phase of voltage and current",
	[METERBUS_CUMULATED_MAX_POWER] = "cumulated maximum power",
	[METERBUS_HCA_UNITS] = "heat cost units",
	[METERBUS_DIMENSIONLESS] = "dimensionless",
	[METERBUS_CREDIT] = "credit",
	[METERBUS_DEBIT] = "debit",
	[METERBUS_TIME_POINT] = "time point",
	[METERBUS_TIME_POINT_SECOND] = "second of time point",
	[METERBUS_AVERAGING_DURATION] = "averaging duration",
	[METERBUS_ACTUALITY_DURATION] = "actuality duration",
	[METERBUS_STORAGE_INTERVAL] = "storage interval",
	[METERBUS_SINCE_READOUT] = "time since last readout",
	[METERBUS_SINCE_CUMULATION] = "time since last cumulation",
	[METERBUS_TARIFF_START] = "start of tariff",
	[METERBUS_TARIFF_DURATION] = "duration of tariff",
	[METERBUS_TARIFF_PERIOD] = "period of tariff",
	[METERBUS_TRANSMISSION_PERIOD] = "period of transmissions",
	[METERBUS_BATTERY_TIME] = "operating time of battery",
	[METERBUS_BATTERY_CHANGE] = "battery change",
	[METERBUS_BATTERY_LEFT] = "remaining life of battery",
	[METERBUS_DAY_OF_WEEK] = "day of week",
	[METERBUS_WEEK_NUMBER] = "week number",
	[METERBUS_DAY_CHANGE] = "time of day change",
	[METERBUS_DAYLIGHT_SAVING] = "daylight saving",
	[METERBUS_FABRICATION_NUMBER] = "fabrication number",
	[METERBUS_IDENTIFICATION] = "identification",
	[METERBUS_ADDRESS] = "address",
	[METERBUS_MESSAGE_IDENTIFICATION] = "message identification",
	[METERBUS_DEVICE_TYPE] = "device type",
	[METERBUS_MANUFACTURER] = "manufacturer",
	[METERBUS_PARAMETER_SET] = "parameter set",
	[METERBUS_MODEL] = "model",
	[METERBUS_HARDWARE_VERSION] = "hardware version",
	[METERBUS_FIRMWARE_VERSION] = "firmware version",
	[METERBUS_SOFTWARE_VERSION] = "software version",
	[METERBUS_CUSTOMER_LOCATION] = "customer location",
	[METERBUS_CUSTOMER] = "customer",
	[METERBUS_ACCESS_CODE] = "access code",
	[METERBUS_PASSWORD] = "password",
	[METERBUS_SECURITY_KEY] = "security key",
	[METERBUS_ERROR_FLAGS] = "error flags",
	[METERBUS_ERROR_MASK] = "error mask",
	[METERBUS_DIGITAL_OUTPUT] = "digital output",
	[METERBUS_DIGITAL_INPUT] = "digital input",
	[METERBUS_BAUD_RATE] = "baud rate",
	[METERBUS_RESPONSE_DELAY] = "response delay",
	[METERBUS_RETRY] = "retries",
	[METERBUS_REMOTE_CONTROL] = "remote control",
	[METERBUS_STORAGE_NUMBER] = "storage number",
	[METERBUS_STORAGE_BLOCK_SIZE] = "storage block size",
	[METERBUS_TARIFF_DESCRIPTOR] = "tariff descriptor",
	[METERBUS_OPERATOR_DATA] = "operator data",
	[METERBUS_SUPPLIER_INFORMATION] = "supplier information",
	[METERBUS_PARAMETER_ACTIVATION] = "parameter activation",
	[METERBUS_RESET_COUNTER] = "reset counter",
	[METERBUS_CUMULATION_COUNTER] = "cumulation counter",
	[METERBUS_STOP_COUNTER] = "stop counter",
	[METERBUS_CONTROL_SIGNAL] = "control signal",
	[METERBUS_RF_LEVEL] = "radio level",
	[METERBUS_LISTENING_WINDOW] = "listening window",
	[METERBUS_CONTAINER] = "data container",
};

static const char * const unit_names[METERBUS_NR_UNITS] = {
	[METERBUS_NO_UNIT] = "",
	[METERBUS_WH] = "Wh",
	[METERBUS_VARH] = "varh",
	[METERBUS_VAH] = "VAh",
	[METERBUS_JOULE] = "J",
	[METERBUS_CAL] = "cal",
	[METERBUS_M3] = "m3",
	[METERBUS_FEET3] = "ft3",
	[METERBUS_GALLON] = "gal",
	[METERBUS_KG] = "kg",
	[METERBUS_WATT] = "W",
	[METERBUS_VAR] = "var",
	[METERBUS_VA] = "VA",
	[METERBUS_J_PER_H] = "J/h",
	[METERBUS_M3_PER_H] = "m3/h",
	[METERBUS_M3_PER_MIN] = "m3/min",
	[METERBUS_M3_PER_S] = "m3/s",
	[METERBUS_GALLON_PER_MIN] = "gal/min",
	[METERBUS_GALLON_PER_H] = "gal/h",
	[METERBUS_KG_PER_H] = "kg/h",
	[METERBUS_CELSIUS] = "degC",
	[METERBUS_KELVIN] = "K",
	[METERBUS_FAHRENHEIT] = "degF",
	[METERBUS_BAR] = "bar",
	[METERBUS_PERCENT] = "%",
	[METERBUS_VOLT] = "V",
	[METERBUS_AMPERE] = "A",
	[METERBUS_HERTZ] = "Hz",
	[METERBUS_DEGREE] = "deg",
	[METERBUS_CURRENCY] = "currency units",
	[METERBUS_DBM] = "dBm",
	[METERBUS_BAUD] = "baud",
	[METERBUS_BIT_TIMES] = "bit times",
	[METERBUS_SECOND] = "s",
	[METERBUS_MINUTE] = "min",
	[METERBUS_HOUR] = "h",
	[METERBUS_DAY] = "d",
	[METERBUS_MONTH] = "mo",
	[METERBUS_YEAR] = "a",
};

/**
 * meterbus_quantity_name() - name of a quantity
 * @quantity: the quantity
 *
 * Return: the name, in small letters.
 */
const char *meterbus_quantity_name(enum meterbus_quantity quantity)
{
	return quantity_names[quantity < METERBUS_NR_QUANTITIES ? quantity : METERBUS_UNKNOWN];
}
EXPORT_SYMBOL_GPL(meterbus_quantity_name);

/**
 * meterbus_unit_name() - symbol of a unit
 * @unit: the unit
 *
 * Return: the symbol; empty if the value has no unit.
 */
const char *meterbus_unit_name(enum meterbus_unit unit)
{
	return unit_names[unit < METERBUS_NR_UNITS ? unit : METERBUS_NO_UNIT];
}
EXPORT_SYMBOL_GPL(meterbus_unit_name);

/**
 * meterbus_manufacturer_name() - letters of a manufacturer
 * @manufacturer: the number that a telegram carries
 * @name: where the three letters go (EN 13757-7:2018, 7.5.2; the FLAG code)
 */
void meterbus_manufacturer_name(u16 manufacturer, char name[4])
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		name[i] = '@' + ((manufacturer >> (10 - 5 * i)) & 0x1f);
	name[3] = '\0';
}
EXPORT_SYMBOL_GPL(meterbus_manufacturer_name);

/* ISO/IEC 8859-1 to UTF-8. Returns the length; what cannot be printed is a "?". */
static size_t text_encode(u8 c, char *out)
{
	if (c >= 0xa0) {
		out[0] = 0xc0 | c >> 6;
		out[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	out[0] = c >= ' ' && c <= '~' ? c : '?';
	return 1;
}

/* A text comes with its last character first, unless the telegram is of mode 2. */
static int text_copy(const struct meterbus_bytes *bytes, char *buf, size_t size)
{
	size_t i = bytes->len, used = 0, len;
	char c[2];

	if (!size)
		return 0;
	while (i--) {
		len = text_encode(meterbus_byte(bytes, i), c);
		if (used + len >= size)
			break;
		memcpy(buf + used, c, len);
		used += len;
	}
	buf[used] = '\0';
	return used;
}

/**
 * meterbus_record_text() - the text that a record holds
 * @record: the record
 * @buf: where it goes, in UTF-8, with a 0 at its end
 * @size: room there; a longer text is cut
 *
 * Return: the length; -ENODATA: the record is not a text.
 */
int meterbus_record_text(const struct meterbus_record *record, char *buf, size_t size)
{
	if (record->kind != METERBUS_TEXT)
		return -ENODATA;
	return text_copy(&record->data, buf, size);
}
EXPORT_SYMBOL_GPL(meterbus_record_text);

/**
 * meterbus_record_unit() - what a record's value is, in the meter's own words
 * @record: the record, of quantity METERBUS_PLAIN_TEXT
 * @buf: where it goes, in UTF-8, with a 0 at its end
 * @size: room there; a longer text is cut
 *
 * Return: the length; -ENODATA: the record has no such text.
 */
int meterbus_record_unit(const struct meterbus_record *record, char *buf, size_t size)
{
	if (record->quantity != METERBUS_PLAIN_TEXT)
		return -ENODATA;
	return text_copy(&record->unit_text, buf, size);
}
EXPORT_SYMBOL_GPL(meterbus_record_unit);
