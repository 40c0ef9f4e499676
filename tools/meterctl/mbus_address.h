/* SPDX-License-Identifier: GPL-2.0-only */
/* Secondary addresses, with wildcards and as meters tell them (EN 13757-3, EN 13757-7). */
#ifndef METERCTL_MBUS_ADDRESS_H
#define METERCTL_MBUS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MBUS_DIGITS		8
#define MBUS_ANY_DIGIT		0xf
#define MBUS_ANY_BYTE		0xff

/*
 * @digit: identification number, as it is printed: the first digit first
 * @maker: manufacturer, as on the wire
 */
struct mbus_address {
	uint8_t digit[MBUS_DIGITS];
	uint8_t maker[2];
	uint8_t version;
	uint8_t medium;
};

/* What the head of a reply says */
struct mbus_identity {
	struct mbus_address address;
	uint8_t primary;
	uint8_t access;
	uint8_t status;
};

void mbus_address_any(struct mbus_address *address);
void mbus_address_to_wire(const struct mbus_address *address, uint8_t *wire);
void mbus_address_print(const struct mbus_address *address, char *text);
bool mbus_address_matches(const struct mbus_address *pattern, const struct mbus_address *address);
bool mbus_identity_parse(const uint8_t *reply, size_t len, struct mbus_identity *identity);
unsigned int mbus_reply_weight(const uint8_t *reply, size_t len);

#endif
