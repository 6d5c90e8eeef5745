/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a format reader is to the rest: it takes one struct vmc_file, fills
 * struct vmc_facts from the headers, and answers for pages through
 * struct vmc_format_ops.
 *
 * To add a format: a file with an open function and its ops, a row in the table
 * of probe.c, a line in meson.build, a test in tests/unit/dump/.
 */
#ifndef VMC_DUMP_FORMAT_H
#define VMC_DUMP_FORMAT_H

#include "base/str.h"
#include "base/vec.h"
#include "dump/dump.h"
#include "dump/file.h"

/* What the headers say, and the memory it lies in. */
struct vmc_facts {
	struct vmc_dump_info info;
	VMC_VEC(struct vmc_note) notes; /* info.notes is set from it at the end */
	VMC_VEC(struct vmc_segment) segments;
	struct vmc_arena arena;
};

void vmc_facts_init(struct vmc_facts *facts);
void vmc_facts_deinit(struct vmc_facts *facts);

/* Takes note of one reason why the dump is incomplete; the first ones that fit are kept. */
void vmc_facts_incomplete(struct vmc_facts *facts, const char *fmt, ...) VMC_PRINTF(2, 3);

/* Why a page is absent, in words. The address is put in front by dump.c. */
struct vmc_why {
	char text[200];
};

/* Returns code, for use in a return statement; `why` may be NULL. */
enum vmc_code vmc_why_set(struct vmc_why *why, enum vmc_code code, const char *fmt, ...)
	VMC_PRINTF(3, 4);

/* The calls behind vmc_dump_page(), _page_state(), _next_run() and _next_ram(). */
struct vmc_format_ops {
	enum vmc_code (*page)(void *reader, uint64_t pfn, const uint8_t **ret, struct vmc_why *why);
	enum vmc_code (*state)(void *reader, uint64_t pfn);
	bool (*next_run)(void *reader, uint64_t from, uint64_t *ret_first, uint64_t *ret_count);
	bool (*next_ram)(void *reader, uint64_t from, uint64_t *ret_first, uint64_t *ret_count);
	void (*free)(void *reader);
};

/* notes.c: appends the ELF notes of `area`; one that is malformed ends the list. */
struct vmc_error *vmc_notes_parse(struct vmc_bytes area, struct vmc_facts *facts) VMC_MUST_CHECK;
/* notes.c: sets info.vmcoreinfo from the note of exactly that name, if it is not set yet. */
void vmc_notes_find_vmcoreinfo(struct vmc_facts *facts);

/* elf.c. The file is borrowed as long as the reader lives; so everywhere below. */
struct vmc_error *vmc_elf_core_open(struct vmc_file *file, struct vmc_facts *facts,
				    void **ret) VMC_MUST_CHECK;
extern const struct vmc_format_ops vmc_elf_ops;

/* kdump.c: one file, which may be a part of a split set. */
struct vmc_kdump;
struct vmc_cache;
struct vmc_codecs;

/* Shared by the parts of a split set; borrowed, and needed only once pages are read. */
struct vmc_kdump_shared {
	struct vmc_cache *cache;
	struct vmc_codecs *codecs;
};

/* The frames of which this file has the contents, in units of its block size. */
struct vmc_kdump_span {
	bool split;
	uint64_t first, end; /* blocks [first, end) */
	uint64_t max;	     /* blocks of the whole dump */
	unsigned int shift;  /* log2 of 4 KiB units per block */
};

struct vmc_error *vmc_kdump_open(struct vmc_file *file, unsigned int part,
				 const struct vmc_kdump_shared *shared, struct vmc_facts *facts,
				 struct vmc_kdump **ret) VMC_MUST_CHECK;
void vmc_kdump_free(struct vmc_kdump *k);
struct vmc_kdump_span vmc_kdump_span(const struct vmc_kdump *k);
enum vmc_code vmc_kdump_page(struct vmc_kdump *k, uint64_t pfn, const uint8_t **ret,
			     struct vmc_why *why);
enum vmc_code vmc_kdump_state(struct vmc_kdump *k, uint64_t pfn, struct vmc_why *why);
bool vmc_kdump_next_run(struct vmc_kdump *k, uint64_t from, uint64_t *ret_first,
			uint64_t *ret_count);
bool vmc_kdump_next_ram(const struct vmc_kdump *k, uint64_t from, uint64_t *ret_first,
			uint64_t *ret_count);

/* split.c: any number of kdump files, one included. */
struct vmc_error *vmc_split_open(struct vmc_file *files, size_t n, struct vmc_facts *facts,
				 void **ret) VMC_MUST_CHECK;
extern const struct vmc_format_ops vmc_split_ops;

/* probe.c: finds the reader for the files, or says what they look like. */
struct vmc_error *vmc_probe(struct vmc_file *files, size_t n, struct vmc_facts *facts,
			    const struct vmc_format_ops **ret_ops,
			    void **ret_reader) VMC_MUST_CHECK;

/* "30.0 MiB", for sentences. */
struct vmc_size_text {
	char text[24];
};
struct vmc_size_text vmc_size_text(uint64_t bytes);

#endif
