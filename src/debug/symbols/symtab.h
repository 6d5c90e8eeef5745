/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of symbols of one object (the kernel or one module): name <->
 * address, filled from kallsyms, a module's symbol table or an ELF file.
 */
#ifndef VMC_DEBUG_SYMTAB_H
#define VMC_DEBUG_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

struct vmc_symbol {
	const char *name; /* owned by the table */
	uint64_t addr;
	uint64_t size; /* to the next symbol of another address where the source has no sizes; 0
			  unknown */
	char type;     /* nm letter as kallsyms has it: T t D d R r B b A W w ... */
};

struct vmc_symtab;

struct vmc_symtab *vmc_symtab_new(void); /* NULL: out of memory */
void vmc_symtab_free(struct vmc_symtab *t);

/* Makes room for that much more, to spare growing step by step; only a hint. */
struct vmc_error *vmc_symtab_reserve(struct vmc_symtab *t, size_t symbols,
				     size_t name_bytes) VMC_MUST_CHECK;

/*
 * Adds one symbol (name copied, cut at 1023 bytes). Finish before looking up.
 * Caps (VMC_LIMIT): 16 million symbols, 256 MiB of names.
 */
struct vmc_error *vmc_symtab_add(struct vmc_symtab *t, const char *name, size_t len, uint64_t addr,
				 uint64_t size, char type) VMC_MUST_CHECK;
/*
 * Where names will stand: at least VMC_SYMTAB_ROOM bytes to write the next one to. A name added
 * from anywhere in there is not copied. NULL when memory is out or a cap is reached (adding then
 * says which); valid until anything else is done to the table.
 */
#define VMC_SYMTAB_ROOM 1088u
char *vmc_symtab_room(struct vmc_symtab *t);

/*
 * Sorts and indexes; adding again after this is allowed, then finish again.
 * Until then lookups know what was finished before. When memory runs out the
 * table is empty afterwards.
 */
struct vmc_error *vmc_symtab_finish(struct vmc_symtab *t) VMC_MUST_CHECK;

size_t vmc_symtab_count(const struct vmc_symtab *t);
/*
 * The absolute symbols (type A) in address order, then all others in address
 * order; those of one address in the order of preference of
 * vmc_symtab_by_addr(), then as they were added. i < count.
 */
struct vmc_symbol vmc_symtab_at(const struct vmc_symtab *t, size_t i);

/* First symbol of that name in the order of vmc_symtab_at(); false when there is none. */
bool vmc_symtab_by_name(const struct vmc_symtab *t, const char *name, struct vmc_symbol *ret);
/*
 * The symbol that covers addr: the last one at or below it and, where sizes are known,
 * not ended before it. Of several at one address the one is given that the kernel itself
 * would print (scripts/kallsyms.c): weak symbols and the linker script's come last, then
 * fewer leading underscores, then the order in which they were added.
 * A symbol without a known size covers 64 KiB at most.
 */
bool vmc_symtab_by_addr(const struct vmc_symtab *t, uint64_t addr, struct vmc_symbol *ret);

/*
 * Every address moves by delta (KASLR of an ELF file's symbols), but for those of
 * absolute symbols: constants, and the per-CPU offsets of x86 before 6.15.
 */
void vmc_symtab_shift(struct vmc_symtab *t, uint64_t delta);

VMC_DEFINE_CLEANUP(struct vmc_symtab *, vmc_symtab_free, vmc_cleanup_symtabp)

#endif
