/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the vmlinux of a real dump: the file is examined and compared with the kernel,
 * then gives types, unwind rules, source lines and variables to those who ask for them. The
 * seeds have the build id of the fixture, and code all over its text. What the whole report
 * makes of damaged debug info is the matter of tests/mutate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/cpu.h"
#include "kernel/task.h"
#include "target/find.h"
#include "target/lines.h"
#include "target/variables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EMPTY(vector) memset(&(vector), 0, sizeof(vector))

/* Opening takes most of the time and does not look at the file: once, without any. */
static const struct vmc_target *opened(void)
{
	const struct vmc_open_options options = {
		.no_btf = true, /* so that the types are those of the file */
	};
	static struct vmc_target *t;
	const char *const dump = FIXTURE;

	if (!t && vmc_target_open(&dump, 1, &options, &t))
		__builtin_trap();
	return t;
}

/* A case that shares what was read of the dump with the opened one, and nothing besides. */
static struct vmc_target *borrow(const struct vmc_target *whole)
{
	struct vmc_target *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	*t = *whole;
	t->arena = (struct vmc_arena){ 0 };
	t->fields = NULL;
	t->inferred = NULL;
	EMPTY(t->unavailable);
	EMPTY(t->candidates);
	return t;
}

static void give_back(struct vmc_target *t)
{
	t->dump = NULL;
	t->memory = NULL;
	t->symbols = NULL;
	t->vmcoreinfo = NULL;
	EMPTY(t->notes);
	vmc_target_free(t);
}

/* What of a report looks into debug info. */
static void look_at(struct vmc_target *t)
{
	struct vmc_tasks tasks = { 0 };
	struct vmc_cpus cpus = { 0 };

	vmc_target_modules(t);
	vmc_error_free(vmc_tasks_read(t, &tasks));
	vmc_error_free(vmc_cpus_read(t, &cpus));
	for (size_t i = 0; i < cpus.cpus.len; i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		vmc_error_free(vmc_cpu_backtrace(t, &cpus.cpus.data[i], &tr));
		vmc_target_lines(t, &tr);
		vmc_target_variables(t, &tr);
	}
	vmc_cpus_deinit(&cpus);
	vmc_tasks_deinit(&tasks);
}

static void examine(const char *vmlinux)
{
	const struct vmc_open_options options = { .debuginfo = &vmlinux, .n_debuginfo = 1 };
	struct vmc_target *t = borrow(opened());

	if (!t)
		return;
	vmc_find_debuginfo(t, &options, NULL);
	look_at(t);
	give_back(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("vmlinux", MFD_CLOEXEC);
	char path[64];

	if (fd < 0)
		return 0;
	if (size == 0 || write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		examine(path);
	}
	close(fd);
	return 0;
}
