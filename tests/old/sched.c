// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks: made, listed, hashed by pid, switched to the way kernels before 4.9 did it. */
#include "types.h"

__attribute__((section(".data..init_task"), used)) union thread_union init_thread_union;
struct pid_namespace init_pid_ns = { .kref = { 3 }, .level = 0 };
static struct signal_struct init_signals;
static struct mm_struct init_mm = { .pgd = (pgd_t *)init_level4_pgt, .mm_users = { 2 }, .mm_count = { 1 } };
struct task_struct init_task = { .stack = &init_thread_union, .comm = "swapper/0", .flags = 0x200000 };
static struct hlist_head *pid_hash;
__attribute__((used)) static unsigned int pidhash_shift = 4;

DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;
DEFINE_PER_CPU(unsigned long, kernel_stack);
DEFINE_PER_CPU(unsigned long, old_rsp);
DEFINE_PER_CPU(struct rq, runqueues);
static char default_exec_domain[64];
extern char user_code[], user_code_end[];

static struct rq *this_rq(void)
{
	extern unsigned long __per_cpu_offset[];
	return (struct rq *)((unsigned long)&PER_CPU_NAME(runqueues) + __per_cpu_offset[0]);
}

static void hlist_add(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	if (head->first)
		head->first->pprev = &node->next;
	head->first = node;
	node->pprev = &head->first;
}

/* pid_hashfn(): hash_long() of number and address of the name space */
static unsigned int pid_hashfn(unsigned int nr, struct pid_namespace *ns)
{
	return (unsigned int)((nr + (unsigned long)ns) * 0x9e37fffffffc0001UL >> (64 - pidhash_shift));
}

static void attach_pid(struct task_struct *task, int nr)
{
	struct pid *pid = kmalloc(sizeof(*pid), 64);
	pid->count.counter = 2;
	pid->numbers[0].nr = nr;
	pid->numbers[0].ns = &init_pid_ns;
	hlist_add(&pid->numbers[0].pid_chain, &pid_hash[pid_hashfn((unsigned int)nr, &init_pid_ns)]);
	task->pids[0].pid = pid;
	hlist_add(&task->pids[0].node, &pid->tasks[0]);
}

static void set_name(struct task_struct *task, const char *comm)
{
	for (int i = 0; i < 15 && comm[i]; i++)
		task->comm[i] = comm[i];
}

static void join_lists(struct task_struct *task, struct task_struct *parent, struct task_struct *leader)
{
	list_init(&task->children);
	list_init(&task->ptraced);
	list_init(&task->ptrace_entry);
	list_init(&task->thread_group);
	task->real_parent = task->parent = parent;
	task->group_leader = leader ? leader : task;
	task->tgid = task->group_leader->pid;
	if (leader) {
		task->signal = leader->signal;
		list_add_tail(&task->thread_group, &leader->thread_group);
	} else {
		task->signal = kmalloc(sizeof(*task->signal), 64);
#if KERNEL == 310
		list_init(&task->signal->thread_head);
#endif
		list_add_tail(&task->sibling, &parent->children);
		list_add_tail(&task->tasks, &init_task.tasks);
	}
	task->signal->nr_threads++;
#if KERNEL == 310
	list_add_tail(&task->thread_node, &task->signal->thread_head);
#endif
}

/* Its own page tables: one page of code at 0x400000, one of stack behind, the kernel's upper half. */
static struct mm_struct *make_mm(void)
{
	struct mm_struct *mm = kmalloc(sizeof(*mm), 64);
	unsigned long *pgd = kmalloc(4096, 4096), *code = kmalloc(4096, 4096);
	memcpy(pgd + 256, init_level4_pgt + 256, 2048);
	memcpy(code, user_code, (unsigned long)(user_code_end - user_code));
	map_page(pgd, 0x400000, __pa(code), 0x67);
	map_page(pgd, 0x401000, __pa(kmalloc(4096, 4096)), 0x67);
	mm->pgd = (pgd_t *)pgd;
	mm->mm_users.counter = mm->mm_count.counter = 1;
	mm->total_vm = 58000;
#if KERNEL == 26
	mm->_file_rss.counter = 700;
	mm->_anon_rss.counter = 1300;
#else
	mm->rss_stat.count[0].counter = 700;
	mm->rss_stat.count[1].counter = 1300;
#endif
	return mm;
}

