/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <elf.h>
#include <string.h>

static void check_pages(struct vmc_dump *d, void *arg)
{
	uint64_t n = *(uint64_t *)arg;

	assert_true(vmc_dump_info(d)->flattened);
	if (!vmc_dump_info(d)->complete)
		fail_msg("%s", vmc_dump_info(d)->incomplete_why);
	for (uint64_t pfn = 0; pfn < n; pfn++)
		assert_page(d, pfn, 0);
	/* and backwards, so that nothing rests on sequential reading */
	for (uint64_t pfn = n; pfn-- > 0;)
		assert_page(d, pfn, 0);
}

static void kdump_in_records_of_any_size(void **state)
{
	static const size_t records[] = { 17, 1000, 4096, 16384, 1 << 20 };
	struct kdump_plan p = { .version = 6, .frames = 200, .codec = VMC_CODEC_ZLIB };
	struct image im = make_kdump(&p, NULL);

	(void)state;
	for (size_t i = 0; i < 2 * VMC_ARRAY_SIZE(records); i++) {
		struct image flat = make_flattened(&im, records[i / 2], i % 2, true);

		with_dump(&flat, check_pages, &p.frames);
		image_free(&flat);
	}
	image_free(&im);
}

static struct image simple_elf(uint64_t pages)
{
	uint8_t page[VMC_PAGE_SIZE];
	struct image im = { 0 };

	elf_header(&im, 2);
	elf_phdr(&im, 0, PT_NOTE, 0x400, 0, 0, 0);
	elf_phdr(&im, 1, PT_LOAD, 0x1234, 0, pages * VMC_PAGE_SIZE, pages * VMC_PAGE_SIZE);
	image_u64(&im, 64 + 32, put_note(&im, 0x400, "VMCOREINFO", 11, 0, "OSRELEASE=6\n", 12));
	for (uint64_t i = 0; i < pages; i++) {
		fill_page(page, sizeof(page), i);
		image_put(&im, 0x1234 + i * VMC_PAGE_SIZE, page, sizeof(page));
	}
	return im;
}

static void elf_in_records(void **state)
{
	uint64_t n = 40;
	struct image im = simple_elf(n), flat = make_flattened(&im, 5000, true, true);
	struct vmc_dump *d = NULL;

	(void)state;
	with_dump(&flat, check_pages, &n);
	assert_ok(open_memory(&flat, &d));
	assert_int_equal(vmc_dump_info(d)->kind, VMC_DUMP_ELF);
	assert_int_equal(vmc_dump_info(d)->vmcoreinfo.size, 12);
	assert_int_equal(vmc_dump_info(d)->file_size, flat.size);
	vmc_dump_free(d);
	image_free(&flat);
	image_free(&im);
}

static size_t put_record(struct image *im, size_t at, uint64_t offset, const void *p, size_t size)
{
	image_be64(im, at, offset);
	image_be64(im, at + 8, size);
	image_put(im, at + 16, p, size);
	return at + 16 + size;
}

/* As makedumpfile does with headers: written first, corrected at the end. */
static void later_records_win(void **state)
{
	uint64_t n = 10;
	struct image im = simple_elf(n), flat = { 0 };
	uint8_t *garbage = malloc(im.size);
	size_t at = 4096;

	(void)state;
	memset(garbage, 0xa5, im.size);
	image_put(&flat, 0, "makedumpfile", 12);
	image_be64(&flat, 16, 1);
	image_be64(&flat, 24, 1);
	at = put_record(&flat, at, 0, garbage, im.size);
	at = put_record(&flat, at, 100, garbage, 5000);
	at = put_record(&flat, at, 3000, im.data + 3000, 9000);
	at = put_record(&flat, at, 0, im.data, 4000);
	at = put_record(&flat, at, 500, garbage, 0);
	at = put_record(&flat, at, 8000, im.data + 8000, im.size - 8000);
	at = put_record(&flat, at, 11999, im.data + 11999, 2);
	image_be64(&flat, at, UINT64_MAX);
	image_be64(&flat, at + 8, UINT64_MAX);
	with_dump(&flat, check_pages, &n);
	free(garbage);
	image_free(&flat);
	image_free(&im);
}

