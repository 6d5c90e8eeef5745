// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * victim: a module that dies in many ways, each through a chain of at least three plain functions, so that a backtrace can be
 * compared with the source. "echo WAY > /proc/victim" runs one; "insmod victim.ko how=null-init" dies inside module init.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#define LINK noinline __noclone

static char *how = "none";
module_param(how, charp, 0444);
MODULE_PARM_DESC(how, "null-init dies in module init, anything else waits for a write to /proc/victim");

struct victim_file {
	struct list_head link;
	unsigned long flags;
	unsigned long count;
	long (*read)(struct victim_file *file);
	char name[24];
};

static struct victim_file *victim_missing;
static DEFINE_MUTEX(victim_mutex_a);
static DEFINE_MUTEX(victim_mutex_b);
static DEFINE_SPINLOCK(victim_lock_a);
static DEFINE_SPINLOCK(victim_lock_b);
static struct timer_list victim_timer;
static struct work_struct victim_work;
static long victim_sink;

/* smash: a loop runs past the end of a local array. */
static LINK void victim_fill(char *buffer, int length)
{
	int i;

	for (i = 0; i < length; i++)
		WRITE_ONCE(buffer[i], 'A');
}

static LINK void victim_smashed(int length)
{
	char buffer[32];

	victim_fill(buffer, length);
	WRITE_ONCE(victim_sink, buffer[3]);
}

static LINK void victim_overrun(void)
{
	victim_smashed(48);
	barrier();
}

static LINK void victim_smash(void)
{
	victim_overrun();
	barrier();
}

/* null: a missing object is read. */
static LINK long victim_peek(struct victim_file *file)
{
	return READ_ONCE(file->flags) + 1;
}

static LINK long victim_open(int id)
{
	long flags = victim_peek(READ_ONCE(victim_missing));

	WRITE_ONCE(victim_sink, flags + id);
	return flags;
}

static LINK long victim_null(void)
{
	long value = victim_open(7);

	WRITE_ONCE(victim_sink, value);
	return value;
}

/* null-call: a missing method is called. */
static LINK long victim_invoke(struct victim_file *file)
{
	return READ_ONCE(file->read)(file) + 1;
}

static LINK long victim_method(void)
{
	struct victim_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	long value = file ? victim_invoke(file) : 0;

	WRITE_ONCE(victim_sink, value);
	return value;
}

static LINK long victim_nullcall(void)
{
	long value = victim_method();

	WRITE_ONCE(victim_sink, value);
	return value;
}

/* gpf, wild: an object at a made-up address is read. */
static LINK long victim_follow(unsigned long address)
{
	long value = victim_peek((struct victim_file *)address);

	WRITE_ONCE(victim_sink, value);
	return value;
}

static LINK long victim_gpf(void)
{
	long value = victim_follow(0x1234dead00000000UL);

	WRITE_ONCE(victim_sink, value);
	return value;
}

static LINK long victim_wild(void)
{
	long value = victim_follow(0xffffdead00001000UL);

	WRITE_ONCE(victim_sink, value);
	return value;
}

/* uaf: a freed object's pointer member is followed; slub_debug=P has filled it with 0x6b. */
static LINK long victim_use(struct victim_file *file)
{
	struct victim_file *next = list_entry(READ_ONCE(file->link.next), struct victim_file, link);

	return READ_ONCE(next->count) + 1;
}

static LINK long victim_release(void)
{
	struct victim_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	long value;

	INIT_LIST_HEAD(&file->link);
	kfree(file);
	value = victim_use(file);
	WRITE_ONCE(victim_sink, value);
	return value;
}

static LINK long victim_uaf(void)
{
	long value = victim_release();

	WRITE_ONCE(victim_sink, value);
	return value;
}

/* double-free */
static LINK void victim_discard(void *object)
{
	kfree(object);
	barrier();
}

static LINK void victim_cleanup(void *object)
{
	victim_discard(object);
	victim_discard(object);
	barrier();
}

static LINK void victim_doublefree(void)
{
	victim_cleanup(kzalloc(sizeof(struct victim_file), GFP_KERNEL));
	barrier();
}

/* div */
static LINK long victim_ratio(long total, int parts)
{
	return total / parts + 1;
}

static LINK long victim_average(void)
{
	long value = victim_ratio(jiffies, READ_ONCE(victim_sink) & 0);

	WRITE_ONCE(victim_sink, value);
	return value;
}

static LINK long victim_div(void)
{
	long value = victim_average();

	WRITE_ONCE(victim_sink, value);
	return value;
}

