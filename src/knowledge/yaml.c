/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/rules.h"

#include <string.h>

#include "knowledge/entry.h"
#include "knowledge/literal.h"

static struct vmc_error *read_severity(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				       void *at, void *whole)
{
	(void)whole;
	if (vmc_rule_severity_of(vmc_entry_scalar(n), at))
		return NULL;
	return vmc_entry_bad(e, n, "%s: one of fatal, error, warning, notice, benign is expected",
			     key);
}

static struct vmc_error *read_specificity(struct vmc_entry *e, const yaml_node_t *n,
					  const char *key, void *at, void *whole)
{
	const char *text = vmc_entry_scalar(n);

	(void)whole;
	if (text[0] < '1' || text[0] > '3' || text[1])
		return vmc_entry_bad(e, n, "%s: 1, 2 or 3 is expected", key);
	*(int *)at = text[0] - '0';
	return NULL;
}

static struct vmc_error *read_pattern(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				      void *at, void *whole)
{
	struct vmc_rule *rule = whole;
	struct vmc_error *err;

	VMC_TRY(vmc_entry_text(e, n, key, at, whole));
	err = vmc_literals_of(rule->pattern, e->arena, &rule->literals);
	return vmc_error_wrap(err, "%s:%zu: %s", e->file, e->line + n->start_mark.line, key);
}

#define IN_REQUIRES(key, read) VMC_ENTRY_FIELD(struct vmc_rule_requires, key, read)
#define IN_ISSUE(key, read) VMC_ENTRY_FIELD(struct vmc_rule_issue, key, read)
#define IN_RULE(key, read) VMC_ENTRY_FIELD(struct vmc_rule, key, read)

static const struct vmc_entry_field requires_fields[] = {
	IN_REQUIRES(release, vmc_entry_text), IN_REQUIRES(cpu, vmc_entry_text),
	IN_REQUIRES(cmdline, vmc_entry_text), IN_REQUIRES(module, vmc_entry_texts),
	IN_REQUIRES(frame, vmc_entry_texts),  IN_REQUIRES(note, vmc_entry_said),
};

static const struct vmc_entry_field issue_fields[] = {
	IN_ISSUE(title, vmc_entry_text),
	IN_ISSUE(url, vmc_entry_text),
	IN_ISSUE(release, vmc_entry_text),
	IN_ISSUE(outcome, vmc_entry_said),
	IN_ISSUE(workaround, vmc_entry_said),
	IN_ISSUE(fix, vmc_entry_said),
};

static struct vmc_error *read_requires(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				       void *at, void *whole)
{
	(void)whole;
	return vmc_entry_mapping(e, n, key, requires_fields, VMC_ARRAY_SIZE(requires_fields), at);
}

static struct vmc_error *read_issue(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				    void *at, void *whole)
{
	(void)whole;
	return vmc_entry_mapping(e, n, key, issue_fields, VMC_ARRAY_SIZE(issue_fields), at);
}

static const struct vmc_entry_field rule_fields[] = {
	IN_RULE(id, vmc_entry_text),	      IN_RULE(category, vmc_entry_text),
	IN_RULE(severity, read_severity),     IN_RULE(specificity, read_specificity),
	IN_RULE(pattern, read_pattern),	      IN_RULE(examples, vmc_entry_texts),
	IN_RULE(requires, read_requires),     IN_RULE(since, vmc_entry_text),
	IN_RULE(until, vmc_entry_text),	      IN_RULE(title, vmc_entry_said),
	IN_RULE(meaning, vmc_entry_said),     IN_RULE(causes, vmc_entry_said_list),
	IN_RULE(next, vmc_entry_said_list),   IN_RULE(references, vmc_entry_texts),
	IN_RULE(issue, read_issue),
};

static bool is_id(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

/* What a rule cannot do without. */
static struct vmc_error *check(const struct vmc_entry *e, const yaml_node_t *n,
			       const struct vmc_rule *r)
{
	const struct {
		const char *key;
		bool there;
	} needed[] = {
		{ "id", r->id },
		{ "category", r->category },
		{ "severity", r->severity != VMC_RULE_SEVERITY_COUNT },
		{ "pattern", r->pattern },
		{ "meaning", r->meaning.in[VMC_LANG_EN] },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(needed); i++) {
		if (!needed[i].there)
			return vmc_entry_bad(e, n, "%s: has no %s", r->id ? r->id : "the rule",
					     needed[i].key);
	}
	if (!is_id(r->id))
		return vmc_entry_bad(e, n, "id: lower case, digits and hyphens are expected");
	if (!is_id(r->category))
		return vmc_entry_bad(e, n, "%s: category: lower case and hyphens are expected",
				     r->id);
	if (r->issue.url && !r->issue.title)
		return vmc_entry_bad(e, n, "%s: the issue has no title", r->id);
	return NULL;
}

static struct vmc_error *add_rule(struct vmc_entry *e, const yaml_node_t *n, void *ctx)
{
	struct vmc_rule rule = { .severity = VMC_RULE_SEVERITY_COUNT,
				 .specificity = 2,
				 .file = e->file,
				 .line = e->line };
	struct vmc_rules *r = ctx;

	if (r->rules.len >= VMC_RULES_MAX)
		return vmc_entry_bad(e, n, "more than %d rules", VMC_RULES_MAX);
	VMC_TRY(vmc_entry_mapping(e, n, "a rule", rule_fields, VMC_ARRAY_SIZE(rule_fields), &rule));
	VMC_TRY(check(e, n, &rule));
	return vmc_vec_push(&r->rules, rule) ? NULL : vmc_error_no_memory();
}

static void add_problem(struct vmc_error *err, void *ctx)
{
	vmc_rules_problem(ctx, err);
}

void vmc_rules_problem(struct vmc_rules *r, struct vmc_error *err)
{
	if (r->problems.len >= VMC_RULES_PROBLEMS_MAX || !vmc_vec_push(&r->problems, err))
		vmc_error_free(err);
}

struct vmc_error *vmc_rules_parse(const char *file, const char *text, size_t size,
				  struct vmc_rules *r)
{
	const struct vmc_entry_sink sink = { add_rule, add_problem, r };

	if (size > VMC_RULES_FILE_MAX) {
		vmc_rules_problem(r, vmc_error_new(VMC_LIMIT, "%s: larger than %u bytes", file,
						   VMC_RULES_FILE_MAX));
		return NULL;
	}
	return vmc_entries_read(file, text, size, &r->arena, &sink);
}

void vmc_rules_deinit(struct vmc_rules *r)
{
	for (size_t i = 0; i < r->problems.len; i++)
		vmc_error_free(r->problems.data[i]);
	vmc_vec_free(&r->problems);
	vmc_vec_free(&r->rules);
	vmc_arena_deinit(&r->arena);
}
