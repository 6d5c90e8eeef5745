/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layout is that of kdump.c. In the order of the file: header, sub header
 * with the notes behind it, bitmaps, descriptors, page data. The number of
 * pages is known from the start, so that everything has its place and only two
 * streams grow: descriptors and data.
 */
#include "dump/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "dump/codec.h"

#define BLOCK VMC_PAGE_SIZE
#define HEADER_VERSION 6
#define HEADER_SIZE 464u
#define SUB_HEADER_SIZE 104u
#define DESC_SIZE 24u
#define BUFFER_SIZE ((size_t)256 << 10)
/* As the reader's: 64 TiB. */
#define PFNS_MAX ((uint64_t)1 << 34)

/* Bytes that go to consecutive places of the file. */
struct stream {
	uint64_t at; /* where the first byte of data goes */
	uint8_t *data;
	size_t len;
};

struct vmc_writer {
	int fd;
	char *path;
	struct vmc_codecs *codecs;
	unsigned int codec;
	uint8_t *pages; /* bitmap 2, to check the caller */
	uint64_t max_pfn, next_pfn;
	uint64_t n_pages, n_written;
	uint64_t zero_at; /* the place all zero pages share; 0 until there is one */
	uint32_t zero_size, zero_flags;
	struct stream descs, body;
};

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)v);
	put16(p + 2, (uint16_t)(v >> 16));
}

static void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

static void put_text(uint8_t *field, const char *text)
{
	if (text)
		memcpy(field, text, strnlen(text, 64));
}

static struct vmc_error *write_at(struct vmc_writer *w, uint64_t at, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size) {
		ssize_t n = pwrite(w->fd, p, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return vmc_error_os(n < 0 ? errno : ENOSPC, "cannot write %s", w->path);
		p += n;
		at += (uint64_t)n;
		size -= (size_t)n;
	}
	return NULL;
}

static struct vmc_error *stream_flush(struct vmc_writer *w, struct stream *s)
{
	VMC_TRY(write_at(w, s->at, s->data, s->len));
	s->at += s->len;
	s->len = 0;
	return NULL;
}

static struct vmc_error *stream_put(struct vmc_writer *w, struct stream *s, const void *data,
				    size_t size)
{
	if (s->len + size > BUFFER_SIZE)
		VMC_TRY(stream_flush(w, s));
	memcpy(s->data + s->len, data, size);
	s->len += size;
	return NULL;
}

static void free_writer(struct vmc_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	vmc_codecs_free(w->codecs);
	free(w->descs.data);
	free(w->body.data);
	free(w->pages);
	free(w->path);
	free(w);
}

void vmc_writer_abort(struct vmc_writer *w)
{
	if (!w)
		return;
	/* never remove what this writer did not make */
	if (w->fd >= 0)
		unlink(w->path);
	free_writer(w);
}

VMC_DEFINE_CLEANUP(struct vmc_writer *, vmc_writer_abort, cleanup_writerp)

static void add_note(struct vmc_str *s, const char *name, uint32_t type, struct vmc_bytes desc)
{
	static const char zeros[4];
	size_t name_size = strlen(name) + 1;
	uint8_t head[12];

	put32(head, (uint32_t)name_size);
	put32(head + 4, (uint32_t)desc.size);
	put32(head + 8, type);
	vmc_str_addn(s, (const char *)head, sizeof(head));
	vmc_str_addn(s, name, name_size);
	vmc_str_addn(s, zeros, -name_size & 3);
	if (desc.size)
		vmc_str_addn(s, (const char *)desc.data, desc.size);
	vmc_str_addn(s, zeros, -desc.size & 3);
}

/*
 * The note area, and where the text of VMCOREINFO is in it: readers look for it
 * there (crash, drgn by libkdumpfile) or in the sub header (makedumpfile).
 */
