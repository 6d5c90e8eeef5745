/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/rules.h"

#include <string.h>
#include <yaml.h>

#include "knowledge/literal.h"

/* One entry while it is read. */
struct entry {
	const char *file;
	unsigned int line; /* of its first line, from 1 */
	yaml_document_t doc;
	struct vmc_arena *arena;
};

enum kind { TEXT, PATTERN, TEXTS, SAID, SAID_LIST, SEVERITY, SPECIFICITY, REQUIRES, ISSUE };

struct field {
	const char *key;
	enum kind kind;
	size_t offset;
};

#define RULE(kind, key)                                    \
	{                                                  \
#key, kind, offsetof(struct vmc_rule, key) \
	}
#define IN_REQUIRES(kind, key)                                      \
	{                                                           \
#key, kind, offsetof(struct vmc_rule_requires, key) \
	}
#define IN_ISSUE(kind, key)                                      \
	{                                                        \
#key, kind, offsetof(struct vmc_rule_issue, key) \
	}

static const struct field rule_fields[] = {
	RULE(TEXT, id),		  RULE(TEXT, category),
	RULE(SEVERITY, severity), RULE(SPECIFICITY, specificity),
	RULE(PATTERN, pattern),	  RULE(TEXTS, examples),
	RULE(REQUIRES, requires), RULE(TEXT, since),
	RULE(TEXT, until),	  RULE(SAID, meaning),
	RULE(SAID_LIST, causes),  RULE(SAID_LIST, next),
	RULE(TEXTS, references),  RULE(ISSUE, issue),
};

static const struct field requires_fields[] = {
	IN_REQUIRES(TEXT, release), IN_REQUIRES(TEXT, cpu),    IN_REQUIRES(TEXT, cmdline),
	IN_REQUIRES(TEXTS, module), IN_REQUIRES(TEXTS, frame), IN_REQUIRES(SAID, note),
};

static const struct field issue_fields[] = {
	IN_ISSUE(TEXT, title),
	IN_ISSUE(TEXT, url),
	IN_ISSUE(SAID, workaround),
	IN_ISSUE(SAID, fix),
};

static const char *const languages[VMC_LANG_COUNT] = { "en", "zh" };

/* "file:line: reason" */
static struct vmc_error *bad_line(const char *file, size_t line, const char *fmt, ...)
	VMC_PRINTF(3, 4);
static struct vmc_error *bad_line(const char *file, size_t line, const char *fmt, ...)
{
	vmc_autostr struct vmc_str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&text, fmt, ap);
	va_end(ap);
	return vmc_error_new(VMC_BAD_FORMAT, "%s:%zu: %s", file, line, vmc_str_text(&text));
}

#define BAD(e, node, ...) bad_line((e)->file, (e)->line + (node)->start_mark.line, __VA_ARGS__)

static yaml_node_t *node_of(struct entry *e, int index)
{
	return yaml_document_get_node(&e->doc, index);
}

static struct vmc_error *read_text(struct entry *e, const yaml_node_t *n, const char *key,
				   const char **ret)
{
	const char *text;
	size_t len;

	if (n->type != YAML_SCALAR_NODE)
		return BAD(e, n, "%s: a text is expected", key);
	text = (const char *)n->data.scalar.value;
	len = n->data.scalar.length;
	if (!len)
		return BAD(e, n, "%s: is empty", key);
	if (len > VMC_RULES_TEXT_MAX)
		return BAD(e, n, "%s: longer than %d bytes", key, VMC_RULES_TEXT_MAX);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t' && text[i] != '\n')
			return BAD(e, n, "%s: has a control character", key);
	}
	*ret = vmc_arena_strndup(e->arena, text, len);
	return *ret ? NULL : vmc_error_no_memory();
}

/* A list of texts; a single text is a list of one. */
static struct vmc_error *read_texts(struct entry *e, const yaml_node_t *n, const char *key,
				    struct vmc_strings *ret)
{
	bool list = n->type == YAML_SEQUENCE_NODE;
	size_t count =
		list ? (size_t)(n->data.sequence.items.top - n->data.sequence.items.start) : 1;
	const char **items;

	if (count > VMC_RULES_LIST_MAX)
		return BAD(e, n, "%s: more than %d items", key, VMC_RULES_LIST_MAX);
	items = vmc_arena_alloc(e->arena, (count ? count : 1) * sizeof(*items));
	if (!items)
		return vmc_error_no_memory();
	for (size_t i = 0; i < count; i++)
		VMC_TRY(read_text(e, list ? node_of(e, n->data.sequence.items.start[i]) : n, key,
				  &items[i]));
	*ret = (struct vmc_strings){ items, count };
	return NULL;
}

