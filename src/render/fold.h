/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a terminal does with text: its columns, and where a sentence is folded
 * in any script. Chinese has no blanks to fold at, its characters take two
 * columns each, and no line begins with a comma.
 */
#ifndef VMC_RENDER_FOLD_H
#define VMC_RENDER_FOLD_H

#include "base/str.h"

/* Columns that a text of one line fills: UTF-8 that vmc_str_add_untrusted() has let through. */
size_t vmc_columns(const char *text);
/* Bytes of it that fill at most `columns`; no character is cut. */
size_t vmc_columns_fit(const char *text, size_t columns);
/*
 * Bytes of it that come into the first line of `columns`; the blanks behind them belong to
 * none. At least one word, however long it is; 0 only where nothing but blanks is left.
 */
size_t vmc_fold_line(const char *text, size_t columns);

/*
 * Appends the text in lines of at most `width` columns, where its words let it, and a
 * final newline. The first line goes on at column `indent`; further ones are indented so
 * far. Newlines and tabs of the text are blanks; other control characters become visible.
 */
void vmc_fold(const char *text, unsigned int indent, unsigned int width, struct vmc_str *out);

#endif
