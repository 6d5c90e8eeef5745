/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a package of debug info: what libarchive makes of them, which member is taken, and
 * what is unpacked of it. Nothing fits the kernel that is asked for, so that nothing stays in
 * the cache and each input is read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "debug/source/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct vmc_kernel_id want = {
	.release = "6.1.0-test",
	.build_id = "00112233445566778899aabbccddeeff00112233",
	.banner = "Linux version 6.1.0-test (somebody@elsewhere) (gcc) #99 SMP Thu Jan  1 1970",
};

/* A folder of this process; gone when it ends. */
static char folder[] = "/tmp/fuzz-package.XXXXXX";

static void remove_folder(void)
{
	static const char *const inside[] = { "/vmcoroner/debuginfo", "/vmcoroner", "" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(inside); i++) {
		vmc_autostr struct vmc_str path = { 0 };

		vmc_str_addf(&path, "%s%s", folder, inside[i]);
		rmdir(vmc_str_text(&path));
	}
}

static bool have_folder(void)
{
	static bool made;

	if (!made && mkdtemp(folder) && setenv("XDG_CACHE_HOME", folder, 1) == 0) {
		made = true;
		atexit(remove_folder);
	}
	return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("package", MFD_CLOEXEC);
	vmc_autostr struct vmc_str unpacked = { 0 };
	char path[64];
	bool cached;

	if (fd < 0 || !have_folder())
		return 0;
	if (size && write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		(void)vmc_package_kind_of(path);
		struct vmc_error *err = vmc_package_kernel(path, &want, &unpacked, &cached);

		/* a refusal without a reason, or a fit that cannot be */
		if (!err || !*vmc_error_text(err))
			__builtin_trap();
		vmc_error_free(err);
	}
	close(fd);
	return 0;
}
