/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of log lines in the sentences of a rule. "{device}" in a title or a
 * meaning becomes what the group of that name in the rule's pattern took of the
 * line; "{ns|time}" the same in another form (the table in fill.c). Everything else
 * between braces is plain text.
 */
#ifndef VMC_KNOWLEDGE_FILL_H
#define VMC_KNOWLEDGE_FILL_H

#include "base/error.h"
#include "base/str.h"
#include "knowledge/rule.h"

struct vmc_fill_line {
	const char *text;
	size_t len;
};

/*
 * Appends the sentence with the values of lines that the rule matches; of several values
 * the first few are named. A value that no line has is "?".
 */
struct vmc_error *vmc_fill(const struct vmc_rule *rule, const char *sentence,
			   const struct vmc_fill_line *lines, size_t n,
			   struct vmc_str *out) VMC_MUST_CHECK;
/* The sentence as an entry of its own: with the values of the rule's first example. */
struct vmc_error *vmc_fill_example(const struct vmc_rule *rule, const char *sentence,
				   struct vmc_str *out) VMC_MUST_CHECK;
/* Each value is one that every example has. */
struct vmc_error *vmc_fill_check(const struct vmc_rule *rule) VMC_MUST_CHECK;

#endif
