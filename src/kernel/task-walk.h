/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the tasks are: the two walks of task.h, which only collect addresses.
 *
 *   by pid    a tree of struct pid by number (4.15 on: init_pid_ns.idr), before that a hash
 *             table of struct upid (pid_hash, 1 << pidhash_shift chains)
 *   by list   init_task.tasks links the leaders; signal->thread_head the threads of each,
 *             before 3.14 thread_group, a ring of tasks without a head
 */
#ifndef VMC_KERNEL_TASK_WALK_H
#define VMC_KERNEL_TASK_WALK_H

#include "target/target.h"

#define VMC_TASKS_MAX (4u << 20) /* PID_MAX_LIMIT */

enum { VMC_TASK_BY_PID = 1, VMC_TASK_BY_LIST = 2 };

struct vmc_task_walks {
	struct vmc_map found;	 /* address -> VMC_TASK_BY_... that found it */
	VMC_VEC(uint64_t) order; /* addresses in the order in which they were found */
	struct vmc_error *pids_problem, *list_problem; /* why a walk is not complete; NULL */
};

/* Both walks, each as far as it goes. */
void vmc_task_walks(struct vmc_target *t, struct vmc_task_walks *ret);
void vmc_task_walks_deinit(struct vmc_task_walks *w);
#define vmc_autowalks vmc_cleanup(vmc_task_walks_deinit)

#endif
