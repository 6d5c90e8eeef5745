/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types as users name them: "list_head", "struct list_head", "spinlock_t",
 * "unsigned long", in the kernel or in a module that has types of its own.
 */
#ifndef VMC_COMMAND_TYPENAME_H
#define VMC_COMMAND_TYPENAME_H

#include "command/command.h"

/* What a type may be. */
enum vmc_typename_want {
	VMC_WANT_RECORD, /* struct, union, or a typedef of one */
	VMC_WANT_ANY,
};

struct vmc_typename {
	const struct vmc_type *type; /* as it was named: perhaps a typedef */
	const char *module;	     /* whose own type it is; NULL: the kernel's */
	char *note; /* "[virtio_blk; another one in: nvme]"; NULL for the kernel; of the arena */
	struct vmc_arena arena;
};

/*
 * The kernel's types come before those of modules, and of these those of the module
 * `near` (may be NULL) first. VMC_NOT_FOUND also when the dump has no types.
 */
struct vmc_error *vmc_typename_find(const struct vmc_session *s, const char *name,
				    enum vmc_typename_want want, const struct vmc_module *near,
				    struct vmc_typename *ret) VMC_MUST_CHECK;
void vmc_typename_deinit(struct vmc_typename *n);
#define vmc_autotypename vmc_cleanup(vmc_typename_deinit)

/* Can a line that starts with this word be short for `struct word`? */
bool vmc_typename_is(const struct vmc_session *s, const char *word);

#endif
