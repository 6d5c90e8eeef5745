/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a function keeps what its caller needs, read off its own code: the way of a function from
 * its first instruction to the one at hand is followed, and what pushes, pops and moves do to the
 * stack pointer is summed up. This is what objtool does when it writes ORC tables,
 * for code that has no table: modules without debug info, assembly.
 */
#ifndef VMC_MACHINE_FRAME_H
#define VMC_MACHINE_FRAME_H

#include "machine/machine.h"

/* Functions that are larger are not read. */
#define VMC_FRAME_CODE_MAX 65536u

/* The frame at one instruction. CFA: the caller's rsp once this function has returned. */
struct vmc_code_frame {
	unsigned int base; /* VMC_X86_RSP or VMC_X86_RBP: CFA = base + offset */
	int64_t offset;
	int64_t saved_at[VMC_X86_RIP]; /* CFA + saved_at[n] holds the caller's register n ... */
	uint32_t saved;		       /* ... where bit n is set */
	uint32_t changed; /* bit n: register n is neither saved nor the caller's any more */
	/*
	 * No two ways lead here with different stacks. They seem to behind a call
	 * that never returns, which the code alone does not tell from others.
	 */
	bool sure;
};

/*
 * A function's bytes, which begin at `start`; what gcc moved out of it (`.cold`) lies elsewhere,
 * and is reached by jumps from the rest.
 */
struct vmc_function_code {
	struct vmc_bytes code, cold;
	uint64_t start, cold_start;
};

/*
 * `pc`: an instruction, or, with is_return, the address behind a call. VMC_NOT_FOUND: no way
 * leads there, or the stack pointer is not known there; VMC_LIMIT: the function is too large.
 */
struct vmc_error *vmc_x86_64_code_frame(const struct vmc_function_code *function, uint64_t pc,
					bool is_return, struct vmc_code_frame *ret) VMC_MUST_CHECK;

/*
 * What called when `before`, the bytes that end at the return address `to`, end in a
 * call instruction: its target, 0 where a register or memory held it. False: they do not.
 */
#define VMC_CALL_SIZE_MAX 7u
bool vmc_x86_64_call_before(struct vmc_bytes before, uint64_t to, uint64_t *ret_target);

#endif
