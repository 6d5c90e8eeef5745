/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/details.h"

#include "base/vec.h"
#include "oops/frame.h"
#include "oops/line.h"
#include "oops/registers.h"

#define FRAMES_MAX 1024
#define MODULES_MAX 2048
#define CODE_MAX 512
#define LINE_MAX 8192 /* longer than any printk record */
#define TASK_LINES 3  /* KASAN names the task in its second or third line */
#define HEAD_LINES 24 /* the fault itself is described in the first lines */

struct reader {
	struct vmc_arena *arena;
	struct vmc_oops *o;
	VMC_VEC(struct vmc_oops_frame) frames;
	VMC_VEC(struct vmc_oops_reg) regs;
	VMC_VEC(struct vmc_oops_module) modules;
	struct slice stack; /* between <IRQ> and </IRQ> */
	int next_number;    /* of the register that the next row of values begins with; -1 none */
	bool ip_seen;	    /* the first instruction pointer line has come */
	bool regs_done;	    /* a second one: other registers follow */
	bool others_code;   /* and, right behind it, their code */
	bool in_code;	    /* rows of powerpc's instruction dump */
	bool in_trace, trace_done;
	bool is_stall;	 /* RCU's */
	bool after_dump; /* the line before was "Task dump for CPU 1:" */
	int stalled_cpu; /* -1 not known */
	struct slice dumped_comm;
	int64_t dumped_pid;
	bool failed;
};

char *vmc_oops_keep(struct vmc_arena *arena, struct slice s)
{
	vmc_autostr struct vmc_str text = { 0 };

	/* a NUL would end the text early: what is behind one is damage anyway */
	vmc_str_add_untrusted(&text, s.p, s.n);
	return text.failed ? NULL : vmc_arena_strndup(arena, vmc_str_text(&text), text.len);
}

static const char *keep(struct reader *r, struct slice s)
{
	const char *copy = vmc_oops_keep(r->arena, s);

	r->failed |= !copy;
	return copy;
}

static void keep_once(struct reader *r, const char **member, struct slice s)
{
	if (!*member && s.n)
		*member = keep(r, s);
}

/* Release behind the taint: " 5.11.0-11272-gf01e631cccab-dirty #35", " (2.6.27.9-159.fc10.i686
 * #1)". */
static void read_release(struct reader *r, struct slice s)
{
	size_t n = 0;

	slice_eat_blanks(&s);
	slice_eat(&s, "(");
	while (n < s.n && !is_blank(s.p[n]) && s.p[n] != ')')
		n++;
	if (n >= 3 && is_digit(*s.p) && slice_find_char(slice_head(s, n), '.') != SLICE_NONE)
		keep_once(r, &r->o->kernel, slice_head(s, n));
}

/* "Not tainted 5.0 ...", "Tainted: G        W  O      5.0 ..." at the front of s. */
static void read_taint(struct reader *r, struct slice s)
{
	size_t n = 0;

	if (slice_eat(&s, "Not tainted")) {
		if (!r->o->taint)
			r->o->taint = "";
		read_release(r, s);
		return;
	}
	if (!slice_eat(&s, "Tainted: "))
		return;
	while (n < s.n && ((s.p[n] >= 'A' && s.p[n] <= 'Z') || s.p[n] == ' '))
		n++;
	/* RHEL 7 pads with dashes: "GF          O--------------   3.10.0" */
	keep_once(r, &r->o->taint, slice_trim(slice_head(s, n)));
	s = slice_from(s, n);
	while (s.n && (*s.p == '-' || *s.p == ' '))
		s = slice_from(s, 1);
	read_release(r, s);
}

static size_t find_taint(struct slice s)
{
	size_t at = slice_find(s, "Not tainted");

	return at != SLICE_NONE ? at : slice_find(s, "Tainted: ");
}

/*
 * "CPU: 3 PID: 28635 Comm: php-fpm Tainted: ...", with "UID: 0" since 6.11;
 * "Pid: 143, comm: modprobe Not tainted 2.6.32" before 3.10.
 */
