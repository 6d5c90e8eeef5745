/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vmlinux out of a package as it was downloaded: rpm, deb, ddeb, tar, or
 * just compressed. Only that member is unpacked, into the cache, so that a
 * second run opens no package. No name of a member is ever used as a path.
 */
#ifndef VMC_DEBUG_PACKAGE_H
#define VMC_DEBUG_PACKAGE_H

#include "base/str.h"
#include "debug/source/kernel-id.h"

/* By the first bytes of a file (512 tell all kinds): "an RPM package" ...; NULL for none of these.
 */
const char *vmc_package_kind(const uint8_t *head, size_t n);
/* The same of a file; NULL as well where it cannot be read. */
const char *vmc_package_kind_of(const char *path);

/*
 * Path of the unpacked vmlinux, which fits. Where one that fits was unpacked before, from
 * whichever package, this one is not opened: *ret_cached. VMC_MISMATCH: that of another kernel is
 * in it; VMC_NOT_FOUND: none; VMC_DAMAGED, VMC_TRUNCATED: the package is broken; VMC_LIMIT.
 */
struct vmc_error *vmc_package_kernel(const char *path, const struct vmc_kernel_id *want,
				     struct vmc_str *ret, bool *ret_cached) VMC_MUST_CHECK;

#endif
