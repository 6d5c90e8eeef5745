/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <elf.h>
#include <string.h>

#include "base/str.h"

#define DATA 0x2000u /* file offset of the first page in these images */

/* Pages [pfn, pfn + n) at `offset` of the file. */
static void put_pages(struct image *im, uint64_t offset, uint64_t pfn, uint64_t n)
{
	uint8_t page[VMC_PAGE_SIZE];

	for (uint64_t i = 0; i < n; i++) {
		fill_page(page, sizeof(page), pfn + i);
		image_put(im, offset + i * VMC_PAGE_SIZE, page, sizeof(page));
	}
}

static struct image simple(uint64_t pages)
{
	struct image im = { 0 };

	elf_header(&im, 1);
	elf_phdr(&im, 0, PT_LOAD, DATA, 0x100000, pages * VMC_PAGE_SIZE, pages * VMC_PAGE_SIZE);
	put_pages(&im, DATA, 0x100, pages);
	return im;
}

static void check_simple(struct vmc_dump *d, void *arg)
{
	const struct vmc_dump_info *info = vmc_dump_info(d);
	uint8_t buf[10000], want[3 * VMC_PAGE_SIZE];
	uint64_t first, count;

	(void)arg;
	assert_int_equal(info->kind, VMC_DUMP_ELF);
	assert_int_equal(info->machine, EM_X86_64);
	assert_true(info->complete);
	assert_int_equal(info->max_pfn, 0x120);
	assert_int_equal(info->dump_level, -1);
	assert_int_equal(info->n_segments, 1);
	assert_int_equal(info->segments[0].in_file, 0x20000);
	for (uint64_t pfn = 0x100; pfn < 0x120; pfn++)
		assert_page(d, pfn, 0);
	assert_page(d, 0x103, 0);
	assert_absent(d, 0xff, VMC_NOT_RAM);
	assert_absent(d, 0x120, VMC_NOT_RAM);
	assert_absent(d, 0, VMC_NOT_RAM);
	assert_true(vmc_dump_next_run(d, 0, &first, &count));
	assert_int_equal(first, 0x100);
	assert_int_equal(count, 0x20);
	assert_true(vmc_dump_next_run(d, 0x105, &first, &count));
	assert_int_equal(first, 0x105);
	assert_false(vmc_dump_next_run(d, 0x120, &first, &count));
	/* across pages */
	for (int i = 0; i < 3; i++)
		fill_page(want + i * VMC_PAGE_SIZE, VMC_PAGE_SIZE, 0x100 + (uint64_t)i);
	assert_ok(vmc_dump_read(d, 0x100123, buf, sizeof(buf)));
	assert_memory_equal(buf, want + 0x123, sizeof(buf));
	assert_code(vmc_dump_read(d, 0x11fff0, buf, 0x20), VMC_NOT_RAM);
	assert_code(vmc_dump_read(d, UINT64_MAX - 3, buf, 8), VMC_NOT_RAM);
	assert_ok(vmc_dump_read(d, 0, buf, 0));
}

static void reads_a_plain_core(void **state)
{
	struct image im = simple(32);

	(void)state;
	with_dump(&im, check_simple, NULL);
	image_free(&im);
}

/* Any order, and the same RAM twice, as in /proc/vmcore and QEMU dumps with paging. */
static void check_overlap(struct vmc_dump *d, void *arg)
{
	(void)arg;
	assert_int_equal(vmc_dump_info(d)->n_segments, 4);
	for (uint64_t pfn = 0x10; pfn < 0x30; pfn++)
		assert_page(d, pfn, 0);
	for (uint64_t pfn = 0x100; pfn < 0x104; pfn++)
		assert_page(d, pfn, 0);
	assert_absent(d, 0x30, VMC_NOT_RAM);
}

