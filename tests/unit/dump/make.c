/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <elf.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "base/str.h"

void image_put(struct image *im, uint64_t at, const void *bytes, size_t size)
{
	size_t end = (size_t)at + size;

	if (end > im->cap) {
		size_t cap = end * 2;

		im->data = realloc(im->data, cap);
		assert_non_null(im->data);
		memset(im->data + im->cap, 0, cap - im->cap);
		im->cap = cap;
	}
	if (size)
		memcpy(im->data + at, bytes, size);
	if (end > im->size)
		im->size = end;
}

void image_u16(struct image *im, uint64_t at, uint16_t v)
{
	image_put(im, at, (uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8) }, 2);
}

void image_u32(struct image *im, uint64_t at, uint32_t v)
{
	image_u16(im, at, (uint16_t)v);
	image_u16(im, at + 2, (uint16_t)(v >> 16));
}

void image_u64(struct image *im, uint64_t at, uint64_t v)
{
	image_u32(im, at, (uint32_t)v);
	image_u32(im, at + 4, (uint32_t)(v >> 32));
}

void image_be64(struct image *im, uint64_t at, uint64_t v)
{
	image_u64(im, at, __builtin_bswap64(v));
}

void image_free(struct image *im)
{
	free(im->data);
	*im = (struct image){ 0 };
}

struct image image_prefix(const struct image *im, size_t size)
{
	struct image p = { 0 };

	image_put(&p, 0, im->data, size);
	return p;
}

/* Dumps opened from memory borrow it: kept until the next one. */
static uint8_t *exact;

struct vmc_error *open_memory(const struct image *im, struct vmc_dump **ret)
{
	free(exact);
	/* no byte more, so that a sanitizer sees every overrun */
	exact = malloc(im->size ? im->size : 1);
	assert_non_null(exact);
	if (im->size)
		memcpy(exact, im->data, im->size);
	return vmc_dump_open_bytes((struct vmc_bytes){ exact, im->size }, ret);
}

struct vmc_error *open_files(const struct image *images, size_t n, struct vmc_dump **ret)
{
	char names[8][32];
	const char *paths[8] = { NULL };
	struct vmc_error *err;

	for (size_t i = 0; i < n; i++) {
		int fd;

		strcpy(names[i], "/tmp/vmc-test-XXXXXX");
		fd = mkstemp(names[i]);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, images[i].data, images[i].size), images[i].size);
		close(fd);
		paths[i] = names[i];
	}
	err = vmc_dump_open(paths, n, ret);
	for (size_t i = 0; i < n; i++)
		unlink(names[i]);
	return err;
}

void with_dump(const struct image *im, void (*check)(struct vmc_dump *d, void *arg), void *arg)
{
	struct vmc_dump *d = NULL;

	assert_ok(open_memory(im, &d));
	check(d, arg);
	vmc_dump_free(d);
	d = NULL;
	assert_ok(open_files(im, 1, &d));
	check(d, arg);
	vmc_dump_free(d);
}

void fill_page(uint8_t *page, size_t size, uint64_t pfn)
{
	char line[64];
	size_t n;

	memset(page, 0, size);
	if (pfn % 8 == 7)
		return;
	for (size_t at = 0; at + sizeof(line) < size / 2; at += n) {
		n = (size_t)snprintf(line, sizeof(line), "frame %" PRIu64 " byte %zu\n", pfn, at);
		memcpy(page + at, line, n);
	}
	/* one that no codec makes smaller */
	if (pfn % 8 == 3) {
		uint64_t x = pfn + 88172645463325252u;

		for (size_t at = 0; at < size; at++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			page[at] = (uint8_t)x;
		}
	}
}

void assert_page(struct vmc_dump *d, uint64_t pfn, unsigned int shift)
{
	size_t size = (size_t)VMC_PAGE_SIZE << shift;
	uint8_t *want = malloc(size);
	const uint8_t *page = NULL;

	assert_non_null(want);
	fill_page(want, size, pfn >> shift);
	assert_int_equal(vmc_dump_page_state(d, pfn), VMC_OK);
	assert_ok(vmc_dump_page(d, pfn, &page));
	assert_memory_equal(page, want + (pfn & ((1u << shift) - 1)) * VMC_PAGE_SIZE,
			    VMC_PAGE_SIZE);
	free(want);
}