static struct vmc_error *build_notes(const struct vmc_writer_head *head, struct vmc_str *s,
				     uint64_t *ret_vmcoreinfo)
{
	bool has_vmcoreinfo = false;

	*ret_vmcoreinfo = 0;
	for (size_t i = 0; i < head->n_notes; i++) {
		const struct vmc_note *n = &head->notes[i];

		if (n->desc.size > INT32_MAX)
			return vmc_error_new(VMC_USAGE, "note %s of %zu bytes", n->name,
					     n->desc.size);
		add_note(s, n->name, n->type, n->desc);
		if (!vmc_streq(n->name, "VMCOREINFO") || has_vmcoreinfo ||
		    n->desc.size != head->vmcoreinfo.size)
			continue;
		has_vmcoreinfo = true;
		*ret_vmcoreinfo = s->len - ((n->desc.size + 3) & ~(size_t)3);
	}
	if (head->vmcoreinfo.size && !has_vmcoreinfo) {
		if (head->vmcoreinfo.size > INT32_MAX)
			return vmc_error_new(VMC_USAGE, "VMCOREINFO of %zu bytes",
					     head->vmcoreinfo.size);
		add_note(s, "VMCOREINFO", 0, head->vmcoreinfo);
		*ret_vmcoreinfo = s->len - ((head->vmcoreinfo.size + 3) & ~(size_t)3);
	}
	return s->failed ? vmc_error_no_memory() : NULL;
}

/* Set bits among the first n; bits behind them are not looked at. */
static uint64_t count_bits(const uint8_t *map, uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n / 8; i++)
		sum += (uint64_t)__builtin_popcount(map[i]);
	if (n % 8)
		sum += (uint64_t)__builtin_popcount(map[n / 8] & ((1u << n % 8) - 1));
	return sum;
}

struct layout {
	uint64_t notes_at, sub_blocks, bitmap_bytes, bitmap_blocks, bitmaps_at, descs_at, body_at;
};

static struct layout lay_out(const struct vmc_writer *w, size_t notes_size)
{
	struct layout l = { .notes_at = BLOCK + SUB_HEADER_SIZE };

	l.sub_blocks = (SUB_HEADER_SIZE + notes_size + BLOCK - 1) / BLOCK;
	l.bitmap_bytes = (w->max_pfn + 7) / 8;
	l.bitmap_blocks = (l.bitmap_bytes + BLOCK - 1) / BLOCK;
	l.bitmaps_at = (1 + l.sub_blocks) * BLOCK;
	l.descs_at = l.bitmaps_at + 2 * l.bitmap_blocks * BLOCK;
	l.body_at = l.descs_at + w->n_pages * DESC_SIZE;
	return l;
}

static struct vmc_error *write_header(struct vmc_writer *w, const struct vmc_writer_head *head,
				      const struct layout *l)
{
	uint32_t small_max = w->max_pfn > UINT32_MAX ? UINT32_MAX : (uint32_t)w->max_pfn;
	uint8_t b[HEADER_SIZE] = { 0 };

	memcpy(b, "KDUMP   ", 8);
	put32(b + 8, HEADER_VERSION);
	put_text(b + 12, "Linux");
	put_text(b + 12 + 65, head->uts_nodename);
	put_text(b + 12 + 2 * 65, head->uts_release);
	put_text(b + 12 + 3 * 65, head->uts_version);
	put_text(b + 12 + 4 * 65, head->uts_machine);
	put64(b + 408, (uint64_t)head->timestamp);
	put32(b + 424, w->codec);
	put32(b + 428, BLOCK);
	put32(b + 432, (uint32_t)l->sub_blocks);
	put32(b + 436, (uint32_t)(2 * l->bitmap_blocks));
	put32(b + 440, small_max);
	put32(b + 444, (uint32_t)w->n_pages); /* total_ram_blocks */
	put32(b + 452, (uint32_t)w->n_pages); /* written_blocks */
	put32(b + 460, (uint32_t)(head->nr_cpus > 0 ? head->nr_cpus : 0));
	return write_at(w, 0, b, sizeof(b));
}

