// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "mbus_address.h"

/* C, A, CI, then the fixed data header of EN 13757-3 */
#define CI_VARIABLE	0x72
#define CI_FIXED	0x73
#define HEAD		3
#define HEADER_LEN	12
#define FIXED_LEN	16

void mbus_address_any(struct mbus_address *address)
{
	memset(address->digit, MBUS_ANY_DIGIT, sizeof(address->digit));
	memset(address->maker, MBUS_ANY_BYTE, sizeof(address->maker));
	address->version = MBUS_ANY_BYTE;
	address->medium = MBUS_ANY_BYTE;
}

/* The last digits go first. */
void mbus_address_to_wire(const struct mbus_address *address, uint8_t *wire)
{
	for (int i = 0; i < 4; i++)
		wire[i] = address->digit[6 - 2 * i] << 4 | address->digit[7 - 2 * i];
	memcpy(wire + 4, address->maker, 2);
	wire[6] = address->version;
	wire[7] = address->medium;
}

/* @text: room for 17 */
void mbus_address_print(const struct mbus_address *address, char *text)
{
	for (int i = 0; i < MBUS_DIGITS; i++)
		text[i] = "0123456789ABCDEF"[address->digit[i] & 0xf];
	sprintf(text + MBUS_DIGITS, "%02X%02X%02X%02X", address->maker[0], address->maker[1],
		address->version, address->medium);
}

static bool byte_matches(uint8_t pattern, uint8_t byte)
{
	return pattern == MBUS_ANY_BYTE || pattern == byte;
}

bool mbus_address_matches(const struct mbus_address *pattern, const struct mbus_address *address)
{
	for (int i = 0; i < MBUS_DIGITS; i++)
		if (pattern->digit[i] != MBUS_ANY_DIGIT &&
		    pattern->digit[i] != address->digit[i])
			return false;
	return byte_matches(pattern->maker[0], address->maker[0]) &&
	       byte_matches(pattern->maker[1], address->maker[1]) &&
	       byte_matches(pattern->version, address->version) &&
	       byte_matches(pattern->medium, address->medium);
}

static void take_digits(const uint8_t *wire, struct mbus_address *address)
{
	for (int i = 0; i < 4; i++) {
		address->digit[6 - 2 * i] = wire[i] >> 4;
		address->digit[7 - 2 * i] = wire[i] & 0xf;
	}
}

/*
 * The fixed data structure has no manufacturer and no version: a meter of that kind is
 * selected by its number alone.
 */
static void take_fixed(const uint8_t *data, struct mbus_identity *identity)
{
	take_digits(data, &identity->address);
	identity->access = data[4];
	identity->status = data[5];
}

/* @reply: C, A, CI, data. False if that is no meter's telegram. */
bool mbus_identity_parse(const uint8_t *reply, size_t len, struct mbus_identity *identity)
{
	const uint8_t *data = reply + HEAD;

	memset(identity, 0, sizeof(*identity));
	mbus_address_any(&identity->address);
	if (len < HEAD + FIXED_LEN && (len < HEAD + HEADER_LEN || reply[2] != CI_VARIABLE))
		return false;
	identity->primary = reply[1];
	if (reply[2] == CI_FIXED) {
		take_fixed(data, identity);
		return true;
	}
	if (reply[2] != CI_VARIABLE)
		return false;
	take_digits(data, &identity->address);
	memcpy(identity->address.maker, data + 4, 2);
	identity->address.version = data[6];
	identity->address.medium = data[7];
	identity->access = data[8];
	identity->status = data[9];
	return true;
}

static unsigned int ones(const uint8_t *bytes, size_t len)
{
	unsigned int sum = 0;

	while (len--)
		sum += __builtin_popcount(*bytes++);
	return sum;
}

/* The length of a record's value; 0 if it is not worth knowing. */
static size_t value_len(uint8_t dif)
{
	static const uint8_t lengths[] = { 0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6, 0 };

	return lengths[dif & 0xf];
}

/*
 * How many ones the values of a telegram have. Where several meters answer in step each
 * zero hides another one's one, so many ones in a reply that is whole tell that it is of
 * one meter alone.
 */
unsigned int mbus_reply_weight(const uint8_t *reply, size_t len)
{
	size_t at = HEAD + HEADER_LEN, value;
	unsigned int sum = 0;

	if (len < at || reply[2] != CI_VARIABLE)
		return 0;
	while (at < len && (reply[at] & 0xf) < 0xd) {
		value = value_len(reply[at]);
		while (at < len && reply[at] & 0x80)
			at++;
		at++;
		while (at < len && reply[at] & 0x80)
			at++;
		at++;
		if (at >= len || value > len - at)
			break;
		sum += ones(reply + at, value);
		at += value;
	}
	return sum;
}