void assert_absent(struct vmc_dump *d, uint64_t pfn, enum vmc_code code)
{
	vmc_autoerror struct vmc_error *err = NULL;
	const uint8_t *page = NULL;
	char address[64];

	snprintf(address, sizeof(address), "physical 0x%" PRIx64 ": ", pfn * VMC_PAGE_SIZE);
	err = vmc_dump_page(d, pfn, &page);
	if (vmc_error_code(err) != code)
		fail_msg("pfn %" PRIx64 ": %s, expected %s", pfn, vmc_error_text(err),
			 vmc_code_text(code));
	assert_null(page);
	assert_true(vmc_str_starts(vmc_error_text(err), address));
	/* the state is told without decoding, so it may not know of damage */
	if (code != VMC_DAMAGED)
		assert_int_equal(vmc_dump_page_state(d, pfn), code);
}

void elf_header(struct image *im, unsigned int phnum)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT };

	image_put(im, 63, "", 1);
	image_put(im, 0, ident, sizeof(ident));
	image_u16(im, 16, ET_CORE);
	image_u16(im, 18, EM_X86_64);
	image_u32(im, 20, EV_CURRENT);
	image_u64(im, 32, 64);
	image_u16(im, 52, 64);
	image_u16(im, 54, 56);
	image_u16(im, 56, (uint16_t)phnum);
}

void elf_phdr(struct image *im, unsigned int i, uint32_t type, uint64_t offset, uint64_t paddr,
	      uint64_t filesz, uint64_t memsz)
{
	uint64_t at = 64 + 56 * (uint64_t)i;

	image_u32(im, at, type);
	image_u32(im, at + 4, PF_R | PF_W | PF_X);
	image_u64(im, at + 8, offset);
	image_u64(im, at + 16, paddr + 0xffff888000000000);
	image_u64(im, at + 24, paddr);
	image_u64(im, at + 32, filesz);
	image_u64(im, at + 40, memsz);
	image_u64(im, at + 48, 0);
}

size_t put_note(struct image *im, uint64_t at, const char *name, size_t name_size, uint32_t type,
		const void *desc, size_t desc_size)
{
	size_t name_room = (name_size + 3) & ~(size_t)3, desc_room = (desc_size + 3) & ~(size_t)3;
	static const uint8_t zeros[4];

	image_u32(im, at, (uint32_t)name_size);
	image_u32(im, at + 4, (uint32_t)desc_size);
	image_u32(im, at + 8, type);
	image_put(im, at + 12, name, name_size);
	image_put(im, at + 12 + name_size, zeros, name_room - name_size);
	image_put(im, at + 12 + name_room, desc, desc_size);
	image_put(im, at + 12 + name_room + desc_size, zeros, desc_room - desc_size);
	return 12 + name_room + desc_room;
}

/* Size of the encoded page in `out`, 0 where it does not get smaller. */
static size_t encode(unsigned int codec, const uint8_t *page, size_t size, uint8_t *out,
		     size_t room)
{
	size_t n = room;

	if (codec == VMC_CODEC_ZLIB) {
		static struct libdeflate_compressor *c;

		if (!c)
			c = libdeflate_alloc_compressor(1);
		n = libdeflate_zlib_compress(c, page, size, out, room);
	} else if (codec == VMC_CODEC_LZO) {
		void *work = malloc(LZO1X_1_MEM_COMPRESS);
		lzo_uint len = room;

		lzo1x_1_compress(page, size, out, &len, work);
		n = len;
		free(work);
	} else if (codec == VMC_CODEC_SNAPPY) {
		snappy_compress((const char *)page, size, (char *)out, &n);
	} else if (codec == VMC_CODEC_ZSTD) {
		n = ZSTD_compress(out, room, page, size, 1);
	} else {
		return 0;
	}
	return n < size ? n : 0;
}

static void put_kdump_headers(struct image *im, const struct kdump_plan *p, uint64_t block,
			      uint64_t bitmap_blocks)
{
	bool v6 = p->version >= 6;

	image_put(im, 0, "KDUMP   ", 8);
	image_u32(im, 8, p->version);
	image_put(im, 12, "Linux", 6);
	image_put(im, 12 + 65, "node", 5);
	image_put(im, 12 + 2 * 65, "6.1.0-test", 11);
	image_put(im, 12 + 3 * 65, "#1 SMP", 7);
	image_put(im, 12 + 4 * 65, "x86_64", 7);
	image_u64(im, 408, 1700000000);
	image_u32(im, 424, p->codec | p->status);
	image_u32(im, 428, (uint32_t)block);
	image_u32(im, 432, 1);
	image_u32(im, 436, (uint32_t)bitmap_blocks);
	image_u32(im, 440, (uint32_t)p->frames);
	image_u32(im, 460, 2);

	image_put(im, block + 103, "", 1);
	image_u64(im, block, 0x1c00000);
	if (p->version >= 1)
		image_u32(im, block + 8, 31);
	if (p->version >= 2 && p->split) {
		image_u32(im, block + 12, 1);
		image_u64(im, block + 16, v6 ? 0 : p->first);
		image_u64(im, block + 24, v6 ? 0 : p->end);
	}
	if (p->version >= 3 && p->vmcoreinfo) {
		image_u64(im, block + 32, block + 2048);
		image_u64(im, block + 40, strlen(p->vmcoreinfo));
		image_put(im, block + 2048, p->vmcoreinfo, strlen(p->vmcoreinfo));
	}
	if (p->version >= 4 && p->notes) {
		size_t n = put_note(im, block + 1024, "CORE", 5, NT_PRSTATUS, "registers", 9);

		n += put_note(im, block + 1024 + n, "QEMU", 5, 0, "cpu", 3);
		image_u64(im, block + 48, block + 1024);
		image_u64(im, block + 56, n);
	}
	if (v6) {
		image_u64(im, block + 80, p->first);
		image_u64(im, block + 88, p->end);
		image_u64(im, block + 96, p->frames);
		/* obsolete from here on: must not be believed */
		image_u32(im, 440, 1);
	}
}

