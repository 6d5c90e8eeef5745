/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/layout.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>


/*
 * Lines of one definition. Anonymous structs that hold each other many times over
 * stay within the depth limit but multiply; real structs have some hundred lines.
 */
#define LINES_MAX 65536

#define INDENT 4

struct writer {
	const struct vmc_layout *l;
	unsigned int column; /* of "[offset]" with the blanks before it; 0 without offsets */
	unsigned int lines;
	struct vmc_str *out;
};

static bool is_record(const struct vmc_type *t)
{
	return t->kind == VMC_TYPE_STRUCT || t->kind == VMC_TYPE_UNION;
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* --- declarations --- */

/* Length of the base type at `text` that has another spelling here, 0 none. */
static size_t base_words(const char *text, const char **ret)
{
	static const struct {
		const char *from, *to; /* the longer ones first */
	} words[] = {
		{ "long long unsigned int", "unsigned long long" },
		{ "long unsigned int", "unsigned long" },
		{ "short unsigned int", "unsigned short" },
		{ "__int128 unsigned", "unsigned __int128" },
		{ "long long int", "long long" },
		{ "long int", "long" },
		{ "short int", "short" },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].from);

		if (strncmp(text, words[i].from, len) == 0 && !in_name(text[len])) {
			*ret = words[i].to;
			return len;
		}
	}
	return 0;
}

/* Compilers write "long unsigned int" into debug info; crash and people say "unsigned long". */
static void respell(const char *text, struct vmc_str *out)
{
	char before = ' ';

	while (*text) {
		const char *to = NULL;
		size_t len = in_name(before) ? 0 : base_words(text, &to);

		if (len)
			vmc_str_add(out, to);
		else
			vmc_str_addc(out, *text);
		text += len ? len : 1;
		before = text[-1];
	}
}

/*
 * Where the name goes in a type in words. Behind the base type, at the first of
 * " *", " (" and " [", begins what is built around the name: it stands behind
 * the stars, their qualifiers, and the brackets that hold stars.
 */
static const char *place_of_name(const char *type)
{
	static const char *const qualifiers[] = { "const", "volatile", "restrict", " " };
	const char *p = type;

	while (*p && !(*p == ' ' && p[1] && strchr("*([", p[1])))
		p++;
	if (!*p)
		return p;
	for (p++; *p;) {
		size_t i = 0, len = *p == '*' || (*p == '(' && p[1] == '*');

		for (; !len && i < VMC_ARRAY_SIZE(qualifiers); i++) {
			if (vmc_str_starts(p, qualifiers[i]))
				len = strlen(qualifiers[i]);
		}
		if (!len)
			break;
		p += len;
	}
	return p;
}

void vmc_layout_declare_text(const char *type, const char *name, struct vmc_str *out)
{
	vmc_autostr struct vmc_str words = { 0 };
	const char *text, *at;

	respell(type, &words);
	text = vmc_str_text(&words);
	if (!name || !*name) {
		vmc_str_add(out, text);
		return;
	}
	at = place_of_name(text);
	/* "char [16]": the blank is in front of the name already */
	vmc_str_addn(out, text, (size_t)(at - text));
	if (at == text || !strchr("* (", at[-1]))
		vmc_str_addc(out, ' ');
	vmc_str_add_safe(out, name);
	vmc_str_add(out, at);
}

struct vmc_error *vmc_layout_declare(const struct vmc_type *t, const char *name,
				     struct vmc_str *out)
{
	vmc_autostr struct vmc_str words = { 0 };

	VMC_TRY(vmc_type_spell(t, &words));
	vmc_layout_declare_text(vmc_str_text(&words), name, out);
	return words.failed ? vmc_error_no_memory() : NULL;
}

/* --- lines --- */

static void number(const struct vmc_layout *l, uint64_t n, struct vmc_str *out)
{
	vmc_str_addf(out, l->hex ? "0x%llx" : "%llu", (unsigned long long)n);
}

/* What stands in front of a line: "  [16] ", as many blanks, or nothing. */
static struct vmc_error *line_start(struct writer *w, const uint64_t *bits, unsigned int level)
{
	vmc_autostr struct vmc_str text = { 0 };

