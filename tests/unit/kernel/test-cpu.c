/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "kernel/cpu.h"
#include "tasks.h"

#define SP(stack) ((stack) + 0x3000)

static uint64_t cpumask(struct mini *m, const char *name, uint64_t bits)
{
	uint64_t addr = mini_variable(m, name, 8);

	mini_u64(m, addr, bits);
	return addr;
}

static void panic_stops_cpus_but_they_were_online(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t task = add_process(&p, 50, "crasher", EVERYWHERE);
	struct vmc_cpus c;

	(void)state;
	add_cpus(&p, 4);
	run_on(&p, 2, task);
	/* all but the panicking CPU were taken off line by its stop IPI; CPU 3 was off before */
	cpumask(&m, "__cpu_online_mask", 1 << 2);
	cpumask(&m, "__cpu_present_mask", 0xf);
	mini_set(&m, m.percpu[3] + 0x1100, "cpuhp_cpu_state.state", 0);
	mini_u32(&m, mini_variable(&m, "panic_cpu", 4), 2);
	assert_ok(vmc_cpus_read(mini_open(&m), &c));
	assert_int_equal(c.cpus.len, 4);
	assert_int_equal(c.present, 4);
	assert_int_equal(c.offline, 1);
	assert_true(c.cpus.data[0].online && c.cpus.data[1].online && c.cpus.data[2].online);
	assert_false(c.cpus.data[3].online);
	assert_int_equal(c.panic_cpu, 2);
	assert_string_equal(c.panic_by, "panic_cpu");
	assert_int_equal(c.cpus.data[2].task, task);
	assert_int_equal(c.cpus.data[0].task, p.init_task);
	vmc_cpus_deinit(&c);
}

static void masks_decide_where_there_is_no_hotplug_state(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	struct vmc_cpus c;

	(void)state;
	add_cpus(&p, 4);
	m.enums.len = 0; /* CPUHP_ONLINE is not known */
	cpumask(&m, "__cpu_online_mask", 0x5);
	cpumask(&m, "__cpu_present_mask", 0xd);
	assert_ok(vmc_cpus_read(mini_open(&m), &c));
	assert_int_equal(c.cpus.len, 3);
	assert_int_equal(c.cpus.data[0].cpu, 0);
	assert_int_equal(c.cpus.data[1].cpu, 2);
	assert_int_equal(c.cpus.data[2].cpu, 3);
	assert_int_equal(c.offline, 1);
	assert_false(c.cpus.data[2].online);
	vmc_cpus_deinit(&c);
}

