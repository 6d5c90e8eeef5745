/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left where no rule leads on: frame pointers, and words that look like return addresses.
 */
#include <inttypes.h>

#include "machine/frame.h"
#include "target/unwind-internal.h"

bool walk_follows_call(struct walk *w, uint64_t pc, uint64_t *ret_target)
{
	uint8_t b[VMC_CALL_SIZE_MAX];
	vmc_autoerror struct vmc_error *err = NULL;

	if (!vmc_target_is_text(w->t, pc - 1))
		return false;
	err = vmc_read(&w->mem, pc - sizeof(b), b, sizeof(b));
	return !err && vmc_x86_64_call_before((struct vmc_bytes){ b, sizeof(b) }, pc, ret_target);
}

/* In code of the boot, which is given away when that is done: its bytes prove nothing. */
static bool is_freed(struct walk *w, uint64_t pc)
{
	uint64_t start = 0, end = 0;

	return vmc_target_has_symbol(w->t, "_sinittext", &start) &&
	       vmc_target_has_symbol(w->t, "_einittext", &end) && pc > start && pc <= end;
}

/* CPUs are sent to their first C function by a far return, which leaves what looks like a call. */
static bool is_start(struct walk *w, uint64_t pc)
{
	struct vmc_location where;

	return vmc_target_locate(w->t, pc - 1, &where) && walk_is_outermost(&where);
}

bool walk_is_return(struct walk *w, uint64_t pc)
{
	uint64_t target;

	return walk_follows_call(w, pc, &target) || is_freed(w, pc) || is_start(w, pc);
}

/* True when the function begins by setting up a frame pointer, and pc is behind that. */
static bool keeps_frame_pointer(struct walk *w)
{
	static const uint8_t setup[] = { 0x55, 0x48, 0x89, 0xe5 }; /* push %rbp; mov %rsp,%rbp */
	const struct vmc_location *where = &walk_frame(w)->where;
	uint8_t b[16];
	vmc_autoerror struct vmc_error *err = NULL;

	if (!where->name || w->exact)
		return false;
	err = vmc_read(&w->mem, where->addr, b, sizeof(b));
	/* before it may stand endbr64 and a call to the tracer, or the nops in its place */
	for (size_t i = 0; !err && i + sizeof(setup) <= sizeof(b); i++) {
		if (memcmp(b + i, setup, sizeof(setup)) == 0)
			return walk_frame(w)->offset > i + sizeof(setup);
	}
	return false;
}

static enum way step_by_frame_pointer(struct walk *w, bool sure, struct vmc_error **why)
{
	uint64_t bp = walk_reg(w, VMC_X86_RBP);
	struct vmc_rule_regs caller = { .known = 1u << VMC_RULE_RA | 1u << VMC_X86_RSP |
						 1u << VMC_X86_RBP };

	if (!vmc_regs_has(&w->regs, VMC_X86_RBP) || bp < walk_reg(w, VMC_X86_RSP) ||
	    bp - walk_reg(w, VMC_X86_RSP) > SCAN_MAX || bp & 7)
		*why = vmc_error_new(VMC_NOT_FOUND, "rbp 0x%" PRIx64 " is no frame pointer", bp);
	if (!*why)
		*why = vmc_read_u64(&w->mem, bp, &caller.value[VMC_X86_RBP]);
	if (!*why)
		*why = vmc_read_u64(&w->mem, bp + 8, &caller.value[VMC_RULE_RA]);
	if (!*why && !walk_is_return(w, caller.value[VMC_RULE_RA]))
		*why = vmc_error_new(VMC_NOT_FOUND, "frame at 0x%" PRIx64 " returns to no call",
				     bp);
	if (*why)
		return WAY_NONE;
	caller.value[VMC_X86_RSP] = bp + 16;
	walk_to_caller(w, &caller, bp + 8, VMC_FRAME_POINTER);
	w->reliable = w->reliable && sure;
	return WAY_STEP;
}

/* Kernels with frame pointers: cheaper than to follow the code, and as sure. */
enum way walk_by_kept_frame_pointer(struct walk *w, struct vmc_error **why)
{
	if (keeps_frame_pointer(w))
		return step_by_frame_pointer(w, true, why);
	/* only the callee can have left rbp as it was here: if that was of the same kind, it did */
	if (w->by == VMC_FRAME_POINTER && is_freed(w, walk_ip(w)))
		return step_by_frame_pointer(w, true, why);
	return WAY_NONE;
}

/* BPF programs, trampolines, and whatever else no table knows: rbp may be anything here. */
enum way walk_by_frame_pointer(struct walk *w, struct vmc_error **why)
{
	return step_by_frame_pointer(w, false, why);
}

/*
 * A call through a bad pointer: the CPU is nowhere, but the return address is on top of the
 * stack, and no register that the caller relies on has changed.
 */
enum way walk_by_bad_call(struct walk *w, struct vmc_error **why)
{
	uint64_t sp = walk_reg(w, VMC_X86_RSP), pc;
	uint64_t known = w->regs.known;

	if (!w->exact || vmc_target_is_text(w->t, walk_reg(w, VMC_X86_RIP)))
		return WAY_NONE;
	*why = vmc_read_u64(&w->mem, sp, &pc);
	if (!*why && !vmc_target_is_text(w->t, pc - 1))
		*why = vmc_error_new(VMC_NOT_FOUND, "0x%" PRIx64 " is in no code of the kernel",
				     walk_reg(w, VMC_X86_RIP));
	if (*why)
		return WAY_NONE;
	w->regs.known =
		known & (KEPT_REGS | 1u << VMC_X86_RBX | 1u << VMC_X86_RBP | 1u << VMC_X86_R12 |
			 1u << VMC_X86_R13 | 1u << VMC_X86_R14 | 1u << VMC_X86_R15);
	vmc_regs_set(&w->regs, VMC_X86_RIP, pc);
	vmc_regs_set(&w->regs, VMC_X86_RSP, sp + 8);
	w->slot = sp;
	w->exact = false;
	w->by = VMC_FRAME_SCAN;
	return WAY_STEP;
}
