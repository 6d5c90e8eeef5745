/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <stdio.h>
#include <string.h>

#include "oops/formats.h"
#include "oops/oops.h"
#include "oops/search.h"

/* One report in, one title out: the table of formats, row by row where rows differ. */
static const struct {
	const char *log, *title, *type, *category;
} titles[] = {
	{ "[1.0] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	  "[1.0] RIP: 0010:victim_open+0x15/0x40 [victim]\n",
	  "BUG: unable to handle kernel NULL pointer dereference in victim_open",
	  "NULL-POINTER-DEREFERENCE", "null-deref" },
	{ "BUG: unable to handle kernel NULL pointer dereference at 00000004\n"
	  "IP: [<c0112233>] victim_open+0x15/0x40\n",
	  "BUG: unable to handle kernel NULL pointer dereference in victim_open",
	  "NULL-POINTER-DEREFERENCE", "null-deref" },
	{ "BUG: unable to handle page fault for address: ffffdead00001010\n"
	  "RIP: 0010:memcpy+0x1/0x2\nCall Trace:\n <TASK>\n ? guess+0x1/0x2\n copy_it+0x1/0x2\n",
	  "BUG: unable to handle kernel paging request in copy_it", "MEMORY_SAFETY_BUG",
	  "bad-pointer" },
	{ "Oops: general protection fault, probably for non-canonical address "
	  "0xdead000000000122: 0000 [#1] SMP\nRIP: 0010:f_gp+0x1/0x2\n",
	  "general protection fault in f_gp", "DoS", "gpf" },
	{ "divide error: 0000 [#1] SMP\nRIP: 0010:f_div+0x1/0x2\n", "divide error in f_div", "DoS",
	  "divide-error" },
	{ "Oops: invalid opcode: 0000 [#1] SMP\nRIP: 0010:f_ud+0x1/0x2\n", "invalid opcode in f_ud",
	  "DoS", "invalid-opcode" },
	{ "kernel BUG at fs/a.c:12!\ninvalid opcode: 0000 [#1] SMP\nRIP: 0010:f_bug+0x1/0x2\n",
	  "kernel BUG in f_bug", "BUG", "bug-assertion" },
	{ "kernel BUG at lib/list_debug.c:53!\nCall Trace:\n list_del+0x1/0x2\n f_l+0x1/0x2\n",
	  "BUG: corrupted list in f_l", "MEMORY_SAFETY_BUG", "list-corruption" },
	{ "WARNING: CPU: 0 PID: 7 at drivers/v.c:12 f_w+0x10/0x20\nRIP: 0010:f_w+0x10/0x20\n",
	  "WARNING in f_w", "WARNING", "warning-panic" },
	{ "WARNING: at drivers/v.c:12 f_w+0x10/0x20()\nCall Trace:\n"
	  " [<ffffffff81067c33>] warn_slowpath_common+0x83/0xc0\n [<ffffffff81067c33>] "
	  "f_w+0x1/0x2\n",
	  "WARNING in f_w", "WARNING", "warning-panic" },
	{ "WARNING: drivers/v.c:12 at f_w+0x10/0x20, CPU#1: t/9\nRIP: 0010:f_w+0x10/0x20\n",
	  "WARNING in f_w", "WARNING", "warning-panic" },
	{ "WARNING: [a < b] drivers/v.c:12 at f_w+0x10/0x20, CPU#1: t/9\nRIP: 0010:f_w+0x1/0x2\n",
	  "WARNING in f_w", "WARNING", "warning-panic" },
	{ "WARNING: CPU: 0 PID: 7 at lib/refcount.c:28 refcount_warn_saturate+0x1/0x2\n"
	  "RIP: 0010:refcount_warn_saturate+0x1/0x2\nCall Trace:\n <TASK>\n f_r+0x1/0x2\n",
	  "WARNING: refcount bug in f_r", "REFCOUNT_WARNING", "use-after-free" },
	{ "BUG: KASAN: slab-use-after-free in f_k+0x5/0x30\nRead of size 8 at addr ffff888\n"
	  "Call Trace:\n f_k+0x1/0x2\n",
	  "KASAN: slab-use-after-free Read in f_k", "KASAN-USE-AFTER-FREE-READ", "use-after-free" },
	{ "BUG: KASAN: slab-out-of-bounds in memset+0x5/0x30\nWrite of size 8 at addr ffff888\n"
	  "Call Trace:\n kasan_report+0x1/0x2\n f_k+0x1/0x2\n",
	  "KASAN: slab-out-of-bounds Write in f_k", "KASAN-WRITE", "memory-corruption" },
	{ "BUG: KFENCE: out-of-bounds read in f_o+0x5/0x30\n", "KFENCE: out-of-bounds read in f_o",
	  "KFENCE-READ", "memory-corruption" },
	{ "BUG: KCSAN: data-race in f_a / f_b\n", "KCSAN: data-race in f_a / f_b", "KCSAN-DATARACE",
	  "memory-corruption" },
	{ "UBSAN: array-index-out-of-bounds in fs/a.c:12:3\nCall Trace:\n ubsan_x+0x1/0x2\n"
	  " f_u+0x1/0x2\n",
	  "UBSAN: array-index-out-of-bounds in f_u", "MEMORY_SAFETY_UBSAN", "memory-corruption" },
	{ "watchdog: BUG: soft lockup - CPU#3 stuck for 26s! [t:12]\nRIP: 0010:spin+0x1/0x2\n"
	  "Call Trace:\n <TASK>\n work+0x1/0x2\n process_one_work+0x1/0x2\n",
	  "BUG: soft lockup in work", "HANG", "soft-lockup" },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\nNMI backtrace for cpu 3\n"
	  "RIP: 0010:spin+0x1/0x2\nCall Trace:\n <TASK>\n work+0x1/0x2\n kthread+0x1/0x2\n",
	  "INFO: rcu detected stall in work", "HANG", "rcu-stall" },
	{ "INFO: task cp:777 blocked for more than 122 seconds.\nCall Trace:\n <TASK>\n"
	  " __schedule+0x1/0x2\n schedule+0x1/0x2\n f_wait+0x1/0x2\n f_h+0x1/0x2\n",
	  "INFO: task hung in f_h", "HANG", "hung-task" },
	{ "BUG: sleeping function called from invalid context at mm/a.c:12\nCall Trace:\n"
	  " dump_stack+0x1/0x2\n __might_resched+0x1/0x2\n f_s+0x1/0x2\n",
	  "BUG: sleeping function called from invalid context in f_s", "ATOMIC_SLEEP",
	  "atomic-sleep" },
	{ "BUG: scheduling while atomic: t/12/0x00000002\nCall Trace:\n __schedule_bug+0x1/0x2\n"
	  " f_s+0x1/0x2\n",
	  "BUG: scheduling while atomic in f_s", "ATOMIC_SLEEP", "atomic-sleep" },
	{ "WARNING: possible recursive locking detected\nt/9 is trying to acquire lock:\n"
	  "ffff888 (&v->lock){+.+.}-{4:4}, at: f_d+0x1/0x2\n",
	  "possible deadlock in f_d", "LOCKDEP", "deadlock" },
	{ "BUG: Bad rss-counter state mm:ffff888 idx:1 val:3\n", "BUG: Bad rss-counter state",
	  "UNKNOWN", "memory-corruption" },
	{ "Kernel panic - not syncing: sysrq triggered crash\n",
	  "kernel panic: sysrq triggered crash", "DoS", "manual" },
	{ "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n",
	  "kernel panic: Attempted to kill init!", "DoS", "init-killed" },
	{ "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n",
	  "kernel panic: VFS: Unable to mount root fs on unknown-block(NUM,NUM)", "DoS",
	  "filesystem" },
	{ "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled\n",
	  "kernel panic: Out of memory: system-wide panic_on_oom is enabled", "DoS", "oom" },
	{ "Kernel panic - not syncing: victim gave up\n", "kernel panic: victim gave up", "DoS",
	  "panic-call" },
	{ "watchdog: Watchdog detected hard LOCKUP on cpu 2\nRIP: 0010:f_hard+0x1/0x2\n",
	  "NMI watchdog: hard LOCKUP in f_hard", "HANG", "hard-lockup" },
	{ "mce: [Hardware Error]: Machine check events logged\n", "Machine check events logged",
	  "HARDWARE", "hardware" },
	{ "BUG: memory leak\nunreferenced object 0xffff888\n  backtrace (crc 1a2b):\n"
	  "    [<00000000ab>] kmalloc_node+0x1/0x2\n    [<00000000ab>] f_leak+0x1/0x2\n",
	  "memory leak in f_leak", "LEAK", NULL },
	{ "Unable to handle kernel paging request at virtual address dead000000000108\n"
	  "Internal error: Oops: 96000044 [#1] SMP\npc : f_arm+0x1/0x2\n",
	  "BUG: unable to handle kernel paging request in f_arm", "MEMORY_SAFETY_BUG",
	  "bad-pointer" },
	{ "BUG: Unable to handle kernel data access on write at 0xc00a000000000008\n"
	  "NIP [c008000001230050] f_ppc+0x18/0x30\n",
	  "BUG: unable to handle kernel paging request in f_ppc", "MEMORY_SAFETY_BUG",
	  "bad-pointer" },
	{ "Unable to handle kernel pointer dereference in virtual kernel address space\n"
	  "Krnl PSW : 0704c00180000000 000003ff80002016 (f_s390+0xe/0x30)\n",
	  "BUG: unable to handle kernel paging request in f_s390", "MEMORY_SAFETY_BUG",
	  "bad-pointer" },
	/* scripts/decode_stacktrace.sh puts a place for each offset */
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	  "RIP: 0010:memcpy (arch/x86/lib/memcpy_64.S:45)\nCall Trace:\n <TASK>\n"
	  "? guess (fs/a.c:1)\ndecoded (./include/linux/a.h:3 fs/a.c:12 (discriminator 1)) vic\n",
	  "BUG: unable to handle kernel NULL pointer dereference in decoded",
	  "NULL-POINTER-DEREFERENCE", "null-deref" },
	{ "BUG: KASAN: slab-use-after-free in f_k (fs/a.c:12)\nWrite of size 8 at addr ffff888\n",
	  "KASAN: slab-use-after-free Write in f_k", "KASAN-USE-AFTER-FREE-WRITE",
	  "use-after-free" },
	{ "BUG: KASan: use after free in f_k+0x1/0x2 [vic] at addr ffff880\n"
	  "Read of size 8 by task t/12\n"
	  "BUG vic_cache (Not tainted): kasan: bad access detected\n"
	  "INFO: Allocated in f_a+0x1/0x2 [vic] age=1 cpu=5 pid=27\n",
	  "KASAN: use-after-free Read in f_k", "KASAN-USE-AFTER-FREE-READ", "use-after-free" },
	/* mm/slub.c, slab_bug() and print_trailer(), of a cache of somebody's own */
	{ "BUG vic_cache (Not tainted): Poison overwritten\nCall Trace:\n <TASK>\n"
	  " check_bytes_and_report.cold+0x1/0x2\n check_object+0x1/0x2\n"
	  " free_debug_processing+0x1/0x2\n __slab_free+0x1/0x2\n vic_put+0x1/0x2\n",
	  "BUG vic_cache: Poison overwritten", "UNKNOWN", "memory-corruption" },
	{ "BUG task_struct (Tainted: G    B      OE    ): Right Redzone overwritten\n",
	  "BUG task_struct: Right Redzone overwritten", "UNKNOWN", "memory-corruption" },
	{ "BUG vic_cache (Not tainted): Object already free\n", "BUG: Object already free", "DoS",
	  "double-free" },
	/* arch/arm64/kernel/traps.c, arm64_serror_panic() and, before 4.15, bad_mode() */
	{ "SError Interrupt on CPU3, code 0x00000000be000411 -- SError\npc : f_se+0x1/0x2 [vic]\n",
	  "SError Interrupt in f_se", "HARDWARE", "hardware" },
	{ "Bad mode in Error handler detected on CPU0, code 0xbf000002 -- SError\n"
	  "Internal error: Oops - bad mode: 0 [#1] PREEMPT SMP\npc : f_se+0x1/0x2\n",
	  "SError Interrupt in f_se", "HARDWARE", "hardware" },
	{ "BUG: something that nobody has seen before\n",
	  "BUG: something that nobody has seen before", "UNKNOWN", "unknown" },
};

