/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "knowledge/entry.h"
#include "knowledge/rules.h"

#define GOOD                                \
	"- id: good-rule\n"                 \
	"  category: test\n"                \
	"  severity: warning\n"             \
	"  pattern: 'something happened'\n" \
	"  meaning: {en: 'It did.', zh: '是'}\n"

static void parse(const char *text, struct vmc_rules *r)
{
	assert_ok(vmc_rules_parse("t.yaml", text, strlen(text), r));
}

/* Exactly one problem, with this text in it, and `left` rules besides. */
static void expect_problem(const char *text, const char *want, size_t left)
{
	vmc_autorules struct vmc_rules r = { 0 };

	parse(text, &r);
	if (r.problems.len != 1 || !strstr(vmc_error_text(r.problems.data[0]), want))
		fail_msg("%zu problems, the first: %s; expected: %s", r.problems.len,
			 r.problems.len ? vmc_error_text(r.problems.data[0]) : "", want);
	assert_int_equal(r.rules.len, left);
}

static void test_all_fields(void **state)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "- id: full\n"
				   "  category: test\n"
				   "  severity: fatal\n"
				   "  specificity: 3\n"
				   "  pattern: 'took (?<ns>\\d+) nanoseconds'\n"
				   "  examples: ['took 5 nanoseconds', 'it took 6 nanoseconds']\n"
				   "  requires:\n"
				   "    release: '^3\\.10'\n"
				   "    cpu: Xeon\n"
				   "    cmdline: quiet\n"
				   "    module: [dm_thin_pool, dm_mod]\n"
				   "    frame: check_irqs_on\n"
				   "    note: {en: look, zh: 看}\n"
				   "  since: '2.6.29'\n"
				   "  until: '4.0'\n"
				   "  meaning: {en: 'Slow.', zh: '慢'}\n"
				   "  causes: {en: [one, two], zh: [一, 二]}\n"
				   "  next: {en: [do], zh: [做]}\n"
				   "  references: ['https://example.org/']\n"
				   "  issue:\n"
				   "    title: A bug\n"
				   "    url: 'https://example.org/1'\n"
				   "    workaround: {en: w, zh: 绕}\n"
				   "    fix: {en: f, zh: 修}\n";
	vmc_autorules struct vmc_rules r = { 0 };
	const struct vmc_rule *rule;

	(void)state;
	parse(text, &r);
	assert_int_equal(r.problems.len, 0);
	assert_int_equal(r.rules.len, 1);
	rule = &r.rules.data[0];
	assert_string_equal(rule->id, "full");
	assert_int_equal(rule->severity, VMC_RULE_FATAL);
	assert_int_equal(rule->specificity, 3);
	assert_int_equal(rule->line, 3);
	assert_string_equal(rule->file, "t.yaml");
	assert_string_equal(rule->literals.items[0], " nanoseconds");
	assert_int_equal(rule->examples.n, 2);
	assert_string_equal(rule->examples.items[1], "it took 6 nanoseconds");
	assert_string_equal(rule->requires.release, "^3\\.10");
	assert_string_equal(rule->requires.module.items[1], "dm_mod");
	assert_int_equal(rule->requires.frame.n, 1);
	assert_string_equal(rule->requires.note.in[VMC_LANG_ZH], "看");
	assert_string_equal(rule->meaning.in[VMC_LANG_EN], "Slow.");
	assert_string_equal(rule->causes.in[VMC_LANG_ZH].items[1], "二");
	assert_string_equal(rule->next.in[VMC_LANG_EN].items[0], "do");
	assert_string_equal(rule->issue.fix.in[VMC_LANG_EN], "f");
	assert_string_equal(rule->since, "2.6.29");
}

static void test_plain_texts_are_english(void **state)
{
	vmc_autorules struct vmc_rules r = { 0 };

	(void)state;
	parse("- {id: a, category: t, severity: notice, pattern: abcd, meaning: It is.}\n", &r);
	assert_int_equal(r.rules.len, 1);
	assert_int_equal(r.rules.data[0].specificity, 2);
	assert_string_equal(vmc_said_in(&r.rules.data[0].meaning, VMC_LANG_ZH), "It is.");
}

