/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole reports of dumps: log and stacks are two witnesses, and what is missing is told. */
#include <string.h>

#include "../kernel/tasks.h"
#include "inquest/inquest.h"
#include "reports.h"

#define INTO 32u
#define IF 0x200u

/* A function of 64 bytes by its name, made on first use. The prefix decides how it is unwound. */
static uint64_t code(struct mini *m, const char *name)
{
	uint64_t addr;

	for (size_t i = 0; i < m->symbols.len; i++) {
		if (strcmp(m->symbols.data[i].name, name) == 0)
			return m->symbols.data[i].addr;
	}
	addr = mini_function(m, name, 64);
	if (vmc_str_starts(name, "asm_"))
		mini_orc(m, addr, 0, 0, MINI_ORC_REGS);
	else if (vmc_str_starts(name, "start"))
		mini_orc(m, addr, 0, 0, MINI_ORC_END);
	else
		mini_orc(m, addr, 8, 0, MINI_ORC_CALL);
	return addr;
}

/* Return addresses from sp on; behind asm_* come the registers of the next. */
static void lay(struct mini *m, uint64_t sp, const char *const *names, uint64_t flags)
{
	for (; *names; names++) {
		mini_u64(m, sp, code(m, *names) + INTO);
		sp += 8;
		if (!vmc_str_starts(*names, "asm_"))
			continue;
		names++;
		mini_pt_regs(m, sp,
			     &(struct mini_cpu){ .ip = code(m, *names) + 4,
						 .sp = sp + 168,
						 .cs = 0x10,
						 .flags = flags });
		sp += 168;
	}
}

/* What the CPU was doing as kdump wrote its note: the first function, then the stack. */
static void busy(struct people *p, size_t cpu, uint64_t task, int pid, const char *const *names,
		 uint64_t flags)
{
	uint64_t sp = stack_of(p, task) + 0x3000;

	run_on(p, cpu, task);
	lay(p->m, sp, names + 1, flags);
	mini_prstatus(p->m, &(struct mini_cpu){ .ip = code(p->m, names[0]) + 4,
						.sp = sp,
						.cs = 0x10,
						.pid = (uint32_t)pid });
}

static void asleep(struct people *p, uint64_t task, const char *const *names)
{
	uint64_t sp = stack_of(p, task) + 0x3000;

	mini_set(p->m, task, "task_struct.thread.sp", sp);
	lay(p->m, sp + 48, names, 0);
}

/* The oldest kind of log is the simplest to lay out. */
static uint64_t put_log(struct mini *m, const char *text)
{
	uint64_t buf = mini_pages(m, 4);

	mini_u64(m, mini_variable(m, "log_buf", 8), buf);
	mini_u32(m, mini_variable(m, "log_buf_len", 4), 16384);
	mini_u32(m, mini_variable(m, "log_end", 4), (uint32_t)strlen(text));
	assert_true(strlen(text) < 16384);
	mini_put(m, buf, text, strlen(text));
	return buf;
}

static void panicked_on(struct mini *m, uint32_t cpu)
{
	mini_u32(m, mini_variable(m, "panic_cpu", 4), cpu);
}

static struct vmc_report *report(struct mini *m)
{
	struct vmc_report *r = NULL;

	assert_ok(vmc_report_dump(mini_open(m), "core", NULL, &r));
	return r;
}

#define AUTO_REPORT vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *

static bool is_missing(const struct vmc_report *r, const char *what)
{
	for (size_t i = 0; i < r->unavailable.len; i++) {
		if (strstr(r->unavailable.data[i].what, what))
			return true;
	}
	return false;
}

