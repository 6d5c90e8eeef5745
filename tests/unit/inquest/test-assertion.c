/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assertions against the registers that were printed, and the way to them in words. */
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"

#define HEAD(what)                                       \
	"[   20.000000] " what "\n"                      \
	"[   20.000001] invalid opcode: 0000 [#1] SMP\n" \
	"[   20.000002] CPU: 0 PID: 99 Comm: cp Not tainted 6.1.0-mini #1\n"
#define REGS(rip, rsp, flags)                \
	"[   20.000003] RIP: 0010:" rip "\n" \
	"[   20.000004] RSP: 0018:" rsp " EFLAGS: " flags "\n"
#define TRACE                                                        \
	"[   20.000005] Call Trace:\n[   20.000006]  <TASK>\n"       \
	"[   20.000007]  __find_get_block+0x255/0x260\n"             \
	"[   20.000007]  ? submit_bio+0x71/0x150\n"                  \
	"[   20.000008]  ext4_read_block_bitmap+0x19/0x60 [ext4]\n"  \
	"[   20.000009]  vfs_write+0x2d0/0x400\n"                    \
	"[   20.000010]  ksys_write+0x6f/0xf0\n"                     \
	"[   20.000011]  do_syscall_64+0x55/0xb0\n"                  \
	"[   20.000012]  entry_SYSCALL_64_after_hwframe+0x6e/0xd8\n" \
	"[   20.000013]  </TASK>\n"
#define BUFFER HEAD("kernel BUG at fs/buffer.c:1219!")
#define CHECK "check_irqs_on+0x4/0x6"
#define KERNEL_STACK "ffff8800496fb5a0"

static const struct {
	const char *log, *condition;
	int agrees;
	const char *confidence;
} rows[] = {
	/* bit 9 of EFLAGS is IF: 0x10046 has it not, 0x10246 has it */
	{ BUFFER REGS(CHECK, KERNEL_STACK, "00010046") TRACE, "irqs_disabled()", 1, "medium" },
	{ BUFFER REGS(CHECK, KERNEL_STACK, "00010246") TRACE, "irqs_disabled()", 0, "low" },
	/* the registers of the program say nothing of the kernel */
	{ BUFFER REGS(CHECK, "00007ffe00001000", "00000246") TRACE, "irqs_disabled()", -1,
	  "medium" },
	{ BUFFER "[   20.000003] RIP: 0010:" CHECK "\n" TRACE, "irqs_disabled()", -1, "medium" },
};

static struct vmc_report *report_of(const char *log)
{
	struct vmc_report *r = NULL;

	assert_ok(vmc_report_text(log, strlen(log), "t.log", NULL, &r));
	return r;
}

static void test_registers(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = report_of(rows[i].log);

		assert_true(r->verdict.has_assertion);
		assert_string_equal(r->verdict.assertion.condition, rows[i].condition);
		assert_int_equal(r->verdict.assertion.agrees, rows[i].agrees);
		assert_string_equal(r->verdict.confidence, rows[i].confidence);
		assert_string_equal(r->verdict.category, "bug-assertion");
	}
}

static void test_unknown_assertion(void **state)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r =
		report_of(HEAD("kernel BUG at drivers/v.c:12!")
				  REGS("v_check+0x1/0x2 [v]", KERNEL_STACK, "00010046") TRACE);

	(void)state;
	assert_false(r->verdict.has_assertion);
}

static void test_path(void **state)
{
	static const char *const steps[] = { "system call", "file write", "block bitmap read",
					     "assertion of check_irqs_on" };
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r =
		report_of(BUFFER REGS(CHECK, KERNEL_STACK, "00010046") TRACE);

	(void)state;
	assert_int_equal(r->verdict.path.len, VMC_ARRAY_SIZE(steps));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(steps); i++) {
		const struct vmc_path_step *step = &r->verdict.path.data[i];

		assert_string_equal(step->words, steps[i]);
		/* a frame with a question mark is no part of it */
		for (size_t k = 0; k < step->functions.len; k++)
			assert_string_not_equal(step->functions.data[k], "submit_bio");
	}
	assert_string_equal(r->verdict.reached_from, "__find_get_block");
}

/* The task that an interrupt stopped did not lead there. */
static void test_interrupt_ends_path(void **state)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r =
		report_of(HEAD("kernel BUG at drivers/v.c:12!") REGS(
			"v_rx+0x1/0x2 [v]", KERNEL_STACK,
			"00010046") "[   20.000005] Call Trace:\n[   20.000006]  <IRQ>\n"
				    "[   20.000007]  net_rx_action+0x1/0x2\n[   20.000008]  "
				    "__do_softirq+0x1/0x2\n"
				    "[   20.000009]  asm_common_interrupt+0x1/0x2\n[   20.000010]  "
				    "</IRQ>\n"
				    "[   20.000011]  <TASK>\n[   20.000012]  vfs_write+0x1/0x2\n"
				    "[   20.000013]  ksys_write+0x1/0x2\n");

	(void)state;
	assert_true(r->verdict.path.len > 2);
	assert_string_equal(r->verdict.path.data[0].words, "interrupt");
	assert_string_equal(r->verdict.path.data[1].words, "softirq");
	assert_string_equal(r->verdict.path.data[2].words, "network receive");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_unknown_assertion),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_interrupt_ends_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
