/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expected meanings are those of include/linux/poison.h, arch/x86/include (processor-flags.h,
 * trap_pf.h, trapnr.h), Documentation/arch/x86/x86_64/mm.rst and wait(2), worked out by hand.
 */
#include "../test.h"

#include <string.h>

#include "knowledge/value.h"

/* ---- what a value is ---- */

enum { REGISTER, ADDRESS };

static const struct {
	uint64_t value;
	enum vmc_value_arch arch;
	int is_address;
	const char *words; /* how they begin; NULL nothing is known */
} values[] = {
	/* list_del() of an entry that was deleted: next->prev is written, then prev->next */
	{ 0xdead000000000100, VMC_VALUE_X86_64, REGISTER, "LIST_POISON1: next pointer" },
	{ 0xdead000000000108, VMC_VALUE_X86_64, ADDRESS, "LIST_POISON1 + 0x8: next pointer" },
	{ 0xdead000000000122, VMC_VALUE_ARM64, REGISTER, "LIST_POISON2: prev pointer" },
	{ 0xdead00000000012a, VMC_VALUE_X86_64, ADDRESS, "LIST_POISON2 + 0x8: prev pointer" },
	/* kernels before 5.4 and before 4.3 */
	{ 0xdead000000000200, VMC_VALUE_X86_64, REGISTER, "LIST_POISON2 (before 5.4): prev" },
	{ 0xdead000000100108, VMC_VALUE_X86_64, ADDRESS, "LIST_POISON1 + 0x8 (before 4.3): next" },
	{ 0xdead000000200200, VMC_VALUE_X86_64, REGISTER, "LIST_POISON2 (before 4.3): prev" },
	/* container_of() goes back from the entry */
	{ 0xdead0000000000c0, VMC_VALUE_X86_64, ADDRESS, "LIST_POISON1 - 0x40: next pointer" },
	{ 0xdead000000000400, VMC_VALUE_X86_64, REGISTER, "TAIL_MAPPING: page->mapping" },
	{ 0xdead000012345678, VMC_VALUE_X86_64, REGISTER, "POISON_POINTER_DELTA + 0x12345678" },
	{ 0x5deadbeef0000108, VMC_VALUE_PPC64, ADDRESS, "LIST_POISON1 + 0x8: next pointer" },
	{ 0x5deadbeef0000108, VMC_VALUE_X86_64, ADDRESS, "not a canonical address" },
	{ 0x00100100, VMC_VALUE_I386, REGISTER, "LIST_POISON1 (before 4.3): next pointer" },
	{ 0x00200204, VMC_VALUE_ARM, ADDRESS, "LIST_POISON2 + 0x4 (before 4.3): prev pointer" },
	{ 0x104, VMC_VALUE_I386, ADDRESS, "NULL + 0x104" },
	/* fill bytes, in 64 and 32 bits, before and behind, and at the end of an object */
	{ 0x6b6b6b6b6b6b6b6b, VMC_VALUE_X86_64, REGISTER, "POISON_FREE: content of a freed" },
	{ 0x6b6b6b6b6b6b6b8b, VMC_VALUE_X86_64, ADDRESS, "POISON_FREE + 0x20: content" },
	{ 0x6b6b6b6b6b6b6b63, VMC_VALUE_X86_64, ADDRESS, "POISON_FREE - 0x8: content" },
	{ 0x6b6b6b6b, VMC_VALUE_X86_64, REGISTER, "POISON_FREE in 32 bits: content" },
	{ 0x6b6b6b6b, VMC_VALUE_ARM, REGISTER, "POISON_FREE: content" },
	{ 0xa56b6b6b6b6b6b6b, VMC_VALUE_X86_64, REGISTER, "POISON_FREE with POISON_END: the last" },
	{ 0x6b6b6b6f6b6b6b6b, VMC_VALUE_X86_64, REGISTER, "POISON_FREE but for bit 34" },
	{ 0x5a5a5a5a5a5a5a5a, VMC_VALUE_RISCV64, REGISTER, "POISON_INUSE: content of a slab" },
	{ 0x57ac6e9d, VMC_VALUE_X86_64, REGISTER, "STACK_END_MAGIC: lowest word" },
	{ 0xdead4ead00000000, VMC_VALUE_X86_64, REGISTER, "SPINLOCK_MAGIC in 32 bits" },
	{ 0xffffffffffff4111, VMC_VALUE_X86_64, REGISTER, "STACKLEAK_POISON: erased" },
	/* errors as pointers and as int */
	{ 0xffffffffffffffea, VMC_VALUE_X86_64, REGISTER, "-EINVAL (-22, invalid argument)" },
	{ 0xfffffffffffffff4, VMC_VALUE_ARM64, ADDRESS,
	  "-ENOMEM (-12, out of memory): an error code" },
	{ 0xffffffed, VMC_VALUE_I386, REGISTER, "-ENODEV (-19, no such device)" },
	{ 0xffffffed, VMC_VALUE_X86_64, REGISTER, "-ENODEV (-19, no such device)" },
	{ 0xfffffffffffff001, VMC_VALUE_X86_64, ADDRESS, "-4095: an error code" },
	{ 0xfffffffffffff000, VMC_VALUE_X86_64, ADDRESS, NULL },
	{ 0, VMC_VALUE_X86_64, ADDRESS, "NULL: a member" },
	{ 0x58, VMC_VALUE_X86_64, ADDRESS, "NULL + 0x58: a member" },
	{ 0x58, VMC_VALUE_X86_64, REGISTER, NULL },
	/* regions of x86-64: the edges that mm.rst gives */
	{ 0x00007f223d1df128, VMC_VALUE_X86_64, ADDRESS, "a user-space address" },
	{ 0x0000800000000000, VMC_VALUE_X86_64, REGISTER, "not a canonical address" },
	{ 0xffff7fffffffffff, VMC_VALUE_X86_64, REGISTER, "not a canonical address" },
	{ 0xffff8800496fa000, VMC_VALUE_X86_64, REGISTER, "the direct map of kernels before 4.20" },
	{ 0xffff888000000000, VMC_VALUE_X86_64, REGISTER, "direct map of physical memory; with" },
	{ 0xffffc8ffffffffff, VMC_VALUE_X86_64, REGISTER, "an unused hole; with" },
	{ 0xffffc90000000000, VMC_VALUE_X86_64, REGISTER, "vmalloc and ioremap" },
	{ 0xffffea0000000000, VMC_VALUE_X86_64, REGISTER, "array of struct page" },
	{ 0xfffffe0000001000, VMC_VALUE_X86_64, REGISTER, "entry and exception stacks" },
	{ 0xffffffff815df851, VMC_VALUE_X86_64, REGISTER, "the kernel itself" },
	{ 0xffffffffa01f4c7e, VMC_VALUE_X86_64, REGISTER, "modules; on kernels with" },
	{ 0xffffffffc0000000, VMC_VALUE_X86_64, REGISTER, "modules and BPF programs" },
	{ 0xffffffffff600000, VMC_VALUE_X86_64, REGISTER, "the old vsyscall page" },
	{ 0xffff800080000000, VMC_VALUE_ARM64, REGISTER, "vmalloc and the kernel itself" },
	{ 0x1234, VMC_VALUE_X86_64, REGISTER, NULL },
	{ 0xffffffff00000000, VMC_VALUE_X86_64, REGISTER, NULL },
};