static void segments_unsorted_and_overlapping(void **state)
{
	struct image im = { 0 };

	(void)state;
	elf_header(&im, 4);
	elf_phdr(&im, 0, PT_LOAD, 0x30000, 0x100000, 0x4000, 0x4000);
	elf_phdr(&im, 1, PT_LOAD, 0x10000, 0x10000, 0x20000, 0x20000);
	elf_phdr(&im, 2, PT_LOAD, 0x18000, 0x18000, 0x4000, 0x4000);
	/* the same RAM again without contents: must not hide what is there */
	elf_phdr(&im, 3, PT_LOAD, 0x40000000, 0x10000, 0x8000, 0x20000);
	put_pages(&im, 0x30000, 0x100, 4);
	put_pages(&im, 0x10000, 0x10, 0x20);
	with_dump(&im, check_overlap, NULL);
	image_free(&im);
}

static void check_memsz(struct vmc_dump *d, void *arg)
{
	static const uint8_t zeros[VMC_PAGE_SIZE];
	const uint8_t *page;

	(void)arg;
	assert_true(vmc_dump_info(d)->complete);
	assert_page(d, 0x10, 0);
	assert_ok(vmc_dump_page(d, 0x11, &page));
	assert_memory_equal(page, "0123456789abcdef", 16);
	assert_memory_equal(page + 16, zeros, VMC_PAGE_SIZE - 16);
	assert_ok(vmc_dump_page(d, 0x12, &page));
	assert_memory_equal(page, zeros, VMC_PAGE_SIZE);
	assert_absent(d, 0x13, VMC_NOT_RAM);
}

/* Only the part of p_memsz behind p_filesz is zero; what follows in the file is not shown. */
static void beyond_filesz_is_zero(void **state)
{
	struct image im = { 0 };

	(void)state;
	elf_header(&im, 1);
	elf_phdr(&im, 0, PT_LOAD, DATA, 0x10000, 0x1010, 0x3000);
	put_pages(&im, DATA, 0x10, 1);
	image_put(&im, DATA + 0x1000, "0123456789abcdefXXXXXXXXXXXXXXXX", 32);
	with_dump(&im, check_memsz, NULL);
	image_free(&im);
}

static void check_crooked(struct vmc_dump *d, void *arg)
{
	static const uint8_t zeros[VMC_PAGE_SIZE];
	const uint8_t *page;

	(void)arg;
	assert_ok(vmc_dump_page(d, 1, &page));
	assert_memory_equal(page, zeros, 0x800);
	assert_memory_equal(page + 0x800, "first", 5);
	assert_ok(vmc_dump_page(d, 2, &page));
	assert_memory_equal(page + 0x100 - 5, "tail1", 5);
	assert_memory_equal(page + 0x100, zeros, 0x100);
	assert_memory_equal(page + 0x200, "second", 6);
	assert_absent(d, 3, VMC_NOT_RAM);
}

static void segments_that_are_not_page_aligned(void **state)
{
	struct image im = { 0 };

	(void)state;
	elf_header(&im, 2);
	elf_phdr(&im, 0, PT_LOAD, 0x1003, 0x1800, 0x900, 0x900);
	elf_phdr(&im, 1, PT_LOAD, 0x3001, 0x2200, 0x100, 0x100);
	image_put(&im, 0x1003, "first", 5);
	image_put(&im, 0x1003 + 0x900 - 5, "tail1", 5);
	image_put(&im, 0x3001, "second", 6);
	image_put(&im, 0x3100, "", 1);
	with_dump(&im, check_crooked, NULL);
	image_free(&im);
}

static void truncated_at_any_length(void **state)
{
	struct image im = simple(32);

	(void)state;
	for (size_t size = 1; size < im.size; size += size < 130 ? 1 : 1499) {
		struct image cut = image_prefix(&im, size);
		struct vmc_dump *d = NULL;
		vmc_autoerror struct vmc_error *err = open_memory(&cut, &d);

		if (size < 64 + 56) {
			assert_true(vmc_error_code(err) == VMC_BAD_FORMAT ||
				    vmc_error_code(err) == VMC_NOT_FORMAT);
		} else {
			assert_ok(vmc_error_copy(err));
			assert_false(vmc_dump_info(d)->complete);
			assert_non_null(strstr(vmc_dump_info(d)->incomplete_why, "the file ends"));
			for (uint64_t pfn = 0x100; pfn < 0x120; pfn++) {
				if (DATA + (pfn - 0x100 + 1) * VMC_PAGE_SIZE <= size)
					assert_page(d, pfn, 0);
				else
					assert_absent(d, pfn, VMC_TRUNCATED);
			}
		}
		vmc_dump_free(d);
		image_free(&cut);
	}
	image_free(&im);
}

