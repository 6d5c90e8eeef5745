/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the walker share. unwind.c has the walk; the ways from a frame to its caller
 * are in unwind-rules.c (tables and the code itself), unwind-entry.c (registers that
 * entry code saved) and unwind-guess.c (what looks like it).
 */
#ifndef VMC_TARGET_UNWIND_INTERNAL_H
#define VMC_TARGET_UNWIND_INTERNAL_H

#include "debug/unwind/apply.h"
#include "target/unwind.h"

#define SCAN_MAX 32768u /* bytes: the largest kernel stack, with KASAN */
/* Registers that rules speak of. */
#define RULE_REGS (((uint64_t)1 << VMC_RULE_WIDTH) - 1)
/* What is true of a CPU whatever the frame. */
#define KEPT_REGS ((uint64_t)1 << VMC_X86_CR2)

struct walk {
	struct vmc_target *t;
	struct vmc_reader mem;
	struct vmc_regs regs; /* of the frame at hand; RIP and RSP always known */
	uint64_t slot;	      /* where the return address of the frame stood; RSP for exact ones */
	bool exact;	      /* RIP is the interrupted instruction */
	bool reliable;
	enum vmc_frame_by by;
	const char *exception;
	struct vmc_trace *out;
};

/* What a way says of the frame at hand. A step has changed the walk; nothing else has. */
enum way {
	WAY_NONE, /* this way does not lead on; another may */
	WAY_STEP,
	WAY_END,  /* this was the outermost frame */
	WAY_LOST, /* it should have led on and did not: no other way is better */
};

static inline uint64_t walk_reg(const struct walk *w, unsigned int n)
{
	return w->regs.value[n];
}

/* The address whose rule holds: a return address may lie behind the end of its function. */
static inline uint64_t walk_ip(const struct walk *w)
{
	return walk_reg(w, VMC_X86_RIP) - !w->exact;
}

/* The frame at hand, as it was put out. */
static inline struct vmc_frame *walk_frame(const struct walk *w)
{
	return &w->out->frames.data[w->out->frames.len - 1];
}

/* The caller, as it returned to. */
void walk_to_caller(struct walk *w, const struct vmc_rule_regs *caller, uint64_t slot,
		    enum vmc_frame_by by);
/* True when the bytes before `pc` are a call; *ret_target: of what, 0 unknown. */
bool walk_follows_call(struct walk *w, uint64_t pc, uint64_t *ret_target);

/* Behind a call, or where that cannot be seen: in code that was given away, at a CPU's start. */
bool walk_is_return(struct walk *w, uint64_t pc);

/* Walks from the frame at hand outwards; what cannot be walked is guessed. */
struct vmc_error *walk_all(struct walk *w) VMC_MUST_CHECK;

/* Each leaves in *why why it did not lead on, where that is worth to be told; *why is NULL before.
 */
enum way walk_by_orc(struct walk *w, struct vmc_error **why);
enum way walk_by_cfi(struct walk *w, struct vmc_error **why);
enum way walk_by_code(struct walk *w, struct vmc_error **why);
enum way walk_by_entry(struct walk *w, struct vmc_error **why);
enum way walk_by_kept_frame_pointer(struct walk *w, struct vmc_error **why);
enum way walk_by_frame_pointer(struct walk *w, struct vmc_error **why);
enum way walk_by_bad_call(struct walk *w, struct vmc_error **why);

/* To what struct pt_regs at `at`, or only the part of it that the CPU writes, says. */
struct vmc_error *walk_to_regs(struct walk *w, uint64_t at, bool partial) VMC_MUST_CHECK;
/*
 * To the pt_regs whose part that the CPU writes is at `iret`, if it is believable: words below
 * `lowest` are no registers.
 */
bool walk_to_iret(struct walk *w, uint64_t iret, uint64_t lowest);
/* A value of rflags. */
bool walk_is_flags(uint64_t v);
/* Code that nobody called: what a new task and a CPU begin with. */
bool walk_is_outermost(const struct vmc_location *where);
/* sp where the stack of interrupts ends leads back to the stack that was interrupted. */
uint64_t walk_across_irq_stack(struct walk *w, uint64_t sp);

#endif
