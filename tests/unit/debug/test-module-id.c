/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files are those of a module: by name, as distributions call them. */
#include "../test.h"

#include "debug/source/module-id.h"

static void names_of_files(void **state)
{
	static const struct {
		const char *path, *module;
		bool is;
	} rows[] = {
		{ "ext4.ko", "ext4", true },
		{ "/lib/modules/6.1.0/kernel/fs/ext4/ext4.ko.xz", "ext4", true },
		{ "/usr/lib/debug/lib/modules/x/kernel/fs/ext4/ext4.ko.debug", "ext4", true },
		{ "ext4.ko-5.14.0-70.13.1.el9_0.x86_64.debug", "ext4", true },
		{ "aesni-intel.ko", "aesni_intel", true },
		{ "aesni_intel.ko", "aesni_intel", true },
		{ "dir.ko/readme", "dir", false },
		{ "ext4.kos", "ext4", false },
		{ "ext4.o", "ext4", false },
		{ "ext4", "ext4", false },
		{ ".ko", "", false },
		{ "ext4.ko", "ext", false },
		{ "ext.ko", "ext4", false },
		{ "/home/ext4.ko/jbd2.ko", "ext4", false },
		{ "anything.ko.zst", NULL, true },
		{ "vmlinux.debug", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		if (vmc_is_module_file(rows[i].path, rows[i].module) != rows[i].is)
			fail_msg("%s is%s a file of %s", rows[i].path, rows[i].is ? "" : " not",
				 rows[i].module ? rows[i].module : "any module");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_of_files) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
