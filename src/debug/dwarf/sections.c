/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/dwarf/sections.h"

#include <elf.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/str.h"

#define EHDR_SIZE 64u
#define SHDR_SIZE 64u
#define CHDR_SIZE 24u
/* More than any linker makes. */
#define HEADERS_MAX ((uint64_t)1 << 20)
#define SYM_SIZE 24u
#define RELA_SIZE 24u
#define ZDEBUG_MAGIC "ZLIB"
#define ZDEBUG_HEADER 12u /* the magic and the size, big-endian */
/* No section of a kernel comes near (.debug_info has 0.25 GiB). */
#define SECTION_MAX ((uint64_t)1 << 31)
/* What deflate can reach; zstd can more, but not on debug info. */
#define RATIO_MAX 1100u

static const char *const names[DWARF_SECTIONS] = {
	[DWARF_INFO] = ".debug_info",
	[DWARF_ABBREV] = ".debug_abbrev",
	[DWARF_STR] = ".debug_str",
	[DWARF_LINE_STR] = ".debug_line_str",
	[DWARF_STR_OFFSETS] = ".debug_str_offsets",
	[DWARF_ADDR] = ".debug_addr",
	[DWARF_ARANGES] = ".debug_aranges",
	[DWARF_RANGES] = ".debug_ranges",
	[DWARF_RNGLISTS] = ".debug_rnglists",
	[DWARF_LOC] = ".debug_loc",
	[DWARF_LOCLISTS] = ".debug_loclists",
	[DWARF_LINE] = ".debug_line",
	[DWARF_FRAME] = ".debug_frame",
};

/* The parts of an ELF file that finding a section takes. */
struct elf {
	const struct dwarf_sections *of;
	struct vmc_bytes file, headers, names;
	uint64_t n;
	bool relocatable;
	const struct dwarf_bases *loaded; /* NULL */
};

struct header {
	uint32_t name, type, link, info;
	uint64_t flags, offset, size;
};

const char *dwarf_section_name(enum dwarf_section section)
{
	return names[section];
}

static struct header header_at(const struct elf *e, uint64_t i)
{
	const uint8_t *p = vmc_bytes_sub(e->headers, i * SHDR_SIZE, SHDR_SIZE).data;
	struct header h = { .type = SHT_NULL };

	if (i >= e->n || !p)
		return h;
	h.name = vmc_le32(p);
	h.type = vmc_le32(p + 4);
	h.flags = vmc_le64(p + 8);
	h.offset = vmc_le64(p + 24);
	h.size = vmc_le64(p + 32);
	h.link = vmc_le32(p + 40);
	h.info = vmc_le32(p + 44);
	return h;
}

static struct vmc_bytes contents(const struct elf *e, const struct header *h)
{
	if (h->type == SHT_NULL || h->type == SHT_NOBITS)
		return (struct vmc_bytes){ 0 };
	return vmc_bytes_sub(e->file, h->offset, h->size);
}

static struct vmc_error *read_headers(struct elf *e)
{
	const char *file = e->of->file;
	const uint8_t *p = e->file.data;
	uint64_t offset, names_at;
	struct header first;

	if (e->file.size < EHDR_SIZE || memcmp(p, ELFMAG, SELFMAG) != 0)
		return vmc_error_new(VMC_NOT_FORMAT, "%s: not an ELF file", file);
	if (p[EI_CLASS] != ELFCLASS64 || p[EI_DATA] != ELFDATA2LSB || vmc_le16(p + 18) != EM_X86_64)
		return vmc_error_new(VMC_UNSUPPORTED, "%s: not an ELF file of x86-64", file);
	e->relocatable = vmc_le16(p + 16) == ET_REL;
	offset = vmc_le64(p + 40);
	e->n = vmc_le16(p + 60);
	names_at = vmc_le16(p + 62);
	/* counts that do not fit the header stand in the first section's */
	e->headers = vmc_bytes_sub(e->file, offset, SHDR_SIZE);
	if (!offset || vmc_le16(p + 58) != SHDR_SIZE || !e->headers.size)
		return vmc_error_new(offset ? VMC_BAD_FORMAT : VMC_NOT_FOUND,
				     "%s: no section headers%s", file,
				     offset ? " where it says (cut off?)" : "");
	first = (struct header){ .size = vmc_le64(e->headers.data + 32),
				 .link = vmc_le32(e->headers.data + 40) };
	e->n = e->n ? e->n : first.size;
	names_at = names_at == SHN_XINDEX ? first.link : names_at;
	if (e->n > HEADERS_MAX || !vmc_range_ok(offset, e->n * SHDR_SIZE, e->file.size))
		return vmc_error_new(VMC_BAD_FORMAT, "%s: section headers are cut off", file);
	e->headers = vmc_bytes_sub(e->file, offset, e->n * SHDR_SIZE);
	first = header_at(e, names_at);
	e->names = contents(e, &first);
	return NULL;
}

