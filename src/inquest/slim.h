/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slim: the pages that an analysis touched, as a dump of their own that gives
 * the same report.
 */
#ifndef VMC_INQUEST_SLIM_H
#define VMC_INQUEST_SLIM_H

#include "target/target.h"

struct vmc_slim_stats {
	uint64_t pages; /* written */
	uint64_t bytes; /* size of the file */
};

/*
 * `t` must have been opened with options.record. Works the case through once
 * more (report, every task's backtrace, every module's symbols), then writes what was
 * read to `out` as a kdump file with the same notes and page frame numbers.
 */
struct vmc_error *vmc_slim(struct vmc_target *t, const char *path, const char *out,
			   struct vmc_slim_stats *stats) VMC_MUST_CHECK;

#endif
