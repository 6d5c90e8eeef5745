/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programmes of call frame information, written by hand after DWARF 5, section 6.4, with what that
 * section says of each operation. Real ones are compared with readelf by cfi-readelf.py.
 */
#include <string.h>

#include "../test.h"
#include "debug/unwind/cfi.h"
#include "debug/unwind/expr.h"

#define START 0xffffffff81000000u
#define SIZE 0x100u
#define R_BX 3
#define R_BP 6
#define R_SP 7
#define R_12 12

struct made {
	uint8_t bytes[1024];
	size_t size;
};

static void put(struct made *m, const void *bytes, size_t n)
{
	assert_true(m->size + n <= sizeof(m->bytes));
	memcpy(m->bytes + m->size, bytes, n);
	m->size += n;
}

static void put_word(struct made *m, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(m, &(uint8_t){ (uint8_t)(v >> 8 * i) }, 1);
}

/* code alignment 4, data alignment -8; CFA = rsp + 8, return address at cfa - 8. */
static void put_cie(struct made *m)
{
	put_word(m, 16, 4);
	put_word(m, UINT32_MAX, 4);
	put(m, "\3\0\4\x78\x10\x0c\7\x08\x90\1\0\0", 12);
}

static void put_fde(struct made *m, uint64_t start, uint64_t size, const void *program, size_t n)
{
	put_word(m, 20 + n, 4);
	put_word(m, 0, 4); /* the CIE */
	put_word(m, start, 8);
	put_word(m, size, 8);
	put(m, program, n);
}

static struct vmc_error *open_made(const struct made *m, struct vmc_cfi **ret)
{
	struct vmc_cfi_section s = { .bytes = { m->bytes, m->size } };

	return vmc_cfi_open(&s, ret);
}

/* The rule of a programme at START + offset. */
static struct vmc_error *rule_of(const void *program, size_t n, uint64_t offset,
				 struct vmc_unwind_rule *ret)
{
	static struct made m; /* expressions are borrowed from it */
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = NULL;

	m.size = 0;
	put_cie(&m);
	put_fde(&m, START, SIZE, program, n);
	VMC_TRY(open_made(&m, &c));
	return vmc_cfi_find(c, START + offset, ret);
}

#define RULE(program, offset, ret) assert_ok(rule_of(program, sizeof(program) - 1, offset, ret))

static void check_cfa(const struct vmc_unwind_rule *r, uint8_t reg, int64_t offset)
{
	assert_int_equal(r->cfa_kind, VMC_CFA_REG);
	assert_int_equal(r->cfa_reg, reg);
	assert_int_equal(r->cfa_offset, offset);
}

static void check_saved(const struct vmc_unwind_rule *r, int reg, enum vmc_saved_kind kind,
			int64_t offset)
{
	assert_int_equal(r->saved[reg].kind, kind);
	assert_int_equal(r->saved[reg].offset, offset);
}

static void rows_hold_from_their_address(void **state)
{
	/* advance 1 * 4; cfa offset 16; rbp at cfa - 16; advance 4; cfa register rbp */
	static const char program[] = "\x41\x0e\x10\x86\2\x41\x0d\6";
	struct vmc_unwind_rule r;

	(void)state;
	RULE(program, 0, &r);
	assert_int_equal(r.kind, VMC_RULE_CALL);
	check_cfa(&r, R_SP, 8);
	check_saved(&r, VMC_RULE_RA, VMC_SAVED_AT_CFA, -8);
	check_saved(&r, R_BP, VMC_SAVED_SAME, 0); /* callee-saved */
	check_saved(&r, 0, VMC_SAVED_UNDEFINED, 0);
	check_saved(&r, R_SP, VMC_SAVED_IS_CFA, 0);
	RULE(program, 3, &r);
	check_cfa(&r, R_SP, 8);
	RULE(program, 4, &r);
	check_cfa(&r, R_SP, 16);
	check_saved(&r, R_BP, VMC_SAVED_AT_CFA, -16);
	RULE(program, 8, &r);
	check_cfa(&r, R_BP, 16);
	RULE(program, SIZE - 1, &r);
	check_cfa(&r, R_BP, 16);
}

