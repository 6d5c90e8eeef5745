/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns data/values/ into a C table; runs during the build.
 *
 *     embed-values OUT.c OUT.d FOLDER
 *     embed-values --check FOLDER
 *
 * A bad entry, or two that claim the same, fail the build: there is no value at run
 * time that could be left out with a warning.
 */
#include "embed.h"
#include "knowledge/values.h"

static void number(FILE *out, const char *name, uint64_t n)
{
	if (n)
		fprintf(out, "\t\t.%s = 0x%llxu,\n", name, (unsigned long long)n);
}

static void value(FILE *out, const struct vmc_value *v)
{
	fputs("\t{\n", out);
	embed_text(out, "group", v->group);
	embed_text(out, "name", v->name);
	number(out, "kind", v->kind);
	number(out, "value", v->value);
	number(out, "last", v->last);
	number(out, "below", v->below);
	number(out, "above", v->above);
	number(out, "arches", v->arches);
	number(out, "layout", v->layout);
	number(out, "letter", (unsigned char)v->letter);
	number(out, "address_only", v->address_only);
	number(out, "quiet", v->quiet);
	embed_text(out, "names", v->names);
	embed_text(out, "category", v->category);
	embed_text(out, "since", v->since);
	embed_text(out, "before", v->before);
	embed_text(out, "vendor", v->vendor);
	embed_said(out, "meaning", &v->meaning);
	embed_said(out, "set", &v->set);
	embed_said(out, "clear", &v->clear);
	embed_text(out, "source", v->source);
	embed_text(out, "file", v->file);
	number(out, "line", v->line);
	fputs("\t},\n", out);
}

static struct vmc_error *parse(const char *base, const char *text, size_t size, void *ctx)
{
	return vmc_values_parse(base, text, size, ctx);
}

static int show_problems(void *ctx)
{
	struct vmc_values *v = ctx;

	vmc_values_check(v);
	for (size_t i = 0; i < v->problems.len; i++)
		embed_complain("error", vmc_error_text(v->problems.data[i]));
	return v->problems.len > 0;
}

static void write_all(FILE *out, void *ctx)
{
	const struct vmc_values *v = ctx;

	fputs("/* Made by tools/embed-values.c from data/values/. */\n#include "
	      "\"knowledge/value.h\"\n\n"
	      "static const struct vmc_value values[] = {\n",
	      out);
	for (size_t i = 0; i < v->values.len; i++)
		value(out, &v->values.data[i]);
	/* an array needs an element */
	fputs(v->values.len ? "};\n" : "\t{ .name = \"\" },\n};\n", out);
	fprintf(out,
		"\nconst struct vmc_value *vmc_values_builtin(size_t *ret_n)\n{\n"
		"\t*ret_n = %zu;\n\treturn values;\n}\n",
		v->values.len);
}

int main(int argc, char **argv)
{
	vmc_autovalues struct vmc_values v = { 0 };
	const struct embed_job job = { .tool = "embed-values",
				       .parse = parse,
				       .problems = show_problems,
				       .write = write_all,
				       .ctx = &v,
				       .strict = 1 };

	return embed_main(argc, argv, &job);
}
