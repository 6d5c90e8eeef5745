/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/str.h"
#include "knowledge/entry.h"
#include "knowledge/prefilter.h"
#include "knowledge/rules.h"

/* Backtracking steps from one starting point, kilobytes of heap. */
#define STEPS_MAX 20000
#define HEAP_KIB_MAX 1024
#define JIT_STACK_MIN 32768
#define JIT_STACK_MAX 262144
#define NESTING_MAX 40

/* A rule in use; the rules are in the order in which they win. */
struct active {
	const struct vmc_rule *rule;
	size_t literal; /* longest */
	size_t order;	/* as it was given */
	pcre2_code *code;
	unsigned int strikes;
	bool off;
};

/* What one call of PCRE2 needs besides the pattern. */
struct engine {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
};

struct vmc_matcher {
	struct active *rules;
	size_t n;
	uint64_t *bits; /* candidates of the line at hand; all zero between lines */
	size_t n_words;
	struct vmc_prefilter *prefilter;
	struct engine engine;
	VMC_VEC(struct vmc_error *) problems;
};

static void engine_deinit(struct engine *e)
{
	pcre2_match_data_free(e->data);
	pcre2_match_context_free(e->context);
	pcre2_jit_stack_free(e->stack);
}

static struct vmc_error *engine_init(struct engine *e)
{
	*e = (struct engine){
		.context = pcre2_match_context_create(NULL),
		.data = pcre2_match_data_create(1, NULL),
		.stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL),
	};
	if (!e->context || !e->data) {
		engine_deinit(e);
		return vmc_error_no_memory();
	}
	pcre2_set_match_limit(e->context, STEPS_MAX);
	pcre2_set_heap_limit(e->context, HEAP_KIB_MAX);
	/* without a stack of ours PCRE2 takes a small one of its own */
	if (e->stack)
		pcre2_jit_stack_assign(e->context, NULL, e->stack);
	return NULL;
}

/* Bytes, not characters: a log need not be valid UTF-8. */
static struct vmc_error *compile(const char *pattern, pcre2_code **ret)
{
	pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR reason[160] = "";
	PCRE2_SIZE at = 0;
	int code = 0;

	if (!limits)
		return vmc_error_no_memory();
	pcre2_set_parens_nest_limit(limits, NESTING_MAX);
	pcre2_set_max_pattern_length(limits, VMC_ENTRY_TEXT_MAX);
	*ret = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
			     PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, &code,
			     &at, limits);
	pcre2_compile_context_free(limits);
	if (*ret) {
		/* where there is no JIT, the interpreter gives the same answers */
		pcre2_jit_compile(*ret, PCRE2_JIT_COMPLETE);
		return NULL;
	}
	pcre2_get_error_message(code, reason, sizeof(reason));
	return vmc_error_new(VMC_BAD_FORMAT, "at character %zu of the pattern: %s", at + 1,
			     (const char *)reason);
}

/* 1 matches, 0 does not, -1 could not be told. */
static int try_match(struct engine *e, const pcre2_code *code, const char *line, size_t len,
		     struct vmc_match *ret)
{
	int rc = pcre2_match(code, (PCRE2_SPTR)line, len, 0, 0, e->data, e->context);
	const PCRE2_SIZE *span;

	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return -1;
	span = pcre2_get_ovector_pointer(e->data);
	/* \K in a lookahead can put the end before the start */
	ret->at = span[0] < span[1] ? span[0] : span[1];
	ret->len = span[1] - ret->at;
	return 1;
}

