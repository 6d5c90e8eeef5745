/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programmes of CIEs and FDEs: a table of rules, row by row. Each operation takes at least a
 * byte, so a programme ends with its bytes; DW_CFA_remember_state has a limit of its own.
 */
#include "debug/unwind/cfi-internal.h"

#include "debug/leb128.h"

/* gcc nests one deep. */
#define STATES_MAX 16
#define CFA_SP 7

/* Saved by whom is called (System V ABI): rbx, rbp, r12 .. r15. What no rule names is in them
 * still. */
static const uint8_t callee_saved[] = { 3, 6, 12, 13, 14, 15 };

struct run {
	const struct vmc_cfi_section *section;
	const struct cfi_cie *cie;
	struct vmc_cursor c;
	uint64_t at, ip;
	bool done; /* the row of ip is complete */
	bool has_cfa;
	struct vmc_unwind_rule row, initial;
	struct vmc_unwind_rule states[STATES_MAX];
	size_t n_states;
};

/* Registers beyond rip (vector registers) are parsed and dropped. */
static void save(struct run *r, uint64_t reg, const struct vmc_saved *s)
{
	if (reg < VMC_RULE_WIDTH)
		r->row.saved[reg] = *s;
}

static void save_at(struct run *r, enum vmc_saved_kind kind, uint64_t reg, int64_t offset)
{
	save(r, reg, &(struct vmc_saved){ .kind = kind, .offset = offset });
}

static int64_t factored(const struct run *r, uint64_t n)
{
	return (int64_t)(n * (uint64_t)r->cie->data_align);
}

static void restore(struct run *r, uint64_t reg)
{
	if (reg < VMC_RULE_WIDTH)
		r->row.saved[reg] = r->initial.saved[reg];
}

/* Locations only rise; one beyond ip means that the row before it holds. */
static void advance(struct run *r, uint64_t delta)
{
	uint64_t step = delta * r->cie->code_align;

	if (step > r->ip - r->at)
		r->done = true;
	else
		r->at += step;
}

static void set_location(struct run *r)
{
	uint64_t to = cfi_pointer(&r->c, r->cie->encoding, r->section);

	if (to > r->ip)
		r->done = true;
	else
		r->at = to;
}

static struct vmc_bytes block(struct run *r)
{
	uint64_t size = vmc_cursor_uleb(&r->c);
	const uint8_t *p = vmc_cursor_take(&r->c, size);

	return p ? (struct vmc_bytes){ p, (size_t)size } : (struct vmc_bytes){ 0 };
}

static void set_cfa(struct run *r, uint64_t reg, int64_t offset)
{
	r->row.cfa_kind = VMC_CFA_REG;
	r->row.cfa_reg = reg < VMC_RULE_WIDTH ? (uint8_t)reg : VMC_RULE_WIDTH;
	r->row.cfa_offset = offset;
	r->has_cfa = true;
}

static void save_expression(struct run *r, enum vmc_saved_kind kind)
{
	uint64_t reg = vmc_cursor_uleb(&r->c);
	struct vmc_saved s = { .kind = kind, .expr = block(r) };

	save(r, reg, &s);
}

static void save_in_register(struct run *r)
{
	uint64_t reg = vmc_cursor_uleb(&r->c), other = vmc_cursor_uleb(&r->c);
	struct vmc_saved s = { .kind = other < VMC_RULE_WIDTH ? VMC_SAVED_REG : VMC_SAVED_UNDEFINED,
			       .reg = (uint8_t)other };

	save(r, reg, &s);
}

static struct vmc_error *remember(struct run *r)
{
	if (r->n_states == STATES_MAX)
		return vmc_error_new(VMC_LIMIT, "CFI remembers more than %d states", STATES_MAX);
	r->states[r->n_states++] = r->row;
	return NULL;
}

static struct vmc_error *recall(struct run *r)
{
	if (!r->n_states)
		return vmc_error_new(VMC_BAD_FORMAT, "CFI restores a state that it never kept");
	r->row = r->states[--r->n_states];
	return NULL;
}

/* Operations whose two high bits are 0: DW_CFA_*, DWARF 5 table 7.29. */
static struct vmc_error *extended(struct run *r, uint8_t op)
{
	struct vmc_cursor *c = &r->c;
	uint64_t reg;

