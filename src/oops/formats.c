/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/formats.h"

#include "base/cleanup.h"

#define LIST(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

/* Where the guilty function is looked for; see struct format. */
#define IP_ONLY       \
	{             \
		"@ip" \
	}
#define IP_THEN_TRACE                    \
	{                                \
		"@ip", "@call", "@stack" \
	}
#define TRACE                     \
	{                         \
		"@call", "@stack" \
	}
#define STACK            \
	{                \
		"@stack" \
	}
/* A warning traps where it is: the frame after the pointer is the caller; before 4.11 it was a
 * call. */
#define AT_WARNING .parts = { "@ip", "@stack" }, .other = { "@call", "@stack" }
#define LOCK_AT "at: %a%f+"

static const char *const allocation_skip[] = { "slab_", "kfree", "vunmap", "vfree", NULL };
static const char *const kasan_skip[] = { "kernel_fault", "tag_check", "mem_abort",
					  "^el1_",	  "^el1h_",    NULL };
static const char *const kmsan_skip[] = { "alloc_skb", "netlink_ack", "netlink_rcv_skb",
					  "_encrypt$", "^crypto_",    "^cipher_",
					  "^drbg_",    "^rng_",	      NULL };
static const char *const usb_skip[] = {
	"alloc_skb",	     "usb_submit_urb",	   "usb_start_wait_urb",
	"usb_bulk_msg",	     "usb_interrupt_msg",  "usb_control_msg",
	"dummy_urb_enqueue", "usb_hcd_submit_urb", NULL
};
static const char *const page_skip[] = { "free_page",
					 "put_page",
					 "get_page",
					 "update_page",
					 "release_page",
					 "free_unref",
					 "^folio",
					 "truncate_inode_pages",
					 "page_frag_free",
					 "alloc",
					 "vmap",
					 "page_owner",
					 NULL };
static const char *const preempt_skip[] = { "dump_stack",   "preempt",	"debug_",
					    "processor_id", "this_cpu", NULL };
static const char *const leak_skip[] = { "kmemleak",   "mmap",		"kmem",
					 "slab",       "alloc",		"create_object",
					 "idr_get",    "list_lru_init", "kasprintf",
					 "kvasprintf", "pcpu_create",	"strdup",
					 "strndup",    "memdup",	NULL };
static const char *const rcu_skip[] = { "rcu", "kmem", "slab", NULL };
static const char *const queue_skip[] = { "process_one_work", "flush_workqueue", "drain_workqueue",
					  "destroy_workqueue", NULL };
static const char *const debugobjects_skip[] = { "debug_",  "rcu",	   "hrtimer_", "timer_",
						 "work_",   "percpu_",	   "vunmap",   "vfree",
						 "__free_", "debug_check", "kobject_", NULL };
static const char *const kmalloc_skip[] = { "kmalloc", "krealloc", "slab", "kmem", NULL };
static const char *const ubsan_skip[] = { "ubsan", "overflow", NULL };
static const char *const spin_skip[] = { "spin_", "_lock", "_unlock", NULL };
static const char *const schedule_skip[] = { "schedule", NULL };
static const char *const usercopy_skip[] = { "usercopy", "__check", NULL };
static const char *const stall_skip[] = { "apic_timer_interrupt", "rcu", NULL };

/* "in f+0x1/0x2", after scripts/decode_stacktrace.sh "in f (file.c:12)" */
#define KASAN_ACCESS(size, access)                                                         \
	{ "BUG: KASAN: %s in %f+",                                                         \
	  size,                                                                            \
	  "KASAN: {0} " access " in {F}",                                                  \
	  NULL,                                                                            \
	  kasan_skip,                                                                      \
	  { "BUG: KASAN: %* in %f+", "@call", "@stack" } },                                \
	{                                                                                  \
		"BUG: KASAN: %s in %f (%p:%n", size, "KASAN: {0} " access " in {F}", NULL, \
			kasan_skip,                                                        \
		{                                                                          \
			"BUG: KASAN: %* in %f", "@call", "@stack"                          \
		}                                                                          \
	}

#define KASAN_OLD_ACCESS(words, size, name, access, category)                              \
	{                                                                                  \
		"BUG: KASan: " words " in %f+", size, "KASAN: " name " " access " in {F}", \
			category, kasan_skip,                                              \
		{                                                                          \
			"BUG: KASan: %* in %f+", "@call", "@stack"                         \
		}                                                                          \
	}
#define KASAN_OLD(words, name, category)                                     \
	KASAN_OLD_ACCESS(words, "%*ead of size %n", name, "Read", category), \
		KASAN_OLD_ACCESS(words, "%*rite of size %n", name, "Write", category)

