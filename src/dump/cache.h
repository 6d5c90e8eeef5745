/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cache of decoded pages, by a 64-bit key that the reader chooses. Grows with
 * use up to a bound; then the clock hand takes the first page that was not
 * asked for since it last passed.
 */
#ifndef VMC_DUMP_CACHE_H
#define VMC_DUMP_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VMC_CACHE_BYTES ((size_t)16 << 20)

struct vmc_cache;

/* For pages of page_size bytes, together at most max_bytes (but at least 4 pages). */
struct vmc_error *vmc_cache_new(size_t page_size, size_t max_bytes,
				struct vmc_cache **ret) VMC_MUST_CHECK;
void vmc_cache_free(struct vmc_cache *c);

/* The page, valid until the next vmc_cache_take(); NULL when it is not cached. */
uint8_t *vmc_cache_get(struct vmc_cache *c, uint64_t key);
/*
 * A place for the page of a key that is not cached; it counts as cached from
 * now on. NULL when memory is out.
 */
uint8_t *vmc_cache_take(struct vmc_cache *c, uint64_t key);
/* Forgets the page of the last vmc_cache_take(): it could not be filled. */
void vmc_cache_drop_last(struct vmc_cache *c);

#endif
