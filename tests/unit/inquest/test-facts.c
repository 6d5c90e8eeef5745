/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log tells besides its reports: faults of programs in words, the environment, taint. */
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"
#include "reports.h"

/* error codes by arch/x86/include/asm/trap_pf.h: 1 present, 2 write, 4 user, 0x10 fetch */
static const struct {
	const char *line, *detail;
} faults[] = {
	{ "a[5]: segfault at 7f223d1df128 ip 000000000067a851 sp 00007ffff953ef20 error 4 in "
	  "a[400000+860000]",
	  "user-mode read of an unmapped page at 0x7f223d1df128, a+0x27a851" },
	{ "a[5]: segfault at 10 ip 0000000000401010 sp 00007ffff953ef20 error 6 in a[400000+2000]",
	  "user-mode write to an unmapped page near NULL at 0x10, a+0x1010" },
	{ "a[5]: segfault at 401010 ip 0000000000401010 sp 00007ffff953ef20 error 7 in "
	  "a[400000+2000]",
	  "user-mode write to a page whose permissions forbid it at 0x401010, a+0x1010" },
	{ "a[5]: segfault at 7f0000001000 ip 00007f0000001000 sp 00007ffff953ef20 error 15 likely "
	  "on CPU 2 (core 1, socket 0)",
	  "user-mode instruction fetch from a page whose permissions forbid it at "
	  "0x7f0000001000, likely on CPU 2" },
	{ "a[5]: segfault at ffffffff81000000 ip 0000000000401010 sp 00007ffff953ef20 error 5 in "
	  "a[400000+2000]",
	  "user-mode read of an address of the kernel at 0xffffffff81000000, a+0x1010" },
	{ "traps: a[5] general protection fault ip:401010 sp:7ffff953ef20 error:23a in "
	  "a[400000+2000]",
	  "general protection fault by the segment descriptor 0x23a, a+0x1010" },
};

static void faults_are_put_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(faults); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

		assert_ok(vmc_report_text(faults[i].line, strlen(faults[i].line), "log", NULL, &r));
		assert_int_equal(r->events.len, 1);
		assert_string_equal(r->events.data[0].detail, faults[i].detail);
		assert_null(r->events.data[0].module);
	}
}

#define HARDWARE(name) "[    0.000001] DMI: " name "\n"
#define VERSION(release, builder) \
	"[    0.000000] Linux version " release " (" builder ") (gcc) #1 SMP Tue\n"

static const struct {
	const char *log, *name, *value; /* value NULL: no such fact */
} facts[] = {
	{ VERSION("3.10.0-123.9.3.el7.x86_64", "builder@host"), "distribution", "RHEL/CentOS 7.0" },
	{ VERSION("3.10.0-1160.el7.x86_64", "mockbuild@kbuilder.bsys.centos.org"), "distribution",
	  "CentOS 7.9" },
	{ VERSION("4.18.0-553.el8_10.x86_64", "mockbuild@x86-vm.build.eng.bos.redhat.com"),
	  "distribution", "Red Hat Enterprise Linux 8.10" },
	{ VERSION("5.4.17-2136.el7uek.x86_64", "mockbuild@host"), "distribution",
	  "Oracle Linux (Unbreakable Enterprise Kernel)" },
	{ VERSION("6.12.43+deb13-amd64", "debian-kernel@lists.debian.org"), "distribution",
	  "Debian 13" },
	{ VERSION("5.3.7-301.fc31.x86_64", "mockbuild@host"), "distribution", "Fedora 31" },
	{ VERSION("6.1.0-mini", "me@host"), "distribution", NULL },
	{ HARDWARE("QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16"), "hypervisor", "QEMU" },
	{ HARDWARE("Amazon EC2 c5.large/, BIOS 1.0 10/16/2017"), "cloud", "Amazon EC2" },
	{ HARDWARE("Amazon EC2 c5.metal/Not Specified, BIOS 1.0"), "cloud", NULL },
	{ HARDWARE("Amazon EC2 c5.metal/Not Specified, BIOS 1.0"), "hypervisor", NULL },
	{ HARDWARE("Dell Inc. PowerEdge R740/0923K0, BIOS 2.1"), "hypervisor", NULL },
	{ "[    0.000000] Hypervisor detected: VMware\n", "hypervisor", "VMware" },
	{ "[    0.1] Booting paravirtualized kernel on bare hardware\n", "hypervisor", NULL },
	{ "[   12.0] IPv6: ADDRCONF(NETDEV_UP): docker0: link is not ready\n", "containers",
	  "Docker" },
	{ "[   12.0] device-mapper: ioctl: unable to remove open device docker-253:1-10-99-init\n",
	  "container storage", "devicemapper" },
	{ "[   12.0] livepatch: enabling patch 'kpatch_7_1'\n", "live patch", "kpatch_7_1" },
};

