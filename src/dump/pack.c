/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/pack.h"

#include <string.h>
#include <zstd.h>

#include "base/vec.h"

#define PACK_VERSION 1
#define HEAD_SIZE 8u
#define RANGE_SIZE 16u
#define RANGES_MAX 4096u
/* All that BTF and kallsyms of a large kernel need is a quarter of this. */
#define PACK_PAGES_MAX (uint64_t)(64u << 8)
/* Shorter runs gain little, and stay readable to other programs. */
#define RUN_MIN 16u
#define PACK_LEVEL 18

struct pack_range {
	uint64_t first, count;
	uint64_t before; /* pages of the ranges in front of it */
};

struct vmc_pack {
	VMC_VEC(struct pack_range) ranges;
	uint64_t n_pages;
	struct vmc_bytes frame;
	uint8_t *pages; /* unpacked on first use */
	bool damaged;
};

void vmc_pack_free(struct vmc_pack *p)
{
	if (!p)
		return;
	vmc_vec_free(&p->ranges);
	free(p->pages);
	free(p);
}

static struct vmc_error *read_ranges(struct vmc_bytes desc, struct vmc_pack *p)
{
	struct vmc_cursor c = vmc_cursor_at(desc, 0);
	uint32_t version = vmc_cursor_u32(&c), n = vmc_cursor_u32(&c);
	uint64_t end = 0;

	if (c.overrun || version != PACK_VERSION)
		return vmc_error_new(VMC_UNSUPPORTED, "page pack of version %u", version);
	if (n > RANGES_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "page pack of %u ranges", n);
	for (uint32_t i = 0; i < n; i++) {
		struct pack_range r = { .first = vmc_cursor_u64(&c),
					.count = vmc_cursor_u64(&c),
					.before = p->n_pages };

		if (c.overrun || r.first < end || r.count > PACK_PAGES_MAX - p->n_pages ||
		    r.first > UINT64_MAX - r.count)
			return vmc_error_new(VMC_BAD_FORMAT, "page pack: range %u is nonsense", i);
		end = r.first + r.count;
		p->n_pages += r.count;
		if (!vmc_vec_push(&p->ranges, r))
			return vmc_error_no_memory();
	}
	p->frame = vmc_bytes_sub(desc, c.pos, desc.size - c.pos);
	if (ZSTD_getFrameContentSize(p->frame.data, p->frame.size) != p->n_pages * VMC_PAGE_SIZE)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "page pack: ranges and contents differ in size");
	return NULL;
}

struct vmc_error *vmc_pack_open(const struct vmc_note *notes, size_t n_notes, struct vmc_pack **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < n_notes; i++) {
		struct vmc_pack *p;
		struct vmc_error *err;

		if (notes[i].type != VMC_PACK_NOTE_TYPE ||
		    strcmp(notes[i].name, VMC_PACK_NOTE_NAME) != 0)
			continue;
		p = calloc(1, sizeof(*p));
		if (!p)
			return vmc_error_no_memory();
		err = read_ranges(notes[i].desc, p);
		if (err) {
			vmc_pack_free(p);
			return err;
		}
		*ret = p;
		return NULL;
	}
	return NULL;
}

/* Position of the page within the pack; false where no range holds it. */
static bool find(const struct vmc_pack *p, uint64_t pfn, uint64_t *ret)
{
	size_t low = 0, high = p ? p->ranges.len : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct pack_range *r = &p->ranges.data[mid];

		if (pfn < r->first) {
			high = mid;
		} else if (pfn - r->first >= r->count) {
			low = mid + 1;
		} else {
			*ret = r->before + (pfn - r->first);
			return true;
		}
	}
	return false;
}

bool vmc_pack_has(const struct vmc_pack *p, uint64_t pfn)
{
	uint64_t at;

	return find(p, pfn, &at);
}

static enum vmc_code unpack(struct vmc_pack *p)
{
	size_t size = (size_t)p->n_pages * VMC_PAGE_SIZE;

	if (p->pages)
		return VMC_OK;
	if (p->damaged)
		return VMC_DAMAGED;
	p->pages = malloc(size);
	if (!p->pages)
		return VMC_NO_MEMORY;
	if (ZSTD_decompress(p->pages, size, p->frame.data, p->frame.size) != size) {
		free(p->pages);
		p->pages = NULL;
		p->damaged = true;
		return VMC_DAMAGED;
	}
	return VMC_OK;
}

