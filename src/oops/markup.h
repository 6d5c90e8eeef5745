/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What terminals and web pages put among the bytes of a line: colours, &lt; for <, hard blanks. */
#ifndef VMC_OOPS_MARKUP_H
#define VMC_OOPS_MARKUP_H

#include "base/str.h"
#include "oops/text.h"

/* Has the text been on a web page? Asked once for a whole file: most have nothing of it. */
bool vmc_oops_is_web_text(struct slice text);

/*
 * The line without markup: *s itself where there is none, else a copy in the arena. False when
 * memory is out.
 */
bool vmc_oops_strip_markup(struct vmc_arena *arena, bool web, struct slice *s);

#endif
