/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks with call frame information of a vmlinux, which is written by hand here (DWARF 5, 6.4). */
#include "walks.h"

#define R_BX 3
#define R_BP 6
#define R_12 12
#define R_13 13

/* A .debug_frame that is handed to the target as if its vmlinux had been opened. */
struct frames {
	uint8_t bytes[4096];
	size_t size;
	uint64_t shift;
};

static void put(struct frames *f, const void *bytes, size_t n)
{
	assert_true(f->size + n <= sizeof(f->bytes));
	memcpy(f->bytes + f->size, bytes, n);
	f->size += n;
}

static void put_number(struct frames *f, uint64_t v, size_t n)
{
	uint8_t b[8];

	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(v >> 8 * i);
	put(f, b, n);
}

/* As gcc writes it: CFA = rsp + 8, return address at cfa - 8, data alignment -8. */
static void put_cie(struct frames *f)
{
	put_number(f, 16, 4);
	put_number(f, UINT32_MAX, 4);
	put(f, "\3\0\1\x78\x10\x0c\7\x08\x90\1\0\0", 12);
}

static void put_function(struct frames *f, uint64_t addr, const char *program, size_t n)
{
	put_number(f, 20 + n, 4);
	put_number(f, 0, 4);
	put_number(f, addr - f->shift, 8);
	put_number(f, 64, 8);
	put(f, program, n);
}

#define PUT(f, addr, program) put_function(f, addr, program, sizeof(program) - 1)

static struct vmc_target *open_with(struct mini *m, const struct frames *f)
{
	struct vmc_target *t = mini_open(m);
	struct vmc_cfi_section s = { .bytes = { f->bytes, f->size } };

	assert_ok(vmc_cfi_open(&s, &t->cfi));
	t->cfi_tried = true;
	t->cfi_shift = f->shift;
	return t;
}

static void check_reg(const struct vmc_frame *f, unsigned int n, uint64_t value)
{
	assert_true(vmc_regs_has(&f->regs, n));
	assert_int_equal(f->regs.value[n], value);
}

static void saved_registers_are_those_of_the_caller(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "middle", INTO, VMC_FRAME_ORC },
		{ "start", INTO, VMC_FRAME_ORC },
	};
	AUTO_MINI m = mini();
	struct frames f = { .shift = m.kaslr };
	uint64_t leaf = function(&m, "leaf", 24, 0, MINI_ORC_CALL);
	uint64_t middle = function(&m, "middle", 16, 0, MINI_ORC_CALL);
	uint64_t start = function(&m, "start", 0, 0, MINI_ORC_END);
	uint64_t base = make_stack(&m) + 0x1000, sp = base;
	struct vmc_regs regs = registers(leaf + 4, base, 0xb9);
	vmc_autotrace struct vmc_trace tr = { 0 };

	(void)state;
	vmc_regs_set(&regs, VMC_X86_RBX, 0x3333);
	vmc_regs_set(&regs, VMC_X86_R12, 0x1212);
	vmc_regs_set(&regs, VMC_X86_R13, 0x1313);
	vmc_regs_set(&regs, VMC_X86_RAX, 0xaaaa);
	put_cie(&f);
	PUT(&f, leaf, "\x0e\x18\x83\2\x8c\3"); /* cfa rsp + 24; rbx at -16, r12 at -24 */
	/* not where ORC says that the frame is: of this nothing is believed */
	PUT(&f, middle, "\x0e\x18\x83\2");
	word(&m, &sp, 0xc12);
	word(&m, &sp, 0xcbb);
	word(&m, &sp, middle + INTO);
	word(&m, &sp, 0xdbb);
	word(&m, &sp, start + INTO);
	open_with(&m, &f);
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
	assert_true(tr.frames.data[0].has_cfa);
	assert_int_equal(tr.frames.data[0].cfa, base + 24);
	check_reg(&tr.frames.data[0], VMC_X86_RBX, 0x3333);
	check_reg(&tr.frames.data[1], VMC_X86_RBX, 0xcbb);
	check_reg(&tr.frames.data[1], VMC_X86_R12, 0xc12);
	check_reg(&tr.frames.data[1], VMC_X86_R13, 0x1313); /* not touched by leaf() */
	check_reg(&tr.frames.data[1], VMC_X86_RBP, 0xb9);
	check_reg(&tr.frames.data[1], VMC_X86_RSP, base + 24);
	assert_false(vmc_regs_has(&tr.frames.data[1].regs, VMC_X86_RAX));
	assert_int_equal(tr.frames.data[1].cfa, base + 40);
	assert_false(vmc_regs_has(&tr.frames.data[2].regs, VMC_X86_RBX));
	assert_false(vmc_regs_has(&tr.frames.data[2].regs, VMC_X86_R13));
	assert_false(tr.frames.data[2].has_cfa); /* nobody called it */
}

/* call frame information, entry code, and a module's function of which there is only the code. */
static void without_orc_there_are_other_ways(void **state)
{
	static const struct want want[] = {
		{ "leaf", 4, VMC_FRAME_REGISTERS, .exact = true },
		{ "asm_exc_page_fault", INTO, VMC_FRAME_CFI },
		{ "victim", 12, VMC_FRAME_PT_REGS, "page fault", .exact = true },
		{ "untold", INTO, VMC_FRAME_CFI },
		{ "ret_from_fork", INTO, VMC_FRAME_CODE },
	};
	AUTO_MINI m = mini();
	struct frames f = { .shift = m.kaslr };
	uint64_t leaf = function(&m, "leaf", 8, 0, MINI_ORC_CALL);
	uint64_t entry = function(&m, "asm_exc_page_fault", 0, 0, MINI_ORC_REGS);
	uint64_t victim = function(&m, "victim", 8, 0, MINI_ORC_CALL);
	uint64_t untold = function(&m, "untold", 8, 0, MINI_ORC_CALL);
	uint64_t fork = function(&m, "ret_from_fork", 8, 0, MINI_ORC_END);
	uint64_t base = make_stack(&m) + 0x1000, sp = base, old = base + 0x800;
	struct vmc_regs regs = registers(leaf + 4, base, 0);
	vmc_autotrace struct vmc_trace tr = { 0 };
	struct vmc_target *t;

	(void)state;
	/* untold(): push %rbx; sub $8,%rsp; nops up to its call */
	mini_put(&m, untold, "\x53\x48\x83\xec\x08", 5);
	for (uint64_t at = untold + 5; at < untold + INTO - 5; at++)
		mini_put(&m, at, "\x90", 1);
	put_cie(&f);
	PUT(&f, leaf, "\x0e\x08");
	PUT(&f, victim, "\x0e\x10\x83\2");
	word(&m, &sp, entry + INTO);
	mini_pt_regs(
		&m, sp,
		&(struct mini_cpu){ .ip = victim + 12, .sp = old, .cs = 0x10, .flags = 0x10246 });
	mini_u64(&m, sp + 160, 0x18); /* ss */
	word(&m, &old, 0xbb);
	word(&m, &old, untold + INTO);
	word(&m, &old, 0);
	word(&m, &old, 0xcc);
	word(&m, &old, fork + INTO);
	t = open_with(&m, &f);
	t->no_orc = true;
	assert_int_equal(walk(&m, &regs, want, VMC_ARRAY_SIZE(want), &tr), VMC_OK);
	check_reg(&tr.frames.data[3], VMC_X86_RBX, 0xbb);
	check_reg(&tr.frames.data[4], VMC_X86_RBX, 0xcc);
	assert_int_equal(tr.frames.data[3].cfa, old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saved_registers_are_those_of_the_caller),
		cmocka_unit_test(without_orc_there_are_other_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
