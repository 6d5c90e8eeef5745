/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/task-walk.h"

#include <inttypes.h>

#include "target/field.h"

#define XARRAY_DEPTH_MAX 12
#define XARRAY_SLOTS_MAX 64
/* The kernel makes 4096 chains at most (pidhash_init()). */
#define PID_HASH_SHIFT_MAX 16

struct walk {
	struct vmc_target *t;
	struct vmc_task_walks *out;
	uint64_t steps; /* along all lists: thousands of leaders may share one endless list */
	struct vmc_error *gap; /* first bytes that were absent; see pass_over() */
	size_t leaders;	       /* of thread groups, in the task list */
	bool no_threads;       /* the leaders were found, what links their threads was not */
};

static bool found(struct walk *w, uint64_t task, unsigned int by)
{
	uint64_t *v = vmc_map_get(&w->out->found, task);

	if (v) {
		*v |= by;
		return true;
	}
	return w->out->order.len < VMC_TASKS_MAX && vmc_map_set(&w->out->found, task, by) &&
	       vmc_vec_push(&w->out->order, task);
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
		if (visited++ > 2ull * VMC_TASKS_MAX)
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
	return found(w, first - link, VMC_TASK_BY_PID) ? NULL : vmc_error_no_memory();
}

static struct vmc_error *walk_pid_tree(struct walk *w)
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

/* One struct upid of the hash table: of another namespace, or the number of a task in the first. */
static struct vmc_error *hashed_upid(struct walk *w, uint64_t upid, uint64_t init_ns)
{
	vmc_autoobj struct vmc_obj o = vmc_obj(w->t, upid);
	uint64_t ns = vmc_get(&o, VMC_F_upid_ns), numbers;

	VMC_TRY(vmc_obj_error(&o, "struct upid"));
	if (ns != init_ns)
		return NULL;
	if (!vmc_field_offset(w->t, VMC_F_pid_numbers, &numbers))
		return vmc_error_new(VMC_NOT_FOUND, "pid.numbers is not known");
	return pid_leaf(w, upid - numbers);
}

static struct vmc_error *walk_pid_hash(struct walk *w)
{
	struct vmc_reader mem = vmc_memory_reader(w->t->memory);
	struct vmc_obj hash = vmc_obj_symbol(w->t, "pid_hash"), bits;
	vmc_automap struct vmc_map seen = { 0 };
	uint64_t init_ns, chain;
	uint32_t shift;

	/* one after the other: each of them owns an error that must be asked for */
	VMC_TRY(vmc_obj_error(&hash, "pid_hash"));
	bits = vmc_obj_symbol(w->t, "pidhash_shift");
	shift = vmc_get_u32(&bits, 0);
	VMC_TRY(vmc_obj_error(&bits, "pidhash_shift"));
	VMC_TRY(vmc_target_symbol(w->t, "init_pid_ns", &init_ns));
	if (!vmc_field_offset(w->t, VMC_F_upid_chain, &chain))
		return vmc_error_new(VMC_NOT_FOUND, "layout of struct upid is not known");
	if (shift > PID_HASH_SHIFT_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "pidhash_shift is %" PRIu32, shift);
	for (uint64_t i = 0; i < (uint64_t)1 << shift; i++) {
		uint64_t at = hash.addr + 8 * i;

		/* hlist_head.first and hlist_node.next both stand in front */
		for (;;) {
			struct vmc_error *err = vmc_read_u64(&mem, at, &at);
			bool is_new;

			if (err) {
				VMC_TRY(pass_over(w, vmc_error_wrap(err, "pid hash table")));
				break;
			}
			if (!at)
				break;
			if (!vmc_map_add(&seen, at, &is_new) || seen.len > VMC_TASKS_MAX)
				return vmc_error_no_memory();
			if (!is_new)
				return vmc_error_new(VMC_LIMIT,
						     "chain %" PRIu64
						     " of the pid hash table runs in "
						     "a circle",
						     i);
			VMC_TRY(pass_over(w, hashed_upid(w, at - chain, init_ns)));
		}
	}
	return NULL;
}

static struct vmc_error *walk_pids(struct walk *w)
{
	return vmc_field_has(w->t, VMC_F_pidns_idr) ? walk_pid_tree(w) : walk_pid_hash(w);
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

