/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules applied to a frame whose stack is an array: what DWARF 5, 6.4.1 says of each kind. */
#include <string.h>

#include "../test.h"
#include "debug/unwind/apply.h"
#include "debug/unwind/orc-rule.h"

#define STACK 0xffffc90000010000u
#define R_BX 3
#define R_BP 6
#define R_SP 7
#define R_12 12

static const uint64_t words[] = { 0x100, 0x111, STACK + 0x28, 0x133, 0x144, 0x155 };

static struct vmc_error *read_words(void *ctx, uint64_t addr, void *buf, size_t size)
{
	(void)ctx;
	if (!vmc_range_ok(addr - STACK, size, sizeof(words)))
		return vmc_error_new(VMC_UNMAPPED, "outside");
	memcpy(buf, (const uint8_t *)words + (addr - STACK), size);
	return NULL;
}

static const struct vmc_reader mem = { read_words, NULL };
static const uint64_t values[VMC_RULE_WIDTH] = { [R_SP] = STACK, [R_BP] = STACK + 8, [R_12] = 0xc };
static const struct vmc_expr_frame frame = { values, 1u << R_SP | 1u << R_BP | 1u << R_12, &mem };

static uint64_t cfa_of(enum vmc_cfa_kind kind, uint8_t reg, int64_t offset)
{
	struct vmc_unwind_rule r = { .cfa_kind = kind, .cfa_reg = reg, .cfa_offset = offset };
	uint64_t v = 0;

	/* breg7 16 */
	r.cfa_expr = (struct vmc_bytes){ (const uint8_t *)"\x77\x10", 2 };
	assert_ok(vmc_rule_cfa(&r, &frame, &v));
	return v;
}

static void frames_are_found_in_four_ways(void **state)
{
	struct vmc_unwind_rule r = { .cfa_kind = VMC_CFA_REG, .cfa_reg = R_BX };
	uint64_t v = 77;

	(void)state;
	assert_int_equal(cfa_of(VMC_CFA_REG, R_BP, 32), STACK + 40);
	assert_int_equal(cfa_of(VMC_CFA_LOAD_ADD, R_BP, 32), 0x111 + 32);
	assert_int_equal(cfa_of(VMC_CFA_ADD_LOAD, R_BP, 8), STACK + 0x28);
	assert_int_equal(cfa_of(VMC_CFA_EXPR, 0, 0), STACK + 16);
	assert_code(vmc_rule_cfa(&r, &frame, &v), VMC_NOT_FOUND);
	r.cfa_reg = VMC_RULE_WIDTH;
	assert_code(vmc_rule_cfa(&r, &frame, &v), VMC_NOT_FOUND);
	r = (struct vmc_unwind_rule){ .cfa_kind = VMC_CFA_LOAD_ADD, .cfa_reg = R_12 };
	assert_code(vmc_rule_cfa(&r, &frame, &v), VMC_UNMAPPED);
	assert_int_equal(v, 77);
}

static void registers_come_from_where_the_rule_says(void **state)
{
	struct vmc_unwind_rule
		r = { .saved = {
			      [0] = { .kind = VMC_SAVED_AT_CFA, .offset = -16 },
			      [1] = { .kind = VMC_SAVED_IS_CFA, .offset = -16 },
			      [2] = { .kind = VMC_SAVED_REG, .reg = R_12 },
			      [R_BX] = { .kind = VMC_SAVED_REG, .reg = R_BX }, /* is not known */
			      [4] = { .kind = VMC_SAVED_AT_REG, .reg = R_SP, .offset = 8 },
			      /* the CFA is on the expression's stack: lit8, minus */
			      [5] = { .kind = VMC_SAVED_AT_EXPR,
				      .expr = { (const uint8_t *)"\x38\x1c", 2 } },
			      [8] = { .kind = VMC_SAVED_IS_EXPR,
				      .expr = { (const uint8_t *)"\x38\x1c", 2 } },
			      [R_12] = { .kind = VMC_SAVED_SAME },
			      [13] = { .kind = VMC_SAVED_SAME }, /* is not known */
			      [14] = { .kind = VMC_SAVED_AT_CFA,
				       .offset = 4096 }, /* not in the dump */
			      [VMC_RULE_RA] = { .kind = VMC_SAVED_AT_CFA, .offset = -8 },
		      } };
	struct vmc_rule_regs got;

	(void)state;
	assert_ok(vmc_rule_caller(&r, &frame, STACK + 48, &got));
	assert_int_equal(got.known, 1u << 0 | 1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 8 |
					    1u << R_12 | 1u << VMC_RULE_RA);
	assert_int_equal(got.value[0], 0x144);
	assert_int_equal(got.value[1], STACK + 32);
	assert_int_equal(got.value[2], 0xc);
	assert_int_equal(got.value[4], 0x111);
	assert_int_equal(got.value[5], 0x155);
	assert_int_equal(got.value[8], STACK + 40);
	assert_int_equal(got.value[R_12], 0xc);
	assert_int_equal(got.value[VMC_RULE_RA], 0x155);
	/* without a return address there is no caller */
	assert_code(vmc_rule_caller(&r, &frame, STACK, &got), VMC_UNMAPPED);
}

