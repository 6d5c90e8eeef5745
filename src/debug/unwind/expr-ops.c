/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/dwarf/constants.h"
#include "debug/leb128.h"
#include "debug/unwind/expr-internal.h"

/* As many bits as the type has, and above them what its sign says. */
static uint64_t extend(uint64_t v, struct vmc_expr_type type)
{
	unsigned int shift = type.size && type.size < 8 ? 64 - 8u * type.size : 0;

	return type.is_signed ? (uint64_t)((int64_t)(v << shift) >> shift) : v << shift >> shift;
}

void expr_push_typed(struct expr_machine *m, uint64_t v, struct vmc_expr_type type)
{
	if (m->depth == EXPR_STACK_MAX)
		m->bad = true;
	else
		m->stack[m->depth++] = (struct expr_value){ extend(v, type), type };
}

void expr_push(struct expr_machine *m, uint64_t v)
{
	expr_push_typed(m, v, (struct vmc_expr_type){ 0 });
}

struct expr_value expr_peek(struct expr_machine *m, size_t n)
{
	if (n < m->depth)
		return m->stack[m->depth - 1 - n];
	m->bad = true;
	return (struct expr_value){ 0 };
}

struct expr_value expr_pop(struct expr_machine *m)
{
	struct expr_value v = expr_peek(m, 0);

	m->depth -= m->depth != 0;
	return v;
}

static void push_value(struct expr_machine *m, struct expr_value v)
{
	expr_push_typed(m, v.v, v.type);
}

static bool constant(uint8_t op, struct vmc_cursor *c, uint64_t *ret)
{
	if (op >= DWARF_OP_LIT0 && op <= DWARF_OP_LIT31) {
		*ret = op - (uint64_t)DWARF_OP_LIT0;
		return true;
	}
	switch (op) {
	case DWARF_OP_CONST1U:
		*ret = vmc_cursor_u8(c);
		return true;
	case DWARF_OP_CONST1S:
		*ret = (uint64_t)(int64_t)(int8_t)vmc_cursor_u8(c);
		return true;
	case DWARF_OP_CONST2U:
		*ret = vmc_cursor_u16(c);
		return true;
	case DWARF_OP_CONST2S:
		*ret = (uint64_t)(int64_t)(int16_t)vmc_cursor_u16(c);
		return true;
	case DWARF_OP_CONST4U:
		*ret = vmc_cursor_u32(c);
		return true;
	case DWARF_OP_CONST4S:
		*ret = (uint64_t)(int64_t)(int32_t)vmc_cursor_u32(c);
		return true;
	case DWARF_OP_CONST8U:
	case DWARF_OP_CONST8S:
		*ret = vmc_cursor_u64(c);
		return true;
	case DWARF_OP_CONSTU:
	case DWARF_OP_CONSTS:
		*ret = vmc_cursor_leb128(c, op == DWARF_OP_CONSTS);
		return true;
	default:
		return false;
	}
}

static bool shuffle(struct expr_machine *m, uint8_t op, struct vmc_cursor *c)
{
	struct expr_value a, b, d;

	switch (op) {
	case DWARF_OP_DUP:
		push_value(m, expr_peek(m, 0));
		return true;
	case DWARF_OP_DROP:
		expr_pop(m);
		return true;
	case DWARF_OP_OVER:
		push_value(m, expr_peek(m, 1));
		return true;
	case DWARF_OP_PICK:
		push_value(m, expr_peek(m, vmc_cursor_u8(c)));
		return true;
	case DWARF_OP_SWAP:
		a = expr_pop(m);
		b = expr_pop(m);
		push_value(m, a);
		push_value(m, b);
		return true;
	case DWARF_OP_ROT:
		a = expr_pop(m);
		b = expr_pop(m);
		d = expr_pop(m);
		push_value(m, a);
		push_value(m, d);
		push_value(m, b);
		return true;
	default:
		return false;
	}
}

/* Of the generic type DW_OP_div has a sign and DW_OP_mod none; else the type has it. */
static bool divide(uint8_t op, uint64_t a, uint64_t b, struct vmc_expr_type type, uint64_t *ret)
{
	bool is_signed = type.size ? type.is_signed : op == DWARF_OP_DIV;
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	if (!b || (is_signed && sb == -1 && sa == INT64_MIN))
		return false;
	if (is_signed)
		*ret = (uint64_t)(op == DWARF_OP_DIV ? sa / sb : sa % sb);
	else
		*ret = op == DWARF_OP_DIV ? a / b : a % b;
	return true;
}

