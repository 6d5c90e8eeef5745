/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known assertions: found by file, function and kind, told apart by line; bad entries are named. */
#include <string.h>

#include "../test.h"
#include "knowledge/assertion.h"

static size_t find(const char *source, const char *function, enum vmc_assertion_kind kind,
		   uint32_t line, const struct vmc_assertion **ret)
{
	const struct vmc_assertion_query q = { source, function, kind, line };

	return vmc_assertion_find(&q, ret);
}

static void test_place(void **state)
{
	const struct vmc_assertion *m[VMC_ASSERTION_MATCHES_MAX];

	(void)state;
	/* the line moved since: file and function are enough */
	assert_int_equal(find("fs/buffer.c", "check_irqs_on", VMC_ASSERTION_BUG, 4711, m), 1);
	assert_string_equal(m[0]->condition, "irqs_disabled()");
	assert_int_equal(m[0]->check, VMC_CHECK_IRQS_OFF);
	/* as it was compiled elsewhere, and inlined */
	assert_int_equal(
		find("/build/linux-6.1/fs/buffer.c", "__find_get_block", VMC_ASSERTION_BUG, 1, m),
		1);
	assert_int_equal(
		find("block/blk.h", "generic_make_request_checks", VMC_ASSERTION_WARN, 227, m), 1);
	/* another file of that name, another function, another kind */
	assert_int_equal(find("drivers/myfs/buffer.c", "check_irqs_on", VMC_ASSERTION_BUG, 1270, m),
			 0);
	assert_int_equal(find("myfs/buffer.c", "check_irqs_on", VMC_ASSERTION_BUG, 1270, m), 0);
	assert_int_equal(find("fs/buffer.c", "block_write_full_page", VMC_ASSERTION_BUG, 1270, m),
			 0);
	assert_int_equal(find("fs/buffer.c", "check_irqs_on", VMC_ASSERTION_WARN, 1270, m), 0);
}

static void test_line_decides(void **state)
{
	const struct vmc_assertion *m[VMC_ASSERTION_MATCHES_MAX];

	(void)state;
	/* lib/refcount.c of 6.1: 25 is an addition on 0, 28 an underflow */
	assert_int_equal(
		find("lib/refcount.c", "refcount_warn_saturate", VMC_ASSERTION_WARN, 28, m), 1);
	assert_string_equal(m[0]->condition, "REFCOUNT_SUB_UAF");
	assert_int_equal(
		find("lib/refcount.c", "refcount_warn_saturate", VMC_ASSERTION_WARN, 25, m), 1);
	assert_string_equal(m[0]->condition, "REFCOUNT_ADD_UAF");
	/* a line that no release is known by leaves all of them */
	assert_true(find("lib/refcount.c", "refcount_warn_saturate", VMC_ASSERTION_WARN, 9999, m) >
		    1);
}

static void test_builtin(void **state)
{
	const struct vmc_assertion *all;
	size_t n;

	(void)state;
	all = vmc_assertions_builtin(&n);
	assert_true(n >= 60);
	for (size_t i = 0; i < n; i++) {
		const struct vmc_assertion *m[VMC_ASSERTION_MATCHES_MAX];
		size_t k, found = 0;

		/* each is found where it says that it stands */
		k = find(all[i].source, all[i].functions.items[0], all[i].kind, 0, m);
		for (size_t j = 0; j < k; j++)
			found += m[j] == &all[i];
		if (!found)
			fail_msg("%s:%u is never found", all[i].file, all[i].line);
		for (size_t j = 0; j < VMC_LANG_COUNT; j++)
			assert_non_null(all[i].meaning.in[j]);
	}
}

static const struct {
	const char *text, *problem;
} bad[] = {
	{ "- source: fs/a.c\n", "has no functions" },
	{ "- source: fs/a.c\n  functions: [a]\n  kind: PANIC\n", "BUG or WARN is expected" },
	{ "- source: fs/a.c\n  check: moon-full\n", "there is no check \"moon-full\"" },
	{ "- source: fs/a.c\n  lines: [12a]\n", "numbers are expected" },
	{ "- source: fs/a.c\n  colour: red\n", "has no key \"colour\"" },
	{ "- source: fs/a.c\n  functions: [a]\n  kind: BUG\n  condition: 'x'\n"
	  "  meaning: {en: 'x'}\n  references: ['y']\n",
	  "has no meaning in both languages" },
};

static void test_bad_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(bad); i++) {
		vmc_autoassertions struct vmc_assertions a = { 0 };

		assert_null(vmc_assertions_parse("a.yaml", bad[i].text, strlen(bad[i].text), &a));
		assert_int_equal(a.assertions.len, 0);
		assert_int_equal(a.problems.len, 1);
		assert_non_null(strstr(vmc_error_text(a.problems.data[0]), bad[i].problem));
		assert_true(vmc_str_starts(vmc_error_text(a.problems.data[0]), "a.yaml:"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_line_decides),
		cmocka_unit_test(test_builtin),
		cmocka_unit_test(test_bad_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
