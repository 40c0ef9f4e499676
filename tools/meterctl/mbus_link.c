// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "mbus_link.h"

static void ask(struct mbus_link *link, struct exchange *x, uint8_t c, uint8_t a)
{
	memset(x, 0, sizeof(*x));
	x->line = *link->line;
	x->request[0] = c;
	x->request[1] = a;
	x->request_len = 2;
}

static uint8_t request_c(bool counting)
{
	return counting ? MBUS_C_REQ_UD2 | MBUS_C_FCB : MBUS_C_REQ_UD2;
}

/* The answer to a request for data. */
static enum mbus_answer judge_data(struct mbus_link *link, const struct exchange *x)
{
	switch (x->outcome) {
	case OUTCOME_SILENT:
		return MBUS_MUTE;
	case OUTCOME_REPLY:
		if (x->reply_len == 1)
			return MBUS_MUTE;
		if (!mbus_identity_parse(x->reply, x->reply_len, &link->identity))
			return MBUS_NOISE;
		link->weight = mbus_reply_weight(x->reply, x->reply_len);
		return MBUS_TELEGRAM;
	default:
		return MBUS_SEVERAL;
	}
}

/* The answer to a selection that was not acknowledged as it should be. */
static enum mbus_answer judge_selection(const struct exchange *x)
{
	if (x->outcome == OUTCOME_SILENT)
		return MBUS_NOBODY;
	return x->outcome == OUTCOME_COLLISION ? MBUS_SEVERAL : MBUS_NOISE;
}

static void count_data(struct mbus_link *link, const struct exchange *x)
{
	link->scan->counts.readouts++;
	if (x->outcome == OUTCOME_DAMAGED || x->outcome == OUTCOME_COLLISION)
		link->scan->counts.collisions++;
}

static int read_primary(struct mbus_link *link, unsigned int primary, bool counting,
			enum mbus_answer *answer)
{
	struct exchange x;
	int ret;

	ask(link, &x, request_c(counting), primary);
	ret = scan_exchange(link->scan, &x);
	if (ret)
		return ret;
	count_data(link, &x);
	*answer = judge_data(link, &x);
	return 0;
}

static int read_selected(struct mbus_link *link, const struct mbus_address *pattern,
			 bool counting, enum mbus_answer *answer)
{
	struct exchange x;
	int ret;

	ask(link, &x, request_c(counting), MBUS_A_SELECTED);
	x.select = true;
	mbus_address_to_wire(pattern, x.selection);
	ret = scan_exchange(link->scan, &x);
	if (ret)
		return ret;
	link->scan->counts.selections++;
	*answer = x.selected ? judge_data(link, &x) : judge_selection(&x);
	if (x.selected)
		count_data(link, &x);
	else if (*answer == MBUS_SEVERAL)
		link->scan->counts.collisions++;
	/* Somebody else was selected meanwhile, or has not noticed that he no longer is. */
	if (*answer == MBUS_TELEGRAM && !mbus_address_matches(pattern, &link->identity.address))
		*answer = MBUS_NOISE;
	return 0;
}

/* The way first by which some have answered, if only one has been seen. */
static bool counting_first(const struct mbus_link *link)
{
	return link->saw_counting || !link->saw_plain;
}

static void learn(struct mbus_link *link, bool counting, enum mbus_answer answer)
{
	if (answer != MBUS_TELEGRAM)
		return;
	link->counting = counting;
	link->saw_counting |= counting;
	link->saw_plain |= !counting;
}

int mbus_link_read(struct mbus_link *link, unsigned int primary, enum mbus_answer *answer)
{
	bool counting = counting_first(link);
	int ret;

	ret = read_primary(link, primary, counting, answer);
	if (!ret && *answer == MBUS_MUTE) {
		counting = !counting;
		ret = read_primary(link, primary, counting, answer);
	}
	if (!ret)
		learn(link, counting, *answer);
	return ret;
}

int mbus_link_read_selected(struct mbus_link *link, const struct mbus_address *pattern,
			    enum mbus_answer *answer)
{
	bool counting = counting_first(link);
	int ret;

	ret = read_selected(link, pattern, counting, answer);
	if (!ret && *answer == MBUS_MUTE) {
		counting = !counting;
		ret = read_selected(link, pattern, counting, answer);
	}
	if (!ret)
		learn(link, counting, *answer);
	return ret;
}

/* Those who did not answer to the request that was answered last */
int mbus_link_read_others(struct mbus_link *link, const struct mbus_address *pattern,
			  enum mbus_answer *answer)
{
	return read_selected(link, pattern, !link->counting, answer);
}

int mbus_link_reset(struct mbus_link *link, unsigned int primary, enum outcome *outcome)
{
	struct exchange x;
	int ret;

	ask(link, &x, MBUS_C_SND_NKE, primary);
	ret = scan_exchange(link->scan, &x);
	*outcome = x.outcome;
	return ret;
}

int mbus_link_select(struct mbus_link *link, const struct mbus_address *pattern,
		     enum outcome *outcome)
{
	struct exchange x = { .line = *link->line, .select = true };
	int ret;

	mbus_address_to_wire(pattern, x.selection);
	ret = scan_exchange(link->scan, &x);
	if (!ret)
		link->scan->counts.selections++;
	*outcome = x.outcome;
	return ret;
}

/* Five bits a letter, EN 13757-3, 5.6 */
static void maker_letters(const uint8_t *wire, char *letters)
{
	unsigned int code = wire[0] | wire[1] << 8;

	for (int i = 2; i >= 0; i--, code >>= 5)
		letters[i] = '@' + (code & 0x1f);
	for (int i = 0; i < 3; i++)
		if (letters[i] < 'A' || letters[i] > 'Z')
			letters[i] = '?';
	letters[3] = '\0';
}

static void fill_model(struct meter *meter)
{
	const char *medium = medium_name(meter->medium);

	if (!strcmp(meter->manufacturer, "INM") && meter->medium == 0x02) {
		snprintf(meter->model, sizeof(meter->model), "PRO380-Mb");
		snprintf(meter->driver, sizeof(meter->driver), "pro380");
		return;
	}
	snprintf(meter->model, sizeof(meter->model), "%.8s%s%s", meter->manufacturer,
		 meter->manufacturer[0] && medium[0] ? " " : "", medium);
	snprintf(meter->driver, sizeof(meter->driver), "mbus-meter");
}

/* What the last telegram said */
void mbus_meter_fill(const struct mbus_link *link, struct meter *meter)
{
	const struct mbus_address *address = &link->identity.address;

	meter_init(meter, BUS_MBUS, link->line);
	if (link->identity.primary <= MBUS_ADDRESS_MAX)
		meter->address = link->identity.primary;
	mbus_address_print(address, meter->secondary);
	snprintf(meter->serial, sizeof(meter->serial), "%.8s", meter->secondary);
	if (address->maker[0] != MBUS_ANY_BYTE || address->maker[1] != MBUS_ANY_BYTE) {
		maker_letters(address->maker, meter->manufacturer);
		meter->version = address->version;
		meter->medium = address->medium;
	}
	fill_model(meter);
}
