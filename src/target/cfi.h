/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call frame information of the kernel in the dump, out of its vmlinux, and of modules, out of
 * their files: opened when a walk first asks for it, so that who has neither pays nothing.
 */
#ifndef VMC_TARGET_CFI_H
#define VMC_TARGET_CFI_H

#include "debug/unwind/rule.h"
#include "target/target.h"

/*
 * The rule at a run-time address (return address - 1 for calls). False where there is none, for
 * whatever reason; that a table is there and cannot be read is a row of `unavailable`.
 */
bool vmc_target_cfi(struct vmc_target *t, uint64_t ip, struct vmc_unwind_rule *ret);

#endif