	switch (op) {
	case 0x00: /* nop */
		break;
	case 0x01: /* set_loc */
		set_location(r);
		break;
	case 0x02: /* advance_loc1 */
		advance(r, vmc_cursor_u8(c));
		break;
	case 0x03: /* advance_loc2 */
		advance(r, vmc_cursor_u16(c));
		break;
	case 0x04: /* advance_loc4 */
		advance(r, vmc_cursor_u32(c));
		break;
	case 0x05: /* offset_extended */
		reg = vmc_cursor_uleb(c);
		save_at(r, VMC_SAVED_AT_CFA, reg, factored(r, vmc_cursor_uleb(c)));
		break;
	case 0x06: /* restore_extended */
		restore(r, vmc_cursor_uleb(c));
		break;
	case 0x07: /* undefined */
		save_at(r, VMC_SAVED_UNDEFINED, vmc_cursor_uleb(c), 0);
		break;
	case 0x08: /* same_value */
		save_at(r, VMC_SAVED_SAME, vmc_cursor_uleb(c), 0);
		break;
	case 0x09: /* register */
		save_in_register(r);
		break;
	case 0x0a: /* remember_state */
		return remember(r);
	case 0x0b: /* restore_state */
		return recall(r);
	case 0x0c: /* def_cfa */
		reg = vmc_cursor_uleb(c);
		set_cfa(r, reg, (int64_t)vmc_cursor_uleb(c));
		break;
	case 0x0d: /* def_cfa_register */
		set_cfa(r, vmc_cursor_uleb(c), r->row.cfa_offset);
		break;
	case 0x0e: /* def_cfa_offset */
		r->row.cfa_offset = (int64_t)vmc_cursor_uleb(c);
		break;
	case 0x0f: /* def_cfa_expression */
		r->row.cfa_kind = VMC_CFA_EXPR;
		r->row.cfa_expr = block(r);
		r->has_cfa = true;
		break;
	case 0x10: /* expression */
		save_expression(r, VMC_SAVED_AT_EXPR);
		break;
	case 0x11: /* offset_extended_sf */
		reg = vmc_cursor_uleb(c);
		save_at(r, VMC_SAVED_AT_CFA, reg, factored(r, (uint64_t)vmc_cursor_sleb(c)));
		break;
	case 0x12: /* def_cfa_sf */
		reg = vmc_cursor_uleb(c);
		set_cfa(r, reg, factored(r, (uint64_t)vmc_cursor_sleb(c)));
		break;
	case 0x13: /* def_cfa_offset_sf */
		r->row.cfa_offset = factored(r, (uint64_t)vmc_cursor_sleb(c));
		break;
	case 0x14: /* val_offset */
		reg = vmc_cursor_uleb(c);
		save_at(r, VMC_SAVED_IS_CFA, reg, factored(r, vmc_cursor_uleb(c)));
		break;
	case 0x15: /* val_offset_sf */
		reg = vmc_cursor_uleb(c);
		save_at(r, VMC_SAVED_IS_CFA, reg, factored(r, (uint64_t)vmc_cursor_sleb(c)));
		break;
	case 0x16: /* val_expression */
		save_expression(r, VMC_SAVED_IS_EXPR);
		break;
	case 0x2e: /* GNU_args_size: of exceptions, not of frames */
		vmc_cursor_uleb(c);
		break;
	default:
		return vmc_error_new(VMC_UNSUPPORTED, "CFI operation 0x%02x", op);
	}
	return NULL;
}

static struct vmc_error *run_program(struct run *r, struct vmc_bytes program)
{
	r->c = vmc_cursor_at(program, 0);
	while (!r->done && r->c.pos < program.size) {
		uint8_t op = vmc_cursor_u8(&r->c), low = op & 0x3f;

		if (op >> 6 == 1) /* advance_loc */
			advance(r, low);
		else if (op >> 6 == 2) /* offset */
			save_at(r, VMC_SAVED_AT_CFA, low, factored(r, vmc_cursor_uleb(&r->c)));
		else if (op >> 6 == 3) /* restore */
			restore(r, low);
		else
			VMC_TRY(extended(r, op));
		if (r->c.overrun)
			return vmc_error_new(VMC_BAD_FORMAT, "CFI ends in an operation");
	}
	return NULL;
}

struct vmc_error *cfi_run(const struct vmc_cfi_section *section, const struct cfi_cie *cie,
			  struct vmc_bytes program, uint64_t start, uint64_t ip,
			  struct vmc_unwind_rule *ret)
{
	struct run r = { .section = section, .cie = cie, .at = start, .ip = ip };
	struct vmc_saved *ra = &r.row.saved[VMC_RULE_RA];

	r.row.kind = VMC_RULE_CALL;
	r.row.signal = cie->signal;
	for (size_t i = 0; i < sizeof(callee_saved); i++)
		r.row.saved[callee_saved[i]].kind = VMC_SAVED_SAME;
	r.row.saved[CFA_SP].kind = VMC_SAVED_IS_CFA;
	VMC_TRY(run_program(&r, cie->program));
	r.initial = r.row;
	r.done = false;
	VMC_TRY(run_program(&r, program));
	if (ra->kind == VMC_SAVED_UNDEFINED)
		r.row.kind = VMC_RULE_END;
	else if (!r.has_cfa || (r.row.cfa_kind == VMC_CFA_REG && r.row.cfa_reg >= VMC_RULE_RA))
		return vmc_error_new(VMC_BAD_FORMAT, "CFI does not say where the frame is");
	*ret = r.row;
	return NULL;
}
