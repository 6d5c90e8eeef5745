/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as a whole: names, time, load, memory, taint, command line,
 * hypervisor. Members that could not be read are marked by their has_ flag or
 * an empty string, with the reason in the target's list of unavailable things.
 */
#ifndef VMC_KERNEL_SYSTEM_H
#define VMC_KERNEL_SYSTEM_H

#include "target/target.h"

struct vmc_system {
	char nodename[65], release[65], version[65], machine[65];
	bool has_date;
	int64_t date;	       /* wall clock at the dump, seconds since 1970 UTC */
	const char *date_from; /* "timekeeper", "CRASHTIME", "dump header" */
	bool has_uptime;
	double uptime;		 /* seconds of monotonic time since boot */
	const char *uptime_from; /* "timekeeper"; "log" where a report took the last stamp instead */
	bool has_load;
	double load[3];
	bool has_memory;
	uint64_t memory_bytes; /* present pages of all nodes */
	uint64_t cpu_khz;      /* 0 unknown */
	bool has_taint;
	uint64_t taint;
	char cmdline[4096];
	char hypervisor[160]; /* "KVM", "QEMU (Standard PC ...)"; "" none or unknown */
};

void vmc_system_read(struct vmc_target *t, struct vmc_system *ret);

/* Letter of taint bit n ('P', 'F', ...), 0 beyond the known. */
char vmc_taint_letter(unsigned int bit);
/* "GOE"-like letters of a mask (no spaces) into buf; module taints as well. */
void vmc_taint_letters(uint64_t mask, char *buf, size_t size);

#endif
