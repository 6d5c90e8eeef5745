/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One fast pass over a log: which lines may open a report, and which lines matter to one. */
#ifndef VMC_OOPS_OPENINGS_H
#define VMC_OOPS_OPENINGS_H

#include "base/vec.h"
#include "oops/formats.h"
#include "oops/oops.h"

/* A line that may open a report. */
struct opening {
	size_t line;
	size_t at; /* of the group's word */
	const struct format_group *group;
	size_t mark;	/* first mark at or behind this line */
	bool continues; /* some word on it belongs to the inside of a report */
};

/* Lines that open nothing but matter to the report that they are in. */
enum mark_kind {
	MARK_OTHER_HEADING, /* the report before is over here */
	MARK_NMI,	    /* other CPUs are asked for their traces */
	MARK_SKIPPED,	    /* no part of any report */
	MARK_RELEASE,	    /* begins with "Linux version" */
	MARK_USER,	    /* may be a fault of a program */
};

struct mark {
	size_t line;
	enum mark_kind kind;
};

struct openings {
	VMC_VEC(struct opening) list;
	VMC_VEC(struct mark) marks;
};

/* False when memory is out; *ret must then be released all the same. */
bool vmc_oops_find_openings(const struct vmc_log_line *lines, size_t n, struct openings *ret);
void vmc_oops_openings_deinit(struct openings *o);

/* The mark on the line, or NULL; *next is a position in the marks that only moves on. */
const struct mark *vmc_oops_mark_at(const struct openings *o, size_t *next, size_t line);

#endif
