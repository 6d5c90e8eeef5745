/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One graph of C types, whatever it was read from (BTF today's kernels carry
 * in memory, DWARF of a debug file). Types are made on first use and kept;
 * pointers to them stay valid until the graph is freed.
 *
 * Source bytes are hostile: every walk here has a depth limit, and a cyclic
 * or over-deep type is VMC_BAD_FORMAT, never a loop.
 */
#ifndef VMC_DEBUG_TYPE_H
#define VMC_DEBUG_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

enum vmc_type_kind {
	VMC_TYPE_VOID,
	VMC_TYPE_INT, /* also char and bool: see flags */
	VMC_TYPE_FLOAT,
	VMC_TYPE_ENUM,
	VMC_TYPE_POINTER,
	VMC_TYPE_ARRAY,
	VMC_TYPE_STRUCT,
	VMC_TYPE_UNION,
	VMC_TYPE_TYPEDEF,
	VMC_TYPE_QUALIFIED, /* const, volatile, restrict, type tags: see target */
	VMC_TYPE_FUNCTION,  /* prototype: target is the return type */
	VMC_TYPE_DECLARED,  /* struct or union declared but defined nowhere here */
};

#define VMC_TYPE_SIGNED 1u
#define VMC_TYPE_CHAR 2u /* plain char: text rather than a small number */
#define VMC_TYPE_BOOL 4u
#define VMC_TYPE_CONST 8u
#define VMC_TYPE_VOLATILE 16u
#define VMC_TYPE_RESTRICT 32u
#define VMC_TYPE_IS_UNION 64u /* of a DECLARED type: it is a union */

/*
 * How many typedefs, qualifiers, array dimensions or anonymous structs may
 * follow each other. Kernels stay below ten; beyond this a type is cyclic or
 * made to exhaust the stack.
 */
#define VMC_TYPE_DEPTH_MAX 64

struct vmc_types;

/* Read-only to everybody but the source that made it. */
struct vmc_type {
	enum vmc_type_kind kind;
	const char *name; /* "" when anonymous */
	uint64_t size;	  /* bytes; of the whole array; 0 for void, functions, flexible arrays */
	uint64_t count;	  /* array elements; 0 for flexible */
	unsigned int flags;
	uint32_t n_members; /* struct, union: members; enum: enumerators; function: parameters */
	uint32_t id;	    /* the source's own number */
	struct vmc_types *graph;
};

/* One member of a struct or union, or one parameter (offset unused). */
struct vmc_member {
	const char *name; /* "" when anonymous */
	const struct vmc_type *type;
	uint64_t bit_offset; /* from the start of the containing struct */
	uint32_t bit_size;   /* 0: not a bit-field */
};

struct vmc_enumerator {
	const char *name;
	int64_t value;
};

/* How a source delivers; implemented by btf.c. Every row must be filled. */
struct vmc_types_ops {
	/*
	 * By kind: STRUCT (a union where no struct has that tag), UNION, ENUM,
	 * TYPEDEF, INT (also floats) or VOID (name unused). Of several definitions the
	 * first with members. NULL in *ret when absent.
	 */
	struct vmc_error *(*find)(struct vmc_types *g, enum vmc_type_kind kind, const char *name,
				  const struct vmc_type **ret);
	struct vmc_error *(*target)(struct vmc_types *g, const struct vmc_type *t,
				    const struct vmc_type **ret);
	/* The type "pointer to t", made where the source has none; the same one each time. */
	struct vmc_error *(*pointer_to)(struct vmc_types *g, const struct vmc_type *t,
					const struct vmc_type **ret);
	struct vmc_error *(*member)(struct vmc_types *g, const struct vmc_type *t, uint32_t i,
				    struct vmc_member *ret);
	/*
	 * Index, from `from` on, of the next member that is called name[0..len) or has no
	 * name (it may hold the one sought); n_members when there is none.
	 */
	struct vmc_error *(*member_index)(struct vmc_types *g, const struct vmc_type *t,
					  const char *name, size_t len, uint32_t from,
					  uint32_t *ret);
	struct vmc_error *(*enumerator)(struct vmc_types *g, const struct vmc_type *t, uint32_t i,
					struct vmc_enumerator *ret);
	/* Value of the first enumerator of that name in any enum; *found tells. */
	struct vmc_error *(*constant)(struct vmc_types *g, const char *name, int64_t *ret,
				      bool *found);
	/* Type of a global variable, NULL where it is not known (BTF: only per-CPU ones are). */
	struct vmc_error *(*variable)(struct vmc_types *g, const char *name,
				      const struct vmc_type **ret);
	void (*free)(struct vmc_types *g);
};

struct vmc_types {
	const struct vmc_types_ops *ops;
};

void vmc_types_free(struct vmc_types *g);

/*
 * By C name: "struct x" (also finds a union of that tag), "union x", "enum x", a
 * typedef, "void", or a base type in any of its spellings ("unsigned long", "long
 * unsigned int"); pointers to these too ("struct x *"). VMC_NOT_FOUND where there is
 * no definition, VMC_USAGE where c_name is no such name.
 */
struct vmc_error *vmc_types_find(struct vmc_types *g, const char *c_name,
				 const struct vmc_type **ret) VMC_MUST_CHECK;
struct vmc_error *vmc_types_variable(struct vmc_types *g, const char *name,
				     const struct vmc_type **ret) VMC_MUST_CHECK;

/*
 * What a pointer, array, typedef, qualifier or function refers to. void is a type, not
 * NULL. VMC_USAGE for the kinds that refer to nothing.
 */
struct vmc_error *vmc_type_target(const struct vmc_type *t,
				  const struct vmc_type **ret) VMC_MUST_CHECK;
/* Through typedefs and qualifiers to the first type that is neither. */
struct vmc_error *vmc_type_strip(const struct vmc_type *t,
				 const struct vmc_type **ret) VMC_MUST_CHECK;
struct vmc_error *vmc_type_member_at(const struct vmc_type *t, uint32_t i,
				     struct vmc_member *ret) VMC_MUST_CHECK;
struct vmc_error *vmc_type_enumerator_at(const struct vmc_type *t, uint32_t i,
					 struct vmc_enumerator *ret) VMC_MUST_CHECK;

/*
 * Resolves a member path such as "mem[0].base" or "se.vruntime" in a struct or
 * union: through typedefs, anonymous structs and array elements, never
 * through pointers. *ret gets the member's type, its bit offset from the
 * start of t, and the bit-field size. VMC_NOT_FOUND names the part that is missing:
 * also for an index beyond the array (an array without a length takes any), or a path that leads
 * through something else than a struct.
 */
struct vmc_error *vmc_type_path(const struct vmc_type *t, const char *path,
				struct vmc_member *ret) VMC_MUST_CHECK;

/* Value of an enumerator by name: of the enum `enum_name`, or of any enum when that is NULL. */
struct vmc_error *vmc_types_enumerator(struct vmc_types *g, const char *enum_name, const char *name,
				       int64_t *ret) VMC_MUST_CHECK;

struct vmc_str;
/* C spelling, as "struct list_head *" or "char [16]". */
struct vmc_error *vmc_type_spell(const struct vmc_type *t, struct vmc_str *out) VMC_MUST_CHECK;

VMC_DEFINE_CLEANUP(struct vmc_types *, vmc_types_free, vmc_cleanup_typesp)

#endif
