/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for every source of types: names, paths, limits. */
#include "debug/types/type.h"

#include <string.h>

/* Longest C name that is looked up; those of kernels stay below 80. */
#define NAME_MAX_LEN 255
/*
 * Anonymous structs one lookup may enter. Two structs that name each other in
 * hundreds of anonymous members stay within the depth limit, but would cost
 * hundreds ^ depth steps.
 */
#define ANONYMOUS_MAX 4096

void vmc_types_free(struct vmc_types *g)
{
	if (g)
		g->ops->free(g);
}

static bool is_record(const struct vmc_type *t)
{
	return t->kind == VMC_TYPE_STRUCT || t->kind == VMC_TYPE_UNION;
}

static const char *display_name(const struct vmc_type *t)
{
	return *t->name ? t->name : "(anonymous)";
}

struct vmc_error *vmc_type_target(const struct vmc_type *t, const struct vmc_type **ret)
{
	switch (t->kind) {
	case VMC_TYPE_POINTER:
	case VMC_TYPE_ARRAY:
	case VMC_TYPE_TYPEDEF:
	case VMC_TYPE_QUALIFIED:
	case VMC_TYPE_FUNCTION:
		return t->graph->ops->target(t->graph, t, ret);
	case VMC_TYPE_VOID:
	case VMC_TYPE_INT:
	case VMC_TYPE_FLOAT:
	case VMC_TYPE_ENUM:
	case VMC_TYPE_STRUCT:
	case VMC_TYPE_UNION:
	case VMC_TYPE_DECLARED:
		break;
	}
	return vmc_error_new(VMC_USAGE, "type %s refers to no other type", display_name(t));
}

struct vmc_error *vmc_type_strip(const struct vmc_type *t, const struct vmc_type **ret)
{
	for (int depth = 0; depth < VMC_TYPE_DEPTH_MAX; depth++) {
		if (t->kind != VMC_TYPE_TYPEDEF && t->kind != VMC_TYPE_QUALIFIED) {
			*ret = t;
			return NULL;
		}
		VMC_TRY(vmc_type_target(t, &t));
	}
	return vmc_error_new(VMC_BAD_FORMAT, "type %s: typedefs nested too deep or in a circle",
			     display_name(t));
}

struct vmc_error *vmc_type_member_at(const struct vmc_type *t, uint32_t i, struct vmc_member *ret)
{
	if (!is_record(t) && t->kind != VMC_TYPE_FUNCTION)
		return vmc_error_new(VMC_USAGE, "type %s has no members", display_name(t));
	if (i >= t->n_members)
		return vmc_error_new(VMC_USAGE, "type %s has %u members, number %u is not one",
				     display_name(t), t->n_members, i);
	return t->graph->ops->member(t->graph, t, i, ret);
}

struct vmc_error *vmc_type_enumerator_at(const struct vmc_type *t, uint32_t i,
					 struct vmc_enumerator *ret)
{
	if (t->kind != VMC_TYPE_ENUM || i >= t->n_members)
		return vmc_error_new(VMC_USAGE, "type %s has no enumerator number %u",
				     display_name(t), i);
	return t->graph->ops->enumerator(t->graph, t, i, ret);
}

/* --- lookup by C name --- */

/*
 * The base types: words in any order mean the same type, and compilers do
 * not agree on one spelling. gcc, whose words DWARF and so BTF have, first.
 */
static const struct {
	const char *gcc, *clang;
} base_types[] = {
	{ "char", "char" },
	{ "signed char", "signed char" },
	{ "unsigned char", "unsigned char" },
	{ "short int", "short" },
	{ "short unsigned int", "unsigned short" },
	{ "int", "int" },
	{ "unsigned int", "unsigned int" },
	{ "long int", "long" },
	{ "long unsigned int", "unsigned long" },
	{ "long long int", "long long" },
	{ "long long unsigned int", "unsigned long long" },
	{ "__int128", "__int128" },
	{ "__int128 unsigned", "unsigned __int128" },
	{ "_Bool", "bool" },
};

