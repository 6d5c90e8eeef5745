/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types that were made of DWARF are kept as a profile in the cache, below the build id of
 * their vmlinux, so that only the first run has to go through hundreds of MB.
 */
#ifndef VMC_TARGET_PROFILE_H
#define VMC_TARGET_PROFILE_H

#include "target/target.h"

/* Takes the types from the profile of that vmlinux; false where none is kept, or none that is
 * whole. */
bool vmc_profile_use(struct vmc_target *t, struct vmc_elf *vmlinux);

/*
 * Keeps what was read of DWARF, if anything was. It takes about a second, so do this after the
 * answer is out. Where nothing can be written, a full disk or somebody else's home, all goes on
 * as before. Nothing is kept of a vmlinux without build id: nobody could tell whose it is.
 */
void vmc_profile_keep(struct vmc_target *t);

#endif
