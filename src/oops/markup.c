/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/markup.h"

#include "base/cleanup.h"

#define HARD_BLANK "\xc2\xa0" /* U+00A0 in UTF-8 */

/* What pages write for characters that mean something to them. */
static const struct {
	const char *text;
	char c;
} entities[] = {
	{ "&lt;", '<' },   { "&gt;", '>' },    { "&amp;", '&' },  { "&quot;", '"' },
	{ "&#39;", '\'' }, { "&#x27;", '\'' }, { "&#34;", '"' },  { "&#91;", '[' },
	{ "&#93;", ']' },  { "&nbsp;", ' ' },  { "&#160;", ' ' }, { HARD_BLANK, ' ' },
};

/* Length of the entity at the front and what it stands for; 0 for none. */
static size_t entity_length(struct slice s, char *ret)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(entities); i++) {
		if (!slice_starts(s, entities[i].text))
			continue;
		*ret = entities[i].c;
		return strlen(entities[i].text);
	}
	return 0;
}

/* Both first bytes are rare in logs: this costs little even for a large file. */
bool vmc_oops_is_web_text(struct slice text)
{
	static const char firsts[] = { '&', '\xc2' };
	char c;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(firsts); i++) {
		struct slice rest = text;

		for (size_t at; (at = slice_find_char(rest, firsts[i])) != SLICE_NONE;
		     rest = slice_from(rest, at + 1))
			if (entity_length(slice_from(rest, at), &c))
				return true;
	}
	return false;
}

/*
 * Length of the terminal's control sequence at p (ECMA-48): a CSI ends with a letter, a title
 * (OSC) with BEL or the next escape, others are one letter, or two where the first is a bracket
 * or another intermediate.
 */
static size_t escape_length(const char *p, size_t n)
{
	size_t i = 2;

	if (n < 2)
		return n;
	switch (p[1]) {
	case '[':
		while (i < n && p[i] >= 0x20 && p[i] < 0x40)
			i++;
		break;
	case ']':
		while (i < n && p[i] != '\a' && p[i] != '\033')
			i++;
		return i < n && p[i] == '\a' ? i + 1 : i;
	default:
		if (p[1] < 0x20 || p[1] > 0x2f)
			return p[1] > 0x2f ? 2 : 1;
	}
	return i < n ? i + 1 : i;
}

bool vmc_oops_strip_markup(struct vmc_arena *arena, bool web, struct slice *s)
{
	bool escapes = slice_find_char(*s, '\033') != SLICE_NONE;
	char *copy;
	size_t n = 0;

	if (!escapes && !(web && vmc_oops_is_web_text(*s)))
		return true;
	copy = vmc_arena_alloc(arena, s->n + 1);
	if (!copy)
		return false;
	for (size_t i = 0, length; i < s->n; i += length) {
		struct slice rest = slice_from(*s, i);
		char c = *rest.p;

		if (c == '\033') {
			length = escape_length(rest.p, rest.n);
			continue;
		}
		length = web && (c == '&' || c == '\xc2') ? entity_length(rest, &c) : 0;
		length = length ? length : 1;
		copy[n++] = c;
	}
	*s = (struct slice){ copy, n };
	return true;
}
