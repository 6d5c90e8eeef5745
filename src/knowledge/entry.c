/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/entry.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

struct vmc_error *vmc_entry_bad(const struct vmc_entry *e, const yaml_node_t *n, const char *fmt,
				...)
{
	vmc_autostr struct vmc_str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&text, fmt, ap);
	va_end(ap);
	return bad_line(e->file, e->line + n->start_mark.line, "%s", vmc_str_text(&text));
}

#define BAD vmc_entry_bad

static const yaml_node_t *node_of(struct vmc_entry *e, int index)
{
	return yaml_document_get_node(&e->doc, index);
}

size_t vmc_entry_count(const yaml_node_t *list)
{
	if (list->type != YAML_SEQUENCE_NODE)
		return 0;
	return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

const yaml_node_t *vmc_entry_item(struct vmc_entry *e, const yaml_node_t *list, size_t i)
{
	return node_of(e, list->data.sequence.items.start[i]);
}

const char *vmc_entry_scalar(const yaml_node_t *n)
{
	return n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : "";
}

struct vmc_error *vmc_entry_text(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				 void *at, void *whole)
{
	const char **ret = at, *text;
	size_t len;

	(void)whole;
	if (n->type != YAML_SCALAR_NODE)
		return BAD(e, n, "%s: a text is expected", key);
	text = (const char *)n->data.scalar.value;
	len = n->data.scalar.length;
	if (!len)
		return BAD(e, n, "%s: is empty", key);
	if (len > VMC_ENTRY_TEXT_MAX)
		return BAD(e, n, "%s: longer than %d bytes", key, VMC_ENTRY_TEXT_MAX);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t' && text[i] != '\n')
			return BAD(e, n, "%s: has a control character", key);
	}
	*ret = vmc_arena_strndup(e->arena, text, len);
	return *ret ? NULL : vmc_error_no_memory();
}

struct vmc_error *vmc_entry_texts(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				  void *at, void *whole)
{
	bool list = n->type == YAML_SEQUENCE_NODE;
	size_t count = list ? vmc_entry_count(n) : 1;
	const char **items;

	if (count > VMC_ENTRY_LIST_MAX)
		return BAD(e, n, "%s: more than %d items", key, VMC_ENTRY_LIST_MAX);
	items = vmc_arena_alloc(e->arena, (count ? count : 1) * sizeof(*items));
	if (!items)
		return vmc_error_no_memory();
	for (size_t i = 0; i < count; i++)
		VMC_TRY(vmc_entry_text(e, list ? vmc_entry_item(e, n, i) : n, key, &items[i],
				       whole));
	*(struct vmc_strings *)at = (struct vmc_strings){ items, count };
	return NULL;
}

struct vmc_error *vmc_entry_number(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				   void *at, void *whole)
{
	const char *text = vmc_entry_scalar(n);
	bool hex = vmc_str_starts(text, "0x");
	unsigned long long value;
	char *end;

	(void)whole;
	errno = 0;
	value = strtoull(text, &end, hex ? 16 : 10);
	/* strtoull() takes blanks and signs as well */
	if (!isdigit((unsigned char)*text) || *end || errno)
		return BAD(e, n, "%s: a number is expected, 12 or 0xc, of at most 64 bits", key);
	*(uint64_t *)at = value;
	return NULL;
}

/* {en: ..., zh: ...}; without the mapping it is English. */
static struct vmc_error *by_language(struct vmc_entry *e, const yaml_node_t *n, const char *key,
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

		while (i < VMC_LANG_COUNT && strcmp(vmc_entry_scalar(name), languages[i]) != 0)
			i++;
		if (i == VMC_LANG_COUNT)
			return BAD(e, name, "%s: languages are en and zh", key);
		if (ret[i])
			return BAD(e, name, "%s: %s stands there twice", key, languages[i]);
		ret[i] = node_of(e, p->value);
	}
	return ret[VMC_LANG_EN] ? NULL : BAD(e, n, "%s: has no English text", key);
}

struct vmc_error *vmc_entry_said(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				 void *at, void *whole)
{
	const yaml_node_t *nodes[VMC_LANG_COUNT];
	struct vmc_said *ret = at;

	VMC_TRY(by_language(e, n, key, nodes));
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		if (nodes[i])
			VMC_TRY(vmc_entry_text(e, nodes[i], key, &ret->in[i], whole));
	}
	return NULL;
}

