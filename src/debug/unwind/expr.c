/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/dwarf/constants.h"
#include "debug/leb128.h"
#include "debug/unwind/expr-internal.h"

/* Operations of one expression: the loops of GCC go round once a bit. */
#define OPERATIONS_MAX 4096
/* A frame base is an expression of its own, and names no other. */
#define DEPTH_MAX 2

static struct vmc_error *run(struct expr_machine *m, struct vmc_bytes expr,
			     int depth) VMC_MUST_CHECK;

static struct vmc_error *unsupported(uint8_t op)
{
	return vmc_error_new(VMC_UNSUPPORTED, "DWARF operation 0x%02x", op);
}

static struct vmc_error *lost(const struct vmc_expr_frame *f, uint64_t number)
{
	const char *name =
		f->register_name && number < 64 ? f->register_name((unsigned int)number) : NULL;

	if (name)
		return vmc_error_new(VMC_NOT_FOUND, "register %s was not saved", name);
	return vmc_error_new(VMC_NOT_FOUND, "the value of register %llu is not known here",
			     (unsigned long long)number);
}

static struct vmc_error *register_value(const struct vmc_expr_frame *f, uint64_t number,
					uint64_t *ret)
{
	if (number > 63 || !(f->known >> number & 1))
		return lost(f, number);
	*ret = f->value[number];
	return NULL;
}

/* --- operands --- */

/* A reference to an entry: relative to the unit, but for those of offset size. */
static uint64_t reference(struct vmc_cursor *c, unsigned int size)
{
	return size == 8 ? vmc_cursor_u64(c) : size == 4 ? vmc_cursor_u32(c) : vmc_cursor_uleb(c);
}

static struct vmc_bytes block(struct vmc_cursor *c, uint64_t size)
{
	const uint8_t *p = vmc_cursor_take(c, size);

	return (struct vmc_bytes){ p, p ? (size_t)size : 0 };
}

/* The type that an operand names; 0 is the generic one. */
static struct vmc_error *read_type(struct expr_machine *m, uint8_t op, struct vmc_cursor *c,
				   struct vmc_expr_type *ret)
{
	const struct vmc_expr_scope *s = m->frame->scope;
	uint64_t offset = vmc_cursor_uleb(c);

	*ret = (struct vmc_expr_type){ 0 };
	if (!offset || c->overrun)
		return NULL;
	if (!s || !s->base_type)
		return unsupported(op);
	VMC_TRY(s->base_type(s->ctx, offset, ret));
	return ret->size && ret->size <= 8 ? NULL : unsupported(op);
}

/* --- operations --- */

static struct vmc_error *push_register(struct expr_machine *m, uint64_t number, int64_t offset)
{
	uint64_t v;

	VMC_TRY(register_value(m->frame, number, &v));
	m->place.is_computed = true;
	expr_push(m, v + (uint64_t)offset);
	return NULL;
}

/* Little-endian, zero-extended. */
static struct vmc_error *load(struct expr_machine *m, uint8_t size, struct vmc_expr_type type)
{
	uint8_t b[8] = { 0 };
	uint64_t at = expr_pop(m).v;

	if (m->bad || !size || size > sizeof(b))
		return vmc_error_new(VMC_BAD_FORMAT, "DWARF expression loads %u bytes", size);
	VMC_TRY(vmc_read(m->frame->mem, at, b, size));
	m->place.is_computed = true;
	expr_push_typed(m, vmc_le64(b), type);
	return NULL;
}

/* DW_OP_fbreg: relative to what the function says its frame is. */
static struct vmc_error *push_frame_base(struct expr_machine *m, int64_t offset, int depth)
{
	const struct vmc_expr_scope *s = m->frame->scope;
	struct expr_machine base = { .frame = m->frame, .left = m->left };
	const struct vmc_piece *p = base.place.pieces;
	uint64_t v;

	if (!s || !s->frame_base.size || depth >= DEPTH_MAX)
		return unsupported(DWARF_OP_FBREG);
	VMC_TRY(run(&base, s->frame_base, depth + 1));
	m->left = base.left;
	v = base.depth ? expr_pop(&base).v : 0;
	if (base.place.n && p->kind == VMC_PIECE_REGISTER)
		VMC_TRY(register_value(m->frame, p->value, &v));
	m->place.is_computed = true;
	expr_push(m, v + (uint64_t)offset);
	return NULL;
}

