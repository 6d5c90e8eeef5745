/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel came to where it died, in words: the reliable frames of the
 * primary report from the outermost inwards, each function as the step that it
 * is part of (steps.c), before it what triggered it all.
 */
#include <string.h>

#include "inquest/inquest.h"
#include "inquest/steps.h"
#include "oops/names.h"

#define STEPS_MAX 32
#define STEP_FUNCTIONS_MAX 64
#define MODULES_MAX 32

/* A frame, be it of a log or of a dump's stack. */
struct spot {
	struct slice stem;
	const char *module;
	uint32_t line; /* of the log; 0 of a stack */
	const struct vmc_step *step;
	const char *rest; /* what stands for the '*' of the step's pattern */
};

struct path {
	VMC_VEC(struct spot) spots; /* innermost first */
	/* Modules of which some function is known: the others of it are no step of their own. */
	const char *known[MODULES_MAX];
	size_t n_known;
};

/* Those of an interrupt do not lead here, except where it is what the report is about. */
static bool is_border(struct path *p, const struct vmc_step *step)
{
	bool alarm = false;

	if (!step || step->sort != VMC_STEP_INTERRUPT)
		return false;
	for (size_t i = 0; i < p->spots.len; i++)
		alarm |= p->spots.data[i].step && p->spots.data[i].step->sort == VMC_STEP_ALARM;
	if (!alarm)
		return true;
	/* a watchdog only tells of what it interrupted */
	p->spots.len = 0;
	return false;
}

/* False when the frames beyond are no part of the path. */
static bool add_spot(struct path *p, const char *function, const char *module, uint32_t line)
{
	struct spot s = { .module = module, .line = line };
	bool border;

	if (!function || !*function)
		return true;
	s.stem = vmc_oops_name_stem((struct slice){ function, strlen(function) });
	s.step = vmc_step_of(s.stem.p, s.stem.n, &s.rest);
	border = is_border(p, s.step);
	if (s.step && s.step->sort == VMC_STEP_INTERRUPT && !border)
		return true;
	if (!vmc_vec_push(&p->spots, s))
		return false;
	return !border;
}

/* An interrupt has several entry functions: all of them belong to it. */
static void read_trace(struct path *p, const struct vmc_trace *tr, const struct vmc_frame *from)
{
	size_t i = from ? (size_t)(from - tr->frames.data) : 0;

	for (; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];

		if (f->user)
			return;
		if (f->reliable && !add_spot(p, f->where.name, f->where.module, 0))
			return;
	}
}

static void read_oops(struct path *p, const struct vmc_oops *o)
{
	size_t i = 0;

	/* where the CPU stood is no frame of the call trace, unless it was a dump_stack() */
	if (o->rip_function && !add_spot(p, o->rip_function, o->rip_module, 0))
		return;
	for (; i < o->n_frames; i++) {
		const struct vmc_oops_frame *f = &o->frames[i];

		if (f->reliable && !add_spot(p, f->function, f->module, f->log_line))
			return;
	}
}

static bool knows(const struct path *p, const char *module)
{
	for (size_t i = 0; i < p->n_known; i++) {
		if (vmc_streq(p->known[i], module))
			return true;
	}
	return false;
}

static void note_modules(struct path *p)
{
	for (size_t i = 0; i < p->spots.len; i++) {
		const struct spot *s = &p->spots.data[i];

		if (s->step && s->module && p->n_known < MODULES_MAX && !knows(p, s->module))
			p->known[p->n_known++] = s->module;
	}
}

static struct vmc_path_step *last_step(struct vmc_report *r)
{
	return r->verdict.path.len ? &r->verdict.path.data[r->verdict.path.len - 1] : NULL;
}

static void add_function(struct vmc_report *r, struct vmc_path_step *step, const struct spot *s)
{
	const char *name;

	if (!step || step->functions.len >= STEP_FUNCTIONS_MAX)
		return;
	name = vmc_arena_strndup(&r->arena, s->stem.p, s->stem.n);
	if (name)
		(void)vmc_vec_push(&step->functions, name);
	if (!step->line)
		step->line = s->line;
}

/* The words of a spot; `id` tells which step it is: two of one id and words are one step. */
static const char *words_of(struct vmc_report *r, const struct path *p, const struct spot *s,
			    const char **ret_id)
{
	*ret_id = s->step ? s->step->id : "module";
	if (!s->step && s->module && !knows(p, s->module))
		return vmc_inquest_sayf(r, "module %s", s->module);
	if (!s->step || !s->step->words)
		return NULL;
	if (s->step->sort == VMC_STEP_NAMED)
		return vmc_inquest_sayf(r, "system call %s", s->rest);
	return vmc_say(r->lang, s->step->words);
}

