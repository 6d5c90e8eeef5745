/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From log text, and from stacks that are made here, to category, culprit and confidence. */
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"
#include "reports.h"

#define FATAL "Fatal exception"
#define GPF(address)                                                                 \
	"[   20.000000] Oops: general protection fault, probably for non-canonical " \
	"address " address ": 0000 [#1] SMP\n"                                       \
	"[   20.000001] CPU: 0 PID: 99 Comm: worker Not tainted 6.1.0-mini #1\n"     \
	"[   20.000002] RIP: 0010:v_del+0x15/0x40 [v]\n"                             \
	"[   20.000003] Call Trace:\n[   20.000004]  <TASK>\n"                       \
	"[   20.000005]  v_write+0x5/0x10 [v]\n[   20.000006]  </TASK>\n"
#define PAGE_FAULT(address)                                                          \
	"[   20.000000] BUG: unable to handle page fault for address: " address "\n" \
	"[   20.000001] Oops: 0000 [#1] SMP\n"                                       \
	"[   20.000002] CPU: 0 PID: 99 Comm: worker Not tainted 6.1.0-mini #1\n"     \
	"[   20.000003] RIP: 0010:v_get+0x15/0x40 [v]\n"

static const struct {
	const char *log, *category, *function, *module, *confidence, *title;
} rows[] = {
	{ NOISE, "unknown", NULL, NULL, "low", "no crash was found" },
	{ OOPS("v_open", "0000000000000010") PANIC(FATAL), "null-deref", "v_open", "v", "medium",
	  "NULL pointer dereference in v_open [v]" },
	/* the compiler's suffix is not the function's name */
	{ OOPS("v_open.constprop.0", "0000000000000010"), "null-deref", "v_open", "v", "medium",
	  "NULL pointer dereference in v_open [v]" },
	/* poison tells more than the exception */
	{ GPF("0xdead000000000122"), "list-corruption", "v_del", "v", "medium", NULL },
	{ GPF("0x6b6b6b6b6b6b6b7b"), "use-after-free", "v_del", "v", "medium", NULL },
	{ GPF("0x5a5a5a5a5a5a5a62"), "memory-corruption", "v_del", "v", "medium", NULL },
	{ GPF("0x1234567890abcdef"), "gpf", "v_del", "v", "medium", NULL },
	{ PAGE_FAULT("0000000000000400"), "null-deref", "v_get", "v", "medium", NULL },
	{ PAGE_FAULT("ffffc90000123000"), "bad-pointer", "v_get", "v", "medium", NULL },
	{ PAGE_FAULT("dead000000000108"), "list-corruption", "v_get", "v", "medium", NULL },
	{ HUNG PANIC("hung_task: blocked tasks"), "hung-task", "v_read", "v", "medium", NULL },
	{ WARN("v_fatal") PANIC("panic_on_warn set ..."), "warning-panic", "v_fatal", "v", "medium",
	  "WARNING that was made fatal by panic_on_warn in v_fatal [v]" },
	/* panics that say what they are */
	{ PANIC("sysrq triggered crash"), "manual", NULL, NULL, "high", NULL },
	{ PANIC("Attempted to kill init! exitcode=0x0000000b"), "init-killed", NULL, NULL, "high",
	  NULL },
	{ PANIC("VFS: Unable to mount root fs on unknown-block(0,0)"), "filesystem", NULL, NULL,
	  NULL, NULL },
	{ PANIC("Out of memory: system-wide panic_on_oom is enabled"), "oom", NULL, NULL, NULL,
	  NULL },
	{ PANIC("stack-protector: Kernel stack is corrupted in: v_copy+0x1/0x2"),
	  "memory-corruption", NULL, NULL, NULL, NULL },
	{ PANIC("corrupted stack end detected inside scheduler"), "stack-overflow", NULL, NULL,
	  NULL, NULL },
	{ PANIC("Fatal machine check"), "hardware", NULL, NULL, NULL, NULL },
	{ PANIC("v gave up"), "panic-call", "gave_up", NULL, NULL,
	  "panic() was called: Kernel panic - not syncing: v gave up" },
	/* an echo of the cause does not replace it */
	{ OOPS("v_open", "0000000000000010") PANIC("hung_task: blocked tasks"), "null-deref",
	  "v_open", "v", "medium", NULL },
};