static void log_and_stack_that_agree_are_believed(void **state)
{
	static const char *const stack[] = { "machine_kexec",	   "panic",  "oops_end",
					     "asm_exc_page_fault", "v_open", "vfs_write",
					     "start_it",	   NULL };
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t task = add_process(&p, 99, "worker", EVERYWHERE);

	(void)state;
	add_process(&p, 1, "init", EVERYWHERE);
	add_cpus(&p, 2);
	busy(&p, 0, task, 99, stack, IF);
	panicked_on(&m, 0);
	put_log(&m, NOISE OOPS("v_open", "0000000000000010") PANIC("Fatal exception"));
	AUTO_REPORT r = report(&m);
	assert_string_equal(r->verdict.category, "null-deref");
	assert_string_equal(r->verdict.confidence, "high");
	assert_string_equal(r->verdict.culprit.function, "v_open");
	assert_string_equal(r->verdict.culprit.comm, "worker");
	assert_int_equal(r->verdict.culprit.pid, 99);
	assert_true(r->has_panic && r->has_panic_task && r->has_tasks && r->has_cpus);
	assert_int_equal(r->panic_task.pid, 99);
	assert_int_equal(r->panic_cpu, 0);
	assert_string_equal(r->panic_state, "TASK_RUNNING");
	assert_string_equal(r->panic_message, "Kernel panic - not syncing: Fatal exception");
	assert_int_equal(r->n_cpus, 2);
	assert_int_equal(r->n_tasks, 4);
	assert_int_equal(r->backtrace.frames.len, 7);
	assert_string_equal(r->backtrace.frames.data[4].exception, "page fault");
	assert_int_equal(r->events.len, 2);
	assert_int_equal(r->events.data[0].line, 2);
	assert_non_null(strstr(r->verdict.summary, "The page fault was raised at v_open+0x4."));
	/* CPU 1 has no note */
	assert_true(is_missing(r, "rest of the backtrace of CPU 1"));
	assert_true(vmc_report_is_partial(r));
}

static void the_stack_alone_is_half_the_proof(void **state)
{
	static const char *const stack[] = { "machine_kexec", "panic", "v_gave_up", "start_it",
					     NULL };
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t task = add_process(&p, 99, "worker", EVERYWHERE);

	(void)state;
	add_cpus(&p, 1);
	busy(&p, 0, task, 99, stack, IF);
	panicked_on(&m, 0);
	AUTO_REPORT r = report(&m);
	assert_string_equal(r->verdict.category, "panic-call");
	assert_string_equal(r->verdict.confidence, "medium");
	assert_string_equal(r->verdict.culprit.function, "v_gave_up");
	assert_true(r->has_panic);
	assert_false(r->has_log);
	assert_true(is_missing(r, "kernel log"));
}

static void a_hung_task_is_asked_for_its_own_stack(void **state)
{
	static const char *const watchdog[] = { "machine_kexec", "panic",    "check_hung_task",
						"watchdog",	 "start_it", NULL };
	static const char *const sleeper[] = { "__schedule", "schedule",   "v_read",
					       "vfs_read",   "start_user", NULL };
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t guard = add_process(&p, 40, "khungtaskd", EVERYWHERE);
	uint64_t cp = add_process(&p, 777, "cp", EVERYWHERE);

	(void)state;
	add_cpus(&p, 1);
	busy(&p, 0, guard, 40, watchdog, IF);
	asleep(&p, cp, sleeper);
	panicked_on(&m, 0);
	put_log(&m, HUNG PANIC("hung_task: blocked tasks"));
	AUTO_REPORT r = report(&m);
	assert_string_equal(r->verdict.category, "hung-task");
	assert_string_equal(r->verdict.culprit.function, "v_read");
	assert_string_equal(r->verdict.culprit.comm, "cp");
	assert_int_equal(r->verdict.culprit.pid, 777);
	assert_string_equal(r->verdict.confidence, "high");
	/* the watchdog is only the messenger */
	assert_string_equal(r->panic_task.comm, "khungtaskd");
}

