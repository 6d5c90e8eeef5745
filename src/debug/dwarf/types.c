/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries as types of the graph, each made when it is first asked for. */
#include <stdlib.h>

#include "debug/dwarf/constants.h"
#include "debug/dwarf/dwarf.h"
#include "debug/dwarf/graph.h"

#define POINTER_SIZE 8

static struct dwarf_graph *graph_of(struct vmc_types *g)
{
	return (struct dwarf_graph *)g;
}

static struct dwarf_type *own(const struct vmc_type *t)
{
	return (struct dwarf_type *)t;
}

static struct vmc_error *type_error(const struct dwarf_graph *g, const struct vmc_type *t,
				    const char *fmt, uint32_t i)
{
	return dwarf_error(g->info->sections, VMC_BAD_FORMAT, DWARF_INFO, t->id, fmt, i);
}

/* --- making types --- */

static void fill_base(const struct dwarf_die *d, struct vmc_type *t)
{
	uint64_t encoding = dwarf_number(d, DWARF_ENCODING, 0);

	t->kind = VMC_TYPE_INT;
	if (encoding == DWARF_ATE_FLOAT || encoding == DWARF_ATE_COMPLEX_FLOAT)
		t->kind = VMC_TYPE_FLOAT;
	else if (encoding == DWARF_ATE_BOOLEAN)
		t->flags = VMC_TYPE_BOOL;
	else if (encoding == DWARF_ATE_SIGNED || encoding == DWARF_ATE_SIGNED_CHAR)
		t->flags = VMC_TYPE_SIGNED;
	/* the encoding of "char" is that of "signed char" or "unsigned char", which are numbers */
	if (vmc_streq(t->name, "char"))
		t->flags |= VMC_TYPE_CHAR;
}

/* Signed by its encoding, by the type that holds it, or for want of both by its values. */
static struct vmc_error *fill_enum(struct dwarf_graph *g, const struct dwarf_die *d,
				   struct dwarf_type *t)
{
	uint64_t encoding = dwarf_number(d, DWARF_ENCODING, 0);
	uint32_t under;

	t->type.kind = VMC_TYPE_ENUM;
	VMC_TRY(dwarf_elements(g, d, t));
	VMC_TRY(dwarf_type_of(g, d, &under));
	for (int depth = 0; !encoding && under && depth < VMC_TYPE_DEPTH_MAX; depth++) {
		struct dwarf_die other;

		VMC_TRY(dwarf_die_at(g->info, under, &other));
		encoding = dwarf_number(&other, DWARF_ENCODING, 0);
		VMC_TRY(dwarf_type_of(g, &other, &under));
	}
	for (uint32_t i = 0; !encoding && i < t->type.n_members; i++) {
		if ((int64_t)t->elements[i].at < 0)
			encoding = DWARF_ATE_SIGNED;
	}
	if (encoding == DWARF_ATE_SIGNED || encoding == DWARF_ATE_SIGNED_CHAR)
		t->type.flags = VMC_TYPE_SIGNED;
	return NULL;
}

static struct vmc_error *fill_array(struct dwarf_graph *g, const struct dwarf_die *d,
				    struct dwarf_type *t)
{
	struct dwarf_dimensions dims;

	VMC_TRY(dwarf_array(g, d, &dims));
	if (t->dimension >= dims.n)
		return type_error(g, &t->type, "an array without dimension %u", t->dimension);
	t->type.kind = VMC_TYPE_ARRAY;
	t->type.name = "";
	t->type.count = dims.count[t->dimension];
	if (t->dimension + 1 < dims.n) { /* the rest is an array by the same entry */
		t->refers = d->offset;
		return NULL;
	}
	t->dimension = 0;
	return dwarf_type_of(g, d, &t->refers);
}

static void fill_declared(const struct dwarf_die *d, struct vmc_type *t)
{
	t->kind = d->tag == DWARF_TAG_ENUMERATION ? VMC_TYPE_ENUM : VMC_TYPE_DECLARED;
	t->flags = d->tag == DWARF_TAG_UNION ? VMC_TYPE_IS_UNION : 0;
}

static struct vmc_error *fill_qualified(struct dwarf_graph *g, const struct dwarf_die *d,
					struct dwarf_type *t)
{
	t->type.kind = VMC_TYPE_QUALIFIED;
	t->type.name = "";
	t->type.flags = d->tag == DWARF_TAG_CONST      ? VMC_TYPE_CONST
			: d->tag == DWARF_TAG_VOLATILE ? VMC_TYPE_VOLATILE
			: d->tag == DWARF_TAG_RESTRICT ? VMC_TYPE_RESTRICT
						       : 0;
	return dwarf_type_of(g, d, &t->refers);
}

