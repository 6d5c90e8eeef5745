/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/wrap.h"

#define WIDTH_MIN 72
#define WIDTH_MAX 1024
#define ROWS_WANTED 4 /* by chance no file has so many */

/* Only a stamped line can be told from the rest of the one before. */
static bool is_start(struct slice row)
{
	return row.n && (*row.p == '[' || *row.p == '<');
}

/*
 * A stamped row with a row of the same length behind it that is not stamped is filled. Where
 * no line needed three rows: filled ones are the longest in the file, and several.
 */
size_t vmc_oops_wrap_width(struct slice text)
{
	size_t longest = 0, rows = 0, before = 0;

	while (text.n) {
		size_t end = slice_find_char(text, '\n');
		struct slice row = slice_head(text, end);

		text = slice_from(text, end == SLICE_NONE ? text.n : end + 1);
		while (row.n && row.p[row.n - 1] == '\r')
			row.n--;
		if (before >= WIDTH_MIN && row.n && !is_start(row)) {
			if (row.n == before && before <= WIDTH_MAX)
				return before;
			rows += before == longest;
		}
		if (row.n > longest) {
			longest = row.n;
			rows = 0;
		}
		before = is_start(row) ? row.n : 0;
	}
	return rows >= ROWS_WANTED && longest <= WIDTH_MAX ? longest : 0;
}