/* Of the generic type comparisons have a sign; their result is generic always. */
static bool compare(uint8_t op, uint64_t a, uint64_t b, struct vmc_expr_type type, uint64_t *ret)
{
	bool is_signed = !type.size || type.is_signed;
	bool less = is_signed ? (int64_t)a < (int64_t)b : a < b;

	switch (op) {
	case DWARF_OP_EQ:
		*ret = a == b;
		return true;
	case DWARF_OP_NE:
		*ret = a != b;
		return true;
	case DWARF_OP_LT:
		*ret = less;
		return true;
	case DWARF_OP_LE:
		*ret = less || a == b;
		return true;
	case DWARF_OP_GT:
		*ret = !less && a != b;
		return true;
	case DWARF_OP_GE:
		*ret = !less;
		return true;
	default:
		return false;
	}
}

/* `a` without what its type's sign put above its bits. */
static uint64_t unsigned_bits(uint64_t a, struct vmc_expr_type type)
{
	return extend(a, (struct vmc_expr_type){ type.size, false });
}

static bool combine(uint8_t op, uint64_t a, uint64_t b, struct vmc_expr_type type, uint64_t *ret)
{
	switch (op) {
	case DWARF_OP_AND:
		*ret = a & b;
		return true;
	case DWARF_OP_MINUS:
		*ret = a - b;
		return true;
	case DWARF_OP_MUL:
		*ret = a * b;
		return true;
	case DWARF_OP_OR:
		*ret = a | b;
		return true;
	case DWARF_OP_PLUS:
		*ret = a + b;
		return true;
	case DWARF_OP_SHL:
		*ret = b < 64 ? a << b : 0;
		return true;
	case DWARF_OP_SHR:
		*ret = b < 64 ? unsigned_bits(a, type) >> b : 0;
		return true;
	case DWARF_OP_SHRA:
		*ret = (uint64_t)((int64_t)extend(a, (struct vmc_expr_type){ type.size, true }) >>
				  (b < 64 ? b : 63));
		return true;
	case DWARF_OP_XOR:
		*ret = a ^ b;
		return true;
	default:
		return false;
	}
}

/* Operations with two operands; the second was on top. */
static bool binary(struct expr_machine *m, uint8_t op, struct vmc_error **err)
{
	struct expr_value b, a;
	uint64_t v;

	if (op < DWARF_OP_AND || op > DWARF_OP_NE || op == DWARF_OP_BRA)
		return false;
	b = expr_pop(m);
	a = expr_pop(m);
	if (m->bad)
		return true;
	if (compare(op, a.v, b.v, a.type, &v))
		expr_push(m, v);
	else if (combine(op, a.v, b.v, a.type, &v))
		expr_push_typed(m, v, a.type);
	else if (divide(op, a.v, b.v, a.type, &v))
		expr_push_typed(m, v, a.type);
	else
		*err = vmc_error_new(VMC_BAD_FORMAT, "DWARF expression divides by 0");
	return true;
}

static bool unary(struct expr_machine *m, uint8_t op, struct vmc_cursor *c)
{
	struct expr_value a;

	if (op != DWARF_OP_ABS && op != DWARF_OP_NEG && op != DWARF_OP_NOT &&
	    op != DWARF_OP_PLUS_UCONST)
		return false;
	a = expr_pop(m);
	if (op == DWARF_OP_PLUS_UCONST)
		a.v += vmc_cursor_uleb(c);
	else if (op == DWARF_OP_NOT)
		a.v = ~a.v;
	else if (op == DWARF_OP_NEG || a.v >> 63)
		a.v = -a.v;
	push_value(m, a);
	return true;
}

bool expr_plain(struct expr_machine *m, uint8_t op, struct vmc_cursor *c, struct vmc_error **err)
{
	uint64_t v;

	if (constant(op, c, &v)) {
		expr_push(m, v);
		return true;
	}
	return shuffle(m, op, c) || unary(m, op, c) || binary(m, op, err);
}
