/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding one kernel in physical memory, step by step; open.c knows the order.
 * Every step leaves the target as it was when it fails.
 */
#ifndef VMC_TARGET_FIND_H
#define VMC_TARGET_FIND_H

#include "target/target.h"

/* x86-64: where the kernel image is mapped, whatever KASLR does within it. */
#define VMC_START_KERNEL_MAP 0xffffffff80000000ull
#define VMC_KERNEL_MAP_LAST 0xffffffffbfffffffull

/* Contiguous pieces of the image mapping, with equal protection each. */
struct vmc_image_piece {
	struct vmc_range range;
	unsigned int flags; /* VMC_MAP_* */
};
struct vmc_image {
	struct vmc_image_piece pieces[64];
	size_t n;
};

/* Registers of all CPUs out of the notes. */
void vmc_find_notes(struct vmc_target *t);
/* Page table, image range and phys_base by VMCOREINFO, checked against init_uts_ns. */
struct vmc_error *vmc_find_by_vmcoreinfo(struct vmc_target *t,
					 struct vmc_image *ret) VMC_MUST_CHECK;
/* The same by the CPU state that QEMU left (CR3, CR4). */
struct vmc_error *vmc_find_by_cpu_state(struct vmc_target *t, struct vmc_image *ret) VMC_MUST_CHECK;
/* VMCOREINFO by looking at the start of physical pages: at most `budget` pages. */
struct vmc_error *vmc_find_vmcoreinfo_by_scan(struct vmc_target *t, uint64_t budget) VMC_MUST_CHECK;
/* VMCOREINFO by the kernel's own pointer to it, once symbols are known. */
struct vmc_error *vmc_find_vmcoreinfo_by_symbol(struct vmc_target *t) VMC_MUST_CHECK;
/* kallsyms: by VMCOREINFO's addresses, else by their shape in the image. */
struct vmc_error *vmc_find_symbols(struct vmc_target *t,
				   const struct vmc_image *image) VMC_MUST_CHECK;
/* Direct map, vmalloc and vmemmap bases. */
void vmc_find_regions(struct vmc_target *t);
/* BTF between __start_BTF and __stop_BTF. */
struct vmc_error *vmc_find_types(struct vmc_target *t) VMC_MUST_CHECK;
/* linux_banner and the release it names. */
struct vmc_error *vmc_find_banner(struct vmc_target *t) VMC_MUST_CHECK;
/* The build id, once symbols, VMCOREINFO and release are known. */
void vmc_find_build_id(struct vmc_target *t);
/*
 * Debug info: the files that were given, else from the usual places; `dump` is a file of the
 * dump, NULL for one in memory. Each becomes a row of `candidates`.
 */
void vmc_find_debuginfo(struct vmc_target *t, const struct vmc_open_options *o, const char *dump);
/* ORC tables of the kernel. */
void vmc_find_orc(struct vmc_target *t);

#endif
