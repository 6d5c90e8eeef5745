/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "base/bytes.h"
#include "base/str.h"

static void grows(void **state)
{
	vmc_autostr struct vmc_str s = { 0 };

	(void)state;
	assert_string_equal(vmc_str_text(&s), "");
	for (int i = 0; i < 1000; i++)
		vmc_str_addf(&s, "%03d,", i);
	assert_int_equal(s.len, 4000);
	assert_memory_equal(s.data + 3996, "999,", 5);
}

static void untrusted_bytes_become_visible(void **state)
{
	vmc_autostr struct vmc_str s = { 0 };

	(void)state;
	vmc_str_add_untrusted(&s, "a\x1b[31m\xc3\xa9\xff\xed\xa0\x80", 12);
	assert_string_equal(vmc_str_text(&s), "a\\x1b[31m\xc3\xa9\\xff\\xed\\xa0\\x80");
	vmc_str_clear(&s);
	vmc_str_add_untrusted(&s, "ab\0cd", 5);
	assert_string_equal(vmc_str_text(&s), "ab");
	vmc_str_clear(&s);
	/* a sequence that the end of the buffer cuts is not read beyond it */
	vmc_str_add_untrusted(&s, "\xe4\xb8", 2);
	assert_string_equal(vmc_str_text(&s), "\\xe4\\xb8");
}

static void arena_keeps_strings_apart(void **state)
{
	struct vmc_arena a = { 0 };
	char *first = vmc_arena_strdup(&a, "first"), *big = vmc_arena_alloc(&a, 100000);

	(void)state;
	memset(big, 0xff, 100000);
	assert_string_equal(vmc_arena_printf(&a, "%d%%", 42), "42%");
	assert_string_equal(first, "first");
	assert_null(vmc_arena_strdup(&a, NULL));
	vmc_arena_deinit(&a);
}

static void a_cursor_never_leaves_its_bytes(void **state)
{
	const uint8_t raw[] = { 1, 2, 3, 4, 5, 6 };
	struct vmc_cursor c = vmc_cursor_at((struct vmc_bytes){ raw, sizeof(raw) }, 0);

	(void)state;
	assert_int_equal(vmc_cursor_u32(&c), 0x04030201);
	assert_int_equal(vmc_cursor_u32(&c), 0);
	assert_true(c.overrun);
	assert_int_equal(vmc_cursor_u8(&c), 0);
	assert_false(vmc_range_ok(UINT64_MAX, 2, 100));
	assert_false(vmc_range_ok(99, 2, 100));
	assert_true(vmc_range_ok(98, 2, 100));
	assert_null(vmc_bytes_str((struct vmc_bytes){ raw, sizeof(raw) }, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(untrusted_bytes_become_visible),
		cmocka_unit_test(arena_keeps_strings_apart),
		cmocka_unit_test(a_cursor_never_leaves_its_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