static void runs_end_at_the_cut(void **state)
{
	struct image im = simple(32);
	uint64_t first, count;
	struct vmc_dump *d = NULL;

	(void)state;
	im.size = DATA + 5 * VMC_PAGE_SIZE + 100;
	assert_ok(open_memory(&im, &d));
	assert_true(vmc_dump_next_run(d, 0, &first, &count));
	assert_int_equal(first, 0x100);
	assert_int_equal(count, 5);
	assert_false(vmc_dump_next_run(d, 0x105, &first, &count));
	/* what was lost was RAM all the same */
	for (uint64_t at = 0; at < 0x120; at = first + count) {
		assert_true(vmc_dump_next_ram(d, at, &first, &count));
		assert_int_equal(first, at ? at : 0x100);
		assert_true(count > 0 && count <= 0x120 - first);
	}
	assert_false(vmc_dump_next_ram(d, 0x120, &first, &count));
	vmc_dump_free(d);
	image_free(&im);
}

static void marked_incomplete(void **state)
{
	struct image im = simple(4);
	struct vmc_dump *d = NULL;

	(void)state;
	image_u32(&im, 48, 1);
	assert_ok(open_memory(&im, &d));
	assert_false(vmc_dump_info(d)->complete);
	vmc_dump_free(d);
	image_free(&im);
}

/* More than 65534 program headers: the number is in section header 0. */
static void more_headers_than_e_phnum_can_count(void **state)
{
	uint64_t n = 70000, shdr = 64 + 56 * n;
	struct image im = { 0 };
	struct vmc_dump *d = NULL;

	(void)state;
	elf_header(&im, PN_XNUM);
	image_u64(&im, 40, shdr);
	image_u32(&im, shdr + 44, (uint32_t)n);
	image_put(&im, shdr + 63, "", 1);
	/* all in one page, a byte each; the last ones first */
	for (uint64_t i = 0; i < n; i++)
		elf_phdr(&im, (unsigned int)i, PT_LOAD, 0, (n - i) * 0x2000, 16, 0x1000);
	assert_ok(open_memory(&im, &d));
	assert_int_equal(vmc_dump_info(d)->n_segments, n);
	assert_int_equal(vmc_dump_page_state(d, 2), VMC_OK);
	assert_int_equal(vmc_dump_page_state(d, 2 * n), VMC_OK);
	assert_int_equal(vmc_dump_page_state(d, 3), VMC_NOT_RAM);
	vmc_dump_free(d);

	/* section header 0 outside the file, and a count far beyond it */
	d = NULL;
	image_u64(&im, 40, UINT64_MAX - 8);
	assert_code(open_memory(&im, &d), VMC_BAD_FORMAT);
	image_u64(&im, 40, shdr);
	image_u32(&im, shdr + 44, UINT32_MAX);
	assert_ok(open_memory(&im, &d));
	assert_false(vmc_dump_info(d)->complete);
	vmc_dump_free(d);
	image_free(&im);
}

static void absurd_segments_are_passed_over(void **state)
{
	struct image im = simple(4);
	struct vmc_dump *d = NULL;

	(void)state;
	image_u16(&im, 56, 5);
	elf_phdr(&im, 1, PT_LOAD, DATA, UINT64_MAX, 0x1000, 0x1000);
	elf_phdr(&im, 2, PT_LOAD, DATA, 0x200000, UINT64_MAX, UINT64_MAX);
	elf_phdr(&im, 3, PT_LOAD, UINT64_MAX - 0x10, 0x300000, 0x1000, 0x1000);
	elf_phdr(&im, 4, PT_LOAD, DATA, UINT64_MAX - 0x1000, 0x800, 0x800);
	assert_ok(open_memory(&im, &d));
	assert_false(vmc_dump_info(d)->complete);
	assert_page(d, 0x100, 0);
	assert_absent(d, 0x200, VMC_NOT_RAM);
	vmc_dump_free(d);
	image_free(&im);
}

