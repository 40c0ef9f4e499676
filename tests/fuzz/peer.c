// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records decoded here and by libmbus, which shares no code with us: every VIF with
 * every data field, every VIFE, DIFEs, dates, variable lengths, fixed counters.
 *
 * Where the two are known to differ a rule turns what libmbus says into what it should
 * have said; then both must be the same. A rule that nothing needs is a failure, too.
 */
#include <linux/meterbus_record.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <mbus/mbus.h>

#include "peer.h"

#define MAX_SHOWN	10
#define HEAD_LEN	19	/* of a frame, up to the first record */
#define ADDRESS		0x55

static unsigned long nr_samples, nr_wrong;
static int failed;

static void result(bool ok, const char *format, ...)
{
	va_list args;

	printf("%s - peer: ", ok ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failed |= !ok;
}

static size_t put_chain(u8 *to, u8 first, const u8 *more, size_t nr_more)
{
	size_t i;

	to[0] = first | (nr_more ? 0x80 : 0);
	for (i = 0; i < nr_more; i++)
		to[1 + i] = more[i] | (i + 1 < nr_more ? 0x80 : 0);
	return 1 + nr_more;
}

static size_t put_vib(u8 *to, const struct sample *s)
{
	size_t n = 0;

	if (s->table)
		to[n++] = s->table;
	if (s->table || s->code != PLAIN_TEXT)
		return n + put_chain(to + n, s->code, &s->vife, s->nr_vife);
	to[n++] = PLAIN_TEXT | (s->nr_vife ? 0x80 : 0);
	to[n++] = 2;
	to[n++] = 'W';
	to[n++] = 'k';
	if (s->nr_vife)
		to[n++] = s->vife;
	return n;
}

static size_t put_record(u8 *to, const struct sample *s)
{
	size_t n = put_chain(to, s->dif, s->dife, s->nr_dife);

	n += put_vib(to + n, s);
	if (FIELD(s) == VARIABLE)
		to[n++] = s->lvar;
	memcpy(to + n, s->data, s->len);
	return n + s->len;
}

/* Behind the sample's record there is always the same other one. */
static size_t put_frame(u8 *frame, const struct sample *s)
{
	static const u8 head[HEAD_LEN] = {
		0x68, 0, 0, 0x68, 0x08, 0x01, 0x72, 0x78, 0x56, 0x34, 0x12, 0x24, 0x40, 1, 2,
	};
	size_t n = HEAD_LEN, i;
	u8 sum = 0;

	memcpy(frame, head, HEAD_LEN);
	n += put_record(frame + n, s);
	frame[n++] = 0x01;
	frame[n++] = 0x7a;
	frame[n++] = ADDRESS;
	frame[1] = frame[2] = n - 4;
	for (i = 4; i < n; i++)
		sum += frame[i];
	frame[n++] = sum;
	frame[n++] = 0x16;
	return n;
}

static double real_of(u32 bits)
{
	float real;

	memcpy(&real, &bits, sizeof(real));
	return real;
}

/* As libmbus does, times are taken in seconds. */
static void take_number(const struct meterbus_record *record, struct reading *ours)
{
	double value = record->kind == METERBUS_REAL ? real_of(record->real) : record->integer;

	ours->kind = NUMBER;
	ours->number = value * pow(10, record->exponent) * seconds_of(record->unit);
}

static void take_date(const struct meterbus_date *date, struct reading *ours)
{
	ours->kind = DATE;
	ours->date[YEAR] = date->has_date ? date->year : 0;
	ours->date[MONTH] = date->month;
	ours->date[DAY] = date->day;
	ours->date[HOUR] = date->hour;
	ours->date[MINUTE] = date->minute;
	ours->date[SECOND] = date->second;
}

static void take_ours(const struct meterbus_record *record, struct reading *ours)
{
	static const enum kind kinds[] = {
		[METERBUS_NO_DATA] = NOTHING, [METERBUS_SELECTION] = SELECTION,
		[METERBUS_TEXT] = TEXT, [METERBUS_BYTES] = BYTES, [METERBUS_INVALID] = INVALID,
	};

	ours->function = record->function;
	ours->storage = record->storage;
	ours->tariff = record->tariff;
	ours->subunit = record->subunit;
	ours->quantity = record->quantity;
	ours->unit = is_time(record->unit) ? METERBUS_SECOND : record->unit;
	meterbus_record_unit(record, ours->words, sizeof(ours->words));
	if (record->kind == METERBUS_INTEGER || record->kind == METERBUS_REAL)
		take_number(record, ours);
	else if (record->kind == METERBUS_DATE)
		take_date(&record->date, ours);
	else
		ours->kind = kinds[record->kind];
	meterbus_record_text(record, ours->text, sizeof(ours->text));
}

static void decode_ours(const u8 *frame, size_t len, struct reading *ours)
{
	struct meterbus_telegram telegram;
	struct meterbus_record record, other;
	size_t pos = 0;

	memset(ours, 0, sizeof(*ours));
	if (meterbus_telegram_parse(&telegram, frame + 6, len - 8) ||
	    meterbus_record_next(&telegram, &pos, &record))
		return;
	ours->found = !meterbus_record_next(&telegram, &pos, &other) &&
		      other.quantity == METERBUS_ADDRESS && other.integer == ADDRESS &&
		      pos == telegram.records.len;
	if (ours->found)
		take_ours(&record, ours);
}

static bool is_other(const mbus_data_record *record)
{
	return record && record->drh.vib.vif == 0x7a && record->data_len == 1 &&
	       record->data[0] == ADDRESS && !record->next;
}

static enum kind kind_of(const struct sample *s, const char *text)
{
	if (!text)
		return NUMBER;
	if (FIELD(s) == VARIABLE)
		return TEXT;
	return s->len ? DATE : NOTHING;
}

static void take_text(const struct sample *s, const char *text, struct reading *theirs)
{
	int *date = theirs->date;

	theirs->kind = kind_of(s, text);
	if (theirs->kind == DATE)
		sscanf(text, "%d-%d-%dT%d:%d:%d", &date[YEAR], &date[MONTH], &date[DAY], &date[HOUR],
		       &date[MINUTE], &date[SECOND]);
	else if (text)
		snprintf(theirs->text, sizeof(theirs->text), "%s", text);
}

static void take_value(mbus_data_record *record, const struct sample *s, struct reading *theirs)
{
	char *text = NULL, *unit = NULL, *quantity = NULL;
	double value = 0;
	int size;

	theirs->kind = REFUSED;
	if (!mbus_variable_value_decode(record, &value, &text, &size))
		take_text(s, text, theirs);
	theirs->raw = theirs->kind == DATE ? binary_of(s) : value;
	mbus_vib_unit_normalize(&record->drh.vib, value, &unit, &theirs->number, &quantity);
	theirs->unit = unit_by_name(unit);
	theirs->quantity = quantity_by_name(quantity);
	if (theirs->quantity == METERBUS_PLAIN_TEXT)
		snprintf(theirs->words, sizeof(theirs->words), "%s", quantity);
	free(text);
	free(unit);
	free(quantity);
}

static enum meterbus_function function_of(mbus_data_record *record)
{
	static const char * const names[] = {
		"Instantaneous value", "Maximum value", "Minimum value", "Value during error state",
	};
	const char *name = mbus_data_record_function(record);
	size_t i = 0;

	while (i < ARRAY_SIZE(names) - 1 && strcmp(names[i], name))
		i++;
	return i;
}

/* No DIFE: libmbus says -1. */
static void take_theirs(mbus_data_record *record, const struct sample *s, struct reading *theirs)
{
	theirs->function = function_of(record);
	theirs->storage = mbus_data_record_storage_number(record);
	theirs->tariff = s->nr_dife ? mbus_data_record_tariff(record) : 0;
	theirs->subunit = s->nr_dife ? mbus_data_record_device(record) : 0;
	take_value(record, s, theirs);
}

static void decode_theirs(u8 *bytes, size_t len, const struct sample *s, struct reading *theirs)
{
	mbus_frame *frame = mbus_frame_new(MBUS_FRAME_TYPE_ANY);
	mbus_frame_data *data = mbus_frame_data_new();
	mbus_data_record *record;

	memset(theirs, 0, sizeof(*theirs));
	if (!mbus_parse(frame, bytes, len) && !mbus_frame_data_parse(frame, data)) {
		record = data->data_var.record;
		theirs->found = record && is_other(record->next);
		if (theirs->found)
			take_theirs(record, s, theirs);
	}
	mbus_frame_data_free(data);
	mbus_frame_free(frame);
}

static bool is_close(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

static bool is_same_value(const struct reading *ours, const struct reading *theirs)
{
	if (ours->kind != theirs->kind)
		return false;
	switch (ours->kind) {
	case NUMBER:
		return is_close(ours->number, theirs->number);
	case DATE:
		return !memcmp(ours->date, theirs->date, sizeof(ours->date));
	case TEXT:
		return !strcmp(ours->text, theirs->text);
	default:
		return true;
	}
}

static bool is_same(const struct reading *ours, const struct reading *theirs)
{
	if (!ours->found || !theirs->found)
		return ours->found == theirs->found;
	return ours->function == theirs->function && ours->storage == theirs->storage &&
	       ours->tariff == theirs->tariff && ours->subunit == theirs->subunit &&
	       ours->quantity == theirs->quantity && ours->unit == theirs->unit &&
	       !strcmp(ours->words, theirs->words) && is_same_value(ours, theirs);
}

static void show(const char *who, const struct reading *r)
{
	if (!r->found) {
		printf("#   %s: nothing that ends with the record\n", who);
		return;
	}
	printf("#   %s: kind %d, %s, %.15g %s, %d-%d-%d %d:%d:%d \"%s\" \"%s\"", who, r->kind,
	       meterbus_quantity_name(r->quantity), r->number, meterbus_unit_name(r->unit),
	       r->date[YEAR], r->date[MONTH], r->date[DAY], r->date[HOUR], r->date[MINUTE],
	       r->date[SECOND], r->words, r->text);
	printf(" function %d storage %lld tariff %ld subunit %d\n", r->function, r->storage,
	       r->tariff, r->subunit);
}

static void show_sample(const struct sample *s, const struct reading *ours,
			const struct reading *theirs)
{
	u8 bytes[300];
	size_t len = put_record(bytes, s), i;

	printf("#");
	for (i = 0; i < len; i++)
		printf(" %02x", bytes[i]);
	putchar('\n');
	show("here", ours);
	show("libmbus", theirs);
}

static void check_sample(const struct sample *s)
{
	struct reading ours, theirs;
	u8 frame[300];
	size_t len = put_frame(frame, s);

	decode_ours(frame, len, &ours);
	decode_theirs(frame, len, s, &theirs);
	rules_apply(s, &theirs);
	nr_samples++;
	if (!is_same(&ours, &theirs) && nr_wrong++ < MAX_SHOWN)
		show_sample(s, &ours, &theirs);
}

static void decode_fixed_ours(const u8 *telegram, u8 which, struct reading *ours)
{
	struct meterbus_telegram parsed;
	struct meterbus_record record;
	size_t pos = 4 * which;

	memset(ours, 0, sizeof(*ours));
	ours->found = !meterbus_telegram_parse(&parsed, telegram, 17) &&
		      !meterbus_record_next(&parsed, &pos, &record);
	if (ours->found)
		take_ours(&record, ours);
}

static void check_fixed(const struct sample *s, u8 status)
{
	u8 telegram[17] = { 0x73, 0x78, 0x56, 0x34, 0x12, 1, status, 0x2c, 0x2c };
	struct reading ours, theirs;
	u8 which = s->dife[0];

	telegram[7 + which] = s->code;
	memcpy(telegram + 9 + 4 * which, s->data, 4);
	decode_fixed_ours(telegram, which, &ours);
	memset(&theirs, 0, sizeof(theirs));
	take_fixed(s, status, &theirs);
	rules_apply(s, &theirs);
	nr_samples++;
	if (!is_same(&ours, &theirs) && nr_wrong++ < MAX_SHOWN)
		show_sample(s, &ours, &theirs);
}

static const u8 tables[] = { PRIMARY, FD, FB };
static const u8 data_len[] = { 0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6 };

/* Each field takes as many bytes as it has, the last one from the end. */
static const u8 patterns[][8] = {
	{ 0, 0, 0, 0, 0, 0, 0, 0 },
	{ 1, 0, 0, 0, 0, 0, 0, 1 },
	{ 0x56, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0x09 },
	{ 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99 },
	{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	{ 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0, 0, 0, 0, 0, 0, 0, 0x80 },
	{ 1, 0, 0, 0, 0, 0, 0, 0x80 },
	{ 0x23, 0x01, 0x67, 0x45, 0x23, 0x01, 0x00, 0xf1 },
	{ 0xa3, 0x01, 0x67, 0x45, 0x23, 0x01, 0x00, 0x01 },
	{ 0x23, 0x01, 0x67, 0x45, 0x23, 0x01, 0x00, 0xa1 },
	{ 0x2d, 0x0b, 0x1e, 0x2d, 0x0b, 0x1e, 0x2d, 0x1b },
	{ 0x00, 0x00, 0xc0, 0, 0, 0, 0, 0x3f },
};

static void fill(struct sample *s, const u8 *pattern)
{
	s->len = data_len[FIELD(s)];
	memcpy(s->data, pattern, s->len);
	if (s->len)
		s->data[s->len - 1] = pattern[7];
}

static void sweep_vifs(void)
{
	struct sample s = { 0 };
	size_t table, i;
	u8 field;

	for (table = 0; table < sizeof(tables); table++)
		for (s.code = 0; s.code < 0x80; s.code++)
			for (field = 0; field < sizeof(data_len); field++)
				for (i = 0; i < ARRAY_SIZE(patterns) && field != VARIABLE; i++) {
					s.table = tables[table];
					s.dif = field;
					fill(&s, patterns[i]);
					check_sample(&s);
				}
}

/* As a date the data are 2017-12-30, 11:30. */
static void sweep_vifes(void)
{
	struct sample s = { .dif = 4, .nr_vife = 1, .data = { 0x1e, 0x0b, 0x3e, 0x2c }, .len = 4 };
	size_t table;

	for (table = 0; table < sizeof(tables); table++)
		for (s.code = 0; s.code < 0x80; s.code++)
			for (s.vife = 0; s.vife < 0x80; s.vife++) {
				s.table = tables[table];
				if (is_compared(&s))
					check_sample(&s);
			}
}

static void sweep_difes(void)
{
	struct sample s = { .code = 3, .data = { 0x39, 0x30 }, .len = 4 };
	u8 function, dife;

	for (function = 0; function < 8; function++)
		for (s.nr_dife = 0; s.nr_dife <= METERBUS_MAX_DIFE; s.nr_dife++)
			for (dife = 0; dife < 0x80; dife++) {
				s.dif = 4 | function << 4;
				memset(s.dife, 0x15, sizeof(s.dife));
				if (s.nr_dife)
					s.dife[s.nr_dife - 1] = dife;
				check_sample(&s);
			}
}

/* Every two bytes that stand together, the others those of 2017-12-30, 11:45:30. */
static void sweep_date(u8 table, u8 code, u8 field, const u8 *date)
{
	struct sample s = { .dif = field, .table = table, .code = code, .len = data_len[field] };
	unsigned int bytes;
	size_t i;

	for (i = 0; i + 1 < s.len; i++)
		for (bytes = 0; bytes < 0x10000; bytes++) {
			memcpy(s.data, date, s.len);
			s.data[i] = bytes;
			s.data[i + 1] = bytes >> 8;
			check_sample(&s);
		}
}

static void sweep_dates(void)
{
	sweep_date(PRIMARY, 0x6c, 2, (const u8[]){ 0x3e, 0x2c });
	sweep_date(PRIMARY, 0x6d, 3, (const u8[]){ 30, 45, 11 });
	sweep_date(PRIMARY, 0x6d, 4, (const u8[]){ 45, 11, 0x3e, 0x2c });
	sweep_date(PRIMARY, 0x6d, 6, (const u8[]){ 30, 45, 11, 0x3e, 0x2c, 0 });
	sweep_date(FD, 0x70, 4, (const u8[]){ 45, 11, 0x3e, 0x2c });
}

static size_t lvar_len(unsigned int lvar)
{
	if (lvar < 0xc0)
		return lvar;
	if (lvar < 0xf0)
		return lvar & 0xf;
	return lvar < 0xf5 ? 4 * (lvar - 0xec) : lvar == 0xf5 ? 48 : lvar == 0xf6 ? 64 : 0;
}

static void sweep_lvars(void)
{
	static const u8 codes[] = { 0x03, 0x14, 0x78 };
	struct sample s = { .dif = VARIABLE };
	unsigned int lvar;
	size_t i;

	memset(s.data, 0x31, sizeof(s.data));
	for (i = 0; i < sizeof(codes); i++)
		for (lvar = 0; lvar < 0x100; lvar++) {
			s.code = codes[i];
			s.lvar = lvar;
			s.len = lvar_len(lvar);
			check_sample(&s);
		}
}

/* But units 00 and 01, times of which nothing tells the coding. */
static void sweep_fixed(void)
{
	struct sample s = { .table = FIXED };
	size_t i;
	u8 status;

	for (status = 0; status < 4; status++)
		for (s.code = 2; s.code < 0x40; s.code++)
			for (i = 0; i < 2 * ARRAY_SIZE(patterns); i++) {
				s.dif = (status & 1 ? 4 : 0xc) | (status & 2) << 5;
				s.dife[0] = i & 1;
				fill(&s, patterns[i / 2]);
				check_fixed(&s, status);
			}
}

static void run(const char *name, void (*sweep)(void))
{
	nr_samples = 0;
	nr_wrong = 0;
	sweep();
	result(nr_samples && !nr_wrong, "%s: %lu of %lu records are not as libmbus has them", name,
	       nr_wrong, nr_samples);
}

int main(void)
{
	run("VIFs with every data field", sweep_vifs);
	run("VIFEs behind every VIF", sweep_vifes);
	run("DIFEs and functions", sweep_difes);
	run("dates and times", sweep_dates);
	run("variable lengths", sweep_lvars);
	run("counters of the fixed structure", sweep_fixed);
	rules_report(result);
	return failed;
}
