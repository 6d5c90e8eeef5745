/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BUG() or WARN() at hand tested, and whether the rest of the report
 * says the same. A condition that holds proves what was wrong there; where it is
 * about a state that somebody else left behind, the function that noticed is
 * not the one to look at, and earlier reports that test the same narrow down when.
 */
#include <string.h>

#include "inquest/proof.h"

#define MODULES_TOLD 8

/* The assertions that a report may be about. */
struct candidates {
	const struct vmc_assertion *list[VMC_ASSERTION_MATCHES_MAX];
	size_t n;
	const char *function; /* by which they were found; in the report's arena */
};

static void find(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_frame *frame,
		 struct candidates *ret)
{
	const char *places[] = { frame ? frame->where.name : NULL, o->rip_function, o->frame };

	ret->n = 0;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(places) && !ret->n; i++) {
		const char *stem = vmc_inquest_stem(r, places[i]);
		const struct vmc_assertion_query q = {
			.source = o->source_file,
			.function = stem,
			.kind = vmc_str_starts(o->title, "WARNING") ? VMC_ASSERTION_WARN
								    : VMC_ASSERTION_BUG,
			.line = o->source_line,
		};

		if (stem)
			ret->n = vmc_assertion_find(&q, ret->list);
		ret->function = stem;
	}
}

/* Of several, those that the report disproves are none, as long as one is left. */
static void sift(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_frame *frame,
		 struct candidates *c)
{
	struct candidates left = { .function = c->function };
	struct vmc_proof proof;

	for (size_t i = 0; c->n > 1 && i < c->n; i++) {
		vmc_inquest_prove(r, o, frame, c->list[i]->check, &proof);
		if (proof.agrees != 0)
			left.list[left.n++] = c->list[i];
	}
	if (left.n)
		*c = left;
}

/* The category that all of them prove; NULL when one does not. */
static const char *category_of(const struct candidates *c)
{
	for (size_t i = 1; i < c->n; i++) {
		if (!c->list[0]->category || !vmc_streq(c->list[i]->category, c->list[0]->category))
			return NULL;
	}
	return c->list[0]->category;
}

static const char *source_of(struct vmc_report *r, const struct vmc_oops *o)
{
	return vmc_arena_printf(&r->arena, "%s:%u", o->source_file, o->source_line);
}

static void tell_one(struct vmc_report *r, const struct vmc_oops *o, const struct candidates *c,
		     const struct vmc_proof *proof)
{
	const struct vmc_assertion *k = c->list[0];
	const char *place = vmc_inquest_place(r, o->opening_index < r->lines.len
							 ? r->lines.data[o->opening_index].number
							 : o->first_line);

	vmc_inquest_why(r, "%s: %s, in %s(), tests \"%s\": %s", place, source_of(r, o), c->function,
			k->condition, vmc_said_in(&k->meaning, r->lang));
	if (!proof->evidence)
		return;
	place = proof->line ? vmc_inquest_place(r, proof->line)
			    : vmc_say(r->lang, "registers of the frame");
	if (proof->agrees)
		vmc_inquest_why(r, "%s: %s, as the assertion %s says", place, proof->evidence,
				k->condition);
	else
		vmc_inquest_why(r, "%s: %s, which does not agree with the assertion %s", place,
				proof->evidence, k->condition);
}

static void tell_several(struct vmc_report *r, const struct vmc_oops *o, const struct candidates *c)
{
	vmc_autostr struct vmc_str list = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		vmc_str_addf(&list, "%s%s", i ? "; " : "", c->list[i]->condition);
		(void)vmc_vec_push(&r->verdict.assertion.alternatives, c->list[i]->condition);
	}
	vmc_inquest_why(r, "%s tests one of these, and it cannot be told which: %s",
			source_of(r, o), vmc_str_text(&list));
}

const char *vmc_inquest_assertion(struct vmc_report *r, const struct vmc_oops *o,
				  const struct vmc_blame *b)
{
	struct vmc_report_assertion *a = &r->verdict.assertion;
	struct candidates c;
	struct vmc_proof proof = { .agrees = -1 };

	if (!o || !o->source_file || !o->title)
		return NULL;
	find(r, o, b->fault, &c);
	sift(r, o, b->fault, &c);
	if (!c.n)
		return NULL;
	r->verdict.has_assertion = true;
	a->file = o->source_file;
	a->line = o->source_line;
	a->function = c.function;
	a->check = vmc_assertion_check_name(c.n == 1 ? c.list[0]->check : VMC_CHECK_NONE);
	if (c.n > 1) {
		a->agrees = -1;
		tell_several(r, o, &c);
		return category_of(&c);
	}
	vmc_inquest_prove(r, o, b->fault, c.list[0]->check, &proof);
	a->condition = c.list[0]->condition;
	a->meaning = vmc_said_in(&c.list[0]->meaning, r->lang);
	a->agrees = proof.agrees;
	a->evidence = proof.evidence;
	tell_one(r, o, &c, &proof);
	return category_of(&c);
}

