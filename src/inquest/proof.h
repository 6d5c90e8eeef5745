/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the registers and the stacks of a report say about the condition of an
 * assertion: proven, disproved, or nothing.
 */
#ifndef VMC_INQUEST_PROOF_H
#define VMC_INQUEST_PROOF_H

#include "inquest/inquest.h"
#include "knowledge/assertion.h"

struct vmc_proof {
	int agrees;	      /* 1, 0; -1 nothing tells */
	const char *evidence; /* what tells, in the report's language; NULL */
	uint32_t line;	      /* of the log, where it stands; 0 */
};

/*
 * `frame` has the registers of a dump's stack where the report `o` happened, NULL none: they
 * are better than what was printed.
 */
void vmc_inquest_prove(struct vmc_report *r, const struct vmc_oops *o,
		       const struct vmc_frame *frame, enum vmc_assertion_check check,
		       struct vmc_proof *ret);

#endif
