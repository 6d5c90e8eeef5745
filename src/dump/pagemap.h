/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bitmap of a kdump file that says which pages are in it, with counts of
 * the bits before each stretch of 512. The number of set bits before a page is
 * the number of its descriptor, so finding a page costs one count and at most
 * eight words of bitmap. Counting costs about 0.1 ms per 32 GiB of RAM.
 */
#ifndef VMC_DUMP_PAGEMAP_H
#define VMC_DUMP_PAGEMAP_H

#include "base/vec.h"
#include "dump/file.h"

struct vmc_pagemap {
	struct vmc_file *file;
	uint64_t at;		 /* file offset of the bitmap */
	uint64_t bytes;		 /* of it that are in the file */
	uint64_t first, end;	 /* bits that count: [first, end) */
	VMC_VEC(uint64_t) ranks; /* set bits in [first, 512 * (first / 512 + i)), modulo 2^64 */
	uint64_t n_set;		 /* in [first, end) */
};

/* Counts; m->file, at, bytes, first and end are set. False when memory is out. */
bool vmc_pagemap_count(struct vmc_pagemap *m);
void vmc_pagemap_deinit(struct vmc_pagemap *m);

/*
 * Is this bit set? *ret_rank, unless NULL, becomes the number of set bits in [first, bit).
 * `bit` is below 8 * m->bytes; for a rank it is in [first, end).
 */
bool vmc_pagemap_test(const struct vmc_pagemap *m, uint64_t bit, uint64_t *ret_rank);

/* The first bit in [from, end) that is `set` or clear; end when there is none. */
uint64_t vmc_pagemap_find(const struct vmc_pagemap *m, uint64_t from, bool set);

#endif
