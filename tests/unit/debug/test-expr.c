/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expected: the rules of DWARF 5, section 2.5 and 2.6, applied by hand. */
#include "debug/unwind/expr.h"

#include <string.h>

#include "../test.h"

static const uint64_t values[17] = { [0] = 0x1122334455667788, [3] = 7, [6] = 0x1000 };

static struct vmc_error *read_byte(void *ctx, uint64_t addr, void *buf, size_t size)
{
	(void)ctx;
	memset(buf, (int)(addr & 0xff), size);
	return NULL;
}

/* What the caller passed in register n is 100 + n. */
static struct vmc_error *entry(void *ctx, struct vmc_bytes expr, uint64_t *ret)
{
	(void)ctx;
	assert_int_equal(expr.size, 1);
	*ret = 100 + expr.data[0] - 0x50u;
	return NULL;
}

/* Entries at 1, 2, 4: numbers of so many bytes with a sign; at 17 and more: without one. */
static struct vmc_error *base_type(void *ctx, uint64_t offset, struct vmc_expr_type *ret)
{
	(void)ctx;
	*ret = (struct vmc_expr_type){ (uint8_t)(offset & 15), offset < 16 };
	return NULL;
}

static struct vmc_error *locate(const char *expr, size_t n, struct vmc_expr_place *ret)
{
	static const uint8_t base[] = { 0x9c }; /* call_frame_cfa */
	struct vmc_reader mem = { read_byte, NULL };
	struct vmc_expr_scope scope = { .cfa = 0x5000,
					.has_cfa = true,
					.frame_base = { base, 1 },
					.shift = 0x100000,
					.offset_size = 4,
					.entry = entry,
					.base_type = base_type };
	struct vmc_expr_frame f = { values, 1u << 0 | 1u << 3 | 1u << 6, &mem, &scope, NULL };

	return vmc_expr_locate((struct vmc_bytes){ (const uint8_t *)expr, n }, &f, ret);
}

static struct vmc_expr_place at(const char *expr, size_t n)
{
	struct vmc_expr_place p;

	assert_ok(locate(expr, n, &p));
	return p;
}

#define AT(expr) at(expr, sizeof(expr) - 1)
#define IS(expr, of_kind, of_value)                            \
	do {                                                   \
		struct vmc_expr_place p_ = AT(expr);           \
		assert_int_equal(p_.n, 1);                     \
		assert_int_equal(p_.pieces[0].kind, of_kind);  \
		assert_true(p_.pieces[0].value == (of_value)); \
	} while (0)

static void places_are_told_apart(void **state)
{
	(void)state;
	IS("", VMC_PIECE_ABSENT, 0);
	IS("\x53", VMC_PIECE_REGISTER, 3);
	IS("\x90\x21", VMC_PIECE_REGISTER, 33);
	IS("\x91\x70", VMC_PIECE_MEMORY, 0x5000 - 16); /* fbreg -16 */
	IS("\x76\x08", VMC_PIECE_MEMORY, 0x1008);
	IS("\x03\x10\0\0\0\0\0\0\0", VMC_PIECE_MEMORY, 0x100010); /* linked at 0x10 */
	IS("\x73\x01\x9f", VMC_PIECE_VALUE, 8);
	IS("\x76\x02\x94\x02\x9f", VMC_PIECE_VALUE, 0x0202);
	IS("\xa0\x44\0\0\0\x7c", VMC_PIECE_POINTER, 0x44);
	assert_int_equal(AT("\xa0\x44\0\0\0\x7c").pieces[0].offset, -4);
	assert_int_equal(AT("\x9e\x03"
			    "abc")
				 .pieces[0]
				 .bytes.size,
			 3);
}

static void pieces_are_in_order(void **state)
{
	/* four bytes of a register, four that are nowhere, five bits of another from its third on
	 */
	struct vmc_expr_place p = AT("\x50\x93\x04\x93\x04\x53\x9d\x05\x03");

	(void)state;
	assert_int_equal(p.n, 3);
	assert_int_equal(p.pieces[0].bit_size, 32);
	assert_int_equal(p.pieces[1].kind, VMC_PIECE_ABSENT);
	assert_int_equal(p.pieces[2].value, 3);
	assert_int_equal(p.pieces[2].bit_size, 5);
	assert_int_equal(p.pieces[2].bit_offset, 3);
}

static void callers_are_asked(void **state)
{
	struct vmc_expr_place p = AT("\xa3\x01\x55\x23\x02\x9f");

	(void)state;
	assert_true(p.from_caller);
	assert_int_equal(p.pieces[0].value, 107);     /* rdi's 105, and 2 */
	IS("\xf3\x01\x54\x9f", VMC_PIECE_VALUE, 104); /* before DWARF 5 */
}

