/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From events, stacks and registers to one verdict. Log and stack are two
 * witnesses: where both name the same function the confidence is high, where
 * only one speaks it is medium. Each step is kept under "why".
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "inquest/inquest.h"

#define RFLAGS_IF (1u << 9)
/* bits of struct module's taints (include/linux/panic.h) */
#define TAINT_PROPRIETARY (1u << 0)
#define TAINT_OUT_OF_TREE (1u << 12)

static const struct category {
	const char *id, *words; /* words: title, followed by " in FUNCTION" */
	const char *next;	/* what to do first; NULL nothing in particular */
	bool stalled;		/* the stack to look at is the interrupted one */
} categories[] = {
	{ "null-deref", "NULL pointer dereference",
	  "find which pointer was NULL at the faulting instruction, and which path leaves it unset",
	  false },
	{ "bad-pointer", "access to a bad address",
	  "look where the faulting address was computed; compare it with the registers", false },
	{ "use-after-free", "use of freed memory",
	  "reproduce on a kernel with KASAN, or boot with slub_debug=FZPU, to catch the free",
	  false },
	{ "double-free", "memory freed twice",
	  "reproduce on a kernel with KASAN, or boot with slub_debug=FZPU, to see both frees",
	  false },
	{ "list-corruption", "corrupted linked list",
	  "look for an object that was freed or added twice while still on the list", false },
	{ "memory-corruption", "corrupted memory", "reproduce on a kernel with KASAN", false },
	{ "stack-overflow", "kernel stack overflow",
	  "look for recursion and for large local variables in the repeated functions", false },
	{ "divide-error", "division by zero", "check the divisor's origin", false },
	{ "bug-assertion", "BUG() assertion",
	  "read the condition of the assertion at the named source line", false },
	{ "warning-panic", "WARNING that was made fatal by panic_on_warn",
	  "read the condition of the warning at the named source line", false },
	{ "invalid-opcode", "invalid instruction",
	  "check whether the code bytes are a BUG(), damaged text or a CPU feature that is missing",
	  false },
	{ "gpf", "general protection fault",
	  "look which register of the faulting instruction holds a non-canonical address", false },
	{ "soft-lockup", "soft lockup: a CPU did not schedule",
	  "look why the loop at the interrupted function does not end", true },
	{ "hard-lockup", "hard lockup: a CPU did not take interrupts",
	  "look who holds the lock, or why interrupts stay off", true },
	{ "rcu-stall", "RCU stall: a CPU or task held up a grace period",
	  "look at the stack of the stalled CPU or task", true },
	{ "hung-task", "task blocked for too long",
	  "find who holds what the blocked task waits for", false },
	{ "deadlock", "deadlock", "see the order in which the locks are taken", true },
	{ "atomic-sleep", "sleeping in atomic context",
	  "look which caller holds a spinlock or has preemption off", false },
	{ "oom", "out of memory", "see what uses the memory, and the limits of the control group",
	  false },
	{ "hardware", "hardware error", "check the machine's own error log and replace the part",
	  false },
	{ "filesystem", "file system failure",
	  "check the root device, its driver and the file system", false },
	{ "init-killed", "the init process died",
	  "find out why pid 1 exited: its exit code stands in the panic message", false },
	{ "panic-call", "panic() was called", "read the condition before the call", false },
	{ "manual", "crash requested by hand", NULL, false },
	{ "unknown", "no crash was found", NULL, false }, /* last: the answer to everything else */
};

static const struct category *category_of(const char *id)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(categories); i++) {
		if (id && strcmp(categories[i].id, id) == 0)
			return &categories[i];
	}
	return &categories[VMC_ARRAY_SIZE(categories) - 1];
}

