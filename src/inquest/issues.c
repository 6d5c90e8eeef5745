/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known issues: a rule that is the signature of a known bug is named with how
 * well its conditions hold. One that is contradicted is not named at all; one that
 * cannot be checked, or that only a person can judge, makes it a lead and no proof.
 */
#include <string.h>

#include "inquest/known.h"
#include "knowledge/pattern.h"
#include "oops/names.h"

#define ISSUES_MAX 8

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* One rule while its conditions are weighed. */
struct weighing {
	struct vmc_report *report;
	const struct vmc_rule *rule;
	const struct vmc_oops *oops; /* the report that its line is in; NULL */
	struct vmc_str said;	     /* clauses */
	unsigned int n_fitting;
	bool contradicted;
	bool doubtful; /* a condition could not be checked */
};

static void clause(struct weighing *w, const char *text)
{
	enum vmc_lang lang = w->report->lang;

	vmc_str_add(&w->said, w->said.len ? vmc_say(lang, VMC_SAY("; ")) : "");
	vmc_str_add(&w->said, text ? text : "");
}

/* A sentence behind those before it. */
static void sentence(struct weighing *w, struct vmc_str *out, const char *text)
{
	if (!text || !*text)
		return;
	/* Chinese has no blank behind its full stop */
	vmc_str_add(out, out->len && w->report->lang == VMC_LANG_EN ? " " : "");
	vmc_str_add(out, text);
}

/* The part of a line behind a marker, as text of the report; NULL. */
static const char *behind(struct vmc_report *r, const char *marker)
{
	size_t n = strlen(marker);

	for (size_t i = 0; i < r->lines.len; i++) {
		const struct vmc_log_line *l = &r->lines.data[i];
		const char *at = l->text ? memmem(l->text, l->len, marker, n) : NULL;

		if (at)
			return vmc_arena_strndup(&r->arena, at + n,
						 l->len - (size_t)(at - l->text) - n);
	}
	return NULL;
}

static const char *release_of(struct vmc_report *r)
{
	const struct vmc_oops *cause = vmc_inquest_primary_oops(r);

	if (r->target && r->system.release[0])
		return r->system.release;
	if (cause && cause->kernel)
		return cause->kernel;
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		if (r->oopses.reports[i].kernel)
			return r->oopses.reports[i].kernel;
	}
	return behind(r, "Linux version ");
}

static const char *cmdline_of(struct vmc_report *r)
{
	if (r->target && r->system.cmdline[0])
		return r->system.cmdline;
	return behind(r, "ommand line: ");
}

static const char *cpu_of(struct vmc_report *r)
{
	return behind(r, "CPU0: ");
}

/* A condition on a text that the log or the dump may not tell. */
static void weigh_text(struct weighing *w, const char *pattern, const char *text, const char *fits,
		       const char *unknown)
{
	if (!pattern)
		return;
	if (!text) {
		w->doubtful = true;
		clause(w, unknown);
	} else if (vmc_pattern_matches(pattern, text)) {
		w->n_fitting++;
		clause(w, fits);
	} else {
		w->contradicted = true;
	}
}

static bool is_named(const char *name, const char *wanted)
{
	struct slice stem;

	if (!name)
		return false;
	stem = vmc_oops_name_stem(slice_of(name));
	return slice_is(stem, wanted);
}

/* Is the function in the report: where the CPU stood, or in the part of the trace that holds? */
static bool has_frame(const struct vmc_oops *o, const char *wanted)
{
	if (is_named(o->rip_function, wanted))
		return true;
	for (size_t i = 0; i < o->n_frames; i++) {
		if (o->frames[i].reliable && is_named(o->frames[i].function, wanted))
			return true;
	}
	return false;
}

static void weigh_frames(struct weighing *w)
{
	const struct vmc_strings *wanted = &w->rule->requires.frame;
	const struct vmc_oops *o = w->oops;
	const char *found = NULL;

	if (!wanted->n)
		return;
	for (size_t i = 0; o && !found && i < wanted->n; i++) {
		if (has_frame(o, wanted->items[i]))
			found = wanted->items[i];
	}
	if (found) {
		w->n_fitting++;
		clause(w, vmc_inquest_sayf(w->report, "%s is in the call trace", found));
	} else if (o && (o->n_frames || o->rip_function)) {
		w->contradicted = true;
	} else {
		w->doubtful = true;
		clause(w, vmc_inquest_sayf(w->report, "the call trace is missing"));
	}
}

/* NO only where there is a list of modules that it is not in. */
static enum answer is_loaded(const struct vmc_report *r, const char *name)
{
	enum answer answer = ANSWER_UNKNOWN;

	if (r->target) {
		for (size_t i = 0; i < r->target->modules.len; i++) {
			if (strcmp(r->target->modules.data[i].name, name) == 0)
				return ANSWER_YES;
		}
		return r->target->modules.len ? ANSWER_NO : ANSWER_UNKNOWN;
	}
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		for (size_t k = 0; k < o->n_modules; k++) {
			if (strcmp(o->modules[k].name, name) == 0)
				return ANSWER_YES;
			answer = ANSWER_NO;
		}
	}
	return answer;
}

