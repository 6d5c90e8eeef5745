/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source positions and variables, where the debug info tells them. */
#include "inquest/inquest.h"
#include "target/lines.h"
#include "target/variables.h"

void vmc_inquest_lines(struct vmc_report *r)
{
	if (!r->target)
		return;
	vmc_target_lines(r->target, &r->backtrace);
	vmc_target_variables(r->target, &r->backtrace);
	for (size_t i = 0; i < r->cpus.len; i++)
		vmc_target_lines(r->target, &r->cpus.data[i].trace);
}

/* The position in the culprit's function in that trace, inlined ones included; NULL unknown. */
static const struct vmc_source_place *place_of(struct vmc_report *r, const struct vmc_trace *tr,
					       const struct vmc_culprit *c)
{
	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];

		if (!vmc_streq(f->where.module, c->module))
			continue;
		for (size_t k = 0; k < f->n_places; k++) {
			const struct vmc_source_place *p = &f->places[k];

			if (p->file && p->line && p->function &&
			    vmc_streq(vmc_inquest_stem(r, p->function), c->function))
				return p;
		}
	}
	return NULL;
}

void vmc_inquest_culprit_line(struct vmc_report *r)
{
	struct vmc_culprit *c = &r->verdict.culprit;
	const struct vmc_source_place *p = NULL;

	if (!c->function || (c->file && c->line))
		return;
	p = place_of(r, &r->backtrace, c);
	for (size_t i = 0; !p && i < r->cpus.len; i++)
		p = place_of(r, &r->cpus.data[i].trace, c);
	if (p) {
		c->file = p->file;
		c->line = p->line;
	}
}
