/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF as bytes: where each type lies, and which ids bear a name. Nothing here
 * knows what a type means; btf.c makes vmc_types of it.
 *
 *   header | types: 12 bytes {name, info, size or type} and what the kind adds | strings
 *
 * Ids count from 1 in the order of the types; 0 is void. Split BTF (modules)
 * goes on where its base ends, with ids as with string offsets.
 */
#ifndef VMC_DEBUG_BTF_INDEX_H
#define VMC_DEBUG_BTF_INDEX_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/vec.h"

/* BTF_KIND_* of include/uapi/linux/btf.h. */
enum btf_kind {
	BTF_VOID = 0,
	BTF_INT = 1,
	BTF_PTR = 2,
	BTF_ARRAY = 3,
	BTF_STRUCT = 4,
	BTF_UNION = 5,
	BTF_ENUM = 6,
	BTF_FWD = 7,
	BTF_TYPEDEF = 8,
	BTF_VOLATILE = 9,
	BTF_CONST = 10,
	BTF_RESTRICT = 11,
	BTF_FUNC = 12,
	BTF_FUNC_PROTO = 13,
	BTF_VAR = 14,
	BTF_DATASEC = 15,
	BTF_FLOAT = 16,
	BTF_DECL_TAG = 17,
	BTF_TYPE_TAG = 18,
	BTF_ENUM64 = 19,
	BTF_KINDS,
};

#define BTF_TYPE_SIZE 12 /* struct btf_type */
#define BTF_ELEM_SIZE 12 /* of members and 64-bit enumerators; others have 8 */

/* What C keeps apart: tags of structs and enums, other names, variables. */
enum btf_space {
	BTF_SPACE_NONE,
	BTF_SPACE_TAG,
	BTF_SPACE_NAME,
	BTF_SPACE_VAR,
};

/* One type record; `extra` holds all that its kind and vlen call for. */
struct btf_record {
	uint32_t name; /* string offset */
	uint32_t kind;
	uint32_t vlen;
	bool flag;
	uint32_t size; /* a size or an id, by kind */
	const uint8_t *extra;
};

struct btf_named {
	uint32_t id;   /* counted from the first own id */
	uint32_t next; /* in the chain of one hash, by id: position + 1, 0 at the end */
};

struct btf_index {
	const struct btf_index *base;
	struct vmc_bytes types, strings;
	uint32_t first_id, end_id;	   /* own ids: [first_id, end_id) */
	uint32_t first_string, end_string; /* own string offsets */
	uint32_t *offsets;		   /* of each own id in `types` */
	bool enums_have_sign;		   /* see btf.c */
	VMC_VEC(struct btf_named) named;
	VMC_VEC(uint32_t) enums; /* own ids of all enums */
	uint32_t *heads;	 /* hash -> position in named + 1 */
	uint32_t head_mask;
};

/* Indexes bytes, which must live as long as the index. */
struct vmc_error *btf_index_init(struct btf_index *x, struct vmc_bytes bytes,
				 const struct btf_index *base) VMC_MUST_CHECK;
void btf_index_deinit(struct btf_index *x);

/* The record of an id of x or its base; VMC_BAD_FORMAT for ids there are none of, and for 0. */
struct vmc_error *btf_index_record(const struct btf_index *x, uint32_t id,
				   struct btf_record *ret) VMC_MUST_CHECK;
/* NULL where there is no such offset. */
const char *btf_index_string(const struct btf_index *x, uint32_t offset);

/*
 * The next own id called `name` in `space`: first call with *pos 0; returns 0 after the last. Ids
 * come in rising order.
 */
uint32_t btf_index_next(const struct btf_index *x, enum btf_space space, const char *name,
			uint32_t *pos);

#endif
