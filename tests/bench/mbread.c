// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a PRO380 as a program with libmodbus does:
 *	mbread NAME TTY SPEED UNIT values|blocks ROUNDS
 * each value on its own, or the three blocks that the driver reads.
 */
#include <errno.h>
#include <modbus.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usage.h"

struct range {
	int addr;
	int count;
};

static const struct range blocks[] = {
	{ 0x4000, 32 }, { 0x5002, 48 }, { 0x6000, 75 },
};

/* The registers of each value in turn; 0x500A is none on a PRO380. */
static const struct value_map {
	int addr;
	const char *lengths;
} maps[] = {
	{ 0x4000, "2111222112111111111111221" },
	{ 0x5002, "2222" },
	{ 0x500c, "2222222222222222222" },
	{ 0x6000, "22222222222222222222222222222222222212" },
};

struct totals {
	long values;
	long exchanges;
	long errors;
};

static void read_range(modbus_t *m, int addr, int count, struct totals *t)
{
	uint16_t words[MODBUS_MAX_READ_REGISTERS];

	t->exchanges++;
	if (modbus_read_registers(m, addr, count, words) != count)
		t->errors++;
}

static void read_values(modbus_t *m, struct totals *t)
{
	const char *length;
	size_t i;
	int addr;

	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		addr = maps[i].addr;
		for (length = maps[i].lengths; *length; length++) {
			read_range(m, addr, *length - '0', t);
			addr += *length - '0';
			t->values++;
		}
	}
}

static void read_blocks(modbus_t *m, struct totals *t)
{
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		read_range(m, blocks[i].addr, blocks[i].count, t);
	for (i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		t->values += strlen(maps[i].lengths);
}

static modbus_t *open_line(const char *tty, int speed, int unit)
{
	modbus_t *m = modbus_new_rtu(tty, speed, 'E', 8, 1);

	if (!m || modbus_set_slave(m, unit) || modbus_connect(m)) {
		fprintf(stderr, "mbread: %s: %s\n", tty, modbus_strerror(errno));
		exit(1);
	}
	modbus_set_response_timeout(m, 1, 0);
	return m;
}

int main(int argc, char **argv)
{
	struct totals t = { 0 };
	struct usage began;
	bool by_value;
	modbus_t *m;
	long round;

	if (argc != 7) {
		fputs("mbread NAME TTY SPEED UNIT values|blocks ROUNDS\n", stderr);
		return 2;
	}
	by_value = !strcmp(argv[5], "values");
	m = open_line(argv[2], atoi(argv[3]), atoi(argv[4]));
	began = usage_now();
	for (round = atol(argv[6]); round > 0; round--) {
		if (by_value)
			read_values(m, &t);
		else
			read_blocks(m, &t);
	}
	usage_report(argv[1], began, t.values, t.exchanges, t.errors);
	modbus_close(m);
	modbus_free(m);
	return t.errors ? 1 : 0;
}
