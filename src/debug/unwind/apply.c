/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/unwind/apply.h"

static struct vmc_error *known(const struct vmc_expr_frame *f, unsigned int reg, uint64_t *ret)
{
	if (reg >= VMC_RULE_WIDTH || !(f->known >> reg & 1))
		return vmc_error_new(VMC_NOT_FOUND, "the value of register %u is not known here",
				     reg);
	*ret = f->value[reg];
	return NULL;
}

struct vmc_error *vmc_rule_cfa(const struct vmc_unwind_rule *rule,
			       const struct vmc_expr_frame *frame, uint64_t *ret)
{
	uint64_t v = 0, offset = (uint64_t)rule->cfa_offset;

	if (rule->cfa_kind == VMC_CFA_EXPR)
		return vmc_expr_eval(rule->cfa_expr, frame, NULL, ret);
	VMC_TRY(known(frame, rule->cfa_reg, &v));
	if (rule->cfa_kind == VMC_CFA_LOAD_ADD) {
		VMC_TRY(vmc_read_u64(frame->mem, v, &v));
		v += offset;
	} else {
		v += offset;
		if (rule->cfa_kind == VMC_CFA_ADD_LOAD)
			VMC_TRY(vmc_read_u64(frame->mem, v, &v));
	}
	*ret = v;
	return NULL;
}

static struct vmc_error *restore(const struct vmc_saved *s, unsigned int reg,
				 const struct vmc_expr_frame *f, uint64_t cfa, uint64_t *ret)
{
	uint64_t v = 0, offset = (uint64_t)s->offset;

	switch (s->kind) {
	case VMC_SAVED_UNDEFINED:
		break;
	case VMC_SAVED_SAME:
		return known(f, reg, ret);
	case VMC_SAVED_AT_CFA:
		return vmc_read_u64(f->mem, cfa + offset, ret);
	case VMC_SAVED_IS_CFA:
		*ret = cfa + offset;
		return NULL;
	case VMC_SAVED_REG:
		return known(f, s->reg, ret);
	case VMC_SAVED_AT_REG:
		VMC_TRY(known(f, s->reg, &v));
		return vmc_read_u64(f->mem, v + offset, ret);
	case VMC_SAVED_AT_EXPR:
		VMC_TRY(vmc_expr_eval(s->expr, f, &cfa, &v));
		return vmc_read_u64(f->mem, v, ret);
	case VMC_SAVED_IS_EXPR:
		return vmc_expr_eval(s->expr, f, &cfa, ret);
	}
	return vmc_error_new(VMC_NOT_FOUND, "register %u is lost", reg);
}

struct vmc_error *vmc_rule_caller(const struct vmc_unwind_rule *rule,
				  const struct vmc_expr_frame *frame, uint64_t cfa,
				  struct vmc_rule_regs *ret)
{
	struct vmc_rule_regs r = { 0 };

	VMC_TRY(restore(&rule->saved[VMC_RULE_RA], VMC_RULE_RA, frame, cfa, &r.value[VMC_RULE_RA]));
	r.known = (uint64_t)1 << VMC_RULE_RA;
	for (unsigned int i = 0; i < VMC_RULE_RA; i++) {
		struct vmc_error *err;

		/* most are: an error would be made only to be thrown away */
		if (rule->saved[i].kind == VMC_SAVED_UNDEFINED)
			continue;
		err = restore(&rule->saved[i], i, frame, cfa, &r.value[i]);
		if (!err)
			r.known |= (uint64_t)1 << i;
		vmc_error_free(err);
	}
	*ret = r;
	return NULL;
}
