/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the vmlinux of a real dump, through the whole program: the file is examined and
 * compared with the kernel, then gives types, source lines, unwind rules to a report. The seeds
 * have the build id of the fixture, and code all over its text.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "render/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void report_with(const char *vmlinux)
{
	const char *const dump = FIXTURE;
	const struct vmc_open_options options = {
		.debuginfo = &vmlinux,
		.n_debuginfo = 1,
		.no_btf = true, /* so that the types are those of the file */
	};
	vmc_cleanup(vmc_cleanup_targetp) struct vmc_target *t = NULL;
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	vmc_autostr struct vmc_str out = { 0 };

	/* the dump is whole: whatever is given beside it, it opens and is reported on */
	if (vmc_target_open(&dump, 1, &options, &t) || vmc_report_dump(t, "dump", NULL, &r) ||
	    vmc_render_json(r, &out))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("vmlinux", MFD_CLOEXEC);
	char path[64];

	if (fd < 0)
		return 0;
	if (size == 0 || write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		report_with(path);
	}
	close(fd);
	return 0;
}
