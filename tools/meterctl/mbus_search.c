// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search by secondary address: selections with wildcards (EN 13757-7, 8.3).
 *
 * A selection speaks to all meters that match it. Where one telegram comes back one meter
 * is found; where several answer at once, one digit more is fixed to each of its values.
 * The last digit goes first: meters that were bought together differ there, while in their
 * first digits they do not.
 *
 * F is the wildcard, so a digit F of a meter can not be selected. Such a meter shows by
 * a collision that is not explained by what was found below it; there the next digit is
 * taken while this one stays free.
 *
 * Nobody can tell a collision from a damaged reply for sure, but the tree corrects
 * itself: below what was no collision there is one meter at most, and asked once more it
 * answers alone.
 *
 * Meters that answer in step, bit for bit, give the AND of their replies: its checksum is
 * right now and then by chance, so a meter counts as found when it answers to its whole
 * address. And if one's ones are all ones of the other's, its reply is all that is heard;
 * only replies of few ones can hide another so. Then the digits that the other may have
 * are asked for.
 */
#include <stdio.h>
#include <string.h>

#include "mbus_search.h"

/* Values of a digit that can be selected: 0 to E */
#define DIGIT_VALUES	15
/* With so many ones in one reply no other one is hidden by it, but for one case in 10^5. */
#define WEIGHT_ALONE	16
#define MEDIUM_VALUES	0x40
#define VERSION_VALUES	0x40
/*
 * So many exchanges are worth their time: those of a meter that shares all digits but the
 * first with another one, each asked for in vain as often as can be; some for meters that
 * answer badly; and what was measured to be needed to be thorough.
 */
#define BUDGET_OF_ONE	(MBUS_DIGITS * DIGIT_VALUES * MBUS_TRIES)
#define BUDGET		(8 * BUDGET_OF_ONE)
#define BUDGET_THOROUGH	20

enum presence {
	NOBODY,
	ONE,
	MANY,
};

struct search {
	struct mbus_link *link;
	struct scan *scan;
	struct scan_progress *progress;
	unsigned int started_at;	/* exchanges before the search */
	bool below_f;		/* thorough: one digit is left free though all was explained */
	bool given_up;
};

static int expand(struct search *search, const struct mbus_address *pattern,
		  unsigned int depth);

static int add(struct search *search)
{
	struct meter meter;

	mbus_meter_fill(search->link, &meter);
	return scan_found(search->scan, &meter);
}

static int add_bad(struct search *search, const struct mbus_address *pattern, const char *why)
{
	struct meter meter;

	meter_init(&meter, BUS_MBUS, search->link->line);
	meter.state = METER_BAD;
	mbus_address_print(pattern, meter.secondary);
	snprintf(meter.serial, sizeof(meter.serial), "%.8s", meter.secondary);
	snprintf(meter.note, sizeof(meter.note), "%s", why);
	return scan_found(search->scan, &meter);
}

/* Does anybody answer to his whole address? Silence is believed the second time. */
static int confirm(struct search *search, enum presence *who)
{
	const struct mbus_address address = search->link->identity.address;
	enum outcome outcome;
	unsigned int try;
	int ret;

	for (try = 0; try < MBUS_TRIES; try++) {
		ret = mbus_link_select(search->link, &address, &outcome);
		if (ret)
			return ret;
		if (outcome == OUTCOME_REPLY)
			return 0;
		if (outcome == OUTCOME_SILENT && try)
			break;
	}
	*who = MANY;
	return 0;
}

/* Is there a meter at these digits whose reply the one that was heard can hide? */
static int ask_hidden(struct search *search, const struct mbus_address *pattern,
		      unsigned int position, enum presence *who)
{
	uint8_t own = search->link->identity.address.digit[position];
	struct mbus_address other = *pattern;
	enum outcome outcome;
	uint8_t value;
	int ret;

	for (value = own + 1; value < DIGIT_VALUES && *who == ONE; value++) {
		if ((value & own) != own)
			continue;
		other.digit[position] = value;
		ret = mbus_link_select(search->link, &other, &outcome);
		if (ret)
			return ret;
		if (outcome != OUTCOME_SILENT)
			*who = MANY;
	}
	return 0;
}

static int prove_alone(struct search *search, const struct mbus_address *pattern,
		       enum presence *who)
{
	unsigned int position;
	int ret = 0;

