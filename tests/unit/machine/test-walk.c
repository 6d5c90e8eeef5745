/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables made by hand: physical memory is an array of pages, and the
 * table of each test is drawn where it is filled.
 */
#include "../test.h"

#include <string.h>

#include "machine/machine.h"

#define PAGE 4096u
#define PAGES 16u

/* Entry bits, as in arch/x86/include/asm/pgtable_types.h. */
#define P 0x1u
#define RW 0x2u
#define US 0x4u
#define PSE 0x80u
#define PROTNONE 0x100u
#define PAT_LARGE 0x1000u
#define NX ((uint64_t)1 << 63)
#define TABLE (P | RW | US)

struct memory {
	uint8_t bytes[PAGES * PAGE];
	unsigned int reads;
	uint64_t absent; /* a page that the dump lacks; 0 for none */
};

static struct vmc_error *read_phys(void *ctx, uint64_t addr, void *buf, size_t size)
{
	struct memory *m = ctx;

	m->reads++;
	if (!vmc_range_ok(addr, size, sizeof(m->bytes)))
		return vmc_error_new(VMC_NOT_RAM, "physical 0x%llx", (unsigned long long)addr);
	if (m->absent && addr / PAGE == m->absent / PAGE)
		return vmc_error_new(VMC_EXCLUDED, "physical 0x%llx: excluded",
				     (unsigned long long)addr);
	memcpy(buf, m->bytes + addr, size);
	return NULL;
}

static struct memory mem;
static const struct vmc_reader phys = { .read = read_phys, .ctx = &mem };
static const struct vmc_page_table four = { .root = 0x1000 };
static const struct vmc_page_table five = { .root = 0x1000, .five_level = true };

static int clear(void **state)
{
	(void)state;
	memset(&mem, 0, sizeof(mem));
	return 0;
}

static void put(uint64_t table, unsigned int index, uint64_t entry)
{
	for (unsigned int i = 0; i < 8; i++)
		mem.bytes[table + index * 8 + i] = (uint8_t)(entry >> (8 * i));
}

/*
 * 0xffffffff81234567 in four levels:
 *
 *     sign ffff | 511 | 510 | 9 | 0x034 (52) | 0x567
 *
 *     81234567 = 10 000001001 000110100 010101100111
 */
#define TEXT UINT64_C(0xffffffff81234567)

static void put_text_tables(uint64_t pte)
{
	put(0x1000, 511, 0x2000 | TABLE);
	put(0x2000, 510, 0x3000 | TABLE);
	put(0x3000, 9, 0x4000 | TABLE);
	put(0x4000, 52, pte);
}

static void a_small_page_translates(void **state)
{
	struct vmc_translation t;

	(void)state;
	put_text_tables(UINT64_C(0x123456000) | P | RW);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x123456567);
	assert_int_equal(t.page_size, 4096);
	/* Writable everywhere, but for the user at the upper levels only. */
	assert_int_equal(t.flags, VMC_MAP_WRITE);
	assert_int_equal(mem.reads, 4);
}

static void flags_are_effective_over_all_levels(void **state)
{
	struct vmc_translation t;

	(void)state;
	put_text_tables(0x5000 | P | RW | US);
	put(0x2000, 510, NX | 0x3000 | P | US);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.flags, VMC_MAP_USER | VMC_MAP_NOEXEC);
}

static void bit_7_of_a_pte_is_pat_not_size(void **state)
{
	struct vmc_translation t;

	(void)state;
	put_text_tables(0x5000 | P | PSE);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x5567);
	assert_int_equal(t.page_size, 4096);
}

static void bit_12_of_a_large_page_is_pat_not_address(void **state)
{
	struct vmc_translation t;

	(void)state;
	put_text_tables(0);
	/* 2 MiB: 0x40000000 + the low 21 bits of the address, 0x034567. */
	put(0x3000, 9, 0x40000000 | PAT_LARGE | PSE | P);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x40034567);
	assert_int_equal(t.page_size, 2 << 20);
	/* 1 GiB: 3 GiB + the low 30 bits, 0x01234567. */
	put(0x2000, 510, UINT64_C(0xc0000000) | PAT_LARGE | PSE | P);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0xc1234567);
	assert_int_equal(t.page_size, 1 << 30);
}

