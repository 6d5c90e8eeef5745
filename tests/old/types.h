/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structures of old x86-64 kernels, as far as one needs them to tell why such a kernel died: members have the names, the
 * order and about the distances that they had in RHEL's kernels. What nothing reads is a filler.
 *
 * KERNEL is 310 (3.10, RHEL 7) or 26 (2.6.32, RHEL 6). Sources: the kernels' own headers as published
 * (include/linux/{sched,module,pid,mm_types}.h, kernel/printk.c, kernel/time/timekeeping.c of those releases).
 */
#ifndef OLD_TYPES_H
#define OLD_TYPES_H

#define PAGE_OFFSET 0xffff880000000000UL
#define START_KERNEL_MAP 0xffffffff80000000UL
#define MODULES_VADDR 0xffffffffa0000000UL

#if KERNEL == 26
#define THREAD_SIZE 8192
#define PER_CPU_NAME(name) per_cpu__##name
#else
#define THREAD_SIZE 16384
#define PER_CPU_NAME(name) name
#endif
#define KERNEL_STACK_OFFSET 40
#define TIF_FORK 18

#ifndef __ASSEMBLER__

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int pid_t;
typedef _Bool bool;
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))

#define DEFINE_PER_CPU(type, name) __attribute__((section(".data..percpu"), used)) type PER_CPU_NAME(name)
#define DECLARE_PER_CPU(type, name) extern type PER_CPU_NAME(name)

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct rb_node {
	unsigned long rb_parent_color;
	struct rb_node *rb_right, *rb_left;
};

struct timespec {
	long tv_sec, tv_nsec;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
	unsigned long ip, cs, flags, sp, ss;
};

struct new_utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

struct uts_namespace {
	atomic_t kref;
	struct new_utsname name;
	void *user_ns;
};

struct task_struct;

struct thread_info {
	struct task_struct *task;
	void *exec_domain;
	u32 flags, status, cpu;
	int preempt_count;
	unsigned long addr_limit;
	void *restart_block[5];
	void *sysenter_return;
	unsigned int sig_on_uaccess_error;
};

union thread_union {
	struct thread_info thread_info;
	unsigned long stack[THREAD_SIZE / sizeof(long)];
};

struct upid {
	int nr;
	struct pid_namespace *ns;
	struct hlist_node pid_chain;
};

struct pid {
	atomic_t count;
	unsigned int level;
	struct hlist_head tasks[3];
	void *rcu[2];
	struct upid numbers[1];
};

struct pid_namespace {
	atomic_t kref;
	struct {
		atomic_t nr_free;
		void *page;
	} pidmap[128];
	int last_pid;
	struct task_struct *child_reaper;
	void *pid_cachep;
	unsigned int level;
	struct pid_namespace *parent;
};

struct pid_link {
	struct hlist_node node;
	struct pid *pid;
};

struct mm_rss_stat {
	atomic_long_t count[3];
};

typedef struct {
	unsigned long pgd;
} pgd_t;

struct mm_struct {
	void *mmap;
	void *mm_rb;
	void *mmap_cache;
	void *get_unmapped_area, *unmap_area;
	unsigned long mmap_base, task_size, cached_hole_size, free_area_cache, highest_vm_end;
	pgd_t *pgd;
	atomic_t mm_users, mm_count;
#if KERNEL == 310
	atomic_long_t nr_ptes;
#endif
	int map_count;
	u32 page_table_lock;
	unsigned long mmap_sem[4];
	struct list_head mmlist;
#if KERNEL == 26
	atomic_long_t _file_rss, _anon_rss;
#endif
	unsigned long hiwater_rss, hiwater_vm;
	unsigned long total_vm, locked_vm, pinned_vm, shared_vm, exec_vm, stack_vm;
	unsigned long def_flags, start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end, saved_auxv[44];
#if KERNEL == 310
	struct mm_rss_stat rss_stat;
#endif
	void *binfmt;
	unsigned long context[6];
};

struct signal_struct {
	atomic_t sigcnt, live;
	int nr_threads;
#if KERNEL == 310
	struct list_head thread_head;
#endif
	struct list_head wait_chldexit[2];
	struct task_struct *curr_target;
};

struct sched_entity {
	unsigned long load[2];
	struct rb_node run_node;
	struct list_head group_node;
	unsigned int on_rq;
	u64 exec_start, sum_exec_runtime, vruntime, prev_sum_exec_runtime;
	u64 nr_migrations;
	u64 statistics[27];
	void *parent, *cfs_rq, *my_q;
};

