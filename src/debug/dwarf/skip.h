/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An abbreviation table as programmes for a reader that wants names and nothing else.
 *
 * The index looks at each top-level entry of hundreds of megabytes, and needs of it a name, where
 * its children end, and three flags. So each abbreviation becomes a short run of bytes: steps over
 * attributes that do not matter, neighbours merged into one step, and the few that do.
 */
#ifndef VMC_DEBUG_DWARF_SKIP_H
#define VMC_DEBUG_DWARF_SKIP_H

#include "debug/dwarf/unit.h"

struct dwarf_programme {
	uint32_t declaration; /* in .debug_abbrev */
	uint32_t code;	      /* where its steps begin in dwarf_skips.code */
	uint32_t tag;
	bool children, declared, external;
};

/* The programmes of one table, which depend on the sizes in the unit's header too. */
struct dwarf_skips {
	uint32_t table;
	uint8_t version, offset_size, address_size;
	bool valid;
	VMC_VEC(struct dwarf_programme) by_code; /* of code 1, 2, ... */
	struct vmc_map others;			 /* of codes beyond: place in `more` */
	VMC_VEC(struct dwarf_programme) more;
	VMC_VEC(uint8_t) code;
	uint64_t work; /* bytes of tables read so far */
};

/* What running a programme finds. */
struct dwarf_found {
	const char *name;
	uint64_t sibling; /* offsets in .debug_info; 0 for none */
	uint64_t origin;
	bool is_inline; /* the name stands in .debug_info, not in a table where each is once */
	bool declared, external;
};

/* Makes `k` that of the unit; cheap where it is already. */
struct vmc_error *dwarf_skips_for(struct dwarf_skips *k, const struct dwarf_sections *s,
				  const struct dwarf_unit *u) VMC_MUST_CHECK;
void dwarf_skips_deinit(struct dwarf_skips *k);

/* NULL where the table has no such code. */
static inline const struct dwarf_programme *dwarf_programme_of(const struct dwarf_skips *k,
							       uint64_t code)
{
	uint64_t *other;

	if (code - 1 < k->by_code.len)
		return &k->by_code.data[code - 1];
	other = vmc_map_get(&k->others, code);
	return other ? &k->more.data[*other] : NULL;
}

/* Runs it over the attributes at c; what lies outside the bytes sets c->overrun. */
void dwarf_skips_run(const struct dwarf_skips *k, const struct dwarf_programme *p,
		     const struct dwarf_sections *s, const struct dwarf_unit *u,
		     struct vmc_cursor *c, struct dwarf_found *ret);

#endif
