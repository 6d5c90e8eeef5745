/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names to entries: which entry at the top level of which unit defines "struct task_struct".
 *
 * Each unit repeats the types of all headers that it includes, so a kernel defines its few
 * thousand types some millions of times. The index keeps of each name one entry: a definition
 * rather than a declaration, one with contents rather than an empty one, what other files can see
 * rather than what is static, and of equals the first in the file. Which one that is does not
 * depend on the number of threads.
 */
#ifndef VMC_DEBUG_DWARF_INDEX_H
#define VMC_DEBUG_DWARF_INDEX_H

#include "debug/dwarf/unit.h"

/* What C keeps apart, and for the tags also what the index does. */
enum dwarf_space {
	DWARF_SPACE_NONE,
	DWARF_SPACE_STRUCT,
	DWARF_SPACE_UNION,
	DWARF_SPACE_ENUM,
	DWARF_SPACE_TYPEDEF,
	DWARF_SPACE_BASE,
	DWARF_SPACE_ENUMERATOR,
	DWARF_SPACE_VARIABLE,
};

struct dwarf_named {
	const char *name; /* in a section; NULL: a free slot */
	uint32_t die;	  /* of an enumerator that of its enum */
	uint8_t space;
	uint8_t rank; /* higher is better; see index.c */
	bool is_inline;
};

/* Open addressing; `mask` + 1 slots. */
struct dwarf_table {
	struct dwarf_named *slots;
	size_t len, mask;
	bool by_address; /* while it is made: see index.c */
};

/* Reads all units by as many threads as there are CPUs (at most 4). */
struct vmc_error *dwarf_index_init(struct dwarf_table *t, struct dwarf_info *info) VMC_MUST_CHECK;
void dwarf_index_deinit(struct dwarf_table *t);

/* NULL where there is none. */
const struct dwarf_named *dwarf_index_find(const struct dwarf_table *t, enum dwarf_space space,
					   const char *name);

#endif
