/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of programs, as the format strings of the kernel's sources print them. Offsets are
 * worked out by hand: instruction pointer less start of the mapping.
 */
#include "../test.h"

#include <string.h>

#include "oops/oops.h"
#include "oops/user.h"

#define NO UINT64_MAX /* not printed */

static const struct {
	const char *line;
	const char *comm, *what, *object;
	int64_t pid;
	uint64_t offset, start, size, ip, address;
	int error, signal;
	enum vmc_user_code code;
} rows[] = {
	/* x86, arch/x86/mm/fault.c */
	{ "php-fpm[26318]: segfault at 7f223d1df128 ip 000000000067a851 sp 00007ffff953ef20 error "
	  "4 "
	  "in php-fpm[400000+860000]",
	  "php-fpm", "segfault", "php-fpm", 26318, 0x27a851, 0x400000, 0x860000, 0x67a851,
	  0x7f223d1df128, 4, -1, VMC_USER_CODE_X86_PAGE },
	{ "traps: php-fpm[28635] general protection ip:7f223396fc80 sp:7ffff953ec40 error:0 in "
	  "taeprobe.so[7f2233965000+f000]",
	  "php-fpm", "general protection", "taeprobe.so", 28635, 0xac80, 0x7f2233965000, 0xf000,
	  0x7f223396fc80, NO, 0, -1, VMC_USER_CODE_X86_TRAP },
	/* 6.1: the CPU; 6.9: the offset in the file, which counts the parts mapped before */
	{ "a.out[900]: segfault at 10 ip 000055d0c0a01139 sp 00007ffd0e5fd1f0 error 6 in "
	  "a.out[55d0c0a01000+1000] likely on CPU 3 (core 1, socket 0)",
	  "a.out", "segfault", "a.out", 900, 0x139, 0x55d0c0a01000, 0x1000, 0x55d0c0a01139, 0x10, 6,
	  -1, VMC_USER_CODE_X86_PAGE },
	{ "a.out[901]: segfault at 10 ip 000055d0c0a01139 sp 00007ffd0e5fd1f0 error 6 in "
	  "a.out[1139,55d0c0a01000+1000] likely on CPU 3 (core 1, socket 0)",
	  "a.out", "segfault", "a.out", 901, 0x1139, 0x55d0c0a01000, 0x1000, 0x55d0c0a01139, 0x10,
	  6, -1, VMC_USER_CODE_X86_PAGE },
	/* a jump to nowhere has no object; neither has 2.6.18's line */
	{ "a.out[7]: segfault at 0 ip 0000000000000000 sp 00007ffd0e5fd1f0 error 14 likely on CPU "
	  "0 "
	  "(core 0, socket 0)",
	  "a.out", "segfault", NULL, 7, NO, NO, NO, 0, 0, 0x14, -1, VMC_USER_CODE_X86_PAGE },
	{ "old[8]: segfault at 0000000000000010 rip 0000000000400534 rsp 00007fff3b7f0a50 error 4",
	  "old", "segfault", NULL, 8, NO, NO, NO, 0x400534, 0x10, 4, -1, VMC_USER_CODE_X86_PAGE },
	{ "old[9] general protection rip:400534 rsp:7fff3b7f0a50 error:0", "old",
	  "general protection", NULL, 9, NO, NO, NO, 0x400534, NO, 0, -1, VMC_USER_CODE_X86_TRAP },
	/* names with blanks and brackets, of both */
	{ "Web Content[77]: segfault at 0 ip 00007f0000001010 sp 00007ffd0e5fd1f0 error 4 in "
	  "lib a.so (deleted)[7f0000001000+2000]",
	  "Web Content", "segfault", "lib a.so (deleted)", 77, 0x10, 0x7f0000001000, 0x2000,
	  0x7f0000001010, 0, 4, -1, VMC_USER_CODE_X86_PAGE },
	{ "k[a]worker[78]: segfault at 0 ip 0000000000401010 sp 00007ffd0e5fd1f0 error 4 in "
	  "x[400000+2000]",
	  "k[a]worker", "segfault", "x", 78, 0x1010, 0x400000, 0x2000, 0x401010, 0, 4, -1,
	  VMC_USER_CODE_X86_PAGE },
	{ "traps: chrome[2979] trap invalid opcode ip:55911b28dba3 sp:7ffea558a3e0 error:0 in "
	  "chrome[55911728a000+6a0b000]",
	  "chrome", "invalid opcode", "chrome", 2979, 0x4003ba3, 0x55911728a000, 0x6a0b000,
	  0x55911b28dba3, NO, 0, -1, VMC_USER_CODE_X86_TRAP },
	{ "traps: d[5] trap divide error ip:401126 sp:7ffd0e5fd1f0 error:0 in d[401000+1000]", "d",
	  "divide error", "d", 5, 0x126, 0x401000, 0x1000, 0x401126, NO, 0, -1,
	  VMC_USER_CODE_X86_TRAP },
	{ "traps: s[6] trap stack segment ip:401126 sp:8000000000000000 error:0 in s[401000+1000]",
	  "s", "stack segment", "s", 6, 0x126, 0x401000, 0x1000, 0x401126, NO, 0, -1,
	  VMC_USER_CODE_X86_TRAP },
	/* arch/x86/kernel/signal.c: "in" comes twice */
	{ "r[11] bad frame in rt_sigreturn frame:000000003bd1c5a0 ip:401126 sp:7ffd0e5fd1f0 "
	  "orax:ffffffffffffffff in r[401000+1000]",
	  "r", "bad frame", "r", 11, 0x126, 0x401000, 0x1000, 0x401126, 0x3bd1c5a0, -1, -1,
	  VMC_USER_CODE_NONE },
	/* 6.6, arch/x86/kernel/cet.c */
	{ "c[12] control protection ip:401126 sp:7ffd0e5fd1f0 ssp:7f0000000ff8 error:1(near ret) "
	  "in "
	  "c[401000+1000]",
	  "c", "control protection", "c", 12, 0x126, 0x401000, 0x1000, 0x401126, NO, 1, -1,
	  VMC_USER_CODE_OTHER },
	/* arm64: before 4.17, and since */
	{ "a.out[13]: unhandled level 2 translation fault (11) at 0x00000010, esr 0x92000006, in "
	  "a.out[400000+1000]",
	  "a.out", "level 2 translation fault", "a.out", 13, NO, 0x400000, 0x1000, NO, 0x10, -1, 11,
	  VMC_USER_CODE_NONE },
	{ "a.out[14]: unhandled exception: DABT (lower EL), ESR 0x0000000012000006, level 2 "
	  "translation fault in a.out[aaaac1230000+1000]",
	  "a.out", "level 2 translation fault", "a.out", 14, NO, 0xaaaac1230000, 0x1000, NO, NO,
	  0x12000006, -1, VMC_USER_CODE_OTHER },
	/* arm */
	{ "a.out: unhandled page fault (11) at 0x00000010, code 0x017", "a.out", "page fault", NULL,
	  -1, NO, NO, NO, NO, 0x10, 0x17, 11, VMC_USER_CODE_OTHER },
	/* powerpc: 4.19 and later, and before */
	{ "a.out[15]: segfault (11) at 10 nip 10000584 lr 7fff9d2b6b40 code 1 in "
	  "a.out[10000000+10000]",
	  "a.out", "segfault", "a.out", 15, 0x584, 0x10000000, 0x10000, 0x10000584, 0x10, -1, 11,
	  VMC_USER_CODE_NONE },
	{ "a.out[16]: bus error (7) at 7fff9d2b0001 nip 10000584 lr 7fff9d2b6b40 code 1 in "
	  "a.out[10000000+10000]",
	  "a.out", "bus error", "a.out", 16, 0x584, 0x10000000, 0x10000, 0x10000584, 0x7fff9d2b0001,
	  -1, 7, VMC_USER_CODE_NONE },
	{ "a.out[17]: unhandled signal 11 at 00000010 nip 10000584 lr 0fe8b5d4 code 30001", "a.out",
	  "unhandled signal", NULL, 17, NO, NO, NO, 0x10000584, 0x10, -1, 11, VMC_USER_CODE_NONE },
	/* riscv */
	{ "a.out[18]: unhandled signal 11 code 0x1 at 0x0000000000000010 in a.out[10000+1000]",
	  "a.out", "unhandled signal", "a.out", 18, NO, 0x10000, 0x1000, NO, 0x10, -1, 11,
	  VMC_USER_CODE_NONE },
	/* s390 */
	{ "User process fault: interruption code 003b ilc:2 in a.out[1000000+1000]", NULL,
	  "user process fault", "a.out", -1, NO, 0x1000000, 0x1000, NO, NO, 0x3b, -1,
	  VMC_USER_CODE_OTHER },
};

