/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One seed as files of every kind. Pages are stored raw where the format lets us: then
 * a flipped bit is one in a structure of the kernel, not in a compressed stream; one
 * compressed file a seed is for the decoders.
 */
#include "mutate.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump/writer.h"

#define FLAT_HEADER 4096u
#define DESC_SIZE 24u
#define STORED_MAX (16 << 20)

uint8_t *map_bytes(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void image_free(struct image *im)
{
	if (im->data)
		munmap(im->data, im->size);
	free(im->page_at);
	free(im->name);
	for (int i = 0; i < AREA_COUNT; i++)
		vmc_vec_free(&im->spots[i]);
}

static bool start_image(const struct seed *s, const char *format, size_t size, struct image *ret)
{
	*ret = (struct image){ .size = size, .n_pages = s->pages.len };
	if (asprintf(&ret->name, "%s as %s", s->name, format) < 0)
		ret->name = NULL;
	ret->data = map_bytes(size);
	ret->page_at = calloc(s->pages.len, sizeof(*ret->page_at));
	return ret->name && ret->data && ret->page_at;
}

static void add_spot(struct image *im, enum area area, uint64_t at, uint64_t size)
{
	if (size && vmc_range_ok(at, size, im->size))
		(void)vmc_vec_push(&im->spots[area], (struct spot){ at, (uint32_t)size, 0 });
}

/* The notes as a whole, and each header of one. */
static void add_note_spots(struct image *im, uint64_t at, uint64_t size)
{
	uint64_t end = at + size;

	add_spot(im, AREA_NOTES, at, size);
	while (vmc_range_ok(at, sizeof(Elf64_Nhdr), end)) {
		uint64_t name = vmc_le32(im->data + at), desc = vmc_le32(im->data + at + 4);

		add_spot(im, AREA_NOTES, at, sizeof(Elf64_Nhdr));
		at += sizeof(Elf64_Nhdr) + ((name + 3) & ~3ull) + ((desc + 3) & ~3ull);
	}
}

/* Where the seed's reads are in this file. */
static void add_memory_spots(struct image *im, const struct seed *s)
{
	for (int area = 0; area < AREA_COUNT; area++) {
		for (size_t i = 0; i < s->reads[area].len; i++) {
			const struct spot *r = &s->reads[area].data[i];
			size_t page = seed_page_index(s, r->at / VMC_PAGE_SIZE);
			uint64_t within = r->at % VMC_PAGE_SIZE, size = r->size;

			if (page == SIZE_MAX || !im->page_at[page])
				continue;
			if (size > VMC_PAGE_SIZE - within)
				size = VMC_PAGE_SIZE - within;
			add_spot(im, (enum area)area, im->page_at[page] + within, size);
		}
	}
	add_spot(im, AREA_ANY, 0, im->size);
}

/* ---- kdump ---- */

static struct vmc_error *write_kdump(const struct seed *s, unsigned int codec, const char *path)
{
	const struct vmc_dump_info *info = vmc_dump_info(s->dump);
	uint64_t max = s->pages.data[s->pages.len - 1].pfn + 1;
	vmc_autofree uint8_t *bits = calloc(1, (size_t)(max / 8 + 1));
	struct vmc_writer_head head = {
		.max_pfn = max,
		.pages = bits,
		.codec = codec,
		.phys_base = info->phys_base,
		.timestamp = info->timestamp,
		.nr_cpus = info->nr_cpus,
		.uts_release = info->uts_release,
		.uts_version = info->uts_version,
		.uts_machine = info->uts_machine,
		.uts_nodename = info->uts_nodename,
		.vmcoreinfo = info->vmcoreinfo,
		.notes = info->notes,
		.n_notes = info->n_notes,
	};
	struct vmc_error *err = NULL;
	struct vmc_writer *w;

	if (!bits)
		return vmc_error_no_memory();
	for (size_t i = 0; i < s->pages.len; i++) {
		uint64_t pfn = s->pages.data[i].pfn;

		bits[pfn / 8] |= (uint8_t)(1u << pfn % 8);
	}
	VMC_TRY(vmc_writer_new(path, &head, &w));
	for (size_t i = 0; i < s->pages.len && !err; i++)
		err = vmc_writer_add(w, s->pages.data[i].pfn, s->pages.data[i].data);
	if (!err)
		return vmc_writer_finish(w);
	vmc_writer_abort(w);
	return err;
}

static void find_kdump_parts(struct image *im, bool raw)
{
	uint64_t sub = vmc_le32(im->data + 432), bitmaps = vmc_le32(im->data + 436);
	uint64_t at = (1 + sub + bitmaps) * VMC_PAGE_SIZE;

	add_spot(im, AREA_HEADER, 0, 464);
	add_spot(im, AREA_HEADER, 424, 40); /* where the numbers are */
	add_spot(im, AREA_HEADER, VMC_PAGE_SIZE, 104);
	add_spot(im, AREA_HEADER, VMC_PAGE_SIZE, 104);
	add_note_spots(im, vmc_le64(im->data + VMC_PAGE_SIZE + 48),
		       vmc_le64(im->data + VMC_PAGE_SIZE + 56));
	add_spot(im, AREA_BITMAPS, (1 + sub) * VMC_PAGE_SIZE, bitmaps * VMC_PAGE_SIZE);
	for (size_t i = 0; i < im->n_pages; i++) {
		add_spot(im, AREA_DESCRIPTORS, at + i * DESC_SIZE, DESC_SIZE);
		if (raw)
			im->page_at[i] = vmc_le64(im->data + at + i * DESC_SIZE);
	}
}

static bool make_kdump(const struct seed *s, unsigned int codec, struct image *ret)
{
	/* not a place that the writer could remove when it gives up */
	int fd = memfd_create("dump", 0);
	struct vmc_error *err;
	struct stat st;
	char path[64];
	bool ok = false;

	*ret = (struct image){ 0 };
	if (fd < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = write_kdump(s, codec, path);
	if (err) {
		fprintf(stderr, "%s: %s\n", s->name, vmc_error_text(err));
		vmc_error_free(err);
	} else if (fstat(fd, &st) == 0) {
		snprintf(path, sizeof(path), "kdump-%s", vmc_codec_name(codec));
		ok = start_image(s, path, (size_t)st.st_size, ret) &&
		     pread(fd, ret->data, ret->size, 0) == st.st_size;
	}
	close(fd);
	if (!ok)
		return false;
	find_kdump_parts(ret, codec == VMC_CODEC_RAW);
	add_memory_spots(ret, s);
	return true;
}

/* ---- ELF ---- */

static void put_note(struct vmc_str *s, const char *name, uint32_t type, struct vmc_bytes desc)
{
	static const char zeros[4];
	Elf64_Nhdr h = { (Elf64_Word)strlen(name) + 1, (Elf64_Word)desc.size, type };

	vmc_str_addn(s, (const char *)&h, sizeof(h));
	vmc_str_addn(s, name, h.n_namesz);
	vmc_str_addn(s, zeros, -(size_t)h.n_namesz & 3);
	if (desc.size)
		vmc_str_addn(s, (const char *)desc.data, desc.size);
	vmc_str_addn(s, zeros, -desc.size & 3);
}

static void put_notes(struct vmc_str *s, const struct vmc_dump_info *info)
{
	bool named = false;

	for (size_t i = 0; i < info->n_notes; i++) {
		named |= vmc_streq(info->notes[i].name, "VMCOREINFO");
		put_note(s, info->notes[i].name, info->notes[i].type, info->notes[i].desc);
	}
	if (!named && info->vmcoreinfo.size)
		put_note(s, "VMCOREINFO", 0, info->vmcoreinfo);
}

static size_t count_runs(const struct seed *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->pages.len; i++)
		n += !i || s->pages.data[i].pfn != s->pages.data[i - 1].pfn + 1;
	return n;
}

static void fill_elf(struct image *im, const struct seed *s, const struct vmc_str *notes,
		     size_t n_phdrs, uint64_t body)
{
	Elf64_Ehdr *e = (Elf64_Ehdr *)im->data;
	Elf64_Phdr *p = (Elf64_Phdr *)(im->data + sizeof(*e));

	*e = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(*e),
		.e_ehsize = sizeof(*e),
		.e_phentsize = sizeof(*p),
		.e_phnum = (Elf64_Half)n_phdrs,
	};
	*p = (Elf64_Phdr){ .p_type = PT_NOTE,
			   .p_offset = sizeof(*e) + n_phdrs * sizeof(*p),
			   .p_filesz = notes->len };
	memcpy(im->data + p->p_offset, notes->data, notes->len);
	for (size_t i = 0; i < s->pages.len; i++, body += VMC_PAGE_SIZE) {
		uint64_t pfn = s->pages.data[i].pfn;

		if (!i || pfn != s->pages.data[i - 1].pfn + 1)
			*++p = (Elf64_Phdr){ .p_type = PT_LOAD,
					     .p_offset = body,
					     .p_paddr = pfn * VMC_PAGE_SIZE };
		p->p_filesz += VMC_PAGE_SIZE;
		p->p_memsz += VMC_PAGE_SIZE;
		im->page_at[i] = body;
		memcpy(im->data + body, s->pages.data[i].data, VMC_PAGE_SIZE);
	}
}

