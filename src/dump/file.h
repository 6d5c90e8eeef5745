/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that a format reader sees: a plain run of bytes. Behind it is a
 * mapped file, borrowed memory, or a makedumpfile flattened stream over either
 * (flattened.c), which looks like the file it would be rearranged into.
 *
 * The whole file is mapped, and a page of it counts as memory of the process
 * once touched; the kernel even maps 16 neighbours with it. So that a scan of
 * a big dump does not look like a leak, vmc_file_view() counts the windows it
 * hands out and now and then tells the kernel to unmap them all. The pages
 * stay in the page cache, and pointers given out before stay good.
 */
#ifndef VMC_DUMP_FILE_H
#define VMC_DUMP_FILE_H

#include "base/bytes.h"
#include "base/error.h"
#include "dump/extent.h"

#define VMC_FILE_WINDOW_SHIFT 16 /* what one page fault maps: fault_around_bytes */
#define VMC_FILE_WINDOWS 256u	 /* at most 16 MiB mapped at a time */

struct vmc_arena;

struct vmc_file {
	struct vmc_bytes raw; /* the bytes as stored */
	uint64_t size;	      /* of the file as presented; equals raw.size unless flattened */
	bool flattened;
	struct vmc_extents records; /* flattened: where the presented bytes are in `raw` */
	size_t last_record;
	bool cut; /* flattened: the stream ends before its end record */
	char cut_why[160];

	void *map;			    /* NULL when raw is borrowed */
	uint32_t windows[VMC_FILE_WINDOWS]; /* direct-mapped table of touched windows, +1 */
	unsigned int n_touched;
};

/* Maps a regular file, and indexes it when it is a flattened stream. */
struct vmc_error *vmc_file_open(const char *path, struct vmc_file *ret) VMC_MUST_CHECK;
/* The same over borrowed bytes. */
struct vmc_error *vmc_file_from_bytes(struct vmc_bytes bytes, struct vmc_file *ret) VMC_MUST_CHECK;
void vmc_file_deinit(struct vmc_file *f);

/* flattened.c: is this the start of a flattened stream? */
bool vmc_flattened_match(struct vmc_bytes raw);
/* flattened.c: fills records, size and cut of f from f->raw. */
struct vmc_error *vmc_flattened_index(struct vmc_file *f) VMC_MUST_CHECK;
/* flattened.c: vmc_file_view() of a flattened stream. */
const uint8_t *vmc_flattened_view(struct vmc_file *f, uint64_t offset, size_t size, void *buf);

/*
 * True when every byte of the range is really stored. Only a cut stream makes a
 * difference between a hole that reads as zero and bytes that were lost.
 */
bool vmc_file_has(struct vmc_file *f, uint64_t offset, uint64_t size);

/* Unmaps what was touched so far. */
void vmc_file_trim(struct vmc_file *f);

static inline void vmc_file_touch(struct vmc_file *f, uint64_t raw_offset)
{
	uint32_t window = (uint32_t)(raw_offset >> VMC_FILE_WINDOW_SHIFT) + 1;

	if (f->windows[window % VMC_FILE_WINDOWS] == window)
		return;
	if (f->n_touched++ >= VMC_FILE_WINDOWS)
		vmc_file_trim(f);
	f->windows[window % VMC_FILE_WINDOWS] = window;
}

/*
 * The bytes [offset, offset + size), size at least 1: a pointer into the file
 * where they lie in one piece, otherwise they are assembled in `buf` (of `size`
 * bytes) and buf is returned; NULL when the range is not inside the file.
 */
static inline const uint8_t *vmc_file_view(struct vmc_file *f, uint64_t offset, size_t size,
					   void *buf)
{
	if (!vmc_range_ok(offset, size, f->size))
		return NULL;
	if (f->flattened)
		return vmc_flattened_view(f, offset, size, buf);
	vmc_file_touch(f, offset);
	return f->raw.data + offset;
}

/*
 * The bytes [offset, offset + size) for as long as the file lives: borrowed
 * where they lie in one piece, otherwise copied to `arena`. A range that leaves
 * the file is cut short at its end.
 */
struct vmc_error *vmc_file_keep(struct vmc_file *f, uint64_t offset, uint64_t size,
				struct vmc_arena *arena, struct vmc_bytes *ret) VMC_MUST_CHECK;

#endif
