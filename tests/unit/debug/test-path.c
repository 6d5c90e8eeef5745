/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"
#include "debug/source/path.h"

static void check(const char *path, const char *comp_dir, const char *unit, const char *want)
{
	vmc_autostr struct vmc_str out = { 0 };

	source_path_add(&out, path, comp_dir, unit);
	assert_string_equal(vmc_str_text(&out), want);
}

static void test_kernel(void **state)
{
	(void)state;
	check("/build/linux/kernel/panic.c", "/build/linux", "kernel/panic.c", "kernel/panic.c");
	check("/build/linux/debian/build/../../mm/slub.c", "/build/linux/debian/build",
	      "../../mm/slub.c", "mm/slub.c");
}

static void test_module_out_of_tree(void **state)
{
	static const char headers[] = "/usr/src/linux-headers-6.1";

	(void)state;
	check("/home/u/mod/main.c", headers, "/home/u/mod/main.c", "main.c");
	check("/home/u/mod/inc/x.h", headers, "/home/u/mod/main.c", "inc/x.h");
	/* a name that only begins the same, and another tree */
	check("/home/u/module/x.h", headers, "/home/u/mod/main.c", "/home/u/module/x.h");
	check("/opt/x.h", headers, "/home/u/mod/main.c", "/opt/x.h");
	check("/opt/x.h", headers, "", "/opt/x.h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_module_out_of_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
