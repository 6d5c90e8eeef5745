/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of debug info as an image: what its parts are, so that each kind of part is damaged as
 * often as any other. The file is whole here; only its own compiler could deceive this walk, and
 * then merely some places would be missing.
 */
#include "mutate.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* The numbers of DWARF 5, section 7.5.6, as far as compilers write them. */
enum {
	FORM_ADDR = 0x01,
	FORM_BLOCK2 = 0x03,
	FORM_BLOCK4 = 0x04,
	FORM_DATA2 = 0x05,
	FORM_DATA4 = 0x06,
	FORM_DATA8 = 0x07,
	FORM_STRING = 0x08,
	FORM_BLOCK = 0x09,
	FORM_BLOCK1 = 0x0a,
	FORM_DATA1 = 0x0b,
	FORM_FLAG = 0x0c,
	FORM_SDATA = 0x0d,
	FORM_STRP = 0x0e,
	FORM_UDATA = 0x0f,
	FORM_REF_ADDR = 0x10,
	FORM_REF4 = 0x13,
	FORM_SEC_OFFSET = 0x17,
	FORM_EXPRLOC = 0x18,
	FORM_FLAG_PRESENT = 0x19,
	FORM_DATA16 = 0x1e,
	FORM_LINE_STRP = 0x1f,
	FORM_IMPLICIT_CONST = 0x21,
	FORM_LOCLISTX = 0x22,
	FORM_RNGLISTX = 0x23,
};

#define CODES_MAX 4096u

struct walk {
	struct image *im;
	Elf64_Shdr *sections;
	size_t n_sections;
	const char *names;
	uint64_t abbrev[CODES_MAX]; /* where the attributes of a code begin; 0 none */
};

static void add(struct image *im, enum area area, uint64_t at, uint64_t size)
{
	if (size && vmc_range_ok(at, size, im->size))
		(void)vmc_vec_push(&im->spots[area], (struct spot){ at, (uint32_t)size, 0 });
}

/* Beyond the end of the file everything is 0, which ends all lists. */
static uint64_t number(const struct walk *w, uint64_t at, unsigned int size)
{
	uint64_t v = 0;

	if (vmc_range_ok(at, size, w->im->size))
		memcpy(&v, w->im->data + at, size);
	return v;
}

static uint64_t leb(const struct walk *w, uint64_t *at)
{
	uint64_t v = 0, b = 0x80;

	for (unsigned int shift = 0; b & 0x80; shift += 7) {
		b = number(w, (*at)++, 1);
		v |= shift < 64 ? (b & 0x7f) << shift : 0;
	}
	return v;
}

static const Elf64_Shdr *section_called(const struct walk *w, const char *name)
{
	for (size_t i = 1; i < w->n_sections; i++) {
		if (strcmp(w->names + w->sections[i].sh_name, name) == 0)
			return &w->sections[i];
	}
	return NULL;
}

/* ---- entries of .debug_info ---- */

/* A number of .debug_info; in a .ko it is left to relocation. */
static uint64_t relocated(const struct walk *w, const Elf64_Shdr *info, uint64_t at)
{
	const Elf64_Shdr *rela = section_called(w, ".rela.debug_info");

	for (uint64_t i = 0; rela && i < rela->sh_size; i += sizeof(Elf64_Rela)) {
		if (number(w, rela->sh_offset + i, 8) == at - info->sh_offset)
			return number(w, rela->sh_offset + i + 16, 8);
	}
	return number(w, at, 4);
}

static void read_abbrev(struct walk *w, uint64_t at)
{
	uint64_t code, start;

	memset(w->abbrev, 0, sizeof(w->abbrev));
	for (start = at; (code = leb(w, &at)); start = at) {
		uint64_t name, form;

		leb(w, &at);
		if (code < CODES_MAX)
			w->abbrev[code] = at;
		at++;
		do {
			name = leb(w, &at);
			add(w->im, AREA_FORMS, at, 1);
			form = leb(w, &at);
			if (form == FORM_IMPLICIT_CONST)
				leb(w, &at);
		} while (name || form);
		add(w->im, AREA_ABBREV, start, at - start);
	}
}

