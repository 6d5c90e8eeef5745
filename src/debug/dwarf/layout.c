/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes, members, bit-fields, dimensions: as the entries of all DWARF versions tell them. */
#include <stdlib.h>

#include "debug/dwarf/constants.h"
#include "debug/dwarf/graph.h"

/* Of one struct, enum or prototype: the largest enums of a kernel have some thousands. */
#define ELEMENTS_MAX (1u << 20)

static struct vmc_error *die_error(const struct dwarf_graph *g, const struct dwarf_die *d,
				   enum vmc_code code, const char *what)
{
	return dwarf_error(g->info->sections, code, DWARF_INFO, d->offset, "%s", what);
}

struct vmc_error *dwarf_type_of(struct dwarf_graph *g, const struct dwarf_die *d, uint32_t *ret)
{
	const struct dwarf_value *v = &d->values[DWARF_TYPE];

	*ret = 0;
	if (v->class == DWARF_ABSENT)
		return NULL;
	if (v->class != DWARF_REFERENCE)
		return die_error(g, d, VMC_UNSUPPORTED,
				 "its type stands in another file or in a type unit");
	if (!v->u || v->u > UINT32_MAX)
		return die_error(g, d, VMC_BAD_FORMAT, "its type is no entry");
	*ret = (uint32_t)v->u;
	return NULL;
}

bool dwarf_is_declaration(const struct dwarf_die *d)
{
	return dwarf_number(d, DWARF_DECLARATION, 0) &&
	       (d->tag == DWARF_TAG_STRUCTURE || d->tag == DWARF_TAG_CLASS ||
		d->tag == DWARF_TAG_UNION || d->tag == DWARF_TAG_ENUMERATION);
}

uint32_t dwarf_definition(const struct dwarf_graph *g, const struct dwarf_die *d)
{
	enum dwarf_space space = d->tag == DWARF_TAG_UNION	   ? DWARF_SPACE_UNION
				 : d->tag == DWARF_TAG_ENUMERATION ? DWARF_SPACE_ENUM
								   : DWARF_SPACE_STRUCT;
	const struct dwarf_named *e = dwarf_index_find(&g->names, space, dwarf_name(d));

	return e ? e->die : 0;
}

/* --- arrays --- */

/* Elements by a DW_TAG_subrange_type: 0 for a flexible one, which compilers write in many ways. */
static uint64_t subrange_count(const struct dwarf_die *d)
{
	uint64_t lower = dwarf_number(d, DWARF_LOWER_BOUND, 0);
	uint64_t upper = dwarf_number(d, DWARF_UPPER_BOUND, UINT64_MAX);

	if (dwarf_has(d, DWARF_COUNT))
		return dwarf_number(d, DWARF_COUNT, 0);
	/* -1, as it was written into 8 or 4 bytes, is [0]; no kernel has an array of 4 Gi elements
	 */
	if (upper == UINT64_MAX || upper == UINT32_MAX || upper < lower)
		return 0;
	return upper - lower + 1;
}

struct vmc_error *dwarf_array(struct dwarf_graph *g, const struct dwarf_die *d,
			      struct dwarf_dimensions *ret)
{
	struct dwarf_walk w = dwarf_children(g->info, d);
	struct dwarf_die child;
	bool more;

	*ret = (struct dwarf_dimensions){ 0 };
	for (;;) {
		VMC_TRY(dwarf_next(&w, &child, &more));
		if (!more)
			break;
		if (child.tag != DWARF_TAG_SUBRANGE)
			continue;
		if (ret->n == DWARF_DIMENSIONS_MAX)
			return die_error(g, d, VMC_LIMIT, "an array of too many dimensions");
		ret->count[ret->n++] = subrange_count(&child);
	}
	if (!ret->n)
		ret->n = 1;
	return NULL;
}

/* --- sizes --- */

static bool is_alias(uint32_t tag)
{
	return tag == DWARF_TAG_TYPEDEF || tag == DWARF_TAG_CONST || tag == DWARF_TAG_VOLATILE ||
	       tag == DWARF_TAG_RESTRICT || tag == DWARF_TAG_ATOMIC || tag == DWARF_TAG_PACKED;
}

static uint64_t own_size(const struct dwarf_die *d)
{
	uint64_t otherwise = d->tag == DWARF_TAG_POINTER ? d->unit->address_size : 0;

	return dwarf_number(d, DWARF_BYTE_SIZE, otherwise);
}