static void words_of(const struct vmc_value_query *q, enum vmc_lang lang, struct vmc_str *out)
{
	struct vmc_value_match m[VMC_VALUE_MATCHES_MAX];

	vmc_value_words(q, m, vmc_value_find(q, m), lang, out);
}

static void values_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(values); i++) {
		struct vmc_value_query q = { .value = values[i].value,
					     .arch = values[i].arch,
					     .is_address = values[i].is_address };
		vmc_autostr struct vmc_str out = { 0 };

		words_of(&q, VMC_LANG_EN, &out);
		if (values[i].words ? !vmc_str_starts(vmc_str_text(&out), values[i].words)
				    : out.len > 0)
			fail_msg("0x%llx: \"%s\", expected: \"%s\"", (unsigned long long)q.value,
				 vmc_str_text(&out), values[i].words ? values[i].words : "");
	}
}

static void doubt_is_told(void **state)
{
	static const struct {
		uint64_t value;
		const char *both[2];
	} doubtful[] = {
		{ 0x10, { "NULL + 0x10: ", "ZERO_SIZE_PTR: " } },
		{ 0xdead000000000220,
		  { "LIST_POISON2 + 0x20 (before 5.4)", "LIST_POISON1 + 0x120" } },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(doubtful); i++) {
		struct vmc_value_query q = { .value = doubtful[i].value, .is_address = true };
		vmc_autostr struct vmc_str out = { 0 };

		words_of(&q, VMC_LANG_EN, &out);
		for (size_t k = 0; k < 2; k++) {
			if (!strstr(vmc_str_text(&out), doubtful[i].both[k]))
				fail_msg("0x%llx: %s", (unsigned long long)q.value,
					 vmc_str_text(&out));
		}
	}
}

