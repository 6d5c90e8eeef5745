/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the Code: line and the registers of a report to the sentence about the faulting instruction.
 * Instructions are objdump's; addresses follow from the registers by hand.
 */
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"

#define HEAD                                                                     \
	"[   20.000002] CPU: 0 PID: 99 Comm: worker Not tainted 6.1.0-mini #1\n" \
	"[   20.000003] RIP: 0010:v_get+0x15/0x40 [v]\n"
#define CODE(bytes) "[   20.000004] Code: " bytes "\n"
#define RAX_RBX_RCX(a, b, c) "[   20.000006] RAX: " a " RBX: " b " RCX: " c "\n"
#define RDX_RSI_RDI(d, s, i) "[   20.000007] RDX: " d " RSI: " s " RDI: " i "\n"
#define TRACE                                                  \
	"[   20.000008] Call Trace:\n[   20.000009]  <TASK>\n" \
	"[   20.000010]  v_write+0x5/0x10 [v]\n[   20.000011]  </TASK>\n"
#define ZERO "0000000000000000"

#define FAULT(address)                                                               \
	"[   20.000000] BUG: unable to handle page fault for address: " address "\n" \
	"[   20.000001] Oops: 0000 [#1] SMP\n" HEAD
#define FETCHED(address)                                                             \
	"[   20.000000] BUG: unable to handle page fault for address: " address "\n" \
	"[   20.000001] Oops: 0011 [#1] SMP\n" HEAD
#define OLD_GPF "[   20.000000] general protection fault: 0000 [#1] SMP\n" HEAD
#define GPF(address)                                                                           \
	"[   20.000000] general protection fault, probably for non-canonical address " address \
	": 0000 [#1] SMP\n" HEAD
#define DIVIDE "[   20.000000] divide error: 0000 [#1] SMP\n" HEAD
#define OPCODE "[   20.000000] invalid opcode: 0000 [#1] SMP\n" HEAD
#define BUG_AT "[   19.000000] kernel BUG at drivers/v.c:12!\n"
#define STALL "[   20.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [worker:99]\n" HEAD

static const struct {
	const char *log, *category;
	const char *sentence; /* behind "line N: Code: "; NULL: nothing is to be said */
} rows[] = {
	{ FAULT("0000000000000010") CODE("66 90 <48> 8b 47 10 48 83 c0 01")
		  RDX_RSI_RDI(ZERO, ZERO, ZERO) TRACE,
	  "null-deref", "mov 0x10(%rdi),%rax with RDI = 0: the NULL pointer was in RDI" },
	{ FAULT("ffffdead00001010") CODE("<48> 8b 47 10")
		  RDX_RSI_RDI(ZERO, ZERO, "ffffdead00001000") TRACE,
	  "bad-pointer",
	  "mov 0x10(%rdi),%rax with RDI = 0xffffdead00001000 makes the address "
	  "0xffffdead00001010" },
	/* two registers, of which none is bad by itself */
	{ FAULT("ffffebde00002008") CODE("<48> 8b 44 0b 08")
		  RAX_RBX_RCX(ZERO, "000001de00002000", "ffffea0000000000") TRACE,
	  "bad-pointer",
	  "mov 0x8(%rbx,%rcx,1),%rax with RBX = 0x1de00002000 and RCX = 0xffffea0000000000 makes "
	  "the address 0xffffebde00002008" },
	{ GPF("0x6b6b6b6b6b6b6b83") CODE("<48> 8b 40 18")
		  RAX_RBX_RCX("6b6b6b6b6b6b6b6b", ZERO, ZERO) TRACE,
	  "use-after-free",
	  "mov 0x18(%rax),%rax with RAX = 0x6b6b6b6b6b6b6b6b: POISON_FREE: content of a freed "
	  "slab object (slub_debug=P): it was used after it was freed" },
	/* without an address in the report the registers are the only witness */
	{ OLD_GPF CODE("<48> 8b 40 18") RAX_RBX_RCX("6b6b6b6b6b6b6b6b", ZERO, ZERO) TRACE,
	  "use-after-free",
	  "mov 0x18(%rax),%rax with RAX = 0x6b6b6b6b6b6b6b6b: POISON_FREE: content of a freed "
	  "slab object (slub_debug=P): it was used after it was freed" },
	{ OLD_GPF CODE("<48> 8b 40 18") RAX_RBX_RCX("ffff888012345678", ZERO, ZERO) TRACE, "gpf",
	  NULL },
	/* the shadow of 0x18 is at 0xdffffc0000000000 + 3 */
	{ OLD_GPF CODE("<80> 3c 02 00") RAX_RBX_RCX("dffffc0000000000", ZERO, ZERO)
		  RDX_RSI_RDI("0000000000000003", ZERO, ZERO) TRACE,
	  "null-deref",
	  "cmpb $0x0,(%rdx,%rax,1) is a check of KASAN before the access: the pointer that it "
	  "checked was 0x18" },
	{ DIVIDE CODE("48 99 <48> f7 fe") RDX_RSI_RDI(ZERO, ZERO, ZERO) TRACE, "divide-error",
	  "idiv %rsi with RSI = 0: the divisor was zero" },
	/* ecx is half of RCX */
	{ DIVIDE CODE("<f7> f1") RAX_RBX_RCX(ZERO, ZERO, "0000000100000000") TRACE, "divide-error",
	  "div %ecx with RCX = 0: the divisor was zero" },
	{ DIVIDE CODE("<48> f7 f1") RAX_RBX_RCX(ZERO, ZERO, "0000000000000002") TRACE,
	  "divide-error", "div %rcx with RCX = 0x2: not zero, the quotient was too large" },
	{ BUG_AT OPCODE CODE("c3 <0f> 0b") TRACE, "bug-assertion",
	  "ud2 is what BUG() and WARN() end in: the kernel stopped here on purpose, it had not "
	  "jumped astray" },
	{ OPCODE CODE("c3 <0f> 0b") TRACE, "invalid-opcode",
	  "ud2 was put there on purpose, but is no BUG() that the kernel knows: a compiler leaves "
	  "it where code must never come to" },
	{ OLD_GPF CODE("<ff> d0") RAX_RBX_RCX("6b6b6b6b6b6b6b6b", ZERO, ZERO) TRACE, "gpf",
	  "call *%rax with RAX = 0x6b6b6b6b6b6b6b6b: the function pointer is no address" },
	{ OLD_GPF CODE("<0f> 30") RAX_RBX_RCX(ZERO, ZERO, "00000000000001a0") TRACE, "gpf",
	  "wrmsr of register 0x1a0: the CPU or the hypervisor refused it" },
	/* witnesses that contradict each other */
	{ FAULT("ffffdead00001010") CODE("<48> 8b 47 10")
		  RDX_RSI_RDI(ZERO, ZERO, "ffff888000001000") TRACE,
	  "bad-pointer",
	  "mov 0x10(%rdi),%rax reaches for 0xffff888000001010, but the report names "
	  "0xffffdead00001010: code, registers and address do not belong together" },
	/* not without the register, not where the instruction itself was missing, not where
	 * nothing faulted, not of a system call's code */
	{ FAULT("ffffdead00001010") CODE("<48> 8b 47 10") TRACE, "bad-pointer", NULL },
	{ FETCHED("ffffdead00001010") CODE("<48> 8b 47 10")
		  RDX_RSI_RDI(ZERO, ZERO, "ffff888000001000") TRACE,
	  "bad-pointer", NULL },
	{ STALL CODE("<48> 8b 47 10") RDX_RSI_RDI(ZERO, ZERO, ZERO) TRACE, "soft-lockup", NULL },
	{ "[   20.000000] BUG: KASAN: use-after-free in v_get+0x15/0x40\n"
	  "[   20.000001] Read of size 8 at addr ffff888012345678 by task worker/99\n" TRACE
	  "[   20.000012] RIP: 0033:0x7f0000001234\n" CODE("0f 05 <48> 3d 01 f0 ff ff"),
	  "use-after-free", NULL },
};

