/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of C++ (Itanium ABI, section 5.1) and Rust functions (legacy: the same with a
 * hash at the end; v0: RFC 2603), as far as a title needs them: the path, without
 * parameters and generic arguments. Flat and without recursion: what it does not
 * understand it leaves as it is.
 */
#include "oops/names.h"

#define PARTS_MAX 32

static bool eat_identifier(struct slice *s, struct slice *ret)
{
	struct slice r = *s;
	uint64_t n;

	if (!slice_eat_dec(&r, &n) || !n || n > r.n)
		return false;
	*ret = slice_head(r, (size_t)n);
	*s = slice_from(r, (size_t)n);
	return true;
}

static void add_part(struct vmc_str *out, struct slice part)
{
	if (out->len)
		vmc_str_add(out, "::");
	vmc_str_addn(out, part.p, part.n);
}

static bool is_hash(struct slice part)
{
	if (part.n != 17 || *part.p != 'h')
		return false;
	for (size_t i = 1; i < part.n; i++)
		if (!is_hex(part.p[i]))
			return false;
	return true;
}

/* _ZN3foo3bar17h0123456789abcdefE, _Z3fooi */
static bool demangle_itanium(struct slice s, struct vmc_str *out)
{
	struct slice part;
	int parts = 0;

	if (!slice_eat(&s, "_Z"))
		return false;
	if (!slice_eat(&s, "N")) {
		if (!eat_identifier(&s, &part))
			return false;
		add_part(out, part);
		return true;
	}
	while (s.n && memchr("rVK", *s.p, 3)) /* qualifiers of a member function */
		s = slice_from(s, 1);
	while (parts < PARTS_MAX && eat_identifier(&s, &part)) {
		if (!is_hash(part))
			add_part(out, part);
		parts++;
	}
	return parts && slice_starts(s, "E");
}

/* "s_", "sG_": a disambiguator; "_" ends it. */
static void eat_disambiguator(struct slice *s)
{
	size_t end;

	if (!slice_starts(*s, "s"))
		return;
	end = slice_find_char(*s, '_');
	if (end != SLICE_NONE)
		*s = slice_from(*s, end + 1);
}

static bool eat_v0_identifier(struct slice *s, struct slice *ret)
{
	struct slice r = *s;
	uint64_t n;

	eat_disambiguator(&r);
	slice_eat(&r, "u");
	if (!slice_eat_dec(&r, &n) || n > r.n)
		return false;
	if (slice_starts(r, "_") && n < r.n)
		r = slice_from(r, 1);
	*ret = slice_head(r, (size_t)n);
	*s = slice_from(r, (size_t)n);
	return true;
}

/*
 * _RNvNtCs1234_6kernel5print4foo: the tags (N and a namespace letter, C) stand in
 * front, the identifiers follow in order. A path with anything else in it
 * (an impl, generics, a reference back) is not flat, and is refused.
 */
static bool demangle_v0(struct slice s, struct vmc_str *out)
{
	struct slice part;
	size_t nested = 0;

	if (!slice_eat(&s, "_R"))
		return false;
	while (s.n > 1 && *s.p == 'N' && nested < PARTS_MAX) {
		s = slice_from(s, 2);
		nested++;
	}
	if (!slice_eat(&s, "C"))
		return false;
	for (size_t i = 0; i <= nested; i++) {
		if (!eat_v0_identifier(&s, &part))
			return false;
		if (part.n)
			add_part(out, part);
	}
	return true;
}

bool vmc_oops_name_demangle(struct slice name, struct vmc_str *out)
{
	vmc_autostr struct vmc_str path = { 0 };

	if (!demangle_itanium(name, &path)) {
		vmc_str_clear(&path);
		if (!demangle_v0(name, &path))
			return false;
	}
	if (!path.len)
		return false;
	vmc_str_addn(out, vmc_str_text(&path), path.len);
	return true;
}
