/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "knowledge/literal.h"

/* The literals of a pattern with '|' between them; "" when there are none. */
static void expect(const char *pattern, const char *want)
{
	struct vmc_arena arena = { 0 };
	vmc_autostr struct vmc_str have = { 0 };
	struct vmc_strings l = { 0 };
	vmc_autoerror struct vmc_error *err = vmc_literals_of(pattern, &arena, &l);

	for (size_t i = 0; i < l.n; i++)
		vmc_str_addf(&have, "%s%s", i ? "|" : "", l.items[i]);
	if (strcmp(vmc_str_text(&have), want) != 0)
		fail_msg("%s: \"%s\" (%s)", pattern, vmc_str_text(&have), vmc_error_text(err));
	assert_true(*want ? !err : vmc_error_code(err) == VMC_BAD_FORMAT);
	vmc_arena_deinit(&arena);
}

static void test_runs(void **state)
{
	(void)state;
	expect("hrtimer: interrupt took (\\d+) ns", "hrtimer: interrupt took ");
	expect("\\[Firmware (Bug|Warn)\\]: (.+)", "[firmware ");
	expect("^BUG: .* locked$", " locked");
	expect("soft lockup - CPU#\\d+", "soft lockup - cpu#");
	expect("(?<fn>\\w+)\\+0x", "");
	expect("a very long text that is cut to its last characters", "t to its last characters");
}

static void test_quantifiers(void **state)
{
	(void)state;
	expect("colou?rful", "colo");
	expect("abcdx*efghi", "efghi");
	expect("abcdx+efghi", "abcdx");
	expect("abcdx{0,3}efg", "abcd");
	expect("abcdx{2}efg", "abcdx");
	expect("(?:optional)?", "");
	expect("(?:optional)*needed", "needed");
	expect("(?:needed twice)+", "needed twice");
	expect("brace{ and }more", "brace{ and }more");
}

static void test_alternatives(void **state)
{
	(void)state;
	expect("first one|second", "first one|second");
	expect("first one|\\d+", "");
	expect("first one|two", "");
	expect("(?:Down|Up) long enough", " long enough");
	expect("(?:lockup|stalled) (?:on|at)", "lockup|stalled");
	expect("x(?:abcd|(?:efgh|ijkl)m)", "abcd|efgh|ijkl");
}

static void test_groups(void **state)
{
	(void)state;
	expect("(?i)Out Of Memory", "out of memory");
	expect("(?!absent)present", "present");
	expect("(?<!absent)here", "here");
	expect("(?=ahead of)x", "ahead of");
	expect("(?P<name>inside)", "inside");
	expect("(?'name'inside)", "inside");
	expect("[abc]\\]long[]x]", "]long");
	expect("[[:alpha:]]then", "then");
}

/* Where it cannot be sure it says nothing. */
static void test_unknown(void **state)
{
	static const char *const patterns[] = {
		"(?x) spaced out",  "(*ACCEPT)something", "\\Qquoted\\E", "same \\1 again",
		"(?R)recursion",    "[open class",	  "(open group",  "closed group)",
		"ends in escape\\", "(?(1)yes|no)text",	  "\\p{Lu}upper", "(?#text)commented",
	};
	vmc_autostr struct vmc_str deep = { 0 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(patterns); i++)
		expect(patterns[i], "");
	for (int i = 0; i < 5000; i++)
		vmc_str_addc(&deep, '(');
	expect(vmc_str_text(&deep), "");
	expect("\\x41bcdefg", "bcdefg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),	     cmocka_unit_test(test_quantifiers),
		cmocka_unit_test(test_alternatives), cmocka_unit_test(test_groups),
		cmocka_unit_test(test_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