	if (search->link->weight >= WEIGHT_ALONE && !search->scan->thorough)
		return 0;
	for (position = 0; position < MBUS_DIGITS && !ret && *who == ONE; position++)
		if (pattern->digit[position] == MBUS_ANY_DIGIT)
			ret = ask_hidden(search, pattern, position, who);
	return ret;
}

/*
 * Those that know no frame count bit, or only that, may not have answered yet. One damaged
 * reply is noise.
 */
static int ask_others(struct search *search, const struct mbus_address *pattern,
		      enum presence *who)
{
	struct mbus_link *link = search->link;
	const struct mbus_identity own = link->identity;
	const unsigned int weight = link->weight;
	enum mbus_answer answer = MBUS_SEVERAL;
	unsigned int try;
	int ret;

	for (try = 0; try < MBUS_TRIES && answer == MBUS_SEVERAL; try++) {
		ret = mbus_link_read_others(link, pattern, &answer);
		if (ret)
			return ret;
	}
	if (answer == MBUS_SEVERAL || memcmp(&own.address, &link->identity.address,
					     sizeof(own.address)))
		*who = MANY;
	link->identity = own;
	link->weight = weight;
	return 0;
}

/* A telegram has come. Is it what it seems to be: all of one meter? */
static int examine(struct search *search, const struct mbus_address *pattern,
		   enum presence *who)
{
	bool alone = !memchr(pattern->digit, MBUS_ANY_DIGIT, MBUS_DIGITS);
	int ret = 0;

	*who = ONE;
	if (!alone)
		ret = confirm(search, who);
	if (!ret && *who == ONE && !alone)
		ret = ask_others(search, pattern, who);
	if (!ret && *who == ONE && !alone)
		ret = prove_alone(search, pattern, who);
	return ret || *who == MANY ? ret : add(search);
}

static int probe(struct search *search, const struct mbus_address *pattern, enum presence *who)
{
	bool noise = false, mute = false;
	enum mbus_answer answer;
	unsigned int try;
	int ret;

	for (try = 0; try < MBUS_TRIES; try++) {
		ret = mbus_link_read_selected(search->link, pattern, &answer);
		if (ret)
			return ret;
		*who = answer == MBUS_NOBODY ? NOBODY : MANY;
		if (answer == MBUS_TELEGRAM)
			return examine(search, pattern, who);
		if (answer == MBUS_SEVERAL)
			return 0;
		if (answer == MBUS_NOBODY && !noise && !mute && (try || !search->scan->noisy))
			return 0;
		mute |= answer == MBUS_MUTE;
		if (answer == MBUS_NOISE) {
			noise = true;
			scan_noise(search->scan);
		}
	}
	return 0;
}

/* Are there really several? One damaged reply is noise, three of them are not. */
static int probe_firmly(struct search *search, const struct mbus_address *pattern,
			enum presence *who)
{
	unsigned int try;
	int ret = 0;

	*who = MANY;
	for (try = 0; try < MBUS_TRIES && *who == MANY && !ret; try++)
		ret = probe(search, pattern, who);
	if (!ret && *who != MANY)
		scan_noise(search->scan);
	return ret;
}

/* The last try to tell those apart that have one identification number. */
static int split_versions(struct search *search, const struct mbus_address *pattern)
{
	struct mbus_address child = *pattern;
	enum presence who;
	bool any = false;
	int ret;

	for (child.version = 0; child.version < VERSION_VALUES; child.version++) {
		ret = probe(search, &child, &who);
		if (ret)
			return ret;
		any |= who == ONE;
		if (who == MANY)
			return add_bad(search, &child, "several meters with one address, or one that answers badly");
	}
	return any ? 0 : add_bad(search, pattern, "answers, but not to be understood");
}

static int split_media(struct search *search, const struct mbus_address *pattern)
{
	struct mbus_address child = *pattern;
	enum presence who;
	bool any = false;
	int ret = 0;

	for (child.medium = 0; child.medium < MEDIUM_VALUES && !ret; child.medium++) {
		ret = probe(search, &child, &who);
		if (ret)
			return ret;
		any |= who != NOBODY;
		if (who == MANY)
			ret = split_versions(search, &child);
	}
	if (ret || any)
		return ret;
	return add_bad(search, pattern, "answers, but not to be understood");
}

