/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/user.h"

#include "oops/details.h"
#include "oops/line.h"

#define LINE_MAX 1024
#define COMM_MAX 32 /* TASK_COMM_LEN is 16; worker threads are printed with more */

/* Numbers of captures; the program's name is none of them. */
enum { NONE = -1, PID = 0 };

/*
 * What follows the program's name. arch/x86/mm/fault.c show_signal_msg(), kernel/traps.c
 * show_signal(), signal.c signal_fault() (rip and rsp before 2.6.26); powerpc kernel/traps.c
 * show_signal_msg(); riscv kernel/traps.c do_trap(); arm64 kernel/traps.c arm64_show_signal(),
 * before 4.17 mm/fault.c; arm mm/fault.c __do_user_fault(), which prints no pid.
 */
static const struct form {
	const char *pattern;
	const char *what; /* NULL: the capture behind the pid says it */
	int pid, ip, sp, address, error, signal;
	enum vmc_user_code code;
} forms[] = {
	{ "[%n]: segfault at %x ip %x sp %x error %x", "segfault", PID, 2, 3, 1, 4, NONE,
	  VMC_USER_CODE_X86_PAGE },
	/* %p of NULL before 4.10 */
	{ "[%n]: segfault at %x ip %_(null) sp %x error %x", "segfault", PID, NONE, 2, 1, 3, NONE,
	  VMC_USER_CODE_X86_PAGE },
	{ "[%n]: segfault at %x rip %x rsp %x error %x", "segfault", PID, 2, 3, 1, 4, NONE,
	  VMC_USER_CODE_X86_PAGE },
	{ "[%n] control protection ip:%x sp:%x ssp:%x error:%x", "control protection", PID, 1, 2,
	  NONE, 4, NONE, VMC_USER_CODE_OTHER },
	{ "[%n] bad frame in %t frame:%x ip:%x sp:%x", "bad frame", PID, 3, 4, 2, NONE, NONE,
	  VMC_USER_CODE_NONE },
	{ "[%n] %t ip:%x sp:%x error:%x", NULL, PID, 2, 3, NONE, 4, NONE, VMC_USER_CODE_X86_TRAP },
	{ "[%n] %t rip:%x rsp:%x error:%x", NULL, PID, 2, 3, NONE, 4, NONE,
	  VMC_USER_CODE_X86_TRAP },
	{ "[%n]: unhandled signal %n at %x nip %x lr %x", "unhandled signal", PID, 3, NONE, 2, NONE,
	  1, VMC_USER_CODE_NONE },
	{ "[%n]: %t (%n) at %x nip %x lr %x", NULL, PID, 4, NONE, 3, NONE, 2, VMC_USER_CODE_NONE },
	{ "[%n]: unhandled signal %n code %x at %x", "unhandled signal", PID, NONE, NONE, 3, NONE,
	  1, VMC_USER_CODE_NONE },
	{ "[%n]: unhandled exception: %t, ESR %x", NULL, PID, NONE, NONE, NONE, 2, NONE,
	  VMC_USER_CODE_OTHER },
	{ "[%n]: unhandled %t (%n) at %x, esr %x", NULL, PID, NONE, NONE, 3, 4, 2,
	  VMC_USER_CODE_OTHER },
	{ "[%n]: unhandled %t in ", NULL, PID, NONE, NONE, NONE, NONE, NONE, VMC_USER_CODE_NONE },
	{ ": unhandled %_%t (%n) at %x, code %x", NULL, NONE, NONE, NONE, 2, 3, 1,
	  VMC_USER_CODE_OTHER },
};

/* s390, mm/fault.c report_user_fault(): who it was stands in the lines behind it. */
#define S390_FORM "User process fault: interruption code %x"

/* The program's name may hold blanks and brackets: it ends at the last '[' before the number. */
static bool split_program(struct slice s, struct slice *ret_name, struct slice *ret_rest)
{
	size_t at;

	slice_eat(&s, "traps: ");
	for (at = 0; at < s.n && at < COMM_MAX; at++) {
		struct slice q = slice_from(s, at + 1);
		uint64_t pid;

		if (s.p[at] == '[' && slice_eat_dec(&q, &pid) && slice_starts(q, "]"))
			break;
	}
	if (at == s.n || at == COMM_MAX)
		at = slice_find(slice_head(s, COMM_MAX + 12), ": unhandled ");
	if (at == SLICE_NONE || at == 0)
		return false;
	*ret_name = slice_head(s, at);
	*ret_rest = slice_from(s, at);
	return true;
}

static struct slice capture(const struct captures *caps, int i)
{
	return i >= 0 && (size_t)i < caps->n ? caps->at[i] : (struct slice){ "", 0 };
}

static bool read_hex(const struct captures *caps, int i, uint64_t *ret)
{
	struct slice s = capture(caps, i);

	return slice_eat_hex(&s, ret);
}

/*
 * mm/memory.c print_vma_addr(): "in taeprobe.so[7f2233965000+f000]". Since 6.9 the offset in
 * the file stands first: "in taeprobe.so[ac80,7f2233965000+f000]"; before, that is known only from
 * where the object begins, and only for its first mapping is it the one in the file.
 */
