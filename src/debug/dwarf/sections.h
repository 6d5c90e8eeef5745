/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DWARF sections of an ELF file as bounded bytes: where they lie in the file, or, where they
 * are compressed (SHF_COMPRESSED with zlib or zstd, and the older .zdebug_*) or to be relocated
 * (.ko files), as a copy. Nothing of a plain section is touched before it is read.
 */
#ifndef VMC_DEBUG_DWARF_SECTIONS_H
#define VMC_DEBUG_DWARF_SECTIONS_H

#include "base/bytes.h"
#include "base/error.h"

/*
 * A section that is no part of a file is empty. Offsets in all of them fit 32 bits: larger
 * sections are refused.
 */
enum dwarf_section {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_STR_OFFSETS,
	DWARF_ADDR,
	DWARF_ARANGES,
	DWARF_RANGES,   /* version 4 and before */
	DWARF_RNGLISTS, /* version 5 */
	DWARF_LOC,	/* version 4 and before */
	DWARF_LOCLISTS, /* version 5 */
	DWARF_LINE,
	DWARF_FRAME,
	DWARF_SECTIONS,
};

struct dwarf_sections {
	const char *file; /* its name, for errors; borrowed */
	struct vmc_bytes bytes[DWARF_SECTIONS];
	uint8_t *owned[DWARF_SECTIONS];
};

/*
 * Where the sections of a relocatable file were loaded, by their number in the file; 0 for one
 * that was not. With them the addresses in its DWARF are those of the running kernel.
 */
struct dwarf_bases {
	const uint64_t *address;
	size_t n;
};

/*
 * `file`: all of an ELF file, borrowed as long as the sections live. `loaded`: NULL, or of a
 * relocatable file where it is; nothing else is relocated. VMC_NOT_FORMAT: no ELF file;
 * VMC_UNSUPPORTED: not of x86-64, or an unknown compression; VMC_NOT_FOUND: it has no .debug_info.
 */
struct vmc_error *dwarf_sections_init(struct dwarf_sections *s, struct vmc_bytes file,
				      const char *name,
				      const struct dwarf_bases *loaded) VMC_MUST_CHECK;
void dwarf_sections_deinit(struct dwarf_sections *s);

const char *dwarf_section_name(enum dwarf_section section);

/* NULL where the section has no string at that offset. */
const char *dwarf_sections_string(const struct dwarf_sections *s, enum dwarf_section section,
				  uint64_t offset);

#endif
