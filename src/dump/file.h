/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that a format reader sees: a plain run of bytes. Behind it is a file
 * on disk, borrowed memory, or a makedumpfile flattened stream over either
 * (flattened.c), which looks like the file it would be rearranged into.
 *
 * Files are read, not mapped. Measured on Linux 6.18 with a 4 GB dump in the
 * page cache, a read of a random page costs as much either way (2.5 to 3 us,
 * most of it cache misses), but a mapping brings in up to 2 MiB a touch as
 * memory of the process, a disk error would be a signal instead of an error,
 * and so would a file that somebody cuts short meanwhile.
 *
 * Two ways in: vmc_file_view() for headers, bitmaps and descriptors keeps a few
 * blocks around; vmc_file_data() for page contents notices sequential reading
 * and then reads ahead.
 */
#ifndef VMC_DUMP_FILE_H
#define VMC_DUMP_FILE_H

#include "base/bytes.h"
#include "base/error.h"
#include "dump/extent.h"

#define VMC_FILE_BLOCK 4096u
#define VMC_FILE_BLOCKS 128u /* kept for views: 512 KiB */
#define VMC_FILE_AHEAD 65536u

struct vmc_arena;

struct vmc_file {
	uint64_t size; /* of the file as presented */
	bool flattened;
	struct vmc_extents records; /* flattened: where the presented bytes are in the raw file */
	size_t last_record;
	bool cut; /* flattened: the stream ends before its end record */
	char cut_why[160];
	int io_error; /* errno of the last read that failed, 0 when none did */

	/* the bytes as stored */
	uint64_t raw_size;
	const uint8_t *memory; /* borrowed, or NULL: then from fd */
	int fd;
	uint8_t *blocks; /* VMC_FILE_BLOCKS blocks, by number modulo their count */
	uint64_t block_at[VMC_FILE_BLOCKS]; /* which block is there, +1 */
	uint8_t *ahead;
	uint64_t ahead_at;
	size_t ahead_size;
	uint64_t next_data; /* end of the last vmc_file_data(): sequential if it goes on there */
};

/* Opens a regular file, and indexes it when it is a flattened stream. */
struct vmc_error *vmc_file_open(const char *path, struct vmc_file *ret) VMC_MUST_CHECK;
/* The same over borrowed bytes. */
struct vmc_error *vmc_file_from_bytes(struct vmc_bytes bytes, struct vmc_file *ret) VMC_MUST_CHECK;
void vmc_file_deinit(struct vmc_file *f);

/*
 * The bytes [offset, offset + size), size at least 1: a pointer to memory of the
 * file, good until the next call on it, or to `buf` (of `size` bytes). NULL when
 * the range is not inside the file or cannot be read (io_error).
 */
const uint8_t *vmc_file_view(struct vmc_file *f, uint64_t offset, size_t size, void *buf);
/* The same for contents of pages. */
const uint8_t *vmc_file_data(struct vmc_file *f, uint64_t offset, size_t size, void *buf);

/*
 * True when every byte of the range is really stored. Only a cut stream makes a
 * difference between a hole that reads as zero and bytes that were lost.
 */
bool vmc_file_has(struct vmc_file *f, uint64_t offset, uint64_t size);

/*
 * A copy of the bytes [offset, offset + size) in `arena`. A range that leaves the
 * file is cut short at its end.
 */
struct vmc_error *vmc_file_keep(struct vmc_file *f, uint64_t offset, uint64_t size,
				struct vmc_arena *arena, struct vmc_bytes *ret) VMC_MUST_CHECK;

/* The same two below the flattening: offsets of the stored file. */
const uint8_t *vmc_file_raw_view(struct vmc_file *f, uint64_t offset, size_t size, void *buf);
const uint8_t *vmc_file_raw_data(struct vmc_file *f, uint64_t offset, size_t size, void *buf);
/* Reads without keeping anything. */
bool vmc_file_raw_read(struct vmc_file *f, uint64_t offset, size_t size, void *buf);

/* flattened.c: does the file begin like a flattened stream? */
bool vmc_flattened_match(struct vmc_file *f);
/* flattened.c: fills records, size and cut of f. */
struct vmc_error *vmc_flattened_index(struct vmc_file *f) VMC_MUST_CHECK;

typedef const uint8_t *vmc_file_getter(struct vmc_file *f, uint64_t offset, size_t size, void *buf);
/* flattened.c: gets a range that is inside the presented file, through `raw`. */
const uint8_t *vmc_flattened_get(struct vmc_file *f, vmc_file_getter *raw, uint64_t offset,
				 size_t size, void *buf);

#endif