/* {en: ..., zh: ...}; without the mapping it is English. */
static struct vmc_error *by_language(struct entry *e, const yaml_node_t *n, const char *key,
				     const yaml_node_t *ret[VMC_LANG_COUNT])
{
	const yaml_node_pair_t *p;

	memset(ret, 0, VMC_LANG_COUNT * sizeof(*ret));
	if (n->type != YAML_MAPPING_NODE) {
		ret[VMC_LANG_EN] = n;
		return NULL;
	}
	for (p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *name = node_of(e, p->key);
		size_t i = 0;

		while (i < VMC_LANG_COUNT &&
		       (name->type != YAML_SCALAR_NODE ||
			strcmp((const char *)name->data.scalar.value, languages[i]) != 0))
			i++;
		if (i == VMC_LANG_COUNT)
			return BAD(e, name, "%s: languages are en and zh", key);
		if (ret[i])
			return BAD(e, name, "%s: %s stands there twice", key, languages[i]);
		ret[i] = node_of(e, p->value);
	}
	return ret[VMC_LANG_EN] ? NULL : BAD(e, n, "%s: has no English text", key);
}

static struct vmc_error *read_said(struct entry *e, const yaml_node_t *n, const char *key,
				   struct vmc_said *ret)
{
	const yaml_node_t *nodes[VMC_LANG_COUNT];

	VMC_TRY(by_language(e, n, key, nodes));
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		if (nodes[i])
			VMC_TRY(read_text(e, nodes[i], key, &ret->in[i]));
	}
	return NULL;
}

static struct vmc_error *read_said_list(struct entry *e, const yaml_node_t *n, const char *key,
					struct vmc_said_list *ret)
{
	const yaml_node_t *nodes[VMC_LANG_COUNT];

	VMC_TRY(by_language(e, n, key, nodes));
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		if (nodes[i])
			VMC_TRY(read_texts(e, nodes[i], key, &ret->in[i]));
	}
	return NULL;
}

static struct vmc_error *read_severity(struct entry *e, const yaml_node_t *n,
				       enum vmc_rule_severity *ret)
{
	if (n->type == YAML_SCALAR_NODE &&
	    vmc_rule_severity_of((const char *)n->data.scalar.value, ret))
		return NULL;
	return BAD(e, n, "severity: one of fatal, error, warning, notice, benign is expected");
}

static struct vmc_error *read_specificity(struct entry *e, const yaml_node_t *n, int *ret)
{
	const char *text = n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : "";

	if (text[0] < '1' || text[0] > '3' || text[1])
		return BAD(e, n, "specificity: 1, 2 or 3 is expected");
	*ret = text[0] - '0';
	return NULL;
}

static struct vmc_error *read_pattern(struct entry *e, const yaml_node_t *n, struct vmc_rule *rule)
{
	struct vmc_error *err;

	VMC_TRY(read_text(e, n, "pattern", &rule->pattern));
	err = vmc_literals_of(rule->pattern, e->arena, &rule->literals);
	return vmc_error_wrap(err, "%s:%zu: pattern", e->file, e->line + n->start_mark.line);
}

static struct vmc_error *read_mapping(struct entry *e, const yaml_node_t *n, const char *what,
				      const struct field *fields, size_t n_fields, void *ret);

static struct vmc_error *read_field(struct entry *e, const yaml_node_t *n, const struct field *f,
				    void *at, void *whole)
{
	switch (f->kind) {
	case TEXT:
		return read_text(e, n, f->key, at);
	case PATTERN:
		return read_pattern(e, n, whole);
	case TEXTS:
		return read_texts(e, n, f->key, at);
	case SAID:
		return read_said(e, n, f->key, at);
	case SAID_LIST:
		return read_said_list(e, n, f->key, at);
	case SEVERITY:
		return read_severity(e, n, at);
	case SPECIFICITY:
		return read_specificity(e, n, at);
	case REQUIRES:
		return read_mapping(e, n, f->key, requires_fields, VMC_ARRAY_SIZE(requires_fields),
				    at);
	case ISSUE:
		return read_mapping(e, n, f->key, issue_fields, VMC_ARRAY_SIZE(issue_fields), at);
	}
	return NULL;
}

static struct vmc_error *read_mapping(struct entry *e, const yaml_node_t *n, const char *what,
				      const struct field *fields, size_t n_fields, void *ret)
{
	const yaml_node_pair_t *p;
	unsigned long seen = 0;

	if (n->type != YAML_MAPPING_NODE)
		return BAD(e, n, "%s: \"key: value\" is expected", what);
	for (p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_of(e, p->key);
		const char *name =
			key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : "";
		size_t i = 0;

		while (i < n_fields && strcmp(fields[i].key, name) != 0)
			i++;
		if (i == n_fields)
			return BAD(e, key, "%s has no key \"%.40s\"", what, name);
		if (seen >> i & 1)
			return BAD(e, key, "%s stands there twice", name);
		seen |= 1ul << i;
		VMC_TRY(read_field(e, node_of(e, p->value), &fields[i],
				   (char *)ret + fields[i].offset, ret));
	}
	return NULL;
}

static bool is_id(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

/* What a rule cannot do without. */
static struct vmc_error *check(const struct entry *e, const yaml_node_t *n,
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
			return BAD(e, n, "%s: has no %s", r->id ? r->id : "the rule",
				   needed[i].key);
	}
	if (!is_id(r->id))
		return BAD(e, n, "id: lower case, digits and hyphens are expected");
	if (!is_id(r->category))
		return BAD(e, n, "%s: category: lower case and hyphens are expected", r->id);
	if (r->issue.url && !r->issue.title)
		return BAD(e, n, "%s: the issue has no title", r->id);
	return NULL;
}

