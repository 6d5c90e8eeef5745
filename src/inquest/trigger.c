/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What came before and led the kernel there: a fault of the program in whose
 * context the kernel then died. The fault kills the program, so that what the kernel does next
 * for this task is to end it; that takes moments. What happens to the same
 * number later is no longer the fault's doing, and may be another program's.
 *
 * Both messages give the number of the thread, so two threads of one program are two tasks here.
 */
#include <stdio.h>
#include <string.h>

#include "inquest/inquest.h"

/* From a fault to the last steps of an exit, with a core dump between. */
#define EXIT_NS 10000000000LL
/* The same in a log without times. */
#define EXIT_LINES 200

static bool is_same_task(const struct vmc_oops *fault, const struct vmc_oops *primary)
{
	if (fault->pid < 0 || fault->pid != primary->pid)
		return false;
	return !fault->comm || !primary->comm || strcmp(fault->comm, primary->comm) == 0;
}

static bool has_boot_between(const struct vmc_report *r, size_t from, size_t to)
{
	static const char banner[] = "Linux version ";
	size_t n = sizeof(banner) - 1;

	for (size_t i = from; i < to && i < r->lines.len; i++) {
		const struct vmc_log_line *l = &r->lines.data[i];

		if (l->len >= n && memcmp(l->text, banner, n) == 0)
			return true;
	}
	return false;
}

static bool leads_to(const struct vmc_report *r, const struct vmc_oops *fault,
		     const struct vmc_oops *primary)
{
	int64_t gap = primary->time_ns - fault->time_ns;

	if (!is_same_task(fault, primary))
		return false;
	if (fault->time_ns < 0 || primary->time_ns < 0)
		return primary->first_index - fault->first_index <= EXIT_LINES && fault->comm &&
		       primary->comm &&
		       !has_boot_between(r, fault->first_index, primary->first_index);
	return gap >= 0 && gap <= EXIT_NS &&
	       !has_boot_between(r, fault->first_index, primary->first_index);
}

/* The kernel's first report behind the fault, the primary one at the latest. */
static const struct vmc_oops *first_report(const struct vmc_oops *fault,
					   const struct vmc_oops *primary)
{
	for (const struct vmc_oops *o = fault + 1; o < primary; o++) {
		if (!o->user_mode && o->time_ns >= fault->time_ns)
			return o;
	}
	return primary;
}

static void explain(struct vmc_report *r, const struct vmc_oops *fault,
		    const struct vmc_oops *primary)
{
	const struct vmc_oops *next = first_report(fault, primary);
	const char *where = vmc_inquest_place(r, fault->first_line);
	const char *then = vmc_inquest_place(r, next->first_line);
	const struct vmc_user_fault *u = fault->user;
	const char *what = fault->headline;
	char gap[32];

	if (u->object && u->has_offset)
		what = vmc_arena_printf(&r->arena, "%s+0x%llx", what,
					(unsigned long long)u->offset);

	if (fault->time_ns < 0 || next->time_ns < 0) {
		vmc_inquest_why(r, "%s: the same task faulted in user space before: %s", where,
				what);
		return;
	}
	snprintf(gap, sizeof(gap), "%.2f s", (double)(next->time_ns - fault->time_ns) / 1e9);
	vmc_inquest_why(r,
			"%s: the same task faulted in user space, %s before the first kernel "
			"report (%s): %s",
			where, gap, then, what);
}

void vmc_inquest_trigger(struct vmc_report *r, const struct vmc_oops *primary)
{
	const struct vmc_oops *fault = NULL;

	if (!primary)
		return;
	for (const struct vmc_oops *o = primary; o-- > r->oopses.reports;) {
		if (o->user && leads_to(r, o, primary)) {
			fault = o;
			break;
		}
	}
	if (!fault)
		return;
	r->verdict.has_trigger = true;
	r->verdict.trigger = (struct vmc_culprit){ .comm = fault->comm,
						   .pid = fault->pid,
						   .object = fault->user->object,
						   .has_object_offset = fault->user->object &&
									fault->user->has_offset,
						   .object_offset = fault->user->offset };
	explain(r, fault, primary);
}