struct sched_rt_entity {
	struct list_head run_list;
	unsigned long timeout, watchdog_stamp;
	unsigned int time_slice;
	void *back, *parent, *rt_rq, *my_q;
};

struct sched_info {
	unsigned long pcount;
	unsigned long long run_delay, last_arrival, last_queued;
};

struct thread_struct {
	u64 tls_array[3];
	unsigned long sp0, sp, usersp;
	u16 es, ds, fsindex, gsindex;
	unsigned long fs, gs;
	void *ptrace_bps[4];
	unsigned long debugreg6, ptrace_dr7, cr2, trap_nr, error_code;
	void *fpu[3];
	unsigned long *io_bitmap_ptr, iopl;
	unsigned int io_bitmap_max;
};

struct task_struct {
	volatile long state;
	void *stack;
	atomic_t usage;
	unsigned int flags, ptrace;
	struct {
		void *next;
	} wake_entry;
	int on_cpu;
	struct task_struct *last_wakee;
	unsigned long wakee_flips, wakee_flip_decay_ts;
	int wake_cpu, on_rq;
	int prio, static_prio, normal_prio;
	unsigned int rt_priority;
	const void *sched_class;
	struct sched_entity se;
	struct sched_rt_entity rt;
	void *sched_task_group;
	unsigned char fpu_counter;
	unsigned int btrace_seq, policy;
	int nr_cpus_allowed;
	unsigned long cpus_allowed[80];
	int rcu_read_lock_nesting;
	char rcu_read_unlock_special;
	struct list_head rcu_node_entry;
	void *rcu_blocked_node;
	struct sched_info sched_info;
	struct list_head tasks;
	struct {
		int prio;
		struct list_head prio_list, node_list;
	} pushable_tasks;
	struct mm_struct *mm, *active_mm;
#if KERNEL == 310
	unsigned brk_randomized : 1;
	struct {
		int events, count[3];
	} rss_stat;
#endif
	int exit_state, exit_code, exit_signal, pdeath_signal;
	unsigned int jobctl, personality;
	unsigned did_exec : 1, in_execve : 1, in_iowait : 1;
	pid_t pid, tgid;
	unsigned long stack_canary;
	struct task_struct *real_parent, *parent;
	struct list_head children, sibling;
	struct task_struct *group_leader;
	struct list_head ptraced, ptrace_entry;
	struct pid_link pids[3];
	struct list_head thread_group;
#if KERNEL == 310
	struct list_head thread_node;
#endif
	void *vfork_done;
	int *set_child_tid, *clear_child_tid;
	unsigned long utime, stime, utimescaled, stimescaled, gtime, prev_cputime[2];
	unsigned long nvcsw, nivcsw;
	struct timespec start_time, real_start_time;
	unsigned long min_flt, maj_flt;
	unsigned long cputime_expires[3];
	struct list_head cpu_timers[3];
	const void *real_cred, *cred;
	char comm[16];
	int link_count, total_link_count;
	void *sysvsem;
	unsigned long last_switch_count;
	struct thread_struct thread;
	void *fs, *files, *nsproxy;
	struct signal_struct *signal;
	void *sighand;
	unsigned long blocked, real_blocked, saved_sigmask;
	struct list_head pending_list;
};

struct rq {
	u32 lock;
	unsigned int nr_running;
	unsigned long cpu_load[5], last_load_update_tick, nohz_flags;
	u64 nr_switches;
	unsigned long cfs[50], rt[200];
	unsigned long nr_uninterruptible;
	struct task_struct *curr, *idle, *stop;
	struct mm_struct *prev_mm;
	u64 clock;
};

enum module_state { MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING };

typedef struct {
	unsigned int st_name;
	unsigned char st_info, st_other;
	unsigned short st_shndx;
	unsigned long st_value, st_size;
} Elf64_Sym;

struct attribute {
	const char *name;
	u16 mode;
};

struct module_attribute {
	struct attribute attr;
	void *show, *store, *setup, *test, *free;
};

struct module_sect_attr {
	struct module_attribute mattr;
	char *name;
	unsigned long address;
};

struct module_sect_attrs {
	struct {
		const char *name;
		void *is_visible, *attrs;
	} grp;
	unsigned int nsections;
	struct module_sect_attr attrs[];
};

