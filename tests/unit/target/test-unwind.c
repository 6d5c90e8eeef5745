/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks by ORC, and what is guessed where it is silent. */
#include "walks.h"

static const struct mini_struct task_types[] = {
	{ "thread_struct", 64, { { "sp", "u64", 24 } } },
	{ "task_struct", 256, { { "thread", "thread_struct", 128 } } },
	{ "inactive_task_frame",
	  56,
	  { { "r15", "u64", 0 },
	    { "r14", "u64", 8 },
	    { "r13", "u64", 16 },
	    { "r12", "u64", 24 },
	    { "bx", "u64", 32 },
	    { "bp", "u64", 40 },
	    { "ret_addr", "u64", 48 } } },
};

static void calls_lead_outwards(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "middle", INTO, VMC_FRAME_ORC },
		{ "outer", INTO, VMC_FRAME_ORC },
		{ "start", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	uint64_t leaf = function(&m, "leaf", 8, 0, MINI_ORC_CALL);
	uint64_t middle = function(&m, "middle", 32, -16, MINI_ORC_CALL_SAVED);
	uint64_t outer = function(&m, "outer", 16, -16, MINI_ORC_CALL_BP);
	uint64_t start = function(&m, "start", 0, 0, MINI_ORC_END);
	uint64_t base = make_stack(&m) + 0x1000, sp = base, frame = base + 0x800;
	vmc_autotrace struct vmc_trace tr = { 0 };
	struct vmc_regs regs = registers(leaf + 4, base, 0xb9);

	(void)state;
	word(&m, &sp, middle + INTO);
	word(&m, &sp, 0x1111); /* two words of the frame of middle() */
	word(&m, &sp, 0x2222);
	word(&m, &sp, frame); /* bp of outer() */
	word(&m, &sp, outer + INTO);
	mini_u64(&m, frame, 0);
	mini_u64(&m, frame + 8, start + INTO);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
	assert_false(tr.truncated);
	assert_int_equal(tr.frames.data[0].sp, base);
	assert_int_equal(tr.frames.data[1].sp, base);
	assert_int_equal(tr.frames.data[2].sp, base + 4 * 8);
	assert_int_equal(tr.frames.data[3].sp, frame + 8);
	assert_true(tr.frames.data[0].has_regs);
	assert_false(tr.frames.data[1].has_regs);
	assert_int_equal(tr.frames.data[2].regs.value[VMC_X86_RBP], frame);
}

