/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One-line reports of faults in programs: no defect of the kernel, but often what led to one. */
#ifndef VMC_OOPS_USER_H
#define VMC_OOPS_USER_H

#include "oops/oops.h"
#include "oops/text.h"

/*
 * Fills *ret from a line like "traps: a.out[12] general protection ip:1 sp:2 error:0 in b.so[3+4]".
 * *ret_is tells whether the line is one. The object (program or library) becomes
 * frame_module, the offset in it rip_offset.
 */
struct vmc_error *vmc_oops_read_user_fault(const struct vmc_log_line *line, struct vmc_arena *arena,
					   struct vmc_oops *ret, bool *ret_is) VMC_MUST_CHECK;

#endif
