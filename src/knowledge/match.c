/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/match.h"

#include <string.h>

#include "base/str.h"
#include "knowledge/fill.h"
#include "knowledge/pattern.h"
#include "knowledge/prefilter.h"
#include "knowledge/rules.h"

/* A log in which a rule is tried this often is worth machine code for it. */
#define JIT_FROM 24

/* A rule in use; the rules are in the order in which they win. */
struct active {
	const struct vmc_rule *rule;
	size_t literal;		     /* longest */
	size_t order;		     /* as it was given */
	struct vmc_pattern *pattern; /* when it was needed */
	unsigned int tries, strikes;
	bool off;
};

struct vmc_matcher {
	struct active *rules;
	size_t n;
	uint64_t *bits; /* candidates of the line at hand; all zero between lines */
	size_t n_words;
	struct vmc_prefilter *prefilter;
	struct vmc_engine *engine;
	VMC_VEC(struct vmc_error *) problems;
};

static int by_rank(const void *a, const void *b)
{
	const struct active *x = a, *y = b;

	if (x->rule->specificity != y->rule->specificity)
		return x->rule->specificity > y->rule->specificity ? -1 : 1;
	if (x->literal != y->literal)
		return x->literal > y->literal ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t longest(const struct vmc_rule *r)
{
	size_t max = 0;

	for (size_t i = 0; i < r->literals.n; i++) {
		size_t len = strlen(r->literals.items[i]);

		if (len > max)
			max = len;
	}
	return max;
}

static struct vmc_error *build_prefilter(struct vmc_matcher *m)
{
	VMC_VEC(struct vmc_prefilter_word) words = { 0 };
	struct vmc_error *err = NULL;

	for (size_t i = 0; !err && i < m->n; i++) {
		const struct vmc_strings *l = &m->rules[i].rule->literals;

		for (size_t k = 0; !err && k < l->n; k++) {
			if (!vmc_vec_push(&words,
					  (struct vmc_prefilter_word){ l->items[k], (uint32_t)i }))
				err = vmc_error_no_memory();
		}
	}
	if (!err)
		err = vmc_prefilter_new(words.data, words.len, &m->prefilter);
	vmc_vec_free(&words);
	return err;
}

struct vmc_error *vmc_matcher_new(const struct vmc_rule *const *rules, size_t n,
				  struct vmc_matcher **ret)
{
	vmc_automatcher struct vmc_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return vmc_error_no_memory();
	if (n > VMC_RULES_MAX * 4)
		return vmc_error_new(VMC_LIMIT, "%zu rules are more than can be used", n);
	VMC_TRY(vmc_engine_new(&m->engine));
	m->n_words = n / 64 + 1;
	m->rules = calloc(n + 1, sizeof(*m->rules));
	m->bits = calloc(m->n_words, sizeof(*m->bits));
	if (!m->rules || !m->bits)
		return vmc_error_no_memory();
	for (m->n = 0; m->n < n; m->n++)
		m->rules[m->n] = (struct active){ .rule = rules[m->n],
						  .literal = longest(rules[m->n]),
						  .order = m->n };
	qsort(m->rules, m->n, sizeof(*m->rules), by_rank);
	VMC_TRY(build_prefilter(m));
	*ret = vmc_take(m);
	return NULL;
}

struct vmc_error *vmc_matcher_new_builtin(struct vmc_matcher **ret)
{
	size_t n;
	const struct vmc_rule *rules = vmc_rules_builtin(&n);
	vmc_autofree const struct vmc_rule **list = calloc(n + 1, sizeof(*list));

	if (!list)
		return vmc_error_no_memory();
	for (size_t i = 0; i < n; i++)
		list[i] = &rules[i];
	return vmc_matcher_new(list, n, ret);
}

static void switch_off(struct vmc_matcher *m, struct active *a, struct vmc_error *err)
{
	a->off = true;
	err = vmc_error_wrap(err, "%s:%u: %s is not used", a->rule->file, a->rule->line,
			     a->rule->id);
	if (!vmc_vec_push(&m->problems, err))
		vmc_error_free(err);
}

static bool confirm(struct vmc_matcher *m, struct active *a, const char *line, size_t len,
		    struct vmc_match *ret)
{
	struct vmc_error *err = NULL;
	struct vmc_span span = { 0 };
	enum vmc_answer answer;

	if (a->off)
		return false;
	if (!a->pattern)
		err = vmc_pattern_new(a->rule->pattern, &a->pattern);
	if (err) {
		switch_off(m, a, err);
		return false;
	}
	if (++a->tries == JIT_FROM)
		vmc_pattern_compile(a->pattern);
	answer = vmc_pattern_find(m->engine, a->pattern, line, len, &span);
	*ret = (struct vmc_match){ .rule = a->rule, .at = span.at, .len = span.len };
	if (answer == VMC_ANSWER_UNKNOWN && ++a->strikes == VMC_MATCH_STRIKES)
		switch_off(m, a,
			   vmc_error_new(VMC_LIMIT, "its pattern takes too many steps on lines "
						    "of this log"));
	return answer == VMC_ANSWER_YES;
}

size_t vmc_matcher_line(struct vmc_matcher *m, const char *line, size_t len, struct vmc_match *ret,
			size_t max)
{
	size_t found = 0;

	if (len > VMC_MATCH_LINE_MAX)
		len = VMC_MATCH_LINE_MAX;
	vmc_prefilter_find(m->prefilter, line, len, m->bits);
	for (size_t w = 0; w < m->n_words; w++) {
		for (; m->bits[w]; m->bits[w] &= m->bits[w] - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(m->bits[w]);

			if (found < max && confirm(m, &m->rules[i], line, len, &ret[found]))
				found++;
		}
	}
	return found;
}

const struct vmc_error *vmc_matcher_problem(const struct vmc_matcher *m, size_t i)
{
	return i < m->problems.len ? m->problems.data[i] : NULL;
}

void vmc_matcher_free(struct vmc_matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		vmc_pattern_free(m->rules[i].pattern);
	for (size_t i = 0; i < m->problems.len; i++)
		vmc_error_free(m->problems.data[i]);
	vmc_vec_free(&m->problems);
	free(m->rules);
	free(m->bits);
	vmc_prefilter_free(m->prefilter);
	vmc_engine_free(m->engine);
	free(m);
}

static struct vmc_error *check_condition(const char *pattern, const char *what)
{
	vmc_autopattern struct vmc_pattern *p = NULL;
	struct vmc_error *err = pattern ? vmc_pattern_new(pattern, &p) : NULL;

	return vmc_error_wrap(err, "%s", what);
}

static struct vmc_error *check_examples(const struct vmc_rule *r)
{
	vmc_autopattern struct vmc_pattern *p = NULL;
	vmc_autoengine struct vmc_engine *e = NULL;
	struct vmc_span span;

	VMC_TRY(vmc_engine_new(&e));
	VMC_TRY(vmc_pattern_new(r->pattern, &p));
	for (size_t i = 0; i < r->examples.n; i++) {
		const char *line = r->examples.items[i];

		if (vmc_pattern_find(e, p, line, strlen(line), &span) != VMC_ANSWER_YES)
			return vmc_error_new(VMC_MISMATCH, "the pattern does not match example %zu",
					     i + 1);
	}
	return NULL;
}

struct vmc_error *vmc_rule_check(const struct vmc_rule *r)
{
	struct vmc_error *err = check_examples(r);

	if (!err)
		err = check_condition(r->requires.release, "requires: release");
	if (!err)
		err = check_condition(r->requires.cpu, "requires: cpu");
	if (!err)
		err = check_condition(r->requires.cmdline, "requires: cmdline");
	if (!err)
		err = check_condition(r->issue.release, "issue: release");
	if (!err)
		err = vmc_fill_check(r);
	return vmc_error_wrap(err, "%s:%u: %s", r->file, r->line, r->id);
}
