/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include "machine/code.h"

static void test_forms(void **state)
{
	static const struct {
		const char *text;
		size_t len, mark;
		unsigned int unit;
		uint8_t at_mark;
	} rows[] = {
		{ "48 c7 c7 <0f> 0b", 5, 3, 1, 0x0f },
		{ " <48> 8b 00", 3, 0, 1, 0x48 },
		{ "d53b00e1 12000c21 d2800082 9ac12041 (d50b7420) ", 20, 16, 4, 0x20 },
		{ "60000000 <0fe00000> e8010010", 12, 4, 4, 0x00 },
		{ "8082 4501 (9002)", 6, 4, 2, 0x02 },
		{ "48 8b <0f> 0b and what another CPU wrote", 4, 2, 1, 0x0f },
		{ "48 8b <0f> 0", 3, 2, 1, 0x0f },
		/* what stands before a gap does not count */
		{ "60000000 XXXXXXXX 7c0802a6 <0fe00000>", 8, 4, 4, 0x00 },
		{ "60000000 <0fe00000> XXXXXXXX 7c0802a6", 8, 4, 4, 0x00 },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		struct vmc_machine_code c = { 0 };

		assert_true(vmc_machine_code_parse(rows[i].text, &c));
		assert_int_equal(c.len, rows[i].len);
		assert_true(c.has_mark);
		assert_int_equal(c.mark, rows[i].mark);
		assert_int_equal(c.unit, rows[i].unit);
		assert_int_equal(c.bytes[c.mark], rows[i].at_mark);
	}
}

static void test_no_code(void **state)
{
	static const char *const texts[] = {
		"Bad RIP value.",
		"bad PC value",
		"Unable to access opcode bytes at RIP 0x7fc4826295bf.",
		"",
		"   ",
		"XXXXXXXX XXXXXXXX",
		"<0f 0b",
		"48c7c",
	};
	struct vmc_machine_code c = { .len = 7 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(texts); i++)
		assert_false(vmc_machine_code_parse(texts[i], &c));
	assert_int_equal(c.len, 7);
}

static void test_no_mark(void **state)
{
	struct vmc_machine_code c;

	(void)state;
	assert_true(vmc_machine_code_parse("a9014ff4 910003fd", &c));
	assert_false(c.has_mark);
	assert_int_equal(c.len, 8);
}

/* The command line decides how many bytes an x86 kernel prints. */
static void test_limit(void **state)
{
	char text[3 * (VMC_CODE_MAX + 10) + 1] = "";
	struct vmc_machine_code c;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = "90 "[i % 3];
	assert_true(vmc_machine_code_parse(text, &c));
	assert_int_equal(c.len, VMC_CODE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_no_code),
		cmocka_unit_test(test_no_mark),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
