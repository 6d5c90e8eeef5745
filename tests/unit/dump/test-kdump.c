/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <elf.h>
#include <string.h>

#include "base/str.h"

#define FRAMES 1200u

static const unsigned int codecs[] = { VMC_CODEC_RAW, VMC_CODEC_ZLIB, VMC_CODEC_LZO,
				       VMC_CODEC_SNAPPY, VMC_CODEC_ZSTD };

/* A hole in RAM, and pages left out in no simple rhythm across stretches of 512 bits. */
static bool some_ram(uint64_t f)
{
	return f < 300 || f >= 700;
}

static bool some_dumped(uint64_t f)
{
	return f % 11 != 5 && (f < 1000 || f > 1100);
}

static void check_all_frames(struct vmc_dump *d, void *arg)
{
	const struct kdump_plan *p = arg;

	for (uint64_t pfn = 0; pfn < p->frames << p->shift; pfn += 1 + pfn % 3) {
		uint64_t f = pfn >> p->shift;

		if (p->ram && !p->ram(f))
			assert_absent(d, pfn, VMC_NOT_RAM);
		else if (p->dumped && !p->dumped(f))
			assert_absent(d, pfn, VMC_EXCLUDED);
		else
			assert_page(d, pfn, p->shift);
	}
	assert_absent(d, p->frames << p->shift, VMC_NOT_RAM);
	assert_absent(d, (uint64_t)1 << 51, VMC_NOT_RAM);
	assert_true(vmc_dump_info(d)->complete);
	assert_int_equal(vmc_dump_info(d)->max_pfn, p->frames << p->shift);
}

static void check_plan(struct kdump_plan *p)
{
	struct image im = make_kdump(p, NULL);

	with_dump(&im, check_all_frames, p);
	image_free(&im);
}

static void reads_every_codec(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(codecs); i++)
		check_plan(&(struct kdump_plan){ .version = 6,
						 .frames = FRAMES,
						 .codec = codecs[i],
						 .ram = some_ram,
						 .dumped = some_dumped });
}

static void reads_every_version(void **state)
{
	(void)state;
	for (unsigned int v = 0; v <= 7; v++)
		check_plan(&(struct kdump_plan){ .version = v,
						 .frames = FRAMES,
						 .codec = VMC_CODEC_ZLIB,
						 .ram = some_ram,
						 .dumped = some_dumped,
						 .vmcoreinfo = "OSRELEASE=6\n",
						 .notes = true });
}

static void serves_units_of_big_blocks(void **state)
{
	(void)state;
	for (unsigned int shift = 1; shift <= 4; shift += 3)
		check_plan(&(struct kdump_plan){ .version = 6,
						 .shift = shift,
						 .frames = 40,
						 .codec = VMC_CODEC_ZSTD,
						 .dumped = some_dumped });
}

static void one_bitmap_leaves_nothing_out(void **state)
{
	(void)state;
	check_plan(&(struct kdump_plan){ .version = 1,
					 .frames = 100,
					 .codec = VMC_CODEC_ZLIB,
					 .one_bitmap = true,
					 .ram = some_ram });
}

/* The count of frames is a multiple of nothing, or of everything. */
static void reads_odd_numbers_of_frames(void **state)
{
	static const uint64_t counts[] = { 1, 7, 8, 63, 64, 511, 512, 513, 32768, 32769 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(counts); i++)
		check_plan(&(struct kdump_plan){ .version = 6,
						 .frames = counts[i],
						 .codec = VMC_CODEC_LZO,
						 .dumped = some_dumped });
}

