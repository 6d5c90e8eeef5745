/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sleeping tasks before 4.9, as switch_to() left them (arch/x86/include/asm/switch_to.h of 3.10:
 * pushf; push %rbp; save rsp; call __switch_to), in a kernel with frame pointers and no table at
 * all.
 */
#include "walks.h"

static const struct mini_struct types[] = {
	{ "thread_struct", 64, { { "sp", "u64", 24 } } },
	{ "thread_union", STACK_SIZE, { { "stack", "u64", 0, .count = STACK_SIZE / 8 } } },
	{ "task_struct", 256, { { "thread", "thread_struct", 128 }, { "stack", "u64", 8 } } },
};

/* push %rbp; mov %rsp,%rbp */
static uint64_t with_frame_pointer(struct mini *m, const char *name)
{
	uint64_t addr = mini_function(m, name, 64);

	mini_put(m, addr, "\x55\x48\x89\xe5", 4);
	for (uint64_t at = addr + 4; at < addr + INTO - 5; at++)
		mini_put(m, at, "\x90", 1);
	mini_put(m, addr + INTO - 5, "\xe8", 1);
	return addr;
}

struct sleeper {
	uint64_t task, stack, sched, caller, start;
};

static struct sleeper sleeper(struct mini *m)
{
	struct sleeper s = { .start = mini_function(m, "kernel_thread_helper", 64) };
	uint64_t to = mini_function(m, "__switch_to", 64);
	uint32_t distance;

	s.caller = with_frame_pointer(m, "schedule_timeout");
	s.sched = with_frame_pointer(m, "__schedule");
	mini_put(m, s.start + INTO - 5, "\xe8", 1);
	mini_function(m, "ret_from_fork", 64);
	/* __switch_to() is called 0x30 bytes into __schedule() */
	distance = (uint32_t)(to - (s.sched + 0x30));
	mini_put(m, s.sched + 0x2b, "\xe8", 1);
	mini_u32(m, s.sched + 0x2c, distance);
	s.task = mini_alloc(m, 256);
	s.stack = make_stack(m);
	mini_struct(m, types, VMC_ARRAY_SIZE(types));
	mini_set(m, s.task, "task_struct.stack", s.stack);
	return s;
}

static void switches_in_inline_assembly_are_found(void **state)
{
	static const struct want want[] = {
		{ "__schedule", 0x30, VMC_FRAME_REGISTERS },
		{ "schedule_timeout", INTO, VMC_FRAME_POINTER },
		{ "kernel_thread_helper", INTO, VMC_FRAME_POINTER },
	};

	(void)state;
	/* since 4.2 rflags are not saved */
	for (int flags = 0; flags <= 1; flags++) {
		AUTO_MINI m = mini();
		struct sleeper s = sleeper(&m);
		uint64_t sp = s.stack + 0x3000, bp = sp + 0x100, bp2 = sp + 0x200, at = sp;
		vmc_autotrace struct vmc_trace tr = { 0 };

		mini_set(&m, s.task, "task_struct.thread.sp", sp);
		word(&m, &at, bp);
		word(&m, &at, flags ? 0x246 : 0xffff880012345678);
		mini_u64(&m, bp, bp2);
		mini_u64(&m, bp + 8, s.caller + INTO);
		mini_u64(&m, bp2 + 8, s.start + INTO);
		assert_ok(vmc_unwind_task(mini_open(&m), s.task, &tr));
		check_frames(&tr, want, VMC_ARRAY_SIZE(want));
		assert_null(tr.stopped);
		assert_int_equal(tr.frames.data[0].sp, sp);
		assert_int_equal(tr.frames.data[0].regs.value[VMC_X86_RSP], sp + (flags ? 16 : 8));
	}
}

static void a_task_of_which_only_registers_are_there_has_never_run(void **state)
{
	static const struct want want[] = {
		{ "ret_from_fork", 0, VMC_FRAME_REGISTERS, .exact = true },
	};
	AUTO_MINI m = mini();
	struct sleeper s = sleeper(&m);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	mini_set(&m, s.task, "task_struct.thread.sp", s.stack + STACK_SIZE - 168 - 8);
	assert_ok(vmc_unwind_task(mini_open(&m), s.task, &tr));
	check_frames(&tr, want, VMC_ARRAY_SIZE(want));
	assert_null(tr.stopped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(switches_in_inline_assembly_are_found),
		cmocka_unit_test(a_task_of_which_only_registers_are_there_has_never_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
