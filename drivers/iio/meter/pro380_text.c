// SPDX-License-Identifier: GPL-2.0-only
/*
 * inepro PRO380 electricity meters: items as text, and back.
 */
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "pro380_core.h"

/* Manual v2.18, A3.2 "Write": limits of what may be written */
#define PRO380_MIN_LCD_SECONDS	1
#define PRO380_MAX_LCD_SECONDS	30

struct pro380_choice {
	const char *text;
	s64 value;
};

/* Manual v2.18, 7.13.1; A3.2 leaves out 2400, 5.5 leaves out 300 and 600 */
static const struct pro380_choice pro380_baud_rates[] = {
	{ "300", 300 }, { "600", 600 }, { "1200", 1200 },
	{ "2400", 2400 }, { "4800", 4800 }, { "9600", 9600 },
};

static const struct pro380_choice pro380_parities[] = {
	{ "even", PRO380_PARITY_EVEN },
	{ "none", PRO380_PARITY_NONE },
	{ "odd", PRO380_PARITY_ODD },
};

/* Manual v2.18, 7.10.1, in hundredths */
static const struct pro380_choice pro380_s0_rates[] = {
	{ "10000", 1000000 }, { "2000", 200000 }, { "1000", 100000 }, { "100", 10000 },
	{ "10", 1000 }, { "1", 100 }, { "0.1", 10 }, { "0.01", 1 },
};

/* Manual v2.18, 7.11: code 10 cannot be set to another one */
static const struct pro380_choice pro380_combination_codes[] = {
	{ "1", 1 }, { "4", 4 }, { "5", 5 }, { "6", 6 }, { "9", 9 },
	{ "10 permanent", PRO380_CODE_PERMANENT }, { "11", 11 },
};

static const struct pro380_choice pro380_tariffs[] = {
	{ "1", 1 }, { "2", 2 },
};

static const struct pro380_choice pro380_volatile_tariffs[] = {
	{ "1 volatile", 1 }, { "2 volatile", 2 },
};

static const struct pro380_choice pro380_zero[] = {
	{ "0", 0 },
};

static int pro380_choose(const struct pro380_choice *choices, size_t nr, const char *buf,
			 s64 *value)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (sysfs_streq(buf, choices[i].text)) {
			*value = choices[i].value;
			return 0;
		}
	}

	return -EINVAL;
}

/* Decimal only: the meter's display shows addresses with leading zeros */
static int pro380_parse_range(const char *buf, unsigned int min, unsigned int max,
			      s64 *value)
{
	unsigned int number;

	if (kstrtouint(buf, 10, &number) || number < min || number > max)
		return -EINVAL;

	*value = number;
	return 0;
}

int pro380_parse_address(const char *buf, unsigned int min, unsigned int max, s64 *value)
{
	return pro380_parse_range(buf, min, max, value);
}

/*
 * The first eight of the sixteen digits of a secondary address can be changed: they
 * may be given alone. The others must be those of @present.
 */
int pro380_parse_secondary_address(const char *buf, s64 present, s64 *value)
{
	size_t len = strcspn(buf, "\n");
	u64 address;

	if (strspn(buf, "0123456789") < PRO380_SERIAL_DIGITS ||
	    (len != PRO380_SERIAL_DIGITS && len != 2 * PRO380_SERIAL_DIGITS) ||
	    kstrtou64(buf, 16, &address))
		return -EINVAL;

	if (len == PRO380_SERIAL_DIGITS)
		address = address << 32 | lower_32_bits(present);
	if (lower_32_bits(address) != lower_32_bits(present))
		return -EINVAL;

	*value = address;
	return 0;
}

int pro380_parse_lcd_cycle_time(const char *buf, s64 *value)
{
	return pro380_parse_range(buf, PRO380_MIN_LCD_SECONDS, PRO380_MAX_LCD_SECONDS,
				  value);
}

