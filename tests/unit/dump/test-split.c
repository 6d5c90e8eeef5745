/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <string.h>

#define FRAMES 1000u

static bool some_dumped(uint64_t f)
{
	return f % 5 != 2;
}

static struct image make_part(unsigned int version, uint64_t first, uint64_t end)
{
	return make_kdump(&(struct kdump_plan){ .version = version,
						.frames = FRAMES,
						.codec = VMC_CODEC_ZLIB,
						.split = true,
						.first = first,
						.end = end,
						.dumped = some_dumped,
						.vmcoreinfo = "OSRELEASE=6\n",
						.notes = true },
			  NULL);
}

static void check_frames(struct vmc_dump *d, uint64_t lost_first, uint64_t lost_end)
{
	uint64_t first, count, at = 0, n = 0;

	for (uint64_t f = 0; f < FRAMES; f++) {
		if (!some_dumped(f))
			assert_absent(d, f, VMC_EXCLUDED);
		else if (f >= lost_first && f < lost_end)
			assert_absent(d, f, VMC_TRUNCATED);
		else
			assert_page(d, f, 0);
	}
	for (; vmc_dump_next_run(d, at, &first, &count); at = first + count) {
		for (uint64_t f = first; f < first + count; f++, n++)
			assert_int_equal(vmc_dump_page_state(d, f), VMC_OK);
	}
	for (uint64_t f = 0; f < FRAMES; f++)
		n -= vmc_dump_page_state(d, f) == VMC_OK;
	assert_int_equal(n, 0);
}

static void parts_in_any_order(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 2, 0, 1 }, { 1, 2, 0 } };

	(void)state;
	for (unsigned int version = 2; version <= 6; version++) {
		struct image parts[] = { make_part(version, 0, 333), make_part(version, 333, 701),
					 make_part(version, 701, FRAMES) };

		for (size_t i = 0; i < VMC_ARRAY_SIZE(orders); i++) {
			struct image given[3];
			struct vmc_dump *d = NULL;

			for (int k = 0; k < 3; k++)
				given[k] = parts[orders[i][k]];
			assert_ok(open_files(given, 3, &d));
			assert_true(vmc_dump_info(d)->complete);
			assert_int_equal(vmc_dump_info(d)->parts, 3);
			assert_int_equal(vmc_dump_info(d)->n_notes, version >= 4 ? 2 : 0);
			assert_int_equal(vmc_dump_info(d)->file_size,
					 parts[0].size + parts[1].size + parts[2].size);
			check_frames(d, 0, 0);
			vmc_dump_free(d);
		}
		for (int k = 0; k < 3; k++)
			image_free(&parts[k]);
	}
}

static void some_parts_flattened(void **state)
{
	struct image a = make_part(6, 0, 500), b = make_part(6, 500, FRAMES);
	struct image given[] = { make_flattened(&b, 1000, true, true), a };
	struct vmc_dump *d = NULL;

	(void)state;
	assert_ok(open_files(given, 2, &d));
	assert_true(vmc_dump_info(d)->complete);
	assert_true(vmc_dump_info(d)->flattened);
	check_frames(d, 0, 0);
	vmc_dump_free(d);
	image_free(&given[0]);
	image_free(&a);
	image_free(&b);
}

static void missing_parts_are_told(void **state)
{
	struct image given[] = { make_part(6, 600, FRAMES), make_part(6, 0, 200) };
	struct vmc_dump *d = NULL;

	(void)state;
	assert_ok(open_files(given, 2, &d));
	assert_false(vmc_dump_info(d)->complete);
	assert_non_null(strstr(vmc_dump_info(d)->incomplete_why, "400 of the 1000"));
	check_frames(d, 200, 600);
	vmc_dump_free(d);
	d = NULL;
	/* one part alone */
	assert_ok(open_files(&given[1], 1, &d));
	assert_false(vmc_dump_info(d)->complete);
	check_frames(d, 200, FRAMES);
	vmc_dump_free(d);
	image_free(&given[0]);
	image_free(&given[1]);
}

static void a_part_cut_off(void **state)
{
	struct image given[] = { make_part(6, 0, 500), make_part(6, 500, FRAMES) };
	struct vmc_dump *d = NULL;

	(void)state;
	given[1].size -= 10;
	assert_ok(open_files(given, 2, &d));
	assert_false(vmc_dump_info(d)->complete);
	assert_non_null(strstr(vmc_dump_info(d)->incomplete_why, "file 2"));
	vmc_dump_free(d);
	image_free(&given[0]);
	image_free(&given[1]);
}

static void wrong_sets_are_refused(void **state)
{
	struct kdump_plan whole = { .version = 6, .frames = FRAMES, .codec = VMC_CODEC_ZLIB };
	struct image a = make_part(6, 0, 500), b = make_part(6, 500, FRAMES);
	struct image other = make_part(6, 500, FRAMES), single = make_kdump(&whole, NULL);
	struct image elf = { 0 }, text = { 0 };
	struct vmc_dump *d = NULL;

	(void)state;
	image_u64(&other, 408, 99); /* of another time */
	elf_header(&elf, 1);
	elf_phdr(&elf, 0, 1, 0x100, 0, 0x100, 0x100);
	image_put(&text, 0, "some text, no dump\n", 19);
	assert_code(open_files((struct image[]){ a, a }, 2, &d), VMC_USAGE);
	assert_code(open_files((struct image[]){ a, other }, 2, &d), VMC_MISMATCH);
	assert_code(open_files((struct image[]){ a, single }, 2, &d), VMC_USAGE);
	assert_code(open_files((struct image[]){ single, a }, 2, &d), VMC_USAGE);
	assert_code(open_files((struct image[]){ elf, elf }, 2, &d), VMC_USAGE);
	assert_code(open_files((struct image[]){ a, elf }, 2, &d), VMC_USAGE);
	assert_code(open_files((struct image[]){ a, text }, 2, &d), VMC_NOT_FORMAT);
	assert_code(vmc_dump_open(NULL, 0, &d), VMC_USAGE);
	assert_null(d);
	image_free(&a);
	image_free(&b);
	image_free(&other);
	image_free(&single);
	image_free(&elf);
	image_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_in_any_order),	  cmocka_unit_test(some_parts_flattened),
		cmocka_unit_test(missing_parts_are_told), cmocka_unit_test(a_part_cut_off),
		cmocka_unit_test(wrong_sets_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