static int by_rank(const void *a, const void *b)
{
	const struct active *x = a, *y = b;

	if (x->rule->specificity != y->rule->specificity)
		return x->rule->specificity > y->rule->specificity ? -1 : 1;
	if (x->literal != y->literal)
		return x->literal > y->literal ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t longest(const struct vmc_rule *r)
{
	size_t max = 0;

	for (size_t i = 0; i < r->literals.n; i++) {
		size_t len = strlen(r->literals.items[i]);

		if (len > max)
			max = len;
	}
	return max;
}

static struct vmc_error *build_prefilter(struct vmc_matcher *m)
{
	VMC_VEC(struct vmc_prefilter_word) words = { 0 };
	struct vmc_error *err = NULL;

	for (size_t i = 0; !err && i < m->n; i++) {
		const struct vmc_strings *l = &m->rules[i].rule->literals;

		for (size_t k = 0; !err && k < l->n; k++) {
			if (!vmc_vec_push(&words,
					  (struct vmc_prefilter_word){ l->items[k], (uint32_t)i }))
				err = vmc_error_no_memory();
		}
	}
	if (!err)
		err = vmc_prefilter_new(words.data, words.len, &m->prefilter);
	vmc_vec_free(&words);
	return err;
}

struct vmc_error *vmc_matcher_new(const struct vmc_rule *const *rules, size_t n,
				  struct vmc_matcher **ret)
{
	vmc_automatcher struct vmc_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return vmc_error_no_memory();
	if (n > VMC_RULES_MAX * 4)
		return vmc_error_new(VMC_LIMIT, "%zu rules are more than can be used", n);
	VMC_TRY(engine_init(&m->engine));
	m->n_words = n / 64 + 1;
	m->rules = calloc(n + 1, sizeof(*m->rules));
	m->bits = calloc(m->n_words, sizeof(*m->bits));
	if (!m->rules || !m->bits)
		return vmc_error_no_memory();
	for (m->n = 0; m->n < n; m->n++)
		m->rules[m->n] = (struct active){ .rule = rules[m->n],
						  .literal = longest(rules[m->n]),
						  .order = m->n };
	qsort(m->rules, m->n, sizeof(*m->rules), by_rank);
	VMC_TRY(build_prefilter(m));
	*ret = vmc_take(m);
	return NULL;
}

struct vmc_error *vmc_matcher_new_builtin(struct vmc_matcher **ret)
{
	size_t n;
	const struct vmc_rule *rules = vmc_rules_builtin(&n);
	vmc_autofree const struct vmc_rule **list = calloc(n + 1, sizeof(*list));

	if (!list)
		return vmc_error_no_memory();
	for (size_t i = 0; i < n; i++)
		list[i] = &rules[i];
	return vmc_matcher_new(list, n, ret);
}

static void switch_off(struct vmc_matcher *m, struct active *a, struct vmc_error *err)
{
	a->off = true;
	err = vmc_error_wrap(err, "%s:%u: %s is not used", a->rule->file, a->rule->line,
			     a->rule->id);
	if (!vmc_vec_push(&m->problems, err))
		vmc_error_free(err);
}

static bool confirm(struct vmc_matcher *m, struct active *a, const char *line, size_t len,
		    struct vmc_match *ret)
{
	struct vmc_error *err = NULL;
	int answer;

	if (a->off)
		return false;
	if (!a->code)
		err = compile(a->rule->pattern, &a->code);
	if (err) {
		switch_off(m, a, err);
		return false;
	}
	ret->rule = a->rule;
	answer = try_match(&m->engine, a->code, line, len, ret);
	if (answer < 0 && ++a->strikes == VMC_MATCH_STRIKES)
		switch_off(m, a,
			   vmc_error_new(VMC_LIMIT, "its pattern takes too many steps on lines "
						    "of this log"));
	return answer > 0;
}

size_t vmc_matcher_line(struct vmc_matcher *m, const char *line, size_t len, struct vmc_match *ret,
			size_t max)
{
	size_t found = 0;

	if (len > VMC_MATCH_LINE_MAX)
		len = VMC_MATCH_LINE_MAX;
	vmc_prefilter_find(m->prefilter, line, len, m->bits);
	for (size_t w = 0; w < m->n_words; w++) {
		for (; m->bits[w]; m->bits[w] &= m->bits[w] - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(m->bits[w]);

			if (found < max && confirm(m, &m->rules[i], line, len, &ret[found]))
				found++;
		}
	}
	return found;
}

const struct vmc_error *vmc_matcher_problem(const struct vmc_matcher *m, size_t i)
{
	return i < m->problems.len ? m->problems.data[i] : NULL;
}

void vmc_matcher_free(struct vmc_matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		pcre2_code_free(m->rules[i].code);
	for (size_t i = 0; i < m->problems.len; i++)
		vmc_error_free(m->problems.data[i]);
	vmc_vec_free(&m->problems);
	free(m->rules);
	free(m->bits);
	vmc_prefilter_free(m->prefilter);
	engine_deinit(&m->engine);
	free(m);
}

static struct vmc_error *check_condition(const char *pattern, const char *what)
{
	pcre2_code *code = NULL;
	struct vmc_error *err = pattern ? compile(pattern, &code) : NULL;

	pcre2_code_free(code);
	return vmc_error_wrap(err, "requires: %s", what);
}

static struct vmc_error *check_examples(const struct vmc_rule *r)
{
	pcre2_code *code = NULL;
	struct engine engine;
	struct vmc_match match;
	struct vmc_error *err = engine_init(&engine);

	if (err)
		return err;
	err = compile(r->pattern, &code);
	for (size_t i = 0; !err && i < r->examples.n; i++) {
		const char *line = r->examples.items[i];

		if (try_match(&engine, code, line, strlen(line), &match) <= 0)
			err = vmc_error_new(VMC_MISMATCH, "the pattern does not match example %zu",
					    i + 1);
	}
	pcre2_code_free(code);
	engine_deinit(&engine);
	return err;
}

struct vmc_error *vmc_rule_check(const struct vmc_rule *r)
{
	struct vmc_error *err = check_examples(r);

	if (!err)
		err = check_condition(r->requires.release, "release");
	if (!err)
		err = check_condition(r->requires.cpu, "cpu");
	if (!err)
		err = check_condition(r->requires.cmdline, "cmdline");
	return vmc_error_wrap(err, "%s:%u: %s", r->file, r->line, r->id);
}