static bool make_elf(const struct seed *s, struct image *ret)
{
	vmc_autostr struct vmc_str notes = { 0 };
	size_t n = count_runs(s) + 1, at = sizeof(Elf64_Ehdr) + n * sizeof(Elf64_Phdr), body;

	*ret = (struct image){ 0 };
	if (n >= PN_XNUM)
		return false;
	put_notes(&notes, vmc_dump_info(s->dump));
	body = (at + notes.len + VMC_PAGE_SIZE - 1) / VMC_PAGE_SIZE * VMC_PAGE_SIZE;
	if (notes.failed || !notes.len ||
	    !start_image(s, "elf", body + s->pages.len * VMC_PAGE_SIZE, ret))
		return false;
	fill_elf(ret, s, &notes, n, body);
	add_spot(ret, AREA_HEADER, 0, sizeof(Elf64_Ehdr));
	for (size_t i = 0; i < n; i++)
		add_spot(ret, AREA_DESCRIPTORS, sizeof(Elf64_Ehdr) + i * sizeof(Elf64_Phdr),
			 sizeof(Elf64_Phdr));
	add_note_spots(ret, at, notes.len);
	add_memory_spots(ret, s);
	return true;
}

/* ---- flattened ---- */

static void put_be64(uint8_t *p, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, sizeof(v));
}

