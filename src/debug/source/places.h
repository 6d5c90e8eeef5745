/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the debug info of a kernel usually lies, best places first. */
#ifndef VMC_DEBUG_PLACES_H
#define VMC_DEBUG_PLACES_H

#include "base/str.h"
#include "debug/source/kernel-id.h"

struct vmc_place {
	const char *id; /* what programs see */
	/*
	 * A path with placeholders: {release}, {id} and its parts {id2} and {idrest}, {dump} for
	 * the folder of the dump, {cache} for that of this program, {debuginfod} for that of
	 * debuginfod's client.
	 */
	const char *path;
};

extern const struct vmc_place vmc_places[];
extern const size_t vmc_n_places;

/* What stands for {dump}, {cache} and {debuginfod}; NULL: places with it are left out. */
struct vmc_place_folders {
	const char *dump, *cache, *debuginfod;
};

/*
 * Fills the placeholders in. False where one of them has no value, or where the release is
 * no name of a file.
 */
bool vmc_place_path(const struct vmc_place *p, const struct vmc_kernel_id *id,
		    const struct vmc_place_folders *folders, struct vmc_str *ret);

#endif
