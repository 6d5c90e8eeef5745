/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include "render/fold.h"

static void expect(const char *text, unsigned int indent, unsigned int width, const char *want)
{
	vmc_autostr struct vmc_str out = { 0 };

	vmc_fold(text, indent, width, &out);
	assert_string_equal(vmc_str_text(&out), want);
}

static void test_words(void **state)
{
	(void)state;
	expect("one two three", 0, 7, "one two\nthree\n");
	expect("one two three", 2, 9, "one two\n  three\n");
	expect("one   two\nthree\t", 0, 80, "one two three\n");
	expect("unbreakable", 0, 4, "unbreakable\n");
	expect("", 0, 10, "\n");
	expect("  \n ", 0, 10, "\n");
	expect("a\x1b[1mb \xff", 0, 80, "a\\x1b[1mb \\xff\n");
}

static void test_wide_characters(void **state)
{
	(void)state;
	expect("一二三四五", 0, 6, "一二三\n四五\n");
	/* a comma stays with what it follows, a bracket with what it opens */
	expect("一二三，四", 0, 6, "一二\n三，四\n");
	expect("一二（三四）", 0, 6, "一二\n（三\n四）\n");
	expect("读取 vmcore 文件", 0, 11, "读取 vmcore\n文件\n");
	expect("用vmcore。好", 0, 8, "用\nvmcore。\n好\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_wide_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