/* Bytes that a block counts before itself. */
static uint64_t counted(const struct walk *w, uint64_t *at, uint64_t form)
{
	unsigned int size = form == FORM_BLOCK1 ? 1 : form == FORM_BLOCK2 ? 2 : 4;
	uint64_t n;

	if (form == FORM_BLOCK || form == FORM_EXPRLOC)
		return leb(w, at);
	n = number(w, *at, size);
	*at += size;
	return n;
}

/* Steps over an attribute and notes it; false where its form is not known here. */
static bool attribute(struct walk *w, uint64_t form, uint64_t entry, uint64_t unit, uint64_t *at)
{
	static const uint8_t sizes[] = {
		[FORM_ADDR] = 8,      [FORM_DATA1] = 1,	     [FORM_DATA2] = 2, [FORM_DATA4] = 4,
		[FORM_DATA8] = 8,     [FORM_DATA16] = 16,    [FORM_FLAG] = 1,  [FORM_STRP] = 4,
		[FORM_LINE_STRP] = 4, [FORM_SEC_OFFSET] = 4, [FORM_REF4] = 4,  [FORM_REF_ADDR] = 4,
	};
	enum area area = AREA_ATTRIBUTES;
	uint64_t start = *at, n;

	switch (form) {
	case FORM_FLAG_PRESENT:
	case FORM_IMPLICIT_CONST:
		return true;
	case FORM_STRING:
		while (number(w, (*at)++, 1))
			;
		break;
	case FORM_SDATA:
	case FORM_UDATA:
	case FORM_LOCLISTX:
	case FORM_RNGLISTX:
		leb(w, at);
		break;
	case FORM_BLOCK:
	case FORM_BLOCK1:
	case FORM_BLOCK2:
	case FORM_BLOCK4:
	case FORM_EXPRLOC:
		n = counted(w, at, form);
		start = *at;
		*at += n;
		area = AREA_EXPRESSIONS;
		break;
	default:
		if (form >= VMC_ARRAY_SIZE(sizes) || !sizes[form])
			return false;
		*at += sizes[form];
	}
	if (form == FORM_REF4 && start + 4 <= w->im->size)
		return vmc_vec_push(&w->im->spots[AREA_REFERENCES],
				    (struct spot){ start, 4, (uint32_t)(entry - unit) });
	add(w->im, area, start, *at - start);
	return true;
}

static bool attributes(struct walk *w, uint64_t abbrev, uint64_t entry, uint64_t unit, uint64_t *at)
{
	uint64_t name, form;

	for (abbrev++;;) {
		name = leb(w, &abbrev);
		form = leb(w, &abbrev);
		if (form == FORM_IMPLICIT_CONST)
			leb(w, &abbrev);
		if (!name && !form)
			return true;
		if (!attribute(w, form, entry, unit, at))
			return false;
	}
}

/* DWARF 4 and 5 differ in the order of their headers. */
static void read_unit(struct walk *w, const Elf64_Shdr *info, const Elf64_Shdr *abbrevs,
		      uint64_t unit, uint64_t end)
{
	bool v5 = number(w, unit + 4, 2) >= 5;
	uint64_t at = unit + (v5 ? 12 : 11);

	add(w->im, AREA_UNITS, unit, at - unit);
	read_abbrev(w, abbrevs->sh_offset + relocated(w, info, unit + (v5 ? 8 : 6)));
	while (at < end) {
		uint64_t entry = at, code = leb(w, &at);

		if (!code)
			continue;
		if (code >= CODES_MAX || !w->abbrev[code])
			return;
		add(w->im, AREA_ENTRIES, entry, at - entry);
		if (!attributes(w, w->abbrev[code], entry, unit, &at))
			return;
	}
}

