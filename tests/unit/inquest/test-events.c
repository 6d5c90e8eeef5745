/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which report of a log is the cause, and which follow from it. */
#include <stdio.h>
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"
#include "reports.h"

#define EVENTS_MAX 6
#define FATAL "Fatal exception"

struct event_row {
	const char *title; /* start of it */
	int consequence_of;
};

static const struct {
	const char *log;
	int primary; /* -1 none */
	struct event_row events[EVENTS_MAX];
} rows[] = {
	{ NOISE, -1, { { 0 } } },
	/* a panic alone is its own cause */
	{ NOISE PANIC("v gave up"), 0, { { "kernel panic: v gave up", -1 } } },
	/* an oops, and the panic that it led to */
	{ OOPS("v_open", "0000000000000010") PANIC(FATAL),
	  0,
	  { { "BUG: unable to handle kernel NULL pointer dereference in v_open", -1 },
	    { "kernel panic: " FATAL, 0 } } },
	/* a warning before is not the cause, and no consequence either */
	{ WARN("v_check") OOPS("v_open", "0000000000000010") PANIC(FATAL),
	  1,
	  { { "WARNING in v_check", -1 },
	    { "BUG: unable to handle kernel NULL pointer", -1 },
	    { "kernel panic: ", 1 } } },
	/* of two, the first: the second happened in a kernel that was damaged */
	{ OOPS("v_first", "0000000000000010") OOPS("v_second", "0000000000000020") PANIC(FATAL),
	  0,
	  { { "BUG: unable to handle kernel NULL pointer dereference in v_first", -1 },
	    { "BUG: unable to handle kernel NULL pointer dereference in v_second", 0 },
	    { "kernel panic: ", 0 } } },
	/* what comes after the panic is its consequence, and be it an oops */
	{ PANIC("v gave up") OOPS("v_open", "0000000000000010") WARN("v_check"),
	  0,
	  { { "kernel panic: v gave up", -1 },
	    { "BUG: unable to handle kernel NULL pointer", 0 },
	    { "WARNING in v_check", 0 } } },
	/* panic_on_warn: the last warning before it is the one that was made fatal */
	{ WARN("v_harmless") WARN("v_fatal") PANIC("panic_on_warn set ..."),
	  1,
	  { { "WARNING in v_harmless", -1 },
	    { "WARNING in v_fatal", -1 },
	    { "kernel panic: panic_on_warn set", 1 } } },
	/* a warning and a panic that does not speak of it */
	{ WARN("v_check") PANIC("v gave up"),
	  1,
	  { { "WARNING in v_check", -1 }, { "kernel panic: v gave up", -1 } } },
	{ WARN("v_first") WARN("v_second"),
	  0,
	  { { "WARNING in v_first", -1 }, { "WARNING in v_second", 0 } } },
	{ HUNG PANIC("hung_task: blocked tasks"),
	  0,
	  { { "INFO: task hung in v_read", -1 },
	    { "kernel panic: hung_task: blocked tasks", 0 } } },
	/* the end of a panic repeats it */
	{ OOPS("v_open", "0000000000000010") PANIC(FATAL) END_OF_PANIC(FATAL),
	  0,
	  { { "BUG: unable to handle kernel NULL pointer", -1 }, { "kernel panic: ", 0 } } },
	/* a program that dies is no cause of a kernel's death, nor its consequence */
	{ SEGFAULT("prog", "300") PANIC("v gave up") SEGFAULT("other", "301"),
	  1,
	  { { "segfault", -1 }, { "kernel panic: v gave up", -1 }, { "segfault", -1 } } },
	{ SEGFAULT("prog", "300"), -1, { { "segfault", -1 } } },
};

static void check_row(size_t i)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	size_t n = 0;

	assert_ok(vmc_report_text(rows[i].log, strlen(rows[i].log), "log", NULL, &r));
	while (n < EVENTS_MAX && rows[i].events[n].title)
		n++;
	for (size_t k = 0; k < n && k < r->events.len; k++) {
		const struct vmc_event *e = &r->events.data[k];
		const struct event_row *want = &rows[i].events[k];

		if (!strstr(e->title, want->title) || e->consequence_of != want->consequence_of ||
		    e->primary != ((int)k == rows[i].primary))
			fail_msg("row %zu event %zu: \"%s\", follows %d, primary %d", i, k,
				 e->title, e->consequence_of, e->primary);
	}
	if (r->events.len != n)
		fail_msg("row %zu: %zu events, not %zu", i, r->events.len, n);
	assert_ptr_equal(vmc_inquest_primary(r),
			 rows[i].primary < 0 ? NULL : &r->events.data[rows[i].primary]);
	assert_int_equal(r->has_panic, strstr(rows[i].log, "] Kernel panic") != NULL);
}