static void weigh_modules(struct weighing *w)
{
	const struct vmc_strings *wanted = &w->rule->requires.module;
	enum answer best = ANSWER_NO;

	for (size_t i = 0; i < wanted->n && best != ANSWER_YES; i++) {
		best = is_loaded(w->report, wanted->items[i]);
		if (best == ANSWER_YES)
			clause(w, vmc_inquest_sayf(w->report, "module %s is loaded",
						   wanted->items[i]));
	}
	w->n_fitting += best == ANSWER_YES;
	if (!wanted->n || best == ANSWER_YES)
		return;
	w->contradicted |= best == ANSWER_NO;
	w->doubtful = true;
	clause(w, vmc_inquest_sayf(w->report, "which modules are loaded is not known"));
}

/* Where the bug was reported on: another release makes it less likely, not impossible. */
static void weigh_reported(struct weighing *w)
{
	const char *pattern = w->rule->issue.release, *release = release_of(w->report);

	if (!pattern || !release)
		return;
	if (vmc_pattern_matches(pattern, release)) {
		clause(w, vmc_inquest_sayf(w->report, "it was reported on this release"));
		return;
	}
	w->doubtful = true;
	clause(w, vmc_inquest_sayf(w->report, "it was reported on another one"));
}

/* What the rule requires, but for the note: that is for a person. */
static void weigh(struct weighing *w)
{
	const struct vmc_rule_requires *q = &w->rule->requires;
	struct vmc_report *r = w->report;
	const char *release = q->release ? release_of(r) : NULL;

	weigh_frames(w);
	weigh_modules(w);
	weigh_text(w, q->release, release,
		   vmc_inquest_sayf(r, "release %s is one that can have it",
				    release ? release : ""),
		   vmc_inquest_sayf(r, "the kernel release is not known"));
	weigh_text(w, q->cpu, q->cpu ? cpu_of(r) : NULL,
		   vmc_inquest_sayf(r, "the CPU is of the affected sort"),
		   vmc_inquest_sayf(r, "the CPU is not known"));
	weigh_text(w, q->cmdline, q->cmdline ? cmdline_of(r) : NULL,
		   vmc_inquest_sayf(r, "the kernel command line fits"),
		   vmc_inquest_sayf(r, "the kernel command line is not known"));
}

bool vmc_inquest_applies(struct vmc_report *r, const struct vmc_rule *rule,
			 const struct vmc_oops *o)
{
	const struct vmc_rule_requires *q = &rule->requires;
	struct weighing w = { .report = r, .rule = rule, .oops = o };

	if (q->release || q->cpu || q->cmdline || q->module.n || q->frame.n)
		weigh(&w);
	vmc_str_deinit(&w.said);
	return !w.contradicted && !w.doubtful;
}

static const char *match_of(struct weighing *w)
{
	struct vmc_report *r = w->report;
	const struct vmc_rule *rule = w->rule;
	const char *note = vmc_said_in(&rule->requires.note, r->lang);
	bool proven = !w->doubtful && !note;
	vmc_autostr struct vmc_str s = { 0 };

	sentence(w, &s,
		 proven ? vmc_inquest_sayf(r, "All conditions hold: %s.",
					      vmc_str_text(&w->said))
			   : vmc_inquest_sayf(r, "Similar, unproven: %s.", vmc_str_text(&w->said)));
	sentence(w, &s, vmc_said_in(&rule->issue.outcome, r->lang));
	if (note)
		sentence(w, &s, vmc_inquest_sayf(r, "To be confirmed: %s", note));
	return vmc_arena_strndup(&r->arena, vmc_str_text(&s), s.len);
}

/*
 * Can it be why the kernel died? Reports up to the primary one can; a line outside of
 * reports where it is about an error, and no report came before it.
 */
static bool is_about_the_crash(const struct vmc_report *r, const struct vmc_hit *h)
{
	const struct vmc_oops *cause = vmc_inquest_primary_oops(r);

	if (!cause)
		return true;
	if (h->oops)
		return !h->oops->user_mode && h->oops->first_index <= cause->first_index;
	return h->rule->severity <= VMC_RULE_ERROR && h->lines[0] < cause->first_index;
}

static void add(struct vmc_report *r, const struct vmc_hit *h)
{
	const struct vmc_rule_issue *i = &h->rule->issue;
	struct weighing w = { .report = r, .rule = h->rule, .oops = h->oops };
	bool may_be;

	clause(&w,
	       vmc_inquest_sayf(r, "the message is there (%s)",
				vmc_inquest_place(r, r->lines.data[h->lines[0]].number)));
	weigh(&w);
	may_be = !w.contradicted && (w.n_fitting || !w.doubtful);
	weigh_reported(&w);
	/* a message alone, when nothing else can be checked, leads nowhere */
	if (may_be)
		(void)vmc_vec_push(
			&r->verdict.known_issues,
			(struct vmc_known_issue){ .id = h->rule->id,
						  .title = i->title,
						  .url = i->url,
						  .match = match_of(&w),
						  .workaround = vmc_said_in(&i->workaround, r->lang),
						  .fix = vmc_said_in(&i->fix, r->lang) });
	vmc_str_deinit(&w.said);
}

void vmc_inquest_issues(struct vmc_report *r, const struct vmc_hits *hits)
{
	const struct vmc_oops *cause = vmc_inquest_primary_oops(r);

	/* those of the primary report first */
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < hits->len; i++) {
			const struct vmc_hit *h = &hits->data[i];
			bool of_cause = cause && h->oops == cause;

			if (h->rule->issue.title && of_cause == (round == 0) &&
			    r->verdict.known_issues.len < ISSUES_MAX && is_about_the_crash(r, h))
				add(r, h);
		}
	}
}
