/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/task.h"

#include <inttypes.h>
#include <string.h>

#include "target/field.h"

#define TASKS_MAX (4u << 20) /* PID_MAX_LIMIT */
#define XARRAY_DEPTH_MAX 12
#define XARRAY_SLOTS_MAX 64
#define PF_KTHREAD 0x00200000u
/* Since 6.2 a process has counters on every CPU: what all sizes together may cost. */
#define RSS_READS_MAX (16u << 20)
/* enum of include/linux/mm_types_task.h: what counts as resident */
enum { MM_FILEPAGES = 0, MM_ANONPAGES = 1, MM_SHMEMPAGES = 3 };

/* task_struct.__state and exit_state (include/linux/sched.h since 4.14) */
#define STATE_REPORTED 0x7fu
#define STATE_NOLOAD 0x400u
static const struct {
	uint64_t bit;
	const char *brief, *full;
} states[] = {
	{ 0x1, "IN", "TASK_INTERRUPTIBLE" }, { 0x2, "UN", "TASK_UNINTERRUPTIBLE" },
	{ 0x4, "ST", "TASK_STOPPED" },	     { 0x8, "TR", "TASK_TRACED" },
	{ 0x10, "DE", "EXIT_DEAD" },	     { 0x20, "ZO", "EXIT_ZOMBIE" },
	{ 0x40, "PA", "TASK_PARKED" },	     { 0x80, "DE", "TASK_DEAD" },
	{ 0x200, "WA", "TASK_WAKING" },	     { 0x800, "NE", "TASK_NEW" },
};

static uint64_t all_state(const struct vmc_task *task)
{
	return (task->state & UINT32_MAX) | task->state >> 32;
}

const char *vmc_task_state(struct vmc_target *t, const struct vmc_task *task)
{
	uint64_t s = all_state(task);

	(void)t;
	if (s == 0)
		return "RU";
	if ((s & 0x2) && (s & STATE_NOLOAD))
		return "ID";
	for (size_t i = 0; i < VMC_ARRAY_SIZE(states); i++) {
		if (s & states[i].bit)
			return states[i].brief;
	}
	return "??";
}

const char *vmc_task_state_long(struct vmc_target *t, const struct vmc_task *task)
{
	uint64_t s = all_state(task);

	(void)t;
	if (s == 0)
		return "TASK_RUNNING";
	if ((s & 0x2) && (s & STATE_NOLOAD))
		return "TASK_IDLE";
	for (size_t i = 0; i < VMC_ARRAY_SIZE(states); i++) {
		if (s & states[i].bit)
			return states[i].full;
	}
	return "unknown state";
}

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