static const struct format bug_formats[] = {
	/* mm/kasan/report.c */
	{ "BUG: KASAN: double-free",
	  NULL,
	  "KASAN: invalid-free in {F}",
	  "double-free",
	  allocation_skip,
	  { "BUG: KASAN: double-free%* in %f", "@call", "@stack" } },
	{ "BUG: KASAN: invalid-free",
	  NULL,
	  "KASAN: invalid-free in {F}",
	  "double-free",
	  allocation_skip,
	  { "BUG: KASAN: invalid-free in %f", "@call", "@stack" } },
	KASAN_ACCESS("%*ead of size %n", "Read"),
	KASAN_ACCESS("%*rite of size %n", "Write"),
	KASAN_ACCESS("Read at addr %x", "Read"),
	KASAN_ACCESS("Write at addr %x", "Write"),
	/* before 4.6 */
	KASAN_OLD("use after free", "use-after-free", "use-after-free"),
	KASAN_OLD("out of bounds access", "out-of-bounds", "memory-corruption"),
	KASAN_OLD("user-memory-access", "user-memory-access", "bad-pointer"),
	KASAN_OLD("null-ptr-deref", "null-ptr-deref", "null-deref"),
	{ "BUG: KASAN: %s on address", "%*ead of size %n", "KASAN: {0} Read" },
	{ "BUG: KASAN: %s on address", "%*rite of size %n", "KASAN: {0} Write" },
	{ "BUG: KASAN: %t%.", NULL, "KASAN: {0}", .flags = FORMAT_DAMAGED },
	/* mm/kmsan/report.c */
	{ "BUG: KMSAN: kernel-usb-infoleak in %f",
	  NULL,
	  "KMSAN: kernel-usb-infoleak in {F}",
	  "memory-corruption",
	  usb_skip,
	  { "@stack" } },
	{ "BUG: KMSAN: %s in %f", NULL, "KMSAN: {0} in {F}", "memory-corruption", kmsan_skip,
	  STACK },
	/* kernel/kcsan/report.c */
	{ "BUG: KCSAN: %t%.", NULL, "KCSAN: {0}", "memory-corruption" },
	/* mm/kfence/report.c */
	{ "BUG: KFENCE: use-after-free %w in %f",
	  NULL,
	  "KFENCE: use-after-free {0} in {F}",
	  "use-after-free",
	  NULL,
	  { "BUG: KFENCE: %* in %f", "@stack" } },
	{ "BUG: KFENCE: out-of-bounds %w in %f",
	  NULL,
	  "KFENCE: out-of-bounds {0} in {F}",
	  "memory-corruption",
	  NULL,
	  { "BUG: KFENCE: %* in %f", "@stack" } },
	{ "BUG: KFENCE: invalid free in %f",
	  NULL,
	  "KFENCE: invalid free in {F}",
	  "double-free",
	  NULL,
	  { "BUG: KFENCE: %* in %f", "@stack" } },
	{ "BUG: KFENCE: invalid %w in %f",
	  NULL,
	  "KFENCE: invalid {0} in {F}",
	  "bad-pointer",
	  NULL,
	  { "BUG: KFENCE: %* in %f", "@stack" } },
	{ "BUG: KFENCE: memory corruption in %f",
	  NULL,
	  "KFENCE: memory corruption in {F}",
	  "memory-corruption",
	  NULL,
	  { "BUG: KFENCE: %* in %f", "@stack" } },
	/* arch/x86/mm/fault.c, show_fault_oops(); arch/powerpc/mm/fault.c */
	{ "BUG: unable to handle kernel paging request", NULL,
	  "BUG: unable to handle kernel paging request in {F}", "bad-pointer", NULL,
	  IP_THEN_TRACE },
	{ "BUG: unable to handle page fault for address", NULL,
	  "BUG: unable to handle kernel paging request in {F}", "bad-pointer", NULL,
	  IP_THEN_TRACE },
	{ "BUG: Unable to handle kernel data access", NULL,
	  "BUG: unable to handle kernel paging request in {F}", "bad-pointer", NULL,
	  IP_THEN_TRACE },
	{ "BUG: Unable to handle kernel instruction fetch", NULL,
	  "BUG: unable to handle kernel paging request in {F}", "bad-pointer", NULL,
	  IP_THEN_TRACE },
	{ "BUG: unable to handle kernel NULL pointer dereference", NULL,
	  "BUG: unable to handle kernel NULL pointer dereference in {F}", "null-deref", NULL,
	  IP_THEN_TRACE },
	{ "BUG: Unable to handle kernel NULL pointer dereference", NULL,
	  "BUG: unable to handle kernel NULL pointer dereference in {F}", "null-deref", NULL,
	  IP_THEN_TRACE },
	{ "BUG: kernel NULL pointer dereference", NULL,
	  "BUG: unable to handle kernel NULL pointer dereference in {F}", "null-deref", NULL,
	  IP_THEN_TRACE },
	{ "BUG: Kernel NULL pointer dereference", NULL,
	  "BUG: unable to handle kernel NULL pointer dereference in {F}", "null-deref", NULL,
	  IP_THEN_TRACE },
	{ "BUG: unable to handle kernel%_%.", NULL, "BUG: unable to handle kernel", "bad-pointer",
	  .flags = FORMAT_DAMAGED },
	/* kernel/locking/spinlock_debug.c */
	{ "BUG: spinlock %t on CPU", NULL, "BUG: spinlock {0} in {F}", "deadlock", spin_skip,
	  TRACE },
	{ "BUG: rwlock %t on CPU", NULL, "BUG: rwlock {0} in {F}", "deadlock", spin_skip, TRACE },
	/* kernel/watchdog.c */
	{ "BUG: soft lockup", NULL, "BUG: soft lockup in {F}", "soft-lockup", NULL, IP_THEN_TRACE,
	  .flags = FORMAT_STALL },
	/* kernel/locking/lockdep.c */
	{ "BUG: %* still has locks held!",
	  NULL,
	  "BUG: still has locks held in {F}",
	  "deadlock",
	  NULL,
	  { "[<%x>] %f+" } },
	{ "BUG: lock held when returning to user space",
	  "%*leaving the kernel with locks still held",
	  "BUG: lock held when returning to user space in {F}",
	  "deadlock",
	  NULL,
	  { "leaving the kernel with locks still held", LOCK_AT } },
	{ "BUG: bad unlock balance detected!",
	  NULL,
	  "BUG: bad unlock balance in {F}",
	  "deadlock",
	  NULL,
	  { "[<%x>] %f+", "@call", "@stack" } },
	{ "BUG: held lock freed!",
	  NULL,
	  "BUG: held lock freed in {F}",
	  "deadlock",
	  NULL,
	  { "[<%x>] %f+" } },
	{ "BUG: Invalid wait context", NULL, "WARNING: locking bug in {F}", "deadlock", NULL,
	  TRACE },
	/* kernel/fork.c, check_mm() */
	{ "BUG: Bad rss-counter state", NULL, "BUG: Bad rss-counter state", "memory-corruption" },
	{ "BUG: non-zero nr_ptes on freeing mm", NULL, "BUG: non-zero nr_ptes on freeing mm",
	  "memory-corruption" },
	{ "BUG: non-zero nr_pmds on freeing mm", NULL, "BUG: non-zero nr_pmds on freeing mm",
	  "memory-corruption" },
	/* fs/dcache.c, umount_check() */
	{ "BUG: Dentry %* still in use (%n) [%*unmount of %*]", NULL,
	  "BUG: Dentry still in use in unmount", "filesystem" },
	/* mm/page_alloc.c, bad_page() */
	{ "BUG: Bad page state",
	  "%*page last allocated",
	  "BUG: Bad page state in {F}",
	  "memory-corruption",
	  page_skip,
	  { "page last allocated", "@stack" } },
	{ "BUG: Bad page cache",
	  "%*page last allocated",
	  "BUG: Bad page cache in {F}",
	  "memory-corruption",
	  page_skip,
	  { "page last allocated", "@stack" } },
	{ "BUG: Bad page state", NULL, "BUG: Bad page state in {F}", "memory-corruption", page_skip,
	  TRACE },
	{ "BUG: Bad page cache", NULL, "BUG: Bad page cache in {F}", "memory-corruption", page_skip,
	  TRACE },
	{ "BUG: Bad page map", NULL, "BUG: Bad page map", "memory-corruption" },
	/* kernel/workqueue.c */
	{ "BUG: workqueue lockup", NULL, "BUG: workqueue lockup", "soft-lockup" },
	{ "BUG: workqueue leaked %*atomic",
	  "%*last function: %f",
	  "BUG: workqueue leaked lock or atomic in {F}",
	  "atomic-sleep",
	  NULL,
	  { "last function: %a%f" } },
	/* kernel/sched/core.c */
	{ "BUG: scheduling while atomic", NULL, "BUG: scheduling while atomic in {F}",
	  "atomic-sleep", schedule_skip, TRACE },
	{ "BUG: sleeping function called from invalid context at ", NULL,
	  "BUG: sleeping function called from invalid context in {F}", "atomic-sleep", NULL,
	  TRACE },
	/* lib/smp_processor_id.c */
	{ "BUG: using %f() in preemptible", NULL, "BUG: using {0}() in preemptible code in {F}",
	  "atomic-sleep", preempt_skip, TRACE },
	/* mm/kmemleak.c */
	{ "BUG: memory leak",
	  "%*backtrace",
	  "memory leak in {F}",
	  NULL,
	  leak_skip,
	  { "backtrace", "@stack" } },
	/* arch/x86/kernel/traps.c, handle_stack_overflow() */
	{ "BUG: %*stack guard page was hit at ", NULL, "BUG: stack guard page was hit in {F}",
	  "stack-overflow", NULL, IP_THEN_TRACE, .flags = FORMAT_STALL },
	{ "BUG:%_%.", NULL, "BUG: corrupted", .flags = FORMAT_DAMAGED },
};

