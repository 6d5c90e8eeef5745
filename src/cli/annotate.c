/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log text with what the knowledge base says below its lines. */
#include "cli/cli.h"

#include <string.h>

#include "base/map.h"
#include "cli/rules.h"
#include "inquest/survey.h"
#include "knowledge/fill.h"
#include "knowledge/match.h"
#include "render/fold.h"

#define INDENT 6
#define WIDTH_DEFAULT 100

struct notes {
	const struct vmc_rulebook *book;
	struct vmc_matcher *matcher;
	struct vmc_map counts; /* by rule: how often it matched */
	struct vmc_map unknown; /* numbers of lines that nothing explains */
	const struct vmc_log_line *lines;
	bool failed; /* memory ran out */
	enum vmc_lang lang;
	unsigned int width;
	struct vmc_str *out;
};

/* Keeps the better of two. */
static void match(struct notes *n, const char *line, size_t len, const struct vmc_rule **best)
{
	struct vmc_match m;

	if (vmc_matcher_line(n->matcher, line, len, &m, 1) &&
	    (!*best || m.rule->specificity > (*best)->specificity))
		*best = m.rule;
}

/* Counts, and says what it means where that was not said yet. */
static struct vmc_error *note(struct notes *n, const struct vmc_rule *rule,
			      const struct vmc_fill_line *line)
{
	uint64_t *count, key = (uint64_t)(uintptr_t)rule;
	vmc_autostr struct vmc_str text = { 0 };

	if (!rule || rule->severity > VMC_RULE_NOTICE)
		return NULL;
	count = vmc_map_get(&n->counts, key);
	if (count) {
		++*count;
		return NULL;
	}
	vmc_str_addf(&text, "%s: ", rule->id);
	VMC_TRY(vmc_fill(rule, vmc_said_in(&rule->meaning, n->lang), line, 1, &text));
	vmc_str_addf(n->out, "%*s", INDENT, "^ ");
	vmc_fold(vmc_str_text(&text), INDENT, n->width, n->out);
	return vmc_map_set(&n->counts, key, 1) && !text.failed ? NULL : vmc_error_no_memory();
}

/* The rules that matched more than once, in the order of the knowledge base. */
static void repeats(struct notes *n)
{
	bool any = false;

	for (size_t i = 0; i < n->book->n; i++) {
		const struct vmc_rule *r = n->book->list[i];
		const uint64_t *count = vmc_map_get(&n->counts, (uint64_t)(uintptr_t)r);

		if (!count || *count < 2)
			continue;
		vmc_str_add(n->out, any ? "" : vmc_say(n->lang, "\nSeen more than once:\n"));
		vmc_str_addf(n->out, vmc_say(n->lang, "%8llu lines  %s\n"),
			     (unsigned long long)*count, r->id);
		any = true;
	}
}

/* Each line twice: as it is, and without what was put in front of the message. */
static struct vmc_error *all_lines(struct notes *n, const struct vmc_str *text,
				   const struct vmc_log_lines *lines)
{
	const char *p = vmc_str_text(text), *end = p + text->len;
	size_t next = 0;

	for (uint32_t number = 1; p < end; number++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);
		const struct vmc_rule *best = NULL;

		vmc_str_addn(n->out, p, len);
		vmc_str_addc(n->out, '\n');
		match(n, p, len, &best);
		for (; next < lines->len && lines->data[next].number <= number; next++)
			match(n, lines->data[next].text, lines->data[next].len, &best);
		VMC_TRY(note(n, best, &(struct vmc_fill_line){ p, len }));
		if (!best && vmc_map_get(&n->unknown, number))
			vmc_str_addf(n->out, "%*s%s\n", INDENT, "^ ",
				     vmc_say(n->lang, "unknown: no rule explains this line"));
		p = nl ? nl + 1 : end;
	}
	return NULL;
}

static void note_unknown(void *ctx, const struct vmc_survey_line *l)
{
	struct notes *n = ctx;

	if (l->is_unexplained && !vmc_map_set(&n->unknown, n->lines[l->index].number, 1))
		n->failed = true;
}

/* The lines that the report would call unknown. */
static struct vmc_error *find_unknown(struct notes *n, const struct vmc_log_lines *lines)
{
	struct vmc_oops_set oopses = { 0 };
	struct vmc_survey survey = { .matcher = n->matcher,
				     .lines = lines->data,
				     .n_lines = lines->len,
				     .oopses = &oopses,
				     .no_repeats = true,
				     .visit = note_unknown,
				     .ctx = n };
	struct vmc_error *err = vmc_oops_scan(lines->data, lines->len, &oopses);

	n->lines = lines->data;
	if (!err)
		err = vmc_survey_run(&survey);
	vmc_oops_set_deinit(&oopses);
	return !err && n->failed ? vmc_error_no_memory() : err;
}

/* The text of a dump's log does not say its levels. */
static void set_levels(struct vmc_log_lines *lines, const struct vmc_line_levels *levels)
{
	for (size_t i = 0; i < lines->len; i++) {
		if (lines->data[i].number <= levels->len)
			lines->data[i].level = levels->data[lines->data[i].number - 1];
	}
}

static struct vmc_error *annotate(struct notes *n, const struct vmc_str *text,
				  const struct vmc_line_levels *levels)
{
	struct vmc_log_lines lines = { 0 };
	struct vmc_error *err = vmc_matcher_new(n->book->list, n->book->n, &n->matcher);

	if (!err)
		err = vmc_log_split(vmc_str_text(text), text->len, &lines);
	set_levels(&lines, levels);
	if (!err)
		err = find_unknown(n, &lines);
	if (!err)
		err = all_lines(n, text, &lines);
	if (!err)
		repeats(n);
	for (size_t i = 0; !err && vmc_matcher_problem(n->matcher, i); i++)
		vmc_exit_note("%s", vmc_error_text(vmc_matcher_problem(n->matcher, i)));
	vmc_log_lines_deinit(&lines);
	vmc_matcher_free(n->matcher);
	vmc_map_deinit(&n->counts);
	vmc_map_deinit(&n->unknown);
	return err;
}

struct vmc_error *vmc_annotate(const struct vmc_options *o, const struct vmc_str *text,
			       const struct vmc_line_levels *levels, struct vmc_str *out)
{
	vmc_autorulebook struct vmc_rulebook book = { 0 };
	struct vmc_style style = vmc_terminal_style(o->output);
	struct notes n = { .book = &book, .lang = vmc_options_lang(o), .out = out };

	n.width = style.width > 2 * INDENT ? style.width : WIDTH_DEFAULT;
	VMC_TRY(vmc_rulebook_open(&book));
	return annotate(&n, text, levels);
}
