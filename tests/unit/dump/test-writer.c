/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dump/writer.h"

#define PFNS 5000u
#define BITMAP ((PFNS + 7) / 8)

static const unsigned int codecs[] = { VMC_CODEC_RAW, VMC_CODEC_ZLIB, VMC_CODEC_LZO,
				       VMC_CODEC_SNAPPY, VMC_CODEC_ZSTD };
static const char info_text[] = "OSRELEASE=6.1.0\nPAGESIZE=4096\n";
static const char path[] = "vmc-test-writer.kdump";

static bool is_written(uint64_t pfn)
{
	return pfn % 7 == 1 || (pfn > 4000 && pfn < 4600);
}

static bool is_ram(uint64_t pfn)
{
	return pfn < 1000 || pfn > 2000 || is_written(pfn);
}

static void fill_maps(uint8_t *ram, uint8_t *pages)
{
	/* bits behind the last pfn must not confuse anybody */
	memset(ram, 0, BITMAP);
	memset(pages, 0, BITMAP);
	ram[BITMAP - 1] = 0xff;
	pages[BITMAP - 1] = 0xff;
	for (uint64_t i = 0; i < PFNS; i++) {
		ram[i / 8] =
			(uint8_t)((ram[i / 8] & ~(1u << i % 8)) | (unsigned int)is_ram(i) << i % 8);
		pages[i / 8] = (uint8_t)((pages[i / 8] & ~(1u << i % 8)) |
					 (unsigned int)is_written(i) << i % 8);
	}
}

static void write_pages(const struct vmc_writer_head *head)
{
	uint8_t page[VMC_PAGE_SIZE];
	struct vmc_writer *w = NULL;

	assert_ok(vmc_writer_new(path, head, &w));
	for (uint64_t pfn = 0; pfn < PFNS; pfn++) {
		if (!is_written(pfn))
			continue;
		fill_page(page, sizeof(page), pfn);
		assert_ok(vmc_writer_add(w, pfn, page));
	}
	assert_ok(vmc_writer_finish(w));
}

static void check_written(const struct vmc_writer_head *head, size_t n_notes)
{
	static const char *const paths[] = { path };
	const struct vmc_dump_info *i;
	struct vmc_dump *d = NULL;

	assert_ok(vmc_dump_open(paths, 1, &d));
	i = vmc_dump_info(d);
	if (!i->complete)
		fail_msg("%s", i->incomplete_why);
	assert_int_equal(i->kind, VMC_DUMP_KDUMP);
	assert_int_equal(i->compression, head->codec);
	assert_int_equal(i->max_pfn, PFNS);
	assert_int_equal(i->dump_level, 31);
	assert_int_equal(i->phys_base, -0x1000);
	assert_int_equal(i->timestamp, 1234567890);
	assert_int_equal(i->nr_cpus, 3);
	assert_string_equal(i->uts_release, "6.1.0");
	assert_string_equal(i->uts_machine, "x86_64");
	assert_string_equal(i->uts_nodename, "");
	assert_int_equal(i->vmcoreinfo.size, sizeof(info_text) - 1);
	assert_memory_equal(i->vmcoreinfo.data, info_text, sizeof(info_text) - 1);
	assert_int_equal(i->n_notes, n_notes);
	assert_string_equal(i->notes[0].name, "CORE");
	assert_int_equal(i->notes[0].type, NT_PRSTATUS);
	assert_memory_equal(i->notes[0].desc.data, "first", 5);
	assert_string_equal(i->notes[1].name, "QEMU");
	for (uint64_t pfn = 0; pfn < PFNS; pfn++) {
		if (is_written(pfn))
			assert_page(d, pfn, 0);
		else
			assert_absent(d, pfn, is_ram(pfn) ? VMC_EXCLUDED : VMC_NOT_RAM);
	}
	vmc_dump_free(d);
}

