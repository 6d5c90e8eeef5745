/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened in which order: what each event is to the primary one.
 *
 * Before it: the trigger (trigger.c finds it), and symptoms, which are reports that
 * the same task or CPU made just before. After it: follow-ups, the panic, and
 * what a kernel reports that has already given up. Anything else is unrelated, and
 * is said to be, because a long log is full of old reports.
 */
#include <stdio.h>
#include <string.h>

#include "inquest/inquest.h"
#include "oops/names.h"

#define NS_PER_S 1000000000LL
/* One task works on one thing that long at most: a task that is reported twice within may be
 * taken for one that met the same trouble twice. */
#define SAME_TASK_NS (10 * NS_PER_S)
/* Another task of the same CPU has nothing to do with it, but for an interrupt on top. */
#define SAME_CPU_NS (NS_PER_S)
/* The same in a log without times: two reports with their traces. */
#define SAME_LINES 400

static const struct {
	const char *id, *words;
} roles[VMC_ROLE_COUNT] = {
	[VMC_ROLE_UNRELATED] = { "unrelated", VMC_SAY("unrelated") },
	[VMC_ROLE_TRIGGER] = { "trigger", VMC_SAY("trigger") },
	[VMC_ROLE_SYMPTOM] = { "symptom", VMC_SAY("symptom") },
	[VMC_ROLE_PRIMARY] = { "primary", VMC_SAY("the cause") },
	[VMC_ROLE_FOLLOW_UP] = { "follow-up", VMC_SAY("follow-up") },
	[VMC_ROLE_PANIC] = { "panic", VMC_SAY("panic") },
	[VMC_ROLE_CONSEQUENCE] = { "consequence", VMC_SAY("consequence") },
};

const char *vmc_inquest_role_id(enum vmc_role role)
{
	return roles[role].id;
}

const char *vmc_inquest_role_words(enum vmc_lang lang, enum vmc_role role)
{
	return vmc_say(lang, roles[role].words);
}

/*
 * What a kernel that has panicked still reports, and why: the panic has stopped the other
 * CPUs and keeps this one busy with interrupts off. By function (patterns of
 * oops/names.h) or by category.
 */
static const struct fallout {
	const char *functions[4];
	const char *category;
	const char *words;
} fallout[] = {
	{ { "send_reschedule", "^resched_cpu", "^resched_curr", NULL },
	  NULL,
	  VMC_SAY("a CPU was to be woken that the panic had already stopped") },
	{ { "smp_call_function", "on_each_cpu", "^irq_work_", NULL },
	  NULL,
	  VMC_SAY("CPUs were called that the panic had already stopped") },
	{ { "^drm_", "^fb_", "^fbcon_", "^vt_" },
	  NULL,
	  VMC_SAY("the console was switched so that the panic could be shown") },
	{ { "^crash_kexec", "kexec", "^machine_shutdown", NULL },
	  NULL,
	  VMC_SAY("on the way into the crash kernel") },
	{ { NULL }, "rcu-stall", VMC_SAY("nothing ran any more while the panic was handled") },
	{ { NULL }, "soft-lockup", VMC_SAY("nothing ran any more while the panic was handled") },
	{ { NULL }, "hard-lockup", VMC_SAY("nothing ran any more while the panic was handled") },
	{ { NULL }, "hung-task", VMC_SAY("nothing ran any more while the panic was handled") },
	{ { NULL }, "atomic-sleep", VMC_SAY("code that may sleep ran in the panic's context") },
};

static bool has_function(const struct vmc_oops *o, const char *const *patterns)
{
	const char *name = o->frame ? o->frame : o->rip_function;

	return name && vmc_oops_name_matches(
			       vmc_oops_name_stem((struct slice){ name, strlen(name) }), patterns);
}

static const char *fallout_words(const struct vmc_oops *o)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(fallout); i++) {
		const struct fallout *f = &fallout[i];

		if (f->category ? vmc_streq(o->category, f->category)
				: has_function(o, f->functions))
			return f->words;
	}
	return VMC_SAY("the kernel had given up before");
}