static struct vmc_error *fill(struct dwarf_graph *g, const struct dwarf_die *d,
			      struct dwarf_type *t)
{
	if (dwarf_is_declaration(d)) {
		fill_declared(d, &t->type);
		return NULL;
	}
	switch (d->tag) {
	case DWARF_TAG_BASE:
		fill_base(d, &t->type);
		return NULL;
	case DWARF_TAG_POINTER:
		t->type.kind = VMC_TYPE_POINTER;
		t->type.name = "";
		return dwarf_type_of(g, d, &t->refers);
	case DWARF_TAG_STRUCTURE:
	case DWARF_TAG_CLASS:
	case DWARF_TAG_UNION:
		t->type.kind = d->tag == DWARF_TAG_UNION ? VMC_TYPE_UNION : VMC_TYPE_STRUCT;
		return dwarf_elements(g, d, t);
	case DWARF_TAG_ENUMERATION:
		return fill_enum(g, d, t);
	case DWARF_TAG_TYPEDEF:
		t->type.kind = VMC_TYPE_TYPEDEF;
		return dwarf_type_of(g, d, &t->refers);
	case DWARF_TAG_CONST:
	case DWARF_TAG_VOLATILE:
	case DWARF_TAG_RESTRICT:
	case DWARF_TAG_ATOMIC:
	case DWARF_TAG_PACKED:
		return fill_qualified(g, d, t);
	case DWARF_TAG_ARRAY:
		return fill_array(g, d, t);
	case DWARF_TAG_SUBROUTINE:
		t->type.kind = VMC_TYPE_FUNCTION;
		t->type.name = "";
		VMC_TRY(dwarf_elements(g, d, t));
		return dwarf_type_of(g, d, &t->refers);
	}
	return dwarf_error(g->info->sections, VMC_BAD_FORMAT, DWARF_INFO, d->offset,
			   "entry of tag 0x%x is no type of C", d->tag);
}

static struct vmc_error *type_at(struct dwarf_graph *g, uint32_t die, uint32_t dimension,
				 const struct vmc_type **ret)
{
	uint64_t key = die | (uint64_t)dimension << 32;
	uint64_t *known = vmc_map_get(&g->made, key);
	struct dwarf_type *t, made = { .dimension = dimension };
	struct dwarf_die d;
	uint32_t other;

	if (known) {
		*ret = (const struct vmc_type *)(uintptr_t)*known;
		return NULL;
	}
	if (!die) {
		*ret = &g->void_type.type;
		return NULL;
	}
	VMC_TRY(dwarf_die_at(g->info, die, &d));
	if (d.tag == DWARF_TAG_UNSPECIFIED)
		return type_at(g, 0, 0, ret);
	other = dwarf_is_declaration(&d) ? dwarf_definition(g, &d) : 0;
	if (other && other != die) { /* the index holds no declarations: this is one level deep */
		VMC_TRY(type_at(g, other, 0, ret));
		return vmc_map_set(&g->made, key, (uintptr_t)*ret) ? NULL : vmc_error_no_memory();
	}
	made.type = (struct vmc_type){ .name = dwarf_name(&d), .id = die, .graph = &g->types };
	VMC_TRY(fill(g, &d, &made));
	if (made.type.kind != VMC_TYPE_FUNCTION)
		VMC_TRY(dwarf_size(g, die, dimension, &made.type.size));
	t = vmc_arena_alloc(&g->arena, sizeof(*t));
	if (!t || !vmc_map_set(&g->made, key, (uintptr_t)t))
		return vmc_error_no_memory();
	*t = made;
	*ret = &t->type;
	return NULL;
}

struct vmc_error *dwarf_named_type(struct dwarf_graph *g, const struct dwarf_named *e,
				   const struct vmc_type **ret)
{
	struct dwarf_die d;
	uint32_t die = e->die;

	if (e->space == DWARF_SPACE_VARIABLE) {
		VMC_TRY(dwarf_die_at(g->info, e->die, &d));
		/* what the definition does not repeat stands at its declaration */
		if (!dwarf_has(&d, DWARF_TYPE) && d.values[DWARF_ORIGIN].class == DWARF_REFERENCE)
			VMC_TRY(dwarf_die_at(g->info, d.values[DWARF_ORIGIN].u, &d));
		VMC_TRY(dwarf_type_of(g, &d, &die));
	}
	return type_at(g, die, 0, ret);
}