static void read_header(struct reader *r, struct slice s)
{
	struct slice q = s, comm;
	uint64_t v;
	size_t at;

	if (slice_eat(&q, "CPU: ")) {
		if (slice_eat_dec(&q, &v) && v <= INT32_MAX && r->o->cpu < 0)
			r->o->cpu = (int)v;
		slice_eat_blanks(&q);
		if (slice_eat(&q, "UID: ")) {
			slice_eat_dec(&q, &v);
			slice_eat_blanks(&q);
		}
	}
	if (!slice_eat(&q, "PID: ") && !slice_eat(&q, "Pid: ")) {
		/* arm before 3.10: "CPU: 1    Not tainted  (3.4.0 #1)" */
		at = find_taint(q);
		if (at != SLICE_NONE)
			read_taint(r, slice_from(q, at));
		return;
	}
	slice_eat_blanks(&q);
	if (!slice_eat_dec(&q, &v))
		return;
	if (r->o->pid < 0 && v <= INT64_MAX)
		r->o->pid = (int64_t)v;
	slice_eat(&q, ",");
	slice_eat_blanks(&q);
	if (!slice_eat(&q, "Comm: ") && !slice_eat(&q, "comm: "))
		return;
	at = find_taint(q);
	comm = at == SLICE_NONE ? slice_head(q, 16) : slice_head(q, at);
	comm = slice_trim(comm);
	if (comm.n > 14 && memcmp(comm.p + comm.n - 14, " Kdump: loaded", 14) == 0)
		comm = slice_trim(slice_head(comm, comm.n - 14));
	keep_once(r, &r->o->comm, comm);
	if (at != SLICE_NONE)
		read_taint(r, slice_from(q, at));
}

/* "CPU 3 ", a line of its own in front of the modules, on x86-64 before 3.10. */
static bool is_cpu_line(struct slice s, uint64_t *ret)
{
	return slice_eat(&s, "CPU ") && slice_eat_dec(&s, ret) && *ret <= INT32_MAX &&
	       !slice_trim(s).n;
}

/* "Modules linked in: a(OE) b(+) c [last unloaded: d]" */
static void read_modules(struct reader *r, struct slice s)
{
	size_t end = slice_find(s, "[last unloaded");

	if (r->modules.len)
		return;
	s = slice_head(s, end);
	while (s.n && r->modules.len < MODULES_MAX) {
		struct slice name, flags = { "", 0 };
		size_t open;

		slice_eat_blanks(&s);
		name = slice_eat_token(&s);
		open = slice_find_char(name, '(');
		if (open != SLICE_NONE) {
			flags = slice_from(name, open + 1);
			name = slice_head(name, open);
			if (flags.n && flags.p[flags.n - 1] == ')')
				flags.n--;
		}
		if (!name.n || !is_word(*name.p))
			continue;
		r->failed |= !vmc_vec_push(
			&r->modules, (struct vmc_oops_module){ keep(r, name), keep(r, flags) });
	}
}

static void read_ip(struct reader *r, const struct frame_text *f)
{
	if (r->ip_seen) {
		r->regs_done = true;
		return;
	}
	r->ip_seen = true;
	keep_once(r, &r->o->rip_function, f->function);
	r->o->rip_offset = f->offset;
	keep_once(r, &r->o->rip_module, f->module);
}

static void read_registers(struct reader *r, struct slice s)
{
	struct vmc_oops_reg found[REGISTERS_IN_LINE];
	size_t n = r->regs_done ? 0 : vmc_oops_read_registers(s, &r->next_number, found);

	for (size_t i = 0; i < n; i++) {
		bool known = false;

		for (size_t k = 0; k < r->regs.len && !known; k++)
			known = strcmp(r->regs.data[k].name, found[i].name) == 0;
		if (!known)
			r->failed |= !vmc_vec_push(&r->regs, found[i]);
	}
}

static void push_frame(struct reader *r, const struct frame_text *f, uint32_t number)
{
	struct vmc_oops_frame frame = { .offset = f->offset,
					.size = f->size,
					.line = f->line,
					.address = f->address,
					.reliable = f->reliable,
					.inlined = f->inlined,
					.log_line = number };

	if (r->frames.len >= FRAMES_MAX)
		return;
	frame.function = keep(r, f->function);
	if (f->module.n)
		frame.module = keep(r, f->module);
	if (f->file.n)
		frame.file = keep(r, f->file);
	if (r->stack.n)
		frame.stack = keep(r, r->stack);
	r->failed |= !vmc_vec_push(&r->frames, frame);
}

