/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "knowledge/values.h"

#define SAID "  meaning: {en: 'It is.', zh: '是'}\n  source: 'a.c'\n"
#define ENTRY(keys) "- group: g\n  name: N\n" keys SAID

static void parse(const char *text, struct vmc_values *v)
{
	assert_ok(vmc_values_parse("t.yaml", text, strlen(text), v));
	vmc_values_check(v);
}

/* Exactly one problem, with this text in it; NULL none. */
static void expect(const char *text, const char *want)
{
	vmc_autovalues struct vmc_values v = { 0 };
	const char *got;

	parse(text, &v);
	got = v.problems.len ? vmc_error_text(v.problems.data[0]) : NULL;
	if (v.problems.len > 1 || !got != !want || (want && !strstr(got, want)))
		fail_msg("%zu problems, the first: %s; expected: %s", v.problems.len,
			 got ? got : "none", want ? want : "none");
}

static void all_kinds_are_read(void **state)
{
	vmc_autovalues struct vmc_values v = { 0 };
	const struct vmc_value *row;

	(void)state;
	parse(ENTRY("  pointer: 0xdead000000000100\n  below: 0x10\n  above: 255\n"
		    "  arch: [x86_64, s390x]\n  address_only: true\n") ENTRY("  field: [13, 12]\n")
		      ENTRY("  bit: 63\n  letter: P\n")
			      ENTRY("  range: [0x1000, 0x1fff]\n  layout: 5-level\n")
				      ENTRY("  letter: 'F'\n  before: '3.15'\n"),
	      &v);
	assert_int_equal(v.problems.len, 0);
	assert_int_equal(v.values.len, 5);
	row = &v.values.data[0];
	assert_int_equal(row->kind, VMC_VALUE_POINTER);
	assert_true(row->value == 0xdead000000000100 && row->below == 0x10 && row->above == 255);
	assert_int_equal(row->arches, 1u << VMC_VALUE_X86_64 | 1u << VMC_VALUE_S390X);
	assert_true(row->address_only);
	assert_int_equal(row->line, 1);
	assert_string_equal(row->file, "t.yaml");
	row = &v.values.data[1];
	assert_true(row->kind == VMC_VALUE_FIELD && row->value == 12 && row->last == 13);
	row = &v.values.data[2];
	assert_true(row->kind == VMC_VALUE_BIT && row->value == 63 && row->letter == 'P');
	row = &v.values.data[3];
	assert_true(row->kind == VMC_VALUE_RANGE && row->value == 0x1000 && row->last == 0x1fff);
	assert_int_equal(row->layout, VMC_VALUE_5_LEVEL);
	row = &v.values.data[4];
	assert_true(row->kind == VMC_VALUE_LETTER && row->letter == 'F');
}

static void a_bad_entry_is_told(void **state)
{
	(void)state;
	expect(ENTRY("  bit: 64\n"), "t.yaml:3: bit: is larger than 0x3f");
	expect(ENTRY("  bytes: 0x100\n"), "bytes: is larger than 0xff");
	expect(ENTRY("  word: 0x\n"), "word: a number is expected");
	expect(ENTRY("  word: -1\n"), "word: a number is expected");
	expect(ENTRY("  word: ' 1'\n"), "word: a number is expected");
	expect(ENTRY("  word: 0x1ffffffffffffffff\n"), "word: a number is expected");
	expect(ENTRY("  word: 12a\n"), "word: a number is expected");
	expect(ENTRY("  word: 0x0x1\n"), "word: a number is expected");
	expect(ENTRY("  bit: 1\n  word: 1\n"), "t.yaml:4: word: the entry has another value");
	expect(ENTRY("  range: [2, 1]\n"), "the first number is the larger one");
	expect(ENTRY("  range: [2]\n"), "a list of two numbers is expected");
	expect(ENTRY("  field: [1, 1]\n"), "[highest, lowest] bit is expected");
	expect(ENTRY("  field: [64, 1]\n"), "[highest, lowest] bit is expected");
	expect(ENTRY("  letter: PP\n"), "one ASCII letter is expected");
	expect(ENTRY("  bit: 1\n  arch: [vax]\n"), "arch: vax is unknown");
	expect(ENTRY("  bit: 1\n  arch: [arm, arm]\n"), "arch: arm is unknown or there twice");
	expect(ENTRY("  bit: 1\n  quiet: false\n"), "quiet: true is expected");
	expect(ENTRY("  bit: 1\n  above: 1\n"), "N: has below or above, which go with pointer");
	expect(ENTRY("  pointer: 4\n  below: 5\n"), "N: reaches beyond 64 bits");
	expect(ENTRY("  number: 1\n  set: {en: a, zh: b}\n"), "N: has set or clear");
	expect(ENTRY("  bit: 1\n  set: {en: a}\n"),
	       "N: says what a bit means in one language only");
	expect(ENTRY(""), "t.yaml:1: N: has no value");
	expect("- group: g\n  name: N\n  bit: 1\n  source: a.c\n", "has no meaning in both");
	expect("- group: g\n  name: N\n  bit: 1\n  source: a.c\n  meaning: {en: a}\n",
	       "has no meaning in both");
	expect("- group: g\n  name: N\n  bit: 1\n  meaning: {en: a, zh: b}\n", "has no source");
	expect(ENTRY("  bit: 1\n  colour: red\n"), "a value has no key \"colour\"");
}

static void entries_must_not_claim_the_same(void **state)
{
	(void)state;
	expect(ENTRY("  bit: 5\n") ENTRY("  field: [7, 4]\n"),
	       "t.yaml:6: N overlaps N of t.yaml:1");
	expect(ENTRY("  bit: 5\n") ENTRY("  field: [7, 6]\n"), NULL);
	expect(ENTRY("  number: 5\n") ENTRY("  numbers: [1, 9]\n"), "overlaps");
	expect(ENTRY("  range: [1, 9]\n") ENTRY("  range: [9, 10]\n"), "overlaps");
	expect(ENTRY("  range: [1, 9]\n") ENTRY("  range: [10, 10]\n"), NULL);
	expect(ENTRY("  word: 1\n") ENTRY("  bytes: 1\n"), NULL);
	expect(ENTRY("  bit: 1\n  letter: F\n") ENTRY("  bit: 2\n  letter: F\n"), "the letter");
	/* other machines, other kernels, other layouts, another maker */
	expect(ENTRY("  bit: 1\n  arch: [arm]\n") ENTRY("  bit: 1\n  arch: [i386]\n"), NULL);
	expect(ENTRY("  bit: 1\n  arch: [arm]\n") ENTRY("  bit: 1\n"), "overlaps");
	expect(ENTRY("  bit: 1\n  before: '4.3'\n") ENTRY("  bit: 1\n  since: '4.3'\n"), NULL);
	expect(ENTRY("  bit: 1\n  before: '4.4'\n") ENTRY("  bit: 1\n  since: '4.3'\n"),
	       "overlaps");
	expect(ENTRY("  bit: 1\n  vendor: SUSE\n") ENTRY("  bit: 1\n"), NULL);
	expect(ENTRY("  range: [1, 2]\n  layout: 4-level\n")
		       ENTRY("  range: [1, 2]\n  layout: 5-level\n"),
	       NULL);
	expect("- group: other\n  name: N\n  bit: 1\n" SAID ENTRY("  bit: 1\n"), NULL);
	expect(ENTRY("  field: [2, 1]\n  names: nowhere\n"), "there is no group nowhere");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds_are_read),
		cmocka_unit_test(a_bad_entry_is_told),
		cmocka_unit_test(entries_must_not_claim_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
