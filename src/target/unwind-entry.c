/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry code: what interrupted the kernel left the registers on the stack (struct pt_regs). ORC
 * says where; without it they lie where the entry code calls C code, at the stack pointer or a few
 * words above it, and are known by what the CPU wrote itself.
 */
#include <string.h>

#include "target/cfi.h"
#include "target/field.h"
#include "target/unwind-internal.h"

#define IRET_FRAME_WORDS 5
#define IRET_FRAME_SIZE (IRET_FRAME_WORDS * 8)
/* Of what the CPU writes, in struct pt_regs. */
#define IRET_OFFSET (VMC_X86_PT_REGS_SIZE - IRET_FRAME_SIZE)
/* Bytes above the stack pointer in which pt_regs may begin: pushed by macros around a call. */
#define ENTRY_SEARCH 64u
/* Interrupt entries before 4.2 switch stacks with sp at the word of rbp: r15 to r12 are not saved.
 */
#define OLD_IRQ_RBP 32u

/*
 * Names of what interrupts, by the entry code that saved the registers. The
 * longest match of a symbol's start wins; the rest of the symbol is the name otherwise.
 */
static const struct {
	const char *entry, *name;
	bool whole; /* the name is all of the symbol, not its start */
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
	{ "async_page_fault", "page fault", true },
	{ "page_fault", "page fault", true },
	{ "general_protection", "general protection fault", true },
	{ "double_fault", "double fault", true },
	{ "divide_error", "divide error", true },
	{ "invalid_op", "invalid opcode", true },
	{ "nmi", "NMI", true },
	{ "end_repeat_nmi", "NMI", true },
	{ "repeat_nmi", "NMI", true },
	{ "apic_timer_interrupt", "timer IRQ", true },
	{ "reboot_interrupt", "reboot IPI", true },
	{ "ret_from_intr", "IRQ", true },
	{ "common_interrupt", "IRQ", true },
	/* before 4.12, and the parts of older entry code that have names of their own */
	{ "system_call", "system call" },
	{ "sysret_", "system call", false },
	{ "int_ret_from_sys_call", "system call" },
	{ "int_with_check", "system call" },
	{ "stub_", "system call" },
	{ "sysenter_", "system call" },
	{ "ia32_", "system call" },
	{ "retint_", "IRQ" },
	{ "restore_args", "IRQ" },
	{ "call_function_", "function-call IPI" },
	{ "reschedule_interrupt", "reschedule IPI", true },
	{ "irq_work_interrupt", "irq-work IPI", true },
	{ "error_entry", "exception", true },
	{ "error_exit", "exception", true },
	{ "paranoid_exit", "exception", true },
	{ "trace_page_fault", "page fault", true },
	{ "stack_segment", "stack segment fault", true },
	{ "alignment_check", "alignment check", true },
	{ "int3", "breakpoint", true },
	{ "debug", "debug exception", true },
	{ "machine_check", "machine check", true },
};

/* NULL for what is no entry code. */
static const char *entry_name(const struct vmc_location *where)
{
	for (size_t i = 0; where->name && i < VMC_ARRAY_SIZE(entries); i++) {
		if (entries[i].whole ? strcmp(where->name, entries[i].entry) == 0
				     : vmc_str_starts(where->name, entries[i].entry))
			return entries[i].name;
	}
	return NULL;
}

static void leave_entry(struct walk *w)
{
	const char *name = entry_name(&walk_frame(w)->where);

	w->exception = name ? name : "exception";
	w->by = VMC_FRAME_PT_REGS;
	w->slot = walk_reg(w, VMC_X86_RSP);
	w->exact = true;
}

struct vmc_error *walk_to_regs(struct walk *w, uint64_t at, bool partial)
{
	uint8_t raw[VMC_X86_PT_REGS_SIZE];
	struct vmc_regs old = w->regs;

	if (partial) {
		VMC_TRY(vmc_read(&w->mem, at, raw, IRET_FRAME_SIZE));
		vmc_regs_set(&w->regs, VMC_X86_RIP, vmc_le64(raw));
		vmc_regs_set(&w->regs, VMC_X86_CS, vmc_le64(raw + 8));
		vmc_regs_set(&w->regs, VMC_X86_RFLAGS, vmc_le64(raw + 16));
		vmc_regs_set(&w->regs, VMC_X86_RSP, vmc_le64(raw + 24));
		vmc_regs_set(&w->regs, VMC_X86_SS, vmc_le64(raw + 32));
	} else {
		VMC_TRY(vmc_read(&w->mem, at, raw, sizeof(raw)));
		w->regs.known = 0;
		vmc_x86_64_pt_regs(raw, &w->regs);
	}
	/* control registers of the note stay true across frames of one CPU */
	if (vmc_regs_has(&old, VMC_X86_CR2))
		vmc_regs_set(&w->regs, VMC_X86_CR2, old.value[VMC_X86_CR2]);
	leave_entry(w);
	return NULL;
}

/* Selectors of kernel and user code with their stacks (arch/x86/include/asm/segment.h, Xen's). */
static bool is_selector_pair(uint64_t cs, uint64_t ss)
{
	static const struct {
		uint64_t cs, ss, other_ss;
	} pairs[] = {
		{ 0x10, 0x18, 0 },     { 0x33, 0x2b, 0x2b },	   { 0x23, 0x2b, 0x2b },
		{ 0xe030, 0xe02b, 0 }, { 0xe033, 0xe02b, 0xe02b },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(pairs); i++) {
		if (cs == pairs[i].cs && (ss == pairs[i].ss || ss == pairs[i].other_ss))
			return true;
	}
	return false;
}