/* "0.090 s", and "0.000071 s" where three digits show nothing. */
static const char *seconds(struct vmc_report *r, int64_t ns)
{
	long long whole = ns / NS_PER_S, us = ns % NS_PER_S / 1000;

	if (!whole && us < 1000)
		return vmc_arena_printf(&r->arena, "0.%06lld s", us);
	return vmc_arena_printf(&r->arena, "%lld.%03lld s", whole, us / 1000);
}

static bool is_near(const struct vmc_oops *a, const struct vmc_oops *b, int64_t ns)
{
	int64_t gap;
	size_t lines;

	if (a->time_ns >= 0 && b->time_ns >= 0) {
		gap = a->time_ns > b->time_ns ? a->time_ns - b->time_ns : b->time_ns - a->time_ns;
		return gap <= ns;
	}
	lines = a->first_index > b->first_index ? a->first_index - b->first_index
						: b->first_index - a->first_index;
	return lines <= SAME_LINES;
}

/* Do two reports tell of one incident? In which way, in words; NULL for no. */
static const char *link_words(const struct vmc_oops *a, const struct vmc_oops *b)
{
	bool named = a->comm && b->comm;

	if (a->pid > 0 && a->pid == b->pid && (!named || strcmp(a->comm, b->comm) == 0) &&
	    is_near(a, b, SAME_TASK_NS))
		return VMC_SAY("same task");
	if (a->cpu >= 0 && a->cpu == b->cpu && is_near(a, b, SAME_CPU_NS))
		return VMC_SAY("same CPU");
	return NULL;
}

/* Reports that leave the kernel whole: what comes later need not be their doing. */
static bool is_harmless(const struct vmc_oops *o)
{
	static const char *const stalls[] = { "hung-task", "soft-lockup", "hard-lockup",
					      "rcu-stall" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(stalls); i++) {
		if (vmc_streq(o->category, stalls[i]))
			return true;
	}
	return vmc_str_starts(o->title, "WARNING");
}

static bool is_stall(const struct vmc_oops *o)
{
	return is_harmless(o) && !vmc_str_starts(o->title, "WARNING");
}

static const struct vmc_event *trigger_before(const struct vmc_report *r, const struct vmc_event *e)
{
	while (e-- > r->events.data) {
		if (e->role == VMC_ROLE_TRIGGER)
			return e;
	}
	return NULL;
}

static void place_before(struct vmc_report *r, struct vmc_event *e, const struct vmc_oops *primary)
{
	const char *link = link_words(e->oops, primary);
	const struct vmc_event *trigger = trigger_before(r, e);

	if (!link) {
		e->note = vmc_say(r->lang, "another task, on another CPU or much earlier");
		return;
	}
	e->role = VMC_ROLE_SYMPTOM;
	if (e->time_ns < 0 || primary->time_ns < e->time_ns)
		e->note = vmc_say(r->lang, link);
	else if (trigger && trigger->time_ns >= 0 && trigger->time_ns <= e->time_ns)
		e->note = vmc_inquest_sayf(r, "%s, %s after the trigger", vmc_say(r->lang, link),
					   seconds(r, e->time_ns - trigger->time_ns));
	else
		e->note = vmc_inquest_sayf(r, "%s, %s before", vmc_say(r->lang, link),
					   seconds(r, primary->time_ns - e->time_ns));
}

static void place_between(struct vmc_report *r, struct vmc_event *e, const struct vmc_oops *primary,
			  int cause)
{
	const char *link = link_words(e->oops, primary);

	/* who waits for a stalled CPU or for what a hung task holds is soon reported as well */
	if (!link && is_stall(primary) && is_stall(e->oops))
		link = VMC_SAY("the stall goes on");
	if (!link && is_harmless(primary))
		return;
	e->role = VMC_ROLE_FOLLOW_UP;
	e->consequence_of = cause;
	e->note = vmc_say(r->lang,
			  link ? link : VMC_SAY("reported by a kernel that was already damaged"));
}

