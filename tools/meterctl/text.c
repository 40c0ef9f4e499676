// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "array.h"
#include "text.h"

/* Unicode, table 3-7: the first byte, the second, and how many follow the first */
static const struct form {
	uint8_t first, last;
	uint8_t low, high;
	size_t tail;
} forms[] = {
	{ 0x20, 0x7e, 0, 0, 0 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 1 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 2 },
	{ 0xe1, 0xec, 0x80, 0xbf, 2 },
	{ 0xed, 0xed, 0x80, 0x9f, 2 },
	{ 0xee, 0xef, 0x80, 0xbf, 2 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 3 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 3 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 3 },
};

static const struct form *form_of(uint8_t first)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (first >= forms[i].first && first <= forms[i].last)
			return &forms[i];
	return NULL;
}

/* Bytes of the character that @text begins with; 0 if that is none */
static size_t character(const uint8_t *text)
{
	const struct form *form = form_of(text[0]);

	if (!form)
		return 0;
	if (form->tail && (text[1] < form->low || text[1] > form->high))
		return 0;
	for (size_t i = 2; i <= form->tail; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return 1 + form->tail;
}

void text_cut(char *text)
{
	size_t len = strlen(text), start = len;
	const struct form *form;

	while (start && ((uint8_t)text[start - 1] & 0xc0) == 0x80)
		start--;
	form = start ? form_of(text[start - 1]) : NULL;
	if (form && len - start < form->tail)
		text[start - 1] = '\0';
}

void text_clean(char *text)
{
	size_t len;

	for (; *text; text += len ? len : 1) {
		len = character((const uint8_t *)text);
		if (!len)
			*text = '?';
	}
}