		if (!vmc_map_add(&seen, at, &is_new) || seen.len > VMC_TASKS_MAX)
			return vmc_error_no_memory();
		if (!is_new)
			return vmc_error_new(VMC_LIMIT, "list runs in a circle at 0x%" PRIx64, at);
		if (w->steps++ > 2ull * VMC_TASKS_MAX)
			return vmc_error_new(VMC_LIMIT, "the lists of threads do not end");
		VMC_TRY(element(w, at - link));
		VMC_TRY(vmc_error_wrap(vmc_read_u64(&mem, at, &at), "list entry 0x%" PRIx64, at));
	}
	return NULL;
}

static struct vmc_error *thread_element(struct walk *w, uint64_t task)
{
	return found(w, task, VMC_TASK_BY_LIST) ? NULL : vmc_error_no_memory();
}

/* The threads of the process of `leader`, whose own link is the head where there is no other. */
static struct vmc_error *walk_threads(struct walk *w, struct vmc_obj *leader)
{
	struct vmc_obj signal = vmc_obj(w->t, 0);
	uint64_t head, link;

	if (!vmc_field_has(w->t, VMC_F_signal_thread_head) ||
	    !vmc_field_offset(w->t, VMC_F_task_thread_node, &link)) {
		if (!vmc_field_offset(w->t, VMC_F_task_thread_group, &link)) {
			w->no_threads = true;
			return NULL;
		}
		return walk_list(w, leader->addr + link, link, thread_element);
	}
	signal.addr = vmc_get(leader, VMC_F_task_signal);
	head = vmc_get_addr(&signal, VMC_F_signal_thread_head);
	VMC_TRY(vmc_obj_error(leader, "task_struct"));
	VMC_TRY(vmc_obj_error(&signal, "signal_struct"));
	return walk_list(w, head, link, thread_element);
}

static struct vmc_error *leader_element(struct walk *w, uint64_t task)
{
	struct vmc_obj o = vmc_obj(w->t, task);

	/* what is no task at all: the list itself leads nowhere */
	(void)vmc_get(&o, VMC_F_task_pid);
	VMC_TRY(vmc_obj_error(&o, "task_struct"));
	VMC_TRY(thread_element(w, task));
	w->leaders++;
	/* the other processes do not hang on the threads of this one */
	return pass_over(w,
			 vmc_error_wrap(walk_threads(w, &o), "threads of task 0x%" PRIx64, task));
}

/* The kernel counts its tasks, without those that idle: so many leaders are all tasks there are. */
static struct vmc_error *only_leaders(struct walk *w, size_t n)
{
	vmc_autoobj struct vmc_obj count = vmc_obj_symbol(w->t, "nr_threads");
	uint32_t all = vmc_get_u32(&count, 0);

	if (vmc_obj_bad(&count))
		return vmc_error_new(VMC_NOT_FOUND, "the list of threads is not known");
	if (n == all)
		return NULL;
	return vmc_error_new(VMC_NOT_FOUND,
			     "the list of threads is not known: %zu processes of %u tasks", n, all);
}

static struct vmc_error *walk_tasks(struct walk *w)
{
	struct vmc_obj init = vmc_obj_symbol(w->t, "init_task");
	uint64_t head = vmc_get_addr(&init, VMC_F_task_tasks), link;

	VMC_TRY(vmc_obj_error(&init, "init_task"));
	if (!vmc_field_offset(w->t, VMC_F_task_tasks, &link))
		return vmc_error_new(VMC_NOT_FOUND, "task_struct.tasks is not known");
	VMC_TRY(vmc_error_wrap(walk_list(w, head, link, leader_element), "task list"));
	return w->no_threads ? only_leaders(w, w->leaders) : NULL;
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

void vmc_task_walks(struct vmc_target *t, struct vmc_task_walks *ret)
{
	struct walk w = { .t = t, .out = ret };

	*ret = (struct vmc_task_walks){ 0 };
	ret->pids_problem = walk_pids(&w);
	keep_gap(&w, &ret->pids_problem);
	ret->list_problem = walk_tasks(&w);
	keep_gap(&w, &ret->list_problem);
}

void vmc_task_walks_deinit(struct vmc_task_walks *w)
{
	vmc_map_deinit(&w->found);
	vmc_vec_free(&w->order);
	vmc_error_free(w->pids_problem);
	vmc_error_free(w->list_problem);
	*w = (struct vmc_task_walks){ 0 };
}