/* The lines of a text, its reports; freed together. */
struct scan {
	struct vmc_log_lines lines;
	struct vmc_oops_set set;
};

static void scan(const char *text, size_t size, struct scan *s)
{
	*s = (struct scan){ 0 };
	assert_ok(vmc_log_split(text, size, &s->lines));
	assert_ok(vmc_oops_scan(s->lines.data, s->lines.len, &s->set));
}

static void done(struct scan *s)
{
	vmc_oops_set_deinit(&s->set);
	vmc_log_lines_deinit(&s->lines);
}

static void test_titles(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(titles); i++) {
		const struct vmc_oops *o;
		struct scan s;

		scan(titles[i].log, strlen(titles[i].log), &s);
		if (s.set.n_reports != 1)
			fail_msg("%zu reports in: %s", s.set.n_reports, titles[i].log);
		o = &s.set.reports[0];
		assert_string_equal(o->title, titles[i].title);
		assert_string_equal(o->type, titles[i].type);
		if (!vmc_streq(o->category, titles[i].category))
			fail_msg("%s: category %s", o->title, o->category);
		done(&s);
	}
}

static void test_no_reports(void **state)
{
	static const char *const logs[] = {
		"",
		"[1.0] INFO: lockdep is turned off.\n",
		"[1.0] INFO: NMI handler (perf_event_nmi_handler) took too long to run: 2 ms\n",
		"[1.0] warning: `x' uses wireless extensions which will stop working\n",
		"[1.0] WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible!\n",
		"[1.0] INFO: task a:1 is blocked on a mutex likely owned by task b:2.\n",
		"[1.0] ---[ end Kernel panic - not syncing: x ]---\n",
		"Booting the kernel.\n",
		"Nov 23 18:00:00 host cron[12]: BUG: not the kernel's\n",
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(logs); i++) {
		struct scan s;

		scan(logs[i], strlen(logs[i]), &s);
		if (s.set.n_reports)
			fail_msg("%s: %s", logs[i], s.set.reports[0].title);
		done(&s);
	}
}