static struct vmc_error *write_sub_header(struct vmc_writer *w, const struct vmc_writer_head *head,
					  const struct layout *l)
{
	vmc_autostr struct vmc_str notes = { 0 };
	uint8_t b[SUB_HEADER_SIZE] = { 0 };
	uint64_t vmcoreinfo;

	VMC_TRY(build_notes(head, &notes, &vmcoreinfo));
	put64(b, (uint64_t)head->phys_base);
	put32(b + 8, (uint32_t)(head->dump_level > 0 ? head->dump_level : 0));
	put64(b + 24, w->max_pfn); /* end_pfn */
	if (vmcoreinfo) {
		put64(b + 32, l->notes_at + vmcoreinfo);
		put64(b + 40, head->vmcoreinfo.size);
	}
	if (notes.len) {
		put64(b + 48, l->notes_at);
		put64(b + 56, notes.len);
	}
	put64(b + 88, w->max_pfn); /* end_pfn_64 */
	put64(b + 96, w->max_pfn);
	VMC_TRY(write_at(w, BLOCK, b, sizeof(b)));
	return write_at(w, l->notes_at, notes.data, notes.len);
}

/* The bitmap with the bits behind max_pfn cleared. */
static struct vmc_error *write_bitmap(struct vmc_writer *w, uint64_t at, const uint8_t *map)
{
	uint64_t whole = w->max_pfn / 8;
	uint8_t last;

	VMC_TRY(write_at(w, at, map, (size_t)whole));
	if (w->max_pfn % 8 == 0)
		return NULL;
	last = map[whole] & (uint8_t)((1u << w->max_pfn % 8) - 1);
	return write_at(w, at + whole, &last, 1);
}

static struct vmc_error *prepare(struct vmc_writer *w, const struct vmc_writer_head *head)
{
	size_t bitmap_size = (size_t)((head->max_pfn + 7) / 8);

	w->codec = head->codec;
	w->max_pfn = head->max_pfn;
	w->n_pages = count_bits(head->pages, head->max_pfn);
	w->pages = malloc(bitmap_size);
	w->descs.data = malloc(BUFFER_SIZE);
	w->body.data = malloc(BUFFER_SIZE);
	if (!w->pages || !w->descs.data || !w->body.data)
		return vmc_error_no_memory();
	memcpy(w->pages, head->pages, bitmap_size);
	return vmc_codecs_new(&w->codecs);
}

struct vmc_error *vmc_writer_new(const char *path, const struct vmc_writer_head *head,
				 struct vmc_writer **ret)
{
	vmc_cleanup(cleanup_writerp) struct vmc_writer *w = NULL;
	vmc_autostr struct vmc_str notes = { 0 };
	uint64_t ignored;
	struct layout l;

	if (!head->pages || !head->max_pfn || head->max_pfn > PFNS_MAX)
		return vmc_error_new(VMC_USAGE, "cannot write a dump of %" PRIu64 " page frames",
				     head->max_pfn);
	if (!vmc_codec_name(head->codec))
		return vmc_error_new(VMC_USAGE, "no compression method 0x%x", head->codec);
	w = calloc(1, sizeof(*w));
	if (!w)
		return vmc_error_no_memory();
	w->fd = -1;
	w->path = strdup(path);
	if (!w->path)
		return vmc_error_no_memory();
	VMC_TRY(prepare(w, head));
	VMC_TRY(build_notes(head, &notes, &ignored));
	/* memory of a machine: for the eyes of its owner */
	w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (w->fd < 0)
		return vmc_error_os(errno, "cannot create %s", path);
	l = lay_out(w, notes.len);
	w->descs.at = l.descs_at;
	w->body.at = l.body_at;
	VMC_TRY(write_header(w, head, &l));
	VMC_TRY(write_sub_header(w, head, &l));
	VMC_TRY(write_bitmap(w, l.bitmaps_at, head->ram ? head->ram : head->pages));
	VMC_TRY(write_bitmap(w, l.bitmaps_at + l.bitmap_blocks * BLOCK, head->pages));
	*ret = vmc_take(w);
	return NULL;
}

