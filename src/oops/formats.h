/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of report formats. To add one: a row in formats.c (in its group, more
 * special rows first), where its type is new a row in title.c, and a test in
 * tests/unit/oops/test-scan.c.
 */
#ifndef VMC_OOPS_FORMATS_H
#define VMC_OOPS_FORMATS_H

#include "oops/text.h"

enum {
	FORMAT_DAMAGED = 1,    /* a title of this format shows that the log lost lines */
	FORMAT_STALL = 2,      /* the culprit is the frame above an anchor (names.h) */
	FORMAT_HUNG = 4,       /* the culprit is the first frame that does not just wait */
	FORMAT_PANIC = 8,      /* the kernel gave up */
	FORMAT_RESTART = 16,   /* only at a line's start, and in a log that had a kernel before */
	FORMAT_STRICT = 128,   /* of a group: a line that fits no format is no report */
	FORMAT_SUBTITLE = 64,  /* closely below a warning it is the text of that warning */
	FORMAT_CONTINUES = 32, /* inside another report it is a part of that one */
};

#define FORMAT_PARTS 5

/*
 * One format. `pattern` (see text.h) stands at the group's word; `then`, where given,
 * has to match in a later line of the report. The title is a template: {0} {1} are the
 * captures of both, {F} the guilty function.
 *
 * How {F} is found: `parts` are worked off in order, each from the line where the one
 * before ended. "@ip" is the next instruction pointer line, "@call" the next
 * call trace's heading, "@stack" takes the frames up to the next heading (or to a
 * line that fits the following part), anything else is a pattern that is looked for
 * anywhere in the lines and captures a function with %f. Where `parts` give no function, `other`
 * are tried, then those of `more` (an array that ends with an empty one). What only `guesses` give is for people, not for
 * the title: that has to be the same for all occurrences of a defect. Helpers (names.h) and
 * names that match `skip` are passed over.
 */
struct recipe {
	const char *parts[FORMAT_PARTS];
};

struct format {
	const char *pattern;
	const char *then;
	const char *title;
	const char *category;
	const char *const *skip;
	const char *parts[FORMAT_PARTS];
	const char *other[FORMAT_PARTS];
	unsigned flags;
	const struct recipe *more;
	const struct recipe *guesses;
};

/* Formats that open with the same word; where none of them fits, the title is the line itself. */
struct format_group {
	const char *word;
	const char *const *unless; /* a line that has one of these is no report; ~: in any case */
	const struct format *formats;
	size_t n_formats;
	const char *category; /* for a title that is the line itself */
	unsigned flags;	      /* the same */
};

extern const struct format_group vmc_oops_groups[];
extern const size_t vmc_oops_n_groups;

/* Verdict category of a panic without a report of its own; never NULL. */
const char *vmc_oops_panic_category(struct slice line);

#endif
