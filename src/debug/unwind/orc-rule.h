/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ORC says of a place, in the words that it shares with call frame information. */
#ifndef VMC_DEBUG_ORC_RULE_H
#define VMC_DEBUG_ORC_RULE_H

#include "debug/unwind/orc.h"
#include "debug/unwind/rule.h"

/*
 * `orc` is as vmc_orc_find() gives it. ORC tells rip, rsp and rbp of the caller; the other
 * registers are lost by its rule, though most of them are saved somewhere.
 */
void vmc_orc_unwind_rule(const struct vmc_orc_rule *orc, struct vmc_unwind_rule *ret);

#endif
