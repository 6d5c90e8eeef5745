/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DWARF expressions (section 2.5 of DWARF 5, with what GCC had before it as DW_OP_GNU_*): those of
 * call frame information, which have a value, and those of variables, which say where it is.
 *
 * Compilers write loops into them (population counts), so operations are counted, and there is a
 * limit.
 */
#ifndef VMC_DEBUG_EXPR_H
#define VMC_DEBUG_EXPR_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

/* A base type, as typed operations name it; only integers are computed with. */
struct vmc_expr_type {
	uint8_t size; /* bytes: 1 to 8 */
	bool is_signed;
};

/*
 * What expressions of variables refer to besides registers and memory: of one function in one
 * frame. A function that is NULL makes the operations that need it VMC_UNSUPPORTED.
 */
struct vmc_expr_scope {
	uint64_t cfa; /* canonical frame address; valid with has_cfa */
	bool has_cfa;
	struct vmc_bytes frame_base; /* of the function: DW_OP_fbreg; empty: none */
	uint64_t shift;		     /* run-time minus link address */
	uint8_t offset_size;	     /* bytes of references in the unit: 4 or 8 */
	/* What an expression (of one register, mostly) had for a value at the function's entry. */
	struct vmc_error *(*entry)(void *ctx, struct vmc_bytes expr, uint64_t *ret);
	/* What the caller passed for the parameter at that offset in the unit. */
	struct vmc_error *(*parameter)(void *ctx, uint64_t offset, uint64_t *ret);
	/* Entry of .debug_addr, as linked. */
	bool (*address)(void *ctx, uint64_t index, uint64_t *ret);
	/* The base type at that offset in the unit. */
	struct vmc_error *(*base_type)(void *ctx, uint64_t offset, struct vmc_expr_type *ret);
	void *ctx;
};

/* Registers of the frame by DWARF number; bit n of `known` tells that value[n] is meant. */
struct vmc_expr_frame {
	const uint64_t *value;
	uint64_t known;
	const struct vmc_reader *mem;
	const struct vmc_expr_scope *scope; /* NULL: of call frame information */
	/* for errors; NULL: registers have numbers only */
	const char *(*register_name)(unsigned int number);
};

/*
 * `initial`, where not NULL, is on the stack at the start (the CFA of rules for registers).
 * VMC_NOT_FOUND: a register that is not known; VMC_UNSUPPORTED: another operation;
 * VMC_BAD_FORMAT: stack underflow or overflow, or bytes that end early; VMC_LIMIT: a loop;
 * else the reader's error.
 */
struct vmc_error *vmc_expr_eval(struct vmc_bytes expr, const struct vmc_expr_frame *frame,
				const uint64_t *initial, uint64_t *ret) VMC_MUST_CHECK;

enum vmc_piece_kind {
	VMC_PIECE_ABSENT,   /* optimised out */
	VMC_PIECE_MEMORY,   /* at address `value` */
	VMC_PIECE_REGISTER, /* in register number `value`, known or not */
	VMC_PIECE_VALUE,    /* `value` itself */
	VMC_PIECE_BYTES,    /* `bytes` themselves */
	VMC_PIECE_POINTER,  /* a pointer `offset` bytes into the variable of the entry at `value` in
			     .debug_info, which need not be anywhere itself */
};

struct vmc_piece {
	enum vmc_piece_kind kind;
	uint64_t value;
	struct vmc_bytes bytes; /* borrowed from the expression */
	int64_t offset;
	uint32_t bit_size;   /* 0: all of the variable */
	uint32_t bit_offset; /* in what it is a piece of, from the lowest bit */
};

#define VMC_PIECES_MAX 32

/* Where a variable is. */
struct vmc_expr_place {
	struct vmc_piece pieces[VMC_PIECES_MAX]; /* lowest bits first */
	size_t n;
	bool from_caller; /* made of what the caller passed */
	bool is_computed; /* made of registers or memory, and not simply there */
};

/* As vmc_expr_eval(), of an expression of a variable. An empty one is absent. */
struct vmc_error *vmc_expr_locate(struct vmc_bytes expr, const struct vmc_expr_frame *frame,
				  struct vmc_expr_place *ret) VMC_MUST_CHECK;

#endif
