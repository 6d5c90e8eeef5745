/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/values.h"

#include "debug/dwarf/constants.h"

/* What a caller passed may be what its own caller passed: so many times. */
#define CALLERS_MAX 8
/* Callers asked for one variable: what it is made of doubles with each, if somebody means ill. */
#define QUESTIONS_MAX 64

/* An expression while it is evaluated. */
struct evaluation {
	struct source_stack *stack;
	size_t frame;
	int depth;	     /* callers that this one is asked for */
	unsigned int *asked; /* in all */
};

void source_stack_deinit(struct source_stack *s)
{
	for (size_t i = 0; i < s->n; i++)
		source_frame_deinit(&s->frames[i].found);
}

const struct source_frame *source_stack_at(struct source_stack *s, size_t i)
{
	struct source_stack_frame *f = &s->frames[i];

	if (!f->tried && f->info) {
		/* code without debug info is no fault of anything */
		vmc_autoerror struct vmc_error *none =
			source_frame_at(f->info, f->pc - !f->is_exact - f->shift, &f->found);

		(void)none;
	}
	f->tried = true;
	return &f->found;
}

/* --- what expressions ask for --- */

static struct vmc_error *evaluate(struct evaluation *e, struct vmc_bytes expr, uint64_t *ret);

static bool indexed(void *ctx, uint64_t index, uint64_t *ret)
{
	const struct evaluation *e = ctx;

	return source_indexed_address(&e->stack->frames[e->frame].found.unit.bases, index, ret);
}

static struct vmc_error *base_type(void *ctx, uint64_t offset, struct vmc_expr_type *ret)
{
	const struct evaluation *e = ctx;
	struct source_stack_frame *f = &e->stack->frames[e->frame];
	struct dwarf_die d;
	uint64_t size, encoding;

	VMC_TRY(dwarf_die_at(&f->info->info, f->found.unit.die.unit->offset + offset, &d));
	size = dwarf_number(&d, DWARF_BYTE_SIZE, 0);
	encoding = dwarf_number(&d, DWARF_ENCODING, 0);
	if (!size || size > 8 || encoding == DWARF_ATE_FLOAT || encoding == DWARF_ATE_COMPLEX_FLOAT)
		return vmc_error_new(VMC_UNSUPPORTED, "DWARF expression computes with \"%s\"",
				     dwarf_name(&d));
	*ret = (struct vmc_expr_type){ (uint8_t)size, encoding == DWARF_ATE_SIGNED ||
							      encoding == DWARF_ATE_SIGNED_CHAR };
	return NULL;
}

static struct vmc_error *no_caller(const char *why)
{
	return vmc_error_new(VMC_NOT_FOUND, "what the caller passed is not known: %s", why);
}

/*
 * True where the call went to the function of the frame below, and not to another that jumped
 * there (a tail call): by its name, or by the address that it called.
 */
static bool calls_it(struct evaluation *caller, const struct dwarf_die *call,
		     const struct source_stack_frame *callee)
{
	struct source_stack_frame *f = &caller->stack->frames[caller->frame];
	const struct dwarf_die *function = source_frame_function(&callee->found);
	const struct dwarf_value *target = &call->values[DWARF_CALL_TARGET];
	vmc_autoerror struct vmc_error *err = NULL;
	uint64_t at;

	if (!function)
		return false;
	if (dwarf_has(call, DWARF_ORIGIN))
		return source_call_is_of(f->info, call, callee->info, function);
	if (target->class != DWARF_BYTES || function->values[DWARF_LOW_PC].class != DWARF_ADDRESS)
		return false;
	err = evaluate(caller, target->bytes, &at);
	return !err && at == function->values[DWARF_LOW_PC].u + callee->shift;
}