static const char full_oops[] =
	"[   41.0] Linux version 6.12.0-boot (gcc)\n"
	"[   41.100001] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	"[   41.100010] #PF: supervisor read access in kernel mode\n"
	"[   41.100013] Oops: Oops: 0002 [#1] PREEMPT SMP NOPTI\n"
	"[   41.100014] CPU: 1 UID: 0 PID: 812 Comm: cat tool Kdump: loaded Tainted: G           "
	"OE "
	"     6.12.0-test #3\n"
	"[   41.100015] Tainted: [O]=OOT_MODULE, [E]=UNSIGNED_MODULE\n"
	"[   41.100016] Hardware name: QEMU Standard PC\n"
	"[   41.100017] RIP: 0010:victim_open+0x15/0x40 [victim]\n"
	"[   41.100018] Code: 0f 1f 44 00 00 48 8b <48> 8b 10 c3\n"
	"[   41.100019] RSP: 0018:ffffb5e5c0a7bb40 EFLAGS: 00010246\n"
	"[   41.100020] RAX: 0000000000000010 RBX: ffff9d5e41b4e200 RCX: 0000000000000000\n"
	"[   41.100021] CR2: 0000000000000010 CR3: 0000000103d0e000 CR4: 0000000000750ef0\n"
	"[   41.100023] Call Trace:\n"
	"[   41.100024]  <IRQ>\n"
	"[   41.100025]  ? __die_body.cold+0x19/0x27\n"
	"[   41.100026]  </IRQ>\n"
	"[   41.100024]  <TASK>\n"
	"[   41.100028]  do_dentry_open+0x16f/0x460\n"
	"[   41.100029]  victim_mid+0x20/0x30 [victim 5d41402abc4b2a76b9719d911017c592]\n"
	"[   41.100032] RIP: 0033:0x7f1d1c714175\n"
	"[   41.100033] RSP: 002b:00007ffe5a1ee5f0 EFLAGS: 00000202 ORIG_RAX: 0000000000000101\n"
	"[   41.100034]  </TASK>\n"
	"[   41.100035] Modules linked in: victim(OE) qrtr e(E+) [last unloaded: foo(OE)]\n"
	"[   41.100037] ---[ end trace 0000000000000000 ]---\n"
	"[   41.100039] Kernel panic - not syncing: Fatal exception\n"
	"[   41.100041] ---[ end Kernel panic - not syncing: Fatal exception ]---\n";

