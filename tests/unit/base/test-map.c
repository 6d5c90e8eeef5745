/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include "base/map.h"

static void keeps_what_was_set(void **state)
{
	vmc_automap struct vmc_map m = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		assert_true(vmc_map_set(&m, i * 4096, i));
	for (uint64_t i = 0; i < 10000; i++)
		assert_int_equal(*vmc_map_get(&m, i * 4096), i);
	assert_null(vmc_map_get(&m, 1));
	assert_int_equal(m.len, 10000);
}

static void a_set_tells_what_is_new(void **state)
{
	vmc_automap struct vmc_map m = { 0 };
	bool is_new;

	(void)state;
	assert_null(vmc_map_get(&m, 0));
	assert_true(vmc_map_add(&m, 0, &is_new));
	assert_true(is_new);
	assert_true(vmc_map_add(&m, 0, &is_new));
	assert_false(is_new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_was_set),
		cmocka_unit_test(a_set_tells_what_is_new),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