/* Where byte `at` of the inner file is in the flattened one. */
static uint64_t flat_place(const spots *records, uint64_t at)
{
	uint64_t inner = 0;

	for (size_t i = 0; i < records->len; i++) {
		if (at - inner < records->data[i].size)
			return records->data[i].at + (at - inner);
		inner += records->data[i].size;
	}
	return 0;
}

/* Every place of `from` that is in one record, as a place of `im`. */
static void add_flat_spots(struct image *im, const struct image *from, const spots *records)
{
	for (int area = 0; area < AREA_COUNT; area++) {
		for (size_t i = 0; i < from->spots[area].len; i++) {
			const struct spot *s = &from->spots[area].data[i];
			uint64_t at = flat_place(records, s->at);

			if (at && s->size <= VMC_PAGE_SIZE &&
			    flat_place(records, s->at + s->size - 1) == at + s->size - 1)
				add_spot(im, (enum area)area, at, s->size);
		}
	}
	add_spot(im, AREA_RECORDS, 0, 32);
	for (size_t i = 0; i <= records->len; i++)
		add_spot(im, AREA_RECORDS,
			 i < records->len ? records->data[i].at - 16 : im->size - 16, 16);
	add_spot(im, AREA_ANY, 0, im->size);
}

static bool make_flat(const struct seed *s, const struct image *from, const char *format,
		      struct image *ret)
{
	uint64_t random = random_start(from->size, 0), at = FLAT_HEADER;
	spots records = { 0 };
	bool ok;

	for (uint64_t left = from->size; left; left -= records.data[records.len - 1].size) {
		uint64_t size = VMC_PAGE_SIZE * (1 + random_next(&random) % 64);

		size = size < left ? size : left;
		if (!vmc_vec_push(&records, (struct spot){ at + 16, (uint32_t)size, 0 }))
			return false;
		at += 16 + size;
	}
	ok = start_image(s, format, at + 16, ret);
	if (ok) {
		uint64_t inner = 0;

		memcpy(ret->data, "makedumpfile", 12);
		put_be64(ret->data + 16, 1);
		put_be64(ret->data + 24, 1);
		for (size_t i = 0; i < records.len; i++) {
			const struct spot *r = &records.data[i];

			put_be64(ret->data + r->at - 16, inner);
			put_be64(ret->data + r->at - 8, r->size);
			memcpy(ret->data + r->at, from->data + inner, r->size);
			inner += r->size;
		}
		memset(ret->data + at, 0xff, 16);
		add_flat_spots(ret, from, &records);
	}
	vmc_vec_free(&records);
	return ok;
}

/* ---- as it is ---- */

/* A kdump file that is small enough: what slim writes has parts that no other image has. */
static bool is_small_kdump(const struct seed *s)
{
	struct stat st;

	return vmc_dump_info(s->dump)->kind == VMC_DUMP_KDUMP &&
	       !vmc_dump_info(s->dump)->flattened && stat(s->path, &st) == 0 &&
	       st.st_size <= STORED_MAX;
}

static bool make_stored(const struct seed *s, struct image *ret)
{
	vmc_autofile FILE *f = fopen(s->path, "rb");

	*ret = (struct image){ 0 };
	if (!f || !start_image(s, "stored", (size_t)vmc_dump_info(s->dump)->file_size, ret) ||
	    fread(ret->data, 1, ret->size, f) != ret->size)
		return false;
	find_kdump_parts(ret, false);
	add_memory_spots(ret, s);
	return true;
}

static bool keep(images *all, struct image *im, bool ok)
{
	if (ok && vmc_vec_push(all, *im))
		return true;
	image_free(im);
	return false;
}

bool image_make(const struct seed *s, size_t n, images *ret)
{
	static const unsigned int codecs[] = { VMC_CODEC_ZLIB, VMC_CODEC_LZO, VMC_CODEC_SNAPPY,
					       VMC_CODEC_ZSTD };
	size_t first = ret->len;
	struct image im;

	/* keep() may move the array: the inner files are addressed anew each time */
	return keep(ret, &im, make_kdump(s, VMC_CODEC_RAW, &im)) &&
	       keep(ret, &im, make_elf(s, &im)) &&
	       keep(ret, &im, make_flat(s, &ret->data[first], "flattened kdump", &im)) &&
	       keep(ret, &im, make_flat(s, &ret->data[first + 1], "flattened elf", &im)) &&
	       keep(ret, &im, make_kdump(s, codecs[n % VMC_ARRAY_SIZE(codecs)], &im)) &&
	       (!is_small_kdump(s) || keep(ret, &im, make_stored(s, &im)));
}