static void test_details(void **state)
{
	const struct vmc_oops *o;
	struct scan s;

	(void)state;
	scan(full_oops, sizeof(full_oops) - 1, &s);
	assert_int_equal(s.set.n_reports, 2);
	o = &s.set.reports[0];
	assert_int_equal(o->first_line, 2);
	assert_int_equal(o->last_line, 24);
	assert_int_equal(o->time_ns, 41100001000);
	assert_int_equal(o->cpu, 1);
	assert_int_equal(o->pid, 812);
	assert_string_equal(o->comm, "cat tool");
	assert_string_equal(o->taint, "G           OE");
	assert_string_equal(o->kernel, "6.12.0-test");
	assert_string_equal(o->hardware, "QEMU Standard PC");
	assert_string_equal(o->rip_function, "victim_open");
	assert_string_equal(o->rip_module, "victim");
	assert_string_equal(o->frame_module, "victim");
	assert_int_equal(o->rip_offset, 0x15);
	assert_true(o->has_fault_address);
	assert_int_equal(o->fault_address, 0x10);
	assert_int_equal(o->error_code, 2);
	assert_string_equal(o->code, "0f 1f 44 00 00 48 8b <48> 8b 10 c3");
	assert_int_equal(o->n_regs, 8); /* not the user's, which follow the second RIP */
	assert_string_equal(o->regs[0].name, "RSP");
	assert_true(o->regs[0].value == 0xffffb5e5c0a7bb40);
	assert_int_equal(o->n_modules, 3);
	assert_string_equal(o->modules[2].name, "e");
	assert_string_equal(o->modules[2].flags, "E+");
	assert_int_equal(o->n_frames, 3);
	assert_string_equal(o->frames[0].stack, "IRQ");
	assert_false(o->frames[0].reliable);
	assert_null(o->frames[1].stack);
	assert_string_equal(o->frames[2].module, "victim");
	assert_non_null(o->hash);
	o = &s.set.reports[1];
	assert_true(o->is_panic);
	assert_false(o->corrupted); /* it has its cause above it */
	assert_string_equal(o->comm, "cat tool");
	done(&s);
}

