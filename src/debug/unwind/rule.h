/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How to go from a frame to its caller, whatever said so. Call frame information
 * (cfi.h) comes out as this; it has room for what ORC tables say (orc.h) as well,
 * so that who walks a stack needs one evaluator for both.
 *
 * The canonical frame address (CFA) is the caller's stack pointer; the registers of the
 * caller are then found relative to it. Registers are numbered as in the System V
 * ABI (DWARF numbers, which machine.h shares); 16 is the return address.
 */
#ifndef VMC_DEBUG_RULE_H
#define VMC_DEBUG_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define VMC_RULE_WIDTH 17
#define VMC_RULE_RA 16 /* the return address has the number of rip */

enum vmc_rule_kind {
	VMC_RULE_UNDEFINED,    /* no information here */
	VMC_RULE_END,	       /* the outermost frame: nothing above */
	VMC_RULE_CALL,	       /* a call: registers by `saved` */
	VMC_RULE_REGS,	       /* pt_regs at the CFA */
	VMC_RULE_REGS_PARTIAL, /* the iret part (rip cs rflags rsp ss) at the CFA */
};

enum vmc_cfa_kind {
	VMC_CFA_REG,	  /* reg + offset */
	VMC_CFA_LOAD_ADD, /* *(reg) + offset */
	VMC_CFA_ADD_LOAD, /* *(reg + offset) */
	VMC_CFA_EXPR,	  /* value of a DWARF expression */
};

enum vmc_saved_kind {
	VMC_SAVED_UNDEFINED, /* lost */
	VMC_SAVED_SAME,	     /* what it was */
	VMC_SAVED_AT_CFA,    /* *(cfa + offset) */
	VMC_SAVED_IS_CFA,    /* cfa + offset */
	VMC_SAVED_REG,	     /* in another register */
	VMC_SAVED_AT_REG,    /* *(reg + offset), reg of the frame at hand */
	VMC_SAVED_AT_EXPR,   /* *(expression), evaluated with the CFA on the stack */
	VMC_SAVED_IS_EXPR,   /* the expression itself */
};

struct vmc_saved {
	enum vmc_saved_kind kind;
	uint8_t reg;
	int64_t offset;
	struct vmc_bytes expr; /* borrowed from the section */
};

struct vmc_unwind_rule {
	enum vmc_rule_kind kind;
	bool signal; /* the caller was interrupted: its address is exact, no return address */
	enum vmc_cfa_kind cfa_kind;
	uint8_t cfa_reg;
	int64_t cfa_offset;
	struct vmc_bytes cfa_expr;
	struct vmc_saved saved[VMC_RULE_WIDTH]; /* of VMC_RULE_CALL */
};

#endif
