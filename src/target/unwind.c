/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step is: find the ORC rule for the address, compute the caller's stack
 * pointer, load the return address or the saved registers from it. The rules
 * are those of arch/x86/kernel/unwind_orc.c; what differs is that memory is a
 * dump and may be missing, and that stacks need not be known in advance: a
 * rule leads from one to the next.
 */
#include "target/unwind.h"

#include <inttypes.h>
#include <string.h>

#include "debug/unwind/apply.h"
#include "debug/unwind/orc-rule.h"
#include "target/cfi.h"
#include "target/field.h"
#include "target/find.h"

#define IRET_FRAME_WORDS 5
#define IRET_FRAME_SIZE (IRET_FRAME_WORDS * 8)
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

void vmc_trace_deinit(struct vmc_trace *tr)
{
	vmc_vec_free(&tr->frames);
	vmc_error_free(tr->stopped);
	*tr = (struct vmc_trace){ 0 };
}

static uint64_t reg(const struct walk *w, unsigned int n)
{
	return w->regs.value[n];
}

/*
 * Names of what interrupts, by the entry code that saved the registers. The
 * longest match of a symbol's start wins; the rest of the symbol is the name otherwise.
 */
static const struct {
	const char *entry, *name;
} entries[] = {
	{ "asm_exc_page_fault", "page fault" },
	{ "asm_exc_general_protection", "general protection fault" },
	{ "asm_exc_double_fault", "double fault" },
	{ "asm_exc_divide_error", "divide error" },
	{ "asm_exc_invalid_op", "invalid opcode" },
	{ "asm_exc_stack_segment", "stack segment fault" },
	{ "asm_exc_int3", "breakpoint" },
	{ "asm_exc_debug", "debug exception" },
	{ "asm_exc_machine_check", "machine check" },
	{ "asm_exc_alignment_check", "alignment check" },
	{ "asm_exc_nmi", "NMI" },
	{ "asm_common_interrupt", "IRQ" },
	{ "asm_sysvec_apic_timer_interrupt", "timer IRQ" },
	{ "asm_sysvec_reboot", "reboot IPI" },
	{ "asm_sysvec_call_function", "function-call IPI" },
	{ "asm_sysvec_reschedule_ipi", "reschedule IPI" },
	{ "asm_sysvec_irq_work", "irq-work IPI" },
	{ "asm_sysvec_", "IRQ" },
	{ "entry_SYSCALL", "system call" },
	{ "entry_SYSENTER", "system call" },
	{ "entry_INT80", "system call" },
	{ "ret_from_fork", "new task" },
	/* before 5.8 the entry code had other names */
	{ "async_page_fault", "page fault" },
	{ "page_fault", "page fault" },
	{ "general_protection", "general protection fault" },
	{ "double_fault", "double fault" },
	{ "divide_error", "divide error" },
	{ "invalid_op", "invalid opcode" },
	{ "nmi", "NMI" },
	{ "end_repeat_nmi", "NMI" },
	{ "repeat_nmi", "NMI" },
	{ "apic_timer_interrupt", "timer IRQ" },
	{ "reboot_interrupt", "reboot IPI" },
	{ "ret_from_intr", "IRQ" },
	{ "common_interrupt", "IRQ" },
};

static const char *exception_name(const struct vmc_location *where)
{
	if (!where->name)
		return "exception";
	for (size_t i = 0; i < VMC_ARRAY_SIZE(entries); i++) {
		if (vmc_str_starts(where->name, entries[i].entry))
			return entries[i].name;
	}
	return "exception";
}

/* The address whose rule holds: a return address may lie behind the end of its function. */
static uint64_t rule_ip(const struct walk *w)
{
	return reg(w, VMC_X86_RIP) - !w->exact;
}

