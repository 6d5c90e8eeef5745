/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tasks.h"

#include <string.h>

#define RUNQUEUES 0x1000u /* the per-CPU addresses of the variables */
#define CPUHP_STATE 0x1100u
#define AREA 0x2000u

static const struct mini_struct common_types[] = {
	{ "list_head", 16, { { "next", "u64", 0 }, { "prev", "u64", 8 } } },
	{ "hlist_node", 16, { { "next", "u64", 0 }, { "pprev", "u64", 8 } } },
	{ "hlist_head", 8, { { "first", "u64", 0 } } },
	{ "pid_link", 24, { { "node", "hlist_node", 0 }, { "pid", "u64", 16 } } },
	{ "atomic_long_t", 8, { { "counter", "s64", 0 } } },
	{ "thread_info", 24, { { "flags", "u64", 0 }, { "cpu", "u32", 16 } } },
	{ "thread_struct", 64, { { "sp", "u64", 24 } } },
	{ "sched_entity", 64, { { "exec_start", "u64", 16 } } },
	{ "sched_info", 32, { { "last_arrival", "u64", 16 } } },
	{ "signal_struct", 64, { { "thread_head", "list_head", 16 } } },
	{ "pid", 128, { { "count", "u32", 0 }, { "tasks", "hlist_head", 16, 4 } } },
	{ "mm_rss_stat", 32, { { "count", "atomic_long_t", 0, 4 } } },
	{ "mm_struct",
	  128,
	  { { "pgd", "u64", 8 }, { "total_vm", "u64", 16 }, { "rss_stat", "mm_rss_stat", 32 } } },
	{ "rq", 64, { { "idle", "u64", 8 }, { "curr", "u64", 16 } } },
	{ "cpuhp_cpu_state", 16, { { "state", "s32", 0 } } },
	{ "inactive_task_frame",
	  56,
	  { { "r15", "u64", 0 },
	    { "r14", "u64", 8 },
	    { "r13", "u64", 16 },
	    { "r12", "u64", 24 },
	    { "bx", "u64", 32 },
	    { "bp", "u64", 40 },
	    { "ret_addr", "u64", 48 } } },
};

static const struct mini_struct new_types[] = {
	{ "xarray", 16, { { "xa_flags", "u32", 4 }, { "xa_head", "u64", 8 } } },
	{ "xa_node", 576, { { "shift", "u8", 0 }, { "slots", "u64", 40, 64 } } },
	{ "idr", 24, { { "idr_rt", "xarray", 0 }, { "idr_next", "u32", 20 } } },
	{ "pid_namespace", 64, { { "idr", "idr", 8 } } },
	{ "task_struct",
	  512,
	  { { "thread_info", "thread_info", 0 },
	    { "__state", "u32", 24 },
	    { "stack", "u64", 32 },
	    { "flags", "u32", 44 },
	    { "sched_info", "sched_info", 64 },
	    { "tasks", "list_head", 96 },
	    { "mm", "u64", 112 },
	    { "active_mm", "u64", 120 },
	    { "exit_state", "s32", 128 },
	    { "pid", "s32", 136 },
	    { "tgid", "s32", 140 },
	    { "real_parent", "u64", 144 },
	    { "pid_links", "hlist_node", 160, 4 },
	    { "thread_node", "list_head", 224 },
	    { "start_time", "u64", 240 },
	    { "comm", "char", 248, 16 },
	    { "signal", "u64", 264 },
	    { "se", "sched_entity", 272 },
	    { "thread", "thread_struct", 336 } } },
};

static const struct mini_struct old_types[] = {
	{ "radix_tree_root", 16, { { "gfp_mask", "u32", 4 }, { "rnode", "u64", 8 } } },
	{ "radix_tree_node", 576, { { "shift", "u8", 0 }, { "slots", "u64", 40, 64 } } },
	{ "idr", 24, { { "idr_rt", "radix_tree_root", 0 }, { "idr_next", "u32", 20 } } },
	{ "pid_namespace", 64, { { "idr", "idr", 8 } } },
	{ "task_struct",
	  512,
	  { { "state", "s64", 16 },
	    { "stack", "u64", 32 },
	    { "flags", "u32", 44 },
	    { "cpu", "u32", 56 },
	    { "tasks", "list_head", 96 },
	    { "mm", "u64", 112 },
	    { "exit_state", "s32", 128 },
	    { "pid", "s32", 136 },
	    { "tgid", "s32", 140 },
	    { "real_parent", "u64", 144 },
	    { "pids", "pid_link", 152, 3 },
	    { "thread_node", "list_head", 224 },
	    { "start_time", "u64", 240 },
	    { "comm", "char", 248, 16 },
	    { "signal", "u64", 264 },
	    { "se", "sched_entity", 272 },
	    { "thread", "thread_struct", 336 } } },
};

struct people people(struct mini *m, bool old)
{
	struct people p = { .m = m, .old = old };
	uint64_t ns;