static void check_number(size_t row, const char *what, bool has, uint64_t got, uint64_t want)
{
	if (has != (want != NO) || (has && got != want))
		fail_msg("row %zu: %s %#llx (%d), not %#llx", row, what, (unsigned long long)got,
			 has, (unsigned long long)want);
}

static void check_row(size_t i)
{
	struct vmc_log_line line = {
		.text = rows[i].line, .len = strlen(rows[i].line), .time_ns = 5, .number = 9
	};
	struct vmc_arena arena = { 0 };
	const struct vmc_user_fault *u;
	struct vmc_oops o;
	bool is;

	assert_ok(vmc_oops_read_user_fault(&line, &arena, &o, &is));
	if (!is)
		fail_msg("row %zu is no fault", i);
	u = o.user;
	assert_true(o.user_mode);
	if (!vmc_streq(o.comm, rows[i].comm) || !vmc_streq(u->what, rows[i].what) ||
	    !vmc_streq(u->object, rows[i].object))
		fail_msg("row %zu: %s: %s in %s", i, o.comm, u->what, u->object);
	if (o.pid != rows[i].pid || o.error_code != rows[i].error || u->signal != rows[i].signal ||
	    u->code != rows[i].code)
		fail_msg("row %zu: pid %lld, error %#x, signal %d, code %d", i, (long long)o.pid,
			 (unsigned int)o.error_code, u->signal, (int)u->code);
	check_number(i, "offset", u->has_offset, u->offset, rows[i].offset);
	check_number(i, "start", u->has_mapping, u->start, rows[i].start);
	check_number(i, "size", u->has_mapping, u->size, rows[i].size);
	check_number(i, "ip", u->has_ip, u->ip, rows[i].ip);
	check_number(i, "address", o.has_fault_address, o.fault_address, rows[i].address);
	vmc_arena_deinit(&arena);
}