struct task_struct *do_fork(int pid, const char *comm, struct task_struct *parent, struct task_struct *leader,
			    unsigned long fn, unsigned long arg, bool user)
{
	struct task_struct *task = kmalloc(sizeof(*task), 64);
	union thread_union *stack = kmalloc(THREAD_SIZE, THREAD_SIZE);
	struct pt_regs *regs = (struct pt_regs *)((char *)stack + THREAD_SIZE) - 1;

	task->pid = pid;
	task->stack = stack;
	task->usage.counter = 2;
	task->flags = user ? 0x400040 : 0x208040;
	task->static_prio = task->prio = task->normal_prio = 120;
	task->start_time.tv_sec = task->real_start_time.tv_sec = 1000 + pid;
	task->start_time.tv_nsec = task->real_start_time.tv_nsec = 250000000;
	set_name(task, comm);
	join_lists(task, parent, leader);
	attach_pid(task, pid);
	if (user)
		task->mm = task->active_mm = leader ? leader->mm : make_mm();
	stack->thread_info.task = task;
	stack->thread_info.exec_domain = &default_exec_domain;
	stack->thread_info.flags = 1u << TIF_FORK;
	stack->thread_info.addr_limit = 0x7ffffffff000;
	stack->stack[sizeof(struct thread_info) / 8] = 0x57ac6e9d; /* STACK_END_MAGIC */
	regs->bx = fn;
	regs->bp = arg;
	regs->cs = 0x10;
	task->thread.sp = (unsigned long)regs;
	task->thread.sp0 = (unsigned long)(regs + 1);
	task->exit_signal = leader ? -1 : 17; /* SIGCHLD */
	task->on_rq = 1;
	return task;
}

void sched_init(void)
{
	struct rq *rq = this_rq();
	pid_hash = kmalloc(sizeof(*pid_hash) << pidhash_shift, 4096);
	list_init(&init_task.tasks);
	list_init(&init_task.children);
	list_init(&init_task.sibling);
	list_init(&init_task.thread_group);
	init_task.real_parent = init_task.parent = init_task.group_leader = &init_task;
	init_task.active_mm = &init_mm;
	init_task.signal = &init_signals;
	init_signals.nr_threads = 1;
#if KERNEL == 310
	list_init(&init_signals.thread_head);
	list_add_tail(&init_task.thread_node, &init_signals.thread_head);
#endif
	init_thread_union.thread_info.task = &init_task;
	rq->idle = rq->curr = &init_task;
	rq->nr_running = 1;
}

__attribute__((used)) struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
{
	unsigned long top = (unsigned long)next->stack + THREAD_SIZE - KERNEL_STACK_OFFSET;
#if KERNEL == 26
	asm volatile("movq %0, %%gs:per_cpu__current_task; movq %1, %%gs:per_cpu__kernel_stack" : : "r"(next), "r"(top));
#else
	asm volatile("movq %0, %%gs:current_task; movq %1, %%gs:kernel_stack" : : "r"(next), "r"(top));
#endif
	return prev;
}

/* The next that has not run yet: forks are taken in turn, nobody runs twice. */
static struct task_struct *pick_next_task(void)
{
	struct task_struct *leader, *thread;
	for_each_process(leader) {
		if (leader->on_rq)
			return leader;
		for (struct list_head *at = leader->thread_group.next; at != &leader->thread_group; at = at->next) {
			thread = container_of(at, struct task_struct, thread_group);
			if (thread->on_rq)
				return thread;
		}
	}
	return &init_task;
}

static __attribute__((noinline)) void __schedule(void)
{
	struct task_struct *prev = current, *next = pick_next_task(), *last;
	struct rq *rq = this_rq();

	if (!prev->mm && prev != &init_task)
		prev->state = 1;
	next->on_rq = 0;
	next->sched_info.last_arrival = next->se.exec_start = 13380621000000000UL + (unsigned long)next->pid * 1000;
	rq->curr = next;
	rq->nr_switches++;
	if (next->mm)
		asm volatile("movq %0, %%cr3" : : "r"(__pa(next->mm->pgd)) : "memory");
	asm volatile("pushfq; pushq %%rbp; movq %%rsi, %%rbp\n\t"
		     "movq %%rsp, %P[sp](%[prev]); movq %P[sp](%[next]), %%rsp\n\t"
		     "call __switch_to\n\t"
#if KERNEL == 26
		     ".globl thread_return\nthread_return:\n\t"
		     "movq %%gs:per_cpu__current_task, %%rsi\n\t"
#else
		     "movq %%gs:current_task, %%rsi\n\t"
#endif
		     "movq %P[stack](%%rsi), %%r8; movq %%rax, %%rdi\n\t"
		     "btrl %[fork], %P[flags](%%r8); jc ret_from_fork\n\t"
		     "movq %%rbp, %%rsi; popq %%rbp; popfq"
		     : "=a"(last)
		     : [next] "S"(next), [prev] "D"(prev), [sp] "i"(offsetof(struct task_struct, thread.sp)),
		       [stack] "i"(offsetof(struct task_struct, stack)), [flags] "i"(offsetof(struct thread_info, flags)), [fork] "i"(TIF_FORK)
		     : "memory", "cc", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15");
	(void)last;
}

void schedule(void)
{
	__schedule();
	asm volatile("");
}
