/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules out of a YAML file. A bad entry costs itself only: it is a row in
 * `problems`, with file, line and reason, and the others are used.
 */
#ifndef VMC_KNOWLEDGE_RULES_H
#define VMC_KNOWLEDGE_RULES_H

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "knowledge/rule.h"

#define VMC_RULES_FILE_MAX (4u << 20)
#define VMC_RULES_MAX 4096
#define VMC_RULES_PROBLEMS_MAX 64

/* Zero-initialised is empty; several files may be read into one. */
struct vmc_rules {
	VMC_VEC(struct vmc_rule) rules;
	VMC_VEC(struct vmc_error *) problems;
	struct vmc_arena arena; /* all texts of the rules */
};

/*
 * Adds the entries of a file's text. `file` is the name that problems and rules bear.
 * Fails only when memory runs out; all else is in `problems`.
 */
struct vmc_error *vmc_rules_parse(const char *file, const char *text, size_t size,
				  struct vmc_rules *r) VMC_MUST_CHECK;
/*
 * Adds all *.yaml of a folder in the order of their names, without the entries that
 * vmc_rule_check() refuses. A folder that is not there has no rules.
 */
struct vmc_error *vmc_rules_read_folder(const char *folder, struct vmc_rules *r) VMC_MUST_CHECK;
/* Adds a problem; consumes err. Beyond VMC_RULES_PROBLEMS_MAX they are dropped. */
void vmc_rules_problem(struct vmc_rules *r, struct vmc_error *err);
void vmc_rules_deinit(struct vmc_rules *r);
#define vmc_autorules vmc_cleanup(vmc_rules_deinit)

#endif