/* Index in base_types, or -1 where the words make no base type. */
static int base_type(const char *name)
{
	enum { CHAR, SHORT, INT, LONG, UNSIGNED, SIGNED, INT128, WORDS };
	static const char *const words[WORDS] = { "char",     "short",	"int",	   "long",
						  "unsigned", "signed", "__int128" };
	unsigned int n[WORDS] = { 0 };

	if (strcmp(name, "_Bool") == 0 || strcmp(name, "bool") == 0)
		return 13;
	while (*name) {
		size_t len = strcspn(name, " ");
		int w = 0;

		while (w < WORDS && (strlen(words[w]) != len || memcmp(words[w], name, len)))
			w++;
		if (w == WORDS || ++n[w] > (w == LONG ? 2 : 1))
			return -1;
		name += len + (name[len] == ' ');
	}
	if (n[UNSIGNED] + n[SIGNED] > 1 || n[CHAR] + n[SHORT] + !!n[LONG] + n[INT128] > 1 ||
	    (n[INT] && (n[CHAR] || n[INT128])))
		return -1;
	if (n[CHAR])
		return n[UNSIGNED] ? 2 : n[SIGNED] ? 1 : 0;
	if (n[INT128])
		return 11 + n[UNSIGNED];
	return (n[SHORT] ? 3 : n[LONG] ? 5 + 2 * (int)n[LONG] : 5) + (int)n[UNSIGNED];
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/*
 * Splits "struct  x * *" into "struct x" (one space between words) and the
 * number of stars. False where it is no such name.
 */
static bool split_name(const char *s, char *name, unsigned int *stars)
{
	size_t len = 0;

	*stars = 0;
	for (; *s; s++) {
		if (*s == '*') {
			if (++*stars > VMC_TYPE_DEPTH_MAX)
				return false;
		} else if (*s == ' ' || *s == '\t') {
			if (!*stars && len && name[len - 1] != ' ')
				name[len++] = ' ';
		} else if (*stars || !is_name_char(*s)) {
			return false;
		} else {
			name[len++] = *s;
		}
		if (len >= NAME_MAX_LEN)
			return false;
	}
	if (len && name[len - 1] == ' ')
		len--;
	name[len] = '\0';
	return len > 0;
}

static struct vmc_error *find_plain(struct vmc_types *g, const char *name,
				    const struct vmc_type **ret)
{
	int base;

	if (strcmp(name, "void") == 0)
		return g->ops->find(g, VMC_TYPE_VOID, name, ret);
	VMC_TRY(g->ops->find(g, VMC_TYPE_TYPEDEF, name, ret));
	if (!*ret)
		VMC_TRY(g->ops->find(g, VMC_TYPE_INT, name, ret));
	if (*ret)
		return NULL;
	base = base_type(name);
	if (base < 0)
		return NULL;
	VMC_TRY(g->ops->find(g, VMC_TYPE_INT, base_types[base].gcc, ret));
	return *ret ? NULL : g->ops->find(g, VMC_TYPE_INT, base_types[base].clang, ret);
}

/* NULL in *ret where the graph has no such type. */
static struct vmc_error *find_words(struct vmc_types *g, const char *name,
				    const struct vmc_type **ret)
{
	static const struct {
		const char *word;
		enum vmc_type_kind kind;
	} tags[] = {
		{ "struct ", VMC_TYPE_STRUCT },
		{ "union ", VMC_TYPE_UNION },
		{ "enum ", VMC_TYPE_ENUM },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(tags); i++) {
		size_t len = strlen(tags[i].word);

		if (strncmp(name, tags[i].word, len) == 0)
			return g->ops->find(g, tags[i].kind, name + len, ret);
	}
	return find_plain(g, name, ret);
}

struct vmc_error *vmc_types_find(struct vmc_types *g, const char *c_name,
				 const struct vmc_type **ret)
{
	const struct vmc_type *t = NULL;
	char name[NAME_MAX_LEN + 1];
	unsigned int stars;

	if (!split_name(c_name, name, &stars))
		return vmc_error_new(VMC_USAGE, "\"%s\" is no name of a type", c_name);
	VMC_TRY(find_words(g, name, &t));
	if (!t)
		return vmc_error_new(VMC_NOT_FOUND, "no type \"%s\"", name);
	while (stars--)
		VMC_TRY(g->ops->pointer_to(g, t, &t));
	*ret = t;
	return NULL;
}

struct vmc_error *vmc_types_variable(struct vmc_types *g, const char *name,
				     const struct vmc_type **ret)
{
	const struct vmc_type *t = NULL;

	VMC_TRY(g->ops->variable(g, name, &t));
	if (!t)
		return vmc_error_new(VMC_NOT_FOUND, "type of variable \"%s\" is not known", name);
	*ret = t;
	return NULL;
}

/* The enum of that tag, or of the typedef that an anonymous enum was given. */
static struct vmc_error *find_enum(struct vmc_types *g, const char *name,
				   const struct vmc_type **ret)
{
	const struct vmc_type *t = NULL;

	VMC_TRY(g->ops->find(g, VMC_TYPE_ENUM, name, &t));
	if (!t) {
		VMC_TRY(g->ops->find(g, VMC_TYPE_TYPEDEF, name, &t));
		if (t)
			VMC_TRY(vmc_type_strip(t, &t));
	}
	if (!t || t->kind != VMC_TYPE_ENUM)
		return vmc_error_new(VMC_NOT_FOUND, "no type \"enum %s\"", name);
	*ret = t;
	return NULL;
}

struct vmc_error *vmc_types_enumerator(struct vmc_types *g, const char *enum_name, const char *name,
				       int64_t *ret)
{
	const struct vmc_type *t = NULL;
	bool found = false;

	if (!enum_name) {
		VMC_TRY(g->ops->constant(g, name, ret, &found));
		if (!found)
			return vmc_error_new(VMC_NOT_FOUND, "no enumerator \"%s\"", name);
		return NULL;
	}
	VMC_TRY(find_enum(g, enum_name, &t));
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_enumerator e;

		VMC_TRY(vmc_type_enumerator_at(t, i, &e));
		if (strcmp(e.name, name) == 0) {
			*ret = e.value;
			return NULL;
		}
	}
	return vmc_error_new(VMC_NOT_FOUND, "enum %s has no enumerator \"%s\"", enum_name, name);
}

