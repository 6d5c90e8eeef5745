/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address spaces over a dump: the kernel's, and those of processes. Every
 * failed read says the virtual address, how far translation came, and why the
 * bytes are absent.
 */
#ifndef VMC_MEMORY_MEMORY_H
#define VMC_MEMORY_MEMORY_H

#include "dump/dump.h"
#include "machine/machine.h"

struct vmc_memory;

/* A region [start, start + size) of virtual addresses that maps linearly to paddr = va - start + phys. */
struct vmc_linear {
	uint64_t start, size, phys;
};

/* `dump` is borrowed. Until regions or a page table are set, every read is VMC_UNMAPPED. */
struct vmc_error *vmc_memory_new(struct vmc_dump *dump, struct vmc_memory **ret) VMC_MUST_CHECK;
void vmc_memory_free(struct vmc_memory *m);

/* The kernel's page table; used for everything that no linear region covers. Clears caches. */
void vmc_memory_set_page_table(struct vmc_memory *m, const struct vmc_page_table *pt);
/* NULL when none is set. */
const struct vmc_page_table *vmc_memory_page_table(const struct vmc_memory *m);

/* Direct map, kernel text: arithmetic instead of a walk. At most 8; later ones win. */
struct vmc_error *vmc_memory_add_linear(struct vmc_memory *m, struct vmc_linear l) VMC_MUST_CHECK;
void vmc_memory_clear_linear(struct vmc_memory *m);

struct vmc_error *vmc_memory_translate(struct vmc_memory *m, uint64_t va, uint64_t *ret_paddr)
	VMC_MUST_CHECK;

/* Kernel virtual read. */
struct vmc_error *vmc_memory_read(struct vmc_memory *m, uint64_t va, void *buf, size_t size)
	VMC_MUST_CHECK;
/* The same in the address space of the page table `pt` (a process). */
struct vmc_error *vmc_memory_read_user(struct vmc_memory *m, const struct vmc_page_table *pt,
				       uint64_t va, void *buf, size_t size) VMC_MUST_CHECK;
struct vmc_error *vmc_memory_read_phys(struct vmc_memory *m, uint64_t paddr, void *buf, size_t size)
	VMC_MUST_CHECK;

/*
 * A NUL-terminated string of at most size - 1 bytes into buf (always
 * terminated on success, cut where longer). Fails only when its first bytes cannot be read.
 */
struct vmc_error *vmc_memory_read_string(struct vmc_memory *m, uint64_t va, char *buf, size_t size)
	VMC_MUST_CHECK;

/*
 * Like vmc_memory_read, but pages that are absent are left as zero bytes. *ret_missing
 * counts them; the first error is returned in *ret_why (owned by the caller, may be NULL).
 * For big tables where one bad page must not cost the rest.
 */
void vmc_memory_read_holes(struct vmc_memory *m, uint64_t va, void *buf, size_t size,
			   size_t *ret_missing, struct vmc_error **ret_why);

struct vmc_reader vmc_memory_reader(struct vmc_memory *m);
struct vmc_reader vmc_memory_phys_reader(struct vmc_memory *m);
struct vmc_dump *vmc_memory_dump(const struct vmc_memory *m);

VMC_DEFINE_CLEANUP(struct vmc_memory *, vmc_memory_free, vmc_cleanup_memoryp)

#endif
