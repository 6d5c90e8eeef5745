/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as the source tree has them: "kernel/panic.c", wherever the kernel was built.
 */
#ifndef VMC_DEBUG_SOURCE_PATH_H
#define VMC_DEBUG_SOURCE_PATH_H

#include "base/str.h"

/*
 * Appends `path` without "." and ".." and without the directories that it has in common with
 * `comp_dir`, in which the compiler ran: kernels are built in their source tree or in a directory
 * below it or beside it. What shares less than two directories with it is another tree: whole.
 */
void source_path_add(struct vmc_str *out, const char *path, const char *comp_dir);

#endif
