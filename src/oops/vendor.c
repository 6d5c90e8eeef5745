/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/vendor.h"

#include "base/cleanup.h"

#define CPUS_MAX 4096
#define NO_CAPTURE MATCH_CAPTURES

/* Which capture is the CPU, which the task's name and number. */
static const struct {
	const char *pattern;
	size_t cpu, comm, pid;
} forms[] = {
	{ "(%n)[%n:%t]", 0, 2, 1 },  /* MediaTek: "(0)[1:swapper/0]" */
	{ ".(%n)[%n:%t]", 0, 2, 1 }, /* the same with interrupts off */
	{ "-(%n)[%n:%t]", 0, 2, 1 },
	{ "(CPU:%n-pid:%n:%t)%_", 0, 2, 1 },
	{ "[%n:%_%t:%_%n]%_", 0, 1, 2 }, /* Samsung: "[0:      swapper:    0] " */
	{ "I[%n:%_%t:%_%n]%_", 0, 1, 2 },
	{ "c%n ", 0, NO_CAPTURE, NO_CAPTURE }, /* Spreadtrum, Marvell: "c2 " */
};

static void set_caller(struct vmc_log_line *x, char kind, uint64_t id)
{
	x->has_caller = true;
	x->caller_kind = kind;
	x->caller = (uint32_t)id;
}

void vmc_oops_eat_stamp_cpu(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	uint64_t cpu;

	if ((!slice_eat(&r, ":") && !slice_eat(&r, ",") && !slice_eat(&r, "@")) ||
	    !slice_eat_dec(&r, &cpu) || cpu >= CPUS_MAX || !slice_starts(r, "]"))
		return;
	set_caller(x, 'C', cpu);
	*s = r;
}

static bool read_number(const struct captures *caps, size_t i, uint64_t *ret)
{
	struct slice s = i < caps->n ? caps->at[i] : (struct slice){ "", 0 };

	return slice_eat_dec(&s, ret);
}

bool vmc_oops_eat_vendor(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	uint64_t cpu, pid = 0;

	slice_eat_blanks(&r);
	if (x->has_caller || !r.n)
		return false;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(forms); i++) {
		struct captures caps = { 0 };
		struct slice head = slice_head(r, 64), end;

		if (!vmc_oops_match(forms[i].pattern, head, &caps) ||
		    !read_number(&caps, forms[i].cpu, &cpu) || cpu >= CPUS_MAX)
			continue;
		/* SCSI's "[0:0:0:0]" has a number there */
		if (forms[i].comm != NO_CAPTURE &&
		    (!caps.at[forms[i].comm].n || is_digit(*caps.at[forms[i].comm].p)))
			continue;
		read_number(&caps, forms[i].pid, &pid);
		/* every CPU has an idle task, and all are number 0 */
		if (pid && pid <= UINT32_MAX)
			set_caller(x, 'T', pid);
		else
			set_caller(x, 'C', cpu);
		/* behind the last thing captured, and the bracket or blank that ends the form */
		end = caps.at[caps.n - 1];
		r = slice_from(r, (size_t)(end.p + end.n - r.p) + 1);
		slice_eat(&r, " ");
		*s = r;
		return true;
	}
	return false;
}
