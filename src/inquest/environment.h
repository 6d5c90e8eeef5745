/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tells of the environment: words of log lines, the ends of release names, the names
 * that firmware gives a machine. Data only: nothing but names follows from a release.
 */
#ifndef VMC_INQUEST_ENVIRONMENT_H
#define VMC_INQUEST_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

enum vmc_sign_kind {
	VMC_SIGN_BANNER,
	VMC_SIGN_CMDLINE,
	VMC_SIGN_MEMORY,
	VMC_SIGN_CPUS,
	VMC_SIGN_HYPERVISOR, /* its name follows */
	VMC_SIGN_HARDWARE,   /* the firmware's names follow */
	VMC_SIGN_LIVEPATCH,
	VMC_SIGN_FACT, /* the line is proof enough */
	VMC_SIGN_KIND_COUNT,
};

/* A word of a log line. At least four bytes; VMC_SIGNS_MAX rows. */
struct vmc_sign {
	const char *word;
	bool at_start; /* the line begins with it */
	enum vmc_sign_kind kind;
	const char *name, *value; /* of a fact */
};
extern const struct vmc_sign vmc_signs[];
extern const size_t vmc_n_signs;

/* What a release name ends with, roughly: who built the kernel. The first row that fits. */
struct vmc_distribution {
	const char *mark;    /* part of the release */
	const char *name;    /* what it is called */
	bool numbered;	     /* digits behind the mark are its version */
	const char *builder; /* the banner must have this too; NULL */
};
extern const struct vmc_distribution vmc_distributions[];
extern const size_t vmc_n_distributions;

/* Minor releases of the RHEL family: the kernel that each began with, and keeps. */
struct vmc_rhel_stream {
	const char *prefix; /* of the release */
	const char *minor;
};
extern const struct vmc_rhel_stream vmc_rhel_streams[];
extern const size_t vmc_n_rhel_streams;

/* Who built a kernel of the RHEL family, by the host in the banner. */
struct vmc_builder {
	const char *host, *name;
};
extern const struct vmc_builder vmc_builders[];
extern const size_t vmc_n_builders;

/* "Hardware name: " and "DMI: " of virtual machines, by their beginning. */
struct vmc_virtual {
	const char *hardware;
	const char *hypervisor; /* NULL: the name does not tell */
	const char *cloud;	/* NULL */
	const char *unless;	/* but not if this follows: the provider's real machines; NULL */
};
extern const struct vmc_virtual vmc_virtuals[];
extern const size_t vmc_n_virtuals;

/* Machine (uname -m) by a part of the release. */
struct vmc_machine_mark {
	const char *mark, *machine;
};
extern const struct vmc_machine_mark vmc_machine_marks[];
extern const size_t vmc_n_machine_marks;

#endif