/*
 * WARN(): kernel/panic.c, __warn(). The header names the place in three ways:
 * "WARNING: CPU: 1 PID: 2 at FILE:LINE f+", "WARNING: at FILE:LINE f+" (before 3.10) and
 * "WARNING: FILE:LINE at f+, CPU#1: comm/2" (end of 2025 on, with a condition in front if built
 * in).
 */
#define WARNING_AT(file, title, category, skip)                                          \
	{ "WARNING: %*at " file ":%n", NULL, title, category, skip, AT_WARNING },        \
		{ "WARNING: " file ":%n at ", NULL, title, category, skip, AT_WARNING }, \
	{                                                                                \
		"WARNING: [%*] " file ":%n at ", NULL, title, category, skip, AT_WARNING \
	}

/* An allocation that is too large, in one of the files that implement kmalloc(). */
#define KMALLOC_WARNING(function)                                                    \
	{                                                                            \
		"WARNING: %*mm/%*.c:" function, NULL, "WARNING: kmalloc bug in {F}", \
			"warning-panic", kmalloc_skip, AT_WARNING                    \
	}

static const struct format warning_formats[] = {
	WARNING_AT("lib/debugobjects.c", "WARNING: ODEBUG bug in {F}", "use-after-free",
		   debugobjects_skip),
	WARNING_AT("mm/usercopy.c", "WARNING: bad usercopy in {F}", "memory-corruption",
		   usercopy_skip),
	WARNING_AT("lib/kobject.c", "WARNING: kobject bug in {F}", "warning-panic",
		   LIST("kobject_")),
	WARNING_AT("fs/proc/generic.c", "WARNING: proc registration bug in {F}", "warning-panic",
		   LIST("proc_")),
	WARNING_AT("lib/refcount.c", "WARNING: refcount bug in {F}", "use-after-free",
		   LIST("refcount", "kobject_")),
	{ "WARNING: %*kernel/locking/lockdep.c:%n %*lock_", NULL, "WARNING: locking bug in {F}",
	  "deadlock", LIST("lock_sock", "release_sock"), AT_WARNING },
	KMALLOC_WARNING("%n kmalloc"),
	KMALLOC_WARNING("%n kvmalloc"),
	KMALLOC_WARNING("%n at kmalloc"),
	KMALLOC_WARNING("%n at kvmalloc"),
	{ "WARNING: %*mm/vmalloc.c:%n %*__vmalloc_node", NULL, "WARNING: zero-size vmalloc in {F}",
	  "warning-panic", NULL, AT_WARNING },
	{ "WARNING: %* usb_submit_urb", NULL, "WARNING in {F}/usb_submit_urb", "warning-panic",
	  usb_skip, AT_WARNING },
	/* kernel/locking/lockdep.c */
	{ "WARNING: possible circular locking dependency detected",
	  "%*is trying to acquire lock",
	  "possible deadlock in {F}",
	  "deadlock",
	  queue_skip,
	  { "is trying to acquire lock", LOCK_AT, LOCK_AT, "@stack" } },
	{ "WARNING: possible recursive locking detected",
	  "%*is trying to acquire lock",
	  "possible deadlock in {F}",
	  "deadlock",
	  NULL,
	  { "is trying to acquire lock", LOCK_AT } },
	{ "WARNING: possible irq lock inversion dependency detected",
	  "%*just changed the state of lock",
	  "possible deadlock in {F}",
	  "deadlock",
	  NULL,
	  { "just changed the state of lock", LOCK_AT } },
	{ "WARNING: %*-safe -> %*-unsafe lock order detected",
	  "%*which became ",
	  "possible deadlock in {F}",
	  "deadlock",
	  NULL,
	  { "which became ", "@stack" } },
	{ "WARNING: inconsistent lock state", "%* takes", "inconsistent lock state in {F}",
	  "deadlock", NULL, TRACE },
	/* kernel/locking/lockdep.c, lockdep_rcu_suspicious() */
	{ "WARNING: suspicious RCU usage", "%*.%w:%n", "WARNING: suspicious RCU usage in {F}",
	  "deadlock", rcu_skip, TRACE },
	{ "WARNING: %* still has locks held!",
	  NULL,
	  "WARNING: still has locks held in {F}",
	  "deadlock",
	  NULL,
	  { LOCK_AT } },
	{ "WARNING: Nested lock was not taken", NULL, "WARNING: nested lock was not taken in {F}",
	  "deadlock", NULL, AT_WARNING },
	{ "WARNING: lock held when returning to user space",
	  "%*leaving the kernel with locks still held",
	  "WARNING: lock held when returning to user space in {F}",
	  "deadlock",
	  NULL,
	  { "leaving the kernel with locks still held", LOCK_AT } },
	{ "WARNING: bad unlock balance detected!",
	  NULL,
	  "WARNING: bad unlock balance in {F}",
	  "deadlock",
	  NULL,
	  { "[<%x>] %f+", "@call", "@stack" },
	  TRACE },
	{ "WARNING: held lock freed!",
	  NULL,
	  "WARNING: held lock freed in {F}",
	  "deadlock",
	  NULL,
	  { LOCK_AT } },
	/* arch/x86/kernel/unwind_frame.c */
	{ "WARNING: kernel stack regs at %x in %* has bad 'bp' value", NULL,
	  "WARNING: kernel stack regs has bad 'bp' value", "memory-corruption" },
	{ "WARNING: kernel stack regs at %x in %* has bad value", NULL,
	  "WARNING: kernel stack regs has bad value", "memory-corruption" },
	{ "WARNING: kernel stack regs %*has bad 'bp' value", NULL,
	  "WARNING: kernel stack regs has bad value", "memory-corruption" },
	{ "WARNING: kernel stack frame pointer at %x in %* has bad value", NULL,
	  "WARNING: kernel stack frame pointer has bad value", "memory-corruption" },
	/* any other place */
	{ "WARNING: %*at %p:%n", NULL, "WARNING in {F}", "warning-panic", NULL, AT_WARNING },
	{ "WARNING: %p:%n at ", NULL, "WARNING in {F}", "warning-panic", NULL, AT_WARNING },
	{ "WARNING: [%*] %p:%n at ", NULL, "WARNING in {F}", "warning-panic", NULL, AT_WARNING },
	{ "WARNING:%_%.", NULL, "WARNING: corrupted", .flags = FORMAT_DAMAGED },
};

