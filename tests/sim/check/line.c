// SPDX-License-Identifier: GPL-2.0-only
/* What belongs to the line: settings, time, broadcasts, meters that come and go. */
#include <stdio.h>
#include <unistd.h>

#include "peer.h"

static const char *tty;
static const char *trace;

static bool answers(struct peer *p, int unit)
{
	struct frame f = ask(p, read_request(unit, 0x4000, 2));

	return f.len == 9 && f.bytes[0] == unit;
}

static void check_speed(struct peer *p)
{
	check(answers(p, 1) && !answers(p, 2), "9600: unit 1, not unit 2");
	peer_speed(p, tty, 4800);
	check(!answers(p, 1) && answers(p, 2), "4800: unit 2, not unit 1");
	check(stat_of(p, "", "wrong_settings") >= 2, "and it is counted");
	peer_speed(p, tty, 9600);
}

/* A pty has no parity, so the line's parity is given by hand here. */
static void check_parity(struct peer *p)
{
	must(p, "line 9600 odd");
	check(!answers(p, 1), "odd: silent");
	must(p, "line 9600 none");
	check(!answers(p, 1), "none: silent");
	must(p, "line 9600 even");
	check(answers(p, 1), "even: answers");
	modbus_set_slave(p->modbus, 1);
	check(modbus_write_register(p->modbus, 0x4011, 3) == 1,
	      "a change of parity is answered with the old one");
	check(!answers(p, 1), "and the old one is no longer heard");
	must(p, "line 9600 odd");
	check(answers(p, 1), "but the new one");
	check(modbus_write_register(p->modbus, 0x4004, 1200) == 1 &&
	      !answers(p, 1), "so with speeds");
	must(p, "line 1200 odd");
	check(answers(p, 1), "1200 odd");
	must(p, "set 1 4004 2580");
	must(p, "set 1 4011 1");
	must(p, "line auto");
	check(answers(p, 1), "back at the buttons");
}

static void check_bad_crc(struct peer *p)
{
	static const uint8_t bad[] = { 1, 3, 0x40, 0, 0, 2, 0xd1, 0xca };
	unsigned long before = stat_of(p, "", "bad_crc");
	struct frame f;

	if (write(modbus_get_socket(p->modbus), bad, sizeof(bad)) < 0)
		return;
	frame_listen(p, &f, PATIENCE_MS);
	check(!f.len && stat_of(p, "", "bad_crc") == before + 1,
	      "a request with a wrong CRC is not answered");
	check(answers(p, 1), "the next one is");
}

static void check_broadcast(struct peer *p)
{
	struct frame f = ask(p, FRAME(0, 6, 0x40, 0x10, 0, 0x17));

	check(!f.len && reg_of(p, 1, 0x4010) == 0x17 &&
	      reg_of(p, 3, 0x4010) == 0x17 && reg_of(p, 2, 0x4010) != 0x17,
	      "a broadcast reaches all at this speed, and none answers");
	f = ask(p, read_request(0, 0x4000, 2));
	check(!f.len, "a read of unit 0 is not answered");
	must(p, "meter add pro380:unit=77,serial=12345678,answer0");
	f = ask(p, read_request(0, 0x4000, 2));
	check(f.len == 9 && f.bytes[0] == 77 && f.bytes[3] == 0x12,
	      "but by a meter of that sort, with its own address");
	must(p, "meter remove 77");
}

/* Two meters at one address: what both drive low is low. */
static void check_collision(struct peer *p)
{
	struct frame one = ask(p, read_request(1, 0x4000, 2));
	struct frame both;

	must(p, "meter add pro380:unit=1,serial=99999999");
	both = ask(p, read_request(1, 0x4000, 2));
	check(both.len == 9 && both.bytes[3] == (one.bytes[3] & 0x99) &&
	      both.bytes[6] == (one.bytes[6] & 0x99) &&
	      !frame_equal(&both, &one), "two meters at one address collide");
	must(p, "meter remove 1");
	must(p, "meter remove 1");
	must(p, "meter add pro380:unit=1,serial=15060001");
}

static void check_power(struct peer *p)
{
	unsigned int downs = reg_of(p, 1, 0x4016);

	modbus_set_slave(p->modbus, 1);
	modbus_write_register(p->modbus, 0x6048, 1);
	modbus_write_register(p->modbus, 0x6048, 12);
	check(reg_of(p, 1, 0x6048) == 2, "tariff 12 is T2");
	must(p, "power 1 off");
	check(!answers(p, 1), "no power, no answer");
	must(p, "power 1 on");
	check(answers(p, 1) && reg_of(p, 1, 0x4016) == downs + 1,
	      "the power down counter counts");
	check(reg_of(p, 1, 0x6048) == 1, "an unstored tariff is lost");
}

static void check_time(struct peer *p)
{
	uint16_t words[75];
	double start, took;

	modbus_set_slave(p->modbus, 1);
	must(p, "answer-us 40000");
	start = seconds();
	modbus_read_registers(p->modbus, 0x6000, 75, words);
	check(seconds() - start >= 0.040, "answering time");
	must(p, "answer-us 0");
	must(p, "pace on");
	modbus_set_response_timeout(p->modbus, 1, 0);
	start = seconds();
	modbus_read_registers(p->modbus, 0x6000, 75, words);
	took = seconds() - start;
	/* 8 + 155 characters of 11 bits at 9600 are 186.8 ms */
	check(took > 0.1867 && took < 0.5, "paced: %.1f ms", took * 1e3);
	must(p, "pace off");
	start = seconds();
	modbus_read_registers(p->modbus, 0x6000, 75, words);
	check(seconds() - start < 0.18, "not paced");
	modbus_set_response_timeout(p->modbus, 0, PATIENCE_MS * 1000);
}