static void headers_by_version(void **state)
{
	(void)state;
	for (unsigned int v = 0; v <= 6; v++) {
		struct kdump_plan p = { .version = v,
					.frames = 20,
					.codec = VMC_CODEC_SNAPPY,
					.vmcoreinfo = "OSRELEASE=6.1.0-test\n",
					.notes = true };
		struct image im = make_kdump(&p, NULL);
		const struct vmc_dump_info *info;
		struct vmc_dump *d = NULL;

		assert_ok(open_memory(&im, &d));
		info = vmc_dump_info(d);
		assert_int_equal(info->kind, VMC_DUMP_KDUMP);
		assert_false(info->flattened);
		assert_int_equal(info->parts, 1);
		assert_int_equal(info->machine, EM_X86_64);
		assert_int_equal(info->compression, VMC_CODEC_SNAPPY);
		assert_int_equal(info->dump_level, v >= 1 ? 31 : -1);
		assert_int_equal(info->block_size, 4096);
		assert_true(info->has_phys_base);
		assert_int_equal(info->phys_base, 0x1c00000);
		assert_int_equal(info->timestamp, 1700000000);
		assert_int_equal(info->nr_cpus, 2);
		assert_string_equal(info->uts_release, "6.1.0-test");
		assert_string_equal(info->uts_version, "#1 SMP");
		assert_string_equal(info->uts_nodename, "node");
		assert_int_equal(info->vmcoreinfo.size, v >= 3 ? 21 : 0);
		assert_int_equal(info->n_notes, v >= 4 ? 2 : 0);
		if (v >= 4) {
			assert_string_equal(info->notes[0].name, "CORE");
			assert_int_equal(info->notes[0].desc.size, 9);
			assert_memory_equal(info->notes[0].desc.data, "registers", 9);
			assert_string_equal(info->notes[1].name, "QEMU");
		}
		assert_int_equal(info->file_size, im.size);
		vmc_dump_free(d);
		image_free(&im);
	}
}

static void runs_cover_what_is_there(void **state)
{
	struct kdump_plan p = { .version = 6,
				.frames = FRAMES,
				.shift = 1,
				.codec = VMC_CODEC_LZO,
				.ram = some_ram,
				.dumped = some_dumped };
	struct image im = make_kdump(&p, NULL);
	uint64_t at = 0, first, count, seen = 0;
	struct vmc_dump *d = NULL;

	(void)state;
	assert_ok(open_memory(&im, &d));
	while (vmc_dump_next_run(d, at, &first, &count)) {
		assert_true(count > 0);
		for (; at < first; at++)
			assert_int_not_equal(vmc_dump_page_state(d, at), VMC_OK);
		for (; at < first + count; at++, seen++)
			assert_int_equal(vmc_dump_page_state(d, at), VMC_OK);
	}
	for (; at < FRAMES * 2; at++)
		assert_int_not_equal(vmc_dump_page_state(d, at), VMC_OK);
	assert_true(seen > 1200);
	for (at = 0; vmc_dump_next_ram(d, at, &first, &count);) {
		assert_true(count > 0);
		for (; at < first; at++)
			assert_false(some_ram(at / 2));
		for (; at < first + count; at++)
			assert_true(some_ram(at / 2));
	}
	assert_false(vmc_dump_next_ram(d, FRAMES * 2, &first, &count));
	/* from within a block, and from beyond the end */
	assert_true(vmc_dump_next_run(d, 1, &first, &count));
	assert_int_equal(first, 1);
	assert_false(vmc_dump_next_run(d, FRAMES * 2, &first, &count));
	assert_false(vmc_dump_next_run(d, UINT64_MAX, &first, &count));
	vmc_dump_free(d);
	image_free(&im);
}

static void check_cut(struct vmc_dump *d, void *arg)
{
	const struct vmc_dump_info *info = vmc_dump_info(d);
	uint64_t present = 0, first, count, in_runs = 0, lost = 0;

	(void)arg;
	assert_false(info->complete);
	assert_true(info->incomplete_why[0]);
	for (uint64_t pfn = 0; pfn < 600; pfn++) {
		if (vmc_dump_page_state(d, pfn) == VMC_OK) {
			assert_page(d, pfn, 0);
			present++;
		} else if (vmc_dump_page_state(d, pfn) == VMC_TRUNCATED) {
			assert_absent(d, pfn, VMC_TRUNCATED);
			lost++;
		}
	}
	assert_true(lost > 0);
	for (uint64_t at = 0; vmc_dump_next_run(d, at, &first, &count); at = first + count)
		in_runs += count;
	assert_int_equal(in_runs, present);
}

/* Cut at any length, a dump opens or says why not, and never shows a wrong page. */
static void every_truncation_is_noticed(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 600, .codec = VMC_CODEC_ZLIB };
	struct kdump_layout l;
	struct image im = make_kdump(&p, &l);

	(void)state;
	for (size_t size = 1; size < im.size; size += size < 64 ? 1 : 7919) {
		struct image cut = image_prefix(&im, size);
		struct vmc_dump *d = NULL;
		vmc_autoerror struct vmc_error *err = open_memory(&cut, &d);

		vmc_dump_free(d);
		if (size >= 8192)
			with_dump(&cut, check_cut, NULL);
		else if (!err)
			assert_true(size >= 4096 + 104);
		image_free(&cut);
	}
	/* one byte less than everything */
	im.size--;
	with_dump(&im, check_cut, NULL);
	image_free(&im);
}

