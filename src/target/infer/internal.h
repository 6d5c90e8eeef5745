/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the groups share. Included by the files of this folder only. */
#ifndef VMC_TARGET_INFER_INTERNAL_H
#define VMC_TARGET_INFER_INTERNAL_H

#include "target/infer/infer.h"

#define NOWHERE UINT64_MAX /* no such offset */

/* Bytes of one object from its start; those that the dump does not have are 0. */
struct object {
	uint64_t addr;
	uint8_t *bytes;
	size_t size;
	uint64_t present; /* bit n: the part of it in its page number n is there */
};

/* Objects of one type. */
struct objects {
	VMC_VEC(struct object) list;
};

/* Reads `size` bytes at addr, 128 KiB at most, into a new element; false when none can be read. */
bool objects_add(struct vmc_target *t, struct objects *o, uint64_t addr, size_t size);
void objects_deinit(struct objects *o);
#define vmc_autoobjects vmc_cleanup(objects_deinit)

/* Whether the dump has these bytes of it. */
bool object_has(const struct object *o, uint64_t offset, size_t size);

/* 0 behind the end. */
static inline uint64_t object_u64(const struct object *o, uint64_t offset)
{
	return offset + 8 <= o->size ? vmc_le64(o->bytes + offset) : 0;
}

static inline uint32_t object_u32(const struct object *o, uint64_t offset)
{
	return offset + 4 <= o->size ? vmc_le32(o->bytes + offset) : 0;
}

/* Something that a pointer in the kernel may hold: canonical, upper half, aligned as objects are. */
static inline bool is_kernel_pointer(uint64_t v)
{
	return v >> 56 == 0xff && v % 8 == 0 && v < (uint64_t)-4096;
}

/* Plain loads; 0 where the dump does not have the bytes. */
uint64_t load_u64(struct vmc_target *t, uint64_t addr);
uint32_t load_u32(struct vmc_target *t, uint64_t addr);

/* A name as tasks, clock sources and modules have them: NUL within `size`, no control characters. */
bool is_name(const uint8_t *bytes, size_t size);

/*
 * Records what was found, unless `offset` is NOWHERE. `alternative` is the number of the name in
 * the row that is meant; of a SIZEOF row, `offset` is the size.
 */
void infer_found(struct vmc_target *t, enum vmc_field f, unsigned int alternative, uint64_t offset,
		 uint32_t size);

void infer_tasks(struct vmc_target *t);
void infer_cpus(struct vmc_target *t);
void infer_modules(struct vmc_target *t);
void infer_memory(struct vmc_target *t);
void infer_time(struct vmc_target *t);

#endif