/* Panic messages that name their own cause (kernel sources that call panic()). */
static const struct {
	const char *text, *category;
} panic_messages[] = {
	{ "sysrq triggered crash", "manual" },
	{ "Attempted to kill init", "init-killed" },
	{ "No working init found", "init-killed" },
	{ "hung_task: blocked tasks", "hung-task" },
	{ "softlockup: hung tasks", "soft-lockup" },
	{ "Hard LOCKUP", "hard-lockup" },
	{ "hard lockup", "hard-lockup" },
	{ "RCU Stall", "rcu-stall" },
	{ "ut of memory", "oom" },
	{ "system is deadlocked on memory", "oom" },
	{ "Unable to mount root fs", "filesystem" },
	{ "panic_on_warn", "warning-panic" },
	{ "stack-protector", "memory-corruption" },
	{ "NMI: Not continuing",
	  "manual" }, /* unknown_nmi_panic: an NMI from outside, as virsh inject-nmi */
	{ "corrupted stack end", "stack-overflow" },
	{ "kernel stack overflow", "stack-overflow" },
	{ "achine check", "hardware" },
	{ "Fatal hardware error", "hardware" },
	{ "IOCK error", "hardware" },
	{ "Memory parity", "hardware" },
	{ "PCI system error", "hardware" },
};

static const char *category_by_message(const char *message)
{
	for (size_t i = 0; message && i < VMC_ARRAY_SIZE(panic_messages); i++) {
		if (strstr(message, panic_messages[i].text))
			return panic_messages[i].category;
	}
	return NULL;
}

static const struct {
	const char *exception, *category;
} exceptions[] = {
	{ "page fault", "bad-pointer" },	{ "general protection fault", "gpf" },
	{ "double fault", "stack-overflow" },	{ "divide error", "divide-error" },
	{ "invalid opcode", "invalid-opcode" },
};

static const char *category_by_exception(const char *by)
{
	for (size_t i = 0; by && i < VMC_ARRAY_SIZE(exceptions); i++) {
		if (strcmp(exceptions[i].exception, by) == 0)
			return exceptions[i].category;
	}
	return NULL;
}

static void why(struct vmc_report *r, const char *fmt, ...) VMC_PRINTF(2, 3);
static void why(struct vmc_report *r, const char *fmt, ...)
{
	vmc_autostr struct vmc_str s = { 0 };
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&s, fmt, ap);
	va_end(ap);
	text = vmc_arena_strdup(&r->arena, vmc_str_text(&s));
	if (text)
		(void)vmc_vec_push(&r->verdict.why, text);
}

static void next_step(struct vmc_report *r, const char *text)
{
	if (text)
		(void)vmc_vec_push(&r->verdict.next_steps, text);
}

static const char *log_place(struct vmc_report *r, const struct vmc_oops *o)
{
	return vmc_arena_printf(&r->arena, r->target ? "log record %u" : "line %u", o->first_line);
}

/* ---- what happened ---- */

/* BUG()s whose condition is known: where the kernel gives up says what it found. */
static const struct {
	const char *function, *file, *category;
} assertions[] = {
	/* mm/slub.c set_freepointer(): BUG_ON(object == fp), since 4.14 (ce6fa91b9363) */
	{ "kfree", "mm/slub.c", "double-free" },
	{ "kmem_cache_free", "mm/slub.c", "double-free" },
	{ "__kmem_cache_free", "mm/slub.c", "double-free" },
	{ "__slab_free", "mm/slub.c", "double-free" },
	{ "___cache_free", "mm/slub.c", "double-free" },
	{ "slab_free", "mm/slub.c", "double-free" },
};

static const char *category_by_assertion(const struct vmc_oops *o, const struct vmc_blame *b)
{
	const char *at = b->fault ? b->fault->where.name : o ? o->rip_function : NULL;

	for (size_t i = 0; at && o && o->source_file && i < VMC_ARRAY_SIZE(assertions); i++) {
		if (strcmp(at, assertions[i].function) == 0 &&
		    vmc_str_ends(o->source_file, assertions[i].file))
			return assertions[i].category;
	}
	return NULL;
}

/* The function that crashes on request, where it is on the stack; NULL. */
static const char *sysrq_function(const struct vmc_trace *tr)
{
	for (size_t i = 0; i < tr->frames.len; i++) {
		const char *name = tr->frames.data[i].where.name;

		if (name && strcmp(name, "sysrq_handle_crash") == 0)
			return name;
	}
	return NULL;
}