/* arch/x86/kernel/unwind_orc.c, unwind_next_frame(). */
static void orc_says_the_same_in_other_words(void **state)
{
	static const struct {
		enum vmc_orc_base base;
		enum vmc_cfa_kind kind;
		uint8_t reg;
	} rows[] = {
		{ VMC_ORC_BASE_SP, VMC_CFA_REG, R_SP },
		{ VMC_ORC_BASE_BP, VMC_CFA_REG, R_BP },
		{ VMC_ORC_BASE_SP_INDIRECT, VMC_CFA_LOAD_ADD, R_SP },
		{ VMC_ORC_BASE_BP_INDIRECT, VMC_CFA_ADD_LOAD, R_BP },
		{ VMC_ORC_BASE_R10, VMC_CFA_REG, 10 },
		{ VMC_ORC_BASE_R13, VMC_CFA_REG, 13 },
		{ VMC_ORC_BASE_DI, VMC_CFA_REG, 5 },
		{ VMC_ORC_BASE_DX, VMC_CFA_REG, 1 },
	};
	struct vmc_orc_rule orc = { .type = VMC_ORC_CALL, .cfa_offset = -24, .bp_offset = -32 };
	struct vmc_unwind_rule r;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		orc.cfa_base = rows[i].base;
		vmc_orc_unwind_rule(&orc, &r);
		assert_int_equal(r.kind, VMC_RULE_CALL);
		assert_int_equal(r.cfa_kind, rows[i].kind);
		assert_int_equal(r.cfa_reg, rows[i].reg);
		assert_int_equal(r.cfa_offset, -24);
		assert_int_equal(r.saved[R_BP].kind, VMC_SAVED_SAME);
		assert_int_equal(r.saved[R_SP].kind, VMC_SAVED_IS_CFA);
		assert_int_equal(r.saved[VMC_RULE_RA].kind, VMC_SAVED_AT_CFA);
		assert_int_equal(r.saved[VMC_RULE_RA].offset, -8);
		assert_int_equal(r.saved[R_BX].kind, VMC_SAVED_UNDEFINED);
	}
	orc.bp_base = VMC_ORC_BASE_PREV_SP;
	vmc_orc_unwind_rule(&orc, &r);
	assert_int_equal(r.saved[R_BP].kind, VMC_SAVED_AT_CFA);
	assert_int_equal(r.saved[R_BP].offset, -32);
	orc.bp_base = VMC_ORC_BASE_BP;
	vmc_orc_unwind_rule(&orc, &r);
	assert_int_equal(r.saved[R_BP].kind, VMC_SAVED_AT_REG);
	assert_int_equal(r.saved[R_BP].reg, R_BP);
	orc = (struct vmc_orc_rule){ .type = VMC_ORC_END };
	vmc_orc_unwind_rule(&orc, &r);
	assert_int_equal(r.kind, VMC_RULE_END);
	orc.type = VMC_ORC_UNDEFINED;
	vmc_orc_unwind_rule(&orc, &r);
	assert_int_equal(r.kind, VMC_RULE_UNDEFINED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_found_in_four_ways),
		cmocka_unit_test(registers_come_from_where_the_rule_says),
		cmocka_unit_test(orc_says_the_same_in_other_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