#define LOCKUP(cpu)                                                                             \
	"[   40.000000] watchdog: BUG: soft lockup - CPU#" cpu " stuck for 26s! [spinner:55]\n" \
	"[   40.000001] CPU: " cpu " PID: 55 Comm: spinner Not tainted 6.1.0-mini #1\n"         \
	"[   40.000002] RIP: 0010:_raw_spin_lock+0x15/0x40\n"                                   \
	"[   40.000003] Call Trace:\n[   40.000004]  <TASK>\n"                                  \
	"[   40.000005]  v_spin+0x5/0x10\n[   40.000006]  kthread+0x5/0x10\n"                   \
	"[   40.000007]  </TASK>\n"

/* The lock is where the CPU stood; who took it is why. */
static void a_lockup_is_where_the_timer_struck(void **state)
{
	static const char *const stack[] = { "machine_kexec",	  "panic",
					     "watchdog_timer_fn", "asm_sysvec_apic_timer_interrupt",
					     "_raw_spin_lock",	  "v_spin",
					     "start_it",	  NULL };
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t task = add_process(&p, 55, "spinner", EVERYWHERE);

	(void)state;
	add_cpus(&p, 2);
	busy(&p, 1, task, 55, stack, IF);
	panicked_on(&m, 1);
	put_log(&m, LOCKUP("1") PANIC("softlockup: hung tasks"));
	AUTO_REPORT r = report(&m);
	assert_string_equal(r->verdict.category, "soft-lockup");
	assert_string_equal(r->verdict.culprit.function, "v_spin");
	assert_int_equal(r->verdict.culprit.pid, 55);
	assert_string_equal(r->verdict.confidence, "high");
}

/* An NMI from outside on an idle CPU: the busy one is to blame, with interrupts off. */
static void an_nmi_from_outside_looks_for_the_busy_cpu(void **state)
{
	static const char *const idle[] = {
		"machine_kexec", "nmi_panic", "unknown_nmi_error", "asm_exc_nmi", "default_idle",
		"start_it",	 NULL
	};
	static const char *const loop[] = { "crash_nmi_callback", "asm_exc_nmi", "v_loop",
					    "v_thread",		  "start_it",	 NULL };
	(void)state;
	for (int enabled = 0; enabled <= 1; enabled++) {
		AUTO_MINI m = mini();
		struct people p = people(&m, false);
		uint64_t looper = add_process(&p, 66, "looper", EVERYWHERE);
		uint64_t swapper;

		add_cpus(&p, 2);
		swapper = p.init_task;
		mini_set(&m, swapper, "task_struct.stack", mini_direct(&m, mini_pages(&m, 4)));
		busy(&p, 0, swapper, 0, idle, IF);
		busy(&p, 1, looper, 66, loop, enabled ? IF : 0);
		panicked_on(&m, 0);
		put_log(&m, PANIC("NMI: Not continuing"));
		AUTO_REPORT r = report(&m);
		assert_string_equal(r->verdict.culprit.function, "v_loop");
		assert_string_equal(r->verdict.culprit.comm, "looper");
		assert_string_equal(r->verdict.category, enabled ? "manual" : "hard-lockup");
	}
}

static void a_crash_on_request_is_known_by_its_stack(void **state)
{
	static const char *const stack[] = { "machine_kexec",	   "panic",
					     "sysrq_handle_crash", "write_sysrq_trigger",
					     "start_it",	   NULL };
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t task = add_process(&p, 99, "bash", EVERYWHERE);

	(void)state;
	add_cpus(&p, 1);
	busy(&p, 0, task, 99, stack, IF);
	panicked_on(&m, 0);
	put_log(&m, NOISE);
	AUTO_REPORT r = report(&m);
	assert_string_equal(r->verdict.category, "manual");
	assert_string_equal(r->verdict.confidence, "high");
	assert_string_equal(r->verdict.culprit.function, "sysrq_handle_crash");
	assert_string_equal(r->verdict.title, "crash requested by hand");
}