static bool is_zero(const uint8_t *page)
{
	return !page[0] && !memcmp(page, page + 1, VMC_PAGE_SIZE - 1);
}

static struct vmc_error *put_desc(struct vmc_writer *w, uint64_t at, uint32_t size, uint32_t flags)
{
	uint8_t b[DESC_SIZE] = { 0 };

	put64(b, at);
	put32(b + 8, size);
	put32(b + 12, flags);
	return stream_put(w, &w->descs, b, sizeof(b));
}

static struct vmc_error *put_page(struct vmc_writer *w, const uint8_t *data, uint64_t *ret_at,
				  uint32_t *ret_size, uint32_t *ret_flags)
{
	struct vmc_bytes page = { data, VMC_PAGE_SIZE }, out = page;
	uint8_t buf[VMC_PAGE_SIZE];
	enum vmc_code code = VMC_LIMIT;
	size_t size;

	*ret_flags = VMC_CODEC_RAW;
	/* readers take a page of full size for a raw one */
	if (w->codec != VMC_CODEC_RAW)
		code = vmc_codec_encode(w->codecs, w->codec, page, buf, VMC_PAGE_SIZE - 1, &size);
	if (code == VMC_NO_MEMORY)
		return vmc_error_no_memory();
	if (code == VMC_OK) {
		out = (struct vmc_bytes){ buf, size };
		*ret_flags = w->codec;
	}
	*ret_at = w->body.at + w->body.len;
	*ret_size = (uint32_t)out.size;
	return stream_put(w, &w->body, out.data, out.size);
}

struct vmc_error *vmc_writer_add(struct vmc_writer *w, uint64_t pfn, const uint8_t *data)
{
	bool zero = is_zero(data);
	uint32_t size, flags;
	uint64_t at;

	if (pfn < w->next_pfn || pfn >= w->max_pfn || !(w->pages[pfn / 8] >> pfn % 8 & 1))
		return vmc_error_new(
			VMC_USAGE,
			"page frame 0x%" PRIx64 " was not announced, or comes out of order", pfn);
	if (zero && w->zero_at)
		VMC_TRY(put_desc(w, w->zero_at, w->zero_size, w->zero_flags));
	else {
		VMC_TRY(put_page(w, data, &at, &size, &flags));
		VMC_TRY(put_desc(w, at, size, flags));
		if (zero) {
			w->zero_at = at;
			w->zero_size = size;
			w->zero_flags = flags;
		}
	}
	w->next_pfn = pfn + 1;
	w->n_written++;
	return NULL;
}

struct vmc_error *vmc_writer_finish(struct vmc_writer *w)
{
	vmc_cleanup(cleanup_writerp) struct vmc_writer *owned = w;
	int fd;

	if (w->n_written != w->n_pages)
		return vmc_error_new(VMC_USAGE,
				     "%" PRIu64 " of %" PRIu64 " announced pages written",
				     w->n_written, w->n_pages);
	VMC_TRY(stream_flush(w, &w->descs));
	VMC_TRY(stream_flush(w, &w->body));
	/* the file may end within the bitmaps' last block */
	if (!w->n_pages && ftruncate(w->fd, (off_t)w->body.at) < 0)
		return vmc_error_os(errno, "cannot write %s", w->path);
	fd = w->fd;
	if (close(fd) < 0) {
		/* disk full over NFS shows here; the descriptor is gone in any case */
		struct vmc_error *err = vmc_error_os(errno, "cannot write %s", w->path);

		unlink(w->path);
		w->fd = -1;
		return err;
	}
	w->fd = -1;
	free_writer(vmc_take(owned));
	return NULL;
}