static void five_levels_are_another_map(void **state)
{
	struct vmc_value_query q = { .value = 0xff11000012345678 };
	vmc_autostr struct vmc_str four = { 0 }, five = { 0 };

	(void)state;
	words_of(&q, VMC_LANG_EN, &four);
	q.five_level = true;
	words_of(&q, VMC_LANG_EN, &five);
	assert_true(vmc_str_starts(vmc_str_text(&four), "not a canonical address"));
	assert_true(vmc_str_starts(vmc_str_text(&five), "direct map of physical memory"));
}

static void a_value_is_told_in_chinese(void **state)
{
	struct vmc_value_query q = { .value = 0xdead000000000108, .is_address = true };
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	words_of(&q, VMC_LANG_ZH, &out);
	assert_string_equal(vmc_str_text(&out),
			    "LIST_POISON1 + 0x8：已从链表摘除的节点的 next 指针");
}

static void an_address_has_its_category(void **state)
{
	static const struct {
		uint64_t address;
		const char *category;
	} rows[] = {
		{ 0xdead000000000122, "list-corruption" },
		{ 0x6b6b6b6b6b6b6b73, "use-after-free" },
		{ 0xcccccccccccccccc, "memory-corruption" },
		{ 0x8, "null-deref" },
		{ 0xffffffffffffffea, "null-deref" },
		{ 0xffff888012345678, NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		struct vmc_value_query q = { .value = rows[i].address, .is_address = true };
		struct vmc_value_match m[VMC_VALUE_MATCHES_MAX];

		assert_true(vmc_value_find(&q, m) >= 1);
		if (!vmc_streq(m[0].value->category, rows[i].category))
			fail_msg("0x%llx", (unsigned long long)rows[i].address);
	}
}

/* ---- what its bits say ---- */

static const struct {
	const char *group;
	uint64_t value;
	const char *line;
	bool remark;
} lines[] = {
	{ "eflags", 0x00010046, "RF ZF PF, IF=0: interrupts are off", true },
	{ "eflags", 0x00010246, "RF IF ZF PF", false },
	{ "eflags", 0x00050246, "RF IF ZF PF, AC=1: access to user memory is open (stac)", true },
	{ "eflags", 0x3202, "IOPL=3 IF", false },
	{ "cr0", 0x80050033, "PG AM WP NE ET MP PE", false },
	{ "cr0", 0x80040033,
	  "PG AM NE ET MP PE, WP=0: write protection is off: the kernel writes to read-only pages "
	  "(patching of code, or a rootkit)",
	  true },
	{ "cr4", 0x000406e0, "OSXSAVE OSXMMEXCPT OSFXSR PGE MCE PAE", false },
	{ "cr4", 0x80000000, "0x80000000", false },
	/* "error 4" of a segfault, "Oops: 0002", a jump to data, a damaged page table */
	{ "pf-error", 4, "from user mode, read, no page is mapped there", false },
	{ "pf-error", 2, "from kernel mode, write, no page is mapped there", false },
	{ "pf-error", 7, "from user mode, write, the page is present and forbids it", false },
	{ "pf-error", 0x15,
	  "instruction fetch, from user mode, read, the page is present and forbids it", true },
	{ "pf-error", 0x9,
	  "a reserved bit of the page table is set: it is damaged, from kernel mode, read, the "
	  "page is present and forbids it",
	  true },
	{ "exit-code", 0x7f00, "exit=127: the program, or a library of it, was not found", false },
	{ "exit-code", 0x0b, "signal=11 SIGSEGV: segmentation fault", false },
	{ "exit-code", 0x86,
	  "a core was dumped, signal=6 SIGABRT: abort(): the program found an error of its own",
	  true },
	{ "preempt-count", 0x00010002, "HARDIRQ=1 PREEMPT=2", false },
	{ "preempt-count", 0x80000100, "SOFTIRQ=1", false },
	/* RIPV and MCIP: "Machine Check Exception: 5" */
	{ "mcg-status", 5, "MCIP RIPV", false },
	{ "task-state", 0x402, "TASK_NOLOAD TASK_UNINTERRUPTIBLE", false },
};

static void bits_are_told_in_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lines); i++) {
		vmc_autostr struct vmc_str out = { 0 };
		bool remark = vmc_value_line(lines[i].group, VMC_VALUE_X86_64, lines[i].value,
					     VMC_LANG_EN, &out);

		if (strcmp(vmc_str_text(&out), lines[i].line) != 0)
			fail_msg("%s 0x%llx: \"%s\", expected \"%s\"", lines[i].group,
				 (unsigned long long)lines[i].value, vmc_str_text(&out),
				 lines[i].line);
		assert_int_equal(remark, lines[i].remark);
	}
}

