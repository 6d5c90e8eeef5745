/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DWARF expressions that call frame information uses: registers, constants, arithmetic and
 * loads. No operation jumps backwards, so that every expression ends with its bytes.
 */
#ifndef VMC_DEBUG_EXPR_H
#define VMC_DEBUG_EXPR_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

/* Registers of the frame by DWARF number; bit n of `known` tells that value[n] is meant. */
struct vmc_expr_frame {
	const uint64_t *value;
	uint64_t known;
	const struct vmc_reader *mem;
};

/*
 * `initial`, where not NULL, is on the stack at the start (the CFA of rules for registers).
 * VMC_NOT_FOUND: a register that is not known; VMC_UNSUPPORTED: another operation;
 * VMC_BAD_FORMAT: stack underflow or overflow, or bytes that end early; else the reader's error.
 */
struct vmc_error *vmc_expr_eval(struct vmc_bytes expr, const struct vmc_expr_frame *frame,
				const uint64_t *initial, uint64_t *ret) VMC_MUST_CHECK;

#endif
