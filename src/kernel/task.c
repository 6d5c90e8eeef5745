/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/task.h"

#include <string.h>

#include "kernel/task-walk.h"
#include "target/field.h"

#define PF_KTHREAD 0x00200000u
/* Since 6.2 a process has counters on every CPU: what all sizes together may cost. */
#define RSS_READS_MAX (16u << 20)
/*
 * What counts as resident, by number in enum of include/linux/mm_types_task.h. Shared memory
 * has a counter of its own since 4.5 (eca56ff906bd): before, the arrays end with number 2.
 */
static const unsigned int resident[] = { 0 /* file */, 1 /* anonymous */, 3 /* shared */ };

static uint64_t percpu_counter(struct vmc_target *t, uint64_t addr)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	vmc_autoobj struct vmc_obj o = vmc_obj(t, addr);
	int64_t sum = (int64_t)vmc_get(&o, VMC_F_percpu_counter_count);
	uint64_t parts = vmc_get(&o, VMC_F_percpu_counter_counters);

	for (size_t i = 0; i < vmc_target_cpus(t) && !vmc_obj_bad(&o); i++) {
		uint32_t part = 0;
		vmc_autoerror struct vmc_error *err =
			vmc_read_u32(&mem, parts + t->percpu_offset.data[i], &part);

		if (!err)
			sum += (int32_t)part;
	}
	return vmc_obj_bad(&o) || sum < 0 ? 0 : (uint64_t)sum;
}

static uint64_t add_counter(struct vmc_obj *mm, uint64_t sum, uint64_t offset)
{
	int64_t n = (int64_t)vmc_get_u64(mm, offset);

	/* cached per-task deltas can leave a counter below zero */
	return sum + (n > 0 ? (uint64_t)n : 0);
}

static uint64_t resident_pages(struct vmc_target *t, struct vmc_obj *mm)
{
	uint64_t sum = 0, base, step, size, file, anon;

	if (vmc_field_has(t, VMC_F_mm_rss_percpu)) {
		base = vmc_get_addr(mm, VMC_F_mm_rss_percpu_array);
		if (!vmc_field_size(t, VMC_F_percpu_counter_size, &step))
			return 0;
		for (size_t i = 0; i < VMC_ARRAY_SIZE(resident); i++)
			sum += percpu_counter(t, base + resident[i] * step);
		return sum;
	}
	if (vmc_field_offset(t, VMC_F_mm_rss_atomic, &base) &&
	    vmc_field_size(t, VMC_F_mm_rss_atomic, &size)) {
		for (size_t i = 0; i < VMC_ARRAY_SIZE(resident); i++) {
			if (8ull * resident[i] < size)
				sum = add_counter(mm, sum, base + 8ull * resident[i]);
		}
	} else if (vmc_field_offset(t, VMC_F_mm_file_rss, &file) &&
		   vmc_field_offset(t, VMC_F_mm_anon_rss, &anon)) {
		sum = add_counter(mm, add_counter(mm, 0, file), anon);
	}
	return vmc_obj_bad(mm) ? 0 : sum;
}

/* The same, asked once for all threads of a process; `known` by address of the mm, may be NULL. */
static uint64_t known_pages(struct vmc_target *t, struct vmc_obj *mm, struct vmc_map *known)
{
	uint64_t addr = mm->addr, *have = known ? vmc_map_get(known, addr) : NULL, pages;

	if (have)
		return *have;
	if (known && known->len * (vmc_target_cpus(t) + 1) > RSS_READS_MAX)
		return 0;
	pages = resident_pages(t, mm);
	if (known)
		(void)vmc_map_set(known, addr, pages);
	return pages;
}

/* Before 4.9 thread_info lies at the low end of the stack, and the number of the CPU in it. */
static int cpu_of(struct vmc_target *t, struct vmc_obj *task, uint64_t stack)
{
	vmc_autoobj struct vmc_obj info = vmc_obj(t, stack);
	int cpu;

	if (vmc_field_has(t, VMC_F_task_cpu)) {
		cpu = (int)vmc_get(task, VMC_F_task_cpu);
		info.poison = task->poison;
		task->poison = NULL;
	} else {
		cpu = (int)vmc_get(&info, VMC_F_thread_info_cpu);
	}
	return vmc_obj_bad(&info) ? -1 : cpu;
}

static uint64_t start_time(struct vmc_target *t, struct vmc_obj *task)
{
	uint64_t ns;

	if (vmc_field_has(t, VMC_F_task_start_sec))
		ns = vmc_get(task, VMC_F_task_start_sec) * 1000000000 +
		     vmc_get(task, VMC_F_task_start_nsec);
	else
		ns = vmc_get(task, VMC_F_task_start_time);
	if (vmc_obj_bad(task))
		ns = 0;
	vmc_obj_drop(task);
	return ns;
}

