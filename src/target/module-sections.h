/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the sections of a module were loaded: as the kernel keeps it for
 * /sys/module/NAME/sections (struct module.sect_attrs, kernel/module/sysfs.c), or, where that
 * cannot be read, as the module's symbols in memory and in its file tell it.
 */
#ifndef VMC_TARGET_MODULE_SECTIONS_H
#define VMC_TARGET_MODULE_SECTIONS_H

#include "target/target.h"

struct vmc_module_section {
	const char *name;
	uint64_t address;
};

struct vmc_module_sections {
	VMC_VEC(struct vmc_module_section) sections; /* in the order of the module's file */
	struct vmc_arena arena;
};

/* Empty where the kernel does not keep them, or where they cannot be read. */
void vmc_module_sections_read(struct vmc_target *t, const struct vmc_module *m,
			      struct vmc_module_sections *ret);
void vmc_module_sections_deinit(struct vmc_module_sections *s);
#define vmc_auto_module_sections vmc_cleanup(vmc_module_sections_deinit)

/* The linker's build id out of the notes that were loaded with it; false where there is none. */
bool vmc_module_build_id(struct vmc_target *t, const struct vmc_module_sections *s,
			 char ret[VMC_BUILD_ID_TEXT]);

/*
 * Where each section of the module's file was loaded, by its number in the file, 0 for those that
 * were not; the caller frees it. VMC_NOT_FOUND: neither way tells any of them.
 */
struct vmc_error *vmc_module_bases(struct vmc_target *t, struct vmc_module *m,
				   const struct vmc_module_sections *s, struct vmc_elf *e,
				   uint64_t **ret, size_t *ret_n) VMC_MUST_CHECK;

#endif