static struct vmc_error *read_rule(struct entry *e, struct vmc_rule *ret)
{
	const yaml_node_t *root = yaml_document_get_root_node(&e->doc), *n = root;
	struct vmc_rule rule = { .severity = VMC_RULE_SEVERITY_COUNT, .specificity = 2 };

	if (!root)
		return bad_line(e->file, e->line, "the entry is empty");
	if (root->type == YAML_SEQUENCE_NODE &&
	    root->data.sequence.items.top - root->data.sequence.items.start == 1)
		n = node_of(e, root->data.sequence.items.start[0]);
	rule.file = e->file;
	rule.line = e->line;
	VMC_TRY(read_mapping(e, n, "a rule", rule_fields, VMC_ARRAY_SIZE(rule_fields), &rule));
	VMC_TRY(check(e, n, &rule));
	*ret = rule;
	return NULL;
}

static struct vmc_error *syntax_error(const struct entry *e, const yaml_parser_t *y)
{
	size_t line = y->error == YAML_READER_ERROR ? 0 : y->problem_mark.line;

	if (y->error == YAML_MEMORY_ERROR)
		return vmc_error_no_memory();
	return bad_line(e->file, e->line + line, "%s", y->problem ? y->problem : "no YAML");
}

/*
 * The text of one entry, "- " and its lines. An entry that is parsed alone
 * cannot spoil the next one, be it by a quote that is left open.
 */
static struct vmc_error *parse_entry(struct entry *e, const char *text, size_t size,
				     struct vmc_rules *r)
{
	struct vmc_rule rule;
	struct vmc_error *err;
	yaml_parser_t y;

	if (size > VMC_RULES_ENTRY_MAX)
		return bad_line(e->file, e->line, "the entry is longer than %u bytes",
				VMC_RULES_ENTRY_MAX);
	if (r->rules.len >= VMC_RULES_MAX)
		return bad_line(e->file, e->line, "more than %d rules", VMC_RULES_MAX);
	if (!yaml_parser_initialize(&y))
		return vmc_error_no_memory();
	yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y, (const unsigned char *)text, size);
	if (!yaml_parser_load(&y, &e->doc)) {
		err = syntax_error(e, &y);
	} else {
		err = read_rule(e, &rule);
		yaml_document_delete(&e->doc);
		if (!err && !vmc_vec_push(&r->rules, rule))
			err = vmc_error_no_memory();
	}
	yaml_parser_delete(&y);
	return err;
}

/* First line behind `p` that begins a new entry, or the end. */
static const char *entry_end(const char *p, const char *end, unsigned int *lines)
{
	for (*lines = 0; p < end; ++*lines) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (*lines && end - p >= 2 && p[0] == '-' && (p[1] == ' ' || p[1] == '\n'))
			return p;
		p = nl ? nl + 1 : end;
	}
	return end;
}

/* Blank lines, comments and the mark of a document's begin. */
static bool is_preamble(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end || *p == '\n' || *p == '#' || (end - p >= 3 && memcmp(p, "---", 3) == 0);
}

void vmc_rules_problem(struct vmc_rules *r, struct vmc_error *err)
{
	if (r->problems.len >= VMC_RULES_PROBLEMS_MAX || !vmc_vec_push(&r->problems, err))
		vmc_error_free(err);
}

struct vmc_error *vmc_rules_parse(const char *file, const char *text, size_t size,
				  struct vmc_rules *r)
{
	struct entry e = { .file = vmc_arena_strdup(&r->arena, file), .arena = &r->arena };
	const char *p = text, *end = text + size;
	unsigned int lines, line = 1;

	if (!e.file)
		return vmc_error_no_memory();
	if (size > VMC_RULES_FILE_MAX) {
		vmc_rules_problem(r, vmc_error_new(VMC_LIMIT, "%s: larger than %u bytes", file,
						   VMC_RULES_FILE_MAX));
		return NULL;
	}
	for (; p < end && is_preamble(p, end); line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		p = nl ? nl + 1 : end;
	}
	if (p < end && !(end - p >= 2 && p[0] == '-' && p[1] == ' ')) {
		vmc_rules_problem(r, bad_line(file, line, "a list is expected: \"- id: ...\""));
		return NULL;
	}
	for (; p < end; line += lines) {
		const char *next = entry_end(p, end, &lines);
		struct vmc_error *err;

		e.line = line;
		err = parse_entry(&e, p, (size_t)(next - p), r);
		p = next;
		if (vmc_error_code(err) == VMC_NO_MEMORY)
			return err;
		if (err)
			vmc_rules_problem(r, err);
	}
	return NULL;
}

void vmc_rules_deinit(struct vmc_rules *r)
{
	for (size_t i = 0; i < r->problems.len; i++)
		vmc_error_free(r->problems.data[i]);
	vmc_vec_free(&r->problems);
	vmc_vec_free(&r->rules);
	vmc_arena_deinit(&r->arena);
}
