/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/unwind/expr.h"

#include "debug/leb128.h"

#define STACK_MAX 64

struct machine {
	uint64_t stack[STACK_MAX];
	size_t depth;
	bool bad; /* underflow, or more than STACK_MAX */
};

static void push(struct machine *m, uint64_t v)
{
	if (m->depth == STACK_MAX)
		m->bad = true;
	else
		m->stack[m->depth++] = v;
}

/* The entry `n` below the top; 0 where there is none. */
static uint64_t peek(struct machine *m, size_t n)
{
	if (n >= m->depth) {
		m->bad = true;
		return 0;
	}
	return m->stack[m->depth - 1 - n];
}

static uint64_t pop(struct machine *m)
{
	uint64_t v = peek(m, 0);

	m->depth -= m->depth != 0;
	return v;
}

/* DW_OP_const1u .. DW_OP_consts (0x08 .. 0x11). */
static uint64_t constant(uint8_t op, struct vmc_cursor *c)
{
	switch (op) {
	case 0x08:
		return vmc_cursor_u8(c);
	case 0x09:
		return (uint64_t)(int64_t)(int8_t)vmc_cursor_u8(c);
	case 0x0a:
		return vmc_cursor_u16(c);
	case 0x0b:
		return (uint64_t)(int64_t)(int16_t)vmc_cursor_u16(c);
	case 0x0c:
		return vmc_cursor_u32(c);
	case 0x0d:
		return (uint64_t)(int64_t)(int32_t)vmc_cursor_u32(c);
	case 0x0e:
	case 0x0f:
		return vmc_cursor_u64(c);
	default:
		return vmc_cursor_leb128(c, op == 0x11);
	}
}

/* DW_OP_dup .. DW_OP_rot (0x12 .. 0x17); false for what is none of them. */
static bool shuffle(struct machine *m, uint8_t op, struct vmc_cursor *c)
{
	uint64_t a, b, d;

	switch (op) {
	case 0x12: /* dup */
		push(m, peek(m, 0));
		return true;
	case 0x13: /* drop */
		pop(m);
		return true;
	case 0x14: /* over */
		push(m, peek(m, 1));
		return true;
	case 0x15: /* pick */
		push(m, peek(m, vmc_cursor_u8(c)));
		return true;
	case 0x16: /* swap */
		a = pop(m);
		b = pop(m);
		push(m, a);
		push(m, b);
		return true;
	case 0x17: /* rot */
		a = pop(m);
		b = pop(m);
		d = pop(m);
		push(m, a);
		push(m, d);
		push(m, b);
		return true;
	default:
		return false;
	}
}

/* Operations with two operands; b was on top. False for what is none, and for what has no value. */
static bool binary(uint8_t op, uint64_t a, uint64_t b, uint64_t *ret)
{
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case 0x1a:
		*ret = a & b;
		return true;
	case 0x1b:
		if (!b || (sb == -1 && sa == INT64_MIN))
			return false;
		*ret = (uint64_t)(sa / sb);
		return true;
	case 0x1c:
		*ret = a - b;
		return true;
	case 0x1d:
		if (!b)
			return false;
		*ret = a % b;
		return true;
	case 0x1e:
		*ret = a * b;
		return true;
	case 0x21:
		*ret = a | b;
		return true;
	case 0x22:
		*ret = a + b;
		return true;
	case 0x24:
		*ret = b < 64 ? a << b : 0;
		return true;
	case 0x25:
		*ret = b < 64 ? a >> b : 0;
		return true;
	case 0x26:
		*ret = (uint64_t)(sa >> (b < 64 ? b : 63));
		return true;
	case 0x27:
		*ret = a ^ b;
		return true;
	case 0x29:
		*ret = sa == sb;
		return true;
	case 0x2a:
		*ret = sa >= sb;
		return true;
	case 0x2b:
		*ret = sa > sb;
		return true;
	case 0x2c:
		*ret = sa <= sb;
		return true;
	case 0x2d:
		*ret = sa < sb;
		return true;
	case 0x2e:
		*ret = sa != sb;
		return true;
	default:
		return false;
	}
}

