/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A typed value of a dump as text, laid out as crash (that is gdb) does it:
 *
 *     struct list_head {
 *       next = 0xffffffffc02410c8 <__this_module+8>,
 *       prev = 0xffffffffc023c2c8 <__this_module+8>
 *     }
 *
 * or in brief on one line, for the arguments of a function:
 *
 *     {next = 0xffffffffc02410c8 <__this_module+8>, prev = 0xffffffffc023c2c8 <__this_module+8>}
 *
 * Types and bytes are both hostile. Bytes are first copied into an image that
 * knows which of them are missing, so a page that is not in the dump costs
 * only the members that lie in it: these show "<reason>". Nesting, elements
 * of an array and the number of values are limited.
 */
#ifndef VMC_TARGET_VALUE_H
#define VMC_TARGET_VALUE_H

#include "base/reader.h"
#include "base/str.h"
#include "debug/types/type.h"
#include "target/target.h"

/* Largest object that is shown: the kernel's biggest structs have some 100 KiB. */
#define VMC_VALUE_MAX (1u << 20)
/* Elements of an array, and bytes of a text, before "...": crash's print_max. */
#define VMC_VALUE_ELEMENTS 256

/* Why a byte of a value that was put together is missing, besides the codes of errors. */
#define VMC_IMAGE_OPTIMISED_OUT VMC_CODE_COUNT

/* Copied bytes of memory. Zero-initialise. */
struct vmc_image {
	uint64_t addr;
	uint8_t *data;
	uint64_t size;
	uint8_t *absent;       /* by page of memory: enum vmc_code, VMC_OK where it could be read */
	bool by_byte;	       /* `absent` is by byte: put together of registers and others */
	size_t n_pages;	       /* that the range touches */
	size_t n_absent;       /* of them */
	struct vmc_error *why; /* the first page's that could not be read */
};

/*
 * Copies what can be read of [addr, addr + size). Fails for more than VMC_VALUE_MAX bytes
 * (VMC_LIMIT), a range that wraps (VMC_UNMAPPED), and without memory; never for missing pages.
 */
struct vmc_error *vmc_image_read(const struct vmc_reader *mem, uint64_t addr, uint64_t size,
				 struct vmc_image *ret) VMC_MUST_CHECK;
/* Zeroes, of at most VMC_VALUE_MAX bytes, each of which may be marked absent. */
struct vmc_error *vmc_image_make(uint64_t size, struct vmc_image *ret) VMC_MUST_CHECK;
void vmc_image_deinit(struct vmc_image *image);
#define vmc_autoimage vmc_cleanup(vmc_image_deinit)

/* How values are shown. Zero-initialise, then set. */
struct vmc_printer {
	struct vmc_reader mem;	   /* strings and what pointers lead to are read from here */
	struct vmc_target *target; /* has names for what pointers point to; NULL: no names */
	bool brief;		   /* on one line, one level, and not much of anything long */
	bool hex;		   /* integers too, not only pointers */
	bool follow;		   /* pointers among the members of a struct: crash's `struct -p` */
	unsigned int base;	   /* columns in front of every line but the first */
	unsigned int shown;	   /* values so far: see PRINTED_MAX */
	struct vmc_error *problem; /* first that was wrong with a type, or a limit; owned */
};
void vmc_printer_deinit(struct vmc_printer *p);
#define vmc_autoprinter vmc_cleanup(vmc_printer_deinit)

/*
 * Writes the value of `m`, whose bit_offset counts from the start of the image,
 * without its name. Further lines are indented by base + 2 * level and more.
 */
void vmc_value_print(struct vmc_printer *p, const struct vmc_image *image,
		     const struct vmc_member *m, unsigned int level, struct vmc_str *out);

/*
 * A pointer of `struct -p` in whole lines: its declaration and value, below it
 * behind "->" what it points to. False when m is no pointer and nothing was written.
 */
bool vmc_value_follow(struct vmc_printer *p, const struct vmc_image *image,
		      const struct vmc_member *m, const char *name, struct vmc_str *out);

#endif