/* Whose code it is: the first registers', wherever a kernel of that time prints it. */
static void test_code(void **state)
{
	static const char first[] =
		"BUG: unable to handle page fault for address: 0000000000000010\n"
		"Oops: 0000 [#1] SMP\nRIP: 0010:f+0x1/0x2\n";
	static const char user[] = "RIP: 0033:0x7f1d1c714175\n";
	static const struct {
		const char *log[4], *code;
		uint32_t line;
	} logs[] = {
		/* 4.18 and later: behind each instruction pointer */
		{ { first, "Code: 90 <c3>\n", user, "Code: 0f 05 <48> 3d\n" }, "90 <c3>", 4 },
		{ { first, "RSP: 0018:ffffb5e5c0a7bb40\n", user, "Code: 0f 05 <48> 3d\n" },
		  NULL,
		  0 },
		/* before: one, behind all registers */
		{ { first, user, "RSP: 002b:00007ffe5a1ee5f0 EFLAGS: 00000202\n",
		    "Code: 90 <c3>\n" },
		  "90 <c3>",
		  6 },
		/* powerpc before 6.7: in rows of its own */
		{ { first, "Instruction dump:\n", "60000000 7f44d378 7f63db78\n",
		    "38635108 <0fe00000> 38600001\n---[ end trace 0000000000000000 ]---\n" },
		  "60000000 7f44d378 7f63db78 38635108 <0fe00000> 38600001",
		  5 },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(logs); i++) {
		vmc_autostr struct vmc_str log = { 0 };
		struct scan s;

		for (size_t k = 0; k < 4; k++)
			vmc_str_add(&log, logs[i].log[k]);
		scan(vmc_str_text(&log), log.len, &s);
		assert_int_equal(s.set.n_reports, 1);
		if (!vmc_streq(s.set.reports[0].code, logs[i].code))
			fail_msg("%zu: %s", i, s.set.reports[0].code);
		assert_int_equal(s.set.reports[0].code_line, logs[i].line);
		done(&s);
	}
}

