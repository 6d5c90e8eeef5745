/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which kernel debug info is wanted for, and what a file has of the same: the
 * linker's build id, the banner, the release. The build id decides where both
 * sides have one. One release may have been built more than once, which only
 * the banner's time of build or the build id tells.
 */
#ifndef VMC_DEBUG_KERNEL_ID_H
#define VMC_DEBUG_KERNEL_ID_H

#include "base/bytes.h"
#include "base/error.h"
#include "debug/symbols/elfsym.h"

struct vmc_kernel_id {
	char release[65];		  /* "" unknown */
	char build_id[VMC_BUILD_ID_TEXT]; /* lower-case hex, "" unknown */
	const char *banner;		  /* "Linux version ...", NULL unknown */
};

/*
 * True for releases that wrote something else than their build id into
 * VMCOREINFO's BUILD-ID. There is nothing in the dump by which it could be seen.
 */
bool vmc_build_id_is_garbage(const char *release);

/* VMC_MISMATCH with a sentence that says of what the file is instead. */
struct vmc_error *vmc_kernel_id_check(const struct vmc_kernel_id *want,
				      struct vmc_elf *e) VMC_MUST_CHECK;

#endif
