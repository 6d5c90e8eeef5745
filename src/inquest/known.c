/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The knowledge base applied to the log: findings, one a rule; the lines that
 * no rule explains; what to do next. The known issues are in issues.c.
 *
 * A line is told once, by the rule that knows most of it. What a kernel report
 * is made of is told by the report's event already: of its lines only those
 * that say more than "here is a report" become findings.
 */
#include "inquest/known.h"

#include <string.h>

#include "base/map.h"
#include "inquest/survey.h"
#include "knowledge/fill.h"

#define SPECIFICITY_GENERIC 1
#define SPECIFICITY_SIGNATURE 3
#define EVIDENCE_FIRST 3
#define EVIDENCE_WIDTH 240
/* Different texts that are listed; the count goes on. */
#define UNEXPLAINED_MAX 256
#define UNEXPLAINED_WIDTH 400
/* Longer lists are not read. */
#define NEXT_STEPS_MAX 5
/* What a machine that lives on says later than this is another story. */
#define CONSEQUENCE_NS (60 * (int64_t)1000000000)

struct reader {
	struct vmc_report *report;
	const struct vmc_oops *cause; /* the primary report, NULL */
	struct vmc_map by_rule;	      /* index into hits */
	struct vmc_hits hits;
	struct vmc_map by_text; /* index into report->unexplained.rows */
	struct vmc_map applies; /* rule and kernel report: do the rule's conditions hold? */
	bool failed;		/* memory ran out */
};

static struct vmc_hit *hit_of(struct reader *x, const struct vmc_rule *rule)
{
	uint64_t key = (uint64_t)(uintptr_t)rule, *at = vmc_map_get(&x->by_rule, key);

	if (at)
		return &x->hits.data[*at];
	if (!vmc_map_set(&x->by_rule, key, x->hits.len) ||
	    !vmc_vec_push(&x->hits, (struct vmc_hit){ .rule = rule })) {
		x->failed = true;
		return NULL;
	}
	return &x->hits.data[x->hits.len - 1];
}

/* Does the rule say more of the line than that a report, or another known form, is there? */
static bool tells_more(const struct vmc_rule *rule, const struct vmc_survey_line *l)
{
	bool is_generic = rule->specificity == SPECIFICITY_GENERIC;

	/* a harmless header is structure, wherever it stands */
	if (!l->is_body || is_generic)
		return !l->is_body && !(is_generic && rule->severity == VMC_RULE_BENIGN);
	return (l->oops && l->index == l->oops->opening_index) ||
	       rule->specificity == SPECIFICITY_SIGNATURE;
}

static void note_hit(struct reader *x, const struct vmc_survey_line *l, const struct vmc_rule *rule,
		     bool is_finding)
{
	struct vmc_hit *h = hit_of(x, rule);

	if (!h)
		return;
	h->outside |= !l->oops;
	if (l->oops && (!h->oops || l->oops == x->cause))
		h->oops = l->oops;
	/* lines on which the finding rests, and no others, once there is one */
	if (is_finding && !h->is_finding)
		h->count = h->n_lines = 0;
	else if (!is_finding && h->is_finding)
		return;
	h->is_finding = is_finding;
	h->count++;
	h->last = l->index;
	if (h->n_lines < VMC_HIT_LINES)
		h->lines[h->n_lines++] = l->index;
}

static const char *quoted(struct vmc_report *r, const struct vmc_log_line *l, size_t max)
{
	vmc_autostr struct vmc_str s = { 0 };

	vmc_str_add_untrusted(&s, l->text, l->len < max ? l->len : max);
	vmc_str_add(&s, l->len > max ? "..." : "");
	return vmc_arena_strndup(&r->arena, vmc_str_text(&s), s.len);
}

/* The text with its numbers left out: what differs only in those is one message. */
static uint64_t message_key(const struct vmc_log_line *l)
{
	uint64_t h = 0;

	for (size_t i = 0; i < l->len; i++) {
		unsigned char c = (unsigned char)l->text[i];

		if (c < '0' || c > '9')
			h = vmc_hash_u64(h ^ c);
	}
	return h;
}

static void note_unexplained(struct reader *x, const struct vmc_survey_line *l)
{
	struct vmc_report *r = x->report;
	const struct vmc_log_line *line = &r->lines.data[l->index];
	uint64_t key = message_key(line), *at = vmc_map_get(&x->by_text, key);

	r->unexplained.count++;
	if (at) {
		r->unexplained.rows.data[*at].count++;
		return;
	}
	if (r->unexplained.rows.len == UNEXPLAINED_MAX)
		return;
	if (!vmc_map_set(&x->by_text, key, r->unexplained.rows.len) ||
	    !vmc_vec_push(&r->unexplained.rows,
			  (struct vmc_unexplained){ .line = line->number,
						    .level = line->level,
						    .count = 1,
						    .text = quoted(r, line, UNEXPLAINED_WIDTH) }))
		x->failed = true;
}

