/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/types/btf.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/str.h"
#include "debug/types/btf-index.h"

/* BTF does not tell, but no kernel with BTF for 32 bits is read here. */
#define POINTER_SIZE 8

struct btf_type {
	struct vmc_type type;	       /* first: handed out as such */
	const struct vmc_type *target; /* once asked for */
};

struct btf_graph {
	struct vmc_types types; /* first: handed out as such */
	struct btf_graph *base;
	uint8_t *owned;
	struct btf_index index;
	struct btf_type **made; /* by own id, NULL until first used */
	struct btf_type void_type;
	struct vmc_map pointers; /* made by pointer_to(): target -> btf_type */
	struct vmc_arena arena;
};

static struct btf_graph *graph_of(struct vmc_types *g)
{
	return (struct btf_graph *)g;
}

/* --- records --- */

/* How well a record answers a search for a kind: 0 not at all, 4 is perfect. */
static int rank(enum vmc_type_kind want, const struct btf_record *r)
{
	switch (want) {
	case VMC_TYPE_STRUCT:
		if (r->kind == BTF_STRUCT)
			return r->vlen ? 4 : 2;
		if (r->kind == BTF_UNION)
			return r->vlen ? 3 : 1;
		return 0;
	case VMC_TYPE_UNION:
		return r->kind != BTF_UNION ? 0 : r->vlen ? 4 : 2;
	case VMC_TYPE_ENUM: /* without enumerators it is only declared */
		return (r->kind == BTF_ENUM || r->kind == BTF_ENUM64) && r->vlen ? 4 : 0;
	case VMC_TYPE_TYPEDEF:
		return r->kind == BTF_TYPEDEF ? 4 : 0;
	case VMC_TYPE_INT:
	case VMC_TYPE_FLOAT:
		return r->kind == BTF_INT || r->kind == BTF_FLOAT ? 4 : 0;
	case VMC_TYPE_VOID:
	case VMC_TYPE_POINTER:
	case VMC_TYPE_ARRAY:
	case VMC_TYPE_QUALIFIED:
	case VMC_TYPE_FUNCTION:
	case VMC_TYPE_DECLARED:
		break;
	}
	return 0;
}

/* Best id for that kind and name: own ids before those of the base, low before high; 0: none. */
static struct vmc_error *find_id(const struct btf_graph *g, enum vmc_type_kind kind,
				 const char *name, uint32_t *ret)
{
	enum btf_space space =
		kind == VMC_TYPE_STRUCT || kind == VMC_TYPE_UNION || kind == VMC_TYPE_ENUM
			? BTF_SPACE_TAG
			: BTF_SPACE_NAME;
	int best = 0;

	*ret = 0;
	for (; g && best < 4; g = g->base) {
		uint32_t pos = 0, id;

		while (best < 4 && (id = btf_index_next(&g->index, space, name, &pos))) {
			struct btf_record r;

			VMC_TRY(btf_index_record(&g->index, id, &r));
			if (rank(kind, &r) > best) {
				best = rank(kind, &r);
				*ret = id;
			}
		}
	}
	return NULL;
}

/* Definition of what a BTF_FWD record declares, 0 where there is none. */
static struct vmc_error *find_definition(const struct btf_graph *g, const struct btf_record *r,
					 uint32_t *ret)
{
	return find_id(g, r->flag ? VMC_TYPE_UNION : VMC_TYPE_STRUCT,
		       btf_index_string(&g->index, r->name), ret);
}

static bool is_alias(uint32_t kind)
{
	return kind == BTF_TYPEDEF || kind == BTF_CONST || kind == BTF_VOLATILE ||
	       kind == BTF_RESTRICT || kind == BTF_TYPE_TAG;
}

/* Size of type `id` in bytes; walks records, so it makes no objects and cannot recurse. */
static struct vmc_error *size_of(const struct btf_graph *g, uint32_t id, uint64_t *ret)
{
	uint64_t count = 1, size = 0;

