/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/typename.h"

#include <string.h>

static bool is_record(const struct vmc_type *t)
{
	return t->kind == VMC_TYPE_STRUCT || t->kind == VMC_TYPE_UNION;
}

/* NULL in *ret when there is none, or it is not what is wanted. */
static struct vmc_error *find_exact(struct vmc_types *g, const char *c_name,
				    enum vmc_typename_want want, const struct vmc_type **ret)
{
	const struct vmc_type *t = NULL, *core;
	struct vmc_error *err = vmc_types_find(g, c_name, &t);

	*ret = NULL;
	if (err && (vmc_error_code(err) == VMC_NOT_FOUND || vmc_error_code(err) == VMC_USAGE)) {
		vmc_error_free(err);
		return NULL;
	}
	if (err)
		return err;
	VMC_TRY(vmc_type_strip(t, &core));
	if (want == VMC_WANT_ANY || is_record(core))
		*ret = t;
	return NULL;
}

/* Tags come before typedefs, as in crash; a struct's tag finds a union too. */
static struct vmc_error *find_in(struct vmc_types *g, const char *name, enum vmc_typename_want want,
				 const struct vmc_type **ret)
{
	static const char *const tags[] = { "struct", "enum" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(tags) && !strchr(name, ' '); i++) {
		vmc_autostr struct vmc_str tagged = { 0 };

		vmc_str_addf(&tagged, "%s %s", tags[i], name);
		VMC_TRY(find_exact(g, vmc_str_text(&tagged), want, ret));
		if (*ret)
			return NULL;
	}
	return find_exact(g, name, want, ret);
}

static bool same(const struct vmc_type *a, const struct vmc_type *b)
{
	return a->kind == b->kind && a->size == b->size && a->n_members == b->n_members;
}

/* A module's own type; what it has from the kernel was found there. */
static struct vmc_error *find_in_module(struct vmc_target *t, struct vmc_module *m,
					const char *name, enum vmc_typename_want want,
					const struct vmc_type **ret)
{
	struct vmc_types *g = vmc_target_module_types(t, m);

	*ret = NULL;
	return g && g != t->types ? find_in(g, name, want, ret) : NULL;
}

static struct vmc_error *in_modules(struct vmc_target *t, const char *name,
				    enum vmc_typename_want want, const struct vmc_module *near,
				    struct vmc_typename *ret)
{
	vmc_autostr struct vmc_str others = { 0 };

	vmc_target_modules(t);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < t->modules.len; i++) {
			struct vmc_module *m = &t->modules.data[i];
			const struct vmc_type *found;

			if ((m == near) != (pass == 0))
				continue;
			VMC_TRY(find_in_module(t, m, name, want, &found));
			if (found && !ret->type) {
				ret->type = found;
				ret->module = m->name;
			} else if (found && !same(found, ret->type)) {
				vmc_str_addf(&others, "%s%s", others.len ? ", " : "", m->name);
			}
		}
	}
	if (!ret->type)
		return NULL;
	ret->note = others.len ? vmc_arena_printf(&ret->arena, "[%s; another one in: %s]",
						  ret->module, vmc_str_text(&others))
			       : vmc_arena_printf(&ret->arena, "[%s]", ret->module);
	return ret->note ? NULL : vmc_error_no_memory();
}

static struct vmc_error *no_types(const struct vmc_session *s)
{
	struct vmc_target *t = s->target;

	for (size_t i = 0; i < t->unavailable.len; i++) {
		const struct vmc_unavailable *u = &t->unavailable.data[i];

		if (strstr(u->what, "type"))
			return vmc_error_new(VMC_NOT_FOUND, "%s: %s", u->what, u->why);
	}
	return vmc_error_new(VMC_NOT_FOUND, "the kernel's types could not be read");
}

struct vmc_error *vmc_typename_find(const struct vmc_session *s, const char *name,
				    enum vmc_typename_want want, const struct vmc_module *near,
				    struct vmc_typename *ret)
{
	struct vmc_error *err;

	*ret = (struct vmc_typename){ 0 };
	if (!s->target->types)
		return no_types(s);
	VMC_TRY(find_in(s->target->types, name, want, &ret->type));
	if (ret->type)
		return NULL;
	err = in_modules(s->target, name, want, near, ret);
	if (!err && !ret->type)
		err = vmc_error_new(VMC_NOT_FOUND,
				    want == VMC_WANT_ANY
					    ? "%s: no such type in the kernel or its modules"
					    : "%s: no such struct or union in the kernel or its "
					      "modules",
				    name);
	if (err)
		vmc_typename_deinit(ret);
	return err;
}

void vmc_typename_deinit(struct vmc_typename *n)
{
	vmc_arena_deinit(&n->arena);
	*n = (struct vmc_typename){ 0 };
}

bool vmc_typename_is(const struct vmc_session *s, const char *word)
{
	vmc_autostr struct vmc_str name = { 0 };
	vmc_autotypename struct vmc_typename found = { 0 };
	vmc_autoerror struct vmc_error *err = NULL;

	vmc_str_addn(&name, word, strcspn(word, "."));
	err = vmc_typename_find(s, vmc_str_text(&name), VMC_WANT_RECORD, NULL, &found);
	return !err;
}