/* --- compression --- */

static bool inflate_zlib(struct vmc_bytes in, uint8_t *out, size_t size)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	bool ok = d && libdeflate_zlib_decompress(d, in.data, in.size, out, size, NULL) ==
			       LIBDEFLATE_SUCCESS;

	if (d)
		libdeflate_free_decompressor(d);
	return ok;
}

static bool inflate_zstd(struct vmc_bytes in, uint8_t *out, size_t size)
{
	return ZSTD_decompress(out, size, in.data, in.size) == size;
}

/* Replaces section `i` by its decompressed bytes; `in` is without the header. */
static struct vmc_error *decompress(struct dwarf_sections *s, enum dwarf_section i,
				    struct vmc_bytes in, uint64_t size,
				    bool (*inflate)(struct vmc_bytes, uint8_t *, size_t))
{
	if (size > SECTION_MAX || size / RATIO_MAX > in.size)
		return vmc_error_new(VMC_LIMIT, "%s: %s claims to have %llu bytes, compressed %zu",
				     s->file, names[i], (unsigned long long)size, in.size);
	s->owned[i] = malloc(size ? size : 1);
	if (!s->owned[i])
		return vmc_error_no_memory();
	if (!inflate(in, s->owned[i], size))
		return vmc_error_new(VMC_DAMAGED, "%s: %s does not decompress", s->file, names[i]);
	s->bytes[i] = (struct vmc_bytes){ s->owned[i], size };
	return NULL;
}

static struct vmc_error *read_compressed(struct dwarf_sections *s, enum dwarf_section i)
{
	struct vmc_bytes in = s->bytes[i], body;
	uint32_t method;

	if (in.size < CHDR_SIZE)
		return vmc_error_new(VMC_BAD_FORMAT, "%s: %s has no compression header", s->file,
				     names[i]);
	method = vmc_le32(in.data);
	body = vmc_bytes_sub(in, CHDR_SIZE, in.size - CHDR_SIZE);
	if (method != ELFCOMPRESS_ZLIB && method != 2 /* ELFCOMPRESS_ZSTD */)
		return vmc_error_new(VMC_UNSUPPORTED, "%s: %s is compressed by method %u", s->file,
				     names[i], method);
	return decompress(s, i, body, vmc_le64(in.data + 8),
			  method == ELFCOMPRESS_ZLIB ? inflate_zlib : inflate_zstd);
}

static struct vmc_error *read_zdebug(struct dwarf_sections *s, enum dwarf_section i)
{
	struct vmc_bytes in = s->bytes[i];

	if (in.size < ZDEBUG_HEADER || memcmp(in.data, ZDEBUG_MAGIC, 4) != 0)
		return NULL; /* so named, but left as it was */
	return decompress(s, i, vmc_bytes_sub(in, ZDEBUG_HEADER, in.size - ZDEBUG_HEADER),
			  vmc_be64(in.data + 4), inflate_zlib);
}

/* --- relocation --- */

/* The bytes of section i as a copy that may be written. */
static struct vmc_error *make_own(struct dwarf_sections *s, enum dwarf_section i)
{
	if (s->owned[i])
		return NULL;
	s->owned[i] = malloc(s->bytes[i].size);
	if (!s->owned[i])
		return vmc_error_no_memory();
	memcpy(s->owned[i], s->bytes[i].data, s->bytes[i].size);
	s->bytes[i].data = s->owned[i];
	return NULL;
}

/* What a symbol stands for: its value counts from the start of its section. */
static uint64_t symbol_address(const struct elf *e, const uint8_t *symbol)
{
	uint16_t section = vmc_le16(symbol + 6);

	return vmc_le64(symbol + 8) +
	       (e->loaded && section < e->loaded->n ? e->loaded->address[section] : 0);
}

static struct vmc_error *relocate_one(struct dwarf_sections *s, const struct elf *e,
				      enum dwarf_section i, const uint8_t *rela,
				      struct vmc_bytes symbols)
{
	uint64_t at = vmc_le64(rela), info = vmc_le64(rela + 8), value = vmc_le64(rela + 16);
	uint32_t type = (uint32_t)info, size;
	struct vmc_bytes symbol = vmc_bytes_sub(symbols, (info >> 32) * SYM_SIZE, SYM_SIZE);

