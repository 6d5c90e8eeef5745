/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/unwind/orc-rule.h"

/* DWARF numbers of the registers that ORC names. */
enum { DX = 1, DI = 5, BP = 6, SP = 7, R10 = 10, R13 = 13 };

static const struct {
	uint8_t kind, reg;
} bases[] = {
	[VMC_ORC_BASE_SP] = { VMC_CFA_REG, SP },
	[VMC_ORC_BASE_BP] = { VMC_CFA_REG, BP },
	[VMC_ORC_BASE_SP_INDIRECT] = { VMC_CFA_LOAD_ADD, SP },
	[VMC_ORC_BASE_BP_INDIRECT] = { VMC_CFA_ADD_LOAD, BP },
	[VMC_ORC_BASE_R10] = { VMC_CFA_REG, R10 },
	[VMC_ORC_BASE_R13] = { VMC_CFA_REG, R13 },
	[VMC_ORC_BASE_DI] = { VMC_CFA_REG, DI },
	[VMC_ORC_BASE_DX] = { VMC_CFA_REG, DX },
};

static const enum vmc_rule_kind kinds[] = {
	[VMC_ORC_UNDEFINED] = VMC_RULE_UNDEFINED,
	[VMC_ORC_END] = VMC_RULE_END,
	[VMC_ORC_CALL] = VMC_RULE_CALL,
	[VMC_ORC_REGS] = VMC_RULE_REGS,
	[VMC_ORC_REGS_PARTIAL] = VMC_RULE_REGS_PARTIAL,
};

static struct vmc_saved saved_bp(const struct vmc_orc_rule *orc)
{
	struct vmc_saved s = { .kind = VMC_SAVED_SAME };

	if (orc->bp_base == VMC_ORC_BASE_PREV_SP)
		s = (struct vmc_saved){ .kind = VMC_SAVED_AT_CFA, .offset = orc->bp_offset };
	else if (orc->bp_base == VMC_ORC_BASE_BP)
		s = (struct vmc_saved){ .kind = VMC_SAVED_AT_REG,
					.reg = BP,
					.offset = orc->bp_offset };
	return s;
}

void vmc_orc_unwind_rule(const struct vmc_orc_rule *orc, struct vmc_unwind_rule *ret)
{
	*ret = (struct vmc_unwind_rule){ .kind = kinds[orc->type], .signal = orc->signal };
	if (ret->kind == VMC_RULE_UNDEFINED || ret->kind == VMC_RULE_END)
		return;
	ret->cfa_kind = bases[orc->cfa_base].kind;
	ret->cfa_reg = bases[orc->cfa_base].reg;
	ret->cfa_offset = orc->cfa_offset;
	ret->saved[BP] = saved_bp(orc);
	ret->saved[SP].kind = VMC_SAVED_IS_CFA;
	ret->saved[VMC_RULE_RA] = (struct vmc_saved){ .kind = VMC_SAVED_AT_CFA, .offset = -8 };
}
