/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callers by rules: ORC tables in the dump, call frame information of the vmlinux, and what the
 * code itself does. ORC is what the kernel's own unwinder believes, so it is believed here as
 * well. The other two do not know of code that moves the stack by hand; where they lead
 * must be behind a call.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "debug/unwind/orc-rule.h"
#include "machine/frame.h"
#include "target/cfi.h"
#include "target/unwind-internal.h"

static struct vmc_error *find_orc(struct walk *w, struct vmc_orc_rule *rule)
{
	uint64_t ip = walk_ip(w);
	struct vmc_module *m;

	if (ip >= w->t->text.start && ip < w->t->text.end)
		return vmc_orc_find(&w->mem, &w->t->orc, w->t->orc_version, ip, rule);
	m = vmc_target_module_at(w->t, ip);
	if (!m)
		return vmc_error_new(VMC_NOT_FOUND, "0x%" PRIx64 " is in no code of the kernel",
				     ip);
	if (!m->orc.count)
		return vmc_error_new(VMC_NOT_FOUND, "module %s has no ORC tables", m->name);
	return vmc_orc_find(&w->mem, &m->orc, w->t->orc_version, ip, rule);
}

/* What rules are applied to: registers of the frame with DWARF numbers. */
static struct vmc_expr_frame expr_frame(const struct walk *w)
{
	return (struct vmc_expr_frame){ .value = w->regs.value,
					.known = w->regs.known & RULE_REGS,
					.mem = &w->mem };
}

static void complete_registers(struct walk *w, uint64_t cfa, struct vmc_rule_regs *caller);

static struct vmc_error *apply_orc(struct walk *w, const struct vmc_unwind_rule *rule)
{
	struct vmc_frame *frame = walk_frame(w);
	struct vmc_expr_frame f = expr_frame(w);
	struct vmc_rule_regs caller;

	VMC_TRY(vmc_rule_cfa(rule, &f, &frame->cfa));
	frame->has_cfa = true;
	if (rule->kind != VMC_RULE_CALL)
		return walk_to_regs(w, frame->cfa, rule->kind == VMC_RULE_REGS_PARTIAL);
	VMC_TRY(vmc_rule_caller(rule, &f, frame->cfa, &caller));
	complete_registers(w, frame->cfa, &caller);
	walk_to_caller(w, &caller, frame->cfa - 8, VMC_FRAME_ORC);
	w->exact = rule->signal;
	return NULL;
}

enum way walk_by_orc(struct walk *w, struct vmc_error **why)
{
	struct vmc_unwind_rule rule;
	struct vmc_orc_rule orc;

	if (!w->t->orc_version)
		return WAY_NONE;
	*why = find_orc(w, &orc);
	if (*why)
		return WAY_NONE;
	vmc_orc_unwind_rule(&orc, &rule);
	if (rule.kind == VMC_RULE_END)
		return WAY_END;
	if (rule.kind == VMC_RULE_UNDEFINED) {
		*why = vmc_error_new(VMC_NOT_FOUND, "no unwind information for 0x%" PRIx64,
				     walk_reg(w, VMC_X86_RIP));
		return WAY_NONE;
	}
	*why = apply_orc(w, &rule);
	return *why ? WAY_LOST : WAY_STEP;
}

/* Behind a call, and not below the frame that was called. */
static bool is_believable(struct walk *w, const struct vmc_rule_regs *caller, uint64_t cfa,
			  uint64_t sp)
{
	return cfa > sp && cfa - sp <= SCAN_MAX && walk_is_return(w, caller->value[VMC_RULE_RA]);
}

/*
 * C code that calls on the stack of interrupts does so in inline assembly, of which the compiler
 * knows nothing: it pops the old stack pointer behind the call.
 */
static struct vmc_error *apply_checked(struct walk *w, const struct vmc_unwind_rule *rule,
				       enum vmc_frame_by by)
{
	struct vmc_frame *frame = walk_frame(w);
	struct vmc_expr_frame f = expr_frame(w);
	uint64_t value[VMC_RULE_WIDTH], cfa;
	struct vmc_rule_regs caller;