/* bug, warn, panic: assertions at the end of a chain. */
static LINK void victim_assert(unsigned long count)
{
	BUG_ON(count > 3);
	barrier();
}

static LINK void victim_check(void)
{
	victim_assert(READ_ONCE(victim_sink) + 5);
	barrier();
}

static LINK void victim_bug(void)
{
	victim_check();
	barrier();
}

static LINK void victim_doubt(unsigned long count)
{
	WARN(count > 3, "victim: count %lu is too high\n", count);
	barrier();
}

static LINK void victim_review(void)
{
	victim_doubt(READ_ONCE(victim_sink) + 5);
	barrier();
}

static LINK void victim_warn(void)
{
	victim_review();
	barrier();
}

static LINK void victim_giveup(int code)
{
	panic("victim: invariant %d is broken", code);
}

static LINK void victim_decide(void)
{
	victim_giveup(READ_ONCE(victim_sink) ? 41 : 42);
	barrier();
}

static LINK void victim_panic(void)
{
	victim_decide();
	barrier();
}

/* ud2: an invalid opcode that no bug table knows. */
static LINK void victim_illegal(void)
{
	asm volatile("ud2");
}

static LINK void victim_execute(void)
{
	victim_illegal();
	barrier();
}

static LINK void victim_ud2(void)
{
	victim_execute();
	barrier();
}

/* list: an entry is deleted twice. */
static LINK void victim_unlink(struct victim_file *file)
{
	list_del(&file->link);
	barrier();
}

static LINK void victim_forget(void)
{
	static LIST_HEAD(files);
	struct victim_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	list_add(&file->link, &files);
	victim_unlink(file);
	victim_unlink(file);
	barrier();
}

static LINK void victim_list(void)
{
	victim_forget();
	barrier();
}

/* stack: recursion without end. */
static LINK long victim_recurse(long depth)
{
	char pad[128];

	memset(pad, depth & 0x7f, sizeof(pad));
	barrier_data(pad);
	return victim_recurse(depth + 1) + READ_ONCE(pad[depth & 0x7f]);
}

static LINK void victim_descend(void)
{
	WRITE_ONCE(victim_sink, victim_recurse(1));
}

static LINK void victim_stack(void)
{
	victim_descend();
	barrier();
}

/* spin: a CPU never gives way. */
static LINK void victim_wait(void)
{
	while (!READ_ONCE(victim_sink) || READ_ONCE(victim_sink) != 0x55)
		cpu_relax();
}

static LINK void victim_poll(void)
{
	preempt_disable();
	victim_wait();
	preempt_enable();
}

static LINK void victim_spin(void)
{
	victim_poll();
	barrier();
}

/* irqoff: a CPU never gives way and hears no interrupt but the NMI. */
static LINK void victim_deaf(void)
{
	local_irq_disable();
	victim_wait();
	local_irq_enable();
}

static LINK void victim_irqoff(void)
{
	victim_deaf();
	barrier();
}

/* atomic: sleeping with a spinlock held and bottom halves off. */
static LINK void victim_doze(void)
{
	msleep(50);
	barrier();
}

static LINK void victim_locked(void)
{
	spin_lock_bh(&victim_lock_a);
	victim_doze();
	spin_unlock_bh(&victim_lock_a);
}

static LINK void victim_atomic(void)
{
	victim_locked();
	barrier();
}

/* hold, want: one task sleeps with a mutex held, another waits for it. */
static LINK void victim_nap(unsigned int seconds)
{
	msleep_interruptible(seconds * 1000);
	barrier();
}

static LINK void victim_hold(void)
{
	mutex_lock(&victim_mutex_a);
	victim_nap(3600);
	mutex_unlock(&victim_mutex_a);
}

static LINK void victim_take(struct mutex *mutex)
{
	mutex_lock(mutex);
	barrier();
}

static LINK void victim_want(void)
{
	victim_take(&victim_mutex_a);
	mutex_unlock(&victim_mutex_a);
}

