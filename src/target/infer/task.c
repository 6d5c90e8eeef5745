/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct task_struct (include/linux/sched.h) by the tasks of the list that init_task heads.
 * What is believed of every kernel on x86-64: the idle task of the first CPU is called
 * "swapper" or "swapper/0" and has pid 0; process 1 is the first in the list and kthreadd,
 * process 2, the second; the list holds leaders of thread groups only.
 */
#include <string.h>

#include "target/infer/internal.h"

#define WINDOW \
	16384u	   /* bytes looked at of a task: more than any task_struct but for its FPU state */
#define COMM 16u   /* TASK_COMM_LEN */
#define SAMPLE 64u /* tasks looked at closely */
#define LEADERS_MAX 4096u
#define THREADS_MAX 65536u
#define PID_MAX (4u << 20) /* PID_MAX_LIMIT */
#define PF_EXITING 0x00000004u
#define PF_KTHREAD 0x00200000u
#define SIGCHLD 17u
#define STATE_MAX 0x20000u /* bits of task_struct.state: below TASK_STATE_MAX of all kernels */
#define USAGE_MAX 100000u
#define STACK_ALIGN 8192u /* THREAD_SIZE of the smallest kind (before 3.15) */

struct tasks {
	struct vmc_target *t;
	struct objects all;	   /* init_task, then the first tasks of the list */
	struct object init;	   /* the first of these; its bytes are borrowed */
	const struct object *list; /* the others */
	size_t n;
	uint64_t comm, tasks, pid, stack, flags; /* offsets */
	uint64_t stack_max; /* no stack is larger: each is aligned to its size */
};

static uint64_t find_comm(const struct object *init)
{
	static const char *const names[] = { "swapper/0", "swapper" };

	for (uint64_t at = 0; at + COMM <= init->size; at++) {
		for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
			if (memcmp(init->bytes + at, names[i], strlen(names[i]) + 1) == 0)
				return at;
		}
	}
	return NOWHERE;
}

static bool has_comm(const struct tasks *w, uint64_t task)
{
	uint8_t comm[COMM];
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read(w->t->memory, task + w->comm, comm, sizeof(comm));

	return !err && is_name(comm, sizeof(comm));
}

/* Follows a list as if its links lay at `link` of tasks; how many tasks it leads to, at most `max`.
 */
static size_t follow(const struct tasks *w, uint64_t link, uint64_t *ret, size_t max)
{
	uint64_t head = w->init.addr + link, before = head, at = object_u64(&w->init, link);
	size_t n = 0;

	while (n < max && at != head) {
		if (!is_kernel_pointer(at) || load_u64(w->t, at + 8) != before ||
		    !has_comm(w, at - link))
			return n > SAMPLE ? n : 0; /* a broken list is no reason to know nothing */
		ret[n++] = at - link;
		before = at;
		at = load_u64(w->t, at);
	}
	return n;
}

/* The list of all processes: the one link of init_task that leads from task to task. */
static bool find_list(struct tasks *w)
{
	uint64_t found[SAMPLE];

	for (uint64_t link = 0; link + 16 <= w->init.size; link += 8) {
		size_t n;

		if (!is_kernel_pointer(object_u64(&w->init, link)))
			continue;
		n = follow(w, link, found, SAMPLE);
		if (n < 2)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (!objects_add(w->t, &w->all, found[i], WINDOW))
				return false;
		}
		w->tasks = link;
		w->list = w->all.list.data + 1;
		w->n = n;
		return true;
	}
	return false;
}

/* What a member's values must be like. */
struct rule {
	unsigned int before,
		size;	      /* bytes in front of the offset and from it on that are looked at */
	unsigned int percent; /* of the tasks in which it must hold */
	bool (*init)(const struct tasks *w,
		     uint64_t at); /* of init_task, or of all together; or NULL */
	bool (*fits)(const struct tasks *w, const struct object *task, uint64_t at);
};

/* Tasks of which the dump has not got these bytes do not count; most must have them. */
static bool holds(const struct tasks *w, const struct rule *rule, uint64_t at)
{
	size_t asked = 0, fit = 0;

	if (at < rule->before ||
	    !object_has(&w->init, at - rule->before, rule->before + rule->size))
		return false;
	for (size_t i = 0; i < w->n; i++) {
		if (!object_has(&w->list[i], at - rule->before, rule->before + rule->size))
			continue;
		asked++;
		if (rule->fits(w, &w->list[i], at))
			fit++;
		else if (rule->percent == 100)
			return false;
	}
	return asked * 2 >= w->n && fit * 100 >= asked * rule->percent &&
	       (!rule->init || rule->init(w, at));
}

