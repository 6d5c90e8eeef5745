/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address spaces over a dump that is made here, a kdump file of a few pages
 * (the format that tells apart all reasons for a page to be absent):
 *
 *     physical    in the file
 *     0x0000      empty
 *     0x1000      page table of the kernel (level 4)
 *     0x2000      level 3, for the kernel's and for process 1
 *     0x3000      level 2
 *     0x4000      level 1
 *     0x5000      bytes of value 0x50, "five" at its end
 *     0x6000      bytes of value 0x60, ", six" at its start
 *     0x7000      page table of process 1
 *     0x8000      no: memory, but left out by the dump tool
 *     0x9000      no: likewise
 *     0xa000      no: not memory, up to 0xffff
 *     0x10000     bytes of value 0x10
 *     0x11000     no: it has a descriptor, but the file ends before its bytes
 *
 * The virtual pages, from 0xffffc90000000000 (the start of vmalloc: entries
 * 402, 0, 0, then one of level 1 a page):
 *
 *     +0x0000 -> 0x5000      +0x3000 -> 0x11000
 *     +0x1000 -> 0x6000      +0x4000 -> 0x40000000, where there is no memory
 *     +0x2000 -> 0x8000      +0x5000    not present
 *                            +0x6000 -> 0x5000
 *
 * There is no test of speed here, as it would fail on a busy machine. For
 * comparison: 1e6 reads of 8 bytes over 64 hot pages take 30 to 50 ms over an
 * ELF core and 60 to 80 ms over a compressed kdump, through the page table as
 * well as through a linear region; most of it is the dump finding its page.
 */
#include "../test.h"

#include <string.h>

#include "memory/memory.h"

#define VMALLOC UINT64_C(0xffffc90000000000)
#define DIRECT UINT64_C(0xffff888000000000)
#define BLOCK 4096u
#define DATA (5 * BLOCK) /* file offset of physical page 0; that of page n <= 7 follows it by n */
#define DATA2 (DATA + 8 * BLOCK)
#define FILE_SIZE (DATA2 + BLOCK)

static uint8_t file[FILE_SIZE];
static const struct vmc_page_table kernel_table = { .root = 0x1000 };
static const struct vmc_page_table process_table = { .root = 0x7000 };

struct fixture {
	struct vmc_dump *dump;
	struct vmc_memory *m;
};

static void put_entry(uint64_t table, unsigned int index, uint64_t entry)
{
	for (unsigned int i = 0; i < 8; i++)
		file[DATA + table + index * 8 + i] = (uint8_t)(entry >> (8 * i));
}

static void put32(size_t at, uint32_t v)
{
	for (unsigned int i = 0; i < 4; i++)
		file[at + i] = (uint8_t)(v >> (8 * i));
}

/*
 * Blocks: header, sub-header, bitmap of memory, bitmap of pages in the file,
 * page descriptors. Every page is stored raw.
 */
static void put_headers(void)
{
	const size_t descriptors = 4 * BLOCK;

	memcpy(file, "KDUMP   ", 8);
	put32(8, 6);		   /* header_version */
	put32(428, BLOCK);	   /* block_size */
	put32(432, 1);		   /* sub_hdr_size */
	put32(436, 2);		   /* bitmap_blocks */
	put32(440, 0x12);	   /* max_mapnr */
	put32(460, 1);		   /* nr_cpus */
	put32(BLOCK + 8, 31);	   /* dump_level */
	put32(BLOCK + 96, 0x12);   /* max_mapnr_64 */
	put32(2 * BLOCK, 0x303ff); /* pages 0..9, 16, 17 */
	put32(3 * BLOCK, 0x300ff); /* pages 0..7, 16, 17 */
	for (unsigned int i = 0; i < 10; i++) {
		put32(descriptors + i * 24, DATA + i * BLOCK);
		put32(descriptors + i * 24 + 8, BLOCK); /* size; flags 0: not compressed */
	}
}

static void put_pages(void)
{
	static const uint64_t leaves[] = { 0x5000, 0x6000, 0x8000, 0x11000, 0x40000000, 0, 0x5000 };

	memset(file + DATA + 0x5000, 0x50, 0x1000);
	memset(file + DATA + 0x6000, 0x60, 0x1000);
	memset(file + DATA2, 0x10, 0x1000);
	memcpy(file + DATA + 0x5ffc, "five", 4);
	memcpy(file + DATA + 0x6000, ", six", 6);
	put_entry(0x1000, 402, 0x2000 | 3);
	put_entry(0x2000, 0, 0x3000 | 3);
	put_entry(0x3000, 0, 0x4000 | 3);
	for (unsigned int i = 0; i < VMC_ARRAY_SIZE(leaves); i++)
		if (leaves[i])
			put_entry(0x4000, i, leaves[i] | 3);
	/* The process sees at 0 what the kernel sees at VMALLOC. */
	put_entry(0x7000, 0, 0x2000 | 7);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	memset(file, 0, sizeof(file));
	put_headers();
	put_pages();
	assert_ok(vmc_dump_open_bytes((struct vmc_bytes){ file, sizeof(file) }, &f->dump));
	assert_ok(vmc_memory_new(f->dump, &f->m));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vmc_memory_free(f->m);
	vmc_dump_free(f->dump);
	free(f);
	return 0;
}

