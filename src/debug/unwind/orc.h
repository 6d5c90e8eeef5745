/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC unwind tables of x86-64 (arch/x86/include/asm/orc_types.h,
 * arch/x86/kernel/unwind_orc.c): a sorted array of i32 place-relative
 * addresses (orc_unwind_ip) beside an array of 6-byte entries (orc_unwind).
 *
 *   i16 sp_offset, i16 bp_offset, then 16 bits, by version:
 *   1 (4.14)  sp_reg:4 bp_reg:4 type:2 end:1
 *   2 (6.3)   sp_reg:4 bp_reg:4 type:2 signal:1 end:1
 *   3 (6.4)   sp_reg:4 bp_reg:4 type:3 signal:1
 *   4 (7.1)   as 3, register numbers changed
 */
#ifndef VMC_DEBUG_ORC_H
#define VMC_DEBUG_ORC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

enum vmc_orc_type {
	VMC_ORC_UNDEFINED,  /* no information: the unwinder must guess */
	VMC_ORC_END,        /* the outermost frame: nothing above */
	VMC_ORC_CALL,       /* return address at cfa - 8 */
	VMC_ORC_REGS,       /* pt_regs at cfa */
	VMC_ORC_REGS_PARTIAL, /* the iret part (rip cs rflags rsp ss) at cfa */
};

enum vmc_orc_base {
	VMC_ORC_BASE_UNDEFINED,
	VMC_ORC_BASE_SP,
	VMC_ORC_BASE_BP,
	VMC_ORC_BASE_SP_INDIRECT, /* value at [sp + offset is applied after the load for DX.. see orc.c] */
	VMC_ORC_BASE_BP_INDIRECT,
	VMC_ORC_BASE_R10,
	VMC_ORC_BASE_R13,
	VMC_ORC_BASE_DI,
	VMC_ORC_BASE_DX,
	VMC_ORC_BASE_PREV_SP,
};

struct vmc_orc_rule {
	enum vmc_orc_type type;
	bool signal;                /* the address is exact, not a return address */
	enum vmc_orc_base cfa_base; /* how the caller's sp is found */
	int16_t cfa_offset;
	enum vmc_orc_base bp_base;  /* UNDEFINED: bp is unchanged; PREV_SP: saved at cfa + bp_offset; BP: at bp + bp_offset */
	int16_t bp_offset;
};

/* Where one table lies (kernel or module), in virtual addresses. */
struct vmc_orc_table {
	uint64_t ip;      /* orc_unwind_ip */
	uint64_t entries; /* orc_unwind */
	uint64_t count;
};

/*
 * The format version (1..4) by evidence in the table itself: known code with
 * known rules. `ret` is the version; VMC_BAD_FORMAT where none fits.
 */
struct vmc_error *vmc_orc_version(const struct vmc_reader *mem, const struct vmc_orc_table *table,
				  int *ret) VMC_MUST_CHECK;

/*
 * The rule for `ip` (the address of the instruction, so return address - 1 for
 * calls). Binary search that reads about 20 entries of the table; counts above 16 million are refused.
 * VMC_NOT_FOUND when ip is outside the table.
 */
struct vmc_error *vmc_orc_find(const struct vmc_reader *mem, const struct vmc_orc_table *table,
			       int version, uint64_t ip, struct vmc_orc_rule *ret) VMC_MUST_CHECK;

#endif