static void test_message_and_user_fault(void **state)
{
	static const char log[] =
		"[   12.1] traps: a.out[12] general protection fault ip:55 sp:7f error:0 in "
		"b.so[50+10]\n"
		"[   12.2] ------------[ cut here ]------------\n"
		"[   12.2] list_del corruption, ffff888->next is LIST_POISON1 (dead000000000100)\n"
		"[   12.2] WARNING: CPU: 0 PID: 12 at lib/list_debug.c:56 "
		"__list_del_entry+0x1/0x2\n"
		"[   12.2] RIP: 0010:__list_del_entry+0x1/0x2\n";
	const struct vmc_oops *o;
	struct scan s;

	(void)state;
	scan(log, sizeof(log) - 1, &s);
	assert_int_equal(s.set.n_reports, 2);
	o = &s.set.reports[0];
	assert_true(o->user_mode);
	assert_int_equal(o->pid, 12);
	assert_string_equal(o->comm, "a.out");
	assert_string_equal(o->frame_module, "b.so");
	assert_int_equal(o->rip_offset, 5);
	o = &s.set.reports[1];
	assert_string_equal(o->title, "WARNING in corrupted");
	assert_string_equal(o->headline, "WARNING in __list_del_entry");
	assert_string_equal(o->category, "list-corruption");
	assert_string_equal(o->source_file, "lib/list_debug.c");
	assert_int_equal(o->source_line, 56);
	assert_true(o->message && strstr(o->message, "LIST_POISON1"));
	assert_int_equal(o->first_line, 2);
	done(&s);
}

/* Who it was, where no "CPU: 1 PID: 2 Comm:" line says so; and the guess that people are told. */
static void test_other_headers(void **state)
{
	static const struct {
		const char *log, *comm, *kernel, *headline;
		int cpu, pid;
	} logs[] = {
		{ "INFO: rcu_sched_state detected stall on CPU 3 (t=105060 jiffies)\n", NULL, NULL,
		  "INFO: rcu detected stall", 3, -1 },
		{ "INFO: rcu_sched detected stalls on CPUs/tasks: { 2} (detected by 7, t=2 "
		  "jiffies)\n",
		  NULL, NULL, "INFO: rcu detected stall", 2, -1 },
		{ "rcu: INFO: rcu_sched self-detected stall on CPU\n"
		  "rcu: \t5-....: (2099 ticks this GP) idle=936/1/0x40000002 softirq=88620/88620\n",
		  NULL, NULL, "INFO: rcu detected stall", 5, -1 },
		/* powerpc: the task is dumped, what was interrupted is below the interrupt */
		{ "INFO: rcu_sched self-detected stall on CPU\n"
		  "\t101-...: (1 GPs behind) idle=a0b/140000000000002/0 softirq=288/289 fqs=2099\n"
		  "Task dump for CPU 101:\n"
		  "victimd         R  running task        0   854      2 0x00000804\nCall Trace:\n"
		  "[c000002fc621f1e0] [c00000000007c6f0] sched_show_task+0x1/0x2 (unreliable)\n"
		  "[c000002fc621f250] [c00000000009eda8] rcu_dump_cpu_stacks+0x1/0x2\n"
		  "[c000002fc621f610] [c00000000000995c] timer_interrupt+0x1/0x2\n"
		  "--- interrupt: 901 at f_spin+0x1/0x2\n"
		  "    LR = f_poll+0x1/0x2\n"
		  "[c000002fc621f910] [c00000000000995c] f_poll+0x1/0x2\n",
		  "victimd", NULL, "INFO: rcu detected stall in f_spin", 101, 854 },
		/* arm: a release without a task, a trace without a heading */
		{ "kernel BUG at mm/a.c:3072!\nCPU: 1    Not tainted  (3.4.0-vic #1)\n"
		  "PC is at f_bug+0x1/0x2\n",
		  NULL, "3.4.0-vic", "kernel BUG in f_bug", 1, -1 },
		{ "INFO: task vic:5 blocked for more than 120 seconds.\n"
		  "[<807762c0>] (__schedule) from [<80776938>] (schedule+0x1/0x2)\n"
		  "[<80776938>] (schedule) from [<8014ac8c>] (f_sleep+0x1/0x2)\n",
		  "vic", NULL, "INFO: task hung in f_sleep", -1, 5 },
		{ "WARNING: CPU: 0 PID: 33 at fs/a.c:65 f_w+0x1/0x2()\n"
		  "[<80018784>] (unwind_backtrace) from [<80014058>] (show_stack+0x1/0x2)\n"
		  "[<80014058>] (show_stack) from [<80181e4c>] (f_w+0x1/0x2)\n",
		  NULL, NULL, "WARNING in f_w", 0, 33 },
		/* without frame pointers no frame is sure */
		{ "kernel BUG at mm/slub.c:3906!\nRIP: 0010:[<ffffffffb9de8f8a>]  "
		  "[<ffffffffb9de8f8a>] kfree+0x1/0x2\nCall Trace:\n"
		  " [<ffffffffc0a2c2a8>] ? f_free+0x1/0x2 [vic]\n",
		  NULL, NULL, "kernel BUG in f_free", -1, -1 },
		/* 2.6.32 names the CPU in a line of its own, and the task behind the modules */
		{ "kernel BUG at fs/a.c:65!\ninvalid opcode: 0000 [#1] SMP \n"
		  "last sysfs file: /sys/devices/system/cpu/online\nCPU 3 \n"
		  "Modules linked in: vic\n\n"
		  "Pid: 4711, comm: vicd Not tainted 2.6.32-431.el6.x86_64 #1 Vendor\n"
		  "RIP: 0010:[<ffffffff81122334>]  [<ffffffff81122334>] f_bug+0x1/0x2\n",
		  "vicd", "2.6.32-431.el6.x86_64", "kernel BUG in f_bug", 3, 4711 },
		/* KASAN has the task in its second line */
		{ "BUG: KASAN: use-after-free in f_k+0x1/0x2\n"
		  "Read of size 4 at addr ffff888 by task rmmod/15452\n",
		  "rmmod", NULL, "KASAN: use-after-free Read in f_k", -1, 15452 },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(logs); i++) {
		const struct vmc_oops *o;
		struct scan s;

		scan(logs[i].log, strlen(logs[i].log), &s);
		assert_int_equal(s.set.n_reports, 1);
		o = &s.set.reports[0];
		assert_string_equal(o->headline, logs[i].headline);
		if (!vmc_streq(o->comm, logs[i].comm) || !vmc_streq(o->kernel, logs[i].kernel) ||
		    o->cpu != logs[i].cpu || o->pid != logs[i].pid)
			fail_msg("%s: %s %s cpu %d pid %lld", logs[i].log, o->comm, o->kernel,
				 o->cpu, (long long)o->pid);
		done(&s);
	}
}

