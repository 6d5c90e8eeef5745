/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the functions of a call trace are busy with, in words: the table that
 * path.c reads a trace by. To add a function: its name in the row of its step,
 * under the old names as well; to add a step: a row.
 */
#ifndef VMC_INQUEST_STEPS_H
#define VMC_INQUEST_STEPS_H

#include <stdbool.h>
#include <stddef.h>

enum vmc_step_sort {
	VMC_STEP_CALL,	    /* one of the things that a task does */
	VMC_STEP_NAMED,	    /* the same; its words are a format for what stands for the '*' */
	VMC_STEP_INTERRUPT, /* here something else was interrupted, which did not lead here */
	VMC_STEP_ALARM,	    /* a watchdog: it tells of what it interrupted, not of itself */
	VMC_STEP_ECHO,	    /* how the kernel reports and dies: no part of the way there */
};

struct vmc_step {
	const char *id;
	enum vmc_step_sort sort;
	const char *words; /* to be passed to vmc_say(); NULL for an echo */
	/* Function names without compiler suffixes, blanks between; a '*' at the end is any rest.
	 */
	const char *functions;
	/* Ids, blanks between: behind one of these it is a detail that is not told ... */
	const char *part_of;
	/* ... and of these, right before, it is the better word. */
	const char *instead;
};

/*
 * The step of a function, NULL when it is none; *ret_rest is what its '*' stands for. A whole name
 * beats a pattern, a longer pattern a shorter one.
 */
const struct vmc_step *vmc_step_of(const char *stem, size_t len, const char **ret_rest);
/* Is the id in a list of part_of or instead? */
bool vmc_step_listed(const char *list, const char *id);

#endif
