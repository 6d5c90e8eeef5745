/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The variables that a function has at an address, as DWARF tells them: names, types, and the
 * expression that says where each is. What such an expression makes of registers and memory
 * is for values.h.
 */
#ifndef VMC_DEBUG_SOURCE_VARIABLES_H
#define VMC_DEBUG_SOURCE_VARIABLES_H

#include "debug/source/scopes.h"

struct source_variable {
	const char *name; /* in a section of the file; NULL: it has none */
	uint32_t entry;	  /* in .debug_info */
	uint32_t origin;  /* its abstract instance; 0: none */
	uint32_t type;	  /* entry of its type; 0: void, which no variable has */
	uint32_t line;	  /* of its declaration; 0 unknown */
	bool is_parameter;
	bool has_type;
	struct dwarf_value constant; /* DW_AT_const_value: it needs no place */
	struct vmc_bytes place;	     /* an expression; empty: optimised out at this address */
};

/* A function, or one inlined into the next. */
struct source_function {
	const char *name; /* NULL unknown */
	bool inlined;
	VMC_VEC(struct source_variable)
	variables; /* parameters first, in the order of the source */
};

/* All that covers an address. */
struct source_frame {
	struct source_unit unit;
	struct source_scopes *scopes;		   /* owned */
	VMC_VEC(struct source_function) functions; /* innermost first */
	struct vmc_bytes frame_base;		   /* expression; empty: none */
};

/*
 * `pc` as linked; of a return address give the byte before. VMC_NOT_FOUND: no unit covers it.
 * Entries that are damaged end the list that they are in.
 */
struct vmc_error *source_frame_at(struct source_info *s, uint64_t pc,
				  struct source_frame *ret) VMC_MUST_CHECK;
void source_frame_deinit(struct source_frame *f);

/* The function whose code it is, into which the others are inlined; NULL: none is known. */
const struct dwarf_die *source_frame_function(const struct source_frame *f);

/*
 * The call in `caller` that returns to `pc` (as linked): its DW_TAG_call_site. False where there is
 * none, as is true of code that was not optimised.
 */
bool source_call_at(struct source_info *s, const struct source_frame *caller, uint64_t pc,
		    struct dwarf_die *ret);
/* True where the call names `callee`, a function of `of`, or an entry that it was made from. */
bool source_call_is_of(struct source_info *s, const struct dwarf_die *call, struct source_info *of,
		       const struct dwarf_die *callee);
/*
 * The expression, of the caller, for what the call passed: in the place that `place` describes
 * (DW_OP_reg5: in rdi), or for the parameter at entry `parameter` where that is not 0.
 */
bool source_call_value(struct source_info *s, const struct dwarf_die *call, struct vmc_bytes place,
		       uint32_t parameter, struct vmc_bytes *ret);

#endif
