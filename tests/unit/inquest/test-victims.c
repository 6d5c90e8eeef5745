/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who waits is a victim: what for, and who holds it up, in the forms in which kernels tell. */
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"

#define HUNG_HEAD(comm, pid)                                                              \
	"[  242.100000] INFO: task " comm ":" pid " blocked for more than 120 seconds.\n" \
	"[  242.100001]       Not tainted 6.16.0 #1\n"                                    \
	"[  242.100002] task:" comm "              state:D stack:0     pid:" pid          \
	"   ppid:1      flags:0x00004002\n"                                               \
	"[  242.100003] Call Trace:\n[  242.100004]  <TASK>\n"                            \
	"[  242.100005]  __schedule+0x3f3/0xb40\n[  242.100006]  schedule+0x27/0x80\n"
#define HUNG_TAIL "[  242.100020]  </TASK>\n"
#define ON_MUTEX                                                 \
	"[  242.100007]  schedule_preempt_disabled+0x15/0x20\n"  \
	"[  242.100008]  __mutex_lock.constprop.0+0x4c0/0xa80\n" \
	"[  242.100009]  v_read+0x25/0x60 [v]\n[  242.100010]  vfs_read+0xbc/0x350\n"
/* kernel/hung_task.c of 6.16 */
#define OWNER(comm, pid, owner)                                                             \
	"[  242.100021] INFO: task " comm ":" pid " is blocked on a mutex likely owned by " \
	"task " owner ".\n"
/* kernel/locking/lockdep.c debug_show_all_locks() */
#define LOCKS "[  242.200000] \n[  242.200001] Showing all locks held in the system:\n"
#define HELD(n, who) "[  242.200002] " n " held by " who ":\n"
#define LOCK(i, lock) "[  242.200003]  #" i ": " lock "{+.+.}-{4:4}, at: v_x+0x25/0x60\n"
#define A "ffff888103a4a0a8 (&v->lock)"
#define B "ffff888103a4b0c0 (&w->lock)"
#define SOFT(frames)                                                                     \
	"[  300.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [worker:99]\n" \
	"[  300.000001] CPU: 1 UID: 0 PID: 99 Comm: worker Not tainted 6.12.0 #1\n"      \
	"[  300.000002] RIP: 0010:v_loop+0x10/0x20\n[  300.000003] Call Trace:\n"        \
	"[  300.000004]  <TASK>\n" frames "[  300.000009]  </TASK>\n"
#define ON_IPI                                                      \
	"[  300.000005]  smp_call_function_many_cond+0x12a/0x560\n" \
	"[  300.000006]  on_each_cpu_cond_mask+0x24/0x40\n"         \
	"[  300.000007]  flush_tlb_kernel_range+0x3f/0xb0\n"