/* The first offset from `from` on at which the rule holds, in steps of `step`. */
static uint64_t search(const struct tasks *w, uint64_t from, uint64_t to, unsigned int step,
		       const struct rule *rule)
{
	for (uint64_t at = from; at + rule->size <= to; at += step) {
		if (holds(w, rule, at))
			return at;
	}
	return NOWHERE;
}

/* Whether no other task that is there has the same in these bytes. */
static bool is_alone(const struct tasks *w, const struct object *task, uint64_t at, size_t size)
{
	for (const struct object *o = w->list; o < w->list + w->n; o++) {
		if (o != task && object_has(o, at, size) &&
		    memcmp(o->bytes + at, task->bytes + at, size) == 0)
			return false;
	}
	return true;
}

/* "pid; tgid": the same in leaders of thread groups. */
static bool is_pid(const struct tasks *w, const struct object *task, uint64_t at)
{
	uint32_t pid = object_u32(task, at);

	if (!pid || pid > PID_MAX || object_u32(task, at + 4) != pid)
		return false;
	if (task == &w->list[0] || task == &w->list[1])
		return pid == task - w->list + 1;
	return is_alone(w, task, at, 4);
}

static bool is_pid_of_init(const struct tasks *w, uint64_t at)
{
	return object_u64(&w->init, at) == 0;
}

static bool is_kthread(const struct object *task, uint64_t flags)
{
	return object_u32(task, flags) & PF_KTHREAD;
}

/* "state; stack; usage; flags" (since 5.14 the state is an unsigned int of the same place). */
static bool is_stack(const struct tasks *w, const struct object *task, uint64_t at)
{
	uint64_t stack = object_u64(task, at);
	uint32_t usage = object_u32(task, at + 8);

	if (task == &w->list[0] || task == &w->list[1]) { /* process 1, and kthreadd */
		if (is_kthread(task, at + 12) != (task == &w->list[1]))
			return false;
	}
	return is_kernel_pointer(stack) && stack % STACK_ALIGN == 0 && usage &&
	       usage <= USAGE_MAX && object_u32(task, at - 8) <= STATE_MAX &&
	       is_alone(w, task, at, 8);
}

static bool is_stack_of_init(const struct tasks *w, uint64_t at)
{
	return is_kernel_pointer(object_u64(&w->init, at)) && is_kthread(&w->init, at + 12);
}

/* "mm; active_mm": the same in processes, and only the second in kernel threads. */
static bool is_mm(const struct tasks *w, const struct object *task, uint64_t at)
{
	uint64_t mm = object_u64(task, at);

	if (is_kthread(task, w->flags))
		return !mm;
	return (object_u32(task, w->flags) & PF_EXITING) ||
	       (is_kernel_pointer(mm) && mm == object_u64(task, at + 8));
}

static bool any_has_mm(const struct tasks *w, uint64_t at)
{
	for (size_t i = 0; i < w->n && !object_u64(&w->init, at); i++) {
		if (object_u64(&w->list[i], at))
			return true;
	}
	return false;
}

/* "exit_state; exit_code; exit_signal" of what lives and was forked, not cloned with another signal
 */
static bool is_exit_state(const struct tasks *w, const struct object *task, uint64_t at)
{
	(void)w;
	return !object_u32(task, at) && !object_u32(task, at + 4) &&
	       object_u32(task, at + 8) == SIGCHLD;
}

/* "real_parent; parent": the idle task is its own, and that of processes 1 and 2. */
static bool is_real_parent(const struct tasks *w, const struct object *task, uint64_t at)
{
	uint64_t parent = object_u64(task, at);

	if (task == &w->list[0] || task == &w->list[1])
		return parent == w->init.addr;
	return is_kernel_pointer(parent) && has_comm(w, parent);
}

static bool is_parent_of_init(const struct tasks *w, uint64_t at)
{
	return object_u64(&w->init, at) == w->init.addr &&
	       object_u64(&w->init, at + 8) == w->init.addr;
}

/* thread.sp: within the task's own stack. */
static bool is_sp(const struct tasks *w, const struct object *task, uint64_t at)
{
	uint64_t depth = object_u64(task, at) - object_u64(task, w->stack);

	return depth && depth < w->stack_max && depth % 8 == 0;
}

