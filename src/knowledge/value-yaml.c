/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/values.h"

#include <string.h>

#include "knowledge/entry.h"

/* Byte patterns are 0x11 and the like; a mapping of 64 bits has that many bits. */
#define BYTE_MAX 0xffu
#define BITS 64u

/* The key is the kind: an entry has exactly one of them. */
static struct vmc_error *set_kind(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				  struct vmc_value *v, enum vmc_value_kind kind)
{
	if (v->kind != VMC_VALUE_KIND_COUNT)
		return vmc_entry_bad(e, n, "%s: the entry has another value already", key);
	v->kind = kind;
	return NULL;
}

static struct vmc_error *read_single(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				     void *at, void *whole)
{
	static const struct {
		const char *key;
		enum vmc_value_kind kind;
		uint64_t max;
	} kinds[] = {
		{ "pointer", VMC_VALUE_POINTER, UINT64_MAX },
		{ "bytes", VMC_VALUE_BYTES, BYTE_MAX },
		{ "word", VMC_VALUE_WORD, UINT64_MAX },
		{ "bit", VMC_VALUE_BIT, BITS - 1 },
		{ "number", VMC_VALUE_NUMBER, UINT64_MAX },
	};
	struct vmc_value *v = whole;

	(void)at;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].key, key) != 0)
			continue;
		VMC_TRY(set_kind(e, n, key, v, kinds[i].kind));
		VMC_TRY(vmc_entry_number(e, n, key, &v->value, whole));
		v->last = v->value;
		if (v->value > kinds[i].max)
			return vmc_entry_bad(e, n, "%s: is larger than 0x%llx", key,
					     (unsigned long long)kinds[i].max);
	}
	return NULL;
}

static struct vmc_error *read_pair(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				   uint64_t ret[2])
{
	if (vmc_entry_count(n) != 2)
		return vmc_entry_bad(e, n, "%s: a list of two numbers is expected", key);
	for (size_t i = 0; i < 2; i++)
		VMC_TRY(vmc_entry_number(e, vmc_entry_item(e, n, i), key, &ret[i], NULL));
	return NULL;
}

/* Of addresses, or of codes. */
static struct vmc_error *read_range(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				    void *at, void *whole)
{
	struct vmc_value *v = whole;
	uint64_t pair[2];

	(void)at;
	VMC_TRY(set_kind(e, n, key, v,
			 strcmp(key, "range") == 0 ? VMC_VALUE_RANGE : VMC_VALUE_NUMBER));
	VMC_TRY(read_pair(e, n, key, pair));
	if (pair[0] > pair[1])
		return vmc_entry_bad(e, n, "%s: the first number is the larger one", key);
	v->value = pair[0];
	v->last = pair[1];
	return NULL;
}

/* [highest, lowest] bit, as manuals write it. */
static struct vmc_error *read_field(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				    void *at, void *whole)
{
	struct vmc_value *v = whole;
	uint64_t pair[2];

	(void)at;
	VMC_TRY(set_kind(e, n, key, v, VMC_VALUE_FIELD));
	VMC_TRY(read_pair(e, n, key, pair));
	if (pair[0] >= BITS || pair[0] <= pair[1])
		return vmc_entry_bad(e, n, "%s: [highest, lowest] bit is expected", key);
	v->value = pair[1];
	v->last = pair[0];
	return NULL;
}

/* Beside a bit the letter is another name of it, alone it is the value. */
static struct vmc_error *read_letter(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				     void *at, void *whole)
{
	const char *text = vmc_entry_scalar(n);

	(void)whole;
	if (strlen(text) != 1 || *text <= ' ' || *text > '~')
		return vmc_entry_bad(e, n, "%s: one ASCII letter is expected", key);
	*(char *)at = *text;
	return NULL;
}

static struct vmc_error *read_arch(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				   void *at, void *whole)
{
	unsigned int *arches = at;

