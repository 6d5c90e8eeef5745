/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known while the instruction is looked at, between code.c and operand.c. */
#ifndef VMC_INQUEST_CODE_H
#define VMC_INQUEST_CODE_H

#include "inquest/inquest.h"

struct vmc_code_view {
	struct vmc_report *r;
	const struct vmc_oops *o;      /* NULL: no report */
	const struct vmc_frame *frame; /* whose registers are exact; NULL none */
	enum vmc_cpu_type cpu;
	const struct vmc_insn *insn;
	const struct vmc_insn_detail *detail;
	const char *place; /* "line 12: Code:" */
};

/* Value of a register, for vmc_insn_reg_value() and vmc_access_address(); `view` is one. */
bool vmc_code_reg(void *view, const char *whole, uint64_t *ret);
/* Its name as the kernel prints it: RDI, but x0. */
const char *vmc_code_reg_name(const struct vmc_code_view *v, const struct vmc_insn_reg *reg);
/* Is it an address at all? With 57 bits, which holds for kernels that use 48 as well. */
bool vmc_code_is_canonical(uint64_t address);

/*
 * The sentence about the memory that the instruction touched, by the address that was
 * reported; NULL when nothing can be told for sure. Keeps the address in report.code.
 */
const char *vmc_code_operand(struct vmc_code_view *v);

#endif
