/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines against all rules: one pass over a line finds which rules have a
 * literal in it, PCRE2 confirms those, best rule first. A pattern is compiled
 * when it is needed for the first time. Memory does not grow with the log.
 *
 * Neither a pattern nor a line can make it hang: matching has a budget of
 * steps, and a rule that overdraws it VMC_MATCH_STRIKES times is switched off.
 */
#ifndef VMC_KNOWLEDGE_MATCH_H
#define VMC_KNOWLEDGE_MATCH_H

#include "base/error.h"
#include "knowledge/pattern.h"
#include "knowledge/rule.h"

#define VMC_MATCH_STRIKES 8

struct vmc_matcher;

struct vmc_match {
	const struct vmc_rule *rule;
	size_t at, len; /* of what matched, in the line */
};

/* The rules are borrowed, by pointer, and must live as long as the matcher. */
struct vmc_error *vmc_matcher_new(const struct vmc_rule *const *rules, size_t n,
				  struct vmc_matcher **ret) VMC_MUST_CHECK;
/* With the rules of the program. */
struct vmc_error *vmc_matcher_new_builtin(struct vmc_matcher **ret) VMC_MUST_CHECK;

/*
 * The rules that match a line, at most `max` of them: higher specificity first,
 * then the longer literal, then the order in which they were given. A line that
 * is cut off or has NUL bytes is as good as any other.
 */
size_t vmc_matcher_line(struct vmc_matcher *m, const char *line, size_t len, struct vmc_match *ret,
			size_t max);

/* What went wrong with rules so far, the i-th; NULL beyond the last. */
const struct vmc_error *vmc_matcher_problem(const struct vmc_matcher *m, size_t i);

void vmc_matcher_free(struct vmc_matcher *m);

/* Compiles the patterns of a rule and tries its examples: what can be wrong with it beyond YAML. */
struct vmc_error *vmc_rule_check(const struct vmc_rule *rule) VMC_MUST_CHECK;

VMC_DEFINE_CLEANUP(struct vmc_matcher *, vmc_matcher_free, vmc_cleanup_matcherp)
#define vmc_automatcher vmc_cleanup(vmc_cleanup_matcherp)

#endif
