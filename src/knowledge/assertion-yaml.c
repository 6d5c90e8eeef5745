/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "knowledge/assertion.h"
#include "knowledge/entry.h"

#define ASSERTIONS_MAX 4096

static const char *const checks[VMC_CHECK_COUNT] = {
	[VMC_CHECK_NONE] = "none",
	[VMC_CHECK_IRQS_OFF] = "irqs-off",
	[VMC_CHECK_IRQS_ON] = "irqs-on",
	[VMC_CHECK_IN_INTERRUPT] = "in-interrupt",
	[VMC_CHECK_NOT_IN_INTERRUPT] = "not-in-interrupt",
	[VMC_CHECK_CPU_OFFLINE] = "cpu-offline",
};

const char *vmc_assertion_check_name(enum vmc_assertion_check check)
{
	return checks[check < VMC_CHECK_COUNT ? check : VMC_CHECK_NONE];
}

static struct vmc_error *read_kind(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				   void *at, void *whole)
{
	const char *text = vmc_entry_scalar(n);
	enum vmc_assertion_kind *ret = at;

	(void)whole;
	if (strcmp(text, "BUG") == 0)
		*ret = VMC_ASSERTION_BUG;
	else if (strcmp(text, "WARN") == 0)
		*ret = VMC_ASSERTION_WARN;
	else
		return vmc_entry_bad(e, n, "%s: BUG or WARN is expected", key);
	return NULL;
}

static struct vmc_error *read_check(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				    void *at, void *whole)
{
	const char *text = vmc_entry_scalar(n);

	(void)whole;
	for (unsigned int i = 0; i < VMC_CHECK_COUNT; i++) {
		if (strcmp(text, vmc_assertion_check_name(i)) == 0) {
			*(enum vmc_assertion_check *)at = i;
			return NULL;
		}
	}
	return vmc_entry_bad(e, n, "%s: there is no check \"%.40s\"", key, text);
}

static struct vmc_error *read_lines(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				    void *at, void *whole)
{
	const struct vmc_strings *lines = at;

	VMC_TRY(vmc_entry_texts(e, n, key, at, whole));
	for (size_t i = 0; i < lines->n; i++) {
		if (strspn(lines->items[i], "0123456789") != strlen(lines->items[i]))
			return vmc_entry_bad(e, n, "%s: numbers are expected", key);
	}
	return NULL;
}

#define IN(key, read) VMC_ENTRY_FIELD(struct vmc_assertion, key, read)

static const struct vmc_entry_field fields[] = {
	IN(source, vmc_entry_text),  IN(functions, vmc_entry_texts),
	IN(kind, read_kind),	     IN(condition, vmc_entry_text),
	IN(check, read_check),	     IN(category, vmc_entry_text),
	IN(lines, read_lines),	     IN(releases, vmc_entry_text),
	IN(meaning, vmc_entry_said), IN(references, vmc_entry_texts),
};

/* What an assertion cannot do without. */
static struct vmc_error *check(const struct vmc_entry *e, const yaml_node_t *n,
			       const struct vmc_assertion *a)
{
	const struct {
		const char *key;
		bool there;
	} needed[] = {
		{ "source", a->source },
		{ "functions", a->functions.n },
		{ "kind", a->kind != VMC_ASSERTION_KIND_COUNT },
		{ "condition", a->condition },
		{ "meaning in both languages", a->meaning.in[VMC_LANG_ZH] },
		{ "references", a->references.n },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(needed); i++) {
		if (!needed[i].there)
			return vmc_entry_bad(e, n, "%s: has no %s",
					     a->condition ? a->condition : "the assertion",
					     needed[i].key);
	}
	return NULL;
}

static struct vmc_error *add(struct vmc_entry *e, const yaml_node_t *n, void *ctx)
{
	struct vmc_assertion assertion = { .kind = VMC_ASSERTION_KIND_COUNT,
					   .file = e->file,
					   .line = e->line };
	struct vmc_assertions *a = ctx;

	if (a->assertions.len >= ASSERTIONS_MAX)
		return vmc_entry_bad(e, n, "more than %d assertions", ASSERTIONS_MAX);
	VMC_TRY(vmc_entry_mapping(e, n, "an assertion", fields, VMC_ARRAY_SIZE(fields),
				  &assertion));
	VMC_TRY(check(e, n, &assertion));
	return vmc_vec_push(&a->assertions, assertion) ? NULL : vmc_error_no_memory();
}

static void add_problem(struct vmc_error *err, void *ctx)
{
	struct vmc_assertions *a = ctx;

	if (!vmc_vec_push(&a->problems, err))
		vmc_error_free(err);
}

struct vmc_error *vmc_assertions_parse(const char *file, const char *text, size_t size,
				       struct vmc_assertions *a)
{
	const struct vmc_entry_sink sink = { add, add_problem, a };

	return vmc_entries_read(file, text, size, &a->arena, &sink);
}

void vmc_assertions_deinit(struct vmc_assertions *a)
{
	for (size_t i = 0; i < a->problems.len; i++)
		vmc_error_free(a->problems.data[i]);
	vmc_vec_free(&a->problems);
	vmc_vec_free(&a->assertions);
	vmc_arena_deinit(&a->arena);
}