/* A call that is the last instruction returns to where the next function starts. */
static void a_return_address_belongs_to_the_call_before_it(void **state)
{
	static const struct want want[] = {
		{ "leaf", 0, VMC_FRAME_REGISTERS, .exact = true },
		{ "noreturn", 64, VMC_FRAME_ORC },
		{ "start", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	uint64_t leaf, noreturn, start, base, sp;
	vmc_autotrace struct vmc_trace tr = { 0 };
	struct vmc_regs regs;

	(void)state;
	noreturn = function(&m, "noreturn", 24, 0, MINI_ORC_CALL);
	/* right behind, where the rule of noreturn() would be wrong: the pc here is exact */
	leaf = function(&m, "leaf", 8, 0, MINI_ORC_CALL);
	start = function(&m, "start", 0, 0, MINI_ORC_END);
	base = sp = make_stack(&m) + 0x1000;
	word(&m, &sp, noreturn + 64);
	word(&m, &sp, 0);
	word(&m, &sp, 0);
	word(&m, &sp, start + INTO);
	regs = registers(leaf, base, 0);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
}

/* leaf <- handler <- entry | victim <- start; `entry` names what happened. */
static void fault(struct mini *m, const char *entry_name, struct vmc_regs *regs)
{
	uint64_t handler = function(m, "handler", 16, 0, MINI_ORC_CALL);
	uint64_t entry = function(m, entry_name, 0, 0, MINI_ORC_REGS);
	uint64_t victim, start, base, sp, old;

	function(m, "before", 0, 0, MINI_ORC_UNDEFINED);
	victim = function(m, "victim", 8, 0, MINI_ORC_CALL);
	start = function(m, "start", 0, 0, MINI_ORC_END);
	base = sp = make_stack(m) + 0x1000;
	old = base + 0x2000;
	word(m, &sp, 0);
	word(m, &sp, entry + INTO);
	/* at the first byte of its function: an exact pc is looked up as it is */
	mini_pt_regs(m, sp,
		     &(struct mini_cpu){
			     .ip = victim, .sp = old, .bp = 0xbbb, .cs = 0x10, .flags = 0x10246 });
	mini_u64(m, old, start + INTO);
	*regs = registers(handler + 8, base, 0);
	vmc_regs_set(regs, VMC_X86_CR2, 0xbad);
}

static void exceptions_lead_to_what_they_interrupted(void **state)
{
	static const struct want want[] = {
		{ "handler", 8, VMC_FRAME_REGISTERS, .exact = true },
		{ "asm_exc_page_fault", INTO, VMC_FRAME_ORC },
		{ "victim", 0, VMC_FRAME_PT_REGS, "page fault", .exact = true },
		{ "start", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	vmc_autotrace struct vmc_trace tr = { 0 };
	const struct vmc_frame *f;
	struct vmc_regs regs;

	(void)state;
	fault(&m, "asm_exc_page_fault", &regs);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
	f = &tr.frames.data[2];
	assert_true(f->has_regs);
	assert_false(f->user);
	assert_int_equal(f->regs.value[VMC_X86_R12], 12);
	assert_int_equal(f->regs.value[VMC_X86_RAX], 0xa);
	assert_int_equal(f->regs.value[VMC_X86_RFLAGS], 0x10246);
	/* CR2 is not in pt_regs, but stays true on this CPU */
	assert_int_equal(f->regs.value[VMC_X86_CR2], 0xbad);
	/* what a call may change is not known behind it */
	assert_false(vmc_regs_has(&tr.frames.data[3].regs, VMC_X86_RAX));
}

static void entries_have_names(void **state)
{
	static const char *const rows[][2] = {
		{ "asm_exc_general_protection", "general protection fault" },
		{ "asm_exc_double_fault", "double fault" },
		{ "asm_exc_divide_error", "divide error" },
		{ "asm_exc_invalid_op", "invalid opcode" },
		{ "asm_exc_int3", "breakpoint" },
		{ "asm_exc_nmi", "NMI" },
		{ "asm_common_interrupt", "IRQ" },
		{ "asm_sysvec_apic_timer_interrupt", "timer IRQ" },
		{ "asm_sysvec_reboot", "reboot IPI" },
		{ "asm_sysvec_call_function_single", "function-call IPI" },
		{ "asm_sysvec_kvm_asyncpf_interrupt", "IRQ" },
		{ "entry_SYSCALL_64_after_hwframe", "system call" },
		{ "async_page_fault", "page fault" },
		{ "page_fault", "page fault" },
		{ "apic_timer_interrupt", "timer IRQ" },
		{ "end_repeat_nmi", "NMI" },
		{ "ret_from_intr", "IRQ" },
		{ "asm_exc_nobody_knows", "exception" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		vmc_autotrace struct vmc_trace tr = { 0 };
		struct vmc_regs regs;

		fault(&m, rows[i][0], &regs);
		assert_ok(vmc_unwind_regs(mini_open(&m), &regs, &tr));
		assert_int_equal(tr.frames.len, 4);
		assert_string_equal(tr.frames.data[2].exception, rows[i][1]);
	}
}

/* On the IRQ stack the old stack pointer is the last word: *sp leads across. */
static void the_irq_stack_leads_back(void **state)
{
	static const struct want want[] = {
		{ "irq_work", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "call_on_irqstack", INTO, VMC_FRAME_ORC },
		{ "asm_common_interrupt", INTO, VMC_FRAME_ORC },
		{ "victim", 12, VMC_FRAME_PT_REGS, "IRQ", .exact = true },
		{ "start", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	uint64_t work = function(&m, "irq_work", 8, 0, MINI_ORC_CALL);
	uint64_t call = function(&m, "call_on_irqstack", 8, 0, MINI_ORC_INDIRECT);
	uint64_t entry = function(&m, "asm_common_interrupt", 0, 0, MINI_ORC_REGS);
	uint64_t victim = function(&m, "victim", 8, 0, MINI_ORC_CALL);
	uint64_t start = function(&m, "start", 0, 0, MINI_ORC_END);
	/* the stack of the task lies below: here sp falls */
	uint64_t task = make_stack(&m) + 0x1000, irq = make_stack(&m) + 0x3ff0, sp = task;
	struct vmc_regs regs = registers(work + 4, irq, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	assert_true(task < irq);
	mini_u64(&m, irq, call + INTO);
	mini_u64(&m, irq + 8, task);
	word(&m, &sp, entry + INTO);
	mini_pt_regs(&m, sp, &(struct mini_cpu){ .ip = victim + 12, .sp = sp + 168, .cs = 0x10 });
	mini_u64(&m, sp + 168, start + INTO);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
}

static void user_mode_is_the_end(void **state)
{
	static const struct want want[] = {
		{ "do_syscall_64", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "entry_SYSCALL_64_after_hwframe", INTO, VMC_FRAME_ORC },
		{ NULL, 0x7f1234567890, VMC_FRAME_PT_REGS, "system call", .exact = true },
	};

	(void)state;
	/* whole pt_regs, or only what the CPU pushed */
	for (int partial = 0; partial <= 1; partial++) {
		AUTO_MINI m = mini();
		uint64_t f = function(&m, "do_syscall_64", 8, 0, MINI_ORC_CALL);
		uint64_t entry = function(&m, want[1].name, 0, 0,
					  partial ? MINI_ORC_PARTIAL : MINI_ORC_REGS);
		uint64_t base = make_stack(&m) + 0x1000, sp = base;
		vmc_autotrace struct vmc_trace tr = { 0 };
		struct vmc_regs regs = registers(f + 4, base, 0x77);

		word(&m, &sp, entry + INTO);
		/* ip is 16 words into pt_regs */
		mini_pt_regs(&m, partial ? sp - 128 : sp,
			     &(struct mini_cpu){ .ip = 0x7f1234567890,
						 .sp = 0x7ffc0000,
						 .cs = 0x33,
						 .flags = 0x246 });
		mini_u64(&m, base, entry + INTO);
		assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
		assert_true(tr.frames.data[2].user);
		assert_true(tr.frames.data[2].has_regs);
		assert_int_equal(tr.frames.data[2].regs.value[VMC_X86_RSP], 0x7ffc0000);
		assert_int_equal(vmc_regs_has(&tr.frames.data[2].regs, VMC_X86_R12), !partial);
	}
	/* a CPU that was in user mode has no kernel frame at all */
	AUTO_MINI m = mini();
	struct vmc_regs regs = registers(0x400123, 0x7ffc0000, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };

	vmc_regs_set(&regs, VMC_X86_CS, 0x33);
	assert_ok(vmc_unwind_regs(mini_open(&m), &regs, &tr));
	assert_int_equal(tr.frames.len, 1);
	assert_true(tr.frames.data[0].user);
	assert_null(tr.stopped);
}

/* A call through a NULL pointer: who called stands on top of the stack. */
static void a_call_to_nowhere_is_traced_to_the_caller(void **state)
{
	static const uint64_t nowhere[] = { 0, 0x10, 0xdead000000000100, 0xffffffffffffffff };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(nowhere); i++) {
		const struct want want[] = {
			{ NULL, nowhere[i], VMC_FRAME_REGISTERS, .exact = true },
			{ "caller", INTO, VMC_FRAME_SCAN },
			{ "start", INTO, VMC_FRAME_ORC },
		};
		AUTO_MINI m = mini();
		uint64_t caller = function(&m, "caller", 16, 0, MINI_ORC_CALL);
		uint64_t start = function(&m, "start", 0, 0, MINI_ORC_END);
		uint64_t base = make_stack(&m) + 0x1000, sp = base;
		struct vmc_regs regs = registers(nowhere[i], base, 0);
		vmc_autotrace struct vmc_trace tr = { 0 };

		word(&m, &sp, caller + INTO);
		word(&m, &sp, 0);
		word(&m, &sp, start + INTO);
		assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
	}
}

static void circles_are_left(void **state)
{
	AUTO_MINI m = mini();
	uint64_t a = function(&m, "a", 16, -16, MINI_ORC_CALL_BP);
	uint64_t b = function(&m, "b", 16, -16, MINI_ORC_CALL_BP);
	uint64_t c = function(&m, "c", 16, -16, MINI_ORC_CALL_BP);
	uint64_t base = make_stack(&m), self = base + 0x100, one = base + 0x200, two = base + 0x300;
	struct vmc_regs to_self = registers(c + 4, base, self);
	struct vmc_regs to_two = registers(c + 4, base, one);
	vmc_autotrace struct vmc_trace tr = { 0 }, tr2 = { 0 };

	(void)state;
	/* the frame is its own caller's */
	mini_u64(&m, self, self);
	mini_u64(&m, self + 8, a + INTO);
	/* each is the other's */
	mini_u64(&m, one, two);
	mini_u64(&m, one + 8, a + INTO);
	mini_u64(&m, two, one);
	mini_u64(&m, two + 8, b + INTO);
	assert_ok(vmc_unwind_regs(mini_open(&m), &to_self, &tr));
	assert_int_equal(vmc_error_code(tr.stopped), VMC_LIMIT);
	assert_true(tr.frames.data[1].reliable && tr.frames.len < 16);
	assert_ok(vmc_unwind_regs(m.target, &to_two, &tr2));
	assert_int_equal(vmc_error_code(tr2.stopped), VMC_LIMIT);
	assert_true(tr2.frames.len < 16);
	assert_false(tr2.truncated);
}

static void deep_recursion_is_cut(void **state)
{
	AUTO_MINI m = mini();
	uint64_t f = function(&m, "recurse", 8, 0, MINI_ORC_CALL);
	uint64_t base = mini_direct(&m, mini_pages(&m, 8)), sp = base;
	struct vmc_regs regs = registers(f, base, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	for (size_t i = 0; i < VMC_FRAMES_MAX + 500; i++)
		word(&m, &sp, f + INTO);
	assert_ok(vmc_unwind_regs(mini_open(&m), &regs, &tr));
	assert_int_equal(tr.frames.len, VMC_FRAMES_MAX);
	assert_true(tr.truncated);
	assert_null(tr.stopped);
}

static bool is_missing(const struct vmc_target *t, const char *what)
{
	for (size_t i = 0; i < t->unavailable.len; i++) {
		if (strcmp(t->unavailable.data[i].what, what) == 0)
			return true;
	}
	return false;
}

/* Kernels with frame pointers, and code that no table knows. */
static void frame_pointers_are_followed_where_tables_are_silent(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "middle", INTO, VMC_FRAME_POINTER, .guess = true },
		{ "outer", INTO, VMC_FRAME_POINTER, .guess = true },
	};

	(void)state;
	for (int tables = 0; tables <= 1; tables++) {
		AUTO_MINI m = mini();
		uint64_t leaf = function(&m, "leaf", 0, 0, MINI_ORC_UNDEFINED);
		uint64_t middle = function(&m, "middle", 0, 0, MINI_ORC_UNDEFINED);
		uint64_t outer = function(&m, "outer", 0, 0, MINI_ORC_UNDEFINED), first;
		uint64_t base = make_stack(&m) + 0x1000, bp = base + 0x100, bp2 = base + 0x200;
		struct vmc_regs regs = registers(leaf + 4, base, bp);
		vmc_autotrace struct vmc_trace tr = { 0 };

		/* a table of calls only is too little to tell its version */
		for (int i = 0; i < 40; i++)
			function(&m, "other", 8, 0, MINI_ORC_CALL);
		if (!tables)
			m.orc.len = 0;
		mini_u64(&m, bp, bp2);
		mini_u64(&m, bp + 8, middle + INTO);
		mini_u64(&m, bp2, 0);
		mini_u64(&m, bp2 + 8, outer + INTO);
		/* further words are no return addresses: no call before them, or no code */
		first = base + 0x400;
		mini_u64(&m, first, leaf + 3);
		mini_u64(&m, first + 8, base);
		/* without tables the code is asked, by which a 0 is the return address of outer() */
		assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr),
				 tables ? VMC_NOT_FOUND : VMC_BAD_FORMAT);
		assert_int_equal(m.target->orc.count != 0, tables);
		/* a kernel that was built without them lacks nothing */
		assert_false(is_missing(m.target, "ORC unwind tables"));
	}
}

/* Where nothing leads on, the rest of the stack is searched for what looks like calls. */
static void the_rest_of_the_stack_is_guessed(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "called", INTO, VMC_FRAME_SCAN, .guess = true },
		{ "by_register", INTO, VMC_FRAME_SCAN, .guess = true },
	};
	AUTO_MINI m = mini();
	uint64_t leaf = function(&m, "leaf", 0, 0, MINI_ORC_UNDEFINED);
	uint64_t called = function(&m, "called", 8, 0, MINI_ORC_CALL);
	uint64_t reg = function(&m, "by_register", 8, 0, MINI_ORC_CALL);
	uint64_t stack = make_stack(&m), base = stack + 0x1000;
	struct vmc_regs regs = registers(leaf + 4, base, 0x123);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	mini_put(&m, reg + INTO - 5, "\x90\x90\x90\xff\xd0", 5); /* call *%rax */
	mini_u64(&m, base - 8, called + INTO);			 /* below sp: an older call */
	mini_u64(&m, base + 0x10, called + INTO);
	mini_u64(&m, base + 0x18, called + INTO + 8); /* code, but no call before it */
	mini_u64(&m, stack + STACK_SIZE - 8, reg + INTO);
	mini_u64(&m, stack + STACK_SIZE, called + INTO); /* another stack */
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_NOT_FOUND);
	assert_int_equal(tr.frames.data[1].sp, base + 0x10);
}

static void a_return_address_that_is_no_code_stops_the_walk(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
	};
	AUTO_MINI m = mini();
	uint64_t leaf = function(&m, "leaf", 8, 0, MINI_ORC_CALL);
	uint64_t base = make_stack(&m) + 0x1000;
	struct vmc_regs regs = registers(leaf + 4, base, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	mini_u64(&m, base, 0x6b6b6b6b6b6b6b6b);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_BAD_FORMAT);
}

