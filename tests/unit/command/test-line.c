/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "command/line.h"

/* The words with '.' between, then the sink. */
static const char *parsed(const char **text, struct vmc_str *out)
{
	static const char *const sinks[] = { "", "|", ">", ">>" };
	vmc_autoline struct vmc_line l = { 0 };
	vmc_autoerror struct vmc_error *err = vmc_line_next(text, &l);

	vmc_str_clear(out);
	if (err) {
		vmc_str_add(out, "error");
		return vmc_str_text(out);
	}
	for (int i = 0; i < l.argc; i++)
		vmc_str_addf(out, "%s%s", i ? "." : "", l.argv[i]);
	assert_null(l.argv[l.argc]);
	if (l.sink)
		vmc_str_addf(out, " %s%s", sinks[l.sink], l.sink_arg);
	return vmc_str_text(out);
}

static void one_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "bt -a", "bt.-a" },
		{ "  bt\t-a  \n", "bt.-a" },
		{ "", "" },
		{ "# only a comment", "" },
		{ "ps 'a b' \"c;d\"e", "ps.a b.c;de" },
		{ "ps ''", "ps." },
		{ "log | grep -v 'a;b' | head", "log |grep -v 'a;b' | head" },
		{ "log > /tmp/x", "log >/tmp/x" },
		{ "log>>'a b'", "log >>a b" },
		{ "bt 'open", "error" },
		{ "log |", "error" },
		{ "log >", "error" },
		{ "log > a b", "error" },
		{ "| cat", "error" },
	};
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(cases); i++) {
		const char *text = cases[i].text;

		assert_string_equal(parsed(&text, &out), cases[i].want);
		assert_string_equal(text, "");
	}
}

static void several_commands(void **state)
{
	const char *text = "bt; log | head; ps > f;;sys";
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	assert_string_equal(parsed(&text, &out), "bt");
	assert_string_equal(parsed(&text, &out), "log |head");
	assert_string_equal(parsed(&text, &out), "ps >f");
	assert_string_equal(parsed(&text, &out), "");
	assert_string_equal(parsed(&text, &out), "sys");
	assert_string_equal(text, "");
}

static void too_many_words(void **state)
{
	vmc_autostr struct vmc_str line = { 0 }, out = { 0 };
	const char *text;

	(void)state;
	for (int i = 0; i <= VMC_LINE_WORDS; i++)
		vmc_str_add(&line, "x ");
	text = vmc_str_text(&line);
	assert_string_equal(parsed(&text, &out), "error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line),
		cmocka_unit_test(several_commands),
		cmocka_unit_test(too_many_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