static void who_panicked_is_asked_of_two_variables(void **state)
{
	static const struct {
		int64_t panic, crashing; /* -2: no such variable */
		int want;
		const char *by;
	} rows[] = {
		{ 1, -1, 1, "panic_cpu" },
		{ -1, 0, 0, "crashing_cpu" }, /* an oops goes to kdump before panic() */
		{ -1, -1, -1, NULL },
		{ -2, 1, 1, "crashing_cpu" },
		{ -2, -2, -1, NULL },
		{ 77, 1, 1, "crashing_cpu" },
		{ INT32_MIN, INT32_MAX, -1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct people p = people(&m, false);
		struct vmc_cpus c;

		add_cpus(&p, 2);
		if (rows[i].panic != -2)
			mini_u32(&m, mini_variable(&m, "panic_cpu", 4), (uint32_t)rows[i].panic);
		if (rows[i].crashing != -2)
			mini_u32(&m, mini_variable(&m, "crashing_cpu", 4),
				 (uint32_t)rows[i].crashing);
		assert_ok(vmc_cpus_read(mini_open(&m), &c));
		assert_int_equal(c.panic_cpu, rows[i].want);
		assert_true(vmc_streq(c.panic_by, rows[i].by));
		vmc_cpus_deinit(&c);
	}
}

/* Before 4.5: it is 0 from the start, and CPU 0 has crashed only if the rest was set as well. */
static void crashing_cpu_0_needs_a_witness(void **state)
{
	(void)state;
	for (int kdump = 0; kdump <= 1; kdump++) {
		AUTO_MINI m = mini();
		struct people p = people(&m, true);
		struct vmc_cpus c;

		add_cpus(&p, 2);
		mini_variable(&m, "crashing_cpu", 4);
		mini_u64(&m, mini_variable(&m, "shootdown_callback", 8), kdump ? m.text : 0);
		assert_ok(vmc_cpus_read(mini_open(&m), &c));
		assert_int_equal(c.panic_cpu, kdump ? 0 : -1);
		vmc_cpus_deinit(&c);
	}
}

/* 3.10: masks under another name, CPU_ONLINE and CPU_DEAD in x86's own per-CPU variable. */
static void masks_and_states_had_other_names(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, true);
	struct vmc_cpus c;

	(void)state;
	add_cpus(&p, 4);
	m.enums.len = 0;
	for (size_t i = 0; i < m.structs.len; i++) {
		if (strcmp(m.structs.data[i]->name, "cpuhp_cpu_state") == 0) {
			m.structs.data[i] = m.structs.data[--m.structs.len];
			break;
		}
	}
	cpumask(&m, "cpu_present_bits", 0xb);
	cpumask(&m, "cpu_online_bits", 0x1); /* the panic stopped the others */
	mini_symbol(&m, "per_cpu__cpu_state", 'D', 0x1200);
	mini_u32(&m, m.percpu[0] + 0x1200, 2);
	mini_u32(&m, m.percpu[1] + 0x1200, 2);
	mini_u32(&m, m.percpu[3] + 0x1200, 7);
	assert_ok(vmc_cpus_read(mini_open(&m), &c));
	assert_int_equal(c.cpus.len, 3);
	assert_int_equal(c.offline, 1);
	assert_true(c.cpus.data[0].online && c.cpus.data[1].online);
	assert_int_equal(c.cpus.data[2].cpu, 3);
	assert_false(c.cpus.data[2].online);
	vmc_cpus_deinit(&c);
}

/* GS points to the CPU's area; in user mode its shadow does. The order says nothing. */
static void notes_of_qemu_belong_to_their_area(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	struct vmc_cpus c;

	(void)state;
	add_cpus(&p, 3);
	mini_qemu(&m, &(struct mini_cpu){ .ip = 0xffffffff9b000002,
					  .gs = m.percpu[2],
					  .cr3 = mini_physical(&m, m.pgd) });
	mini_qemu(&m, &(struct mini_cpu){
			      .ip = 0x400001, .cs = 0x33, .gs = 0x7f00, .kernel_gs = m.percpu[1] });
	mini_qemu(&m, &(struct mini_cpu){ .ip = 0xffffffff9b000000, .gs = m.percpu[0] });
	assert_ok(vmc_cpus_read(mini_open(&m), &c));
	assert_int_equal(c.cpus.len, 3);
	assert_int_equal(c.cpus.data[0].regs.value[VMC_X86_RIP], 0xffffffff9b000000);
	assert_int_equal(c.cpus.data[1].regs.value[VMC_X86_RIP], 0x400001);
	assert_int_equal(c.cpus.data[2].regs.value[VMC_X86_RIP], 0xffffffff9b000002);
	vmc_cpus_deinit(&c);
}

/* kdump: CPU 1 did not answer, so the second note is that of CPU 2. */
static void notes_of_kdump_belong_to_the_stack(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t a = add_process(&p, 10, "a", EVERYWHERE), b = add_process(&p, 11, "b", EVERYWHERE);
	uint64_t d = add_process(&p, 12, "d", EVERYWHERE);
	struct vmc_cpus c;

	(void)state;
	add_cpus(&p, 3);
	run_on(&p, 0, a);
	run_on(&p, 1, b);
	run_on(&p, 2, d);
	/* the pids in the notes are wrong: current changed while they were written */
	mini_prstatus(&m, &(struct mini_cpu){ .ip = 1, .sp = SP(stack_of(&p, a)), .pid = 11 });
	mini_prstatus(&m, &(struct mini_cpu){ .ip = 3, .sp = SP(stack_of(&p, d)), .pid = 10 });
	assert_ok(vmc_cpus_read(mini_open(&m), &c));
	assert_int_equal(c.cpus.data[0].regs.value[VMC_X86_RIP], 1);
	assert_false(c.cpus.data[1].has_regs);
	assert_int_equal(c.cpus.data[2].regs.value[VMC_X86_RIP], 3);
	vmc_cpus_deinit(&c);
}