static void the_log_tells_of_the_environment(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(facts); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
		const struct vmc_fact *f = NULL;

		assert_ok(vmc_report_text(facts[i].log, strlen(facts[i].log), "log", NULL, &r));
		for (size_t k = 0; k < r->environment.len; k++) {
			if (strcmp(r->environment.data[k].name, facts[i].name) == 0)
				f = &r->environment.data[k];
		}
		if (!vmc_streq(f ? f->value : NULL, facts[i].value))
			fail_msg("row %zu: %s", i, f ? f->value : "nothing");
	}
}

static void the_boot_tells_of_the_system(void **state)
{
	static const char log[] = VERSION(
		"9.9.9-later",
		"me@host") "[  500.000000] a line of the boot "
			   "before\n" VERSION("3.10.0-123.el7.x86_64",
					      "me@host") "[    0.000000] Command line: "
							 "ro quiet\n"
							 "[    0.000000] Memory: "
							 "3784580k/5242880k available "
							 "(6200k kernel code, 1049092k "
							 "absent, 409208k reserved, "
							 "4100k data, 1600k init)\n"
							 "[    0.100000] Brought up 4 "
							 "CPUs\n" OOPS("v_open", "0000000000000010")
								 PANIC("Fatal "
								       "exception");
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_string_equal(r->system.release, "3.10.0-123.el7.x86_64");
	assert_string_equal(r->system.version, "#1 SMP Tue");
	assert_string_equal(r->system.machine, "x86_64");
	assert_string_equal(r->system.cmdline, "ro quiet");
	assert_true(r->system.has_memory);
	assert_int_equal(r->system.memory_bytes, (5242880ULL - 1049092) * 1024);
	assert_int_equal(r->n_cpus, 4);
	assert_true(r->system.uptime > 30 && r->system.uptime < 31);
	assert_true(r->has_panic_task);
	assert_int_equal(r->panic_task.pid, 300);
	assert_int_equal(r->panic_cpu, 2);
}

#define TAINTED(taint, release, modules)                                       \
	"[    1.0] WARNING: at drivers/v.c:12 f_w+0x10/0x20()\n"               \
	"[    1.0] Modules linked in: " modules "\n"                           \
	"[    1.0] CPU: 1 PID: 70 Comm: w Tainted: " taint " " release " #1\n" \
	"[    1.0] Call Trace:\n[    1.0]  [<ffffffff81067c33>] f_w+0x1/0x2\n"

/* The letter F stood for unsigned modules too, until E came in 3.15. */
static const struct {
	const char *log, *letters, *f;
} taints[] = {
	{ TAINTED("GF          O--------------  ", "3.10.0-123.el7.x86_64", "ext4 virtio_cod(OF)"),
	  "FO", "module was force-loaded, or is not signed" },
	{ TAINTED("GF          OE------------  ", "3.10.0-327.el7.x86_64", "ext4 virtio_cod(OE)"),
	  "FOE", "module was force-loaded" },
	{ TAINTED("GF       W  O     ", "6.1.0-mini", "ext4 virtio_cod(O)"), "FWO",
	  "module was force-loaded" },
};

static void taint_is_told_by_letter_and_module(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(taints); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

		assert_ok(vmc_report_text(taints[i].log, strlen(taints[i].log), "log", NULL, &r));
		assert_true(r->system.has_taint);
		assert_int_equal(r->taint.marks.len, strlen(taints[i].letters));
		for (size_t k = 0; k < r->taint.marks.len; k++)
			assert_int_equal(r->taint.marks.data[k].letter, taints[i].letters[k]);
		assert_string_equal(r->taint.marks.data[0].meaning, taints[i].f);
		assert_int_equal(r->taint.modules.len, 1);
		assert_string_equal(r->taint.modules.data[0].name, "virtio_cod");
		assert_non_null(r->taint.modules.data[0].remark);
		assert_int_equal(r->n_log_modules, 2);
	}
}