/* Faults whose address is what tells one category from another. */
static bool address_matters(const char *category)
{
	static const char *const ids[] = { "bad-pointer", "gpf", "null-deref", "list-corruption" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(ids); i++) {
		if (category && strcmp(category, ids[i]) == 0)
			return true;
	}
	return false;
}

static const char *decide_category(struct vmc_report *r, const struct vmc_oops *o,
				   const struct vmc_blame *b)
{
	const char *category = o ? o->category : NULL, *meaning, *by_address, *other;

	if (o)
		why(r, "%s: %s", log_place(r, o), o->headline);
	if (sysrq_function(&r->backtrace)) {
		why(r, "sysrq_handle_crash() is on the stack: somebody asked for this crash");
		return "manual";
	}
	other = category_by_message(r->panic_message);
	/* a panic that is its own cause says best what it is; one that follows a report only echoes
	 * it */
	if (other && (!category || o->is_panic || strcmp(category, "warning-panic") == 0)) {
		category = other;
		why(r, "the panic message says so: %s", r->panic_message);
	}
	if (!category)
		category = category_by_exception(b->by);
	other = category_by_assertion(o, b);
	if (other) {
		category = other;
		why(r, "the assertion at %s:%u fails when an object is freed that is already free",
		    o->source_file, o->source_line);
	}
	if (o && o->has_fault_address && (!category || address_matters(category))) {
		by_address = vmc_inquest_address_category(o->fault_address, &meaning);
		/* poison beats "bad pointer"; a small address is NULL plus an offset */
		if (by_address && (strcmp(by_address, "null-deref") != 0 || !category ||
				   strcmp(category, "bad-pointer") == 0)) {
			category = by_address;
			why(r, "the faulting address 0x%" PRIx64 " is %s", o->fault_address,
			    meaning);
		}
	}
	if (!category && r->has_panic)
		category = "panic-call";
	return category ? category : "unknown";
}

/* ---- who did it ---- */

static void blame_frame(struct vmc_report *r, const struct vmc_frame *f, const char *how)
{
	struct vmc_culprit *c = &r->verdict.culprit;

	c->function = vmc_inquest_stem(r, f->where.name);
	c->module = f->where.module;
	why(r, "%s: %s+0x%" PRIx64 "%s%s%s", how, f->where.name, f->offset,
	    f->where.module ? " [" : "", f->where.module ? f->where.module : "",
	    f->where.module ? "]" : "");
}

/* The stack on which a stalled CPU was interrupted: the report's CPU, else the panicking one. */
static const struct vmc_trace *stalled_trace(struct vmc_report *r, const struct vmc_oops *o)
{
	for (size_t i = 0; i < r->cpus.len && o && o->cpu >= 0; i++) {
		if (r->cpus.data[i].cpu == o->cpu)
			return &r->cpus.data[i].trace;
	}
	return &r->backtrace;
}

static bool blame_busy_cpu(struct vmc_report *r);

/* A stall is often told by a CPU that only noticed it: an idle CPU held up nobody. */
static bool told_by_idle_cpu(const struct vmc_report *r, const struct vmc_trace *tr)
{
	for (size_t i = 0; i < r->cpus.len; i++) {
		if (&r->cpus.data[i].trace == tr)
			return r->cpus.data[i].is_idle;
	}
	return tr == &r->backtrace && r->has_panic_task && r->panic_task.pid == 0 &&
	       vmc_inquest_is_idle(tr, true);
}

static bool blame_stalled(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_trace *tr = stalled_trace(r, o);
	const struct vmc_frame *f;
	struct vmc_blame b;

	if (told_by_idle_cpu(r, tr))
		return blame_busy_cpu(r);
	vmc_inquest_blame(tr, &b);
	if (!b.stalled)
		return false;
	/* a lock or delay loop is where the CPU stood, its caller is why */
	f = vmc_inquest_first_real(tr, b.stalled);
	if (!f)
		return false;
	blame_frame(r, f, "interrupted on that CPU");
	return true;
}

