/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How good a log is as evidence: what of it is missing, what stands in it twice, and how
 * many boots it holds. Whoever counts lines asks here which of them are only repetitions;
 * whoever looks for a cause, which boot it belongs to.
 */
#ifndef VMC_OOPS_QUALITY_H
#define VMC_OOPS_QUALITY_H

#include "base/vec.h"
#include "oops/oops.h"

enum vmc_log_flaw_kind {
	VMC_FLAW_BROKEN,   /* the line was cut off by what was written into it */
	VMC_FLAW_REPEATED, /* lines that stand further up already, with the same times */
	VMC_FLAW_LEFT_OUT, /* "...": whoever saved the log left lines out */
	VMC_FLAW_LOST, /* messages that the kernel or a logging daemon lost, as it says itself */
	VMC_FLAW_SUPPRESSED, /* messages that were too many, and were counted only */
	VMC_FLAW_NO_START,   /* the log begins long after the boot */
	VMC_FLAW_NO_END,     /* it ends in the middle of a call trace */
	VMC_FLAW_KINDS,
};

/* Indexes are those of the lines given. */
struct vmc_log_flaw {
	enum vmc_log_flaw_kind kind;
	size_t first, last;
	size_t original; /* repeated: the line that `first` repeats. broken: what stands in it */
	uint64_t count;	 /* messages, where the log says how many; else 1 */
};

struct vmc_log_boot {
	size_t first, end; /* lines [first, end) */
	size_t banner;	   /* "Linux version"; SIZE_MAX where it is missing */
	bool is_capture;   /* of a kernel that was started to save the dump of the one before */
};

struct vmc_log_quality {
	VMC_VEC(struct vmc_log_flaw) flaws; /* in the order of the log, VMC_LOG_FLAWS_MAX at most */
	uint64_t n_flaws[VMC_FLAW_KINDS];   /* all of them */
	uint64_t n_messages[VMC_FLAW_KINDS]; /* the counts of all of them together */
	VMC_VEC(struct vmc_log_boot) boots;  /* one at least, unless there are no lines */
	uint64_t *repeats;		     /* a bit for each line; NULL: none */
	size_t n_lines;
};

#define VMC_LOG_FLAWS_MAX 4096
#define VMC_LOG_BOOTS_MAX 4096

struct vmc_error *vmc_log_quality_of(const struct vmc_log_lines *lines,
				     struct vmc_log_quality *ret) VMC_MUST_CHECK;
/* The line stands in the log a second time, and the other copy is at least as good. */
bool vmc_log_is_repeat(const struct vmc_log_quality *q, size_t index);
/* Number of the boot that the line belongs to; 0 where nothing is known. */
size_t vmc_log_boot_of(const struct vmc_log_quality *q, size_t index);
void vmc_log_quality_deinit(struct vmc_log_quality *q);

#endif