/* Walks entries, so it makes no types and cannot recurse. */
struct vmc_error *dwarf_size(struct dwarf_graph *g, uint32_t die, uint32_t dimension, uint64_t *ret)
{
	uint64_t count = 1, size = 0;
	uint32_t start = die;

	for (int depth = 0; die; depth++) {
		struct dwarf_dimensions dims;
		struct dwarf_die d;

		VMC_TRY(dwarf_die_at(g->info, die, &d));
		if (depth > VMC_TYPE_DEPTH_MAX)
			return die_error(g, &d, VMC_BAD_FORMAT,
					 "a type nested too deep or in a circle");
		if (dwarf_is_declaration(&d)) {
			die = dwarf_definition(g, &d);
		} else if (d.tag == DWARF_TAG_ARRAY) {
			VMC_TRY(dwarf_array(g, &d, &dims));
			for (uint32_t i = depth ? 0 : dimension; i < dims.n; i++) {
				if (__builtin_mul_overflow(count, dims.count[i], &count))
					return die_error(g, &d, VMC_BAD_FORMAT,
							 "an array that is too large");
			}
			VMC_TRY(dwarf_type_of(g, &d, &die));
		} else if (is_alias(d.tag)) {
			VMC_TRY(dwarf_type_of(g, &d, &die));
		} else {
			size = own_size(&d);
			break;
		}
	}
	/* offsets within are counted in bits */
	if (__builtin_mul_overflow(count, size, ret) || *ret > UINT64_MAX / 8)
		return dwarf_error(g->info->sections, VMC_BAD_FORMAT, DWARF_INFO, start,
				   "%llu times %llu bytes", (unsigned long long)count,
				   (unsigned long long)size);
	return NULL;
}

/* --- members --- */

/*
 * DW_AT_data_member_location as an expression, of which compilers before DWARF 3 made one step:
 * add a constant to the address of the struct.
 */
static bool evaluate(struct vmc_bytes expression, uint64_t *ret)
{
	struct vmc_cursor c = vmc_cursor_at(expression, 0);
	uint64_t sum = 0, constant = 0;

	while (c.pos < expression.size) {
		uint8_t op = vmc_cursor_u8(&c);

		if (op == DWARF_OP_PLUS_UCONST)
			sum += vmc_cursor_uleb(&c);
		else if (op == DWARF_OP_CONSTU)
			constant = vmc_cursor_uleb(&c);
		else if (op == DWARF_OP_CONST1U)
			constant = vmc_cursor_u8(&c);
		else if (op == DWARF_OP_CONST2U)
			constant = vmc_cursor_u16(&c);
		else if (op == DWARF_OP_CONST4U)
			constant = vmc_cursor_u32(&c);
		else if (op == DWARF_OP_CONST8U)
			constant = vmc_cursor_u64(&c);
		else if (op >= DWARF_OP_LIT0 && op <= DWARF_OP_LIT31)
			constant = op - DWARF_OP_LIT0;
		else if (op == DWARF_OP_PLUS)
			sum += constant;
		else
			return false;
	}
	*ret = sum;
	return !c.overrun;
}

/* Bytes from the start of the struct; members of unions say nothing. */
static struct vmc_error *member_location(const struct dwarf_graph *g, const struct dwarf_die *d,
					 uint64_t *ret)
{
	const struct dwarf_value *v = &d->values[DWARF_MEMBER_LOCATION];

	*ret = dwarf_number(d, DWARF_MEMBER_LOCATION, 0);
	if (v->class == DWARF_BYTES && !evaluate(v->bytes, ret))
		return die_error(g, d, VMC_UNSUPPORTED, "a member at a computed place");
	if (*ret > UINT64_MAX / 8)
		return die_error(g, d, VMC_BAD_FORMAT, "a member beyond all memory");
	return NULL;
}

/*
 * Before DWARF 4 the place of a bit-field is that of an integer it is cut out of, and in it the
 * distance of its highest bit from the integer's highest. That may be negative: a field that goes
 * on into the next integer.
 */
static struct vmc_error *old_bit_offset(struct dwarf_graph *g, const struct dwarf_die *d,
					struct dwarf_element *e)
{
	uint64_t storage = dwarf_number(d, DWARF_BYTE_SIZE, 0);
	uint64_t from_top = d->values[DWARF_BIT_OFFSET].u;