static void a_lost_stack_is_told(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
	};
	AUTO_MINI m = mini();
	uint64_t leaf = function(&m, "leaf", 8, 0, MINI_ORC_CALL);
	uint64_t base = make_stack(&m) + 0x1000;
	struct vmc_regs regs = registers(leaf + 4, base, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	mini_lose(&m, base);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_NOT_RAM);
}

/* r10 is known where it was saved, and no more behind a call. */
static void registers_that_are_not_known_are_not_used(void **state)
{
	static const struct want want[] = {
		{ "realign", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "realign", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	uint64_t f = function(&m, "realign", 8, 0, MINI_ORC_R10);
	uint64_t base = make_stack(&m) + 0x1000;
	struct vmc_regs regs = registers(f + 4, base - 0x40, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	for (int i = 0; i < 40; i++) /* so that the table tells its version */
		function(&m, "other", 8, 0, MINI_ORC_CALL);
	vmc_regs_set(&regs, VMC_X86_R10, base);
	mini_u64(&m, base, f + INTO);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_NOT_FOUND);
}

static void without_registers_there_is_no_walk(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_regs regs = { 0 };
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	assert_code(vmc_unwind_regs(mini_open(&m), &regs, &tr), VMC_NOT_FOUND);
	vmc_regs_set(&regs, VMC_X86_RIP, m.text);
	assert_code(vmc_unwind_regs(m.target, &regs, &tr), VMC_NOT_FOUND);
	assert_int_equal(tr.frames.len, 0);
}

/* ---- tasks that sleep ---- */

static void a_sleeping_task_is_walked_from_its_switch(void **state)
{
	static const struct want want[] = {
		{ "__switch_to_asm", INTO, VMC_FRAME_REGISTERS },
		{ "schedule", INTO, VMC_FRAME_ORC },
		{ "start", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	uint64_t sw = function(&m, "__switch_to_asm", 8, 0, MINI_ORC_CALL);
	uint64_t sched = function(&m, "schedule", 16, -16, MINI_ORC_CALL_BP);
	uint64_t start = function(&m, "start", 0, 0, MINI_ORC_END);
	uint64_t task = mini_alloc(&m, 256), sp = make_stack(&m) + 0x3000, bp = sp + 0x100;
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	mini_struct(&m, task_types, VMC_ARRAY_SIZE(task_types));
	mini_set(&m, task, "task_struct.thread.sp", sp);
	mini_set(&m, sp, "inactive_task_frame.r12", 0x1212);
	mini_set(&m, sp, "inactive_task_frame.bp", bp);
	mini_set(&m, sp, "inactive_task_frame.ret_addr", sw + INTO);
	mini_u64(&m, sp + 56, sched + INTO);
	mini_u64(&m, bp + 8, start + INTO);
	assert_ok(vmc_unwind_task(mini_open(&m), task, &tr));
	check_frames(&tr, want, VMC_ARRAY_SIZE(want));
	assert_null(tr.stopped);
	assert_int_equal(tr.frames.data[0].sp, sp + 48);
	assert_int_equal(tr.frames.data[0].regs.value[VMC_X86_R12], 0x1212);
}

/* It begins at the first instruction of ret_from_fork, which no call stands before. */
static void a_new_task_has_never_run(void **state)
{
	static const struct want want[] = {
		{ "ret_from_fork_asm", 0, VMC_FRAME_REGISTERS, .exact = true },
		{ NULL, 0x401000, VMC_FRAME_PT_REGS, "new task", .exact = true },
	};
	AUTO_MINI m = mini();
	uint64_t before = function(&m, "before", 8, 0, MINI_ORC_CALL);
	uint64_t fork = function(&m, "ret_from_fork_asm", 0, 0, MINI_ORC_REGS);
	uint64_t task = mini_alloc(&m, 256), sp = make_stack(&m) + 0x3000;
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	assert_int_equal(fork, before + 64);
	mini_struct(&m, task_types, VMC_ARRAY_SIZE(task_types));
	mini_set(&m, task, "task_struct.thread.sp", sp);
	mini_set(&m, sp, "inactive_task_frame.ret_addr", fork);
	mini_pt_regs(&m, sp + 56, &(struct mini_cpu){ .ip = 0x401000, .cs = 0x33 });
	assert_ok(vmc_unwind_task(mini_open(&m), task, &tr));
	check_frames(&tr, want, VMC_ARRAY_SIZE(want));
	assert_true(tr.frames.data[1].user);
}

static void a_task_that_cannot_be_read_is_an_error(void **state)
{
	AUTO_MINI m = mini();
	uint64_t task = mini_alloc(&m, 256);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	mini_struct(&m, task_types, VMC_ARRAY_SIZE(task_types));
	mini_set(&m, task, "task_struct.thread.sp", 0x1000);
	assert_code(vmc_unwind_task(mini_open(&m), task, &tr), VMC_UNMAPPED);
	assert_code(vmc_unwind_task(m.target, 0xdead000000000000, &tr), VMC_UNMAPPED);
	AUTO_MINI plain = mini();
	assert_code(vmc_unwind_task(mini_open(&plain), task, &tr), VMC_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_lead_outwards),
		cmocka_unit_test(a_return_address_belongs_to_the_call_before_it),
		cmocka_unit_test(exceptions_lead_to_what_they_interrupted),
		cmocka_unit_test(entries_have_names),
		cmocka_unit_test(the_irq_stack_leads_back),
		cmocka_unit_test(user_mode_is_the_end),
		cmocka_unit_test(a_call_to_nowhere_is_traced_to_the_caller),
		cmocka_unit_test(circles_are_left),
		cmocka_unit_test(deep_recursion_is_cut),
		cmocka_unit_test(frame_pointers_are_followed_where_tables_are_silent),
		cmocka_unit_test(the_rest_of_the_stack_is_guessed),
		cmocka_unit_test(a_return_address_that_is_no_code_stops_the_walk),
		cmocka_unit_test(a_lost_stack_is_told),
		cmocka_unit_test(registers_that_are_not_known_are_not_used),
		cmocka_unit_test(without_registers_there_is_no_walk),
		cmocka_unit_test(a_sleeping_task_is_walked_from_its_switch),
		cmocka_unit_test(a_new_task_has_never_run),
		cmocka_unit_test(a_task_that_cannot_be_read_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