/* The trigger that the verdict names: the last fault of that task before the cause. */
static void mark_trigger(struct vmc_report *r, size_t cause)
{
	const struct vmc_culprit *t = &r->verdict.trigger;

	for (size_t i = cause; r->verdict.has_trigger && i-- > 0;) {
		struct vmc_event *e = &r->events.data[i];

		if (e->oops->user_mode && e->pid == t->pid && vmc_streq(e->comm, t->comm)) {
			e->role = VMC_ROLE_TRIGGER;
			return;
		}
	}
}

/* The reasoning gets the first symptom only: it is nearest to the root. */
static void tell_symptom(struct vmc_report *r)
{
	for (size_t i = 0; i < r->events.len; i++) {
		const struct vmc_event *e = &r->events.data[i];
		const struct vmc_oops *o = e->oops;

		if (e->role != VMC_ROLE_SYMPTOM)
			continue;
		if (o->source_file)
			vmc_inquest_why(r, "%s: first symptom: %s at %s:%u (%s)",
					vmc_inquest_place(r, e->line), o->headline, o->source_file,
					o->source_line, e->note);
		else
			vmc_inquest_why(r, "%s: first symptom: %s (%s)",
					vmc_inquest_place(r, e->line), o->headline, e->note);
		return;
	}
}

/* The kernel counts its oopses: "Oops: 0002 [#2]" and taint D tell of one before. */
static bool counts_earlier_oops(const struct vmc_report *r, const struct vmc_oops *o)
{
	for (size_t i = o->first_index; i <= o->last_index && i < r->lines.len; i++) {
		struct slice s = { r->lines.data[i].text, r->lines.data[i].len };
		size_t at = slice_find(s, " [#");

		if (at == SLICE_NONE)
			continue;
		s = slice_from(s, at + 3);
		return s.n && is_digit(s.p[0]) && !(s.p[0] == '1' && s.n > 1 && s.p[1] == ']');
	}
	return o->taint && strchr(o->taint, 'D');
}

/* A log may begin behind the first oops: then nobody knows what the cause did. */
static void doubt_truncated_log(struct vmc_report *r, const struct vmc_oops *primary)
{
	for (size_t i = 0; i < r->events.len && r->events.data[i].oops != primary; i++) {
		if (!r->events.data[i].oops->user_mode)
			return;
	}
	if (!counts_earlier_oops(r, primary))
		return;
	vmc_inquest_why(r, "%s: the kernel had oopsed before, which this log does not show",
			vmc_inquest_place(r, primary->first_line));
	vmc_inquest_next(r, "find the first oops of that boot in an older log: this one may be "
			    "its consequence");
	/* what a panic's own message says holds all the same */
	if (!primary->is_panic)
		r->verdict.confidence =
			strcmp(r->verdict.confidence, "high") == 0 ? "medium" : "low";
}

void vmc_inquest_order(struct vmc_report *r)
{
	const struct vmc_event *primary = vmc_inquest_primary(r);
	bool panicked = false;
	size_t cause;

	if (!primary)
		return;
	cause = (size_t)(primary - r->events.data);
	mark_trigger(r, cause);
	for (size_t i = 0; i < r->events.len; i++) {
		struct vmc_event *e = &r->events.data[i];

		/* another boot is another story */
		if (e->oops->user_mode || !vmc_inquest_in_boot(r, e->oops->first_index))
			continue;
		if (i < cause) {
			place_before(r, e, primary->oops);
		} else if (i > cause && panicked) {
			e->role = VMC_ROLE_CONSEQUENCE;
			e->consequence_of = (int)cause;
			e->note = vmc_say(r->lang, fallout_words(e->oops));
		} else if (i > cause && e->oops->is_panic) {
			e->role = VMC_ROLE_PANIC;
			e->consequence_of = (int)cause;
		} else if (i > cause) {
			place_between(r, e, primary->oops, (int)cause);
		}
		panicked |= e->oops->is_panic && i >= cause;
	}
	tell_symptom(r);
	doubt_truncated_log(r, primary->oops);
}