/* A hung task's own stack, found by the pid that the log names. */
static bool blame_waiter(struct vmc_report *r, const struct vmc_oops *o)
{
	for (size_t i = 0; i < r->tasks.tasks.len && o && o->pid > 0; i++) {
		const struct vmc_task *task = &r->tasks.tasks.data[i];
		vmc_autotrace struct vmc_trace tr = { 0 };
		const struct vmc_frame *f;

		if (task->pid != o->pid || task->is_idle)
			continue;
		vmc_autoerror struct vmc_error *err = vmc_unwind_task(r->target, task->addr, &tr);
		f = err ? NULL : vmc_inquest_waiter(&tr);
		if (!f)
			return false;
		blame_frame(r, f, "the blocked task waits below");
		r->verdict.culprit.comm = vmc_arena_strdup(&r->arena, task->comm);
		r->verdict.culprit.pid = task->pid;
		return true;
	}
	return false;
}

/*
 * An NMI from outside is what one sends to a machine that hangs: the CPU that
 * was busy in the kernel is what to look at, and where it had interrupts off it
 * was locked up hard.
 */
static bool blame_busy_cpu(struct vmc_report *r)
{
	for (size_t i = 0; i < r->cpus.len; i++) {
		const struct vmc_report_cpu *cpu = &r->cpus.data[i];
		const struct vmc_frame *f;
		struct vmc_blame b;

		if (cpu->is_idle)
			continue;
		vmc_inquest_blame(&cpu->trace, &b);
		if (!b.stalled)
			continue;
		f = vmc_inquest_first_real(&cpu->trace, b.stalled);
		if (!f)
			continue;
		blame_frame(r, f,
			    vmc_arena_printf(&r->arena, "CPU %d was busy there when it was stopped",
					     cpu->cpu));
		r->verdict.culprit.comm = cpu->comm;
		r->verdict.culprit.pid = cpu->pid;
		if (vmc_regs_has(&b.stalled->regs, VMC_X86_RFLAGS) &&
		    !(b.stalled->regs.value[VMC_X86_RFLAGS] & RFLAGS_IF)) {
			r->verdict.category = "hard-lockup";
			why(r, "RFLAGS 0x%" PRIx64 " has IF=0: interrupts were off there",
			    b.stalled->regs.value[VMC_X86_RFLAGS]);
		}
		return true;
	}
	return false;
}

static bool is_external_nmi(const struct vmc_report *r)
{
	return r->panic_message && strstr(r->panic_message, "NMI: Not continuing");
}

static bool same_function(struct vmc_report *r, const char *a, const char *b)
{
	return a && b && vmc_streq(vmc_inquest_stem(r, a), vmc_inquest_stem(r, b));
}

static bool watched(const char *category)
{
	return strcmp(category, "hung-task") == 0 || strcmp(category, "manual") == 0;
}

