/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which report of a log is the cause, and which follow from it. */
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
		cmocka_unit_test(nothing_in_gives_nothing_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
