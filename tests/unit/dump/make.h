/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes dumps in memory for the tests. Written from the format descriptions
 * and with the compression libraries alone, not with code of src/dump/, so that
 * a mistake there does not cancel out here.
 */
#ifndef VMC_TESTS_DUMP_MAKE_H
#define VMC_TESTS_DUMP_MAKE_H

#include "../test.h"

#include "dump/dump.h"

/* A file in the making: holes read as zero. */
struct image {
	uint8_t *data;
	size_t size;
	size_t cap;
};

void image_put(struct image *im, uint64_t at, const void *bytes, size_t size);
void image_u16(struct image *im, uint64_t at, uint16_t v);
void image_u32(struct image *im, uint64_t at, uint32_t v);
void image_u64(struct image *im, uint64_t at, uint64_t v);
void image_be64(struct image *im, uint64_t at, uint64_t v);
void image_free(struct image *im);
/* A copy of the first `size` bytes. */
struct image image_prefix(const struct image *im, size_t size);

/* Opens from memory of exactly the image's size, or from a temporary file. */
struct vmc_error *open_memory(const struct image *im, struct vmc_dump **ret);
struct vmc_error *open_files(const struct image *images, size_t n, struct vmc_dump **ret);
/* In both ways, one after the other, and `check` on each. */
void with_dump(const struct image *im, void (*check)(struct vmc_dump *d, void *arg), void *arg);

/* What page `pfn` holds: text-like, different for each; every eighth page is zero. */
void fill_page(uint8_t *page, size_t size, uint64_t pfn);
/* Fails unless the page reads as fill_page() makes it; `shift` as in make_kdump. */
void assert_page(struct vmc_dump *d, uint64_t pfn, unsigned int shift);
/* Fails unless both the state and the read give `code`, and the text names the address. */
void assert_absent(struct vmc_dump *d, uint64_t pfn, enum vmc_code code);

/* ELF: header, then program headers one by one. */
void elf_header(struct image *im, unsigned int phnum);
void elf_phdr(struct image *im, unsigned int i, uint32_t type, uint64_t offset, uint64_t paddr,
	      uint64_t filesz, uint64_t memsz);
/* One note at `at`; returns its size. */
size_t put_note(struct image *im, uint64_t at, const char *name, size_t name_size, uint32_t type,
		const void *desc, size_t desc_size);

struct kdump_plan {
	unsigned int version;
	unsigned int shift; /* block size 4096 << shift */
	uint64_t frames;
	unsigned int codec;
	uint32_t status; /* besides the codec */
	bool one_bitmap;
	bool split;
	uint64_t first, end; /* of a split part */
	/* which frames are RAM, which are in the file; NULL: all */
	bool (*ram)(uint64_t frame);
	bool (*dumped)(uint64_t frame);
	const char *vmcoreinfo;
	bool notes;
};

/* Where things came to lie. */
struct kdump_layout {
	uint64_t bitmap1, bitmap2, descs, data;
	uint64_t n_descs;
};

struct image make_kdump(const struct kdump_plan *plan, struct kdump_layout *ret);

/* The image as a flattened stream in records of `record` bytes; `backwards`: last record first. */
struct image make_flattened(const struct image *im, size_t record, bool backwards, bool end);

#endif