	switch (type) {
	case R_X86_64_NONE:
		return NULL;
	case R_X86_64_64:
	case R_X86_64_DTPOFF64:
		size = 8;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_DTPOFF32:
		size = 4;
		break;
	default:
		return vmc_error_new(VMC_UNSUPPORTED, "%s: %s+0x%llx: relocation of type %u",
				     s->file, names[i], (unsigned long long)at, type);
	}
	if (!symbol.size || !vmc_range_ok(at, size, s->bytes[i].size))
		return vmc_error_new(VMC_BAD_FORMAT, "%s: %s+0x%llx: relocation leads outside",
				     s->file, names[i], (unsigned long long)at);
	value += symbol_address(e, symbol.data);
	for (uint32_t b = 0; b < size; b++)
		s->owned[i][at + b] = (uint8_t)(value >> 8 * b);
	return NULL;
}

/* In a .ko offsets between the sections of DWARF are left to whoever loads it. */
static struct vmc_error *relocate(struct dwarf_sections *s, const struct elf *e,
				  enum dwarf_section i, uint64_t section)
{
	for (uint64_t n = 0; n < e->n; n++) {
		struct header h = header_at(e, n), symtab = header_at(e, h.link);
		struct vmc_bytes relas = contents(e, &h), symbols = contents(e, &symtab);

		if (h.type != SHT_RELA || h.info != section)
			continue;
		VMC_TRY(make_own(s, i));
		for (size_t at = 0; vmc_range_ok(at, RELA_SIZE, relas.size); at += RELA_SIZE)
			VMC_TRY(relocate_one(s, e, i, relas.data + at, symbols));
	}
	return NULL;
}

/* --- sections --- */

/* Strings end with a NUL, so that every offset within is one. */
static void cut_strings(struct vmc_bytes *b)
{
	while (b->size && b->data[b->size - 1])
		b->size--;
}

static struct vmc_error *load(struct dwarf_sections *s, const struct elf *e, enum dwarf_section i,
			      uint64_t section)
{
	struct header h = header_at(e, section);
	const char *name = vmc_bytes_str(e->names, h.name);

	if (h.type == SHT_NOBITS || !h.size)
		return NULL;
	s->bytes[i] = contents(e, &h);
	if (!s->bytes[i].size)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "%s: %s at 0x%llx goes beyond the end of the file", s->file,
				     names[i], (unsigned long long)h.offset);
	if (h.flags & SHF_COMPRESSED)
		VMC_TRY(read_compressed(s, i));
	else if (name && vmc_str_starts(name, ".z"))
		VMC_TRY(read_zdebug(s, i));
	if (s->bytes[i].size > SECTION_MAX)
		return vmc_error_new(VMC_LIMIT, "%s: %s has %zu bytes", s->file, names[i],
				     s->bytes[i].size);
	if (e->relocatable)
		VMC_TRY(relocate(s, e, i, section));
	if (i == DWARF_STR || i == DWARF_LINE_STR)
		cut_strings(&s->bytes[i]);
	return NULL;
}

/* Which section of ours that name is, as it stands or as ".zdebug_x"; DWARF_SECTIONS for none. */
static enum dwarf_section section_called(const char *name)
{
	enum dwarf_section i = 0;

	for (; i < DWARF_SECTIONS; i++) {
		if (strcmp(name, names[i]) == 0 ||
		    (vmc_str_starts(name, ".z") && strcmp(name + 2, names[i] + 1) == 0))
			break;
	}
	return i;
}

static struct vmc_error *load_all(struct dwarf_sections *s, const struct elf *e)
{
	for (uint64_t n = 0; n < e->n; n++) {
		const char *name = vmc_bytes_str(e->names, header_at(e, n).name);
		enum dwarf_section i = name ? section_called(name) : DWARF_SECTIONS;

		/* of several of one name (groups of a .ko) only the first is whole units */
		if (i < DWARF_SECTIONS && !s->bytes[i].size)
			VMC_TRY(load(s, e, i, n));
	}
	if (!s->bytes[DWARF_INFO].size)
		return vmc_error_new(VMC_NOT_FOUND, "%s: no %s", s->file, names[DWARF_INFO]);
	return NULL;
}

struct vmc_error *dwarf_sections_init(struct dwarf_sections *s, struct vmc_bytes file,
				      const char *name, const struct dwarf_bases *loaded)
{
	struct elf e = { .of = s, .file = file, .loaded = loaded };
	struct vmc_error *err;

	*s = (struct dwarf_sections){ .file = name };
	err = read_headers(&e);
	if (!err)
		err = load_all(s, &e);
	if (err)
		dwarf_sections_deinit(s);
	return err;
}

void dwarf_sections_deinit(struct dwarf_sections *s)
{
	for (int i = 0; i < DWARF_SECTIONS; i++)
		free(s->owned[i]);
	*s = (struct dwarf_sections){ 0 };
}

const char *dwarf_sections_string(const struct dwarf_sections *s, enum dwarf_section section,
				  uint64_t offset)
{
	/* cut_strings() has made sure of the NUL */
	return offset < s->bytes[section].size ?
		       (const char *)s->bytes[section].data + offset :
		       NULL;
}
