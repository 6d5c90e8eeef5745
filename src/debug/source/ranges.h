/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which addresses an entry of DWARF covers: from a low to a high address, or a list of ranges in
 * .debug_ranges (version 4 and before) or .debug_rnglists (version 5). And where a variable is at
 * an address: an expression, or a list of expressions, each with its range, in .debug_loc or
 * .debug_loclists, which are written the same way.
 */
#ifndef VMC_DEBUG_SOURCE_RANGES_H
#define VMC_DEBUG_SOURCE_RANGES_H

#include "debug/dwarf/unit.h"

/* What the entries of a unit are relative to, out of its first entry. */
struct source_bases {
	const struct dwarf_sections *sections;
	const struct dwarf_unit *unit;
	uint64_t low;	   /* where lists of ranges start to count */
	uint64_t addr;	   /* its table in .debug_addr */
	uint64_t rnglists; /* its table of lists in .debug_rnglists */
	uint64_t loclists; /* the same in .debug_loclists */
};

void source_bases_init(struct source_bases *b, const struct dwarf_sections *s,
		       const struct dwarf_die *unit_die);

struct source_range {
	uint64_t start, end;
};

/* A list in one of the four sections, entry by entry. */
struct source_list {
	const struct source_bases *bases;
	struct vmc_cursor c;
	uint64_t base;
	bool has_expressions;
};

/* Steps over the ranges of an entry; empty ones are left out, a damaged list ends. */
struct source_ranges {
	struct source_list list;
	struct source_range single;
	bool is_list, done;
};
struct source_ranges source_ranges_of(const struct source_bases *b, const struct dwarf_die *d);
bool source_ranges_next(struct source_ranges *w, struct source_range *ret);

bool source_covers(const struct source_bases *b, const struct dwarf_die *d, uint64_t pc);

/*
 * The expression for `pc` of an attribute that is an expression or a list of them. False where the
 * list has none: the compiler knew of no place at that address.
 */
bool source_location(const struct source_bases *b, const struct dwarf_value *attribute, uint64_t pc,
		     struct vmc_bytes *ret);

/* The address that DW_FORM_addrx, DW_OP_addrx and others number so. */
bool source_indexed_address(const struct source_bases *b, uint64_t index, uint64_t *ret);

#endif
