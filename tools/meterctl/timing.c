// SPDX-License-Identifier: GPL-2.0-only
#include "timing.h"

/* Adapters and UARTs hand over what they received late: 16 ms is a USB bridge's default. */
#define ADAPTER_MS	20
/* Start, 8 data bits, parity, stop */
#define CHARACTER_BITS	11
/* A UART's FIFO may hold so many characters back. */
#define FIFO_BITS	(16 * CHARACTER_BITS)
/* No standard says how fast a Modbus device is; those that are slower show up as late. */
#define MODBUS_FIRST_MS	120
/* EN 13757-2, 5.7.3.1: 11 to 330 bit times, and 50 ms */
#define MBUS_BITS	330
#define MBUS_MS		50
/* An M-Bus reply does not tell that it is late, so noise does not raise limits beyond this. */
#define MBUS_LATE	2
/* Another meter may be that much slower than the slowest so far. */
#define SPREAD		3
/* The first few may happen to be the fast ones. */
#define ENOUGH_ANSWERS	2

/* Speed 0 is the bus's own where the kernel does not tell it. */
static unsigned int bits_ms(unsigned int bits, unsigned int speed)
{
	return !speed ? 0 : (bits * 1000 + speed - 1) / speed;
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static void timing_start(struct timing *timing, unsigned int first, unsigned int least)
{
	*timing = (struct timing){ .first_ms = first, .least_ms = smaller(first, least),
		.most_ms = first };
}

/* The bus's own time limit is what its owner thinks that his slowest device needs. */
void timing_modbus(struct timing *timing, unsigned int speed, unsigned int bus_ms)
{
	unsigned int held = ADAPTER_MS + bits_ms(FIFO_BITS, speed);
	unsigned int first = MODBUS_FIRST_MS + held;

	timing_start(timing, bus_ms ? smaller(first, bus_ms) : first, held);
}

void timing_mbus(struct timing *timing, unsigned int speed)
{
	unsigned int held = ADAPTER_MS + bits_ms(FIFO_BITS, speed);
	unsigned int first = MBUS_MS + bits_ms(MBUS_BITS, speed) + ADAPTER_MS;

	timing_start(timing, first, held > first / 3 ? held : first / 3);
	timing->most_ms = MBUS_LATE * first;
}

void timing_patient(struct timing *timing, unsigned int ms)
{
	if (timing->first_ms < ms)
		timing->first_ms = ms;
	if (timing->most_ms < ms)
		timing->most_ms = ms;
	timing->least_ms = timing->first_ms;
}

void timing_fix(struct timing *timing, unsigned int ms)
{
	timing_start(timing, ms, ms);
	timing->fixed = true;
}

void timing_answered(struct timing *timing, unsigned int latency_us)
{
	timing->answers++;
	if (latency_us > timing->worst_us)
		timing->worst_us = latency_us;
}

/* Somebody answered after his time: all get twice as much, up to the limit. */
void timing_was_late(struct timing *timing, unsigned int limit_ms)
{
	unsigned int more = 2 * timing_ms(timing);

	if (timing->fixed)
		return;
	timing->least_ms = more < limit_ms ? more : limit_ms;
	if (timing->first_ms < timing->least_ms)
		timing->first_ms = timing->least_ms;
}

unsigned int timing_ms(const struct timing *timing)
{
	unsigned int ms;

	if (timing->answers < ENOUGH_ANSWERS)
		return timing->first_ms;
	ms = timing->least_ms + SPREAD * timing->worst_us / 1000;
	return smaller(ms, timing->first_ms);
}

unsigned int timing_silence_ms(const struct timing *timing, unsigned int bytes,
			       unsigned int speed)
{
	return timing->first_ms + bits_ms(bytes * CHARACTER_BITS, speed);
}
