/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One defect has one signature, whatever machine and kernel it is met on; two have two. */
#include <string.h>

#include "../test.h"
#include "oops/signature.h"

#define NAMES_MAX 10

static const struct row {
	const char *category, *title;
	const char *names[NAMES_MAX];
	bool waiting;
} null_deref = { "null-deref",
		 "BUG: unable to handle kernel NULL pointer dereference in v_peek",
		 { "v_peek", "v_open", "v_run", "proc_reg_write", "vfs_write", "ksys_write" } };

static void sign(const struct row *row, char ret[32])
{
	struct vmc_signature s = { .waiting = row->waiting };
	struct vmc_arena arena = { 0 };
	char *text;

	for (size_t i = 0; i < NAMES_MAX && row->names[i]; i++)
		vmc_signature_add(&s, row->names[i]);
	text = vmc_signature_text(&s, row->category, row->title, &arena);
	assert_non_null(text);
	snprintf(ret, 32, "%s", text);
	vmc_arena_deinit(&arena);
}

static void other_builds_have_the_same(void **state)
{
	static const struct row builds[] = {
		/* suffixes of another compiler */
		{ "null-deref",
		  NULL,
		  { "v_peek.isra.0", "v_open.constprop.0.cold", "v_run", "proc_reg_write" } },
		/* arm64: the trace begins with the function of the pc */
		{ "null-deref", NULL, { "v_peek", "v_peek", "v_open", "v_run", "proc_reg_write" } },
		/* before 4.11 a report's trace began with the printing */
		{ "null-deref",
		  NULL,
		  { "dump_stack", "v_peek", "v_open", "v_run", "proc_reg_write", "vfs_write",
		    "SyS_write" } },
		/* a helper that is not inlined; names that could not be told */
		{ "null-deref", NULL, { "memcpy", "v_peek", "", NULL } },
	};
	char want[32], got[32];

	(void)state;
	sign(&null_deref, want);
	for (size_t i = 0; i < 3; i++) {
		sign(&builds[i], got);
		assert_string_equal(got, want);
	}
	sign(&builds[3], got);
	assert_string_not_equal(got, want);
}

static void other_defects_have_another(void **state)
{
	static const struct row others[] = {
		{ "null-deref", NULL, { "v_poke", "v_open", "v_run", "proc_reg_write" } },
		{ "null-deref", NULL, { "v_peek", "v_close", "v_run", "proc_reg_write" } },
		{ "gpf", NULL, { "v_peek", "v_open", "v_run", "proc_reg_write" } },
		{ "null-deref", NULL, { "v_peekv", "_open", "v_run", "proc_reg_write" } },
		{ NULL, "WARNING", { "v_peek", "v_open", "v_run", "proc_reg_write" } },
	};
	char want[32], got[32];

	(void)state;
	sign(&null_deref, want);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(others); i++) {
		sign(&others[i], got);
		assert_string_not_equal(got, want);
	}
}

/* Where each system call goes down the same path only the part above it counts. */
static void the_way_from_user_space_does_not_count(void **state)
{
	static const struct row a = { "gpf", NULL, { "v_f", "vfs_write", "ksys_write" } },
				b = { "gpf", NULL, { "v_f", "vfs_iter_write", "do_writev" } };
	char one[32], two[32];

	(void)state;
	sign(&a, one);
	sign(&b, two);
	assert_string_equal(one, two);
}

/* All tasks that wait have the scheduler on top of their stacks. */
static void what_a_task_waits_in_counts(void **state)
{
	static const struct row a = { "hung-task",
				      NULL,
				      { "__schedule", "schedule", "schedule_preempt_disabled",
					"__mutex_lock", "v_read" },
				      true },
				b = { "hung-task",
				      NULL,
				      { "__schedule", "schedule", "schedule_preempt_disabled",
					"__mutex_lock", "v_ioctl" },
				      true },
				c = { "hung-task",
				      NULL,
				      { "schedule", "rwsem_down_read_slowpath", "v_read" },
				      true };
	char one[32], two[32], three[32];

	(void)state;
	sign(&a, one);
	sign(&b, two);
	sign(&c, three);
	assert_string_not_equal(one, two);
	assert_string_equal(one, three);
}

static void without_names_the_title_decides(void **state)
{
	static const struct row rows[] = {
		{ "panic-call", "kernel panic: a", { NULL } },
		{ "panic-call", "kernel panic: b", { NULL } },
		{ "panic-call", NULL, { NULL } },
	};
	char one[32], two[32], none[32];

	(void)state;
	sign(&rows[0], one);
	sign(&rows[1], two);
	sign(&rows[2], none);
	assert_string_not_equal(one, two);
	assert_string_equal(none, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_builds_have_the_same),
		cmocka_unit_test(other_defects_have_another),
		cmocka_unit_test(the_way_from_user_space_does_not_count),
		cmocka_unit_test(what_a_task_waits_in_counts),
		cmocka_unit_test(without_names_the_title_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
