/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/tree.h"

#include <fts.h>

#include "debug/source/module-id.h"

/* A distribution's modules are some 5,000 files in 800 folders. */
#define ENTRIES_MAX 100000u
#define FOUND_MAX 16u

void vmc_tree_find_module(const char *folder, unsigned int depth, const char *module,
			  struct vmc_arena *arena, struct vmc_tree_files *ret)
{
	vmc_autofree char *root = strdup(folder);
	char *const roots[] = { root, NULL };
	FTS *fts = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL) : NULL;
	unsigned int seen = 0;
	FTSENT *at;

	if (!fts)
		return;
	while (ret->paths.len < FOUND_MAX && seen++ < ENTRIES_MAX && (at = fts_read(fts))) {
		const char *path;

		if (at->fts_info == FTS_D && at->fts_level > (int)depth)
			fts_set(fts, at, FTS_SKIP);
		if (at->fts_info == FTS_D || at->fts_info == FTS_DP ||
		    !vmc_is_module_file(at->fts_name, module))
			continue;
		path = vmc_arena_strdup(arena, at->fts_path);
		if (!path || !vmc_vec_push(&ret->paths, path))
			break;
	}
	fts_close(fts);
}