	for (int depth = 0; id; depth++) {
		struct btf_record r;

		VMC_TRY(btf_index_record(&g->index, id, &r));
		if (depth > VMC_TYPE_DEPTH_MAX)
			return vmc_error_new(VMC_BAD_FORMAT,
					     "BTF type %u: nested too deep or in a circle", id);
		if (is_alias(r.kind)) {
			id = r.size;
			continue;
		}
		if (r.kind == BTF_ARRAY) {
			if (__builtin_mul_overflow(count, vmc_le32(r.extra + 8), &count))
				return vmc_error_new(VMC_BAD_FORMAT, "BTF array %u is too large",
						     id);
			id = vmc_le32(r.extra);
			continue;
		}
		if (r.kind == BTF_FWD) {
			VMC_TRY(find_definition(g, &r, &id));
			continue;
		}
		if (r.kind == BTF_PTR)
			size = POINTER_SIZE;
		else if (r.kind == BTF_INT || r.kind == BTF_FLOAT || r.kind == BTF_STRUCT ||
			 r.kind == BTF_UNION || r.kind == BTF_ENUM || r.kind == BTF_ENUM64)
			size = r.size;
		break;
	}
	/* offsets within are counted in bits */
	if (__builtin_mul_overflow(count, size, ret) || *ret > UINT64_MAX / 8)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF array of %llu times %llu bytes",
				     (unsigned long long)count, (unsigned long long)size);
	return NULL;
}

/* --- objects --- */

static struct vmc_error *fill_int(struct vmc_type *t, const struct btf_record *r)
{
	/* 1, 2, 4 in BTF as in VMC_TYPE_*; compilers leave the one for char unset */
	t->kind = VMC_TYPE_INT;
	t->flags = vmc_le32(r->extra) >> 24 & 7;
	if (vmc_streq(t->name, "char"))
		t->flags |= VMC_TYPE_CHAR;
	return NULL;
}

static struct vmc_error *fill_type(const struct btf_graph *g, struct vmc_type *t,
				   const struct btf_record *r)
{
	switch (r->kind) {
	case BTF_INT:
		return fill_int(t, r);
	case BTF_FLOAT:
		t->kind = VMC_TYPE_FLOAT;
		return NULL;
	case BTF_PTR:
		t->kind = VMC_TYPE_POINTER;
		return NULL;
	case BTF_ARRAY:
		t->kind = VMC_TYPE_ARRAY;
		t->count = vmc_le32(r->extra + 8);
		return NULL;
	case BTF_STRUCT:
	case BTF_UNION:
		t->kind = r->kind == BTF_STRUCT ? VMC_TYPE_STRUCT : VMC_TYPE_UNION;
		t->n_members = r->vlen;
		return NULL;
	case BTF_ENUM:
	case BTF_ENUM64:
		t->kind = VMC_TYPE_ENUM;
		t->flags = r->flag || !g->index.enums_have_sign ? VMC_TYPE_SIGNED : 0;
		t->n_members = r->vlen;
		return NULL;
	case BTF_FWD:
		t->kind = VMC_TYPE_DECLARED;
		t->flags = r->flag ? VMC_TYPE_IS_UNION : 0;
		return NULL;
	case BTF_TYPEDEF:
		t->kind = VMC_TYPE_TYPEDEF;
		return NULL;
	case BTF_TYPE_TAG: /* name is that of the tag: "rcu", "user", "percpu" */
	case BTF_CONST:
	case BTF_VOLATILE:
	case BTF_RESTRICT:
		t->kind = VMC_TYPE_QUALIFIED;
		t->name = "";
		t->flags = r->kind == BTF_CONST	     ? VMC_TYPE_CONST
			   : r->kind == BTF_VOLATILE ? VMC_TYPE_VOLATILE
			   : r->kind == BTF_RESTRICT ? VMC_TYPE_RESTRICT
						     : 0;
		return NULL;
	case BTF_FUNC_PROTO:
		t->kind = VMC_TYPE_FUNCTION;
		t->n_members = r->vlen;
		return NULL;
	}
	/* functions, variables, sections, declaration tags: no type may refer to one */
	return vmc_error_new(r->kind < BTF_KINDS ? VMC_BAD_FORMAT : VMC_UNSUPPORTED,
			     "BTF id %u (kind %u) is no type", t->id, r->kind);
}