static struct vmc_error *push_from_caller(struct expr_machine *m, uint8_t op, struct vmc_cursor *c)
{
	const struct vmc_expr_scope *s = m->frame->scope;
	struct vmc_bytes inner = { 0 };
	uint64_t v = 0, offset = 0;

	if (op == DWARF_OP_GNU_PARAMETER_REF)
		offset = vmc_cursor_u32(c);
	else
		inner = block(c, vmc_cursor_uleb(c));
	if (c->overrun)
		return NULL; /* the caller complains */
	if (op == DWARF_OP_GNU_PARAMETER_REF ? !s || !s->parameter : !s || !s->entry)
		return unsupported(op);
	VMC_TRY(op == DWARF_OP_GNU_PARAMETER_REF ? s->parameter(s->ctx, offset, &v)
						 : s->entry(s->ctx, inner, &v));
	m->place.from_caller = true;
	expr_push(m, v);
	return NULL;
}

static struct vmc_error *push_address(struct expr_machine *m, uint8_t op, struct vmc_cursor *c)
{
	const struct vmc_expr_scope *s = m->frame->scope;
	uint64_t v, shift = s ? s->shift : 0;

	if (op == DWARF_OP_ADDR) {
		expr_push(m, vmc_cursor_u64(c) + shift);
		return NULL;
	}
	if (!s || !s->address)
		return unsupported(op);
	if (!s->address(s->ctx, vmc_cursor_uleb(c), &v))
		return vmc_error_new(VMC_BAD_FORMAT, "DWARF expression: no such address");
	/* the constants are there because the linker changes them, not because they are places */
	expr_push(m, op == DWARF_OP_ADDRX || op == DWARF_OP_GNU_ADDR_INDEX ? v + shift : v);
	return NULL;
}

/* DW_OP_const_type, regval_type, deref_type, convert, reinterpret. */
static struct vmc_error *typed(struct expr_machine *m, uint8_t op, struct vmc_cursor *c)
{
	struct vmc_expr_type type;
	uint64_t number = 0, v = 0;
	struct vmc_bytes bytes;
	uint8_t size = 0;

	switch (op) {
	case DWARF_OP_CONST_TYPE:
	case DWARF_OP_GNU_CONST_TYPE:
		VMC_TRY(read_type(m, op, c, &type));
		bytes = block(c, vmc_cursor_u8(c));
		for (size_t i = 0; i < bytes.size && i < 8; i++)
			v |= (uint64_t)bytes.data[i] << 8 * i;
		expr_push_typed(m, v, type);
		return NULL;
	case DWARF_OP_REGVAL_TYPE:
	case DWARF_OP_GNU_REGVAL_TYPE:
		number = vmc_cursor_uleb(c);
		VMC_TRY(read_type(m, op, c, &type));
		VMC_TRY(register_value(m->frame, number, &v));
		m->place.is_computed = true;
		expr_push_typed(m, v, type);
		return NULL;
	case DWARF_OP_DEREF_TYPE:
	case DWARF_OP_GNU_DEREF_TYPE:
		size = vmc_cursor_u8(c);
		VMC_TRY(read_type(m, op, c, &type));
		return load(m, size, type);
	}
	VMC_TRY(read_type(m, op, c, &type));
	v = expr_pop(m).v; /* integers: what is converted keeps its bits, as far as there is room */
	expr_push_typed(m, v, type);
	return NULL;
}

/* DW_OP_skip and bra, to anywhere in the expression. */
static struct vmc_error *jump(struct expr_machine *m, uint8_t op, struct vmc_cursor *c)
{
	int16_t by = (int16_t)vmc_cursor_u16(c);
	int64_t to = (int64_t)c->pos + by;

	if (op == DWARF_OP_BRA && !expr_pop(m).v)
		return NULL;
	if (to < 0 || to > (int64_t)c->bytes.size)
		return vmc_error_new(VMC_BAD_FORMAT, "DWARF expression jumps outside");
	if (!c->overrun)
		c->pos = (size_t)to;
	return NULL;
}

