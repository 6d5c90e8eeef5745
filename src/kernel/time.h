/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wall clock and time since boot, as the kernel's timekeeper had them (kernel/time/timekeeping.c).
 */
#ifndef VMC_KERNEL_TIME_H
#define VMC_KERNEL_TIME_H

#include "target/target.h"

struct vmc_time {
	int64_t wall_sec; /* since 1970, UTC */
	uint64_t wall_nsec;
	double uptime; /* seconds of CLOCK_MONOTONIC: without time in suspend */
};

struct vmc_error *vmc_time_read(struct vmc_target *t, struct vmc_time *ret) VMC_MUST_CHECK;

#endif