static struct vmc_error *type_at(struct btf_graph *g, uint32_t id, const struct vmc_type **ret);

static struct vmc_error *make_type(struct btf_graph *g, uint32_t id, struct btf_type **ret)
{
	struct vmc_type t = { .id = id, .graph = &g->types };
	struct btf_record r;

	VMC_TRY(btf_index_record(&g->index, id, &r));
	if (r.kind == BTF_FWD) {
		const struct vmc_type *definition = NULL;
		uint32_t other;

		VMC_TRY(find_definition(g, &r, &other));
		if (other) { /* a struct or union, so this goes one level deep */
			VMC_TRY(type_at(g, other, &definition));
			*ret = (struct btf_type *)definition;
			return NULL;
		}
	}
	t.name = btf_index_string(&g->index, r.name);
	VMC_TRY(fill_type(g, &t, &r));
	VMC_TRY(size_of(g, id, &t.size));
	*ret = vmc_arena_alloc(&g->arena, sizeof(**ret));
	if (!*ret)
		return vmc_error_no_memory();
	(*ret)->type = t;
	return NULL;
}

static struct vmc_error *type_at(struct btf_graph *g, uint32_t id, const struct vmc_type **ret)
{
	struct btf_type **slot;

	if (id >= g->index.end_id)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF type id %u (of %u)", id, g->index.end_id);
	while (g->base && id < g->index.first_id)
		g = g->base;
	if (!id) {
		*ret = &g->void_type.type;
		return NULL;
	}
	slot = &g->made[id - g->index.first_id];
	if (!*slot)
		VMC_TRY(make_type(g, id, slot));
	*ret = &(*slot)->type;
	return NULL;
}

/* --- struct vmc_types_ops --- */

static struct vmc_error *btf_find(struct vmc_types *types, enum vmc_type_kind kind,
				  const char *name, const struct vmc_type **ret)
{
	struct btf_graph *g = graph_of(types);
	uint32_t id;

	*ret = NULL;
	if (kind == VMC_TYPE_VOID)
		return type_at(g, 0, ret);
	VMC_TRY(find_id(g, kind, name, &id));
	return id ? type_at(g, id, ret) : NULL;
}

static struct vmc_error *btf_variable(struct vmc_types *types, const char *name,
				      const struct vmc_type **ret)
{
	*ret = NULL;
	for (struct btf_graph *g = graph_of(types); g; g = g->base) {
		uint32_t pos = 0, id = btf_index_next(&g->index, BTF_SPACE_VAR, name, &pos);
		struct btf_record r;

		if (!id)
			continue;
		VMC_TRY(btf_index_record(&g->index, id, &r));
		return type_at(g, r.size, ret);
	}
	return NULL;
}

static struct vmc_error *btf_target(struct vmc_types *types, const struct vmc_type *t,
				    const struct vmc_type **ret)
{
	struct btf_type *own = (struct btf_type *)t;
	struct btf_record r;

	if (!own->target) {
		VMC_TRY(btf_index_record(&graph_of(types)->index, t->id, &r));
		VMC_TRY(type_at(graph_of(types), r.kind == BTF_ARRAY ? vmc_le32(r.extra) : r.size,
				&own->target));
	}
	*ret = own->target;
	return NULL;
}

static struct vmc_error *btf_pointer_to(struct vmc_types *types, const struct vmc_type *t,
					const struct vmc_type **ret)
{
	struct btf_graph *g = graph_of(types);
	uint64_t *known = vmc_map_get(&g->pointers, (uintptr_t)t);
	struct btf_type *p;

	if (!known) {
		p = vmc_arena_alloc(&g->arena, sizeof(*p));
		if (!p || !vmc_map_set(&g->pointers, (uintptr_t)t, (uintptr_t)p))
			return vmc_error_no_memory();
		p->type = (struct vmc_type){
			.kind = VMC_TYPE_POINTER, .name = "", .size = POINTER_SIZE, .graph = types
		};
		p->target = t;
	} else {
		p = (struct btf_type *)(uintptr_t)*known;
	}
	*ret = &p->type;
	return NULL;
}

