/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/names.h"

const char *const vmc_oops_helpers[] = {
	/* sanitizers and checkers */
	"__sanitizer", "__asan", "kasan", "hwasan", "__msan", "kmsan", "kcsan_setup_watchpoint",
	"check_memory_region", "check_heap_object", "check_object", "check_bytes_and_report",
	"^check_slab$", "object_err", "free_debug_processing", "alloc_debug_processing",
	"free_consistency_checks", "read_word_at_a_time", "read_once*nocheck", "write_once*nocheck",
	"debug_object", "timer_is_static_object", "work_is_static_object", "ref_tracker",
	"seqprop_assert", "__fortify_report", "assertfail",
	/* printing and unwinding */
	"panic", "print_address_description", "print_report", "print_usage_bug", "print_unlock",
	"imbalance_bug", "print_tainted", "^get_taint$", "report_bug", "fixup_bug", "invalid_op",
	"do_error", "do_trap", "_trap$", "program_check_exception", "program_check_common",
	"show_stack", "dump_stack", "unwind_backtrace", "walk_stack", "dump_backtrace",
	"arch_stack_walk", "stack_trace_save", "stack_trace_consume_entry", "warn_slowpath",
	"warn_alloc", "warn_bogus", "__warn", "printk", "va_format", "dev_info", "dev_notice",
	"dev_warn", "dev_err", "dev_crit", "dev_alert", "dev_emerg", "hex_dump_to_buffer",
	"print_hex_dump",
	/* arm64 fault handling */
	"do_kernel_fault", "do_translation_fault", "do_mem_abort", "el1_abort", "el1h_64_sync",
	/* allocation */
	"alloc_page", "kmalloc", "vmalloc", "kzalloc", "vzalloc", "kcalloc", "vcalloc", "krealloc",
	"kmem_cache", "allocate_slab", "slab_", "__alloc_frozen_pages_noprof", "^kfree$",
	"^kvfree$", "kfree_skb", "ida_free",
	/* the page cache */
	"folio_alloc", "folio_unlock", "filemap_alloc_folio", "__filemap_get_folio",
	"find_or_create_page", "do_read_cache_folio", "read_cache_page", "pagecache_get_page",
	"grab_cache_page_write_begin", "find_lock_entries", "truncate_inode_pages_range",
	"^lock_page", "^unlock_page", "xas_start", "xas_load", "xas_find", "mark_buffer_dirty",
	"__phys_addr",
	/* locks */
	"lockdep", "lock_acquire", "lock_release", "lock_class", "mark_lock",
	"reacquire_held_locks", "mark_held_locks", "perf_trace", "bh_enable", "bh_disable",
	"trace_hardirq", "trace_softirq", "raw_spin_rq", "spin_lock", "spin_trylock", "spin_unlock",
	"read_lock", "read_trylock", "read_unlock", "write_lock", "write_trylock", "write_unlock",
	"^down$", "down_read", "down_write", "down_trylock", "up_read", "up_write", "^mutex_",
	"^__mutex_", "^rt_mutex_", "owner_on_cpu", "osq_lock", "osq_unlock", "might_sleep",
	"__might_resched", "might_fault",
	/* counters and bits */
	"atomic_dec", "atomic_inc", "atomic_read", "atomic_set", "atomic_or", "atomic_and",
	"atomic_add", "atomic_sub", "atomic_fetch", "atomic_xchg", "atomic_cmpxchg", "atomic_try",
	"atomic64_", "set_bit", "clear_bit", "change_bit", "test_bit", "^refcount_", "^kref_",
	/* copies, strings, check sums */
	"memcpy", "memcmp", "memset", "memchr", "memmove", "memdup", "strcmp", "strncmp", "strcpy",
	"strncpy", "strlcpy", "strscpy", "strlen", "strnlen", "strstr", "strnstr", "strchr",
	"strdup", "strndup", "string", "pointer", "snprintf", "scnprintf", "kasprintf",
	"kvasprintf", "copy_to_user", "copy_from_user", "copy_to_iter", "copy_from_iter",
	"copy_page_to_iter", "copy_page_from_iter", "copy_folio_to_iter", "^copyin$", "^copyout$",
	"put_user", "get_user", "extract_user_to_sg", "extract_iter_to_sg", "^crc0", "^crc1",
	"^crc3", "^crc4", "^crc6", "^crc7", "^crc8", "crc_itu_t",
	/* lists and trees */
	"list_add", "list_del", "list_replace", "list_move", "list_splice", "^rb_", "^__rb_",
	"^klist_", "rhashtable_lookup",
	/* waiting, waking, queueing, timers */
	"__wake_up", "finish_wait", "^complete$", "wait_for_completion", "kthread_stop",
	"queue_work", "insert_work", "__queue_delayed_work", "queue_delayed_work_on", "flush_work",
	"flush_workqueue", "drain_workqueue", "destroy_workqueue", "cancel_work_sync",
	"__cancel_work_timer", "try_to_grab_pending", "del_timer", "__timer_delete_sync",
	"__mod_timer", "lock_timer_base", "sk_stop_timer_sync", "cleanup_srcu_struct",
	/* the driver core */
	"kobject_", "add_uevent_var", "get_device_parent", "device_add", "device_del",
	"device_unregister", "device_destroy", "device_release", "device_remove_file",
	"device_for_each_child", "devres_release_all", "^put_device$", "sysfs_remove",
	"tty_unregister_device", "hwrng_unregister", "i2c_del_adapter", "__unregister_client",
	"rollback_registered", "unregister_netdev",
	/* USB transfers */
	"dummy_urb_enqueue", "usb_submit_urb", "usb_hcd_submit_urb", "usb_control_msg",
	"usb_kill_urb", "usb_kill_anchored_urbs",
	/* registers, inodes */
	"readb$", "readw$", "readl$", "readq$", "writeb$", "writew$", "writel$", "writeq$",
	"logic_in", "logic_out", "_indirect_thunk_", "^iput$", "^iput_final$", "^ihold$",
	"drop_nlink", "dput", "fast_dput", NULL
};