static uint64_t resident_pages(struct vmc_target *t, struct vmc_obj *mm)
{
	static const unsigned int kinds[] = { MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES };
	uint64_t sum = 0, base, step;

	if (vmc_field_has(t, VMC_F_mm_rss_percpu)) {
		base = vmc_get_addr(mm, VMC_F_mm_rss_percpu_array);
		if (!vmc_field_size(t, VMC_F_percpu_counter_size, &step))
			return 0;
		for (size_t i = 0; i < VMC_ARRAY_SIZE(kinds); i++)
			sum += percpu_counter(t, base + kinds[i] * step);
		return sum;
	}
	base = vmc_get_addr(mm, VMC_F_mm_rss_atomic);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(kinds); i++) {
		int64_t n = (int64_t)vmc_get_u64(mm, base - mm->addr + 8ull * kinds[i]);

		/* cached per-task deltas can leave a counter below zero */
		sum += n > 0 ? (uint64_t)n : 0;
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
	ret->state |= vmc_get(&o, VMC_F_task_exit_state) << 32;
	ret->flags = vmc_get(&o, VMC_F_task_flags);
	ret->stack = vmc_get(&o, VMC_F_task_stack);
	ret->mm = vmc_get(&o, VMC_F_task_mm);
	parent.addr = vmc_get(&o, VMC_F_task_real_parent);
	VMC_TRY(vmc_obj_error(&o, "task_struct"));
	/* control characters in a name must not reach a terminal; 16 bytes may grow, so cut */
	vmc_str_add_untrusted(&comm, raw, sizeof(raw));
	snprintf(ret->comm, sizeof(ret->comm), "%s", vmc_str_text(&comm));
	ret->kthread = (ret->flags & PF_KTHREAD) != 0;
	/* the rest costs columns, not the task */
	ret->cpu = (int)vmc_get(&o, VMC_F_task_cpu);
	if (vmc_obj_bad(&o))
		ret->cpu = -1;
	vmc_obj_drop(&o);
	ret->start_ns = vmc_get(&o, VMC_F_task_start_time);
	vmc_obj_drop(&o);
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

/* ---- the two walks: each only collects addresses ---- */

struct walk {
	struct vmc_target *t;
	struct vmc_map found; /* address -> bit 0 by pid tree, bit 1 by list */
	VMC_VEC(uint64_t) order;
	uint64_t steps; /* along all lists: thousands of leaders may share one endless list */
	struct vmc_error *gap; /* first bytes that were absent; see pass_over() */
};

enum { BY_PIDS = 1, BY_LIST = 2 };

static bool found(struct walk *w, uint64_t task, unsigned int by)
{
	uint64_t *v = vmc_map_get(&w->found, task);

	if (v) {
		*v |= by;
		return true;
	}
	return w->order.len < TASKS_MAX && vmc_map_set(&w->found, task, by) &&
	       vmc_vec_push(&w->order, task);
}

/* One xarray (or, before 4.20, radix tree) node; entries are tagged in their low bits. */
struct xa_level {
	uint64_t node;
	unsigned int slot;
};

/*
 * Bytes that are not in the dump cost what hangs on them, not the walk: the
 * first such gap is kept, and told at the end. Other errors end the walk.
 */
static struct vmc_error *pass_over(struct walk *w, struct vmc_error *err)
{
	if (!vmc_code_is_absent(vmc_error_code(err)))
		return err;
	if (w->gap)
		vmc_error_free(err);
	else
		w->gap = err;
	return NULL;
}

/*
 * Calls `leaf` for every entry of the tree at xa_head. The walk is a loop over
 * a fixed stack: the depth of a sane tree is 11 at most.
 */
static struct vmc_error *walk_xarray(struct walk *w, uint64_t head, uint64_t tag,
				     struct vmc_error *(*leaf)(struct walk *w, uint64_t entry))
{
	struct vmc_reader mem = vmc_memory_reader(w->t->memory);
	struct xa_level level[XARRAY_DEPTH_MAX];
	uint64_t slots_offset, slots_bytes, visited = 0;
	unsigned int depth = 0, n_slots;

	if (!vmc_field_offset(w->t, VMC_F_xa_node_slots, &slots_offset) ||
	    !vmc_field_size(w->t, VMC_F_xa_node_slots, &slots_bytes))
		return vmc_error_new(VMC_NOT_FOUND, "layout of struct xa_node is not known");
	n_slots = slots_bytes / 8 > XARRAY_SLOTS_MAX ? XARRAY_SLOTS_MAX
						     : (unsigned int)(slots_bytes / 8);
	if ((head & 3) != tag)
		return head ? leaf(w, head) : NULL;
	level[depth++] = (struct xa_level){ head & ~3ull, 0 };
	while (depth) {
		struct xa_level *l = &level[depth - 1];
		uint64_t entry = 0;

		if (l->slot == n_slots) {
			depth--;
			continue;
		}
		if (visited++ > 2ull * TASKS_MAX)
			return vmc_error_new(VMC_LIMIT, "the pid tree does not end");
		struct vmc_error *err =
			vmc_read_u64(&mem, l->node + slots_offset + 8ull * l->slot++, &entry);
		if (err) {
			VMC_TRY(pass_over(w, vmc_error_wrap(err, "pid tree")));
			depth--; /* a node lies in one page: its other slots are lost as well */
			continue;
		}
		if (!entry)
			continue;
		if ((entry & 3) == tag) {
			if (entry < 4096) /* sibling and retry entries are small numbers */
				continue;
			if (depth == XARRAY_DEPTH_MAX)
				return vmc_error_new(VMC_BAD_FORMAT, "the pid tree is too deep");
			level[depth++] = (struct xa_level){ entry & ~3ull, 0 };
		} else if ((entry & 3) == 0) {
			VMC_TRY(pass_over(w, leaf(w, entry)));
		}
	}
	return NULL;
}

static struct vmc_error *pid_leaf(struct walk *w, uint64_t entry)
{
	struct vmc_obj pid = vmc_obj(w->t, entry);
	uint64_t first = vmc_get(&pid, VMC_F_pid_first_task), link;

	VMC_TRY(vmc_obj_error(&pid, "struct pid"));
	if (!first) /* only a process group or session uses this number */
		return NULL;
	if (!vmc_field_offset(w->t, VMC_F_task_pid_link, &link))
		return vmc_error_new(VMC_NOT_FOUND, "task_struct.pid_links is not known");
	return found(w, first - link, BY_PIDS) ? NULL : vmc_error_no_memory();
}

static struct vmc_error *walk_pids(struct walk *w)
{
	struct vmc_obj ns = vmc_obj_symbol(w->t, "init_pid_ns");
	struct vmc_obj root = vmc_obj(w->t, vmc_get_addr(&ns, VMC_F_pidns_idr));
	const struct vmc_field_slot *slot;
	uint64_t head;

	VMC_TRY(vmc_obj_error(&ns, "init_pid_ns"));
	head = vmc_get(&root, VMC_F_xarray_head);
	VMC_TRY(vmc_obj_error(&root, "pid tree"));
	VMC_TRY(vmc_field_resolve(w->t, VMC_F_xarray_head, &slot));
	/* xarrays tag nodes with 2, the radix trees before 4.20 with 1 */
	return walk_xarray(w, head, slot->alternative == 0 ? 2 : 1, pid_leaf);
}

/* A circular list_head list; `head` itself is no element. Cycles that miss the head end the walk.
 */
static struct vmc_error *walk_list(struct walk *w, uint64_t head, uint64_t link,
				   struct vmc_error *(*element)(struct walk *w, uint64_t addr))
{
	vmc_automap struct vmc_map seen = { 0 };
	struct vmc_reader mem = vmc_memory_reader(w->t->memory);
	uint64_t at;

	VMC_TRY(vmc_read_u64(&mem, head, &at));
	while (at != head) {
		bool is_new;

		if (!vmc_map_add(&seen, at, &is_new) || seen.len > TASKS_MAX)
			return vmc_error_no_memory();
		if (!is_new)
			return vmc_error_new(VMC_LIMIT, "list runs in a circle at 0x%" PRIx64, at);
		if (w->steps++ > 2ull * TASKS_MAX)
			return vmc_error_new(VMC_LIMIT, "the lists of threads do not end");
		VMC_TRY(element(w, at - link));
		VMC_TRY(vmc_error_wrap(vmc_read_u64(&mem, at, &at), "list entry 0x%" PRIx64, at));
	}
	return NULL;
}

static struct vmc_error *thread_element(struct walk *w, uint64_t task)
{
	return found(w, task, BY_LIST) ? NULL : vmc_error_no_memory();
}

static struct vmc_error *leader_element(struct walk *w, uint64_t task)
{
	struct vmc_obj o = vmc_obj(w->t, task);
	struct vmc_obj signal = vmc_obj(w->t, vmc_get(&o, VMC_F_task_signal));
	uint64_t head = vmc_get_addr(&signal, VMC_F_signal_thread_head), link;
	struct vmc_error *err = vmc_obj_error(&signal, "signal_struct");

	if (vmc_obj_bad(&o)) {
		/* no task at all: the list itself leads nowhere */
		vmc_error_free(err);
		return vmc_obj_error(&o, "task_struct");
	}
	struct vmc_error *full = thread_element(w, task);
	if (full) {
		vmc_error_free(err);
		return full;
	}
	if (!err && vmc_field_offset(w->t, VMC_F_task_thread_node, &link))
		err = walk_list(w, head, link, thread_element);
	/* the other processes do not hang on the threads of this one */
	return pass_over(w, vmc_error_wrap(err, "threads of task 0x%" PRIx64, task));
}

static struct vmc_error *walk_tasks(struct walk *w)
{
	struct vmc_obj init = vmc_obj_symbol(w->t, "init_task");
	uint64_t head = vmc_get_addr(&init, VMC_F_task_tasks), link;

	VMC_TRY(vmc_obj_error(&init, "init_task"));
	if (!vmc_field_offset(w->t, VMC_F_task_tasks, &link))
		return vmc_error_new(VMC_NOT_FOUND, "task_struct.tasks is not known");
	return vmc_error_wrap(walk_list(w, head, link, leader_element), "task list");
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
	task.in_pids = (by & BY_PIDS) != 0;
	task.in_list = (by & BY_LIST) != 0;
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
			VMC_TRY(add_task(l, t, idle, NULL, BY_PIDS | BY_LIST, true, (int)cpu));
	}
	return NULL;
}

