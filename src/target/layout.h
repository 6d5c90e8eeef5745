/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Definitions of types, laid out as crash does it: structs and unions with
 * anonymous ones expanded, and on demand the offset of each member.
 *
 *     struct list_head {
 *        [0] struct list_head *next;
 *        [8] struct list_head *prev;
 *     }
 *     SIZE: 16
 */
#ifndef VMC_TARGET_LAYOUT_H
#define VMC_TARGET_LAYOUT_H

#include "base/str.h"
#include "debug/types/type.h"

struct vmc_layout {
	bool offsets;	  /* in front of each member */
	bool hex;	  /* offsets and sizes */
	bool has_address; /* the offsets are shown as addresses of an object there */
	uint64_t address;
	const char *note; /* behind the size: where the type is from; NULL */
};

/*
 * "int (*name)(void)": C's way to declare `name` with a type; without a name when that
 * is NULL or "". The words of base types are in crash's order ("unsigned long").
 */
struct vmc_error *vmc_layout_declare(const struct vmc_type *t, const char *name,
				     struct vmc_str *out) VMC_MUST_CHECK;
/* The same with the type in words. */
void vmc_layout_declare_text(const char *type, const char *name, struct vmc_str *out);

/*
 * The definition with its size: of a struct, union or enum, or of a typedef, which
 * comes with the struct that it is another name for.
 */
struct vmc_error *vmc_layout_print(const struct vmc_type *t, const struct vmc_layout *l,
				   struct vmc_str *out) VMC_MUST_CHECK;

/*
 * One line for a member by path, as in "   [8] struct list_head *prev;". `whole` is
 * the struct that it is part of: the columns follow its size.
 */
struct vmc_error *vmc_layout_member(const struct vmc_type *whole, const struct vmc_member *m,
				    const char *path, const struct vmc_layout *l,
				    struct vmc_str *out) VMC_MUST_CHECK;

#endif
