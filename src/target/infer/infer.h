/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offsets of members on a kernel of which no types are at hand: before BTF (5.2) and
 * without its vmlinux. Memory tells them itself. A member is looked for by what its values
 * must be in many objects at once (process 1 has pid 1 and is a child of the idle task, every
 * leader's pid is its tgid, ...), and is known only where one offset fits in all of them.
 *
 * What is found this way are numbers that this dump proves, never a table of releases. A
 * member that two offsets would fit stays unknown.
 *
 * Each group of members is a file with one function, which runs once, when the first member
 * of it is asked for. field.c asks here last: after the types, and after VMCOREINFO.
 */
#ifndef VMC_TARGET_INFER_INFER_H
#define VMC_TARGET_INFER_INFER_H

#include "target/field.h"

/* The row by inference; false where nothing tells it. Only for kernels without types. */
bool vmc_infer_field(struct vmc_target *t, enum vmc_field f, struct vmc_field_slot *ret);
/* Whether anything that was asked for has been answered so. */
bool vmc_infer_used(const struct vmc_target *t);
void vmc_inferred_free(struct vmc_inferred *i);
VMC_DEFINE_CLEANUP(struct vmc_inferred *, vmc_inferred_free, vmc_cleanup_inferredp)

#endif
