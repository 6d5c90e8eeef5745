/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which module debug info is wanted for, and what a .ko or .ko.debug has of the same: the
 * linker's build id, modpost's checksum of the sources (srcversion), and the release it was built
 * for (vermagic). The build id decides where both sides have one; a release alone says little, but
 * a stripped kernel configuration leaves nothing else.
 */
#ifndef VMC_DEBUG_MODULE_ID_H
#define VMC_DEBUG_MODULE_ID_H

#include "debug/symbols/elfsym.h"

struct vmc_module_id {
	const char *name;		  /* as the kernel has it, with '_' */
	char build_id[VMC_BUILD_ID_TEXT]; /* lower-case hex, "" unknown */
	char srcversion[64];		  /* "" unknown */
	const char *release;		  /* of the kernel; "" unknown */
};

/*
 * True for "ext4.ko", "ext4.ko.debug", "ext4.ko.xz" and "ext4.ko-5.14.0-70.el9.x86_64.debug" in
 * any folder; in file names a '-' may stand for each '_'. NULL: of any module.
 */
bool vmc_is_module_file(const char *path, const char *module);

/* VMC_MISMATCH with a sentence that says what is different. */
struct vmc_error *vmc_module_id_check(const struct vmc_module_id *want,
				      struct vmc_elf *e) VMC_MUST_CHECK;

#endif
