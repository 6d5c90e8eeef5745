/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "oops/names.h"
#include "oops/title.h"

static void test_clean(void **state)
{
	static const struct {
		const char *raw, *clean;
	} wants[] = {
		{ "WARNING in f", "WARNING in f" },
		{ "BUG: at ffff88002bde1e40", "BUG: at ADDR" },
		{ "BUG: at 0xdeadbeef.", "BUG: at ADDR." },
		{ "x at net/core/filter.c:1917 f+0x1/0x2", "x at net/core/filter.c:LINE f" },
		{ "WARNING: CPU: 2 PID: 2636 at a", "WARNING: CPU: NUM PID: NUM at a" },
		{ "to 10.0.2.15 sent", "to IP sent" },
		{ "stuck on CPU#3 now", "stuck on CPU now" },
		{ "in worker12345678x", "in workerNUMx" },
		{ "in f2fs_x86", "in f2fs_x86" },
		{ "  a\t\tb  c ", "a b c" },
		{ "a\x01\xff"
		  "b",
		  "ab" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(wants); i++) {
		vmc_autostr struct vmc_str s = { 0 };

		vmc_str_add(&s, wants[i].raw);
		vmc_oops_title_clean(&s);
		assert_string_equal(vmc_str_text(&s), wants[i].clean);
	}
}

static void test_length(void **state)
{
	vmc_autostr struct vmc_str s = { 0 };

	(void)state;
	for (int i = 0; i < 500; i++)
		vmc_str_add(&s, "word ");
	vmc_oops_title_clean(&s);
	assert_int_equal(s.len, 119); /* 120, and no blank at the end */
}

static void test_frame(void **state)
{
	struct slice f;

	(void)state;
	f = vmc_oops_title_frame("KASAN: slab-out-of-bounds in ip6_fragment at addr ADDR");
	assert_int_equal(f.n, strlen("ip6_fragment"));
	f = vmc_oops_title_frame("a in b in <x::Y as z::W>::run");
	assert_memory_equal(f.p, "<x::Y as z::W>::run", f.n);
	assert_int_equal(vmc_oops_title_frame("no frame here").n, 0);
	assert_int_equal(vmc_oops_title_frame("").n, 0);
}

static void test_types(void **state)
{
	(void)state;
	assert_string_equal(vmc_oops_title_type("WARNING in f"), "WARNING");
	assert_string_equal(vmc_oops_title_type("WARNING: refcount bug in f"), "REFCOUNT_WARNING");
	assert_string_equal(vmc_oops_title_type("KASAN: slab-use-after-free Read in f"),
			    "KASAN-USE-AFTER-FREE-READ");
	assert_string_equal(vmc_oops_title_type("possible deadlock in f"), "LOCKDEP");
	assert_string_equal(vmc_oops_title_type("INFO: task hung in f"), "HANG");
	assert_string_equal(vmc_oops_title_type("something new"), "UNKNOWN");
	assert_string_equal(vmc_oops_title_category("KASAN: double-free in f"), "double-free");
	assert_null(vmc_oops_title_category("WARNING in f"));
}

static bool is_helper(const char *name)
{
	return vmc_oops_name_matches(slice_of(name), vmc_oops_helpers);
}

static void test_names(void **state)
{
	struct slice s;

	(void)state;
	assert_true(is_helper("dump_stack"));
	assert_true(is_helper("__kmalloc_noprof"));
	assert_true(is_helper("kfree"));
	assert_true(is_helper("read_once_word_nocheck"));
	assert_false(is_helper("kfree_rcu_monitor")); /* "^kfree$" is the whole name */
	assert_false(is_helper("victim_open"));
	assert_false(is_helper(""));
	s = vmc_oops_name_stem(slice_of("f.isra.0.cold"));
	assert_int_equal(s.n, 1);
	s = vmc_oops_name_without_syscall(slice_of("__x64_sys_read"));
	assert_memory_equal(s.p, "sys_read", s.n);
	s = vmc_oops_name_without_syscall(slice_of("__se_sys_mremap"));
	assert_memory_equal(s.p, "mremap", s.n);
	s = vmc_oops_name_without_syscall(slice_of("sys_"));
	assert_int_equal(s.n, 4);
}

static void test_demangle(void **state)
{
	static const struct {
		const char *mangled, *plain;
	} wants[] = {
		{ "_Z8fakeNameiii", "fakeName" },
		{ "_ZN3foo3barEv", "foo::bar" },
		{ "_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic" },
		{ "_RNvNtCs1234_6kernel5print4call", "kernel::print::call" },
		{ "plain_name", NULL },
		{ "_Z", NULL },
		{ "_Z99x", NULL },
		{ "_ZN", NULL },
		{ "_RNvX", NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(wants); i++) {
		vmc_autostr struct vmc_str s = { 0 };
		bool done = vmc_oops_name_demangle(slice_of(wants[i].mangled), &s);

		assert_int_equal(done, wants[i].plain != NULL);
		assert_string_equal(vmc_str_text(&s), wants[i].plain ? wants[i].plain : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean), cmocka_unit_test(test_length),
		cmocka_unit_test(test_frame), cmocka_unit_test(test_types),
		cmocka_unit_test(test_names), cmocka_unit_test(test_demangle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