static void test_problems_name_the_line(void **state)
{
	(void)state;
	expect_problem(GOOD "  colour: red\n", "t.yaml:6: a rule has no key \"colour\"", 0);
	expect_problem(GOOD "  severity: fatal\n", "t.yaml:6: severity stands there twice", 0);
	expect_problem(GOOD "- id: x\n  category: c\n  severity: awful\n" GOOD,
		       "t.yaml:8: severity: one of", 2);
	expect_problem(GOOD "- id: x\n  pattern: 'open quote\n" GOOD, "t.yaml:", 2);
	expect_problem("\n\n" GOOD "  specificity: 4\n", "t.yaml:8: specificity", 0);
	expect_problem("- id: x\n  category: c\n  severity: error\n  meaning: m\n",
		       "t.yaml:1: x: has no pattern", 0);
	expect_problem("- id: x\n  pattern: '\\d+'\n", "t.yaml:2: pattern: each way", 0);
	expect_problem(GOOD "  causes: {de: [x]}\n", "t.yaml:6: causes: languages are", 0);
	expect_problem(GOOD "  causes: {zh: [x]}\n", "t.yaml:6: causes: has no English", 0);
	expect_problem(GOOD "  examples: [[x]]\n", "t.yaml:6: examples: a text", 0);
	expect_problem(GOOD "  since: ''\n", "t.yaml:6: since: is empty", 0);
	expect_problem(GOOD "  issue: {url: x}\n", "the issue has no title", 0);
	expect_problem(GOOD "  requires: [x]\n", "t.yaml:6: requires: \"key: value\"", 0);
	expect_problem("- just a text\n" GOOD, "t.yaml:1: a rule: \"key: value\"", 1);
	expect_problem("rules:\n  - id: x\n", "t.yaml:1: a list is expected", 0);
	expect_problem("- id: Bad_Id\n  category: c\n  severity: error\n  pattern: abcd\n"
		       "  meaning: m\n",
		       "t.yaml:1: id: lower case", 0);
}

/* Several rules written into one entry, or none. */
static void test_shape_of_an_entry(void **state)
{
	(void)state;
	expect_problem("- \n", "t.yaml:1:", 0);
	expect_problem(GOOD "- &a [*a]\n", "t.yaml:6: a rule", 1);
}

static void test_limits(void **state)
{
	vmc_autostr struct vmc_str big = { 0 }, many = { 0 }, items = { 0 };
	vmc_autorules struct vmc_rules r = { 0 };

	(void)state;
	vmc_str_add(&big, GOOD "  until: '");
	for (int i = 0; i < VMC_ENTRY_TEXT_MAX + 1; i++)
		vmc_str_addc(&big, 'x');
	vmc_str_add(&big, "'\n");
	expect_problem(vmc_str_text(&big), "t.yaml:6: until: longer than", 0);
	for (size_t i = 0; i < VMC_ENTRY_SIZE_MAX; i++)
		vmc_str_addc(&big, '#');
	expect_problem(vmc_str_text(&big), "t.yaml:1: the entry is longer than", 0);

	vmc_str_add(&items, GOOD "  references: [x");
	for (int i = 0; i < VMC_ENTRY_LIST_MAX; i++)
		vmc_str_add(&items, ", x");
	vmc_str_add(&items, "]\n");
	expect_problem(vmc_str_text(&items), "references: more than", 0);

	for (int i = 0; i < VMC_RULES_MAX + 200; i++)
		vmc_str_add(&many, GOOD);
	parse(vmc_str_text(&many), &r);
	assert_int_equal(r.rules.len, VMC_RULES_MAX);
	assert_int_equal(r.problems.len, VMC_RULES_PROBLEMS_MAX);
}

static void test_nothing(void **state)
{
	static const char *const empty[] = { "", "\n\n", "# only a comment", "---\n" };
	vmc_autorules struct vmc_rules r = { 0 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(empty); i++)
		parse(empty[i], &r);
	assert_int_equal(r.rules.len + r.problems.len, 0);
}

static void test_languages(void **state)
{
	enum vmc_lang lang = VMC_LANG_EN;

	(void)state;
	assert_true(vmc_lang_of("zh_CN.UTF-8", &lang));
	assert_int_equal(lang, VMC_LANG_ZH);
	assert_true(vmc_lang_of("C.UTF-8", &lang));
	assert_int_equal(lang, VMC_LANG_EN);
	assert_true(vmc_lang_of("zh", &lang));
	assert_false(vmc_lang_of("de_DE", &lang));
	assert_false(vmc_lang_of("", &lang));
	assert_false(vmc_lang_of("zhx", &lang));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_fields),
		cmocka_unit_test(test_plain_texts_are_english),
		cmocka_unit_test(test_problems_name_the_line),
		cmocka_unit_test(test_shape_of_an_entry),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_languages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
