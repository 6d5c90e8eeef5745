/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <json-c/json.h>

#include "render/jsonutil.h"
#include "render/render.h"
#include "sample.h"

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *m;

	if (!json_object_object_get_ex(o, key, &m))
		fail_msg("no key %s", key);
	return m;
}

static void report_object(void **state)
{
	vmc_autostr struct vmc_str out = { 0 };
	struct json_object *o, *m;
	struct vmc_report report;

	(void)state;
	sample_init(&report);
	assert_ok(vmc_render_json(&report, &out));
	o = json_tokener_parse(vmc_str_text(&out));
	assert_non_null(o);
	assert_string_equal(json_object_get_string(member(o, "schema")), "vmcoroner.report/1");
	assert_string_equal(json_object_get_string(member(member(o, "dump"), "path")),
			    "dir/a\\x1bb.log");
	m = member(o, "system");
	assert_string_equal(json_object_get_string(member(m, "date")), "2026-11-23T08:45:56Z");
	assert_int_equal(json_object_get_int64(member(m, "memory_bytes")), 267902976);
	assert_null(member(m, "cmdline"));
	assert_null(member(m, "kernel"));
	m = member(o, "panic");
	assert_string_equal(json_object_get_string(member(m, "task")), "0xff1701c242b14180");
	assert_int_equal(json_object_array_length(member(member(o, "taint"), "flags")), 3);
	m = member(o, "backtrace");
	/* the user's registers are no kernel frame */
	assert_int_equal(json_object_array_length(m), 43);
	m = json_object_array_get_idx(m, 42);
	assert_false(json_object_get_boolean(member(m, "reliable")));
	assert_string_equal(json_object_get_string(member(m, "found_by")), "scan");
	assert_int_equal(json_object_array_length(member(o, "blocked")), 0);
	m = json_object_array_get_idx(member(o, "unavailable"), 0);
	assert_string_equal(json_object_get_string(member(m, "why")), "page \\xff excluded");
	json_object_put(o);
	sample_deinit(&report);
}

static void text_keeps_lines_and_loses_bytes(void **state)
{
	struct json_object *o = vmc_json_textn("a\nb\tc\033\0\xff", 8);

	(void)state;
	assert_string_equal(json_object_get_string(o), "a\nb\tc\\x1b\\x00\\xff");
	json_object_put(o);
	assert_null(vmc_json_text(NULL));
	assert_null(vmc_json_seconds(-1));
	o = vmc_json_seconds(9463211999);
	assert_string_equal(json_object_to_json_string(o), "9.463211");
	json_object_put(o);
	assert_null(vmc_json_number(true, 1.0 / 0.0));
}

static void oops_line(void **state)
{
	static const struct vmc_log_line text[] = {
		{ .text = "BUG: x", .len = 6 },
		{ .text = "tail", .len = 4 },
	};
	struct vmc_log_lines lines = { .data = (struct vmc_log_line *)text, .len = 2 };
	struct vmc_oops o = { .title = "BUG: x",
			      .cpu = -1,
			      .pid = 7,
			      .taint = "G        W  O",
			      .first_line = 1,
			      .last_index = 1 };
	vmc_autostr struct vmc_str out = { 0 };
	struct json_object *j;

	(void)state;
	assert_ok(vmc_render_oops_json("name", &o, &lines, 1, &out));
	j = json_tokener_parse(vmc_str_text(&out));
	assert_string_equal(json_object_get_string(member(j, "taint")), "GWO");
	assert_string_equal(json_object_get_string(member(j, "report")), "BUG: x\ntail\n");
	assert_null(member(j, "cpu"));
	json_object_put(j);
	vmc_str_clear(&out);
	assert_ok(vmc_render_oops_json("name", NULL, &lines, 0, &out));
	assert_int_equal(out.data[out.len - 1], '\n');
	j = json_tokener_parse(vmc_str_text(&out));
	assert_null(member(j, "title"));
	json_object_put(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_object),
		cmocka_unit_test(text_keeps_lines_and_loses_bytes),
		cmocka_unit_test(oops_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