/* A member without which a task is still worth showing; 0 where it is not known. */
static uint64_t get_if_known(struct vmc_obj *task, enum vmc_field f)
{
	return vmc_field_has(task->t, f) ? vmc_get(task, f) : 0;
}

static struct vmc_error *read_task(struct vmc_target *t, uint64_t addr, struct vmc_map *known,
				   struct vmc_task *ret)
{
	struct vmc_obj o = vmc_obj(t, addr);
	vmc_autoobj struct vmc_obj parent = vmc_obj(t, 0), mm = vmc_obj(t, 0);
	vmc_autostr struct vmc_str comm = { 0 };
	char raw[17];

	*ret = (struct vmc_task){ .addr = addr, .cpu = -1 };
	ret->pid = (int32_t)vmc_get(&o, VMC_F_task_pid);
	ret->tgid = (int32_t)vmc_get(&o, VMC_F_task_tgid);
	vmc_get_chars(&o, VMC_F_task_comm, raw, sizeof(raw));
	ret->state = vmc_get(&o, VMC_F_task_state) & UINT32_MAX;
	ret->state |= get_if_known(&o, VMC_F_task_exit_state) << 32;
	ret->flags = vmc_get(&o, VMC_F_task_flags);
	ret->stack = vmc_get(&o, VMC_F_task_stack);
	ret->mm = get_if_known(&o, VMC_F_task_mm);
	parent.addr = get_if_known(&o, VMC_F_task_real_parent);
	VMC_TRY(vmc_obj_error(&o, "task_struct"));
	/* control characters in a name must not reach a terminal; 16 bytes may grow, so cut */
	vmc_str_add_untrusted(&comm, raw, sizeof(raw));
	snprintf(ret->comm, sizeof(ret->comm), "%s", vmc_str_text(&comm));
	ret->kthread = (ret->flags & PF_KTHREAD) != 0;
	/* the rest costs columns, not the task */
	ret->cpu = cpu_of(t, &o, ret->stack);
	ret->start_ns = start_time(t, &o);
	ret->last_ran_ns = vmc_get(&o, VMC_F_task_last_arrival);
	if (vmc_obj_bad(&o)) {
		vmc_obj_drop(&o);
		ret->last_ran_ns = vmc_get(&o, VMC_F_task_exec_start);
		vmc_obj_drop(&o);
	}
	ret->ppid = (int32_t)vmc_get(&parent, VMC_F_task_tgid);
	if (ret->mm) {
		mm.addr = ret->mm;
		ret->vm_pages = vmc_get(&mm, VMC_F_mm_total_vm);
		ret->rss_pages = known_pages(t, &mm, known);
	}
	return NULL;
}

struct vmc_error *vmc_task_read(struct vmc_target *t, uint64_t addr, struct vmc_task *ret)
{
	return read_task(t, addr, NULL, ret);
}

/* ---- together ---- */

static struct vmc_error *add_task(struct vmc_tasks *l, struct vmc_target *t, uint64_t addr,
				  struct vmc_map *known, unsigned int by, bool idle, int cpu)
{
	struct vmc_task task;
	struct vmc_error *err = read_task(t, addr, known, &task);

	if (err) {
		task = (struct vmc_task){ .addr = addr, .pid = -1, .cpu = -1 };
		task.why_bad = vmc_arena_strdup(&l->arena, vmc_error_text(err));
		vmc_error_free(err);
	}
	task.in_pids = (by & VMC_TASK_BY_PID) != 0;
	task.in_list = (by & VMC_TASK_BY_LIST) != 0;
	task.is_idle = idle;
	if (idle)
		task.cpu = cpu;
	return vmc_vec_push(&l->tasks, task) ? NULL : vmc_error_no_memory();
}

static struct vmc_error *add_idle_tasks(struct vmc_tasks *l, struct vmc_target *t)
{
	for (size_t cpu = 0; cpu < vmc_target_cpus(t); cpu++) {
		vmc_autoobj struct vmc_obj rq = vmc_obj_percpu(t, "runqueues", cpu);
		uint64_t idle = vmc_get(&rq, VMC_F_rq_idle);

		if (vmc_obj_bad(&rq))
			vmc_target_missing(t, vmc_obj_error(&rq, "run queue"),
					   VMC_SAY("idle task of CPU %zu"), cpu);
		else if (idle)
			VMC_TRY(add_task(l, t, idle, NULL, VMC_TASK_BY_PID | VMC_TASK_BY_LIST, true,
					 (int)cpu));
	}
	return NULL;
}

