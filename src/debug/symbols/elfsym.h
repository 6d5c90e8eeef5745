/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a vmlinux (or .ko, .debug) file offers without DWARF: its build id,
 * banner, symbol table, and sections such as .BTF. Uses libelf.
 */
#ifndef VMC_DEBUG_ELFSYM_H
#define VMC_DEBUG_ELFSYM_H

#include "debug/symbols/symtab.h"

struct vmc_elf;

/* sha1 has 20 bytes, sha256 32; longer ones can only be made by hand. */
#define VMC_BUILD_ID_MAX 64u
/* As lower-case hex, with its NUL. */
#define VMC_BUILD_ID_TEXT (2 * VMC_BUILD_ID_MAX + 1)

/* Takes the build id out of a run of ELF notes aligned to 4 or 8; false where none is in it. */
bool vmc_notes_build_id(struct vmc_bytes notes, uint64_t align, char ret[VMC_BUILD_ID_TEXT]);

/*
 * VMC_NOT_FORMAT: no ELF file of a kernel or module (core files and user programs are refused
 * with that code too). VMC_UNSUPPORTED: not 64-bit little-endian.
 */
struct vmc_error *vmc_elf_open(const char *path, struct vmc_elf **ret) VMC_MUST_CHECK;
void vmc_elf_free(struct vmc_elf *e);

const char *vmc_elf_path(const struct vmc_elf *e);
/* Lower-case hex, "" when the file has none. */
const char *vmc_elf_build_id(const struct vmc_elf *e);
/*
 * The "Linux version ..." text of a vmlinux with its final newline cut, "" when not found.
 * Looked for when first asked: it may be anywhere in some MiB of data.
 */
const char *vmc_elf_banner(struct vmc_elf *e);
/* All bytes of the file, borrowed: those who read more of it than sections take them from here. */
struct vmc_bytes vmc_elf_file(const struct vmc_elf *e);
/* Contents (decompressed where SHF_COMPRESSED), borrowed; size 0 when absent or SHT_NOBITS. */
struct vmc_bytes vmc_elf_section(struct vmc_elf *e, const char *name);
/* Where it is linked to; 0 when absent, or not loaded. */
uint64_t vmc_elf_section_addr(struct vmc_elf *e, const char *name);
/* The value of a key such as "vermagic" in a module's .modinfo, borrowed; NULL where it has none.
 */
const char *vmc_elf_modinfo(struct vmc_elf *e, const char *key);

/* A section by its number in the file; all zero beyond the last. */
struct vmc_elf_section_info {
	const char *name; /* borrowed */
	uint32_t type;	  /* SHT_* */
	uint64_t flags, addr, offset, size, align;
	bool loaded; /* takes up memory at run time (SHF_ALLOC) */
};
size_t vmc_elf_section_count(const struct vmc_elf *e);
struct vmc_elf_section_info vmc_elf_section_info(const struct vmc_elf *e, size_t number);

/* Steps over the named symbols of the symbol table that lie in a section; none where it is
 * stripped. */
struct vmc_elf_symbol {
	const char *name; /* borrowed */
	uint64_t value;	  /* in a .ko: offset in its section */
	uint64_t size;
	uint16_t section;
	uint8_t info; /* st_info */
};
struct vmc_elf_symbol_walk {
	struct vmc_bytes symbols, names;
	size_t at;
};
struct vmc_elf_symbol_walk vmc_elf_symbol_walk(struct vmc_elf *e);
bool vmc_elf_symbol_next(struct vmc_elf_symbol_walk *w, struct vmc_elf_symbol *ret);

/*
 * Symbols at link-time addresses (in a .ko: offsets in their section), read anew by each call;
 * the caller owns them. Symbols of .data..percpu linked at 0 are of type A, as kallsyms has
 * them: vmc_symtab_shift() leaves them alone. VMC_NOT_FOUND when stripped.
 */
struct vmc_error *vmc_elf_symbols(struct vmc_elf *e, struct vmc_symtab **ret) VMC_MUST_CHECK;

VMC_DEFINE_CLEANUP(struct vmc_elf *, vmc_elf_free, vmc_cleanup_elfp)

#endif
