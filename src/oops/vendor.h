/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makers of phones and boards add to printk's stamp which CPU or task wrote the line: the same
 * as what CONFIG_PRINTK_CALLER does, in other forms.
 */
#ifndef VMC_OOPS_VENDOR_H
#define VMC_OOPS_VENDOR_H

#include "oops/oops.h"
#include "oops/text.h"

/* ":1", ",1" or "@1" inside the stamp, behind the seconds: the CPU. */
void vmc_oops_eat_stamp_cpu(struct slice *s, struct vmc_log_line *x);
/* What stands behind the stamp. */
bool vmc_oops_eat_vendor(struct slice *s, struct vmc_log_line *x);

#endif
