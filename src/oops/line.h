/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMC_OOPS_LINE_H
#define VMC_OOPS_LINE_H

#include "oops/oops.h"
#include "oops/text.h"

/* The text of a log line; never a null pointer, which an empty record of a dump may have. */
static inline struct slice line_text(const struct vmc_log_line *l)
{
	return l->text ? (struct slice){ l->text, l->len } : (struct slice){ "", 0 };
}

#endif