/* Fails unless the error has that code and all of these parts in its text; frees it. */
static void check_error(struct vmc_error *err, enum vmc_code code, const char *part1,
			const char *part2)
{
	vmc_autoerror struct vmc_error *e = err;

	if (vmc_error_code(e) != code || !strstr(vmc_error_text(e), part1) ||
	    !strstr(vmc_error_text(e), part2))
		fail_msg("code %d, text \"%s\"; expected code %d, \"%s\" and \"%s\"",
			 (int)vmc_error_code(e), vmc_error_text(e), (int)code, part1, part2);
}

static void nothing_is_mapped_at_first(void **state)
{
	struct fixture *f = *state;
	uint64_t paddr;
	char c;

	assert_null(vmc_memory_page_table(f->m));
	assert_ptr_equal(vmc_memory_dump(f->m), f->dump);
	check_error(vmc_memory_read(f->m, VMALLOC, &c, 1), VMC_UNMAPPED,
		    "virtual 0xffffc90000000000", "no address space");
	assert_code(vmc_memory_translate(f->m, 0, &paddr), VMC_UNMAPPED);
	/* No bytes need no mapping. */
	assert_ok(vmc_memory_read(f->m, VMALLOC, NULL, 0));
	/* Physical memory needs none either. */
	assert_ok(vmc_memory_read_phys(f->m, 0x5000, &c, 1));
	assert_int_equal(c, 0x50);
}

static void reads_cross_pages(void **state)
{
	struct fixture *f = *state;
	uint64_t paddr;
	char buf[16];

	vmc_memory_set_page_table(f->m, &kernel_table);
	assert_int_equal(vmc_memory_page_table(f->m)->root, 0x1000);
	assert_ok(vmc_memory_read(f->m, VMALLOC + 0xffc, buf, 10));
	assert_string_equal(buf, "five, six");
	assert_ok(vmc_memory_translate(f->m, VMALLOC + 0x1234, &paddr));
	assert_int_equal(paddr, 0x6234);
	/* Translation needs no contents. */
	assert_ok(vmc_memory_translate(f->m, VMALLOC + 0x4008, &paddr));
	assert_int_equal(paddr, 0x40000008);
}

static void an_error_says_why(void **state)
{
	struct fixture *f = *state;
	char buf[0x2000];

	vmc_memory_set_page_table(f->m, &kernel_table);
	check_error(vmc_memory_read(f->m, VMALLOC + 0x2008, buf, 8), VMC_EXCLUDED,
		    "virtual 0xffffc90000002008", "0x8000");
	check_error(vmc_memory_read(f->m, VMALLOC + 0x3000, buf, 8), VMC_TRUNCATED,
		    "virtual 0xffffc90000003000", "0x11000");
	check_error(vmc_memory_read(f->m, VMALLOC + 0x4000, buf, 8), VMC_NOT_RAM,
		    "virtual 0xffffc90000004000", "0x40000000");
	check_error(vmc_memory_read(f->m, VMALLOC + 0x5000, buf, 8), VMC_UNMAPPED,
		    "virtual 0xffffc90000005000", "page table level 1 entry 5 not present");
	check_error(vmc_memory_read(f->m, 0, buf, 8), VMC_UNMAPPED, "virtual 0x0",
		    "page table level 4 entry 0 not present");
	check_error(vmc_memory_read(f->m, UINT64_C(0x123456789abcdef0), buf, 8), VMC_UNMAPPED,
		    "virtual 0x123456789abcdef0", "canonical");
	/* The place is where the reading failed, not where it began. */
	check_error(vmc_memory_read(f->m, VMALLOC + 0x1ff8, buf, 0x1000), VMC_EXCLUDED,
		    "virtual 0xffffc90000002000", "0x8000");
}

static void an_absent_page_table_is_named(void **state)
{
	struct fixture *f = *state;
	char c;

	put_entry(0x3000, 1, 0x9000 | 3);
	vmc_memory_set_page_table(f->m, &kernel_table);
	check_error(vmc_memory_read(f->m, VMALLOC + 0x200000, &c, 1), VMC_EXCLUDED,
		    "virtual 0xffffc90000200000: page table level 1", "0x9000");
}