static void one_report_is_the_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		check_row(i);
}

static void an_event_has_what_its_report_says(void **state)
{
	static const char log[] = NOISE OOPS("v_open", "0000000000000010");
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	const struct vmc_event *e;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_int_equal(r->events.len, 1);
	e = &r->events.data[0];
	assert_int_equal(e->line, 2);
	assert_int_equal(e->time_ns, 20000000000);
	assert_int_equal(e->pid, 99);
	assert_int_equal(e->cpu, 0);
	assert_string_equal(e->comm, "worker");
	assert_string_equal(e->frame, "v_open");
	assert_string_equal(e->module, "v");
	assert_ptr_equal(vmc_inquest_primary_oops(r), e->oops);
	assert_false(r->has_panic);
	assert_null(r->panic_message);
}

/* The last panic counts: a console log may hold several boots. */
static void the_panic_message_is_the_last_one(void **state)
{
	static const char log[] =
		PANIC("first boot") NOISE PANIC("second boot") END_OF_PANIC("third");
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_string_equal(r->panic_message, "Kernel panic - not syncing: second boot");
}

/* A task of its own number, CPU and time. */
#define WARN_BY(pid, cpu, stamp, fn)                                                         \
	"[   " stamp "0] ------------[ cut here ]------------\n"                             \
	"[   " stamp "1] WARNING: CPU: " cpu " PID: " pid " at drivers/v.c:12 " fn           \
	"+0x10/0x20 [v]\n"                                                                   \
	"[   " stamp "2] CPU: " cpu " PID: " pid " Comm: worker Not tainted 6.1.0-mini #1\n" \
	"[   " stamp "3] RIP: 0010:" fn "+0x10/0x20 [v]\n"                                   \
	"[   " stamp "4] ---[ end trace 0000000000000000 ]---\n"
#define RESCHEDULE                                                                               \
	"[   30.200000] ------------[ cut here ]------------\n"                                  \
	"[   30.200001] WARNING: CPU: 2 PID: 300 at arch/x86/kernel/smp.c:128 "                  \
	"native_smp_send_reschedule+0x3a/0x40\n"                                                 \
	"[   30.200002] CPU: 2 PID: 300 Comm: last Tainted: G      D            6.1.0-mini #1\n" \
	"[   30.200003] RIP: 0010:native_smp_send_reschedule+0x3a/0x40\n"                        \
	"[   30.200004] ---[ end trace 0000000000000000 ]---\n"

/* The oops of OOPS() is at 20 s, by worker (99) on CPU 0; the fault of SEGFAULT() at 15 s. */
static const struct {
	const char *log;
	enum vmc_role roles[EVENTS_MAX];
	size_t n;
} stories[] = {
	{ SEGFAULT("worker", "99") WARN_BY("99", "1", "19.00000", "v_check")
		  OOPS("v_open", "0000000000000010") PANIC(FATAL) RESCHEDULE,
	  { VMC_ROLE_TRIGGER, VMC_ROLE_SYMPTOM, VMC_ROLE_PRIMARY, VMC_ROLE_PANIC,
	    VMC_ROLE_CONSEQUENCE },
	  5 },
	/* another program of that name; another task, on another CPU; the same CPU, but long ago */
	{ SEGFAULT("worker", "98") WARN_BY("70", "1", "19.99999", "v_check")
		  WARN_BY("70", "0", "18.00000", "v_test") OOPS("v_open", "0000000000000010"),
	  { VMC_ROLE_UNRELATED, VMC_ROLE_UNRELATED, VMC_ROLE_UNRELATED, VMC_ROLE_PRIMARY },
	  4 },
	/* an interrupt on that CPU a moment before */
	{ WARN_BY("70", "0", "19.99999", "v_check") OOPS("v_open", "0000000000000010"),
	  { VMC_ROLE_SYMPTOM, VMC_ROLE_PRIMARY },
	  2 },
	/* the damaged kernel goes on; a program's fault has nothing to do with it */
	{ OOPS("v_open", "0000000000000010") WARN_BY("70", "1", "29.00000", "v_check")
		  SEGFAULT("prog", "301"),
	  { VMC_ROLE_PRIMARY, VMC_ROLE_FOLLOW_UP, VMC_ROLE_UNRELATED },
	  3 },
	/* a warning damages nothing: the next one, of somebody else, is a story of its own */
	{ WARN_BY("70", "1", "11.00000", "v_check") WARN_BY("71", "0", "14.00000", "v_test"),
	  { VMC_ROLE_PRIMARY, VMC_ROLE_UNRELATED },
	  2 },
	/* who else waits for what a hung task waits for */
	{ HUNG HUNG2, { VMC_ROLE_PRIMARY, VMC_ROLE_FOLLOW_UP }, 2 },
};