static const struct rule pid_rule = { 0, 8, 100, is_pid_of_init, is_pid };
static const struct rule stack_rule = { 8, 16, 100, is_stack_of_init, is_stack };
static const struct rule mm_rule = { 0, 16, 100, any_has_mm, is_mm };
static const struct rule exit_state_rule = { 0, 12, 80, NULL, is_exit_state };
static const struct rule real_parent_rule = { 0, 16, 100, is_parent_of_init, is_real_parent };
static const struct rule sp_rule = { 0, 8, 100, NULL, is_sp };

/* The circle of threads through `leader`: how many others, 0 also where it is none. */
static size_t thread_circle(const struct tasks *w, uint64_t leader, uint64_t tgid, uint64_t link)
{
	uint64_t at = load_u64(w->t, leader + link);
	size_t n = 0;

	while (at != leader + link) {
		uint64_t task = at - link, ids;

		if (!is_kernel_pointer(at) || n++ > THREADS_MAX)
			return 0;
		ids = load_u64(w->t, task + w->pid);
		if (ids >> 32 != tgid || (ids & UINT32_MAX) == tgid || !has_comm(w, task))
			return 0;
		at = load_u64(w->t, at);
	}
	return n;
}

/* Where pointers may begin behind "pid; tgid". */
static uint64_t behind_pids(const struct tasks *w)
{
	return (w->pid + 8 + 7) & ~(uint64_t)7;
}

/* Processes with several threads are rare: every leader is asked, until one tells. */
static uint64_t find_thread_group(const struct tasks *w)
{
	vmc_autofree uint64_t *leaders = calloc(LEADERS_MAX, sizeof(*leaders));
	size_t n = leaders ? follow(w, w->tasks, leaders, LEADERS_MAX) : 0;
	const uint64_t from = behind_pids(w), size = 1024;

	for (size_t i = 0; i < n; i++) {
		vmc_autoobjects struct objects one = { 0 };
		uint64_t tgid;

		if (!objects_add(w->t, &one, leaders[i] + from, size))
			continue;
		tgid = load_u32(w->t, leaders[i] + w->pid);
		for (uint64_t at = 0; at + 16 <= size; at += 8) {
			uint64_t next = object_u64(&one.list.data[0], at);

			if (is_kernel_pointer(next) && next != leaders[i] + from + at &&
			    load_u64(w->t, next + 8) == leaders[i] + from + at &&
			    thread_circle(w, leaders[i], tgid, from + at))
				return from + at;
		}
	}
	return NOWHERE;
}

/* Before 4.9 the stack begins with struct thread_info, and that with its task. */
static bool has_thread_info(const struct tasks *w)
{
	for (size_t i = 0; i < w->n; i++) {
		uint64_t task = load_u64(w->t, object_u64(&w->list[i], w->stack));

		if (task == w->list[i].addr)
			return true;
		if (task) /* 0: the end of an unused stack, or not in the dump */
			return false;
	}
	return false;
}

/* "task; exec_domain; flags; status; cpu", without exec_domain since 4.1 (23d0dfa9ad66). */
static void infer_thread_info(const struct tasks *w)
{
	uint64_t second = load_u64(w->t, object_u64(&w->list[0], w->stack) + 8);

	infer_found(w->t, VMC_F_thread_info_cpu, 0, is_kernel_pointer(second) ? 24 : 16, 4);
}

/*
 * Whether the stacks that are there have an address of code so far above what sp points to. Tasks
 * that run, one a CPU, have overwritten it.
 */
static bool returns_to_text(const struct tasks *w, uint64_t sp, uint64_t at)
{
	struct vmc_reader mem = vmc_memory_reader(w->t->memory);
	size_t fit = 0, unfit = 0;

	for (size_t i = 0; i < w->n; i++) {
		uint64_t ip;
		vmc_autoerror struct vmc_error *err =
			vmc_read_u64(&mem, object_u64(&w->list[i], sp) + at, &ip);

		if (err)
			continue;
		if (vmc_target_is_text(w->t, ip))
			fit++;
		else
			unfit++;
	}
	return fit * 2 >= w->n && unfit <= vmc_target_cpus(w->t);
}

