/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames read off code that is written by hand; what each instruction does is the manual's. */
#include "../test.h"
#include "machine/frame.h"

#define START 0xffffffff81000000u

static struct vmc_error *frame_at(const char *code, size_t n, uint64_t pc, bool is_return,
				  struct vmc_code_frame *ret)
{
	struct vmc_function_code f = { .code = { (const uint8_t *)code, n }, .start = START };

	return vmc_x86_64_code_frame(&f, START + pc, is_return, ret);
}

#define FRAME(code, pc, is_return, ret) \
	assert_ok(frame_at(code, sizeof(code) - 1, pc, is_return, ret))

static void pushes_and_pops_are_summed_up(void **state)
{
	/* push %rbx; sub $0x18,%rsp; call +0; xor %ebx,%ebx; add $0x18,%rsp; pop %rbx; ret */
	static const char code[] =
		"\x53\x48\x83\xec\x18\xe8\0\0\0\0\x31\xdb\x48\x83\xc4\x18\x5b\xc3";
	struct vmc_code_frame f;

	(void)state;
	FRAME(code, 0, false, &f);
	assert_int_equal(f.base, VMC_X86_RSP);
	assert_int_equal(f.offset, 8);
	assert_int_equal(f.saved, 0);
	FRAME(code, 1, false, &f);
	assert_int_equal(f.offset, 16);
	assert_int_equal(f.saved, 1u << VMC_X86_RBX);
	assert_int_equal(f.saved_at[VMC_X86_RBX], -16);
	FRAME(code, 10, true, &f); /* behind the call */
	assert_int_equal(f.offset, 40);
	assert_int_equal(f.saved, 1u << VMC_X86_RBX);
	assert_int_equal(f.changed, 0);
	assert_true(f.sure);
	FRAME(code, 17, false, &f); /* at the ret rbx is the caller's again */
	assert_int_equal(f.offset, 8);
	assert_int_equal(f.saved | f.changed, 0);
	assert_code(frame_at(code, sizeof(code) - 1, 12, true, &f), VMC_NOT_FOUND); /* no call */
	assert_code(frame_at(code, sizeof(code) - 1, 2, false, &f), VMC_NOT_FOUND); /* inside one */
}

static void frame_pointers_and_branches(void **state)
{
	/* push %rbp; mov %rsp,%rbp; and $-64,%rsp; je 1f; call +0; leave; ret; 1: call +0; jmp -8
	 */
	static const char code[] = "\x55\x48\x89\xe5\x48\x83\xe4\xc0\x74\x07\xe8\0\0\0\0\xc9\xc3"
				   "\xe8\0\0\0\0\xeb\xf7";
	struct vmc_code_frame f;

	(void)state;
	FRAME(code, 15, true, &f);
	assert_int_equal(f.base, VMC_X86_RBP);
	assert_int_equal(f.offset, 16);
	assert_int_equal(f.saved_at[VMC_X86_RBP], -16);
	FRAME(code, 22, true, &f);
	assert_int_equal(f.offset, 16);
	FRAME(code, 16, false, &f); /* behind leave */
	assert_int_equal(f.base, VMC_X86_RSP);
	assert_int_equal(f.offset, 8);
	assert_int_equal(f.saved, 0);
	/* mov %rdi,%rsp: nobody knows */
	assert_code(frame_at("\x48\x89\xfc\xc3", 4, 3, false, &f), VMC_NOT_FOUND);
	/* jmp over what nothing leads to */
	assert_code(frame_at("\xeb\1\x90\xc3", 4, 2, false, &f), VMC_NOT_FOUND);
	/* a CPU that idles goes on behind its hlt */
	FRAME("\x53\xfb\xf4\x5b\xc3", 3, false, &f);
	assert_int_equal(f.offset, 16);
	/* two ways with different stacks: je 1f; push %rax; 1: nop */
	FRAME("\x74\1\x50\x90\xc3", 3, false, &f);
	assert_false(f.sure);
}

/* What gcc thinks is never run lies in another place, without a beginning of its own. */
static void cold_parts_are_reached_by_jumps(void **state)
{
	/* push %rbx; je cold; pop %rbx; ret -- cold: push %rax; call +0; pop %rax; jmp back */
	static const char code[] = "\x53\x0f\x84\xf9\x0f\0\0\x5b\xc3";
	static const char cold[] = "\x50\xe8\0\0\0\0\x58\xe9\xfb\xef\xff\xff";
	struct vmc_function_code f = {
		.code = { (const uint8_t *)code, sizeof(code) - 1 },
		.cold = { (const uint8_t *)cold, sizeof(cold) - 1 },
		.start = START,
		.cold_start = START + 0x1000,
	};
	struct vmc_code_frame got;

	(void)state;
	assert_ok(vmc_x86_64_code_frame(&f, START + 0x1006, true, &got));
	assert_int_equal(got.offset, 24);
	assert_int_equal(got.saved, 1u << VMC_X86_RBX);
	assert_true(got.sure);
	f.cold.size = 0;
	assert_code(vmc_x86_64_code_frame(&f, START + 0x1006, true, &got), VMC_NOT_FOUND);
}

static void calls_are_known_by_their_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool is_call;
		uint64_t target;
	} rows[] = {
		{ "\x90\x90\xe8\x10\0\0\0", 7, true, START + 0x10 },
		{ "\x90\x90\xe8\xf0\xff\xff\xff", 7, true, START - 0x10 },
		{ "\xff\xd0", 2, true, 0 },		  /* call *%rax */
		{ "\x90\xff\x55\x08", 4, true, 0 },	  /* call *8(%rbp) */
		{ "\xff\x14\xc5\0\0\0\x81", 7, true, 0 }, /* call *table(,%rax,8) */
		{ "\xff\x15\0\0\0\0", 6, true, 0 },	  /* call *(%rip) */
		{ "\xff\xe0", 2, false, 0 },		  /* jmp *%rax */
		{ "\xff\xd0\x90\x90\x90\x90\x90", 7, false, 0 },
		{ "", 0, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		struct vmc_bytes b = { (const uint8_t *)rows[i].bytes, rows[i].n };
		uint64_t target = 0;

		assert_int_equal(vmc_x86_64_call_before(b, START, &target), rows[i].is_call);
		assert_int_equal(target, rows[i].target);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pushes_and_pops_are_summed_up),
		cmocka_unit_test(frame_pointers_and_branches),
		cmocka_unit_test(cold_parts_are_reached_by_jumps),
		cmocka_unit_test(calls_are_known_by_their_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
