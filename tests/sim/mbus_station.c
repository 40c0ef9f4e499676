// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one meter makes of one sound frame: addresses, selection (EN 13757-7)
 * and the frame count bit (EN 13757-2).
 */
#include <string.h>

#include "mbus.h"

#define SELECT_LEN	8	/* identification, manufacturer, version, medium */

static uint8_t function_of(const struct mbus_frame *f)
{
	return f->c & ~C_FCB;
}

static bool is_selection(const struct mbus_frame *f)
{
	return f->a == ADDRESS_SELECTED && function_of(f) == C_SND_UD &&
	       f->has_ci && f->ci == CI_SELECT;
}

/* A selection is for all: whom it does not match is no longer selected. */
bool mbus_addressed(const struct mbus_meter *m, const struct mbus_frame *f)
{
	if (f->a == ADDRESS_ANY || f->a == ADDRESS_ALL)
		return true;
	if (f->a == ADDRESS_SELECTED)
		return m->selected || is_selection(f);
	return f->a == m->address;
}

static size_t acknowledge(uint8_t *reply)
{
	reply[0] = MBUS_ACK;
	return 1;
}

static bool digits_match(uint8_t wanted, uint8_t own)
{
	return ((wanted & 0xf0) == 0xf0 || (wanted & 0xf0) == (own & 0xf0)) &&
	       ((wanted & 0x0f) == 0x0f || (wanted & 0x0f) == (own & 0x0f));
}

static bool byte_matches(uint8_t wanted, uint8_t own)
{
	return wanted == 0xff || wanted == own;
}

static bool matches(const struct mbus_meter *m, const struct mbus_frame *f)
{
	int i;

	if (f->len != SELECT_LEN)
		return false;
	for (i = 0; i < 4; i++)
		if (!digits_match(f->data[i], m->identification >> 8 * i))
			return false;
	return byte_matches(f->data[4], m->manufacturer) &&
	       byte_matches(f->data[5], m->manufacturer >> 8) &&
	       byte_matches(f->data[6], m->version) &&
	       byte_matches(f->data[7], m->medium);
}

/* Whatever its own frame count bit says, a selection begins anew at FD. */
static size_t select_meter(struct mbus_meter *m, const struct mbus_frame *f,
			   uint8_t *reply)
{
	m->selected = matches(m, f);
	if (!m->selected)
		return 0;
	m->stats.selects++;
	m->secondary = (struct mbus_memory){ .known = false };
	m->telegram = 0;
	return acknowledge(reply);
}

/* The next frame that counts has FCB = 1. */
static size_t reset_link(struct mbus_meter *m, const struct mbus_frame *f,
			 struct mbus_memory *memory, uint8_t *reply)
{
	m->stats.nke++;
	m->telegram = 0;
	*memory = (struct mbus_memory){ .known = true };
	if (f->a == ADDRESS_SELECTED)
		m->selected = false;
	if (f->a == ADDRESS_ALL)
		m->secondary = *memory;
	return acknowledge(reply);
}

/* The manual: "Broadcast primary address FE (only for read)". */
static bool takes_data(const struct mbus_meter *m, const struct mbus_frame *f)
{
	return f->has_ci && !(m->model->is_pro380 && f->a == ADDRESS_ANY);
}

static size_t take_data(struct mbus_meter *m, const struct mbus_frame *f, uint8_t *reply)
{
	if (!takes_data(m, f))
		return 0;
	m->stats.writes++;
	if (f->ci == CI_RESET)
		m->telegram = 0;
	else
		mbus_write(m, f->ci, f->data, f->len);
	return acknowledge(reply);
}

/* @first: of a read-out, which is complete when the first is next again. */
static void keep(struct mbus_meter *m, bool first, const uint8_t *frame, size_t len)
{
	struct mbus_sent *begun = &m->begun;

	if (first)
		begun->len = 0;
	if (begun->len + len > sizeof(begun->bytes))
		return;
	memcpy(begun->bytes + begun->len, frame, len);
	begun->len += len;
	if (!m->telegram)
		m->complete = *begun;
}

/* The reply tells the primary address, also to a request for FD or FE. */
static size_t give_data(struct mbus_meter *m, uint8_t *reply)
{
	bool first = !m->telegram;
	size_t len;

	m->stats.reads++;
	m->access = (m->access + 1) % 256;
	reply[4] = C_RSP_UD;
	reply[5] = m->address;
	len = mbus_seal(reply, 2 + mbus_readout(m, reply + 6));
	keep(m, first, reply, len);
	return len;
}

static size_t dispatch(struct mbus_meter *m, const struct mbus_frame *f, uint8_t *reply)
{
	switch (function_of(f)) {
	case C_SND_UD & ~C_FCV:
	case C_SND_UD:
		return take_data(m, f, reply);
	case C_REQ_UD1 & ~C_FCV:
	case C_REQ_UD1:
		return acknowledge(reply);
	case C_REQ_UD2 & ~C_FCV:
	case C_REQ_UD2:
		return f->has_ci ? 0 : give_data(m, reply);
	default:
		return 0;
	}
}

static bool is_repetition(const struct mbus_meter *m, const struct mbus_memory *memory,
			  const struct mbus_frame *f)
{
	return m->fcb == FCB_STRICT && (f->c & C_FCV) && memory->known && memory->len &&
	       memory->fcb == !!(f->c & C_FCB);
}

static size_t carry_out(struct mbus_meter *m, const struct mbus_frame *f,
			struct mbus_memory *memory, uint8_t *reply)
{
	size_t len;

	if (is_repetition(m, memory, f)) {
		m->stats.repeats++;
		memcpy(reply, memory->reply, memory->len);
		return memory->len;
	}
	len = dispatch(m, f, reply);
	if (!(f->c & C_FCV))
		return len;
	memory->known = true;
	memory->fcb = f->c & C_FCB;
	memory->len = len;
	memcpy(memory->reply, reply, len);
	return len;
}

/* The length of the reply, 0 for silence. */
size_t mbus_answer(struct mbus_meter *m, const struct mbus_frame *f, uint8_t *reply)
{
	struct mbus_memory *memory = f->a == ADDRESS_SELECTED ? &m->secondary : &m->primary;
	size_t len;

	if (m->fcb == FCB_LAX && (f->c & C_FCV) && (f->c & C_FCB))
		return 0;
	if (f->c == C_SND_NKE)
		len = reset_link(m, f, memory, reply);
	else if (is_selection(f))
		len = select_meter(m, f, reply);
	else
		len = carry_out(m, f, memory, reply);
	return f->a == ADDRESS_ALL ? 0 : len;
}
