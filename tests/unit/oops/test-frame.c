/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "oops/frame.h"

struct want {
	const char *line, *function;
	uint64_t offset, size;
	const char *module, *file;
	uint32_t number;
	bool reliable, inlined;
	const char *stack, *caller;
};

static const struct want wants[] = {
	{ " do_it+0x12/0x34", "do_it", 0x12, 0x34, "", "", 0, true, false, "", "" },
	{ "  ? do_it.cold+0x12/0x34", "do_it.cold", 0x12, 0x34, "", "", 0, false, false, "", "" },
	{ " [<ffffffffa01765a5>] do_it+0x1/0x2 [ext4]", "do_it", 1, 2, "ext4", "", 0, true, false,
	  "", "" },
	{ " [<ffffffff81070a53>] ? do_it+0x1/0x2", "do_it", 1, 2, "", "", 0, false, false, "", "" },
	{ "  do_it+0x1/0x2 [vic_tim 5d41402abc4b2a76b9719d911017c592]", "do_it", 1, 2, "vic_tim",
	  "", 0, true, false, "", "" },
	{ "  do_it+0x1/0x2 [victim(OE)]", "do_it", 1, 2, "victim", "", 0, true, false, "", "" },
	{ "  <IRQ>  [<ffffffff815e239b>] do_it+0x19/0x1b", "do_it", 0x19, 0x1b, "", "", 0, true,
	  false, "IRQ", "" },
	{ "  <TASK>", "", 0, 0, "", "", 0, true, false, "TASK", "" },
	{ "  <<EOE>>  [<ffffffff810944f0>] do_it+0x90/0xa0", "do_it", 0x90, 0xa0, "", "", 0, true,
	  false, "EOE", "" },
	{ " do_it+0x1/0x2 net/ipv4/tcp.c:1234", "do_it", 1, 2, "", "net/ipv4/tcp.c", 1234, true,
	  false, "", "" },
	{ " do_it net/ipv4/tcp.c:1234 [inline]", "do_it", 0, 0, "", "net/ipv4/tcp.c", 1234, true,
	  true, "", "" },
	{ "  do_it (fs/open.c:12 (discriminator 3))", "do_it", 0, 0, "", "fs/open.c", 12, true,
	  false, "", "" },
	{ "? do_it (./include/linux/a.h:12 net/core/dev.c:34) vic_tim", "do_it", 0, 0, "",
	  "./include/linux/a.h", 12, false, false, "", "" },
	{ "do_it (fs/open.c:12 (discriminator 3)) [vic_tim]", "do_it", 0, 0, "vic_tim", "fs/open.c",
	  12, true, false, "", "" },
	{ "[<80111111>] (inner) from [<80222222>] (outer+0x18/0x1c)", "inner", 0, 0, "", "", 0,
	  true, false, "", "outer" },
	{ " inner from outer+0x18/0x1c", "inner", 0, 0, "", "", 0, true, false, "", "outer" },
	{ "[c00000000b0a79c0] [c00000000001b2c0] .do_it+0x60/0x2c0 (unreliable)", "do_it", 0x60,
	  0x2c0, "", "", 0, false, false, "", "" },
	{ "([<000000011920a3b8>] do_it+0x1c8/0x510)", "do_it", 0x1c8, 0x510, "", "", 0, true, false,
	  "", "" },
	{ " do_it+0x28/0x60 [victim] (P)", "do_it", 0x28, 0x60, "victim", "", 0, true, false, "",
	  "" },
	{ " 0xffffffffc0123456", "", 0, 0, "", "", 0, true, false, "", "" },
};

static void assert_text(const char *line, struct slice got, const char *want)
{
	if (got.n != strlen(want) || (got.n && memcmp(got.p, want, got.n) != 0))
		fail_msg("\"%s\": \"%.*s\", not \"%s\"", line, (int)got.n, got.p, want);
}

