/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register rows of a report: "RAX: 0000000000000046 RBX: ...", "x29: ...", "GPR00: a b c d". */
#ifndef VMC_OOPS_REGISTERS_H
#define VMC_OOPS_REGISTERS_H

#include "oops/oops.h"
#include "oops/text.h"

#define REGISTERS_IN_LINE 12

/*
 * Registers that the line shows, at most REGISTERS_IN_LINE; 0 for a line that is no such
 * row. *number is the state that rows without names need (s390: "Krnl GPRS: a b c d", then rows
 * of values alone): -1 before the first line, then left to this function.
 */
size_t vmc_oops_read_registers(struct slice line, int *number, struct vmc_oops_reg *ret);

#endif