/*
 * Bit-fields as pahole wrote them before 4.20 (no kind flag): the member's type is an
 * integer of its own that is narrower than its bytes.
 */
static struct vmc_error *old_bit_field(const struct btf_graph *g, uint32_t id, struct vmc_member *m)
{
	struct btf_record r = { 0 };
	uint32_t bits, encoding;

	for (int depth = 0; id && depth <= VMC_TYPE_DEPTH_MAX; depth++) {
		VMC_TRY(btf_index_record(&g->index, id, &r));
		if (!is_alias(r.kind))
			break;
		id = r.size;
	}
	if (r.kind != BTF_INT)
		return NULL;
	encoding = vmc_le32(r.extra);
	bits = encoding & 0xff;
	if (bits && bits < (uint64_t)r.size * 8) {
		m->bit_offset += encoding >> 16 & 0xff;
		m->bit_size = bits;
	}
	return NULL;
}

static struct vmc_error *check_member(const struct vmc_type *t, uint32_t i,
				      const struct vmc_member *m)
{
	uint64_t bits = m->bit_size ? m->bit_size : m->type->size * 8;

	if (m->bit_size && (m->bit_size > 64 || m->bit_size > m->type->size * 8))
		return vmc_error_new(VMC_BAD_FORMAT, "BTF type %u: bit-field %u of %u bits", t->id,
				     i, m->bit_size);
	if (!vmc_range_ok(m->bit_offset, bits, t->size * 8))
		return vmc_error_new(VMC_BAD_FORMAT, "BTF type %u: member %u lies outside", t->id,
				     i);
	return NULL;
}

static struct vmc_error *record_with(struct vmc_types *types, const struct vmc_type *t, uint32_t i,
				     struct btf_record *ret)
{
	VMC_TRY(btf_index_record(&graph_of(types)->index, t->id, ret));
	if (i >= ret->vlen)
		return vmc_error_new(VMC_USAGE, "BTF type %u has no element %u", t->id, i);
	return NULL;
}

static struct vmc_error *element_name(struct vmc_types *types, const struct vmc_type *t,
				      uint32_t offset, const char **ret)
{
	*ret = btf_index_string(&graph_of(types)->index, offset);
	if (!*ret)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF type %u: name of an element at %u", t->id,
				     offset);
	return NULL;
}

static struct vmc_error *btf_member(struct vmc_types *types, const struct vmc_type *t, uint32_t i,
				    struct vmc_member *ret)
{
	struct vmc_member m = { 0 };
	struct btf_record r;
	const uint8_t *p;
	uint32_t where;

	VMC_TRY(record_with(types, t, i, &r));
	p = r.extra + (size_t)i * (r.kind == BTF_FUNC_PROTO ? 8 : BTF_ELEM_SIZE);
	VMC_TRY(element_name(types, t, vmc_le32(p), &m.name));
	VMC_TRY(type_at(graph_of(types), vmc_le32(p + 4), &m.type));
	if (r.kind != BTF_FUNC_PROTO) {
		where = vmc_le32(p + 8);
		m.bit_offset = r.flag ? where & 0xffffff : where;
		m.bit_size = r.flag ? where >> 24 : 0;
		if (!r.flag)
			VMC_TRY(old_bit_field(graph_of(types), vmc_le32(p + 4), &m));
		VMC_TRY(check_member(t, i, &m));
	}
	*ret = m;
	return NULL;
}

static struct vmc_error *btf_member_index(struct vmc_types *types, const struct vmc_type *t,
					  const char *name, size_t len, uint32_t from,
					  uint32_t *ret)
{
	const struct btf_index *x = &graph_of(types)->index;
	struct btf_record r;

	VMC_TRY(btf_index_record(x, t->id, &r));
	for (*ret = from; *ret < r.vlen; ++*ret) {
		const char *s;

		VMC_TRY(element_name(types, t, vmc_le32(r.extra + (size_t)*ret * BTF_ELEM_SIZE),
				     &s));
		if (!*s || (strncmp(s, name, len) == 0 && !s[len]))
			break;
	}
	return NULL;
}