static void test_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		const struct want *w = &wants[i];
		struct frame_text f;

		if (!vmc_oops_parse_frame(slice_of(w->line), &f))
			fail_msg("\"%s\" is no frame", w->line);
		assert_text(w->line, f.function, w->function);
		assert_text(w->line, f.module, w->module);
		assert_text(w->line, f.file, w->file);
		assert_text(w->line, f.stack, w->stack);
		assert_text(w->line, f.caller, w->caller);
		if (f.offset != w->offset || f.size != w->size || f.line != w->number ||
		    f.reliable != w->reliable || f.inlined != w->inlined)
			fail_msg("\"%s\": +%#llx/%#llx line %u reliable %d inlined %d", w->line,
				 (unsigned long long)f.offset, (unsigned long long)f.size, f.line,
				 f.reliable, f.inlined);
	}
}

static void test_no_frames(void **state)
{
	static const char *const lines[] = {
		"",
		"   ",
		"Modules linked in: a b c",
		"CPU: 1 PID: 81 Comm: kworker/1:1 Not tainted 5.6.0 #0",
		"RIP: 0010:do_it+0x1/0x2",
		"Hardware name: QEMU",
		"RAX: 0000000000000046 RBX: ffff8800496fb810",
		"+0x12/0x34",
		"do_it+0x",
		"12do_it+0x1/0x2",
		"---[ end trace 0000000000000000 ]---",
	};
	struct frame_text f;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (vmc_oops_parse_frame(slice_of(lines[i]), &f))
			fail_msg("\"%s\" is a frame", lines[i]);
}

static void test_instruction_pointers(void **state)
{
	static const char *const with_name[] = {
		"RIP: 0010:do_it+0x12/0x34",
		"RIP: 0010:[<ffffffff82d4e304>]  [<ffffffff82d4e304>] do_it+0x12/0x34",
		"RIP  [<ffffffff815df851>] do_it+0x12/0x34",
		"EIP: do_it+0x12/0x34",
		"EIP is at do_it+0x12/0x34",
		"EIP: 0060:[<c0112233>] do_it+0x12/0x34",
		"IP: [<ffffffff82d4e304>] do_it+0x12/0x34",
		"PC is at do_it+0x12/0x34",
		"pc : do_it+0x12/0x34",
		"epc : do_it+0x12/0x34",
		"epc   : 80331234 do_it+0x12/0x34",
		"NIP [c008000001230050] do_it+0x12/0x34 [victim]",
		"Krnl PSW : 0704c00180000000 000003ff80002016 (do_it+0x12/0x34 [victim])",
	};
	static const char *const without[] = { "RIP: 0010:0x86", "RIP: 0010:          (null)",
					       "RIP: 0033:0x446179", "IP: 0x0" };
	struct frame_text f;

	(void)state;
	for (size_t i = 0; i < sizeof(with_name) / sizeof(with_name[0]); i++) {
		if (!vmc_oops_parse_ip(slice_of(with_name[i]), &f))
			fail_msg("\"%s\" is no pointer", with_name[i]);
		assert_text(with_name[i], f.function, "do_it");
		assert_int_equal(f.offset, 0x12);
	}
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		assert_true(vmc_oops_parse_ip(slice_of(without[i]), &f));
		assert_int_equal(f.function.n, 0);
	}
	assert_false(vmc_oops_parse_ip(slice_of("RIPE: fruit"), &f));
	assert_false(vmc_oops_parse_ip(slice_of(""), &f));
}

static void test_headings(void **state)
{
	(void)state;
	assert_true(vmc_oops_is_trace_start(slice_of("Call Trace:")));
	assert_true(vmc_oops_is_trace_start(slice_of("Call trace:")));
	assert_true(vmc_oops_is_trace_start(slice_of("Backtrace: ")));
	assert_false(vmc_oops_is_trace_start(slice_of("stack backtrace:")));
	assert_true(vmc_oops_is_stack_start(slice_of("Allocated by task 12:")));
	assert_true(vmc_oops_is_stack_start(slice_of("Freed by task 12 on cpu 1 at 3.1s:")));
	assert_true(vmc_oops_is_stack_start(slice_of("  backtrace (crc 1a2b3c4d):")));
	assert_false(vmc_oops_is_stack_start(slice_of("Allocated in f age=1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_no_frames),
		cmocka_unit_test(test_instruction_pointers),
		cmocka_unit_test(test_headings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
