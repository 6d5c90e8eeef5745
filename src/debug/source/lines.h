/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses to source positions: function, file and line, and the functions that the compiler put
 * into it (inlined), out of DWARF.
 *
 * Nothing is indexed: of the one unit that an address is in (scopes.h) the entries name the
 * functions, the line program the line.
 */
#ifndef VMC_DEBUG_SOURCE_LINES_H
#define VMC_DEBUG_SOURCE_LINES_H

#include "base/str.h"
#include "base/vec.h"
#include "debug/source/scopes.h"

struct vmc_source_place {
	const char *function; /* NULL unknown */
	const char *file;     /* as the source tree has it; NULL unknown */
	uint32_t line;	      /* 0 unknown */
	uint32_t column;      /* 0 unknown */
	bool inlined;	      /* its code stands in that of the next place */
};

struct vmc_source_places {
	VMC_VEC(struct vmc_source_place) places; /* innermost first */
};

/*
 * What stands at an address of the file; of a return address give the byte before it, which is of
 * the call. Texts live in `arena`. VMC_NOT_FOUND: no unit covers it. A part that is damaged is
 * left out: a line without its function is an answer, and one the other way round.
 */
struct vmc_error *vmc_lines_at(struct source_info *info, uint64_t pc, struct vmc_arena *arena,
			       struct vmc_source_places *ret) VMC_MUST_CHECK;
void vmc_source_places_deinit(struct vmc_source_places *p);

#endif
