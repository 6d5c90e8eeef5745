/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source positions of frames, where there is debug info (target/debugfile.h). */
#ifndef VMC_TARGET_LINES_H
#define VMC_TARGET_LINES_H

#include "target/unwind.h"

/*
 * Fills the places of all frames. Files are opened on first use; what is damaged becomes a row of
 * `unavailable`, one without DWARF is none.
 */
void vmc_target_lines(struct vmc_target *t, struct vmc_trace *tr);

/*
 * What stands at the byte at a run-time address, innermost first; returns how many. Texts and the
 * array live in the target's arena. 0, and *ret NULL, where no debug info tells.
 */
size_t vmc_target_places_at(struct vmc_target *t, uint64_t pc, const struct vmc_source_place **ret);

/* Where the frame's own function stands, behind the inlined ones; NULL unknown. */
static inline const struct vmc_source_place *vmc_frame_place(const struct vmc_frame *f)
{
	return f->n_places ? &f->places[f->n_places - 1] : NULL;
}

#endif
