/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "debug/dwarf/dwarf.h"
#include "debug/profile/internal.h"
#include "debug/profile/profile.h"

#define EHDR_SIZE 64u
#define SHDR_SIZE 64u
#define SYM_SIZE 24u
#define CHDR_SIZE 24u
#define COMPRESSION_LEVEL 9
/* Sections of a vmlinux: under 100; numbers from 0xff00 on mean something else in a symbol. */
#define SECTIONS_MAX 0xff00u

struct part {
	const char *name;
	uint32_t type, link, info, name_at;
	uint64_t flags, addr, size, align, entsize;
	struct vmc_bytes bytes; /* borrowed, or `own`; none for SHT_NOBITS */
	uint8_t *own;
};

struct maker {
	struct vmc_elf *in;
	VMC_VEC(struct part) parts;  /* the first one is the null section */
	VMC_VEC(uint16_t) number_of; /* of a section of the vmlinux: that in the profile, or 0 */
	VMC_VEC(uint8_t) out;
	bool has_types;
	bool failed; /* memory */
};

/* --- bytes --- */

static void put(struct maker *m, const void *p, size_t n)
{
	if (!n)
		return;
	if (m->failed || !vmc_vec_reserve(&m->out, m->out.len + n)) {
		m->failed = true;
		return;
	}
	memcpy(m->out.data + m->out.len, p, n);
	m->out.len += n;
}

static void put_number(struct maker *m, uint64_t v, size_t bytes)
{
	uint8_t b[8];

	for (size_t i = 0; i < bytes; i++)
		b[i] = (uint8_t)(v >> 8 * i);
	put(m, b, bytes);
}

static void pad(struct maker *m, size_t align)
{
	while (!m->failed && m->out.len % align)
		put_number(m, 0, 1);
}

/* What was put since `from`, as the bytes of a section of its own. */
static void cut_part(struct maker *m, struct part p)
{
	if (!m->failed && m->out.len) {
		p.own = malloc(m->out.len);
		m->failed |= !p.own;
	}
	if (p.own)
		memcpy(p.own, m->out.data, m->out.len);
	p.bytes = (struct vmc_bytes){ p.own, p.own ? m->out.len : 0 };
	p.size = p.bytes.size;
	m->out.len = 0;
	if (m->failed || !vmc_vec_push(&m->parts, p)) {
		m->failed = true;
		free(p.own);
	}
}

/* --- sections of the vmlinux --- */

static bool keeps_contents(const struct vmc_elf_section_info *s)
{
	return s->type == SHT_NOTE || vmc_streq(s->name, ".BTF") ||
	       vmc_streq(s->name, ".eh_frame") || vmc_streq(s->name, ".debug_frame");
}

/* A section as it is in the profile. False: it has none there. */
static bool take_section(struct maker *m, const struct vmc_elf_section_info *s, bool take_btf,
			 struct part *ret)
{
	bool is_btf = vmc_streq(s->name, ".BTF"), keep = keeps_contents(s);

	/* of one that was made of a profile, the new seal counts */
	if ((is_btf && !take_btf) || vmc_streq(s->name, PROFILE_NOTE))
		return false;
	*ret = (struct part){ .name = s->name,
			      .type = keep ? s->type : SHT_NOBITS,
			      .flags = s->flags & ~(uint64_t)(SHF_COMPRESSED | SHF_INFO_LINK),
			      .addr = s->addr,
			      .size = s->size,
			      .align = s->align };
	if (is_btf)
		ret->flags = 0; /* what is loaded cannot be compressed */
	if (keep) {
		ret->bytes = vmc_elf_section(m->in, s->name);
		ret->size = ret->bytes.size;
	}
	m->has_types |= is_btf && ret->size;
	return keep || s->loaded;
}

/*
 * Those of the kernel's memory stay, for symbols say in which one they are; but for a few without
 * contents.
 */
static struct vmc_error *take_sections(struct maker *m, bool take_btf)
{
	size_t n = vmc_elf_section_count(m->in);

	for (size_t i = 0; i < n && i < SECTIONS_MAX; i++) {
		struct vmc_elf_section_info s = vmc_elf_section_info(m->in, i);
		struct part p;
		uint16_t number = 0;

		if (i && s.name && take_section(m, &s, take_btf, &p)) {
			number = (uint16_t)m->parts.len;
			m->failed |= !vmc_vec_push(&m->parts, p);
		}
		m->failed |= !vmc_vec_push(&m->number_of, number);
	}
	return m->failed ? vmc_error_no_memory() : NULL;
}

static struct vmc_error *add_types(struct maker *m, struct vmc_types *dwarf)
{
	vmc_cleanup(vmc_cleanup_btf_writerp) struct vmc_btf_writer *w = NULL;
	struct part p = { .name = ".BTF", .type = SHT_PROGBITS, .align = 8 };