/* @digits: of a number, F is any */
static bool has_digits(const struct meter *meter, const char *digits)
{
	for (unsigned int i = 0; i < MBUS_DIGITS; i++)
		if (digits[i] != 'F' && digits[i] != meter->secondary[i])
			return false;
	return true;
}

/* How many of those that were found answer to this number, which may have free digits? */
static unsigned int known_matches(const struct search *search, const struct mbus_address *pattern)
{
	const struct meter_list *list = search->scan->list;
	char digits[17];
	unsigned int count = 0;

	mbus_address_print(pattern, digits);
	for (size_t i = 0; i < list->count; i++)
		count += has_digits(&list->meters[i], digits);
	return count;
}

/* Was one found, and nothing that could not be identified? */
static bool is_one_known(const struct search *search, const struct mbus_address *pattern)
{
	const struct meter_list *list = search->scan->list;
	bool identified = false;
	char digits[17];

	mbus_address_print(pattern, digits);
	for (size_t i = 0; i < list->count; i++)
		identified |= list->meters[i].state != METER_BAD &&
			      has_digits(&list->meters[i], digits);
	return identified && known_matches(search, pattern) == 1;
}

/* One number, no telegram: noise is ruled out before several are believed in. */
static int split_number(struct search *search, const struct mbus_address *pattern)
{
	enum presence who;
	int ret;

	if (known_matches(search, pattern) > 1)
		return 0;
	ret = probe_firmly(search, pattern, &who);
	return ret || who != MANY ? ret : split_media(search, pattern);
}

static unsigned int count_identified(const struct meter_list *list)
{
	unsigned int count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->meters[i].state != METER_BAD;
	return count;
}

/* What came of the values of one digit */
struct branches {
	enum presence who[DIGIT_VALUES];
	unsigned int answers;
	unsigned int many;
};

static void set_digit(struct mbus_address *pattern, unsigned int depth, uint8_t value)
{
	pattern->digit[MBUS_DIGITS - 1 - depth] = value;
}

static int ask_values(struct search *search, const struct mbus_address *pattern,
		      unsigned int depth, struct branches *branches)
{
	struct mbus_address child = *pattern;
	enum presence *who;
	uint8_t value;
	int ret;

	*branches = (struct branches){ 0 };
	search->progress->total += DIGIT_VALUES * search->progress->step;
	for (value = 0; value < DIGIT_VALUES; value++) {
		who = &branches->who[value];
		set_digit(&child, depth, value);
		ret = probe(search, &child, who);
		if (ret)
			return ret;
		scan_step(search->scan, search->progress);
		branches->answers += *who != NOBODY;
		branches->many += *who == MANY;
	}
	return 0;
}

/* A maker of no letters, a version and a medium that nothing has */
static void make_impossible(const struct search *search, struct mbus_address *address)
{
	*address = (struct mbus_address){ .version = 0, .medium = 0 };
	while (known_matches(search, address) && address->digit[0] < DIGIT_VALUES - 1)
		address->digit[0]++;
}

/* Is something heard even where an address is selected that nobody can have? */
static int ask_control(struct search *search, bool *heard)
{
	struct mbus_address address;
	enum outcome outcome;
	unsigned int try;
	int ret;

	make_impossible(search, &address);
	*heard = true;
	for (try = 0; try < MBUS_TRIES && *heard; try++) {
		ret = mbus_link_select(search->link, &address, &outcome);
		if (ret)
			return ret;
		*heard = outcome != OUTCOME_SILENT;
	}
	return 0;
}

static bool is_spent(const struct search *search)
{
	const struct scan *scan = search->scan;
	unsigned int spent = scan->counts.exchanges - search->started_at;
	unsigned int budget = BUDGET + BUDGET_OF_ONE * count_identified(scan->list);

	return spent > budget * (scan->thorough ? BUDGET_THOROUGH : 1);
}

/* What could not be understood was perhaps no meter at all. */
static void drop_bad(const struct search *search)
{
	struct meter_list *list = search->scan->list;

	for (size_t i = list->count; i-- > 0;)
		if (list->meters[i].state == METER_BAD && list->meters[i].secondary[0] &&
		    list->meters[i].line.speed == search->link->line->speed)
			meter_remove(list, i);
}