/* A stall's trace begins with the interrupt that found it; what was interrupted is below. */
static const struct recipe below_interrupt[] = {
	{ { "Exception stack", "@stack" } },
	{ { "el1h_64_irq", "@stack" } },
	{ { "NMI backtrace for cpu", "@ip", "@call", "@stack" } },
	{ { NULL } },
};

/* The same on arm and powerpc, and of kernels that dump the task instead. */
static const struct recipe below_other_interrupts[] = {
	{ { "__irq_svc", "@stack" } },
	{ { "--- interrupt: %x at %f", "@stack" } },
	{ { "Task dump for CPU", "@call", "@stack" } },
	{ { NULL } },
};

static const struct format info_formats[] = {
	/* lockdep up to 4.15 */
	{ "INFO: possible circular locking dependency detected",
	  "%*is trying to acquire lock",
	  "possible deadlock in {F}",
	  "deadlock",
	  queue_skip,
	  { "is trying to acquire lock", LOCK_AT } },
	{ "INFO: possible recursive locking detected",
	  "%*is trying to acquire lock",
	  "possible deadlock in {F}",
	  "deadlock",
	  NULL,
	  { "is trying to acquire lock", LOCK_AT } },
	{ "INFO: possible irq lock inversion dependency detected",
	  "%*just changed the state of lock",
	  "possible deadlock in {F}",
	  "deadlock",
	  NULL,
	  { "just changed the state of lock", LOCK_AT } },
	{ "INFO: %*-safe -> %*-unsafe lock order detected",
	  NULL,
	  "possible deadlock in {F}",
	  "deadlock",
	  NULL,
	  { "is trying to acquire", LOCK_AT } },
	{ "INFO: inconsistent lock state",
	  "%* takes",
	  "inconsistent lock state in {F}",
	  "deadlock",
	  NULL,
	  { " takes", LOCK_AT } },
	/* kernel/rcu/tree_stall.h, tasks.h */
	{ "INFO: rcu_%w %*detected %*stall",
	  NULL,
	  "INFO: rcu detected stall in {F}",
	  "rcu-stall",
	  stall_skip,
	  { "apic_timer_interrupt", "@ip", "@stack" },
	  { "apic_timer_interrupt", "@stack" },
	  FORMAT_STALL,
	  below_interrupt,
	  below_other_interrupts },
	/* kernel/hung_task.c */
	{ "INFO: task %* blocked %*for more than %n seconds", NULL, "INFO: task hung in {F}",
	  "hung-task", NULL, TRACE, .flags = FORMAT_HUNG },
	{ "INFO: task %* can't die for more than %n seconds", NULL, "INFO: task can't die in {F}",
	  "hung-task", schedule_skip, TRACE },
	{ "INFO: trying to register non-static key", NULL,
	  "INFO: trying to register non-static key in {F}", "memory-corruption",
	  LIST("stack", "lock", "IRQ"), TRACE },
	{ "INFO: suspicious RCU usage", NULL, "INFO: suspicious RCU usage in {F}", "deadlock",
	  rcu_skip, TRACE },
	/* mm/slub.c, a part of a slab report whose head was lost */
	{ "INFO: Freed in %t%.", NULL, "INFO: Freed in {0}", "memory-corruption",
	  .flags = FORMAT_DAMAGED },
	{ "INFO: Allocated in %t%.", NULL, "INFO: Allocated in {0}", "memory-corruption",
	  .flags = FORMAT_DAMAGED },
	{ "INFO:%_%.", NULL, "INFO: corrupted", .flags = FORMAT_DAMAGED },
};