	(void)whole;
	if (!vmc_entry_count(n))
		return vmc_entry_bad(e, n, "%s: a list is expected", key);
	for (size_t i = 0; i < vmc_entry_count(n); i++) {
		const yaml_node_t *item = vmc_entry_item(e, n, i);
		unsigned int k = 0;

		while (k < VMC_VALUE_ARCH_COUNT &&
		       strcmp(vmc_value_arch_name(k), vmc_entry_scalar(item)) != 0)
			k++;
		if (k == VMC_VALUE_ARCH_COUNT || *arches >> k & 1)
			return vmc_entry_bad(e, item, "%s: %.20s is unknown or there twice", key,
					     vmc_entry_scalar(item));
		*arches |= 1u << k;
	}
	return NULL;
}

static struct vmc_error *read_layout(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				     void *at, void *whole)
{
	enum vmc_value_layout *layout = at;

	(void)whole;
	if (strcmp(vmc_entry_scalar(n), "4-level") == 0)
		*layout = VMC_VALUE_4_LEVEL;
	else if (strcmp(vmc_entry_scalar(n), "5-level") == 0)
		*layout = VMC_VALUE_5_LEVEL;
	else
		return vmc_entry_bad(e, n, "%s: 4-level or 5-level is expected", key);
	return NULL;
}

static struct vmc_error *read_flag(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				   void *at, void *whole)
{
	(void)whole;
	if (strcmp(vmc_entry_scalar(n), "true") != 0)
		return vmc_entry_bad(e, n, "%s: true is expected, or no such key", key);
	*(bool *)at = true;
	return NULL;
}

#define FIELD(key, read) VMC_ENTRY_FIELD(struct vmc_value, key, read)
#define KIND(key, read)       \
	{                     \
#key, read, 0 \
	}

static const struct vmc_entry_field fields[] = {
	FIELD(group, vmc_entry_text),	 FIELD(name, vmc_entry_text),
	KIND(pointer, read_single),	 KIND(bytes, read_single),
	KIND(word, read_single),	 KIND(bit, read_single),
	KIND(number, read_single),	 KIND(numbers, read_range),
	KIND(range, read_range),	 KIND(field, read_field),
	FIELD(letter, read_letter),	 { "arch", read_arch, offsetof(struct vmc_value, arches) },
	FIELD(layout, read_layout),	 FIELD(below, vmc_entry_number),
	FIELD(above, vmc_entry_number),	 FIELD(address_only, read_flag),
	FIELD(quiet, read_flag),	 FIELD(names, vmc_entry_text),
	FIELD(category, vmc_entry_text), FIELD(since, vmc_entry_text),
	FIELD(before, vmc_entry_text),	 FIELD(vendor, vmc_entry_text),
	FIELD(meaning, vmc_entry_said),	 FIELD(set, vmc_entry_said),
	FIELD(clear, vmc_entry_said),	 FIELD(source, vmc_entry_text),
};

static bool has_both(const struct vmc_said *s)
{
	return !s->in[VMC_LANG_EN] == !s->in[VMC_LANG_ZH];
}

/* What an entry cannot do without, and what goes with one kind only. */
static struct vmc_error *check(const struct vmc_entry *e, const yaml_node_t *n,
			       const struct vmc_value *v)
{
	bool near = v->kind == VMC_VALUE_POINTER || v->kind == VMC_VALUE_BYTES;
	const struct {
		const char *what;
		bool bad;
	} rules[] = {
		{ "has no group", !v->group },
		{ "has no name", !v->name },
		{ "has no value", v->kind == VMC_VALUE_KIND_COUNT },
		{ "has no source", !v->source },
		{ "has no meaning in both languages",
		  !v->meaning.in[VMC_LANG_EN] || !v->meaning.in[VMC_LANG_ZH] },
		{ "says what a bit means in one language only",
		  !has_both(&v->set) || !has_both(&v->clear) },
		{ "has below or above, which go with pointer and bytes",
		  (v->below || v->above) && !near },
		{ "has set or clear, which go with a bit",
		  (v->set.in[VMC_LANG_EN] || v->clear.in[VMC_LANG_EN]) &&
			  v->kind != VMC_VALUE_BIT },
		{ "has names, which go with a field", v->names && v->kind != VMC_VALUE_FIELD },
		{ "has a letter, which goes with a bit or alone",
		  v->letter && v->kind != VMC_VALUE_BIT && v->kind != VMC_VALUE_LETTER },
		{ "reaches beyond 64 bits",
		  v->kind == VMC_VALUE_POINTER &&
			  (v->below > v->value || v->above > UINT64_MAX - v->value) },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(rules); i++) {
		if (rules[i].bad)
			return vmc_entry_bad(e, n, "%s: %s", v->name ? v->name : "the entry",
					     rules[i].what);
	}
	return NULL;
}

