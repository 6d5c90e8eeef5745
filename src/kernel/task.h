/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks, gathered by two independent walks: the pid tree (init_pid_ns.idr)
 * and the list from init_task with every thread group. A task found by only
 * one of them says so: a broken list is a finding, not a shorter listing.
 */
#ifndef VMC_KERNEL_TASK_H
#define VMC_KERNEL_TASK_H

#include "target/target.h"

struct vmc_task {
	uint64_t addr; /* struct task_struct */
	int32_t pid, tgid, ppid;
	char comm[17];
	uint64_t state; /* __state | exit_state << 32 as stored, decode with vmc_task_state() */
	int cpu;	/* last or current; -1 unknown */
	bool on_cpu;	/* current on `cpu` */
	bool is_idle;	/* a CPU's swapper */
	bool kthread;	/* PF_KTHREAD */
	uint64_t stack; /* lowest address; 0 freed or unknown */
	uint64_t mm;	/* 0 none */
	uint64_t flags; /* PF_* */
	uint64_t rss_pages, vm_pages; /* 0 unknown or kernel thread */
	uint64_t start_ns,
		last_ran_ns; /* start_time; sched_info.last_arrival or se.exec_start, 0 unknown */
	bool in_pids, in_list;
	const char *why_bad; /* members that could not be read; NULL */
};

struct vmc_tasks {
	VMC_VEC(struct vmc_task) tasks; /* idle tasks by CPU first, then by pid */
	struct vmc_arena arena;
	size_t only_in_pids, only_in_list;
	struct vmc_error *pids_problem, *list_problem; /* why a walk ended early; NULL */
};

struct vmc_error *vmc_tasks_read(struct vmc_target *t, struct vmc_tasks *ret) VMC_MUST_CHECK;
void vmc_tasks_deinit(struct vmc_tasks *l);
/* One task from its address. */
struct vmc_error *vmc_task_read(struct vmc_target *t, uint64_t addr,
				struct vmc_task *ret) VMC_MUST_CHECK;

/* "RU", "IN", "UN", "ID", "ZO" ... as crash's ps; static text. */
const char *vmc_task_state(struct vmc_target *t, const struct vmc_task *task);
/* "TASK_RUNNING", "TASK_UNINTERRUPTIBLE" ...; static text. */
const char *vmc_task_state_long(struct vmc_target *t, const struct vmc_task *task);

#endif
