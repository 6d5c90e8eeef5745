/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/map.h"

#include <stdlib.h>

/* The slot of key, or the free slot where it would go; cap must not be 0. */
static size_t slot_of(const struct vmc_map *m, uint64_t key)
{
	size_t i = (size_t)vmc_hash_u64(key) & (m->cap - 1);

	while (m->used[i] && m->keys[i] != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static bool grow(struct vmc_map *m)
{
	struct vmc_map n = { .cap = m->cap ? m->cap * 2 : 64 };

	if (m->cap && m->len < m->cap - m->cap / 4)
		return true;
	if (n.cap > SIZE_MAX / 16)
		return false;
	n.keys = malloc(n.cap * sizeof(*n.keys));
	n.values = malloc(n.cap * sizeof(*n.values));
	n.used = calloc(n.cap, 1);
	if (!n.keys || !n.values || !n.used) {
		vmc_map_deinit(&n);
		return false;
	}
	for (size_t i = 0; i < m->cap; i++) {
		size_t j;

		if (!m->used[i])
			continue;
		j = slot_of(&n, m->keys[i]);
		n.used[j] = 1;
		n.keys[j] = m->keys[i];
		n.values[j] = m->values[i];
	}
	n.len = m->len;
	vmc_map_deinit(m);
	*m = n;
	return true;
}

bool vmc_map_set(struct vmc_map *m, uint64_t key, uint64_t value)
{
	size_t i;

	if (!grow(m))
		return false;
	i = slot_of(m, key);
	if (!m->used[i]) {
		m->used[i] = 1;
		m->keys[i] = key;
		m->len++;
	}
	m->values[i] = value;
	return true;
}

uint64_t *vmc_map_get(const struct vmc_map *m, uint64_t key)
{
	size_t i;

	if (!m->cap)
		return NULL;
	i = slot_of(m, key);
	return m->used[i] ? &m->values[i] : NULL;
}

bool vmc_map_add(struct vmc_map *m, uint64_t key, bool *ret_new)
{
	*ret_new = !vmc_map_get(m, key);
	return !*ret_new || vmc_map_set(m, key, 1);
}

void vmc_map_deinit(struct vmc_map *m)
{
	free(m->keys);
	free(m->values);
	free(m->used);
	*m = (struct vmc_map){ 0 };
}
