/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libelf maps the file and checks that sections lie inside it; the contents
 * are then read as bounded bytes, not through its structures: a file that
 * lies about itself must not get further than an empty answer.
 */
#include "debug/symbols/elfsym.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

#define BANNER "Linux version "
#define BANNER_MAX 1024u
/* No section of a vmlinux comes near (.debug_info has 0.2 GiB); what claims more is a bomb. */
#define SECTION_MAX ((uint64_t)2 << 30)
#define SYM_SIZE 24u
#define PERCPU_SECTION ".data..percpu"

struct vmc_elf {
	char *path;
	int fd;
	Elf *elf;
	size_t shstrndx;
	uint16_t type;
	char build_id[VMC_BUILD_ID_TEXT];
	bool banner_tried;
	char banner[BANNER_MAX];
};

void vmc_elf_free(struct vmc_elf *e)
{
	if (!e)
		return;
	elf_end(e->elf);
	if (e->fd >= 0)
		close(e->fd);
	free(e->path);
	free(e);
}

const char *vmc_elf_path(const struct vmc_elf *e)
{
	return e->path;
}

const char *vmc_elf_build_id(const struct vmc_elf *e)
{
	return e->build_id;
}

struct vmc_bytes vmc_elf_file(const struct vmc_elf *e)
{
	size_t size = 0;
	const uint8_t *data = (const uint8_t *)elf_rawfile(e->elf, &size);

	return (struct vmc_bytes){ data, data ? size : 0 };
}

static const char *section_name(const struct vmc_elf *e, const GElf_Shdr *sh)
{
	/* checks that the name is inside the table and ends there */
	const char *name = elf_strptr(e->elf, e->shstrndx, sh->sh_name);

	return name ? name : "";
}

/* The file's own bytes of a section, decompressed where they are compressed. */
static struct vmc_bytes contents(Elf_Scn *scn)
{
	GElf_Shdr sh;
	GElf_Chdr ch;
	Elf_Data *data;

	if (!gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL)
		return (struct vmc_bytes){ 0 };
	if (sh.sh_flags & SHF_COMPRESSED) {
		/* libelf itself refuses sizes that the method cannot reach */
		if (!gelf_getchdr(scn, &ch) || ch.ch_size > SECTION_MAX ||
		    elf_compress(scn, 0, 0) < 0)
			return (struct vmc_bytes){ 0 };
		data = elf_getdata(scn, NULL);
	} else {
		data = elf_rawdata(scn, NULL);
	}
	if (!data || !data->d_buf || data->d_size > SECTION_MAX)
		return (struct vmc_bytes){ 0 };
	return (struct vmc_bytes){ data->d_buf, data->d_size };
}

static Elf_Scn *find_section(const struct vmc_elf *e, const char *name, GElf_Shdr *ret)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e->elf, scn)))
		if (gelf_getshdr(scn, ret) && vmc_streq(section_name(e, ret), name))
			return scn;
	return NULL;
}

struct vmc_bytes vmc_elf_section(struct vmc_elf *e, const char *name)
{
	GElf_Shdr sh;
	Elf_Scn *scn = find_section(e, name, &sh);

	return scn ? contents(scn) : (struct vmc_bytes){ 0 };
}

uint64_t vmc_elf_section_addr(struct vmc_elf *e, const char *name)
{
	GElf_Shdr sh;

	return find_section(e, name, &sh) ? sh.sh_addr : 0;
}

size_t vmc_elf_section_count(const struct vmc_elf *e)
{
	size_t n = 0;

	return elf_getshdrnum(e->elf, &n) ? 0 : n;
}

struct vmc_elf_section_info vmc_elf_section_info(const struct vmc_elf *e, size_t number)
{
	Elf_Scn *scn = elf_getscn(e->elf, number);
	GElf_Shdr sh;

