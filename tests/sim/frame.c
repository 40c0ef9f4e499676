// SPDX-License-Identifier: GPL-2.0-only
/* Modbus RTU framing (Modbus over serial line, 2.5 and appendix B). */
#include "rtu.h"

uint16_t rtu_crc(const uint8_t *bytes, size_t len)
{
	uint16_t crc = 0xffff;
	int bit;

	while (len--) {
		crc ^= *bytes++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
	}
	return crc;
}

/* Appends the CRC, low byte first, and returns the length of the frame. */
size_t rtu_seal(uint8_t *bytes, size_t len)
{
	uint16_t crc = rtu_crc(bytes, len);

	bytes[len] = crc & 0xff;
	bytes[len + 1] = crc >> 8;
	return len + 2;
}

bool rtu_crc_ok(const uint8_t *bytes, size_t len)
{
	return len >= 4 && rtu_crc(bytes, len) == 0;
}

/* 0: not known yet, or not known at all; then silence ends the frame. */
size_t rtu_request_len(const uint8_t *frame, size_t len)
{
	if (len < 2)
		return 0;
	if (frame[1] >= 1 && frame[1] <= FN_WRITE_ONE)
		return 8;
	if (frame[1] == FN_WRITE_MANY && len >= 7)
		return 9 + frame[6];
	return 0;
}
