/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slices of log text and the small matcher that the tables of this folder are
 * written in. Nothing here copies, allocates or looks outside a slice.
 */
#ifndef VMC_OOPS_TEXT_H
#define VMC_OOPS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Borrowed text without a NUL behind it. */
struct slice {
	const char *p;
	size_t n;
};

#define SLICE_NONE SIZE_MAX

static inline struct slice slice_of(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_word(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What the name of a kernel symbol may consist of: .isra.0, $ of Rust, a leading dot of ppc64. */
static inline bool is_symbol(char c)
{
	return is_word(c) || c == '.' || c == '$';
}

static inline struct slice slice_from(struct slice s, size_t at)
{
	return at < s.n ? (struct slice){ s.p + at, s.n - at } : (struct slice){ s.p + s.n, 0 };
}

static inline struct slice slice_head(struct slice s, size_t n)
{
	return (struct slice){ s.p, n < s.n ? n : s.n };
}

static inline bool slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return n <= s.n && memcmp(s.p, prefix, n) == 0;
}

static inline bool slice_is(struct slice s, const char *text)
{
	return s.n == strlen(text) && slice_starts(s, text);
}

/* Offset of the first occurrence, or SLICE_NONE; in names and lines a plain search beats memmem().
 */
static inline size_t slice_find(struct slice s, const char *what)
{
	size_t n = strlen(what);
	const char *p = s.p, *end = s.n >= n ? s.p + (s.n - n) + 1 : s.p;

	if (s.n > 4096) {
		p = memmem(s.p, s.n, what, n);
		return p ? (size_t)(p - s.p) : SLICE_NONE;
	}
	for (; p < end; p++) {
		p = memchr(p, *what, (size_t)(end - p));
		if (!p)
			return SLICE_NONE;
		if (memcmp(p, what, n) == 0)
			return (size_t)(p - s.p);
	}
	return SLICE_NONE;
}

static inline bool slice_has(struct slice s, const char *what)
{
	return slice_find(s, what) != SLICE_NONE;
}

/* The same in any letter case; slow, for rare lines. */
static inline bool slice_has_any_case(struct slice s, const char *what)
{
	size_t n = strlen(what);

	for (size_t at = 0; n <= s.n && at <= s.n - n; at++)
		if (strncasecmp(s.p + at, what, n) == 0)
			return true;
	return false;
}

static inline size_t slice_find_char(struct slice s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : SLICE_NONE;
}

static inline struct slice slice_trim(struct slice s)
{
	while (s.n && is_blank(*s.p))
		s = slice_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The eat functions take something off the front of *s, or leave it as it was. */

static inline bool slice_eat(struct slice *s, const char *prefix)
{
	if (!slice_starts(*s, prefix))
		return false;
	*s = slice_from(*s, strlen(prefix));
	return true;
}

static inline size_t slice_eat_blanks(struct slice *s)
{
	size_t n = 0;

	while (n < s->n && is_blank(s->p[n]))
		n++;
	*s = slice_from(*s, n);
	return n;
}

/* A decimal number; one that does not fit is cut at UINT64_MAX. */
static inline bool slice_eat_dec(struct slice *s, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; n < s->n && is_digit(s->p[n]); n++)
		v = v > (UINT64_MAX - 9) / 10 ? UINT64_MAX : v * 10 + (uint64_t)(s->p[n] - '0');
	if (!n)
		return false;
	*s = slice_from(*s, n);
	*ret = v;
	return true;
}

/* A hexadecimal number, 0x in front or not; only the low 64 bits are kept. */
static inline bool slice_eat_hex(struct slice *s, uint64_t *ret)
{
	struct slice r = *s;
	uint64_t v = 0;
	size_t n = 0;

	slice_eat(&r, "0x");
	for (; n < r.n && is_hex(r.p[n]); n++) {
		char c = r.p[n];
		v = v << 4 | (uint64_t)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	if (!n)
		return false;
	*s = slice_from(r, n);
	*ret = v;
	return true;
}

/* The bytes up to the first blank. */
static inline struct slice slice_eat_token(struct slice *s)
{
	struct slice t = *s;
	size_t n = 0;

	while (n < s->n && !is_blank(s->p[n]))
		n++;
	t.n = n;
	*s = slice_from(*s, n);
	return t;
}

#define MATCH_CAPTURES 6

struct captures {
	struct slice at[MATCH_CAPTURES];
	size_t n;
};

/*
 * Matches a pattern at the start of `s`; the rest of s does not matter.
 *
 *     %*  any run, the shortest that lets the rest match    %t  same, captured
 *     %w  word (letters, digits, _), captured               %n  decimal, captured
 *     %x  hex number with or without 0x, captured           %s  run without blanks, captured
 *     %p  run without blanks and colons (a path), captured
 *     %f  symbol name, captured                             %_  blanks, also none
 *     %a  bracketed addresses and blanks, also none         %.  end of the text
 *     %%  a percent sign
 *
 * After %* and %t a literal has to come (or %.): its first byte is searched for, so
 * a match costs one pass and cannot blow up. Every other item takes all it can
 * and gives nothing back. Captures are appended to *caps on success only.
 */
bool vmc_oops_match(const char *pattern, struct slice s, struct captures *caps);

/* The same anywhere in s; ret_at (may be NULL) is where. */
bool vmc_oops_search(const char *pattern, struct slice s, struct captures *caps, size_t *ret_at);

#endif
