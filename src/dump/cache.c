/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/cache.h"

#include <stdbool.h>

#include "base/map.h"
#include "base/vec.h"

#define SLOTS_MIN 4u
#define NO_SLOT UINT32_MAX

struct slot {
	uint64_t key;
	uint8_t *page;
	uint32_t next; /* in the chain of its bucket */
	bool cached;
	bool used; /* since the hand passed */
};

struct vmc_cache {
	size_t page_size;
	uint32_t n_max;
	uint32_t *buckets; /* first slot of each chain */
	uint32_t mask;
	VMC_VEC(struct slot) slots;
	uint32_t hand;
	uint32_t last;
};

struct vmc_error *vmc_cache_new(size_t page_size, size_t max_bytes, struct vmc_cache **ret)
{
	struct vmc_cache *c = calloc(1, sizeof(*c));
	size_t n = max_bytes / page_size, n_buckets = 1;

	if (!c)
		return vmc_error_no_memory();
	n = n < SLOTS_MIN ? SLOTS_MIN : n < NO_SLOT / 4 ? n : NO_SLOT / 4;
	while (n_buckets < n)
		n_buckets *= 2;
	c->page_size = page_size;
	c->n_max = (uint32_t)n;
	c->mask = (uint32_t)n_buckets - 1;
	c->last = NO_SLOT;
	c->buckets = malloc(n_buckets * sizeof(*c->buckets));
	if (!c->buckets) {
		free(c);
		return vmc_error_no_memory();
	}
	for (size_t i = 0; i < n_buckets; i++)
		c->buckets[i] = NO_SLOT;
	*ret = c;
	return NULL;
}

void vmc_cache_free(struct vmc_cache *c)
{
	struct slot *s;

	if (!c)
		return;
	vmc_vec_each (s, &c->slots)
		free(s->page);
	vmc_vec_free(&c->slots);
	free(c->buckets);
	free(c);
}

static uint32_t *bucket_of(struct vmc_cache *c, uint64_t key)
{
	return &c->buckets[vmc_hash_u64(key) & c->mask];
}

uint8_t *vmc_cache_get(struct vmc_cache *c, uint64_t key)
{
	for (uint32_t i = *bucket_of(c, key); i != NO_SLOT; i = c->slots.data[i].next) {
		struct slot *s = &c->slots.data[i];

		if (s->key == key) {
			s->used = true;
			return s->page;
		}
	}
	return NULL;
}

static void unlink_slot(struct vmc_cache *c, uint32_t i)
{
	uint32_t *link = bucket_of(c, c->slots.data[i].key);

	while (*link != i)
		link = &c->slots.data[*link].next;
	*link = c->slots.data[i].next;
	c->slots.data[i].cached = false;
}

/* A slot that is not cached: a new one while there may be more, else by the clock. */
static uint32_t free_slot(struct vmc_cache *c)
{
	if (c->slots.len < c->n_max) {
		uint8_t *page = malloc(c->page_size);

		if (page && vmc_vec_push(&c->slots, (struct slot){ .page = page }))
			return (uint32_t)c->slots.len - 1;
		free(page);
		if (!c->slots.len)
			return NO_SLOT;
	}
	for (;;) {
		struct slot *s = &c->slots.data[c->hand];
		uint32_t i = c->hand;

		c->hand = (c->hand + 1) % (uint32_t)c->slots.len;
		if (!s->cached)
			return i;
		if (!s->used) {
			unlink_slot(c, i);
			return i;
		}
		s->used = false;
	}
}

uint8_t *vmc_cache_take(struct vmc_cache *c, uint64_t key)
{
	uint32_t i = free_slot(c), *bucket = bucket_of(c, key);

	if (i == NO_SLOT)
		return NULL;
	c->slots.data[i].key = key;
	c->slots.data[i].next = *bucket;
	c->slots.data[i].cached = true;
	/* on probation: a page read once by a scan goes before one read twice */
	c->slots.data[i].used = false;
	*bucket = i;
	c->last = i;
	return c->slots.data[i].page;
}

void vmc_cache_drop_last(struct vmc_cache *c)
{
	if (c->last != NO_SLOT && c->slots.data[c->last].cached)
		unlink_slot(c, c->last);
	c->last = NO_SLOT;
}