/* DW_OP_abs, neg, not and plus_uconst; false for what is none. */
static bool unary(struct machine *m, uint8_t op, struct vmc_cursor *c)
{
	uint64_t v;

	if (op != 0x19 && op != 0x1f && op != 0x20 && op != 0x23)
		return false;
	v = pop(m);
	if (op == 0x23)
		v += vmc_cursor_uleb(c);
	else if (op == 0x20)
		v = ~v;
	else if (op == 0x1f || v >> 63)
		v = -v;
	push(m, v);
	return true;
}

/* DW_OP_deref and deref_size: little-endian, zero-extended. */
static struct vmc_error *load(struct machine *m, uint8_t size, const struct vmc_expr_frame *f)
{
	uint8_t b[8] = { 0 };
	uint64_t at = pop(m);

	if (m->bad || !size || size > sizeof(b))
		return vmc_error_new(VMC_BAD_FORMAT, "DWARF expression loads %u bytes", size);
	VMC_TRY(vmc_read(f->mem, at, b, size));
	push(m, vmc_le64(b));
	return NULL;
}

static struct vmc_error *push_register(struct machine *m, uint64_t reg, int64_t offset,
				       const struct vmc_expr_frame *f)
{
	if (reg > 63 || !(f->known >> reg & 1))
		return vmc_error_new(VMC_NOT_FOUND, "the value of register %llu is not known here",
				     (unsigned long long)reg);
	push(m, f->value[reg] + (uint64_t)offset);
	return NULL;
}

static struct vmc_error *step(struct machine *m, struct vmc_cursor *c,
			      const struct vmc_expr_frame *f)
{
	uint8_t op = vmc_cursor_u8(c);
	uint64_t reg, a, b;

	if (op >= 0x70 && op <= 0x8f) /* DW_OP_breg0 .. 31 */
		return push_register(m, op - 0x70u, vmc_cursor_sleb(c), f);
	if (op == 0x92) { /* DW_OP_bregx */
		reg = vmc_cursor_uleb(c);
		return push_register(m, reg, vmc_cursor_sleb(c), f);
	}
	if (op == 0x06)
		return load(m, 8, f);
	if (op == 0x94)
		return load(m, vmc_cursor_u8(c), f);
	if (op == 0x96) /* DW_OP_nop */
		return NULL;
	if (op == 0x03) {
		push(m, vmc_cursor_u64(c));
	} else if (op >= 0x08 && op <= 0x11) {
		push(m, constant(op, c));
	} else if (op >= 0x30 && op <= 0x4f) {
		push(m, op - 0x30u); /* DW_OP_lit0 .. 31 */
	} else if (!shuffle(m, op, c) && !unary(m, op, c)) {
		b = pop(m);
		a = pop(m);
		if (!m->bad && !c->overrun && !binary(op, a, b, &a))
			return vmc_error_new(VMC_UNSUPPORTED, "DWARF operation 0x%02x", op);
		push(m, a);
	}
	return NULL;
}

struct vmc_error *vmc_expr_eval(struct vmc_bytes expr, const struct vmc_expr_frame *frame,
				const uint64_t *initial, uint64_t *ret)
{
	struct vmc_cursor c = vmc_cursor_at(expr, 0);
	struct machine m = { 0 };

	if (initial)
		push(&m, *initial);
	while (c.pos < expr.size && !c.overrun && !m.bad)
		VMC_TRY(step(&m, &c, frame));
	if (c.overrun || m.bad || !m.depth)
		return vmc_error_new(VMC_BAD_FORMAT, "DWARF expression of %zu bytes is damaged",
				     expr.size);
	*ret = m.stack[m.depth - 1];
	return NULL;
}
