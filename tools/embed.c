/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "embed.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

#define FILE_MAX (4u << 20)

static const char *tool = "embed";

void embed_c_string(FILE *out, const char *s)
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

void embed_text(FILE *out, const char *name, const char *s)
{
	if (!s)
		return;
	fprintf(out, "\t\t.%s = ", name);
	embed_c_string(out, s);
	fputs(",\n", out);
}

void embed_c_strings(FILE *out, const struct vmc_strings *s)
{
	fputs("{ (const char *const[]){ ", out);
	for (size_t i = 0; i < s->n; i++) {
		embed_c_string(out, s->items[i]);
		fputs(", ", out);
	}
	fprintf(out, "}, %zu }", s->n);
}

void embed_strings(FILE *out, const char *name, const struct vmc_strings *s)
{
	if (!s->n)
		return;
	fprintf(out, "\t\t.%s = ", name);
	embed_c_strings(out, s);
	fputs(",\n", out);
}

void embed_said(FILE *out, const char *name, const struct vmc_said *s)
{
	if (!s->in[VMC_LANG_EN])
		return;
	fprintf(out, "\t\t.%s = { { ", name);
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		embed_c_string(out, s->in[i]);
		fputs(", ", out);
	}
	fputs("} },\n", out);
}

int embed_complain(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", tool, what, why);
	return 1;
}

/* Reads one file; 1 when it could not be read at all. */
static int parse(const char *path, const struct embed_job *job)
{
	const char *base = strrchr(path, '/');
	vmc_autofree char *data = malloc(FILE_MAX + 1);
	vmc_autofile FILE *f = fopen(path, "rb");
	vmc_autoerror struct vmc_error *err = NULL;
	size_t size;

	if (!data || !f)
		return embed_complain(path, strerror(errno));
	size = fread(data, 1, FILE_MAX + 1, f);
	if (ferror(f))
		return embed_complain(path, "read error");
	err = job->parse(base ? base + 1 : path, data, size, job->ctx);
	return err ? embed_complain(path, vmc_error_text(err)) : 0;
}

static int is_yaml(const struct dirent *e)
{
	return e->d_name[0] != '.' && vmc_str_ends(e->d_name, ".yaml");
}

/* `deps` NULL: nobody wants the list of files. */
static int parse_folder(const char *folder, FILE *deps, const struct embed_job *job)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_yaml, alphasort), failed = 0;

	if (n < 0)
		return embed_complain(folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		vmc_autostr struct vmc_str path = { 0 };

		vmc_str_addf(&path, "%s/%s", folder, entries[i]->d_name);
		if (deps)
			fprintf(deps, " %s", vmc_str_text(&path));
		if (!failed)
			failed = parse(vmc_str_text(&path), job);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

static int embed(const char *source, const char *depfile, const char *folder,
		 const struct embed_job *job)
{
	FILE *out = fopen(source, "w"), *deps = fopen(depfile, "w");
	int failed;

	if (!out || !deps) {
		failed = embed_complain(out ? depfile : source, strerror(errno));
	} else {
		fprintf(deps, "%s: %s", source, folder);
		failed = parse_folder(folder, deps, job);
		fputc('\n', deps);
		failed |= job->problems(job->ctx) & job->strict;
		job->write(out, job->ctx);
	}
	if (out && fclose(out) != 0)
		failed = embed_complain(source, strerror(errno));
	if (deps && fclose(deps) != 0)
		failed = embed_complain(depfile, strerror(errno));
	/* what is there looks made to the next build */
	if (failed)
		remove(source);
	return failed;
}

int embed_main(int argc, char **argv, const struct embed_job *job)
{
	tool = job->tool;
	if (argc == 3 && strcmp(argv[1], "--check") == 0)
		return parse_folder(argv[2], NULL, job) | job->problems(job->ctx);
	if (argc != 4) {
		fprintf(stderr, "usage: %s OUT.c OUT.d FOLDER | --check FOLDER\n", tool);
		return 2;
	}
	return embed(argv[1], argv[2], argv[3], job);
}
