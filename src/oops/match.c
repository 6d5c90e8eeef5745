/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/text.h"

/* Longer lines are no report headers; see vmc_oops_match() for why this is not about cost alone. */
#define MATCH_LENGTH_MAX 4096

static void capture(struct captures *caps, const char *from, const char *to)
{
	if (caps->n < MATCH_CAPTURES)
		caps->at[caps->n++] = (struct slice){ from, (size_t)(to - from) };
}

static const char *skip_class(const char *p, const char *end, char class)
{
	switch (class) {
	case 'w':
		while (p < end && is_word(*p))
			p++;
		break;
	case 'n':
		while (p < end && is_digit(*p))
			p++;
		break;
	case 'x':
		if (end - p > 2 && p[0] == '0' && p[1] == 'x' && is_hex(p[2]))
			p += 2;
		while (p < end && is_hex(*p))
			p++;
		break;
	case 's':
		while (p < end && !is_blank(*p))
			p++;
		break;
	case 'p':
		while (p < end && !is_blank(*p) && *p != ':')
			p++;
		break;
	case 'f':
		while (p < end && is_symbol(*p))
			p++;
		break;
	case '_':
		while (p < end && is_blank(*p))
			p++;
		break;
	}
	return p;
}

/* "[<ffffffff81177332>] " and "[c000000000001234] ", any number of them. */
static const char *skip_addresses(const char *p, const char *end)
{
	for (;;) {
		const char *q;

		p = skip_class(p, end, '_');
		q = p;
		if (q == end || *q++ != '[')
			return p;
		if (q < end && *q == '<')
			q++;
		if (q == skip_class(q, end, 'x'))
			return p;
		q = skip_class(q, end, 'x');
		if (q < end && *q == '>')
			q++;
		if (q == end || *q++ != ']')
			return p;
		p = q;
	}
}

/*
 * Items up to the next %* or %t (or the pattern's end). Returns where the text
 * is then, NULL where it does not match; *ret_pattern is where the pattern is.
 */
static const char *match_segment(const char *pattern, const char *p, const char *end,
				 struct captures *caps, const char **ret_pattern)
{
	while (*pattern) {
		const char *q;

		if (*pattern != '%' || pattern[1] == '%') {
			pattern += *pattern == '%';
			if (p == end || *p != *pattern)
				return NULL;
			p++;
			pattern++;
			continue;
		}
		if (pattern[1] == '*' || pattern[1] == 't')
			break;
		if (pattern[1] == '.') {
			if (p != end)
				return NULL;
		} else if (pattern[1] == 'a') {
			p = skip_addresses(p, end);
		} else {
			q = skip_class(p, end, pattern[1]);
			if (pattern[1] != '_') {
				if (q == p)
					return NULL;
				capture(caps, p, q);
			}
			p = q;
		}
		pattern += 2;
	}
	*ret_pattern = pattern;
	return p;
}

/* First place at or after p where the segment matches; *ret_end is behind it. */
static const char *find_segment(const char *pattern, const char *p, const char *end,
				struct captures *caps, const char **ret_pattern,
				const char **ret_end)
{
	size_t kept = caps->n;

	if (!*pattern || (pattern[0] == '%' && pattern[1] == '.')) {
		*ret_pattern = *pattern ? pattern + 2 : pattern;
		*ret_end = end;
		return end;
	}
	for (; p < end; p++) {
		const char *stop;

		if (*pattern != '%') {
			p = memchr(p, *pattern, (size_t)(end - p));
			if (!p)
				return NULL;
		}
		stop = match_segment(pattern, p, end, caps, ret_pattern);
		if (stop) {
			*ret_end = stop;
			return p;
		}
		caps->n = kept;
	}
	return NULL;
}

bool vmc_oops_match(const char *pattern, struct slice s, struct captures *caps)
{
	struct captures local = caps ? *caps : (struct captures){ 0 };
	const char *p = s.p, *end = s.p + (s.n < MATCH_LENGTH_MAX ? s.n : MATCH_LENGTH_MAX);

	p = match_segment(pattern, p, end, &local, &pattern);
	while (p && *pattern) {
		bool keep = pattern[1] == 't';
		size_t slot = local.n;
		const char *found, *stop;

		if (keep)
			capture(&local, p, p);
		found = find_segment(pattern + 2, p, end, &local, &pattern, &stop);
		if (found && keep && slot < local.n)
			local.at[slot].n = (size_t)(found - p);
		p = found ? stop : NULL;
	}
	if (p && caps)
		*caps = local;
	return p;
}

bool vmc_oops_search(const char *pattern, struct slice s, struct captures *caps, size_t *ret_at)
{
	struct captures local = caps ? *caps : (struct captures){ 0 };

	s = slice_head(s, MATCH_LENGTH_MAX);
	for (size_t at = 0; at < s.n; at++) {
		if (*pattern != '%') {
			size_t hop = slice_find_char(slice_from(s, at), *pattern);

			if (hop == SLICE_NONE)
				return false;
			at += hop;
		}
		if (vmc_oops_match(pattern, slice_from(s, at), caps ? &local : NULL)) {
			if (caps)
				*caps = local;
			if (ret_at)
				*ret_at = at;
			return true;
		}
	}
	return false;
}
