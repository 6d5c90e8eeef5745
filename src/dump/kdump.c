/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed kdump files (makedumpfile's diskdump_mod.h and IMPLEMENTATION;
 * QEMU's dump/dump.c), 64-bit little-endian, header versions 0 to 6 and later
 * ones that only add fields. In blocks of block_size bytes:
 *
 *	0                    disk_dump_header
 *	1                    kdump_sub_header, then notes; sub_hdr_size blocks
 *	1 + sub_hdr_size     bitmap 1 (frame is RAM), bitmap 2 (frame is in the
 *	                     file); bitmap_blocks blocks together
 *	... + bitmap_blocks  page descriptors, one a set bit of bitmap 2, in order
 *	                     (split set: only those of the part's own frames)
 *	behind               page data; all zero pages share one place
 *
 * A "frame" of this format has block_size bytes, the page size of the machine
 * that died. vmc_dump_page() serves 4 KiB units of it.
 */
#include "dump/format.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "dump/cache.h"
#include "dump/codec.h"
#include "dump/pagemap.h"

#define HEADER_SIZE 464u     /* struct disk_dump_header up to nr_cpus */
#define SUB_HEADER_SIZE 104u /* struct kdump_sub_header of version 6 */
#define DESC_SIZE 24u
#define VERSION_MAX 64 /* 6 in 2013, and still in 2026 */
#define BLOCK_SIZE_MAX (1u << 20)
/* 64 TiB of 4 KiB frames. Counting a bitmap takes 0.2 s then, and no machine has more. */
#define FRAMES_MAX ((uint64_t)1 << 34)
#define STATUS_INCOMPLETE 8u
#define NOTE_AREA_MAX (64u << 20)
#define VMCOREINFO_MAX (1u << 20)
/* How many of the last descriptors are looked at to find where the page data should end. */
#define TAIL_DESCS 65536u
#define SAMPLED_DESCS 16u

struct vmc_kdump {
	struct vmc_file *file;
	unsigned int part;
	const struct vmc_kdump_shared *shared; /* filled only after opening */
	uint32_t version, status;
	uint32_t block_size;
	unsigned int shift; /* block_size = 4096 << shift */
	uint32_t sub_blocks, bitmap_blocks;
	bool split;
	int dump_level;
	uint64_t n_frames;	  /* max_mapnr */
	uint64_t ram_at;	  /* bitmap 1 */
	struct vmc_pagemap pages; /* bitmap 2 */
	uint64_t desc_at;
	bool suspect;	  /* incomplete: next_run has to look at each descriptor */
	uint8_t *scratch; /* a block that is not in one piece in the file */
};

struct desc {
	uint64_t offset;
	uint32_t size, flags;
};

static bool valid_block_size(uint32_t n)
{
	return n >= VMC_PAGE_SIZE && n <= BLOCK_SIZE_MAX && !(n & (n - 1));
}

static void copy_uts(char ret[65], const uint8_t *field)
{
	size_t n = 0;

	for (; n < 64 && field[n]; n++)
		ret[n] = field[n] >= 0x20 && field[n] < 0x7f ? (char)field[n] : '?';
	ret[n] = '\0';
}

static uint16_t machine_of(const char *uts_machine)
{
	static const struct {
		const char *name;
		uint16_t machine;
	} machines[] = {
		{ "x86_64", EM_X86_64 },
		{ "aarch64", EM_AARCH64 },
		{ "riscv64", EM_RISCV },
		{ "ppc64le", EM_PPC64 },
		{ "loongarch64", 258 /* EM_LOONGARCH */ },
		{ "mips64", EM_MIPS },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(machines); i++) {
		if (vmc_streq(uts_machine, machines[i].name))
			return machines[i].machine;
	}
	return 0;
}

static struct vmc_error *check_layout(const uint8_t *p)
{
	uint32_t version = vmc_le32(p + 8);

	if (version > VERSION_MAX && __builtin_bswap32(version) <= VERSION_MAX)
		return vmc_error_new(VMC_UNSUPPORTED, "compressed kdump of a big-endian machine");
	if (version > VERSION_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "kdump header of version %" PRIu32, version);
	if (!valid_block_size(vmc_le32(p + 428))) {
		/* without the padding before and within struct timeval */
		if (valid_block_size(vmc_le32(p + 416)))
			return vmc_error_new(VMC_UNSUPPORTED,
					     "compressed kdump of a 32-bit machine");
		return vmc_error_new(VMC_BAD_FORMAT, "kdump header with a block size of %" PRIu32,
				     vmc_le32(p + 428));
	}
	return NULL;
}

static struct vmc_error *read_header(struct vmc_kdump *k, struct vmc_dump_info *info)
{
	uint8_t buf[HEADER_SIZE];
	const uint8_t *p = vmc_file_view(k->file, 0, HEADER_SIZE, buf);

	if (!p)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "kdump file of %" PRIu64 " bytes is cut off within its header",
				     k->file->size);
	VMC_TRY(check_layout(p));
	k->version = vmc_le32(p + 8);
	k->status = vmc_le32(p + 424);
	k->block_size = vmc_le32(p + 428);
	k->sub_blocks = vmc_le32(p + 432);
	k->bitmap_blocks = vmc_le32(p + 436);
	k->n_frames = vmc_le32(p + 440);
	k->shift = (unsigned int)__builtin_ctz(k->block_size) - VMC_PAGE_SHIFT_MIN;
	copy_uts(info->uts_nodename, p + 12 + 65);
	copy_uts(info->uts_release, p + 12 + 2 * 65);
	copy_uts(info->uts_version, p + 12 + 3 * 65);
	copy_uts(info->uts_machine, p + 12 + 4 * 65);
	info->machine = machine_of(info->uts_machine);
	info->timestamp = (int64_t)vmc_le64(p + 408);
	info->nr_cpus = (int32_t)vmc_le32(p + 460);
	info->compression = k->status & VMC_CODEC_MASK;
	info->block_size = k->block_size;
	return NULL;
}

/* Fields that came with the versions; what the version does not have reads as zero. */
static struct vmc_error *read_sub_header(struct vmc_kdump *k, struct vmc_facts *facts,
					 struct vmc_pagemap *pages)
{
	static const uint8_t size_by_version[] = { 8, 12, 32, 48, 64, 80, SUB_HEADER_SIZE };
	size_t size = size_by_version[k->version < 6 ? k->version : 6];
	uint8_t buf[SUB_HEADER_SIZE], s[SUB_HEADER_SIZE] = { 0 };
	const uint8_t *p = vmc_file_view(k->file, k->block_size, size, buf);
	struct vmc_dump_info *info = &facts->info;
	struct vmc_bytes notes;

	if (!p || !k->sub_blocks)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "kdump file of %" PRIu64 " bytes without its sub header",
				     k->file->size);
	memcpy(s, p, size);
	info->phys_base = (int64_t)vmc_le64(s);
	info->has_phys_base = true;
	info->dump_level = k->version >= 1 ? (int)vmc_le32(s + 8) : -1;
	k->dump_level = info->dump_level;
	if (k->version >= 6 && vmc_le64(s + 96))
		k->n_frames = vmc_le64(s + 96);
	pages->end = k->n_frames;
	k->split = vmc_le32(s + 12) != 0;
	if (k->split) {
		pages->first = vmc_le64(s + (k->version >= 6 ? 80 : 16));
		pages->end = vmc_le64(s + (k->version >= 6 ? 88 : 24));
	}
	VMC_TRY(vmc_file_keep(k->file, vmc_le64(s + 32),
			      vmc_le64(s + 40) < VMCOREINFO_MAX ? vmc_le64(s + 40) : VMCOREINFO_MAX,
			      &facts->arena, &info->vmcoreinfo));
	VMC_TRY(vmc_file_keep(k->file, vmc_le64(s + 48),
			      vmc_le64(s + 56) < NOTE_AREA_MAX ? vmc_le64(s + 56) : NOTE_AREA_MAX,
			      &facts->arena, &notes));
	VMC_TRY(vmc_notes_parse(notes, facts));
	vmc_notes_find_vmcoreinfo(facts);
	return NULL;
}

