/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expected instructions are those of objdump (binutils 2.40) on the same bytes; for x86 in its
 * spelling, with targets of branches relative to the instruction. Some lines of code are
 * of kernels that crashed in the lab.
 */
#include "../test.h"

#include <string.h>

#include "machine/disasm.h"

static void disassemble(const char *text, enum vmc_cpu_type cpu, struct vmc_listing *ret)
{
	struct vmc_machine_code code;

	assert_true(vmc_machine_code_parse(text, &code));
	assert_ok(vmc_disassemble(&code, cpu, ret));
}

static const struct vmc_insn *faulting(const struct vmc_listing *l)
{
	return &l->insns[l->faulting];
}

static void test_x86_text(void **state)
{
	static const struct {
		const char *code, *text;
	} rows[] = {
		{ "<0f> 0b", "ud2" },
		{ "<cc>", "int3" },
		{ "<48> 8b 47 10", "mov 0x10(%rdi),%rax" },
		{ "<48> 89 07", "mov %rax,(%rdi)" },
		{ "<c6> 00 00", "movb $0x0,(%rax)" },
		{ "<48> c7 40 08 ff ff ff ff", "movq $0xffffffffffffffff,0x8(%rax)" },
		{ "<83> f8 ff", "cmp $0xffffffff,%eax" },
		{ "<0f> b6 04 02", "movzbl (%rdx,%rax,1),%eax" },
		{ "<42> 80 3c 30 00", "cmpb $0x0,(%rax,%r14,1)" },
		{ "<4c> 03 24 ed 60 c0 39 91", "add -0x6ec63fa0(,%rbp,8),%r12" },
		{ "<65> 48 8b 14 25 00 ff 01 00", "mov %gs:0x1ff00,%rdx" },
		{ "<48> 8b 05 69 aa 0c 00", "mov 0xcaa69(%rip),%rax" },
		{ "<48> f7 fe", "idiv %rsi" },
		{ "<f7> 75 f8", "divl -0x8(%rbp)" },
		{ "<ff> 50 18", "call *0x18(%rax)" },
		{ "<ff> d0", "call *%rax" },
		{ "<e8> 05 00 00 00", "call .+0xa" },
		{ "<eb> fe", "jmp .+0x0" },
		{ "<74> 0f", "je .+0x11" },
		{ "<f0> 48 0f b1 0a", "lock cmpxchg %rcx,(%rdx)" },
		{ "<ff> 70 08", "push 0x8(%rax)" },
		{ "<41> 54", "push %r12" },
		{ "<48> 8b 45 00", "mov 0x0(%rbp),%rax" },
		{ "<0f> 30", "wrmsr" },
		{ "<f4>", "hlt" },
		{ "<c3>", "ret" },
		{ "<06>", "(bad)" },
	};
	struct vmc_listing l;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		disassemble(rows[i].code, VMC_CPU_X86_64, &l);
		assert_int_equal(l.n, 1);
		assert_string_equal(faulting(&l)->text, rows[i].text);
	}
	disassemble("<8b> 40 04", VMC_CPU_X86_32, &l);
	assert_string_equal(faulting(&l)->text, "mov 0x4(%eax),%eax");
}

/* Before the mark the longest run that ends at it: a prologue, not what its bytes also are. */
static void test_x86_around(void **state)
{
	static const char *const expected[] = { "mov %rdi,%rax", "movslq %esi,%rsi", "cqto",
						"idiv %rsi",	 "add $0x1,%rax",    "ret",
						"int3" };
	struct vmc_listing l;

	(void)state;
	disassemble("00 00 00 00 00 66 66 66 66 90 48 89 f8 48 63 f6 48 99 <48> f7 fe 48 83 c0 01 "
		    "c3 cc cc cc cc 0f 1f 80 00 00 00 00",
		    VMC_CPU_X86_64, &l);
	assert_int_equal(l.n, 7);
	assert_int_equal(l.faulting, 3);
	assert_true(l.guessed);
	for (size_t i = 0; i < l.n; i++)
		assert_string_equal(l.insns[i].text, expected[i]);
	assert_int_equal(l.insns[0].offset, 10);
	assert_int_equal(faulting(&l)->offset, 18);
	assert_int_equal(faulting(&l)->size, 3);
	/* an instruction that the line's end cuts off is not made up */
	disassemble("<90> 48 8b", VMC_CPU_X86_64, &l);
	assert_int_equal(l.n, 1);
	assert_false(l.guessed);
	/* no way to come upon the mark */
	disassemble("e8 <90>", VMC_CPU_X86_64, &l);
	assert_int_equal(l.faulting, 0);
}