static void check_row(size_t i)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	const struct vmc_verdict *v;

	assert_ok(vmc_report_text(rows[i].log, strlen(rows[i].log), "log", NULL, &r));
	v = &r->verdict;
	if (strcmp(v->category, rows[i].category) != 0)
		fail_msg("row %zu: category %s, not %s", i, v->category, rows[i].category);
	if (rows[i].function && !vmc_streq(v->culprit.function, rows[i].function))
		fail_msg("row %zu: culprit %s, not %s", i, v->culprit.function, rows[i].function);
	if (rows[i].module && !vmc_streq(v->culprit.module, rows[i].module))
		fail_msg("row %zu: module %s, not %s", i, v->culprit.module, rows[i].module);
	if (rows[i].confidence && strcmp(v->confidence, rows[i].confidence) != 0)
		fail_msg("row %zu: confidence %s, not %s", i, v->confidence, rows[i].confidence);
	if (rows[i].title && strcmp(v->title, rows[i].title) != 0)
		fail_msg("row %zu: \"%s\"", i, v->title);
	assert_non_null(v->title);
	assert_false(vmc_report_is_partial(r));
}

static void the_log_decides_category_and_culprit(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		check_row(i);
}

/* Nothing was fatal here: the verdict must not say so. */
static void a_mere_warning_is_not_called_fatal(void **state)
{
	static const char log[] = WARN("v_check");
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_false(r->has_panic);
	assert_null(strstr(r->verdict.title, "fatal"));
	assert_non_null(strstr(r->verdict.title, "WARNING"));
	assert_non_null(strstr(r->verdict.title, "v_check"));
}

/* A fault at the time, in seconds, of the thread that later panics at 30 s. */
#define FAULT(time, comm, pid)                                                    \
	"[" time "] traps: " comm "[" pid "] general protection ip:7f0000000c80 " \
	"sp:7ffff953ec40 error:0 in probe.so[7f0000000000+f000]\n"
#define BOOT "[    0.000000] Linux version 6.1.0-mini (builder@host) (gcc) #1 SMP\n"

static const struct {
	const char *log;
	bool is_trigger;
} trigger_rows[] = {
	{ FAULT("   29.900000", "last", "300") PANIC("v gave up"), true },
	/* other programs, before and after */
	{ FAULT("   29.900000", "last", "300") FAULT("   29.950000", "other", "12")
		  PANIC("v gave up"),
	  true },
	{ FAULT("   29.900000", "last", "12") PANIC("v gave up"), false },
	/* the number was taken by another program in between */
	{ FAULT("   29.900000", "other", "300") PANIC("v gave up"), false },
	/* a minute earlier, the panic is not about the end of that program */
	{ FAULT("    5.000000", "last", "300") PANIC("v gave up"), false },
	{ PANIC("v gave up") FAULT("   30.500000", "last", "300"), false },
	/* in the boot before */
	{ FAULT("   29.900000", "last", "300") BOOT PANIC("v gave up"), false },
};

/* The step of the reasoning that has those words; NULL. */
static const char *why_with(const struct vmc_report *r, const char *words)
{
	for (size_t i = 0; i < r->verdict.why.len; i++) {
		if (strstr(r->verdict.why.data[i], words))
			return r->verdict.why.data[i];
	}
	return NULL;
}

static void a_fault_of_the_same_program_is_the_trigger(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(trigger_rows); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
		const char *log = trigger_rows[i].log;
		const struct vmc_culprit *t;

		assert_ok(vmc_report_text(log, strlen(log), "log", NULL, &r));
		if (r->verdict.has_trigger != trigger_rows[i].is_trigger)
			fail_msg("row %zu: %d", i, r->verdict.has_trigger);
		if (!trigger_rows[i].is_trigger)
			continue;
		t = &r->verdict.trigger;
		assert_int_equal(t->pid, 300);
		assert_string_equal(t->comm, "last");
		assert_string_equal(t->object, "probe.so");
		assert_true(t->has_object_offset);
		assert_int_equal(t->object_offset, 0xc80);
		assert_non_null(why_with(r, "user space, 0.10 s before"));
	}
}

/* The last of several, and the distance to the first report, which the panic is not. */
static void the_last_fault_counts_and_the_first_report(void **state)
{
	static const char log[] =
		FAULT("   19.500000", "worker", "99") FAULT("   19.750000", "worker", "99")
			OOPS("v_open", "0000000000000010") PANIC(FATAL);
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	const char *why;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_true(r->verdict.has_trigger);
	why = why_with(r, "faulted in user space");
	assert_non_null(why);
	assert_non_null(strstr(why, "line 2"));
	assert_non_null(strstr(why, "0.25 s"));
	assert_non_null(strstr(why, "probe.so+0xc80"));
}

/* ---- addresses ---- */