	if (!scn || !gelf_getshdr(scn, &sh))
		return (struct vmc_elf_section_info){ 0 };
	return (struct vmc_elf_section_info){ .name = section_name(e, &sh),
					      .type = sh.sh_type,
					      .flags = sh.sh_flags,
					      .addr = sh.sh_addr,
					      .offset = sh.sh_offset,
					      .size = sh.sh_size,
					      .align = sh.sh_addralign,
					      .loaded = sh.sh_flags & SHF_ALLOC };
}

const char *vmc_elf_modinfo(struct vmc_elf *e, const char *key)
{
	struct vmc_bytes info = vmc_elf_section(e, ".modinfo");
	size_t len = strlen(key);
	const char *row;

	/* "key=value" one behind the other, each with its NUL, some padding between them */
	for (size_t at = 0; (row = vmc_bytes_str(info, at)); at += strlen(row) + 1) {
		if (strncmp(row, key, len) == 0 && row[len] == '=')
			return row + len + 1;
	}
	return NULL;
}

bool vmc_notes_build_id(struct vmc_bytes notes, uint64_t align, char ret[VMC_BUILD_ID_TEXT])
{
	struct vmc_cursor c = vmc_cursor_at(notes, 0);
	uint64_t mask = align == 8 ? 7 : 3;

	while (c.pos < notes.size) {
		uint32_t name_size = vmc_cursor_u32(&c);
		uint32_t size = vmc_cursor_u32(&c);
		uint32_t type = vmc_cursor_u32(&c);
		size_t desc_at = (size_t)((c.pos + (uint64_t)name_size + mask) & ~mask);
		struct vmc_bytes name = vmc_bytes_sub(notes, c.pos, name_size);
		struct vmc_bytes desc = vmc_bytes_sub(notes, desc_at, size);

		if (c.overrun || !vmc_range_ok(desc_at, size, notes.size))
			return false;
		if (type == NT_GNU_BUILD_ID && name.size == 4 && !memcmp(name.data, "GNU", 4) &&
		    size && size <= VMC_BUILD_ID_MAX) {
			for (size_t i = 0; i < size; i++)
				snprintf(ret + 2 * i, 3, "%02x", desc.data[i]);
			return true;
		}
		c = vmc_cursor_at(notes, ((uint64_t)desc_at + size + mask) & ~mask);
	}
	return false;
}

static void find_build_id(struct vmc_elf *e)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	GElf_Phdr ph;
	size_t n;

	while ((scn = elf_nextscn(e->elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_NOTE &&
		    vmc_notes_build_id(contents(scn), sh.sh_addralign, e->build_id))
			return;
	if (elf_getphdrnum(e->elf, &n))
		return;
	for (size_t i = 0; i < n && i < INT32_MAX && gelf_getphdr(e->elf, (int)i, &ph); i++) {
		size_t size;
		struct vmc_bytes file = { (const uint8_t *)elf_rawfile(e->elf, &size), 0 };

		if (ph.p_type != PT_NOTE || !file.data)
			continue;
		file.size = size;
		if (vmc_notes_build_id(vmc_bytes_sub(file, ph.p_offset, ph.p_filesz), ph.p_align,
				       e->build_id))
			return;
	}
}

/*
 * linux_banner is a constant of init/version.c. Format strings begin with the same
 * words; the banner goes on with the digit of a release.
 */
static bool find_banner(struct vmc_elf *e, struct vmc_bytes b)
{
	const uint8_t *p = b.data, *end;

	if (!b.size)
		return false;
	end = p + b.size;
	while ((p = memmem(p, (size_t)(end - p), BANNER, strlen(BANNER)))) {
		size_t left = (size_t)(end - p), len = strnlen((const char *)p, left);

		if (len < left && len < BANNER_MAX && len > strlen(BANNER) &&
		    p[strlen(BANNER)] >= '0' && p[strlen(BANNER)] <= '9') {
			memcpy(e->banner, p, len);
			e->banner[p[len - 1] == '\n' ? len - 1 : len] = 0;
			return true;
		}
		p += strlen(BANNER);
	}
	return false;
}

const char *vmc_elf_banner(struct vmc_elf *e)
{
	/* a profile has it in a note: there the others are empty */
	static const char *const sections[] = { ".rodata", ".init.rodata", ".data",
						".note.vmcoroner" };

	if (e->banner_tried || e->type == ET_REL)
		return e->banner;
	e->banner_tried = true;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sections); i++)
		if (find_banner(e, vmc_elf_section(e, sections[i])))
			break;
	return e->banner;
}

