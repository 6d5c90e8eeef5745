/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "oops/text.h"

static bool match(const char *pattern, const char *text, struct captures *caps)
{
	*caps = (struct captures){ 0 };
	return vmc_oops_match(pattern, slice_of(text), caps);
}

static void assert_slice(struct slice s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static void test_items(void **state)
{
	struct captures c;

	(void)state;
	assert_true(match("kernel BUG at %p:%n", "kernel BUG at fs/a.c:12!", &c));
	assert_int_equal(c.n, 2);
	assert_slice(c.at[0], "fs/a.c");
	assert_slice(c.at[1], "12");
	assert_true(match("in %f+", "in do_it.isra.0+0x1/0x2", &c));
	assert_slice(c.at[0], "do_it.isra.0");
	assert_true(match("at: %a%f+", "at: [<ffffffff81177332>] f+0x1/0x2", &c));
	assert_slice(c.at[0], "f");
	assert_true(match("%x%.", "0xdeadbeef", &c));
	assert_false(match("%x%.", "0xdeadbeefz", &c));
	assert_true(match("100%%%_done", "100%   done", &c));
	assert_false(match("%n", "x", &c));
}

static void test_runs(void **state)
{
	struct captures c;

	(void)state;
	/* the shortest run that lets the rest match, also where a first try fails */
	assert_true(match("a %t in %f+", "a b in c in d+0x1", &c));
	assert_slice(c.at[0], "b in c");
	assert_slice(c.at[1], "d");
	assert_true(match("a %* of size %n", "a b of size x of size 8", &c));
	assert_slice(c.at[0], "8");
	assert_true(match("x%t%.", "x", &c));
	assert_slice(c.at[0], "");
	assert_false(match("x%*y", "xz", &c));
	/* what did not match captures nothing */
	assert_int_equal(c.n, 0);
}

static void test_search(void **state)
{
	struct captures c = { 0 };
	size_t at;

	(void)state;
	assert_true(vmc_oops_search(" in %w[", slice_of("x in y in z[1]"), &c, &at));
	assert_int_equal(at, 6);
	assert_slice(c.at[0], "z");
	assert_false(vmc_oops_search("abc", slice_of("ab"), NULL, NULL));
	assert_false(vmc_oops_search("abc", slice_of(""), NULL, NULL));
}

static void test_hostile_line(void **state)
{
	size_t n = 1 << 20;
	char *text = malloc(n);
	struct slice s = { text, n };

	(void)state;
	assert_non_null(text);
	/* a regular expression would go through all ways to split this */
	memset(text, 'a', n);
	assert_false(vmc_oops_match("%*a%*a%*a%*a%*a%*b", s, NULL));
	memset(text, '1', n);
	assert_false(vmc_oops_match("%*1%n%*1%n%*x", s, NULL));
	free(text);
}

static void test_numbers(void **state)
{
	struct slice s = slice_of("99999999999999999999999 0xfff");
	uint64_t v;

	(void)state;
	assert_true(slice_eat_dec(&s, &v));
	assert_true(v == UINT64_MAX);
	slice_eat_blanks(&s);
	assert_true(slice_eat_hex(&s, &v));
	assert_int_equal(v, 0xfff);
	assert_false(slice_eat_hex(&s, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),	cmocka_unit_test(test_runs),
		cmocka_unit_test(test_search),	cmocka_unit_test(test_hostile_line),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