static bool push_frame(struct walk *w, bool user)
{
	struct vmc_frame f = {
		.pc = reg(w, VMC_X86_RIP),
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

static struct vmc_error *find_orc(struct walk *w, struct vmc_orc_rule *rule)
{
	uint64_t ip = rule_ip(w);
	struct vmc_module *m;

	if (!w->t->orc_version)
		return vmc_error_new(VMC_NOT_FOUND, "no ORC tables");
	if (ip >= w->t->text.start && ip < w->t->text.end)
		return vmc_orc_find(&w->mem, &w->t->orc, w->t->orc_version, ip, rule);
	m = vmc_target_module_at(w->t, ip);
	if (!m)
		return vmc_error_new(VMC_NOT_FOUND, "0x%" PRIx64 " is in no code of the kernel",
				     ip);
	if (!m->orc.count)
		return vmc_error_new(VMC_NOT_FOUND, "module %s has no ORC tables", m->name);
	return vmc_orc_find(&w->mem, &m->orc, w->t->orc_version, ip, rule);
}

static struct vmc_error *find_rule(struct walk *w, struct vmc_unwind_rule *ret)
{
	struct vmc_orc_rule orc;

	VMC_TRY(find_orc(w, &orc));
	vmc_orc_unwind_rule(&orc, ret);
	return NULL;
}

/* What rules are applied to: registers of the frame with DWARF numbers. */
static struct vmc_expr_frame expr_frame(const struct walk *w)
{
	return (struct vmc_expr_frame){ .value = w->regs.value,
					.known = w->regs.known & RULE_REGS,
					.mem = &w->mem };
}

/*
 * ORC says nothing of rbx and r12 to r15. Where there is call frame information as well, it
 * tells them, but only if both mean the same frame: inline assembly that moves the stack is
 * known to ORC alone.
 */
static void complete_by_cfi(struct walk *w, uint64_t cfa, struct vmc_rule_regs *caller)
{
	struct vmc_expr_frame f = expr_frame(w);
	struct vmc_unwind_rule rule;
	struct vmc_rule_regs by_cfi;
	struct vmc_error *err;
	uint64_t other;

	if (!vmc_target_cfi(w->t, rule_ip(w), &rule) || rule.kind != VMC_RULE_CALL)
		return;
	err = vmc_rule_cfa(&rule, &f, &other);
	if (!err && other == cfa)
		err = vmc_rule_caller(&rule, &f, cfa, &by_cfi);
	if (!err && other == cfa && by_cfi.value[VMC_RULE_RA] == caller->value[VMC_RULE_RA]) {
		for (unsigned int i = 0; i < VMC_RULE_WIDTH; i++) {
			if (caller->known >> i & 1 || !(by_cfi.known >> i & 1))
				continue;
			caller->value[i] = by_cfi.value[i];
			caller->known |= (uint64_t)1 << i;
		}
	}
	vmc_error_free(err);
}

static struct vmc_error *step_call(struct walk *w, const struct vmc_unwind_rule *rule, uint64_t cfa)
{
	struct vmc_expr_frame f = expr_frame(w);
	struct vmc_rule_regs caller;

	VMC_TRY(vmc_rule_caller(rule, &f, cfa, &caller));
	complete_by_cfi(w, cfa, &caller);
	w->regs.known &= KEPT_REGS;
	for (unsigned int i = 0; i < VMC_RULE_WIDTH; i++) {
		if (caller.known >> i & 1)
			vmc_regs_set(&w->regs, i, caller.value[i]);
	}
	w->slot = cfa - 8;
	w->exact = rule->signal;
	return NULL;
}

static struct vmc_error *step_regs(struct walk *w, uint64_t cfa, bool partial)
{
	uint8_t raw[VMC_X86_PT_REGS_SIZE];
	struct vmc_regs old = w->regs;

	if (partial) {
		VMC_TRY(vmc_read(&w->mem, cfa, raw, IRET_FRAME_SIZE));
		vmc_regs_set(&w->regs, VMC_X86_RIP, vmc_le64(raw));
		vmc_regs_set(&w->regs, VMC_X86_CS, vmc_le64(raw + 8));
		vmc_regs_set(&w->regs, VMC_X86_RFLAGS, vmc_le64(raw + 16));
		vmc_regs_set(&w->regs, VMC_X86_RSP, vmc_le64(raw + 24));
		vmc_regs_set(&w->regs, VMC_X86_SS, vmc_le64(raw + 32));
	} else {
		VMC_TRY(vmc_read(&w->mem, cfa, raw, sizeof(raw)));
		w->regs.known = 0;
		vmc_x86_64_pt_regs(raw, &w->regs);
	}
	/* control registers of the note stay true across frames of one CPU */
	if (vmc_regs_has(&old, VMC_X86_CR2))
		vmc_regs_set(&w->regs, VMC_X86_CR2, old.value[VMC_X86_CR2]);
	w->slot = reg(w, VMC_X86_RSP);
	w->exact = true;
	return NULL;
}

/* Code without ORC (BPF programs, trampolines, kernels with frame pointers): bp leads on. */
static struct vmc_error *step_frame_pointer(struct walk *w)
{
	uint64_t bp = reg(w, VMC_X86_RBP), pc, next;

	if (bp <= reg(w, VMC_X86_RSP) || bp - reg(w, VMC_X86_RSP) > SCAN_MAX || bp & 7)
		return vmc_error_new(VMC_NOT_FOUND, "rbp 0x%" PRIx64 " is no frame pointer", bp);
	VMC_TRY(vmc_read_u64(&w->mem, bp, &next));
	VMC_TRY(vmc_read_u64(&w->mem, bp + 8, &pc));
	if (!vmc_target_is_text(w->t, pc - 1))
		return vmc_error_new(VMC_NOT_FOUND, "frame at 0x%" PRIx64 " returns to no code",
				     bp);
	w->regs.known &= KEPT_REGS;
	vmc_regs_set(&w->regs, VMC_X86_RIP, pc);
	vmc_regs_set(&w->regs, VMC_X86_RSP, bp + 16);
	vmc_regs_set(&w->regs, VMC_X86_RBP, next);
	w->slot = bp + 8;
	w->exact = false;
	w->by = VMC_FRAME_POINTER;
	w->reliable = false;
	return NULL;
}

/* A call through a bad pointer: the CPU is nowhere, but the return address is on top of the stack.
 */
static struct vmc_error *step_bad_call(struct walk *w)
{
	uint64_t sp = reg(w, VMC_X86_RSP), pc;

	VMC_TRY(vmc_read_u64(&w->mem, sp, &pc));
	if (!vmc_target_is_text(w->t, pc - 1))
		return vmc_error_new(VMC_NOT_FOUND, "0x%" PRIx64 " is in no code of the kernel",
				     reg(w, VMC_X86_RIP));
	w->regs.known &= KEPT_REGS | (uint64_t)1 << VMC_X86_RBP;
	vmc_regs_set(&w->regs, VMC_X86_RIP, pc);
	vmc_regs_set(&w->regs, VMC_X86_RSP, sp + 8);
	w->slot = sp;
	w->exact = false;
	w->by = VMC_FRAME_SCAN;
	return NULL;
}

enum step { STEP_ON, STEP_END, STEP_LOST };

/* One step outwards. STEP_LOST leaves the reason in out->stopped. */
static enum step step_out(struct walk *w)
{
	struct vmc_unwind_rule rule;
	struct vmc_frame *frame = &w->out->frames.data[w->out->frames.len - 1];
	struct vmc_expr_frame f;
	struct vmc_error *err = find_rule(w, &rule);

	w->exception = NULL;
	if (!err && rule.kind == VMC_RULE_END)
		return STEP_END;
	if (!err && rule.kind == VMC_RULE_UNDEFINED)
		err = vmc_error_new(VMC_NOT_FOUND, "no unwind information for 0x%" PRIx64,
				    reg(w, VMC_X86_RIP));
	if (err) {
		struct vmc_error *why = w->exact && !vmc_target_is_text(w->t, reg(w, VMC_X86_RIP))
						? step_bad_call(w)
						: step_frame_pointer(w);

		if (!why) {
			vmc_error_free(err);
			return STEP_ON;
		}
		vmc_error_free(why);
		w->out->stopped = err;
		return STEP_LOST;
	}
	f = expr_frame(w);
	err = vmc_rule_cfa(&rule, &f, &frame->cfa);
	frame->has_cfa = !err;
	if (!err && rule.kind == VMC_RULE_CALL) {
		w->by = VMC_FRAME_ORC;
		err = step_call(w, &rule, frame->cfa);
	} else if (!err) {
		w->exception = exception_name(&frame->where);
		w->by = VMC_FRAME_PT_REGS;
		err = step_regs(w, frame->cfa, rule.kind == VMC_RULE_REGS_PARTIAL);
	}
	w->out->stopped = err;
	return err ? STEP_LOST : STEP_ON;
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
	struct mark now = { reg(w, VMC_X86_RIP), reg(w, VMC_X86_RSP), reg(w, VMC_X86_RBP), 0 };
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
		uint64_t pc = reg(w, VMC_X86_RIP), sp = reg(w, VMC_X86_RSP);

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
		if (step_out(w) != STEP_ON)
			return NULL;
		if (reg(w, VMC_X86_RIP) == pc && reg(w, VMC_X86_RSP) == sp) {
			w->out->stopped = vmc_error_new(
				VMC_LIMIT, "the frame at 0x%" PRIx64 " leads back to itself", sp);
			return NULL;
		}
		if (was_here(&mark, w)) {
			w->out->stopped =
				vmc_error_new(VMC_LIMIT, "the frames run in a circle at 0x%" PRIx64,
					      reg(w, VMC_X86_RSP));
			return NULL;
		}
	}
	w->out->truncated = true;
	return NULL;
}

/* Where the walk lost its way, what is left of the stack is shown as guesses. */
static struct vmc_error *scan_rest(struct walk *w, uint64_t stack_end)
{
	uint64_t sp = reg(w, VMC_X86_RSP);

	if (!w->out->stopped || stack_end <= sp || stack_end - sp > SCAN_MAX)
		return NULL;
	return vmc_unwind_scan(w->t, sp, stack_end, w->out);
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
	vmc_find_orc(t);
	VMC_TRY(walk_out(&w));
	/* kernel stacks are aligned to their size: 16 KiB since 3.15 */
	return scan_rest(&w, (reg(&w, VMC_X86_RSP) | 0x3fff) + 1);
}

static void saved_register(struct vmc_obj *frame, enum vmc_field f, unsigned int n,
			   struct vmc_regs *regs)
{
	uint64_t v = vmc_get(frame, f);

	if (!vmc_obj_bad(frame))
		vmc_regs_set(regs, n, v);
}

struct vmc_error *vmc_unwind_task(struct vmc_target *t, uint64_t task, struct vmc_trace *ret)
{
	struct vmc_obj o = vmc_obj(t, task);
	uint64_t sp = vmc_get(&o, VMC_F_task_thread_sp), size, first;
	struct vmc_location where;
	struct vmc_obj frame = vmc_obj(t, sp);
	struct walk w = { .t = t,
			  .mem = vmc_memory_reader(t->memory),
			  .reliable = true,
			  .by = VMC_FRAME_REGISTERS,
			  .out = ret };

	*ret = (struct vmc_trace){ 0 };
	VMC_TRY(vmc_obj_error(&o, "task"));
	if (!vmc_field_size(t, VMC_F_switch_frame_size, &size))
		return vmc_error_new(VMC_NOT_FOUND,
				     "layout of struct inactive_task_frame is not known");
	first = vmc_get(&frame, VMC_F_switch_frame_ip);
	saved_register(&frame, VMC_F_switch_frame_bp, VMC_X86_RBP, &w.regs);
	saved_register(&frame, VMC_F_switch_frame_bx, VMC_X86_RBX, &w.regs);
	saved_register(&frame, VMC_F_switch_frame_r12, VMC_X86_R12, &w.regs);
	saved_register(&frame, VMC_F_switch_frame_r13, VMC_X86_R13, &w.regs);
	saved_register(&frame, VMC_F_switch_frame_r14, VMC_X86_R14, &w.regs);
	saved_register(&frame, VMC_F_switch_frame_r15, VMC_X86_R15, &w.regs);
	VMC_TRY(vmc_obj_error(&frame, "saved frame of the sleeping task"));
	vmc_regs_set(&w.regs, VMC_X86_RIP, first);
	vmc_regs_set(&w.regs, VMC_X86_RSP, sp + size);
	w.slot = sp + size - 8;
	vmc_find_orc(t);
	/* a task that has never run yet starts at ret_from_fork, which is exact */
	if (vmc_target_locate(t, first, &where) && where.name && where.offset == 0 &&
	    vmc_str_starts(where.name, "ret_from_fork"))
		w.exact = true;
	VMC_TRY(walk_out(&w));
	return scan_rest(&w, (reg(&w, VMC_X86_RSP) | 0x3fff) + 1);
}

/* True when the bytes before `pc` are a call instruction: E8 rel32, or FF /2. */
static bool follows_call(struct walk *w, uint64_t pc)
{
	uint8_t b[7];
	vmc_autoerror struct vmc_error *err = vmc_read(&w->mem, pc - sizeof(b), b, sizeof(b));

	if (err)
		return false;
	if (b[2] == 0xe8)
		return true;
	for (size_t i = 0; i + 1 < sizeof(b); i++) {
		if (b[i] == 0xff && (b[i + 1] & 0x38) == 0x10)
			return true;
	}
	return false;
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
		uint64_t word;
		vmc_autoerror struct vmc_error *err = vmc_read_u64(&w.mem, sp, &word);

		/* most words of a stack are no kernel addresses at all */
		if (err || !(word >> 63) || !vmc_target_is_text(t, word - 1) ||
		    !follows_call(&w, word))
			continue;
		vmc_regs_set(&w.regs, VMC_X86_RIP, word);
		vmc_regs_set(&w.regs, VMC_X86_RSP, sp + 8);
		w.slot = sp;
		if (!push_frame(&w, false))
			return vmc_error_no_memory();
	}
	return NULL;
}