/* Bit 1 is always set, 3, 5, 15 and all above 21 never. */
bool walk_is_flags(uint64_t v)
{
	return (v & ~(uint64_t)0x3f7fd7) == 0 && v & 2;
}

/* rip cs rflags rsp ss, as only the CPU leaves them. */
static bool is_iret_frame(struct walk *w, uint64_t at, bool in_place)
{
	uint8_t raw[IRET_FRAME_SIZE];
	vmc_autoerror struct vmc_error *err = vmc_read(&w->mem, at, raw, sizeof(raw));
	uint64_t ip, cs, sp;

	if (err)
		return false;
	ip = vmc_le64(raw);
	cs = vmc_le64(raw + 8);
	sp = vmc_le64(raw + 24);
	if (!is_selector_pair(cs, vmc_le64(raw + 32)) || !walk_is_flags(vmc_le64(raw + 16)))
		return false;
	if ((cs & 3) == 3)
		return !(sp >> 63);
	/* after a jump to nowhere the address proves nothing, but the place does */
	return sp >> 63 && !(sp & 7) && (in_place || vmc_target_is_text(w->t, ip));
}

bool walk_to_iret(struct walk *w, uint64_t iret, uint64_t lowest)
{
	uint64_t base = iret - IRET_OFFSET;
	struct vmc_error *err;

	if (!is_iret_frame(w, iret, true))
		return false;
	err = walk_to_regs(w, base, false);
	if (err) {
		vmc_error_free(err);
		return false;
	}
	/* struct pt_regs begins with r15, r14, r13, r12, rbp, rbx; what is below sp was not saved
	 */
	static const uint8_t first[] = { VMC_X86_R15, VMC_X86_R14, VMC_X86_R13,
					 VMC_X86_R12, VMC_X86_RBP, VMC_X86_RBX };
	for (size_t i = 0; i < sizeof(first) && base + 8 * i < lowest; i++)
		w->regs.known &= ~((uint64_t)1 << first[i]);
	return true;
}

static bool search_regs(struct walk *w, uint64_t from, uint64_t lowest)
{
	for (uint64_t at = from; at <= from + IRET_OFFSET + ENTRY_SEARCH; at += 8) {
		if (is_iret_frame(w, at, at == from + IRET_OFFSET))
			return walk_to_iret(w, at, lowest);
	}
	return false;
}

bool walk_is_outermost(const struct vmc_location *where)
{
	static const char *const starts[] = { "ret_from_fork",	   "kernel_thread_helper",
					      "child_rip",	   "secondary_startup_64",
					      "common_startup_64", "startup_64",
					      "start_cpu" };

	for (size_t i = 0; where->name && i < VMC_ARRAY_SIZE(starts); i++) {
		if (vmc_str_starts(where->name, starts[i]))
			return true;
	}
	return false;
}

enum way walk_by_entry(struct walk *w, struct vmc_error **why)
{
	const struct vmc_location *where = &walk_frame(w)->where;
	uint64_t sp = walk_reg(w, VMC_X86_RSP), old;
	struct vmc_unwind_rule rule;

	(void)why;
	/* since 6.6 there is a C function of the name ret_from_fork() as well */
	if (walk_is_outermost(where) && !vmc_target_cfi(w->t, walk_ip(w), &rule))
		return WAY_END;
	if (w->exact || !entry_name(where))
		return WAY_NONE;
	if (search_regs(w, sp, sp))
		return WAY_STEP;
	old = walk_across_irq_stack(w, sp);
	if (old != sp && (search_regs(w, old, old) || search_regs(w, old - OLD_IRQ_RBP, old)))
		return WAY_STEP;
	return WAY_NONE;
}

/* ---- the stacks of interrupts ---- */

/* Where the stack for interrupts of a CPU begins, by the names it has had. */
static bool irq_stack_pointer(struct vmc_target *t, size_t cpu, uint64_t *ret)
{
	static const char *const symbols[] = {
		"hardirq_stack_ptr", /* 5.2 */
		"irq_stack_ptr",
	};
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	vmc_autoobj struct vmc_obj hot = vmc_obj_percpu(t, "pcpu_hot", cpu);
	uint64_t at;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(symbols); i++) {
		vmc_autoerror struct vmc_error *err = vmc_target_percpu(t, symbols[i], cpu, &at);

		if (!err)
			err = vmc_read_u64(&mem, at, ret);
		if (!err)
			return true;
	}
	*ret = vmc_get(&hot, VMC_F_pcpu_hot_irq_stack);
	return !vmc_obj_bad(&hot);
}

static void find_irq_stacks(struct vmc_target *t)
{
	if (t->irq_stacks_tried)
		return;
	t->irq_stacks_tried = true;
	for (size_t cpu = 0; cpu < vmc_target_cpus(t); cpu++) {
		uint64_t top;

		if (irq_stack_pointer(t, cpu, &top) && !vmc_vec_push(&t->irq_stacks, top))
			return;
	}
}

uint64_t walk_across_irq_stack(struct walk *w, uint64_t sp)
{
	uint64_t old;

	find_irq_stacks(w->t);
	for (size_t i = 0; i < w->t->irq_stacks.len; i++) {
		uint64_t top = w->t->irq_stacks.data[i];
		vmc_autoerror struct vmc_error *err = NULL;

		/* since 5.12 the pointer is that of the last word, before it is that behind it */
		if (sp != top && sp != top - 8)
			continue;
		err = vmc_read_u64(&w->mem, sp, &old);
		if (!err && old >> 63 && !(old & 7) && !vmc_target_is_text(w->t, old - 1))
			return old;
	}
	return sp;
}
