/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the variables of a stack of frames are: expressions of DWARF over the registers of each
 * frame. What a function was called with, and did not keep, may still be known of its caller
 * (entry values), so that the frames are one thing.
 */
#ifndef VMC_DEBUG_SOURCE_VALUES_H
#define VMC_DEBUG_SOURCE_VALUES_H

#include "debug/source/variables.h"
#include "debug/types/type.h"
#include "debug/unwind/expr.h"

/* One frame. Zero-initialise, set what stands above the line; the rest is found when needed. */
struct source_stack_frame {
	struct source_info *info; /* of the file with its code; NULL: nothing is known */
	uint64_t shift;		  /* run-time minus link address */
	uint64_t pc;		  /* run-time */
	bool is_exact;		  /* it was interrupted there; else a return address */
	bool is_callee;		  /* the next frame called it, and was not just interrupted */
	const uint64_t *value;	  /* registers by DWARF number */
	uint64_t known;
	uint64_t cfa;
	bool has_cfa;
	/* --- */
	bool tried;
	struct source_frame found; /* no functions: nothing is known */
};

/* Innermost first. The frames are the owner's, source_stack_deinit() frees what was found. */
struct source_stack {
	struct source_stack_frame *frames;
	size_t n;
	struct vmc_reader mem;
	const char *(*register_name)(unsigned int number);
};
void source_stack_deinit(struct source_stack *s);

/* The functions of frame `i` and their variables; owned by the stack. */
const struct source_frame *source_stack_at(struct source_stack *s, size_t i);

/*
 * Where a variable of frame `i` is. Constants are bytes or a value. VMC_NOT_FOUND: it was in a
 * register that was not saved, or of the caller nothing is known; else as vmc_expr_locate().
 */
struct vmc_error *source_place(struct source_stack *s, size_t i, const struct source_variable *v,
			       struct vmc_expr_place *ret) VMC_MUST_CHECK;

#endif