/* Enumerator i of a record that has as many. */
static int64_t enumerator_value(const struct btf_index *x, const struct btf_record *r, uint32_t i)
{
	const uint8_t *p;

	if (r->kind == BTF_ENUM64)
		return (int64_t)vmc_le64(r->extra + (size_t)i * BTF_ELEM_SIZE + 4);
	p = r->extra + (size_t)i * 8 + 4;
	/*
	 * The flag says "signed" since 6.0. Before, none was written and values
	 * were shown signed; so where no enum at all has the flag, all are.
	 */
	if (r->flag || !x->enums_have_sign)
		return (int32_t)vmc_le32(p);
	return vmc_le32(p);
}

static struct vmc_error *btf_enumerator(struct vmc_types *types, const struct vmc_type *t,
					uint32_t i, struct vmc_enumerator *ret)
{
	struct btf_record r;
	const char *name;
	size_t size;

	VMC_TRY(record_with(types, t, i, &r));
	size = r.kind == BTF_ENUM64 ? BTF_ELEM_SIZE : 8;
	VMC_TRY(element_name(types, t, vmc_le32(r.extra + i * size), &name));
	ret->name = name;
	ret->value = enumerator_value(&graph_of(types)->index, &r, i);
	return NULL;
}

static struct vmc_error *btf_constant(struct vmc_types *types, const char *name, int64_t *ret,
				      bool *found)
{
	*found = false;
	for (struct btf_graph *g = graph_of(types); g; g = g->base) {
		for (size_t n = 0; n < g->index.enums.len; n++) {
			struct btf_record r;
			size_t size;

			VMC_TRY(btf_index_record(&g->index, g->index.enums.data[n], &r));
			size = r.kind == BTF_ENUM64 ? BTF_ELEM_SIZE : 8;
			for (uint32_t i = 0; i < r.vlen; i++) {
				const char *s =
					btf_index_string(&g->index, vmc_le32(r.extra + i * size));

				if (s && strcmp(s, name) == 0) {
					*ret = enumerator_value(&g->index, &r, i);
					*found = true;
					return NULL;
				}
			}
		}
	}
	return NULL;
}

static void btf_free(struct vmc_types *types)
{
	struct btf_graph *g = graph_of(types);

	btf_index_deinit(&g->index);
	vmc_map_deinit(&g->pointers);
	vmc_arena_deinit(&g->arena);
	free(g->made);
	free(g->owned);
	free(g);
}

static const struct vmc_types_ops btf_ops = {
	.find = btf_find,
	.target = btf_target,
	.pointer_to = btf_pointer_to,
	.member = btf_member,
	.member_index = btf_member_index,
	.enumerator = btf_enumerator,
	.constant = btf_constant,
	.variable = btf_variable,
	.free = btf_free,
};

struct vmc_error *vmc_btf_open(struct vmc_bytes bytes, bool copy, struct vmc_types *base,
			       struct vmc_types **ret)
{
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *types = NULL;
	struct btf_graph *g;

	if (base && base->ops != &btf_ops)
		return vmc_error_new(VMC_USAGE, "the base of split BTF is no BTF");
	g = calloc(1, sizeof(*g));
	if (!g)
		return vmc_error_no_memory();
	types = &g->types;
	types->ops = &btf_ops;
	g->base = base ? graph_of(base) : NULL;
	g->void_type.type = (struct vmc_type){ .kind = VMC_TYPE_VOID, .name = "", .graph = types };
	if (copy && bytes.size) {
		g->owned = malloc(bytes.size);
		if (!g->owned)
			return vmc_error_no_memory();
		memcpy(g->owned, bytes.data, bytes.size);
		bytes.data = g->owned;
	}
	VMC_TRY(btf_index_init(&g->index, bytes, g->base ? &g->base->index : NULL));
	g->made = calloc(g->index.end_id - g->index.first_id + 1, sizeof(*g->made));
	if (!g->made)
		return vmc_error_no_memory();
	*ret = vmc_take(types);
	return NULL;
}
