/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signature of a crash: the same for two crashes of one defect, on whatever
 * machine and kernel build they happened.
 *
 * What it is made of: the sort of crash, and the names of the innermost
 * functions that are somebody's own. Left out is what differs between builds:
 * addresses, offsets, compiler suffixes, helpers that one build inlines and the
 * next does not, and the generic path from the system call down.
 */
#ifndef VMC_OOPS_SIGNATURE_H
#define VMC_OOPS_SIGNATURE_H

#include "oops/oops.h"

#define VMC_SIGNATURE_FRAMES 4

struct vmc_signature {
	const char *names[VMC_SIGNATURE_FRAMES]; /* borrowed */
	size_t n;
	bool waiting;  /* set by who begins it: the stack is of a task that only waits */
	bool complete; /* further names do not change it */
};

/* The next function of the stack, innermost first; NULL and "" are passed over. */
void vmc_signature_add(struct vmc_signature *s, const char *function);
/*
 * `category` or, where that is NULL, `title` is the sort of crash. NULL when memory runs out.
 * Without any name the title alone decides, and without a title there is no signature: "".
 */
char *vmc_signature_text(const struct vmc_signature *s, const char *category, const char *title,
			 struct vmc_arena *arena);

#endif