static struct vmc_dump *open_with_notes(struct image *im, size_t notes_size)
{
	struct vmc_dump *d = NULL;

	elf_header(im, 2);
	elf_phdr(im, 0, PT_NOTE, 0x400, 0, notes_size, 0);
	elf_phdr(im, 1, PT_LOAD, DATA, 0x100000, 0x1000, 0x1000);
	put_pages(im, DATA, 0x100, 1);
	assert_ok(open_memory(im, &d));
	return d;
}

static void notes_keep_their_order(void **state)
{
	static const char info[] = "OSRELEASE=6.1\n";
	const struct vmc_dump_info *i;
	struct image im = { 0 };
	struct vmc_dump *d;
	size_t n = 0;

	(void)state;
	n += put_note(&im, 0x400 + n, "CORE", 5, NT_PRSTATUS, "cpu0", 4);
	n += put_note(&im, 0x400 + n, "CORE", 5, NT_PRPSINFO, "x", 1);
	n += put_note(&im, 0x400 + n, "CORE", 5, NT_PRSTATUS, "cpu1.", 5);
	n += put_note(&im, 0x400 + n, "CORE", 5, NT_PRPSINFO, "x", 1);
	n += put_note(&im, 0x400 + n, "COREX", 6, NT_PRSTATUS, "other", 5);
	n += put_note(&im, 0x400 + n, "CORE", 4, NT_PRSTATUS, "no NUL", 6);
	n += put_note(&im, 0x400 + n, "", 0, 77, "", 0);
	n += put_note(&im, 0x400 + n, "VMCOREINFO_XEN", 15, 0, "OSRELEASE=xen\n", 14);
	n += put_note(&im, 0x400 + n, "VMCOREINFO", 11, 0, info, sizeof(info) - 1);
	d = open_with_notes(&im, n);
	i = vmc_dump_info(d);
	assert_int_equal(i->n_notes, 9);
	assert_memory_equal(i->notes[0].desc.data, "cpu0", 4);
	assert_memory_equal(i->notes[2].desc.data, "cpu1.", 5);
	assert_int_equal(i->notes[2].desc.size, 5);
	assert_string_equal(i->notes[4].name, "COREX");
	assert_string_equal(i->notes[5].name, "CORE");
	assert_string_equal(i->notes[6].name, "");
	assert_int_equal(i->vmcoreinfo.size, sizeof(info) - 1);
	assert_memory_equal(i->vmcoreinfo.data, info, sizeof(info) - 1);
	vmc_dump_free(d);
	image_free(&im);
}

/* What stands before a malformed note is kept; nothing behind it is invented. */
static void malformed_notes_end_the_list(void **state)
{
	static const uint32_t sizes[] = { UINT32_MAX, UINT32_MAX - 3, 0x7fffffff, 0x1000, 65 };

	(void)state;
	for (size_t k = 0; k < 2 * VMC_ARRAY_SIZE(sizes); k++) {
		struct image im = { 0 };
		struct vmc_dump *d;
		size_t n = put_note(&im, 0x400, "CORE", 5, NT_PRSTATUS, "cpu0", 4), end;

		end = n + put_note(&im, 0x400 + n, "CORE", 5, NT_PRSTATUS, "cpu1", 4);
		image_u32(&im, 0x400 + n + (k % 2 ? 4 : 0), sizes[k / 2]);
		d = open_with_notes(&im, end);
		assert_int_equal(vmc_dump_info(d)->n_notes, 1);
		vmc_dump_free(d);
		image_free(&im);
	}
}

static void short_note_areas(void **state)
{
	(void)state;
	for (size_t size = 0; size < 24; size++) {
		struct image im = { 0 };
		struct vmc_dump *d;

		put_note(&im, 0x400, "CORE", 5, NT_PRSTATUS, "cpu0", 4);
		d = open_with_notes(&im, size);
		assert_int_equal(vmc_dump_info(d)->n_notes, 0);
		vmc_dump_free(d);
		image_free(&im);
	}
}

