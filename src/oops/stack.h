/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which function a report is about, by the recipe of its format. */
#ifndef VMC_OOPS_STACK_H
#define VMC_OOPS_STACK_H

#include "oops/formats.h"
#include "oops/text.h"

/* The lines of one report, prefixes removed. */
struct report_text {
	const struct slice *lines;
	size_t n;
};

/* The guilty function as printed (with compiler suffixes), or an empty slice. */
struct slice vmc_oops_guilty_function(const struct format *f, struct report_text text);
/* A good guess where that finds none. */
struct slice vmc_oops_guess_function(const struct format *f, struct report_text text);

#endif