/* --- member paths --- */

/* One step of a path: the name sought and what is left of the guard against explosion. */
struct search {
	const char *name;
	size_t len;
	unsigned int budget;
	int depth;
};

/* Finds s->name in t and in its anonymous members; ret->type stays NULL when absent. */
static struct vmc_error *search_member(struct search *s, const struct vmc_type *t,
				       struct vmc_member *ret)
{
	const struct vmc_types_ops *ops = t->graph->ops;

	if (!s->budget-- || ++s->depth > VMC_TYPE_DEPTH_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "anonymous structs nested too deep");
	for (uint32_t i = 0;; i++) {
		const struct vmc_type *inner;
		struct vmc_member m;

		VMC_TRY(ops->member_index(t->graph, t, s->name, s->len, i, &i));
		if (i >= t->n_members)
			break;
		VMC_TRY(ops->member(t->graph, t, i, &m));
		if (*m.name) {
			*ret = m;
			break;
		}
		VMC_TRY(vmc_type_strip(m.type, &inner));
		if (!is_record(inner))
			continue; /* a bit-field that is only padding */
		VMC_TRY(search_member(s, inner, ret));
		if (ret->type) {
			ret->bit_offset += m.bit_offset;
			break;
		}
	}
	s->depth--;
	return NULL;
}

static struct vmc_error *step_member(const char **path, const char *whole, struct vmc_member *at)
{
	struct search s = { .name = *path, .budget = ANONYMOUS_MAX };
	struct vmc_member found = { 0 };
	const struct vmc_type *t;

	while (is_name_char(s.name[s.len]))
		s.len++;
	if (!s.len)
		return vmc_error_new(VMC_USAGE, "\"%s\" is no member path", whole);
	*path += s.len;
	VMC_TRY(vmc_type_strip(at->type, &t));
	if (!is_record(t) || at->bit_size)
		return vmc_error_new(VMC_NOT_FOUND,
				     "no member \"%.*s\" (path %s) in what is no struct",
				     (int)s.len, s.name, whole);
	VMC_TRY(vmc_error_wrap(search_member(&s, t, &found), "struct %s", display_name(t)));
	if (!found.type)
		return vmc_error_new(VMC_NOT_FOUND, "%s %s has no member \"%.*s\"",
				     t->kind == VMC_TYPE_UNION ? "union" : "struct",
				     display_name(t), (int)s.len, s.name);
	found.bit_offset += at->bit_offset;
	*at = found;
	return NULL;
}

/* path is behind the '['. */
static struct vmc_error *step_element(const char **path, const char *whole, struct vmc_member *at)
{
	const struct vmc_type *t, *element;
	uint64_t n = 0, bits;
	const char *p = *path;

	for (; *p >= '0' && *p <= '9' && p - *path < 10; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (p == *path || *p != ']')
		return vmc_error_new(VMC_USAGE, "\"%s\" is no member path", whole);
	*path = p + 1;
	VMC_TRY(vmc_type_strip(at->type, &t));
	if (t->kind != VMC_TYPE_ARRAY)
		return vmc_error_new(VMC_NOT_FOUND, "path %s: \"%s\" is no array", whole, at->name);
	if (t->count && n >= t->count)
		return vmc_error_new(VMC_NOT_FOUND, "path %s: \"%s\" has %llu elements", whole,
				     at->name, (unsigned long long)t->count);
	VMC_TRY(vmc_type_target(t, &element));
	if (__builtin_mul_overflow(n * 8, element->size, &bits) ||
	    __builtin_add_overflow(at->bit_offset, bits, &at->bit_offset))
		return vmc_error_new(VMC_BAD_FORMAT, "path %s: offset overflows", whole);
	at->type = element;
	return NULL;
}

struct vmc_error *vmc_type_path(const struct vmc_type *t, const char *path, struct vmc_member *ret)
{
	struct vmc_member at = { .name = "", .type = t };
	const char *p = path;

	if (*p != '[')
		VMC_TRY(step_member(&p, path, &at));
	while (*p) {
		char c = *p++;

		if (c == '[')
			VMC_TRY(step_element(&p, path, &at));
		else if (c == '.')
			VMC_TRY(step_member(&p, path, &at));
		else
			return vmc_error_new(VMC_USAGE, "\"%s\" is no member path", path);
	}
	*ret = at;
	return NULL;
}
