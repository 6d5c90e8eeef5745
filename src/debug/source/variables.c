/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/variables.h"

#include <stdlib.h>

#include "debug/dwarf/constants.h"

/* Of one function: the most of a kernel are some hundreds, from macros. */
#define VARIABLES_MAX 4096u
/* C promises 127. */
#define PARAMETERS_MAX 128u

void source_frame_deinit(struct source_frame *f)
{
	for (size_t i = 0; i < f->functions.len; i++)
		vmc_vec_free(&f->functions.data[i].variables);
	vmc_vec_free(&f->functions);
	free(f->scopes);
	*f = (struct source_frame){ 0 };
}

const struct dwarf_die *source_frame_function(const struct source_frame *f)
{
	for (size_t i = 0; f->scopes && i < f->scopes->n; i++) {
		if (f->scopes->dies[i].tag == DWARF_TAG_SUBPROGRAM)
			return &f->scopes->dies[i];
	}
	return NULL;
}

static uint32_t entry_of(const struct dwarf_value *v)
{
	return v->class == DWARF_REFERENCE && v->u <= UINT32_MAX ? (uint32_t)v->u : 0;
}

/* --- variables --- */

/* What an entry leaves to the one that it was made from, down the whole chain. */
static void complete(struct source_info *s, const struct dwarf_die *d, struct source_variable *v)
{
	struct dwarf_die at = *d;

	for (int i = 0; i < SOURCE_ORIGINS_MAX; i++) {
		vmc_autoerror struct vmc_error *err = NULL;

		if (!v->name && *dwarf_name(&at))
			v->name = dwarf_name(&at);
		if (!v->line)
			v->line = (uint32_t)dwarf_number(&at, DWARF_DECL_LINE, 0);
		if (!v->has_type && at.values[DWARF_TYPE].class == DWARF_REFERENCE) {
			v->type = entry_of(&at.values[DWARF_TYPE]);
			v->has_type = true;
		}
		if (v->constant.class == DWARF_ABSENT)
			v->constant = at.values[DWARF_CONST_VALUE];
		if (!entry_of(&at.values[DWARF_ORIGIN]))
			return;
		err = dwarf_die_at(&s->info, at.values[DWARF_ORIGIN].u, &at);
		if (err)
			return;
	}
}

static void read_variable(struct source_info *s, const struct source_bases *b, uint64_t pc,
			  const struct dwarf_die *d, struct source_variable *ret)
{
	*ret = (struct source_variable){
		.entry = d->offset,
		.origin = entry_of(&d->values[DWARF_ORIGIN]),
		.is_parameter = d->tag == DWARF_TAG_PARAMETER,
	};
	complete(s, d, ret);
	if (!source_location(b, &d->values[DWARF_LOCATION], pc, &ret->place))
		ret->place = (struct vmc_bytes){ 0 };
}

static bool is_variable(const struct dwarf_die *d)
{
	/* a declaration in a block names what is elsewhere */
	return d->tag == DWARF_TAG_PARAMETER ||
	       (d->tag == DWARF_TAG_VARIABLE && !dwarf_has(d, DWARF_DECLARATION));
}

static struct vmc_error *add_variables(struct source_info *s, const struct source_bases *b,
				       uint64_t pc, const struct dwarf_die *scope,
				       struct source_function *f)
{
	struct dwarf_walk w = dwarf_children(&s->info, scope);

	while (f->variables.len < VARIABLES_MAX) {
		struct source_variable v;
		struct dwarf_die d;
		bool more;
		vmc_autoerror struct vmc_error *err = dwarf_next(&w, &d, &more);

		if (err || !more)
			break;
		if (!is_variable(&d))
			continue;
		read_variable(s, b, pc, &d, &v);
		if (!vmc_vec_push(&f->variables, v))
			return vmc_error_no_memory();
	}
	return NULL;
}