static void test_contexts(void **state)
{
	/* two tasks print at once: each line belongs to the report of its own task */
	static const char log[] =
		"[    1.1][   T10] WARNING: CPU: 0 PID: 10 at a.c:1 f_one+0x1/0x2\n"
		"[    1.1][   T20] BUG: kernel NULL pointer dereference, address: 0\n"
		"[    1.1][   T10] RIP: 0010:f_one+0x1/0x2\n"
		"[    1.1][   T20] RIP: 0010:f_two+0x1/0x2\n"
		"output of a program\n";
	struct scan s;

	(void)state;
	scan(log, sizeof(log) - 1, &s);
	assert_int_equal(s.set.n_reports, 2);
	assert_string_equal(s.set.reports[0].frame, "f_one");
	assert_string_equal(s.set.reports[1].frame, "f_two");
	assert_int_equal(s.set.reports[1].pid, 20);
	done(&s);
}

static void test_copies(void **state)
{
	/* pasted twice, the first time cut off: one report, the full one */
	static const char log[] =
		"[    1.1] WARNING: at a.c:1 f_w+0x1/0x2()\n[    0.5] other text\n"
		"[    1.1] WARNING: at a.c:1 f_w+0x1/0x2()\n[    1.1] Call Trace:\n"
		"[    1.1]  warn_slowpath_null+0x1/0x2\n[    1.1]  f_w+0x1/0x2\n";
	struct scan s;

	(void)state;
	scan(log, sizeof(log) - 1, &s);
	assert_int_equal(s.set.n_reports, 1);
	assert_int_equal(s.set.reports[0].n_copies, 1);
	assert_int_equal(s.set.reports[0].copy_line, 1);
	assert_string_equal(s.set.reports[0].title, "WARNING in f_w");
	done(&s);
}

