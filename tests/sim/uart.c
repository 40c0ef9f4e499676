// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "uart.h"

#define ISA_BASE_CLOCK		115200
#define ISA_DLL			0
#define ISA_DLM			1
#define ISA_LCR			3
#define ISA_LCR_WIDTH		0x03
#define ISA_LCR_PARITY		0x08
#define ISA_LCR_EVEN		0x10
#define ISA_LCR_DLAB		0x80

#define PL011_FIRST		0x10009000
#define PL011_SPACING		0x1000
#define PL011_CLOCK		24000000
#define PL011_DR		0x00
#define PL011_IBRD		0x24
#define PL011_FBRD		0x28
#define PL011_LCRH		0x2c
#define PL011_LCRH_PARITY	0x02
#define PL011_LCRH_EVEN		0x04
#define PL011_LCRH_WIDTH	0x60
#define PL011_CR		0x30
#define PL011_CR_RTS		0x0800	/* the complement of the pin nUARTRTS */

static const uint32_t isa_base[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

void uart_trace_init(struct uart_trace *t, const char *path, unsigned int uart)
{
	memset(t, 0, sizeof(*t));
	t->path = path;
	t->uart = uart;
	t->fd = -1;
	t->settings = (struct settings){ SPEED_UNUSABLE, 'N' };
}

static char parity_of(bool parity, bool even)
{
	if (!parity)
		return 'N';
	return even ? 'E' : 'O';
}

static void isa_latch(struct uart_trace *t)
{
	if (t->lcr & ISA_LCR_DLAB)
		return;
	t->settings.speed = SPEED_UNUSABLE;
	if (t->divisor && (t->lcr & ISA_LCR_WIDTH) == ISA_LCR_WIDTH)
		t->settings.speed = ISA_BASE_CLOCK / t->divisor;
	t->settings.parity = parity_of(t->lcr & ISA_LCR_PARITY,
				       t->lcr & ISA_LCR_EVEN);
}

static void isa_write(struct uart_trace *t, uint32_t addr, uint32_t value)
{
	uint32_t reg = addr - isa_base[t->uart];

	if (reg == ISA_LCR) {
		t->lcr = value;
		isa_latch(t);
	} else if (reg == ISA_DLL && t->lcr & ISA_LCR_DLAB) {
		t->divisor = (t->divisor & 0xff00) | (value & 0xff);
	} else if (reg == ISA_DLM && t->lcr & ISA_LCR_DLAB) {
		t->divisor = (t->divisor & 0x00ff) | (value & 0xff) << 8;
	}
}

static void pl011_latch(struct uart_trace *t)
{
	t->settings.speed = SPEED_UNUSABLE;
	if (t->divisor && (t->lcr & PL011_LCRH_WIDTH) == PL011_LCRH_WIDTH)
		t->settings.speed = PL011_CLOCK * INT64_C(4) / t->divisor;
	t->settings.parity = parity_of(t->lcr & PL011_LCRH_PARITY,
				       t->lcr & PL011_LCRH_EVEN);
}

static void pl011_write(struct uart_trace *t, uint32_t addr, uint32_t value)
{
	switch (addr - PL011_FIRST - t->uart * PL011_SPACING) {
	case PL011_DR:
		t->driven += t->rts_high;
		t->undriven += !t->rts_high;
		break;
	case PL011_CR:
		t->rts_high = !(value & PL011_CR_RTS);
		break;
	case PL011_IBRD:
		t->divisor = (t->divisor & 0x3f) | value << 6;
		break;
	case PL011_FBRD:
		t->divisor = (t->divisor & ~0x3fU) | (value & 0x3f);
		break;
	case PL011_LCRH:
		t->lcr = value;
		pl011_latch(t);
		break;
	}
}

static void trace_line(struct uart_trace *t)
{
	const char *where = strstr(t->line, " addr 0x");
	unsigned int addr, value;

	if (!where || sscanf(where, " addr 0x%x value 0x%x", &addr, &value) != 2)
		return;
	if (strstr(where, "'serial'"))
		isa_write(t, addr, value);
	else if (strstr(where, "'pl011'"))
		pl011_write(t, addr, value);
}

static void trace_bytes(struct uart_trace *t, const char *buf, size_t len)
{
	for (; len; len--, buf++) {
		if (*buf == '\n') {
			t->line[t->line_len] = '\0';
			trace_line(t);
			t->line_len = 0;
		} else if (t->line_len < sizeof(t->line) - 1) {
			t->line[t->line_len++] = *buf;
		}
	}
}

void uart_trace_poll(struct uart_trace *t)
{
	char buf[16384];
	ssize_t n;

	if (t->fd < 0)
		t->fd = open(t->path, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0)
		return;
	while ((n = read(t->fd, buf, sizeof(buf))) > 0)
		trace_bytes(t, buf, n);
}