/* --- pieces --- */

/* Operations behind which nothing but DW_OP_piece may follow; false for what is none. */
static bool describe(struct expr_machine *m, uint8_t op, struct vmc_cursor *c,
		     struct vmc_piece *ret, bool *has)
{
	const struct vmc_expr_scope *s = m->frame->scope;

	if (op >= DWARF_OP_REG0 && op <= DWARF_OP_REG31) {
		*ret = (struct vmc_piece){ .kind = VMC_PIECE_REGISTER,
					   .value = op - DWARF_OP_REG0 };
	} else if (op == DWARF_OP_REGX) {
		*ret = (struct vmc_piece){ .kind = VMC_PIECE_REGISTER,
					   .value = vmc_cursor_uleb(c) };
	} else if (op == DWARF_OP_STACK_VALUE) {
		*ret = (struct vmc_piece){ .kind = VMC_PIECE_VALUE, .value = expr_pop(m).v };
	} else if (op == DWARF_OP_IMPLICIT_VALUE) {
		*ret = (struct vmc_piece){ .kind = VMC_PIECE_BYTES };
		ret->bytes = block(c, vmc_cursor_uleb(c));
	} else if (op == DWARF_OP_IMPLICIT_POINTER || op == DWARF_OP_GNU_IMPLICIT_POINTER) {
		*ret = (struct vmc_piece){ .kind = VMC_PIECE_POINTER };
		ret->value = reference(c, s ? s->offset_size : 4);
		ret->offset = vmc_cursor_sleb(c);
	} else {
		return false;
	}
	*has = true;
	return true;
}

static void add_piece(struct expr_machine *m, struct vmc_piece piece)
{
	if (m->place.n == VMC_PIECES_MAX)
		m->bad = true;
	else
		m->place.pieces[m->place.n++] = piece;
}

/*
 * Ends a piece: of what an operation described, else of memory at the address on the stack; with
 * neither it is optimised out.
 */
static void end_piece(struct expr_machine *m, struct vmc_piece *current, bool *has)
{
	if (!*has) {
		*current = (struct vmc_piece){ .kind = VMC_PIECE_ABSENT };
		if (m->depth)
			*current = (struct vmc_piece){ .kind = VMC_PIECE_MEMORY,
						       .value = expr_pop(m).v };
	}
	*has = false;
}

static bool piece(struct expr_machine *m, uint8_t op, struct vmc_cursor *c,
		  struct vmc_piece *current, bool *has)
{
	uint64_t size, offset = 0;

	if (op != DWARF_OP_PIECE && op != DWARF_OP_BIT_PIECE)
		return false;
	size = vmc_cursor_uleb(c);
	if (op == DWARF_OP_BIT_PIECE)
		offset = vmc_cursor_uleb(c);
	end_piece(m, current, has);
	/* no variable comes near: sizes are added up behind this without overflow */
	if (size > UINT32_MAX / 64 || offset > UINT32_MAX / 64) {
		m->bad = true;
		return true;
	}
	current->bit_size = (uint32_t)(op == DWARF_OP_PIECE ? size * 8 : size);
	current->bit_offset = (uint32_t)offset;
	if (size)
		add_piece(m, *current);
	return true;
}

/* --- all together --- */

static struct vmc_error *step(struct expr_machine *m, struct vmc_cursor *c, uint8_t op, int depth)
{
	const struct vmc_expr_scope *s = m->frame->scope;
	struct vmc_error *err = NULL;
	uint64_t number;

