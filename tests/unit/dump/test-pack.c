/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <stdlib.h>
#include <string.h>

#include "dump/pack.h"

#define FRAMES 200u

/* Pages 10 to 109 (a long run) and 150 to 154 (a short one) are wanted. */
static bool is_wanted(uint64_t pfn)
{
	return (pfn >= 10 && pfn < 110) || (pfn >= 150 && pfn < 155);
}

struct packed {
	struct vmc_dump *dump;
	struct image im;
	uint8_t pages[FRAMES / 8 + 1];
	uint8_t *desc;
	size_t size;
};

static void make_packed(struct packed *p)
{
	struct kdump_plan plan = { .version = 6, .frames = FRAMES, .codec = VMC_CODEC_ZLIB };
	struct kdump_layout layout;

	memset(p, 0, sizeof(*p));
	p->im = make_kdump(&plan, &layout);
	assert_ok(open_memory(&p->im, &p->dump));
	for (uint64_t i = 0; i < FRAMES; i++) {
		if (is_wanted(i))
			p->pages[i / 8] |= (uint8_t)(1u << i % 8);
	}
	assert_ok(vmc_pack_make(p->dump, p->pages, FRAMES, &p->desc, &p->size));
}

static void free_packed(struct packed *p)
{
	free(p->desc);
	vmc_dump_free(p->dump);
	image_free(&p->im);
}

static struct vmc_note note_of(const uint8_t *desc, size_t size)
{
	return (struct vmc_note){ VMC_PACK_NOTE_NAME, VMC_PACK_NOTE_TYPE, { desc, size } };
}

static void long_runs_come_back_as_they_were(void **state)
{
	struct vmc_pack *pack;
	struct packed p;
	struct vmc_note note;

	(void)state;
	make_packed(&p);
	note = note_of(p.desc, p.size);
	assert_ok(vmc_pack_open(&note, 1, &pack));
	assert_non_null(pack);
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++) {
		bool packed = pfn >= 10 && pfn < 110;
		uint8_t want[VMC_PAGE_SIZE];
		const uint8_t *page;

		assert_int_equal(vmc_pack_has(pack, pfn), packed);
		/* what went into the pack is no longer to be written as a page of its own */
		assert_int_equal(p.pages[pfn / 8] >> pfn % 8 & 1, is_wanted(pfn) && !packed);
		if (!packed)
			continue;
		fill_page(want, sizeof(want), pfn);
		assert_int_equal(vmc_pack_page(pack, pfn, &page), VMC_OK);
		assert_memory_equal(page, want, sizeof(want));
	}
	vmc_pack_free(pack);
	free_packed(&p);
}

static void other_notes_hold_no_pack(void **state)
{
	struct vmc_note notes[] = { { "CORE", 1, { (const uint8_t *)"x", 1 } },
				    { VMC_PACK_NOTE_NAME, 7, { (const uint8_t *)"x", 1 } } };
	struct vmc_pack *pack;

	(void)state;
	assert_ok(vmc_pack_open(notes, 2, &pack));
	assert_null(pack);
	assert_false(vmc_pack_has(NULL, 0));
}

/* Any byte of the note may be damaged: an error or VMC_DAMAGED, or pages of the right size. */
static void damage_is_told(void **state)
{
	struct packed p;

	(void)state;
	make_packed(&p);
	for (size_t i = 0; i < p.size; i += i < 64 ? 1 : 37) {
		vmc_autofree uint8_t *copy = malloc(p.size);
		struct vmc_pack *pack = NULL;
		struct vmc_note note;
		const uint8_t *page;

		assert_non_null(copy);
		memcpy(copy, p.desc, p.size);
		copy[i] ^= 0x81;
		note = note_of(copy, p.size);
		vmc_autoerror struct vmc_error *err = vmc_pack_open(&note, 1, &pack);
		if (!err && vmc_pack_has(pack, 10))
			(void)vmc_pack_page(pack, 10, &page);
		vmc_pack_free(pack);
	}
	for (size_t size = 0; size < p.size; size += 11) {
		struct vmc_note note = note_of(p.desc, size);
		struct vmc_pack *pack = NULL;
		const uint8_t *page;
		vmc_autoerror struct vmc_error *err = vmc_pack_open(&note, 1, &pack);

		if (!err)
			assert_int_equal(vmc_pack_page(pack, 10, &page), VMC_DAMAGED);
		vmc_pack_free(pack);
	}
	free_packed(&p);
}

static void absurd_ranges_are_refused(void **state)
{
	/* version 1, one range of 2^63 pages */
	uint8_t desc[64] = { 1, 0, 0, 0, 1, 0, 0, 0, [23] = 0x80 };
	struct vmc_note note = note_of(desc, sizeof(desc));
	struct vmc_pack *pack;

	(void)state;
	assert_code(vmc_pack_open(&note, 1, &pack), VMC_BAD_FORMAT);
	desc[7] = 0x7f; /* two thousand million ranges */
	assert_code(vmc_pack_open(&note, 1, &pack), VMC_BAD_FORMAT);
	desc[0] = 2;
	assert_code(vmc_pack_open(&note, 1, &pack), VMC_UNSUPPORTED);
	assert_null(pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_runs_come_back_as_they_were),
		cmocka_unit_test(other_notes_hold_no_pack),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(absurd_ranges_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
