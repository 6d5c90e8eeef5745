/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

static void text_grows_outward(void **state)
{
	vmc_autoerror struct vmc_error *err = vmc_error_new(VMC_EXCLUDED, "page %d", 7);

	(void)state;
	err = vmc_error_wrap(err, "task_struct.mm of %x", 0x42);
	assert_string_equal(vmc_error_text(err), "task_struct.mm of 42: page 7");
	assert_int_equal(vmc_error_code(err), VMC_EXCLUDED);
}

static void endless_wrapping_stays_bounded(void **state)
{
	vmc_autoerror struct vmc_error *err = vmc_error_new(VMC_IO, "x");

	(void)state;
	for (int i = 0; i < 5000; i++)
		err = vmc_error_wrap(err, "a rather long prefix number %d", i);
	assert_true(strlen(vmc_error_text(err)) <= 1000);
}

static void success_is_null(void **state)
{
	(void)state;
	assert_null(vmc_error_wrap(NULL, "prefix"));
	assert_int_equal(vmc_error_code(NULL), VMC_OK);
	assert_string_equal(vmc_error_text(NULL), "");
	vmc_error_free(NULL);
}

static void every_code_has_a_text(void **state)
{
	(void)state;
	for (int c = 0; c < VMC_CODE_COUNT; c++)
		assert_true(strlen(vmc_code_text((enum vmc_code)c)) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_outward),
		cmocka_unit_test(endless_wrapping_stays_bounded),
		cmocka_unit_test(success_is_null),
		cmocka_unit_test(every_code_has_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
