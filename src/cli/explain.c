/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the knowledge base says of a line of log, or of an id. */
#include "cli/cli.h"

#include <string.h>

#include "cli/rules.h"
#include "knowledge/match.h"
#include "render/explain.h"

#define FOUND_MAX 32
#define SIMILAR_MAX 8

struct found {
	const struct vmc_rule *rules[FOUND_MAX];
	size_t n;
};

/* The operands are one text: quoting a line of log is easily forgotten. */
static void query_of(const struct vmc_options *o, struct vmc_str *ret)
{
	for (size_t i = 0; i < o->inputs.len; i++)
		vmc_str_addf(ret, "%s%s", i ? " " : "", o->inputs.data[i]);
}

/* Keeps them by specificity, each once. */
static void keep(struct found *f, const struct vmc_rule *rule)
{
	size_t at = f->n;

	for (size_t i = 0; i < f->n; i++) {
		if (f->rules[i] == rule)
			return;
	}
	if (f->n == FOUND_MAX)
		return;
	while (at && f->rules[at - 1]->specificity < rule->specificity)
		at--;
	memmove(&f->rules[at + 1], &f->rules[at], (f->n++ - at) * sizeof(*f->rules));
	f->rules[at] = rule;
}

static void match_line(struct vmc_matcher *m, const char *line, size_t len, struct found *ret)
{
	struct vmc_match matches[FOUND_MAX];
	size_t n = vmc_matcher_line(m, line, len, matches, FOUND_MAX);

	for (size_t i = 0; i < n; i++)
		keep(ret, matches[i].rule);
}

/*
 * The text as it is, for lines that begin with a program's name; and without what
 * dmesg, syslog or the journal put in front.
 */
static struct vmc_error *match_text(const struct vmc_rulebook *book, const struct vmc_str *text,
				    struct found *ret)
{
	vmc_automatcher struct vmc_matcher *m = NULL;
	struct vmc_log_lines lines = { 0 };
	struct vmc_error *err;

	VMC_TRY(vmc_matcher_new(book->list, book->n, &m));
	for (const char *p = vmc_str_text(text); *p;) {
		size_t len = strcspn(p, "\n");

		match_line(m, p, len, ret);
		p += len + (p[len] == '\n');
	}
	err = vmc_log_split(vmc_str_text(text), text->len, &lines);
	for (size_t i = 0; !err && i < lines.len; i++)
		match_line(m, lines.data[i].text, lines.data[i].len, ret);
	vmc_log_lines_deinit(&lines);
	return err;
}

/* Nothing found: says so, with the ids that have the words in them. */
static void not_found(const struct vmc_rulebook *book, const char *query)
{
	size_t shown = 0;
	vmc_autostr struct vmc_str similar = { 0 };

	for (size_t i = 0; i < book->n && *query && shown < SIMILAR_MAX; i++) {
		if (strstr(book->list[i]->id, query))
			vmc_str_addf(&similar, "%s%s", shown++ ? ", " : "", book->list[i]->id);
	}
	if (shown)
		vmc_exit_note("\"%s\" is no id; some that contain it: %s", query,
			      vmc_str_text(&similar));
	else
		vmc_exit_note("nothing is known about \"%.200s\": none of the %zu rules matches",
			      query, book->n);
}

static void as_text(const struct vmc_options *o, const struct found *f, struct vmc_str *out)
{
	struct vmc_style style = vmc_terminal_style(o->output);

	for (size_t i = 0; i < f->n; i++) {
		vmc_str_add(out, i ? "\n\n" : "");
		vmc_explain_text(f->rules[i], vmc_options_lang(o), &style, out);
	}
}

enum vmc_exit vmc_run_explain(const struct vmc_options *o)
{
	vmc_autostr struct vmc_str query = { 0 }, out = { 0 };
	vmc_autorulebook struct vmc_rulebook book = { 0 };
	struct vmc_error *err = vmc_rulebook_open(&book);
	struct found found = { 0 };
	const struct vmc_rule *named;

	query_of(o, &query);
	named = err ? NULL : vmc_rulebook_find(&book, vmc_str_text(&query));
	if (named)
		keep(&found, named);
	else if (!err)
		err = match_text(&book, &query, &found);
	if (!err && o->format == VMC_FORMAT_JSON)
		err = vmc_explain_json(vmc_str_text(&query), vmc_options_lang(o), found.rules,
				       found.n, &out);
	if (err)
		return vmc_exit_error(err);
	if (o->format == VMC_FORMAT_TEXT)
		as_text(o, &found, &out);
	if (!found.n)
		not_found(&book, vmc_str_text(&query));
	return vmc_exit_write(o->output, &out, found.n ? VMC_EXIT_OK : VMC_EXIT_PARTIAL);
}
