/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log line by line, with what the knowledge base says of each: the one pass
 * from which findings, known issues and the list of unexplained lines are made,
 * and by which `log --explain` marks lines.
 */
#ifndef VMC_INQUEST_SURVEY_H
#define VMC_INQUEST_SURVEY_H

#include "knowledge/match.h"
#include "oops/oops.h"

struct vmc_survey_line {
	size_t index;			 /* into the lines */
	const struct vmc_match *matches; /* best first */
	size_t n_matches;
	const struct vmc_oops *oops; /* the kernel report that it is a part of; NULL */
	bool is_body;		     /* a part of some kernel report: a register, a frame ... */
	bool is_repeat;		     /* of a line that stands further up, by stamp and text */
	/*
	 * Something seems to be wrong, and nothing tells what: above level "info", or with words of
	 * trouble where the log has no levels; in no kernel report, and matched by no rule.
	 */
	bool is_unexplained;
};

struct vmc_survey {
	struct vmc_matcher *matcher;
	const struct vmc_log_line *lines;
	size_t n_lines;
	const struct vmc_oops_set *oopses; /* of these lines */
	bool no_repeats;		   /* a dump's log: each record is there once */
	/* Called for each line that has a match or is unexplained, in their order. */
	void (*visit)(void *ctx, const struct vmc_survey_line *l);
	void *ctx;
};

/* Fails only when memory runs out. */
struct vmc_error *vmc_survey_run(const struct vmc_survey *s) VMC_MUST_CHECK;

#endif
