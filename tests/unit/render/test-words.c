/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include "render/stack.h"
#include "render/table.h"
#include "render/words.h"
#include "sample.h"

#define SAYS(want, call)                                         \
	do {                                                     \
		vmc_autostr struct vmc_str out = { 0 };          \
		call;                                            \
		assert_string_equal(vmc_str_text(&out), (want)); \
	} while (0)

static void sizes(void **state)
{
	(void)state;
	SAYS("255.5 MB", vmc_words_memory(267902976, &out));
	SAYS("4 GB", vmc_words_memory(4ull << 30, &out));
	SAYS("4 GB", vmc_words_memory((4ull << 30) - (63u << 20), &out));
	SAYS("3.9 GB", vmc_words_memory((4ull << 30) - (65u << 20), &out));
	SAYS("640 KB", vmc_words_memory(640 << 10, &out));
}

static void times(void **state)
{
	(void)state;
	SAYS("00:00:04", vmc_words_uptime(4.9, &out));
	SAYS("154 days, 20:00:01", vmc_words_uptime(154 * 86400.0 + 72001, &out));
	SAYS("00:00:00", vmc_words_uptime(-5, &out));
	SAYS("Thu Jan  1 00:00:00 UTC 1970", vmc_words_date(0, &out));
	SAYS("1970-01-01T00:00:00Z", vmc_words_date_iso(0, &out));
	SAYS("", vmc_words_date_iso(INT64_MAX, &out));
}

static void ranges(void **state)
{
	static const int list[] = { 0, 1, 2, 3, 7, 9, 10 };

	(void)state;
	SAYS("0-3,7,9-10", vmc_words_ranges(list, 7, &out));
	SAYS("DOE", vmc_words_taint(0x3080, &out));
}

static void mutual_recursion_folds(void **state)
{
	vmc_autotrace struct vmc_trace tr = { 0 };
	struct vmc_frame f = sample_frame("ping", 1, NULL), g = sample_frame("pong", 1, NULL);
	size_t period = 0;

	(void)state;
	g.where.addr++;
	for (int i = 0; i < 10; i++) {
		sample_push(&tr, f);
		sample_push(&tr, g);
	}
	assert_int_equal(vmc_stack_repeats(&tr, 2, &period), 18);
	assert_int_equal(period, 2);
	assert_int_equal(vmc_stack_repeats(&tr, 0, &period), 0);
	SAYS("ping < pong < ... 18 more", vmc_stack_one_line(VMC_LANG_EN, &tr, &out));
}

static void crash_layout(void **state)
{
	vmc_autotrace struct vmc_trace tr = { 0 };
	struct vmc_frame f = sample_frame("panic", 745, NULL);

	(void)state;
	sample_push(&tr, f);
	f = sample_frame("victim_peek", 5, "victim");
	f.is_exact = f.has_regs = true;
	vmc_regs_set(&f.regs, VMC_X86_RIP, 0xffffffffc0652359);
	vmc_regs_set(&f.regs, VMC_X86_RFLAGS, 0x246);
	vmc_regs_set(&f.regs, VMC_X86_CS, 0x10);
	sample_push(&tr, f);
	f = sample_frame("victim_null", 15, "victim");
	f.reliable = false;
	sample_push(&tr, f);
	SAYS(" #0 [ff43eb79c0457858] panic+745 at ffffffff810002e9\n"
	     "    [exception RIP: victim_peek+5]\n"
	     "    RIP: ffffffffc0652359  RSP: (unknown)         RFLAGS: 00000246\n"
	     "    RAX: (unknown)         RBX: (unknown)         RCX: (unknown)       \n"
	     "    RDX: (unknown)         RSI: (unknown)         RDI: (unknown)       \n"
	     "    RBP: (unknown)          R8: (unknown)          R9: (unknown)       \n"
	     "    R10: (unknown)         R11: (unknown)         R12: (unknown)       \n"
	     "    R13: (unknown)         R14: (unknown)         R15: (unknown)       \n"
	     "    ORIG_RAX: (unknown)         CS: 0010  SS: (unknown)\n"
	     " #1 [ff43eb79c0457858] ? victim_null+15 at ffffffff8100000f [victim]\n",
	     vmc_stack_crash(&tr, VMC_BT_OFFSET, &out));
}

static void tables(void **state)
{
	static const struct vmc_column columns[] = {
		{ "NAME", "name", false },
		{ "SIZE", "size", true },
		{ "NOTE", "note", false },
	};
	vmc_autotable struct vmc_table t = { .columns = columns, .n_columns = 3 };

	(void)state;
	vmc_table_cell(&t, "a\033");
	vmc_table_cellf(&t, "%d", 12345);
	vmc_table_cell(&t, NULL);
	vmc_table_cell(&t, "longer");
	vmc_table_cell(&t, "7");
	vmc_table_cell(&t, "x");
	SAYS("NAME     SIZE  NOTE\n"
	     "a\\x1b   12345  -\n"
	     "longer      7  x\n",
	     vmc_table_text(&t, &out));
	SAYS("[\n  {\n    \"name\": \"a\\\\x1b\",\n    \"size\": 12345,\n    \"note\": null\n  },\n"
	     "  {\n    \"name\": \"longer\",\n    \"size\": 7,\n    \"note\": \"x\"\n  }\n]\n",
	     assert_ok(vmc_table_json(&t, &out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),	cmocka_unit_test(times),
		cmocka_unit_test(ranges),	cmocka_unit_test(mutual_recursion_folds),
		cmocka_unit_test(crash_layout), cmocka_unit_test(tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
