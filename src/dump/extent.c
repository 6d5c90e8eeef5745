/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/extent.h"

#include "base/cleanup.h"

static int compare_start(const void *a, const void *b)
{
	const struct vmc_extent *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	/* equal starts: any fixed order, so that the result does not depend on qsort() */
	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* The part of e from `from` to `to`. */
static struct vmc_extent cut(struct vmc_extent e, uint64_t from, uint64_t to)
{
	if (e.pos != VMC_EXTENT_NOWHERE)
		e.pos += from - e.start;
	e.start = from;
	e.end = to;
	return e;
}

/* Binary heap of indexes into the sorted extents; the winner is on top. */
struct heap {
	const struct vmc_extent *of;
	size_t *item;
	size_t len;
	enum vmc_extent_winner winner;
};

static bool beats(const struct heap *h, size_t a, size_t b)
{
	uint64_t pa = h->of[a].pos, pb = h->of[b].pos;

	return h->winner == VMC_HIGHER_POS_WINS ? pa > pb : pa < pb;
}

static void swap(size_t *a, size_t *b)
{
	size_t t = *a;

	*a = *b;
	*b = t;
}

static void heap_push(struct heap *h, size_t v)
{
	size_t i = h->len++;

	h->item[i] = v;
	while (i && beats(h, h->item[i], h->item[(i - 1) / 2])) {
		swap(&h->item[i], &h->item[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static void heap_pop(struct heap *h)
{
	size_t i = 0;

	h->item[0] = h->item[--h->len];
	for (;;) {
		size_t best = i, l = 2 * i + 1, r = l + 1;

		if (l < h->len && beats(h, h->item[l], h->item[best]))
			best = l;
		if (r < h->len && beats(h, h->item[r], h->item[best]))
			best = r;
		if (best == i)
			return;
		swap(&h->item[i], &h->item[best]);
		i = best;
	}
}

/*
 * Walks the boundaries from left to right with all extents that cover the
 * current place in a heap: between two boundaries the winner among them owns
 * the bytes. Each start and each end is handled once: O(n log n), at most 2n
 * results, however the extents are nested.
 */
static bool resolve(struct vmc_extents *x, enum vmc_extent_winner winner)
{
	vmc_autofree size_t *items = calloc(x->len, sizeof(*items));
	struct heap h = { .of = x->data, .item = items, .winner = winner };
	struct vmc_extents out = { 0 };
	size_t next = 0;
	uint64_t at = 0;

	if (!items)
		return false;
	while (h.len || next < x->len) {
		const struct vmc_extent *top;
		uint64_t end;

		if (!h.len)
			at = x->data[next].start;
		while (next < x->len && x->data[next].start <= at)
			heap_push(&h, next++);
		top = &x->data[h.item[0]];
		if (top->end <= at) {
			heap_pop(&h);
			continue;
		}
		end = top->end;
		if (next < x->len && x->data[next].start < end)
			end = x->data[next].start;
		if (!vmc_vec_push(&out, cut(*top, at, end))) {
			vmc_vec_free(&out);
			return false;
		}
		at = end;
	}
	vmc_vec_free(x);
	*x = out;
	return true;
}

bool vmc_extents_settle(struct vmc_extents *x, enum vmc_extent_winner winner)
{
	bool sorted = true, disjoint = true;

	for (size_t i = 1; i < x->len && sorted; i++)
		sorted = x->data[i - 1].start <= x->data[i].start;
	if (!sorted)
		qsort(x->data, x->len, sizeof(*x->data), compare_start);
	for (size_t i = 1; i < x->len && disjoint; i++)
		disjoint = x->data[i - 1].end <= x->data[i].start;
	return disjoint || resolve(x, winner);
}

size_t vmc_extents_find(const struct vmc_extents *x, uint64_t at, size_t hint)
{
	size_t lo = 0, hi = x->len;

	/* the common cases: the same extent again, or the next one */
	for (size_t i = hint; i < x->len && i - hint < 2; i++) {
		if (at >= x->data[i].start && at < x->data[i].end)
			return i;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->data[mid].end <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
