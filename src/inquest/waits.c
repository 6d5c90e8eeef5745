/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a task or CPU waits for, by the functions on its stack.
 *
 * A stack often shows a wait twice, rtnl_lock() above mutex_lock(): the rows that
 * only say how one waits are generic and count where nothing else is found.
 */
#include "inquest/waits.h"

#include <string.h>

#include "oops/names.h"

/* Those who wait stand near the top; further out begins what they wanted. */
#define FRAMES_LOOKED_AT 16

/* Patterns as in oops/names.h; special rows first. */
static const struct vmc_wait waits[] = {
	{ { "^smp_call_function", "csd_lock_wait", "^on_each_cpu", "flush_tlb" },
	  VMC_SAY("an answer of other CPUs to an interrupt (IPI)"),
	  VMC_SAY("find the CPU that does not answer: it has interrupts off or is not run by its "
		  "host"),
	  VMC_WAIT_CPU },
	{ { "queued_spin_lock_slowpath", "queued_read_lock_slowpath", "queued_write_lock_slowpath",
	    "__pv_queued_spin_lock", "^_raw_spin_lock", "^_raw_read_lock", "^_raw_write_lock",
	    "^do_raw_spin_lock" },
	  VMC_SAY("a spinlock"),
	  VMC_SAY("find the CPU that holds the spinlock in the backtraces of all CPUs"),
	  VMC_WAIT_CPU },
	{ { "^rtnl_lock" },
	  VMC_SAY("the rtnl mutex of the network configuration"),
	  VMC_SAY("find the task that holds rtnl: a driver that resets, or a network namespace "
		  "that is torn down"),
	  VMC_WAIT_TASK },
	{ { "jbd2_log_wait_commit", "^wait_transaction_locked", "add_transaction_credits",
	    "^start_this_handle", "^jbd2_journal_commit_transaction", "jbd2_log_do_checkpoint" },
	  VMC_SAY("the ext4 journal (jbd2)"),
	  VMC_SAY("look at the stack of the jbd2 thread, then at the disk below the filesystem"),
	  VMC_WAIT_TASK },
	{ { "^xlog_", "^xfs_log_force", "^xfs_buf_lock", "^xfs_buf_iowait", "^xfs_ail_push" },
	  VMC_SAY("the XFS log or one of its buffers"),
	  VMC_SAY("look at the stack of xfsaild, then at the disk below the filesystem"),
	  VMC_WAIT_TASK },
	{ { "^rpc_wait", "^rpc_execute", "^nfs_wait", "^nfs4_wait" },
	  VMC_SAY("an NFS server"),
	  VMC_SAY("check the NFS server and the network to it"),
	  VMC_WAIT_TASK },
	{ { "^wait_for_response", "^cifs_wait" },
	  VMC_SAY("an SMB server"),
	  VMC_SAY("check the SMB server and the network to it"),
	  VMC_WAIT_TASK },
	{ { "^request_wait_answer", "^fuse_simple_request" },
	  VMC_SAY("the user-space program of a FUSE filesystem"),
	  VMC_SAY("look at the program that serves the FUSE mount"),
	  VMC_WAIT_TASK },
	{ { "^blk_queue_enter", "^blk_mq_freeze_queue", "^sb_start", "__sb_start_write",
	    "^freeze_super" },
	  VMC_SAY("a device or filesystem that is frozen"),
	  VMC_SAY("find who froze it: a snapshot, a suspended device-mapper table, fsfreeze"),
	  VMC_WAIT_TASK },
	{ { "^md_", "^raid5_", "^raid10_", "^raid1_" },
	  VMC_SAY("a software RAID array"),
	  VMC_SAY("see /proc/mdstat and the disks of the array"),
	  VMC_WAIT_TASK },
	{ { "^synchronize_rcu", "^synchronize_srcu", "^synchronize_net", "^rcu_barrier",
	    "^wait_rcu_gp", "^__wait_rcu_gp", "^synchronize_sched" },
	  VMC_SAY("the end of an RCU grace period"),
	  VMC_SAY("look for RCU stall messages: a CPU or task holds the grace period up"),
	  VMC_WAIT_TASK },
	{ { "^flush_work", "^__flush_work", "^flush_workqueue", "^__flush_workqueue",
	    "^drain_workqueue", "^cancel_work_sync", "^cancel_delayed_work_sync" },
	  VMC_SAY("a work item of a workqueue"),
	  VMC_SAY("look at the kworker that runs the work"),
	  VMC_WAIT_TASK },
	{ { "^futex_wait", "^do_futex", "^__futex_wait" },
	  VMC_SAY("another thread of the program (futex)"),
	  VMC_SAY("look at the threads of the program: the lock is its own"),
	  VMC_WAIT_TASK },
	{ { "^io_schedule", "^bit_wait_io", "^wait_on_page_bit", "^folio_wait_bit",
	    "^__wait_on_buffer", "^blk_mq_get_tag", "^rq_qos_wait", "^wbt_wait", "^submit_bio_wait",
	    "^blk_execute_rq", "^__lock_page", "^__folio_lock", "^balance_dirty_pages" },
	  VMC_SAY("the completion of disk I/O"),
	  VMC_SAY("check the disk, its controller and the path to it; see I/O errors and timeouts "
		  "before"),
	  VMC_WAIT_TASK },
	{ { "^__mutex_lock", "^mutex_lock", "^ww_mutex_lock" },
	  VMC_SAY("a mutex"),
	  VMC_SAY("find the task that holds the mutex: sysrq-w, sysrq-d, or the dump"),
	  VMC_WAIT_GENERIC },
	{ { "^rwsem_down_", "^down_read", "^down_write", "^percpu_rwsem_wait", "^__percpu_down",
	    "^percpu_down" },
	  VMC_SAY("a reader/writer semaphore"),
	  VMC_SAY("find the task that holds the semaphore: sysrq-w, sysrq-d, or the dump"),
	  VMC_WAIT_GENERIC },
	{ { "^__down", "^down" },
	  VMC_SAY("a semaphore"),
	  VMC_SAY("find the task that holds the semaphore: sysrq-w, or the dump"),
	  VMC_WAIT_GENERIC },
	{ { "^wait_for_completion", "^wait_for_common", "^__wait_for_common",
	    "^do_wait_for_common" },
	  VMC_SAY("somebody else's completion"),
	  VMC_SAY("find who has to call complete(): a thread, a device's interrupt, firmware"),
	  VMC_WAIT_GENERIC },
};

