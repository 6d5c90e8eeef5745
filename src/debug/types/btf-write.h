/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of any source as BTF bytes, which vmc_btf_open() reads again.
 *
 * DWARF repeats a type in each unit that includes its header; BTF has each once. Two types are one
 * here when they look the same: kind, name, size, and of each member name, place and the spelling
 * of its type. (Two structs of one name that differ only in what a struct of one name far below
 * them is become one: the first.) What is entered first gets the lower number, and so is what a
 * search by name finds.
 *
 * What BTF cannot say or what cannot be read is left out: a member, or what a pointer points to,
 * which then is void. Enums are all of the 64-bit kind, as only that tells signs in any case.
 */
#ifndef VMC_DEBUG_BTF_WRITE_H
#define VMC_DEBUG_BTF_WRITE_H

#include "debug/types/type.h"

struct vmc_btf_writer;

/* Types that are entered must live until vmc_btf_writer_finish(). */
struct vmc_error *vmc_btf_writer_new(struct vmc_btf_writer **ret) VMC_MUST_CHECK;
void vmc_btf_writer_free(struct vmc_btf_writer *w);

/*
 * From now on structs and unions other than those named here keep their size only. Without a call
 * all have their members.
 */
struct vmc_error *vmc_btf_writer_keep(struct vmc_btf_writer *w,
				      const struct vmc_type *t) VMC_MUST_CHECK;

/* Enters a type; what it refers to follows by itself. Nothing of it is read yet. */
struct vmc_error *vmc_btf_writer_type(struct vmc_btf_writer *w,
				      const struct vmc_type *t) VMC_MUST_CHECK;
struct vmc_error *vmc_btf_writer_variable(struct vmc_btf_writer *w, const char *name,
					  const struct vmc_type *t) VMC_MUST_CHECK;

/*
 * All of it as bytes, which are the caller's to free(). Only once. VMC_LIMIT: more than four
 * million types, or 4 GiB.
 */
struct vmc_error *vmc_btf_writer_finish(struct vmc_btf_writer *w, uint8_t **ret,
					size_t *ret_size) VMC_MUST_CHECK;

VMC_DEFINE_CLEANUP(struct vmc_btf_writer *, vmc_btf_writer_free, vmc_cleanup_btf_writerp)

#endif
