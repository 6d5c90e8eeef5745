/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump file: physical pages, notes, and why a page is missing.
 *
 * Formats present themselves through `struct vmc_format_ops` (format.h);
 * probe.c knows their signatures. Flattened streams and split sets are resolved
 * below the formats, so a kdump reader sees a plain file either way.
 *
 * Nothing is read before it is needed; opening costs the headers, for a kdump
 * file one pass over its bitmap (1 MiB per 32 GiB of RAM), and for a flattened
 * stream a read per record. Files are read, never mapped (file.h).
 * One vmc_dump belongs to one thread.
 */
#ifndef VMC_DUMP_DUMP_H
#define VMC_DUMP_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

#define VMC_PAGE_SHIFT_MIN 12
#define VMC_PAGE_SIZE 4096u /* the unit of vmc_dump_page(), whatever the dump's block size */

struct vmc_dump;

/* Compression methods that occur in the pages: bits of vmc_dump_info.compression. */
enum vmc_codec {
	VMC_CODEC_RAW = 0,
	VMC_CODEC_ZLIB = 1,
	VMC_CODEC_LZO = 2,
	VMC_CODEC_SNAPPY = 4,
	VMC_CODEC_ZSTD = 0x20,
};

/* "zlib", "lzo", ...; "raw" for 0; NULL for a bit without a meaning. */
const char *vmc_codec_name(unsigned int codec);

enum vmc_dump_kind {
	VMC_DUMP_ELF,
	VMC_DUMP_KDUMP,
};

/* One ELF note. Borrowed from the dump. */
struct vmc_note {
	const char *name; /* without the trailing NUL bytes the file may lack */
	uint32_t type;
	struct vmc_bytes desc;
};

/* One ELF PT_LOAD as the file gives it (kdump: none). */
struct vmc_segment {
	uint64_t paddr, vaddr;
	uint64_t filesz, memsz; /* as claimed by the header */
	uint64_t in_file;	/* bytes of filesz that the file really has */
};

/* Facts of the headers. Text members are "" when unknown. Owned by the dump. */
struct vmc_dump_info {
	enum vmc_dump_kind kind;
	bool flattened;
	unsigned int parts;	  /* files of a split set, 1 otherwise */
	uint16_t machine;	  /* ELF e_machine; 0 when the header does not say */
	bool complete;		  /* every page that the headers promise is in the file */
	char incomplete_why[256]; /* a sentence when !complete: "the file ends at 30 of 100 MiB",
				     ... */
	unsigned int compression; /* vmc_codec bits announced by the header */
	int dump_level;		  /* makedumpfile -d level, -1 unknown */
	uint64_t block_size;
	uint64_t max_pfn; /* pfns are < max_pfn */
	bool has_phys_base;
	int64_t phys_base; /* header's claim: may be garbage (QEMU) */
	int64_t timestamp; /* seconds since 1970, 0 unknown */
	int nr_cpus;	   /* header's claim, -1 unknown */
	char uts_release[65], uts_version[65], uts_machine[65], uts_nodename[65];
	const struct vmc_note *notes;
	size_t n_notes;
	const struct vmc_segment *segments;
	size_t n_segments;
	struct vmc_bytes vmcoreinfo; /* from the note or the kdump sub-header; size 0 when absent */
	uint64_t file_size;	     /* bytes, all parts */
};

/*
 * Opens one dump; several paths are the parts of one split set, in any order.
 * VMC_NOT_FORMAT: none of the files is a dump in a known format (the text
 * says what it looks like if that is recognised: gzip, LKCD, VMware ...).
 */
struct vmc_error *vmc_dump_open(const char *const *paths, size_t n_paths,
				struct vmc_dump **ret) VMC_MUST_CHECK;

/* The same over memory, for tests and fuzzing; `bytes` is borrowed until the dump is freed. */
struct vmc_error *vmc_dump_open_bytes(struct vmc_bytes bytes, struct vmc_dump **ret) VMC_MUST_CHECK;

void vmc_dump_free(struct vmc_dump *dump);

const struct vmc_dump_info *vmc_dump_info(const struct vmc_dump *dump);

/*
 * The 4096 bytes of page frame `pfn`. The pointer is borrowed, and valid until
 * the next call on this dump. Errors: VMC_EXCLUDED, VMC_TRUNCATED,
 * VMC_DAMAGED, VMC_NOT_RAM; the text names the physical address.
 */
struct vmc_error *vmc_dump_page(struct vmc_dump *dump, uint64_t pfn,
				const uint8_t **ret) VMC_MUST_CHECK;

/* VMC_OK or the reason for absence, without decoding the page and without an error object. */
enum vmc_code vmc_dump_page_state(struct vmc_dump *dump, uint64_t pfn);

/* Reads bytes that may span pages. */
struct vmc_error *vmc_dump_read(struct vmc_dump *dump, uint64_t paddr, void *buf,
				size_t size) VMC_MUST_CHECK;

/* vmc_dump_read() as a reader (reader.ctx is the dump). */
struct vmc_reader vmc_dump_reader(struct vmc_dump *dump);

/*
 * The next run [*ret_first, *ret_first + *ret_count) of frames that have
 * contents, at or after pfn `from`; false when there is none. Lets a scan skip holes.
 * Reading such a page may still tell VMC_DAMAGED.
 */
bool vmc_dump_next_run(struct vmc_dump *dump, uint64_t from, uint64_t *ret_first,
		       uint64_t *ret_count);
/*
 * The next run of frames that were RAM by the headers, whether their contents are in the
 * file or not. Two runs may touch.
 */
bool vmc_dump_next_ram(struct vmc_dump *dump, uint64_t from, uint64_t *ret_first,
		       uint64_t *ret_count);

/*
 * From now on remembers which pages are read (for slim). vmc_dump_touched()
 * returns them as a bitmap of *ret_pfns bits (info.max_pfn, at most 2^33), little-endian bit order;
 * NULL when recording was never started. Owned by the dump.
 */
struct vmc_error *vmc_dump_record(struct vmc_dump *dump) VMC_MUST_CHECK;
const uint8_t *vmc_dump_touched(const struct vmc_dump *dump, uint64_t *ret_pfns);

/*
 * While paused, reads are not remembered: for searches that look at much and
 * need little of it. No effect when nothing is recorded.
 */
void vmc_dump_record_pause(struct vmc_dump *dump, bool paused);

VMC_DEFINE_CLEANUP(struct vmc_dump *, vmc_dump_free, vmc_cleanup_dumpp)

#endif