static void test_kinds(void **state)
{
	static const struct {
		enum vmc_cpu_type cpu;
		const char *code;
		enum vmc_insn_kind kind;
		const char *operand;
	} rows[] = {
		{ VMC_CPU_X86_64, "<0f> 0b", VMC_INSN_BUG, "" },
		{ VMC_CPU_X86_64, "<67> 0f b9 40 16", VMC_INSN_TRAP_UBSAN, "" },
		{ VMC_CPU_X86_64, "<cc>", VMC_INSN_BREAKPOINT, "" },
		{ VMC_CPU_X86_64, "<48> f7 fe", VMC_INSN_DIVIDE, "rsi" },
		{ VMC_CPU_X86_64, "<f7> f1", VMC_INSN_DIVIDE, "rcx" },
		{ VMC_CPU_X86_64, "<ff> d0", VMC_INSN_CALL, "rax" },
		{ VMC_CPU_X86_64, "<ff> 50 18", VMC_INSN_CALL, "" },
		{ VMC_CPU_X86_64, "<e8> 05 00 00 00", VMC_INSN_OTHER, "" },
		{ VMC_CPU_X86_64, "<f4>", VMC_INSN_HALT, "" },
		{ VMC_CPU_X86_64, "<fa>", VMC_INSN_PRIVILEGED, "" },
		{ VMC_CPU_X86_64, "<0f> 32", VMC_INSN_PRIVILEGED, "" },
		{ VMC_CPU_X86_64, "<0f> 22 d8", VMC_INSN_PRIVILEGED, "" },
		{ VMC_CPU_X86_64, "<06>", VMC_INSN_UNDECODED, "" },
		{ VMC_CPU_ARM64, "(d4210000)", VMC_INSN_BUG, "" },
		{ VMC_CPU_ARM64, "(d4212400)", VMC_INSN_TRAP_KASAN, "" },
		{ VMC_CPU_ARM64, "(d42aa240)", VMC_INSN_TRAP_UBSAN, "" },
		{ VMC_CPU_ARM64, "(d4200000)", VMC_INSN_BREAKPOINT, "" },
		{ VMC_CPU_ARM64, "(d63f0260)", VMC_INSN_CALL, "x19" },
		{ VMC_CPU_ARM, "(e7f001f2)", VMC_INSN_BUG, "" },
		{ VMC_CPU_ARM, "(e12fff33)", VMC_INSN_CALL, "r3" },
		{ VMC_CPU_THUMB, "(de02)", VMC_INSN_BUG, "" },
		{ VMC_CPU_POWERPC, "<0fe00000>", VMC_INSN_BUG, "" },
		{ VMC_CPU_POWERPC, "<0b090000>", VMC_INSN_BUG, "" },
		{ VMC_CPU_RISCV, "(9002)", VMC_INSN_BUG, "" },
		{ VMC_CPU_RISCV, "(0073) 0010", VMC_INSN_BUG, "" },
		{ VMC_CPU_RISCV, "(8082)", VMC_INSN_OTHER, "" },
	};
	struct vmc_listing l;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		disassemble(rows[i].code, rows[i].cpu, &l);
		assert_int_equal(l.detail.kind, rows[i].kind);
		assert_string_equal(l.detail.operand.whole, rows[i].operand);
	}
}

/* Every register's value is 0x1000 times its place in this list. */
static bool value_of(void *arg, const char *whole, uint64_t *ret)
{
	static const char *const names[] = { "rax", "rbx", "rsp", "r14", "gs_base", "x8", "x9",
					     "r3",  "a1",  "s0",  "sp",	 "r4",	    "eax" };

	(void)arg;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		if (strcmp(whole, names[i]) == 0) {
			*ret = 0x1000 * (i + 1);
			return true;
		}
	}
	return false;
}