static const struct format unable_formats[] = {
	{ "Unable to handle kernel paging request", NULL,
	  "BUG: unable to handle kernel paging request in {F}", "bad-pointer", NULL,
	  IP_THEN_TRACE },
	{ "Unable to handle kernel NULL pointer dereference", NULL,
	  "BUG: unable to handle kernel NULL pointer dereference in {F}", "null-deref", NULL,
	  IP_THEN_TRACE },
	{ "Unable to handle kernel access to user memory", NULL,
	  "BUG: unable to handle kernel access to user memory in {F}", "bad-pointer", NULL,
	  IP_THEN_TRACE },
	/* arch/s390/mm/fault.c */
	{ "Unable to handle kernel pointer dereference",
	  NULL,
	  "BUG: unable to handle kernel paging request in {F}",
	  "bad-pointer",
	  NULL,
	  { "@ip", "@call", "@stack" } },
	/* arch/arm64/mm/fault.c, die_kernel_fault(): execute from non-executable memory ... */
	{ "Unable to handle kernel %t at virtual address", NULL,
	  "BUG: unable to handle kernel {0} in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
};

static const struct format gpf_formats[] = {
	{ "general protection fault%*:", NULL, "general protection fault in {F}", "gpf", NULL,
	  IP_THEN_TRACE },
};

/* arch/x86/kernel/traps.c: one row a trap name as die() prints it, "name: 0000 [#1]" */
static const struct format stack_segment_formats[] = {
	{ "stack segment: ", NULL, "stack segment fault in {F}", "gpf", NULL, IP_THEN_TRACE },
};
static const struct format divide_formats[] = {
	{ "divide%*: ", NULL, "divide error in {F}", "divide-error", NULL, IP_ONLY },
};
static const struct format opcode_formats[] = {
	{ "invalid opcode: ", NULL, "invalid opcode in {F}", "invalid-opcode", NULL, IP_ONLY },
};
static const struct format int3_formats[] = {
	{ "int3: ", NULL, "int3 in {F}", "invalid-opcode", NULL, IP_THEN_TRACE },
};
static const struct format segment_formats[] = {
	{ "segment not present: ", NULL, "segment not present in {F}", "gpf", NULL, IP_THEN_TRACE },
};
static const struct format alignment_check_formats[] = {
	{ "alignment check: ", NULL, "alignment check in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
};
static const struct format double_fault_formats[] = {
	{ "%*ouble fault", NULL, "PANIC: double fault in {F}", "stack-overflow", NULL, IP_ONLY },
};
static const struct format internal_formats[] = {
	{ "Internal error:", NULL, "Internal error in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
};
static const struct format unhandled_formats[] = {
	{ "Unhandled fault:", NULL, "Unhandled fault in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
};
static const struct format alignment_formats[] = {
	{ "Alignment trap:", NULL, "Alignment trap in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
};

/* lib/bug.c, report_bug() */
static const struct format kernel_bug_formats[] = {
	{ "kernel BUG at mm/usercopy.c", NULL, "BUG: bad usercopy in {F}", "memory-corruption",
	  usercopy_skip, TRACE },
	{ "kernel BUG at lib/list_debug.c", NULL, "BUG: corrupted list in {F}", "list-corruption",
	  NULL, TRACE },
	{ "kernel BUG at %p:%n", NULL, "kernel BUG in {F}", "bug-assertion", LIST("^skb_"),
	  IP_THEN_TRACE },
};
static const struct format capital_bug_formats[] = {
	{ "Kernel BUG %t%.", NULL, "kernel BUG {0}", "bug-assertion" },
};
/* mm/slub.c, slab_bug(): the cache's name, then the taint, which is nothing of the defect */
static const struct format slab_formats[] = {
	{ "BUG %*: Object already free", NULL, "BUG: Object already free", "double-free", NULL,
	  TRACE },
	{ "BUG %s (Not tainted): %t%.", NULL, "BUG {0}: {1}", "memory-corruption", NULL, TRACE },
	{ "BUG %s (Tainted: %*): %t%.", NULL, "BUG {0}: {1}", "memory-corruption", NULL, TRACE },
};
/* arch/arm64/kernel/traps.c: arm64_serror_panic(), before 4.15 bad_mode() */
static const struct format serror_formats[] = {
	{ "SError Interrupt on CPU", NULL, "SError Interrupt in {F}", "hardware", NULL,
	  IP_THEN_TRACE },
	{ "Bad mode in Error handler detected", NULL, "SError Interrupt in {F}", "hardware", NULL,
	  IP_THEN_TRACE },
};

/* kernel/panic.c; only panics without a report of their own before them come out as the first. */
static const struct format panic_formats[] = {
	{ "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: %a%x%.", NULL,
	  "kernel panic: stack is corrupted in {F}", "stack-overflow", LIST("stack_chk"), TRACE,
	  .flags = FORMAT_PANIC },
	{ "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: %f",
	  NULL,
	  "kernel panic: stack is corrupted in {F}",
	  "stack-overflow",
	  LIST("stack_chk"),
	  { "stack is corrupted in: %f", "@call", "@stack" },
	  TRACE,
	  FORMAT_PANIC },
	{ "Kernel panic - not syncing: corrupted stack end detected inside scheduler", NULL,
	  "kernel panic: corrupted stack end in {F}", "stack-overflow",
	  LIST("schedule", "retint_kernel"), TRACE, .flags = FORMAT_PANIC | FORMAT_STALL },
	{ "Kernel panic - not syncing: kernel stack overflow", NULL, "kernel stack overflow in {F}",
	  "stack-overflow", LIST("bad_stack"), TRACE, .flags = FORMAT_PANIC | FORMAT_STALL },
	{ "Kernel panic - not syncing: Attempted to kill init!", NULL,
	  "kernel panic: Attempted to kill init!", "init-killed", .flags = FORMAT_PANIC },
	{ "Kernel panic - not syncing: Couldn't open N_TTY ldisc", NULL,
	  "kernel panic: Couldn't open N_TTY ldisc", "panic-call", .flags = FORMAT_PANIC },
	{ "Kernel panic - not syncing: Fatal exception", NULL, "kernel panic: Fatal exception",
	  NULL, .flags = FORMAT_PANIC | FORMAT_DAMAGED },
	{ "Kernel panic - not syncing: panic_on_warn set", NULL, "kernel panic: panic_on_warn set",
	  "warning-panic", .flags = FORMAT_PANIC | FORMAT_DAMAGED },
	{ "Kernel panic - not syncing: hung_task: blocked tasks", NULL,
	  "kernel panic: hung_task: blocked tasks", "hung-task",
	  .flags = FORMAT_PANIC | FORMAT_DAMAGED },
	{ "Kernel panic - not syncing: %t%.", NULL, "kernel panic: {0}", NULL,
	  .flags = FORMAT_PANIC },
};

/* lib/ubsan.c */
static const struct format ubsan_formats[] = {
	{ "UBSAN: Undefined behaviour in ", NULL, "UBSAN: undefined-behaviour in {F}",
	  "memory-corruption", ubsan_skip, TRACE },
	{ "UBSAN: %s in %*:%n", NULL, "UBSAN: {0} in {F}", "memory-corruption", ubsan_skip, TRACE },
};
static const struct format rust_formats[] = {
	{ "rust_kernel: panicked at ", "%t%.", "{0} in {F}", "bug-assertion",
	  LIST("rust_begin_unwind"), TRACE },
};
static const struct format netdevice_formats[] = {
	{ "unregister_netdevice: waiting for %* to become free", NULL,
	  "unregister_netdevice: waiting for DEV to become free", "hung-task" },
};
static const struct format vfs_close_formats[] = {
	{ "VFS: Close: file count is 0", NULL, "VFS: Close: file count is zero (use-after-free)",
	  "use-after-free" },
};
static const struct format vfs_busy_formats[] = {
	{ "VFS: Busy inodes after unmount", NULL, "VFS: Busy inodes after unmount (use-after-free)",
	  "filesystem" },
};

/* arch/x86/boot/compressed/misc.c; in the middle of a log the machine started again. */
static const struct format reboot_formats[] = {
	{ "Booting the kernel.", NULL, "unexpected kernel reboot" },
};

/* kernel/watchdog_perf.c, kernel/watchdog_hld.c */
static const struct format hard_lockup_formats[] = {
	{ "Watchdog detected hard LOCKUP", NULL, "NMI watchdog: hard LOCKUP in {F}", "hard-lockup",
	  NULL, IP_THEN_TRACE },
};
static const struct format machine_check_formats[] = {
	{ "Machine check events logged", NULL, "Machine check events logged", "hardware" },
	{ "Machine Check Exception", NULL, "Machine check exception", "hardware" },
	{ "Machine Check:", NULL, "Machine check", "hardware" },
};
static const struct format nobody_formats[] = {
	{ ": nobody cared", NULL, "irq: nobody cared", "hardware" },
};
static const struct format badness_formats[] = {
	{ "Badness at %p:%n", NULL, "WARNING in {F}", "warning-panic", NULL, AT_WARNING },
};
static const struct format stack_overflow_formats[] = {
	{ "do_IRQ: stack overflow", NULL, "stack overflow in {F}", "stack-overflow", NULL, TRACE },
	{ "ear stack overflow (cur:", NULL, "stack overflow in {F}", "stack-overflow", NULL,
	  TRACE },
	{ "kernel stack overflow (", NULL, "kernel stack overflow in {F}", "stack-overflow", NULL,
	  IP_THEN_TRACE },
};
/* mm/page_alloc.c, warn_alloc() */
static const struct format allocation_formats[] = {
	{ ": page allocation failure", NULL, "page allocation failure in {F}", NULL, NULL, TRACE },
};
/* A die() whose first line was lost. */
static const struct format oops_formats[] = {
	{ "Oops: %*[#%n]", NULL, "Oops in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
	{ "Oops [#%n]", NULL, "Oops in {F}", "bad-pointer", NULL, IP_THEN_TRACE },
};

#define GROUP(literal, rows) .word = (literal), .formats = (rows), .n_formats = VMC_ARRAY_SIZE(rows)

/* Of two groups whose word is in one line the upper one has it. */
const struct format_group vmc_oops_groups[] = {
	{ GROUP("BUG:", bug_formats),
	  .unless = LIST("ODEBUG:", "DEBUG:", "Boot_DEBUG:", "xlog_status:",
			 "BUG: no syscalls can create resource"),
	  .category = "unknown" },
	{ GROUP("WARNING:", warning_formats),
	  .unless =
		  LIST("/etc/ssh/moduli does not exist", "workqueue cpumask: online intersect",
		       "he mand mount option", "Unsupported flag value(s)",
		       "Unprivileged eBPF is enabled with eIBRS", "fbcon: Driver",
		       "mitigation options.", "kernel not compiled with CPU_SRSO", "EXT4-fs ",
		       "): WARNING", "~uses deprecated v2 capabilities", "~wireless extensions") },
	{ GROUP("INFO:", info_formats), .flags = FORMAT_STRICT,
	  .unless = LIST("lockdep is turned off", "blocked on a ",
			 "Stall ended before state dump start", "NMI handler",
			 "recovery required on readonly filesystem", "took too long",
			 "is not present in /proc/kallsyms", "no syscalls can create resource",
			 "rmt_storage:INFO:", "_INFO:") },
	{ GROUP("Unable to handle kernel", unable_formats), .category = "bad-pointer" },
	{ GROUP("general protection fault", gpf_formats), .category = "gpf",
	  .unless = LIST("fault ip:", "fault in ", "fault error:") },
	{ GROUP("stack segment: ", stack_segment_formats), .flags = FORMAT_CONTINUES },
	{ GROUP("divide error: ", divide_formats) },
	{ GROUP("divide_error: ", divide_formats) },
	{ GROUP("invalid opcode: ", opcode_formats), .flags = FORMAT_CONTINUES },
	{ GROUP("int3: ", int3_formats) },
	{ GROUP("PANIC: double fault", double_fault_formats), .flags = FORMAT_CONTINUES },
	{ GROUP("Internal error:", internal_formats), .flags = FORMAT_CONTINUES },
	{ GROUP("Unhandled fault:", unhandled_formats) },
	{ GROUP("Alignment trap:", alignment_formats) },
	{ GROUP("kernel BUG at ", kernel_bug_formats) },
	{ GROUP("Kernel BUG", capital_bug_formats), .flags = FORMAT_CONTINUES },
	{ GROUP("BUG kmalloc-", slab_formats), .unless = LIST("kasan: bad access detected"),
	  .category = "memory-corruption" },
	{ GROUP("Kernel panic - not syncing", panic_formats), .unless = LIST("[ end Kernel panic"),
	  .category = "panic-call", .flags = FORMAT_PANIC },
	{ GROUP("UBSAN:", ubsan_formats) },
	{ GROUP("rust_kernel: panicked", rust_formats) },
	{ GROUP("unregister_netdevice: waiting for", netdevice_formats) },
	{ GROUP("VFS: Close: file count is 0", vfs_close_formats) },
	{ GROUP("VFS: Busy inodes after unmount", vfs_busy_formats) },
	{ GROUP("Booting the kernel.", reboot_formats), .flags = FORMAT_RESTART },
	{ GROUP("Watchdog detected hard LOCKUP", hard_lockup_formats), .flags = FORMAT_SUBTITLE },
	{ GROUP("SError Interrupt on CPU", serror_formats) },
	{ GROUP("Bad mode in Error handler detected", serror_formats) },
	{ GROUP("Machine check events logged", machine_check_formats) },
	{ GROUP("Machine Check Exception", machine_check_formats) },
	{ GROUP("Machine Check:", machine_check_formats) },
	{ GROUP(": nobody cared", nobody_formats) },
	{ GROUP("Badness at ", badness_formats), .flags = FORMAT_STRICT },
	{ GROUP("do_IRQ: stack overflow", stack_overflow_formats) },
	{ GROUP("ear stack overflow (cur:", stack_overflow_formats) },
	{ GROUP("kernel stack overflow (", stack_overflow_formats), .flags = FORMAT_CONTINUES },
	{ GROUP(": page allocation failure", allocation_formats) },
	{ GROUP("segment not present: ", segment_formats) },
	{ GROUP("alignment check: ", alignment_check_formats) },
	{ GROUP("double fault: ", double_fault_formats), .flags = FORMAT_CONTINUES },
	/* of any other cache than kmalloc's */
	{ GROUP("BUG ", slab_formats), .flags = FORMAT_STRICT,
	  .unless = LIST("kasan: bad access detected") },
	{ GROUP("Oops", oops_formats), .flags = FORMAT_CONTINUES | FORMAT_STRICT },
};
/* What a panic's own words tell. */
static const struct {
	const char *words, *category;
} panics[] = {
	{ "sysrq triggered crash", "manual" },
	{ "hung_task", "hung-task" },
	{ "softlockup", "soft-lockup" },
	{ "LOCKUP", "hard-lockup" },
	{ "RCU Stall", "rcu-stall" },
	{ "ut of memory", "oom" },
	{ "deadlocked on memory", "oom" },
	{ "VFS: ", "filesystem" },
	{ "panic forced after error", "filesystem" },
	{ "kill init", "init-killed" },
	{ "Requested init", "init-killed" },
	{ "No working init", "init-killed" },
	{ "No init found", "init-killed" },
	{ "panic_on_warn", "warning-panic" },
	{ "Machine check", "hardware" },
	{ "machine check", "hardware" },
	{ "hardware error", "hardware" },
	{ "NMI", "hardware" },
	{ "SError", "hardware" },
	{ "Not all CPUs entered", "hardware" },
	{ "Uncorrected", "hardware" },
	{ "MCE", "hardware" },
	{ "kernel stack overflow", "stack-overflow" },
	{ "stack is corrupted", "stack-overflow" },
	{ "stack end", "stack-overflow" },
};

const char *vmc_oops_panic_category(struct slice line)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(panics); i++)
		if (slice_has(line, panics[i].words))
			return panics[i].category;
	return "panic-call";
}

const size_t vmc_oops_n_groups = VMC_ARRAY_SIZE(vmc_oops_groups);
