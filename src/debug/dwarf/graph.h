/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that make types of DWARF entries share. */
#ifndef VMC_DEBUG_DWARF_GRAPH_H
#define VMC_DEBUG_DWARF_GRAPH_H

#include "base/str.h"
#include "debug/dwarf/index.h"
#include "debug/types/type.h"

/* C allows 12; what has more is no C. */
#define DWARF_DIMENSIONS_MAX 16u

/* A member, enumerator or parameter. */
struct dwarf_element {
	const char *name;
	uint32_t type;	   /* entry; 0: void */
	uint32_t bit_size; /* 0: no bit-field */
	uint64_t at;	   /* bit offset of a member, value of an enumerator */
};

struct dwarf_type {
	struct vmc_type type;	       /* first: handed out as such */
	const struct vmc_type *target; /* once asked for */
	uint32_t refers;	       /* entry that it refers to; 0: void */
	uint32_t dimension;	       /* of an array of arrays, which of its entry's */
	struct dwarf_element *elements;
};

struct dwarf_graph {
	struct vmc_types types;	 /* first: handed out as such */
	struct dwarf_info *info; /* own_info, or borrowed */
	struct dwarf_sections own_sections;
	struct dwarf_info own_info;
	struct dwarf_table names; /* empty where the info is borrowed */
	struct dwarf_type void_type;
	struct vmc_map made;	 /* entry and dimension -> dwarf_type */
	struct vmc_map pointers; /* made by pointer_to(): target -> dwarf_type */
	struct vmc_arena arena;
};

/* Lengths of the dimensions of an array, outermost first; 0 for one without. */
struct dwarf_dimensions {
	uint64_t count[DWARF_DIMENSIONS_MAX];
	uint32_t n; /* at least 1 */
};

/* --- types.c: types by entry, for who has entries --- */

/*
 * A graph over debug info that is open already, and outlives it. It finds nothing by name, and a
 * struct that a unit only declares stays declared: that would take the index, which costs
 * a walk over all units.
 */
struct vmc_error *dwarf_types_of(struct dwarf_info *info, struct vmc_types **ret) VMC_MUST_CHECK;
/* The type at an entry of that info; 0: void. */
struct vmc_error *dwarf_type_at(struct vmc_types *types, uint32_t die,
				const struct vmc_type **ret) VMC_MUST_CHECK;

/* The type of a name in the index: itself, the variable's, or the enum of an enumerator. */
struct vmc_error *dwarf_named_type(struct dwarf_graph *g, const struct dwarf_named *e,
				   const struct vmc_type **ret) VMC_MUST_CHECK;

/* --- layout.c: what entries say, without making types --- */

/* The entry that DW_AT_type names; 0 where there is none: void. */
struct vmc_error *dwarf_type_of(struct dwarf_graph *g, const struct dwarf_die *d,
				uint32_t *ret) VMC_MUST_CHECK;
/* True where the entry is a struct, union or enum without contents, to be looked for elsewhere. */
bool dwarf_is_declaration(const struct dwarf_die *d);
/* The entry that defines what `d` declares; 0 where there is none. */
uint32_t dwarf_definition(const struct dwarf_graph *g, const struct dwarf_die *d);
struct vmc_error *dwarf_array(struct dwarf_graph *g, const struct dwarf_die *d,
			      struct dwarf_dimensions *ret) VMC_MUST_CHECK;
/* Bytes of the type at an entry, of an array from that dimension on; 0: void. */
struct vmc_error *dwarf_size(struct dwarf_graph *g, uint32_t die, uint32_t dimension,
			     uint64_t *ret) VMC_MUST_CHECK;
/* Members, enumerators or parameters, by the entry's tag: into t->elements and t->n_members. */
struct vmc_error *dwarf_elements(struct dwarf_graph *g, const struct dwarf_die *d,
				 struct dwarf_type *t) VMC_MUST_CHECK;
/* Value of an enumerator. */
struct vmc_error *dwarf_constant(const struct dwarf_graph *g, const struct dwarf_die *d,
				 int64_t *ret) VMC_MUST_CHECK;

#endif