int pro380_parse_baud_rate(const char *buf, s64 *value)
{
	return pro380_choose(pro380_baud_rates, ARRAY_SIZE(pro380_baud_rates), buf, value);
}

int pro380_parse_parity(const char *buf, s64 *value)
{
	return pro380_choose(pro380_parities, ARRAY_SIZE(pro380_parities), buf, value);
}

int pro380_parse_s0_rate(const char *buf, s64 *value)
{
	return pro380_choose(pro380_s0_rates, ARRAY_SIZE(pro380_s0_rates), buf, value);
}

int pro380_parse_combination_code(const char *buf, s64 *value)
{
	if (sysfs_streq(buf, "10"))
		return -EPERM;

	return pro380_choose(pro380_combination_codes,
			     ARRAY_SIZE(pro380_combination_codes), buf, value);
}

int pro380_parse_tariff(const char *buf, s64 *value)
{
	return pro380_choose(pro380_tariffs, ARRAY_SIZE(pro380_tariffs), buf, value);
}

int pro380_parse_tariff_volatile(const char *buf, s64 *value)
{
	return pro380_choose(pro380_volatile_tariffs, ARRAY_SIZE(pro380_volatile_tariffs),
			     buf, value);
}

int pro380_parse_zero(const char *buf, s64 *value)
{
	return pro380_choose(pro380_zero, ARRAY_SIZE(pro380_zero), buf, value);
}

int pro380_print_decimal(char *buf, s64 value)
{
	return sysfs_emit(buf, "%lld\n", value);
}

int pro380_print_hundredths(char *buf, s64 value)
{
	const char *sign = value < 0 ? "-" : "";
	u32 rest;
	u64 whole;

	whole = div_u64_rem(abs(value), 100, &rest);
	if (!rest)
		return sysfs_emit(buf, "%s%llu\n", sign, whole);
	if (rest % 10)
		return sysfs_emit(buf, "%s%llu.%02u\n", sign, whole, rest);

	return sysfs_emit(buf, "%s%llu.%u\n", sign, whole, rest / 10);
}

int pro380_print_digits(char *buf, s64 value)
{
	return sysfs_emit(buf, "%08llx\n", value);
}

int pro380_print_secondary_address(char *buf, s64 value)
{
	return sysfs_emit(buf, "%016llX\n", value);
}

/* EN 13757-3: three letters of five bits, A is 1 */
int pro380_print_manufacturer(char *buf, s64 value)
{
	unsigned int letters = value;

	return sysfs_emit(buf, "%c%c%c\n", '@' + (letters >> 10 & 0x1f),
			  '@' + (letters >> 5 & 0x1f), '@' + (letters & 0x1f));
}

int pro380_print_code(char *buf, s64 value)
{
	return sysfs_emit(buf, "0x%04llx\n", value);
}

int pro380_print_parity(char *buf, s64 value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pro380_parities); i++)
		if (pro380_parities[i].value == value)
			return sysfs_emit(buf, "%s\n", pro380_parities[i].text);

	return -ENODATA;
}

/*
 * The digits of the status word, 1 to 8 from the left. Manual v2.18, 8.1 shows five
 * of them on the display, "SPE ABC": meters send 00PE0ABC.
 */
static bool pro380_status_digit(s64 value, unsigned int digit)
{
	return (value >> (4 * (8 - digit)) & 0xf) == 1;
}

int pro380_print_program_ok(char *buf, s64 value)
{
	return sysfs_emit(buf, "%d\n", pro380_status_digit(value, 3));
}

int pro380_print_eeprom_ok(char *buf, s64 value)
{
	return sysfs_emit(buf, "%d\n", pro380_status_digit(value, 4));
}

int pro380_print_phase_present(char *buf, s64 value)
{
	return sysfs_emit(buf, "%d%d%d\n", pro380_status_digit(value, 6),
			  pro380_status_digit(value, 7), pro380_status_digit(value, 8));
}
