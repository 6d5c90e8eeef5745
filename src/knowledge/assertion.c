/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/assertion.h"

#include <stdlib.h>
#include <string.h>

/* "fs/buffer.c" is the end of "/build/linux/fs/buffer.c", but not of "myfs/buffer.c". */
static bool is_source(const char *path, const char *source)
{
	size_t n = strlen(path), m = strlen(source);

	return n >= m && strcmp(path + n - m, source) == 0 && (n == m || path[n - m - 1] == '/');
}

static bool has_function(const struct vmc_assertion *a, const char *function)
{
	for (size_t i = 0; i < a->functions.n; i++) {
		if (strcmp(a->functions.items[i], function) == 0)
			return true;
	}
	return false;
}

static bool has_line(const struct vmc_assertion *a, uint32_t line)
{
	for (size_t i = 0; i < a->lines.n; i++) {
		if (strtoul(a->lines.items[i], NULL, 10) == line)
			return true;
	}
	return false;
}

size_t vmc_assertion_find(const struct vmc_assertion_query *q,
			  const struct vmc_assertion *ret[VMC_ASSERTION_MATCHES_MAX])
{
	const struct vmc_assertion *all, *by_line = NULL;
	size_t n_all, n = 0, n_by_line = 0;

	all = vmc_assertions_builtin(&n_all);
	for (size_t i = 0; i < n_all && n < VMC_ASSERTION_MATCHES_MAX; i++) {
		const struct vmc_assertion *a = &all[i];

		if (a->kind != q->kind || !is_source(q->source, a->source) ||
		    !has_function(a, q->function))
			continue;
		ret[n++] = a;
		if (has_line(a, q->line)) {
			by_line = a;
			n_by_line++;
		}
	}
	if (n_by_line != 1)
		return n;
	ret[0] = by_line;
	return 1;
}