static void test_guilty_file(void **state)
{
	static const char log[] =
		"BUG: KASAN: use-after-free in inlined include/linux/a.h:12 [inline]\n"
		"BUG: KASAN: use-after-free in f_k+0x1/0x2 net/core/skbuff.c:12\n"
		"Read of size 4 at addr ffff888\nCall Trace:\n"
		" kasan_report+0x1/0x2 mm/kasan/report.c:12\n f_k+0x1/0x2 net/core/skbuff.c:12\n"
		" f_dccp+0x1/0x2 net/dccp/ipv6.c:527\n f_ip+0x1/0x2 net/ipv6/ip6_input.c:279\n";
	struct scan s;

	(void)state;
	scan(log, sizeof(log) - 1, &s);
	assert_int_equal(s.set.n_reports, 1);
	assert_string_equal(s.set.reports[0].title, "KASAN: use-after-free Read in f_k");
	assert_string_equal(s.set.reports[0].guilty_file, "net/dccp/ipv6.c");
	done(&s);
}

/* Where the tree was built does not matter; a decoded frame names a place for each inlined one. */
static void test_guilty_paths(void **state)
{
	static const struct {
		const char *place, *file;
	} places[] = {
		{ "/build/linux-5.15.0/net/dccp/ipv6.c:527", "net/dccp/ipv6.c" },
		{ "/home/vic/kernel/net/dccp/ipv6.c:527", "net/dccp/ipv6.c" },
		{ "/home/vic/kernel/kernel/fork.c:1", "kernel/fork.c" },
		{ "/usr/src/linux/kernel/fork.c:1", "kernel/fork.c" },
		{ "/var/lib/dkms/vic/1.0/vic.c:1", "/var/lib/dkms/vic/1.0/vic.c" },
		{ "(./include/net/sock.h:1 net/core/dev.c:2 /src/linux/net/dccp/ipv6.c:527 "
		  "(discriminator 2))",
		  "net/dccp/ipv6.c" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(places); i++) {
		vmc_autostr struct vmc_str log = { 0 };
		struct scan s;

		vmc_str_addf(&log, "kernel BUG at mm/a.h:1!\nRIP: 0010:f %s\n", places[i].place);
		scan(vmc_str_text(&log), log.len, &s);
		assert_int_equal(s.set.n_reports, 1);
		if (!vmc_streq(s.set.reports[0].guilty_file, places[i].file))
			fail_msg("%s: %s", places[i].place, s.set.reports[0].guilty_file);
		done(&s);
	}
}

/* Binary data, a line without end, an opening on every line: no crash, and no quadratic time. */
static void test_hostile(void **state)
{
	size_t size = 4 << 20;
	char *text = malloc(size);
	struct scan s;

	(void)state;
	assert_non_null(text);
	memset(text, 'B', size);
	scan(text, size, &s);
	assert_int_equal(s.set.n_reports, 0);
	done(&s);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(i * 2654435761u >> 13);
	scan(text, size, &s);
	done(&s);
	for (size_t i = 0; i + 16 <= size; i += 16)
		memcpy(text + i, "WARNING:BUG:INFO", 16);
	scan(text, size, &s);
	done(&s);
	for (size_t i = 0; i + 64 <= size; i += 64) {
		memset(text + i, 'x', 64);
		memcpy(text + i, "BUG: ", 5);
		text[i + 63] = '\n';
	}
	scan(text, size, &s);
	assert_true(s.set.n_reports > 1000);
	done(&s);
	free(text);
}

/* What the table promises to the matcher and to the searcher. */
static void test_table(void **state)
{
	(void)state;
	assert_true(vmc_oops_n_groups < SEARCH_WORDS_MAX - 12);
	for (size_t g = 0; g < vmc_oops_n_groups; g++) {
		const struct format_group *group = &vmc_oops_groups[g];

		assert_true(strlen(group->word) >= 4);
		for (size_t i = 0; i < group->n_formats; i++) {
			const struct format *f = &group->formats[i];

			assert_non_null(f->title);
			for (const char *p = f->pattern; *p; p++)
				if (p[0] == '%' && (p[1] == '*' || p[1] == 't') && p[2] == '%' &&
				    p[3] != '.')
					fail_msg("%s: no literal behind a run", f->pattern);
			if (strstr(f->title, "{F}") && !f->parts[0])
				fail_msg("%s: nowhere to find the function", f->title);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_no_reports),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_message_and_user_fault),
		cmocka_unit_test(test_other_headers),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_guilty_file),
		cmocka_unit_test(test_guilty_paths),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