static void read_stack_marker(struct reader *r, const struct frame_text *f)
{
	if (!f->stack.n)
		return;
	if (f->stack_end || slice_is(f->stack, "TASK"))
		r->stack.n = 0;
	else
		r->stack = f->stack;
}

static void read_frame(struct reader *r, const struct frame_text *f, uint32_t number)
{
	/* arm with unwind tables prints no heading */
	r->in_trace |= f->caller.n && !r->frames.len;
	if (!r->in_trace || r->trace_done)
		return;
	read_stack_marker(r, f);
	if (f->function.n || f->address)
		push_frame(r, f, number);
}

/* The first call trace is the report's: later ones are of allocations or of other tasks. */
static void read_heading(struct reader *r, struct slice s)
{
	if (vmc_oops_is_trace_start(s)) {
		r->trace_done |= r->frames.len > 0;
		r->in_trace = true;
	} else if (r->in_trace &&
		   (vmc_oops_is_stack_start(s) || slice_has(s, "Last Breaking-Event-Address"))) {
		r->in_trace = false;
	}
}

/* A task and its CPU as some headers name them. */
static void read_task_forms(struct reader *r, struct slice s)
{
	struct captures caps = { 0 };
	struct slice q;
	uint64_t v;

	if (vmc_oops_search("WARNING: CPU: %n PID: %n at ", s, &caps, NULL)) {
		if (r->o->cpu < 0 && slice_eat_dec(&caps.at[0], &v) && v <= INT32_MAX)
			r->o->cpu = (int)v;
		if (r->o->pid < 0 && slice_eat_dec(&caps.at[1], &v) && v <= INT64_MAX)
			r->o->pid = (int64_t)v;
		return;
	}
	if (vmc_oops_search("CPU#%n stuck for %ns! [%t]", s, &caps, NULL) ||
	    vmc_oops_search("INFO: task %t blocked", s, &caps, NULL) ||
	    vmc_oops_search("INFO: task %t can't die", s, &caps, NULL) ||
	    vmc_oops_search(", CPU#%n: %t%.", s, &caps, NULL) ||
	    vmc_oops_search("by task %t%.", s, &caps, NULL)) {
		struct slice task = caps.at[caps.n - 1];
		size_t cut = task.n;

		while (cut && task.p[cut - 1] != ':' && task.p[cut - 1] != '/')
			cut--;
		q = slice_from(task, cut);
		if (cut && slice_eat_dec(&q, &v) && v <= INT64_MAX && r->o->pid < 0) {
			r->o->pid = (int64_t)v;
			keep_once(r, &r->o->comm, slice_head(task, cut - 1));
		}
		if (caps.n > 1 && r->o->cpu < 0 && slice_eat_dec(&caps.at[0], &v) && v <= INT32_MAX)
			r->o->cpu = (int)v;
	}
}

/*
 * Which CPU stalls, as RCU lists it: "stall on CPU 0 (t=" and "CPUs/tasks: { 2}" before 3.19,
 * "<tab>1-...: (1 GPs behind)" since. Old kernels dump a task then, in a line of its own:
 * "name R running task 0 854 2 0x00000804".
 */
static void read_stall(struct reader *r, struct slice s)
{
	static const char *const cpus[] = { "stall on CPU %n", "stall on CPU {%_%n",
					    "on CPUs/tasks: {%_%n", "Task dump for CPU %n:" };
	struct slice row = slice_trim(s);
	struct captures caps = { 0 }, task = { 0 };
	uint64_t v;

	if (r->after_dump && vmc_oops_match("%s%_%w%_running%*%n%_%n%_%n", row, &task)) {
		r->dumped_comm = task.at[0];
		if (slice_eat_dec(&task.at[task.n - 2], &v) && v <= INT64_MAX)
			r->dumped_pid = (int64_t)v;
	}
	r->after_dump = slice_starts(row, "Task dump for CPU ") && !r->dumped_comm.n;
	if (r->stalled_cpu >= 0)
		return;
	slice_eat(&row, "rcu:");
	slice_eat_blanks(&row);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(cpus) && !caps.n; i++)
		vmc_oops_search(cpus[i], s, &caps, NULL);
	if (!caps.n && !vmc_oops_match("%n-%*: (", row, &caps))
		return;
	if (slice_eat_dec(&caps.at[0], &v) && v <= INT32_MAX)
		r->stalled_cpu = (int)v;
}