	if (op >= DWARF_OP_BREG0 && op <= DWARF_OP_BREG31)
		return push_register(m, op - (uint64_t)DWARF_OP_BREG0, vmc_cursor_sleb(c));
	if (expr_plain(m, op, c, &err))
		return err;
	switch (op) {
	case DWARF_OP_BREGX:
		number = vmc_cursor_uleb(c);
		return push_register(m, number, vmc_cursor_sleb(c));
	case DWARF_OP_FBREG:
		return push_frame_base(m, vmc_cursor_sleb(c), depth);
	case DWARF_OP_DEREF:
		return load(m, 8, (struct vmc_expr_type){ 0 });
	case DWARF_OP_DEREF_SIZE:
		return load(m, vmc_cursor_u8(c), (struct vmc_expr_type){ 0 });
	case DWARF_OP_NOP:
	case DWARF_OP_GNU_UNINIT: /* it has no value yet by the program, but a place */
		return NULL;
	case DWARF_OP_SKIP:
	case DWARF_OP_BRA:
		return jump(m, op, c);
	case DWARF_OP_CALL_FRAME_CFA:
		if (!s || !s->has_cfa)
			return vmc_error_new(VMC_NOT_FOUND, "where the frame begins is not known");
		m->place.is_computed = true;
		expr_push(m, s->cfa);
		return NULL;
	case DWARF_OP_ADDR:
	case DWARF_OP_ADDRX:
	case DWARF_OP_CONSTX:
	case DWARF_OP_GNU_ADDR_INDEX:
	case DWARF_OP_GNU_CONST_INDEX:
		return push_address(m, op, c);
	case DWARF_OP_ENTRY_VALUE:
	case DWARF_OP_GNU_ENTRY_VALUE:
	case DWARF_OP_GNU_PARAMETER_REF:
		return push_from_caller(m, op, c);
	case DWARF_OP_CONST_TYPE:
	case DWARF_OP_GNU_CONST_TYPE:
	case DWARF_OP_REGVAL_TYPE:
	case DWARF_OP_GNU_REGVAL_TYPE:
	case DWARF_OP_DEREF_TYPE:
	case DWARF_OP_GNU_DEREF_TYPE:
	case DWARF_OP_CONVERT:
	case DWARF_OP_GNU_CONVERT:
	case DWARF_OP_REINTERPRET:
	case DWARF_OP_GNU_REINTERPRET:
		return typed(m, op, c);
	default:
		return unsupported(op);
	}
}

static struct vmc_error *damaged(struct vmc_bytes expr)
{
	return vmc_error_new(VMC_BAD_FORMAT, "DWARF expression of %zu bytes is damaged", expr.size);
}

static struct vmc_error *run(struct expr_machine *m, struct vmc_bytes expr, int depth)
{
	struct vmc_cursor c = vmc_cursor_at(expr, 0);
	struct vmc_piece current = { 0 };
	bool has = false;

	while (c.pos < expr.size && !c.overrun && !m->bad) {
		uint8_t op = vmc_cursor_u8(&c);

		if (!m->left--)
			return vmc_error_new(
				VMC_LIMIT, "DWARF expression of %zu bytes does not end", expr.size);
		if (!piece(m, op, &c, &current, &has) && !describe(m, op, &c, &current, &has))
			VMC_TRY(step(m, &c, op, depth));
	}
	if (has && !m->place.n)
		add_piece(m, current);
	return c.overrun || m->bad ? damaged(expr) : NULL;
}

struct vmc_error *vmc_expr_eval(struct vmc_bytes expr, const struct vmc_expr_frame *frame,
				const uint64_t *initial, uint64_t *ret)
{
	struct expr_machine m = { .frame = frame, .left = OPERATIONS_MAX };
	const struct vmc_piece *p = m.place.pieces;

	if (initial)
		expr_push(&m, *initial);
	VMC_TRY(run(&m, expr, 0));
	if (m.place.n == 1 && p->kind == VMC_PIECE_REGISTER)
		return register_value(frame, p->value, ret);
	if (m.place.n == 1 && p->kind == VMC_PIECE_VALUE)
		*ret = p->value;
	else if (m.place.n || !m.depth)
		return damaged(expr);
	else
		*ret = expr_pop(&m).v;
	return NULL;
}

struct vmc_error *vmc_expr_locate(struct vmc_bytes expr, const struct vmc_expr_frame *frame,
				  struct vmc_expr_place *ret)
{
	struct expr_machine m = { .frame = frame, .left = OPERATIONS_MAX };

	VMC_TRY(run(&m, expr, 0));
	if (!m.place.n) {
		struct vmc_piece whole;
		bool has = false;

		end_piece(&m, &whole, &has);
		add_piece(&m, whole);
	}
	*ret = m.place;
	return NULL;
}
