/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks for the made-up kernel of ../target/mini.h, laid out as in Linux 6.1
 * (or 4.18, where members had other names), with a list, a pid tree, CPUs
 * and what runs on them.
 */
#ifndef VMC_TESTS_TASKS_H
#define VMC_TESTS_TASKS_H

#include "../target/mini.h"

#define TASK_STACK 16384u
#define PF_KTHREAD 0x00200000u

/* Where in memory the tasks' things lie. */
struct people {
	struct mini *m;
	bool old;	    /* 4.18: radix tree, task_struct.state and .pids */
	uint64_t init_task; /* pid 0, the head of the list; itself no element */
	uint64_t node;	    /* the only node of the pid tree */
	uint64_t last;	    /* list_head of the last task in the list */
	uint64_t runqueues; /* offset of the per-CPU variable */
	unsigned int pids;
};

/* Types, init_task, init_pid_ns. */
struct people people(struct mini *m, bool old);

enum { NOWHERE, IN_PIDS = 1, IN_LIST = 2, EVERYWHERE = 3 };

/* A process with a stack and a signal_struct; `where`: IN_*. */
uint64_t add_process(struct people *p, int pid, const char *comm, unsigned int where);
/* A further thread of the process. */
uint64_t add_thread(struct people *p, uint64_t leader, int pid, const char *comm,
		    unsigned int where);
/* n CPUs with an idle task each, current on it. */
void add_cpus(struct people *p, size_t n);
/* The task runs there. */
void run_on(struct people *p, size_t cpu, uint64_t task);
uint64_t stack_of(struct people *p, uint64_t task);

#endif