static void blame(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b)
{
	const struct category *k = category_of(r->verdict.category);
	struct vmc_culprit *c = &r->verdict.culprit;
	bool by_stack = false, by_log = o && o->frame;

	c->pid = -1;
	if (strcmp(k->id, "unknown") == 0) {
		if (!o && !r->has_panic && r->has_log && !r->log.problem && r->has_cpus) {
			why(r, "the log holds no report, and no CPU has entered panic()");
			r->verdict.confidence = "high";
		}
		return;
	}
	if (!b->in_interrupt && o && o->pid >= 0) {
		c->pid = o->pid;
		c->comm = o->comm;
	} else if (!b->in_interrupt && r->has_panic_task) {
		c->pid = r->panic_task.pid;
		c->comm = vmc_arena_strdup(&r->arena, r->panic_task.comm);
	}
	if (b->in_interrupt)
		why(r, "it happened in an interrupt: the task that was running is not to blame");
	if (is_external_nmi(r))
		by_stack = blame_busy_cpu(r);
	else if (k->stalled)
		by_stack = blame_stalled(r, o);
	else if (strcmp(k->id, "hung-task") == 0)
		by_stack = blame_waiter(r, o);
	else if (strcmp(k->id, "oom") == 0)
		return; /* the allocation that failed is no culprit */
	/* who panicked is only the messenger where a watchdog gave the alarm */
	if (!by_stack && b->culprit && !k->stalled && !watched(k->id)) {
		blame_frame(r, b->culprit,
			    vmc_arena_printf(&r->arena, "on the stack of the panic task, by %s",
					     b->by));
		by_stack = true;
	}
	if (by_log && !by_stack) {
		c->function = vmc_inquest_stem(r, o->frame);
		c->module = o->frame_module;
		why(r, "%s blames %s", log_place(r, o), o->frame);
	}
	c->file = o ? (o->source_file ? o->source_file : o->guilty_file) : NULL;
	c->line = o && o->source_file ? o->source_line : 0;
	if (by_stack && by_log && same_function(r, o->frame, c->function)) {
		why(r, "the log names the same function");
		r->verdict.confidence = "high";
	} else if (by_stack && o && same_function(r, o->rip_function, c->function)) {
		r->verdict.confidence = "high";
	} else {
		r->verdict.confidence = by_stack || by_log ? "medium" : "low";
	}
	if (!c->function && strcmp(k->id, "manual") == 0)
		c->function = sysrq_function(&r->backtrace);
	/* an NMI may have been sent by hand or by failing hardware: the message does not say */
	if ((strcmp(k->id, "manual") == 0 && !is_external_nmi(r)) ||
	    strcmp(k->id, "init-killed") == 0)
		r->verdict.confidence = "high";
}

/* A user-space fault of the same process shortly before: it led the kernel there. */
static void find_trigger(struct vmc_report *r, const struct vmc_oops *primary)
{
	if (!primary || primary->pid < 0)
		return;
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (o == primary)
			return;
		if (!o->user_mode || o->pid != primary->pid)
			continue;
		r->verdict.has_trigger = true;
		r->verdict.trigger = (struct vmc_culprit){ .comm = o->comm,
							   .pid = o->pid,
							   .object = o->frame_module };
		why(r, "%s: the same process faulted in user space before: %s", log_place(r, o),
		    o->headline);
	}
}

/* ---- in words ---- */

static const struct vmc_module *find_module(const struct vmc_report *r, const char *name)
{
	for (size_t i = 0; r->target && name && i < r->target->modules.len; i++) {
		if (strcmp(r->target->modules.data[i].name, name) == 0)
			return &r->target->modules.data[i];
	}
	return NULL;
}

static void write_title(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct category *k = category_of(r->verdict.category);
	const struct vmc_culprit *c = &r->verdict.culprit;
	const char *words = k->words;

	if (strcmp(k->id, "unknown") == 0) {
		if (o)
			r->verdict.title = o->headline;
		else if (r->has_panic)
			r->verdict.title =
				r->panic_message ? r->panic_message : "panic of unknown cause";
		else if (r->target && !r->has_log && !r->has_cpus)
			r->verdict.title =
				"cannot be told: neither the log nor the CPUs could be read";
		else if (r->target && !(r->has_log && r->has_cpus))
			r->verdict.title =
				r->has_log
					? "the log tells of no crash; the CPUs could not be read"
					: "no CPU has entered panic(); the log could not be read";
		else
			r->verdict.title = k->words;
		return;
	}
	if (strcmp(k->id, "manual") == 0 && is_external_nmi(r))
		words = "NMI from outside, sent by hand or by hardware";
	/* a log with a warning and no panic: nothing was made fatal */
	if (strcmp(k->id, "warning-panic") == 0 && !r->has_panic)
		words = "WARNING";
	if (strcmp(k->id, "panic-call") == 0 && r->panic_message)
		r->verdict.title = vmc_arena_printf(&r->arena, "%s: %s", words, r->panic_message);
	else if (c->function && c->module)
		r->verdict.title =
			vmc_arena_printf(&r->arena, "%s in %s [%s]", words, c->function, c->module);
	else if (c->function && strcmp(k->id, "manual") != 0)
		r->verdict.title = vmc_arena_printf(&r->arena, "%s in %s", words, c->function);
	else
		r->verdict.title = words;
}