/* On an IRQ stack, or in user mode, sp does not tell: the pid does, and at last the order. */
static void pid_and_order_are_the_last_signs(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t a = add_process(&p, 10, "a", EVERYWHERE), b = add_process(&p, 11, "b", EVERYWHERE);
	struct vmc_cpus c;

	(void)state;
	add_cpus(&p, 3);
	run_on(&p, 0, a);
	run_on(&p, 1, b);
	mini_prstatus(&m, &(struct mini_cpu){ .ip = 2, .sp = 0x7ffc0000, .pid = 11 });
	mini_prstatus(&m, &(struct mini_cpu){ .ip = 1, .sp = 0x7ffc1000, .pid = 10 });
	mini_prstatus(&m, &(struct mini_cpu){ .ip = 3, .sp = 0x1000, .pid = 0 });
	assert_ok(vmc_cpus_read(mini_open(&m), &c));
	for (uint64_t i = 0; i < 3; i++) {
		assert_true(c.cpus.data[i].has_regs);
		assert_int_equal(c.cpus.data[i].regs.value[VMC_X86_RIP], i + 1);
	}
	vmc_cpus_deinit(&c);
}

static void a_cpu_has_a_backtrace(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t f = mini_function(&m, "do_something", 64), sp;
	uint64_t task = add_process(&p, 10, "a", EVERYWHERE);
	struct vmc_cpu with = { .cpu = 0, .has_regs = true, .task = task };
	struct vmc_cpu without = { .cpu = 1, .task = task }, nothing = { .cpu = 2 };
	vmc_autotrace struct vmc_trace tr = { 0 }, scan = { 0 }, none = { 0 };

	(void)state;
	mini_orc(&m, f, 0, 0, MINI_ORC_END);
	for (int i = 1; i < 30; i++)
		mini_orc(&m, mini_function(&m, "other", 64), 8, 0, MINI_ORC_CALL);
	sp = SP(stack_of(&p, task));
	mini_put(&m, f + 27, "\xe8", 1);
	mini_u64(&m, sp, f + 32);
	vmc_regs_set(&with.regs, VMC_X86_RIP, f + 4);
	vmc_regs_set(&with.regs, VMC_X86_RSP, sp);
	add_cpus(&p, 1);
	assert_ok(vmc_cpu_backtrace(mini_open(&m), &with, &tr));
	assert_int_equal(tr.frames.len, 1);
	assert_string_equal(tr.frames.data[0].where.name, "do_something");
	assert_null(tr.stopped);
	/* no registers: what is on the stack of its task, as a guess, and why */
	assert_ok(vmc_cpu_backtrace(m.target, &without, &scan));
	assert_int_equal(scan.frames.len, 1);
	assert_false(scan.frames.data[0].reliable);
	assert_int_equal(scan.frames.data[0].offset, 32);
	assert_int_equal(vmc_error_code(scan.stopped), VMC_NOT_FOUND);
	assert_code(vmc_cpu_backtrace(m.target, &nothing, &none), VMC_NOT_FOUND);
}

static void without_percpu_areas_there_are_no_cpus(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_cpus c;

	(void)state;
	assert_code(vmc_cpus_read(mini_open(&m), &c), VMC_NOT_FOUND);
	assert_int_equal(c.panic_cpu, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panic_stops_cpus_but_they_were_online),
		cmocka_unit_test(masks_decide_where_there_is_no_hotplug_state),
		cmocka_unit_test(who_panicked_is_asked_of_two_variables),
		cmocka_unit_test(crashing_cpu_0_needs_a_witness),
		cmocka_unit_test(masks_and_states_had_other_names),
		cmocka_unit_test(notes_of_qemu_belong_to_their_area),
		cmocka_unit_test(notes_of_kdump_belong_to_the_stack),
		cmocka_unit_test(pid_and_order_are_the_last_signs),
		cmocka_unit_test(a_cpu_has_a_backtrace),
		cmocka_unit_test(without_percpu_areas_there_are_no_cpus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