static void addresses_tell_their_category(void **state)
{
	static const struct {
		uint64_t address;
		const char *category;
	} addresses[] = {
		{ 0, "null-deref" },
		{ 0x10, "null-deref" },
		{ 0xffff, "null-deref" },
		{ 0x10000, NULL },
		{ UINT64_MAX, "null-deref" }, /* ERR_PTR, or a negative offset from NULL */
		{ UINT64_MAX - 0xffe, "null-deref" },
		{ UINT64_MAX - 0x1000, NULL },
		{ 0xdead000000000100, "list-corruption" },
		{ 0xdead000000000122, "list-corruption" },
		{ 0xdead000000000108, "list-corruption" },
		{ 0x6b6b6b6b6b6b6b6b, "use-after-free" },
		{ 0x6b6b6b6b6b6b6b8b, "use-after-free" },
		{ 0x6b6b6b6b6b6b6b63, "use-after-free" }, /* container_of() goes back */
		{ 0x5a5a5a5a5a5a5a5a, "memory-corruption" },
		{ 0xcccccccccccccccc, "memory-corruption" },
		{ 0xffff888012345678, NULL },
		{ 0xffffffff81000000, NULL },
		{ 0x00007f0000001000, NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(addresses); i++) {
		struct vmc_value_query q = { .value = addresses[i].address, .is_address = true };
		const char *got = vmc_inquest_address_category(&q);

		if (!vmc_streq(got, addresses[i].category))
			fail_msg("0x%llx: %s", (unsigned long long)addresses[i].address,
				 got ? got : "none");
	}
}

/* ---- stacks ---- */

enum { CALL, EXACT, GUESS, USER };

struct frame_row {
	const char *name, *module, *exception;
	int kind;
};

#define FRAMES_MAX 12

static const struct {
	struct frame_row frames[FRAMES_MAX];
	const char *fault, *stalled, *culprit, *by; /* NULL: none */
	bool in_interrupt;
} stacks[] = {
	/* panic() after a page fault: the interrupted frame is to blame */
	{ { { "panic" },
	    { "oops_end" },
	    { "asm_exc_page_fault" },
	    { "v_open", "v", "page fault", EXACT },
	    { "v_write", "v" },
	    { "vfs_write" } },
	  .fault = "v_open",
	  .culprit = "v_open",
	  .by = "page fault" },
	/* a shared helper faulted: its caller gave it the pointer */
	{ { { "panic" },
	    { "asm_exc_page_fault" },
	    { "kmem_cache_free", NULL, "page fault", EXACT },
	    { "v_release", "v" } },
	  .fault = "kmem_cache_free",
	  .culprit = "v_release",
	  .by = "page fault" },
	/* a module's own function of such a name is no shared helper */
	{ { { "asm_exc_page_fault" },
	    { "kmalloc_own", "v", "page fault", EXACT },
	    { "v_release", "v" } },
	  .fault = "kmalloc_own",
	  .culprit = "kmalloc_own",
	  .by = "page fault" },
	/* panic() called without an exception */
	{ { { "panic" }, { "nmi_panic" }, { "v_gave_up.cold", "v" }, { "v_ioctl", "v" } },
	  .culprit = "v_gave_up.cold",
	  .by = "panic()" },
	/* panic() from a softlockup watchdog: the interrupted frame is where it was stuck */
	{ { { "panic" },
	    { "watchdog_timer_fn" },
	    { "asm_sysvec_apic_timer_interrupt" },
	    { "_raw_spin_lock", NULL, "timer IRQ", EXACT },
	    { "v_spin", "v" } },
	  .stalled = "_raw_spin_lock",
	  .culprit = "watchdog_timer_fn",
	  .by = "panic()" },
	/* a fault inside an interrupt: the task below did nothing */
	{ { { "panic" },
	    { "asm_exc_page_fault" },
	    { "v_irq_handler", "v", "page fault", EXACT },
	    { "asm_common_interrupt" },
	    { "cpuidle_enter_state", NULL, "IRQ", EXACT },
	    { "do_idle" } },
	  .fault = "v_irq_handler",
	  .culprit = "v_irq_handler",
	  .by = "page fault",
	  .in_interrupt = true },
	/* kdump saved the registers of the fault: the walk starts there */
	{ { { "v_open", "v", NULL, EXACT }, { "v_write", "v" } },
	  .fault = "v_open",
	  .culprit = "v_open",
	  .by = "the registers that the crash saved" },
	/* a stopped CPU: only the NMI is on its stack */
	{ { { "crash_nmi_callback" },
	    { "asm_exc_nmi" },
	    { "v_loop", "v", "NMI", EXACT },
	    { "v_thread", "v" } },
	  .stalled = "v_loop" },
	/* guesses name nobody */
	{ { { "asm_exc_page_fault" },
	    { "kfree", NULL, "page fault", EXACT },
	    { "v_guess", "v", NULL, GUESS } },
	  .fault = "kfree",
	  .by = "page fault" },
	/* in user space nobody of the kernel is to blame */
	{ { { NULL, NULL, NULL, USER } } },
	{ { { "panic" }, { "asm_exc_int3" }, { NULL, NULL, "breakpoint", USER } },
	  .culprit = "asm_exc_int3",
	  .by = "panic()" },
	/* a jump into nowhere: who called it */
	{ { { "asm_exc_page_fault" }, { NULL, NULL, "page fault", EXACT }, { "v_call_ops", "v" } },
	  .fault = "",
	  .culprit = "v_call_ops",
	  .by = "page fault" },
	/* sleeping where it is forbidden */
	{ { { "panic" },
	    { "__schedule_bug" },
	    { "__schedule" },
	    { "schedule" },
	    { "schedule_timeout" },
	    { "msleep" },
	    { "v_locked", "v" } },
	  .culprit = "v_locked",
	  .by = "panic()" },
};

static void make_trace(const struct frame_row *rows_of, struct vmc_trace *tr)
{
	for (size_t i = 0; i < FRAMES_MAX; i++) {
		const struct frame_row *row = &rows_of[i];
		struct vmc_frame f = { .pc = 0xffffffff81000000 + 64 * i,
				       .reliable = row->kind != GUESS,
				       .is_exact = row->kind == EXACT || row->kind == USER,
				       .user = row->kind == USER,
				       .exception = row->exception };

		if (!row->name && !row->kind)
			break;
		f.where.name = row->name;
		f.where.module = row->module;
		assert_true(vmc_vec_push(&tr->frames, f));
	}
}

/* "" stands for a frame without a name. */
static void check_frame(size_t i, const char *what, const struct vmc_frame *f, const char *want)
{
	if (!f != !want || (f && !vmc_streq(f->where.name ? f->where.name : "", want)))
		fail_msg("stack %zu: %s is %s, not %s", i, what, f ? f->where.name : "none",
			 want ? want : "none");
}

static void stacks_point_at_the_culprit(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(stacks); i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };
		struct vmc_blame b;

		make_trace(stacks[i].frames, &tr);
		vmc_inquest_blame(&tr, &b);
		check_frame(i, "fault", b.fault, stacks[i].fault);
		check_frame(i, "stalled", b.stalled, stacks[i].stalled);
		check_frame(i, "culprit", b.culprit, stacks[i].culprit);
		if (!vmc_streq(b.by, stacks[i].by))
			fail_msg("stack %zu: by %s", i, b.by);
		assert_int_equal(b.in_interrupt, stacks[i].in_interrupt);
	}
}