	if (++w->lines > LINES_MAX)
		return vmc_error_new(VMC_LIMIT, "the definition has more than %d lines", LINES_MAX);
	if (!w->l->offsets) {
		vmc_str_addf(w->out, "%*s", (int)(level * INDENT), "");
		return NULL;
	}
	if (bits && w->l->has_address) {
		vmc_str_addf(&text, "[%llx]", (unsigned long long)(w->l->address + *bits / 8));
	} else if (bits) {
		vmc_str_addc(&text, '[');
		number(w->l, *bits / 8, &text);
		vmc_str_addc(&text, ']');
	}
	vmc_str_addf(w->out, "%*s %*s", (int)w->column, vmc_str_text(&text),
		     (int)(level ? (level - 1) * INDENT : 0), "");
	return NULL;
}

static struct writer writer_for(const struct vmc_type *whole, const struct vmc_layout *l,
				struct vmc_str *out)
{
	struct writer w = { .l = l, .out = out };
	vmc_autostr struct vmc_str widest = { 0 };

	if (l->has_address)
		vmc_str_addf(&widest, "%llx", (unsigned long long)(l->address + whole->size));
	else
		number(l, whole->size, &widest);
	if (l->offsets)
		w.column = (unsigned int)widest.len + 4; /* two blanks, two brackets */
	return w;
}

/* The anonymous struct, union or enum that a member is made of, behind pointers and arrays. */
static struct vmc_error *anonymous_core(const struct vmc_type *t, const struct vmc_type **ret)
{
	*ret = NULL;
	for (int depth = 0; depth < VMC_TYPE_DEPTH_MAX; depth++) {
		if (is_record(t) || t->kind == VMC_TYPE_ENUM) {
			*ret = *t->name ? NULL : t;
			return NULL;
		}
		if (t->kind != VMC_TYPE_POINTER && t->kind != VMC_TYPE_ARRAY &&
		    t->kind != VMC_TYPE_QUALIFIED)
			return NULL;
		VMC_TRY(vmc_type_target(t, &t));
	}
	return vmc_error_new(VMC_BAD_FORMAT, "type nested too deep or in a circle");
}

static struct vmc_error *members(struct writer *w, const struct vmc_type *t, uint64_t start,
				 unsigned int level);

/* "{A, B = 5}" */
static struct vmc_error *short_enum(const struct vmc_type *t, struct vmc_str *out)
{
	int64_t expected = 0;

	vmc_str_addc(out, '{');
	for (uint32_t i = 0; i < t->n_members && i < LINES_MAX; i++) {
		struct vmc_enumerator e;

		VMC_TRY(vmc_type_enumerator_at(t, i, &e));
		vmc_str_add(out, i ? ", " : "");
		vmc_str_add_safe(out, e.name);
		if (e.value != expected)
			vmc_str_addf(out, " = %lld", (long long)e.value);
		expected = (int64_t)((uint64_t)e.value + 1);
	}
	vmc_str_addc(out, '}');
	return NULL;
}

/* `text` has one "{...}", in whose place the members go; `bits` is where a named one lies. */
static struct vmc_error *expanded(struct writer *w, const struct vmc_type *core, const char *text,
				  uint64_t start, const uint64_t *bits, unsigned int level)
{
	const char *hole = strstr(text, "{...}");

	vmc_str_addn(w->out, text, (size_t)(hole - text));
	if (core->kind == VMC_TYPE_ENUM) {
		VMC_TRY(short_enum(core, w->out));
	} else {
		vmc_str_add(w->out, "{\n");
		VMC_TRY(members(w, core, start, level + 1));
		VMC_TRY(line_start(w, bits, level));
		vmc_str_addc(w->out, '}');
	}
	vmc_str_add(w->out, hole + strlen("{...}"));
	return NULL;
}

static struct vmc_error *member(struct writer *w, const struct vmc_member *m, uint64_t start,
				unsigned int level)
{
	vmc_autostr struct vmc_str text = { 0 };
	const struct vmc_type *core;
	uint64_t bits = start + m->bit_offset;
	bool opens;

	VMC_TRY(anonymous_core(m->type, &core));
	VMC_TRY(vmc_layout_declare(m->type, m->name, &text));
	opens = core && level < VMC_TYPE_DEPTH_MAX && strstr(vmc_str_text(&text), "{...}");
	/* a struct that opens here has its offset in the line with its name, as in crash */
	VMC_TRY(line_start(w, opens && is_record(core) ? NULL : &bits, level));
	if (opens)
		VMC_TRY(expanded(w, core, vmc_str_text(&text), bits, *m->name ? &bits : NULL,
				 level));
	else
		vmc_str_addn(w->out, vmc_str_text(&text), text.len);
	if (m->bit_size)
		vmc_str_addf(w->out, " : %u", m->bit_size);
	vmc_str_add(w->out, ";\n");
	return NULL;
}