static void the_tool_ran_out_of_space(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 100, .codec = VMC_CODEC_ZLIB, .status = 8 };
	struct kdump_layout l;
	struct image im = make_kdump(&p, &l);
	struct vmc_dump *d = NULL;

	(void)state;
	image_u64(&im, l.descs + 24 * 50, 0);
	assert_ok(open_memory(&im, &d));
	assert_false(vmc_dump_info(d)->complete);
	assert_absent(d, 50, VMC_TRUNCATED);
	assert_page(d, 49, 0);
	assert_page(d, 51, 0);
	vmc_dump_free(d);
	image_free(&im);
}

static void bad_pages_are_damaged_not_fatal(void **state)
{
	for (size_t i = 1; i < VMC_ARRAY_SIZE(codecs); i++) {
		struct kdump_plan p = { .version = 6, .frames = 100, .codec = codecs[i] };
		struct kdump_layout l;
		struct image im = make_kdump(&p, &l);
		struct vmc_dump *d = NULL;
		uint64_t at = vmc_le64(im.data + l.descs);
		uint64_t n = vmc_le32(im.data + l.descs + 8);

		(void)state;
		/* frame 0: data destroyed; 1: size 0; 2: size of more than a block;
		 * 4: unknown codec; 5: raw with a wrong size; 6: negative offset; 8: two codecs */
		memset(im.data + at, 0xff, n);
		image_u32(&im, l.descs + 24 * 1 + 8, 0);
		image_u32(&im, l.descs + 24 * 2 + 8, 4097);
		image_u32(&im, l.descs + 24 * 4 + 12, 0x40);
		image_u32(&im, l.descs + 24 * 5 + 12, 0);
		image_u64(&im, l.descs + 24 * 6, UINT64_MAX - 5);
		image_u32(&im, l.descs + 24 * 8 + 12, VMC_CODEC_ZLIB | VMC_CODEC_LZO);
		assert_ok(open_memory(&im, &d));
		assert_absent(d, 0, VMC_DAMAGED);
		assert_absent(d, 0, VMC_DAMAGED);
		assert_absent(d, 1, VMC_DAMAGED);
		assert_absent(d, 2, VMC_DAMAGED);
		assert_page(d, 3, 0);
		assert_absent(d, 4, VMC_DAMAGED);
		assert_absent(d, 5, VMC_DAMAGED);
		assert_absent(d, 6, VMC_DAMAGED);
		assert_absent(d, 8, VMC_DAMAGED);
		assert_page(d, 9, 0);
		vmc_dump_free(d);
		image_free(&im);
	}
}

/* Snappy data say how long they get: a page must not be believed to be a gigabyte. */
static void snappy_length_is_not_believed(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 10, .codec = VMC_CODEC_SNAPPY };
	struct kdump_layout l;
	struct image im = make_kdump(&p, &l);
	struct vmc_dump *d = NULL;

	(void)state;
	image_put(&im, vmc_le64(im.data + l.descs), "\xff\xff\xff\x7f", 4);
	assert_ok(open_memory(&im, &d));
	assert_absent(d, 0, VMC_DAMAGED);
	vmc_dump_free(d);
	image_free(&im);
}

static void refuses(const char *what, void (*spoil)(struct image *im), enum vmc_code code)
{
	struct kdump_plan p = { .version = 6, .frames = 100, .codec = VMC_CODEC_ZLIB };
	struct image im = make_kdump(&p, NULL);
	struct vmc_dump *d = NULL;
	vmc_autoerror struct vmc_error *err = NULL;

	spoil(&im);
	err = open_memory(&im, &d);
	if (vmc_error_code(err) != code)
		fail_msg("%s: %s", what, vmc_error_text(err));
	assert_true(strlen(vmc_error_text(err)) > 10);
	image_free(&im);
}

static void version_absurd(struct image *im)
{
	image_u32(im, 8, 0x41414141);
}

static void version_big_endian(struct image *im)
{
	image_u32(im, 8, 0x06000000);
}

static void block_absurd(struct image *im)
{
	image_u32(im, 428, 3000);
}