	for (unsigned int i = 0; i < VMC_RULE_WIDTH; i++)
		value[i] = w->regs.value[i];
	if (!w->exact)
		value[VMC_X86_RSP] = walk_across_irq_stack(w, value[VMC_X86_RSP]);
	f.value = value;
	VMC_TRY(vmc_rule_cfa(rule, &f, &cfa));
	VMC_TRY(vmc_rule_caller(rule, &f, cfa, &caller));
	if (rule->signal && rule->saved[VMC_RULE_RA].kind == VMC_SAVED_AT_CFA &&
	    walk_to_iret(w, cfa + (uint64_t)rule->saved[VMC_RULE_RA].offset, value[VMC_X86_RSP]))
		return NULL;
	if (!is_believable(w, &caller, cfa, value[VMC_X86_RSP]))
		return vmc_error_new(VMC_BAD_FORMAT,
				     "return address 0x%" PRIx64 " at 0x%" PRIx64
				     " is in no code of the kernel",
				     caller.value[VMC_RULE_RA], cfa - 8);
	frame->cfa = cfa;
	frame->has_cfa = true;
	walk_to_caller(w, &caller, cfa - 8, by);
	return NULL;
}

enum way walk_by_cfi(struct walk *w, struct vmc_error **why)
{
	struct vmc_unwind_rule rule;

	if (!vmc_target_cfi(w->t, walk_ip(w), &rule))
		return WAY_NONE;
	if (rule.kind == VMC_RULE_END)
		return WAY_END;
	*why = apply_checked(w, &rule, VMC_FRAME_CFI);
	return *why ? WAY_NONE : WAY_STEP;
}

/* ---- the code itself ---- */

static void rule_of_code(const struct vmc_code_frame *c, struct vmc_unwind_rule *ret)
{
	static const uint8_t callee_saved[] = { VMC_X86_RBX, VMC_X86_RBP, VMC_X86_R12,
						VMC_X86_R13, VMC_X86_R14, VMC_X86_R15 };

	*ret = (struct vmc_unwind_rule){ .kind = VMC_RULE_CALL,
					 .cfa_kind = VMC_CFA_REG,
					 .cfa_reg = (uint8_t)c->base,
					 .cfa_offset = c->offset };
	for (size_t i = 0; i < sizeof(callee_saved); i++) {
		unsigned int n = callee_saved[i];

		if (c->saved >> n & 1)
			ret->saved[n] = (struct vmc_saved){ .kind = VMC_SAVED_AT_CFA,
							    .offset = c->saved_at[n] };
		else if (!(c->changed >> n & 1))
			ret->saved[n].kind = VMC_SAVED_SAME;
	}
	ret->saved[VMC_X86_RSP].kind = VMC_SAVED_IS_CFA;
	ret->saved[VMC_RULE_RA] = (struct vmc_saved){ .kind = VMC_SAVED_AT_CFA, .offset = -8 };
}

static struct vmc_error *read_part(struct walk *w, uint64_t start, uint64_t size, uint8_t **owned,
				   struct vmc_bytes *ret)
{
	if (!size || size > VMC_FRAME_CODE_MAX)
		return vmc_error_new(VMC_NOT_FOUND, "0x%" PRIx64 " is in no function", start);
	*owned = malloc(size);
	if (!*owned)
		return vmc_error_no_memory();
	VMC_TRY(vmc_read(&w->mem, start, *owned, size));
	*ret = (struct vmc_bytes){ *owned, size };
	return NULL;
}

