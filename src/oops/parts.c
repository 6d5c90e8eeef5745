/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/parts.h"

#include <stdlib.h>

#include "base/vec.h"
#include "oops/line.h"

#define HEADING_MAX 48

/* A part: its lines, the heading being the first, up to the next one's. */
struct part {
	size_t first, end;
	struct slice dump; /* "Panic#1" */
	uint64_t number;
};

struct parts {
	struct part *data;
	size_t len, cap;
};

static bool read_heading(const struct vmc_log_line *l, struct part *ret)
{
	struct slice s = line_text(l), r = s;
	uint64_t count, number;
	size_t n = 0;

	if (s.n > HEADING_MAX || l->stamped)
		return false;
	while (n < r.n && is_alpha(r.p[n]))
		n++;
	r = slice_from(r, n);
	if (!n || !slice_eat(&r, "#") || !slice_eat_dec(&r, &count))
		return false;
	ret->dump = slice_head(s, s.n - r.n);
	if (!slice_eat(&r, " Part") || !slice_eat_dec(&r, &number) || slice_trim(r).n)
		return false;
	ret->number = number;
	return true;
}

/* The last part first; qsort() need not keep the order of equals. */
static int by_number(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->number != y->number)
		return x->number > y->number ? -1 : 1;
	return x->first < y->first ? -1 : 1;
}

static bool is_same_dump(const struct part *a, const struct part *b)
{
	return a->dump.n == b->dump.n && memcmp(a->dump.p, b->dump.p, a->dump.n) == 0;
}

static bool find_parts(struct vmc_log_lines *lines, struct parts *ret)
{
	for (size_t i = 0; i < lines->len; i++) {
		struct part p = { .first = i, .end = lines->len };

		if (!read_heading(&lines->data[i], &p))
			continue;
		lines->data[i].foreign = true;
		if (ret->len)
			ret->data[ret->len - 1].end = i;
		if (!vmc_vec_push(ret, p))
			return false;
	}
	return true;
}

/* Moves the lines as the parts stand now. */
static bool move_lines(struct vmc_log_lines *lines, const struct parts *parts)
{
	size_t first = SIZE_MAX, n = 0;
	struct vmc_log_line *moved;

	for (size_t i = 0; i < parts->len; i++)
		if (parts->data[i].first < first)
			first = parts->data[i].first;
	moved = malloc((lines->len - first) * sizeof(*moved));
	if (!moved)
		return false;
	for (size_t i = 0; i < parts->len; i++) {
		size_t len = parts->data[i].end - parts->data[i].first;

		memcpy(moved + n, lines->data + parts->data[i].first, len * sizeof(*moved));
		n += len;
	}
	memcpy(lines->data + first, moved, n * sizeof(*moved));
	free(moved);
	return true;
}

bool vmc_oops_order_parts(struct vmc_log_lines *lines)
{
	struct parts parts = { 0 };
	bool done = find_parts(lines, &parts);

	for (size_t i = 0, end; done && i < parts.len; i = end) {
		for (end = i + 1; end < parts.len; end++)
			if (!is_same_dump(&parts.data[i], &parts.data[end]))
				break;
		qsort(parts.data + i, end - i, sizeof(*parts.data), by_number);
	}
	if (done && parts.len > 1)
		done = move_lines(lines, &parts);
	vmc_vec_free(&parts);
	return done;
}