static void linear_regions_come_before_the_page_table(void **state)
{
	struct fixture *f = *state;
	uint8_t buf[4];

	vmc_memory_set_page_table(f->m, &kernel_table);
	assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT, 0x20000, 0 }));
	assert_ok(vmc_memory_read(f->m, DIRECT + 0x5ffe, buf, 4));
	assert_memory_equal(buf, "ve, ", 4);
	check_error(vmc_memory_read(f->m, DIRECT + 0x8000, buf, 1), VMC_EXCLUDED,
		    "virtual 0xffff888000008000", "0x8000");
	/* Covered by the region, so its answer counts: no memory there. */
	check_error(vmc_memory_read(f->m, DIRECT + 0xc000, buf, 1), VMC_NOT_RAM,
		    "virtual 0xffff88800000c000", "0xc000");
	/* The first address behind it is the page table's business. */
	check_error(vmc_memory_read(f->m, DIRECT + 0x20000, buf, 1), VMC_UNMAPPED,
		    "virtual 0xffff888000020000", "level 4");
	/* The later region wins, also over what the page table says. */
	assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ VMALLOC, 0x1000, 0x10000 }));
	assert_ok(vmc_memory_read(f->m, VMALLOC, buf, 1));
	assert_int_equal(buf[0], 0x10);
	assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ VMALLOC, 0x1000, 0x6000 }));
	assert_ok(vmc_memory_read(f->m, VMALLOC + 6, buf, 1));
	assert_int_equal(buf[0], 0x60);
	vmc_memory_clear_linear(f->m);
	assert_ok(vmc_memory_read(f->m, VMALLOC, buf, 1));
	assert_int_equal(buf[0], 0x50);
}

static void a_negative_physical_base_works(void **state)
{
	struct fixture *f = *state;
	uint8_t c;

	/* Text at +0x1000000 lies at physical 0x5000: phys of the region start is below 0. */
	assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ UINT64_C(0xffffffff80000000),
								   UINT64_C(0x80000000),
								   0x5000 - UINT64_C(0x1000000) }));
	assert_ok(vmc_memory_read(f->m, UINT64_C(0xffffffff81000000), &c, 1));
	assert_int_equal(c, 0x50);
	assert_code(vmc_memory_read(f->m, UINT64_C(0xffffffff80000000), &c, 1), VMC_NOT_RAM);
}

static void bad_regions_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_code(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT, 0, 0 }), VMC_USAGE);
	assert_code(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT + 8, 0x1000, 0 }),
		    VMC_USAGE);
	assert_code(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT, 0x1000, 8 }),
		    VMC_USAGE);
	assert_code(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT, UINT64_MAX, 0 }),
		    VMC_USAGE);
	for (unsigned int i = 0; i < 8; i++)
		assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT, 0x1000, 0 }));
	assert_code(vmc_memory_add_linear(f->m, (struct vmc_linear){ DIRECT, 0x1000, 0 }),
		    VMC_LIMIT);
}

static void each_process_has_its_own_space(void **state)
{
	struct fixture *f = *state;
	struct vmc_page_table other = { .root = 0x7000, .five_level = true };
	uint8_t c;

	vmc_memory_set_page_table(f->m, &kernel_table);
	/* A region of the kernel does not show through. */
	assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ 0, 0x1000, 0x6000 }));
	for (unsigned int i = 0; i < 3; i++) {
		assert_ok(vmc_memory_read_user(f->m, &process_table, 0, &c, 1));
		assert_int_equal(c, 0x50);
		assert_code(vmc_memory_read_user(f->m, &kernel_table, 0, &c, 1), VMC_UNMAPPED);
		assert_code(vmc_memory_read_user(f->m, &other, 0, &c, 1), VMC_UNMAPPED);
		assert_ok(vmc_memory_read(f->m, VMALLOC + 0x1800, &c, 1));
		assert_int_equal(c, 0x60);
	}
}

static void a_new_page_table_forgets_translations(void **state)
{
	struct fixture *f = *state;
	uint8_t c;

	vmc_memory_set_page_table(f->m, &kernel_table);
	assert_ok(vmc_memory_read(f->m, VMALLOC, &c, 1));
	vmc_memory_set_page_table(f->m, &process_table);
	assert_code(vmc_memory_read(f->m, VMALLOC, &c, 1), VMC_UNMAPPED);
	assert_ok(vmc_memory_read(f->m, 0x1800, &c, 1));
	assert_int_equal(c, 0x60);
	/* Its own table again. */
	vmc_memory_set_page_table(f->m, vmc_memory_page_table(f->m));
	assert_ok(vmc_memory_read(f->m, 0x1800, &c, 1));
	vmc_memory_set_page_table(f->m, NULL);
	assert_null(vmc_memory_page_table(f->m));
	assert_code(vmc_memory_read(f->m, 0x1800, &c, 1), VMC_UNMAPPED);
}