/* Where the bitmaps and descriptors lie, all checked against each other and the file. */
static struct vmc_error *lay_out(struct vmc_kdump *k, struct vmc_pagemap *pages)
{
	uint64_t block = k->block_size;
	uint64_t bitmaps_at = (1 + (uint64_t)k->sub_blocks) * block;
	uint64_t bitmaps_size = k->bitmap_blocks * block;
	uint64_t needed = k->n_frames / 8 + (k->n_frames % 8 != 0);
	uint64_t needed_blocks = needed / block + (needed % block != 0);

	if (!k->n_frames || k->n_frames > FRAMES_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "kdump header claims %" PRIu64 " page frames",
				     k->n_frames);
	if (k->bitmap_blocks < needed_blocks)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "bitmap of %" PRIu32 " blocks is too small for %" PRIu64
				     " page frames, which take %" PRIu64,
				     k->bitmap_blocks, k->n_frames, needed_blocks);
	if (pages->first > pages->end || pages->end > k->n_frames)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "part of a split dump with frames 0x%" PRIx64 " to 0x%" PRIx64
				     " of 0x%" PRIx64,
				     pages->first, pages->end, k->n_frames);
	k->ram_at = bitmaps_at;
	pages->at = bitmaps_at;
	/* a file of one bitmap has left out no pages */
	if (k->bitmap_blocks >= 2 * needed_blocks)
		pages->at += bitmaps_size / 2;
	k->desc_at = bitmaps_at + bitmaps_size;

	pages->file = k->file;
	pages->bytes = pages->at < k->file->size ? k->file->size - pages->at : 0;
	if (pages->bytes > needed)
		pages->bytes = needed;
	/* a flattened stream can claim any size, but not beyond its own bytes */
	if (pages->bytes > k->file->raw_size)
		pages->bytes = k->file->raw_size;
	return NULL;
}

