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
	uint64_t size;    /* to the next symbol of another address where the source has no sizes; 0 unknown */
	char type;        /* nm letter as kallsyms has it: T t D d R r B b A W w ... */
};

struct vmc_symtab;

struct vmc_symtab *vmc_symtab_new(void); /* NULL: out of memory */
void vmc_symtab_free(struct vmc_symtab *t);

/* Adds one symbol (name copied, cut at 1023 bytes). Finish before looking up. */
struct vmc_error *vmc_symtab_add(struct vmc_symtab *t, const char *name, size_t len, uint64_t addr,
				 uint64_t size, char type) VMC_MUST_CHECK;
/* Sorts and indexes; adding again after this is allowed, then finish again. */
struct vmc_error *vmc_symtab_finish(struct vmc_symtab *t) VMC_MUST_CHECK;

size_t vmc_symtab_count(const struct vmc_symtab *t);
/* In address order; i < count. */
struct vmc_symbol vmc_symtab_at(const struct vmc_symtab *t, size_t i);

/* First symbol of that name in address order; false when there is none. */
bool vmc_symtab_by_name(const struct vmc_symtab *t, const char *name, struct vmc_symbol *ret);
/*
 * The symbol that covers addr: the last one at or below it and, where sizes are known,
 * not ended before it. Of several at one address a global text or data symbol is
 * preferred over a local one, and any over absolute and mapping symbols.
 */
bool vmc_symtab_by_addr(const struct vmc_symtab *t, uint64_t addr, struct vmc_symbol *ret);

/* Every stored address moves by delta (KASLR of an ELF file's symbols). */
void vmc_symtab_shift(struct vmc_symtab *t, uint64_t delta);

VMC_DEFINE_CLEANUP(struct vmc_symtab *, vmc_symtab_free, vmc_cleanup_symtabp)

#endif