static struct vmc_error *members(struct writer *w, const struct vmc_type *t, uint64_t start,
				 unsigned int level)
{
	if (!t->n_members) {
		VMC_TRY(line_start(w, NULL, level));
		vmc_str_add(w->out, "<no data fields>\n");
	}
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_member m;

		VMC_TRY(vmc_type_member_at(t, i, &m));
		VMC_TRY(member(w, &m, start, level));
	}
	return NULL;
}

/* --- definitions --- */

static struct vmc_error *long_enum(const struct vmc_type *t, struct vmc_str *out)
{
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_enumerator e;

		if (i == LINES_MAX)
			return vmc_error_new(VMC_LIMIT, "the enum has more than %d values", i);
		VMC_TRY(vmc_type_enumerator_at(t, i, &e));
		vmc_str_add(out, "  ");
		vmc_str_add_safe(out, e.name);
		vmc_str_addf(out, " = %lld\n", (long long)e.value);
	}
	return NULL;
}

static void note(const struct vmc_layout *l, struct vmc_str *out)
{
	if (l->note) {
		vmc_str_add(out, "  ");
		vmc_str_add_safe(out, l->note);
	}
	vmc_str_addc(out, '\n');
}

static void size_line(const struct vmc_type *t, const struct vmc_layout *l, struct vmc_str *out)
{
	vmc_str_add(out, "SIZE: ");
	number(l, t->size, out);
	note(l, out);
}

/* "struct name {" ... "}"; with `alias` as "typedef struct name {" ... "} alias;" */
static struct vmc_error *definition(const struct vmc_type *t, const struct vmc_type *alias,
				    const struct vmc_layout *l, struct vmc_str *out)
{
	struct writer w = writer_for(t, l, out);

	vmc_str_add(out, alias ? "typedef " : "");
	vmc_str_add(out, t->kind == VMC_TYPE_ENUM    ? "enum "
			 : t->kind == VMC_TYPE_UNION ? "union "
						     : "struct ");
	vmc_str_add_safe(out, t->name);
	vmc_str_add(out, *t->name ? " {\n" : "{\n");
	if (t->kind == VMC_TYPE_ENUM)
		VMC_TRY(long_enum(t, out));
	else
		VMC_TRY(members(&w, t, 0, 1));
	vmc_str_addc(out, '}');
	if (alias) {
		vmc_str_addc(out, ' ');
		vmc_str_add_safe(out, alias->name);
	}
	vmc_str_add(out, alias || t->kind == VMC_TYPE_ENUM ? ";" : "");
	if (t->kind == VMC_TYPE_ENUM) { /* crash shows no size there */
		note(l, out);
		return NULL;
	}
	vmc_str_addc(out, '\n');
	size_line(t, l, out);
	return NULL;
}

struct vmc_error *vmc_layout_print(const struct vmc_type *t, const struct vmc_layout *l,
				   struct vmc_str *out)
{
	const struct vmc_type *core, *target;

	VMC_TRY(vmc_type_strip(t, &core));
	if (is_record(core) || core->kind == VMC_TYPE_ENUM)
		return definition(core, t->kind == VMC_TYPE_TYPEDEF ? t : NULL, l, out);
	if (t->kind == VMC_TYPE_TYPEDEF) {
		VMC_TRY(vmc_type_target(t, &target));
		vmc_str_add(out, "typedef ");
		VMC_TRY(vmc_layout_declare(target, t->name, out));
		vmc_str_add(out, ";\n");
	} else {
		VMC_TRY(vmc_layout_declare(t, NULL, out));
		vmc_str_addc(out, '\n');
	}
	size_line(t, l, out);
	return NULL;
}

struct vmc_error *vmc_layout_member(const struct vmc_type *whole, const struct vmc_member *m,
				    const char *path, const struct vmc_layout *l,
				    struct vmc_str *out)
{
	struct vmc_layout with_offset = *l;
	struct vmc_member named = *m;
	struct writer w;

	with_offset.offsets = true;
	named.name = path;
	w = writer_for(whole, &with_offset, out);
	return member(&w, &named, 0, 1);
}