/* --- struct vmc_types_ops --- */

static const struct dwarf_named *find_record(const struct dwarf_graph *g, const char *name)
{
	const struct dwarf_named *s = dwarf_index_find(&g->names, DWARF_SPACE_STRUCT, name);
	const struct dwarf_named *u = dwarf_index_find(&g->names, DWARF_SPACE_UNION, name);

	return !s || (u && u->rank > s->rank) ? u : s;
}

static struct vmc_error *dwarf_find(struct vmc_types *types, enum vmc_type_kind kind,
				    const char *name, const struct vmc_type **ret)
{
	static const enum dwarf_space spaces[] = {
		[VMC_TYPE_INT] = DWARF_SPACE_BASE,	  [VMC_TYPE_FLOAT] = DWARF_SPACE_BASE,
		[VMC_TYPE_ENUM] = DWARF_SPACE_ENUM,	  [VMC_TYPE_UNION] = DWARF_SPACE_UNION,
		[VMC_TYPE_TYPEDEF] = DWARF_SPACE_TYPEDEF,
	};
	struct dwarf_graph *g = graph_of(types);
	const struct dwarf_named *e = NULL;

	*ret = NULL;
	if (kind == VMC_TYPE_VOID)
		return type_at(g, 0, 0, ret);
	if (kind == VMC_TYPE_STRUCT)
		e = find_record(g, name);
	else if (kind < VMC_ARRAY_SIZE(spaces) && spaces[kind] != DWARF_SPACE_NONE)
		e = dwarf_index_find(&g->names, spaces[kind], name);
	return e ? type_at(g, e->die, 0, ret) : NULL;
}

static struct vmc_error *dwarf_target(struct vmc_types *types, const struct vmc_type *t,
				      const struct vmc_type **ret)
{
	struct dwarf_type *o = own(t);

	if (!o->target) {
		bool inner = t->kind == VMC_TYPE_ARRAY && o->refers == t->id;

		VMC_TRY(type_at(graph_of(types), o->refers, inner ? o->dimension + 1 : 0,
				&o->target));
	}
	*ret = o->target;
	return NULL;
}

static struct vmc_error *dwarf_pointer_to(struct vmc_types *types, const struct vmc_type *t,
					  const struct vmc_type **ret)
{
	struct dwarf_graph *g = graph_of(types);
	uint64_t *known = vmc_map_get(&g->pointers, (uintptr_t)t);
	struct dwarf_type *p;

	if (known) {
		*ret = (const struct vmc_type *)(uintptr_t)*known;
		return NULL;
	}
	p = vmc_arena_alloc(&g->arena, sizeof(*p));
	if (!p || !vmc_map_set(&g->pointers, (uintptr_t)t, (uintptr_t)p))
		return vmc_error_no_memory();
	p->type = (struct vmc_type){
		.kind = VMC_TYPE_POINTER, .name = "", .size = POINTER_SIZE, .graph = types
	};
	p->target = t;
	*ret = &p->type;
	return NULL;
}

static struct vmc_error *check_member(const struct dwarf_graph *g, const struct vmc_type *t,
				      uint32_t i, const struct vmc_member *m)
{
	uint64_t bits = m->bit_size ? m->bit_size : m->type->size * 8;

	if (m->bit_size > m->type->size * 8)
		return type_error(g, t, "bit-field %u is wider than its type", i);
	if (!vmc_range_ok(m->bit_offset, bits, t->size * 8))
		return type_error(g, t, "member %u lies outside", i);
	return NULL;
}

static struct vmc_error *dwarf_member(struct vmc_types *types, const struct vmc_type *t, uint32_t i,
				      struct vmc_member *ret)
{
	struct dwarf_graph *g = graph_of(types);
	const struct dwarf_element *e = &own(t)->elements[i];
	struct vmc_member m = { .name = e->name, .bit_offset = e->at, .bit_size = e->bit_size };

	VMC_TRY(type_at(g, e->type, 0, &m.type));
	if (t->kind != VMC_TYPE_FUNCTION)
		VMC_TRY(check_member(g, t, i, &m));
	*ret = m;
	return NULL;
}

static struct vmc_error *dwarf_member_index(struct vmc_types *types, const struct vmc_type *t,
					    const char *name, size_t len, uint32_t from,
					    uint32_t *ret)
{
	(void)types;
	for (*ret = from; *ret < t->n_members; ++*ret) {
		const char *s = own(t)->elements[*ret].name;

		if (!*s || (strncmp(s, name, len) == 0 && !s[len]))
			break;
	}
	return NULL;
}