/* Programs have an interpreter or are relocated against libraries; no kernel has and is. */
static bool is_program(const struct vmc_elf *e)
{
	GElf_Phdr ph;
	size_t n;

	if (elf_getphdrnum(e->elf, &n))
		return false;
	for (size_t i = 0; i < n && i < INT32_MAX && gelf_getphdr(e->elf, (int)i, &ph); i++)
		if (ph.p_type == PT_INTERP)
			return true;
	return false;
}

static struct vmc_error *check_header(struct vmc_elf *e)
{
	GElf_Ehdr eh;

	if (!e->elf || elf_kind(e->elf) != ELF_K_ELF || !gelf_getehdr(e->elf, &eh))
		return vmc_error_new(VMC_NOT_FORMAT, "%s: not an ELF file", e->path);
	if (eh.e_type == ET_CORE)
		return vmc_error_new(VMC_NOT_FORMAT, "%s: a core file, not a kernel", e->path);
	if (eh.e_type != ET_EXEC && eh.e_type != ET_DYN && eh.e_type != ET_REL)
		return vmc_error_new(VMC_NOT_FORMAT, "%s: ELF file of type %u", e->path, eh.e_type);
	if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB)
		return vmc_error_new(VMC_UNSUPPORTED, "%s: not a 64-bit little-endian ELF file",
				     e->path);
	if (is_program(e))
		return vmc_error_new(VMC_NOT_FORMAT, "%s: a user program, not a kernel", e->path);
	e->type = eh.e_type;
	if (elf_getshdrstrndx(e->elf, &e->shstrndx))
		e->shstrndx = 0;
	return NULL;
}

struct vmc_error *vmc_elf_open(const char *path, struct vmc_elf **ret)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = calloc(1, sizeof(*e));
	struct stat st;

	if (!e)
		return vmc_error_no_memory();
	e->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (e->fd < 0)
		return vmc_error_os(errno, "%s", path);
	e->path = strdup(path);
	if (!e->path)
		return vmc_error_no_memory();
	if (fstat(e->fd, &st))
		return vmc_error_os(errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return vmc_error_new(VMC_NOT_FORMAT, "%s: not a regular file", path);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return vmc_error_new(VMC_UNSUPPORTED, "libelf: %s", elf_errmsg(-1));
	e->elf = elf_begin(e->fd, ELF_C_READ_MMAP, NULL);
	VMC_TRY(check_header(e));
	find_build_id(e);
	*ret = vmc_take(e);
	return NULL;
}

/* What nm needs to know of a section to give a letter. */
struct section {
	uint64_t flags;
	bool nobits;
	bool percpu; /* linked at 0: its symbols are offsets, not addresses */
};

static struct section *read_sections(const struct vmc_elf *e, size_t *ret_n)
{
	struct section *s;
	size_t n;

	if (elf_getshdrnum(e->elf, &n))
		return NULL;
	s = calloc(n ? n : 1, sizeof(*s));
	for (size_t i = 0; s && i < n; i++) {
		Elf_Scn *scn = elf_getscn(e->elf, i);
		GElf_Shdr sh;

		if (!scn || !gelf_getshdr(scn, &sh))
			continue;
		s[i].flags = sh.sh_flags;
		s[i].nobits = sh.sh_type == SHT_NOBITS;
		s[i].percpu = e->type != ET_REL && !sh.sh_addr &&
			      vmc_streq(section_name(e, &sh), PERCPU_SECTION);
	}
	*ret_n = n;
	return s;
}