static void bits_are_told_in_chinese(void **state)
{
	vmc_autostr struct vmc_str out = { 0 };

	(void)state;
	assert_true(vmc_value_line("eflags", VMC_VALUE_X86_64, 0x46, VMC_LANG_ZH, &out));
	assert_string_equal(vmc_str_text(&out), "ZF PF，IF=0：中断已关闭");
}

/* VAL UC EN PCC and an internal timer error: SDM volume 3B gives the bits. */
static void a_machine_check_is_decoded(void **state)
{
	struct vmc_value_part parts[64];
	vmc_autostr struct vmc_str out = { 0 };
	uint64_t rest;
	size_t n = vmc_value_decode("mci-status", VMC_VALUE_X86_64, 0xb200000000000400, parts, 64,
				    &rest);

	(void)state;
	assert_int_equal(n, 5);
	assert_int_equal(rest, 0);
	assert_string_equal(parts[0].value->name, "VAL");
	assert_string_equal(parts[1].value->name, "UC");
	assert_string_equal(parts[2].value->name, "EN");
	assert_string_equal(parts[3].value->name, "PCC");
	assert_string_equal(parts[4].value->name, "MCACOD");
	assert_int_equal(parts[4].number, 0x400);
	assert_true(vmc_value_line("mci-status", VMC_VALUE_X86_64, 0xb200000000000400, VMC_LANG_EN,
				   &out));
	assert_non_null(strstr(vmc_str_text(&out), "MCACOD=0x400 timer: "));
	assert_non_null(strstr(vmc_str_text(&out), "uncorrected"));
}

static void numbers_have_names(void **state)
{
	static const struct {
		const char *group;
		enum vmc_value_arch arch;
		uint64_t number;
		const char *name; /* NULL none */
	} rows[] = {
		{ "errno", VMC_VALUE_ARM, 110, "ETIMEDOUT" },
		{ "errno", VMC_VALUE_X86_64, 41, NULL },
		{ "errno", VMC_VALUE_X86_64, 517, "EPROBE_DEFER" },
		{ "trap", VMC_VALUE_X86_64, 14, "PF" },
		{ "trap", VMC_VALUE_ARM64, 14, NULL },
		{ "segment", VMC_VALUE_X86_64, 0x33, "__USER_CS" },
		{ "segment", VMC_VALUE_I386, 0x60, "__KERNEL_CS" },
		{ "segment", VMC_VALUE_I386, 0x33, NULL },
		{ "kasan-shadow", VMC_VALUE_X86_64, 0xfb, "KASAN_SLAB_FREE" },
		{ "kasan-shadow", VMC_VALUE_X86_64, 5, "partial" },
		{ "mca-code", VMC_VALUE_X86_64, 0x135, "cache" },
		{ "no-such-group", VMC_VALUE_X86_64, 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		const struct vmc_value *v =
			vmc_value_number(rows[i].group, rows[i].arch, rows[i].number);

		if (!vmc_streq(v ? v->name : NULL, rows[i].name))
			fail_msg("%s %llu: %s", rows[i].group, (unsigned long long)rows[i].number,
				 v ? v->name : "none");
	}
}

/* F was also the letter of unsigned modules before E came with 3.15 (66cc69e34e86). */
static void a_letter_may_have_two_meanings(void **state)
{
	const struct vmc_value *f[4];
	vmc_autostr struct vmc_str kernels = { 0 };

	(void)state;
	assert_int_equal(vmc_value_letter("taint", 'F', f, 4), 2);
	assert_string_equal(f[0]->since, "3.15");
	assert_string_equal(f[1]->before, "3.15");
	vmc_value_kernels(f[1], VMC_LANG_EN, &kernels);
	assert_string_equal(vmc_str_text(&kernels), " (before 3.15)");
	assert_int_equal(vmc_value_letter("module-flag", 'N', f, 1), 1);
	assert_string_equal(f[0]->name, "TEST");
	assert_int_equal(vmc_value_letter("module-flag", 'O', f, 4), 1);
	assert_int_equal(vmc_value_letter("taint", '\0', f, 4), 0);
	assert_int_equal(vmc_value_bit("taint", 12)->letter, 'O');
	assert_null(vmc_value_bit("taint", 63));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_known),
		cmocka_unit_test(doubt_is_told),
		cmocka_unit_test(five_levels_are_another_map),
		cmocka_unit_test(a_value_is_told_in_chinese),
		cmocka_unit_test(an_address_has_its_category),
		cmocka_unit_test(bits_are_told_in_a_line),
		cmocka_unit_test(bits_are_told_in_chinese),
		cmocka_unit_test(a_machine_check_is_decoded),
		cmocka_unit_test(numbers_have_names),
		cmocka_unit_test(a_letter_may_have_two_meanings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
