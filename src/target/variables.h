/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parameters and locals of the frames of a stack with their values as text, where there is DWARF
 * for their code.
 *
 * Most of an optimised function's variables are in registers for a while and then nowhere, so
 * each tells how its value was found, or why it was not. Functions come innermost first, those that
 * were inlined before the one that they stand in, as places do (target/lines.h).
 */
#ifndef VMC_TARGET_VARIABLES_H
#define VMC_TARGET_VARIABLES_H

#include "target/unwind.h"

enum vmc_variable_by {
	VMC_VARIABLE_NOWHERE,  /* see `why` */
	VMC_VARIABLE_MEMORY,   /* at `location` */
	VMC_VARIABLE_REGISTER, /* in `location` */
	VMC_VARIABLE_CONSTANT, /* it is the same in all calls */
	VMC_VARIABLE_COMPUTED, /* of what registers and memory still have */
	VMC_VARIABLE_ENTRY,    /* of what the caller passed (DW_OP_entry_value) */
	VMC_VARIABLE_PIECES,   /* parts of it in several places */
	VMC_VARIABLE_POINTER,  /* a pointer to what itself was optimised out */
};

/* The `why` of what the compiler kept nowhere; every other is a value that was lost since. */
#define VMC_WHY_OPTIMISED_OUT "optimised out"

/* Texts are made harmless, and live in the target's arena. */
struct vmc_frame_variable {
	const char *name;     /* NULL: it has none */
	const char *type;     /* "struct list_head *"; NULL unknown */
	const char *value;    /* on one line; NULL: not known */
	const char *why;      /* of one whose value is not known; else NULL */
	const char *location; /* "rdi", "0xffffc900000ffe38"; NULL */
	enum vmc_variable_by by;
	bool is_parameter;
	uint32_t line; /* of the declaration, 0 unknown */
};

struct vmc_frame_function {
	const char *name; /* NULL unknown */
	bool inlined;
	const struct vmc_frame_variable *variables;
	size_t n_variables;
};

/* "memory", "register" ... as the JSON has it; NULL for what is nowhere. */
const char *vmc_variable_by(enum vmc_variable_by by);

/* Fills the functions of all frames. Frames without debug info have none, which is no fault. */
void vmc_target_variables(struct vmc_target *t, struct vmc_trace *tr);

/* The function at place `i` of a frame (0 where it has no places); NULL: nothing is known of it. */
static inline const struct vmc_frame_function *vmc_frame_function_at(const struct vmc_frame *f,
								     size_t i)
{
	/* both come of the same scopes; where they do not agree nothing is better than a mix-up */
	if (f->n_functions != f->n_places && !(f->n_functions == 1 && !f->n_places))
		return NULL;
	return i < f->n_functions ? &f->functions[i] : NULL;
}

#endif
