/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file with the debug info of a piece of code: vmlinux for the kernel, a .ko (or its .debug)
 * for a module, and how the addresses in it become those of the running kernel.
 *
 * A .ko is a relocatable file: each of its sections has a place of its own in memory. It is opened
 * with these, so that all addresses of its DWARF are run-time ones and `shift` is 0. Files of
 * modules are looked for when the first address in that module is asked for, and not before.
 */
#ifndef VMC_TARGET_DEBUGFILE_H
#define VMC_TARGET_DEBUGFILE_H

#include "debug/source/scopes.h"
#include "target/target.h"

struct vmc_debugfile {
	struct vmc_elf *elf;
	const struct vmc_module *module; /* NULL: the kernel */
	uint64_t shift;			 /* run-time address minus the one in the file */
	struct source_info info;	 /* its DWARF; of a module with run-time addresses */
	struct vmc_cfi *cfi;		 /* of a module; NULL until asked for (target/cfi.h) */
	bool cfi_tried;
	uint64_t *bases; /* of a module: where each section of its file was loaded; 0 not at all */
};

/*
 * The file for the code at a run-time address, owned by the target; NULL where none was given or
 * found, where it has no DWARF, or where it does not fit: `unavailable` then says so of what was
 * given. The answer is kept, so that asking for each frame of a stack costs nothing.
 */
struct vmc_debugfile *vmc_target_debugfile(struct vmc_target *t, uint64_t pc);

/* A run-time address as the file has it. */
static inline uint64_t vmc_debugfile_address(const struct vmc_debugfile *f, uint64_t pc)
{
	return pc - f->shift;
}

void vmc_debugfile_free(struct vmc_debugfile *f);
VMC_DEFINE_CLEANUP(struct vmc_debugfile *, vmc_debugfile_free, vmc_cleanup_debugfilep)

#endif