/* Moves the variable made from `origin` to place `at`, or puts `v` there where there is none. */
static bool put(struct source_function *f, size_t at, uint32_t origin,
		const struct source_variable *v)
{
	struct source_variable *list, found = *v;
	size_t from = at;

	while (from < f->variables.len && f->variables.data[from].origin != origin)
		from++;
	if (from == f->variables.len && !vmc_vec_push(&f->variables, found))
		return false;
	list = f->variables.data;
	found = list[from];
	memmove(&list[at + 1], &list[at], (from - at) * sizeof(*list));
	list[at] = found;
	return true;
}

/*
 * Parameters that were optimised out may stand in the abstract instance alone; its order is that
 * of the source, which the concrete ones need not keep.
 */
static struct vmc_error *complete_parameters(struct source_info *s, const struct source_bases *b,
					     const struct dwarf_die *scope,
					     struct source_function *f)
{
	struct dwarf_die abstract;
	struct dwarf_walk w;
	vmc_autoerror struct vmc_error *none = NULL;

	if (!entry_of(&scope->values[DWARF_ORIGIN]))
		return NULL;
	none = dwarf_die_at(&s->info, scope->values[DWARF_ORIGIN].u, &abstract);
	if (none)
		return NULL;
	w = dwarf_children(&s->info, &abstract);
	for (size_t at = 0; at < PARAMETERS_MAX;) {
		struct source_variable v;
		struct dwarf_die d;
		bool more;
		vmc_autoerror struct vmc_error *err = dwarf_next(&w, &d, &more);

		if (err || !more)
			break;
		if (d.tag != DWARF_TAG_PARAMETER)
			continue;
		read_variable(s, b, 0, &d, &v);
		v.origin = d.offset;
		if (!put(f, at++, d.offset, &v))
			return vmc_error_no_memory();
	}
	return NULL;
}

/* --- functions --- */

/* The function at scope `i`, with the blocks in it that cover pc. */
static struct vmc_error *add_function(struct source_info *s, struct source_frame *out, size_t i,
				      uint64_t pc)
{
	const struct dwarf_die *dies = out->scopes->dies;
	const struct source_bases *b = &out->unit.bases;
	struct source_function f = { .name = source_name(s, &dies[i]),
				     .inlined = dies[i].tag == DWARF_TAG_INLINED };
	struct vmc_error *err = add_variables(s, b, pc, &dies[i], &f);

	if (!err)
		err = complete_parameters(s, b, &dies[i], &f);
	for (i++; !err && i < out->scopes->n && dies[i].tag == DWARF_TAG_LEXICAL_BLOCK; i++)
		err = add_variables(s, b, pc, &dies[i], &f);
	if (!err && !vmc_vec_push(&out->functions, f))
		err = vmc_error_no_memory();
	if (err)
		vmc_vec_free(&f.variables);
	return err;
}

/* Gives back the room of scopes that there are not: stacks have many frames. */
static void cut_scopes(struct source_frame *f)
{
	size_t size =
		offsetof(struct source_scopes, dies) + f->scopes->n * sizeof(f->scopes->dies[0]);
	struct source_scopes *cut = realloc(f->scopes, size);

	if (cut)
		f->scopes = cut;
}

struct vmc_error *source_frame_at(struct source_info *s, uint64_t pc, struct source_frame *ret)
{
	struct source_frame f = { 0 };
	const struct dwarf_die *function;
	struct vmc_error *err;

	VMC_TRY(source_unit_at(s, pc, &f.unit));
	f.scopes = malloc(sizeof(*f.scopes));
	if (!f.scopes)
		return vmc_error_no_memory();
	source_scopes_at(s, &f.unit, pc, f.scopes);
	cut_scopes(&f);
	err = NULL;
	for (size_t i = f.scopes->n; i-- > 0 && !err;) {
		if (f.scopes->dies[i].tag != DWARF_TAG_LEXICAL_BLOCK)
			err = add_function(s, &f, i, pc);
	}
	if (err) {
		source_frame_deinit(&f);
		return err;
	}
	function = source_frame_function(&f);
	if (function &&
	    !source_location(&f.unit.bases, &function->values[DWARF_FRAME_BASE], pc, &f.frame_base))
		f.frame_base = (struct vmc_bytes){ 0 };
	*ret = f;
	return NULL;
}

/* --- calls --- */