static void set_bit(struct image *im, uint64_t map, uint64_t bit)
{
	image_put(im, map + bit / 8, "", 0);
	im->data[map + bit / 8] |= (uint8_t)(1u << bit % 8);
}

static void put_kdump_pages(struct image *im, const struct kdump_plan *p, uint64_t block,
			    struct kdump_layout *l)
{
	uint8_t *page = malloc(block), *out = malloc(2 * block);
	uint64_t data = l->data, zero_at = 0, number = 0;
	uint32_t zero_size = 0, zero_flags = 0;

	for (uint64_t f = 0; f < p->frames; f++) {
		bool zero = f % 8 == 7;
		uint64_t desc = l->descs + 24 * number, at = data;
		size_t n;

		if ((p->ram && !p->ram(f)) || (p->dumped && !p->dumped(f)) ||
		    (p->split && (f < p->first || f >= p->end)))
			continue;
		number++;
		fill_page(page, block, f);
		if (!zero || !zero_at) {
			n = encode(p->codec, page, block, out, 2 * block);
			image_put(im, data, n ? out : page, n ? n : block);
			image_u32(im, desc + 8, (uint32_t)(n ? n : block));
			image_u32(im, desc + 12, n ? p->codec : 0);
			data += n ? n : block;
		}
		if (zero && zero_at) {
			at = zero_at;
			image_u32(im, desc + 8, zero_size);
			image_u32(im, desc + 12, zero_flags);
		} else if (zero) {
			zero_at = at;
			zero_size = vmc_le32(im->data + desc + 8);
			zero_flags = vmc_le32(im->data + desc + 12);
		}
		image_u64(im, desc, at);
	}
	free(page);
	free(out);
}

struct image make_kdump(const struct kdump_plan *p, struct kdump_layout *ret)
{
	uint64_t block = (uint64_t)VMC_PAGE_SIZE << p->shift;
	uint64_t blocks = ((p->frames + 7) / 8 + block - 1) / block;
	struct kdump_layout l = { .bitmap1 = 2 * block };
	struct image im = { 0 };

	l.bitmap2 = p->one_bitmap ? l.bitmap1 : l.bitmap1 + blocks * block;
	l.descs = l.bitmap2 + blocks * block;
	put_kdump_headers(&im, p, block, p->one_bitmap ? blocks : 2 * blocks);
	image_put(&im, l.descs - 1, "", 1);
	for (uint64_t f = 0; f < p->frames; f++) {
		if (p->ram && !p->ram(f))
			continue;
		set_bit(&im, l.bitmap1, f);
		if (p->dumped && !p->dumped(f))
			continue;
		set_bit(&im, l.bitmap2, f);
		l.n_descs += !p->split || (f >= p->first && f < p->end);
	}
	l.data = l.descs + 24 * l.n_descs;
	image_put(&im, l.data, "", 0);
	put_kdump_pages(&im, p, block, &l);
	if (ret)
		*ret = l;
	return im;
}

struct image make_flattened(const struct image *im, size_t record, bool backwards, bool end)
{
	size_t n = (im->size + record - 1) / record, at = 4096;
	struct image out = { 0 };

	image_put(&out, 0, "makedumpfile", 12);
	image_be64(&out, 16, 1);
	image_be64(&out, 24, 1);
	for (size_t i = 0; i < n; i++) {
		size_t from = (backwards ? n - 1 - i : i) * record;
		size_t size = im->size - from < record ? im->size - from : record;

		image_be64(&out, at, from);
		image_be64(&out, at + 8, size);
		image_put(&out, at + 16, im->data + from, size);
		at += 16 + size;
	}
	if (end) {
		image_be64(&out, at, UINT64_MAX);
		image_be64(&out, at + 8, UINT64_MAX);
	}
	return out;
}
