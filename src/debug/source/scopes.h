/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An address to what DWARF has around it: the one unit that it is in, and in that the function,
 * the functions inlined into it and the blocks, each within the one before.
 *
 * Nothing is indexed: .debug_aranges names the unit. Where a compiler left that out (clang does)
 * units are looked at in order, as far as needed, and what they cover is kept.
 */
#ifndef VMC_DEBUG_SOURCE_SCOPES_H
#define VMC_DEBUG_SOURCE_SCOPES_H

#include "debug/source/ranges.h"
#include "debug/symbols/elfsym.h"
#include "debug/types/type.h"

/* Scopes within each other: the deepest of a kernel has some thirty. */
#define SOURCE_SCOPES_MAX 128u
/* From a concrete function to its abstract one to its declaration. */
#define SOURCE_ORIGINS_MAX 8

/* What a unit covers, as far as units were looked at. */
struct source_unit_range {
	struct source_range range;
	uint32_t unit; /* number */
};

/* The DWARF of one file, for who asks by address. */
struct source_info {
	struct dwarf_sections sections;
	struct dwarf_info info;
	VMC_VEC(struct source_unit_range) ranges;
	size_t looked_at;	 /* units */
	struct vmc_types *types; /* NULL until asked for */
};

/* `e` must outlive it; `loaded` as for dwarf_sections_init(). VMC_NOT_FOUND: no debug info. */
struct vmc_error *source_info_init(struct source_info *s, struct vmc_elf *e,
				   const struct dwarf_bases *loaded) VMC_MUST_CHECK;
void source_info_deinit(struct source_info *s);

/* Types by entry, owned by it: see dwarf/graph.h for what they cannot. */
struct vmc_error *source_type_at(struct source_info *s, uint32_t entry,
				 const struct vmc_type **ret) VMC_MUST_CHECK;

struct source_unit {
	struct dwarf_die die; /* its first entry */
	struct source_bases bases;
};

/* The unit at a link-time address. VMC_NOT_FOUND: none covers it. */
struct vmc_error *source_unit_at(struct source_info *s, uint64_t pc,
				 struct source_unit *ret) VMC_MUST_CHECK;

/* Outermost first: a function, then inlined ones and blocks. */
struct source_scopes {
	size_t n;
	struct dwarf_die dies[SOURCE_SCOPES_MAX];
};

/* What covers `pc` in its unit; a part that is damaged ends it. */
void source_scopes_at(struct source_info *s, const struct source_unit *u, uint64_t pc,
		      struct source_scopes *ret);

/* An entry's own name or, mostly, that of its abstract instance or declaration; NULL unknown. */
const char *source_name(struct source_info *s, const struct dwarf_die *d);

#endif
