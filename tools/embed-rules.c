/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns data/rules/ into C tables, so that the program starts without parsing
 * anything; runs during the build.
 *
 *     embed-rules OUT.c OUT.d FOLDER
 *     embed-rules --check FOLDER
 *
 * A bad entry is named on standard error and left out; the build goes on, and
 * the test of the built-in rules fails. --check only looks, exit status 1 for a problem.
 */
#include "embed.h"
#include "knowledge/rules.h"

static void said_list(FILE *out, const char *name, const struct vmc_said_list *s)
{
	if (!s->in[VMC_LANG_EN].n)
		return;
	fprintf(out, "\t\t.%s = { { ", name);
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		if (s->in[i].n)
			embed_c_strings(out, &s->in[i]);
		else
			fputs("{ NULL, 0 }", out);
		fputs(", ", out);
	}
	fputs("} },\n", out);
}

static void rule(FILE *out, const struct vmc_rule *r)
{
	fputs("\t{\n", out);
	embed_text(out, "id", r->id);
	embed_text(out, "category", r->category);
	fprintf(out, "\t\t.severity = %d,\n\t\t.specificity = %d,\n", (int)r->severity,
		r->specificity);
	embed_text(out, "pattern", r->pattern);
	embed_strings(out, "literals", &r->literals);
	embed_strings(out, "examples", &r->examples);
	embed_strings(out, "references", &r->references);
	embed_text(out, "requires.release", r->requires.release);
	embed_text(out, "requires.cpu", r->requires.cpu);
	embed_text(out, "requires.cmdline", r->requires.cmdline);
	embed_strings(out, "requires.module", &r->requires.module);
	embed_strings(out, "requires.frame", &r->requires.frame);
	embed_said(out, "requires.note", &r->requires.note);
	embed_text(out, "since", r->since);
	embed_text(out, "until", r->until);
	embed_said(out, "title", &r->title);
	embed_said(out, "meaning", &r->meaning);
	said_list(out, "causes", &r->causes);
	said_list(out, "next", &r->next);
	embed_text(out, "issue.title", r->issue.title);
	embed_text(out, "issue.url", r->issue.url);
	embed_text(out, "issue.release", r->issue.release);
	embed_said(out, "issue.outcome", &r->issue.outcome);
	embed_said(out, "issue.workaround", &r->issue.workaround);
	embed_said(out, "issue.fix", &r->issue.fix);
	embed_text(out, "file", r->file);
	fprintf(out, "\t\t.line = %u,\n\t},\n", r->line);
}

static struct vmc_error *parse(const char *base, const char *text, size_t size, void *ctx)
{
	return vmc_rules_parse(base, text, size, ctx);
}

static int show_problems(void *ctx)
{
	const struct vmc_rules *r = ctx;

	for (size_t i = 0; i < r->problems.len; i++)
		embed_complain("warning", vmc_error_text(r->problems.data[i]));
	return r->problems.len > 0;
}

static void write_all(FILE *out, void *ctx)
{
	const struct vmc_rules *r = ctx;

	fputs("/* Made by tools/embed-rules.c from data/rules/. */\n#include "
	      "\"knowledge/rule.h\"\n\n"
	      "static const struct vmc_rule rules[] = {\n",
	      out);
	for (size_t i = 0; i < r->rules.len; i++)
		rule(out, &r->rules.data[i]);
	/* an array needs an element */
	fputs(r->rules.len ? "};\n" : "\t{ .id = \"\" },\n};\n", out);
	fprintf(out,
		"\nconst struct vmc_rule *vmc_rules_builtin(size_t *ret_n)\n{\n"
		"\t*ret_n = %zu;\n\treturn rules;\n}\n",
		r->rules.len);
}

int main(int argc, char **argv)
{
	vmc_autorules struct vmc_rules r = { 0 };
	const struct embed_job job = { .tool = "embed-rules",
				       .parse = parse,
				       .problems = show_problems,
				       .write = write_all,
				       .ctx = &r };

	return embed_main(argc, argv, &job);
}
