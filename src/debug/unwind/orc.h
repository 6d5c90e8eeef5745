/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC unwind tables of x86-64 (arch/x86/include/asm/orc_types.h,
 * arch/x86/kernel/unwind_orc.c): a sorted array of i32 place-relative
 * addresses (orc_unwind_ip) beside an array of 6-byte entries (orc_unwind).
 * An entry holds from its address to that of the next.
 *
 *   i16 sp_offset, i16 bp_offset, then 16 bits, lowest first, by version:
 *   1 (4.14)  sp_reg:4 bp_reg:4 type:2 end:1
 *   2 (6.3)   sp_reg:4 bp_reg:4 type:2 signal:1 end:1
 *   3 (6.4)   sp_reg:4 bp_reg:4 type:3 signal:1
 *   4 (7.1)   as 3, register numbers changed
 *
 * How to go from a frame {ip, sp, bp} to its caller, with the rule found for ip:
 *
 *   UNDEFINED, END  no caller is known; there is none
 *   else  v   = value of cfa_base: sp, bp, or a register that only the
 *               last pt_regs tell
 *         cfa = v + cfa_offset
 *               SP_INDIRECT: *(v) + cfa_offset     (v = sp; before 5.12 the offset was
 *                                                  added first, but none had one)
 *               BP_INDIRECT: *(v + cfa_offset)     (v = bp)
 *   CALL          ip' = *(cfa - 8), sp' = cfa
 *   REGS          pt_regs lie at cfa: ip', sp', bp' and the others from there
 *   REGS_PARTIAL  {ip', cs, flags, sp', ss} lie at cfa; the other registers are what
 *                 they were
 *   bp' = by bp_base: UNDEFINED: bp (REGS: of the pt_regs)
 *                     PREV_SP:   *(cfa + bp_offset)
 *                     BP:        *(bp + bp_offset)
 *
 * The next lookup is for ip' where `signal`, else for ip' - 1: a return address may
 * lie behind the end of its function. It ends where pt_regs are those of user
 * space. A rule may lead nowhere or in a circle (damaged stacks, damaged
 * tables): the walker must see to it that sp rises.
 */
#ifndef VMC_DEBUG_ORC_H
#define VMC_DEBUG_ORC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

/* Entries a table may have: 40 times those of a distribution's kernel. */
#define VMC_ORC_COUNT_MAX (1u << 24)
#define VMC_ORC_ENTRY_SIZE 6
#define VMC_ORC_IP_SIZE 4

enum vmc_orc_type {
	VMC_ORC_UNDEFINED,    /* no information: the unwinder must guess */
	VMC_ORC_END,	      /* the outermost frame: nothing above */
	VMC_ORC_CALL,	      /* return address at cfa - 8 */
	VMC_ORC_REGS,	      /* pt_regs at cfa */
	VMC_ORC_REGS_PARTIAL, /* the iret part (rip cs rflags rsp ss) at cfa */
};

/* Where a value is found, the same for all versions; see above for how each is used. */
enum vmc_orc_base {
	VMC_ORC_BASE_UNDEFINED,
	VMC_ORC_BASE_SP,
	VMC_ORC_BASE_BP,
	VMC_ORC_BASE_SP_INDIRECT, /* sp was saved at sp: code that switches stacks */
	VMC_ORC_BASE_BP_INDIRECT, /* sp was saved below bp: realigned stacks (gcc's DRAP) */
	VMC_ORC_BASE_R10,	  /* the same, before bp is set up */
	VMC_ORC_BASE_R13,
	VMC_ORC_BASE_DI,
	VMC_ORC_BASE_DX,      /* entry of NMIs; the kernel's own unwinder ignores the offset of 8 */
	VMC_ORC_BASE_PREV_SP, /* the cfa; only for bp */
};

/*
 * cfa_base is never UNDEFINED or PREV_SP, bp_base never anything but UNDEFINED,
 * PREV_SP and BP, where the type is CALL or REGS*; all is 0 where it is not.
 */
struct vmc_orc_rule {
	enum vmc_orc_type type;
	bool signal; /* the caller was interrupted: its address is exact, no return address */
	enum vmc_orc_base cfa_base; /* how the caller's sp is found */
	int16_t cfa_offset;
	enum vmc_orc_base bp_base; /* how the caller's bp is found */
	int16_t bp_offset;
};

/* Where one table lies (kernel or module), in virtual addresses. */
struct vmc_orc_table {
	uint64_t ip;	  /* orc_unwind_ip */
	uint64_t entries; /* orc_unwind */
	uint64_t count;
};

/*
 * The format version (1..4) by evidence in the table itself: no two versions agree on
 * the bits of an ordinary call, or of the end of the stack. Reads about 800 entries of the table,
 * more only when these hold neither. Meant for the kernel's table, of which modules' are copies in
 * format; VMC_BAD_FORMAT where none fits.
 */
struct vmc_error *vmc_orc_version(const struct vmc_reader *mem, const struct vmc_orc_table *table,
				  int *ret) VMC_MUST_CHECK;

/*
 * The rule for `ip` (the address of the instruction, so return address - 1 for calls).
 * Binary search that reads about 15 places of the table.
 *
 * VMC_NOT_FOUND when ip is below the first entry, or further off than entries can reach;
 * where its code ends a table does not tell, but the last entry is UNDEFINED. VMC_BAD_FORMAT
 * for an entry that is none, VMC_LIMIT for a count above VMC_ORC_COUNT_MAX; else the
 * reader's error.
 */
struct vmc_error *vmc_orc_find(const struct vmc_reader *mem, const struct vmc_orc_table *table,
			       int version, uint64_t ip, struct vmc_orc_rule *ret) VMC_MUST_CHECK;

#endif