static void read_info(struct walk *w)
{
	const Elf64_Shdr *info = section_called(w, ".debug_info");
	const Elf64_Shdr *abbrevs = section_called(w, ".debug_abbrev");
	uint64_t at = info ? info->sh_offset : 0, end = at + (info ? info->sh_size : 0);

	while (abbrevs && at < end) {
		uint64_t next = at + 4 + number(w, at, 4);

		read_unit(w, info, abbrevs, at, next);
		at = next;
	}
}

/* ---- the file ---- */

/* What a section is to those who read it. */
static enum area area_of(const char *name, uint32_t type)
{
	static const struct {
		const char *name;
		enum area area;
	} rows[] = {
		{ ".debug_line", AREA_LINES },	   { ".debug_loc", AREA_EXPRESSIONS },
		{ ".debug_frame", AREA_FRAMES },   { ".eh_frame", AREA_FRAMES },
		{ ".debug_aranges", AREA_RANGES }, { ".debug_r", AREA_RANGES },
		{ ".debug_str", AREA_STRINGS },	   { ".note", AREA_NOTES },
	};

	if (type == SHT_SYMTAB || type == SHT_RELA)
		return AREA_SYMBOLS;
	if (type == SHT_STRTAB || vmc_streq(name, ".debug_line_str"))
		return AREA_STRINGS;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		if (vmc_str_starts(name, rows[i].name))
			return rows[i].area;
	}
	return AREA_ANY;
}

static void read_sections(struct walk *w)
{
	for (size_t i = 0; i < w->n_sections; i++) {
		const Elf64_Shdr *s = &w->sections[i];
		const char *name = w->names + s->sh_name;
		enum area area = area_of(name, s->sh_type);

		add(w->im, AREA_SECTIONS, (uint64_t)((const uint8_t *)s - w->im->data), sizeof(*s));
		if (s->sh_type == SHT_NOBITS || area == AREA_ANY)
			continue;
		/* its first bytes are a header, mostly: not to be lost among the rest */
		add(w->im, area, s->sh_offset, s->sh_size < 64 ? s->sh_size : 64);
		add(w->im, area, s->sh_offset, s->sh_size);
		if (vmc_str_starts(name, ".debug_"))
			add(w->im, AREA_CONTENTS, (uint64_t)((const uint8_t *)s - w->im->data),
			    sizeof(*s));
	}
}

static bool find_parts(struct image *im)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)im->data;
	vmc_autofree struct walk *w = calloc(1, sizeof(*w));

	if (!w || im->size < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG) != 0 ||
	    !vmc_range_ok(e->e_shoff, e->e_shnum * sizeof(Elf64_Shdr), im->size) ||
	    e->e_shstrndx >= e->e_shnum)
		return false;
	w->im = im;
	w->sections = (Elf64_Shdr *)(im->data + e->e_shoff);
	w->n_sections = e->e_shnum;
	w->names = (const char *)im->data + w->sections[e->e_shstrndx].sh_offset;
	add(im, AREA_HEADER, 0, sizeof(*e));
	read_sections(w);
	read_info(w);
	add(im, AREA_ANY, 0, im->size);
	im->module = section_called(w, ".gnu.linkonce.this_module");
	return im->spots[AREA_REFERENCES].len;
}

bool debug_image_make(const char *path, const char *dump, images *ret)
{
	vmc_autofile FILE *f = fopen(path, "rb");
	const char *slash = strrchr(path, '/');
	struct image im = { .beside = dump, .name = strdup(slash ? slash + 1 : path) };
	struct stat st;

	if (f && fstat(fileno(f), &st) == 0 && st.st_size > 0) {
		im.size = (size_t)st.st_size;
		im.data = map_bytes(im.size);
	}
	if (im.data && im.name && fread(im.data, 1, im.size, f) == im.size && find_parts(&im) &&
	    vmc_vec_push(ret, im))
		return true;
	image_free(&im);
	return false;
}