	if (!storage)
		VMC_TRY(dwarf_size(g, e->type, 0, &storage));
	/* a wrong place wraps to a huge one, which the check of members finds */
	e->at += storage * 8 - from_top - e->bit_size;
	return NULL;
}

static struct vmc_error *read_member(struct dwarf_graph *g, const struct dwarf_die *d,
				     struct dwarf_element *e)
{
	uint64_t bits = dwarf_number(d, DWARF_BIT_SIZE, 0);

	VMC_TRY(dwarf_type_of(g, d, &e->type));
	VMC_TRY(member_location(g, d, &e->at));
	e->at *= 8;
	if (bits > 64)
		return die_error(g, d, VMC_BAD_FORMAT, "a bit-field of more than 64 bits");
	e->bit_size = (uint32_t)bits;
	if (dwarf_has(d, DWARF_DATA_BIT_OFFSET))
		e->at += dwarf_number(d, DWARF_DATA_BIT_OFFSET, UINT64_MAX / 2);
	else if (bits && (d->values[DWARF_BIT_OFFSET].class == DWARF_UNSIGNED ||
			  d->values[DWARF_BIT_OFFSET].class == DWARF_SIGNED))
		VMC_TRY(old_bit_offset(g, d, e));
	return NULL;
}

/* --- elements --- */

struct vmc_error *dwarf_constant(const struct dwarf_graph *g, const struct dwarf_die *d,
				 int64_t *ret)
{
	const struct dwarf_value *v = &d->values[DWARF_CONST_VALUE];

	if (v->class != DWARF_SIGNED && v->class != DWARF_UNSIGNED)
		return die_error(g, d, VMC_BAD_FORMAT, "an enumerator without a value");
	*ret = (int64_t)v->u;
	return NULL;
}

/* True where the child is one of what its parent is asked for. */
static bool is_element(uint32_t parent, const struct dwarf_die *child)
{
	switch (parent) {
	case DWARF_TAG_ENUMERATION:
		return child->tag == DWARF_TAG_ENUMERATOR;
	case DWARF_TAG_SUBROUTINE:
		return child->tag == DWARF_TAG_PARAMETER ||
		       child->tag == DWARF_TAG_UNSPECIFIED_PARAMETERS;
	}
	/* what is declared or visible outside is a static member of C++, and no part of the struct
	 */
	return child->tag == DWARF_TAG_MEMBER && !dwarf_has(child, DWARF_DECLARATION) &&
	       !dwarf_has(child, DWARF_EXTERNAL);
}

static struct vmc_error *read_element(struct dwarf_graph *g, const struct dwarf_die *d,
				      struct dwarf_element *e)
{
	int64_t value = 0;

	*e = (struct dwarf_element){ .name = dwarf_name(d) };
	switch (d->tag) {
	case DWARF_TAG_ENUMERATOR:
		VMC_TRY(dwarf_constant(g, d, &value));
		e->at = (uint64_t)value;
		return NULL;
	case DWARF_TAG_MEMBER:
		return read_member(g, d, e);
	case DWARF_TAG_PARAMETER:
		return dwarf_type_of(g, d, &e->type);
	}
	return NULL; /* "...": a parameter of no name and type, as BTF has it */
}

struct vmc_error *dwarf_elements(struct dwarf_graph *g, const struct dwarf_die *d,
				 struct dwarf_type *t)
{
	struct dwarf_walk w = dwarf_children(g->info, d);
	VMC_VEC(struct dwarf_element) v = { 0 };
	struct vmc_error *err;
	struct dwarf_die child;
	bool more;

	for (;;) {
		struct dwarf_element e;

		err = dwarf_next(&w, &child, &more);
		if (err || !more)
			break;
		if (!is_element(d->tag, &child))
			continue;
		err = v.len < ELEMENTS_MAX ? read_element(g, &child, &e)
					   : die_error(g, d, VMC_LIMIT, "too many members");
		if (!err && !vmc_vec_push(&v, e))
			err = vmc_error_no_memory();
		if (err)
			break;
	}
	if (!err && v.len) {
		t->elements = vmc_arena_alloc(&g->arena, v.len * sizeof(*v.data));
		if (!t->elements)
			err = vmc_error_no_memory();
		else
			memcpy(t->elements, v.data, v.len * sizeof(*v.data));
		t->type.n_members = (uint32_t)v.len;
	}
	vmc_vec_free(&v);
	return err;
}