static void add_step(struct vmc_report *r, const struct path *p, const struct spot *s)
{
	struct vmc_path_step *last = last_step(r);
	const char *id, *words = words_of(r, p, s, &id);
	struct vmc_path_step step = { .id = id, .words = words };

	if (!words) {
		/* what nothing is known of goes with the step that it is below */
		if (!s->step)
			add_function(r, last, s);
		return;
	}
	if (last && s->step && vmc_step_listed(s->step->part_of, last->id)) {
		add_function(r, last, s);
		return;
	}
	if (last && s->step && vmc_step_listed(s->step->instead, last->id)) {
		last->id = id;
		last->words = words;
	}
	if (last && vmc_streq(last->id, id) && vmc_streq(last->words, words)) {
		add_function(r, last, s);
		return;
	}
	if (r->verdict.path.len < STEPS_MAX && vmc_vec_push(&r->verdict.path, step))
		add_function(r, last_step(r), s);
}

/* A user-space fault of the same task, and the function that gave up, frame the path. */
static void add_plain(struct vmc_report *r, const char *id, const char *words, const char *function,
		      uint32_t line)
{
	struct vmc_path_step step = { .id = id, .words = words, .line = line };

	if (!words || !vmc_vec_push(&r->verdict.path, step))
		return;
	if (function)
		(void)vmc_vec_push(&last_step(r)->functions, function);
}

static void add_trigger(struct vmc_report *r, const struct vmc_oops *primary)
{
	const char *object = r->verdict.trigger.object;
	const struct vmc_oops *o = primary;

	if (!r->verdict.has_trigger || !o)
		return;
	while (o-- > r->oopses.reports) {
		if (o->user_mode && o->pid == r->verdict.trigger.pid)
			break;
	}
	add_plain(r, "user-fault",
		  object ? vmc_inquest_sayf(r, "user-space fault in %s", object)
			 : vmc_say(r->lang, "user-space fault"),
		  NULL, o < r->oopses.reports ? 0 : o->first_line);
}

static bool asserts(const struct vmc_report *r)
{
	return vmc_streq(r->verdict.category, "bug-assertion") ||
	       vmc_streq(r->verdict.category, "warning-panic") || r->verdict.has_assertion;
}

/* Who called the culprit: of a function that only checks something this is who did wrong. */
static void find_caller(struct vmc_report *r, const struct path *p, const struct vmc_oops *o)
{
	const char *culprit = r->verdict.culprit.function;
	const char *at =
		o ? vmc_inquest_stem(r, o->rip_function ? o->rip_function : o->frame) : NULL;
	bool found = false;

	/* the culprit called what failed: it is no mere check */
	if (at && culprit && !vmc_streq(at, culprit))
		return;

	for (size_t i = 0; culprit && i < p->spots.len; i++) {
		const struct slice *s = &p->spots.data[i].stem;
		bool is_culprit = s->n == strlen(culprit) && memcmp(s->p, culprit, s->n) == 0;

		if (found && !is_culprit) {
			r->verdict.reached_from = vmc_arena_strndup(&r->arena, s->p, s->n);
			return;
		}
		found |= is_culprit;
	}
}

/*
 * Where a CPU was stuck that a watchdog tells of: the culprit on the stack that has it, of whatever
 * CPU. Who panicked is only the messenger.
 */
static const struct vmc_trace *stuck_trace(struct vmc_report *r, const struct vmc_frame **ret)
{
	const char *culprit = r->verdict.culprit.function;

	for (size_t i = 0; culprit && i < r->cpus.len; i++) {
		const struct vmc_trace *tr = &r->cpus.data[i].trace;

		for (size_t k = 0; k < tr->frames.len; k++) {
			*ret = &tr->frames.data[k];
			if ((*ret)->reliable && (*ret)->where.name &&
			    vmc_streq(vmc_inquest_stem(r, (*ret)->where.name), culprit))
				return tr;
		}
	}
	return NULL;
}

static void collect(struct vmc_report *r, struct path *p, const struct vmc_oops *o,
		    const struct vmc_blame *b)
{
	const struct vmc_category *k = vmc_inquest_category_of(r->verdict.category);
	const struct vmc_frame *from = b->fault ? b->fault : b->culprit;
	bool told = k->stalled || vmc_streq(k->id, "hung-task");
	const struct vmc_trace *tr = told ? stuck_trace(r, &from) : &r->backtrace;

	if (tr && (from || told))
		read_trace(p, tr, from);
	else if (o && o->n_frames)
		read_oops(p, o);
	else if (r->has_panic && !told)
		read_trace(p, &r->backtrace, NULL);
}

void vmc_inquest_path(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b)
{
	struct path p = { 0 };

	collect(r, &p, o, b);
	note_modules(&p);
	if (p.spots.len)
		add_trigger(r, o);
	for (size_t i = p.spots.len; i-- > 0;)
		add_step(r, &p, &p.spots.data[i]);
	if (r->verdict.path.len && asserts(r)) {
		const char *at = r->verdict.has_assertion ? r->verdict.assertion.function
							  : r->verdict.culprit.function;

		if (at)
			add_plain(r, "assertion", vmc_inquest_sayf(r, "assertion of %s", at), at,
				  o ? o->first_line : 0);
		find_caller(r, &p, o);
	}
	vmc_vec_free(&p.spots);
}
