/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a frame's registers to its caller's, by one rule (rule.h), whoever made it.
 * Nothing is checked here but that memory can be read: whether the caller's address is
 * code, and whether the stack rises, is for the walker to say.
 */
#ifndef VMC_DEBUG_APPLY_H
#define VMC_DEBUG_APPLY_H

#include "debug/unwind/expr.h"
#include "debug/unwind/rule.h"

/* Registers by DWARF number; bit n of `known` tells that value[n] is meant. */
struct vmc_rule_regs {
	uint64_t value[VMC_RULE_WIDTH];
	uint64_t known;
};

/*
 * The canonical frame address; for rules of all kinds but UNDEFINED and END. VMC_NOT_FOUND: it is
 * relative to a register that is not known; else errors of the reader or the expression.
 */
struct vmc_error *vmc_rule_cfa(const struct vmc_unwind_rule *rule,
			       const struct vmc_expr_frame *frame, uint64_t *ret) VMC_MUST_CHECK;

/*
 * The registers of the caller; for VMC_RULE_CALL. One that cannot be read, or that is saved
 * relative to something unknown, is not known; the return address must be, or its error is the
 * result.
 */
struct vmc_error *vmc_rule_caller(const struct vmc_unwind_rule *rule,
				  const struct vmc_expr_frame *frame, uint64_t cfa,
				  struct vmc_rule_regs *ret) VMC_MUST_CHECK;

#endif