static void strings_end_or_are_cut(void **state)
{
	struct fixture *f = *state;
	char buf[0x1100];

	vmc_memory_set_page_table(f->m, &kernel_table);
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0xffc, buf, sizeof(buf)));
	assert_string_equal(buf, "five, six");
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0xffc, buf, 7));
	assert_string_equal(buf, "five, ");
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0xffc, buf, 10));
	assert_string_equal(buf, "five, six");
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0x1005, buf, 4));
	assert_string_equal(buf, "");
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0xffc, buf, 1));
	assert_string_equal(buf, "");
	assert_code(vmc_memory_read_string(f->m, VMALLOC + 0xffc, buf, 0), VMC_USAGE);
	/* The next page is not there: what could be read. */
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0x1ffd, buf, sizeof(buf)));
	assert_string_equal(buf, "```");
	assert_ok(vmc_memory_read_string(f->m, VMALLOC + 0x6ffc, buf, sizeof(buf)));
	assert_string_equal(buf, "five");
	assert_code(vmc_memory_read_string(f->m, VMALLOC + 0x2000, buf, sizeof(buf)), VMC_EXCLUDED);
}

static void holes_are_zero_and_counted(void **state)
{
	struct fixture *f = *state;
	vmc_autoerror struct vmc_error *why = NULL;
	static uint8_t buf[0x7000];
	size_t missing;

	vmc_memory_set_page_table(f->m, &kernel_table);
	memset(buf, 0xff, sizeof(buf));
	vmc_memory_read_holes(f->m, VMALLOC + 0x1800, buf, 0x5000, &missing, &why);
	assert_int_equal(missing, 4);
	assert_int_equal(vmc_error_code(why), VMC_EXCLUDED);
	assert_int_equal(buf[0], 0x60);
	assert_int_equal(buf[0x7ff], 0x60);
	for (size_t i = 0x800; i < 0x4800; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(buf[0x4800], 0x50);
	assert_int_equal(buf[0x4fff], 0x50);
	assert_int_equal(buf[0x5000], 0xff);
	/* All there. */
	vmc_memory_read_holes(f->m, VMALLOC, buf, 0x2000, &missing, NULL);
	assert_int_equal(missing, 0);
	/* The caller need not want to know why. */
	vmc_memory_read_holes(f->m, VMALLOC + 0x2000, buf, 0x2000, &missing, NULL);
	assert_int_equal(missing, 2);
}

static void reads_do_not_wrap(void **state)
{
	struct fixture *f = *state;
	vmc_autoerror struct vmc_error *why = NULL;
	uint8_t buf[32];
	size_t missing;

	/* The last page and the first are both there. */
	assert_ok(vmc_memory_add_linear(f->m, (struct vmc_linear){ 0, 0x1000, 0x5000 }));
	assert_ok(vmc_memory_add_linear(f->m,
					(struct vmc_linear){ UINT64_MAX - 0xfff, 0x1000, 0x6000 }));
	assert_ok(vmc_memory_read(f->m, UINT64_MAX - 15, buf, 16));
	assert_int_equal(buf[15], 0x60);
	check_error(vmc_memory_read(f->m, UINT64_MAX - 15, buf, 17), VMC_UNMAPPED,
		    "virtual 0xfffffffffffffff0", "end of the address space");
	vmc_memory_read_holes(f->m, UINT64_MAX - 15, buf, 32, &missing, &why);
	assert_int_equal(missing, 1);
	assert_int_equal(buf[15], 0x60);
	assert_int_equal(buf[16], 0);
	assert_ok(vmc_memory_read_string(f->m, UINT64_MAX - 1, (char *)buf, sizeof(buf)));
	assert_string_equal((char *)buf, "``");
}

static void readers_read_the_same(void **state)
{
	struct fixture *f = *state;
	struct vmc_reader virt = vmc_memory_reader(f->m), phys = vmc_memory_phys_reader(f->m);
	uint64_t v, p;

	vmc_memory_set_page_table(f->m, &kernel_table);
	assert_ok(vmc_read_u64(&virt, VMALLOC + 0xffc, &v));
	assert_ok(vmc_read_u64(&phys, 0x5ffc, &p));
	assert_int_equal(v, p);
	assert_memory_equal(&v, "five, si", 8);
	assert_code(vmc_read_u64(&virt, VMALLOC + 0x5000, &v), VMC_UNMAPPED);
	assert_code(vmc_read_u64(&phys, 0x9000, &v), VMC_EXCLUDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_mapped_at_first, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_cross_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(an_error_says_why, setup, teardown),
		cmocka_unit_test_setup_teardown(an_absent_page_table_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(linear_regions_come_before_the_page_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_negative_physical_base_works, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_regions_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(each_process_has_its_own_space, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_page_table_forgets_translations, setup,
						teardown),
		cmocka_unit_test_setup_teardown(strings_end_or_are_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(holes_are_zero_and_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_do_not_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(readers_read_the_same, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
