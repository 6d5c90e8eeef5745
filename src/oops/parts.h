/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pstore kept of a log comes in parts with a heading each, "Panic#1 Part3". Part 1 is
 * the end of the log: the kernel writes backwards (fs/pstore/platform.c, pstore_dump()), and
 * files named by part, read one after the other, give a log that runs backwards.
 */
#ifndef VMC_OOPS_PARTS_H
#define VMC_OOPS_PARTS_H

#include "oops/oops.h"

/* Puts the parts of each dump in the order of the log. False when memory is out. */
bool vmc_oops_order_parts(struct vmc_log_lines *lines);

#endif