static void check_cut(struct vmc_dump *d, void *arg)
{
	uint64_t n = *(uint64_t *)arg;

	assert_false(vmc_dump_info(d)->complete);
	assert_non_null(strstr(vmc_dump_info(d)->incomplete_why, "flattened"));
	for (uint64_t pfn = 0; pfn < n; pfn++) {
		if (vmc_dump_page_state(d, pfn) == VMC_OK)
			assert_page(d, pfn, 0);
		else
			assert_absent(d, pfn, VMC_TRUNCATED);
	}
}

static void cut_at_any_length(struct image *im, uint64_t n, bool backwards)
{
	struct image flat = make_flattened(im, 3000, backwards, true);

	for (size_t size = 1; size < flat.size; size += 1 + size / 7) {
		struct image cut = image_prefix(&flat, size);
		struct vmc_dump *d = NULL;
		vmc_autoerror struct vmc_error *err = open_memory(&cut, &d);

		vmc_dump_free(d);
		if (!err)
			with_dump(&cut, check_cut, &n);
		else
			assert_true(vmc_error_code(err) == VMC_BAD_FORMAT ||
				    vmc_error_code(err) == VMC_NOT_FORMAT);
		image_free(&cut);
	}
	/* everything but the end record */
	flat.size -= 16;
	with_dump(&flat, check_cut, &n);
	image_free(&flat);
}

/* Bytes of a segment or page that never came must not read as zero. */
static void cut_streams_do_not_read_as_zero(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 100, .codec = VMC_CODEC_RAW };
	struct image elf = simple_elf(40), kdump = make_kdump(&p, NULL);

	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		cut_at_any_length(&elf, 40, backwards);
		cut_at_any_length(&kdump, 100, backwards);
	}
	image_free(&elf);
	image_free(&kdump);
}

static void nonsense_records_end_the_stream(void **state)
{
	static const uint64_t evil[][2] = {
		{ UINT64_MAX, 5 },
		{ 5, UINT64_MAX },
		{ INT64_MAX, INT64_MAX },
		{ INT64_MAX, 1 },
	};
	uint64_t n = 20;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(evil); i++) {
		struct image im = simple_elf(n), flat = make_flattened(&im, 30000, false, true);

		image_be64(&flat, 4096 + 30016, evil[i][0]);
		image_be64(&flat, 4096 + 30016 + 8, evil[i][1]);
		with_dump(&flat, check_cut, &n);
		image_free(&flat);
		image_free(&im);
	}
}

/* A record at the end of the address space makes the file huge, but buys no memory. */
static void a_far_record_costs_nothing(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 50, .codec = VMC_CODEC_LZO };
	struct image im = make_kdump(&p, NULL), flat;
	struct vmc_dump *d = NULL;
	size_t at;

	(void)state;
	image_u32(&im, 436, UINT32_MAX);
	image_u64(&im, 4096 + 40, UINT64_MAX);
	image_u64(&im, 4096 + 96, (uint64_t)1 << 34);
	flat = make_flattened(&im, 1 << 20, false, false);
	at = put_record(&flat, flat.size, INT64_MAX - 1, "x", 1);
	image_be64(&flat, at, UINT64_MAX);
	image_be64(&flat, at + 8, UINT64_MAX);
	assert_ok(open_memory(&flat, &d));
	assert_int_not_equal(vmc_dump_page_state(d, (uint64_t)1 << 33), VMC_OK);
	vmc_dump_free(d);
	image_free(&flat);
	image_free(&im);
}

static void other_versions_are_refused(void **state)
{
	struct image im = simple_elf(1), flat = make_flattened(&im, 4096, false, true);
	struct vmc_dump *d = NULL;

	(void)state;
	image_be64(&flat, 24, 2);
	assert_code(open_memory(&flat, &d), VMC_UNSUPPORTED);
	image_be64(&flat, 24, 1);
	image_be64(&flat, 16, 0);
	assert_code(open_memory(&flat, &d), VMC_UNSUPPORTED);
	/* no record at all */
	image_be64(&flat, 16, 1);
	flat.size = 4096;
	assert_code(open_memory(&flat, &d), VMC_BAD_FORMAT);
	image_free(&flat);
	image_free(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kdump_in_records_of_any_size),
		cmocka_unit_test(elf_in_records),
		cmocka_unit_test(later_records_win),
		cmocka_unit_test(cut_streams_do_not_read_as_zero),
		cmocka_unit_test(nonsense_records_end_the_stream),
		cmocka_unit_test(a_far_record_costs_nothing),
		cmocka_unit_test(other_versions_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