/* Up to 6.1 each thread keeps a part of its process's count to itself. */
static void add_cached_rss(struct vmc_tasks *l, struct vmc_target *t)
{
	vmc_automap struct vmc_map by_mm = { 0 };
	uint64_t offset, size;

	if (!vmc_field_offset(t, VMC_F_task_rss_cached, &offset) ||
	    !vmc_field_size(t, VMC_F_task_rss_cached, &size))
		return;
	for (size_t i = 0; i < l->tasks.len; i++) {
		struct vmc_task *task = &l->tasks.data[i];
		vmc_autoobj struct vmc_obj o = vmc_obj(t, task->addr);
		uint64_t *have = vmc_map_get(&by_mm, task->mm), sum = have ? *have : 0;

		for (size_t k = 0; k < VMC_ARRAY_SIZE(resident) && task->mm; k++) {
			if (4ull * resident[k] < size)
				sum += (uint64_t)(int32_t)vmc_get_u32(&o,
								      offset + 4ull * resident[k]);
		}
		if (task->mm && !vmc_obj_bad(&o) && !vmc_map_set(&by_mm, task->mm, sum))
			return;
	}
	for (size_t i = 0; i < l->tasks.len; i++) {
		struct vmc_task *task = &l->tasks.data[i];
		uint64_t *cached = task->mm ? vmc_map_get(&by_mm, task->mm) : NULL;

		if (cached && (int64_t)(task->rss_pages + *cached) > 0)
			task->rss_pages += *cached;
	}
}

static int by_pid(const void *a, const void *b)
{
	const struct vmc_task *x = a, *y = b;

	if (x->is_idle != y->is_idle)
		return x->is_idle ? -1 : 1;
	if (x->is_idle)
		return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static void mark_current(struct vmc_tasks *l, struct vmc_target *t)
{
	vmc_automap struct vmc_map cpu_of = { 0 };

	for (size_t cpu = 0; cpu < vmc_target_cpus(t); cpu++) {
		vmc_autoobj struct vmc_obj rq = vmc_obj_percpu(t, "runqueues", cpu);
		uint64_t curr = vmc_get(&rq, VMC_F_rq_curr);

		if (!vmc_obj_bad(&rq) && !vmc_map_set(&cpu_of, curr, cpu))
			return;
	}
	for (size_t i = 0; i < l->tasks.len; i++) {
		const uint64_t *cpu = vmc_map_get(&cpu_of, l->tasks.data[i].addr);

		if (!cpu)
			continue;
		l->tasks.data[i].on_cpu = true;
		l->tasks.data[i].cpu = (int)*cpu;
	}
}

struct vmc_error *vmc_tasks_read(struct vmc_target *t, struct vmc_tasks *ret)
{
	vmc_automap struct vmc_map known = { 0 };
	vmc_autowalks struct vmc_task_walks w = { 0 };
	struct vmc_error *err = NULL;

	*ret = (struct vmc_tasks){ 0 };
	if (!t->types && !vmc_field_has(t, VMC_F_task_pid))
		return vmc_error_new(VMC_NOT_FOUND, "the kernel's types are not known");
	vmc_task_walks(t, &w);
	if (!w.order.len && w.list_problem)
		return vmc_take(w.list_problem);
	err = add_idle_tasks(ret, t);
	for (size_t i = 0; i < w.order.len && !err; i++) {
		uint64_t by = *vmc_map_get(&w.found, w.order.data[i]);

		ret->only_in_pids += by == VMC_TASK_BY_PID;
		ret->only_in_list += by == VMC_TASK_BY_LIST;
		err = add_task(ret, t, w.order.data[i], &known, (unsigned int)by, false, -1);
	}
	if (err) {
		vmc_tasks_deinit(ret);
		return err;
	}
	ret->pids_problem = vmc_take(w.pids_problem);
	ret->list_problem = vmc_take(w.list_problem);
	if (ret->tasks.len)
		qsort(ret->tasks.data, ret->tasks.len, sizeof(*ret->tasks.data), by_pid);
	mark_current(ret, t);
	add_cached_rss(ret, t);
	return NULL;
}

void vmc_tasks_deinit(struct vmc_tasks *l)
{
	vmc_vec_free(&l->tasks);
	vmc_arena_deinit(&l->arena);
	vmc_error_free(l->pids_problem);
	vmc_error_free(l->list_problem);
	*l = (struct vmc_tasks){ 0 };
}
