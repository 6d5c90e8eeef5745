/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <string.h>

struct sample {
	const char *bytes;
	size_t size;
	const char *told; /* occurs in the text of the error */
};

#define SAMPLE(bytes, told)                    \
	{                                      \
		bytes, sizeof(bytes) - 1, told \
	}

static const struct sample samples[] = {
	SAMPLE("\x1f\x8b\x08", "gzip"),
	SAMPLE("\xfd"
	       "7zXZ\0\0",
	       "xz"),
	SAMPLE("\x28\xb5\x2f\xfd\0", "zstd"),
	SAMPLE("BZh91AY&SY", "bzip2"),
	SAMPLE("\x04\x22\x4d\x18", "lz4"),
	SAMPLE("DISKDUMP\0\0", "diskdump"),
	SAMPLE("\xed\x23\x8f\x61\x73\x01\x19\xa8\x0a\0", "LKCD"),
	SAMPLE("sadump\0\0\0", "sadump"),
	SAMPLE("\xd2\xbe\xd2\xbe\x08\0\0\0", "VMware"),
	SAMPLE("QEVM\0\0\0\x03", "QEMU"),
	SAMPLE("LibvirtQemudSave\x02", "virsh dump"),
	SAMPLE("EMiL\x01", "LiME"),
	SAMPLE("PAGEDU64", "Windows"),
	SAMPLE("MZ\x90", "vmlinuz"),
	SAMPLE("[    0.000000] Linux version 6.1.0\n[    0.1] x\n", "text"),
	SAMPLE("\0\0\0\0\0\0\0\0\0\0", "zero"),
	SAMPLE("\x01\x02\x03\xff\xfe", "begins with 01 02 03 ff fe"),
	SAMPLE("K", "text"),
	SAMPLE("\x7f"
	       "EL",
	       "begins with"),
};

static void what_cannot_be_read_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(samples); i++) {
		vmc_autoerror struct vmc_error *err = NULL;
		struct vmc_dump *d = NULL;
		struct image im = { 0 };

		image_put(&im, 0, samples[i].bytes, samples[i].size);
		err = open_memory(&im, &d);
		assert_int_equal(vmc_error_code(err), VMC_NOT_FORMAT);
		if (!strstr(vmc_error_text(err), samples[i].told))
			fail_msg("%s: %s", samples[i].told, vmc_error_text(err));
		image_free(&im);
	}
}

static void files_that_are_none(void **state)
{
	static const char *const missing[] = { "/nonexistent/vmcore" }, *const folder[] = {
		"/tmp"
	};
	struct image empty = { 0 };
	struct vmc_dump *d = NULL;

	(void)state;
	assert_code(vmc_dump_open(missing, 1, &d), VMC_IO);
	assert_code(vmc_dump_open(folder, 1, &d), VMC_USAGE);
	assert_code(open_files(&empty, 1, &d), VMC_NOT_FORMAT);
	assert_code(open_memory(&empty, &d), VMC_NOT_FORMAT);
	vmc_dump_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_read_is_named),
		cmocka_unit_test(files_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