static void block_huge(struct image *im)
{
	image_u32(im, 428, 0x80000000);
}

static void layout_of_32_bits(struct image *im)
{
	image_u32(im, 428, 2);
	image_u32(im, 416, 4096);
}

static void no_sub_header(struct image *im)
{
	image_u32(im, 432, 0);
}

static void bitmap_too_small(struct image *im)
{
	image_u64(im, 4096 + 96, 1000000);
}

static void frames_absurd(struct image *im)
{
	image_u64(im, 4096 + 96, UINT64_MAX);
	image_u32(im, 436, UINT32_MAX);
}

static void no_frames(struct image *im)
{
	image_u32(im, 440, 0);
	image_u64(im, 4096 + 96, 0);
}

static void span_reversed(struct image *im)
{
	image_u32(im, 4096 + 12, 1);
	image_u64(im, 4096 + 80, 50);
	image_u64(im, 4096 + 88, 10);
}

static void span_beyond(struct image *im)
{
	image_u32(im, 4096 + 12, 1);
	image_u64(im, 4096 + 88, UINT64_MAX);
}

static void nonsense_headers_are_refused(void **state)
{
	(void)state;
	refuses("version", version_absurd, VMC_BAD_FORMAT);
	refuses("big-endian", version_big_endian, VMC_UNSUPPORTED);
	refuses("block", block_absurd, VMC_BAD_FORMAT);
	refuses("huge block", block_huge, VMC_BAD_FORMAT);
	refuses("32-bit", layout_of_32_bits, VMC_UNSUPPORTED);
	refuses("no sub header", no_sub_header, VMC_BAD_FORMAT);
	refuses("small bitmap", bitmap_too_small, VMC_BAD_FORMAT);
	refuses("frames", frames_absurd, VMC_BAD_FORMAT);
	refuses("no frames", no_frames, VMC_BAD_FORMAT);
	refuses("reversed span", span_reversed, VMC_BAD_FORMAT);
	refuses("span beyond", span_beyond, VMC_BAD_FORMAT);
}

/* Sizes that only a file of terabytes could have: opens, without buying memory for them. */
static void huge_claims_cost_nothing(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 100, .codec = VMC_CODEC_ZLIB };
	struct image im = make_kdump(&p, NULL);
	struct vmc_dump *d = NULL;

	(void)state;
	image_u32(&im, 436, UINT32_MAX);
	image_u64(&im, 4096 + 96, (uint64_t)1 << 34);
	image_u64(&im, 4096 + 32, 4096);
	image_u64(&im, 4096 + 40, UINT64_MAX);
	image_u64(&im, 4096 + 48, 8192);
	image_u64(&im, 4096 + 56, UINT64_MAX);
	assert_ok(open_memory(&im, &d));
	assert_false(vmc_dump_info(d)->complete);
	assert_absent(d, (uint64_t)1 << 33, VMC_TRUNCATED);
	vmc_dump_free(d);
	image_free(&im);
}

static void header_text_cannot_fool_a_terminal(void **state)
{
	struct kdump_plan p = { .version = 6, .frames = 10 };
	struct image im = make_kdump(&p, NULL);
	struct vmc_dump *d = NULL;

	(void)state;
	memset(im.data + 12, 0x1b, 6 * 65);
	assert_ok(open_memory(&im, &d));
	assert_int_equal(strlen(vmc_dump_info(d)->uts_release), 64);
	assert_int_equal(vmc_dump_info(d)->uts_release[0], '?');
	vmc_dump_free(d);
	image_free(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_codec),
		cmocka_unit_test(reads_every_version),
		cmocka_unit_test(serves_units_of_big_blocks),
		cmocka_unit_test(one_bitmap_leaves_nothing_out),
		cmocka_unit_test(reads_odd_numbers_of_frames),
		cmocka_unit_test(headers_by_version),
		cmocka_unit_test(runs_cover_what_is_there),
		cmocka_unit_test(every_truncation_is_noticed),
		cmocka_unit_test(the_tool_ran_out_of_space),
		cmocka_unit_test(bad_pages_are_damaged_not_fatal),
		cmocka_unit_test(snappy_length_is_not_believed),
		cmocka_unit_test(nonsense_headers_are_refused),
		cmocka_unit_test(huge_claims_cost_nothing),
		cmocka_unit_test(header_text_cannot_fool_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
