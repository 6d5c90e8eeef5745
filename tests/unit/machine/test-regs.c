/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include "machine/machine.h"

static void every_register_has_its_own_name(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < VMC_X86_REG_COUNT; i++) {
		assert_non_null(vmc_x86_64_reg_name(i));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(vmc_x86_64_reg_name(i), vmc_x86_64_reg_name(j));
	}
	assert_string_equal(vmc_x86_64_reg_name(7), "rsp"); /* DWARF number 7 */
	assert_string_equal(vmc_x86_64_reg_name(16), "rip");
	assert_null(vmc_x86_64_reg_name(VMC_X86_REG_COUNT));
	assert_null(vmc_x86_64_reg_name(UINT32_MAX));
}

static void pt_regs_has_the_order_of_the_kernel(void **state)
{
	uint8_t bytes[VMC_X86_PT_REGS_SIZE] = { 0 };
	struct vmc_regs r;

	(void)state;
	for (unsigned int i = 0; i < VMC_X86_PT_REGS_SIZE / 8; i++)
		bytes[i * 8] = (uint8_t)(i + 1);
	bytes[17 * 8 + 2] = 0xee; /* cs, above its 16 bits: a FRED event */
	vmc_x86_64_pt_regs(bytes, &r);
	assert_int_equal(r.value[VMC_X86_R15], 1);
	assert_int_equal(r.value[VMC_X86_RBP], 5);
	assert_int_equal(r.value[VMC_X86_RAX], 11);
	assert_int_equal(r.value[VMC_X86_RDI], 15);
	assert_int_equal(r.value[VMC_X86_ORIG_RAX], 16);
	assert_int_equal(r.value[VMC_X86_RIP], 17);
	assert_int_equal(r.value[VMC_X86_CS], 18);
	assert_int_equal(r.value[VMC_X86_RFLAGS], 19);
	assert_int_equal(r.value[VMC_X86_RSP], 20);
	assert_int_equal(r.value[VMC_X86_SS], 21);
	for (unsigned int i = 0; i < VMC_X86_REG_COUNT; i++)
		assert_int_equal(vmc_regs_has(&r, i), i <= VMC_X86_ORIG_RAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_register_has_its_own_name),
		cmocka_unit_test(pt_regs_has_the_order_of_the_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
