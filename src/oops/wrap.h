/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that a terminal has wrapped before they were saved: the rows that are filled to
 * its edge all have one length, and what goes on in the next row has no stamp.
 */
#ifndef VMC_OOPS_WRAP_H
#define VMC_OOPS_WRAP_H

#include "oops/text.h"

/* The terminal's width, or 0 where the lines are whole. */
size_t vmc_oops_wrap_width(struct slice text);

#endif