static void every_operation_does_what_dwarf_says(void **state)
{
	struct vmc_unwind_rule r;

	(void)state;
	/* advance_loc1 2, loc2 2, loc4 2: 8 bytes each */
	RULE("\2\2\x0e\x10\3\2\0\x0e\x18\4\2\0\0\0\x0e\x20", 7, &r);
	check_cfa(&r, R_SP, 8);
	RULE("\2\2\x0e\x10\3\2\0\x0e\x18\4\2\0\0\0\x0e\x20", 8, &r);
	check_cfa(&r, R_SP, 16);
	RULE("\2\2\x0e\x10\3\2\0\x0e\x18\4\2\0\0\0\x0e\x20", 16, &r);
	check_cfa(&r, R_SP, 24);
	RULE("\2\2\x0e\x10\3\2\0\x0e\x18\4\2\0\0\0\x0e\x20", 24, &r);
	check_cfa(&r, R_SP, 32);
	/* set_loc START + 0x10 */
	RULE("\1\x10\0\0\x81\xff\xff\xff\xff\x0e\x10", 0x0f, &r);
	check_cfa(&r, R_SP, 8);
	RULE("\1\x10\0\0\x81\xff\xff\xff\xff\x0e\x10", 0x10, &r);
	check_cfa(&r, R_SP, 16);
	/* offset_extended, offset_extended_sf, val_offset, val_offset_sf */
	RULE("\5\3\3\x11\x0c\x7d\x14\x0d\2\x15\x0e\x7e", 0, &r);
	check_saved(&r, R_BX, VMC_SAVED_AT_CFA, -24);
	check_saved(&r, R_12, VMC_SAVED_AT_CFA, 24);
	check_saved(&r, 13, VMC_SAVED_IS_CFA, -16);
	check_saved(&r, 14, VMC_SAVED_IS_CFA, 16);
	/* undefined, same_value, register */
	RULE("\7\3\x08\0\x09\6\x0c", 0, &r);
	check_saved(&r, R_BX, VMC_SAVED_UNDEFINED, 0);
	check_saved(&r, 0, VMC_SAVED_SAME, 0);
	check_saved(&r, R_BP, VMC_SAVED_REG, 0);
	assert_int_equal(r.saved[R_BP].reg, R_12);
	/* def_cfa, def_cfa_sf, def_cfa_offset_sf */
	RULE("\x0c\x0a\x30", 0, &r);
	check_cfa(&r, 10, 0x30);
	RULE("\x12\6\x7e", 0, &r);
	check_cfa(&r, R_BP, 16);
	RULE("\x13\x7c", 0, &r);
	check_cfa(&r, R_SP, 32);
	/* restore and restore_extended go back to what the CIE said */
	RULE("\x90\5\xd0", 0, &r);
	check_saved(&r, VMC_RULE_RA, VMC_SAVED_AT_CFA, -8);
	RULE("\x90\5\6\x10", 0, &r);
	check_saved(&r, VMC_RULE_RA, VMC_SAVED_AT_CFA, -8);
	/* remember_state, changes, restore_state */
	RULE("\x0a\x0e\x40\x83\3\x0b", 0, &r);
	check_cfa(&r, R_SP, 8);
	check_saved(&r, R_BX, VMC_SAVED_SAME, 0);
	/* GNU_args_size and nop change nothing; vector registers have no place */
	RULE("\x2e\x20\0\5\x11\3", 0, &r);
	check_cfa(&r, R_SP, 8);
}

static void expressions_are_kept(void **state)
{
	struct vmc_unwind_rule r;

	(void)state;
	/* def_cfa_expression breg6 -8, deref; expression rbp breg6 0; val_expression rbx lit3 */
	RULE("\x0f\3\x76\x78\6\x10\6\2\x76\0\x16\3\1\x33", 0, &r);
	assert_int_equal(r.cfa_kind, VMC_CFA_EXPR);
	assert_int_equal(r.cfa_expr.size, 3);
	assert_memory_equal(r.cfa_expr.data, "\x76\x78\6", 3);
	assert_int_equal(r.saved[R_BP].kind, VMC_SAVED_AT_EXPR);
	assert_memory_equal(r.saved[R_BP].expr.data, "\x76\0", 2);
	assert_int_equal(r.saved[R_BX].kind, VMC_SAVED_IS_EXPR);
}

