/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the walk of a task begins that is not on a CPU: what the switch to another one left. */
#include <string.h>

#include "target/field.h"
#include "machine/frame.h"
#include "target/unwind-internal.h"

#define STACK_DEFAULT 16384u
/* What may stand between the pt_regs of a task and the end of its stack. */
#define STACK_PADDING 32u

static void saved_register(struct vmc_obj *frame, enum vmc_field f, unsigned int n,
			   struct vmc_regs *regs)
{
	uint64_t v = vmc_get(frame, f);

	if (!vmc_obj_bad(frame))
		vmc_regs_set(regs, n, v);
}

/* Since 4.9 the switch is a function, whose frame has a type. */
static struct vmc_error *begin_by_frame(struct walk *w, uint64_t sp, uint64_t size)
{
	static const struct {
		enum vmc_field field;
		unsigned int reg;
	} rows[] = {
		{ VMC_F_switch_frame_bp, VMC_X86_RBP },	 { VMC_F_switch_frame_bx, VMC_X86_RBX },
		{ VMC_F_switch_frame_r12, VMC_X86_R12 }, { VMC_F_switch_frame_r13, VMC_X86_R13 },
		{ VMC_F_switch_frame_r14, VMC_X86_R14 }, { VMC_F_switch_frame_r15, VMC_X86_R15 },
	};
	struct vmc_obj frame = vmc_obj(w->t, sp);
	uint64_t first = vmc_get(&frame, VMC_F_switch_frame_ip);
	struct vmc_location where;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		saved_register(&frame, rows[i].field, rows[i].reg, &w->regs);
	VMC_TRY(vmc_obj_error(&frame, "saved frame of the sleeping task"));
	vmc_regs_set(&w->regs, VMC_X86_RIP, first);
	vmc_regs_set(&w->regs, VMC_X86_RSP, sp + size);
	w->slot = sp + size - 8;
	/* a task that has never run yet starts at ret_from_fork, which is exact */
	w->exact = vmc_target_locate(w->t, first, &where) && where.name && where.offset == 0 &&
		   vmc_str_starts(where.name, "ret_from_fork");
	return NULL;
}

/* The address behind the one call of __switch_to() in a function. */
static bool behind_switch(struct walk *w, const char *function, uint64_t *ret)
{
	uint64_t addr, target, to;
	struct vmc_location where;
	vmc_autofree uint8_t *code = NULL;
	vmc_autoerror struct vmc_error *err = NULL;

	if (!vmc_target_has_symbol(w->t, "__switch_to", &target) ||
	    !vmc_target_has_symbol(w->t, function, &addr) ||
	    !vmc_target_locate(w->t, addr, &where) || where.size > VMC_FRAME_CODE_MAX)
		return false;
	code = malloc(where.size ? where.size : 1);
	if (!code)
		return false;
	err = vmc_read(&w->mem, addr, code, where.size);
	for (size_t end = 5; !err && end <= where.size; end++) {
		struct vmc_bytes before = { code + end - 5, 5 };

		if (before.data[0] == 0xe8 && vmc_x86_64_call_before(before, addr + end, &to) &&
		    to == target) {
			*ret = addr + end;
			return true;
		}
	}
	return false;
}

/*
 * Before 4.9 the switch was inline assembly: it pushed rflags (before 4.2) and rbp, changed the
 * stack and called __switch_to(), behind which a task goes on when it is switched to again.
 */
static struct vmc_error *begin_by_switch(struct walk *w, uint64_t task, uint64_t sp)
{
	static const char *const functions[] = { "__schedule", "schedule", "context_switch" };
	struct vmc_obj o = vmc_obj(w->t, task);
	uint64_t stack = vmc_get(&o, VMC_F_task_stack), size = STACK_DEFAULT, pc = 0, bp, flags;

	VMC_TRY(vmc_obj_error(&o, "task"));
	vmc_field_size(w->t, VMC_F_stack_size, &size);
	/* only the registers of its parent are on the stack of a task that has never run */
	if (stack + size - sp <= VMC_X86_PT_REGS_SIZE + STACK_PADDING &&
	    vmc_target_has_symbol(w->t, "ret_from_fork", &pc)) {
		vmc_regs_set(&w->regs, VMC_X86_RIP, pc);
		vmc_regs_set(&w->regs, VMC_X86_RSP, sp);
		w->slot = sp;
		w->exact = true;
		return NULL;
	}
	if (!vmc_target_has_symbol(w->t, "thread_return", &pc)) {
		for (size_t i = 0; !pc && i < VMC_ARRAY_SIZE(functions); i++)
			behind_switch(w, functions[i], &pc);
	}
	if (!pc)
		return vmc_error_new(VMC_NOT_FOUND,
				     "neither is the layout of struct inactive_task_frame known, "
				     "nor is where __switch_to() is called");
	VMC_TRY(vmc_read_u64(&w->mem, sp, &bp));
	VMC_TRY(vmc_read_u64(&w->mem, sp + 8, &flags));
	vmc_regs_set(&w->regs, VMC_X86_RIP, pc);
	vmc_regs_set(&w->regs, VMC_X86_RBP, bp);
	vmc_regs_set(&w->regs, VMC_X86_RSP, sp + (walk_is_flags(flags) ? 16 : 8));
	w->slot = sp;
	return NULL;
}

struct vmc_error *vmc_unwind_task(struct vmc_target *t, uint64_t task, struct vmc_trace *ret)
{
	struct vmc_obj o = vmc_obj(t, task);
	uint64_t sp = vmc_get(&o, VMC_F_task_thread_sp), size;
	struct walk w = { .t = t,
			  .mem = vmc_memory_reader(t->memory),
			  .reliable = true,
			  .by = VMC_FRAME_REGISTERS,
			  .out = ret };

	*ret = (struct vmc_trace){ 0 };
	VMC_TRY(vmc_obj_error(&o, "task"));
	if (vmc_field_size(t, VMC_F_switch_frame_size, &size))
		VMC_TRY(begin_by_frame(&w, sp, size));
	else
		VMC_TRY(begin_by_switch(&w, task, sp));
	return walk_all(&w);
}
