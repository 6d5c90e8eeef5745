/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a module below a folder, such as /usr/lib/debug/lib/modules/RELEASE. */
#ifndef VMC_DEBUG_TREE_H
#define VMC_DEBUG_TREE_H

#include "base/str.h"
#include "base/vec.h"

struct vmc_tree_files {
	VMC_VEC(const char *) paths; /* in the arena that was given */
};

/*
 * Adds the files below `folder`, at most `depth` folders down (0: in it), that are called as those
 * of `module` are (vmc_is_module_file()). Links are not followed. A folder that is not there or
 * not readable has none; what is beyond the budget of entries is left out.
 */
void vmc_tree_find_module(const char *folder, unsigned int depth, const char *module,
			  struct vmc_arena *arena, struct vmc_tree_files *ret);

#endif