/* Since 4.9 a stack that was switched away from ends with struct inactive_task_frame. */
static void infer_switch_frame(const struct tasks *w, uint64_t sp)
{
	static const enum vmc_field before_ip[] = {
		VMC_F_switch_frame_bp,	VMC_F_switch_frame_bx,	VMC_F_switch_frame_r12,
		VMC_F_switch_frame_r13, VMC_F_switch_frame_r14, VMC_F_switch_frame_r15
	};
	uint64_t ip = NOWHERE;

	for (uint64_t at = 8 * VMC_ARRAY_SIZE(before_ip); ip == NOWHERE && at <= 64; at += 8) {
		if (returns_to_text(w, sp, at))
			ip = at;
	}
	if (ip == NOWHERE)
		return;
	infer_found(w->t, VMC_F_switch_frame_ip, 0, ip, 8);
	infer_found(w->t, VMC_F_switch_frame_size, 0, ip + 8, 8);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(before_ip); i++)
		infer_found(w->t, before_ip[i], 0, ip - 8 * (i + 1), 8);
}

/* What lies deeper than 8 KiB proves a stack of 16, one that is not aligned to 16 KiB a stack of 8;
 * else sp0, in front of sp until 4.15, is its end. */
static void infer_stack_size(const struct tasks *w, uint64_t sp)
{
	uint64_t end = object_u64(&w->list[0], sp - 8) - object_u64(&w->list[0], w->stack);
	bool deep = false;

	for (size_t i = 0; i < w->n; i++) {
		const struct object *o = &w->list[i];

		deep |= object_u64(o, sp) - object_u64(o, w->stack) > STACK_ALIGN;
		if (object_u64(o, sp - 8) - object_u64(o, w->stack) != end)
			end = 0;
	}
	if (deep || end == 2 * STACK_ALIGN)
		infer_found(w->t, VMC_F_stack_size, 0, 2 * STACK_ALIGN, 8);
	else if (end == STACK_ALIGN || w->stack_max == STACK_ALIGN)
		infer_found(w->t, VMC_F_stack_size, 0, STACK_ALIGN, 8);
}

static void infer_stacks(struct tasks *w)
{
	uint64_t sp;

	w->stack_max = 2 * STACK_ALIGN;
	for (size_t i = 0; i < w->n; i++) {
		if (object_u64(&w->list[i], w->stack) % w->stack_max)
			w->stack_max = STACK_ALIGN;
	}
	sp = search(w, 8, WINDOW, 8, &sp_rule);

	if (sp == NOWHERE)
		return;
	infer_found(w->t, VMC_F_task_thread_sp, 0, sp, 8);
	infer_stack_size(w, sp);
	if (has_thread_info(w))
		infer_thread_info(w);
	else
		infer_switch_frame(w, sp);
}

/* In front of the others are what they need; each that is not found costs those behind it. */
static void infer_members(struct tasks *w)
{
	uint64_t mm;

	w->comm = find_comm(&w->init);
	if (w->comm == NOWHERE || !find_list(w))
		return;
	w->pid = search(w, 0, WINDOW, 4, &pid_rule);
	if (w->pid == NOWHERE)
		return;
	infer_found(w->t, VMC_F_task_comm, 0, w->comm, COMM);
	infer_found(w->t, VMC_F_task_tasks, 0, w->tasks, 16);
	infer_found(w->t, VMC_F_task_pid, 0, w->pid, 4);
	infer_found(w->t, VMC_F_task_tgid, 0, w->pid + 4, 4);
	infer_found(w->t, VMC_F_task_thread_group, 0, find_thread_group(w), 16);
	infer_found(w->t, VMC_F_task_real_parent, 0,
		    search(w, behind_pids(w), WINDOW, 8, &real_parent_rule), 8);
	w->stack = search(w, 8, WINDOW, 8, &stack_rule);
	if (w->stack == NOWHERE)
		return;
	w->flags = w->stack + 12;
	infer_found(w->t, VMC_F_task_stack, 0, w->stack, 8);
	infer_found(w->t, VMC_F_task_state, 1, w->stack - 8, 4);
	infer_found(w->t, VMC_F_task_flags, 0, w->flags, 4);
	infer_stacks(w);
	mm = search(w, w->stack + 16, WINDOW, 8, &mm_rule);
	if (mm == NOWHERE)
		return;
	infer_found(w->t, VMC_F_task_mm, 0, mm, 8);
	infer_found(w->t, VMC_F_task_exit_state, 0,
		    search(w, mm + 16, mm + 1024, 4, &exit_state_rule), 4);
}

void infer_tasks(struct vmc_target *t)
{
	struct tasks w = { .t = t };
	uint64_t addr;

	if (vmc_target_has_symbol(t, "init_task", &addr) && objects_add(t, &w.all, addr, WINDOW)) {
		w.init = w.all.list.data[0];
		infer_members(&w);
	}
	objects_deinit(&w.all);
}