static bool read_desc(struct vmc_kdump *k, uint64_t number, struct desc *ret)
{
	uint64_t at = k->desc_at + number * DESC_SIZE;
	uint8_t buf[DESC_SIZE];
	const uint8_t *p = vmc_file_view(k->file, at, DESC_SIZE, buf);

	if (!p || (k->file->cut && !vmc_file_has(k->file, at, DESC_SIZE)))
		return false;
	*ret = (struct desc){ vmc_le64(p), vmc_le32(p + 8), vmc_le32(p + 12) };
	return true;
}

/*
 * Where the page data should end, by the last descriptors. Page data are
 * written in the order of frames, except that all zero pages share one place,
 * and memory often ends with many of them: so back to the first descriptor that
 * has a place of its own, within reason, and some samples of all.
 */
static uint64_t data_end(struct vmc_kdump *k, bool *ret_unwritten)
{
	uint64_t n = k->pages.n_set, end = 0, step = n / SAMPLED_DESCS + 1, last = 0;
	struct desc d;

	*ret_unwritten = false;
	for (uint64_t i = n; i > 0 && n - i < TAIL_DESCS && read_desc(k, i - 1, &d); i--) {
		if (i == n)
			last = d.offset;
		*ret_unwritten |= !d.offset;
		if (d.offset <= INT64_MAX && d.offset + d.size > end)
			end = d.offset + d.size;
		if (d.offset != last)
			break;
	}
	for (uint64_t i = 0; i < n && read_desc(k, i, &d); i += step) {
		*ret_unwritten |= !d.offset;
		if (d.offset <= INT64_MAX && d.offset + d.size > end)
			end = d.offset + d.size;
	}
	return end;
}

static void judge_completeness(struct vmc_kdump *k, struct vmc_facts *facts)
{
	uint64_t needed = k->n_frames / 8 + (k->n_frames % 8 != 0), size = k->file->size;
	uint64_t descs = size > k->desc_at ? (size - k->desc_at) / DESC_SIZE : 0;
	uint64_t end;
	bool unwritten;

	if (k->status & STATUS_INCOMPLETE)
		vmc_facts_incomplete(
			facts, "makedumpfile marked the dump as incomplete: it ran out of space");
	if (k->pages.bytes < needed) {
		vmc_facts_incomplete(
			facts, "the file ends at %s, before the end of its bitmaps at %s",
			vmc_size_text(size).text, vmc_size_text(k->pages.at + needed).text);
	} else if (descs < k->pages.n_set) {
		vmc_facts_incomplete(facts,
				     "the file ends at %s, with %" PRIu64 " of %" PRIu64
				     " page descriptors and no contents",
				     vmc_size_text(size).text, descs, k->pages.n_set);
	} else {
		end = data_end(k, &unwritten);
		if (end > size)
			vmc_facts_incomplete(facts, "the file ends at %s of at least %s",
					     vmc_size_text(size).text, vmc_size_text(end).text);
		if (unwritten)
			vmc_facts_incomplete(facts,
					     "there are page descriptors that were never written");
	}
	if (k->file->cut)
		vmc_facts_incomplete(facts, "%s", k->file->cut_why);
	k->suspect = !facts->info.complete;
}

VMC_DEFINE_CLEANUP(struct vmc_kdump *, vmc_kdump_free, cleanup_kdumpp)