/* What a header of the report did not say. */
static void settle_stall(struct reader *r)
{
	if (r->o->cpu < 0)
		r->o->cpu = r->stalled_cpu;
	if (r->o->pid >= 0 || !r->dumped_comm.n)
		return;
	r->o->pid = r->dumped_pid;
	keep_once(r, &r->o->comm, r->dumped_comm);
}

/* "at fs/buffer.c:1270", "WARNING: fs/a.c:12 at f+" */
static void read_place(struct reader *r, struct slice s)
{
	struct captures caps = { 0 };
	uint64_t line;

	if (r->o->source_file)
		return;
	if (!vmc_oops_search("kernel BUG at %p:%n", s, &caps, NULL) &&
	    !vmc_oops_search(" at %p:%n", s, &caps, NULL) &&
	    !vmc_oops_search("WARNING: %p:%n at ", s, &caps, NULL) &&
	    !vmc_oops_search("UBSAN: %* in %p:%n", s, &caps, NULL))
		return;
	if (slice_find_char(caps.at[0], '.') == SLICE_NONE || !slice_eat_dec(&caps.at[1], &line))
		return;
	r->o->source_file = keep(r, caps.at[0]);
	r->o->source_line = line <= UINT32_MAX ? (uint32_t)line : 0;
}

static void read_fault(struct reader *r, struct slice s)
{
	static const char *const forms[] = {
		"pointer dereference at %x",
		"paging request at %x",
		"page fault for address: %x",
		"dereference, address: %x",
		"virtual address %x",
		"non-canonical address %x",
		"at address %x",
		"kernel data access on read at %x",
		"kernel data access on write at %x",
		"kernel data access at %x",
		"kernel instruction fetch at %x",

		"Failing address: %x",
		"badaddr: %x",
		"at addr %x",
	};
	struct captures caps = { 0 };

	if (slice_find(s, "ad") == SLICE_NONE && slice_find(s, " at ") == SLICE_NONE)
		return; /* every form has one of the two */
	for (size_t i = 0; i < VMC_ARRAY_SIZE(forms) && !r->o->has_fault_address; i++)
		if (vmc_oops_search(forms[i], s, &caps, NULL))
			r->o->has_fault_address = slice_eat_hex(&caps.at[0], &r->o->fault_address);
	if (!r->o->has_fault_address && slice_has(s, "pointer dereference at           (null)"))
		r->o->has_fault_address = true; /* at 0 */
}

/*
 * "Oops: 0002 [#1]", "general protection fault: 0000 [#1]", "Internal error: Oops: 96000004 [#1]".
 * Not powerpc's "sig: 11 [#1]"; arm64's is no code but a register.
 */
static void read_error_code(struct reader *r, struct slice s)
{
	struct slice q = slice_head(s, slice_find(s, " [#"));
	size_t from = q.n;
	uint64_t v;

	if (r->o->error_code >= 0 || q.n == s.n)
		return;
	while (from && is_hex(q.p[from - 1]))
		from--;
	if (from < 2 || q.p[from - 1] != ' ' || q.p[from - 2] != ':' ||
	    (from > 5 && memcmp(q.p + from - 5, "sig: ", 5) == 0))
		return;
	q = slice_from(q, from);
	if (!slice_eat_hex(&q, &v))
		return;
	if (v <= INT32_MAX)
		r->o->error_code = (int)v;
	else
		r->failed |= !vmc_vec_push(&r->regs, (struct vmc_oops_reg){ "ESR", v });
}

/*
 * "Code: 48 8b <0f> 0b". Of the two that an x86 kernel prints since 4.18 each stands right behind
 * its instruction pointer; before, there was one, which came last.
 */
