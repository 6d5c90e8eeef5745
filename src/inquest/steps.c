/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquest/steps.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/lang.h"

#define CALL(id, words, functions)                              \
	{                                                       \
		id, VMC_STEP_CALL, words, functions, NULL, NULL \
	}
#define PART(id, words, functions, of)                        \
	{                                                     \
		id, VMC_STEP_CALL, words, functions, of, NULL \
	}
#define BETTER(id, words, functions, than)                      \
	{                                                       \
		id, VMC_STEP_CALL, words, functions, NULL, than \
	}

/* Outer ones first, as a system call meets them. */
static const struct vmc_step steps[] = {
	/* ---- ways into the kernel ---- */
	CALL("syscall", VMC_SAY("system call"),
	     "entry_SYSCALL_64_after_hwframe entry_SYSCALL_64 entry_SYSCALL_64_fastpath "
	     "system_call_fastpath system_call system_call_after_swapgs tracesys do_syscall_64 "
	     "do_syscall_x64 x64_sys_call do_int80_syscall_32 do_fast_syscall_32 "
	     "entry_SYSENTER_compat entry_SYSENTER_compat_after_hwframe entry_INT80_compat "
	     "entry_INT80_32 syscall_call sysenter_do_call ia32_sys_call do_SYSENTER_32 "
	     "__do_fast_syscall_32 el0_svc el0t_64_sync el0t_64_sync_handler el0_sync "
	     "el0_sync_handler el0_svc_handler el0_svc_naked do_el0_svc el0_svc_common "
	     "invoke_syscall ret_fast_syscall ret_from_syscall handle_syscall do_syscall "
	     "system_call_exception system_call_common system_call_vectored_common sysc_noemu"),
	{ "syscall-named", VMC_STEP_NAMED, VMC_SAY("system call %s"),
	  "__x64_sys_* __ia32_sys_* __do_sys_* __se_sys_* __arm64_sys_* __riscv_sys_* "
	  "__s390x_sys_* __powerpc_sys_* __loongarch_sys_* sys_* SyS_* SYSC_* compat_sys_* "
	  "compat_SyS_* __ia32_compat_sys_* __x32_compat_sys_* __arm64_compat_sys_*",
	  NULL, "syscall" },
	CALL("page-fault", VMC_SAY("page fault"),
	     "asm_exc_page_fault exc_page_fault page_fault do_page_fault __do_page_fault "
	     "async_page_fault do_async_page_fault do_user_addr_fault handle_mm_fault "
	     "__handle_mm_fault handle_pte_fault do_fault do_anonymous_page do_wp_page "
	     "do_swap_page "
	     "do_numa_page el0_da el0_ia do_mem_abort do_translation_fault faultin_page "
	     "handle_page_fault hugetlb_fault"),
	PART("file-fault", VMC_SAY("a page of a mapped file"),
	     "filemap_fault __do_fault do_read_fault do_shared_fault do_cow_fault "
	     "ext4_filemap_fault "
	     "xfs_filemap_fault __xfs_filemap_fault filemap_map_pages shmem_fault do_fault_around",
	     "file-fault"),
	CALL("kthread", VMC_SAY("kernel thread"),
	     "kthread ret_from_fork ret_from_fork_asm "
	     "kernel_thread_helper kernel_thread_starter "
	     "ret_from_kernel_thread"),
	{ "work", VMC_STEP_CALL, VMC_SAY("work item"),
	  "worker_thread process_one_work process_scheduled_works rescuer_thread", NULL,
	  "kthread" },
	PART("boot", VMC_SAY("kernel start"),
	     "start_kernel x86_64_start_kernel kernel_init kernel_init_freeable do_basic_setup "
	     "do_initcalls do_one_initcall rest_init secondary_startup_64 start_secondary",
	     "module-load"),
	/* ---- interrupts ---- */
	{ "irq", VMC_STEP_INTERRUPT, VMC_SAY("interrupt"),
	  "asm_common_interrupt common_interrupt ret_from_intr do_IRQ handle_irq "
	  "__common_interrupt "
	  "asm_sysvec_* sysvec_* el1_irq el0_irq el1h_64_irq el0t_64_irq __irq_svc __irq_usr "
	  "handle_domain_irq generic_handle_irq generic_handle_domain_irq handle_arch_irq "
	  "reschedule_interrupt call_function_interrupt call_function_single_interrupt "
	  "smp_call_function_interrupt generic_smp_call_function_single_interrupt "
	  "handle_irq_event_percpu __handle_irq_event_percpu handle_irq_event handle_edge_irq "
	  "handle_fasteoi_irq handle_level_irq handle_percpu_devid_irq hardware_interrupt_common "
	  "do_interrupt xen_hvm_callback_vector xen_evtchn_do_upcall hyperv_vector_handler",
	  NULL, NULL },
	{ "timer-irq", VMC_STEP_INTERRUPT, VMC_SAY("timer interrupt"),
	  "asm_sysvec_apic_timer_interrupt sysvec_apic_timer_interrupt apic_timer_interrupt "
	  "smp_apic_timer_interrupt __sysvec_apic_timer_interrupt local_apic_timer_interrupt "
	  "timer_interrupt arch_timer_handler_virt arch_timer_handler_phys decrementer_common",
	  NULL, "irq" },
	{ "nmi", VMC_STEP_INTERRUPT, VMC_SAY("NMI"),
	  "asm_exc_nmi exc_nmi nmi do_nmi end_repeat_nmi default_do_nmi nmi_handle "
	  "first_nmi repeat_nmi",
	  NULL, NULL },
	{ "watchdog", VMC_STEP_ALARM, VMC_SAY("watchdog"),
	  "watchdog_timer_fn watchdog_overflow_callback watchdog_hardlockup_check "
	  "perf_event_nmi_handler rcu_sched_clock_irq rcu_check_callbacks print_cpu_stall "
	  "print_other_cpu_stall check_cpu_stall rcu_dump_cpu_stacks nmi_cpu_backtrace "
	  "nmi_cpu_backtrace_handler nmi_trigger_cpumask_backtrace crash_nmi_callback "
	  "smp_stop_nmi_callback sysvec_reboot asm_sysvec_reboot",
	  NULL, NULL },
	CALL("softirq", VMC_SAY("softirq"),
	     "__do_softirq do_softirq call_softirq handle_softirqs run_ksoftirqd irq_exit "
	     "irq_exit_rcu __irq_exit_rcu invoke_softirq do_softirq_own_stack "
	     "__do_softirq_own_stack ksoftirqd __softirqentry_text_start "
	     "do_softirq_post_smp_call_flush"),
	CALL("tasklet", VMC_SAY("tasklet"),
	     "tasklet_action tasklet_action_common tasklet_hi_action"),
	CALL("timer", VMC_SAY("timer"),
	     "call_timer_fn __run_timers run_timer_softirq expire_timers __run_timer_base "
	     "run_timer_base"),
	CALL("hrtimer", VMC_SAY("high-resolution timer"),
	     "hrtimer_interrupt __hrtimer_run_queues hrtimer_run_softirq hrtimer_run_queues "
	     "__run_hrtimer"),
	CALL("tick", VMC_SAY("scheduler tick"),
	     "tick_sched_timer tick_sched_handle tick_nohz_handler update_process_times "
	     "scheduler_tick sched_tick task_tick_fair"),
	CALL("idle", VMC_SAY("idle"),
	     "cpu_idle do_idle cpu_startup_entry cpu_idle_loop default_idle arch_cpu_idle "
	     "cpuidle_enter cpuidle_enter_state cpuidle_idle_call"),
	CALL("rcu", VMC_SAY("RCU callbacks"),
	     "rcu_core rcu_do_batch rcu_process_callbacks __rcu_process_callbacks rcu_core_si "
	     "rcu_cpu_kthread rcu_nocb_kthread rcu_nocb_cb_kthread srcu_invoke_callbacks"),
	/* ---- the end of a task ---- */
	CALL("return", VMC_SAY("return to user space"),
	     "retint_signal retint_user retint_with_reschedule sysret_signal int_signal "
	     "do_notify_resume exit_to_user_mode_loop exit_to_user_mode_prepare "
	     "prepare_exit_to_usermode exit_to_usermode_loop syscall_exit_to_user_mode "
	     "syscall_return_slowpath irqentry_exit_to_user_mode "
	     "swapgs_restore_regs_and_return_to_usermode "
	     "do_work_pending work_notifysig ret_to_user"),
	BETTER("signal", VMC_SAY("signal delivery"),
	       "do_signal arch_do_signal_or_restart arch_do_signal handle_signal setup_rt_frame "
	       "do_signal_pending",
	       "return"),
	BETTER("fatal", VMC_SAY("fatal signal"),
	       "get_signal get_signal_to_deliver dequeue_fatal_signal", "return signal"),
	BETTER("signal-stop", VMC_SAY("stopped by a signal"),
	       "do_signal_stop do_jobctl_trap ptrace_stop", "fatal"),
	BETTER("frozen", VMC_SAY("frozen for suspend"), "__refrigerator try_to_freeze", "fatal"),
	CALL("coredump", VMC_SAY("core dump"), "do_coredump vfs_coredump elf_core_dump"),
	CALL("exit", VMC_SAY("the process exits (do_exit)"),
	     "do_exit do_group_exit make_task_dead __x64_sys_exit_group __x64_sys_exit "
	     "sys_exit_group "
	     "sys_exit SyS_exit_group __do_sys_exit_group __arm64_sys_exit_group"),
	CALL("task-work", VMC_SAY("task work (task_work_run)"),
	     "task_work_run resume_user_mode_work"),
	CALL("exit-files", VMC_SAY("its open files are closed"),
	     "exit_files put_files_struct close_files"),
	CALL("exit-mm", VMC_SAY("its memory is given back"),
	     "exit_mm mmput __mmput exit_mmap unmap_vmas unmap_page_range unmap_single_vma "
	     "tlb_finish_mmu free_pgtables exit_mm_release"),
	CALL("exit-ns", VMC_SAY("its namespaces end"),
	     "exit_task_namespaces switch_task_namespaces free_nsproxy cleanup_net "
	     "exit_sem exit_shm"),
	CALL("reap", VMC_SAY("a dead process is reaped"),
	     "release_task wait_task_zombie do_wait kernel_wait4"),
	/* ---- processes ---- */
	CALL("fork", VMC_SAY("fork"),
	     "copy_process kernel_clone _do_fork do_fork dup_mm dup_mmap copy_page_range"),
	CALL("exec", VMC_SAY("exec"),
	     "do_execve do_execveat_common __do_execve_file bprm_execve do_execve_common "
	     "search_binary_handler load_elf_binary begin_new_exec flush_old_exec exec_mmap "
	     "kernel_execve call_usermodehelper_exec_async"),
	CALL("schedule", VMC_SAY("task switch"),
	     "__schedule schedule pick_next_task_fair pick_next_task __pick_next_task "
	     "context_switch finish_task_switch schedule_tail preempt_schedule_irq "
	     "preempt_schedule_common schedule_idle"),
	CALL("wake", VMC_SAY("wake-up of a task"),
	     "try_to_wake_up wake_up_process default_wake_function __wake_up_common "
	     "__wake_up_common_lock __wake_up autoremove_wake_function ttwu_do_activate "
	     "enqueue_task_fair"),
	CALL("balance", VMC_SAY("load balancing"),
	     "load_balance newidle_balance rebalance_domains run_rebalance_domains "
	     "sched_balance_rq"),
	CALL("futex", VMC_SAY("futex"), "do_futex futex_wait futex_wake futex_wait_queue_me"),
	CALL("ipc", VMC_SAY("System V IPC"), "do_shmat shm_open do_semtimedop do_msgsnd do_msgrcv"),
	/* ---- files ---- */
	CALL("open", VMC_SAY("open of a file"),
	     "do_sys_open do_sys_openat2 do_filp_open path_openat do_dentry_open vfs_open do_last "
	     "chrdev_open misc_open finish_open"),
	CALL("lookup", VMC_SAY("path lookup"),
	     "path_lookupat filename_lookup link_path_walk walk_component lookup_slow lookup_fast "
	     "__lookup_slow user_path_at_empty kern_path do_path_lookup"),
	CALL("read", VMC_SAY("file read"),
	     "vfs_read ksys_read new_sync_read __vfs_read do_sync_read generic_file_read_iter "
	     "filemap_read generic_file_aio_read vfs_readv ksys_pread64 do_iter_readv_writev "
	     "kernel_read __kernel_read filemap_get_pages call_read_iter"),
	CALL("write", VMC_SAY("file write"),
	     "vfs_write ksys_write new_sync_write __vfs_write do_sync_write "
	     "generic_file_write_iter "
	     "__generic_file_write_iter generic_perform_write generic_file_aio_write vfs_writev "
	     "do_writev ext4_file_write_iter ext4_buffered_write_iter xfs_file_write_iter "
	     "xfs_file_buffered_write iomap_file_buffered_write btrfs_file_write_iter "
	     "kernel_write __kernel_write call_write_iter"),
	CALL("splice", VMC_SAY("splice"),
	     "do_splice do_splice_direct splice_direct_to_actor do_sendfile splice_file_to_pipe "
	     "iter_file_splice_write"),
	CALL("ioctl", VMC_SAY("ioctl"),
	     "vfs_ioctl do_vfs_ioctl ksys_ioctl blkdev_ioctl sock_ioctl "
	     "sock_do_ioctl tty_ioctl dm_ctl_ioctl ctl_ioctl"),
	CALL("poll", VMC_SAY("poll"),
	     "do_sys_poll do_select core_sys_select ep_poll do_epoll_wait "
	     "ep_send_events ep_item_poll sock_poll"),
	CALL("close", VMC_SAY("last close of a file"),
	     "__fput ____fput fput_close_sync delayed_fput filp_close filp_flush __close_fd"),
	BETTER("close-ext4", VMC_SAY("last close of an ext4 file"), "ext4_release_file", "close"),
	BETTER("close-xfs", VMC_SAY("last close of an XFS file"), "xfs_file_release xfs_release",
	       "close"),
	BETTER("close-btrfs", VMC_SAY("last close of a Btrfs file"), "btrfs_release_file", "close"),
	BETTER("close-nfs", VMC_SAY("last close of an NFS file"),
	       "nfs_file_release nfs4_file_release nfs_file_clear_open_context", "close"),
	BETTER("close-fuse", VMC_SAY("last close of a FUSE file"),
	       "fuse_release fuse_release_common fuse_file_release", "close"),
	BETTER("close-socket", VMC_SAY("last close of a socket"),
	       "sock_close __sock_release sock_release inet_release inet6_release tcp_close "
	       "__tcp_close netlink_release unix_release",
	       "close"),
	BETTER("close-tty", VMC_SAY("last close of a terminal"), "tty_release tty_release_struct",
	       "close"),
	BETTER("close-block", VMC_SAY("last close of a block device"),
	       "blkdev_close blkdev_release blkdev_put __blkdev_put", "close"),
	BETTER("close-pipe", VMC_SAY("last close of a pipe"), "pipe_release", "close"),
	CALL("unlink", VMC_SAY("removal of a file"),
	     "do_unlinkat vfs_unlink do_rmdir vfs_rmdir ext4_unlink xfs_vn_unlink btrfs_unlink "
	     "nfs_unlink"),
	CALL("rename", VMC_SAY("rename"),
	     "do_renameat2 vfs_rename ext4_rename ext4_rename2 "
	     "xfs_vn_rename"),
	CALL("create", VMC_SAY("a file is made"),
	     "vfs_create vfs_mkdir vfs_mknod do_mkdirat ext4_create ext4_mkdir xfs_vn_create "
	     "lookup_open"),
	CALL("getdents", VMC_SAY("listing of a directory"),
	     "iterate_dir ext4_readdir xfs_file_readdir "
	     "nfs_readdir proc_pid_readdir"),
	CALL("truncate", VMC_SAY("truncation of a file"),
	     "do_truncate vfs_truncate notify_change ext4_setattr ext4_truncate xfs_setattr_size "
	     "truncate_inode_pages_range truncate_pagecache"),
	CALL("fsync", VMC_SAY("fsync"),
	     "do_fsync vfs_fsync_range ext4_sync_file xfs_file_fsync "
	     "btrfs_sync_file file_write_and_wait_range vfs_fsync"),
	CALL("sync", VMC_SAY("sync"), "ksys_sync iterate_supers sync_filesystem sync_inodes_sb"),
	CALL("evict", VMC_SAY("an inode is dropped"),
	     "evict iput iput_final dispose_list ext4_evict_inode btrfs_evict_inode "
	     "xfs_inodegc_worker dentry_unlink_inode dentry_kill __dentry_kill dput"),
	CALL("proc", VMC_SAY("a file of /proc or sysfs"),
	     "proc_reg_read proc_reg_write proc_reg_open seq_read seq_read_iter "
	     "kernfs_fop_read_iter "
	     "kernfs_fop_write_iter kernfs_fop_write kernfs_fop_read sysfs_kf_write "
	     "sysfs_kf_seq_show "
	     "dev_attr_store dev_attr_show proc_sys_call_handler proc_sys_write proc_single_show"),
	CALL("mount", VMC_SAY("mount"),
	     "do_mount path_mount do_new_mount vfs_get_tree vfs_kern_mount mount_fs mount_bdev "
	     "get_tree_bdev legacy_get_tree ext4_fill_super xfs_fs_fill_super do_new_mount_fc"),
	CALL("umount", VMC_SAY("unmount"),
	     "cleanup_mnt deactivate_super deactivate_locked_super generic_shutdown_super "
	     "kill_block_super do_umount ext4_put_super xfs_fs_put_super shrink_dcache_for_umount "
	     "ksys_umount mntput_no_expire __cleanup_mnt path_umount evict_inodes"),
	/* ---- writing back, and the file systems' own ---- */
	CALL("da-flush", VMC_SAY("flush of delayed allocation"),
	     "ext4_alloc_da_blocks xfs_free_eofblocks"),
	PART("writeback", VMC_SAY("writeback"),
	     "filemap_flush __filemap_fdatawrite_range __filemap_fdatawrite filemap_fdatawrite "
	     "filemap_fdatawrite_wbc do_writepages ext4_writepages ext4_do_writepages "
	     "ext4_da_writepages write_cache_pages_da write_cache_pages mpage_da_submit_io "
	     "mpage_da_map_and_submit mpage_prepare_extent_to_map mpage_map_and_submit_extent "
	     "ext4_bio_write_page ext4_bio_write_folio mpage_submit_page xfs_vm_writepages "
	     "iomap_writepages btree_writepages btrfs_writepages nfs_writepages wb_workfn "
	     "wb_writeback "
	     "wb_do_writeback bdi_writeback_workfn __writeback_inodes_wb writeback_sb_inodes "
	     "__writeback_single_inode bdi_writeback_thread filemap_write_and_wait_range "
	     "generic_writepages mpage_writepages",
	     "da-flush writeback"),
	CALL("block-alloc", VMC_SAY("block allocation"),
	     "ext4_map_blocks ext4_ext_map_blocks ext4_mb_new_blocks ext4_mb_mark_diskspace_used "
	     "ext4_mb_regular_allocator ext4_da_get_block_prep ext4_get_block xfs_bmapi_write "
	     "xfs_alloc_vextent xfs_bmapi_allocate xfs_bmapi_convert_delalloc "
	     "btrfs_reserve_extent find_free_extent ext4_mb_init_cache ext4_mb_load_buddy_gfp"),
	CALL("bitmap", VMC_SAY("block bitmap read"),
	     "ext4_read_block_bitmap ext4_read_block_bitmap_nowait ext4_wait_block_bitmap "
	     "read_block_bitmap ext4_read_inode_bitmap ext3_read_block_bitmap"),
	PART("buffer", VMC_SAY("buffer cache"),
	     "__getblk __getblk_gfp bdev_getblk __bread __bread_gfp __find_get_block sb_bread "
	     "__getblk_slow grow_buffers grow_dev_page find_get_block_common ll_rw_block",
	     "bitmap"),
	CALL("journal", VMC_SAY("journal"),
	     "kjournald2 kjournald jbd2_journal_commit_transaction jbd2_journal_get_write_access "
	     "jbd2__journal_start start_this_handle jbd2_journal_dirty_metadata "
	     "jbd2_log_do_checkpoint jbd2_journal_stop xlog_cil_push_work xfs_log_force "
	     "xfs_trans_commit xfsaild __xfs_trans_commit btrfs_commit_transaction "
	     "transaction_kthread"),
	CALL("readahead", VMC_SAY("read-ahead"),
	     "page_cache_ra_unbounded page_cache_sync_ra page_cache_async_ra force_page_cache_ra "
	     "__do_page_cache_readahead ondemand_readahead page_cache_ra_order read_pages "
	     "mpage_readahead ext4_readpages ext4_mpage_readpages ext4_readahead"),
	CALL("nfs", VMC_SAY("NFS"),
	     "nfs_file_read nfs_file_write nfs_getattr nfs_lookup nfs4_proc_* nfs4_do_open "
	     "nfs_revalidate_inode nfsd nfsd_dispatch nfs4_run_state_manager nfs_readpages "
	     "nfs_permission"),
	CALL("rpc", VMC_SAY("RPC"),
	     "rpc_async_schedule __rpc_execute rpc_execute rpc_run_task "
	     "svc_process svc_recv xs_tcp_data_receive call_transmit"),
	CALL("fuse", VMC_SAY("FUSE"),
	     "fuse_dev_do_read fuse_dev_do_write __fuse_request_send "
	     "fuse_simple_request request_wait_answer fuse_dev_read"),
	CALL("aio", VMC_SAY("asynchronous I/O"),
	     "io_submit_one aio_write aio_read do_io_submit "
	     "aio_complete_rw"),
	CALL("io-uring", VMC_SAY("io_uring"),
	     "io_submit_sqes io_issue_sqe io_wq_worker io_worker_handle_work io_sq_thread "
	     "io_wq_submit_work __do_sys_io_uring_enter tctx_task_work"),
	/* ---- block devices ---- */
	CALL("submit", VMC_SAY("disk request"),
	     "submit_bio submit_bio_noacct generic_make_request generic_make_request_checks "
	     "submit_bio_checks __submit_bio blk_mq_submit_bio blk_mq_make_request blk_queue_bio "
	     "submit_bh submit_bh_wbc _submit_bh blk_flush_plug_list blk_finish_plug "
	     "__blk_flush_plug blk_mq_flush_plug_list ext4_io_submit submit_bio_wait "
	     "submit_bio_noacct_nocheck __submit_bio_noacct"),
	PART("dispatch", VMC_SAY("request to the driver"),
	     "blk_mq_dispatch_rq_list __blk_mq_run_hw_queue blk_mq_run_hw_queue "
	     "blk_mq_sched_dispatch_requests __blk_mq_sched_dispatch_requests __blk_run_queue "
	     "blk_mq_run_work_fn blk_mq_try_issue_directly scsi_queue_rq scsi_dispatch_cmd "
	     "scsi_request_fn virtio_queue_rq nvme_queue_rq loop_queue_rq nbd_queue_rq "
	     "queue_rq blk_mq_delay_run_hw_queue",
	     "dispatch"),
	CALL("complete", VMC_SAY("completion of a disk request"),
	     "bio_endio blk_update_request blk_mq_end_request blk_mq_complete_request "
	     "blk_done_softirq blk_complete_reqs scsi_io_completion scsi_finish_command "
	     "scsi_softirq_done scsi_complete scsi_end_request nvme_irq nvme_complete_rq "
	     "virtblk_done virtblk_request_done clone_endio end_bio_bh_io_sync ext4_end_bio "
	     "blk_mq_end_request_batch end_buffer_async_write end_bio_extent_writepage"),
	CALL("scsi-error", VMC_SAY("SCSI error handling"),
	     "scsi_error_handler scsi_unjam_host scsi_eh_ready_devs scsi_times_out "
	     "scmd_eh_abort_handler blk_mq_timeout_work blk_mq_check_expired ata_scsi_error"),
	CALL("dm", VMC_SAY("device mapper"),
	     "dm_submit_bio dm_make_request __split_and_process_bio __map_bio "
	     "dm_split_and_process_bio "
	     "do_worker process_bio do_suspend table_load dm_table_add_target thin_map dm_wq_work "
	     "dev_remove dm_ctl_ioctl_work __dm_destroy"),
	CALL("md", VMC_SAY("software RAID"),
	     "md_thread raid1d raid10d raid5d md_make_request "
	     "md_submit_bio raid1_make_request md_handle_request md_do_sync"),
	CALL("loop", VMC_SAY("loop device"),
	     "loop_process_work loop_workfn loop_thread lo_rw_aio "
	     "loop_handle_cmd"),
	/* ---- memory ---- */
	CALL("mmap", VMC_SAY("mmap"),
	     "vm_mmap_pgoff do_mmap mmap_region do_mmap_pgoff ksys_mmap_pgoff "
	     "__mmap_region call_mmap"),
	CALL("munmap", VMC_SAY("munmap"),
	     "do_munmap __do_munmap __vm_munmap do_vmi_munmap do_vmi_align_munmap do_mas_munmap "
	     "unmap_region vms_complete_munmap_vmas"),
	CALL("mprotect", VMC_SAY("mprotect"), "do_mprotect_pkey mprotect_fixup change_protection"),
	CALL("madvise", VMC_SAY("madvise"),
	     "do_madvise madvise_vma_behavior madvise_dontneed_free "
	     "zap_page_range"),
	CALL("brk", VMC_SAY("brk"), "do_brk_flags do_brk"),
	CALL("gup", VMC_SAY("pinning of user pages"),
	     "__get_user_pages get_user_pages_fast "
	     "pin_user_pages internal_get_user_pages_fast "
	     "get_user_pages_unlocked"),
	CALL("kswapd", VMC_SAY("memory reclaim by kswapd"),
	     "kswapd balance_pgdat kswapd_shrink_node"),
	PART("reclaim", VMC_SAY("memory reclaim"),
	     "try_to_free_pages do_try_to_free_pages __alloc_pages_direct_reclaim shrink_node "
	     "shrink_zone shrink_zones shrink_lruvec shrink_inactive_list shrink_page_list "
	     "shrink_folio_list try_to_free_mem_cgroup_pages shrink_many shrink_one evict_folios",
	     "kswapd reclaim"),
	CALL("shrinker", VMC_SAY("shrinking of caches"),
	     "shrink_slab do_shrink_slab super_cache_scan prune_icache_sb prune_dcache_sb "
	     "shrink_slab_memcg xfs_reclaim_inodes_nr drop_slab"),
	CALL("oom", VMC_SAY("out of memory"),
	     "out_of_memory __alloc_pages_may_oom oom_kill_process mem_cgroup_out_of_memory "
	     "pagefault_out_of_memory mem_cgroup_oom_synchronize oom_reaper dump_header"),
	CALL("compact", VMC_SAY("memory compaction"),
	     "compact_zone try_to_compact_pages kcompactd __alloc_pages_direct_compact "
	     "migrate_pages isolate_migratepages_block khugepaged collapse_huge_page"),
	CALL("alloc", VMC_SAY("memory allocation"),
	     "__alloc_pages __alloc_pages_nodemask __alloc_pages_slowpath alloc_pages_vma "
	     "alloc_pages_current alloc_pages get_page_from_freelist kmalloc_order __kmalloc "
	     "kmem_cache_alloc kmem_cache_alloc_node kmem_cache_alloc_trace __slab_alloc "
	     "___slab_alloc "
	     "__kmalloc_node kvmalloc_node vmalloc __vmalloc_node_range new_slab "
	     "cache_alloc_refill "
	     "__alloc_pages_noprof __alloc_frozen_pages_noprof __kmalloc_noprof "
	     "kmem_cache_alloc_noprof __kmalloc_cache_noprof"),
	CALL("free", VMC_SAY("memory is freed"),
	     "kfree kmem_cache_free __slab_free kvfree vfree __vunmap free_pages __free_pages "
	     "free_pcppages_bulk free_unref_page free_unref_page_list release_pages "
	     "__free_one_page kmem_cache_free_bulk ___cache_free free_one_page"),
	CALL("swap", VMC_SAY("swap"),
	     "swap_writepage swap_readpage swap_read_folio read_swap_cache_async "
	     "swapin_readahead try_to_unuse"),
	/* ---- network ---- */
	CALL("sendmsg", VMC_SAY("send on a socket"),
	     "sock_sendmsg __sock_sendmsg ____sys_sendmsg ___sys_sendmsg __sys_sendmsg "
	     "__sys_sendto "
	     "sock_write_iter sock_aio_write inet_sendmsg inet6_sendmsg __sys_sendmmsg "
	     "sock_sendmsg_nosec unix_stream_sendmsg packet_sendmsg"),
	CALL("recvmsg", VMC_SAY("receive on a socket"),
	     "sock_recvmsg ____sys_recvmsg ___sys_recvmsg __sys_recvfrom sock_read_iter "
	     "inet_recvmsg "
	     "tcp_recvmsg tcp_recvmsg_locked udp_recvmsg unix_stream_recvmsg sock_aio_read "
	     "unix_stream_read_generic packet_recvmsg"),
	CALL("connect", VMC_SAY("connect"),
	     "__sys_connect inet_stream_connect tcp_v4_connect "
	     "__inet_stream_connect tcp_v6_connect"),
	CALL("accept", VMC_SAY("accept"), "__sys_accept4 inet_accept inet_csk_accept do_accept"),
	CALL("socket", VMC_SAY("a socket is made"),
	     "__sys_socket __sock_create inet_create "
	     "sock_create"),
	CALL("sockopt", VMC_SAY("socket option"),
	     "__sys_setsockopt __sys_getsockopt tcp_setsockopt "
	     "do_tcp_setsockopt do_ip_setsockopt sock_setsockopt "
	     "do_sock_setsockopt ip_setsockopt"),
	CALL("netlink", VMC_SAY("netlink request"),
	     "netlink_sendmsg netlink_unicast netlink_rcv_skb rtnetlink_rcv_msg genl_rcv "
	     "genl_rcv_msg rtnl_newlink rtnl_dellink rtnl_setlink nfnetlink_rcv netlink_dump"),
	CALL("tcp-tx", VMC_SAY("TCP transmit"),
	     "tcp_sendmsg tcp_sendmsg_locked tcp_write_xmit __tcp_push_pending_frames tcp_push "
	     "__tcp_transmit_skb tcp_transmit_skb tcp_retransmit_skb __tcp_retransmit_skb "
	     "tcp_xmit_retransmit_queue tcp_send_ack tcp_tsq_handler tcp_tasklet_func"),
	CALL("tcp-timer", VMC_SAY("TCP timer"),
	     "tcp_write_timer tcp_write_timer_handler "
	     "tcp_retransmit_timer tcp_keepalive_timer "
	     "tcp_delack_timer"),
	CALL("udp-tx", VMC_SAY("UDP transmit"), "udp_sendmsg udpv6_sendmsg udp_send_skb"),
	CALL("ip-tx", VMC_SAY("IP transmit"),
	     "ip_queue_xmit __ip_queue_xmit ip_output ip_finish_output ip_finish_output2 "
	     "__ip_finish_output ip_local_out ip6_output ip6_xmit ip_send_skb ip6_finish_output2 "
	     "ip_do_fragment"),
	CALL("dev-tx", VMC_SAY("network transmit"),
	     "dev_queue_xmit __dev_queue_xmit dev_hard_start_xmit sch_direct_xmit __qdisc_run "
	     "net_tx_action validate_xmit_skb __skb_gso_segment skb_segment xmit_one"),
	CALL("net-rx", VMC_SAY("network receive"),
	     "net_rx_action __napi_poll napi_poll __netif_receive_skb netif_receive_skb "
	     "__netif_receive_skb_core netif_receive_skb_internal napi_gro_receive process_backlog "
	     "__netif_receive_skb_one_core netif_receive_skb_list_internal napi_complete_done "
	     "dev_gro_receive napi_gro_complete virtnet_poll virtnet_receive napi_threaded_poll "
	     "__netif_receive_skb_list_core ixgbe_poll mlx5e_napi_poll e1000_clean tun_get_user "
	     "netvsc_poll igb_poll i40e_napi_poll ena_io_poll vmxnet3_poll"),
	CALL("ip-rx", VMC_SAY("IP receive"),
	     "ip_rcv ip_local_deliver ip_local_deliver_finish ip_rcv_finish ipv6_rcv ip6_input "
	     "ip6_input_finish ip_list_rcv ip_sublist_rcv ip_protocol_deliver_rcu"),
	CALL("ip-forward", VMC_SAY("IP forwarding"), "ip_forward ip_forward_finish ip6_forward"),
	CALL("tcp-rx", VMC_SAY("TCP receive"),
	     "tcp_v4_rcv tcp_v6_rcv tcp_v4_do_rcv tcp_v6_do_rcv tcp_rcv_established "
	     "tcp_rcv_state_process tcp_ack tcp_data_queue tcp_sacktag_write_queue "
	     "tcp_fastretrans_alert "
	     "tcp_check_req tcp_conn_request __release_sock release_sock"),
	CALL("udp-rx", VMC_SAY("UDP receive"),
	     "udp_rcv __udp4_lib_rcv udpv6_rcv __udp6_lib_rcv "
	     "udp_queue_rcv_skb udp_unicast_rcv_skb"),
	CALL("icmp", VMC_SAY("ICMP"), "icmp_rcv icmp_send __icmp_send icmpv6_rcv icmp_reply"),
	CALL("netfilter", VMC_SAY("packet filter"),
	     "nf_hook_slow nf_iterate ipt_do_table nft_do_chain nf_conntrack_in nf_nat_* "
	     "nf_conntrack_confirm ip6t_do_table br_nf_pre_routing nf_ct_*"),
	CALL("bridge", VMC_SAY("bridge"),
	     "br_handle_frame br_handle_frame_finish br_forward "
	     "br_dev_xmit br_dev_queue_push_xmit br_pass_frame_up"),
	CALL("ovs", VMC_SAY("Open vSwitch"),
	     "ovs_dp_process_packet ovs_vport_receive "
	     "netdev_frame_hook ovs_execute_actions"),
	CALL("net-down", VMC_SAY("a network device goes away"),
	     "unregister_netdevice_queue unregister_netdevice_many rollback_registered "
	     "netdev_run_todo __dev_close_many dev_close unregister_netdev"),
	CALL("net-up", VMC_SAY("a network device is brought up"),
	     "__dev_open dev_open "
	     "dev_change_flags register_netdevice "
	     "__dev_change_flags"),
	CALL("tx-timeout", VMC_SAY("transmit watchdog"), "dev_watchdog"),
	/* ---- modules, devices, power ---- */
	CALL("module-load", VMC_SAY("module load"),
	     "load_module do_init_module __do_sys_init_module __do_sys_finit_module "
	     "__se_sys_finit_module idempotent_init_module init_module_from_file "
	     "__x64_sys_finit_module "
	     "__x64_sys_init_module SyS_finit_module SyS_init_module sys_init_module "
	     "sys_finit_module"),
	CALL("module-unload", VMC_SAY("module unload"),
	     "__x64_sys_delete_module __do_sys_delete_module SyS_delete_module sys_delete_module "
	     "free_module __se_sys_delete_module"),
	CALL("probe", VMC_SAY("probe of a device"),
	     "driver_probe_device really_probe __driver_attach __driver_probe_device "
	     "driver_attach __device_attach device_attach bus_probe_device pci_device_probe "
	     "local_pci_probe "
	     "platform_drv_probe platform_probe usb_probe_interface usb_probe_device "
	     "virtio_dev_probe "
	     "i2c_device_probe device_initial_probe call_driver_probe __device_attach_driver "
	     "bus_add_driver driver_register deferred_probe_work_func hid_device_probe"),
	CALL("remove", VMC_SAY("removal of a device"),
	     "device_release_driver __device_release_driver device_release_driver_internal "
	     "bus_remove_device device_del pci_device_remove usb_disconnect usb_unbind_interface "
	     "virtio_dev_remove pci_stop_and_remove_bus_device device_unregister "
	     "driver_unregister bus_remove_driver driver_detach platform_remove"),
	CALL("usb-hub", VMC_SAY("USB hub"),
	     "hub_event hub_thread hub_port_connect hub_events "
	     "port_event"),
	CALL("urb", VMC_SAY("completion of a USB request"),
	     "usb_hcd_giveback_urb "
	     "__usb_hcd_giveback_urb usb_giveback_urb_bh "
	     "dummy_timer xhci_irq ehci_irq"),
	CALL("tty", VMC_SAY("terminal"),
	     "tty_write tty_read n_tty_write n_tty_read tty_ldisc_* "
	     "flush_to_ldisc con_write do_con_write file_tty_write "
	     "n_tty_receive_buf_common"),
	CALL("firmware", VMC_SAY("ACPI"),
	     "acpi_ev_* acpi_ns_evaluate acpi_evaluate_object "
	     "acpi_os_execute_deferred acpi_ps_parse_aml "
	     "acpi_device_notify acpi_os_read_port"),
	CALL("hotplug", VMC_SAY("CPU hotplug"),
	     "cpuhp_thread_fun cpuhp_invoke_callback _cpu_down _cpu_up cpu_down cpu_up "
	     "take_cpu_down "
	     "cpu_subsys_offline cpu_subsys_online do_cpu_down"),
	CALL("memory-hotplug", VMC_SAY("memory hotplug"),
	     "offline_pages online_pages add_memory "
	     "remove_memory memory_subsys_offline"),
	CALL("suspend", VMC_SAY("suspend"),
	     "pm_suspend suspend_devices_and_enter suspend_enter dpm_suspend dpm_suspend_start "
	     "enter_state state_store hibernate hibernation_snapshot __device_suspend"),
	CALL("resume", VMC_SAY("resume"),
	     "dpm_resume dpm_resume_end __device_resume device_resume "
	     "syscore_resume dpm_resume_noirq"),
	CALL("runtime-pm", VMC_SAY("runtime power management"),
	     "pm_runtime_work rpm_suspend rpm_resume "
	     "__pm_runtime_resume __rpm_callback "
	     "__pm_runtime_suspend"),
	CALL("reboot", VMC_SAY("reboot"),
	     "kernel_restart __do_sys_reboot SYSC_reboot "
	     "device_shutdown native_machine_restart kernel_power_off"),
	CALL("kexec", VMC_SAY("kexec"), "kernel_kexec __crash_kexec crash_kexec machine_kexec"),
	CALL("stop-machine", VMC_SAY("all CPUs stopped together"),
	     "multi_cpu_stop cpu_stopper_thread stop_machine stop_one_cpu"),
	CALL("ipi", VMC_SAY("function call on other CPUs"),
	     "smp_call_function_many smp_call_function_many_cond smp_call_function_single "
	     "on_each_cpu on_each_cpu_cond_mask flush_tlb_mm_range native_flush_tlb_others "
	     "flush_smp_call_function_queue __flush_smp_call_function_queue smp_call_function"),
	CALL("text-poke", VMC_SAY("patching of kernel code"),
	     "text_poke_bp text_poke_bp_batch arch_jump_label_transform __static_key_slow_inc "
	     "ftrace_modify_all_code arch_prepare_optimized_kprobe smp_text_poke_batch_finish"),
	/* ---- virtualisation, BPF, tracing, security ---- */
	CALL("kvm-run", VMC_SAY("a guest runs (KVM)"),
	     "kvm_vcpu_ioctl kvm_arch_vcpu_ioctl_run vcpu_enter_guest vcpu_run vmx_handle_exit "
	     "svm_handle_exit vmx_vcpu_run svm_vcpu_run kvm_mmu_page_fault kvm_vcpu_block"),
	CALL("kvm-vm", VMC_SAY("set-up of a guest (KVM)"),
	     "kvm_vm_ioctl kvm_dev_ioctl "
	     "kvm_set_memory_region kvm_create_vm"),
	CALL("kvm-end", VMC_SAY("a guest ends (KVM)"),
	     "kvm_vm_release kvm_destroy_vm kvm_put_kvm "
	     "kvm_vcpu_release kvm_arch_destroy_vm"),
	CALL("vhost", VMC_SAY("vhost"),
	     "vhost_worker handle_tx handle_rx vhost_task_fn handle_tx_kick"),
	CALL("bpf-call", VMC_SAY("bpf() request"),
	     "__sys_bpf bpf_prog_load bpf_check do_check "
	     "bpf_prog_test_run bpf_test_run map_update_elem"),
	CALL("bpf-run", VMC_SAY("a BPF program runs"),
	     "bpf_prog_* __bpf_prog_run* ___bpf_prog_run trace_call_bpf bpf_trace_run* "
	     "bpf_dispatcher_*"),
	CALL("perf", VMC_SAY("perf"),
	     "perf_event_overflow __perf_event_overflow "
	     "__do_sys_perf_event_open perf_event_release_kernel perf_ioctl "
	     "perf_swevent_hrtimer"),
	CALL("trace", VMC_SAY("tracing"),
	     "ftrace_call ftrace_ops_list_func kprobe_ftrace_handler "
	     "kprobe_dispatcher kretprobe_dispatcher tracing_read_pipe"),
	CALL("cgroup", VMC_SAY("control groups"),
	     "cgroup_mkdir cgroup_rmdir cgroup_attach_task cgroup_procs_write css_free_rwork_fn "
	     "cgroup_file_write mem_cgroup_css_free cgroup_destroy_locked css_killed_work_fn"),
	CALL("lsm", VMC_SAY("security check"),
	     "security_file_open security_inode_permission "
	     "selinux_inode_permission apparmor_file_open "
	     "security_bprm_check"),
	CALL("crypto", VMC_SAY("encryption"),
	     "crypto_skcipher_encrypt crypto_skcipher_decrypt "
	     "crypto_aead_encrypt crypto_aead_decrypt kcryptd_crypt "
	     "crypto_shash_update"),
	CALL("drm", VMC_SAY("graphics"),
	     "drm_ioctl drm_ioctl_kernel drm_atomic_commit "
	     "drm_atomic_helper_commit drm_release drm_fb_helper_damage_work"),
	CALL("sound", VMC_SAY("sound"), "snd_pcm_* snd_ctl_ioctl snd_seq_* snd_timer_*"),
	CALL("sysrq", VMC_SAY("SysRq, asked for by hand"),
	     "write_sysrq_trigger __handle_sysrq sysrq_handle_crash handle_sysrq"),
	/* ---- how a kernel dies ---- */
	{ "echo", VMC_STEP_ECHO, NULL,
	  "panic vpanic nmi_panic oops_end oops_begin die __die die_addr no_context bad_area "
	  "bad_area_nosemaphore __bad_area_nosemaphore page_fault_oops kernelmode_fixup_or_oops "
	  "dump_stack dump_stack_lvl show_stack warn_slowpath_common warn_slowpath_null "
	  "warn_slowpath_fmt __warn __warn_printk report_bug handle_bug exc_invalid_op "
	  "asm_exc_invalid_op invalid_op do_invalid_op do_trap do_error_trap fixup_bug "
	  "exc_general_protection asm_exc_general_protection general_protection "
	  "do_general_protection __stack_chk_fail delay_tsc __const_udelay mdelay",
	  NULL, NULL },
};

/* The next name of a list; false at its end. */
static bool next_name(const char **list, const char **ret, size_t *ret_len)
{
	*list += strspn(*list, " ");
	*ret = *list;
	*ret_len = strcspn(*list, " ");
	*list += *ret_len;
	return *ret_len > 0;
}

const struct vmc_step *vmc_step_of(const char *stem, size_t len, const char **ret_rest)
{
	const struct vmc_step *best = NULL;
	size_t best_len = 0;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(steps); i++) {
		const char *list = steps[i].functions, *name;
		size_t n;

		while (next_name(&list, &name, &n)) {
			bool open = name[n - 1] == '*';

			if (!open && n == len && memcmp(name, stem, n) == 0) {
				*ret_rest = "";
				return &steps[i];
			}
			n--;
			if (!open || n >= len || n <= best_len || memcmp(name, stem, n) != 0)
				continue;
			best = &steps[i];
			best_len = n;
			*ret_rest = stem + n;
		}
	}
	return best;
}

bool vmc_step_listed(const char *list, const char *id)
{
	const char *name;
	size_t n;

	while (list && next_name(&list, &name, &n)) {
		if (strlen(id) == n && memcmp(name, id, n) == 0)
			return true;
	}
	return false;
}