const char *const vmc_oops_anchors[] = {
	/* deferred work, timers, threads */
	"process_one_work", "call_timer_fn", "_run_timers", "run_timer_softirq", "hrtimer_run",
	"do_softirq", "run_ksoftirqd", "tasklet_action", "tasklet_hi_action", "task_work_run",
	"smpboot_thread_fn", "^kthread$", "smp_call_function",
	/* entry into the kernel */
	"do_syscall_", "do_fast_syscall_", "sysenter_dispatch", "tracesys_phase2",
	"el0_svc_handler", "invoke_syscall", "ret_fast_syscall", "ret_from_fork", "start_secondary",
	"cpu_startup_entry", "exit_to_usermode", "do_page_fault", "^page_fault$", "__do_fault",
	/* files: the frame above knows which sort of file */
	"vfs_read", "vfs_write", "vfs_iter_read", "vfs_iter_write", "do_iter_read", "do_iter_write",
	"call_read_iter", "call_write_iter", "new_sync_read", "new_sync_write", "vfs_open",
	"do_dentry_open", "vfs_ioctl", "ksys_ioctl", "compat_ioctl", "compat_sys_ioctl",
	"blkdev_ioctl", "blkdev_driver_ioctl", "call_mmap", "mmap_region", "do_mmap", "__fput",
	/* sockets: the frame above knows which protocol */
	"netif_receive_skb", "sock_sendmsg", "sock_recvmsg", "sock_release", "^setsockopt$",
	"kernel_setsockopt", "sock_common_setsockopt", "^listen$", "kernel_listen", "^accept$",
	"kernel_accept", "sk_common_release", "sock_mmap", "sock_ioctl", "sock_do_ioctl",
	"compat_sock_ioctl", "nfnetlink_rcv_msg", "rtnetlink_rcv_msg", "netlink_dump",
	"^sys_socketpair", "^socketpair", "^sys_connect", "^connect", "^sys_ioctl", "^ioctl", NULL
};

const char *const vmc_oops_waits[] = { "sched",		 "_lock",	"_slowlock",
				       "down",		 "rwsem",	"completion",
				       "kthread",	 "wait",	"synchronize",
				       "context_switch", "__switch_to", "cancel_delayed_work",
				       "rcu_barrier",	 NULL };

/* Which names a system call's function has had, through the generations of SYSCALL_DEFINE(). */
static const char *const syscall_prefixes[] = {
	"SYSC_",     "SyS_",	  "sys_",    "__x64_",	     "__ia32_",
	"__arm64_",  "__sys_",	  "___sys_", "____sys_",     "__se_",
	"__se_sys_", "__do_sys_", "ksys_",   "compat_SYSC_", "compat_SyS_",
};

static bool name_matches(struct slice name, const char *pattern)
{
	bool front = *pattern == '^';
	size_t n = strlen(pattern += front);
	bool back = n && pattern[n - 1] == '$';
	const char *star = memchr(pattern, '*', n);
	const char *at;

	n -= back;
	if (star) {
		at = memmem(name.p, name.n, pattern, (size_t)(star - pattern));
		if (!at)
			return false;
		at += star - pattern;
		return memmem(at, (size_t)(name.p + name.n - at), star + 1,
			      n - (size_t)(star + 1 - pattern));
	}
	if (n > name.n || (front && back && n != name.n))
		return false;
	if (front)
		return memcmp(name.p, pattern, n) == 0;
	if (back)
		return memcmp(name.p + name.n - n, pattern, n) == 0;
	for (size_t i = 0; i <= name.n - n; i++)
		if (name.p[i] == *pattern && memcmp(name.p + i, pattern, n) == 0)
			return true;
	return false;
}

bool vmc_oops_name_matches(struct slice name, const char *const *patterns)
{
	if (!name.n || !patterns)
		return false;
	for (; *patterns; patterns++)
		if (name_matches(name, *patterns))
			return true;
	return false;
}

struct slice vmc_oops_name_stem(struct slice name)
{
	size_t dot = slice_find_char(name, '.');

	return dot != SLICE_NONE && dot ? slice_head(name, dot) : name;
}

struct slice vmc_oops_name_without_syscall(struct slice name)
{
	size_t cut = 0;

	for (size_t i = 0; i < sizeof(syscall_prefixes) / sizeof(syscall_prefixes[0]); i++) {
		size_t n = strlen(syscall_prefixes[i]);

		if (n > cut && n < name.n && slice_starts(name, syscall_prefixes[i]))
			cut = n;
	}
	return slice_from(name, cut);
}
