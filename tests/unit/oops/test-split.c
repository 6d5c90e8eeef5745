/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "oops/oops.h"

struct want {
	const char *line, *text;
	int64_t time_ns;
	int level;
	char caller_kind;
	uint32_t caller;
	bool foreign;
};

static const struct want wants[] = {
	{ "[   12.345678] text", "text", 12345678000, -1, 0, 0, false },
	{ "[   12.345678]  indented", " indented", 12345678000, -1, 0, 0, false },
	{ "[   12.345678][  T123] text", "text", 12345678000, -1, 'T', 123, false },
	{ "[   12.345678][    C0] text", "text", 12345678000, -1, 'C', 0, false },
	{ "<6>[   12.345678] text", "text", 12345678000, 6, 0, 0, false },
	{ "<30>[   12.5] text", "text", 12500000000, 6, 0, 0, false },
	{ "<4>no time", "no time", -1, 4, 0, 0, false },
	{ "kern  :warn  : [    1.000001] text", "text", 1000001000, 4, 0, 0, false },
	{ "kern  :err   : text", "text", -1, 3, 0, 0, false },
	{ "[Tue Nov 23 18:00:00 2021] text", "text", -1, -1, 0, 0, false },
	{ "[Nov23 18:00] text", "text", -1, -1, 0, 0, false },
	{ "[  +0.000003] text", "text", -1, -1, 0, 0, false },
	{ "[   16.000000 <    0.000010>] text", "text", 16000000000, -1, 0, 0, false },
	{ "6,339,5140900,-,caller=T1;text", "text", 5140900000, 6, 'T', 1, false },
	{ "4,12,17,-;text", "text", 17000, 4, 0, 0, false },
	{ "Nov 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "Nov  3 18:00:00 host kernel: [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "Nov  3 18:00:00 host cron[12]: text", "text", -1, -1, 0, 0, true },
	{ "2021-11-23T18:00:00.123456+00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "2021-11-23T18:00:00,123456+00:00 text here", "text here", -1, -1, 0, 0, false },
	{ "Tue 2021-11-23 18:00:00 CET host kernel: text", "text", -1, -1, 0, 0, false },
	{ "[   12.345678] host kernel: text", "text", 12345678000, -1, 0, 0, false },
	{ "** 4491 printk messages dropped ** [   50.750742] text", "text", 50750742000, -1, 0, 0,
	  false },
	{ "vm login: [   30.021137][   T81] text", "text", 30021137000, -1, 'T', 81, false },
	{ "[ INFO: possible recursive locking detected ]",
	  "[ INFO: possible recursive locking detected ]", -1, -1, 0, 0, false },
	{ "[<ffffffff81177332>] f+0x1/0x2", "[<ffffffff81177332>] f+0x1/0x2", -1, -1, 0, 0, false },
	{ "Modules linked in: a b", "Modules linked in: a b", -1, -1, 0, 0, false },
	{ "text\r", "text", -1, -1, 0, 0, false },
	{ "\033[1;31m[    1.5] red\033[0m", "red", 1500000000, -1, 0, 0, false },
	{ "[99999999999999999999.1] text", "[99999999999999999999.1] text", -1, -1, 0, 0, false },
	{ "[   12.", "[   12.", -1, -1, 0, 0, false },
	{ "<", "<", -1, -1, 0, 0, false },
	{ "", "", -1, -1, 0, 0, false },
};

static void test_prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(wants); i++) {
		const struct want *w = &wants[i];
		struct vmc_log_lines l = { 0 };
		char text[200];

		snprintf(text, sizeof(text), "%s\n", w->line);
		assert_ok(vmc_log_split(text, strlen(text), &l));
		assert_int_equal(l.len, 1);
		if (l.data[0].len != strlen(w->text) ||
		    memcmp(l.data[0].text, w->text, l.data[0].len) != 0)
			fail_msg("\"%s\" gives \"%.*s\"", w->line, (int)l.data[0].len,
				 l.data[0].text);
		if (l.data[0].time_ns != w->time_ns || l.data[0].level != w->level ||
		    l.data[0].has_caller != (w->caller_kind != 0) ||
		    (w->caller_kind &&
		     (l.data[0].caller_kind != w->caller_kind || l.data[0].caller != w->caller)) ||
		    l.data[0].foreign != w->foreign)
			fail_msg("\"%s\": time %lld level %d caller %c%u foreign %d", w->line,
				 (long long)l.data[0].time_ns, l.data[0].level,
				 l.data[0].caller_kind, l.data[0].caller, l.data[0].foreign);
		vmc_log_lines_deinit(&l);
	}
}

static void test_lines(void **state)
{
	static const char text[] = "one\n\0\0two\nthree";
	struct vmc_log_lines l = { 0 };

	(void)state;
	assert_ok(vmc_log_split(text, sizeof(text) - 1, &l));
	assert_int_equal(l.len, 3);
	assert_int_equal(l.data[1].number, 2);
	assert_int_equal(l.data[1].len, 3);
	assert_memory_equal(l.data[2].text, "three", 5);
	vmc_log_lines_deinit(&l);
	assert_ok(vmc_log_split(NULL, 0, &l));
	assert_int_equal(l.len, 0);
	vmc_log_lines_deinit(&l);
}

static void test_kernel_text(void **state)
{
	static const char dmesg[] = "[    0.000000] Linux version 6.1.0 (gcc)\n[    0.1] x\n";
	static const char prose[] = "Dear all,\nthe machine stopped.\nRegards\n";
	static const char levels[] = "<6>one\n<6>two\n<4>three\n";

	(void)state;
	assert_true(vmc_log_is_kernel_text(dmesg, sizeof(dmesg) - 1));
	assert_true(vmc_log_is_kernel_text(levels, sizeof(levels) - 1));
	assert_false(vmc_log_is_kernel_text(prose, sizeof(prose) - 1));
	assert_false(vmc_log_is_kernel_text("", 0));
	assert_false(vmc_log_is_kernel_text("\x7f"
					    "ELF\2\1\1\0\0",
					    9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_kernel_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
