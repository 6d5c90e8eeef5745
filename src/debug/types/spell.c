/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types in C spelling. A C declaration is read from the name outwards, so the
 * text grows on both sides of a middle: pointers to the left, arrays and
 * parameters to the right, brackets where a pointer is followed by one of
 * those. "pointer to array of 4 int" goes
 *
 *     ""  ->  "*"  ->  "(*)[4]"  ->  "int (*)[4]"
 */
#include "debug/types/type.h"

#include <string.h>

#include "base/str.h"

/* Types one spelling may take: parameters that hold functions could explode. */
#define SPELL_MAX 512
/* Functions that take functions that take functions ... */
#define SPELL_NESTED_MAX 8

struct speller {
	unsigned int budget;
	int nested;
};

static struct vmc_error *spell(struct speller *s, const struct vmc_type *t, struct vmc_str *out);

/* Replaces mid by left + mid + right. */
static void surround(struct vmc_str *mid, const char *left, const char *right)
{
	vmc_autostr struct vmc_str old = *mid;

	*mid = (struct vmc_str){ .failed = old.failed };
	vmc_str_add(mid, left);
	vmc_str_addn(mid, vmc_str_text(&old), old.len);
	vmc_str_add(mid, right);
}

static struct vmc_error *spell_parameters(struct speller *s, const struct vmc_type *t,
					  struct vmc_str *mid)
{
	if (++s->nested > SPELL_NESTED_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "functions nested too deep");
	vmc_str_addc(mid, '(');
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_member m;

		VMC_TRY(vmc_type_member_at(t, i, &m));
		if (i)
			vmc_str_add(mid, ", ");
		if (m.type->kind == VMC_TYPE_VOID)
			vmc_str_add(mid, "..."); /* BTF's way to say so */
		else
			VMC_TRY(spell(s, m.type, mid));
	}
	vmc_str_add(mid, t->n_members ? ")" : "void)");
	s->nested--;
	return NULL;
}

static void spell_name(const struct vmc_type *t, struct vmc_str *out)
{
	const char *tag = "";

	switch (t->kind) {
	case VMC_TYPE_STRUCT:
		tag = "struct ";
		break;
	case VMC_TYPE_UNION:
		tag = "union ";
		break;
	case VMC_TYPE_ENUM:
		tag = "enum ";
		break;
	case VMC_TYPE_DECLARED:
		tag = t->flags & VMC_TYPE_IS_UNION ? "union " : "struct ";
		break;
	case VMC_TYPE_VOID:
		vmc_str_add(out, "void");
		return;
	case VMC_TYPE_INT:
	case VMC_TYPE_FLOAT:
	case VMC_TYPE_POINTER:
	case VMC_TYPE_ARRAY:
	case VMC_TYPE_TYPEDEF:
	case VMC_TYPE_QUALIFIED:
	case VMC_TYPE_FUNCTION:
		break;
	}
	vmc_str_add(out, tag);
	if (*t->name)
		vmc_str_add_untrusted(out, t->name, strlen(t->name));
	else
		vmc_str_add(out, "{...}");
}

static void spell_qualifiers(unsigned int flags, struct vmc_str *out)
{
	if (flags & VMC_TYPE_CONST)
		vmc_str_add(out, "const ");
	if (flags & VMC_TYPE_VOLATILE)
		vmc_str_add(out, "volatile ");
	if (flags & VMC_TYPE_RESTRICT)
		vmc_str_add(out, "restrict ");
}

/* Moves `const` and the like that stand before a pointer to its right side: "* const". */
static void place_qualifiers(unsigned int *flags, struct vmc_str *mid)
{
	vmc_autostr struct vmc_str q = { 0 };

	if (!*flags)
		return;
	spell_qualifiers(*flags, &q);
	if (!mid->len && q.len)
		q.data[--q.len] = '\0';
	surround(mid, vmc_str_text(&q), "");
	*flags = 0;
}

/* One layer of t around mid; *t goes on to the next type, NULL behind the last. */
static struct vmc_error *spell_layer(struct speller *s, const struct vmc_type **t,
				     unsigned int *flags, bool *pointer, struct vmc_str *mid)
{
	switch ((*t)->kind) {
	case VMC_TYPE_QUALIFIED:
		*flags |= (*t)->flags;
		return vmc_type_target(*t, t);
	case VMC_TYPE_POINTER:
		place_qualifiers(flags, mid);
		surround(mid, "*", "");
		*pointer = true;
		return vmc_type_target(*t, t);
	case VMC_TYPE_ARRAY:
	case VMC_TYPE_FUNCTION:
		if (*pointer)
			surround(mid, "(", ")");
		*pointer = false;
		if ((*t)->kind == VMC_TYPE_FUNCTION)
			VMC_TRY(spell_parameters(s, *t, mid));
		else if ((*t)->count)
			vmc_str_addf(mid, "[%llu]", (unsigned long long)(*t)->count);
		else
			vmc_str_add(mid, "[]");
		return vmc_type_target(*t, t);
	case VMC_TYPE_VOID:
	case VMC_TYPE_INT:
	case VMC_TYPE_FLOAT:
	case VMC_TYPE_ENUM:
	case VMC_TYPE_STRUCT:
	case VMC_TYPE_UNION:
	case VMC_TYPE_TYPEDEF:
	case VMC_TYPE_DECLARED:
		break;
	}
	*t = NULL;
	return NULL;
}

static struct vmc_error *spell(struct speller *s, const struct vmc_type *t, struct vmc_str *out)
{
	vmc_autostr struct vmc_str mid = { 0 };
	const struct vmc_type *last = t;
	unsigned int flags = 0;
	bool pointer = false;

	for (int depth = 0; t; depth++) {
		if (depth > VMC_TYPE_DEPTH_MAX || !s->budget--)
			return vmc_error_new(VMC_BAD_FORMAT, "type nested too deep or in a circle");
		last = t;
		VMC_TRY(spell_layer(s, &t, &flags, &pointer, &mid));
	}
	spell_qualifiers(flags, out);
	spell_name(last, out);
	if (mid.len) {
		vmc_str_addc(out, ' ');
		vmc_str_addn(out, mid.data, mid.len);
	}
	return mid.failed ? vmc_error_no_memory() : NULL;
}

struct vmc_error *vmc_type_spell(const struct vmc_type *t, struct vmc_str *out)
{
	struct speller s = { .budget = SPELL_MAX };

	return spell(&s, t, out);
}