static void what_is_written_reads_back(void **state)
{
	uint8_t ram[BITMAP], pages[BITMAP];
	struct vmc_note notes[] = {
		{ "CORE", NT_PRSTATUS, { (const uint8_t *)"first", 5 } },
		{ "QEMU", 0, { (const uint8_t *)"cpu", 3 } },
		{ "VMCOREINFO", 0, { (const uint8_t *)info_text, sizeof(info_text) - 1 } },
	};
	struct vmc_writer_head head = {
		.max_pfn = PFNS,
		.ram = ram,
		.pages = pages,
		.dump_level = 31,
		.phys_base = -0x1000,
		.timestamp = 1234567890,
		.nr_cpus = 3,
		.uts_release = "6.1.0",
		.uts_machine = "x86_64",
		.vmcoreinfo = { (const uint8_t *)info_text, sizeof(info_text) - 1 },
		.notes = notes,
	};

	(void)state;
	fill_maps(ram, pages);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(codecs); i++) {
		head.codec = codecs[i];
		/* with the note among the notes, and without */
		for (head.n_notes = 2; head.n_notes <= 3; head.n_notes++) {
			write_pages(&head);
			check_written(&head, 3);
		}
	}
	unlink(path);
}

static struct vmc_writer *small_writer(const uint8_t *pages)
{
	struct vmc_writer_head head = { .max_pfn = 16, .pages = pages, .codec = VMC_CODEC_ZLIB };
	struct vmc_writer *w = NULL;

	assert_ok(vmc_writer_new(path, &head, &w));
	return w;
}

static void only_what_was_announced(void **state)
{
	static const uint8_t pages[] = { 0x0c, 0 };
	uint8_t page[VMC_PAGE_SIZE] = { 1 };
	struct vmc_writer *w = small_writer(pages);

	(void)state;
	assert_code(vmc_writer_add(w, 1, page), VMC_USAGE);
	assert_code(vmc_writer_add(w, 16, page), VMC_USAGE);
	assert_ok(vmc_writer_add(w, 3, page));
	assert_code(vmc_writer_add(w, 3, page), VMC_USAGE);
	assert_code(vmc_writer_add(w, 2, page), VMC_USAGE);
	/* page 2 is missing: no file is left behind */
	assert_code(vmc_writer_finish(w), VMC_USAGE);
	assert_int_equal(access(path, F_OK), -1);
	w = small_writer(pages);
	vmc_writer_abort(w);
	assert_int_equal(access(path, F_OK), -1);
	vmc_writer_abort(NULL);
}

static void no_pages_at_all(void **state)
{
	static const uint8_t none[2];
	static const char *const paths[] = { path };
	struct vmc_dump *d = NULL;
	struct stat st;

	(void)state;
	assert_ok(vmc_writer_finish(small_writer(none)));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_ok(vmc_dump_open(paths, 1, &d));
	assert_true(vmc_dump_info(d)->complete);
	assert_absent(d, 3, VMC_NOT_RAM);
	vmc_dump_free(d);
	unlink(path);
}

static void impossible_requests(void **state)
{
	static const uint8_t pages[] = { 1 };
	struct vmc_writer_head head = { .max_pfn = 8, .pages = pages };
	struct vmc_writer *w = NULL;

	(void)state;
	assert_code(vmc_writer_new("/nonexistent/x", &head, &w), VMC_IO);
	head.codec = 8;
	assert_code(vmc_writer_new(path, &head, &w), VMC_USAGE);
	head.codec = 0;
	head.max_pfn = 0;
	assert_code(vmc_writer_new(path, &head, &w), VMC_USAGE);
	head.max_pfn = UINT64_MAX;
	assert_code(vmc_writer_new(path, &head, &w), VMC_USAGE);
	head.max_pfn = 8;
	head.pages = NULL;
	assert_code(vmc_writer_new(path, &head, &w), VMC_USAGE);
	assert_null(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(only_what_was_announced),
		cmocka_unit_test(no_pages_at_all),
		cmocka_unit_test(impossible_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