static void check_row(size_t i)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	const char *said = NULL;

	assert_ok(vmc_report_text(rows[i].log, strlen(rows[i].log), "log", NULL, &r));
	if (strcmp(r->verdict.category, rows[i].category) != 0)
		fail_msg("row %zu: category %s, not %s", i, r->verdict.category, rows[i].category);
	for (size_t k = 0; k < r->verdict.why.len; k++) {
		const char *at = strstr(r->verdict.why.data[k], ": Code: ");

		if (at)
			said = at + 8;
	}
	if (!vmc_streq(said, rows[i].sentence))
		fail_msg("row %zu: \"%s\"", i, said ? said : "nothing");
}

static void the_instruction_tells(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		check_row(i);
}

/* The same on arm64, whose registers have other names and whose addresses a tag on top. */
static void arm64_as_well(void **state)
{
	static const char log[] =
		"[    8.0] Unable to handle kernel paging request at virtual address "
		"00adbeef00000018\n"
		"[    8.1] Internal error: Oops: 96000004 [#1] PREEMPT SMP\n"
		"[    8.2] CPU: 1 PID: 7 Comm: worker Not tainted 5.15.0 #1\n"
		"[    8.3] pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n"
		"[    8.4] pc : v_get+0x10/0x40\n"
		"[    8.5] lr : v_open+0x20/0x40\n"
		"[    8.6] x8 : deadbeef00000000 x7 : 0000000000000000\n"
		"[    8.8] Call trace:\n"
		"[    8.9]  v_get+0x10/0x40\n"
		"[    9.0] Code: d0024dc0 91168400 (f9400d01) 910003fd\n";
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	assert_true(r->code.known);
	assert_string_equal(r->code.listing.insns[r->code.listing.faulting].text,
			    "ldr x1, [x8, #0x18]");
	assert_non_null(r->code.sentence);
	assert_non_null(strstr(r->code.sentence,
			       "x8 = 0xdeadbeef00000000 makes the address 0xdeadbeef00000018"));
}

static void in_chinese(void **state)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;

	(void)state;
	assert_ok(vmc_report_text(rows[0].log, strlen(rows[0].log), "log",
				  &(struct vmc_report_options){ .lang = VMC_LANG_ZH }, &r));
	assert_non_null(r->code.sentence);
	assert_non_null(strstr(r->code.sentence, "空指针在 RDI 中"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_instruction_tells),
		cmocka_unit_test(arm64_as_well),
		cmocka_unit_test(in_chinese),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