static void check_many(struct peer *p)
{
	double start;
	int unit, found = 0;

	for (unit = 100; unit < 164; unit++)
		must(p, "meter add pro380:unit=%d", unit);
	start = seconds();
	for (unit = 100; unit < 164; unit++) {
		uint16_t words[75];

		modbus_set_slave(p->modbus, unit);
		found += modbus_read_registers(p->modbus, 0x6000, 75, words) == 75;
	}
	check(found == 64 && seconds() - start < 5, "64 meters in %.0f ms",
	      (seconds() - start) * 1e3);
	for (unit = 100; unit < 164; unit++)
		must(p, "meter remove %d", unit);
}

static void check_swap(struct peer *p)
{
	struct frame f;

	must(p, "meter swap 3 serial=87654321");
	f = ask(p, read_request(3, 0x4000, 2));
	check(f.len == 9 && f.bytes[3] == 0x87 && f.bytes[6] == 0x21,
	      "another meter in the place of unit 3");
}

static unsigned int forward_energy(struct peer *p)
{
	return reg_of(p, 1, 0x600c) << 16 | reg_of(p, 1, 0x600d);
}

static void check_running(struct peer *p)
{
	unsigned int before = forward_energy(p);
	double deadline = seconds() + 10;

	must(p, "run on");
	while (forward_energy(p) == before && seconds() < deadline)
		usleep(20000);
	must(p, "run off");
	check(forward_energy(p) > before, "energies run");
}

static void trace_write(unsigned int addr, unsigned int value, const char *name)
{
	FILE *f = fopen(trace, "a");

	if (!f)
		return;
	fprintf(f, "memory_region_ops_write cpu 0 mr 0x55d89a0cf240 ");
	fprintf(f, "addr 0x%x value 0x%x size 1 name '%s'\n", addr, value, name);
	fclose(f);
}

/* As an 8250 driver programs a UART: latch open, divisor, latch closed. */
static void program_isa(unsigned int base, unsigned int divisor, unsigned int lcr)
{
	trace_write(base + 3, lcr | 0x80, "serial");
	trace_write(base, divisor & 0xff, "serial");
	trace_write(base + 1, divisor >> 8, "serial");
	trace_write(base + 3, lcr, "serial");
	trace_write(base, 0x41, "serial");
}

static void program_pl011(unsigned int base, unsigned int ibrd, unsigned int fbrd,
			  unsigned int lcrh)
{
	trace_write(base + 0x24, ibrd, "pl011");
	trace_write(base + 0x28, fbrd, "pl011");
	trace_write(base + 0x2c, lcrh, "pl011");
	trace_write(base, 0x41, "pl011");
}

/* UARTCR's bit 11 is the complement of the pin nUARTRTS (PL011's manual, 3.3.8). */
static void check_direction(struct peer *p)
{
	unsigned long before = stat_of(p, "", "driven");

	trace_write(0x1000a030, 0x0301, "pl011");
	trace_write(0x1000a000, 0x41, "pl011");
	check(stat_of(p, "", "driven") == before + 1 && stat_of(p, "", "rts") == 1,
	      "PL011 with RTS high");
	trace_write(0x1000a030, 0x0b01, "pl011");
	trace_write(0x1000a000, 0x41, "pl011");
	check(stat_of(p, "", "driven") == before + 1 && !stat_of(p, "", "rts"),
	      "PL011 with RTS low");
}

/* Unit 1 is at 9600 even, unit 2 at 4800 even, unit 4 at 1200 none. */
static void check_trace(struct peer *p)
{
	check(!answers(p, 1), "a UART that nobody set up hears nothing");
	program_isa(0x2f8, 12, 0x1b);
	check(answers(p, 1) && !answers(p, 2), "8250 at 9600 8E1");
	program_isa(0x3e8, 24, 0x1b);
	check(answers(p, 1) && !answers(p, 2), "another UART does not matter");
	program_isa(0x2f8, 24, 0x1b);
	check(!answers(p, 1) && answers(p, 2), "8250 at 4800 8E1");
	program_isa(0x2f8, 12, 0x0b);
	check(!answers(p, 1), "8250 with odd parity");
	program_isa(0x2f8, 96, 0x03);
	check(answers(p, 4), "8250 at 1200 8N1");
	program_isa(0x2f8, 12, 0x1a);
	check(!answers(p, 1), "8250 with 7 data bits");
	program_pl011(0x1000a000, 156, 16, 0x76);
	check(answers(p, 1) && !answers(p, 2), "PL011 at 9600 8E1");
	program_pl011(0x1000b000, 312, 32, 0x76);
	check(answers(p, 1), "another PL011 does not matter");
	program_pl011(0x1000a000, 312, 32, 0x76);
	check(!answers(p, 1) && answers(p, 2), "PL011 at 4800 8E1");
	program_pl011(0x1000a000, 1250, 0, 0x70);
	check(answers(p, 4), "PL011 at 1200 8N1");
}

int main(int argc, char **argv)
{
	struct peer p;

	if (argc < 3)
		return 2;
	setlinebuf(stdout);
	tty = argv[1];
	trace = argv[3];
	peer_open(&p, tty, argv[2], 9600);
	if (trace) {
		check_trace(&p);
		check_direction(&p);
	} else {
		check_speed(&p);
		check_parity(&p);
		check_bad_crc(&p);
		check_broadcast(&p);
		check_collision(&p);
		check_power(&p);
		check_time(&p);
		check_many(&p);
		check_swap(&p);
		check_running(&p);
	}
	peer_close(&p);
	return check_result();
}
