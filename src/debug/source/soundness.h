/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a file of debug info whole, and what is in it? Asked of the ELF header and
 * the section table alone: of a file that was cut off, libelf gives no sections
 * at all, and the user would hear that a good vmlinux has no symbols.
 */
#ifndef VMC_DEBUG_SOUNDNESS_H
#define VMC_DEBUG_SOUNDNESS_H

#include "base/error.h"

struct vmc_elf_contents {
	bool symbols; /* .symtab */
	bool dwarf;   /* .debug_info, compressed or not */
	bool btf;
	bool module;  /* a .ko, or its .debug */
	bool profile; /* of debug/profile/, whole or not */
};

/*
 * VMC_NOT_FORMAT: no 64-bit ELF file, and what it is instead where that can be told.
 * VMC_MISMATCH: of another machine than x86-64. VMC_TRUNCATED: it ends before what its tables name.
 * VMC_IO: not readable.
 */
struct vmc_error *vmc_elf_examine(const char *path, struct vmc_elf_contents *ret) VMC_MUST_CHECK;

#endif