static void refuses(struct image im, enum vmc_code code, const char *text)
{
	vmc_autoerror struct vmc_error *err = NULL;
	struct vmc_dump *d = NULL;

	err = open_memory(&im, &d);
	assert_int_equal(vmc_error_code(err), code);
	if (!strstr(vmc_error_text(err), text))
		fail_msg("%s", vmc_error_text(err));
	image_free(&im);
}

static void other_elf_files_are_named(void **state)
{
	struct image im;

	(void)state;
	im = simple(1);
	image_u16(&im, 16, ET_EXEC);
	refuses(im, VMC_NOT_FORMAT, "vmlinux");
	im = simple(1);
	im.data[EI_CLASS] = ELFCLASS32;
	refuses(im, VMC_UNSUPPORTED, "32-bit");
	im = simple(1);
	im.data[EI_DATA] = ELFDATA2MSB;
	refuses(im, VMC_UNSUPPORTED, "big-endian");
	im = simple(1);
	image_u16(&im, 54, 32);
	refuses(im, VMC_BAD_FORMAT, "32 bytes");
	im = simple(1);
	image_u16(&im, 56, 0);
	refuses(im, VMC_BAD_FORMAT, "without program headers");
	im = simple(1);
	image_u32(&im, 64, PT_NULL);
	refuses(im, VMC_BAD_FORMAT, "without a segment");
	im = simple(1);
	image_u64(&im, 32, UINT64_MAX - 40);
	refuses(im, VMC_BAD_FORMAT, "without a segment");

	/* a core of a process: auxiliary vector, no physical addresses */
	im = (struct image){ 0 };
	elf_header(&im, 2);
	put_note(&im, 0x400, "CORE", 5, NT_AUXV, "12345678", 8);
	elf_phdr(&im, 0, PT_NOTE, 0x400, 0, 28, 0);
	elf_phdr(&im, 1, PT_LOAD, DATA, 0, 0x1000, 0x1000);
	put_pages(&im, DATA, 0, 1);
	refuses(im, VMC_NOT_FORMAT, "process");
}

/* What is touched is remembered, what could not be read is not. */
static void remembers_touched_pages(void **state)
{
	struct image im = simple(32);
	struct vmc_dump *d = NULL;
	const uint8_t *map;
	uint64_t pfns, n = 0;
	char byte;

	(void)state;
	assert_ok(open_memory(&im, &d));
	assert_null(vmc_dump_touched(d, &pfns));
	assert_ok(vmc_dump_read(d, 0x110000, &byte, 1));
	assert_ok(vmc_dump_record(d));
	assert_ok(vmc_dump_read(d, 0x105fff, &byte, 1));
	assert_code(vmc_dump_read(d, 0x5000, &byte, 1), VMC_NOT_RAM);
	map = vmc_dump_touched(d, &pfns);
	assert_non_null(map);
	assert_true(pfns > 0x105);
	for (uint64_t i = 0; i < pfns; i++)
		n += map[i / 8] >> i % 8 & 1;
	assert_int_equal(n, 1);
	assert_int_equal(map[0x105 / 8] >> 0x105 % 8 & 1, 1);
	vmc_dump_free(d);
	image_free(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_plain_core),
		cmocka_unit_test(segments_unsorted_and_overlapping),
		cmocka_unit_test(beyond_filesz_is_zero),
		cmocka_unit_test(segments_that_are_not_page_aligned),
		cmocka_unit_test(truncated_at_any_length),
		cmocka_unit_test(runs_end_at_the_cut),
		cmocka_unit_test(marked_incomplete),
		cmocka_unit_test(more_headers_than_e_phnum_can_count),
		cmocka_unit_test(absurd_segments_are_passed_over),
		cmocka_unit_test(notes_keep_their_order),
		cmocka_unit_test(malformed_notes_end_the_list),
		cmocka_unit_test(short_note_areas),
		cmocka_unit_test(other_elf_files_are_named),
		cmocka_unit_test(remembers_touched_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