/* " Module victim: out-of-tree module was loaded (O), unsigned module was loaded (E)." */
static void describe_module(const struct vmc_module *m, struct vmc_str *s)
{
	static const struct {
		char letter;
		const char *words;
	} traits[] = { { 'O', "out of tree" },	{ 'E', "unsigned" },	 { 'P', "proprietary" },
		       { 'F', "force-loaded" }, { 'C', "from staging" }, { 'K', "a live patch" } };
	const char *separator = " is ";
	char letters[32];

	vmc_taint_letters(m->taints, letters, sizeof(letters));
	vmc_str_addf(s, " Module %s", m->name);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(traits); i++) {
		if (!strchr(letters, traits[i].letter))
			continue;
		vmc_str_addf(s, "%s%s", separator, traits[i].words);
		separator = ", ";
	}
	vmc_str_addf(s, " (taint %s).", letters);
}

/* Code without a name is code all the same: a BPF program, a module whose symbols are lost. */
static bool has_bytes(const struct vmc_report *r, const struct vmc_frame *f)
{
	uint64_t phys;
	vmc_autoerror struct vmc_error *err =
		r->target ? vmc_memory_translate(r->target->memory, f->pc, &phys)
			  : vmc_error_no_memory();

	return f->where.module || !err;
}

static void write_summary(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b)
{
	const struct vmc_culprit *c = &r->verdict.culprit;
	const struct vmc_module *m = find_module(r, c->module);
	vmc_autostr struct vmc_str s = { 0 };

	if (b->fault && b->fault->where.name && !b->fault->exception)
		vmc_str_addf(&s, "The CPU was at %s+0x%" PRIx64 ".", b->fault->where.name,
			     b->fault->offset);
	else if (b->fault && b->fault->where.name)
		vmc_str_addf(&s, "The %s was raised at %s+0x%" PRIx64 ".", b->by,
			     b->fault->where.name, b->fault->offset);
	else if (b->fault && c->function)
		vmc_str_addf(&s, "The CPU %s 0x%" PRIx64 ", %s; %s called it.",
			     has_bytes(r, b->fault) ? "was at" : "jumped to", b->fault->pc,
			     has_bytes(r, b->fault) ? "which no symbol names"
						    : "where there is no code",
			     c->function);
	/* the address of a stack overflow is printed hashed */
	if (o && o->has_fault_address && strcmp(r->verdict.category, "stack-overflow") != 0)
		vmc_str_addf(&s, " The address was 0x%" PRIx64 ".", o->fault_address);
	if (m && m->taints)
		describe_module(m, &s);
	if (c->comm && c->pid >= 0)
		vmc_str_addf(&s, " Task %s (pid %" PRId64 ")%s.", c->comm, c->pid,
			     r->has_panic_task && c->pid == r->panic_task.pid
				     ? vmc_arena_printf(&r->arena, " on CPU %d", r->panic_cpu)
				     : "");
	if (r->panic_message && r->has_panic)
		vmc_str_addf(&s, " %s%s", r->panic_message,
			     vmc_str_ends(r->panic_message, ".") ? "" : ".");
	if (s.len)
		r->verdict.summary =
			vmc_arena_strdup(&r->arena, vmc_str_text(&s) + (s.data[0] == ' '));
}

void vmc_inquest_verdict(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	const struct vmc_module *m;
	struct vmc_blame b;

	r->verdict.confidence = "low";
	vmc_inquest_blame(&r->backtrace, &b);
	r->verdict.category = decide_category(r, o, &b);
	blame(r, o, &b);
	find_trigger(r, o);
	write_title(r, o);
	write_summary(r, o, &b);
	next_step(r, category_of(r->verdict.category)->next);
	m = find_module(r, r->verdict.culprit.module);
	if (m && m->taints & (TAINT_PROPRIETARY | TAINT_OUT_OF_TREE))
		next_step(r, vmc_arena_printf(&r->arena,
					      "module %s is %s: ask its vendor, try without it "
					      "or with a newer version",
					      m->name,
					      m->taints & TAINT_OUT_OF_TREE ? "out of tree"
									    : "proprietary"));
}
