/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extents: "bytes [start, end) of this space lie at `pos` of that one". Two
 * places need the same thing: records of a flattened stream (space: the file
 * that makedumpfile would have written) and segments of an ELF core (space:
 * physical memory). Both may come in any order and may overlap; after
 * vmc_extents_settle() they are sorted and disjoint, so a lookup is one
 * binary search.
 */
#ifndef VMC_DUMP_EXTENT_H
#define VMC_DUMP_EXTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

/* A `pos` that stands for no bytes at all; it stays the same when an extent is cut. */
#define VMC_EXTENT_NOWHERE UINT64_MAX

struct vmc_extent {
	uint64_t start, end; /* start < end */
	uint64_t pos;	     /* where start's byte lies */
};

struct vmc_extents {
	struct vmc_extent *data;
	size_t len;
	size_t cap;
};

/* Which of two extents keeps the bytes that both claim. */
enum vmc_extent_winner {
	VMC_LOWER_POS_WINS,
	VMC_HIGHER_POS_WINS,
};

/* Sorts by start and resolves overlaps. False when memory is out; the content is then unusable. */
bool vmc_extents_settle(struct vmc_extents *x, enum vmc_extent_winner winner);

/*
 * Index of the settled extent that contains `at`, or of the first one behind it;
 * x->len when there is none. `hint` is any index, tried first together with its successor.
 */
size_t vmc_extents_find(const struct vmc_extents *x, uint64_t at, size_t hint);

static inline void vmc_extents_deinit(struct vmc_extents *x)
{
	vmc_vec_free(x);
}

#endif