static struct vmc_error *add_value(struct vmc_entry *e, const yaml_node_t *n, void *ctx)
{
	struct vmc_value v = { .kind = VMC_VALUE_KIND_COUNT, .file = e->file, .line = e->line };
	struct vmc_values *values = ctx;

	VMC_TRY(vmc_entry_mapping(e, n, "a value", fields, VMC_ARRAY_SIZE(fields), &v));
	if (v.letter && v.kind == VMC_VALUE_KIND_COUNT)
		v.kind = VMC_VALUE_LETTER;
	VMC_TRY(check(e, n, &v));
	return vmc_vec_push(&values->values, v) ? NULL : vmc_error_no_memory();
}

static void add_problem(struct vmc_error *err, void *ctx)
{
	struct vmc_values *v = ctx;

	if (!vmc_vec_push(&v->problems, err))
		vmc_error_free(err);
}

struct vmc_error *vmc_values_parse(const char *file, const char *text, size_t size,
				   struct vmc_values *v)
{
	const struct vmc_entry_sink sink = { add_value, add_problem, v };

	return vmc_entries_read(file, text, size, &v->arena, &sink);
}

/* Do both speak of one kernel on one machine? */
static bool same_kernel(const struct vmc_value *a, const struct vmc_value *b)
{
	if (a->arches && b->arches && !(a->arches & b->arches))
		return false;
	if (a->layout && b->layout && a->layout != b->layout)
		return false;
	if (!vmc_streq(a->vendor, b->vendor))
		return false;
	/* one ends with the release in which the other begins */
	return !(a->since && vmc_streq(a->since, b->before)) &&
	       !(b->since && vmc_streq(b->since, a->before));
}

static bool is_bits(const struct vmc_value *v)
{
	return v->kind == VMC_VALUE_BIT || v->kind == VMC_VALUE_FIELD;
}

static const char *clash(const struct vmc_value *a, const struct vmc_value *b)
{
	bool comparable = a->kind == b->kind || (is_bits(a) && is_bits(b));

	if (strcmp(a->group, b->group) != 0 || !same_kernel(a, b))
		return NULL;
	if (a->letter && a->letter == b->letter)
		return "the letter";
	if (comparable && a->kind != VMC_VALUE_LETTER && a->value <= b->last && b->value <= a->last)
		return "the value";
	return NULL;
}

static bool has_group(const struct vmc_values *v, const char *group)
{
	for (size_t i = 0; i < v->values.len; i++) {
		if (strcmp(v->values.data[i].group, group) == 0)
			return true;
	}
	return false;
}

void vmc_values_check(struct vmc_values *v)
{
	for (size_t i = 0; i < v->values.len; i++) {
		const struct vmc_value *a = &v->values.data[i];

		if (a->names && !has_group(v, a->names))
			add_problem(vmc_error_new(VMC_BAD_FORMAT, "%s:%u: %s: there is no group %s",
						  a->file, a->line, a->name, a->names),
				    v);
		for (size_t k = 0; k < i; k++) {
			const struct vmc_value *b = &v->values.data[k];
			const char *what = clash(a, b);

			if (what)
				add_problem(vmc_error_new(VMC_BAD_FORMAT,
							  "%s:%u: %s overlaps %s of %s:%u: %s",
							  a->file, a->line, a->name, b->name,
							  b->file, b->line, what),
					    v);
		}
	}
}

void vmc_values_deinit(struct vmc_values *v)
{
	for (size_t i = 0; i < v->problems.len; i++)
		vmc_error_free(v->problems.data[i]);
	vmc_vec_free(&v->problems);
	vmc_vec_free(&v->values);
	vmc_arena_deinit(&v->arena);
}
