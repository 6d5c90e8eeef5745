/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A knowledge rule: what a line of the kernel log means and what to do about
 * it, in two languages. Rules are data (data/rules/README.md has their form);
 * those of the program are turned into C at build time (tools/embed-rules.c),
 * others are read at run time (rules.h).
 *
 * To add a field: here, its row in the table of yaml.c, a line in
 * tools/embed-rules.c, and where it is shown (render/explain.c).
 */
#ifndef VMC_KNOWLEDGE_RULE_H
#define VMC_KNOWLEDGE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lang.h"

/* Worst first. */
enum vmc_rule_severity {
	VMC_RULE_FATAL,
	VMC_RULE_ERROR,
	VMC_RULE_WARNING,
	VMC_RULE_NOTICE,
	VMC_RULE_BENIGN,
	VMC_RULE_SEVERITY_COUNT,
};

struct vmc_strings {
	const char *const *items;
	size_t n;
};

/* One text in each language; NULL where it is missing. */
struct vmc_said {
	const char *in[VMC_LANG_COUNT];
};

struct vmc_said_list {
	struct vmc_strings in[VMC_LANG_COUNT];
};

/* What has to hold before the known bug of a rule is named. NULL or empty: no condition. */
struct vmc_rule_requires {
	const char *release, *cpu, *cmdline; /* PCRE2 */
	struct vmc_strings module, frame;    /* one of them */
	struct vmc_said note;		     /* what a person has to confirm */
};

struct vmc_rule_issue {
	const char *title, *url; /* title NULL: the rule is no signature of a known bug */
	const char *release;	 /* PCRE2, of the kernels it was reported on; NULL not told */
	struct vmc_said outcome; /* what became of it, where that is no fix */
	struct vmc_said workaround, fix;
};

struct vmc_rule {
	const char *id, *category;
	enum vmc_rule_severity severity;
	int specificity; /* 1 generic header, 2 normal, 3 signature of a known bug */
	const char *pattern;
	/* One of these stands in every line that matches (literal.h); the matcher's prefilter. */
	struct vmc_strings literals;
	struct vmc_strings examples, references;
	struct vmc_rule_requires requires;
	const char *since, *until; /* in words, NULL unknown */
	struct vmc_said title;	   /* a line of a list; may hold values of the line (fill.h) */
	struct vmc_said meaning;   /* sentences; the same */
	struct vmc_said_list causes, next;
	struct vmc_rule_issue issue;
	const char *file; /* where it was written */
	unsigned int line;
};

/* The rules that are part of the program, by file, then in the order of the file. */
const struct vmc_rule *vmc_rules_builtin(size_t *ret_n);


const char *vmc_rule_severity_name(enum vmc_rule_severity s);
/* False for a name that there is not. */
bool vmc_rule_severity_of(const char *name, enum vmc_rule_severity *ret);

/* In that language, else in English, else NULL. */
const char *vmc_said_in(const struct vmc_said *s, enum vmc_lang lang);
struct vmc_strings vmc_said_list_in(const struct vmc_said_list *s, enum vmc_lang lang);

#endif