	VMC_TRY(vmc_btf_writer_new(&w));
	VMC_TRY(vmc_dwarf_export(dwarf, w));
	VMC_TRY(vmc_btf_writer_finish(w, &p.own, &p.size));
	p.bytes = (struct vmc_bytes){ p.own, p.size };
	if (!vmc_vec_push(&m->parts, p)) {
		free(p.own);
		return vmc_error_no_memory();
	}
	m->has_types = true;
	return NULL;
}

/* --- symbols --- */

static void add_strings(struct maker *m, const char *name, struct vmc_bytes bytes)
{
	struct part p = {
		.name = name, .type = SHT_STRTAB, .align = 1, .bytes = bytes, .size = bytes.size
	};

	m->failed |= !vmc_vec_push(&m->parts, p);
}

/* Those with a name that lie in a section, or nowhere; names stay where they were in .strtab. */
static void add_symbols(struct maker *m)
{
	struct part table = { .name = ".symtab",
			      .type = SHT_SYMTAB,
			      .align = 8,
			      .entsize = SYM_SIZE,
			      .link = (uint32_t)m->parts.len + 1 };
	struct vmc_elf_symbol_walk w = vmc_elf_symbol_walk(m->in);
	static const uint8_t none[SYM_SIZE];
	struct vmc_elf_symbol s;

	put(m, none, sizeof(none));
	while (vmc_elf_symbol_next(&w, &s)) {
		uint16_t in = s.section;

		if (in < SHN_LORESERVE)
			in = in < m->number_of.len ? m->number_of.data[in] : 0;
		if (!in)
			continue;
		if (ELF64_ST_BIND(s.info) == STB_LOCAL)
			table.info = (uint32_t)(m->out.len / SYM_SIZE) + 1;
		put_number(m, (uint64_t)((const uint8_t *)s.name - w.names.data), 4);
		put_number(m, s.info, 1);
		put_number(m, 0, 1);
		put_number(m, in, 2);
		put_number(m, s.value, 8);
		put_number(m, s.size, 8);
	}
	table.info = table.info ? table.info : 1;
	if (m->out.len == SYM_SIZE) {
		m->out.len = 0;
		return;
	}
	cut_part(m, table);
	add_strings(m, ".strtab", w.names);
}

/* --- the note --- */

static void put_note(struct maker *m, uint32_t type, const void *desc, size_t size)
{
	put_number(m, PROFILE_OWNER_SIZE, 4);
	put_number(m, size, 4);
	put_number(m, type, 4);
	put(m, PROFILE_OWNER, PROFILE_OWNER_SIZE);
	pad(m, 4);
	put(m, desc, size);
	pad(m, 4);
}

static void add_note(struct maker *m)
{
	static const uint8_t seal[8] = { PROFILE_VERSION };
	const char *banner = vmc_elf_banner(m->in);

	put_note(m, PROFILE_NOTE_SEAL, seal, sizeof(seal));
	if (*banner)
		put_note(m, PROFILE_NOTE_BANNER, banner, strlen(banner) + 1);
	cut_part(m, (struct part){ .name = PROFILE_NOTE, .type = SHT_NOTE, .align = 4 });
}

/* --- all together --- */

/* A section that does not get smaller stays as it is. */
static void compress_part(struct maker *m, struct libdeflate_compressor *c, struct part *p)
{
	size_t bound = CHDR_SIZE + libdeflate_zlib_compress_bound(c, p->size), n;
	uint8_t *out = malloc(bound);

	if (!out) {
		m->failed = true;
		return;
	}
	n = libdeflate_zlib_compress(c, p->bytes.data, p->size, out + CHDR_SIZE, bound - CHDR_SIZE);
	if (!n || n + CHDR_SIZE >= p->size) {
		free(out);
		return;
	}
	m->out.len = 0;
	put_number(m, ELFCOMPRESS_ZLIB, 8);
	put_number(m, p->size, 8);
	put_number(m, p->align, 8);
	if (!m->failed)
		memcpy(out, m->out.data, CHDR_SIZE);
	m->out.len = 0;
	free(p->own);
	p->own = out;
	p->size = n + CHDR_SIZE;
	p->bytes = (struct vmc_bytes){ out, p->size };
	p->flags |= SHF_COMPRESSED;
}

static void compress_parts(struct maker *m)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(COMPRESSION_LEVEL);

	m->failed |= !c;
	for (size_t i = 0; c && i < m->parts.len; i++) {
		struct part *p = &m->parts.data[i];

		/* what is loaded, and the note with the checksum, have to be plain */
		if (p->size && p->type != SHT_NOBITS && p->type != SHT_NOTE &&
		    !(p->flags & SHF_ALLOC))
			compress_part(m, c, p);
	}
	libdeflate_free_compressor(c);
}

