/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs share that turn folders of data/ into C tables during the build. */
#ifndef VMC_TOOLS_EMBED_H
#define VMC_TOOLS_EMBED_H

#include <stdio.h>

#include "base/error.h"
#include "knowledge/rule.h"

/* Initialisers. */
void embed_c_string(FILE *out, const char *s);
void embed_c_strings(FILE *out, const struct vmc_strings *s);

/* Initialisers of members; nothing for NULL and for what is empty. */
void embed_text(FILE *out, const char *name, const char *s);
void embed_strings(FILE *out, const char *name, const struct vmc_strings *s);
void embed_said(FILE *out, const char *name, const struct vmc_said *s);

/* "TOOL: what: why" on standard error; 1 */
int embed_complain(const char *what, const char *why);

/* What is done with the text of each file; `base` is its name without folder. */
typedef struct vmc_error *embed_parser(const char *base, const char *text, size_t size, void *ctx);

struct embed_job {
	const char *tool; /* name in complaints */
	embed_parser *parse;
	int (*problems)(void *ctx); /* tells them; 1 where there are any */
	void (*write)(FILE *out, void *ctx);
	void *ctx;
	int strict; /* a problem fails the build */
};

/*
 * TOOL OUT.c OUT.d FOLDER, or TOOL --check FOLDER: reads all *.yaml of the folder in the order of
 * their names, and writes the table and the list of files that it depends on. Exit status.
 */
int embed_main(int argc, char **argv, const struct embed_job *job);

#endif
