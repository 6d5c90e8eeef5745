/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folding of sentences in any script: Chinese has no blanks to fold at, its
 * characters take two columns each, and no line begins with a comma.
 */
#ifndef VMC_RENDER_FOLD_H
#define VMC_RENDER_FOLD_H

#include "base/str.h"

/*
 * Appends the text in lines of at most `width` columns, where its words let it, and a
 * final newline. The first line goes on at column `indent`; further ones are indented so
 * far. Newlines and tabs of the text are blanks; other control characters become visible.
 */
void vmc_fold(const char *text, unsigned int indent, unsigned int width, struct vmc_str *out);

#endif
