/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct rq (kernel/sched/sched.h): "curr; idle", in 6.12 "curr; dl_server; idle", by the idle
 * task of each CPU, which is called "swapper/N", or "swapper" before 2.6.38, and has pid 0. Also
 * the memory of a node.
 */
#include <stdio.h>
#include <string.h>

#include "target/infer/internal.h"

#define RQ_WINDOW 8192u

static bool read_queues(struct vmc_target *t, struct objects *queues)
{
	for (size_t cpu = 0; cpu < vmc_target_cpus(t); cpu++) {
		uint64_t addr;
		vmc_autoerror struct vmc_error *err = vmc_target_percpu(t, "runqueues", cpu, &addr);

		if (err || !objects_add(t, queues, addr, RQ_WINDOW))
			return false;
	}
	return queues->list.len > 0;
}

static bool read_comm(struct vmc_target *t, uint64_t task, char comm[16])
{
	vmc_autoobj struct vmc_obj o = vmc_obj(t, task);

	if (!is_kernel_pointer(task))
		return false;
	(void)vmc_get(&o, VMC_F_task_pid);
	vmc_get_chars(&o, VMC_F_task_comm, comm, 16);
	return !vmc_obj_bad(&o) && is_name((const uint8_t *)comm, 16);
}

static bool is_idle_task(struct vmc_target *t, uint64_t task, size_t cpu)
{
	vmc_autoobj struct vmc_obj o = vmc_obj(t, task);
	char comm[16], name[32];

	snprintf(name, sizeof(name), "swapper/%zu", cpu);
	return read_comm(t, task, comm) && vmc_get(&o, VMC_F_task_pid) == 0 && !vmc_obj_bad(&o) &&
	       (vmc_streq(comm, name) || vmc_streq(comm, "swapper"));
}

/*
 * curr at "at" and idle at "idle" on every CPU. Where all CPUs idle, "idle; stop" is like it, and
 * comes later.
 */
static bool is_curr(struct vmc_target *t, const struct objects *queues, uint64_t at, uint64_t idle)
{
	char comm[16];

	for (size_t cpu = 0; cpu < queues->list.len; cpu++) {
		const struct object *rq = &queues->list.data[cpu];

		if (!is_kernel_pointer(object_u64(rq, at)) ||
		    !is_idle_task(t, object_u64(rq, idle), cpu) ||
		    !read_comm(t, object_u64(rq, at), comm))
			return false;
	}
	return true;
}

/*
 * With thread_info in task_struct (4.9) the number of its CPU is in there too: in what runs on
 * each CPU, in what idles there, and nothing else than numbers of CPUs in either. One CPU proves
 * nothing.
 */
static uint64_t find_task_cpu(struct vmc_target *t, const struct objects *queues, uint64_t curr,
			      uint64_t idle)
{
	vmc_autoobjects struct objects tasks = { 0 };
	const size_t n = queues->list.len;
	uint64_t stack, pid;

	if (n < 2 || vmc_field_has(t, VMC_F_thread_info_cpu) ||
	    !vmc_field_offset(t, VMC_F_task_stack, &stack) ||
	    !vmc_field_offset(t, VMC_F_task_pid, &pid))
		return NOWHERE;
	for (size_t i = 0; i < 2 * n; i++) {
		if (!objects_add(t, &tasks,
				 object_u64(&queues->list.data[i / 2], i % 2 ? idle : curr), pid))
			return NOWHERE;
	}
	for (uint64_t at = 0; at + 4 <= pid; at += 4) {
		size_t fit = 0;

		while (fit < 2 * n && object_u32(&tasks.list.data[fit], at) == fit / 2)
			fit++;
		if (fit == 2 * n)
			return at;
	}
	return NOWHERE;
}

void infer_cpus(struct vmc_target *t)
{
	vmc_autoobjects struct objects queues = { 0 };

	if (!vmc_field_has(t, VMC_F_task_pid) || !vmc_field_has(t, VMC_F_task_comm) ||
	    !read_queues(t, &queues))
		return;
	for (uint64_t at = 0; at + 24 <= RQ_WINDOW; at += 8) {
		uint64_t idle = at + 8;

		if (!is_curr(t, &queues, at, idle) && !is_curr(t, &queues, at, idle += 8))
			continue;
		infer_found(t, VMC_F_rq_curr, 0, at, 8);
		infer_found(t, VMC_F_rq_idle, 0, idle, 8);
		infer_found(t, VMC_F_task_cpu, 0, find_task_cpu(t, &queues, at, idle), 4);
		return;
	}
}

/*
 * "node_start_pfn; node_present_pages; node_spanned_pages" of struct pglist_data
 * (include/linux/mmzone.h): VMCOREINFO has the outer two.
 */
void infer_memory(struct vmc_target *t)
{
	uint64_t start, spanned;

	if (vmc_vmcoreinfo_offset(t->vmcoreinfo, "pglist_data.node_start_pfn", &start) &&
	    vmc_vmcoreinfo_offset(t->vmcoreinfo, "pglist_data.node_spanned_pages", &spanned) &&
	    spanned == start + 16)
		infer_found(t, VMC_F_node_present_pages, 0, start + 8, 8);
}
