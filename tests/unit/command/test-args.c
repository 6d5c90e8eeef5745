/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include "command/args.h"

#define ARGS(...)                                                             \
	(int)(sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)), (char *[]) \
	{                                                                     \
		__VA_ARGS__                                                   \
	}

static void letters_join_and_take_values(void **state)
{
	struct vmc_args a;

	(void)state;
	assert_ok(vmc_args_parse(ARGS("bt", "-ax", "-c0,2", "1", "-n", "idle", "2"), "axc:n:", &a));
	assert_true(vmc_args_has(&a, 'a') && vmc_args_has(&a, 'x'));
	assert_string_equal(vmc_args_value(&a, 'c'), "0,2");
	assert_string_equal(vmc_args_value(&a, 'n'), "idle");
	assert_int_equal(a.n_operands, 2);
	assert_string_equal(a.operand[1], "2");
	assert_null(vmc_args_value(&a, 'p'));
}

static void sizes_are_options_where_asked_for(void **state)
{
	struct vmc_args a;

	(void)state;
	assert_ok(vmc_args_parse(ARGS("rd", "-32", "jiffies", "4"), "#d", &a));
	assert_int_equal(a.number, 32);
	assert_int_equal(a.n_operands, 2);
	assert_code(vmc_args_parse(ARGS("ps", "-32"), "k", &a), VMC_USAGE);
	assert_code(vmc_args_parse(ARGS("rd", "-99999999999"), "#", &a), VMC_USAGE);
}

static void mistakes_are_told(void **state)
{
	struct vmc_args a;

	(void)state;
	assert_code(vmc_args_parse(ARGS("bt", "-Z"), "a", &a), VMC_USAGE);
	assert_code(vmc_args_parse(ARGS("bt", "-c"), "c:", &a), VMC_USAGE);
	assert_code(vmc_args_parse(ARGS("bt", "-:"), "c:", &a), VMC_USAGE);
	assert_code(vmc_args_parse(ARGS("bt", "-\xff"), "c:", &a), VMC_USAGE);
	assert_ok(vmc_args_parse(ARGS("bt", "--", "-c"), "c:", &a));
	assert_string_equal(a.operand[0], "-c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_join_and_take_values),
		cmocka_unit_test(sizes_are_options_where_asked_for),
		cmocka_unit_test(mistakes_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
