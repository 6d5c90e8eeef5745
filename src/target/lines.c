/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/lines.h"

static struct vmc_error *open_lines(struct vmc_target *t)
{
	vmc_cleanup(vmc_cleanup_linesp) struct vmc_lines *l = NULL;

	VMC_TRY(vmc_lines_open(t->vmlinux, &l));
	VMC_TRY(vmc_target_link_shift(t, &t->lines_shift));
	t->lines = vmc_take(l);
	return NULL;
}

static void find_lines(struct vmc_target *t)
{
	struct vmc_error *err;

	if (t->lines_tried || !t->vmlinux)
		return;
	t->lines_tried = true;
	err = open_lines(t);
	/* a vmlinux that was stripped of it has done its service by its symbols */
	if (vmc_error_code(err) == VMC_NOT_FOUND)
		vmc_error_free(err);
	else
		vmc_target_missing(t, err, VMC_SAY("source lines"));
}

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

static void find_places(struct vmc_target *t, struct vmc_frame *f)
{
	struct vmc_source_places found = { 0 };
	uint64_t pc = f->pc - !f->is_exact - t->lines_shift;
	vmc_autoerror struct vmc_error *err = vmc_lines_at(t->lines, pc, &t->arena, &found);
	struct vmc_source_place *places;
	size_t size = found.places.len * sizeof(*places);

	/* code without debug info is no fault of anything */
	if (err)
		return;
	places = vmc_arena_alloc(&t->arena, size);
	if (places) {
		memcpy(places, found.places.data, size);
		f->places = places;
		f->n_places = found.places.len;
	}
	vmc_source_places_deinit(&found);
}

void vmc_target_lines(struct vmc_target *t, struct vmc_trace *tr)
{
	find_lines(t);
	for (size_t i = 0; t->lines && i < tr->frames.len; i++) {
		struct vmc_frame *f = &tr->frames.data[i];

		if (!f->user && !f->where.module && !f->n_places && !take_earlier(tr, i))
			find_places(t, f);
	}
}