/* Up to 6.1 each thread keeps a part of its process's count to itself. */
static void add_cached_rss(struct vmc_tasks *l, struct vmc_target *t)
{
	static const unsigned int kinds[] = { MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES };
	vmc_automap struct vmc_map by_mm = { 0 };
	uint64_t offset;

	if (!vmc_field_offset(t, VMC_F_task_rss_cached, &offset))
		return;
	for (size_t i = 0; i < l->tasks.len; i++) {
		struct vmc_task *task = &l->tasks.data[i];
		vmc_autoobj struct vmc_obj o = vmc_obj(t, task->addr);
		uint64_t *have = vmc_map_get(&by_mm, task->mm), sum = have ? *have : 0;

		for (size_t k = 0; k < VMC_ARRAY_SIZE(kinds) && task->mm; k++)
			sum += (uint64_t)(int32_t)vmc_get_u32(&o, offset + 4ull * kinds[k]);
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

/* What the walk passed over is its problem, unless it has a worse one. */
static void keep_gap(struct walk *w, struct vmc_error **problem)
{
	if (*problem)
		vmc_error_free(w->gap);
	else
		*problem = w->gap;
	w->gap = NULL;
}

struct vmc_error *vmc_tasks_read(struct vmc_target *t, struct vmc_tasks *ret)
{
	vmc_automap struct vmc_map known = { 0 };
	struct walk w = { .t = t };
	struct vmc_error *err = NULL;

	*ret = (struct vmc_tasks){ 0 };
	if (!t->types) {
		return vmc_error_new(VMC_NOT_FOUND, "the kernel's types are not known");
	}
	ret->pids_problem = walk_pids(&w);
	keep_gap(&w, &ret->pids_problem);
	ret->list_problem = walk_tasks(&w);
	keep_gap(&w, &ret->list_problem);
	if (!w.order.len && ret->list_problem) {
		err = vmc_error_copy(ret->list_problem);
	} else {
		err = add_idle_tasks(ret, t);
	}
	for (size_t i = 0; i < w.order.len && !err; i++) {
		uint64_t by = *vmc_map_get(&w.found, w.order.data[i]);

		ret->only_in_pids += by == BY_PIDS;
		ret->only_in_list += by == BY_LIST;
		err = add_task(ret, t, w.order.data[i], &known, (unsigned int)by, false, -1);
	}
	vmc_map_deinit(&w.found);
	vmc_vec_free(&w.order);
	if (err) {
		vmc_tasks_deinit(ret);
		return err;
	}
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