static void read_code(struct reader *r, struct slice s, uint32_t number)
{
	if (r->o->code || r->others_code)
		return;
	keep_once(r, &r->o->code, slice_head(slice_trim(s), CODE_MAX));
	r->o->code_line = number;
}

/* powerpc's "Instruction dump:" has its words in the lines below; it is "Code:" since 6.7. */
static bool read_code_row(struct reader *r, struct slice s, uint32_t number)
{
	struct slice first = s, rest;
	uint64_t word;

	slice_eat(&first, "<");
	rest = first;
	if (!r->in_code || !slice_eat_hex(&rest, &word) || first.n - rest.n != 8)
		return false;
	if (!r->o->code)
		read_code(r, s, number);
	else if (strlen(r->o->code) < CODE_MAX)
		r->o->code = vmc_arena_printf(r->arena, "%s %s", r->o->code,
					      keep(r, slice_head(s, CODE_MAX)));
	r->failed |= !r->o->code;
	return true;
}

static void read_plain(struct reader *r, struct slice s, uint32_t number)
{
	struct slice q = s;
	uint64_t cpu;
	size_t at;

	if (r->o->cpu < 0 && is_cpu_line(s, &cpu))
		r->o->cpu = (int)cpu;
	else if (slice_eat(&q, "Modules linked in:"))
		read_modules(r, q);
	else if (slice_eat(&q, "Hardware name: "))
		keep_once(r, &r->o->hardware, slice_trim(q));
	else if (slice_eat(&q, "Code: "))
		read_code(r, q, number);
	else if (slice_starts(q, "CPU: ") || slice_starts(q, "Pid: ") || slice_starts(q, "PID: "))
		read_header(r, q);
	else if (slice_starts(q, "Tainted: [") || !r->o->kernel) {
		at = find_taint(s);
		/* "  Not tainted 4.3.5 #1", or lockdep's "4.3.5 #1 Not tainted" */
		if (at != SLICE_NONE) {
			if (at && is_digit(*s.p))
				read_release(r, s);
			read_taint(r, slice_from(s, at));
		}
	}
}

static void read_line(struct reader *r, const struct vmc_log_line *line, size_t index)
{
	struct slice s = slice_head(line_text(line), LINE_MAX), trimmed = slice_trim(s);
	struct frame_text f;
	bool has_ip;

	if (!trimmed.n)
		return;
	if (read_code_row(r, trimmed, line->number))
		return;
	r->in_code = slice_starts(trimmed, "Instruction dump:");
	if (index && vmc_oops_parse_frame(s, &f)) {
		read_frame(r, &f, line->number);
		return;
	}
	if (!index) {
		read_place(r, s);
		r->is_stall = slice_has(s, "rcu") && slice_has(s, " stall");
	}
	if (index < TASK_LINES)
		read_task_forms(r, s);
	if (r->is_stall)
		read_stall(r, s);
	if (index < HEAD_LINES) {
		read_fault(r, s);
		read_error_code(r, s);
	}
	has_ip = vmc_oops_parse_ip(s, &f);
	if (has_ip)
		read_ip(r, &f);
	read_plain(r, trimmed, line->number);
	r->others_code = r->regs_done && has_ip;
	read_registers(r, trimmed);
	read_heading(r, s);
}

/* Vectors become arrays of the arena. */
static bool move_out(struct reader *r)
{
	struct vmc_oops *o = r->o;
	struct vmc_oops_frame *frames =
		vmc_arena_alloc(r->arena, r->frames.len * sizeof(*frames) + 1);
	struct vmc_oops_reg *regs = vmc_arena_alloc(r->arena, r->regs.len * sizeof(*regs) + 1);
	struct vmc_oops_module *modules =
		vmc_arena_alloc(r->arena, r->modules.len * sizeof(*modules) + 1);

	if (!frames || !regs || !modules || r->failed)
		return false;
	if (r->frames.len)
		memcpy(frames, r->frames.data, r->frames.len * sizeof(*frames));
	if (r->regs.len)
		memcpy(regs, r->regs.data, r->regs.len * sizeof(*regs));
	if (r->modules.len)
		memcpy(modules, r->modules.data, r->modules.len * sizeof(*modules));
	o->frames = frames;
	o->n_frames = r->frames.len;
	o->regs = regs;
	o->n_regs = r->regs.len;
	o->modules = modules;
	o->n_modules = r->modules.len;
	return true;
}

