/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which debug info a dump needs, where it was looked for, how to get it: as text
 * and as the JSON of data/debuginfo.schema.json.
 */
#ifndef VMC_RENDER_DEBUGINFO_H
#define VMC_RENDER_DEBUGINFO_H

#include "debug/source/distro.h"
#include "inquest/report.h"
#include "render/render.h"

struct vmc_debuginfo {
	const char *input;
	enum vmc_lang lang;
	struct vmc_kernel_id id;
	const struct vmc_candidate *candidates;
	size_t n_candidates;
	struct vmc_distro_advice advice;
};

/* The candidate that is used and has DWARF, else one that is used; NULL. */
const struct vmc_candidate *vmc_debuginfo_found(const struct vmc_debuginfo *d);
void vmc_debuginfo_text(const struct vmc_debuginfo *d, const struct vmc_style *style,
			struct vmc_str *out);
struct vmc_error *vmc_debuginfo_json(const struct vmc_debuginfo *d,
				     struct vmc_str *out) VMC_MUST_CHECK;

#endif