static const struct {
	const char *log;
	const char *waits; /* in the reasoning; NULL: no wait is told */
	const char *comm;  /* of the owner; NULL: not known */
	int64_t pid;
} rows[] = {
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL OWNER("cp", "777", "kworker/u8:3:55"),
	  "a mutex", "kworker/u8:3", 55 },
	/* the owner of what another task waits for */
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL OWNER("mv", "778", "rsync:66"), "a mutex", NULL,
	  0 },
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL, "a mutex", NULL, 0 },
	/* lockdep: the one who has the lock and waits for something else */
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL LOCKS HELD("1 lock", "cp/777") LOCK("0", A)
		  HELD("1 lock", "mv/778") LOCK("0", A) HELD("2 locks", "tar/779") LOCK("0", A)
			  LOCK("1", B),
	  "a mutex", "tar", 779 },
	/* the only other one */
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL LOCKS HELD("2 locks", "cp/777") LOCK("0", B)
		  LOCK("1", A) HELD("1 lock", "mv/778") LOCK("0", A),
	  "a mutex", "mv", 778 },
	/* one of two: nobody knows which; a lock that is not waited for proves nothing */
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL LOCKS HELD("1 lock", "cp/777") LOCK("0", A)
		  HELD("1 lock", "mv/778") LOCK("0", A) HELD("1 lock", "tar/779") LOCK("0", A),
	  "a mutex", NULL, 0 },
	{ HUNG_HEAD("cp", "777") ON_MUTEX HUNG_TAIL LOCKS HELD("2 locks", "cp/777") LOCK("0", B)
		  LOCK("1", A) HELD("1 lock", "mv/778") LOCK("0", B),
	  "a mutex", NULL, 0 },
	/* named as in the source, not as the compiler called its copy of it */
	{ HUNG_HEAD("cp", "777") "[  242.100008]  __mutex_lock.constprop.0+0x4c0/0xa80\n" HUNG_TAIL,
	  "__mutex_lock: it waits for a mutex", NULL, 0 },
	/* what it is says more than how */
	{ HUNG_HEAD("ip", "777") "[  242.100008]  __mutex_lock.constprop.0+0x4c0/0xa80\n"
				 "[  242.100009]  rtnl_lock+0x15/0x20\n" HUNG_TAIL,
	  "the rtnl mutex", NULL, 0 },
	{ HUNG_HEAD("cp", "777") "[  242.100007]  io_schedule+0x46/0x80\n"
				 "[  242.100008]  folio_wait_bit_common+0x13d/0x350\n" HUNG_TAIL,
	  "disk I/O", NULL, 0 },
	{ HUNG_HEAD("cp", "777") "[  242.100007]  wait_transaction_locked+0x8a/0xd0\n"
				 "[  242.100008]  add_transaction_credits+0xd9/0x310\n"
				 "[  242.100009]  start_this_handle+0x103/0x5c0\n" HUNG_TAIL,
	  "jbd2", NULL, 0 },
	/* a CPU that waits for others, and one that is busy itself */
	{ SOFT(ON_IPI), "other CPUs", NULL, 0 },
	{ SOFT("[  300.000005]  v_thread+0x12a/0x560\n"), NULL, NULL, 0 },
	/* the name of a module's function tells nothing of the kernel's locks */
	{ HUNG_HEAD("cp", "777") "[  242.100008]  mutex_lock_v+0x4c0/0xa80 [v]\n" HUNG_TAIL, NULL,
	  NULL, 0 },
};

static const char *why_with(const struct vmc_report *r, const char *words)
{
	for (size_t i = 0; i < r->verdict.why.len; i++) {
		if (strstr(r->verdict.why.data[i], words))
			return r->verdict.why.data[i];
	}
	return NULL;
}

static void victims_and_owners(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
		const char *why;

		assert_ok(vmc_report_text(rows[i].log, strlen(rows[i].log), "log", NULL, &r));
		why = why_with(r, "it waits for");
		if (!why != !rows[i].waits || (why && !strstr(why, rows[i].waits)))
			fail_msg("row %zu: %s", i, why ? why : "no wait");
		if (rows[i].comm && (!vmc_streq(r->verdict.culprit.comm, rows[i].comm) ||
				     r->verdict.culprit.pid != rows[i].pid))
			fail_msg("row %zu: culprit is %s", i, r->verdict.culprit.comm);
		assert_int_equal(!why_with(r, "so it is a victim"), !rows[i].waits || rows[i].comm);
	}
}

/* kernel/smp.c csd_lock_wait_toolong(); the CPU that does not answer has a report of its own. */
static void the_cpu_that_does_not_answer(void **state)
{
	static const char log[] = SOFT(
		ON_IPI) "[  300.100000] smp: csd: Detected non-responsive CSD lock (#1) on CPU#1, "
			"waiting "
			"5000000032 ns for CPU#03 do_flush_tlb_all+0x0/0x30(0x0).\n"
			"[  310.000000] watchdog: CPU3: Watchdog detected hard LOCKUP on cpu 3\n"
			"[  310.000001] CPU: 3 UID: 0 PID: 55 Comm: spinner Not tainted 6.12.0 #1\n"
			"[  310.000002] RIP: 0010:v_irqs_off+0x10/0x20 [v]\n[  310.000003] Call "
			"Trace:\n"
			"[  310.000004]  <TASK>\n[  310.000005]  v_thread+0x1/0x2 [v]\n"
			"[  310.000006]  </TASK>\n";
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_non_null(why_with(r, "CPU 3 does not answer"));
	assert_string_equal(r->verdict.culprit.comm, "spinner");
	assert_int_equal(r->verdict.culprit.pid, 55);
	assert_string_equal(r->verdict.culprit.module, "v");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(victims_and_owners),
		cmocka_unit_test(the_cpu_that_does_not_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
