/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What known.c hands to its neighbours: the rules that matched, and where. */
#ifndef VMC_INQUEST_KNOWN_H
#define VMC_INQUEST_KNOWN_H

#include "inquest/inquest.h"
#include "knowledge/rule.h"

/* Lines kept of a rule: the first ones, and the last. */
#define VMC_HIT_LINES 64

struct vmc_hit {
	const struct vmc_rule *rule;
	uint64_t count; /* lines, repetitions not counted */
	size_t lines[VMC_HIT_LINES], n_lines; /* indexes of the first ones */
	size_t last;
	bool is_finding;	     /* false: it only explains a line of a kernel report */
	const struct vmc_oops *oops; /* a kernel report that it matched in, the primary if it can be */
	bool outside;		     /* it matched outside of kernel reports as well */
};

struct vmc_hits {
	struct vmc_hit *data;
	size_t len, cap;
};

/*
 * issues.c: do the conditions of the rule hold, as far as they can be checked without a person?
 * `o` is the kernel report that its line is in, or NULL.
 */
bool vmc_inquest_applies(struct vmc_report *r, const struct vmc_rule *rule,
			 const struct vmc_oops *o);
/* issues.c: verdict.known_issues, from hits whose rules are signatures of known bugs. */
void vmc_inquest_issues(struct vmc_report *r, const struct vmc_hits *hits);

#endif
