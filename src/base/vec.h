/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growable array of any type:
 *
 *     VMC_VEC(uint64_t) pcs = { 0 };
 *     if (!vmc_vec_push(&pcs, pc)) return vmc_error_no_memory();
 *     for (size_t i = 0; i < pcs.len; i++) use(pcs.data[i]);
 *     vmc_vec_free(&pcs);
 */
#ifndef VMC_BASE_VEC_H
#define VMC_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define VMC_VEC(type)       \
	struct {            \
		type *data; \
		size_t len; \
		size_t cap; \
	}

/* Grows to hold at least `want` elements of `size` bytes; false when memory is out. */
bool vmc_vec_reserve_raw(void **data, size_t *cap, size_t want, size_t size);

#define vmc_vec_reserve(v, want) \
	vmc_vec_reserve_raw((void **)&(v)->data, &(v)->cap, (want), sizeof(*(v)->data))

/* Appends one element; false when memory is out. */
#define vmc_vec_push(v, ...) \
	(vmc_vec_reserve(v, (v)->len + 1) && ((v)->data[(v)->len++] = (__VA_ARGS__), true))

#define vmc_vec_free(v)                  \
	do {                             \
		free((v)->data);         \
		(v)->data = NULL;        \
		(v)->len = (v)->cap = 0; \
	} while (0)

#define vmc_vec_each(p, v) for (p = (v)->data; p && p < (v)->data + (v)->len; p++)

#endif