/* The letter of nm(1), and of kallsyms; 0 for what has no place in the kernel's memory. */
static char letter_of(uint8_t info, uint16_t shndx, const struct section *s)
{
	bool global = ELF64_ST_BIND(info) != STB_LOCAL;
	char c;

	if (shndx == SHN_ABS || (s && s->percpu))
		return global ? 'A' : 'a';
	if (!s || !(s->flags & SHF_ALLOC))
		return 0;
	if (ELF64_ST_BIND(info) == STB_WEAK)
		return ELF64_ST_TYPE(info) == STT_OBJECT ? 'V' : 'W';
	if (s->flags & SHF_EXECINSTR)
		c = 'T';
	else if (s->flags & SHF_WRITE)
		c = s->nobits ? 'B' : 'D';
	else
		c = 'R';
	return global ? c : (char)(c + ('a' - 'A'));
}

/* Mapping symbols and assembler labels are not in kallsyms either. */
static bool is_named(const char *name)
{
	return name && *name && *name != '$' && !vmc_str_starts(name, ".L");
}

struct vmc_elf_symbol_walk vmc_elf_symbol_walk(struct vmc_elf *e)
{
	struct vmc_elf_symbol_walk w = { .at = 0 };
	Elf_Scn *scn = NULL, *strings;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(e->elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB)
			break;
	if (!scn)
		return w;
	w.symbols = contents(scn);
	strings = elf_getscn(e->elf, sh.sh_link);
	if (strings)
		w.names = contents(strings);
	return w;
}

bool vmc_elf_symbol_next(struct vmc_elf_symbol_walk *w, struct vmc_elf_symbol *ret)
{
	while (vmc_range_ok(w->at, SYM_SIZE, w->symbols.size)) {
		const uint8_t *sym = w->symbols.data + w->at;
		uint8_t type = ELF64_ST_TYPE(sym[4]);

		w->at += SYM_SIZE;
		*ret = (struct vmc_elf_symbol){ .name = vmc_bytes_str(w->names, vmc_le32(sym)),
						.info = sym[4],
						.section = vmc_le16(sym + 6),
						.value = vmc_le64(sym + 8),
						.size = vmc_le64(sym + 16) };
		if (is_named(ret->name) && ret->section != SHN_UNDEF && type != STT_SECTION &&
		    type != STT_FILE && type != STT_TLS)
			return true;
	}
	return false;
}

static struct vmc_error *add_symbol(const struct vmc_elf_symbol *sym,
				    const struct section *sections, size_t n_sections,
				    struct vmc_symtab *t)
{
	char letter = letter_of(sym->info, sym->section,
				sym->section < n_sections ? &sections[sym->section] : NULL);

	if (!letter)
		return NULL;
	return vmc_symtab_add(t, sym->name, strlen(sym->name), sym->value, sym->size, letter);
}

struct vmc_error *vmc_elf_symbols(struct vmc_elf *e, struct vmc_symtab **ret)
{
	vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab *t = vmc_symtab_new();
	vmc_autofree struct section *sections = NULL;
	struct vmc_elf_symbol_walk w = vmc_elf_symbol_walk(e);
	struct vmc_elf_symbol sym;
	size_t n_sections = 0;

	if (!w.symbols.size)
		return vmc_error_new(VMC_NOT_FOUND, "%s: no symbol table", e->path);
	sections = read_sections(e, &n_sections);
	if (!t || !sections)
		return vmc_error_no_memory();
	VMC_TRY(vmc_symtab_reserve(t, w.symbols.size / SYM_SIZE, w.names.size));
	while (vmc_elf_symbol_next(&w, &sym))
		VMC_TRY(add_symbol(&sym, sections, n_sections, t));
	VMC_TRY(vmc_symtab_finish(t));
	if (!vmc_symtab_count(t))
		return vmc_error_new(VMC_NOT_FOUND, "%s: no symbols", e->path);
	*ret = vmc_take(t);
	return NULL;
}
