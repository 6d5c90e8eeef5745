/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/user.h"

#include "oops/details.h"
#include "oops/line.h"

/*
 * arch/x86/mm/fault.c, show_signal_msg(); arch/x86/kernel/traps.c, show_signal(); the same of
 * powerpc, arm64 and riscv. Captures: program, pid, then what, where and the code as `what` says.
 */
static const struct {
	const char *pattern;
	const char *what;	/* NULL: the third capture says it */
	int ip, address, error; /* numbers of captures, -1 for none */
} forms[] = {
	{ "%s[%n]: segfault at %x ip %x sp %x error %x", "segfault", 3, 2, 5 },
	{ "%s[%n]: segfault at %x rip %x rsp %x error %x", "segfault", 3, 2, 5 },
	{ "%s[%n] %t ip:%x sp:%x error:%x", NULL, 3, -1, 5 },
	{ "%s[%n]: segfault (%n) at %x nip %x lr %x", "segfault", 4, 3, -1 },
	{ "%s[%n]: unhandled signal %n code %x at %x", "unhandled signal", -1, 4, -1 },
	{ "%s[%n]: unhandled %t (%n) at %x, esr %x", NULL, -1, 4, -1 },
	{ "%s[%n]: unhandled %t, ESR %x", NULL, -1, -1, -1 },
};

/* The program's name may hold blanks and brackets: it ends at the last '[' before the number. */
static bool split_program(struct slice s, struct slice *ret_name, struct slice *ret_rest)
{
	slice_eat(&s, "traps: ");
	for (size_t at = 0; at < s.n && at < 32; at++) {
		struct slice q = slice_from(s, at + 1);
		uint64_t pid;

		if (s.p[at] != '[' || !slice_eat_dec(&q, &pid) || !slice_starts(q, "]"))
			continue;
		*ret_name = slice_head(s, at);
		*ret_rest = slice_from(s, at);
		return at > 0;
	}
	return false;
}

static uint64_t number_of(const struct captures *caps, int i)
{
	struct slice s = i >= 0 && (size_t)i < caps->n ? caps->at[i] : (struct slice){ "", 0 };
	uint64_t v = 0;

	slice_eat_hex(&s, &v);
	return v;
}

/* " in taeprobe.so[7f2233965000+f000]"; 6.x puts the offset first: "[abe9,7f2233965000+f000]". */
static bool read_object(struct slice s, struct vmc_arena *arena, uint64_t ip, struct vmc_oops *o)
{
	struct captures caps = { 0 };
	struct slice base;
	uint64_t start;

	if (!vmc_oops_search(" in %s", s, &caps, NULL))
		return true;
	base = caps.at[0];
	for (size_t open = base.n; open-- > 0;) {
		struct slice in;

		if (base.p[open] != '[')
			continue;
		in = slice_from(base, open + 1);
		if (slice_find_char(in, ',') != SLICE_NONE)
			in = slice_from(in, slice_find_char(in, ',') + 1);
		if (slice_eat_hex(&in, &start) && slice_starts(in, "+") && ip >= start)
			o->rip_offset = ip - start;
		base = slice_head(base, open);
		break;
	}
	o->frame_module = o->rip_module = vmc_oops_keep(arena, base);
	return o->frame_module;
}

struct vmc_error *vmc_oops_read_user_fault(const struct vmc_log_line *line, struct vmc_arena *arena,
					   struct vmc_oops *o, bool *ret_is)
{
	struct slice s = slice_head(line_text(line), 1024), name, rest, pid;
	struct captures caps;
	const char *what = NULL;
	uint64_t v = 0;
	size_t i;

	*ret_is = false;
	if (!split_program(s, &name, &rest))
		return NULL;
	for (i = 0; i < VMC_ARRAY_SIZE(forms); i++) {
		caps = (struct captures){ .at = { name }, .n = 1 };
		if (vmc_oops_match(forms[i].pattern + 2, rest, &caps))
			break;
	}
	if (i == VMC_ARRAY_SIZE(forms))
		return NULL;
	pid = caps.at[1];
	slice_eat_dec(&pid, &v);
	*o = (struct vmc_oops){ .type = "USER_FAULT",
				.error_code = -1,
				.cpu = -1,
				.pid = v <= INT64_MAX ? (int64_t)v : -1,
				.time_ns = line->time_ns,
				.first_line = line->number,
				.last_line = line->number,
				.user_mode = true };
	if (forms[i].error >= 0)
		o->error_code = (int)(number_of(&caps, forms[i].error) & INT32_MAX);
	o->has_fault_address = forms[i].address >= 0;
	o->fault_address = number_of(&caps, forms[i].address);
	o->comm = vmc_oops_keep(arena, name);
	what = forms[i].what ? forms[i].what : vmc_oops_keep(arena, caps.at[2]);
	if (!o->comm || !what || !read_object(rest, arena, number_of(&caps, forms[i].ip), o))
		return vmc_error_no_memory();
	if (vmc_str_starts(what, "trap "))
		what += 5;
	o->title = vmc_arena_printf(arena, "%s: %s in %s", o->comm, what,
				    o->frame_module ? o->frame_module : "user space");
	o->headline = o->title;
	*ret_is = o->title;
	return o->title ? NULL : vmc_error_no_memory();
}
