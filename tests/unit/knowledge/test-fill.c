/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of log lines in the sentences of a rule. */
#include "../test.h"

#include <string.h>

#include "knowledge/fill.h"

static const char *const example[] = { "eth0: port 80 took 1500 ns" };
static const struct vmc_rule rule = {
	.id = "test",
	.pattern = "(?<dev>\\w+): port (?<port>\\d+) took (?<ns>\\d+) ns(?<rest> .*)?",
	.examples = { example, 1 },
};

static void check(const char *sentence, const char *const *texts, size_t n, const char *expected)
{
	struct vmc_fill_line lines[32];
	vmc_autostr struct vmc_str s = { 0 };

	for (size_t i = 0; i < n; i++)
		lines[i] = (struct vmc_fill_line){ texts[i], strlen(texts[i]) };
	assert_ok(vmc_fill(&rule, sentence, lines, n, &s));
	assert_string_equal(vmc_str_text(&s), expected);
}

static void test_values(void **state)
{
	(void)state;
	check("{dev} was slow", example, 1, "eth0 was slow");
	check("it took {ns|time}", example, 1, "it took 1.5 us");
	check("port {port|port}", example, 1, "port 80 (http)");
	check("no values", example, 1, "no values");
	/* what is no value stays as it is */
	check("{ } {Dev} {dev", example, 1, "{ } {Dev} {dev");
	/* no such group; a group that the line did not need; a line that does not match */
	check("{nothing} {rest}", example, 1, "? ?");
	check("{dev}", (const char *[]){ "another line" }, 1, "?");
}

static void test_times(void **state)
{
	static const struct {
		const char *ns, *expected;
	} rows[] = { { "999", "999.0 ns" },	   { "1000", "1.0 us" },
		     { "2016981", "2.0 ms" },	   { "1250000000", "1.2 s" } };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_autostr struct vmc_str line = { 0 };

		vmc_str_addf(&line, "eth0: port 1 took %s ns", rows[i].ns);
		check("{ns|time}", (const char *[]){ vmc_str_text(&line) }, 1, rows[i].expected);
	}
}

static void test_several_lines(void **state)
{
	static const char *const lines[] = {
		"eth0: port 80 took 1 ns", "eth1: port 80 took 1 ns", "eth0: port 22 took 1 ns",
		"eth2: port 22 took 1 ns", "eth3: port 22 took 1 ns",
	};

	(void)state;
	check("{dev}", lines, 3, "eth0, eth1");
	check("{port|port}", lines, 5, "80 (http), 22 (ssh)");
	check("{dev}", lines, 5, "eth0, eth1, eth2, ...");
}

static void expect_bad(const char *title, const char *reason)
{
	struct vmc_rule bad = rule;
	struct vmc_error *err;

	bad.title.in[VMC_LANG_EN] = title;
	err = vmc_fill_check(&bad);
	assert_non_null(err);
	assert_non_null(strstr(vmc_error_text(err), reason));
	vmc_error_free(err);
}

static void test_check(void **state)
{
	vmc_autostr struct vmc_str s = { 0 };

	(void)state;
	assert_ok(vmc_fill_check(&rule));
	expect_bad("{rest}", "example 1 has no such value");
	expect_bad("{nothing}", "example 1 has no such value");
	expect_bad("{dev|colour}", "no such form");
	assert_ok(vmc_fill_example(&rule, "{dev}", &s));
	assert_string_equal(vmc_str_text(&s), "eth0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_several_lines),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
