/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lines of a report say besides its title: who, where, registers, trace, modules. */
#ifndef VMC_OOPS_DETAILS_H
#define VMC_OOPS_DETAILS_H

#include "oops/oops.h"
#include "oops/text.h"

/*
 * Fills the members of *o that the lines tell; `lines` are the report's own in
 * order, the first is the one that opened it. Members set before stay.
 */
struct vmc_error *vmc_oops_read_details(const struct vmc_log_line *const *lines, size_t n,
					struct vmc_arena *arena, struct vmc_oops *o) VMC_MUST_CHECK;

/*
 * For a report without a header of its own: fills who and where from the line, if it is
 * the "CPU: ... PID: ... Comm: ..." of what the same task printed next.
 */
struct vmc_error *vmc_oops_borrow_header(const struct vmc_log_line *line, struct vmc_arena *arena,
					 struct vmc_oops *o, bool *ret_found) VMC_MUST_CHECK;

/* Does the line look like a part of a report's body? */
bool vmc_oops_is_body_line(struct slice line);

/* A slice as a string that lives in the arena, only printable characters; NULL on no memory. */
char *vmc_oops_keep(struct vmc_arena *arena, struct slice s);

/* Source file to blame (section 7 of the format notes lives in guilty.c); empty if none is named.
 */
struct slice vmc_oops_guilty_file(const struct vmc_log_line *const *lines, size_t n, bool stall);

#endif
