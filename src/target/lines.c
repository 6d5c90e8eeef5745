/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/lines.h"

#include <string.h>

#include "debug/source/lines.h"
#include "target/debugfile.h"

/* A recursion has the same address again and again: those of an earlier frame. */
static bool take_earlier(struct vmc_trace *tr, size_t i)
{
	struct vmc_frame *f = &tr->frames.data[i];

	for (size_t k = 0; k < i; k++) {
		const struct vmc_frame *g = &tr->frames.data[k];

		if (g->pc != f->pc || g->is_exact != f->is_exact || !g->n_places)
			continue;
		f->places = g->places;
		f->n_places = g->n_places;
		return true;
	}
	return false;
}

size_t vmc_target_places_at(struct vmc_target *t, uint64_t pc, const struct vmc_source_place **ret)
{
	struct vmc_debugfile *file = vmc_target_debugfile(t, pc);
	struct vmc_source_places found = { 0 };
	vmc_autoerror struct vmc_error *err = NULL;
	struct vmc_source_place *places;
	size_t n, size;

	*ret = NULL;
	if (!file)
		return 0;
	/* code without debug info is no fault of anything */
	err = vmc_lines_at(&file->info, vmc_debugfile_address(file, pc), &t->arena, &found);
	if (err)
		return 0;
	n = found.places.len;
	size = n * sizeof(*places);
	places = vmc_arena_alloc(&t->arena, size);
	if (places)
		memcpy(places, found.places.data, size);
	vmc_source_places_deinit(&found);
	*ret = places;
	return places ? n : 0;
}

void vmc_target_lines(struct vmc_target *t, struct vmc_trace *tr)
{
	for (size_t i = 0; i < tr->frames.len; i++) {
		struct vmc_frame *f = &tr->frames.data[i];

		/* a return address may be the first byte of another line, or of another function */
		if (!f->user && !f->n_places && !take_earlier(tr, i))
			f->n_places = vmc_target_places_at(t, f->pc - !f->is_exact, &f->places);
	}
}