static void types_cut_and_extend(void **state)
{
	(void)state;
	IS("\x0a\xff\x01\xa8\x01\x9f", VMC_PIECE_VALUE, UINT64_MAX); /* 0x1ff to signed char */
	IS("\x0a\xff\x01\xa8\x11\x9f", VMC_PIECE_VALUE, 0xff);	     /* to unsigned char */
	IS("\xa5\x00\x14\x9f", VMC_PIECE_VALUE, 0x55667788);	     /* rax as unsigned int */
	IS("\xa4\x02\x02\xfe\xff\x31\xa8\x02\x2d\x9f", VMC_PIECE_VALUE, 1); /* -2 < 1 */
	IS("\xa4\x12\x02\xfe\xff\x31\xa8\x12\x2d\x9f", VMC_PIECE_VALUE, 0); /* 65534 < 1 */
	IS("\xa4\x02\x02\xf9\xff\xa4\x02\x02\x02\0\x1d\x9f", VMC_PIECE_VALUE,
	   UINT64_MAX);							 /* -7 % 2 */
	IS("\xa4\x02\x02\xfe\xff\x31\x25\x9f", VMC_PIECE_VALUE, 0x7fff); /* shr brings in zeros */
}

static void operations_count(void **state)
{
	struct vmc_expr_place p;

	(void)state;
	IS("\x0d\xfe\xff\xff\xff\x9f", VMC_PIECE_VALUE, (uint64_t)-2); /* const4s */
	IS("\x0e\x88\x77\x66\x55\x44\x33\x22\x11\x9f", VMC_PIECE_VALUE, 0x1122334455667788);
	IS("\x35\x36\x37\x15\x02\x9f", VMC_PIECE_VALUE, 5); /* pick 2 of 5 6 7 */
	IS("\x35\x36\x37\x17\x1c\x1c\x9f", VMC_PIECE_VALUE, (uint64_t)(7 - (5 - 6))); /* rot */
	IS("\x33\x33\x29\x9f", VMC_PIECE_VALUE, 1);				      /* 3 == 3 */
	IS("\x33\x33\x2e\x9f", VMC_PIECE_VALUE, 0);				      /* 3 != 3 */
	IS("\x33\x33\x2c\x9f", VMC_PIECE_VALUE, 1);				      /* 3 <= 3 */
	IS("\x09\xff\x33\x2a\x9f", VMC_PIECE_VALUE,
	   0); /* -1 >= 3: without a type there is a sign */
	IS("\x3c\x3a\x1a\x9f", VMC_PIECE_VALUE, 12 & 10);
	IS("\x3c\x3a\x21\x9f", VMC_PIECE_VALUE, 12 | 10);
	IS("\x3c\x3a\x27\x9f", VMC_PIECE_VALUE, 12 ^ 10);
	IS("\x3c\x20\x9f", VMC_PIECE_VALUE, ~(uint64_t)12);
	IS("\x3c\x1f\x9f", VMC_PIECE_VALUE, (uint64_t)-12);
	IS("\x09\xfb\x19\x9f", VMC_PIECE_VALUE, 5);	/* abs -5 */
	IS("\x09\xff\x32\x1d\x9f", VMC_PIECE_VALUE, 1); /* UINT64_MAX mod 2: without a sign */
	IS("\xa4\x12\x02\xfe\xff\xa4\x12\x02\x02\0\x1b\x9f", VMC_PIECE_VALUE, 65534 / 2);
	assert_code(locate("\x31\x30\x1b\x9f", 4, &p), VMC_BAD_FORMAT);
	/* the one quotient that 64 bits do not hold */
	assert_code(locate("\x0e\0\0\0\0\0\0\0\x80\x09\xff\x1b\x9f", 13, &p), VMC_BAD_FORMAT);
	assert_code(locate("\x31\x15\x05\x9f", 4, &p), VMC_BAD_FORMAT); /* there is no sixth */
}

static void jumps_end(void **state)
{
	struct vmc_expr_place p;

	(void)state;
	IS("\x35\x31\x1c\x12\x28\xfa\xff\x9f", VMC_PIECE_VALUE, 0); /* 5 down to 0 */
	IS("\x31\x28\x01\0\x96\x38\x9f", VMC_PIECE_VALUE, 8);
	assert_code(locate("\x2f\xfd\xff", 3, &p), VMC_LIMIT);
	assert_code(locate("\x2f\x10\0", 3, &p), VMC_BAD_FORMAT);
}

static void what_cannot_be_is_an_error(void **state)
{
	struct vmc_expr_place p;

	(void)state;
	assert_code(locate("\x75\0", 2, &p), VMC_NOT_FOUND);
	assert_code(locate("\x9b", 1, &p), VMC_UNSUPPORTED);
	assert_code(locate("\x22\x9f", 2, &p), VMC_BAD_FORMAT);
	assert_code(locate("\x9e\x09"
			   "a",
			   3, &p),
		    VMC_BAD_FORMAT);
	assert_code(locate("\xa8\x19\x9f", 3, &p), VMC_UNSUPPORTED); /* of nine bytes */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_told_apart),
		cmocka_unit_test(pieces_are_in_order),
		cmocka_unit_test(callers_are_asked),
		cmocka_unit_test(types_cut_and_extend),
		cmocka_unit_test(operations_count),
		cmocka_unit_test(jumps_end),
		cmocka_unit_test(what_cannot_be_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
