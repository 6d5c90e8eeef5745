/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came before and led the kernel there. */
#include "inquest/inquest.h"

/* A user-space fault of the same process shortly before: it led the kernel there. */
void vmc_inquest_trigger(struct vmc_report *r, const struct vmc_oops *primary)
{
	if (!primary || primary->pid < 0)
		return;
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (o == primary)
			return;
		if (!o->user_mode || o->pid != primary->pid)
			continue;
		r->verdict.has_trigger = true;
		r->verdict.trigger = (struct vmc_culprit){ .comm = o->comm,
							   .pid = o->pid,
							   .object = o->frame_module };
		vmc_inquest_why(r, "%s: the same process faulted in user space before: %s",
				vmc_inquest_place(r, o->first_line), o->headline);
	}
}