struct vmc_error *vmc_kdump_open(struct vmc_file *file, unsigned int part,
				 const struct vmc_kdump_shared *shared, struct vmc_facts *facts,
				 struct vmc_kdump **ret)
{
	vmc_cleanup(cleanup_kdumpp) struct vmc_kdump *k = calloc(1, sizeof(*k));

	if (!k)
		return vmc_error_no_memory();
	k->file = file;
	k->part = part;
	k->shared = shared;
	VMC_TRY(read_header(k, &facts->info));
	VMC_TRY(read_sub_header(k, facts, &k->pages));
	VMC_TRY(lay_out(k, &k->pages));
	if (!vmc_pagemap_count(&k->pages))
		return vmc_error_no_memory();
	k->scratch = malloc(k->block_size);
	if (!k->scratch)
		return vmc_error_no_memory();
	facts->info.kind = VMC_DUMP_KDUMP;
	facts->info.max_pfn = k->n_frames << k->shift;
	judge_completeness(k, facts);
	*ret = vmc_take(k);
	return NULL;
}

void vmc_kdump_free(struct vmc_kdump *k)
{
	if (!k)
		return;
	vmc_pagemap_deinit(&k->pages);
	free(k->scratch);
	free(k);
}

struct vmc_kdump_span vmc_kdump_span(const struct vmc_kdump *k)
{
	return (struct vmc_kdump_span){ .split = k->split,
					.first = k->pages.first,
					.end = k->pages.end,
					.max = k->n_frames,
					.shift = k->shift };
}

/* The bit in bitmap 2 is clear: was it RAM? */
static enum vmc_code not_dumped(struct vmc_kdump *k, uint64_t frame, struct vmc_why *why)
{
	uint8_t buf;
	const uint8_t *p = vmc_file_view(k->file, k->ram_at + frame / 8, 1, &buf);

	if (!p || !(*p >> frame % 8 & 1))
		return vmc_why_set(why, VMC_NOT_RAM, "not RAM, by the bitmap of the dump");
	if (k->dump_level > 0)
		return vmc_why_set(why, VMC_EXCLUDED,
				   "page left out by the dump tool (dump level %d)", k->dump_level);
	return vmc_why_set(why, VMC_EXCLUDED, "page left out by the dump tool");
}

/* Number of the frame's descriptor. */
static enum vmc_code find_desc(struct vmc_kdump *k, uint64_t frame, uint64_t *ret,
			       struct vmc_why *why)
{
	if (frame >= k->n_frames)
		return vmc_why_set(why, VMC_NOT_RAM, "beyond the end of memory at 0x%" PRIx64,
				   k->n_frames * k->block_size);
	if (frame / 8 >= k->pages.bytes ||
	    (k->file->cut && !vmc_file_has(k->file, k->pages.at + frame / 8, 1)))
		return vmc_why_set(why, VMC_TRUNCATED,
				   "lost: the file ends at %" PRIu64 ", within its bitmaps",
				   k->file->size);
	if (frame < k->pages.first || frame >= k->pages.end) {
		if (!vmc_pagemap_test(&k->pages, frame, NULL))
			return not_dumped(k, frame, why);
		return vmc_why_set(why, VMC_TRUNCATED,
				   "in a part of the split dump that was not given");
	}
	if (!vmc_pagemap_test(&k->pages, frame, ret))
		return not_dumped(k, frame, why);
	return VMC_OK;
}

/* All that can be said about a page without decoding it. */
static enum vmc_code locate(struct vmc_kdump *k, uint64_t frame, struct desc *ret,
			    struct vmc_why *why)
{
	uint64_t number, size = k->file->size;
	enum vmc_code code = find_desc(k, frame, &number, why);

	if (code != VMC_OK)
		return code;
	if (!read_desc(k, number, ret))
		return vmc_why_set(why, VMC_TRUNCATED,
				   "lost: its descriptor, number %" PRIu64
				   ", lies beyond the end of the file at %" PRIu64,
				   number, size);
	if (!ret->offset)
		return vmc_why_set(why, VMC_TRUNCATED,
				   "lost: the dump tool stopped before it wrote this page");
	if (!ret->size || ret->size > k->block_size || ret->offset > INT64_MAX)
		return vmc_why_set(why, VMC_DAMAGED,
				   "its descriptor is nonsense: %" PRIu32 " bytes at %" PRIu64,
				   ret->size, ret->offset);
	if (!vmc_file_has(k->file, ret->offset, ret->size))
		return vmc_why_set(why, VMC_TRUNCATED,
				   "lost: %" PRIu32 " bytes at %" PRIu64
				   ", but the file ends at %" PRIu64,
				   ret->size, ret->offset, size);
	if (!vmc_codec_name(ret->flags))
		return vmc_why_set(why, VMC_DAMAGED, "its descriptor has unknown flags 0x%" PRIx32,
				   ret->flags);
	if (ret->flags == VMC_CODEC_RAW && ret->size != k->block_size)
		return vmc_why_set(why, VMC_DAMAGED,
				   "stored raw with %" PRIu32 " of %" PRIu32 " bytes", ret->size,
				   k->block_size);
	return VMC_OK;
}