/* What the caller passed: in the place `place`, or for the parameter at entry `parameter`. */
static struct vmc_error *passed(struct evaluation *e, struct vmc_bytes place, uint32_t parameter,
				uint64_t *ret)
{
	struct source_stack *s = e->stack;
	struct evaluation caller = { s, e->frame + 1, e->depth + 1, e->asked };
	struct source_stack_frame *f;
	struct dwarf_die call;
	struct vmc_bytes expr;

	if (caller.depth > CALLERS_MAX || ++*e->asked > QUESTIONS_MAX)
		return vmc_error_new(VMC_LIMIT, "too many callers were asked");
	if (!s->frames[e->frame].is_callee || caller.frame >= s->n)
		return no_caller("it is no frame");
	f = &s->frames[caller.frame];
	if (!source_stack_at(s, caller.frame)->functions.len)
		return no_caller("it has no debug info");
	if (!source_call_at(f->info, &f->found, f->pc - f->shift, &call))
		return no_caller("nothing is said of that call");
	if (!calls_it(&caller, &call, &s->frames[e->frame]))
		return no_caller("it called through a pointer, or another function");
	if (!source_call_value(f->info, &call, place, parameter, &expr))
		return no_caller("it was not kept");
	return evaluate(&caller, expr, ret);
}

static struct vmc_error *entry_value(void *ctx, struct vmc_bytes expr, uint64_t *ret)
{
	return passed(ctx, expr, 0, ret);
}

static struct vmc_error *parameter_value(void *ctx, uint64_t offset, uint64_t *ret)
{
	struct evaluation *e = ctx;
	uint64_t entry = e->stack->frames[e->frame].found.unit.die.unit->offset + offset;

	return passed(e, (struct vmc_bytes){ 0 }, entry <= UINT32_MAX ? (uint32_t)entry : 1, ret);
}

/* --- evaluation --- */

static void make_scope(struct evaluation *e, struct vmc_expr_scope *scope,
		       struct vmc_expr_frame *frame)
{
	const struct source_stack_frame *f = &e->stack->frames[e->frame];

	*scope = (struct vmc_expr_scope){
		.cfa = f->cfa,
		.has_cfa = f->has_cfa,
		.frame_base = f->found.frame_base,
		.shift = f->shift,
		.offset_size = f->found.unit.die.unit->offset_size,
		.entry = entry_value,
		.parameter = parameter_value,
		.address = indexed,
		.base_type = base_type,
		.ctx = e,
	};
	*frame = (struct vmc_expr_frame){ .value = f->value,
					  .known = f->known,
					  .mem = &e->stack->mem,
					  .scope = scope,
					  .register_name = e->stack->register_name };
}

static struct vmc_error *evaluate(struct evaluation *e, struct vmc_bytes expr, uint64_t *ret)
{
	struct vmc_expr_scope scope;
	struct vmc_expr_frame frame;

	make_scope(e, &scope, &frame);
	return vmc_expr_eval(expr, &frame, NULL, ret);
}

static bool constant_place(const struct dwarf_value *v, struct vmc_expr_place *ret)
{
	struct vmc_piece *p = &ret->pieces[0];

	*ret = (struct vmc_expr_place){ .n = 1 };
	switch (v->class) {
	case DWARF_UNSIGNED:
	case DWARF_SIGNED:
	case DWARF_FLAG:
		p->kind = VMC_PIECE_VALUE;
		p->value = v->u;
		return true;
	case DWARF_BYTES:
		p->kind = VMC_PIECE_BYTES;
		p->bytes = v->bytes;
		return true;
	case DWARF_STRING: /* an array of char, with its NUL */
		p->kind = VMC_PIECE_BYTES;
		p->bytes = (struct vmc_bytes){ (const uint8_t *)v->text, strlen(v->text) + 1 };
		return true;
	case DWARF_ABSENT:
	case DWARF_REFERENCE:
	case DWARF_ADDRESS:
	case DWARF_INDEX:
	case DWARF_ELSEWHERE:
		break;
	}
	return false;
}

struct vmc_error *source_place(struct source_stack *s, size_t i, const struct source_variable *v,
			       struct vmc_expr_place *ret)
{
	unsigned int asked = 0;
	struct evaluation e = { .stack = s, .frame = i, .asked = &asked };
	struct vmc_expr_scope scope;
	struct vmc_expr_frame frame;

	if (!v->place.size && constant_place(&v->constant, ret))
		return NULL;
	make_scope(&e, &scope, &frame);
	return vmc_expr_locate(v->place, &frame, ret);
}
