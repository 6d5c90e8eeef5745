/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "render/render.h"
#include "render/sections.h"
#include "sample.h"

static struct vmc_report report;

static int setup(void **state)
{
	(void)state;
	sample_init(&report);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_deinit(&report);
	return 0;
}

static void has(const struct vmc_str *text, const char *part)
{
	if (!strstr(vmc_str_text(text), part))
		fail_msg("not found: %s\nin:\n%s", part, vmc_str_text(text));
}

static void banner_is_that_of_crash(void **state)
{
	static const char want[] = "    LOG FILE: dir/a\\x1bb.log  [0 lines]\n"
				   "        CPUS: 2 [OFFLINE: 1]\n"
				   "        DATE: Mon Nov 23 08:05:56 UTC 2026\n"
				   "      UPTIME: 1 days, 01:01:01\n"
				   "LOAD AVERAGE: 0.10, 0.25, 1.00\n"
				   "       TASKS: 66\n"
				   "    NODENAME: vm-1\n"
				   "     RELEASE: 6.1.0-test\n"
				   "     MACHINE: x86_64  (2599 Mhz)\n"
				   "      MEMORY: 255.5 MB\n"
				   "       PANIC: \"Kernel panic - not syncing: Fatal exception\"\n"
				   "         PID: 125\n"
				   "     COMMAND: \"cr\\x1bsher\"\n"
				   "        TASK: ff1701c242b14180\n"
				   "         CPU: 1\n"
				   "       STATE: TASK_RUNNING (PANIC)\n";
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	report.system.date = 1795421156;
	vmc_banner_text(&report, &out);
	assert_string_equal(vmc_str_text(&out), want);
}

static void verdict_comes_first(void **state)
{
	static const struct vmc_style plain;
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	vmc_render_text(&report, &plain, &out);
	assert_true(
		vmc_str_starts(vmc_str_text(&out),
			       "     VERDICT: null-deref: NULL pointer dereference in victim_peek\n"
			       "     CULPRIT: victim_peek [victim], task \"crasher\" (pid 125)\n"
			       "  CONFIDENCE: high\n"));
	has(&out,
	    "  #0   panic+0x2e9\n       --- page fault ---\n  #1   victim_peek+0x5 [victim]\n");
	has(&out, "     ... 39 more of victim_recurse\n");
	has(&out, "  #42  ? maybe+0x10\n");
	has(&out, "user space at 0x43c000\n");
	has(&out, "task list: page \\xff excluded\n");
	assert_null(strchr(vmc_str_text(&out), '\033'));
}

static void colours_and_width_only_when_asked(void **state)
{
	static const struct vmc_style narrow = { .color = true, .width = 50 };
	vmc_autostr struct vmc_str out = { 0 };
	size_t columns = 0;

	(void)state;
	vmc_render_text(&report, &narrow, &out);
	has(&out, "\033[1;31m");
	for (const char *p = vmc_str_text(&out); *p; p++) {
		if (*p == '\n') {
			columns = 0;
		} else if (*p == '\033') {
			p = strchr(p, 'm');
		} else if (++columns > 50) {
			fail_msg("wider than 50 columns: %.60s", p - 50);
		}
	}
}

static void html_is_escaped(void **state)
{
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	report.verdict.title = "<script>&";
	vmc_render_html(&report, &out);
	has(&out, "<title>null-deref: &lt;script&gt;&amp;</title>");
	assert_null(strstr(vmc_str_text(&out), "<script"));
	assert_true(vmc_str_ends(vmc_str_text(&out), "</html>\n"));
}

static void an_empty_report_is_no_crash(void **state)
{
	static const struct vmc_style plain;
	struct vmc_report nothing = { .panic_cpu = -1, .verdict = { .culprit = { .pid = -1 } } };
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	vmc_render_text(&nothing, &plain, &out);
	assert_true(vmc_str_starts(vmc_str_text(&out), "     VERDICT: unknown\n"));
	vmc_str_clear(&out);
	assert_ok(vmc_render_json(&nothing, &out));
	vmc_render_html(&nothing, &out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(banner_is_that_of_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(verdict_comes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(colours_and_width_only_when_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(html_is_escaped, setup, teardown),
		cmocka_unit_test(an_empty_report_is_no_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