static void no_return_address_is_the_end(void **state)
{
	struct vmc_unwind_rule r;

	(void)state;
	RULE("\7\x10", 0, &r);
	assert_int_equal(r.kind, VMC_RULE_END);
}

static void damaged_programmes_are_errors(void **state)
{
	struct vmc_unwind_rule r;
	char deep[64];

	(void)state;
	assert_code(rule_of("\x0b", 1, 0, &r), VMC_BAD_FORMAT);	  /* nothing remembered */
	assert_code(rule_of("\x3f", 1, 0, &r), VMC_UNSUPPORTED);  /* no such operation */
	assert_code(rule_of("\x0c\7", 2, 0, &r), VMC_BAD_FORMAT); /* ends in an operation */
	assert_code(rule_of("\x0f\x7f\x30", 3, 0, &r), VMC_BAD_FORMAT);
	assert_code(rule_of("\x0c\x22\x08", 3, 0, &r), VMC_BAD_FORMAT); /* CFA of register 34 */
	memset(deep, 0x0a, sizeof(deep));
	assert_code(rule_of(deep, sizeof(deep), 0, &r), VMC_LIMIT);
}

static void the_function_of_an_address_is_found(void **state)
{
	struct made m = { 0 };
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = NULL;
	struct vmc_unwind_rule r;
	uint64_t start, end;

	(void)state;
	put_cie(&m);
	for (unsigned int i = 0; i < 5; i++) { /* not in order; 0x10 between two is nobody's */
		uint8_t program[] = { 0x0e, (uint8_t)(16 + 8 * ((i * 3) % 5)) };

		put_fde(&m, START + ((i * 3) % 5) * 0x40, 0x30, program, sizeof(program));
	}
	assert_ok(open_made(&m, &c));
	assert_int_equal(vmc_cfi_count(c), 5);
	for (unsigned int i = 0; i < 5; i++) {
		assert_ok(vmc_cfi_find(c, START + i * 0x40, &r));
		check_cfa(&r, R_SP, 16 + 8 * (int64_t)i);
		assert_ok(vmc_cfi_find(c, START + i * 0x40 + 0x2f, &r));
		check_cfa(&r, R_SP, 16 + 8 * (int64_t)i);
		assert_code(vmc_cfi_find(c, START + i * 0x40 + 0x30, &r), VMC_NOT_FOUND);
	}
	assert_code(vmc_cfi_find(c, START - 1, &r), VMC_NOT_FOUND);
	assert_true(vmc_cfi_covers(c, START + 0x50, &start, &end));
	assert_int_equal(start, START + 0x40);
	assert_int_equal(end, START + 0x70);
}

/* .eh_frame: "zR" with pc-relative addresses, the CIE by distance, "S" for signal frames. */
static void eh_frame_is_relative_to_itself(void **state)
{
	struct made m = { 0 };
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = NULL;
	struct vmc_cfi_section s = { .addr = START + 0x1000, .is_eh = true };
	struct vmc_unwind_rule r;

	(void)state;
	put_word(&m, 20, 4);
	put_word(&m, 0, 4);
	put(&m, "\1zRS\0\1\x78\x10\1\x1b\x0c\7\x08\x90\1\0", 16);
	assert_int_equal(m.size, 24);
	put_word(&m, 20, 4);
	put_word(&m, 28, 4);
	put_word(&m, (uint64_t)0 - 0x1000 - 32, 4); /* START */
	put_word(&m, 0x20, 4);
	put(&m, "\0\x41\x0e\x10\0\0\0\0", 8);
	put_word(&m, 0, 4); /* the end */
	s.bytes = (struct vmc_bytes){ m.bytes, m.size };
	assert_ok(vmc_cfi_open(&s, &c));
	assert_ok(vmc_cfi_find(c, START, &r));
	check_cfa(&r, R_SP, 8);
	assert_true(r.signal);
	assert_ok(vmc_cfi_find(c, START + 1, &r));
	check_cfa(&r, R_SP, 16);
	assert_code(vmc_cfi_find(c, START + 0x20, &r), VMC_NOT_FOUND);
}