/* The function of which `l` is the part that is hardly ever run: "f.cold", "f.cold.12". */
static bool hot_part(struct walk *w, const struct vmc_location *l, struct vmc_symbol *ret)
{
	const char *dot = strstr(l->name, ".cold");
	struct vmc_symtab *symbols = w->t->symbols;
	vmc_autostr struct vmc_str name = { 0 };

	if (!dot || (dot[5] && dot[5] != '.'))
		return false;
	if (l->module) {
		struct vmc_module *m = vmc_target_module_at(w->t, l->addr);

		symbols = m ? vmc_target_module_symbols(w->t, m) : NULL;
	}
	vmc_str_addn(&name, l->name, (size_t)(dot - l->name));
	return symbols && vmc_symtab_by_name(symbols, vmc_str_text(&name), ret);
}

static struct vmc_error *read_code(struct walk *w, struct vmc_code_frame *ret)
{
	const struct vmc_location *l = &walk_frame(w)->where;
	vmc_autofree uint8_t *hot = NULL, *cold = NULL;
	struct vmc_function_code f = { .start = l->addr };
	uint64_t size = l->size;
	struct vmc_symbol part;

	if (l->name && hot_part(w, l, &part)) {
		f.cold_start = l->addr;
		VMC_TRY(read_part(w, l->addr, l->size, &cold, &f.cold));
		f.start = part.addr;
		size = part.size;
	}
	VMC_TRY(read_part(w, f.start, size, &hot, &f.code));
	return vmc_x86_64_code_frame(&f, walk_reg(w, VMC_X86_RIP), !w->exact, ret);
}

/* True when the caller called the very function of the frame that was left. */
static bool called_it(struct walk *w, const struct vmc_frame *callee)
{
	uint64_t target;

	return walk_follows_call(w, walk_reg(w, VMC_X86_RIP), &target) &&
	       target == callee->where.addr;
}

enum way walk_by_code(struct walk *w, struct vmc_error **why)
{
	struct vmc_unwind_rule rule;
	struct vmc_code_frame code;

	if (!vmc_target_is_text(w->t, walk_ip(w)))
		return WAY_NONE;
	*why = read_code(w, &code);
	if (*why)
		return WAY_NONE;
	rule_of_code(&code, &rule);
	*why = apply_checked(w, &rule,
			     code.base == VMC_X86_RBP ? VMC_FRAME_POINTER : VMC_FRAME_CODE);
	if (*why)
		return WAY_NONE;
	if (!code.sure && !called_it(w, walk_frame(w)))
		w->reliable = false;
	return WAY_STEP;
}

/* ---- what ORC leaves out ---- */

static bool other_rule(struct walk *w, struct vmc_unwind_rule *ret)
{
	struct vmc_code_frame code;
	struct vmc_error *err;

	if (vmc_target_cfi(w->t, walk_ip(w), ret))
		return ret->kind == VMC_RULE_CALL;
	/* registers are for who has types of variables: without debug info nobody asks for them */
	if (!w->t->vmlinux)
		return false;
	err = read_code(w, &code);
	if (!err)
		rule_of_code(&code, ret);
	vmc_error_free(err);
	return !err;
}

/*
 * ORC says nothing of rbx and r12 to r15. Call frame information does, or the code, but is
 * believed only if both mean the same frame: inline assembly that moves the stack is known to ORC
 * alone.
 */
static void complete_registers(struct walk *w, uint64_t cfa, struct vmc_rule_regs *caller)
{
	struct vmc_expr_frame f = expr_frame(w);
	struct vmc_unwind_rule rule;
	struct vmc_rule_regs more;
	struct vmc_error *err;
	uint64_t other;

	if (!other_rule(w, &rule))
		return;
	err = vmc_rule_cfa(&rule, &f, &other);
	if (!err && other == cfa)
		err = vmc_rule_caller(&rule, &f, cfa, &more);
	if (!err && other == cfa && more.value[VMC_RULE_RA] == caller->value[VMC_RULE_RA]) {
		for (unsigned int i = 0; i < VMC_RULE_WIDTH; i++) {
			if (caller->known >> i & 1 || !(more.known >> i & 1))
				continue;
			caller->value[i] = more.value[i];
			caller->known |= (uint64_t)1 << i;
		}
	}
	vmc_error_free(err);
}