static void test_access(void **state)
{
	static const struct {
		enum vmc_cpu_type cpu;
		const char *code;
		size_t n, which;
		uint64_t address;
		unsigned int size;
		bool reads, writes, stack;
	} rows[] = {
		/* mov 0x10(%rax),%rax */
		{ VMC_CPU_X86_64, "<48> 8b 40 10", 1, 0, 0x1010, 8, true, false, false },
		/* mov %ecx,-0x8(%rax,%rbx,4) */
		{ VMC_CPU_X86_64, "<89> 4c 98 f8", 1, 0, 0x8ff8, 4, false, true, false },
		/* cmpb $0x0,(%rax,%r14,1) */
		{ VMC_CPU_X86_64, "<42> 80 3c 30 00", 1, 0, 0x5000, 1, true, false, false },
		/* mov %gs:0x10(%rbx),%rax */
		{ VMC_CPU_X86_64, "<65> 48 8b 43 10", 1, 0, 0x7010, 8, true, false, false },
		/* mov 0x20(%rip),%rax: the instruction behind is at 0x40007 */
		{ VMC_CPU_X86_64, "<48> 8b 05 20 00 00 00", 1, 0, 0x40027, 8, true, false, false },
		/* call *0x18(%rax): the pointer, and the return address */
		{ VMC_CPU_X86_64, "<ff> 50 18", 2, 0, 0x1018, 8, true, false, false },
		{ VMC_CPU_X86_64, "<ff> 50 18", 2, 1, 0x2ff8, 8, false, true, true },
		/* bts %rcx,(%rax): the bit may lie elsewhere */
		{ VMC_CPU_X86_64, "<48> 0f ab 08", 1, 0, 0x1000, 0, true, true, false },
		/* mov 0x4(%eax),%eax */
		{ VMC_CPU_X86_32, "<8b> 40 04", 1, 0, 0xd004, 4, true, false, false },
		/* ldr x1, [x8, #24] */
		{ VMC_CPU_ARM64, "(f9400d01)", 1, 0, 0x6018, 8, true, false, false },
		/* ldr x0, [x8, x9, lsl #3] */
		{ VMC_CPU_ARM64, "(f8697900)", 1, 0, 0x3e000, 8, true, false, false },
		/* ldrsw x0, [x8, x9] */
		{ VMC_CPU_ARM64, "(b8a96900)", 1, 0, 0xd000, 4, true, false, false },
		/* ldr x0, [x8], #8: the step is taken afterwards */
		{ VMC_CPU_ARM64, "(f8408500)", 1, 0, 0x6000, 8, true, false, false },
		/* strb r5, [r3] */
		{ VMC_CPU_ARM, "(e5c35000)", 1, 0, 0x8000, 1, false, true, false },
		/* push {r4, r5, r6, fp, ip, lr, pc} */
		{ VMC_CPU_ARM, "(e92dd870)", 1, 0, 0xb000, 0, false, true, true },
		/* stw r3,8(r4) */
		{ VMC_CPU_POWERPC, "<90640008>", 1, 0, 0xc008, 4, false, true, false },
		/* ld a4,24(a1) */
		{ VMC_CPU_RISCV, "(b703) 0185", 1, 0, 0x9018, 8, true, false, false },
		/* sd a0,-8(s0) */
		{ VMC_CPU_RISCV, "(3c23) fea4", 1, 0, 0x9ff8, 8, false, true, false },
	};
	struct vmc_listing l;
	uint64_t address;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		const struct vmc_access *a = &l.detail.access[rows[i].which];

		disassemble(rows[i].code, rows[i].cpu, &l);
		assert_int_equal(l.detail.n_access, rows[i].n);
		assert_true(vmc_access_address(a, 0x40007, value_of, NULL, &address));
		assert_int_equal(address, rows[i].address);
		assert_int_equal(a->size, rows[i].size);
		assert_int_equal(a->reads, rows[i].reads);
		assert_int_equal(a->writes, rows[i].writes);
		assert_int_equal(a->stack, rows[i].stack);
	}
}

/* What is not known has no address, and what only computes one touches nothing. */
static void test_no_access(void **state)
{
	struct vmc_listing l;
	uint64_t address = 7;

	(void)state;
	disassemble("<48> 8b 41 10", VMC_CPU_X86_64, &l); /* mov 0x10(%rcx),%rax */
	assert_false(vmc_access_address(&l.detail.access[0], 0, value_of, NULL, &address));
	disassemble("<48> 8b 05 20 00 00 00", VMC_CPU_X86_64, &l);
	assert_false(vmc_access_address(&l.detail.access[0], 0, value_of, NULL, &address));
	assert_int_equal(address, 7);
	disassemble("<48> 8d 47 10", VMC_CPU_X86_64, &l); /* lea 0x10(%rdi),%rax */
	assert_int_equal(l.detail.n_access, 0);
	disassemble("<0f> 18 00", VMC_CPU_X86_64, &l); /* prefetchnta (%rax) */
	assert_int_equal(l.detail.n_access, 0);
	disassemble("<0f> 1f 40 00", VMC_CPU_X86_64, &l); /* nopl 0x0(%rax) */
	assert_int_equal(l.detail.n_access, 0);
}

static void test_refused(void **state)
{
	struct vmc_machine_code code;
	struct vmc_listing l = { .n = 99 };

	(void)state;
	assert_true(vmc_machine_code_parse("48 8b <0f> 0b", &code));
	assert_code(vmc_disassemble(&code, VMC_CPU_UNKNOWN, &l), VMC_UNSUPPORTED);
	assert_code(vmc_disassemble(&code, VMC_CPU_ARM64, &l), VMC_UNSUPPORTED);
	assert_true(vmc_machine_code_parse("48 8b 0f 0b", &code));
	assert_code(vmc_disassemble(&code, VMC_CPU_X86_64, &l), VMC_NOT_FOUND);
	assert_int_equal(l.n, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x86_text),  cmocka_unit_test(test_x86_around),
		cmocka_unit_test(test_kinds),	  cmocka_unit_test(test_access),
		cmocka_unit_test(test_no_access), cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