static void who_waits_is_found_below_the_waiting(void **state)
{
	static const struct {
		struct frame_row frames[FRAMES_MAX];
		const char *waiter;
	} waits[] = {
		{ { { "__schedule" },
		    { "schedule" },
		    { "schedule_preempt_disabled" },
		    { "__mutex_lock.constprop.0" },
		    { "v_read", "v" },
		    { "vfs_read" } },
		  "v_read" },
		{ { { "__schedule" },
		    { "schedule" },
		    { "schedule_timeout" },
		    { "wait_for_completion" },
		    { "v_flush", "v" } },
		  "v_flush" },
		/* a module may call its own function as it likes */
		{ { { "__schedule" }, { "schedule" }, { "v_wait_for_it", "v" } }, "v_wait_for_it" },
		{ { { "__schedule" }, { "schedule" }, { NULL, NULL, NULL, USER } }, NULL },
		{ { { NULL } }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(waits); i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		make_trace(waits[i].frames, &tr);
		check_frame(i, "waiter", vmc_inquest_waiter(&tr), waits[i].waiter);
	}
}

static void the_stack_shows_who_panicked(void **state)
{
	static const struct {
		struct frame_row frames[FRAMES_MAX];
		bool want;
	} rows[] = {
		{ { { "delay_tsc" }, { "panic" }, { "oops_end" } }, true },
		{ { { "machine_kexec" }, { "crash_kexec" }, { "oops_end" } }, true },
		{ { { "native_halt" }, { "panic_smp_self_stop" }, { "panic" } }, false },
		{ { { "nmi_panic_self_stop" }, { "nmi_panic" }, { "panic" } }, false },
		{ { { "stop_this_cpu" }, { "__schedule" } }, false },
		/* a module's function of that name is another */
		{ { { "panic", "v" }, { "v_run", "v" } }, false },
		{ { { NULL } }, false },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		make_trace(rows[i].frames, &tr);
		if (vmc_inquest_panicked(&tr) != rows[i].want)
			fail_msg("stack %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_decides_category_and_culprit),
		cmocka_unit_test(a_mere_warning_is_not_called_fatal),
		cmocka_unit_test(a_fault_of_the_same_program_is_the_trigger),
		cmocka_unit_test(the_last_fault_counts_and_the_first_report),
		cmocka_unit_test(addresses_tell_their_category),
		cmocka_unit_test(stacks_point_at_the_culprit),
		cmocka_unit_test(who_waits_is_found_below_the_waiting),
		cmocka_unit_test(the_stack_shows_who_panicked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