static void what_is_cut_off_is_left_out(void **state)
{
	struct made m = { 0 };

	(void)state;
	put_cie(&m);
	put_fde(&m, START, SIZE, "\x0e\x10", 2);
	for (size_t size = 0; size < m.size; size++) {
		struct made cut = m;
		struct vmc_cfi *c = NULL;

		cut.size = size;
		assert_code(open_made(&cut, &c), VMC_NOT_FOUND);
	}
}

/* ---- expressions ---- */

static struct vmc_error *read_words(void *ctx, uint64_t addr, void *buf, size_t size)
{
	struct vmc_bytes *b = ctx;

	if (!vmc_range_ok(addr - START, size, b->size))
		return vmc_error_new(VMC_UNMAPPED, "outside");
	memcpy(buf, b->data + (addr - START), size);
	return NULL;
}

static struct vmc_error *value_of(const char *expr, size_t n, uint64_t *ret)
{
	static const uint8_t memory[] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x91 };
	struct vmc_bytes b = { memory, sizeof(memory) };
	struct vmc_reader mem = { read_words, &b };
	uint64_t regs[17] = { [R_BP] = START + 8, [R_SP] = 100 }, initial = 5;
	struct vmc_expr_frame f = { regs, 1u << R_BP | 1u << R_SP, &mem };

	return vmc_expr_eval((struct vmc_bytes){ (const uint8_t *)expr, n }, &f, &initial, ret);
}

#define VALUE(expr, want)                                             \
	do {                                                          \
		uint64_t value_ = 0;                                  \
		assert_ok(value_of(expr, sizeof(expr) - 1, &value_)); \
		assert_true(value_ == (uint64_t)(want));              \
	} while (0)

static void expressions_have_values(void **state)
{
	uint64_t v;

	(void)state;
	VALUE("\x76\x78\6", 0x9122334455667788u); /* breg6 -8, deref */
	VALUE("\x76\x78\x94\2", 0x7788);	  /* deref_size 2 */
	VALUE("\x92\7\4\x22", 109);		  /* initial + bregx rsp 4 */
	VALUE("\x23\x90\1", 149);		  /* plus_uconst 144 */
	VALUE("\x3a\x1c", -5);			  /* 5 - 10 */
	VALUE("\x09\xff\x1e", -5);		  /* const1s -1, mul */
	VALUE("\x0b\0\x80\x26", 0);		  /* 5 >> far, arithmetic */
	VALUE("\x32\x24", 20);			  /* shl 2 */
	VALUE("\x37\x16\x1c", 2);		  /* swap: 7 - 5 */
	VALUE("\x31\x14\x1c", -4);		  /* 1, over: 1 - 5 */
	VALUE("\x11\x7f\x2b", 1);		  /* 5 > -1, signed */
	VALUE("\x31\x32\x17\x1c\x22", 6);	  /* 5 1 2 -> 2 5 1; 2 + (5 - 1) */
	assert_code(value_of("\x13\x13", 2, &v), VMC_BAD_FORMAT);
	assert_code(value_of("\x30\x1b", 2, &v), VMC_BAD_FORMAT); /* 5 / 0 has no value */
	assert_code(value_of("\x73\0", 2, &v), VMC_NOT_FOUND);	   /* rbx is not known */
	assert_code(value_of("\x76\0\6", 3, &v), VMC_UNMAPPED);
	assert_code(value_of("\x08", 1, &v), VMC_BAD_FORMAT);
	assert_code(value_of("\x31\x2f\xfd\xff", 4, &v), VMC_LIMIT); /* skip to itself */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_hold_from_their_address),
		cmocka_unit_test(every_operation_does_what_dwarf_says),
		cmocka_unit_test(expressions_are_kept),
		cmocka_unit_test(no_return_address_is_the_end),
		cmocka_unit_test(damaged_programmes_are_errors),
		cmocka_unit_test(the_function_of_an_address_is_found),
		cmocka_unit_test(eh_frame_is_relative_to_itself),
		cmocka_unit_test(what_is_cut_off_is_left_out),
		cmocka_unit_test(expressions_have_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