struct module {
	enum module_state state;
	struct list_head list;
	char name[56];
	unsigned long mkobj[11];
	void *modinfo_attrs;
	const char *version, *srcversion;
	void *holders_dir;
	const void *syms;
	const unsigned long *crcs;
	unsigned int num_syms;
	void *kp;
	unsigned int num_kp, num_gpl_syms;
	const void *gpl_syms;
	const unsigned long *gpl_crcs;
	const void *unused_syms;
	unsigned long gpl_future[8];
	unsigned int num_exentries;
	void *extable;
	int (*init)(void);
	void *module_init, *module_core;
	unsigned int init_size, core_size, init_text_size, core_text_size, init_ro_size, core_ro_size;
	unsigned long arch;
	unsigned int taints, num_bugs;
	struct list_head bug_list;
	void *bug_table;
	Elf64_Sym *symtab, *core_symtab;
	unsigned int num_symtab, core_num_syms;
	char *strtab, *core_strtab;
	struct module_sect_attrs *sect_attrs;
	void *notes_attrs;
	char *args;
};

struct clocksource {
	u64 (*read)(struct clocksource *);
	u64 cycle_last, mask;
	u32 mult, shift;
	u64 max_idle_ns;
	u32 maxadj;
	const char *name;
	struct list_head list;
	int rating;
};

#if KERNEL == 310
struct timekeeper {
	struct clocksource *clock;
	u32 mult, shift;
	u64 cycle_interval, xtime_interval;
	long xtime_remainder;
	u32 raw_interval;
	u64 xtime_sec, xtime_nsec;
	long ntp_error;
	u32 ntp_error_shift;
	struct timespec wall_to_monotonic;
	long offs_real;
	struct timespec total_sleep_time;
	long offs_boot;
	struct timespec raw_time;
	int tai_offset;
	long offs_tai;
};

struct printk_log {
	u64 ts_nsec;
	u16 len, text_len, dict_len;
	u8 facility;
	u8 flags : 5;
	u8 level : 3;
};
#endif

struct pglist_data {
	unsigned long node_zones[4][200];
	int nr_zones;
	unsigned long node_start_pfn, node_present_pages, node_spanned_pages;
	int node_id;
};

struct file_operations {
	void *owner;
	long (*write)(struct file *file, const char *buf, unsigned long count, long long *ppos);
};

struct file {
	unsigned long f_u[2], f_path[2];
	const struct file_operations *f_op;
	long long f_pos;
};

/* printk.c */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
void serial(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* kallsyms.c: "name+0x1/0x20 [module]" */
const char *symbolic(unsigned long address);

/* sched.c */
#define for_each_process(p) \
	for ((p) = &init_task; ((p) = container_of((p)->tasks.next, struct task_struct, tasks)) != &init_task;)
extern struct task_struct init_task;
DECLARE_PER_CPU(struct task_struct *, current_task);
static inline struct task_struct *get_current(void)
{
	struct task_struct *task;
#if KERNEL == 26
	asm volatile("movq %%gs:per_cpu__current_task, %0" : "=r"(task));
#else
	asm volatile("movq %%gs:current_task, %0" : "=r"(task));
#endif
	return task;
}
#define current get_current()
void sched_init(void);
struct task_struct *do_fork(int pid, const char *comm, struct task_struct *parent, struct task_struct *leader,
			    unsigned long fn, unsigned long arg, bool user);
void schedule(void);

/* memory.c */
void *kmalloc(unsigned long size, unsigned long align);
void map_page(unsigned long *pgd, unsigned long address, unsigned long physical, unsigned long flags);
#define __pa(p) ((unsigned long)(p) - PAGE_OFFSET)
#define __va(p) ((void *)((p) + PAGE_OFFSET))
extern unsigned long init_level4_pgt[512];

/* module.c */
extern struct list_head modules;
void load_module(void);
extern const struct file_operations *victim_operations;

/* traps.c */
void trap_init(void);
void panic(const char *format, const char *text);

void *memcpy(void *to, const void *from, unsigned long size);
void *memset(void *to, int byte, unsigned long size);
int strcmp(const char *a, const char *b);

static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	new->next = head;
	new->prev = head->prev;
	head->prev->next = new;
	head->prev = new;
}

static inline void list_init(struct list_head *head)
{
	head->next = head->prev = head;
}

#endif
#endif