struct vmc_error *vmc_entry_said_list(struct vmc_entry *e, const yaml_node_t *n, const char *key,
				      void *at, void *whole)
{
	const yaml_node_t *nodes[VMC_LANG_COUNT];
	struct vmc_said_list *ret = at;

	VMC_TRY(by_language(e, n, key, nodes));
	for (size_t i = 0; i < VMC_LANG_COUNT; i++) {
		if (nodes[i])
			VMC_TRY(vmc_entry_texts(e, nodes[i], key, &ret->in[i], whole));
	}
	return NULL;
}

struct vmc_error *vmc_entry_mapping(struct vmc_entry *e, const yaml_node_t *n, const char *what,
				    const struct vmc_entry_field *fields, size_t n_fields,
				    void *ret)
{
	const yaml_node_pair_t *p;
	unsigned long seen = 0;

	if (n->type != YAML_MAPPING_NODE)
		return BAD(e, n, "%s: \"key: value\" is expected", what);
	for (p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_of(e, p->key);
		const char *name = vmc_entry_scalar(key);
		size_t i = 0;

		while (i < n_fields && strcmp(fields[i].key, name) != 0)
			i++;
		if (i == n_fields)
			return BAD(e, key, "%s has no key \"%.40s\"", what, name);
		if (seen >> i & 1)
			return BAD(e, key, "%s stands there twice", name);
		seen |= 1ul << i;
		VMC_TRY(fields[i].read(e, node_of(e, p->value), name,
				       (char *)ret + fields[i].offset, ret));
	}
	return NULL;
}

static struct vmc_error *syntax_error(const struct vmc_entry *e, const yaml_parser_t *y)
{
	size_t line = y->error == YAML_READER_ERROR ? 0 : y->problem_mark.line;

	if (y->error == YAML_MEMORY_ERROR)
		return vmc_error_no_memory();
	return bad_line(e->file, e->line + line, "%s", y->problem ? y->problem : "no YAML");
}

static struct vmc_error *hand_over(struct vmc_entry *e, const struct vmc_entry_sink *sink)
{
	const yaml_node_t *root = yaml_document_get_root_node(&e->doc);

	if (!root)
		return bad_line(e->file, e->line, "the entry is empty");
	return sink->entry(e, vmc_entry_count(root) == 1 ? vmc_entry_item(e, root, 0) : root,
			   sink->ctx);
}

/*
 * The text of one entry, "- " and its lines. An entry that is parsed alone
 * cannot spoil the next one, be it by a quote that is left open.
 */
static struct vmc_error *parse_entry(struct vmc_entry *e, const char *text, size_t size,
				     const struct vmc_entry_sink *sink)
{
	struct vmc_error *err;
	yaml_parser_t y;

	if (size > VMC_ENTRY_SIZE_MAX)
		return bad_line(e->file, e->line, "the entry is longer than %u bytes",
				VMC_ENTRY_SIZE_MAX);
	if (!yaml_parser_initialize(&y))
		return vmc_error_no_memory();
	yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y, (const unsigned char *)text, size);
	if (!yaml_parser_load(&y, &e->doc)) {
		err = syntax_error(e, &y);
	} else {
		err = hand_over(e, sink);
		yaml_document_delete(&e->doc);
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

struct vmc_error *vmc_entries_read(const char *file, const char *text, size_t size,
				   struct vmc_arena *arena, const struct vmc_entry_sink *sink)
{
	struct vmc_entry e = { .file = vmc_arena_strdup(arena, file), .arena = arena };
	const char *p = text, *end = text + size;
	unsigned int lines, line = 1;

	if (!e.file)
		return vmc_error_no_memory();
	for (; p < end && is_preamble(p, end); line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		p = nl ? nl + 1 : end;
	}
	if (p < end && !(end - p >= 2 && p[0] == '-' && p[1] == ' ')) {
		sink->problem(bad_line(file, line, "a list is expected: \"- key: ...\""),
			      sink->ctx);
		return NULL;
	}
	for (; p < end; line += lines) {
		const char *next = entry_end(p, end, &lines);
		struct vmc_error *err;

		e.line = line;
		err = parse_entry(&e, p, (size_t)(next - p), sink);
		p = next;
		if (vmc_error_code(err) == VMC_NO_MEMORY)
			return err;
		if (err)
			sink->problem(err, sink->ctx);
	}
	return NULL;
}
