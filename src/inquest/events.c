/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which report of the log is the cause. The rules, in order:
 *
 *   1. What comes after the first panic is a consequence of it.
 *   2. A panic that names a kind of report (an exception, a hung task, a stall ...)
 *      has the first report of that kind as its cause.
 *   3. Else, of what came before, the first defect counts (an oops, BUG, stall ...):
 *      later ones are reported by a kernel that is already damaged.
 *   4. A warning is the cause only if the panic says so (panic_on_warn), or if
 *      nothing else was reported.
 *   5. A fault in user space is never the cause of a kernel's death, but it may be
 *      the trigger.
 *   6. A panic without a report before it is its own cause.
 *
 * What the other reports are to the cause is worked out in order.c.
 * In a file of several boots all this is asked of one of them (vmc_inquest_choose_boot()).
 */
#include <string.h>

#include "inquest/inquest.h"

static bool is_warning(const struct vmc_oops *o)
{
	return o->title && vmc_str_starts(o->title, "WARNING");
}

static bool warned_to_death(const struct vmc_report *r)
{
	return r->panic_message && strstr(r->panic_message, "panic_on_warn");
}

/* "---[ end Kernel panic ... ]---" repeats the panic that stands above it. */
static bool is_echo(const struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_log_line *l = &r->lines.data[o->first_index];

	return o->is_panic && o->first_index < r->lines.len &&
	       memmem(l->text, l->len, "end Kernel panic", 16);
}

/* What a panic message says of the report that led to it: the categories that fit. */
static const struct {
	const char *message;
	const char *categories[3];
	bool others; /* every category but these */
} panic_reasons[] = {
	/* die() panics for oopses alone: a stall that was told before did not */
	{ "Fatal exception", { "hung-task", "soft-lockup", "rcu-stall" }, true },
	{ "hung_task: blocked tasks", { "hung-task" }, false },
	{ "softlockup: hung tasks", { "soft-lockup" }, false },
	{ "Hard LOCKUP", { "hard-lockup" }, false },
	{ "RCU Stall", { "rcu-stall" }, false },
	{ "scheduling while atomic", { "atomic-sleep" }, false },
};

static bool has_category(const struct vmc_oops *o, const char *const categories[3])
{
	for (size_t i = 0; i < 3 && categories[i]; i++) {
		if (vmc_streq(o->category, categories[i]))
			return true;
	}
	return false;
}

/* True when the panic message names this kind of report; false as well when it names none. */
static bool is_named(const struct vmc_report *r, const struct vmc_oops *o)
{
	for (size_t i = 0; r->panic_message && i < VMC_ARRAY_SIZE(panic_reasons); i++) {
		if (strstr(r->panic_message, panic_reasons[i].message))
			return has_category(o, panic_reasons[i].categories) !=
			       panic_reasons[i].others;
	}
	return false;
}

/* Which rule decided, in words that follow the report's headline. */
#define BY_PANIC VMC_SAY("the report that the panic speaks of")
#define FIRST_DEFECT VMC_SAY("the first defect that the log reports")
#define BY_PANIC_ON_WARN VMC_SAY("the warning that panic_on_warn made fatal")
#define WARNING_ALONE VMC_SAY("the first warning; nothing worse was reported")
#define PANIC_ALONE VMC_SAY("no report stands before the panic: its message is all there is")

struct choice {
	int report; /* index, -1 none */
	const char *why;
};

static struct choice choose_primary(const struct vmc_report *r)
{
	bool by_warning = warned_to_death(r);
	int panic = -1, defect = -1, warning = -1, last_warning = -1, named = -1;

	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (o->user_mode || is_echo(r, o) || !vmc_inquest_in_boot(r, o->first_index))
			continue;
		if (o->is_panic) {
			panic = (int)i;
			break;
		}
		if (is_warning(o)) {
			last_warning = (int)i;
			if (warning < 0)
				warning = (int)i;
		} else {
			if (defect < 0)
				defect = (int)i;
			if (named < 0 && is_named(r, o))
				named = (int)i;
		}
	}
	if (by_warning && last_warning >= 0)
		return (struct choice){ last_warning, BY_PANIC_ON_WARN };
	if (named >= 0)
		return (struct choice){ named, BY_PANIC };
	if (defect >= 0)
		return (struct choice){ defect, FIRST_DEFECT };
	return panic >= 0 ? (struct choice){ panic, PANIC_ALONE }
			  : (struct choice){ warning, WARNING_ALONE };
}

struct vmc_error *vmc_inquest_events(struct vmc_report *r)
{
	struct choice choice = choose_primary(r);
	int cause = choice.report;

	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];
		if (is_echo(r, o))
			continue;
		struct vmc_event e = {
			.title = o->title,
			.type = o->type,
			.frame = o->frame,
			.module = o->frame_module,
			.comm = o->comm,
			.pid = o->pid,
			.cpu = o->cpu,
			.time_ns = o->time_ns,
			.line = o->first_line,
			.primary = (int)i == cause,
			.role = (int)i == cause ? VMC_ROLE_PRIMARY : VMC_ROLE_UNRELATED,
			.consequence_of = -1,
			.oops = o,
		};

		if (!vmc_vec_push(&r->events, e))
			return vmc_error_no_memory();
	}
	if (cause >= 0)
		vmc_inquest_why(r, "%s: %s; %s",
				vmc_inquest_place(r, r->oopses.reports[cause].first_line),
				r->oopses.reports[cause].headline, vmc_say(r->lang, choice.why));
	return NULL;
}

const struct vmc_event *vmc_inquest_primary(const struct vmc_report *r)
{
	for (size_t i = 0; i < r->events.len; i++) {
		if (r->events.data[i].primary)
			return &r->events.data[i];
	}
	return NULL;
}

const struct vmc_oops *vmc_inquest_primary_oops(const struct vmc_report *r)
{
	const struct vmc_event *e = vmc_inquest_primary(r);

	return e ? e->oops : NULL;
}