/* ab, ba: two tasks take two mutexes in opposite order. */
static LINK void victim_pair(struct mutex *first, struct mutex *second)
{
	victim_take(first);
	ssleep(1);
	victim_take(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static LINK void victim_ab(void)
{
	victim_pair(&victim_mutex_a, &victim_mutex_b);
	barrier();
}

static LINK void victim_ba(void)
{
	victim_pair(&victim_mutex_b, &victim_mutex_a);
	barrier();
}

/* spinlocks: two threads on two CPUs take two spinlocks in opposite order. */
static LINK void victim_grab(spinlock_t *lock)
{
	spin_lock(lock);
	barrier();
}

static LINK void victim_cross(spinlock_t *first, spinlock_t *second)
{
	victim_grab(first);
	mdelay(300);
	victim_grab(second);
	spin_unlock(second);
	spin_unlock(first);
}

static int victim_spinner(void *swap)
{
	if (swap)
		victim_cross(&victim_lock_b, &victim_lock_a);
	else
		victim_cross(&victim_lock_a, &victim_lock_b);
	return 0;
}

static LINK void victim_spinlocks(void)
{
	struct task_struct *one = kthread_create(victim_spinner, NULL, "victim_spin/0");
	struct task_struct *two = kthread_create(victim_spinner, &victim_sink, "victim_spin/1");

	if (IS_ERR(one) || IS_ERR(two))
		return;
	kthread_bind(one, 0);
	kthread_bind(two, 1);
	wake_up_process(one);
	wake_up_process(two);
}

/* timer, work, kthread: the same missing object, read where no system call is below. */
static void victim_timeout(struct timer_list *unused)
{
	victim_open(1);
	barrier();
}

static void victim_worker(struct work_struct *unused)
{
	victim_open(2);
	barrier();
}

static int victim_thread(void *unused)
{
	victim_open(3);
	return 0;
}

static LINK void victim_start_timer(void)
{
	timer_setup(&victim_timer, victim_timeout, 0);
	mod_timer(&victim_timer, jiffies + HZ / 5);
}

static LINK void victim_start_work(void)
{
	INIT_WORK(&victim_work, victim_worker);
	schedule_work(&victim_work);
}

static LINK void victim_start_thread(void)
{
	struct task_struct *task = kthread_run(victim_thread, NULL, "victim_thread");

	if (IS_ERR(task))
		pr_err("victim: no thread\n");
}

static LINK void victim_run(const char *way)
{
	if (!strcmp(way, "null"))
		victim_null();
	else if (!strcmp(way, "null-call"))
		victim_nullcall();
	else if (!strcmp(way, "gpf"))
		victim_gpf();
	else if (!strcmp(way, "wild"))
		victim_wild();
	else if (!strcmp(way, "uaf"))
		victim_uaf();
	else if (!strcmp(way, "double-free"))
		victim_doublefree();
	else if (!strcmp(way, "div"))
		victim_div();
	else if (!strcmp(way, "bug"))
		victim_bug();
	else if (!strcmp(way, "warn"))
		victim_warn();
	else if (!strcmp(way, "panic"))
		victim_panic();
	else if (!strcmp(way, "ud2"))
		victim_ud2();
	else if (!strcmp(way, "list"))
		victim_list();
	else if (!strcmp(way, "smash"))
		victim_smash();
	else if (!strcmp(way, "stack"))
		victim_stack();
	else if (!strcmp(way, "spin"))
		victim_spin();
	else if (!strcmp(way, "irqoff"))
		victim_irqoff();
	else if (!strcmp(way, "atomic"))
		victim_atomic();
	else if (!strcmp(way, "hold"))
		victim_hold();
	else if (!strcmp(way, "want"))
		victim_want();
	else if (!strcmp(way, "ab"))
		victim_ab();
	else if (!strcmp(way, "ba"))
		victim_ba();
	else if (!strcmp(way, "spinlocks"))
		victim_spinlocks();
	else if (!strcmp(way, "timer"))
		victim_start_timer();
	else if (!strcmp(way, "work"))
		victim_start_work();
	else if (!strcmp(way, "thread"))
		victim_start_thread();
	else
		pr_err("victim: no way named %s\n", way);
	barrier();
}

static ssize_t victim_write(struct file *file, const char __user *text, size_t length, loff_t *position)
{
	char way[32] = "";

	if (length >= sizeof(way) || copy_from_user(way, text, length))
		return -EINVAL;
	victim_run(strim(way));
	return length;
}

static const struct proc_ops victim_ops = {
	.proc_write = victim_write,
};

static __init noinline long victim_parse(void)
{
	return victim_peek(READ_ONCE(victim_missing)) + 2;
}

static __init noinline long victim_setup(void)
{
	long value = victim_parse();

	WRITE_ONCE(victim_sink, value);
	return value;
}

static int __init victim_init(void)
{
	if (!strcmp(how, "null-init"))
		WRITE_ONCE(victim_sink, victim_setup());
	if (!proc_create("victim", 0200, NULL, &victim_ops))
		return -ENOMEM;
	pr_info("victim: ready\n");
	return 0;
}

static void __exit victim_exit(void)
{
	remove_proc_entry("victim", NULL);
}

module_init(victim_init);
module_exit(victim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vmcoroner lab: dies on request");
