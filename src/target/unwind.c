/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk: frame by frame, each by the best way that leads on. Memory is a dump and may be
 * missing, and stacks need not be known in advance: a rule leads from one to the next.
 */
#include "target/unwind.h"

#include <inttypes.h>
#include <string.h>

#include "target/field.h"
#include "target/find.h"
#include "target/unwind-internal.h"

void vmc_trace_deinit(struct vmc_trace *tr)
{
	vmc_vec_free(&tr->frames);
	vmc_error_free(tr->stopped);
	*tr = (struct vmc_trace){ 0 };
}

static bool push_frame(struct walk *w, bool user)
{
	struct vmc_frame f = {
		.pc = walk_reg(w, VMC_X86_RIP),
		.sp = w->slot,
		.by = w->by,
		.reliable = w->reliable,
		.is_exact = w->exact,
		.exception = w->exception,
		.has_regs = w->exact && vmc_regs_has(&w->regs, VMC_X86_CS),
		.user = user,
		.regs = w->regs,
	};

	if (!user) {
		vmc_target_locate(w->t, w->exact ? f.pc : f.pc - 1, &f.where);
		if (f.where.name)
			f.offset = f.pc - f.where.addr;
	}
	return vmc_vec_push(&w->out->frames, f);
}

void walk_to_caller(struct walk *w, const struct vmc_rule_regs *caller, uint64_t slot,
		    enum vmc_frame_by by)
{
	w->regs.known &= KEPT_REGS;
	for (unsigned int i = 0; i < VMC_RULE_WIDTH; i++) {
		if (caller->known >> i & 1)
			vmc_regs_set(&w->regs, i, caller->value[i]);
	}
	w->slot = slot;
	w->exact = false;
	w->by = by;
}

/* One step outwards. Where none leads on, the first reason is left in out->stopped. */
static enum way step_out(struct walk *w)
{
	/* the best first */
	static enum way (*const ways[])(struct walk *, struct vmc_error **) = {
		walk_by_orc,	       walk_by_bad_call,	   walk_by_entry,
		walk_by_cfi,	       walk_by_kept_frame_pointer, walk_by_code,
		walk_by_frame_pointer,
	};
	struct vmc_error *first = NULL;

	w->exception = NULL;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(ways); i++) {
		struct vmc_error *why = NULL;
		enum way way = ways[i](w, &why);

		if (way == WAY_STEP || way == WAY_END) {
			vmc_error_free(first);
			return way;
		}
		if (!first)
			first = why;
		else
			vmc_error_free(why);
		if (way == WAY_LOST)
			break;
	}
	w->out->stopped =
		first ? first
		      : vmc_error_new(VMC_NOT_FOUND, "no unwind information for 0x%" PRIx64,
				      walk_reg(w, VMC_X86_RIP));
	return WAY_LOST;
}

static bool user_mode(const struct vmc_regs *r)
{
	return vmc_regs_has(r, VMC_X86_CS) && (r->value[VMC_X86_CS] & 3) == 3;
}

/*
 * A frame that was met before leads to the same frames again (Brent's cycle
 * search: one remembered frame, renewed at each power of two). That sp falls is no
 * sign: the stacks of interrupts lie anywhere.
 */
struct mark {
	uint64_t pc, sp, bp;
	size_t renew;
};

static bool was_here(struct mark *mark, const struct walk *w)
{
	struct mark now = { walk_reg(w, VMC_X86_RIP), walk_reg(w, VMC_X86_RSP),
			    walk_reg(w, VMC_X86_RBP), 0 };
	bool same = now.pc == mark->pc && now.sp == mark->sp && now.bp == mark->bp;

	if (w->out->frames.len >= mark->renew) {
		now.renew = w->out->frames.len * 2;
		*mark = now;
	}
	return same;
}

static struct vmc_error *walk_out(struct walk *w)
{
	struct mark mark = { 0 };

