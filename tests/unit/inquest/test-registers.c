/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of the registers of a kernel report. The logs are short forms of real ones. */
#include "../test.h"

#include <string.h>

#include "inquest/report.h"

#define FREED                                                                                     \
	"[   10.000001] BUG: unable to handle page fault for address: dead00000000012a\n"         \
	"[   10.000002] #PF: supervisor write access in kernel mode\n"                            \
	"[   10.000003] #PF: error_code(0x0002) - not-present page\n"                             \
	"[   10.000004] Oops: 0002 [#1] PREEMPT SMP NOPTI\n"                                      \
	"[   10.000005] CPU: 1 PID: 300 Comm: victim Not tainted 6.1.0-13-amd64 #1\n"             \
	"[   10.000006] RIP: 0010:victim_del+0x1b/0x40 [victim]\n"                                \
	"[   10.000007] RSP: 0018:ffffb0c0c0a3fd60 EFLAGS: 00010046\n"                            \
	"[   10.000008] RAX: ffffffffffffffea RBX: dead000000000100 RCX: 0000000000000000\n"      \
	"[   10.000009] RDX: dead000000000122 RSI: ffffffffffffffff RDI: dead000000000100\n"      \
	"[   10.000010] RBP: 6b6b6b6b6b6b6b6b R08: fffffffffffffff0 R09: 00000000ffffffed\n"      \
	"[   10.000011] FS:  0000000000000000(0000) GS:ffff9d0b3bc80000(0000) "                   \
	"knlGS:0000000000000000\n"                                                                \
	"[   10.000012] CS:  0010 DS: 0000 ES: 0000 CR0: 0000000080050033\n"                      \
	"[   10.000013] CR2: dead00000000012a CR3: 0000000004a5a000 CR4: 00000000000406e0\n"      \
	"[   10.000014] Call Trace:\n"                                                            \
	"[   10.000015]  victim_open+0x10/0x20 [victim]\n"                                        \
	"[   10.000016]  do_dentry_open+0x200/0x400\n"                                            \
	"[   10.000017] RIP: 0033:0x7f0000000000\n"                                               \
	"[   10.000018] RSP: 002b:00007ffc00000000 EFLAGS: 00000246 ORIG_RAX: 0000000000000002\n" \
	"[   10.000019] RAX: ffffffffffffffda RBX: 00007f0000001000 R15: ffffffffffffffda\n"      \
	"[   10.000020] ---[ end trace 0000000000000000 ]---\n"

static struct vmc_report *report(const char *log, enum vmc_lang lang)
{
	struct vmc_report_options o = { .lang = lang };
	struct vmc_report *r;

	assert_ok(vmc_report_text(log, strlen(log), "log", &o, &r));
	return r;
}

static const struct vmc_report_register *find(const struct vmc_report *r, const char *name)
{
	for (size_t i = 0; i < r->registers.len; i++) {
		if (strcmp(r->registers.data[i].name, name) == 0)
			return &r->registers.data[i];
	}
	return NULL;
}

static void special_values_are_noted(void **state)
{
	static const struct {
		const char *name, *meaning;
		bool special;
	} want[] = {
		{ "CR2", "LIST_POISON2 + 0x8: ", true },
		{ "error code", "from kernel mode, write, no page is mapped there", false },
		{ "EFLAGS", "RF ZF PF, IF=0: interrupts are off", true },
		{ "RAX", "-EINVAL (-22, ", true },
		{ "RBX", "LIST_POISON1: ", true },
		{ "RDX", "LIST_POISON2: ", true },
		{ "RDI", "LIST_POISON1: ", true },
		{ "RBP", "POISON_FREE: ", true },
		{ "CR0", "PG AM WP NE ET MP PE", false },
		{ "CR4", "OSXSAVE OSXMMEXCPT OSFXSR PGE MCE PAE", false },
	};
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = report(FREED, VMC_LANG_EN);

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(want); i++) {
		const struct vmc_report_register *reg = find(r, want[i].name);

		if (!reg || !vmc_str_starts(reg->meaning, want[i].meaning))
			fail_msg("%s: %s", want[i].name, reg ? reg->meaning : "none");
		assert_int_equal(reg->special, want[i].special);
	}
	/* nothing is said of pointers, zero, masks, an int in some register, and user space */
	assert_int_equal(r->registers.len, VMC_ARRAY_SIZE(want));
}

static void they_are_told_in_chinese(void **state)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = report(FREED, VMC_LANG_ZH);

	(void)state;
	assert_string_equal(find(r, "EFLAGS")->meaning, "RF ZF PF，IF=0：中断已关闭");
	assert_non_null(find(r, "error code")); /* names are a vocabulary */
}

static void machines_differ(void **state)
{
	static const struct {
		const char *log, *name, *meaning;
	} rows[] = {
		{ "[    1.0] BUG: unable to handle page fault for address: 00200204\n"
		  "[    1.0] Oops: 0002 [#1] SMP\n"
		  "[    1.0] CPU: 0 PID: 1 Comm: init Not tainted 5.10.0 #1\n"
		  "[    1.0] EIP: victim+0x10/0x20\n"
		  "[    1.0] EAX: fffffff4 EBX: 00100100 ECX: 00000000 EDX: 00200200\n",
		  "EAX", "-ENOMEM (-12, " },
		{ "[    1.0] Unable to handle kernel paging request at virtual address "
		  "dead000000000108\n"
		  "[    1.0] Internal error: Oops: 96000044 [#1] SMP\n"
		  "[    1.0] CPU: 0 PID: 1 Comm: init Not tainted 5.10.0 #1\n"
		  "[    1.0] pstate: 60000085 (nZCv daIf -PAN -UAO)\n"
		  "[    1.0] pc : victim+0x10/0x20\n"
		  "[    1.0] x1 : 5a5a5a5a5a5a5a5a x0 : ffff000012345678\n",
		  "x1", "POISON_INUSE: " },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r =
			report(rows[i].log, VMC_LANG_EN);
		const struct vmc_report_register *reg = find(r, rows[i].name);

		if (!reg || !vmc_str_starts(reg->meaning, rows[i].meaning))
			fail_msg("%s: %s", rows[i].name, reg ? reg->meaning : "none");
		assert_non_null(find(r, "fault address"));
	}
}

/* A log without a kernel report, and one whose registers are as usual. */
static void nothing_is_said_of_nothing(void **state)
{
	static const char *const logs[] = {
		"[    0.0] Linux version 6.1.0\n",
		"[   10.0] ------------[ cut here ]------------\n"
		"[   10.0] WARNING: CPU: 0 PID: 1 at kernel/victim.c:12 victim+0x10/0x20\n"
		"[   10.0] CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1\n"
		"[   10.0] RIP: 0010:victim+0x10/0x20\n"
		"[   10.0] RSP: 0018:ffffb0c0c0a3fd60 EFLAGS: 00010246\n"
		"[   10.0] RAX: 0000000000000000 RBX: ffff9d0b01234000 RCX: 0000000000000010\n"
		"[   10.0] ---[ end trace 0000000000000000 ]---\n",
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(logs); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r =
			report(logs[i], VMC_LANG_EN);

		for (size_t k = 0; k < r->registers.len; k++)
			assert_false(r->registers.data[k].special);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_values_are_noted),
		cmocka_unit_test(they_are_told_in_chinese),
		cmocka_unit_test(machines_differ),
		cmocka_unit_test(nothing_is_said_of_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
