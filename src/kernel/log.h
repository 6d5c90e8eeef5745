/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log, in its three generations: printk_ringbuffer (5.10 on),
 * records in log_buf (3.5 to 5.9), characters in log_buf (before 3.5).
 * Needs VMCOREINFO or types; one bad page costs the records on it.
 */
#ifndef VMC_KERNEL_LOG_H
#define VMC_KERNEL_LOG_H

#include "target/target.h"

struct vmc_log_record {
	uint64_t seq;
	uint64_t time_ns;
	bool has_time;	     /* characters have a time only where printk.time was on */
	int level, facility; /* -1 unknown */
	bool has_caller;
	uint32_t caller;  /* bit 31: CPU number, else thread id */
	const char *text; /* may hold newlines; control characters as stored */
	size_t len;
	const char *why_bad;		/* the text is (partly) missing: the reason; NULL */
	const char *subsystem, *device; /* dev_printk's, "" when none */
};

struct vmc_log {
	VMC_VEC(struct vmc_log_record) records; /* oldest first */
	struct vmc_arena arena;
	const char *generation;	   /* "printk_ringbuffer", "records", "characters" */
	uint64_t lost;		   /* records that could not be read at all */
	struct vmc_error *problem; /* first reason when lost > 0 or text is missing */
};

struct vmc_error *vmc_log_read(struct vmc_target *t, struct vmc_log *ret) VMC_MUST_CHECK;
void vmc_log_deinit(struct vmc_log *l);

/*
 * The record as dmesg prints it: "[    1.234567] text" and a newline, the text alone where it has
 * no time; further lines of a record are indented by the width of the prefix. Unprintable bytes as
 * \xNN.
 */
void vmc_log_format(const struct vmc_log_record *r, struct vmc_str *out);

#endif