/* A dump of a machine that lives: no verdict is the verdict. */
static void a_machine_that_lives_has_not_crashed(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);

	(void)state;
	add_process(&p, 1, "init", EVERYWHERE);
	add_cpus(&p, 2);
	panicked_on(&m, UINT32_MAX);
	put_log(&m, NOISE);
	AUTO_REPORT r = report(&m);
	assert_false(r->has_panic);
	assert_int_equal(r->panic_cpu, -1);
	assert_string_equal(r->verdict.category, "unknown");
	assert_string_equal(r->verdict.confidence, "high");
	assert_int_equal(r->events.len, 0);
	assert_null(r->panic_message);
}

static const struct vmc_finding *finding(const struct vmc_report *r, const char *id)
{
	for (size_t i = 0; i < r->findings.len; i++) {
		if (strcmp(r->findings.data[i].id, id) == 0)
			return &r->findings.data[i];
	}
	return NULL;
}

static void findings_have_evidence(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	const struct vmc_finding *f;

	(void)state;
	add_process(&p, 1, "init", EVERYWHERE);
	add_process(&p, 2, "hidden", IN_PIDS);
	add_cpus(&p, 2);
	mini_set(&m, m.percpu[1] + 0x1100, "cpuhp_cpu_state.state", 0);
	m.release = "4.18.0-other";
	AUTO_REPORT r = report(&m);
	f = finding(r, "task.walks-differ");
	assert_non_null(f);
	assert_int_equal(f->evidence.len, 1);
	assert_non_null(strstr(f->evidence.data[0], "hidden"));
	f = finding(r, "dump.release-differs");
	assert_non_null(f);
	assert_string_equal(f->evidence.data[0], "OSRELEASE=4.18.0-other");
	f = finding(r, "cpu.offline");
	assert_non_null(f);
	assert_string_equal(f->detail, "1 of 2");

	AUTO_MINI sound = mini();
	struct people q = people(&sound, false);

	add_process(&q, 1, "init", EVERYWHERE);
	add_cpus(&q, 2);
	AUTO_REPORT none = report(&sound);
	assert_int_equal(none->findings.len, 0);
}

static void what_is_lost_makes_the_report_partial(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t first = add_process(&p, 1, "init", EVERYWHERE), log;

	(void)state;
	add_process(&p, 2, "second", EVERYWHERE);
	add_cpus(&p, 1);
	log = put_log(&m, NOISE);
	mini_u64(&m, first + mini_offset(&m, "task_struct.tasks"), 0xdead000000000100);
	mini_lose(&m, log);
	AUTO_REPORT r = report(&m);
	assert_true(is_missing(r, "tasks by task list"));
	assert_false(is_missing(r, "tasks by pid tree"));
	assert_true(is_missing(r, "of the kernel log"));
	assert_true(vmc_report_is_partial(r));
	assert_true(r->has_tasks);
	assert_int_equal(r->n_tasks, 3);
}

static void a_dump_without_a_kernel_is_reported_all_the_same(void **state)
{
	AUTO_MINI m = mini();

	(void)state;
	m.no_vmcoreinfo = true;
	AUTO_REPORT r = report(&m);
	assert_true(is_missing(r, "kernel in memory"));
	assert_true(is_missing(r, "kernel log"));
	assert_true(is_missing(r, "CPUs"));
	assert_string_equal(r->verdict.category, "unknown");
	assert_false(r->has_panic || r->has_tasks || r->has_cpus || r->has_log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_and_stack_that_agree_are_believed),
		cmocka_unit_test(the_stack_alone_is_half_the_proof),
		cmocka_unit_test(a_hung_task_is_asked_for_its_own_stack),
		cmocka_unit_test(a_lockup_is_where_the_timer_struck),
		cmocka_unit_test(an_nmi_from_outside_looks_for_the_busy_cpu),
		cmocka_unit_test(a_crash_on_request_is_known_by_its_stack),
		cmocka_unit_test(a_machine_that_lives_has_not_crashed),
		cmocka_unit_test(findings_have_evidence),
		cmocka_unit_test(what_is_lost_makes_the_report_partial),
		cmocka_unit_test(a_dump_without_a_kernel_is_reported_all_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