static int give_up(struct search *search)
{
	struct meter meter;

	drop_bad(search);
	search->given_up = true;
	search->scan->given_up = true;
	meter_init(&meter, BUS_MBUS, search->link->line);
	meter.state = METER_BAD;
	snprintf(meter.note, sizeof(meter.note),
		 "all selections are acknowledged, or noise without end: search given up");
	return scan_found(search->scan, &meter);
}

/* Is there sense in going on below these values? */
static int judge_values(struct search *search, const struct branches *branches)
{
	bool heard = false;
	int ret = 0;

	if (branches->many > DIGIT_VALUES / 2)
		ret = ask_control(search, &heard);
	if (ret || (!heard && !is_spent(search)))
		return ret;
	return give_up(search);
}

static int descend(struct search *search, const struct mbus_address *pattern,
		   unsigned int depth, const struct branches *branches)
{
	struct mbus_address child = *pattern;
	uint8_t value;
	int ret = judge_values(search, branches);

	for (value = 0; value < DIGIT_VALUES && !ret && !search->given_up; value++) {
		if (branches->who[value] != MANY)
			continue;
		set_digit(&child, depth, value);
		ret = depth + 1 == MBUS_DIGITS ? split_number(search, &child) :
						 expand(search, &child, depth + 1);
	}
	return ret;
}

/*
 * Several answer here: is that what was found below? Where several seemed to answer to one
 * value noise may have made them of a single meter.
 */
static bool is_explained(const struct search *search, const struct mbus_address *pattern,
			 const struct branches *branches)
{
	if (branches->answers > 1)
		return true;
	return branches->many && !is_one_known(search, pattern);
}

/* Asks for all values of a digit and goes on below them. */
static int try_digit(struct search *search, const struct mbus_address *pattern,
		     unsigned int depth, bool *explained)
{
	struct branches branches;
	int ret = ask_values(search, pattern, depth, &branches);

	if (!ret)
		ret = descend(search, pattern, depth, &branches);
	*explained = is_explained(search, pattern, &branches) || search->given_up;
	return ret;
}

/*
 * Several have answered, but not so many were found. Either there was but one, and noise;
 * or somebody was not heard; or there is a digit F.
 */
static int explain(struct search *search, const struct mbus_address *pattern, unsigned int depth)
{
	enum presence who;
	bool explained;
	int ret = probe_firmly(search, pattern, &who);

	if (ret || who != MANY)
		return ret;
	ret = try_digit(search, pattern, depth, &explained);
	if (ret || explained)
		return ret;
	if (depth + 1 < MBUS_DIGITS)
		return expand(search, pattern, depth + 1);
	if (known_matches(search, pattern) > 1)
		return 0;
	return add_bad(search, pattern, "answers, but not to be understood");
}

/* @depth: so many digits have been tried, from the last on */
static int expand(struct search *search, const struct mbus_address *pattern, unsigned int depth)
{
	bool explained;
	int ret = try_digit(search, pattern, depth, &explained);

	if (ret || search->given_up)
		return ret;
	if (!explained)
		return explain(search, pattern, depth);
	if (!search->scan->thorough || search->below_f || depth + 1 == MBUS_DIGITS)
		return 0;
	/* One that has an F here may be among those who answered. */
	search->below_f = true;
	ret = expand(search, pattern, depth + 1);
	search->below_f = false;
	return ret;
}

static int search_once(struct search *search)
{
	struct mbus_address all;
	enum presence who = NOBODY;
	unsigned int try;
	int ret = 0;

	mbus_address_any(&all);
	for (try = 0; try < MBUS_SEARCH_STEPS && who == NOBODY && !ret; try++) {
		ret = probe(search, &all, &who);
		if (!ret)
			scan_step(search->scan, search->progress);
	}
	return ret || who != MANY ? ret : expand(search, &all, 0);
}

int mbus_search(struct mbus_link *link, struct scan_progress *progress)
{
	struct scan *scan = link->scan;
	struct search search = { .link = link, .scan = scan, .progress = progress,
		.started_at = scan->counts.exchanges };
	bool was_noisy = scan->noisy;
	enum outcome outcome;
	int ret;

	ret = search_once(&search);
	/* Silence that was believed before anybody knew of noise */
	if (!ret && scan->noisy && !was_noisy && !search.given_up) {
		progress->total += MBUS_SEARCH_STEPS * progress->step;
		ret = search_once(&search);
	}
	return ret ? ret : mbus_link_reset(link, MBUS_A_SELECTED, &outcome);
}