enum vmc_code vmc_pack_page(struct vmc_pack *p, uint64_t pfn, const uint8_t **ret)
{
	enum vmc_code code;
	uint64_t at;

	if (!find(p, pfn, &at))
		return VMC_NOT_RAM;
	code = unpack(p);
	if (code == VMC_OK)
		*ret = p->pages + at * VMC_PAGE_SIZE;
	return code;
}

static bool bit(const uint8_t *map, uint64_t i)
{
	return map[i / 8] >> i % 8 & 1;
}

/* Long runs of set bits, as many as the limits allow. */
static struct vmc_error *choose_runs(const uint8_t *pages, uint64_t n_pfns, struct vmc_pack *p)
{
	uint64_t pfn = 0;

	while (pfn < n_pfns && p->ranges.len < RANGES_MAX) {
		struct pack_range r = { .first = pfn, .before = p->n_pages };

		while (pfn < n_pfns && bit(pages, pfn))
			pfn++;
		r.count = pfn - r.first;
		if (r.count >= RUN_MIN && r.count <= PACK_PAGES_MAX - p->n_pages) {
			p->n_pages += r.count;
			if (!vmc_vec_push(&p->ranges, r))
				return vmc_error_no_memory();
		}
		if (!r.count)
			pfn++;
	}
	return NULL;
}

static void put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static struct vmc_error *fill(struct vmc_dump *dump, const struct vmc_pack *p, uint8_t *raw)
{
	for (size_t i = 0; i < p->ranges.len; i++) {
		const struct pack_range *r = &p->ranges.data[i];

		VMC_TRY(vmc_dump_read(dump, r->first * VMC_PAGE_SIZE,
				      raw + r->before * VMC_PAGE_SIZE,
				      (size_t)r->count * VMC_PAGE_SIZE));
	}
	return NULL;
}

static struct vmc_error *make(struct vmc_dump *dump, struct vmc_pack *p, uint8_t **ret,
			      size_t *ret_size)
{
	size_t raw_size = (size_t)p->n_pages * VMC_PAGE_SIZE, n;
	size_t head = HEAD_SIZE + p->ranges.len * RANGE_SIZE, room = ZSTD_compressBound(raw_size);
	vmc_autofree uint8_t *raw = malloc(raw_size), *desc = malloc(head + room);

	if (!raw || !desc)
		return vmc_error_no_memory();
	VMC_TRY(fill(dump, p, raw));
	put(desc, PACK_VERSION, 4);
	put(desc + 4, p->ranges.len, 4);
	for (size_t i = 0; i < p->ranges.len; i++) {
		put(desc + HEAD_SIZE + i * RANGE_SIZE, p->ranges.data[i].first, 8);
		put(desc + HEAD_SIZE + i * RANGE_SIZE + 8, p->ranges.data[i].count, 8);
	}
	n = ZSTD_compress(desc + head, room, raw, raw_size, PACK_LEVEL);
	if (ZSTD_isError(n))
		return vmc_error_new(VMC_NO_MEMORY, "page pack: %s", ZSTD_getErrorName(n));
	*ret = vmc_take(desc);
	*ret_size = head + n;
	return NULL;
}

struct vmc_error *vmc_pack_make(struct vmc_dump *dump, uint8_t *pages, uint64_t n_pfns,
				uint8_t **ret, size_t *ret_size)
{
	struct vmc_pack p = { 0 };
	struct vmc_error *err = choose_runs(pages, n_pfns, &p);

	*ret = NULL;
	*ret_size = 0;
	if (!err && p.n_pages)
		err = make(dump, &p, ret, ret_size);
	for (size_t i = 0; i < p.ranges.len && !err; i++) {
		const struct pack_range *r = &p.ranges.data[i];

		for (uint64_t pfn = r->first; pfn < r->first + r->count; pfn++)
			pages[pfn / 8] &= (uint8_t) ~(1u << pfn % 8);
	}
	vmc_vec_free(&p.ranges);
	return err;
}
