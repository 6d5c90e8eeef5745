/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file is the debug info of a module: one that was given, one out of a folder that was
 * given, or one in the usual places.
 */
#ifndef VMC_TARGET_MODULE_FILE_H
#define VMC_TARGET_MODULE_FILE_H

#include "target/module-sections.h"

/*
 * Opens it; it is of the module by its build id, else by what else both have. VMC_NOT_FOUND: none
 * was given or found. Else why what was given cannot be used; what was only found and does not fit
 * is no loss to anybody.
 */
struct vmc_error *vmc_module_file(struct vmc_target *t, const struct vmc_module *m,
				  const struct vmc_module_sections *s,
				  struct vmc_elf **ret) VMC_MUST_CHECK;

/*
 * Looks which modules the files are of that were given, and why not; what it finds stands in the
 * target's candidates. Opens each of them: for who asks about debug info, not for a report.
 */
void vmc_module_files_judge(struct vmc_target *t);

#endif
