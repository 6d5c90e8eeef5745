/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of the program, each of them. All complaints are printed before the test fails. */
#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "knowledge/match.h"

static const struct vmc_rule *find_rule(const struct vmc_rule *rules, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	}
	return NULL;
}

/* Place and severity stand before it in a line of a terminal. */
#define TITLE_MAX 72

static size_t n_bad;

static void complain(const struct vmc_rule *r, const char *fmt, ...) VMC_PRINTF(2, 3);
static void complain(const struct vmc_rule *r, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: %s: ", r->file, r->line, r->id);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	n_bad++;
}

static void for_each(void (*f)(const struct vmc_rule *r))
{
	size_t n;
	const struct vmc_rule *rules = vmc_rules_builtin(&n);

	n_bad = 0;
	for (size_t i = 0; i < n; i++)
		f(&rules[i]);
	assert_int_equal(n_bad, 0);
}

static void patterns_and_examples(const struct vmc_rule *r)
{
	vmc_autoerror struct vmc_error *err = vmc_rule_check(r);

	if (err)
		complain(r, "%s", vmc_error_text(err));
	if (!r->examples.n)
		complain(r, "has no example");
	if (!r->references.n)
		complain(r, "has no reference");
	if (!r->title.in[VMC_LANG_EN])
		complain(r, "has no title");
	else if (strlen(r->title.in[VMC_LANG_EN]) > TITLE_MAX)
		complain(r, "the title is no line of a list");
}

static void test_patterns_and_examples(void **state)
{
	(void)state;
	for_each(patterns_and_examples);
}

static void both(const struct vmc_rule *r, const struct vmc_said *s, const char *what)
{
	if (!s->in[VMC_LANG_EN] != !s->in[VMC_LANG_ZH])
		complain(r, "%s is not in both languages", what);
}

static void both_lists(const struct vmc_rule *r, const struct vmc_said_list *s, const char *what)
{
	if (!s->in[VMC_LANG_EN].n || s->in[VMC_LANG_EN].n != s->in[VMC_LANG_ZH].n)
		complain(r, "%s: %zu in English, %zu in Chinese", what, s->in[VMC_LANG_EN].n,
			 s->in[VMC_LANG_ZH].n);
}

static void languages(const struct vmc_rule *r)
{
	both(r, &r->title, "title");
	both(r, &r->meaning, "meaning");
	both(r, &r->issue.outcome, "outcome");
	both(r, &r->requires.note, "note");
	both(r, &r->issue.workaround, "workaround");
	both(r, &r->issue.fix, "fix");
	both_lists(r, &r->causes, "causes");
	both_lists(r, &r->next, "next");
}

static void test_languages(void **state)
{
	(void)state;
	for_each(languages);
}

static void names(const struct vmc_rule *r)
{
	size_t n, len = strlen(r->category);
	const struct vmc_rule *rules = vmc_rules_builtin(&n);

	if (find_rule(rules, n, r->id) != r)
		complain(r, "the id is there twice");
	if (strncmp(r->file, r->category, len) != 0 || strcmp(r->file + len, ".yaml") != 0)
		complain(r, "category %s is not the file's name", r->category);
	for (size_t i = 0; i < r->literals.n; i++) {
		if (strlen(r->literals.items[i]) < 4)
			complain(r, "literal %s is short", r->literals.items[i]);
	}
}

static void test_names(void **state)
{
	(void)state;
	for_each(names);
}

static struct vmc_matcher *matcher;

/*
 * Among all rules, an example is its own rule's, or that of a more specific one. A rule
 * with conditions may lose to any: without them the line means what the other rule says.
 */
static bool has_conditions(const struct vmc_rule *r)
{
	const struct vmc_rule_requires *q = &r->requires;

	return q->release || q->cpu || q->cmdline || q->module.n || q->frame.n;
}

static void wins(const struct vmc_rule *r)
{
	for (size_t i = 0; i < r->examples.n; i++) {
		const char *line = r->examples.items[i];
		struct vmc_match best = { 0 };

		if (!vmc_matcher_line(matcher, line, strlen(line), &best, 1))
			complain(r, "nothing matches \"%s\"", line);
		else if (best.rule != r && best.rule->specificity <= r->specificity &&
			 !has_conditions(r))
			complain(r, "loses to %s (%s), which is no more specific: \"%s\"",
				 best.rule->id, best.rule->file, line);
	}
}

static void test_examples_among_all_rules(void **state)
{
	(void)state;
	assert_ok(vmc_matcher_new_builtin(&matcher));
	for_each(wins);
	assert_null(vmc_matcher_problem(matcher, 0));
	vmc_matcher_free(matcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns_and_examples),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_examples_among_all_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
