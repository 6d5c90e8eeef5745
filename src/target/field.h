/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed access by shape. Every member that the program reads of a kernel
 * structure is a row of shape.def; a row is resolved against the types at
 * hand on first use and kept, so a read is an add and a load.
 *
 * Objects carry their first error ("poison"): code reads straight on and asks
 * once at the end. Reading from a poisoned object gives 0.
 */
#ifndef VMC_TARGET_FIELD_H
#define VMC_TARGET_FIELD_H

#include "target/target.h"

enum vmc_field {
#define FIELD(id, type, path, bytes, since) VMC_F_##id,
#define SIZEOF(id, type) VMC_F_##id,
#define GLOBAL(name, type)
#define ENUMERATOR(id, enumeration, names)
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
	VMC_FIELD_COUNT,
};

enum vmc_constant {
#define FIELD(id, type, path, bytes, since)
#define SIZEOF(id, type)
#define GLOBAL(name, type)
#define ENUMERATOR(id, enumeration, names) VMC_E_##id,
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
	VMC_CONSTANT_COUNT,
};

/* The row resolved, or why not (VMC_NOT_FOUND names type and member). Not to be freed. */
struct vmc_error *vmc_field_resolve(struct vmc_target *t, enum vmc_field f,
				    const struct vmc_field_slot **ret) VMC_MUST_CHECK;
bool vmc_field_has(struct vmc_target *t, enum vmc_field f);
/* Offset in bytes; 0 and false when absent. */
bool vmc_field_offset(struct vmc_target *t, enum vmc_field f, uint64_t *ret);
/* Size of a SIZEOF row, or of a member. */
bool vmc_field_size(struct vmc_target *t, enum vmc_field f, uint64_t *ret);
/* "task_struct.__state" as resolved, or the first alternative. */
const char *vmc_field_name(enum vmc_field f);
/* An enumerator's value; false when the types do not have it. */
bool vmc_constant(struct vmc_target *t, enum vmc_constant c, int64_t *ret);
/* C type of a global variable, by the table or by the types' own knowledge; NULL unknown. */
const char *vmc_global_type(const char *symbol);

struct vmc_obj {
	struct vmc_target *t;
	uint64_t addr;
	struct vmc_error *poison; /* owned */
};

static inline struct vmc_obj vmc_obj(struct vmc_target *t, uint64_t addr)
{
	return (struct vmc_obj){ .t = t, .addr = addr };
}

/* The object at a kernel symbol; poisoned when the symbol is missing. */
struct vmc_obj vmc_obj_symbol(struct vmc_target *t, const char *symbol);
/* The object at a per-CPU symbol. */
struct vmc_obj vmc_obj_percpu(struct vmc_target *t, const char *symbol, size_t cpu);

/* Integer, pointer, enum or bit-field, zero- or sign-extended to 64 bits. */
uint64_t vmc_get(struct vmc_obj *o, enum vmc_field f);
/* Address of the member (for embedded structures). */
uint64_t vmc_get_addr(struct vmc_obj *o, enum vmc_field f);
/* Copies an embedded character array, always NUL-terminated. */
void vmc_get_chars(struct vmc_obj *o, enum vmc_field f, char *buf, size_t size);
/* Plain loads at the object's address plus offset. */
uint64_t vmc_get_u64(struct vmc_obj *o, uint64_t offset);
uint32_t vmc_get_u32(struct vmc_obj *o, uint64_t offset);

/* Takes the error out (NULL when healthy), prefixed with "what ADDR". */
struct vmc_error *vmc_obj_error(struct vmc_obj *o, const char *what) VMC_MUST_CHECK;
/* Drops the error. */
void vmc_obj_drop(struct vmc_obj *o);
static inline bool vmc_obj_bad(const struct vmc_obj *o)
{
	return o->poison != NULL;
}
#define vmc_autoobj vmc_cleanup(vmc_obj_drop)

/* Lists every row and how it resolved: the `shape` debugging view. */
struct vmc_field_row {
	const char *name, *type, *paths, *since;
	const char *resolved; /* the alternative in use; NULL when absent */
	uint64_t offset, size;
};
size_t vmc_field_rows(struct vmc_target *t, struct vmc_field_row rows[VMC_FIELD_COUNT]);

#endif