/* Remembered, because a line of that sort seldom comes alone. */
static bool applies(struct reader *x, const struct vmc_rule *rule, const struct vmc_oops *o)
{
	uint64_t key = vmc_hash_u64((uint64_t)(uintptr_t)rule) ^ (uint64_t)(uintptr_t)o,
		 *known = vmc_map_get(&x->applies, key);
	bool answer;

	if (known)
		return *known;
	answer = vmc_inquest_applies(x->report, rule, o);
	if (!vmc_map_set(&x->applies, key, answer))
		x->failed = true;
	return answer;
}

/*
 * The rule that tells of the line; NULL: none has more to say than the line itself. What
 * counts only under conditions that do not hold gives way to any other rule.
 */
static const struct vmc_rule *teller(struct reader *x, const struct vmc_survey_line *l)
{
	const struct vmc_rule *alone = NULL;

	for (size_t i = 0; i < l->n_matches; i++) {
		const struct vmc_rule *rule = l->matches[i].rule;

		if (!tells_more(rule, l))
			continue;
		if (applies(x, rule, l->oops))
			return rule;
		alone = l->n_matches == 1 ? rule : NULL;
	}
	return alone;
}

static void visit(void *ctx, const struct vmc_survey_line *l)
{
	struct reader *x = ctx;
	const struct vmc_rule *told;

	if (l->is_repeat || vmc_log_is_repeat(&x->report->quality, l->index))
		return;
	if (l->is_unexplained)
		note_unexplained(x, l);
	told = teller(x, l);
	for (size_t i = 0; i < l->n_matches; i++) {
		const struct vmc_rule *rule = l->matches[i].rule;

		/* others than the best count where they know a bug, or advise about a report */
		if (rule == told || l->oops || rule->issue.title)
			note_hit(x, l, rule, rule == told);
	}
}

/* "line 12: TEXT" */
static const char *evidence_of(struct vmc_report *r, size_t index)
{
	const struct vmc_log_line *l = &r->lines.data[index];
	const char *text = quoted(r, l, EVIDENCE_WIDTH), *place = vmc_inquest_place(r, l->number);

	return text && place ? vmc_arena_printf(&r->arena, "%s: %s", place, text) : NULL;
}

/* A rule's sentence with the values of the lines; NULL when memory runs out. */
static const char *filled(struct vmc_report *r, const struct vmc_hit *h, const char *sentence)
{
	struct vmc_fill_line lines[VMC_HIT_LINES];
	vmc_autostr struct vmc_str s = { 0 };
	struct vmc_error *err;

	for (size_t i = 0; i < h->n_lines; i++) {
		const struct vmc_log_line *l = &r->lines.data[h->lines[i]];

		lines[i] = (struct vmc_fill_line){ l->text, l->len };
	}
	err = vmc_fill(h->rule, sentence, lines, h->n_lines, &s);
	vmc_error_free(err);
	return err ? NULL : vmc_arena_strndup(&r->arena, vmc_str_text(&s), s.len);
}

/* Rules of users may have no title: the first sentence of the meaning stands for it. */
static const char *title_of(struct vmc_report *r, const struct vmc_hit *h)
{
	const char *title = vmc_said_in(&h->rule->title, r->lang), *meaning, *end;

	if (title)
		return filled(r, h, title);
	meaning = filled(r, h, vmc_said_in(&h->rule->meaning, r->lang));
	end = meaning ? strstr(meaning, ". ") : NULL;
	if (meaning && !end)
		end = strstr(meaning, "。");
	return end ? vmc_arena_strndup(&r->arena, meaning, (size_t)(end - meaning)) : meaning;
}

/* Did all of it come behind the cause, and soon enough to be a part of the same story? */
static bool is_consequence(const struct vmc_report *r, const struct vmc_hit *h)
{
	const struct vmc_oops *cause = vmc_inquest_primary_oops(r);
	int64_t time = r->lines.data[h->lines[0]].time_ns;

	if (!cause || h->oops == cause || h->lines[0] <= cause->last_index)
		return false;
	return r->has_panic || time < 0 || cause->time_ns < 0 ||
	       time - cause->time_ns <= CONSEQUENCE_NS;
}

/* A record of a dump's log may hold several lines under one number. */
static void add_line(struct vmc_finding *f, uint32_t number)
{
	if (!f->lines.len || f->lines.data[f->lines.len - 1] != number)
		(void)vmc_vec_push(&f->lines, number);
}