/*
 * 0xff11000012345678 in five levels: 0x1ff11000012345678 >> 48 & 0x1ff = 0x111 (273),
 * then 0, 0, 0x091 (145), 0x145 (325), 0x678.
 */
static void five_levels_translate(void **state)
{
	struct vmc_translation t;

	(void)state;
	put(0x1000, 273, 0x2000 | TABLE);
	put(0x2000, 0, 0x3000 | TABLE);
	put(0x3000, 0, 0x4000 | TABLE);
	put(0x4000, 145, 0x5000 | TABLE);
	put(0x5000, 325, 0x7000 | P);
	assert_ok(vmc_x86_64_walk(&phys, &five, UINT64_C(0xff11000012345678), &t));
	assert_int_equal(t.paddr, 0x7678);
	assert_int_equal(mem.reads, 5);
	/* The same address has no meaning with four levels. */
	assert_code(vmc_x86_64_walk(&phys, &four, UINT64_C(0xff11000012345678), &t), VMC_UNMAPPED);
}

static void canonical_depends_on_the_mode(void **state)
{
	(void)state;
	assert_true(vmc_x86_64_canonical(0, false));
	assert_true(vmc_x86_64_canonical(UINT64_C(0x00007fffffffffff), false));
	assert_false(vmc_x86_64_canonical(UINT64_C(0x0000800000000000), false));
	assert_false(vmc_x86_64_canonical(UINT64_C(0xffff7fffffffffff), false));
	assert_true(vmc_x86_64_canonical(UINT64_C(0xffff800000000000), false));
	assert_true(vmc_x86_64_canonical(UINT64_MAX, false));
	assert_true(vmc_x86_64_canonical(UINT64_C(0x00ffffffffffffff), true));
	assert_false(vmc_x86_64_canonical(UINT64_C(0x0100000000000000), true));
	assert_true(vmc_x86_64_canonical(UINT64_C(0xff00000000000000), true));
}

static void errors_say_how_far_the_walk_came(void **state)
{
	struct vmc_translation t = { .paddr = 42 };
	vmc_autoerror struct vmc_error *absent = NULL, *swapped = NULL, *excluded = NULL;

	(void)state;
	put_text_tables(0);
	absent = vmc_x86_64_walk(&phys, &four, TEXT, &t);
	assert_int_equal(vmc_error_code(absent), VMC_UNMAPPED);
	assert_string_equal(vmc_error_text(absent), "page table level 1 entry 52 not present");

	put(0x4000, 52, UINT64_C(0x7ffffffffec00000));
	swapped = vmc_x86_64_walk(&phys, &four, TEXT, &t);
	assert_int_equal(vmc_error_code(swapped), VMC_UNMAPPED);
	assert_non_null(strstr(vmc_error_text(swapped), "0x7ffffffffec00000"));
	assert_non_null(strstr(vmc_error_text(swapped), "swapped"));

	mem.absent = 0x3000;
	excluded = vmc_x86_64_walk(&phys, &four, TEXT, &t);
	assert_int_equal(vmc_error_code(excluded), VMC_EXCLUDED);
	assert_string_equal(vmc_error_text(excluded),
			    "page table level 2: physical 0x3048: excluded");
	assert_int_equal(t.paddr, 42);
}

static void a_large_page_in_the_top_levels_is_no_page(void **state)
{
	struct vmc_translation t;

	(void)state;
	put(0x1000, 511, 0x2000 | TABLE | PSE);
	assert_code(vmc_x86_64_walk(&phys, &four, TEXT, &t), VMC_BAD_FORMAT);
}

/*
 * A PROT_NONE entry of frame 0x5: since the L1TF fix
 * ~0x5000 & 0x000ffffffffff000 = 0x000fffffffffa000.
 */
static void prot_none_translates_in_each_generation(void **state)
{
	struct vmc_translation t;

	(void)state;
	put_text_tables(NX | UINT64_C(0x000fffffffffa000) | PROTNONE);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x5567);
	/* Inverted within 46 bits. */
	put(0x4000, 52, NX | UINT64_C(0x00003fffffffa000) | PROTNONE);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x5567);
	/* Before the fix: as it is. */
	put(0x4000, 52, NX | 0x5000 | PROTNONE);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x5567);
}