static void each_form_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		check_row(i);
}

static void what_is_no_fault_is_left_alone(void **state)
{
	static const char *const lines[] = {
		"",
		"[",
		"a[1]",
		"a[1]: segfault",
		"a[1]: segfault at x ip 1 sp 2 error 4",
		"[1]: segfault at 1 ip 2 sp 3 error 4",
		"usb 1-1: unhandled event (3)",
		"eth0: ip:10.0.0.1 sp:1 error:0",
		"User process fault: none",
		"irq 18: nobody cared nip 12",
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lines); i++) {
		struct vmc_log_line line = { .text = lines[i], .len = strlen(lines[i]) };
		struct vmc_arena arena = { 0 };
		struct vmc_oops o;
		bool is;

		assert_ok(vmc_oops_read_user_fault(&line, &arena, &o, &is));
		if (is)
			fail_msg("\"%s\" became \"%s\"", lines[i], o.title);
		vmc_arena_deinit(&arena);
	}
}

/* A cut line keeps what stands before the cut. */
static void every_cut_is_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		for (size_t len = 0; len < strlen(rows[i].line); len++) {
			vmc_autofree char *text = strndup(rows[i].line, len);
			struct vmc_log_line line = { .text = text, .len = len };
			struct vmc_arena arena = { 0 };
			struct vmc_oops o;
			bool is;

			assert_ok(vmc_oops_read_user_fault(&line, &arena, &o, &is));
			assert_true(!is || (o.title && o.user && o.user->what));
			vmc_arena_deinit(&arena);
		}
	}
}

/* s390 says who it was a few lines later. */
static void a_scan_finds_them_all(void **state)
{
	static const char log[] =
		"[1.0] User process fault: interruption code 003b ilc:2 in a.out[1000000+1000]\n"
		"[1.0] Failing address: 0000000000000000 TEID: 0000000000000800\n"
		"[1.0] Fault in primary space mode while using user ASCE.\n"
		"[1.0] CPU: 1 PID: 321 Comm: a.out Not tainted 5.4.0-test #1\n"
		"[2.0] b.out: unhandled page fault (11) at 0x00000010, code 0x017\n"
		"[3.0] c.out[3]: bus error (7) at 10 nip 20 lr 30 code 1 in c.out[0+10000]\n"
		"[4.0] old[9] general protection rip:400534 rsp:7fff3b7f0a50 error:0\n";
	static const char *const comms[] = { "a.out", "b.out", "c.out", "old" };
	struct vmc_log_lines lines = { 0 };
	struct vmc_oops_set set = { 0 };

	(void)state;
	assert_ok(vmc_log_split(log, sizeof(log) - 1, &lines));
	assert_ok(vmc_oops_scan(lines.data, lines.len, &set));
	assert_int_equal(set.n_reports, VMC_ARRAY_SIZE(comms));
	for (size_t i = 0; i < set.n_reports; i++)
		assert_string_equal(set.reports[i].comm, comms[i]);
	assert_int_equal(set.reports[0].pid, 321);
	vmc_oops_set_deinit(&set);
	vmc_log_lines_deinit(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(what_is_no_fault_is_left_alone),
		cmocka_unit_test(every_cut_is_survived),
		cmocka_unit_test(a_scan_finds_them_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
