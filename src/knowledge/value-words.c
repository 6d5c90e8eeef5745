/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Special values in words. */
#include "knowledge/value.h"

#include <ctype.h>
#include <string.h>

#include "base/lang.h"

/* Codes of more bits than this are written in hexadecimal, as manuals do. */
#define DECIMAL_BITS 8u

static const char *said(const struct vmc_said *s, enum vmc_lang lang)
{
	const char *text = vmc_said_in(s, lang);

	return text ? text : "";
}

void vmc_value_kernels(const struct vmc_value *v, enum vmc_lang lang, struct vmc_str *out)
{
	if (v->since)
		vmc_str_addf(out, vmc_say(lang, " (since %s)"), v->since);
	if (v->before)
		vmc_str_addf(out, vmc_say(lang, " (before %s)"), v->before);
	if (v->vendor)
		vmc_str_addf(out, vmc_say(lang, " (%s)"), v->vendor);
}

static void distance(int64_t d, struct vmc_str *out)
{
	if (d)
		vmc_str_addf(out, " %c 0x%llx", d < 0 ? '-' : '+',
			     d < 0 ? 0 - (unsigned long long)d : (unsigned long long)d);
}

static void error_words(const struct vmc_value_query *q, const struct vmc_value_match *m,
			enum vmc_lang lang, struct vmc_str *out)
{
	bool is_int = m->fit == VMC_VALUE_HALF || !vmc_value_is_64bit(q->arch);
	int64_t number = is_int ? (int32_t)q->value : (int64_t)q->value;

	if (!m->error) {
		vmc_str_addf(out, "%lld: %s", (long long)number, said(&m->value->meaning, lang));
		return;
	}
	vmc_str_addf(out, "-%s (%lld, %s)", m->error->name, (long long)number,
		     said(&m->error->meaning, lang));
	if (q->is_address)
		vmc_str_addf(out, "%s%s", vmc_say(lang, ": "), said(&m->value->meaning, lang));
}

static void match_words(const struct vmc_value_query *q, const struct vmc_value_match *m,
			enum vmc_lang lang, struct vmc_str *out)
{
	const struct vmc_value *v = m->value;

	if (strcmp(v->group, "err-ptr") == 0) {
		error_words(q, m, lang, out);
		return;
	}
	if (v->kind == VMC_VALUE_RANGE) {
		vmc_str_add(out, said(&v->meaning, lang));
		return;
	}
	vmc_str_add(out, v->name);
	distance(m->distance, out);
	/* the release tells which of two values of one name it is */
	if (v->before)
		vmc_value_kernels(v, lang, out);
	if (m->fit == VMC_VALUE_HALF)
		vmc_str_add(out, vmc_say(lang, " in 32 bits"));
	if (m->fit == VMC_VALUE_FLIPPED)
		vmc_str_addf(out, vmc_say(lang, " but for bit %u, which suggests bad memory"),
			     m->bit);
	vmc_str_addf(out, "%s%s", vmc_say(lang, ": "), said(&v->meaning, lang));
}

void vmc_value_words(const struct vmc_value_query *q, const struct vmc_value_match *m, size_t n,
		     enum vmc_lang lang, struct vmc_str *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			vmc_str_add(out, vmc_say(lang, "; or "));
		match_words(q, &m[i], lang, out);
	}
}

/* ---- one line of bits ---- */

struct line {
	enum vmc_value_arch arch;
	enum vmc_lang lang;
	uint64_t value;
	bool names_bits; /* the group has bits that are told by their names */
	struct vmc_str names, phrases;
	bool remark;
};

static bool has_set(const struct vmc_value *v)
{
	return v->set.in[VMC_LANG_EN];
}

static bool has_clear(const struct vmc_value *v)
{
	return v->clear.in[VMC_LANG_EN];
}

static void phrase(struct line *l, const struct vmc_value *v, bool on)
{
	bool answer = has_set(v) && has_clear(v);

	if (l->phrases.len)
		vmc_str_add(&l->phrases, vmc_say(l->lang, ", "));
	if (!answer && l->names_bits)
		vmc_str_addf(&l->phrases, "%s=%d%s", v->name, on, vmc_say(l->lang, ": "));
	vmc_str_add(&l->phrases, said(on ? &v->set : &v->clear, l->lang));
	l->remark |= !answer;
}

static void field(struct line *l, const struct vmc_value *v, uint64_t number)
{
	const struct vmc_value *named =
		v->names ? vmc_value_number(v->names, l->arch, number) : NULL;
	struct vmc_str *out = named ? &l->phrases : &l->names;

	if (out->len)
		vmc_str_add(out, named ? vmc_say(l->lang, ", ") : " ");
	vmc_str_addf(out, v->last - v->value < DECIMAL_BITS ? "%s=%lld" : "%s=0x%llx", v->name,
		     (long long)number);
	if (!named)
		return;
	/* "exit=127" has no other name */
	if (!isdigit((unsigned char)named->name[0]))
		vmc_str_addf(out, " %s", named->name);
	vmc_str_addf(out, "%s%s", vmc_say(l->lang, ": "), said(&named->meaning, l->lang));
}

static void name(struct line *l, const struct vmc_value *v)
{
	if (l->names.len)
		vmc_str_addc(&l->names, ' ');
	vmc_str_add(&l->names, v->name);
}

/* A bit that is set and has nothing to say is told by its name. */
static void bit(struct line *l, const struct vmc_value *v)
{
	bool on = l->value >> v->value & 1;

	if (v->quiet)
		return;
	if (on ? has_set(v) : has_clear(v))
		phrase(l, v, on);
	else if (on)
		name(l, v);
}

static bool names_bits(const char *group)
{
	for (unsigned int i = 0; i < 64; i++) {
		const struct vmc_value *v = vmc_value_bit(group, i);

		if (v && v->kind == VMC_VALUE_BIT && !has_set(v) && !has_clear(v) && !v->quiet)
			return true;
	}
	return false;
}

bool vmc_value_line(const char *group, enum vmc_value_arch arch, uint64_t value, enum vmc_lang lang,
		    struct vmc_str *out)
{
	struct line l = {
		.arch = arch, .lang = lang, .value = value, .names_bits = names_bits(group)
	};
	struct vmc_value_part parts[64];
	uint64_t rest;
	size_t n = vmc_value_decode(group, arch, value, parts, VMC_ARRAY_SIZE(parts), &rest);

	/* bits that are clear may have something to say as well: all of the group are asked */
	for (unsigned int i = 64, k = 0; i-- > 0;) {
		const struct vmc_value *v = vmc_value_bit(group, i);

		while (k < n && parts[k].value->last > i)
			k++;
		if (v && v->kind == VMC_VALUE_BIT)
			bit(&l, v);
		else if (v && k < n && parts[k].value == v)
			field(&l, v, parts[k].number);
	}
	if (rest || (!l.names.len && !l.phrases.len))
		vmc_str_addf(&l.names, "%s0x%llx", l.names.len ? " +" : "",
			     (unsigned long long)rest);
	vmc_str_add(out, vmc_str_text(&l.names));
	if (l.names.len && l.phrases.len)
		vmc_str_add(out, vmc_say(lang, ", "));
	vmc_str_add(out, vmc_str_text(&l.phrases));
	out->failed |= l.names.failed || l.phrases.failed;
	vmc_str_deinit(&l.names);
	vmc_str_deinit(&l.phrases);
	return l.remark;
}
