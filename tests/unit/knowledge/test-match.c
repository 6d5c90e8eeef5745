/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "knowledge/match.h"
#include "knowledge/rules.h"

#define MAX 8

/* Rules "id specificity pattern", one a line, and a matcher over them. */
struct bench {
	struct vmc_rules rules;
	const struct vmc_rule *list[MAX];
	struct vmc_matcher *matcher;
};

static void setup(struct bench *b, const char *const (*rows)[3], size_t n)
{
	vmc_autostr struct vmc_str text = { 0 };

	*b = (struct bench){ 0 };
	for (size_t i = 0; i < n; i++)
		vmc_str_addf(&text,
			     "- {id: %s, category: t, severity: error, specificity: %s, "
			     "pattern: '%s', meaning: m}\n",
			     rows[i][0], rows[i][1], rows[i][2]);
	assert_ok(vmc_rules_parse("t.yaml", vmc_str_text(&text), text.len, &b->rules));
	if (b->rules.problems.len)
		fail_msg("%s", vmc_error_text(b->rules.problems.data[0]));
	for (size_t i = 0; i < n; i++)
		b->list[i] = &b->rules.rules.data[i];
	assert_ok(vmc_matcher_new(b->list, n, &b->matcher));
}

static void teardown(struct bench *b)
{
	vmc_matcher_free(b->matcher);
	vmc_rules_deinit(&b->rules);
}

/* Ids of all that match, in their order. */
static void expect(struct bench *b, const char *line, const char *want)
{
	vmc_autostr struct vmc_str have = { 0 };
	struct vmc_match found[MAX];
	size_t n = vmc_matcher_line(b->matcher, line, strlen(line), found, MAX);

	for (size_t i = 0; i < n; i++)
		vmc_str_addf(&have, "%s%s", i ? " " : "", found[i].rule->id);
	assert_string_equal(vmc_str_text(&have), want);
	/* the best alone is the first of all */
	assert_int_equal(vmc_matcher_line(b->matcher, line, strlen(line), found, 1), n ? 1 : 0);
	if (n)
		assert_int_equal(strncmp(found[0].rule->id, want, strlen(found[0].rule->id)), 0);
}

static void test_order(void **state)
{
	static const char *const rows[][3] = {
		{ "generic", "1", "soft lockup - CPU#\\d+ stuck" },
		{ "normal", "2", "soft lockup" },
		{ "longer", "2", "soft lockup - CPU" },
		{ "signature", "3", "stuck for 2[0-9]s! .dockerd:" },
		{ "other", "3", "hard LOCKUP" },
	};
	struct bench b;

	(void)state;
	setup(&b, rows, VMC_ARRAY_SIZE(rows));
	expect(&b, "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [dockerd:1]",
	       "signature longer normal generic");
	expect(&b, "watchdog: BUG: soft lockup - CPU#1 stuck for 32s! [dockerd:1]",
	       "longer normal generic");
	expect(&b, "soft lockup", "normal");
	expect(&b, "hard LOCKUP", "other");
	/* the prefilter folds case, the pattern decides */
	expect(&b, "hard lockup", "");
	expect(&b, "", "");
	teardown(&b);
}

/* Words that are tails, heads and parts of each other. */
static void test_overlaps(void **state)
{
	static const char *const rows[][3] = {
		{ "abcd", "2", "abcd" }, { "bcde", "2", "bcde" }, { "abcdef", "2", "abcdef" },
		{ "cdef", "2", "cdef" }, { "dddd", "2", "dddd" }, { "nocase", "2", "(?i)BCDEF" },
	};
	struct bench b;

	(void)state;
	setup(&b, rows, VMC_ARRAY_SIZE(rows));
	expect(&b, "xabcdefx", "abcdef nocase abcd bcde cdef");
	expect(&b, "abcdeabcd", "abcd bcde");
	expect(&b, "abcabcdabc", "abcd");
	expect(&b, "aBcDeF", "nocase");
	expect(&b, "ddd dddd", "dddd");
	teardown(&b);
}

static void test_span_and_odd_lines(void **state)
{
	static const char *const rows[][3] = { { "span", "2", "took (\\d+) ns" },
					       { "far", "2", "at the far end" } };
	static const char nul[] = "a\0b\xff took 17 ns";
	vmc_autostr struct vmc_str line = { 0 };
	struct vmc_match m;
	struct bench b;

	(void)state;
	setup(&b, rows, VMC_ARRAY_SIZE(rows));
	assert_int_equal(vmc_matcher_line(b.matcher, nul, sizeof(nul) - 1, &m, 1), 1);
	assert_int_equal(m.at, 5);
	assert_int_equal(m.len, 10);
	for (int i = 0; i < VMC_MATCH_LINE_MAX; i++)
		vmc_str_addc(&line, 'x');
	vmc_str_add(&line, "at the far end");
	expect(&b, vmc_str_text(&line), "");
	expect(&b, vmc_str_text(&line) + 100, "far");
	assert_int_equal(vmc_matcher_line(b.matcher, "took 1 ns", 9, NULL, 0), 0);
	teardown(&b);
}

/* A pattern that would run for ages, and one that does not compile, cost themselves only. */
static void test_bad_patterns_are_switched_off(void **state)
{
	static const char *const rows[][3] = {
		{ "hangs", "3", "(?:a+)+(?:a+)+b.*needle" },
		{ "broken", "3", "needle(?<1>x)" },
		{ "fine", "2", "needle" },
	};
	vmc_autostr struct vmc_str line = { 0 };
	struct bench b;

	(void)state;
	setup(&b, rows, VMC_ARRAY_SIZE(rows));
	for (int i = 0; i < 2000; i++)
		vmc_str_addc(&line, 'a');
	vmc_str_add(&line, "c needle");
	for (int i = 0; i < 100; i++)
		expect(&b, vmc_str_text(&line), "fine");
	assert_non_null(strstr(vmc_error_text(vmc_matcher_problem(b.matcher, 0)), "broken"));
	assert_non_null(vmc_matcher_problem(b.matcher, 0));
	teardown(&b);
}

static void test_no_rules(void **state)
{
	struct bench b;

	(void)state;
	setup(&b, NULL, 0);
	expect(&b, "anything", "");
	teardown(&b);
}

static void check_one(const char *more, const char *want)
{
	vmc_autostr struct vmc_str text = { 0 };
	vmc_autorules struct vmc_rules r = { 0 };
	vmc_autoerror struct vmc_error *err = NULL;

	vmc_str_addf(&text, "- {id: r, category: t, severity: error, meaning: m, %s}\n", more);
	assert_ok(vmc_rules_parse("t.yaml", vmc_str_text(&text), text.len, &r));
	assert_int_equal(r.rules.len, 1);
	err = vmc_rule_check(&r.rules.data[0]);
	if (*want ? !strstr(vmc_error_text(err), want) : err != NULL)
		fail_msg("%s: %s", more, vmc_error_text(err));
}

static void test_check(void **state)
{
	(void)state;
	check_one("pattern: abcd, examples: [abcd, xabcdx]", "");
	check_one("pattern: abcd, examples: [abcd, abdc]", "t.yaml:1: r: the pattern does not "
							   "match example 2");
	check_one("pattern: 'abcd(?<1>)'", "t.yaml:1: r: at character");
	check_one("pattern: abcd, requires: {release: '(?:'}", "requires: release: at character");
	check_one("pattern: abcd, requires: {cpu: 'a{2}'}", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_span_and_odd_lines),
		cmocka_unit_test(test_bad_patterns_are_switched_off),
		cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_check),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
