/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack machine (expr.c) and its arithmetic (expr-ops.c). */
#ifndef VMC_DEBUG_EXPR_INTERNAL_H
#define VMC_DEBUG_EXPR_INTERNAL_H

#include "debug/unwind/expr.h"

#define EXPR_STACK_MAX 64

/* Of the generic type (an address, 64 bits of no sign) where type.size is 0. */
struct expr_value {
	uint64_t v; /* extended to 64 bits by its type */
	struct vmc_expr_type type;
};

struct expr_machine {
	const struct vmc_expr_frame *frame;
	struct expr_value stack[EXPR_STACK_MAX];
	size_t depth;
	bool bad;	   /* underflow, or more than EXPR_STACK_MAX */
	unsigned int left; /* operations before VMC_LIMIT */
	struct vmc_expr_place place;
};

void expr_push(struct expr_machine *m, uint64_t v);
void expr_push_typed(struct expr_machine *m, uint64_t v, struct vmc_expr_type type);
/* The entry `n` below the top; 0 where there is none. */
struct expr_value expr_peek(struct expr_machine *m, size_t n);
struct expr_value expr_pop(struct expr_machine *m);

/*
 * Constants, shuffling and arithmetic: what needs nothing but the stack. False where `op` is none
 * of these; a division that has no value is VMC_BAD_FORMAT.
 */
bool expr_plain(struct expr_machine *m, uint8_t op, struct vmc_cursor *c, struct vmc_error **err);

#endif
