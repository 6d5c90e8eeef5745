/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log text with what the knowledge base says below its lines. */
#include "cli/cli.h"

#include <string.h>

#include "base/map.h"
#include "cli/rules.h"
#include "knowledge/match.h"
#include "render/fold.h"

#define INDENT 6
#define WIDTH_DEFAULT 100

struct notes {
	const struct vmc_rulebook *book;
	struct vmc_matcher *matcher;
	struct vmc_map counts; /* by rule: how often it matched */
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
static struct vmc_error *note(struct notes *n, const struct vmc_rule *rule)
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
	vmc_str_addf(&text, "%s: %s", rule->id, vmc_said_in(&rule->meaning, n->lang));
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
		VMC_TRY(note(n, best));
		p = nl ? nl + 1 : end;
	}
	return NULL;
}

static struct vmc_error *annotate(struct notes *n, const struct vmc_str *text)
{
	struct vmc_log_lines lines = { 0 };
	struct vmc_error *err = vmc_matcher_new(n->book->list, n->book->n, &n->matcher);

	if (!err)
		err = vmc_log_split(vmc_str_text(text), text->len, &lines);
	if (!err)
		err = all_lines(n, text, &lines);
	if (!err)
		repeats(n);
	for (size_t i = 0; !err && vmc_matcher_problem(n->matcher, i); i++)
		vmc_exit_note("%s", vmc_error_text(vmc_matcher_problem(n->matcher, i)));
	vmc_log_lines_deinit(&lines);
	vmc_matcher_free(n->matcher);
	vmc_map_deinit(&n->counts);
	return err;
}

struct vmc_error *vmc_annotate(const struct vmc_options *o, const struct vmc_str *text,
			       struct vmc_str *out)
{
	vmc_autorulebook struct vmc_rulebook book = { 0 };
	struct vmc_style style = vmc_terminal_style(o->output);
	struct notes n = { .book = &book, .lang = vmc_options_lang(o), .out = out };

	n.width = style.width > 2 * INDENT ? style.width : WIDTH_DEFAULT;
	VMC_TRY(vmc_rulebook_open(&book));
	return annotate(&n, text);
}
