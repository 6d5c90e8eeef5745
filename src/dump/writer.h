/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a compressed kdump file (header version 6) of chosen pages, for slim
 * and for the tests' synthetic dumps.
 */
#ifndef VMC_DUMP_WRITER_H
#define VMC_DUMP_WRITER_H

#include "dump/dump.h"

struct vmc_writer_page {
	uint64_t pfn;
	/* borrowed for the time of vmc_writer_add() */
	const uint8_t *data; /* VMC_PAGE_SIZE bytes */
};

/* What goes into the headers. All members borrowed. */
struct vmc_writer_head {
	uint64_t max_pfn;
	const uint8_t
		*ram; /* bitmap 1: pfns that were RAM, max_pfn bits; NULL = the pages written */
	const uint8_t *pages; /* bitmap 2: pfns that will be added, max_pfn bits */
	unsigned int
		codec; /* one vmc_codec for all pages (a page that does not shrink is stored raw) */
	int dump_level;
	int64_t phys_base;
	int64_t timestamp;
	int nr_cpus;
	const char *uts_release, *uts_version, *uts_machine, *uts_nodename; /* NULL = "" */
	struct vmc_bytes vmcoreinfo;					    /* size 0 = none */
	const struct vmc_note *notes;
	size_t n_notes;
};

struct vmc_writer;

/* Writes the headers to `path` (truncated). */
struct vmc_error *vmc_writer_new(const char *path, const struct vmc_writer_head *head,
				 struct vmc_writer **ret) VMC_MUST_CHECK;
/* Pages must come in ascending pfn order, exactly those of head->pages. */
struct vmc_error *vmc_writer_add(struct vmc_writer *w, uint64_t pfn,
				 const uint8_t *data) VMC_MUST_CHECK;
/* Flushes and closes; the file is complete only when this returns NULL. Frees w in any case. */
struct vmc_error *vmc_writer_finish(struct vmc_writer *w) VMC_MUST_CHECK;
/* Gives up: closes, removes the file, frees. NULL is fine. */
void vmc_writer_abort(struct vmc_writer *w);

#endif
