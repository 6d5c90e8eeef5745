/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entries of a data file: a YAML list of mappings, each of which is read
 * alone into a structure by a table of its keys. Rules (yaml.c) and special
 * values (value-yaml.c) are such entries.
 *
 * A bad entry costs itself only: it is told to `problem`, as "file:line: reason".
 */
#ifndef VMC_KNOWLEDGE_ENTRY_H
#define VMC_KNOWLEDGE_ENTRY_H

#include <yaml.h>

#include "base/error.h"
#include "base/str.h"
#include "knowledge/rule.h"

#define VMC_ENTRY_SIZE_MAX (64u << 10)
#define VMC_ENTRY_TEXT_MAX 4096
#define VMC_ENTRY_LIST_MAX 64

/* One entry while it is read. */
struct vmc_entry {
	const char *file;
	unsigned int line; /* of its first line, from 1 */
	yaml_document_t doc;
	struct vmc_arena *arena; /* keeps the texts */
};

/* Reads the node of a key to `at`, a member of the structure `whole`. */
typedef struct vmc_error *vmc_entry_reader(struct vmc_entry *e, const yaml_node_t *n,
					   const char *key, void *at, void *whole);

struct vmc_entry_field {
	const char *key;
	vmc_entry_reader *read;
	size_t offset; /* of the member */
};

/* The row for the member of a structure that has the key's name. */
#define VMC_ENTRY_FIELD(type, key, read)        \
	{                                       \
#key, read, offsetof(type, key) \
	}

vmc_entry_reader vmc_entry_text;      /* const char * */
vmc_entry_reader vmc_entry_texts;     /* struct vmc_strings; one text is a list of one */
vmc_entry_reader vmc_entry_said;      /* struct vmc_said: {en: ..., zh: ...} */
vmc_entry_reader vmc_entry_said_list; /* struct vmc_said_list */
vmc_entry_reader vmc_entry_number;    /* uint64_t: decimal, or hexadecimal behind 0x */

/* "what" names the mapping in complaints. A key that the table does not have is a mistake. */
struct vmc_error *vmc_entry_mapping(struct vmc_entry *e, const yaml_node_t *n, const char *what,
				    const struct vmc_entry_field *fields, size_t n_fields,
				    void *ret) VMC_MUST_CHECK;

/* Item i of a list. */
const yaml_node_t *vmc_entry_item(struct vmc_entry *e, const yaml_node_t *list, size_t i);
size_t vmc_entry_count(const yaml_node_t *list); /* 0 for what is no list */
/* "" for what is no text */
const char *vmc_entry_scalar(const yaml_node_t *n);

/* An error that begins with the place of `n`. */
struct vmc_error *vmc_entry_bad(const struct vmc_entry *e, const yaml_node_t *n, const char *fmt,
				...) VMC_PRINTF(3, 4);

/* Who reads a file: `entry` is called for each entry, `problem` consumes an error. */
struct vmc_entry_sink {
	struct vmc_error *(*entry)(struct vmc_entry *e, const yaml_node_t *n, void *ctx);
	void (*problem)(struct vmc_error *err, void *ctx);
	void *ctx;
};

/* `file` is the name that problems and entries bear. Fails only when memory runs out. */
struct vmc_error *vmc_entries_read(const char *file, const char *text, size_t size,
				   struct vmc_arena *arena,
				   const struct vmc_entry_sink *sink) VMC_MUST_CHECK;

#endif