static bool is_call(const struct dwarf_die *d)
{
	return d->tag == DWARF_TAG_CALL_SITE || d->tag == DWARF_TAG_GNU_CALL_SITE;
}

/* DW_AT_call_return_pc, which GCC before version 5 wrote as the low address. */
static bool returns_to(const struct source_bases *b, const struct dwarf_die *d, uint64_t pc)
{
	const struct dwarf_value *v =
		&d->values[dwarf_has(d, DWARF_CALL_RETURN_PC) ? DWARF_CALL_RETURN_PC
							      : DWARF_LOW_PC];
	uint64_t at;

	if (v->class == DWARF_INDEX)
		return source_indexed_address(b, v->u, &at) && at == pc;
	return v->class == DWARF_ADDRESS && v->u == pc;
}

bool source_call_at(struct source_info *s, const struct source_frame *caller, uint64_t pc,
		    struct dwarf_die *ret)
{
	for (size_t i = caller->scopes->n; i-- > 0;) {
		struct dwarf_walk w = dwarf_children(&s->info, &caller->scopes->dies[i]);

		for (;;) {
			bool more;
			vmc_autoerror struct vmc_error *err = dwarf_next(&w, ret, &more);

			if (err || !more)
				break;
			if (is_call(ret) && returns_to(&caller->unit.bases, ret, pc))
				return true;
		}
	}
	return false;
}

/* True where one of the entries that `d` was made from, or itself, is at `entry`. */
static bool made_from(struct source_info *s, const struct dwarf_die *d, uint32_t entry)
{
	struct dwarf_die at = *d;

	for (int i = 0; i < SOURCE_ORIGINS_MAX; i++) {
		vmc_autoerror struct vmc_error *err = NULL;

		if (at.offset == entry)
			return true;
		if (!entry_of(&at.values[DWARF_ORIGIN]))
			return false;
		err = dwarf_die_at(&s->info, at.values[DWARF_ORIGIN].u, &at);
		if (err)
			return false;
	}
	return false;
}

bool source_call_is_of(struct source_info *s, const struct dwarf_die *call, struct source_info *of,
		       const struct dwarf_die *callee)
{
	uint32_t entry = entry_of(&call->values[DWARF_ORIGIN]);
	vmc_autoerror struct vmc_error *err = NULL;
	const char *called, *name;
	struct dwarf_die target;

	if (!entry)
		return false;
	if (s == of && made_from(s, callee, entry))
		return true;
	err = dwarf_die_at(&s->info, entry, &target);
	if (err)
		return false;
	/* what is declared here and defined in another unit has the same name there */
	called = source_name(s, &target);
	name = source_name(of, callee);
	return called && name && strcmp(called, name) == 0 && dwarf_has(&target, DWARF_EXTERNAL);
}

static bool same_place(const struct source_bases *b, const struct dwarf_die *d,
		       struct vmc_bytes place)
{
	struct vmc_bytes at;

	return source_location(b, &d->values[DWARF_LOCATION], 0, &at) && at.size == place.size &&
	       memcmp(at.data, place.data, at.size) == 0;
}

bool source_call_value(struct source_info *s, const struct dwarf_die *call, struct vmc_bytes place,
		       uint32_t parameter, struct vmc_bytes *ret)
{
	struct dwarf_walk w = dwarf_children(&s->info, call);
	struct source_bases b = { .sections = &s->sections, .unit = call->unit };

	for (;;) {
		struct dwarf_die d;
		bool more;
		vmc_autoerror struct vmc_error *err = dwarf_next(&w, &d, &more);

		if (err || !more)
			return false;
		if (d.tag != DWARF_TAG_CALL_SITE_PARAMETER &&
		    d.tag != DWARF_TAG_GNU_CALL_SITE_PARAMETER)
			continue;
		if (parameter ? entry_of(&d.values[DWARF_ORIGIN]) != parameter
			      : !same_place(&b, &d, place))
			continue;
		*ret = d.values[DWARF_CALL_VALUE].class == DWARF_BYTES
			       ? d.values[DWARF_CALL_VALUE].bytes
			       : (struct vmc_bytes){ 0 };
		return ret->size != 0;
	}
}
