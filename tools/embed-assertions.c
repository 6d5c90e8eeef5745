/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns data/assertions/ into a C table; runs during the build.
 *
 *     embed-assertions OUT.c OUT.d FOLDER
 *     embed-assertions --check FOLDER
 *
 * A bad entry fails the build.
 */
#include "embed.h"
#include "knowledge/assertion.h"

static void assertion(FILE *out, const struct vmc_assertion *a)
{
	fputs("\t{\n", out);
	embed_text(out, "source", a->source);
	embed_strings(out, "functions", &a->functions);
	fprintf(out, "\t\t.kind = %d,\n\t\t.check = %d,\n", (int)a->kind, (int)a->check);
	embed_text(out, "condition", a->condition);
	embed_text(out, "category", a->category);
	embed_strings(out, "lines", &a->lines);
	embed_text(out, "releases", a->releases);
	embed_said(out, "meaning", &a->meaning);
	embed_strings(out, "references", &a->references);
	embed_text(out, "file", a->file);
	fprintf(out, "\t\t.line = %u,\n\t},\n", a->line);
}

static struct vmc_error *parse(const char *base, const char *text, size_t size, void *ctx)
{
	return vmc_assertions_parse(base, text, size, ctx);
}

static int show_problems(void *ctx)
{
	const struct vmc_assertions *a = ctx;

	for (size_t i = 0; i < a->problems.len; i++)
		embed_complain("error", vmc_error_text(a->problems.data[i]));
	return a->problems.len > 0;
}

static void write_all(FILE *out, void *ctx)
{
	const struct vmc_assertions *a = ctx;

	fputs("/* Made by tools/embed-assertions.c from data/assertions/. */\n#include "
	      "\"knowledge/assertion.h\"\n\n"
	      "static const struct vmc_assertion assertions[] = {\n",
	      out);
	for (size_t i = 0; i < a->assertions.len; i++)
		assertion(out, &a->assertions.data[i]);
	/* an array needs an element */
	fputs(a->assertions.len ? "};\n" : "\t{ .source = \"\" },\n};\n", out);
	fprintf(out,
		"\nconst struct vmc_assertion *vmc_assertions_builtin(size_t *ret_n)\n{\n"
		"\t*ret_n = %zu;\n\treturn assertions;\n}\n",
		a->assertions.len);
}

int main(int argc, char **argv)
{
	vmc_autoassertions struct vmc_assertions a = { 0 };
	const struct embed_job job = { .tool = "embed-assertions",
				       .parse = parse,
				       .problems = show_problems,
				       .write = write_all,
				       .ctx = &a,
				       .strict = 1 };

	return embed_main(argc, argv, &job);
}