	mini_struct(m, common_types, VMC_ARRAY_SIZE(common_types));
	if (old)
		mini_struct(m, old_types, VMC_ARRAY_SIZE(old_types));
	else
		mini_struct(m, new_types, VMC_ARRAY_SIZE(new_types));
	p.init_task = mini_variable(m, "init_task", 512);
	ns = mini_variable(m, "init_pid_ns", 64);
	p.node = mini_direct(m, mini_alloc(m, 576));
	/* the low bits tell a node from a pid: 2 in an xarray, 1 in a radix tree */
	if (old)
		mini_set(m, ns, "pid_namespace.idr.idr_rt.rnode", p.node | 1);
	else
		mini_set(m, ns, "pid_namespace.idr.idr_rt.xa_head", p.node | 2);
	mini_put(m, p.init_task + 248, "swapper/0", 9);
	p.last = p.init_task + mini_offset(m, "task_struct.tasks");
	mini_u64(m, p.last, p.last);
	return p;
}

static void put_in_pids(struct people *p, uint64_t task)
{
	uint64_t pid = mini_direct(p->m, mini_alloc(p->m, 128));
	const char *link = p->old ? "task_struct.pids[0].node" : "task_struct.pid_links[0]";

	mini_set(p->m, pid, "pid.tasks[0].first", task + mini_offset(p->m, link));
	mini_u64(p->m, p->node + 40 + 8 * (uint64_t)p->pids++, pid);
}

static uint64_t add_task(struct people *p, int pid, const char *comm)
{
	uint64_t task = mini_direct(p->m, mini_alloc(p->m, 512));

	mini_set(p->m, task, "task_struct.pid", (uint64_t)pid);
	mini_set(p->m, task, "task_struct.tgid", (uint64_t)pid);
	mini_set(p->m, task, "task_struct.stack", mini_direct(p->m, mini_pages(p->m, 4)));
	mini_set(p->m, task, "task_struct.real_parent", p->init_task);
	mini_put(p->m, task + mini_offset(p->m, "task_struct.comm"), comm, strlen(comm));
	return task;
}

/* Puts the list_head `link` behind the one at `last`, in the circle of `head`. */
static void chain(struct mini *m, uint64_t last, uint64_t link, uint64_t head)
{
	mini_u64(m, last, link);
	mini_u64(m, link, head);
}

uint64_t add_process(struct people *p, int pid, const char *comm, unsigned int where)
{
	uint64_t task = add_task(p, pid, comm);
	uint64_t signal = mini_direct(p->m, mini_alloc(p->m, 64));
	uint64_t threads = signal + mini_offset(p->m, "signal_struct.thread_head");
	uint64_t link = task + mini_offset(p->m, "task_struct.tasks");

	mini_set(p->m, task, "task_struct.signal", signal);
	chain(p->m, threads, task + mini_offset(p->m, "task_struct.thread_node"), threads);
	if (where & IN_PIDS)
		put_in_pids(p, task);
	if (where & IN_LIST) {
		chain(p->m, p->last, link, p->init_task + mini_offset(p->m, "task_struct.tasks"));
		p->last = link;
	}
	return task;
}

static uint64_t read_u64(const struct mini *m, uint64_t addr)
{
	return vmc_le64(m->mem + (mini_physical(m, addr) - m->phys));
}

uint64_t add_thread(struct people *p, uint64_t leader, int pid, const char *comm,
		    unsigned int where)
{
	uint64_t task = add_task(p, pid, comm), first;
	uint64_t signal = read_u64(p->m, leader + mini_offset(p->m, "task_struct.signal"));
	uint64_t threads = signal + mini_offset(p->m, "signal_struct.thread_head");
	uint64_t tgid = vmc_le32(p->m->mem + (mini_physical(p->m, leader) - p->m->phys) + 136);

	mini_set(p->m, task, "task_struct.tgid", tgid);
	mini_set(p->m, task, "task_struct.signal", signal);
	if (where & IN_PIDS)
		put_in_pids(p, task);
	if (where & IN_LIST) {
		uint64_t link = task + mini_offset(p->m, "task_struct.thread_node");

		first = read_u64(p->m, threads);
		mini_u64(p->m, threads, link);
		mini_u64(p->m, link, first);
	}
	return task;
}

void add_cpus(struct people *p, size_t n)
{
	p->runqueues = RUNQUEUES;
	mini_symbol(p->m, "runqueues", 'A', RUNQUEUES);
	mini_symbol(p->m, "cpuhp_state", 'A', CPUHP_STATE);
	mini_enum(p->m, "cpuhp_state", "CPUHP_ONLINE", 239);
	mini_percpu(p->m, n, AREA);
	for (size_t i = 0; i < n; i++) {
		char comm[32];
		uint64_t idle = p->init_task;

		snprintf(comm, sizeof(comm), "swapper/%zu", i);
		if (i)
			idle = add_task(p, 0, comm);
		mini_set(p->m, p->m->percpu[i] + RUNQUEUES, "rq.idle", idle);
		mini_set(p->m, p->m->percpu[i] + CPUHP_STATE, "cpuhp_cpu_state.state", 239);
		run_on(p, i, idle);
	}
}

void run_on(struct people *p, size_t cpu, uint64_t task)
{
	mini_set(p->m, p->m->percpu[cpu] + RUNQUEUES, "rq.curr", task);
}

uint64_t stack_of(struct people *p, uint64_t task)
{
	return read_u64(p->m, task + mini_offset(p->m, "task_struct.stack"));
}
