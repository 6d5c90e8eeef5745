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
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "knowledge/rules.h"

static void c_string(FILE *out, const char *s)
{
	if (!s) {
		fputs("NULL", out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void text(FILE *out, const char *name, const char *s)
{
	if (!s)
		return;
	fprintf(out, "\t\t.%s = ", name);
	c_string(out, s);
	fputs(",\n", out);
}

static void strings(FILE *out, const struct vmc_strings *s)
{
	fputs("{ (const char *const[]){ ", out);
	for (size_t i = 0; i < s->n; i++) {
		c_string(out, s->items[i]);
		fputs(", ", out);
	}
	fprintf(out, "}, %zu }", s->n);
}

static void list(FILE *out, const char *name, const struct vmc_strings *s)
{
	if (!s->n)
		return;
	fprintf(out, "\t\t.%s = ", name);
	strings(out, s);
	fputs(",\n", out);
}

static void said(FILE *out, const char *name, const struct vmc_said *s)
{
	if (!s->in[VMC_LANG_EN])
		return;
	fprintf(out, "\t\t.%s = { { ", name);
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		c_string(out, s->in[i]);
		fputs(", ", out);
	}
	fputs("} },\n", out);
}

static void said_list(FILE *out, const char *name, const struct vmc_said_list *s)
{
	if (!s->in[VMC_LANG_EN].n)
		return;
	fprintf(out, "\t\t.%s = { { ", name);
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		if (s->in[i].n)
			strings(out, &s->in[i]);
		else
			fputs("{ NULL, 0 }", out);
		fputs(", ", out);
	}
	fputs("} },\n", out);
}

static void rule(FILE *out, const struct vmc_rule *r)
{
	fputs("\t{\n", out);
	text(out, "id", r->id);
	text(out, "category", r->category);
	fprintf(out, "\t\t.severity = %d,\n\t\t.specificity = %d,\n", (int)r->severity,
		r->specificity);
	text(out, "pattern", r->pattern);
	list(out, "literals", &r->literals);
	list(out, "examples", &r->examples);
	list(out, "references", &r->references);
	text(out, "requires.release", r->requires.release);
	text(out, "requires.cpu", r->requires.cpu);
	text(out, "requires.cmdline", r->requires.cmdline);
	list(out, "requires.module", &r->requires.module);
	list(out, "requires.frame", &r->requires.frame);
	said(out, "requires.note", &r->requires.note);
	text(out, "since", r->since);
	text(out, "until", r->until);
	said(out, "title", &r->title);
	said(out, "meaning", &r->meaning);
	said_list(out, "causes", &r->causes);
	said_list(out, "next", &r->next);
	text(out, "issue.title", r->issue.title);
	text(out, "issue.url", r->issue.url);
	text(out, "issue.release", r->issue.release);
	said(out, "issue.outcome", &r->issue.outcome);
	said(out, "issue.workaround", &r->issue.workaround);
	said(out, "issue.fix", &r->issue.fix);
	text(out, "file", r->file);
	fprintf(out, "\t\t.line = %u,\n\t},\n", r->line);
}

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "embed-rules: %s: %s\n", what, why);
	return 1;
}

/* Reads one file; 1 when it could not be read at all. */
static int parse(const char *path, struct vmc_rules *r)
{
	const char *base = strrchr(path, '/');
	vmc_autofree char *data = malloc(VMC_RULES_FILE_MAX + 1);
	vmc_autofile FILE *f = fopen(path, "rb");
	vmc_autoerror struct vmc_error *err = NULL;
	size_t size;

	if (!data || !f)
		return complain(path, strerror(errno));
	size = fread(data, 1, VMC_RULES_FILE_MAX + 1, f);
	if (ferror(f))
		return complain(path, "read error");
	err = vmc_rules_parse(base ? base + 1 : path, data, size, r);
	return err ? complain(path, vmc_error_text(err)) : 0;
}

static int show_problems(const struct vmc_rules *r)
{
	for (size_t i = 0; i < r->problems.len; i++)
		complain("warning", vmc_error_text(r->problems.data[i]));
	return r->problems.len > 0;
}

static int is_rules(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0;
}

/* `deps` NULL: nobody wants the list of files. */
static int parse_folder(const char *folder, FILE *deps, struct vmc_rules *r)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_rules, alphasort), failed = 0;

	if (n < 0)
		return complain(folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		vmc_autostr struct vmc_str path = { 0 };

		vmc_str_addf(&path, "%s/%s", folder, entries[i]->d_name);
		if (deps)
			fprintf(deps, " %s", vmc_str_text(&path));
		if (!failed)
			failed = parse(vmc_str_text(&path), r);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

static void write_all(FILE *out, const struct vmc_rules *r)
{
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

static int embed(const char *source, const char *depfile, const char *folder)
{
	vmc_autorules struct vmc_rules r = { 0 };
	FILE *out = fopen(source, "w"), *deps = fopen(depfile, "w");
	int failed;

	if (!out || !deps) {
		failed = complain(out ? depfile : source, strerror(errno));
	} else {
		fprintf(deps, "%s: %s", source, folder);
		failed = parse_folder(folder, deps, &r);
		fputc('\n', deps);
		show_problems(&r);
		write_all(out, &r);
	}
	if (out && fclose(out) != 0)
		failed = complain(source, strerror(errno));
	if (deps && fclose(deps) != 0)
		failed = complain(depfile, strerror(errno));
	return failed;
}

int main(int argc, char **argv)
{
	vmc_autorules struct vmc_rules r = { 0 };

	if (argc == 3 && strcmp(argv[1], "--check") == 0)
		return parse_folder(argv[2], NULL, &r) | show_problems(&r);
	if (argc != 4) {
		fputs("usage: embed-rules OUT.c OUT.d FOLDER | --check FOLDER\n", stderr);
		return 2;
	}
	return embed(argv[1], argv[2], argv[3]);
}