struct vmc_error *vmc_oops_borrow_header(const struct vmc_log_line *line, struct vmc_arena *arena,
					 struct vmc_oops *o, bool *ret_found)
{
	struct slice s = slice_trim(line_text(line));
	struct reader r = { .arena = arena, .o = o };

	*ret_found = slice_starts(s, "CPU: ") && find_taint(s) != SLICE_NONE;
	if (*ret_found)
		read_header(&r, s);
	return r.failed ? vmc_error_no_memory() : NULL;
}

struct vmc_error *vmc_oops_read_details(const struct vmc_log_line *const *lines, size_t n,
					struct vmc_arena *arena, struct vmc_oops *o)
{
	struct reader r = { .arena = arena, .o = o, .next_number = -1, .stalled_cpu = -1 };
	bool ok;

	for (size_t i = 0; i < n && !r.failed; i++)
		read_line(&r, lines[i], i);
	settle_stall(&r);
	ok = move_out(&r);
	vmc_vec_free(&r.frames);
	vmc_vec_free(&r.regs);
	vmc_vec_free(&r.modules);
	return ok ? NULL : vmc_error_no_memory();
}

/* Stack contents: " ffff8800496fb618 ffffffff811e2725 ...", "8020: e07281d8 00000000 ...". */
static bool is_dump_row(struct slice s)
{
	struct slice first = slice_eat_token(&s), second;
	uint64_t v;

	if (first.n && first.p[first.n - 1] == ':')
		first.n--;
	slice_eat_blanks(&s);
	second = slice_eat_token(&s);
	if (first.n < 4 || (second.n != 8 && second.n != 16))
		return false;
	return slice_eat_hex(&first, &v) && !first.n && slice_eat_hex(&second, &v) && !second.n;
}

/* What the lines of a report's body begin with, besides frames, registers and stack contents. */
static const char *const body_heads[] = {
	"Modules linked in:",
	"Hardware name:",
	"Code:",
	"CPU:",
	"Pid:",
	"Call Trace",
	"Call trace",
	"Stack:",
	"Workqueue:",
	"RIP",
	"EIP",
	"Oops",
	"PGD",
	"pgd",
	"Backtrace:",
	"task:",
	"Process ",
	"Kernel panic",
	"---[ end trace",
	"invalid opcode",
	"last sysfs file",
	"Tainted:",
	"Krnl",
	"NMI backtrace",
	"Sending NMI",
	"irq event stamp",
	"hardirqs",
	"softirqs",
	"INFO: lockdep",
	"INFO: Allocated in",
	"INFO: Freed in",
	"rcu:",
	"(detected by",
	"(t=",
	"Task dump for CPU",
	"stack backtrace",
	"other info that",
	"but task is",
	"Exception stack",
	"Instruction dump:",
	"PC is at",
	"LR is at",
	"NIP",
	"Internal error",
	"#PF:",
	"note: ",
	"Dumping ftrace",
	"Mem abort info",
	"Data abort info",
	"ESR =",
	"The buggy",
	"Memory state",
	"Allocated",
	"Freed",
	"==========",
	"page:",
	"raw:",
	"flags:",
	"which belongs",
	"Read of",
	"Write of",
	"in_atomic",
	"locks held",
	"Showing all locks",
	"cache ",
	"Register r",
	"->",
	"#",
	"Possible",
	"CPU0",
	"lock(",
	"***",
	"the existing",
	"1 lock held",

	"LR ",
	"Stack",
};

bool vmc_oops_is_body_line(struct slice s)
{
	struct vmc_oops_reg regs[REGISTERS_IN_LINE];
	int number = -1;
	struct slice t = slice_trim(slice_head(s, 1024));
	struct frame_text f;

	if (!t.n)
		return false;
	if (vmc_oops_parse_frame(t, &f) || vmc_oops_read_registers(t, &number, regs) ||
	    is_dump_row(t))
		return true;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(body_heads); i++)
		if (*t.p == *body_heads[i] && slice_starts(t, body_heads[i]))
			return true;
	return find_taint(t) != SLICE_NONE;
}
