/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call frame information: the input is a section, once as .debug_frame and once as .eh_frame. Rules
 * are asked for at every place an address can be read from; what comes out keeps what cfi.h
 * promises, and its expressions are evaluated.
 */
#include "debug/unwind/cfi.h"
#include "debug/unwind/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vmc_error *read_zeros(void *ctx, uint64_t addr, void *buf, size_t size)
{
	(void)ctx;
	if (addr & 1)
		return vmc_error_new(VMC_UNMAPPED, "odd");
	memset(buf, 0, size);
	return NULL;
}

static void evaluate(struct vmc_bytes expr, const uint64_t *initial)
{
	static const uint64_t regs[VMC_RULE_WIDTH] = { 0x1000 };
	struct vmc_reader mem = { read_zeros, NULL };
	struct vmc_expr_frame f = { regs, (1u << VMC_RULE_WIDTH) - 1, &mem };
	uint64_t v;

	vmc_error_free(vmc_expr_eval(expr, &f, initial, &v));
}

static void check_rule(const struct vmc_unwind_rule *r, struct vmc_bytes all)
{
	uint64_t cfa = 16;

	if (r->kind != VMC_RULE_CALL && r->kind != VMC_RULE_END)
		__builtin_trap();
	if (r->kind == VMC_RULE_CALL && r->cfa_kind == VMC_CFA_REG && r->cfa_reg >= VMC_RULE_RA)
		__builtin_trap();
	if (r->cfa_kind == VMC_CFA_EXPR)
		evaluate(r->cfa_expr, NULL);
	for (int i = 0; i < VMC_RULE_WIDTH; i++) {
		const struct vmc_saved *s = &r->saved[i];

		if (s->reg >= VMC_RULE_WIDTH && s->kind == VMC_SAVED_REG)
			__builtin_trap();
		if (s->expr.size > all.size)
			__builtin_trap();
		if (s->kind == VMC_SAVED_AT_EXPR || s->kind == VMC_SAVED_IS_EXPR)
			evaluate(s->expr, &cfa);
	}
}

static void try_section(struct vmc_bytes b, bool is_eh)
{
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = NULL;
	struct vmc_cfi_section s = { .bytes = b, .addr = 0x1000, .is_eh = is_eh };

	vmc_error_free(vmc_cfi_open(&s, &c));
	if (!c)
		return;
	for (size_t at = 0; at + 8 <= b.size && at < 512; at++) {
		uint64_t ip = vmc_le64(b.data + at), start, end;

		if (is_eh)
			ip = s.addr + at + (uint64_t)(int64_t)(int32_t)vmc_le32(b.data + at);
		if (!vmc_cfi_covers(c, ip, &start, &end))
			continue;
		for (uint64_t near = ip; near < end && near - ip < 16; near++) {
			struct vmc_unwind_rule r;
			struct vmc_error *err = vmc_cfi_find(c, near, &r);

			if (!err)
				check_rule(&r, b);
			vmc_error_free(err);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_bytes b = { data, size };

	try_section(b, false);
	try_section(b, true);
	return 0;
}
