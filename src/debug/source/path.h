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
 * below it or beside it. What shares less than two directories with it is another tree: whole, but
 * for what lies in the directory of `unit`, the unit's own source file, or below: modules out of
 * tree are compiled from the kernel's directory by their absolute paths.
 */
void source_path_add(struct vmc_str *out, const char *path, const char *comp_dir, const char *unit);

#endif
