/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .debug_info as units and entries (DIEs), decoded one at a time where it is asked for them.
 *
 * A unit is a header and a tree of entries; an entry is a code, which .debug_abbrev spells out as
 * a tag and pairs of attribute and form, and the values of these. Entries are named by their
 * offset in .debug_info. Every error names the file, the section and the offset.
 */
#ifndef VMC_DEBUG_DWARF_UNIT_H
#define VMC_DEBUG_DWARF_UNIT_H

#include "base/map.h"
#include "base/vec.h"
#include "debug/dwarf/sections.h"
#include "debug/leb128.h"

struct dwarf_unit {
	uint32_t offset, first, end; /* header, first entry, end: in .debug_info */
	uint32_t abbrev;	     /* its table in .debug_abbrev */
	uint8_t version, type;
	uint8_t offset_size, address_size;
	uint64_t str_offsets_base; /* in .debug_str_offsets, once its first entry was read */
};

/* Where each abbreviation of a table is declared in .debug_abbrev. */
struct dwarf_abbrevs {
	VMC_VEC(uint32_t) at;  /* of code 1, 2, ...: compilers count so */
	struct vmc_map others; /* of codes beyond these */
};

struct dwarf_info {
	struct dwarf_sections *sections;
	VMC_VEC(struct dwarf_unit) units; /* by offset */
	struct vmc_map tables;		  /* offset in .debug_abbrev -> struct dwarf_abbrevs */
};

/* What a value is, whatever form it was written in. */
enum dwarf_class {
	DWARF_ABSENT,
	DWARF_UNSIGNED, /* u */
	DWARF_SIGNED,	/* u, as int64_t */
	DWARF_FLAG,	/* u: 0 or 1 */
	DWARF_REFERENCE, /* u: offset in .debug_info */
	DWARF_ADDRESS,	/* u: as linked */
	DWARF_INDEX,	/* u: which entry of .debug_addr or of a table of lists */
	DWARF_STRING,	/* text */
	DWARF_BYTES,	/* a block or expression */
	DWARF_ELSEWHERE, /* in another section or file, which nothing here follows */
};

struct dwarf_value {
	enum dwarf_class class;
	union {
		uint64_t u;
		const char *text;
		struct vmc_bytes bytes;
	};
};

/* The attributes that are kept of an entry. */
enum dwarf_slot {
	DWARF_NAME,
	DWARF_SIBLING,
	DWARF_BYTE_SIZE,
	DWARF_BIT_SIZE,
	DWARF_BIT_OFFSET,
	DWARF_DATA_BIT_OFFSET,
	DWARF_MEMBER_LOCATION,
	DWARF_LANGUAGE,
	DWARF_CONST_VALUE,
	DWARF_LOWER_BOUND,
	DWARF_UPPER_BOUND,
	DWARF_COUNT,
	DWARF_ORIGIN, /* specification, abstract origin, of calls what is called or given */
	DWARF_DECLARATION,
	DWARF_EXTERNAL,
	DWARF_ENCODING,
	DWARF_TYPE,
	DWARF_STR_BASE,
	DWARF_LOW_PC,
	DWARF_HIGH_PC,
	DWARF_RANGE_LIST,
	DWARF_LINE_PROGRAM,
	DWARF_COMP_DIR,
	DWARF_CALL_FILE,
	DWARF_CALL_LINE,
	DWARF_CALL_COLUMN,
	DWARF_ADDR_BASE,
	DWARF_RNGLISTS_BASE,
	DWARF_LOCLISTS_BASE,
	DWARF_LOCATION,
	DWARF_FRAME_BASE,
	DWARF_DECL_LINE,
	DWARF_CALL_RETURN_PC,
	DWARF_CALL_VALUE,
	DWARF_CALL_TARGET,
	DWARF_SLOTS,
};

struct dwarf_die {
	const struct dwarf_unit *unit;
	uint32_t offset, next; /* next: behind its attributes */
	uint32_t tag;	       /* 0: the end of a list of children */
	bool children;
	struct dwarf_value values[DWARF_SLOTS];
};

/* One pair of a declaration in .debug_abbrev. */
struct dwarf_spec {
	uint64_t at, form;
	uint64_t constant; /* of DWARF_FORM_IMPLICIT_CONST */
};

/* Reads all unit headers. `sections` must outlive it. */
struct vmc_error *dwarf_info_init(struct dwarf_info *info,
				  struct dwarf_sections *sections) VMC_MUST_CHECK;
void dwarf_info_deinit(struct dwarf_info *info);

/* "FILE: SECTION+0xOFFSET: text" */
struct vmc_error *dwarf_error(const struct dwarf_sections *s, enum vmc_code code,
			      enum dwarf_section section, uint64_t offset, const char *fmt, ...)
	VMC_PRINTF(5, 6) VMC_MUST_CHECK;

/* The next pair; false at the end of the declaration, or of the section (c->overrun). */
bool dwarf_spec_next(struct vmc_cursor *c, struct dwarf_spec *ret);

/* Bytes of a form whose values are all of one size; 0 for the others, and for unknown ones. */
unsigned int dwarf_form_size(const struct dwarf_unit *u, uint64_t form);

/*
 * Reads one value. An unknown form is VMC_UNSUPPORTED: its size is not known, so that
 * nothing behind it can be read.
 */
struct vmc_error *dwarf_read_value(const struct dwarf_sections *s, const struct dwarf_unit *u,
				   struct vmc_cursor *c, const struct dwarf_spec *spec,
				   struct dwarf_value *ret) VMC_MUST_CHECK;

/* An entry of a unit whose abbreviation is declared at `declaration` in .debug_abbrev. */
struct vmc_error *dwarf_decode(const struct dwarf_sections *s, const struct dwarf_unit *u,
			       uint64_t offset, uint64_t declaration,
			       struct dwarf_die *ret) VMC_MUST_CHECK;

/* The entry at an offset, which must lie in a unit. */
struct vmc_error *dwarf_die_at(struct dwarf_info *info, uint64_t offset,
			       struct dwarf_die *ret) VMC_MUST_CHECK;

/* Steps over the children of an entry: dwarf_children(), then dwarf_next() until *more is false. */
struct dwarf_walk {
	struct dwarf_info *info;
	const struct dwarf_unit *unit;
	uint64_t at;
	bool none;
};
struct dwarf_walk dwarf_children(struct dwarf_info *info, const struct dwarf_die *parent);
struct vmc_error *dwarf_next(struct dwarf_walk *w, struct dwarf_die *ret,
			     bool *more) VMC_MUST_CHECK;

/* Name of an entry, "" where it has none. */
static inline const char *dwarf_name(const struct dwarf_die *d)
{
	return d->values[DWARF_NAME].class == DWARF_STRING ? d->values[DWARF_NAME].text : "";
}

static inline bool dwarf_has(const struct dwarf_die *d, enum dwarf_slot slot)
{
	return d->values[slot].class != DWARF_ABSENT;
}

/* The value of a flag or non-negative constant, `otherwise` where it is none. */
static inline uint64_t dwarf_number(const struct dwarf_die *d, enum dwarf_slot slot,
				    uint64_t otherwise)
{
	const struct dwarf_value *v = &d->values[slot];

	if (v->class == DWARF_UNSIGNED || v->class == DWARF_FLAG ||
	    (v->class == DWARF_SIGNED && (int64_t)v->u >= 0))
		return v->u;
	return otherwise;
}

#endif
