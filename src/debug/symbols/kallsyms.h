/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own symbol table out of its memory (scripts/kallsyms.c writes
 * it, kernel/kallsyms.c reads it).
 *
 *   names        one record a symbol: length (1 byte, or 2 bytes ULEB128-like
 *                from 6.1 where the first has bit 7), then token indices; the
 *                first expanded character is the type letter
 *   token_table  256 NUL-terminated strings; token_index  256 u16 offsets into it
 *   offsets      (4.6 on) i32 a symbol: base-relative [4.6, 7.0),
 *                absolute-percpu [4.6, 6.15): >= 0 absolute, < 0: base - 1 - offset;
 *                place-relative from 7.0: address of the entry + entry
 *   addresses    (before 4.6, or without KALLSYMS_BASE_RELATIVE) u64 a symbol
 *
 * The encoding is not looked up by version: each is tried and checked against
 * known addresses. All of 5.10 to 7.2 were checked against the symbol tables of their vmlinux.
 *
 * Files: kallsyms.c loads, kallsyms-find.c finds the tables, kallsyms-module.c
 * loads what a module has.
 */
#ifndef VMC_DEBUG_KALLSYMS_H
#define VMC_DEBUG_KALLSYMS_H

#include "debug/symbols/symtab.h"

/* Virtual addresses of the tables; 0 = not known. */
struct vmc_kallsyms_tables {
	uint64_t names, num_syms, token_table, token_index;
	uint64_t offsets, relative_base; /* relative_base 0: place-relative or absolute */
	uint64_t addresses;
};

/* A range of virtual addresses [start, end) worth searching. */
struct vmc_range {
	uint64_t start, end;
};

/*
 * Reads the whole table. `stext` is the run-time address of _stext where it is known (VMCOREINFO),
 * else 0: then [text.start, text.end) must hold the address of _stext or _text and nearly all
 * functions, and addresses must be nearly sorted.
 * VMC_BAD_FORMAT when no encoding gives a table with _text/_stext in place; VMC_USAGE when a table
 * is not known; the reader's code when a table cannot be read to its end (half a table
 * would give wrong names: every address would belong to the last symbol read).
 * Caps: 4 million symbols, 64 MiB of names, 1,024 characters a name.
 */
struct vmc_error *vmc_kallsyms_load(const struct vmc_reader *mem,
				    const struct vmc_kallsyms_tables *tables, uint64_t stext,
				    struct vmc_range text, struct vmc_symtab **ret) VMC_MUST_CHECK;

/*
 * Finds the tables in memory by their shape (for kernels before 6.0, whose VMCOREINFO has no
 * kallsyms addresses, and dumps without VMCOREINFO). `ranges` are searched in the given order:
 * .rodata first saves the most; unreadable pages are passed over. Before 6.4 the order in memory
 * is offsets, relative_base, num_syms, names, markers, (6.2: seqs_of_names,) token_table,
 * token_index; from 6.4 num_syms, names, markers, token_table, token_index, offsets,
 * relative_base, seqs_of_names. VMC_NOT_FOUND; *ret is set on success only.
 * Needs 769 symbols or more: with fewer there is no shape.
 */
struct vmc_error *vmc_kallsyms_find(const struct vmc_reader *mem, const struct vmc_range *ranges,
				    size_t n_ranges,
				    struct vmc_kallsyms_tables *ret) VMC_MUST_CHECK;

/*
 * Symbols of a module from its kallsyms in memory: struct mod_kallsyms gives symtab (Elf64_Sym,
 * 24 bytes), num_symtab, strtab, typetab (5.2 on: type letters; 0 = take them from the symbols
 * themselves, where older kernels wrote them). Undefined, nameless and mapping symbols are
 * skipped, and those whose name lies behind the last readable byte. Caps: 1 million symbols,
 * 64 MiB of names.
 */
struct vmc_error *vmc_kallsyms_load_module(const struct vmc_reader *mem, uint64_t symtab,
					   uint64_t num_symtab, uint64_t strtab, uint64_t typetab,
					   struct vmc_symtab **ret) VMC_MUST_CHECK;

#endif
