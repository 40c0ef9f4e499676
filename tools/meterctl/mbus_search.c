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

enum presence {
	NOBODY,
	ONE,
	MANY,
};

struct search {
	struct mbus_link *link;
	struct scan *scan;
	struct scan_progress *progress;
	bool below_f;		/* thorough: one digit is left free though all was explained */
	bool hidden;		/* others may not have answered: see struct mbus_link */
};

static int visit(struct search *search, const struct mbus_address *pattern, unsigned int depth,
		 enum presence *who);

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

/* Those that know no frame count bit, or only that, may not have answered yet. */
static int ask_others(struct search *search, const struct mbus_address *pattern,
		      enum presence *who)
{
	struct mbus_link *link = search->link;
	const struct mbus_identity own = link->identity;
	enum mbus_answer answer;
	int ret;

	if (!link->saw_counting || !link->saw_plain) {
		search->hidden = true;
		return 0;
	}
	ret = mbus_link_read_others(link, pattern, &answer);
	if (ret)
		return ret;
	if (answer == MBUS_SEVERAL || memcmp(&own.address, &link->identity.address,
					     sizeof(own.address)))
		*who = MANY;
	link->identity = own;
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

static int expand(struct search *search, const struct mbus_address *pattern,
		  unsigned int depth);

/* What came of the values of one digit */
struct branches {
	unsigned int answers;
	bool many;
};

static int ask_values(struct search *search, const struct mbus_address *pattern,
		      unsigned int depth, struct branches *branches)
{
	struct mbus_address child = *pattern;
	enum presence who;
	uint8_t value;
	int ret;

	*branches = (struct branches){ 0 };
	search->progress->total += DIGIT_VALUES;
	for (value = 0; value < DIGIT_VALUES; value++) {
		child.digit[MBUS_DIGITS - 1 - depth] = value;
		ret = visit(search, &child, depth + 1, &who);
		if (ret)
			return ret;
		branches->answers += who != NOBODY;
		branches->many |= who == MANY;
	}
	return 0;
}

/* Several answer here: is that what was found below? */
static bool is_explained(const struct branches *branches)
{
	return branches->many || branches->answers > 1;
}

/*
 * Several have answered, but not so many were found. Either there was but one, and noise;
 * or somebody was not heard; or there is a digit F.
 */
static int explain(struct search *search, const struct mbus_address *pattern, unsigned int depth)
{
	struct branches branches;
	enum presence who;
	int ret = probe_firmly(search, pattern, &who);

	if (ret || who != MANY)
		return ret;
	ret = ask_values(search, pattern, depth, &branches);
	if (ret || is_explained(&branches))
		return ret;
	if (depth + 1 < MBUS_DIGITS)
		return expand(search, pattern, depth + 1);
	return add_bad(search, pattern, "answers, but not to be understood");
}

/* @depth: so many digits have been tried, from the last on */
static int expand(struct search *search, const struct mbus_address *pattern, unsigned int depth)
{
	struct branches branches;
	int ret = ask_values(search, pattern, depth, &branches);

	if (ret)
		return ret;
	if (!is_explained(&branches))
		return explain(search, pattern, depth);
	if (!search->scan->thorough || search->below_f || depth + 1 == MBUS_DIGITS)
		return 0;
	/* One that has an F here may be among those who answered. */
	search->below_f = true;
	ret = expand(search, pattern, depth + 1);
	search->below_f = false;
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

/* How many of those that were found answer to this number, which may have free digits? */
static unsigned int known_matches(const struct search *search, const struct mbus_address *pattern)
{
	const struct meter_list *list = search->scan->list;
	char digits[17];
	unsigned int count = 0, same;

	mbus_address_print(pattern, digits);
	for (size_t i = 0; i < list->count; i++) {
		for (same = 0; same < MBUS_DIGITS; same++)
			if (digits[same] != 'F' && digits[same] != list->meters[i].secondary[same])
				break;
		count += same == MBUS_DIGITS;
	}
	return count;
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

static int visit(struct search *search, const struct mbus_address *pattern, unsigned int depth,
		 enum presence *who)
{
	int ret = probe(search, pattern, who);

	scan_step(search->scan, search->progress);
	if (ret || *who != MANY)
		return ret;
	if (depth == MBUS_DIGITS)
		return split_number(search, pattern);
	return expand(search, pattern, depth);
}

static int search_once(struct search *search)
{
	struct mbus_address all;
	enum presence who = NOBODY;
	unsigned int try;
	int ret = 0;

	/* That nobody is there at all is worth a second question. */
	mbus_address_any(&all);
	for (try = 0; try < 2 && who == NOBODY && !ret; try++) {
		search->progress->total++;
		ret = visit(search, &all, 0, &who);
	}
	return ret;
}

/* Silence that was believed before anybody knew better */
static bool is_doubtful(const struct search *search, bool was_noisy)
{
	const struct mbus_link *link = search->link;

	return (search->hidden && link->saw_counting && link->saw_plain) ||
	       (search->scan->noisy && !was_noisy);
}

int mbus_search(struct mbus_link *link, struct scan_progress *progress)
{
	struct search search = { .link = link, .scan = link->scan, .progress = progress };
	bool was_noisy = link->scan->noisy;
	enum outcome outcome;
	int ret;

	ret = search_once(&search);
	if (!ret && is_doubtful(&search, was_noisy))
		ret = search_once(&search);
	return ret ? ret : mbus_link_reset(link, MBUS_A_SELECTED, &outcome);
}