static enum vmc_code decode(struct vmc_kdump *k, const struct desc *d, const uint8_t **ret,
			    struct vmc_why *why)
{
	/* by place, not by frame: all zero pages are one */
	uint64_t key = d->offset | (uint64_t)k->part << 56;
	uint8_t *page = vmc_cache_get(k->shared->cache, key);
	struct vmc_bytes in;
	enum vmc_code code;

	if (page) {
		*ret = page;
		return VMC_OK;
	}
	in = (struct vmc_bytes){ vmc_file_data(k->file, d->offset, d->size, k->scratch), d->size };
	if (!in.data)
		return vmc_why_set(why, VMC_TRUNCATED, "its contents cannot be read");
	page = vmc_cache_take(k->shared->cache, key);
	if (!page)
		return VMC_NO_MEMORY;
	code = vmc_codec_decode(k->shared->codecs, d->flags, in, page, k->block_size);
	if (code != VMC_OK) {
		vmc_cache_drop_last(k->shared->cache);
		return vmc_why_set(why, code,
				   "%" PRIu32 " bytes of %s at %" PRIu64
				   " of the file do not decode",
				   d->size, vmc_codec_name(d->flags), d->offset);
	}
	*ret = page;
	return VMC_OK;
}

enum vmc_code vmc_kdump_page(struct vmc_kdump *k, uint64_t pfn, const uint8_t **ret,
			     struct vmc_why *why)
{
	size_t within = (size_t)(pfn & (((uint64_t)1 << k->shift) - 1)) * VMC_PAGE_SIZE;
	const uint8_t *block = NULL;
	struct desc d;
	enum vmc_code code = locate(k, pfn >> k->shift, &d, why);

	if (code != VMC_OK)
		return code;
	code = decode(k, &d, &block, why);
	if (code == VMC_OK)
		*ret = block + within;
	return code;
}

enum vmc_code vmc_kdump_state(struct vmc_kdump *k, uint64_t pfn, struct vmc_why *why)
{
	struct desc d;

	return locate(k, pfn >> k->shift, &d, why);
}

static bool frame_ok(struct vmc_kdump *k, uint64_t frame)
{
	struct desc d;

	return locate(k, frame, &d, NULL) == VMC_OK;
}

bool vmc_kdump_next_run(struct vmc_kdump *k, uint64_t from, uint64_t *ret_first,
			uint64_t *ret_count)
{
	uint64_t frame = from >> k->shift, end, first;

	if (frame < k->pages.first)
		frame = k->pages.first;
	for (; (frame = vmc_pagemap_find(&k->pages, frame, true)) < k->pages.end; frame = end) {
		end = vmc_pagemap_find(&k->pages, frame, false);
		if (k->suspect) {
			uint64_t limit = end;

			while (frame < limit && !frame_ok(k, frame))
				frame++;
			for (end = frame; end < limit && frame_ok(k, end);)
				end++;
			if (frame == end)
				continue;
		}
		first = frame << k->shift;
		*ret_first = first > from ? first : from;
		*ret_count = (end << k->shift) - *ret_first;
		return true;
	}
	return false;
}

bool vmc_kdump_next_ram(const struct vmc_kdump *k, uint64_t from, uint64_t *ret_first,
			uint64_t *ret_count)
{
	/* bitmap 1 is as long as bitmap 2 and before it: what the file has of that is enough */
	const struct vmc_pagemap ram = {
		.file = k->file, .at = k->ram_at, .bytes = k->pages.bytes, .end = k->n_frames
	};
	uint64_t frame = vmc_pagemap_find(&ram, from >> k->shift, true), first;

	if (frame >= k->n_frames)
		return false;
	first = frame << k->shift;
	*ret_first = first > from ? first : from;
	*ret_count = (vmc_pagemap_find(&ram, frame, false) << k->shift) - *ret_first;
	return true;
}