static void each_event_has_its_role(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(stories); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

		assert_ok(vmc_report_text(stories[i].log, strlen(stories[i].log), "log",
					  NULL, &r));
		assert_int_equal(r->events.len, stories[i].n);
		for (size_t k = 0; k < r->events.len; k++) {
			if (r->events.data[k].role != stories[i].roles[k])
				fail_msg("story %zu event %zu: %s", i, k,
					 vmc_inquest_role_id(r->events.data[k].role));
		}
	}
}

static const char *why(const struct vmc_report *r, const char *part)
{
	for (size_t i = 0; i < r->verdict.why.len; i++) {
		if (strstr(r->verdict.why.data[i], part))
			return r->verdict.why.data[i];
	}
	return NULL;
}

static void the_order_is_told_with_times(void **state)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(stories[0].log, strlen(stories[0].log), "log", NULL, &r));
	/* 15.000000 to 19.000001 */
	assert_non_null(why(r, "first symptom: WARNING in v_check at drivers/v.c:12 (same task, "
			       "4.000 s after the trigger)"));
	assert_non_null(why(r, "the report that the panic speaks of"));
	assert_string_equal(r->events.data[4].note,
			    "a CPU was to be woken that the panic had already stopped");
}

/* A log that begins behind the first oops shows a consequence as if it were the cause. */
static void a_later_oops_is_doubted(void **state)
{
	static const struct {
		const char *taint, *count, *confidence;
	} oopses[] = { { "Not tainted", "1", "medium" },
		       { "Not tainted", "2", "low" },
		       { "Not tainted", "12", "low" },
		       { "Tainted: G      D W        ", "2", "low" },
		       { "Tainted: G        W        ", "1", "medium" } };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(oopses); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
		char log[1024];

		snprintf(log, sizeof(log),
			 "[   20.000000] BUG: kernel NULL pointer dereference, address: 10\n"
			 "[   20.000001] #PF: supervisor write access in kernel mode\n"
			 "[   20.000002] Oops: 0002 [#%s] PREEMPT SMP\n"
			 "[   20.000003] CPU: 0 PID: 99 Comm: worker %s 6.1.0-mini #1\n"
			 "[   20.000004] RIP: 0010:v_open+0x15/0x40 [v]\n",
			 oopses[i].count, oopses[i].taint);
		assert_ok(vmc_report_text(log, strlen(log), "log", NULL, &r));
		assert_string_equal(r->verdict.confidence, oopses[i].confidence);
		assert_int_equal(!why(r, "had oopsed before"),
				 strcmp(oopses[i].confidence, "low") != 0);
	}
}

static void nothing_in_gives_nothing_out(void **state)
{
	static const char *const logs[] = { "", "\n\n\n", "\xff\xfe" };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(logs); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

		assert_ok(vmc_report_text(logs[i], strlen(logs[i]), "log", NULL, &r));
		assert_int_equal(r->events.len, 0);
		assert_null(vmc_inquest_primary_oops(r));
		assert_string_equal(r->verdict.category, "unknown");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_report_is_the_cause),
		cmocka_unit_test(an_event_has_what_its_report_says),
		cmocka_unit_test(the_panic_message_is_the_last_one),
		cmocka_unit_test(each_event_has_its_role),
		cmocka_unit_test(the_order_is_told_with_times),
		cmocka_unit_test(a_later_oops_is_doubted),
		cmocka_unit_test(nothing_in_gives_nothing_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