/* ---- what it means for the case ---- */

static bool is_same_task(const struct vmc_oops *a, const struct vmc_oops *b)
{
	return a->pid >= 0 && a->pid == b->pid && a->cpu == b->cpu;
}

static const char *span(struct vmc_report *r, int64_t ns)
{
	return vmc_arena_printf(&r->arena, "%.3f ms", (double)ns / 1e6);
}

/* Reports before the primary one, of the same task, that test the same state. */
static void find_earlier(struct vmc_report *r, const struct vmc_oops *primary)
{
	for (const struct vmc_oops *o = r->oopses.reports; o < primary; o++) {
		int64_t gap = primary->time_ns - o->time_ns;
		struct candidates c;

		if (o->user_mode || !o->source_file || !o->title || !is_same_task(o, primary))
			continue;
		find(r, o, NULL, &c);
		if (c.n != 1 || !vmc_streq(vmc_assertion_check_name(c.list[0]->check),
					   r->verdict.assertion.check))
			continue;
		if (o->time_ns >= 0 && gap > 0)
			vmc_inquest_why(
				r,
				"%s: the assertion at %s tests the same, %s, in the same task %s "
				"earlier: it was so already then",
				vmc_inquest_place(r, o->first_line), source_of(r, o),
				c.list[0]->condition, span(r, gap));
		else
			vmc_inquest_why(
				r,
				"%s: the assertion at %s tests the same, %s, in the same task "
				"before: it was so already then",
				vmc_inquest_place(r, o->first_line), source_of(r, o),
				c.list[0]->condition);
	}
}

/* Names of the modules that are not of the kernel's own tree; NULL none. */
static const char *foreign_modules(struct vmc_report *r, const struct vmc_oops *o)
{
	vmc_autostr struct vmc_str list = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < o->n_modules; i++) {
		if (!strchr(o->modules[i].flags, 'O') || n++ >= MODULES_TOLD)
			continue;
		vmc_str_addf(&list, "%s%s", n > 1 ? ", " : "", o->modules[i].name);
	}
	if (n > MODULES_TOLD)
		vmc_str_add(&list, ", ...");
	return n ? vmc_arena_strdup(&r->arena, vmc_str_text(&list)) : NULL;
}

/* The first module on the way: the code in which it showed. */
static const char *first_module(const struct vmc_oops *o)
{
	for (size_t i = 0; i < o->n_frames; i++) {
		if (o->frames[i].reliable && o->frames[i].module)
			return o->frames[i].module;
	}
	return NULL;
}

static void add_summary(struct vmc_report *r, const char *sentence)
{
	const char *blank = r->lang == VMC_LANG_EN ? " " : "";

	if (!sentence)
		return;
	r->verdict.summary = r->verdict.summary ? vmc_arena_printf(&r->arena, "%s%s%s", sentence,
								   blank, r->verdict.summary)
						: sentence;
}

static void tell_left_off(struct vmc_report *r, const struct vmc_oops *o)
{
	const char *function = r->verdict.culprit.function ? r->verdict.culprit.function
							   : r->verdict.assertion.function;
	const char *object = r->verdict.has_trigger ? r->verdict.trigger.object : NULL;
	const char *showed = first_module(o), *modules = foreign_modules(r, o);

	showed = showed ? showed : function;
	if (object) {
		add_summary(
			r,
			vmc_inquest_sayf(
				r,
				"No pointer was bad: %s demands that interrupts are on, and they "
				"were off, left so on the way out of the exception that the fault "
				"in "
				"%s raised; %s is only where it showed.",
				function, object, showed));
		vmc_inquest_next(
			r,
			"look for what leaves interrupts off between the fault in %s and %s: "
			"the exit path of the exception, and whatever hooks signals or exits; try "
			"without %s",
			object, function, object);
	} else {
		add_summary(
			r,
			vmc_inquest_sayf(
				r,
				"No pointer was bad: %s demands that interrupts are on, and they "
				"were off; %s is only where it showed.",
				function, showed));
		vmc_inquest_next(r, "look for who turned interrupts off and did not turn them on "
				    "again: the callers, and what the task did before");
	}
	if (modules)
		vmc_inquest_next(r, "suspect the modules that are out of tree first: %s", modules);
}

void vmc_inquest_assertion_explain(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_report_assertion *a = &r->verdict.assertion;

	if (!r->verdict.has_assertion || !o)
		return;
	if (a->agrees == 0)
		r->verdict.confidence = "low";
	if (strcmp(a->check, "none") != 0)
		find_earlier(r, o);
	if (strcmp(a->check, "irqs-off") == 0 && a->agrees != 0)
		tell_left_off(r, o);
	else if (a->condition && a->meaning)
		add_summary(r, vmc_inquest_sayf(r, "The assertion \"%s\" failed: %s.", a->condition,
						a->meaning));
}