	while (w->out->frames.len < VMC_FRAMES_MAX) {
		uint64_t pc = walk_reg(w, VMC_X86_RIP), sp = walk_reg(w, VMC_X86_RSP);

		if (w->exact && user_mode(&w->regs))
			return push_frame(w, true) ? NULL : vmc_error_no_memory();
		if (!w->exact && !vmc_target_is_text(w->t, pc - 1)) {
			w->out->stopped = vmc_error_new(VMC_BAD_FORMAT,
							"return address 0x%" PRIx64 " at 0x%" PRIx64
							" is in no code of the kernel",
							pc, w->slot);
			return NULL;
		}
		if (!push_frame(w, false))
			return vmc_error_no_memory();
		if (step_out(w) != WAY_STEP)
			return NULL;
		if (walk_reg(w, VMC_X86_RIP) == pc && walk_reg(w, VMC_X86_RSP) == sp) {
			w->out->stopped = vmc_error_new(
				VMC_LIMIT, "the frame at 0x%" PRIx64 " leads back to itself", sp);
			return NULL;
		}
		if (was_here(&mark, w)) {
			w->out->stopped =
				vmc_error_new(VMC_LIMIT, "the frames run in a circle at 0x%" PRIx64,
					      walk_reg(w, VMC_X86_RSP));
			return NULL;
		}
	}
	w->out->truncated = true;
	return NULL;
}

struct vmc_error *walk_all(struct walk *w)
{
	uint64_t sp, end;

	vmc_find_orc(w->t);
	VMC_TRY(walk_out(w));
	/* where the walk lost its way, what is left of the stack is shown as guesses */
	sp = walk_reg(w, VMC_X86_RSP);
	/* kernel stacks are aligned to their size: 16 KiB since 3.15 */
	end = (sp | 0x3fff) + 1;
	if (!w->out->stopped || end - sp > SCAN_MAX)
		return NULL;
	return vmc_unwind_scan(w->t, sp, end, w->out);
}

struct vmc_error *vmc_unwind_regs(struct vmc_target *t, const struct vmc_regs *regs,
				  struct vmc_trace *ret)
{
	struct walk w = { .t = t,
			  .mem = vmc_memory_reader(t->memory),
			  .regs = *regs,
			  .slot = regs->value[VMC_X86_RSP],
			  .exact = true,
			  .reliable = true,
			  .by = VMC_FRAME_REGISTERS,
			  .out = ret };

	*ret = (struct vmc_trace){ 0 };
	if (!vmc_regs_has(regs, VMC_X86_RIP) || !vmc_regs_has(regs, VMC_X86_RSP))
		return vmc_error_new(VMC_NOT_FOUND, "neither rip nor rsp are known");
	return walk_all(&w);
}

struct vmc_error *vmc_unwind_scan(struct vmc_target *t, uint64_t sp, uint64_t end,
				  struct vmc_trace *ret)
{
	struct walk w = {
		.t = t, .mem = vmc_memory_reader(t->memory), .by = VMC_FRAME_SCAN, .out = ret
	};

	sp = (sp + 7) & ~7ull;
	if (end < sp || end - sp > SCAN_MAX)
		return vmc_error_new(VMC_LIMIT, "a stack of %" PRIu64 " bytes", end - sp);
	for (; sp < end && ret->frames.len < VMC_FRAMES_MAX; sp += 8) {
		uint64_t word, target;
		vmc_autoerror struct vmc_error *err = vmc_read_u64(&w.mem, sp, &word);

		/* most words of a stack are no kernel addresses at all */
		if (err || !(word >> 63) || !walk_follows_call(&w, word, &target))
			continue;
		vmc_regs_set(&w.regs, VMC_X86_RIP, word);
		vmc_regs_set(&w.regs, VMC_X86_RSP, sp + 8);
		w.slot = sp;
		if (!push_frame(&w, false))
			return vmc_error_no_memory();
	}
	return NULL;
}