static void prot_none_of_a_large_page_needs_its_size_bit(void **state)
{
	struct vmc_translation t;

	(void)state;
	put_text_tables(0);
	/* ~0x40000000 in the frame bits of 2 MiB. */
	put(0x3000, 9, (~UINT64_C(0x40000000) & UINT64_C(0x000fffffffe00000)) | PROTNONE | PSE);
	assert_ok(vmc_x86_64_walk(&phys, &four, TEXT, &t));
	assert_int_equal(t.paddr, 0x40034567);
	/* Without it, bit 8 of a PMD that is not present means nothing. */
	put(0x3000, 9, 0x4000 | PROTNONE);
	assert_code(vmc_x86_64_walk(&phys, &four, TEXT, &t), VMC_UNMAPPED);
}

/* AMD SME sets its mask, here bit 51, in every entry and in CR3. */
static void the_encryption_mask_is_taken_out(void **state)
{
	const uint64_t c = (uint64_t)1 << 51;
	const struct vmc_page_table pt = { .root = 0x1000 | c, .encryption_mask = c };
	struct vmc_translation t;

	(void)state;
	put(0x1000, 511, 0x2000 | TABLE | c);
	put(0x2000, 510, 0x3000 | TABLE | c);
	put(0x3000, 9, 0x4000 | TABLE | c);
	put(0x4000, 52, 0x5000 | P | c);
	assert_ok(vmc_x86_64_walk(&phys, &pt, TEXT, &t));
	assert_int_equal(t.paddr, 0x5567);
	/* Not present and inverted; the mask is no frame bit and was not. */
	put(0x4000, 52, (~UINT64_C(0x5000) & UINT64_C(0x0007fffffffff000)) | PROTNONE | c);
	assert_ok(vmc_x86_64_walk(&phys, &pt, TEXT, &t));
	assert_int_equal(t.paddr, 0x5567);
}

static void a_table_of_itself_ends(void **state)
{
	struct vmc_translation t;
	uint64_t va;

	(void)state;
	/* Each of the four levels is page 0x1000 itself: it maps as its own leaf. */
	put(0x1000, 511, 0x1000 | TABLE);
	assert_ok(vmc_x86_64_walk(&phys, &four, UINT64_MAX, &t));
	assert_int_equal(t.paddr, 0x1fff);
	assert_int_equal(mem.reads, 4);

	/* All 512 entries lead back, so everything is mapped. */
	for (unsigned int i = 0; i < 512; i++)
		put(0x1000, i, 0x1000 | TABLE);
	assert_true(vmc_x86_64_next_mapped(&phys, &four, 0, UINT64_MAX, 100, &va, &t));
	assert_int_equal(va, 0);

	/* All 512 entries lead to one empty table: it is read once. */
	for (unsigned int i = 0; i < 512; i++)
		put(0x1000, i, 0x2000 | TABLE);
	mem.reads = 0;
	assert_false(vmc_x86_64_next_mapped(&phys, &four, 0, UINT64_MAX, 100, &va, &t));
	assert_int_equal(mem.reads, 2);
}

static void garbage_as_tables_ends(void **state)
{
	uint32_t x = 1;
	struct vmc_translation t;
	uint64_t va;

	(void)state;
	for (size_t i = 0; i < sizeof(mem.bytes); i++) {
		x = x * 1664525 + 1013904223;
		mem.bytes[i] = (uint8_t)(x >> 24);
	}
	for (uint64_t i = 0; i < 1000; i++) {
		vmc_autoerror struct vmc_error *err =
			vmc_x86_64_walk(&phys, &five, i << 46 | i << 21, &t);

		(void)err;
	}
	mem.reads = 0;
	vmc_x86_64_next_mapped(&phys, &five, 0, UINT64_MAX, 1000, &va, &t);
	assert_true(mem.reads <= 1000);
}