#define TRACE(rip, frames)                                                         \
	"[    9.1] CPU: 1 PID: 9 Comm: dd Tainted: G           OE      6.1.0 #1\n" \
	"[    9.1] RIP: 0010:" rip "\n[    9.1] Call Trace:\n" frames

static const struct {
	const char *log, *function;
	int64_t pid;
} blamed[] = {
	/* msleep() is what slept; its caller holds the lock */
	{ "[    9.0] BUG: scheduling while atomic: dd/9/0x00000002\n"
	  "[    9.1] Modules linked in: v(OE)\n"
	  "[    9.1] CPU: 1 PID: 9 Comm: dd Tainted: G           OE      6.1.0 #1\n"
	  "[    9.1] Call Trace:\n[    9.1]  <TASK>\n[    9.1]  dump_stack_lvl+0x44/0x5c\n"
	  "[    9.1]  __schedule_bug.cold+0x47/0x58\n[    9.1]  __schedule+0xa9b/0xce0\n"
	  "[    9.1]  schedule+0x5a/0xd0\n[    9.1]  schedule_timeout+0x94/0x150\n"
	  "[    9.1]  msleep+0x29/0x40\n[    9.1]  v_doze+0xf/0x20 [v]\n"
	  "[    9.1]  vfs_write+0xd5/0x3f0\n[    9.1]  </TASK>\n",
	  "v_doze", 9 },
	/* a timer of the module ran on top of whichever task was there */
	{ "[    9.0] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	  "[    9.0] Oops: 0000 [#1] PREEMPT SMP NOPTI\n" TRACE(
		  "v_tick+0x5/0x10 [v]",
		  "[    9.1]  <IRQ>\n[    9.1]  call_timer_fn+0x24/0x130\n"
		  "[    9.1]  __run_timers+0x20c/0x2a0\n[    9.1]  run_timer_softirq+0x19/0x30\n"
		  "[    9.1]  __irq_exit_rcu+0xb1/0xe0\n"
		  "[    9.1]  sysvec_apic_timer_interrupt+0x6e/0x90\n[    9.1]  </IRQ>\n"
		  "[    9.1]  <TASK>\n[    9.1]  asm_sysvec_apic_timer_interrupt+0x16/0x20\n"
		  "[    9.1]  vfs_write+0xd5/0x3f0\n[    9.1]  </TASK>\n") "[    9.1] Modules "
									   "linked in: v(OE)\n",
	  "v_tick", -1 },
	/* the loop of the module is where the CPU was stuck */
	{ "[    9.0] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [dd:9]\n"
	  "[    9.1] Modules linked in: v(OE)\n" TRACE(
		  "v_spin+0x9/0x10 [v]", "[    9.1]  <TASK>\n[    9.1]  v_write+0x93/0xc0 [v]\n"
					 "[    9.1]  proc_reg_write+0x5a/0xa0\n"
					 "[    9.1]  vfs_write+0xd5/0x3f0\n[    9.1]  </TASK>\n"),
	  "v_spin", 9 },
};

static void whom_a_log_blames(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(blamed); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

		assert_ok(vmc_report_text(blamed[i].log, strlen(blamed[i].log), "log", NULL, &r));
		assert_string_equal(r->verdict.culprit.function, blamed[i].function);
		assert_string_equal(r->verdict.culprit.module, "v");
		assert_int_equal(r->verdict.culprit.pid, blamed[i].pid);
		/* its taint is told as well */
		assert_non_null(strstr(r->verdict.summary, "Module v is out of tree"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_put_in_words),
		cmocka_unit_test(the_log_tells_of_the_environment),
		cmocka_unit_test(the_boot_tells_of_the_system),
		cmocka_unit_test(taint_is_told_by_letter_and_module),
		cmocka_unit_test(whom_a_log_blames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