static void add_finding(struct vmc_report *r, const struct vmc_hit *h)
{
	struct vmc_finding f = { .id = h->rule->id,
				 .severity = vmc_rule_severity_name(h->rule->severity),
				 .title = title_of(r, h),
				 .detail = filled(r, h, vmc_said_in(&h->rule->meaning, r->lang)),
				 .count = h->count,
				 .consequence = is_consequence(r, h),
				 .by_rule = true };

	for (size_t i = 0; i < h->n_lines; i++) {
		add_line(&f, r->lines.data[h->lines[i]].number);
		if (i < EVIDENCE_FIRST)
			(void)vmc_vec_push(&f.evidence, evidence_of(r, h->lines[i]));
	}
	if (h->last != h->lines[h->n_lines - 1])
		add_line(&f, r->lines.data[h->last].number);
	if (h->count > EVIDENCE_FIRST)
		(void)vmc_vec_push(&f.evidence, evidence_of(r, h->last));
	if (!f.title || !vmc_vec_push(&r->findings, f)) {
		vmc_vec_free(&f.lines);
		vmc_vec_free(&f.evidence);
	}
}

/* Worst first, then in the order of the log. */
static int by_severity(const void *a, const void *b)
{
	const struct vmc_hit *x = a, *y = b;

	if (x->rule->severity != y->rule->severity)
		return x->rule->severity < y->rule->severity ? -1 : 1;
	return x->lines[0] < y->lines[0] ? -1 : x->lines[0] > y->lines[0];
}

/* The best rule for the primary report that has anything to do; NULL. */
static const struct vmc_hit *adviser(struct vmc_report *r, const struct vmc_hits *hits)
{
	const struct vmc_oops *cause = vmc_inquest_primary_oops(r);
	const struct vmc_hit *best = NULL;

	for (size_t i = 0; cause && i < hits->len; i++) {
		const struct vmc_hit *h = &hits->data[i];

		if (h->oops == cause && h->rule->next.in[VMC_LANG_EN].n &&
		    (!best || h->rule->specificity > best->rule->specificity) &&
		    vmc_inquest_applies(r, h->rule, cause))
			best = h;
	}
	return best;
}

static bool is_told(const struct vmc_report *r, const char *step)
{
	for (size_t i = 0; i < r->verdict.next_steps.len; i++) {
		if (vmc_streq(r->verdict.next_steps.data[i], step))
			return true;
	}
	return false;
}

static void add_next_steps(struct vmc_report *r, const struct vmc_hits *hits)
{
	const struct vmc_hit *h = adviser(r, hits);
	struct vmc_strings steps = { 0 };

	if (h)
		steps = vmc_said_list_in(&h->rule->next, r->lang);
	for (size_t i = 0; i < steps.n && r->verdict.next_steps.len < NEXT_STEPS_MAX; i++) {
		if (!is_told(r, steps.items[i]))
			vmc_inquest_next(r, "%s", steps.items[i]);
	}
}

static struct vmc_error *open_matcher(const struct vmc_report *r, struct vmc_matcher **ret)
{
	if (r->rules)
		return vmc_matcher_new(r->rules, r->n_rules, ret);
	return vmc_matcher_new_builtin(ret);
}

static struct vmc_error *read_log(struct reader *x)
{
	struct vmc_report *r = x->report;
	vmc_automatcher struct vmc_matcher *m = NULL;
	struct vmc_survey survey = { .lines = r->lines.data,
				     .n_lines = r->lines.len,
				     .oopses = &r->oopses,
				     .no_repeats = r->target,
				     .visit = visit,
				     .ctx = x };

	VMC_TRY(open_matcher(r, &m));
	survey.matcher = m;
	VMC_TRY(vmc_survey_run(&survey));
	for (size_t i = 0; vmc_matcher_problem(m, i); i++)
		vmc_report_missing(r, vmc_error_copy(vmc_matcher_problem(m, i)),
				   "a rule of the knowledge base");
	return x->failed ? vmc_error_no_memory() : NULL;
}

void vmc_inquest_known(struct vmc_report *r)
{
	struct reader x = { .report = r, .cause = vmc_inquest_primary_oops(r) };

	vmc_report_missing(r, read_log(&x), "what the knowledge base says of the log");
	if (x.hits.len)
		qsort(x.hits.data, x.hits.len, sizeof(*x.hits.data), by_severity);
	for (size_t i = 0; i < x.hits.len; i++) {
		if (x.hits.data[i].is_finding)
			add_finding(r, &x.hits.data[i]);
	}
	vmc_inquest_issues(r, &x.hits);
	add_next_steps(r, &x.hits);
	vmc_map_deinit(&x.by_rule);
	vmc_map_deinit(&x.by_text);
	vmc_map_deinit(&x.applies);
	vmc_vec_free(&x.hits);
}
