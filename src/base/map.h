/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hash map from 64-bit key to 64-bit value (open addressing). Also the
 * visited-set of every list and tree walk over dump data. Zero-initialised
 * is empty.
 */
#ifndef VMC_BASE_MAP_H
#define VMC_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct vmc_map {
	uint64_t *keys;
	uint64_t *values;
	uint8_t *used;
	size_t len;
	size_t cap; /* a power of two, or 0 */
};

/* Sets key to value (replacing); false when memory is out. */
bool vmc_map_set(struct vmc_map *m, uint64_t key, uint64_t value);
/* Pointer to the value, valid until the next set; NULL where the key is absent. */
uint64_t *vmc_map_get(const struct vmc_map *m, uint64_t key);
/*
 * Adds key to the set; `ret_new` tells whether it was absent. False when
 * memory is out.
 */
bool vmc_map_add(struct vmc_map *m, uint64_t key, bool *ret_new);
void vmc_map_deinit(struct vmc_map *m);
#define vmc_automap vmc_cleanup(vmc_map_deinit)

/* FNV-1a, for tables keyed by names. */
static inline uint32_t vmc_hash_bytes(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t h = 2166136261u;

	while (n--)
		h = (h ^ *b++) * 16777619u;
	return h;
}

static inline uint64_t vmc_hash_u64(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	return x ^ x >> 33;
}

#endif