static bool has(const struct vmc_wait *w, const struct vmc_oops_frame *f)
{
	const char *one[] = { NULL, NULL };
	struct slice stem = vmc_oops_name_stem((struct slice){ f->function, strlen(f->function) });

	for (size_t i = 0; i < VMC_WAIT_PATTERNS && w->functions[i]; i++) {
		one[0] = w->functions[i];
		if (vmc_oops_name_matches(stem, one))
			return true;
	}
	return false;
}

const struct vmc_wait *vmc_inquest_wait_of(const struct vmc_oops *o,
					   const struct vmc_oops_frame **ret_frame)
{
	const struct vmc_wait *generic = NULL;
	size_t seen = 0;

	for (size_t i = 0; i < o->n_frames && seen < FRAMES_LOOKED_AT; i++) {
		const struct vmc_oops_frame *f = &o->frames[i];

		/* a function of a module may be named as it likes */
		if (!f->reliable || !*f->function || f->module)
			continue;
		seen++;
		for (size_t k = 0; k < VMC_ARRAY_SIZE(waits); k++) {
			if (!has(&waits[k], f))
				continue;
			if (waits[k].kind != VMC_WAIT_GENERIC) {
				*ret_frame = f;
				return &waits[k];
			}
			if (!generic) {
				generic = &waits[k];
				*ret_frame = f;
			}
			break;
		}
	}
	return generic;
}
