/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame walker: real registers + rules -> frames, across IRQ, exception and NMI stacks down to
 * user space. Rules are the kernel's own (ORC), the compiler's (call frame information), or read
 * off the code. A frame that was found by guessing is marked as such, and how every frame was
 * found is kept.
 */
#ifndef VMC_TARGET_UNWIND_H
#define VMC_TARGET_UNWIND_H

#include "target/target.h"

enum vmc_frame_by {
	VMC_FRAME_REGISTERS, /* the start: registers of a note or of a task that sleeps */
	VMC_FRAME_ORC,
	VMC_FRAME_CFI,
	VMC_FRAME_POINTER,
	VMC_FRAME_CODE,	   /* what the code itself does to the stack */
	VMC_FRAME_PT_REGS, /* an exception frame on the stack */
	VMC_FRAME_SCAN,	   /* a word on the stack that could be a return address: a guess */
};

struct vmc_frame {
	uint64_t pc, sp;
	struct vmc_location where; /* of pc, or of pc - 1 for return addresses; name NULL unknown */
	uint64_t offset;	   /* pc - symbol */
	enum vmc_frame_by by;
	bool reliable;
	bool is_exact;	       /* pc is an interrupted instruction, not a return address */
	const char *exception; /* name of the entry ("page fault", "NMI", "IRQ") whose registers
				  follow; NULL */
	bool has_regs;	       /* regs were interrupted here: printed as a block */
	bool user; /* regs are user-space registers: the last frame; pc is no kernel address */
	/*
	 * The registers as they are in this frame, those that are known: all where it was
	 * interrupted (is_exact); of a caller rip, rsp, and what is saved by whom it called.
	 * Numbers up to VMC_RULE_WIDTH are DWARF's, so that value and known are what expressions
	 * take.
	 */
	struct vmc_regs regs;
	uint64_t cfa; /* canonical frame address: where the caller's sp is; valid with has_cfa */
	bool has_cfa;
	/* source positions, innermost first, the frame's own function last; see target/lines.h */
	const struct vmc_source_place *places;
	size_t n_places;
	/* the same functions with their variables; see target/variables.h */
	const struct vmc_frame_function *functions;
	size_t n_functions;
};

struct vmc_trace {
	VMC_VEC(struct vmc_frame) frames; /* innermost first */
	struct vmc_error
		*stopped; /* why the walk ended before the outermost frame; NULL when complete */
	bool truncated;	  /* frame limit reached */
};
void vmc_trace_deinit(struct vmc_trace *tr);
#define vmc_autotrace vmc_cleanup(vmc_trace_deinit)

#define VMC_FRAMES_MAX 2048

/* Walks from registers. `interrupted`: the pc is exact (it is for all register notes). */
struct vmc_error *vmc_unwind_regs(struct vmc_target *t, const struct vmc_regs *regs,
				  struct vmc_trace *ret) VMC_MUST_CHECK;
/* Walks the kernel stack of a task that is not on a CPU (struct task_struct at `task`). */
struct vmc_error *vmc_unwind_task(struct vmc_target *t, uint64_t task,
				  struct vmc_trace *ret) VMC_MUST_CHECK;
/* Every word in [sp, end) that looks like a return address, marked as a guess. */
struct vmc_error *vmc_unwind_scan(struct vmc_target *t, uint64_t sp, uint64_t end,
				  struct vmc_trace *ret) VMC_MUST_CHECK;

#endif
