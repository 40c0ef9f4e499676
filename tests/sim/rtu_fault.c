// SPDX-License-Identifier: GPL-2.0-only
/* Faults that know what a Modbus reply means. */
#include "rtu.h"

static void reseal(struct answer *a)
{
	if (a->len > 2)
		rtu_seal(a->bytes, a->len - 2);
}

void rtu_fault_change(enum fault_kind kind, long arg, const struct request *q,
		      struct answer *a)
{
	switch (kind) {
	case FAULT_FOREIGN:
		a->bytes[0] = a->bytes[0] % 247 + 1;
		reseal(a);
		break;
	case FAULT_WRONGFUNC:
		a->bytes[1] ^= 0x07;
		reseal(a);
		break;
	default:
		fault_change(kind, arg, q, a);
	}
}
