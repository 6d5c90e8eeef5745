/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/copies.h"

#include <stdlib.h>

#include "base/map.h"
#include "oops/line.h"

#define PROBES_MAX 64	/* further equal hashes are not looked at: a hostile log costs no more */
#define HASHED_BYTES 32 /* a frame's address is among them */

static bool can_be_found(const struct vmc_log_line *l)
{
	return l->time_ns >= 0 && l->len && !l->foreign;
}

static size_t slot_of(const struct copies *c, const struct vmc_log_line *l)
{
	struct slice s = slice_head(line_text(l), HASHED_BYTES);

	return vmc_hash_u64((uint64_t)l->time_ns ^ (uint64_t)vmc_hash_bytes(s.p, s.n) << 24) &
	       c->mask;
}

static bool is_equal(const struct vmc_log_line *a, const struct vmc_log_line *b)
{
	return a->time_ns == b->time_ns && a->len == b->len &&
	       memcmp(a->text, b->text, a->len) == 0;
}

bool vmc_oops_copies_build(struct copies *c, const struct vmc_log_lines *lines)
{
	size_t n = 16;

	if (c->slots)
		return true;
	while (n < 2 * lines->len)
		n *= 2;
	c->slots = calloc(n, sizeof(*c->slots));
	if (!c->slots)
		return false;
	c->lines = lines;
	c->mask = n - 1;
	for (size_t i = 0; i < lines->len; i++) {
		size_t at;

		if (!can_be_found(&lines->data[i]))
			continue;
		at = slot_of(c, &lines->data[i]);
		for (size_t probe = 0; probe < PROBES_MAX; probe++, at = (at + 1) & c->mask) {
			if (c->slots[at])
				continue;
			c->slots[at] = (uint32_t)(i + 1);
			break;
		}
	}
	return true;
}

size_t vmc_oops_copies_find(const struct copies *c, size_t i, size_t low, size_t high)
{
	const struct vmc_log_line *l = &c->lines->data[i];
	size_t at;

	if (!can_be_found(l))
		return SIZE_MAX;
	at = slot_of(c, l);
	for (size_t probe = 0; probe < PROBES_MAX && c->slots[at];
	     probe++, at = (at + 1) & c->mask) {
		size_t k = c->slots[at] - 1;

		if (k >= low && k < high && is_equal(l, &c->lines->data[k]))
			return k;
	}
	return SIZE_MAX;
}

void vmc_oops_copies_deinit(struct copies *c)
{
	free(c->slots);
	*c = (struct copies){ 0 };
}
