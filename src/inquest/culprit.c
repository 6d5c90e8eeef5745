/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who did it: a function, its module and a task. Log and stack are two
 * witnesses: where both name the same function the confidence is high, where
 * only one speaks it is medium.
 */
#include <string.h>

#include "inquest/inquest.h"
#include "inquest/steps.h"
#include "oops/names.h"

#define RFLAGS_IF (1u << 9)

static void blame_frame(struct vmc_report *r, const struct vmc_frame *f, const char *how)
{
	struct vmc_culprit *c = &r->verdict.culprit;

	c->function = vmc_inquest_stem(r, f->where.name);
	c->module = f->where.module;
	vmc_inquest_why(r, "%s: %s+0x%llx%s%s%s", how, f->where.name, (unsigned long long)f->offset,
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
	blame_frame(r, f, vmc_say(r->lang, "interrupted on that CPU"));
	return true;
}

bool vmc_inquest_blame_waiter(struct vmc_report *r, int64_t pid, const char *how)
{
	for (size_t i = 0; i < r->tasks.tasks.len && pid > 0; i++) {
		const struct vmc_task *task = &r->tasks.tasks.data[i];
		vmc_autotrace struct vmc_trace tr = { 0 };
		const struct vmc_frame *f;

		if (task->pid != pid || task->is_idle)
			continue;
		vmc_autoerror struct vmc_error *err = vmc_unwind_task(r->target, task->addr, &tr);
		f = err ? NULL : vmc_inquest_waiter(&tr);
		if (!f)
			return false;
		blame_frame(r, f, how);
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
		blame_frame(
			r, f,
			vmc_inquest_sayf(r, "CPU %d was busy there when it was stopped", cpu->cpu));
		r->verdict.culprit.comm = cpu->comm;
		r->verdict.culprit.pid = cpu->pid;
		if (vmc_regs_has(&b.stalled->regs, VMC_X86_RFLAGS) &&
		    !(b.stalled->regs.value[VMC_X86_RFLAGS] & RFLAGS_IF)) {
			r->verdict.category = "hard-lockup";
			vmc_inquest_why(
				r,
				"RFLAGS 0x%llx has IF=0: interrupts were off there when the "
				"NMI came; one look does not tell for how long",
				(unsigned long long)b.stalled->regs.value[VMC_X86_RFLAGS]);
		}
		return true;
	}
	return false;
}

bool vmc_inquest_is_external_nmi(const struct vmc_report *r)
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

/* The place of a BUG() or WARN() is the culprit's where it stands in the culprit itself. */
static void take_source(struct vmc_report *r, const struct vmc_oops *o)
{
	struct vmc_culprit *c = &r->verdict.culprit;

	if (!o)
		return;
	if (o->source_file &&
	    (!c->function || !o->rip_function || same_function(r, o->rip_function, c->function))) {
		c->file = o->source_file;
		c->line = o->source_line;
	} else if (!o->source_file) {
		c->file = o->guilty_file;
	}
}

/*
 * Did an interrupt bring the kernel there? A log tells by the frames below the report. Of a
 * watchdog's report they are its own way in, which says nothing of what it found.
 */
static bool logged_in_interrupt(const struct vmc_oops *o, const struct vmc_category *k)
{
	if (k->stalled || watched(k->id))
		return false;
	for (size_t i = 0; o && i < o->n_frames; i++) {
		const char *function = o->frames[i].function, *rest;
		const struct vmc_step *step;
		struct slice stem;

		if (!o->frames[i].reliable || !function || !*function)
			continue;
		stem = vmc_oops_name_stem((struct slice){ function, strlen(function) });
		step = vmc_step_of(stem.p, stem.n, &rest);
		if (step && step->sort == VMC_STEP_INTERRUPT)
			return true;
	}
	return false;
}

/*
 * The title of a sleep where that is forbidden names what slept; to blame is who called it.
 * False when the trace does not tell.
 */
static bool blame_sleeper(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_oops_frame *f = vmc_inquest_sleeper(o);

	if (!f)
		return false;
	r->verdict.culprit.function = vmc_inquest_stem(r, f->function);
	r->verdict.culprit.module = f->module;
	if (!same_function(r, f->function, o->frame))
		vmc_inquest_why(r, "%s blames %s", vmc_inquest_place(r, f->log_line), f->function);
	return true;
}

/*
 * The report's own title passes over what stood there; but a module's function at the instruction
 * pointer is where a CPU was stuck, or which recursed, whatever called it.
 */
static bool blame_pointer(struct vmc_report *r, const struct vmc_oops *o)
{
	const char *id = r->verdict.category;

	if (!o->rip_function || !o->rip_module ||
	    !(vmc_inquest_category_of(id)->stalled || strcmp(id, "stack-overflow") == 0))
		return false;
	r->verdict.culprit.function = vmc_inquest_stem(r, o->rip_function);
	r->verdict.culprit.module = o->rip_module;
	if (!same_function(r, o->rip_function, o->frame))
		vmc_inquest_why(r, "the CPU stood in %s", o->rip_function);
	return true;
}

/* The log's own culprit; a row of its own only where the report's headline does not name it. */
static void blame_logged(struct vmc_report *r, const struct vmc_oops *o)
{
	if (strcmp(r->verdict.category, "atomic-sleep") == 0 && blame_sleeper(r, o))
		return;
	if (blame_pointer(r, o))
		return;
	r->verdict.culprit.function = vmc_inquest_stem(r, o->frame);
	r->verdict.culprit.module = o->frame_module;
	if (!o->headline || !strstr(o->headline, r->verdict.culprit.function))
		vmc_inquest_why(r, "%s blames %s", vmc_inquest_place(r, o->first_line), o->frame);
}

void vmc_inquest_culprit(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b)
{
	const struct vmc_category *k = vmc_inquest_category_of(r->verdict.category);
	struct vmc_culprit *c = &r->verdict.culprit;
	bool by_stack = false, by_log = o && o->frame;
	bool in_interrupt = b->in_interrupt || (!r->target && logged_in_interrupt(o, k));

	c->pid = -1;
	if (strcmp(k->id, "unknown") == 0) {
		if (!o && !r->has_panic && r->has_log && !r->log.problem && r->has_cpus) {
			vmc_inquest_why(r,
					"the log holds no report, and no CPU has entered panic()");
			r->verdict.confidence = VMC_SAY("high");
		}
		return;
	}
	if (!in_interrupt && o && o->pid >= 0) {
		c->pid = o->pid;
		c->comm = o->comm;
	} else if (!in_interrupt && r->has_panic_task) {
		c->pid = r->panic_task.pid;
		c->comm = vmc_arena_strdup(&r->arena, r->panic_task.comm);
	}
	if (in_interrupt)
		vmc_inquest_why(
			r,
			"it happened in an interrupt: the task that was running is not to blame");
	if (vmc_inquest_is_external_nmi(r))
		by_stack = blame_busy_cpu(r);
	else if (k->stalled)
		by_stack = blame_stalled(r, o);
	else if (strcmp(k->id, "hung-task") == 0)
		by_stack =
			o && vmc_inquest_blame_waiter(
				     r, o->pid, vmc_say(r->lang, "the blocked task waits below"));
	else if (strcmp(k->id, "oom") == 0)
		return; /* the allocation that failed is no culprit */
	/* who panicked is only the messenger where a watchdog gave the alarm */
	if (!by_stack && b->culprit && !k->stalled && !watched(k->id)) {
		blame_frame(r, b->culprit,
			    vmc_inquest_sayf(r, "on the stack of the panic task, by %s",
					     vmc_say(r->lang, b->by)));
		by_stack = true;
	}
	if (by_log && !by_stack)
		blame_logged(r, o);
	take_source(r, o);
	if (by_stack && by_log && same_function(r, o->frame, c->function)) {
		vmc_inquest_why(r, "the log names the same function");
		r->verdict.confidence = VMC_SAY("high");
	} else if (by_stack && o && same_function(r, o->rip_function, c->function)) {
		r->verdict.confidence = VMC_SAY("high");
	} else {
		r->verdict.confidence = by_stack || by_log ? VMC_SAY("medium") : VMC_SAY("low");
	}
	if (!c->function && strcmp(k->id, "manual") == 0)
		c->function = vmc_inquest_sysrq(&r->backtrace);
	/* an NMI may have been sent by hand or by failing hardware: the message does not say */
	if ((strcmp(k->id, "manual") == 0 && !vmc_inquest_is_external_nmi(r)) ||
	    strcmp(k->id, "init-killed") == 0)
		r->verdict.confidence = VMC_SAY("high");
}
