/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/entry.h"

/* Backtracking steps from one starting point, kilobytes of heap. */
#define STEPS_MAX 20000
#define HEAP_KIB_MAX 1024
#define JIT_STACK_MIN 32768
#define JIT_STACK_MAX 262144
#define NESTING_MAX 40
/* Whole match and groups that are kept of a match; rules have a handful. */
#define GROUPS_MAX 32

struct vmc_engine {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
};

/* pcre2_code is private to this file. */
static pcre2_code *code_of(const struct vmc_pattern *p)
{
	return (pcre2_code *)p;
}

struct vmc_error *vmc_pattern_new(const char *text, struct vmc_pattern **ret)
{
	pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR reason[160] = "";
	PCRE2_SIZE at = 0;
	pcre2_code *made;
	int code = 0;

	if (!limits)
		return vmc_error_no_memory();
	pcre2_set_parens_nest_limit(limits, NESTING_MAX);
	pcre2_set_max_pattern_length(limits, VMC_ENTRY_TEXT_MAX);
	made = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
			     PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, &code,
			     &at, limits);
	pcre2_compile_context_free(limits);
	if (made) {
		*ret = (struct vmc_pattern *)made;
		return NULL;
	}
	pcre2_get_error_message(code, reason, sizeof(reason));
	return vmc_error_new(VMC_BAD_FORMAT, "at character %zu of the pattern: %s", at + 1,
			     (const char *)reason);
}

void vmc_pattern_compile(struct vmc_pattern *p)
{
	pcre2_jit_compile(code_of(p), PCRE2_JIT_COMPLETE);
}

void vmc_pattern_free(struct vmc_pattern *p)
{
	pcre2_code_free(code_of(p));
}

struct vmc_error *vmc_engine_new(struct vmc_engine **ret)
{
	vmc_autoengine struct vmc_engine *e = calloc(1, sizeof(*e));

	if (!e)
		return vmc_error_no_memory();
	e->context = pcre2_match_context_create(NULL);
	e->data = pcre2_match_data_create(GROUPS_MAX, NULL);
	e->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (!e->context || !e->data)
		return vmc_error_no_memory();
	pcre2_set_match_limit(e->context, STEPS_MAX);
	pcre2_set_heap_limit(e->context, HEAP_KIB_MAX);
	/* without a stack of ours PCRE2 takes a small one of its own */
	if (e->stack)
		pcre2_jit_stack_assign(e->context, NULL, e->stack);
	*ret = vmc_take(e);
	return NULL;
}

void vmc_engine_free(struct vmc_engine *e)
{
	if (!e)
		return;
	pcre2_match_data_free(e->data);
	pcre2_match_context_free(e->context);
	pcre2_jit_stack_free(e->stack);
	free(e);
}

enum vmc_answer vmc_pattern_find(struct vmc_engine *e, const struct vmc_pattern *p,
				 const char *line, size_t len, struct vmc_span *ret)
{
	const PCRE2_SIZE *span;
	int rc;

	if (len > VMC_MATCH_LINE_MAX)
		len = VMC_MATCH_LINE_MAX;
	rc = pcre2_match(code_of(p), (PCRE2_SPTR)line, len, 0, 0, e->data, e->context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return VMC_ANSWER_NO;
	if (rc < 0)
		return VMC_ANSWER_UNKNOWN;
	span = pcre2_get_ovector_pointer(e->data);
	/* \K in a lookahead can put the end before the start */
	ret->at = span[0] < span[1] ? span[0] : span[1];
	ret->len = span[1] - ret->at;
	return VMC_ANSWER_YES;
}

bool vmc_pattern_group(const struct vmc_engine *e, const struct vmc_pattern *p, const char *name,
		       struct vmc_span *ret)
{
	int number = pcre2_substring_number_from_name(code_of(p), (PCRE2_SPTR)name);
	const PCRE2_SIZE *span = pcre2_get_ovector_pointer(e->data);

	if (number < 0 || number >= GROUPS_MAX)
		return false;
	if (span[2 * number] == PCRE2_UNSET || span[2 * number] > span[2 * number + 1])
		return false;
	*ret = (struct vmc_span){ span[2 * number], span[2 * number + 1] - span[2 * number] };
	return true;
}

bool vmc_pattern_matches(const char *pattern, const char *text)
{
	vmc_autopattern struct vmc_pattern *p = NULL;
	vmc_autoengine struct vmc_engine *e = NULL;
	struct vmc_error *err = vmc_pattern_new(pattern, &p);
	struct vmc_span span;

	if (!err)
		err = vmc_engine_new(&e);
	if (err) {
		vmc_error_free(err);
		return false;
	}
	return vmc_pattern_find(e, p, text, strlen(text), &span) == VMC_ANSWER_YES;
}