static void put_header(struct maker *m, uint64_t sections_at)
{
	static const uint8_t ident[EI_NIDENT] = { ELFMAG0,    ELFMAG1,	   ELFMAG2,   ELFMAG3,
						  ELFCLASS64, ELFDATA2LSB, EV_CURRENT };

	put(m, ident, sizeof(ident));
	put_number(m, ET_EXEC, 2);
	put_number(m, EM_X86_64, 2);
	put_number(m, EV_CURRENT, 4);
	put_number(m, 0, 8); /* where it starts: nowhere */
	put_number(m, 0, 8); /* program headers: none */
	put_number(m, sections_at, 8);
	put_number(m, 0, 4);
	put_number(m, EHDR_SIZE, 2);
	put_number(m, 0, 4);
	put_number(m, SHDR_SIZE, 2);
	put_number(m, m->parts.len, 2);
	put_number(m, m->parts.len - 1, 2); /* the names of sections are the last one */
}

static void put_section(struct maker *m, const struct part *p, uint64_t offset)
{
	put_number(m, p->name_at, 4);
	put_number(m, p->type, 4);
	put_number(m, p->flags, 8);
	put_number(m, p->addr, 8);
	put_number(m, offset, 8);
	put_number(m, p->size, 8);
	put_number(m, p->link, 4);
	put_number(m, p->info, 4);
	put_number(m, p->align, 8);
	put_number(m, p->entsize, 8);
}

static void add_names(struct maker *m)
{
	struct part names = { .name = ".shstrtab", .type = SHT_STRTAB, .align = 1 };

	put_number(m, 0, 1);
	for (size_t i = 1; i < m->parts.len; i++) {
		m->parts.data[i].name_at = (uint32_t)m->out.len;
		put(m, m->parts.data[i].name, strlen(m->parts.data[i].name) + 1);
	}
	names.name_at = (uint32_t)m->out.len;
	put(m, names.name, strlen(names.name) + 1);
	cut_part(m, names);
}

/* The file: header, contents, section headers. Returns where the note of the checksum is. */
static size_t lay_out(struct maker *m)
{
	vmc_autofree uint64_t *offsets = calloc(m->parts.len, sizeof(*offsets));
	uint64_t at = EHDR_SIZE;
	size_t note_at = 0;

	if (!offsets || m->parts.len >= SECTIONS_MAX) {
		m->failed = true;
		return 0;
	}
	for (size_t i = 1; i < m->parts.len; i++) {
		at = (at + 7) & ~(uint64_t)7;
		offsets[i] = at;
		at += m->parts.data[i].bytes.size;
		if (vmc_streq(m->parts.data[i].name, PROFILE_NOTE))
			note_at = (size_t)offsets[i];
	}
	at = (at + 7) & ~(uint64_t)7;
	put_header(m, at);
	for (size_t i = 1; i < m->parts.len; i++) {
		pad(m, 8);
		put(m, m->parts.data[i].bytes.data, m->parts.data[i].bytes.size);
	}
	pad(m, 8);
	for (size_t i = 0; i < m->parts.len; i++)
		put_section(m, &m->parts.data[i], offsets[i]);
	return note_at;
}

static void seal(struct maker *m, size_t note_at)
{
	uint32_t crc = libdeflate_crc32(0, m->out.data, m->out.len);

	for (size_t i = 0; i < 4; i++)
		m->out.data[note_at + PROFILE_CHECKSUM_AT + i] = (uint8_t)(crc >> 8 * i);
}

static struct vmc_error *make(struct maker *m, struct vmc_types *dwarf, bool compress)
{
	size_t note_at;

	m->failed |= !vmc_vec_push(&m->parts, (struct part){ .name = "", .type = SHT_NULL });
	VMC_TRY(take_sections(m, !dwarf));
	if (dwarf)
		VMC_TRY(add_types(m, dwarf));
	add_note(m);
	add_symbols(m);
	if (!m->failed && !m->has_types)
		return vmc_error_new(VMC_NOT_FOUND,
				     "%s: it has neither DWARF nor BTF: there are no types to make "
				     "a profile of",
				     vmc_elf_path(m->in));
	if (compress)
		compress_parts(m);
	add_names(m);
	note_at = lay_out(m);
	if (m->failed)
		return vmc_error_no_memory();
	seal(m, note_at);
	return NULL;
}

struct vmc_error *vmc_profile_make(struct vmc_elf *vmlinux, struct vmc_types *dwarf, bool compress,
				   uint8_t **ret, size_t *ret_size)
{
	struct maker m = { .in = vmlinux };
	struct vmc_error *err = make(&m, dwarf, compress);

	if (!err) {
		*ret = m.out.data;
		*ret_size = m.out.len;
		m.out.data = NULL;
	}
	for (size_t i = 0; i < m.parts.len; i++)
		free(m.parts.data[i].own);
	vmc_vec_free(&m.parts);
	vmc_vec_free(&m.number_of);
	vmc_vec_free(&m.out);
	return err;
}
