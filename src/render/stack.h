/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Backtraces in three forms: the report's compact lines, one line per CPU,
 * and the layout of crash's `bt`.
 */
#ifndef VMC_RENDER_STACK_H
#define VMC_RENDER_STACK_H

#include "render/sections.h"

/*
 * "#0  panic+0x317", exception boundaries between, "?" before frames that are guesses; the
 * repetitions of a recursion are folded into one line. The frames where it happened have their
 * arguments below them, where these are known.
 */
void vmc_stack_rows(const struct vmc_trace *tr, struct vmc_sheet *s, struct vmc_section *sec);

/* "a < b < c": behind the first exception boundary where there is one. */
void vmc_stack_one_line(enum vmc_lang lang, const struct vmc_trace *tr, struct vmc_str *out);

/* How many frames from `at` repeat the `*ret_period` frames before them; 0 none. */
size_t vmc_stack_repeats(const struct vmc_trace *tr, size_t at, size_t *ret_period);

#define VMC_BT_OFFSET 1u    /* bt -s: symbol+offset */
#define VMC_BT_HEX 2u	    /* bt -x: offsets in hexadecimal */
#define VMC_BT_NOREGS 4u    /* without register blocks */
#define VMC_BT_VARIABLES 8u /* bt -v: below each frame */

#define VMC_BT_LINES 16u /* bt -l: the source positions below each frame */

/*
 * Source positions as crash writes one, "kernel/panic.c: 459"; nothing where there is none. Of
 * inlined functions the innermost comes first, each with its caller's position on the next line.
 * Each line has `indent` before it and ends.
 */
void vmc_stack_positions(const struct vmc_source_place *places, size_t n, const char *indent,
			 struct vmc_str *out);

/* The frames as crash's `bt` lays them out, without the PID line. */
void vmc_stack_crash(const struct vmc_trace *tr, unsigned int flags, struct vmc_str *out);
/* The block of x86-64 registers below an exception frame. */
void vmc_stack_registers(const struct vmc_regs *regs, struct vmc_str *out);

#endif
