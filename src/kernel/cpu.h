/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs: which exist, what ran on each, with which registers; and which of
 * them panicked.
 */
#ifndef VMC_KERNEL_CPU_H
#define VMC_KERNEL_CPU_H

#include "target/unwind.h"

struct vmc_cpu {
	int cpu;
	bool present;
	bool online;   /* by hot-plug state: a CPU that the panic stopped still counts */
	uint64_t task; /* current task; 0 unknown */
	bool has_regs;
	struct vmc_regs regs; /* at the time of the dump */
};

struct vmc_cpus {
	VMC_VEC(struct vmc_cpu) cpus; /* possible CPUs that are present */
	size_t present, offline;
	int panic_cpu;	      /* -1 none */
	const char *panic_by; /* where panic_cpu comes from: "panic_cpu", "crashing_cpu", "log",
				 "stack"; NULL */
};

struct vmc_error *vmc_cpus_read(struct vmc_target *t, struct vmc_cpus *ret) VMC_MUST_CHECK;
void vmc_cpus_deinit(struct vmc_cpus *c);

/* Backtrace of what is on that CPU: from its registers, else by scanning the task's stack. */
struct vmc_error *vmc_cpu_backtrace(struct vmc_target *t, const struct vmc_cpu *cpu,
				    struct vmc_trace *ret) VMC_MUST_CHECK;

#endif
