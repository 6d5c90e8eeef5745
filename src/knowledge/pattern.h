/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCRE2 behind a small door, with limits: a pattern may come from a user, a
 * line from anybody, and neither may make matching hang. Bytes are matched, not
 * characters, because a log need not be valid UTF-8.
 */
#ifndef VMC_KNOWLEDGE_PATTERN_H
#define VMC_KNOWLEDGE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Of a longer line the rest is not looked at; the kernel's own lines have 1 KiB. */
#define VMC_MATCH_LINE_MAX 8192

struct vmc_pattern;
/* What matching needs besides pattern and text; one serves all patterns of a thread. */
struct vmc_engine;

struct vmc_error *vmc_pattern_new(const char *text, struct vmc_pattern **ret) VMC_MUST_CHECK;
/*
 * Makes machine code of it, which pays only from some dozens of lines on. Where there is
 * no JIT, the interpreter gives the same answers.
 */
void vmc_pattern_compile(struct vmc_pattern *p);
void vmc_pattern_free(struct vmc_pattern *p);

struct vmc_error *vmc_engine_new(struct vmc_engine **ret) VMC_MUST_CHECK;
void vmc_engine_free(struct vmc_engine *e);

struct vmc_span {
	size_t at, len;
};

enum vmc_answer { VMC_ANSWER_NO, VMC_ANSWER_YES, VMC_ANSWER_UNKNOWN };

/* Anywhere in the line? UNKNOWN: it took more steps than it may. `ret` is set with YES. */
enum vmc_answer vmc_pattern_find(struct vmc_engine *e, const struct vmc_pattern *p,
				 const char *line, size_t len, struct vmc_span *ret);
/* What a named group took of the line at the last YES; false: no such group, or it was not needed. */
bool vmc_pattern_group(const struct vmc_engine *e, const struct vmc_pattern *p, const char *name,
		       struct vmc_span *ret);

/* For a question that is asked once. A pattern that is none matches nothing. */
bool vmc_pattern_matches(const char *pattern, const char *text);

VMC_DEFINE_CLEANUP(struct vmc_pattern *, vmc_pattern_free, vmc_cleanup_patternp)
#define vmc_autopattern vmc_cleanup(vmc_cleanup_patternp)
VMC_DEFINE_CLEANUP(struct vmc_engine *, vmc_engine_free, vmc_cleanup_enginep)
#define vmc_autoengine vmc_cleanup(vmc_cleanup_enginep)

#endif