static void next_mapped_finds_the_kernel_image(void **state)
{
	struct vmc_translation t;
	uint64_t va;

	(void)state;
	/* 2 MiB of text at 0xffffffff92000000: 511, 510, 0x12000000 >> 21 = 144. */
	put(0x1000, 511, 0x2000 | TABLE);
	put(0x2000, 510, 0x3000 | TABLE);
	put(0x3000, 144, 0x6e000000 | P | PSE);
	assert_true(vmc_x86_64_next_mapped(&phys, &four, UINT64_C(0xffffffff80000000), UINT64_MAX,
					   100, &va, &t));
	assert_int_equal(va, UINT64_C(0xffffffff92000000));
	assert_int_equal(t.paddr, 0x6e000000);
	assert_int_equal(t.page_size, 2 << 20);
	assert_int_equal(mem.reads, 3);
	/* From within the page: itself. */
	assert_true(vmc_x86_64_next_mapped(&phys, &four, UINT64_C(0xffffffff92000123), UINT64_MAX,
					   100, &va, &t));
	assert_int_equal(va, UINT64_C(0xffffffff92000123));
	assert_int_equal(t.paddr, 0x6e000123);
	/* Behind it there is nothing up to the end, and no wrap to 0. */
	put(0x1000, 0, 0x2000 | TABLE);
	assert_false(vmc_x86_64_next_mapped(&phys, &four, UINT64_C(0xffffffff92200000), UINT64_MAX,
					    100, &va, &t));
	/* `last` bounds it. */
	assert_false(vmc_x86_64_next_mapped(&phys, &four, UINT64_C(0xffffffff80000000),
					    UINT64_C(0xffffffff91ffffff), 100, &va, &t));
}

static void next_mapped_crosses_the_hole(void **state)
{
	struct vmc_translation t;
	uint64_t va;

	(void)state;
	/* Only the first page of the direct map, 0xffff888000000000: 273, 0, 0, 0. */
	put(0x1000, 273, 0x2000 | TABLE);
	put(0x2000, 0, 0x3000 | TABLE);
	put(0x3000, 0, 0x4000 | TABLE);
	put(0x4000, 0, 0 | P);
	assert_true(vmc_x86_64_next_mapped(&phys, &four, 0, UINT64_MAX, 4, &va, &t));
	assert_int_equal(va, UINT64_C(0xffff888000000000));
	assert_int_equal(t.paddr, 0);
	/* Not canonical to begin with. */
	assert_true(vmc_x86_64_next_mapped(&phys, &four, UINT64_C(0x1234000000000000), UINT64_MAX,
					   4, &va, &t));
	assert_int_equal(va, UINT64_C(0xffff888000000000));
	assert_false(vmc_x86_64_next_mapped(&phys, &four, 0, UINT64_MAX, 3, &va, &t));
}

static void next_mapped_goes_round_an_absent_table(void **state)
{
	struct vmc_translation t;
	uint64_t va;

	(void)state;
	put(0x1000, 0, 0x2000 | TABLE);
	put(0x2000, 0, 0x3000 | TABLE);
	put(0x2000, 1, 0x40000000 | P | PSE);
	mem.absent = 0x3000;
	assert_true(vmc_x86_64_next_mapped(&phys, &four, 0, UINT64_MAX, 10, &va, &t));
	assert_int_equal(va, 0x40000000);
	mem.absent = 0x1000;
	assert_false(vmc_x86_64_next_mapped(&phys, &four, 0, UINT64_MAX, 10, &va, &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_small_page_translates, clear),
		cmocka_unit_test_setup(flags_are_effective_over_all_levels, clear),
		cmocka_unit_test_setup(bit_7_of_a_pte_is_pat_not_size, clear),
		cmocka_unit_test_setup(bit_12_of_a_large_page_is_pat_not_address, clear),
		cmocka_unit_test_setup(five_levels_translate, clear),
		cmocka_unit_test(canonical_depends_on_the_mode),
		cmocka_unit_test_setup(errors_say_how_far_the_walk_came, clear),
		cmocka_unit_test_setup(a_large_page_in_the_top_levels_is_no_page, clear),
		cmocka_unit_test_setup(prot_none_translates_in_each_generation, clear),
		cmocka_unit_test_setup(prot_none_of_a_large_page_needs_its_size_bit, clear),
		cmocka_unit_test_setup(the_encryption_mask_is_taken_out, clear),
		cmocka_unit_test_setup(a_table_of_itself_ends, clear),
		cmocka_unit_test_setup(garbage_as_tables_ends, clear),
		cmocka_unit_test_setup(next_mapped_finds_the_kernel_image, clear),
		cmocka_unit_test_setup(next_mapped_crosses_the_hole, clear),
		cmocka_unit_test_setup(next_mapped_goes_round_an_absent_table, clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
