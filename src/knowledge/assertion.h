/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assertions of the kernel whose condition is known: what BUG_ON() or WARN_ON()
 * tested at a place of the sources, what it means that it failed, and what in
 * the report tells whether that is true.
 *
 * The knowledge is data (data/assertions/README.md has its form), turned into
 * a table at build time (tools/embed-assertions.c). Line numbers move from
 * release to release: file and function are what an assertion is found by.
 */
#ifndef VMC_KNOWLEDGE_ASSERTION_H
#define VMC_KNOWLEDGE_ASSERTION_H

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "knowledge/rule.h"

enum vmc_assertion_kind { VMC_ASSERTION_BUG, VMC_ASSERTION_WARN, VMC_ASSERTION_KIND_COUNT };

/* What in a report proves or disproves the condition. */
enum vmc_assertion_check {
	VMC_CHECK_NONE,		    /* nothing that is printed */
	VMC_CHECK_IRQS_OFF,	    /* interrupts are off where it fails */
	VMC_CHECK_IRQS_ON,	    /* they are on */
	VMC_CHECK_IN_INTERRUPT,	    /* an interrupt is being served */
	VMC_CHECK_NOT_IN_INTERRUPT, /* none is */
	VMC_CHECK_CPU_OFFLINE,	    /* another CPU is gone, as all are once the kernel panicked */
	VMC_CHECK_COUNT,
};

struct vmc_assertion {
	const char *source; /* "fs/buffer.c" */
	struct vmc_strings
		functions; /* where it shows: its own first, then those it is inlined to */
	enum vmc_assertion_kind kind;
	const char *condition; /* as in the source: it fails when this is true */
	enum vmc_assertion_check check;
	const char *category;	  /* of a verdict, where the condition proves one; NULL */
	struct vmc_strings lines; /* where it stands in some releases: "1270" */
	const char *releases;	  /* in words, a hint; NULL */
	struct vmc_said meaning;  /* what is so when it fails */
	struct vmc_strings references;
	const char *file; /* where it was written */
	unsigned int line;
};

/* The table, by file, then in the order of the file. */
const struct vmc_assertion *vmc_assertions_builtin(size_t *ret_n);

/* "irqs-off"; never NULL */
const char *vmc_assertion_check_name(enum vmc_assertion_check check);

/* One that failed, as a report names it. */
struct vmc_assertion_query {
	const char *source;   /* path, as it was compiled */
	const char *function; /* without compiler suffixes */
	enum vmc_assertion_kind kind;
	uint32_t line;
};

#define VMC_ASSERTION_MATCHES_MAX 8

/*
 * Those that it may be, at most VMC_ASSERTION_MATCHES_MAX; 0 for one that is not known. Where
 * one of several is known to stand at that line, it is the only one.
 */
size_t vmc_assertion_find(const struct vmc_assertion_query *q,
			  const struct vmc_assertion *ret[VMC_ASSERTION_MATCHES_MAX]);

/* ---- out of their files, for the program of the build that makes the table ---- */

struct vmc_assertions {
	VMC_VEC(struct vmc_assertion) assertions;
	VMC_VEC(struct vmc_error *) problems; /* "file:line: reason" */
	struct vmc_arena arena;		      /* all texts */
};

/* Adds the entries of a file's text. Fails only when memory runs out; all else is in `problems`. */
struct vmc_error *vmc_assertions_parse(const char *file, const char *text, size_t size,
				       struct vmc_assertions *a) VMC_MUST_CHECK;
void vmc_assertions_deinit(struct vmc_assertions *a);
#define vmc_autoassertions vmc_cleanup(vmc_assertions_deinit)

#endif