static bool read_object(struct slice s, struct vmc_arena *arena, struct vmc_user_fault *u)
{
	struct slice name = { "", 0 };
	size_t at;

	/* the last "in": others belong to what happened ("bad frame in rt_sigreturn") */
	while ((at = slice_find(s, "in ")) != SLICE_NONE) {
		bool word = at > 0 && is_blank(s.p[at - 1]);

		s = slice_from(s, at + 3);
		if (word)
			name = s;
	}
	for (size_t open = 0; open < name.n; open++) {
		struct slice q = slice_from(name, open + 1);
		uint64_t first, start, size;
		bool printed;

		if (name.p[open] != '[' || !slice_eat_hex(&q, &first))
			continue;
		start = first;
		printed = slice_eat(&q, ",");
		if (printed && !slice_eat_hex(&q, &start))
			continue;
		if (!slice_eat(&q, "+") || !slice_eat_hex(&q, &size) || !slice_starts(q, "]"))
			continue;
		u->has_mapping = true;
		u->start = start;
		u->size = size;
		u->has_offset = printed || (u->has_ip && u->ip >= start);
		u->offset = printed ? first : u->has_offset ? u->ip - start : 0;
		u->object = vmc_oops_keep(arena, slice_head(name, open));
		return u->object;
	}
	return true;
}

/* "level 2 translation fault" of "..., ESR 0x92000006, level 2 translation fault in prog[...]". */
static struct slice behind_esr(struct slice s)
{
	struct captures caps = { 0 };

	if (!vmc_oops_search("ESR %x, %t in ", s, &caps, NULL))
		return (struct slice){ "", 0 };
	return caps.at[1];
}

static bool fill(const struct form *f, struct slice rest, const struct captures *caps,
		 struct vmc_arena *arena, struct vmc_oops *o, struct vmc_user_fault *u)
{
	struct captures cpu = { 0 };
	struct slice what = behind_esr(rest), pid = capture(caps, f->pid),
		     signal = capture(caps, f->signal);
	uint64_t v;

	if (slice_eat_dec(&pid, &v) && v <= INT64_MAX)
		o->pid = (int64_t)v;
	if (slice_eat_dec(&signal, &v) && v <= INT8_MAX)
		u->signal = (int)v;
	if (read_hex(caps, f->error, &v) && v <= INT32_MAX) {
		o->error_code = (int)v;
		u->code = f->code;
	}
	o->has_fault_address = read_hex(caps, f->address, &o->fault_address);
	u->has_ip = read_hex(caps, f->ip, &u->ip);
	u->has_sp = read_hex(caps, f->sp, &u->sp);
	if (vmc_oops_search(" likely on CPU %n", rest, &cpu, NULL) &&
	    slice_eat_dec(&cpu.at[0], &v) && v <= INT32_MAX)
		u->likely_cpu = (int)v;
	if (!what.n && !f->what)
		what = capture(caps, f->pid + 1);
	slice_eat(&what, "trap ");
	u->what = what.n ? vmc_oops_keep(arena, what) : f->what;
	return u->what && read_object(rest, arena, u);
}

static const struct form *find_form(struct slice s, struct slice *ret_name, struct slice *ret_rest,
				    struct captures *caps)
{
	static const struct form s390 = {
		S390_FORM, "user process fault", NONE, NONE, NONE, NONE, 0,
		NONE,	   VMC_USER_CODE_OTHER
	};

	if (vmc_oops_match(S390_FORM, s, caps)) {
		*ret_name = (struct slice){ "", 0 };
		*ret_rest = s;
		return &s390;
	}
	if (!split_program(s, ret_name, ret_rest))
		return NULL;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(forms); i++) {
		*caps = (struct captures){ 0 };
		if (vmc_oops_match(forms[i].pattern, *ret_rest, caps))
			return &forms[i];
	}
	return NULL;
}

struct vmc_error *vmc_oops_read_user_fault(const struct vmc_log_line *line, struct vmc_arena *arena,
					   struct vmc_oops *o, bool *ret_is)
{
	struct slice s = slice_head(line_text(line), LINE_MAX), name, rest;
	struct captures caps = { 0 };
	const struct form *f = find_form(s, &name, &rest, &caps);
	struct vmc_user_fault *u;

	*ret_is = false;
	if (!f)
		return NULL;
	*o = (struct vmc_oops){ .type = "USER_FAULT",
				.error_code = -1,
				.cpu = -1,
				.pid = -1,
				.time_ns = line->time_ns,
				.first_line = line->number,
				.last_line = line->number,
				.user_mode = true };
	u = vmc_arena_alloc(arena, sizeof(*u));
	if (!u)
		return vmc_error_no_memory();
	*u = (struct vmc_user_fault){ .signal = -1, .likely_cpu = -1 };
	o->user = u;
	if (name.n)
		o->comm = vmc_oops_keep(arena, name);
	if ((name.n && !o->comm) || !fill(f, rest, &caps, arena, o, u))
		return vmc_error_no_memory();
	o->frame_module = o->rip_module = u->object;
	o->rip_offset = u->offset;
	o->title =
		vmc_arena_printf(arena, "%s%s%s in %s", o->comm ? o->comm : "", o->comm ? ": " : "",
				 u->what, u->object ? u->object : "user space");
	o->headline = o->title;
	*ret_is = o->title;
	return o->title ? NULL : vmc_error_no_memory();
}