static struct vmc_error *dwarf_enumerator(struct vmc_types *types, const struct vmc_type *t,
					  uint32_t i, struct vmc_enumerator *ret)
{
	const struct dwarf_element *e = &own(t)->elements[i];

	(void)types;
	*ret = (struct vmc_enumerator){ e->name, (int64_t)e->at };
	return NULL;
}

static struct vmc_error *dwarf_find_constant(struct vmc_types *types, const char *name,
					     int64_t *ret, bool *found)
{
	struct dwarf_graph *g = graph_of(types);
	const struct dwarf_named *e = dwarf_index_find(&g->names, DWARF_SPACE_ENUMERATOR, name);
	const struct vmc_type *t;

	*found = false;
	if (!e)
		return NULL;
	VMC_TRY(type_at(g, e->die, 0, &t));
	for (uint32_t i = 0; i < t->n_members && !*found; i++) {
		if (strcmp(own(t)->elements[i].name, name) == 0) {
			*ret = (int64_t)own(t)->elements[i].at;
			*found = true;
		}
	}
	return NULL;
}

static struct vmc_error *dwarf_variable(struct vmc_types *types, const char *name,
					const struct vmc_type **ret)
{
	struct dwarf_graph *g = graph_of(types);
	const struct dwarf_named *e = dwarf_index_find(&g->names, DWARF_SPACE_VARIABLE, name);

	*ret = NULL;
	return e ? dwarf_named_type(g, e, ret) : NULL;
}

static void dwarf_free(struct vmc_types *types)
{
	struct dwarf_graph *g = graph_of(types);

	dwarf_index_deinit(&g->names);
	dwarf_info_deinit(&g->own_info);
	dwarf_sections_deinit(&g->own_sections);
	vmc_map_deinit(&g->made);
	vmc_map_deinit(&g->pointers);
	vmc_arena_deinit(&g->arena);
	free(g);
}

static const struct vmc_types_ops dwarf_ops = {
	.find = dwarf_find,
	.target = dwarf_target,
	.pointer_to = dwarf_pointer_to,
	.member = dwarf_member,
	.member_index = dwarf_member_index,
	.enumerator = dwarf_enumerator,
	.constant = dwarf_find_constant,
	.variable = dwarf_variable,
	.free = dwarf_free,
};

/* Types in .dwo files are not in this one; better to say so than that none is known. */
static struct vmc_error *check_split(const struct dwarf_graph *g)
{
	for (size_t i = 0; i < g->info->units.len; i++) {
		if (g->info->units.data[i].type != DWARF_UT_SKELETON)
			return NULL;
	}
	return vmc_error_new(VMC_NOT_FOUND,
			     "%s: its debug info was split off into .dwo files when it was built",
			     g->info->sections->file);
}

/* A graph without anything in it. */
static struct dwarf_graph *new_graph(void)
{
	struct dwarf_graph *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->types.ops = &dwarf_ops;
	g->void_type.type =
		(struct vmc_type){ .kind = VMC_TYPE_VOID, .name = "", .graph = &g->types };
	return g;
}

struct vmc_error *vmc_dwarf_open(struct vmc_bytes file, const char *name, struct vmc_types **ret)
{
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *types = NULL;
	struct dwarf_graph *g = new_graph();

	if (!g)
		return vmc_error_no_memory();
	types = &g->types;
	g->info = &g->own_info;
	name = vmc_arena_strdup(&g->arena, name);
	if (!name)
		return vmc_error_no_memory();
	VMC_TRY(dwarf_sections_init(&g->own_sections, file, name, NULL));
	VMC_TRY(dwarf_info_init(&g->own_info, &g->own_sections));
	VMC_TRY(check_split(g));
	VMC_TRY(dwarf_index_init(&g->names, g->info));
	*ret = vmc_take(types);
	return NULL;
}

struct vmc_error *dwarf_types_of(struct dwarf_info *info, struct vmc_types **ret)
{
	struct dwarf_graph *g = new_graph();

	if (!g)
		return vmc_error_no_memory();
	g->info = info;
	*ret = &g->types;
	return NULL;
}

struct vmc_error *dwarf_type_at(struct vmc_types *types, uint32_t die, const struct vmc_type **ret)
{
	return type_at(graph_of(types), die, 0, ret);
}
