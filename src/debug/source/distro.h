/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose kernel is it, and what is the package with its vmlinux called there? The
 * facts are rows of distro.def; here they are matched against release and
 * banner, and their placeholders filled in.
 */
#ifndef VMC_DEBUG_DISTRO_H
#define VMC_DEBUG_DISTRO_H

#include "base/str.h"
#include "base/vec.h"
#include "debug/source/kernel-id.h"

struct vmc_distro_advice {
	const char *id, *name;	     /* "centos", "CentOS"; NULL: not known whose kernel it is */
	const char *version;	     /* of the packages, NULL where the kernel does not tell it */
	VMC_VEC(const char *) files; /* of packages: "kernel-debuginfo-R.rpm" */
	VMC_VEC(const char *) commands;	 /* that install or fetch them */
	VMC_VEC(const char *) addresses; /* where they can be downloaded */
	const char *note;		 /* a sentence for vmc_say(), or NULL */
};

/* Strings live in the arena. A kernel of nobody known gives an empty advice. */
struct vmc_error *vmc_distro_advise(const struct vmc_kernel_id *id, struct vmc_arena *arena,
				    struct vmc_distro_advice *ret) VMC_MUST_CHECK;
void vmc_distro_advice_deinit(struct vmc_distro_advice *a);

#endif
