/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signature of the crash at hand: that of its kernel report, so that a dump and the log
 * text of the same crash have the same. A dump whose log is lost is signed by
 * the stack of the task that panicked.
 */
#include "inquest/inquest.h"
#include "oops/signature.h"

/* The frame at which the crash happened: below it stands how it was reported. */
static const struct vmc_frame *start_of(const struct vmc_trace *tr)
{
	struct vmc_blame b;

	vmc_inquest_blame(tr, &b);
	return b.fault ? b.fault : b.stalled ? b.stalled : b.culprit;
}

static void sign_by_stack(struct vmc_report *r)
{
	const struct vmc_trace *tr = &r->backtrace;
	const struct vmc_frame *f = start_of(tr);
	struct vmc_signature s = { .waiting = vmc_streq(r->verdict.category, "hung-task") };

	for (; f && f < tr->frames.data + tr->frames.len && !f->user && !s.complete; f++) {
		if (f->reliable)
			vmc_signature_add(&s, f->where.name);
	}
	if (s.n)
		r->signature = vmc_signature_text(&s, r->verdict.category, NULL, &r->arena);
}

void vmc_inquest_signature(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	const struct vmc_signature none = { 0 };

	if (o && o->hash)
		r->signature = o->hash;
	else if (r->has_panic && r->backtrace.frames.len)
		sign_by_stack(r);
	if (!r->signature && o)
		r->signature = vmc_signature_text(&none, NULL, o->title, &r->arena);
}
